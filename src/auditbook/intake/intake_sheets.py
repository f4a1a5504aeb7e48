"""The sheets of an intake workbook as they were filled in: which is which, where its head stands, which rows are data.

Columns are found by their headings in any order. Whatever is not understood is a fault with its cell: an unknown sheet or
column, a column that is missing, merged cells, anything hidden. Example rows are passed over, footers too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import PurePath

from auditbook.cases import DEPARTMENT
from auditbook.faults import Fault
from auditbook.figures import Dictionary
from auditbook.intake.account_layouts import bare
from auditbook.intake.cell_values import amount, shown
from auditbook.intake.intake_layouts import (
    AMOUNT,
    MARK,
    NAMING,
    NUMERIC,
    REMARKS,
    SCOPE,
    Column,
    SheetLayout,
    Workbook,
    bare_all,
    heading_words,
    nearest,
)
from auditbook.intake.sheets import DATE, ERROR, UNCACHED, Note, Sheet, letters
from auditbook.numbers import MONEY, dimension, parse

MOST_HEAD_ROWS = 30
_YEAR = re.compile(r"(?<![0-9])((?:19|20)[0-9]{2})(?=年)")
_YEAR_OF_TITLE = re.compile(r"\(?(?:19|20)[0-9]{2}(?:年度?)?\)?")
_UNIT_LINE = re.compile(r"(?:金额|计量)?单位:?(.*)")
YEAR_HEADINGS = {"年度", "年份"}


@dataclass
class Reading:
    """What is known while a workbook is read, and where faults and conversions are told."""

    workbook: Workbook
    dictionary: Dictionary
    units: Mapping[str, str]
    year: int
    faults: list[Fault]
    notes: list[Note]
    former: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @cached_property
    def scopes(self) -> dict[str, str]:
        """The units of the case by what they may be called."""
        return {word: id for id, name in self.units.items() for word in (bare(name), id)}

    def fault(self, where: str, found: str, expected: str = "", remedy: str = "") -> None:
        """Tell a mistake."""
        self.faults.append(Fault(where, found, expected, remedy))


@dataclass(frozen=True)
class Filled:
    """A sheet as it was filled in: where each column stands, the rows of data, the unit of its amounts."""

    layout: SheetLayout
    sheet: Sheet
    headings: Mapping[str, str]
    columns: Mapping[str, int]
    rows: Sequence[int]
    unit: str
    unit_place: str

    def text(self, row: int, column: str) -> str:
        """What stands in a cell; "" where the sheet has no such column."""
        index = self.columns.get(column)
        return "" if index is None else self.sheet.rows[row][index].strip()

    def mark(self, row: int, column: str) -> str:
        """What a cell is, where it is no plain text or number."""
        index = self.columns.get(column)
        return "" if index is None else self.sheet.marks.get((row, index), "")

    def blank(self, row: int, column: str) -> bool:
        """Whether nothing stands in a cell."""
        return not self.text(row, column) and not self.mark(row, column)

    def at(self, row: int, column: str) -> str:
        """Where a cell stands, with its file."""
        return self.sheet.at(row, self.columns.get(column))

    def locator(self, row: int, column: str | None = None) -> str:
        """Where a cell stands within its file: ``预算与执行!C5``, ``第5行第3列``."""
        index = self.columns.get(column) if column else None
        number = self.sheet.numbers[row]
        if self.sheet.name:
            return f"{self.sheet.name}!" + (f"{number}行" if index is None else f"{letters(index)}{number}")
        return f"第{number}行" + ("" if index is None else f"第{index + 1}列")

    def speaks(self, row: int) -> bool:
        """Whether a row says anything: of a grid, whether an amount is filled in, not only the names beside it."""
        return any(
            column.kind not in NAMING and column.id not in REMARKS and not self.blank(row, column.id)
            for column in self.layout.columns
            if self.layout.kind != "coded" or column.kind in NUMERIC
        )


def recognise(sheets: Sequence[Sheet], reading: Reading) -> list[Filled]:
    """The sheets of the workbook that hold data, in the order of the layout."""
    found: dict[str, Filled] = {}
    for sheet in sheets:
        if not _has_content(sheet):
            continue
        if _is_instructions(sheet, reading):
            _years_of(sheet, range(min(6, len(sheet.rows))), reading)
            continue
        layout = layout_of(sheet, reading.workbook)
        if layout is None:
            _unknown_sheet(sheet, reading)
            continue
        filled = _filled(sheet, layout, reading)
        if filled is None or not any(filled.speaks(row) for row in filled.rows):
            continue
        if sheet.hidden:
            reading.fault(
                _called(sheet),
                "隐藏的工作表里有数据",
                "看得见的工作表",
                "请取消隐藏，核对后再交；不要的请删去",
            )
        elif layout.id in found:
            other = _called(found[layout.id].sheet)
            reading.fault(
                _called(sheet),
                f"两张表都是“{layout.title}”（另一张是 {other}）",
                "",
                "请合并，或删去其中一张",
            )
        else:
            found[layout.id] = filled
    return [found[layout.id] for layout in reading.workbook.sheets if layout.id in found]


def layout_of(sheet: Sheet, workbook: Workbook) -> SheetLayout | None:
    """The layout of a sheet: by its name, by its title line, or by the name of its file."""
    titles = [_title(cell) for row in sheet.rows[:3] for cell in row if cell.strip()]
    stem = _title(PurePath(sheet.file).stem) if not sheet.name else ""
    for candidates in ([_title(sheet.name)] if sheet.name else [], titles, [stem] if stem else []):
        for layout in workbook.sheets:
            if set(candidates) & {_title(name) for name in layout.names}:
                return layout
    ends = [
        (len(name), layout)
        for layout in workbook.sheets
        for name in map(_title, layout.names)
        if stem.endswith(name)
    ]
    return max(ends, key=lambda end: end[0])[1] if ends else None


def _title(text: str) -> str:
    words = _YEAR_OF_TITLE.sub("", bare(text))
    return re.sub(r"^[0-9]+[.、_-]?", "", words).removesuffix("表").strip("_-·")


def _is_instructions(sheet: Sheet, reading: Reading) -> bool:
    names = set(map(_title, reading.workbook.instructions.names))
    if sheet.name:
        return _title(sheet.name) in names
    return any(_title(PurePath(sheet.file).stem).endswith(name) for name in names)


def _has_content(sheet: Sheet) -> bool:
    return bool(sheet.marks) or any(cell.strip() for row in sheet.rows for cell in row)


def _called(sheet: Sheet) -> str:
    return f"{sheet.file} {sheet.name}" if sheet.name else sheet.file


def _unknown_sheet(sheet: Sheet, reading: Reading) -> None:
    titles = [layout.title for layout in reading.workbook.sheets]
    if sheet.hidden:
        reading.fault(_called(sheet), "隐藏的工作表里有内容，也不是录入表的表", "", "请取消隐藏，核对后删去")
    elif sheet.name:
        near = nearest(sheet.name, titles)
        reading.fault(_called(sheet), "不认识的工作表", "、".join(titles), near or "请删去或改名")
    else:
        reading.fault(
            _called(sheet), "看不出是录入表的哪一张", "第一行写表名：" + "、".join(titles), "请补上标题行"
        )


# --- the head --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Head:
    """Where the head is: its first and last row, the text above each column, and which column it is."""

    first: int
    last: int
    texts: Mapping[int, str]
    known: Mapping[int, Column]


def _filled(sheet: Sheet, layout: SheetLayout, reading: Reading) -> Filled | None:
    head = _head(sheet, layout)
    if head is None:
        wanted = "、".join(column.heading for column in layout.columns if column.required)
        reading.fault(_called(sheet), "找不到表头", f"一行表头：{wanted}", "请恢复原来的表头")
        return None
    columns, years = _columns(sheet, layout, head, reading)
    _years_of(sheet, range(head.last + 1), reading)
    rows = _rows(sheet, layout, head, columns, reading)
    headings = {id: " ".join(head.texts[index].split()) for id, index in columns.items()}
    filled = Filled(layout, sheet, headings, columns, rows, "", "")
    spoken = [row for row in rows if filled.speaks(row)]
    if years is not None:
        for row in spoken:
            _year_of_row(sheet, row, years, reading)
    if not spoken:
        return filled
    _hidden(sheet, head, rows, reading)
    unit, place = _unit(sheet, layout, head, columns, reading) if layout.in_money else ("", "")
    return Filled(layout, sheet, headings, columns, rows, unit, place)


def _head(sheet: Sheet, layout: SheetLayout) -> _Head | None:
    """The line, or else the two lines, that name the most columns; two only where they name more than one alone."""
    rows = range(min(MOST_HEAD_ROWS, len(sheet.rows)))
    heads = [_named(row, row, _one_line(sheet, row), layout) for row in rows]
    heads += [
        _named(row, row + 1, _two_lines(sheet, row), layout) for row in rows if row + 1 < len(sheet.rows)
    ]
    best = max(heads, key=lambda head: len(head.known), default=None)
    return best if best and len(best.known) >= 2 else None


def _named(first: int, last: int, texts: Mapping[int, list[str]], layout: SheetLayout) -> _Head:
    matched = {index: next(filter(None, map(layout.headed, paths)), None) for index, paths in texts.items()}
    known = {index: column for index, column in matched.items() if column}
    return _Head(first, last, {index: paths[0] for index, paths in texts.items()}, known)


def _one_line(sheet: Sheet, row: int) -> dict[int, list[str]]:
    return {index: [cell.strip()] for index, cell in enumerate(sheet.rows[row]) if cell.strip()}


def _two_lines(sheet: Sheet, row: int) -> dict[int, list[str]]:
    """The ways in which a head of two lines may be read, column by column; the first is the whole of it."""
    texts: dict[int, list[str]] = {}
    above = ""
    for index, (top, under) in enumerate(zip(sheet.rows[row], sheet.rows[row + 1], strict=True)):
        top, under = top.strip(), under.strip()
        above = top or (above if under else "")
        if under:
            texts[index] = [above + under, under + above, under] if above else [under]
        elif top:
            texts[index] = [top]
    return texts


def _columns(
    sheet: Sheet, layout: SheetLayout, head: _Head, reading: Reading
) -> tuple[dict[str, int], int | None]:
    """Where each column stands, and where a column of years does."""
    columns: dict[str, int] = {}
    years: int | None = None
    unknown: list[tuple[int, str]] = []
    for index, text in head.texts.items():
        column = head.known.get(index)
        if column is None and heading_words(text)[0] in YEAR_HEADINGS:
            years = index
        elif column is None:
            unknown.append((index, text))
        elif column.id in columns:
            first = sheet.at(head.last, columns[column.id])
            reading.fault(
                sheet.at(head.last, index),
                f"两列都是“{column.heading}”（另一列在 {first}）",
                "",
                "请删去或改名",
            )
        else:
            columns[column.id] = index
    lacking = [column for column in layout.columns if column.required and column.id not in columns]
    for index, text in unknown:
        names = [column.heading for column in lacking] or [column.heading for column in layout.columns]
        expected = "、".join(column.heading for column in layout.columns)
        reading.fault(
            sheet.at(head.last, index),
            f"不认识的列“{shown(text)}”",
            expected,
            nearest(text, names) or "请删去或改名",
        )
    for column in lacking:
        reading.fault(
            sheet.at(head.last), f"缺列“{column.heading}”", "、".join(c.heading for c in layout.columns),
            "请补上这一列；没有数据的，列留着不填",
        )  # fmt: skip
    for index in range(max(map(len, sheet.rows), default=0)):
        if index in head.texts:
            continue
        own = [row for row in range(head.last + 1, len(sheet.rows)) if sheet.rows[row][index].strip()]
        if own:
            reading.fault(
                sheet.at(own[0], index),
                f"这一列没有表头，却有内容“{shown(sheet.rows[own[0]][index])}”",
                "",
                "请补上表头，或删去",
            )
    return columns, years


def _years_of(sheet: Sheet, rows: Iterable[int], reading: Reading) -> None:
    """A year in the title or head that is not the case's."""
    told = [(row, index, cell) for row in rows for index, cell in enumerate(sheet.rows[row])]
    for row, index, cell in told:
        for year in _YEAR.findall(bare(cell)):
            if int(year) != reading.year:
                reading.fault(
                    sheet.at(row, index),
                    f"写着{year}年：“{shown(cell)}”",
                    f"{reading.year}年",
                    "请换成本年度的表",
                )


