"""The block on the cover: who, which year, by which scheme, on which evidence, made by which rules and program."""

from __future__ import annotations

from auditbook.pipeline import Run, fingerprints
from auditbook.scenario_changes import changes
from auditbook.year_chain import READ, STATUS_WORDS

_PRINTS = {"evidence": "原始资料", "rules": "规则", "program": "程序"}


_MOST_CHANGES = 8


def _changes(run: Run) -> list[str]:
    """What the scenario changes, a line each; all of them are listed under 口径与假设."""
    told = [f"情景改动：{change.words}" for change in changes(run)]
    return told if len(told) <= _MOST_CHANGES else [*told[:_MOST_CHANGES], "情景改动：其余各项见“口径与假设”"]


def lines(run: Run) -> list[str]:
    """A line each, plain text: the same for every page of the run."""
    case, framework = run.audit.case, run.framework
    region = f"（{case.department.region}）" if case.department.region else ""
    absent = [row["title"] for row in run.table("sources") if row["status"] == "absent"]
    received = len(run.table("sources")) - len(absent)
    changed = run.audit.scenario.reason if run.audit.scenario else "无（按案例文件所定口径）"
    prints = fingerprints(run)
    return [
        f"被审核单位：{case.department.name}{region}",
        f"预算年度：{case.year}年",
        f"评分表：{framework.title}（{framework.edition}）",
        f"评分表来源：{framework.issuer}；{framework.source}",
        f"情景：{changed}",
        *_changes(run),
        f"运行：{run.workspace.run}",
        f"资料：收到或转录 {received} 份，缺失 {len(absent)} 份"
        + (f"（{'；'.join(absent)}）" if absent else ""),
        *_compared(run),
        *(f"{name}指纹：{prints[key][:16]}" for key, name in _PRINTS.items()),
    ]


def _compared(run: Run) -> list[str]:
    """The earlier years whose evidence is read as well, and in the fingerprint of the evidence; nothing where there are none."""
    cases = sorted(run.table("year_cases"), key=lambda row: row["year"], reverse=True)
    named = [
        f"{row['year']}年（{row['case']}）"
        if row["status"] == READ
        else f"{row['case']}（{STATUS_WORDS[row['status']]}）"
        for row in cases
        if row["case"] != run.audit.case.case
    ]
    inside = any(row["status"] == READ and row["case"] != run.audit.case.case for row in cases)
    told = "；它们的资料也在原始资料指纹之内" if inside else ""
    return [f"比较的年度：{'、'.join(named)}{told}"] if named else []
