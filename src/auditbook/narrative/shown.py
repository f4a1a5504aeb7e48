"""Statements as people are shown them: in which group, in which order, with which words and how many decimals.

The terminal and the page say the same; nothing here judges.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from functools import cached_property
from typing import TypeVar

from auditbook.claims import AGREES, NOT_CHECKABLE, TRUNCATED, VERDICTS, WITHIN_ROUNDING
from auditbook.narrative.stated import FAULTS, STATED, Left, Narrative, Statement
from auditbook.numbers import MONEY, RATE, dimension, parse, places, rounded
from auditbook.tables import Row

SEVERITIES = {"high": "高", "medium": "中", "low": "低"}
_KINDS = {"accounts": "部门决算公开", "report": "绩效评价报告", "evaluation": "绩效评价报告"}
_TAIL = "tail"
_FEWEST = 2  # decimals


class Group(StrEnum):
    """What a reader does with a statement: look into it, pass over it, look it up elsewhere, or be content."""

    WRONG = "wrong"
    TAIL = "tail"
    UNCHECKED = "unchecked"
    HELD = "held"


GROUPS = {
    Group.WRONG: "不成立", Group.TAIL: "尾差、截尾", Group.UNCHECKED: "无法核对", Group.HELD: "一致",
}  # fmt: skip


def group_of(statement: Statement) -> Group:
    """The group of a statement. A tail difference is none of the faults, whatever its verdict; an unknown is no agreement."""
    verdict = statement.row["verdict"]
    if verdict == NOT_CHECKABLE and not statement.severity:
        return Group.UNCHECKED
    if verdict in {WITHIN_ROUNDING, TRUNCATED} and statement.severity in {"", "low"}:
        return Group.TAIL
    if statement.row["kind"] == _TAIL and verdict != AGREES:
        return Group.TAIL
    return Group.HELD if verdict == AGREES and not statement.severity else Group.WRONG


def kind_of(statement: Statement) -> str:
    """The kind of fault, or what is stated, in words."""
    names = {**STATED, **FAULTS} if group_of(statement) == Group.WRONG else {**FAULTS, **STATED}
    return names.get(statement.row["kind"], statement.row["kind"])


@dataclass(frozen=True)
class Sorted:
    """A narrative with its statements worst first, and counted."""

    narrative: Narrative

    @cached_property
    def statements(self) -> list[Statement]:
        """Worst first: by group, severity, page and place in the text."""
        groups, severities = list(Group), [*SEVERITIES, ""]
        return sorted(
            self.narrative.statements,
            key=lambda own: (
                groups.index(group_of(own)), severities.index(own.severity), own.page or 0, own.start, own.row["claim"],
            ),
        )  # fmt: skip

    def of(self, group: Group) -> list[Statement]:
        """The statements of a group, worst first."""
        return [statement for statement in self.statements if group_of(statement) == group]

    @cached_property
    def verdicts(self) -> Counter[str]:
        """How many statements have each verdict."""
        return Counter(statement.row["verdict"] for statement in self.narrative.statements)

    @cached_property
    def numbers_read(self) -> int:
        """How many numbers of the text stand in a statement: several statements of one number count once."""
        return len({statement.number for statement in self.narrative.statements if statement.number})

    @cached_property
    def numberless(self) -> int:
        """How many statements print no number."""
        return sum(statement.number is None for statement in self.narrative.statements)

    @property
    def numbers(self) -> int:
        """How many numbers the text has."""
        own = self.narrative
        return self.numbers_read + len(own.left) + own.aside.total()

    def coverage(self) -> list[str]:
        """What was read, judged, left and set aside: in sentences, since silence is no agreement."""
        own = self.narrative
        read = f"正文里的数 {self.numbers} 个：{self.numbers_read} 个读成了陈述"
        if own.left:
            read += f"，{len(own.left)} 个没有读成"
        if own.aside.total():
            named = "、".join(f"{name} {count}" for name, count in own.aside.most_common() if count)
            read += f"，{own.aside.total()} 个不是金额、比率或数量（{named}）"
        judged = f"陈述 {len(own.statements)} 条"
        if self.numberless:
            judged += f"（其中 {self.numberless} 条没有印数）"
        counted = "、".join(
            f"{name} {self.verdicts[verdict]}"
            for verdict, name in reversed(VERDICTS.items())
            if self.verdicts[verdict]
        )
        lines = [f"{read}。", f"{judged}：{counted}。" if counted else f"{judged}。"]
        unproven = [f"{self.verdicts[NOT_CHECKABLE]} 条无法核对"] if self.verdicts[NOT_CHECKABLE] else []
        unproven += [f"{len(own.left)} 个数没有读成陈述"] if own.left else []
        said = "、".join(unproven)
        lines.append(
            f"沉默不等于一致：{said}，都没有核对过。"
            if said
            else "沉默不等于一致：这里没有提到的话，没有核对过。"
        )
        return lines

    def unchecked_by_reason(self) -> dict[str, list[Statement]]:
        """What cannot be checked, by reason, the commonest first."""
        return _grouped((own.row["explanation"] or "没有说明", own) for own in self.of(Group.UNCHECKED))

    def left_by_reason(self) -> dict[str, list[Left]]:
        """What was left unread, by reason, the commonest first."""
        return _grouped((own.why, own) for own in self.narrative.left)


Own = TypeVar("Own")


def _grouped(pairs: Iterable[tuple[str, Own]]) -> dict[str, list[Own]]:
    found: dict[str, list[Own]] = {}
    for name, own in pairs:
        found.setdefault(name, []).append(own)
    return dict(sorted(found.items(), key=lambda item: -len(item[1])))


def place_of(statement: Statement) -> str:
    """Where a statement stands, as a person finds it."""
    return statement.row["locator"]


def published(row: Row) -> str:
    """The published number with its unit and thousands separators; a dash where none is printed."""
    if not row["published"]:
        return "—"
    return _written(parse(row["published"]), places(row["published"])) + row["unit"]


def recomputed(row: Row) -> str:
    """The recomputed number beside the published one: two decimals, or as many as were printed.

    A range stands behind it where it is wider than that: ``71.65%（71.60–71.70）``.
    """
    if not row["recomputed"]:
        return "—"
    value, decimals = parse(row["recomputed"]), _decimals(row)
    text = _written(value, decimals) + row["unit"]
    if not row["low"] or not row["high"]:
        return text
    low, high = parse(row["low"]), parse(row["high"])
    if max(high - value, value - low) <= Fraction(1, 2 * 10**decimals):  # no wider than what is shown
        return text
    return f"{text}（{_written(low, decimals)}–{_written(high, decimals)}）"


def explained(row: Row) -> str:
    """The reason of a verdict, with the definition that was taken."""
    return f"{row['explanation']}（口径：{row['definition']}）" if row["definition"] else row["explanation"]


def _decimals(row: Row) -> int:
    value, printed = parse(row["recomputed"]), places(row["published"])
    if dimension(row["unit"]) not in {MONEY, RATE} and value.denominator == 1 and not printed:
        return 0
    return max(_FEWEST, printed)


def _written(value: Fraction, decimals: int) -> str:
    return format(rounded(value, decimals), ",f")


def described(narrative: Narrative) -> str:
    """A document in a few words: file, kind, year, pages."""
    kind = _KINDS.get(narrative.kind, narrative.kind)
    year = f"{narrative.year} 年度" if narrative.year else "年度不明，"
    pages = len(narrative.document.pages)
    held = f"有文字的 {pages} 页" if pages else f"{len(narrative.document.blocks)} 段"
    return f"{narrative.file}：{year}{kind}，{held}"
