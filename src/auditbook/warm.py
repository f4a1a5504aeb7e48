"""Imported by the parents of notebooks before they fork: what every notebook would otherwise do again for itself."""

from __future__ import annotations

import contextlib
import gc
from pathlib import Path

from auditbook import case_narratives, charts, inputs, pipeline, records, strict_yaml  # noqa: F401
from auditbook.faults import AuditbookError
from auditbook.narrative import evaluation, layouts
from auditbook.report import chapters  # noqa: F401
from auditbook.workspace import locate, project_root

# Python's own 700 has a collection run a hundred times while modules are imported, and as often in every notebook, to find
# next to nothing; what is garbage by then takes a few megabytes.
gc.set_threshold(100_000)


def _read_rules() -> None:
    """Have the rule files of this project parsed and checked; a faulty one is told where it is used."""
    with contextlib.suppress(AuditbookError):
        root = project_root(Path.cwd())
        for path in sorted((root / "params").rglob("*.yaml")):
            with contextlib.suppress(AuditbookError):
                strict_yaml.load(path, path.relative_to(root).as_posix())
        for read in (evaluation.layout_of, layouts.read_layout, _of_some_case):
            # not only faults: a case that nobody asked for must not stand in the way of another
            with contextlib.suppress(Exception), inputs.elsewhere():
                read(root)


def _of_some_case(root: Path) -> None:
    """Open any case of the project, if there is one: most rules are the same for all."""
    for case in sorted((root / "params" / "cases").glob("*.yaml"))[:1]:
        pipeline.open_run(locate(str(case)))


charts.missing_characters("字")
records.program_digest()  # of the program as it has been loaded here
_read_rules()
