"""Money of an invented department: budget, spending and what is carried over, costs that are controlled, procurement, assets.

Leaves (a unit, an item) are drawn; every total is their sum. All ratios stay clear of every limit.
"""

from __future__ import annotations

from fractions import Fraction

from inventing.department import DEPARTMENT, PERCENT, Department
from inventing.scales import part, split, within

BUDGET = ("budget_initial", "budget_added", "budget_cut", "budget_adjusted", "budget_spent")
THREE_PUBLIC = ("abroad", "vehicle_purchase", "vehicle_running", "reception")
PROCUREMENT = ("goods", "works", "services")
ASSETS = ("buildings", "equipment", "relics", "books", "furniture", "living")
IN_MAIN = (
    *BUDGET, "carry_over", "paid_to_date", "paid_monthly", "project_budget", "key_project_budget", "basic_budget", "basic_spent",
    "project_spent", "staff_funds_budget", "public_funds_budget", "general_basic_budget", "staff_funds_actual",
    "public_funds_actual", "general_basic_spent", "adjustment_ledger_added", "adjustment_ledger_cut", "assets_total",
    "assets_in_use",
)  # fmt: skip
IN_SMALL = ("three_public_budget", "three_public_actual", "procurement_budget", "procurement_actual")


def leaves(department: Department) -> list[tuple[str, str]]:
    """Where the budget is drawn: in every unit, in both items, or as one whole."""
    if department.by_unit:
        return [(id, "") for id, _ in department.units]
    return [(DEPARTMENT, item) for item in (("operating", "special") if department.by_item else ("",))]


def budget(department: Department, earlier: Department | None = None) -> None:
    """Budget, adjustments and spending, and what hangs on them."""
    for figure in IN_MAIN:
        department.scales[figure] = department.main
    chance = department.chance("budget")
    places = leaves(department)
    initial = split(chance, department.main.count(department.budget), len(places))
    without_cut = chance.random() < 0.3
    for (scope, item), own in zip(places, initial, strict=True):
        added = max(1, part(own, within(chance, 0.01, 0.13)))
        cut = 0 if without_cut else max(1, part(own, within(chance, 0.005, 0.05)))
        department.put("budget_initial", own, scope, item)
        department.put("budget_added", added, scope, item)
        department.put("budget_cut", cut, scope, item)
        spend(department, scope, item, within(chance, 0.93, 0.99))
    if earlier is None:
        department.put("carry_over", max(2, part(sum(initial), within(chance, 0.02, 0.06))), back=1)
    elif earlier.known("carry_over"):
        department.put("carry_over", earlier.amount("carry_over"), back=1)
    hang_on(department)


def spend(department: Department, scope: str, item: str, share: Fraction) -> None:
    """Have a leaf spend a share of its adjusted budget."""
    added, cut = (department.amount(figure, scope, item) for figure in ("budget_added", "budget_cut"))
    adjusted = department.amount("budget_initial", scope, item) + added - cut
    department.put("budget_adjusted", adjusted, scope, item)
    department.put("budget_spent", part(adjusted, share), scope, item)


def hang_on(department: Department) -> None:
    """Everything that follows from budget and spending: carried over, paid month by month, ledgers, basic and projects."""
    chance = department.chance("hanging on the budget")
    for key in [
        key for key in department.amounts if key[0].startswith(("adjustment_ledger", "paid_monthly"))
    ]:
        del department.amounts[key]
    initial, adjusted, spent = (
        department.amount(figure) for figure in ("budget_initial", "budget_adjusted", "budget_spent")
    )
    department.put("carry_over", max(1, part(adjusted - spent, within(chance, 0.6, 1))))
    department.put("paid_to_date", part(adjusted, within(chance, 0.45, 0.55)))
    department.scales["planned_progress"] = PERCENT
    department.put("planned_progress", 50)
    if chance.random() < 0.5:
        for month, paid in enumerate(split(chance, spent, 12), 1):
            department.put("paid_monthly", paid, item=f"m{month:02}")
    for figure, whole in (
        ("added", department.amount("budget_added")),
        ("cut", department.amount("budget_cut")),
    ):
        if chance.random() < 0.4 and whole > 10:
            for entry, amount in enumerate(split(chance, whole, chance.randint(2, 3)), 1):
                department.put(f"adjustment_ledger_{figure}", amount, item=f"entry{entry}")
    projects = part(initial, within(chance, 0.3, 0.6))
    department.put("project_budget", projects)
    department.put("key_project_budget", part(projects, within(chance, 0.5, 0.98)))
    department.put("basic_budget", initial - projects)
    project_spent = part(spent, within(chance, 0.3, 0.6))
    department.put("project_spent", project_spent)
    department.put("basic_spent", spent - project_spent)
    general = part(min(initial - projects, spent - project_spent), within(chance, 0.85, 0.99))
    public = part(general, within(chance, 0.12, 0.3))
    department.put("general_basic_budget", general)
    department.put("public_funds_budget", public)
    department.put("staff_funds_budget", general - public)
    used = part(public, within(chance, 0.82, 0.98))
    staff = part(general - public, within(chance, 0.9, 0.99))
    department.put("public_funds_actual", used)
    department.put("staff_funds_actual", staff)
    department.put("general_basic_spent", used + staff)


def costs(department: Department, earlier: Department | None = None) -> None:
    """“三公” expenses and procurement by item, all within their budgets; fixed assets."""
    for figure in IN_SMALL:
        department.scales[figure] = department.small
    chance = department.chance("costs")
    whole = department.small.count(department.budget * within(chance, 0.002, 0.008)) + 400
    none = [item for item in ("abroad", "vehicle_purchase") if chance.random() < 0.5]
    given = [item for item in THREE_PUBLIC if item not in none]
    budgets = dict(zip(given, split(chance, whole, len(given)), strict=True))
    for item in THREE_PUBLIC:
        allowed = budgets.get(item, 0)
        department.put("three_public_budget", allowed, item=item)
        department.put("three_public_actual", part(allowed, within(chance, 0.7, 0.98)), item=item)
    if earlier is None:
        department.put("three_public_budget", part(whole, within(chance, 1.01, 1.15)), back=1)
    elif earlier.known("three_public_budget"):
        department.put("three_public_budget", earlier.amount("three_public_budget"), back=1)
    whole = department.small.count(department.budget * within(chance, 0.04, 0.25)) + 30
    kinds = [kind for kind in PROCUREMENT if kind == "goods" or chance.random() < 0.8]
    amounts = dict(zip(kinds, split(chance, whole, len(kinds)), strict=True))
    for kind in PROCUREMENT:
        allowed = amounts.get(kind, 0)
        department.put("procurement_budget", allowed, item=kind)
        department.put("procurement_actual", part(allowed, within(chance, 0.8, 0.985)), item=kind)
    total = department.main.count(department.budget * within(chance, 0.4, 4))
    in_use = part(total, within(chance, 0.85, 0.99))
    if chance.random() < 0.3 and in_use > 100:
        for kind, held in zip(ASSETS, split(chance, in_use, len(ASSETS)), strict=True):
            department.put("assets_in_use", held, item=kind)
            department.put("assets_total", held + part(held, within(chance, 0.01, 0.12)), item=kind)
    else:
        department.put("assets_total", total)
        department.put("assets_in_use", in_use)
