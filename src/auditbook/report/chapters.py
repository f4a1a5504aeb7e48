"""What a notebook shows: one call, one part of the story. ``show("budget_adjustment_rate", run)`` is an indicator."""

from __future__ import annotations

from collections.abc import Callable

from auditbook.faults import Fault, UsageError
from auditbook.pipeline import Run, fingerprints
from auditbook.report import (
    annexes,
    claim_parts,
    conclusions,
    document_parts,
    evidence_parts,
    finding_parts,
    graphs,
    indicator_parts,
    own_order,
    reliability,
    scorecard,
    sentence_parts,
    staff_appraisal,
)
from auditbook.report import fragments as html
from auditbook.report.conclusions import phrase_sentence
from auditbook.report.fragments import Column, Html, Text
from auditbook.report.references import (
    case_reference,
    cite,
    framework_reference,
    rule_reference,
    stanza_reference,
)


def show(what: str, run: Run) -> Html:
    """One part of the story, to stand as the last line of a notebook cell.

    Takes    what: a part (``conclusion``, ``sources``, …), a family of indicators, or an indicator's id.
    Returns  HTML that JupyterLab and the page both show.
    Raises   UsageError listing what there is.
    """
    if what in PARTS:
        return PARTS[what](run)
    for family in run.rulebook.families:
        if what == family.id:
            return indicator_parts.family_section(family, run)
    stanza = run.rulebook.stanzas.get(what)
    if stanza is None:
        known = [*PARTS, *(family.id for family in run.rulebook.families), *run.rulebook.stanzas]
        raise UsageError(Fault(f"show({what!r})", "没有这一部分", "、".join(known)))
    return indicator_parts.indicator_section(stanza, run)


def _assumptions(run: Run) -> Html:
    case = run.audit.case
    pairs: list[tuple[Text, Text]] = [
        (
            "评分表",
            cite(f"{run.framework.title}。{run.framework.source}。", framework_reference(run))
            + cite(case.framework_reason or "", case_reference(run)),
        )
    ]
    if case.materiality:
        pairs.append(
            (
                "重要性水平",
                cite(
                    f"{case.materiality.amount} {case.materiality.unit}：{case.materiality.reason}",
                    case_reference(run),
                ),
            )
        )
    for stanza in run.rulebook.stanzas.values():
        chosen = run.scoring[stanza.id]
        note = "" if stanza.judged else stanza.definitions[chosen].note or ""
        words = cite(f"计分口径“{stanza.definition_name(chosen)}”。{note}", stanza_reference(stanza.id, run))
        pairs.append((stanza.name, words))
    if run.audit.scenario:
        changed = "、".join(
            f"{run.rulebook.stanzas[i].name}改用“{run.rulebook.stanzas[i].definition_name(d)}”"
            for i, d in run.audit.scenario.definitions.items()
        )
        assert run.workspace.scenario_path
        file = run.workspace.scenario_path
        folder = next(
            (f for f in (run.workspace.base, run.workspace.root) if file.is_relative_to(f)), file.parent
        )
        own = rule_reference(file.relative_to(folder).as_posix())
        pairs.insert(0, ("情景", f"{cite(run.audit.scenario.reason, own)}。{changed}"))
    return html.definition_list(pairs)


def _verification(run: Run) -> Html:
    prints = fingerprints(run)
    named = {"evidence": "原始资料", "rules": "规则（案例、评分表、字典）", "program": "程序"}
    rows: list[list[Text]] = [[named[name], html.code(digest)] for name, digest in prints.items()]
    return html.join(
        html.table("本报告的指纹（sha256）", [Column("依据"), Column("指纹")], rows),
        html.paragraph(
            "在项目文件夹内运行 ",
            html.code(f"make report CASE={run.audit.case.case}"),
            "，同样的资料、规则和程序得出同样的页面。",
        ),
    )


def _limits(run: Run) -> Html:
    lines = [
        "数字取自部门自己的报告，没有核对会计账簿、凭证和银行回单；这里证明的是报告自身是否站得住，不是支出是否真实。",
        "公布的比率按公布精度判断；公布得越粗，能证明的越少。",
        "文字陈述没有文号、日期、验收材料的，列为无法核对，不等于没有做。",
        phrase_sentence(run),
        cite(f"评分借用“{run.framework.title}”，{run.framework.caveats}", framework_reference(run)),
    ]
    return html.bullets(lines)


PARTS: dict[str, Callable[[Run], Html]] = {
    "conclusion": conclusions.conclusion,
    "key_figures": conclusions.key_figures,
    "ingest_conclusion": conclusions.ingest_conclusion,
    "quality_conclusion": conclusions.quality_conclusion,
    "indicators_conclusion": conclusions.indicators_conclusion,
    "findings_conclusion": conclusions.findings_conclusion,
    "sources": evidence_parts.sources,
    "figures": evidence_parts.figures,
    "objectives": evidence_parts.objectives,
    "statements": evidence_parts.statements,
    "documents": document_parts.documents,
    "quality": evidence_parts.quality,
    "exceptions": evidence_parts.exceptions,
    "notes": evidence_parts.notes,
    "noted_places": evidence_parts.noted_places,
    "reconciliations": evidence_parts.reconciliations,
    "corroboration": evidence_parts.corroboration,
    "indicators": indicator_parts.indicators,
    "other_indicators": indicator_parts.other_indicators,
    "claims": claim_parts.published_claims,
    "sentences": sentence_parts.sentences,
    "appraisal": staff_appraisal.appraisal,
    "reliability": reliability.reliability,
    "annex_spending": annexes.spending,
    "annex_indicators": annexes.indicators,
    "own_order": own_order.own_order,
    "scores": scorecard.scores,
    "schemes": scorecard.schemes,
    "narrowing": scorecard.narrowing,
    "findings_chart": graphs.findings_by_severity,
    "claims_chart": graphs.claims_by_verdict,
    "findings": finding_parts.findings,
    "sheets": finding_parts.sheets,
    "gaps": indicator_parts.gaps,
    "assumptions": _assumptions,
    "verification": _verification,
    "limits": _limits,
    "ingest_products": evidence_parts.products("ingest"),
    "quality_products": evidence_parts.products("quality"),
    "indicators_products": evidence_parts.products("indicators"),
    "findings_products": evidence_parts.products("findings"),
}
