"""Corroboration (旁证): for each figure that is used, what could have contradicted it and did not.

Two questions, since what answers one need not answer the other. Could anything contradict the cell: a phrase of the original,
an identity, a sum, a second source? And could anything contradict the unit of its whole table? A table in 元 that says 万元 still
adds up, and only what reaches beyond it can tell: an identity over two tables, a bound that such a slip would break, a phrase with
its unit. A check counts as independent where both are answered; what closes only within such a table is kept apart.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from auditbook.figures import FigureRow, Figures
from auditbook.intake import phrases
from auditbook.intake.account_comparing import AGREES, IDENTITY, RULES, WITHIN_ROUNDING, Check
from auditbook.numbers import MONEY, Interval, dimension

Scale = Callable[[str], Fraction]
# By how much a table is off whose unit is taken for another: 元 for 万元, and the other way round.
_SLIPS = (Fraction(10**4), Fraction(1, 10**4))
_IN_ORIGINAL = {phrases.VERIFIED, phrases.RESPACED, phrases.ELSEWHERE}
_OF_ACCOUNTS = re.compile(r"(\S+) [行列][‘']")
# What may lie far off and still agree speaks for no amount.
_PROVES = {rule: proves for rule, (_, _, proves) in RULES.items()}


@dataclass(frozen=True)
class Tie:
    """Arithmetic that holds figures together: its name, their keys, and whether it holds when they are scaled.

    ``precise``: it closes to the last place, and so speaks for each of its figures; a bound speaks for their order of magnitude
    only. ``beyond``: it reaches into other tables than those of its figures, as a second source does.
    """

    name: str
    keys: tuple[str, ...]
    holds: Callable[[Scale], bool]
    precise: bool = True
    beyond: bool = False


@dataclass(frozen=True)
class Spoken:
    """A figure that is used, the checks that are independent, and those that cannot tell the unit of its table."""

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


def scaled(box: Interval, by: Fraction) -> Interval:
    """A range in another unit."""
    return Interval(box.low * by, box.high * by)


def _as_it_is(key: str) -> Fraction:
    return Fraction(1)


class _Known:
    def __init__(self, figures: Figures, ties: Iterable[Tie], checks: Sequence[Check]) -> None:
        self.rows = {str(key): row for key, row in figures.chosen.items() if row.has_value}
        self.tables = {key: _table(row) for key, row in self.rows.items()}
        self.ties = [tie for tie in ties if tie.holds(_as_it_is) and not self._made_of_itself(tie)]
        self.agreed = [
            check.cells for check in checks
            if check.verdict in {AGREES, WITHIN_ROUNDING} and _PROVES.get(check.rule, IDENTITY) == IDENTITY
        ]  # fmt: skip

    def spoken(self) -> Iterator[Spoken]:
        confirmed = self._confirmed()
        cells = {cell for own in self.agreed for cell in own}
        closing: dict[str, dict[str, None]] = defaultdict(dict)
        for tie in self.ties:
            for key in tie.keys if tie.precise else ():
                closing[key][tie.name] = None
        for key, row in self.rows.items():
            found = closing[key]
            if row.quote_status in _IN_ORIGINAL:
                found["phrase"] = None
            if row.locator.partition("〔")[0] in cells:
                found["accounts"] = None
            sure = dimension(row.unit) != MONEY or self.tables[key] in confirmed
            yield Spoken(row, tuple(found) if sure else (), () if sure else tuple(found))

    def _touched(self, tie: Tie) -> set[str]:
        return {self.tables[key] for key in tie.keys if key in self.tables}

    def _made_of_itself(self, tie: Tie) -> bool:
        """Whether a figure of the tie was added up from the others: it cannot but close."""
        derived = any(self.rows[key].basis == "derived" for key in tie.keys if key in self.rows)
        return derived and len(self._touched(tie)) < 2

    def _confirmed(self) -> set[str]:
        """The tables that could not be in another unit without contradicting something."""
        crossing: dict[str, list[Tie]] = defaultdict(list)
        for tie in self.ties:
            touched = self._touched(tie)
            for table in touched if len(touched) > 1 or tie.beyond else ():
                crossing[table].append(tie)
        found = {
            table for table, own in crossing.items()
            if all(any(self._breaks(tie, table, slip) for tie in own) for slip in _SLIPS)
        }  # fmt: skip
        for cells in self.agreed:
            named = {match[1] for cell in cells if (match := _OF_ACCOUNTS.search(cell))}
            found |= named if len(named) > 1 else set()
        return found | {self.tables[key] for key, row in self.rows.items() if _phrase_tells_unit(row)}

    def _breaks(self, tie: Tie, table: str, slip: Fraction) -> bool:
        def scale(key: str) -> Fraction:
            slips = key in self.rows and self.tables[key] == table and dimension(self.rows[key].unit) == MONEY
            return slip if slips else Fraction(1)

        return not tie.holds(scale)


def _table(row: FigureRow) -> str:
    """The table in which a figure stands: a sheet, a file of separated values, a table of published accounts."""
    found = _OF_ACCOUNTS.search(row.locator)
    return found[1] if found else re.split(r"!|:(?=[0-9])", row.where)[0]


def _phrase_tells_unit(row: FigureRow) -> bool:
    """Whether the original has the phrase, and the phrase would not hold the same number in another unit."""
    other = "元" if row.unit != "元" else "万元"
    told = dimension(row.unit) == MONEY and phrases.holds(row.quote, row.value, other) != phrases.HOLDS
    return told and row.quote_status in _IN_ORIGINAL
