"""Published final accounts as sources of a case: their figures, and what their checks say.

Several CSV files of one original are one document, since tables check each other. Where the original itself lies beside
them, every transcribed cell is held against it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from auditbook.cases import Audit, Source
from auditbook.faults import CaseError, Fault, UsageError
from auditbook.figures import Dictionary
from auditbook.intake import guard
from auditbook.intake.account_checks import check_accounts
from auditbook.intake.account_comparing import AGREES, DISAGREES, Check
from auditbook.intake.account_figures import figures_of
from auditbook.intake.accounts import Accounts, read_accounts
from auditbook.intake.documents import PDF, Kept, kind_of
from auditbook.intake.raw_tables import RawRow
from auditbook.intake.sheets import Note

TRANSCRIBED = "as_in_original"


@dataclass(frozen=True)
class Given:
    """What the accounts of a case give: rows of the shape ``figures`` and checks, each with its source."""

    rows: list[tuple[Source, RawRow]] = field(default_factory=list)
    checks: list[tuple[str, Check]] = field(default_factory=list)


def read(
    audit: Audit, sources: Sequence[Source], dictionary: Dictionary, kept: Kept | None, faults: list[Fault],
    notes: list[Note],
) -> Given:  # fmt: skip
    """Read the sources whose shape is ``accounts``.

    Takes    sources: their files are there and their hashes hold; kept: where what is parsed out of a PDF is kept;
             faults, notes: take what could not be read, and what was read otherwise than written.
    Raises   CaseError, LimitError as ``read_accounts``.
    """
    given = Given()
    for own in documents_of(sources):
        files = {str(source.file): source for source in own}
        accounts = accounts_of(audit, list(files), kept)
        faults += accounts.faults
        notes += accounts.conversions
        notes += (Note(fault.where, fault.found, "没有读入", "left_aside") for fault in accounts.notes)
        for row in figures_of(accounts, dictionary, scope=own[0].scope, year=audit.case.year):
            source = next((known for name, known in files.items() if _in_file(row.where, name)), own[0])
            given.rows.append((source, row))
        checks = [*check_accounts(accounts), *_against_original(audit, own[0], accounts, kept)]
        given.checks.extend((own[0].id, check) for check in checks)
    return given


def documents_of(sources: Sequence[Source]) -> list[list[Source]]:
    """The sources that belong together: CSV files transcribed from one original, or received without one, of one scope."""
    found: dict[tuple[str, str], list[Source]] = defaultdict(list)
    for source in sources:
        origin = source.transcribed_from.source if source.transcribed_from else ""
        alone = "" if str(source.file).lower().endswith(".csv") else source.id
        found[alone or f"csv of {origin}", source.scope].append(source)
    return list(found.values())


def accounts_of(audit: Audit, files: Sequence[str], kept: Kept | None) -> Accounts:
    """The accounts that files of a case hold. Raises CaseError, LimitError as ``read_accounts``."""
    paths: list[Path] = [audit.workspace.evidence / name for name in files]
    try:
        return read_accounts(
            paths[0] if len(paths) == 1 else paths, year=audit.case.year, keep=kept.folder if kept else None,
            program=kept.key if kept else "",
        )  # fmt: skip
    except UsageError as error:  # the wrong kind of file: of a command a wrong argument, of a case evidence that cannot be read
        for path in paths:
            guard.look(path)
        raise CaseError(error.faults) from None


def _in_file(place: str, name: str) -> bool:
    return place.startswith((f"{name}:", f"{name} "))


def _against_original(audit: Audit, source: Source, accounts: Accounts, kept: Kept | None) -> Iterator[Check]:
    """Every cell of a transcription against the original that it was made from, where that is at hand.

    Its hash has been held against the register before (a changed original is a fault of the case).
    """
    origin = source.transcribed_from.source if source.transcribed_from else ""
    original = next((known for known in audit.sources if known.id == origin), None)
    if original is None or not original.file or kind_of(original.file) != PDF:
        return
    if not (audit.workspace.evidence / original.file).is_file():
        return
    printed = accounts_of(audit, [original.file], kept)
    wanted = {a.key: a for table in printed.tables.values() for a in table.amounts}
    there = {a.key: a for table in accounts.tables.values() for a in table.amounts}
    name, agreed = "转录与原件逐格一致", []
    for id_, table in accounts.tables.items():
        if id_ in printed.tables and printed.tables[id_].unit != table.unit:
            expected = f"原件为{printed.tables[id_].unit}"
            yield Check(TRANSCRIBED, name, "high", table.where, table.unit, expected, DISAGREES)
    for key, own in there.items():
        other = wanted.pop(key, None)
        if other is not None and other.value == own.value:
            agreed.append(own.locator)
            continue
        expected = "原件没有这一格" if other is None else f"原件为{other.text or '空白'}（{other.locator}）"
        yield Check(
            TRANSCRIBED,
            name,
            "high",
            own.where,
            own.text or "空白",
            expected,
            DISAGREES,
            cells=(own.locator,),
        )
    for other in wanted.values():
        if other.value is not None:
            yield Check(
                TRANSCRIBED, name, "high", other.locator, "没有转录", f"原件为{other.text}", DISAGREES
            )
    if agreed:
        said = f"{len(agreed)}格"
        yield Check(TRANSCRIBED, name, "high", accounts.file, said, said, AGREES, cells=tuple(agreed))
