"""Seeding faults: which of them a department gets, in which order, and what else must then be found."""

from __future__ import annotations

import random
from collections.abc import Callable
from fractions import Fraction

from inventing import (
    publishing,
    seeded_claims,
    seeded_data,
    seeded_limits,
    seeded_targets,
    seeded_texts,
    self_scoring,
)
from inventing.department import LAST_YEAR, Department
from inventing.names import DONE
from inventing.truth import Truth

Seed = Callable[[Department, random.Random], bool]
FIGURES: dict[str, tuple[str, Seed]] = {**seeded_limits.SEEDERS, **seeded_texts.GAPS}
AFTER_PUBLISHING: dict[str, tuple[str, Seed]] = {
    **seeded_targets.TARGETS, **seeded_targets.SCORES, **seeded_claims.SEEDERS, **seeded_texts.SEEDERS, **seeded_data.SEEDERS,
}  # fmt: skip
RESTATED = "restated_previous"
ALL = (*FIGURES, *AFTER_PUBLISHING)
NEED_TEXT = {
    name
    for name in ALL
    if name.startswith(("sentence_", "undated_")) or name.endswith(("_in_original", "_in_section"))
}
EACH = 5  # faults that a department with faults is given, where they go together


def seed_faults(department: Department, share: float, earlier: Department | None) -> None:
    """Publish what there is to publish, and seed the faults of a share of departments; the truth of a sound one is complete too."""
    chance = department.chance("faults")
    chosen = _chosen(department) if chance.random() < share else set()
    areas: set[str] = set()
    department.text = department.text or bool(chosen & NEED_TEXT)
    _restate(department, earlier, seed=bool(chosen))
    for name in [name for name in FIGURES if name in chosen]:
        _seed(department, name, FIGURES[name], areas)
    publishing.publish(department)
    self_scoring.weigh(department)
    for name in [name for name in AFTER_PUBLISHING if name in chosen]:
        _seed(department, name, AFTER_PUBLISHING[name], areas)
    department.truth += seeded_targets.score_truths(department)
    if "grade" not in areas:
        self_scoring.say_grade(department)
    _consequences(department)
    department.truth = list({own.finding: own for own in reversed(department.truth)}.values())[::-1]


def _chosen(department: Department) -> set[str]:
    """The next faults of an order that the seed alone decides, so that all of them come about in turn."""
    order = list(ALL)
    random.Random(f"{department.seed}/order").shuffle(order)
    first = department.number * EACH + (LAST_YEAR - department.year) * 31
    return {order[(first + place) % len(order)] for place in range(EACH)}


def _seed(department: Department, name: str, seeder: tuple[str, Seed], areas: set[str]) -> None:
    """Seed a fault, unless another one was seeded in its area or the department does not lend itself to it."""
    area, seed = seeder
    if area and area in areas:
        return
    if seed(department, department.chance(f"fault {name}")) and area:
        areas.add(area)


def _restate(department: Department, earlier: Department | None, *, seed: bool) -> None:
    """Last year's budget as this year's documents have it, where that is another number than last year's own."""
    if earlier is None:
        return
    department.restated += [
        Truth(own.rule, own.item, own.what, consequence_of=f"上年案例 {earlier.id}")
        for own in earlier.restated
    ]
    figure = "three_public_budget"
    if seed and earlier.known(figure) and department.chance("restating").random() < Fraction(1, 2):
        before = department.amount(figure, back=1)
        department.put(figure, before + max(50, before // 10), back=1)
        item = f"{figure}.{department.year - 1}.{department.year}"
        department.restated.append(Truth(RESTATED, item, "上年“三公”经费预算数前后不一致"))
    department.truth += department.restated


def _consequences(department: Department) -> None:
    """What the faults of targets make found of all targets together, and what the department's own problems leave out."""
    in_words = [task for task in department.tasks() if task.target is None]
    claimed = [task for task in department.tasks() if task.claimed in DONE]
    proven = [task for task in department.tasks() if task.met]

    def causes(rows: list[str]) -> str:
        found = [
            own.finding for own in department.truth if own.item in rows or own.item.partition(".")[0] in rows
        ]
        return ";".join(dict.fromkeys(found))

    if in_words:
        about = [task.about for task in in_words] + [task.objective for task in in_words]
        department.truth.append(
            Truth(
                "targets_without_number",
                "objectives",
                f"{len(in_words)}个子目标没有数值",
                consequence_of=causes(about),
            )
        )
    if len(claimed) > len(proven):
        unproven = [task.about for task in claimed if task not in proven]
        unproven += [about.partition(".")[0] for about in unproven]
        department.truth.append(
            Truth(
                "completion_beyond_evidence",
                "objectives",
                "自报完成多于证据所能证明",
                consequence_of=causes(unproven),
            )
        )
    problems = [one for one in department.statements if one.kind == "problem"]
    grave = [own for own in department.truth if own.severity == "high"]
    if problems and grave:
        department.truth.append(
            Truth(
                "problems_omitted", "problems", "主要问题没有提到重大差异",
                consequence_of=";".join(own.finding for own in grave),
            )
        )  # fmt: skip
