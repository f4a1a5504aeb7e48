"""How an invented department comes about, year by year: sound first, then with evidence left out, then with faults seeded."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from fractions import Fraction

from inventing import money, names, people, sentences, targets
from inventing.department import LAST_YEAR, Department, case_id
from inventing.leaving_out import leave_out
from inventing.scales import Scale
from inventing.seeded_limits import appraisal
from inventing.seeding import seed_faults

_BUDGETS = {"县级": (6.6, 8.5), "市级": (7.3, 9.4), "省级": (8.0, 10.4)}  # powers of ten, in 元
_PARTLY_TEXT, _BY_UNIT, _BY_ITEM = 0.3, 0.5, 0.5


def make(
    seed: int, number: int, years: int, faults: float, missing: float, frameworks: Sequence[str]
) -> Iterator[Department]:
    """The years of a department, the first first."""
    earlier: Department | None = None
    for year in range(LAST_YEAR - years + 1, LAST_YEAR + 1):
        department = _sound(seed, number, year, frameworks, earlier)
        leave_out(department, missing)
        seed_faults(department, faults, earlier)
        yield department
        earlier = department


def _sound(
    seed: int, number: int, year: int, frameworks: Sequence[str], earlier: Department | None
) -> Department:
    who = random.Random(f"{seed}/{number}/who")
    department = _who(seed, number, year, who, frameworks, earlier)
    money.budget(department, earlier)
    money.costs(department, earlier)
    people.persons(department, earlier)
    people.work(department)
    targets.targets(department)
    sentences.say(department)
    chance = department.chance("offices")
    if chance.random() < 0.7:
        department.offices = chance.sample(names.OFFICES, chance.randint(4, 9))
    department.judged = chance.random() < 0.4
    department.earlier_findings = [own.finding for own in earlier.truth] if earlier else []
    if chance.random() < 0.25:
        appraisal(department, 60, 40)
    return department


def _who(
    seed: int, number: int, year: int, who: random.Random, frameworks: Sequence[str], earlier: Department | None
) -> Department:  # fmt: skip
    level = who.choices(list(names.LEVELS), [1, 3, 6])[0]
    kind = who.choice(names.KINDS)
    region = f"{who.choice(names.FIRST)}{who.choice(names.SECOND)}{names.LEVELS[level]}"
    bureau = kind.bureau.replace("局", "厅") if level == "省级" else kind.bureau
    name = f"{region}{bureau}（虚构）"
    drawn = Fraction(int(10 ** who.uniform(*_BUDGETS[level])))
    count = min(who.choice([0, 0, 1, 2, 2, 3, 4, 6, 8, 12]), len(kind.units) * 2)
    stations = [*kind.units, *(f"第二{unit}" for unit in kind.units)]
    units = [
        ("bureau", f"{'委' if bureau.endswith('会') else bureau[-1]}机关"),
        *((f"unit-{place}", station) for place, station in enumerate(stations, 1)),
    ]
    main = _scale(who, drawn)
    small = Scale("元", 2) if main.unit == "元" and who.random() < 0.5 else Scale("万元", 2)
    words = {figure: who.choice(labels) for figure, labels in names.LABELS.items()}
    own = random.Random(f"{seed}/{number}/{year}/who")
    growth = Fraction(own.randint(97, 112), 100)
    framework = who.choice(list(frameworks))
    return Department(
        seed=seed, number=number, year=year, name=name, region=region, level=level, kind=kind.word, framework=framework,
        budget=drawn if earlier is None else earlier.budget * growth, main=main, small=small, units=units[:count] if count > 1 else [],
        by_unit=count > 1 and who.random() < _BY_UNIT, by_item=who.random() < _BY_ITEM, separated=who.random() < 0.5,
        text=own.random() < _PARTLY_TEXT, previous=case_id(number, year - 1) if earlier else None, words=words,
    )  # fmt: skip


def _scale(who: random.Random, budget: Fraction) -> Scale:
    """What the budget is printed in: 亿元 only where four decimals tell enough."""
    choices = [Scale("万元", 2), Scale("万元", 2)]
    if budget < 10**9:
        choices += [Scale("元", 2), Scale("元")]
    if budget > 3 * 10**9:
        choices += [Scale("亿元", 4)]
    return who.choice(choices)
