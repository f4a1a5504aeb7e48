"""Claims: what the department published about itself, recomputed and judged.

A published number stands for an interval; it is never held against a loose tolerance. Verdicts, first that fits:
not_checkable, other_measure, not_evidenced, agrees, within_rounding, truncated, other_definition, disagrees.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache

from auditbook import formulas
from auditbook.cases import DEPARTMENT, Id, Strict, Words
from auditbook.faults import CaseError
from auditbook.figures import ASSUMED_SIGN, NOT_APPLICABLE, Figures, Resolved, same_dimension
from auditbook.indicators import COMPUTED, UNDEFINED, Result
from auditbook.intake.evidence import ACTUAL, OTHER_ANSWER, TARGET, same_words
from auditbook.numbers import (
    EXACT,
    RATE,
    Interval,
    dimension,
    factor,
    parse,
    places,
    plain,
    published_interval,
    rounded,
    text,
    truncated,
)
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
# The claims of a document's own sentences are told apart by their ids: the document, a colon, the sentence.
_SENTENCE = ":"
COMPARATORS = {">=": "≥", "<=": "≤", "=": "＝", "": ""}
KINDS = {
    "rate": "比率", "share": "占比", "growth": "增减率", "change": "增减额", "total": "合计", "count": "列举数",
    "score": "自评得分", "completion": "完成情况", "target": "目标达成", "admitted": "自报未完成",
}  # fmt: skip
# What a report says of a sub-target: that it is done; nothing or nothing clear; that it is not done.
COMPLETION, OPEN, ADMITTED = TASK_KINDS = ("completion", "target", "admitted")
UP, DOWN, FLAT = "up", "down", "flat"
SCORE, MAXIMUM, POINTS, WEIGHT = (
    "self_score",
    "self_score_maximum",
    "self_scored_points",
    "self_scored_weight",
)


def entered(rows: Iterable[Row]) -> list[Row]:
    """The rows of claims.csv that are not of a document's own sentences: published numbers and tasks as entered."""
    return [row for row in rows if _SENTENCE not in row["claim"]]


class Needed(Strict):
    """The evidence that a kind of task needs: by which words the task is known, and which words would prove it."""

    words: list[Words]
    evidence: Words
    proof: list[Words] = []
    unless: list[Words] = []


class Wording(Strict):
    """``params/wording.yaml``: words that mean something to a rule, in the language of such reports."""

    done: list[Words]
    issue: list[Words]
    draft: list[Words]
    future: list[Words]
    next_year: list[Words]
    unfinished: list[Words]
    undone: list[Words]
    evidence_needed: dict[Id, Needed]
    up: list[Words]
    down: list[Words]
    flat: list[Words]
    negation: list[Words]
    relative_date: list[Words]
    plan: list[Words]
    placeholder: list[Words]
    known_slogan: list[Words]
    nothing: list[Words]
    owner: list[Words]
    deadline: list[Words]
    measure: list[Words]
    staff_appraisal: list[Words]
    expenditure_evaluation: list[Words]
    independent: list[Words]
    self_financed: list[Words]
    own_income: list[Words]


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


@dataclass(frozen=True)
class Direction:
    """The direction word that stands at a number: ``UP``, ``DOWN`` or ``FLAT``, and the word itself."""

    way: str
    word: str


def direction(
    quote: str, published: str, unit: str, wording: Wording, *, close: bool = False
) -> Direction | None:
    """The direction word at a published number: the nearest before it in its clause, or directly after it.

    Takes    quote: the phrase; published, unit: the number in it; close: only filler may stand between the word and
             the number (for rates, whose clause may name a change of something else).
    Returns  None where there is none: no word in the clause, a word that is denied (不下降), left open by a form
             (增加（减少）), or that leads to a level (增至, 降到).
    """
    # 1,200 is one number; NFKC makes the comma of a clause look the same
    said = re.sub(r"(?<=\d),(?=\d{3})", "", unicodedata.normalize("NFKC", quote))
    ways = {
        word: way
        for way, words in ((UP, wording.up), (DOWN, wording.down), (FLAT, wording.flat))
        for word in words
    }
    spot = _number_at(said, published, unit)
    if spot is None:
        # 与上年持平 prints no number
        flat = next(
            (word for word in wording.flat if word in said and not _denied(said.partition(word)[0], wording)),
            None,
        )
        return Direction(FLAT, flat) if flat and parse(published) == 0 else None
    # 增减 and 升降 name a change without saying which way
    before = _BOTH_WAYS.sub("□□", _CLAUSE_END.split(said[: spot[0]])[-1])
    # the words of two alternatives in a form say nothing, and a number in between has taken the word for itself
    found = _last_word(before, ways)
    if found is not None:
        start, word = found
        gap = before[start + len(word) :]
        if gap.startswith((")", "/")) or _denied(before[:start], wording) or re.match("[到至]", gap):
            return None
        taken = re.search(r"\d", gap) or (close and not _FILLER.fullmatch(gap))
        return None if taken else Direction(ways[word], word)
    after = said[spot[1] :]
    for word in sorted(ways, key=len, reverse=True):
        if re.match(rf"的?{re.escape(word)}(?!\D{{0,4}}\d)", after):
            return Direction(ways[word], word)
    return None


_BOTH_WAYS = re.compile("增减|升降|涨跌|涨落")
_CLAUSE_END = re.compile("[，,。;；:：!！?？]")
_FILLER = re.compile(r"[了约近达为率额共计幅度超过\s]*")


