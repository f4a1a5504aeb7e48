"""Monthly payments: a figure a month, the running total held against them, and what was paid by the appointed month."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from auditbook.figures import MISSING
from auditbook.intake.account_layouts import bare
from auditbook.intake.cell_values import shown
from auditbook.intake.intake_cells import (
    Value,
    added,
    choice_of,
    control,
    derived,
    figure,
    missing,
    value_of,
)
from auditbook.intake.intake_sheets import Filled, Reading, scope_of
from auditbook.intake.raw_tables import RawRow
from auditbook.intake.sheets import DATE

MONTHLY, TO_DATE, PLANNED = "paid_monthly", "paid_to_date", "planned_progress"
_MONTH = re.compile(
    r"(?:((?:19|20)[0-9]{2})[-年/.]?)?(?:0?([1-9])|(1[0-2])|([一二三四五六七八九十]{1,2}))(?:月份?)?"
)
_CHINESE = {name: number for number, name in enumerate([*"一二三四五六七八九十", "十一", "十二"], 1)}
MONTHS = range(1, 13)


@dataclass(frozen=True)
class _Month:
    row: int
    number: int
    paid: Value
    cumulative: Value
    planned: Value
    appointed: bool


def read(filled: Filled, reading: Reading) -> list[RawRow]:
    """The figures of monthly payments, unit by unit."""
    months: dict[str, dict[int, _Month]] = {}
    totals: dict[str, int] = {}
    for row in filled.rows:
        if not filled.speaks(row):
            continue
        scope = scope_of(filled, row, reading)
        total = reading.workbook.is_total(filled.text(row, "month"))
        number = 0 if total else _number(filled, row, reading)
        values = [value_of(filled, row, id, reading) for id in ("paid", "cumulative", "planned")]
        point = choice_of(filled, row, "point", reading)
        if scope is None or number is None or point is None or None in values:
            continue
        same = months.get(scope, {}).get(number)
        before = totals.get(scope) if total else same.row if same else None
        if before is not None:
            said = "合计" if total else f"{number}月"
            reading.fault(
                filled.sheet.at(row),
                f"同一单位的{said}写了两行（另一行在 {filled.sheet.at(before)}）",
                "一行",
                "请删去其中一行",
            )
        elif total:
            totals[scope] = row
        else:
            paid, cumulative, planned = values
            assert paid and cumulative and planned
            months.setdefault(scope, {})[number] = _Month(
                row, number, paid, cumulative, planned, point == "yes"
            )
    figures: list[RawRow] = []
    for scope, own_months in months.items():
        figures += _of_scope(filled, scope, own_months, totals.get(scope), reading)
    return figures


def _number(filled: Filled, row: int, reading: Reading) -> int | None:
    text = filled.text(row, "month")
    if filled.mark(row, "month") == DATE:
        text = text[:7]
    found = _MONTH.fullmatch(bare(text))
    number = int(found[2] or found[3] or _CHINESE.get(found[4], 0)) if found else 0
    if not found or not number:
        reading.fault(filled.at(row, "month"), f"“月份”是“{shown(text)}”", "1月至12月，一月一行")
        return None
    if found[1] and int(found[1]) != reading.year:
        reading.fault(
            filled.at(row, "month"), f"月份是“{shown(text)}”", f"{reading.year}年的月份", "别的年度的行请删去"
        )
        return None
    return number


def _of_scope(
    filled: Filled, scope: str, months: Mapping[int, _Month], total: int | None, reading: Reading
) -> list[RawRow]:
    year = reading.year
    rows: list[RawRow] = []
    some = next(iter(months.values()))
    for number in MONTHS:
        item, label = f"m{number:02}", f"{number}月 {filled.layout.column('paid').heading}"
        month = months.get(number)
        if month is None:
            reason = f"表里没有{number}月"
            rows.append(
                missing(
                    filled,
                    some.row,
                    figure=MONTHLY,
                    year=year,
                    scope=scope,
                    item=item,
                    label=label,
                    reason=reason,
                )
            )
        else:
            rows.append(
                figure(
                    filled,
                    month.row,
                    "paid",
                    month.paid,
                    figure=MONTHLY,
                    year=year,
                    scope=scope,
                    item=item,
                    label=label,
                )
            )
            rows += _cumulative(filled, scope, months, number, year)
    if total is not None:
        rows += _total(filled, scope, months, total, reading)
    appointed = [month for month in months.values() if month.appointed]
    for month in appointed[1:]:
        first = filled.at(appointed[0].row, "point")
        reading.fault(
            filled.at(month.row, "point"), f"第二个考核时点（第一个在 {first}）", "一个", "请只留一个“是”"
        )
    return rows + (_appointed(filled, scope, months, appointed[0], year) if len(appointed) == 1 else [])


def _cumulative(
    filled: Filled, scope: str, months: Mapping[int, _Month], number: int, year: int
) -> list[RawRow]:
    """The running total of a month against that of the month before and what was paid in it."""
    month = months[number]
    before = months.get(number - 1)
    parts = [(month.row, "paid", month.paid)]
    if before is not None:
        parts.insert(0, (before.row, "cumulative", before.cumulative))
    known = all(value.has_value for _, _, value in parts) and month.cumulative.has_value
    if not known or (before is None and number > 1):
        return []
    name = f"payments_m{number:02}"
    return control(filled, name, scope, year, (month.row, "cumulative", month.cumulative), parts)


def _total(
    filled: Filled, scope: str, months: Mapping[int, _Month], total: int, reading: Reading
) -> list[RawRow]:
    value = value_of(filled, total, "paid", reading)
    parts = [(month.row, "paid", month.paid) for month in months.values()]
    if value is None or not value.has_value or not all(part.has_value for _, _, part in parts):
        return []
    return control(filled, "payments", scope, reading.year, (total, "paid", value), parts)


def _appointed(
    filled: Filled, scope: str, months: Mapping[int, _Month], month: _Month, year: int
) -> list[RawRow]:
    """What was paid by the appointed month, as the sheet says or as its months add up, and what should have been."""
    rows = [figure(filled, month.row, "planned", month.planned, figure=PLANNED, year=year, scope=scope)]
    through = [months[number] for number in range(1, month.number + 1) if number in months]
    complete = len(through) == month.number and all(one.paid.has_value for one in through)
    if month.cumulative.state != MISSING or not complete:
        rows.append(
            figure(filled, month.row, "cumulative", month.cumulative, figure=TO_DATE, year=year, scope=scope)
        )
        return rows
    total, precision, words = added([one.paid for one in through])
    rows.append(
        derived(
            filled, [one.row for one in through], figure=TO_DATE, year=year, scope=scope, value=total, unit=filled.unit,
            precision=precision, label=f"1至{month.number}月支付之和", quote=f"1至{month.number}月之和：{words}", column="paid",
        )
    )  # fmt: skip
    return rows
