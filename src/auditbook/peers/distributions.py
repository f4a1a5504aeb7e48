"""How values are spread among departments, exactly: quartiles, the fences of Tukey, rank ranges of intervals.

Quartiles are those of definition 7 of Hyndman and Fan (1996), which spreadsheets call QUARTILE.INC: between the two values
around place (n - 1) · p, counted from 0, in proportion. So whoever opens the workbook computes the same.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from auditbook.numbers import Interval

# Below this many, a quartile rests on one or two departments, and its fences say nothing of anybody.
LEAST_MEMBERS = 8
# Tukey, J. W. (1977), Exploratory Data Analysis: a value beyond 1.5 interquartile ranges of the quartiles is “outside”.
REACH = Fraction(3, 2)
_HALF, _QUARTER = Fraction(1, 2), Fraction(1, 4)


def quantile(ordered: Sequence[Fraction], share: Fraction) -> Fraction:
    """The value below which a share of values lies.

    Takes    ordered: values in rising order, at least one; share: from 0 to 1.
    Returns  by definition 7 of Hyndman and Fan, exactly.
    Raises   ValueError where there are no values.
    """
    if not ordered:
        raise ValueError("no values, no quantile")
    place = (len(ordered) - 1) * share
    below = place.numerator // place.denominator
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (place - below) * (ordered[above] - ordered[below])


@dataclass(frozen=True)
class Spread:
    """How ``count`` values are spread, in base units: the ends, the quartiles, the middle."""

    count: int
    least: Fraction
    lower: Fraction
    middle: Fraction
    upper: Fraction
    most: Fraction

    @property
    def fences(self) -> Interval | None:
        """Within which values are like their group's; None where there are too few, or half of them are the same."""
        width = self.upper - self.lower
        if self.count < LEAST_MEMBERS or not width:
            return None
        return Interval(self.lower - REACH * width, self.upper + REACH * width)


def spread(values: Iterable[Fraction]) -> Spread | None:
    """How values are spread; None where there are none."""
    ordered = sorted(values)
    if not ordered:
        return None
    return Spread(
        len(ordered), ordered[0], quantile(ordered, _QUARTER), quantile(ordered, _HALF),
        quantile(ordered, 1 - _QUARTER), ordered[-1],
    )  # fmt: skip


def rank_ranges(spans: Sequence[Interval]) -> list[tuple[int, int]]:
    """The best and the worst rank that each of some intervals can have, wherever in its interval each value lies.

    Takes    spans: from what is proven to what is possible; more is better, equals share the better rank.
    Returns  in the same order. Best: only those go before whose least is above its most; worst: all whose most is above
             its least. Both can be: values do not depend on each other.
    """
    lows, highs = sorted(span.low for span in spans), sorted(span.high for span in spans)
    ranges = []
    for span in spans:
        surely_before = len(lows) - bisect_right(lows, span.high)
        perhaps_before = len(highs) - bisect_right(highs, span.low)
        itself = not span.is_point
        ranges.append((1 + surely_before, 1 + perhaps_before - itself))
    return ranges


def in_bins(values: Sequence[Fraction], low: Fraction, high: Fraction, bins: int) -> list[int]:
    """How many of the values from ``low`` to ``high`` lie in each of as many parts of equal width, the last one closed."""
    ordered = sorted(values)
    edges = [low + (high - low) * place / bins for place in range(bins + 1)]
    starts = [bisect_left(ordered, edge) for edge in edges[:-1]]
    return [
        after - before
        for before, after in zip(starts, [*starts[1:], bisect_right(ordered, high)], strict=True)
    ]
