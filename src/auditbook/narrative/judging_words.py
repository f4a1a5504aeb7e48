"""Words without a number: comparisons with the budget, 持平, and the names of a classification."""

from __future__ import annotations

from fractions import Fraction

from auditbook.claims import AGREES, DISAGREES, NOT_CHECKABLE
from auditbook.intake.account_layouts import bare
from auditbook.narrative import mentions as m
from auditbook.narrative.mentions import Mention
from auditbook.narrative.subjects import LEVELS, key
from auditbook.narrative.verdicts import MEDIUM, Told, Verdict, plain_text, rate


def comparison(told: Told, mention: Mention) -> Verdict:
    """A comparison of the accounts with a budget."""
    subject = mention.subject
    assert subject
    currents = told.amounts(subject, mention)
    budgets = told.budgets(subject, mention.base, mention)
    if not currents or not budgets:
        return Verdict(mention, NOT_CHECKABLE, "direction", "没有预算数、决算数可以比较")
    current, budget = currents[0], budgets[0]
    gap = current.value - budget.value
    said = f"决算{plain_text(current)}，预算{plain_text(budget)}"
    holds = {"less": gap < 0, "more": gap > 0, "equal": gap == 0}[mention.way]
    if mention.way == "equal" and gap and budget.value:
        apart = abs(gap / budget.value)
        if "基本" in mention.words or "总体" in mention.words:
            holds = apart <= Fraction(5, 100)
            said += f"，相差{rate(apart)}"
    if holds:
        return Verdict(mention, AGREES, "direction", said)
    # a wrong amount is told where it stands: the word holds where it fits what the tables have
    for other in currents[1:]:
        gap = other.value - budget.value
        if {"less": gap < 0, "more": gap > 0, "equal": gap == 0}[mention.way]:
            return Verdict(
                mention,
                AGREES,
                "direction",
                f"决算{plain_text(other)}（{other.name}），预算{plain_text(budget)}",
            )
    return Verdict(mention, DISAGREES, "direction", f"{said}，与“{mention.words}”不符", severity=MEDIUM)


def flat(told: Told, mention: Mention) -> Verdict:
    """A word for no change."""
    subject = mention.subject
    assert subject
    if mention.base:
        currents, bases = told.amounts(subject, mention), told.budgets(subject, mention.base, mention)
    else:
        currents, bases = told.amounts(subject, mention), told.text(subject, m.PRIOR, mention)
    if currents and bases:
        same = currents[0].value == bases[0].value
        said = f"{plain_text(currents[0])}与{plain_text(bases[0])}"
        near = (
            "基本" in mention.paragraph.text[max(0, mention.end - 8) : mention.end]
            and bases[0].value
            and abs(currents[0].value / bases[0].value - 1) <= Fraction(5, 100)
        )
        if same or near:
            return Verdict(mention, AGREES, "direction", said)
        return Verdict(mention, DISAGREES, "direction", f"{said}不相同", severity=MEDIUM)
    return Verdict(mention, NOT_CHECKABLE, "direction", "没有上年的数可以核对是否持平")


def tie_by_amount(told: Told, mention: Mention) -> None:
    """Tie a name that no row has to the row that has its amount, under the parent that it names."""
    subject = mention.subject
    assert subject
    lowest = max(subject.path, key=lambda level: LEVELS[level])
    after = told.order[id(mention)]
    own = next(
        (
            o
            for o in told.mentions[after + 1 : after + 6]
            if o.subject is subject and o.role == m.AMOUNT and o.number
        ),
        None,
    )
    if own is None or not own.value:
        return
    fits = []
    for line in told.vocabulary.function_lines:
        if len(line.code) != LEVELS[lowest]:
            continue
        cells = told.vocabulary.cells_of_code(line.code, mention.paragraph.section)
        if cells and cells[0].value == own.value:
            parents = sum(
                (p := told.vocabulary.function_line(line.code[: LEVELS[level]])) is not None and key(p.name) == key(bare(name))
                for level, name in subject.path.items() if LEVELS[level] < LEVELS[lowest]
            )  # fmt: skip
            fits.append((parents, line, cells))
    most = max((parents for parents, _, _ in fits), default=0)
    best = [(line, cells) for parents, line, cells in fits if parents == most]
    if len(best) == 1 and (most or len(subject.path) == 1):
        line, cells = best[0]
        subject.code, subject.cells = line.code, cells
        subject.remark = line.name


def named(told: Told, mention: Mention) -> Verdict:
    """The names of a row of a classification, level by level."""
    subject = mention.subject
    assert subject
    if not told.vocabulary.function_lines:
        return Verdict(mention, NOT_CHECKABLE, "subject", "没有读到功能分类的表")
    if not subject.code:
        return Verdict(mention, NOT_CHECKABLE, "subject", "各表没有这个名称的科目，也没有金额相同的科目")
    if subject.remark:
        line = told.vocabulary.function_line(subject.code)
        return Verdict(
            mention, DISAGREES, "code_and_name",
            f"表中{subject.code}是“{subject.remark}”，没有“{subject.name}”（金额相同）" if line else "", severity=MEDIUM,
        )  # fmt: skip
    wrong = []
    for level, name in subject.path.items():
        line = told.vocabulary.function_line(subject.code[: LEVELS[level]])
        if line is not None and key(line.name) != key(bare(name)):
            wrong.append(f"{line.code}是“{line.name}”，不是“{name}”（{level}）")
    if wrong:
        return Verdict(mention, DISAGREES, "code_and_name", f"表中{'；'.join(wrong)}", severity=MEDIUM)
    return Verdict(mention, AGREES, "subject", f"表中{subject.code}，各级名称一致")
