"""Patterns: figures pulled out of wording that recurs every year, as a case file names it.

``整体支出年初预算{number}万元`` is looked for in one document. Exactly one amount must come of it; whatever else the
document says is a fault at the pattern's line of the case file, with what stands there instead. ``{number}`` is an amount as
printed, the unit stands behind it; ``{year}`` is the pattern's year; ``*`` is any short run within the sentence.
"""

from __future__ import annotations

import difflib
import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise

from auditbook.cases import Case, Pattern, Source
from auditbook.faults import Fault
from auditbook.figures import ANY_UNIT, VALUE, ZERO, Dictionary, Meaning
from auditbook.intake import cell_values
from auditbook.intake.documents import PDF, TXT, Block, Document, View, compared, kind_of
from auditbook.intake.raw_tables import RawRow
from auditbook.intake.sheets import Note
from auditbook.numbers import EXACT, MONEY, RATE, dimension, parse, places
from auditbook.strict_yaml import Document as CaseFile

MOST_SKIPPED = 40  # characters that * may stand for

_MONEY = ("亿元", "百万元", "万元", "千元", "元")
_RATES = ("%", "‰")
_COUNTED = {"人": ("人", "名", "位"), "项": ("项", "个", "件"), "份": ("份", "张")}
# What may stand behind a number of a sentence as its unit.
UNITS = (
    *_MONEY, *_RATES, "平方米", "公里", "人次", "户次", *"人名位项个件份张家座辆台套处次条户期篇部栋间吨米亩天分所场批枚级",
)  # fmt: skip

# A comma between half-width digits that is full-width parts two numbers; a paragraph that ends parts two sentences.
_PARTING, _ENDING = "\ue000", "\ue001"
_NUMBER = r"(?<![0-9])(?<![0-9][.,])(?<![0-9] )(?<![0-9][-–—~～至到])(-?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?)(?![0-9])"
_RUN = rf"[^。;!?{_ENDING}]{{0,{MOST_SKIPPED}}}?"
_HOLE = re.compile(r"(\{[^{}]*\}|\*)")
_ENDED = re.compile(r"[。；！？!?;：:]\s*$")
_BEGINS = re.compile(
    r"\s*([一二三四五六七八九十]+、|（[一二三四五六七八九十\d]+）|\d+[、.．](?!\d)|第.{1,3}[章节条])|\s{2}|\u3000"
)
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)(?!\d)\s*年?")


@dataclass(frozen=True)
class Taken:
    """A figure that a pattern gave: its source, a row of shape ``figures``, and which pattern found it."""

    source: str
    row: RawRow
    remark: str


@dataclass(frozen=True)
class _Match:
    """A place where a pattern fits: the run of the document's text, and its number."""

    start: int
    end: int
    number: cell_values.Number
    written: str


