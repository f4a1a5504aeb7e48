"""The indicators as the page shows them: the answer, the chart, every definition with its sum and its sources."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from auditbook import formulas
from auditbook.cases import DEPARTMENT
from auditbook.figures import supplier
from auditbook.indicators import (
    COMPUTED,
    NOT_ASSESSABLE,
    NOT_ASSESSED,
    VERDICTS_ON_POINTS,
    Family,
    Result,
    Stanza,
    number_texts,
)  # fmt: skip
from auditbook.numbers import factor, rounded
from auditbook.pipeline import Run
from auditbook.report import fragments as html
from auditbook.report import graphs
from auditbook.report.evidence_parts import QUOTED, shown_value
from auditbook.report.fragments import Column, Html, Text
from auditbook.report.graphs import value_words
from auditbook.report.references import (
    CHART,
    cite,
    counted,
    figure_references,
    result_reference,
    row_reference,
    rule_reference,
    stanza_reference,
    written,
)


def indicators(run: Run) -> Html:
    """All indicators, family by family."""
    return html.join(*(family_section(family, run) for family in run.rulebook.families))


def other_indicators(run: Run) -> Html:
    """The families that no cell before has shown: a new family of indicators is never left out."""
    rest = [family for family in run.rulebook.families if family.id not in run.shown]
    return (
        html.join(*(family_section(family, run) for family in rest))
        if rest
        else html.paragraph("没有其余指标。")
    )


def family_section(family: Family, run: Run) -> Html:
    """A family of indicators under its question."""
    run.shown.add(family.id)
    listed = [s for s in family.stanzas if run.stage == "report" and _nothing_known(s, run)]
    parts: list[Text] = [indicator_section(s, run, level=4) for s in family.stanzas if s not in listed]
    if listed:
        parts.append(_unknown(family, listed, run))
    return html.section(3, f"family-{family.id}", family.question, *parts)


def _nothing_known(stanza: Stanza, run: Run) -> bool:
    return all(r.status == NOT_ASSESSABLE for r in run.results if r.indicator == stanza.id)


def _unknown(family: Family, stanzas: list[Stanza], run: Run) -> Html:
    """Indicators of which nothing is known, in a table: the working paper has a section for each."""
    rows: list[list[Text]] = []
    refs: list[list[str]] = []
    for stanza in stanzas:
        own = [r for r in run.results if r.indicator == stanza.id]
        asked = list(stanza.points.values()) if stanza.judged else [_sentence(stanza, stanza.primary, run)]
        wanted = [stanza.table or ""] if stanza.judged else documents(own, run)
        link = html.link(stanza.name, f"workpapers/30_indicators.html#indicator-{stanza.id}")
        refs.append([stanza_reference(stanza.id, run), *map(result_reference, own)])
        rows.append([link, html.tag("not_assessable", "无法评价"), html.bullets(asked), html.bullets(wanted)])
    columns = [Column("指标"), Column("结果"), Column("算式或评价要点"), Column("需要补充的资料")]
    return html.table(f"{family.question}无法评价的指标", columns, rows, row_refs=refs)


def _sentence(stanza: Stanza, definition: str, run: Run) -> str:
    formula = formulas.read(stanza.definitions[definition].formula)
    return formula.sentence({figure: run.dictionary[figure].name for figure in formula.figures})


def indicator_section(stanza: Stanza, run: Run, level: Literal[3, 4] = 3) -> Html:
    """One indicator: the answer, the chart, every definition, what it means."""
    own = [r for r in run.results if r.indicator == stanza.id]
    if stanza.judged:
        return _judged(stanza, own[0], run, level)
    chosen = [r for r in own if r.definition == run.scoring[stanza.id]]
    if all(r.status == "not_assessable" for r in own):
        parts: list[Text] = [_gap_note(own, run), html.evidence("定义与口径", _meaning_pairs(stanza, run))]
    else:
        parts = [
            _answer(stanza, chosen, run),
            html.figure(graphs.of(stanza, run), "数据来源：见各行依据"),
            _results_table(stanza, own, run),
            html.definition_list(_meaning_pairs(stanza, run)),
        ]
    return html.section(
        level, f"indicator-{stanza.id}", stanza.name, *parts, rests_on=_rests_on(stanza, own, run)
    )


def _rests_on(stanza: Stanza, own: Sequence[Result], run: Run) -> list[str]:
    """What the section of an indicator rests on: its results, their figures, what the rulebook says of it."""
    terms = dict.fromkeys(key for r in own for key in r.terms)
    return [
        *map(result_reference, own),
        *figure_references(terms, run),
        written(CHART, stanza.id),
        stanza_reference(stanza.id, run),
        *dict.fromkeys(
            rule_reference("params/figures.yaml", key.split(":")[0]) for r in own for key in r.lacking
        ),
    ]


def _judged(stanza: Stanza, result: Result, run: Run, level: Literal[3, 4]) -> Html:
    """An indicator that the auditor judges point by point."""
    entered = {row["point"]: row for row in run.table("judgements") if row["indicator"] == stanza.id}
    meaning: list[tuple[Text, Text]] = [
        ("为什么看它", stanza.why), ("注意", stanza.caveats), ("依据", stanza.source or ""), ("判断所需的资料", stanza.table or ""),
    ]  # fmt: skip
    if not entered:
        points = html.bullets([words for words in stanza.points.values()])
        said = html.callout(
            "warning",
            "无法评价",
            "审计人员尚未逐条判断；没有判断不等于满足。判断所需的资料：",
            stanza.table or "",
        )
        return html.section(
            level,
            f"indicator-{stanza.id}",
            stanza.name,
            said,
            html.evidence("评价要点与依据", [("评价要点", points), *meaning]),
            rests_on=_rests_on(stanza, [result], run),
        )
    rows: list[list[Text]] = []
    under: list[Text] = []
    refs: list[list[str]] = []
    for point, words in stanza.points.items():
        row = entered.get(point)
        judged = [row_reference("judgements", row)] if row else []
        refs.append([*judged, stanza_reference(stanza.id, run)])
        verdict = row["verdict"] if row else NOT_ASSESSED
        degree = f"（{row['degree']}）" if row and row["degree"] else ""
        rows.append(
            [
                words,
                html.join(html.tag(_POINT_TAGS[verdict], VERDICTS_ON_POINTS[verdict]), degree),
                row["grounds"] if row else "—",
            ]
        )
        terms: list[tuple[Text, Text]] = (
            [("判断人", f"{row['who']}，{row['when']}"), ("定位", row["locator"])] if row else []
        )
        if row and row["quote"]:
            terms.append(("短语", html.phrase(row["quote"])))
        under.append(html.evidence("谁、何时、凭什么", terms) if terms else "")
    points_counted = cite(f"{len(stanza.points)}", stanza_reference(stanza.id, run))
    met = cite(f"{result.numerator}", result_reference(result))
    answer = f"{stanza.name}：{cite(value_words(result, stanza), result_reference(result))}。" + (
        f"{points_counted} 条要点中满足 {met} 条。" if result.status == COMPUTED else ""
    )
    return html.section(
        level, f"indicator-{stanza.id}", stanza.name, html.paragraph(answer),
        html.figure(graphs.of(stanza, run), "数据来源：评价要点判断表"),
        html.table(
            f"{stanza.name}：评价要点", [Column("评价要点"), Column("判断"), Column("依据")], rows, under=under, row_refs=refs,
        ),
        html.definition_list(meaning), rests_on=_rests_on(stanza, [result], run),
    )  # fmt: skip


_POINT_TAGS = {
    "met": "good", "partly": "within_rounding", "not_met": "disagrees", "not_assessed": "not_assessable",
    "not_applicable": "not_applicable",
}  # fmt: skip


def _answer(stanza: Stanza, chosen: list[Result], run: Run) -> Html:
    whole = next((r for r in chosen if (r.scope, r.item) == (DEPARTMENT, "")), None)
    beyond = [r for r in chosen if breaks_limit(r, run)]
    lines: list[Text] = []
    if whole is not None:
        name = stanza.definitions[whole.definition].name
        sums = _sum_words(whole, stanza, run)
        lines.append(
            f"{run.audit.case.year}年部门整体{stanza.name}（{name}）：{cite(value_words(whole, stanza), result_reference(whole))}{sums}。"
        )
    else:
        own = {"indicator": stanza.id, "scoring": "yes"}
        lines.append(
            f"共 {counted(run, 'indicators', **own)} 个结果，算出 {counted(run, 'indicators', **own, status=COMPUTED)} 个，"
            f"无法评价 {counted(run, 'indicators', **own, status=NOT_ASSESSABLE)} 个。"
        )
    if whole is not None and whole.status == "not_assessable":
        lines += [
            f"可以算出的{definition.name}：{cite(value_words(r, stanza), result_reference(r))}{_sum_words(r, stanza, run)}。"
            for name, definition in stanza.definitions.items()
            for r in run.results
            if (r.indicator, r.definition, r.scope, r.item) == (stanza.id, name, DEPARTMENT, "")
            and r.status == COMPUTED
        ]
    if beyond and stanza.limit:
        said = "；".join(
            f"{graphs.row_name(stanza, r, run)}{cite(value_words(r, stanza), result_reference(r))}"
            for r in beyond
        )
        return html.callout(
            "warning", f"越过限额：{stanza.limit.words}", *lines, f"{said}。限额依据：{stanza.limit.source}。"
        )
    return html.join(*(html.paragraph(line) for line in lines))


def _sum_words(r: Result, stanza: Stanza, run: Run) -> str:
    formula = formulas.read(stanza.definitions[r.definition].formula)
    return (
        f" ＝ {formula.with_numbers(number_texts(formula, run.figures, r.scope, r.item))}"
        if r.status == COMPUTED
        else ""
    )


def _gap_note(own: list[Result], run: Run) -> Html:
    return html.callout("warning", "无法评价", html.bullets(documents(own, run)))


def documents(own: list[Result], run: Run) -> list[str]:
    """Which figures are missing and which document would supply each."""
    wanted: dict[str, list[str]] = {}
    for key in (key for r in own for key in r.lacking):
        meaning = supplier(key, run.dictionary, run.audit.case.year)
        wanted.setdefault(f"缺“{meaning.name}”：{meaning.table}", []).append(key.split(":")[1])
    return [words + run.audit.only_of(scopes) for words, scopes in wanted.items()]


def _asked(own: Sequence[Result]) -> list[str]:
    """What the documents that are asked for rest on: what the dictionary says of each missing figure."""
    missing = dict.fromkeys(key.split(":")[0] for r in own for key in r.lacking)
    return [rule_reference("params/figures.yaml", figure) for figure in missing]


def _results_table(stanza: Stanza, own: list[Result], run: Run) -> Html:
    rows: list[list[Text]] = []
    under: list[Text] = []
    refs = [
        [
            *figure_references(r.terms, run),
            result_reference(r),
            *_asked([r]),
            stanza_reference(stanza.id, run),
        ]
        for r in own
    ]
    for r in own:
        definition = stanza.definitions[r.definition]
        scores = r.definition == run.scoring[stanza.id]
        formula = formulas.read(definition.formula)
        names = {figure: run.dictionary[figure].name for figure in formula.figures}
        sums = formula.with_numbers(number_texts(formula, run.figures, r.scope, r.item))
        terms: list[tuple[Text, Text]] = [
            ("公式", formula.sentence(names)),
            ("代入", sums),
            ("依据", definition.source),
        ]
        if r.interval and not r.interval.is_point:
            terms.append(("数值范围", cite(_range_words(r, stanza), result_reference(r))))
        if definition.note:
            terms.append(("说明", definition.note))
        terms += _trace(r, run)
        sign = html.tag("disagrees", "越限") if breaks_limit(r, run) and scores else ""
        words = cite(value_words(r, stanza), result_reference(r))
        value: Text = html.join(words, sign) if sign else words
        rows.append(
            [
                graphs.row_name(stanza, r, run),
                definition.name + ("（计分）" if scores else ""),
                value,
            ]
        )
        under.append(html.evidence("算式与来源", terms))
    columns = [Column("范围"), Column("口径"), Column("结果", numeric=True)]
    caption = f"{stanza.name}：全部口径与范围"
    return html.table(caption, columns, rows, rest_in="indicators.csv", under=under, row_refs=refs)


def _range_words(r: Result, stanza: Stanza) -> str:
    assert r.interval
    held, sign = factor(stanza.unit), stanza.unit
    ends = [f"{rounded(end / held, 6):f}{sign}" for end in (r.interval.low, r.interval.high)]
    return f"按公布精度，真值在 {ends[0]} 与 {ends[1]} 之间"


def _trace(r: Result, run: Run) -> list[tuple[Text, Text]]:
    """Each figure the result rests on: value, place, phrase, and whether the phrase was checked."""
    rows = {
        f"{row['figure']}:{row['scope']}:{row['item']}:{row['year']}": row
        for row in run.table("figures")
        if row["chosen"] == "yes"
    }
    found: list[tuple[Text, Text]] = []
    for key in r.terms:
        row = rows[key]
        item = run.figures.item_name(row["figure"], row["item"])
        name = run.dictionary[row["figure"]].name + (f"·{item}" if item else "")
        scope = "" if row["scope"] == DEPARTMENT else run.audit.scope_name(row["scope"])
        own = row_reference("figures", row)
        said = html.join(f"{scope}{cite(shown_value(row), own)}，{cite(row['locator'], own)}")
        if row["quote"]:
            said = html.join(said, "，", html.phrase(row["quote"]), f"（{QUOTED[row['quote_status']]}）")
        found.append((name, said))
    wanted = (supplier(key, run.dictionary, run.audit.case.year) for key in r.lacking)
    found += [(f"缺：{meaning.name}", meaning.table) for meaning in wanted]
    return found


def _meaning_pairs(stanza: Stanza, run: Run) -> list[tuple[Text, Text]]:
    primary = run.scoring[stanza.id]
    pairs: list[tuple[Text, Text]] = [("为什么看它", stanza.why), ("注意", stanza.caveats)]
    for name, definition in stanza.definitions.items():
        words = cite(_sentence(stanza, name, run), stanza_reference(stanza.id, run))
        mark = "（计分口径）" if name == primary else ""
        pairs.append((f"口径：{definition.name}{mark}", f"{words}。依据：{definition.source}"))
    return pairs


def breaks_limit(r: Result, run: Run) -> bool:
    """Whether a result breaks its indicator's limit for certain."""
    limit = run.rulebook.stanzas[r.indicator].limit
    return bool(limit and r.interval and limit.broken_by(r.interval))


