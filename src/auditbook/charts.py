"""Charts of the report: inline SVG in one style, text as text, the same bytes for the same input.

Nine kinds: ``waterfall``, ``bars``, ``paired``, ``bullet``, ``stacked``, ``interval``, ``moved``, ``tornado``, ``trend``. Each returns
a ``Chart``: the drawing, its description in words and its data table. Values are exact and in base
units (元; a rate of 1 is 100 %; see ``numbers``) and become floats only as positions on the page.
Every text is drawn as the caller formatted it; only ticks, sums and gaps are formatted here.

A chart is laid out in points on a page of fixed width, y downwards, and handed to matplotlib as
plain shapes and texts, without axes: what fits is decided here, from the widths of the shipped
font. Meaning is never told by colour alone: a hatching, a shape or a word stands beside it.
The drawing has no size of its own: the page gives it a width of 100% and at most 36rem.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from functools import cache, lru_cache
from hashlib import sha256
from io import StringIO
from itertools import pairwise, zip_longest
from pathlib import Path
from typing import Any, Literal
from xml.etree import ElementTree

from auditbook.faults import Fault, LimitError
from auditbook.numbers import amount_text, factor, plain, rounded

FONT = Path(__file__).parent / "fonts" / "NotoSansCJKsc-GBK.ttf"

MOST_ROWS = 30
MOST_SWINGS = 15
LONGEST_ALT = 400
NO_ANSWER = "无法评价"
NO_DATA = "无数据"

# In points of the page: on a phone 320 px wide a point is 0.74 px, and a letter still 10 px high.
WIDTH = 432.0
SIZE = 13.5
SMALL = 12.0
LEADING = 1.32
GAP = 5.0
COLUMN = 10.5 * SIZE
MOST_LABEL_LINES = 3
THICK = 18.0
LEAST = 0.75  # a small value is still not zero
MARGIN = 1.0
_NOUGHT = Fraction(0)

INK = "#1f2933"
MUTED = "#4d5b68"
GRID = "#dde3e9"
ACCENT = "#1b5e9b"
TINT = "#a9c7e2"
WARNING = "#a63a00"
WARNING_TINT = "#f6d3bd"
PAPER = "#ffffff"


@dataclass(frozen=True)
class Chart:
    """A drawing (``svg``), what it shows in words (``alt``), and its data table."""

    name: str
    title: str
    svg: str
    alt: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Step:
    """A row of a waterfall.

    A ``total`` stands on zero, a ``change`` goes on from the row before, a ``part`` divides the
    last total.
    """

    label: str
    value: Fraction
    text: str
    kind: Literal["total", "change", "part"]


@dataclass(frozen=True)
class Bar:
    """A value, what bounds it, or neither: ``None`` is no answer and never zero."""

    label: str
    value: Fraction | None
    text: str
    low: Fraction | None = None
    high: Fraction | None = None
    emphasised: bool = False
    note: str = ""


@dataclass(frozen=True)
class Pair:
    """Two values of one thing, such as 编制 and 实有; ``text`` stands at the bars."""

    label: str
    base: Fraction | None
    value: Fraction | None
    text: str
    emphasised: bool = False


@dataclass(frozen=True)
class Bullet:
    """A target and its answer; ``met`` is None where that cannot be said."""

    label: str
    target: Fraction
    actual: Fraction | None
    target_text: str
    actual_text: str
    comparator: str = ""
    met: bool | None = None
    note: str = ""


@dataclass(frozen=True)
class Stack:
    """A whole and its parts, each with name, value and text."""

    label: str
    parts: tuple[tuple[str, Fraction, str], ...]


@dataclass(frozen=True)
class Span:
    """A score from what is proven (``low``) to what is possible (``high``), and the claimed one."""

    label: str
    low: Fraction
    high: Fraction
    text: str
    claimed: Fraction | None = None


@dataclass(frozen=True)
class Moved:
    """A score in two runs, each from what is proven to what is possible; None where a run has no such line."""

    label: str
    before: tuple[Fraction, Fraction] | None
    after: tuple[Fraction, Fraction] | None
    texts: tuple[str, str]


@dataclass(frozen=True)
class Swing:
    """How far something moves the two ends of an interval: for each, the furthest down (or 0) and up (or 0)."""

    label: str
    first: tuple[Fraction, Fraction]
    second: tuple[Fraction, Fraction]


@dataclass(frozen=True)
class Dot:
    """A year of a line. ``value`` None is a gap, with what is said of it; dots of one ``segment`` are joined.

    ``broken``: why it cannot be compared with the year before. ``hollow``: what a later document says of the year.
    """

    value: Fraction | None
    text: str
    segment: str = ""
    broken: str = ""
    hollow: bool = False


@dataclass(frozen=True)
class Track:
    """A line over the years: one dot for each."""

    label: str
    dots: tuple[Dot, ...]


class MissingGlyph(LimitError):
    """A text holds characters that the shipped font cannot show; ``characters`` names them."""

    def __init__(self, characters: str, where: str) -> None:
        self.characters = characters
        named = "、".join(
            f"{c}（U+{ord(c):04X}）" if c.isprintable() else f"U+{ord(c):04X}" for c in characters
        )
        super().__init__(
            Fault(
                where,
                f"字库缺少字符 {named}",
                "字库已有的字符（GBK 范围）",
                "请改用通行的写法，或扩充随附字库",
            )
        )


def missing_characters(text: str) -> str:
    """The characters of a text that the shipped font lacks, sorted, each once."""
    return "".join(sorted(set(text).difference(_advances())))


@cache
def font_family() -> str:
    """The font's own family name, as matplotlib and a page's @font-face call it."""
    from matplotlib.font_manager import get_font

    return str(get_font(FONT).family_name)


# ------------------------------------------------------------------------------------ text and font


@cache
def _advances() -> dict[str, float]:
    """How wide each character of the shipped font is, in ems."""
    from fontTools.ttLib import TTFont

    with TTFont(FONT, lazy=True) as font:
        metrics, em = font["hmtx"].metrics, font["head"].unitsPerEm
        return {chr(code): metrics[glyph][0] / em for code, glyph in font.getBestCmap().items()}


def _width(text: str, size: float = SIZE) -> float:
    advances = _advances()
    return size * sum(advances.get(character, 1.0) for character in text)


def _clean(text: str) -> str:
    return " ".join(text.split())


_NEVER_FIRST = "，。、；：！？）》】〕”’％%,.;:!?)]"
_NEVER_LAST = "（《【〔“‘(["
_PIECES = re.compile(
    rf"[{re.escape(_NEVER_LAST)}]*(?:[A-Za-z0-9.,:/_+\-−]+|.)[{re.escape(_NEVER_FIRST)}]*\s*"
)


def _fill(pieces: Sequence[str], width: float, size: float) -> tuple[str, ...]:
    lines = [""]
    for piece in pieces:
        if lines[-1] and _width((lines[-1] + piece).rstrip(), size) > width:
            lines.append("")
        lines[-1] += piece
    return tuple(line.rstrip() for line in lines)


@lru_cache(maxsize=4096)
def _wrap(text: str, width: float, size: float = SIZE, even: bool = True) -> tuple[str, ...]:
    """Lines that fit a width, of about equal length if ``even``.

    Numbers stay whole where they can, and punctuation never leads a line.
    """
    pieces = [
        part
        for piece in _PIECES.findall(_clean(text))
        for part in ((piece,) if _width(piece.rstrip(), size) <= width else piece)
    ]
    lines = _fill(pieces, width, size)
    narrowest = max((_width(line, size) for line in lines), default=0.0) if len(lines) > 1 else width
    while even and len(lines) > 1 and narrowest > width / 2:
        narrowest -= size / 2
        tighter = _fill(pieces, narrowest, size)
        if len(tighter) > len(lines) or any(_width(line, size) > narrowest for line in tighter):
            break
        lines = tighter
    return lines if lines != ("",) else ()


def _widest(lines: Iterable[str], size: float = SIZE) -> float:
    return max((_width(line, size) for line in lines), default=0.0)


def _number(value: Fraction) -> str:
    """A tick, a sum or a gap: exact where it is short, and 0 only where it is zero."""
    text = plain(value)
    if "." in text and len(text.replace(".", "").strip("-0")) > 12:
        text = plain(Fraction(next(filter(None, (rounded(value, places) for places in (4, 8, 16, 32))))))
    return format(Decimal(text), ",f")


def _measured(value: Fraction, unit: str) -> str:
    """A value with its unit, as a label of a line or a sum."""
    return _number(value / factor(unit)) + (unit if unit in {"%", "‰"} else f" {unit}".rstrip())


def _with_unit(text: str, unit: str) -> str:
    return f"{text} {unit}" if unit and unit not in text and any(c.isdigit() for c in text) else text


# ------------------------------------------------------------------------------------ what is drawn


@dataclass(frozen=True)
class _Look:
    fill: str
    edge: str
    hatch: str = ""
    dashed: bool = False


STRONG = _Look(ACCENT, ACCENT)
SOFT = _Look(TINT, ACCENT)
HOLLOW = _Look(PAPER, ACCENT)
HATCHED = _Look(PAPER, ACCENT, "////")
BEYOND = _Look(WARNING_TINT, WARNING, "////")
UNKNOWN = _Look(PAPER, MUTED, dashed=True)
MARK = _Look(WARNING, WARNING)
CLAIM = _Look(PAPER, INK)
TRACK = _Look("#eef2f6", "#eef2f6")

Point = tuple[float, float]
_Anchor = Literal["left", "center", "right"]
_BEFORE = {"left": 0.0, "center": 0.5, "right": 1.0}


@dataclass(frozen=True)
class _Shape:
    points: tuple[Point, ...]
    look: _Look


@dataclass(frozen=True)
class _Line:
    points: tuple[Point, Point]
    colour: str
    width: float
    dashed: bool


@dataclass(frozen=True)
class _Text:
    x: float
    baseline: float
    text: str
    size: float
    colour: str
    anchor: _Anchor


@dataclass
class _Page:
    """What a chart draws, in order, and how far down it has come."""

    items: list[_Shape | _Line | _Text] = field(default_factory=list)
    y: float = 0.0

    def box(self, x0: float, y0: float, x1: float, y1: float, look: _Look) -> None:
        self.items.append(_Shape(((x0, y0), (x1, y0), (x1, y1), (x0, y1)), look))

    def shape(self, points: Iterable[Point], look: _Look) -> None:
        self.items.append(_Shape(tuple(points), look))

    def line(
        self,
        x0: float,
        y0: float,
        x1: float,
        y1: float,
        colour: str = INK,
        width: float = 1.0,
        dashed: bool = False,
    ) -> None:
        self.items.append(_Line(((x0, y0), (x1, y1)), colour, width, dashed))

    def text(
        self,
        x: float,
        baseline: float,
        text: str,
        size: float = SIZE,
        colour: str = INK,
        anchor: _Anchor = "left",
    ) -> None:
        """One line of text, moved inside the page where it would leave it."""
        if not text:
            return
        width = _width(text, size)
        left = x - width * _BEFORE[anchor]
        x += _inside(left, width) - left
        self.items.append(_Text(x, baseline, text, size, colour, anchor))

    def block(
        self,
        x: float,
        centre: float,
        lines: Sequence[str],
        size: float = SIZE,
        colour: str = INK,
        anchor: _Anchor = "left",
        halo: bool = False,
    ) -> None:
        """Lines of text, as a block centred on a height; a halo parts it from the lines behind."""
        if halo and lines:
            width, high = _widest(lines, size), ((len(lines) - 1) * LEADING + 1.12) * size / 2
            left = x - width * _BEFORE[anchor]
            right = min(left + width + 2, WIDTH)
            self.box(max(left - 2, 0.0), centre - high, right, centre + high, _Look(PAPER, ""))
        first = centre - (len(lines) - 1) * size * LEADING / 2 + size * 0.36
        for i, line in enumerate(lines):
            self.text(x, first + i * size * LEADING, line, size, colour, anchor)

    def paragraph(self, text: str, colour: str = MUTED) -> None:
        """Small text from here downwards, over the whole width."""
        for line in _wrap(text, WIDTH, SMALL, even=False):
            self.y += SMALL * LEADING
            self.text(0, self.y - SMALL * 0.3, line, SMALL, colour)


def _inside(left: float, width: float) -> float:
    """The left end of something, moved so that all of it is inside the page."""
    return min(max(left, 0.0), max(WIDTH - width, 0.0))


def _triangle(x: float, y: float, half: float = 4.5) -> tuple[Point, ...]:
    return (x - half, y + half * 0.8), (x + half, y + half * 0.8), (x, y - half)


def _diamond(x: float, y: float, half: float = 6.0) -> tuple[Point, ...]:
    return (x - half, y), (x, y - half), (x + half, y), (x, y + half)


def _arrow(x: float, y: float, half: float = 4.5) -> tuple[Point, ...]:
    return (x, y - half), (x + half, y), (x, y + half)


@dataclass(frozen=True)
class _Key:
    """An entry of the legend: a look as a swatch, or a shape."""

    text: str
    look: _Look
    shape: Literal["box", "triangle", "diamond", "arrow", "line"] = "box"


def _head(page: _Page, unit: str, keys: Sequence[_Key] = ()) -> None:
    """The unit at the upper right, the legend at the upper left."""
    unit_text = f"单位：{unit}" if unit else ""
    room = WIDTH - (_width(unit_text, SMALL) + 16 if unit_text else 0.0)
    step = SMALL * LEADING + 2
    x, y = 0.0, page.y + step / 2
    for key in keys:
        lines = _wrap(key.text, room - 20, SMALL)
        wide = 20 + _widest(lines, SMALL)
        if x and x + wide > room:
            x, y = 0.0, y + step
        match key.shape:
            case "box":
                page.box(x + 1, y - 5, x + 15, y + 5, key.look)
            case "triangle":
                page.shape(_triangle(x + 8, y), key.look)
            case "diamond":
                page.shape(_diamond(x + 8, y), key.look)
            case "arrow":
                page.shape(_arrow(x + 6, y), key.look)
            case "line":
                page.line(x + 8, y - 6, x + 8, y + 6, INK, 2.2)
        page.block(x + 20, y + (len(lines) - 1) * SMALL * LEADING / 2, lines, SMALL, MUTED)
        x, y = x + wide + 14, y + (len(lines) - 1) * SMALL * LEADING
    if unit_text:
        page.text(WIDTH, page.y + step / 2 + SMALL * 0.36, unit_text, SMALL, MUTED, "right")
    if keys or unit_text:
        page.y = y + step / 2 + 6


# ----------------------------------------------------------------------------- scale, grid and rows


@dataclass(frozen=True)
class _Scale:
    zero: float
    peak: Fraction
    per_peak: float

    def __call__(self, value: Fraction) -> float:
        return self.zero + float(value / self.peak) * self.per_peak


@dataclass(frozen=True)
class _Extent:
    """What a row takes on the scale: ``low`` to ``high``, and its text beyond one end."""

    low: Fraction
    high: Fraction
    room: float = 0.0

    @property
    def leftward(self) -> bool:
        """Whether the text stands at the left: the row lies below zero."""
        return self.low < 0 and self.high <= 0


def _reach(values: Iterable[Fraction | None], room: float) -> _Extent:
    """The extent of a row that stands on zero."""
    known = [Fraction(0), *(value for value in values if value is not None)]
    return _Extent(min(known), max(known), room)


def _scale(extents: Sequence[_Extent], left: float, right: float) -> _Scale:
    """The largest scale at which every row and its text fit between two positions."""
    peak = max((max(abs(e.low), abs(e.high)) for e in extents), default=Fraction(0)) or Fraction(1)
    rows = [(float(e.low / peak), float(e.high / peak), e.room, e.leftward) for e in extents]

    def sides(per_peak: float) -> tuple[float, float]:
        before = max((room * leftward - low * per_peak for low, _, room, leftward in rows), default=0.0)
        after = max(
            (room * (not leftward) + high * per_peak for _, high, room, leftward in rows),
            default=0.0,
        )
        return max(before, 0.0), max(after, 0.0)

    fits, too_much = 0.0, right - left
    for _ in range(40):
        middle = (fits + too_much) / 2
        if sum(sides(middle)) <= right - left:
            fits = middle
        else:
            too_much = middle
    return _Scale(left + sides(fits)[0], peak, fits)


def _ticks(low: Fraction, high: Fraction, scale: _Scale, unit: str) -> list[tuple[float, str]]:
    """Round values from ``low`` to ``high`` whose labels stand apart: at most six."""
    held = factor(unit)
    span = (high - low) / held
    power = Fraction(10) ** (len(str(span.numerator)) - len(str(span.denominator)) - 3)
    for step in (power * 10**e * m for e in range(8) for m in (1, 2, 5)):
        first, last = -(-low // (step * held)), high // (step * held)
        if last - first > 5:
            continue
        marks = [(scale(i * step * held), _number(i * step)) for i in range(first, last + 1)]
        wide = [_width(text, SMALL) for _, text in marks]
        left = [_inside(x - w / 2, w) for (x, _), w in zip(marks, wide, strict=True)]
        if all(a + w + 8 <= b for (a, b), w in zip(pairwise(left), wide, strict=False)):
            return marks
    return [(scale(Fraction(0)), "0")]


def _grid(
    page: _Page, extents: Sequence[_Extent], scale: _Scale, unit: str, top: float, bottom: float
) -> None:
    """Upright grid lines with their values at the foot, and zero in ink."""
    low = min((e.low for e in extents), default=Fraction(0))
    high = max((e.high for e in extents), default=Fraction(0))
    ticks = _ticks(min(low, Fraction(0)), max(high, Fraction(0)), scale, unit)
    for x, text in ticks:
        page.line(x, top, x, bottom, GRID)
        page.text(x, bottom + SMALL * 1.15, text, SMALL, MUTED, "center")
    page.line(scale.zero, top, scale.zero, bottom, INK)


@dataclass(frozen=True)
class _Row:
    top: float
    centre: float


@dataclass(frozen=True)
class _Labels:
    """The names of the rows: in a column at the left, or above the rows where one is long."""

    lines: tuple[tuple[str, ...], ...]
    above: bool
    left: float

    def start(self, rows: Sequence[_Row], top: float) -> float:
        """Where the grid starts: not behind the label of the first row."""
        return rows[0].centre - THICK if self.above else top


def _labels(names: Sequence[str], marked: Sequence[bool] = ()) -> _Labels:
    mark = 12.0 if any(marked) else 0.0
    column = tuple(_wrap(name, COLUMN) for name in names)
    if max(map(len, column), default=0) > MOST_LABEL_LINES:
        return _Labels(tuple(_wrap(name, WIDTH - mark) for name in names), True, MARGIN)
    return _Labels(column, False, max(map(_widest, column), default=0.0) + mark + 8)


def _rows(
    labels: _Labels,
    blocks: Sequence[float],
    top: float,
    gap: float = 10.0,
    notes: Sequence[float] = (),
) -> tuple[list[_Row], float]:
    """Where each row stands, given the heights of drawings and notes; and where the last ends."""
    rows = []
    y = top
    for lines, block, note in zip(labels.lines, blocks, notes or [0.0] * len(blocks), strict=True):
        y += gap / 2
        high = len(lines) * SIZE * LEADING
        start = y + high + 2 if labels.above and lines else y
        height = block if labels.above else max(block, high)
        rows.append(_Row(y, start + height / 2))
        y = start + height + note + gap / 2
    return rows, y


def _write_labels(page: _Page, labels: _Labels, rows: Sequence[_Row], marked: Sequence[bool]) -> None:
    for lines, row, mark in zip(labels.lines, rows, marked, strict=True):
        if labels.above:
            middle = row.top + len(lines) * SIZE * LEADING / 2
            page.block(12 if mark else 0, middle, lines, halo=True)
            x, y = 2.0, row.top + SIZE * LEADING / 2
        else:
            page.block(labels.left - 8, row.centre, lines, anchor="right")
            x, y = labels.left - 8 - _widest(lines) - 9, row.centre
        if mark:
            page.shape(_arrow(x, y), STRONG)


def _write_value(
    page: _Page,
    x: float,
    centre: float,
    lines: Sequence[str],
    leftward: bool,
    colour: str = INK,
    mark: bool = False,
) -> None:
    """A value beyond the end of its bar, after a warning mark where it has one."""
    side = -1 if leftward else 1
    if mark:
        page.box(x + side * 2, centre - 8, x + side * 16, centre + 8, _Look(PAPER, ""))
        page.shape(_triangle(x + side * 9, centre), MARK)
    x += side * (GAP + 12 * mark)
    page.block(x, centre, lines, colour=colour, anchor="right" if leftward else "left", halo=True)


def _room(lines: Sequence[str], mark: bool = False) -> float:
    return _widest(lines) + GAP + 12 * mark + 3


def _upright(page: _Page, x: float, top: float, bottom: float, text: str) -> float:
    """Room for a labelled line above the rows: writes the label, returns where the line starts."""
    lines = _wrap(text, WIDTH * 0.6, SMALL)
    height = len(lines) * SMALL * LEADING
    page.block(x, top + height / 2, lines, SMALL, INK, "center")
    page.line(x, top + height + 1, x, bottom, INK, 1.4, dashed=True)
    return top + height


def _label_height(text: str) -> float:
    return len(_wrap(text, WIDTH * 0.6, SMALL)) * SMALL * LEADING + 2


# --------------------------------------------------------------------------------------- the finish


def _slug(name: str) -> str:
    plain_name = re.sub(r"[^A-Za-z0-9_]", "_", name)
    return (
        plain_name if plain_name == name and name else f"{plain_name}_{sha256(name.encode()).hexdigest()[:8]}"
    )


def _draw(page: _Page, name: str) -> str:
    """Hand the shapes to matplotlib's renderer; returns its SVG.

    Without figure and artists: they would lay out again what the page has laid out, in four times the time.
    """
    import matplotlib
    from matplotlib.backends.backend_svg import RendererSVG

    height = round(page.y + 2)
    # all that the renderer asks for, so that a user's own settings play no part
    settings: Any = {
        "svg.fonttype": "none", "svg.hashsalt": name, "svg.id": None, "text.parse_math": False, "text.usetex": False,
        "path.simplify": False,
    }  # fmt: skip
    ground = _Shape(((0, height), (WIDTH, height), (WIDTH, 0), (0, 0)), _Look(PAPER, ""))
    drawn = StringIO()
    with matplotlib.rc_context(settings):
        nothing = dict.fromkeys(["Date", "Creator", "Format", "Type"])
        renderer: Any = RendererSVG(WIDTH, height, drawn, metadata=nothing)  # type: ignore[no-untyped-call]
        renderer.open_group("figure")
        for item in (ground, *page.items):
            match item:
                case _Shape(points, look):
                    dashes = (3, 2) if look.dashed else None
                    _draw_path(renderer, points, look.edge, 0.9, dashes, look.fill, look.hatch)
                case _Line(points, colour, width, dashed):
                    _draw_path(renderer, points, colour, width, (4, 2.5) if dashed else None)
                case _Text() if item.text:
                    _draw_text(renderer, item)
        renderer.close_group("figure")
        renderer.finalize()
    return drawn.getvalue()


def _turned(renderer: Any) -> Any:
    """What turns the page over: to matplotlib, heights count from below."""
    from matplotlib.transforms import Affine2D

    return Affine2D().scale(1, -1).translate(0, renderer.height)


def _draw_path(
    renderer: Any, points: Sequence[Point], edge: str, width: float, dashes: Sequence[float] | None, fill: str = "",
    hatch: str = "",
) -> None:  # fmt: skip
    """An area where it has a fill, its edge included; else a line."""
    from matplotlib.colors import to_rgba
    from matplotlib.path import Path as Outline

    corners = [(round(x, 2), round(y, 2)) for x, y in points]
    renderer.open_group("path")
    pen = renderer.new_gc()
    pen.set_foreground(edge or "none")
    pen.set_linewidth(width if edge else 0)
    pen.set_dashes(0, dashes and [length * width for length in dashes])
    pen.set_capstyle("butt")
    pen.set_joinstyle("miter" if fill else "round")
    if hatch:
        pen.set_hatch(hatch)
        pen.set_hatch_color(edge)
        pen.set_hatch_linewidth(0.9)
    outline = Outline([*corners, corners[0]], closed=True) if fill else Outline(corners)
    renderer.draw_path(pen, outline, _turned(renderer), to_rgba(fill) if fill else None)
    renderer.close_group("path")


def _draw_text(renderer: Any, item: _Text) -> None:
    from matplotlib.font_manager import FontProperties
    from matplotlib.text import Text

    # The file itself is named, so that the machine's own fonts play no part.
    font = FontProperties(family=[font_family()], fname=str(FONT), size=item.size)
    x, y = round(item.x, 2), round(item.baseline, 2)
    renderer.open_group("text")
    pen = renderer.new_gc()
    pen.set_foreground(item.colour)
    placed = Text(x, y, item.text, ha=item.anchor, fontproperties=font, transform=_turned(renderer))
    renderer.draw_text(pen, x, y, item.text, font, 0.0, mtext=placed)
    renderer.close_group("text")


def _inline(drawn: str, name: str, title: str, alt: str) -> str:
    """The drawing as a piece of a page: scalable, named and described, with ids of its own."""
    root = ElementTree.fromstring(drawn)
    prefix = _slug(name)
    referenced = set(re.findall(r"(?:url\(#|href=\"#)([^)\"]+)", drawn))
    for parent in list(root.iter()):
        for child in list(parent):
            tag = child.tag.rpartition("}")[2]
            # A style element inside a page would hold for the whole page.
            if tag == "metadata" or (tag == "defs" and child[0].tag.endswith("style")):
                parent.remove(child)
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
        element.text = (element.text or "").strip() if element.tag != "text" else element.text
        element.tail = ""
        attributes = {key.rpartition("}")[2]: value for key, value in element.attrib.items()}
        # Presentation attributes instead of style: they hold under any Content-Security-Policy.
        for rule in filter(None, attributes.pop("style", "").split("; ")):
            key, _, value = rule.partition(": ")
            attributes[key] = value
        if "id" in attributes:
            own = attributes.pop("id")
            if own in referenced:
                attributes["id"] = f"{prefix}-{own}"
        if attributes.get("transform", "").startswith("rotate(-0 "):
            del attributes["transform"]
        if "d" in attributes:
            attributes["d"] = " ".join(attributes["d"].split())
        attributes.pop("font-family", None)
        element.attrib = {
            key: value.replace("url(#", f"url(#{prefix}-").removesuffix("px")
            for key, value in attributes.items()
        }
    box = root.attrib["viewBox"]
    root.attrib = {
        "xmlns": "http://www.w3.org/2000/svg",
        "viewBox": box,
        "role": "img",
        "aria-label": alt,
        "font-family": f"'{font_family()}', sans-serif",
        "stroke-linejoin": "round",
    }
    heading = ElementTree.Element("title")
    heading.text = title
    root.insert(0, heading)
    return ElementTree.tostring(root, encoding="unicode")


def _finish(
    page: _Page,
    name: str,
    title: str,
    alt: str,
    columns: Sequence[str],
    rows: Iterable[Sequence[str]],
    more: int,
) -> Chart:
    if more:
        page.y += 2
        page.paragraph(f"图中为前 {MOST_ROWS} 项，另有 {more} 项见数据表。")
    title = _clean(title)
    table = tuple(tuple(map(_clean, row)) for row in rows)
    shown = [item.text for item in page.items if isinstance(item, _Text)]
    missing = missing_characters(
        "".join([title, alt, *columns, *shown, *(cell for row in table for cell in row)])
    )
    if missing:
        raise MissingGlyph(missing, f"图“{title}”（{name}）")
    return Chart(name, title, _inline(_draw(page, name), name, title, alt), alt, tuple(columns), table)


def _alt(kind: str, title: str, unit: str, items: Sequence[str], more: int = 0, extra: str = "") -> str:
    """One sentence: kind, title, unit, then as many values as fit."""
    text = (
        f"{kind}：{_short(title, 60)}"
        + (f"，单位 {unit}" if unit else "")
        + (f"；{_short(extra, 120)}" if extra else "")
    )
    if not items:
        return f"{text}；{NO_DATA}。"
    for i, item in enumerate(map(_clean, items)):
        room = LONGEST_ALT - len(text) - len("；；其余 999999 项见数据表。")
        if len(item) > room:
            if not i:
                text += "；" + _short(item, room)
                i = 1
            return (
                f"{text}；其余 {len(items) + more - i} 项见数据表。" if len(items) + more > i else f"{text}。"
            )
        text += f"；{item}"
    return text + (f"；其余 {more} 项见数据表" if more else "") + "。"


def _short(text: str, most: int = 24) -> str:
    """A text as the description quotes it."""
    text = _clean(text)
    return text if len(text) <= most else text[: most - 1] + "…"


def _nothing(page: _Page) -> None:
    """A drawing that says that there is nothing to draw."""
    page.box(MARGIN, page.y, WIDTH - MARGIN, page.y + 46, UNKNOWN)
    page.text(WIDTH / 2, page.y + 23 + SIZE * 0.36, NO_DATA, SIZE, MUTED, "center")
    page.y += 50


# --------------------------------------------------------------------------------------- the charts


def _steps(steps: Sequence[Step], unit: str) -> tuple[list[tuple[Fraction, Fraction]], list[str]]:
    """Where each step starts and ends, and a remark wherever the steps do not close."""
    placed, remarks = [], []
    total = running = parts = Fraction(0)
    before = ""
    for step, after in zip_longest(steps, [later.kind for later in steps[1:]]):
        if step.kind == "part":
            placed.append((parts, parts + step.value))
            parts += step.value
            if after != "part" and parts != total:
                gap = _measured(parts - total, unit)
                remarks.append(f"各组成部分之和与总额相差 {gap}。")
        else:
            parts = Fraction(0)
        if step.kind == "change":
            placed.append((running, running + step.value))
            running += step.value
        if step.kind == "total":
            placed.append((Fraction(0), step.value))
            if before == "change" and running != step.value:
                gap = _measured(step.value - running, unit)
                remarks.append(f"“{_short(step.label)}”与此前各项变动之后的数相差 {gap}。")
            total = running = step.value
        before = step.kind
    return placed, remarks


def waterfall(name: str, title: str, steps: Sequence[Step], unit: str) -> Chart:
    """From one total to the next by the changes between them, and what the last divides into."""
    shown, more = steps[:MOST_ROWS], max(len(steps) - MOST_ROWS, 0)
    placed, remarks = _steps(steps, unit)
    looks = {"total": STRONG, "up": SOFT, "down": HATCHED, "part": HOLLOW}
    words = {"total": "总额", "up": "增加", "down": "减少", "part": "其中"}
    kinds = [("up" if s.value >= 0 else "down") if s.kind == "change" else s.kind for s in shown]
    page = _Page()
    _head(page, unit, [_Key(words[k], looks[k]) for k in looks if k in kinds])
    if shown:
        labels = _labels([("其中：" if s.kind == "part" else "") + s.label for s in shown])
        texts = [_wrap(s.text, WIDTH * 0.36) for s in shown]
        extents = [_Extent(min(p), max(p), _room(t)) for p, t in zip(placed[:MOST_ROWS], texts, strict=True)]
        scale = _scale(extents, labels.left, WIDTH - MARGIN)
        rows, bottom = _rows(labels, [max(THICK, len(t) * SIZE * LEADING) for t in texts], page.y)
        _grid(page, extents, scale, unit, labels.start(rows, page.y), bottom)
        # A connector leads from where a step ends to the step that goes on from there.
        ends = [scale(b) for _, b in placed[: len(shown)]]
        for i, (a, b) in enumerate(pairwise(rows)):
            here, after = shown[i].kind, shown[i + 1].kind
            if after == "change" and here == "part":
                continue
            x = scale.zero if after == "part" and here != "part" else ends[i]
            page.line(x, a.centre + THICK / 2, x, b.centre - THICK / 2, INK, 0.9)
        for extent, text, kind, row in zip(extents, texts, kinds, rows, strict=True):
            x0, x1 = scale(extent.low), scale(extent.high)
            y0, y1 = row.centre - THICK / 2, row.centre + THICK / 2
            if extent.low != extent.high:
                page.box(x0, y0, max(x1, x0 + LEAST), y1, looks[kind])
            _write_value(page, x0 if extent.leftward else x1, row.centre, text, extent.leftward)
        _write_labels(page, labels, rows, [False] * len(rows))
        page.y = bottom + SMALL * LEADING + 4
    else:
        _nothing(page)
    for remark in remarks:
        page.paragraph(remark)
    words_of = {"total": "总额", "change": "变动", "part": "其中"}
    return _finish(
        page,
        name,
        title,
        _alt(
            "瀑布图",
            title,
            unit,
            [f"{_short(s.label)} {_with_unit(s.text, unit)}" for s in shown],
            more,
            "".join(remarks).rstrip("。"),
        ),
        ("项目", "类别", f"数值（{unit}）" if unit else "数值"),
        [(s.label, words_of[s.kind], s.text) for s in steps],
        more,
    )


def _bar_text(row: Bar, unit: str) -> str:
    """What stands at a bar: the caller's text, with what it must not leave unsaid."""
    text = _clean(row.text)
    if row.value is not None:
        return text or amount_text(row.value, unit)
    if row.low is not None and row.high is not None:
        return text or _bounds(row, unit)
    if _unanswered(row):
        return text if text.strip("-–—－") else NO_ANSWER
    sign = "≤" if row.low is None else "≥"
    return (text if sign in text else f"{sign} {text}") if text else _bounds(row, unit)