def _year_of_row(sheet: Sheet, row: int, column: int, reading: Reading) -> None:
    text = bare(sheet.rows[row][column]).removesuffix("度").removesuffix("年")
    if text and text != str(reading.year):
        reading.fault(
            sheet.at(row, column),
            f"年度是“{shown(sheet.rows[row][column])}”",
            str(reading.year),
            "别的年度的行请删去",
        )


def _unit(
    sheet: Sheet, layout: SheetLayout, head: _Head, columns: Mapping[str, int], reading: Reading
) -> tuple[str, str]:
    """The unit of the amounts, read from the line above the head; "" and a fault where it is not said, or said twice."""
    said = list(_units_said(sheet, head))
    if not said:
        reading.fault(
            _called(sheet), "没有写明金额单位", f"表头上方一行“单位：{reading.workbook.money_units[0]}”",
            "请写明单位；程序不替你假定",
        )  # fmt: skip
        return "", ""
    place, unit = said[0]
    if other := next((one for one in said if one[1] != unit), None):
        reading.fault(other[0], f"金额单位有两个：{unit}、{other[1]}", "一张表一个单位", "请统一")
        return "", ""
    for id, index in columns.items():
        own = heading_words(head.texts[index])[1]
        if layout.column(id).kind == AMOUNT and own and own != unit:
            reading.fault(
                sheet.at(head.last, index),
                f"列标题写的单位是“{own}”，表上写的是“{unit}”",
                "一张表一个单位",
                "请统一",
            )
            return "", ""
    return unit, place


