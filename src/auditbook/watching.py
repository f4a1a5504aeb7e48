"""Watching a case: a process that has imported everything, and runs what a change touches as soon as it is saved."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from pathlib import Path

from auditbook import pipeline, running
from auditbook.faults import AuditbookError
from auditbook.running import Finished, Kernels, Told
from auditbook.workspace import Workspace

INTERVAL = 0.02
Stamp = dict[Path, tuple[int, int]]


def watch(
    case: str, scenario: str, workspace: Workspace, told: Told, finished: Callable[[Finished], None],
    failed: Callable[[AuditbookError], None], parents: Kernels | None,
) -> None:  # fmt: skip
    """Run a case whenever one of its files has changed, until interrupted.

    Takes    finished, failed: told after every run. A faulty file ends nothing: the next save is tried again.
    """
    known = running.unchanged(workspace)
    while True:
        before = _stamps(workspace)
        try:
            finished(known or _pages(case, scenario, told, parents))
        except AuditbookError as error:
            failed(error)
        known = None
        while _stamps(workspace) == before:
            time.sleep(INTERVAL)


def _pages(case: str, scenario: str, told: Told, parents: Kernels | None) -> Finished:
    """Who changes a rule looks at the pages; Word, workbook and PDF come with ``auditbook run``."""
    return running.run(pipeline.check(case, scenario), told, documents=False, parents=parents)


def _stamps(workspace: Workspace) -> Stamp:
    """Size and time of every file that a run may rest on: a hint to look; what has changed is told by the hashes."""
    return {path: (stat.st_mtime_ns, stat.st_size) for path in _files(workspace) if (stat := path.stat())}


def _files(workspace: Workspace) -> Iterable[Path]:
    for folder in dict.fromkeys((workspace.base, workspace.root)):
        yield from (path for path in (folder / "params").rglob("*.yaml") if path.is_file())
    yield from (path for path in (workspace.root / "notebooks").glob("*.ipynb") if path.is_file())
    yield from (path for path in workspace.evidence.glob("*") if path.is_file())
