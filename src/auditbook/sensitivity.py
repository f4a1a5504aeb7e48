"""Sensitivity: what each single change does to score, grade and findings, and how large the room for judgement is.

Only what a change touches is reckoned anew: a weight moves points alone; a definition the lines and claims of its
indicator; a figure whatever has read it. ``what_if.under`` gives the same for each change, from the whole case.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Collection, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property, partial
from typing import TYPE_CHECKING

from auditbook import claims, indicators, observations, scoring
from auditbook.cases import DEPARTMENT, Materiality
from auditbook.figures import VALUE, ZERO, FigureRow, Figures, Key
from auditbook.findings import SEVERITIES
from auditbook.findings_by_part import FindingsByPart, Found, Parts
from auditbook.indicators import Result, Rulebook
from auditbook.numbers import EXACT, Interval, plain
from auditbook.observations import LOOKS, Observed, Seen, about_name
from auditbook.scenarios import MATERIALITY
from auditbook.scoring import Line, Sums
from auditbook.sensitivity_changes import (
    DEFINITION,
    EVIDENCE,
    FIGURE,
    KINDS,
    STEPS,
    THRESHOLD,
    WEIGHT,
    Change,
    Weights,
    all_changes,
)
from auditbook.tables import Row

if TYPE_CHECKING:
    from auditbook.pipeline import Run

CASE = "case"
# What a change of a figure's value, or of a definition, may let rules see otherwise.
_OF_RESULTS = ("claims", "limits", "gaps", "self_score")
_OF_INDICATORS = ("limits", "gaps")
_OF_TARGETS = ("objectives", "completion")
_OF_LIMITS = ("limits", "self_score")
MOST_SUBJECTS = 6  # of one rule's findings, named in a cell
_NOUGHT = Fraction(0)


@dataclass(frozen=True)
class Standing:
    """Where a case stands: the score (None where nothing may be scored), the grade, the findings by their keys.

    ``spoken``: all that the rules speak of. A department and its only category are one finding while the same is to be
    said of both; two where their words part, and nothing new is found then.
    """

    score: Interval | None
    grade: str
    findings: Mapping[str, Row]
    spoken: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Effect:
    """What a change does, against the case."""

    change: Change
    before: Standing
    after: Standing

    @property
    def shifts(self) -> tuple[Fraction, Fraction]:
        """By how much the proven and the possible end of the score move."""
        old, new = self.before.score, self.after.score
        return (new.low - old.low, new.high - old.high) if old and new else (_NOUGHT, _NOUGHT)

    @property
    def gained(self) -> list[Row]:
        """Findings that the change brings."""
        return _only(self.after, self.before)

    @property
    def lost(self) -> list[Row]:
        """Findings that it takes away."""
        return _only(self.before, self.after)

    @property
    def regraded(self) -> list[tuple[Row, Row]]:
        """Findings that come to be of another severity, before and after."""
        both = ((self.before.findings.get(key), row) for key, row in self.after.findings.items())
        return [(old, row) for old, row in both if old is not None and old["severity"] != row["severity"]]

    @property
    def moves(self) -> bool:
        """Whether the score's interval changes at all."""
        return any(self.shifts)

    @property
    def turns(self) -> bool:
        """Whether a conclusion turns: the grade, or a finding."""
        regraded = self.before.grade != self.after.grade
        return regraded or bool(self.gained or self.lost or self.regraded)

    @property
    def order(self) -> tuple[object, ...]:
        """Greater effects first: by the points that an end moves, then what turns; then as the rules stand."""
        ends = sorted(map(abs, self.shifts), reverse=True)
        turned = len(self.gained) + len(self.lost) + len(self.regraded)
        grade = self.before.grade != self.after.grade
        place = (KINDS.index(self.change.kind), self.change.about, self.change.step)
        return (*(-end for end in ends), not grade, -turned, place)


def _only(own: Standing, other: Standing) -> list[Row]:
    """Findings of one standing that the other has not, nor as a part of another finding."""
    return [row for key, row in own.findings.items() if key not in other.findings and key not in other.spoken]


