"""Scoring: a scheme's points for each indicator, as an interval from what is proven to what is still possible."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal

from pydantic import field_validator, model_validator

from auditbook import strict_yaml
from auditbook.cases import DEPARTMENT, Audit, Id, Strict, Words
from auditbook.faults import CaseError, Fault
from auditbook.figures import NOT_APPLICABLE
from auditbook.indicators import COMPUTED, Result, Rulebook
from auditbook.numbers import Interval, parse_rate, plain, rate_text, rounded
from auditbook.tables import Row

_BOUNDS = re.compile(r"([\[(])\s*([^,]+?)\s*,\s*([^,]+?)\s*([\])])")
_COMPARISON = re.compile(r"(<=|>=|=|<|>)\s*(.+)")
Points = Decimal | int


@dataclass(frozen=True)
class Zone:
    """A stretch of values with inclusiveness written at both ends; None is no end."""

    low: Fraction | None
    high: Fraction | None
    low_included: bool
    high_included: bool

    def holds(self, value: Fraction) -> bool:
        """Whether a value lies in it."""
        above = self.low is None or value > self.low or (self.low_included and value == self.low)
        below = self.high is None or value < self.high or (self.high_included and value == self.high)
        return above and below

    def meets(self, box: Interval) -> bool:
        """Whether some value of a range lies in it."""
        return (
            self.holds(box.low)
            or self.holds(box.high)
            or (self.low is not None and box.low < self.low < box.high)
            or (self.high is not None and box.low < self.high < box.high)
        )


def read_zone(text: str) -> Zone:
    """Read ``(0%, 10%]``, ``=0%`` or ``>30%``. Raises ValueError for anything else."""
    if bounds := _BOUNDS.fullmatch(text.strip()):
        left, low, high, right = bounds.groups()
        return Zone(parse_rate(low), parse_rate(high), left == "[", right == "]")
    if comparison := _COMPARISON.fullmatch(text.strip()):
        sign, limit = comparison[1], parse_rate(comparison[2])
        if sign == "=":
            return Zone(limit, limit, True, True)
        if sign.startswith(">"):
            return Zone(limit, None, sign == ">=", False)
        return Zone(None, limit, False, sign == "<=")
    raise ValueError(f"“{text}”不是区间；应写成 (0%, 10%]、=0% 或 >30%")


class Deduct(Strict):
    """Full points up to a limit, then a deduction for every step beyond it, never below zero."""

    limit: str
    beyond: Literal["above", "below"]
    every: str
    points: Points
    partial: Literal["floor", "ceil", "linear"]

    @field_validator("limit", "every")
    @classmethod
    def _rate(cls, text: str) -> str:
        parse_rate(text)
        return text

    def of(self, value: Fraction, full: Fraction) -> Fraction:
        """The points for a value."""
        limit, step = parse_rate(self.limit), parse_rate(self.every)
        distance = value - limit if self.beyond == "above" else limit - value
        if distance <= 0:
            return full
        steps = distance / step
        if self.partial == "floor":
            steps = Fraction(steps // 1)
        elif self.partial == "ceil":
            steps = Fraction(-(-steps // 1))
        return max(Fraction(0), full - steps * Fraction(self.points))


class Rule(Strict):
    """A scoring rule: a step table with written bounds, or a deduction."""

    steps: list[list[Any]] | None = None
    deduct: Deduct | None = None

    @model_validator(mode="after")
    def _one(self) -> Rule:
        if (self.steps is None) == (self.deduct is None):
            raise ValueError("rule 写 steps 或 deduct 之一")
        for step in self.steps or []:
            if len(step) != 2 or not isinstance(step[0], str) or not isinstance(step[1], Decimal | int):
                raise ValueError(f"steps 的一行应是 [区间, 分值]，而不是 {step}")
            read_zone(step[0])
        return self

    def span(self, box: Interval, full: Fraction) -> Interval | None:
        """Lowest and highest points over a range of values; None where the rule says nothing about some value."""
        if self.deduct:
            ends = [self.deduct.of(box.low, full), self.deduct.of(box.high, full)]
            return Interval(min(ends), max(ends))
        found = [Fraction(step[1]) for step in self.steps or [] if read_zone(step[0]).meets(box)]
        ends_known = all(
            any(read_zone(s[0]).holds(end) for s in self.steps or []) for end in (box.low, box.high)
        )
        return Interval(min(found), max(found)) if found and ends_known else None

    def words(self) -> str:
        """The rule in Chinese."""
        if self.deduct:
            side = "每超过" if self.deduct.beyond == "above" else "每低于"
            how = {"floor": "不足一档不扣", "ceil": "不足一档按一档扣", "linear": "按比例扣"}[
                self.deduct.partial
            ]
            every = f"{points_text(parse_rate(self.deduct.every) * 100)}个百分点"
            return f"以{self.deduct.limit}为限，{side}{every}扣{self.deduct.points}分，{how}，扣完为止"
        return "；".join(f"{zone}得{points}分" for zone, points in self.steps or [])


class Item(Strict):
    """A line of a scheme: an indicator with its definition, points and rule, or points left unspecified."""

    indicator: Id | None = None
    definition: Id | None = None
    points: Points | None = None
    rule: Rule | None = None
    source: Words | None = None
    unspecified: Points | None = None
    reason: Words | None = None

    @model_validator(mode="after")
    def _whole(self) -> Item:
        scored = (self.indicator, self.definition, self.points, self.rule, self.source)
        if self.unspecified is not None:
            if any(part is not None for part in scored) or not self.reason:
                raise ValueError("unspecified 只与 reason 同写")
        elif any(part is None for part in scored):
            raise ValueError(
                "一行要么写 indicator、definition、points、rule、source，要么写 unspecified、reason"
            )
        return self

    @property
    def weight(self) -> Fraction:
        """The points that the line is worth."""
        return Fraction(self.points if self.points is not None else self.unspecified or 0)


class Framework(Strict):
    """A scheme file in ``params/frameworks/``: what counts and how."""

    framework: Id
    title: Words
    issuer: Words
    edition: Words
    full_marks: Points
    source: Words
    caveats: Words
    items: list[Item]

    @model_validator(mode="after")
    def _adds_up(self) -> Framework:
        total = sum((item.weight for item in self.items), Fraction(0))
        if total != Fraction(self.full_marks):
            raise ValueError(f"各行分值之和是{plain(total)}，与 full_marks {self.full_marks} 不等")
        return self


def read_framework(audit: Audit, rulebook: Rulebook) -> Framework:
    """Read the framework that the case names.

    Raises   CaseError with every fault: no such file, points that do not add up, unknown indicators, definitions.
    """
    path = audit.workspace.rule_file("frameworks", audit.case.framework)
    shown = audit.workspace.shown(audit.workspace.case_path)
    if path is None:
        known = sorted(
            {p.stem for folder in audit.workspace.rules("frameworks") for p in folder.glob("*.yaml")}
        )
        raise CaseError(
            Fault(shown, f"没有评分框架“{audit.case.framework}”", f"以下之一：{'、'.join(known)}")
        )
    document = strict_yaml.load(path, audit.workspace.shown(path))
    framework = strict_yaml.validate(document, Framework)
    faults = list(document.faults)
    for index, item in enumerate(framework.items if framework else []):
        stanza = rulebook.stanzas.get(item.indicator or "")
        where = document.where(("items", index))
        if item.indicator and stanza is None:
            faults.append(Fault(where, f"没有指标“{item.indicator}”", "params/indicators/ 里的一个 id"))
        elif stanza and item.definition not in stanza.definitions:
            faults.append(
                Fault(where, f"指标“{stanza.id}”没有定义“{item.definition}”", "、".join(stanza.definitions))
            )
    if audit.scenario and audit.workspace.scenario_path:
        place = audit.workspace.shown(audit.workspace.scenario_path)
        for indicator, definition in audit.scenario.definitions.items():
            stanza = rulebook.stanzas.get(indicator)
            if stanza is None:
                faults.append(Fault(place, f"情景改的指标“{indicator}”不存在", "、".join(rulebook.stanzas)))
            elif definition not in stanza.definitions:
                faults.append(
                    Fault(place, f"指标“{indicator}”没有定义“{definition}”", "、".join(stanza.definitions))
                )
    if faults or framework is None:
        raise CaseError(faults)
    return framework


def scoring_definitions(audit: Audit, framework: Framework, rulebook: Rulebook) -> dict[str, str]:
    """Per indicator the definition that scores: the scenario's, else the framework's, else the stanza's first."""
    chosen = {stanza.id: stanza.primary for stanza in rulebook.stanzas.values()}
    chosen.update(
        {item.indicator: item.definition for item in framework.items if item.indicator and item.definition}
    )
    chosen.update(audit.scenario.definitions if audit.scenario else {})
    return chosen


