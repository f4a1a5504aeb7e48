"""How evaluation reports (整体支出绩效评价报告) put things: the patterns of ``params/narratives/evaluation.yaml``."""

from __future__ import annotations

import re
from functools import cached_property
from pathlib import Path
from typing import Literal, Self

from pydantic import field_validator, model_validator

from auditbook import formulas, strict_yaml
from auditbook.cases import Id, Strict, Words
from auditbook.faults import CaseError
from auditbook.figures import Dictionary

Way = Literal["down", "up", "at_least", "at_most", "level", "count"]
CHINESE = "[一二两三四五六七八九十百]+"
ARABIC = r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?"
_NUMBERS = "money|percent|persons|points|count|value"
_HOLE = re.compile(rf"\{{({_NUMBERS}|is|list|subject|object)\}}")


class Hole(Strict):
    """What a hole of a pattern may be: the units that may stand behind its number."""

    units: list[Words]
    chinese: bool = False


class Example(Strict):
    """A sentence, under which kind of heading it stands, and what is taken out of it, in order."""

    text: Words
    section: Words | Literal[""] = ""
    takes: list[Words]


class FigurePattern(Strict):
    """A phrase that gives a figure, a published number, or both."""

    id: Id
    phrase: Words
    sections: list[Id] = []
    not_sections: list[Id] = []
    figure: Id | None = None
    figures: list[Id] = []
    item: str = ""
    item_of: Id | None = None
    cue: dict[Id, Id] = {}
    claim: Literal["rate", "total", "count", "score", "share", "growth", "change"] | None = None
    about: Id | None = None
    zero: bool = False
    exact: bool = False
    least: int | None = None
    free: Literal["passage", ""] = ""
    label: Words
    examples: list[Example]

    @model_validator(mode="after")
    def _gives_something(self) -> Self:
        if not (self.figure or self.figures or self.cue or self.claim):
            raise ValueError("要写 figure、figures、cue 或 claim 之一")
        if self.claim and not (self.about or self.figure):
            raise ValueError("claim 要写明 about（指标或数字的代号）")
        if not self.zero and not re.search(rf"\{{(?:{_NUMBERS})\}}", self.phrase):
            raise ValueError("phrase 里要有一个数的空：{money}、{percent}、{persons}、{points}、{count}")
        if not self.examples:
            raise ValueError("至少一个例子")
        return self


class TargetPattern(Strict):
    """A phrase that sets a target, or answers one."""

    id: Id
    phrase: Words
    way: Way
    measure: Words
    examples: list[Example]


class ListPattern(Strict):
    """A phrase that lists things without saying how many: ``{list}`` is the list."""

    id: Id
    phrase: Words
    label: Words
    units: bool = False
    examples: list[Example]


class Item(Strict):
    """An item of a figure and the words by which it is known; ``default``: where nothing else is said."""

    words: list[Words]


class Identity(Strict):
    """What must hold among figures of the text: ``figure`` is what the formula gives, or at most that."""

    figure: Id
    formula: Words
    relation: Literal["equals", "at_most"] = "equals"
    kind: Id
    said: Words

    @field_validator("formula")
    @classmethod
    def _reads(cls, line: str) -> str:
        formulas.read(line)
        return line


class Heads(Strict):
    """The headings of tables inside a report, by what their columns hold."""

    name: list[Words]
    target: list[Words]
    actual: list[Words]
    weight: list[Words]
    points: list[Words]
    figures: dict[Id, list[Words]]
    totals: list[Words]
    rows: dict[Words, dict[Id, Id]]
    unit_line: Words
    target_value: Words


