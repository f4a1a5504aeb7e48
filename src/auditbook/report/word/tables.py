"""How wide the columns of a table are, from the words in them; widths are fixed, so that every program sets it alike."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

_MOST_WISHED = 80  # half ems: past that, a longer text wants no wider column
_PADDING = 3
_TOKEN = re.compile(r"[!-~]+")
_LONGEST_UNIT = 10
_LONGEST_TOKEN = 24  # a hash is broken, a word is not


@dataclass(frozen=True)
class Need:
    """What a column needs at least, and what it would like, in half ems."""

    least: int
    wished: int


def half_ems(text: str) -> int:
    """How wide a text is: a Chinese character two, any other one."""
    return sum(2 if unicodedata.east_asian_width(c) in "WFA" else 1 for c in text)


def need(head: str, cells: Sequence[str], kind: Sequence[str]) -> Need:
    """What a column needs for its cells. Numbers and short words (``kind``) stay on their line, heads may be broken."""
    name, mark, unit = head.partition("（")  # a unit stays whole under its name
    heads = max(4, (half_ems(name) + 1) // 2 + 1, min(half_ems(mark + unit), _LONGEST_UNIT))
    widths = [half_ems(cell) for cell in cells]
    if "number" in kind or "short" in kind:
        least = max([heads, *(width for width in widths if width <= _LONGEST_TOKEN), 4])
    else:
        tokens = [len(token) for cell in cells for token in _TOKEN.findall(cell)]
        least = max([heads, 10, *(length for length in tokens if length <= _LONGEST_TOKEN)])
    wished = max(least, min(max([half_ems(head), *widths]), _MOST_WISHED))
    return Need(least + _PADDING, wished + _PADDING)


def fits(needs: Sequence[Need], width: int, half_points: int) -> bool:
    """Whether all columns have what they need at least."""
    return sum(column.least for column in needs) * half_points * 5 <= width


def spread(needs: Sequence[Need], width: int, half_points: int) -> list[int]:
    """The widths of columns that fill ``width`` at a size of words: each what it needs, the rest by what they wish."""
    least = [column.least * half_points * 5 for column in needs]
    wished = [column.wished * half_points * 5 for column in needs]
    if sum(least) >= width:
        return _dealt(width, least, [0] * len(needs))
    if sum(wished) <= width:
        return _dealt(width - sum(wished), wished, wished)
    more = [wish - bare for wish, bare in zip(wished, least, strict=True)]
    return _dealt(width - sum(least), more, least)


def _dealt(width: int, shares: Sequence[int], to: Sequence[int]) -> list[int]:
    """``width`` dealt out by shares on top of what is there already; the last column takes what division leaves."""
    widths = [there + width * share // sum(shares) for there, share in zip(to, shares, strict=True)]
    widths[-1] += width + sum(to) - sum(widths)
    return widths
