"""The page part on the appraisal of staff: what it is and is not, its weights, worked examples, the case's persons."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from auditbook import charts
from auditbook.appraisal import (
    WHOLE,
    BranchCheck,
    PersonScore,
    Rules,
    Scheme,
    check_branches,
    example_rows,
    example_scheme,
    read_grades,
    read_rules,
    scheme_of,
    yearly_scores,
)
from auditbook.cases import DEPARTMENT
from auditbook.charts import Stack
from auditbook.claims import place
from auditbook.numbers import rate_text
from auditbook.pipeline import Run
from auditbook.report import fragments as html
from auditbook.report.fragments import Column, Html, Text
from auditbook.report.graphs import drawable
from auditbook.report.references import APPRAISAL, cite, counted, figure_references, rule_reference, written
from auditbook.scoring_rules import points_text

NOTHING = "资料里没有工作人员考评的权重：报告没有描述人员考评，此处没有可核对的。"


def appraisal(run: Run) -> Html:
    """The appraisal of staff that the report describes; one line where it describes none."""
    rules = read_rules(run.workspace)
    checks = check_branches(run.figures, rules)
    if not checks:
        return html.join(html.paragraph(NOTHING), _unweighed(run))
    scheme = scheme_of(run.figures, rules)
    examples = [_example(rules, scheme, number) for number in range(len(rules.examples))]
    parts = [
        html.resting([rule_reference(_RULES)], html.callout("note", rules.what, rules.is_not)),
        html.section(
            3,
            "appraisal-weights",
            "权重是否合拢",
            _closing(checks, run),
            _chart(checks, run),
            _branches(checks, run),
            rests_on=[written(APPRAISAL, "weights")],
        ),
        html.section(
            3,
            "appraisal-rules",
            "得分怎样计算",
            _rules(rules),
            html.invented(*examples),
            rests_on=[rule_reference(_RULES)],
        ),
    ]
    persons = _persons(scheme, run) if scheme is not None else [_unweighed(run)]
    return html.join(*parts, html.section(3, "appraisal-scores", "本案例工作人员的得分", *persons))


_RULES = "params/appraisal.yaml"


def appraisal_texts(run: Run, what: str) -> list[str]:
    """What a page says of the weights and of a person, computed anew: what a trace holds a number against.

    Takes    what: ``weights``, or the place of a person in the order of the page.
    """
    rules = read_rules(run.workspace)
    checks = check_branches(run.figures, rules)
    if what == "weights":
        said = [f"{WHOLE * 100}%", str(len(checks)), str(sum(check.closes for check in checks))]
        for check in checks:
            said += [_weight_text(part.weight) for part in check.branch.parts]
            said += [_weight_text(check.total), *(problem.words for problem in check.problems)]
        return said
    scheme = scheme_of(run.figures, rules)
    if scheme is None:
        return []
    scores = yearly_scores(scheme, read_grades(run.table("grades"), scheme))
    if what == "persons":
        return [str(len(scores)), str(sum(score.yearly.value is None for score in scores))]
    score = scores[int(what)]
    sums = _sums(score, scheme, list(scheme.rules.periods))
    return [
        *(str(words) for _, words in sums),
        *(period.words for period in score.periods.values()),
        score.yearly.words,
    ]


def _unweighed(run: Run) -> Html:
    """A grades table that no weights of the department go with must not be passed over in silence."""
    rows = run.table("grades")
    said = f"成绩表有 {counted(run, 'grades')} 行等次，而资料里没有部门的考评权重，一个得分也算不出。"
    return html.callout("warning", "有等次而没有权重", said) if rows else html.join()


def _name(check: BranchCheck, run: Run) -> str:
    scope = "" if check.scope == DEPARTMENT else f"{run.audit.scope_name(check.scope)}·"
    return scope + check.branch.name


def _closing(checks: Sequence[BranchCheck], run: Run) -> Html:
    """Which branches close, and what is wrong with the others."""
    problems: list[Text] = [
        f"{_name(check, run)}：{problem.words}。" for check in checks for problem in check.problems
    ]
    closed = sum(check.closes for check in checks)
    own = written(APPRAISAL, "weights")
    said = f"权重共 {cite(str(len(checks)), own)} 支，合计为百分之百的 {cite(str(closed), own)} 支。"
    if problems:
        return html.callout("warning", "考评办法有缺口", said, html.bullets(problems))
    return html.callout("good", "各支权重都合计为百分之百", said)


def _chart(checks: Sequence[BranchCheck], run: Run) -> Html:
    rows = [
        Stack(
            drawable(_name(check, run)),
            tuple(
                (drawable(part.name), part.weight, rate_text(part.weight))
                for part in check.branch.parts
                if part.weight is not None and part.weight >= 0
            ),
        )
        for check in checks
    ]
    chart = charts.stacked(
        "staff_appraisal_weights", "考评权重的构成", [row for row in rows if row.parts], "%", WHOLE
    )
    return html.figure(chart, "数据来源：考评办法自述的权重")


def _branches(checks: Sequence[BranchCheck], run: Run) -> Html:
    rows: list[list[Text]] = []
    under: list[Text] = []
    for check in checks:
        said = [f"{part.name} {_weight_text(part.weight)}" for part in check.branch.parts]
        known = check.total is not None
        verdict = (
            ("passed", "合拢")
            if check.closes
            else ("failed", "不合拢")
            if known
            else ("not_assessable", "无法判断")
        )
        rows.append(
            [_name(check, run), "、".join(said) or "没有写明", _weight_text(check.total), html.tag(*verdict)]
        )
        found = _evidence(check, run)
        under.append(html.evidence(f"{_name(check, run)}的原文", found) if found else "")
    columns = [Column("考评对象或部分"), Column("权重"), Column("合计", numeric=True), Column("是否合拢")]
    own = written(APPRAISAL, "weights")
    refs = [[*figure_references(check.evidence, run), own] for check in checks]
    return html.table("各支权重", columns, rows, id="appraisal-branches", under=under, row_refs=refs)


def _weight_text(weight: Fraction | None) -> str:
    return "缺" if weight is None else rate_text(weight)


def _evidence(check: BranchCheck, run: Run) -> list[tuple[Text, Text]]:
    """Where each weight stands in the sources."""
    return [
        (
            row.label or key.item,
            html.join(f"{place(row.locator)} ", html.phrase(row.quote) if row.quote else ""),
        )
        for key, row in run.figures.chosen.items()
        if str(key) in check.evidence
    ]


def _rules(rules: Rules) -> Html:
    worth = "、".join(f"{grade} {points_text(points)}" for grade, points in rules.scale.items())
    pairs: list[tuple[Text, Text]] = [
        ("等次折分", f"{worth}。{rules.grades_reason}"),
        ("分项等次", rules.items_reason),
    ]
    pairs += [(period.name, period.reason) for period in rules.periods.values()]
    pairs += [("评分人空缺", rule.reason) for rule in rules.without]
    pairs.append(("缺等次", rules.missing_reason))
    return html.definition_list(pairs)


def _example(rules: Rules, scheme: Scheme | None, number: int) -> Html:
    example = rules.examples[number]
    own, of_case = example_scheme(example, rules, scheme)
    weights = "权重取自本案例" if of_case else "权重是示例自带的，本案例的权重结构与示例不同"
    scores = yearly_scores(own, read_grades(example_rows(example), own))
    caption = f"算例：{example.title}（等次是虚构的，{weights}）"
    return _scores(caption, own, scores, id=f"appraisal-example-{number + 1}", invented=True)


def _persons(scheme: Scheme, run: Run) -> list[Html]:
    """The case's own persons, where it has a grades table."""
    rows = run.table("grades")
    if not rows:
        return [html.paragraph("本案例没有等次成绩表，算不出任何一名工作人员的得分；上面的人员是虚构的。")]
    scores = yearly_scores(scheme, read_grades(rows, scheme))
    unsure = sum(score.yearly.value is None for score in scores)
    persons = written(APPRAISAL, "persons")
    rest = (
        f"其中 {cite(str(unsure), persons)} 名因缺等次或权重无法评价，有区间的列出区间"
        if unsure
        else "都能算出"
    )
    said = f"本案例成绩表有 {cite(str(len(scores)), persons)} 名工作人员，{rest}。"
    return [
        html.paragraph(said),
        _scores("本案例工作人员的年度考评得分", scheme, scores, id="appraisal-persons", invented=False),
    ]