class Reader:
    """Applies the patterns of a case file; faults and notes are collected."""

    def __init__(
        self,
        case: Case,
        case_file: CaseFile,
        sources: Mapping[str, Source],
        document_of: Callable[[str], Document | None],
        dictionary: Dictionary,
    ) -> None:
        """Take what is needed.

        Takes    case_file: where each pattern stands; document_of: the text of an original, None where it is not at
                 hand or could not be read (then that has been told).
        """
        self.case, self.case_file, self.sources = case, case_file, sources
        self.document_of, self.dictionary = document_of, dictionary
        self.faults: list[Fault] = []
        self.notes: list[Note] = []

    def read(self) -> list[Taken]:
        """The figures of all patterns that could be applied."""
        found = [
            taken
            for index, pattern in enumerate(self.case.patterns)
            if (taken := self._taken(index, pattern))
        ]
        return self._as_fine_as_their_sisters(found)

    def _fault(self, index: int, key: str, found: str, expected: str = "", remedy: str = "") -> None:
        self.faults.append(Fault(self._where(index, key), found, expected, remedy))

    def _where(self, index: int, key: str = "") -> str:
        return self.case_file.where(("patterns", index, key) if key else ("patterns", index))

    def _taken(self, index: int, pattern: Pattern) -> Taken | None:
        meaning = self.dictionary.get(pattern.figure)
        if meaning is None:
            remedy = _nearest(pattern.figure, self.dictionary)
            self._fault(index, "figure", f"没有“{pattern.figure}”", "params/figures.yaml 里的一个 id", remedy)
        document = self._document(index, pattern)
        if meaning is None:
            return None
        unit = self._unit(index, pattern, meaning)
        if document is None or not unit:
            return None
        year = pattern.year or self.case.year
        if not (
            self._year_is_right(index, pattern, document, year)
            and self._place_exists(index, pattern, document)
        ):
            return None
        match = self._match(index, pattern, document, year)
        if match is None:
            return None
        first, others = match
        place = document.place(first.start)
        value = first.number.value
        if first.number.kind:
            kind, written = first.number.kind, first.written
            self.notes.append(Note(f"{self.sources[pattern.source].file} {place}", written, value, kind))
        counted = meaning.unit in _COUNTED
        row = {
            "figure": pattern.figure, "scope": pattern.scope, "item": pattern.item or "", "year": str(year),
            "label": pattern.label or meaning.name, "state": VALUE if parse(value) else ZERO,
            "value": value, "unit": meaning.unit if counted else unit, "precision": EXACT if meaning.exact else "",
            "locator": _locator(document, first.start), "quote": _as_line(document.text[first.start : first.end]),
        }  # fmt: skip
        remark = f"按模式“{pattern.phrase}”取得"
        if others:
            remark += f"；同一个数又见{'、'.join(document.place(other.start) for other in others)}"
        return Taken(pattern.source, RawRow(row, self._where(index)), remark)

    # --- what a pattern says of itself ------------------------------------------------------------------

    def _document(self, index: int, pattern: Pattern) -> Document | None:
        source = self.sources.get(pattern.source)
        if source is None:
            known = (
                "、".join(name for name, own in self.sources.items() if _is_original(own)) or "（没有原件）"
            )
            expected = f"SOURCES.yaml 里一份原件的 id：{known}"
            remedy = _nearest(pattern.source, self.sources)
            self._fault(index, "source", f"没有资料“{pattern.source}”", expected, remedy)
            return None
        if not _is_original(source):
            found = f"“{source.id}”{'是数据表' if source.shape else '没有可读的文件'}"
            self._fault(index, "source", found, "一份原件（.txt、.docx、.pdf、.html）")
            return None
        document = self.document_of(source.id)
        if document is None:
            found = f"“{source.id}”的原件“{source.file}”不在资料夹里或读不了，从中取不出数"
            self._fault(index, "source", found, "登记的原件", "请放入原件，或把这个数字改写进转录表")
        return document

    def _unit(self, index: int, pattern: Pattern, meaning: Meaning) -> str:
        """The unit that stands behind the number, if it is one of the figure's kind; "" with a fault otherwise."""
        phrase = compared(pattern.phrase)
        holes = [hole for hole in _HOLE.findall(phrase) if hole not in {"*", "{year}"}]
        if holes != ["{number}"]:
            odd = next((hole for hole in holes if hole != "{number}"), "")
            found = f"phrase 里有不认识的“{odd}”" if odd else f"phrase 里有{len(holes)}个 {{number}}"
            self._fault(index, "phrase", found, "一个 {number}，此外只有 {year} 和 *")
            return ""
        before, _, behind = phrase.partition("{number}")
        if not re.sub(r"\{year\}|\*", "", before):
            self._fault(index, "phrase", "{number} 前面没有字", "能认出这个数的文字", "否则任何一个数都合适")
            return ""
        wanted = _units(meaning)
        unit = next((unit for unit in wanted if behind.startswith(unit)), "")
        if not unit:
            other = next((unit for unit in _longest_first(UNITS) if behind.startswith(unit)), "")
            found = f"{{number}} 后面{f'的单位是“{other}”' if other else '没有单位'}"
            expected = f"与“{meaning.unit}”同类的单位（{'、'.join(wanted)}），紧接在 {{number}} 后面"
            self._fault(index, "phrase", found, expected, f"“{meaning.name}”以{meaning.unit}计")
        return unit

    def _year_is_right(self, index: int, pattern: Pattern, document: Document, year: int) -> bool:
        """A document about another year has the same wording and other amounts: only a year in the phrase tells them apart."""
        if "{year}" in compared(pattern.phrase):
            return True
        about = _years_of(document, self.sources[pattern.source])
        if not about or year in about or (pattern.year is not None and self.case.year in about):
            return True
        shown = "、".join(map(str, sorted(about)))
        self._fault(
            index, "source", f"“{pattern.source}”的标题写的是{shown}年，而这个数字要记为{year}年", f"{year}年的文件",
            f"请换成{year}年的文件，或在 phrase 里写 {{year}}；若确是{shown}年的数，请写 year",
        )  # fmt: skip
        return False

    def _place_exists(self, index: int, pattern: Pattern, document: Document) -> bool:
        if pattern.page is not None and document.pages and pattern.page not in document.pages:
            self._fault(index, "page", f"没有第{pattern.page}页", f"第1页至第{max(document.pages)}页")
            return False
        if pattern.page is not None and not document.pages:
            self._fault(
                index, "page", f"“{pattern.source}”不分页（只有 PDF 分页）", "不写 page，改用 section"
            )
            return False
        names = document.sections
        if pattern.section is not None and not any(name.startswith(pattern.section) for name in names):
            known = "、".join(dict.fromkeys(names[:20]))
            self._fault(index, "section", f"没有“{pattern.section}”这一节", f"文件里的一节：{known}")
            return False
        return True

    # --- what the document says -------------------------------------------------------------------------

    def _match(
        self, index: int, pattern: Pattern, document: Document, year: int
    ) -> tuple[_Match, list[_Match]] | None:
        where = document.within((f"第{pattern.page}页" if pattern.page else "") + (pattern.section or ""))
        every = list(_matches(pattern.phrase, document, year))
        found = [match for match in every if where(match.start, match.end)]
        values: dict[Fraction, list[_Match]] = defaultdict(list)
        for match in found:
            values[parse(match.number.value)].append(match)
        if len(values) == 1:
            return found[0], found[1:]
        if values:
            listed = "；".join(
                f"{document.place(own[0].start)} {own[0].written}"
                + (f"（{len(own)}处）" if len(own) > 1 else "")
                for own in values.values()
            )
            self._fault(
                index, "phrase", f"“{pattern.phrase}”在“{pattern.source}”里合于{len(found)}处，数不相同：{listed}",
                "只有一个数", "请把 phrase 写长，或用 section、page 限定",
            )  # fmt: skip
            return None
        self._none(index, pattern, document, every)
        return None

    def _none(self, index: int, pattern: Pattern, document: Document, elsewhere: Sequence[_Match]) -> None:
        found = f"“{pattern.source}”里没有合于“{pattern.phrase}”的文字"
        if elsewhere:
            limits = "、".join(name for name in ("section", "page") if getattr(pattern, name) is not None)
            spots = "、".join(document.place(match.start) for match in elsewhere[:5])
            self._fault(
                index, "phrase", f"{found}（在所限的 {limits} 之内）", "", f"别处有：{spots}；请改 {limits}"
            )
            return
        sentence, place = document.nearest(_HOLE.sub("", pattern.phrase))
        remedy = f"最相近的一句在{place}：“{sentence}”" if sentence else "文件里没有相近的句子，请核对 source"
        self._fault(index, "phrase", found, "原文里的一句", remedy)

    def _as_fine_as_their_sisters(self, found: Sequence[Taken]) -> list[Taken]:
        """“10万元” beside amounts with two decimals is as exact as those: the finest place of its source and unit."""
        finest: dict[tuple[str, str], int] = defaultdict(int)
        for taken in found:
            own = taken.source, taken.row["unit"]
            finest[own] = max(finest[own], places(taken.row["value"]))
        return [
            replace(taken, row=_with_precision(taken.row, finest[taken.source, taken.row["unit"]]))
            for taken in found
        ]


