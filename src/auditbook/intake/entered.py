"""What an auditor enters by judgement: points judged, scores overridden, findings recorded, replies, staff grades, and what has
become of last year's findings.

Each is a table of the case like any other evidence: every row says who, when and on what grounds.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from auditbook.faults import Fault
from auditbook.intake.raw_tables import RawRow
from auditbook.numbers import parse, parse_rate


@dataclass(frozen=True)
class Cell:
    """What a column of an entered table takes. ``empty``: it may be left blank."""

    column: str
    kind: str = "words"
    one_of: tuple[str, ...] = ()
    empty: bool = False


_WHO = (Cell("who"), Cell("when", "date"))
_PLACE = (Cell("locator", empty=True), Cell("quote", empty=True))
_REPLY = (
    Cell("reply", empty=True), Cell("replied_by", empty=True), Cell("replied_when", "date", empty=True),
    Cell("answer", empty=True), Cell("answered_by", empty=True), Cell("answered_when", "date", empty=True),
)  # fmt: skip
VERDICTS = ("met", "partly", "not_met", "not_assessed", "not_applicable")
# what has become of a finding of an earlier year
FOLLOWED = ("settled", "partly", "open", "worse")
REPLY_STATES = ("open", "accepted", "disputed", "corrected", "withdrawn")

ENTERED: dict[str, tuple[Cell, ...]] = {
    "judgements": (
        Cell("indicator", "id"), Cell("point", "id"), Cell("verdict", one_of=VERDICTS), Cell("degree", "rate", empty=True),
        Cell("grounds"), *_WHO, *_PLACE,
    ),
    "overrides": (Cell("scheme", "id"), Cell("indicator", "id"), Cell("points", "number"), Cell("reason"), *_WHO, *_PLACE),
    "recorded": (
        Cell("finding", "id"), Cell("severity", one_of=("high", "medium", "low")),
        Cell("kind", one_of=("recompute", "target", "evidence", "contradiction", "method", "wording", "gap")),
        Cell("scope", "scope"), Cell("about", empty=True), Cell("amount", "number", empty=True), Cell("unit", empty=True),
        Cell("name"), Cell("criterion"), Cell("condition"), Cell("cause"), Cell("effect"), Cell("recommendation"),
        *_WHO, Cell("locator"), Cell("quote"),
    ),
    "replies": (Cell("finding"), *_REPLY, Cell("status", one_of=REPLY_STATES), *_PLACE),
    "grades": (
        Cell("person", "person"), Cell("branch", "id"), Cell("period", "id"), Cell("grader", "id"), Cell("item", empty=True),
        Cell("grade", empty=True), *_PLACE,
    ),
    "follow_up": (
        Cell("finding"), Cell("year", "year"), Cell("status", one_of=FOLLOWED), Cell("evidence"), *_WHO, *_PLACE,
    ),
}  # fmt: skip
_PERSON = re.compile(r"[A-Za-z]{0,4}-?[0-9]{1,8}号?")
_YEAR = re.compile("(19|20)[0-9]{2}")
_ID = re.compile(r"[a-z0-9][a-z0-9_.-]*")


def faults_of(shape: str, row: RawRow, scopes: set[str]) -> list[Fault]:
    """Everything wrong with a row of an entered table, cell by cell."""
    found = []
    for cell in ENTERED[shape]:
        value = row[cell.column]
        expected = _expected(cell, value, scopes)
        if expected:
            found.append(Fault(row.at(cell.column), f"“{value}”", expected))
    if shape == "recorded" and bool(row["amount"]) != bool(row["unit"]):
        found.append(Fault(row.at("amount"), f"“{row['amount']}{row['unit']}”", "金额与单位同填或同空"))
    return found


def _expected(cell: Cell, value: str, scopes: set[str]) -> str:
    """What the cell should be, or "" where it is all right."""
    if not value:
        return "" if cell.empty else "不能为空" if not cell.one_of else "、".join(cell.one_of)
    if cell.one_of:
        return "" if value in cell.one_of else "、".join(cell.one_of)
    if cell.kind == "scope":
        return "" if value in scopes else f"department 或案例文件 units 里的代号：{'、'.join(sorted(scopes))}"
    if cell.kind == "person":
        return "" if _PERSON.fullmatch(value) else "编号，如 12号、A-12（不写姓名）"
    if cell.kind == "year":
        return "" if _YEAR.fullmatch(value) else "四位年份，如 2019"
    if cell.kind == "id":
        return "" if _ID.fullmatch(value) else "英文小写代号"
    try:
        if cell.kind == "number":
            parse(value)
        elif cell.kind == "rate":
            parse_rate(value)
        elif cell.kind == "date":
            date.fromisoformat(value)
    except ValueError:
        return {"number": "普通的十进制数", "rate": "百分数，如 85%", "date": "日期，如 2020-03-31"}[
            cell.kind
        ]
    return ""
