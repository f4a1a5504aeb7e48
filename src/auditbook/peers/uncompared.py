"""What of a batch was not compared although it is there, and why."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass

from auditbook.peers.gathered import Peers
from auditbook.peers.groups import setting_words
from auditbook.peers.reasons import definition_words


@dataclass(frozen=True)
class Uncompared:
    """Something that was not compared, and why; ``count``: how many departments it is about."""

    what: str
    count: int
    why: str


def uncompared(peers: Peers) -> list[Uncompared]:
    """What was not compared within the batch although it is there: settings, schemes, definitions, units, items, scores."""
    told: list[Uncompared] = []
    if len(peers.settings) > 1:
        for setting in peers.settings:
            count = sum(d.setting == setting for d in peers.departments)
            told.append(
                Uncompared(setting_words(setting), count, "年度或情景不同：只在同一年度、同一情景之内比较")
            )
    if len(peers.leagues) > 1:
        alike = Counter((scheme.setting, scheme.scheme) for scheme in peers.leagues)
        for scheme, placed in peers.leagues.items():
            why = "评分表不同：得分不能跨评分表比较，只在各自的表内排列"
            if alike[scheme.setting, scheme.scheme] > 1:
                why = "同名的评分表，分值、规则、口径或计分单元不同：视为不同的表"
            told.append(
                Uncompared(f"评分表 {scheme.title}（{setting_words(scheme.setting)}）", len(placed), why)
            )
    forms: dict[tuple[object, str, str], list[object]] = defaultdict(list)
    for measure in peers.measured:
        forms[measure.setting, measure.indicator, measure.definition].append(measure)
    for own in peers.distributions:
        measure = own.measure
        count = sum(own.states.values())
        if len(forms[measure.setting, measure.indicator, measure.definition]) > 1:
            what = f"{definition_words(peers, measure)}：{measure.formula or '评价要点'}，单位 {measure.unit}"
            told.append(Uncompared(what, count, "同名的口径，算式或单位不同：分开统计"))
    for indicator, numbers in _otherwise(peers).items():
        told.append(
            Uncompared(
                f"{peers.names[indicator]}的得分", len(numbers),
                "各部门计分所取的口径不同：指标值按口径分别统计，得分不因此可比",
            )
        )  # fmt: skip
    split: dict[str, list[int]] = defaultdict(list)
    for number, department in enumerate(peers.departments):
        for indicator in department.split:
            split[indicator].append(number)
        if department.unscored:
            told.append(Uncompared(f"{department.name}的得分", 1, department.unscored))
    told += [
        Uncompared(
            peers.names[one], len(own), "只有分项或分单位的值，没有部门整体的值：各部门的分项不同，不能并列"
        )
        for one, own in sorted(split.items())
    ]
    return told


def _otherwise(peers: Peers) -> dict[str, list[int]]:
    """Indicators that count under different definitions within one setting, with the departments of all of them."""
    held: dict[tuple[object, str], dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for number, department in enumerate(peers.departments):
        for measure, value in department.values.items():
            if value.scoring:
                held[measure.setting, measure.indicator][measure.definition].append(number)
    found: dict[str, list[int]] = defaultdict(list)
    for (_, indicator), definitions in held.items():
        if len(definitions) > 1:
            found[indicator] += [number for own in definitions.values() for number in own]
    return dict(sorted(found.items()))
