"""The department's own score: a line for execution and one for each sub-target, which add up to a hundred."""

from __future__ import annotations

from fractions import Fraction

from inventing.department import GRADED, POINTS, Department, Statement
from inventing.scales import cut_off, split

FULL = 10000  # a hundredth of a point
EXECUTION = "budget_execution_rate"


def weigh(department: Department) -> None:
    """The weight of each line: ten points for execution, the rest over the sub-targets."""
    tasks = [task.about for task in department.tasks()]
    rest = split(department.chance("weights"), 90, len(tasks))
    department.weights = {EXECUTION: 1000, **{task: 100 * own for task, own in zip(tasks, rest, strict=True)}}


def points(department: Department, line: str) -> int:
    """The points of a line in hundredths: what was seeded, else by how far execution and target were reached."""
    if line in department.points:
        return department.points[line]
    weight = department.weights[line]
    if line == EXECUTION:
        spent, adjusted = (department.amount(figure) for figure in ("budget_spent", "budget_adjusted"))
        return min(weight - 1, cut_off(Fraction(spent, adjusted) * weight, 0))
    task = next(task for task in department.tasks() if task.about == line)
    if task.met or not task.comparable or not task.target or not task.actual:
        return weight
    reached = Fraction(task.actual, task.target)
    reached = reached if task.comparator == ">=" else 1 / reached
    return min(weight - 1, cut_off(reached * weight, 0))


def total(department: Department) -> int:
    """The score that is published, in hundredths."""
    return sum(points(department, line) for line in department.weights) + department.score_shift


def grade(score: int) -> str:
    """The grade of a score in hundredths: half-open zones."""
    return "优" if score >= 9000 else "良" if score >= 8000 else "中" if score >= 6000 else "差"


def say_grade(department: Department) -> None:
    """The grade in words, where the scheme has grades and the department gives one."""
    score = total(department)
    if department.framework in GRADED and score <= FULL and department.chance("grade").random() < 0.6:
        word = grade(score)
        department.statements.append(Statement("grade", "grade", "self_score", f"自评等次为{word}", "三"))


def rows(department: Department) -> list[dict[str, str]]:
    """Rows of figures: lines, total, and the maximum where it is declared."""
    if not department.weights:
        return []
    found = []
    names = {
        EXECUTION: "预算执行率",
        **{task.about: task.measure for task in department.tasks()},
    }
    for line, weight in department.weights.items():
        for figure, amount, word in (
            ("self_scored_weight", weight, "分值"),
            ("self_scored_points", points(department, line), "得分"),
        ):
            found.append(_row(department, figure, line, amount, f"{names[line]}{word}"))
    found.append(_row(department, "self_score", "", total(department), "自评总得分"))
    if department.maximum_declared:
        found.append(
            _row(
                department,
                "self_score_maximum",
                "",
                sum(department.weights.values()) + department.maximum_shift,
                "评分表满分",
            )
        )
    return found


def _row(department: Department, figure: str, item: str, amount: int, label: str) -> dict[str, str]:
    number = POINTS.printed(amount)
    return {
        "figure": figure, "scope": "department", "item": item, "year": str(department.year), "label": label, "state": "value",
        "value": number, "unit": "分", "precision": "exact", "locator": "三", "quote": f"{label}{number}分",
    }  # fmt: skip
