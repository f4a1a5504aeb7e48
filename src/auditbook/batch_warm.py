"""What the process behind a worker of a batch does once, so that no case has to: imports, rules read, a page made."""

from __future__ import annotations

import gc
import importlib
from typing import Any

# Imported by a run only when it comes to them: a command that has nothing to do must not wait for them.
_LATE = (
    "papermill", "nbformat", "nbclient", "nbconvert.exporters", "nbconvert.filters.highlight", "mistune", "bs4", "lxml.etree",
    "jsonschema", "pygments.lexers", "pygments.formatters", "IPython.display", "ipython_pygments_lexers",
    "uharfbuzz", "fontTools.ttLib", "matplotlib.backends.backend_svg", "resvg_py", "docx", "xlsxwriter", "filelock",
    "ipykernel.kernelspec", "mistune.plugins.url", "mistune.plugins.task_lists", "mistune.plugins.def_list", "jinja2.ext",
    "pygments.styles.default", "IPython.lib.lexers",
    "auditbook.engine.entry", "auditbook.engine.forking", "auditbook.kept_rules", "auditbook.last_run", "auditbook.run_log",
    "auditbook.run_record", "auditbook.signing", "auditbook.report.signoff_page", "auditbook.report.printed_page",
)  # fmt: skip


def up() -> None:
    """Import all that a case may need, and use once what is made ready at its first use."""
    for name in ("auditbook.warm", "auditbook.pipeline", "auditbook.report.deliver", *_LATE):
        importlib.import_module(name)
    _use_once()
    gc.collect()
    gc.freeze()  # no collection in a case goes through what is there already, and copies its memory


def _use_once() -> None:
    """Write and read a small notebook, and make a page and a Word report of it: templates, schemas, lexers, fonts."""
    from auditbook.report import page, word

    nbformat: Any = importlib.import_module("nbformat")
    v4 = nbformat.v4
    outputs = [
        v4.new_output("stream", text="1\n"),
        v4.new_output("execute_result", data={"text/html": "<p>一</p>", "text/plain": "一"}),
    ]
    prose = "# 页\n\n## 章\n\n**正文**。\n\n- 一项\n\n| 名 | 数 |\n|---|--:|\n| 甲 | 1 |"
    cells = [v4.new_markdown_cell(prose), v4.new_code_cell("print(1)", outputs=outputs)]
    written = nbformat.writes(v4.new_notebook(cells=cells))
    text = page.render(nbformat.reads(written, as_version=4), title="页", hide_code=False)
    word.document(text)
    page.compose("<h2>章</h2>", title="页", kind="report")
