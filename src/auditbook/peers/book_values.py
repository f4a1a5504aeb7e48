"""The sheets of every department's values, and of how they are spread as live formulas over them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction

from auditbook.numbers import RATE as RATES
from auditbook.numbers import dimension
from auditbook.peers.distribution_parts import STATE_WORDS
from auditbook.peers.distributions import Spread, spread
from auditbook.peers.gathered import Distribution, Peers
from auditbook.peers.groups import Group, group_words, setting_words
from auditbook.peers.links import Links
from auditbook.peers.reading import Measure
from auditbook.peers.reasons import (
    definition_words,
    formula_words,
    source_words,
)
from auditbook.report.workbook.sheet import (
    COUNT,
    FIRST_ROW,
    NUMBER,
    RATE,
    Column,
    Sheet,
)

VALUES = "各部门指标"
_FIXED = 3  # columns before the measures in the sheet of values
SPREADS = (
    Column("指标与口径", 30), Column("组", 22), Column("算得出", 8, COUNT), Column("最低", 12, NUMBER), Column("下四分位", 12, NUMBER),
    Column("中位数", 12, NUMBER), Column("上四分位", 12, NUMBER), Column("最高", 12, NUMBER), Column("无法评价", 8, COUNT),
    Column("不适用", 8, COUNT), Column("基数为零", 8, COUNT), Column("只有界限", 8, COUNT), Column("没有此口径", 8, COUNT),
    Column("按此计分", 8, COUNT), Column("算式", 40), Column("口径出处", 40),
)  # fmt: skip


def look(measure: Measure) -> str:
    """How the values of a measure are shown."""
    return RATE if dimension(measure.unit) == RATES else NUMBER


def value_columns(peers: Peers, measures: Iterable[Distribution]) -> list[Column]:
    """Who, in which group, which year; then a column for each measure."""
    several = len(peers.settings) > 1
    return [
        Column("部门", 28), Column("组", 22), Column("年度与情景", 14),
        *(
            Column(
                definition_words(peers, d.measure) + (f"\n{setting_words(d.measure.setting)}" if several else "")
                + ("" if d.measure.unit == "1" else f"\n（{d.measure.unit}）"),
                14, look(d.measure),
            )
            for d in measures
        ),
    ]  # fmt: skip


def values(
    sheet: Sheet, peers: Peers, links: Links, ordered: Sequence[int], measures: Sequence[Distribution]
) -> None:
    """A row for each department, group after group; where there is no value, a word that says why."""
    for number in ordered:
        department = peers.departments[number]
        sheet.file(0, links.way(number), peers.labels[number])
        sheet.text(1, group_words(peers.groups[number]))
        sheet.text(2, setting_words(department.setting))
        for place, own in enumerate(measures, _FIXED):
            value = department.values.get(own.measure)
            if value is not None and value.value is not None:
                sheet.number(place, value.value)
            elif own.measure.setting != department.setting:
                sheet.text(place, "")
            else:
                sheet.text(
                    place,
                    STATE_WORDS.get(value.state, value.state) if value else "没有此口径",
                    font_color="#595959",
                )
        sheet.next()
    # a column for each measure: on one page nothing of it could be read
    sheet.page.set_print_scale(60)
    sheet.page.repeat_columns(0, 1)


def spreads(sheet: Sheet, peers: Peers, ordered: Sequence[int]) -> None:
    """All departments, then each group: its rows stand together in the sheet of values."""
    at = {number: FIRST_ROW + 1 + place for place, number in enumerate(ordered)}
    rows = {
        group: (min(at[n] for n in held), max(at[n] for n in held)) for group, held in peers.listed.items()
    }
    last = FIRST_ROW + len(ordered)
    places = {
        d.measure: place for place, d in enumerate((d for d in peers.distributions if d.spread), _FIXED)
    }
    for own in peers.distributions:
        _spread(sheet, peers, own, "全部", own.spread, places.get(own.measure), (FIRST_ROW + 1, last))
        for place, words in enumerate(STATE_WORDS, 7):
            if place > 7:
                sheet.count(place, own.states.get(words, 0))
        sheet.count(12, own.without)
        sheet.count(13, own.scoring)
        sheet.text(14, formula_words(peers, own.measure))
        sheet.text(15, source_words(peers, own.measure))
        sheet.next()
        if not own.spread or len(peers.listed) < 2:
            continue
        for group, members in peers.listed.items():
            if group == Group(group.setting):
                continue
            inside = spread(peers.values(own.measure, members))
            if inside:
                _spread(
                    sheet,
                    peers,
                    own,
                    group_words(group, settings=len(peers.settings) > 1),
                    inside,
                    places[own.measure],
                    rows[group],
                )
                for place in range(8, 16):
                    sheet.text(place, "")
                sheet.next()


def _spread(
    sheet: Sheet, peers: Peers, own: Distribution, group: str, held: Spread | None, place: int | None, rows: tuple[int, int]
) -> None:  # fmt: skip
    sheet.text(0, definition_words(peers, own.measure))
    sheet.text(1, group)
    if held is None or place is None:
        sheet.count(2, 0)
        for column in range(3, 8):
            sheet.text(column, "—")
        return
    letter = sheet.at(place, 0).lstrip("$").rstrip("0123456789")
    cells = f"'{VALUES}'!${letter}${rows[0]}:${letter}${rows[1]}"
    shown = look(own.measure)
    sheet.formula(2, f"COUNT({cells})", Fraction(held.count), COUNT)
    for column, formula, value in (
        (3, f"MIN({cells})", held.least), (4, f"QUARTILE({cells},1)", held.lower), (5, f"MEDIAN({cells})", held.middle),
        (6, f"QUARTILE({cells},3)", held.upper), (7, f"MAX({cells})", held.most),
    ):  # fmt: skip
        sheet.formula(column, formula, value, shown)
