"""Verdicts on what a narrative states, and the numbers that they rest on: the text's own, and the tables'."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from auditbook.claims import AGREES, DISAGREES, NOT_CHECKABLE, OTHER_DEFINITION, TRUNCATED, WITHIN_ROUNDING
from auditbook.narrative import mentions as m
from auditbook.narrative.layouts import BUDGETS
from auditbook.narrative.mentions import Mention
from auditbook.narrative.sentences import MONEY, RATES
from auditbook.narrative.subjects import Held, Subject, Vocabulary
from auditbook.numbers import Interval, amount_text, factor, places, rate_text

HIGH, MEDIUM, LOW = "high", "medium", "low"
BUDGET_NAMES = {"budget_initial": "年初预算", "budget_adjusted": "调整预算", "budget": "预算"}
ORDER = (AGREES, WITHIN_ROUNDING, TRUNCATED, OTHER_DEFINITION, DISAGREES, NOT_CHECKABLE)
GREAT = Fraction(1, 100)


@dataclass
class Verdict:
    """A mention with its verdict; ``kind`` is what is stated, or what is wrong."""

    mention: Mention
    verdict: str
    kind: str
    explanation: str
    value: Fraction | None = None
    interval: Interval | None = None
    definition: str = ""
    severity: str = ""


@dataclass(frozen=True)
class Operand:
    """A number that a ratio may be made of: its value and range in 元, and where it is from."""

    value: Fraction
    interval: Interval
    name: str
    unit: str


@dataclass
class Told:
    """What a text tells and its tables hold: where the numbers that a ratio may be made of are looked up.

    ``related`` notes for a mention (by its identity) the relation that speaks for it; ``unit`` is the one that nearly all
    amounts are in, "" where there is none.
    """

    vocabulary: Vocabulary
    mentions: Sequence[Mention]
    year: int | None
    at: dict[tuple[str, str], list[tuple[int, Mention]]] = field(default_factory=lambda: defaultdict(list))
    related: dict[int, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.order = {id(mention): number for number, mention in enumerate(self.mentions)}
        for number, mention in enumerate(self.mentions):
            if mention.subject and mention.number and not mention.why:
                self.at[mention.subject.id, mention.role].append((number, mention))
        units = Counter(one.unit for one in self.mentions if one.number and one.unit in MONEY)
        often = units.most_common(1)
        # the unit that nearly all amounts are in, "" where there is none
        self.unit = often[0][0] if often and often[0][1] * 10 >= 9 * sum(units.values()) else ""

    def text(self, subject: Subject, role: str, mention: Mention) -> list[Operand]:
        """What the text says of a subject: the nearest before in the paragraph, the nearest after, then all others."""
        own, at = mention.paragraph, self.order[id(mention)]
        said = self.at.get((subject.id, role), [])
        ranked = sorted(said, key=lambda e: (e[1].paragraph is not own, e[0] > at, abs(e[0] - at)))
        found, seen = [], set()
        for _, other in ranked:
            if other is not mention and other.value not in seen:
                seen.add(other.value)
                found.append(
                    Operand(other.value, other.interval, f"文中{role_name(role)}{shown(other)}", other.unit)
                )
        return found

    def cells(self, cells: Iterable[Held]) -> list[Operand]:
        """What cells hold, without the blank ones."""
        return [
            Operand(held.value, held.interval, f"{held.amount.table}的{number_text(held.value, held.table.unit)}", held.table.unit)
            for held in cells if held.value is not None and held.interval is not None
        ]  # fmt: skip

    def amounts(self, subject: Subject, mention: Mention) -> list[Operand]:
        """The amounts of a subject: the text's, then the tables'.

        The first table that holds it decides; another is asked only where it says the same but for the last place. What a
        row has of all money must not explain a ratio of what it has of one budget.
        """
        held = self.cells(subject.cells)
        near = [one for one in held if abs(one.value - held[0].value) <= factor(one.unit) / 100]
        return [*self.text(subject, m.AMOUNT, mention), *(held if subject.id.endswith("_any") else near)]

    def budgets(self, subject: Subject, role: str, mention: Mention) -> list[Operand]:
        """The budgets of a subject of a kind; of any kind where 预算 alone is said."""
        roles = (
            (role,)
            if role in {"budget_initial", "budget_adjusted"}
            else ("budget", "budget_initial", "budget_adjusted")
        )
        found = [operand for name in roles for operand in self.text(subject, name, mention)]
        if role in {"", "budget"}:
            found += self.cells(subject.budgets)
        elif not found:
            found += self.text(subject, "budget", mention) + self.cells(subject.budgets)
        return found


_ROLE_NAMES = {m.AMOUNT: "", m.PRIOR: "上年数", m.CHANGE: "增减额", **BUDGET_NAMES}


def stated_by(mention: Mention) -> str:
    """What a mention states, as a kind of claims.csv."""
    if mention.role in BUDGETS:
        return "budget"
    if mention.role in {m.AMOUNT, m.PRIOR, m.REASON}:
        unit = mention.number.unit if mention.number else ""
        return (
            "amount"
            if unit in MONEY or not unit
            else "rate"
            if unit in RATES
            else "score"
            if unit == "分"
            else "count"
        )
    return {m.COMPARISON: "direction", m.FLAT: "direction", m.NAMED: "subject"}.get(
        mention.role, mention.role
    )


def role_name(role: str) -> str:
    """What a role is called before a number."""
    return _ROLE_NAMES.get(role, "")


def quotient(top: Interval, bottom: Interval) -> tuple[Fraction, Fraction]:
    """The range of a quotient whose divisor is not zero."""
    ends = [a / b for a in (top.low, top.high) for b in (bottom.low, bottom.high) if b]
    return min(ends), max(ends)


def precision_of(number: str) -> str:
    """The last place that a number shows."""
    decimals = places(number)
    return "1" if decimals == 0 else f"0.{'0' * (decimals - 1)}1"


def shown(mention: Mention) -> str:
    """A number as printed, with its unit."""
    assert mention.number
    return f"{mention.number.text}{mention.number.unit}"


def number_text(value: Fraction | None, unit: str) -> str:
    """A value in 元 as it is shown in a unit."""
    return "空白" if value is None else f"{amount_text(value, unit or '元')}{unit}"


def plain_text(operand: Operand) -> str:
    """An operand without its unit."""
    return amount_text(operand.value, operand.unit)


def rate(value: Fraction | None) -> str:
    """A value as a percentage."""
    return rate_text(value) if value is not None else ""
