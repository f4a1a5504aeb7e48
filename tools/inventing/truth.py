"""What must be found in an invented department: a row for each finding, with what was done to it."""

from __future__ import annotations

from dataclasses import dataclass

TRUTH_COLUMNS = ("case", "rule", "scope", "item", "what", "consequence_of")


@dataclass(frozen=True)
class Truth:
    """A finding that must come: its rule, where, and about what (the middle of its key); ``consequence_of``: of which other one.

    ``severity``: as the finding will have it, since a department's own list of problems leaves grave ones out.
    """

    rule: str
    item: str
    what: str
    scope: str = "department"
    consequence_of: str = ""
    severity: str = "medium"

    @property
    def finding(self) -> str:
        """The key of the finding."""
        return f"{self.rule}:{self.item}:{self.scope}"
