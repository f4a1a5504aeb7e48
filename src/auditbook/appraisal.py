"""The appraisal of staff that a report describes: its weights from the case, a person's yearly score from grades.

It is an appraisal of persons and no evaluation of expenditure; nothing of it enters a score of the department. The
weights are figures of the case (``appraisal_weight``, items ``branch.part``): one branch weighs the periods of the
year, every other one the graders of a kind of person. What such schemes leave open (what a grade is worth, how
sessions combine) are parameters with their reason, in ``params/appraisal.yaml``.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Literal

from pydantic import field_validator, model_validator

from auditbook import strict_yaml
from auditbook.cases import DEPARTMENT, Id, Strict, Words
from auditbook.faults import CaseError, Fault
from auditbook.figures import NOT_APPLICABLE, Figures
from auditbook.numbers import Interval, parse_rate, plain, rate_text, rounded
from auditbook.scoring_rules import points_text
from auditbook.tables import Row
from auditbook.workspace import Workspace

WEIGHT, WEIGHT_SUM = "appraisal_weight", "appraisal_weight_sum"
LISTED, LISTED_SUM = "items_listed", "items_listed_sum"
WHOLE = Fraction(1)
# Persons go by number in every table: an appraisal is personal information, and names prove nothing here.
_NUMBER = re.compile(r"[A-Za-z_-]*[0-9]+号?")
Points = Decimal | int


# --- parameters ------------------------------------------------------------------------------------------------


class Period(Strict):
    """A part of the year: its sessions, and how those who grade in one of them weigh."""

    name: Words
    sessions: dict[Id, Words]
    graders: Literal["weighted", "evenly"]
    items_listed: Id | None = None
    grades_listed: Id | None = None
    reason: Words

    @field_validator("sessions")
    @classmethod
    def _some(cls, sessions: dict[str, str]) -> dict[str, str]:
        if not sessions:
            raise ValueError("sessions 至少写一次考评")
        return sessions


class Without(Strict):
    """The branch to be used ``instead`` for persons of ``branch`` whose office lacks a ``grader``."""

    branch: Id
    grader: Id
    instead: Id
    reason: Words


class ExamplePerson(Strict):
    """An invented person: session → grader → grade ("" where it is missing), and the score worked out by hand."""

    person: Words
    branch: Id
    grades: dict[Id, dict[Id, str]]
    yearly: Points | list[Points]

    @field_validator("person")
    @classmethod
    def _numbered(cls, person: str) -> str:
        if not _NUMBER.fullmatch(person):
            raise ValueError("虚构的人员只写编号，如“1号”")
        return person

    @property
    def span(self) -> Interval:
        """The score worked out by hand; from lowest to highest where grades are missing."""
        ends = self.yearly if isinstance(self.yearly, list) else [self.yearly]
        return Interval(Fraction(ends[0]), Fraction(ends[-1]))


class Example(Strict):
    """Worked examples under weights of their own: branch → part → percentage. ``names`` names branches and parts."""

    title: Words
    names: dict[Id, Words]
    weights: dict[Id, dict[Id, Words]]
    persons: list[ExamplePerson]

    @model_validator(mode="after")
    def _weighed_and_named(self) -> Example:
        for branch, parts in self.weights.items():
            unnamed = sorted({branch, *parts} - self.names.keys())
            if unnamed:
                raise ValueError(f"names 里没有{'、'.join(unnamed)}的名称")
            for text in parts.values():
                parse_rate(text)
        unknown = sorted({person.branch for person in self.persons} - self.weights.keys())
        if unknown:
            raise ValueError(f"weights 里没有{'、'.join(unknown)}这一支")
        return self


class Rules(Strict):
    """``params/appraisal.yaml``: what the scheme is, what a grade is worth, how sessions and graders combine."""

    what: Words
    is_not: Words
    weighs_periods: Id
    grades: dict[Words, Points]
    grades_reason: Words
    items_reason: Words
    missing_reason: Words
    periods: dict[Id, Period]
    without: list[Without] = []
    examples: list[Example] = []

    @field_validator("grades")
    @classmethod
    def _best_first(cls, grades: dict[str, Points]) -> dict[str, Points]:
        worth = [Fraction(points) for points in grades.values()]
        if len(worth) < 2 or worth[-1] < 0 or any(better <= worse for better, worse in pairwise(worth)):
            raise ValueError("grades 至少两个等次，从高到低写，折分逐档递减、不为负")
        return grades

    @model_validator(mode="after")
    def _sessions_once(self) -> Rules:
        counts = Counter(session for period in self.periods.values() for session in period.sessions)
        repeated = sorted(session for session, count in counts.items() if count > 1)
        if repeated:
            raise ValueError(f"考评期次“{'、'.join(repeated)}”写在两个部分里")
        return self

    @property
    def scale(self) -> dict[str, Fraction]:
        """What each grade is worth, best first."""
        return {grade: Fraction(points) for grade, points in self.grades.items()}

    @property
    def unknown(self) -> Interval:
        """What a missing grade may be worth."""
        worth = list(self.scale.values())
        return Interval(worth[-1], worth[0])

    @property
    def period_of(self) -> dict[str, str]:
        """The period of each session."""
        return {session: id for id, period in self.periods.items() for session in period.sessions}


def read_rules(workspace: Workspace) -> Rules:
    """Read the parameters of the appraisal, the case's own before the project's.

    Raises   CaseError with every fault: unknown keys, grades that are not in order, a session in two periods, an
             example with a grade, grader or session that there is not.
    """
    path = workspace.rule_file("", "appraisal") or workspace.root / "params" / "appraisal.yaml"
    document = strict_yaml.load(path, workspace.shown(path))
    rules = strict_yaml.validate(document, Rules)
    faults = list(document.faults)
    for number, example in enumerate(rules.examples if rules else []):
        assert rules
        try:
            read_grades(example_rows(example), example_scheme(example, rules)[0])
        except CaseError as error:
            where = document.where(("examples", number))
            faults += [
                Fault(where, f"算例的{fault.where}：{fault.found}", fault.expected) for fault in error.faults
            ]
    if rules is None or faults:
        raise CaseError(faults)
    return rules


# --- the scheme of a case --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Part:
    """A period or a grader with its weight as a plain fraction; None where the evidence lacks it."""

    id: str
    name: str
    weight: Fraction | None


@dataclass(frozen=True)
class Branch:
    """What weighs together: the periods of the year, or the graders of a kind of person; the heaviest part first."""

    id: str
    name: str
    parts: tuple[Part, ...]

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids of its parts."""
        return tuple(part.id for part in self.parts)

    @property
    def weighs(self) -> bool:
        """Whether every weight is known and none is negative."""
        return bool(self.parts) and all(part.weight is not None and part.weight >= 0 for part in self.parts)


