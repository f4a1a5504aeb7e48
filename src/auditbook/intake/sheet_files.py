"""Any file of tables, opened as sheets of cells: separated values or a workbook, looked at before it is parsed."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from auditbook.faults import Fault
from auditbook.intake import limited, separated
from auditbook.intake.sheets import Note, Sheet


@dataclass(frozen=True)
class Opened:
    """What a file holds: its sheets, the conversions made in reading it, and what is wrong with it."""

    sheets: list[Sheet] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


def open_sheets(path: Path) -> Opened:
    """Open a file of tables.

    Returns  its sheets as they stand there, hidden ones too, with notes and faults.
    Raises   CaseError for a file that is no such file; LimitError for one that is hostile or too large.
    """
    opened = Opened()
    if path.suffix.lower() == ".xlsx":
        for found in limited.call("auditbook.intake.workbook_child:read", path, seconds=30, megabytes=2048):
            width = max(map(len, found["rows"]), default=0)
            opened.sheets.append(
                Sheet(
                    path.name, found["name"], [row + [""] * (width - len(row)) for row in found["rows"]],
                    range(1, len(found["rows"]) + 1), {(row, column): mark for row, column, mark in found["marks"]},
                    [(a, b, c, d) for a, b, c, d in found["merged"]], found["hidden"],
                )
            )  # fmt: skip
    else:
        opened.sheets.append(separated.read(path, opened.notes, opened.faults))
    return opened
