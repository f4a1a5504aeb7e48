"""Damage to published accounts: their tables hold each other, whatever file they come in."""

from __future__ import annotations

from collections.abc import Callable

from corpus import operators
from corpus.accounts_form import ACCOUNTS_CSV, ACCOUNTS_PDF, ACCOUNTS_XLSX, NAME
from corpus.books import Cell, Grid
from corpus.forms import CSV, Document, Form
from corpus.mutants import Corpus, Site, contradicted, refused
from corpus.operators import NOT_A_NUMBER, WRONG_NUMBER

# position: sheet, texts of the row, column (of a table with heads of several lines, its letter), place on a page
SITES = {
    "overall": ("overall", ("本年支出合计",), "#D", "第1页 收入支出决算总表 行‘本年支出合计’"),
    "leaf": ("spending", ("2130301",), "#D", "第3页 支出决算表 行‘2130301 行政运行’"),
    "total": ("spending", ("合计",), "#C", "第3页 支出决算表 行‘合计’"),
    "general": (
        "general_budget",
        ("2130305",),
        "#C",
        "第5页 一般公共预算财政拨款支出决算表 行‘2130305 水利工程建设’",
    ),
    "three_public": ("three_public", ("12.20",), "#B", "第7页 一般公共预算财政拨款“三公”经费支出决算表"),
    "basic": ("basic", ("人员经费合计",), "#C", "第6页 一般公共预算财政拨款基本支出决算表 行‘人员经费合计’"),
}
CLOSES = contradicted("accounts_close")


def _site(form: Form, position: str) -> Site:
    sheet, row, column, said = SITES[position]
    return Site(form, NAME, sheet, row, column, said if form is ACCOUNTS_PDF else "")


def add(corpus: Corpus) -> None:
    for form in (ACCOUNTS_XLSX, ACCOUNTS_CSV):
        link = (
            {"external_workbook_formula": refused("公式从文件之外取数", 7)} if form is ACCOUNTS_XLSX else {}
        )
        corpus.cells(f"leaf.{form.name}", _site(form, "leaf"), NOT_A_NUMBER, refused(), blank=CLOSES, **link)
        _tables(corpus, form)
        _files(corpus, form)
    for position in SITES:
        acts = {name: act for name, act in WRONG_NUMBER.items() if name != "percent_beside_fraction"}
        if position in {"three_public"}:
            del acts["rounded_to_hundreds"]
        if position not in {"overall", "leaf"}:  # the others are read no otherwise
            acts = {name: acts[name] for name in ("total_off_by_100", "two_digits_transposed")}
        for name, act in acts.items():
            corpus.add(
                name,
                f"{position}.accounts",
                _site(ACCOUNTS_XLSX, position),
                CLOSES,
                table=_in_row(_changed(act)),
            )
    _unseen(corpus)
    _pages(corpus)


OnTable = Callable[[Document, Grid, int, int], operators.Spot]


def _in_row(act: Callable[[Grid, int, int], object]) -> OnTable:
    """The trouble is told in the row, at the cell of its total or at its own."""

    def table(document: Document, grid: Grid, row: int, column: int) -> operators.Spot:
        act(grid, row, column)
        return row, None

    return table


def _in_sheet(act: Callable[[Grid, int, int], object]) -> OnTable:
    """The trouble is told in the table, at what no longer closes."""

    def table(document: Document, grid: Grid, row: int, column: int) -> operators.Spot:
        act(grid, row, column)
        return None, None

    return table


def _changed(act: Callable[[Cell], Cell]) -> Callable[[Grid, int, int], None]:
    def change(grid: Grid, row: int, column: int) -> None:
        grid.rows[row][column] = act(grid.rows[row][column])

    return change


def _head(grid: Grid, name: str) -> tuple[int, int]:
    """Where a head stands."""
    return next(
        (r, line.index(name))
        for r, line in reversed([*enumerate(grid.rows[: grid.head + 1])])
        if name in line
    )


