"""历年比较 on the page: which years are compared, trends, changes, restated figures, last year's findings, and PEFA outturns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from auditbook import charts
from auditbook.cases import DEPARTMENT
from auditbook.charts import Dot, Track
from auditbook.figures import NOT_APPLICABLE
from auditbook.findings import SEVERITIES
from auditbook.following import NEW, STATUS_WORDS
from auditbook.indicators import COMPUTED
from auditbook.numbers import factor, parse
from auditbook.outturns import COUNTED, NOT_SCORED, OVERALL, PARTS, SCORED
from auditbook.pipeline import Run
from auditbook.report import fragments as html
from auditbook.report.finding_parts import brief
from auditbook.report.fragments import Column, Html, Text
from auditbook.report.graphs import drawable
from auditbook.report.references import (
    cite,
    cited,
    counted,
    result_reference,
    row_reference,
    rule_reference,
)
from auditbook.report.year_words import (
    GAPS,
    RATES,
    amount_in,
    base_text,
    change_text,
    dot_text,
    outturn_text,
    rate_of_change,
    value_text,
)
from auditbook.tables import Row
from auditbook.year_chain import READ
from auditbook.year_chain import STATUS_WORDS as CASE_WORDS
from auditbook.year_rules import Dimension, read_outturns, read_trends
from auditbook.year_series import (
    AGREES,
    AMOUNT,
    CARRIED_DIFFERS,
    DIFFERS,
    INDICATOR,
    NO_BASE,
    NO_CASE,
    SCORE,
    STATED,
    WITHIN_ROUNDING,
)

RULES = "params/outturns.yaml"
VERDICTS = {
    AGREES: "一致", WITHIN_ROUNDING: "在舍入之内", DIFFERS: "上年数前后不一致", CARRIED_DIFFERS: "带入后上年案例已改",
}  # fmt: skip


def years(run: Run) -> Html:
    """Which years there are, what became of amounts, indicators and scores; one line where only one year is known."""
    rows, cases = run.table("years"), run.table("year_cases")
    if not rows and not cases:
        return html.paragraph(
            "只有一个年度的数，没有可比较的年度。案例文件写明 previous（上年的案例）后，这里列出历年数字、断点与上年审计发现的整改。"
        )
    blocks: list[Text] = []
    if cases:
        blocks.append(_cases(cases))
    else:
        blocks.append(
            html.paragraph(
                "没有上年的案例；以下只是本年资料自己所载的其他年度的数，没有与那些年度的资料核对。"
            )
        )
    series = _grouped(rows)
    if not rows:
        blocks.append(html.paragraph("没有一个数字或指标有两个年度的值，不能画出变化。"))
    blocks += _charts(run, series)
    for kind, title in ((AMOUNT, "金额与人数逐年"), (INDICATOR, "指标逐年"), (SCORE, "得分逐年")):
        own = [row for row in rows if row["kind"] == kind and row["scope"] == DEPARTMENT and not row["item"]]
        if own:
            blocks.append(_table(title, own, run))
    items = [row for row in rows if row["item"] and row["scope"] == DEPARTMENT]
    if items:
        blocks.append(html.folded("分项逐年", _table("分项逐年", items, run)))
    units = [row for row in rows if row["scope"] != DEPARTMENT]
    if units:
        blocks.append(html.folded("各下属单位逐年", _table("各下属单位逐年", units, run)))
    if run.table("restated"):
        blocks.append(_restated(run))
    return html.join(*blocks)


def _cases(cases: Sequence[Row]) -> Html:
    rows: list[list[Text]] = [
        [
            f"{row['year']}年" if row["year"] else "—", html.code(row["case"]), row["department"] or "—",
            html.code(row["framework"]) if row["framework"] else "—", row["edition"] or "—", CASE_WORDS[row["status"]],
        ]
        for row in sorted(cases, key=lambda row: row["year"] or "0", reverse=True)
    ]  # fmt: skip
    columns = [Column(name) for name in ("年度", "案例", "部门", "评分表", "版本", "状态")]
    refs = [
        row_reference("year_cases", row)
        for row in sorted(cases, key=lambda row: row["year"] or "0", reverse=True)
    ]
    table = html.table("比较的年度", columns, rows, id="year-cases", row_refs=refs)
    lost = [row for row in cases if row["status"] != READ]
    told = [
        html.callout(
            "warning", f"上年的案例“{row['case']}”没有用上：{CASE_WORDS[row['status']]}",
            html.paragraph(cite(row["why"], row_reference("year_cases", row))),
        )
        for row in lost
    ]  # fmt: skip
    return html.join(table, *told)


def _grouped(rows: Sequence[Row]) -> dict[tuple[str, str, str, str], list[Row]]:
    """Series by kind, about, scope and item, the years in order."""
    found: dict[tuple[str, str, str, str], list[Row]] = {}
    for row in sorted(rows, key=lambda row: int(row["year"])):
        found.setdefault((row["kind"], row["about"], row["scope"], row["item"]), []).append(row)
    return found


# --- charts ------------------------------------------------------------------------------------------


def _charts(run: Run, series: Mapping[tuple[str, str, str, str], list[Row]]) -> list[Html]:
    """A chart for each group of amounts and for each indicator of the department as a whole that has two years."""
    found = []
    for group in read_trends(run.workspace.root, run.dictionary):
        own = [
            series[AMOUNT, figure, DEPARTMENT, ""]
            for figure in group.figures
            if (AMOUNT, figure, DEPARTMENT, "") in series
        ]
        if own:
            found.append(_chart(group.id, group.title, own, run.dictionary[group.figures[0]].unit))
    for id, stanza in run.rulebook.stanzas.items():
        if (INDICATOR, id, DEPARTMENT, "") in series:
            found.append(
                _chart(f"{id}-years", stanza.name, [series[INDICATOR, id, DEPARTMENT, ""]], stanza.unit)
            )
    return found


def _chart(name: str, title: str, series: Sequence[list[Row]], unit: str) -> Html:
    at = [int(row["year"]) for row in series[0]]
    tracks = [Track(drawable(rows[0]["name"]), tuple(_dot(row) for row in rows)) for rows in series]
    references = [row_reference("years", row) for rows in series for row in rows]
    chart = charts.trend(name, f"{title}：{at[0]}—{at[-1]}年", at, tracks, unit)
    return html.resting(references, html.figure(chart))


def _dot(row: Row) -> Dot:
    value = None
    if row["value"]:
        value = parse(row["value"]) * (factor(row["unit"]) if row["kind"] == AMOUNT else Fraction(1))
    return Dot(value, dot_text(row), row["segment"], drawable(row["broken"]), row["origin"] == STATED)


# --- tables ------------------------------------------------------------------------------------------


def _table(title: str, rows: Sequence[Row], run: Run) -> Html:
    columns = [
        Column("项目"), Column("年度"), Column("数值", numeric=True), Column("比较的基数", numeric=True), Column("增减", numeric=True),
        Column("增减率"), Column("说明"),
    ]  # fmt: skip
    cells, refs = [], []
    for series in _grouped(rows).values():
        for place, row in enumerate(series):
            scope = "" if row["scope"] == DEPARTMENT else f"（{run.audit.scope_name(row['scope'])}）"
            lone = place > 0 and row["value"] and not row["change"]
            rate = RATES[NO_BASE] if lone else rate_of_change(row)
            cells.append(
                [
                    row["name"] + scope, f"{row['year']}年", value_text(row), base_text(row), change_text(row), rate,
                    _remark(row, run),
                ]
            )  # fmt: skip
            refs.append(row_reference("years", row))
    if not any(row[-1] for row in cells):
        columns, cells = columns[:-1], [row[:-1] for row in cells]
    note = "比较的基数是上一年度自己的案例里的数；指标的基数按本年口径重算。缺数、没有案例的年度是空缺，不是零。比率的增减以百分点计，不再算增减率。"
    return html.table(title, columns, cells, note=note, rest_in="years.csv", row_refs=refs)


def _remark(row: Row, run: Run) -> str:
    said = []
    if row["broken"]:
        said.append(f"断点：{row['broken']}")
    if row["origin"] == STATED:
        said.append(f"该年度没有案例或缺数，取自 {row['case']} 的资料所载以前年度的数")
    if row["base_origin"] == STATED:
        said.append("基数取自后来的资料")
    if row["base"] and row["kind"] == INDICATOR and "口径由" in row["broken"]:
        stanza = run.rulebook.stanzas[row["about"]]
        said.append(f"基数已按“{stanza.definition_name(row['definition'])}”重算，不是上年公布的口径")
    return "；".join(said)


def _restated(run: Run) -> Html:
    rows = sorted(
        run.table("restated"),
        key=lambda row: (row["verdict"] not in (DIFFERS, CARRIED_DIFFERS), row["figure"]),
    )
    columns = [
        Column("数字"), Column("年度"), Column("该年度案例的数", numeric=True), Column("后来资料所载", numeric=True),
        Column("相差", numeric=True), Column("结果"), Column("所载资料"),
    ]  # fmt: skip
    cells: list[list[Text]] = [
        [
            row["name"] + ("" if row["scope"] == DEPARTMENT else f"（{run.audit.scope_name(row['scope'])}）"), f"{row['year']}年",
            amount_in(row["own"], row["unit"]), amount_in(row["stated"], row["unit"]), amount_in(row["difference"], row["unit"]),
            html.tag("disagrees" if row["verdict"] in (DIFFERS, CARRIED_DIFFERS) else row["verdict"], VERDICTS[row["verdict"]]),
            html.code(row["stated_case"]),
        ]
        for row in rows
    ]  # fmt: skip
    apart = [row for row in rows if row["verdict"] in (DIFFERS, CARRIED_DIFFERS)]
    total = counted(run, "restated")
    differ = counted(run, "restated", verdict=[DIFFERS, CARRIED_DIFFERS])
    said = html.paragraph(
        f"后来的资料里有 {total} 个以前年度的数可与该年度自己的案例核对，{differ} 个不一致。"
        + ("不一致的，同比按该年度自己的案例里的数计算，两个数都列出。" if apart else "")
    )
    refs = [row_reference("restated", row) for row in rows]
    table = html.table(
        "上年数核对", columns, cells, id="restated-table", rest_in="restated.csv", row_refs=refs
    )
    return html.join(said, table)


# --- last year's findings ----------------------------------------------------------------------------


def _checked(row: Row) -> Text:
    """What somebody found when looking at last year's finding again, in their words; by whom and when."""
    said = "；".join(part for part in (row["who"], row["when"]) if part)
    if not row["evidence"]:
        return said or "没有核对"
    return html.join(html.phrase(row["evidence"]), f"；{said}" if said else "")


