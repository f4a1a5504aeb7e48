"""Targets of the year and their answers: numbers that are met, none of them far exceeded."""

from __future__ import annotations

import random

from inventing.department import Department, Objective, Task
from inventing.names import DONE, KINDS


def targets(department: Department) -> None:
    """Two or three objectives with sub-targets, all of them met and said to be done."""
    chance = department.chance("targets")
    kind = next(kind for kind in KINDS if kind.word == department.kind)
    claimed = chance.choice(DONE)
    for place, title in enumerate(chance.sample(sorted(kind.tasks), chance.randint(2, 3)), 1):
        measures = chance.sample(kind.tasks[title], chance.randint(2, 3))
        tasks = [
            _task(chance, f"o{place}", letter, measure, claimed)
            for letter, measure in zip("abc", measures, strict=False)
        ]
        department.objectives.append(Objective(f"o{place}", title, claimed, tasks))


def _task(chance: random.Random, objective: str, item: str, measure: tuple[str, ...], claimed: str) -> Task:
    name, unit, comparator, least, most = measure
    decimals = 1 if unit == "%" else 0
    target = chance.randint(int(least), int(most)) * 10**decimals
    if comparator == "<=":
        actual = max(1, target * chance.randint(80, 99) // 100)
    else:
        actual = target * chance.randint(100, 118) // 100
        actual = min(actual, 1000) if unit == "%" else actual
    task = Task(objective, item, name, unit, comparator, target, actual, decimals, claimed, "", name, "")
    speak(task)
    return task


def speak(task: Task) -> None:
    """Say target and answer in words, as they stand."""
    if task.target is None:
        return
    asked = "不少于" if task.comparator == ">=" else "不高于"
    task.quote = f"{task.measure}{asked}{printed(task, task.target)}{task.unit}"
    task.actual_quote = (
        "" if task.actual is None else f"{task.actual_measure}为{printed(task, task.actual)}{task.unit}"
    )


def printed(task: Task, amount: int) -> str:
    """A number of a target as it is printed."""
    return f"{amount // 10}.{amount % 10}" if task.decimals else str(amount)
