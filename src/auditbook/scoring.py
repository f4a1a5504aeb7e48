"""Scoring: a scheme's points for each indicator, as an interval from what is proven to what is still possible."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from auditbook import formulas, inputs, strict_yaml
from auditbook.cases import DEPARTMENT, Audit, Id, Strict, Words
from auditbook.claims import met
from auditbook.faults import CaseError, Fault
from auditbook.figures import NOT_APPLICABLE, supplier
from auditbook.indicators import (
    COMPUTED,
    NOT_ASSESSABLE,
    NOT_ASSESSED,
    UNDEFINED,
    VERDICTS_ON_POINTS,
    Result,
    Rulebook,
    Stanza,
)
from auditbook.numbers import Interval, parse, parse_rate, plain, rate_text
from auditbook.scoring_rules import (
    PARTIALS,
    Mark,
    Points,
    Rule,
    overlap_or_gap,
    points_text,
    read_mark,
    read_zone,
    span_text,
)
from auditbook.tables import Row

ASSESSED, BOUNDED, OVERRIDDEN, UNSPECIFIED, STOPPED = (
    "assessed", "bounded", "overridden", "unspecified", "stopped",
)  # fmt: skip
STATES = {
    ASSESSED: "已评",
    BOUNDED: "部分可评",
    NOT_ASSESSABLE: "无法评价",
    UNDEFINED: "没有定义",
    NOT_APPLICABLE: "不适用",
    OVERRIDDEN: "人工改判",
    UNSPECIFIED: "规则未载明",
    STOPPED: "不予评分",
}
Basis = Literal["department", "worst_unit"]
BASES = {"department": "按部门整体", "worst_unit": "按最差单位"}
OUT_OF_RANGE = "超出评分范围，不评等级"
JUDGEMENT_TABLE = "评价要点判断表（逐点写明判断、依据、出处、人员与日期）"
ASSUMED_WORDS = "依据情景假设的数字"
THEIR_EVIDENCE = "其中各指标自己的证据"
BETWEEN = ";"  # between documents of one line; a document's own words use “；”
# Two ends nearer than the last place that a reader sees: only the published precision keeps them apart.
_NEAR = Fraction(1, 100)
_MOST_NAMES = 5  # of units, or lines, in one sentence
# A target below zero turns its comparison round: to fall by at least 2 % is ≤ -2 %, and a fall by 1 % is half of it.
_MIRRORED = {"<=": ">=", ">=": "<="}
_NOUGHT = Fraction(0)


class Group(Strict):
    """A block of a scheme (一级指标) and the points that its lines add up to."""

    id: Id
    name: Words
    points: Points


class Valid(Strict):
    """The budget years for which a scheme holds; ``to: null`` where no end is known."""

    from_: int = Field(alias="from")
    to: int | None


class Item(Strict):
    """A line of a scheme: an indicator with its definition, points and rule, or points left unspecified.

    ``over: items`` shares the points equally over the indicator's items; ``rule_at_most`` then scores those items
    whose target is an upper limit, ``rule_exactly`` those whose target is one number. ``line`` tells two lines on one indicator apart.
    """

    line: Id | None = None
    name: Words | None = None
    group: Id | None = None
    indicator: Id | None = None
    definition: Id | None = None
    points: Points | None = None
    over: Literal["items"] | None = None
    rule: Rule | None = None
    rule_at_most: Rule | None = None
    rule_exactly: Rule | None = None
    source: Words | None = None
    assumption: Words | None = None
    unspecified: Points | None = None
    reason: Words | None = None

    @model_validator(mode="after")
    def _whole(self) -> Item:
        scored = (self.indicator, self.definition, self.points, self.rule, self.source)
        if self.unspecified is not None:
            if (
                any(part is not None for part in (*scored, self.over, *self.rules_of_items))
                or not self.reason
            ):
                raise ValueError("unspecified 只与 reason、group、name、line 同写")
        elif any(part is None for part in scored):
            raise ValueError(
                "一行要么写 indicator、definition、points、rule、source，要么写 unspecified、reason"
            )
        if self.weight <= 0:
            raise ValueError("一行的分值应大于0")
        if self.over and not self.assumption:
            raise ValueError("over: items 把分值均分给各项，均分是假定，须写 assumption（理由）")
        if any(self.rules_of_items) and not self.over:
            raise ValueError("rule_at_most、rule_exactly 只与 over: items 同写")
        return self

    @property
    def rules_of_items(self) -> tuple[Rule | None, Rule | None]:
        """The rules for items whose target is an upper limit, and for those whose target is one number."""
        return self.rule_at_most, self.rule_exactly

    @property
    def weight(self) -> Fraction:
        """The points that the line is worth."""
        return Fraction(self.points if self.points is not None else self.unspecified or 0)

    def scaled(self, share: Fraction) -> Item:
        """The same line worth ``share`` times as much, its rules with it."""
        if share == 1:
            return self
        changed: dict[str, object] = {
            name: getattr(self, name).scaled(share)
            for name in ("rule", "rule_at_most", "rule_exactly")
            if getattr(self, name) is not None
        }
        part = "points" if self.points is not None else "unspecified"
        return self.model_copy(update={**changed, part: self.weight * share})

    @property
    def is_bonus(self) -> bool:
        """Whether its points stand outside the full marks (加分项)."""
        return bool(self.rule and self.rule.bonus)


class Framework(Strict):
    """A scheme file in ``params/frameworks/``: what counts and how. Read complete, without inheritance."""

    framework: Id
    title: Words
    issuer: Words
    edition: Words
    full_marks: Points
    bonus_marks: Points = 0
    valid: Valid
    basis: Basis
    weights: Literal["documented", "assumed"]
    source: Words
    caveats: Words
    grades: list[list[Words]] | None = None
    grades_source: Words | None = None
    groups: list[Group]
    items: list[Item]

    @model_validator(mode="after")
    def _graded_in_pairs(self) -> Framework:
        if any(len(grade) != 2 for grade in self.grades or []):
            raise ValueError("grades 的一行应是 [区间, 等级]")
        return self

    def key(self, number: int) -> str:
        """What a line is called in scores.csv: its ``line``, else its indicator, else its place."""
        item = self.items[number]
        return item.line or item.indicator or f"unspecified-{number + 1}"

    @property
    def lines(self) -> dict[str, Item]:
        """The lines by what they are called in scores.csv, in order."""
        return {self.key(number): item for number, item in enumerate(self.items)}

    def weighed(self, points: Mapping[str, Fraction]) -> Framework:
        """The same scheme with other points for some of its lines; their rules are scaled, and groups and totals follow."""
        items = []
        for key, item in self.lines.items():
            share = points[key] / item.weight if key in points else Fraction(1)
            items.append(item.scaled(share))
        totals = {
            group.id: sum((item.weight for item in items if item.group == group.id and not item.is_bonus), _NOUGHT)
            for group in self.groups
        }  # fmt: skip
        groups = [
            group if totals[group.id] == Fraction(group.points)
            else group.model_copy(update={"points": totals[group.id]})
            for group in self.groups
        ]  # fmt: skip
        return self.model_copy(update={"items": items, "groups": groups})

    @property
    def most(self) -> Fraction:
        """Full marks and bonus: no score can lie above."""
        return Fraction(self.full_marks) + Fraction(self.bonus_marks)

    def grade(self, points: Fraction) -> str:
        """The grade of a score; ``OUT_OF_RANGE`` outside the scheme's range, "" where it grades nothing."""
        if not self.grades:
            return ""
        held = (word for zone, word in self.grades if read_zone(zone).holds(points))
        return next(held, OUT_OF_RANGE)

    def grades_within(self, box: Interval) -> str:
        """The grade of a score that is known only as an interval: 良, or from the lowest to the highest: 差～良."""
        low, high = self.grade(box.low), self.grade(box.high)
        return low if low == high else f"{low}～{high}"

    @property
    def own_table(self) -> str:
        """The scheme's own text, which would say what is not specified or not documented."""
        return f"{self.title}（全文及评分标准）"

    def validity_note(self, year: int) -> str:
        """What a reader is told where a case lies outside the scheme's years; "" inside."""
        if year >= self.valid.from_ and (self.valid.to is None or year <= self.valid.to):
            return ""
        until = f"至{self.valid.to}年" if self.valid.to is not None else "起"
        return f"评分表适用于{self.valid.from_}年{until}，本案是{year}年，在适用年度之外，得分仅供对照"


