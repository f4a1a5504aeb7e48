"""Running a notebook through papermill, in a kernel forked from a parent that has done the imports.

``execute`` runs one notebook; ``Parent`` is that parent; ``normalised`` takes out of an executed notebook whatever differs
from run to run. ``papermill --engine auditbook`` is ``forking.ForkingEngine``, by way of ``entry``.
papermill imports this package whenever it is imported itself: nothing heavy up here.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from auditbook.engine.normalise import normalised
from auditbook.engine.parent import Parent, ParentLost
from auditbook.faults import EXIT_OWN_FAULT, AuditbookError, Fault, LimitError

if TYPE_CHECKING:
    from nbformat import NotebookNode

OURS = {"PYTHONHASHSEED": "0", "PYTHONUTF8": "1", "GX_ANALYTICS_ENABLED": "false"}


class NotebookFailed(AuditbookError):
    """A cell raised an error that is not a user's mistake."""

    exit_code = EXIT_OWN_FAULT


def kernel_environment(results: Path | None = None) -> dict[str, str]:
    """What a kernel, and the parent of kernels, inherits: where to write, and a hash seed so that sets print in one order."""
    written = {} if results is None else {"AUDITBOOK_WORKSPACE": str(results)}
    return {**os.environ, **OURS, **written}


def execute(
    path: Path, parameters: Mapping[str, Path], folder: Path, results: Path, shown: Callable[[Path], str],
    parent: Parent | None = None, needs: Sequence[str] | None = None, environment: Mapping[str, str] | None = None,
) -> NotebookNode:  # fmt: skip
    """Run a notebook in a kernel of its own. May be called from several threads at once; where
    processes are not forked, one notebook then runs after another.

    Takes    parameters: only ``case`` and ``scenario``, two paths; folder: the working folder of the kernel;
             results: the workspace that the kernel writes to; shown: a path as readers of any machine see it;
             parent: forks the kernel, as soon as it has imported the modules in ``needs`` (None: all that it was told to);
             without a parent one is started for this notebook; environment: of the kernel, beside that of this process.
             Where processes are not forked, or AUDITBOOK_ENGINE=papermill, papermill's own engine runs it, with the same
             result.
    Returns  the executed notebook, normalised: the same inputs give the same bytes.
    Raises   NotebookFailed with cell, error and message; LimitError where the cell met a limit, or the kernel died.
    """
    import papermill
    from nbclient.exceptions import DeadKernelError
    from papermill.exceptions import PapermillExecutionError

    from auditbook.engine import forking

    told = {**kernel_environment(results), **(environment or {})}
    engine = _engine(forking, folder, told, parent, needs)
    with engine as how:
        try:
            executed = papermill.execute_notebook(
                str(path), None, parameters={name: str(value) for name, value in parameters.items()},
                kernel_name="python3", progress_bar=False, log_output=False,
                extra_arguments=["--log-level=ERROR"],  # else a warning about TCP for every kernel
                **how,
            )  # fmt: skip
        except PapermillExecutionError as error:
            where = f"{path.name} 第{error.exec_count}个代码单元"
            if error.ename in (LimitError.__name__, MemoryError.__name__):
                raise LimitError(Fault(where, str(error.evalue) or "内存不足")) from error
            raise NotebookFailed(Fault(where, f"{error.ename}: {error.evalue}")) from error
        except RuntimeError as error:
            if not isinstance(error, DeadKernelError | ParentLost) and "Kernel died" not in str(error):
                raise
            found = "执行笔记本的进程中途没有了：多半是内存不足，被系统停下"
            raise LimitError(
                Fault(path.name, found, "", "已有的报告没有动；再运行一次，做完的阶段不重做")
            ) from error
        return normalised(executed, {name: shown(value) for name, value in parameters.items()})


@contextmanager
def _engine(
    forking: Any, folder: Path, environment: dict[str, str], parent: Parent | None, needs: Sequence[str] | None
) -> Iterator[dict[str, Any]]:  # fmt: skip
    """Options of ``papermill.execute_notebook`` that say where and how the kernel runs."""
    if forking.available():
        forking.register()
        # told to the child alone: neither folder nor environment of this process changes, which has other threads
        yield {"engine_name": "auditbook", "folder": str(folder), "environment": environment, "parent": parent,
               "needs": needs and list(needs)}  # fmt: skip
        return
    # papermill's own kernels take the environment of this process: one notebook after another, or each is told another's
    with _PLAIN:
        before = dict(os.environ)
        os.environ.update(environment)
        try:
            yield {"engine_name": None, "cwd": str(folder)}
        finally:
            for name in set(os.environ) - set(before):
                del os.environ[name]
            os.environ.update(before)


_PLAIN = threading.Lock()


__all__ = ["NotebookFailed", "Parent", "ParentLost", "execute", "kernel_environment", "normalised"]
