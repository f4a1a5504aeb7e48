"""The process behind each worker of a batch: it has imported everything, has one thread, and forks one process a case.

A case runs in a process of its own: what it uses is given back when it ends, and whatever becomes of it, the next case
finds things as they were. Whoever holds the other end of the connection is the caller; when that end closes, all end.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import traceback
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import TYPE_CHECKING, Any

from auditbook import engine, records
from auditbook.faults import EXIT_CONTRADICTION, EXIT_LIMIT, EXIT_OWN_FAULT, AuditbookError
from auditbook.workspace import Workspace, locate
from auditbook.writing import limit, write_whole

if TYPE_CHECKING:
    from auditbook.batch_entries import State
    from auditbook.running import Kernels

FAULT = "fault.txt"  # beside the records of a run: the traceback of a fault of ours
# Seconds after which a process that nobody asks anything ends: on a cluster it would otherwise outlive a lost caller.
IDLE = 600
# Seconds for which a case waits while another program writes the same run: on a cluster, a worker that was lost may still
# be ending.
PATIENCE = 60


@dataclass(frozen=True)
class Job:
    """A case to run: paths as seen from the project's folder ``root``; ``results``: AUDITBOOK_WORKSPACE, where it is set."""

    case: str
    scenario: str
    root: str
    results: str
    force: bool
    printed: bool


@dataclass(frozen=True)
class Ending:
    """How a case ended; ``proven``: nothing was made anew; ``lost``: its process ended before it could tell."""

    state: State
    code: int = 0
    reasons: tuple[str, ...] = ()
    proven: bool = False
    lost: bool = False


class Worker:
    """The caller's hold on such a process. It is started by the first job, and anew after one that was lost."""

    def __init__(self, root: str) -> None:
        self._root = root
        self._process: subprocess.Popen[bytes] | None = None
        self._connection: Connection[Any, Any] | None = None

    def start(self) -> None:
        """Start the process, unless it runs; it imports while the caller goes on."""
        if self._process is not None and self._process.poll() is None:
            return
        self.close()
        ours, theirs = socket.socketpair()
        with theirs:
            code = f"from auditbook import batch_worker; batch_worker.serve({theirs.fileno()})"
            self._process = subprocess.Popen(
                # -P: what lies in the project's folder is no module. A session of its own: Ctrl-C is for the caller.
                [sys.executable, "-P", "-c", code],
                cwd=self._root, env=engine.kernel_environment(), pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL,
                start_new_session=True,
            )  # fmt: skip
        self._connection = Connection(ours.detach())

    def do(self, job: Job) -> Ending:
        """Run a case and wait for how it ends. May be called from any thread, one job at a time."""
        self.start()
        assert self._connection is not None
        try:
            self._connection.send(asdict(job))
            told = self._connection.recv()
        except (EOFError, OSError):
            told = _lost("做这些案例的进程没有了：多半是内存不足，被系统停下")
        outcome = Ending(**{**told, "reasons": tuple(told["reasons"])})
        if outcome.lost:
            self.close()
        return outcome

    def close(self) -> None:
        """End the process, and a case that it may be at. May be called again, and from another thread."""
        if self._connection is not None:
            with suppress(OSError):
                self._connection.close()
            self._connection = None
        if self._process is not None:
            try:
                self._process.wait(10)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            self._process = None


def _lost(reason: str) -> dict[str, Any]:
    return asdict(Ending("failed", EXIT_LIMIT, (reason,), lost=True))


# ---- the process itself


def serve(descriptor: int) -> None:
    """Run the cases that are asked for, one after another, until the connection ends."""
    from auditbook import running

    connection: Connection[Any, Any] = Connection(descriptor)
    with running.kernels() as parents:
        from auditbook import batch_warm

        batch_warm.up()
        while True:
            try:
                if not connection.poll(IDLE):
                    return
                job = Job(**connection.recv())
            except (EOFError, OSError):
                return
            told = _apart(job, parents, connection)
            if told is None:
                return
            with suppress(OSError):
                connection.send(told)
            if told[
                "lost"
            ]:  # what it was saying to the parents of notebooks may have broken off in the middle
                return


def _apart(job: Job, parents: Kernels | None, caller: Connection[Any, Any]) -> dict[str, Any] | None:
    """Run a case in a forked process; None where the caller has gone meanwhile, and the case with it."""
    ours, theirs = socket.socketpair()
    own = os.fork()
    if own == 0:
        ours.close()
        caller.close()
        _forked(job, parents, theirs)
    theirs.close()
    telling: Connection[Any, Any] = Connection(ours.detach())
    with telling:
        ready = wait([telling, caller])
        if telling not in ready:
            os.kill(own, signal.SIGKILL)
            os.waitpid(own, 0)
            return None
        told: dict[str, Any] | None
        try:
            told = telling.recv()
        except (EOFError, OSError):
            told = None
        _, status = os.waitpid(own, 0)
    if told is None:
        why = f"信号{status & 127}" if status & 127 else f"退出码{status >> 8}"
        return _lost(f"做到一半进程没有了（{why}）：多半是内存不足，被系统停下")
    return told


def _forked(job: Job, parents: Kernels | None, theirs: socket.socket) -> None:
    code = 1
    try:
        with Connection(theirs.detach()) as telling:
            telling.send(asdict(_outcome(job, parents)))
        code = 0
    finally:
        os._exit(code)  # nothing of the process that it was forked from is to be ended


def _outcome(job: Job, parents: Kernels | None) -> Ending:
    """Run a case as ``auditbook run`` does; whatever is wrong with it is told, and stops nobody else."""
    os.environ.pop("AUDITBOOK_WORKSPACE", None)
    if job.results:
        os.environ["AUDITBOOK_WORKSPACE"] = job.results
    workspace: Workspace | None = None
    try:
        workspace = locate(job.case, job.scenario)
        return _run(workspace, job, parents)
    except AuditbookError as error:
        state: State = "refused" if error.exit_code < EXIT_CONTRADICTION else "failed"
        return Ending(state, error.exit_code, tuple(map(str, error.faults)))
    except Exception as error:
        if (told := limit(error)) is not None:
            return Ending("failed", told.exit_code, tuple(map(str, told.faults)))
        kept = ""
        if workspace is not None:
            with suppress(AuditbookError):
                path = workspace.processed / records.KEPT / FAULT
                write_whole(path, traceback.format_exc().encode())
                kept = f"；详见 {path.relative_to(workspace.results).as_posix()}"  # told in what is delivered: as on any machine
        return Ending("failed", EXIT_OWN_FAULT, (f"程序自身的错误（{type(error).__name__}：{error}）{kept}",))


def _run(workspace: Workspace, job: Job, parents: Kernels | None) -> Ending:
    from auditbook import pipeline, running

    finished = None if job.force else running.unchanged(workspace, printed=job.printed)
    proven = finished is not None
    if finished is None:
        finished = running.run(
            pipeline.check(job.case, job.scenario), lambda stage, state: None, force=job.force, parents=parents,
            printed=job.printed, patience=PATIENCE,
        )  # fmt: skip
    if finished.blocking:
        reason = f"资料自相矛盾，没有评分：{'、'.join(finished.blocking)}"
        return Ending("blocking", EXIT_CONTRADICTION, (reason,), proven)
    return Ending("done", proven=proven)


def identity(root: Path) -> Mapping[str, str]:
    """What must be the same on every worker, or the same inputs need not give the same bytes: program and environment."""
    return {"program": records.program_digest(), "environment": records.environment_digest(root)}
