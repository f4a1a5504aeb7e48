"""The score parts of the page: one scheme line by line, all schemes side by side, and what would narrow the interval."""

from __future__ import annotations

from fractions import Fraction

from auditbook import charts, scoring
from auditbook.charts import Chart, Span
from auditbook.numbers import Interval
from auditbook.pipeline import Run
from auditbook.report import fragments as html
from auditbook.report.fragments import Column, Html, Text
from auditbook.report.graphs import drawable
from auditbook.report.references import (
    cite,
    framework_reference,
    row_reference,
    rule_reference,
    width_words,
    written,
)
from auditbook.scoring import BASES, STATES, STOPPED
from auditbook.scoring_rules import points_text, span_text
from auditbook.tables import Row

MOST_DOCUMENTS = 12
# What a state looks like as a chip: the tags are the page's own, the words are scoring's.
_TAGS = {
    "assessed": "good", "bounded": "within_rounding", "not_assessable": "not_assessable", "undefined": "undefined",
    "not_applicable": "not_applicable", "overridden": "note", "unspecified": "not_assessable", "stopped": "warning",
}  # fmt: skip


def scores(run: Run) -> Html:
    """The score as an interval, by group, then every line with its rule and why it is no more certain."""
    rows = run.table("scores")
    blocks: list[Text] = []
    if invalid := run.framework.validity_note(run.audit.case.year):
        said = cite(f"{invalid}。", framework_reference(run))
        blocks.append(html.callout("warning", "评分表的适用年度", said))
    if changed := [row for row in rows if row["state"] == "overridden"]:
        lines = [
            f"{line_name(row, run)}：{cite(row['reason'], row_reference('scores', row))}" for row in changed
        ]
        blocks.append(html.callout("note", "由审计人员改判的得分", html.bullets(lines)))
    drawn = [row_reference("scores", row) for row in rows if row["level"] != "indicator"]
    blocks += [html.resting(drawn, html.figure(score_interval(run))), _lines(rows, run)]
    return html.join(*blocks)


def score_interval(run: Run) -> Chart:
    """The score as an interval: total first, then each group, with the department's own score where it gave one."""
    rows = {row["indicator"]: row for row in run.table("scores") if row["level"] != "indicator"}
    spans = []
    for key in ("", *(group.id for group in run.framework.groups)):
        row = rows[key]
        box = _interval(row)
        claimed = Fraction(row["self_scored"]) if row["self_scored"] else None
        name = "总分" if not key else f"{drawable(line_name(row, run))}（{_points(row['weight'])}分）"
        spans.append(Span(name, box.low, box.high, f"{span_text(box)} 分", claimed))
    return charts.interval("score", "得分：已证实与仍可能", spans, "分", Fraction(run.framework.full_marks))


def line_name(row: Row, run: Run) -> str:
    """The name of a line or a group of the scheme, as a reader knows it."""
    return scoring.line_name(run.framework, run.rulebook, row["indicator"])


def _interval(row: Row) -> Interval:
    return Interval(Fraction(row["lowest"]), Fraction(row["highest"]))


def _points(text: str) -> str:
    return points_text(Fraction(text)) if text else "—"


def _lines(rows: list[Row], run: Run) -> Html:
    """The table by group: the lines in the scheme's own order, then the group's sum; the total at the end."""
    framework = run.framework
    lines = {row["indicator"]: row for row in rows if row["level"] == "indicator"}
    sums = {row["indicator"]: row for row in rows if row["level"] == "group"}
    cells: list[list[Text]] = []
    under: list[Text] = []
    refs: list[list[str]] = []

    def add(row: Row, name: Text, note: Text = "") -> None:
        line = [framework_reference(run, row["indicator"])] if row["indicator"] else []
        refs.append([row_reference("scores", row), *line, framework_reference(run)])
        cells.append(
            [
                name, _points(row["weight"]), _points(row["lowest"]), _points(row["highest"]),
                _points(row["self_scored"]), html.tag(_TAGS[row["state"]], STATES[row["state"]]), row["reason"] or "—",
            ]
        )  # fmt: skip
        under.append(note)

    for group in (*framework.groups, None):
        for key, item in framework.lines.items():
            if item.group == (group.id if group else None):
                name = line_name(lines[key], run)
                add(
                    lines[key],
                    f"{name}（加分项）" if item.is_bonus else name,
                    _grounds(lines[key], item, run),
                )
        if group:
            add(sums[group.id], f"{group.name} 小计")
    total = next(row for row in rows if row["level"] == "total")
    if grade := scoring.grade_words(framework, rows):
        word = "可能的等级" if "～" in grade else "等级"
        total = {**total, "reason": "；".join(filter(None, (total["reason"], f"{word}：{grade}")))}
    add(total, "合计")
    columns = [
        Column("指标"), Column("分值", "分", numeric=True), Column("已证实", "分", numeric=True),
        Column("最高可能", "分", numeric=True), Column("自评", "分", numeric=True), Column("状态"), Column("情况"),
    ]  # fmt: skip
    note = (
        f"评分表：{framework.title}（{framework.issuer}，{framework.edition}），{BASES[lines_basis(rows)]}计。"
        f"{'各行分值是假定，理由见各行。' if framework.weights == 'assumed' else ''}{framework.caveats}"
    )
    return html.table(
        "得分表", columns, cells, total_row=True, note=note, id="scores", under=under, row_refs=refs,
        rests_on=[framework_reference(run)],
    )  # fmt: skip


