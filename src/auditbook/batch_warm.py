"""What the process behind a worker of a batch does once, so that no case has to: imports, and rules read."""

from __future__ import annotations

import importlib

# Imported by a run only when it comes to them: a command that has nothing to do must not wait for them.
_LATE = (
    "papermill", "nbformat", "nbclient", "nbconvert.exporters", "nbconvert.filters.highlight", "mistune", "bs4", "lxml.etree",
    "jsonschema", "pygments.lexers", "pygments.formatters", "IPython.display", "ipython_pygments_lexers",
    "uharfbuzz", "fontTools.ttLib", "matplotlib.figure", "matplotlib.backends.backend_svg", "resvg_py", "docx", "xlsxwriter", "filelock",
    "ipykernel.kernelspec", "mistune.plugins.url", "mistune.plugins.task_lists", "mistune.plugins.def_list", "jinja2.ext",
    "pygments.styles.default", "IPython.lib.lexers", "matplotlib.style",
    "auditbook.engine.entry", "auditbook.engine.forking", "auditbook.kept_rules", "auditbook.last_run", "auditbook.run_log",
    "auditbook.run_record", "auditbook.signing", "auditbook.report.signoff_page", "auditbook.report.printed_page",
)  # fmt: skip


def up() -> None:
    """Import all that a case may need."""
    for name in ("auditbook.warm", "auditbook.pipeline", "auditbook.report.deliver", *_LATE):
        importlib.import_module(name)