def _scores(caption: str, scheme: Scheme, scores: Sequence[PersonScore], *, id: str, invented: bool) -> Html:
    shown = [part.id for part in scheme.year.parts] if scheme.year else list(scheme.rules.periods)
    periods = [id for id in shown if id in scheme.rules.periods]
    rows: list[list[Text]] = []
    under: list[Text] = []
    for score in scores:
        person = f"{score.person}（虚构）" if invented else score.person
        said: Text = score.yearly.words
        if score.yearly.value is None:
            said = html.join(
                f"{said} " if score.yearly.low is not None else "", html.tag("not_assessable", "无法评价")
            )
        rows.append([person, score.branch.name, *(score.periods[id].words for id in periods), said])
        under.append(html.evidence(f"{score.person}的算式", _sums(score, scheme, periods)))
    columns = [
        Column("人员"), Column("适用权重"), *(Column(scheme.rules.periods[id].name, "分", numeric=True) for id in periods),
        Column("年度得分", "分", numeric=True),
    ]  # fmt: skip
    refs = [[] if invented else [written(APPRAISAL, str(place))] for place in range(len(scores))]
    return html.table(caption, columns, rows, id=id, under=under, row_refs=refs)


def _sums(score: PersonScore, scheme: Scheme, periods: Sequence[str]) -> list[tuple[Text, Text]]:
    """Every sum of a person: sessions, then the mean of each period that has several, then the year."""
    pairs: list[tuple[Text, Text]] = []
    for id in periods:
        period = scheme.rules.periods[id]
        for session, name in period.sessions.items():
            found = score.sessions[session]
            pairs.append((name, f"{found.given}。{found.trace}"))
        if len(period.sessions) > 1:
            pairs.append((period.name, score.periods[id].trace))
    pairs.append(("年度得分", score.yearly.trace))
    if score.yearly.lacking:
        pairs.append(("缺", "、".join(score.yearly.lacking)))
    return pairs
