"""``auditbook compare``: reads the runs, compares each with the first, and writes the page."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from auditbook import last_run
from auditbook.comparison import kept_runs, told
from auditbook.comparison.compared import Comparison, compare
from auditbook.comparison.kept_runs import KeptRun
from auditbook.faults import Fault, UsageError
from auditbook.printed import WIDE
from auditbook.workspace import Workspace, project_root
from auditbook.writing import write_whole

_LONGEST_NAME = 200  # bytes of a file's name, short of what file systems take


@dataclass(frozen=True)
class Compared:
    """The runs and each comparison with the first of them, to be told."""

    runs: Sequence[KeptRun]
    comparisons: Sequence[Comparison]

    def text(self, width: int = WIDE, *, every: bool = False) -> str:
        """For a terminal of that many columns."""
        if len(self.comparisons) == 1:
            return told.text(self.comparisons[0], width, every=every)
        return told.matrix_text(self.runs, self.comparisons, width)

    def as_json(self) -> str:
        """For a program."""
        return told.as_json(self.runs, self.comparisons)

    def write_page(self) -> Path:
        """Write the page where results go; the page of an earlier comparison of the same runs is replaced."""
        from auditbook.report.comparison_page import view

        folder = (
            Path(os.environ.get("AUDITBOOK_WORKSPACE") or project_root(Path.cwd())).resolve()
            / "outputs"
            / "compare"
        )
        names = [
            run.manifest.run if run.folder.name == last_run.KEPT else run.folder.name for run in self.runs
        ]
        if self.runs[0].folder.name == last_run.KEPT:
            names = [names[1], "last"]
        path = folder / f"{'__'.join(names)}.html"
        if len(path.name.encode()) > _LONGEST_NAME:
            path = folder / f"{names[0]}__{len(names) - 1}.html"
        write_whole(path, view(self.runs, self.comparisons).encode())
        return path


def run(names: Sequence[str], *, last: bool = False) -> Compared:
    """Compare runs with the first; with ``last``, one run with the one before it.

    Raises   UsageError, CaseError as ``kept_runs.opened`` and ``kept_runs.with_last``.
    """
    if last and len(names) != 1:
        raise UsageError(Fault("--last", f"给了{len(names)}次运行", "一次运行：与它的上一稿比"))
    runs = kept_runs.with_last(names[0]) if last else kept_runs.opened(names)
    return Compared(runs, [compare(runs[0], other) for other in runs[1:]])


def since_last(workspace: Workspace) -> str:
    """What has changed since the run before, in a line."""
    runs = kept_runs.with_last(str(workspace.processed))
    return told.since_last(runs[0], runs[1])
