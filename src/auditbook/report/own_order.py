"""The order of the departments' own reports: which part of this one answers each section, and what rests on it."""

from __future__ import annotations

from auditbook import report_rules
from auditbook.pipeline import Run
from auditbook.report import fragments as html
from auditbook.report.fragments import Column, Html, Text
from auditbook.report.references import SECTION, counted

_TABLES = ("figures", "statements", "findings")


def own_order(run: Run) -> Html:
    """The usual outline with links to our parts and how much evidence lies in each section."""
    rows: list[list[Text]] = []
    for section in report_rules.read(run.workspace, run.dictionary).outline:
        links: list[Text] = []
        for part in section.parts:
            links += ["、" if links else "", html.see(part)]
        held = ["—"] * len(_TABLES)
        if section.begins:
            held = [counted(run, table, **{SECTION: section.begins}) for table in _TABLES]
        rows.append([html.phrase(section.title), html.join(*links), *held])
    columns = [
        Column("部门自己的报告"), Column("本报告的部分"), Column("数字", "个", numeric=True),
        Column("陈述", "条", numeric=True), Column("发现", "项", numeric=True),
    ]  # fmt: skip
    note = "数的是定位在该部分（如“一（三）”）的数字、陈述和逐处登记的发现；由规则得出的发现不止一处依据，不在此计。"
    return html.table("按部门报告的次序查本报告", columns, rows, note=note, id="own-order")
