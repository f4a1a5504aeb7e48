"""What a scenario changes, one by one, before and after: for the report, the terminal and whoever compares."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from auditbook import formulas, scoring
from auditbook.cases import DEPARTMENT, Materiality
from auditbook.figures import ASSUMED, ASSUMED_SIGN, MISSING, FigureRow, Key
from auditbook.indicators import number_texts
from auditbook.numbers import factor, parse, text
from auditbook.pipeline import Rules, Run
from auditbook.quality_tables import Bounds
from auditbook.scenarios import key_of
from auditbook.scoring_rules import points_text

NONE = "没有改变"
UNIT_OF_RESIDUALS = "基本单位（元、1）"


@dataclass(frozen=True)
class Change:
    """A change of a scenario: its kind, its target (as the scenario's file names it, and for a reader), before and after."""

    kind: str
    target: str
    name: str
    before: str
    after: str
    reason: str = ""

    @property
    def words(self) -> str:
        """The change in a line."""
        what = self.kind if self.name == self.kind else f"{self.kind}“{self.name}”"
        return f"{what}：{self.before} → {self.after}"


SCHEME, DEFINITION, WEIGHT, RULE, THRESHOLD, TOLERANCE, EVIDENCE, FIGURE = KINDS = (
    "评分表", "口径", "分值", "评分规则", "界限", "容差", "证据", "假设的数字",
)  # fmt: skip


def changes(run: Run) -> list[Change]:
    """Every change that the scenario of a run makes to its case; one that changes nothing says so.

    Takes    run: whose ``figures`` are those under the scenario; for no scenario there is nothing to tell.
    """
    if run.audit.scenario is None:
        return []
    before, after = run.rules.base, run.rules
    return [
        *_scheme(run, before), *_definitions(run, before), *_lines(run, before), *_limits(before, after),
        *_tolerances(before, after), *_evidence(run), *_figures(run),
    ]  # fmt: skip


def _or_none(before: str, after: str) -> str:
    return f"{after}（{NONE}）" if before == after else after


def _scheme(run: Run, before: Rules) -> Iterator[Change]:
    wanted = run.rules.audit.scenario and run.rules.audit.scenario.framework
    if wanted:
        old = before.frameworks[before.audit.case.framework]
        yield Change(SCHEME, wanted, "评分表", old.title, _or_none(old.title, run.framework.title))


def _definitions(run: Run, before: Rules) -> Iterator[Change]:
    scenario = run.audit.scenario
    assert scenario
    # the framework that is in force, without the scenario's own choice
    scheme = before.frameworks[run.framework.framework]
    chosen = scoring.scoring_definitions(before.audit, scheme, before.rulebook)
    for indicator, definition in scenario.definitions.items():
        stanza = run.rulebook.stanzas[indicator]
        old, new = stanza.definition_name(chosen[indicator]), stanza.definition_name(definition)
        yield Change(DEFINITION, indicator, stanza.name, old, _or_none(old, new))


def _lines(run: Run, before: Rules) -> Iterator[Change]:
    old, new = before.frameworks[run.framework.framework], run.framework
    for key, item in new.lines.items():
        was = old.lines[key]
        name = scoring.line_name(new, run.rulebook, key)
        if item.weight != was.weight:
            yield Change(WEIGHT, key, name, f"{points_text(was.weight)}分", f"{points_text(item.weight)}分")
        stated = run.audit.scenario is not None and key in run.audit.scenario.rules
        if stated and item.rule and was.rule:
            yield Change(RULE, key, name, was.rule.words(), _or_none(was.rule.words(), item.rule.words()))


def _limits(before: Rules, after: Rules) -> Iterator[Change]:
    scenario = after.audit.scenario
    assert scenario
    rules = {rule.rule: rule for rule in before.findings}
    changed = {rule.rule: rule for rule in after.findings}
    for name in scenario.thresholds:
        old, new = before.rulebook.stanzas.get(name), after.rulebook.stanzas.get(name)
        if name in rules and rules[name].above:
            was, now = (
                "、".join(f"大于{limit}" for limit in own[name].above.values()) for own in (rules, changed)
            )
            yield Change(THRESHOLD, name, rules[name].name, was, _or_none(was, now))
        elif old is not None and new is not None and old.limit and new.limit:
            yield Change(
                THRESHOLD, name, old.name, old.limit.words, _or_none(old.limit.words, new.limit.words)
            )


def _tolerances(before: Rules, after: Rules) -> Iterator[Change]:
    scenario = after.audit.scenario
    assert scenario
    bounds = ({b.id: b for b in own.quality.bounds} for own in (before, after))
    old_bounds, new_bounds = bounds
    rules = ({r.rule: r for r in own.quality.rules} for own in (before, after))
    old_rules, new_rules = rules
    for name in scenario.tolerances:
        if name in old_bounds:
            was, now = _bounds_words(old_bounds[name]), _bounds_words(new_bounds[name])
            yield Change(TOLERANCE, name, old_bounds[name].name, was, _or_none(was, now))
        elif name in old_rules:
            was, now = (
                f"{own[name].arguments['min_value']}～{own[name].arguments['max_value']}{UNIT_OF_RESIDUALS}"
                for own in (old_rules, new_rules)
            )
            yield Change(TOLERANCE, name, old_rules[name].name, was, _or_none(was, now))
        else:
            was, now = (_materiality(own.audit.case.materiality) for own in (before, after))
            yield Change(TOLERANCE, name, "重要性水平", was, _or_none(was, now))


def _bounds_words(bounds: Bounds) -> str:
    return f"{bounds.at_least}～{bounds.at_most}"


def _materiality(level: Materiality | None) -> str:
    return text(Fraction(level.amount) * factor(level.unit), level.unit) if level else "没有设定"


def _evidence(run: Run) -> Iterator[Change]:
    if run.strict:
        yield Change(
            EVIDENCE, "evidence", "完成情况", "有数字，或有年度内的文号、日期、验收，都可证实完成",
            "只有数字可以证实完成，没有证实的不算完成",
        )  # fmt: skip


def _figures(run: Run) -> Iterator[Change]:
    given = {row.key: row for row in run.figures.rows if row.basis != ASSUMED}
    best = {row.key: row for row in run.figures.rows if row.basis != ASSUMED and row.has_value}
    reasons = assumed_reasons(run)
    for row in run.figures.assumptions.values():
        if row.key not in reasons:
            continue  # counted from assumed ones, not assumed itself
        was = best.get(row.key) or given.get(row.key)
        scope = "" if row.key.scope == DEPARTMENT else run.audit.scope_name(row.key.scope)
        name = f"{scope}{run.figures.name_of(row.key)}"
        before = _shown(was) if was else "缺失"
        yield Change(FIGURE, str(row.key), name, before, _or_none(before, _shown(row)), reasons[row.key])


def assumed_reasons(run: Run) -> dict[Key, str]:
    """Why each figure is assumed, by its key."""
    scenario = run.audit.scenario
    return {key_of(own, run.audit.case.year): own.reason for own in scenario.assumed} if scenario else {}


def _shown(row: FigureRow) -> str:
    if not row.has_value:
        return "缺失" if row.state == MISSING else "不适用"
    return text(parse(row.value) * factor(row.unit), row.unit)


def contradictions(run: Run) -> list[tuple[str, tuple[str, ...]]]:
    """Identities of ``params/quality.yaml`` that the assumed figures do not close: the sum in words, and its figures.

    The data's quality is judged by the evidence alone, so that an assumption blocks nothing; this tells what it is at odds with.
    """
    if not run.figures.assumptions:
        return []
    found = []
    for identity in run.quality_rules.identities:
        formula = formulas.read(identity.formula)
        for scope, item, resolved in run.figures.together(formula.figures):
            terms = [term for own in resolved.values() for term in own.terms]
            known = all(own.value is not None for own in resolved.values())
            span = formula.range({name: own.terms for name, own in resolved.items()}) if known else None
            if span is None or not run.figures.assumed(terms):
                continue
            if span.interval.low > 0 or span.interval.high < 0:
                told = number_texts(formula, run.figures, scope, item)
                for name, own in resolved.items():
                    if len(own.terms) == 1:  # in the unit of its source, in which a reader finds it
                        row = run.figures.by_name[next(iter(own.terms))]
                        told[name] = _shown(row) + (ASSUMED_SIGN if row.basis == ASSUMED else "")
                sums = formula.with_numbers(told)
                where = "" if scope == DEPARTMENT else run.audit.scope_name(scope)
                part = run.figures.item_name(formula.figures[0], item)
                found.append((f"{where}{part}“{identity.name}”合不拢：{sums} 不为零", tuple(terms)))
    return found
