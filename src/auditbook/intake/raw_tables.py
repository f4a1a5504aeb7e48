"""Raw tables as they lie in a case's folder: a known head, in CSV or a workbook, every mistake with its line or cell.

What was written in another form that is certain (thousands separators, full-width digits, a title above the head) is read, with a
note; what a cell cannot be is left as it stands, for those who know what belongs there to refuse.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from auditbook.faults import CaseError, Fault
from auditbook.intake.cell_values import PERCENT, amount, day, shown
from auditbook.intake.sheet_files import open_sheets
from auditbook.intake.sheets import BOOLEAN, DATE, ERROR, TEXT_NUMBER, UNCACHED, Note, Sheet

_HEAD_WITHIN = 10  # rows in which the head must come

_SHAPES = {
    "figures": "figure scope item year label state value unit precision locator quote",
    "objectives": (
        "objective item measure comparator target unit claimed locator quote actual_measure actual precision"
        " actual_locator actual_quote"
    ),
    "statements": "statement kind about date locator quote",
    "published": "claim kind about scope item year published unit precision locator quote",
    "judgements": "indicator point verdict degree grounds who when locator quote",
    "overrides": "scheme indicator points reason who when locator quote",
    "recorded": (
        "finding severity kind scope about amount unit name criterion condition cause effect recommendation who when"
        " locator quote"
    ),
    "replies": "finding reply replied_by replied_when answer answered_by answered_when status locator quote",
    "grades": "person branch period grader item grade locator quote",
    "follow_up": "finding year status evidence who when locator quote",
}
SHAPES: dict[str, tuple[str, ...]] = {shape: tuple(columns.split()) for shape, columns in _SHAPES.items()}
OPTIONAL: dict[str, tuple[str, ...]] = {"published": ("base",)}
_AMOUNTS = frozenset(("value", "target", "actual", "published", "points", "amount", "year"))
_PLAIN = re.compile("[0-9]{1,40}(?:[.][0-9]{1,15})?")  # nothing to convert
_DAYS = frozenset(("date", "when", "replied_when", "answered_when"))


@dataclass(frozen=True)
class RawRow:
    """A line of a raw table: its cells by column, and where it stands (``file:line``, or file, sheet and row).

    ``places`` says where each cell stands, where a person looks cells up by an address of their own.
    """

    cells: dict[str, str]
    where: str
    places: Mapping[str, str] = field(default_factory=dict)

    def __getitem__(self, column: str) -> str:
        return self.cells[column]

    def at(self, column: str) -> str:
        """Where a cell stands: ``账.xlsx 数字!H5（value）``, or ``money.csv:3 value列``."""
        return self.places.get(column) or f"{self.where} {column}列"


def read(path: Path, shape: str, faults: list[Fault], notes: list[Note] | None = None) -> list[RawRow]:
    """Read a raw table.

    Takes    path: a file of separated values or a workbook; shape: one of SHAPES; faults: takes what is wrong; notes: takes the
             conversions that were made.
    Returns  the rows that could be read, cells stripped of surrounding blanks, amounts and days in their plain form,
             optional columns blank where the file does not have them; none where the head is wrong.
    Raises   LimitError for a file that is hostile or too large.
    """
    made: list[Note] = []
    try:
        opened = open_sheets(path)
    except CaseError as error:
        faults.extend(error.faults)
        return []
    faults.extend(opened.faults)
    made.extend(opened.notes)
    before = len(faults)
    found = _table(path.name, opened.sheets, shape, faults, made)
    rows = list(_rows(found, shape, faults, made)) if found else []
    if found and not rows and len(faults) == before and not opened.faults:
        where, remedy = found.sheet.at(found.head), "请核对是否传完；确实没有的，请从 SOURCES.yaml 里删去"
        faults.append(Fault(where, "只有表头，没有数据", "表头之下的各行", remedy))
    if notes is not None:
        notes.extend(made)
    return rows


@dataclass(frozen=True)
class _Table:
    """The sheet that holds the table: the row of its head, and the index of each of its columns."""

    sheet: Sheet
    head: int
    columns: dict[str, int]


def _table(
    file: str, sheets: Sequence[Sheet], shape: str, faults: list[Fault], notes: list[Note]
) -> _Table | None:
    """The one visible sheet that has the columns."""
    whole = [(sheet, head) for sheet in sheets if (head := _head(sheet, shape)) is not None]
    hidden = [
        sheet for sheet in sheets if sheet.hidden and _closest(sheet, shape)[1] * 2 >= len(SHAPES[shape])
    ]
    for sheet in hidden:
        faults.append(
            Fault(
                f"{file} {sheet.name}", "隐藏的工作表里也有这种表", "只有一张这种表，而且看得见",
                "请取消隐藏，核对后删去多余的一张",
            )
        )  # fmt: skip
    visible = [(sheet, head) for sheet, head in whole if not sheet.hidden]
    if len(visible) > 1:
        names = "、".join(sheet.name for sheet, _ in visible)
        faults.append(
            Fault(file, f"不止一张工作表有这种表：{names}", "只有一张", "请分成几个文件，或删去多余的")
        )
        return None
    if not visible:
        if not hidden:
            faults.append(_no_head(file, [sheet for sheet in sheets if not sheet.hidden], shape))
        return None
    sheet, head = visible[0]
    for other in sheets:
        if other is not sheet and not other.hidden and any(map(any, other.rows)):
            notes.append(Note(f"{file} {other.name}", "另一张工作表", "没有读入", "other_sheet"))
    return _columns(sheet, head, shape, faults, notes)


def has_head(sheet: Sheet, shape: str) -> bool:
    """Whether a sheet has the head of a shape."""
    return _head(sheet, shape) is not None


def _head(sheet: Sheet, shape: str) -> int | None:
    """The first row of a sheet that has all the columns."""
    wanted = set(SHAPES[shape])
    return next(
        (row for row in _first_rows(sheet) if wanted <= {_plain(cell) for cell in sheet.rows[row]}), None
    )


def _closest(sheet: Sheet, shape: str) -> tuple[int, int]:
    """The row that has the most of the columns, and how many."""
    wanted = set(SHAPES[shape])
    return max(
        ((row, len(wanted & {_plain(cell) for cell in sheet.rows[row]})) for row in _first_rows(sheet)),
        key=lambda found: found[1], default=(0, 0),
    )  # fmt: skip


def _first_rows(sheet: Sheet) -> Iterator[int]:
    """The first rows that have content, by index."""
    filled = (row for row, cells in enumerate(sheet.rows) if any(map(str.strip, cells)))
    return (row for row, _ in zip(filled, range(_HEAD_WITHIN), strict=False))


def _plain(cell: str) -> str:
    """A head without blanks, in half-width small letters."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", cell)).casefold()


