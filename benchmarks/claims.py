"""Time and memory of `auditbook claims`: thirty pages, nine tables and a narrative; prints medians and the largest memory.

The whole command is measured, from its start to its end, with the processes that it starts, as a user waits for it.
`python benchmarks/claims.py [PDF ...]` measures these instead.
"""

from __future__ import annotations

import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))  # the invented department's accounts, drawn as a PDF

import account_pages  # noqa: E402
import invented_accounts as invented  # noqa: E402

PAGES, PARAGRAPHS = 30, 12
REPEATS = 5
SECONDS, MEGABYTES = 6, 300
# bytecode is written, as on any user's machine
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
COMMAND = [sys.executable, "-c", "from auditbook.cli import main; main()", "claims"]


def write_pdf(path: Path) -> None:
    """The nine tables, then sentences as published ones are, one on each item of expenditure, over and over."""
    tables = [[laid] for laid in invented.shanghai().values()]
    said = [sentence(code, row[0]) for code, row in invented.GENERAL_ROWS.items() if len(code) == 7]
    heads = [
        "第二部分 某县水务局2022年度部门决算情况说明",
        "五、一般公共预算财政拨款支出决算情况说明",
        "（三）一般公共预算财政拨款支出决算具体情况",
    ]
    pages = [
        heads * (page == 0)
        + [f"{n + 1}、{said[(page * PARAGRAPHS + n) % len(said)]}" for n in range(PARAGRAPHS)]
        for page in range(PAGES - len(tables) - 1)
    ]
    cover = ["某县水务局", "2022年度部门决算"]
    account_pages.draw_pages(path, [[cover], *tables, *[[page] for page in pages]])


def sentence(code: str, amount: str) -> str:
    """What accounts say of an item: 1.00 of the budget is not spent, and the rate is cut off, not rounded."""
    names = "".join(
        f"{invented.NAMES[code[:length]]}（{what}）" for length, what in ((3, "类"), (5, "款"), (7, "项"))
    )
    cents = int(amount.replace(".", ""))
    budget, hundredths = cents + 100, cents * 10000 // (cents + 100)
    return (
        f"{names}。年初预算为{budget // 100}.{budget % 100:02d}万元，支出决算为{amount}万元，"
        f"完成年初预算的{hundredths // 100}.{hundredths % 100:02d}%。决算数小于预算数。"
    )


def family(process: int) -> Iterator[int]:
    """A process and all that it started."""
    yield process
    for children in Path(f"/proc/{process}/task").glob("*/children"):
        try:
            started = children.read_text().split()
        except OSError:  # it has ended
            continue
        for child in started:
            yield from family(int(child))


def megabytes(process: int) -> float:
    """What a process and those that it started hold together; pages that they share count once."""
    held = 0
    for own in family(process):
        try:
            lines = Path(f"/proc/{own}/smaps_rollup").read_text().splitlines()
        except OSError:
            continue
        held += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return held / 1024


def measured(path: Path, *options: str) -> tuple[list[float], float]:
    """Seconds of each run, and the most megabytes of any, looked at fifty times a second."""
    taken, most = [], 0.0
    for _ in range(REPEATS):
        start = time.perf_counter()
        with subprocess.Popen(
            [*COMMAND, str(path), *options], cwd=ROOT, env=ENVIRONMENT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
        ) as process:  # fmt: skip
            while process.poll() is None:
                most = max(most, megabytes(process.pid))
                time.sleep(0.02)
            taken.append(time.perf_counter() - start)
            assert process.stderr
            said = process.stderr.read().decode()
        assert process.returncode == 0, said
        if options:  # it is never overwritten
            Path(options[-1]).unlink()
    return taken, most


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(name) for name in sys.argv[1:]] or [Path(folder) / "accounts.pdf"]
        if not sys.argv[1:]:
            write_pdf(paths[0])
        for path in paths:
            for options in ([], ["--view", str(Path(folder) / "page.html")]):
                taken, most = measured(path, *options)
                median = f"{statistics.median(taken):.2f} ({min(taken):.2f}–{max(taken):.2f}) s"
                met = "met" if statistics.median(taken) <= SECONDS and most <= MEGABYTES else "NOT MET"
                name = f"claims {path.name}{' --view' if options else ''}"
                print(f"{name}: {median}, {most:.0f} MB; bar {SECONDS} s, {MEGABYTES} MB: {met}", flush=True)
    print(f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}")


if __name__ == "__main__":
    main()
