"""Runs that are there to be compared: found by name or folder, their tables read, whatever made them."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from auditbook import kept_rules, last_run, strict_yaml, tables
from auditbook.faults import CaseError, Fault, UsageError
from auditbook.kept_rules import KeptRules, Manifest
from auditbook.tables import Row
from auditbook.workspace import project_root


@dataclass(frozen=True)
class KeptRun:
    """A run with its tables and the rules it was made by. ``label`` tells it apart from the others of a comparison."""

    label: str
    folder: Path
    tables: Mapping[str, list[Row]]
    rules: KeptRules
    _contents: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @property
    def manifest(self) -> Manifest:
        """Whose run it is, and the digests of what it was made from."""
        return self.rules.manifest

    @cached_property
    def case(self) -> Mapping[str, Any]:
        """The case file's content."""
        found: Mapping[str, Any] = self.content(f"{kept_rules.BASE}/params/cases/{self.manifest.case}.yaml")
        return found

    @property
    def department(self) -> str:
        """The audited department's name."""
        return str(self.case["department"]["name"])

    @property
    def year(self) -> int:
        """The budget year."""
        return int(self.case["year"])

    @property
    def scheme(self) -> str:
        """The scheme by which it was scored."""
        return self.tables["scores"][0]["scheme"]

    @property
    def total(self) -> Row:
        """The row of the total score."""
        return next(row for row in self.tables["scores"] if row["level"] == "total")

    @property
    def scheme_row(self) -> Row:
        """The row of schemes.csv of the scheme that scores, on the basis on which it does."""
        return next(
            row
            for row in self.tables["schemes"]
            if (row["scheme"], row["basis"]) == (self.scheme, self.total["basis"])
        )

    def content(self, name: str) -> Any:
        """The plain content of a kept rule file; None where there is none, or it is no YAML (any more)."""
        if name not in self._contents:
            data = self.rules.files.get(name)
            try:
                self._contents[name] = None if data is None else strict_yaml.load_bytes(data, name).content
            except CaseError:
                self._contents[name] = None
        return self._contents[name]


def command(run: str) -> str:
    """The command that makes a run."""
    case, _, scenario = run.partition("+")
    return f"auditbook run {case}" + (f" --scenario {scenario}" if scenario else "")


def opened(names: Sequence[str]) -> list[KeptRun]:
    """Read runs that are to be compared.

    Takes    names: each a run's name (``case`` or ``case+scenario``), or its folder in outputs/ or data/processed/.
    Raises   UsageError for fewer than two, a run that is not known or was not made, or the same one twice; CaseError where
             tables are incomplete, were changed since, or are of another format. All faults at once.
    """
    if len(names) < 2:
        raise UsageError(
            Fault("auditbook compare", f"给了{len(names)}次运行", "两次或更多（或一个案例加 --last）")
        )
    folders: list[Path] = []
    faults: list[Fault] = []
    for name in names:
        try:
            folder = located(name)
        except UsageError as error:
            faults += error.faults
            continue
        if folder in folders:
            faults.append(Fault(name, "同一次运行给了两次", "不同的运行", "要与上一稿比，用 --last"))
        folders.append(folder)
    if faults:
        raise UsageError(faults)
    return [read(folder, label) for folder, label in zip(folders, _labels(names, folders), strict=True)]


def with_last(name: str) -> list[KeptRun]:
    """The run before, then the run itself. Raises UsageError where there is none before; CaseError as ``opened``."""
    folder = located(name)
    before = folder / last_run.KEPT
    if not (before / kept_rules.NAME).is_file():
        found = "没有上一稿：只有结果变了，才留下变化之前的那一次"
        raise UsageError(Fault(folder.name, found, "至少两次结果不同的运行"))
    return [read(before, f"{folder.name}（上一稿）", folder.name), read(folder, folder.name)]