def _number_at(said: str, published: str, unit: str) -> tuple[int, int] | None:
    """Where a number stands, up to the end of its unit; an occurrence with its own unit goes before one without."""
    digits = re.escape(published.lstrip("-"))
    for tail in (rf"\s*{re.escape(unicodedata.normalize('NFKC', unit))}", ""):
        found = re.search(rf"-?(?<![\d.]){digits}(?![\d]|\.\d){tail}", said)
        if found:
            return found.span()
    return None


def _last_word(before: str, words: Iterable[str]) -> tuple[int, str] | None:
    """The word that ends last in a text, the longest of those that end there, and where it begins."""
    ends = [(before.rfind(word) + len(word), len(word), word) for word in words if word in before]
    if not ends:
        return None
    end, length, word = max(ends)
    return end - length, word


def _denied(before: str, wording: Wording) -> bool:
    return before.endswith(tuple(wording.negation))


def affirmed(quote: str, words: Iterable[str], wording: Wording) -> bool:
    """Whether one of the words stands in a phrase without being denied just before (没有聘请第三方)."""
    denial = "|".join(map(re.escape, sorted(wording.negation, key=len, reverse=True)))
    for word in words:
        for found in re.finditer(re.escape(word), quote):
            if not re.search(rf"(?:{denial})[^，。；、]{{0,4}}$", quote[: found.start()]):
                return True
    return False


@dataclass(frozen=True)
class Signed:
    """A verdict on a number that has a sign: ``wrong_way`` where the number holds and only its direction does not."""

    verdict: str
    wrong_way: bool = False


def judge_signed(
    published: str,
    unit: str,
    precision: str,
    value: Fraction,
    interval: Interval | None,
    said: Direction | None,
) -> Signed:
    """How a number that was published with a direction word stands to a recomputed one: number and word apart.

    Takes    published: an absolute number where ``said`` gives the direction, else with its own sign.
    Returns  the verdict of ``judge`` on the number with the sign of its word; DISAGREES where the word is wrong,
             and then whether the number by itself would hold. Where the true range leaves the sign open, either
             word will do.
    """
    if said is None:
        return Signed(judge(published, unit, precision, value, interval))
    if said.way == FLAT:
        number = judge(published, unit, precision, value, interval)
        still = judge(_rounded_zero(precision), unit, precision, value, interval) != DISAGREES
        return Signed(number if still else DISAGREES, wrong_way=not still and number != DISAGREES)
    own, other = (published, _negated(published)) if said.way == UP else (_negated(published), published)
    box = interval or Interval(value, value)
    true_way = UP if box.low > 0 else DOWN if box.high < 0 else ""
    printed = parse(own)
    said_way = said.way if printed == 0 else UP if printed > 0 else DOWN
    if true_way and true_way != said_way:
        number = judge(other, unit, precision, value, interval)
        return Signed(DISAGREES, wrong_way=number != DISAGREES)
    return Signed(judge(own, unit, precision, value, interval))


def _negated(published: str) -> str:
    return published[1:] if published.startswith("-") else f"-{published}"


def _rounded_zero(precision: str) -> str:
    decimals = 0 if precision == EXACT else places(precision)
    return f"{0:.{decimals}f}"


def judge_all(
    published: Sequence[Row], objectives: Sequence[Row], statements: Sequence[Row], results: Sequence[Result],
    figures: Figures, scoring: Mapping[str, str], definitions: Mapping[str, Mapping[str, str]], wording: Wording,
    unit_names: Mapping[str, str] | None = None, *, strict: bool = False,
) -> list[Row]:  # fmt: skip
    """Rows of claims.csv: every published number, and every sub-target that has a number, an answer or is said to be done.

    Takes    scoring: per indicator the definition that scores; definitions: their Chinese names, none for an
             indicator that is judged by points; unit_names: what a reader calls each unit of the department; strict: a task
             counts as done only with a figure.
    """
    scopes = {**(unit_names or {}), DEPARTMENT: "部门整体"}
    rows = [_published(row, results, figures, scoring, definitions, wording, scopes) for row in published]
    rows += _completions(objectives, statements, figures, wording, strict)
    return rows


def _published(
    row: Row, results: Sequence[Result], figures: Figures, scoring: Mapping[str, str],
    definitions: Mapping[str, Mapping[str, str]], wording: Wording, scopes: Mapping[str, str],
) -> Row:  # fmt: skip
    if row["about"] in definitions and not definitions[row["about"]]:
        found = Judgement(NOT_CHECKABLE, "由审计人员按评价要点判断的指标，没有可以重算的比率")
    elif row["about"] in definitions:
        names = definitions[row["about"]]
        found = _against_indicator(row, results, scoring[row["about"]], names, figures, wording, scopes)
    elif row["about"] not in figures.dictionary:
        found = Judgement(NOT_CHECKABLE, f"没有名为“{row['about']}”的指标或数字可供核对")
    elif row["kind"] in _AGAINST_ANOTHER:
        found = _AGAINST_ANOTHER[row["kind"]](row, figures, wording, scopes)
    elif (row["kind"], row["about"]) == ("score", SCORE):
        found = _against_lines(row, figures)
    else:
        found = _against_figure(row, figures)
    found = _as_assumed(found, row, results, figures)
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


