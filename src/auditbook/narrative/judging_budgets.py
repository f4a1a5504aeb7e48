"""Budgets that a text prints: against the tables, the rows that they are made of, and the rate of completion beside them."""

from __future__ import annotations

from fractions import Fraction

from auditbook.claims import AGREES, DISAGREES, NOT_CHECKABLE, TRUNCATED, WITHIN_ROUNDING
from auditbook.narrative import judging_amounts, judging_ratios
from auditbook.narrative import mentions as m
from auditbook.narrative.mentions import Mention
from auditbook.narrative.verdicts import MEDIUM, Told, Verdict, number_text, shown
from auditbook.numbers import Interval, factor


def budget(told: Told, mention: Mention) -> Verdict:
    """A budget that the text prints."""
    subject = mention.subject
    assert subject
    present = [held for held in subject.budgets if held.value is not None and held.interval is not None]
    if present:
        return judging_amounts.against(told, mention, present, "budget")
    if subject.id == "general_total" and mention.role == "budget_initial":
        own = _budget_sum(told, mention)
        if own:
            return own
    if id(mention) in told.related:
        return Verdict(mention, AGREES, "budget", told.related[id(mention)])
    why = _completed_by(told, mention)
    if why:
        return Verdict(mention, AGREES, "budget", why)
    return Verdict(mention, NOT_CHECKABLE, "budget", "公开的表没有年初预算数，文中也没有可以核对的数")


def _budget_sum(told: Told, mention: Mention) -> Verdict | None:
    """The budget of a whole against those of the rows of its paragraphs, where these are all its rows."""
    subject = mention.subject
    assert subject
    rows = [
        other for (id_, role), said in told.at.items() if role == mention.role and len(id_) == 7 and id_.isdigit()
        for _, other in said[:1] if other.paragraph.section == mention.paragraph.section
    ]  # fmt: skip
    spent = [next(iter(told.amounts(row.subject, row)), None) for row in rows if row.subject]
    whole = next(iter(told.amounts(subject, mention)), None)
    if len(rows) < 2 or whole is None or any(one is None for one in spent):
        return None
    own = sum((one.value for one in spent if one), Fraction(0))
    slack = (
        sum(((one.interval.high - one.interval.low) / 2 for one in spent if one), Fraction(0))
        + factor("万元") / 200
    )
    if abs(own - whole.value) > slack:
        return None
    total = sum((row.value for row in rows), Fraction(0))
    low = sum((row.interval.low for row in rows), Fraction(0))
    high = sum((row.interval.high for row in rows), Fraction(0))
    said = f"所列{len(rows)}项年初预算之和是{number_text(total, mention.unit)}"
    fits = low <= mention.interval.high and mention.interval.low <= high
    if fits:
        for row in rows:
            told.related[id(row)] = f"与全部{len(rows)}项一起核对，合于总的年初预算{shown(mention)}"
        verdict = AGREES if total == mention.value else WITHIN_ROUNDING
        return Verdict(mention, verdict, "budget", said, total, Interval(low, high))
    return Verdict(mention, DISAGREES, "sum", said, total, Interval(low, high), severity=MEDIUM)


def _completed_by(told: Told, mention: Mention) -> str:
    """The completion rate beside a budget, where it holds: the budget is what it was made of."""
    assert mention.subject
    for _, other in told.at.get((mention.subject.id, m.COMPLETION), []):
        if other.paragraph is mention.paragraph and judging_ratios.completion(told, other).verdict in {
            AGREES,
            WITHIN_ROUNDING,
            TRUNCATED,
        }:
            return f"合于决算数与完成率{shown(other)}"
    return ""
