"""Findings of a case kept by the parts of it that they were observed in, so that a change looks only at what it touches.

A part of a kind of observation is whatever can be seen by itself: an indicator, a claim, a line of the self-scored table.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from auditbook import findings
from auditbook.cases import Audit
from auditbook.findings import FindingRule
from auditbook.observations import OMISSIONS, Observed, Seen
from auditbook.tables import Row

Parts = Mapping[str, Sequence[Seen]]  # in the order in which they are observed


@dataclass(frozen=True)
class Found:
    """Findings by their keys, and all that the rules speak of."""

    findings: Mapping[str, Row]
    spoken: frozenset[str]


@dataclass(frozen=True)
class _Ruled:
    """What one rule finds: the observations that it speaks of, by part, and what it makes of them."""

    fitting: Parts
    rows: Sequence[Row]
    spoken: frozenset[str]


class FindingsByPart:
    """The findings of a case, and what becomes of them where some parts are seen otherwise."""

    def __init__(
        self,
        rules: Sequence[FindingRule],
        parts: Mapping[str, Parts],
        seen: Observed,
        recorded: Iterable[Row],
    ) -> None:
        """Takes parts: by kind, all that is observed, each kind in its order; recorded: findings that the auditor entered."""
        self._rules, self._parts, self._seen = rules, parts, seen
        self._recorded = [findings.recorded_finding(row, seen.audit) for row in recorded]
        self._ruled = {rule.rule: self._observed(rule) for rule in rules if rule.on != OMISSIONS}
        self.found = self._together(rules, self._ruled)

    def where(self, changed: Mapping[str, Parts]) -> Found:
        """The findings where some parts, of those that there are, are seen otherwise."""
        real = {
            kind: {part: rows for part, rows in own.items() if rows != self._parts[kind][part]}
            for kind, own in changed.items()
        }
        again = {}
        for rule in self._rules:
            if own := real.get(rule.on):
                fits = {part: findings.fitting(rule, rows) for part, rows in own.items()}
                was = self._ruled[rule.rule].fitting
                if any(rows != was.get(part, []) for part, rows in fits.items()):
                    merged = {**was, **fits}
                    ordered = {part: merged[part] for part in self._parts[rule.on] if merged.get(part)}
                    again[rule.rule] = _ruled(rule, ordered, self._seen.audit)
        return self._together(self._rules, {**self._ruled, **again}) if again else self.found

    def material(self, audit: Audit) -> Found:
        """The findings where something else is material."""
        again = {
            rule.rule: _ruled(rule, self._ruled[rule.rule].fitting, audit)
            for rule in self._rules
            if rule.on != OMISSIONS and rule.below_materiality is not None
        }
        return self._together(self._rules, {**self._ruled, **again})

    def by_rule(self, changed: FindingRule) -> Found:
        """The findings where a rule, of those that there are, says something else."""
        rules = [changed if rule.rule == changed.rule else rule for rule in self._rules]
        again = {} if changed.on == OMISSIONS else {changed.rule: self._observed(changed)}
        return self._together(rules, {**self._ruled, **again})

    def _observed(self, rule: FindingRule) -> _Ruled:
        fits = {part: findings.fitting(rule, rows) for part, rows in self._parts[rule.on].items()}
        return _ruled(rule, {part: rows for part, rows in fits.items() if rows}, self._seen.audit)

    def _together(self, rules: Sequence[FindingRule], ruled: Mapping[str, _Ruled]) -> Found:
        rows = [row for own in ruled.values() for row in own.rows] + self._recorded
        rows += findings.omitted(rules, self._seen, rows)
        spoken = frozenset().union(*(own.spoken for own in ruled.values()))
        return Found({row["finding"]: row for row in rows}, spoken)


def _ruled(rule: FindingRule, fitting: Parts, audit: Audit) -> _Ruled:
    rows = [row for part in fitting.values() for row in part]
    return _Ruled(fitting, findings.of_fitting(rule, rows, audit), findings.spoken(rule, rows))