def _units_said(sheet: Sheet, head: _Head) -> Iterator[tuple[str, str]]:
    for row in range(head.first):
        for index, cell in enumerate(sheet.rows[row]):
            found = _UNIT_LINE.fullmatch(bare(cell))
            if not found:
                continue
            said = [(index, found[1])] if found[1] else []
            said += [(later, bare(text)) for later, text in enumerate(sheet.rows[row]) if later > index]
            for place, unit in said:
                if unit:
                    if dimension(unit) == MONEY:
                        yield sheet.at(row, place), unit
                    break


# --- the rows --------------------------------------------------------------------------------------------------


def _rows(
    sheet: Sheet, layout: SheetLayout, head: _Head, columns: Mapping[str, int], reading: Reading
) -> list[int]:
    rows = []
    shipped = example(layout, reading.year)
    telling = _telling(layout, columns, shipped)
    for row in range(head.last + 1, len(sheet.rows)):
        filled = [index for index in range(len(sheet.rows[row])) if not _blank(sheet, row, index)]
        if not filled or _is_footer(sheet, row, filled, reading):
            continue
        if _is_example(sheet, row, filled, columns, reading):
            if wrong := _changed(sheet, row, columns, shipped):
                reading.fault(
                    sheet.at(row, columns[wrong]), f"示例行的内容已改为“{shown(sheet.rows[row][columns[wrong]])}”", "原样的示例",
                    "是真实数据，请删去这一行的“示例”二字；不是，请删去这一行",
                )  # fmt: skip
            continue
        if telling and all(_says(sheet, row, index, text) for index, text in telling):
            reading.fault(
                sheet.at(row), "像是示例行：内容与示例完全相同，而没有“示例”二字", "真实数据", "请删去这一行"
            )
            continue
        rows.append(row)
    first = rows[0] if rows else len(sheet.rows)
    for area in sheet.merged:
        if area[2] >= first and any(area[0] <= row <= area[2] for row in rows):
            row = next(row for row in rows if area[0] <= row <= area[2])
            reading.fault(
                sheet.at(row, area[1]), "表格正文里有合并单元格", "一格一个值", "请取消合并，每一格都填上"
            )
    return rows


