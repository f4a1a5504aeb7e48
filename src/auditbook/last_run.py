"""The run before: its tables are kept, one back, so that a draft can be compared with the draft before it.

Nothing that is delivered rests on it: a report is a function of its inputs. ``auditbook compare CASE --last`` reads it.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from auditbook import kept_rules
from auditbook.workspace import Workspace
from auditbook.writing import write_whole

KEPT = ".previous"
# What the run that is about to be made anew has left: it becomes the previous one once the new one is whole, and stays
# where a run breaks off or only shows pages, so that a draft is compared with a draft.
_ASIDE = ".aside"


def folder_of(workspace: Workspace) -> Path:
    """Where the tables of the run before lie, if there are any."""
    return workspace.processed / KEPT


def set_aside(workspace: Workspace) -> None:
    """Before anything is made anew: copy what the last whole run has left."""
    aside = workspace.processed / _ASIDE
    kept = kept_rules.whole(workspace.processed)
    if kept_rules.whole(aside) is None and kept is not None:
        for name in (*(f"{name}.csv" for name in kept.tables), kept_rules.NAME):
            write_whole(aside / name, (workspace.processed / name).read_bytes())


def settle(workspace: Workspace) -> bool:
    """After a run is whole: what was set aside becomes the run before, where any table of it differs.

    Returns  whether it does.
    """
    aside = workspace.processed / _ASIDE
    before, now = kept_rules.whole(aside), kept_rules.whole(workspace.processed)
    differs = before is not None and now is not None and before.tables != now.tables
    if differs:
        shutil.rmtree(folder_of(workspace), ignore_errors=True)
        aside.rename(folder_of(workspace))
    else:
        shutil.rmtree(aside, ignore_errors=True)
    return differs
