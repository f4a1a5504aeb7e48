"""One program at a time writes the tables and deliverables of a run: who comes second is told so, and waits for nothing.

The system holds the lock: however a process ends, its lock ends with it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from auditbook.faults import Fault, LimitError
from auditbook.stages import READS_LOG
from auditbook.writing import told

if TYPE_CHECKING:
    from auditbook.workspace import Workspace

NAME = ".lock"


@contextmanager
def held(workspace: Workspace, patience: float = 0) -> Iterator[None]:
    """Nobody else writes this run inside. A notebook that a run executes writes under the lock of the run.

    Takes    patience: for how many seconds to wait while another program is writing it.
    Raises   LimitError where it still does.
    """
    if READS_LOG in os.environ:
        yield
        return
    import filelock

    path = workspace.processed / NAME
    with told(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = filelock.FileLock(path, timeout=patience, is_singleton=True)
        try:
            lock.acquire()
        except filelock.Timeout:
            raise LimitError(
                Fault(
                    workspace.run,
                    "另一个程序正在做这次运行",
                    "",
                    "请等它做完，或先把它停下，再运行一次；什么也没有改动",
                )
            ) from None
    try:
        yield
    finally:
        lock.release()
