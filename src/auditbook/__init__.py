"""Reproducible audit notebooks for the performance evaluation of a government department's overall expenditure."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

# jupyterlab pulls in a grammar that is compiled at import and never used here: more than a second saved
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]

if TYPE_CHECKING:
    from auditbook.controls import Controls as try_out
    from auditbook.controls import all_cases
    from auditbook.pipeline import begin
    from auditbook.report.chapters import show

__all__ = ["all_cases", "begin", "show", "try_out"]


def __getattr__(name: str) -> Any:
    """The calls of a notebook, imported when first asked for: two of each, two of the start page (they need ipywidgets)."""
    if name == "begin":
        from auditbook.pipeline import begin

        return begin
    if name == "show":
        from auditbook.report.chapters import show

        return show
    if name == "all_cases":
        from auditbook.controls import all_cases

        return all_cases
    if name == "try_out":
        from auditbook.controls import Controls

        return Controls
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
