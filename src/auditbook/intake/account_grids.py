"""Tables as they were printed, before anything is known of their meaning: grids of cells, with the text around them.

A PDF gives them with its drawn lines, a sheet with its cells. They can be kept as JSON.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from auditbook.intake.account_layouts import bare

# How the cells were told apart: drawn lines; drawn lines with the open sides closed; blank strips between the columns;
# the cells of a sheet.
LINES, OPEN_SIDES, BLANK_STRIPS, CELLS = "lines", "open_sides", "blank_strips", "cells"


@dataclass(frozen=True)
class Piece:
    """A cell: what is printed in it and how far it reaches; in a sheet also its place and what is out of the ordinary."""

    text: str
    x0: float
    x1: float
    top: float
    bottom: float
    place: str = ""
    mark: str = ""


Cells = Sequence[Piece | None]


@dataclass(frozen=True)
class GridRow:
    """A row of cells, None where another cell reaches over it. ``page`` is 0 where the file has no pages."""

    cells: Cells
    page: int
    where: str


@dataclass
class Grid:
    """A table on one page or sheet, with the lines of text above and below it, and where its columns begin.

    ``lost`` counts the characters that stand in it and in none of its cells.
    """

    above: list[str]
    below: list[str]
    rows: list[GridRow]
    edges: list[float]
    way: str
    first: bool
    lost: int = 0

    @property
    def page(self) -> int:
        """The page that it stands on."""
        return self.rows[0].page if self.rows else 0

    @property
    def where(self) -> str:
        """File and page, or the place of its first row."""
        return self.rows[0].where if self.rows else ""

    @property
    def has_text(self) -> bool:
        """Whether anything is printed in it."""
        return any(any(words(row.cells)) for row in self.rows)

    def shown(self) -> str:
        """The beginning of its text, to name it by."""
        first = next((row for row in self.rows if any(words(row.cells))), None)
        texts = [piece.text for piece in first.cells if piece and piece.text] if first else []
        return " ".join(texts).replace("\n", "")[:40]


@dataclass
class Sheaf:
    """What a page or a sheet holds: its lines of text, its tables, and other ways to see tables that are not drawn whole."""

    number: int
    where: str
    lines: list[str] = field(default_factory=list)
    grids: list[Grid] = field(default_factory=list)
    others: list[list[Grid]] = field(default_factory=list)
    beside: list[str] = field(default_factory=list)  # amounts at the height of a drawn table and in none
    picture: bool = False  # whether the page holds a picture and no text


def words(cells: Cells) -> list[str]:
    """The texts of a row for comparison."""
    return [bare(piece.text) if piece else "" for piece in cells]


def texts(cells: Cells) -> tuple[str, ...]:
    """The texts of a row as printed, what a narrow cell broke over lines joined again."""
    return tuple(_joined(piece.text) if piece else "" for piece in cells)


def _joined(text: str) -> str:
    parts = [part.strip() for part in text.split("\n")]
    # two amounts in one cell stay two
    return text if sum(any(c.isdigit() for c in part) for part in parts) > 1 else "".join(parts)


def as_json(sheaf: Sheaf) -> dict[str, Any]:
    """A page of a PDF as plain lists; the file's name is not in it, so that a copy under another name is the same."""
    return {
        "number": sheaf.number, "lines": sheaf.lines, "beside": sheaf.beside, "picture": sheaf.picture,
        "ways": [[_plain(grid) for grid in way] for way in (sheaf.grids, *sheaf.others)],
    }  # fmt: skip


def _plain(grid: Grid) -> dict[str, Any]:
    cells = [[p and [p.text, p.x0, p.x1, p.top, p.bottom] for p in row.cells] for row in grid.rows]
    return {
        "above": grid.above, "below": grid.below, "rows": cells, "edges": grid.edges, "way": grid.way, "first": grid.first, "lost": grid.lost,
    }  # fmt: skip


def from_json(kept: dict[str, Any], name: str) -> Sheaf:
    """A page as ``as_json`` gave it, of the file called ``name``.

    Raises   KeyError, TypeError or ValueError where it is something else.
    """
    number = int(kept["number"])
    where = f"{name} 第{number}页"
    drawn, *others = [[_grid(grid, number, where) for grid in way] for way in kept["ways"]]
    return Sheaf(
        number, where, list(kept["lines"]), drawn, others, list(kept["beside"]), bool(kept["picture"])
    )


def _grid(kept: dict[str, Any], page: int, where: str) -> Grid:
    rows = [GridRow([cell and Piece(*cell) for cell in row], page, where) for row in kept["rows"]]
    return Grid(kept["above"], kept["below"], rows, kept["edges"], kept["way"], kept["first"], kept["lost"])
