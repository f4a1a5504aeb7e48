"""An invented department in one budget year: who it is, and everything that its documents will say."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction

from inventing.scales import Scale, Spread
from inventing.truth import Truth

DEPARTMENT = "department"
FRAMEWORKS = ("yueyang-2018", "chongqing-2021", "default-2013", "self-evaluation-2020")
GRADED = ("default-2013", "self-evaluation-2020")  # schemes that know 优, 良, 中, 差
LAST_YEAR = 2023
PERSONS, THINGS = Scale("人", exact=True), Scale("项", exact=True)
ANSWERS, POINTS, PERCENT = Scale("份", exact=True), Scale("分", 2, exact=True), Scale("%", exact=True)

Key = tuple[str, str, str, int]  # figure, scope, item, year
Cells = dict[str, str]


@dataclass
class Task:
    """A sub-target and its answer; ``target`` is None where it has no number, numbers are whole numbers of their last place."""

    objective: str
    item: str
    measure: str
    unit: str
    comparator: str
    target: int | None
    actual: int | None
    decimals: int
    claimed: str
    quote: str
    actual_measure: str
    actual_quote: str

    @property
    def about(self) -> str:
        """What the other tables call it: ``o1.a``."""
        return f"{self.objective}.{self.item}"

    @property
    def comparable(self) -> bool:
        """Whether target and actual value measure the same thing."""
        return self.target is not None and self.actual is not None and self.actual_measure == self.measure

    @property
    def met(self) -> bool:
        """Whether the numbers show the target to be met."""
        if not self.comparable or self.target is None or self.actual is None:
            return False
        return self.actual >= self.target if self.comparator == ">=" else self.actual <= self.target


@dataclass
class Objective:
    """A target of the year, made of sub-targets."""

    id: str
    title: str
    claimed: str
    tasks: list[Task]


@dataclass
class Statement:
    """A sentence of the report without a number of its own, and the section it stands in."""

    id: str
    kind: str
    about: str
    quote: str
    section: str
    date: str = ""


@dataclass
class Claim:
    """A number that the department publishes about itself.

    ``spread``: what it is, with the range of the figures behind it, in plain fractions; ``others``: what the other definitions of an
    indicator give. ``shown``: what is printed instead, as a whole number of its last place. ``words``: the phrase before the number.
    """

    id: str
    kind: str
    about: str
    words: str
    spread: Callable[[], Spread]
    scope: str = DEPARTMENT
    item: str = ""
    base: str = ""
    decimals: int = 2
    unit: str = "%"
    others: Callable[[], list[Spread]] = list
    shown: int | None = None
    signed: bool = False
    exact: bool = False


@dataclass
class Department:
    """Who is audited, and what its documents say, before it is written into tables."""

    seed: int
    number: int
    year: int
    name: str
    region: str
    level: str
    kind: str
    framework: str
    budget: Fraction
    main: Scale
    small: Scale
    units: list[tuple[str, str]]
    by_unit: bool
    by_item: bool
    separated: bool
    text: bool
    previous: str | None
    words: dict[str, str]
    amounts: dict[Key, int] = field(default_factory=dict)
    scales: dict[str, Scale] = field(default_factory=dict)
    objectives: list[Objective] = field(default_factory=list)
    statements: list[Statement] = field(default_factory=list)
    claims: list[Claim] = field(default_factory=list)
    weights: dict[str, int] = field(default_factory=dict)
    points: dict[str, int] = field(default_factory=dict)
    score_shift: int = 0
    maximum_shift: int = 0
    maximum_declared: bool = True
    extra: list[Cells] = field(default_factory=list)
    offices: list[str] = field(default_factory=list)
    asides: list[str] = field(default_factory=list)
    left_out: set[str] = field(default_factory=set)
    absent: list[Cells] = field(default_factory=list)
    undated: bool = False
    finer: bool = False
    judged: bool = False
    earlier_findings: list[str] = field(default_factory=list)
    unrated: bool = False
    restated: list[Truth] = field(default_factory=list)
    table_edits: list[Callable[[dict[str, list[Cells]]], None]] = field(default_factory=list)
    late_edits: list[Callable[[dict[str, list[Cells]]], None]] = field(default_factory=list)
    touched: set[str] = field(default_factory=set)
    truth: list[Truth] = field(default_factory=list)

    @property
    def id(self) -> str:
        """The case: ``invented-0001-2023``."""
        return case_id(self.number, self.year)

    @property
    def materiality(self) -> Fraction:
        """重要性水平 in 元: half a percent of the budget."""
        return self.budget / 200

    def chance(self, what: str) -> random.Random:
        """The chance that something of this department and year is drawn from, whatever else is drawn."""
        return random.Random(f"{self.seed}/{self.number}/{self.year}/{what}")

    def scopes(self) -> list[str]:
        """Where people are counted: in every unit, or in a department that has none."""
        return [id for id, _ in self.units] or [DEPARTMENT]

    def scope_name(self, scope: str) -> str:
        """A unit by its name; nothing for the department."""
        return dict(self.units).get(scope, "")

    def tasks(self) -> Iterator[Task]:
        """Every sub-target."""
        for objective in self.objectives:
            yield from objective.tasks

    def scale(self, figure: str) -> Scale:
        """In what a figure is printed."""
        return self.scales[figure]

    def put(self, figure: str, amount: int, scope: str = DEPARTMENT, item: str = "", back: int = 0) -> None:
        """Say what a figure is; ``back``: so many years earlier."""
        self.amounts[figure, scope, item, self.year - back] = amount

    def amount(self, figure: str, scope: str = DEPARTMENT, item: str = "", back: int = 0) -> int:
        """A figure as it stands, else the sum of its items, else of its units; in whole numbers of its last place."""
        return self.total(figure, scope, item, back)[0]

    def total(self, figure: str, scope: str = DEPARTMENT, item: str = "", back: int = 0) -> tuple[int, int]:
        """A figure, and how many printed figures it is the sum of."""
        year = self.year - back
        own = self.amounts.get((figure, scope, item, year))
        if own is not None:
            return own, 1
        parts = [
            amount for (name, place, part, at), amount in self.amounts.items()
            if (name, at) == (figure, year) and place == scope and part and not item
        ]  # fmt: skip
        if not parts and scope == DEPARTMENT:
            parts = [
                amount for (name, place, part, at), amount in self.amounts.items()
                if (name, at) == (figure, year) and place != DEPARTMENT and (not item or part == item)
            ]  # fmt: skip
        return sum(parts), len(parts)

    def known(self, figure: str, back: int = 0) -> bool:
        """Whether anything is said of a figure."""
        return figure not in self.left_out and any(
            (name, at) == (figure, self.year - back) for name, _, _, at in self.amounts
        )

    def spread(self, *figures: str, scope: str = DEPARTMENT, item: str = "", back: int = 0) -> Spread:
        """The sum of figures in base units, with the range that they may stand for as they are printed."""
        value = half = Fraction(0)
        for figure in figures:
            scale = self.scale(figure)
            amount = self.amount(figure, scope, item, back)
            value += amount * scale.place
            half += 0 if scale.exact or not amount else scale.place / 2
        return Spread(value, value - half, value + half)


def case_id(number: int, year: int) -> str:
    """The id of a case: of every number and year the same."""
    return f"invented-{number:04}-{year}"
