"""Sheets of cells: what every table that arrives is read from, whatever file it came in.

A sheet keeps what stands in each cell as text, and beside it only what is out of the ordinary: cells that are no plain
text or number (``marks``), merged areas, what is hidden. Nothing is interpreted here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

# What a cell is, where it is not simply text or a number.
DATE, BOOLEAN, ERROR, UNCACHED, TEXT_NUMBER = "date", "boolean", "error", "uncached", "text_number"

Area = tuple[
    int, int, int, int
]  # first row, first column, last row, last column: indices, both ends included


@dataclass(frozen=True, order=True)
class Note:
    """A conversion that was made in reading: where, what stood there, what it was read as, and which kind it was."""

    where: str
    written: str
    read_as: str
    kind: str


@dataclass(frozen=True)
class Sheet:
    """A sheet of a workbook, or a file of separated values (``name`` is "" there).

    ``rows`` are of one length, blank cells ""; a number is written plainly (never in exponent form). ``numbers`` says in
    which row of the file (counted from 1) each row stands. ``marks`` has the cells that are neither text nor number:
    ``date`` (written 2021-03-05), ``boolean`` (TRUE or FALSE), ``error`` (#REF!), ``uncached`` (a formula whose value is
    not in the file, text blank), ``text_number`` (a number that is stored as text).
    """

    file: str
    name: str
    rows: Sequence[Sequence[str]]
    numbers: Sequence[int]
    marks: Mapping[tuple[int, int], str] = field(default_factory=dict)
    merged: Sequence[Area] = ()
    hidden: bool = False
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()

    def at(self, row: int, column: int | None = None) -> str:
        """Where a row or a cell stands, as a person looks it up: ``账.xlsx 预算!C5``, ``money.csv:5``, ``money.csv:5 第3列``."""
        number = self.numbers[row]
        if self.name:
            return f"{self.file} {self.name}!{letters(column) if column is not None else ''}{number}" + (
                "" if column is not None else "行"
            )
        return f"{self.file}:{number}" + (f" 第{column + 1}列" if column is not None else "")


def letters(column: int) -> str:
    """The letters of a column: 0 → A, 26 → AA."""
    name, rest = "", column + 1
    while rest:
        rest, digit = divmod(rest - 1, 26)
        name = chr(ord("A") + digit) + name
    return name
