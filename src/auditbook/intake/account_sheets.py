"""Tables of accounts in sheets: cut out of a workbook or a CSV file as grids, and written as CSV files that read the same.

A table as CSV: line 1 the title, line 2 the unit, then the head rows as printed (a blank cell continues the one to its left
or above), then the rows. The first column is headed 页 and holds the page of the original, where there is one.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from auditbook.faults import Fault
from auditbook.intake.account_amounts import Told
from auditbook.intake.account_grids import CELLS, Grid, GridRow, Piece, Sheaf
from auditbook.intake.account_heads import AMOUNT, CODE, REMARK, headings_of
from auditbook.intake.account_layouts import Layouts, bare, heading
from auditbook.intake.account_tables import Table
from auditbook.intake.sheets import Area, Sheet

PAGE = "页"
TEXT_TITLE, TEXT_HEAD = "说明文字摘录", "文字"
_WIDTH = 10.0  # of a column, in the measure of grids
_FEWEST_HEADINGS = 2
_GUARDED = re.compile(r"'(?=[=+\-@\t\r'])")
_LIVE = ("=", "+", "-", "@", "\t", "\r", "'")


def sheaves(sheets: Sequence[Sheet], layouts: Layouts, told: Told) -> list[Sheaf]:
    """The tables of sheets as grids; hidden content is refused, a sheet without any known table is noted."""
    vocabulary = headings_of(layouts)
    found: list[Sheaf] = []
    for sheet in sheets:
        if not any(any(cell.strip() for cell in row) for row in sheet.rows):
            continue
        if sheet.hidden:
            told.faults.append(
                Fault(
                    _whole(sheet),
                    "隐藏的工作表里有内容",
                    "没有隐藏的内容",
                    "没有读；请取消隐藏并核对，或删去",
                )
            )
            continue
        pages = _text_pages(sheet)
        if pages:
            found += pages
            continue
        own = _Cut(sheet, layouts, vocabulary, told).sheaf()
        if not own.grids:
            told.notes.append(Fault(_whole(sheet), "没有所列的决算表，没有读"))
        found.append(own)
    return found


def _whole(sheet: Sheet) -> str:
    return f"{sheet.file} {sheet.name}".strip()


def _text_pages(sheet: Sheet) -> list[Sheaf]:
    """Sentences of the original with their pages: 说明文字摘录, then 页 | 文字."""
    rows = [[cell.strip() for cell in row] for row in sheet.rows if any(cell.strip() for cell in row)]
    if len(rows) < 2 or rows[0][0] != TEXT_TITLE or [cell for cell in rows[1] if cell] != [PAGE, TEXT_HEAD]:
        return []
    return [Sheaf(int(row[0]), _whole(sheet), [row[1]]) for row in rows[2:] if row[0].isdigit()]


@dataclass
class _Cut:
    """Cuts a sheet into tables."""

    sheet: Sheet
    layouts: Layouts
    vocabulary: set[str]
    told: Told

    def sheaf(self) -> Sheaf:
        """The sheet's tables with the lines above and below each."""
        rows = self.sheet.rows
        own = Sheaf(0, _whole(self.sheet), [_line(row) for row in rows])
        starts = [index for index, row in enumerate(rows) if self._is_head(row)]
        titles = [index for index in range(len(rows)) if self._is_title(index)]
        end, above_from = 0, 0
        for start in starts:
            if start < end:
                continue
            end = min([index for index in titles if index > start] or [len(rows)])
            above = [_line(rows[index]) for index in range(above_from, start) if _line(rows[index])]
            if not any(self.layouts.titled(line) for line in above) and not titles and self.sheet.name:
                above.insert(0, self.sheet.name)  # the sheet is named after its table
            last = next(
                (
                    i
                    for i in range(start, end)
                    if REMARK.match(bare(_line(rows[i]))) and not self._amounts(rows[i])
                ),
                end,
            )
            grid = self._grid(start, last, above)
            grid.below = [_line(rows[index]) for index in range(last, end) if _line(rows[index])]
            grid.first = not own.grids
            above_from = end
            if self._hidden(start, end):
                continue
            own.grids.append(grid)
        self._hidden_elsewhere(starts)
        return own

    def _is_head(self, row: Sequence[str]) -> bool:
        known = {heading(cell) for cell in row if heading(cell) in self.vocabulary}
        return len(known) >= _FEWEST_HEADINGS or bare(row[0]) == PAGE

    def _is_title(self, index: int) -> bool:
        """Whether a row holds the title of a table, one that is known or another one after a gap."""
        found = [cell for cell in self.sheet.rows[index] if cell.strip()]
        if not found or self._amounts(self.sheet.rows[index]):
            return False
        if any(self.layouts.titled(cell) for cell in found):
            return True
        before = self.sheet.rows[index - 1] if index else []
        gap = not any(cell.strip() for cell in before) or (
            index and self.sheet.numbers[index] > self.sheet.numbers[index - 1] + 1
        )
        return (
            len(found) == 1
            and bool(gap)
            and bool(re.fullmatch(r"[^,。；:]{2,40}表(\(.*\))?", bare(found[0])))
        )

    @staticmethod
    def _amounts(row: Sequence[str]) -> bool:
        return any(AMOUNT.fullmatch(bare(cell)) and not CODE.fullmatch(bare(cell)) for cell in row)

    def _grid(self, start: int, end: int, above: list[str]) -> Grid:
        """The rows of a table, without blank columns at its sides and without the column of pages."""
        rows = self.sheet.rows[start:end]
        paged = bare(rows[0][0]) == PAGE
        used = [index for index in range(paged, len(rows[0])) if any(row[index].strip() for row in rows)]
        first, last = (min(used), max(used)) if used else (0, 0)
        merged = {(area[0], area[1]): area for area in self.sheet.merged}
        covered = {
            (row, column) for area in self.sheet.merged
            for row in range(area[0], area[2] + 1) for column in range(area[1], area[3] + 1)
        } - {(area[0], area[1]) for area in self.sheet.merged}  # fmt: skip
        page = 0
        found = []
        for number in range(start, end):
            written = self.sheet.rows[number][0].strip() if paged and number > start else ""
            if written:
                page = self._page(number, written, page)
            cells = [
                None if (number, column) in covered else self._piece(number, column, merged)
                for column in range(first, last + 1)
            ]
            found.append(GridRow(cells, page if written else 0, self.sheet.at(number)))
        edges = [column * _WIDTH for column in range(first, last + 1)]
        return Grid(above, [], found, edges, CELLS, True)

    def _page(self, number: int, written: str, before: int) -> int:
        if re.fullmatch(r"[1-9]\d{0,3}", written):
            return int(written)
        where = self.sheet.at(number, 0)
        self.told.faults.append(Fault(where, f"“{written[:20]}”不是页码", "原件的页码，如 7"))
        return before

    def _piece(self, row: int, column: int, merged: dict[tuple[int, int], Area]) -> Piece:
        _, _, bottom, right = merged.get((row, column), (row, column, row, column))
        text = _GUARDED.sub("", self.sheet.rows[row][column], count=1)
        mark = self.sheet.marks.get((row, column), "")
        return Piece(
            text, column * _WIDTH, (right + 1) * _WIDTH, float(row), float(bottom + 1), self.sheet.at(row, column),
            mark,
        )  # fmt: skip

    def _hidden(self, start: int, end: int) -> bool:
        """Whether a table has hidden rows or columns with content; told as faults."""
        rows = self.sheet.rows
        places = [
            f"{self.sheet.at(row)}（隐藏的行）" for row in range(start, end)
            if row in self.sheet.hidden_rows and any(cell.strip() for cell in rows[row])
        ]  # fmt: skip
        for column in sorted(self.sheet.hidden_columns):
            filled = [
                row for row in range(start, end) if column < len(rows[row]) and rows[row][column].strip()
            ]
            if filled:
                places.append(f"{self.sheet.at(filled[0], column)}（隐藏的列）")
        for place in places:
            self.told.faults.append(
                Fault(place, "隐藏的行列里有内容", "没有隐藏的内容", "这张表没有读；请取消隐藏并核对，或删去")
            )
        return bool(places)

    def _hidden_elsewhere(self, starts: Sequence[int]) -> None:
        begin = min(starts, default=len(self.sheet.rows))
        for row in sorted(self.sheet.hidden_rows):
            if row < begin and any(cell.strip() for cell in self.sheet.rows[row]):
                self.told.faults.append(
                    Fault(
                        self.sheet.at(row), "隐藏的行里有内容", "没有隐藏的内容", "请取消隐藏并核对，或删去"
                    )
                )


