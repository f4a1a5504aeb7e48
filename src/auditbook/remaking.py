"""A run made again from nothing but its evidence and rules, in a folder of its own, by the program that is installed here.

Only data is taken from elsewhere: evidence and rule files. Notebooks, which are code, are this project's own; so is the lock.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from auditbook.faults import EXIT_CONTRADICTION
from auditbook.run_record import BASE, LOCK, NOTEBOOKS, OUTPUTS, ROOT, TABLES, RunRecord
from auditbook.stages import STAGES

_MOST_SECONDS = 1800
_NO_PRINTING = "auditbook-verifies-without-printing"  # no program has that name


@dataclass(frozen=True)
class Remade:
    """What came of it: whether the run was made, what it said, and where its files lie."""

    made: bool
    said: str
    folders: Mapping[str, Path]

    def read(self, name: str) -> bytes | None:
        """A file by its name in the record; None where the run did not make it."""
        first, _, rest = name.partition("/")
        path = self.folders[first] / rest
        return path.read_bytes() if path.is_file() else None


def again(
    record: RunRecord, given: Mapping[str, bytes], project: Path, aside: Path, *, printed: bool
) -> Remade:
    """Make a run again.

    Takes    given: evidence and rules by their names; project: whose notebooks and lock are used; aside: an empty folder;
             printed: whether the PDF is wanted as well.
    """
    root = aside / ROOT
    apart = any(name.startswith(f"{BASE}/") for name in given)
    places = {ROOT: root, BASE: aside / BASE if apart else root}
    own = ["pyproject.toml", LOCK, *(f"notebooks/{stage.notebook}" for stage in STAGES)]
    files = {f"{ROOT}/{name}": (project / name).read_bytes() for name in own if (project / name).is_file()}
    for name, data in {**given, **files}.items():
        first, _, rest = name.partition("/")
        path = places[first] / rest
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    base, results = places[BASE], aside / "results"
    case = base / "params" / "cases" / f"{record.case}.yaml"
    scenario = next(
        (
            path
            for first in (BASE, ROOT)
            if (path := places[first] / "params" / "scenarios" / f"{record.scenario}.yaml").is_file()
        ),
        None,
    )
    arguments = [
        "run",
        str(case),
        "--force",
        "--lang",
        "zh",
        *(["--scenario", str(scenario)] if scenario else []),
    ]
    environment = {**os.environ, "AUDITBOOK_WORKSPACE": str(results)}
    if not printed:
        environment["AUDITBOOK_CHROMIUM"] = _NO_PRINTING
    processed = results / "data" / "processed" / record.run
    folders = {
        TABLES: processed, NOTEBOOKS: processed / ".stages", OUTPUTS: results / "outputs" / record.run,
    }  # fmt: skip
    try:
        done = subprocess.run(
            [sys.executable, "-I", "-c", "from auditbook.cli import main; main()", *arguments], cwd=root, env=environment,
            capture_output=True, text=True, encoding="utf-8", errors="replace", stdin=subprocess.DEVNULL, timeout=_MOST_SECONDS,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return Remade(False, f"算了{_MOST_SECONDS}秒还没有算完，已经停下", folders)
    return Remade(done.returncode in (0, EXIT_CONTRADICTION), done.stderr.strip(), folders)
