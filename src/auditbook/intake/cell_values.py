"""What an amount or a day in a cell says: read exactly where the writing is plain, refused with a reason where it is not.

What is known and harmless is read (thousands separators, full-width digits, bracketed negatives, exponents); what could be
meant in two ways is not. Nothing is rounded, nothing is guessed, and a blank is never zero.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Context, Decimal, Inexact

from auditbook.intake.sheets import BOOLEAN, DATE, ERROR, TEXT_NUMBER, UNCACHED
from auditbook.numbers import MOST_DIGITS

PERCENT, BRACKETED, EXPONENT, THOUSANDS, FULL_WIDTH, SIGNED = (
    "percent", "bracketed", "exponent", "thousands", "full_width", "signed",
)  # fmt: skip
_MOST_EXPONENT = 40
_MOST_SHOWN = 30

_NARROW = {
    **{full: full - 0xFEE0 for full in [*range(0xFF10, 0xFF1A), *map(ord, "，．＋－（）％Ｅｅ")]},
    ord("﹣"): ord("-"), ord("﹢"): ord("+"), ord("﹪"): ord("%"),
}  # fmt: skip
_MINUS = "\u2212"  # the mathematical minus sign

_DIGITS = re.compile(r"[0-9]+(?:\.[0-9]+)?")
_GROUPED = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?")
_WITH_EXPONENT = re.compile(r"([0-9]+(?:\.[0-9]+)?)[eE]([+-]?[0-9]{1,4})")
_DASHES = re.compile(r"[-‐‑‒–—―─━﹘﹣－~～/\\.。…_=*]+")
_CHINESE = re.compile(r"[负点〇○零一二三四五六七八九十百千万亿两廿卅壹贰叁肆伍陆柒捌玖拾佰仟萬億元角分整圆]+")
_ABSENT = re.compile(
    r"n/?a|#n/?a|null|none|nil|nan|[-+]?inf(inity)?|无|暂无|不适用|不详|未知|缺|无数据", re.IGNORECASE
)
_UNIT = re.compile(
    r"(?:人民币|[￥¥$＄€£])|[0-9](?:\s*)(?:[十百千万亿兆]|元|人|‰|个|家|项|辆|户|件|次|天|平方米)"
)
_LETTER_FOR_DIGIT = re.compile(r"(?=.*[0-9])[0-9OoQDlI|,.\s+-]+")


@dataclass(frozen=True)
class Number:
    """An amount: ``value`` as plain decimal text; ``kind`` is "" where it stood so, else what was converted."""

    value: str
    kind: str = ""


def amount(text: str, mark: str = "") -> Number:
    """Read an amount as it stands in a cell.

    Takes    text: of the cell; mark: what the cell is, where it is no plain text or number (``sheets``).
    Returns  the exact number. "98.22%" is 98.22 of kind ``percent``: the caller knows whether the unit takes it.
    Raises   ValueError, saying in Chinese what stands there; for a blank cell too, which the caller treats first.
    """
    if mark in _REFUSED:
        raise ValueError(_REFUSED[mark].format(shown(text)))
    written = text.strip()
    if not written:
        raise ValueError("是空的（空白不是0）")
    _refuse_invisible(written)
    body = written.translate(_NARROW)
    kinds = [FULL_WIDTH] if body != written else []
    percent = body.endswith("%")
    if percent:
        body = body[:-1].rstrip()
    bracketed = body.startswith("(") and body.endswith(")") and len(body) > 2
    if bracketed:
        body = body[1:-1].strip()
        if body.endswith("%") and not percent:
            percent, body = True, body[:-1].rstrip()
    negative = bracketed
    if not bracketed and body[:1] in {"-", "+", _MINUS}:
        negative = body[0] != "+"
        if body[0] != "-":
            kinds.append(SIGNED)
        body = body[1:]
    digits = body
    if _GROUPED.fullmatch(body):
        digits = body.replace(",", "")
        kinds.append(THOUSANDS)
    elif found := _WITH_EXPONENT.fullmatch(body):
        digits = _expanded(found[1], int(found[2]), written)
        kinds.append(EXPONENT)
    elif not _DIGITS.fullmatch(body):
        raise ValueError(_why_not(written, body))
    if len(digits) + negative > MOST_DIGITS:
        raise ValueError(f"有{len(digits)}位，不会是金额（最多{MOST_DIGITS}位）")
    if negative and not digits.strip("0."):
        raise ValueError(f"是负零“{shown(written)}”，请写 0，或查明原来的数")
    kinds += [BRACKETED] * bracketed + [PERCENT] * percent
    kind = next((kind for kind in _TOLD_FIRST if kind in kinds), TEXT_NUMBER if mark == TEXT_NUMBER else "")
    return Number(("-" if negative else "") + digits, kind)


_TOLD_FIRST = (PERCENT, BRACKETED, EXPONENT, THOUSANDS, FULL_WIDTH, SIGNED)
_REFUSED = {
    DATE: "是日期“{}”，不是数",
    BOOLEAN: "是逻辑值“{}”，不是数",
    ERROR: "是错误值“{}”",
    UNCACHED: "是公式，而文件里没有存它的值：请用 Excel 或 WPS 打开并保存一次",
}


def _expanded(digits: str, exponent: int, written: str) -> str:
    if abs(exponent) > _MOST_EXPONENT:
        raise ValueError(f"“{shown(written)}”的指数过大，不会是金额")
    exact = Context(prec=MOST_DIGITS * 20, traps=[Inexact])
    return format(exact.scaleb(Decimal(digits), exponent), "f")


def _why_not(written: str, body: str) -> str:
    """What it is that is no number, as a person would say it."""
    said = f"“{shown(written)}”"
    if _DASHES.fullmatch(written):
        return f"是符号{said}：没有发生请写 0，没有数据请留空并说明"
    if _ABSENT.fullmatch(written):
        return f"是{said}：没有数据请留空并说明"
    if written.upper() in {"TRUE", "FALSE", "是", "否"}:
        return f"是逻辑值{said}，不是数"
    if written.startswith("#"):
        return f"是错误值{said}"
    if written.startswith(("=", "@")):
        return f"是公式{said}，不是数"
    if _CHINESE.fullmatch(written):
        return f"是中文数字{said}，请写成阿拉伯数字"
    if _is_day(written):
        return f"是日期{said}，不是数"
    if _UNIT.search(body):
        return f"数里写着单位{said}，请只写数，单位写在单位栏"
    if re.fullmatch(r"[0-9]{1,3}(?:[,，][0-9]*)+(?:\.[0-9]*)?|[0-9][0-9,]*\.?[0-9]*", body) and "," in body:
        return f"{said}的逗号不是千位分隔（每三位一个），不能断定是多少"
    if re.fullmatch(r"\.[0-9]+|[0-9]+\.", body):
        return f"{said}的小数点前（后）没有数字，不能断定是否少了一位"
    if _LETTER_FOR_DIGIT.fullmatch(body) and re.search("[OoQDlI|]", body):
        return f"{said}里夹着字母（把 0 认成 O、把 1 认成 l？），请改成数字"
    if re.fullmatch(r"[0-9.,]+(?:\s+[0-9.,]+)+", body):
        return f"{said}的数字之间有空格，不能断定是一个数还是几个"
    return f"不是数：{said}"


def day(text: str, mark: str = "") -> str:
    """Read a day: ``2021-03-05``, ``2021/3/5``, ``2021.3.5``, ``20210305``, ``2021年3月5日``, or a date cell.

    Returns  it in ISO form.
    Raises   ValueError, saying in Chinese what stands there, for anything else, a day without its year among them.
    """
    if mark in {BOOLEAN, ERROR, UNCACHED}:
        raise ValueError(_REFUSED[mark].format(shown(text)))
    written = text.strip()
    if not written:
        raise ValueError("是空的")
    _refuse_invisible(written)
    if mark == DATE and "T" in written:
        written = written.partition("T")[0]
    found = _day(written)
    if found:
        return found
    if re.fullmatch(r"[0-9]{5}(\.[0-9]+)?", written):
        raise ValueError(f"“{shown(written)}”像是日期的序号，请把单元格设成日期格式，或写成 2021-03-05")
    raise ValueError(f"“{shown(written)}”不是日期，请写成 2021-03-05")


_DAY = re.compile(
    r"([0-9]{4})(?:-([0-9]{1,2})-([0-9]{1,2})|/([0-9]{1,2})/([0-9]{1,2})|\.([0-9]{1,2})\.([0-9]{1,2})"
    r"|年([0-9]{1,2})月([0-9]{1,2})日|([0-9]{2})([0-9]{2}))(?: 0{1,2}:00(?::00)?)?"
)


def _day(written: str) -> str:
    narrow = "".join(unicodedata.normalize("NFKC", c) if 0xFF00 < ord(c) < 0xFF5F else c for c in written)
    found = _DAY.fullmatch(narrow)
    if not found:
        return ""
    year, month, day_ = (int(part) for part in found.groups() if part)
    try:
        return date(year, month, day_).isoformat()
    except ValueError:
        return ""


def _is_day(written: str) -> bool:
    if re.fullmatch("[0-9]+", written):
        return False
    return (
        bool(_day(written))
        or bool(re.fullmatch(r"[0-9]{4}[-/年][0-9]{1,2}月?", written))
        or _is_moment(written)
    )


def _is_moment(written: str) -> bool:
    try:
        datetime.fromisoformat(written)
    except ValueError:
        return False
    return bool(re.search("[-:]", written))


def _refuse_invisible(written: str) -> None:
    """Characters that nobody sees would otherwise vanish with a digit, or hide between two."""
    for character in written:
        if unicodedata.category(character) in {"Cf", "Cc", "Co", "Cs", "Cn"}:
            name = (
                "空字符"
                if character == "\0"
                else "零宽字符"
                if unicodedata.category(character) == "Cf"
                else "控制字符"
            )
            raise ValueError(
                f"“{shown(written)}”含有看不见的{name}（U+{ord(character):04X}），请重新输入这一格"
            )


def shown(text: str) -> str:
    """A text as a message shows it: short, and what cannot be seen written out."""
    seen = "".join(c if c.isprintable() or c == "\u3000" else f"<U+{ord(c):04X}>" for c in text[:_MOST_SHOWN])
    return seen + ("…" if len(text) > _MOST_SHOWN else "")