def _blank(sheet: Sheet, row: int, column: int) -> bool:
    return not sheet.rows[row][column].strip() and (row, column) not in sheet.marks


def _is_footer(sheet: Sheet, row: int, filled: Sequence[int], reading: Reading) -> bool:
    """A remark under the table: it begins with 注：, 填表人： or the like, and there is no number beside it."""
    words = bare(sheet.rows[row][filled[0]])
    named = any(words.startswith(f"{bare(name)}:") for name in reading.workbook.footer_names)
    return named and not any(_is_number(sheet, row, column) for column in filled)


def _is_number(sheet: Sheet, row: int, column: int) -> bool:
    try:
        amount(sheet.rows[row][column], sheet.marks.get((row, column), ""))
    except ValueError:
        return sheet.marks.get((row, column)) in {ERROR, UNCACHED}
    return True


def _is_example(
    sheet: Sheet, row: int, filled: Sequence[int], columns: Mapping[str, int], reading: Reading
) -> bool:
    places = {filled[0], *([columns["mark"]] if "mark" in columns else [])}
    marks = bare_all(tuple(reading.workbook.example_marks))
    return any(bare(sheet.rows[row][place]).strip("()[]【】") in marks for place in places)


def example(layout: SheetLayout, year: int) -> dict[str, str]:
    """The example row of a sheet, for a year."""
    years = {"{year}": str(year), "{before}": str(year - 1)}
    shown = dict(layout.example)
    for name, value in years.items():
        shown = {id: text.replace(name, value) for id, text in shown.items()}
    return shown


