"""Scenarios: an analyst's changes held against what they change, and the rules and figures as they are under them.

Nothing is changed in place, and nothing here reads a file: the same scenario comes out of ``params/scenarios/`` or of an
analyst's own program.
"""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

from auditbook import strict_yaml
from auditbook.cases import DEPARTMENT, Assumed, Case, Materiality, Scenario, Tolerance
from auditbook.faults import Fault
from auditbook.figures import ASSUMED, FREE, VALUE, ZERO, Dictionary, FigureRow, Key, same_dimension
from auditbook.findings import FindingRule
from auditbook.indicators import Rulebook, Stanza
from auditbook.numbers import EXACT, MONEY, dimension, factor, parse_rate, plain
from auditbook.quality import QualityFile
from auditbook.quality import Rule as QualityRule
from auditbook.quality_tables import Bounds
from auditbook.scoring import Framework, Item
from auditbook.scoring_rules import Rule, points_text, written

# What a figure's source is that a scenario assumes: no document of the register can be called so.
SOURCE = "情景"
MATERIALITY = "materiality"
STRICT = "strict"
_BETWEEN = "expect_column_values_to_be_between"
_LIMITS = ("at_most", "at_least", "exactly")
_MOST_NAMED = 30
_NOUGHT = Fraction(0)


@dataclass(frozen=True)
class Rules:
    """What a scenario may change: the case's choices, and the rules that turn figures into results."""

    case: Case
    rulebook: Rulebook
    frameworks: Mapping[str, Framework]
    findings: tuple[FindingRule, ...]
    quality: QualityFile


def _unfiled() -> strict_yaml.Document:
    """Where the parts of a scenario stand that no file holds: faults of it name the scenario alone."""
    return strict_yaml.Document(Path(), SOURCE)


def applied(
    rules: Rules, scenario: Scenario, document: strict_yaml.Document | None = None
) -> tuple[Rules, list[Fault]]:
    """The rules as they are under a scenario.

    Takes    document: the file of the scenario, for the lines of faults; None for one that no file holds.
    Returns  the changed rules, and every fault: targets that are not there, lines that the framework in force lacks,
             weights that do not add up, values that are none. With faults the rules are of no use.
    """
    change = _Change(rules, scenario, document or _unfiled())
    return change.made(), change.faults


