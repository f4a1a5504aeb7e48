"""What was read out of the sentences of a document: statements with their verdicts, numbers that were left, and why."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from auditbook.faults import Fault
from auditbook.intake.documents import Document
from auditbook.tables import Row

Span = tuple[int, int]


@dataclass(frozen=True)
class Statement:
    """A statement with its verdict.

    ``row`` has the columns of claims.csv; its ``kind`` is the kind of fault where there is one (share, unit_lost, …), else
    what is stated. ``start`` and ``end`` are the run of the document's text that its ``quote`` is, ``number`` the run of
    the published number in it (None where it prints none). ``severity`` is high, medium or low, "" where nothing is wrong.
    """

    row: Row
    start: int
    end: int
    number: Span | None = None
    severity: str = ""
    page: int | None = None


@dataclass(frozen=True)
class Left:
    """A number of the text that no pattern read as a statement: where it stands, the words around it, and why."""

    number: str
    start: int
    end: int
    place: str
    words: str
    why: str


@dataclass(frozen=True)
class Narrative:
    """Everything that the sentences of a document say.

    ``kind`` is the kind of document (a file of params/narratives). ``aside`` counts numbers that state no amount, by what
    they are (years, dates, numbering, …). ``faults``: what could not be read; ``notes``: what a reader must know of it.
    """

    file: str
    sha256: str
    kind: str
    year: int | None
    document: Document
    statements: tuple[Statement, ...]
    left: tuple[Left, ...] = ()
    aside: Counter[str] = field(default_factory=Counter)
    notes: tuple[Fault, ...] = ()
    faults: tuple[Fault, ...] = ()