def gaps(run: Run) -> Html:
    """What cannot be assessed, and which document would supply it: a row for each indicator."""
    rows: list[list[Text]] = []
    refs: list[list[str]] = []
    for stanza in run.rulebook.stanzas.values():
        lacking = [r for r in run.results if r.indicator == stanza.id and r.status == NOT_ASSESSABLE]
        if not lacking:
            continue
        scores = any(r.definition == run.scoring[stanza.id] for r in lacking)
        known = dict.fromkeys(
            f"{stanza.definition_name(r.definition)}"
            + ("" if (r.scope, r.item) == (DEPARTMENT, "") else f"（{graphs.row_name(stanza, r, run)}）")
            for r in lacking
        )
        wanted = [stanza.table or ""] if stanza.judged else documents(lacking, run)
        refs.append([*_asked(lacking), stanza_reference(stanza.id, run)])
        rows.append(
            [
                stanza.name,
                "计分口径" if scores else "其他口径",
                html.bullets(list(known)),
                html.bullets(wanted),
            ]
        )
    for source in run.table("sources"):
        if source["status"] == "absent":
            rows.append(["（全部评分）", "—", source["title"], source["reason"] or "报告引用而未取得"])
            refs.append([row_reference("sources", source)])
    columns = [Column("指标"), Column("缺的是"), Column("口径与范围"), Column("需要补充的资料")]
    return (
        html.table("无法评价之处与需要补充的资料", columns, rows, row_refs=refs)
        if rows
        else html.paragraph("没有无法评价之处。")
    )
