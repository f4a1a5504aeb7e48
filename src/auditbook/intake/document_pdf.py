"""The text of a PDF: pages, paragraphs, rows of tables; running heads, foots and page numbers apart. Runs in a child."""

from __future__ import annotations

import re
import statistics
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from auditbook.faults import CaseError, Fault, LimitError

MOST_PAGES = 500
_LINE_TOLERANCE = 5  # the default of pdfplumber tears digits out of lines set in two fonts
_GAP = 3  # points between two characters from which on there is a blank
_EDGE = 0.12  # of the height of a page: where running heads and foots are looked for
_PAGE_NUMBER = re.compile(
    r"[-—–－·•\s]*(?:第\s*)?(\d{1,4}|[ivxlcIVXLC]{1,6})(?:\s*页)?(?:[\s,，]*[/／共]+\s*\d{1,4}\s*页?)?[-—–－·•\s]*"
)


@dataclass(frozen=True)
class Line:
    """A line as it is printed: its box, its text (cells of a row separated by tabs), the size of its characters."""

    x0: float
    x1: float
    top: float
    bottom: float
    text: str
    size: float

    @property
    def tabular(self) -> bool:
        """Whether it is a row of a table: words far apart."""
        return "\t" in self.text


@dataclass(frozen=True)
class Page:
    """The lines of a page from top to bottom."""

    number: int
    height: float
    lines: Sequence[Line]


def read(path: Path, told: Any = None) -> dict[str, Any]:
    """Read a PDF.

    Takes    path: the file; told: takes progress (done, of).
    Returns  ``blocks`` and ``aside``: lists of (page, text); ``pictures``: pages that are only a picture.
    Raises   CaseError where it is damaged or encrypted, where a page cannot be read, or where there is no text (a
             scan); LimitError beyond 500 pages.
    """
    pages, pictures = _pages(path, told)
    if not any(page.lines for page in pages):
        found = "扫描件没有文字" if pictures else "文件里没有文字"
        raise CaseError(Fault(path.name, found, "可以选取文字的 PDF", "请取得原始电子文件，或另行转录并登记"))
    left_out = _furniture(pages)
    blocks, aside = [], []
    for page in pages:
        kept = [line for index, line in enumerate(page.lines) if (page.number, index) not in left_out]
        blocks += [(page.number, text) for text in _paragraphs(kept)]
        aside += [
            (page.number, line.text)
            for index, line in enumerate(page.lines)
            if (page.number, index) in left_out
        ]
    return {"blocks": blocks, "aside": aside, "pictures": pictures}


def _pages(path: Path, told: Any) -> tuple[list[Page], list[int]]:
    import pdfplumber

    try:
        document = pdfplumber.open(path)
        count = len(document.pages)
    except (
        Exception
    ) as error:  # the parser fails in many ways on a damaged file; all mean the same to the user
        cause = "文件加密，须有密码" if "Password" in repr(error) else "文件损坏或不完整"
        raise CaseError(Fault(path.name, f"PDF 打不开：{cause}", "能打开的 PDF", "请重新取得文件")) from error
    pages: list[Page] = []
    faults: list[Fault] = []
    pictures: list[int] = []
    with document:
        if count > MOST_PAGES:
            raise LimitError(Fault(path.name, f"有{count}页", f"不超过{MOST_PAGES}页", "请只放需要的部分"))
        for number, page in enumerate(document.pages, 1):
            try:
                lines = page.extract_text_lines(y_tolerance=_LINE_TOLERANCE, return_chars=True)
                pages.append(Page(number, float(page.height), _lines(lines)))
                if page.images and not lines:
                    pictures.append(number)
            except MemoryError:
                raise
            except Exception as error:  # as above: a page that the parser cannot read
                where = f"{path.name} 第{number}页"
                faults.append(
                    Fault(where, f"这一页读不出（{type(error).__name__}）", "完好的一页", "请重新取得文件")
                )
            finally:
                page.close()
            if told:
                told(number, count)
    if faults:
        raise CaseError(faults)
    return pages, pictures


def _lines(found: Sequence[dict[str, Any]]) -> list[Line]:
    """Lines put together again: a digit set lower than the characters around it belongs into their gap."""
    rows: list[list[dict[str, Any]]] = []
    for line in sorted(found, key=lambda line: line["top"]):
        chars = [char for char in line["chars"] if char["text"]]
        if not chars:
            continue
        if rows and _belongs(rows[-1], chars):
            rows[-1] += chars
        else:
            rows.append(list(chars))
    return [_line(chars) for chars in rows]


def _belongs(row: Sequence[dict[str, Any]], chars: Sequence[dict[str, Any]]) -> bool:
    """Whether characters stand beside those of a row, and not under them."""
    top, bottom = min(c["top"] for c in row), max(c["bottom"] for c in row)
    own_top, own_bottom = min(c["top"] for c in chars), max(c["bottom"] for c in chars)
    shared = min(bottom, own_bottom) - max(top, own_top)
    if shared <= 0.5 * min(bottom - top, own_bottom - own_top):
        return False
    return not any(
        one["x0"] < other["x1"] - 1 and other["x0"] < one["x1"] - 1
        for one in row
        for other in chars
        if one["text"].strip() and other["text"].strip()
    )


