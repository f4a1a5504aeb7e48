"""What comes first: the conclusion of each notebook and of the report, and the key figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from fractions import Fraction

from auditbook.cases import DEPARTMENT
from auditbook.claims import VERDICTS, entered
from auditbook.figures import ASSUMED
from auditbook.findings import SEVERITIES
from auditbook.indicators import COMPUTED, NOT_ASSESSABLE, Result, Stanza
from auditbook.intake.phrases import READ, UNVERIFIED
from auditbook.pipeline import Run
from auditbook.quality import FAILED, NO_OBJECT, NOT_RUN, NOTED, PASSED, blocking_failures, unchecked_phrases
from auditbook.report import fragments as html
from auditbook.report import graphs, reliability
from auditbook.report.finding_parts import brief
from auditbook.report.fragments import Html, Text
from auditbook.report.graphs import value_words
from auditbook.report.indicator_parts import breaks_limit
from auditbook.report.references import (
    cite,
    cited,
    counted,
    evidence_references,
    framework_reference,
    result_reference,
    row_reference,
    stanza_reference,
    total_reference,
)
from auditbook.scoring import ASSUMED_WORDS
from auditbook.scoring_rules import points_text
from auditbook.tables import Row


def ingest_conclusion(run: Run) -> Html:
    """What was read."""
    states = {
        state: counted(run, "figures", state=state)
        for state in ("value", "zero", "missing", "not_applicable")
    }
    lines = [
        f"登记资料 {counted(run, 'sources')} 份，其中缺失 {counted(run, 'sources', status='absent')} 份。",
        f"读入数字 {counted(run, 'figures')} 个：有值 {states['value']} 个，申明为零 {states['zero']} 个，缺失 {states['missing']} 个，"
        f"不适用 {states['not_applicable']} 个{_assumed_count(run)}。",
        f"目标与子目标 {counted(run, 'objectives')} 条，文字陈述 {counted(run, 'statements')} 条，公布的数字 {counted(run, 'published')} 个。",
        phrase_sentence(run),
    ]
    return html.callout("note", "读到了什么", html.bullets(lines))


def _assumed_count(run: Run) -> str:
    """How many of the figures a scenario assumes; "" where it assumes none."""
    if not run.figures.assumptions:
        return ""
    return f"，其中情景假设的 {counted(run, 'figures', basis=ASSUMED)} 个，不是资料"


def phrase_sentence(run: Run) -> str:
    """How far the phrases were held against the original, and how many figures were read out of a file without any."""
    rows = run.table("figures")
    if not rows:
        return "没有读入任何数字。"
    unchecked = unchecked_phrases(rows)
    read = sum(row["quote_status"] == READ for row in rows)
    quoted = sum(bool(row["quote_status"]) for row in rows) - read
    parts = [f"{counted(run, 'figures', quote_status=READ)} 个数字直接读自登记的文件" if read else ""]
    if unchecked:
        parts.append(
            f"{counted(run, 'figures', quote_status=UNVERIFIED)} 个数字的短语未核对原文（原文不在资料夹里）：既不算通过，也不算不符"
        )
    elif quoted:
        parts.append("每个短语都已与原文核对")
    return "；".join(part for part in parts if part) + "。"


def corroboration_sentence(run: Run) -> str:
    """How many of the figures used nothing could have contradicted."""
    own = run.table("corroboration")
    alone = sum(not row["checks"] for row in own)
    if not own:
        return ""
    return (
        f"采用的 {counted(run, 'corroboration')} 个数字都有独立核对。" if not alone
        else f"采用的 {counted(run, 'corroboration')} 个数字中，{counted(run, 'corroboration', checks='')} 个没有独立核对：没有原文短语、恒等式、合计、另一来源或决算表勾稽可以印证，或者只在单位无从核对的本表之内合拢，错了也看不出来（底稿 20_quality 逐个列出）。"
    )  # fmt: skip


def quality_conclusion(run: Run) -> Html:
    """Whether anything stands against scoring."""
    rows = run.table("quality")
    blocking = blocking_failures(rows)
    states = {
        name: counted(run, "quality", passed=name) for name in (PASSED, FAILED, NO_OBJECT, NOT_RUN, NOTED)
    }
    outcomes = (
        f"规则 {counted(run, 'quality')} 条：通过 {states[PASSED]} 条，未通过 {states[FAILED]} 条，没有对象可查 {states[NO_OBJECT]} 条，"
        f"未能运行 {states[NOT_RUN]} 条，备查 {states[NOTED]} 条。"
    )
    if blocking:
        return html.callout("warning", "资料自相矛盾，不予评分", _blocking(blocking), outcomes)
    failed = [row for row in rows if row["passed"] == FAILED]
    sentences = (outcomes, phrase_sentence(run), corroboration_sentence(run))
    return html.callout("note" if failed else "good", "没有阻断评分的数据问题", *sentences)


def _blocking(rows: Sequence[Row]) -> Html:
    """The blocking rules that failed, one a line."""
    said = [
        html.resting([row_reference("quality", row)], f"{row['why']}——{row['found']}（{row['where']}）")
        for row in rows
    ]
    return html.bullets(said)


def indicators_conclusion(run: Run) -> Html:
    """What was computed, and what lies beyond a limit."""
    own = [r for r in run.results if r.definition == run.scoring[r.indicator]]
    beyond = [r for r in own if breaks_limit(r, run)]
    states = {
        state: counted(run, "indicators", scoring="yes", status=state)
        for state in (COMPUTED, NOT_ASSESSABLE, "undefined")
    }
    lines: list[Text] = [
        f"{counted(run, 'indicators', distinct='indicator')} 项指标按计分口径得出 {counted(run, 'indicators', scoring='yes')} 个结果："
        f"算出 {states[COMPUTED]} 个，无法评价 {states[NOT_ASSESSABLE]} 个，分母为零没有定义 {states['undefined']} 个。"
    ]
    for r in beyond:
        limit = run.rulebook.stanzas[r.indicator].limit
        assert limit
        lines.append(
            html.resting(
                [stanza_reference(r.indicator, run)],
                f"{_about(r, run)}{cited_result(r, run)}，限额{limit.words}。",
            )
        )
    if not beyond:
        lines.append("没有指标越过限额。")
    lines += claims_sentences(run)
    return html.callout("warning" if beyond else "good", "算出了什么", html.bullets(lines))


def cited_result(r: Result, run: Run) -> str:
    """A result as a reader sees it, with its reference."""
    return cite(value_words(r, run.rulebook.stanzas[r.indicator]), result_reference(r))


def _about(r: Result, run: Run) -> str:
    stanza = run.rulebook.stanzas[r.indicator]
    return f"{graphs.row_name(stanza, r, run)}的{stanza.name}"


def claims_sentences(run: Run) -> list[str]:
    """What became of the published numbers that were entered, and of the sentences that were read; or that there were none."""
    judged = Counter(row["verdict"] for row in entered(run.table("claims")))
    said = Counter[str]()
    for row in run.table("coverage"):
        if row["what"] in VERDICTS:
            said[row["what"]] += int(row["count"])
    lines = []
    if judged:
        entered_by = {
            verdict: counted(run, "claims", entered="yes", verdict=verdict)
            for verdict in VERDICTS
            if judged[verdict]
        }
        total = counted(run, "claims", entered="yes")
        lines.append(f"公布的数字与“完成”共 {total} 个，逐一判断：{_by_verdict(entered_by, '个')}。")
    if said:
        spoken = {
            verdict: cite(str(said[verdict]), total_reference("coverage", "count", what=verdict))
            for verdict in VERDICTS
            if said[verdict]
        }
        total = cite(str(said.total()), total_reference("coverage", "count", what=list(VERDICTS)))
        lines.append(f"公开说明里的陈述共 {total} 条，逐句核对：{_by_verdict(spoken, '条')}。")
    return lines or ["没有公布的数字可判断。"]


def _by_verdict(counts: Mapping[str, str], unit: str) -> str:
    return "、".join(
        f"{name} {counts[verdict]} {unit}" for verdict, name in VERDICTS.items() if verdict in counts
    )


def _total(run: Run) -> Row:
    return next(row for row in run.table("scores") if row["level"] == "total")


def score_words(run: Run) -> str:
    """The score as an interval, in words."""
    row = _total(run)
    if run.stopped():
        return "不予评分"
    low, high = Fraction(row["lowest"]), Fraction(row["highest"])
    said = f"{points_text(low)} 分" if low == high else f"{points_text(low)}～{points_text(high)} 分"
    return cite(said, row_reference("scores", row))


def findings_conclusion(run: Run) -> Html:
    """The score and how many findings there are."""
    counts = Counter(row["severity"] for row in run.table("findings"))
    total = _total(run)
    graded = "、".join(
        f"{name} {counted(run, 'findings', severity=severity)} 项" for severity, name in SEVERITIES.items()
    )
    lines: list[Text] = [
        html.resting(
            [row_reference("scores", total), framework_reference(run)],
            f"按“{run.framework.title}”，{_score_sentence(run)}{_own_words(total)}。{total['reason']}。",
        ),
        f"审计发现 {counted(run, 'findings')} 项：{graded}。",
    ]
    return html.callout("warning" if counts["high"] else "note", "得分与发现", html.bullets(lines))


def _own_words(total: Row) -> str:
    """The points that the department gave itself; "" where it gave none."""
    own = f"；自评 {total['self_scored']} 分" if total["self_scored"] else ""
    return cite(own, row_reference("scores", total))


def _outside(run: Run) -> str:
    """That the scheme does not hold for the year of the case; "" where it does."""
    note = run.framework.validity_note(run.audit.case.year)
    return f"；{note}" if note else ""


def _score_sentence(run: Run) -> str:
    row = _total(run)
    if run.stopped():
        return "不予评分"
    said = (
        f"已证实 {points_text(Fraction(row['lowest']))} 分，最高可能 {points_text(Fraction(row['highest']))} 分，"
        f"满分 {points_text(Fraction(row['weight']))} 分"
    )
    return cite(said, row_reference("scores", row))


def summary_lines(run: Run) -> list[str]:
    """The lines that matter, for the end of a run and the head of the report; their numbers are cited."""
    found = run.table("findings")
    total = _total(run)
    graded = "、".join(f"{name} {counted(run, 'findings', severity=s)}" for s, name in SEVERITIES.items())
    rules = counted(run, "quality")
    broken = counted(run, "quality", passed=[FAILED, NOT_RUN])
    reason = cite(f"{total['reason']}{_outside(run)}", row_reference("scores", total))
    failed = blocking_failures(run.table("quality"))
    quality = "；".join(row["why"].partition("：")[0] + "未通过，不予评分" for row in failed)
    top = next(iter(sorted(found, key=lambda row: int(row["number"]))), None)
    return [
        reliability.sentence(run),
        f"数据质量：{quality or '没有阻断评分的问题'}（规则 {rules} 条，未通过 {broken} 条）；{phrase_sentence(run)}",
        f"得分：{_score_sentence(run)}{_own_words(total)}；{reason}。",
        *claims_sentences(run),
        f"审计发现：{counted(run, 'findings')} 项（{graded}）。",
        f"首要发现：{top['name']}——{cited(top['condition'], 'findings', top['finding'])}"
        if top
        else "首要发现：没有。",
    ]


def conclusion(run: Run) -> Html:
    """What a reader must know: the summary, then every grave finding in a line."""
    blocking = blocking_failures(run.table("quality"))
    lines = summary_lines(run)
    head: list[Text] = []
    if blocking:
        head.append(html.callout("warning", "资料自相矛盾，以下结果不予评分", _blocking(blocking)))
    head.append(html.bullets(lines[:-1]))
    grave = [
        row
        for row in sorted(run.table("findings"), key=lambda row: int(row["number"]))
        if row["severity"] == "high"
    ]
    if grave:
        listed: list[Text] = [
            html.resting(
                evidence_references(row, run),
                html.join(
                    html.link(row["name"], f"#finding-{row['number']}"), f"：{brief(row['condition'])}"
                ),
            )
            for row in grave
        ]
        number = counted(run, "findings", severity="high")
        head.append(html.callout("warning", f"高严重程度的发现 {number} 项", html.bullets(listed)))
    return html.join(*head)


def between(bounds: list[Result], stanza: Stanza) -> str:
    """A value of which only bounds are known: 不高于1.78%, 5.88%～94.12%, or the value that both bounds leave."""
    low = max(
        (r.low for r in bounds if stanza.definitions[r.definition].bound == "lower" and r.low is not None),
        default=None,
    )
    high = min((r.high for r in bounds if r.high is not None), default=None)
    if low is None or high is None:
        return cite(value_words(bounds[0], stanza), result_reference(bounds[0]))
    lower = next(r for r in bounds if r.low == low)
    upper = next(r for r in bounds if r.high == high)
    said = cite(stanza.value_text(low), result_reference(lower))
    return said if low == high else f"{said}～{cite(stanza.value_text(high), result_reference(upper))}"


def key_figures(run: Run) -> Html:
    """The key figures as cards."""
    total = _total(run)
    cards: list[tuple[Text, Text, Text]] = [
        (
            "得分（已证实～可能）",
            score_words(run),
            cite(
                f"满分 {total['weight']} 分"
                + (f"，自评 {total['self_scored']} 分" if total["self_scored"] else "")
                + (f"；其中有{ASSUMED_WORDS}的" if ASSUMED_WORDS in total["reason"] else ""),
                row_reference("scores", total),
            ),
        ),
        (
            "审计发现",
            f"{counted(run, 'findings')} 项",
            "、".join(f"{name} {counted(run, 'findings', severity=s)}" for s, name in SEVERITIES.items()),
        ),
    ]
    for stanza in run.rulebook.stanzas.values():
        if stanza.judged:
            continue
        own = [r for r in run.results if r.indicator == stanza.id and r.definition == run.scoring[stanza.id]]
        whole = next((r for r in own if (r.scope, r.item) == (DEPARTMENT, "") and r.status == COMPUTED), None)
        if whole is None:
            own = [
                r
                for r in run.results
                if r.indicator == stanza.id and (r.scope, r.item) == (DEPARTMENT, "") and r.status == COMPUTED
            ]
            bounds = [r for r in own if stanza.definitions[r.definition].bound]
            if bounds:
                named = "；".join(stanza.definition_name(r.definition) for r in bounds)
                cards.append((stanza.name, between(bounds, stanza), named))
            elif own:
                cards.append(
                    (stanza.name, cited_result(own[0], run), stanza.definition_name(own[0].definition))
                )
        else:
            worse = [r for r in own if r.scope != DEPARTMENT and breaks_limit(r, run)]
            note = "；".join(f"{run.audit.scope_name(r.scope)} {cited_result(r, run)}" for r in worse)
            cards.append(
                (stanza.name, cited_result(whole, run), note or stanza.definition_name(whole.definition))
            )
    return html.key_figures(cards)
