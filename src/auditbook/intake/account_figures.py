"""Figures out of published final accounts: rows of the shape ``figures``, with locator and the row as printed."""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditbook.cases import DEPARTMENT
from auditbook.faults import CaseError, Fault
from auditbook.figures import MISSING, VALUE, ZERO, Dictionary
from auditbook.intake.account_layouts import EACH, Declared, FigurePlace, Layouts, read_layouts
from auditbook.intake.account_tables import Amount, Line, Table
from auditbook.intake.accounts import Accounts
from auditbook.intake.raw_tables import RawRow
from auditbook.numbers import parse

_NUMBER = r"(\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)"


def figures_of(
    accounts: Accounts, dictionary: Dictionary, layouts: Layouts | None = None, *, scope: str = DEPARTMENT,
    year: int | None = None,
) -> list[RawRow]:  # fmt: skip
    """The figures that the tables give.

    Takes    accounts: as read; dictionary: figures and items that it does not have are left out; scope: whose
             accounts they are; year: of the accounts, where the document does not say it.
    Returns  rows of the shape ``figures``, each with the place that it was read from. A blank cell is ``missing``, or
             what the narrative declares in its place. Cells of a table without a unit give nothing.
    Raises   CaseError where neither the document nor the caller says the year.
    """
    known, own_year = layouts or read_layouts(), year or accounts.year
    if own_year is None:
        raise CaseError(Fault(accounts.file, "读不出决算年度", "年份", "请写明年份"))
    rows: list[RawRow] = []
    for place, table, line, amount in _places(accounts, dictionary, known):
        shown = own_year - 1 if place.year == "before" else own_year
        key = {"figure": place.figure, "scope": scope, "item": place.item, "year": str(shown)}
        declared = next(_declared(accounts, known, place, amount), None)
        if declared is None:
            where = amount.place or f"{accounts.file} 第{amount.page}页"
            rows.append(RawRow({**key, **_cells(place, table, line, amount)}, where))
        else:
            cells, where = declared
            rows.append(RawRow({**key, **cells}, where))
    return rows


def declaring(accounts: Accounts, dictionary: Dictionary, layouts: Layouts) -> list[tuple[int, str]]:
    """The phrases of the narrative that say what a blank cell is, with their pages: what must be kept with the tables."""
    found: dict[tuple[int, str], None] = {}
    for place, _, _, amount in _places(accounts, dictionary, layouts):
        for entry in layouts.declared:
            if amount.value is None and (entry.figure, entry.item) == (place.figure, place.item):
                for match in _matches(accounts, entry):
                    at = _page(accounts, match.start())
                    found[accounts.numbers[at], match.group(0)] = None
    return list(found)


def _places(
    accounts: Accounts, dictionary: Dictionary, layouts: Layouts
) -> Iterator[tuple[FigurePlace, Table, Line, Amount]]:
    """The cell of each figure that dictionary and tables have; the first of several places counts."""
    given: set[tuple[str, str, str]] = set()
    for place in (own for listed in layouts.figures for own in _each(listed, accounts)):
        meaning, table = dictionary.get(place.figure), accounts.tables.get(place.table)
        fits = meaning is not None and (
            not place.item
            or meaning.items == "free"
            or (isinstance(meaning.items, dict) and place.item in meaning.items)
        )
        line = _line(place, table) if table and table.unit else None
        amount = line.amounts.get(place.column) if line else None
        named = (place.figure, place.item, place.year)
        if fits and table and line and amount and named not in given:
            given.add(named)
            yield place, table, line, amount


def _each(place: FigurePlace, accounts: Accounts) -> list[FigurePlace]:
    """A place of every row with a code as a place of each such row."""
    table = accounts.tables.get(place.table)
    if place.row != EACH or table is None:
        return [place]
    return [place.model_copy(update={"item": _item(line.code)}) for line in table.lines if line.code]


def _item(code: str) -> str:
    """The code of a row as the item of a figure: 类, 款 and 项 are nested, 2010601 is 201.06.01."""
    return ".".join(part for part in (code[:3], code[3:5], code[5:]) if part)


def _line(place: FigurePlace, table: Table) -> Line | None:
    if place.row == EACH:
        return next((line for line in table.lines if line.code and _item(line.code) == place.item), None)
    return table.line(place.row, place.side)


def _cells(place: FigurePlace, table: Table, line: Line, amount: Amount) -> dict[str, str]:
    state = MISSING if amount.value is None else ZERO if amount.value == 0 else VALUE
    there = state != MISSING
    return {
        "label": line.name if place.row == EACH else f"{line.label} {amount.column}" if amount.row else amount.column,
        "state": state, "value": amount.text if there else "", "unit": table.unit if there else "",
        "precision": _precision(table.decimals) if there else "", "locator": amount.locator,
        "quote": line.printed if there else "",
    }  # fmt: skip


def _precision(decimals: int) -> str:
    return "1" if not decimals else "0." + "0" * (decimals - 1) + "1"


def _declared(
    accounts: Accounts, layouts: Layouts, place: FigurePlace, amount: Amount
) -> Iterator[tuple[dict[str, str], str]]:
    """What the narrative declares for a blank cell; nothing where it says it twice with different amounts."""
    if amount.value is not None or place.year != "this":
        return
    for entry in layouts.declared:
        if (entry.figure, entry.item) == (place.figure, place.item):
            yield from _said(accounts, entry)


def _matches(accounts: Accounts, entry: Declared) -> list[re.Match[str]]:
    before, _, after = "".join(entry.phrase.split()).partition("{number}")
    pattern = "".join(
        _NUMBER if part is None else re.escape(part).replace(r"\*", "[^，。；]{0,30}?")
        for part in (before, None, after)
    )  # fmt: skip
    return list(re.finditer(pattern, "".join(accounts.texts)))


def _page(accounts: Accounts, at: int) -> int:
    """Which of the texts a place in all of them stands in."""
    end = 0
    for index, text in enumerate(accounts.texts):
        end += len(text)
        if at < end:
            return index
    return len(accounts.texts) - 1


def _said(accounts: Accounts, entry: Declared) -> Iterator[tuple[dict[str, str], str]]:
    found = [match for match in _matches(accounts, entry) if accounts.numbers[_page(accounts, match.start())]]
    unit = re.match("亿元|百万元|万元|千元|元", "".join(entry.phrase.split()).partition("{number}")[2])
    if not unit or len({parse(match.group(1).replace(",", "")) for match in found}) != 1:
        return
    match = found[0]
    number = match.group(1).replace(",", "")
    at = _page(accounts, match.start())
    yield {
        "label": match.group(0), "state": VALUE if parse(number) else ZERO, "value": number, "unit": unit.group(0),
        "precision": _precision(len(number.partition(".")[2])),
        "locator": f"第{accounts.numbers[at]}页 说明文字（表中此格空白）", "quote": match.group(0),
    }, accounts.places[at]  # fmt: skip
