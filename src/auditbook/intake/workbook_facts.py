"""What a workbook's parser does not tell: what is hidden, which cells are errors or formulas without a value, how
far they really reach, and how many numbers there are, which the parser must find too.

Read from the XML in one pass that keeps nothing but what is out of the ordinary. A cell counts by its own address, whatever
the sheet says of its dimension; addresses must ascend, as Excel writes them, so that no two readers can differ about them.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Callable
from dataclasses import dataclass, field

from auditbook.faults import Fault, LimitError
from auditbook.intake.sheets import Area, letters
from auditbook.intake.xml_walk import MOST_DEPTH, Attributes, Damaged, Hostile

MOST_ROWS = 200_000
MOST_COLUMNS = 300
MOST_CELLS = 3_000_000  # of all sheets, empty ones with a format of their own among them
MOST_AREA = 6_000_000  # of all sheets, what a table of all rows and columns in use would hold
MOST_SHEETS = 250
MOST_MERGED = 100_000
_WIDE = 1 << 14  # more columns than a sheet can have: a cell is row * _WIDE + column

_ELSEWHERE = re.compile(
    r"(?<![\w\].])\[[^\[\]]+\][\w.]*!"  # [1]Sheet!A1, not Table[Column]
    r"|'[^'\[\]]*\[[^'\[\]]+\][^'\[\]]*'!"  # 'C:\\[Book.xlsx]Sheet 1'!A1
    r"|'file:[^']*'"
    r"|\w\|(?:'[^']*'|\w+)!"  # program|'topic'!item
    r"|\b(?:WEBSERVICE|RTD|DDE|CALL|REGISTER\.ID)\s*\(",
    re.IGNORECASE,
)
_STRING = re.compile('"[^"]*"')
_SCALED = re.compile(r"""[0#?](?:[!\\]\.|"\.")[0#?]|[0#?],+(?![0#?,])""")
_NOT_SHOWN = re.compile(r'"[^"]*"|\\.|!.|_.|\*.|\[[^\]]*\]')
_ADDRESS = re.compile("([A-Z]{1,3})([1-9][0-9]{0,6})")


@dataclass
class SheetFacts:
    """Of one sheet; rows, columns and cells are indices from 0, cells packed (``cell_of`` unpacks them)."""

    name: str
    relation: str
    hidden: bool
    walked: bool = False
    rows: int = 0
    columns: int = 0
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: list[tuple[int, int]] = field(default_factory=list)
    merged: list[Area] = field(default_factory=list)
    numbers: int = 0
    errors: dict[int, str] = field(default_factory=dict)
    uncached: array[int] = field(default_factory=lambda: array("q"))
    percent: array[int] = field(default_factory=lambda: array("q"))
    scaled: array[int] = field(default_factory=lambda: array("q"))


def cell_of(packed: int) -> tuple[int, int]:
    """Row and column of a cell of SheetFacts."""
    return divmod(packed, _WIDE)


class Book:
    """Takes the elements of a workbook's parts as they come by."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.sheets: list[SheetFacts] = []
        self.recalculate = False
        self._defining: list[str] | None = None
        self._in_formats = False
        self._formats: dict[str, str] = {"9": "0%", "10": "0.00%"}
        self._style = 0
        self._percent: set[str] = set()
        self._scaled: set[str] = set()
        self._cells = self._area = 0

    def workbook(self, element: str, about: Attributes) -> None:
        """Of workbook.xml: the sheets, and whether their formulas wait to be calculated."""
        if element == "sheet":
            relation = next((value for key, value in about.items() if key.endswith(":id")), "")
            name = about.get("name", "")
            if not name or any(name.lower() == sheet.name.lower() for sheet in self.sheets):
                raise Damaged(f"里工作表的名字“{name}”缺失或重复")
            self.sheets.append(SheetFacts(name, relation, about.get("state", "visible") != "visible"))
            if len(self.sheets) > MOST_SHEETS:
                raise self._beyond("", f"工作表超过{MOST_SHEETS}张", f"不超过{MOST_SHEETS}张")
        elif element == "calcPr":
            # a spreadsheet program takes this away when it has calculated and saved
            self.recalculate = about.get("fullCalcOnLoad") in {"1", "true"}
        elif element == "definedName":
            self._defining = []

    def text(self, data: str) -> None:
        """A text in workbook.xml."""
        if self._defining is not None:
            self._defining.append(data)

    def workbook_end(self, element: str) -> None:
        """The end of an element of workbook.xml: what a name stands for may lie elsewhere."""
        if element == "definedName" and self._defining is not None:
            self._refuse_elsewhere("".join(self._defining), "定义的名称")
            self._defining = None

    def styles(self, element: str, about: Attributes) -> None:
        """Of styles.xml: which formats show a percentage, and which show another number than is stored."""
        if element == "numFmt":
            self._formats[about.get("numFmtId", "")] = about.get("formatCode", "")
        elif element == "cellXfs":
            self._in_formats = True
        elif element == "xf" and self._in_formats:
            code = self._formats.get(about.get("numFmtId", ""), "")
            if _SCALED.search(re.sub(r"\[[^\]]*\]", "", code)):
                self._scaled.add(str(self._style))
            elif "%" in _NOT_SHOWN.sub("", code):
                self._percent.add(str(self._style))
            self._style += 1

    def styles_end(self, element: str) -> None:
        """The end of an element of styles.xml."""
        if element == "cellXfs":
            self._in_formats = False

    def sheet(
        self, facts: SheetFacts
    ) -> tuple[
        Callable[[str, Attributes], None], Callable[[str], None], Callable[[str], None], Callable[[], None]
    ]:
        """What takes the elements of a sheet (``walk``, bare): their starts, their ends, their texts, and what is neither."""
        percent, scaled = self._percent, self._scaled
        known: dict[str, int] = {}
        row = column = -1
        row_text = kind = style = ""
        cells, numbers, depth = self._cells, 0, 0
        in_data = in_cell = collecting = formula = valued = blank = data_seen = False
        parts: list[str] = []

        def start(element: str, about: Attributes) -> None:
            nonlocal row, column, row_text, kind, style, cells
            nonlocal in_data, in_cell, collecting, formula, valued, blank, data_seen, depth
            depth += 1
            if depth > MOST_DEPTH:
                raise Hostile(f"的元素嵌套超过{MOST_DEPTH}层")
            if ":" in element:
                element = element.rpartition(":")[2]
            if in_cell:
                if element == "v" or element == "is":
                    if valued:
                        raise Damaged(f"里单元格{letters(column)}{row + 1}有两个值")
                    valued = True
                    if row >= facts.rows or column >= facts.columns:
                        self._fill(facts, row, column)
                    if kind == "e" or formula:
                        collecting = element == "v"
                        parts.clear()
                    if kind == "n" and style:
                        if style in percent:
                            facts.percent.append(row * _WIDE + column)
                        elif style in scaled:
                            facts.scaled.append(row * _WIDE + column)
                elif element == "f":
                    formula = collecting = True
                    parts.clear()
                    self._fill(facts, row, column)
                elif element in {"c", "row"}:
                    raise Damaged("里单元格套着单元格")
            elif in_data:
                if element == "c":
                    address = about.get("r")
                    if address is None:
                        column += 1
                    else:
                        name = address.rstrip("0123456789")
                        at = known.get(name)
                        if at is None:
                            at = known[name] = _column(address)
                        if at <= column or address[len(name) :] != row_text:
                            raise Damaged(f"里单元格{address[:20]}的次序不对")
                        column = at
                    kind, style = about.get("t", "n"), about.get("s", "")
                    in_cell, formula, valued, blank = True, False, False, True
                    cells += 1
                    if cells > MOST_CELLS:
                        raise self._beyond(facts.name, f"单元格超过{MOST_CELLS}个", f"不超过{MOST_CELLS}个")
                elif element == "row":
                    number = about.get("r")
                    at = int(number) - 1 if number is not None else row + 1
                    if at <= row:
                        raise Damaged(f"里行的次序不对（第{at + 1}行）")
                    row, column, row_text = at, -1, str(at + 1)
                    if (about.get("hidden") in _TRUE or about.get("ht") in _NOTHING) and row < MOST_ROWS:
                        facts.hidden_rows.add(row)
            elif element == "sheetData":
                if data_seen:
                    raise Damaged("里有两份数据")
                in_data = data_seen = True
            elif element == "col":
                if about.get("hidden") in _TRUE or about.get("width") in _NOTHING:
                    facts.hidden_columns.append((int(about["min"]) - 1, int(about["max"]) - 1))
            elif element == "mergeCell":
                facts.merged.append(_area(about.get("ref", "")))
                if len(facts.merged) > MOST_MERGED:
                    raise self._beyond(facts.name, f"合并单元格超过{MOST_MERGED}处", f"不超过{MOST_MERGED}处")

        def end(element: str) -> None:
            nonlocal in_data, in_cell, collecting, blank, numbers, depth
            depth -= 1
            if ":" in element:
                element = element.rpartition(":")[2]
            if element == "c" and in_cell:
                in_cell = False
                if not blank and (kind == "n" or kind == "d"):
                    numbers += 1
                if formula and kind != "e" and (self.recalculate or not valued or (blank and kind != "str")):
                    facts.uncached.append(row * _WIDE + column)
            elif collecting and element in {"v", "f"}:
                collecting = False
                said = "".join(parts)
                if element == "f":
                    self._refuse_elsewhere(said, f"{facts.name}!{letters(column)}{row + 1}")
                elif kind == "e":
                    facts.errors[row * _WIDE + column] = said.strip()[:20]
            elif element == "sheetData":
                in_data = False
                self._cells, facts.numbers = cells, numbers

        def text(data: str) -> None:
            nonlocal blank
            if collecting:
                parts.append(data)
            if valued and in_cell and not data.isspace():
                blank = False

        def aside() -> None:
            if in_cell:
                raise Damaged(f"里单元格{letters(column)}{row + 1}夹着注释或 CDATA，Office 不会这样写")

        return start, end, text, aside

    def finish(self, facts: SheetFacts) -> None:
        """A sheet has come by whole."""
        facts.walked = True
        self._area += facts.rows * facts.columns
        if self._area > MOST_AREA:
            raise self._beyond(
                facts.name,
                f"{facts.rows}行{facts.columns}列，其中大半是空的",
                f"各表行数乘列数之和不超过{MOST_AREA}",
            )

    def _fill(self, facts: SheetFacts, row: int, column: int) -> None:
        facts.rows, facts.columns = max(facts.rows, row + 1), max(facts.columns, column + 1)
        if row >= MOST_ROWS or column >= MOST_COLUMNS:
            raise self._beyond(
                facts.name,
                f"{letters(column)}{row + 1} 有内容，远在表格之外",
                f"不超过{MOST_ROWS}行、{MOST_COLUMNS}列",
            )

    def _refuse_elsewhere(self, formula: str, where: str) -> None:
        if _ELSEWHERE.search(_STRING.sub('""', formula)):
            raise LimitError(
                Fault(
                    f"{self.file} {where}", f"公式从文件之外取数（{formula[:60]}）", "数字都在文件之内",
                    "请在 Excel“数据—编辑链接”里断开链接，核对数字后保存",
                )
            )  # fmt: skip

    def _beyond(self, sheet: str, found: str, expected: str) -> LimitError:
        where = f"{self.file} {sheet}".strip()
        return LimitError(Fault(where, found, expected, "请删去表格之外的内容和格式，另存后再读"))


_TRUE = {"1", "true"}
_NOTHING = {"0", "0.0"}


def _column(address: str) -> int:
    found = _ADDRESS.fullmatch(address)
    if not found:
        raise Damaged(f"里单元格的地址“{address[:20]}”不合规")
    column = 0
    for letter in found[1]:
        column = column * 26 + ord(letter) - ord("A") + 1
    if column > _WIDE:
        raise Damaged(f"里单元格的地址“{address[:20]}”不合规")
    return column - 1


def _area(reference: str) -> Area:
    ends = [_ADDRESS.fullmatch(part) for part in reference.replace("$", "").split(":")]
    if len(ends) not in {1, 2} or not all(ends):
        raise Damaged(f"里合并单元格“{reference[:20]}”不合规")
    first, last = ends[0], ends[-1]
    assert first and last
    area = (int(first[2]) - 1, _column(first[0]), int(last[2]) - 1, _column(last[0]))
    if area[0] > area[2] or area[1] > area[3]:
        raise Damaged(f"里合并单元格“{reference[:20]}”不合规")
    return area
