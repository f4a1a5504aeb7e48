"""Targets of an evaluation report and what the report answers to each of them.

An answer belongs to a target where it measures the same; one that only stands for it (产值 for 增加值) is proposed
with what it does measure, so that it never passes for the target's own value.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from fractions import Fraction

from auditbook.narrative.evaluation_layouts import EvaluationLayout, TargetPattern
from auditbook.narrative.evaluation_proposals import OBJECTIVES, Gathering, Proposal
from auditbook.narrative.evaluation_text import Number, Passage, Span
from auditbook.tables import Row

_COMPARATORS = {"down": ">=", "up": ">=", "at_least": ">=", "at_most": "<=", "count": ">=", "level": ">="}
_ANSWERED_BY = {
    "down": {"down", "up"}, "up": {"up", "down"}, "at_least": {"level", "count"}, "at_most": {"level", "count"},
    "count": {"count"}, "level": {"level"},
}  # fmt: skip
_OPPOSITE = ({"up", "down"},)
ALIKE, KINDRED = Fraction(1, 2), Fraction(3, 10)


@dataclass(frozen=True)
class Said:
    """A target or an answer: in which passage, the number, the run of its phrase, and what it measures."""

    passage: Passage
    number: Number
    run: Span
    way: str
    subject: str
    measure: str
    pattern: str


def by_targets(gathering: Gathering) -> None:
    """Propose the objectives of a report: those with a number, with their answers, and what the report says of each."""
    targets = _targets(gathering)
    replies = [said for said in answers(gathering) if said.number.unit]
    paired = _paired(gathering, targets, replies)
    sections = [p for p in gathering.passages if p.about == "targets"]
    numbers: dict[str, int] = {}
    claimed = _claimed(gathering, sections)
    stated = {*claimed, *(_top(target.passage.section) for target in targets)}
    for passage in sections:
        if _top(passage.section) in stated:
            numbers.setdefault(_top(passage.section), len(numbers) + 1)
    for section, number in numbers.items():
        own = [t for t in targets if _top(t.passage.section) == section]
        first = next(p for p in sections if _top(p.section) == section)
        if section in claimed:
            _whole(gathering, first, f"o{number}", claimed[section])
        for index, target in enumerate(own, 1):
            answer, same = paired.get(id(target), (None, False))
            _propose(gathering, target, f"o{number}", f"t{index}", claimed.get(section, ""), answer, same)


def _top(section: str) -> str:
    """The section of an objective: 三（三） of 三（三）1."""
    found = re.match(r"[一二三四五六七八九十]+(?:（[一二三四五六七八九十]+）)?", section)
    return found[0] if found else section


def _claimed(gathering: Gathering, passages: list[Passage]) -> dict[str, str]:
    """What a report says of the completion of each objective: 完成情况：已完成。"""
    found = {}
    for passage in passages:
        said = re.search(gathering.layout.claimed, passage.text)
        if said:
            found[_top(passage.section)] = said["said"]
    return found


# --- targets and answers ---------------------------------------------------------------------------------------


def _targets(gathering: Gathering) -> list[Said]:
    found: list[Said] = []
    for passage in gathering.passages:
        if passage.about == "targets" and not passage.cells:
            for pattern in gathering.layout.targets:
                found += _of_pattern(gathering, passage, pattern)
    return sorted(found, key=lambda said: (said.passage.number, said.number.start))


def _of_pattern(gathering: Gathering, passage: Passage, pattern: TargetPattern) -> list[Said]:
    found: list[Said] = []
    for hit in gathering.layout.expression(pattern.phrase).finditer(passage.text):
        number = gathering.number_at(passage, hit.start("number"))
        if number is None:
            continue
        said = _said(pattern, passage, number, hit)
        gathering.take(passage, number)
        found.append(said)
        if pattern.way == "count":
            found += _more(gathering, passage, said)
    return _with_nouns(found, gathering.layout)


def _said(pattern: TargetPattern, passage: Passage, number: Number, hit: re.Match[str]) -> Said:
    """What a pattern found, without the numbering before it."""
    name = "subject" if "{subject}" in pattern.phrase else "object"
    subject = passage.text[max(hit.start(name), passage.begun) : hit.end(name)]
    measure = pattern.measure.replace("{subject}", subject).replace("{object}", subject)
    run = max(hit.start(), passage.begun), hit.end()
    return Said(passage, number, run, pattern.way, subject, measure, pattern.id)


def _more(gathering: Gathering, passage: Passage, first: Said) -> list[Said]:
    """Further counts of one verb: 创建3家国家级、6家省级…学校."""
    found: list[Said] = []
    at = first.run[1]
    for number in gathering.open_numbers(passage):
        if number.start == at + 1 and passage.text[at] == "、" and number.unit:
            noun = re.match(r"[^,。;:、]{2,24}", passage.text[number.unit_end :])
            if noun is None:
                break
            end = number.unit_end + noun.end()
            found.append(
                Said(passage, number, (number.start, end), first.way, noun[0], noun[0], first.pattern)
            )
            gathering.take(passage, number)
            at = end
    return found


def _with_nouns(found: list[Said], layout: EvaluationLayout) -> list[Said]:
    """A count whose thing is only a level (3家国家级) counts what the last of its row counts."""
    whole: list[Said] = []
    for said in reversed(found):
        level = _level(said.subject, layout)
        if whole and level and said.subject in layout.levels[level]:
            noun = _without_level(whole[-1].subject, layout)
            said = replace(said, subject=said.subject + noun, measure=said.subject + noun)
        whole.append(said)
    return whole[::-1]


def answers(gathering: Gathering) -> list[Said]:
    """Everything in sections of results that could answer a target; nothing of it is taken yet."""
    found: list[Said] = []
    for passage in gathering.passages:
        if passage.about != "results" or passage.cells:
            continue
        seen: set[int] = set()
        for pattern in gathering.layout.actuals:
            for hit in gathering.layout.expression(pattern.phrase).finditer(passage.text):
                number = gathering.number_at(passage, hit.start("number"))
                if number is not None and number.start not in seen:
                    seen.add(number.start)
                    found.append(_said(pattern, passage, number, hit))
        for number in gathering.open_numbers(passage):
            noun = re.match(r"[^,。;:、“”《》]{2,24}", passage.text[number.unit_end :])
            if number.start not in seen and number.unit not in {"%", "‰"} and noun:
                run = number.start, number.unit_end + noun.end()
                found.append(Said(passage, number, run, "count", noun[0], noun[0], "counted"))
    return found


# --- pairs -----------------------------------------------------------------------------------------------------


def _paired(gathering: Gathering, targets: list[Said], answers: list[Said]) -> dict[int, tuple[Said, bool]]:
    """The answer of each target and whether it measures the same: the same words first, then what is most alike."""
    ranked = []
    layout, unit_of = gathering.layout, gathering.unit
    cores, replies = ([_core(said.subject, layout) for said in own] for own in (targets, answers))
    for position, target in enumerate(targets):
        for other, answer in enumerate(answers):
            if unit_of(target.number) != unit_of(answer.number) or answer.way not in _ANSWERED_BY[target.way]:
                continue
            same = _same(cores[position], replies[other], cores)
            alike = _alike(target, answer, layout)
            if not same and (alike < KINDRED or _opposite(target, answer)):
                continue
            if target.way == "count":
                if _level(target.subject, layout) != _level(answer.subject, layout) or alike < ALIKE:
                    continue
                same = True
            near = _ordinal(target.passage.section) == _ordinal(answer.passage.section)
            if not same and not near:
                continue
            ranked.append(((same, alike, near), -position, -other))
    paired: dict[int, tuple[Said, bool]] = {}
    used: set[int] = set()
    for (same, _, _), position, other in sorted(ranked, reverse=True):
        target, answer = targets[-position], answers[-other]
        if id(target) not in paired and -other not in used:
            paired[id(target)] = answer, same
            used.add(-other)
    return paired


def _opposite(target: Said, answer: Said) -> bool:
    """Whether a target is to rise and its answer fell, or the other way round."""
    return {target.way, answer.way} in _OPPOSITE


def _ordinal(section: str) -> str:
    found = re.search("（[一二三四五六七八九十]+）", section)
    return found[0] if found else ""


def _core(subject: str, layout: EvaluationLayout) -> str:
    return layout.no_other_measure.sub("", subject)


def _same(one: str, other: str, targets: list[str]) -> bool:
    """Whether an answer measures what a target does.

    Takes    one, other: the cores of the names of target and answer; targets: the cores of all targets.
    Returns  True for the same words, and for the end of them (漏损率 for 管网漏损率) that is the end of no other target.
    """
    if one == other or (len(one) >= LEAST and other.endswith(one)):
        return True
    return len(other) >= 2 and one.endswith(other) and sum(own.endswith(other) for own in targets) == 1


LEAST = 4  # characters of a name that may stand for a longer one: 供水水质合格率 for 城乡供水水质合格率


def _alike(target: Said, answer: Said, layout: EvaluationLayout) -> Fraction:
    """What share of the pairs of characters of the shorter subject the other has too, levels apart."""
    one, other = (_pairs(_without_level(_core(s.subject, layout), layout)) for s in (target, answer))
    least = min(len(one), len(other))
    return Fraction(len(one & other), least) if least else Fraction(0)


def _pairs(text: str) -> set[str]:
    return {text[at : at + 2] for at in range(len(text) - 1)}


def _level(subject: str, layout: EvaluationLayout) -> str:
    """The level of a thing that is counted: 国家级, 省级; "" where it says none."""
    found = [
        (-subject.find(w), len(w), level)
        for level, words in layout.levels.items()
        for w in words
        if w in subject
    ]
    return max(found, key=lambda one: (one[1], one[0]))[2] if found else ""


def _without_level(subject: str, layout: EvaluationLayout) -> str:
    for words in layout.levels.values():
        for word in sorted(words, key=len, reverse=True):
            if len(word) > 1:
                subject = subject.replace(word, "")
    return subject


# --- rows ------------------------------------------------------------------------------------------------------


def empty_cells() -> Row:
    """A row of objectives that says nothing yet."""
    return dict.fromkeys(
        ("objective", "item", "measure", "comparator", "target", "unit", "claimed", "locator", "quote", "actual_measure",
         "actual", "precision", "actual_locator", "actual_quote"), "",
    )  # fmt: skip


def _cells(**known: str) -> Row:
    return {**empty_cells(), **known}


def _whole(gathering: Gathering, passage: Passage, objective: str, claimed: str) -> None:
    """The objective itself, with what the report says of it: no number, so nothing but its words."""
    heading = passage.headings[-1] if passage.headings else ""
    start = passage.text.find(heading) if heading else -1
    if start < 0 or not heading:
        return
    quote, span = gathering.quoted(passage, start, start + len(heading))
    cells = _cells(
        objective=objective, measure=heading, claimed=claimed, locator=passage.section, quote=quote
    )
    gathering.proposals.append(
        Proposal(OBJECTIVES, cells, *span, None, "claimed", f"报告称这项目标“{claimed}”")
    )


def _propose(
    gathering: Gathering,
    target: Said,
    objective: str,
    item: str,
    claimed: str,
    answer: Said | None,
    same: bool,
) -> None:
    run = target.run[0], max(target.number.unit_end, target.run[1])
    quote, span = gathering.quoted(target.passage, *run)
    cells = _cells(
        objective=objective, item=item, measure=target.measure, comparator=_COMPARATORS[target.way],
        target=target.number.value, unit=gathering.unit(target.number), claimed=claimed, locator=target.passage.section, quote=quote,
    )  # fmt: skip
    shown = target.passage.run(target.number.start, target.number.unit_end)
    why = "目标里有数值；"
    if answer is None:
        why += "没有找到测量同一件事的答复"
        gathering.proposals.append(Proposal(OBJECTIVES, cells, *span, shown, target.pattern, why))
        return
    gathering.take(answer.passage, answer.number)
    reply, reply_span = gathering.quoted(answer.passage, *answer.run)
    cells |= {
        "actual_measure": target.measure if same else answer.measure,
        "actual": ("-" if _opposite(target, answer) else "") + answer.number.value,
        "precision": gathering.precision(answer.number), "actual_locator": answer.passage.section, "actual_quote": reply,
    }  # fmt: skip
    why += "答复测量同一件事" if same else "最相近的答复测量的是另一件事，不顶替完成值"
    if same and answer.subject != target.subject:
        why += f"（原文称“{answer.subject}”，请核对）"
    number = answer.passage.run(answer.number.start, answer.number.unit_end)
    gathering.proposals.append(
        Proposal(OBJECTIVES, cells, *span, shown, target.pattern, why, reply_span, number)
    )
