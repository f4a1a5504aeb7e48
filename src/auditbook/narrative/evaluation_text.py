"""The text of an evaluation report as its patterns read it: passages under their headings, and every number in them.

A passage is a paragraph without blanks, its full-width forms narrowed, each character with its place in the document. What a
number is (a year, a room, a saying, or something that is stated) is decided here, so that none is lost.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from auditbook.intake import phrases
from auditbook.intake.documents import PDF, TXT, Block, Document
from auditbook.narrative.evaluation_layouts import ARABIC, EvaluationLayout, any_of
from auditbook.numbers import EXACT, MONEY, RATE, dimension, places

Span = tuple[int, int]
_NARROW = {full: full - 0xFEE0 for full in range(0xFF01, 0xFF5F)}
_BLANK = re.compile("[\\s\u200b\u200c\u200d\u2060\ufeff\xad\u3000]")
_PARTS = re.compile(r"[一二三四五六七八九十]+|（[一二三四五六七八九十]+）|\d+|（\d+）")
_NUMBERING = re.compile(
    r"[一二三四五六七八九十]+、|\([一二三四五六七八九十]+\)|\(\d{1,3}\)|\d{1,3}[.、](?!\d)|第[一二三四五六七八九十]+部分"
)
_ENDED = re.compile(r"[。；:：！？!?]\s*$")
_PART = re.compile(r"第[一二三四五六七八九十]+部分")
_MOST_WIDTH, _LEAST_LINES = 120, 8
_MOST_HEADING = 40
_MOST_CELL = 40  # characters of a cell; a sentence with a stray tab is longer


@dataclass(frozen=True)
class Number:
    """A number of a passage: its value as plain text, its unit ("" for none), the runs of its digits and with its unit.

    ``broken``: a blank, comma or point parts it from other digits, so that nobody knows whether they are one number.
    """

    value: str
    unit: str
    start: int
    end: int
    unit_end: int
    about: bool = False
    chinese: bool = False
    aside: str = ""
    broken: bool = False

    def precision(self, finest: int = 0, *, exact: bool = False) -> str:
        """Its last place; ``exact`` for counted things; ``finest``: decimals that amounts of its kind show elsewhere."""
        decimals = places(self.value)
        if self.about and not decimals and dimension(self.unit) != RATE:
            zeros = len(self.value) - len(self.value.rstrip("0"))
            return "1" + "0" * zeros
        if exact:
            return EXACT
        if dimension(self.unit) == MONEY:
            decimals = max(decimals, finest)
        elif dimension(self.unit) != RATE and self.unit != "分" and not decimals:
            return EXACT
        return "0." + "0" * (decimals - 1) + "1" if decimals else "1"


@dataclass(frozen=True)
class Passage:
    """A paragraph: its text as compared, where each character stands, its section and what that speaks of."""

    text: str
    positions: Sequence[int]
    section: str
    headings: tuple[str, ...]
    about: str
    number: int
    cells: tuple[Span, ...] = ()
    numbers: list[Number] = field(default_factory=list)

    @property
    def begun(self) -> int:
        """Where its words begin, behind its numbering."""
        numbering = _NUMBERING.match(self.text)
        return numbering.end() if numbering else 0

    def run(self, start: int, end: int) -> Span:
        """The run of the document's text that a run of this text is."""
        return self.positions[start], self.positions[end - 1] + 1


def passages(document: Document, layout: EvaluationLayout) -> list[Passage]:
    """The passages of a report, in order, each with its numbers."""
    named: dict[str, str] = {}
    found: list[Passage] = []
    part = ""
    for blocks in _joined(document):
        text, positions, cells = _compared(blocks)
        if not text:
            continue
        section = document.section_at(blocks[0].start)
        numbering = _NUMBERING.match(text)
        if _PART.match(text) and len(text) <= _MOST_HEADING:
            part, named = text, {}  # numbering begins anew in it
        elif section not in named or (
            numbering and section.translate(_NARROW).endswith(numbering[0].rstrip("、."))
        ):
            named = {own: said for own, said in named.items() if not own.startswith(section)}
            named[section] = _heading(text)
        headings = (part, *(named[own] for own in _enclosing(section) if own in named))
        passage = Passage(
            text, positions, section, headings, layout.section_of(list(headings)), len(found), cells
        )
        torn = bool(re.search(r"[0-9０-９][.,]?\s$", document.text[: positions[0]][-3:]))
        found_here = sorted(_numbers(passage, layout), key=lambda number: number.start)
        passage.numbers.extend(replace(n, broken=n.broken or (torn and n.start == 0)) for n in found_here)
        found.append(passage)
    return found


def _joined(document: Document) -> Iterator[list[Block]]:
    """Blocks that are one paragraph: over a page of a PDF, over the lines of a text that is broken at a width."""
    current = list(document.blocks[:1])
    width = _width(document)
    for before, after in pairwise(document.blocks):
        over_page = document.kind == PDF and before.page != after.page
        over_line = width and len(before.text) >= width - 3 and after.number == before.number + 1
        goes_on = (
            (over_page or over_line)
            and not _ENDED.search(before.text)
            and not _NUMBERING.match(after.text.strip().translate(_NARROW))
            and "\t" not in before.text + after.text
        )
        if goes_on:
            current.append(after)
        else:
            yield current
            current = [after]
    if current:
        yield current


