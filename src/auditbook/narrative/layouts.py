"""How narratives put things: the wordings of ``params/narratives/accounts.yaml``."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path
from typing import Literal

from pydantic import model_validator

from auditbook import strict_yaml
from auditbook.cases import Id, Strict, Words
from auditbook.faults import CaseError
from auditbook.intake.account_layouts import bare

BUDGETS = ("budget_initial", "budget_adjusted", "budget")
ROLES = (*BUDGETS, "actual", "prior")


class NamedRow(Strict):
    """A row of a table that is known by its name only."""

    table: Id
    side: str = ""
    name: Words
    column: Id


class SubjectLayout(Strict):
    """What a sentence may speak of: names, the cells that hold it, what it is a part of."""

    id: Id
    names: list[Words]
    cells: list[str] = []
    budgets: list[str] = []
    rows: NamedRow | None = None
    share_of: Id | Literal[""] = ""
    shares: list[Id] = []
    within: Id | Literal[""] = ""
    like: Id | Literal[""] = ""
    sum_of: list[Id] = []
    needs: Id | Literal[""] = ""
    follows: Id | Literal[""] = ""
    counted: list[Words] = []
    sections: list[Id] = []


class Compared(Strict):
    """How is said what a change is measured from."""

    before: list[Words]
    last_year: list[Words]
    after: list[Words]


class Example(Strict):
    """A sentence and what is read out of it: subject, role and number (or word) of each statement."""

    sentence: Words
    section: Id | Literal[""] = ""
    read: list[Words]


class NarrativeLayout(Strict):
    """The whole of params/narratives/accounts.yaml."""

    sections: dict[Id, list[Words]]
    telling: list[Id] = []
    wide: list[Id] = []
    kept: list[Id] = []
    owners: list[Words]
    between: list[Words]
    fillers: list[Words]
    roles: dict[Id, list[Words]]
    completion: list[Words]
    completion_rates: list[Words]
    share: list[Words]
    compared: Compared
    comparisons: dict[Literal["less", "more", "equal"], list[Words]]
    reasons: list[Words]
    subjects: list[SubjectLayout]
    aside: dict[Words, list[Words]]
    absences: list[Words]
    listings: list[Words]
    residues: list[Words]
    examples: list[Example]

    @model_validator(mode="after")
    def _whole(self) -> NarrativeLayout:
        """Whatever is referred to must be there."""
        ids = {subject.id for subject in self.subjects}
        for subject in self.subjects:
            wanted = {
                subject.share_of,
                *subject.shares,
                subject.within,
                subject.like,
                *subject.sum_of,
                subject.needs,
                subject.follows,
            }
            unknown = sorted(wanted - ids - {""}) + sorted(set(subject.sections) - set(self.sections))
            if unknown:
                raise ValueError(f"subjects 里的 {subject.id} 指向没有定义的“{'、'.join(unknown)}”")
        if set(self.roles) != set(ROLES):
            raise ValueError(f"roles 应有且只有 {'、'.join(ROLES)}")
        return self

    def section_of(self, heading: str) -> str:
        """The section that a heading opens, "" where it opens none that is known: a telling one, else the longest name."""
        said = bare(heading)
        found = [
            (id_ in self.telling, len(bare(name)), id_)
            for id_, names in self.sections.items()
            for name in names
            if bare(name) in said
        ]
        return max(found)[2] if found else ""

    @cached_property
    def compared_words(self) -> re.Pattern[str]:
        """与2023年度相比: what a change is measured from; group ``budget`` where that is a budget, else ``year``."""
        budgets = [word for role in BUDGETS for word in self.roles[role]]
        years = any_of(self.compared.last_year).replace(re.escape("{year}"), r"(?:19|20)\d\d")
        return re.compile(
            f"(?:{any_of(self.compared.before)})(?:(?:(?:19|20)\\d\\d年度?|本年度?|当年)?(?P<budget>{any_of(budgets)})|(?P<year>{years}))(?:{any_of(self.compared.after)})*[,，]?"
            "|(?P<same>同比|环比)"
        )

    @cached_property
    def between_words(self) -> re.Pattern[str]:
        """What may stand between a subject and its number."""
        return _words([*self.between, *(w for words in self.roles.values() for w in words)], r"[\s,、;:的了]")

    @cached_property
    def owner_words(self) -> re.Pattern[str]:
        """What may stand before a subject and leave it what it is."""
        return _words(self.owners, "[的和及、]")

    @cached_property
    def filler_end(self) -> re.Pattern[str]:
        """Words without meaning at the end of a text."""
        return re.compile(f"(?>{any_of(self.fillers)})++$")


def any_of(words: Iterable[str]) -> str:
    """A pattern of words as texts are compared, the longest first."""
    return "|".join(map(re.escape, sorted({bare(word) for word in words}, key=len, reverse=True)))


def _words(words: list[str], more: str) -> re.Pattern[str]:
    # the longest word first and none tried again: words that contain each other must not take for ever to fail
    return re.compile(f"(?>{any_of(words)}|{more})*+")


def read_layout(root: Path) -> NarrativeLayout:
    """Read params/narratives/accounts.yaml of a project. Raises CaseError with every fault of the file."""
    path = root / "params" / "narratives" / "accounts.yaml"
    document = strict_yaml.load(path, "params/narratives/accounts.yaml")
    layout = strict_yaml.validate(document, NarrativeLayout)
    if document.faults or layout is None:
        raise CaseError(document.faults)
    return layout
