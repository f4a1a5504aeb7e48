"""Handing out the comparison of a batch: a page, a workbook, and the departments as a table for other programs."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from pathlib import Path

from auditbook.batch_entries import Entry
from auditbook.numbers import plain
from auditbook.peers.gathered import Peers, gather
from auditbook.peers.links import Links
from auditbook.peers.peer_book import workbook
from auditbook.peers.peer_page import page
from auditbook.writing import replace_folder

PAGE, WORKBOOK, TABLE = "comparison.html", "comparison.xlsx", "comparison.csv"
COLUMNS = (
    "run", "name", "region", "level", "kind", "size", "size_amount", "year", "scenario", "scheme", "lowest", "highest", "maximum",
    "assessed", "best_rank", "worst_rank", "findings", "findings_high", "outliers", "report",
)  # fmt: skip


def deliver(entries: Iterable[Entry], folder: Path) -> Peers:
    """Write the comparison of a batch into a folder of its own, in the place of whatever lies there.

    Takes    entries: in any order, the files are the same; folder: of the comparison alone.
    Returns  what was gathered.
    Raises   LimitError where the files cannot be written; the folder is as it was then.
    """
    peers = gather(entries)
    files = {PAGE: page(peers, folder), WORKBOOK: workbook(peers, folder), TABLE: table(peers, folder)}
    replace_folder(folder, files, ())
    return peers


def table(peers: Peers, folder: Path) -> bytes:
    """The compared departments, one row each: points and amounts (元) exactly, "" where there is none."""
    links = Links(peers, folder)
    ranks = {own.department: own.ranks for placed in peers.leagues.values() for own in placed}
    outside = [outlier.department for outlier in peers.outliers]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for number, own in enumerate(peers.departments):
        size, score = peers.size(own), own.score
        points = [score.lowest, score.highest, score.maximum, score.assessed] if score else []
        writer.writerow(
            [
                own.run, own.name, own.region, own.level, own.kind, peers.groups[number].size,
                "" if size is None else plain(size), own.setting.year, own.setting.scenario,
                score.scheme.scheme if score else "", *(map(plain, points) if score else [""] * 4),
                *ranks.get(number, ("", "")), len(own.found), sum(found.severity == "high" for found in own.found),
                outside.count(number), links.way(number),
            ]
        )  # fmt: skip
    return text.getvalue().encode("utf-8")
