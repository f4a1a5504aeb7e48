"""The sheet 上年带入: figures of last year's case that this year's rests on, each with where it stood.

Units are those of last year's case. What has become of them says this year's case file: a renamed unit keeps its figures, of
merged units they are added up exactly, and those of a split unit are not divided, since nothing says how.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from auditbook.cases import DEPARTMENT
from auditbook.figures import CARRIED, MISSING, VALUE, ZERO, Dictionary, FigureRow, Figures, Key, Resolved
from auditbook.intake.cell_values import shown
from auditbook.intake.intake_cells import Value, added, value_of, words_of
from auditbook.intake.intake_sheets import Filled, Reading
from auditbook.intake.intake_taken import ORIGIN
from auditbook.intake.raw_tables import SHAPES, RawRow
from auditbook.intake.sheets import Note
from auditbook.numbers import EXACT, factor, parse, plain

NOT_CARRIED = "not_carried"


@dataclass(frozen=True)
class Left:
    """Figures that are not carried: of which former unit, how many, and why."""

    unit: str
    count: int
    why: str


def succeeding(
    rows: Sequence[FigureRow], units: Mapping[str, Sequence[str]], dictionary: Dictionary
) -> tuple[list[FigureRow], list[Left]]:
    """Figures of former units as figures of this year's.

    Takes    rows: with the scopes of last year's case; units: by unit of this year the former units that it has come out of.
    Returns  the department's as they are; of a unit with one former unit as they were there; of one with several their exact
             sums, where each of them has the figure (``Figures`` decides, as it does for a department of these units); and
             what is not carried: of units that were split or are gone, and sums that lack a part.
    """  # fmt: skip
    found = [row for row in rows if row.key.scope == DEPARTMENT]
    left: list[Left] = []
    heirs: dict[str, list[str]] = {}
    for unit, formers in units.items():
        for former in formers:
            heirs.setdefault(former, []).append(unit)
    own: dict[str, list[FigureRow]] = {}
    for row in rows:
        if row.key.scope != DEPARTMENT:
            own.setdefault(row.key.scope, []).append(row)
    for former, figures in own.items():
        into = heirs.get(former, [])
        if not into:
            left.append(Left(former, len(figures), "案例文件的 units 里没有由它而来的单位"))
        elif len(into) > 1:
            left.append(
                Left(former, len(figures), f"它分成了{'、'.join(into)}，上年的数没有依据可分，不能比较")
            )
    for unit, formers in units.items():
        whole = [former for former in formers if len(heirs[former]) == 1 and former in own]
        split = [former for former in formers if len(heirs[former]) > 1]
        if split and len(formers) > 1:
            # a part of one and the whole of another: what the whole brings is not all there was
            left += [
                Left(former, len(own[former]), f"“{unit}”还来自拆分的{'、'.join(split)}，相加不全")
                for former in whole
            ]
        elif len(formers) == 1:
            found += (
                replace(row, key=replace(row.key, scope=unit)) for former in whole for row in own[former]
            )
        elif whole:
            sums, lacking = _merged(
                unit, formers, [row for former in whole for row in own[former]], dictionary
            )
            found += sums
            left += lacking
    return found, left  # fmt: skip


def _merged(
    unit: str, formers: Sequence[str], rows: Sequence[FigureRow], dictionary: Dictionary
) -> tuple[list[FigureRow], list[Left]]:
    """The figures of several units as those of one: a sum for each figure, item and year that any of them has."""
    found: list[FigureRow] = []
    left: list[Left] = []
    by_name = {str(row.key): row for row in rows}
    for figure, item, year in dict.fromkeys((row.key.figure, row.key.item, row.key.year) for row in rows):
        together = Figures(
            dictionary, [replace(row, chosen=True) for row in rows if row.key.year == year], formers, year
        )
        resolved = together.resolve(figure, DEPARTMENT, item)
        parts = [by_name[name] for name in resolved.terms]
        if resolved.state == MISSING:
            lacking = "、".join(dict.fromkeys(name.split(":")[1] for name in resolved.lacking))
            left.append(
                Left(unit, 1, f"{dictionary[figure].name}{f'（{item}）' if item else ''}缺{lacking}的数，相加不全")
            )  # fmt: skip
        else:
            found.append(_sum(Key(figure, unit, item, year), resolved, parts, rows))
    return found, left


def _sum(key: Key, resolved: Resolved, parts: Sequence[FigureRow], rows: Sequence[FigureRow]) -> FigureRow:
    """The exact sum of figures of one kind, in the finest unit that one of them is in, with all that it rests on."""
    if resolved.value is None:
        like = next(
            r for r in rows if (r.key.figure, r.key.item, r.key.year) == (key.figure, key.item, key.year)
        )
        return replace(like, key=key)
    if len(parts) == 1:
        return replace(parts[0], key=key)
    unit = min((row.unit for row in parts), key=factor)
    values = [
        Value(
            row.state, plain(row.exact / factor(unit)), unit,
            row.precision if row.precision == EXACT else plain(parse(row.precision) * factor(row.unit) / factor(unit)),
        )
        for row in parts
    ]  # fmt: skip
    total, precision, words = added(values)
    named = "；".join(f"{row.key.scope} {row.locator}" for row in parts)
    return FigureRow(
        key, parts[0].source, named, parts[0].label, VALUE if parse(total) else ZERO, CARRIED,
        total, unit, precision, f"{words}{unit}", "", False,
    )  # fmt: skip


# --- the sheet -------------------------------------------------------------------------------------------------


def read(filled: Filled, reading: Reading) -> list[RawRow]:
    """Rows of the shape ``figures``, of this year's units, with the basis ``carried`` and the document that each stood in."""
    told = len(reading.faults)
    rows: dict[str, tuple[int, FigureRow]] = {}
    for row in filled.rows:
        found = _row(filled, row, reading) if filled.speaks(row) else None
        if found is None:
            continue
        name = str(found.key)
        if name in rows:
            other = filled.sheet.at(rows[name][0])
            reading.fault(
                filled.sheet.at(row), f"“{name}”带入了两行（另一行在 {other}）", "一行", "请删去其中一行"
            )
            continue
        rows[name] = row, found
    if len(reading.faults) > told:
        return []
    carried, left = succeeding([row for _, row in rows.values()], reading.former, reading.dictionary)
    reading.notes += (
        Note(
            filled.sheet.file,
            f"上年单位“{one.unit}”的 {one.count} 个数" if one.unit not in reading.units else f"“{reading.units[one.unit]}”的 {one.count} 个数",
            f"没有带入：{one.why}", NOT_CARRIED,
        )
        for one in left
    )  # fmt: skip
    return [_raw(filled, row, rows) for row in carried]