def _width(document: Document) -> int:
    """At how many characters the lines of a text file are broken; 0 where a line is a paragraph."""
    lengths = [len(block.text) for block in document.blocks] if document.kind == TXT else []
    longest = max(lengths, default=0)
    broken = sum(length >= longest - 3 for length in lengths)
    return longest if longest <= _MOST_WIDTH and broken * 4 >= len(lengths) > _LEAST_LINES else 0


def _compared(blocks: Sequence[Block]) -> tuple[str, list[int], tuple[Span, ...]]:
    """The text of blocks as compared, and the runs of its cells where it is a row of a table."""
    shown: list[str] = []
    positions: list[int] = []
    cells: list[Span] = []
    begun = 0
    for block in blocks:
        for offset, character in enumerate(block.text):
            if character in "\t|｜" and _is_row(block.text):
                cells.append((begun, len(shown)))
                shown.append("\t")
                positions.append(block.start + offset)
                begun = len(shown)
                continue
            if _BLANK.match(character):
                if not _between_digits(block.text, offset) or _line_ends(block.text, offset):
                    continue
                character = " "
            elif character != "，" or not _parts_numbers(block.text, offset):
                character = character.translate(_NARROW)
            shown.append(character)
            positions.append(block.start + offset)
    if cells:
        cells.append((begun, len(shown)))
    return "".join(shown), positions, tuple(cells)


def _is_row(text: str) -> bool:
    cells = re.split(r"[\t|｜]", text.strip())
    return len(cells) > 1 and max(map(len, cells)) <= _MOST_CELL


def _between_digits(text: str, at: int) -> bool:
    before, after = text[:at].rstrip()[-1:], text[at + 1 :].lstrip()[:1]
    return before.isdigit() and after.isdigit()


def _line_ends(text: str, at: int) -> bool:
    """Whether a blank is where a layout breaks its lines, which parts no number."""
    gap = text[len(text[:at].rstrip()) : at] + text[at : len(text) - len(text[at:].lstrip())]
    return "\n" in gap and "\t" not in gap


def _parts_numbers(text: str, at: int) -> bool:
    """Whether a full-width comma parts two numbers: between half-width digits; between full-width ones it groups them."""
    return bool(re.search("[0-9]$", text[:at]) and re.match("[0-9]", text[at + 1 :]))


def _heading(text: str) -> str:
    """The words of the heading that a passage begins with: up to the end of its first sentence."""
    numbering = _NUMBERING.match(text)
    said = re.split("[。:]", text[numbering.end() if numbering else 0 :])[0]
    return said if len(said) <= _MOST_HEADING else ""


def _enclosing(section: str) -> Iterator[str]:
    """The sections that a section stands in, outermost first, and itself: 一, 一（三）, 一（三）1."""
    parts = _PARTS.findall(section)
    if "".join(parts) != section:
        yield section
        return
    for end in range(1, len(parts) + 1):
        yield "".join(parts[:end])


# --- numbers ---------------------------------------------------------------------------------------------------


def _numbers(passage: Passage, layout: EvaluationLayout) -> Iterator[Number]:
    """Every number of a passage: Arabic ones all, Chinese ones where they count something."""
    text = passage.text
    aside = _aside(text, layout)
    numbering = _NUMBERING.match(text)
    units = any_of(layout.counters)
    after = any_of(layout.about_after)
    arabic = re.compile(rf"(?<![\d.])({ARABIC})({after})?({units})?")
    for found in arabic.finditer(text):
        number = _number(text, found, layout)
        what = next((what for what, span in aside if span[0] <= found.start() < span[1]), "")
        if numbering and found.end(1) <= numbering.end():
            what = "序号"
        yield number if not what else _set_aside(number, what)
    said = re.compile(rf"([一二两三四五六七八九十百]+)({after})?(大|{units})")
    for found in said.finditer(text):
        if found[1] == "一" and not re.search("[“、]$", text[: found.start()]):
            continue
        if numbering and found.start() < numbering.end():
            continue
        if re.search("[第十百千万每本同]$", text[: found.start()]):
            continue
        what = next((what for what, span in aside if span[0] <= found.start() < span[1]), "")
        number = _number(text, found, layout, chinese=True)
        yield number if not what else _set_aside(number, what)


def _set_aside(number: Number, what: str) -> Number:
    return replace(number, aside=what)


def _number(text: str, found: re.Match[str], layout: EvaluationLayout, *, chinese: bool = False) -> Number:
    before = re.search(rf"(?:{any_of(layout.about_before)})(?:有|了)?$", text[: found.start()])
    value = str(phrases.chinese_integer(found[1])) if chinese else found[1].replace(",", "")
    unit = found[3] or ""
    about = bool(before or found[2] or re.match("左右|以上|上下", text[found.end() :]))
    broken = bool(re.search(r"\d[ ,.]$", text[: found.start()]) or re.match(r"[ ,.]\d", text[found.end(1) :]))
    return Number(value, unit, found.start(1), found.end(1), found.end(), about, chinese, broken=broken)


def _aside(text: str, layout: EvaluationLayout) -> list[tuple[str, Span]]:
    """The runs of a text that hold numbers which state nothing, with what they are."""
    found = []
    for what, written in layout.aside.items():
        for phrase in written:
            found += [(what, hit.span()) for hit in re.finditer(phrase, text)]
    for slogan in layout.slogans:
        found += [("提法", hit.span()) for hit in re.finditer(slogan, text)]
    return found
