"""Reproducible audit notebooks for the performance evaluation of a government department's overall expenditure."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

# jupyterlab pulls in a grammar that is compiled at import and never used here: more than a second saved
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]

if TYPE_CHECKING:
    from auditbook.pipeline import begin
    from auditbook.report.chapters import show

__all__ = ["begin", "show"]


def __getattr__(name: str) -> Any:
    """``begin`` and ``show``, the two calls of a notebook, imported when first asked for."""
    if name == "begin":
        from auditbook.pipeline import begin

        return begin
    if name == "show":
        from auditbook.report.chapters import show

        return show
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