def _line(chars: list[dict[str, Any]]) -> Line:
    chars = sorted(chars, key=lambda char: char["x0"])
    size = statistics.median(char["size"] for char in chars)
    text, end = "", None
    for char in chars:
        if end is not None and char["x0"] - end > _GAP and char["text"] != " ":
            text = text.rstrip(" ") + ("\t" if char["x0"] - end > 2 * size else " ")
        text += char["text"]
        if char["text"].strip():
            end = char["x1"]
    text = re.sub(r" +", " ", text).strip(" \u3000\t")
    return Line(
        min(c["x0"] for c in chars), max(c["x1"] for c in chars), min(c["top"] for c in chars),
        max(c["bottom"] for c in chars), text, size,
    )  # fmt: skip


# --- running heads, foots, page numbers --------------------------------------------------------------------


def _furniture(pages: Sequence[Page]) -> set[tuple[int, int]]:
    """The lines (page, index) that recur on most pages in one place, and the numbers of the pages."""
    seen: dict[tuple[str, str, int], list[tuple[int, int]]] = defaultdict(list)
    numbers: list[tuple[int, int, int | None]] = []
    for page in pages:
        for index, line in enumerate(page.lines):
            near_top, near_bottom = line.top < _EDGE * page.height, line.bottom > (1 - _EDGE) * page.height
            if not (near_top or near_bottom):
                continue
            bare = re.sub(r"\s+", "", line.text)
            distance = round((line.top if near_top else page.height - line.bottom) / 8)
            for near in (distance, distance + 1):
                seen["top" if near_top else "bottom", re.sub(r"\d+", "0", bare), near].append(
                    (page.number, index)
                )
            if index in (0, len(page.lines) - 1) and (found := _PAGE_NUMBER.fullmatch(line.text)):
                numbers.append((page.number, index, int(found[1]) if found[1].isdigit() else None))
    recurring = {
        place
        for places in seen.values()
        if len(dict(places)) >= 3 and len(dict(places)) > len(pages) / 2
        for place in places
    }
    shifts = Counter(printed - page for page, _, printed in numbers if printed is not None)
    usual = {shift for shift, count in shifts.items() if count > 1}
    counted = {
        (page, index)
        for page, index, printed in numbers
        if _decorated(pages, page, index) or printed is None or printed - page in usual
    }
    return recurring | counted


def _decorated(pages: Sequence[Page], number: int, index: int) -> bool:
    """Whether a number alone on its line is written as page numbers are: — 3 —, 第3页."""
    line = next(page for page in pages if page.number == number).lines[index]
    return bool(re.search("[-—–－·•页/／]", line.text))


# --- paragraphs ----------------------------------------------------------------------------------------------


def _paragraphs(lines: Sequence[Line]) -> Iterator[str]:
    """Lines put together into paragraphs; a row of a table is one of its own."""
    if not lines:
        return
    running = [line for line in lines if not line.tabular] or lines
    left, right = _usual(line.x0 for line in running), max(line.x1 for line in running)
    gaps = [after.top - before.top for before, after in pairwise(lines)]
    pitch = statistics.median(gaps) if gaps else 0
    own = [lines[0].text]
    for before, line in pairwise(lines):
        if _begins(before, line, left, right, pitch):
            yield "\n".join(own)
            own = []
        own.append(line.text)
    yield "\n".join(own)


def _usual(edges: Iterator[float]) -> float:
    """The left edge of running text: the leftmost of those that several lines share."""
    counts = Counter(round(edge / 3) for edge in edges)
    shared = [edge for edge, count in counts.items() if count > 1] or list(counts)
    return min(shared) * 3


_ENDED = re.compile(r"[。；：！？!?;:]$|[。！？][”）]$")
_MARK = re.compile(
    r"[一二三四五六七八九十]+、|（[一二三四五六七八九十\d]+）|第[一二三四五六七八九十百\d]+[章节条部]|\d{1,2}[、.．](?!\d)"
)
_CHINESE_MARK = re.compile("[一二三四五六七八九十]+、|（[一二三四五六七八九十]+）")
_COMMAS = "，,、"
_UNENDED = re.compile(rf"[0-9{_COMMAS}]$")
_TOKEN = re.compile(r"[A-Za-z0-9.,%％]+|.")


def _begins(before: Line, line: Line, left: float, right: float, pitch: float) -> bool:
    """Whether a line begins a paragraph, to judge by the line before it."""
    if before.tabular or line.tabular or abs(before.size - line.size) > 0.2 * max(before.size, line.size):
        return True
    if line.top - before.top > 1.4 * pitch and line.top - before.top > 1.4 * line.size:
        return True
    indented = line.x0 > left + 0.8 * line.size
    ended = bool(_ENDED.search(before.text))
    listing = before.text[-1:] in _COMMAS
    if _MARK.match(line.text) and (ended or indented or (_CHINESE_MARK.match(line.text) and not listing)):
        return True
    if not indented and _UNENDED.search(before.text) and (listing or line.text[0].isdigit()):
        return False
    # a number is not broken: where it does not fit, the line before it stays short
    token = _TOKEN.match(line.text)
    wide = len(token.group()) if token else 1
    room = right - before.x1 - (wide * 0.55 + 1) * line.size
    if indented:
        return ended or room > 0 or abs(line.x0 - before.x0) > 2
    return room > 2 * line.size or (ended and room > 0)
