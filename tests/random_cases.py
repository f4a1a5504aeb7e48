"""Random departments for the tests that compute everything twice: figures with every state, unit and gap.

A seed gives the same department for ever. Numbers are texts, as they are published; nothing here adds or divides.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from auditbook.cases import DEPARTMENT
from auditbook.figures import MISSING, NOT_APPLICABLE, VALUE, ZERO, FigureRow, Key

YEAR = 2020
BUDGET = ("budget_initial", "budget_added", "budget_cut", "budget_adjusted", "budget_spent")
THREE_PUBLIC = ("three_public_budget", "three_public_actual")
PROCUREMENT = ("procurement_budget", "procurement_actual")
GENERAL_BUDGET = ("general_budget_initial", "general_budget_spent")
STAFF = ("staff_quota", "staff_actual")
CATEGORIES = ("civil_servant", "attached", "institution", "contract")
ANSWERS = ("very_satisfied", "satisfied", "neutral", "dissatisfied", "very_dissatisfied")
MONEY = (
    "carry_over", "surplus", "budget_moved", "adjustment_exempt", "funds_received", "spent_from_prior",
    "key_project_budget", "project_budget", "paid_to_date", "public_funds_budget", "public_funds_actual",
    "assets_total", "assets_in_use", "staff_funds_actual", "project_spent", "accounts_total", "accounts_total_change",
    "general_budget_change", "running_cost_actual", "running_cost_change",
)  # fmt: skip
COUNTS = {
    "special_funds_late": "项", "tasks_planned": "项", "tasks_done": "项", "tasks_on_time": "项",
    "tasks_quality_met": "项", "key_tasks_assigned": "项", "key_tasks_done": "项", "survey_valid": "份",
    "survey_satisfied": "份",
}  # fmt: skip
DERIVED = ("objectives_planned", "objectives_claimed", "objectives_proven", "objectives_possible")


@dataclass(frozen=True)
class RandomCase:
    """A department: its units and everything that the evidence says of it."""

    seed: int
    units: tuple[str, ...]
    rows: tuple[FigureRow, ...]


def figure_row(
    figure: str, scope: str, item: str, value: str, unit: str, *, state: str = VALUE, year: int = YEAR,
    precision: str = "exact", chosen: bool = True, source: str = "table",
) -> FigureRow:  # fmt: skip
    """A row as the reader would give it."""
    key = Key(figure, scope, item, year)
    if state not in {VALUE, ZERO}:
        value = precision = ""
    return FigureRow(
        key, source, "", "", state, "evidence", value, unit, precision, "见表", "", chosen, "t.csv:2"
    )


class _Maker:
    """Puts rows into a department; ``trouble`` is how often a row is not simply a value."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        self.trouble = self.dice.choice((0.0, 0.0, 0.03, 0.12, 0.3))
        self.zeros = self.dice.choice((0.02, 0.02, 0.1, 0.5))
        self.units = tuple(f"unit-{number}" for number in range(self.dice.randrange(5)))
        self.pool = [self._number() for _ in range(3)]
        self.found: dict[Key, FigureRow] = {}

    def _number(self) -> str:
        """A plain decimal with up to four places, from very small to very large."""
        digits = self.dice.randrange(10 ** self.dice.randrange(1, 7))
        places = self.dice.randrange(5)
        return f"{digits}.{self.dice.randrange(10**places):0{places}d}" if places else str(digits)

    def money(self) -> tuple[str, str]:
        """An amount and its unit; equal numbers, zeros and a few negative ones among them."""
        unit = self.dice.choices(("万元", "元", "亿元", "千元"), (6, 2, 1, 1))[0]
        chance = self.dice.random()
        if chance < self.zeros:
            return self.dice.choice(("0", "0.00", "0.0000")), unit
        number = self.dice.choice(self.pool) if chance > 0.8 else self._number()
        if unit == "亿元":  # up to ten billion 元: sums stay below 2^63 millionths
            number = number[-9:].lstrip(".") if len(number) > 9 else number
            number = number if len(number.partition(".")[0]) < 3 else number.partition(".")[0][:2]
        sign = "-" if self.dice.random() < 0.02 else ""
        return sign + number, unit

    def count(self, unit: str) -> tuple[str, str]:
        """A number of persons or things."""
        return ("0" if self.dice.random() < self.zeros else str(self.dice.randrange(1, 400))), unit

    def put(self, figure: str, scope: str, item: str, number: tuple[str, str], year: int = YEAR) -> None:
        """A row for the figure, unless there is trouble: dropped, missing, not applicable, declared zero."""
        value, unit = number
        state = VALUE
        if self.dice.random() < self.trouble:
            fate = self.dice.choice(("dropped", MISSING, NOT_APPLICABLE, NOT_APPLICABLE, ZERO))
            if fate == "dropped":
                return
            state, value = fate, "0"
        self._keep(figure_row(figure, scope, item, value, unit, state=state, year=year))
        if self.dice.random() < 0.05:  # another source that was not chosen must change nothing
            self._keep(
                figure_row(figure, scope, item, "77777", unit, year=year, chosen=False, source="rival")
            )

    def _keep(self, row: FigureRow) -> None:
        self.found[row.key if row.chosen else Key(row.key.figure, row.key.scope, f"{row.key.item}!", 0)] = row

    def scopes(self) -> Sequence[str]:
        """Where a table speaks: nowhere, of the department, of its units, of some of them, or of both."""
        whole, units = [DEPARTMENT], list(self.units)
        if self.dice.random() < 0.05:
            return []
        if not units:
            return whole
        some = self.dice.sample(units, self.dice.randrange(1, len(units) + 1))
        return self.dice.choices((whole, units, whole + units, some, whole + some), (7, 7, 3, 1, 1))[0]

    def split(
        self, figures: Sequence[str], items: Sequence[str], unit: str = "", year: int = YEAR, *, wholes: bool = True
    ) -> None:  # fmt: skip
        """Figures that are split alike: in each scope as wholes, by all or some items, or both; now and then each in
        its own way. A whole beside items is now and then just the first of them, and the others are nothing."""
        if (
            wholes and self.units and self.dice.random() < 0.1
        ):  # some only of the department, others over its units
            own = self.dice.sample(items, self.dice.randrange(1, len(items) + 1))
            for figure in figures:
                places = [(place, item) for place in self.units for item in own]
                for scope, item in [(DEPARTMENT, "")] if self.dice.random() < 0.4 else places:
                    self.put(figure, scope, item, self.count(unit) if unit else self.money(), year)
            return
        for scope in self.scopes():
            alike, asked = self.dice.random() < 0.75, list[str]()
            for figure in figures:
                if not asked or not alike:
                    form = self.dice.choice(("whole", "items", "items", "both")) if wholes else "items"
                    some = self.dice.random() < 0.3
                    own = self.dice.sample(items, self.dice.randrange(1, len(items) + 1)) if some else items
                    asked = [*([""] if form in {"whole", "both"} else []), *(own if form != "whole" else [])]
                numbers = [self.count(unit) if unit else self.money() for _ in asked]
                if asked[0] == "" and len(asked) > 1 and self.dice.random() < 0.4:
                    numbers = [numbers[0], numbers[0], *(("0", unit) for _, unit in numbers[2:])]
                for item, number in zip(asked, numbers, strict=True):
                    self.put(figure, scope, item, number, year)

    def named(self, figures: Sequence[str], names: Sequence[str], unit: str) -> None:
        """Figures for named things, mostly of the department, now and then of a unit."""
        for scope in [
            DEPARTMENT,
            *self.dice.sample(self.units, min(len(self.units), self.dice.randrange(2))),
        ]:
            for name in self.dice.sample(names, self.dice.randrange(len(names) + 1)):
                for figure in figures:
                    self.put(figure, scope, name, self.money() if unit == "money" else self.count(unit))


