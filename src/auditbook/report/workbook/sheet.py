"""A sheet of the workbook: its heads, columns, print settings, and the only ways by which a cell is written."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from xlsxwriter.format import Format
from xlsxwriter.utility import xl_rowcol_to_cell
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

INDEX = "索引"
HEAD_ROW = 2
FIRST_ROW = HEAD_ROW + 1
MOST_CHARACTERS = 32000  # a cell holds 32,767
MOST_FORMULA = 8000  # a formula may have 8,192
MOST_ADDRESS = 2000  # a link may have 2,079
_CUT = "……（以下略，全文见同名的 csv）"
# Text that a person's editing of the cell, or an export, could bring to life.
_RISKY = ("=", "+", "-", "@", "\t", "\r")
_A4 = 9
_LINE = 12.75
_MOST_HEIGHT = 400  # a row may be 409 points high
_WIDE = "“”‘’…—～·×÷−≥≤①②③④⑤⑥⑦⑧⑨"
_PIECES = re.compile(r"(?:[!-~]+|.)[，。；：、）】》”’！？]*")
_CONTROL = re.compile(r"[\x00-\x1f]")

TEXT, NUMBER, MONEY, RATE, COUNT, POINTS, CODE = "text", "number", "money", "rate", "count", "points", "code"
WORD = "word"  # a formula that gives a word: in the format of text, editing it would turn it into text
_FORMATS = {
    WORD: "General", NUMBER: "#,##0.00##", MONEY: "#,##0.00", RATE: "0.00%", COUNT: "#,##0", POINTS: "0.00", TEXT: "@", CODE: "@",
}  # fmt: skip
Kind = str


def _lines(text: str, width: float) -> int:
    """How many lines a text takes in a column: a Chinese character is as wide as two digits.

    A word of letters and digits goes to the next line as a whole, and no line begins with a mark that closes.
    """
    held = max(2.0, width - 0.7)
    count = 0
    for line in text.split("\n"):
        count += 1
        used = 0.0
        for piece in _PIECES.findall(line):
            own = sum(1.9 if ord(letter) > 0x2E7F or letter in _WIDE else 1.0 for letter in piece)
            if used and used + own > held:
                count, used = count + 1, 0.0
            whole, used = divmod(used + own, held)
            count += int(whole)
    return count


class ExactWorksheet(Worksheet):  # type: ignore[misc]  # XlsxWriter says nothing of its types
    """A worksheet that keeps all digits of a number: XlsxWriter itself would write sixteen, and a double has up to 17."""

    def _xml_number_element(self, number: float, attributes: Sequence[tuple[str, Any]] = ()) -> None:
        attr = "".join(f' {key}="{self._escape_attributes(value)}"' for key, value in attributes)
        self.fh.write(f"<c{attr}><v>{number!r}</v></c>")


@dataclass(frozen=True)
class Column:
    """A column: its head, its width in characters, and what it holds."""

    title: str
    width: float
    kind: Kind = TEXT
    printed: bool = True


class Formats:
    """The looks of cells, each made once."""

    def __init__(self, book: Workbook) -> None:
        """Take the workbook that the formats belong to."""
        self._book = book
        self._made: dict[tuple[tuple[str, Any], ...], Format] = {}

    def get(self, **properties: Any) -> Format:
        """A look with these properties of XlsxWriter on top of the font that all have in common."""
        key = tuple(sorted(properties.items()))
        if key not in self._made:
            base = {"font_name": "宋体", "font_size": 10, "valign": "top", **properties}
            self._made[key] = self._book.add_format(base)
        return self._made[key]

    def cell(self, kind: Kind, **more: Any) -> Format:
        """The look of a cell of a table."""
        base: dict[str, Any] = {
            "border": 1,
            "border_color": "#BFBFBF",
            "num_format": _FORMATS.get(kind, kind),
        }
        base["text_wrap"] = kind == TEXT
        if kind not in {TEXT, CODE, WORD}:
            base |= {"align": "right", "indent": 1}
        if kind == CODE:
            base |= {"font_name": "Consolas", "font_size": 8}
        return self.get(**{**base, **more})


def header_text(text: str) -> str:
    """Text for a header or footer: ``&`` would begin a command, and no more than fits."""
    return _CONTROL.sub(" ", text).replace("&", "&&")[:180]


class Sheet:
    """One sheet with a title, a line that says what it holds, a head, and rows below."""

    def __init__(
        self, book: Workbook, formats: Formats, name: str, title: str, note: str, columns: Sequence[Column],
        running_head: str, masked: Callable[[str], str], home: str = INDEX,
    ) -> None:  # fmt: skip
        """Write title, note and head, and set up the page. Columns with ``printed=False`` are for the screen only.

        ``masked`` gives a text in which no private person is named; ``home`` is the sheet that lists all of them.
        """
        self._masked = masked
        self.name, self.title, self.columns = name, title, tuple(columns)
        self._book, self._formats = book, formats
        self.page = book.add_worksheet(name, worksheet_class=ExactWorksheet)
        self.row = FIRST_ROW
        self.written = 0
        self._lines = 1
        last = self.last_printed
        page = self.page
        for number, column in enumerate(columns):
            page.set_column(number, number, column.width)
        page.write_string(0, 0, title, formats.get(bold=True, font_size=14, font_name="黑体"))
        page.set_row(0, 24)
        link = formats.get(font_color="#0B5394", underline=1)
        if name == home:
            page.write_string(1, 0, "", link)
        else:
            page.write_url(1, 0, f"internal:'{home}'!A1", link, f"← {home}", f"回到{home}")
        grey = formats.get(font_color="#595959", text_wrap=True, font_size=9)
        page.merge_range(1, 1, 1, max(last, 2), "", grey)
        page.write_string(1, 1, note, grey)
        held = sum(column.width for column in columns[1 : last + 1]) or 40
        page.set_row(1, 13.5 * max(1, -(-int(len(note) * 2.1) // int(held))) + 2)
        head = formats.get(
            bold=True, bg_color="#DDE6EE", border=1, border_color="#7F7F7F", text_wrap=True, valign="vcenter", align="center",
        )  # fmt: skip
        for number, column in enumerate(columns):
            page.write_string(HEAD_ROW, number, column.title, head)
        page.set_row(HEAD_ROW, _LINE * max(_lines(column.title, column.width) for column in columns) + 6)
        page.freeze_panes(FIRST_ROW, 1)
        page.repeat_rows(0, HEAD_ROW)
        page.set_landscape()
        page.set_paper(_A4)
        page.fit_to_pages(1, 0)
        page.set_margins(left=0.5, right=0.5, top=0.8, bottom=0.7)
        page.set_header(f"&L{header_text(running_head)}&R{header_text(title)}")
        page.set_footer("&C— &P / &N —")
        page.hide_gridlines(2)

    @property
    def last_column(self) -> int:
        """The number of the last column."""
        return len(self.columns) - 1

    @property
    def last_printed(self) -> int:
        """The number of the last column that is printed; those behind it hold names and keys."""
        return max(number for number, column in enumerate(self.columns) if column.printed)

    def text(self, column: int, text: str, kind: Kind = "", **look: Any) -> None:
        """Write text as text, whatever it begins with; too long a text is cut, and says so."""
        text = self._masked(text)
        if len(text) > MOST_CHARACTERS:
            text = text[: MOST_CHARACTERS - len(_CUT)] + _CUT
        own = self.columns[column].kind if column < len(self.columns) else TEXT
        # a blank cell keeps the format of its column: a number typed into a cell of text would stay text
        kind = kind or (own if own in {TEXT, CODE} or not text else TEXT)
        if kind == TEXT and column <= self.last_printed:
            self._lines = max(self._lines, _lines(text, self.columns[column].width))
        if text.startswith(_RISKY):
            look["quote_prefix"] = True
        if text:
            self.page.write_string(self.row, column, text, self._formats.cell(kind, **look))
        else:
            self.page.write_blank(self.row, column, None, self._formats.cell(kind, **look))

    def number(self, column: int, value: Fraction, kind: Kind = "", **look: Any) -> None:
        """Write a number as the double nearest to it."""
        look_of = self._formats.cell(kind or self.columns[column].kind, **look)
        self.page.write_number(self.row, column, float(value), look_of)

    def count(self, column: int, number: int) -> None:
        """Write how many there are of something."""
        self.page.write_number(self.row, column, number, self._formats.cell(self.columns[column].kind))

    def formula(
        self, column: int, formula: str, stored: Fraction | str, kind: Kind = "", **look: Any
    ) -> None:
        """Write a live formula and the right value with it: the double nearest to a number, or a text.

        Raises   ValueError for a formula longer than a spreadsheet reads.
        """
        if len(formula) > MOST_FORMULA:
            raise ValueError(f"{self.name}: a formula of {len(formula)} characters")
        value = stored if isinstance(stored, str) else float(stored)
        look_of = self._formats.cell(kind or self.columns[column].kind, **look)
        self.page.write_formula(self.row, column, f"={formula}", look_of, value)

    def link(self, column: int, sheet: str, text: str, place: str = "A1") -> None:
        """Write a link to another sheet of the workbook."""
        look = self._formats.cell(TEXT, font_color="#0B5394", underline=1)
        self.page.write_url(self.row, column, f"internal:'{sheet}'!{place}", look, text)

    def file(self, column: int, address: str, text: str) -> None:
        """Write a link to a file beside the workbook; the text alone where the address is longer than a link may be."""
        if len(address) > MOST_ADDRESS:
            self.text(column, text)
            return
        look: dict[str, Any] = {"font_color": "#0B5394", "underline": 1}
        if text.startswith(_RISKY):
            look["quote_prefix"] = True
        self._lines = max(self._lines, _lines(text, self.columns[column].width))
        self.page.write_url(self.row, column, f"external:{address}", self._formats.cell(TEXT, **look), text)

    def at(self, column: int, row: int | None = None) -> str:
        """The address of a cell in this sheet: ``$H5``."""
        return str(xl_rowcol_to_cell(self.row if row is None else row, column, col_abs=True))

    def name_cell(self, name: str, column: int) -> None:
        """Give the cell of the current row a name that holds everywhere in the workbook."""
        place = xl_rowcol_to_cell(self.row, column, row_abs=True, col_abs=True)
        if self._book.define_name(name, f"='{self.name}'!{place}") != 0:
            raise ValueError(f"{self.name}: no name for a cell: {name}")

    def next(self) -> None:
        """Go to the next row; what is written so far is a row of the table."""
        if self._lines > 1:
            # rows get no height of their own when a program only prints the file
            self.page.set_row(self.row, min(_MOST_HEIGHT, _LINE * self._lines + 3))
        self._lines = 1
        self.row += 1
        self.written += 1

    def section(self, title: str) -> None:
        """A row that says what the rows below it are."""
        look = self._formats.get(bold=True, bg_color="#F2F2F2", border=1, border_color="#BFBFBF")
        for column in range(len(self.columns)):
            self.page.write_blank(self.row, column, None, look)
        self.page.write_string(self.row, 0, title, look)
        self.row += 1

    def choices(self, column: int, words: Sequence[str], first: int, last: int) -> None:
        """A drop-down of words for the cells of a column."""
        self.page.data_validation(
            first, column, last, column,
            {"validate": "list", "source": list(words), "ignore_blank": True,
             "error_title": "不在可选的词之内", "error_message": f"请选：{'、'.join(words)}"},
        )  # fmt: skip

    def dates(self, column: int, first: int, last: int) -> None:
        """Cells of a column that take a date and nothing else."""
        self.page.data_validation(
            first, column, last, column,
            {"validate": "date", "criteria": ">=", "value": date(1990, 1, 1), "ignore_blank": True,
             "error_title": "不是日期", "error_message": "请写日期，如 2024-06-30"},
        )  # fmt: skip

    def finish(self, *, filtered: bool = True) -> None:
        """Set what depends on how many rows there are: the print area and the filter."""
        last = max(self.row - 1, HEAD_ROW)
        if last == HEAD_ROW:
            self.text(0, "（没有）")
            last = self.row
        self.page.print_area(0, 0, last, self.last_printed)
        if filtered and last > HEAD_ROW:
            self.page.autofilter(HEAD_ROW, 0, last, self.last_column)
