"""The units of a department, as its evaluation report lists them, and the unit that a number of the text belongs to."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from auditbook.cases import DEPARTMENT
from auditbook.narrative.evaluation_layouts import EvaluationLayout
from auditbook.narrative.evaluation_proposals import Gathering
from auditbook.narrative.evaluation_text import Passage

_REGION = re.compile("^[\u4e00-\u9fff]{2,4}?[省市县区州]")


def units_of(passages: Sequence[Passage], department: str, layout: EvaluationLayout) -> dict[str, str]:
    """The units that a report lists as its department's, with the department's own level first; none where it lists none."""
    for passage in passages:
        for phrase in layout.at_units:
            found = re.search(phrase, passage.text)
            names = [n for n in split_list(found["list"]) if 4 <= len(n) <= 40] if found else []
            if names:
                own = [f"{department}{layout.own_level}"] if department else []
                wide = [name.replace("(", "（").replace(")", "）") for name in names]
                return {f"u{number}": name for number, name in enumerate([*own, *wide], 1)}
    return {}


def split_list(text: str) -> list[str]:
    """The things that a list lists."""
    parts: list[str] = []
    depth, begun = 0, 0
    for index, character in enumerate(text):
        depth += (character in "(（") - (character in ")）")
        if character in "、,;" and depth == 0:
            parts.append(text[begun:index])
            begun = index + 1
    return [part for part in [*parts, text[begun:]] if part]


def unit_names(gathering: Gathering, *, whole: bool = True) -> Iterator[tuple[str, str]]:
    """What each unit may be called in the text: its name, without what stands in brackets, without its region.

    Takes    whole: whether the department's own name means its own level.
    """
    for id_, name in gathering.units.items():
        stem = name.replace("（", "(").partition("(")[0]
        own = gathering.layout.own_level in name
        for word in () if own and not whole else {stem, _REGION.sub("", stem)}:
            if len(word) >= 4:
                yield id_, word
        if own:
            for word in gathering.layout.own_level_words:
                yield id_, word


def scope_of(gathering: Gathering, passage: Passage, at: int, *, named: bool) -> str:
    """The unit whose name stands next before a number; the department where none does.

    Staff is counted by unit; money is the department's unless the same sentence (``named``) names a unit: there the
    department's own name means all of it.
    """
    best = (-1, 0, DEPARTMENT)
    begun = max(passage.text.rfind(sign, 0, at) for sign in "。;") + 1 if named else 0
    for id_, name in unit_names(gathering, whole=not named):
        found = passage.text.rfind(name, begun, at)
        if found >= 0:
            best = max(best, (found + len(name), len(name), id_))
    return best[2]
