"""The sheet of definitions and assumptions: what was chosen where another choice was possible, and why."""

from __future__ import annotations

from fractions import Fraction

from auditbook.numbers import factor, text
from auditbook.pipeline import Run
from auditbook.report.workbook.sheet import Column, Sheet
from auditbook.scenario_changes import changes, contradictions
from auditbook.scoring import BASES, line_name
from auditbook.scoring_rules import PARTIALS, points_text

COLUMNS = (Column("事项", 26), Column("所取", 34), Column("另有的选择", 40), Column("依据或理由", 54))


def assumptions(sheet: Sheet, run: Run) -> None:
    """Scheme, scenario and materiality; the definition of each indicator; assumed weights and steps; chosen sources."""
    sheet.section("一、评分表、情景、重要性水平")
    for row in _frame(run):
        _row(sheet, *row)
    sheet.section("二、各指标计分所用的口径")
    for stanza in run.rulebook.stanzas.values():
        chosen = run.scoring.get(stanza.id, stanza.primary)
        others = "；".join(d.name for name, d in stanza.definitions.items() if name != chosen)
        if stanza.judged:
            _row(sheet, stanza.name, stanza.definition_name(chosen), "", stanza.source or "")
            continue
        definition = stanza.definitions[chosen]
        why = f"{definition.source}{'；' + definition.note if definition.note else ''}"
        _row(sheet, stanza.name, definition.name, others, why)
    sheet.section("三、评分表中的假定")
    found = list(_assumed(run))
    for row in found or [("没有", "", "", "")]:
        _row(sheet, *row)
    if run.audit.case.choose:
        sheet.section("四、同一数字有几个来源时所取的来源")
        for key, source in run.audit.case.choose.items():
            given = {row["source"] for row in run.table("figures") if row["figure"] == key.partition(":")[0]}
            _row(sheet, key, source, "；".join(sorted(given - {source})), "案例文件 choose")


def _frame(run: Run) -> list[tuple[str, str, str, str]]:
    case, framework = run.audit.case, run.framework
    weights = "原表载明" if framework.weights == "documented" else "本项目假定"
    others = "；".join(other.title for other in run.frameworks.values() if other is not framework)
    level = case.materiality
    rows = [
        ("评分表", f"{framework.title}（{framework.edition}）", others, case.framework_reason or framework.source),
        ("评分表的局限", framework.caveats, "", framework.source),
        ("适用年度", framework.validity_note(case.year) or "本案在适用年度之内", "", framework.source),
        ("权重", weights, "", framework.source),
        ("计分单元", BASES[framework.basis], "；".join(w for k, w in BASES.items() if k != framework.basis), framework.source),
        (
            "情景", "有" if run.audit.scenario else "无（按案例文件所定口径）", "",
            run.audit.scenario.reason if run.audit.scenario else "",
        ),
    ]  # fmt: skip
    rows += [
        (f"情景·{change.kind}：{change.name}", change.after, change.before, change.reason or "由情景改动")
        for change in changes(run)
    ]
    rows += [
        ("情景·假设与恒等式不合", odd, "", "假设的数字与资料里的数字不能同时为真")
        for odd, _ in contradictions(run)
    ]
    if level:
        amount = text(Fraction(level.amount) * factor(level.unit), level.unit)
        rows.append(("重要性水平", amount, "", level.reason))
    else:
        rows.append(("重要性水平", "没有设定", "", ""))
    return rows


def _assumed(run: Run) -> list[tuple[str, str, str, str]]:
    rows = []
    for key, item in run.framework.lines.items():
        name = line_name(run.framework, run.rulebook, key)
        if item.assumption:
            rows.append((name, f"{points_text(item.weight)}分", "", item.assumption))
        deduct = item.rule.deduct if item.rule else None
        if deduct and deduct.partial_source == "assumed":
            others = "；".join(words for way, words in PARTIALS.items() if way != deduct.partial)
            rows.append((name, PARTIALS[deduct.partial], others, "原表没有写明不足一档如何扣"))
    return rows


def _row(sheet: Sheet, *texts: str) -> None:
    for column, said in enumerate(texts):
        sheet.text(column, said)
    sheet.next()