@dataclass(frozen=True)
class Scheme:
    """The appraisal of one case: its branches, and how many items each period lists (where that is known)."""

    rules: Rules
    branches: Mapping[str, Branch]
    listed: Mapping[str, int]

    @property
    def year(self) -> Branch | None:
        """The branch that weighs the periods."""
        return self.branches.get(self.rules.weighs_periods)

    @property
    def kinds(self) -> dict[str, Branch]:
        """The branches that weigh graders: the kinds of persons."""
        return {id: branch for id, branch in self.branches.items() if id != self.rules.weighs_periods}


def scheme_of(figures: Figures, rules: Rules, scope: str = DEPARTMENT) -> Scheme | None:
    """The scheme that the figures of a case describe.

    Takes    figures: with ``appraisal_weight`` (items ``branch.part``); scope: the department or a unit.
    Returns  the branches in the dictionary's order of groups, then by id; None where no weight is described. A
             printed weight is taken as it is printed, since it is what the scheme multiplies with.
    """
    if WEIGHT not in figures.dictionary:
        return None
    found: dict[str, list[Part]] = defaultdict(list)
    for item in figures.items(WEIGHT, scope):
        branch, _, part = item.partition(".")
        weight = figures.resolve(WEIGHT, scope, item)
        if item and weight.state != NOT_APPLICABLE:
            parts = found[branch]
            if part:
                parts.append(Part(part, figures.item_name(WEIGHT, item), weight.value))
    if not found:
        return None
    order = [*figures.dictionary[WEIGHT].groups, *sorted(found)]
    branches = {
        id: Branch(id, figures.item_name(WEIGHT, id), tuple(sorted(found[id], key=_heaviest_first)))
        for id in dict.fromkeys(order)
        if id in found
    }
    return Scheme(rules, branches, _listed(figures, rules, scope))


def _heaviest_first(part: Part) -> tuple[Fraction, str]:
    return (-(part.weight or Fraction(0)), part.id)


