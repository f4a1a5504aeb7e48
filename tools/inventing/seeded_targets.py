"""Faults of targets and of what is reported as done; and of the department's own scores."""

from __future__ import annotations

import random
from collections.abc import Callable
from fractions import Fraction

from inventing import self_scoring
from inventing.department import GRADED, Department, Statement, Task
from inventing.scales import part, within
from inventing.targets import speak
from inventing.truth import Truth

Seed = Callable[[Department, random.Random], bool]
UNDONE = "未完成"


def _free(
    department: Department, chance: random.Random, fits: Callable[[Task], bool] = lambda task: True
) -> Task | None:
    """A sub-target with a number that nothing was done to yet."""
    free = [
        task for task in department.tasks()
        if task.about not in department.touched and task.target is not None and fits(task)
    ]  # fmt: skip
    if not free:
        return None
    task = chance.choice(free)
    department.touched.add(task.about)
    return task


def _miss(task: Task, chance: random.Random) -> None:
    """Have a target missed by a tenth at least."""
    assert task.target is not None
    down = task.comparator == ">="
    task.actual = (
        max(1, part(task.target, within(chance, 0.5, 0.9)))
        if down
        else part(task.target, within(chance, 1.1, 1.5)) + 1
    )
    if down and task.actual >= task.target:
        task.actual = task.target - 1
    speak(task)


def _numeric(
    rule: str, what: str, severity: str, claimed: str | None, change: Callable[[Task, random.Random], None],
    fits: Callable[[Task], bool] = lambda task: True,
) -> Seed:  # fmt: skip
    """A fault of one sub-target with a number."""

    def seed(department: Department, chance: random.Random) -> bool:
        task = _free(department, chance, fits)
        if task is None:
            return False
        change(task, chance)
        if claimed is not None:
            task.claimed = claimed
        department.truth.append(Truth(rule, task.about, f"“{task.measure}”{what}", severity=severity))
        return True

    return seed


def _keep(task: Task, chance: random.Random) -> None:
    """Leave the numbers as they are: met."""


def _without_answer(task: Task, chance: random.Random) -> None:
    task.actual, task.actual_quote = None, ""


def _other_measure(task: Task, chance: random.Random) -> None:
    task.actual_measure = f"{task.measure}（同类地区）"
    speak(task)


def _far_beyond(task: Task, chance: random.Random) -> None:
    assert task.target is not None
    task.actual = part(task.target, within(chance, 1.4, 2)) + 1
    speak(task)


def _in_words(
    rule: str, measure: str, answer: str, what: str, *, severity: str = "medium", grouped: bool = False, other: str = "",
    claimed: bool = True, missed: bool = False,
) -> Seed:  # fmt: skip
    """A sub-target in words only, with an answer in words."""

    def seed(department: Department, chance: random.Random) -> bool:
        task = _free(department, chance)
        if task is None:
            return False
        task.target = task.actual = None
        task.comparator = task.unit = ""
        task.measure = task.quote = measure
        task.actual_measure = other or measure
        task.actual_quote = answer
        task.claimed = task.claimed if claimed else ""
        if missed:
            department.points[task.about] = department.weights[task.about] // 2
        item = task.objective if grouped else task.about
        own = Truth(rule, item, f"“{measure}”{what}", severity=severity)
        if rule:
            department.truth.append(own)
        if rule == "target_repeated_as_result":
            department.truth.append(
                Truth(
                    "done_by_words_only",
                    task.objective,
                    "报完成而只有文字陈述",
                    consequence_of=own.finding,
                    severity="low",
                )
            )
        return True

    return seed


def full_marks_for_a_miss(department: Department, chance: random.Random) -> bool:
    """Full marks for a target that was missed."""
    task = _free(department, chance)
    if task is None:
        return False
    _miss(task, chance)
    task.claimed = ""
    department.points[task.about] = department.weights[task.about]
    own = Truth("full_marks_unmet", task.about, f"“{task.measure}”未达成而自评满分", severity="high")
    missed = Truth(
        "target_missed", task.about, f"“{task.measure}”未达成", consequence_of=own.finding, severity="high"
    )
    department.truth += [own, missed]
    return True


def _score_of_a_met_target(rule: str, change: int, what: str, severity: str) -> Seed:
    def seed(department: Department, chance: random.Random) -> bool:
        task = _free(department, chance, lambda task: task.met)
        if task is None:
            return False
        department.points[task.about] = department.weights[task.about] + change
        department.truth.append(Truth(rule, task.about, f"“{task.measure}”{what}", severity=severity))
        return True

    return seed


def _total(rule: str, declared: bool) -> Seed:
    """A total beyond its maximum: the lines then do not add up to it either."""

    def seed(department: Department, chance: random.Random) -> bool:
        department.maximum_declared = declared
        department.score_shift = (
            10000 - self_scoring.total(department) + department.score_shift + chance.randint(1, 8) * 100
        )
        return True

    return seed