def located(name: str) -> Path:
    """The folder of a run's tables, by the run's name or folder.

    Raises   UsageError saying which runs there are, or the command that makes it.
    """
    path = Path(name)
    if path.is_dir() and (len(path.parts) > 1 or (path / kept_rules.NAME).is_file()):
        path = path.resolve()
        if path.parent.name == "outputs":
            path = path.parents[1] / "data" / "processed" / path.name
        if path.is_dir():
            return path
        raise UsageError(
            Fault(
                name,
                "这里没有运行的表",
                "outputs/ 或 data/processed/ 下的一个运行",
                f"请先运行 {command(path.name)}",
            )
        )
    root = project_root(Path.cwd())
    processed = Path(os.environ.get("AUDITBOOK_WORKSPACE") or root).resolve() / "data" / "processed"
    plain = name not in ("", ".", "..") and "/" not in name and "\\" not in name
    if plain and (processed / name).is_dir():
        return processed / name
    known = sorted(folder.name for folder in processed.glob("*") if (folder / kept_rules.NAME).is_file())
    made = f"以下之一：{'、'.join(known)}" if known else "一次运行（这里还没有任何运行）"
    case, _, scenario = name.partition("+")
    rules = root / "params"
    there = plain and (rules / "cases" / f"{case}.yaml").is_file()
    if there and (not scenario or (rules / "scenarios" / f"{scenario}.yaml").is_file()):
        raise UsageError(Fault(name, "还没有运行过", made, f"请先运行 {command(name)}"))
    raise UsageError(Fault(name, "没有这次运行", made, "用 案例名、案例名+情景名，或运行的文件夹"))


def _labels(names: Sequence[str], folders: Sequence[Path]) -> list[str]:
    """What each run is called: its own name, and where that is not enough the workspace that it lies in."""
    own = [folder.name for folder in folders]
    labels = []
    for place, folder in enumerate(folders):
        if own.count(folder.name) == 1:
            labels.append(folder.name)
            continue
        above = folder.parents[2].name if len(folder.parents) > 2 else ""
        alike = [other.parents[2].name for other in folders if other.name == folder.name]
        labels.append(
            f"{folder.name}（{above}）"
            if above and alike.count(above) == 1
            else f"{folder.name}（第{place + 1}个）"
        )
    return labels


def read(folder: Path, label: str, run: str = "") -> KeptRun:
    """Read a run's tables and rules.

    Takes    run: its name, where the folder does not say it.
    Raises   CaseError with every fault: tables that are missing or were changed since, columns of another format.
    """
    again = command(run or folder.name)
    rules = kept_rules.unpacked(folder / kept_rules.NAME, again)
    faults = []
    found: dict[str, list[Row]] = {}
    changed = set(kept_rules.changed_tables(folder, rules.manifest))
    for name, columns in tables.COLUMNS.items():
        path = folder / f"{name}.csv"
        if name in tables.OPTIONAL and name not in rules.manifest.tables and name not in changed:
            found[name] = []
        elif not path.is_file():
            faults.append(Fault(str(path), "缺这张表", "运行留下的全部表", f"请重新运行 {again}"))
        elif name in changed:
            faults.append(
                Fault(
                    str(path),
                    "运行完以后又变了（与当时的 sha256 不同）",
                    "运行留下的表",
                    f"请重新运行 {again}",
                )
            )
        else:
            data = path.read_bytes()
            head = tuple(data.decode("utf-8", "replace").partition("\n")[0].split(","))
            if head != columns:
                faults.append(
                    Fault(str(path), f"栏目是 {'、'.join(head)}", "、".join(columns), f"请重新运行 {again}")
                )
            else:
                found[name] = tables.from_csv(data)
    if faults:
        raise CaseError(faults)
    kept = KeptRun(label, folder, found, rules)
    try:
        _ = kept.department, kept.year, kept.scheme_row
    except (KeyError, TypeError, ValueError, IndexError, StopIteration):
        raise CaseError(
            Fault(
                str(folder / kept_rules.NAME),
                "没有读得通的案例文件，或没有合计得分",
                "一次做完的运行",
                f"请重新运行 {again}",
            )
        ) from None
    return kept
