"""Which cause made which difference: each is exchanged alone, everything is made anew, and what moves is its own.

A row that differs rests on a cause where the cause alone moves it in the first run, or, taken back alone, in the second.
Where neither is possible (rules that only fit together), causes of one file are exchanged together; where a row moves only
with several causes at once, it rests on all of their kinds together.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from auditbook import tables
from auditbook.comparison.causes import ASSUMPTIONS, EVIDENCE, KINDS, PROGRAM, RULES, Cause, differing_program
from auditbook.comparison.differing import (
    CHECK_TABLES,
    DERIVED_TABLES,
    EVIDENCE_TABLES,
    Difference,
    Key,
    Matching,
)
from auditbook.comparison.recomputing import Derived, Recomputing
from auditbook.comparison.rule_parts import lines_of
from auditbook.comparison.shares import MOST_PLAYERS, Coalition, Ends, Share, shapley
from auditbook.faults import AuditbookError
from auditbook.tables import Row

MOST_TRIED = 60  # causes that are exchanged one by one: two exchanges each, a tenth of a second an exchange
Placed = Mapping[tuple[str, Key], Row]
_RECOMPUTED = (*DERIVED_TABLES, "figures")
_KEPT_WITH_RULES = {
    "quality": ("params/quality.yaml", "params/figures.yaml"),
    "corroboration": ("params/quality.yaml", "params/figures.yaml"),
    "reconciliations": ("params/tables/", "params/figures.yaml"),
    "narrative": ("params/narratives/", "params/tables/", "params/wording.yaml"),
    "coverage": ("params/narratives/", "params/tables/"),
}


@dataclass(frozen=True)
class Resting:
    """What a difference rests on: causes found by exchange, and kinds of which it is only known that one or all are.

    ``proven`` where nothing but these can have made it.
    """

    causes: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    proven: bool = True


@dataclass(frozen=True)
class Player:
    """One or several causes whose share of the score is told as one."""

    name: str
    kinds: tuple[str, ...]
    causes: tuple[str, ...]


@dataclass(frozen=True)
class Scored:
    """How the change of the score divides: players with their shares, and what the program makes by itself.

    ``why``: why it could not be divided; "" where it was.
    """

    change: Ends
    players: tuple[Player, ...] = ()
    shares: tuple[Share, ...] = ()
    program: Ends = (Fraction(0), Fraction(0))
    why: str = ""


@dataclass
class Attributing:
    """Tries causes on two runs and remembers what moved."""

    recomputing: Recomputing
    matching: Matching
    causes: Sequence[Cause]
    units: list[tuple[str, ...]] = field(default_factory=list)
    moved: dict[tuple[str, ...], set[tuple[str, Key]]] = field(default_factory=dict)
    why: str = ""

    def __post_init__(self) -> None:
        self.before, self.after = self.recomputing.before, self.recomputing.after
        self._lines = {run.scheme: lines_of(run) for run in (self.before, self.after)}
        own = [cause for cause in self.causes if cause.after]
        self.all = frozenset(cause.id for cause in own)
        self.start: Placed = {}
        self.end: Placed = {}
        try:
            self.start, self.end = self._rows(()), self._placed(self.recomputing.after_all())
            together = self._rows(self.all)
        except AuditbookError as error:
            self.why = f"当时的规则本程序读不通，没有重算：{error.faults[0]}"
            return
        if _differing(together, self.end):
            self.why = "把各处逐一换成另一次运行的样子，得不到另一次运行的结果，没有按原因分摊"
            return
        self._try(own)

    def _rows(self, causes: Iterable[str]) -> Placed:
        return self._placed(self.recomputing.with_causes(causes))

    def _placed(self, derived: Derived) -> Placed:
        """The recomputed rows by table and key, with the columns that count."""
        found: dict[tuple[str, Key], Row] = {}
        lines = self._lines.get(derived["scores"][0]["scheme"], {})
        year = int(derived["indicators"][0]["year"])
        for name in _RECOMPUTED:
            told = self.matching.told(name)
            for key, row in self.matching.rows(name, derived[name], year, lines).items():
                found[name, key] = {column: row[column] for column in told}
        return found

    def _try(self, own: Sequence[Cause]) -> None:
        """Exchange each cause alone, both ways; causes of a place that do not go alone go together."""
        units: list[tuple[str, ...]] = [(cause.id,) for cause in own]
        if len(units) > MOST_TRIED:
            by_kind: dict[tuple[str, ...], list[str]] = {}
            for cause in own:
                by_kind.setdefault(cause.kinds, []).append(cause.id)
            units = [tuple(ids) for ids in by_kind.values()]
        places = {cause.id: cause.place for cause in own}
        again: dict[str, list[str]] = {}
        for unit in units:
            if not self._tried(unit):
                again.setdefault(places[unit[0]], []).extend(unit)
        rest: list[str] = []
        for place, ids in again.items():
            if len(ids) > 1 and self._tried(tuple(ids)):
                continue
            # what goes alone in a file may be what the others need
            whole = tuple(cause.id for cause in own if cause.place == place)
            if len(whole) > len(ids) and self._tried(whole):
                for unit in [unit for unit in self.moved if set(unit) < set(whole)]:
                    del self.moved[unit]
            else:
                rest += ids
        if rest and not self._tried(tuple(rest)):
            kinds = {kind for cause in own if cause.id in rest for kind in cause.kinds}
            whole = tuple(cause.id for cause in own if set(cause.kinds) & kinds)
            self._tried(whole)
        self.units = list(self.moved)

    def _tried(self, unit: tuple[str, ...]) -> bool:
        """What moves where the unit's changes are made in the first run, and where they are taken back in the second."""
        found: set[tuple[str, Key]] = set()
        known = False
        for one, other in ((frozenset(), frozenset(unit)), (self.all - set(unit), self.all)):
            try:
                found |= _differing(self._rows(one), self._rows(other))
                known = True
            except AuditbookError:  # it does not go without the others
                continue
        if known:
            self.moved[unit] = found
        return known

    def resting(self, difference: Difference) -> Resting:
        """What a difference of any table rests on."""
        place = (difference.table, difference.key)
        if difference.table in EVIDENCE_TABLES and not self._counted(difference):
            return self._of_evidence(difference)
        if difference.table in CHECK_TABLES:
            kinds = self._possible(_KEPT_WITH_RULES[difference.table])
            return Resting((), kinds, len(kinds) == 1)
        program = self._by_program(difference)
        if self.why:
            kinds = tuple(kind for kind in KINDS if kind in {k for cause in self.causes for k in cause.kinds})
            return Resting((), kinds, len(kinds) == 1)
        found = tuple(id for unit, rows in self.moved.items() if place in rows for id in unit)
        own = {cause.id for cause in self.causes if cause.kinds == (PROGRAM,)} if program else set()
        if found or own:
            return Resting((*found, *sorted(own)), ())
        kinds = tuple(dict.fromkeys(kind for cause in self.causes if cause.after for kind in cause.kinds))
        return Resting((), kinds or self._possible(()), False)

    def _counted(self, difference: Difference) -> bool:
        return any((difference.table, difference.key) in rows for rows in (self.start, self.end))

    def _of_evidence(self, difference: Difference) -> Resting:
        """A row of evidence is a cause itself, or a part of one."""
        name = difference.table
        columns = (
            [tables.KEYS[name].index(c) for c in ("figure", "scope", "item", "year")]
            if name == "figures"
            else range(len(difference.key))
        )
        id = f"{name}:{':'.join(difference.key[place] for place in columns)}"
        known = {cause.id for cause in self.causes}
        return Resting((id,) if id in known else tuple({"evidence:all"} & known))

    def _possible(self, files: Sequence[str]) -> tuple[str, ...]:
        """What may have made a difference that is not recomputed: the kinds of which anything differs."""
        kinds = set()
        for cause in self.causes:
            for kind in cause.kinds:
                if kind != RULES or not files or cause.place.startswith(tuple(files)):
                    kinds.add(kind)
        return tuple(kind for kind in KINDS if kind in kinds)

    def _by_program(self, difference: Difference) -> bool:
        """Whether the recorded row is not what the present program makes of the same inputs, in either run."""
        if not self.start or not differing_program(self.before, self.after):
            return False
        place = (difference.table, difference.key)
        told = self.matching.told(difference.table)
        for row, made in (
            (difference.before, self.start.get(place)),
            (difference.after, self.end.get(place)),
        ):
            if (None if row is None else {column: row[column] for column in told}) != made:
                return True
        return False

    def units_of(self, causes: Iterable[str]) -> list[tuple[str, ...]]:
        """The causes of a difference, those together that only go together."""
        wanted = list(causes)
        units = [unit for unit in self.units if set(unit) <= set(wanted)]
        left = [id for id in wanted if not any(id in unit for unit in units)]
        return [*units, *((id,) for id in left)]

    def effect(self, unit: Sequence[str]) -> Ends | None:
        """What causes do to the total by themselves, or taken back from the second run; None where neither can be."""
        if not unit:
            return None
        if self.causes and set(unit) == {cause.id for cause in self.causes if cause.kinds == (PROGRAM,)}:
            return self.scored().program
        for one, other in ((frozenset(), frozenset(unit)), (self.all - set(unit), self.all)):
            try:
                before, after = (_ends(self.recomputing.with_causes(own)["scores"]) for own in (one, other))
            except AuditbookError:
                continue
            return after[0] - before[0], after[1] - before[1]
        return None

    # --- the score -------------------------------------------------------------------------------------------

    def scored(self) -> Scored:
        """How the change of the total divides among the causes."""
        recorded = [_ends(run.tables["scores"]) for run in (self.before, self.after)]
        change = (recorded[1][0] - recorded[0][0], recorded[1][1] - recorded[0][1])
        if self.why:
            return Scored(change, why=self.why)
        start, end = (
            _ends(self.recomputing.with_causes(())["scores"]),
            _ends(self.recomputing.after_all()["scores"]),
        )
        programs = (
            start[0] - recorded[0][0] + recorded[1][0] - end[0],
            start[1] - recorded[0][1] + recorded[1][1] - end[1],
        )
        if (start, end) != (recorded[0], recorded[1]) and not differing_program(self.before, self.after):
            return Scored(change, why="两次运行用同一个程序，而本程序已不同，重算与当时的记录不符，没有分摊")
        for players in self._players(start, end):
            try:
                shares = shapley(len(players), lambda own, of=players: self._worth(of, own))  # type: ignore[misc]
            except AuditbookError:
                continue
            return Scored(change, tuple(players), tuple(shares), programs)
        return Scored(change, why="有的改动离开另一些就不成立，没有分摊")

    def _worth(self, players: Sequence[Player], own: Coalition) -> Ends:
        return _ends(self.recomputing.with_causes(id for n in own for id in players[n].causes)["scores"])

    def _players(self, start: Ends, end: Ends) -> Iterable[list[Player]]:
        """The finest division first: causes that move a line; then the kinds of causes; then all as one."""
        named = {cause.id: cause for cause in self.causes}
        acting = [unit for unit, rows in self.moved.items() if any(table == "scores" for table, _ in rows)]
        single = [
            Player("、".join(dict.fromkeys(named[id].name for id in unit)), _kinds(named, unit), unit)
            for unit in acting
        ]
        if len(single) <= MOST_PLAYERS:
            try:
                whole = _ends(self.recomputing.with_causes(id for unit in acting for id in unit)["scores"])
            except AuditbookError:
                whole = None
            if whole == end:
                yield single
        kinds = [_kinds(named, (id,)) for id in sorted(self.all)]
        groups: list[set[str]] = []
        for own in map(set, kinds):
            apart = [group for group in groups if not group & own]
            groups = [*apart, own.union(*(group for group in groups if group & own))]
        by_kind = [
            Player("、".join(KINDS[k] for k in KINDS if k in group), tuple(k for k in KINDS if k in group),
                   tuple(sorted(id for id in self.all if set(named[id].kinds) & group)))
            for group in groups
        ]  # fmt: skip
        yield sorted(by_kind, key=lambda player: list(KINDS).index(player.kinds[0]))
        yield [Player("全部改动（分不开）", _kinds(named, tuple(self.all)), tuple(sorted(self.all)))]


def _differing(one: Placed, other: Placed) -> set[tuple[str, Key]]:
    return {place for place in {**one, **other} if one.get(place) != other.get(place)}


def _kinds(named: Mapping[str, Cause], ids: Iterable[str]) -> tuple[str, ...]:
    own = {kind for id in ids for kind in named[id].kinds}
    return tuple(kind for kind in (EVIDENCE, RULES, ASSUMPTIONS, PROGRAM) if kind in own)


def _ends(scores: Iterable[Row]) -> Ends:
    """The proven and the possible end of a total."""
    total = next(row for row in scores if row["level"] == "total")
    return Fraction(total["lowest"]), Fraction(total["highest"])
