"""The years of one department: a case, and those before it that ``previous`` leads to, each with its own figures and findings.

An earlier year is read as its own case says it: its evidence, its scheme, its definitions. One that is not there, or has faults,
ends the chain and is told; no year is guessed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from auditbook import strict_yaml
from auditbook.cases import Audit, Case
from auditbook.faults import AuditbookError, CaseError, Fault
from auditbook.figures import Figures
from auditbook.indicators import Result
from auditbook.tables import Row
from auditbook.workspace import Workspace

READ, ABSENT, FAULTY = "read", "absent", "faulty"
STATUS_WORDS = {READ: "已读入", ABSENT: "没有这个案例", FAULTY: "案例有错误，按没有处理"}
MOST_FAULTS = 3


@dataclass(frozen=True)
class Year:
    """One year as its own case has it.

    ``results``: every indicator under every definition; ``scoring``: by indicator the definition in force; ``total``: the row of
    schemes.csv of its own scheme, None where nothing was scored; ``followed``: the rows of its follow_up.csv.
    """

    case: Case
    figures: Figures
    results: Sequence[Result]
    scoring: Mapping[str, str]
    framework: str
    edition: str
    total: Row | None
    findings: Sequence[Row]
    followed: Sequence[Row]

    @property
    def year(self) -> int:
        """Its budget year."""
        return self.case.year

    def unit_names(self) -> dict[str, str]:
        """Its units by their ids."""
        return {unit.id: unit.name for unit in self.case.units}


@dataclass(frozen=True)
class Ended:
    """Where the chain ends though a case is named: it is absent, or has faults, and why in words."""

    case: str
    status: str
    why: str


@dataclass(frozen=True)
class Chain:
    """The earlier years of a case, the latest first, and what ended them if something did."""

    years: tuple[Year, ...] = ()
    ended: Ended | None = None


def ended_by(error: AuditbookError, case: str) -> Ended:
    """A case with faults ends the chain: how many, and the first of them."""
    told = "；".join(str(fault) for fault in error.faults[:MOST_FAULTS])
    more = f"；另有 {len(error.faults) - MOST_FAULTS} 处" if len(error.faults) > MOST_FAULTS else ""
    return Ended(
        case, FAULTY, f"有 {len(error.faults)} 处错误（auditbook check {case} 全部列出）：{told}{more}"
    )


def rows(this: Year, chain: Chain) -> list[Row]:
    """Rows of year_cases.csv: the cases that are compared, and the one that was named and could not be."""
    found = [
        {
            "case": year.case.case, "year": str(year.year), "status": READ, "department": year.case.department.name,
            "framework": year.framework, "edition": year.edition, "why": "",
        }
        for year in (this, *chain.years)
    ]  # fmt: skip
    if chain.ended:
        empty = dict.fromkeys(("year", "department", "framework", "edition"), "")
        found.append(
            {**empty, "case": chain.ended.case, "status": chain.ended.status, "why": chain.ended.why}
        )
    return found


def workspaces(audit: Audit) -> list[Workspace]:
    """Where the earlier cases of an audit lie, the latest first, as far as case files that can be read name them."""
    return [workspace for workspace, _ in _named(audit) if workspace is not None]


def circle(audit: Audit) -> list[Fault]:
    """A fault where the cases that ``previous`` names lead back to one of them."""
    names = [audit.case.case]
    for _, name in _named(audit):
        names.append(name)
        if names.count(name) > 1:
            path = audit.workspace.case_path
            where = strict_yaml.load(path, audit.workspace.shown(path)).where(("previous",))
            said = f"previous 绕成了圈：{' → '.join(names)}"
            return [Fault(where, said, "每个案例的 previous 是更早一年的案例")]
    return []


def _named(audit: Audit) -> Iterator[tuple[Workspace | None, str]]:
    """Each earlier case with its name; the last one is without a place where it is absent or was named before."""
    case, workspace = audit.case, audit.workspace
    seen = {case.case}
    while case.previous:
        name = case.previous
        path = workspace.rule_file("cases", name)
        if path is None or name in seen:
            yield None, name
            return
        seen.add(name)
        workspace = workspace.of_case(path)
        yield workspace, name
        try:
            read = strict_yaml.validate(strict_yaml.load(path, workspace.shown(path)), Case)
        except CaseError:
            return
        if read is None:
            return
        case = read
