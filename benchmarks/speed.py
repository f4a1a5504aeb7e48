"""Speed as ratios in one run on one machine, written to docs/performance.md: `make benchmark`.

Every number is the median of several runs with its spread; a bar is met or it is not, and the page says which.
"""

from __future__ import annotations

import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent
CASE = "wuxi-offices-2019"
NOTEBOOKS = sorted((ROOT / "notebooks").glob("[1-9]*.ipynb"))
REPEATS = 3
# bytecode is written, as on any user's machine: without it all imports take nearly twice as long
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


@dataclass
class Measured:
    """Seconds (or megabytes) of several runs."""

    values: list[float]

    @property
    def median(self) -> float:
        return statistics.median(self.values)

    def __str__(self) -> str:
        return f"{self.median:.2f} ({min(self.values):.2f}–{max(self.values):.2f})"


def repeated(work: Callable[[], float], repeats: int = REPEATS) -> Measured:
    return Measured([work() for _ in range(repeats)])


def timed(*command: str | Path, workspace: Path, cwd: Path = ROOT) -> float:
    environment = {**ENVIRONMENT, "AUDITBOOK_WORKSPACE": str(workspace)}
    start = time.perf_counter()
    subprocess.run([str(part) for part in command], cwd=cwd, env=environment, check=True, capture_output=True)
    return time.perf_counter() - start


def command_lines() -> float:
    """papermill's and nbconvert's own commands, a notebook after the other."""
    with tempfile.TemporaryDirectory() as folder:
        aside = Path(folder)
        total = 0.0
        for notebook in NOTEBOOKS:
            out = aside / notebook.name
            case = f"params/cases/{CASE}.yaml"
            total += timed(
                BIN / "papermill", notebook, out, "-p", "case", case, "-k", "python3", workspace=aside
            )
            total += timed(BIN / "jupyter", "nbconvert", "--to", "html", out, workspace=aside)
        return total


def cold() -> float:
    with tempfile.TemporaryDirectory() as folder:
        return timed(BIN / "auditbook", "run", CASE, workspace=Path(folder))


def floor() -> float:
    with tempfile.TemporaryDirectory() as folder:
        return timed(sys.executable, ROOT / "benchmarks" / "floor.py", CASE, workspace=Path(folder))


def unchanged() -> Measured:
    with tempfile.TemporaryDirectory() as folder:
        timed(BIN / "auditbook", "run", CASE, workspace=Path(folder))
        return repeated(lambda: timed(BIN / "auditbook", "run", CASE, workspace=Path(folder)), 5)


def start_times() -> dict[str, Measured]:
    with tempfile.TemporaryDirectory() as folder:
        aside = Path(folder)
        return {
            "auditbook --help": repeated(lambda: timed(BIN / "auditbook", "--help", workspace=aside), 5),
            f"auditbook check {CASE}": repeated(
                lambda: timed(BIN / "auditbook", "check", CASE, workspace=aside), 5
            ),
            "auditbook explain budget_adjustment_rate": repeated(
                lambda: timed(BIN / "auditbook", "explain", "budget_adjustment_rate", workspace=aside), 5
            ),
        }