def _with_precision(row: RawRow, finest: int) -> RawRow:
    decimals = finest if dimension(row["unit"]) == MONEY else places(row["value"])
    return replace(row, cells={**row.cells, "precision": row["precision"] or _last_place(decimals)})


def _is_original(source: Source) -> bool:
    return bool(source.file) and not source.shape and bool(kind_of(source.file or ""))


def _units(meaning: Meaning) -> tuple[str, ...]:
    """The units that a phrase may write behind a figure's number, the longest first."""
    if meaning.unit == ANY_UNIT:
        return _longest_first(UNITS)
    kind = dimension(meaning.unit)
    own = _MONEY if kind == MONEY else _RATES if kind == RATE else _COUNTED.get(meaning.unit, (meaning.unit,))
    return _longest_first(own)


def _longest_first(units: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(units, key=lambda unit: -len(unit)))


def _years_of(document: Document, source: Source) -> set[int]:
    """The years that a document's own title names, else those of its title in the register."""
    head = "".join(block.text for block in document.blocks[:3])[:200]
    return {int(year) for year in _YEAR.findall(head)} or {int(year) for year in _YEAR.findall(source.title)}


def _matches(phrase: str, document: Document, year: int) -> Iterator[_Match]:
    """Every place where a pattern fits, in order; one for each number that it finds."""
    view = _view(document)
    seen: dict[int, _Match] = {}
    for found in re.finditer(f"(?=({_expression(phrase, year)}))", view.text):
        start, end = view.run(*found.span(1))
        number_start, number_end = view.run(*found.span(2))
        written = re.sub(r"\s", "", document.text[number_start:number_end])
        try:
            number = cell_values.amount(written)
        except ValueError:
            continue
        seen[number_start] = _Match(start, end, number, written)  # of several beginnings the nearest
    yield from seen.values()


