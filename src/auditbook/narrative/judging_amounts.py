"""Amounts and counts against the tables, against what they add up from, and against what they may not exceed."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from auditbook.claims import AGREES, DISAGREES, NOT_CHECKABLE, TRUNCATED, WITHIN_ROUNDING, judge
from auditbook.narrative import judging_ratios
from auditbook.narrative import mentions as m
from auditbook.narrative.mentions import Mention
from auditbook.narrative.sentences import MONEY
from auditbook.narrative.subjects import Held
from auditbook.narrative.verdicts import (
    GREAT,
    HIGH,
    LOW,
    MEDIUM,
    Told,
    Verdict,
    number_text,
    precision_of,
    shown,
    stated_by,
)
from auditbook.numbers import Interval, factor


def amount(told: Told, mention: Mention) -> Verdict:
    """An amount against the cells that hold it; where none does, against what the text itself says of it."""
    subject = mention.subject
    assert subject
    cells = subject.cells
    if mention.number and not mention.number.unit and cells:
        return _unitless(told, mention, cells)
    if mention.number and mention.number.unit not in MONEY:
        return _counted(told, mention)
    present = [held for held in cells if held.value is not None and held.interval is not None]
    if not present:
        if cells:
            return _over_blank(told, mention, cells)
        return _related(told, mention)
    return against(told, mention, present)


def _unitless(told: Told, mention: Mention, cells: Sequence[Held]) -> Verdict:
    """An amount that is printed without a unit: a zero needs none."""
    assert mention.number
    for held in cells:
        if held.amount.value == Fraction(mention.number.text) or (
            held.amount.value is None and not mention.value
        ):
            if not mention.value:
                return Verdict(
                    mention, AGREES, "amount", f"{held.amount.locator}没有金额", held.value, held.interval
                )
            said = f"数与{held.amount.locator}相同，后面漏了“{held.table.unit}”"
            return Verdict(mention, DISAGREES, "unit_lost", said, held.value, held.interval, severity=MEDIUM)
    return Verdict(mention, NOT_CHECKABLE, "amount", "没有单位，看不出是多少")


def against(told: Told, mention: Mention, present: Sequence[Held], stated: str = "amount") -> Verdict:
    """A printed amount against the cells that hold it: the first decides, another may explain it."""
    assert mention.number and mention.subject
    number, first = mention.number, present[0]
    published = f"-{number.text}" if number.negative else number.text
    for held in present:
        assert held.value is not None
        if judge(published, mention.unit, precision_of(number.text), held.value, None) == AGREES:
            return _found_in(told, mention, held, first, stated)
    assert first.value is not None
    gap = abs(mention.value - first.value)
    shown = f"{first.amount.locator}是{number_text(first.value, first.table.unit)}"
    if gap <= _last_place(told, mention, first):
        return _tail(told, mention, first, shown)
    for power in (Fraction(10**4), Fraction(1, 10**4)):
        if mention.value * power == first.value:
            said = f"{shown}：单位写错或漏字"
            return Verdict(mention, DISAGREES, "unit", said, first.value, first.interval, severity=HIGH)
    said = f"{shown}，相差{number_text(gap, first.table.unit)}{_elsewhere(told, mention)}"
    great = stated == "amount" and first.value and gap / abs(first.value) >= GREAT
    return Verdict(
        mention,
        DISAGREES,
        "text_and_table",
        said,
        first.value,
        first.interval,
        severity=HIGH if great else MEDIUM,
    )


def _found_in(told: Told, mention: Mention, held: Held, first: Held, stated: str) -> Verdict:
    """An amount that a cell holds, which may not be the first that should."""
    assert held.value is not None and first.value is not None
    where = f"{held.amount.locator}：{number_text(held.value, held.table.unit)}"
    if first.value != held.value:
        other = f"{first.amount.locator}是{number_text(first.value, first.table.unit)}"
        if abs(mention.value - first.value) <= _last_place(told, mention, first):
            return _tail(told, mention, first, f"与{held.amount.locator}相同，{other}")
        where += f"（{other}）"
    if held.value == mention.value:
        return Verdict(mention, AGREES, stated, where, held.value, held.interval)
    return Verdict(mention, WITHIN_ROUNDING, stated, f"{where}，按印出的位数取整", held.value, held.interval)


def _last_place(told: Told, mention: Mention, held: Held) -> Fraction:
    """The coarser last place of a printed amount and a cell, in 元."""
    assert mention.number
    decimals = max(mention.number.decimals, mention.decimals)
    own: Fraction = factor(mention.unit) / 10**decimals
    table: Fraction = factor(held.table.unit) / 10**held.table.decimals
    return max(own, table)


def _tail(told: Told, mention: Mention, first: Held, said: str) -> Verdict:
    """An amount that differs from the table's by one last place: their ranges touch, and adding up explains it."""
    assert first.value is not None
    half = abs(mention.value - first.value) / 2
    box = Interval(min(first.value, mention.value) - half, max(first.value, mention.value) + half)
    return Verdict(
        mention, WITHIN_ROUNDING, "tail", f"{said}，只差末位，是尾差", first.value, box, severity=LOW
    )


