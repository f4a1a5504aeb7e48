"""Figures and published numbers of an evaluation report, by the patterns of params/narratives/evaluation.yaml.

Nothing is guessed over: what a person alone could decide (which appraisal a carried-over weight belongs to) is not proposed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from auditbook.figures import ZERO
from auditbook.narrative.evaluation_layouts import FigurePattern
from auditbook.narrative.evaluation_proposals import Gathering
from auditbook.narrative.evaluation_text import Number, Passage
from auditbook.narrative.evaluation_units import scope_of, unit_names
from auditbook.numbers import EXACT, parse


def by_patterns(gathering: Gathering) -> None:
    """Propose what the patterns of ``figures`` take, pattern by pattern: the first that takes a number keeps it."""
    for pattern in gathering.layout.figures:
        expression = gathering.layout.expression(pattern.phrase)
        for passage in gathering.passages:
            if pattern.sections and passage.about not in pattern.sections:
                continue
            if passage.about in pattern.not_sections:
                continue
            if passage.cells:
                continue  # a row of a table is read by its headings
            for found in expression.finditer(passage.text):
                _taken(gathering, pattern, passage, found)


def _taken(gathering: Gathering, pattern: FigurePattern, passage: Passage, found: re.Match[str]) -> None:
    if pattern.zero:
        _zeros(gathering, pattern, passage, found)
        return
    number = gathering.number_at(passage, found.start("number"))
    if number is None or (pattern.least is not None and parse(number.value) < pattern.least):
        return
    staff = {pattern.figure, *pattern.cue.values()} & _OF_UNITS
    scope = scope_of(gathering, passage, found.start("number"), named=not staff)
    item = pattern.item or _item(gathering, pattern, passage, found)
    said = found.groupdict().get("kind") or ""
    figure = _cued(gathering, pattern, passage, number, said) if pattern.cue else pattern.figure or ""
    run = found.start(), number.unit_end
    groups = found.groupdict()
    # the whole of a bracket: （权重50%）
    if passage.text[number.unit_end : number.unit_end + 1] == ")" and "(" in passage.text[run[0] : run[1]]:
        run = run[0], number.unit_end + 1
    label = groups.get("kind") or pattern.label
    precision = gathering.precision(number, exact=pattern.exact)
    gathering.take(passage, number)
    if figure:
        gathering.told(
            passage, run, number, figure=figure, scope=scope, item=item, label=label, precision=precision,
            pattern=pattern.id, why=f"{pattern.label}：合于式样 {pattern.id}",
        )  # fmt: skip
    if pattern.claim:
        gathering.published(
            passage, run, number, kind=pattern.claim, label=pattern.label, about=pattern.about or figure, scope=scope, item=item,
            precision=precision, pattern=pattern.id, why=f"报告自称的{pattern.label}，可以重算",
        )  # fmt: skip


_OF_UNITS = {"staff_quota", "staff_actual", "staff_retired"}


def _zeros(gathering: Gathering, pattern: FigurePattern, passage: Passage, found: re.Match[str]) -> None:
    for figure in pattern.figures or [pattern.figure or ""]:
        gathering.figure(
            passage, found.span(), None, figure=figure, item=pattern.item, label=pattern.label, value="0",
            unit=gathering.money_unit, precision=EXACT, state=ZERO, pattern=pattern.id, why=f"原文申明没有{pattern.label}",
        )  # fmt: skip


def _cued(gathering: Gathering, pattern: FigurePattern, passage: Passage, number: Number, said: str) -> str:
    """Which figure a number is, by the last word that says it in its sentence, else in its paragraph.

    A kind that says itself what it is (事业编制) needs no word of an earlier sentence.
    """
    group, default = next(iter(pattern.cue.items()))
    words = gathering.layout.cues[group]
    begun = max(passage.text.rfind(sign, 0, number.start) for sign in "。;") + 1
    own = any(word in said for word in gathering.layout.self_telling)
    for start in (begun,) if own else (begun, 0):
        found = [
            (at + len(word), len(word), figure)
            for figure, cues in words.items()
            for word in cues
            if (at := passage.text.rfind(word, start, number.start)) >= 0
        ]
        if found:
            return max(found)[2]
    return default


def _item(gathering: Gathering, pattern: FigurePattern, passage: Passage, found: re.Match[str]) -> str:
    layout = gathering.layout
    if pattern.free == "passage":
        return f"m{_ordinal(gathering, pattern, passage)}"
    if pattern.item_of is None:
        return ""
    if pattern.item_of == "branch":
        return _branch_item(gathering, passage, found)
    said = found.groupdict().get("kind")
    if said:
        return known_item(layout.items[pattern.item_of], said)
    if pattern.item_of == "staff":
        return _staff_item(gathering, passage, found.start("number"))
    for heading in reversed(passage.headings):
        if item := known_item(layout.items[pattern.item_of], heading):
            return item
    return ""


def _ordinal(gathering: Gathering, pattern: FigurePattern, passage: Passage) -> int:
    """Which of the paragraphs with such things a paragraph is: one measure, one post is one paragraph."""
    kin = [
        p
        for p in gathering.layout.figures
        if p.free == pattern.free and (p.figure or "")[:4] == (pattern.figure or "")[:4]
    ]
    having = [
        p.number for p in gathering.passages
        if any(gathering.layout.expression(own.phrase).search(p.text) for own in kin)
    ]  # fmt: skip
    return having.index(passage.number) + 1


def known_item(items: Mapping[str, Sequence[str]], said: str) -> str:
    """The item that words mean, by the longest word in them."""
    found = [(len(word), item) for item, words in items.items() for word in words if word in said]
    return max(found)[1] if found else ""


def _staff_item(gathering: Gathering, passage: Passage, at: int) -> str:
    """The kind of staff where a number does not say it: that of the unit it belongs to; "" for all kinds together."""
    text, kinds = passage.text, gathering.layout.items["staff"]
    number = gathering.number_at(passage, at)
    if number and re.match("[,;:]?其中", text[number.unit_end :]):
        return ""
    begun = max(text.rfind(sign, 0, at) for sign in "。;") + 1
    ended = re.search("[。;]|$", text[at:])
    sentence = text[begun : at + (ended.start() if ended else 0)]
    named = {
        kind
        for kind in ("civil_servant", "attached", "institution")
        if any(w in sentence for w in kinds[kind])
    }
    if named:
        return named.pop() if len(named) == 1 else ""
    said = text[_sentence(text, at, gathering) : at]
    if any(word in said for word in gathering.layout.institution):
        return "institution"
    return "institution" if any(word in text for word in gathering.layout.institution) else ""


def _sentence(text: str, at: int, gathering: Gathering) -> int:
    """Where what is said of a unit begins: at its name, or at the beginning."""
    starts = [text.rfind(name, 0, at) for _, name in unit_names(gathering)]
    return max([0, *starts])


def _branch_item(gathering: Gathering, passage: Passage, found: re.Match[str]) -> str:
    """The item of a weight: whose appraisal, and which part of it or who grades."""
    layout, at = gathering.layout, found.start("number")
    said = found.groupdict().get("kind") or ""
    part = known_item(layout.items["parts"], said)
    if not part:
        for words in (passage.text[max(0, at - 40) : at], *reversed(passage.headings)):
            if part := _last_known(layout.items["parts"], words):
                break
    branch, best = "year", -1
    for name, phrases_of in layout.branches.items():
        for phrase in phrases_of:
            for hit in re.finditer(phrase, passage.text[:at]):
                if hit.end() > best:
                    branch, best = name, hit.end()
    if part in {"quarterly", "year_end"}:
        branch = "year"
    return f"{branch}.{part}" if part else f"{branch}.{gathering.name('part').replace('.', '')}"


def _last_known(items: Mapping[str, Sequence[str]], said: str) -> str:
    found = [
        (said.rfind(word) + len(word), len(word), item)
        for item, words in items.items()
        for word in words
        if word in said
    ]
    return max(found)[2] if found else ""
