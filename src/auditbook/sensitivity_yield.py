"""What ``auditbook sensitivity`` tells: every single change and what it does, for a terminal and for a program."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from auditbook import pipeline
from auditbook.cases import Scenario
from auditbook.judgement_room import HIGHEST, LOWEST, OPEN
from auditbook.numbers import Interval
from auditbook.printed import WIDE, Printout
from auditbook.report.sensitivity_view import CHANGED, EXTENTS, KINDS, OPENED, shift_words
from auditbook.scoring_rules import points_text, span_text
from auditbook.sensitivity_changes import all_changes
from auditbook.tables import Row

MOST_SHOWN = 15


@dataclass(frozen=True)
class Told:
    """The tables sensitivity.csv and room.csv of a case, the greatest effect first, and each change as a scenario."""

    run: str
    title: str
    stopped: str
    case: Row
    changes: Sequence[Row]
    room: Sequence[Row]
    scenarios: dict[tuple[str, str, str], Scenario]

    def text(self, width: int = WIDE) -> str:
        """The results as a terminal shows them."""
        out = Printout(width)
        counts = Counter(row["kind"] for row in self.changes)
        tried = "、".join(f"{name} {counts[kind]} 处" for kind, name in KINDS.items() if counts[kind])
        out.line(f"{self.title}：一次只改一处，共 {len(self.changes)} 处（{tried or '没有可改的'}）")
        if self.stopped:
            out.line(f"不予评分，谈不上得分对什么敏感：{self.stopped}")
        else:
            grade = f"，等级 {self.case['grade']}" if self.case["grade"] else ""
            out.line(f"得分 {_span(self.case, 'lowest', 'highest')} 分{grade}")
        moving = [row for row in self.changes if row["moves"] == "yes"]
        if moving:
            shown = moving[:MOST_SHOWN]
            out.table(
                f"移动得分最多的 {len(shown)} 处（共 {len(moving)} 处）", ["改什么", "名称", "改前", "改后", "得分", "已证实", "最高可能"],
                [
                    [
                        KINDS[row["kind"]], row["name"], row["before"], row["after"], _span(row, "lowest", "highest"),
                        shift_words(row["lowest_change"]), shift_words(row["highest_change"]),
                    ]
                    for row in shown
                ],
            )  # fmt: skip
        elif not self.stopped:
            out.table("没有一处改动会移动得分")
        turning = [row for row in self.changes if row["turning"] == "yes"]
        out.table("一改就翻的结论" if turning else "没有一改就翻的结论")
        for row in turning:
            head = f"{KINDS[row['kind']]}“{row['name']}”：{row['before']} → {row['after']}"
            out.item(head, *row["turns"].split("；"))
        self._tell_room(out)
        return str(out)

    def _tell_room(self, out: Printout) -> None:
        rooms = {(row["changed"], row["extent"], row["end"]): row for row in self.room}
        if not rooms:
            return
        lines = [
            [name, how, *(_span(rooms[changed, extent, end], "low", "high") for end in (LOWEST, HIGHEST))]
            for changed, name in CHANGED.items()
            for extent, how in EXTENTS.items()
            if (changed, extent, LOWEST) in rooms
        ]
        out.table("判断余地：口径与分值能把得分推到哪里", ["动什么", "怎样动", "已证实", "最高可能"], lines)
        for cause, name in OPENED.items():
            row = rooms[cause, OPEN, ""]
            if row["reach"] != "0":
                out.item(f"{name}：{points_text(Fraction(row['reach']))}分（{row['by_high']}）")

    def as_json(self) -> str:
        """The results for a program: points as in the tables, each change with the scenario file that makes it."""
        changes = [
            {**row, "scenario": _written(self.scenarios[row["kind"], row["about"], row["step"]])} for row in self.changes
        ]  # fmt: skip
        found = {
            "run": self.run, "stopped": self.stopped or None, "case": self.case, "changes": changes, "room": self.room,
        }  # fmt: skip
        return json.dumps(found, ensure_ascii=False, indent=1)


def read(case: str, scenario: str = "") -> Told:
    """The sensitivity of a case, in memory: no notebook is run, and nothing is written.

    Takes    case, scenario: names or paths.
    Raises   CaseError with every mistake of the case, its rules, its sources and the scenario.
    """
    run = pipeline.in_memory(pipeline.check(case, scenario))
    rows = sorted(run.table("sensitivity"), key=lambda row: int(row["order"]))
    room = run.table("room")
    scenarios = {(change.kind, change.about, change.step): change.scenario for change in all_changes(run)}
    title = f"{run.audit.case.department.name}{run.audit.case.year}年"
    return Told(run.audit.workspace.run, title, run.stopped(), rows[0], rows[1:], room, scenarios)


def _span(row: Row, low: str, high: str) -> str:
    return span_text(Interval(Fraction(row[low]), Fraction(row[high])))


def _written(scenario: Scenario) -> dict[str, Any]:
    """A scenario as its file would hold it: only what it says, numbers as decimals or fractions."""
    return {
        name: _plain(value)
        for name, value in scenario.model_dump(exclude_defaults=True).items()
    }  # fmt: skip


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(own) for key, own in value.items() if own is not None}
    if isinstance(value, list):
        return [_plain(own) for own in value]
    return value if isinstance(value, (str, bool, int)) else str(value)
