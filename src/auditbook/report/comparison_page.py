"""The page of a comparison: what moved, why, and every difference once; several runs side by side."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from auditbook import charts
from auditbook.comparison.causes import KINDS, kind_words
from auditbook.comparison.compared import (
    Caused,
    Comparison,
    is_own,
    score_words,
    through,
)
from auditbook.comparison.differing import EVIDENCE_TABLES, Difference, Relation, share_words
from auditbook.comparison.kept_runs import KeptRun
from auditbook.comparison.names import LINES, TOTAL, Names
from auditbook.comparison.told import (
    RESULTS,
    cause_words,
    change_words,
    ends_words,
    findings_line,
    notes,
    score_line,
    shares_rows,
    title_words,
    together_words,
    told_results,
)
from auditbook.report import fragments as html
from auditbook.report import page
from auditbook.report.column_names import TABLES
from auditbook.report.fragments import Column, Html, Text
from auditbook.tables import Row

_ALL_IN = "auditbook compare --json"
_MOST_CAUSES = 6  # of a group, before the rest is folded
_SIGNS = {"evidence": "traced", "rules": "note", "assumptions": "warning", "program": "medium"}


def view(runs: Sequence[KeptRun], comparisons: Sequence[Comparison]) -> str:
    """The whole page of a comparison; one file, nothing in it loads or runs.

    Takes    runs: two or more; comparisons: each of the others with the first.
    """
    several = len(comparisons) > 1
    parts: list[Html] = [_matrix(runs)] if several else []
    for place, comparison in enumerate(comparisons, 1):
        parts += _several(comparison, place) if several else list(_parts(comparison, ""))
    parts.append(html.section(2, "method", "这一页怎样得来", *_method(runs)))
    title = (
        "、".join(run.label for run in runs) + "并列" if several else f"比较：{title_words(comparisons[0])}"
    )
    footer = "\n".join(f"{run.label}：{_origin(run)}" for run in runs)
    return page.compose(
        str(html.join(*parts).markup), title=title, subtitle=_subtitle(runs), kind="working-paper", footer=footer,
        fingerprint=" ".join(run.manifest.tables["findings"][:8] for run in runs),
    )  # fmt: skip


def _subtitle(runs: Sequence[KeptRun]) -> str:
    return "\n".join(dict.fromkeys(f"{run.department}，{run.year}年度" for run in runs))


def _origin(run: KeptRun) -> str:
    program = run.manifest.program
    scenario = f"，情景 {run.manifest.scenario}" if run.manifest.scenario else ""
    return f"案例 {run.manifest.case}{scenario}，程序 {program['version']}（sha256 {program['digest'][:12]}）"


def _matrix(runs: Sequence[KeptRun]) -> Html:
    results, silent = told_results(runs)
    rows: list[list[Text]] = [
        [
            r.name,
            *(html.join(html.tag("note", t)) if d else t for t, d in zip(r.texts, r.differs, strict=True)),
        ]
        for r in results
    ]
    table = html.table(
        "主要结果并列，带 ※ 的与第一次不同",
        [Column("结果"), *(Column(run.label) for run in runs)],
        rows,
        note=silent,
    )
    return html.section(2, "matrix", "主要结果并列", table)


def _several(comparison: Comparison, place: int) -> list[Html]:
    """One of several comparisons: its headline and its causes; the rest is told by a comparison of the two alone."""
    own = f"c{place}-"
    body = [
        *_notes(comparison),
        html.bullets([score_line(comparison), findings_line(comparison)]),
        *_causes(comparison, own),
    ]
    return [html.section(2, f"{own}compared", f"与第一次比：{comparison.after.label}", *body)]


def _parts(comparison: Comparison, prefix: str) -> Iterator[Html]:
    yield html.section(2, "summary", "变了什么", *_summary(comparison))
    yield html.section(
        2, "causes", f"原因与后果（{len(comparison.groups)} 处）", *_causes(comparison, prefix)
    )
    yield html.section(2, "score", "得分", *_score(comparison))
    for name in RESULTS:
        own = comparison.of_results(name)
        if own and name != "scores":
            yield html.section(
                2, name, f"{TABLES[name]}（{len(own)} 处不同）", _results(name, own, comparison)
            )
    evidence = [
        d
        for name in EVIDENCE_TABLES
        for d in comparison.differences.get(name, ())
        if not comparison.numbers(d)
    ]
    if evidence:
        yield html.section(2, "evidence", f"资料（{len(evidence)} 处不同）", *_evidence(comparison))
    if idle := comparison.idle:
        words = [f"{kind_words(cause.kinds)}：{cause.words}" for cause in idle]
        body = (
            html.bullets(words)
            if len(words) <= _MOST_CAUSES
            else html.folded("列出全部", html.bullets(words))
        )
        yield html.section(2, "idle", f"没有改变任何结果的改动（{len(idle)} 处）", body)


def _notes(comparison: Comparison) -> list[Html]:
    said = notes(comparison)
    if not said:
        return []
    other = comparison.matching.relation is not Relation.SAME
    return [html.callout("warning" if other else "note", "先要知道的", *said)]


def _summary(comparison: Comparison) -> list[Text]:
    before, after = comparison.before, comparison.after
    told = comparison.differences
    claims = str(len(comparison.of_results("claims"))) if "claims" in told else "不比较"
    kinds = list(dict.fromkeys(kind for group in comparison.groups for kind in group.kinds))
    findings = [len(run.tables["findings"]) for run in (before, after)]
    cards: list[tuple[Text, Text, Text]] = [
        (
            "得分",
            _arrow(score_words(before.total), score_words(after.total)),
            ends_words(comparison.scored.change),
        ),
        ("等级", _arrow(*(run.scheme_row["grade"] or "不评" for run in (before, after))), "按各自的评分表"),
        ("审计发现", _arrow(*map(str, findings)), findings_line(comparison).partition("（")[2].rstrip("）")),
        ("指标值", str(len(comparison.of_results("indicators"))), "项不同"),
        ("陈述判断", claims, "条不同" if "claims" in told else "部门不同"),
        ("原因", kind_words([k for k in KINDS if k in kinds]) or "没有", f"{len(comparison.groups)} 处"),
    ]
    said = "两次运行的每张表都相同。" if comparison.same else ""
    return [*_notes(comparison), html.key_figures(cards), html.paragraph(said) if said else ""]


def _arrow(before: str, after: str) -> str:
    return before if before == after else f"{before} → {after}"


def _causes(comparison: Comparison, prefix: str) -> list[Text]:
    if not comparison.groups:
        return [html.paragraph("没有一处结果不同。")]
    rows: list[list[Text]] = []
    for number, group in enumerate(comparison.groups, 1):
        rows.append(
            [
                str(number),
                _kinds(group),
                _listed(cause_words(group)),
                group.words,
                "—" if group.effect is None else ends_words(group.effect),
            ]
        )
    table = html.table(
        "每处原因和它的后果，对得分影响大的在前",
        [Column("原因"), Column("类别"), Column("改动"), Column("因此变化"), Column("单独改，得分变动")],
        rows,
        row_ids=[f"{prefix}g{number}" for number in range(1, len(rows) + 1)],
        rest_in=_ALL_IN,
    )
    return [table]


def _kinds(group: Caused) -> Html:
    tags = [html.tag(_SIGNS[kind], KINDS[kind]) for kind in group.kinds]
    return html.join(*(part for tag in tags for part in (tag, " ")))


def _listed(words: Sequence[str]) -> Text:
    """Causes without their kind, which stands beside them."""
    own = [line.partition("：")[2] for line in words]
    if len(own) == 1:
        return own[0]
    if len(own) <= _MOST_CAUSES:
        return html.bullets(own)
    return html.join(
        html.bullets(own[:_MOST_CAUSES]),
        html.folded(f"另有 {len(own) - _MOST_CAUSES} 处", html.bullets(own[_MOST_CAUSES:])),
    )


# --- the score --------------------------------------------------------------------------------------------------


def _score(comparison: Comparison) -> Iterator[Text]:
    if comparison.scored.why:
        yield html.callout("note", "没有按原因分摊", comparison.scored.why + "。")
    drawn = _moved(comparison)
    share = comparison.matching.relation is Relation.OTHER_DEPARTMENT or not comparison.matching.same_scheme
    caption = "各行得分占本行分值" if share else "各组与合计的得分"
    yield html.figure(
        charts.moved("score-moved", caption, drawn, "%" if share else "分", "前", "后"),
        f"“前”是{comparison.before.label}，“后”是{comparison.after.label}",
    )
    scored = comparison.scored
    if any(scored.change) and (scored.players or any(scored.program)):
        rows: list[list[Text]] = [list(row) for row in shares_rows(scored)]
        rows.append(["合计", "", "", "", ends_words(scored.change)])
        note = "单独改：只改这一处；最后改：别的都改了再改它；所占份额：各种先后顺序的平均，各份相加正好是总的变动。"
        yield html.table(
            "得分变动按原因分摊",
            [Column("类别"), Column("改动"), Column("单独改"), Column("最后改"), Column("所占份额")],
            rows, True, f"{note}{together_words(scored)}{'。' if together_words(scored) else ''}",
        )  # fmt: skip
    own = comparison.differences.get("scores", ())
    if own:
        rows = [_line(d, comparison) for d in sorted(own, key=_order)]
        columns = [
            Column("行"), Column("分值", numeric=True), Column("前", numeric=True), Column("后", numeric=True), Column("变动"),
            Column("还变了什么"), Column("经由"), Column("原因"),
        ]  # fmt: skip
        filled = [place for place in range(len(columns)) if any(row[place] for row in rows)]
        yield html.table(
            "得分的每处不同",
            [columns[n] for n in filled],
            [[row[n] for n in filled] for row in rows],
            rest_in=_ALL_IN,
        )


def _order(difference: Difference) -> tuple[int, Fraction, str]:
    level = (LINES, "group", TOTAL).index(difference.rows[0]["level"])
    return level, -abs(difference.moved("lowest")) - abs(difference.moved("highest")), difference.name


def _line(difference: Difference, comparison: Comparison) -> list[Text]:
    rows = difference.rows
    weights = list(dict.fromkeys(row["weight"] for row in rows))
    ends = [score_words(row) if row else "—" for row in (difference.before, difference.after)]
    moved = (difference.moved("lowest"), difference.moved("highest"))
    others = [
        c
        for c in difference.changes
        if c.column not in ("weight", "points", "lowest", "highest", "reason", "documents")
    ]
    said = (
        change_words(Difference("scores", difference.key, difference.how, "", None, None, tuple(others)))
        if others
        else ""
    )
    return [
        difference.name, " → ".join(weights), ends[0], ends[1], ends_words(moved), said or ("" if difference.changes else change_words(difference)),
        through(difference, comparison), _group(difference, comparison),
    ]  # fmt: skip


def _group(difference: Difference, comparison: Comparison) -> Text:
    """The causes that a difference rests on, by their numbers."""
    if not is_own(difference):
        return "各行之和"
    links = [html.link(str(number), f"#g{number}") for number in comparison.numbers(difference)]
    return html.join(
        *(part for place, link in enumerate(links) for part in (("、", link) if place else (link,)))
    )


def _moved(comparison: Comparison) -> list[charts.Moved]:
    """The score of each group and in total; of different schemes the matched lines, as shares of what each is worth."""
    before, after = comparison.before, comparison.after
    names = Names(after)
    if comparison.matching.same_scheme and comparison.matching.relation is not Relation.OTHER_DEPARTMENT:
        own = [[row for row in run.tables["scores"] if row["level"] != LINES] for run in (before, after)]
        later = {(row["level"], row["indicator"]): row for row in own[1]}
        pairs = [
            (names.row("scores", row), row, later.get((row["level"], row["indicator"]))) for row in own[0]
        ]
        return [_of_pair(name, one, other, share=False) for name, one, other in pairs]
    keyed = [comparison.matching.of_run(run, "scores") for run in (before, after)]
    pairs = [
        (names.row("scores", keyed[1][key]), row, keyed[1][key])
        for key, row in keyed[0].items()
        if key in keyed[1]
    ]
    return [_of_pair(name, one, other, share=True) for name, one, other in pairs]


def _of_pair(name: str, one: Row, other: Row | None, *, share: bool) -> charts.Moved:
    def ends(row: Row | None) -> tuple[Fraction, Fraction] | None:
        if row is None:
            return None
        held = Fraction(row["weight"]) if share else Fraction(1)
        return Fraction(row["lowest"]) / held, Fraction(row["highest"]) / held

    def text(row: Row | None) -> str:
        own = ends(row)
        if row is None or own is None:
            return "—"
        return "～".join(dict.fromkeys(map(share_words, own))) if share else score_words(row)

    return charts.Moved(name, ends(one), ends(other), (text(one), text(other)))


# --- everything else --------------------------------------------------------------------------------------------


def _results(name: str, own: Sequence[Difference], comparison: Comparison) -> Html:
    rows: list[list[Text]] = [
        [d.name, change_words(d), through(d, comparison) or "—", _group(d, comparison)] for d in own
    ]
    columns = [Column("名称"), Column("变化"), Column("经由"), Column("原因")]
    if not any(row[2] != "—" for row in rows):
        rows, columns = [[*row[:2], row[3]] for row in rows], [*columns[:2], columns[3]]
    return html.table(f"{TABLES[name]}的每处不同", columns, rows, rest_in=_ALL_IN)


def _evidence(comparison: Comparison) -> Iterator[Html]:
    for name in EVIDENCE_TABLES:
        own = [d for d in comparison.differences.get(name, ()) if not comparison.numbers(d)]
        if own:
            rows: list[list[Text]] = [[d.name, change_words(d)] for d in own]
            yield html.table(
                f"{TABLES[name]}的每处不同", [Column("名称"), Column("变化")], rows, rest_in=_ALL_IN
            )


def _method(runs: Sequence[KeptRun]) -> list[Text]:
    return [
        html.paragraph(
            "每次运行留下它的各张表、当时的规则文件，以及程序与资料的 sha256。两次运行的表按主键对应，逐行比较；每一处改动"
            "（一个数字、一条规则、情景的一项）单独换成另一次运行的样子，用本程序在内存里重算，结果随之变的，就归于它；"
            "反过来，从后一次里单独撤回它，也试一遍。程序的作用，是同样的资料与规则重算后与当时记录之差。"
        ),
        html.paragraph(
            "逐句核对、数据质量与独立核对不能离开原件重做：它们的不同，按哪一类输入不同来排除；只有一类不同的就是它，"
            "不止一类的写明分不开。"
        ),
        html.definition_list((run.label, _origin(run)) for run in runs),
    ]
