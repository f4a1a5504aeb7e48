"""The cells of a workbook, read by calamine: what runs in the limited child (``limited.call``)."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from math import isnan
from pathlib import Path
from typing import Any

from auditbook.faults import CaseError, Fault
from auditbook.intake.limited import Told
from auditbook.intake.sheets import BOOLEAN, DATE, TEXT_NUMBER

MOST_NOTED = 200  # of a sheet, numbers whose stored digits go beyond what Excel shows
Cell = int | float | str | bool | time | date | timedelta
_NUMBER = re.compile(r"\s*[-+]?[0-9][0-9,]*(?:\.[0-9]+)?\s*")


def read(path: Path, told: Told) -> list[dict[str, Any]]:
    """Every sheet of a workbook.

    Returns  of each its name, rows of texts that begin at A1, the cells that are no plain text or number by their mark,
             and the first of those numbers that have more digits than Excel shows: row, column, stored, shown.
    Raises   CaseError where the reader cannot make sense of it.
    """
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum

    try:
        with CalamineWorkbook.from_path(path) as workbook:
            names = [about.name for about in workbook.sheets_metadata if about.typ == SheetTypeEnum.WorkSheet]
            found = []
            for done, name in enumerate(names):
                told(done, len(names))
                found.append(_sheet(name, workbook.get_sheet_by_name(name).to_python(skip_empty_area=False)))
            return found
    except PasswordError:
        raise CaseError(Fault(path.name, "文件已加密，须有密码才能打开", "没有密码的文件")) from None
    except CalamineError as error:
        raise damaged(path, str(error)) from None
    except MemoryError:
        raise
    except BaseException as error:
        # a panic of the reader is no Exception
        if type(error).__name__ != "PanicException":
            raise
        raise damaged(path, "读它的程序不能理解其内容") from None


def damaged(path: Path, found: str) -> CaseError:
    """What is told of a workbook that cannot be read to its end."""
    return CaseError(
        Fault(
            path.name,
            f"工作簿已损坏（{found[:200]}）",
            "完整的 .xlsx",
            "请用 Excel 或 WPS 打开，另存一次再用",
        )
    )


def _sheet(name: str, cells: list[list[Any]]) -> dict[str, Any]:
    marks: dict[str, list[int]] = {DATE: [], BOOLEAN: [], TEXT_NUMBER: []}
    more: list[tuple[int, int, str, str]] = []
    beyond = numbers = 0
    rows: list[list[str]] = []
    looks_like_number = _NUMBER.fullmatch
    for row, line in enumerate(cells):
        texts: list[str] = []
        for column, cell in enumerate(line):
            if isinstance(cell, str):
                text = cell
                if text and looks_like_number(text):
                    marks[TEXT_NUMBER] += row, column
            elif isinstance(cell, bool):
                text = "TRUE" if cell else "FALSE"
                marks[BOOLEAN] += row, column
            elif isinstance(cell, float | int):
                numbers += 1
                text, stored = number(cell)
                if stored:
                    beyond += 1
                    if len(more) < MOST_NOTED:
                        more.append((row, column, stored, text))
            else:
                numbers += 1
                text = _moment(cell)
                marks[DATE] += row, column
            texts.append(text)
        rows.append(texts)
    return {"name": name, "rows": rows, "marks": marks, "more": more, "beyond": beyond, "numbers": numbers}


def number(value: float) -> tuple[str, str]:
    """A number as Excel shows it, with 15 significant digits and never in exponent form; and as stored, where that has more."""
    text = f"{value:.15g}"
    stored = "" if float(text) == value or isnan(value) else repr(value)
    return (format(Decimal(text), "f") if "e" in text else text), stored


def _moment(cell: date | time | timedelta) -> str:
    if isinstance(cell, datetime) and cell.time() == time():
        return cell.date().isoformat()
    return str(cell) if isinstance(cell, timedelta) else cell.isoformat()
