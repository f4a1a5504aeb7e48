"""What a notebook shows: one call, one part of the story. ``show("budget_adjustment_rate", run)`` is an indicator."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Callable
from fractions import Fraction

from auditbook import formulas, tables
from auditbook.cases import DEPARTMENT
from auditbook.claims import COMPARATORS, VERDICTS, place
from auditbook.claims import KINDS as CLAIM_KINDS
from auditbook.faults import Fault, UsageError
from auditbook.findings import KINDS as FINDING_KINDS
from auditbook.findings import SEVERITIES, about_name
from auditbook.indicators import COMPUTED, Family, Result, Stanza, number_texts
from auditbook.intake.phrases import ELSEWHERE, NOT_FOUND, UNVERIFIED, VERIFIED
from auditbook.numbers import factor, parse, text
from auditbook.pipeline import Run, fingerprints
from auditbook.quality import FAILED, NO_OBJECT, NOT_RUN, PASSED, blocking_failures, unchecked_phrases
from auditbook.report import fragments as html
from auditbook.report import graphs
from auditbook.report.fragments import Column, Html, Text
from auditbook.report.graphs import value_words
from auditbook.scoring import points_text
from auditbook.stages import STAGES
from auditbook.tables import Row

_OUTCOMES = {
    PASSED: ("passed", "通过"),
    FAILED: ("failed", "未通过"),
    NO_OBJECT: ("not_applicable", "无对象"),
    NOT_RUN: ("failed", "未能运行"),
}
_QUOTED = {
    VERIFIED: "已核对原文",
    ELSEWHERE: "原文另处",
    NOT_FOUND: "原文没有",
    UNVERIFIED: "未核对原文",
    "": "",
}
_RELIABILITY = {"high": "高", "medium": "中", "low": "低", "": "—"}
_STATUS = {"received": "已收到", "transcribed": "已转录", "absent": "缺失"}
_STATES = {"value": "", "zero": "申明为零", "missing": "缺失", "not_applicable": "不适用"}
_SEVERAL = re.compile(r"(?:^|；)（\d+）")
STATEMENT_KINDS = {
    "result": "结果", "reason": "原因", "reference": "引用", "problem": "问题", "suggestion": "建议", "method": "方法",
    "organisation": "组织", "name": "名称",
}  # fmt: skip


def show(what: str, run: Run) -> Html:
    """One part of the story, to stand as the last line of a notebook cell.

    Takes    what: a part (``conclusion``, ``sources``, …), a family of indicators, or an indicator's id.
    Returns  HTML that JupyterLab and the page both show.
    Raises   UsageError listing what there is.
    """
    if what in PARTS:
        return PARTS[what](run)
    for family in run.rulebook.families:
        if what == family.id:
            return _family(family, run)
    stanza = run.rulebook.stanzas.get(what)
    if stanza is None:
        known = [*PARTS, *(family.id for family in run.rulebook.families), *run.rulebook.stanzas]
        raise UsageError(Fault(f"show({what!r})", "没有这一部分", "、".join(known)))
    return _indicator(stanza, run)


# --- conclusions -----------------------------------------------------------------------------------------------


def _ingest_conclusion(run: Run) -> Html:
    figures = run.table("figures")
    states = Counter(row["state"] for row in figures)
    absent = [row["title"] for row in run.table("sources") if row["status"] == "absent"]
    lines = [
        f"登记资料 {len(run.table('sources'))} 份，其中缺失 {len(absent)} 份。",
        f"读入数字 {len(figures)} 个：有值 {states['value']} 个，申明为零 {states['zero']} 个，缺失 {states['missing']} 个，"
        f"不适用 {states['not_applicable']} 个。",
        f"目标与子目标 {len(run.table('objectives'))} 条，文字陈述 {len(run.table('statements'))} 条，公布的数字 {len(run.table('published'))} 个。",
        _phrase_sentence(run),
    ]
    return html.callout("note", "读到了什么", html.bullets(lines))


def _phrase_sentence(run: Run) -> str:
    unchecked = unchecked_phrases(run.table("figures"))
    if not run.table("figures"):
        return "没有读入任何数字。"
    if not unchecked:
        return "每个短语都已与原文核对。"
    return f"{unchecked} 个数字的短语未核对原文（原文不在资料夹里）：既不算通过，也不算不符。"


def _quality_conclusion(run: Run) -> Html:
    rows = run.table("quality")
    states = Counter(row["passed"] for row in rows)
    blocking = blocking_failures(rows)
    counted = (
        f"规则 {len(rows)} 条：通过 {states[PASSED]} 条，未通过 {states[FAILED]} 条，没有对象可查 {states[NO_OBJECT]} 条，"
        f"未能运行 {states[NOT_RUN]} 条。"
    )
    if blocking:
        said = [f"{row['why']}——{row['found']}（{row['where']}）" for row in blocking]
        return html.callout("warning", "资料自相矛盾，不予评分", html.bullets(said), counted)
    failed = [row for row in rows if row["passed"] == FAILED]
    kind = "note" if failed else "good"
    return html.callout(kind, "没有阻断评分的数据问题", counted, _phrase_sentence(run))  # type: ignore[arg-type]


def _indicators_conclusion(run: Run) -> Html:
    own = [r for r in run.results if r.definition == run.scoring[r.indicator]]
    beyond = [r for r in own if _beyond(r, run)]
    computed = [r for r in own if r.status == COMPUTED]
    lacking = [r for r in own if r.status == "not_assessable"]
    lines: list[Text] = [
        f"{len(run.rulebook.stanzas)} 项指标按计分口径得出 {len(own)} 个结果：算出 {len(computed)} 个，无法评价 {len(lacking)} 个，"
        f"分母为零没有定义 {sum(r.status == 'undefined' for r in own)} 个。"
    ]
    for r in beyond:
        limit = run.rulebook.stanzas[r.indicator].limit
        assert limit
        lines.append(f"{_about(r, run)}{value_words(r)}，限额{limit.words}。")
    if not beyond:
        lines.append("没有指标越过限额。")
    lines.append(_claims_sentence(run))
    return html.callout("warning" if beyond else "good", "算出了什么", html.bullets(lines))


def _about(r: Result, run: Run) -> str:
    stanza = run.rulebook.stanzas[r.indicator]
    return f"{graphs.row_name(stanza, r, run)}的{stanza.name}"


def _beyond(r: Result, run: Run) -> bool:
    limit = run.rulebook.stanzas[r.indicator].limit
    return bool(limit and r.interval and limit.broken_by(r.interval))


def _claims_sentence(run: Run) -> str:
    verdicts = Counter(row["verdict"] for row in run.table("claims"))
    counted = "、".join(
        f"{name} {verdicts[verdict]} 个" for verdict, name in VERDICTS.items() if verdicts[verdict]
    )
    return (
        f"公布的数字与“完成”共 {sum(verdicts.values())} 个，逐一判断：{counted}。"
        if counted
        else "没有公布的数字可判断。"
    )


def _total(run: Run) -> Row:
    return next(row for row in run.table("scores") if row["level"] == "total")


def score_words(run: Run) -> str:
    """The score as an interval, in words."""
    row = _total(run)
    if run.stopped():
        return "不予评分"
    low, high = Fraction(row["lowest"]), Fraction(row["highest"])
    return f"{points_text(low)} 分" if low == high else f"{points_text(low)}～{points_text(high)} 分"


def _findings_conclusion(run: Run) -> Html:
    found = run.table("findings")
    counts = Counter(row["severity"] for row in found)
    total = _total(run)
    graded = "、".join(f"{name} {counts[severity]} 项" for severity, name in SEVERITIES.items())
    own = f"；自评 {total['self_scored']} 分" if total["self_scored"] else ""
    lines = [
        f"按“{run.framework.title}”，{_score_sentence(run)}{own}。{total['reason']}。",
        f"审计发现 {len(found)} 项：{graded}。",
    ]
    return html.callout("warning" if counts["high"] else "note", "得分与发现", html.bullets(lines))


def _score_sentence(run: Run) -> str:
    row = _total(run)
    if run.stopped():
        return "不予评分"
    return (
        f"已证实 {points_text(Fraction(row['lowest']))} 分，最高可能 {points_text(Fraction(row['highest']))} 分，"
        f"满分 {points_text(Fraction(row['weight']))} 分"
    )


def summary_lines(run: Run) -> list[str]:
    """The five lines that matter, for the end of a run and the head of the report."""
    found = run.table("findings")
    counts = Counter(row["severity"] for row in found)
    states = Counter(row["passed"] for row in run.table("quality"))
    total = _total(run)
    own = f"；自评 {total['self_scored']} 分" if total["self_scored"] else ""
    failed = blocking_failures(run.table("quality"))
    quality = "；".join(row["why"].partition("：")[0] + "未通过，不予评分" for row in failed)
    top = next(iter(sorted(found, key=lambda row: int(row["number"]))), None)
    return [
        f"数据质量：{quality or '没有阻断评分的问题'}（规则 {sum(states.values())} 条，未通过 {states[FAILED] + states[NOT_RUN]} 条）；{_phrase_sentence(run)}",
        f"得分：{_score_sentence(run)}{own}；{total['reason']}。",
        _claims_sentence(run),
        f"审计发现：{len(found)} 项（{'、'.join(f'{name} {counts[s]}' for s, name in SEVERITIES.items())}）。",
        f"首要发现：{_rule_name(top, run)}——{top['condition']}" if top else "首要发现：没有。",
    ]


def _rule_name(row: Row, run: Run) -> str:
    return _finding_names(run).get(row["rule"], row["rule"])


def _finding_names(run: Run) -> dict[str, str]:
    from auditbook.findings import read_rules

    return {rule.rule: rule.name for rule in read_rules(run.audit)}


def _conclusion(run: Run) -> Html:
    blocking = blocking_failures(run.table("quality"))
    lines = summary_lines(run)
    head: list[Text] = []
    if blocking:
        said = [f"{row['why']}——{row['found']}（{row['where']}）" for row in blocking]
        head.append(html.callout("warning", "资料自相矛盾，以下结果不予评分", html.bullets(said)))
    head.append(html.bullets(lines[:-1]))
    names = _finding_names(run)
    grave = [
        row
        for row in sorted(run.table("findings"), key=lambda row: int(row["number"]))
        if row["severity"] == "high"
    ]
    if grave:
        listed: list[Text] = [
            html.join(
                html.link(names[row["rule"]], f"#finding-{row['number']}"), f"：{_brief(row['condition'])}"
            )
            for row in grave
        ]
        head.append(html.callout("warning", f"高严重程度的发现 {len(grave)} 项", html.bullets(listed)))
    return html.join(*head)


def _brief(condition: str) -> str:
    """The facts of a finding in a line: the first of several, and how many more there are."""
    parts = _SEVERAL.split(condition)
    return condition if len(parts) < 3 or parts[0] else f"{parts[1]}；另有 {len(parts) - 2} 处"


def _key_figures(run: Run) -> Html:
    total = _total(run)
    counts = Counter(row["severity"] for row in run.table("findings"))
    cards: list[tuple[Text, Text, Text]] = [
        (
            "得分（已证实～可能）",
            score_words(run),
            f"满分 {total['weight']} 分"
            + (f"，自评 {total['self_scored']} 分" if total["self_scored"] else ""),
        ),
        (
            "审计发现",
            f"{len(run.table('findings'))} 项",
            "、".join(f"{name} {counts[s]}" for s, name in SEVERITIES.items()),
        ),
    ]
    for stanza in run.rulebook.stanzas.values():
        own = [r for r in run.results if r.indicator == stanza.id and r.definition == run.scoring[stanza.id]]
        whole = next((r for r in own if (r.scope, r.item) == (DEPARTMENT, "") and r.status == COMPUTED), None)
        if whole is None:
            bound = next(
                (
                    r
                    for r in run.results
                    if r.indicator == stanza.id
                    and (r.scope, r.item) == (DEPARTMENT, "")
                    and r.status == COMPUTED
                ),
                None,
            )
            if bound is not None:
                cards.append((stanza.name, value_words(bound), stanza.definitions[bound.definition].name))
        else:
            worse = [r for r in own if r.scope != DEPARTMENT and _beyond(r, run)]
            note = "；".join(f"{run.audit.scope_name(r.scope)} {value_words(r)}" for r in worse)
            cards.append((stanza.name, value_words(whole), note or stanza.definitions[whole.definition].name))
    return html.key_figures(cards)


# --- evidence --------------------------------------------------------------------------------------------------


def _sources(run: Run) -> Html:
    rows: list[list[Text]] = [
        [
            row["title"], row["issuer"] or "—", row["date"] or "未载明",
            html.tag("not_assessable" if row["status"] == "absent" else "good", _STATUS[row["status"]]),
            _RELIABILITY[row["reliability"]], row["reason"], html.code(row["sha256"][:16]) if row["sha256"] else "—",
        ]
        for row in run.table("sources")
    ]  # fmt: skip
    columns = [
        Column(name)
        for name in ("资料", "出具单位", "日期", "状态", "可靠性", "理由或可提供的内容", "sha256（前16位）")
    ]
    return html.table("资料登记簿", columns, rows, id="sources", rest_in="sources.csv")


def _shown_value(row: Row) -> str:
    if row["state"] in {"missing", "not_applicable"}:
        return _STATES[row["state"]]
    shown = text(parse(row["value"]) * factor(row["unit"]), row["unit"]) if row["unit"] else row["value"]
    return f"{shown}（申明为零）" if row["state"] == "zero" else shown


def _figures(run: Run) -> Html:
    rows: list[list[Text]] = []
    for row in _by_dictionary(run):
        name = run.dictionary[row["figure"]].name
        item = run.figures.item_name(row["figure"], row["item"])
        label = f"{name}·{item}" if item else name
        rows.append(
            [
                label, run.audit.scope_name(row["scope"]), _shown_value(row), place(row["locator"]) or "—",
                html.phrase(row["quote"]) if row["quote"] else "—", _QUOTED[row["quote_status"]],
            ]
        )  # fmt: skip
    columns = [
        Column("数字"),
        Column("范围"),
        Column("数值", numeric=True),
        Column("定位"),
        Column("原文短语"),
        Column("短语核对"),
    ]
    return html.table("数字表", columns, rows, id="figures", rest_in="figures.csv")


def _by_dictionary(run: Run) -> list[Row]:
    order = {figure: number for number, figure in enumerate(run.dictionary)}
    return sorted(run.table("figures"), key=lambda row: order[row["figure"]])


def _objectives(run: Run) -> Html:
    verdicts = {row["about"]: row for row in run.table("claims") if row["kind"] == "completion"}
    blocks: list[Text] = []
    for objective in run.table("objectives"):
        if objective["item"]:
            continue
        subs = [
            row
            for row in run.table("objectives")
            if row["objective"] == objective["objective"] and row["item"]
        ]
        rows: list[list[Text]] = []
        for row in subs:
            found = verdicts.get(f"{row['objective']}.{row['item']}")
            aim = (
                f"{COMPARATORS[row['comparator']]}{row['target']}{row['unit']}" if row["target"] else "未量化"
            )
            rows.append(
                [
                    row["measure"], aim, f"{row['actual']}{row['unit']}" if row["actual"] else "—",
                    html.tag(found["verdict"], VERDICTS[found["verdict"]]) if found else "—",
                    found["explanation"] if found else "—",
                ]
            )  # fmt: skip
        columns = [
            Column("子目标"),
            Column("目标值", numeric=True),
            Column("实际值", numeric=True),
            Column("判断"),
            Column("说明"),
        ]
        own = verdicts.get(objective["objective"])
        said = f"报告称“{objective['claimed']}”。{own['explanation']}。" if own else "报告没有说完成与否。"
        number = objective["objective"]
        blocks.append(
            html.section(
                3,
                f"objective-{number}",
                objective["measure"],
                html.paragraph(said),
                html.table(objective["measure"], columns, rows),
            )
        )
    return html.join(*blocks) if blocks else html.paragraph("没有登记绩效目标。")


def _statements(run: Run) -> Html:
    rows: list[list[Text]] = [
        [
            STATEMENT_KINDS[row["kind"]],
            place(row["locator"]),
            html.phrase(row["quote"]),
            row["about"] or "—",
            row["date"] or "—",
        ]
        for row in run.table("statements")
    ]
    columns = [Column("类别"), Column("定位"), Column("原文短语"), Column("关于"), Column("所涉日期")]
    return html.table("文字陈述", columns, rows, id="statements", rest_in="statements.csv")


def _products(stage: str) -> Callable[[Run], Html]:
    def build(run: Run) -> Html:
        own = next(known for known in STAGES if known.name == stage)
        rows: list[list[Text]] = []
        for name in own.tables:
            data = tables.to_csv(name, run.table(name))
            rows.append(
                [
                    html.code(f"{name}.csv"),
                    str(len(run.table(name))),
                    html.code(hashlib.sha256(data).hexdigest()),
                ]
            )
        return html.table("本章产出", [Column("表"), Column("行数", numeric=True), Column("sha256")], rows)

    return build


# --- quality ---------------------------------------------------------------------------------------------------


def _quality(run: Run) -> Html:
    rows: list[list[Text]] = []
    for row in run.table("quality"):
        kind, word = _OUTCOMES[row["passed"]]
        name, _, why = row["why"].partition("：")
        rows.append(
            [
                name, html.tag(kind, word), f"{SEVERITIES[row['severity']]}{'，阻断' if row['blocking'] == 'yes' else ''}",
                row["checked"], row["failed"], row["expected"], why,
            ]
        )  # fmt: skip
    columns = [
        Column("规则"), Column("结果"), Column("严重程度"), Column("检查", "行", numeric=True), Column("不符", "行", numeric=True),
        Column("应为"), Column("为什么查"),
    ]  # fmt: skip
    return html.table("数据质量规则", columns, rows, id="quality", rest_in="quality.csv")


def _exceptions(run: Run) -> Html:
    failed = [row for row in run.table("quality") if row["passed"] in {FAILED, NOT_RUN}]
    if not failed:
        return html.callout("good", "没有例外", "全部规则通过，或没有对象可查。")
    rows: list[list[Text]] = [
        [row["why"].partition("：")[0], row["where"] or "—", row["found"], row["expected"]] for row in failed
    ]
    return html.table("数据质量例外", [Column("规则"), Column("位置"), Column("发现"), Column("应为")], rows)


# --- indicators ------------------------------------------------------------------------------------------------


def _indicators(run: Run) -> Html:
    return html.join(*(_family(family, run) for family in run.rulebook.families))


def _other_indicators(run: Run) -> Html:
    """The families that no cell before has shown: a new family of indicators is never left out."""
    rest = [family for family in run.rulebook.families if family.id not in run.shown]
    return html.join(*(_family(family, run) for family in rest)) if rest else html.paragraph("没有其余指标。")


def _family(family: Family, run: Run) -> Html:
    run.shown.add(family.id)
    return html.section(
        3, f"family-{family.id}", family.question, *(_indicator(s, run, level=4) for s in family.stanzas)
    )


def _indicator(stanza: Stanza, run: Run, level: int = 3) -> Html:
    own = [r for r in run.results if r.indicator == stanza.id]
    chosen = [r for r in own if r.definition == run.scoring[stanza.id]]
    parts: list[Text] = [_answer(stanza, chosen, run)]
    if all(r.status == "not_assessable" for r in own):
        parts.append(_gap_note(own, run))
    else:
        parts.append(html.figure(graphs.of(stanza, run), "数据来源：见各行依据"))
    parts.append(_results_table(stanza, own, run))
    parts.append(_meaning(stanza, run))
    return html.section(level, f"indicator-{stanza.id}", stanza.name, *parts)  # type: ignore[arg-type]


def _answer(stanza: Stanza, chosen: list[Result], run: Run) -> Html:
    whole = next((r for r in chosen if (r.scope, r.item) == (DEPARTMENT, "")), None)
    beyond = [r for r in chosen if _beyond(r, run)]
    lines: list[Text] = []
    if whole is not None:
        name = stanza.definitions[whole.definition].name
        sums = _sum_words(whole, stanza, run)
        lines.append(f"{run.audit.case.year}年部门整体{stanza.name}（{name}）：{value_words(whole)}{sums}。")
    else:
        counts = Counter(r.status for r in chosen)
        lines.append(
            f"共 {len(chosen)} 个结果，算出 {counts[COMPUTED]} 个，无法评价 {counts['not_assessable']} 个。"
        )
    if whole is not None and whole.status == "not_assessable":
        lines += [
            f"可以算出的{definition.name}：{value_words(r)}{_sum_words(r, stanza, run)}。"
            for name, definition in stanza.definitions.items()
            for r in run.results
            if (r.indicator, r.definition, r.scope, r.item) == (stanza.id, name, DEPARTMENT, "")
            and definition.bound
            and r.status == COMPUTED
        ]
    if beyond and stanza.limit:
        said = "；".join(f"{graphs.row_name(stanza, r, run)}{value_words(r)}" for r in beyond)
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
    return html.callout("warning", "无法评价", html.bullets(_documents(own, run)))


def _documents(own: list[Result], run: Run) -> list[str]:
    """Which figures are missing and which document would supply each."""
    lacking = dict.fromkeys(key.partition(":")[0] for r in own for key in r.lacking)
    return [f"缺“{run.dictionary[figure].name}”：{run.dictionary[figure].table}" for figure in lacking]


def _results_table(stanza: Stanza, own: list[Result], run: Run) -> Html:
    rows: list[list[Text]] = []
    under: list[Text] = []
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
            terms.append(("数值范围", _range_words(r)))
        if definition.note:
            terms.append(("说明", definition.note))
        terms += _trace(r, run)
        sign = html.tag("disagrees", "越限") if _beyond(r, run) and scores else ""
        value: Text = html.join(value_words(r), sign) if sign else value_words(r)
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
    return html.table(caption, columns, rows, rest_in="indicators.csv", under=under)


def _range_words(r: Result) -> str:
    assert r.interval
    return f"按公布精度，真值在 {_fine(r.interval.low)} 与 {_fine(r.interval.high)} 之间"


def _fine(value: Fraction) -> str:
    from auditbook.numbers import rounded

    return f"{rounded(value * 100, 6):f}%"


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
        said = html.join(
            f"{scope}{_shown_value(row)}，{row['locator']}，",
            html.phrase(row["quote"]),
            f"（{_QUOTED[row['quote_status']]}）",
        )
        found.append((name, said))
    found += [
        (f"缺：{run.dictionary[key.partition(':')[0]].name}", run.dictionary[key.partition(":")[0]].table)
        for key in r.lacking
    ]
    return found


def _meaning(stanza: Stanza, run: Run) -> Html:
    primary = run.scoring[stanza.id]
    pairs: list[tuple[Text, Text]] = [("为什么看它", stanza.why), ("注意", stanza.caveats)]
    for name, definition in stanza.definitions.items():
        formula = formulas.read(definition.formula)
        words = formula.sentence({figure: run.dictionary[figure].name for figure in formula.figures})
        mark = "（计分口径）" if name == primary else ""
        pairs.append((f"口径：{definition.name}{mark}", f"{words}。依据：{definition.source}"))
    return html.definition_list(pairs)


def _claimed(row: Row, run: Run) -> str:
    """What a published number speaks of: indicator or figure, and the item."""
    name, _, item = row["about"].partition(":")
    figure = name if name in run.dictionary else ""
    if name in run.rulebook.stanzas:
        stanza = run.rulebook.stanzas[name]
        figure = formulas.read(stanza.definitions[stanza.primary].formula).figures[0]
    words = about_name(row["about"], run.rulebook, run.table("objectives"))
    return f"{words}·{run.figures.item_name(figure, item)}" if item and figure else words


def _claims(run: Run) -> Html:
    rows: list[list[Text]] = []
    under: list[Text] = []
    worst_first = list(VERDICTS)[::-1]
    for row in sorted(run.table("claims"), key=lambda row: worst_first.index(row["verdict"])):
        if row["kind"] == "completion":
            continue
        printed = f"{row['published']}{row['unit']}"
        rows.append(
            [
                _claimed(row, run), CLAIM_KINDS[row["kind"]], printed,
                html.tag(row["verdict"], VERDICTS[row["verdict"]]), row["explanation"],
            ]
        )  # fmt: skip
        terms: list[tuple[Text, Text]] = [("短语", html.phrase(row["quote"])), ("位置", row["locator"])]
        under.append(html.evidence(f"出处 {place(row['locator'])}", terms))
    columns = [
        Column("所说的数"),
        Column("类别"),
        Column("公布值", numeric=True),
        Column("判断"),
        Column("重算与说明"),
    ]
    return html.table("公布的数字逐一判断", columns, rows, id="claims", rest_in="claims.csv", under=under)


# --- scores and findings ---------------------------------------------------------------------------------------


def _scores(run: Run) -> Html:
    rows: list[list[Text]] = []
    for row in sorted(run.table("scores"), key=lambda row: row["level"] == "total"):
        total = row["level"] == "total"
        low, high = Fraction(row["lowest"]), Fraction(row["highest"])
        rows.append(
            [
                "合计" if total else graphs.score_line_name(row, run), row["weight"], points_text(low), points_text(high),
                row["self_scored"] or "—", row["rule"] or "—", row["reason"] or "已评",
            ]
        )  # fmt: skip
    columns = [
        Column("指标"), Column("分值", "分", numeric=True), Column("已证实", "分", numeric=True), Column("最高可能", "分", numeric=True),
        Column("自评", "分", numeric=True), Column("评分规则"), Column("情况"),
    ]  # fmt: skip
    note = f"评分表：{run.framework.title}（{run.framework.issuer}，{run.framework.edition}）。{run.framework.caveats}"
    return html.join(
        html.figure(graphs.score_interval(run)),
        html.table("得分表", columns, rows, total_row=True, note=note, id="scores"),
    )


def _findings(run: Run) -> Html:
    found = sorted(run.table("findings"), key=lambda row: int(row["number"]))
    if not found:
        return html.callout(
            "good", "没有审计发现", "规则没有发现问题；这不等于没有问题，见“本报告没有证明什么”。"
        )
    names = _finding_names(run)
    overview: list[list[Text]] = [
        [
            row["number"], html.tag(row["severity"], SEVERITIES[row["severity"]]),
            html.link(names[row["rule"]], f"#finding-{row['number']}"), _subject(row, run) or "—",
            FINDING_KINDS[row["kind"]],
        ]
        for row in found
    ]  # fmt: skip
    columns = [Column(name) for name in ("序号", "严重程度", "发现", "关于", "类型")]
    blocks: list[Text] = [html.table("审计发现一览", columns, overview, id="findings")]
    for row in found:
        amount = text(parse(row["amount"]) * factor(row["unit"]), row["unit"]) if row["amount"] else "—"
        pairs: list[tuple[Text, Text]] = [
            ("标准", row["criterion"]), ("事实", _condition(row["condition"])), ("原因", row["cause"]), ("影响", row["effect"]),
            ("建议", row["recommendation"]), ("超出或涉及", amount), ("范围", run.audit.scope_name(row["scope"])),
            ("依据", _evidence(row, run)), ("来自", f"规则“{names[row['rule']]}”（{row['rule']}）"),
            ("单位回复", row["reply"] or "（待征求意见）"),
        ]  # fmt: skip
        heading = html.join(
            f"发现{row['number']}：{names[row['rule']]}",
            html.tag(row["severity"], SEVERITIES[row["severity"]]),
        )
        blocks.append(html.section(3, f"finding-{row['number']}", heading, html.definition_list(pairs)))
    return html.join(*blocks)


def _condition(condition: str) -> Text:
    """The facts of a finding, one a line where there are several."""
    parts = _SEVERAL.split(condition)
    return html.bullets(parts[1:]) if len(parts) > 2 and not parts[0] else condition


def _subject(row: Row, run: Run) -> str:
    """What a finding is about, in the words of the evidence; "" where its rule already says it."""
    about = row["finding"].split(":", 1)[1].rpartition(":")[0]
    name = about_name(about, run.rulebook, run.table("objectives"))
    if row["scope"] != DEPARTMENT:
        return run.audit.scope_name(row["scope"])
    return name if re.search(r"[一-鿿]", name) else ""


def _evidence(row: Row, run: Run) -> Html:
    """The evidence of a finding, each piece with its place and phrase."""
    claims = {claim["claim"]: claim for claim in run.table("claims")}
    statements = {statement["statement"]: statement for statement in run.table("statements")}
    titles = {source["source"]: source["title"] for source in run.table("sources")}
    figures = {
        f"{f['figure']}:{f['scope']}:{f['item']}:{f['year']}": f
        for f in run.table("figures")
        if f["chosen"] == "yes"
    }
    lines: list[Text] = []
    for key in row["evidence"].split(";"):
        kind, _, name = key.partition(":")
        if kind == "claim" and name in claims:
            lines.append(html.join(f"{claims[name]['locator']}：", html.phrase(claims[name]["quote"])))
        elif kind == "statement" and name in statements:
            lines.append(
                html.join(f"{statements[name]['locator']}：", html.phrase(statements[name]["quote"]))
            )
        elif kind == "source":
            lines.append(f"资料登记簿：{titles.get(name, name)}")
        elif key in figures:
            f = figures[key]
            lines.append(
                html.join(
                    f"{run.dictionary[f['figure']].name}{_shown_value(f)}，{f['locator']}：",
                    html.phrase(f["quote"]),
                )
            )
        else:
            lines.append(key)
    return html.bullets(lines)


def _gaps(run: Run) -> Html:
    rows: list[list[Text]] = []
    for stanza in run.rulebook.stanzas.values():
        lacking = [r for r in run.results if r.indicator == stanza.id and r.status == "not_assessable"]
        for r in lacking:
            rows.append(
                [
                    stanza.name,
                    stanza.definitions[r.definition].name,
                    graphs.row_name(stanza, r, run),
                    "；".join(_documents([r], run)),
                ]
            )
    for source in run.table("sources"):
        if source["status"] == "absent":
            rows.append(["（全部评分）", "—", source["title"], source["reason"] or "报告引用而未取得"])
    columns = [Column("指标"), Column("口径"), Column("范围"), Column("需要补充的资料")]
    return (
        html.table("无法评价之处与需要补充的资料", columns, rows)
        if rows
        else html.paragraph("没有无法评价之处。")
    )


def _assumptions(run: Run) -> Html:
    case = run.audit.case
    pairs: list[tuple[Text, Text]] = [
        ("评分表", f"{run.framework.title}。{run.framework.source}。{case.framework_reason or ''}")
    ]
    if case.materiality:
        pairs.append(
            ("重要性水平", f"{case.materiality.amount} {case.materiality.unit}：{case.materiality.reason}")
        )
    for stanza in run.rulebook.stanzas.values():
        definition = stanza.definitions[run.scoring[stanza.id]]
        pairs.append((stanza.name, f"计分口径“{definition.name}”。{definition.note or ''}"))
    if run.audit.scenario:
        changed = "、".join(
            f"{run.rulebook.stanzas[i].name}改用“{run.rulebook.stanzas[i].definitions[d].name}”"
            for i, d in run.audit.scenario.definitions.items()
        )
        pairs.insert(0, ("情景", f"{run.audit.scenario.reason}。{changed}"))
    return html.definition_list(pairs)


def _verification(run: Run) -> Html:
    prints = fingerprints(run)
    named = {"evidence": "原始资料", "rules": "规则（案例、评分表、字典）", "program": "程序"}
    rows: list[list[Text]] = [[named[name], html.code(digest)] for name, digest in prints.items()]
    return html.join(
        html.table("本报告的指纹（sha256）", [Column("依据"), Column("指纹")], rows),
        html.paragraph(
            "在项目文件夹内运行 ",
            html.code(f"make report CASE={run.audit.case.case}"),
            "，同样的资料、规则和程序得出同样的页面。",
        ),
    )


def _limits(run: Run) -> Html:
    lines = [
        "数字取自部门自己的报告，没有核对会计账簿、凭证和银行回单；这里证明的是报告自身是否站得住，不是支出是否真实。",
        "公布的比率按公布精度判断；公布得越粗，能证明的越少。",
        "文字陈述没有文号、日期、验收材料的，列为无法核对，不等于没有做。",
        _phrase_sentence(run),
        f"评分借用“{run.framework.title}”，{run.framework.caveats}",
    ]
    return html.bullets(lines)


PARTS: dict[str, Callable[[Run], Html]] = {
    "conclusion": _conclusion,
    "key_figures": _key_figures,
    "ingest_conclusion": _ingest_conclusion,
    "quality_conclusion": _quality_conclusion,
    "indicators_conclusion": _indicators_conclusion,
    "findings_conclusion": _findings_conclusion,
    "sources": _sources,
    "figures": _figures,
    "objectives": _objectives,
    "statements": _statements,
    "quality": _quality,
    "exceptions": _exceptions,
    "indicators": _indicators,
    "other_indicators": _other_indicators,
    "claims": _claims,
    "scores": _scores,
    "findings": _findings,
    "gaps": _gaps,
    "assumptions": _assumptions,
    "verification": _verification,
    "limits": _limits,
    "ingest_products": _products("ingest"),
    "quality_products": _products("quality"),
    "indicators_products": _products("indicators"),
    "findings_products": _products("findings"),
}
