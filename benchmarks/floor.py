"""The floor: the same imports and the same calls as a run, one after the other in one process, no notebooks run.

What remains above it is the price of notebooks: kernels, processes, messages, records.
"""

import os
import re
import sys
import tempfile
from pathlib import Path


def main(case: str) -> None:
    import great_expectations  # noqa: F401
    import ipykernel.ipkernel  # noqa: F401
    import nbformat
    import papermill  # noqa: F401

    from auditbook import pipeline
    from auditbook.report import chapters, deliver
    from auditbook.stages import STAGES
    from auditbook.workspace import locate
    from auditbook.writing import write_whole

    with tempfile.TemporaryDirectory() as folder:
        os.environ["AUDITBOOK_WORKSPACE"] = folder
        pipeline.check(case)
        workspace = locate(case)
        executed = {}
        for stage in STAGES:
            notebook = nbformat.read(workspace.root / "notebooks" / stage.notebook, as_version=4)
            run = pipeline.begin(stage.name, case)
            for cell in notebook.cells:
                if cell.cell_type == "code" and (part := re.search(r'show\("(\w+)"', cell.source)):
                    shown = chapters.show(part[1], run)
                    cell.outputs = [
                        nbformat.v4.new_output(
                            "execute_result", {"text/html": shown._repr_html_(), "text/plain": repr(shown)}
                        )
                    ]
            executed[stage.name] = nbformat.reads(nbformat.writes(notebook), as_version=4)
        pages = deliver.Pages(run)
        for stage in STAGES:
            pages.add(stage, executed[stage.name])
        for name, data in pages.files.items():
            write_whole(Path(folder) / name, data)


if __name__ == "__main__":
    main(sys.argv[1])
