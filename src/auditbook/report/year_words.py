"""How numbers of the tables that compare years are written for a reader: one place for the page and for what traces it."""

from __future__ import annotations

from fractions import Fraction

from auditbook.figures import MISSING, NOT_APPLICABLE
from auditbook.indicators import COMPUTED, NOT_ASSESSABLE, UNDEFINED
from auditbook.numbers import RATE, amount_text, dimension, factor, parse, rate_text, rounded, text
from auditbook.scoring_rules import points_text
from auditbook.tables import Row
from auditbook.year_series import (
    AMOUNT,
    CHANGED,
    NEGATIVE_BASE,
    NO_BASE,
    NO_CASE,
    NOT_MEANT,
    SCORE,
    ZERO_BASE,
)

GAPS = {
    NO_CASE: "没有案例", MISSING: "缺", NOT_ASSESSABLE: "无法评价", UNDEFINED: "没有定义", NOT_APPLICABLE: "不适用",
    COMPUTED: "只有上下限",
}  # fmt: skip
RATES = {
    ZERO_BASE: "基数为零，没有增减率", NEGATIVE_BASE: "基数为负，没有增减率", NO_BASE: "没有可比的基数", NOT_MEANT: "", CHANGED: "",
}  # fmt: skip


def value_text(row: Row) -> str:
    """The value of a year with its unit; a range where only its ends are known; a word where there is none."""
    if row["value"]:
        return _in_unit(row, parse(row["value"]))
    if row["low"] and row["high"]:
        return f"{_bare(row, parse(row['low']))}～{_in_unit(row, parse(row['high']))}"
    return GAPS[row["status"]]


def change_text(row: Row) -> str:
    """By how much a year differs from its base: amounts as they are, rates in percentage points."""
    if not row["change"]:
        return "—"
    change = parse(row["change"])
    sign = "+" if change > 0 else ""
    if row["unit"] == "1":
        return f"{sign}{rounded(change * 100, 2):,f}个百分点"
    return sign + _in_unit(row, change)


def rate_of_change(row: Row) -> str:
    """The change over its base; why there is none where there is none."""
    if row["rate"]:
        rate = parse(row["rate"])
        return ("+" if rate > 0 else "") + rate_text(rate)
    return RATES[row["rate_state"]] if row["change"] and row["rate_state"] != NOT_MEANT else "—"


def base_text(row: Row) -> str:
    """What the change is counted from."""
    return _in_unit(row, parse(row["base"])) if row["base"] else "—"


def amount_in(value: str, unit: str) -> str:
    """A number of a table in its unit, as a reader sees it."""
    return text(parse(value) * factor(unit), unit) if value else "—"


def outturn_text(row: Row) -> str:
    """A rate of PEFA, or "" where there is none."""
    return rate_text(parse(row["rate"])) if row["rate"] else ""


def shown(table: str, row: Row) -> list[str]:
    """Every way in which the numbers of a row are written on a page."""
    if table == "years":
        return [value_text(row), change_text(row), rate_of_change(row), base_text(row), _drawn(row)]
    if table == "restated":
        return [amount_in(row[column], row["unit"]) for column in ("own", "stated", "difference")]
    if table == "outturns":
        sums = [text(parse(row[c]), "万元") for c in ("numerator", "denominator") if row[c]]
        return [outturn_text(row), *sums]
    if table == "composition":
        return [amount_in(row[c], row["unit"]) for c in ("budget", "outturn", "adjusted", "deviation")]
    if table == "followed":
        return [amount_in(row[c], row[u]) for c, u in (("amount", "unit"), ("now_amount", "now_unit"))]
    return []


def dot_text(row: Row) -> str:
    """A value as a chart writes it: without its unit, which stands at the chart's head, but for rates."""
    return _drawn(row) if row["value"] else GAPS[row["status"]]


def _drawn(row: Row) -> str:
    return _bare(row, parse(row["value"])) if row["value"] else ""


def _in_unit(row: Row, value: Fraction) -> str:
    if row["kind"] == SCORE:
        return f"{points_text(value)}分"
    if row["unit"] == "1":
        return rate_text(value)
    return text(value * (factor(row["unit"]) if row["kind"] == AMOUNT else 1), row["unit"])


def _bare(row: Row, value: Fraction) -> str:
    if row["kind"] == SCORE:
        return points_text(value)
    if row["unit"] == "1" or dimension(row["unit"]) == RATE:
        return rate_text(value)
    return amount_text(value * (factor(row["unit"]) if row["kind"] == AMOUNT else 1), row["unit"])
