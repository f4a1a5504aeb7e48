"""Imported by the parents of notebooks before they fork: what every notebook would otherwise do again for itself."""

from __future__ import annotations

import contextlib
from pathlib import Path

from auditbook import charts, records, strict_yaml
from auditbook.faults import AuditbookError
from auditbook.report import chapters  # noqa: F401
from auditbook.workspace import project_root


def _read_rules() -> None:
    """Have the rule files of this project parsed; a faulty one is told where it is used."""
    with contextlib.suppress(AuditbookError):
        root = project_root(Path.cwd())
        for path in sorted((root / "params").rglob("*.yaml")):
            with contextlib.suppress(AuditbookError):
                strict_yaml.load(path, path.relative_to(root).as_posix())


charts.missing_characters("字")
records.program_digest()  # of the program as it has been loaded here
_read_rules()
