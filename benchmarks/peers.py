"""The comparison of a batch at 1,000 departments: seconds, megabytes, and how long Chromium takes to open the page.

    python benchmarks/peers.py [COUNT]

The departments are drawn by a seed (tests/peer_tables.py); each phase runs once in this process, the page is opened five times.
A bar is met or it is not, and the last lines say which: gathering below 10 s, the page at most 5 MB and open within 2 s.
"""

from __future__ import annotations

import gc
import resource
import statistics
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

import peer_tables

from auditbook import peers
from auditbook.report import printed_page

MOST_SECONDS_GATHERING, MOST_BYTES, MOST_SECONDS_OPEN = 10, 5 * 1024 * 1024, 2


def resident() -> float:
    """The most memory that this process has held, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def opened(page: Path) -> list[float]:
    """Seconds from asking for the page to its first frame after loading, five times; empty where there is no Chromium."""
    program = printed_page.available()
    if program is None:
        return []
    from playwright.sync_api import sync_playwright

    taken = []
    with sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=str(program), args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
        )
        for _ in range(5):
            tab = browser.new_page(viewport={"width": 1440, "height": 900})
            start = time.perf_counter()
            tab.goto(page.as_uri(), wait_until="load")
            tab.evaluate(
                "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
            )
            taken.append(time.perf_counter() - start)
            tab.close()
        browser.close()
    return taken


def main(count: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        base = Path(name)
        entries = peer_tables.province(base, count)
        folder = base / "outputs" / "comparison"
        gc.collect()
        before = resident()
        start = time.perf_counter()
        found = peers.gather(entries)
        gathering = time.perf_counter() - start
        print(f"gathering    {gathering:6.2f} s   {resident() - before:6.1f} MB more")
        start = time.perf_counter()
        print(
            f"outliers     {len(found.outliers)} of {len(found.measured)} measures, leagues {len(found.leagues)}"
        )
        print(f"statistics   {time.perf_counter() - start:6.2f} s")
        start = time.perf_counter()
        page = peers.page(found, folder)
        print(f"page         {time.perf_counter() - start:6.2f} s   {len(page) / 1e6:6.2f} MB")
        start = time.perf_counter()
        book = peers.workbook(found, folder)
        print(
            f"workbook     {time.perf_counter() - start:6.2f} s   {len(book) / 1e6:6.2f} MB   most memory {resident():.0f} MB"
        )
        folder.mkdir(parents=True)
        (folder / "comparison.html").write_bytes(page)
        taken = opened(folder / "comparison.html")
        shown = (
            f"{statistics.median(taken):.2f} s ({min(taken):.2f}–{max(taken):.2f})"
            if taken
            else "no Chromium"
        )
        print(f"open         {shown}")
        print(
            f"gathering below {MOST_SECONDS_GATHERING} s: {'met' if gathering < MOST_SECONDS_GATHERING else 'NOT MET'}"
        )
        print(f"page at most 5 MB: {'met' if len(page) <= MOST_BYTES else 'NOT MET'}")
        if taken:
            print(
                f"open within {MOST_SECONDS_OPEN} s: {'met' if statistics.median(taken) <= MOST_SECONDS_OPEN else 'NOT MET'}"
            )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)
