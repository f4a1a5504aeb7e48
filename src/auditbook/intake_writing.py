"""The intake workbook (资料录入表) as a department receives it: written from its layout, the same bytes for the same case.

No cell is a formula or a link; the only date in it is fixed by the year. Everything that a reader of the workbook relies on
(titles, headings, the unit, the example row) comes from ``params/tables/intake.yaml``, as the reading does.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from auditbook.cases import DEPARTMENT
from auditbook.intake.intake_layouts import (
    AMOUNT,
    CHOICE,
    DATE,
    ITEM,
    NAMING,
    NUMERIC,
    SCOPE,
    Column,
    SheetLayout,
    Workbook,
)
from auditbook.intake.intake_sheets import example

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook as Book
    from xlsxwriter.worksheet import Worksheet

DEPARTMENT_NAME = "部门整体"
TAKEN, CARRIED, FOLLOW_UP = "taken", "carried", "follow_up"
BROUGHT = (TAKEN, CARRIED, FOLLOW_UP)  # sheets that come with their rows, and only where there are any
_LEGEND = "黄色的格子填写；灰色的一行是示例，读表时略过。空白＝没有数据，0＝没有发生，不适用＝没有这类事项。"
_NUMBERS_ONLY = "只写数。没有数据留空，没有发生写 0，不适用写“不适用”。"
_FONT = {"font_name": "微软雅黑", "font_size": 10, "valign": "vcenter"}
_LINES = {"border": 1, "border_color": "#BFBFBF"}
_STYLES: dict[str, dict[str, Any]] = {
    "title": {**_FONT, "font_size": 16, "bold": True},
    "about": {**_FONT, "font_color": "#404040"},
    "note": {**_FONT, "text_wrap": True, "font_color": "#404040", "valign": "top"},
    "unit_name": {**_FONT, "align": "right"},
    "unit": {**_FONT, **_LINES, "bold": True, "align": "center", "bg_color": "#FFF2CC"},
    "head": {**_FONT, **_LINES, "bold": True, "text_wrap": True, "align": "center", "bg_color": "#D9E2EC"},
    "topic": {**_FONT, "bold": True, "valign": "top"},
    "words": {**_FONT, "text_wrap": True, "valign": "top"},
}
_NUMBER_FORMATS = {"amount": "#,##0.00####", "count": "#,##0", "percent": "0.00##", "date": "yyyy-mm-dd"}
_MOST_DIGITS = 15  # digits that a spreadsheet's number holds as they are
_MOST_IN_LIST = 255  # characters that a list may have which stands in the rule itself
# Chinese characters that fit into a width of one hundred, at this font
_PER_WIDTH = 0.5


@dataclass
class _Writing:
    """The workbook being written, for whom, and the styles that it has so far."""

    book: Book
    workbook: Workbook
    words: Mapping[str, str]
    units: Mapping[str, str]
    lines: Sequence[tuple[str, str]]
    year: int
    brought: Mapping[str, Sequence[Mapping[str, str]]] = field(default_factory=dict)
    styles: dict[str, Format] = field(default_factory=dict)

    @property
    def sheets(self) -> list[SheetLayout]:
        """The sheets to write: all, but those of what a report or last year's case brings only where it brings something."""
        return [
            sheet
            for sheet in self.workbook.sheets
            if sheet.kind not in BROUGHT or self.brought.get(sheet.kind)
        ]

    def carried(self, scope: str, layout: SheetLayout, row: Mapping[str, str]) -> str:
        """What of a row of a grid comes from last year's case, in words, for the row's remark."""
        units = {DEPARTMENT_NAME: DEPARTMENT, **{name: id for id, name in self.units.items()}}
        spec = layout.row(row.get("item", "")) if layout.has("item") else None
        said = []
        for column in layout.columns:
            figure = (spec.figures.get(column.id) if spec and spec.figures else column.figure) or ""
            year = str(self.year - 1 if column.year == "before" else self.year)
            said += [
                f"{column.heading}{own['value']}{own['measured_in']}"
                for own in self.brought.get(CARRIED, ())
                if [own.get(id) for id in ("code", "unit", "at", "item")]
                == [figure, units.get(scope), year, spec.item if spec else ""]
            ]  # fmt: skip
        return f"上年带入：{'，'.join(said)}" if said else ""

    def style(self, name: str, **more: Any) -> Format:
        key = name + repr(sorted(more.items()))
        if key not in self.styles:
            self.styles[key] = self.book.add_format({**_STYLES[name], **more})
        return self.styles[key]

    def cell(self, kind: str, *, shown: bool = False, brought: bool = False) -> Format:
        """The style of a cell to fill in, of one of the example row, or of one that last year's case or a report has filled."""
        more: dict[str, Any] = {**_FONT, **_LINES, "num_format": _NUMBER_FORMATS.get(kind, "General")}
        if kind not in NUMERIC and kind != DATE:
            more |= {"num_format": "@", "text_wrap": True, "indent": 1}
        more |= (
            {"italic": True, "font_color": "#595959", "bg_color": "#EDEDED"}
            if shown
            else {"bg_color": "#EAF2FB" if brought else "#FFFBEB"}
        )
        key = f"cell {kind} {shown} {brought}"
        if key not in self.styles:
            self.styles[key] = self.book.add_format(more)
        return self.styles[key]

    def said(self, text: str) -> str:
        """A text with {year} and the like filled in."""
        for name, value in self.words.items():
            text = text.replace(f"{{{name}}}", value)
        return text


