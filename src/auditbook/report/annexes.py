"""The two annexes that reports of this kind carry: 附表1 整体支出明细表, 附表2 绩效评价指标表."""

from __future__ import annotations

from fractions import Fraction

from auditbook import report_rules
from auditbook.cases import DEPARTMENT
from auditbook.figures import NOT_APPLICABLE, Resolved
from auditbook.indicators import COMPUTED
from auditbook.numbers import amount_text, factor, parse
from auditbook.pipeline import Run
from auditbook.report import fragments as html
from auditbook.report.fragments import Column, Html, Text
from auditbook.report.graphs import value_words
from auditbook.report.references import (
    cite,
    figure_references,
    framework_reference,
    result_reference,
    row_reference,
    stanza_reference,
)
from auditbook.report_rules import AMOUNTS, SpendingRow
from auditbook.scoring import line_name
from auditbook.scoring_rules import points_text

MISSING = "缺"
_HEADS = {
    "initial": "年初预算", "added": "调增", "cut": "调减", "adjusted": "调整后预算", "spent": "实际支出", "carried": "结转结余",
}  # fmt: skip


def spending(run: Run) -> Html:
    """附表1: what was budgeted, adjusted and spent; what is missing says so, and which document would supply it."""
    rules = report_rules.read(run.workspace, run.dictionary).spending
    rows: list[list[Text]] = []
    wanted: dict[str, dict[str, None]] = {}
    for scope in (DEPARTMENT, *(unit.id for unit in run.audit.case.units)):
        own: list[tuple[str, str, SpendingRow]] = []
        for row in rules.rows:
            own += [
                (row.name if not item else _item_name(row, item, run), item, row)
                for item in _items(row, scope, run)
            ]
        found = [(name, item, row, _resolved(row, scope, item, run)) for name, item, row in own]
        said = [cell.state != "missing" for *_, cells in found for cell in cells.values()]
        if scope != DEPARTMENT and not any(said):
            rows.append([f"{run.audit.scope_name(scope)}：各项", *[MISSING] * 7])
            continue
        for name, item, row, cells in found:
            words = {column: _words(cells.get(column), run) for column in AMOUNTS}
            for column, word in words.items():
                if word == MISSING and scope == DEPARTMENT and not item:
                    figure = row.figure(column)
                    document = run.dictionary[figure].table if figure else rules.documents.get(column, "")
                    if document:
                        wanted.setdefault(document, {})[f"{name}的{_HEADS[column]}"] = None
            rows.append(
                [
                    name if scope == DEPARTMENT else f"{run.audit.scope_name(scope)}：{name}",
                    words["initial"], words["added"], words["cut"], words["adjusted"], words["spent"],
                    _rate(rules.rate, row, scope, item, run), words["carried"],
                ]
            )  # fmt: skip
    columns = [
        Column("单位与支出"), Column("年初预算", "万元", numeric=True), Column("调增", "万元", numeric=True),
        Column("调减", "万元", numeric=True), Column("调整后预算", "万元", numeric=True),
        Column("实际支出", "万元", numeric=True), Column("完成率", numeric=True), Column("结转结余", "万元", numeric=True),
    ]  # fmt: skip
    note = "“缺”是资料中没有，不是零；完成率＝实际支出÷调整后预算，缺其一即缺。几个数以“＋”相连的，是各部分之和。"
    table = html.table("整体支出明细表", columns, rows, note=note, id="annex-spending-table")
    lacking = [html.join(html.phrase(document), "：", "、".join(cells)) for document, cells in wanted.items()]
    told = html.callout("note", "缺的数字由这些资料提供", html.bullets(lacking)) if lacking else ""
    return html.join(table, told)


def _items(row: SpendingRow, scope: str, run: Run) -> list[str]:
    """The whole, then the items that the evidence gives for any column of the row."""
    if not row.items:
        return [""]
    found: dict[str, None] = {"": None}
    for column in AMOUNTS:
        figure = row.figure(column)
        if figure and run.dictionary[figure].items:
            found |= dict.fromkeys(run.figures.items(figure, scope))
    return list(found)


