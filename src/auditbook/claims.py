"""Claims: what the department published about itself, recomputed and judged.

A published number stands for an interval; it is never held against a loose tolerance. Verdicts, first that fits:
not_checkable, other_measure, not_evidenced, agrees, within_rounding, truncated, other_definition, disagrees.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from auditbook.cases import DEPARTMENT, Strict, Words
from auditbook.faults import CaseError
from auditbook.figures import Figures
from auditbook.indicators import COMPUTED, Result
from auditbook.intake.evidence import ACTUAL, OTHER_ANSWER, TARGET, same_words
from auditbook.numbers import EXACT, Interval, factor, parse, places, plain, rounded, text, truncated
from auditbook.strict_yaml import load, validate
from auditbook.tables import Row
from auditbook.workspace import Workspace

NOT_CHECKABLE, OTHER_MEASURE, NOT_EVIDENCED = "not_checkable", "other_measure", "not_evidenced"
AGREES, WITHIN_ROUNDING, TRUNCATED = "agrees", "within_rounding", "truncated"
OTHER_DEFINITION, DISAGREES = "other_definition", "disagrees"
VERDICTS = {
    NOT_CHECKABLE: "无法核对",
    OTHER_MEASURE: "答非所问",
    NOT_EVIDENCED: "无佐证",
    AGREES: "一致",
    WITHIN_ROUNDING: "四舍五入之内",
    TRUNCATED: "截尾",
    OTHER_DEFINITION: "另一口径",
    DISAGREES: "不一致",
}
COMPARATORS = {">=": "≥", "<=": "≤", "=": "＝", "": ""}
KINDS = {"rate": "比率", "total": "合计", "count": "列举数", "score": "自评得分", "completion": "完成情况"}


class Wording(Strict):
    """``params/wording.yaml``: words that mean something to a rule, in the language of such reports."""

    done: list[Words]
    issue: list[Words]
    draft: list[Words]
    future: list[Words]
    unfinished: list[Words]


def read_wording(workspace: Workspace) -> Wording:
    """Read the wording. Raises CaseError with its faults."""
    path = workspace.rule_file("", "wording") or workspace.root / "params" / "wording.yaml"
    document = load(path, workspace.shown(path))
    wording = validate(document, Wording)
    if wording is None or document.faults:
        raise CaseError(document.faults)
    return wording


@dataclass(frozen=True)
class Judgement:
    """A verdict, in words, with the recomputed value and its range in base units."""

    verdict: str
    explanation: str
    value: Fraction | None = None
    interval: Interval | None = None
    definition: str = ""


def judge(published: str, unit: str, precision: str, value: Fraction, interval: Interval | None) -> str:
    """How a published number stands to a recomputed one.

    Takes    published: as printed, in ``unit``; precision: its last place or ``exact``; value, interval:
             recomputed, in base units, with its true range (None where it is not known).
    Returns  AGREES where the exact value rounds half up to what is printed; WITHIN_ROUNDING where some value of
             the range does; TRUNCATED where rounding is ruled out and cutting off explains it; else DISAGREES.
    """
    printed = parse(published)
    own = value / factor(unit)
    if precision == EXACT:
        same = own == printed
        near = interval is not None and interval.low <= printed * factor(unit) <= interval.high
        return AGREES if same else WITHIN_ROUNDING if near else DISAGREES
    decimals = places(precision)
    if Fraction(rounded(own, decimals)) == printed:
        return AGREES
    low, high = (interval.low / factor(unit), interval.high / factor(unit)) if interval else (own, own)
    last = parse(precision)
    if _reaches(low, high, printed, last / 2, last / 2):
        return WITHIN_ROUNDING
    if Fraction(truncated(own, decimals)) == printed or _reaches(low, high, printed, Fraction(0), last):
        return TRUNCATED
    return DISAGREES


def _reaches(low: Fraction, high: Fraction, printed: Fraction, toward_zero: Fraction, away: Fraction) -> bool:
    """Whether some value from low to high is printed so: [p − toward_zero, p + away) for p ≥ 0, mirrored below."""
    if printed < 0 or (printed == 0 and high < 0):
        low, high, printed = -high, -low, -printed
    return low < printed + away and high >= printed - toward_zero


def judge_all(
    published: Sequence[Row], objectives: Sequence[Row], statements: Sequence[Row], results: Sequence[Result],
    figures: Figures, scoring: Mapping[str, str], definitions: Mapping[str, Mapping[str, str]], wording: Wording,
) -> list[Row]:  # fmt: skip
    """Rows of claims.csv: every published number and every task said to be done.

    Takes    scoring: per indicator the definition that scores; definitions: their Chinese names.
    """
    rows = [_published(row, results, figures, scoring, definitions) for row in published]
    rows += _completions(objectives, statements, figures, wording)
    return rows


def _published(
    row: Row, results: Sequence[Result], figures: Figures, scoring: Mapping[str, str],
    definitions: Mapping[str, Mapping[str, str]],
) -> Row:  # fmt: skip
    if row["about"] in definitions:
        found = _against_indicator(row, results, scoring[row["about"]], definitions[row["about"]])
    elif row["about"] in figures.dictionary:
        found = _against_figure(row, figures)
    else:
        found = Judgement(NOT_CHECKABLE, f"没有名为“{row['about']}”的指标或数字可供核对")
    held = factor(row["unit"])
    box = found.interval
    return {
        "claim": row["claim"], "kind": row["kind"],
        "about": f"{row['about']}:{row['item']}" if row["item"] else row["about"],
        "scope": row["scope"], "year": row["year"], "published": row["published"], "unit": row["unit"],
        "recomputed": "" if found.value is None else plain(found.value / held),
        "low": "" if box is None else plain(box.low / held),
        "high": "" if box is None else plain(box.high / held),
        "verdict": found.verdict, "definition": found.definition, "explanation": found.explanation,
        "source": row["source"], "locator": row["locator"], "quote": row["quote"],
    }  # fmt: skip


def _against_indicator(
    row: Row, results: Sequence[Result], primary: str, names: Mapping[str, str]
) -> Judgement:
    at = (row["about"], row["scope"], row["item"], int(row["year"]))
    own = {r.definition: r for r in results if (r.indicator, r.scope, r.item, r.year) == at}
    computed = {name: r for name, r in own.items() if r.status == COMPUTED and r.value is not None}
    first = computed.get(primary)
    shown = f"公布值{row['published']}{row['unit']}"
    if not computed:
        lacking = (
            "、".join(dict.fromkeys(key for r in own.values() for key in r.lacking)) or "没有该范围的数字"
        )
        return Judgement(NOT_CHECKABLE, f"{shown}无从重算：缺 {lacking}")
    judged = {
        name: judge(row["published"], row["unit"], row["precision"], r.value, r.interval)
        for name, r in computed.items()
        if r.value is not None
    }
    if first is not None and first.value is not None and judged[primary] != DISAGREES:
        said = f"按“{names[primary]}”重算为{text(first.value, row['unit'])}，{VERDICTS[judged[primary]]}"
        return Judgement(judged[primary], said, first.value, first.interval, primary)
    for name, r in computed.items():
        if name != primary and judged[name] in {AGREES, WITHIN_ROUNDING} and r.value is not None:
            own_value = "无法重算" if first is None or first.value is None else text(first.value, row["unit"])
            said = f"{shown}；按计分口径“{names[primary]}”为{own_value}，只与“{names[name]}”相符（{text(r.value, row['unit'])}）"
            value, box = (r.value, r.interval) if first is None else (first.value, first.interval)
            return Judgement(OTHER_DEFINITION, said, value, box, name)
    r = first or next(iter(computed.values()))
    tried = "；".join(
        f"“{names[name]}”{text(other.value, row['unit'])}"
        for name, other in computed.items()
        if other.value is not None
    )
    return Judgement(DISAGREES, f"{shown}与各口径都不符：{tried}", r.value, r.interval, r.definition)


def _against_figure(row: Row, figures: Figures) -> Judgement:
    found = figures.resolve(row["about"], row["scope"], row["item"], int(row["year"]))
    name = figures.dictionary[row["about"]].name
    if row["kind"] == "score":
        return Judgement(
            NOT_CHECKABLE, f"{name}{row['published']}{row['unit']}的分项得分、权重和满分均未取得，无法重算"
        )
    if found.value is None:
        return Judgement(NOT_CHECKABLE, f"公布{row['published']}{row['unit']}，没有可对照的“{name}”")
    verdict = judge(row["published"], row["unit"], row["precision"], found.value, found.interval)
    said = f"公布{row['published']}{row['unit']}；{name}重算为{text(found.value, row['unit'])}，{VERDICTS[verdict]}"
    return Judgement(verdict, said, found.value, found.interval)


def _completions(
    objectives: Sequence[Row], statements: Sequence[Row], figures: Figures, wording: Wording
) -> Iterable[Row]:
    """A row for each sub-target said to be done, then one for each objective, which is as good as its weakest."""
    subs: dict[str, list[tuple[Row, Judgement]]] = {}
    for row in objectives:
        if row["item"] and row["claimed"] in wording.done:
            found = _completion(row, statements, figures, wording)
            subs.setdefault(row["objective"], []).append((row, found))
            yield _completion_row(row, f"{row['objective']}.{row['item']}", found, figures.year)
    for row in objectives:
        if row["item"] or row["claimed"] not in wording.done:
            continue
        own = subs.get(row["objective"], [])
        yield _completion_row(row, row["objective"], _objective(own), figures.year)


_WORST = (DISAGREES, OTHER_MEASURE, NOT_EVIDENCED, NOT_CHECKABLE, AGREES)


def _objective(own: Sequence[tuple[Row, Judgement]]) -> Judgement:
    if not own:
        return Judgement(NOT_EVIDENCED, "没有可核对的子目标")
    counts = {verdict: sum(found.verdict == verdict for _, found in own) for verdict in _WORST}
    said = "、".join(f"{VERDICTS[verdict]}{count}项" for verdict, count in counts.items() if count)
    worst = next(verdict for verdict in _WORST if counts[verdict])
    return Judgement(worst, f"子目标{len(own)}项：{said}")


def _completion(row: Row, statements: Sequence[Row], figures: Figures, wording: Wording) -> Judgement:
    about = f"{row['objective']}.{row['item']}"
    if row["target"]:
        return _numeric(row, about, figures)
    answers = [s for s in statements if s["about"] == about and s["kind"] == "result"]
    if row["actual"] and row["actual_measure"] and not same_words(row["measure"], row["actual_measure"]):
        return Judgement(OTHER_MEASURE, f"目标是“{row['measure']}”，答复是“{row['actual_measure']}”")
    if not answers and not row["actual"]:
        return Judgement(NOT_EVIDENCED, f"目标“{row['measure']}”没有任何结果陈述")
    drafts = [s for s in answers if _has(s["quote"], wording.draft)]
    issued = [s for s in answers if _has(s["quote"], wording.issue) and s not in drafts]
    if _has(row["quote"] + row["measure"], wording.issue) and drafts and not issued:
        return Judgement(DISAGREES, f"称“{row['claimed']}”，原文却只到“{drafts[0]['quote']}”，尚是草稿")
    future = [s for s in answers if _has(s["quote"], wording.future)]
    if future:
        return Judgement(
            NOT_EVIDENCED, f"用将来时“{future[0]['quote']}”说{figures.year}年度内的完成，完成与否未证实"
        )
    unfinished = [s for s in answers if _has(s["quote"], wording.unfinished)]
    if unfinished:
        return Judgement(DISAGREES, f"称“{row['claimed']}”，原文又说“{unfinished[0]['quote']}”")
    dated = [s for s in issued if s["date"].startswith(str(figures.year))]
    if dated and not drafts:
        return Judgement(AGREES, f"“{dated[0]['quote']}”，日期{dated[0]['date']}在年度之内")
    if drafts:
        return Judgement(
            NOT_CHECKABLE,
            f"既说“{issued[0]['quote'] if issued else ''}”，又说“{drafts[0]['quote']}”；无文号、日期可核对",
        )
    quote = answers[0]["quote"] if answers else row["actual"]
    return Judgement(
        NOT_CHECKABLE, f"目标未量化，只有文字陈述“{quote}”，没有文号、日期、验收一类可核对的依据"
    )


def _has(quote: str, words: Sequence[str]) -> bool:
    return any(word in quote for word in words)


def _numeric(row: Row, about: str, figures: Figures) -> Judgement:
    target = figures.resolve(TARGET, DEPARTMENT, about)
    actual = figures.resolve(ACTUAL, DEPARTMENT, about)
    unit = row["unit"]
    if actual.value is None:
        other = figures.resolve(OTHER_ANSWER, DEPARTMENT, about)
        if other.value is not None:
            said = f"目标是“{row['measure']}”，答复的是“{row['actual_measure']}”（{text(other.value, unit)}），测量的不是同一件事"
            return Judgement(OTHER_MEASURE, said, None, None)
        return Judgement(NOT_EVIDENCED, f"目标“{row['measure']}”{row['target']}{unit}没有报告实际完成值")
    assert target.value is not None
    aim = f"{COMPARATORS[row['comparator']]}{row['target']}{unit}"
    if met(row["comparator"], target.value, actual.value):
        said = f"目标{aim}，实际{row['actual']}{unit}，达成"
        return Judgement(AGREES, said, actual.value, actual.interval)
    said = f"目标{aim}，实际只有{row['actual']}{unit}，未达成而报“{row['claimed']}”"
    if row["comparator"] == "<=":
        said = said.replace("实际只有", "实际达到")
    return Judgement(DISAGREES, said, actual.value, actual.interval)


def met(comparator: str, target: Fraction, actual: Fraction) -> bool:
    """Whether an actual value meets its target; limits are inclusive."""
    return {">=": actual >= target, "<=": actual <= target, "=": actual == target}[comparator]


def _completion_row(row: Row, about: str, found: Judgement, year: int) -> Row:
    held = factor(row["unit"]) if row["unit"] else Fraction(1)
    box = found.interval
    return {
        "claim": f"done.{about}", "kind": "completion", "about": about, "scope": DEPARTMENT, "year": str(year),
        "published": row["target"], "unit": row["unit"],
        "recomputed": "" if found.value is None else plain(found.value / held),
        "low": "" if box is None else plain(box.low / held),
        "high": "" if box is None else plain(box.high / held),
        "verdict": found.verdict, "definition": "", "explanation": found.explanation,
        "source": row["source"], "locator": row["locator"], "quote": row["quote"],
    }  # fmt: skip


def place(locator: str) -> str:
    """The section of a locator, without file and line: what a reader looks up in the original."""
    return re.sub(r"〔.*", "", locator)