def _stand(page: _Page, scale: _Scale, value: Fraction, y0: float, y1: float, look: _Look) -> None:
    """A bar that stands on zero."""
    x = scale(value)
    if abs(x - scale.zero) < LEAST:
        x = scale.zero + (LEAST if value > 0 else -LEAST)
    if value:
        page.box(min(scale.zero, x), y0, max(scale.zero, x), y1, look)


def _unanswered(row: Bar) -> bool:
    return row.value is None and row.low is None and row.high is None


def _draw_bar(page: _Page, row: Bar, scale: _Scale, centre: float, over: bool, solid: _Look) -> None:
    """A bar from zero with its whisker, or hollow where only bounds are known."""
    y0, y1 = centre - THICK / 2, centre + THICK / 2
    if row.value is None:
        known = [v for v in (row.low, row.high) if v is not None]
        if known:
            ends = [scale(v) for v in (known if len(known) == 2 else [*known, Fraction(0)])]
            page.box(min(ends), y0, max(ends), y1, _Look(PAPER, WARNING if over else ACCENT))
        return
    _stand(page, scale, row.value, y0, y1, BEYOND if over else solid)
    low, high = (scale(row.value if v is None else v) for v in (row.low, row.high))
    if high - low > 1:
        for colour, width, half in ((PAPER, 3.6, 6.0), (INK, 1.4, 5.0)):
            page.line(low, centre, high, centre, colour, width)
            page.line(low, centre - half, low, centre + half, colour, width)
            page.line(high, centre - half, high, centre + half, colour, width)


