"""What the auditor of an invented department has entered: points judged, a finding recorded, a reply of the unit, last year's looked at."""

from __future__ import annotations

from inventing.department import DEPARTMENT, Cells, Department, Statement

POINTS = {
    "budget_system_soundness": ("established", "sound", "executed"), "disclosure": ("content", "on_time"),
    "basic_information": ("true", "complete", "accurate"), "social_effect": ("effect",),
}  # fmt: skip
_WHO = "审计组"


def judged(department: Department) -> list[Cells]:
    """Points of a few indicators."""
    if not department.judged:
        return []
    chance = department.chance("judgements")
    verdicts = ["met", "met", "met", "partly", "not_met", "not_applicable"]
    return [
        {
            "indicator": indicator, "point": point, "verdict": chance.choice(verdicts), "degree": "", "grounds": "查阅制度文本并抽查凭证",
            "who": _WHO, "when": f"{department.year + 1}-04-10", "locator": "", "quote": "",
        }
        for indicator, points in POINTS.items() for point in points
    ]  # fmt: skip


def recorded(department: Department) -> list[Cells]:
    """A finding of the auditor's own, in some departments."""
    if not department.judged or department.number % 3:
        return []
    said: Statement = department.statements[0]
    return [
        {
            "finding": "minutes", "severity": "low", "kind": "evidence", "scope": DEPARTMENT, "about": "", "amount": "120000",
            "unit": "元", "name": "会议没有纪要", "criterion": "大额支出须集体决策", "condition": "一笔支出没有会议纪要",
            "cause": "没有留存", "effect": "无从查证", "recommendation": "补齐会议纪要", "who": _WHO,
            "when": f"{department.year + 1}-04-12", "locator": said.section, "quote": said.quote,
        }
    ]  # fmt: skip


def replied(department: Department) -> list[Cells]:
    """A reply to the first of the findings that must come, in some departments."""
    if not department.truth or department.number % 2:
        return []
    year = department.year + 1
    status = department.chance("replies").choice(["accepted", "disputed", "corrected", "open"])
    return [
        {
            "finding": department.truth[0].finding, "reply": "已组织核对", "replied_by": "财务科", "replied_when": f"{year}-05-06",
            "answer": "请提供凭证", "answered_by": _WHO, "answered_when": f"{year}-05-09", "status": status, "locator": "", "quote": "",
        }
    ]  # fmt: skip


def followed(department: Department) -> list[Cells]:
    """What became of last year's first findings."""
    chance = department.chance("following up")
    return [
        {
            "finding": finding, "year": str(department.year - 1), "status": chance.choice(["settled", "partly", "open"]),
            "evidence": "整改报告", "who": _WHO, "when": f"{department.year + 1}-05-20", "locator": "", "quote": "",
        }
        for finding in department.earlier_findings[:2]
    ]  # fmt: skip