def _elsewhere(told: Told, mention: Mention) -> str:
    """The cell that a printed amount is, where it is another than the one spoken of."""
    for table in told.vocabulary.tables.values() if mention.value else ():
        for amount in table.amounts:
            if Held(table, amount).value == mention.value:
                return f"；文中的数是{amount.locator}的数"
    return ""


def _over_blank(told: Told, mention: Mention, cells: Sequence[Held]) -> Verdict:
    where = cells[0].amount.locator
    if mention.value == 0:
        return Verdict(mention, AGREES, "amount", f"{where}空白，文字写明为零")
    return Verdict(
        mention, DISAGREES, "text_and_table", f"{where}空白", severity=MEDIUM
    )  # fmt: skip


def other_year(told: Told, mention: Mention) -> Verdict:
    """An amount that is said to be of another year."""
    assert mention.subject
    values = [held.value for held in mention.subject.cells]
    if told.year and mention.year != told.year - 1 and mention.value and mention.value in values:
        return Verdict(
            mention,
            DISAGREES,
            "year",
            f"说的是{mention.year}年度，数却是{told.year}年度的",
            severity=MEDIUM,
        )
    return Verdict(
        mention, NOT_CHECKABLE, stated_by(mention), f"说的是{mention.year}年度，这份文件没有那一年的表"
    )


def _counted(told: Told, mention: Mention) -> Verdict:
    assert mention.subject and mention.number
    layout = mention.subject.layout
    if layout and layout.needs:
        for operand in told.amounts(told.vocabulary.subjects[layout.needs], mention):
            name = told.vocabulary.subjects[layout.needs].name
            if operand.value == 0 and mention.value == 0:
                return Verdict(mention, AGREES, "count", f"{name}为零，数量为零")
            if operand.value == 0 and mention.value > 0 and mention.number.unit not in {"批次", "人次"}:
                return Verdict(
                    mention,
                    DISAGREES,
                    "consistency",
                    f"{name}为零，却有{mention.number.text}{mention.number.unit}",
                    severity=LOW,
                )
            break
    return _related(told, mention)


def _related(told: Told, mention: Mention) -> Verdict:
    """An amount or a count that no table holds, against what it adds up from and what it may not exceed."""
    assert mention.subject and mention.number
    layout = mention.subject.layout
    stated = stated_by(mention)
    if _out_of_scale(told, mention):
        return Verdict(
            mention,
            DISAGREES,
            "unit",
            f"全文的金额以{told.unit}为单位，这里是{mention.number.unit}",
            severity=LOW,
        )
    if layout and layout.sum_of:
        own = _sum(told, mention)
        if own:
            return own
    if layout and layout.like:
        for operand in told.amounts(told.vocabulary.subjects[layout.like], mention):
            if operand.value == mention.value:
                return Verdict(
                    mention,
                    AGREES,
                    stated,
                    f"与{told.vocabulary.subjects[layout.like].name}相同（{operand.name}）",
                    operand.value,
                    operand.interval,
                )
    part = _part_of_sum(told, mention) or _made_of_share(told, mention)
    if layout and layout.within:
        whole = told.vocabulary.subjects[layout.within]
        if mention.number.unit in MONEY:
            limits = [*told.cells(whole.cells), *told.text(whole, m.AMOUNT, mention)]
        else:
            limits = told.text(whole, m.AMOUNT, mention)[:1]
        if limits:
            most = max(limits, key=lambda operand: operand.value)
            if mention.interval.low > most.interval.high:
                return Verdict(
                    mention,
                    DISAGREES,
                    "consistency",
                    f"大于{whole.name}（{most.name}）",
                    most.value,
                    None,
                    severity=LOW,
                )
            if part:
                return part
            return Verdict(
                mention,
                NOT_CHECKABLE,
                stated,
                f"表中没有这一项；不大于{whole.name}（{most.name}），此外无从核对",
            )
    if part:
        return part
    return Verdict(mention, NOT_CHECKABLE, stated, "表中没有这一项，文中也没有可以核对的数")


