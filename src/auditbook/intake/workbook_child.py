"""The cells of a workbook, read by calamine: what runs in the limited child (``limited.call``)."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from auditbook.intake.sheets import BOOLEAN, DATE

Cell = int | float | str | bool | time | date | timedelta


def read(path: Path) -> list[dict[str, Any]]:
    """Every sheet of a workbook: its name, rows of texts that begin at A1, what is no text or number, merged areas."""
    from python_calamine import CalamineWorkbook, SheetVisibleEnum

    found = []
    with CalamineWorkbook.from_path(path) as workbook:
        for about in workbook.sheets_metadata:
            sheet = workbook.get_sheet_by_name(about.name)
            marks: list[tuple[int, int, str]] = []
            rows = [
                [_text(cell, row, column, marks) for column, cell in enumerate(cells)]
                for row, cells in enumerate(sheet.to_python(skip_empty_area=False))
            ]
            merged = [(*start, *end) for start, end in sheet.merged_cell_ranges or ()]
            hidden = about.visible != SheetVisibleEnum.Visible
            found.append(
                {"name": about.name, "hidden": hidden, "rows": rows, "marks": marks, "merged": merged}
            )
    return found


def _text(cell: Cell, row: int, column: int, marks: list[tuple[int, int, str]]) -> str:
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        marks.append((row, column, BOOLEAN))
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float | int):
        return number(cell)
    marks.append((row, column, DATE))
    if isinstance(cell, datetime | date | time):
        return cell.isoformat()
    return str(cell)


def number(value: float) -> str:
    """A number as Excel shows it: 15 significant digits, never in exponent form."""
    text = f"{value:.15g}"
    return format(Decimal(text), "f") if "e" in text else text
