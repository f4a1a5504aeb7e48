"""What many departments of a batch have in common: findings of one rule, rules of data quality not kept, evidence not there."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from auditbook.peers.distributions import Spread, spread
from auditbook.peers.gathered import Peers
from auditbook.peers.reading import Failed, Found, Open

SEVEREST = ("high", "medium", "low")
_NOUGHT = Fraction(0)


@dataclass(frozen=True)
class Common:
    """Findings of one rule: in which departments, how many, their amounts in 元, the severest and largest first."""

    rule: str
    name: str
    severity: str
    kind: str
    departments: tuple[int, ...]
    count: int
    amounts: Spread | None
    total: Fraction
    worst: tuple[tuple[int, Found], ...]


def findings(peers: Peers) -> list[Common]:
    """Findings by rule, those of most departments first; what auditors wrote themselves stands under its own name.

    Amounts are added up only as amounts that findings name: the same money may be named twice.
    """
    held: dict[tuple[str, str], list[tuple[int, Found]]] = defaultdict(list)
    for number, department in enumerate(peers.departments):
        for found in department.found:
            # one rule is one thing, even where a project calls it otherwise
            held[found.rule, "" if found.rule else found.name].append((number, found))
    common = []
    for (rule, _), own in held.items():
        ordered = sorted(own, key=lambda pair: (*_severe(pair[1]), pair[0], pair[1].number))
        names = Counter(found.name for _, found in own)
        amounts = [found.amount for _, found in own if found.amount is not None]
        common.append(
            Common(
                rule, min(names, key=lambda name: (-names[name], name)), ordered[0][1].severity, ordered[0][1].kind,
                tuple(sorted({number for number, _ in own})), len(own), spread(amounts), sum(amounts, _NOUGHT),
                tuple(ordered),
            )
        )  # fmt: skip
    return sorted(
        common,
        key=lambda one: (
            -len(one.departments),
            SEVEREST.index(one.severity),
            -one.count,
            one.rule,
            one.name,
        ),
    )


def _severe(found: Found) -> tuple[int, Fraction]:
    return SEVEREST.index(found.severity), -abs(found.amount) if found.amount is not None else Fraction(1)


@dataclass(frozen=True)
class Gap:
    """What is missing: in which departments, on how many lines, and what share of all they could score it leaves open."""

    name: str
    departments: tuple[int, ...]
    lines: tuple[str, ...]
    share: Fraction
    reason: str = ""


def documents(peers: Peers) -> list[Gap]:
    """Documents that would settle lines, by the share of the score that they leave open over all scored departments.

    A line that needs several documents is counted to each of them: their shares do not add up.
    """
    return _gaps(
        peers, ((document, one) for one in _open(peers) for document in dict.fromkeys(one[1].documents))
    )


def lines(peers: Peers) -> list[Gap]:
    """Lines of schemes that are open, by the share of the score that they leave open; here shares add up."""
    return _gaps(peers, ((one[1].line, one) for one in _open(peers)))


def _open(peers: Peers) -> Iterable[tuple[int, Open]]:
    return ((number, one) for number, department in enumerate(peers.departments) for one in department.open)


def _gaps(peers: Peers, named: Iterable[tuple[str, tuple[int, Open]]]) -> list[Gap]:
    held: dict[str, list[tuple[int, Open]]] = defaultdict(list)
    for name, one in named:
        held[name].append(one)
    scored = sum(department.score is not None for department in peers.departments)
    gaps = []
    for name, own in held.items():
        reasons = Counter(one.reason for _, one in own if one.reason)
        gaps.append(
            Gap(
                name, tuple(sorted({number for number, _ in own})),
                tuple(sorted({one.line for _, one in own})),
                sum((one.width for _, one in own), _NOUGHT) / scored,
                min(reasons, key=lambda words: (-reasons[words], words)) if reasons else "",
            )
        )  # fmt: skip
    return sorted(gaps, key=lambda gap: (-gap.share, -len(gap.departments), gap.name))


def quality(peers: Peers) -> list[tuple[Failed, tuple[int, ...]]]:
    """Rules of data quality that departments do not keep, those of most departments first."""
    held: dict[Failed, list[int]] = defaultdict(list)
    for number, department in enumerate(peers.departments):
        for failed in department.failed:
            held[failed].append(number)
    return sorted(((one, tuple(own)) for one, own in held.items()), key=lambda item: (-len(item[1]), item[0]))