def _no_head(file: str, sheets: Sequence[Sheet], shape: str) -> Fault:
    filled = [sheet for sheet in sheets if any(map(any, sheet.rows))]
    if not filled:
        return Fault(file, "文件是空的", f"表头 {','.join(SHAPES[shape])}")
    sheet = max(filled, key=lambda sheet: _closest(sheet, shape)[1])
    row = _closest(sheet, shape)[0]
    return _wrong_head(sheet, row, [_plain(cell) for cell in sheet.rows[row]], shape)


def _columns(sheet: Sheet, head: int, shape: str, faults: list[Fault], notes: list[Note]) -> _Table | None:
    cells = [_plain(cell) for cell in sheet.rows[head]]
    named = [cell for cell in cells if cell]
    if len(named) != len(set(named)) or set(named) - {*SHAPES[shape], *OPTIONAL.get(shape, ())}:
        faults.append(_wrong_head(sheet, head, cells, shape))
        return None
    columns = {cell: column for column, cell in enumerate(cells) if cell}
    for name, column in columns.items():
        if sheet.rows[head][column].strip() != name:
            notes.append(Note(sheet.at(head, column), shown(sheet.rows[head][column]), name, "head"))
    if title := [row for row in range(head) if any(map(str.strip, sheet.rows[row]))]:
        written = " ".join(cell.strip() for row in title for cell in sheet.rows[row] if cell.strip())
        notes.append(Note(sheet.at(title[0]), shown(written), "表头之上的标题", "title"))
    return _Table(sheet, head, columns)


def _rows(table: _Table, shape: str, faults: list[Fault], notes: list[Note]) -> Iterator[RawRow]:
    sheet, columns = table.sheet, table.columns
    first = table.head + 1
    if _explains(table):
        notes.append(
            Note(
                sheet.at(first), shown(" ".join(filter(None, sheet.rows[first]))), "表头的说明", "second_head"
            )
        )
        first += 1
    merged = _refuse_unseen(table, first, faults)
    nameless = [column for column in range(len(sheet.rows[table.head])) if column not in columns.values()]
    blank = dict.fromkeys(OPTIONAL.get(shape, ()), "")
    amounts = [name for name in columns if name in _AMOUNTS]
    days = [name for name in columns if name in _DAYS]
    marked: dict[int, list[int]] = {}
    for (row, column), mark in sheet.marks.items():
        if mark != TEXT_NUMBER:
            marked.setdefault(row, []).append(column)
    for row in range(first, len(sheet.rows)):
        line = sheet.rows[row]
        sound = row not in marked or _refuse_marks(table, row, marked[row], faults)
        if not any(line):
            continue
        for column in nameless:
            if line[column].strip():
                faults.append(
                    Fault(
                        sheet.at(row, column),
                        f"“{shown(line[column])}”所在的列没有表头",
                        "空格",
                        "请补上表头或删去",
                    )
                )
                sound = False
        if not sound or row in merged:
            continue
        cells = {name: line[column].strip() for name, column in columns.items()}
        if not any(cells.values()):
            continue
        found = RawRow({**blank, **cells}, sheet.at(row), _Places(sheet, row, columns) if sheet.name else {})
        for name in amounts:
            if found.cells[name]:
                _convert_amount(found, name, sheet.marks.get((row, columns[name]), ""), notes)
        for name in days:
            if found.cells[name]:
                _convert_day(found, name, notes)
        yield found


