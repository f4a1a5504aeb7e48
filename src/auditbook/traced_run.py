"""Whether every number of what a run delivered leads to its evidence: ``auditbook verify --trace``."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from auditbook import pipeline
from auditbook.faults import CaseError, Fault, UsageError
from auditbook.report.column_names import TABLES
from auditbook.report.evidence_entries import RunSources
from auditbook.report.references import APPRAISAL, CHART, COUNT, DOCUMENT, RULE, WIDTH
from auditbook.report.tracing import Traced, scan
from auditbook.workspace import Workspace

MOST_FAULTS = 20  # told one by one for a file; the JSON has all
_KINDS = {
    **TABLES, COUNT: "计数", WIDTH: "区间宽度", RULE: "规则文件", CHART: "作图差额", DOCUMENT: "原件引用", APPRAISAL: "考评算式",
    "entry": "依据栏内",
}  # fmt: skip


@dataclass(frozen=True)
class TracedRun:
    """The pages of a run with what became of their numbers."""

    run: str
    files: dict[str, Traced]

    @property
    def sound(self) -> bool:
        """Whether no number of any page lacks its evidence."""
        return not any(traced.faults for traced in self.files.values())

    def text(self) -> str:
        """The result for a reader: the conclusion first, each file, every kind of exemption with its count."""
        numbers = sum(traced.total for traced in self.files.values())
        faults = sum(len(traced.faults) for traced in self.files.values())
        head = (
            f"{self.run}：{len(self.files)} 个页面共 {numbers} 个数，每个都有依据或属于列明的豁免。"
            if self.sound
            else f"{self.run}：{len(self.files)} 个页面共 {numbers} 个数，其中 {faults} 个没有依据或与依据不符。"
        )
        lines = [head]
        for name, traced in self.files.items():
            lines.append(
                f"{name}：{traced.total} 个数，{traced.resolved.total()} 个有依据，{traced.exempt.total()} 个豁免"
            )
            lines.append(f"  有依据：{_listed(traced.resolved, _KINDS)}")
            lines.append(f"  豁免：{_listed(traced.exempt, {})}")
            lines += [
                f"  ×“{number}”（{near.strip()}）：{why}" for number, near, why in traced.faults[:MOST_FAULTS]
            ]
            if len(traced.faults) > MOST_FAULTS:
                lines.append(f"  × 另有 {len(traced.faults) - MOST_FAULTS} 个，--json 全部列出")
        return "\n".join(lines)

    def as_json(self) -> str:
        """The result for a program: by file the counts by kind and every fault."""
        files = {
            name: {
                "numbers": traced.total,
                "resolved": dict(sorted(traced.resolved.items())),
                "exempt": dict(sorted(traced.exempt.items())),
                "faults": [{"number": n, "near": near, "why": why} for n, near, why in traced.faults],
            }
            for name, traced in self.files.items()
        }
        return json.dumps(
            {"run": self.run, "sound": self.sound, "files": files}, ensure_ascii=False, indent=1
        )


def _listed(counts: Counter[str], names: dict[str, str]) -> str:
    return "、".join(f"{names.get(kind, kind)} {number}" for kind, number in counts.most_common()) or "无"


def trace(run: str) -> TracedRun:
    """Trace every number of the pages that a run has delivered.

    Takes    run: its name (``case`` or ``case+scenario``), or its folder in outputs/.
    Raises   CaseError where the case cannot be read; UsageError where the run has delivered nothing.
    """
    name = Path(run).name if Path(run).is_dir() else run
    case, _, scenario = name.partition("+")
    opened = pipeline.check(case, scenario)
    workspace = opened.workspace
    pages = delivered_pages(workspace)
    if not pages:
        raise UsageError(
            Fault(
                workspace.shown(workspace.outputs),
                "这里没有报告",
                "report.html",
                f"请先运行 auditbook run {case}",
            )
        )
    sources = RunSources(opened)
    found = {}
    for page in pages:
        try:
            text = page.read_text(encoding="utf-8")
        except UnicodeDecodeError as error:
            raise CaseError(
                Fault(workspace.shown(page), "不是 UTF-8 文本", "auditbook run 写出的页面")
            ) from error
        found[page.relative_to(workspace.outputs).as_posix()] = scan(text, sources)
    return TracedRun(workspace.run, found)


def delivered_pages(workspace: Workspace) -> list[Path]:
    """The report and the working papers that lie in the outputs of a run."""
    outputs = workspace.outputs
    report = outputs / "report.html"
    return [page for page in (report, *sorted((outputs / "workpapers").glob("*.html"))) if page.is_file()]