def lines_basis(rows: list[Row]) -> str:
    """On which basis a table of scores was made: the whole department, or its worst unit."""
    return next(row["basis"] for row in rows if row["level"] == "total")


def _grounds(row: Row, item: scoring.Item, run: Run) -> Text:
    """What opens under a line: the rule, the definition, where both come from, what is assumed, what is lacking."""
    pairs: list[tuple[Text, Text]] = []
    stanza = run.rulebook.stanzas.get(item.indicator or "")
    if row["rule"]:
        pairs.append(("评分规则", row["rule"]))
    if stanza and row["definition"]:
        pairs.append(("口径", stanza.definition_name(row["definition"])))
    if item.source:
        pairs.append(("依据", item.source))
    if item.assumption:
        pairs.append(("假定", item.assumption))
    if row["documents"]:
        pairs.append(("需要的资料", html.bullets(row["documents"].split(scoring.BETWEEN))))
    return html.evidence("规则与依据", pairs) if pairs else ""


def schemes(run: Run) -> Html:
    """All schemes side by side, on both bases: what is proven, what is lost, what the self-score would have needed."""
    rows = run.table("schemes")
    cells: list[list[Text]] = []
    under: list[Text] = []
    for row in rows:
        own = row["scheme"] == run.framework.framework and row["basis"] == run.framework.basis
        cells.append(
            [
                row["title"] + ("（本报告采用）" if own else ""), BASES[row["basis"]].removeprefix("按"),
                _full(row), _points(row["lowest"]), _points(row["highest"]), _points(row["lost"]),
                _points(row["assessable_weight"]), row["grade"] or "—",
            ]
        )  # fmt: skip
        pairs: list[tuple[Text, Text]] = []
        if row["lost_by"]:
            pairs.append(("已不可能得到的分", row["lost_by"]))
        if row["note"]:
            pairs.append(("说明", row["note"]))
        under.append(html.evidence("失分与说明", pairs) if pairs else "")
    columns = [
        Column("评分表"), Column("计分单位"), Column("满分", "分", numeric=True),
        Column("已证实", "分", numeric=True), Column("最高可能", "分", numeric=True), Column("已失", "分", numeric=True),
        Column("可评权重", "分", numeric=True), Column("可能的等级"),
    ]  # fmt: skip
    note = "同一份证据按各评分表分别计算。“已失”是无论补充什么资料都不再可能得到的分；满分一栏的加号后是加分项上限。"
    refs = [
        [row_reference("schemes", row), rule_reference(f"params/frameworks/{row['scheme']}.yaml")]
        for row in rows
    ]
    blocks: list[Text] = [
        html.table("各评分表并列", columns, cells, note=note, id="schemes", under=under, row_refs=refs)
    ]
    # both bases of a scheme are told apart only where they differ
    beyond = list(
        {(row["scheme"], row["highest"]): row for row in reversed(rows) if row["shortfall"]}.values()
    )[::-1]
    if beyond:
        lines = [
            cite(
                f"{row['title']}（{BASES[row['basis']]}）：高出{_points(row['shortfall'])}分，"
                f"仍可能的最高分是{_best(row)}，满分{_full(row)}分",
                row_reference("schemes", row),
            )
            for row in beyond
        ]
        self_scored = cite(f"自评{_points(beyond[0]['self_scored'])}分", row_reference("schemes", beyond[0]))
        title = f"{self_scored}，在以下评分表中不可能得到"
        blocks.insert(0, html.callout("warning", title, html.bullets(lines)))
    if changed := _changed_elsewhere(run):
        title = "其他评分表中由审计人员改判的得分"
        blocks.insert(0, html.callout("note", title, html.bullets(changed)))
    return html.join(*blocks)