def _beyond(row: Bar, limit: Fraction | None) -> bool | None:
    """Whether a bar is beyond the limit; None where that cannot be said."""
    least = row.value if row.value is not None else row.low
    most = row.value if row.value is not None else row.high
    if limit is not None and least is not None and least > limit:
        return True
    return False if limit is not None and most is not None and most <= limit else None


def bars(
    name: str,
    title: str,
    rows: Sequence[Bar],
    unit: str,
    limit: Fraction | None = None,
    limit_label: str = "",
) -> Chart:
    """A value for each name, against a limit where there is one."""
    shown, more = rows[:MOST_ROWS], max(len(rows) - MOST_ROWS, 0)
    texts = [_bar_text(row, unit) for row in rows]
    beyond = [_beyond(row, limit) for row in rows]
    limit_label = _clean(limit_label) or (f"限值 {_measured(limit, unit)}" if limit is not None else "")
    any_emphasis = any(row.emphasised for row in rows)
    bounded = any(row.value is None and not _unanswered(row) for row in shown)
    empty = all(map(_unanswered, rows))
    if empty:
        limit = None

    page = _Page()
    keys = [_Key(f"超过{limit_label}", MARK, "triangle")] if True in beyond[:MOST_ROWS] else []
    if bounded:
        keys.append(_Key("只知上限或下限", HOLLOW))
    _head(page, unit if rows else "", keys)
    if empty:
        _nothing(page)
    if shown:
        marked = [row.emphasised for row in shown]
        labels = _labels([row.label for row in shown], marked)
        lines = [_wrap(text, (WIDTH - labels.left) * 0.5) for text in texts[:MOST_ROWS]]
        notes = [_wrap(row.note, WIDTH - labels.left - GAP, SMALL) for row in shown]
        extents = [
            _reach((row.value, row.low, row.high), _room(line, over is True))
            for row, line, over in zip(shown, lines, beyond, strict=False)
        ]
        everything = [*extents, *([_reach([limit], 2)] if limit is not None else [])]
        scale = _scale(everything, labels.left, WIDTH - MARGIN)
        top = page.y + (_label_height(limit_label) if limit is not None else 0)
        blocks = [max(THICK, len(line) * SIZE * LEADING) for line in lines]
        placed, bottom = _rows(labels, blocks, top, notes=[len(note) * SMALL * LEADING for note in notes])
        if not empty:
            _grid(page, everything, scale, unit, labels.start(placed, top), bottom)
        centres = [at.centre for at in placed]
        for i, row in enumerate(shown):
            solid = STRONG if row.emphasised or not any_emphasis else SOFT
            _draw_bar(page, row, scale, centres[i], beyond[i] is True, solid)
        if limit is not None:
            _upright(page, scale(limit), page.y, bottom, limit_label)
        for i, row in enumerate(shown):
            over, leftward = beyond[i] is True, extents[i].leftward
            end = scale(extents[i].low if leftward else extents[i].high)
            colour = MUTED if _unanswered(row) else WARNING if over else INK
            _write_value(page, end, centres[i], lines[i], leftward, colour, over)
            # Where the label has more lines than the bar is thick, the note still comes below both.
            under = (
                centres[i] + max(blocks[i], 0 if labels.above else len(labels.lines[i]) * SIZE * LEADING) / 2
            )
            page.block(
                labels.left + GAP,
                under + len(notes[i]) * SMALL * LEADING / 2,
                notes[i],
                SMALL,
                MUTED,
                halo=True,
            )
        _write_labels(page, labels, placed, marked)
        page.y = bottom + (4 if empty else SMALL * LEADING + 4)

    columns = ["项目", f"数值（{unit}）" if unit else "数值"]
    bounds = [_bounds(row, unit) for row in rows]
    cells = [[row.label, text] for row, text in zip(rows, texts, strict=True)]
    for heading, values in (
        ("可能范围", bounds),
        (
            f"是否超过{limit_label}",
            [
                {True: "超过", False: "未超过", None: NO_ANSWER}[b] if limit is not None else ""
                for b in beyond
            ],
        ),
        ("说明", [row.note for row in rows]),
    ):
        if any(values):
            columns.append(heading)
            cells = [[*cell, value] for cell, value in zip(cells, values, strict=True)]
    extra = f"{limit_label}，{beyond.count(True)} 项超过" if limit is not None else ""
    items = [f"{_short(row.label)} {_with_unit(text, unit)}" for row, text in zip(shown, texts, strict=False)]
    return _finish(
        page,
        name,
        title,
        _alt("条形图", title, unit, [] if empty else items, more, extra),
        columns,
        cells,
        more,
    )


