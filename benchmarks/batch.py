"""A batch as ratios in one run: against papermill's API in two processes, few departments against many, a cluster against one machine.

    python benchmarks/batch.py [--departments 200] [--few 10] [--many 200] [--sample 10] [--folder FOLDER]

The departments are invented (tools/inventing), a tenth of them with seeded faults and a fifth with missing evidence. What it
finds goes to docs/performance.md, into the part that is headed 批量.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ProcessPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tools"))
from inventing import invent  # noqa: E402

AUDITBOOK = Path(sys.executable).with_name("auditbook")
NOTEBOOKS = sorted((ROOT / "notebooks").glob("[1-9]*.ipynb"))
UNPRINTED = {"AUDITBOOK_CHROMIUM": "not-in-this-benchmark"}
BEGIN, END = "<!-- batch -->", "<!-- end of batch -->"


@dataclass(frozen=True)
class Cost:
    """Of a batch: seconds from begin to end, CPU seconds of all its processes, most memory held at once (MB, proportional)."""

    departments: int
    seconds: float
    cpu: float
    memory: float

    def __str__(self) -> str:
        each = self.cpu / self.departments
        return (
            f"{self.departments}: {self.seconds:.1f} s, {each:.2f} CPU s each, {self.memory:.0f} MB at most"
        )


def invented(folder: Path, count: int, seed: int) -> list[Path]:
    """Case files of so many departments."""
    return invent(folder, count, seed=seed, faults=0.1, missing=0.2)


def _one(case: str, workspace: str) -> None:
    """The five notebooks of a case by papermill's API: what a process of the pool does."""
    import papermill

    os.environ["AUDITBOOK_WORKSPACE"] = workspace
    for notebook in NOTEBOOKS:
        papermill.execute_notebook(
            str(notebook), str(Path(workspace) / f"{Path(case).stem}-{notebook.name}"), {"case": case},
            kernel_name="python3", cwd=str(ROOT), progress_bar=False,
        )  # fmt: skip


def by_papermill(cases: list[Path]) -> float:
    """Seconds a department, two processes side by side."""
    with tempfile.TemporaryDirectory() as workspace:
        start = time.perf_counter()
        with ProcessPoolExecutor(max_workers=2) as pool:
            for done in [pool.submit(_one, str(case), workspace) for case in cases]:
                done.result()
        return (time.perf_counter() - start) / len(cases)


def by_batch(base: Path, count: int, *more: str) -> Cost:
    """What a batch costs, with its comparison report."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    process = subprocess.Popen(
        [AUDITBOOK, "batch", base, "--workers", "2", "--force", *more], cwd=ROOT, env={**os.environ, **UNPRINTED},
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    most = [0.0]
    watching = threading.Thread(target=_watch, args=(process, most), daemon=True)
    watching.start()
    process.wait()
    seconds = time.perf_counter() - start
    watching.join()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Cost(count, seconds, cpu, most[0])


def _watch(process: subprocess.Popen[bytes], most: list[float]) -> None:
    own = psutil.Process(process.pid)
    while process.poll() is None:
        total = 0.0
        try:
            for one in [own, *own.children(recursive=True)]:
                with open(f"/proc/{one.pid}/smaps_rollup") as told:
                    total += sum(int(line.split()[1]) for line in told if line.startswith("Pss:"))
        except (psutil.Error, OSError):
            pass
        most[0] = max(most[0], total / 1024)
        time.sleep(0.5)


def digests(base: Path) -> dict[str, str]:
    """Every deliverable and table of a base folder."""
    paths = [*base.glob("outputs/*/**/*"), *base.glob("data/processed/*/*.csv")]
    return {
        path.relative_to(base).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in paths
        if path.is_file()
    }


def on_a_cluster(base: Path) -> bool:
    """Whether four Dask workers, one of which is killed midway, give the bytes of the local pool."""
    wanted = digests(base)
    with tempfile.TemporaryDirectory() as name:
        note = Path(name) / "scheduler.json"
        dask = [sys.executable, "-m", "distributed.cli.dask_scheduler", "--port", "0", "--host", "127.0.0.1", "--no-dashboard"]  # fmt: skip
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": name}
        started = [subprocess.Popen([*dask, "--scheduler-file", str(note)], **quiet)]
        try:
            while not note.is_file():
                time.sleep(0.1)
            address = json.loads(note.read_text())["address"]
            worker = [sys.executable, "-m", "distributed.cli.dask_worker", address, "--nthreads", "1", "--no-nanny", "--no-dashboard"]  # fmt: skip
            started += [subprocess.Popen(worker, **quiet) for _ in range(4)]
            batch = subprocess.Popen(
                [AUDITBOOK, "batch", base, "--scheduler", address, "--force"], cwd=ROOT, env={**os.environ, **UNPRINTED},
                stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
            )  # fmt: skip
            assert batch.stderr
            batch.stderr.readline()  # the first case has ended
            started[2].kill()
            batch.stderr.read()
            return batch.wait() in (0, 3, 4) and digests(base) == wanted
        finally:
            for process in started:
                process.kill()
                process.wait()


def main() -> None:
    parser = argparse.ArgumentParser()
    for name, count in (("departments", 200), ("few", 10), ("many", 200), ("sample", 10)):
        parser.add_argument(f"--{name}", type=int, default=count)
    parser.add_argument("--folder", type=Path, help="an empty folder that keeps everything, to be looked at")
    asked = parser.parse_args()
    with nullcontext(asked.folder) if asked.folder else tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        sample = invented(folder / "sample", asked.sample, 1)
        papermill = by_papermill(sample)
        few = by_batch(folder / "few", len(invented(folder / "few", asked.few, 1)))
        many = by_batch(folder / "many", len(invented(folder / "many", asked.many, 1)))
        throughput = (
            many
            if asked.departments == asked.many
            else by_batch(folder / "all", len(invented(folder / "all", asked.departments, 1)))
        )
        same = on_a_cluster(folder / "few")
    ratio = papermill / (throughput.seconds / throughput.departments)
    cpu = (many.cpu / many.departments) / (few.cpu / few.departments)
    memory = many.memory / few.memory
    rows = [
        ("departments, all deliverables", str(throughput), f"papermill API, two processes, {asked.sample} departments: {papermill:.2f} s each; {ratio:.1f} times", "10 times", ratio >= 10),
        (f"CPU seconds a department, {asked.many} to {asked.few}", str(many), f"{few}; ratio {cpu:.2f}", "within 10 %", cpu <= 1.1),
        ("memory", f"{many.memory:.0f} MB", f"{few.memory:.0f} MB; ratio {memory:.2f}", "flat (1.1)", memory <= 1.1),
        ("Dask, 4 workers, one killed midway", "the same bytes" if same else "other bytes", "the local pool", "the same", same),
    ]  # fmt: skip
    lines = [
        BEGIN, "", "## A batch (批量)", "", "`benchmarks/batch.py`: invented departments, without PDF, two workers; papermill executes the same five",
        "notebooks and makes neither pages nor documents.", "", "| work | measured | against | bar | |", "|---|---|---|---|---|",
        *(f"| {work} | {own} | {against} | {bar} | {'met' if met else '**not met**'} |" for work, own, against, bar, met in rows),
        "", END,
    ]  # fmt: skip
    page = ROOT / "docs" / "performance.md"
    text = page.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    after = rest.partition(END)[2]
    page.write_text(
        before.rstrip("\n") + "\n\n" + "\n".join(lines) + after.rstrip("\n") + "\n", encoding="utf-8"
    )
    print("\n".join(lines))


if __name__ == "__main__":
    main()