def _as_assumed(found: Judgement, row: Row, results: Sequence[Result], figures: Figures) -> Judgement:
    """The judgement, saying where what it was held against is assumed by a scenario."""
    if not figures.assumptions or found.value is None:
        return found
    at = (row["about"], row["scope"], row["item"], int(row["year"]))
    alone = found.verdict in {
        AGREES,
        WITHIN_ROUNDING,
        TRUNCATED,
    }  # by one definition; else others were tried as well
    keys = [
        term for r in results
        if (r.indicator, r.scope, r.item, r.year) == at and r.status == COMPUTED
        and (r.definition == found.definition or not alone)
        for term in r.terms
    ]  # fmt: skip
    base, _, part = row.get("base", "").partition(":")
    places = [(row["about"], row["item"], int(row["year"])), (base, part, int(row["year"]))]
    places += (
        [(row["about"], row["item"], int(row["year"]) - 1)] if row["kind"] in {"growth", "change"} else []
    )
    for figure, item, year in places:
        if figure in figures.dictionary:
            keys += figures.resolve(figure, row["scope"], item, year).terms
    said = figures.assumed_words(keys)
    return replace(found, explanation=f"{found.explanation}（{said}）") if said else found


def _against_indicator(
    row: Row, results: Sequence[Result], primary: str, names: Mapping[str, str], figures: Figures, wording: Wording,
    scopes: Mapping[str, str],
) -> Judgement:  # fmt: skip
    at = (row["about"], row["scope"], row["item"], int(row["year"]))
    own = {r.definition: r for r in results if (r.indicator, r.scope, r.item, r.year) == at}
    computed = {name: r for name, r in own.items() if r.status == COMPUTED and r.value is not None}
    first = computed.get(primary)
    said_way = direction(row["quote"], row["published"], row["unit"], wording, close=True)
    shown = f"公布值{_shown(row, said_way)}"
    judged = {
        name: judge_signed(row["published"], row["unit"], row["precision"], r.value, r.interval, said_way)
        for name, r in computed.items()
        if r.value is not None
    }
    if first is not None and first.value is not None:
        if judged[primary].verdict != DISAGREES:
            verdict = judged[primary].verdict
            said = f"按“{names[primary]}”重算为{text(first.value, row['unit'])}，{VERDICTS[verdict]}"
            return Judgement(verdict, said, first.value, first.interval, primary)
        if judged[primary].wrong_way and said_way:
            said = f"{shown}；{_wrong_way(said_way, first.value, row['unit'])}"
            return Judgement(DISAGREES, said, first.value, first.interval, primary)
    for name, r in computed.items():
        if name != primary and judged[name].verdict in {AGREES, WITHIN_ROUNDING} and r.value is not None:
            own_value = "无法重算" if first is None or first.value is None else text(first.value, row["unit"])
            said = f"{shown}；按计分口径“{names[primary]}”为{own_value}，只与“{names[name]}”相符（{text(r.value, row['unit'])}）"
            value, box = (r.value, r.interval) if first is None else (first.value, first.interval)
            return Judgement(OTHER_DEFINITION, said, value, box, name)
    if primary in own and own[primary].status == UNDEFINED:
        return Judgement(
            DISAGREES, f"{shown}；按“{names[primary]}”分母为零，比率没有定义", definition=primary
        )
    if not computed and (beyond := _beyond_bound(row, own.values())):
        return Judgement(DISAGREES, f"{shown}；{beyond}")
    if not computed:
        lacking = _named(dict.fromkeys(key for r in own.values() for key in r.lacking), figures, scopes)
        said = f"缺{lacking}" if lacking else "没有该单位、分项或年度的数字"
        return Judgement(NOT_CHECKABLE, f"{shown}无从重算：{said}")
    r = first or next(iter(computed.values()))
    tried = "；".join(
        f"“{names[name]}”{text(other.value, row['unit'])}"
        for name, other in computed.items()
        if other.value is not None
    )
    return Judgement(DISAGREES, f"{shown}与各口径都不符：{tried}", r.value, r.interval, r.definition)


def _beyond_bound(row: Row, results: Iterable[Result]) -> str:
    """How a published value lies beyond what is possible where only a bound is known; "" where it may be true."""
    box, held = published_interval(parse(row["published"]), row["precision"]), factor(row["unit"])
    for r in results:
        if r.status == COMPUTED and r.high is not None and box.low * held > r.high:
            return f"现有数字表明最多{text(r.high, row['unit'])}"
        if r.status == COMPUTED and r.low is not None and box.high * held < r.low:
            return f"现有数字表明至少{text(r.low, row['unit'])}"
    return ""


def _shown(row: Row, said: Direction | None) -> str:
    return f"{said.word if said else ''}{row['published']}{row['unit']}"


def _wrong_way(said: Direction, value: Fraction, unit: str) -> str:
    true = "上升" if value > 0 else "下降"
    return f"重算为{text(value, unit)}，是{true}：数值相符，方向词“{said.word}”不符"


def _against_figure(row: Row, figures: Figures) -> Judgement:
    found = figures.resolve(row["about"], row["scope"], row["item"], int(row["year"]))
    name = figures.dictionary[row["about"]].name
    if found.value is None:
        return Judgement(NOT_CHECKABLE, f"公布{row['published']}{row['unit']}，没有可对照的“{name}”")
    verdict = judge(row["published"], row["unit"], row["precision"], found.value, found.interval)
    said = f"公布{row['published']}{row['unit']}；{name}重算为{text(found.value, row['unit'])}，{VERDICTS[verdict]}"
    return Judgement(verdict, said, found.value, found.interval)


def _named(keys: Iterable[str], figures: Figures, scopes: Mapping[str, str]) -> str:
    """Missing figures as a reader knows them: year, unit, item and name, never a key."""
    found = []
    for key in keys:
        figure, scope, item, year = [*key.split(":"), "", "", ""][:4]
        if figure not in figures.dictionary:
            found.append("审计人员的判断" if figure == "judgement" else "有关资料")
            continue
        when = f"{year}年" if year != str(figures.year) else ""
        where = scopes.get(scope, scope) if scope != DEPARTMENT else ""
        part = f"{figures.item_name(figure, item)}·" if item else ""
        found.append(f"“{when}{where}{part}{figures.dictionary[figure].name}”")
    different = list(dict.fromkeys(found))
    more = f"等{len(different)}项" if len(different) > MOST_NAMED else ""
    return "、".join(different[:MOST_NAMED]) + more


