"""Which operator at which position, and what must come of it: never computed over in silence."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from corpus import books, operators
from corpus.books import Cell, Grid
from corpus.forms import CSV, Document, Form, case_folder
from corpus.judging import Key

REFUSED, CONTRADICTED, FLAGGED, ALONE, MISSING = (
    "refused", "contradicted by a blocking rule", "flagged by a rule", "shown as without independent check", "shown as missing",
)  # fmt: skip


@dataclass(frozen=True)
class Expected:
    """What must come of a mutant.

    ``how``: REFUSED ends with ``code`` and a fault at the spot; CONTRADICTED ends with 4 and FLAGGED with 0, and ``rule`` has failed
    at the spot; ALONE: the changed figures are used, shown and counted as having no independent check; MISSING: the figure is
    not used, and what rests on it says that it is missing. ``whole``: the file or the sheet is told, not a row of it.
    """

    how: str
    code: int = 0
    rule: str = ""
    severity: str = ""
    said: str = ""
    whole: bool = False
    keys: frozenset[Key] = frozenset()


def refused(said: str = "", code: int = 3, *, whole: bool = False) -> Expected:
    return Expected(REFUSED, code, said=said, whole=whole)


def contradicted(rule: str, severity: str = "high") -> Expected:
    return Expected(CONTRADICTED, 4, rule, severity)


def flagged(rule: str, severity: str = "medium") -> Expected:
    return Expected(FLAGGED, 0, rule, severity)


def alone(*keys: Key) -> Expected:
    return Expected(ALONE, keys=frozenset(keys))


def missing(*keys: Key) -> Expected:
    return Expected(MISSING, keys=frozenset(keys))


@dataclass(frozen=True)
class Site:
    """A cell of a form: which document, sheet, row (texts that it has) and column (its head); ``said`` as in ``books.Spot``."""

    form: Form
    document: str
    sheet: str
    row: tuple[str, ...]
    column: str
    said: str = ""

    def find(self, documents: list[Document]) -> tuple[Document, Grid, int, int]:
        """The cell in documents of its form."""
        document = next(d for d in documents if d.name == self.document)
        grid = next(g for g in document.grids if g.name == self.sheet)
        return document, grid, grid.row(*self.row), grid.column(self.column)

    @property
    def file(self) -> str:
        """The name of the file that it is in."""
        return f"{self.sheet}.csv" if self.form.suffix == CSV else f"{self.document}.{self.form.suffix}"

    def spot(self, row: int | None, column: int | None) -> books.Spot:
        """A place of its sheet, as messages are to name it."""
        sheet = self.sheet if self.form.suffix == "xlsx" else ""
        return books.Spot(self.file, sheet, row, column, self.column, self.said)


OnTable = Callable[[Document, Grid, int, int], operators.Spot]


@dataclass(frozen=True)
class Mutant:
    """An operator at a position. One of ``cell``, ``table``, ``file`` is what it does."""

    operator: str
    position: str
    site: Site
    expected: Expected
    cell: Callable[[Cell], Cell] | None = None
    table: OnTable | None = None
    file: Callable[[bytes], bytes] | None = None
    renamed: str = ""
    stale: bool = False

    @property
    def name(self) -> str:
        return f"{self.operator}-{self.position}"

    def build(self, base: Path) -> tuple[Path, books.Spot]:
        """Write the damaged case, registered with the hashes that its files have.

        Returns  the case file, and where trouble is to be told: a rule names what the form's figures are known by, be it row or
                 cell.
        """
        documents = self.site.form.documents()
        document, grid, row, column = self.site.find(documents)
        place: operators.Spot = row, column
        if self.cell:
            grid.rows[row][column] = self.cell(grid.rows[row][column])
        if self.table:
            place = self.table(document, grid, row, column)
        files = {
            name: (each.shape, data)
            for each in documents
            for name, data in each.files(self.site.form.suffix if each is document else CSV).items()
        }
        if self.expected.how != REFUSED and self.site.form.by_row:
            place = place[0], None
        spot = self.site.spot(*place)
        if self.file or self.expected.whole:
            spot = books.Spot(self.renamed or self.site.file, "")
        if self.file:
            shape, data = files.pop(self.site.file)
            files[spot.file] = shape, self.file(data)
        case = case_folder(base, self.site.form, files)
        if self.stale:
            path = case.parents[2] / "data" / "raw" / case.stem / spot.file
            path.write_bytes(path.read_bytes() + b"\n")
        return case, spot


@dataclass
class Corpus:
    """Collects mutants, each name once."""

    mutants: list[Mutant] = field(default_factory=list)

    def add(self, operator: str, position: str, site: Site, expected: Expected, **does: object) -> None:
        mutant = Mutant(operator, position, site, expected, **does)  # type: ignore[arg-type]
        assert all(mutant.name != other.name for other in self.mutants), mutant.name
        self.mutants.append(mutant)

    def cells(
        self,
        position: str,
        site: Site,
        acts: dict[str, Callable[[Cell], Cell]],
        expected: Expected,
        **other: Expected,
    ) -> None:
        """Operators on one cell: all with one outcome, but for those that are named."""
        for operator, act in acts.items():
            self.add(operator, position, site, other.get(operator, expected), cell=act)


def every() -> list[Mutant]:
    """The whole corpus of damages."""
    from corpus import accounts_mutants, tables_mutants, workbook_mutants

    corpus = Corpus()
    for part in (tables_mutants, workbook_mutants, accounts_mutants):
        part.add(corpus)
    return corpus.mutants