def _bounds(row: Bar, unit: str) -> str:
    low = amount_text(row.low, unit) if row.low is not None else ""
    high = amount_text(row.high, unit) if row.high is not None else ""
    if low and high:
        return "" if row.low == row.high else f"{low} ～ {high}"
    return f"≥ {low}" if low else f"≤ {high}" if high else ""


def paired(name: str, title: str, rows: Sequence[Pair], base_name: str, value_name: str, unit: str) -> Chart:
    """Two values for each name, one under the other: 编制 and 实有, before and after."""
    shown, more = rows[:MOST_ROWS], max(len(rows) - MOST_ROWS, 0)
    any_emphasis = any(row.emphasised for row in rows)

    def cell(value: Fraction | None) -> str:
        return NO_ANSWER if value is None else amount_text(value, unit)

    def says(row: Pair) -> str:
        text = _clean(row.text) or f"{cell(row.base)} / {cell(row.value)}"
        absent = [n for n, v in ((base_name, row.base), (value_name, row.value)) if v is None]
        return text if NO_ANSWER in text or not absent else f"{text}，{'、'.join(absent)}{NO_ANSWER}"

    page = _Page()
    _head(
        page,
        unit if rows else "",
        [_Key(base_name, HOLLOW), _Key(value_name, SOFT if any_emphasis else STRONG)] if rows else [],
    )
    empty = all(row.base is None and row.value is None for row in rows)
    if empty:
        _nothing(page)
    if shown:
        thin = 11.0
        marked = [row.emphasised for row in shown]
        labels = _labels([row.label for row in shown], marked)
        lines = [_wrap(says(row), (WIDTH - labels.left) * 0.5) for row in shown]
        extents = [_reach((row.base, row.value), _room(line)) for row, line in zip(shown, lines, strict=True)]
        scale = _scale(extents, labels.left, WIDTH - MARGIN)
        placed, bottom = _rows(labels, [max(2 * thin, len(t) * SIZE * LEADING) for t in lines], page.y, 12)
        if not empty:
            _grid(page, extents, scale, unit, labels.start(placed, page.y), bottom)
        for row, at, extent, line in zip(shown, placed, extents, lines, strict=True):
            strong = STRONG if row.emphasised or not any_emphasis else SOFT
            for value, y, look in (
                (row.base, at.centre - thin, HOLLOW),
                (row.value, at.centre, strong),
            ):
                if value is not None:
                    _stand(page, scale, value, y, y + thin, look)
            x = scale(extent.low if extent.leftward else extent.high)
            _write_value(page, x, at.centre, line, extent.leftward, MUTED if row.value is None else INK)
        _write_labels(page, labels, placed, marked)
        page.y = bottom + (4 if empty else SMALL * LEADING + 4)

    items = [
        f"{_short(row.label)} {base_name} {cell(row.base)}，{value_name} {cell(row.value)}" for row in shown
    ]
    head = f"（{unit}）" if unit else ""
    return _finish(
        page,
        name,
        title,
        _alt("成对条形图", title, unit, [] if empty else items, more),
        ("项目", base_name + head, value_name + head, "说明"),
        [(row.label, cell(row.base), cell(row.value), row.text) for row in rows],
        more,
    )


