"""Published final accounts drawn for tests: an invented department's tables as PDF pages."""

from __future__ import annotations

from pathlib import Path

from conftest import ROOT
from matplotlib import rc_context
from matplotlib.backends.backend_pdf import PdfPages
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties

FONT = FontProperties(fname=ROOT / "src" / "auditbook" / "fonts" / "NotoSansCJKsc-GBK.ttf", size=7)
WIDE, TALL = 842, 595


def draw(path: Path, pages: list[tuple[list[str], list[list[str]], list[str]]]) -> Path:
    """Write a PDF: on each page lines of text, a grid of cells, and lines under it."""
    with rc_context({"pdf.fonttype": 42, "svg.hashsalt": "x"}), PdfPages(path) as file:
        for above, rows, below in pages:
            figure = Figure(figsize=(WIDE / 72, TALL / 72))
            axes = figure.add_axes((0, 0, 1, 1), xlim=(0, WIDE), ylim=(TALL, 0))
            axes.axis("off")
            top = 40
            for line in above:
                axes.text(300, top, line, fontproperties=FONT)
                top += 16
            top += 4
            height, columns = 16, max((len(row) for row in rows), default=0)
            width = 760 / columns if columns else 0
            for index in range(len(rows) + 1 if rows else 0):
                axes.plot([40, 800], [top + index * height] * 2, color="black", lw=0.5)
            for index in range(columns + 1 if rows else 0):
                axes.plot([40 + index * width] * 2, [top, top + len(rows) * height], color="black", lw=0.5)
            for number, row in enumerate(rows):
                for index, cell in enumerate(row):
                    place = 42 + index * width, top + number * height + 12
                    axes.text(*place, cell, fontproperties=FONT)
            top += len(rows) * height + 16
            for line in below:
                axes.text(60, top, line, fontproperties=FONT)
                top += 16
            file.savefig(figure)
    return path


def picture(path: Path) -> Path:
    """A page that is only a picture, as a scanner makes it."""
    with PdfPages(path) as file:
        figure = Figure(figsize=(4, 4))
        axes = figure.add_axes((0, 0, 1, 1))
        axes.axis("off")
        axes.imshow([[0, 1], [1, 0]])
        file.savefig(figure)
    return path