def score(
    framework: Framework, results: Sequence[Result], scoring: Mapping[str, str],
    self_scored: Fraction | None, stopped: str = "",
) -> list[Row]:  # fmt: skip
    """Rows of scores.csv: each indicator, then the total.

    Takes    self_scored: the department's own total, where it is known; stopped: why nothing may be scored.
    Returns  ``points`` only where the score is certain; ``lowest`` is proven, ``highest`` still possible.
    """
    rows: list[Row] = []
    for number, item in enumerate(framework.items):
        if item.indicator is None:
            box = None
            reason = item.reason or ""
            name, rule = f"unspecified-{number + 1}", ""
        else:
            assert item.rule
            box, reason = _points(item, results, scoring[item.indicator])
            name, rule = item.indicator, item.rule.words()
        if stopped:
            box, reason = None, stopped
        rows.append(_row(framework, "indicator", name, item.weight, box, rule, reason))
    lowest = sum((Fraction(row["lowest"]) for row in rows), Fraction(0))
    highest = sum((Fraction(row["highest"]) for row in rows), Fraction(0))
    assessed = sum((Fraction(row["weight"]) for row in rows if row["reason"] == ""), Fraction(0))
    total = Fraction(framework.full_marks)
    why = stopped or f"可评权重{plain(assessed)}分，占{rate_text(assessed / total)}"
    row = _row(framework, "total", "", total, Interval(lowest, highest), "", why)
    row["self_scored"] = "" if self_scored is None else plain(self_scored)
    return [*rows, row]