def _made_of_share(told: Told, mention: Mention) -> Verdict | None:
    """An amount by the share beside it, where that holds: the share is made of it."""
    assert mention.subject
    for _, other in told.at.get((mention.subject.id, m.SHARE), []):
        if other.paragraph is mention.paragraph and other.value not in {0, 1}:
            own = judging_ratios.share(told, other)
            if own.verdict in {AGREES, WITHIN_ROUNDING, TRUNCATED}:
                return Verdict(mention, AGREES, stated_by(mention), f"合于占比{shown(other)}")
    return None


def _out_of_scale(told: Told, mention: Mention) -> bool:
    """Whether an amount is printed in a far smaller unit than the rest of the text: 598.42元 among 万元."""
    own = mention.unit
    if own not in MONEY or not told.unit or own == told.unit or not mention.value:
        return False
    return (
        mention.value * 10 < factor(told.unit) and mention.number is not None and mention.number.decimals > 0
    )


def _parts(told: Told, mention: Mention, names: Sequence[str]) -> list[Mention]:
    """The parts of a whole that are stated after it in its paragraph, up to where it is stated again."""
    assert mention.subject
    found: list[Mention] = []
    begun = told.order[id(mention)]
    for other in told.mentions[begun + 1 :]:
        if other.paragraph.section != mention.paragraph.section:
            break
        if other.subject and other.role == m.AMOUNT and other.number and not other.why:
            if other.subject.id == mention.subject.id:
                break
            if other.subject.id in names and all(p.subject is not other.subject for p in found):
                found.append(other)
    return found


def _sum(told: Told, mention: Mention) -> Verdict | None:
    assert mention.subject and mention.subject.layout
    parts = _parts(told, mention, mention.subject.layout.sum_of)
    if len(parts) < 2:
        return None
    total = sum((p.value for p in parts), Fraction(0))
    low = sum((p.interval.low for p in parts), Fraction(0))
    high = sum((p.interval.high for p in parts), Fraction(0))
    said = f"各项之和（{'＋'.join(p.number.text for p in parts if p.number)}）是{number_text(total, mention.unit)}"
    for p in parts:
        told.related[id(p)] = f"与所列{len(parts)}项之和一起核对，{mention.subject.name}{shown(mention)}"
    if total == mention.value:
        return Verdict(mention, AGREES, "sum", said, total, Interval(low, high))
    if low <= mention.interval.high and mention.interval.low <= high:
        return Verdict(
            mention, WITHIN_ROUNDING, "sum", f"{said}，差额在四舍五入之内", total, Interval(low, high)
        )
    for p in parts:
        told.related.pop(id(p))
    return Verdict(mention, DISAGREES, "sum", said, total, Interval(low, high), severity=MEDIUM)


def _part_of_sum(told: Told, mention: Mention) -> Verdict | None:
    if id(mention) in told.related:
        return Verdict(mention, AGREES, stated_by(mention), told.related[id(mention)])
    return None


def prior(told: Told, mention: Mention) -> Verdict:
    """Last year's amount."""
    return Verdict(mention, NOT_CHECKABLE, "amount", "是上年的数，这份文件没有上年的表")