def _line(row: Iterable[str]) -> str:
    return " ".join(cell.strip() for cell in row if cell.strip())


def table_csv(table: Table, year: int | None) -> bytes:
    """A table in the agreed form: what ``read_accounts`` reads again as the same table."""
    width = max(map(len, table.printed.head), default=1)
    paged = [PAGE] if table.pages else []
    blank = [""] * len(paged)
    rows: list[list[str]] = [
        [f"{year}年度{table.title}" if year else table.title],
        *([[f"单位：{table.unit}"]] if table.unit else []),
    ]
    for number, cells in enumerate(table.printed.head):
        rows.append([*(blank if number else paged), *cells])
    there = {page for page, _ in table.printed.body}
    body = [*table.printed.body, *((page, ("",) * width) for page in table.pages if page not in there)]
    for page, cells in sorted(body, key=lambda row: row[0]):
        rows.append([*([str(page)] if paged else []), *cells])
    if table.printed.below:
        rows.append([*blank, table.printed.below, *[""] * (width - 1)])
    return _csv(rows)


def text_csv(sentences: Iterable[tuple[int, str]]) -> bytes:
    """Sentences of the document with their pages, in the form that ``sheaves`` reads."""
    return _csv([[TEXT_TITLE], [PAGE, TEXT_HEAD], *([str(page), text] for page, text in sentences)])


def _csv(rows: Iterable[Sequence[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([[_guarded(cell) for cell in row] for row in rows])
    return text.getvalue().encode()


def _guarded(cell: str) -> str:
    """A text that a spreadsheet would run as a formula gets a leading '; a number never."""
    live = cell.startswith(_LIVE) and not AMOUNT.fullmatch(cell) and not re.fullmatch(r"[-—]+", cell)
    return f"'{cell}" if live else cell
