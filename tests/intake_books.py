"""The intake workbook of an invented department, filled in as a person does it, and read back."""

from __future__ import annotations

import csv
import functools
import io
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import openpyxl
from conftest import ROOT
from openpyxl.worksheet.worksheet import Worksheet

from auditbook import intake_writing
from auditbook.faults import Fault
from auditbook.figures import read_dictionary
from auditbook.intake import intake_workbook, sheet_files, workbook_child
from auditbook.intake.intake_layouts import read_workbook
from auditbook.intake.raw_tables import RawRow
from auditbook.intake.sheets import Note, Sheet

YEAR = 2022
UNITS = {"office": "馆本部", "branch": "城南分馆"}
LINES = [("budget_execution_rate", "预算完成率"), ("satisfaction_rate", "满意度")]


@functools.cache
def rules() -> tuple[Any, Any]:
    dictionary = read_dictionary(ROOT)
    return dictionary, read_workbook(ROOT, dictionary)


@functools.cache
def made(units: tuple[tuple[str, str], ...], titles: tuple[str, ...] = ()) -> bytes:
    layout = rules()[1]
    kept = [sheet for sheet in layout.sheets if not titles or sheet.title in titles]
    return intake_writing.write(
        layout.model_copy(update={"sheets": kept}), case="library-2022", department="云山市图书馆（虚构）", year=YEAR,
        units=dict(units), lines=LINES, brought={kind: [{}] for kind in intake_writing.BROUGHT},
    )  # fmt: skip


def empty(units: dict[str, str] = UNITS) -> bytes:
    """The workbook as it is shipped."""
    return made(tuple(units.items()))


@dataclass
class Found:
    """What was read."""

    rows: dict[str, list[RawRow]]
    faults: list[Fault]
    notes: list[Note] = field(default_factory=list)

    @property
    def figures(self) -> dict[tuple[str, str, str, str], tuple[str, str, str]]:
        """By figure, scope, item and year: state, value, unit."""
        return {
            (r["figure"], r["scope"], r["item"], r["year"]): (r["state"], r["value"], r["unit"])
            for r in self.rows["figures"]
        }

    def value(self, figure: str, scope: str = "department", item: str = "", year: int = YEAR) -> str:
        """The value and unit of a figure, or its state where it has none; "absent" where nothing is said."""
        found = self.figures.get((figure, scope, item, str(year)))
        if found is None:
            return "absent"
        return f"{found[1]}{found[2]}" if found[0] in {"value", "zero"} else found[0]

    def row(self, figure: str, scope: str = "department", item: str = "", year: int = YEAR) -> RawRow:
        """The row of a figure."""
        wanted = (figure, scope, item, str(year))
        own = [r for r in self.rows["figures"] if (r["figure"], r["scope"], r["item"], r["year"]) == wanted]
        assert len(own) == 1, (wanted, len(own))
        return own[0]

    def said(self) -> str:
        """All faults, a line each."""
        return "\n".join(map(str, self.faults))


class Book:
    """A workbook that is being filled in."""

    def __init__(self, *titles: str, data: bytes | None = None) -> None:
        """The whole workbook, or for speed only some of its sheets, as a department may hand them in."""
        self.book = openpyxl.load_workbook(io.BytesIO(data or made(tuple(UNITS.items()), titles)))

    def __getitem__(self, title: str) -> Worksheet:
        return self.book[title]

    def head(self, title: str) -> int:
        """The row of the head."""
        sheet = self.book[title]
        return next(r for r in range(1, 20) if sheet.cell(r, 1).value == "序号")

    def columns(self, title: str) -> dict[str, int]:
        sheet = self.book[title]
        return {
            c.value.replace("（%）", ""): c.column for c in sheet[self.head(title)] if c.value is not None
        }

    def put(self, title: str, **cells: Any) -> int:
        """Fill in a row: the one that comes with these names, else the next free one. Returns its number."""
        sheet, columns = self.book[title], self.columns(title)
        names = {
            name: value for name, value in cells.items() if name in {"单位", "项目", "类别", "月份", "代号"}
        }
        number = self.head(title) + 2
        while True:
            own = {name: sheet.cell(number, column).value for name, column in columns.items()}
            filled = {name for name, value in own.items() if value is not None}
            fits = names and all(own[name] == value for name, value in names.items())
            if not filled or (fits and filled <= {"单位", "项目", "类别", "月份", "代号"}):
                break
            number += 1
        for name, value in cells.items():
            sheet.cell(number, columns[name]).value = value
        return number

    def cell(self, title: str, row: int, heading: str) -> Any:
        return self.book[title].cell(row, self.columns(title)[heading])

    def unit(self, title: str, unit: str | None) -> None:
        assert self.book[title]["A3"].value == "单位："
        self.book[title]["B3"].value = unit

    def save(self, path: Path) -> Path:
        self.book.save(path)
        return path

    def read(
        self, tmp: Path, monkeypatch: Any = None, units: dict[str, str] = UNITS, year: int = YEAR
    ) -> Found:
        path = self.save(tmp / "录入表.xlsx")
        return read_sheets(opened(path, monkeypatch), units, year)

    def as_csv(self, folder: Path) -> list[Path]:
        """Each sheet as a file of its own, as a spreadsheet program saves it."""
        paths = []
        for sheet in self.book.worksheets:
            rows = [
                ["" if v is None else v.date().isoformat() if hasattr(v, "date") else str(v) for v in row]
                for row in sheet.iter_rows(values_only=True)
            ]
            path = folder / f"录入表-{sheet.title}.csv"
            with path.open("w", encoding="utf-8-sig", newline="") as file:
                csv.writer(file).writerows(rows)
            paths.append(path)
        return paths


def opened(path: Path, monkeypatch: Any = None) -> Any:
    """A file opened; with monkeypatch in this process, which is faster and otherwise the same."""
    if monkeypatch is not None:
        monkeypatch.setattr(
            sheet_files.limited,
            "call",
            lambda task, path, **limits: workbook_child.read(path, lambda *_: None),
        )
    return sheet_files.open_sheets(path)


def read_sheets(found: Any, units: dict[str, str] = UNITS, year: int = YEAR) -> Found:
    return of_sheets(found.sheets, units, year, list(found.faults), list(found.notes))


def of_sheets(
    sheets: list[Sheet],
    units: dict[str, str] = UNITS,
    year: int = YEAR,
    faults: Any = None,
    notes: Any = None,
) -> Found:
    dictionary, layout = rules()
    faults, notes = faults or [], notes or []
    rows = intake_workbook.read(sheets, layout, dictionary, units, year, faults, notes)
    return Found(rows, faults, notes)
