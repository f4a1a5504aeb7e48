"""Damage to the intake workbook: its sheets hold each other where they can, and the rest is shown as unproven."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from corpus import operators
from corpus.books import Cell, Grid
from corpus.forms import CSV, Document, Form, Key
from corpus.mutants import Corpus, Expected, Site, alone, contradicted, flagged, missing, refused
from corpus.operators import NOT_A_NUMBER, WRONG_NUMBER
from corpus.truth import BEFORE, DEPARTMENT, YEAR
from corpus.workbook_form import NAME, WORKBOOK_CSV, WORKBOOK_XLSX


def _key(figure: str, item: str = "", scope: str = DEPARTMENT, year: int = YEAR) -> Key:
    return figure, scope, item, str(year)


# position: sheet, texts of the row, column, the figure that stands there
SITES: dict[str, tuple[str, tuple[str, ...], str, Key]] = {
    "budget": ("预算与执行", ("馆本级", "合计"), "年初预算数", _key("budget_initial", scope="hall")),
    "ledger": ("预算调整台账", ("2022-06-20",), "金额", _key("adjustment_ledger_added", "l02", "hall")),
    "payments": ("月度支付", ("6月",), "当月支付", _key("paid_monthly", "m06")),
    "progress": ("月度支付", ("12月",), "既定累计进度（%）", _key("planned_progress")),
    "staff": ("人员", ("馆本级", "公务员"), "年末实有", _key("staff_actual", "civil_servant", "hall")),
    "quota": ("人员", ("库房管理中心", "事业编制"), "编制数", _key("staff_quota", "institution", "store")),
    "three_public": ("三公经费", ("公务接待费",), "本年决算", _key("three_public_actual", "reception")),
    "before": ("三公经费", ("合计",), "上年预算", _key("three_public_budget", year=BEFORE)),
    "basic": ("人员经费与公用经费", ("公用经费",), "决算数", _key("public_funds_actual")),
    "procurement": ("政府采购", ("工程",), "实际", _key("procurement_actual", "works")),
    "assets": ("资产", ("合计",), "原值", _key("assets_total")),
    "carry_over": ("结转结余", ("部门整体",), "年末结转和结余", _key("carry_over")),
    "objectives": ("目标与完成", ("数字化扫描",), "目标值", _key("objective_target", "o1.1")),
    "survey": ("满意度调查", ("很满意",), "份数", _key("survey_answers", "very_satisfied")),
    "self_score": ("自评得分", ("总分",), "得分", _key("self_score")),
    "weights": ("考评权重", ("平时考评",), "权重（%）", _key("appraisal_weight", "year.quarterly")),
}
# What a number that is not the right one runs into, position by position: nothing else speaks for the others.
RUNS_INTO = {
    "budget": contradicted("identities_close"), "ledger": contradicted("identities_close"),
    "payments": contradicted("identities_close"), "three_public": contradicted("item_sums_close"),
    "before": contradicted("item_sums_close"), "basic": contradicted("identities_close"),
    "procurement": contradicted("item_sums_close"), "assets": contradicted("item_sums_close"),
    "survey": contradicted("identities_close"),
}  # fmt: skip
_HELD = ("quota", *RUNS_INTO)
LARGE = ("budget", "payments", "basic", "procurement", "assets")


def _site(form: Form, position: str) -> Site:
    sheet, row, column, _ = SITES[position]
    return Site(form, NAME, sheet, row, column)


def add(corpus: Corpus) -> None:
    for position in ("budget", "ledger", "staff"):
        _no_numbers(corpus, WORKBOOK_XLSX, position)
    _no_numbers(corpus, WORKBOOK_CSV, "budget")
    for position in SITES:
        _wrong_numbers(corpus, position)
    _units(corpus)
    _heads(corpus)
    _rows(corpus)
    _years(corpus)
    for form in (WORKBOOK_XLSX, WORKBOOK_CSV):
        _files(corpus, form)
    _unseen(corpus)


def _no_numbers(corpus: Corpus, form: Form, position: str) -> None:
    other = {"blank": missing(SITES[position][3])} if position != "ledger" else {}
    if form.suffix != CSV:
        other["external_workbook_formula"] = refused("公式从文件之外取数", 7)
    corpus.cells(f"{position}.{form.name}", _site(form, position), NOT_A_NUMBER, refused(), **other)


def _wrong_numbers(corpus: Corpus, position: str) -> None:
    site, key = _site(WORKBOOK_XLSX, position), SITES[position][3]
    acts = dict(WRONG_NUMBER)
    if position not in LARGE:
        del acts["rounded_to_hundreds"]
    if position not in {"progress", "weights", "objectives"}:
        del acts["percent_beside_fraction"]
    if position not in _HELD:  # nothing speaks for them, whatever the number
        for name in ("total_off_by_100", "zero_denominator", "bracketed_where_nothing_may_be_negative"):
            del acts[name]
    below = contradicted("figures_not_negative")
    other = {"negative_amount": below, "bracketed_where_nothing_may_be_negative": below}
    if position == "objectives":  # a target may lie below zero
        other = {"negative_amount": alone(key)}
    if position in {"progress", "weights"}:
        other["percent_beside_fraction"] = refused("像是比例")
    corpus.cells(f"{position}.workbook", site, acts, RUNS_INTO.get(position, alone(key)), **other)


# sheet: position, what a whole table in 元 under 万元 runs into, what 万元 under 元 runs into
TABLES: dict[str, tuple[str, Expected, Expected]] = {
    "budget": ("budget", contradicted("identities_close"), contradicted("identities_close")),
    "ledger": ("ledger", contradicted("identities_close"), contradicted("identities_close")),
    "payments": ("payments", contradicted("identities_close"), contradicted("identities_close")),
    "three_public": ("before", flagged("bounds_hold"), flagged("bounds_hold")),
    "basic": ("basic", flagged("bounds_hold"), flagged("bounds_hold")),
    "procurement": ("procurement", flagged("bounds_hold"), flagged("bounds_hold")),
    "assets": ("assets", flagged("bounds_hold"), flagged("bounds_hold")),
    "carry_over": (
        "carry_over",
        flagged("bounds_hold"),
        alone(_key("carry_over"), _key("surplus"), _key("carry_over", year=BEFORE)),
    ),
}
# Where bounds look: at the wholes.
_WHOLE = {"three_public": ("合计", "本年决算"), "procurement": ("合计", "实际")}


def _units(corpus: Corpus) -> None:
    def whole(document: Document, grid: Grid, row: int, column: int) -> operators.Spot:
        operators.other_unit(grid, list(grid.body()), list(range(len(grid.rows[grid.head]))))
        return row, column

    def said(document: Document, grid: Grid, row: int, column: int) -> operators.Spot:
        grid.rows[1][0] = "单位：元"
        return row, column

    def one_row(document: Document, grid: Grid, row: int, column: int) -> operators.Spot:
        operators.other_unit(grid, [row], list(range(len(grid.rows[grid.head]))))
        return row, column

    def one_column(document: Document, grid: Grid, row: int, column: int) -> operators.Spot:
        operators.other_unit(grid, list(grid.body()), [column])
        return row, column

    def no_unit(document: Document, grid: Grid, row: int, column: int) -> operators.Spot:
        grid.rows[1][0] = ""
        return row, column

    for sheet, (position, larger, smaller) in TABLES.items():
        site = _site(WORKBOOK_XLSX, position)
        if sheet in _WHOLE:
            site = Site(WORKBOOK_XLSX, NAME, site.sheet, (_WHOLE[sheet][0],), _WHOLE[sheet][1])
        corpus.add("whole_table_in_yuan", f"{sheet}.workbook", site, larger, table=whole)
        corpus.add("whole_table_in_yuan", f"{sheet}_unit.workbook", site, smaller, table=said)
    for position in ("budget", "ledger", "payments", "three_public", "basic", "procurement", "assets"):
        site = _site(WORKBOOK_XLSX, position)
        corpus.add(
            "one_row_in_another_unit", f"{position}.workbook", site, RUNS_INTO[position], table=one_row
        )
    columns = {p: RUNS_INTO[p] for p in ("budget", "ledger", "payments")}
    columns |= {
        "basic": flagged("bounds_hold"),
        "procurement": flagged("bounds_hold"),
        "assets": flagged("bounds_hold"),
        "three_public": flagged("bounds_hold"),
    }
    for position, expected in columns.items():
        site = _site(WORKBOOK_XLSX, position)
        if position in _WHOLE:
            site = Site(WORKBOOK_XLSX, NAME, site.sheet, (_WHOLE[position][0],), _WHOLE[position][1])
        corpus.add("one_column_in_another_unit", f"{position}.workbook", site, expected, table=one_column)
    site = _site(WORKBOOK_XLSX, "budget")
    corpus.add(
        "table_without_its_unit",
        "budget.workbook",
        site,
        refused("没有写明金额单位", whole=True),
        table=no_unit,
    )


# position, the two heads, what comes of it; keys that must be shown are those of the row
SWAPS: list[tuple[str, str, str, Expected]] = [
    ("budget", "年初预算数", "调整后预算数", contradicted("identities_close")),
    ("budget", "调增", "调减", contradicted("identities_close")),
    ("ledger", "日期", "金额", refused()),
    ("payments", "当月支付", "累计支付", contradicted("identities_close")),
    ("staff", "编制数", "年末实有", alone(_key("staff_quota", "civil_servant", "hall"), SITES["staff"][3])),
    (
        "three_public",
        "本年预算",
        "本年决算",
        alone(_key("three_public_budget", "reception"), SITES["three_public"][3]),
    ),
    ("before", "本年预算", "上年预算", alone(_key("three_public_budget"), SITES["before"][3])),
    ("basic", "预算数", "决算数", refused("“其中：重点项目支出”一行没有“决算数”", whole=True)),
    ("procurement", "预算", "实际", alone(_key("procurement_budget", "works"), SITES["procurement"][3])),
    ("assets", "原值", "在用", flagged("bounds_hold")),
    (
        "carry_over",
        "年末结转和结余",
        "上年末结转和结余",
        alone(SITES["carry_over"][3], _key("carry_over", year=BEFORE)),
    ),
    ("carry_over", "年末结转和结余", "其中：结余", flagged("bounds_hold")),
    (
        "objectives",
        "目标值",
        "实际值",
        alone(_key("objective_target", "o1.1"), _key("objective_actual", "o1.1")),
    ),
    ("self_score", "分值", "得分", alone(_key("self_score"), _key("self_score_maximum"))),
]


def _heads(corpus: Corpus) -> None:
    for position, one, other, expected in SWAPS:

        def swapped(
            document: Document, grid: Grid, row: int, column: int, one: str = one, other: str = other
        ) -> operators.Spot:
            operators.swap_heads(grid, grid.column(one), grid.column(other))
            return row, column

        corpus.add(
            "two_column_heads_swapped",
            f"{position}_{one}_{other}.workbook",
            _site(WORKBOOK_XLSX, position),
            expected,
            table=swapped,
        )
    for form in (WORKBOOK_XLSX, WORKBOOK_CSV):
        for position in ("budget", "staff", "survey"):
            site = _site(form, position)
            corpus.add(
                "missing_column", f"{position}.{form.name}", site, refused(f"缺列“{site.column}”"),
                table=lambda document, grid, row, column: operators.drop_column(grid, column),
            )  # fmt: skip
            corpus.add(
                "renamed_column", f"{position}.{form.name}", site, refused("不认识的列“甲数”"),
                table=lambda document, grid, row, column: operators.rename_column(grid, column, "甲数"),
            )  # fmt: skip


def _rows(corpus: Corpus) -> None:
    twice = (
        "budget",
        "ledger",
        "payments",
        "staff",
        "three_public",
        "assets",
        "objectives",
        "survey",
        "self_score",
    )
    for position in twice:
        corpus.add(
            "duplicated_row", f"{position}.workbook", _site(WORKBOOK_XLSX, position), refused(),
            table=lambda document, grid, row, column: operators.duplicate_row(grid, row),
        )  # fmt: skip
    corpus.add(
        "duplicated_row",
        "tasks.workbook",
        _task(),
        refused("同一任务"),
        table=lambda d, g, r, c: operators.duplicate_row(g, r),
    )

    def other_value(document: Document, grid: Grid, row: int, column: int) -> operators.Spot:
        place = operators.duplicate_row(grid, row)
        grid.rows[row + 1][column] = Decimal("77.70")
        return place

    for position in ("budget", "staff"):
        corpus.add(
            "same_figure_twice_with_different_values", f"{position}.workbook", _site(WORKBOOK_XLSX, position), refused("两行"),
            table=other_value,
        )  # fmt: skip

    def deleted(
        beside: tuple[str, str] | None = None,
    ) -> Callable[[Document, Grid, int, int], operators.Spot]:
        def act(document: Document, grid: Grid, row: int, column: int) -> operators.Spot:
            operators.delete_row(grid, row)
            return (grid.row(beside[0]), grid.column(beside[1])) if beside else (None, None)

        return act

    # the row that is gone cannot be named: what it leaves behind is
    gone: dict[str, tuple[Expected, tuple[str, str] | None]] = {
        "budget": (flagged("units_all_given"), ("部门整体", "年初预算数")),
        "ledger": (contradicted("identities_close"), ("2022-03-18", "金额")),
        "three_public": (flagged("items_all_given"), ("合计", "本年决算")),
        "procurement": (flagged("items_all_given"), ("合计", "实际")),
        "payments": (missing(SITES["payments"][3]), None),
        "staff": (missing(SITES["staff"][3]), None),
        "survey": (missing(SITES["survey"][3]), None),
        "basic": (missing(SITES["basic"][3]), None),
        "carry_over": (missing(SITES["carry_over"][3]), None),
    }
    for position, (expected, beside) in gone.items():
        corpus.add(
            "deleted_row",
            f"{position}.workbook",
            _site(WORKBOOK_XLSX, position),
            expected,
            table=deleted(beside),
        )
    planned = alone(_key("tasks_planned"), _key("tasks_done"))
    corpus.add("deleted_row", "tasks.workbook", _task(), planned, table=_without_a_task)

    def subtotal(names: list[Cell]) -> Callable[[Document, Grid, int, int], operators.Spot]:
        def act(document: Document, grid: Grid, row: int, column: int) -> operators.Spot:
            line = list(grid.rows[row])
            for index, name in enumerate(names):
                line[index] = line[index] if name is None else name
            grid.rows.insert(row + 1, line)
            return row + 1, None

        return act

    named = ["部门整体", "公务用车购置及运行维护费"]
    corpus.add(
        "subtotal_counted_as_a_row",
        "three_public.workbook",
        _site(WORKBOOK_XLSX, "three_public"),
        refused(),
        table=subtotal(named),
    )
    corpus.add(
        "subtotal_counted_as_a_row",
        "assets.workbook",
        _site(WORKBOOK_XLSX, "assets"),
        refused("两行"),
        table=subtotal([None, "小计"]),
    )
    lines: list[Cell] = ["馆本级", "2022-06-30", Decimal("120.00"), "追加", "上半年追加共计", "否", "", ""]
    corpus.add(
        "subtotal_counted_as_a_row", "ledger.workbook", _site(WORKBOOK_XLSX, "ledger"), contradicted("identities_close"),
        table=subtotal(lines),
    )  # fmt: skip
    for position in ("budget", "staff"):
        corpus.add(
            "head_only", f"{position}.workbook", _site(WORKBOOK_XLSX, position), missing(SITES[position][3]),
            table=lambda document, grid, row, column: operators.head_only(grid),
        )  # fmt: skip


def _task() -> Site:
    return Site(WORKBOOK_XLSX, NAME, "任务清单", ("整理第5号全宗",), "任务")


def _without_a_task(document: Document, grid: Grid, row: int, column: int) -> operators.Spot:
    operators.delete_row(grid, row)
    return grid.row("整理第1号全宗"), None


def _years(corpus: Corpus) -> None:
    def written(
        row: tuple[str, ...] | None, head: str, text: str
    ) -> Callable[[Document, Grid, int, int], operators.Spot]:
        def act(document: Document, grid: Grid, at: int, column: int) -> operators.Spot:
            place = (grid.row(*row), grid.column(head)) if row else (0, 0)
            grid.rows[place[0]][place[1]] = text
            return place

        return act

    cases = [
        ("ledger", "ledger", written(("2022-06-20",), "日期", "2021-06-20")),
        ("payments", "payments", written(("6月",), "月份", "2021年6月")),
        ("title", "budget", written(None, "", "预算与执行（2021年度）")),
    ]
    for position, site, act in cases:
        corpus.add(
            "row_of_another_year",
            f"{position}.workbook",
            _site(WORKBOOK_XLSX, site),
            refused("2021"),
            table=act,
        )
    due = written(("整理第5号全宗",), "应完成日期", "2021-11-30")
    corpus.add("row_of_another_year", "tasks.workbook", _task(), refused("2021"), table=due)


def _files(corpus: Corpus, form: Form) -> None:
    site, position = _site(form, "budget"), form.name
    corpus.add("truncated_last_line", position, site, refused(), file=operators.cut)
    corpus.add("nul", position, site, refused(), file=operators.with_nul)
    corpus.add("empty_file", position, site, refused("空的"), file=lambda data: b"")
    corpus.add("html_named_xls", position, site, refused("HTML"), file=operators.html, renamed="录入表.xls")
    corpus.add("raw_file_whose_hash_changed", position, site, refused("sha256", whole=True), stale=True)
    if form.suffix != CSV:
        corpus.add("encrypted_workbook", position, site, refused("加密"), file=operators.encrypted)
        for name, act in operators.HOSTILE.items():
            corpus.add(name, position, site, refused(code=7), file=act)


def _unseen(corpus: Corpus) -> None:
    """What nobody sees at a glance."""

    def merged(document: Document, grid: Grid, row: int, column: int) -> operators.Spot:
        return operators.merge_down(grid, row, column)

    def extra(document: Document, grid: Grid, row: int, column: int) -> operators.Spot:
        return operators.hidden_row(grid, list(grid.rows[row]))

    def hidden_column(document: Document, grid: Grid, row: int, column: int) -> operators.Spot:
        grid.hidden_columns.add(column)
        return grid.head, column

    def old_sheet(hidden: bool) -> Callable[[Document, Grid, int, int], operators.Spot]:
        def act(document: Document, grid: Grid, row: int, column: int) -> operators.Spot:
            old = Grid("预算执行情况", [list(line) for line in grid.rows], head=grid.head, hidden=hidden)
            for at in old.body():
                old.rows[at][column] = Decimal("1.00")
            document.grids.insert(0, old)
            return None, None

        return act

    def nameless(document: Document, grid: Grid, row: int, column: int) -> operators.Spot:
        document.grids.insert(0, Grid("旧数", [["去年", Decimal("5.00")]], hidden=True))
        return None, None

    for position in ("budget", "staff"):
        site = _site(WORKBOOK_XLSX, position)
        corpus.add("merged_cells", f"{position}.workbook", site, refused("合并"), table=merged)
        corpus.add("hidden_extra_row", f"{position}.workbook", site, refused("隐藏的行"), table=extra)
        corpus.add("hidden_column", f"{position}.workbook", site, refused("隐藏的列"), table=hidden_column)
    site = _site(WORKBOOK_XLSX, "budget")
    said = {True: "隐藏的工作表", False: "两张表"}
    for hidden, words in said.items():
        name = "hidden_first_sheet_with_old_data" if hidden else "same_figure_twice_with_different_values"
        corpus.add(name, "sheet.workbook", site, refused(words, whole=True), table=old_sheet(hidden))
    corpus.add(
        "hidden_first_sheet_with_old_data",
        "nameless.workbook",
        site,
        refused("旧数", whole=True),
        table=nameless,
    )