def _incoherent(framework: Framework, document: strict_yaml.Document) -> Iterable[Fault]:
    """What in a scheme does not fit together, each with its line."""
    if framework.framework != document.path.stem:
        found = f"framework 是“{framework.framework}”"
        yield Fault(document.where(("framework",)), found, f"与文件名相同：{document.path.stem}")
    regular = sum((item.weight for item in framework.items if not item.is_bonus), _NOUGHT)
    bonus = sum((item.weight for item in framework.items if item.is_bonus), _NOUGHT)
    for word, declared, added in (
        ("full_marks", framework.full_marks, regular),
        ("bonus_marks", framework.bonus_marks, bonus),
    ):
        if Fraction(declared) != added:
            kind = "各行分值之和" if word == "full_marks" else "各加分项上限之和"
            yield Fault(
                document.where((word,)), f"{kind}是{plain(added)}，与 {word} {declared} 不等", "两者相等"
            )
    yield from _incoherent_groups(framework, document)
    if framework.valid.to is not None and framework.valid.to < framework.valid.from_:
        yield Fault(document.where(("valid",)), "适用年度的 to 早于 from", "to 不早于 from，没有终止写 null")
    seen: dict[str, int] = {}
    for number, item in enumerate(framework.items):
        key = framework.key(number)
        if key in seen:
            first = document.where(("items", seen[key]))
            yield Fault(
                document.where(("items", number)),
                f"“{key}”重复（上一次在 {first}）",
                "各行不同的 line",
                "请写 line",
            )
        seen[key] = number
        if framework.weights == "assumed" and not item.assumption:
            yield Fault(
                document.where(("items", number)), f"“{key}”的分值是假定，却没有 assumption", "假定的理由"
            )
    yield from _bad_grades(framework, document)


def _incoherent_groups(framework: Framework, document: strict_yaml.Document) -> Iterable[Fault]:
    names = [group.id for group in framework.groups]
    for index, group in enumerate(framework.groups):
        where = document.where(("groups", index))
        if names.index(group.id) != index:
            yield Fault(where, f"组“{group.id}”重复", "", "请改名或删去")
        own = [item.weight for item in framework.items if item.group == group.id and not item.is_bonus]
        if sum(own, _NOUGHT) != Fraction(group.points):
            total = plain(sum(own, _NOUGHT))
            yield Fault(
                where, f"组“{group.name}”各行之和是{total}，与 points {group.points} 不等", "两者相等"
            )
    whole = sum((Fraction(group.points) for group in framework.groups), _NOUGHT)
    if whole != Fraction(framework.full_marks):
        found = f"各组分值之和是{plain(whole)}，与 full_marks {framework.full_marks} 不等"
        yield Fault(document.where(("groups",)), found, "两者相等")
    for number, item in enumerate(framework.items):
        if item.group not in names and not (item.is_bonus and item.group is None):
            found = f"“{framework.key(number)}”的 group “{item.group or ''}”没有定义"
            yield Fault(document.where(("items", number)), found, "、".join(names))


def _bad_grades(framework: Framework, document: strict_yaml.Document) -> Iterable[Fault]:
    """Grades are half-open, the top one closed, and cover exactly what a score can be."""
    if framework.grades is None:
        if framework.grades_source is not None:
            yield Fault(document.where(("grades_source",)), "写了 grades_source 而没有 grades")
        return
    if not framework.grades_source:
        yield Fault(document.where(("grades",)), "grades 没有 grades_source", "等级的出处")
    zones = []
    for index, (text, word) in enumerate(framework.grades):
        where = document.where(("grades", index))
        try:
            zone = read_zone(text)
        except ValueError as error:
            yield Fault(where, f"等级“{word}”：{error}")
            return
        top = zone.high == framework.most
        if len(zone.edges) < 2 or not zone.low_included or zone.high_included != top:
            expected = f"[下限, 上限)，最高一档 [下限, {plain(framework.most)}]"
            yield Fault(where, f"等级“{word}”的区间是 {text}", expected)
        zones.append(zone)
    edges = [edge for zone in zones for edge in zone.edges]
    wrong = overlap_or_gap(zones, Interval(_NOUGHT, framework.most))
    if not wrong and edges and (min(edges) < 0 or max(edges) > framework.most):
        wrong = "区间超出评分范围"
    if wrong:
        yield Fault(document.where(("grades",)), wrong, f"恰好覆盖0～{plain(framework.most)}分")


def _unfit_items(framework: Framework, document: strict_yaml.Document, rulebook: Rulebook) -> Iterable[Fault]:
    """Lines whose indicator, definition or rule does not fit the rulebook."""
    for number, item in enumerate(framework.items):
        if not (item.indicator and item.rule):
            continue
        where = document.where(("items", number))
        stanza = rulebook.stanzas.get(item.indicator)
        if stanza is None:
            yield Fault(where, f"没有指标“{item.indicator}”", "params/indicators/ 里的一个 id")
            continue
        known = [stanza.primary] if stanza.judged else list(stanza.definitions)
        if item.definition not in known:
            yield Fault(where, f"指标“{stanza.id}”没有定义“{item.definition}”", "、".join(known))
        for word in ("rule", "rule_at_most", "rule_exactly"):
            rule = getattr(item, word)
            if rule and (wrong := rule.misfit(item.weight, len(stanza.points) if stanza.judged else None)):
                yield Fault(document.where(("items", number, word)), f"“{stanza.name}”的评分规则：{wrong}")


def read(path: Path, shown: str, rulebook: Rulebook) -> tuple[Framework | None, list[Fault]]:
    """Read a framework file and check that it fits together and fits the rulebook.

    Returns  the framework where its form is right, and every fault with its line.
    Raises   CaseError where the file cannot be read as YAML at all.
    """
    document = strict_yaml.load(path, shown)
    framework = strict_yaml.validate(document, Framework)
    faults = list(document.faults)
    if framework:
        faults += [*_incoherent(framework, document), *_unfit_items(framework, document, rulebook)]
    return framework, faults


