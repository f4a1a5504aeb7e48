"""Indicators, amounts and scores over the years of a department: points, changes by the right base, and where they break.

The base of a change is the earlier year's figure as its own case has it, under the definition that is in force now; where that
year has no case of its own, what a later document says of it, and this is told. A year or figure that is missing is a gap, never
zero; a base of zero has no rate. Where a definition, a scheme or the units have changed, the series breaks.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property

from auditbook import indicators
from auditbook.cases import DEPARTMENT, Unit
from auditbook.figures import (
    ANY_UNIT,
    CARRIED,
    MISSING,
    NOT_APPLICABLE,
    Dictionary,
    FigureRow,
    Figures,
    Resolved,
)
from auditbook.indicators import COMPUTED, NOT_ASSESSABLE, Result, Rulebook, Stanza
from auditbook.intake.intake_carried import succeeding
from auditbook.numbers import dimension, factor, plain
from auditbook.tables import Row
from auditbook.year_chain import Year
from auditbook.year_rules import Trend

AMOUNT, INDICATOR, SCORE = "amount", "indicator", "score"
OWN, STATED = "own", "stated"
NO_CASE = "no_case"
CHANGED, ZERO_BASE, NEGATIVE_BASE, NO_BASE, NOT_MEANT = (
    "changed",
    "zero_base",
    "negative_base",
    "no_base",
    "not_meant",
)
AGREES, WITHIN_ROUNDING, DIFFERS, CARRIED_DIFFERS = "agrees", "within_rounding", "differs", "carried_differs"
MOST_PLACES = 3


@dataclass(frozen=True)
class Point:
    """A year of a series. ``value`` is exact, in base units; None where the year is a gap, and ``status`` says why."""

    year: int
    status: str
    value: Fraction | None = None
    low: Fraction | None = None
    high: Fraction | None = None
    definition: str = ""
    origin: str = ""
    case: str = ""
    figures: tuple[str, ...] = ()
    place: str = ""


@dataclass(frozen=True)
class Base:
    """What a change is counted from: the value of the year before, and whose it is."""

    value: Fraction
    origin: str
    case: str


@dataclass
class Series:
    """All years of the cases of a chain, the latest first, each also seen with the units of a later one."""

    years: Sequence[Year]
    dictionary: Dictionary
    rulebook: Rulebook
    trends: Sequence[Trend]
    _seen: dict[tuple[int, int], Figures] = field(default_factory=dict)
    _results: dict[tuple[int, str], dict[tuple[str, str, str, str], Result]] = field(default_factory=dict)

    @property
    def latest(self) -> Year:
        """The year of the case that is run."""
        return self.years[0]

    @cached_property
    def of_year(self) -> dict[int, Year]:
        """The cases by their years."""
        return {year.year: year for year in self.years}

    @cached_property
    def span(self) -> range:
        """Every year from the first of which anything is known to the latest, whether a case has it or not."""
        listed = {id for trend in self.trends for id in trend.figures}
        told = [
            key.year for year in self.years for key, row in year.figures.chosen.items()
            if row.has_value and key.figure in listed and key.year <= year.year
        ]  # fmt: skip
        return range(min([*self.of_year, *told]), self.latest.year + 1)

    # --- rows ------------------------------------------------------------------------------------------

    def rows(self) -> list[Row]:
        """Rows of years.csv: every series of which two years are known at least."""
        found: list[Row] = []
        if len(self.span) > 1:
            for trend in self.trends:
                for figure in trend.figures:
                    found += self._amounts(figure)
            for stanza in self.rulebook.stanzas.values():
                found += self._indicator(stanza)
            found += self._scores()
        return list(
            {tuple(row[c] for c in ("kind", "about", "scope", "item", "year")): row for row in found}.values()
        )

    def _amounts(self, figure: str) -> Iterator[Row]:
        meaning = self.dictionary[figure]
        if meaning.unit == ANY_UNIT:
            return
        for scope in (DEPARTMENT, *self.latest.unit_names()):
            items = dict.fromkeys(
                item for year in self.years for item in ("", *self._figures(year, scope).items(figure, scope))
            )
            for item in items:
                points = [self._amount(figure, scope, item, year) for year in self.span]
                if _known(points) > 1:
                    breaks = {year: self._unit_break(year, scope) for year in self.span}
                    names = [year.figures.item_name(figure, item) for year in self.years]
                    named = next((name for name in names if name != item), item)
                    name = meaning.name + (f"·{named}" if item else "")
                    head = {
                        "kind": AMOUNT,
                        "about": figure,
                        "scope": scope,
                        "item": item,
                        "name": name,
                        "unit": meaning.unit,
                    }
                    bases = _bases(points)
                    yield from _written(head, points, bases, breaks, factor(meaning.unit), rated=True)

    def _indicator(self, stanza: Stanza) -> Iterator[Row]:
        scopes = (DEPARTMENT,) if stanza.judged else (DEPARTMENT, *self.latest.unit_names())
        for scope in scopes:
            items = dict.fromkeys(
                item
                for year in self.span
                for (id, _, own, item) in self._of(year, scope)
                if (id, own) == (stanza.id, scope)
            )
            for item in items:
                points = [self._result(stanza, scope, item, year) for year in self.span]
                if _known(points) < 2:
                    continue
                bases = [
                    self._indicator_base(stanza, scope, item, point, before)
                    for point, before in zip(points, [None, *self.span[:-1]], strict=True)
                ]
                breaks = {
                    year: "；".join(
                        filter(None, [self._definition_break(stanza, year), self._unit_break(year, scope)])
                    )
                    for year in self.span
                }
                unit = "1" if stanza.unit == "%" else stanza.unit
                name = stanza.name + (f"·{self._item_name(stanza, item)}" if item else "")
                head = {
                    "kind": INDICATOR,
                    "about": stanza.id,
                    "scope": scope,
                    "item": item,
                    "name": name,
                    "unit": unit,
                }
                yield from _written(head, points, bases, breaks, Fraction(1), rated=False)

    def _item_name(self, stanza: Stanza, item: str) -> str:
        figures = [figure for definition in stanza.definitions for figure in stanza.figures(definition)]
        names = (year.figures.item_name(figure, item) for year in self.years for figure in figures)
        return next((name for name in names if name != item), item)

    def _scores(self) -> Iterator[Row]:
        points = []
        for year in self.span:
            own = self.of_year.get(year)
            if own is None or own.total is None:
                points.append(Point(year, NO_CASE if own is None else NOT_ASSESSABLE))
                continue
            low, high = Fraction(own.total["lowest"]), Fraction(own.total["highest"])
            value = low if low == high else None
            points.append(
                Point(
                    year,
                    COMPUTED,
                    value,
                    low,
                    high,
                    own.framework,
                    OWN,
                    own.case.case,
                    (),
                    f"schemes.csv {own.framework}",
                )
            )
        if sum(point.low is not None for point in points) < 2:
            return
        breaks = {year: self._scheme_break(year) for year in self.span}
        head = {
            "kind": SCORE,
            "about": "total",
            "scope": DEPARTMENT,
            "item": "",
            "name": "总分",
            "unit": "分",
        }
        # points of another scheme are no base
        bases = [
            None if breaks[point.year] else base for point, base in zip(points, _bases(points), strict=True)
        ]
        yield from _written(head, points, bases, breaks, Fraction(1), rated=False)

    # --- points ----------------------------------------------------------------------------------------

    def _amount(self, figure: str, scope: str, item: str, year: int) -> Point:
        own = self.of_year.get(year)
        if own is not None:
            found = self._figures(own, scope).resolve(figure, scope, item, year)
            if found.value is not None or found.state == NOT_APPLICABLE:
                return self._point(own, self._figures(own, scope), found, year, OWN)
        for later in self._later(year):
            if scope == DEPARTMENT or later is self.latest:
                found = later.figures.resolve(figure, scope, item, year)
                if found.value is not None:
                    return self._point(later, later.figures, found, year, STATED)
        return Point(year, NO_CASE if own is None else MISSING)

    def _point(self, of: Year, figures: Figures, found: Resolved, year: int, origin: str) -> Point:
        box = found.interval if found.value is not None else None
        low, high = (box.low, box.high) if box else (None, None)
        keys = tuple(found.terms)
        place = _places(keys, figures)
        return Point(year, found.state, found.value, low, high, "", origin, of.case.case, keys, place)

    def _result(self, stanza: Stanza, scope: str, item: str, year: int) -> Point:
        of = self._speaking(year)
        if of is None:
            return Point(year, NO_CASE)
        definition = of.scoring[stanza.id]
        result = self._of(year, scope).get((stanza.id, definition, scope, item))
        own = of.year == year
        if result is None or (not own and result.status != COMPUTED):
            return Point(year, NOT_ASSESSABLE if own else NO_CASE, definition=definition if own else "")
        keys = result.terms if result.status == COMPUTED else result.lacking
        place = _places(keys, self._figures(of, scope))
        return Point(
            year, result.status, result.value, result.low, result.high, definition, OWN if own else STATED, of.case.case,
            tuple(keys), place,
        )  # fmt: skip

    def _indicator_base(
        self, stanza: Stanza, scope: str, item: str, point: Point, before: int | None
    ) -> Base | None:
        """The value of the year before, under the definition of this year."""
        of = None if before is None else self._speaking(before)
        if before is None or of is None or not point.definition:
            return None
        result = self._of(before, scope).get((stanza.id, point.definition, scope, item))
        if result is None or result.value is None:
            return None
        return Base(result.value, OWN if of.year == before else STATED, of.case.case)

    def _speaking(self, year: int) -> Year | None:
        """The case of a year, else the next later one that has figures of it."""
        own = self.of_year.get(year)
        if own is not None:
            return own
        return next((y for y in self._later(year) if any(key.year == year for key in y.figures.chosen)), None)

    def _later(self, year: int) -> list[Year]:
        """The cases of later years, the nearest first."""
        return sorted((own for own in self.years if own.year > year), key=lambda own: own.year)

    def _of(self, year: int, scope: str) -> dict[tuple[str, str, str, str], Result]:
        """Every result of a year: the department's as its case has them, the units' with the units of the latest."""
        which = DEPARTMENT if scope == DEPARTMENT else "units"
        if (year, which) not in self._results:
            of = self._speaking(year)
            found: Iterable[Result] = ()
            if of is not None and of.year == year and (which == DEPARTMENT or of is self.latest):
                found = of.results
            elif of is not None and of.year == year:
                found = self._computed(self.seen(of, self.latest))
            elif of is not None and which == DEPARTMENT:
                found = self._computed(Figures(self.dictionary, of.figures.rows, of.figures.units, year))
            self._results[year, which] = {
                (r.indicator, r.definition, r.scope, r.item): r for r in found
                if (r.scope == DEPARTMENT) == (which == DEPARTMENT)
            }  # fmt: skip
        return self._results[year, which]

    def _computed(self, figures: Figures) -> list[Result]:
        stanzas = (stanza for stanza in self.rulebook.stanzas.values() if not stanza.judged)
        return [result for stanza in stanzas for result in indicators.compute(stanza, figures)]

    # --- units -----------------------------------------------------------------------------------------

    def _figures(self, of: Year, scope: str) -> Figures:
        """The figures of a year: of the department as they are, of a unit as those that it has come out of had them."""
        return of.figures if scope == DEPARTMENT else self.seen(of, self.latest)

    def seen(self, of: Year, by: Year) -> Figures:
        """The figures of a year with the units of a later one: renamed, merged ones added up, split ones left out."""
        if of is by:
            return of.figures
        key = of.year, by.year
        if key not in self._seen:
            rows: list[FigureRow] = [row for row in of.figures.rows if row.chosen and row.key.year == of.year]
            places = [self.years.index(of), self.years.index(by)]
            for later in reversed(self.years[places[1] : places[0]]):
                units = {unit.id: unit.former for unit in later.case.units}
                rows = [replace(row, chosen=True) for row in succeeding(rows, units, self.dictionary)[0]]
            self._seen[key] = Figures(self.dictionary, rows, list(by.unit_names()), of.year)
        return self._seen[key]

    def _unit_break(self, year: int, scope: str) -> str:
        """What of the units keeps a year from being compared with the one before; "" where nothing does."""
        now, before = self.of_year.get(year), self.of_year.get(year - 1)
        if now is None or before is None or not now.case.units or not before.case.units:
            return ""
        names, heirs = before.unit_names(), _heirs(now.case.units)
        if scope == DEPARTMENT:
            entered = [unit.name for unit in now.case.units if not any(f in names for f in unit.former)]
            left = [name for id, name in names.items() if id not in heirs]
            said = [
                f"增加单位{'、'.join(entered)}" if entered else "",
                f"减少单位{'、'.join(left)}" if left else "",
            ]
            return "；".join(filter(None, said))
        said = []
        for unit in self._lineage(scope, year):
            formers = [former for former in unit.former if former in names]
            if len(formers) > 1:
                said.append(f"{unit.name}由{'、'.join(names[former] for former in formers)}合并而来")
            said += [f"{unit.name}由{names[former]}拆分而来" for former in formers if len(heirs[former]) > 1]
            if not formers:
                said.append(f"上年没有{unit.name}")
        return "；".join(said)

    def _lineage(self, unit: str, year: int) -> list[Unit]:
        """The units of a year that a unit of the latest has come out of."""
        ids = [unit]
        for own in self.years:
            units = [known for known in own.case.units if known.id in ids]
            if own.year <= year:
                return units
            ids = [former for known in units for former in known.former]
        return []

    def _definition_break(self, stanza: Stanza, year: int) -> str:
        now, before = self.of_year.get(year), self.of_year.get(year - 1)
        if now is None or before is None:
            return ""
        own, former = now.scoring[stanza.id], before.scoring[stanza.id]
        if own == former:
            return ""
        return f"口径由“{stanza.definition_name(former)}”改为“{stanza.definition_name(own)}”"

    def _scheme_break(self, year: int) -> str:
        now, before = self.of_year.get(year), self.of_year.get(year - 1)
        if now is None or before is None:
            return ""
        if now.framework != before.framework:
            return f"评分表由 {before.framework} 改为 {now.framework}"
        return f"评分表版本由{before.edition}改为{now.edition}" if now.edition != before.edition else ""

    # --- what later documents say of earlier years -----------------------------------------------------

    def restated(self) -> list[Row]:
        """Rows of restated.csv: every figure of an earlier year that a later case has too, and whether they are one."""
        found = []
        for later in self.years:
            for key, row in later.figures.chosen.items():
                own = self.of_year.get(key.year)
                meaning = self.dictionary[key.figure]
                if (
                    key.year >= later.year
                    or own is None
                    or not row.has_value
                    or meaning.derived
                    or meaning.unit == ANY_UNIT
                ):
                    continue
                figures = own.figures if key.scope == DEPARTMENT else self.seen(own, later)
                there = figures.resolve(key.figure, key.scope, key.item, key.year)
                if there.value is None or dimension(row.unit) != dimension(meaning.unit):
                    continue
                held = factor(meaning.unit)
                apart = there.interval.low > row.interval.high or row.interval.low > there.interval.high
                verdict = AGREES if there.value == row.exact else WITHIN_ROUNDING
                if apart:
                    verdict = CARRIED_DIFFERS if row.basis == CARRIED else DIFFERS
                item = later.figures.item_name(key.figure, key.item)
                found.append(
                    {
                        "figure": key.figure, "scope": key.scope, "item": key.item, "year": str(key.year),
                        "later": str(later.year), "name": meaning.name + (f"·{item}" if item else ""), "unit": meaning.unit,
                        "own": plain(there.value / held), "own_case": own.case.case,
                        "own_place": _places(tuple(there.terms), figures),
                        "stated": plain(row.exact / held), "stated_case": later.case.case,
                        "stated_place": f"{row.source} {row.locator}",
                        "difference": plain((row.exact - there.value) / held), "verdict": verdict,
                    }
                )  # fmt: skip
        return found


def _bases(points: Sequence[Point]) -> list[Base | None]:
    """For each year what it is compared with: the year before, where that has a value."""
    return [
        None if before is None or before.value is None else Base(before.value, before.origin, before.case)
        for before in [None, *points[:-1]]
    ]


def _known(points: Sequence[Point]) -> int:
    return sum(point.value is not None for point in points)


def _heirs(units: Sequence[Unit]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for unit in units:
        for former in unit.former:
            found.setdefault(former, []).append(unit.id)
    return found


def _places(keys: Sequence[str], figures: Figures) -> str:
    """Where the figures of a point stand, the first few of them."""
    rows = [figures.by_name[key] for key in keys if key in figures.by_name]
    said = "；".join(f"{row.source} {row.locator}" for row in rows[:MOST_PLACES])
    return said + (f"；另有 {len(rows) - MOST_PLACES} 处" if len(rows) > MOST_PLACES else "")


def _written(
    head: Row,
    points: Sequence[Point],
    bases: Sequence[Base | None],
    breaks: dict[int, str],
    held: Fraction,
    *,
    rated: bool,
) -> Iterator[Row]:
    """The rows of a series. Points of one segment may be joined by a line: no gap and no break lies between them."""
    segment = 0
    joined = False
    for point, base in zip(points, bases, strict=True):
        broken = breaks[point.year]
        known = point.value is not None or point.low is not None
        if known and (broken or not joined):
            segment += 1
        joined = known
        change = None if point.value is None or base is None else point.value - base.value
        state, rate = _rate(change, base, rated=rated)
        yield {
            **head, "year": str(point.year), "definition": point.definition, "status": point.status,
            "value": _plain(point.value, held), "low": _plain(point.low, held), "high": _plain(point.high, held),
            "origin": point.origin, "case": point.case, "base": "" if change is None or base is None else plain(base.value / held),
            "base_origin": "" if change is None or base is None else base.origin, "change": _plain(change, held),
            "rate": _plain(rate, Fraction(1)), "rate_state": state, "broken": broken, "segment": str(segment) if known else "",
            "figures": ";".join(point.figures), "place": point.place,
        }  # fmt: skip


def _rate(change: Fraction | None, base: Base | None, *, rated: bool) -> tuple[str, Fraction | None]:
    if change is None or base is None:
        return NO_BASE, None
    if not rated:
        return NOT_MEANT, None
    if base.value == 0:
        return ZERO_BASE, None
    return (NEGATIVE_BASE, None) if base.value < 0 else (CHANGED, change / base.value)


def _plain(value: Fraction | None, held: Fraction) -> str:
    return "" if value is None else plain(value / held)