def followed(run: Run) -> Html:
    """What has become of last year's findings; one line where nothing is known of any."""
    rows = run.table("followed")
    if not rows:
        return html.paragraph("没有上年审计发现可以跟踪。")
    order = list(STATUS_WORDS)
    rows = sorted(rows, key=lambda row: (order.index(row["status"]), row["finding"]))
    counts = "，".join(
        f"{words} {counted(run, 'followed', status=status)} 项"
        for status, words in STATUS_WORDS.items()
        if any(row["status"] == status for row in rows)
    )
    columns = [
        Column("情况"), Column("发现"), Column("年度"), Column("上年的事实"), Column("上年"), Column("本年"), Column("为什么这样说"),
        Column("核对的依据"),
    ]  # fmt: skip
    before = [row for row in rows if row["status"] != NEW]
    cells: list[list[Text]] = [
        [
            html.tag(_TONES[row["status"]], STATUS_WORDS[row["status"]]), _name(row, run), f"{row['year']}年", brief(row["condition"]),
            _weight(row["severity"], row["amount"], row["unit"]), _weight(row["now_severity"], row["now_amount"], row["now_unit"]),
            row["reason"], _checked(row),
        ]
        for row in before
    ]  # fmt: skip
    new: list[Text] = [
        html.join(_name(row, run), f"（{SEVERITIES[row['now_severity']]}）")
        for row in rows
        if row["status"] == NEW
    ]
    blocks: list[Text] = [html.paragraph(f"{counts}。本年没有再发现，不等于已整改；已整改须有核对的依据。")]
    if before:
        refs = [row_reference("followed", row) for row in before]
        blocks.append(html.table("上年审计发现跟踪", columns, cells, id="followed-table", row_refs=refs))
    if new:
        blocks.append(html.folded("本年新增的发现", html.bullets(new)))
    return html.join(*blocks)