def _changed(sheet: Sheet, row: int, columns: Mapping[str, int], shipped: Mapping[str, str]) -> str | None:
    """The first column in which a row that is marked as the example is not what the example says."""
    for id, index in columns.items():
        if (
            id != "mark"
            and not _blank(sheet, row, index)
            and not _says(sheet, row, index, shipped.get(id, ""))
        ):
            return id
    return None


def _telling(
    layout: SheetLayout, columns: Mapping[str, int], shipped: Mapping[str, str]
) -> list[tuple[int, str]]:
    """What tells the example from real data, names of units and remarks apart; nothing where only names are left."""
    kinds = {id: layout.column(id).kind for id in shipped if id in columns and id not in REMARKS}
    own = {id: kind for id, kind in kinds.items() if kind not in {MARK, SCOPE}}
    if layout.kind not in {"grades", "tasks", "follow_up"} and not set(own.values()) & set(NUMERIC):
        return []
    # words first: they are compared faster, and differ as often
    return [(columns[id], shipped[id]) for id in sorted(own, key=lambda id: own[id] in NUMERIC)]


def _says(sheet: Sheet, row: int, column: int, text: str) -> bool:
    return _same(sheet.rows[row][column], sheet.marks.get((row, column), ""), text)


def _same(cell: str, mark: str, text: str) -> bool:
    if mark == DATE:
        return cell.partition("T")[0] == text
    if not text or not (text[0].isdigit() or text[0] == "-"):
        return bare(cell) == bare(text)
    try:
        return parse(amount(cell, mark).value) == parse(text)
    except ValueError:
        return bare(cell) == bare(text)


def _hidden(sheet: Sheet, head: _Head, rows: Sequence[int], reading: Reading) -> None:
    for row in rows:
        if row in sheet.hidden_rows:
            reading.fault(
                sheet.at(row), "隐藏的行里有内容", "看得见的行", "请取消隐藏，核对后再交；不要的请删去"
            )
    for index in sorted(sheet.hidden_columns):
        if index in head.texts and any(not _blank(sheet, row, index) for row in rows):
            reading.fault(
                sheet.at(head.last, index), f"隐藏的列“{shown(head.texts[index])}”里有内容", "看得见的列",
                "请取消隐藏，核对后再交；不要的请清空",
            )  # fmt: skip


# --- names -----------------------------------------------------------------------------------------------------


def scope_of(filled: Filled, row: int, reading: Reading) -> str | None:
    """The unit that a row is about, the department where it names none; None and a fault where nobody is called so."""
    text = filled.text(row, "scope")
    words = bare(text)
    if filled.mark(row, "scope") in {ERROR, UNCACHED}:
        reading.fault(filled.at(row, "scope"), f"“单位”是错误值“{shown(text)}”", "单位的名称", "请改正")
        return None
    if not words or text == DEPARTMENT or words in bare_all(tuple(reading.workbook.department_names)):
        return DEPARTMENT
    if found := reading.scopes.get(words):
        return found
    names = ["部门整体", *reading.units.values()]
    reading.fault(
        filled.at(row, "scope"),
        f"没有单位“{shown(text)}”",
        "、".join(names),
        nearest(text, names) or "请改正名称，或在案例文件 units 里登记",
    )
    return None
