"""A chart's drawing as a picture that Word shows, made with the shipped font alone."""

from __future__ import annotations

import re
from dataclasses import dataclass

from auditbook import charts
from auditbook.report.word.words import NO_XML

EMU_PER_MM = 36_000
WIDEST_MM = 152  # the page's text is 156 mm wide
TALLEST_MM = 205  # and 225 mm high; the words under a chart stay with it
_PIXELS_PER_UNIT = 3  # 432 units on 152 mm: 216 dots per inch; drawing more costs more than it shows
_SIZE = re.compile(r'\bviewBox="\s*[\d.]+\s+[\d.]+\s+(\d+)(?:\.\d*)?\s+(\d+)(?:\.\d*)?\s*"')


@dataclass(frozen=True)
class Picture:
    """A PNG, its size on paper in Word's units (EMU), and what a screen reader says of it."""

    png: bytes
    width: int
    height: int
    words: str


def picture(svg: str, words: str) -> Picture:
    """Draw a chart.

    Takes    svg: as it stands in the page. words: what it shows, for those who do not see it.
    Raises   ValueError where the drawing has no viewBox or cannot be drawn.
    """
    import resvg_py

    found = _SIZE.search(svg)
    if not found:
        raise ValueError("a drawing without viewBox has no size on paper")
    across, down = int(found[1]), int(found[2])
    family = charts.font_family()
    png = resvg_py.svg_to_bytes(
        svg_string=NO_XML.sub("", svg), width=across * _PIXELS_PER_UNIT, background="#ffffff",
        skip_system_fonts=True, font_files=[str(charts.FONT)], font_family=family, sans_serif_family=family,
    )  # fmt: skip
    width = min(WIDEST_MM * EMU_PER_MM * min(across, 432) // 432, TALLEST_MM * EMU_PER_MM * across // down)
    return Picture(bytes(png), width, width * down // across, words)