def _convert_amount(row: RawRow, name: str, mark: str, notes: list[Note]) -> None:
    """An amount in its plain form; what is none is left to those who know what belongs there."""
    written = row.cells[name]
    if not mark and _PLAIN.fullmatch(written):
        return
    try:
        number = amount(written, mark)
    except ValueError:
        return
    if number.kind == PERCENT and row.cells.get("unit") != "%":
        return
    row.cells[name] = number.value
    if number.kind:
        notes.append(Note(row.at(name), shown(written), number.value, number.kind))


def _convert_day(row: RawRow, name: str, notes: list[Note]) -> None:
    written = row.cells[name]
    try:
        found = day(written)
    except ValueError:
        return
    if found != written:
        row.cells[name] = found
        notes.append(Note(row.at(name), shown(written), found, "day"))


class _Places(Mapping[str, str]):
    """The address of each cell of a row, written when it is asked for: a hundred thousand rows rarely are."""

    def __init__(self, sheet: Sheet, row: int, columns: Mapping[str, int]) -> None:
        self._sheet, self._row, self._columns = sheet, row, columns

    def __getitem__(self, column: str) -> str:
        return f"{self._sheet.at(self._row, self._columns[column])}（{column}）"

    def __iter__(self) -> Iterator[str]:
        return iter(self._columns)

    def __len__(self) -> int:
        return len(self._columns)


def _explains(table: _Table) -> bool:
    """Whether the row under the head is a second line of it: blank cells, heads again, or words in brackets."""
    sheet, row = table.sheet, table.head + 1
    if row >= len(sheet.rows) or not any(map(str.strip, sheet.rows[row])):
        return False
    heads = [_plain(cell) for cell in sheet.rows[table.head]]
    return all(
        not cell or cell == head or re.fullmatch(r"\([^()]*\)|\[[^\[\]]*\]|【[^【】]*】", cell)
        for head, cell in zip(heads, map(_plain, sheet.rows[row]), strict=True)
    ) and not any(re.search("[0-9]", cell) for cell in sheet.rows[row])


def _refuse_marks(table: _Table, row: int, columns: Sequence[int], faults: list[Fault]) -> bool:
    """Whether the marked cells of a row may stand there: a date in a column of days may, no error does."""
    sound = True
    names = {column: name for name, column in table.columns.items()}
    for column in sorted(columns):
        mark, name = table.sheet.marks[row, column], names.get(column, "")
        if mark == DATE and name in _DAYS:
            continue
        found, expected, remedy = _MARKED[mark]
        said = shown(table.sheet.rows[row][column])
        where = table.sheet.at(row, column) + (f"（{name}）" if name else "")
        faults.append(Fault(where, found.format(said), expected, remedy))
        sound = False
    return sound


_MARKED = {
    ERROR: ("是错误值“{}”", "数或文字", "请在 Excel 里改正公式，保存后再用"),
    UNCACHED: ("是公式，而文件里没有存它的值", "有值的单元格", "请用 Excel 或 WPS 打开并保存一次"),
    BOOLEAN: ("是逻辑值“{}”", "数或文字", "请写成文字"),
    DATE: ("是日期“{}”", "数或文字", "Excel 会把 1-2 这样的字自动变成日期：请把单元格设成“文本”再写"),
}


def _refuse_unseen(table: _Table, first: int, faults: list[Fault]) -> set[int]:
    """Rows and columns that nobody sees, and merged cells, whose rows are returned: what they mean is anybody's guess."""
    sheet = table.sheet
    for row in sorted(sheet.hidden_rows):
        if row >= first and any(map(str.strip, sheet.rows[row])):
            faults.append(
                Fault(
                    sheet.at(row),
                    "隐藏的行里有内容",
                    "看得见的行",
                    "请取消隐藏（或清除筛选），核对后保留或删去",
                )
            )
    for name, column in table.columns.items():
        if column in sheet.hidden_columns:
            faults.append(
                Fault(
                    f"{sheet.at(table.head, column)}（{name}）",
                    "隐藏的列",
                    "看得见的列",
                    "请取消隐藏，核对后再用",
                )
            )
    merged: set[int] = set()
    for top, left, bottom, right in sheet.merged:
        if bottom >= first:
            faults.append(
                Fault(
                    sheet.at(top, left), f"合并的单元格（{bottom - top + 1}行{right - left + 1}列）", "每格各写各的",
                    "请取消合并，把内容填进每一格",
                )
            )  # fmt: skip
            merged |= set(range(max(top, first), bottom + 1))
    return merged


def _wrong_head(sheet: Sheet, row: int, head: list[str], shape: str) -> Fault:
    columns, optional = SHAPES[shape], OPTIONAL.get(shape, ())
    lacking = "、".join(column for column in columns if column not in head)
    unknown = "、".join(shown(column) for column in head if column and column not in {*columns, *optional})
    repeated = "、".join(sorted({column for column in head if column and head.count(column) > 1}))
    found = [
        f"缺列 {lacking}" if lacking else "",
        f"多列 {unknown}" if unknown else "",
        f"重复列 {repeated}" if repeated else "",
    ]
    return Fault(sheet.at(row), "表头不对：" + "，".join(part for part in found if part), ",".join(columns))
