"""What a case leaves to the next year's: ``auditbook new --from``. Read here, written by ``beginning``; nothing is changed.

Figures that this year's case rests on (``carries_to`` in the dictionary), each with its document and place; findings that are not
settled; the documents that last year's register had, to be asked for again; and what of the case file still holds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from auditbook import pipeline
from auditbook.cases import DEPARTMENT, Case, Source, Unit
from auditbook.faults import CaseError, Fault
from auditbook.figures import NOT_APPLICABLE, FigureRow
from auditbook.findings import SEVERITIES
from auditbook.intake.entered import ENTERED
from auditbook.numbers import EXACT
from auditbook.pipeline import Run
from auditbook.tables import Row
from auditbook.workspace import locate

CLOSED = ("corrected", "withdrawn")
SETTLED = "settled"
INTAKE = "intake"
_PLACE = str.maketrans("〔〕", "（）")


@dataclass(frozen=True)
class Ended:
    """Last year's case, read: its rules and evidence, and its findings."""

    run: Run
    findings: Sequence[Row]
    followed: Sequence[Row]

    @property
    def case(self) -> Case:
        """Its case file."""
        return self.run.rules.audit.case

    @property
    def sources(self) -> tuple[Source, ...]:
        """Its register."""
        return self.run.rules.audit.register

    def figures(self, year: int) -> list[FigureRow]:
        """Its figures that a case of ``year`` rests on: those that stand; and its closing ones, where it is the year before."""
        dictionary = self.run.rules.dictionary
        closing = year == self.case.year + 1
        return [
            row for row in self.run.raw.figures
            if row.chosen and (row.has_value or row.state == NOT_APPLICABLE) and row.key.year == self.case.year
            and dictionary[row.key.figure].carries_to and (closing or dictionary[row.key.figure].stands)
        ]  # fmt: skip

    def carried(self, year: int) -> list[dict[str, str]]:
        """The rows of the sheet 上年带入, by column."""
        run, rows = self.run, []
        names = {unit.id: unit.name for unit in self.case.units}
        for row in self.figures(year):
            meaning = run.rules.dictionary[row.key.figure]
            label = (
                f"{meaning.name} {meaning.items[row.key.item]}"
                if isinstance(meaning.items, dict) and row.key.item
                else meaning.name
            )
            earlier = row.basis == "carried"
            place = row.locator.translate(_PLACE)
            rows.append(
                {
                    "code": row.key.figure, "label": label, "unit": row.key.scope,
                    "called": names.get(row.key.scope, "部门整体"), "item": row.key.item,
                    "at": str(year if meaning.stands else row.key.year),
                    "value": row.value if row.has_value else "不适用", "measured_in": row.unit if row.has_value else "",
                    "precision": "精确" if row.precision == EXACT else row.precision, "case": self.case.case,
                    "document": row.source if earlier else self.source_id(row.source),
                    "place": place if earlier else f"{row.source} {place}", "quote": row.quote, "remark": "",
                }
            )  # fmt: skip
        return rows

    def source_id(self, source: str) -> str:
        """The id under which a document of last year's case stands in this year's register."""
        return f"{self.case.year}-{source}"

    def documents(self) -> list[Source]:
        """Its documents that are to be asked for again: no transcriptions, nothing that an auditor enters."""
        return [
            source for source in self.sources
            if not source.transcribed_from and source.shape not in {*ENTERED, INTAKE} and not source.carried_from
        ]  # fmt: skip

    def open_findings(self) -> list[dict[str, str]]:
        """The rows of the sheet 上年审计发现: what is not settled, this case's own in their order, then older ones."""
        rows = [
            {
                "finding": row["finding"], "at": str(self.case.year), "severity": SEVERITIES[row["severity"]],
                "name": row["name"], "condition": row["condition"], "recommendation": row["recommendation"],
            }
            for row in sorted(self.findings, key=lambda row: int(row["number"]))
            if row["status"] not in CLOSED
        ]  # fmt: skip
        known = {row["finding"] for row in rows}
        rows += (
            {
                "finding": row["finding"], "at": row["year"], "severity": "", "name": "更早年度没有了结的发现",
                "condition": f"{self.case.year}年度核对：{row['evidence']}", "recommendation": "",
            }
            for row in self.followed
            if row["status"] != SETTLED and row["finding"] not in known
        )  # fmt: skip
        return rows


def ended(case: str) -> Ended:
    """Read last year's case, and its findings: from its run where that is proven unchanged, else made in memory.

    Takes    case: its name or the path of its file.
    Raises   CaseError where there is none (with those that there are), or where it has faults (with every one of them).
    """
    workspace = locate(case)
    try:
        run = pipeline.check(case)
    except CaseError as error:
        head = Fault(
            workspace.shown(workspace.case_path), f"上年的案例有 {len(error.faults)} 处错误，不能由它开始下一年",
            "读得通的案例", f"请先改正以下各处（auditbook check {case}）；或不带 --from，从零开始",
        )  # fmt: skip
        raise CaseError([head, *error.faults]) from error
    run = pipeline.in_memory(run)
    return Ended(run, run.table("findings"), run.table("follow_up"))


def unknown_formers(units: Sequence[Unit], before: Sequence[Unit]) -> list[Fault]:
    """A fault for each former unit that last year's case does not have."""
    known = [unit.id for unit in before]
    return [
        Fault(
            "--unit",
            f"“{unit.id}”的上年单位“{former}”不在上年案例里",
            f"上年案例的单位：{'、'.join(known) or '（没有单位）'}",
        )
        for unit in units
        for former in unit.formerly or ()
        if former not in known or former == DEPARTMENT
    ]
