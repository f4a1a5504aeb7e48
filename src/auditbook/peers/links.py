"""Where a department's own report lies, seen from the folder of the comparison."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import quote

from auditbook.peers.gathered import Peers
from auditbook.report import fragments as html
from auditbook.report.fragments import Html


class Links:
    """Ways from a folder to the reports of a batch; each is found once."""

    def __init__(self, peers: Peers, folder: Path) -> None:
        """Take the batch and the folder in which the page will lie."""
        here = folder.resolve()
        self._labels = peers.labels
        self._ways = [
            quote(os.fsencode(Path(os.path.relpath(Path(d.outputs) / "report.html", here)).as_posix()))
            for d in peers.departments
        ]

    def way(self, number: int, place: str = "") -> str:
        """The relative address of a department's report, or of a place in it."""
        return self._ways[number] + (f"#{place}" if place else "")

    def name(self, number: int) -> Html:
        """A department's name, leading to its report."""
        return html.link(self._labels[number], self.way(number))

    def finding(self, number: int, finding: str) -> Html:
        """A department's name, leading to one of its findings."""
        return html.link(self._labels[number], self.way(number, f"finding-{finding}"))
