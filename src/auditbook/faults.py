"""What is told to a user when something is wrong: where, what was found, what was expected, what to do.

A fault is data, so that a command can collect all faults of a case and print them together.
An ``AuditbookError`` carries faults and the exit code of the command; it never shows a traceback to a user.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

EXIT_USAGE = 2
EXIT_UNREADABLE = 3
EXIT_CONTRADICTION = 4
EXIT_DIFFERENCE = 5
EXIT_LIMIT = 7
EXIT_OWN_FAULT = 70


@dataclass(frozen=True, order=True)
class Fault:
    """One mistake: ``where`` (file:line, or file and cell), ``found``, ``expected`` and ``remedy`` (what to do)."""

    where: str
    found: str
    expected: str = ""
    remedy: str = ""

    def __str__(self) -> str:
        return f"{self.where}：{self.said}"

    @property
    def said(self) -> str:
        """The mistake without its place, for who shows it at the place."""
        text = self.found
        if self.expected:
            text += f"；应为{self.expected}"
        if self.remedy:
            text += f"。{self.remedy}"
        return text if text.endswith("。") else text + "。"


class AuditbookError(Exception):
    """A user's mistake or a limit, told in full; ``exit_code`` is what the command ends with."""

    exit_code = EXIT_OWN_FAULT

    def __init__(self, faults: Iterable[Fault] | Fault) -> None:
        self.faults = (faults,) if isinstance(faults, Fault) else tuple(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))

    def _render_traceback_(self) -> list[str]:
        """What IPython shows instead of a traceback: the faults, a line each."""
        return [f"{type(self).__name__}（{len(self.faults)}处）", *map(str, self.faults)]


class UsageError(AuditbookError):
    """A wrong parameter or option: exit 2."""

    exit_code = EXIT_USAGE


class CaseError(AuditbookError):
    """A case or source that cannot be read or attributed: exit 3."""

    exit_code = EXIT_UNREADABLE


class LimitError(AuditbookError):
    """A file beyond a limit: exit 7."""

    exit_code = EXIT_LIMIT
