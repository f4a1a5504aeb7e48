"""Faults that show as a limit that is broken: spending, adjustments, staff, controlled costs, procurement.

A seeder changes figures; which limits are then broken, of the department, a unit or an item, is worked out from the figures.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction

from inventing import money
from inventing.department import DEPARTMENT, PERCENT, Department
from inventing.scales import Spread, apart, part, within
from inventing.sentences import drop_reasons
from inventing.tables import other_row
from inventing.truth import Truth


@dataclass(frozen=True)
class Limit:
    """What is over what, and where the bound lies; ``at_most``: broken above it, else below it."""

    rule: str
    indicator: str
    above: tuple[str, ...]
    below: str
    bound: Fraction
    at_most: bool
    severity: str
    low_severity: str = ""


LIMITS = {
    limit.rule: limit
    for limit in (
        Limit("adjustment_without_reason", "budget_adjustment_rate", ("budget_added", "budget_cut"), "budget_initial", Fraction(3, 10), True, "high", "medium"),
        Limit("low_execution_without_reason", "budget_execution_rate", ("budget_spent",), "budget_adjusted", Fraction(9, 10), False, "medium", "low"),
        Limit("over_three_public_budget", "three_public_control_rate", ("three_public_actual",), "three_public_budget", Fraction(1), True, "high", "medium"),
        Limit("over_public_funds_budget", "public_funds_control_rate", ("public_funds_actual",), "public_funds_budget", Fraction(1), True, "high", "medium"),
        Limit("procurement_beyond_budget", "procurement_execution_rate", ("procurement_actual",), "procurement_budget", Fraction(1), True, "medium", "low"),
    )
}  # fmt: skip


def broken(department: Department, limit: Limit, what: str) -> list[Truth]:
    """Every finding that a limit on money must make, by arithmetic over the figures as printed."""
    found: list[Truth] = []
    for scope, item in _places(department, limit.below):
        above = department.spread(*limit.above, scope=scope, item=item)
        below = department.spread(limit.below, scope=scope, item=item)
        if not _breaks(limit, above, below):
            continue
        excess = abs(above.value - limit.bound * below.value)
        grave = excess >= int(department.materiality)
        name = f"{limit.indicator}:{item}" if item else limit.indicator
        where = f"{department.scope_name(scope)}{item and f'（{item}）'}"
        found.append(
            Truth(
                limit.rule,
                name,
                f"{where}{what}",
                scope,
                severity=limit.severity if grave else limit.low_severity,
            )
        )
    return _with_masked(found, limit.indicator)


def _with_masked(found: list[Truth], indicator: str) -> list[Truth]:
    """A unit beyond a limit that the department keeps: its total masks it."""
    whole = any(own.scope == DEPARTMENT and own.item == indicator for own in found)
    masked = [
        Truth("total_masks_unit", own.item, "部门合计在限额之内，单位越限", own.scope, own.finding)
        for own in found
        if own.scope != DEPARTMENT and not whole
    ]
    return [*found, *masked]


def _places(department: Department, figure: str) -> Iterator[tuple[str, str]]:
    """The department, each unit and each item for which a figure is given this year."""
    yield DEPARTMENT, ""
    for name, scope, item, year in department.amounts:
        if (name, year) == (figure, department.year) and (scope != DEPARTMENT or item):
            yield scope, item


def _breaks(limit: Limit, above: Spread, below: Spread) -> bool:
    if not below.value:
        return limit.at_most and above.value > 0
    if limit.at_most:
        return above.low / below.high > limit.bound
    return above.high / below.low < limit.bound


def _leaf(department: Department, chance: random.Random) -> list[tuple[str, str]]:
    """One leaf of the budget, or all of them."""
    places = money.leaves(department)
    return [chance.choice(places)] if chance.random() < 0.6 else places


def adjust_too_much(department: Department, chance: random.Random) -> bool:
    """Add more than three tenths of the initial budget."""
    for scope, item in _leaf(department, chance):
        initial = department.amount("budget_initial", scope, item)
        share = Fraction(
            department.amount("budget_spent", scope, item), department.amount("budget_adjusted", scope, item)
        )
        department.put("budget_added", part(initial, within(chance, 0.36, 0.9)), scope, item)
        money.spend(department, scope, item, share)
    return _of_budget(department, "adjustment_without_reason", "追加预算超过年初预算三成，没有说明原因")


def spend_too_little(department: Department, chance: random.Random) -> bool:
    """Spend less than nine tenths."""
    for scope, item in _leaf(department, chance):
        money.spend(department, scope, item, within(chance, 0.55, 0.87))
    return _of_budget(department, "low_execution_without_reason", "预算执行率低于九成，没有说明原因")


def _of_budget(department: Department, rule: str, what: str) -> bool:
    money.hang_on(department)
    drop_reasons(
        department,
        "budget_adjustment_rate",
        "budget_execution_rate",
        "budget_added",
        "budget_cut",
        "budget_initial",
        "budget_spent",
        "budget_adjusted",
    )
    found = broken(department, LIMITS[rule], what)
    department.truth += found
    return bool(found)


def _over(rule: str, figure: str, what: str) -> Callable[[Department, random.Random], bool]:
    def seed(department: Department, chance: random.Random) -> bool:
        allowed, used = f"{figure}_budget", f"{figure}_actual"
        if not department.known(used):
            return False
        items = [item for name, _, item, at in department.amounts if (name, at) == (used, department.year)]
        chosen = [chance.choice(items)] if chance.random() < 0.6 else items
        for item in chosen:
            budget = department.amount(allowed, item=item)
            least = 30 if budget else chance.randint(50, 900)
            department.put(used, part(budget, within(chance, 1.05, 1.5)) + least, item=item)
        if figure == "public_funds":
            spent = department.amount(used) + department.amount("staff_funds_actual")
            department.put("general_basic_spent", spent)
        found = broken(department, LIMITS[rule], what)
        department.truth += found
        return bool(found)

    return seed


def overstaff(department: Department, chance: random.Random) -> bool:
    """More persons than established, in one unit."""
    scope = chance.choice(department.scopes())
    quotas = _staff(department, "staff_quota", scope)
    actuals = _staff(department, "staff_actual", scope)
    category = chance.choice(list(quotas))
    others = sum(count for name, count in actuals.items() if name != category)
    taken = {count for name, count in _all_staff(department, scope).items() if name != category}
    least = sum(quotas.values()) - others + 1
    department.put("staff_actual", apart(chance, least, least + 3, taken), scope, category)
    return _of_staff(department, "over_establishment", "staff_control_rate", "在职人数超过编制", "high")


def outnumber(department: Department, chance: random.Random) -> bool:
    """More contract staff than established staff, in one unit."""
    scope = chance.choice(department.scopes())
    actuals = _staff(department, "staff_actual", scope)
    least = sum(actuals.values()) + 1
    department.put("staff_actual", apart(chance, least, least * 2, set(actuals.values())), scope, "contract")
    return _of_staff(
        department, "contract_staff_outnumber", "contract_staff_ratio", "编外用工多于在编人员", "medium"
    )


def _of_staff(department: Department, rule: str, indicator: str, what: str, severity: str) -> bool:
    found = []
    for scope in dict.fromkeys([DEPARTMENT, *department.scopes()]):
        places = department.scopes() if scope == DEPARTMENT else [scope]
        quota, actual, contract = 0, 0, 0
        for place in places:
            quota += sum(_staff(department, "staff_quota", place).values())
            actual += sum(_staff(department, "staff_actual", place).values())
            contract += department.amounts.get(("staff_actual", place, "contract", department.year), 0)
        if actual > quota if rule == "over_establishment" else contract > actual:
            found.append(
                Truth(rule, indicator, f"{department.scope_name(scope)}{what}", scope, severity=severity)
            )
    department.truth += _with_masked(found, indicator)
    return True


def _staff(department: Department, figure: str, scope: str) -> dict[str, int]:
    """Persons of a scope by category, without contract staff."""
    return {
        item: count for (name, place, item, at), count in department.amounts.items()
        if (name, place, at) == (figure, scope, department.year) and item != "contract"
    }  # fmt: skip


def _all_staff(department: Department, scope: str) -> dict[str, int]:
    return {
        item: count for (name, place, item, at), count in department.amounts.items()
        if (name, place, at) == ("staff_actual", scope, department.year)
    }  # fmt: skip


def list_contract_quota(department: Department, chance: random.Random) -> bool:
    """An establishment for contract staff, who have none."""
    scope = chance.choice(department.scopes())
    actual = department.amounts.get(("staff_actual", scope, "contract", department.year))
    if actual is None:
        return False
    taken = set(_staff(department, "staff_quota", scope).values())
    department.put("staff_quota", apart(chance, actual, actual + 5, taken), scope, "contract")
    department.truth.append(
        Truth("quota_without_basis", "all", f"{department.scope_name(scope)}编外用工列有编制", severity="low")
    )
    return True


def repeat_count(department: Department, chance: random.Random) -> bool:
    """The same number of persons in two categories."""
    scope = chance.choice(department.scopes())
    actuals = _staff(department, "staff_actual", scope)
    department.put("staff_actual", chance.choice(list(actuals.values())), scope, "contract")
    department.truth.append(
        Truth("repeated_count", "all", f"{department.scope_name(scope)}编外用工与另一类人数相同", scope)
    )
    return True


def weigh_wrongly(department: Department, chance: random.Random) -> bool:
    """Weights of a staff appraisal that do not add up to a hundred."""
    quarterly = chance.choice([30, 40, 50, 60])
    appraisal(department, quarterly, 100 - quarterly + chance.choice([-10, -5, 5, 10]))
    department.truth.append(
        Truth("appraisal_weights_do_not_close", "appraisal_weight_sum:year", "考评权重合计不是百分之百")
    )
    return True


def appraisal(department: Department, quarterly: int, year_end: int) -> None:
    """The weights of the two parts of a staff appraisal, in percent, instead of those that were there."""
    department.extra = [row for row in department.extra if row["figure"] != "appraisal_weight"]
    for item, name, weight in (
        ("year.quarterly", "平时考评", quarterly),
        ("year.year_end", "年终考核", year_end),
    ):
        quote = f"{name}占年度考评总分的{PERCENT.printed(weight)}%"
        department.extra.append(other_row(department, "appraisal_weight", item, str(weight), "%", quote))


SEEDERS = {
    "adjustment_without_reason": ("adjustment", adjust_too_much),
    "low_execution_without_reason": ("adjustment", spend_too_little),
    "over_three_public_budget": ("three_public", _over("over_three_public_budget", "three_public", "“三公”经费超过预算")),
    "over_public_funds_budget": ("public_funds", _over("over_public_funds_budget", "public_funds", "公用经费超过预算")),
    "procurement_beyond_budget": ("procurement", _over("procurement_beyond_budget", "procurement", "采购超过预算")),
    "over_establishment": ("staff", overstaff),
    "contract_staff_outnumber": ("staff", outnumber),
    "quota_without_basis": ("staff", list_contract_quota),
    "repeated_count": ("staff", repeat_count),
    "appraisal_weights_do_not_close": ("appraisal", weigh_wrongly),
}  # fmt: skip