def _row(filled: Filled, row: int, reading: Reading) -> FigureRow | None:
    told = len(reading.faults)
    code, unit, at = (words_of(filled, row, id, reading) for id in ("code", "unit", "at"))
    meaning = reading.dictionary.get(code)
    if code and (meaning is None or meaning.carries_to is None):
        known = "、".join(id for id, own in reading.dictionary.items() if own.carries_to)
        reading.fault(
            filled.at(row, "code"), f"“{shown(code)}”不是带入的数字", known, "别的数字填到各自的表里"
        )
    year = reading.year if meaning is not None and meaning.stands else reading.year - 1
    if at and at != str(year):
        what = "本年（编制沿用到本年）" if year == reading.year else "上一年"
        reading.fault(filled.at(row, "at"), f"所属年度是“{shown(at)}”", f"{what} {year}")
    value = value_of(filled, row, "value", reading, filled.text(row, "measured_in"))
    if value is not None and value.has_value:
        for id in ("measured_in", "quote"):
            if not filled.text(row, id):
                heading = filled.layout.column(id).heading
                reading.fault(
                    filled.at(row, id),
                    f"带入的一行没有写“{heading}”",
                    "上年案例里的原样",
                    "请补上，或删去这一行",
                )
    elif value is not None and value.state == MISSING:
        reading.fault(filled.at(row, "value"), "带入的一行没有数值", "一个数", "请补上，或删去这一行")
    if value is None or len(reading.faults) > told:
        return None
    case, document, place = (filled.text(row, id) for id in ("case", "document", "place"))
    said = " ".join(part for part in (case, place) if part)
    has = value.has_value
    return FigureRow(
        Key(code, unit, filled.text(row, "item"), year), document, said, filled.text(row, "label"), value.state,
        CARRIED if has else "", value.value, value.unit if has else "",
        (filled.text(row, "precision") or EXACT).replace("精确", EXACT) if has else "", filled.text(row, "quote"), "", False,
    )  # fmt: skip


def _raw(filled: Filled, carried: FigureRow, rows: Mapping[str, tuple[int, FigureRow]]) -> RawRow:
    """A carried figure as a row of a raw table: at the row it stands in, or the first of those that it is the sum of."""
    at = next(_standing(carried, rows))
    key = carried.key
    cells = {
        "figure": key.figure, "scope": key.scope, "item": key.item, "year": str(key.year), "label": carried.label,
        "state": carried.state, "value": carried.value, "unit": carried.unit, "precision": carried.precision,
        "locator": carried.locator, "quote": carried.quote, "basis": carried.basis,
    }  # fmt: skip
    if carried.source:
        cells[ORIGIN] = carried.source
    named = {
        "figure": "code",
        "scope": "unit",
        "item": "item",
        "year": "at",
        "unit": "measured_in",
        ORIGIN: "document",
    }
    places = {column: filled.at(at, named.get(column, "value")) for column in (*SHAPES["figures"], ORIGIN)}
    return RawRow(cells, filled.sheet.at(at), places)


def _standing(carried: FigureRow, rows: Mapping[str, tuple[int, FigureRow]]) -> Iterator[int]:
    """The rows of the sheet that a carried figure comes from, the most telling first."""
    alike = [
        (number, row) for number, row in rows.values()
        if (row.key.figure, row.key.item, row.key.year) == (carried.key.figure, carried.key.item, carried.key.year)
    ]  # fmt: skip
    yield from (
        number for number, row in alike if row.locator == carried.locator and row.value == carried.value
    )
    yield from (number for number, row in alike if row.locator in carried.locator)
    yield from (number for number, _ in alike)
