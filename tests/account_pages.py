"""Published final accounts drawn for tests: tables as pages of a PDF, with merged cells, without borders, turned."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from conftest import ROOT
from invented_accounts import LEFT, UP, Laid
from matplotlib import rc_context
from matplotlib.backends.backend_pdf import PdfPages
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties

FONT = FontProperties(fname=ROOT / "src" / "auditbook" / "fonts" / "NotoSansCJKsc-GBK.ttf", size=6)
WIDE, TALL = 842, 842
_ROW, _LINE = 14, 14

Page = Sequence[Laid | list[str]]


def draw(path: Path, pages: Sequence[tuple[list[str], list[list[str]], list[str]]]) -> Path:
    """Write a PDF: on each page lines of text, a grid of cells, and lines under it."""
    return draw_pages(path, [[Laid(*page)] for page in pages])


def draw_pages(path: Path, pages: Sequence[Page], *, turned: bool = False) -> Path:
    """Write a PDF: on each page tables and lists of lines, from the top; ``turned``: written from bottom to top."""
    with rc_context({"pdf.fonttype": 42, "svg.hashsalt": "x"}), PdfPages(path) as file:
        for page in pages:
            figure = Figure(figsize=(WIDE / 72, TALL / 72))
            axes = figure.add_axes((0, 0, 1, 1), xlim=(0, WIDE), ylim=(TALL, 0))
            axes.axis("off")
            pen = _Pen(axes, turned)
            top = 36.0
            for part in page:
                top = _lines(pen, part, top, 300) if isinstance(part, list) else _table(pen, part, top)
            axes.add_collection(LineCollection(pen.lines, colors="black", linewidths=0.5), autolim=False)
            file.savefig(figure)
    return path


class _Pen:
    """Draws on a page as it is, or as if the page lay on its side."""

    def __init__(self, axes: Any, turned: bool) -> None:
        self.axes, self.turned = axes, turned
        self.lines: list[list[tuple[float, float]]] = []

    def text(self, x: float, y: float, text: str) -> None:
        if self.turned:
            self.axes.text(y, TALL - x, text, fontproperties=FONT, rotation=90, ha="right", va="bottom")
        else:
            self.axes.text(x, y, text, fontproperties=FONT)

    def line(self, x0: float, y0: float, x1: float, y1: float) -> None:
        ends = [(y0, TALL - x0), (y1, TALL - x1)] if self.turned else [(x0, y0), (x1, y1)]
        self.lines.append(ends)


def _lines(pen: _Pen, lines: Sequence[str], top: float, left: float) -> float:
    for line in lines:
        pen.text(left, top, line)
        top += _LINE
    return top


def _table(pen: _Pen, laid: Laid, top: float) -> float:
    top = _lines(pen, laid.above, top, 300) + 4
    rows = laid.rows
    columns = max((len(row) for row in rows), default=0)
    shares = laid.widths or _shares(rows, columns)
    edges = [40 + 760 * sum(shares[:index]) / sum(shares) for index in range(columns + 1)] if rows else []
    for number, row in enumerate(rows):
        y = top + number * _ROW
        for index in range(columns):
            cell = row[index] if index < len(row) else ""
            if laid.borders != "none":
                if cell != UP:
                    pen.line(edges[index], y, edges[index + 1], y)
                outer = index == 0 and laid.borders == "open"
                if cell != LEFT and not outer:
                    pen.line(edges[index], y, edges[index], y + _ROW)
            if cell not in {LEFT, UP, ""}:
                for part, piece in enumerate(cell.split("\n")):
                    pen.text(edges[index] + 2, y + 10 + 6 * part, piece)
        if laid.borders == "all":
            pen.line(edges[-1], y, edges[-1], y + _ROW)
    if rows and laid.borders != "none":
        pen.line(edges[0], top + len(rows) * _ROW, edges[-1], top + len(rows) * _ROW)
    return _lines(pen, laid.below, top + len(rows) * _ROW + 14, 60) + 10


def _shares(rows: Sequence[Sequence[str]], columns: int) -> list[float]:
    """Columns as wide as the longest text that stands in one of them alone."""
    widths = [2.0] * columns
    for row in rows:
        for index, cell in enumerate(row):
            alone = index + 1 >= len(row) or row[index + 1] != LEFT
            if alone and cell not in {LEFT, UP}:
                widths[index] = max(widths[index], 1 + max(map(len, cell.split("\n"))))
    return widths


def picture(path: Path) -> Path:
    """A page that is only a picture, as a scanner makes it."""
    with PdfPages(path) as file:
        figure = Figure(figsize=(4, 4))
        axes = figure.add_axes((0, 0, 1, 1))
        axes.axis("off")
        axes.imshow([[0, 1], [1, 0]])
        file.savefig(figure)
    return path
