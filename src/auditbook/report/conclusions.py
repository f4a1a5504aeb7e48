"""What comes first: the conclusion of each notebook and of the report, and the key figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from fractions import Fraction

from auditbook.cases import DEPARTMENT
from auditbook.claims import VERDICTS, entered
from auditbook.findings import SEVERITIES
from auditbook.indicators import COMPUTED, Result, Stanza
from auditbook.intake.phrases import READ
from auditbook.pipeline import Run
from auditbook.quality import FAILED, NO_OBJECT, NOT_RUN, NOTED, PASSED, blocking_failures, unchecked_phrases
from auditbook.report import fragments as html
from auditbook.report import graphs
from auditbook.report.finding_parts import brief
from auditbook.report.fragments import Html, Text
from auditbook.report.graphs import value_words
from auditbook.report.indicator_parts import breaks_limit
from auditbook.scoring_rules import points_text
from auditbook.tables import Row


def ingest_conclusion(run: Run) -> Html:
    """What was read."""
    figures = run.table("figures")
    states = Counter(row["state"] for row in figures)
    absent = [row["title"] for row in run.table("sources") if row["status"] == "absent"]
    lines = [
        f"登记资料 {len(run.table('sources'))} 份，其中缺失 {len(absent)} 份。",
        f"读入数字 {len(figures)} 个：有值 {states['value']} 个，申明为零 {states['zero']} 个，缺失 {states['missing']} 个，"
        f"不适用 {states['not_applicable']} 个。",
        f"目标与子目标 {len(run.table('objectives'))} 条，文字陈述 {len(run.table('statements'))} 条，公布的数字 {len(run.table('published'))} 个。",
        phrase_sentence(run),
    ]
    return html.callout("note", "读到了什么", html.bullets(lines))


def phrase_sentence(run: Run) -> str:
    """How far the phrases were held against the original, and how many figures were read out of a file without any."""
    rows = run.table("figures")
    if not rows:
        return "没有读入任何数字。"
    unchecked = unchecked_phrases(rows)
    read = sum(row["quote_status"] == READ for row in rows)
    quoted = sum(bool(row["quote_status"]) for row in rows) - read
    parts = [f"{read} 个数字直接读自登记的文件" if read else ""]
    if unchecked:
        parts.append(f"{unchecked} 个数字的短语未核对原文（原文不在资料夹里）：既不算通过，也不算不符")
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
        f"采用的 {len(own)} 个数字都有独立核对。" if not alone
        else f"采用的 {len(own)} 个数字中，{alone} 个没有独立核对：没有原文短语、恒等式、合计、另一来源或决算表勾稽可以印证，或者只在单位无从核对的本表之内合拢，错了也看不出来（底稿 20_quality 逐个列出）。"
    )  # fmt: skip


def quality_conclusion(run: Run) -> Html:
    """Whether anything stands against scoring."""
    rows = run.table("quality")
    states = Counter(row["passed"] for row in rows)
    blocking = blocking_failures(rows)
    counted = (
        f"规则 {len(rows)} 条：通过 {states[PASSED]} 条，未通过 {states[FAILED]} 条，没有对象可查 {states[NO_OBJECT]} 条，"
        f"未能运行 {states[NOT_RUN]} 条，备查 {states[NOTED]} 条。"
    )
    if blocking:
        said = [f"{row['why']}——{row['found']}（{row['where']}）" for row in blocking]
        return html.callout("warning", "资料自相矛盾，不予评分", html.bullets(said), counted)
    failed = [row for row in rows if row["passed"] == FAILED]
    sentences = (counted, phrase_sentence(run), corroboration_sentence(run))
    return html.callout("note" if failed else "good", "没有阻断评分的数据问题", *sentences)


def indicators_conclusion(run: Run) -> Html:
    """What was computed, and what lies beyond a limit."""
    own = [r for r in run.results if r.definition == run.scoring[r.indicator]]
    beyond = [r for r in own if breaks_limit(r, run)]
    computed = [r for r in own if r.status == COMPUTED]
    lacking = [r for r in own if r.status == "not_assessable"]
    lines: list[Text] = [
        f"{len(run.rulebook.stanzas)} 项指标按计分口径得出 {len(own)} 个结果：算出 {len(computed)} 个，无法评价 {len(lacking)} 个，"
        f"分母为零没有定义 {sum(r.status == 'undefined' for r in own)} 个。"
    ]
    for r in beyond:
        limit = run.rulebook.stanzas[r.indicator].limit
        assert limit
        lines.append(
            f"{_about(r, run)}{value_words(r, run.rulebook.stanzas[r.indicator])}，限额{limit.words}。"
        )
    if not beyond:
        lines.append("没有指标越过限额。")
    lines += claims_sentences(run)
    return html.callout("warning" if beyond else "good", "算出了什么", html.bullets(lines))


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
        lines.append(f"公布的数字与“完成”共 {judged.total()} 个，逐一判断：{_by_verdict(judged, '个')}。")
    if said:
        lines.append(f"公开说明里的陈述共 {said.total()} 条，逐句核对：{_by_verdict(said, '条')}。")
    return lines or ["没有公布的数字可判断。"]


def _by_verdict(counts: Mapping[str, int], unit: str) -> str:
    return "、".join(
        f"{name} {counts[verdict]} {unit}" for verdict, name in VERDICTS.items() if counts[verdict]
    )


def _total(run: Run) -> Row:
    return next(row for row in run.table("scores") if row["level"] == "total")


def score_words(run: Run) -> str:
    """The score as an interval, in words."""
    row = _total(run)
    if run.stopped():
        return "不予评分"
    low, high = Fraction(row["lowest"]), Fraction(row["highest"])
    return f"{points_text(low)} 分" if low == high else f"{points_text(low)}～{points_text(high)} 分"


def findings_conclusion(run: Run) -> Html:
    """The score and how many findings there are."""
    found = run.table("findings")
    counts = Counter(row["severity"] for row in found)
    total = _total(run)
    graded = "、".join(f"{name} {counts[severity]} 项" for severity, name in SEVERITIES.items())
    own = f"；自评 {total['self_scored']} 分" if total["self_scored"] else ""
    lines = [
        f"按“{run.framework.title}”，{_score_sentence(run)}{own}。{total['reason']}。",
        f"审计发现 {len(found)} 项：{graded}。",
    ]
    return html.callout("warning" if counts["high"] else "note", "得分与发现", html.bullets(lines))


def _outside(run: Run) -> str:
    """That the scheme does not hold for the year of the case; "" where it does."""
    note = run.framework.validity_note(run.audit.case.year)
    return f"；{note}" if note else ""


def _score_sentence(run: Run) -> str:
    row = _total(run)
    if run.stopped():
        return "不予评分"
    return (
        f"已证实 {points_text(Fraction(row['lowest']))} 分，最高可能 {points_text(Fraction(row['highest']))} 分，"
        f"满分 {points_text(Fraction(row['weight']))} 分"
    )


def summary_lines(run: Run) -> list[str]:
    """The lines that matter, for the end of a run and the head of the report."""
    found = run.table("findings")
    counts = Counter(row["severity"] for row in found)
    states = Counter(row["passed"] for row in run.table("quality"))
    total = _total(run)
    own = f"；自评 {total['self_scored']} 分" if total["self_scored"] else ""
    failed = blocking_failures(run.table("quality"))
    quality = "；".join(row["why"].partition("：")[0] + "未通过，不予评分" for row in failed)
    top = next(iter(sorted(found, key=lambda row: int(row["number"]))), None)
    return [
        f"数据质量：{quality or '没有阻断评分的问题'}（规则 {sum(states.values())} 条，未通过 {states[FAILED] + states[NOT_RUN]} 条）；{phrase_sentence(run)}",
        f"得分：{_score_sentence(run)}{own}；{total['reason']}{_outside(run)}。",
        *claims_sentences(run),
        f"审计发现：{len(found)} 项（{'、'.join(f'{name} {counts[s]}' for s, name in SEVERITIES.items())}）。",
        f"首要发现：{top['name']}——{top['condition']}" if top else "首要发现：没有。",
    ]


def conclusion(run: Run) -> Html:
    """What a reader must know: the summary, then every grave finding in a line."""
    blocking = blocking_failures(run.table("quality"))
    lines = summary_lines(run)
    head: list[Text] = []
    if blocking:
        said = [f"{row['why']}——{row['found']}（{row['where']}）" for row in blocking]
        head.append(html.callout("warning", "资料自相矛盾，以下结果不予评分", html.bullets(said)))
    head.append(html.bullets(lines[:-1]))
    grave = [
        row
        for row in sorted(run.table("findings"), key=lambda row: int(row["number"]))
        if row["severity"] == "high"
    ]
    if grave:
        listed: list[Text] = [
            html.join(html.link(row["name"], f"#finding-{row['number']}"), f"：{brief(row['condition'])}")
            for row in grave
        ]
        head.append(html.callout("warning", f"高严重程度的发现 {len(grave)} 项", html.bullets(listed)))
    return html.join(*head)


def _between(bounds: list[Result], stanza: Stanza) -> str:
    """A value of which only bounds are known: 不高于1.78%, 5.88%～94.12%, or the value that both bounds leave."""
    low = max(
        (r.low for r in bounds if stanza.definitions[r.definition].bound == "lower" and r.low is not None),
        default=None,
    )
    high = min((r.high for r in bounds if r.high is not None), default=None)
    if low is None or high is None:
        return value_words(bounds[0], stanza)
    return stanza.value_text(low) if low == high else f"{stanza.value_text(low)}～{stanza.value_text(high)}"


def key_figures(run: Run) -> Html:
    """The key figures as cards."""
    total = _total(run)
    counts = Counter(row["severity"] for row in run.table("findings"))
    cards: list[tuple[Text, Text, Text]] = [
        (
            "得分（已证实～可能）",
            score_words(run),
            f"满分 {total['weight']} 分"
            + (f"，自评 {total['self_scored']} 分" if total["self_scored"] else ""),
        ),
        (
            "审计发现",
            f"{len(run.table('findings'))} 项",
            "、".join(f"{name} {counts[s]}" for s, name in SEVERITIES.items()),
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
                cards.append((stanza.name, _between(bounds, stanza), named))
            elif own:
                cards.append(
                    (stanza.name, value_words(own[0], stanza), stanza.definition_name(own[0].definition))
                )
        else:
            worse = [r for r in own if r.scope != DEPARTMENT and breaks_limit(r, run)]
            note = "；".join(
                f"{run.audit.scope_name(r.scope)} {value_words(r, run.rulebook.stanzas[r.indicator])}"
                for r in worse
            )
            cards.append(
                (stanza.name, value_words(whole, stanza), note or stanza.definition_name(whole.definition))
            )
    return html.key_figures(cards)