def _listed(figures: Figures, rules: Rules, scope: str) -> dict[str, int]:
    """How many items each period lists, from the count of what the scheme enumerates."""
    counts = {id: _count(figures, scope, period.items_listed) for id, period in rules.periods.items()}
    return {id: count for id, count in counts.items() if count is not None}


def _count(figures: Figures, scope: str, item: str | None) -> int | None:
    if item is None or not {LISTED, LISTED_SUM} <= figures.dictionary.keys():
        return None
    for figure in (LISTED, LISTED_SUM):
        value = figures.resolve(figure, scope, item).value
        if value is not None and value.denominator == 1 and value > 0:
            return int(value)
    return None


@dataclass(frozen=True)
class Problem:
    """What is wrong with a branch: ``kind`` for a rule of findings, ``words`` for a reader."""

    kind: Literal[
        "not_closed", "weight_missing", "weight_negative", "part_unnamed", "no_weights", "period_unknown",
        "period_unweighted", "no_branch_without", "branch_without_differs", "grades_differ",
    ]  # fmt: skip
    words: str


@dataclass(frozen=True)
class BranchCheck:
    """A branch, the sum of its weights (None where one is missing), what is wrong with it, and its figures' keys."""

    scope: str
    branch: Branch
    total: Fraction | None
    span: Interval | None
    problems: tuple[Problem, ...]
    evidence: tuple[str, ...] = ()

    @property
    def closes(self) -> bool:
        """Whether the weights add up to the whole, as far as their precision can tell."""
        return self.span is not None and self.span.low <= WHOLE <= self.span.high


def check_branches(figures: Figures, rules: Rules) -> list[BranchCheck]:
    """Whether the weights close in every branch, and whether no branch is wanting.

    Returns  one check per scope and branch, in the scheme's order. The sums are those of ``appraisal_weight_sum``;
             nothing where no weight is described.
    """
    if WEIGHT not in figures.dictionary:
        return []
    checks: list[BranchCheck] = []
    for scope in figures.scopes(WEIGHT):
        scheme = scheme_of(figures, rules, scope)
        if scheme is None:
            continue
        if scheme.year is None:
            absent = Branch(rules.weighs_periods, figures.item_name(WEIGHT, rules.weighs_periods), ())
            said = Problem("no_weights", "没有写明各部分占年度得分的权重，年度得分算不出")
            checks.append(BranchCheck(scope, absent, None, None, (said,)))
        for branch in scheme.branches.values():
            problems = [*_of_sum(figures, scope, branch)]
            if branch is scheme.year:
                problems += _of_periods(scheme, branch, figures, scope)
            else:
                problems += _of_kinds(scheme, branch)
            found = figures.resolve(WEIGHT_SUM, scope, branch.id)
            span = found.interval if found.value is not None else None
            evidence = tuple(
                str(key)
                for key in figures.chosen
                if (key.figure, key.scope, key.year) == (WEIGHT, scope, figures.year)
                and key.item.partition(".")[0] == branch.id
            )
            checks.append(BranchCheck(scope, branch, found.value, span, tuple(problems), evidence))
    return checks


def gaps(checks: Iterable[BranchCheck]) -> list[Row]:
    """What a finding could say of a scheme: fields kind, scope, item, item_name, problem and evidence (keys, by ``;``).

    Left out are weights that do not close, which the limit of the indicator ``appraisal_weight_sum`` tells, and what is
    wanting in our own parameters rather than in the scheme.
    """
    elsewhere = {"not_closed", "period_unknown", "grades_differ"}
    return [
        {
            "kind": problem.kind, "scope": check.scope, "item": check.branch.id, "item_name": check.branch.name,
            "problem": problem.words, "evidence": ";".join(check.evidence),
        }
        for check in checks
        for problem in check.problems
        if problem.kind not in elsewhere
    ]  # fmt: skip


def _of_sum(figures: Figures, scope: str, branch: Branch) -> Iterable[Problem]:
    lacking = [part.name for part in branch.parts if part.weight is None]
    negative = [part.name for part in branch.parts if part.weight is not None and part.weight < 0]
    if branch.id in figures.items(WEIGHT, scope):
        yield Problem("part_unnamed", "有一个权重没有写明属于哪一个评分人或哪一部分，计分时不用")
    if lacking:
        yield Problem("weight_missing", f"缺{'、'.join(lacking)}的权重，合计无法判断")
    if negative:
        yield Problem("weight_negative", f"{'、'.join(negative)}的权重为负")
    found = figures.resolve(WEIGHT_SUM, scope, branch.id)
    if found.value is not None and not found.interval.low <= WHOLE <= found.interval.high:
        gap = found.value - WHOLE
        more = "多" if gap > 0 else "少"
        yield Problem(
            "not_closed", f"权重合计{rate_text(found.value)}，{more}{rate_text(abs(gap))}，得分不可比"
        )