def read_frameworks(audit: Audit, rulebook: Rulebook) -> dict[str, Framework]:
    """Read every framework that the case can see, its own folder's first.

    Returns  the frameworks by id, in order of their ids.
    Raises   CaseError with every fault: a framework that the case names and that is not there, points that do not
             add up, unknown indicators, definitions.
    """
    faults: list[Fault] = []
    found: dict[str, Framework] = {}
    paths: dict[str, Path] = {}
    for folder in audit.workspace.rules("frameworks"):
        for path in inputs.listing(folder, "*.yaml"):
            paths.setdefault(path.stem, path)
    for name in sorted(paths):
        try:
            framework, own = read(paths[name], audit.workspace.shown(paths[name]), rulebook)
        except CaseError as error:
            faults += error.faults
            continue
        faults += own
        if framework:
            found[name] = framework
    if audit.case.framework not in paths:
        shown = audit.workspace.shown(audit.workspace.case_path)
        faults.append(
            Fault(shown, f"没有评分框架“{audit.case.framework}”", f"以下之一：{'、'.join(sorted(paths))}")
        )
    if faults:
        raise CaseError(faults)
    return found


def scoring_definitions(audit: Audit, framework: Framework, rulebook: Rulebook) -> dict[str, str]:
    """Per indicator the definition that scores: the scenario's, else the framework's first, else the stanza's first."""
    chosen = {stanza.id: stanza.primary for stanza in rulebook.stanzas.values()}
    for item in reversed(framework.items):
        if item.indicator and item.definition:
            chosen[item.indicator] = item.definition
    chosen.update(audit.scenario.definitions if audit.scenario else {})
    return chosen


def entry_faults(
    frameworks: Mapping[str, Framework], judgements: Iterable[Row], overrides: Iterable[Row]
) -> list[Fault]:
    """What an auditor entered and no framework can use.

    Takes    frameworks: every scheme that the case can see, since a degree may be for any of them.
    Returns  degrees that are no share, outside their band, or of points that no scheme scores in bands; overrides of
             schemes or lines that are not there, without a reason, without who or when, or outside what the line is
             worth. Each with file, line and column.
    """
    entered = list(judgements)
    found = [
        *_bad_degrees(frameworks, entered), *_idle_degrees(frameworks, entered), *_bad_overrides(frameworks, overrides)
    ]  # fmt: skip
    return list(dict.fromkeys(found))


def _place(row: Row, column: str) -> str:
    """Where a cell stands that an auditor entered: file, line and column, where the locator holds the first two."""
    where = row["locator"].rpartition("〔")[2].partition("〕")[0] if "〔" in row["locator"] else ""
    return f"{where} {column}列" if where else f"{row['source']} {row['locator']}".strip()


def _bad_degrees(frameworks: Mapping[str, Framework], judgements: Iterable[Row]) -> Iterable[Fault]:
    """Degrees that are no share of anything, or outside the band of their verdict."""
    for row in judgements:
        where = _place(row, "degree")
        try:
            mark = read_mark(row["verdict"], row["degree"])
        except ValueError:
            yield Fault(where, f"程度“{row['degree']}”不是百分数", "如 90%")
            continue
        if mark.degree is None:
            continue
        if not 0 <= mark.degree <= 1:
            yield Fault(where, f"程度“{row['degree']}”", "0%～100%之间的百分数")
            continue
        # schemes that have the same bands find the same thing wrong: it is said once, of all of them
        wrong: dict[str, list[str]] = {}
        for framework in frameworks.values():
            for item in framework.items:
                bands = item.rule.bands if item.rule and item.indicator == row["indicator"] else None
                try:
                    if bands:
                        bands.share(mark)
                except ValueError as error:
                    wrong.setdefault(str(error), []).append(framework.framework)
        for said, schemes in wrong.items():
            title = f"{row['indicator']}.{row['point']} 判为“{VERDICTS_ON_POINTS[mark.verdict]}”"
            yield Fault(where, f"{title}：{said}（{'、'.join(dict.fromkeys(schemes))}）")


def _idle_degrees(frameworks: Mapping[str, Framework], judgements: Iterable[Row]) -> Iterable[Fault]:
    """Degrees of points that no scheme at all scores in bands: nothing would ever read them."""
    banded = {
        item.indicator
        for framework in frameworks.values()
        for item in framework.items
        if item.rule and item.rule.bands
    }
    for row in judgements:
        if row["degree"] and row["indicator"] not in banded:
            found = f"{row['indicator']}.{row['point']} 写了程度“{row['degree']}”，而没有评分表按程度给它计分"
            yield Fault(_place(row, "degree"), found, "空白；程度只用于分档计分的指标")


def _bad_overrides(frameworks: Mapping[str, Framework], overrides: Iterable[Row]) -> Iterable[Fault]:
    """Overrides of what is not there, without reason, who or when, or outside what the line is worth."""
    for row in overrides:
        scheme = frameworks.get(row["scheme"])
        if scheme is None:
            known = f"以下之一：{'、'.join(frameworks)}"
            yield Fault(_place(row, "scheme"), f"改判：没有评分表“{row['scheme']}”", known)
            continue
        line = scheme.lines.get(row["indicator"])
        if line is None:
            what = f"改判：评分表“{row['scheme']}”没有“{row['indicator']}”"
            yield Fault(_place(row, "indicator"), what, f"以下之一：{'、'.join(scheme.lines)}")
            continue
        for word, expected in (("reason", "改判的理由"), ("who", "改判的人员"), ("when", "改判的日期")):
            if not row[word].strip():
                yield Fault(_place(row, word), f"改判“{row['indicator']}”缺 {word}", expected)
        try:
            inside = 0 <= _given(row) <= line.weight
        except ValueError:
            inside = False
        if not inside:
            found = f"改判“{row['indicator']}”为“{row['points']}”分"
            yield Fault(_place(row, "points"), found, f"0～{plain(line.weight)}分之间的数")


@dataclass(frozen=True)
class _Scored:
    """What a line earns: the interval (None: nothing is known), why it is no more certain, what would help."""

    box: Interval | None
    state: str
    reason: str = ""
    documents: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Evidence:
    """What scores a scheme's lines; ``names`` of the case's units, and how each item's target compares (<=, =, >=)."""

    framework: Framework
    results: Sequence[Result]
    definitions: Mapping[str, str]
    rulebook: Rulebook
    judgements: Sequence[Row]
    basis: Basis
    names: Mapping[str, str] = field(default_factory=dict)
    comparators: Mapping[str, str] = field(default_factory=dict)

    def find(self, indicator: str, definition: str, scope: str, item: str = "") -> Result | None:
        """A result, where there is one."""
        at = (indicator, definition, scope, item)
        return next((r for r in self.results if (r.indicator, r.definition, r.scope, r.item) == at), None)


