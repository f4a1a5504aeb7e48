"""Documents as evidence: the text of an original with its places, and quoted phrases found in it.

Only the text is taken, block by block (a paragraph, a row of a table), so that a phrase can be looked up and its place be
told as a person finds it: page and paragraph, or line and column. The parsers run in a limited child process.
"""

from __future__ import annotations

import hashlib
import json
import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import Any

from auditbook.intake import encodings, guard, limited
from auditbook.intake.phrases import ELSEWHERE, NOT_FOUND, RESPACED, UNVERIFIED, VERIFIED
from auditbook.intake.sheets import Note
from auditbook.writing import write_whole

TXT, DOCX, PDF, HTML = "txt", "docx", "pdf", "html"
KINDS = {".txt": TXT, ".docx": DOCX, ".pdf": PDF, ".html": HTML, ".htm": HTML}
_TASKS = {kind: f"auditbook.intake.document_{kind}:read" for kind in (DOCX, PDF, HTML)}
_SECONDS, _MEGABYTES = 60, 1500

Told = Callable[[int, int], None]
Span = tuple[int, int]


@dataclass(frozen=True)
class Block:
    """A paragraph or a row of a table. ``number`` counts on its page where there are pages, else in the document.

    ``start`` is where its text begins in the document's text. Cells of a row are separated by tabs.
    """

    page: int | None
    number: int
    text: str
    start: int = 0

    @property
    def end(self) -> int:
        """Where its text ends."""
        return self.start + len(self.text)


@dataclass(frozen=True)
class Found:
    """What became of a phrase: its status, its place in words, and the run of the document's text that it is."""

    status: str
    place: str = ""
    start: int = 0
    end: int = 0


@dataclass(frozen=True)
class View:
    """The text as it is compared: ``positions`` has for each character where it stands in the text itself."""

    text: str
    positions: Sequence[int]

    def run(self, start: int, end: int) -> Span:
        """The run of the original text that a run of this view is."""
        return self.positions[start], self.positions[end - 1] + 1