MOST_NAMED = 6


def score_lines(
    figures: Figures, scope: str = DEPARTMENT, *, only: Container[str] | None = None
) -> dict[str, tuple[Resolved, Resolved]]:
    """Points and weight of each line of the self-scored table, by item, ``only`` of some; a missing number has no value."""
    return {
        item: (figures.resolve(POINTS, scope, item), figures.resolve(WEIGHT, scope, item))
        for item in scored_items(figures, scope)
        if only is None or item in only
    }


def scored_items(figures: Figures, scope: str = DEPARTMENT) -> list[str]:
    """The lines of the self-scored table, in order."""
    if POINTS not in figures.dictionary or WEIGHT not in figures.dictionary:
        return []
    items = (
        key.item for key in figures.chosen
        if key.figure in {POINTS, WEIGHT} and key.scope == scope and key.year == figures.year and key.item
    )  # fmt: skip
    return [*dict.fromkeys(items)]


def lowest(lines: Iterable[str]) -> list[str]:
    """The lines that have no line under them: only these are added up."""
    known = list(lines)
    return [item for item in known if not any(other.startswith(f"{item}.") for other in known)]


def sum_of(parts: Sequence[Resolved]) -> tuple[Fraction, Interval]:
    """What several known figures add up to, with the range of it."""
    total = sum((part.value for part in parts if part.value is not None), Fraction(0))
    low, high = (
        sum((getattr(part.interval, side) for part in parts), Fraction(0)) for side in ("low", "high")
    )
    return total, Interval(low, high)


def _against_lines(row: Row, figures: Figures) -> Judgement:
    """A published score against the lines of the self-scored table.

    The points of the lines are the score only where the lines are known to be all there are: their weights have to
    reach the declared maximum.
    """
    shown = f"{figures.dictionary[SCORE].name}{row['published']}{row['unit']}"
    if int(row["year"]) != figures.year:
        return Judgement(NOT_CHECKABLE, f"{shown}是{row['year']}年的，只有{figures.year}年的分项可供重算")
    lines = score_lines(figures, row["scope"])
    own = [(item, *lines[item]) for item in lowest(lines)]
    full = figures.resolve(MAXIMUM, row["scope"]) if MAXIMUM in figures.dictionary else None
    lacking = []
    for figure, words, values in (
        (POINTS, "分项得分", [(item, points) for item, points, _ in own]),
        (WEIGHT, "权重", [(item, weight) for item, _, weight in own]),
    ):
        blank = [item for item, found in values if found.value is None]
        if len(blank) == len(values):
            lacking.append(words)
        elif blank:
            lines_named = "、".join(f"“{_line_name(item, figures)}”" for item in blank)
            lacking.append(f"{lines_named}的{figures.dictionary[figure].name}")
    if full is None or full.value is None:
        lacking.append("满分")
    if lacking or full is None:
        missing = "、".join(lacking[:-1]) + ("和" if lacking[1:] else "") + lacking[-1]
        return Judgement(NOT_CHECKABLE, f"{shown}的{missing}{'均' if lacking[1:] else ''}未取得，无法重算")
    weights, weight_box = sum_of([weight for _, _, weight in own])
    held = factor(row["unit"])
    if weight_box.high < full.interval.low:
        return Judgement(
            NOT_CHECKABLE,
            f"{shown}：{len(own)}行的权重之和为{text(weights, row['unit'])}，不足满分{text(full.value or Fraction(0), row['unit'])}，分项不全，无法重算",
        )
    value, box = sum_of([points for _, points, _ in own])
    verdict = judge(row["published"], row["unit"], row["precision"], value, box)
    sum_words = " + ".join(plain(points.value / held) for _, points, _ in own if points.value is not None)
    sum_words = f"（{sum_words}）" if len(own) <= MOST_ADDENDS else ""
    said = f"公布{shown}；{len(own)}行得分之和{sum_words}为{text(value, row['unit'])}，{VERDICTS[verdict]}"
    return Judgement(verdict, said, value, box)


MOST_ADDENDS = 12


def _line_name(item: str, figures: Figures) -> str:
    """A line of the self-scored table by its own label, where it has one."""
    for figure in (POINTS, WEIGHT):
        label = figures.item_name(figure, item)
        if label != item:
            return label
    return item


