"""``run.json``: what a run was made from, what it made, and which made which, each file with its sha256.

A name says where a file lies: ``root/`` the project, ``base/`` the folder of a case outside it, ``tables/`` and ``notebooks/``
(executed) what a run keeps in data/processed, ``outputs/`` what it delivers. A packed run has its files under the same names.
No clock, host or folder of a machine is in it. The PDF is not in it either: Chromium prints it from the page, is not locked,
and may be absent.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from auditbook import inputs, records, year_chain
from auditbook.faults import CaseError, Fault
from auditbook.pipeline import Run, rule_files
from auditbook.stages import STAGES
from auditbook.workspace import Workspace

NAME = records.RUN
FORMAT = 1
PDF = "outputs/report.pdf"
TABLES, NOTEBOOKS, OUTPUTS, BASE, ROOT = "tables", "notebooks", "outputs", "base", "root"
# What is signed: neither the program nor the environment, whose change alone changes no result.
CONTENT = ("evidence", "rules", "tables", "notebooks", "deliverables")
PAGES = "pages"
LOCK = "requirements.lock"
Hashes = Mapping[str, str]


@dataclass(frozen=True)
class RunRecord:
    """A run's record; ``stages`` have ``stage title notebook reads wrote``, ``content`` is what a signature is bound to."""

    format: int
    run: str
    case: str
    scenario: str
    department: str
    year: int
    title: str
    date: str
    evidence: Hashes
    rules: Hashes
    program: Mapping[str, Any]
    environment: Mapping[str, str]
    tables: Hashes
    notebooks: Hashes
    deliverables: Hashes
    stages: Sequence[Mapping[str, Any]]
    content: str

    @property
    def made(self) -> dict[str, str]:
        """What the run made, tables first, as one rests on the other."""
        return {**self.tables, **self.notebooks, **self.deliverables}

    @property
    def given(self) -> dict[str, str]:
        """What the run was made from, but for program and environment."""
        return {**self.evidence, **self.rules}

    def as_json(self) -> bytes:
        """The bytes of the file."""
        return (json.dumps(asdict(self), ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


def made(run: Run, title: str, files: Mapping[str, bytes], read: Iterable[str]) -> RunRecord:
    """The record of a run whose stages are done and whose deliverables are about to be put in place.

    Takes    title: of the report; files: the deliverables by their names in the outputs; read: the places (``inputs``)
             that the deliverables were made from.
    """
    workspace, case = run.workspace, run.audit.case
    earlier = year_chain.workspaces(run.audit)
    evidence = [path for one in (workspace, *earlier) for path in inputs.listing(one.evidence)]
    cases = [workspace.case_path, *(one.case_path for one in earlier)]
    rules = [*rule_files(workspace), *cases, *([workspace.scenario_path] if workspace.scenario_path else [])]
    known = {stage.name: records.load(workspace, stage.name) for stage in STAGES}
    wrote = {place: seen for one in known.values() if one is not None for place, seen in one.wrote.items()}
    done = {_name(workspace, place): seen for place, seen in wrote.items()}
    delivered = {
        name: records.digest(data)
        for name, data in ((f"{OUTPUTS}/{own}", data) for own, data in files.items())
        if name != PDF
    }
    stages = [
        _stage(workspace, stage.name, stage.title, stage.notebook, one.reads, one.wrote)
        for stage in STAGES
        if (one := known[stage.name]) is not None
    ]
    pages = _stage(workspace, PAGES, "排版", "", read, ())
    found = {
        "evidence": _hashes(workspace, evidence),
        "rules": _hashes(workspace, rules),
        "tables": _under(TABLES, done),
        "notebooks": _under(NOTEBOOKS, done),
        "deliverables": dict(sorted(delivered.items())),
    }
    return RunRecord(
        FORMAT, workspace.run, case.case, workspace.scenario_path.stem if workspace.scenario_path else "",
        case.department.name, case.year, title, case.report_date or "",
        program={
            "version": version("auditbook"), "digest": records.program_digest(),
            "notebooks": _hashes(workspace, [workspace.root / "notebooks" / stage.notebook for stage in STAGES]),
        },
        environment={
            "digest": records.environment_digest(workspace.root), "python": sys.version.partition(" ")[0],
            "lock": records.digest((workspace.root / LOCK).read_bytes()) if (workspace.root / LOCK).is_file() else "",
        },
        stages=[*stages, {**pages, "wrote": list(found["deliverables"])}], content=content(found), **found,
    )  # fmt: skip


def content(found: Mapping[str, Hashes]) -> str:
    """The sha256 that a signature is bound to: of evidence, rules and all that was made, without program and environment."""
    own = {part: dict(found[part]) for part in CONTENT}
    return records.digest(json.dumps(own, ensure_ascii=False, sort_keys=True).encode())


def load(outputs: Path, data: bytes | None = None) -> RunRecord:
    """Read the record in a run's outputs, or from its bytes.

    Raises   CaseError where there is none, it is damaged, of another format, or at odds with itself.
    """
    path = outputs / NAME

    def fault(found: str, expected: str = "auditbook run 写出的 run.json") -> CaseError:
        return CaseError(Fault(str(path), found, expected, "请重新运行 auditbook run"))

    try:
        fields = json.loads((path.read_bytes() if data is None else data).decode("utf-8"))
        if fields.get("format") != FORMAT:
            raise fault(f"格式版本是{fields.get('format')}", f"{FORMAT}")
        record = RunRecord(**fields)
        _sound(record)
    except FileNotFoundError:
        raise fault("没有这个文件：这次运行没有做完，或是较早版本的程序做的") from None
    except (OSError, ValueError, TypeError, AttributeError, KeyError) as error:
        raise fault(f"读不通（{type(error).__name__}）") from error
    if record.content != content(asdict(record)):
        raise fault("content 与其所列的指纹不符：文件在运行之后被改过")
    return record


def _sound(record: RunRecord) -> None:
    """Raises TypeError where a part is of another kind than ``made`` writes, or a name leads elsewhere: a stranger may have
    written it.
    """
    texts = (record.run, record.case, record.scenario, record.department, record.title, record.date)
    groups = (record.evidence, record.rules, record.tables, record.notebooks, record.deliverables)
    notebooks = record.program["notebooks"]
    hashes = [*groups, notebooks, {"": record.program["digest"]}, record.environment]
    of_stages = [
        isinstance(stage[key], str) for stage in record.stages for key in ("stage", "title", "notebook")
    ]
    of_stages += [
        isinstance(name, str) for stage in record.stages for key in ("reads", "wrote") for name in stage[key]
    ]
    names = [name for group in (*groups, notebooks) for name in group]
    if not (
        all(isinstance(text, str) for text in texts)
        and all(plain(name) for name in names)
        and all(is_data(name) for name in (*record.evidence, *record.rules))
        and not any(
            "/" in own or "\\" in own or own == ".." for own in (record.run, record.case, record.scenario)
        )
        and all(
            isinstance(key, str) and isinstance(value, str)
            for group in hashes
            for key, value in group.items()
        )
        and all(of_stages)
    ):
        raise TypeError("not a record of a run")


def plain(name: str) -> bool:
    """Whether a name is one of ours and stays inside the folder that it is written to."""
    first, *parts = name.split("/")
    return (
        first in (TABLES, NOTEBOOKS, OUTPUTS, BASE, ROOT)
        and bool(parts)
        and not any(part in ("", ".", "..") or "\\" in part or "\0" in part for part in parts)
    )


def is_data(name: str) -> bool:
    """Whether a name is of rules or evidence: what a run may be made from again. Beside notebooks a file may be code."""
    return name.startswith(tuple(f"{first}/{top}/" for first in (ROOT, BASE) for top in ("params", "data")))


def folders(workspace: Workspace) -> dict[str, Path]:
    """Where the files of each name lie, the most particular first; what lies in the project is never ``base``."""
    return {
        NOTEBOOKS: workspace.processed / records.KEPT,
        TABLES: workspace.processed,
        OUTPUTS: workspace.outputs,
        **({BASE: workspace.base} if workspace.base != workspace.root else {}),
        ROOT: workspace.root,
    }


def path_of(workspace: Workspace, name: str) -> Path:
    """Where a file of that name lies."""
    for own in filter(None, (workspace.case_path, workspace.scenario_path)):
        if name == name_of(workspace, own):
            return own
    first, _, rest = name.partition("/")
    return folders(workspace)[first] / rest


def name_of(workspace: Workspace, path: Path) -> str | None:
    """The name of a file, a case or scenario from outside as if it lay in its place; None where it is no file of the run."""
    for first, folder in folders(workspace).items():
        if path.is_relative_to(folder):
            return f"{first}/{path.relative_to(folder).as_posix()}"
    own = path in (workspace.case_path, workspace.scenario_path)
    return f"{ROOT}/{workspace.placed(path)}" if own else None


def hash_of(path: Path) -> str:
    """sha256 of a file; "" where it is not there."""
    return records.digest(path.read_bytes()) if path.is_file() else ""


def _stage(
    workspace: Workspace, name: str, title: str, notebook: str, reads: Iterable[str], wrote: Iterable[str]
) -> dict[str, Any]:
    own = f"{ROOT}/notebooks/{notebook}" if notebook else ""
    return {
        "stage": name,
        "title": title,
        "notebook": own,
        "reads": sorted({known for place in reads if (known := _name(workspace, place))} - {own}),
        "wrote": sorted(known for place in wrote if (known := _name(workspace, place))),
    }


def _name(workspace: Workspace, place: str) -> str:
    """The name of a file that a note is of; "" for a note of anything else, and for a file that is not there."""
    kind, _, rest = place.partition(" ")
    top, _, below = rest.partition("/")
    folder = records.places(workspace).get(top)
    if kind != "file" or folder is None or not (folder / below).is_file():
        return ""
    return name_of(workspace, folder / below) or ""


def _hashes(workspace: Workspace, paths: Iterable[Path]) -> dict[str, str]:
    found = {path: name_of(workspace, path) for path in paths}
    return dict(
        sorted((name, records.digest(inputs.read_bytes(path))) for path, name in found.items() if name)
    )


def _under(first: str, found: Hashes) -> dict[str, str]:
    return dict(sorted((name, seen) for name, seen in found.items() if name.startswith(f"{first}/")))