class _Change:
    def __init__(self, rules: Rules, scenario: Scenario, document: strict_yaml.Document) -> None:
        self.rules, self.scenario, self.document = rules, scenario, document
        self.faults: list[Fault] = []

    def made(self) -> Rules:
        """All changes, in the order in which they rest on each other."""
        self._definitions()
        frameworks = dict(self.rules.frameworks)
        framework = self._framework()
        if framework is not None:
            frameworks[framework.framework] = self._scored(framework)
        findings, rulebook = self._thresholds()
        quality = self._tolerances()
        self._assumed()
        return Rules(self._case(), rulebook, frameworks, findings, quality)

    def _fault(self, place: Sequence[str | int], found: str, expected: str = "", remedy: str = "") -> None:
        self.faults.append(Fault(self.document.where(place), found, expected, remedy))

    def _unknown(self, place: Sequence[str | int], found: str, word: str, known: Iterable[str]) -> None:
        self._fault(place, found, _listed(known), _nearest(word, known))

    def _case(self) -> Case:
        case, scenario = self.rules.case, self.scenario
        changed: dict[str, object] = {}
        if scenario.framework and scenario.framework != case.framework:
            changed |= {"framework": scenario.framework, "framework_reason": f"由情景指定：{scenario.reason}"}
        level = scenario.tolerances.get(MATERIALITY)
        if level is not None and level.amount is not None and level.unit is not None and not self.faults:
            before = (
                f"（案例文件定为{case.materiality.amount}{case.materiality.unit}）"
                if case.materiality
                else ""
            )
            reason = f"由情景设定：{scenario.reason}{before}"
            changed["materiality"] = Materiality(amount=level.amount, unit=level.unit, reason=reason)
        return case.model_copy(update=changed)

    def _definitions(self) -> None:
        stanzas = self.rules.rulebook.stanzas
        for indicator, definition in self.scenario.definitions.items():
            place = ("definitions", indicator)
            stanza = stanzas.get(indicator)
            if stanza is None:
                self._unknown(place, f"情景改的指标“{indicator}”不存在", indicator, stanzas)
                continue
            known = [stanza.primary] if stanza.judged else list(stanza.definitions)
            if definition not in known:
                self._fault(place, f"指标“{indicator}”没有定义“{definition}”", "、".join(known))

    # --- the scheme: weights and rules of its lines

    def _framework(self) -> Framework | None:
        frameworks = self.rules.frameworks
        name = self.scenario.framework or self.rules.case.framework
        if name not in frameworks:
            self._unknown(("framework",), f"情景所用的评分框架“{name}”不存在", name, frameworks)
            return None
        return frameworks[name]

    def _scored(self, framework: Framework) -> Framework:
        scenario = self.scenario
        rules = self._rules(framework)
        wanted = self._weights(framework)
        if scenario.rescale and not scenario.weights:
            self._fault(
                ("rescale",), "写了 rescale 而没有 weights", "与 weights 同写", "请删去，或写出要改的分值"
            )
        if not rules and not wanted:
            return framework
        # a stated rule is for the points that the line is worth before all of them are rescaled
        items = [
            item.scaled(wanted.get(key, item.weight) / item.weight).model_copy(update={"rule": rules[key]} if key in rules else {})
            for key, item in framework.lines.items()
        ]  # fmt: skip
        for key, item in zip(framework.lines, items, strict=True):
            if key in rules:
                self._misfit(key, item)
        changed = framework.model_copy(update={"items": items})
        full = Fraction(framework.full_marks)
        total = sum((item.weight for item in items if not item.is_bonus), _NOUGHT)
        points = {key: item.weight for key, item in changed.lines.items()}
        if total != full:
            if not scenario.rescale:
                said = f"改后各行分值之和是{written(total)}，与“{framework.framework}”的满分{framework.full_marks}不等"
                remedy = "请写 rescale: true 按比例折算，或改另几行的分值使合计相等"
                self._fault(("weights",), said, "两者相等", remedy)
                return framework
            points = {
                key: weight if changed.lines[key].is_bonus else weight * full / total for key, weight in points.items()
            }  # fmt: skip
        return self._marked(framework, changed.weighed(points), rules)

    def _marked(self, before: Framework, after: Framework, rules: Mapping[str, Rule]) -> Framework:
        """The changed scheme, each changed line with what it was and why it is changed."""
        items = []
        for key, item in after.lines.items():
            old = before.lines[key]
            said = []
            if item.weight != old.weight:
                said.append(f"分值由情景改为{points_text(item.weight)}分（原为{points_text(old.weight)}分）")
            if key in rules and old.rule:
                said.append(f"评分规则由情景改写（原为：{old.rule.words()}）")
            if said and item.indicator:
                given = [item.assumption] if item.assumption else []
                item = item.model_copy(
                    update={"assumption": "；".join([*given, *said, self.scenario.reason])}
                )
            items.append(item)
        parts = [word for word, there in (("分值", self.scenario.weights), ("评分规则", rules)) if there]
        note = f"本次运行由情景改了{'和'.join(parts)}：{self.scenario.reason}"
        return after.model_copy(update={"items": items, "caveats": f"{after.caveats.rstrip('。')}。{note}"})

    def _no_line(self, part: str, name: str, framework: Framework) -> None:
        """A line that the framework in force lacks: which other framework has it, where one has."""
        have = [
            other.framework for other in self.rules.frameworks.values()
            if name in other.lines or any(group.id == name for group in other.groups)
        ]  # fmt: skip
        said = f"{part} 里的“{name}”不是评分表“{framework.framework}”的一行"
        known = [*framework.lines, *(group.id for group in framework.groups if part == "weights")]
        if have:
            said += f"，而是“{'、'.join(have)}”的：这个情景是为另一份评分表写的"
            remedy = (
                "请改 framework，或改行名" if self.scenario.framework
                else f"这里用的是案例的评分表；要换，请加写 framework: {have[0]}"
            )  # fmt: skip
            self._fault((part, name), said, _listed(known), remedy)
        else:
            self._unknown((part, name), said, name, known)

    def _rules(self, framework: Framework) -> dict[str, Rule]:
        found: dict[str, Rule] = {}
        for key, content in self.scenario.rules.items():
            item = framework.lines.get(key)
            if item is None:
                self._no_line("rules", key, framework)
                continue
            if not item.indicator:
                self._fault(("rules", key), f"“{key}”这一行没有指标（规则未载明），不能评分", "有指标的一行")
                continue
            before = len(self.document.faults)
            rule = strict_yaml.validate(self.document, Rule, content, ("rules", key))
            self.faults += self.document.faults[before:]
            del self.document.faults[before:]
            if rule:
                found[key] = rule
        return found

    def _misfit(self, key: str, item: Item) -> None:
        stanza = self.rules.rulebook.stanzas.get(item.indicator or "")
        if stanza is None or item.rule is None:
            return
        wrong = item.rule.misfit(item.weight, len(stanza.points) if stanza.judged else None)
        if wrong:
            self._fault(("rules", key), f"“{stanza.name}”的评分规则：{wrong}", "与这一行的分值相合的规则")

    def _weights(self, framework: Framework) -> dict[str, Fraction]:
        """The points of each line that the scenario changes, by itself or with its group."""
        lines, groups = framework.lines, {group.id: group for group in framework.groups}
        wanted: dict[str, Fraction] = {}
        for name, points in self.scenario.weights.items():
            place = ("weights", name)
            if name not in lines and name not in groups:
                self._no_line("weights", name, framework)
                continue
            if points <= 0:
                self._fault(place, f"“{name}”的分值是{points}", "大于0的分值")
                continue
            if name in lines and name in groups:
                self._fault(
                    place, f"“{name}”既是一行又是一组", "只指一行或一组的名字", "请在评分表里给这一行写 line"
                )
                continue
            if name in lines:
                if lines[name].is_bonus:
                    self._fault(place, f"“{name}”是加分项，分值在满分之外", "满分之内的一行")
                    continue
                wanted[name] = Fraction(points)
        for name, points in self.scenario.weights.items():
            if name not in groups or name in lines or points <= 0:
                continue
            own = {key: item for key, item in lines.items() if item.group == name and not item.is_bonus}
            both = [key for key in own if key in self.scenario.weights]
            if both:
                self._fault(
                    ("weights", name),
                    f"组“{name}”与它的行“{'、'.join(both)}”都改了分值",
                    "改组，或改组内各行",
                )
                continue
            share = Fraction(points) / Fraction(groups[name].points)
            wanted |= {key: item.weight * share for key, item in own.items()}
        return wanted

    # --- thresholds and tolerances

    def _thresholds(self) -> tuple[tuple[FindingRule, ...], Rulebook]:
        rules = {rule.rule: rule for rule in self.rules.findings}
        stanzas = self.rules.rulebook.stanzas
        known = [
            *(name for name, rule in rules.items() if rule.above),
            *(name for name, stanza in stanzas.items() if stanza.limit),
        ]
        limited: dict[str, Stanza] = {}
        for name, value in self.scenario.thresholds.items():
            place = ("thresholds", name)
            text = str(value).strip()
            try:
                parse_rate(text)
            except ValueError:
                self._fault(place, f"“{name}”的界限是“{text}”", "一个数或百分数，如 25%")
                continue
            rule, stanza = rules.get(name), stanzas.get(name)
            if rule is not None and rule.above:
                rules[name] = rule.model_copy(update={"above": dict.fromkeys(rule.above, text)})
            elif stanza is not None and stanza.limit is not None:
                limit = stanza.limit
                side = next(side for side in _LIMITS if getattr(limit, side) is not None)
                source = f"由情景设定：{self.scenario.reason}（原为{limit.words}，{limit.source}）"
                changed = limit.model_copy(update={side: text, "source": source})
                limited[name] = stanza.model_copy(update={"limit": changed})
            elif rule is not None or stanza is not None:
                what = "规则" if rule is not None else "指标"
                self._fault(place, f"{what}“{name}”没有界限可改", _listed(known))
            else:
                self._unknown(place, f"没有规则或指标“{name}”", name, known)
        families = self.rules.rulebook.families
        if limited:
            families = tuple(
                replace(family, stanzas=tuple(limited.get(stanza.id, stanza) for stanza in family.stanzas))
                for family in families
            )
        return tuple(rules.values()), replace(self.rules.rulebook, families=families)

    def _tolerances(self) -> QualityFile:
        quality = self.rules.quality
        bounds = {entry.id: entry for entry in quality.bounds}
        rules = {rule.rule: rule for rule in quality.rules}
        adjustable = [name for name, rule in rules.items() if rule.type == _BETWEEN]
        for name, tolerance in self.scenario.tolerances.items():
            place = ("tolerances", name)
            if name == MATERIALITY:
                self._materiality(tolerance)
                continue
            if name not in bounds and name not in adjustable:
                known = [MATERIALITY, *bounds, *adjustable]
                said = f"规则“{name}”没有容许的范围" if name in rules else f"没有容差“{name}”"
                self._unknown(place, said, name, known)
                continue
            ends = {key: getattr(tolerance, key) for key in ("at_least", "at_most")}
            given = {key: end for key, end in ends.items() if end is not None}
            if tolerance.amount is not None or tolerance.unit is not None or not given:
                self._fault(
                    place,
                    f"“{name}”没有写界限" if not given else f"“{name}”写了 amount 或 unit",
                    "at_least、at_most 之一或两者",
                )
                continue
            if name in bounds:
                bounds[name] = self._bounds(place, bounds[name], given)
            else:
                rules[name] = self._between(place, rules[name], given)
        return quality.model_copy(update={"bounds": [*bounds.values()], "rules": [*rules.values()]})

    def _materiality(self, tolerance: Tolerance) -> None:
        place = ("tolerances", MATERIALITY)
        if tolerance.at_least is not None or tolerance.at_most is not None:
            self._fault(place, "重要性水平写了 at_least 或 at_most", "amount 与 unit")
        elif tolerance.amount is None or tolerance.unit is None:
            self._fault(place, "重要性水平缺 amount 或 unit", "金额与单位，如 {amount: 100, unit: 万元}")
        elif tolerance.amount <= 0 or dimension(tolerance.unit) != MONEY:
            self._fault(
                place, f"重要性水平是{tolerance.amount}{tolerance.unit}", "大于零的金额，单位写元、万元等"
            )

    def _bounds(self, place: Sequence[str], bounds: Bounds, given: Mapping[str, object]) -> Bounds:
        changed = bounds.model_copy(update=dict(given))
        if changed.at_least > changed.at_most:
            self._fault(
                place, f"“{place[-1]}”的下限{changed.at_least}大于上限{changed.at_most}", "下限不大于上限"
            )
        return changed

    def _between(self, place: Sequence[str], rule: QualityRule, given: Mapping[str, object]) -> QualityRule:
        ends = {"at_least": "min_value", "at_most": "max_value"}
        arguments = {**rule.arguments, **{ends[key]: end for key, end in given.items()}}
        if arguments["min_value"] > arguments["max_value"]:
            said = f"“{place[-1]}”的下限{arguments['min_value']}大于上限{arguments['max_value']}"
            self._fault(place, said, "下限不大于上限")
        return rule.model_copy(update={"arguments": arguments})

    # --- assumed figures

    def _assumed(self) -> None:
        case, dictionary = self.rules.case, self.rules.rulebook.dictionary
        seen: dict[Key, int] = {}
        for index, assumed in enumerate(self.scenario.assumed):
            place = ("assumed", index)
            meaning = dictionary.get(assumed.figure)
            if meaning is None:
                self._unknown(place, f"没有数字“{assumed.figure}”", assumed.figure, dictionary)
                continue
            if meaning.sum:
                self._fault(place, f"“{assumed.figure}”是合计，由程序相加", f"“{meaning.sum.of}”的各项")
                continue
            if meaning.previous:
                self._fault(
                    place,
                    f"“{assumed.figure}”是上年的“{meaning.previous}”",
                    f"“{meaning.previous}”，year 写{case.year - 1}",
                )
                continue
            if meaning.derived:
                self._fault(place, f"“{assumed.figure}”由程序从目标表与文字陈述得出", "原始资料里的数字")
                continue
            units = [unit.id for unit in case.units]
            if assumed.scope not in {DEPARTMENT, *units}:
                self._fault(place, f"没有单位“{assumed.scope}”", "、".join([DEPARTMENT, *units]))
            if meaning.items is None and assumed.item:
                self._fault(place, f"{meaning.name}不分项，而写了 item“{assumed.item}”", "空")
            elif isinstance(meaning.items, dict) and assumed.item and assumed.item not in meaning.items:
                self._fault(
                    place, f"{meaning.name}没有分项“{assumed.item}”", f"{'、'.join(meaning.items)} 或空"
                )
            years = range(case.year - 3, case.year + 1)
            if assumed.year is not None and assumed.year not in years:
                self._fault(place, f"year 是{assumed.year}", f"{years[0]}～{years[-1]}年")
            self._amount(place, assumed, dictionary)
            key = key_of(assumed, case.year)
            if key in seen:
                first = self.document.where(("assumed", seen[key]))
                self._fault(place, f"“{key}”假设了两次（上一次在 {first}）", "", "请删去其中一次")
            seen.setdefault(key, index)

    def _amount(self, place: Sequence[str | int], assumed: Assumed, dictionary: Dictionary) -> None:
        meaning = dictionary[assumed.figure]
        if not same_dimension(meaning, assumed.unit):
            self._fault(place, f"{meaning.name}的单位写成“{assumed.unit}”", f"与“{meaning.unit}”同类的单位")
            return
        value = Fraction(assumed.value) * factor(assumed.unit)
        if meaning.exact and value.denominator != 1:
            self._fault(
                place, f"假设的“{meaning.name}”是{assumed.value}{assumed.unit}", "整数（人和事项没有小数）"
            )
        if value < 0 and not meaning.signed:
            self._fault(place, f"假设的“{meaning.name}”是{assumed.value}{assumed.unit}", "不小于零的数")


