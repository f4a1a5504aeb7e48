"""Whether the data of a run can be relied upon: one of 足够可靠, 不够可靠, 未定, with its reasons, by params/report.yaml."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

from auditbook import report_rules
from auditbook.indicators import COMPUTED
from auditbook.intake.phrases import UNVERIFIED
from auditbook.pipeline import Run
from auditbook.quality import FAILED, NOT_RUN, blocking_failures
from auditbook.report import fragments as html
from auditbook.report.fragments import Html
from auditbook.report.references import counted
from auditbook.tables import Row

RELIABLE, UNRELIABLE, UNDETERMINED = "reliable", "unreliable", "undetermined"
VERDICTS = {RELIABLE: "足够可靠", UNRELIABLE: "不够可靠", UNDETERMINED: "未定"}
_TONES: dict[str, Literal["good", "warning", "note"]] = {
    RELIABLE: "good", UNRELIABLE: "warning", UNDETERMINED: "note",
}  # fmt: skip
_GRAVE = ["high", "medium"]
MOST_NAMES = 6


@dataclass(frozen=True)
class Reason:
    """A condition that holds: its words, what was found, and why it matters."""

    verdict: str
    words: str
    found: str
    why: str


@dataclass(frozen=True)
class Reliability:
    """The conclusion with every condition that holds, those that decide it first."""

    verdict: str
    reasons: tuple[Reason, ...]

    @property
    def word(self) -> str:
        """The conclusion in its fixed words."""
        return VERDICTS[self.verdict]

    @property
    def deciding(self) -> tuple[Reason, ...]:
        """The reasons that decide it."""
        return tuple(reason for reason in self.reasons if reason.verdict == self.verdict)


def conclude(run: Run) -> Reliability:
    """The conclusion on the data of a run.

    Raises   CaseError where ``params/report.yaml`` has faults.
    """
    rules = report_rules.read(run.workspace, run.dictionary)
    return decide(rules.reliability, {name: find(run) for name, find in _FOUND.items()})


def decide(conditions: Iterable[report_rules.Condition], found: dict[str, str]) -> Reliability:
    """The conclusion from what was found for each condition, "" where it does not hold."""
    reasons = [Reason(c.verdict, c.words, found[c.when], c.why) for c in conditions if found[c.when]]
    verdicts = {reason.verdict for reason in reasons}
    verdict = next((v for v in (UNRELIABLE, UNDETERMINED) if v in verdicts), RELIABLE)
    return Reliability(verdict, tuple(sorted(reasons, key=lambda reason: reason.verdict != verdict)))


def _names(rows: Iterable[Row]) -> str:
    return "、".join(row["why"].partition("：")[0] for row in rows)


def _blocking(run: Run) -> str:
    return _names(blocking_failures(run.table("quality")))


def _contradiction(run: Run) -> str:
    failed = [r for r in run.table("quality") if r["passed"] == FAILED and r["severity"] in _GRAVE]
    parts = [_names(failed)] if failed else []
    if any(r["verdict"] == "disagrees" and r["severity"] in _GRAVE for r in run.table("reconciliations")):
        number = counted(run, "reconciliations", verdict="disagrees", severity=_GRAVE)
        parts.append(f"决算表勾稽不一致 {number} 处")
    return "；".join(parts)


def _not_run(run: Run) -> str:
    return _names(row for row in run.table("quality") if row["passed"] == NOT_RUN)


def _no_figures(run: Run) -> str:
    return "" if run.table("figures") else "数字表是空的"


def used_for_scoring(run: Run) -> set[str]:
    """The keys of the figures on which the lines of the scheme rest that could be computed, bounds included."""
    lines = {item.indicator for item in run.framework.lines.values()}
    found: set[str] = set()
    for result in run.results:
        if result.indicator not in lines or result.status != COMPUTED:
            continue
        stanza = run.rulebook.stanzas[result.indicator]
        definition = stanza.definitions.get(result.definition)
        if result.definition == run.scoring[result.indicator] or (definition and definition.bound):
            found |= set(result.terms)
    return found


def _uncorroborated(run: Run) -> str:
    used = used_for_scoring(run)
    alone = [
        row
        for row in run.table("corroboration")
        if not row["checks"] and f"{row['figure']}:{row['scope']}:{row['item']}:{row['year']}" in used
    ]
    names = list(dict.fromkeys(run.dictionary[row["figure"]].name for row in alone))
    return "、".join(names[:MOST_NAMES]) + ("等" if len(names) > MOST_NAMES else "")


def _unchecked(run: Run) -> str:
    if not any(row["quote_status"] == UNVERIFIED for row in run.table("figures")):
        return ""
    return f"{counted(run, 'figures', quote_status=UNVERIFIED)} 个数字的短语"


def _absent(run: Run) -> str:
    if not any(row["status"] == "absent" for row in run.table("sources")):
        return ""
    return f"{counted(run, 'sources', status='absent')} 份"


_FOUND: dict[str, Callable[[Run], str]] = {
    "blocking": _blocking, "contradiction": _contradiction, "not_run": _not_run, "no_figures": _no_figures,
    "uncorroborated": _uncorroborated, "unchecked": _unchecked, "absent": _absent,
}  # fmt: skip


def sentence(run: Run) -> str:
    """The conclusion in a line: the word, then what decides it."""
    found = conclude(run)
    said = "；".join(f"{reason.words}（{reason.found}）" for reason in found.deciding)
    return f"数据可靠性：{found.word}——{said or '规则全部通过，评分所用的数字都有独立核对，应有的资料都已收到'}。"


def reliability(run: Run) -> Html:
    """The conclusion with every condition that holds and why it matters."""
    found = conclude(run)
    lines = [f"{reason.words}（{reason.found}）：{reason.why}。" for reason in found.deciding]
    also = [f"另有：{reason.words}（{reason.found}）。" for reason in found.reasons[len(lines) :]]
    told = (
        html.bullets(lines + also)
        if lines
        else "规则全部通过，评分所用的数字都有独立核对，应有的资料都已收到。"
    )
    by_rule = html.paragraph("判断规则见 ", html.code("params/report.yaml"), " 的 reliability。")
    return html.callout(_TONES[found.verdict], f"数据可靠性：{found.word}", told, by_rule)