def write(
    workbook: Workbook, *, case: str, department: str, year: int, units: Mapping[str, str], lines: Sequence[tuple[str, str]],
    brought: Mapping[str, Sequence[Mapping[str, str]]] | None = None,
) -> bytes:  # fmt: skip
    """The bytes of an empty intake workbook.

    Takes    workbook: its layout; units: name by id; lines: code and name of what the self-evaluation may score;
             brought: by kind of sheet its rows, by column: ``taken`` out of a report, ``carried`` and ``follow_up`` out of
             last year's case. Such a sheet is written only where it has rows; what is carried is also said in the remark
             of the row to which it belongs.
    """
    import xlsxwriter

    data = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(data, options) as book:
        title = f"{department}{year}年度部门整体支出绩效评价资料录入表"
        book.set_properties({"title": title, "author": "auditbook", "created": datetime(year, 1, 1)})
        words = {"case": case, "department": department, "year": str(year), "before": str(year - 1)}
        writing = _Writing(book, workbook, words, units, lines, year, brought or {})
        scopes = _write_instructions(writing)
        for layout in writing.sheets:
            _Sheet(writing, layout, scopes).write()
    return data.getvalue()


def _write_instructions(writing: _Writing) -> str:
    """The sheet of instructions; returns the range in which the names of the units stand."""
    told = writing.workbook.instructions
    sheet = writing.book.add_worksheet(told.title)
    sheet.set_tab_color("#7F7F7F")
    sheet.hide_gridlines(2)
    sheet.set_column(0, 0, 14)
    sheet.set_column(1, 1, 104)
    sheet.set_column(3, 3, 34)
    sheet.set_row(0, 30)
    sheet.write(0, 0, writing.said(told.heading), writing.style("title"))
    row = 1
    for name, text in told.about:
        sheet.write(row, 0, name, writing.style("topic"))
        sheet.write(row, 1, writing.said(text), writing.style("words"))
        row += 1
    row += 1
    for topic, text in told.paragraphs:
        said = writing.said(text)
        sheet.write(row, 0, topic, writing.style("topic"))
        sheet.write(row, 1, said, writing.style("words"))
        sheet.set_row(row, 18 * lines_taken(said, 104) + 4)
        row += 1
    sheet.write(row + 1, 0, "工作表", writing.style("topic"))
    for layout in writing.sheets:
        row += 1
        sheet.write(row, 1, f"{layout.title}：{layout.notes[0]}", writing.style("words"))
        sheet.set_row(row, 18 * lines_taken(layout.title + layout.notes[0], 104) + 2)
    sheet.write(2, 3, told.lists_heading, writing.style("topic"))
    names = [DEPARTMENT_NAME, *writing.units.values()]
    for index, name in enumerate(names):
        sheet.write(3 + index, 3, name, writing.style("words", border=1, border_color="#BFBFBF"))
    _set_paper(sheet, writing, told.title)
    sheet.print_area(0, 0, row, 1)
    return f"='{told.title}'!$D$4:$D${3 + len(names)}"


