"""The cases that there are: whose, which year, and how far their runs have come. Nothing is opened that need not be."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

from auditbook import inputs, records, strict_yaml, tables
from auditbook.cases import Case
from auditbook.faults import AuditbookError
from auditbook.inputs import Verifier
from auditbook.numbers import Interval
from auditbook.running import DELIVERED
from auditbook.scoring import STOPPED
from auditbook.scoring_rules import span_text
from auditbook.workspace import Workspace, locate, project_root

NEVER, CHANGED, PROVEN, UNREADABLE = "never", "changed", "proven", "unreadable"
STATES = {
    NEVER: "没有运行过",
    CHANGED: "运行过，其后资料、规则或程序有变",
    PROVEN: "已运行，核实未变",
    UNREADABLE: "案例文件读不通",
}


@dataclass(frozen=True)
class Listed:
    """A case, or a case under a scenario (``scenario`` is its name): whose, which year, and where its run stands.

    ``score`` in words (5～97分, 不予评分) and ``report`` only of a run that is proven to be as it would come out now.
    """

    case: str
    scenario: str
    department: str
    year: str
    state: str
    score: str = ""
    report: Path | None = None
    faults: tuple[str, ...] = ()


def listed(start: Path) -> list[Listed]:
    """The cases of the project around a folder, in the order of their names, each followed by its runs under scenarios."""
    root = project_root(start)
    return [
        own for path in inputs.listing(root / "params" / "cases", "*.yaml") for own in _of_case(locate(str(path)))
    ]  # fmt: skip


def _of_case(workspace: Workspace) -> Iterator[Listed]:
    name = workspace.case_path.stem
    try:
        document = strict_yaml.load(workspace.case_path, workspace.shown(workspace.case_path))
        case = strict_yaml.validate(document, Case)
        faults = document.faults
    except AuditbookError as error:
        case, faults = None, list(error.faults)
    if case is None or faults:
        yield Listed(name, "", "", "", UNREADABLE, faults=tuple(map(str, faults)))
        return
    yield _run(workspace, case)
    for folder in sorted(workspace.processed.parent.glob(f"{name}+*")):
        scenario = workspace.rule_file("scenarios", folder.name.removeprefix(f"{name}+"))
        if scenario is not None:
            under = _run(replace(workspace, scenario_path=scenario), case)
            if under.state != NEVER:
                yield under


def _run(workspace: Workspace, case: Case) -> Listed:
    scenario = workspace.scenario_path.stem if workspace.scenario_path else ""
    own = Listed(workspace.case_path.stem, scenario, case.department.name, str(case.year), NEVER)
    inputs.use(records.places(workspace))
    if records.load(workspace, DELIVERED) is None:
        return own
    if records.proven(workspace, DELIVERED, Verifier({})) is None:
        return replace(own, state=CHANGED)
    rows = tables.from_csv((workspace.processed / "scores.csv").read_bytes())
    total = next(row for row in rows if row["level"] == "total")
    box = Interval(Fraction(total["lowest"] or 0), Fraction(total["highest"] or 0))
    score = "不予评分" if total["state"] == STOPPED else f"{span_text(box)}分"
    return replace(own, state=PROVEN, score=score, report=workspace.outputs / "report.html")
