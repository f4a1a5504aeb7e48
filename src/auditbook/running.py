"""Running a case: the five notebooks through papermill, the pages, and nothing that is proven unchanged."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from auditbook import inputs, records, writing
from auditbook.inputs import Verifier
from auditbook.stages import READS_LOG, STAGES, Stage
from auditbook.workspace import REQUESTS, Workspace
from auditbook.writing import write_whole

if TYPE_CHECKING:
    from auditbook.engine.parent import Parent
    from auditbook.pipeline import Run

DELIVERED = "delivered"
PDF = "report.pdf"
DOCUMENTS = ("report.docx", PDF, "workpapers.xlsx", REQUESTS, "run.json")
# Seconds after which a busy thread lets another one go on. Pages are made in this process while its other threads
# talk to notebooks: with Python's own 5 ms each word of theirs would wait for the page.
TURN = 0.0005
Told = Callable[[str, str], None]


@dataclass(frozen=True)
class Kernels:
    """Two parents of notebooks: one has imported what every notebook needs, the other Great Expectations as well."""

    light: Parent
    heavy: Parent


@contextmanager
def kernels() -> Iterator[Kernels | None]:
    """Parents that import while the caller goes on; None where processes cannot be forked."""
    from auditbook.engine import kernel_environment
    from auditbook.engine.parent import Parent, can_fork

    if not can_fork() or os.environ.get("AUDITBOOK_ENGINE") == "papermill":
        yield None
        return
    with Parent(("auditbook.warm",), kernel_environment()) as kernel:
        heavy = kernel.branch(("great_expectations",))
        light = kernel.branch(("matplotlib.backends.backend_svg",))
        yield Kernels(light, heavy)


@dataclass(frozen=True)
class Finished:
    """What a run left behind: the page, the lines that matter, blocking rules that failed, and what was made anew.

    ``moved``: whether its tables differ from those of the last run, which are kept beside them (``last_run``).
    """

    report: Path
    summary: Sequence[str]
    blocking: Sequence[str]
    made: Sequence[str]
    moved: bool = False


def unchanged(workspace: Workspace, *, printed: bool = True) -> Finished | None:
    """The last run of the case, where every input and every output is proven to be as it was; else None.

    Takes    printed: whether there must be a PDF, where it could be printed.

    One record holds them all: the report reads the whole of evidence, rules and program for its fingerprints.
    """
    inputs.use(records.places(workspace))
    record = records.proven(workspace, DELIVERED, Verifier({}))
    if record is None or not _whole(record, printed):
        return None
    if any(
        map(writing.half_made, (workspace.processed, workspace.outputs))
    ):  # a run heals them, under its lock
        return None
    return Finished(workspace.outputs / "report.html", record.said["summary"], record.said["blocking"], ())


def _whole(record: records.Record, printed: bool) -> bool:
    """Whether everything was handed over that can be: pages alone are not, nor a report that could be printed by now."""
    from auditbook.report import printed_page

    wanted = (
        DOCUMENTS if printed and printed_page.available() else [name for name in DOCUMENTS if name != PDF]
    )
    return all(f"file outputs/{name}" in record.wrote for name in wanted)


def run(
    checked: Run, told: Told, *, force: bool = False, documents: bool = True, printed: bool = True,
    parents: Kernels | None = None, patience: float = 0,
) -> Finished:  # fmt: skip
    """Run the notebooks whose inputs have changed, then write the pages.

    Takes    checked: from ``pipeline.check``; told: called with (stage, ``run`` | ``proven`` | ``done``); force: prove
             nothing, make all anew; documents: else the pages alone, for who looks at them as they work; printed: with the PDF, which takes as long as all the rest;
             patience: seconds to wait for another program that is at the same run; parents: from ``kernels``, else every notebook starts a process of its own.
    Returns  where the report is and what was made anew.
    Raises   NotebookFailed where a cell fails for our own fault; deliverables of an earlier run stay whole.
    """
    workspace = checked.workspace
    inputs.use(records.places(workspace))
    from auditbook import last_run, run_lock, run_log  # whoever finds nothing to do reads no rules

    log = workspace.processed / records.KEPT / run_log.NAME
    with run_lock.held(workspace, patience), run_log.kept(log, told) as noted:
        for folder in (workspace.processed, workspace.outputs):
            writing.heal(folder)
        if force:
            for stage in STAGES:
                for name in (stage.name, f"{stage.name}.tables"):
                    writing.remove(records.path_of(workspace, name))
        last_run.set_aside(workspace)
        before = sys.getswitchinterval()
        sys.setswitchinterval(TURN)
        try:
            return _run(_Job(checked, noted, parents), documents, printed)
        finally:
            sys.setswitchinterval(before)


def _run(job: _Job, documents: bool, printed: bool) -> Finished:
    job.stage("ingest")
    # Notebooks beside each other, and the pages beside them. Quality starts first, since Great Expectations takes
    # longest to import; the report starts as soon as the tables of the findings are there.
    with ThreadPoolExecutor(max_workers=2) as beside:
        running = {"quality": beside.submit(job.stage, "quality")}
        try:
            job.stage("indicators")
            running["findings"] = beside.submit(job.stage, "findings", running["quality"])
            running["report"] = beside.submit(job.stage, "report", running["findings"])
            # What the entries of a page tell of a figure is what quality found of it, and its cover names the years that the
            # findings compare: a page made earlier would be another page than one that is made again.
            job.wait("quality", running["quality"])
            job.wait("findings", running["findings"])
            job.page("ingest")
            job.page("indicators")
            for name, ended in running.items():
                ended.result()
                job.page(name)
        except BaseException:
            beside.shutdown(wait=False, cancel_futures=True)
            raise
    return job.deliver(documents, printed)


class _Job:
    """A run in progress: stages run one way, pages are made as soon as their notebook is there."""

    def __init__(self, checked: Run, told: Told, parents: Kernels | None) -> None:
        from auditbook.pipeline import Run
        from auditbook.report.deliver import Pages

        self.run = Run(checked.rules)
        self.workspace = checked.workspace
        self.told = told
        self.parents = parents
        self.values = {"scoring": lambda: checked.scoring_digest}
        self.made: list[str] = []
        with inputs.recording() as self.reads:
            self.pages = Pages(self.run)

    def stage(self, name: str, before: Future[None] | None = None) -> None:
        """Run a notebook, unless its record is proven; not before the tables of the stage ``before`` are there."""
        stage = next(known for known in STAGES if known.name == name)
        if before is not None:
            self.wait(stage.needs[-1] if name == "report" else "quality", before)
        # looked at afresh: what another stage has written meanwhile must not be remembered as it was
        if records.proven(self.workspace, name, Verifier(self.values)):
            self.told(name, "proven")
            return
        self.told(name, "run")
        parents = self.parents
        parent = None if parents is None else parents.heavy if name == "quality" else parents.light
        _run_notebook(stage, self.workspace, parent)
        self.made.append(name)
        self.told(name, "done")

    def wait(self, name: str, ended: Future[None]) -> None:
        """Until a stage has ended, or its tables are there while its notebook still shows them."""
        record = records.path_of(self.workspace, f"{name}.tables")
        looked_at = None
        while not ended.done():
            # a record is replaced whole: what was not proven once is not until there is another
            there = _stamp(record)
            if there != looked_at and records.proven(self.workspace, f"{name}.tables", Verifier(self.values)):
                return
            looked_at = there
            time.sleep(0.02)
        ended.result()

    def page(self, name: str) -> None:
        """Make the page of a stage, from its executed notebook."""
        import nbformat

        stage = next(known for known in STAGES if known.name == name)
        with inputs.recording() as reads:
            data = inputs.read_bytes(self.workspace.processed / _executed(stage))
            notebook = nbformat.reads(data.decode(), as_version=4)  # type: ignore[no-untyped-call]
            self.pages.add(stage, notebook)
        self.reads.found.update(reads.found)

    def deliver(self, documents: bool, printed: bool) -> Finished:
        """Make what is left, and put everything in place, the record last."""
        from auditbook import kept_rules, last_run, run_record, signing
        from auditbook.quality import blocking_failures
        from auditbook.report import signoff_page
        from auditbook.report.conclusions import summary_lines
        from auditbook.report.references import uncited

        self.told("pages", "run")
        wrote: dict[str, str] = {}
        with inputs.recording() as reads:
            wrote |= kept_rules.keep(self.run)
            for stage in STAGES:
                inputs.read_bytes(self.workspace.root / "notebooks" / stage.notebook)
                for name in stage.tables:
                    inputs.read_bytes(self.workspace.processed / f"{name}.csv")
            for group in self.run.rules.reads.values():
                inputs.note_all(group)
            summary = [uncited(line) for line in summary_lines(self.run)]
            blocking = [
                f"{row['why'].partition('：')[0]}（{row['rule']}）"
                for row in blocking_failures(self.run.table("quality"))
            ]
            if documents:
                summary += self._documents(printed)
                read = {**self.reads.found, **reads.found}
                record = run_record.made(self.run, self.pages.title, self.pages.files, read)
                self.pages.files[run_record.NAME] = record.as_json()
                self.pages.files[signoff_page.NAME] = signoff_page.view(
                    signing.status(self.workspace, record.content), self.pages.title
                )
        outputs = self.workspace.outputs
        writing.replace_folder(outputs, self.pages.files, _of_others(self.workspace, self.pages.files))
        for name, data in self.pages.files.items():
            if name == signoff_page.NAME:  # what people write changes it, and nothing else
                continue
            wrote[f"file outputs/{name}"] = records.digest(data)
        # what pages have of the rules is in these files: nobody who looks for changes computes a choice again
        read = {**self.reads.found, **reads.found}
        found = {place: seen for place, seen in read.items() if not place.startswith("value ")}
        kept = records.made(self.workspace, found, wrote, summary=summary, blocking=blocking)
        records.save(self.workspace, DELIVERED, kept)
        self.told("pages", "done")
        moved = documents and last_run.settle(self.workspace)
        return Finished(outputs / "report.html", summary, blocking, tuple(self.made), moved)

    def _documents(self, printed: bool) -> list[str]:
        """Make Word report, workbook and PDF; why there is no PDF, where there is none."""
        from auditbook.report.printed_page import PrintError

        if not printed:
            self.pages.add_documents()
            return []
        # Chromium prints, a program of its own, while this one makes the others
        with ThreadPoolExecutor(max_workers=1) as beside:
            printing = beside.submit(_printed, self.pages.files["report.html"])
            self.pages.add_documents()
            try:
                self.pages.files[PDF] = printing.result()
            except PrintError as error:  # whoever cannot print has everything else
                return list(map(str, error.faults))
        return []


def _stamp(path: Path) -> tuple[int, ...] | None:
    """What changes when a file is replaced; None where there is none."""
    try:
        seen = path.stat()
    except OSError:
        return None
    return seen.st_ino, seen.st_mtime_ns, seen.st_size


def _printed(page: bytes) -> bytes:
    """The PDF of a page that is not in its place yet."""
    from auditbook.report import printed_page

    with tempfile.TemporaryDirectory(prefix="auditbook-") as aside:
        own = Path(aside) / "report.html"
        own.write_bytes(page)
        return printed_page.pdf(own)


def _of_others(workspace: Workspace, files: Mapping[str, bytes]) -> list[str]:
    """What lies in the outputs and no run has made: pages of other commands, what a user has put there."""
    outputs = workspace.outputs
    last = records.load(workspace, DELIVERED)
    own = set(files) | {place.removeprefix("file outputs/") for place in (last.wrote if last else ())}
    own |= {
        *DOCUMENTS,
        "signoff.html",
        *(f"charts/{path.name}" for path in (outputs / "charts").glob("*.csv")),
    }
    there = (path.relative_to(outputs).as_posix() for path in sorted(outputs.rglob("*")) if path.is_file())
    return [name for name in there if name not in own]


def _executed(stage: Stage) -> str:
    return f"{records.KEPT}/{stage.notebook}"


def _run_notebook(stage: Stage, workspace: Workspace, parent: Parent | None) -> None:
    """Execute a notebook, keep it, and record what it read and wrote. Runs beside others of its kind."""
    import nbformat

    from auditbook import engine

    source = workspace.root / "notebooks" / stage.notebook
    parameters = {"case": workspace.case_path}
    if workspace.scenario_path:
        parameters["scenario"] = workspace.scenario_path
    own = inputs.found(source)
    with tempfile.TemporaryDirectory(prefix="auditbook-") as aside:
        log = Path(aside) / "reads"
        notebook = engine.execute(
            source, parameters, workspace.root, workspace.results, workspace.placed, parent,
            environment={READS_LOG: str(log)},
        )  # fmt: skip
        reads = {**own, **inputs.read_log(log)}
    data = str(nbformat.writes(notebook)).encode()  # type: ignore[no-untyped-call]
    write_whole(workspace.processed / _executed(stage), data)
    wrote = {f"file run/{_executed(stage)}": records.digest(data)}
    for name in stage.possible:
        wrote |= inputs.found(workspace.processed / f"{name}.csv")
    rested = {place: seen for place, seen in reads.items() if place not in wrote}
    records.save(workspace, stage.name, records.made(workspace, rested, wrote))
