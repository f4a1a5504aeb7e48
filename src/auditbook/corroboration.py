"""Corroboration (旁证): for each figure that is used, what could have contradicted it and did not.

Two questions, since what answers one need not answer the other. Could anything contradict the cell: a phrase of the original, an
identity, a sum, a second source? And could anything contradict what befalls a table as a whole: its amounts in another unit, two
of its heads exchanged? A table in 元 that says 万元 still adds up, and so does a column of budgets under the head of actuals; only
what reaches beyond can tell. So each such damage is done to the figures, one by one, and whatever held before must break.
A check counts as independent where both are answered; what closes only within such a table is kept apart.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations

from auditbook.figures import FigureRow, Figures
from auditbook.intake import phrases
from auditbook.intake.account_comparing import AGREES, IDENTITY, RULES, WITHIN_ROUNDING, Check
from auditbook.numbers import MONEY, Interval, dimension

# What the range of a figure is read as, by its key.
Reading = Callable[[str, Interval], Interval]
# By how much a table is off whose unit is taken for another: 元 for 万元, and the other way round.
_SLIPS = (Fraction(10**4), Fraction(1, 10**4))
# What may lie far off and still agree speaks for no amount.
_PROVES = {rule: proves for rule, (_, _, proves) in RULES.items()}
_IN_ORIGINAL = {phrases.VERIFIED, phrases.RESPACED, phrases.ELSEWHERE}
_CELLS = (
    re.compile(r"(?:\S+ )?(?:\S+ )?(?P<table>\S+?)(?: 行‘(?P<row>.*?)’)? 列‘(?P<column>.*)’"),
    re.compile(r"(?P<table>.+)!(?P<column>[A-Z]+)(?P<row>[0-9]+)"),
    re.compile(r"(?P<table>)第(?P<row>[0-9]+)行第(?P<column>[0-9]+)列"),
)


@dataclass(frozen=True)
class Tie:
    """Arithmetic that holds figures together: its name, their keys, and whether it holds when they are read otherwise.

    ``precise``: it closes to the last place, and so speaks for each of its figures; a bound speaks for their order of magnitude
    only.
    """

    name: str
    keys: tuple[str, ...]
    holds: Callable[[Reading], bool]
    precise: bool = True


@dataclass(frozen=True)
class Spoken:
    """A figure that is used, the checks that are independent, and those that would close in a damaged table as well."""

    row: FigureRow
    checks: tuple[str, ...]
    within: tuple[str, ...]


def spoken_for(
    figures: Figures, ties: Iterable[Tie], checks: Sequence[tuple[str, Check]]
) -> Iterator[Spoken]:
    """Every figure that is used and has a value, with what speaks for it.

    Takes    ties: identities, sums, second sources, bounds; checks: of published tables, with their source.
    """
    return _Known(figures, ties, [check for _, check in checks]).spoken()


@dataclass(frozen=True)
class _Place:
    """Where a figure stands: its table, and the row and column of its cell where it has one of its own."""

    table: str
    row: str = ""
    column: str = ""


def _place(row: FigureRow) -> _Place:
    cell = row.locator.partition("〔")[0]
    for pattern in _CELLS:
        if found := pattern.fullmatch(cell):
            printed = pattern is _CELLS[0]
            return _Place(
                found["table"] if printed else _sheet(row.where), found["row"] or "", found["column"]
            )
    return _Place(_sheet(row.where))


def _sheet(where: str) -> str:
    """The file, or the sheet of it, that a place is in."""
    return re.split(r"!|:(?=[0-9])", where)[0]


def _as_read(key: str, box: Interval) -> Interval:
    return box


class _Known:
    def __init__(self, figures: Figures, ties: Iterable[Tie], checks: Sequence[Check]) -> None:
        self.rows = {str(key): row for key, row in figures.chosen.items() if row.has_value}
        self.places = {key: _place(row) for key, row in self.rows.items()}
        self.ties: dict[str, list[Tie]] = defaultdict(list)
        for tie in ties:
            if tie.holds(_as_read) and not self._made_of_itself(tie):
                for key in tie.keys:
                    self.ties[key].append(tie)
        self.agreed = [
            [cell.partition("〔")[0] for cell in check.cells] for check in checks
            if check.verdict in {AGREES, WITHIN_ROUNDING} and _PROVES.get(check.rule, IDENTITY) == IDENTITY
        ]  # fmt: skip

        self.crossing = self._crossing()

    def spoken(self) -> Iterator[Spoken]:
        """Every figure, with what speaks for it."""
        cells = {cell for own in self.agreed for cell in own}
        unsure = self._unsure()
        for key, row in self.rows.items():
            found = dict.fromkeys(tie.name for tie in self.ties[key] if tie.precise)
            if row.quote_status in _IN_ORIGINAL:
                found["phrase"] = None
            if row.locator.partition("〔")[0] in cells:
                found["accounts"] = None
            yield Spoken(row, () if key in unsure else tuple(found), tuple(found) if key in unsure else ())

    def _made_of_itself(self, tie: Tie) -> bool:
        """Whether a figure of the tie was added up from the others: it cannot but close."""
        own = [key for key in tie.keys if key in self.rows]
        derived = any(self.rows[key].basis == "derived" for key in own)
        return derived and len({self.places[key].table for key in own}) < 2

    def _unsure(self) -> set[str]:
        """The figures that some damage to their table would change without contradicting anything."""
        tables: dict[str, list[str]] = defaultdict(list)
        for key, place in self.places.items():
            tables[place.table].append(key)
        found: set[str] = set()
        for keys in tables.values():
            for sure, damaged in self._damages(keys):
                changed = {key for key in damaged if not sure(key)}
                if changed and not self._contradicted(damaged):
                    found |= changed
        return found

    def _damages(self, keys: Sequence[str]) -> Iterator[tuple[Callable[[str], bool], dict[str, Interval]]]:
        """What may befall a table: which figures are safe from it by themselves, and what it would make of all of them."""
        money = [key for key in keys if dimension(self.rows[key].unit) == MONEY and self.rows[key].exact]
        for slip in _SLIPS:
            boxes = {key: self.rows[key].interval for key in money}
            yield (
                self._sure_of_unit,
                {key: Interval(box.low * slip, box.high * slip) for key, box in boxes.items()},
            )
        columns: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
        for key in keys:
            columns[self.places[key].column][self.places[key].row].append(key)
        columns.pop("", None)
        for one, other in combinations(columns.values(), 2):
            swapped = {
                key: self.rows[counterpart[row][0]].interval
                for own, counterpart in ((one, other), (other, one))
                for row in own if row in counterpart
                for key in own[row]
                if dimension(self.rows[key].unit) == dimension(self.rows[counterpart[row][0]].unit)
            }  # fmt: skip
            yield (
                self._sure_of_column,
                {key: box for key, box in swapped.items() if box != self.rows[key].interval},
            )

    def _sure_of_unit(self, key: str) -> bool:
        """Whether the phrase in the original says the unit, or a cell of the published table agrees with one of another."""
        row = self.rows[key]
        other = "元" if row.unit != "元" else "万元"
        told = (
            row.quote_status in _IN_ORIGINAL and phrases.holds(row.quote, row.value, other) != phrases.HOLDS
        )
        return told or self.places[key].table in {table for table, _ in self.crossing}

    def _sure_of_column(self, key: str) -> bool:
        """Whether the original has the phrase, or a cell of the column of a published table agrees with one of another table."""
        place = self.places[key]
        return self.rows[key].quote_status in _IN_ORIGINAL or (place.table, place.column) in self.crossing

    def _contradicted(self, damaged: dict[str, Interval]) -> bool:
        def read(key: str, box: Interval) -> Interval:
            return damaged.get(key, box)

        touched = {id(tie): tie for key in damaged for tie in self.ties[key]}
        return any(not tie.holds(read) for tie in touched.values())

    def _crossing(self) -> set[tuple[str, str]]:
        """The columns of published tables, with their table, that have a cell which agrees with one of another table."""
        found: set[tuple[str, str]] = set()
        for cells in self.agreed:
            matches = [match for cell in cells if (match := _CELLS[0].fullmatch(cell))]
            if len({match["table"] for match in matches}) > 1:
                found |= {(match["table"], match["column"]) for match in matches}
        return found
