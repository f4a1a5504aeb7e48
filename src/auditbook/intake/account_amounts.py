"""What a printed cell of accounts says: an amount, a blank, or what is neither."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from itertools import takewhile

from auditbook.faults import Fault
from auditbook.intake import cell_values
from auditbook.intake.account_grids import BLANK_STRIPS, CELLS, Grid, GridRow, Piece
from auditbook.intake.account_heads import AMOUNT, DASH
from auditbook.intake.account_layouts import Layout
from auditbook.intake.account_tables import Amount
from auditbook.intake.sheets import Note
from auditbook.numbers import parse

_SPACED = re.compile(r"-?\d{1,3}(?: \d{3})+(?:\.\d+)?")
_MOST_SHOWN = 40
_NEAR = 2.0  # of a drawn line


@dataclass
class Told:
    """What is told about a document while it is read."""

    faults: list[Fault] = field(default_factory=list)
    notes: list[Fault] = field(default_factory=list)
    conversions: list[Note] = field(default_factory=list)


@dataclass
class Gathered:
    """The grids of one table, over its pages."""

    layout: Layout
    title: str
    grids: list[Grid] = field(default_factory=list)

    @property
    def way(self) -> str:
        """How its cells were told apart."""
        return self.grids[0].way

    @property
    def where(self) -> str:
        """Where it begins, and what it is."""
        return f"{self.grids[0].where} {self.title}"


class Amounts:
    """Reads the amounts of one table; a blank is no number, and what is no number is a fault."""

    def __init__(self, gathered: Gathered, told: Told, columns: Collection[int]) -> None:
        self.gathered, self.told, self.columns = gathered, told, columns
        self.dashes: list[str] = []
        self.blanks = 0
        self.widths: dict[int, float] = {}  # the narrowest cell of each column
        for row in (row for grid in gathered.grids for row in grid.rows):
            for index, piece in enumerate(row.cells):
                if piece:
                    self.widths[index] = min(self.widths.get(index, piece.x1 - piece.x0), piece.x1 - piece.x0)

    def read(self, row: GridRow, index: int | None, *, key: str, label: str, column: str) -> Amount:
        """The amount in a column of a row; no column where the table has no such row."""
        piece = row.cells[index] if index is not None else None
        place = piece.place if piece else ""
        blank = Amount("", None, row.page, self.gathered.title, label, column, key, place)
        raw, mark = (piece.text.strip(), piece.mark) if piece else ("", "")
        if piece is None or index is None or (not raw and not mark):
            self.blanks += 1
            return blank
        at = f"{place}（第{row.page}页）" if place and row.page else place or row.where
        own = f"{self.gathered.title}{f' 行‘{label}’' if label else ''} 列‘{column}’"
        parts = raw.split()
        if DASH.fullmatch("".join(parts)) and not mark:
            self.dashes.append(f"{at} {own}")
            return blank
        try:
            number = self._number(parts, mark, row, index, piece)
        except ValueError as error:
            self.told.faults.append(Fault(f"{at} {own}", str(error), "一个金额", "没有读，请核对原文"))
            return blank
        kind = number.kind or ("spaced" if len(parts) > 1 and self.gathered.way == CELLS else "")
        if kind:
            self.told.conversions.append(Note(place or f"{at} {own}", raw, number.value, kind))
        return replace(blank, text=number.value, value=parse(number.value))

    def _number(
        self, parts: Sequence[str], mark: str, row: GridRow, index: int, piece: Piece
    ) -> cell_values.Number:
        shown = " ".join(parts)[:_MOST_SHOWN]
        wider = piece.x1 - piece.x0 > self.widths.get(index, 0) + _NEAR
        covered = takewhile(lambda at: row.cells[at] is None, range(index + 1, len(row.cells)))
        if wider and any(at in self.columns for at in covered):
            raise ValueError(f"“{shown}”在合并的格内，占了不止一栏")
        if piece.bottom > min(other.bottom for other in row.cells if other) + _NEAR * (not piece.place):
            raise ValueError(f"“{shown}”在合并的格内，占了不止一行")
        if len(parts) > 1 and not _SPACED.fullmatch(" ".join(parts)):
            several = any(AMOUNT.fullmatch(part) for part in parts[:-1])
            if several or self.gathered.way == BLANK_STRIPS:
                raise ValueError(f"“{shown}”不是一个数")
        number = cell_values.amount("".join(parts), mark)
        if number.kind == cell_values.PERCENT:
            raise ValueError(f"“{shown}”是百分数，不是金额")
        return number

    def dashes_told(self) -> None:
        """Dashes for blanks: a note where the table writes its blanks so, faults where it has other blanks."""
        if len(self.dashes) > self.blanks:
            found = f"{len(self.dashes)}格写作“—”，按空白记，不当作零（首格：{self.dashes[0]}）"
            self.told.notes.append(Fault(self.gathered.where, found))
            return
        for where in self.dashes:
            self.told.faults.append(Fault(where, "只有“—”", "数字或空白", "按空白记，不当作零"))