@dataclass(frozen=True)
class _Asked:
    """A figure at one place, as a claim asks for it: what it is called, and what it amounts to."""

    figure: str
    scope: str
    item: str
    year: int
    figures: Figures
    scopes: Mapping[str, str]

    @property
    def found(self) -> Resolved:
        return self.figures.resolve(self.figure, self.scope, self.item, self.year)

    @property
    def name(self) -> str:
        return self._called("")

    @property
    def placed(self) -> str:
        """The name with whose it is: 局机关实际支出, 部门整体实际支出."""
        return self._called(self.scopes.get(self.scope, self.scope))

    @property
    def said(self) -> str:
        """The name, with whose it is where that is not the department."""
        return self.name if self.scope == DEPARTMENT else self.placed

    def _called(self, whose: str) -> str:
        own = self.figures.dictionary[self.figure].name
        part = f"{self.figures.item_name(self.figure, self.item)}·" if self.item else ""
        when = f"{self.year}年" if self.year != self.figures.year else ""
        return f"{when}{whose}{part}{own}"

    @property
    def label(self) -> str:
        return f"{self.figure}:{self.item}" if self.item else self.figure

    @property
    def lacking(self) -> str:
        found = self.found
        if found.state == NOT_APPLICABLE:
            return f"“{self.said}”不适用"
        missing = _named(found.lacking, self.figures, self.scopes)
        return f"缺“{self.said}”" + ("" if missing == f"“{self.said}”" else f"（其中没有{missing}）")

    def rivals(self) -> Iterator[_Asked]:
        """Figures of the same family and unit at the same place: another denominator that may have been meant."""
        own = self.figures.dictionary[self.figure]
        if own.family is None:
            return
        for other in self.figures.dictionary.values():
            if other.id != own.id and (other.family, other.unit) == (own.family, own.unit):
                asked = _Asked(other.id, self.scope, self.item, self.year, self.figures, self.scopes)
                if asked.found.value is not None:
                    yield asked


def _share(row: Row, figures: Figures, wording: Wording, scopes: Mapping[str, str]) -> Judgement:
    """A published share: part over whole, the same figure's whole unless the claim names another base."""
    del wording  # a share has no direction
    own = _own(row, figures, scopes)
    base = _base(row, figures, scopes) or _Asked(own.figure, own.scope, "", own.year, figures, scopes)
    if base == own and own.scope != DEPARTMENT:
        # a unit's own figure, not split: its share of the department
        base = _Asked(own.figure, DEPARTMENT, "", own.year, figures, scopes)
    if base == own:
        return Judgement(NOT_CHECKABLE, f"公布{_shown(row, None)}，没有说明占什么的比例（base）")
    return _compared(
        row, own, base, _SHARE, None, f"{own.said}占{base.said if base.scope == own.scope else base.placed}"
    )


def _growth(row: Row, figures: Figures, wording: Wording, scopes: Mapping[str, str]) -> Judgement:
    """A published growth rate against the year before, unless the claim names another base."""
    own, base = _own(row, figures, scopes), _base(row, figures, scopes)
    said = direction(row["quote"], row["published"], row["unit"], wording)
    base = base or _Asked(own.figure, own.scope, own.item, own.year - 1, figures, scopes)
    return _compared(row, own, base, _GROWTH, said, f"{own.said}比{base.said}的增减率")


def _change(row: Row, figures: Figures, wording: Wording, scopes: Mapping[str, str]) -> Judgement:
    """A published difference in amount against the year before, unless the claim names another base."""
    own, base = _own(row, figures, scopes), _base(row, figures, scopes)
    said = direction(row["quote"], row["published"], row["unit"], wording)
    base = base or _Asked(own.figure, own.scope, own.item, own.year - 1, figures, scopes)
    return _compared(row, own, base, _CHANGE, said, f"{own.said}比{base.said}的增减额")


_AGAINST_ANOTHER: dict[str, Callable[[Row, Figures, Wording, Mapping[str, str]], Judgement]] = {
    "share": _share, "growth": _growth, "change": _change,
}  # fmt: skip
_SHARE, _GROWTH, _CHANGE = (
    formulas.read(line) for line in ("own / base", "(own - base) / base", "own - base")
)


def _own(row: Row, figures: Figures, scopes: Mapping[str, str]) -> _Asked:
    return _Asked(row["about"], row["scope"], row["item"], int(row["year"]), figures, scopes)


def _base(row: Row, figures: Figures, scopes: Mapping[str, str]) -> _Asked | None:
    name, _, item = row.get("base", "").partition(":")
    return _Asked(name, row["scope"], item, int(row["year"]), figures, scopes) if name else None


def _compared(
    row: Row, own: _Asked, base: _Asked, formula: formulas.Formula, said: Direction | None, what: str
) -> Judgement:
    """Judge a number that is made of two figures; where the base does not fit, try the bases that may be meant."""
    shown = f"公布{_shown(row, said)}"
    meaning = own.figures.dictionary[own.figure]
    fits = dimension(row["unit"]) == RATE if formula is not _CHANGE else same_dimension(meaning, row["unit"])
    if not fits:
        return Judgement(NOT_CHECKABLE, f"{shown}的单位与{what}不是同一类")
    for asked in (own, base):
        if asked.found.value is None:
            return Judgement(NOT_CHECKABLE, f"{shown}无从重算：{asked.lacking}")
    first = _made_of(own, base, formula)
    flat = said is not None and said.way == FLAT and parse(row["published"]) == 0
    if first is None and formula is _GROWTH and flat:
        return _flat_over_zero(shown, own, base)
    judged = Signed(DISAGREES)
    if first is not None:
        judged = judge_signed(row["published"], row["unit"], row["precision"], *first, said)
    if first is not None and judged.verdict != DISAGREES:
        explained = f"{shown}；{what}重算为{text(first[0], row['unit'])}，{VERDICTS[judged.verdict]}"
        return Judgement(judged.verdict, explained, *first)
    if first is not None and judged.wrong_way and said:
        return Judgement(DISAGREES, f"{shown}；{what}{_wrong_way(said, first[0], row['unit'])}", *first)
    for other in base.rivals():
        second = _made_of(own, other, formula) if other != own else None
        if second is None:
            continue
        if judge_signed(row["published"], row["unit"], row["precision"], *second, said).verdict in {
            AGREES,
            WITHIN_ROUNDING,
        }:
            own_value = _ZERO_BASE if first is None else f"以{base.name}为基数为{text(first[0], row['unit'])}"
            explained = f"{shown}；{own_value}，只与以{other.name}为基数的{text(second[0], row['unit'])}相符"
            return Judgement(OTHER_DEFINITION, explained, *(first or second), other.label)
    if first is None:
        return Judgement(DISAGREES, f"{shown}；{_zero_base(base, formula)}")
    return Judgement(
        DISAGREES, f"{shown}；{what}重算为{text(first[0], row['unit'])}，{VERDICTS[DISAGREES]}", *first
    )