def score(
    framework: Framework, results: Sequence[Result], scoring_definitions: Mapping[str, str], rulebook: Rulebook,
    judgements: Sequence[Row], overrides: Sequence[Row], self_scored: Mapping[str, Fraction], stopped: str = "",
    basis: Basis | None = None, *, unit_names: Mapping[str, str] | None = None,
    objectives: Iterable[Row] = (),
) -> list[Row]:  # fmt: skip
    """Rows of scores.csv: each line, then each group, then the total.

    Takes    judgements, overrides: rows of those tables, overrides of any scheme; self_scored: the department's own
             points by line, "" for its total; stopped: why nothing may be scored; basis: instead of the scheme's
             own, the whole department or its worst unit; unit_names: of every unit of the case, of which one that
             gives no evidence may be the worst; objectives: rows of objectives.csv, which say how a target compares.
    Returns  ``points`` only where the score is certain; ``lowest`` is proven, ``highest`` still possible. A line whose
             ends are less than 0.01 points apart, by no more than the precision of published numbers, is assessed.
    Raises   CaseError where a degree lies outside its band or an override cannot stand.
    """
    own = [row for row in overrides if row["scheme"] == framework.framework]
    alone = {framework.framework: framework}
    if faults := [*_bad_degrees(alone, judgements), *_bad_overrides(alone, own)]:
        raise CaseError(dict.fromkeys(faults))
    held = _Evidence(
        framework, results, scoring_definitions, rulebook, judgements, basis or framework.basis, unit_names or {},
        {**_comparators(objectives)},
    )  # fmt: skip
    rows: list[Row] = []
    spans: dict[str, Interval] = {}
    for key, item in framework.lines.items():
        scored = _Scored(None, STOPPED, stopped) if stopped else _scored(key, item, held, own)
        rows.append(_row(held, "indicator", key, item.weight, scored, item, self_scored.get(key)))
        spans[key] = _span(scored, item.weight)
    for group in framework.groups:
        inside = [row for row in rows if row["level"] == "indicator" and row["group"] == group.id]
        scored = _sum(inside, spans, stopped)
        rows.append(
            _row(held, "group", group.id, Fraction(group.points), scored, None, self_scored.get(group.id))
        )
    lines = [row for row in rows if row["level"] == "indicator"]
    scored = replace(_sum(lines, spans, stopped), reason=stopped or _total_reason(framework, lines, rulebook))
    total = _row(held, "total", "", Fraction(framework.full_marks), scored, None, self_scored.get(""))
    return [*rows, total]


def _scored(key: str, item: Item, held: _Evidence, overrides: Iterable[Row]) -> _Scored:
    """What a line earns, by its rule or as the auditor has changed it."""
    scored = _as_assumed(_line(item, held), item, held)
    changed = {row["indicator"]: row for row in overrides}
    return _overridden(scored, changed[key], item.weight) if key in changed else scored


@dataclass(frozen=True)
class Line:
    """What a line of a scheme is worth and scores, exactly; its state, what would settle it, whether it is a bonus."""

    weight: Fraction
    span: Interval
    state: str
    documents: tuple[str, ...] = ()
    bonus: bool = False


def exact_lines(
    framework: Framework, results: Sequence[Result], scoring_definitions: Mapping[str, str], rulebook: Rulebook,
    judgements: Sequence[Row], overrides: Sequence[Row], *, unit_names: Mapping[str, str] | None = None,
    objectives: Iterable[Row] = (), only: Container[str] | None = None,
) -> dict[str, Line]:  # fmt: skip
    """The lines of a scheme as ``score`` scores them, for whoever goes on reckoning: a table holds 34 digits.

    Takes    as ``score``; ``only``: the lines that are asked for, all where it is None.
    """
    held = _Evidence(
        framework, results, scoring_definitions, rulebook, judgements, framework.basis, unit_names or {},
        {**_comparators(objectives)},
    )  # fmt: skip
    own = [row for row in overrides if row["scheme"] == framework.framework]
    found = {}
    for key, item in framework.lines.items():
        if only is None or key in only:
            scored = _scored(key, item, held, own)
            span = _span(scored, item.weight)
            found[key] = Line(item.weight, span, scored.state, scored.documents, item.is_bonus)
    return found


@dataclass(frozen=True)
class Sums:
    """What lines add up to: regular ones, bonuses, and the weight of regular ones that do not apply (``any_applies``: not all).

    Lines are independent, so the ends add up.
    """

    regular: Interval
    bonus: Interval
    idle: Fraction
    any_applies: bool

    @property
    def score(self) -> Interval:
        """The score: what is proven, and what is still possible."""
        return Interval(self.regular.low + self.bonus.low, self.regular.high + self.bonus.high)

    def grade(self, framework: Framework) -> str:
        """The grade, as ``grade_words`` gives it: of the converted score where lines do not apply."""
        box, full = self.score, Fraction(framework.full_marks)
        if self.idle and self.any_applies:
            share = full / (full - self.idle)
            box = Interval(
                self.regular.low * share + self.bonus.low, self.regular.high * share + self.bonus.high
            )
        return framework.grades_within(box)

    def reweighed(self, line: Line, share: Fraction, scale: Fraction) -> Sums:
        """The sums where one regular line is worth ``share`` times as much, and then all are scaled.

        Every rule, and every override, is scaled with its line.
        """
        more = share - 1
        ends = (self.regular.low + more * line.span.low, self.regular.high + more * line.span.high)
        idle = self.idle + more * line.weight if line.state == NOT_APPLICABLE else self.idle
        return replace(self, regular=Interval(ends[0] * scale, ends[1] * scale), idle=idle * scale)


def sums_of(lines: Iterable[Line]) -> Sums:
    """What the lines of a scheme add up to."""
    own = [*lines]
    regular = [line for line in own if not line.bonus]
    idle = [line.weight for line in regular if line.state == NOT_APPLICABLE]
    boxes = [_added(regular), _added(line for line in own if line.bonus)]
    return Sums(boxes[0], boxes[1], sum(idle, _NOUGHT), len(idle) < len(regular))


def _added(lines: Iterable[Line]) -> Interval:
    own = [line.span for line in lines]
    return Interval(sum((span.low for span in own), _NOUGHT), sum((span.high for span in own), _NOUGHT))


def rests_on_assumed(
    item: Item, results: Iterable[Result], definitions: Mapping[str, str], rulebook: Rulebook
) -> tuple[str, ...]:
    """The figures, by their keys, of which a line's computed results are made, where a scenario assumes one of them."""
    stanza = rulebook.stanzas.get(item.indicator or "")
    if stanza is None or stanza.judged:
        return ()
    chosen = definitions.get(stanza.id, item.definition or stanza.primary)
    counting = {chosen, *(name for name, definition in stanza.definitions.items() if definition.bound)}
    return tuple(
        term for r in results
        if r.assumed and r.indicator == stanza.id and r.definition in counting and r.status in {COMPUTED, UNDEFINED}
        for term in r.terms
    )  # fmt: skip


def _as_assumed(scored: _Scored, item: Item, held: _Evidence) -> _Scored:
    """What a line earns, saying where it rests on a figure that a scenario assumes."""
    if not rests_on_assumed(item, held.results, held.definitions, held.rulebook):
        return scored
    return replace(scored, reason="；".join(filter(None, (scored.reason, ASSUMED_WORDS))))


def _comparators(objectives: Iterable[Row]) -> dict[str, str]:
    """How the target of each sub-target compares, by the item under which its numbers stand."""
    return {
        f"{row['objective']}.{row['item']}" if row["item"] else row["objective"]: row["comparator"]
        for row in objectives
        if row["comparator"]
    }


