"""What a run leaves in outputs/: the report and the working papers, each there whole or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from auditbook.report import page
from auditbook.tables import write_whole

if TYPE_CHECKING:
    from nbformat import NotebookNode

    from auditbook.pipeline import Run


def write(
    run: Run,
    executed: Mapping[str, NotebookNode],
    notebooks: Mapping[str, str],
    fingerprints: Mapping[str, str],
) -> Path:
    """Make every page first, then put them in place.

    Takes    executed: the executed notebook of each stage; notebooks: their file names.
    Returns  the path of report.html.
    """
    case = run.audit.case
    outputs = run.audit.outputs
    print_ = "-".join(fingerprints[name][:12] for name in ("evidence", "rules", "program"))
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
    for stage, notebook in executed.items():
        stem = Path(notebooks[stage]).stem
        own = stage == "report"
        text = page.render(
            notebook,
            title=title if own else "",
            subtitle=cover,
            hide_code=own,
            footer=f"报告编号 {print_}",
            fingerprint=print_,
        )
        files[outputs / "report.html" if own else outputs / "workpapers" / f"{stem}.html"] = text.encode()
    for path, data in files.items():
        write_whole(path, data)
    return outputs / "report.html"
