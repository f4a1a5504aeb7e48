"""Running a notebook through papermill, and taking out of it whatever differs from run to run."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from auditbook.faults import EXIT_OWN_FAULT, AuditbookError, Fault

if TYPE_CHECKING:
    from nbformat import NotebookNode


class NotebookFailed(AuditbookError):
    """A cell raised an error that is not a user's mistake."""

    exit_code = EXIT_OWN_FAULT


def execute(
    path: Path,
    parameters: Mapping[str, Path],
    folder: Path,
    results: Path,
    shown: Callable[[Path], str],
    environment: Mapping[str, str] | None = None,
    parent: object = None,
) -> NotebookNode:
    """Run a notebook in a kernel of its own.

    Takes    parameters: only ``case`` and ``scenario``, two paths; folder: the working folder of the kernel;
             results: the workspace that the kernel writes to; shown: a path as readers of any machine see it.
    Returns  the executed notebook, normalised: the same inputs give the same bytes.
    Raises   NotebookFailed with cell, error and message.
    """
    import nbformat
    import papermill
    from papermill.exceptions import PapermillExecutionError

    with _environment(results, environment or {}), tempfile.TemporaryDirectory(prefix="auditbook-") as aside:
        target = Path(aside) / path.name
        try:
            papermill.execute_notebook(
                str(path), str(target), parameters={name: str(value) for name, value in parameters.items()}, kernel_name="python3", cwd=str(folder),
                progress_bar=False, log_output=False,
                extra_arguments=["--log-level=ERROR"],  # else a warning about TCP for every kernel
            )  # fmt: skip
        except PapermillExecutionError as error:
            where = f"{path.name} 第{error.exec_count}个代码单元"
            raise NotebookFailed(Fault(where, f"{error.ename}：{error.evalue}")) from error
        executed = nbformat.read(target, as_version=4)  # type: ignore[no-untyped-call]
        return normalised(executed, {name: shown(value) for name, value in parameters.items()})


@contextmanager
def _environment(results: Path, more: Mapping[str, str]) -> Iterator[None]:
    """What a kernel inherits: where to write, and a hash seed so that sets print in one order."""
    ours = {
        "PYTHONHASHSEED": "0",
        "GX_ANALYTICS_ENABLED": "false",
        "AUDITBOOK_WORKSPACE": str(results),
        **more,
    }
    before = {name: os.environ.get(name) for name in ours}
    os.environ.update(ours)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def normalised(notebook: NotebookNode, parameters: Mapping[str, str]) -> NotebookNode:
    """The notebook without times, paths of this machine and random ids (papermill's and nbclient's).

    The cell of defaults goes where parameters were injected: a reader sees only what the run was given.
    """
    notebook.metadata.pop("papermill", None)
    injected = [cell for cell in notebook.cells if "injected-parameters" in cell.metadata.get("tags", [])]
    for cell in injected:
        cell["id"] = "injected-parameters"
        cell["source"] = "\n".join(f"{name} = {json.dumps(value)}" for name, value in parameters.items())
    if injected:
        notebook.cells = [
            cell for cell in notebook.cells if "parameters" not in cell.metadata.get("tags", [])
        ]
    for cell in notebook.cells:
        cell.metadata.pop("papermill", None)
        cell.metadata.pop("execution", None)
    return notebook
