"""What a run leaves in outputs/: the report and the working papers."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from auditbook.pipeline import fingerprints
from auditbook.report import page
from auditbook.stages import STAGES

if TYPE_CHECKING:
    from nbformat import NotebookNode

    from auditbook.pipeline import Run


def pages(run: Run, executed: Mapping[str, NotebookNode]) -> dict[Path, bytes]:
    """Make the report and the working papers; nothing is written.

    Takes    executed: the executed notebook of each stage.
    Returns  each page's path and bytes.
    """
    case = run.audit.case
    outputs = run.workspace.outputs
    prints = fingerprints(run)
    print_ = "-".join(prints[name][:12] for name in ("evidence", "rules", "program"))
    title = case.report_title or f"{case.department.name}{case.year}年度部门整体支出绩效评价审核报告"
    cover = "\n".join(
        [
            f"被审核单位：{case.department.name}（{case.department.region or '地区未填'}）",
            f"预算年度：{case.year}年",
            f"评分表：{run.framework.title}（{run.framework.edition}）",
            f"情景：{run.audit.scenario.reason}" if run.audit.scenario else "情景：无（按案例文件所定口径）",
        ]
    )
    files: dict[Path, bytes] = {}
    for stage in STAGES:
        own = stage.name == "report"
        text = page.render(
            executed[stage.name], title=title if own else "", subtitle=cover, hide_code=own,
            footer=f"报告编号 {print_}", fingerprint=print_,
        )  # fmt: skip
        name = "report.html" if own else f"workpapers/{Path(stage.notebook).stem}.html"
        files[outputs / name] = text.encode()
    return files
