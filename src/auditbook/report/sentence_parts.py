"""What the sentences of published documents state, as the page shows it: how much was checked, then what does not hold."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping

from auditbook.claims import VERDICTS, place
from auditbook.findings import SEVERITIES
from auditbook.narrative.shown import published, recomputed
from auditbook.narrative.stated import ASIDE, FAULTS, LEFT, NOTE, STATED, UNREAD
from auditbook.pipeline import Run
from auditbook.report import fragments as html
from auditbook.report.fragments import Column, Html, Text
from auditbook.report.references import cite, counted, row_reference, total_reference, written
from auditbook.tables import Row

_NONE = "没有取得可以逐句核对的公开说明或评价报告原文，其中的话没有核对。"


def sentences(run: Run) -> Html:
    """Every document that was read sentence by sentence: its coverage, and the statements that do not hold."""
    if not run.table("coverage"):
        return html.paragraph(_NONE)
    return html.join(html.bullets(coverage_lines(run)), _wrong(run))


def coverage_lines(run: Run) -> list[Text]:
    """For each document how many numbers it has, how many were read, judged and left; then the documents not read."""
    titles = {row["source"]: row["title"] for row in run.table("sources")}
    told: dict[str, dict[str, Row]] = defaultdict(dict)
    for row in run.table("coverage"):
        told[row["source"]][row["what"]] = row
    lines: list[Text] = []
    unread: list[str] = []
    for source, own in told.items():
        name = f"“{titles.get(source, source)}”"
        counts = {what: int(row["count"]) for what, row in own.items()}
        if UNREAD in own:
            left = cite(str(counts.get("left", 0)), written("coverage", source, "left"))
            numbers = f"；有 {left} 个数" if counts.get("left") else ""
            words = cite(own[UNREAD]["words"], row_reference("coverage", own[UNREAD]))
            unread.append(f"{name}（{words}{numbers}）")
            continue
        lines.append(name + _counted(counts, source))
        lines += [
            f"{name}{cite(row['words'], row_reference('coverage', row))}"
            for what, row in own.items()
            if what.startswith(f"{NOTE} ")
        ]
    if lines:
        lines.append("无法核对的和没有读的都没有核对过；沉默不等于一致。")
    if unread:
        lines.append(f"没有逐句核对的资料 {counted(run, 'coverage', what=UNREAD)} 份：{'、'.join(unread)}。")
    return lines


def _counted(counts: Mapping[str, int], source: str) -> str:
    """What became of the numbers and statements of a document."""

    def of(what: str) -> str:
        return cite(str(counts[what]), written("coverage", source, what))

    aside, left = _by_name(counts, ASIDE, source), _by_name(counts, LEFT, source)
    judged = "、".join(f"{name} {of(verdict)} 条" for verdict, name in VERDICTS.items() if verdict in counts)
    entered = f"；其中 {of('entered')} 条审计人员已登记，列在上表" if counts["entered"] else ""
    set_aside = counts["numbers"] - counts["read"] - counts["left"]
    kinds = [what for what in counts if what.startswith(f"{ASIDE} ")]
    others = cite(str(set_aside), total_reference("coverage", "count", source=source, what=kinds))
    return (
        f"正文有 {of('numbers')} 个数：{of('read')} 个读成了陈述，{of('left')} 个没有读{left}，"
        f"{others} 个不是金额、比率或数量{aside}。"
        f"陈述 {of('statements')} 条：{judged}{entered}。"
    )


def _by_name(counts: Mapping[str, int], what: str, source: str) -> str:
    """Counts by what they are of, in brackets: （年份 24、序号 12）."""
    named = [(name.removeprefix(f"{what} "), n) for name, n in counts.items() if name.startswith(f"{what} ")]
    ordered = sorted(named, key=lambda own: (-own[1], own[0]))
    said = (f"{name} {cite(str(n), written('coverage', source, f'{what} {name}'))}" for name, n in ordered)
    return f"（{'、'.join(said)}）" if ordered else ""


def _wrong(run: Run) -> Html:
    if all(row["what"] != "read" or row["count"] == "0" for row in run.table("coverage")):
        return html.join()
    order = list(SEVERITIES)
    wrong = sorted(
        (row for row in run.table("narrative") if row["severity"]),
        key=lambda row: (order.index(row["severity"]), row["source"], _position(row)),
    )
    if not wrong:
        return html.paragraph("读到的陈述没有不成立的。")
    rows: list[list[Text]] = [
        [
            html.tag(row["severity"], SEVERITIES[row["severity"]]), place(row["locator"]), kind_words(row),
            published(row), recomputed(row), html.tag(row["verdict"], VERDICTS[row["verdict"]]), row["explanation"],
        ]
        for row in wrong
    ]  # fmt: skip
    numbers = _finding_numbers(run)
    titles = {row["source"]: row["title"] for row in run.table("sources")}
    several = len({row["source"] for row in run.table("narrative")}) > 1
    under: list[Text] = [
        _phrase(row, titles.get(row["source"], "") if several else "", numbers.get(row["claim"], ""))
        for row in wrong
    ]
    columns = [
        Column("轻重"), Column("处"), Column("类别"), Column("公布", numeric=True), Column("重算", numeric=True),
        Column("判断"), Column("说明"),
    ]  # fmt: skip
    refs = [row_reference("narrative", row) for row in wrong]
    return html.table(
        "公开说明里不成立的话",
        columns,
        rows,
        id="sentences",
        rest_in="narrative.csv",
        under=under,
        row_refs=refs,
    )


def _position(row: Row) -> list[int]:
    """Where a statement stands, by the numbers of its locator: page and paragraph, or line and column."""
    return [int(number) for number in re.findall(r"\d+", place(row["locator"]))]


def _phrase(row: Row, title: str, finding: str) -> Html:
    """The phrase of a statement, in which document where there are several, and the finding that it came to."""
    named = f"　《{title}》" if title else ""
    leads = html.join("　→ ", html.link(f"发现{finding}", f"#finding-{finding}")) if finding else ""
    return html.paragraph(html.phrase(row["quote"]), named, leads)


def _finding_numbers(run: Run) -> dict[str, str]:
    """The finding that each statement came to; none where findings are made only later."""
    if run.stage != "report":
        return {}
    return {
        key.removeprefix("claim:"): row["number"]
        for row in run.table("findings")
        for key in row["evidence"].split(";")
        if key.startswith("claim:")
    }


def kind_words(row: Row) -> str:
    """What is wrong with a statement, in words."""
    return FAULTS.get(row["kind"]) or STATED.get(row["kind"], row["kind"])
