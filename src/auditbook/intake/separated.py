"""Files of separated values: encoding and separator are found, rows come out with their line numbers."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from auditbook import inputs
from auditbook.faults import Fault
from auditbook.intake.sheets import Note, Sheet


def read(path: Path, notes: list[Note], faults: list[Fault]) -> Sheet:
    """Read a file of separated values; notes and faults take what is to be told."""
    data = inputs.read_bytes(path)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("gb18030")
        notes.append(Note(path.name, "GB18030", "UTF-8", "encoding"))
    head = text[:10_000]
    separator = max(",;\t|", key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    rows, numbers = [], []
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                rows.append(cells)
                numbers.append(reader.line_num)
    except csv.Error as error:
        faults.append(
            Fault(f"{path.name}:{reader.line_num}", f"不是合格的 CSV（{error}）", "", "请检查引号是否成对")
        )
    width = max(map(len, rows), default=0)
    return Sheet(path.name, "", [row + [""] * (width - len(row)) for row in rows], numbers)