def _of_periods(scheme: Scheme, year: Branch, figures: Figures, scope: str) -> Iterable[Problem]:
    unknown = [part for part in year.parts if part.id not in scheme.rules.periods]
    for part in unknown:
        yield Problem(
            "period_unknown", f"{part.name}怎样计分没有写明（params/appraisal.yaml 的 periods 里没有）"
        )
    for id, period in scheme.rules.periods.items():
        # Where the parameters are of another scheme, saying what else of them is absent would only be noise.
        if id not in year.ids and not unknown:
            yield Problem("period_unweighted", f"没有写明{period.name}占年度得分的权重")
        graded = _count(figures, scope, period.grades_listed)
        if graded is not None and graded != len(scheme.rules.grades):
            said = f"{period.name}列有{graded}个等次，折分表有{len(scheme.rules.grades)}个"
            yield Problem("grades_differ", said)


def _of_kinds(scheme: Scheme, branch: Branch) -> Iterable[Problem]:
    for rule in scheme.rules.without:
        if rule.branch != branch.id or rule.grader not in branch.ids:
            continue
        grader = next(part.name for part in branch.parts if part.id == rule.grader)
        instead = scheme.branches.get(rule.instead)
        if instead is None:
            said = f"没有写明所在处室没有{grader}时各评分人的权重"
            yield Problem("no_branch_without", said)
            continue
        expected = {id for id in branch.ids if id != rule.grader}
        if set(instead.ids) != expected:
            names = {part.id: part.name for part in (*instead.parts, *branch.parts)}
            extra = "、".join(names[id] for id in sorted(set(instead.ids) - expected))
            short = "、".join(names[id] for id in sorted(expected - set(instead.ids)))
            said = "，".join([f"多出{extra}"] * bool(extra) + [f"没有{short}"] * bool(short))
            yield Problem("branch_without_differs", f"没有{grader}时的评分人与平时不一致：{said}")


# --- grades ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Grade:
    """One grade: by whom, in which session, on which item ("" for all together); ``grade`` "" where it is missing."""

    person: str
    branch: str
    session: str
    grader: str
    item: str
    grade: str


def read_grades(rows: Sequence[Mapping[str, str]], scheme: Scheme) -> list[Grade]:
    """Read a grades table: columns person, branch, period (a session), grader, item, grade, locator.

    Returns  the grades, sorted; a row whose grade is empty is a grade that is missing.
    Raises   CaseError with every fault and its place: a person by name or in two branches, an unknown branch, session,
             grader or grade, a grade given twice, a grader who grades as a whole and by items at once, more items
             than the scheme lists.
    """
    faults: list[Fault] = []
    taken: dict[Grade, str] = {}
    for number, row in enumerate(rows, 1):
        where = _place(row, number)
        own = _row_faults(row, where, scheme)
        faults += own
        grade = Grade(*(row[column] for column in ("person", "branch", "period", "grader", "item", "grade")))
        taken.setdefault(grade, where)
    faults += _together(rows, scheme)
    if faults:
        raise CaseError(sorted(set(faults)))
    return sorted(
        taken, key=lambda grade: (*_in_order(grade.person), grade.session, grade.grader, grade.item)
    )


def _place(row: Mapping[str, str], number: int) -> str:
    """``file:line`` as intake puts it into a locator; else the number of the row."""
    return row.get("locator", "").partition("〔")[2].partition("〕")[0] or f"成绩表第{number}行"


def _in_order(person: str) -> tuple[int, str]:
    """1号 before 10号."""
    digits = re.search(r"[0-9]+", person)
    return (int(digits.group()) if digits else 0, person)


