"""Sheets with a row a thing: objectives with their answers, lines of a table of scores or weights, grades of persons."""

from __future__ import annotations

from auditbook.figures import ZERO
from auditbook.intake import phrases
from auditbook.intake.account_layouts import bare
from auditbook.intake.cell_values import shown
from auditbook.intake.intake_cells import Value, choice_of, code_of, figure, value_of, words_of, year_of
from auditbook.intake.intake_layouts import NUMERIC, Row
from auditbook.intake.intake_sheets import Filled, Reading
from auditbook.intake.raw_tables import SHAPES, RawRow

SAME = {"同左", "同上", "同目标", "相同", "同测量什么"}


def objectives(filled: Filled, reading: Reading) -> list[RawRow]:
    """Rows of the shape ``objectives``. An actual value counts for its target only where it measures the same."""
    rows: list[RawRow] = []
    seen: dict[tuple[str, str], int] = {}
    for row in filled.rows:
        if not filled.speaks(row):
            continue
        told = len(reading.faults)
        found = _objective(filled, row, reading)
        if found is None or len(reading.faults) > told:
            continue
        key = (found["objective"], found["item"])
        if key in seen:
            reading.fault(
                filled.sheet.at(row),
                f"目标编号、子目标编号与另一行相同（{filled.sheet.at(seen[key])}）",
                "一个编号一行",
                "请改正编号，或删去其中一行",
            )
            continue
        seen[key] = row
        rows.append(found)
    return rows


def _objective(filled: Filled, row: int, reading: Reading) -> RawRow | None:
    number, part = code_of(filled, row, "objective", reading), code_of(filled, row, "item", reading)
    name, own, measured = (words_of(filled, row, id, reading) for id in ("name", "part", "measure"))
    unit = words_of(filled, row, "measured_in", reading)
    comparator = choice_of(filled, row, "comparator", reading)
    target = value_of(filled, row, "target", reading, unit)
    actual = value_of(filled, row, "actual", reading, unit)
    claimed, actual_measure = (words_of(filled, row, id, reading) for id in ("claimed", "actual_measure"))
    for id, code in (("objective", number), ("item", part)):
        if code and not code.isdigit():
            heading = filled.layout.column(id).heading
            reading.fault(filled.at(row, id), f"“{heading}”是“{shown(code)}”", "1、2、3 之类的序号")
    measure = measured or own or name
    if not measure:
        reading.fault(filled.at(row, "measure"), "没有写目标是什么", "“测量什么”“子目标”“目标”至少写一个")
    if target is None or actual is None or comparator is None:
        return None
    if target.has_value and not comparator:
        reading.fault(filled.at(row, "comparator"), "有目标值而没有比较符", "≥、≤ 或 ＝")
    for id, value in (("target", target), ("actual", actual)):
        if value.has_value and not unit:
            reading.fault(
                filled.at(row, "measured_in"),
                f"有{filled.layout.column(id).heading}而没有计量单位",
                "如 %、公里、人",
            )
            break
    if bare(actual_measure) in SAME:
        actual_measure = measure
    if actual.has_value and not actual_measure:
        reading.fault(
            filled.at(row, "actual_measure"),
            "有实际值而没有写它测量的是什么",
            "与目标测量同一件事写“同左”，否则照实写",
        )
    answer = filled.text(row, "claimed") or filled.text(row, "actual_measure")
    cells = {
        "objective": f"o{number}", "item": part, "measure": measure, "comparator": comparator, "target": target.value,
        "unit": unit, "claimed": claimed, "locator": filled.locator(row, "target" if target.has_value else "measure"),
        "quote": _quote(filled, row, "target", target, measure) if target.has_value else measure,
        "actual_measure": actual_measure, "actual": actual.value, "precision": actual.precision,
        "actual_locator": filled.locator(row, "actual") if actual.has_value or answer else "",
        "actual_quote": _quote(filled, row, "actual", actual, actual_measure) if actual.has_value else answer,
    }  # fmt: skip
    places = {
        "objective": "objective", "item": "item", "measure": "measure", "comparator": "comparator", "target": "target",
        "unit": "measured_in", "claimed": "claimed", "locator": "target", "quote": "target",
        "actual_measure": "actual_measure", "actual": "actual", "precision": "actual", "actual_locator": "actual",
        "actual_quote": "actual",
    }  # fmt: skip
    where = {column: filled.at(row, id) for column, id in places.items()}
    return RawRow({column: cells[column] for column in SHAPES["objectives"]}, filled.sheet.at(row), where)


