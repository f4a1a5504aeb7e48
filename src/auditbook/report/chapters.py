"""What a notebook shows: one call, one part of the story. ``show("budget_adjustment_rate", run)`` is an indicator."""

from __future__ import annotations

from collections.abc import Callable

from auditbook.faults import Fault, UsageError
from auditbook.pipeline import Run, fingerprints
from auditbook.report import (
    annexes,
    assumptions,
    claim_parts,
    conclusions,
    document_parts,
    evidence_parts,
    finding_parts,
    graphs,
    indicator_parts,
    own_order,
    reliability,
    request_parts,
    scorecard,
    sensitivity_view,
    sentence_parts,
    staff_appraisal,
    year_parts,
)
from auditbook.report import fragments as html
from auditbook.report.conclusions import phrase_sentence
from auditbook.report.fragments import Column, Html, Text
from auditbook.report.references import (
    cite,
    framework_reference,
)
from auditbook.report.signoff_page import NAME as SIGNOFF


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


def _verification(run: Run) -> Html:
    prints = fingerprints(run)
    named = {"evidence": "原始资料", "rules": "规则（案例、评分表、字典）", "program": "程序"}
    rows: list[list[Text]] = [[named[name], html.code(digest)] for name, digest in prints.items()]
    return html.join(
        html.table("本报告的指纹（sha256）", [Column("依据"), Column("指纹")], rows),
        html.paragraph(
            "在项目文件夹内运行 ",
            html.code(f"make report CASE={run.audit.case.case}"),
            "，同样的资料、规则和程序得出同样的页面。由资料重算一遍、与已交出的逐字节比较，运行 ",
            html.code(f"auditbook verify {run.workspace.run}"),
            "；把全部资料、规则、程序与产出打成一个文件交给别人核对，运行 ",
            html.code(f"auditbook pack {run.workspace.run}"),
            "。谁编制、谁复核，见",
            html.link("签署页", SIGNOFF),
            "。",
        ),
        html.paragraph(
            "正文里的每个数字都可点开依据，依据有一个短号，可以抄下来提问。要把页面上的每个数字与表重新核对一遍，运行 ",
            html.code(f"auditbook verify --trace {run.workspace.run}"),
            "：它逐个列出没有依据或与依据不符的数字。资料见",
            html.see("资料登记簿"),
            "，口径见",
            html.see("口径与假设"),
            "，部门报告的次序见",
            html.see("按部门报告的次序"),
            "。",
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
    "sensitivity": sensitivity_view.sensitivity,
    "findings_chart": graphs.findings_by_severity,
    "claims_chart": graphs.claims_by_verdict,
    "findings": finding_parts.findings,
    "sheets": finding_parts.sheets,
    "years": year_parts.years,
    "followed": year_parts.followed,
    "outturns": year_parts.outturns,
    "gaps": indicator_parts.gaps,
    "requests": request_parts.requests,
    "assumptions": assumptions.assumptions,
    "verification": _verification,
    "limits": _limits,
    "ingest_products": evidence_parts.products("ingest"),
    "quality_products": evidence_parts.products("quality"),
    "indicators_products": evidence_parts.products("indicators"),
    "findings_products": evidence_parts.products("findings"),
}