def sum_differs(department: Department, chance: random.Random) -> bool:
    """Lines that do not add up to the total, or weights that do not add up to the maximum."""
    if chance.random() < 0.5:
        department.score_shift = -100 * chance.randint(1, 9)
    else:
        department.maximum_shift = 1000
    return True


def wrong_grade(department: Department, chance: random.Random) -> bool:
    """A grade that the score does not bear out."""
    if department.framework not in GRADED or self_scoring.total(department) > self_scoring.FULL:
        return False
    right = self_scoring.grade(self_scoring.total(department))
    word = chance.choice([other for other in ("优", "良", "中", "差") if other != right])
    department.statements.append(Statement("grade", "grade", "self_score", f"自评等次为{word}", "三"))
    department.truth.append(Truth("self_grade_differs", "self_score", f"得分属于“{right}”而报“{word}”"))
    return True


def score_truths(department: Department) -> list[Truth]:
    """What the total must make found, by arithmetic over lines, total and maximum."""
    score, full = self_scoring.total(department), self_scoring.FULL + department.maximum_shift
    found = []
    if score > (full if department.maximum_declared else self_scoring.FULL):
        rule = "declared" if department.maximum_declared else "undeclared"
        found.append(
            Truth(
                f"self_score_above_{rule}_maximum",
                "self_score",
                f"自评总分{Fraction(score, 100)}分高于满分",
                severity="high",
            )
        )
    if department.score_shift or (department.maximum_shift and department.maximum_declared):
        cause = found[0].finding if found else ""
        found.append(
            Truth(
                "self_score_sum_differs",
                "self_score",
                "分项之和与总数不符",
                consequence_of=cause,
                severity="high",
            )
        )
    return found


def _room(task: Task) -> bool:
    """A target where more is better and far more is possible."""
    return task.comparator == ">=" and task.unit != "%"


TARGETS = {
    "done_but_not_met": ("", _numeric("done_but_not_met", "未达到目标值而报完成", "high", None, _miss)),
    "done_but_not_met/draft": ("", _in_words("done_but_not_met", "出台公务用车管理细则", "公务用车管理细则形成草案", "尚是草案而报完成", severity="high", missed=True)),
    "done_but_not_met/unfinished": ("", _in_words("done_but_not_met", "清理历年往来款项", "往来款项清理正在推进", "尚在进行而报完成", severity="high", missed=True)),
    "target_missed": ("", _numeric("target_missed", "未达到目标值", "high", "", _miss)),
    "target_missed_and_admitted": ("", _numeric("target_missed_and_admitted", "未达到目标值，如实报未完成", "medium", UNDONE, _miss)),
    "met_but_reported_undone": ("", _numeric("met_but_reported_undone", "已达成而报未完成", "low", UNDONE, _keep)),
    "target_without_result": ("", _numeric("target_without_result", "没有报告实际完成值", "medium", "", _without_answer)),
    "done_without_evidence": ("", _numeric("done_without_evidence", "报完成而没有实际完成值", "medium", None, _without_answer)),
    "answer_measures_something_else": ("", _numeric("answer_measures_something_else", "答复的是另一指标", "high", None, _other_measure)),
    "target_set_too_low": ("", _numeric("target_set_too_low", "完成值远高于目标值", "low", None, _far_beyond, _room)),
    "answer_names_another_thing": ("", _in_words("answer_names_another_thing", "加强档案归集管理", "食堂运行得到优化", "答复的是另一件事", other="优化食堂运行")),
    "issued_without_number": ("", _in_words("issued_without_number", "制定差旅费管理细则", "差旅费管理细则制定完毕并下发", "没有文号、日期")),
    "built_without_acceptance": ("", _in_words("built_without_acceptance", "改造机关食堂", "机关食堂投入使用", "没有验收、规模、金额", grouped=True)),
    "published_without_date": ("", _in_words("published_without_date", "公开部门预决算", "预决算信息上网", "没有公开日期与网址")),
    "done_by_words_only": ("", _in_words("done_by_words_only", "转变干部作风", "服务意识明显增强", "只有文字陈述", severity="low", grouped=True)),
    "target_repeated_as_result": ("", _in_words("target_repeated_as_result", "加快推进信息系统互联互通", "加快推进信息系统互联互通工作", "结果只是重复目标")),
    "targets_without_number": ("", _in_words("", "提升服务水平", "", "没有数值", claimed=False)),
    "full_marks_unmet": ("", full_marks_for_a_miss),
}  # fmt: skip
SCORES = {
    "marks_lost_met": ("", _score_of_a_met_target("marks_lost_met", -150, "已达成而扣分，没有原因", "low")),
    "self_scored_item_above_weight": ("", _score_of_a_met_target("self_scored_item_above_weight", 200, "得分超过分值", "high")),
    "self_score_above_declared_maximum": ("total", _total("self_score_above_declared_maximum", True)),
    "self_score_above_undeclared_maximum": ("total", _total("self_score_above_undeclared_maximum", False)),
    "self_score_sum_differs": ("total", sum_differs),
    "self_grade_differs": ("grade", wrong_grade),
}  # fmt: skip
