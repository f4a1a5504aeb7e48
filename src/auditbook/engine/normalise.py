"""Taking out of an executed notebook whatever differs from run to run, and nothing that a reader reads.

Two runs over the same inputs, by either engine, give the same bytes (``nbformat.writes``).
"""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nbformat import NotebookNode

_STYLER = re.compile(r"\bT_([0-9a-f]{5})(?=[\"'_ ,{#.]|$)", re.MULTILINE)
_ADDRESS = re.compile(r"\bat 0x[0-9a-fA-F]{6,16}\b")
_SVG_DATE = re.compile(r"\n?[ \t]*<dc:date>[^<]*</dc:date>")
_CELL_FILE = re.compile(r"ipykernel_\d+/\d+\.py")
_TIMES = re.compile(r"\(\d+ times\)")
_MARKER = "papermill-error-cell-tag"
_TEXTS = ("text/plain", "text/html", "text/markdown", "text/latex", "image/svg+xml")


def normalised(notebook: NotebookNode, parameters: Mapping[str, str]) -> NotebookNode:
    """The notebook without times, paths of this machine and random ids (papermill's, nbclient's, pandas', matplotlib's).

    The cell of defaults goes where parameters were injected: a reader sees only what the run was given.
    """
    notebook.metadata.pop("papermill", None)
    _inject(notebook, parameters)
    names = _Renamed()
    markers = [cell for cell in notebook.cells if _MARKER in cell.metadata.get("tags", [])]
    for number, cell in enumerate(markers):
        cell["id"] = f"papermill-error-{number}"
    for cell in notebook.cells:
        cell.metadata.pop("papermill", None)
        cell.metadata.pop("execution", None)
        if cell.cell_type == "code":
            cell["outputs"] = merged(cell.get("outputs", []))
            for output in cell["outputs"]:
                _steady(output, names)
    return notebook


def _inject(notebook: NotebookNode, parameters: Mapping[str, str]) -> None:
    injected = [cell for cell in notebook.cells if "injected-parameters" in cell.metadata.get("tags", [])]
    for cell in injected:
        cell["id"] = "injected-parameters"
        cell["source"] = "\n".join(f"{name} = {json.dumps(value)}" for name, value in parameters.items())
    if injected:
        notebook.cells = [
            cell for cell in notebook.cells if "parameters" not in cell.metadata.get("tags", [])
        ]


def merged(outputs: list[NotebookNode]) -> list[NotebookNode]:
    """Stream outputs with nothing else between them as one stdout and one stderr, in this order.

    Each stream is sent every 0.2 seconds and at the end of the cell, or before anything is displayed. So where one is
    cut, and how two are interleaved, is a matter of milliseconds.
    """
    whole: list[NotebookNode] = []
    streams: dict[str, NotebookNode] = {}
    for output in outputs:
        if output.output_type != "stream":
            streams = {}
            whole.append(output)
        elif output.name in streams:
            streams[output.name]["text"] += output["text"]
        else:
            streams[output.name] = output
            whole.insert(len(whole) - (output.name == "stdout" and len(streams) > 1), output)
    return whole


class _Renamed:
    """The random ids of pandas' styled tables, numbered in the order in which they occur."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    def __call__(self, found: re.Match[str]) -> str:
        return f"T_{self._numbers.setdefault(found[1], len(self._numbers)):05d}"


def _steady(output: NotebookNode, names: _Renamed) -> None:
    if output.output_type == "stream":
        output["text"] = _plain(output["text"])
    elif output.output_type == "error":
        output["evalue"] = _plain(output["evalue"])
        output["traceback"] = [_plain(line) for line in output["traceback"]]
        if output["ename"] == "RecursionError":  # how deep it went depends on what lies below the cell
            shorter = [_TIMES.sub("(… times)", line) for line in output["traceback"]]
            output["traceback"] = [line for line, _ in itertools.groupby(shorter)]
    else:
        _steady_data(output["data"], names)


def _steady_data(data: dict[str, Any], names: _Renamed) -> None:
    for kind in _TEXTS:
        if isinstance(data.get(kind), str):
            data[kind] = _plain(data[kind])
    if isinstance(data.get("text/html"), str):
        data["text/html"] = _STYLER.sub(names, data["text/html"])
    if isinstance(data.get("image/svg+xml"), str):
        data["image/svg+xml"] = _SVG_DATE.sub("", data["image/svg+xml"])


def _plain(text: str) -> str:
    return _CELL_FILE.sub("ipykernel/cell.py", _ADDRESS.sub("at 0x…", text))
