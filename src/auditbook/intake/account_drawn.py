"""Tables that are drawn on a page of a PDF: their cells, what stands around them and beside them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from auditbook.intake.account_grids import Grid, GridRow, Piece
from auditbook.intake.account_layouts import bare

Box = tuple[float, float, float, float]
LINE_TOLERANCE = 5  # the default of pdfplumber tears digits out of lines set in two fonts
AMOUNT = re.compile(r"-?(?:\d{1,3}(?:,\d{3})+|\d+)\.\d+")


def drawn_grid(number: int, page: Any, drawn: Sequence[Any], index: int, way: str) -> Grid:
    """The grid of one of the tables that pdfplumber found on a page, from the top."""
    table = drawn[index]
    before = drawn[index - 1].bbox[3] if index else 0
    after = drawn[index + 1].bbox[1] if index + 1 < len(drawn) else page.height
    rows = [*_rows(table, number)]
    read = sum(len("".join((piece.text if piece else "").split())) for row in rows for piece in row.cells)
    return Grid(
        lines_between(page, before, table.bbox[1]), lines_between(page, table.bbox[3], after), rows,
        sorted({cell[0] for cell in table.cells}), way, not index, max(_printed_in(page, table.bbox) - read, 0),
    )  # fmt: skip


def _rows(table: Any, number: int) -> Iterator[GridRow]:
    for cells, words in zip(table.rows, table.extract(), strict=True):
        pieces = [
            None if box is None else Piece((word or "").strip(), box[0], box[2], box[1], box[3])
            for box, word in zip(cells.cells, words, strict=True)
        ]
        yield GridRow(pieces, number, "")


def _middles(page: Any) -> Iterator[tuple[float, float]]:
    for char in page.chars:
        if char["text"].strip():
            yield (char["x0"] + char["x1"]) / 2, (char["top"] + char["bottom"]) / 2


def _printed_in(page: Any, box: Box) -> int:
    x0, top, x1, bottom = box
    return sum(x0 <= x < x1 and top <= y < bottom for x, y in _middles(page))


def beside(page: Any, boxes: Sequence[Box], index: int) -> int:
    """How many characters stand at the height of a table and in none."""
    top, bottom = boxes[index][1], boxes[index][3]
    return sum(
        top <= y < bottom and not any(a <= x < c and b <= y < d for a, b, c, d in boxes)
        for x, y in _middles(page)
    )


def lines_between(page: Any, top: float, bottom: float) -> list[str]:
    """The lines of text between two heights; a line belongs to where its middle is."""
    top, bottom = max(top, 0), min(bottom, page.height)
    if bottom - top < 1:
        return []
    strip = page.filter(
        lambda thing: thing["object_type"] == "char" and top <= (thing["top"] + thing["bottom"]) / 2 < bottom
    )
    return [
        line for line in (strip.extract_text(y_tolerance=LINE_TOLERANCE) or "").splitlines() if bare(line)
    ]