@dataclass(frozen=True)
class Sensitivity:
    """A case, and the effect of each change on it, the greatest first; ``lines`` as it scores them, none where it is stopped."""

    standing: Standing
    effects: tuple[Effect, ...]
    lines: Mapping[str, Line]
    by_definition: Mapping[tuple[str, str], Mapping[str, Line]]


def analyse(run: Run) -> Sensitivity:
    """The effect of every single change on a case, or on a case under its scenario.

    Takes    run: whose tables are there; nothing of it is changed.
    """
    base = _Base(run)
    effects = [Effect(change, base.standing, base.under(change)) for change in all_changes(run)]
    return Sensitivity(
        base.standing, tuple(sorted(effects, key=lambda effect: effect.order)), base.lines, base.by_definition
    )


class _Watched(dict[Key, FigureRow]):
    """The figures of a case, which note what is read of them: whatever has not read a figure does not change with it."""

    def __init__(self, rows: Mapping[Key, FigureRow]) -> None:
        super().__init__(rows)
        self.read: set[Key] = set()

    def get(self, key: Key, default: FigureRow | None = None) -> FigureRow | None:  # type: ignore[override]
        self.read.add(key)
        return super().get(key, default)

    def __getitem__(self, key: Key) -> FigureRow:
        self.read.add(key)
        return super().__getitem__(key)


class _Readers:
    """What has read which figure, of a case as it stands."""

    def __init__(self, figures: Figures) -> None:
        self.figures = copy.copy(figures)
        self._chosen = _Watched(figures.chosen)
        self.figures.chosen = self._chosen

    def reading(self, work: Callable[[Figures], object]) -> frozenset[Key]:
        """The figures that something reads."""
        self._chosen.read = set()
        work(self.figures)
        return frozenset(self._chosen.read)


_Results = Mapping[str, Sequence[Result]]  # by indicator, in the order of the rules