_ANSWERS = {True: "达到", False: "未达到", None: NO_ANSWER}


def bullet(name: str, title: str, rows: Sequence[Bullet]) -> Chart:
    """Target against actual, each row to the scale of its own target, since units differ."""
    shown, more = rows[:MOST_ROWS], max(len(rows) - MOST_ROWS, 0)
    page = _Page()
    if rows:
        _head(page, "", [_Key("目标（各行以自身目标为尺度）", UNKNOWN, "line")])
    else:
        _nothing(page)
    start, at_target = MARGIN, WIDTH * 0.7
    furthest = WIDTH - 14
    for i, row in enumerate(shown):
        answer = _ANSWERS[row.met]
        beside = _width(answer) + 18
        if i:
            page.line(0, page.y, WIDTH, page.y, GRID)
        page.y += 5
        lines = _wrap(row.label, WIDTH - beside - 14) or ("",)
        page.block(0, page.y + len(lines) * SIZE * LEADING / 2, lines)
        y = page.y + SIZE * LEADING / 2
        colour = {True: INK, False: WARNING, None: MUTED}[row.met]
        page.text(WIDTH, y + SIZE * 0.36, answer, SIZE, colour, "right")
        _answer_mark(page, WIDTH - beside + 8, y, row.met)
        page.y += len(lines) * SIZE * LEADING + 3

        y0, y1 = page.y, page.y + 14
        if row.target:
            page.box(start, y0, at_target, y1, TRACK)
        if row.actual is None:
            page.box(start, y0, at_target, y1, _Look(PAPER, MUTED, dashed=True))
        else:
            look = BEYOND if row.met is False else STRONG if row.met else SOFT
            # No scale where the target is zero: any amount above it runs off the page.
            share = row.actual / row.target if row.target else Fraction(2 * (row.actual > 0))
            x = start + float(min(max(share, Fraction(0)), Fraction(2))) * (at_target - start)
            if share > 0:
                page.box(start, y0 + 2.5, max(min(x, furthest), start + LEAST), y1 - 2.5, look)
            if x > furthest:
                page.shape(_arrow(furthest + 4, (y0 + y1) / 2, 5.5), _Look(look.edge, look.edge))
        mark = at_target if row.target else start + 1
        page.line(mark, y0 - 2, mark, y1 + 2, INK, 2.2)
        page.y = y1 + 2
        page.paragraph(f"目标 {_target(row)}；实际 {_clean(row.actual_text) or '—'}", INK)
        page.paragraph(row.note)
        page.y += 5
    items = [
        f"{_short(row.label)} 目标 {_target(row)}，实际 {row.actual_text or '无'}，" + _ANSWERS[row.met]
        for row in shown
    ]
    met = [row.met for row in rows]
    counts = "，".join(f"{word} {met.count(kind)} 项" for kind, word in _ANSWERS.items())
    noted = any(row.note for row in rows)
    return _finish(
        page,
        name,
        title,
        _alt("目标与实际对照图", title, "", items, more, counts if rows else ""),
        ("指标", "目标", "实际", "结果", *(["说明"] if noted else [])),
        [(r.label, _target(r), r.actual_text, _ANSWERS[r.met], *([r.note] if noted else [])) for r in rows],
        more,
    )


