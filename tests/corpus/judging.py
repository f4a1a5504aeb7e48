"""What came of a case: how the command would end, what it would say, which figures it would use and on whose word."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

from auditbook import pipeline
from auditbook.faults import EXIT_CONTRADICTION, AuditbookError, Fault
from auditbook.intake import limited
from auditbook.quality import blocking_failures
from auditbook.report.conclusions import corroboration_sentence
from auditbook.report.references import uncited
from auditbook.tables import Row
from corpus.forms import Key, Read

# counted by the program from the objectives, and the cells of a sheet that its own totals are held against
_NOT_OF_THE_DEPARTMENT = {
    "objectives_planned", "objectives_claimed", "objectives_proven", "objectives_possible", "sheet_total", "sheet_line",
}  # fmt: skip


@dataclass(frozen=True)
class Outcome:
    """The end of a run that goes as far as the quality of the data.

    ``figures`` are those that are used, ``places`` where each of them stands; ``checks`` what speaks for each of them;
    ``conclusion`` the sentence that counts those for which nothing does; ``lacking`` what indicators say they cannot do without.
    """

    code: int
    faults: tuple[Fault, ...] = ()
    quality: Mapping[str, Row] = field(default_factory=dict)
    figures: Mapping[Key, Read] = field(default_factory=dict)
    places: Mapping[Key, str] = field(default_factory=dict)
    checks: Mapping[Key, str] = field(default_factory=dict)
    conclusion: str = ""
    lacking: frozenset[str] = frozenset()

    @property
    def failed(self) -> list[Row]:
        """Rules that found a fault."""
        return [row for row in self.quality.values() if row["passed"] in {"no", "not_run"}]

    @property
    def alone(self) -> set[Key]:
        """Figures for which nothing independent speaks."""
        return {key for key, said in self.checks.items() if not said}


def judge(case: Path, workspace: Path) -> Outcome:
    """Read a case and judge its data, as ``auditbook run`` begins."""
    os.environ["AUDITBOOK_WORKSPACE"] = str(workspace)
    limited.call = _Once(limited.call).call if limited.call is _REAL else limited.call
    try:
        pipeline.check(str(case))
        run = pipeline.begin("quality", str(case))
    except AuditbookError as error:
        return Outcome(error.exit_code, error.faults)
    quality = run.table("quality")
    return Outcome(
        EXIT_CONTRADICTION if blocking_failures(quality) else 0,
        (),
        {row["rule"]: row for row in quality},
        {
            _key(row): _read(row)
            for row in run.table("figures")
            if row["chosen"] == "yes" and row["figure"] not in _NOT_OF_THE_DEPARTMENT
        },
        {_key(row): row["locator"] for row in run.table("figures") if row["chosen"] == "yes"},
        {_key(row): row["checks"] for row in run.table("corroboration")},
        uncited(corroboration_sentence(run)),
        frozenset(name for result in run.results for name in result.lacking),
    )


_REAL = limited.call


class _Once:
    """The limited child answers once for a file: a case is checked, then begun, and parses the same workbook both times."""

    def __init__(self, real: Callable[..., Any]) -> None:
        self.real, self.last = real, ("", b"", None)

    def call(self, task: str, path: Path, **limits: Any) -> Any:
        """What the child said of the file that it saw last, or says of another."""
        digest = hashlib.sha256(path.read_bytes()).digest()
        if self.last[:2] != (task, digest):
            self.last = task, digest, self.real(task, path, **limits)
        return self.last[2]


def _key(row: Row) -> Key:
    return row["figure"], row["scope"], row["item"], row["year"]


def _read(row: Row) -> Read:
    return row["state"], Fraction(row["value"]) if row["value"] else None, row["unit"]
