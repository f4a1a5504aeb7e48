"""A base folder of invented departments: case files, evidence, registers, and what must be found in them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from pathlib import Path

from auditbook.writing import write_whole
from inventing import tables
from inventing.department import FRAMEWORKS, Department
from inventing.making import make
from inventing.truth import TRUTH_COLUMNS


def invent(
    folder: Path,
    departments: int,
    years: int = 1,
    seed: int = 1,
    faults: float = 0.0,
    missing: float = 0.0,
    frameworks: Sequence[str] = FRAMEWORKS,
) -> list[Path]:
    """Write invented departments below a folder.

    Takes    departments, years: how many of each, the last year 2023; seed: of everything that is drawn; faults, missing: the share of
             departments and years with seeded faults, and with evidence left out; frameworks: schemes to draw from.
    Returns  the case files, in the order of departments and years. The same department comes of a seed whatever the count.
    """
    written: list[Path] = []
    truth = io.StringIO()
    rows = csv.writer(truth, lineterminator="\n")
    rows.writerow(TRUTH_COLUMNS)
    for department in _all(departments, years, seed, faults, missing, frameworks):
        written.append(_write(folder, department))
        rows.writerows(
            [department.id, own.rule, own.scope, own.item, own.what, own.consequence_of]
            for own in department.truth
        )
    write_whole(folder / "truth.csv", truth.getvalue().encode())
    return written


def _all(
    departments: int, years: int, seed: int, faults: float, missing: float, frameworks: Sequence[str]
) -> Iterator[Department]:
    for number in range(1, departments + 1):
        yield from make(seed, number, years, faults, missing, frameworks)


def _write(folder: Path, department: Department) -> Path:
    case = folder / "params" / "cases" / f"{department.id}.yaml"
    raw = folder / "data" / "raw" / department.id
    raw.mkdir(parents=True, exist_ok=True)
    case.parent.mkdir(parents=True, exist_ok=True)
    made = tables.tables(department)
    files = {"report": tables.report(department, made)} if department.text else {}
    for edit in department.late_edits:
        edit(made)
    files |= {id: tables.as_csv(tables.SHAPES[id], rows) for id, rows in made.items()}
    for id, data in files.items():
        (raw / tables.file_name(id)).write_bytes(data)
    (raw / "SOURCES.yaml").write_bytes(tables.register(department, files))
    case.write_bytes(tables.case_file(department))
    return case
