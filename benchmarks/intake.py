"""Speed of the intake: a hundred thousand rows as CSV and as a workbook, and a PDF of thirty pages; prints medians.

Each is read in a process of its own, from its start to its end, as a user waits for it. `python benchmarks/intake.py [PDF]`
"""

from __future__ import annotations

import csv
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ROWS = 100_000
PAGES = 30
REPEATS = 3
FONT = ROOT / "src" / "auditbook" / "fonts" / "NotoSansCJKsc-GBK.ttf"
# bytecode is written, as on any user's machine
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}

READ_TABLE = """
import sys
from pathlib import Path
from auditbook.intake import raw_tables
faults, notes = [], []
rows = raw_tables.read(Path(sys.argv[1]), "figures", faults, notes)
assert len(rows) == int(sys.argv[2]) and not faults, (len(rows), faults[:3])
"""
READ_PDF = """
import sys
from pathlib import Path
from auditbook.faults import CaseError
from auditbook.intake.accounts import read_accounts
try:
    read_accounts(Path(sys.argv[1]))
except CaseError:
    pass  # the pages that are made here hold none of the nine tables; all of them were read
"""


def figures() -> list[list[str | float]]:
    """Rows of a table of figures, every one with an amount and a phrase of its own."""
    rows: list[list[str | float]] = [
        [
            "figure",
            "scope",
            "item",
            "year",
            "label",
            "state",
            "value",
            "unit",
            "precision",
            "locator",
            "quote",
        ]
    ]
    for n in range(ROWS):
        amount = 1_000_000 + n * 7 + 0.25
        rows.append(
            ["budget_spent", "department", f"x{n}", 2021, f"第{n}项支出", "value", amount, "元", 0.01, f"第{n % 300}页", f"全年支出{amount:,.2f}元"]
        )  # fmt: skip
    return rows


def write_workbook(path: Path, rows: list[list[str | float]]) -> None:
    import xlsxwriter

    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet("数字")
    for number, row in enumerate(rows):
        sheet.write_row(number, 0, row)
    book.close()


def write_pdf(path: Path) -> None:
    """Thirty pages, each a ruled table of 25 rows and nine columns."""
    import matplotlib

    matplotlib.use("pdf")
    from matplotlib.backends.backend_pdf import PdfPages
    from matplotlib.font_manager import FontProperties
    from matplotlib.pyplot import close, figure

    font = FontProperties(fname=FONT, size=6)
    with PdfPages(path) as pages:
        for page in range(PAGES):
            sheet = figure(figsize=(11.7, 8.3))
            sheet.text(0.4, 0.95, f"支出决算表（第{page + 1}页）", fontproperties=font)
            cells = [
                [
                    f"20{row:02d}",
                    f"一般公共服务{row}",
                    *[f"{row * 37.25 + column:,.2f}" for column in range(7)],
                ]
                for row in range(40)
            ]
            drawn = sheet.add_axes((0.03, 0.03, 0.94, 0.9))
            drawn.axis("off")
            grid = drawn.table(cells, loc="upper center")
            for cell in grid.get_celld().values():
                cell.set_text_props(fontproperties=font)
            pages.savefig(sheet)
            close(sheet)


def measured(code: str, *arguments: str | Path) -> str:
    """Seconds of a process of its own (median, smallest, largest), how many of them it worked, and megabytes at most."""
    taken, worked = [], []
    for _ in range(REPEATS):
        before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-c", code, *map(str, arguments)],
            env=ENVIRONMENT,
            capture_output=True,
            text=True,
        )
        taken.append(time.perf_counter() - start)
        assert done.returncode == 0, done.stderr
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        worked.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    median = f"{statistics.median(taken):.2f} ({min(taken):.2f}–{max(taken):.2f}) s"
    # of all processes so far: the workbook's own is the largest
    most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
    return f"{median}, of work {statistics.median(worked):.2f} s; at most {most} MB"


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder)
        rows = figures()
        with (base / "figures.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(rows)
        write_workbook(base / "figures.xlsx", rows)
        pdf = Path(sys.argv[1]) if len(sys.argv) > 1 else base / "pages.pdf"
        if not pdf.exists():
            write_pdf(pdf)
        for work, bar, code, arguments in (
            (f"{ROWS:,} rows of CSV", 3, READ_TABLE, (base / "figures.csv", str(ROWS))),
            (f"{ROWS:,} rows of .xlsx", 10, READ_TABLE, (base / "figures.xlsx", str(ROWS))),
            (f"a PDF ({pdf.name})", 15, READ_PDF, (pdf,)),
        ):
            print(f"{work}: {measured(code, *arguments)}; bar {bar} s", flush=True)
    print(f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}")


if __name__ == "__main__":
    main()