def _quote(filled: Filled, row: int, id: str, value: Value, words: str) -> str:
    quote = f"{words} {filled.headings[id]} {filled.text(row, id)}"
    held = phrases.holds(quote, value.value, value.unit, zero=value.state == ZERO)
    return quote if held == phrases.HOLDS else f"{quote}（读作 {value.value}）"


def coded(filled: Filled, reading: Reading) -> list[RawRow]:
    """Figures whose item a row names by a code: scores by indicator, weights by branch and part."""
    rows: list[RawRow] = []
    seen: dict[str, int] = {}
    for row in filled.rows:
        if not filled.speaks(row):
            continue
        name = words_of(filled, row, "name", reading)
        known = filled.layout.row(name) if name else None
        item = "" if known else _item(filled, row, reading)
        if item is None:
            continue
        key = item or (known.names[0] if known else "")
        if key in seen:
            reading.fault(
                filled.sheet.at(row),
                f"“{shown(name or key)}”写了两行（另一行在 {filled.sheet.at(seen[key])}）",
                "一行",
                "请删去其中一行",
            )
            continue
        seen[key] = row
        rows += _coded_cells(filled, row, item, name, known, reading)
    return rows


def _coded_cells(
    filled: Filled, row: int, item: str, name: str, known: Row | None, reading: Reading
) -> list[RawRow]:
    rows = []
    for column in filled.layout.columns:
        id = known.figures.get(column.id) if known else column.figure
        value = value_of(filled, row, column.id, reading) if column.kind in NUMERIC else None
        if value is None or id is None:
            continue
        label = name or f"{item} {column.heading}"
        rows.append(
            figure(
                filled,
                row,
                column.id,
                value,
                figure=id,
                year=year_of(column, reading),
                item=item,
                label=label,
            )
        )
    return rows


def _item(filled: Filled, row: int, reading: Reading) -> str | None:
    """The item that a row names; None and a fault where it does not."""
    parts = []
    for id in filled.layout.item_from:
        column = filled.layout.column(id)
        part = choice_of(filled, row, id, reading) if column.choices else words_of(filled, row, id, reading)
        if not part:
            if not column.filled:
                reading.fault(
                    filled.at(row, id),
                    f"“{column.heading}”是空的",
                    "这一行要写明代号",
                    "指标代号见 auditbook explain",
                )
            return None
        parts.append(part)
    return ".".join(parts)


def grades(filled: Filled, reading: Reading) -> list[RawRow]:
    """Rows of the shape ``grades``. A blank grade is a grade that is missing."""
    rows: list[RawRow] = []
    for row in filled.rows:
        if not filled.speaks(row):
            continue
        told = len(reading.faults)
        person = code_of(filled, row, "person", reading)
        branch, period, grader, grade = (
            choice_of(filled, row, id, reading) for id in ("branch", "period", "grader", "grade")
        )
        item = words_of(filled, row, "item", reading)
        if len(reading.faults) > told or None in (branch, period, grader, grade):
            continue
        cells = {
            "person": person, "branch": branch or "", "period": period or "", "grader": grader or "", "item": item,
            "grade": grade or "", "locator": filled.locator(row),
            "quote": " ".join(text for id in ("person", "period", "grader", "item", "grade") if (text := filled.text(row, id))),
        }  # fmt: skip
        where = {column: filled.at(row, column) for column in cells if column in filled.columns}
        rows.append(RawRow(cells, filled.sheet.at(row), where))
    return rows
