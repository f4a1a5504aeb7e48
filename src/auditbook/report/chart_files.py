"""The data of charts as CSV files beside the page: written from a chart, read back from a finished page."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from html.parser import HTMLParser

from auditbook.charts import Chart
from auditbook.report.references import uncited
from auditbook.tables import harmless

_OF_CHARTS = re.compile(
    r"<div\b[^>]*\bchart\b[^>]*>|<details\b[^>]*\bfigure-data\b[^>]*>.*?</details>", re.DOTALL
)
_NAME = re.compile(r"[\w][\w.+-]*")


def chart_csv(chart: Chart) -> bytes:
    """The data table of a chart: UTF-8 without a mark, lines ending in one newline, no cell that a spreadsheet runs."""
    return _written([chart.columns, *chart.rows])


def charts_in(html: str) -> dict[str, bytes]:
    """The data tables under the charts of a finished page, by the chart's name.

    Returns  for each the bytes that ``chart_csv`` gives for the chart.
    Raises   ValueError where a name could not be that of a file, or stands twice with other data.
    """
    reader = _Reader()
    # the tables and what says whose they are: a whole page takes twenty times as long to parse
    reader.feed("".join(_OF_CHARTS.findall(html)))
    reader.close()
    found: dict[str, bytes] = {}
    for name, rows in reader.tables:
        if not _NAME.fullmatch(name):
            raise ValueError(f"a chart's name is no file's name: {name!r}")
        data = _written(rows)
        if found.setdefault(name, data) != data:
            raise ValueError(f"two charts of the name {name!r}")
    return found


def _written(rows: Iterable[Sequence[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(
        [[harmless(uncited(cell)) for cell in row] for row in rows]
    )
    return text.getvalue().encode()


class _Reader(HTMLParser):
    """Tables within ``details.figure-data``, each with the id of the chart around it."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[tuple[str, list[list[str]]]] = []
        self._chart = ""
        self._within = False
        self._cell: list[str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        own = dict(attrs)
        classes = (own.get("class") or "").split()
        if tag == "div" and "chart" in classes:
            self._chart = own.get("id") or ""
        elif tag == "details" and "figure-data" in classes:
            self._within = True
            self.tables.append((self._chart, []))
        elif self._within and tag == "tr":
            self.tables[-1][1].append([])
        elif self._within and tag in ("td", "th"):
            self._cell = []

    def handle_endtag(self, tag: str) -> None:
        if tag == "details":
            self._within = False
        elif self._cell is not None and tag in ("td", "th"):
            self.tables[-1][1][-1].append("".join(self._cell))
            self._cell = None

    def handle_data(self, data: str) -> None:
        if self._cell is not None:
            self._cell.append(data)
