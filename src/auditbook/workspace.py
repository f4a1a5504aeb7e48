"""Where everything lies: the project (rules, notebooks), the case's base folder, and where results go."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from auditbook import inputs
from auditbook.faults import CaseError, Fault

# the documents to ask for, beside the report: ``new`` writes the list before there is one
REQUESTS = "资料需求清单.xlsx"
_PROJECT = re.compile(r'^name\s*=\s*"auditbook"', re.MULTILINE)


@dataclass(frozen=True)
class Workspace:
    """The three folders, the case file and the scenario file of a run."""

    root: Path
    base: Path
    results: Path
    case_path: Path
    scenario_path: Path | None

    @property
    def run(self) -> str:
        """The run's name: the case, or the case under its scenario."""
        return self.case_path.stem + (f"+{self.scenario_path.stem}" if self.scenario_path else "")

    @property
    def evidence(self) -> Path:
        """The folder of the raw evidence."""
        return self.base / "data" / "raw" / self.case_path.stem

    @property
    def processed(self) -> Path:
        """The folder of the tables between the notebooks."""
        return self.results / "data" / "processed" / self.run

    @property
    def outputs(self) -> Path:
        """The folder of the deliverables."""
        return self.results / "outputs" / self.run

    def rules(self, kind: str) -> list[Path]:
        """The folders in which rule files of a kind are looked for, the case's own first."""
        folders = [self.base / "params" / kind, self.root / "params" / kind]
        return list(dict.fromkeys(folder for folder in folders if folder.is_dir()))

    def rule_file(self, kind: str, name: str) -> Path | None:
        """A rule file by its name, the case's own first."""
        folders = dict.fromkeys([self.base / "params" / kind, self.root / "params" / kind])
        return next(
            (path for path in (folder / f"{name}.yaml" for folder in folders) if inputs.is_file(path)), None
        )

    def of_case(self, case_path: Path) -> Workspace:
        """The workspace of another case of the same project, without a scenario."""
        base = case_path.parents[2]
        return Workspace(self.root, base, results_of(base), case_path, None)

    def shown(self, path: Path) -> str:
        """A path as it is shown: relative to the base or the project where it lies inside."""
        for folder in (self.base, self.root):
            if path.is_relative_to(folder):
                return path.relative_to(folder).as_posix()
        return str(path)

    def placed(self, path: Path) -> str:
        """A rule file as results name it; a case or scenario that lies outside the project, as if it lay in its place."""
        if path.is_relative_to(self.base) or path.is_relative_to(self.root):
            return self.shown(path)
        return f"params/{'scenarios' if path == self.scenario_path else 'cases'}/{path.name}"


def project_root(start: Path) -> Path:
    """The nearest folder from ``start`` upward, else from this package upward, with the project's pyproject.toml.

    Raises   CaseError where there is none.
    """
    for beginning in (start.resolve(), Path(__file__).resolve()):
        for folder in (beginning, *beginning.parents):
            settings = folder / "pyproject.toml"
            if settings.is_file() and _PROJECT.search(settings.read_text(encoding="utf-8")):
                return folder
    raise CaseError(Fault(str(start), "找不到项目的 pyproject.toml", "在 auditbook 项目文件夹内运行"))


def locate(case: str, scenario: str = "") -> Workspace:
    """Find a case and its scenario, by path or name; nothing is read.

    Raises   CaseError listing the cases or scenarios that there are.
    """
    root = project_root(Path.cwd())
    case_path = _find("cases", case, [root])
    base = case_path.parents[2] if case_path.parent.parts[-2:] == ("params", "cases") else root
    scenario_path = _find("scenarios", scenario, [base, root]) if scenario else None
    return Workspace(root, base, results_of(base), case_path, scenario_path)


def of_run(run: str) -> Workspace:
    """The workspace of a run by its name (``case`` or ``case+scenario``), its folder in outputs/, or its case file.

    Raises   CaseError as ``locate``.
    """
    path = Path(run)
    if path.suffix == ".yaml":
        return locate(run)
    folder = os.path.isdir(path)
    case, _, scenario = (path.resolve().name if folder else run).partition("+")
    if not (folder and path.resolve().parent.name == "outputs"):
        return locate(case, scenario)
    # a folder says where the results lie, whatever else is set, and beside them may be the case
    results = path.resolve().parents[1]
    beside = results / "params" / "cases" / f"{case}.yaml"
    return replace(locate(str(beside) if beside.is_file() else case, scenario), results=results)


def results_of(base: Path) -> Path:
    """Where the tables and outputs of a case go: into its base folder, or where ``AUDITBOOK_WORKSPACE`` says."""
    return Path(os.environ.get("AUDITBOOK_WORKSPACE") or base).resolve()


def _find(kind: str, name: str, roots: Sequence[Path]) -> Path:
    folders = [root / "params" / kind for root in dict.fromkeys(roots)]
    candidates = [
        Path(name), *(root / name for root in roots), *(folder / f"{name}.yaml" for folder in folders),
    ]  # fmt: skip
    for candidate in candidates:
        if os.path.isfile(candidate):  # also of a name that no file can have
            return candidate.resolve()
    known = (
        "、".join(sorted({path.stem for folder in folders for path in folder.glob("*.yaml")})) or "（没有）"
    )
    raise CaseError(
        Fault(name, "没有这个文件", f"一个文件路径，或以下之一：{known}", f"文件放在 params/{kind}/ 下")
    )
