"""What the start page shows in JupyterLab: the cases that there are, and what comes of a scenario while it is being set."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from auditbook import charts
from auditbook.charts import Chart, Span
from auditbook.findings import SEVERITIES
from auditbook.report import fragments as html
from auditbook.report.finding_parts import brief
from auditbook.report.fragments import Column, Html, Text
from auditbook.scoring_rules import points_text

if TYPE_CHECKING:
    from auditbook.overview import Listed
    from auditbook.side_by_side import Standing
    from auditbook.workbench import Found, Outcome

CASE, SCENARIO = "案例", "情景"
UNGRADED = "不评等级"
MOST_FINDINGS = 12
MOST_CHANGES = 6
_STATE_TAGS = {"never": "not_applicable", "changed": "warning", "proven": "good", "unreadable": "warning"}


def cases(own: Sequence[Listed], states: dict[str, str], page: Path) -> Html:
    """The cases and their runs: whose, which year, where the run stands, its score, a link to its report.

    Takes    states: what each state is called; page: the folder of the page that shows it, for the links.
    """
    if not own:
        return html.paragraph("还没有案例。从零开始一个：", html.code("auditbook new"))
    rows: list[list[Text]] = [
        [
            entry.case if not entry.scenario else html.join("└ ", entry.scenario), entry.department, entry.year,
            html.tag(_STATE_TAGS[entry.state], states[entry.state]), entry.score or "—", report_link(entry.report, page) if entry.report else "—",
        ]
        for entry in own
    ]  # fmt: skip
    columns = [
        Column("案例（└ 其情景）"), Column("部门"), Column("年度"), Column("上次运行"), Column("得分"), Column("报告"),
    ]  # fmt: skip
    unreadable = [fault for entry in own for fault in entry.faults]
    wrong = [html.callout("warning", "读不通的案例文件", html.bullets(unreadable))] if unreadable else []
    note = "得分的两端是已证实与最高可能；只有核实未变的运行才列出得分与报告。"
    return html.join(html.table("现有的案例", columns, rows, note=note), *wrong)


def report_link(report: Path, page: Path) -> Text:
    """A link to a report where JupyterLab can follow it, from a page of the project; else the place of the file."""
    target = Path(os.path.relpath(report, page)).as_posix()
    return html.link("打开报告", target) if not target.startswith("../../") else html.code(str(report))


def outcome(found: Outcome) -> Html:
    """What comes of a scenario against the case; where the settings do not hold, why, and the case alone."""
    before, after = found.before, found.after
    if after is None:
        wrong = html.bullets(trouble.words for trouble in found.troubles)
        said = html.callout("warning", "这样的设定不成立，没有重算", wrong)
        return html.join(said, html.paragraph("案例本身的结果："), _figures(before, before), _drawn(before))
    parts: list[Text] = [_figures(before, after), _drawn(before, after)]
    if not after.changes:
        parts.append(html.paragraph("还没有改动：以上是案例本身的结果。"))
        return html.join(*parts)
    changes = [f"改：{words}" for words in after.changes]
    parts.append(html.bullets(changes[:MOST_CHANGES]))
    if rest := changes[MOST_CHANGES:]:
        parts.append(html.folded(f"另有 {len(rest)} 处改动", html.bullets(rest)))
    if not after.moved:
        parts.append(html.paragraph("结果没有变化。"))
    parts += _findings("多出的发现", found.gained)
    parts += _findings("消失的发现", found.lost)
    parts += _findings("严重程度变了的发现", found.regraded)
    for title, name, rows in (
        ("变了的指标", "指标", found.indicators),
        ("变了的得分", "评分表的一行", found.lines),
    ):
        if rows:
            columns = [Column(name), Column(CASE), Column(SCENARIO)]
            parts.append(html.table(title, columns, [[*row] for row in rows]))
    return html.join(*parts)


def _figures(before: Standing, after: Standing) -> Html:
    pairs = (
        ("得分（已证实～可能）", before.score_words, after.score_words),
        ("等级", before.grade or UNGRADED, after.grade or UNGRADED),
        ("可评权重", f"{points_text(before.assessable)}分", f"{points_text(after.assessable)}分"),
        ("审计发现", before.findings_words, after.findings_words),
    )
    return html.key_figures(
        (name, now, "" if before is after else f"{CASE}：{was}" if was != now else "与案例相同")
        for name, was, now in pairs
    )


def _drawn(*own: Standing) -> Html:
    """The intervals in one drawing; in two where the schemes have other full marks."""
    scored = [
        (name, standing) for name, standing in zip((CASE, SCENARIO), own, strict=False) if standing.score
    ]
    if len({standing.full for _, standing in scored}) > 1:
        return html.join(*(html.figure(_interval([one])) for one in scored))
    return html.figure(_interval(scored)) if scored else html.join()


def _interval(scored: Sequence[tuple[str, Standing]]) -> Chart:
    spans = [
        Span(name, standing.score.low, standing.score.high, standing.score_words.replace("分", " 分"))
        for name, standing in scored
        if standing.score
    ]
    name = "trial-" + "-".join("case" if own == CASE else "scenario" for own, _ in scored)
    return charts.interval(name, "得分：已证实与仍可能", spans, "分", scored[0][1].full)


def _findings(title: str, own: Sequence[Found]) -> Iterator[Html]:
    if not own:
        return
    lines: list[Text] = [
        html.join(_severity(found), " ", found.name, f"：{brief(found.condition)}")
        for found in own[:MOST_FINDINGS]
    ]
    if len(own) > MOST_FINDINGS:
        lines.append(f"另有 {len(own) - MOST_FINDINGS} 项")
    yield html.paragraph(f"{title} {len(own)} 项：")
    yield html.bullets(lines)


def _severity(found: Found) -> Html:
    chip = html.tag(found.severity, SEVERITIES[found.severity])
    return (
        chip
        if found.before == found.severity
        else html.join(html.tag(found.before, SEVERITIES[found.before]), " → ", chip)
    )