class EvaluationLayout(Strict):
    """The whole of params/narratives/evaluation.yaml."""

    titles: list[Words]
    sections: dict[Id, list[Words]]
    holes: dict[Id, Hole]
    between: list[Words]
    aside: dict[Words, list[Words]]
    slogans: list[Words]
    about_before: list[Words]
    about_after: list[Words]
    counters: list[Words]
    written: dict[Words, Words]
    at_units: list[Words]
    own_level: Words
    own_level_words: list[Words]
    counting: list[Words]
    institution: list[Words]
    cues: dict[Id, dict[Id, list[Words]]]
    self_telling: list[Words]
    items: dict[Id, dict[str, list[Words]]]
    branches: dict[Id, list[Words]]
    figures: list[FigurePattern]
    listed: list[ListPattern]
    list_leads: list[Words]
    list_openings: list[Words]
    targets: list[TargetPattern]
    actuals: list[TargetPattern]
    same_measure: list[Words]
    levels: dict[Words, list[Words]]
    claimed: Words
    heads: Heads
    containing: Words
    identities: list[Identity]
    wholes: dict[Id, str]
    usual_maximum: int

    @model_validator(mode="after")
    def _whole(self) -> Self:
        """Whatever is referred to must be there, and every pattern a regular expression."""
        wrong: list[str] = []
        for pattern in self.figures:
            sections = {*pattern.sections, *pattern.not_sections} - set(self.sections)
            cues = {f"{g}.{f}" for g, f in pattern.cue.items() if f not in self.cues.get(g, {})}
            item_of = {pattern.item_of or "branch"} - {"branch"} - set(self.items)
            wrong += [f"{pattern.id} 指向没有定义的“{name}”" for name in sorted(sections | cues | item_of)]
        named = [(own.id, own.phrase) for own in self.figures]
        named += [(own.id, own.phrase) for own in (*self.targets, *self.actuals)]
        named += [(own.id, own.phrase) for own in self.listed]
        for id_, phrase in named:
            try:
                self.expression(phrase)
            except (re.error, KeyError) as error:
                wrong.append(f"{id_} 的 phrase 不是合格的式样（{error}）")
        for what, phrases in (*self.aside.items(), ("claimed", [self.claimed])):
            for phrase in phrases:
                try:
                    self.expression(phrase)
                except re.error as error:
                    wrong.append(f"{what} 的“{phrase}”不是合格的式样（{error}）")
        if wrong:
            raise ValueError("；".join(wrong))
        return self

    def expression(self, phrase: str) -> re.Pattern[str]:
        """A phrase as a regular expression: its number is the group ``number``, with the unit in ``unit``."""
        if phrase not in self._compiled:
            self._compiled[phrase] = re.compile(_HOLE.sub(self._hole, phrase))
        return self._compiled[phrase]

    @cached_property
    def _compiled(self) -> dict[str, re.Pattern[str]]:
        return {}

    @cached_property
    def _things(self) -> list[str]:
        """The units that count things or measure them."""
        others = {*self.holes["money"].units, *self.holes["percent"].units, *self.holes["points"].units}
        return [unit for unit in self.counters if unit not in {*others, "大", "个百分点"}]

    def _hole(self, found: re.Match[str]) -> str:
        name = found[1]
        if name == "is":
            return f"(?:{any_of(self.between)})*"
        if name == "list":
            return r"(?P<list>[^。;:]+)"
        if name in {"subject", "object"}:
            return rf"(?P<{name}>[^,。;:、《》“”]{{2,24}}?)"
        held = [self.holes[one] for one in (["percent", "count"] if name == "value" else [name])]
        numeral = f"{ARABIC}|{CHINESE}" if any(hole.chinese for hole in held) else ARABIC
        units = [unit for hole in held for unit in hole.units or self._things]
        return (
            rf"(?P<before>{any_of(self.about_before)})?(?<![\d.])(?P<number>{numeral})(?![\d.])"
            rf"(?P<after>{any_of(self.about_after)})?(?P<unit>{any_of(units)})"
        )

    @cached_property
    def no_other_measure(self) -> re.Pattern[str]:
        """Words that make no other measure of a name."""
        return re.compile(any_of(self.same_measure))

    def section_of(self, headings: list[str]) -> str:
        """What a place speaks of, by the innermost heading that is known; of several names the longest."""
        for heading in reversed(headings):
            found = [
                (len(name), id_) for id_, names in self.sections.items() for name in names if name in heading
            ]
            if found:
                return max(found)[1]
        return ""


def any_of(words: list[str]) -> str:
    """Any of several words, the longest first."""
    return "|".join(map(re.escape, sorted(set(words), key=len, reverse=True)))


def read_layout(root: Path, dictionary: Dictionary | None = None) -> EvaluationLayout:
    """Read params/narratives/evaluation.yaml of a project.

    Takes    dictionary: where it is given, every figure of a pattern must be in it.
    Raises   CaseError with every fault of the file.
    """
    from auditbook.faults import Fault

    path = root / "params" / "narratives" / "evaluation.yaml"
    document = strict_yaml.load(path, "params/narratives/evaluation.yaml")
    layout = strict_yaml.validate(document, EvaluationLayout)
    faults = list(document.faults)
    for index, pattern in enumerate(layout.figures if layout and dictionary is not None else []):
        named = [*([pattern.figure] if pattern.figure else []), *pattern.figures, *pattern.cue.values()]
        faults += [
            Fault(document.where(("figures", index)), f"未知数字“{figure}”", "params/figures.yaml 里的 id")
            for figure in named
            if dictionary is not None and figure not in dictionary
        ]
    if faults or layout is None:
        raise CaseError(faults)
    return layout
