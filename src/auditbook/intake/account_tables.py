"""The tables of published final accounts as they were read: amounts with their places, rows, tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache

from auditbook.intake.account_layouts import Layout
from auditbook.numbers import Interval, factor


@dataclass(frozen=True)
class Amount:
    """A cell of a table. ``value`` is in the unit of the table, None where the cell is blank; ``text`` is as printed.

    ``page`` is 0 where the document has no pages; ``place`` is where it stands in a file of cells. ``key`` names it in
    whatever form the document came: table, row and column.
    """

    text: str
    value: Fraction | None
    page: int
    table: str
    row: str
    column: str
    key: str = ""
    place: str = field(default="", compare=False)

    @property
    def locator(self) -> str:
        """Where it stands in the document: ``第7页 收入决算表 行‘社会保障和就业支出’ 列‘财政拨款收入’``."""
        row = f" 行‘{self.row}’" if self.row else ""
        at = f"第{self.page}页" if self.page else self.place
        return f"{at} {self.table}{row} 列‘{self.column}’".lstrip()

    @property
    def where(self) -> str:
        """The locator, and the place in the file that it was read from where that is another."""
        return f"{self.locator}〔{self.place}〕" if self.page and self.place else self.locator


@dataclass(frozen=True)
class Line:
    """A row of a table, or of one side of it: its code and name as printed, its amounts by column id."""

    id: str
    side: str
    code: str
    name: str
    page: int
    amounts: Mapping[str, Amount]
    printed: str
    place: str = field(default="", compare=False)

    @property
    def label(self) -> str:
        """Code and name together."""
        return f"{self.code} {self.name}".strip()

    @property
    def at(self) -> str:
        """Its page, or its place in a file of cells."""
        return f"第{self.page}页" if self.page else self.place


@dataclass(frozen=True)
class Printed:
    """A table as it is printed: the rows of its head, those under it with their pages, and the remarks below it."""

    head: tuple[tuple[str, ...], ...] = ()
    body: tuple[tuple[int, tuple[str, ...]], ...] = ()
    below: str = ""


@dataclass(frozen=True)
class Table:
    """A table as it was read. ``decimals`` is the finest place that any of its amounts shows."""

    layout: Layout
    title: str
    unit: str
    pages: tuple[int, ...]
    columns: tuple[str, ...]
    lines: tuple[Line, ...]
    statement: str
    decimals: int
    place: str = field(default="", compare=False)
    printed: Printed = field(default_factory=Printed, compare=False)

    @property
    def where(self) -> str:
        """Its pages and title, or its place in a file of cells."""
        at = f"第{'、'.join(map(str, self.pages))}页" if self.pages else self.place
        return f"{at} {self.title}"

    @property
    def amounts(self) -> list[Amount]:
        """All its cells, blank ones too."""
        return [amount for line in self.lines for amount in line.amounts.values()]

    @property
    def has_amounts(self) -> bool:
        """Whether any cell holds an amount."""
        return any(amount.value is not None for amount in self.amounts)

    def line(self, id_: str, side: str = "") -> Line | None:
        """The row of an id (``total``, ``income_total``, …), on a side where the table has sides."""
        return next((line for line in self.lines if line.id == id_ and side in {"", line.side}), None)

    def amount(self, id_: str, column: str, side: str = "") -> Amount | None:
        """A cell by the ids of its row and column; None where the table has no such row or column."""
        line = self.line(id_, side)
        return line.amounts.get(column) if line else None

    def interval(self, amount: Amount) -> Interval | None:
        """The range in 元 that a printed amount stands for; None for a blank one."""
        if amount.value is None:
            return None
        held, half = _held(self.unit, self.decimals)
        value = amount.value * held
        return Interval(value - half, value + half)


@cache
def _held(unit: str, decimals: int) -> tuple[Fraction, Fraction]:
    """How many 元 a unit holds, and half a last place of it."""
    held = factor(unit)
    return held, held / (2 * 10**decimals)
