"""Amounts as a table prints them: whole numbers of its last place, so that totals are exact whatever the unit."""

from __future__ import annotations

import random
from dataclasses import dataclass
from fractions import Fraction

HELD = {"元": Fraction(1), "万元": Fraction(10**4), "亿元": Fraction(10**8), "%": Fraction(1, 100)}


@dataclass(frozen=True)
class Scale:
    """A unit and how many decimals a table prints in it; an amount is a whole number of the last place."""

    unit: str
    decimals: int = 0
    exact: bool = False

    @property
    def place(self) -> Fraction:
        """What one in the last place is worth in base units (元, 1)."""
        return HELD.get(self.unit, Fraction(1)) / Fraction(10**self.decimals)

    @property
    def precision(self) -> str:
        """The last place as the raw tables write it."""
        return "exact" if self.exact else last_place(self.decimals)

    def count(self, base: Fraction | int) -> int:
        """The nearest whole number of the last place to an amount in base units, at least one."""
        return max(1, round(Fraction(base) / self.place))

    def printed(self, amount: int) -> str:
        """The plain number of a cell: ``1234.50``."""
        return decimal(amount, self.decimals)

    def spoken(self, amount: int, *, separated: bool) -> str:
        """The number with its unit, as a sentence has it: ``1,234.50万元``."""
        whole, _, rest = self.printed(amount).partition(".")
        sign, digits = ("-", whole[1:]) if whole.startswith("-") else ("", whole)
        digits = f"{int(digits):,}" if separated else digits
        return f"{sign}{digits}{'.' if rest else ''}{rest}{self.unit}"


def decimal(amount: int, decimals: int) -> str:
    """A whole number of the last place as a plain decimal."""
    if not decimals:
        return str(amount)
    sign, digits = ("-", -amount) if amount < 0 else ("", amount)
    return f"{sign}{digits // 10**decimals}.{digits % 10**decimals:0{decimals}d}"


def last_place(decimals: int) -> str:
    """``1``, ``0.1``, ``0.01``: the last place of a number with so many decimals."""
    return "1" if not decimals else f"0.{'0' * (decimals - 1)}1"


def half_up(value: Fraction, decimals: int) -> int:
    """A value rounded half up, away from zero, as a whole number of its last place."""
    scaled = abs(value) * Fraction(10**decimals)
    whole = (scaled.numerator * 2 + scaled.denominator) // (scaled.denominator * 2)
    return -whole if value < 0 else whole


def cut_off(value: Fraction, decimals: int) -> int:
    """A value with what lies beyond its last place left away."""
    scaled = abs(value) * Fraction(10**decimals)
    whole = scaled.numerator // scaled.denominator
    return -whole if value < 0 else whole


@dataclass(frozen=True)
class Spread:
    """A value with the least and the greatest that the printed figures behind it may stand for."""

    value: Fraction
    low: Fraction
    high: Fraction

    def prints(self, shown: int, decimals: int) -> bool:
        """Whether some value of the spread is rounded to a printed number."""
        place = Fraction(1, 10**decimals)
        return self.low < (shown + Fraction(1, 2)) * place and self.high >= (shown - Fraction(1, 2)) * place

    def cuts(self, shown: int, decimals: int) -> bool:
        """Whether some value of the spread is cut off to a printed number; both are above zero."""
        place = Fraction(1, 10**decimals)
        return self.low < (shown + 1) * place and self.high >= shown * place


def ratio(above: Spread, below: Spread) -> Spread:
    """One spread over another, both above zero and independent of each other."""
    return Spread(above.value / below.value, above.low / below.high, above.high / below.low)


def within(chance: random.Random, low: float, high: float) -> Fraction:
    """A fraction between two bounds in steps of a ten-thousandth."""
    return Fraction(chance.randint(round(low * 10**4), round(high * 10**4)), 10**4)


def part(whole: int, share: Fraction) -> int:
    """A share of a whole amount, cut off to whole places."""
    return int(whole * share)


def split(chance: random.Random, whole: int, parts: int) -> list[int]:
    """A whole in so many parts, none of them nothing, which add up to it exactly."""
    weights = [chance.randint(20, 100) for _ in range(parts)]
    found = [max(1, whole * weight // sum(weights)) for weight in weights[:-1]]
    return [*found, whole - sum(found)]


def apart(chance: random.Random, low: int, high: int, taken: set[int]) -> int:
    """A number between two bounds that is not among those taken; beyond the upper one where all of them are."""
    found = chance.randint(low, max(low, high))
    while found in taken:
        found += 1
    return found
