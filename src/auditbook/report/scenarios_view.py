"""The page of all scenarios of a case side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditbook.report import fragments as html
from auditbook.report import page
from auditbook.report.fragments import Column, Text
from auditbook.scoring_rules import points_text

if TYPE_CHECKING:
    from auditbook.side_by_side import Matrix, Standing

_CASE = "案例本身"


def view(matrix: Matrix) -> str:
    """The whole page: one file, nothing in it loads or runs."""
    own = matrix.applying
    parts = [
        html.section(2, "scores", "得分与发现", _scores(own)),
        html.section(2, "indicators", "部门整体的指标", _indicators(matrix)),
        html.section(2, "changes", "改了什么，动了什么", *(_changes(s) for s in own if s.name)),
    ]
    if matrix.refused:
        listed = [
            html.join(f"{s.name}（{s.reason}）：", html.bullets(map(str, s.faults))) for s in matrix.refused
        ]
        parts.append(html.section(2, "refused", "不适用的情景", html.bullets(listed)))
    return page.compose(
        str(html.join(*parts).markup), title=f"{matrix.title}：各情景并列", kind="working-paper",
        subtitle="同一份资料在各情景之下的得分、等级、发现与指标；情景是分析人员的设定，不是资料",
    )  # fmt: skip


def _scores(own: tuple[Standing, ...]) -> Text:
    rows: list[list[Text]] = [
        [
            s.name or _CASE, s.scheme, s.score_words, points_text(s.assessable), s.grade or "—",
            *(str((s.findings or {}).get(severity, 0)) for severity in ("high", "medium", "low")),
        ]
        for s in own
    ]  # fmt: skip
    columns = [
        Column("情景"), Column("评分表"), Column("得分"), Column("可评权重", "分", numeric=True), Column("等级"),
        Column("高", "项", numeric=True), Column("中", "项", numeric=True), Column("低", "项", numeric=True),
    ]  # fmt: skip
    note = "得分的两端是已证实与最高可能。带“（假设）”的数依据情景假设的数字。"
    return html.table("各情景的得分与发现", columns, rows, note=note)


def _indicators(matrix: Matrix) -> Text:
    if not matrix.rows:
        return html.paragraph("没有算得出的指标。")
    columns = [Column("指标"), *(Column(s.name or _CASE) for s in matrix.applying)]
    rows: list[list[Text]] = [[name, *values] for name, values in matrix.rows]
    return html.table("各情景的指标（计分口径）", columns, rows)


def _changes(standing: Standing) -> Text:
    moved = standing.moved or ("没有变化",)
    return html.section(
        3, f"scenario-{standing.name}", standing.name, html.paragraph(standing.reason),
        html.definition_list(
            [("改动", html.bullets(standing.changes or ("没有",))), ("结果的变化", html.bullets(moved))]
        ),
    )  # fmt: skip
