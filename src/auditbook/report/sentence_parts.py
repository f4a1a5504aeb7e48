"""What the sentences of published documents state, as the page shows it: how much was checked, then what does not hold."""

from __future__ import annotations

from collections import defaultdict

from auditbook.claims import VERDICTS, place
from auditbook.narrative.stated import FAULTS, STATED
from auditbook.pipeline import Run
from auditbook.report import fragments as html
from auditbook.report.fragments import Column, Html, Text
from auditbook.tables import Row

_SEVERITIES = {"high": "高", "medium": "中", "low": "低"}
_NONE = "没有取得可以逐句核对的公开说明或评价报告原文，其中的话没有核对。"


def sentences(run: Run) -> Html:
    """Every document that was read sentence by sentence: its coverage, and the statements that do not hold."""
    if not run.table("coverage"):
        return html.paragraph(_NONE)
    return html.join(html.bullets(coverage_lines(run)), _wrong(run))


def coverage_lines(run: Run) -> list[Text]:
    """A line a document: how many numbers it has, how many were read, judged and left."""
    titles = {row["source"]: row["title"] for row in run.table("sources")}
    counts: dict[str, dict[str, str]] = defaultdict(dict)
    for row in run.table("coverage"):
        counts[row["source"]][row["what"]] = row["count"]
    lines: list[Text] = []
    for source, own in counts.items():
        judged = "、".join(
            f"{name} {own[verdict]} 条" for verdict, name in VERDICTS.items() if verdict in own
        )
        aside = sum(int(count) for what, count in own.items() if what.startswith("aside "))
        lines.append(
            f"“{titles.get(source, source)}”正文有 {own['numbers']} 个数：{own['read']} 个读成了陈述，{own['left']} 个没有读，"
            f"{aside} 个不是金额、比率或数量。陈述 {own['statements']} 条：{judged}；其中 {own['entered']} 条审计人员已登记，列在上表。"
        )
    lines.append("无法核对的和没有读的都没有核对过；沉默不等于一致。")
    return lines


def _wrong(run: Run) -> Html:
    order = list(_SEVERITIES)
    wrong = sorted(
        (row for row in run.table("narrative") if row["severity"]),
        key=lambda row: order.index(row["severity"]),
    )
    if not wrong:
        return html.paragraph("读到的陈述没有不成立的。")
    rows: list[list[Text]] = [
        [
            html.tag(row["severity"], _SEVERITIES[row["severity"]]), place(row["locator"]), _kind(row),
            f"{row['published']}{row['unit']}", html.tag(row["verdict"], VERDICTS[row["verdict"]]), row["explanation"],
        ]
        for row in wrong
    ]  # fmt: skip
    under: list[Text] = [
        html.evidence(
            f"原文 {place(row['locator'])}", [("短语", html.phrase(row["quote"])), ("位置", row["locator"])]
        )
        for row in wrong
    ]
    columns = [
        Column("轻重"), Column("处"), Column("类别"), Column("公布值", numeric=True), Column("判断"), Column("重算与说明"),
    ]  # fmt: skip
    return html.table(
        "公开说明里不成立的话", columns, rows, id="sentences", rest_in="narrative.csv", under=under
    )


def _kind(row: Row) -> str:
    return FAULTS.get(row["kind"]) or STATED.get(row["kind"], row["kind"])
