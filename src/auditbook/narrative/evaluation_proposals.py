"""What an evaluation report proposes: rows that an auditor may accept, each with its phrase, its place and why."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from auditbook.cases import DEPARTMENT
from auditbook.figures import VALUE
from auditbook.intake.documents import Document
from auditbook.narrative.evaluation_layouts import EvaluationLayout
from auditbook.narrative.evaluation_text import Number, Passage, Span
from auditbook.numbers import EXACT, MONEY, dimension, places
from auditbook.tables import Row

FIGURES, PUBLISHED, OBJECTIVES = "figures", "published", "objectives"
MOST_QUOTED = 40


@dataclass(frozen=True)
class Proposal:
    """A row that an auditor may accept: of which shape, its cells, its phrase in the text, and why it is proposed.

    ``start`` and ``end`` are the run of the document's text that the phrase is, ``number`` the run of the number in it
    (None for a declared zero); ``pattern`` the line of params/narratives/evaluation.yaml that found it. ``answer`` and
    ``answer_number`` are the same runs of the phrase that answers a target; ``label`` is what a published number is called.
    """

    shape: str
    cells: Row
    start: int
    end: int
    number: Span | None
    pattern: str
    why: str
    answer: Span | None = None
    answer_number: Span | None = None
    label: str = ""


@dataclass
class Gathering:
    """A report while it is read: its passages, its units, what was proposed and which numbers are taken."""

    layout: EvaluationLayout
    document: Document
    passages: Sequence[Passage]
    year: int
    department: str
    units: Mapping[str, str]
    proposals: list[Proposal] = field(default_factory=list)
    taken: set[tuple[int, int]] = field(default_factory=set)
    names: Counter[str] = field(default_factory=Counter)
    finest: dict[str, int] = field(default_factory=dict)
    amounts: set[tuple[str, str, str, str, str]] = field(default_factory=set)
    texts: dict[str, list[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        money = [n for p in self.passages for n in p.numbers if dimension(n.unit) == MONEY and not n.about]
        for number in money:
            self.finest[number.unit] = max(self.finest.get(number.unit, 0), places(number.value))
        for passage in self.passages:
            self.texts.setdefault(passage.section, []).append(passage.text)
        self.money_unit = Counter(number.unit for number in money).most_common(1)[0][0] if money else "万元"

    def name(self, stem: str) -> str:
        """A name that was not used before: ``rate.1``, ``rate.2``."""
        self.names[stem] += 1
        return f"{stem}.{self.names[stem]}"

    def open_numbers(self, passage: Passage) -> list[Number]:
        """The numbers of a passage that nothing has taken yet, and that can be taken."""
        return [number for number in self.rest(passage) if not number.broken]

    def rest(self, passage: Passage) -> list[Number]:
        """The numbers of a passage that state something and that nothing has taken yet."""
        return [
            number for number in passage.numbers
            if not number.aside and (passage.number, number.start) not in self.taken
        ]  # fmt: skip

    def number_at(self, passage: Passage, start: int) -> Number | None:
        """The number that begins at a position, if nothing has taken it."""
        return next((number for number in self.open_numbers(passage) if number.start == start), None)

    def known(self, figure: str, scope: str, item: str, number: Number) -> bool:
        """Whether a figure was proposed before with the same amount, so that this is another place that says it."""
        return (figure, scope, item, number.value, self.unit(number)) in self.amounts

    def take(self, passage: Passage, number: Number) -> None:
        """Mark a number as taken."""
        self.taken.add((passage.number, number.start))

    def quoted(self, passage: Passage, start: int, end: int) -> tuple[str, Span]:
        """The phrase of a run: longer to the left until it stands only once in its section."""
        own = self.texts[passage.section]
        begin, end = _whole_numbers(passage.text, start, end)
        while sum(text.count(passage.text[begin:end]) for text in own) > 1:
            before = [m.end() for m in re.finditer("[,;:。、]", passage.text[: max(0, begin - 1)])]
            wider = before[-1] if before else 0
            if begin == 0 or end - wider > MOST_QUOTED or passage.text[wider:begin].count("。"):
                break
            begin = wider
        span = passage.run(begin, end)
        words = re.sub(r"\s*\n\s*", "", self.document.text[span[0] : span[1]])
        return re.sub(r"\s*\t\s*", " ", words), span

    def unit(self, number: Number | None) -> str:
        """The unit of a number as a table writes it: persons are 人, 七大 counts things."""
        return self.layout.written.get(number.unit, number.unit) if number else ""

    def precision(self, number: Number, *, exact: bool = False) -> str:
        """The precision of a number: money as fine as its sisters in the same unit."""
        return number.precision(self.finest.get(number.unit, 0), exact=exact)

    def figure(
        self, passage: Passage, run: Span, number: Number | None, *, figure: str, pattern: str, why: str, label: str,
        scope: str = DEPARTMENT, item: str = "", value: str = "", unit: str = "", precision: str = "", state: str = VALUE,
    ) -> None:  # fmt: skip
        """Propose a figure."""
        quote, span = self.quoted(passage, *run)
        shown = passage.run(number.start, number.unit_end) if number else None
        cells = {
            "figure": figure, "scope": scope, "item": item, "year": str(self.year), "label": label, "state": state,
            "value": value or (number.value if number else ""), "unit": unit or self.unit(number),
            "precision": precision or (self.precision(number) if number else EXACT), "locator": passage.section, "quote": quote,
        }  # fmt: skip
        self.amounts.add((figure, scope, item, cells["value"], cells["unit"]))
        self.proposals.append(Proposal(FIGURES, cells, *span, shown, pattern, why))

    def told(
        self, passage: Passage, run: Span, number: Number, *, figure: str, scope: str, item: str, label: str, pattern: str,
        why: str, precision: str = "",
    ) -> None:  # fmt: skip
        """Propose a figure; where it was told before with the same amount, that it is told again, which can be checked."""
        if self.known(figure, scope, item, number):
            self.published(
                passage, run, number, kind="total", label=label, about=figure, scope=scope, item=item, precision=precision,
                pattern=pattern, why=f"重述的{label}，与前文所写相同",
            )  # fmt: skip
        else:
            self.figure(
                passage, run, number, figure=figure, scope=scope, item=item, label=label, precision=precision,
                pattern=pattern, why=why,
            )  # fmt: skip

    def published(
        self, passage: Passage, run: Span, number: Number, *, kind: str, about: str, pattern: str, why: str,
        scope: str = DEPARTMENT, item: str = "", precision: str = "", unit: str = "",
        label: str = "",
    ) -> None:  # fmt: skip
        """Propose a published number that is to be held against others."""
        quote, span = self.quoted(passage, *run)
        cells = {
            "claim": self.name(about), "kind": kind, "about": about, "scope": scope, "item": item, "year": str(self.year),
            "published": number.value, "unit": unit or self.unit(number), "precision": precision or self.precision(number),
            "locator": passage.section, "quote": quote,
        }  # fmt: skip
        shown = passage.run(number.start, number.unit_end)
        self.proposals.append(Proposal(PUBLISHED, cells, *span, shown, pattern, why, label=label))


def _whole_numbers(text: str, start: int, end: int) -> Span:
    """A run that neither begins nor ends within a number."""
    while start > 0 and re.match(r"[\d.,]", text[start]) and re.match(r"[\d.,]", text[start - 1]):
        start -= 1
    while end < len(text) and re.match(r"[\d.,]", text[end - 1]) and re.match(r"[\d.,]", text[end]):
        end += 1
    return start, end