def random_case(seed: int) -> RandomCase:
    """The department of a seed: no unit to four, every figure that a rate rests on, gaps of every sort."""
    made = _Maker(seed)
    made.split(BUDGET, ("operating", "special"))
    for year in (YEAR, YEAR - 1):
        made.split(THREE_PUBLIC, ("abroad", "vehicle_purchase", "vehicle_running", "reception"), year=year)
    made.split(PROCUREMENT, ("goods", "works", "services"))
    made.split(GENERAL_BUDGET, ("201", "208", "210.11.01"))
    made.split(STAFF, CATEGORIES, "人", wholes=made.dice.random() < 0.1)
    made.split(("survey_answers",), ANSWERS, "份")
    together = made.scopes()
    for figure in MONEY:
        for scope in made.scopes() if made.dice.random() < 0.2 else together:
            made.put(figure, scope, "", made.money())
    for figure, unit in COUNTS.items():
        for scope in made.scopes() if made.dice.random() < 0.2 else together:
            made.put(figure, scope, "", made.count(unit))
    for scope in together:
        made.put("carry_over", scope, "", made.money(), YEAR - 1)
    for scope in made.scopes() if made.dice.random() < 0.2 else [DEPARTMENT]:
        made.put("planned_progress", scope, "", (made.dice.choice(("50", "8.3333", "100", "75.5", "0")), "%"))
    plans = ("rules", "plan", "plan.draft", "plan.draft.first", "plan.draft.last", "plan.final")
    made.named(("opinions_received", "opinions_adopted"), plans, "条")
    made.named(("post_staff_before", "post_staff_after"), ("boiler", "gate"), "人")
    made.named(("objective_target", "objective_actual"), ("g1.a", "g1.b", "g2_x.a"), "座")
    made.named(("objective_target", "objective_actual"), ("g3.a",), "money")
    for group in ("year", "staff"):
        parts = (
            "a",
            "b",
            "c",
            "b.x",
            "b.y",
            "b.y.one",
            "c.x",
        )  # the weights of a part may be given beside its own
        for part in made.dice.sample(parts, made.dice.randrange(len(parts))):
            weight = made.dice.choice(("50", "30", "12.5")), "%"
            made.put("appraisal_weight", DEPARTMENT, f"{group}.{part}", weight)
    for figure in DERIVED:
        made.put(figure, DEPARTMENT, "", made.count("项"))
    for figure in ("budget_spent", "carry_over"):  # years that nobody asks for must change nothing
        made.put(figure, DEPARTMENT, "", made.money(), YEAR + 1)
        made.put(figure, DEPARTMENT, "", made.money(), YEAR - 2)
    rows = list(made.found.values())
    made.dice.shuffle(rows)
    return RandomCase(seed, made.units, tuple(rows))