class _Base:
    """A case with what each part of its results has read."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.framework, self.stanzas = run.framework, run.rulebook.stanzas
        self.scoring = run.scoring
        self.stopped = run.stopped()
        self.judgements, self.objectives = run.table("judgements"), run.table("objectives")
        self.published, self.statements = run.table("published"), run.table("statements")
        self.overrides = scoring.reweighed(
            run.table("overrides"), run.rules.base.frameworks[self.framework.framework], self.framework
        )
        self.unit_names = {unit.id: unit.name for unit in run.audit.case.units}
        self.results: dict[str, list[Result]] = {}
        for result in run.results:
            self.results.setdefault(result.indicator, []).append(result)
        self.lines_of: dict[str, list[str]] = {}
        for key, item in self.framework.lines.items():
            if item.indicator:
                self.lines_of.setdefault(item.indicator, []).append(key)
        self.seen = run.observed()
        self.parts = _Parts(self.seen, self.results)
        self.found = FindingsByPart(run.finding_rules, self.parts.all, self.seen, run.table("recorded"))
        self.by_definition: dict[tuple[str, str], Mapping[str, Line]] = {}
        self.lines = {} if self.stopped else self._lines(self.results, self.scoring, self.framework.lines)
        self.sums = scoring.sums_of(self.lines.values())
        self.weights = Weights.of(self.framework)
        self.standing = self._scored(self.sums, self.found.found)
        self._read()

    def under(self, change: Change) -> Standing:
        """Where the case stands under a change."""
        by_kind: dict[str, Callable[[Change], Standing]] = {
            DEFINITION: self._definition, WEIGHT: self._weight, THRESHOLD: self._threshold, FIGURE: self._figure,
            EVIDENCE: lambda change: self._refigured({}, strict=True),
        }  # fmt: skip
        return by_kind[change.kind](change)

    # --- the parts of a result

    def _lines(self, results: _Results, chosen: Mapping[str, str], only: Iterable[str]) -> dict[str, Line]:
        """Some lines of the scheme; the others of their indicators are not needed for them."""
        wanted = set(only)
        needed = {self.framework.lines[key].indicator for key in wanted}
        own = [result for indicator in needed for result in results.get(indicator or "", ())]
        return scoring.exact_lines(
            self.framework, own, chosen, self.run.rulebook, self.judgements, self.overrides,
            unit_names=self.unit_names, objectives=self.objectives, only=wanted,
        )  # fmt: skip

    def _scored(self, sums: Sums, found: Found) -> Standing:
        if self.stopped:
            return Standing(None, "", found.findings, found.spoken)
        return Standing(sums.score, sums.grade(self.framework), found.findings, found.spoken)

    def _standing(self, changed: Mapping[str, Line], found: Found) -> Standing:
        """Where the case stands with some lines scored otherwise."""
        if all(line == self.lines[key] for key, line in changed.items()):
            return replace(self.standing, findings=found.findings, spoken=found.spoken)
        return self._scored(scoring.sums_of({**self.lines, **changed}.values()), found)

    # --- one kind of change each

    def _definition(self, change: Change) -> Standing:
        chosen = {**self.scoring, change.about: change.step}
        lines: Mapping[str, Line] = {}
        if not self.stopped and change.about in self.lines_of:
            lines = self._lines(self.results, chosen, self.lines_of[change.about])
            self.by_definition[change.about, change.step] = lines
        said = [
            self._judged(row, self.results, self.seen.figures, chosen)
            for row in self.published
            if row["about"] == change.about
        ]
        seen = replace(self.seen, scoring=chosen)
        return self._standing(lines, self._found(seen, self.results, [change.about], said))

    def _weight(self, change: Change) -> Standing:
        if self.stopped:
            return self.standing
        share = STEPS[change.step]
        scale = self.weights.scale(change.about, share)
        return self._scored(self.sums.reweighed(self.lines[change.about], share, scale), self.found.found)

    def _threshold(self, change: Change) -> Standing:
        if change.about == MATERIALITY:
            level = change.scenario.tolerances[MATERIALITY]
            assert level.amount is not None and level.unit
            changed = Materiality(amount=level.amount, unit=level.unit, reason=change.scenario.reason)
            audit = self.run.audit
            case = audit.case.model_copy(update={"materiality": changed})
            return self._standing({}, self.found.material(replace(audit, case=case)))
        limit = str(change.scenario.thresholds[change.about])
        rule = next((rule for rule in self.run.finding_rules if rule.rule == change.about), None)
        if rule is not None:
            bounded = rule.model_copy(update={"above": dict.fromkeys(rule.above, limit)})
            return self._standing({}, self.found.by_rule(bounded))
        stanza = self.stanzas[change.about]
        assert stanza.limit
        side = "at_most" if stanza.limit.at_most else "at_least"
        limited = stanza.model_copy(update={"limit": stanza.limit.model_copy(update={side: limit})})
        seen = replace(self.seen, rulebook=_with(self.run.rulebook, limited))
        return self._standing({}, self._found(seen, self.results, [change.about], (), _OF_LIMITS))

    def _figure(self, change: Change) -> Standing:
        assumed = change.scenario.assumed[0]
        key = Key(assumed.figure, assumed.scope, assumed.item, assumed.year or self.run.audit.case.year)
        row = self.run.figures.chosen[key]
        value = plain(Fraction(assumed.value))
        state = VALUE if assumed.value else ZERO
        return self._refigured({key: replace(row, value=value, state=state, precision=EXACT)})

    def _refigured(self, rows: Mapping[Key, FigureRow], *, strict: bool = False) -> Standing:
        """Where the case stands with other figures, and by strict evidence."""
        strict = strict or self.run.strict
        figures = _refigured(self.run.figures, rows)
        recount = strict != self.run.strict or not self._counts_read.isdisjoint(rows)
        if recount:
            counted = self._recounted(figures, strict=strict)
            figures, rows = _refigured(figures, counted), {**rows, **counted}
        touched: dict[str, set[int]] = {}
        for indicator, number in (reader for key in rows for reader in self._results_read.get(key, ())):
            touched.setdefault(indicator, set()).add(number)
        results = {**self.results, **{id: self._computed(id, own, figures) for id, own in touched.items()}}
        scored = [key for id in touched for key in self.lines_of.get(id, ())]
        lines = self._lines(results, self.scoring, scored) if scored and not self.stopped else {}
        places = {(id, *self._place(id, number)) for id, own in touched.items() for number in own}
        said = [
            self._judged(row, results, figures, self.scoring)
            for row in self.published
            if (row["about"], row["scope"], row["item"]) in places
            or not self._claims_read[row["claim"]].isdisjoint(rows)
        ]
        seen = replace(self.seen, figures=figures, strict=strict)
        if recount:
            said += self._completions(figures, strict=strict)
        whole: dict[str, Parts] = {}
        if recount:
            whole = {kind: {_ALL: LOOKS[kind](seen)} for kind in _OF_TARGETS}
        if recount or not self._self_score_read.isdisjoint(rows):
            flat = [result for own in results.values() for result in own]
            merged = replace(seen, results=flat, claims=self.parts.merged(said))
            whole["self_score"] = _self_score(merged)
        return self._standing(lines, self._found(seen, results, touched, said, whole=whole))

    def _place(self, indicator: str, number: int) -> tuple[str, str]:
        own = self.results[indicator][number]
        return own.scope, own.item

    def _computed(self, indicator: str, numbers: Container[int], figures: Figures) -> list[Result]:
        """The results of an indicator with some of them computed of other figures."""
        stanza = self.stanzas[indicator]
        return [
            indicators.compute_at(stanza, own.definition, own.scope, own.item, figures) if number in numbers else own
            for number, own in enumerate(self.results[indicator])
        ]  # fmt: skip

    def _found(
        self, seen: Observed, results: _Results, touched: Collection[str], said: Sequence[Row],
        kinds: Collection[str] = _OF_RESULTS, whole: Mapping[str, Parts] | None = None,
    ) -> Found:  # fmt: skip
        """The findings where what is seen of some indicators may be otherwise, and what becomes of some claims.

        Takes    whole: kinds of which every part was looked at.
        """
        changed = self.parts.changed(seen, results, touched, said, kinds)
        return self.found.where({**changed, **(whole or {})})

    def _recounted(self, figures: Figures, *, strict: bool) -> dict[Key, FigureRow]:
        """The figures that are counted from the objectives, where they come out otherwise."""
        counts = claims.completion_counts(
            self.objectives, self.statements, figures, self.run.wording, strict=strict
        )
        changed = {}
        for figure, count in claims.counted_figures(counts, strict=strict).items():
            key = Key(figure, DEPARTMENT, "", figures.year)
            row = figures.chosen.get(key)
            if row is not None and row.exact != count:
                changed[key] = replace(row, value=str(count), state=VALUE if count else ZERO)
        return changed

    # --- claims

    def _judged(self, row: Row, results: _Results, figures: Figures, chosen: Mapping[str, str]) -> Row:
        """What becomes of a published number: of results, only those of what it is about count."""
        (judged,) = claims.judge_all(
            (row,), (), (), results.get(row["about"], ()), figures, chosen, self._definition_names, self.run.wording,
            self.unit_names,
        )  # fmt: skip
        return judged

    def _completions(self, figures: Figures, *, strict: bool) -> list[Row]:
        return claims.judge_all(
            (),
            self.objectives,
            self.statements,
            (),
            figures,
            self.scoring,
            {},
            self.run.wording,
            strict=strict,
        )

    @cached_property
    def _definition_names(self) -> dict[str, dict[str, str]]:
        return {
            stanza.id: {name: definition.name for name, definition in stanza.definitions.items()}
            for stanza in self.stanzas.values()
        }

    # --- what has read which figure

    def _read(self) -> None:
        reading = _Readers(self.run.figures).reading
        self._results_read: dict[Key, list[tuple[str, int]]] = {}
        for indicator, own in self.results.items():
            stanza = self.stanzas[indicator]
            for number, r in enumerate(own if not stanza.judged else ()):
                for key in reading(partial(indicators.compute_at, stanza, r.definition, r.scope, r.item)):
                    self._results_read.setdefault(key, []).append((indicator, number))
        self._claims_read = {
            row["claim"]: reading(partial(self._judged, row, self.results, chosen=self.scoring))
            for row in self.published
        }
        self._counts_read = reading(
            lambda figures: [
                self._completions(figures, strict=self.run.strict),
                claims.completion_counts(
                    self.objectives, self.statements, figures, self.run.wording, strict=self.run.strict
                ),
                observations.of_objectives(replace(self.seen, figures=figures)),
            ]
        )
        self._self_score_read = reading(lambda figures: _self_score(replace(self.seen, figures=figures)))


_ALL = ""  # the only part of a kind that is looked at as a whole
_SCORE, _SUMS = "score", "sums"


def _line_part(line: str) -> str:
    return f"line {line}"


class _Parts:
    """What is observed of a case by the parts that can be looked at by themselves, and the parts that a change reaches.

    Limits and gaps are seen of each indicator; a claim rests on the results of what it is about; a line of the
    self-scored table on the indicator, or the target, of its name.
    """

    def __init__(self, seen: Observed, results: _Results) -> None:
        self._seen = seen
        self._claims_of: dict[str, list[int]] = {}
        self._claims_named: dict[str, list[int]] = {}
        for number, row in enumerate(seen.claims):
            self._claims_of.setdefault(_subject(row), []).append(number)
            self._claims_named.setdefault(row["claim"], []).append(number)
        self.all: dict[str, Parts] = {
            kind: {_ALL: look(seen)} for kind, look in LOOKS.items() if kind not in _OF_RESULTS
        }
        for kind in _OF_INDICATORS:
            self.all[kind] = {id: LOOKS[kind](replace(seen, results=own)) for id, own in results.items()}
        self.all["claims"] = {str(number): [row] for number, row in enumerate(LOOKS["claims"](seen))}
        self.all["self_score"] = _self_score(seen)

    def merged(self, said: Iterable[Row]) -> Sequence[Row]:
        """The claims with what has become of some."""
        own = {row["claim"]: row for row in said}
        return [own.get(row["claim"], row) for row in self._seen.claims] if own else self._seen.claims

    def changed(
        self, seen: Observed, results: _Results, touched: Collection[str], said: Sequence[Row], kinds: Collection[str]
    ) -> dict[str, Parts]:  # fmt: skip
        """The parts that may be seen otherwise where some indicators are touched, and some claims are judged anew."""
        found: dict[str, Parts] = {
            kind: {id: LOOKS[kind](replace(seen, results=results[id])) for id in touched}
            for kind in _OF_INDICATORS if kind in kinds
        }  # fmt: skip
        if "claims" in kinds:
            found["claims"] = self._claims(seen, results, touched, said)
        if "self_score" in kinds:
            found["self_score"] = self._lines(seen, results, touched)
        return found

    def _claims(
        self, seen: Observed, results: _Results, touched: Iterable[str], said: Sequence[Row]
    ) -> Parts:
        own = {row["claim"]: row for row in said}
        numbers = {number for id in touched for number in self._claims_of.get(id, ())}
        numbers |= {number for claim in own for number in self._claims_named.get(claim, ())}
        ordered = sorted(numbers)
        rows = [own.get(row["claim"], row) for row in (self._seen.claims[number] for number in ordered)]
        about = dict.fromkeys(map(_subject, rows))
        part = [result for id in about for result in results.get(id, ())]
        looked = LOOKS["claims"](replace(seen, claims=rows, results=part))
        return {str(number): [row] for number, row in zip(ordered, looked, strict=True)}

    def _lines(self, seen: Observed, results: _Results, touched: Iterable[str]) -> Parts:
        there = self.all["self_score"]
        return {
            part: observations.of_scored_lines(replace(seen, results=results[id]), {id})
            for id in touched
            if (part := _line_part(id)) in there
        }


def _subject(row: Row) -> str:
    """The indicator or the figure that a claim is about, without its item."""
    return row["about"].partition(":")[0]


def _self_score(seen: Observed) -> Parts:
    """The self-scored table by its parts, in the order of ``observations.of_self_score``."""
    by_line: dict[str, list[Seen]] = {_line_part(line): [] for line in claims.scored_items(seen.figures)}
    for row in observations.of_scored_lines(seen):
        by_line[_line_part(row.about)].append(row)
    return {_SCORE: observations.of_own_score(seen), **by_line, _SUMS: observations.of_score_sums(seen)}


def _refigured(figures: Figures, rows: Mapping[Key, FigureRow]) -> Figures:
    """The same figures but for the values of some: none more, none less."""
    changed = copy.copy(figures)
    changed.chosen = {**figures.chosen, **rows}
    changed.by_name = {**figures.by_name, **{str(key): row for key, row in rows.items()}}
    return changed


def _with(rulebook: Rulebook, stanza: indicators.Stanza) -> Rulebook:
    families = tuple(
        replace(family, stanzas=tuple(stanza if own.id == stanza.id else own for own in family.stanzas))
        for family in rulebook.families
    )
    return replace(rulebook, families=families)


# --- rows of sensitivity.csv -----------------------------------------------------------------------------------


def to_rows(found: Sensitivity, run: Run) -> list[Row]:
    """Rows of sensitivity.csv: the case itself, then every change, ``order`` from the greatest effect on."""
    own = found.standing
    head = {
        **dict.fromkeys(("about", "step", "before", "after", "lowest_change", "highest_change", "turns"), ""),
        **dict.fromkeys(("findings_gained", "findings_lost", "findings_regraded"), ""),
        "kind": CASE, "name": "本案", "order": "0", "moves": "no", "turning": "no", "grade": own.grade,
        **_score(own),
    }  # fmt: skip
    return [head, *(_row(effect, number, run) for number, effect in enumerate(found.effects, 1))]


def _score(standing: Standing) -> dict[str, str]:
    score = standing.score
    return {"lowest": plain(score.low) if score else "", "highest": plain(score.high) if score else ""}


def _row(effect: Effect, number: int, run: Run) -> Row:
    change, shifts = effect.change, effect.shifts
    scored = effect.after.score is not None
    return {
        "kind": change.kind, "about": change.about, "step": change.step, "order": str(number), "name": change.name,
        "before": change.before, "after": change.after, **_score(effect.after),
        "lowest_change": plain(shifts[0]) if scored else "", "highest_change": plain(shifts[1]) if scored else "",
        "moves": "yes" if effect.moves else "no", "grade": effect.after.grade,
        "turning": "yes" if effect.turns else "no", "turns": "；".join(turned(effect, run)),
        "findings_gained": ";".join(row["finding"] for row in effect.gained),
        "findings_lost": ";".join(row["finding"] for row in effect.lost),
        "findings_regraded": ";".join(row["finding"] for _, row in effect.regraded),
    }  # fmt: skip


def turned(effect: Effect, run: Run) -> list[str]:
    """What a change turns, in words: the grade, and each finding that comes, goes, or is of another severity."""
    said = []
    old, new = effect.before.grade, effect.after.grade
    if old != new:
        said.append(f"等级由“{old}”变为“{new}”")
    said += (f"多出发现{name}" for name in _named(effect.gained, run))
    said += (f"不再有发现{name}" for name in _named(effect.lost, run))
    for was, row in effect.regraded:
        levels = [SEVERITIES[own["severity"]] for own in (was, row)]
        said.append(f"发现{_named([row], run)[0]}的严重程度由{levels[0]}变为{levels[1]}")
    return said


def _named(rows: Sequence[Row], run: Run) -> list[str]:
    """Findings by their names, each with what it is about; one rule's findings together."""
    about: dict[str, list[str]] = {}
    for row in rows:
        about.setdefault(row["name"], []).append(_about(row, run))
    return [_with_subjects(name, [*filter(None, own)], len(own)) for name, own in about.items()]


def _with_subjects(name: str, subjects: Sequence[str], count: int) -> str:
    told = "、".join(subjects[:MOST_SUBJECTS])
    many = f"{count}项：" if count > 1 else ""
    rest = "等" if len(subjects) > MOST_SUBJECTS else ""
    return f"“{name}”（{many}{told}{rest}）" if told or many else f"“{name}”"


def _about(row: Row, run: Run) -> str:
    """What or whom a finding is about; "" where its name says it already, or it is about many things."""
    about = row["finding"].split(":", 1)[1].rpartition(":")[0]
    subject = "" if about == "all" else about_name(about, run.rulebook, run.table("objectives"))
    name, _, item = about.partition(":")
    stanza = run.rulebook.stanzas.get(name)
    figure = name if name in run.dictionary else ""
    if stanza is not None and not stanza.judged:
        figure = stanza.figures(run.scoring[name])[0]
    part = run.figures.item_name(figure, item) if figure and item else ""
    scope = run.audit.scope_name(row["scope"]) if row["scope"] != DEPARTMENT else ""
    return "·".join(own for own in (scope, subject, part) if own and own not in row["name"])
