"""Changes and rates of growth: what they leave for the year before, and whether number and word go together."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from auditbook.claims import (
    AGREES,
    DISAGREES,
    NOT_CHECKABLE,
    OTHER_DEFINITION,
    TRUNCATED,
    WITHIN_ROUNDING,
    judge,
)
from auditbook.narrative import judging_ratios
from auditbook.narrative import mentions as m
from auditbook.narrative.mentions import Mention
from auditbook.narrative.sentences import MONEY
from auditbook.narrative.verdicts import (
    HIGH,
    LOW,
    MEDIUM,
    ORDER,
    Operand,
    Told,
    Verdict,
    number_text,
    plain_text,
    precision_of,
    quotient,
    rate,
    shown,
)
from auditbook.numbers import Interval


def growth(told: Told, mention: Mention) -> Verdict:
    """A rate of growth, by the change beside it, else by the amounts that it leads from and to."""
    subject = mention.subject
    assert subject and mention.number
    change = _change_beside(told, mention)
    currents = told.amounts(subject, mention)
    bases = (
        told.budgets(subject, mention.base, mention) if mention.base else told.text(subject, m.PRIOR, mention)
    )
    if change is None or (mention.base and bases):
        lacking = "没有预算数可以核对" if mention.base else "没有增减额，也没有上年的数，无从核对"
        return _growth_between(mention, currents, bases) or Verdict(mention, NOT_CHECKABLE, "growth", lacking)
    if not currents:
        return Verdict(mention, NOT_CHECKABLE, "growth", "没有本年的数可以核对")
    best = _over_what_was(mention, change, currents, change.way)
    other_way = m.DOWN if change.way == m.UP else m.UP
    if best.verdict == DISAGREES and mention.way == other_way:
        turned = _over_what_was(mention, change, currents, other_way)
        if turned.verdict in {AGREES, WITHIN_ROUNDING, TRUNCATED}:
            said = f"增减额说“{change.words}”，增减率说“{mention.words}”；两数合于{turned.explanation}"
            return Verdict(
                mention, DISAGREES, "direction", said, turned.value, turned.interval, severity=MEDIUM
            )
    if best.verdict == DISAGREES and best.kind == "growth":
        current = currents[0]
        if current.value:
            rival = change.value / current.value
            if judge(mention.number.text, "%", precision_of(mention.number.text), rival, None) == AGREES:
                best = Verdict(
                    mention, OTHER_DEFINITION, "growth", f"{best.explanation}；公布的数是除以本年的数得到的，应除以上年的数",
                    best.value, best.interval, "current_year", MEDIUM,
                )  # fmt: skip
    if best.verdict in {AGREES, WITHIN_ROUNDING, TRUNCATED} or best.kind == "unit_lost":
        told.related[id(change)] = f"合于本年的数与增减率{shown(mention)}"
    if best.verdict in {AGREES, WITHIN_ROUNDING, TRUNCATED} and mention.way != change.way and mention.value:
        return Verdict(
            mention,
            DISAGREES,
            "direction",
            f"增减额说“{change.words}”，增减率说“{mention.words}”",
            best.value,
            best.interval,
            severity=MEDIUM,
        )
    return best


def _over_what_was(mention: Mention, change: Mention, currents: Sequence[Operand], way: str) -> Verdict:
    """A rate of growth over what a change of a direction leaves for the year before."""
    signed = 1 if way == m.UP else -1
    found = []
    for current in currents:
        before = current.value - signed * change.value
        sign = "－" if signed > 0 else "＋"
        of = f"本年{number_text(current.value, change.unit)}{sign}{number_text(change.value, change.unit)}"
        name = f"增减额{shown(change)}÷（{of}）"
        found.append(_growth_of(mention, change, before, current.interval, signed, name))
    return min(found, key=lambda one: ORDER.index(one.verdict))


def _growth_of(
    mention: Mention, change: Mention, before: Fraction, current: Interval, signed: int, name: str
) -> Verdict:
    assert mention.number
    if before == 0 or (before < 0 < current.high):
        if change.value == 0 and mention.value == 0:
            return Verdict(mention, NOT_CHECKABLE, "zero_base", "上年为零，本年也为零，增减率没有意义")
        if before == 0:
            return Verdict(
                mention, DISAGREES, "zero_base", "推出的上年数是零，增减率没有意义", severity=MEDIUM
            )
        return Verdict(mention, DISAGREES, "growth", f"推出的上年数是负数：{name}", severity=HIGH)
    value = change.value / before
    box = change.interval
    lows, highs = [], []
    for own in (box.low, box.high):
        for now in (current.low, current.high):
            base = now - signed * own
            if base > 0:
                lows.append(own / base)
                highs.append(own / base)
    span = Interval(min([*lows, value]), max([*highs, value]))
    return judging_ratios.rated(mention, value, span, f"{name}＝{rate(value)}", "")


def _growth_between(
    mention: Mention, currents: Sequence[Operand], bases: Sequence[Operand]
) -> Verdict | None:
    """A rate of growth from one printed amount to another; None where one of them is not printed."""
    found = [_growth_from(mention, current, base) for base in bases for current in currents]
    return min(found, key=lambda one: ORDER.index(one.verdict), default=None)


def _growth_from(mention: Mention, current: Operand, base: Operand) -> Verdict:
    if base.value == 0:
        if current.value == 0:
            return Verdict(mention, NOT_CHECKABLE, "zero_base", f"{base.name}是零，增减率没有意义")
        return Verdict(mention, DISAGREES, "zero_base", f"{base.name}是零，增减率没有意义", severity=MEDIUM)
    value = (current.value - base.value) / base.value
    low, high = quotient(current.interval, base.interval)
    up = mention.way == m.UP
    box = Interval(low - 1, high - 1) if up else Interval(1 - high, 1 - low)
    said = f"（{plain_text(current)}－{plain_text(base)}）÷{plain_text(base)}＝{rate(value)}"
    return judging_ratios.rated(mention, value if up else -value, box, said, "")


def _change_beside(told: Told, mention: Mention) -> Mention | None:
    """The change that a growth rate is of: the last before it in its paragraph, of the same subject."""
    at = told.order[id(mention)]
    for other in reversed(told.mentions[:at]):
        if other.paragraph is not mention.paragraph or (
            other.role == m.GROWTH and other.subject is mention.subject
        ):
            return None
        if other.role == m.CHANGE and other.subject is mention.subject and not other.why:
            return other if other.base == mention.base else None
    return None


def change(told: Told, mention: Mention) -> Verdict:
    """A change, by the two amounts that it lies between, else by the rate of growth beside it."""
    subject = mention.subject
    assert subject and mention.number
    if mention.number.unit not in MONEY:
        return Verdict(mention, NOT_CHECKABLE, "change", "没有上年的数量可以核对")
    bases = (
        told.budgets(subject, mention.base, mention) if mention.base else told.text(subject, m.PRIOR, mention)
    )
    currents = told.amounts(subject, mention)
    best: Verdict | None = None
    for current in currents:
        for base in bases:
            own = _difference(told, mention, current, base)
            if best is None or ORDER.index(own.verdict) < ORDER.index(best.verdict):
                best = own
    if best:
        return best
    if id(mention) in told.related:
        return Verdict(mention, AGREES, "change", told.related[id(mention)])
    return Verdict(
        mention,
        NOT_CHECKABLE,
        "change",
        "没有上年的数可以核对" if not mention.base else "没有预算数可以核对",
    )


def _difference(told: Told, mention: Mention, current: Operand, base: Operand) -> Verdict:
    gap = current.value - base.value
    signed = gap if mention.way == m.UP else -gap
    half = (current.interval.high - current.interval.low + base.interval.high - base.interval.low) / 2
    box = Interval(signed - half, signed + half)
    said = f"{plain_text(current)}－{plain_text(base)}＝{number_text(gap, mention.unit)}"
    assert mention.number
    if signed < 0 and abs(signed) == mention.value:
        return Verdict(mention, DISAGREES, "direction", f"{said}，方向是相反的", signed, box, severity=MEDIUM)
    verdict = judge(mention.number.text, mention.unit, precision_of(mention.number.text), signed, box)
    return Verdict(
        mention, verdict, "change", said, signed, box, severity=MEDIUM if verdict == DISAGREES else LOW if verdict == TRUNCATED else "",
    )  # fmt: skip