def _row_faults(row: Mapping[str, str], where: str, scheme: Scheme) -> Iterable[Fault]:
    def fault(column: str, expected: str, remedy: str = "") -> Fault:
        return Fault(f"{where} {column}列", f"“{row[column]}”", expected, remedy)

    rules = scheme.rules
    if not _NUMBER.fullmatch(row["person"]):
        yield fault("person", "人员编号，如“12号”或“A-12”", "人员一律用编号，不写姓名")
    branch = scheme.kinds.get(row["branch"])
    if branch is None:
        yield fault("branch", f"有评分人权重的一支：{'、'.join(scheme.kinds) or '（没有）'}")
    session = row["period"]
    if session not in rules.period_of:
        yield fault("period", f"以下考评期次之一：{'、'.join(rules.period_of)}")
    elif branch and rules.periods[rules.period_of[session]].graders == "weighted":
        if row["grader"] not in branch.ids:
            yield fault("grader", f"{branch.name}的评分人：{'、'.join(branch.ids)}")
    elif not row["grader"]:
        yield fault("grader", "测评人的代号")
    if row["grade"] and row["grade"] not in rules.grades:
        yield fault("grade", f"{'、'.join(rules.grades)}，缺等次的留空")


def _together(rows: Sequence[Mapping[str, str]], scheme: Scheme) -> Iterable[Fault]:
    """What is wrong between rows."""
    branches: dict[str, tuple[str, str]] = {}
    seen: dict[tuple[str, ...], str] = {}
    whole: dict[tuple[str, ...], tuple[bool, str]] = {}
    items: dict[str, dict[str, str]] = defaultdict(dict)
    for number, row in enumerate(rows, 1):
        where = _place(row, number)
        first, there = branches.setdefault(row["person"], (row["branch"], where))
        if first != row["branch"]:
            found = f"{row['person']}在“{row['branch']}”，又在“{first}”（{there}）"
            yield Fault(f"{where} branch列", found, "一人只在一支", "请按其职务与所在处室归入一支")
        session = (row["person"], row["period"], row["grader"])
        once = (*session, row["item"])
        if once in seen:
            found = f"同一人、同一期次、同一评分人、同一项的等次重复（上一次在 {seen[once]}）"
            yield Fault(where, found, "", "请删去其中一行")
        seen.setdefault(once, where)
        by_whole, there = whole.setdefault(session, (not row["item"], where))
        if by_whole == bool(row["item"]):
            found = f"同一评分人既评总等次，又评分项等次（{there}）"
            yield Fault(f"{where} item列", found, "只评总等次（item 空）或只评分项")
        period = scheme.rules.period_of.get(row["period"])
        if period and row["item"]:
            items[period].setdefault(row["item"], where)
    for period, names in items.items():
        listed = scheme.listed.get(period)
        if listed is not None and len(names) > listed:
            found = f"{scheme.rules.periods[period].name}出现{len(names)}项指标：{'、'.join(sorted(names))}"
            yield Fault(
                f"{names[max(names)]} item列", found, f"办法所列的{listed}项", "请核对指标名称是否写法不一"
            )


# --- scores ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Score:
    """A score from ``low`` to ``high`` (None where it cannot be told at all), who gave what, and the sum in words."""

    low: Fraction | None
    high: Fraction | None
    given: str
    trace: str
    lacking: tuple[str, ...] = ()

    @property
    def value(self) -> Fraction | None:
        """The score, where only one is possible."""
        return self.low if self.low == self.high else None

    @property
    def words(self) -> str:
        """The score as a reader sees it: 85, 80～84, 无法评价."""
        if self.low is None or self.high is None:
            return "无法评价"
        return (
            points_text(self.low)
            if self.low == self.high
            else f"{points_text(self.low)}～{points_text(self.high)}"
        )


@dataclass(frozen=True)
class PersonScore:
    """A person's scores: by session, by period, and for the year."""

    person: str
    branch: Branch
    sessions: Mapping[str, Score]
    periods: Mapping[str, Score]
    yearly: Score


def yearly_scores(scheme: Scheme, grades: Sequence[Grade]) -> list[PersonScore]:
    """The yearly score of every person who has grades.

    Takes    scheme: of the case; grades: from ``read_grades`` for the same scheme.
    Returns  one per person, in order of their numbers. Session: Σ weight × points of the grader, or the mean over the
             graders; period: the mean of its sessions; year: Σ weight of the period × its score. Exact; a missing
             grade counts from the worst to the best one. Where weights do not close, they are used as they stand.
    Source   the scheme's own text for the weights; ``params/appraisal.yaml`` for what it leaves open.
    """
    by_person: dict[tuple[str, str], list[Grade]] = defaultdict(list)
    items: dict[str, set[str]] = defaultdict(set)
    for grade in grades:
        by_person[grade.person, grade.branch].append(grade)
        if grade.item:
            items[scheme.rules.period_of[grade.session]].add(grade.item)
    asked = {
        period: max(len(items[period]), scheme.listed.get(period, 0), 1) for period in scheme.rules.periods
    }
    return [
        _person(scheme, person, scheme.branches[branch], own, asked)
        for (person, branch), own in sorted(by_person.items(), key=lambda pair: _in_order(pair[0][0]))
    ]