def _row(
    held: _Evidence, level: str, key: str, weight: Fraction, scored: _Scored, item: Item | None,
    claimed: Fraction | None,
) -> Row:  # fmt: skip
    idle = scored.state == NOT_APPLICABLE
    span = _span(scored, weight)
    rule = item.rule.words() if item and item.rule else ""
    for kind, own in zip(("是上限", "是定数"), item.rules_of_items if item else (), strict=False):
        rule += f"；目标{kind}的：{own.words()}" if own else ""
    definition = ""
    if item and item.indicator:
        definition = held.definitions.get(item.indicator, item.definition or "")
    return {
        "scheme": held.framework.framework, "level": level, "indicator": key, "weight": plain(weight),
        "points": plain(span.low) if span.is_point and not idle else "",
        "lowest": plain(span.low), "highest": plain(span.high),
        "self_scored": "" if claimed is None else plain(claimed), "rule": rule, "reason": scored.reason,
        "basis": held.basis, "group": (item.group or "") if item else "", "definition": definition,
        "state": scored.state, "documents": BETWEEN.join(scored.documents),
    }  # fmt: skip


def _span(scored: _Scored, weight: Fraction) -> Interval:
    """What something scores that is worth ``weight``: nothing where it does not apply, anything where nothing is known."""
    if scored.state == NOT_APPLICABLE:
        return Interval(_NOUGHT, _NOUGHT)
    return scored.box or Interval(_NOUGHT, weight)


def _overridden(scored: _Scored, row: Row, weight: Fraction) -> _Scored:
    points = _given(row)
    if scored.state == NOT_APPLICABLE:
        before = "不适用"
    else:
        span = scored.box or Interval(_NOUGHT, weight)
        before = f"{span_text(span)}分"
    said = (
        f"人工改判为{points_text(points)}分：{row['reason']}（{row['who']}，{row['when']}；按规则是{before}）"
    )
    return _Scored(Interval(points, points), OVERRIDDEN, said)


def _given(row: Row) -> Fraction:
    """The points of an override: as entered, or exactly as ``reweighed`` has scaled them. Raises ValueError."""
    return parse_rate(row["points"]) if "/" in row["points"] else parse(row["points"])


def reweighed(overrides: Sequence[Row], before: Framework, after: Framework) -> list[Row]:
    """Overrides of a scheme whose lines have come to be worth something else: each keeps its share of its line."""
    if before is after:
        return [*overrides]
    old, new = before.lines, after.lines
    rows = []
    for row in overrides:
        line = row["indicator"]
        if row["scheme"] == after.framework and line in new and new[line].weight != old[line].weight:
            points = parse(row["points"]) * new[line].weight / old[line].weight
            row = {**row, "points": f"{points.numerator}/{points.denominator}"}
        rows.append(row)
    return rows


def _sum(rows: Sequence[Row], spans: Mapping[str, Interval], stopped: str) -> _Scored:
    """Groups and totals: the sum of their lines. Lines are independent, so the ends add up.

    Takes    spans: what each line scores, exactly; its row holds 34 digits, and three thirds of those are not one.
    """
    own = [spans[row["indicator"]] for row in rows]
    low, high = (sum((getattr(span, end) for span in own), _NOUGHT) for end in ("low", "high"))
    states = {row["state"] for row in rows}
    if stopped:
        state = STOPPED
    elif rows and states == {NOT_APPLICABLE}:
        state = NOT_APPLICABLE
    elif states <= {ASSESSED, OVERRIDDEN, NOT_APPLICABLE}:
        state = ASSESSED
    elif states & {ASSESSED, OVERRIDDEN, BOUNDED}:
        state = BOUNDED
    else:
        state = UNSPECIFIED if states == {UNSPECIFIED} else NOT_ASSESSABLE
    return _Scored(Interval(low, high), state)


def _weight_of(rows: Iterable[Row], *states: str) -> Fraction:
    return sum((Fraction(row["weight"]) for row in rows if row["state"] in states), _NOUGHT)


def _regular(framework: Framework, rows: Sequence[Row]) -> list[Row]:
    return [row for row in rows if not framework.lines[row["indicator"]].is_bonus]


def _converted(framework: Framework, lines: Sequence[Row]) -> tuple[Fraction, Interval] | None:
    """The applicable weight, and the score as it would be were that weight the full marks; None where all applies."""
    regular = _regular(framework, lines)
    full = Fraction(framework.full_marks)
    idle = sum(row["state"] == NOT_APPLICABLE for row in regular)
    if idle in {0, len(regular)}:
        return None
    applicable = full - _weight_of(regular, NOT_APPLICABLE)
    ends = []
    for end in ("lowest", "highest"):
        bonus = sum((Fraction(row[end]) for row in lines if row not in regular), _NOUGHT)
        ends.append(sum((Fraction(row[end]) for row in regular), _NOUGHT) * full / applicable + bonus)
    return applicable, Interval(*ends)


def grade_words(framework: Framework, rows: Sequence[Row]) -> str:
    """The grade that a scheme gives, or from the lowest to the highest that it may still give.

    Takes    rows: of scores.csv. Where lines do not apply, the converted score is graded.
    Returns  "" where nothing is scored or the scheme grades nothing.
    """
    total = next(row for row in rows if row["level"] == "total")
    if total["state"] == STOPPED:
        return ""
    found = _converted(framework, [row for row in rows if row["level"] == "indicator"])
    box = found[1] if found else Interval(Fraction(total["lowest"]), Fraction(total["highest"]))
    return framework.grades_within(box)


def _total_reason(framework: Framework, lines: Sequence[Row], rulebook: Rulebook) -> str:
    def named(rows: Iterable[Row]) -> str:
        return "、".join(
            f"{line_name(framework, rulebook, row['indicator'])}（{points_text(Fraction(row['weight']))}分）"
            for row in rows
        )

    regular = _regular(framework, lines)
    assessed = _weight_of(regular, ASSESSED, OVERRIDDEN)
    said = [f"可评权重{points_text(assessed)}分，占{rate_text(assessed / Fraction(framework.full_marks))}"]
    if supposed := [row for row in regular if ASSUMED_WORDS in row["reason"]]:
        worth = sum((Fraction(row["weight"]) for row in supposed), _NOUGHT)
        said.append(
            f"其中{points_text(worth)}分{ASSUMED_WORDS}：{named(supposed[:_MOST_NAMES])}{'等' if len(supposed) > _MOST_NAMES else ''}"
        )
    if partly := _weight_of(regular, BOUNDED):
        said.append(f"另有{points_text(partly)}分部分可评")
    if undefined := [row for row in regular if row["state"] == UNDEFINED]:
        weight = points_text(_weight_of(undefined, UNDEFINED))
        more = f"等{len(undefined)}行" if len(undefined) > _MOST_NAMES else ""
        said.append(
            f"{weight}分没有定义（分母为零），不计证实而仍计可能：{named(undefined[:_MOST_NAMES])}{more}"
        )
    if changed := sum(row["state"] == OVERRIDDEN for row in lines):
        said.append(f"其中{changed}行由审计人员改判")
    idle = [row for row in regular if row["state"] == NOT_APPLICABLE]
    if idle:
        found = _converted(framework, lines)
        full = points_text(Fraction(framework.full_marks))
        how = (
            f"以适用的{points_text(found[0])}分折算为{full}分制是{span_text(found[1])}分"
            if found
            else "没有适用的指标"
        )
        said.append(f"不适用而不计：{named(idle)}，{how}")
    return "；".join(said)


