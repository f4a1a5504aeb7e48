"""``params/years.yaml`` and ``params/outturns.yaml``: which amounts are followed over the years, and how outturns are measured."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from pydantic import field_validator, model_validator

from auditbook import strict_yaml
from auditbook.cases import Id, Strict, Words
from auditbook.faults import CaseError, Fault
from auditbook.figures import Dictionary
from auditbook.scoring_rules import overlap_or_gap, read_zone


class Trend(Strict):
    """Amounts that are drawn together over the years, in one unit."""

    id: Id
    title: Words
    figures: list[Id]


class TrendsFile(Strict):
    """The outer form of ``params/years.yaml``."""

    trends: list[Trend]


class Pair(Strict):
    """A category that has figures of its own for its budget and its outturn."""

    name: Words
    budget: Id
    outturn: Id


class Classification(Strict):
    """How expenditure is divided: by the items of two figures, by pairs of figures, or by the units of the department.

    ``level``: how many parts of an item's code make a category. ``contingency`` and ``interest``: categories that are no part of
    the composition.
    """

    id: Id
    name: Words
    by: Literal["items", "pairs", "units"]
    budget: Id | None = None
    outturn: Id | None = None
    level: int = 1
    pairs: dict[Id, Pair] = {}
    contingency: list[str] = []
    interest: list[str] = []
    note: Words

    @model_validator(mode="after")
    def _one_way(self) -> Classification:
        if (self.by == "pairs") != bool(self.pairs) or (self.by == "pairs") == bool(
            self.budget and self.outturn
        ):
            raise ValueError("by: pairs 写 pairs；by: items 和 by: units 写 budget 和 outturn")
        return self

    def figures(self) -> list[str]:
        """The ids of the figures that it rests on."""
        own = [id for pair in self.pairs.values() for id in (pair.budget, pair.outturn)]
        return own or [id for id in (self.budget, self.outturn) if id]


class Dimension(Strict):
    """A dimension of an indicator of PEFA: what is measured, and which values make a score, the best first.

    ``aggregate``: outturn over budget. ``composition``: the sum of absolute deviations over the adjusted budget.
    ``contingency``: outturn charged to a contingency over the whole budget, on average.
    """

    id: Id
    indicator: Words
    name: Words
    kind: Literal["aggregate", "composition", "contingency"]
    budget: Id | None = None
    outturn: Id | None = None
    classifications: list[Classification] = []
    scores: dict[Words, str]
    worst: Words
    source: Words
    note: Words

    @field_validator("scores")
    @classmethod
    def _zones(cls, scores: dict[str, str]) -> dict[str, str]:
        for zone in scores.values():
            read_zone(zone)
        return scores

    @model_validator(mode="after")
    def _whole(self) -> Dimension:
        if (self.kind == "aggregate") == bool(self.classifications):
            raise ValueError("kind: aggregate 写 budget 和 outturn，别的写 classifications")
        if self.kind == "aggregate" and not (self.budget and self.outturn):
            raise ValueError("kind: aggregate 写 budget 和 outturn")
        said = overlap_or_gap([read_zone(zone) for zone in self.scores.values()])
        if self.kind == "contingency" and said:
            raise ValueError(said)
        return self

    def figures(self) -> list[str]:
        """The ids of the figures that it rests on."""
        own = [id for c in self.classifications for id in c.figures()]
        return own or [id for id in (self.budget, self.outturn) if id]


class Outturns(Strict):
    """``params/outturns.yaml``: years that count, how many of them must reach a score, dimensions, and rates to stand beside."""

    title: Words
    source: Words
    caveats: Words
    years: int
    enough: int
    beside: list[Id]
    dimensions: list[Dimension]


def read_trends(root: Path, dictionary: Dictionary) -> list[Trend]:
    """Read which amounts are followed over the years.

    Raises   CaseError with every fault: unknown keys, ids used twice, figures that the dictionary lacks.
    """
    path = root / "params" / "years.yaml"
    document = strict_yaml.load(path, path.relative_to(root).as_posix())
    read = strict_yaml.validate(document, TrendsFile)
    faults = list(document.faults)
    seen: set[str] = set()
    for place, trend in enumerate(read.trends if read else []):
        where = document.where(("trends", place))
        faults += _unknown(trend.figures, dictionary, where)
        if trend.id in seen:
            faults.append(Fault(where, f"图“{trend.id}”重复", "", "请改名或删去"))
        seen.add(trend.id)
        units = {dictionary[figure].unit for figure in trend.figures if figure in dictionary}
        if len(units) > 1:
            faults.append(Fault(where, f"一张图里的数字单位不同：{'、'.join(sorted(units))}", "同一单位"))
    if faults or read is None:
        raise CaseError(faults)
    return read.trends


def read_outturns(root: Path, dictionary: Dictionary, indicators: set[str]) -> Outturns:
    """Read how outturns are measured against the budget.

    Raises   CaseError with every fault: unknown keys, zones that are none, figures or indicators that there are none of.
    """
    path = root / "params" / "outturns.yaml"
    document = strict_yaml.load(path, path.relative_to(root).as_posix())
    read = strict_yaml.validate(document, Outturns)
    faults = list(document.faults)
    for place, dimension in enumerate(read.dimensions if read else []):
        faults += _unknown(dimension.figures(), dictionary, document.where(("dimensions", place)))
    for indicator in read.beside if read else []:
        if indicator not in indicators:
            faults.append(
                Fault(document.where(("beside",)), f"没有指标“{indicator}”", "params/indicators/ 里的 id")
            )
    if faults or read is None:
        raise CaseError(faults)
    return read


def _unknown(figures: list[str], dictionary: Dictionary, where: str) -> Iterator[Fault]:
    for figure in figures:
        if figure not in dictionary:
            yield Fault(where, f"没有数字“{figure}”", "params/figures.yaml 里的 id")
