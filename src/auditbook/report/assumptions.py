"""Definitions and assumptions, each rated by rule: how well it is grounded, and how much the conclusion hangs on it."""

from __future__ import annotations

from auditbook import scenario_changes
from auditbook.indicators import COMPUTED, Stanza
from auditbook.pipeline import Run
from auditbook.report import fragments as html
from auditbook.report.fragments import Column, Html, Text
from auditbook.report.references import (
    case_reference,
    figure_references,
    framework_reference,
    row_reference,
    rule_reference,
    scenario_reference,
    stanza_reference,
    written,
)
from auditbook.scenario_changes import Change, changes, contradictions
from auditbook.tables import Row

HIGH, MEDIUM, LOW = "高", "中", "低"


def assumptions(run: Run) -> Html:
    """The table of definitions and assumptions."""
    rows: list[list[Text]] = []
    refs: list[list[str]] = []

    def add(what: str, said: str, grounds: str, weight: str, why: str, *own: str) -> None:
        rows.append([what, said, grounds, weight, why])
        refs.append([*own])

    case, framework = run.audit.case, run.framework
    reason = case.framework_reason or ""
    borrowed = "借" in reason + framework.caveats
    add(
        "评分表", f"{framework.title}。{reason}", LOW if borrowed or framework.weights == "assumed" else HIGH, HIGH,
        "借用或自定的评分表，换一份得分就变" if borrowed else "得分由它决定",
        framework_reference(run), case_reference(run),
    )  # fmt: skip
    if run.audit.scenario:
        add(
            "情景",
            run.audit.scenario.reason,
            LOW,
            HIGH,
            "分析人员设定的改动，不是资料",
            scenario_reference(run),
        )
        for change in changes(run):
            said = f"{change.before} → {change.after}{f'。理由：{change.reason}' if change.reason else ''}"
            add(
                f"情景·{change.kind}：{change.name}", said, LOW, HIGH, "由情景改动", *_rests_on(change, run),
                scenario_reference(run),
            )  # fmt: skip
        for odd, figures in contradictions(run):
            why = "假设的数字与资料里的数字不能同时为真"
            add("情景·假设与恒等式不合", odd, LOW, HIGH, why, *figure_references(figures, run))
    if case.materiality:
        level = case.materiality
        add(
            "重要性水平", f"{level.amount} {level.unit}：{level.reason}", LOW, MEDIUM,
            "只影响发现的严重程度，不影响数值和得分", case_reference(run),
        )  # fmt: skip
    transcribed = [source.title for source in run.audit.sources if source.status == "transcribed"]
    if transcribed:
        add(
            "以转录代原件", "；".join(transcribed), LOW, HIGH, "转录与原件不一致时，由它得出的一切都随之改变",
            *(f"sources|{source.id}" for source in run.audit.sources if source.status == "transcribed"),
        )  # fmt: skip
    for stanza in run.rulebook.stanzas.values():
        chosen = run.scoring[stanza.id]
        note = "" if stanza.judged else stanza.definitions[chosen].note or ""
        weight, why = impact(stanza, run)
        add(
            stanza.name, f"计分口径“{stanza.definition_name(chosen)}”。{note}", grounding(stanza, run), weight, why,
            stanza_reference(stanza.id, run),
        )  # fmt: skip
    columns = [
        Column("事项"), Column("所取口径或假设"), Column("依据强弱"), Column("对结论的影响"), Column("为什么这样评"),
    ]  # fmt: skip
    note = (
        "依据：口径与评分规则都有成文出处为高，评分规则或分值含假定为中，借用、转录、设定为低。"
        "影响：换用另一口径数值会变且计入得分为高，数值会变而不计分为中，不变或只有一种口径为低。"
    )
    return html.table("口径与假设", columns, rows, note=note, id="assumptions", row_refs=refs)


def grounding(stanza: Stanza, run: Run) -> str:
    """How well a definition is grounded: an assumption in a line of the scheme that uses it takes from it."""
    lines = [item for item in run.framework.lines.values() if item.indicator == stanza.id]
    return MEDIUM if any(item.assumption for item in lines) else HIGH


def impact(stanza: Stanza, run: Run) -> tuple[str, str]:
    """How much hangs on a definition, and why: whether another gives another value, and whether points hang on it."""
    counts = any(item.indicator == stanza.id for item in run.framework.lines.values())
    values: dict[tuple[str, str], set[object]] = {}
    for result in run.results:
        if result.indicator == stanza.id and result.status == COMPUTED:
            values.setdefault((result.scope, result.item), set()).add(result.value)
    differs = any(len(own) > 1 for own in values.values())
    if differs:
        return (HIGH, "另一口径数值不同，且计入得分") if counts else (MEDIUM, "另一口径数值不同，不计入得分")
    if not values:
        return LOW, "资料不足以算出数值，口径还不起作用"
    return LOW, "算得出的口径数值相同，或只有一种口径算得出"


def _rests_on(change: Change, run: Run) -> list[str]:
    """What the numbers of a change rest on: what it was in the rules or the evidence, and what it is now."""
    scheme = run.framework.framework
    match change.kind:
        case scenario_changes.WEIGHT:
            row = written("scores", scheme, "indicator", change.target)
            return [row, framework_reference(run, change.target)]
        case scenario_changes.RULE:
            return [written("scores", scheme, "indicator", change.target), framework_reference(run)]
        case scenario_changes.DEFINITION:
            return [stanza_reference(change.target, run)]
        case scenario_changes.THRESHOLD if change.target in run.rulebook.stanzas:
            return [stanza_reference(change.target, run)]
        case scenario_changes.THRESHOLD:
            return [rule_reference("params/findings.yaml", change.target)]
        case scenario_changes.TOLERANCE:
            return [case_reference(run), rule_reference("params/quality.yaml")]
        case scenario_changes.FIGURE:
            same = [row for row in run.table("figures") if change.target == _key(row)]
            return [row_reference("figures", row) for row in same]
    return [framework_reference(run)]


def _key(row: Row) -> str:
    return ":".join(row[column] for column in ("figure", "scope", "item", "year"))
