"""The intake workbook (资料录入表) as evidence: rows of the shapes that every other table of a case has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from auditbook.faults import Fault
from auditbook.figures import MISSING, Dictionary
from auditbook.intake import (
    intake_carried,
    intake_follow_up,
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

FIGURES, STATEMENTS, OBJECTIVES, GRADES, PUBLISHED, FOLLOW_UP = (
    "figures", "statements", "objectives", "grades", "published", "follow_up",
)  # fmt: skip

KEY = ("figure", "scope", "item", "year")


def read(
    sheets: Sequence[Sheet], workbook: Workbook, dictionary: Dictionary, units: Mapping[str, str], year: int,
    faults: list[Fault], notes: list[Note], former: Mapping[str, Sequence[str]] | None = None,
) -> dict[str, list[RawRow]]:  # fmt: skip
    """Read an intake workbook, or one sheet of it.

    Takes    sheets: of one file; workbook: ``intake_layouts.read_workbook``; units: name by id of the case's units; year:
             of the case; faults, notes: take what is wrong, and the conversions that were made; former: by unit the units of
             last year's case that it has come out of, where they are not the same.
    Returns  rows by shape: ``figures`` (with ``basis``, which is "derived" for what was counted or added up, "carried" for
             what comes from last year's case), ``statements`` (the reasons of adjustments), ``objectives``, ``grades``,
             ``published``, ``follow_up``; each knows the cell of each column.
             A sheet that is absent or not filled in says nothing.
    """
    same = {unit: (unit,) for unit in units}
    reading = Reading(workbook, dictionary, units, year, faults, notes, same if former is None else former)
    found: dict[str, list[RawRow]] = {
        shape: [] for shape in (FIGURES, STATEMENTS, OBJECTIVES, GRADES, PUBLISHED, FOLLOW_UP)
    }
    carried: list[RawRow] = []
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
            case "carried":
                carried = intake_carried.read(filled, reading)
            case "follow_up":
                found[FOLLOW_UP] += intake_follow_up.read(filled, reading)
    found[FIGURES] = [*_but_blanks(intake_ledger.supplied(found[FIGURES]), carried), *carried]
    faults[:] = list(dict.fromkeys(faults))
    return found


def _but_blanks(figures: Sequence[RawRow], carried: Sequence[RawRow]) -> list[RawRow]:
    """Figures without the blanks of what last year's case gives: it was left blank because nothing has changed."""
    given = {tuple(row[column] for column in KEY) for row in carried}
    return [
        row for row in figures if row["state"] != MISSING or tuple(row[column] for column in KEY) not in given
    ]
