"""Mentions judged: each number against the tables, the other numbers of the text, and what it is said to be made of.

Numbers are intervals, persons and projects exact. Where a ratio may be of several amounts (the text's, the table's) it is
accused only if it fits none of them: one wrong amount is one fault, not three.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from auditbook.claims import NOT_CHECKABLE
from auditbook.narrative import (
    judging_amounts,
    judging_budgets,
    judging_changes,
    judging_ratios,
    judging_words,
)
from auditbook.narrative import mentions as m
from auditbook.narrative.layouts import BUDGETS
from auditbook.narrative.mentions import Mention
from auditbook.narrative.subjects import Vocabulary
from auditbook.narrative.verdicts import Told, Verdict, stated_by

_JUDGED: Mapping[str, Callable[[Told, Mention], Verdict]] = {
    m.AMOUNT: judging_amounts.amount, m.PRIOR: judging_amounts.prior, m.CHANGE: judging_changes.change,
    m.SHARE: judging_ratios.share, m.COMPLETION: judging_ratios.completion, m.COMPARISON: judging_words.comparison,
    m.FLAT: judging_words.flat, m.NAMED: judging_words.named, **dict.fromkeys(BUDGETS, judging_budgets.budget),
}  # fmt: skip


def verdicts(vocabulary: Vocabulary, mentions: Sequence[Mention], year: int | None) -> list[Verdict]:
    """A verdict on each mention, in their order.

    Takes    vocabulary: the subjects with their cells; mentions: of the whole narrative; year: of the accounts.
    """
    told = Told(vocabulary, mentions, year)
    for mention in mentions:
        if mention.role == m.NAMED and mention.subject and not mention.subject.cells:
            judging_words.tie_by_amount(told, mention)
    # growth rates first: where one holds, it speaks for the change beside it
    growths = {
        id(mention): judging_changes.growth(told, mention)
        for mention in mentions if mention.role == m.GROWTH and not mention.why
    }  # fmt: skip
    return [growths.get(id(mention)) or _verdict(told, mention) for mention in mentions]


def _verdict(told: Told, mention: Mention) -> Verdict:
    if mention.why:
        return Verdict(mention, NOT_CHECKABLE, stated_by(mention), mention.why)
    if mention.year is not None and mention.role in {m.AMOUNT, m.PRIOR}:
        return judging_amounts.other_year(told, mention)
    return _JUDGED[mention.role](told, mention)
