"""Files of separated values: encoding and separator are found, rows come out with their line numbers, faults with theirs."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from auditbook import inputs
from auditbook.faults import Fault
from auditbook.intake.encodings import decode
from auditbook.intake.sheets import Note, Sheet

SEPARATORS = {",": "逗号", "\t": "制表符", ";": "分号", "|": "竖线"}
_HEAD_ROWS = 40
_HEAD = 200_000
_TITLE_ROWS = 10
_MOST_COLUMNS = 300
_SAID = re.compile(r"sep=([,;\t|])\r?\n")


def read(path: Path, notes: list[Note], faults: list[Fault]) -> Sheet:
    """Read a file of separated values.

    Takes    path: a file that was looked at (``guard``); notes, faults: take what is to be told.
    Returns  its rows, blank ones left out, and those that are a fault.
    Raises   CaseError where it is no text.
    """
    name = path.name
    text = decode(path, inputs.read_bytes(path), notes)
    skipped = 0
    if said := _SAID.match(text):
        separator, text, skipped = said[1], text[said.end() :], 1
    else:
        separator = _separator(text)
    if separator != ",":
        notes.append(Note(name, SEPARATORS[separator], SEPARATORS[","], "separator"))
    rows: list[list[str]] = []
    numbers: list[int] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        for cells in reader:
            if any(cells) and any(cell.strip() for cell in cells):
                rows.append(cells)
                numbers.append(reader.line_num + skipped)
    except csv.Error as error:
        faults.append(_not_separated(name, reader.line_num + skipped, str(error)))
    else:
        _refuse_ragged(name, rows, numbers, text, notes, faults)
    width = _width(rows)
    kept = [
        index for index, row in enumerate(rows) if len(row) == width or _is_title(index, row, rows, width)
    ]
    return Sheet(
        name,
        "",
        [rows[index] + [""] * (width - len(rows[index])) for index in kept],
        [numbers[index] for index in kept],
    )


def _separator(text: str) -> str:
    """The separator by which the first rows are a table: the one that splits the earliest row into as many cells as the others."""
    found = {}
    for separator in SEPARATORS:
        widths = _widths(text, separator)
        several = Counter(width for width in widths if width > 1)
        if several:
            width, count = max(several.items(), key=lambda item: (item[1], item[0]))
            found[separator] = (-widths.index(width), count / len(widths), width)
    return max(found, key=lambda separator: found[separator], default=",")


def _widths(text: str, separator: str) -> list[int]:
    widths: list[int] = []
    reader = csv.reader(io.StringIO(text[:_HEAD], newline=""), delimiter=separator, strict=True)
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                widths.append(len(cells))
                if len(widths) == _HEAD_ROWS:
                    break
    except csv.Error:
        pass  # told when the whole file is read by the separator that was chosen
    return widths


def _width(rows: Sequence[Sequence[str]]) -> int:
    """How many cells the rows of the table have: what most of them have, and the more where that is undecided."""
    counts = Counter(len(row) for row in rows)
    return max(counts, key=lambda width: (counts[width] if width > 1 else 0, width), default=0)


def _is_title(index: int, row: Sequence[str], rows: Sequence[Sequence[str]], width: int) -> bool:
    """A line above the table: title, department, unit. Written by hand, it has no separators for the columns to come."""
    return index < _TITLE_ROWS and len(row) < width and all(len(above) < width for above in rows[:index])


def _refuse_ragged(
    name: str,
    rows: Sequence[Sequence[str]],
    numbers: Sequence[int],
    text: str,
    notes: list[Note],
    faults: list[Fault],
) -> None:
    """Every row must have as many cells as the table; a last line without its end may be half a line."""
    width, cut = _width(rows), not text.endswith(("\n", "\r"))
    if width > _MOST_COLUMNS:
        faults.append(Fault(name, f"有{width}列", f"不超过{_MOST_COLUMNS}列"))
    for index, (row, number) in enumerate(zip(rows, numbers, strict=True)):
        if len(row) == width or _is_title(index, row, rows, width):
            continue
        if index == len(rows) - 1 and len(row) < width and cut:
            faults.append(
                Fault(
                    f"{name}:{number}",
                    f"最后一行只有{len(row)}格，也没有换行：文件没有传完",
                    f"{width}格",
                    "请重新取得文件",
                )
            )
        else:
            faults.append(
                Fault(
                    f"{name}:{number}",
                    f"有{len(row)}格",
                    f"{width}格（与其他各行相同）",
                    "请检查分隔符与引号",
                )
            )
    if not cut or not rows or len(rows[-1]) != width:
        return
    if width > 1 and not rows[-1][-1] and all(row[-1] for row in rows[:-1]):
        faults.append(
            Fault(
                f"{name}:{numbers[-1]}",
                "最后一行以分隔符结尾，也没有换行：文件没有传完",
                "完整的一行",
                "请重新取得文件；确是如此，请在行末加上换行",
            )
        )
    else:
        notes.append(Note(f"{name}:{numbers[-1]}", "最后一行没有换行", "完整的一行", "no_final_newline"))


def _not_separated(name: str, line: int, error: str) -> Fault:
    if "unexpected end of data" in error:
        return Fault(
            f"{name}:{line}",
            "文件结束时引号没有成对（可能没有传完）",
            "成对的引号",
            "请检查引号，或重新取得文件",
        )
    if "field larger than" in error:
        return Fault(
            f"{name}:{line}", f"一格超过{csv.field_size_limit()}字", "平常长短的一格", "请检查引号是否成对"
        )
    said = "引号之后还有字" if "expected after" in error else error
    return Fault(
        f"{name}:{line}", f"不是合格的 CSV（{said}）", "成对的引号", "请检查引号；字里的引号要写两遍"
    )
