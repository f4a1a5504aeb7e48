"""The ledger of budget adjustments: each line a figure of its own, their sums by kind, the reasons as statements.

The ledger is the department's whole ledger. Its sums say what the budget sheet leaves open: what was moved, what is
exempt, and what was added or cut where that sheet does not say it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from auditbook.cases import DEPARTMENT
from auditbook.figures import MISSING, ZERO
from auditbook.intake.intake_cells import (
    Value,
    added,
    choice_of,
    control,
    day_of,
    derived,
    figure,
    missing,
    value_of,
    words_of,
)
from auditbook.intake.intake_sheets import Filled, Reading, scope_of
from auditbook.intake.raw_tables import RawRow
from auditbook.numbers import parse

LEDGER = {
    "added": "adjustment_ledger_added",
    "cut": "adjustment_ledger_cut",
    "moved": "adjustment_ledger_moved",
}
EXEMPT = "adjustment_ledger_exempt"
# What the sums of the ledger are called in the budget.
SUPPLIES = {
    "adjustment_ledger_added": "budget_added", "adjustment_ledger_cut": "budget_cut",
    "adjustment_ledger_moved": "budget_moved", EXEMPT: "adjustment_exempt",
}  # fmt: skip
REASON_FOR = "budget_adjustment_rate"


@dataclass(frozen=True)
class _Line:
    row: int
    scope: str
    day: date | None
    kind: str
    value: Value
    reason: str
    exempt: str
    number: str

    @property
    def order(self) -> tuple[str, str, object, str, str, str]:
        """Lines keep their names when rows are moved: they are told by what they say."""
        return (str(self.day or ""), self.kind, parse(self.value.value), self.scope, self.reason, self.number)


def read(filled: Filled, reading: Reading) -> tuple[list[RawRow], list[RawRow]]:
    """The figures of the ledger, and its reasons as rows of the shape ``statements``."""
    lines: list[_Line] = []
    totals: list[int] = []
    for row in filled.rows:
        if not filled.speaks(row):
            continue
        if _is_total(filled, row, reading):
            totals.append(row)
        elif (line := _line(filled, row, reading)) is not None:
            lines.append(line)
    lines.sort(key=lambda line: line.order)
    for first, second in pairwise(lines):
        if first.order == second.order:
            reading.fault(
                filled.sheet.at(second.row),
                f"与 {filled.sheet.at(first.row)} 完全相同的一笔",
                "一笔一行",
                "请删去其中一行",
            )
    figures: list[RawRow] = []
    statements: list[RawRow] = []
    for number, line in enumerate(lines, 1):
        name = f"l{number:02}"
        for id in (LEDGER[line.kind], *([EXEMPT] if line.exempt == "yes" else [])):
            figures.append(
                figure(
                    filled, line.row, "amount", line.value, figure=id, year=reading.year, scope=line.scope, item=name,
                    label=line.reason or filled.text(line.row, "kind"),
                )
            )  # fmt: skip
        if line.reason:
            statements.append(_reason(filled, name, line))
    figures += _sums(filled, lines, reading)
    if lines and len(totals) == 1:
        figures += _control(filled, totals[0], lines, reading)
    for row in totals[1:]:
        reading.fault(
            filled.sheet.at(row),
            f"第二个合计行（第一个在 {filled.sheet.at(totals[0])}）",
            "一个",
            "请删去其中一行",
        )
    return figures, statements


def _is_total(filled: Filled, row: int, reading: Reading) -> bool:
    return any(
        reading.workbook.is_total(filled.text(row, id)) for id in ("mark", "scope", "date", "kind", "reason")
    )


def _line(filled: Filled, row: int, reading: Reading) -> _Line | None:
    told = len(reading.faults)
    scope = scope_of(filled, row, reading)
    value = value_of(filled, row, "amount", reading)
    kind = choice_of(filled, row, "kind", reading)
    exempt = choice_of(filled, row, "exempt", reading)
    if value is not None and not value.has_value:
        reading.fault(filled.at(row, "amount"), "“金额”没有数", "数", "没有这类调整的写 0")
    nothing = value is not None and value.state == ZERO
    day = None if nothing and filled.blank(row, "date") else day_of(filled, row, "date", reading)
    if day and day.year != reading.year:
        reading.fault(
            filled.at(row, "date"), f"日期是 {day}", f"{reading.year}年之内的日期", "别的年度的调整请删去"
        )
    reason = "" if nothing and filled.blank(row, "reason") else words_of(filled, row, "reason", reading)
    basis, number = words_of(filled, row, "basis", reading), words_of(filled, row, "number", reading)
    if exempt == "yes" and not basis:
        reading.fault(
            filled.at(row, "basis"),
            "写着可豁免，没有豁免依据",
            "政策文件、会议纪要或交办文件的名称与文号",
            "请补上依据，或把“是否可豁免”改为“否”",
        )
    if len(reading.faults) > told or scope is None or value is None or kind is None or exempt is None:
        return None
    return _Line(row, scope, day, kind, value, reason, exempt, number)


def _reason(filled: Filled, name: str, line: _Line) -> RawRow:
    where = filled.at(line.row, "reason")
    about = REASON_FOR if line.scope == DEPARTMENT else f"{REASON_FOR}:{line.scope}"
    cells = {
        "statement": f"ledger.{name}", "kind": "reason", "about": about, "date": str(line.day or ""),
        "locator": filled.locator(line.row, "reason"), "quote": line.reason,
    }  # fmt: skip
    return RawRow(cells, filled.sheet.at(line.row), dict.fromkeys(cells, where))


def _sums(filled: Filled, lines: list[_Line], reading: Reading) -> list[RawRow]:
    """The sums by kind, for the department over all lines and for each unit where every line names one."""
    rows: list[RawRow] = []
    scopes = {line.scope for line in lines}
    by_unit = DEPARTMENT not in scopes
    for scope in (DEPARTMENT, *(sorted(scopes) if by_unit else ())):
        own = [line for line in lines if scope in {DEPARTMENT, line.scope}]
        for kind, id in LEDGER.items():
            part = [line for line in own if line.kind == kind]
            if part:
                if scope == DEPARTMENT and {line.scope for line in part} != {DEPARTMENT}:
                    rows.append(_sum(filled, part, id, scope, reading))
                rows.append(_sum(filled, part, SUPPLIES[id], scope, reading))
        rows += _exempt(filled, own, scope, reading)
    return rows


def _exempt(filled: Filled, own: list[_Line], scope: str, reading: Reading) -> list[RawRow]:
    """What is exempt: nothing where every line says 否; unknown where a line does not say."""
    if not own:
        return []
    open_ = [line for line in own if not line.exempt and line.value.state != ZERO]
    if open_:
        reason = f"{len(open_)}笔没有写明是否可豁免：{'、'.join(filled.locator(line.row, 'exempt') for line in open_[:5])}"
        return [
            missing(
                filled, open_[0].row, figure=SUPPLIES[EXEMPT], year=reading.year, scope=scope, label="可豁免的调整额", reason=reason
            )
        ]  # fmt: skip
    part = [line for line in own if line.exempt == "yes"]
    if not part:
        quote = f"{len(own)}笔均写明不可豁免，可豁免的合计 0"
        return [
            derived(
                filled, [line.row for line in own], figure=SUPPLIES[EXEMPT], year=reading.year, scope=scope, value="0",
                unit=filled.unit, quote=quote, label="可豁免的调整额", column="exempt",
            )
        ]  # fmt: skip
    rows = [_sum(filled, part, SUPPLIES[EXEMPT], scope, reading)]
    if scope == DEPARTMENT and {line.scope for line in part} != {DEPARTMENT}:
        rows.append(_sum(filled, part, EXEMPT, scope, reading))
    return rows


def _sum(filled: Filled, part: list[_Line], id: str, scope: str, reading: Reading) -> RawRow:
    total, precision, words = added([line.value for line in part])
    meaning = reading.dictionary[id].name
    return derived(
        filled, [line.row for line in part], figure=id, year=reading.year, scope=scope, value=total, unit=filled.unit,
        precision=precision, label=f"{meaning}（台账合计）", quote=f"台账{len(part)}笔合计：{words}", column="amount",
    )  # fmt: skip


def _control(filled: Filled, row: int, lines: list[_Line], reading: Reading) -> list[RawRow]:
    value = value_of(filled, row, "amount", reading)
    if value is None or not value.has_value:
        return []
    parts = [(line.row, "amount", line.value) for line in lines]
    return control(filled, "ledger", DEPARTMENT, reading.year, (row, "amount", value), parts)


def supplied(figures: list[RawRow]) -> list[RawRow]:
    """The figures of a workbook without those sums of the ledger that the budget sheet gives itself.

    Where the ledger supplies a figure, a blank of the budget sheet is no gap.
    """
    sums = set(SUPPLIES.values())
    said = [row for row in figures if row["figure"] in sums and row["state"] != MISSING]
    given = {(row["figure"], row["scope"]) for row in said if not row["basis"]}
    summed = {(row["figure"], row["scope"]) for row in said if row["basis"]} - given
    return [
        row for row in figures
        if row["figure"] not in sums
        or ((row["figure"], row["scope"]) in summed if row["basis"] else row["state"] != MISSING)
        or (row["state"] == MISSING and (row["item"] or (row["figure"], row["scope"]) not in summed))
    ]  # fmt: skip
