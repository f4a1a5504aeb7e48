"""Scoring rules: from a range of values, or from judged points, to a range of points. Nothing is implied.

Every direction and every inclusiveness is written in the rule. Points follow exactly from exact values; a range of
values gives the true range of points over it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise
from typing import Any, Literal

from pydantic import field_validator, model_validator

from auditbook.cases import Strict, Words
from auditbook.figures import NOT_APPLICABLE
from auditbook.indicators import MET, NOT_MET, PARTLY
from auditbook.numbers import Interval, parse_rate, plain, rounded

_BOUNDS = re.compile(r"([\[(])\s*([^,]+?)\s*,\s*([^,]+?)\s*([\])])")
_COMPARISON = re.compile(r"(<=|>=|=|<|>)\s*(.+)")
_NOUGHT, _WHOLE = Fraction(0), Fraction(1)
PARTIALS = {"floor": "不足一档不扣", "ceil": "不足一档按一档扣", "linear": "不足一档按比例扣"}
# A file writes a decimal; a weight that a scenario rescales may be a third of something.
Points = Decimal | int | Fraction


def points_text(value: Fraction) -> str:
    """Points as a reader sees them: at most two decimals, no needless zeros."""
    text = format(rounded(value, 2), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def written(points: Points) -> str:
    """Points of a rule in words: as its file writes them; those that a scenario has rescaled, as a reader sees them."""
    return points_text(points) if isinstance(points, Fraction) else str(points)


def scaled(points: Points, share: Fraction) -> Points:
    """Points times a share, exactly; as they were written where nothing changes."""
    return points if share == 1 else Fraction(points) * share


def span_text(box: Interval) -> str:
    """A range of points as a reader sees it: ``3``, ``0～5``; one number where both ends read the same."""
    low, high = points_text(box.low), points_text(box.high)
    return low if low == high else f"{low}～{high}"


@dataclass(frozen=True)
class Zone:
    """A stretch of values with inclusiveness written at both ends; None is no end."""

    low: Fraction | None
    high: Fraction | None
    low_included: bool
    high_included: bool

    def __post_init__(self) -> None:
        if self.low is not None and self.high is not None and (
            self.low > self.high or (self.low == self.high and not (self.low_included and self.high_included))
        ):  # fmt: skip
            raise ValueError(f"区间从{plain(self.low)}到{plain(self.high)}，里面没有数值")

    @property
    def edges(self) -> tuple[Fraction, ...]:
        """The ends that there are."""
        return tuple(end for end in (self.low, self.high) if end is not None)

    def holds(self, value: Fraction) -> bool:
        """Whether a value lies in it."""
        above = self.low is None or value > self.low or (self.low_included and value == self.low)
        below = self.high is None or value < self.high or (self.high_included and value == self.high)
        return above and below

    def meets(self, box: Interval) -> bool:
        """Whether some value of a range lies in it."""
        return any(self.holds(value) for value in _samples(box, self.edges))


@lru_cache(maxsize=1024)
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


def zone_words(text: str) -> str:
    """A zone as a reader sees it: ``(0%, 10%]`` is 大于0%、不超过10%."""
    if bounds := _BOUNDS.fullmatch(text.strip()):
        left, low, high, right = bounds.groups()
        return f"{'不低于' if left == '[' else '大于'}{low}、{'不超过' if right == ']' else '小于'}{high}"
    comparison = _COMPARISON.fullmatch(text.strip())
    if not comparison:
        return text
    names = {"=": "等于", ">": "大于", ">=": "不低于", "<": "小于", "<=": "不超过"}
    return names[comparison[1]] + comparison[2]


def overlap_or_gap(zones: Sequence[Zone], within: Interval | None = None) -> str:
    """What is wrong with zones that should not overlap, nor leave a gap ``within`` a range; "" where nothing is."""
    edges = sorted({edge for zone in zones for edge in zone.edges})
    beyond = Interval(edges[0] - 1, edges[-1] + 1) if edges else Interval(_NOUGHT, _NOUGHT)
    for value in _samples(beyond, edges):
        if sum(zone.holds(value) for zone in zones) > 1:
            return f"区间重叠：{plain(value)}同属两个区间"
    for value in _samples(within, edges) if within else ():
        if not any(zone.holds(value) for zone in zones):
            return f"区间有缺口：{plain(value)}不属任何区间"
    return ""


def _samples(box: Interval, edges: Iterable[Fraction]) -> Iterator[Fraction]:
    """Values of a range that meet every piece of a function which is constant between ``edges``."""
    stops = sorted({box.low, box.high, *(edge for edge in edges if box.low < edge < box.high)})
    yield from stops
    for left, right in pairwise(stops):
        yield (left + right) / 2


@dataclass(frozen=True)
class Mark:
    """How one point (评价要点) was judged, and to what degree where the judge said so."""

    verdict: str
    degree: Fraction | None = None


def read_mark(verdict: str, degree: str) -> Mark:
    """A judged point as it stands in judgements.csv. Raises ValueError for a degree that is not a percentage."""
    return Mark(verdict, parse_rate(degree) if degree else None)


class Deduct(Strict):
    """Full points up to a limit, then a deduction for every step beyond it, never below zero.

    ``partial`` says how a step that is not complete counts; ``partial_source`` whether the scheme says so itself.
    """

    limit: str
    beyond: Literal["above", "below"]
    every: str
    points: Points
    partial: Literal["floor", "ceil", "linear"]
    partial_source: Literal["stated", "assumed"]

    @model_validator(mode="after")
    def _sound(self) -> Deduct:
        parse_rate(self.limit)
        if parse_rate(self.every) <= 0 or self.points <= 0:
            raise ValueError("every 与 points 应大于0")
        return self

    def of(self, value: Fraction, full: Fraction, partial: str = "") -> Fraction:
        """The points for a value; ``partial``: under another convention than the rule's own."""
        limit, step = parse_rate(self.limit), parse_rate(self.every)
        distance = value - limit if self.beyond == "above" else limit - value
        if distance <= 0:
            return full
        steps = distance / step
        match partial or self.partial:
            case "floor":
                steps = Fraction(steps // 1)
            case "ceil":
                steps = Fraction(-(-steps // 1))
        return max(_NOUGHT, full - steps * Fraction(self.points))

    def spent(self, full: Fraction) -> Interval:
        """A range of values beyond which nothing changes any more."""
        reach = (full / Fraction(self.points) + 1) * parse_rate(self.every)
        limit = parse_rate(self.limit)
        return Interval(limit - reach, limit + reach)

    def words(self) -> str:
        """The rule in Chinese."""
        side = "每超过" if self.beyond == "above" else "每低于"
        every = (
            f"{points_text(parse_rate(self.every) * 100)}个百分点"
            if self.every.endswith("%")
            else f"{self.every}个"
        )
        assumed = "（原表未载明，按此假定）" if self.partial_source == "assumed" else ""
        how = PARTIALS[self.partial] + assumed
        return f"以{self.limit}为限，{side}{every}扣{written(self.points)}分，{how}，扣完为止"


class Proportional(Strict):
    """Points in proportion to the value, full from ``full_at`` on, never below zero."""

    full_at: str

    @field_validator("full_at")
    @classmethod
    def _positive(cls, text: str) -> str:
        if parse_rate(text) <= 0:
            raise ValueError("full_at 应大于0")
        return text

    def of(self, value: Fraction, full: Fraction) -> Fraction:
        """The points for a value."""
        return full * max(_NOUGHT, min(_WHOLE, value / parse_rate(self.full_at)))


class Reverse(Proportional):
    """For what should be low: full points up to ``full_at``, then in inverse proportion to the value."""

    def of(self, value: Fraction, full: Fraction) -> Fraction:
        """The points for a value."""
        best = parse_rate(self.full_at)
        return full if value <= best else full * best / value


class Closeness(Proportional):
    """For what should be hit exactly: full points at ``full_at``, less on either side of it.

    Below it in proportion to the value, above it in inverse proportion: the smaller of the two by the larger.
    """

    def of(self, value: Fraction, full: Fraction) -> Fraction:
        """The points for a value."""
        best = parse_rate(self.full_at)
        return full * max(_NOUGHT, min(value / best, best / value)) if value > 0 else _NOUGHT


class Checklist(Strict):
    """Points for each 评价要点 met, or a deduction for each one not met, never below zero.

    ``partly`` is the share that a partly met point keeps; ``unknown`` where the scheme does not say: anything from
    nothing to all of it. ``not_applicable``: such a point's share is spread over the others, or counts as earned;
    under ``deduct`` there is nothing to choose.
    """

    each: Points | None = None
    deduct: Points | None = None
    partly: Points | Literal["unknown"]
    not_applicable: Literal["spread", "earned"] | None = None

    @model_validator(mode="after")
    def _one(self) -> Checklist:
        if (self.each is None) == (self.deduct is None):
            raise ValueError("checklist 写 each（每个要点得分）或 deduct（每个不满足的要点扣分）之一")
        if (self.each is None) != (self.not_applicable is None):
            raise ValueError("checklist 写 each 时须写 not_applicable: spread 或 earned；写 deduct 时不写")
        if (self.each or self.deduct or 0) <= 0 or (self.partly != "unknown" and not 0 <= self.partly <= 1):
            raise ValueError("每个要点的分值应大于0，partly 应在0与1之间，或写 unknown")
        return self

    def _kept(self, mark: Mark) -> Interval:
        if mark.verdict == PARTLY and self.partly != "unknown":
            return Interval(Fraction(self.partly), Fraction(self.partly))
        whole = {MET: (_WHOLE, _WHOLE), NOT_MET: (_NOUGHT, _NOUGHT)}
        return Interval(*whole.get(mark.verdict, (_NOUGHT, _WHOLE)))

    def of(self, marks: Sequence[Mark], full: Fraction) -> Interval:
        """The points for judged 评价要点, at least one of which applies."""
        kept = [self._kept(mark) for mark in marks if mark.verdict != NOT_APPLICABLE]
        low, high = (sum((getattr(box, end) for box in kept), _NOUGHT) for end in ("low", "high"))
        if self.deduct is not None:
            loss = Fraction(self.deduct)
            lost = (loss * (len(kept) - low), loss * (len(kept) - high))
            return Interval(max(_NOUGHT, full - lost[0]), max(_NOUGHT, full - lost[1]))
        if self.not_applicable == "spread":
            return Interval(full * low / len(kept), full * high / len(kept))
        share = full / len(marks)
        idle = len(marks) - len(kept)
        return Interval(share * (low + idle), share * (high + idle))

    def words(self) -> str:
        """The rule in Chinese."""
        if self.partly == "unknown":
            partly = "部分满足如何计分未载明"
        elif self.each is not None:
            partly = f"部分满足得{points_text(Fraction(self.each) * Fraction(self.partly))}分"
        else:
            partly = f"部分满足扣{points_text(Fraction(self.deduct or 0) * (1 - Fraction(self.partly)))}分"
        if self.deduct is not None:
            return f"每个要点不满足扣{written(self.deduct)}分，{partly}，扣完为止"
        idle = {"spread": "其分值由其余要点均分", "earned": "按满足计"}[self.not_applicable or "spread"]
        return f"每个要点满足得{written(self.each or 0)}分，{partly}；不适用的要点{idle}"


class Bands(Strict):
    """For what is judged by quality: the share of the points that each verdict may earn.

    A band without its upper end reaches up to it: the highest points are then a limit that is not attained.
    """

    met: str
    partly: str
    not_met: str

    @model_validator(mode="after")
    def _covers(self) -> Bands:
        if wrong := overlap_or_gap(list(self._zones.values()), Interval(_NOUGHT, _WHOLE)):
            raise ValueError(f"bands：{wrong}（应恰好覆盖0%到100%）")
        if any(
            len(zone.edges) < 2 or zone.edges[0] < 0 or zone.edges[1] > 1 for zone in self._zones.values()
        ):
            raise ValueError("bands 的各档应在0%与100%之间")
        return self

    @property
    def _zones(self) -> dict[str, Zone]:
        return {MET: read_zone(self.met), PARTLY: read_zone(self.partly), NOT_MET: read_zone(self.not_met)}

    def share(self, mark: Mark) -> Interval:
        """The share that a verdict earns: the degree given, else its whole band.

        Raises   ValueError where the degree lies outside the verdict's band.
        """
        zone = self._zones.get(mark.verdict)
        if mark.degree is not None:
            if zone is None or not zone.holds(mark.degree):
                band = getattr(self, mark.verdict, "不写程度")
                raise ValueError(f"程度{points_text(mark.degree * 100)}%不在判断所属的档内（{band}）")
            return Interval(mark.degree, mark.degree)
        return Interval(*zone.edges) if zone else Interval(_NOUGHT, _WHOLE)

    def of(self, marks: Sequence[Mark], full: Fraction) -> Interval:
        """The points for judged 评价要点, at least one of which applies: the mean of their shares."""
        shares = [self.share(mark) for mark in marks if mark.verdict != NOT_APPLICABLE]
        low, high = (sum((getattr(box, end) for box in shares), _NOUGHT) for end in ("low", "high"))
        return Interval(full * low / len(shares), full * high / len(shares))

    def words(self) -> str:
        """The rule in Chinese."""
        named = {"达成": self.met, "部分达成": self.partly, "未达成": self.not_met}
        return "；".join(f"{name}得分值的{zone_words(zone)}" for name, zone in named.items())


class Binary(Strict):
    """Full points where the value lies in a zone, none elsewhere."""

    when: str

    @field_validator("when")
    @classmethod
    def _zone(cls, text: str) -> str:
        read_zone(text)
        return text


class Bonus(Strict):
    """Points for each thing counted, up to a cap, outside the full marks."""

    each: Points
    cap: Points

    @model_validator(mode="after")
    def _sound(self) -> Bonus:
        if self.each <= 0 or self.cap <= 0:
            raise ValueError("bonus 的 each 与 cap 应大于0")
        return self

    def of(self, value: Fraction) -> Fraction:
        """The points for a count."""
        return max(_NOUGHT, min(Fraction(self.cap), Fraction(self.each) * value))


class Rule(Strict):
    """A scoring rule: exactly one of its types."""

    steps: list[list[Any]] | None = None
    deduct: Deduct | None = None
    proportional: Proportional | None = None
    reverse: Reverse | None = None
    closeness: Closeness | None = None
    checklist: Checklist | None = None
    bands: Bands | None = None
    binary: Binary | None = None
    bonus: Bonus | None = None
    undocumented: Words | None = None

    @model_validator(mode="after")
    def _one(self) -> Rule:
        if len([name for name in Rule.model_fields if getattr(self, name) is not None]) != 1:
            raise ValueError(f"rule 写以下之一：{'、'.join(Rule.model_fields)}")
        for step in self.steps or []:
            if len(step) != 2 or not isinstance(step[0], str) or not isinstance(step[1], Points):
                raise ValueError(f"steps 的一行应是 [区间, 分值]，而不是 {step}")
            if step[1] < 0:
                raise ValueError(f"steps 的分值不应为负：{step[1]}")
        if self.steps is not None and (wrong := overlap_or_gap([zone for zone, _ in self._steps])):
            raise ValueError(f"steps：{wrong}")
        return self

    @property
    def judged(self) -> bool:
        """Whether it scores judged 评价要点 rather than a value."""
        return bool(self.checklist or self.bands)

    @property
    def _steps(self) -> list[tuple[Zone, Fraction]]:
        return [(read_zone(zone), Fraction(points)) for zone, points in self.steps or []]

    def scaled(self, share: Fraction) -> Rule:
        """The same rule for a line that is worth ``share`` times as much: every number of points, no bound, is scaled."""
        if share == 1:
            return self
        if self.steps is not None:
            steps = [[zone, Fraction(points) * share] for zone, points in self.steps]
            return self.model_copy(update={"steps": steps})
        if self.deduct:
            deduct = self.deduct.model_copy(update={"points": scaled(self.deduct.points, share)})
            return self.model_copy(update={"deduct": deduct})
        for name, part, keys in (
            ("checklist", self.checklist, ("each", "deduct")), ("bonus", self.bonus, ("each", "cap")),
        ):  # fmt: skip
            if part is not None:
                given = {key: getattr(part, key) for key in keys if getattr(part, key) is not None}
                changed = {key: scaled(points, share) for key, points in given.items()}
                return self.model_copy(update={name: part.model_copy(update=changed)})
        return self  # all others are shares of what the line is worth

    def misfit(self, full: Fraction, points: int | None = None) -> str:
        """Why the rule cannot give the points that its line is worth; "" where it can.

        Takes    full: what the line is worth; points: how many 评价要点 the indicator has, None for a value.
        """
        if not self.undocumented and self.judged != (points is not None):
            return (
                "评价要点的指标用 checklist 或 bands"
                if points is not None
                else "有算式的指标不用 checklist 或 bands"
            )
        if self.steps is not None:
            most = max((earned for _, earned in self._steps), default=_NOUGHT)
            return "" if most == full else f"steps 最高{plain(most)}分，而分值是{plain(full)}分"
        if self.bonus and Fraction(self.bonus.cap) != full:
            return f"bonus 的 cap 是{written(self.bonus.cap)}分，而分值是{plain(full)}分"
        if self.checklist and self.checklist.each is not None and points is not None:
            most = Fraction(self.checklist.each) * points
            return "" if most == full else f"{points}个要点共{plain(most)}分，而分值是{plain(full)}分"
        return ""

    def of(self, value: Fraction, full: Fraction) -> Fraction | None:
        """The points for a value; None where the rule says nothing about it."""
        if self.steps is not None:
            return next((points for zone, points in self._steps if zone.holds(value)), None)
        if self.binary:
            return full if read_zone(self.binary.when).holds(value) else _NOUGHT
        if self.bonus:
            return self.bonus.of(value)
        graded = self.deduct or self.proportional or self.reverse or self.closeness
        return graded.of(value, full) if graded else None

    def span(self, box: Interval, full: Fraction) -> Interval | None:
        """Lowest and highest points over a range of values; None where the rule says nothing about some value."""
        edges = self._edges()
        found = [self.of(value, full) for value in (_samples(box, edges) if edges else (box.low, box.high))]
        known = [points for points in found if points is not None]
        return Interval(min(known), max(known)) if len(known) == len(found) else None

    def reach(self, low: Fraction | None, high: Fraction | None, full: Fraction) -> Interval | None:
        """The same where an end of the range is not known: everything beyond the other one is possible."""
        horizon = self.horizon(full)
        start = min(horizon.low, horizon.low if high is None else high) if low is None else low
        end = max(horizon.high, start) if high is None else high
        box = self.span(Interval(start, end), full)
        # an inverse proportion comes as near to nothing as one likes
        inverse = self.reverse or self.closeness
        return Interval(_NOUGHT, box.high) if box and inverse and high is None else box

    @property
    def monotone(self) -> bool:
        """Whether a better value never scores less, in one direction throughout: no zone in the middle is the best."""
        if self.steps is not None:
            least = sorted(
                (zone.low is not None, zone.low or _NOUGHT, not zone.low_included, points)
                for zone, points in self._steps
            )
            earned = [points for *_, points in least]
            return earned in (sorted(earned), sorted(earned, reverse=True))
        if self.binary:
            return len(read_zone(self.binary.when).edges) < 2
        return bool(self.deduct or self.proportional or self.reverse or self.bonus)

    def _edges(self) -> list[Fraction]:
        """Where a rule turns that is constant, or of one direction, in between; none for a rule that is monotone."""
        if self.steps is not None:
            return [edge for zone, _ in self._steps for edge in zone.edges]
        if self.closeness:
            return [parse_rate(self.closeness.full_at)]
        return list(read_zone(self.binary.when).edges) if self.binary else []

    def horizon(self, full: Fraction) -> Interval:
        """A range of values beyond which the points stay the same on either side."""
        if self.deduct:
            return self.deduct.spent(full)
        if self.bonus:
            return Interval(_NOUGHT, Fraction(self.bonus.cap) / Fraction(self.bonus.each))
        graded = self.proportional or self.reverse or self.closeness
        edges = [_NOUGHT, parse_rate(graded.full_at)] if graded else self._edges() or [_NOUGHT]
        return Interval(min(edges) - 1, max(edges) + 1)

    def of_marks(self, marks: Sequence[Mark], full: Fraction) -> Interval | None:
        """Lowest and highest points for judged 评价要点; None where not one applies or the rule is of another type.

        Raises   ValueError where a degree lies outside its band.
        """
        rule = self.checklist or self.bands
        if rule is None or all(mark.verdict == NOT_APPLICABLE for mark in marks):
            return None
        return rule.of(marks, full)

    def conventions(self, box: Interval, full: Fraction) -> dict[str, Interval]:
        """What each convention for incomplete steps would give, where the scheme does not say which holds.

        Returns  nothing where the scheme says it, or where all of them give the same.
        """
        if not self.deduct or self.deduct.partial_source == "stated":
            return {}
        found = {}
        for partial in PARTIALS:
            ends = [self.deduct.of(value, full, partial) for value in (box.low, box.high)]
            found[partial] = Interval(min(ends), max(ends))
        return found if len(set(found.values())) > 1 else {}

    def words(self) -> str:
        """The rule in Chinese."""
        if self.steps is not None:
            return "；".join(f"{zone_words(zone)}得{written(points)}分" for zone, points in self.steps)
        if self.proportional:
            return f"达到{self.proportional.full_at}得满分，未达到的按比例计分，不低于0分"
        if self.reverse:
            return f"不超过{self.reverse.full_at}得满分，超过的按{self.reverse.full_at}与实际值之比计分"
        if self.closeness:
            at = self.closeness.full_at
            return f"等于{at}得满分，不足的按比例计分，超过的按{at}与实际值之比计分"
        if self.binary:
            return f"{zone_words(self.binary.when)}得满分，否则不得分"
        if self.bonus:
            return f"每项加{written(self.bonus.each)}分，最多加{written(self.bonus.cap)}分，在满分之外"
        if self.undocumented:
            return f"规则未载明：{self.undocumented}"
        worded = self.deduct or self.checklist or self.bands
        return worded.words() if worded else ""