def _tables(corpus: Corpus, form: Form) -> None:
    site = _site(form, "leaf")
    name = form.name

    def whole(grid: Grid, row: int, column: int) -> None:
        operators.other_unit(grid, list(grid.body()), list(range(len(grid.rows[row]))))

    def said(grid: Grid, row: int, column: int) -> None:
        grid.rows[1][0] = "单位：元"

    def subtotal(grid: Grid, row: int, column: int) -> None:
        line = list(grid.rows[row])
        line[0], line[1] = "2130302", "小计"
        grid.rows.insert(row + 1, line)

    def swapped(one: str, other: str) -> Callable[[Grid, int, int], None]:
        def act(grid: Grid, row: int, column: int) -> None:
            for mine, theirs, at in [(one, other, _head(grid, one)), (other, one, _head(grid, other))]:
                assert grid.rows[at[0]][at[1]] == mine
                grid.rows[at[0]][at[1]] = theirs

        return act

    corpus.add("whole_table_in_yuan", f"spending.{name}", site, CLOSES, table=_in_sheet(whole))
    corpus.add("whole_table_in_yuan", f"spending_unit.{name}", site, CLOSES, table=_in_sheet(said))
    corpus.add(
        "one_row_in_another_unit", f"spending.{name}", site, CLOSES,
        table=_in_sheet(lambda grid, row, column: operators.other_unit(grid, [row], list(range(len(grid.rows[row]))))),
    )  # fmt: skip
    corpus.add(
        "one_column_in_another_unit", f"spending.{name}", site, CLOSES,
        table=_in_sheet(lambda grid, row, column: operators.other_unit(grid, list(grid.body()), [column])),
    )  # fmt: skip
    corpus.add(
        "two_column_heads_swapped",
        f"spending_total.{name}",
        site,
        CLOSES,
        table=_in_sheet(swapped("本年支出合计", "基本支出")),
    )
    corpus.add(
        "two_column_heads_swapped",
        f"spending.{name}",
        site,
        CLOSES,
        table=_in_sheet(swapped("基本支出", "项目支出")),
    )
    income = Site(form, NAME, "income", ("合计",), "#C")
    corpus.add(
        "two_column_heads_swapped",
        f"income.{name}",
        income,
        CLOSES,
        table=_in_sheet(swapped("财政拨款收入", "其他收入")),
    )
    three = _site(form, "three_public")
    corpus.add(
        "two_column_heads_swapped",
        f"three_public.{name}",
        three,
        CLOSES,
        table=_in_sheet(swapped("公务用车运行维护费", "公务接待费")),
    )
    corpus.add(
        "duplicated_row",
        f"spending.{name}",
        site,
        CLOSES,
        table=_in_sheet(lambda grid, row, column: operators.duplicate_row(grid, row)),
    )
    corpus.add(
        "deleted_row",
        f"spending.{name}",
        site,
        CLOSES,
        table=_in_sheet(lambda grid, row, column: operators.delete_row(grid, row)),
    )
    overall = _site(form, "overall")
    corpus.add(
        "deleted_row",
        f"overall.{name}",
        overall,
        CLOSES,
        table=_in_sheet(lambda grid, row, column: operators.delete_row(grid, grid.head + 1)),
    )
    corpus.add("subtotal_counted_as_a_row", f"spending.{name}", site, CLOSES, table=_in_sheet(subtotal))
    corpus.add(
        "missing_column", f"spending.{name}", site, refused("没有基本支出", whole=True),
        table=_in_sheet(lambda grid, row, column: operators.drop_column(grid, column)),
    )  # fmt: skip

    def renamed(grid: Grid, row: int, column: int) -> None:
        at = _head(grid, "基本支出")
        grid.rows[at[0]][at[1]] = "基础支出"

    corpus.add(
        "renamed_column", f"spending.{name}", site, refused("基础支出", whole=True), table=_in_sheet(renamed)
    )

    def empty(document: Document, grid: Grid, row: int, column: int) -> operators.Spot:
        operators.head_only(next(each for each in document.grids if each.name == "spending"))
        return None, None

    # what cannot be held against it any more is told
    general = Site(form, NAME, "general_budget", ("2130301",), "#C")
    corpus.add("head_only", f"spending.{name}", general, CLOSES, table=empty)

    def other_year(every: bool) -> OnTable:
        def act(document: Document, grid: Grid, row: int, column: int) -> operators.Spot:
            for each in document.grids if every else [grid]:
                for line in each.rows:
                    line[0] = line[0].replace("2022年度", "2021年度") if isinstance(line[0], str) else line[0]
            return None, None

        return act

    overall = _site(form, "overall")
    corpus.add("row_of_another_year", f"title.{name}", overall, refused("2021"), table=other_year(False))
    whole = refused("2021", whole=form.suffix != CSV)
    corpus.add("row_of_another_year", f"document.{name}", overall, whole, table=other_year(True))


