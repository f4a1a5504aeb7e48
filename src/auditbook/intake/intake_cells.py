"""Cells of an intake workbook as evidence: an amount with its state and precision, a day, a choice, a row of a shape."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from auditbook.cases import DEPARTMENT
from auditbook.figures import MISSING, NOT_APPLICABLE, VALUE, ZERO
from auditbook.intake import phrases
from auditbook.intake.account_layouts import bare
from auditbook.intake.cell_values import PERCENT as WRITTEN_AS_PERCENT
from auditbook.intake.cell_values import amount, day, shown
from auditbook.intake.intake_layouts import AMOUNT, NUMBER, PERCENT, Column, bare_all, nearest
from auditbook.intake.intake_sheets import Filled, Reading
from auditbook.intake.raw_tables import SHAPES, RawRow
from auditbook.intake.sheets import DATE, ERROR, UNCACHED, Note
from auditbook.numbers import EXACT, parse, places, plain

DERIVED = "derived"
TOTAL, LINE = "sheet_total", "sheet_line"
_EXPECTED = "数；没有数据留空，没有发生写 0，不适用写“不适用”"


@dataclass(frozen=True)
class Value:
    """What a cell of a numeric column says: its state, and the number as published where it has one."""

    state: str
    value: str = ""
    unit: str = ""
    precision: str = ""

    @property
    def has_value(self) -> bool:
        """Whether something can be computed from it."""
        return self.state in {VALUE, ZERO}


def value_of(filled: Filled, row: int, id: str, reading: Reading, unit: str = "") -> Value | None:
    """Read a numeric cell.

    Takes    unit: of this row, where its column does not say it.
    Returns  missing for a blank, not applicable where it says so, else the number; None and a fault for anything else.
    """
    column = filled.layout.column(id)
    text, mark, where = filled.text(row, id), filled.mark(row, id), filled.at(row, id)
    if filled.blank(row, id):
        return Value(MISSING)
    if bare(text) in bare_all(tuple(reading.workbook.not_applicable)):
        return Value(NOT_APPLICABLE)
    try:
        number = amount(text, mark)
    except ValueError as error:
        reading.fault(where, f"“{column.heading}”{error}", _EXPECTED)
        return None
    own = filled.unit if column.kind == AMOUNT else column.unit or unit
    if column.kind == AMOUNT and not own:
        return None  # the sheet has been told that it lacks its unit
    percent = number.kind == WRITTEN_AS_PERCENT
    if percent and own != "%":
        reading.fault(where, f"“{column.heading}”是百分数“{shown(text)}”", f"以{own or '自己的单位'}计的数")
        return None
    if column.kind == PERCENT and not percent and 0 < abs(parse(number.value)) <= 1:
        reading.fault(
            where, f"“{column.heading}”是 {number.value}，像是比例而不是百分数", "百分数的数字：75% 写 75",
            "若确实不到百分之一，请写明百分号，如 0.5%",
        )  # fmt: skip
        return None
    if number.kind:
        reading.notes.append(Note(where, text, number.value, number.kind))
    state = VALUE if parse(number.value) else ZERO
    return Value(state, number.value, own, precision_of(number.value, column, own, reading))


def precision_of(value: str, column: Column, unit: str, reading: Reading) -> str:
    """The last place of a number: what it shows, or what a number of its unit is at least exact to, whichever is finer.

    Counts and points are exact, and so is a whole number of things.
    """
    own = _place(places(value))
    least = reading.workbook.least_precision.get(unit)
    if column.kind not in {AMOUNT, PERCENT, NUMBER} or (least is None and own == "1"):
        return EXACT
    return min(least or own, own, key=parse)


def _place(decimals: int) -> str:
    return "0." + "0" * (decimals - 1) + "1" if decimals else "1"


def figure(
    filled: Filled, row: int, id: str, value: Value, *, figure: str, year: int, scope: str = DEPARTMENT, item: str = "",
    label: str = "",
) -> RawRow:  # fmt: skip
    """A cell as a row of the shape ``figures``: with the heading and what stands there as its phrase."""
    heading = filled.headings.get(id, filled.layout.column(id).heading)
    text, at = filled.text(row, id), filled.at(row, id)
    quote = f"{heading} {text}" if text else ""
    if value.has_value:
        held = phrases.holds(quote, value.value, value.unit, zero=value.state == ZERO)
        quote += f"（读作 {value.value}）" if held != phrases.HOLDS else ""
    naming = {"scope": "scope", "item": "item", "label": "item"}
    return RawRow(
        {
            "figure": figure, "scope": scope, "item": item, "year": str(year), "label": label or heading,
            "state": value.state, "value": value.value, "unit": value.unit if value.has_value else "",
            "precision": value.precision if value.has_value else "", "locator": filled.locator(row, id), "quote": quote,
            "basis": "",
        },
        at,
        {
            **{name: at for name in ("figure", "year", "state", "value", "precision", "locator", "quote")},
            **{name: filled.at(row, column) for name, column in naming.items() if column in filled.columns},
            "unit": filled.unit_place if filled.layout.column(id).kind == AMOUNT else at,
        },
    )  # fmt: skip


def derived(
    filled: Filled, rows: Sequence[int], *, figure: str, year: int, value: str, unit: str, quote: str, scope: str = DEPARTMENT,
    item: str = "", label: str = "", precision: str = EXACT, column: str | None = None,
) -> RawRow:  # fmt: skip
    """A figure that is counted or added up from rows of a sheet: where they are, and how it comes out, as its phrase."""
    first = filled.sheet.at(rows[0], filled.columns.get(column) if column else None)
    return RawRow(
        {
            "figure": figure, "scope": scope, "item": item, "year": str(year), "label": label,
            "state": VALUE if parse(value) else ZERO, "value": value, "unit": unit, "precision": precision,
            "locator": rows_named(filled, rows), "quote": quote, "basis": DERIVED,
        },
        first,
        dict.fromkeys(SHAPES["figures"], first),
    )  # fmt: skip


def missing(
    filled: Filled, row: int, *, figure: str, year: int, scope: str = DEPARTMENT, item: str = "", label: str = "",
    reason: str,
) -> RawRow:  # fmt: skip
    """A figure that a sheet would give and does not, with the reason as its phrase."""
    where = filled.sheet.at(row)
    return RawRow(
        {
            "figure": figure, "scope": scope, "item": item, "year": str(year), "label": label, "state": MISSING, "value": "",
            "unit": "", "precision": "", "locator": filled.locator(row), "quote": reason, "basis": "",
        },
        where,
        dict.fromkeys(SHAPES["figures"], where),
    )  # fmt: skip


def rows_named(filled: Filled, rows: Sequence[int]) -> str:
    """Rows as a person looks them up: ``任务清单 第7—9、12行``."""
    numbers = sorted(filled.sheet.numbers[row] for row in rows)
    spans: list[list[int]] = []
    for number in numbers:
        if spans and number == spans[-1][-1] + 1:
            spans[-1].append(number)
        else:
            spans.append([number])
    words = "、".join(f"{span[0]}—{span[-1]}" if len(span) > 1 else str(span[0]) for span in spans)
    return f"{filled.sheet.name or filled.layout.title} 第{words}行"


def added(values: Sequence[Value]) -> tuple[str, str, str]:
    """The exact sum of values of one unit; its precision, wide enough for all of them together; the sum in words."""
    total = plain(sum((parse(value.value) for value in values), Fraction(0)))
    spread = sum((parse(value.precision) for value in values if value.precision != EXACT), Fraction(0))
    precision = EXACT
    if spread:
        decimals = max(places(value.precision) for value in values)
        while decimals and parse(_place(decimals)) < spread:
            decimals -= 1
        tens = 0
        while not decimals and 10**tens < spread:
            tens += 1
        precision = _place(decimals) if decimals else "1" + "0" * tens
    words = " + ".join(value.value for value in values)
    return total, precision, f"{words} = {total}" if len(values) > 1 else total


def control(
    filled: Filled, name: str, scope: str, year: int, total: tuple[int, str, Value], lines: Sequence[tuple[int, str, Value]],
) -> list[RawRow]:  # fmt: skip
    """A total that a sheet gives and the cells that it is the total of: an identity holds them against each other.

    Takes    name: of the total, an id; total, lines: row, column and value of each.
    """
    rows = [
        figure(filled, total[0], total[1], total[2], figure=TOTAL, year=year, scope=scope, item=name, label=_called(filled, total[0]))
    ]  # fmt: skip
    for row, id, value in lines:
        item = f"{name}.r{filled.sheet.numbers[row]}_{id}"
        label = _called(filled, row)
        rows.append(
            figure(filled, row, id, value, figure=LINE, year=year, scope=scope, item=item, label=label)
        )
    return rows


def _called(filled: Filled, row: int) -> str:
    return f"{filled.layout.title}第{filled.sheet.numbers[row]}行"


def words_of(filled: Filled, row: int, id: str, reading: Reading) -> str:
    """The words of a cell; a fault and "" where it is an error or a formula without its value, or must be filled."""
    column, text = filled.layout.column(id), filled.text(row, id)
    mark = filled.mark(row, id)
    if mark in {ERROR, UNCACHED}:
        said = f"是错误值“{shown(text)}”" if mark == ERROR else "是公式，而文件里没有存它的值"
        reading.fault(
            filled.at(row, id),
            f"“{column.heading}”{said}",
            "文字",
            "请改正，或用 Excel 或 WPS 打开并保存一次",
        )
        return ""
    if not text and column.filled:
        reading.fault(filled.at(row, id), f"“{column.heading}”是空的", "这一行要写明", column.note or "")
    return text


def choice_of(filled: Filled, row: int, id: str, reading: Reading) -> str | None:
    """What a choice stands for, "" for a blank; None and a fault for what is no choice."""
    text = words_of(filled, row, id, reading)
    column = filled.layout.column(id)
    if not text:
        return None if column.filled else ""
    chosen = column.chosen(text)
    if chosen is None:
        reading.fault(
            filled.at(row, id),
            f"“{column.heading}”是“{shown(text)}”",
            "、".join(column.offered),
            nearest(text, column.choices),
        )
    return chosen


def day_of(filled: Filled, row: int, id: str, reading: Reading) -> date | None:
    """A day; None for a blank, and None and a fault for what is no day."""
    if filled.blank(row, id):
        if filled.layout.column(id).filled:
            words_of(filled, row, id, reading)
        return None
    try:
        return date.fromisoformat(day(filled.text(row, id), filled.mark(row, id)))
    except ValueError as error:
        heading = filled.layout.column(id).heading
        reading.fault(filled.at(row, id), f"“{heading}”{error}", f"日期，如 {reading.year}-03-05")
        return None


def code_of(filled: Filled, row: int, id: str, reading: Reading) -> str:
    """A code or number of its own kind: 1, 01 and 1.0 are one; "" where it is blank, or no code, with a fault."""
    text = words_of(filled, row, id, reading)
    if filled.mark(row, id) == DATE:
        reading.fault(
            filled.at(row, id),
            f"“{filled.layout.column(id).heading}”被当作日期“{shown(text)}”",
            "编号",
            "请把单元格设成文本再写",
        )
        return ""
    found = re.fullmatch(r"0*([0-9]+)(?:\.0+)?", bare(text))
    return found[1] if found else bare(text)


def year_of(column: Column, reading: Reading) -> int:
    """The year that the cells of a column are of."""
    return reading.year - 1 if column.year == "before" else reading.year
