"""Which chart shows an indicator: its stanza's chart, drawn from the figures of a run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from fractions import Fraction

from auditbook import charts, unseen
from auditbook.cases import DEPARTMENT
from auditbook.charts import Bar, Bullet, Chart, Pair, Stack, Step
from auditbook.claims import COMPARATORS, VERDICTS, met
from auditbook.figures import ANY_UNIT, ASSUMED_SIGN, NOT_APPLICABLE, Resolved
from auditbook.findings import SEVERITIES
from auditbook.indicators import COMPUTED, NOT_ASSESSED, VERDICTS_ON_POINTS, Result, Stanza
from auditbook.numbers import amount_text, factor, text
from auditbook.pipeline import Run
from auditbook.report import fragments as html
from auditbook.report.fragments import Html
from auditbook.report.references import count_reference

_NOT_KNOWN = {"undefined": "没有定义", "not_applicable": "不适用"}


def of(stanza: Stanza, run: Run) -> Chart:
    """The chart of an indicator, under the definition that scores."""
    draw = {
        "waterfall": _waterfall, "definitions": _definitions, "paired": _paired, "bullet": _bullet,
        "stacked": _stacked, "bars": _bars, "points": _points,
    }  # fmt: skip
    return draw[stanza.chart.kind](stanza, run)


def drawable(words: str) -> str:
    """Words as a chart can draw them: 〓, the printers' sign for a sort that is not in the case, where a glyph lacks.

    The characters are named in quality.csv, and stand in the page's tables in the reader's own font.
    """
    words = unseen.visible(words)
    missing = charts.missing_characters(words)
    return "".join("〓" if character in missing else character for character in words)


def value_words(result: Result, stanza: Stanza) -> str:
    """A result as a reader sees it: 106.99%, 不高于 1.78%, 33.33%～66.67%, 无法评价, 没有定义; 106.99%（假设）."""
    sign = ASSUMED_SIGN if result.assumed and result.status == COMPUTED else ""
    return _value_words(result, stanza) + sign


def _value_words(result: Result, stanza: Stanza) -> str:
    if result.status != COMPUTED:
        return _NOT_KNOWN.get(result.status, "无法评价")
    if result.value is not None:
        return stanza.value_text(result.value)
    if stanza.judged and result.low is not None and result.high is not None:
        return f"{stanza.value_text(result.low)}～{stanza.value_text(result.high)}"
    if result.high is not None:
        return f"不高于{stanza.value_text(result.high)}"
    return f"不低于{stanza.value_text(result.low)}" if result.low is not None else "无法评价"


def _own(stanza: Stanza, run: Run) -> list[Result]:
    chosen = run.scoring[stanza.id]
    return [r for r in run.results if r.indicator == stanza.id and r.definition == chosen]


def row_name(stanza: Stanza, result: Result, run: Run) -> str:
    """Unit and item of a result, as a reader knows them."""
    figures = stanza.figures(result.definition)
    named = [run.figures.item_name(figure, result.item) for figure in figures]
    item = next((name for name in named if name != result.item), result.item)
    scope = run.audit.scope_name(result.scope)
    if not item:
        return scope
    return item if result.scope == DEPARTMENT else f"{scope}·{item}"


def _waterfall(stanza: Stanza, run: Run) -> Chart:
    roles = stanza.chart.figures
    unit = run.dictionary[roles["start"]].unit
    found = {role: run.figures.resolve(figure) for role, figure in roles.items()}
    if found["start"].value is None and found["end"].value is None:
        return _definitions(stanza, run)  # there is nothing to fall from or to
    names = {role: run.dictionary[figure].name for role, figure in roles.items()}
    steps: list[Step] = []

    def add(role: str, value: Fraction | None, kind: str, label: str = "") -> None:
        if value is not None:
            sign = ASSUMED_SIGN if run.figures.assumed(found[role].terms) else ""
            steps.append(Step(label or names[role], value, amount_text(value, unit) + sign, kind))  # type: ignore[arg-type]

    add("start", found["start"].value, "total")
    add("up", found["up"].value, "change")
    down = found["down"].value
    add("down", None if down is None else -down, "change")
    add("end", found["end"].value, "total")
    add("part", found["part"].value, "part")
    if found["end"].value is not None and found["part"].value is not None:
        add("part", found["end"].value - found["part"].value, "part", "未支出")
    return charts.waterfall(stanza.id, f"从{names['start']}到支出", steps, unit)


def _definitions(stanza: Stanza, run: Run) -> Chart:
    rows = []
    for name, definition in stanza.definitions.items():
        result = next(
            (
                r
                for r in run.results
                if (r.indicator, r.definition, r.scope, r.item) == (stanza.id, name, DEPARTMENT, "")
            ),
            None,
        )
        if result is not None:
            scores = name == run.scoring[stanza.id]
            label = definition.name + ("（计分口径）" if scores else "")
            rows.append(_bar(label, result, scores, stanza))
    # a line that a value should reach is no limit that it may not pass
    limit = None if stanza.limit and stanza.limit.at_least else stanza.limit
    return charts.bars(
        stanza.id, f"{stanza.name}：各口径并列", rows, stanza.unit,
        limit.bound if limit else None, limit.label if limit else "",
    )  # fmt: skip


def _bar(label: str, result: Result, emphasised: bool, stanza: Stanza) -> Bar:
    return Bar(label, result.value, value_words(result, stanza), result.low, result.high, emphasised)


def _bars(stanza: Stanza, run: Run) -> Chart:
    rows = [_bar(drawable(row_name(stanza, r, run)), r, False, stanza) for r in _own(stanza, run)]
    limit = stanza.limit
    return charts.bars(
        stanza.id,
        stanza.name,
        rows,
        stanza.unit,
        limit.bound if limit else None,
        limit.label if limit else "",
    )


def _paired(stanza: Stanza, run: Run) -> Chart:
    base, value = stanza.chart.figures["base"], stanza.chart.figures["value"]
    unit = _unit(base, run)
    rows = []
    for result in _own(stanza, run):
        both = [run.figures.resolve(figure, result.scope, result.item) for figure in (base, value)]
        beyond = bool(stanza.limit and result.interval and stanza.limit.broken_by(result.interval))
        rows.append(
            Pair(
                drawable(row_name(stanza, result, run)),
                both[0].value,
                both[1].value,
                _pair_words(both, unit, result, stanza),
                beyond,
            )
        )
    names = (run.dictionary[base].name, run.dictionary[value].name)
    return charts.paired(stanza.id, f"{names[0]}与{names[1]}", rows, *names, unit)


def _unit(figure: str, run: Run) -> str:
    """The unit of a figure; of one that any unit fits, the one that its rows are in, and none where they differ."""
    unit = run.dictionary[figure].unit
    if unit != ANY_UNIT:
        return unit
    own = {row.unit for key, row in run.figures.chosen.items() if key.figure == figure and row.has_value}
    return own.pop() if len(own) == 1 else ""


def _pair_words(both: list[Resolved], unit: str, result: Result, stanza: Stanza) -> str:
    shown = [text(found.value, unit) if found.value is not None else "缺" for found in both]
    return f"{shown[0]} / {shown[1]}，{value_words(result, stanza)}"


def _bullet(stanza: Stanza, run: Run) -> Chart:
    target, actual = stanza.chart.figures["target"], stanza.chart.figures["actual"]
    objectives = {f"{row['objective']}.{row['item']}": row for row in run.table("objectives")}
    rows = []
    for result in _own(stanza, run):
        row = objectives.get(result.item)
        if row is None:
            continue
        aim = run.figures.resolve(target, result.scope, result.item).value
        got = run.figures.resolve(actual, result.scope, result.item).value
        if aim is None:
            continue
        note = "答复的是另一指标" if got is None and row["actual"] else ""
        rows.append(
            Bullet(
                drawable(row["measure"]), aim, got, drawable(text(aim, row["unit"])),
                drawable(text(got, row["unit"])) if got is not None else (note or "没有答复"),
                COMPARATORS[row["comparator"]], None if got is None else met(row["comparator"], aim, got),
            )
        )  # fmt: skip
    return charts.bullet(stanza.id, "目标与实际", rows)


def _stacked(stanza: Stanza, run: Run) -> Chart:
    parts = stanza.chart.figures["parts"]
    unit = run.dictionary[parts].unit
    rows = []
    for result in _own(stanza, run):
        own = [
            (drawable(row.label), row.exact, text(row.exact, unit))
            for key, row in run.figures.chosen.items()
            if key.figure == parts and (key.scope, key.year) == (result.scope, result.year) and row.has_value
            and key.item.partition(".")[0] == result.item
        ]  # fmt: skip
        if own:
            rows.append(Stack(drawable(row_name(stanza, result, run)), tuple(own)))
    return charts.stacked(stanza.id, stanza.name, rows, unit, Fraction(100) * factor(unit))


def _points(stanza: Stanza, run: Run) -> Chart:
    """How many points are met, partly met, not met and not assessed."""
    verdicts = dict.fromkeys(stanza.points, NOT_ASSESSED)
    verdicts.update(
        {row["point"]: row["verdict"] for row in run.table("judgements") if row["indicator"] == stanza.id}
    )
    counts = Counter(verdicts.values())
    # always all four, so that a verdict keeps its look from chart to chart; what is not applicable is no part of the whole
    asked = [verdict for verdict in VERDICTS_ON_POINTS if verdict != NOT_APPLICABLE]
    parts = tuple((VERDICTS_ON_POINTS[v], Fraction(counts[v]), f"{counts[v]}条") for v in asked)
    whole = Fraction(len(verdicts) - counts[NOT_APPLICABLE])
    return charts.stacked(stanza.id, f"{stanza.name}：评价要点", [Stack(stanza.name, parts)], "条", whole)


def findings_by_severity(run: Run) -> Html:
    """How many findings there are of each severity."""
    return _counts("findings-by-severity", "审计发现：按严重程度", run, "findings", "severity", SEVERITIES)


def claims_by_verdict(run: Run) -> Html:
    """How many published numbers and tasks came to each verdict."""
    return _counts(
        "claims-by-verdict", "公布的数字与“完成”：逐一判断的结果", run, "claims", "verdict", VERDICTS
    )


def _counts(name: str, title: str, run: Run, table: str, column: str, words: Mapping[str, str]) -> Html:
    """How many rows of a table hold each value of a column; a value that no row holds is a zero, not a gap."""
    held = Counter(row[column] for row in run.table(table))
    rows = [
        Bar(word, Fraction(held[value]), f"{held[value]}项", emphasised=False)
        for value, word in words.items()
    ]
    references = [count_reference(table, {column: [value]}) for value in words]
    return html.resting(references, html.figure(charts.bars(name, title, rows, "项")))
