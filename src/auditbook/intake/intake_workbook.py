"""The intake workbook (资料录入表) as evidence: rows of the shapes that every other table of a case has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from auditbook.faults import Fault
from auditbook.figures import Dictionary
from auditbook.intake import (
    intake_grids,
    intake_ledger,
    intake_lists,
    intake_payments,
    intake_sheets,
    intake_taken,
    intake_tasks,
)
from auditbook.intake.intake_layouts import Workbook
from auditbook.intake.intake_sheets import Reading
from auditbook.intake.raw_tables import RawRow
from auditbook.intake.sheets import Note, Sheet

FIGURES, STATEMENTS, OBJECTIVES, GRADES, PUBLISHED = (
    "figures", "statements", "objectives", "grades", "published",
)  # fmt: skip


def read(
    sheets: Sequence[Sheet], workbook: Workbook, dictionary: Dictionary, units: Mapping[str, str], year: int,
    faults: list[Fault], notes: list[Note],
) -> dict[str, list[RawRow]]:  # fmt: skip
    """Read an intake workbook, or one sheet of it.

    Takes    sheets: of one file; workbook: ``intake_layouts.read_workbook``; units: name by id of the case's units; year:
             of the case; faults, notes: take what is wrong, and the conversions that were made.
    Returns  rows by shape: ``figures`` (with ``basis``, which is "derived" for what was counted or added up),
             ``statements`` (the reasons of adjustments), ``objectives``, ``grades``, ``published``; each knows the cell of each column.
             A sheet that is absent or not filled in says nothing.
    """
    reading = Reading(workbook, dictionary, units, year, faults, notes)
    found: dict[str, list[RawRow]] = {FIGURES: [], STATEMENTS: [], OBJECTIVES: [], GRADES: [], PUBLISHED: []}
    for filled in intake_sheets.recognise(sheets, reading):
        match filled.layout.kind:
            case "grid":
                found[FIGURES] += intake_grids.read(filled, reading)
            case "ledger":
                figures, statements = intake_ledger.read(filled, reading)
                found[FIGURES] += figures
                found[STATEMENTS] += statements
            case "payments":
                found[FIGURES] += intake_payments.read(filled, reading)
            case "tasks":
                found[FIGURES] += intake_tasks.read(filled, reading)
            case "coded":
                found[FIGURES] += intake_lists.coded(filled, reading)
            case "objectives":
                found[OBJECTIVES] += intake_lists.objectives(filled, reading)
            case "grades":
                found[GRADES] += intake_lists.grades(filled, reading)
            case "taken":
                taken = intake_taken.read(filled, reading)
                found[FIGURES] += taken.figures
                found[PUBLISHED] += taken.published
                found[OBJECTIVES] += taken.objectives
    found[FIGURES] = intake_ledger.supplied(found[FIGURES])
    faults[:] = list(dict.fromkeys(faults))
    return found
