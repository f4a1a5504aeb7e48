"""Tables whose borders are not all drawn: seen by their rules with the open sides closed, or by the blank strips between columns.

These are second looks. Whether one of them is a table is decided by its headings, and then it is said.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from auditbook.intake.account_drawn import AMOUNT, LINE_TOLERANCE, Box, drawn_grid
from auditbook.intake.account_grids import BLANK_STRIPS, OPEN_SIDES, Grid, GridRow, Piece
from auditbook.intake.account_layouts import bare

_NEAR = 3.0  # points
_FEWEST_RULES = 3
_TITLE = re.compile(r"[^,，。；]{2,40}表(\(.*\))?")
_ABOVE = re.compile(r".*单位[:：]?.*|(公开|附|财决)?\d*表|部门[:：].*|.*[:：]")
_BELOW = re.compile(r"(注|说明|备注)[:：].*")
_TOTAL = re.compile(".*[合总]计")
_START = re.compile(rf"{AMOUNT.pattern}|\d{{3}}(?:\d{{2}}){{0,2}}|[一二三四五六七八九十]+、.*")
_FEWEST_WORDS = 3  # in a line of a head


def names_table(lines: Sequence[str]) -> bool:
    """Whether one of some lines may be the title of a table."""
    return any(_TITLE.fullmatch(bare(line)) for line in lines)


def other_ways(number: int, page: Any) -> list[list[Grid]]:
    """The tables of a page as other eyes may see them: for each way that finds any, all tables of the page in that way."""
    found = [_open_sides(number, page), _blank_strips(number, page)]
    return [grids for grids in found if grids]


def _open_sides(number: int, page: Any) -> list[Grid]:
    """Tables with rules and inner columns, whose left and right sides are not drawn: closed at the ends of the rules."""
    from pdfplumber.table import TableFinder

    edges = TableFinder(page, {}).edges
    rules = [edge for edge in edges if edge["orientation"] == "h"]
    uprights = [edge for edge in edges if edge["orientation"] == "v"]
    tables = []
    for x0, top, x1, bottom in _ruled(rules, uprights):
        box = (max(x0 - 1, 0), max(top - 1, 0), min(x1 + 1, page.width), min(bottom + 1, page.height))
        part = page.crop(box, strict=False)
        tables += [
            table for table in part.find_tables({"explicit_vertical_lines": [x0, x1]}) if len(table.rows) > 1
        ]
    tables.sort(key=lambda table: table.bbox[1])
    return [drawn_grid(number, page, tables, index, OPEN_SIDES) for index in range(len(tables))]


def _ruled(rules: Sequence[Any], uprights: Sequence[Any]) -> Iterator[Box]:
    """Stacks of rules of one length, cut where nothing upright joins two of them."""
    widths = Counter((round(rule["x0"] / _NEAR), round(rule["x1"] / _NEAR)) for rule in rules)
    for (left, right), count in widths.items():
        if count < _FEWEST_RULES:
            continue
        own = sorted(
            (r for r in rules if (round(r["x0"] / _NEAR), round(r["x1"] / _NEAR)) == (left, right)),
            key=lambda rule: rule["top"],
        )
        x0, x1 = own[0]["x0"], own[0]["x1"]
        start = own[0]["top"]
        for above, below in zip(own, [*own[1:], None], strict=True):
            middle = (above["top"] + below["top"]) / 2 if below else 0
            joined = below and any(
                e["top"] < middle < e["bottom"] and x0 - _NEAR < e["x0"] < x1 + _NEAR for e in uprights
            )
            if not joined:
                if above["top"] > start:
                    yield x0, start, x1, above["top"]
                start = below["top"] if below else 0


@dataclass(frozen=True)
class _Word:
    text: str
    x0: float
    x1: float
    top: float
    bottom: float

    @property
    def middle(self) -> float:
        return (self.top + self.bottom) / 2


def _blank_strips(number: int, page: Any) -> list[Grid]:
    """Tables without columns drawn: a column is what blank strips from top to bottom leave together."""
    lines = _lines(page)
    grids: list[Grid] = []
    above: list[str] = []
    rows: list[list[_Word]] = []

    def finish(below: list[str]) -> None:
        grid = _in_strips(number, above, rows, below, not grids)
        if grid:
            grids.append(grid)

    for line in lines:
        text = bare("".join(word.text for word in line))
        titled = _TITLE.fullmatch(text) and not any(AMOUNT.fullmatch(word.text) for word in line)
        if titled or _BELOW.fullmatch(text):
            finish([] if titled else [text])
            above, rows = [], []
        if titled or (not rows and (len(line) == 1 or all(_ABOVE.fullmatch(bare(w.text)) for w in line))):
            above.append(" ".join(word.text for word in line))
        else:
            rows.append(line)
    finish([])
    return grids


def _lines(page: Any) -> list[list[_Word]]:
    """The words of a page, line by line."""
    found: list[list[_Word]] = []
    words = page.extract_words(y_tolerance=LINE_TOLERANCE, keep_blank_chars=False)
    for word in sorted(words, key=lambda word: (word["top"] + word["bottom"]) / 2):
        own = _Word(word["text"], word["x0"], word["x1"], word["top"], word["bottom"])
        if found and abs(own.middle - found[-1][0].middle) < LINE_TOLERANCE:
            found[-1].append(own)
        else:
            found.append([own])
    return [sorted(line, key=lambda word: word.x0) for line in found]


def _in_strips(
    number: int, above: list[str], lines: Sequence[list[_Word]], below: list[str], first: bool
) -> Grid | None:
    start = next((i for i, line in enumerate(lines) if _begins(line)), len(lines))
    body = [word for line in lines[start:] for word in line]
    amounts = sum(bool(AMOUNT.fullmatch(word.text)) for word in body)
    titled = any(_TITLE.fullmatch(bare(line)) for line in above)
    if amounts < _FEWEST_RULES and not (titled and any(len(line) >= _FEWEST_WORDS for line in lines)):
        return None
    strips: list[tuple[float, float]] = []
    for word in sorted(body, key=lambda word: word.x0):
        if _TOTAL.fullmatch(bare(word.text)):
            continue  # it may stand in the middle of several columns
        if strips and word.x0 < strips[-1][1] + _NEAR:
            strips[-1] = strips[-1][0], max(strips[-1][1], word.x1)
        else:
            strips.append((word.x0, word.x1))
    for word in (word for line in reversed(lines[:start]) for word in line):
        reached = _reached(strips, word)
        if not reached:  # a column whose cells are all blank
            strips = sorted([*strips, (word.x0, word.x1)])
        elif len(reached) == 1:
            strip = strips[reached[0]]
            wider = min(strip[0], word.x0), max(strip[1], word.x1)
            strips[reached[0]] = wider
    strips.sort()
    rows = [GridRow(_pieces(strips, line, index), number, "") for index, line in enumerate(lines) if line]
    return Grid(above, below, rows, [strip[0] for strip in strips], BLANK_STRIPS, first)


def _begins(line: Sequence[_Word]) -> bool:
    """Whether a line is the first under a head."""
    texts = [bare(word.text) for word in line]
    total = _TOTAL.fullmatch(texts[0]) and all(map(AMOUNT.fullmatch, texts[1:]))
    return bool(total) or any(map(_START.fullmatch, texts))


def _reached(strips: Sequence[tuple[float, float]], word: _Word) -> list[int]:
    """The strips that a word stands in."""
    return [i for i, (x0, x1) in enumerate(strips) if word.x0 < x1 and word.x1 > x0]


def _pieces(strips: Sequence[tuple[float, float]], line: Sequence[_Word], index: int) -> list[Piece | None]:
    height = float(index)
    cells: list[Piece | None] = [Piece("", x0, x1, height, height + 1) for x0, x1 in strips]
    for word in line:
        reached = _reached(strips, word)
        first, last = reached[0] if reached else 0, reached[-1] if reached else 0
        before = cells[first]
        text = f"{before.text} {word.text}".strip() if before else word.text
        cells[first] = Piece(text, strips[first][0], strips[last][1], height, height + 1)
        for covered in range(first + 1, last + 1):
            cells[covered] = None
    return cells