def key_of(assumed: Assumed, year: int) -> Key:
    """The key of an assumed figure; ``year``: of the case."""
    return Key(assumed.figure, assumed.scope, assumed.item, assumed.year or year)


def unknown_items(
    scenario: Scenario, document: strict_yaml.Document | None, dictionary: Dictionary, rows: Collection[FigureRow], year: int
) -> Iterator[Fault]:  # fmt: skip
    """Assumed figures of items that the evidence does not have, where their names are the evidence's own."""
    held = document or _unfiled()
    for index, assumed in enumerate(scenario.assumed):
        meaning = dictionary.get(assumed.figure)
        if meaning is None or meaning.items != FREE or not assumed.item:
            continue
        family = meaning.family or meaning.id
        known = dict.fromkeys(
            row.key.item for row in rows
            if (dictionary[row.key.figure].family or row.key.figure) == family and row.key.item and row.basis != ASSUMED
        )  # fmt: skip
        if assumed.item not in known:
            said = f"{meaning.name}没有分项“{assumed.item}”"
            yield Fault(
                held.where(("assumed", index)),
                said,
                _listed(known) or "空（资料没有分项）",
                _nearest(assumed.item, known),
            )


def assume(
    rows: Sequence[FigureRow], scenario: Scenario | None, document: strict_yaml.Document | None, year: int
) -> list[FigureRow]:  # fmt: skip
    """The figures with those that a scenario assumes: each is used instead of what the evidence gives.

    Takes    rows: of the evidence, each key with its chosen row.
    Returns  the rows of the evidence, unchosen where something else is assumed, then the assumed ones: exact, their
             source the scenario, their locator the reason and the line.
    """
    if scenario is None or not scenario.assumed:
        return [*rows]
    held = document or _unfiled()
    labels = {row.key: row.label for row in rows if row.chosen}
    assumed: dict[Key, FigureRow] = {}
    for index, own in enumerate(scenario.assumed):
        key = key_of(own, year)
        where = _inside(held, ("assumed", index))
        reason = own.reason.replace("〔", "［").replace("〕", "］")
        value = plain(Fraction(own.value))
        assumed[key] = FigureRow(
            key, SOURCE, f"假设：{reason}〔{where}〕", labels.get(key, ""), VALUE if own.value else ZERO, ASSUMED, value,
            own.unit, EXACT, "", "", True, where,
        )  # fmt: skip
    kept = [replace(row, chosen=False) if row.key in assumed else row for row in rows]
    return [*kept, *assumed.values()]


def _inside(document: strict_yaml.Document, place: Sequence[str | int]) -> str:
    """Where a part of a scenario stands; of a file outside the project only its name, since results name no folder."""
    where = document.where(place)
    return where.removeprefix(f"{document.path.parent}/") if Path(document.shown).is_absolute() else where


def _listed(known: Iterable[str]) -> str:
    names = list(known)
    shown = "、".join(names[:_MOST_NAMED])
    return f"{shown}等{len(names)}个" if len(names) > _MOST_NAMED else shown


def _nearest(word: str, known: Iterable[str]) -> str:
    close = difflib.get_close_matches(word, list(known), n=1)
    return f"是否想写“{close[0]}”" if close else ""
