"""Sensitivity: what each single change does to score, grade and findings, and how large the room for judgement is.

Only what a change touches is reckoned anew: a weight moves points alone; a definition the lines and claims of its
indicator; a figure whatever has read it. ``what_if.under`` gives the same for each change, from the whole case.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING

from auditbook import claims, findings, indicators, observations, scoring
from auditbook.cases import DEPARTMENT, Audit, Materiality
from auditbook.figures import VALUE, ZERO, FigureRow, Figures, Key
from auditbook.findings import SEVERITIES, FindingRule
from auditbook.indicators import Result, Rulebook
from auditbook.numbers import EXACT, Interval, plain
from auditbook.observations import LOOKS, OMISSIONS, Observed, Seen, about_name
from auditbook.scenarios import MATERIALITY
from auditbook.scoring import Line
from auditbook.sensitivity_changes import (
    DEFINITION,
    EVIDENCE,
    FIGURE,
    KINDS,
    STEPS,
    THRESHOLD,
    WEIGHT,
    Change,
    all_changes,
    weighed,
)
from auditbook.tables import Row

if TYPE_CHECKING:
    from auditbook.pipeline import Run

CASE = "case"
# What a change of a figure's value, or of a definition, may let rules see otherwise.
_OF_RESULTS = ("claims", "limits", "gaps", "self_score")
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


_Found = tuple[Mapping[str, Row], frozenset[str]]


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


class _Base:
    """A case with what each part of its results has read."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.framework, self.rulebook = run.framework, run.rulebook
        self.stanzas = run.rulebook.stanzas
        self.scoring = run.scoring
        self.stopped = run.stopped()
        self.judgements, self.objectives = run.table("judgements"), run.table("objectives")
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
        self.observed = {kind: look(self.seen) for kind, look in LOOKS.items()}
        self.rules = run.finding_rules
        self.by_rule = {
            rule.rule: findings.by_rule(rule, self.observed[rule.on], run.audit)
            for rule in self.rules if rule.on != OMISSIONS
        }  # fmt: skip
        self.spoken = {
            rule.rule: findings.fitting(rule, self.observed.get(rule.on, ())) for rule in self.rules
        }
        self.recorded = [findings.recorded_finding(row, run.audit) for row in run.table("recorded")]
        self.by_definition: dict[tuple[str, str], Mapping[str, Line]] = {}
        self.lines = {} if self.stopped else self._lines(self.results, self.scoring, self.framework.lines)
        self.standing = self._standing(self.lines, self._found())
        self._readers()

    def under(self, change: Change) -> Standing:
        """Where the case stands under a change."""
        by_kind: dict[str, Callable[[Change], Standing]] = {
            DEFINITION: self._definition, WEIGHT: self._weight, THRESHOLD: self._threshold, FIGURE: self._figure,
            EVIDENCE: lambda change: self._refigured({}, strict=True),
        }  # fmt: skip
        return by_kind[change.kind](change)

    @property
    def _as_before(self) -> _Found:
        return self.standing.findings, self.standing.spoken

    # --- the parts of a result

    def _lines(
        self, results: Mapping[str, Sequence[Result]], chosen: Mapping[str, str], only: Iterable[str]
    ) -> dict[str, Line]:
        """Some lines of the scheme; the others of their indicators are not needed for them."""
        wanted = set(only)
        needed = {self.framework.lines[key].indicator for key in wanted}
        own = [result for indicator in needed for result in results.get(indicator or "", ())]
        return scoring.exact_lines(
            self.framework, own, chosen, self.rulebook, self.judgements, self.overrides,
            unit_names=self.unit_names, objectives=self.objectives, only=wanted,
        )  # fmt: skip

    def _standing(self, lines: Mapping[str, Line], found: _Found) -> Standing:
        if self.stopped:
            return Standing(None, "", *found)
        own = lines.values()
        return Standing(scoring.total_of(own), scoring.grade_of(self.framework, own), *found)

    def _found(
        self, observed: Mapping[str, Sequence[Seen]] | None = None, rules: Sequence[FindingRule] | None = None,
        audit: Audit | None = None,
    ) -> _Found:  # fmt: skip
        """The findings by their keys, where some rows are seen otherwise, some rules say something else, or what is material."""
        observed = observed or {}
        rows: list[Row] = []
        spoken: set[str] = set()
        for was, rule in zip(self.rules, rules or self.rules, strict=True):
            if rule.on == OMISSIONS:
                continue
            same = rule is was and rule.on not in observed
            if same and (audit is None or rule.below_materiality is None):
                rows += self.by_rule[rule.rule]
                spoken |= self.spoken[rule.rule]
            else:
                own = observed.get(rule.on, self.observed[rule.on])
                rows += findings.by_rule(rule, own, audit or self.run.audit)
                spoken |= findings.fitting(rule, own)
        rows += self.recorded
        rows += findings.omitted(rules or self.rules, self.seen, rows)
        return {row["finding"]: row for row in rows}, frozenset(spoken)

    # --- one kind of change each

    def _definition(self, change: Change) -> Standing:
        chosen = {**self.scoring, change.about: change.step}
        lines = self.lines
        if not self.stopped and change.about in self.lines_of:
            own = self._lines(self.results, chosen, self.lines_of[change.about])
            self.by_definition[change.about, change.step] = own
            lines = {**lines, **own}
        judged = [row for row in self.run.table("published") if row["about"] == change.about]
        said = self._claims(judged, self.run.results, self.seen.figures, chosen)
        seen = replace(self.seen, scoring=chosen, claims=self._merged(said))
        return self._standing(lines, self._found(_observed(seen, _OF_RESULTS)))

    def _weight(self, change: Change) -> Standing:
        if self.stopped:
            return self.standing
        points = weighed(self.run, change.about, STEPS[change.step])
        lines = {key: line.weighed(points.get(key, line.weight)) for key, line in self.lines.items()}
        return self._standing(lines, self._as_before)

    def _threshold(self, change: Change) -> Standing:
        if change.about == MATERIALITY:
            level = change.scenario.tolerances[MATERIALITY]
            assert level.amount is not None and level.unit
            changed = Materiality(amount=level.amount, unit=level.unit, reason=change.scenario.reason)
            audit = self.run.audit
            case = audit.case.model_copy(update={"materiality": changed})
            return self._standing(self.lines, self._found(audit=replace(audit, case=case)))
        limit = str(change.scenario.thresholds[change.about])
        stanza = self.stanzas.get(change.about)
        if any(rule.rule == change.about for rule in self.rules):
            rules = [
                rule.model_copy(update={"above": dict.fromkeys(rule.above, limit)}) if rule.rule == change.about else rule
                for rule in self.rules
            ]  # fmt: skip
            return self._standing(self.lines, self._found(rules=rules))
        assert stanza and stanza.limit
        side = "at_most" if stanza.limit.at_most else "at_least"
        limited = stanza.model_copy(update={"limit": stanza.limit.model_copy(update={side: limit})})
        seen = replace(self.seen, rulebook=_with(self.rulebook, limited))
        return self._standing(self.lines, self._found(_observed(seen, _OF_LIMITS)))

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
        touched = [id for id, read in self._results_read.items() if not read.isdisjoint(rows)]
        results = {
            **self.results,
            **{id: indicators.compute(self.stanzas[id], figures, self.judgements) for id in touched},
        }
        flat = [result for own in results.values() for result in own] if touched else self.run.results
        lines = self.lines
        scored = [key for id in touched for key in self.lines_of.get(id, ())]
        if scored and not self.stopped:
            lines = {**lines, **self._lines(results, self.scoring, scored)}
        published = [
            row for row in self.run.table("published")
            if row["about"] in touched or not self._claims_read[row["claim"]].isdisjoint(rows)
        ]  # fmt: skip
        said = self._claims(published, flat, figures, self.scoring)
        if recount:
            said += self._completions(figures, strict=strict)
        kinds = [
            *(_OF_RESULTS if touched or said or not self._self_score_read.isdisjoint(rows) else ()),
            *(_OF_TARGETS if recount else ()),
        ]  # fmt: skip
        if not kinds:
            return self._standing(lines, self._as_before)
        seen = replace(self.seen, figures=figures, results=flat, claims=self._merged(said), strict=strict)
        return self._standing(lines, self._found(_observed(seen, kinds)))

    def _recounted(self, figures: Figures, *, strict: bool) -> dict[Key, FigureRow]:
        """The figures that are counted from the objectives, where they come out otherwise."""
        counts = claims.completion_counts(
            self.objectives, self.run.table("statements"), figures, self.run.wording, strict=strict
        )
        changed = {}
        for figure, count in claims.counted_figures(counts, strict=strict).items():
            key = Key(figure, DEPARTMENT, "", figures.year)
            row = figures.chosen.get(key)
            if row is not None and row.exact != count:
                changed[key] = replace(row, value=str(count), state=VALUE if count else ZERO)
        return changed

    # --- claims

    def _claims(
        self, published: Sequence[Row], results: Sequence[Result], figures: Figures, chosen: Mapping[str, str]
    ) -> list[Row]:
        """What becomes of some published numbers."""
        if not published:
            return []
        return claims.judge_all(
            published,
            (),
            (),
            results,
            figures,
            chosen,
            self._definition_names,
            self.run.wording,
            self.unit_names,
        )

    def _completions(self, figures: Figures, *, strict: bool) -> list[Row]:
        return claims.judge_all(
            (), self.objectives, self.run.table("statements"), (), figures, self.scoring, {}, self.run.wording,
            strict=strict,
        )  # fmt: skip

    @cached_property
    def _definition_names(self) -> dict[str, dict[str, str]]:
        return {
            stanza.id: {name: definition.name for name, definition in stanza.definitions.items()}
            for stanza in self.stanzas.values()
        }

    def _merged(self, changed: Sequence[Row]) -> Sequence[Row]:
        own = {row["claim"]: row for row in changed}
        return [own.get(row["claim"], row) for row in self.seen.claims] if own else self.seen.claims

    # --- what has read which figure

    def _readers(self) -> None:
        watched = copy.copy(self.run.figures)
        chosen = _Watched(watched.chosen)
        watched.chosen = chosen

        def reading(work: Callable[[], object]) -> frozenset[Key]:
            chosen.read = set()
            work()
            return frozenset(chosen.read)

        statements = self.run.table("statements")
        self._results_read = {
            stanza.id: reading(lambda stanza=stanza: indicators.compute(stanza, watched, self.judgements))  # type: ignore[misc]
            for stanza in self.stanzas.values() if not stanza.judged
        }  # fmt: skip
        self._claims_read = {
            row["claim"]: reading(lambda row=row: self._claims([row], self.run.results, watched, self.scoring))  # type: ignore[misc]
            for row in self.run.table("published")
        }  # fmt: skip
        self._counts_read = reading(
            lambda: [
                self._completions(watched, strict=self.run.strict),
                claims.completion_counts(self.objectives, statements, watched, self.run.wording, strict=self.run.strict),
                observations.of_objectives(replace(self.seen, figures=watched)),
            ]
        )  # fmt: skip
        self._self_score_read = reading(
            lambda: observations.of_self_score(replace(self.seen, figures=watched))
        )


def _observed(seen: Observed, kinds: Iterable[str]) -> dict[str, list[Seen]]:
    return {kind: LOOKS[kind](seen) for kind in kinds}


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
