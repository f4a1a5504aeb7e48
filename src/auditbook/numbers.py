"""Exact numbers: reading them, their intervals as published, and the one place where they are rounded.

Values are ``fractions.Fraction`` from the moment they are read. Amounts of money are held in 元, rates as plain
fractions (1 is 100 %), persons and things as they are counted. Rounding is half up and happens in ``rounded``,
when a person reads the number.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal, localcontext
from fractions import Fraction
from functools import lru_cache

MOST_DIGITS = 60
SIGNIFICANT_DIGITS = 34
EXACT = "exact"

# A unit is (dimension, how many base units it holds). A unit that is not listed counts things of its own kind.
MONEY = "money"
RATE = "rate"
_UNITS = {
    "元": (MONEY, Fraction(1)),
    "千元": (MONEY, Fraction(10**3)),
    "万元": (MONEY, Fraction(10**4)),
    "百万元": (MONEY, Fraction(10**6)),
    "亿元": (MONEY, Fraction(10**8)),
    "%": (RATE, Fraction(1, 100)),
    "‰": (RATE, Fraction(1, 1000)),
    "1": (RATE, Fraction(1)),
}

_PLAIN = re.compile(r"-?[0-9]+(\.[0-9]+)?")


@dataclass(frozen=True)
class Interval:
    """All values from ``low`` to ``high``, both included."""

    low: Fraction
    high: Fraction

    def __post_init__(self) -> None:
        if self.low > self.high:
            raise ValueError(f"interval from {self.low} to {self.high} is upside down")

    @property
    def is_point(self) -> bool:
        """Whether only one value is possible."""
        return self.low == self.high


@lru_cache(maxsize=8192)
def parse(text: str) -> Fraction:
    """Read a plain decimal such as ``-12345.67``.

    Takes    text: digits, at most one point, at most one leading minus; at most 60 characters.
    Returns  the exact value.
    Raises   ValueError for anything else (exponents, separators, inf, letters).
    """
    if len(text) > MOST_DIGITS or not _PLAIN.fullmatch(text):
        raise ValueError(f"“{text[:MOST_DIGITS]}”不是普通的十进制数")
    return Fraction(text)


@lru_cache(maxsize=1024)
def parse_rate(text: str) -> Fraction:
    """Read ``25%``, ``0.5`` or ``5/4`` as it stands in a rule file: a plain fraction, 1 is 100 %."""
    text = text.strip()
    if text.endswith("%"):
        return parse(text[:-1].strip()) / 100
    if "/" in text:
        above, below = (parse(part.strip()) for part in text.split("/", 1))
        if not below:
            raise ValueError(f"“{text}”的分母是零")
        return above / below
    return parse(text)


def dimension(unit: str) -> str:
    """What a unit measures: ``money``, ``rate`` or the counted thing itself (人, 家, …)."""
    return _UNITS.get(unit, (unit, Fraction(1)))[0]


def factor(unit: str) -> Fraction:
    """How many base units (元, 1, one thing) the unit holds."""
    return _UNITS.get(unit, (unit, Fraction(1)))[1]


def places(text: str) -> int:
    """How many decimals a published number shows."""
    return len(text.partition(".")[2])


def published_interval(value: Fraction, precision: str) -> Interval:
    """The values that a published number stands for.

    Takes    value: as published, in its own unit; precision: its last place (``0.01``), or ``exact`` for counts.
    Returns  half a last place to each side; a point where the number is exact.
    """
    if precision == EXACT:
        return Interval(value, value)
    half = parse(precision) / 2
    return Interval(value - half, value + half)


def rounded(value: Fraction, decimals: int) -> Decimal:
    """The one place where numbers are rounded: half up (away from zero), exactly, from the exact value."""
    scaled = abs(value) * 10**decimals
    units = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    return Decimal(units if value >= 0 else -units).scaleb(-decimals, Context(prec=MOST_DIGITS * 20))


def truncated(value: Fraction, decimals: int) -> Decimal:
    """The value with its further decimals cut off (toward zero): what a careless publisher prints."""
    units = abs(value) * 10**decimals // 1
    return Decimal(units if value >= 0 else -units).scaleb(-decimals, Context(prec=MOST_DIGITS * 20))


def plain(value: Fraction) -> str:
    """A value as it stands in a table: never in exponent form, with 34 significant digits where it does not end."""
    below = value.denominator
    while below % 2 == 0:
        below //= 2
    while below % 5 == 0:
        below //= 5
    with localcontext() as context:
        context.prec = SIGNIFICANT_DIGITS if below != 1 else MOST_DIGITS * 20
        context.rounding = ROUND_HALF_UP
        number = Decimal(value.numerator) / Decimal(value.denominator)
    text = format(number, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in {"-0", ""} else text


def amount_text(value: Fraction, unit: str) -> str:
    """A value in base units as a reader sees it, without the unit: ``18,780.61`` for 万元, ``34`` for persons."""
    kind, held = dimension(unit), factor(unit)
    in_unit = value / held
    if kind == MONEY and held > _UNITS["万元"][1]:
        # as fine as two decimals of 万元, and no zeros beyond the second
        finer = len(str(int(held / _UNITS["万元"][1]))) - 1
        whole, _, behind = format(rounded(in_unit, 2 + finer), ",f").partition(".")
        return f"{whole}.{behind.rstrip('0').ljust(2, '0')}"
    if kind in {MONEY, RATE}:
        return format(rounded(in_unit, 2), ",f")
    decimals = 0 if in_unit.denominator == 1 else 2
    return format(rounded(in_unit, decimals), ",f")


def rate_text(value: Fraction) -> str:
    """A plain fraction as a percentage with two decimals: ``106.99%``."""
    return format(rounded(value * 100, 2), ",f") + "%"


def text(value: Fraction, unit: str) -> str:
    """A value in base units with its unit: ``18,780.61万元``, ``106.99%``, ``34人``."""
    if dimension(unit) == RATE:
        return rate_text(value)
    return amount_text(value, unit) + unit
