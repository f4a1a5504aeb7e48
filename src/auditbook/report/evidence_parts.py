"""The evidence as the page shows it: register, figures, objectives, statements, data quality."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping

from auditbook import tables
from auditbook.claims import COMPARATORS, TASK_KINDS, VERDICTS, entered, place
from auditbook.figures import ASSUMED, ASSUMED_SIGN
from auditbook.findings import SEVERITIES
from auditbook.intake.phrases import ELSEWHERE, NOT_FOUND, READ, RESPACED, UNVERIFIED, VERIFIED
from auditbook.numbers import factor, parse, text
from auditbook.pipeline import Run
from auditbook.quality import FAILED, NO_OBJECT, NOT_RUN, NOTED, PASSED
from auditbook.report import fragments as html
from auditbook.report.fragments import Column, Html, Text
from auditbook.report.references import counted, row_reference
from auditbook.stages import STAGES
from auditbook.tables import Row

QUOTED = {
    VERIFIED: "已核对原文",
    RESPACED: "除空格与全半角外相同",
    ELSEWHERE: "原文另处",
    NOT_FOUND: "原文没有",
    UNVERIFIED: "未核对原文",
    READ: "直接读自文件",
    "": "",
}


_RELIABILITY = {"high": "高", "medium": "中", "low": "低", "": "—"}


_STATUS = {"received": "已收到", "transcribed": "已转录", "absent": "缺失"}


_STATES = {"value": "", "zero": "申明为零", "missing": "缺失", "not_applicable": "不适用"}


STATEMENT_KINDS = {
    "result": "结果", "reason": "原因", "reference": "引用", "problem": "问题", "suggestion": "建议", "method": "方法",
    "organisation": "组织", "name": "名称", "deadline": "期限", "event": "大事", "grade": "等次", "residue": "模板残留",
    "typo": "笔误", "relative_date": "相对日期", "slogan": "概括语", "legal_reference": "引用文件",
}  # fmt: skip


def sources(run: Run) -> Html:
    """The evidence register."""
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
    refs = [row_reference("sources", row) for row in run.table("sources")]
    ids = [source_id(row["source"]) for row in run.table("sources")]
    return html.table(
        "资料登记簿", columns, rows, id="sources", rest_in="sources.csv", row_ids=ids, row_refs=refs
    )


def shown_value(row: Row) -> str:
    """A figure's value as a reader sees it, or its state in words."""
    if row["state"] in {"missing", "not_applicable"}:
        return _STATES[row["state"]]
    shown = text(parse(row["value"]) * factor(row["unit"]), row["unit"]) if row["unit"] else row["value"]
    if row["basis"] == ASSUMED:
        return f"{shown}{ASSUMED_SIGN}"
    return f"{shown}（申明为零）" if row["state"] == "zero" else shown


_TRACED = {
    VERIFIED: "traced", RESPACED: "traced", ELSEWHERE: "traced", READ: "traced", NOT_FOUND: "disagrees",
    UNVERIFIED: "not_evidenced", "": "not_applicable",
}  # fmt: skip


def traced(quote_status: str) -> Html:
    """Whether a figure's phrase was traced to its source, with its tick mark."""
    return html.tag(_TRACED[quote_status], QUOTED[quote_status] or "无短语")


def source_id(source: str) -> str:
    """What a link to a document's row in the register goes to."""
    return f"source-{source}"