def line_name(framework: Framework, rulebook: Rulebook, key: str) -> str:
    """The name of a line of a scheme, or of a group, as a reader knows it."""
    item = framework.lines.get(key)
    if item is None:
        return next((group.name for group in framework.groups if group.id == key), key)
    stanza = rulebook.stanzas.get(item.indicator or "")
    if item.name or stanza is None:
        return item.name or "规则未载明的部分"
    # 管理制度健全性 occurs twice; the group tells the two apart
    alike = [other for other in rulebook.stanzas.values() if other.name == stanza.name]
    return f"{stanza.name}（{stanza.group}）" if len(alike) > 1 and stanza.group else stanza.name


# --- one line --------------------------------------------------------------------------------------------------


def _line(item: Item, held: _Evidence) -> _Scored:
    if item.indicator is None or item.rule is None:
        return _Scored(None, UNSPECIFIED, item.reason or "", (held.framework.own_table,))
    stanza = held.rulebook.stanzas[item.indicator]
    definition = held.definitions.get(stanza.id, item.definition or stanza.primary)
    if item.rule.undocumented:
        lacking = _judgement_documents(stanza, held)[1] if stanza.judged else ()
        result = None if stanza.judged else held.find(stanza.id, definition, DEPARTMENT)
        if result is not None:
            lacking = _documents(result, held.rulebook)
        return _Scored(None, NOT_ASSESSABLE, item.rule.words(), (held.framework.own_table, *lacking))
    if stanza.judged:
        return _judged(item, item.rule, stanza, held)
    if item.over:
        return _over_items(item, item.rule, stanza, definition, held)
    if held.basis == "worst_unit":
        units = _per_unit(item, item.rule, stanza, definition, held)
        if units is not None:
            return units
    return _value(item, item.rule, stanza, definition, DEPARTMENT, held)


def _settled(
    box: Interval | None, weight: Fraction, reason: Sequence[str], documents: tuple[str, ...]
) -> _Scored:
    """A line's state by how far its interval is narrower than its weight."""
    said = "；".join(part for part in reason if part)
    if box is None:
        return _Scored(None, NOT_ASSESSABLE, said, documents)
    if box.high - box.low < _NEAR:
        return _Scored(box, ASSESSED, said)
    if box == Interval(_NOUGHT, weight):
        return _Scored(box, NOT_ASSESSABLE, said or "现有证据不能缩小得分的范围", documents)
    return _Scored(box, BOUNDED, said, documents)


def _judgement_documents(stanza: Stanza, held: _Evidence) -> tuple[list[Mark], tuple[str, ...]]:
    """How each 评价要点 was judged, in order, and the table that is lacking where one was not."""
    entered = {
        row["point"]: read_mark(row["verdict"], row["degree"])
        for row in held.judgements
        if row["indicator"] == stanza.id
    }
    marks = [entered.get(point, Mark(NOT_ASSESSED)) for point in stanza.points]
    return marks, (JUDGEMENT_TABLE,) if any(mark.verdict == NOT_ASSESSED for mark in marks) else ()


def _judged(item: Item, rule: Rule, stanza: Stanza, held: _Evidence) -> _Scored:
    marks, lacking = _judgement_documents(stanza, held)
    open_points = sum(mark.verdict == NOT_ASSESSED for mark in marks)
    if open_points == len(marks):
        return _Scored(None, NOT_ASSESSABLE, f"{len(marks)}个评价要点都没有判断", lacking)
    box = rule.of_marks(marks, item.weight)
    if box is None:
        return _Scored(None, NOT_APPLICABLE, "各评价要点都不适用")
    counted = "、".join(
        f"{name}{sum(mark.verdict == verdict for mark in marks)}个"
        for verdict, name in VERDICTS_ON_POINTS.items()
        if any(mark.verdict == verdict for mark in marks)
    )
    # where every point is judged, what is still open is the degree, or what the scheme does not say
    if lacking or box.is_point:
        documents = lacking
    else:
        documents = (JUDGEMENT_TABLE,) if rule.bands else (held.framework.own_table,)
    return _settled(box, item.weight, [f"评价要点：{counted}"], documents)


def _documents(result: Result, rulebook: Rulebook) -> tuple[str, ...]:
    """The tables that would supply what a result lacks."""
    found = [supplier(key, rulebook.dictionary, result.year).table for key in result.lacking]
    return tuple(dict.fromkeys(table.replace(BETWEEN, "；") for table in found))


def _lacking_words(result: Result, rulebook: Rulebook) -> str:
    if not result.lacking:
        return "没有可用的结果"
    names = []
    for key in result.lacking:
        figure, *_, year = key.split(":")
        meaning = rulebook.dictionary.get(figure)
        name = meaning.name if meaning else key
        names.append(f"{year}年的{name}" if year.isdigit() and year != str(result.year) else name)
    return f"缺 {'、'.join(dict.fromkeys(names))}"


def _range(
    stanza: Stanza, result: Result, held: _Evidence
) -> tuple[Fraction | None, Fraction | None, list[str]]:
    """The ends of an indicator's value as far as they are known, and which definitions say so.

    Where the definition that scores is not assessable, other definitions of the indicator that give a bound stand in.
    """
    if result.status == COMPUTED:
        return result.low, result.high, []
    low: Fraction | None = None
    high: Fraction | None = None
    used = []
    for name, other in stanza.definitions.items():
        bound = held.find(stanza.id, name, result.scope, result.item) if other.bound else None
        if bound is None or bound.status != COMPUTED:
            continue
        used.append(other.name)
        if bound.low is not None:
            low = bound.low if low is None else max(low, bound.low)
        if bound.high is not None:
            high = bound.high if high is None else min(high, bound.high)
    return low, high, used


def _value(
    item: Item, rule: Rule, stanza: Stanza, definition: str, scope: str, held: _Evidence,
    of: str = "", weight: Fraction | None = None,
) -> _Scored:  # fmt: skip
    """The points for one value: of the department or a unit, as a whole or of one item."""
    full = item.weight if weight is None else weight
    result = held.find(stanza.id, definition, scope, of)
    if result is None:
        return _Scored(None, NOT_ASSESSABLE, "没有部门整体的结果")
    if result.status == NOT_APPLICABLE:
        return _Scored(None, NOT_APPLICABLE, "不适用")
    if result.status == UNDEFINED:
        return _Scored(None, UNDEFINED, "分母为零，没有定义")
    documents = _documents(result, held.rulebook)
    low, high, used = _range(stanza, result, held)
    why = "" if result.status == COMPUTED else _lacking_words(result, held.rulebook)
    if low is None and high is None:
        return _Scored(None, NOT_ASSESSABLE, why or "没有可用的结果", documents)
    if low is not None and high is not None and low > high:
        return _Scored(None, NOT_ASSESSABLE, f"上限与下限互相矛盾（{'、'.join(used)}）", documents)
    if used:
        why += f"，以{'、'.join(used)}为界：{_value_range(stanza, low, high)}"
    box = rule.reach(low, high, full)
    if box is None:
        return _Scored(None, NOT_ASSESSABLE, "评分规则没有说到这个数值", (held.framework.own_table,))
    said = [why]
    if result.value is not None and box.high - box.low >= _NEAR:
        said.append("公布数字的精度不足以确定得分")
    if low is not None and high is not None:
        ways = rule.conventions(Interval(low, high), full)
        if ways:
            gives = "，".join(f"{PARTIALS[way]}得{span_text(found)}分" for way, found in ways.items())
            said.append(f"不足一档如何扣原表未载明：{gives}")
    return _settled(box, full, said, documents)


