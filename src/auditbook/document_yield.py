"""What a document would yield, whatever kind it is: what it is, is seen from its content."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from auditbook import account_yield, figures, rows_yield, text_yield
from auditbook.faults import CaseError, Fault, UsageError
from auditbook.intake.documents import PDF, kind_of
from auditbook.printed import WIDE
from auditbook.workspace import project_root

Told = Callable[[int, int], None]
_TABLES = (".xlsx", ".csv", ".tsv")


class Found(Protocol):
    """What a document yields."""

    @property
    def faults(self) -> tuple[Fault, ...]:
        """What could not be read."""

    def text(self, width: int = WIDE) -> str:
        """As a person reads it."""

    def as_json(self) -> str:
        """For another program."""

    def write_tables(self, folder: Path) -> list[Path]:
        """Write what it yields as tables for a case's folder. Raises UsageError where it yields none."""


def read(paths: Sequence[Path], told: Told | None = None) -> Found:
    """Read a document, or the files that it consists of.

    Takes    paths: published final accounts (部门决算公开; a PDF, an .xlsx, or .csv files), an intake workbook or a sheet of it,
             a raw table, or a document of sentences (.txt, .docx, .pdf, .html); told: takes the progress.
    Raises   UsageError for a kind of file that is not read; CaseError and LimitError as the reader of its kind.
    """
    root = project_root(Path.cwd())
    dictionary = figures.read_dictionary(root)
    first = paths[0]
    ending = first.suffix.lower()
    if len(paths) > 1 or ending in _TABLES:
        found = rows_yield.read(first, root, dictionary) if len(paths) == 1 else None
        return found or account_yield.read(paths, dictionary, told)
    kind = kind_of(first.name)
    if not kind:
        expected = "、".join((*_TABLES, ".txt", ".docx", ".pdf", ".html"))
        raise UsageError(Fault(first.name, "不是能读的文件", f"{expected} 中的一种", "请另存为其中一种"))
    if kind == PDF:
        try:
            return account_yield.read(paths, dictionary, told)
        except CaseError as error:
            # sentences alone are a document too; where it has none either, that is what is wrong with it
            found_text = text_yield.read(first, told)
            return found_text.instead_of_accounts(error.faults)
    return text_yield.read(first, told)
