"""Small drawings of a batch: how one measure is spread, and one department's score interval. A few hundred bytes each.

They are not drawn by ``charts``: a thousand of them stand on one page, and each is one path, binned where values are many.
Positions are floats; the numbers that are read stand in the page as text.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from html import escape

from auditbook.numbers import Interval
from auditbook.peers.distributions import Spread, in_bins

WIDTH, HEIGHT = 432, 92
MOST_TICKS = 60
BINS = 54
_TOP, _BASE, _BOX = 22, 58, 68
_LETTER, _DIGIT = 13.5, 8.2  # how wide a character is at most
_FAR = 3  # interquartile ranges beyond the quartiles: what lies farther is counted at the edge, so that the rest is seen


def strip(values: Sequence[Fraction], own: Spread, words: Sequence[str]) -> str:
    """A box under a strip of ticks, or under bars where there are many values.

    Takes    values: of a measure; own: their spread; words: least, middle and most as they are read.
    Returns  an ``<svg>`` element. What lies very far out is counted at the edge instead of drawn.
    """
    width = own.upper - own.lower
    low = max(own.least, own.lower - _FAR * width) if width else own.least
    high = min(own.most, own.upper + _FAR * width) if width else own.most
    inside = [value for value in values if low <= value <= high]
    before, after = sum(value < low for value in values), sum(value > high for value in values)

    def x(value: Fraction) -> str:
        share = float((value - low) / (high - low)) if high > low else 0.5
        return f"{6 + share * (WIDTH - 12):.1f}".removesuffix(".0")

    if len(values) <= MOST_TICKS or low == high:
        marks = (
            f'<path class="ticks" d="{"".join(f"M{x(value)} 30V{_BASE}" for value in sorted(set(inside)))}"/>'
        )
    else:
        counts = in_bins(inside, low, high, BINS)
        step, tallest = (WIDTH - 12) / BINS, max(counts)
        bars = "".join(
            f"M{6 + place * step:.1f} {_BASE}v{-max(1.0, (_BASE - _TOP) * count / tallest):.1f}h{step - 1:.1f}V{_BASE}z"
            for place, count in enumerate(counts)
            if count
        )
        marks = f'<path class="bars" d="{bars}"/>'
    middle = x(own.middle)
    box = (
        f'<path class="line" d="M6 {_BOX}H{WIDTH - 6}"/>'
        f'<path class="box" d="M{x(own.lower)} {_BOX - 5}H{x(own.upper)}v10H{x(own.lower)}z"/>'
        f'<path class="middle" d="M{middle} {_BOX - 9}v18"/>'
    )
    left = f"{words[0]}" if not before else f"← {before}个更低，最低{words[0]}"
    right = f"{words[2]}" if not after else f"{after}个更高，最高{words[2]} →"
    half = (4 * _LETTER + len(words[1]) * _DIGIT) / 2
    place = min(max(float(middle), half), WIDTH - half)
    texts = (
        f'<text x="{place:.1f}" y="14" text-anchor="middle">中位数 {escape(words[1])}</text>'
        f'<text x="0" y="88">{escape(left)}</text>'
        f'<text x="{WIDTH}" y="88" text-anchor="end">{escape(right)}</text>'
    )
    return f'<svg class="strip" viewBox="0 0 {WIDTH} {HEIGHT}">{marks}{box}{texts}</svg>'


def ladder(spans: Sequence[Interval]) -> str:
    """Many intervals side by side, from nothing at the foot to all at the top: a line each, a stroke at what is proven.

    Takes    spans: as shares, in the order in which they stand from left to right.
    """
    left, right, top, foot = 44, WIDTH, 8, 168
    step = (right - left) / max(len(spans), 1)

    def y(share: Fraction) -> str:
        return f"{foot - float(share) * (foot - top):.1f}".removesuffix(".0")

    lines, proven = [], []
    for place, span in enumerate(spans):
        at = f"{left + (place + 0.5) * step:.1f}"
        if not span.is_point:
            lines.append(f"M{at} {y(span.low)}V{y(span.high)}")
        proven.append(f"M{left + place * step:.1f} {y(span.low)}h{max(step, 0.6):.1f}")
    grid = "".join(f"M{left} {y(Fraction(share, 4))}H{right}" for share in range(5))
    words = "".join(
        f'<text x="0" y="{float(y(Fraction(share, 4))) + 5:g}">{share * 25}%</text>' for share in (0, 2, 4)
    )
    thick = max(0.3, min(4.0, step * 0.6))
    return (
        f'<svg class="strip" viewBox="0 0 {WIDTH} {foot + 8}"><path class="grid" d="{grid}"/>'
        f'<path class="possible" stroke-width="{thick:.2f}" d="{"".join(lines)}"/>'
        f'<path class="sure" d="{"".join(proven)}"/>{words}</svg>'
    )


def bar(span: Interval) -> str:
    """An interval on a scale from nothing to all: full height to what is proven, half of it to what is possible."""
    low, high = (f"{float(end) * 100:.1f}".removesuffix(".0") for end in (span.low, span.high))
    possible = "" if span.is_point else f'<path class="open" d="M{low} 3H{high}v4H{low}z"/>'
    return (
        '<svg class="span" viewBox="0 0 100 10" preserveAspectRatio="none">'
        f'{possible}<path class="proven" d="M0 0H{low}v10H0z"/></svg>'
    )