_TONES = {
    "worse": "high", "again": "high", "open": "warning", "partly": "medium", "not_seen": "note", "settled": "good", "new": "note",
}  # fmt: skip


def _name(row: Row, run: Run) -> str:
    return row["name"] + ("" if row["scope"] == DEPARTMENT else f"（{run.audit.scope_name(row['scope'])}）")


def _weight(severity: str, amount: str, unit: str) -> str:
    parts = [SEVERITIES.get(severity, ""), amount_in(amount, unit) if amount else ""]
    return "，".join(part for part in parts if part) or "—"


# --- outturns ----------------------------------------------------------------------------------------


def outturns(run: Run) -> Html:
    """Outturns against the approved budget as PEFA measures them, beside the rates that are usual in China."""
    rows = run.table("outturns")
    if not rows:
        return html.paragraph("没有年初预算数与决算数都有的年度或类别，PEFA PI-1、PI-2 无法计算。")
    rules = read_outturns(run.workspace.root, run.dictionary, set(run.rulebook.stanzas))
    dimensions = {dimension.id: dimension for dimension in rules.dimensions}
    yearly = [row for row in rows if row["year"] and row["case"]]
    scores = [row for row in rows if not row["year"]]
    blocks: list[Text] = [html.paragraph(cite(rules.caveats, rule_reference(RULES)))]
    columns = [Column("维度"), Column("年度"), Column("比率", numeric=True), Column("说明"), Column("算法")]
    cells: list[list[Text]] = [
        [
            _dimension(row, dimensions), f"{row['year']}年", outturn_text(row) or "—",
            row["reason"] or ("—" if row["status"] == COMPUTED else GAPS.get(row["status"], "")),
            cite(dimensions[row["dimension"]].note, rule_reference(RULES, row["dimension"])),
        ]
        for row in yearly
    ]  # fmt: skip
    refs = [row_reference("outturns", row) for row in yearly]
    blocks.append(html.table("决算偏离最初预算（PEFA）", columns, cells, id="outturns-table", row_refs=refs))
    blocks.append(_scores(scores, dimensions))
    blocks.append(_beside(run, rules.beside))
    if run.table("composition"):
        blocks.append(html.folded("支出构成偏离的算式", _composition(run)))
    blocks.append(html.paragraph("依据：", cite(rules.source, rule_reference(RULES)), "。"))
    return html.join(*blocks)


