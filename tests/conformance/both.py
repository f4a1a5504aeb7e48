"""Runs notebooks through one engine: ``both.py own|ours|alone FOLDER NOTEBOOK...``, in a process without pytest.

For each notebook FOLDER gets NAME.json: the normalised notebook's text, the exception, and the streams in their order.
"""

import json
import os
import re
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import auditbook  # noqa: F401  (keeps a costly import off)
from auditbook.engine import Parent, kernel_environment, normalised

PRELOAD = ("pandas", "matplotlib.pyplot")


def streams(notebook) -> list[list[list[str]]]:
    """The streams of each cell in the order in which they came, neighbours of one name merged."""
    told = []
    for cell in notebook.cells:
        pieces = []
        for output in cell.get("outputs", []):
            name = output.get("name", output.output_type)
            if pieces and pieces[-1][0] == name:
                pieces[-1][1] += output.get("text", "")
            else:
                pieces.append([name, output.get("text", "")])
        told.append(pieces)
    return told


def run(engine: dict, folder: Path, path: Path) -> None:
    import nbformat
    import papermill

    target = folder / path.name
    error = None
    parameters = {"case": "案件 'quoted'", "scenario": "/a/b"} if path.stem == "text" else {}
    try:
        papermill.execute_notebook(
            str(path), str(target), parameters, kernel_name="python3", progress_bar=False,
            extra_arguments=["--log-level=ERROR"], **engine,
        )  # fmt: skip
    except Exception as raised:
        error = raised
    notebook = nbformat.read(target, as_version=4)
    order = streams(notebook)
    steady = normalised(notebook, parameters)
    text = nbformat.writes(steady)
    told = {
        "notebook": text,
        "error": [type(error).__module__ + "." + type(error).__name__, plain(str(error))] if error else None,
        "order": order,
    }
    (folder / f"{path.stem}.json").write_text(
        json.dumps(told, ensure_ascii=False, indent=1), encoding="utf-8"
    )


def plain(text: str) -> str:
    return re.sub(r"at 0x[0-9a-f]+", "at 0x…", text)


def main() -> None:
    which, folder, names = sys.argv[1], Path(sys.argv[2]), [Path(name) for name in sys.argv[3:]]
    folder.mkdir(parents=True, exist_ok=True)
    if which == "own":
        for path in names:
            run({"engine_name": None}, folder, path)
        return
    if (
        which == "alone"
    ):  # without a parent: forked from this very process, or from a fresh one where that cannot be
        for path in names:
            run({"engine_name": "auditbook"}, folder, path)
        return
    with Parent(PRELOAD, kernel_environment()) as parent, ThreadPoolExecutor(3) as pool:
        engine = {
            "engine_name": "auditbook",
            "parent": parent,
            "environment": dict(os.environ),
            "folder": os.getcwd(),
        }
        list(pool.map(lambda path: run(engine, folder, path), names))


if __name__ == "__main__":
    main()
