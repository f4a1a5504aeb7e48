"""The head of a table of accounts: where it ends, what stands above each column, and which column that makes it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from auditbook.intake.account_grids import CELLS, Cells, Piece, words
from auditbook.intake.account_layouts import Column, Layout, Layouts, bare, heading

AMOUNT = re.compile(r"-?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?:[eE][+-]?\d{1,2})?")
DASH = re.compile(r"[-—–－―─/]+")
CODE = re.compile(r"\d{3}(?:\d{2}){0,2}")
REMARK = re.compile(r"(注|说明|备注)[:：]")
_YEAR = re.compile(r"(20\d\d)年度?(.*)")
_LEVELS = {"类", "款", "项"}

# What a column is, when it is none of the layout's own.
CODE_COLUMN, NAME_COLUMN, LEFT_ASIDE, OTHER, UNKNOWN = "code", "name", "", "~", "?"


class Headings:
    """The words that heads are made of."""

    def __init__(self, layouts: Layouts, year: int | None) -> None:
        self.year = year
        self.codes = set(map(heading, layouts.code_headings))
        self.names = set(map(heading, layouts.name_headings))
        self.ignored = set(map(heading, layouts.ignored_headings))
        self.others = set(map(heading, layouts.other_headings))
        self.totals = set(map(bare, layouts.totals))

    def numbers_columns(self, cells: Cells) -> bool:
        """Whether a row only numbers the columns: 栏次 1 2 3."""
        found = [word for word in words(cells) if word and word not in _LEVELS]
        return "栏次" in found or (len(found) > 2 and found == [str(n + 1) for n in range(len(found))])

    def start(self, layout: Layout, rows: Sequence[Cells]) -> int:
        """How many rows the head has."""
        # 项目 may stand above 科目编码 and 科目名称; where items stand in the head, 合计 is one of them
        across = layout.layout == "across"
        known = self.names if across else self.names - {"项目"} | {"决算数", "金额"}
        seen_name = False
        for index, row in enumerate(rows):
            found = [word for word in words(row) if word]
            if self.numbers_columns(row):
                continue
            if any(AMOUNT.fullmatch(word) and ("." in word or CODE.fullmatch(word)) for word in found):
                return index
            if across and found and all(map(_amount_or_dash, found)):
                return index
            if found and seen_name:
                if set(found) <= self.totals or found[0] in self.totals or re.match(r"一、", found[0]):
                    return index
                if any(AMOUNT.fullmatch(word) for word in found[1:]):
                    return index
            seen_name = seen_name or bool(set(found) & known)
        return max((number for number, row in enumerate(rows, 1) if any(words(row))), default=0)

    def paths(self, head: Sequence[Cells], edges: Sequence[float], way: str) -> list[list[str]]:
        """For each column the texts of the cells above it, from the top."""
        own = _spread(head, edges) if way == CELLS else head
        kept: dict[Piece, None] = {}
        for row in own:
            numbering = self.numbers_columns(row)
            for piece in row:
                word = bare(piece.text) if piece else ""
                if piece and word and (not numbering or word in _LEVELS):
                    kept[piece] = None
        pieces = sorted(kept, key=lambda piece: piece.top)
        years = {match[1] for piece in pieces if (match := _YEAR.fullmatch(heading(piece.text)))}
        year = str(self.year) if self.year else years.pop() if len(years) == 1 else ""
        return [
            [
                word for piece in pieces if piece.x0 <= edge + 1 < piece.x1
                if (word := _of_year(heading(piece.text), year))
            ]
            for edge in edges
        ]  # fmt: skip

    def role(self, layout: Layout, path: Sequence[str], side: str = "") -> str:
        """What a column is: one of the layout's columns by its id, or one of the above."""
        leaf = path[-1] if path else ""
        if leaf in self.codes:
            return CODE_COLUMN
        if leaf in self.names:
            return NAME_COLUMN
        if not leaf or leaf in self.ignored:
            return LEFT_ASIDE
        if self.others & set(path) or any(_YEAR.fullmatch(word) for word in path):
            return OTHER
        column = self.column(layout, path, side)
        return column.id if column else OTHER if leaf.startswith("其中") else UNKNOWN

    def column(self, layout: Layout, path: Sequence[str], side: str = "") -> Column | None:
        """The column whose heading fits the end of a path best; a heading may be broken over several cells."""
        best: tuple[int, Column] | None = None
        for column in layout.columns:
            if column.side and side and column.side != side:
                continue
            for known in map(heading, column.headings):
                if _ends(path, known) and (best is None or len(known) > best[0]):
                    best = len(known), column
        return best[1] if best else None


def _ends(path: Sequence[str], known: str) -> bool:
    if ("/" + "/".join(path)).endswith("/" + known):
        return True
    return any("".join(path[-count:]) == known for count in range(2, len(path) + 1))


def _of_year(word: str, year: str) -> str:
    """A word of a heading without the year of the accounts; another year stays."""
    match = _YEAR.fullmatch(word)
    return match[2] if match and match[1] == year else word


def _amount_or_dash(word: str) -> bool:
    return bool(AMOUNT.fullmatch(word) or DASH.fullmatch(word))


def _spread(head: Sequence[Cells], edges: Sequence[float]) -> list[list[Piece | None]]:
    """The head of a sheet, its cells reaching as far as they are meant: a blank cell continues the one to its left where
    both stand under the same cell, else the one above it.
    """
    ends = [*edges[1:], edges[-1] + 10] if edges else []
    spread: list[list[Piece | None]] = []
    over: list[Piece | None] = [None] * len(edges)  # the cell that each column belongs to in the row above
    for row in head:
        own: list[Piece | None] = []
        reach: list[Piece | None] = list(over)
        for index, edge in enumerate(edges):
            piece = next((p for p in row if p and p.x0 <= edge < p.x1), None)
            if piece and (bare(piece.text) or piece.x1 > ends[index]):
                reach[index] = piece
                own.append(piece if piece.x0 == edge else None)
            elif index and over[index] is over[index - 1] and reach[index - 1] is not over[index - 1]:
                reach[index] = reach[index - 1]
                own.append(None)
            else:
                own.append(None)
        for index, piece in enumerate(own):
            if piece:
                reached = [end for end, cell in zip(ends, reach, strict=True) if cell is piece]
                wide = Piece(piece.text, piece.x0, max(reached), piece.top, piece.bottom, piece.place)
                own[index] = wide
                reach = [wide if cell is piece else cell for cell in reach]
        spread.append(own)
        over = reach
    return spread


def headings_of(layouts: Layouts) -> set[str]:
    """Every word that may stand in a head: what a head in a sheet is told by."""
    found: set[str] = set()
    for group in (layouts.code_headings, layouts.name_headings, layouts.ignored_headings):
        found |= set(map(heading, group))
    for layout in layouts.tables:
        found |= set(_parts(word for column in layout.columns for word in column.headings))
        found |= set(map(heading, layout.sides))
        if layout.layout == "across":
            found |= set(_parts(name for names in layout.rows.values() for name in names))
    return found


def _parts(names: Iterable[str]) -> Iterable[str]:
    return (heading(part) for name in names for part in name.split("/"))