def _person(
    scheme: Scheme, person: str, branch: Branch, grades: Sequence[Grade], asked: Mapping[str, int]
) -> PersonScore:
    sessions: dict[str, Score] = {}
    periods: dict[str, Score] = {}
    for id, period in scheme.rules.periods.items():
        for session, name in period.sessions.items():
            by_grader: dict[str, list[str]] = defaultdict(list)
            whole = set()
            for grade in grades:
                if grade.session == session:
                    by_grader[grade.grader].append(grade.grade)
                    if not grade.item:
                        whole.add(grade.grader)
            own = {
                grader: _of_grader(scheme.rules, given, 1 if grader in whole else asked[id])
                for grader, given in sorted(by_grader.items())
            }
            take = _by_weight if period.graders == "weighted" else _by_mean
            sessions[session] = take(scheme.rules, branch, own, name)
        parts = [sessions[session] for session in period.sessions]
        periods[id] = _mean(parts) if len(parts) > 1 else parts[0]
    return PersonScore(person, branch, sessions, periods, _year(scheme, periods))


def _of_grader(rules: Rules, given: Sequence[str], asked: int) -> Score:
    """What one grader gave in one session: the mean over the items asked for, of which some may be missing."""
    counts = Counter(grade for grade in given if grade)
    missing = asked - counts.total()
    sure = sum((rules.scale[grade] * count for grade, count in counts.items()), Fraction(0))
    words = [grade if asked == 1 else f"{grade}{counts[grade]}" for grade in rules.grades if counts[grade]]
    if missing:
        words.append("未评" if missing == asked else f"未评{missing}")
    low, high = sure + missing * rules.unknown.low, sure + missing * rules.unknown.high
    return Score(low / asked, high / asked, "".join(words), "", ("等次",) if missing else ())


def _by_weight(rules: Rules, branch: Branch, own: Mapping[str, Score], name: str) -> Score:
    """A session: every grader of the branch with the branch's weight."""
    nothing = Score(rules.unknown.low, rules.unknown.high, "未评", "", ("等次",))
    scores = [own.get(part.id, nothing) for part in branch.parts]
    given = "、".join(f"{part.name} {score.given}" for part, score in zip(branch.parts, scores, strict=True))
    lacking = tuple(
        f"{name}{part.name}的等次" for part, score in zip(branch.parts, scores, strict=True) if score.lacking
    )
    return _weighted(
        [(part.weight, score) for part, score in zip(branch.parts, scores, strict=True)], given, lacking
    )


def _by_mean(rules: Rules, branch: Branch, own: Mapping[str, Score], name: str) -> Score:
    """A session: the mean over all who graded (人均). A grader whose grade is left empty counts, as missing."""
    if not own:
        said = f"没有等次 ＝ {_span_text(rules.unknown.low, rules.unknown.high)}"
        return Score(rules.unknown.low, rules.unknown.high, "未评", said, (f"{name}的全部等次",))
    best_first = sorted(own.values(), key=lambda score: (-(score.low or 0), score.given))
    counts = Counter(score.given for score in best_first)
    short = sum(bool(score.lacking) for score in own.values())
    given = f"{len(own)}人测评：" + "、".join(f"{words} {count}人" for words, count in counts.items())
    mean = _mean(list(own.values()))
    return Score(mean.low, mean.high, given, mean.trace, (f"{name}{short}人的等次",) if short else ())


def _year(scheme: Scheme, periods: Mapping[str, Score]) -> Score:
    year = scheme.year
    if year is None:
        return Score(None, None, "", "没有写明各部分占年度得分的权重", ("各部分占年度得分的权重",))
    unknown = [part.name for part in year.parts if part.id not in periods]
    if unknown:
        said = tuple(f"{name}的计分办法" for name in unknown)
        return Score(None, None, "", f"没有{'、'.join(said)}", said)
    scores = [periods[part.id] for part in year.parts]
    lacking = tuple(dict.fromkeys(what for score in scores for what in score.lacking))
    given = "、".join(f"{part.name} {periods[part.id].words}" for part in year.parts)
    return _weighted(
        [(part.weight, score) for part, score in zip(year.parts, scores, strict=True)], given, lacking
    )


