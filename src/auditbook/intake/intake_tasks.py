"""The list of tasks: how many were planned, done, in time, up to standard, told from dates and never from words.

A task counts as done with a date within the year. A count that rests on something not written down is missing, with the
rows that do not say it; it is never a count of those that happen to say it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from auditbook.cases import DEPARTMENT
from auditbook.intake.account_layouts import bare
from auditbook.intake.intake_cells import choice_of, day_of, derived, missing, rows_named, words_of
from auditbook.intake.intake_sheets import Filled, Reading, scope_of
from auditbook.intake.raw_tables import RawRow
from auditbook.intake.sheets import Note


@dataclass(frozen=True)
class _Task:
    row: int
    scope: str
    key: str
    due: date | None
    done: date | None
    undone: bool
    quality: str

    def done_in(self, year: int) -> bool:
        return self.done is not None and self.done.year == year


def read(filled: Filled, reading: Reading) -> list[RawRow]:
    """The counts of tasks, for the department, and for each unit where every task names one."""
    tasks: list[_Task] = []
    names: dict[tuple[str, str], int] = {}
    for row in filled.rows:
        if not filled.speaks(row):
            continue
        if reading.workbook.is_total(filled.text(row, "task")) or reading.workbook.is_total(
            filled.text(row, "mark")
        ):
            reading.fault(
                filled.sheet.at(row), "任务清单里有合计行", "一项任务一行", "请删去合计行；项数由程序清点"
            )
            continue
        task = _task(filled, row, reading)
        name = (filled.text(row, "scope"), bare(filled.text(row, "task")))
        if name[1] and name in names:
            first = filled.sheet.at(names[name])
            reading.fault(
                filled.at(row, "task"),
                f"同一任务写了两行（另一行在 {first}）",
                "一项任务一行",
                "请删去其中一行，或写明区别",
            )
        names.setdefault(name, row)
        if task is not None:
            tasks.append(task)
    if not tasks:
        return []
    scopes = {task.scope for task in tasks}
    rows = _counts(filled, DEPARTMENT, tasks, reading)
    for scope in sorted(scopes) if DEPARTMENT not in scopes else ():
        rows += _counts(filled, scope, [task for task in tasks if task.scope == scope], reading)
    return rows


def _task(filled: Filled, row: int, reading: Reading) -> _Task | None:
    told = len(reading.faults)
    year = reading.year
    scope = scope_of(filled, row, reading)
    words_of(filled, row, "task", reading)
    key, quality = choice_of(filled, row, "key", reading), choice_of(filled, row, "quality", reading)
    due = day_of(filled, row, "due", reading)
    undone = filled.layout.column("done").chosen(filled.text(row, "done")) == "no"
    done = None if undone else day_of(filled, row, "done", reading)
    if due and due.year != year:
        reading.fault(
            filled.at(row, "due"),
            f"应完成日期是 {due}",
            f"{year}年之内的日期",
            "别的年度的任务请删去，或改正日期",
        )
    if done and done.year < year:
        reading.fault(
            filled.at(row, "done"),
            f"实际完成日期是 {done}，早于{year}年",
            f"{year}年之内的日期",
            "上年已经完成的不是本年的任务",
        )
    if done and done.year > year + 1:
        reading.fault(filled.at(row, "done"), f"实际完成日期是 {done}", f"{year}年之内的日期", "请核对年份")
    if quality == "yes" and (undone or filled.blank(row, "done")):
        reading.fault(
            filled.at(row, "quality"),
            "写着质量达标，却没有实际完成日期",
            "完成的任务才有质量",
            "请补上完成日期，或清空质量",
        )
    if len(reading.faults) > told or scope is None or key is None or quality is None:
        return None
    if done and done.year > year:
        reading.notes.append(
            Note(filled.at(row, "done"), filled.text(row, "done"), "不计入本年完成", "after_year")
        )
    return _Task(row, scope, key, due, done, undone, quality)


def _counts(filled: Filled, scope: str, tasks: list[_Task], reading: Reading) -> list[RawRow]:
    year = reading.year

    def count(
        figure: str, what: str, counts: Callable[[_Task], bool], silent: list[_Task], reason: str
    ) -> list[RawRow]:
        label = reading.dictionary[figure].name
        if silent:
            said = f"{reason}：{rows_named(filled, [task.row for task in silent])}"
            return [
                missing(
                    filled, silent[0].row, figure=figure, year=year, scope=scope, label=label, reason=said
                )
            ]
        own = [task.row for task in tasks if counts(task)]
        named = f"：{rows_named(filled, own)}" if own else ""
        every = [task.row for task in tasks]
        return [
            derived(
                filled, own or every, figure=figure, year=year, scope=scope, label=label, value=str(len(own)),
                unit="项", quote=f"{what}的 {len(own)} 项{named}",
            )
        ]  # fmt: skip

    done = [task for task in tasks if task.done_in(year)]
    # where nobody says of any task whether it is done, none being done is not what the list says
    begun = any(task.done or task.undone for task in tasks)
    unsaid = [] if begun else tasks
    undue = [task for task in done if task.due is None]
    ungraded = [task for task in done if not task.quality]
    unkeyed = [task for task in tasks if not task.key]
    rows = count("tasks_planned", "列出", lambda task: True, [], "")
    rows += count(
        "tasks_done",
        f"{year}年之内有完成日期",
        lambda task: task.done_in(year),
        unsaid,
        "没有一项写明是否完成",
    )
    rows += count(
        "tasks_on_time", "完成日期不晚于应完成日期",
        lambda task: task.done_in(year) and task.due is not None and task.done is not None and task.done <= task.due,
        unsaid or undue, "完成的任务没有应完成日期" if begun else "没有一项写明是否完成",
    )  # fmt: skip
    rows += count(
        "tasks_quality_met", "完成并写明质量达标", lambda task: task.done_in(year) and task.quality == "yes",
        unsaid or ungraded, "完成的任务没有写明质量" if begun else "没有一项写明是否完成",
    )  # fmt: skip
    if len(unkeyed) < len(tasks):
        rows += count(
            "key_tasks_assigned",
            "写明是交办重点",
            lambda task: task.key == "yes",
            unkeyed,
            "没有写明是否交办重点",
        )
        rows += count(
            "key_tasks_done", f"交办重点、{year}年之内有完成日期", lambda task: task.key == "yes" and task.done_in(year),
            unkeyed or unsaid, "没有写明是否交办重点" if unkeyed else "没有一项写明是否完成",
        )  # fmt: skip
    return rows