def _dimension(row: Row, dimensions: Mapping[str, Dimension]) -> str:
    if row["dimension"] == OVERALL:
        return row["name"]
    return f"{row['dimension'].upper().replace('-2-', '-2.')} {row['name']}"


def _scores(rows: Sequence[Row], dimensions: Mapping[str, Dimension]) -> Html:
    words = {SCORED: "", NOT_SCORED: "不评分", NOT_APPLICABLE: "不适用"}
    ordered = sorted(rows, key=lambda row: (row["dimension"] == OVERALL, row["dimension"]))
    cells: list[list[Text]] = [
        [
            _dimension(row, dimensions), row["score"] or words[row["status"]], row["reason"],
            cite(dimensions[row["dimension"]].source, rule_reference(RULES, row["dimension"]))
            if row["dimension"] in dimensions
            else "—",
        ]
        for row in ordered
    ]  # fmt: skip
    columns = [Column("维度"), Column("得分"), Column("为什么"), Column("评分规则")]
    refs = [[row_reference("outturns", row), rule_reference(RULES)] for row in ordered]
    return html.table("PEFA 得分", columns, cells, id="outturn-scores", row_refs=refs)


def _beside(run: Run, indicators: Sequence[str]) -> Html:
    """The rates that are usual in China, for each year that is known."""
    known = {(row["about"], row["year"]): row for row in run.table("years") if row["kind"] == INDICATOR and not row["item"] and row["scope"] == DEPARTMENT}  # fmt: skip
    cells: list[list[Text]] = []
    for indicator in indicators:
        stanza = run.rulebook.stanzas[indicator]
        definition = run.scoring[indicator]
        own = [
            row
            for (about, _), row in sorted(known.items())
            if about == indicator and row["status"] != NO_CASE
        ]
        for row in own:
            key = [row[column] for column in ("kind", "about", "scope", "item", "year")]
            words = stanza.definition_name(row["definition"]) if row["definition"] else "—"
            cells.append([stanza.name, f"{row['year']}年", cited(value_text(row), "years", *key), words])
        if own:
            continue
        for result in run.results:
            if (result.indicator, result.definition, result.scope, result.item) == (
                indicator,
                definition,
                DEPARTMENT,
                "",
            ):
                shown = stanza.value_text(result.value) if result.value is not None else "无法评价"
                cells.append(
                    [
                        stanza.name, f"{result.year}年", cite(shown, result_reference(result)),
                        stanza.definition_name(definition),
                    ]
                )  # fmt: skip
    columns = [Column("比率"), Column("年度"), Column("数值", numeric=True), Column("口径")]
    return html.table("同一年度的国内常用比率", columns, cells, id="outturns-beside")


def _composition(run: Run) -> Html:
    rows = run.table("composition")
    columns = [
        Column("类别"), Column("年度"), Column("年初预算", numeric=True), Column("决算", numeric=True), Column("按总额调整后", numeric=True),
        Column("偏离", numeric=True), Column("是否计入"),
    ]  # fmt: skip
    cells: list[list[Text]] = [
        [
            row["name"], f"{row['year']}年", amount_in(row["budget"], row["unit"]), amount_in(row["outturn"], row["unit"]),
            amount_in(row["adjusted"], row["unit"]), amount_in(row["deviation"], row["unit"]), PARTS[row["part"]],
        ]
        for row in rows
    ]  # fmt: skip
    refs = [row_reference("composition", row) for row in rows]
    note = f"偏离＝决算 − 按总额调整后的预算；“{PARTS[COUNTED]}”各类偏离的绝对值之和除以调整数之和，就是构成偏离。"
    return html.table(
        "支出构成",
        columns,
        cells,
        note=note,
        id="composition-table",
        rest_in="composition.csv",
        row_refs=refs,
    )
