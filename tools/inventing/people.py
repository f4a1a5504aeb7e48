"""Establishment and staff, tasks and answers to a survey: things that are counted, each with its own exact number."""

from __future__ import annotations

from fractions import Fraction

from inventing.department import ANSWERS, PERSONS, THINGS, Department
from inventing.scales import apart, part, split, within

STAFF = ("civil_servant", "attached", "institution", "contract")
BANDS = ("very_satisfied", "satisfied", "neutral", "dissatisfied", "very_dissatisfied")


def persons(department: Department, earlier: Department | None = None) -> None:
    """How many are established and how many are there, by unit and category; no two categories alike."""
    for figure in ("staff_quota", "staff_actual", "staff_retired"):
        department.scales[figure] = PERSONS
    scopes = department.scopes()
    chance = department.chance("persons")
    heads = min(9000, max(12 * len(scopes), int(department.budget / chance.randint(150_000, 450_000))))
    for place, scope in enumerate(scopes):
        own = department.chance(f"persons of {scope}")
        whole = max(10, heads // len(scopes) * own.randint(60, 140) // 100)
        main = "civil_servant" if place == 0 else "institution"
        quotas = {main: whole}
        if own.random() < 0.4:
            second = "attached" if place == 0 else "civil_servant"
            quotas[second] = max(3, whole // own.randint(5, 9))
        taken: set[int] = set()
        for category, quota in quotas.items():
            before = (
                earlier.amounts.get(("staff_quota", scope, category, department.year - 1))
                if earlier
                else None
            )
            quota = before if before is not None else quota
            while quota in taken:
                quota += 1
            taken.add(quota)
            department.put("staff_quota", quota, scope, category)
        there: set[int] = set()
        for category in quotas:
            quota = department.amounts["staff_quota", scope, category, department.year]
            actual = max(1, part(quota, within(own, 0.78, 0.99)))
            while actual in there:
                actual -= 1
            there.add(actual)
            department.put("staff_actual", actual, scope, category)
        if own.random() < 0.5:
            most = sum(there) * 6 // 10
            contract = apart(own, max(1, most // 4), most, there)
            department.put("staff_actual", contract, scope, "contract")
            if own.random() < 0.3:
                department.put("staff_quota", 0, scope, "contract")
        department.put("staff_retired", own.randint(1, max(2, whole // 2)), scope)


def work(department: Department) -> None:
    """Tasks of the year and those that were assigned from above; the survey with its five bands."""
    chance = department.chance("work")
    for figure in (
        "tasks_planned", "tasks_done", "tasks_on_time", "tasks_quality_met", "key_tasks_assigned", "key_tasks_done",
        "special_funds_late",
    ):  # fmt: skip
        department.scales[figure] = THINGS
    planned = chance.randint(12, 90)
    done = planned - chance.randint(0, planned // 10)
    on_time = done - chance.randint(0, done // 10)
    department.put("tasks_planned", planned)
    department.put("tasks_done", done)
    department.put("tasks_on_time", on_time)
    department.put("tasks_quality_met", done - chance.randint(0, done // 12))
    assigned = chance.randint(4, 40)
    department.put("key_tasks_assigned", assigned)
    department.put("key_tasks_done", assigned - chance.randint(0, assigned // 8))
    department.put("special_funds_late", 0 if chance.random() < 0.6 else chance.randint(1, 3))
    for figure in ("survey_valid", "survey_satisfied", "survey_answers"):
        department.scales[figure] = ANSWERS
    bands = _bands(chance.randint(120, 3000), department)
    for band, answers in zip(BANDS, bands, strict=True):
        department.put("survey_answers", answers, item=band)
    department.put("survey_valid", sum(bands))
    department.put("survey_satisfied", bands[0] + bands[1])


def _bands(valid: int, department: Department) -> list[int]:
    """Answers by band, the best first, no two alike."""
    chance = department.chance("bands")
    best = part(valid, Fraction(chance.randint(88, 96), 100))
    first = best * chance.randint(55, 75) // 100
    rest = split(chance, valid - best, 3)
    found: list[int] = []
    for answers in [first, best - first, *sorted(rest, reverse=True)]:
        found.append(apart(chance, answers, answers, set(found)))
    return found
