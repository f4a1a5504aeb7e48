"""The head of a working paper, as 第2104号内部审计具体准则 asks, and the links between the papers and the report.

What was done is told by the notebook itself (its first sentence and its questions), the conclusion is the computed
part that the notebook shows first, and names stand there only where the case file gives them (``people``).
"""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from auditbook import inputs
from auditbook.cases import REVIEW_LEVELS, Signed
from auditbook.report import conclusions
from auditbook.report import fragments as html
from auditbook.report.fragments import Html, Text
from auditbook.report.signoff_page import LINK_WORDS as SIGNOFF_WORDS
from auditbook.report.signoff_page import NAME as SIGNOFF
from auditbook.stages import STAGES, Stage

if TYPE_CHECKING:
    from nbformat import NotebookNode

    from auditbook.pipeline import Run

# A letter for each step of the audit, the number of its notebook.
INDEX = {"ingest": "A-10", "quality": "B-20", "indicators": "C-30", "findings": "D-40"}
REPORT = "report.html"
_CONCLUSIONS = {
    "ingest": conclusions.ingest_conclusion, "quality": conclusions.quality_conclusion,
    "indicators": conclusions.indicators_conclusion, "findings": conclusions.findings_conclusion,
}  # fmt: skip
# The five that the standard's practice knows stand in every legend; the others where a paper uses them.
_ALWAYS = {
    "√": "已核对，相符", "∑": "已加总复核，合计相符", "↗": "已追查至来源", "△": "有差异或未通过", "—": "不适用，或没有对象可核对",
}  # fmt: skip
_WHERE_USED = {
    "≈": "四舍五入之内相符", "↓": "公布数系截尾", "◇": "另一口径或另一指标", "？": "没有证据，或未核对原文", "∕": "分母为零，没有定义",
    "▲": "严重程度高", "○": "严重程度低", "※": "说明", "×": "未通过",
}  # fmt: skip
_SIGN = re.compile(r'<span class="sign" aria-hidden="true">([^<]+)</span>')
_SHOWN = re.compile(r'^\s*auditbook\.show\(\s*"([^"]+)"', re.MULTILINE)


@dataclass(frozen=True)
class _Part:
    """A cell that shows something, under the question that its notebook asks."""

    cell: str
    shows: str
    question: str


@dataclass(frozen=True)
class _Story:
    title: str
    lead: str
    parts: tuple[_Part, ...]


def file_name(stage: Stage) -> str:
    """The page of a stage, relative to the run's outputs."""
    return REPORT if stage.name == "report" else f"workpapers/{Path(stage.notebook).stem}.html"


def head(stage: Stage, executed: NotebookNode, run: Run) -> Html:
    """The form at the head of a working paper.

    Takes    executed: its notebook, whose tables say which tick marks are really used.
    """
    case, story = run.audit.case, _story(stage, run)
    people = case.people
    unit = case.department.name + (f"（{case.department.region}）" if case.department.region else "")
    asked = [html.link(part.question, f"#part-{part.cell}") for part in story.parts]
    rows: list[tuple[Text, Text]] = [
        ("索引号", html.index_text(INDEX[stage.name])),
        ("被审计单位", unit),
        ("审计事项", story.title),
        ("审计期间", f"{case.year}年1月1日至{case.year}年12月31日"),
        ("审计程序", html.join(html.paragraph(story.lead), html.navigation("审计程序", html.bullets(asked)))),
        ("审计结果与结论", _CONCLUSIONS[stage.name](run)),
        ("审计标识", html.ticks(legend(executed))),
        ("编制人", _signature(people.prepared_by if people else None, opinion=False)),
    ]
    reviewers = people.reviewers if people else []
    for place, level in enumerate(REVIEW_LEVELS):
        rows.append((level, _signature(reviewers[place] if place < len(reviewers) else None, opinion=True)))
    rows.append(("相互索引", _ways(stage)))
    return html.sheet("paper-head", "审计工作底稿", rows)


