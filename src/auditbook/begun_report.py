"""A new case that begins with the department's evaluation report: what its text proposes, for the auditor to accept."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from auditbook import inputs
from auditbook.cases import DEPARTMENT
from auditbook.faults import Fault, UsageError
from auditbook.intake import documents, guard
from auditbook.intake.intake_layouts import Workbook
from auditbook.intake.sheets import Note
from auditbook.narrative import evaluation
from auditbook.narrative.evaluation import Proposed
from auditbook.narrative.evaluation_proposals import FIGURES, OBJECTIVES, PUBLISHED, Proposal
from auditbook.numbers import EXACT
from auditbook.strict_yaml import quoted

REPORT = "self-evaluation-report"
STEM = "评价报告"
_WHOLE = "部门整体"
_KINDS = {FIGURES: "数字", PUBLISHED: "公布的说法", OBJECTIVES: "目标"}


@dataclass(frozen=True)
class Begun:
    """A report that was read for a new case: its bytes, under which name they are kept, and what it proposes."""

    file: str
    data: bytes
    found: Proposed
    units: dict[str, str]

    @property
    def department(self) -> str:
        """The department that the title names; "" where it names none."""
        return self.found.department

    def told(self) -> list[str]:
        """What was read out of it, and what was not."""
        counts = Counter(proposal.shape for proposal in self.found.proposals)
        said = "，".join(f"{name} {counts[shape]} 行" for shape, name in _KINDS.items() if counts[shape])
        aside = "、".join(f"{what} {count}" for what, count in sorted(self.found.aside.items()))
        lines = [f"报告：{self.file}，读出 {said or '0 行'}；没有读作数字的数 {len(self.found.left)} 个"]
        return [*lines, f"不陈述什么的数：{aside}"] if aside else lines

    def steps(self, raw: str) -> list[str]:
        """What an auditor does with it. Takes raw: the folder as it is shown."""
        return [f"打开 {raw}/ 里的录入表，在“原文取数”逐行核对原文，写“是”或“否”；没有写的一行也不用"]

    def register(self, department: str, year: int) -> list[str]:
        """Its lines of SOURCES.yaml."""
        title, issuer = (quoted(text) for text in (f"{department}{year}年度整体支出绩效评价报告", department))
        return [
            f"  - id: {REPORT}",
            f"    file: {quoted(self.file)}",
            f"    title: {title}",
            f"    issuer: {issuer}",
            "    date: null",
            "    status: received",
            f'    sha256: "{hashlib.sha256(self.data).hexdigest()}"',
            "    reliability: medium",
            "    reason: 部门自评报告，数字与成效均为自述，未经第三方印证",
            "",
        ]

    def rows(self, workbook: Workbook) -> list[dict[str, str]]:
        """The rows of the sheet 原文取数, in the order of the text; numbers that were not read come last."""
        layout = next((sheet for sheet in workbook.sheets if sheet.kind == "taken"), None)
        if layout is None:
            return []
        kinds = {held: shown for shown, held in reversed(layout.column("kind").choices.items())}
        signs = {held: shown for shown, held in reversed(layout.column("comparator").choices.items())}
        rows = [row for proposal in self.found.proposals for row in self._rows(proposal, kinds, signs)]
        rows += [
            {"kind": kinds["left"], "value": "", "label": one.number, "place": one.place, "quote": one.words, "why": one.why}
            for one in self.found.left
        ]  # fmt: skip
        return [{**row, "mark": str(number)} for number, row in enumerate(rows, 1)]

    def _rows(
        self, proposal: Proposal, kinds: Mapping[str, str], signs: Mapping[str, str]
    ) -> Iterator[dict[str, str]]:
        cells = proposal.cells
        common = {"place": cells["locator"], "quote": cells["quote"], "document": REPORT, "why": proposal.why}
        if proposal.shape == OBJECTIVES:
            yield from self._goal(proposal, common, kinds, signs)
            return
        common |= {
            "scope": _WHOLE if cells["scope"] == DEPARTMENT else self.units.get(cells["scope"], _WHOLE),
            "item": cells["item"], "measured_in": cells["unit"],
            "precision": "精确" if cells["precision"] == EXACT else cells["precision"],
        }  # fmt: skip
        if proposal.shape == PUBLISHED:
            yield {
                **common, "kind": kinds[cells["kind"]], "code": cells["about"], "value": cells["published"],
                "label": proposal.label,
            }  # fmt: skip
        else:
            kind = kinds["none"] if cells["state"] == "zero" else kinds["figure"]
            yield {
                **common,
                "kind": kind,
                "code": cells["figure"],
                "value": cells["value"],
                "label": cells["label"],
            }

    def _goal(
        self,
        proposal: Proposal,
        common: Mapping[str, str],
        kinds: Mapping[str, str],
        signs: Mapping[str, str],
    ) -> Iterator[dict[str, str]]:
        cells = proposal.cells
        item = f"{cells['objective']}.{cells['item']}" if cells["item"] else cells["objective"]
        own = {**common, "item": item, "label": cells["measure"], "said": cells["claimed"]}
        if not cells["target"]:
            yield {**own, "kind": kinds["claimed"]}
            return
        yield {
            **own, "kind": kinds["target"], "value": cells["target"], "measured_in": cells["unit"], "precision": "精确",
            "comparator": signs[cells["comparator"]],
        }  # fmt: skip
        if cells["actual"]:
            yield {
                **common, "item": item, "label": cells["actual_measure"], "kind": kinds["actual"], "value": cells["actual"],
                "measured_in": cells["unit"], "precision": "精确" if cells["precision"] == EXACT else cells["precision"],
                "place": cells["actual_locator"], "quote": cells["actual_quote"],
            }  # fmt: skip


def read(
    root: Path, path: Path, year: int, department: str = "", units: Mapping[str, str] | None = None
) -> Begun:
    """Read a report for a new case.

    Takes    root: the project; path: the report; year: of the case; department: its name, by default as the title says; units:
             name by id, by default as the text lists them.
    Raises   UsageError for a file that is no evaluation report, or one of another year; CaseError and LimitError as
             ``documents.read``: no file, no text (a scan), a damaged file.
    """
    if not inputs.is_file(path):
        raise UsageError(Fault("--report", f"没有文件“{path}”", "部门的绩效评价报告", "请核对路径"))
    kind = documents.kind_of(path.name)
    if not kind:
        endings = "、".join(documents.KINDS)
        raise UsageError(
            Fault("--report", f"“{path.name}”不是能读的文件", f"{endings} 中的一种", "请另存为其中一种")
        )
    guard.look(path)
    data = inputs.read_bytes(path)
    notes: list[Note] = []
    document = documents.read(path, data, notes)
    layout = evaluation.layout_of(root)
    if not evaluation.is_evaluation(document, layout):
        raise UsageError(
            Fault("--report", f"“{path.name}”的开头没有绩效评价报告的标题", f"标题里有“{layout.titles[0]}”之类", "请换成评价报告；不带 --report 也可以开始")
        )  # fmt: skip
    if faults := evaluation.wrong_year("--report", evaluation.year_of(document), year):
        raise UsageError(faults)
    found = evaluation.proposed(document, root, year, department, units)
    return Begun(f"{STEM}{path.suffix.lower()}", data, found, dict(units or found.units))