def _value_range(stanza: Stanza, low: Fraction | None, high: Fraction | None) -> str:
    if low is None and high is not None:
        return f"不高于{stanza.value_text(high)}"
    if high is None and low is not None:
        return f"不低于{stanza.value_text(low)}"
    return f"{stanza.value_text(low or _NOUGHT)}～{stanza.value_text(high or _NOUGHT)}"


def _per_unit(
    item: Item, rule: Rule, stanza: Stanza, definition: str, held: _Evidence
) -> _Scored | None:  # fmt: skip
    """The points of the worst unit; None where the evidence nowhere is per unit.

    A unit of which the evidence says nothing, or too little, may be the worst: nothing is proven then, and what is
    still possible is what the known units leave, and no more than the department as a whole.
    """
    own = [r for r in held.results if (r.indicator, r.definition, r.item) == (stanza.id, definition, "")]
    spoken = {r.scope: r.status for r in own if r.scope != DEPARTMENT}
    if not any(status != NOT_APPLICABLE for status in spoken.values()):
        return None
    scored = {
        unit: _value(item, rule, stanza, definition, unit, held) if unit in spoken else _silent(stanza, definition, held)
        for unit in dict.fromkeys((*held.names, *spoken))
        if spoken.get(unit) != NOT_APPLICABLE
    }  # fmt: skip
    if all(found.state == UNDEFINED for found in scored.values()):
        return _Scored(None, UNDEFINED, "各单位的分母都为零，没有定义")
    known = {unit: found.box for unit, found in scored.items() if found.box}
    boxes = [found.box or Interval(_NOUGHT, item.weight) for found in scored.values()]
    box = Interval(min(span.low for span in boxes), min(span.high for span in boxes))
    said = []
    if known:
        worst = min(known, key=lambda unit: (known[unit].high, known[unit].low))
        said += [f"按最差单位“{held.names.get(worst, worst)}”计", scored[worst].reason]
    else:
        said.append("按最差单位计，而没有一个单位可评")
    unknown: dict[str, list[str]] = {}
    wanted: dict[str, list[str]] = {}
    for unit, found in scored.items():
        name = held.names.get(unit, unit)
        if found.box is None:
            unknown.setdefault(found.reason, []).append(name)
        for table in found.documents:
            wanted.setdefault(table, []).append(name)
    said += [f"{_listed(names)}{why}" for why, names in unknown.items()]
    if unknown and box.high > 0:
        said.append("得分可能更低" if known else "得分可能低到0分")
    if not box.is_point and rule.monotone and _adds_up(stanza, definition, held.rulebook):
        whole = _value(item, rule, stanza, definition, DEPARTMENT, held).box
        if whole and whole.high < box.high:
            # a ratio of sums lies between the lowest and the highest of its parts
            box = Interval(min(box.low, whole.high), whole.high)
            said.append(f"最差单位不会好于部门整体，最多{points_text(whole.high)}分")
    documents = tuple(
        f"{table}（{_listed(names).replace(BETWEEN, '；')}）" for table, names in wanted.items()
    )
    return _settled(box, item.weight, said, documents)


def _silent(stanza: Stanza, definition: str, held: _Evidence) -> _Scored:
    """What a unit scores of which the evidence says nothing at all."""
    tables = (held.rulebook.dictionary[figure].table for figure in stanza.figures(definition))
    documents = tuple(dict.fromkeys(table.replace(BETWEEN, "；") for table in tables))
    return _Scored(None, NOT_ASSESSABLE, "没有这项指标的资料", documents)


def _listed(names: Sequence[str]) -> str:
    shown = "、".join(f"“{name}”" for name in names[:_MOST_NAMES])
    return shown if len(names) <= _MOST_NAMES else f"{shown}等{len(names)}个单位"


def _adds_up(stanza: Stanza, definition: str, rulebook: Rulebook) -> bool:
    """Whether the department's value is the ratio of the sums over its units."""
    parts = formulas.read(stanza.definitions[definition].formula).parts()
    additive = all(rulebook.dictionary[figure].units == "sum" for figure in stanza.figures(definition))
    return bool(parts) and additive and all(_linear(part.root) for part in parts or ())


def _linear(node: formulas.Node) -> bool:
    match node:
        case formulas.Name():
            return True
        case formulas.Operation("+" | "-", left, right):
            return _linear(left) and _linear(right)
        case formulas.Operation("*", formulas.Number(), other) | formulas.Operation(
            "*", other, formulas.Number()
        ):
            return _linear(other)
        case _:
            return False


def _over_items(item: Item, rule: Rule, stanza: Stanza, definition: str, held: _Evidence) -> _Scored:
    """The points of a line shared equally over an indicator's items, each scored by itself."""
    own = [
        r
        for r in held.results
        if (r.indicator, r.definition, r.scope) == (stanza.id, definition, DEPARTMENT)
        and r.item
        and r.status != NOT_APPLICABLE
    ]
    if not own:
        return _Scored(None, NOT_ASSESSABLE, "没有可计分的分项")
    share = item.weight / len(own)
    low = high = _NOUGHT
    documents: list[str] = []
    reasons: dict[str, None] = {}
    counts = {"满分": 0, "部分得分": 0, "不得分": 0, "未定": 0}
    for result in own:
        found = _of_item(item, rule, stanza, result, share, held)
        span = found.box or Interval(_NOUGHT, share)
        low, high = low + span.low, high + span.high
        documents += found.documents
        if span.high - span.low >= _NEAR and found.reason:
            reasons[found.reason] = None
        settled = "满分" if span.low == share else "不得分" if span.high == 0 else "部分得分"
        counts[settled if span.is_point or span.low > 0 else "未定"] += 1
    counted = "、".join(f"{name}{count}项" for name, count in counts.items() if count)
    said = [
        f"{len(own)}个分项均分{points_text(item.weight)}分（每项{points_text(share)}分）：{counted}",
        *reasons,
    ]
    return _settled(Interval(low, high), item.weight, said, tuple(dict.fromkeys(documents)))


def _of_item(
    item: Item, rule: Rule, stanza: Stanza, result: Result, share: Fraction, held: _Evidence
) -> _Scored:
    """The points of one item, by the rule for how its target compares.

    Nothing can be divided by a target of zero, and yet it is met or not: in full, or not at all. Where the scheme has
    no rule for such targets, one that is met has full points, and nothing is known of one that is not.
    """
    comparator = held.comparators.get(result.item, "")
    target, actual = result.denominator, result.numerator
    reached = (
        bool(comparator) and target is not None and actual is not None and met(comparator, target, actual)
    )
    if result.status == UNDEFINED and comparator and target == 0 and actual is not None:
        earned = share if reached else _NOUGHT
        return _Scored(Interval(earned, earned), ASSESSED)
    if target is not None and target < 0:
        comparator = _MIRRORED.get(comparator, comparator)
    chosen = {"<=": item.rule_at_most, "=": item.rule_exactly}.get(comparator, rule)
    if chosen is None and result.status == COMPUTED:
        if reached:
            return _Scored(Interval(share, share), ASSESSED)
        said = f"评分表没有写明{'上限' if comparator == '<=' else '定数'}目标没有达到时如何计分"
        return _Scored(None, NOT_ASSESSABLE, said, (held.framework.own_table,))
    return _value(item, chosen or rule, stanza, result.definition, DEPARTMENT, held, result.item, share)


