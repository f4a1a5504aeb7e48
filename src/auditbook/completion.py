"""What a shell completes: names of cases, scenarios, frameworks, indicators and runs, read without the rulebook.

Each function takes what is written so far and yields names with what they mean. Nothing heavy is imported: a person waits.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from auditbook.faults import CaseError
from auditbook.workspace import project_root

Completed = Iterator[tuple[str, str]]
SHELLS = ("bash", "zsh", "fish", "powershell", "pwsh")
# what a shell sets when it asks: the name is made of the command's by typer
ASKED = "_AUDITBOOK_COMPLETE"
_STANZA = re.compile(r"^ *- id: ([a-z0-9_]+)\n *name: (.+)$", re.MULTILINE)
_LONGEST = 30  # characters of a meaning: it stands beside the name, on one line


def script(arguments: Sequence[str]) -> str | None:
    """What a shell must read so that it completes, where ``--show-completion SHELL`` asks for it; else None.

    Without a shell typer looks which one is running, and installs (``--install-completion``) for that one.
    """
    match arguments:
        case ["--show-completion", shell] if shell in SHELLS:
            from typer.completion import get_completion_script  # type: ignore[attr-defined]

            return get_completion_script(prog_name="auditbook", complete_var=ASKED, shell=shell)
    return None


def cases(incomplete: str) -> Completed:
    """Cases by name, with the department."""
    return _files("cases", incomplete, re.compile(r"^  name: (.+)$", re.MULTILINE))


def scenarios(incomplete: str) -> Completed:
    """Scenarios by name, with their reason."""
    return _files("scenarios", incomplete, re.compile(r"^reason: (.+)$", re.MULTILINE))


def frameworks(incomplete: str) -> Completed:
    """Frameworks by name, with their title."""
    return _files("frameworks", incomplete, re.compile(r"^title: (.+)$", re.MULTILINE))


def indicators(incomplete: str) -> Completed:
    """Indicators by id, with their name."""
    for path in _listed("params/indicators", "*.yaml"):
        for id, name in _STANZA.findall(_text(path)):
            if id.startswith(incomplete):
                yield id, _plain(name)


def schemas(incomplete: str) -> Completed:
    """Kinds of files that have a schema."""
    for path in _listed("params/schemas", "*.json"):
        if path.stem.startswith(incomplete):
            yield path.stem, ""


def roles(incomplete: str) -> Completed:
    """The levels of sign-off."""
    from auditbook.cases import ROLES

    yield from ((role, words) for role, words in ROLES.items() if role.startswith(incomplete))


def runs(incomplete: str) -> Completed:
    """Runs that have been delivered, with the folder of each."""
    results = Path(os.environ.get("AUDITBOOK_WORKSPACE") or _root() or ".")
    for report in sorted((results / "outputs").glob("*/report.html")):
        if report.parent.name.startswith(incomplete):
            yield report.parent.name, f"outputs/{report.parent.name}"


def _files(kind: str, incomplete: str, meaning: re.Pattern[str]) -> Completed:
    for path in _listed(f"params/{kind}", "*.yaml"):
        if path.stem.startswith(incomplete):
            found = meaning.search(_text(path))
            yield path.stem, _plain(found[1]) if found else ""


def _root() -> Path | None:
    try:
        return project_root(Path.cwd())
    except CaseError:  # completion never complains
        return None


def _listed(folder: str, pattern: str) -> list[Path]:
    root = _root()
    return sorted((root / folder).glob(pattern)) if root else []


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace")


def _plain(text: str) -> str:
    """A scalar without its quotation marks or a comment behind it."""
    plain = re.sub(r"\s+#.*$", "", text).strip().strip("\"'")
    return plain if len(plain) <= _LONGEST else plain[: _LONGEST - 1] + "…"