def one_weight(repeats: int = 5) -> tuple[Measured, Measured]:
    """A weight changed under `auditbook watch`: seconds from the save to new scores, and to a new page."""
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder) / "auditbook"
        for name in ("params", "notebooks", "data/raw"):
            shutil.copytree(ROOT / name, project / name)
        for name in ("pyproject.toml", "requirements.lock"):
            shutil.copy(ROOT / name, project)
        environment = {k: v for k, v in ENVIRONMENT.items() if k != "AUDITBOOK_WORKSPACE"}
        watcher = subprocess.Popen(
            [BIN / "auditbook", "watch", CASE], cwd=project, env=environment, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            page = project / "outputs" / CASE / "report.html"
            scores = project / "data" / "processed" / CASE / "scores.csv"
            framework = project / "params" / "frameworks" / "yueyang-2018.yaml"
            text = framework.read_text(encoding="utf-8")
            staff, three = (f"    rule:\n      deduct: {{limit: {limit}%," for limit in (100, 0))
            assert all(f"points: 5\n{rule}" in text for rule in (staff, three))
            _until(page.is_file)
            time.sleep(1)
            to_scores, to_page = [], []
            for turn in range(repeats):
                points = 4 if turn % 2 == 0 else 5
                # the group's points stay as they are: what one line loses, another gains
                changed = text.replace(f"points: 5\n{staff}", f"points: {points}\n{staff}")
                changed = changed.replace(f"points: 5\n{three}", f"points: {10 - points}\n{three}")
                before = scores.stat().st_mtime_ns, page.stat().st_mtime_ns
                start = time.perf_counter()
                framework.write_text(changed, encoding="utf-8")
                _until(lambda before=before: scores.stat().st_mtime_ns != before[0])
                to_scores.append(time.perf_counter() - start)
                _until(lambda before=before: page.stat().st_mtime_ns != before[1])
                to_page.append(time.perf_counter() - start)
                time.sleep(0.5)
            return Measured(to_scores), Measured(to_page)
        finally:
            watcher.terminate()
            watcher.wait()


def _until(done: Callable[[], bool], seconds: float = 120) -> None:
    limit = time.perf_counter() + seconds
    while not done():
        if time.perf_counter() > limit:
            raise TimeoutError("nothing came of it")
        time.sleep(0.002)


IDLE = "import pandas, matplotlib.pyplot, great_expectations"


def memory() -> tuple[Measured, Measured]:
    """Megabytes (proportional set size) of five notebooks at once: ordinary kernels, and children of one parent."""
    return Measured([_kernels()]), Measured([_children()])


def _kernels() -> float:
    from jupyter_client.manager import start_new_kernel

    started = [start_new_kernel(kernel_name="python3") for _ in range(5)]
    try:
        for _, client in started:
            client.execute_interactive(IDLE, output_hook=lambda message: None)
        return _proportional([manager.provisioner.pid for manager, _ in started])
    finally:
        for manager, client in started:
            client.stop_channels()
            manager.shutdown_kernel(now=True)


def _children() -> float:
    script = f"""
import os, sys, time
{IDLE}
import ipykernel.ipkernel
import gc; gc.freeze()
children = []
for _ in range(5):
    child = os.fork()
    if child == 0:
        from IPython.core.interactiveshell import InteractiveShell
        InteractiveShell.instance().run_cell("{IDLE}")
        time.sleep(60)
        os._exit(0)
    children.append(child)
time.sleep(3)
print(os.getpid(), *children, flush=True)
time.sleep(60)
"""
    parent = subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        start_new_session=True,
    )  # fmt: skip
    try:
        assert parent.stdout
        return _proportional([int(pid) for pid in parent.stdout.readline().split()])
    finally:
        os.killpg(parent.pid, 9)
        parent.wait()


def _proportional(pids: list[int]) -> float:
    total = 0
    for pid in pids:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                total += int(line.split()[1])
    return total / 1024


def row(work: str, own: Measured | str, against: str, bar: str, met: bool) -> str:
    return f"| {work} | {own} | {against} | {bar} | {'met' if met else '**not met**'} |"


def main() -> None:
    print("measuring (about five minutes)", file=sys.stderr)
    cold()  # once before, so that all bytecode is there
    lines = repeated(command_lines)
    own = repeated(cold)
    bottom = repeated(floor)
    again = unchanged()
    scores, page = one_weight()
    kernels, children = memory()
    starts = start_times()
    ratio, above = own.median / lines.median, own.median / bottom.median
    share = children.median / kernels.median
    rows = [
        row("five notebooks and pages, cold, s", own, f"papermill and nbconvert commands {lines} s: 1/{1 / ratio:.1f}", "1/6 (aim 1/10)", ratio <= 1 / 6),
        row("the same", own, f"the floor, {bottom} s: {above:.2f}", "1.3 (aim 1.1)", above <= 1.3),
        row("nothing changed, s", again, "–", "0.7 s", again.median <= 0.7),
        row("one weight, to new scores, s", scores, "–", "0.3 s", scores.median <= 0.3),
        row("one weight, to a new page, s", page, "–", "1.0 s", page.median <= 1.0),
        row("memory, five at once, MB", children, f"five kernels {kernels} MB: {share:.2f}", "0.5", share <= 0.5),
        *(row(f"`{name}`, s", value, "–", "0.4 s", value.median <= 0.4) for name, value in starts.items()),
    ]  # fmt: skip
    tools = ["papermill", "nbconvert", "nbclient", "ipykernel", "great-expectations", "pandas", "matplotlib"]
    text = "\n".join(
        [
            "# Performance",
            "",
            "Made by `make benchmark` (`benchmarks/speed.py`); medians with the smallest and largest of several runs.",
            "Ratios within one run on one machine; absolute seconds depend on the machine and on what else it does.",
            "",
            "| work | measured | against | bar | |",
            "|---|---|---|---|---|",
            *rows,
            "",
            f"Machine: {os.cpu_count()} cores, {platform.machine()}, {platform.system()} {platform.release()}; "
            f"Python {platform.python_version()}; "
            + ", ".join(f"{name} {version(name)}" for name in tools)
            + ".",
            "",
            "- *papermill and nbconvert commands*: `papermill` and `jupyter nbconvert --to html`, one after another, on the",
            "  same five notebooks and the same case, in one workspace that starts empty.",
            "- *the floor*: `benchmarks/floor.py`, the same imports and the same calls in one process, no notebook executed.",
            "- *one weight*: `auditbook watch` is running; seconds from saving the framework file.",
            "- *memory*: proportional set size; each of the five has imported pandas, matplotlib and Great Expectations.",
            "",
        ]
    )
    (ROOT / "docs" / "performance.md").write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