def legend(executed: NotebookNode) -> list[Html]:
    """Each tick mark with its meaning and how often the tables of a paper use it."""
    used = Counter(
        sign
        for cell in executed.cells
        for output in cell.get("outputs", [])
        for sign in _SIGN.findall(str(output.get("data", {}).get("text/html", "")))
    )
    shown = {**_ALWAYS, **{sign: words for sign, words in _WHERE_USED.items() if used[sign]}}
    unknown = sorted(set(used) - set(shown))
    if unknown:
        raise ValueError(f"marks without a meaning in the legend: {' '.join(unknown)}")
    return [
        html.join(html.tick_mark(sign), f" {words}", html.index_text(f"（{used[sign]}处）" if used[sign] else "（本底稿未用）"))
        for sign, words in shown.items()
    ]  # fmt: skip


def _signature(signed: Signed | None, *, opinion: bool) -> Html:
    """Name, date and opinion, each with a line to fill in by hand where the case says nothing."""
    fields: list[tuple[str, str]] = [
        ("姓名", signed.name if signed else ""),
        ("日期", (signed.date or "") if signed else ""),
    ]
    if opinion:
        fields.append(("意见", (signed.opinion or "") if signed else ""))
    return html.signature(fields)


def _ways(stage: Stage) -> Html:
    """The report, the evidence register and the papers beside this one."""
    papers: list[Text] = [
        html.link(f"{INDEX[other.name]} {other.title}", Path(file_name(other)).name)
        for other in STAGES
        if other.name in INDEX and other is not stage
    ]
    register = html.link("资料登记簿", "#sources" if stage.name == "ingest" else "10_ingest.html#sources")
    return html.navigation(
        "相互索引",
        html.bullets(
            [
                html.link("审核报告", f"../{REPORT}"),
                register,
                *papers,
                html.link(SIGNOFF_WORDS, f"../{SIGNOFF}"),
            ]
        ),
    )


def ways_beside(stage: Stage, run: Run) -> dict[str, Html]:
    """For each cell of a page whose part another page shows as well, a line of links to it there.

    Returns  by the id of each cell that shows a part, nothing where no other page has it; the report leads to the
             papers, a paper to the report.
    """
    own = _story(stage, run)
    others = [
        (other, _story(other, run).parts)
        for other in STAGES
        if (other.name == "report") != (stage.name == "report")
    ]
    up = "" if stage.name == "report" else "../"
    found: dict[str, Html] = {}
    for part in own.parts:
        links: list[Text] = []
        for other, parts in others:
            for there in parts:
                if there.shows == part.shows:
                    name = "审核报告" if other.name == "report" else f"底稿 {INDEX[other.name]}"
                    links.append(
                        html.link(f"{name}：{there.question}", f"{up}{file_name(other)}#part-{there.cell}")
                    )
        found[part.cell] = (
            html.navigation(f"见：{part.question}", html.bullets(links)) if links else html.join()
        )
    return found


def papers_index(run: Run) -> Html:
    """The working papers with their index numbers, for the foot of the report."""
    items = [
        html.join(
            html.index_text(INDEX[stage.name]), " ", html.link(_story(stage, run).title, file_name(stage))
        )
        for stage in STAGES
        if stage.name in INDEX
    ]
    items.append(html.link(SIGNOFF_WORDS, SIGNOFF))
    return html.navigation("审计工作底稿", html.bullets(items), heading="审计工作底稿")


def _story(stage: Stage, run: Run) -> _Story:
    """What a notebook tells: title, first sentence, questions."""
    path = run.workspace.root / "notebooks" / stage.notebook
    cells = json.loads(inputs.read_bytes(path))["cells"]
    title, lead, question = stage.title, "", ""
    parts = []
    for cell in cells:
        source = "".join(cell["source"])
        if cell["cell_type"] == "markdown":
            first, _, rest = source.partition("\n")
            if first.startswith("# "):
                title, lead = first[2:].strip(), " ".join(rest.split())
            elif first.startswith("## "):
                question = first[3:].strip()
        elif shown := _SHOWN.search(source):
            parts.append(_Part(cell["id"], shown[1], question or title))
    return _Story(title, lead, tuple(parts))