# --- all schemes, and what would help --------------------------------------------------------------------------


def scheme_rows(
    audit: Audit, frameworks: Mapping[str, Framework], results: Sequence[Result], rulebook: Rulebook,
    judgements: Sequence[Row], overrides: Sequence[Row], self_total: Fraction | None, stopped: str = "",
    objectives: Sequence[Row] = (),
) -> list[Row]:  # fmt: skip
    """Rows of schemes.csv: the evidence under every scheme, on both bases.

    Takes    self_total: the department's own total, where it is known; objectives: as ``score``.
    Returns  ``lost``: points that are impossible already, ``lost_by`` which lines lost them; ``shortfall``: by how
             much the department's own total lies above what is still possible, "" where it does not. Where lines do
             not apply, both are compared on the full scale: what is possible, after conversion.
    Raises   CaseError as ``score``.
    """
    own = {} if self_total is None else {"": self_total}
    names = {unit.id: unit.name for unit in audit.case.units}
    rows = []
    for framework in frameworks.values():
        definitions = scoring_definitions(audit, framework, rulebook)
        bases: tuple[Basis, ...] = ("department", "worst_unit")
        for basis in bases:
            scores = score(
                framework, results, definitions, rulebook, judgements, overrides, own, stopped, basis,
                unit_names=names, objectives=objectives,
            )  # fmt: skip
            rows.append(_scheme_row(framework, basis, scores, rulebook, audit.case.year, self_total))
    return rows


def _scheme_row(
    framework: Framework, basis: Basis, scores: Sequence[Row], rulebook: Rulebook, year: int,
    self_total: Fraction | None,
) -> Row:  # fmt: skip
    lines = [row for row in scores if row["level"] == "indicator"]
    total = next(row for row in scores if row["level"] == "total")
    stopped = total["state"] == STOPPED
    maximum = framework.most - _weight_of(lines, NOT_APPLICABLE)
    box = Interval(Fraction(total["lowest"]), Fraction(total["highest"]))
    lost = {
        row["indicator"]: Fraction(row["weight"]) - Fraction(row["highest"])
        for row in lines
        if row["state"] != NOT_APPLICABLE and Fraction(row["highest"]) < Fraction(row["weight"])
    }
    invalid = framework.validity_note(year)
    converted = _converted(framework, lines)
    best = converted[1].high if converted else box.high
    over = self_total - best if self_total is not None and not stopped else None
    notes = [total["reason"] if stopped else "", invalid]
    if self_total is not None and over is not None and over > 0:
        highest = f"{'折算后' if converted else ''}仍可能的最高分{points_text(best)}分"
        notes.append(
            f"自评{points_text(self_total)}分比{highest}还多{points_text(over)}分{_bonus_words(framework, lines)}"
        )
    if self_total is not None and framework.grades and framework.grade(self_total) == OUT_OF_RANGE:
        notes.append(f"自评{points_text(self_total)}分在0～{points_text(framework.most)}分之外，不评等级")
    if changed := sum(row["state"] == OVERRIDDEN for row in lines):
        notes.append(f"其中{changed}行由审计人员改判")
    if converted and not stopped:
        notes.append(
            f"以适用的{points_text(converted[0])}分折算是{span_text(converted[1])}分，等级按折算后的分数"
        )
    return {
        "scheme": framework.framework, "basis": basis, "title": framework.title,
        "full_marks": plain(Fraction(framework.full_marks)), "bonus_marks": plain(Fraction(framework.bonus_marks)),
        "maximum": plain(maximum), "lowest": plain(box.low), "highest": plain(box.high),
        "lost": plain(maximum - box.high),
        "lost_by": "；".join(
            f"{line_name(framework, rulebook, key)}{points_text(points)}分" for key, points in lost.items()
        ),
        "assessable_weight": plain(_weight_of(_regular(framework, lines), ASSESSED, OVERRIDDEN)),
        "self_scored": "" if self_total is None else plain(self_total),
        "shortfall": plain(over) if over is not None and over > 0 else "",
        "grade": grade_words(framework, scores),
        "valid": "no" if invalid else "yes", "note": "；".join(note for note in notes if note),
    }  # fmt: skip


def _bonus_words(framework: Framework, lines: Sequence[Row]) -> str:
    """What a bonus has to do with a score that lies above what is possible."""
    if not framework.bonus_marks:
        return "，而评分表没有加分项"
    regular = _regular(framework, lines)
    bonus = [row for row in lines if row not in regular and row["state"] != NOT_APPLICABLE]
    if not bonus:
        return "，而评分表的加分项不适用"
    return f"，加分项最多{points_text(sum((Fraction(row['highest']) for row in bonus), _NOUGHT))}分已计在内"


@dataclass(frozen=True)
class Supply:
    """A document and how far it would narrow the score.

    ``alone`` is the width that it settles by itself, ``shared`` the width of lines that need others beside it
    (``others`` by line); ``lines`` and ``shared_lines`` are called as in scores.csv, ``widths`` are what each leaves open.
    """

    document: str
    alone: Fraction
    shared: Fraction
    lines: tuple[str, ...]
    shared_lines: tuple[str, ...]
    others: Mapping[str, tuple[str, ...]]
    widths: Mapping[str, Fraction]


def narrowing(rows: Sequence[Row]) -> list[Supply]:
    """Which document would narrow the score's interval most, in order.

    Takes    rows: of scores.csv.
    Returns  the documents by the width that each settles by itself, then by the width that it settles with others.
    """
    wanting: dict[str, list[tuple[Row, tuple[str, ...]]]] = {}
    for row in rows:
        documents = tuple(filter(None, row["documents"].split(BETWEEN)))
        if row["level"] == "indicator" and Fraction(row["highest"]) > Fraction(row["lowest"]):
            # a scheme's own text says how such a line scores, and proves no point of it
            needed = (*documents, THEIR_EVIDENCE) if row["state"] == UNSPECIFIED else documents
            for document in documents:
                wanting.setdefault(document, []).append((row, needed))
    found = []
    for document, lines in wanting.items():
        alone = [row for row, documents in lines if len(documents) == 1]
        shared = [(row, documents) for row, documents in lines if len(documents) > 1]
        found.append(
            Supply(
                document, _width(alone), _width(row for row, _ in shared),
                tuple(row["indicator"] for row in alone), tuple(row["indicator"] for row, _ in shared),
                {
                    row["indicator"]: tuple(other for other in documents if other != document)
                    for row, documents in shared
                },
                {row["indicator"]: _width([row]) for row, _ in lines},
            )
        )  # fmt: skip
    return sorted(found, key=lambda supply: (-supply.alone, -supply.shared, supply.document))


def without_document(rows: Sequence[Row]) -> list[Row]:
    """Lines that are still open though no document is known that would narrow them; their ``reason`` says why."""
    settled = {ASSESSED, OVERRIDDEN, NOT_APPLICABLE}
    return [
        row
        for row in rows
        if row["level"] == "indicator" and row["state"] not in settled and not row["documents"]
    ]


def _width(rows: Iterable[Row]) -> Fraction:
    return sum((Fraction(row["highest"]) - Fraction(row["lowest"]) for row in rows), _NOUGHT)