def _target(row: Bullet) -> str:
    """What was to be reached, with its comparator said once."""
    text = _clean(row.target_text)
    return text if row.comparator in text else f"{row.comparator} {text}"


def _answer_mark(page: _Page, x: float, y: float, met: bool | None) -> None:
    """A filled disc-like diamond, a warning triangle, or an empty box."""
    if met:
        page.shape(_diamond(x, y, 5), STRONG)
    elif met is False:
        page.shape(_triangle(x, y, 5), MARK)
    else:
        page.box(x - 4.5, y - 4.5, x + 4.5, y + 4.5, UNKNOWN)


_STACK_LOOKS = (STRONG, SOFT, HATCHED, HOLLOW)


def stacked(name: str, title: str, rows: Sequence[Stack], unit: str, whole: Fraction) -> Chart:
    """What each whole is made of, and a line where it should close."""
    shown, more = rows[:MOST_ROWS], max(len(rows) - MOST_ROWS, 0)
    sums = [sum((value for _, value, _ in row.parts), Fraction(0)) for row in rows]
    whole_text = f"合计应为 {_measured(whole, unit)}"
    totals = []
    for total in sums:
        gap = (
            ""
            if total == whole
            else f"，{'多' if total > whole else '少'} {_measured(abs(total - whole), unit)}"
        )
        totals.append(f"合计 {_measured(total, unit)}{gap}")
    page = _Page()
    _head(page, unit if rows else "", [_Key(whole_text, CLAIM, "line")] if rows else [])
    if not any(row.parts for row in rows):
        _nothing(page)
    else:
        high = 34.0
        edges = [[Fraction(0)] for _ in shown]
        for row, edge in zip(shown, edges, strict=True):
            for _, value, _ in row.parts:
                edge.append(edge[-1] + max(value, Fraction(0)))
        extents = [_Extent(Fraction(0), edge[-1]) for edge in edges] + [_Extent(Fraction(0), whole, 2)]
        scale = _scale(extents, MARGIN, WIDTH - MARGIN)
        for row, edge, total, text in zip(shown, edges, sums, totals, strict=False):
            page.y += 6
            closes = total == whole
            colour = INK if closes else WARNING
            wide = _width(text) + 14 * (not closes)
            beside = wide < WIDTH * 0.6
            lines = _wrap(row.label, WIDTH - (wide + 14) * beside) or ("",)
            page.block(0, page.y + len(lines) * SIZE * LEADING / 2, lines)
            y = page.y + (0 if beside else len(lines)) * SIZE * LEADING
            page.y += (len(lines) + (not beside)) * SIZE * LEADING + 3
            left = WIDTH - wide if beside else 0.0
            if not closes:
                page.shape(_triangle(left + 5, y + SIZE * LEADING / 2, 5), MARK)
                left += 14
            size = min(SIZE, SIZE * (WIDTH - left) / _width(text))
            page.text(left, y + SIZE * (LEADING / 2 + 0.36), text, size, colour)
            key = []
            for i, (part, value, part_text) in enumerate(row.parts):
                x0, x1 = scale(edge[i]), scale(edge[i + 1])
                look = _STACK_LOOKS[i % len(_STACK_LOOKS)]
                if value > 0:
                    page.box(x0, page.y, x1, page.y + high, look)
                inside = (_clean(part), _clean(part_text))
                if value > 0 and _widest(inside, SMALL) + 8 <= x1 - x0:
                    _write_inside(page, (x0 + x1) / 2, page.y + high / 2, inside, look)
                    continue
                if value > 0 and _width(str(i + 1), SMALL) + 4 <= x1 - x0:
                    _write_inside(page, (x0 + x1) / 2, page.y + high / 2, (str(i + 1),), look)
                key.append(f"{i + 1} {_clean(part)} {_clean(part_text)}")
            page.line(scale(whole), page.y - 3, scale(whole), page.y + high + 3, INK, 2.2)
            page.y += high + 3
            _write_list(page, key)
            page.y += 6
    items = [
        f"{_short(row.label)} {text}，其中 "
        + "、".join(f"{_short(part)} {part_text}" for part, _, part_text in row.parts)
        for row, text in zip(shown, totals, strict=False)
        if row.parts
    ]
    return _finish(
        page,
        name,
        title,
        _alt("构成图", title, unit, items, more, whole_text),
        ("项目", "组成部分", f"数值（{unit}）" if unit else "数值"),
        [
            line
            for row, text in zip(rows, totals, strict=True)
            for line in [
                *((row.label, part, part_text) for part, _, part_text in row.parts),
                (row.label, "合计", text.removeprefix("合计 ")),
            ]
        ],
        more,
    )


