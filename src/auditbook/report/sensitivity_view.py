"""The chapter 敏感性: which single change moves the score or turns a conclusion, and how large the room for judgement is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from auditbook import charts
from auditbook.charts import Chart, Swing
from auditbook.judgement_room import (
    BOTH,
    COMBINED,
    DEFINITIONS,
    HIGHEST,
    LOWEST,
    MISSING,
    OPEN,
    PRECISION,
    SINGLE,
    UNSPECIFIED_RULES,
    WEIGHTS,
)
from auditbook.numbers import Interval
from auditbook.pipeline import Run
from auditbook.report import fragments as html
from auditbook.report.fragments import Column, Html, Text
from auditbook.report.graphs import drawable
from auditbook.report.references import cite, counted, row_reference
from auditbook.scoring_rules import points_text, span_text
from auditbook.sensitivity_changes import DEFINITION, EVIDENCE, FIGURE, STEPS, THRESHOLD, WEIGHT
from auditbook.tables import Row

KINDS = {DEFINITION: "口径", WEIGHT: "分值", THRESHOLD: "界限", FIGURE: "数字", EVIDENCE: "证据"}
CHANGED = {DEFINITIONS: "口径", WEIGHTS: "分值", BOTH: "口径与分值"}
EXTENTS = {SINGLE: "只改一处", COMBINED: "任意组合"}
OPENED = {
    MISSING: "缺资料而未定", UNSPECIFIED_RULES: "评分表没有写明而未定", PRECISION: "公布精度或界限不足而未定",
}  # fmt: skip
_NOUGHT = Fraction(0)


def sensitivity(run: Run) -> Html:
    """The whole chapter."""
    rows = sorted(run.table("sensitivity"), key=lambda row: int(row["order"]))
    case, changes = rows[0], rows[1:]
    if not changes:
        return html.callout("note", "没有可以改动的口径、分值、界限或数字")
    if not case["lowest"]:
        told = "数据质量有阻断评分的问题，没有得分，也就谈不上得分对什么敏感。以下只列改动对审计发现的影响。"
        return html.join(html.callout("warning", "不予评分", told), _turning(changes), *_unmoved(changes))
    blocks: list[Text] = [_summary(case, changes, run)]
    moving = [row for row in changes if row["moves"] == "yes"]
    if moving:
        own = [row_reference("sensitivity", row) for row in moving]
        blocks.append(html.resting(own, html.figure(tornado(moving))))
    blocks += [
        _turning(changes), _room(run), _weights(changes), _effects(changes), *_unmoved(changes),
    ]  # fmt: skip
    return html.join(*blocks)


# --- what comes first


def _summary(case: Row, changes: Sequence[Row], run: Run) -> Html:
    counts = "、".join(
        f"{name} {counted(run, 'sensitivity', kind=kind)} 处"
        for kind, name in KINDS.items()
        if any(row["kind"] == kind for row in changes)
    )
    score = cite(f"{_span(case)} 分", row_reference("sensitivity", case))
    under = "（在所用情景之下）" if run.rules.unchanged else ""
    lines: list[Text] = [
        f"一次只改一处，其余不动，逐处重算：{counts}。分值各增减一成、两成，其余各行按比例折算，满分不变；界限各增减一成、两成；"
        "数字取公布值所代表区间的两端；缺的资料不作假设，仍按整个可能的范围计。",
    ]
    moving = [row for row in changes if row["moves"] == "yes"]
    if moving:
        first = moving[0]
        shift = cite(
            f"已证实{shift_words(first['lowest_change'])}、最高可能{shift_words(first['highest_change'])}",
            row_reference("sensitivity", first),
        )
        lines.append(
            f"得分现为 {score}{under}；{counted(run, 'sensitivity', moves='yes')} 处改动会移动它，最大的是{KINDS[first['kind']]}"
            f"“{first['name']}”改为“{cite(first['after'], row_reference('sensitivity', first))}”：{shift}。"
        )
    else:
        lines.append(f"得分现为 {score}{under}；没有一处改动会移动它。")
    grades = [row for row in changes if row["grade"] != case["grade"]]
    if any(row["turning"] == "yes" for row in changes):
        turned = f"有 {counted(run, 'sensitivity', turning='yes')} 处改动单独就会翻动等级或审计发现，见下表"
        lines.append(
            turned + ("，其中有翻动等级的。" if grades else "；都不翻动等级。" if case["grade"] else "。")
        )
    else:
        lines.append("没有一处改动单独会翻动等级或审计发现。")
    lines += _room_sentences(run)
    turning = any(row["turning"] == "yes" for row in changes)
    return html.callout(
        "warning" if grades else "note" if turning or moving else "good",
        "哪些假设左右结论",
        html.bullets(lines),
    )


def _room_sentences(run: Run) -> list[Text]:
    rooms = _rooms(run)
    if not rooms:
        return []
    said = []
    for end, name in ((LOWEST, "已证实的分"), (HIGHEST, "最高可能的分")):
        row = rooms[BOTH, COMBINED, end]
        said.append(cite(f"{name}可在 {_box(row)} 分之间", row_reference("room", row)))
    judged = max(Fraction(rooms[BOTH, COMBINED, end]["reach"]) for end in (LOWEST, HIGHEST))
    missing = rooms[MISSING, OPEN, ""]
    lacking = cite(f"{_points(missing['reach'])} 分", row_reference("room", missing))
    open_points = Fraction(missing["reach"])
    if judged < open_points:
        weighed = "判断余地小于缺资料留下的未定：先补资料，再争口径。"
    elif judged == open_points:
        weighed = "判断余地与缺资料留下的未定一样大。"
    else:
        weighed = "判断余地大于缺资料留下的未定：结论首先取决于口径与分值怎样定。"
    return [
        f"判断余地：口径任选、各行分值在增减两成之内任意组合，{'，'.join(said)}；缺资料而未定的是 {lacking}。{weighed}"
    ]


def tornado(moving: Sequence[Row]) -> Chart:
    """The furthest that each thing moves either end of the score, over all the ways in which it was changed."""
    groups: dict[tuple[str, str], list[Row]] = {}
    for row in moving:
        groups.setdefault((row["kind"], row["about"]), []).append(row)
    swings = [
        Swing(
            f"{KINDS[kind]}：{drawable(own[0]['name'])}", _reach(own, "lowest_change"), _reach(own, "highest_change")
        )
        for (kind, _), own in groups.items()
    ]  # fmt: skip
    swings.sort(key=lambda swing: -max(map(abs, (*swing.first, *swing.second))))
    return charts.tornado(
        "sensitivity", "一次只改一处，得分两端移动多少", swings, "分", ("已证实", "最高可能")
    )


def _reach(rows: Sequence[Row], column: str) -> tuple[Fraction, Fraction]:
    moves = [Fraction(row[column]) for row in rows]
    return min(_NOUGHT, *moves), max(_NOUGHT, *moves)


# --- tables


def _turning(changes: Sequence[Row]) -> Html:
    """一改就翻: each single change that turns the grade or a finding."""
    own = [row for row in changes if row["turning"] == "yes"]
    if not own:
        return html.callout(
            "good",
            "没有一改就翻的结论",
            "上述改动没有一处单独会翻动等级，或使审计发现多出、消失、改变严重程度。",
        )
    alike: dict[tuple[str, ...], list[Row]] = {}
    for row in own:
        alike.setdefault((row["kind"], row["about"], row["turns"]), []).append(row)
    cells: list[list[Text]] = [
        [
            KINDS[kind], rows[0]["name"], rows[0]["before"], " 或 ".join(row["after"] for row in rows),
            html.bullets(turns.split("；")),
        ]
        for (kind, _, turns), rows in alike.items()
    ]  # fmt: skip
    columns = [Column("改什么"), Column("名称"), Column("改前"), Column("改后"), Column("翻了什么")]
    refs = [[row_reference("sensitivity", row) for row in rows] for rows in alike.values()]
    note = (
        "每次只作一处改动；几种改法翻的是同样的结论，列在一行。没有列出的改动，单独都不会翻动等级与审计发现。"
    )
    return html.table("一改就翻的结论", columns, cells, note=note, id="turning", row_refs=refs)


def _room(run: Run) -> Html:
    rooms = _rooms(run)
    if not rooms:
        return html.join()
    cells: list[list[Text]] = []
    refs: list[list[str]] = []
    under: list[Text] = []
    for changed, name in CHANGED.items():
        for extent, how in EXTENTS.items():
            if (changed, extent, LOWEST) not in rooms:
                continue
            low, high = rooms[changed, extent, LOWEST], rooms[changed, extent, HIGHEST]
            cells.append([name, how, _box(low), _points(low["reach"]), _box(high), _points(high["reach"])])
            refs.append([row_reference("room", low), row_reference("room", high)])
            pairs: list[tuple[Text, Text]] = [
                (f"{word}{way}", cite(row[column], row_reference("room", row)))
                for word, row in (("已证实", low), ("最高可能", high))
                for way, column in (("最低", "by_low"), ("最高", "by_high"))
                if row[column]
            ]
            under.append(html.evidence("由哪些改动", pairs) if pairs else "")
    columns = [
        Column("动什么"), Column("怎样动"), Column("已证实", "分"), Column("幅度", "分", numeric=True),
        Column("最高可能", "分"), Column("幅度", "分", numeric=True),
    ]  # fmt: skip
    documented = (
        "评分表的分值由印发机关载明，改动它等于换一张评分表，只看作对照。"
        if run.framework.weights == "documented"
        else ""
    )
    note = (
        "口径限于规则手册里有出处、能得出数值的各种定义；分值限于各行增减两成、折算到满分。组合不是逐一试出的：各行互不相干，"
        f"最高与最低由各指标的最高与最低相加得出，是精确值。{documented}"
    )
    table = html.table(
        "判断余地：口径与分值能把得分推到哪里",
        columns,
        cells,
        note=note,
        id="room",
        under=under,
        row_refs=refs,
    )
    still = [
        cite(f"{name}：{_points(row['reach'])}分（{row['by_high']}）", row_reference("room", row))
        for cause, name in OPENED.items()
        if (row := rooms[cause, OPEN, ""])["reach"] != "0"
    ]
    told = html.callout("note", "与之相比，得分区间里尚未定的分", html.bullets(still)) if still else ""
    return html.join(table, told)


def _rooms(run: Run) -> dict[tuple[str, str, str], Row]:
    return {(row["changed"], row["extent"], row["end"]): row for row in run.table("room")}


def _weights(changes: Sequence[Row]) -> Html:
    """For each line of the scheme the score as its weight is less or more."""
    lines: dict[str, dict[str, Row]] = {}
    for row in changes:
        if row["kind"] == WEIGHT:
            lines.setdefault(row["about"], {})[row["step"]] = row
    if not lines:
        return html.join()
    ordered = sorted(lines.values(), key=lambda own: min(int(row["order"]) for row in own.values()))
    cells: list[list[Text]] = []
    for own in ordered:
        first = next(iter(own.values()))
        cells.append(
            [first["name"], first["before"].removesuffix("分"), *(_span(own[step]) for step in STEPS)]
        )
    columns = [
        Column("行"), Column("分值", "分", numeric=True),
        *(Column(step.replace("-", "−"), "分", numeric=True) for step in STEPS),
    ]  # fmt: skip
    refs = [[row_reference("sensitivity", row) for row in own.values()] for own in ordered]
    note = "各栏是这一行的分值这样改、其余各行按比例折算之后的得分：已证实～最高可能。影响大的在前。"
    return html.table("分值增减之后的得分", columns, cells, note=note, id="weights", row_refs=refs)


def _effects(changes: Sequence[Row]) -> Html:
    """Every other change that moves the score, the greatest effect first."""
    own = [row for row in changes if row["moves"] == "yes" and row["kind"] != WEIGHT]
    if not own:
        return html.join()
    cells: list[list[Text]] = [
        [
            KINDS[row["kind"]], row["name"], row["before"], row["after"], _span(row), shift_words(row["lowest_change"]),
            shift_words(row["highest_change"]), row["grade"] or "—",
        ]
        for row in own
    ]  # fmt: skip
    columns = [
        Column("改什么"), Column("名称"), Column("改前"), Column("改后"), Column("得分", "分"),
        Column("已证实", "分", numeric=True), Column("最高可能", "分", numeric=True), Column("可能的等级"),
    ]  # fmt: skip
    refs = [row_reference("sensitivity", row) for row in own]
    note = "后两栏是得分两端比本案多（+）或少（−）的分数。影响大的在前。"
    return html.table("其他移动得分的改动", columns, cells, note=note, id="effects", row_refs=refs)


def _unmoved(changes: Sequence[Row]) -> list[Text]:
    """What was changed in every way without moving or turning anything, by name: that it was tried is a result."""
    lines: list[Text] = []
    for kind, name in KINDS.items():
        own: dict[str, list[Row]] = {}
        for row in changes:
            if row["kind"] == kind:
                own.setdefault(row["about"], []).append(row)
        still = [rows for rows in own.values() if all(row["moves"] == row["turning"] == "no" for row in rows)]
        if still:
            named = dict.fromkeys(
                cite(rows[0]["name"], row_reference("sensitivity", rows[0])) for rows in still
            )
            lines.append(f"{name}：{'、'.join(named)}")
    if not lines:
        return []
    return [html.callout("good", "怎样改都不移动得分、不翻动结论的", html.bullets(lines))]


# --- words


def _points(text: str) -> str:
    return points_text(Fraction(text))


def _span(row: Mapping[str, str]) -> str:
    return span_text(Interval(Fraction(row["lowest"]), Fraction(row["highest"])))


def _box(row: Mapping[str, str]) -> str:
    return span_text(Interval(Fraction(row["low"]), Fraction(row["high"])))


def shift_words(text: str) -> str:
    """A move with its sign; 不变 where there is none, and in words where two decimals would not show it."""
    value = Fraction(text)
    if not value:
        return "不变"
    shown = points_text(abs(value))
    if shown == "0":
        return "微增" if value > 0 else "微减"
    return f"{'+' if value > 0 else '−'}{shown}"
