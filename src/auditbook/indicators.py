"""Indicators: what each one is (a stanza in ``params/indicators/``), and its value under every definition."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from pydantic import field_validator, model_validator

from auditbook import formulas, inputs, strict_yaml
from auditbook.cases import DEPARTMENT, Id, Strict, Words
from auditbook.faults import CaseError, Fault
from auditbook.figures import ASSUMED_SIGN, MISSING, NOT_APPLICABLE, Dictionary, Figures, Resolved
from auditbook.numbers import (
    RATE,
    Interval,
    amount_text,
    dimension,
    factor,
    parse_rate,
    plain,
    rate_text,
    text,
)
from auditbook.tables import Row

COMPUTED, NOT_ASSESSABLE, UNDEFINED = "computed", "not_assessable", "undefined"

# How an auditor judges a point (评价要点). A point that nobody has judged is not_assessed, never met.
MET, PARTLY, NOT_MET, NOT_ASSESSED = "met", "partly", "not_met", "not_assessed"
VERDICTS_ON_POINTS = {
    MET: "满足",
    PARTLY: "部分满足",
    NOT_MET: "不满足",
    NOT_ASSESSED: "未评",
    NOT_APPLICABLE: "不适用",
}
POINTS = "points"


class Definition(Strict):
    """One way to compute an indicator, with its source. ``bound`` says that the formula gives only a bound."""

    name: Words
    formula: Words
    source: Words
    note: Words | None = None
    bound: Literal["upper", "lower"] | None = None

    @field_validator("formula")
    @classmethod
    def _reads(cls, text: str) -> str:
        formulas.read(text)
        return text


class Limit(Strict):
    """A limit that a value must keep, whatever it scores. ``unless: reason`` lets a stated reason excuse it."""

    at_most: str | None = None
    at_least: str | None = None
    exactly: str | None = None
    source: Words
    unless: Literal["reason"] | None = None
    finding: Words

    @model_validator(mode="after")
    def _one(self) -> Limit:
        given = [text for text in (self.at_most, self.at_least, self.exactly) if text is not None]
        if len(given) != 1:
            raise ValueError("limit 写 at_most、at_least、exactly 之一")
        parse_rate(given[0])
        return self

    @property
    def bound(self) -> Fraction:
        """The limit as a plain fraction."""
        return parse_rate(self.at_most or self.at_least or self.exactly or "")

    @property
    def words(self) -> str:
        """The limit in Chinese: 不高于100.00%."""
        said = "不高于" if self.at_most else "不低于" if self.at_least else "等于"
        return said + rate_text(self.bound)

    @property
    def label(self) -> str:
        """The limit as it is named in a chart: 限额100.00%."""
        return f"限额{rate_text(self.bound)}"

    def broken_by(self, interval: Interval) -> bool:
        """Whether every possible value breaks the limit."""
        above, below = interval.low > self.bound, interval.high < self.bound
        return above if self.at_most else below if self.at_least else above or below


class Chart(Strict):
    """Which chart shows the indicator, and the figures that it draws."""

    kind: Literal["waterfall", "definitions", "paired", "bullet", "stacked", "bars", "points"]
    figures: dict[str, Id] = {}


class Stanza(Strict):
    """An entry of ``params/indicators/*.yaml``: a ratio with its definitions, or points that an auditor judges."""

    id: Id
    name: Words
    group: Words | None = None
    why: Words
    caveats: Words
    unit: Words = "%"
    direction: Literal["up", "down", "to_100"]
    chart: Chart
    limit: Limit | None = None
    definitions: dict[Id, Definition] = {}
    points: dict[Id, Words] = {}
    source: Words | None = None
    table: Words | None = None
    examples: list[dict[str, dict[str, Any]]]

    @model_validator(mode="after")
    def _ratio_or_judged(self) -> Stanza:
        if bool(self.definitions) == bool(self.points):
            raise ValueError("指标要么写 definitions（算式），要么写 points（评价要点）")
        if self.points and not (self.source and self.table and self.chart.kind == POINTS and not self.limit):
            raise ValueError(
                "评价要点的指标写 source、table（判断所需的资料）、chart: {kind: points}，不写 limit"
            )
        if self.definitions and (self.source or self.table or self.chart.kind == POINTS):
            raise ValueError("有算式的指标，source 写在各口径里；table 写在数字字典里；chart 不是 points")
        return self

    @property
    def judged(self) -> bool:
        """Whether an auditor judges it point by point (评价要点)."""
        return bool(self.points)

    @property
    def primary(self) -> str:
        """The definition that scores where neither framework nor scenario chooses another: the first."""
        return POINTS if self.judged else next(iter(self.definitions))

    def definition_name(self, definition: str) -> str:
        """The Chinese name of a definition."""
        return "评价要点逐条判断" if self.judged else self.definitions[definition].name

    def figures(self, definition: str) -> tuple[str, ...]:
        """The figure ids that a definition rests on; none for a judged indicator."""
        return () if self.judged else formulas.read(self.definitions[definition].formula).figures

    def value_text(self, value: Fraction) -> str:
        """A value as a reader sees it, in the indicator's unit: ``106.99%``, ``3项``."""
        return text(value, self.unit)


@dataclass(frozen=True)
class Family:
    """A file of stanzas: the question a reader would ask, and the indicators that answer it."""

    id: str
    question: str
    stanzas: tuple[Stanza, ...]


class FamilyFile(Strict):
    """The outer form of a file in ``params/indicators/``."""

    question: Words
    order: int
    indicators: list[Any]


@dataclass(frozen=True)
class Rulebook:
    """All stanzas, by family and by id, over the dictionary of figures."""

    families: tuple[Family, ...]
    dictionary: Dictionary

    @cached_property
    def stanzas(self) -> Mapping[str, Stanza]:
        """All stanzas by id, in the order of the families."""
        return {stanza.id: stanza for family in self.families for stanza in family.stanzas}


def read_rulebook(root: Path, dictionary: Dictionary) -> Rulebook:
    """Read every stanza of a project.

    Raises   CaseError with every fault: unknown keys, formulas that are not arithmetic, figure ids that nobody
             defines, ids used twice, examples of definitions that are not there.
    """
    faults: list[Fault] = []
    families: list[tuple[int, Family]] = []
    seen: dict[str, str] = {}
    for path in inputs.listing(root / "params" / "indicators", "*.yaml"):
        document = strict_yaml.load(path, path.relative_to(root).as_posix())
        outer = strict_yaml.validate(document, FamilyFile)
        stanzas = []
        for index, entry in enumerate(outer.indicators if outer else []):
            place = ("indicators", index)
            stanza = strict_yaml.validate(document, Stanza, entry, place)
            if stanza is None:
                continue
            if stanza.id in seen:
                faults.append(
                    Fault(document.where(place), f"指标“{stanza.id}”重复（上一次在 {seen[stanza.id]}）")
                )
            seen[stanza.id] = document.where(place)
            faults += _unknown_figures(stanza, dictionary, document, place)
            stanzas.append(stanza)
        faults += document.faults
        if outer:
            families.append((outer.order, Family(path.stem, outer.question, tuple(stanzas))))
    if faults:
        raise CaseError(faults)
    ordered = sorted(families, key=lambda pair: (pair[0], pair[1].id))
    return Rulebook(tuple(family for _, family in ordered), dictionary)


def _unknown_figures(
    stanza: Stanza, dictionary: Dictionary, document: strict_yaml.Document, place: strict_yaml.Place
) -> Iterable[Fault]:
    for name, definition in stanza.definitions.items():
        for figure in formulas.read(definition.formula).figures:
            if figure not in dictionary:
                where = document.where((*place, "definitions", name, "formula"))
                yield Fault(
                    where, f"指标 {stanza.id} 的公式用了未知数字“{figure}”", "params/figures.yaml 里的 id"
                )
    for role, figure in stanza.chart.figures.items():
        if figure not in dictionary:
            yield Fault(
                document.where((*place, "chart")), f"图的“{role}”用了未知数字“{figure}”", "字典里的 id"
            )
    for index, example in enumerate(stanza.examples):
        for title, content in example.items():
            known = {"given", POINTS} if stanza.judged else {"given", *stanza.definitions}
            for key in content:
                if key not in known:
                    where = document.where((*place, "examples", index, title, key))
                    yield Fault(where, f"示例“{title}”提到没有的定义“{key}”", "、".join(sorted(known)))


@dataclass(frozen=True)
class Result:
    """An indicator under one definition at one scope and item; ``assumed``: it rests on a figure that a scenario assumes."""

    indicator: str
    definition: str
    scope: str
    item: str
    year: int
    status: str
    value: Fraction | None = None
    low: Fraction | None = None
    high: Fraction | None = None
    numerator: Fraction | None = None
    denominator: Fraction | None = None
    terms: tuple[str, ...] = ()
    lacking: tuple[str, ...] = ()
    assumed: bool = False

    @property
    def interval(self) -> Interval | None:
        """The range of the value, where both ends are known."""
        return None if self.low is None or self.high is None else Interval(self.low, self.high)

    @property
    def about(self) -> str:
        """Indicator and item, as claims and findings refer to it."""
        return f"{self.indicator}:{self.item}" if self.item else self.indicator


def compute(stanza: Stanza, figures: Figures, judgements: Sequence[Row] = ()) -> list[Result]:
    """Every definition of an indicator, for the department, its units and its items, wherever evidence is.

    Takes    figures: the case's figures; judgements: rows of judgements.csv, for indicators that are judged.
    Returns  one result per (definition, scope, item); ``value`` is a plain fraction (1 is 100 %), None unless the
             status is ``computed`` and more than a bound is known; ``low`` and ``high`` are the true range over the
             published precision, or the bound.
    Raises   KeyError for a figure that the dictionary lacks (refused when the rulebook is read).
    Source   the definition's own ``source``.
    """
    if stanza.judged:
        return [_judged(stanza, judgements, figures.year)]
    return [
        compute_at(stanza, name, scope, item, figures)
        for name in stanza.definitions
        for scope, item in figures.places(stanza.figures(name))
    ]


def compute_at(stanza: Stanza, name: str, scope: str, item: str, figures: Figures) -> Result:
    """One definition of an indicator that is a ratio, at one scope and item: as ``compute`` gives it there."""
    definition = stanza.definitions[name]
    formula = formulas.read(definition.formula)
    resolved = {figure: figures.resolve(figure, scope, item) for figure in formula.figures}
    found = _result(stanza, name, definition, formula, scope, item, resolved, figures.year)
    return replace(found, assumed=True) if figures.assumed(found.terms) else found


def unknown_points(rulebook: Rulebook, judgements: Iterable[Row]) -> list[Fault]:
    """Judgements of indicators or points that the rulebook does not have."""
    found = []
    for row in judgements:
        stanza = rulebook.stanzas.get(row["indicator"])
        judged = [s.id for s in rulebook.stanzas.values() if s.judged]
        if stanza is None or not stanza.judged:
            expected = f"逐条判断的指标：{'、'.join(judged)}"
            found.append(Fault(row["locator"], f"判断了“{row['indicator']}”", expected))
        elif row["point"] not in stanza.points:
            said = f"“{stanza.name}”没有要点“{row['point']}”"
            found.append(Fault(row["locator"], said, "、".join(stanza.points)))
    return found


def _judged(stanza: Stanza, judgements: Sequence[Row], year: int) -> Result:
    """The share of points met: from those met for certain to those that may still turn out to be."""
    own = {row["point"]: row for row in judgements if row["indicator"] == stanza.id}
    verdicts = {point: own[point]["verdict"] if point in own else NOT_ASSESSED for point in stanza.points}
    at = (stanza.id, POINTS, DEPARTMENT, "", year)
    terms = tuple(
        f"judgement:{stanza.id}.{point}" for point, found in verdicts.items() if found != NOT_ASSESSED
    )
    lacking = tuple(
        f"judgement:{stanza.id}.{point}" for point, found in verdicts.items() if found == NOT_ASSESSED
    )
    counts = Counter(verdicts.values())
    asked = len(verdicts) - counts[NOT_APPLICABLE]
    if not terms:
        return Result(*at, NOT_ASSESSABLE, lacking=(f"judgement:{stanza.id}",))
    if not asked:
        return Result(*at, NOT_APPLICABLE, terms=terms)
    shares = [
        _share_met(found, own.get(point)) for point, found in verdicts.items() if found != NOT_APPLICABLE
    ]
    low, high = (sum(ends, Fraction(0)) / asked for ends in zip(*shares, strict=True))
    value = low if low == high else None
    return Result(*at, COMPUTED, value, low, high, Fraction(counts[MET]), Fraction(asked), terms, lacking)


def _share_met(verdict: str, row: Row | None) -> tuple[Fraction, Fraction]:
    """How far a point is met, at least and at most: as the auditor says in degrees, else by the verdict alone."""
    if row is not None and row.get("degree"):
        degree = parse_rate(row["degree"])
        return degree, degree
    known = {MET: (Fraction(1), Fraction(1)), NOT_MET: (Fraction(0), Fraction(0))}
    return known.get(verdict, (Fraction(0), Fraction(1)))


def _result(
    stanza: Stanza, name: str, definition: Definition, formula: formulas.Formula, scope: str, item: str,
    resolved: Mapping[str, Resolved], year: int,
) -> Result:  # fmt: skip
    terms = tuple(dict.fromkeys(term for figure in resolved.values() for term in figure.terms))
    lacking = tuple(dict.fromkeys(key for figure in resolved.values() for key in figure.lacking))
    at = (stanza.id, name, scope, item, year)
    if lacking or any(figure.state == MISSING for figure in resolved.values()):
        return Result(*at, NOT_ASSESSABLE, terms=terms, lacking=lacking)
    if any(figure.state == NOT_APPLICABLE for figure in resolved.values()):
        return Result(*at, NOT_APPLICABLE, terms=terms)
    values = {figure: found.value for figure, found in resolved.items() if found.value is not None}
    parts = formula.parts()
    above = below = None
    try:
        if parts:
            above, below = parts[0].value(values), parts[1].value(values)
        value = formula.value(values)
    except formulas.ZeroBase:
        return Result(*at, UNDEFINED, numerator=above, denominator=below, terms=terms)
    span = formula.range({figure: found.terms for figure, found in resolved.items()})
    low, high = (span.interval.low, span.interval.high) if span else (None, None)
    if definition.bound and span is None:
        # the base may be zero within its precision: the value is no bound of anything
        return Result(*at, NOT_ASSESSABLE, numerator=above, denominator=below, terms=terms)
    if definition.bound == "upper" and high is not None:
        # what is bounded from above in this way cannot be below nothing, though the bound itself may be
        return Result(*at, COMPUTED, None, Fraction(0), max(high, Fraction(0)), above, below, terms)
    if definition.bound == "lower":
        return Result(*at, COMPUTED, None, low, None, above, below, terms)
    return Result(*at, COMPUTED, value, low, high, above, below, terms)


def number_texts(formula: formulas.Formula, figures: Figures, scope: str, item: str) -> dict[str, str]:
    """The numbers of a formula as a reader sees them, by figure id; ``缺`` where one is missing, ``（假设）`` behind one assumed."""
    texts = {}
    for figure in formula.figures:
        found = figures.resolve(figure, scope, item)
        unit = figures.dictionary[figure].unit
        shown = _shown_unit(unit, found, figures)
        if found.value is None:
            texts[figure] = "缺"
        else:
            texts[figure] = (
                text(found.value, shown) if dimension(shown) == RATE else amount_text(found.value, shown)
            )
            texts[figure] += ASSUMED_SIGN if figures.assumed(found.terms) else ""
    return texts


def _shown_unit(unit: str, found: Resolved, figures: Figures) -> str:
    if unit != "any":
        return unit
    units = {row.unit for row in figures.rows if str(row.key) in found.terms}
    return units.pop() if len(units) == 1 else "1"


def to_rows(results: Iterable[Result], rulebook: Rulebook, scoring: Mapping[str, str]) -> list[Row]:
    """Rows of indicators.csv. ``scoring`` names, per indicator, the definition that scores.

    Amounts of money are written in the dictionary's unit of the first figure; rates are plain.
    """
    rows = []
    for result in results:
        stanza = rulebook.stanzas[result.indicator]
        formula = "" if stanza.judged else stanza.definitions[result.definition].formula
        held = denominator_factor(stanza.figures(result.definition), rulebook.dictionary)
        scores = scoring.get(result.indicator, stanza.primary) == result.definition
        rows.append(
            {
                "indicator": result.indicator, "name": stanza.name, "definition": result.definition,
                "scope": result.scope, "item": result.item, "year": str(result.year),
                "scoring": "yes" if scores else "no", "status": result.status,
                "value": _plain(result.value), "low": _plain(result.low), "high": _plain(result.high),
                "unit": "1" if stanza.unit == "%" else stanza.unit,
                "numerator": _plain(result.numerator, held), "denominator": _plain(result.denominator, held),
                "formula": formula,
                "figures": ";".join(result.terms or result.lacking),
            }
        )  # fmt: skip
    return rows


def denominator_factor(figures: Sequence[str], dictionary: Dictionary) -> Fraction:
    """What numerator and denominator are divided by when they are written: the unit of the figures, if it is one."""
    units = {dictionary[figure].unit for figure in figures}
    return (
        factor(units.pop())
        if len({dimension(unit) for unit in units}) == 1 and len(units) == 1
        else Fraction(1)
    )


def _plain(value: Fraction | None, held: Fraction = Fraction(1)) -> str:
    return "" if value is None else plain(value / held)
