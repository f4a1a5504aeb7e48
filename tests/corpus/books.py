"""A table before it is a file: sheets of cells that an operator may damage, and the files they become.

A ``Decimal`` is a number of the spreadsheet, its digits kept for CSV; a ``str`` is text.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from xml.sax.saxutils import escape

import openpyxl
from openpyxl.utils import get_column_letter


@dataclass(frozen=True)
class Formula:
    """A formula as it stands in a cell; ``value`` is what the file stores of its result, None where it stores nothing."""

    text: str
    value: str | None = None


@dataclass(frozen=True)
class Stored:
    """A number as the file stores it, whatever Excel would make of it."""

    text: str


@dataclass(frozen=True)
class Percent:
    """A number that the spreadsheet shows as a percentage: 0.9822 as 98.22%."""

    value: Decimal


Cell = Percent | str | Decimal | bool | date | Formula | Stored | None


@dataclass
class Grid:
    """A sheet: its name, its cells from A1, and what a reader does not see at a glance. ``head`` is the row of the heads."""

    name: str
    rows: list[list[Cell]]
    head: int = 0
    hidden: bool = False
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)

    def column(self, name: str) -> int:
        """The index of the column under a head, of however many lines; or one by its letter, as #C."""
        if name.startswith("#"):
            return ord(name[1]) - ord("A")
        lines = reversed(self.rows[: self.head + 1])
        return next(i for line in lines for i, cell in enumerate(line) if words(cell) == name)

    def row(self, *said: str) -> int:
        """The index of the first row that has all these texts in cells of its own."""
        return next(i for i, row in enumerate(self.rows) if set(said) <= {words(cell) for cell in row})

    def body(self) -> Iterator[int]:
        """The rows under the head."""
        return iter(range(self.head + 1, len(self.rows)))


@dataclass(frozen=True)
class Spot:
    """A cell, or a row where ``column`` is None, as the messages are expected to name it; ``head`` is that of its column.

    ``said``: how a place on a page is called, which is no cell of a sheet.
    """

    file: str
    sheet: str
    row: int | None = None
    column: int | None = None
    head: str = ""
    said: str = ""

    def named_in(self, text: str) -> bool:
        """Whether a text names the file, the sheet, the row and the column; of a page, whether it says just that."""
        if self.said:
            return self.said in text
        parts = [re.escape(self._part(part)) for part in ("file", "sheet", "row", "column")]
        if self.head:  # a table known by its heads names the column by its head
            parts[3] = f"(?:{parts[3]}|{self.head}列)" if parts[3] else ""
        if self.column is None:  # any cell of the row
            parts = [part.replace("!", "![A-Z]*") for part in parts]
        return all(re.search(part + ("(?![0-9])" if part[-1:].isdigit() else ""), text) for part in parts)

    def _part(self, part: str) -> str:
        if part == "file":
            return self.file
        if not self.sheet:  # a file of separated values
            if part == "row" and self.row is not None:
                return f"{self.file}:{self.row + 1}"
            return f"第{self.column + 1}列" if part == "column" and self.column is not None else ""
        if part == "sheet":
            return self.sheet
        if self.row is None:
            return ""
        return f"!{'' if self.column is None else get_column_letter(self.column + 1)}{self.row + 1}"

    def __str__(self) -> str:
        if self.said:
            return self.said
        return " ".join(
            dict.fromkeys(self._part(p) for p in ("file", "sheet", "row", "column") if self._part(p))
        )


def words(cell: Cell) -> str:
    """What a cell says when it is written into CSV."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, Percent):
        return format(cell.value * 100, "f") + "%"
    if isinstance(cell, Decimal):
        return format(cell, "f")
    if isinstance(cell, date):
        return cell.isoformat()
    return cell.text if isinstance(cell, Formula | Stored) else cell


def separated(grid: Grid, separator: str = ",", end: str = "\n") -> bytes:
    """A sheet as a file of separated values, UTF-8."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=separator, lineterminator=end)
    writer.writerows([words(cell) for cell in row] for row in grid.rows)
    return text.getvalue().encode()


def workbook(grids: list[Grid]) -> bytes:
    """Sheets as a workbook. What openpyxl cannot write, stored results and odd numbers, is put in afterwards."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    stored: list[tuple[int, str, str]] = []
    for number, grid in enumerate(grids, 1):
        sheet = book.create_sheet(grid.name)
        for r, row in enumerate(grid.rows, 1):
            for c, cell in enumerate(row, 1):
                if cell is None or cell == "":
                    continue
                at = sheet.cell(r, c)
                if isinstance(cell, Formula):
                    at.value = cell.text
                    if cell.value is not None:
                        stored.append(
                            (number, at.coordinate, f"<f>{escape(cell.text[1:])}</f><v>{cell.value}</v>")
                        )
                elif isinstance(cell, Percent):
                    at.value, at.number_format = cell.value, "0.00%"
                elif isinstance(cell, Stored):
                    at.value = 1
                    stored.append((number, at.coordinate, f"<v>{cell.text}</v>"))
                else:
                    at.value = cell
        for top, left, bottom, right in grid.merged:
            sheet.merge_cells(None, top + 1, left + 1, bottom + 1, right + 1)
        for row in grid.hidden_rows:
            sheet.row_dimensions[row + 1].hidden = True
        for column in grid.hidden_columns:
            sheet.column_dimensions[get_column_letter(column + 1)].hidden = True
        if grid.hidden:
            sheet.sheet_state = "hidden"
    book.active = next(i for i, grid in enumerate(grids) if not grid.hidden)
    data = io.BytesIO()
    book.save(data)
    package = data.getvalue()
    for number, cell, content in stored:
        name = f"xl/worksheets/sheet{number}.xml"
        sheet = re.sub(
            rf'(<c r="{cell}"[^>]*>).*?</c>', rf"\g<1>{content}</c>", part_of(package, name).decode(), count=1
        )
        package = with_parts(package, {name: sheet.encode()})
    return package


def part_of(package: bytes, name: str) -> bytes:
    """A part of a package (a file within the zip)."""
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        return archive.read(name)


def with_parts(package: bytes, parts: dict[str, bytes]) -> bytes:
    """A package with parts replaced or added."""
    if not parts:
        return package
    data = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(package)) as old, zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, parts.get(name, old.read(name)))
        for name in parts.keys() - set(old.namelist()):
            new.writestr(name, parts[name])
    return data.getvalue()