def _expression(phrase: str, year: int) -> str:
    parts = []
    for part in _HOLE.split(compared(phrase)):
        if part == "{number}":
            parts.append(_NUMBER)
        elif part == "{year}":
            parts.append(rf"(?<![0-9])(?:{'|'.join(_year_words(year))})(?![0-9])")
        elif part == "*":
            parts.append(_RUN)
        else:
            parts.append(re.escape(part).replace(",", f"[,{_PARTING}]"))
    return "".join(parts)


def _year_words(year: int) -> list[str]:
    return [
        str(year),
        *(
            "".join(digits[int(d)] for d in str(year))
            for digits in ("〇一二三四五六七八九", "○一二三四五六七八九", "零一二三四五六七八九")
        ),
    ]


def _view(document: Document) -> View:
    """The document as patterns read it: without blanks and broken lines, but a paragraph that ends stays one."""
    text = list(re.sub("(?<=[0-9])，(?=[0-9])", _PARTING, document.text))
    for before, after in pairwise(document.blocks):
        if not _goes_on(document.kind, before, after):
            text[before.end] = _ENDING
    return document.loose("".join(text))


def _goes_on(kind: str, before: Block, after: Block) -> bool:
    """Whether a sentence may run from one block into the next: over a page, or over a line of a text file."""
    if _ENDED.search(before.text) or _BEGINS.match(after.text) or "\t" in before.text + after.text:
        return False
    if kind == PDF:
        return before.page != after.page
    return kind == TXT and after.number == before.number + 1


def _locator(document: Document, position: int) -> str:
    """Where a figure stands, as a locator that can be checked and followed."""
    block = document.blocks[document.block_at(position)]
    if block.page:
        return f"第{block.page}页第{block.number}段"
    section = document.section_at(position)
    return section if document.kind == TXT else f"{section}第{block.number}段"


def _as_line(text: str) -> str:
    """A run of text on one line, as it is quoted."""
    return re.sub(r"\s*\n\s*", "", text).replace("\t", " ").strip()


def _last_place(decimals: int) -> str:
    return "1" if decimals == 0 else f"0.{'0' * (decimals - 1)}1"


def _nearest(word: str, known: Collection[str]) -> str:
    close = difflib.get_close_matches(word, known, n=1)
    return f"是否想写“{close[0]}”" if close else ""
