"""What a run was made from, kept beside its tables as ``rules.zip``: its rule files as they were, and digests of all else.

A table alone does not say why it differs from another run's. With the rules as they were, either run's figures can be
counted by either run's rules (``comparison``), whatever has become of the project since. The same run gives the same bytes.
"""

from __future__ import annotations

import json
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from auditbook import inputs, records, tables
from auditbook.faults import CaseError, Fault
from auditbook.pipeline import Run, rule_files
from auditbook.timeless_zip import zipped
from auditbook.writing import write_whole

NAME = records.RULES
FORMAT = 1
ROOT, BASE = "root", records.BASE
MANIFEST = "manifest.json"
MOST_BYTES = 20_000_000  # of what is packed; all rules together are a third of a million


@dataclass(frozen=True)
class Manifest:
    """Who a run was of, and the digests of program, environment, evidence files and tables."""

    format: int
    run: str
    case: str
    scenario: str
    program: Mapping[str, Any]
    evidence: Mapping[str, str]
    tables: Mapping[str, str]


@dataclass(frozen=True)
class KeptRules:
    """What was kept of a run: its manifest, and the files by their places in the package."""

    manifest: Manifest
    files: Mapping[str, bytes]

    def write(self, folder: Path) -> None:
        """Lay the files out as a project (``root``) and the case's own folder (``base``)."""
        for name, data in self.files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)


def keep(run: Run) -> dict[str, str]:
    """Keep what a run was made from beside its tables, which must all be there.

    Returns  the note of the file, as records have it.
    """
    folder = run.workspace.processed
    data = packed(_manifest(run, folder), _files(run))
    write_whole(folder / NAME, data)
    return {f"file run/{NAME}": records.digest(data)}


def _manifest(run: Run, folder: Path) -> Manifest:
    workspace = run.workspace
    return Manifest(
        FORMAT, workspace.run, workspace.case_path.stem, workspace.scenario_path.stem if workspace.scenario_path else "",
        {
            "version": version("auditbook"), "digest": records.program_digest(), "parts": records.program_parts(),
            "environment": records.environment_digest(workspace.root),
        },
        {path.name: records.digest(inputs.read_bytes(path)) for path in inputs.listing(workspace.evidence)},
        {
            name: records.digest((folder / f"{name}.csv").read_bytes()) for name in tables.COLUMNS
            if name not in tables.OPTIONAL or (folder / f"{name}.csv").is_file()
        },
    )  # fmt: skip


def _files(run: Run) -> dict[str, bytes]:
    workspace = run.workspace
    found = {}
    for path in rule_files(workspace):
        where, folder = (
            (ROOT, workspace.root)
            if path.is_relative_to(workspace.root / "params")
            else (BASE, workspace.base)
        )
        found[f"{where}/{path.relative_to(folder).as_posix()}"] = inputs.read_bytes(path)
    own = {f"{BASE}/params/cases/{workspace.case_path.name}": workspace.case_path}
    if workspace.scenario_path:
        own[f"{BASE}/params/scenarios/{workspace.scenario_path.name}"] = workspace.scenario_path
    own[f"{BASE}/data/raw/{workspace.case_path.stem}/SOURCES.yaml"] = workspace.evidence / "SOURCES.yaml"
    return found | {name: inputs.read_bytes(path) for name, path in own.items()}


def packed(manifest: Manifest, files: Mapping[str, bytes]) -> bytes:
    """The bytes of a package: files in order, without times or owners."""
    said = json.dumps(vars(manifest), ensure_ascii=False, indent=1, sort_keys=True).encode()
    return zipped({MANIFEST: said, **dict(sorted(files.items()))})


def unpacked(path: Path, again: str) -> KeptRules:
    """Read a package.

    Takes    again: the command that would make it anew, told where it cannot be used.
    Raises   CaseError where it is not there, damaged, or of another format.
    """

    def fault(found: str, expected: str) -> CaseError:
        return CaseError(Fault(str(path), found, expected, f"请重新运行 {again}"))

    try:
        with zipfile.ZipFile(path) as package:
            if sum(entry.file_size for entry in package.infolist()) > MOST_BYTES:
                raise fault("展开后过大", f"不超过{MOST_BYTES}字节")
            files = {
                entry.filename: package.read(entry) for entry in package.infolist() if _plain(entry.filename)
            }
        manifest = Manifest(**json.loads(files.pop(MANIFEST)))
    except FileNotFoundError:
        raise fault("没有这个文件：这次运行没有做完，或是较早版本的程序做的", f"运行留下的 {NAME}") from None
    except (
        OSError, zipfile.BadZipFile, zlib.error, EOFError, KeyError, ValueError, TypeError, RuntimeError,
    ) as error:  # fmt: skip
        raise fault(f"读不通（{type(error).__name__}）", f"运行留下的 {NAME}") from error
    if manifest.format != FORMAT:
        raise fault(f"格式版本是{manifest.format}", f"{FORMAT}")
    return KeptRules(manifest, files)


def _plain(name: str) -> bool:
    """Whether a name stays inside the folder that it is written to."""
    parts = name.split("/")
    return name == MANIFEST or (
        parts[0] in (ROOT, BASE) and not any(p in ("", ".", "..") or "\\" in p for p in parts)
    )


def whole(folder: Path) -> Manifest | None:
    """The manifest of a run whose tables are those that it was kept with; None where anything is missing or was changed."""
    try:
        manifest = unpacked(folder / NAME, "").manifest
    except CaseError:
        return None
    return None if changed_tables(folder, manifest) else manifest


def changed_tables(folder: Path, manifest: Manifest) -> list[str]:
    """The tables that are missing, or are not those that the run was kept with."""
    names: Iterable[str] = dict.fromkeys([*tables.COLUMNS, *manifest.tables])
    found = []
    for name in names:
        path = folder / f"{name}.csv"
        own = records.digest(path.read_bytes()) if path.is_file() else None
        if own != manifest.tables.get(name) or (own is None and name not in tables.OPTIONAL):
            found.append(name)
    return found