# Full-width forms and their half-width ones, a character each: nothing that would make another number of ² or ①.
_NARROW = {full: full - 0xFEE0 for full in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
_INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff\xad"
_NUMERIC = re.compile(r"[0-9.,]")
_BLANKS = re.compile(rf"[\s{_INVISIBLE}]+")
_BREAKS = re.compile(r"[\r\n]+")


@dataclass(frozen=True)
class Document:
    """The text of an original.

    ``aside`` are running heads, foots and page numbers, which interrupt no sentence; ``pictures`` are pages that are only
    a picture: what stands there is not known.
    """

    kind: str
    blocks: tuple[Block, ...]
    aside: tuple[Block, ...] = ()
    pictures: frozenset[int] = frozenset()
    source: str = ""  # of a text file alone: its text as it is, blank lines and all

    @classmethod
    def of_text(cls, text: str) -> Document:
        """A plain text: a block is a line, ``number`` the line's."""
        text = text.replace("\r\n", "\n")
        blocks, start = [], 0
        for number, line in enumerate(text.split("\n"), 1):
            if line.strip():
                blocks.append(Block(None, number, line, start))
            start += len(line) + 1
        return cls(TXT, tuple(blocks), source=text)

    @classmethod
    def of_parts(
        cls,
        kind: str,
        parts: Iterable[Sequence[Any]],
        aside: Iterable[Sequence[Any]] = (),
        pictures: Iterable[int] = (),
    ) -> Document:
        """A document of the parts that a parser found: page (or None) and text of each, in reading order."""
        return cls(kind, tuple(_numbered(parts)), tuple(_numbered(aside)), frozenset(pictures))

    @cached_property
    def text(self) -> str:
        """All of it, as blocks on lines of their own."""
        return self.source or "\n".join(block.text for block in self.blocks)

    def find(self, quote: str, locator: str = "") -> Found:
        """Where a phrase stands.

        Takes    quote: the phrase; locator: where it is said to be: ``一（三）``, ``第21页``, both, or nothing.
        Returns  VERIFIED as it stands there; RESPACED but for blanks and full-width forms; ELSEWHERE (not where it is
                 said to be); NOT_FOUND; UNVERIFIED where it is said to be on a page that is only a picture. What a layout breaks is no difference: in a PDF blanks and ends of lines, in
                 other documents the ends of paragraphs, in a text file nothing. A run that begins or ends within a
                 number is not the phrase: 2340.56 is not found in 12340.56.
        """
        where = self.within(locator)
        for view, status in ((self._strict, VERIFIED), (self._loose, RESPACED)):
            for start, end in self._hits(view, quote):
                if where(start, end):
                    return Found(status, self.place(start), start, end)
        for view in (self._strict, self._loose):
            for start, end in self._hits(view, quote):
                return Found(ELSEWHERE, self.place(start), start, end)
        return self._beside(quote, locator)

    def place(self, position: int) -> str:
        """A position of the text as a person finds it: 第21页第3段, 第12段, 第4行第1字."""
        block = self.blocks[self.block_at(position)]
        if self.kind == TXT:
            return f"第{block.number}行第{position - block.start + 1}字"
        return named(block)

    def label(self, block: Block) -> str:
        """A block as a person finds it: 第21页第3段, 第12段, 第4行."""
        return f"第{block.number}行" if self.kind == TXT else named(block)

    def block_at(self, position: int) -> int:
        """The index of the block in which a position stands."""
        return max(0, bisect_right(self._starts, position) - 1)

    def section_at(self, position: int) -> str:
        """The innermost numbered section in which a position stands: ``一（三）1``; 标题 before the first."""
        return next((name for name, start, end in self._sections if start <= position < end), "标题")

    def nearest(self, phrase: str) -> tuple[str, str]:
        """The words that have most in common with a phrase, and their place; nothing where none are like it.

        A long sentence is shown around what it has in common.
        """
        wanted = _pairs(compared(phrase))
        best, shorter, at = Fraction(1, 3), 0, (0, 0)
        for start, end in self._sentences if wanted else ():
            shared = Fraction(len(wanted & _pairs(compared(self.text[start:end]))), len(wanted))
            if shared > best or (shared == best and at[1] and end - start < shorter):
                best, shorter, at = shared, end - start, (start, end)
        if not at[1]:
            return "", ""
        start, end = self._window(at, wanted, max(_LEAST_SHOWN, 2 * len(phrase)))
        words = " ".join(self.text[start:end].replace("\n", "").split())
        return "…" * (start > at[0]) + words + "…" * (end < at[1]), self.place(start)

    def _window(self, span: Span, wanted: set[str], size: int) -> Span:
        """The part of a span that has most in common with what is wanted."""
        first, last = span
        if last - first <= 2 * size:
            return span
        scores = {
            start: len(wanted & _pairs(compared(self.text[start : start + size])))
            for start in range(first, last - size + 1, 5)
        }
        best = [start for start, score in scores.items() if score == max(scores.values())]
        start = best[len(best) // 2]
        return start, start + size

    # --- views: what counts as the same -------------------------------------------------------------

    @cached_property
    def _strict(self) -> View:
        return _view(self.text, *_STRICT[self.kind])

    @cached_property
    def _loose(self) -> View:
        return self.loose(self.text)

    @staticmethod
    def loose(text: str) -> View:
        """A text without blanks, its full-width forms narrowed."""
        return _view(text, _BLANKS, fold=True)

    def _hits(self, view: View, quote: str) -> Iterator[Span]:
        ignored, fold = (_BLANKS, True) if view is self._loose else _STRICT[self.kind]
        wanted = _view(quote.strip() if self.kind != TXT or fold else quote, ignored, fold=fold).text
        if not wanted.strip():
            return
        at = view.text.find(wanted)
        while at >= 0:
            start, end = view.run(at, at + len(wanted))
            if not _cuts_a_number(self.text, start, end):
                yield start, end
            at = view.text.find(wanted, at + 1)

    def _beside(self, quote: str, locator: str) -> Found:
        """A phrase that is printed in a running head or a foot; there is no run of the text to show."""
        wanted, pages = compared(quote), _read_locator(locator)[0]
        found = [block for block in self.aside if wanted in compared(block.text)] if wanted else []
        if not found:
            return Found(UNVERIFIED if pages and pages <= self.pictures else NOT_FOUND)
        own = [block for block in found if block.page in pages or not (pages and self.pages)]
        page = (own or found)[0].page
        return Found(VERIFIED if own else ELSEWHERE, f"第{page}页的页眉页脚" if page else "页眉页脚")

    # --- places ----------------------------------------------------------------------------------------

    @cached_property
    def _starts(self) -> list[int]:
        return [block.start for block in self.blocks]

    def within(self, locator: str) -> Callable[[int, int], bool]:
        """Whether a run stands where a locator says."""
        pages, section = _read_locator(locator)
        spans = [(s, e) for name, s, e in self._sections if name.startswith(section)] if section else None
        if spans == [] and pages and not _SECTION.match(section):
            spans = None  # 第7页 收入决算表: the page says where
        own = [b for b in self.blocks if b.page in pages] if pages and self.pages else None

        def within(start: int, end: int) -> bool:
            in_section = spans is None or any(s <= start and end <= e for s, e in spans)
            return in_section and (own is None or any(start < b.end and end > b.start for b in own))

        return within

    @cached_property
    def pages(self) -> frozenset[int]:
        """The pages that hold text; none in a document that is not paged."""
        return frozenset(block.page for block in (*self.blocks, *self.aside) if block.page)

    @cached_property
    def sections(self) -> list[str]:
        """The names of the numbered sections, in order."""
        return [name for name, _, _ in self._sections]

    @cached_property
    def _sections(self) -> list[tuple[str, int, int]]:
        """The sections that the document numbers: 一 · （三） · 1 · （2）, each up to where the next begins."""
        path: list[str] = []
        marks: list[tuple[str, int]] = [("标题", 0)]
        for block in self.blocks:
            if "\t" in block.text and self.kind != TXT:
                continue
            if _ANNEX.match(block.text):
                path = ["附表"]
                marks.append(("附表", block.start))
                continue
            for level, pattern in enumerate(_LEVELS):
                found = pattern.match(block.text)
                if found and len(path) >= level and path[:1] != ["附表"]:
                    path = [*path[:level], _narrow_digits(found.group(1))]
                    marks.append(("".join(path), block.start))
                    break
        ends = [start for _, start in marks[1:]] + [len(self.text)]
        return [(name, start, end) for (name, start), end in zip(marks, ends, strict=True)]

    @cached_property
    def _sentences(self) -> list[Span]:
        found = []
        for block in self.blocks:
            for part in re.finditer(r"[^。；！？]+[。；！？]?", block.text):
                found.append((block.start + part.start(), block.start + part.end()))
        return found


_LEVELS = (
    re.compile(r"\s*([一二三四五六七八九十]+)、"),
    re.compile(r"\s*(（[一二三四五六七八九十]+）)"),
    re.compile(r"\s*(\d+)[.．、](?!\d)"),
    re.compile(r"\s*(（\d+）)"),
)
_ANNEX = re.compile(r"\s*(附表|附件)\s*[:：]")
_SECTION = re.compile(r"标题|附表|[一二三四五六七八九十]+($|（|\d)|（")
_PAGE = re.compile(r"第([0-9]+(?:[-—–~～至、,，][0-9]+)*)页")


def _read_locator(locator: str) -> tuple[set[int], str]:
    """The pages and the section of a locator. The number of a paragraph helps a person; nothing is held against it."""
    bare = re.sub(r"\s|第\d+[段行字]|第[一二三四五六七八九十]+部分", "", locator)
    pages: set[int] = set()
    for listed in _PAGE.findall(_narrow_digits(bare)):
        for part in re.split("[、,，]", listed):
            first, *last = (int(number) for number in re.findall("[0-9]+", part))
            pages |= {*range(first, min(last[0], first + 1000) + 1)} if last else {first}
    return pages, _PAGE.sub("", _narrow_digits(bare))


def _narrow_digits(text: str) -> str:
    return re.sub("[０-９]", lambda digit: chr(ord(digit[0]) - 0xFEE0), text)


def named(block: Block) -> str:
    """A block as a person finds it: 第21页第3段, 第12段."""
    return f"第{block.page}页第{block.number}段" if block.page else f"第{block.number}段"


def on_one_line(text: str) -> str:
    """A block on one line: broken lines joined, words that are written apart apart, and so are cells."""
    return _BROKEN.sub(" ", text).replace("\n", "").replace("\t", " │ ")


_BROKEN = re.compile("(?<=[A-Za-z])\n(?=[A-Za-z])")


def _numbered(parts: Iterable[Sequence[Any]]) -> Iterator[Block]:
    """Blocks with their number, on the page where there are pages, and where each begins."""
    start, counts = 0, dict[int | None, int]()
    for page, text in parts:
        counts[page] = counts.get(page, 0) + 1
        yield Block(page, counts[page], text, start)
        start += len(text) + 1


_NOTHING = re.compile("(?!)")
_STRICT: Mapping[str, tuple[re.Pattern[str], bool]] = {
    TXT: (_NOTHING, False),
    DOCX: (_BREAKS, False),
    HTML: (_BREAKS, False),
    PDF: (_BLANKS, False),
}


def _view(text: str, ignored: re.Pattern[str], fold: bool = False) -> View:
    """A text without what is ignored. A blank between two numbers stays: 0.5 0.62 is not 0.50.62."""
    shown: list[str] = []
    positions: list[int] = []
    kept = text.translate(_NARROW) if fold else text
    at = 0
    for gap in ignored.finditer(kept):
        shown.append(kept[at : gap.start()])
        positions += range(at, gap.start())
        before, after = kept[gap.start() - 1 : gap.start()], kept[gap.end() : gap.end() + 1]
        broken = "\n" in gap.group() and "\t" not in gap.group()
        if _NUMERIC.match(before) and _NUMERIC.match(after) and not broken:
            shown.append(" ")
            positions.append(gap.start())
        at = gap.end()
    shown.append(kept[at:])
    positions += range(at, len(kept))
    return View("".join(shown), positions)


def _cuts_a_number(text: str, start: int, end: int) -> bool:
    """Whether a run begins or ends within a number of the text."""
    return bool(
        (_DIGIT.match(text[start]) and _GOES_ON_BEFORE.search(text[max(0, start - 2) : start]))
        or (_DIGIT.match(text[end - 1]) and _GOES_ON_AFTER.match(text[end : end + 2]))
    )


_DIGIT = re.compile("[0-9０-９]")
# a full-width comma after half-width digits ends a clause
_GOES_ON_BEFORE = re.compile("[0-9][.,]?$|[０-９][.,．，]?$")
_GOES_ON_AFTER = re.compile("[.,]?[0-9]|[.,．，]?[０-９]")


def compared(text: str) -> str:
    """A text as it is compared loosely."""
    return Document.loose(text).text


_LEAST_SHOWN = 40


def _pairs(text: str) -> set[str]:
    """Pairs of neighbouring characters, digits all alike: what two sentences have in common but for their numbers."""
    bare = re.sub(r"[0-9][0-9.,]*", "0", text)
    return {bare[at : at + 2] for at in range(len(bare) - 1)}


# --- reading ---------------------------------------------------------------------------------------------


def kind_of(name: str) -> str:
    """Which kind of document a file's name says it is; "" for none of them."""
    return KINDS.get(Path(name).suffix.lower(), "")


@dataclass(frozen=True)
class Kept:
    """Where parsed documents are kept: a folder, and a key that changes when the same bytes may be read otherwise."""

    folder: Path
    key: str


def read(
    path: Path, data: bytes, notes: list[Note], kept: Kept | None = None, told: Told | None = None
) -> Document:
    """Read the text of an original.

    Takes    path: a .txt, .docx, .pdf, .html file; data: its bytes; notes: takes what was converted; kept: where its
             text is kept once it is parsed; told: takes progress (pages done, of how many).
    Raises   CaseError where it cannot be read or has no text; LimitError where it is hostile or beyond a limit.
    """
    kind = kind_of(path.name)
    guard.look(path)
    if kind == TXT:
        return Document.of_text(encodings.decode(path, data, notes))
    digest = hashlib.sha256(data).hexdigest()
    place = None if kept is None else kept.folder / f"{digest[:32]}-{_digest(kept.key)[:16]}.json"
    content = _from(place)
    if content is None:
        content = limited.call(_TASKS[kind], path, seconds=_SECONDS, megabytes=_MEGABYTES, told=told)
        if place is not None:
            said = json.dumps(content, ensure_ascii=False)
            write_whole(place, json.dumps({"sha256": _digest(said), "content": said}).encode())
    notes += (Note(path.name, *parts) for parts in content.get("notes", []))
    return Document.of_parts(kind, content["blocks"], content["aside"], content.get("pictures", ()))


def _from(place: Path | None) -> Any:
    """What was kept, if it is whole."""
    if place is None:
        return None
    try:
        found = json.loads(place.read_bytes())
        return json.loads(found["content"]) if _digest(found["content"]) == found["sha256"] else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
