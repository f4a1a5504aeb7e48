"""Many cases at once: two workers on this machine or a Dask cluster, one comparison report at the end.

A case that is wrong stops no other; it is listed with its reason. What was done is proven, not done again: a batch that was
interrupted goes on where it was. Each case is run as ``auditbook run`` runs it, without the PDF unless asked.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import threading
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from auditbook.batch_entries import STATES, Entry
from auditbook.batch_worker import Ending, Job, Worker
from auditbook.faults import (
    EXIT_CONTRADICTION,
    EXIT_LIMIT,
    EXIT_OWN_FAULT,
    EXIT_UNREADABLE,
    CaseError,
    Fault,
    UsageError,
)
from auditbook.workspace import Workspace, locate, project_root, results_of
from auditbook.writing import write_whole

FOLDER = "batches"  # in outputs/
RECORD = "batch.json"
# A disk with less room than this is full: a case takes a few megabytes, and each that fails would fail for the same reason.
LEAST_ROOM = 32 * 1024 * 1024
_NAME = re.compile(r"[^\W_][\w-]{0,60}")
_WORST = (EXIT_OWN_FAULT, EXIT_LIMIT, EXIT_UNREADABLE, EXIT_CONTRADICTION)
# Called with the place of a case in the order of the batch and how it ended, in whatever order they end.
Ended = Callable[[int, Ending], None]


@dataclass(frozen=True)
class Plan:
    """The cases of a batch in their order, and the folder of its own deliverables; ``twice``: runs that were named more than once."""

    workspaces: Sequence[Workspace]
    folder: Path
    force: bool
    printed: bool
    twice: Sequence[str]

    @property
    def jobs(self) -> list[Job]:
        """What workers are asked to do."""
        results = os.environ.get("AUDITBOOK_WORKSPACE", "")
        return [
            Job(
                str(own.case_path), str(own.scenario_path or ""), str(own.root), results and str(Path(results).resolve()),
                self.force, self.printed,
            )
            for own in self.workspaces
        ]  # fmt: skip


def plan(
    names: Sequence[str],
    *,
    scenario: str = "",
    name: str = "batch",
    force: bool = False,
    printed: bool = False,
) -> Plan:
    """Find the cases of a batch; none is read.

    Takes    names: of cases, their files, or folders: a base folder (with ``params/cases``) or one that holds case files.
    Raises   UsageError or CaseError with all that cannot be found, two cases that would write to one folder, or no case.
    """
    if not _NAME.fullmatch(name):
        raise UsageError(
            Fault("--name", f"“{name}”不能作文件夹的名字", "字母、数字、汉字、连字符，不超过 60 个")
        )
    faults: list[Fault] = []
    found: list[Workspace] = []
    for given in names:
        try:
            found += [locate(case, scenario) for case in _cases(given)]
        except CaseError as error:
            faults += error.faults
    own: dict[Path, Workspace] = {}
    twice: list[str] = []
    for workspace in found:
        before = own.setdefault(workspace.processed, workspace)
        if before is workspace:
            continue
        if before.case_path == workspace.case_path:
            twice.append(workspace.run)
        else:
            remedy = "请改其中一个案例文件的名字，或分两批做"
            faults.append(
                Fault(
                    workspace.run, f"{before.case_path} 与 {workspace.case_path} 写到同一个文件夹", "", remedy
                )
            )
    if faults:
        raise CaseError(sorted(set(faults)))
    return Plan(
        list(own.values()),
        _own_folder(list(own.values())) / name,
        force,
        printed,
        tuple(dict.fromkeys(twice)),
    )


def _cases(given: str) -> list[str]:
    folder = Path(given)
    if not folder.is_dir():
        return [given]
    inside = folder / "params" / "cases"
    files = sorted((inside if inside.is_dir() else folder).glob("*.yaml"))
    if not files:
        raise CaseError(Fault(given, "这个文件夹里没有案例文件", "params/cases/*.yaml，或 *.yaml"))
    return [str(path) for path in files]


def _own_folder(workspaces: Sequence[Workspace]) -> Path:
    """Beside the outputs of the cases, where they share a base folder; else in the project."""
    places = {own.results for own in workspaces}
    place = places.pop() if len(places) == 1 else results_of(project_root(Path.cwd()))
    return place / "outputs" / FOLDER


@dataclass(frozen=True)
class Done:
    """What became of a batch: an entry a case, in the order of the batch; ``proven``: how many had not changed.

    ``report``: the comparison page, where there is one; ``stopped``: why cases were not come to, "" where all were.
    """

    entries: Sequence[Entry]
    proven: int
    code: int
    report: Path | None
    stopped: str = ""

    def lines(self) -> Iterator[str]:
        """What is told at the end: how many of each kind, each that is not done with its reason, where the report is."""
        counts = Counter(entry.state for entry in self.entries)
        parts = [f"{words} {counts[state]} 个" for state, words in STATES.items() if counts[state]]
        same = f"（其中 {self.proven} 个核实未变，沿用）" if self.proven else ""
        yield f"{len(self.entries)} 个案例：{'，'.join(parts)}{same}。"
        for entry in self.entries:
            if entry.reasons:
                yield f"{entry.workspace.run}（{STATES[entry.state]}）：{'；'.join(entry.reasons)}"
        if self.report is not None:
            yield f"比较：{self.report}"


def run(
    planned: Plan, ended: Ended, said: Callable[[str], None], *, workers: int = 0, scheduler: str = ""
) -> Done:  # fmt: skip
    """Run the cases and write the comparison report.

    Takes    ended: told of each case as it ends; said: told what a user should know of a cluster; workers: how many on this machine (0: one a core); scheduler: the address
             of a Dask scheduler, whose workers do the same work instead.
    Raises   UsageError where the scheduler does not answer, or has no worker that this batch can use.
    """
    outcomes: dict[int, Ending] = {}

    def kept(place: int, outcome: Ending) -> None:
        outcomes[place] = outcome
        ended(place, outcome)

    full = _Stop(planned)
    if scheduler:
        from auditbook import batch_dask

        full.reason = batch_dask.run(scheduler, planned.jobs, kept, full.stops, said) or full.reason
    else:
        _run_here(planned.jobs, kept, full.stops, workers or os.cpu_count() or 1)
    entries = [
        Entry(workspace, outcomes[place].state, outcomes[place].reasons)
        if place in outcomes
        else Entry(workspace, "failed", (full.reason,))
        for place, workspace in enumerate(planned.workspaces)
    ]
    codes = {outcome.code for outcome in outcomes.values()} | ({EXIT_LIMIT} if full.reason else set())
    code = next((code for code in _WORST if code in codes), max(codes, default=0))
    report = None if full.reason else _deliver(entries, planned.folder)
    return Done(entries, sum(own.proven for own in outcomes.values()), code, report, full.reason)


class _Stop:
    """Why a batch stops early, "" while it does not: a full disk, on which all that follows would fail alike."""

    def __init__(self, planned: Plan) -> None:
        self._places = {own.results for own in planned.workspaces}
        self.reason = ""

    def stops(self, outcome: Ending) -> bool:
        """Asked after every case."""
        if outcome.code == EXIT_LIMIT and not self.reason:
            for place in self._places:
                if shutil.disk_usage(place).free < LEAST_ROOM:
                    remedy = "请腾出磁盘空间后再运行一次，做完的不重做"
                    self.reason = str(Fault(str(place), "磁盘满了，没有轮到", "", remedy))
        return bool(self.reason)


def _run_here(jobs: Sequence[Job], ended: Ended, stops: Callable[[Ending], bool], count: int) -> None:
    """A thread a worker takes the next case as soon as it has done with one."""
    waiting = deque(enumerate(jobs))
    one_at_a_time = threading.Lock()
    over = threading.Event()
    crew = [Worker(jobs[0].root) for _ in range(min(count, len(jobs)))]

    def take(worker: Worker) -> None:
        while not over.is_set():
            with one_at_a_time:
                if not waiting:
                    return
                place, job = waiting.popleft()
            outcome = worker.do(job)
            with one_at_a_time:
                if over.is_set():
                    return
                ended(place, outcome)
                if stops(outcome):
                    over.set()

    # closing the workers first ends what the threads wait for
    with ThreadPoolExecutor(max_workers=len(crew)) as threads, _closed(crew, over):
        for taken in [threads.submit(take, worker) for worker in crew]:
            taken.result()


@contextmanager
def _closed(crew: Sequence[Worker], over: threading.Event) -> Iterator[None]:
    try:
        yield
    finally:
        over.set()
        for worker in crew:
            worker.close()


def _deliver(entries: Sequence[Entry], folder: Path) -> Path:
    """The comparison report, and the list of cases with how each ended."""
    from auditbook import peers
    from auditbook.peers.delivering import PAGE

    peers.deliver(entries, folder)
    listed = [
        {"run": entry.workspace.run, "state": entry.state, "reasons": list(entry.reasons)}
        for entry in entries
    ]
    write_whole(folder / RECORD, (json.dumps(listed, ensure_ascii=False, indent=1) + "\n").encode())
    return folder / PAGE