def _best(row: Row) -> str:
    """The highest score that is still possible, on the scale on which the self-score was compared with it."""
    best = Fraction(row["self_scored"]) - Fraction(row["shortfall"])
    converted = "" if best == Fraction(row["highest"]) else "（折算后）"
    return f"{points_text(best)}分{converted}"


def _changed_elsewhere(run: Run) -> list[str]:
    """The overrides of schemes other than the case's own, whose lines stand in no table of the page."""
    own = run.framework.framework
    if any(row["state"] == STOPPED for row in run.table("scores")):
        return []
    return [
        cite(
            f"{scheme.title}：{scoring.line_name(scheme, run.rulebook, row['indicator'])}人工改判为"
            f"{_points(row['points'])}分：{row['reason']}（{row['who']}，{row['when']}）",
            row_reference("overrides", row),
        )
        for row in run.table("overrides")
        if row["scheme"] != own
        for scheme in (run.frameworks[row["scheme"]],)
    ]


def _full(row: Row) -> str:
    bonus = f"+{_points(row['bonus_marks'])}" if row["bonus_marks"] != "0" else ""
    return _points(row["full_marks"]) + bonus


def narrowing(run: Run) -> Html:
    """Which document would narrow the interval most, in order."""
    rows = run.table("scores")
    if any(row["state"] == STOPPED for row in rows):
        return html.callout("warning", "不予评分", "数据质量有阻断评分的问题，先解决它，再谈补充哪些资料。")
    found = scoring.narrowing(rows)
    named = {row["indicator"]: line_name(row, run) for row in rows if row["level"] == "indicator"}
    helpless = [
        cite(
            f"{named[row['indicator']]}（{span_text(_interval(row))}分）：{row['reason'] or '只知道数值的界限'}",
            row_reference("scores", row),
        )
        for row in scoring.without_document(rows)
    ]
    if not found and not helpless:
        return html.callout("good", "得分已经确定", "没有一行还缺资料。")
    told = html.callout("note", "没有资料可以缩小的得分", html.bullets(helpless)) if helpless else ""
    if not found:
        return html.join(told)
    cells: list[list[Text]] = []
    under: list[Text] = []
    refs: list[list[str]] = []
    for place, supply in enumerate(found[:MOST_DOCUMENTS], 1):
        cells.append(
            [
                html.index_number(place), supply.document,
                width_words(points_text(supply.alone), run.framework.framework, supply.lines),
                width_words(points_text(supply.shared), run.framework.framework, supply.shared_lines),
                "、".join(named[key] for key in supply.lines) or "—",
                "、".join(named[key] for key in supply.shared_lines) or "—",
            ]
        )  # fmt: skip
        also: list[tuple[Text, Text]] = [
            (named[key], html.bullets(more)) for key, more in supply.others.items()
        ]
        under.append(html.evidence("还需要的其他资料", also) if also else "")
        keys = (*supply.lines, *supply.shared_lines)
        refs.append([written("scores", run.framework.framework, "indicator", key) for key in keys])
    columns = [
        Column("次序"), Column("资料"), Column("单凭它", "分", numeric=True), Column("连同其他", "分", numeric=True),
        Column("单凭它可评的指标"), Column("还需其他资料的指标"),
    ]  # fmt: skip
    note = "分数是得分区间因此缩小的宽度，不是会得到的分。一行需要几份资料的，宽度记在每一份之下，不能相加。"
    rest = len(found) - len(cells)
    if rest > 0:
        # of documents that are not listed there is no row to rest on: they are counted in words
        note += "其余资料见 scores.csv 的 documents 栏。"
    title = "补充哪份资料最能缩小得分区间"
    table = html.table(title, columns, cells, note=note, id="narrowing", under=under, row_refs=refs)
    return html.join(table, told)
