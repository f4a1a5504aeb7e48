"""Running a case: the five notebooks through papermill, the pages, and nothing that is proven unchanged."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from auditbook import inputs, records
from auditbook.inputs import Verifier
from auditbook.stages import READS_LOG, STAGES, Stage
from auditbook.tables import write_whole
from auditbook.workspace import Workspace

if TYPE_CHECKING:
    from auditbook.engine.parent import Parent
    from auditbook.pipeline import Run

DELIVERED = "delivered"
# Quality needs Great Expectations, whose import costs seconds: the others go on meanwhile.
ORDER = ("ingest", "indicators", "quality", "findings", "report")
Told = Callable[[str, str], None]


@dataclass(frozen=True)
class Finished:
    """What a run left behind: the page, the lines that matter, blocking rules that failed, and what was made anew."""

    report: Path
    summary: Sequence[str]
    blocking: Sequence[str]
    made: Sequence[str]


def unchanged(workspace: Workspace) -> Finished | None:
    """The last run of the case, where every input and every output is proven to be as it was; else None.

    One record holds them all: the report reads the whole of evidence, rules and program for its fingerprints.
    """
    inputs.use(records.places(workspace))
    record = records.proven(workspace, DELIVERED, Verifier({}))
    if record is None:
        return None
    return Finished(workspace.outputs / "report.html", record.said["summary"], record.said["blocking"], ())


def run(checked: Run, told: Told, *, force: bool = False, parent: Parent | None = None) -> Finished:
    """Run the notebooks whose inputs have changed, then write the pages.

    Takes    checked: from ``pipeline.check``; told: called with (stage, ``run`` | ``proven`` | ``done``); force: prove
             nothing, make all anew; parent: a process that has imported Great Expectations.
    Returns  where the report is and what was made anew.
    Raises   NotebookFailed where a cell fails for our own fault; deliverables of an earlier run stay whole.
    """
    workspace = checked.workspace
    inputs.use(records.places(workspace))
    verifier = Verifier({"scoring": lambda: checked.scoring_digest})
    if force:
        for stage in STAGES:
            for name in (stage.name, f"{stage.name}.tables"):
                records.path_of(workspace, name).unlink(missing_ok=True)
    made = []
    for name in ORDER:
        stage = next(known for known in STAGES if known.name == name)
        if records.proven(workspace, name, verifier):
            told(name, "proven")
            continue
        told(name, "run")
        _run_notebook(stage, workspace, parent if name == "quality" else None)
        verifier.forget("run")
        made.append(name)
        told(name, "done")
    told("pages", "run")
    finished = _deliver(checked, made)
    told("pages", "done")
    return finished


def _executed(stage: Stage) -> str:
    return f"{records.KEPT}/{stage.notebook}"


def _run_notebook(stage: Stage, workspace: Workspace, parent: Parent | None) -> None:
    """Execute a notebook, keep it, and record what it read and wrote."""
    import nbformat

    from auditbook import engine

    source = workspace.root / "notebooks" / stage.notebook
    parameters = {"case": workspace.case_path}
    if workspace.scenario_path:
        parameters["scenario"] = workspace.scenario_path
    with inputs.recording() as reads, tempfile.TemporaryDirectory(prefix="auditbook-") as aside:
        log = Path(aside) / "reads"
        inputs.read_bytes(source)
        notebook = engine.execute(
            source, parameters, workspace.root, workspace.results, workspace.shown,
            environment={READS_LOG: str(log)}, parent=parent,
        )  # fmt: skip
        data = str(nbformat.writes(notebook)).encode()  # type: ignore[no-untyped-call]
        inputs.note_all(inputs.read_log(log))
    write_whole(workspace.processed / _executed(stage), data)
    wrote = {f"file run/{_executed(stage)}": records.digest(data)}
    for name in stage.tables:
        wrote[f"file run/{name}.csv"] = records.digest((workspace.processed / f"{name}.csv").read_bytes())
    own = {place: found for place, found in reads.found.items() if place not in wrote}
    records.save(workspace, stage.name, records.made(workspace, own, wrote))


def _deliver(checked: Run, made: list[str]) -> Finished:
    import nbformat

    from auditbook.pipeline import Run
    from auditbook.quality import blocking_failures
    from auditbook.report import deliver
    from auditbook.report.chapters import summary_lines

    fresh = Run(checked.rules)
    workspace = fresh.workspace
    with inputs.recording() as reads:
        executed = {}
        for stage in STAGES:
            inputs.read_bytes(workspace.root / "notebooks" / stage.notebook)
            for name in stage.tables:
                inputs.read_bytes(workspace.processed / f"{name}.csv")
            data = inputs.read_bytes(workspace.processed / _executed(stage))
            executed[stage.name] = nbformat.reads(data.decode(), as_version=4)  # type: ignore[no-untyped-call]
        files = deliver.pages(fresh, executed)
        for group in fresh.rules.reads.values():
            inputs.note_all(group)
        summary = summary_lines(fresh)
        blocking = [row["rule"] for row in blocking_failures(fresh.table("quality"))]
    for path, data in files.items():
        write_whole(path, data)
    wrote = {
        f"file outputs/{p.relative_to(workspace.outputs).as_posix()}": records.digest(d)
        for p, d in files.items()
    }
    kept = records.made(workspace, reads.found, wrote, summary=summary, blocking=blocking)
    records.save(workspace, DELIVERED, kept)
    return Finished(workspace.outputs / "report.html", summary, blocking, tuple(made))
