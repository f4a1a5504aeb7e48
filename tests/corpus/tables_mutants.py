"""Damage to transcribed tables: every number of theirs stands in a phrase that the report holds."""

from __future__ import annotations

from decimal import Decimal

from corpus import operators, truth
from corpus.books import Grid, words
from corpus.forms import CSV, TABLES_CSV, TABLES_XLSX, Document, Form
from corpus.mutants import Corpus, Site, contradicted, flagged, missing, refused
from corpus.operators import NOT_A_NUMBER, WRONG_NUMBER

# position: document, texts of the row, column
SITES = {
    "figures": ("money", ("budget_initial", "1250.40"), "value"),
    "objectives": ("goals", ("o1", "1"), "target"),
    "answers": ("goals", ("o1", "2"), "actual"),
    "published": ("printed", ("execution",), "published"),
    "statements": ("said", ("rules_issued",), "date"),
    "judgements": ("judged", ("sound",), "when"),
}
INITIAL = truth.fact("budget_initial").key
AMOUNTS = ("figures", "objectives", "answers", "published")
HELD = {
    "figures": "phrase_holds_value", "objectives": "phrase_holds_value", "answers": "phrase_holds_value",
    "published": "published_in_phrase",
}  # fmt: skip


def add(corpus: Corpus) -> None:
    for form in (TABLES_CSV, TABLES_XLSX):
        sites = {
            name: Site(form, document, document, row, column)
            for name, (document, row, column) in SITES.items()
        }
        for name in AMOUNTS if form.suffix == CSV else AMOUNTS[:1]:
            _amounts(corpus, f"{name}.{form.suffix}", sites[name], name)
        _days(corpus, form, sites)
        _rows(corpus, form, sites)
        _columns(corpus, form, sites)
        _phrases(corpus, form, sites)
        _files(corpus, form, sites)
        if form.suffix != CSV:
            _workbooks(corpus, sites["figures"])


def _amounts(corpus: Corpus, position: str, site: Site, kind: str) -> None:
    """Every number here is one that a phrase holds."""
    changes = (
        {"external_workbook_formula": refused("公式从文件之外取数", 7)} if site.form.suffix != CSV else {}
    )
    if kind == "answers":
        changes["blank"] = missing(("objective_actual", truth.DEPARTMENT, "o1.2", str(truth.YEAR)))
    corpus.cells(position, site, NOT_A_NUMBER, refused(), **changes)
    own = dict(WRONG_NUMBER)
    # what is left out: too small to be rounded to hundreds, nothing's denominator, no percentage, a number that may lie below zero
    if kind != "figures":
        for name in ("rounded_to_hundreds", "zero_denominator", "bracketed_where_nothing_may_be_negative"):
            del own[name]
    if kind != "published":
        del own["percent_beside_fraction"]
    below = contradicted("figures_not_negative")
    signed = (
        dict.fromkeys(("negative_amount", "bracketed_where_nothing_may_be_negative"), below)
        if kind == "figures"
        else {}
    )
    corpus.cells(position, site, own, contradicted(HELD[kind]), **signed)


def _days(corpus: Corpus, form: Form, sites: dict[str, Site]) -> None:
    wrong = {
        "date_of_no_calendar": lambda cell: "2022-02-30", "chinese_numerals": lambda cell: "二〇二二年三月五日",
        "zero_width_space": NOT_A_NUMBER["zero_width_space"], "boolean": NOT_A_NUMBER["boolean"],
        "ref_error": NOT_A_NUMBER["ref_error"],
    }  # fmt: skip
    for name in ("statements", "judgements"):
        corpus.cells(f"{name}.{form.suffix}", sites[name], wrong, refused())
    corpus.cells(f"judgements.{form.suffix}", sites["judgements"], {"blank": lambda cell: None}, refused())


def _rows(corpus: Corpus, form: Form, sites: dict[str, Site]) -> None:
    def whole_in_yuan(document: Document, grid: Grid, row: int, column: int) -> operators.Spot:
        unit = grid.column("unit")
        rows = [at for at in grid.body() if grid.rows[at][unit] == "万元"]
        operators.other_unit(grid, rows, [column])
        return row, None

    def row_in_yuan(document: Document, grid: Grid, row: int, column: int) -> operators.Spot:
        operators.other_unit(grid, [row], [column])
        return row, None

    def unit_renamed(document: Document, grid: Grid, row: int, column: int) -> operators.Spot:
        for at in grid.body():
            unit = grid.column("unit")
            grid.rows[at][unit] = "元" if grid.rows[at][unit] == "万元" else grid.rows[at][unit]
        return row, None

    def column_in_pages(document: Document, grid: Grid, row: int, column: int) -> operators.Spot:
        grid.rows[row][column] = operators.in_yuan(grid.rows[row][column])
        return row, None

    def other_value(document: Document, grid: Grid, row: int, column: int) -> operators.Spot:
        place = operators.duplicate_row(grid, row)
        grid.rows[row + 1][column] = Decimal("1275.10")
        return place

    def subtotal(document: Document, grid: Grid, row: int, column: int) -> operators.Spot:
        line = list(grid.rows[row])
        line[grid.column("item")] = "subtotal"
        grid.rows.insert(row + 1, line)
        return row + 1, None

    def other_year(document: Document, grid: Grid, row: int, column: int) -> operators.Spot:
        grid.rows[row][grid.column("year")] = Decimal(2012)
        return row, None

    site, suffix = sites["figures"], form.suffix
    held = contradicted("phrase_holds_value")
    corpus.add("whole_table_in_yuan", f"figures.{suffix}", site, held, table=whole_in_yuan)
    corpus.add("whole_table_in_yuan", f"unit.{suffix}", site, held, table=unit_renamed)
    corpus.add("one_row_in_another_unit", f"figures.{suffix}", site, held, table=row_in_yuan)
    corpus.add(
        "one_column_in_another_unit", f"answers.{suffix}", sites["answers"], held, table=column_in_pages
    )
    corpus.add(
        "same_figure_twice_with_different_values",
        f"figures.{suffix}",
        site,
        refused("重复"),
        table=other_value,
    )
    corpus.add("subtotal_counted_as_a_row", f"figures.{suffix}", site, refused("“subtotal”"), table=subtotal)
    corpus.add("row_of_another_year", f"figures.{suffix}", site, flagged("figures_years"), table=other_year)
    shapes = (
        ("figures", "objectives", "published", "statements", "judgements")
        if suffix == CSV
        else ("figures", "judgements")
    )
    for name in shapes:
        corpus.add(
            "duplicated_row", f"{name}.{suffix}", sites[name], refused((name == "published" and "没有用过") or "重复"),
            table=lambda document, grid, row, column: operators.duplicate_row(grid, row),
        )  # fmt: skip
    gone = Site(form, "money", "money", ("assets_in_use",), "value")
    corpus.add(
        "deleted_row", f"figures.{suffix}", gone, missing(truth.fact("assets_in_use").key),
        table=lambda document, grid, row, column: operators.delete_row(grid, row),
    )  # fmt: skip
    for name in ("figures", "objectives", "published", "statements", "judgements"):
        corpus.add(
            "head_only",
            f"{name}.{suffix}",
            sites[name],
            refused(),
            table=lambda document, grid, row, column: operators.head_only(grid),
        )