def _weighted(terms: Sequence[tuple[Fraction | None, Score]], given: str, lacking: tuple[str, ...]) -> Score:
    """Σ weight × score, as ``0.5×90 + 0.3×80 + 0.2×80 ＝ 85``."""
    if not terms:
        return Score(None, None, given, "没有评分人的权重，算不出", (*lacking, "权重"))
    low = high = Fraction(0)
    words: list[str] = []
    for weight, score in terms:
        if weight is None or weight < 0:
            return Score(None, None, given, "有的权重缺失或为负，算不出", (*lacking, "权重"))
        if score.low is None or score.high is None:
            return Score(None, None, given, "有的部分算不出", lacking or score.lacking)
        low, high = low + weight * score.low, high + weight * score.high
        words.append(f"{plain(weight)}×{_term_text(score)}")
    return Score(low, high, given, _sum_text(" + ".join(words), [s for _, s in terms], low, high), lacking)


def _mean(scores: Sequence[Score]) -> Score:
    """The mean, as ``（85 + 90 + 88 + 86）÷4 ＝ 87.25``; scores that are alike are counted."""
    lacking = tuple(dict.fromkeys(what for score in scores for what in score.lacking))
    low = high = Fraction(0)
    for score in scores:
        if score.low is None or score.high is None:
            return Score(None, None, "", "有的期次算不出", lacking)
        low, high = low + score.low, high + score.high
    low, high = low / len(scores), high / len(scores)
    if len(scores) == 1:
        return Score(low, high, "", _sum_text(_term_text(scores[0]), scores, low, high), lacking)
    texts = [_term_text(score) for score in scores]
    if len(texts) > 4:
        # An office has dozens of graders: those who gave the same stand together, the best first.
        counts = Counter(texts)
        known = {text: score.high or Fraction(0) for text, score in zip(texts, scores, strict=True)}
        texts = [f"{counts[text]}×{text}" for text in sorted(counts, key=lambda text: (-known[text], text))]
    words = f"（{' + '.join(texts)}）÷{len(scores)}"
    return Score(low, high, "", _sum_text(words, scores, low, high), lacking)


def _term_text(score: Score) -> str:
    return score.words if score.low == score.high else f"（{score.words}）"


def _span_text(low: Fraction, high: Fraction) -> str:
    return points_text(low) if low == high else f"{points_text(low)}～{points_text(high)}"


def _sum_text(words: str, scores: Iterable[Score], low: Fraction, high: Fraction) -> str:
    """A sum and its result: ≈ where a number in it is shown rounded."""
    shown = [low, high, *(end for score in scores for end in (score.low, score.high) if end is not None)]
    exact = all(Fraction(rounded(number, 2)) == number for number in shown)
    return f"{words} {'＝' if exact else '≈'} {_span_text(low, high)}"


# --- worked examples -------------------------------------------------------------------------------------------


def example_scheme(example: Example, rules: Rules, scheme: Scheme | None = None) -> tuple[Scheme, bool]:
    """The scheme to work an example out with.

    Takes    scheme: the case's own, where there is one.
    Returns  the case's scheme and True where it knows every branch and grader of the example and weighs them; else the
             example's own weights and False.
    """
    if scheme and all(
        id in scheme.branches and scheme.branches[id].weighs and set(scheme.branches[id].ids) == set(parts)
        for id, parts in example.weights.items()
    ):
        return Scheme(rules, scheme.branches, {}), True
    branches = {}
    for id, parts in example.weights.items():
        of = [Part(part, example.names[part], parse_rate(text)) for part, text in parts.items()]
        branches[id] = Branch(id, example.names[id], tuple(sorted(of, key=_heaviest_first)))
    return Scheme(rules, branches, {}), False


def example_rows(example: Example) -> list[Row]:
    """The grades of an example as rows of a grades table."""
    return [
        {"person": person.person, "branch": person.branch, "period": session, "grader": grader, "item": "", "grade": grade}
        for person in example.persons
        for session, given in person.grades.items()
        for grader, grade in given.items()
    ]  # fmt: skip
