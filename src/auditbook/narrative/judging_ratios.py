"""Shares and rates of completion: over what they are said to be of, and over what they may be of instead."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
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
from auditbook.narrative import mentions as m
from auditbook.narrative.mentions import Mention
from auditbook.narrative.subjects import Subject
from auditbook.narrative.verdicts import (
    BUDGET_NAMES,
    GREAT,
    HIGH,
    LOW,
    MEDIUM,
    ORDER,
    Operand,
    Told,
    Verdict,
    plain_text,
    precision_of,
    quotient,
    rate,
    shown,
)
from auditbook.numbers import Interval


def share(told: Told, mention: Mention) -> Verdict:
    """A share, over what it is said to be of; where it fits another total, that is told."""
    subject = mention.subject
    assert subject and mention.number
    tops = told.amounts(subject, mention)
    if mention.head is not None and mention.head.code and mention.base_subject:
        tops += told.amounts(
            mention.head, mention
        )  # 农林水支出…，其中：…，占本年支出的: of the row, or of its part
    named = mention.base_subject
    if mention.words and named is None:
        return Verdict(mention, NOT_CHECKABLE, "share", f"看不出“占{mention.words}”的是表中哪一项")
    wholes = [named] if named else _wholes(told, subject, mention)
    bottoms = [(w, operand) for w in wholes for operand in told.amounts(w, mention)]
    if not tops or not bottoms:
        return Verdict(mention, NOT_CHECKABLE, "share", "没有可以相除的两个数")
    best = best_of(mention, [(top, bottom, w.name) for top in tops for w, bottom in bottoms])
    if mention.value > 1 and best.verdict in {AGREES, WITHIN_ROUNDING, TRUNCATED}:
        # a range that reaches beyond the whole proves nothing: a part is never more
        said = f"占比不会大于100%；{best.explanation}"
        return Verdict(mention, DISAGREES, "share", said, best.value, best.interval, severity=MEDIUM)
    if best.verdict != DISAGREES or mention.value in {0, 1}:
        return best
    rival = best_of(mention, list(_other_shares(told, subject, mention, tops, wholes)))
    if rival.verdict != AGREES:
        return best
    if named is None and mention.head is None:
        return rival  # nothing says of what: it is of what fits
    said = f"应除以{wholes[0].name}，得{rate(best.value)}；公布的数合于{rival.explanation}"
    return Verdict(
        mention, OTHER_DEFINITION, "share", said, best.value, best.interval, rival.definition, MEDIUM
    )


def _other_shares(
    told: Told, subject: Subject, mention: Mention, tops: Sequence[Operand], wholes: Sequence[Subject]
) -> Iterator[tuple[Operand, Operand, str]]:
    """What a share may be of instead: another total, or a whole of the whole that the text prints."""
    subjects = told.vocabulary.subjects
    wider = {
        name
        for whole in (subject, *wholes)
        for name in (*whole.share_of, *([whole.layout.within] if whole.layout else []))
    }
    for name in (*_TOTALS, *sorted(wider - set(_TOTALS))):
        whole = subjects.get(name)
        if whole is None or whole in wholes or whole is subject:
            continue
        found = told.cells(whole.cells) or told.amounts(whole, mention)
        yield from ((top, bottom, whole.name) for top in tops for bottom in found)


def _wholes(told: Told, subject: Subject, mention: Mention) -> list[Subject]:
    found = [told.vocabulary.subjects[name] for name in subject.share_of]
    if subject.code or not found:
        section = mention.paragraph.section
        default = {"income": "income_total", "spending": "spending_total", "grants": "grants_spending", "overall": "spending_total",
                   "funds": "funds_spending", "state_capital": "state_spending"}.get(section, "general_total" if section.startswith("general") else "")  # fmt: skip
        if default:
            found.append(told.vocabulary.subjects[default])
    head = mention.head
    if head is not None and head.id != subject.id and head not in found:
        found.insert(0, head)
    return [w for w in found if w.id != subject.id]


def completion(told: Told, mention: Mention) -> Verdict:
    """A rate of completion, over the budget that is named; where it fits another, that is told."""
    subject = mention.subject
    assert subject and mention.number
    tops = told.amounts(subject, mention)
    bottoms = told.budgets(subject, mention.base, mention)
    other = {"budget_initial": "budget_adjusted", "budget_adjusted": "budget_initial"}.get(mention.base, "")
    rivals = (
        [o for o in told.text(subject, other, mention) if all(o.value != b.value for b in bottoms)]
        if other
        else []
    )
    rival = best_of(mention, [(top, bottom, BUDGET_NAMES[other]) for top in tops for bottom in rivals])
    fits_other = rival.verdict in {AGREES, WITHIN_ROUNDING} and mention.value != 1
    if not tops or not bottoms:
        if fits_other:
            said = f"{rival.explanation}：公布的是除以{BUDGET_NAMES[other]}得到的，文中没有{BUDGET_NAMES[mention.base]}数"
            return Verdict(
                mention, OTHER_DEFINITION, "completion", said, rival.value, rival.interval, other, MEDIUM
            )
        lacking = "决算数" if not tops else BUDGET_NAMES.get(mention.base, "预算") + "数"
        return Verdict(mention, NOT_CHECKABLE, "completion", f"没有{lacking}可以相除")
    best = best_of(
        mention,
        [(top, bottom, BUDGET_NAMES.get(mention.base, "预算")) for top in tops for bottom in bottoms],
    )
    if best.verdict == DISAGREES and fits_other:
        said = f"除以{BUDGET_NAMES[mention.base]}是{rate(best.value)}；公布的{shown(mention)}是除以{BUDGET_NAMES[other]}得到的"
        return Verdict(
            mention, OTHER_DEFINITION, "completion", said, best.value, best.interval, other, MEDIUM
        )
    return best


def best_of(mention: Mention, pairs: Sequence[tuple[Operand, Operand, str]]) -> Verdict:
    """The best verdict that a ratio gets over its possible operands; those named first explain it."""
    stated = mention.role
    best: Verdict | None = None
    for top, bottom, name in pairs:
        own = _ratio(mention, top, bottom, name)
        if best is None or ORDER.index(own.verdict) < ORDER.index(best.verdict):
            best = own
    return best or Verdict(mention, NOT_CHECKABLE, stated, "没有可以相除的两个数")


def _ratio(mention: Mention, top: Operand, bottom: Operand, name: str) -> Verdict:
    stated = mention.role
    assert mention.number
    if bottom.value == 0:
        if top.value == 0:
            return Verdict(
                mention,
                NOT_CHECKABLE,
                "zero_base",
                f"{top.name}、{bottom.name}都是零，{_STATED[stated]}没有意义",
            )
        return Verdict(
            mention,
            DISAGREES,
            "zero_base",
            f"{bottom.name}是零，{_STATED[stated]}没有意义",
            severity=MEDIUM,
        )
    value = top.value / bottom.value
    low, high = quotient(top.interval, bottom.interval)
    said = f"{plain_text(top)}÷{plain_text(bottom)}（{top.name}，{bottom.name}）＝{rate(value)}"
    return rated(mention, value, Interval(low, high), said, name)


def rated(mention: Mention, value: Fraction, box: Interval, said: str, name: str) -> Verdict:
    """A printed rate against its value and range; ``said`` is how that came about, ``name`` what it was divided by."""
    assert mention.number
    stated = mention.role
    precision = precision_of(mention.number.text)
    unit = "%" if mention.unit_lost else mention.unit
    verdict = judge(mention.number.text, unit, precision, value, box)
    if mention.unit_lost and verdict != DISAGREES:
        return Verdict(
            mention,
            DISAGREES,
            "unit_lost",
            f"“{mention.number.text}”后面漏了“%”；{said}",
            value,
            box,
            severity=MEDIUM,
        )
    if verdict == TRUNCATED:
        return Verdict(
            mention, TRUNCATED, stated, f"{said}，应四舍五入，却截去了尾数", value, box, severity=LOW
        )
    if verdict == DISAGREES:
        gap = abs(value - mention.value)
        return Verdict(mention, DISAGREES, stated, said, value, box, name, HIGH if gap >= GREAT else MEDIUM)
    return Verdict(mention, verdict, stated, said, value, box)


_TOTALS = (
    "spending_total",
    "general_total",
    "income_total",
    "accounts_total",
    "grants_total",
    "basic_spending",
    "project_spending",
)
_STATED = {m.SHARE: "占比", m.COMPLETION: "完成率", m.GROWTH: "增减率"}
