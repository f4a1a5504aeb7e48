"""What sensitivity changes, one at a time: every definition, weight, limit and uncertain figure, and strict evidence.

Each change is a scenario of its own, so that an analyst can write it down and run it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING

from auditbook import scoring
from auditbook.cases import DEPARTMENT, Assumed, Scenario, Tolerance
from auditbook.figures import ASSUMED, FigureRow, Meaning
from auditbook.numbers import factor, parse_rate, plain, rate_text
from auditbook.scenarios import MATERIALITY, STRICT
from auditbook.scoring_rules import points_text

if TYPE_CHECKING:
    from auditbook.pipeline import Run
    from auditbook.scoring import Framework

DEFINITION, WEIGHT, THRESHOLD, FIGURE, EVIDENCE = KINDS = (
    "definition", "weight", "threshold", "figure", "evidence",
)  # fmt: skip
# By how much weights and limits are changed, in the order in which they are shown.
STEPS = {
    "-20%": Fraction(4, 5), "-10%": Fraction(9, 10), "+10%": Fraction(11, 10), "+20%": Fraction(6, 5),
}  # fmt: skip
LOW, HIGH = "low", "high"
_ENDS = {LOW: "下端", HIGH: "上端"}
_NOUGHT = Fraction(0)


@dataclass(frozen=True)
class Change:
    """One change: its kind, what it is about (as a scenario's file names it, and for a reader), its step, before and after.

    ``scenario`` makes it alone, on top of whatever scenario the case is under.
    """

    kind: str
    about: str
    step: str
    name: str
    before: str
    after: str
    scenario: Scenario


def all_changes(run: Run) -> list[Change]:
    """Every change that can be made to a run, in the order of kinds, then of the rules and tables that they are about."""
    return [*_definitions(run), *_weights(run), *_thresholds(run), *_figures(run), *_evidence(run)]


def _definitions(run: Run) -> Iterator[Change]:
    for stanza in run.rulebook.stanzas.values():
        own = run.scoring[stanza.id]
        for name, definition in stanza.definitions.items():
            if name != own:
                scenario = Scenario(
                    reason=f"敏感性：{stanza.name}改按“{definition.name}”", definitions={stanza.id: name}
                )
                before = stanza.definition_name(own)
                yield Change(DEFINITION, stanza.id, name, stanza.name, before, definition.name, scenario)


def _weights(run: Run) -> Iterator[Change]:
    """Each line of the scheme, the others giving way so that the full marks stay; bonus points stand outside them."""
    framework = run.framework
    lines = {key: item for key, item in framework.lines.items() if not item.is_bonus}
    own = run.audit.scenario
    # weights that a scenario has set already are stated whole, so that only this line differs from them
    stated = {key: item.weight for key, item in lines.items()} if own and own.weights else {}
    if len(lines) < 2:
        return  # one line alone is always worth the full marks
    weights = Weights.of(framework)
    for key in lines:
        name = scoring.line_name(framework, run.rulebook, key)
        for step, share in STEPS.items():
            points = weights.own[key] * share
            scenario = Scenario(
                reason=f"敏感性：{name}的分值{step}", weights={**stated, key: points}, rescale=True
            )
            new = points * weights.scale(key, share)
            before, after = f"{points_text(weights.own[key])}分", f"{points_text(new)}分"
            yield Change(WEIGHT, key, step, name, before, after, scenario)


@dataclass(frozen=True)
class Weights:
    """The points of every line of a scheme but bonuses, and the full marks to which they are scaled."""

    own: Mapping[str, Fraction]
    full: Fraction

    @classmethod
    def of(cls, framework: Framework) -> Weights:
        """The weights of a scheme."""
        own = {key: item.weight for key, item in framework.lines.items() if not item.is_bonus}
        return cls(own, Fraction(framework.full_marks))

    @cached_property
    def total(self) -> Fraction:
        """What they add up to."""
        return sum(self.own.values(), _NOUGHT)

    def scale(self, line: str, share: Fraction) -> Fraction:
        """By what all are multiplied, exactly, so that they make the full marks where one is worth ``share`` times as much."""
        return self.full / (self.total + (share - 1) * self.own[line])


def _thresholds(run: Run) -> Iterator[Change]:
    for stanza in run.rulebook.stanzas.values():
        if stanza.limit is None or stanza.limit.exactly:
            continue  # parts that must make up the whole are no limit that could be drawn elsewhere
        side = "不高于" if stanza.limit.at_most else "不低于"
        for step, share in STEPS.items():
            bound = stanza.limit.bound * share
            if stanza.limit.at_least and bound > max(stanza.limit.bound, Fraction(1)):
                continue  # nobody could be asked for more than the whole
            yield _threshold(stanza.id, step, stanza.name, stanza.limit.words, side + rate_text(bound), bound)
    for rule in run.finding_rules:
        limits = {parse_rate(limit) for limit in rule.above.values()}
        for step, share in STEPS.items():
            for limit in limits:
                said = [f"大于{rate_text(own)}" for own in (limit, limit * share)]
                yield _threshold(rule.rule, step, rule.name, said[0], said[1], limit * share)
    level = run.audit.case.materiality
    for step, share in STEPS.items() if level else ():
        assert level
        # the steps are tenths, so that a decimal stays one
        amount = Decimal(level.amount) * share.numerator / share.denominator
        words = f"{plain(Fraction(amount))}{level.unit}"
        tolerance = Tolerance(amount=amount, unit=level.unit)
        scenario = Scenario(reason=f"敏感性：重要性水平{step}", tolerances={MATERIALITY: tolerance})
        before = f"{plain(Fraction(level.amount))}{level.unit}"
        yield Change(THRESHOLD, MATERIALITY, step, "重要性水平", before, words, scenario)


def _threshold(about: str, step: str, name: str, before: str, after: str, bound: Fraction) -> Change:
    scenario = Scenario(reason=f"敏感性：{name}的界限{step}", thresholds={about: f"{plain(bound * 100)}%"})
    return Change(THRESHOLD, about, step, name, before, after, scenario)


def _figures(run: Run) -> Iterator[Change]:
    """Each figure that the evidence gives with a last place: at the ends of what its published value stands for."""
    figures = run.figures
    for key in sorted(figures.chosen, key=lambda key: (key.figure, key.scope, key.item, -key.year)):
        row, meaning = figures.chosen[key], run.dictionary[key.figure]
        fixed = meaning.sum or meaning.previous or meaning.derived or row.basis == ASSUMED
        if fixed or not row.has_value:
            continue
        scope = "" if key.scope == DEPARTMENT else run.audit.scope_name(key.scope)
        name = f"{scope}{figures.name_of(key)}"
        for step, value in ends(row, meaning).items():
            if value != row.exact:
                in_unit = value / factor(row.unit)
                assumed = Assumed(
                    figure=key.figure, scope=key.scope, item=key.item, year=key.year, value=in_unit, unit=row.unit,
                    reason=f"敏感性：取公布值所代表区间的{_ENDS[step]}",
                )  # fmt: skip
                scenario = Scenario(reason=f"敏感性：{name}取{_ENDS[step]}", assumed=[assumed])
                before, after = f"{row.value}{row.unit}", f"{plain(in_unit)}{row.unit}"
                yield Change(FIGURE, str(key), step, name, before, after, scenario)


def ends(row: FigureRow, meaning: Meaning) -> dict[str, Fraction]:
    """The least and the most that a published figure stands for, in base units, as far as it can be such a figure.

    The end that lies away from zero would have been published as the next number, so that it is left out: a thousandth
    of a last place is kept from it. Persons and things are whole, and what has no sign is not below nothing.
    """
    low, high = row.interval.low, row.interval.high
    inside = (high - low) / 1000
    low, high = (low, high - inside) if row.exact >= 0 else (low + inside, high)
    if meaning.exact:
        low, high = Fraction(-(-low // 1)), Fraction(high // 1)
    if not meaning.signed:
        low = max(low, _NOUGHT)
    return {LOW: min(low, row.exact), HIGH: max(high, row.exact)}


def _evidence(run: Run) -> Iterator[Change]:
    if run.table("objectives") and not run.strict:
        scenario = Scenario(reason="敏感性：有数字的才算完成", evidence="strict")
        before, after = "文字陈述也可证实", "有数字的才算完成"
        yield Change(EVIDENCE, STRICT, STRICT, "完成的证据", before, after, scenario)
