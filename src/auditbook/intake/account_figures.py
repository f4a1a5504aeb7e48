"""Figures out of published final accounts: rows of the shape ``figures``, with locator and the row as printed."""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditbook.cases import DEPARTMENT
from auditbook.faults import CaseError, Fault
from auditbook.figures import MISSING, VALUE, ZERO, Dictionary
from auditbook.intake.account_layouts import Declared, Layouts, read_layouts
from auditbook.intake.account_tables import Amount, Line, Table
from auditbook.intake.accounts import Accounts
from auditbook.numbers import parse
from auditbook.tables import Row

_NUMBER = r"(\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)"


def figures_of(
    accounts: Accounts, dictionary: Dictionary, layouts: Layouts | None = None, *, scope: str = DEPARTMENT,
    year: int | None = None,
) -> list[Row]:  # fmt: skip
    """The figures that the tables give.

    Takes    accounts: as read; dictionary: figures and items that it does not have are left out; scope: whose
             accounts they are; year: of the accounts, where the document does not say it.
    Returns  rows of the shape ``figures``. A blank cell is ``missing``, or what the narrative declares in its place.
             Cells of a table without a unit give nothing.
    Raises   CaseError where neither the document nor the caller says the year.
    """
    known, own_year = layouts or read_layouts(), year or accounts.year
    if own_year is None:
        raise CaseError(Fault(accounts.file, "读不出决算年度", "年份", "请写明年份"))
    rows: list[Row] = []
    given: set[tuple[str, str, str]] = set()
    for place in known.figures:
        meaning, table = dictionary.get(place.figure), accounts.tables.get(place.table)
        fits = meaning is not None and (
            not place.item
            or meaning.items == "free"
            or (isinstance(meaning.items, dict) and place.item in meaning.items)
        )
        line = table.line(place.row, place.side) if table and table.unit else None
        amount = line.amounts.get(place.column) if line else None
        named = (place.figure, place.item, place.year)
        if not fits or table is None or line is None or amount is None or named in given:
            continue
        given.add(named)
        shown = own_year - 1 if place.year == "before" else own_year
        declared = None
        if amount.value is None and place.year == "this":
            declared = next(_declared(accounts, known, place.figure, place.item), None)
        rows.append(
            _row(table, line, amount, place.figure, place.item, scope, shown) if declared is None
            else {"figure": place.figure, "scope": scope, "item": place.item, "year": str(shown), **declared}
        )  # fmt: skip
    return rows


def _row(table: Table, line: Line, amount: Amount, figure: str, item: str, scope: str, year: int) -> Row:
    state = MISSING if amount.value is None else ZERO if amount.value == 0 else VALUE
    precision = "1" if not table.decimals else "0." + "0" * (table.decimals - 1) + "1"
    there = state != MISSING
    return {
        "figure": figure, "scope": scope, "item": item, "year": str(year), "label": f"{line.label} {amount.column}" if amount.row else amount.column,
        "state": state, "value": amount.text if there else "", "unit": table.unit if there else "",
        "precision": precision if there else "", "locator": amount.locator, "quote": line.printed if there else "",
    }  # fmt: skip


def _declared(accounts: Accounts, layouts: Layouts, figure: str, item: str) -> Iterator[Row]:
    """What the narrative declares for a blank cell; nothing where it says it twice with different amounts."""
    for entry in layouts.declared:
        if (entry.figure, entry.item) == (figure, item):
            yield from _said(accounts, entry)


def _said(accounts: Accounts, entry: Declared) -> Iterator[Row]:
    before, _, after = "".join(entry.phrase.split()).partition("{number}")
    pattern = "".join(
        _NUMBER if part is None else re.escape(part).replace(r"\*", "[^，。；]{0,30}?")
        for part in (before, None, after)
    )  # fmt: skip
    whole = "".join(accounts.texts)
    found = list(re.finditer(pattern, whole))
    unit = re.match("亿元|百万元|万元|千元|元", after)
    if not unit or len({parse(match.group(1).replace(",", "")) for match in found}) != 1:
        return
    match = found[0]
    number = match.group(1).replace(",", "")
    page, end = 0, 0
    while end <= match.start():
        end += len(accounts.texts[page])
        page += 1
    decimals = len(number.partition(".")[2])
    yield {
        "label": match.group(0), "state": VALUE if parse(number) else ZERO, "value": number, "unit": unit.group(0),
        "precision": "1" if not decimals else "0." + "0" * (decimals - 1) + "1",
        "locator": f"第{page}页 说明文字（表中此格空白）", "quote": match.group(0),
    }  # fmt: skip