def _item_name(row: SpendingRow, item: str, run: Run) -> str:
    figure = next(f for f in map(row.figure, AMOUNTS) if f and run.dictionary[f].items)
    return f"其中：{run.figures.item_name(figure, item)}"


def _resolved(row: SpendingRow, scope: str, item: str, run: Run) -> dict[str, Resolved]:
    found = {}
    for column in AMOUNTS:
        figure = row.figure(column)
        if figure and (not item or run.dictionary[figure].items):
            found[column] = run.figures.resolve(figure, scope, item)
    return found


def _words(found: Resolved | None, run: Run) -> str:
    """An amount as the annex shows it; a sum as its parts, since each rests on evidence of its own."""
    if found is None or found.value is None:
        return "不适用" if found is not None and found.state == NOT_APPLICABLE else MISSING
    parts = []
    for key in found.terms:
        row = run.figures.by_name[key]
        amount = amount_text(parse(row.value) * factor(row.unit), row.unit)
        unit = "" if row.unit == "万元" else row.unit
        parts.append(cite(f"{amount}{unit}", figure_references([key], run)[0]))
    return "＋".join(parts)


def _rate(rate: report_rules.Rate, row: SpendingRow, scope: str, item: str, run: Run) -> str:
    """The rate of a row, where the indicator has one of these very figures."""
    stanza = run.rulebook.stanzas[rate.indicator]
    used = {row.spent, row.adjusted}
    if used != set(stanza.figures(rate.definition)):
        return MISSING
    found = next(
        (
            r
            for r in run.results
            if (r.indicator, r.definition, r.scope, r.item) == (rate.indicator, rate.definition, scope, item)
        ),
        None,
    )
    if found is None or found.status != COMPUTED:
        return "分母为零" if found is not None and found.status == "undefined" else MISSING
    return cite(value_words(found, stanza), result_reference(found))


def indicators(run: Run) -> Html:
    """附表2: every line of the scheme with what it means, how it is scored, and what it came to."""
    framework = run.framework
    scored = {row["indicator"]: row for row in run.table("scores") if row["level"] == "indicator"}
    groups = {group.id: group.name for group in framework.groups}
    rows: list[list[Text]] = []
    refs: list[list[str]] = []
    for key, item in framework.lines.items():
        row = scored[key]
        stanza = run.rulebook.stanzas.get(item.indicator or "")
        second = stanza.group.rpartition("·")[2] if stanza and stanza.group else "—"
        low, high = (points_text(Fraction(row[side])) if row[side] else "—" for side in ("lowest", "highest"))
        rows.append(
            [
                groups.get(item.group or "", "加分"), second, line_name(framework, run.rulebook, key),
                stanza.why if stanza else "—", points_text(Fraction(row["weight"])) if row["weight"] else "—",
                row["rule"] or "未载明", low if low == high else f"{low}～{high}",
                points_text(Fraction(row["self_scored"])) if row["self_scored"] else "—",
                "；".join(filter(None, (item.source, item.assumption and f"假定：{item.assumption}"))) or "—",
            ]
        )  # fmt: skip
        own = [stanza_reference(stanza.id, run)] if stanza else []
        refs.append(
            [row_reference("scores", row), framework_reference(run, key), framework_reference(run), *own]
        )
    columns = [
        Column("一级指标"), Column("二级指标"), Column("三级指标"), Column("指标解释"), Column("分值", "分", numeric=True),
        Column("评分标准"), Column("得分区间", "分"), Column("自评分", "分", numeric=True), Column("依据"),
    ]  # fmt: skip
    note = f"评分表：{framework.title}（{framework.edition}）。得分区间的两端是已证实与最高可能；自评分“—”是没有分项自评，不是零。"
    table = html.table(
        "绩效评价指标表", columns, rows, note=note, id="annex-indicators-table", row_refs=refs,
        rests_on=[framework_reference(run)],
    )  # fmt: skip
    return html.across(table)
