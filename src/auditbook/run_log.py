"""Who ran what, when, on which machine, and how long each stage took: for the people here, never delivered, never read again."""

from __future__ import annotations

import getpass
import json
import platform
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from auditbook.faults import AuditbookError
from auditbook.writing import write_whole

NAME = "log.jsonl"
_MOST_LINES = 200
Told = Callable[[str, str], None]


@contextmanager
def kept(path: Path, told: Told) -> Iterator[Told]:
    """Add a line about what happens inside; whatever hinders that hinders nothing else.

    Takes    told: called with (stage, state), as is what this returns.
    """
    began, clock = datetime.now(UTC), time.monotonic()
    stages: dict[str, list[object]] = {}
    line: dict[str, object] = {
        "began": began.isoformat(timespec="seconds"), "host": platform.node(), "user": _user(), "stages": stages,
    }  # fmt: skip

    def noted(stage: str, state: str) -> None:
        stages[stage] = [state, round(time.monotonic() - clock, 3)]
        told(stage, state)

    try:
        yield noted
        line["ended"] = "done"
    except BaseException as error:
        said = str(error) if isinstance(error, AuditbookError) else ""
        line["ended"] = f"{type(error).__name__} {said}".strip()
        raise
    finally:
        line["seconds"] = round(time.monotonic() - clock, 3)
        with suppress(OSError, AuditbookError, UnicodeError):
            before = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
            lines = [*before[1 - _MOST_LINES :], json.dumps(line, ensure_ascii=False)]
            write_whole(path, ("\n".join(lines) + "\n").encode())


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a number without a name
        return ""
