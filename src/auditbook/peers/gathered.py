"""A batch of departments as one thing: who is in which group, how each measure is spread, who lies outside, who can be ranked."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from pathlib import Path

from auditbook.batch_entries import Entry
from auditbook.faults import CaseError
from auditbook.figures import Dictionary, read_dictionary
from auditbook.indicators import COMPUTED, Stanza, read_rulebook
from auditbook.numbers import Interval
from auditbook.peers.distributions import (
    LEAST_MEMBERS,
    Spread,
    quantile,
    rank_ranges,
    spread,
)
from auditbook.peers.groups import (
    ALL_SIZES,
    LARGE,
    MIDDLE,
    NO_SIZE,
    SIZES,
    SMALL,
    Bands,
    Group,
    setting_words,
    wider,
)
from auditbook.peers.reading import Department, Measure, Refused, Scheme, Setting, Shared, Value, read

_THIRD = Fraction(1, 3)
_ADMINISTRATIVE = "央国省市州盟地区县旗乡镇街"  # from the highest level to the lowest


@dataclass(frozen=True)
class Distribution:
    """A measure over the departments of its setting: of how many it has a value, and why not of the others."""

    measure: Measure
    spread: Spread | None
    states: Mapping[str, int]
    scoring: int
    otherwise: int
    without: int


@dataclass(frozen=True)
class Outlier:
    """A department whose value, wherever in its range it lies, is outside the fences of its group.

    ``middle``: the department nearest to the group's median; ``base``: the group's middle denominator, without its sign.
    """

    department: int
    measure: Measure
    value: Value
    group: Group
    spread: Spread
    above: bool
    middle: int
    base: Fraction | None

    @property
    def distance(self) -> Fraction:
        """How far beyond the fence, in interquartile ranges."""
        fences = self.spread.fences
        assert fences is not None and self.value.value is not None
        beyond = self.value.value - fences.high if self.above else fences.low - self.value.value
        return beyond / (self.spread.upper - self.spread.lower)


@dataclass(frozen=True)
class Placed:
    """A department in the league of its scheme: its interval as shares of what it can score, its ranks in all and in its group."""

    department: int
    span: Interval
    ranks: tuple[int, int]
    in_group: tuple[int, int]
    group_count: int


Known = Mapping[tuple[str, str, str], tuple[Stanza, Dictionary]]


@dataclass(frozen=True)
class Peers:
    """A batch, gathered. ``known``: what the rulebook says of a measure, by indicator, definition and formula."""

    departments: tuple[Department, ...]
    refused: tuple[Refused, ...]
    names: Mapping[str, str]
    known: Known

    @cached_property
    def labels(self) -> tuple[str, ...]:
        """What each department is called: its name; with region, year or run where others have the same."""
        called = [d.name for d in self.departments]
        for more in (
            lambda d: d.region,
            lambda d: setting_words(d.setting) if len(self.settings) > 1 else "",
            lambda d: d.run,
        ):
            alike: dict[str, set[str]] = defaultdict(set)
            for label, d in zip(called, self.departments, strict=True):
                alike[label].add(more(d))
            called = [
                f"{label}（{more(d)}）" if len(alike[label]) > 1 and more(d) else label
                for label, d in zip(called, self.departments, strict=True)
            ]
        return tuple(called)

    @cached_property
    def settings(self) -> tuple[Setting, ...]:
        """Years and scenarios that there are, the one of most departments first."""
        counts = Counter(department.setting for department in self.departments)
        return tuple(sorted(counts, key=lambda setting: (-counts[setting], setting)))

    @cached_property
    def bands(self) -> dict[Setting, Bands]:
        """The thirds by size of each setting."""
        return {setting: self._bands(setting) for setting in self.settings}

    def _bands(self, setting: Setting) -> Bands:
        own = [d for d in self.departments if d.setting == setting]
        amounts = {
            figure: sorted(d.figures[figure, setting.year] for d in own if (figure, setting.year) in d.figures)
            for figure in SIZES
        }  # fmt: skip
        figure = max(SIZES, key=lambda one: (len(amounts[one]), -SIZES.index(one)))
        held = amounts[figure]
        if len(held) < 3 * LEAST_MEMBERS:
            return Bands(figure, len(held))
        return Bands(figure, len(held), quantile(held, _THIRD), quantile(held, 2 * _THIRD))

    def size(self, department: Department) -> Fraction | None:
        """The amount by which a department is large or small, in 元; None where it is not known."""
        return department.figures.get((self.bands[department.setting].figure, department.setting.year))

    @cached_property
    def groups(self) -> tuple[Group, ...]:
        """The group of each department."""
        return tuple(
            Group(d.setting, d.level, d.kind, self.bands[d.setting].of(self.size(d)))
            for d in self.departments
        )

    @cached_property
    def members(self) -> dict[Group, list[int]]:
        """The departments of each group, groups in the order in which they are shown."""
        held: dict[Group, list[int]] = defaultdict(list)
        for number, group in enumerate(self.groups):
            held[group].append(number)
        return dict(sorted(held.items(), key=lambda item: self._place(item[0])))

    @cached_property
    def listed(self) -> dict[Group, list[int]]:
        """The departments of every group that is large enough, wider groups before those within them; all of a setting always."""
        held: dict[Group, list[int]] = defaultdict(list)
        for number, own in enumerate(self.groups):
            for group in wider(own):
                held[group].append(number)
        return {
            group: held[group]
            for group in sorted(held, key=self._place)
            if len(held[group]) >= LEAST_MEMBERS or group == Group(group.setting)
        }

    @cached_property
    def alike(self) -> tuple[Group, ...]:
        """For each department the narrowest group that is large enough."""
        return tuple(next(group for group in wider(own) if group in self.listed) for own in self.groups)

    def _place(self, group: Group) -> tuple[int, bool, int, str, str, int]:
        first = [_ADMINISTRATIVE.index(letter) for letter in group.level if letter in _ADMINISTRATIVE]
        return (
            self.settings.index(group.setting), group != Group(group.setting), min(first, default=99), group.level, group.kind,
            (ALL_SIZES, SMALL, MIDDLE, LARGE, NO_SIZE).index(group.size),
        )  # fmt: skip

    # --- measures -------------------------------------------------------------------------------------------------

    @cached_property
    def measured(self) -> dict[Measure, list[int]]:
        """The departments that have a value of each measure; measures by setting, then as the rulebook orders them."""
        held: dict[Measure, list[int]] = {}
        for number, department in enumerate(self.departments):
            for measure, value in department.values.items():
                own = held.setdefault(measure, [])
                if value.state == COMPUTED:
                    own.append(number)
        order = {key: place for place, key in enumerate(self.known)}
        return dict(
            sorted(
                held.items(),
                key=lambda item: (self.settings.index(item[0].setting), order.get(item[0][1:4], len(order)), item[0]),
            )
        )  # fmt: skip

    def values(self, measure: Measure, departments: Iterable[int] | None = None) -> list[Fraction]:
        """The values of a measure: of all that have one, or of some departments."""
        own = self.measured[measure] if departments is None else departments
        found = (self.departments[number].values.get(measure) for number in own)
        return [held.value for held in found if held is not None and held.value is not None]

    @cached_property
    def distributions(self) -> tuple[Distribution, ...]:
        """Every measure, in order."""
        states: dict[Measure, Counter[str]] = defaultdict(Counter)
        scoring: Counter[Measure] = Counter()
        scored: Counter[tuple[Setting, str]] = Counter()
        for department in self.departments:
            for measure, value in department.values.items():
                states[measure][value.state] += 1
                scoring[measure] += value.scoring
                scored[measure.setting, measure.indicator] += value.scoring
        whole = Counter(department.setting for department in self.departments)
        return tuple(
            Distribution(
                measure, spread(self.values(measure)), states[measure], scoring[measure],
                scored[measure.setting, measure.indicator] - scoring[measure],
                whole[measure.setting] - states[measure].total(),
            )
            for measure in self.measured
        )  # fmt: skip

    def judged(self, measure: Measure) -> bool:
        """Whether an auditor judges it: there is no formula."""
        return not measure.formula

    # --- who lies outside -------------------------------------------------------------------------------------------

    @cached_property
    def outliers(self) -> tuple[Outlier, ...]:
        """Departments outside the fences of their group, by measure, the farthest first."""
        found: list[Outlier] = []
        for measure, numbers in self.measured.items():
            if not self.judged(measure):
                found += sorted(self._outside(measure, numbers), key=lambda o: (-o.distance, o.department))
        return tuple(found)

    def _outside(self, measure: Measure, numbers: Sequence[int]) -> Iterator[Outlier]:
        held: dict[Group, list[int]] = defaultdict(list)
        # sorted once: every group then has its own in order
        for number in sorted(numbers, key=lambda n: self.departments[n].values[measure].value or Fraction(0)):
            for group in wider(self.groups[number]):
                held[group].append(number)
        spreads = {
            group: spread(self.values(measure, own))
            for group, own in held.items()
            if len(own) >= LEAST_MEMBERS
        }
        bases: dict[Group, Fraction | None] = {}
        for number in numbers:
            of = next((one for one in wider(self.groups[number]) if one in spreads), None)
            own = spreads[of] if of else None
            fences = own.fences if own else None
            if of is None or own is None or fences is None:
                continue
            value = self.departments[number].values[measure]
            low, high = value.low, value.high
            assert value.value is not None
            # the whole range must lie outside: else the published precision may be all there is to it
            above = (low if low is not None else value.value) > fences.high
            if above or (high if high is not None else value.value) < fences.low:
                if of not in bases:
                    bases[of] = self._base(measure, held[of])
                middle = self._middle(measure, held[of], own)
                yield Outlier(number, measure, value, of, own, above, middle, bases[of])

    def _base(self, measure: Measure, numbers: Iterable[int]) -> Fraction | None:
        own = (self.departments[number].values[measure].denominator for number in numbers)
        found = spread(abs(Fraction(text)) for text in own if text)
        return found.middle if found else None

    def _middle(self, measure: Measure, numbers: Sequence[int], own: Spread) -> int:
        """The department in the middle: nearest to the median, the first of equals."""

        def away(number: int) -> tuple[Fraction, int]:
            value = self.departments[number].values[measure].value
            assert value is not None
            return abs(value - own.middle), number

        return min(numbers, key=away)

    # --- scores ------------------------------------------------------------------------------------------------------

    @cached_property
    def leagues(self) -> dict[Scheme, list[Placed]]:
        """The departments of each scheme by what is proven; the scheme of most departments first."""
        held: dict[Scheme, list[int]] = defaultdict(list)
        for number, department in enumerate(self.departments):
            if department.score:
                held[department.score.scheme].append(number)
        by_size = sorted(held.items(), key=lambda item: (-len(item[1]), item[0]))
        return {scheme: self._placed(numbers) for scheme, numbers in by_size}

    def _placed(self, numbers: Sequence[int]) -> list[Placed]:
        spans = {}
        for number in numbers:
            score = self.departments[number].score
            assert score is not None
            spans[number] = Interval(score.lowest / score.maximum, score.highest / score.maximum)
        ranks = dict(zip(numbers, rank_ranges(list(spans.values())), strict=True))
        of_group: dict[Group, list[int]] = defaultdict(list)
        for number in numbers:
            for group in wider(self.groups[number]):
                of_group[group].append(number)
        inside = {
            group: dict(zip(own, rank_ranges([spans[n] for n in own]), strict=True))
            for group, own in of_group.items()
            if group in self.listed
        }
        alike = self.alike
        return [
            Placed(
                number,
                spans[number],
                ranks[number],
                inside[alike[number]][number],
                len(of_group[alike[number]]),
            )
            for number in sorted(numbers, key=lambda n: (-spans[n].low, -spans[n].high, n))
        ]


def gather(entries: Iterable[Entry]) -> Peers:
    """Read a batch, one run at a time, from the processed tables only.

    Takes    entries: of the worker pool, in any order; the same run twice counts once.
    Returns  the batch in the order of names. What cannot be read is told in it and stops nothing.
    """
    shared = Shared()
    departments: list[Department] = []
    refused: list[Refused] = []
    seen: set[Path] = set()
    roots: set[Path] = set()
    for entry in entries:
        if entry.workspace.processed in seen:
            continue
        seen.add(entry.workspace.processed)
        found = read(entry, shared)
        if isinstance(found, Department):
            departments.append(found)
            roots.add(entry.workspace.root)
        else:
            refused.append(found)
    departments.sort(key=lambda d: (d.name, d.region, d.level, d.kind, d.setting, d.run, d.outputs))
    refused.sort(key=lambda r: (r.name, r.region, r.year, r.run, r.state, r.reasons))
    return Peers(
        tuple(departments), tuple(refused), dict(sorted(shared.names.items())), _known(sorted(roots))
    )


def _known(roots: Iterable[Path]) -> Known:
    """What the rulebooks of the projects say of their measures; nothing of one that cannot be read (any more)."""
    known: dict[tuple[str, str, str], tuple[Stanza, Dictionary]] = {}
    for root in roots:
        try:
            dictionary = read_dictionary(root)
            rulebook = read_rulebook(root, dictionary)
        except (CaseError, OSError):
            continue
        for stanza in rulebook.stanzas.values():
            names = [(name, own.formula) for name, own in stanza.definitions.items()] or [
                (stanza.primary, "")
            ]
            for name, formula in names:
                known.setdefault((stanza.id, name, formula), (stanza, dictionary))
    return known