def figures(run: Run) -> Html:
    """Every figure with its place and phrase."""
    titles = {row["source"]: row["title"] for row in run.table("sources")}
    rows: list[list[Text]] = []
    for row in _by_dictionary(run):
        name = run.dictionary[row["figure"]].name
        item = run.figures.item_name(row["figure"], row["item"])
        label = f"{name}·{item}" if item else name
        rows.append(
            [
                label, run.audit.scope_name(row["scope"]), shown_value(row),
                _linked_place(row, titles), html.phrase(row["quote"]) if row["quote"] else "—",
                html.tag("warning", "假设") if row["basis"] == ASSUMED else traced(row["quote_status"]),
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
    ids = [figure_id(row) for row in _by_dictionary(run)]
    refs = [row_reference("figures", row) for row in _by_dictionary(run)]
    return html.table(
        "数字表", columns, rows, id="figures", rest_in="figures.csv", row_ids=ids, row_refs=refs
    )


def _linked_place(row: Row, titles: Mapping[str, str]) -> Text:
    """Where a figure stands, leading to its document; what a scenario assumes stands in none."""
    if row["source"] not in titles:
        return place(row["locator"])
    return html.link(place(row["locator"]) or titles[row["source"]], f"#{source_id(row['source'])}")


def figure_id(row: Row) -> str:
    """What a link to a figure's row goes to."""
    return f"row-{row['figure']}:{row['scope']}:{row['item']}:{row['year']}@{row['source']}"


def linked_rows(run: Run) -> set[str]:
    """The ids of the rows of figures and statements that a page shows: long tables end before their last row."""
    figures = [figure_id(row) for row in _by_dictionary(run)[: html.MOST_ROWS]]
    return {*figures, *(statement_id(row["statement"]) for row in run.table("statements")[: html.MOST_ROWS])}


def statement_id(statement: str) -> str:
    """What a link to a statement's row goes to."""
    return f"statement-{statement}"


def _by_dictionary(run: Run) -> list[Row]:
    order = {figure: number for number, figure in enumerate(run.dictionary)}
    return sorted(run.table("figures"), key=lambda row: order[row["figure"]])


def objectives(run: Run) -> Html:
    """Every objective with its sub-targets, their answers and verdicts."""
    verdicts = {row["about"]: row for row in entered(run.table("claims")) if row["kind"] in TASK_KINDS}
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
                html.table(
                    objective["measure"], columns, rows, row_refs=[_of_task(row, verdicts) for row in subs]
                ),
                rests_on=_of_task(objective, verdicts),
            )
        )
    return html.join(*blocks) if blocks else html.paragraph("没有登记绩效目标。")


def _of_task(row: Row, verdicts: Mapping[str, Row]) -> list[str]:
    """What is said of a target rests on: its verdict, its own row."""
    found = verdicts.get(f"{row['objective']}.{row['item']}" if row["item"] else row["objective"])
    judged = [row_reference("claims", found)] if found else []
    return [*judged, row_reference("objectives", row)]


def statements(run: Run) -> Html:
    """Every statement with its place."""
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
    ids = [statement_id(row["statement"]) for row in run.table("statements")]
    refs = [row_reference("statements", row) for row in run.table("statements")]
    return html.table(
        "文字陈述", columns, rows, id="statements", rest_in="statements.csv", row_ids=ids, row_refs=refs
    )


def products(stage: str) -> Callable[[Run], Html]:
    """The tables that a stage writes, with their hashes."""

    def build(run: Run) -> Html:
        own = next(known for known in STAGES if known.name == stage)
        rows: list[list[Text]] = []
        for name in own.tables:
            data = tables.to_csv(name, run.table(name))
            rows.append(
                [
                    html.code(f"{name}.csv"),
                    counted(run, name),
                    html.code(hashlib.sha256(data).hexdigest()),
                ]
            )
        return html.table("本章产出", [Column("表"), Column("行数", numeric=True), Column("sha256")], rows)

    return build


_OUTCOMES = {
    PASSED: ("passed", "通过"),
    FAILED: ("failed", "未通过"),
    NO_OBJECT: ("not_applicable", "无对象"),
    NOTED: ("not_applicable", "备查"),
    NOT_RUN: ("failed", "未能运行"),
}


def quality(run: Run) -> Html:
    """Every data-quality rule with its outcome."""
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
    refs = _rules(run.table("quality"))
    return html.table("数据质量规则", columns, rows, id="quality", rest_in="quality.csv", row_refs=refs)


def _rules(rows: Iterable[Row]) -> list[str]:
    return [row_reference("quality", row) for row in rows]


def exceptions(run: Run) -> Html:
    """The rules that failed: where, what was found, what was expected."""
    failed = [row for row in run.table("quality") if row["passed"] in {FAILED, NOT_RUN}]
    if not failed:
        return html.callout("good", "没有例外", "全部规则通过，或没有对象可查。")
    rows: list[list[Text]] = [
        [row["why"].partition("：")[0], row["where"] or "—", row["found"], row["expected"]] for row in failed
    ]
    columns = [Column("规则"), Column("位置"), Column("发现"), Column("应为")]
    return html.table("数据质量例外", columns, rows, row_refs=_rules(failed))


def notes(run: Run) -> Html:
    """What is told and is no fault, in short: the working paper has the places."""
    noted = [row for row in run.table("quality") if row["passed"] == NOTED]
    rows: list[list[Text]] = [
        [row["why"].partition("：")[0], row["failed"], row["why"].partition("：")[2]] for row in noted
    ]
    if not rows:
        return html.paragraph("没有需要备查之处。")
    columns = [Column("事项"), Column("处数", numeric=True), Column("说明")]
    return html.table("备查（不是错误，逐处见底稿 20_quality）", columns, rows, row_refs=_rules(noted))