def _columns(corpus: Corpus, form: Form, sites: dict[str, Site]) -> None:
    swaps = {
        "figures": ("value", "precision"), "objectives": ("target", "unit"), "published": ("published", "precision"),
        "statements": ("date", "locator"), "judgements": ("who", "when"),
    }  # fmt: skip
    for name, (one, other) in swaps.items():

        def swapped(
            document: Document, grid: Grid, row: int, column: int, one: str = one, other: str = other
        ) -> operators.Spot:
            operators.swap_heads(grid, grid.column(one), grid.column(other))
            return row, None

        position = f"{name}.{form.suffix}"
        corpus.add("two_column_heads_swapped", position, sites[name], refused(), table=swapped)
        corpus.add(
            "missing_column", position, sites[name], refused(f"缺列 {sites[name].column}"),
            table=lambda document, grid, row, column: operators.drop_column(grid, column),
        )  # fmt: skip
        corpus.add(
            "renamed_column", position, sites[name], refused("数额"),
            table=lambda document, grid, row, column: operators.rename_column(grid, column, "数额"),
        )  # fmt: skip


def _phrases(corpus: Corpus, form: Form, sites: dict[str, Site]) -> None:
    rules = {
        "figures": "phrase_in_original", "objectives": "phrase_in_original", "published": "published_in_original",
        "statements": "statement_in_original",
    }  # fmt: skip

    def unsaid(document: Document, grid: Grid, row: int, column: int) -> operators.Spot:
        quote = grid.column("quote")
        grid.rows[row][quote] = f"据称{words(grid.rows[row][quote])}"
        return row, None

    def other_phrase(document: Document, grid: Grid, row: int, column: int) -> operators.Spot:
        quote = grid.column("quote")
        grid.rows[row][quote] = grid.rows[grid.row("budget_adjusted", "1390.80")][quote]
        return row, None

    for name, rule in rules.items():
        corpus.add(
            "phrase_not_in_the_source", f"{name}.{form.suffix}", sites[name], contradicted(rule), table=unsaid
        )
    corpus.add(
        "value_differs_from_its_phrase", f"figures.{form.suffix}", sites["figures"], contradicted("phrase_holds_value"),
        table=other_phrase,
    )  # fmt: skip


def _files(corpus: Corpus, form: Form, sites: dict[str, Site]) -> None:
    for name in ("figures", "objectives"):
        site, position = sites[name], f"{name}.{form.suffix}"
        corpus.add("truncated_last_line", position, site, refused(), file=operators.cut)
        corpus.add("nul", position, site, refused(), file=operators.with_nul)
        corpus.add("empty_file", position, site, refused("空的"), file=lambda data: b"")
        corpus.add(
            "html_named_xls",
            position,
            site,
            refused("HTML"),
            file=operators.html,
            renamed=f"{site.document}.xls",
        )
        corpus.add(
            "raw_file_whose_hash_changed", position, site, refused("sha256", whole=True), stale=True
        )  # fmt: skip


def _workbooks(corpus: Corpus, site: Site) -> None:
    """What only a workbook can hold."""

    def merged(document: Document, grid: Grid, row: int, column: int) -> operators.Spot:
        return operators.merge_down(grid, row, column)

    def extra(document: Document, grid: Grid, row: int, column: int) -> operators.Spot:
        line = list(grid.rows[row])
        line[0] = "budget_moved"
        return operators.hidden_row(grid, line)

    def old_sheet(document: Document, grid: Grid, row: int, column: int) -> operators.Spot:
        old = Grid("旧数", [list(line) for line in grid.rows], hidden=True)
        operators.other_unit(old, list(old.body()), [column])
        document.grids.insert(0, old)
        return row, None

    position = "figures.xlsx"
    corpus.add("merged_cells", position, site, refused("合并"), table=merged)
    corpus.add("hidden_extra_row", position, site, refused("隐藏的行"), table=extra)
    corpus.add(
        "hidden_first_sheet_with_old_data", position, site, refused("旧数", whole=True), table=old_sheet
    )
    corpus.add("encrypted_workbook", position, site, refused("加密"), file=operators.encrypted)
    for name, act in operators.HOSTILE.items():
        corpus.add(name, position, site, refused(code=7), file=act)
