"""Figures: the dictionary of what a figure means, and the figures of one case as exact evidence.

States never mix: ``value``, ``zero`` (declared), ``missing``, ``not_applicable``. A figure that is absent from the
evidence is missing, never zero.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from pydantic import model_validator

from auditbook import strict_yaml
from auditbook.cases import DEPARTMENT, Id, Strict, Words
from auditbook.faults import CaseError, Fault
from auditbook.numbers import EXACT, Interval, dimension, factor, parse, published_interval

CARRIED = "carried"  # the basis of a figure that comes from an earlier year's case
VALUE, ZERO, MISSING, NOT_APPLICABLE = "value", "zero", "missing", "not_applicable"
STATES = (VALUE, ZERO, MISSING, NOT_APPLICABLE)
# The basis of a figure that a scenario assumes, or that was counted from such; every other one comes from the evidence.
ASSUMED = "assumed"
# What stands behind a number that rests on one, wherever a reader meets it.
ASSUMED_SIGN = "（假设）"
ANY_UNIT = "any"
FREE = "free"

COLUMNS = (
    "figure", "scope", "item", "year", "source", "locator", "label", "state", "basis", "value", "unit", "precision",
    "quote", "quote_status", "chosen",
)  # fmt: skip


class Sum(Strict):
    """A figure that stands for a sum over the items of another: the named items, or each group of nested items."""

    of: Id
    items: list[str] | None = None
    by: Literal["group"] | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Sum:
        if (self.items is None) == (self.by is None):
            raise ValueError("sum 要么写 items（相加的各项），要么写 by: group（按组相加）")
        return self


class Meaning(Strict):
    """An entry of ``params/figures.yaml``: what a figure id means."""

    id: Id
    name: Words
    unit: Words
    meaning: Words
    table: Words
    family: Id | None = None
    exact: bool = False
    items: dict[str, Words] | Literal["free"] | None = None
    groups: dict[str, Words] = {}
    total: Literal["sum"] | None = None
    sum: Sum | None = None
    units: Literal["sum", "none"] = "sum"
    counted: bool = False
    previous: Id | None = None
    carries_to: Id | None = None
    derived: bool = False
    signed: bool = False

    @model_validator(mode="after")
    def _previous_is_another_year_of_a_figure(self) -> Meaning:
        if self.previous is not None and (self.items is not None or self.sum or self.derived):
            raise ValueError("previous（上年的同一数字）不与 items、sum、derived 同写")
        if self.carries_to is not None and (self.previous or self.sum or self.derived):
            raise ValueError("carries_to（次年带入为）不与 previous、sum、derived 同写")
        return self

    @property
    def stands(self) -> bool:
        """Whether next year has the same figure until something changes it, as an establishment."""
        return self.carries_to == self.id


Dictionary = Mapping[str, Meaning]


def read_dictionary(root: Path) -> Dictionary:
    """Read ``params/figures.yaml`` of a project: the dictionary of figures, in file order.

    Raises   CaseError with every fault (unknown keys, repeated ids, sums over figures that nobody defines).
    """
    path = root / "params" / "figures.yaml"
    document = strict_yaml.load(path, path.relative_to(root).as_posix())
    faults: list[Fault] = []
    found: dict[str, Meaning] = {}
    for index, entry in enumerate(document.content or []):
        meaning = strict_yaml.validate(document, Meaning, entry, (index,))
        if meaning is None:
            continue
        if meaning.id in found:
            faults.append(Fault(document.where((index,)), f"数字代号“{meaning.id}”重复", "", "请改名或删去"))
        found[meaning.id] = meaning
    for index, entry in enumerate(document.content or []):
        faults += _dangling(document, index, entry, found)
    faults = document.faults + faults
    if faults:
        raise CaseError(faults)
    return found


def _dangling(
    document: strict_yaml.Document, index: int, entry: Any, found: Mapping[str, Meaning]
) -> Iterator[Fault]:
    if not isinstance(entry, dict):
        return
    whole = entry.get("sum")
    parts = whole.get("of") if isinstance(whole, dict) else None
    for word, of in (("sum", parts), ("previous", entry.get("previous"))):
        if isinstance(of, str) and (of not in found or (word == "previous" and found[of].previous)):
            where = document.where((index, word))
            yield Fault(where, f"{word} 指向没有定义的数字“{of}”", "本文件里的一个 id（本年的数字）")
    own, to = entry.get("id"), entry.get("carries_to")
    if isinstance(to, str) and to != own and (to not in found or found[to].previous != own):
        where = document.where((index, "carries_to"))
        expected = f"“{own}”自己（不变就沿用），或 previous 是“{own}”的一个 id（成为次年的上年数）"
        yield Fault(where, f"carries_to 指向“{to}”", expected)


@dataclass(frozen=True)
class Key:
    """The key of a figure: printed ``figure:scope:item:year``."""

    figure: str
    scope: str
    item: str
    year: int

    def __str__(self) -> str:
        return f"{self.figure}:{self.scope}:{self.item}:{self.year}"


@dataclass(frozen=True)
class FigureRow:
    """A figure as one source gives it. ``value`` is as published, in ``unit``; None unless the state has one."""

    key: Key
    source: str
    locator: str
    label: str
    state: str
    basis: str
    value: str
    unit: str
    precision: str
    quote: str
    quote_status: str
    chosen: bool
    where: str = ""

    @cached_property
    def exact(self) -> Fraction:
        """The value in base units (元, plain rate, things). Only for the states ``value`` and ``zero``."""
        return parse(self.value) * factor(self.unit)

    @cached_property
    def interval(self) -> Interval:
        """The range that the published value stands for, in base units."""
        if self.state == ZERO:
            return Interval(Fraction(0), Fraction(0))
        box = published_interval(parse(self.value), self.precision or EXACT)
        held = factor(self.unit)
        return Interval(box.low * held, box.high * held)

    @property
    def has_value(self) -> bool:
        """Whether something can be computed from it."""
        return self.state in {VALUE, ZERO}


@dataclass(frozen=True)
class Resolved:
    """What a figure amounts to at one scope and item.

    ``terms`` are the published figures that add up to it (key → range); ``lacking`` names what is missing.
    """

    state: str
    value: Fraction | None = None
    terms: Mapping[str, Interval] = field(default_factory=dict)
    lacking: tuple[str, ...] = ()

    @cached_property
    def interval(self) -> Interval:
        """The sum of the ranges of its terms."""
        boxes = self.terms.values()
        return Interval(sum((b.low for b in boxes), Fraction(0)), sum((b.high for b in boxes), Fraction(0)))


class Figures:
    """All figures of a case: asks for a figure are answered from chosen rows, sums over items and sums over units."""

    def __init__(
        self, dictionary: Dictionary, rows: Iterable[FigureRow], units: Sequence[str], year: int
    ) -> None:
        self.dictionary = dictionary
        self.rows = tuple(rows)
        self.units = tuple(units)
        self.year = year
        self.chosen = {row.key: row for row in self.rows if row.chosen}
        self.by_name = {str(key): row for key, row in self.chosen.items()}
        self.assumptions = {name: row for name, row in self.by_name.items() if row.basis == ASSUMED}
        self._items: dict[tuple[str, str, int], dict[str, None]] = {}
        self._family_items: dict[tuple[str, str, int], dict[str, None]] = {}
        self._sisters: dict[str, list[str]] = {}
        for id, meaning in dictionary.items():
            self._sisters.setdefault(meaning.family or id, []).append(id)
        for key in self.chosen:
            self._items.setdefault((key.figure, key.scope, key.year), {})[key.item] = None
            family = dictionary[key.figure].family or key.figure
            self._family_items.setdefault((family, key.scope, key.year), {})[key.item] = None

    def scopes(self, figure: str) -> tuple[str, ...]:
        """The department, then each unit for which the evidence speaks of the figure."""
        own, year = self._of_year(figure, self.year)
        leaf = self._leaf(own)
        return (DEPARTMENT, *(unit for unit in self.units if (leaf, unit, year) in self._items))

    def items(self, figure: str, scope: str) -> tuple[str, ...]:
        """The items at which a figure can be asked for in a scope; ``("",)`` for a figure that is not split."""
        figure, year = self._of_year(figure, self.year)
        meaning = self.dictionary[figure]
        if meaning.sum:
            if meaning.sum.by is None:
                return ("",)
            nested = self._own_items(meaning.sum.of, scope, year)
            return tuple(dict.fromkeys(item.partition(".")[0] for item in nested))
        if meaning.items is None:
            return ("",)
        own = self._own_items(figure, scope, year)
        return ("", *own) if meaning.total == "sum" or "" in self._direct(figure, scope, year) else own

    def together(self, figures: Sequence[str]) -> Iterator[tuple[str, str, dict[str, Resolved]]]:
        """Every scope and item at which arithmetic over several figures makes sense, with what each amounts to.

        Where one of them is not split, only the wholes belong together: a whole over a part would be no rate.
        """
        for scope, item in self.places(figures):
            yield scope, item, {figure: self.resolve(figure, scope, item) for figure in figures}

    def places(self, figures: Sequence[str]) -> Iterator[tuple[str, str]]:
        """Every scope and item of ``together``. No value makes one more or one less: only what the evidence names."""
        for scope in dict.fromkeys(scope for figure in figures for scope in self.scopes(figure)):
            split = [self.items(figure, scope) for figure in figures]
            shared = {"": None} if ("",) in split else dict.fromkeys(item for own in split for item in own)
            for item in shared or {"": None}:
                yield scope, item

    def item_name(self, figure: str, item: str) -> str:
        """The Chinese name of an item: from the dictionary, else from the evidence's own label, else the id."""
        if not item:
            return ""
        figure, _ = self._of_year(figure, self.year)
        meaning = self.dictionary[figure]
        if meaning.sum:
            return meaning.groups.get(item) or self.item_name(meaning.sum.of, item)
        named = meaning.groups.get(item) or (
            meaning.items.get(item) if isinstance(meaning.items, dict) else None
        )
        if named:
            return named
        labels = [row.label for key, row in self.chosen.items() if key.figure == figure and key.item == item]
        return labels[0] if labels and labels[0] else item

    def resolve(
        self, figure: str, scope: str = DEPARTMENT, item: str = "", year: int | None = None
    ) -> Resolved:
        """What a figure amounts to.

        Takes    figure: an id of the dictionary; scope: the department or a unit; item: "" for the whole.
        Returns  the chosen row where there is one; else the declared sum over items; else the sum over the units.
                 The department's items are those that it or any of its units names; of nested items only the
                 uppermost count. Missing where any part is missing: an item that a sister figure (same ``family``)
                 has there, or a unit that does not say whether it has any. Missing also where the items are not
                 known to be all there are (``_complete``), since their sum would be a part taken for the whole.
        Raises   KeyError for an id that the dictionary lacks.
        """
        figure, at = self._of_year(figure, self.year if year is None else year)
        meaning = self.dictionary[figure]
        row = self.chosen.get(Key(figure, scope, item, at))
        if row is not None:
            if not row.has_value:
                return Resolved(row.state, lacking=(str(row.key),) if row.state == MISSING else ())
            return Resolved(row.state, row.exact, {str(row.key): row.interval})
        key = Key(figure, scope, item, at)
        parts = self._parts(meaning, scope, item, at)
        if parts and not item and meaning.total == "sum" and not self._complete(figure, scope, at):
            return Resolved(MISSING, lacking=(str(key),))
        if not parts and scope == DEPARTMENT and meaning.units == "sum" and not meaning.sum:
            parts = self._unit_parts(meaning, item, at)
        return self._add(parts, key)

    def assumed(self, keys: Iterable[str]) -> list[FigureRow]:
        """Those of some figures, by their keys, that a scenario assumes."""
        return [self.assumptions[key] for key in dict.fromkeys(keys) if key in self.assumptions]

    def assumed_words(self, keys: Iterable[str]) -> str:
        """That some figures, by their keys, are assumed, for a reader: 依据情景假设的“调增预算”; "" where none is."""
        names = dict.fromkeys(self.name_of(row.key) for row in self.assumed(keys))
        return f"依据情景假设的{'、'.join(f'“{name}”' for name in names)}" if names else ""

    def name_of(self, key: Key) -> str:
        """A figure with its item, and its year where that is not the case's, as a reader knows it."""
        item = self.item_name(key.figure, key.item)
        when = f"{key.year}年" if key.year != self.year else ""
        return f"{when}{self.dictionary[key.figure].name}{'·' if item else ''}{item}"

    def key(self, figure: str, scope: str = DEPARTMENT, item: str = "") -> Key:
        """The key under which the evidence would give a figure of the case: that of the year before by its own name."""
        own, year = self._of_year(figure, self.year)
        return Key(own, scope, item, year)

    def _of_year(self, figure: str, year: int) -> tuple[str, int]:
        """The figure that an id stands for and its year: ``previous`` is another figure, a year earlier."""
        previous = self.dictionary[figure].previous
        return (previous, year - 1) if previous else (figure, year)

    def _leaf(self, figure: str) -> str:
        meaning = self.dictionary[figure]
        return meaning.sum.of if meaning.sum else figure

    def _family(self, figure: str) -> str:
        return self.dictionary[figure].family or figure

    def _direct(self, figure: str, scope: str, year: int) -> dict[str, None]:
        return self._items.get((figure, scope, year), {})

    def _places(self, figure: str, scope: str) -> tuple[str, ...]:
        """Where a scope's items may stand: what its units name, the department has too."""
        adds = scope == DEPARTMENT and self.dictionary[figure].units == "sum"
        return (scope, *self.units) if adds else (scope,)

    def _own_items(self, figure: str, scope: str, year: int) -> tuple[str, ...]:
        places = self._places(figure, scope)
        found = {item: None for place in places for item in self._direct(figure, place, year) if item}
        order = self.dictionary[figure].items
        if isinstance(order, dict):
            return tuple(item for item in order if item in found)
        return tuple(found)

    def _named(self, figure: str, place: str, year: int) -> dict[str, None]:
        """The items that the rows of a place name, for the figure or a sister of it."""
        return {
            item: None for item in self._family_items.get((self._family(figure), place, year), {}) if item
        }

    def _parts(self, meaning: Meaning, scope: str, item: str, year: int) -> list[Resolved]:
        """What adds up to a figure by its items. Nothing where they are not split here, but only over the units."""
        source = meaning.sum.of if meaning.sum else meaning.id
        if meaning.sum and meaning.sum.items is None:
            return [self.resolve(source, scope, item, year)] if item else []
        named = [
            dict.fromkeys(
                name for name in self._named(source, place, year) if not item or _within(name, item)
            )
            for place in self._places(source, scope)
        ]
        known = _uppermost(name for own in named for name in own)
        if meaning.sum:
            known = [] if item else [name for name in meaning.sum.items or () if name in known]
        elif not named[0] or (not item and meaning.total != "sum"):
            return []
        return [self.resolve(source, scope, name, year) for name in known]

    def _unit_parts(self, meaning: Meaning, item: str, year: int) -> list[Resolved]:
        """What each unit adds to a figure of the department, or to an item of it."""
        parts = []
        for unit in self.units:
            silent = (self._family(meaning.id), unit, year) not in self._family_items
            named = self._named(meaning.id, unit, year)
            if item and not silent and not any(name == item or _within(name, item) for name in named):
                if not self._has_none(meaning.id, unit, year):
                    parts.append(Resolved(MISSING, lacking=(str(Key(meaning.id, unit, item, year)),)))
            elif not item and not self._fits_the_whole(meaning, unit, year):
                parts.append(Resolved(MISSING, lacking=(str(Key(meaning.id, DEPARTMENT, "", year)),)))
            else:
                parts.append(self.resolve(meaning.id, unit, item, year))
        return parts

    def _has_none(self, figure: str, unit: str, year: int) -> bool:
        """Whether a unit whose rows do not name an item has nothing of it: they name all its items, or there is none."""
        whole = self.chosen.get(Key(figure, unit, "", year))
        if whole is not None and whole.state in {ZERO, NOT_APPLICABLE}:
            return True
        return bool(self._named(figure, unit, year)) and self._complete(figure, unit, year)

    def _fits_the_whole(self, meaning: Meaning, unit: str, year: int) -> bool:
        """Whether a unit's sum over items may stand beside a whole that only the department gives."""
        if meaning.total != "sum" or Key(meaning.id, unit, "", year) in self.chosen:
            return True
        return self._lists_all(meaning.id, unit, year) or not self._unexplained(meaning.id, DEPARTMENT, year)

    def _complete(self, figure: str, scope: str, year: int) -> bool:
        """Whether the items named in a scope are all there are.

        They are where every item of the dictionary is named. Otherwise nothing may speak against it: a whole, of the
        figure or a sister, that is not the sum of its own items there may contain items that nobody names.
        """
        return self._lists_all(figure, scope, year) or not self._unexplained(figure, scope, year)

    def _lists_all(self, figure: str, scope: str, year: int) -> bool:
        listed = self.dictionary[figure].items
        if not isinstance(listed, dict):
            return False
        here, *units = (self._named(figure, place, year) for place in self._places(figure, scope))
        return all(name in here or (units and all(name in own for own in units)) for name in listed)

    def _unexplained(self, figure: str, scope: str, year: int) -> bool:
        """Whether the figure or a sister is given as a whole that its own items in that scope do not add up to."""
        for sister in self._sisters[self._family(figure)]:
            whole = self.chosen.get(Key(sister, scope, "", year))
            if whole is None or whole.state != VALUE:
                continue  # nothing, or no amount: no item can be hidden in it
            own = _uppermost(self._own_items(sister, scope, year))
            found = self._add([self.resolve(sister, scope, name, year) for name in own], whole.key)
            if self.dictionary[sister].total != "sum":
                explained = bool(own)  # its items make no whole that could be compared
            else:
                low, high = found.interval.low, found.interval.high
                explained = (
                    found.value is not None and low <= whole.interval.high and whole.interval.low <= high
                )
            if not explained:
                return True
        return False

    def _add(self, parts: Sequence[Resolved], key: Key) -> Resolved:
        applicable = [part for part in parts if part.state != NOT_APPLICABLE]
        if parts and not applicable:
            return Resolved(NOT_APPLICABLE)
        lacking = tuple(dict.fromkeys(name for part in applicable for name in part.lacking))
        if lacking or not applicable:
            return Resolved(MISSING, lacking=lacking or (str(key),))
        terms = {name: box for part in applicable for name, box in part.terms.items()}
        total = sum((part.value for part in applicable if part.value is not None), Fraction(0))
        return Resolved(VALUE if any(part.state == VALUE for part in applicable) else ZERO, total, terms)


def _within(name: str, item: str) -> bool:
    """Whether one item is nested in another, at whatever depth: ``b.x`` in ``b``."""
    return name.startswith(f"{item}.")


def _uppermost(names: Iterable[str]) -> list[str]:
    """Items without those nested in another of them: ``b`` contains ``b.x``, and both would count it twice."""
    known = dict.fromkeys(names)
    return [
        name for name in known
        if not any(name[:end] in known for end, letter in enumerate(name) if letter == ".")
    ]  # fmt: skip


def supplier(key: str, dictionary: Dictionary, year: int) -> Meaning:
    """The entry of the dictionary that says which document would supply a missing figure.

    Takes    key: as in ``Resolved.lacking``; year: of the case. The figure of the year before has an entry of its own.
    """
    figure, at = key.partition(":")[0], key.rpartition(":")[2]
    earlier = at.isdigit() and int(at) < year
    own = (m for m in dictionary.values() if earlier and m.previous == figure)
    return next(own, dictionary[figure])


def same_dimension(meaning: Meaning, unit: str) -> bool:
    """Whether a unit measures what the dictionary says of the figure."""
    return meaning.unit == ANY_UNIT or dimension(meaning.unit) == dimension(unit)