def noted_places(run: Run) -> Html:
    """What is told and is no fault, place by place."""
    noted = [row for row in run.table("quality") if row["passed"] == NOTED]
    rows: list[list[Text]] = [
        [row["why"].partition("：")[0], row["failed"], row["where"] or "—", row["found"]] for row in noted
    ]
    if not rows:
        return html.paragraph("没有需要备查之处。")
    columns = [Column("事项"), Column("处数", numeric=True), Column("位置"), Column("内容")]
    return html.table("备查", columns, rows, rest_in="quality.csv", row_refs=_rules(noted))


RECONCILED = {
    "disagrees": ("disagrees", "不一致"), "within_rounding": ("footed", "四舍五入之内"),
    "not_checkable": ("not_checkable", "无法核对"), "agrees": ("footed", "一致"),
}  # fmt: skip


def reconciliations(run: Run) -> Html:
    """The checks of published tables: how many, and each that does not agree to the last place, worst first."""
    own = run.table("reconciliations")
    if not own:
        return html.paragraph("资料中没有部门决算公开表，没有勾稽可核对。")
    counts = "、".join(
        f"{word} {counted(run, 'reconciliations', verdict=verdict)} 处"
        for verdict, (_, word) in RECONCILED.items()
    )
    order = list(RECONCILED)
    shown = sorted(
        (row for row in own if row["verdict"] != "agrees"), key=lambda row: order.index(row["verdict"])
    )
    rows: list[list[Text]] = [
        [
            row["name"], html.tag(*RECONCILED[row["verdict"]]), row["where"] or "—", row["found"] or "—",
            row["expected"] or "—", row["explanation"] or "—",
        ]
        for row in shown
    ]  # fmt: skip
    columns = [
        Column("勾稽关系"), Column("判断"), Column("位置"), Column("表中数"), Column("应为"), Column("说明"),
    ]  # fmt: skip
    refs = [row_reference("reconciliations", row) for row in shown]
    listed = (
        html.table("不是分毫不差的勾稽", columns, rows, rest_in="reconciliations.csv", row_refs=refs)
        if rows
        else ""
    )
    total = counted(run, "reconciliations")
    return html.join(html.paragraph(f"决算公开表之内、各表之间核对 {total} 处：{counts}。"), listed)


CHECKS = {
    "phrase": "原文短语", "identities": "恒等式", "unit_sums": "单位之和", "item_sums": "分项之和", "rivals": "另一来源",
    "accounts": "决算表勾稽",
}  # fmt: skip


def corroboration(run: Run) -> Html:
    """How many figures something independent speaks for, by kind, and one by one those for which nothing does.

    What closes only within a table whose unit nothing else confirms is told beside them.
    """
    own = run.table("corroboration")
    alone = [row for row in own if not row["checks"]]
    with_kind = {
        name: sorted({row["checks"] for row in own if name in row["checks"].split(";")}) for name in CHECKS
    }
    kinds = "、".join(
        f"{name} {counted(run, 'corroboration', checks=with_kind[kind])} 个"
        for kind, name in CHECKS.items()
        if with_kind[kind]
    )
    checked = sorted({row["checks"] for row in own if row["checks"]})
    number = counted(run, "corroboration", checks=checked or [*CHECKS])
    said = (
        f"采用的数字 {counted(run, 'corroboration')} 个，有独立核对的 {number} 个{f'（{kinds}）' if kinds else ''}，"
        f"没有独立核对的 {counted(run, 'corroboration', checks='')} 个。"
    )
    values = {
        (r["figure"], r["scope"], r["item"], r["year"]): r
        for r in run.table("figures")
        if r["chosen"] == "yes"
    }
    rows: list[list[Text]] = []
    for row in alone:
        figure = values[row["figure"], row["scope"], row["item"], row["year"]]
        name, item = run.dictionary[row["figure"]].name, run.figures.item_name(row["figure"], row["item"])
        label = f"{name}·{item}" if item else name
        rows.append(
            [
                label,
                run.audit.scope_name(row["scope"]),
                row["year"],
                shown_value(figure),
                place(figure["locator"]) or "—",
                "、".join(CHECKS[name] for name in row["within"].split(";") if name) or "—",
            ]
        )
    columns = [
        Column("数字"), Column("范围"), Column("年度"), Column("数值", numeric=True), Column("定位"), Column("只在本表之内合拢的"),
    ]  # fmt: skip
    refs = [
        [
            row_reference("figures", values[row["figure"], row["scope"], row["item"], row["year"]]),
            row_reference("corroboration", row),
        ]
        for row in alone
    ]
    listed = (
        html.table("没有独立核对的数字", columns, rows, rest_in="corroboration.csv", row_refs=refs)
        if rows
        else ""
    )
    return html.join(html.paragraph(said), listed)