def _flat_over_zero(shown: str, own: _Asked, base: _Asked) -> Judgement:
    """No change where the year before was nothing: there is no rate, but the two amounts can be compared."""
    value = own.found.value or Fraction(0)
    if value == 0:
        return Judgement(AGREES, f"{shown}；{base.said}与{own.said}均为零，确为持平")
    unit = own.figures.dictionary[own.figure].unit
    return Judgement(DISAGREES, f"{shown}；{base.said}为零，{own.said}为{text(value, unit)}，不是持平")


_ZERO_BASE = "声明的基数为零"


def _zero_base(base: _Asked, formula: formulas.Formula) -> str:
    when = "上年" if base.year != base.figures.year else f"“{base.name}”"
    return f"{when}为零，{'占比' if formula is _SHARE else '增长率'}没有定义"


def _made_of(own: _Asked, base: _Asked, formula: formulas.Formula) -> tuple[Fraction, Interval | None] | None:
    """The value of a formula over the two figures, with its true range; None over a zero base."""
    found = {"own": own.found, "base": base.found}
    try:
        value = formula.value({name: part.value for name, part in found.items() if part.value is not None})
    except formulas.ZeroBase:
        return None
    span = formula.range({name: part.terms for name, part in found.items()})
    return value, span.interval if span else None


def says_done(claimed: str, wording: Wording) -> bool:
    """Whether a report says of a target that it is done: one of the words for it, or 100 % and more."""
    said = _bare_claim(claimed)
    share = _PERCENTAGE.fullmatch(said)
    return bool(share and parse(share[1]) >= 100) or said in {_bare_claim(word) for word in wording.done}


def says_undone(claimed: str, wording: Wording) -> bool:
    """Whether a report admits of a target that it is not done: a word for it, or a degree below 100 %."""
    said = _bare_claim(claimed)
    share = _PERCENTAGE.fullmatch(said)
    return (
        bool(share and parse(share[1]) < 100)
        or _has(said, wording.unfinished)
        or said.startswith(tuple(wording.undone))
    )


_PERCENTAGE = re.compile(r"(?:已?完成(?:率|了)?|完成情况|进度|达成率?|实现率?)?为?([0-9]+(?:\.[0-9]+)?)%")


@lru_cache(maxsize=1024)
def _bare_claim(claimed: str) -> str:
    return re.sub(r"[\s。．；;，,、：:！!]", "", unicodedata.normalize("NFKC", claimed)).rstrip(".")


def _kind_of(row: Row, wording: Wording) -> str:
    if says_done(row["claimed"], wording):
        return COMPLETION
    return ADMITTED if says_undone(row["claimed"], wording) else OPEN


def about_of(row: Row) -> str:
    """What an objective or a sub-target is called in the other tables: ``o1`` or ``o1.a``."""
    return f"{row['objective']}.{row['item']}" if row["item"] else row["objective"]


def _completions(
    objectives: Sequence[Row], statements: Sequence[Row], figures: Figures, wording: Wording, strict: bool
) -> Iterable[Row]:
    """A row for each sub-target of which there is something to judge, then one for each objective said to be done.

    A sub-target is judged where it has a numeric target, an answer, or is said to be done: a blank claim lets the
    actual value speak. An objective is as good as its weakest sub-target; one without any is judged by itself.
    """
    subs: dict[str, list[Judgement]] = {}
    answered = {s["about"] for s in statements if s["kind"] == "result"}
    for row in objectives:
        if not row["item"]:
            continue
        kind = _kind_of(row, wording)
        if kind == COMPLETION or row["target"] or row["actual"] or about_of(row) in answered:
            found = _completion(row, statements, figures, wording, strict)
            subs.setdefault(row["objective"], []).append(found)
            yield _completion_row(row, kind, _as_said(found, kind, row), figures.year)
    for row in objectives:
        if row["item"]:
            continue
        kind, own = _kind_of(row, wording), subs.get(row["objective"], [])
        if not own and row["target"]:
            found = _as_said(_completion(row, statements, figures, wording, strict), kind, row)
            yield _completion_row(row, kind, found, figures.year)
        elif kind == COMPLETION:
            yield _completion_row(row, kind, _objective(own), figures.year)


def _as_said(found: Judgement, kind: str, row: Row) -> Judgement:
    """A verdict on a target turned into one on what the report says of it.

    A report that admits a missed target does not contradict itself, so that its claim agrees with the evidence; the
    target stays missed, and the explanation says so. One that reports as undone what was reached does contradict it.
    """
    if kind != ADMITTED or found.verdict not in {AGREES, DISAGREES}:
        return found
    missed = found.verdict == DISAGREES
    said = f"，报告如实报“{row['claimed']}”" if missed else f"，而报“{row['claimed']}”"
    return Judgement(
        AGREES if missed else DISAGREES,
        found.explanation + said,
        found.value,
        found.interval,
        found.definition,
    )


_WORST = (DISAGREES, OTHER_MEASURE, NOT_EVIDENCED, NOT_CHECKABLE, AGREES)


