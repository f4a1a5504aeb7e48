"""What a run leaves in outputs/: the report as page, Word and PDF, the workbook, the working papers, the data of charts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditbook import asking_writing
from auditbook.pipeline import fingerprints
from auditbook.report import chart_files, cover, page, paper_head, word
from auditbook.report.evidence_entries import RunSources
from auditbook.report.workbook import workbook
from auditbook.stages import Stage
from auditbook.workspace import REQUESTS

if TYPE_CHECKING:
    from nbformat import NotebookNode

    from auditbook.pipeline import Run


class Pages:
    """The report and the working papers of a run, made one by one; nothing is written."""

    def __init__(self, run: Run) -> None:
        """Take from the run what stands on every page."""
        case = run.audit.case
        prints = fingerprints(run)
        self._print = "-".join(prints[name][:12] for name in ("evidence", "rules", "program"))
        self.title = case.report_title or f"{case.department.name}{case.year}年度部门整体支出绩效评价审核报告"
        self._sources = RunSources(run)
        self._run = run
        self.files: dict[str, bytes] = {}

    def add(self, stage: Stage, executed: NotebookNode) -> None:
        """Make the page of a stage's executed notebook; ``files`` holds it by its name in the outputs."""
        own = stage.name == "report"
        masks = self._sources.masks
        executed = masks.notebook(executed)
        head = masks.masked("\n".join(cover.lines(self._run)))
        text = page.render(
            executed, title=self.title if own else "", subtitle=head, hide_code=own,
            footer=f"报告编号 {self._print}", fingerprint=self._print, sources=self._sources,
            head=None if own else paper_head.head(stage, executed, self._run),
            beside=paper_head.ways_beside(stage, self._run),
            foot=paper_head.papers_index(self._run) if own else None,
            index=paper_head.INDEX.get(stage.name, ""),
        )  # fmt: skip
        self.files[paper_head.file_name(stage)] = text.encode()
        self.files |= {f"charts/{name}.csv": data for name, data in chart_files.charts_in(text).items()}

    def add_documents(self) -> None:
        """Make the Word report, from the report's page, the workbook, from the tables of every stage, and the documents to ask for."""
        self.files["report.docx"] = word.document(self.files["report.html"].decode())
        self.files["workpapers.xlsx"] = workbook(self._run)
        self.files[REQUESTS] = asking_writing.workbook(self._run, self._run.table("scores"))