def _files(corpus: Corpus, form: Form) -> None:
    site, position = _site(form, "leaf"), form.name
    corpus.add("truncated_last_line", position, site, refused(whole=True), file=operators.cut)
    corpus.add("nul", position, site, refused(whole=True), file=operators.with_nul)
    corpus.add("empty_file", position, site, refused("空的"), file=lambda data: b"")
    corpus.add("html_named_xls", position, site, refused("HTML"), file=operators.html, renamed="决算.xls")
    corpus.add("raw_file_whose_hash_changed", position, site, refused("sha256", whole=True), stale=True)
    if form.suffix != CSV:
        corpus.add("encrypted_workbook", position, site, refused("加密"), file=operators.encrypted)
        for name, act in operators.HOSTILE.items():
            corpus.add(name, position, site, refused(code=7), file=act)


def _unseen(corpus: Corpus) -> None:
    site = _site(ACCOUNTS_XLSX, "leaf")

    def old_sheet(document: Document, grid: Grid, row: int, column: int) -> operators.Spot:
        old = Grid("旧表", [list(line) for line in grid.rows], head=grid.head, hidden=True)
        operators.other_unit(old, list(old.body()), list(range(len(old.rows[row]))))
        document.grids.insert(0, old)
        return None, None

    corpus.add(
        "merged_cells",
        "spending.accounts.xlsx",
        site,
        refused("合并"),
        table=lambda d, g, r, c: operators.merge_down(g, r, c),
    )
    corpus.add(
        "hidden_extra_row", "spending.accounts.xlsx", site, refused("隐藏", whole=True),
        table=lambda d, g, r, c: operators.hidden_row(g, list(g.rows[r])),
    )  # fmt: skip
    corpus.add(
        "hidden_first_sheet_with_old_data",
        "spending.accounts.xlsx",
        site,
        refused("隐藏", whole=True),
        table=old_sheet,
    )


def _pages(corpus: Corpus) -> None:
    """A few on pages, which take their time: they come to the same tables."""
    wrong = {name: WRONG_NUMBER[name] for name in ("total_off_by_100", "two_digits_transposed")}
    corpus.cells("overall.accounts.pdf", _site(ACCOUNTS_PDF, "overall"), wrong, CLOSES)
    no_number = {name: NOT_A_NUMBER[name] for name in ("n_a", "chinese_numerals", "amount_with_its_unit")}
    corpus.cells("leaf.accounts.pdf", _site(ACCOUNTS_PDF, "leaf"), no_number, refused())
    site = _site(ACCOUNTS_PDF, "overall")
    corpus.add(
        "truncated_last_line",
        "accounts.pdf",
        site,
        refused(whole=True),
        file=lambda data: data[: len(data) // 2],
    )
    corpus.add("empty_file", "accounts.pdf", site, refused("空的"), file=lambda data: b"")
    corpus.add("html_named_xls", "accounts.pdf", site, refused("HTML"), file=operators.html)
