"""Sheets whose rows and columns name a figure: budget, staff, three public expenses, procurement, assets, survey.

A blank beside filled cells is a missing figure; a row or a block that nobody has begun says nothing. 合计 is the whole,
never a further item.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

from auditbook.cases import DEPARTMENT
from auditbook.figures import MISSING, NOT_APPLICABLE
from auditbook.intake.account_layouts import bare
from auditbook.intake.cell_values import shown
from auditbook.intake.intake_cells import Value, added, derived, figure, missing, value_of, year_of
from auditbook.intake.intake_layouts import NUMERIC, Column, Row, bare_all, nearest
from auditbook.intake.intake_sheets import Filled, Reading, scope_of
from auditbook.intake.raw_tables import RawRow


@dataclass(frozen=True)
class _Entry:
    """A row of a grid that is understood."""

    row: int
    scope: str
    spec: Row


@dataclass(frozen=True)
class _Cell:
    """A cell that is a figure: of whom, of which item, and what stands there."""

    entry: _Entry
    column: Column
    figure: str
    year: int
    value: Value

    @property
    def item(self) -> str:
        return self.entry.spec.item


_ALL = Row(names=["合计"])


def read(filled: Filled, reading: Reading) -> list[RawRow]:
    """The figures of a grid."""
    entries = _entries(filled, reading)
    spoken = [entry for entry in entries if filled.speaks(entry.row)]
    begun = {entry.scope for entry in spoken}
    silent = [entry for entry in entries if entry.scope in begun and not filled.speaks(entry.row)]
    said = {(entry.scope, entry.spec.names[0]) for entry in spoken}
    cells = [
        cell
        for entry in (*spoken, *(e for e in silent if (e.scope, e.spec.names[0]) not in said))
        for cell in _cells(filled, entry, reading)
    ]
    _once(filled, spoken, reading)
    rows = []
    told = [cell for cell in cells if cell.value.state != MISSING] + _gaps(cells)
    for cell in sorted(told, key=lambda cell: (cell.entry.row, filled.columns[cell.column.id])):
        name = "" if cell.entry.spec is _ALL else f"{cell.entry.spec.names[0]} "
        label = f"{name}{cell.column.heading}"
        rows.append(
            figure(
                filled, cell.entry.row, cell.column.id, cell.value, figure=cell.figure, year=cell.year,
                scope=cell.entry.scope, item=cell.item, label=label,
            )
        )  # fmt: skip
    return rows + _absent(filled, entries, cells, reading) + _adds(filled, cells, reading)


def _absent(filled: Filled, entries: list[_Entry], cells: list[_Cell], reading: Reading) -> list[RawRow]:
    """Items of which a unit that has begun has no row at all: missing, where nothing but its items gives the unit's whole.

    A row that was deleted would else be a sum that is silently less.
    """
    rows: list[RawRow] = []
    named = {(entry.scope, entry.spec.names[0]) for entry in entries}
    for scope in dict.fromkeys(cell.entry.scope for cell in cells if cell.item):
        own = [cell for cell in cells if cell.entry.scope == scope]
        whole = {(cell.figure, cell.year) for cell in own if not cell.item and cell.value.has_value}
        split = {(cell.figure, cell.year): cell.column for cell in own if cell.item}
        for spec in filled.layout.rows:
            if not spec.item or (scope, spec.names[0]) in named:
                continue
            for (id, year), column in split.items():
                if (id, year) not in whole and id in {*spec.figures.values(), column.figure}:
                    rows.append(
                        missing(
                            filled, own[0].entry.row, figure=id, year=year, scope=scope, item=spec.item,
                            label=f"{spec.names[0]} {column.heading}", reason=f"表里没有“{spec.names[0]}”一行",
                        )
                    )  # fmt: skip
    return rows


def _entries(filled: Filled, reading: Reading) -> list[_Entry]:
    """The rows by unit and name; a row without amounts is left out where its name is not known."""
    found = []
    for row in filled.rows:
        speaks = filled.speaks(row)
        told = len(reading.faults)
        scope = scope_of(filled, row, reading)
        spec = _spec(filled, row, reading)
        if not speaks:
            del reading.faults[told:]
        if scope is not None and spec is not None:
            found.append(_Entry(row, scope, spec))
    return found


def _spec(filled: Filled, row: int, reading: Reading) -> Row | None:
    if not filled.layout.has("item"):
        return _ALL
    text = filled.text(row, "item")
    if not text and reading.workbook.is_total(filled.text(row, "scope")):
        text = filled.text(row, "scope")
    found = filled.layout.row(text) if text else None
    if found is None:
        names = [spec.names[0] for spec in filled.layout.rows]
        heading = filled.layout.column("item").heading
        what = f"“{heading}”是“{shown(text)}”" if text else f"“{heading}”是空的"
        reading.fault(
            filled.at(row, "item"),
            what,
            "、".join(names),
            nearest(text, names) if text else "整个单位的数写“合计”",
        )
    return found


def _cells(filled: Filled, entry: _Entry, reading: Reading) -> list[_Cell]:
    cells = []
    for column in filled.layout.columns:
        if column.kind not in NUMERIC or column.id not in filled.columns:
            continue
        value = value_of(filled, entry.row, column.id, reading)
        if value is None:
            continue
        id = entry.spec.figures.get(column.id) if entry.spec.figures else column.figure
        if id is None or (column.whole and entry.spec.item):
            if value.state not in {MISSING, NOT_APPLICABLE}:
                name = entry.spec.names[0]
                reading.fault(
                    filled.at(entry.row, column.id), f"“{name}”一行没有“{column.heading}”，却写着“{filled.text(entry.row, column.id)}”",
                    "空", "只填在合计行" if column.whole else "请移到该填的一行",
                )  # fmt: skip
            continue
        cells.append(_Cell(entry, column, id, year_of(column, reading), value))
    return cells


def _gaps(cells: list[_Cell]) -> list[_Cell]:
    """The blanks that are gaps: not where the whole is given by its items, or the department by its units."""
    given = [cell for cell in cells if cell.value.state != MISSING]
    by_items = {(cell.figure, cell.year, cell.entry.scope) for cell in given if cell.item}
    of_units = [cell for cell in given if cell.entry.scope != DEPARTMENT]
    by_units = {(cell.figure, cell.year, item) for cell in of_units for item in ("", cell.item)}
    return [
        cell for cell in cells
        if cell.value.state == MISSING
        and not (not cell.item and (cell.figure, cell.year, cell.entry.scope) in by_items)
        and not (cell.entry.scope == DEPARTMENT and (cell.figure, cell.year, cell.item) in by_units)
    ]  # fmt: skip


def _once(filled: Filled, spoken: list[_Entry], reading: Reading) -> None:
    """Two rows of one unit and item are a mistake, even where they say the same."""

    def key(entry: _Entry) -> tuple[str, str]:
        return entry.scope, entry.spec.names[0]

    for (_, name), group in groupby(sorted(spoken, key=lambda e: (key(e), e.row)), key):
        first, *more = group
        for entry in more:
            said = f"“{name}”" if filled.layout.has("item") else ""
            reading.fault(
                filled.sheet.at(entry.row),
                f"同一单位{said}写了两行（另一行在 {filled.sheet.at(first.row)}）",
                "一行",
                "请删去其中一行",
            )


def _adds(filled: Filled, cells: list[_Cell], reading: Reading) -> list[RawRow]:
    """Figures that are the sum of several rows."""
    rows = []
    for wanted in filled.layout.adds:
        for scope in dict.fromkeys(cell.entry.scope for cell in cells):
            parts = [
                cell for cell in cells
                if cell.entry.scope == scope and cell.column.id == wanted.column
                and bare(cell.entry.spec.names[0]) in bare_all(tuple(wanted.rows))
            ]  # fmt: skip
            if len(parts) == len(wanted.rows) and all(cell.value.has_value for cell in parts):
                total, precision, words = added([cell.value for cell in parts])
                name = " + ".join(cell.entry.spec.names[0] for cell in parts)
                rows.append(
                    derived(
                        filled, [cell.entry.row for cell in parts], figure=wanted.figure, year=reading.year, scope=scope,
                        label=name, value=total, unit=parts[0].value.unit, precision=precision, column=wanted.column,
                        quote=f"{name}：{words}",
                    )
                )  # fmt: skip
    return rows