def _write_list(page: _Page, items: Sequence[str]) -> None:
    """Short entries one after the other, unbroken where they fit a line."""
    line = ""
    for item in items:
        if line and _width(f"{line}；{item}", SMALL) > WIDTH:
            page.paragraph(line, INK)
            line = item
        else:
            line = f"{line}；{item}" if line else item
    page.paragraph(line, INK)


def _write_inside(page: _Page, x: float, centre: float, lines: Sequence[str], look: _Look) -> None:
    """Text inside a part: white on ink, on paper where the part is hatched."""
    page.block(x, centre, lines, SMALL, PAPER if look is STRONG else INK, "center", halo=bool(look.hatch))


def interval(name: str, title: str, rows: Sequence[Span], unit: str, maximum: Fraction) -> Chart:
    """Scores from what is proven to what is still possible, and what was claimed."""
    shown, more = rows[:MOST_ROWS], max(len(rows) - MOST_ROWS, 0)
    held = factor(unit)
    full = f"满分 {_measured(maximum, unit)}"
    page = _Page()
    if not rows:
        _nothing(page)
    else:
        claimed = any(row.claimed is not None for row in shown)
        keys = [_Key("已证实", STRONG)]
        if any(row.low != row.high for row in shown):
            keys.append(_Key("仍可能", HATCHED))
        _head(page, unit, [*keys, *([_Key("自评", CLAIM, "diamond")] if claimed else [])])
        labels = _labels([row.label for row in shown])
        lines = []
        extents = []
        for row in shown:
            own = _wrap(row.text, (WIDTH - labels.left) * 0.4)
            if row.claimed is not None:
                own = (*own, f"自评 {_number(row.claimed / held)}")
            lines.append(own)
            extents.append(_reach((row.low, row.high, maximum, row.claimed), _room(own) + 4))
        scale = _scale(extents, labels.left, WIDTH - MARGIN)
        top = page.y + _label_height(full)
        placed, bottom = _rows(labels, [max(THICK, len(t) * SIZE * LEADING) for t in lines], top)
        _grid(page, extents, scale, unit, labels.start(placed, top), bottom)
        _upright(page, scale(maximum), page.y, bottom, full)
        for row, at, extent, line in zip(shown, placed, extents, lines, strict=True):
            y0, y1 = at.centre - THICK / 2, at.centre + THICK / 2
            low, high = scale(row.low), scale(row.high)
            _stand(page, scale, row.low, y0, y1, STRONG)
            if high - low > LEAST:
                page.box(low, y0, high, y1, HATCHED)
            if row.claimed is not None:
                page.shape(_diamond(scale(row.claimed), at.centre), CLAIM)
            _write_value(page, scale(extent.high) + 4, at.centre, line, False)
        _write_labels(page, labels, placed, [False] * len(placed))
        page.y = bottom + SMALL * LEADING + 4

    def claim(row: Span) -> str:
        return "" if row.claimed is None else amount_text(row.claimed, unit)

    head = f"（{unit}）" if unit else ""
    columns = ["项目", "得分" + head, "已证实" + head, "最高可能" + head, "自评" + head]
    items = [
        f"{_short(row.label)} {_with_unit(row.text, unit)}"
        + (f"，自评 {_number(row.claimed / held)}" if row.claimed is not None else "")
        for row in shown
    ]
    return _finish(
        page,
        name,
        title,
        _alt("区间图", title, unit, items, more, full if rows else ""),
        columns,
        [(r.label, r.text, amount_text(r.low, unit), amount_text(r.high, unit), claim(r)) for r in rows],
        more,
    )


def moved(
    name: str, title: str, rows: Sequence[Moved], unit: str, before_name: str, after_name: str
) -> Chart:
    """What has moved between two runs: for each line the first run's interval over the second's."""
    shown, more = rows[:MOST_ROWS], max(len(rows) - MOST_ROWS, 0)
    page = _Page()
    if not rows:
        _nothing(page)
    else:
        _head(
            page,
            unit,
            [
                _Key(f"{before_name} 已证实", SOFT),
                _Key(f"{after_name} 已证实", STRONG),
                _Key("仍可能", HATCHED),
            ],
        )
        labels = _labels([row.label for row in shown])
        thick = THICK * 0.7
        step = max(thick, SIZE * LEADING)
        extents = [
            _reach([*(row.before or ()), *(row.after or ())], _room([f"{text} " for text in row.texts]))
            for row in shown
        ]
        scale = _scale(extents, labels.left, WIDTH - MARGIN)
        top = page.y
        placed, bottom = _rows(labels, [2 * step] * len(shown), top)
        _grid(page, extents, scale, unit, labels.start(placed, top), bottom)
        for row, at in zip(shown, placed, strict=True):
            for side, own, look in ((-0.5, row.before, SOFT), (0.5, row.after, STRONG)):
                text = row.texts[side > 0]
                centre = at.centre + side * step
                y0, y1 = centre - thick / 2, centre + thick / 2
                if own is not None:
                    low, high = map(scale, own)
                    _stand(page, scale, own[0], y0, y1, look)
                    if high - low > LEAST:
                        page.box(low, y0, high, y1, HATCHED)
                _write_value(page, scale(own[1]) if own else scale.zero, centre, [text], False)
        _write_labels(page, labels, placed, [False] * len(placed))
        page.y = bottom + SMALL * LEADING + 4

    def ends(own: tuple[Fraction, Fraction] | None) -> tuple[str, str]:
        return ("—", "—") if own is None else (amount_text(own[0], unit), amount_text(own[1], unit))

    head = f"（{unit}）" if unit else ""
    columns = ["项目"] + [
        f"{run}{word}{head}"
        for run in (f"{before_name} ", f"{after_name} ")
        for word in ("已证实", "最高可能")
    ]
    items = [f"{_short(row.label)} {row.texts[0]} 到 {row.texts[1]}" for row in shown]
    return _finish(
        page, name, title, _alt("前后对照图", title, unit, items, more), columns,
        [(row.label, *ends(row.before), *ends(row.after)) for row in rows], more,
    )  # fmt: skip


def tornado(name: str, title: str, rows: Sequence[Swing], unit: str, names: tuple[str, str]) -> Chart:
    """How far each change moves two ends of one interval from where they are, the first row the furthest.

    Takes    names: what the two ends are called. An end that does not move has no bar.
    """
    shown, more = rows[:MOST_SWINGS], max(len(rows) - MOST_SWINGS, 0)
    page = _Page()
    looks = (STRONG, HATCHED)
    if not rows:
        _nothing(page)
    else:
        keys = [_Key(f"{own}的移动", look) for own, look in zip(names, looks, strict=True)]
        _head(page, unit, keys)
        labels = _labels([row.label for row in shown])
        extents = []
        for low, high in (ends for row in shown for ends in (row.first, row.second)):
            extents.append(_Extent(low, _NOUGHT, _room([_moved(low, unit)], False) if low else 0.0))
            extents.append(_Extent(_NOUGHT, high, _room([_moved(high, unit)], False) if high else 0.0))
        scale = _scale(extents, labels.left, WIDTH - MARGIN)
        lane = SMALL * LEADING
        placed, bottom = _rows(labels, [2 * lane] * len(shown), page.y)
        _grid(page, extents, scale, unit, labels.start(placed, page.y), bottom)
        for row, at in zip(shown, placed, strict=True):
            for ends, look, centre in zip(
                (row.first, row.second), looks, (at.centre - lane / 2, at.centre + lane / 2), strict=True
            ):
                for value in ends:
                    _stand(page, scale, value, centre - lane * 0.38, centre + lane * 0.38, look)
                for value in ends:
                    if value:
                        x = scale(value) + (-GAP if value < 0 else GAP)
                        page.block(
                            x,
                            centre,
                            (_moved(value, unit),),
                            SMALL,
                            INK,
                            "right" if value < 0 else "left",
                            halo=True,
                        )
        _write_labels(page, labels, placed, [False] * len(placed))
        page.y = bottom + SMALL * LEADING + 4
        if more:
            page.paragraph(f"图中为移动最大的 {MOST_SWINGS} 项，另有 {more} 项见数据表。")
    head = f"（{unit}）" if unit else ""
    columns = ["改动", *(f"{own}最多{way}{head}" for own in names for way in ("减少", "增加"))]

    def cells(row: Swing) -> list[str]:
        return [_moved(value, unit) if value else "—" for value in (*row.first, *row.second)]

    items = [
        f"{_short(row.label)} "
        + "，".join(
            f"{own} {'～'.join(_moved(value, unit) for value in ends if value)}"
            for own, ends in zip(names, (row.first, row.second), strict=True)
            if any(ends)
        )
        for row in shown
    ]
    return _finish(
        page, name, title, _alt("龙卷风图", title, unit, items, more), columns,
        [(row.label, *cells(row)) for row in rows], 0,
    )  # fmt: skip


