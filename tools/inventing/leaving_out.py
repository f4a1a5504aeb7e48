"""Evidence that is not there: figures left out, documents that are referred to and absent."""

from __future__ import annotations

from inventing.department import Cells, Department
from inventing.truth import Truth

# What is left out together, and whether an indicator of the common framework then lacks its figures
GROUPS: dict[str, tuple[str, ...]] = {
    "满意度调查": ("survey_valid", "survey_satisfied", "survey_answers"),
    "政府采购": ("procurement_budget", "procurement_actual"),
    "固定资产": ("assets_total", "assets_in_use"),
    "支付进度": ("paid_to_date", "planned_progress"),
    "重点项目": ("key_project_budget",),
    "工作任务": ("tasks_planned", "tasks_done", "tasks_on_time", "tasks_quality_met"),
    "重点工作": ("key_tasks_assigned", "key_tasks_done"),
}


def leave_out(department: Department, share: float) -> None:
    """Leave evidence out of a share of departments, and say what must be found for it."""
    chance = department.chance("missing")
    if chance.random() >= share:
        return
    groups = chance.sample(list(GROUPS), chance.randint(1, 3))
    for group in groups:
        lack(department, group)
    if chance.random() < 0.5:
        department.absent.append(
            {"id": "plan", "title": "部门中长期规划（虚构）", "supplies": "绩效目标合理性"}
        )
    if chance.random() < 0.5:
        refer(department, "故意缺少")


def lack(department: Department, group: str) -> None:
    """Leave a group of figures out."""
    department.left_out.update(GROUPS[group])
    what = f"没有{group}的数字"
    known = next((own for own in department.truth if own.rule == "indicator_without_evidence"), None)
    if known is not None:
        department.truth.remove(known)
        what = f"{known.what}；{what}"
    gap = Truth("indicator_without_evidence", "all", what)
    department.truth.append(gap)
    if group == "满意度调查":
        department.truth.append(
            Truth(
                "satisfaction_not_measured",
                "satisfaction_rate",
                "没有满意度调查的数字",
                consequence_of=gap.finding,
            )
        )


def refer(department: Department, why: str) -> None:
    """A document that the report refers to is absent."""
    absent: Cells = {
        "id": "annex", "title": "部门整体支出明细表（虚构）", "referred_in": "一（二）", "quote": "详见附表一",
        "supplies": "各项目的预算与支出",
    }  # fmt: skip
    department.absent.append(absent)
    department.truth.append(Truth("annex_absent", "all", f"报告引用的附表没有取得（{why}）", severity="high"))