def _objective(own: Sequence[Judgement]) -> Judgement:
    if not own:
        return Judgement(NOT_EVIDENCED, "没有可核对的子目标")
    counts = {verdict: sum(found.verdict == verdict for found in own) for verdict in _WORST}
    said = "、".join(f"{VERDICTS[verdict]}{count}项" for verdict, count in counts.items() if count)
    worst = next(verdict for verdict in _WORST if counts[verdict])
    return Judgement(worst, f"子目标{len(own)}项：{said}")


def _completion(
    row: Row, statements: Sequence[Row], figures: Figures, wording: Wording, strict: bool
) -> Judgement:
    found = _shown_done(row, statements, figures, wording)
    if strict and found.verdict in {AGREES, NOT_CHECKABLE} and not row["target"]:
        return Judgement(NOT_EVIDENCED, f"{found.explanation}；没有数字，按严格证据不算完成")
    return found


def _shown_done(row: Row, statements: Sequence[Row], figures: Figures, wording: Wording) -> Judgement:
    about = about_of(row)
    if row["target"]:
        return _numeric(row, about, figures, wording)
    called = f"称“{row['claimed']}”，" if _kind_of(row, wording) != ADMITTED and row["claimed"] else ""
    again = "又说" if called else "说"
    only = "却只到" if called else "只到"
    answers = [s for s in statements if s["about"] == about and s["kind"] == "result"]
    answered = bool(row["actual"] or answers)
    if answered and row["actual_measure"] and not same_words(row["measure"], row["actual_measure"]):
        return Judgement(OTHER_MEASURE, f"目标是“{row['measure']}”，答复是“{row['actual_measure']}”")
    if not answers and not row["actual"]:
        return Judgement(NOT_EVIDENCED, f"目标“{row['measure']}”没有任何结果陈述")
    drafts = [s for s in answers if _has(s["quote"], wording.draft)]
    issued = [s for s in answers if _has(s["quote"], wording.issue) and s not in drafts]
    if _has(row["quote"] + row["measure"], wording.issue) and drafts and not issued:
        return Judgement(DISAGREES, f"{called}原文{only}“{drafts[0]['quote']}”，尚是草稿")
    future = [s for s in answers if _has(s["quote"], wording.future)]
    if future:
        quote = future[0]["quote"]
        if planned_later(quote, future[0]["date"], wording, figures.year):
            return Judgement(NOT_EVIDENCED, f"“{quote}”是{figures.year}年度之后的安排，年度内的完成未证实")
        return Judgement(NOT_EVIDENCED, f"用将来时“{quote}”说{figures.year}年度内的完成，完成与否未证实")
    unfinished = [s for s in answers if _has(s["quote"], wording.unfinished)]
    if unfinished:
        return Judgement(DISAGREES, f"{called}原文{again}“{unfinished[0]['quote']}”")
    kind = needs(row, wording)
    proof = wording.evidence_needed[kind].proof if kind else []
    proving = [s for s in answers if s in issued or affirmed(s["quote"], proof, wording)]
    dated = [s for s in proving if s["date"].startswith(str(figures.year))]
    if dated and not drafts:
        return Judgement(AGREES, f"“{dated[0]['quote']}”，日期{dated[0]['date']}在年度之内")
    if drafts:
        return Judgement(
            NOT_CHECKABLE,
            f"既说“{issued[0]['quote'] if issued else ''}”，又说“{drafts[0]['quote']}”；无文号、日期可核对",
        )
    quote = answers[0]["quote"] if answers else row["actual"]
    lacking = (
        f"没有{wording.evidence_needed[kind].evidence}可核对"
        if kind
        else "没有文号、日期、验收一类可核对的依据"
    )
    if repeats(row, answers):
        return Judgement(NOT_CHECKABLE, f"答复“{quote}”只是重复目标的文字，{lacking}")
    return Judgement(NOT_CHECKABLE, f"目标未量化，只有文字陈述“{quote}”，{lacking}")


_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)(?=\s*年)")


def planned_later(quote: str, day: str, wording: Wording, year: int) -> bool:
    """Whether a future tense speaks of a date after the year: a plan, which is no unproven result of the year.

    Takes    quote: the phrase; day: the date that the auditor entered for it; year: of the case.
    Returns  True where the year that stands next after the word of future tense, else next before it, else that of
             ``day``, is later, and where a word says so (明年). Without any year it may be the year of the case.
    """
    said = unicodedata.normalize("NFKC", quote)
    at = min((said.find(word) for word in wording.future if word in said), default=-1)
    if at < 0:
        return False
    if _has(said, wording.next_year):
        return True
    after, before = _YEAR.findall(said, at), _YEAR.findall(said[:at])
    named = after[:1] or before[-1:] or [day[:4]]
    return named[0] != "" and int(named[0]) > year


def needs(row: Row, wording: Wording) -> str:
    """The kind of evidence that a task needs, by the words of its measure.

    Takes    row: of objectives.csv.
    Returns  the first kind of ``evidence_needed`` (issue, build, publish, …) one of whose words is in the measure;
             "" for a task with a number as its target, which a number proves, and where no word fits.
    """
    if row["target"]:
        return ""
    for kind, needed in wording.evidence_needed.items():
        measure = row["measure"]
        for word in needed.unless:
            measure = measure.replace(word, "")
        if _has(measure, needed.words):
            return kind
    return ""


# A shorter phrase is found in another by chance; a rest of this length is 顺利完成 or 工作, and says nothing new.
LEAST_REPEATED, MOST_ADDED = 6, 4


