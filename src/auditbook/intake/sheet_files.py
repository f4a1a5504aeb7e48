"""Any file of tables, opened as sheets of cells: separated values or a workbook, looked at before it is parsed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from auditbook import inputs, unseen
from auditbook.faults import CaseError, Fault
from auditbook.intake import guard, limited, separated
from auditbook.intake.sheets import ERROR, UNCACHED, Area, Note, Sheet
from auditbook.intake.workbook_child import damaged

if TYPE_CHECKING:
    from auditbook.intake.workbook_facts import SheetFacts

SECONDS = 60
MEGABYTES = 2_000
_MOST_TOLD = 50


@dataclass(frozen=True)
class Opened:
    """What a file holds: its sheets, the conversions made in reading it, and what is wrong with it."""

    sheets: list[Sheet] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


def open_sheets(path: Path, told: limited.Told | None = None) -> Opened:
    """Open a file of tables.

    Takes    path: .xlsx, .csv, .tsv or .txt; told: takes the progress of a workbook, sheets read and in all.
    Returns  its sheets as they stand there, hidden ones too, with notes and faults. Rows of a CSV file that are a fault
             are left out; nothing else is.
    Raises   CaseError for a file that is no such file; LimitError for one that is hostile or too large.
    """
    looked = guard.examine(path)
    opened = Opened()
    if looked.kind == guard.Kind.TEXT:
        opened.sheets.append(separated.read(path, opened.notes, opened.faults))
    elif looked.kind == guard.Kind.WORKBOOK:
        inputs.read_bytes(path)
        cells = limited.call(
            "auditbook.intake.workbook_child:read", path, seconds=SECONDS, megabytes=MEGABYTES, told=told
        )
        found = {sheet["name"]: sheet for sheet in cells}
        for facts in looked.sheets:
            if facts.name not in found:
                raise damaged(path, f"读不到工作表“{facts.name}”")
            opened.sheets.append(_sheet(path.name, facts, found[facts.name], opened))
    else:
        raise CaseError(
            Fault(
                path.name,
                f"是 {looked.kind.upper()} 文件，不是表格文件",
                ".xlsx、.csv、.tsv 或 .txt",
                "请把表格另存为 .xlsx",
            )
        )
    return opened


def _sheet(file: str, facts: SheetFacts, found: dict[str, Any], opened: Opened) -> Sheet:
    from auditbook.intake.workbook_facts import cell_of

    rows: list[list[str]] = found["rows"]
    height, width = facts.rows, facts.columns
    if len(rows) > height or any(len(row) > width for row in rows):
        raise damaged(Path(file), f"工作表“{facts.name}”的范围前后不一")
    if found["numbers"] != facts.numbers:
        raise damaged(
            Path(file), f"工作表“{facts.name}”里有{facts.numbers}个数，能读出的是{found['numbers']}个"
        )
    rows = [row + [""] * (width - len(row)) for row in rows] + [
        [""] * width for _ in range(height - len(rows))
    ]
    marks: dict[tuple[int, int], str] = {}
    for mark, cells in found["marks"].items():
        marks.update(((row, column), mark) for row, column in zip(cells[::2], cells[1::2], strict=True))
    for packed, text in facts.errors.items():
        row, column = cell_of(packed)
        rows[row][column], marks[row, column] = text, ERROR
    for packed in facts.uncached:
        row, column = cell_of(packed)
        rows[row][column], marks[row, column] = "", UNCACHED
    for packed in facts.percent:
        row, column = cell_of(packed)
        if (row, column) not in marks:
            rows[row][column] = _percent(rows[row][column])
    sheet = Sheet(
        file, facts.name, rows, range(1, height + 1), marks, _within(facts.merged, height, width), facts.hidden,
        frozenset(row for row in facts.hidden_rows if row < height),
        frozenset(c for first, last in facts.hidden_columns for c in range(max(first, 0), min(last + 1, width))),
    )  # fmt: skip
    for row, column, stored, shown in found["more"]:
        opened.notes.append(Note(sheet.at(row, column), stored, shown, "shown_digits"))
    if found["beyond"] > len(found["more"]):
        rest = found["beyond"] - len(found["more"])
        opened.notes.append(
            Note(f"{file} {facts.name}", f"另有{rest}个数存储的位数多于15位", "15位有效数字", "shown_digits")
        )
    opened.faults.extend(_scaled(sheet, facts))
    opened.faults.extend(_lost(sheet))
    return sheet


def _percent(text: str) -> str:
    """What a cell with a percentage format shows, exactly: 0.9822 is 98.22%."""
    try:
        number = Decimal(text)
    except ArithmeticError:
        return text
    shown = format(number.scaleb(2), "f") if number.is_finite() else text
    return (shown.rstrip("0").rstrip(".") if "." in shown else shown) + "%"


def _scaled(sheet: Sheet, facts: SheetFacts) -> Iterable[Fault]:
    """Cells whose format shows another number than is stored, a tenth or a ten-thousandth: nobody can say which is meant."""
    from auditbook.intake.workbook_facts import cell_of

    cells = [cell_of(packed) for packed in facts.scaled]
    cells = [(row, column) for row, column in cells if sheet.rows[row][column].strip("0.")]
    for row, column in cells[:_MOST_TOLD]:
        yield Fault(
            sheet.at(row, column), f"存的是 {sheet.rows[row][column]}，数字格式却把它缩小了显示", "显示与所存相同的数",
            "请把单元格格式改成“常规”，核对数与单位",
        )  # fmt: skip
    if len(cells) > _MOST_TOLD:
        yield Fault(
            f"{sheet.file} {sheet.name}", f"另有{len(cells) - _MOST_TOLD}格同样如此", "显示与所存相同的数"
        )


def _lost(sheet: Sheet) -> Iterable[Fault]:
    """Cells with a character that no text holds, or that was lost before: a text file with one is refused too."""
    cells = (
        (row, column)
        for row, line in enumerate(sheet.rows)
        if unseen.LOST in "".join(line)
        for column, text in enumerate(line)
        if unseen.LOST in text
    )
    for row, column in islice(cells, _MOST_TOLD):
        yield Fault(
            sheet.at(row, column), "含有控制字符，或从前转换编码时已经丢了字", "文字",
            "请在 Excel 里重新输入这一格",
        )  # fmt: skip


def _within(areas: Sequence[Area], height: int, width: int) -> list[Area]:
    """Merged areas as far as they lie where the sheet has rows and columns."""
    return [
        (top, left, min(bottom, height - 1), min(right, width - 1))
        for top, left, bottom, right in areas
        if top < height and left < width
    ]
