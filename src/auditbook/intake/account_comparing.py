"""Comparing printed amounts: every one stands for half a last place to each side.

What lies inside the ranges is a tail difference and no error. A blank adds nothing to a sum and is counted as blank in the
explanation; a blank total of amounts is an error. What could not be compared says why.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from auditbook.intake.account_tables import Amount, Table
from auditbook.numbers import Interval, amount_text, factor

AGREES, WITHIN_ROUNDING, DISAGREES, NOT_CHECKABLE = "agrees", "within_rounding", "disagrees", "not_checkable"

# What a check proves of the amounts that it touches: that they fit each other; that one is not above the other; nothing.
IDENTITY, BOUND, FORM = "identity", "bound", "form"

# rule → (what is checked, severity of a disagreement, what it proves)
RULES: dict[str, tuple[str, str, str]] = {
    "overall_income": ("收支总表：本年收入合计＝各项收入之和", "high", IDENTITY),
    "overall_spending": ("收支总表：本年支出合计＝各类支出之和", "high", IDENTITY),
    "overall_sources": ("收支总表：收入总计＝本年收入合计＋使用非财政拨款结余＋年初结转和结余", "high", IDENTITY),
    "overall_uses": ("收支总表：支出总计＝本年支出合计＋结余分配＋年末结转和结余", "high", IDENTITY),
    "overall_balance": ("收支总表：收入总计＝支出总计", "high", IDENTITY),
    "income_against_overall": ("收入决算表合计＝收支总表的相应收入", "high", IDENTITY),
    "spending_against_overall": ("支出决算表合计＝收支总表本年支出合计", "high", IDENTITY),
    "function_against_overall": ("支出决算表各类＝收支总表各类支出", "high", IDENTITY),
    "row_sum": ("每行合计＝各栏之和", "high", IDENTITY),
    "column_total": ("合计行＝各类之和", "high", IDENTITY),
    "parent_sum": ("上级科目＝下级科目之和", "high", IDENTITY),
    "code_once": ("科目编码不重复", "high", FORM),
    "row_once": ("项目和合计行不重复", "high", FORM),
    "levels_whole": ("合计行与各级科目行齐全", "medium", FORM),
    "code_name_pairs": ("同一编码在各表名称一致", "medium", FORM),
    "row_shift": ("支出决算表与一般公共预算支出表各行没有错位", "high", FORM),
    "one_unit": ("各表单位一致，或有别的表印证", "medium", FORM),
    "grants_income": ("财政拨款总表：本年收入合计＝各项财政拨款之和", "high", IDENTITY),
    "grants_spending": ("财政拨款总表：本年支出合计＝各类支出之和", "high", IDENTITY),
    "grants_sources": ("财政拨款总表：收入总计＝本年收入合计＋年初财政拨款结转和结余", "high", IDENTITY),
    "grants_uses": ("财政拨款总表：支出总计＝本年支出合计＋年末财政拨款结转和结余", "high", IDENTITY),
    "grants_balance": ("财政拨款总表：收入总计＝支出总计", "high", IDENTITY),
    "grants_opening": ("财政拨款总表：年初结转和结余＝各项之和", "high", IDENTITY),
    "grants_by_kind": ("财政拨款总表：各项本年收入＋年初结转和结余＝支出总计的相应栏", "high", IDENTITY),
    "grants_against_overall": ("财政拨款总表各项收入＝收支总表各项财政拨款收入", "high", IDENTITY),
    "grants_against_income": ("财政拨款总表本年收入合计＝收入决算表财政拨款收入", "high", IDENTITY),
    "grants_against_budgets": ("财政拨款总表各项本年支出＝一般公共预算、基金、国资各表合计", "high", IDENTITY),
    "carried_within": ("财政拨款年初、年末结转和结余不大于全部结转和结余", "high", BOUND),
    "function_against_grants": ("一般公共预算支出表各类＝财政拨款总表各类支出", "high", IDENTITY),
    "budget_within_spending": ("一般公共预算、基金、国资支出不大于全部支出（按科目和栏）", "high", BOUND),
    "basic_parts": ("基本支出表：人员经费、公用经费＝所含各类之和", "high", IDENTITY),
    "basic_against_budget": ("人员经费＋公用经费＝支出表的基本支出", "high", IDENTITY),
    "three_public_sum": ("“三公”经费合计＝各项之和", "high", IDENTITY),
    "three_public_vehicles": ("公务用车小计＝购置费＋运行维护费", "high", IDENTITY),
    "three_public_over_budget": ("“三公”经费决算数不大于预算数", "medium", BOUND),
    "basic_within_three_public": ("基本支出表的“三公”科目不大于“三公”经费决算数", "high", BOUND),
    "operating_within_public": ("机关运行经费不大于公用经费", "medium", BOUND),
    "procurement_sum": ("政府采购合计＝货物＋工程＋服务", "high", IDENTITY),
    "fund_flow": ("年初结转和结余＋本年收入＝本年支出＋年末结转和结余", "high", IDENTITY),
    "empty_with_statement": ("空表附有说明，有数字的表不说没有", "medium", FORM),
}  # fmt: skip


@dataclass(frozen=True)
class Check:
    """A check on one place. ``width`` is how far apart the two sides may lie and still agree, in the table's unit.

    ``key`` names the check in whatever form the document came; ``amounts`` are the keys of the amounts that it touches,
    ``cells`` their places.
    """

    rule: str
    name: str
    severity: str
    where: str
    found: str
    expected: str
    verdict: str
    width: str = ""
    explanation: str = ""
    cells: tuple[str, ...] = ()
    key: str = ""
    amounts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Cell:
    """An amount with the table that it stands in."""

    table: Table
    amount: Amount

    @cached_property
    def range(self) -> Interval | None:
        """What it may stand for, in 元."""
        return self.table.interval(self.amount)

    @cached_property
    def value(self) -> Fraction | None:
        """What is printed, in 元."""
        return None if self.amount.value is None else self.amount.value * factor(self.table.unit)


def cell(table: Table, id_: str, column: str, side: str = "") -> Cell | None:
    """A cell by the ids of its row and column."""
    amount = table.amount(id_, column, side)
    return Cell(table, amount) if amount else None


def equal(rule: str, whole: Cell, parts: Sequence[Cell], what: str = "") -> Iterator[Check]:
    """A whole against the sum of its parts; nothing where every cell is blank."""
    present = [part for part in parts if part.value is not None]
    blank = len(parts) - len(present)
    if whole.value is None and not present:
        return
    unit = whole.table.unit
    total = sum((part.value for part in present if part.value is not None), Fraction(0))
    low = sum((part.range.low for part in present if part.range), Fraction(0))
    high = sum((part.range.high for part in present if part.range), Fraction(0))
    notes = [what] if what else []
    if blank and present:
        notes.append(f"空白{blank}格未计入")
    if not unit or any(not part.table.unit for part in present):
        verdict, width = NOT_CHECKABLE, ""
        notes.append("表上没有写明单位")
    elif whole.value is None or whole.range is None:
        verdict, width = (NOT_CHECKABLE if low <= 0 <= high else DISAGREES), ""
        notes.append("合计格空白")
    else:
        allowed = (high - low + whole.range.high - whole.range.low) / 2
        gap, width = abs(total - whole.value), shown(allowed, unit, 3)
        if not present:
            verdict = DISAGREES if whole.range.low > 0 or whole.range.high < 0 else NOT_CHECKABLE
            notes.append("各分项空白")
        elif gap == 0:
            verdict = AGREES
        elif gap <= allowed:
            verdict = WITHIN_ROUNDING
            notes.append(f"差{shown(gap, unit)}，在四舍五入之内（至多{width}）")
        else:
            verdict = DISAGREES
            notes.append(f"差{shown(gap, unit)}，四舍五入至多{width}")
    found = shown(whole.value, unit) if whole.value is not None else "空白"
    expected = shown(total, unit) if present else "空白"
    yield check(
        rule, whole.amount.where, found, expected, verdict, width, "；".join(notes), (whole, *present)
    )


def balance(rule: str, left: Sequence[Cell], right: Sequence[Cell]) -> Iterator[Check]:
    """Two sums against each other."""
    sums = [sum((c.value for c in side if c.value is not None), Fraction(0)) for side in (left, right)]
    ranges = [c.range for c in (*left, *right) if c.range]
    allowed = sum(((box.high - box.low) / 2 for box in ranges), Fraction(0))
    gap, unit = abs(sums[0] - sums[1]), left[0].table.unit
    verdict = AGREES if gap == 0 else WITHIN_ROUNDING if gap <= allowed else DISAGREES
    if not unit:
        verdict = NOT_CHECKABLE
    note = f"差{shown(gap, unit)}，四舍五入至多{shown(allowed, unit, 3)}" if gap else ""
    yield check(
        rule, left[0].amount.where, shown(sums[0], unit), shown(sums[1], unit), verdict, shown(allowed, unit, 3), note,
        [c for c in (*left, *right) if c.value is not None],
    )  # fmt: skip


def at_most(rule: str, smaller: Cell, larger: Cell, what: str = "") -> Iterator[Check]:
    """An amount that may not exceed another; nothing where it is blank."""
    if smaller.value is None or smaller.range is None:
        return
    unit = smaller.table.unit
    found, notes = shown(smaller.value, unit), [what] if what else []
    if not unit or not larger.table.unit:
        verdict, expected = NOT_CHECKABLE, ""
        notes.append("表上没有写明单位")
    elif larger.value is None or larger.range is None:
        verdict = DISAGREES if smaller.range.low > 0 else NOT_CHECKABLE
        notes.append(f"{larger.amount.where}空白")
        expected = "空白"
    else:
        expected = f"不大于{shown(larger.value, unit)}"
        if smaller.value <= larger.value:
            verdict = AGREES
        else:
            verdict = WITHIN_ROUNDING if smaller.range.low <= larger.range.high else DISAGREES
    yield check(rule, smaller.amount.where, found, expected, verdict, "", "；".join(notes), (smaller, larger))


def check(
    rule: str, where: str, found: str, expected: str, verdict: str, width: str = "", explanation: str = "",
    cells: Iterable[Cell] = (), about: str = "",
) -> Check:  # fmt: skip
    """A check of a rule, with the rule's name and severity; ``about``: what its key names where it has no cells."""
    name, severity, _ = RULES[rule]
    own = list(cells)
    key = f"{rule}:{own[0].amount.key if own else about}"
    return Check(
        rule, name, severity, where, found, expected, verdict, width, explanation, tuple(c.amount.where for c in own),
        key, tuple(c.amount.key for c in own),
    )  # fmt: skip


def unread(rule: str, why: str) -> Check:
    """A check that could not be made."""
    return check(rule, "", "", "", NOT_CHECKABLE, "", why)


def shown(value: Fraction, unit: str, decimals: int = 2) -> str:
    """A value in 元 as it is shown in a unit."""
    if decimals > 2 and unit == "万元":
        scaled = value / factor(unit)
        whole = scaled * 10**decimals
        if whole.denominator == 1 and whole % 10:
            return f"{whole.numerator // 10**decimals}.{whole.numerator % 10**decimals:0{decimals}d}{unit}"
    return amount_text(value, unit or "元") + unit