def repeats(row: Row, answers: Sequence[Row]) -> bool:
    """Whether the answers only say the words of the target again.

    Takes    row: of objectives.csv; answers: the statements of kind ``result`` about it.
    Returns  True where there is an answer, none has a date, and each is the target's phrase or measure, a part of
             it, or the whole of it with hardly anything added and no number added. Punctuation does not count.
    """
    targets = [_bare(row["measure"]), _bare(row["quote"])]
    return bool(answers) and not row["actual"] and all(
        not s["date"] and any(_says_again(_bare(s["quote"]), target) for target in targets) for s in answers
    )  # fmt: skip


def _says_again(answer: str, target: str) -> bool:
    if min(len(answer), len(target)) < LEAST_REPEATED:
        return False
    if answer in target:
        return True
    rest = answer.replace(target, "", 1)
    return target in answer and len(rest) <= MOST_ADDED and not re.search(r"\d", rest)


def _bare(words: str) -> str:
    """A phrase without blanks, punctuation and full-width forms."""
    return re.sub(r"[\W_]", "", unicodedata.normalize("NFKC", words))


def least_attainment(row: Row, figures: Figures) -> Fraction | None:
    """What share of a target was reached for certain, where more is better.

    Takes    row: of objectives.csv.
    Returns  the least that the actual value stands for over the target (130.0 % may be 129.95 %), a plain fraction; None
             where less is better, or where either is missing or nothing.
    Source   财预〔2020〕10号：完成值高于指标值较多的要分析原因，年初指标值设定明显偏低的适度调减得分.
    """
    about = about_of(row)
    target = figures.resolve(TARGET, DEPARTMENT, about)
    actual = figures.resolve(ACTUAL, DEPARTMENT, about)
    if row["comparator"] != ">=" or actual.value is None or not target.value or target.interval.low <= 0:
        return None
    return actual.interval.low / target.interval.high


@dataclass(frozen=True)
class Counts:
    """Numbers of sub-targets: all, said to be done, proven done, and not disproven."""

    planned: int
    claimed: int
    proven: int
    possible: int


def completion_counts(
    objectives: Sequence[Row], statements: Sequence[Row], figures: Figures, wording: Wording,
    *, strict: bool = False,
) -> Counts:  # fmt: skip
    """Count the sub-targets by what the evidence says of each; indicators are not needed for it.

    Takes    strict: only a figure shows a target to be met.
    Returns  ``proven`` counts those that a number, or a document or acceptance of the year, shows to be met;
             ``possible`` all but those that the evidence, or where it is silent the report itself, shows not to be
             met.
    """
    subs = [row for row in objectives if row["item"]]
    verdicts = [_completion(row, statements, figures, wording, strict).verdict for row in subs]
    disproven = sum(
        verdict == DISAGREES or (verdict != AGREES and says_undone(row["claimed"], wording))
        for row, verdict in zip(subs, verdicts, strict=True)
    )
    return Counts(
        len(subs),
        sum(says_done(row["claimed"], wording) for row in subs),
        verdicts.count(AGREES),
        len(subs) - disproven,
    )


def counted_figures(counts: Counts, *, strict: bool = False) -> dict[str, int]:
    """The figures that are counted from the objectives, by their ids; by strict evidence what is not proven is not done."""
    return {
        "objectives_planned": counts.planned, "objectives_claimed": counts.claimed, "objectives_proven": counts.proven,
        "objectives_possible": counts.proven if strict else counts.possible,
    }  # fmt: skip


def _has(quote: str, words: Sequence[str]) -> bool:
    return any(word in quote for word in words)


def _numeric(row: Row, about: str, figures: Figures, wording: Wording) -> Judgement:
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
    aimed, got = numbers_of(row, figures)
    aim = f"{COMPARATORS[row['comparator']]}{aimed}"
    if met(row["comparator"], target.value, actual.value):
        said = f"目标{aim}，实际{got}，达成"
        return Judgement(AGREES, said, actual.value, actual.interval)
    # what exceeds a limit or an exact number has not fallen short of it
    beyond = actual.value > target.value
    reached = f"实际{'达到' if beyond else '只有'}{got}"
    over = "，超过目标值" if beyond and row["comparator"] == "=" else ""
    claimed = f"而报“{row['claimed']}”" if row["claimed"] and _kind_of(row, wording) != ADMITTED else ""
    said = f"目标{aim}，{reached}{over}，未达成{claimed}"
    return Judgement(DISAGREES, said, actual.value, actual.interval)


def numbers_of(row: Row, figures: Figures) -> tuple[str, str]:
    """Target and actual value of a row of objectives.csv with their unit: as the report writes them, or as assumed."""
    target, actual = (figures.resolve(figure, DEPARTMENT, about_of(row)) for figure in (TARGET, ACTUAL))
    return _given(row["target"], target, row, figures), _given(row["actual"], actual, row, figures)


def _given(written: str, found: Resolved, row: Row, figures: Figures) -> str:
    """A number of a target with its unit: as the report writes it; what a scenario assumes instead, as such."""
    if not figures.assumed(found.terms) or found.value is None:
        return f"{written}{row['unit']}"
    unit = figures.by_name[next(iter(found.terms))].unit
    return f"{text(found.value, unit)}{ASSUMED_SIGN}"


def met(comparator: str, target: Fraction, actual: Fraction) -> bool:
    """Whether an actual value meets its target; limits are inclusive."""
    return {">=": actual >= target, "<=": actual <= target, "=": actual == target}[comparator]


def _completion_row(row: Row, kind: str, found: Judgement, year: int) -> Row:
    about = about_of(row)
    held = factor(row["unit"]) if row["unit"] else Fraction(1)
    box = found.interval
    return {
        "claim": f"done.{about}", "kind": kind, "about": about, "scope": DEPARTMENT, "year": str(year),
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