def _points(item: Item, results: Sequence[Result], definition: str) -> tuple[Interval | None, str]:
    own = [
        r for r in results
        if (r.indicator, r.definition, r.scope, r.item) == (item.indicator, definition, DEPARTMENT, "")
    ]  # fmt: skip
    assert item.rule
    if not own:
        return None, "没有部门整体的结果"
    result = own[0]
    if result.status == NOT_APPLICABLE:
        return None, "不适用"
    if result.status != COMPUTED or result.low is None or result.high is None:
        why = f"缺 {'、'.join(result.lacking)}" if result.lacking else "没有可用的结果"
        return None, why if result.status != "undefined" else "分母为零，没有定义"
    box = item.rule.span(Interval(result.low, result.high), item.weight)
    return (box, "") if box else (None, "评分规则没有说到这个数值")


def _row(
    framework: Framework,
    level: str,
    name: str,
    weight: Fraction,
    box: Interval | None,
    rule: str,
    reason: str,
) -> Row:
    span = box or Interval(Fraction(0), weight)
    return {
        "scheme": framework.framework, "level": level, "indicator": name, "weight": plain(weight),
        "points": plain(span.low) if span.is_point else "", "lowest": plain(span.low), "highest": plain(span.high),
        "self_scored": "", "rule": rule, "reason": reason,
    }  # fmt: skip


def points_text(value: Fraction) -> str:
    """Points as a reader sees them: at most two decimals, no needless zeros."""
    return format(rounded(value, 2), "f").rstrip("0").rstrip(".")
