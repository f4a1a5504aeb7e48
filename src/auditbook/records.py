"""What a stage was made from and what it made: kept beside the tables, verified before anything is reused.

A record is reused only if everything it names is found again as it was: program, environment, every file that was
read, every file that was written. Nothing is guessed from times or names.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path

from auditbook.inputs import Verifier
from auditbook.workspace import Workspace
from auditbook.writing import write_whole

KEPT = ".stages"
# Beside the tables: the rules that they were made by (kept_rules); BASE is where in it the case's own files are.
RULES, BASE = "rules.zip", "base"
# Beside the deliverables: whose run it is, and what it was made from (run_record).
RUN = "run.json"


@dataclass(frozen=True)
class Record:
    """Program and environment, what was read, what was written, and what is to be said again on reuse."""

    program: str
    environment: str
    reads: Mapping[str, str]
    wrote: Mapping[str, str]
    said: Mapping[str, list[str]] = field(default_factory=dict)


def places(workspace: Workspace) -> dict[str, Path]:
    """The folders that records name files by, the most particular first."""
    return {
        "run": workspace.processed,
        "outputs": workspace.outputs,
        "evidence": workspace.evidence,
        "base": workspace.base,
        "root": workspace.root,
    }


def path_of(workspace: Workspace, name: str) -> Path:
    """Where a record is kept."""
    return workspace.processed / KEPT / f"{name}.json"


def save(workspace: Workspace, name: str, record: Record) -> None:
    """Keep a record, whole or not at all."""
    data = json.dumps(asdict(record), ensure_ascii=False, indent=1, sort_keys=True).encode()
    write_whole(path_of(workspace, name), data)


def load(workspace: Workspace, name: str) -> Record | None:
    """A record, or None where there is none that can be read."""
    try:
        return Record(**json.loads(path_of(workspace, name).read_bytes()))
    except (OSError, ValueError, TypeError):
        return None


def proven(workspace: Workspace, name: str, verifier: Verifier) -> Record | None:
    """The record of something that would come out the same now; None where anything has changed or is not known."""
    record = load(workspace, name)
    if (
        record is None
        or record.program != program_digest()
        or record.environment != environment_digest(workspace.root)
    ):
        return None
    return None if verifier.changed({**record.reads, **record.wrote}) else record


def made(
    workspace: Workspace, reads: Mapping[str, str], wrote: Mapping[str, str], **said: list[str]
) -> Record:
    """A record of what has just been made."""
    return Record(program_digest(), environment_digest(workspace.root), dict(reads), dict(wrote), said)


def digest(data: bytes) -> str:
    """sha256 in hex."""
    return hashlib.sha256(data).hexdigest()


@cache
def program_digest() -> str:
    """One digest over every file of the package: code, styles, templates, font."""
    folder = Path(__file__).parent
    return tree_digest(sorted(p for p in folder.rglob("*") if p.is_file() and p.suffix != ".pyc"), folder)


@cache
def program_parts() -> dict[str, str]:
    """What the package consists of, each file with the beginning of its sha256: which parts of two programs differ."""
    folder = Path(__file__).parent
    paths = sorted(p for p in folder.rglob("*") if p.is_file() and p.suffix != ".pyc")
    return {path.relative_to(folder).as_posix(): digest(path.read_bytes())[:12] for path in paths}


def tree_digest(paths: list[Path], folder: Path, read: Callable[[Path], bytes] = Path.read_bytes) -> str:
    """One digest over files and their names relative to a folder."""
    return digest_of(
        (path.relative_to(folder).as_posix() if path.is_relative_to(folder) else path.name, read(path))
        for path in paths
    )


def digest_of(files: Iterable[tuple[str, bytes]]) -> str:
    """One digest over names and contents, in the order in which they are given."""
    total = hashlib.sha256()
    for name, data in files:
        total.update(f"{name}\0{digest(data)}\n".encode())
    return total.hexdigest()


@cache
def environment_digest(root: Path) -> str:
    """One digest over the lock, the interpreter and the names and versions of what is installed beside the package."""
    lock = root / "requirements.lock"
    folders = [Path(entry) for entry in sys.path if entry.endswith("site-packages")]
    installed = sorted(path.name for folder in folders for path in folder.glob("*.dist-info"))
    parts = [sys.version, digest(lock.read_bytes()) if lock.is_file() else "", *installed]
    return digest("\n".join(parts).encode())
