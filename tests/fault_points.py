"""Runs of the invented department that are killed, or whose writing fails, at the n-th thing that they do to their folders."""

import hashlib
import os
import shutil
import subprocess
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import damage
from conftest import AUDITBOOK, UNPRINTED, own_project

CASE = damage.CASE
INJECTED = Path(__file__).parent / "faults_injected"
Tree = dict[str, str]


@dataclass(frozen=True)
class Ended:
    code: int
    err: str
    events: int


def run(project: Path, how: str = "count", at: int = 0, *more: str) -> Ended:
    """Run the case; ``how``: count, kill, or the number of the error that the system answers with at event ``at``."""
    counter = project.parent / f"{project.name}.counter"
    counter.unlink(missing_ok=True)
    Path(f"{counter}.fired").unlink(missing_ok=True)
    environment = {
        **os.environ, **UNPRINTED, "AUDITBOOK_WORKSPACE": str(project), "PYTHONPATH": str(INJECTED),
        "FAULT_FOLDER": f"{project}/", "FAULT_COUNTER": str(counter), "FAULT_AT": str(at), "FAULT_HOW": how,
    }  # fmt: skip
    done = subprocess.run(
        [AUDITBOOK, "run", CASE, *more],
        cwd=project,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
    )
    return Ended(done.returncode, done.stderr, counter.stat().st_size if counter.is_file() else 0)


def below(process: int) -> list[int]:
    """The processes that a process has started, and theirs."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
        except (OSError, IndexError, ValueError):
            continue
        if parent == process:
            found += [int(folder.name), *below(int(folder.name))]
    return found


def tree(folder: Path) -> Tree:
    """Every file of a folder by its name and hash."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def outputs(project: Path) -> Tree:
    return tree(project / "outputs" / CASE)


def processed(project: Path) -> Tree:
    """Tables, rules and executed notebooks: what a run made again must leave the same."""
    found = tree(project / "data" / "processed" / CASE)
    return {
        name: seen for name, seen in found.items()
        if not name.startswith((".previous/", ".aside/")) and name != ".lock" and not name.endswith((".json", ".jsonl"))
    }  # fmt: skip


def leftovers(project: Path) -> list[str]:
    """What is half made, or was put aside and forgotten."""
    there = [*(project / "outputs").rglob(".*"), *(project / "data" / "processed").rglob(".*")]
    return [path.name for path in there if path.name.endswith((".partial", ".old"))]


@dataclass(frozen=True)
class Prepared:
    """A project whose last run is good, and what its next one, after a change of the evidence, is to give."""

    folder: Path

    @cached_property
    def good(self) -> Path:
        """The project with a run of the evidence as it was."""
        made = own_project(self.folder / "good")
        assert run(made).code == 0
        (made / "outputs" / CASE / "a user's own.txt").write_text("mine", encoding="utf-8")
        return made

    def changed(self, name: str) -> Path:
        """A copy whose evidence has changed: every stage has something to do."""
        made = Path(shutil.copytree(self.good, self.folder / name))
        damage.replace(damage.folder(made) / "report.txt", "年中追加1,200,000元", "年中追加6,200,000元")
        damage.replace(
            damage.folder(made) / "money.csv",
            'value,1200000,元,1,一（二）,"年中追加1,200,000元"',
            'value,6200000,元,1,一（二）,"年中追加6,200,000元"',
        )
        damage.replace(damage.folder(made) / "report.txt", "调整后预算53,540,000元", "调整后预算58,540,000元")
        damage.replace(
            damage.folder(made) / "money.csv",
            'value,53540000,元,1,一（二）,"调整后预算53,540,000元"',
            'value,58540000,元,1,一（二）,"调整后预算58,540,000元"',
        )
        damage.rehash(made)
        return made

    @cached_property
    def old(self) -> Tree:
        return outputs(self.good)

    @cached_property
    def reference(self) -> tuple[Tree, Tree, int]:
        """Deliverables and tables of a run that nothing disturbs, and how many things it does to its folders."""
        project = self.changed("reference")
        ended = run(project)
        assert ended.code == 0 and outputs(project) != self.old
        return outputs(project), processed(project), ended.events