def lines_taken(text: str, width: float) -> int:
    """How many lines a text takes in a cell of a width."""
    taken = sum(1.0 if ord(character) > 0x2E80 or character in "—“”‘’…" else 0.5 for character in text)
    return max(1, -(-int(taken * 10) // int(width * _PER_WIDTH * 9.4)))


def _set_paper(sheet: Worksheet, writing: _Writing, title: str) -> None:
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.set_margins(left=0.5, right=0.5, top=0.7, bottom=0.6)
    sheet.fit_to_pages(1, 0)
    sheet.set_header(f"&L&9 {writing.words['department'].replace('&', '&&')}&R&9 {writing.year}年度　{title}")
    sheet.set_footer("&C&9第 &P 页，共 &N 页")


class _Sheet:
    """A sheet that is being written."""

    def __init__(self, writing: _Writing, layout: SheetLayout, scopes: str) -> None:
        self.writing, self.layout, self.scopes = writing, layout, scopes
        self.sheet = writing.book.add_worksheet(layout.title)
        self.last = len(layout.columns) - 1

    def write(self) -> None:
        """Write it: title, unit, notes, head, example, rows."""
        head = self._above()
        self._head(head)
        rows = self._prefilled()
        first, last = head + 2, head + 1 + len(rows) + self.layout.room
        self._example(head + 1)
        for number in range(first, last + 1):
            own = rows[number - first] if number - first < len(rows) else {}
            if self.layout.kind in BROUGHT:
                most = max(
                    lines_taken(own.get(column.id, ""), column.width) for column in self.layout.columns
                )
                self.sheet.set_row(number, 15 * most + 3)
            for index, column in enumerate(self.layout.columns):
                text = own.get(column.id)
                style = self.writing.cell(column.kind, brought=bool(text) and self.layout.kind in BROUGHT[1:])
                if text and column.kind in NUMERIC and len(text) <= _MOST_DIGITS and text[-1].isdigit():
                    self.sheet.write_number(number, index, float(text), style)
                elif text:
                    self.sheet.write_string(number, index, text, style)
                else:
                    self.sheet.write_blank(number, index, None, style)
        for index, column in enumerate(self.layout.columns):
            self._rule(index, column, head + 1, last)
        names = 0
        while self.layout.columns[names].kind in NAMING:
            names += 1
        self.sheet.freeze_panes(head + 1, names)
        self.sheet.repeat_rows(head)
        self.sheet.hide_gridlines(2)
        _set_paper(self.sheet, self.writing, self.layout.title)

    def _above(self) -> int:
        """What stands above the head; returns the row of the head."""
        writing = self.writing
        self.sheet.set_row(0, 28)
        self.sheet.write(0, 0, f"{self.layout.title}（{writing.year}年度）", writing.style("title"))
        self.sheet.write(1, 0, f"部门：{writing.words['department']}　　{_LEGEND}", writing.style("about"))
        row = 2
        if self.layout.in_money:
            units = writing.workbook.money_units
            self.sheet.write(row, 0, "单位：", writing.style("unit_name"))
            self.sheet.write(row, 1, units[0], writing.style("unit"))
            self.sheet.data_validation(
                row, 1, row, 1,
                {"validate": "list", "source": units, "input_title": "金额单位", "input_message": "整张表一个单位；改了单位，表里的数都按它填。",
                 "error_title": "金额单位", "error_message": "请从列表里选一个金额单位"},
            )  # fmt: skip
            row += 1
        width = sum(column.width for column in self.layout.columns)
        for number, note in enumerate(self.layout.notes, 1):
            text = f"{number}. {writing.said(note)}"
            self.sheet.merge_range(row, 0, row, self.last, text, writing.style("note"))
            self.sheet.set_row(row, 16 * lines_taken(text, width) + 2)
            row += 1
        return row

    def _head(self, row: int) -> None:
        self.sheet.set_row(row, 34)
        for index, column in enumerate(self.layout.columns):
            self.sheet.set_column(index, index, column.width)
            self.sheet.write(row, index, column.heading, self.writing.style("head"))

    def _example(self, row: int) -> None:
        shown = example(self.layout, self.writing.year)
        for index, column in enumerate(self.layout.columns):
            style, text = self.writing.cell(column.kind, shown=True), shown.get(column.id, "")
            if text and column.kind in NUMERIC:
                self.sheet.write_number(row, index, float(text), style)
            elif text and column.kind == DATE:
                self.sheet.write_datetime(row, index, date.fromisoformat(text), style)
            elif text:
                self.sheet.write_string(row, index, text, style)
            else:
                self.sheet.write_blank(row, index, None, style)

    def _prefilled(self) -> list[dict[str, str]]:
        """The names that a sheet comes with: of units, rows, months, lines to be scored; what was read out of a report."""
        if self.layout.kind in BROUGHT:
            return [dict(row) for row in self.writing.brought[self.layout.kind]]
        wanted = self.layout.prefilled
        if wanted is None:
            return []
        units = list(self.writing.units.values())
        scopes = {
            "department": [DEPARTMENT_NAME], "units": units or [DEPARTMENT_NAME], "both": [DEPARTMENT_NAME, *units], "none": [""]
        }[wanted.scopes]  # fmt: skip
        name = "item" if self.layout.has("item") else "name"
        rows: list[dict[str, str]] = []
        for scope in scopes:
            own: list[dict[str, str]] = [{name: row} for row in wanted.rows]
            if wanted.months:
                own = [{"month": f"{number}月"} for number in range(1, 13)]
            if wanted.lines:
                own = [{"code": code, "name": text} for code, text in self.writing.lines] + own
            rows += [{"scope": scope, **row} for row in own or [{}]]
        if self.layout.kind == "grid" and self.layout.has("remark"):
            for row in rows:
                row["remark"] = self.writing.carried(row["scope"], self.layout, row)
        return rows

    def _rule(self, index: int, column: Column, first: int, last: int) -> None:
        """What may be chosen in a column, and what is said when a cell of it is entered."""
        rule: dict[str, Any] = {"validate": "any"}
        offered = [row.names[0] for row in self.layout.rows] if column.kind == ITEM else column.offered
        if column.kind == SCOPE:
            rule = {"validate": "list", "source": self.scopes, "error_type": "warning"}
        elif column.kind in {ITEM, CHOICE} and sum(len(name) + 1 for name in offered) <= _MOST_IN_LIST:
            rule = {
                "validate": "list",
                "source": offered,
                "error_type": "warning" if column.numbered else "stop",
            }
        if rule["validate"] == "list":
            rule |= {
                "error_title": column.heading[:32],
                "error_message": "请从列表里选；列表里没有的，读表时会指出。",
            }
        told = self.writing.said(column.note) if column.note else ""
        if column.kind in NUMERIC:
            unit = (
                "，金额单位见表头上方"
                if column.kind == AMOUNT
                else f"，单位：{column.unit}"
                if column.unit
                else ""
            )
            told = f"{told}。{_NUMBERS_ONLY}" if told else f"{_NUMBERS_ONLY}"
            told += unit.removeprefix("，") + "。" if unit else ""
        elif column.kind == DATE and not told:
            told = f"写成 {self.writing.year}-03-05"
        if told:
            rule |= {"input_title": column.heading[:32], "input_message": told[:255]}
        if rule["validate"] == "list" or told:
            self.sheet.data_validation(first, index, last, index, rule)
