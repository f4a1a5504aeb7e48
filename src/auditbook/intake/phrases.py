"""Phrases: whether a quoted phrase holds its value, and what may be said of its place in the original."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from fractions import Fraction

from auditbook.numbers import RATE, dimension, factor, parse

HOLDS, HOLDS_NOT, NOTHING_TO_HOLD = "holds", "holds_not", "nothing"
# As the original has it; the same but for blanks and full-width forms; in another place; not at all; no original at hand.
VERIFIED, RESPACED, ELSEWHERE, NOT_FOUND, UNVERIFIED = (
    "verified", "respaced", "elsewhere", "not_found", "unverified",
)  # fmt: skip
READ = "read"  # the phrase is the cell itself, read out of the file that the register names

_NUMBER = re.compile(r"(\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)\s*(亿元|百万元|万元|千元|元|%|‰)?")
_EXPONENT = re.compile(
    r"(?<![A-Za-z\d.])\d+(?:\.\d+)?[eE][+-]?\d{1,2}(?![A-Za-z\d.])"
)  # as a cell may hold it
_CHINESE_NUMBER = re.compile("[一二两三四五六七八九十百]+")
_DIGITS = {"一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
# Words that say that nothing has changed: a growth or a change of zero need not be printed as a number.
FLAT_WORDS = (
    "持平", "没有变化", "无变化", "未变化", "没有变动", "无变动", "未变动", "没有增减", "无增减", "未增减", "零增长",
    "保持不变", "维持不变",
)  # fmt: skip
_DENIED_FLAT = re.compile(rf"(?:不|未|没有|没|非)(?:能|再|曾)?(?={'|'.join(FLAT_WORDS)})")
_ZERO_WORDS = ("无", "未", "没有", "不存在", "零")
# A number below zero is printed with its sign, in brackets of its own, or with a word of falling: 减少56.95万元 holds -56.95.
_BELOW = re.compile(
    r"[减降负缩跌削裁亏少]|下滑|下浮|回落|走低|精简|收窄|节[约省支]|(?<![0-9])[-−]\s*[0-9]|\([0-9][0-9,.]*\)"
)


def holds(
    quote: str, value: str, unit: str, *, zero: bool = False, counted: bool = False, changed: bool = False
) -> str:
    """Whether a phrase holds a value.

    Takes    quote: the phrase; value: as published, in ``unit``; zero: a declared zero, which needs a word of
             absence or a 0; counted: the value is the number of things listed in the phrase; changed: the value is a growth
             or a change, so that a word for no change (与上年持平) holds a zero.
    Returns  HOLDS, HOLDS_NOT, or NOTHING_TO_HOLD where there is no phrase.
    """
    if not quote:
        return NOTHING_TO_HOLD
    written = _EXPONENT.sub(
        lambda found: format(Decimal(found[0]), "f"), unicodedata.normalize("NFKC", quote)
    )
    numbers = [(Fraction(digits.replace(",", "")), own_unit) for digits, own_unit in _NUMBER.findall(written)]
    if zero:
        said = any(word in quote for word in _ZERO_WORDS) or any(not number for number, _ in numbers)
        return HOLDS if said else HOLDS_NOT
    wanted = parse(value)
    if counted:
        return HOLDS if listed(quote) == wanted else HOLDS_NOT
    if changed and wanted == 0 and _says_flat(quote):
        return HOLDS
    if wanted < 0 and not _BELOW.search(written):
        return HOLDS_NOT
    for number, own_unit in numbers:
        if not own_unit:
            if number == abs(wanted):
                return HOLDS
        elif dimension(own_unit) == dimension(unit) and number * factor(own_unit) == abs(wanted) * factor(
            unit
        ):
            return HOLDS
    if dimension(unit) != RATE and wanted in {
        Fraction(chinese_integer(word)) for word in _CHINESE_NUMBER.findall(written)
    }:
        return HOLDS
    return HOLDS_NOT


def _says_flat(quote: str) -> bool:
    return any(word in quote for word in FLAT_WORDS) and not _DENIED_FLAT.search(quote)


def listed(quote: str) -> int:
    """How many things a phrase lists: parts between 、 or commas, the last joined by 和, 及 or 与.

    A bracketed explanation does not add things, unless the whole list stands in the brackets.
    """
    inner = re.fullmatch(r"[^（(]{0,4}[（(]([^（）()]+)[）)]", quote.strip())
    text = inner.group(1) if inner else re.sub(r"[（(][^（）()]*[）)]", "", quote)
    parts = [part for part in re.split("[、，,；;]", text) if part.strip()]
    if not parts:
        return 0
    return len(parts) - 1 + len([part for part in re.split("[和及与]", parts[-1]) if part.strip()])


def chinese_integer(text: str) -> int:
    """七 → 7, 十一 → 11, 二十三 → 23, 一百零五 is not read (零 does not occur in counts of things)."""
    total = 0
    pending = 0
    for character in text:
        if character == "百":
            total, pending = total + (pending or 1) * 100, 0
        elif character == "十":
            total, pending = total + (pending or 1) * 10, 0
        else:
            pending = _DIGITS[character]
    return total + pending