def _moved(value: Fraction, unit: str) -> str:
    """A move with its sign; one that two decimals would not show has only its direction."""
    if not rounded(value / factor(unit), 2):
        return "微增" if value > 0 else "微减"
    return ("+" if value > 0 else "−") + amount_text(abs(value), unit)


PANEL = 74.0  # the height that the values of a line have, without room for their texts
MOST_YEARS = 8
BREAK_SIGNS = "①②③④⑤⑥⑦⑧⑨⑩"


def trend(name: str, title: str, years: Sequence[int], tracks: Sequence[Track], unit: str) -> Chart:
    """Lines over the years, one under the other on one scale that has zero. No line runs through a gap or across a break."""
    drawn = years[-MOST_YEARS:]
    shown = [Track(track.label, track.dots[-MOST_YEARS:]) for track in tracks[:MOST_ROWS]]
    more = max(len(tracks) - MOST_ROWS, 0)
    remarks = _break_remarks(drawn, shown)
    page = _Page()
    if not any(dot.value is not None for track in shown for dot in track.dots):
        _nothing(page)
    else:
        stated = any(dot.hollow for track in shown for dot in track.dots)
        keys = [_Key("该年度案例的数", STRONG)]
        if stated:
            keys.append(_Key("只见于后来资料", HOLLOW))
        if remarks:
            keys.append(_Key("断点：两侧不可比", MARK, "diamond"))
        _head(page, unit, keys)
        values = [dot.value for track in shown for dot in track.dots if dot.value is not None]
        low, high = min([Fraction(0), *values]), max([Fraction(0), *values])
        left = min(COLUMN * 0.72, max(_widest(_wrap(track.label, COLUMN * 0.7)) for track in shown)) + 2 * GAP
        step = (WIDTH - MARGIN - left) / len(drawn)
        centres = [left + step * (place + 0.5) for place in range(len(drawn))]
        for track in shown:
            _draw_track(page, track, centres, step, left, (low, high), _signs(track, drawn, remarks))
        for x, year in zip(centres, drawn, strict=True):
            page.text(x, page.y + SMALL, f"{year}", SMALL, MUTED, "center")
        page.y += SMALL * LEADING + 4
        if len(drawn) < len(years):
            page.paragraph(f"图中为最近{len(drawn)}年，更早的见数据表。")
        for remark, sign in remarks.items():
            page.paragraph(f"{sign} {remark}")
    items = [
        f"{_short(track.label)} "
        + "，".join(f"{year}年 {dot.text}" for year, dot in zip(drawn, track.dots, strict=True))
        for track in shown
    ]
    said = "；".join(f"断点{sign}{remark}" for remark, sign in remarks.items())
    columns = ["项目", *(f"{year}年" for year in years), "不可比之处"]
    rows = [
        (
            track.label,
            *(dot.text for dot in track.dots),
            "；".join(
                f"{year}年：{dot.broken}" for year, dot in zip(years, track.dots, strict=True) if dot.broken
            ),
        )
        for track in tracks
    ]
    return _finish(page, name, title, _alt("折线图", title, unit, items, more, said), columns, rows, more)


def _break_remarks(years: Sequence[int], tracks: Sequence[Track]) -> dict[str, str]:
    """What breaks the lines, each with its sign."""
    said = dict.fromkeys(
        f"{year}年：{dot.broken}"
        for track in tracks
        for year, dot in zip(years, track.dots, strict=True)
        if dot.broken and dot.value is not None
    )
    signs = [*BREAK_SIGNS, *(f"({n})" for n in range(len(BREAK_SIGNS) + 1, len(said) + 1))]
    return dict(zip(said, signs, strict=False))


def _signs(track: Track, years: Sequence[int], remarks: dict[str, str]) -> list[str]:
    """For each year the sign of what breaks the line before it; "" where nothing does."""
    return [remarks.get(f"{year}年：{dot.broken}", "") for year, dot in zip(years, track.dots, strict=True)]


def _draw_track(
    page: _Page, track: Track, centres: Sequence[float], step: float, left: float, ends: tuple[Fraction, Fraction],
    signs: Sequence[str],
) -> None:  # fmt: skip
    """One line in its own panel: its name at the left, each value above its dot, a word where there is none."""
    texts = [_wrap(dot.text, step - 2, SMALL) for dot in track.dots]
    above = max(len(lines) for lines in texts) * SMALL * LEADING + 8
    labels = _wrap(track.label, left - GAP)
    top = page.y + above
    foot = top + max(PANEL, len(labels) * SIZE * LEADING)
    panel = foot - top
    low, high = ends
    span = (high - low) or Fraction(1)

    def height(value: Fraction) -> float:
        return foot - float((value - low) / span) * panel

    zero = height(Fraction(0))
    page.line(left, zero, WIDTH - MARGIN, zero, GRID, 1.0)
    page.block(0, (top + foot) / 2, labels, SIZE)
    for place in range(1, len(centres)):
        before, now = track.dots[place - 1], track.dots[place]
        if before.value is not None and now.value is not None and before.segment == now.segment:
            page.line(
                centres[place - 1], height(before.value), centres[place], height(now.value), ACCENT, 2.0
            )
        if signs[place]:
            x = (centres[place - 1] + centres[place]) / 2
            page.line(x, top, x, foot, WARNING, 1.2, dashed=True)
            page.shape(_diamond(x, foot, 4.0), MARK)
            page.text(x, foot + 6 + SMALL, signs[place], SMALL, WARNING, "center")
    hollows = {
        place for place in range(1, len(track.dots) - 1) if _is_hollow(track.dots[place - 1 : place + 2])
    }
    for place, (x, dot, lines) in enumerate(zip(centres, track.dots, texts, strict=True)):
        tall = len(lines) * SMALL * LEADING
        if dot.value is None:
            page.block(x, zero - tall / 2 - 2, lines, SMALL, MUTED, "center", halo=True)
            continue
        y = height(dot.value)
        page.shape(_round(x, y), HOLLOW if dot.hollow else STRONG)
        # in a hollow of the line the text stands under the dot, where no line runs, if there is room above zero
        under = place in hollows and y + 9 + tall <= foot
        page.block(x, y + 7 + tall / 2 if under else y - 7 - tall / 2, lines, SMALL, INK, "center", halo=True)
    page.y = foot + 8 + (SMALL * LEADING if any(signs) else 0)


def _is_hollow(dots: Sequence[Dot]) -> bool:
    """Whether lines go up from the middle of three dots to both sides."""
    first, middle, last = (dot.value for dot in dots)
    if first is None or middle is None or last is None or len({dot.segment for dot in dots}) > 1:
        return False
    return first > middle < last


def _round(x: float, y: float, half: float = 3.6) -> tuple[Point, ...]:
    """An octagon: as round as a dot needs to be."""
    side = half * 0.414
    return (
        (x - side, y - half), (x + side, y - half), (x + half, y - side), (x + half, y + side), (x + side, y + half),
        (x - side, y + half), (x - half, y + side), (x - half, y - side),
    )  # fmt: skip
