"""Names of ranges: readable, each once, and never such that a spreadsheet takes them for the address of a cell."""

from __future__ import annotations

import re

# Above this a name is cut: a sum over many terms must stay below the length that a formula may have.
MOST_CHARACTERS = 56
_UNFIT = re.compile(r"[^A-Za-z0-9_]+")


class Names:
    """The names given so far in a workbook."""

    def __init__(self) -> None:
        """Begin without a name."""
        self._taken: set[str] = set()

    def new(self, prefix: str, *parts: str) -> str:
        """A name that nothing else has: ``fig_budget_spent_department_2019``.

        Takes    prefix: letters; the underscore after it keeps ``tax2019`` from being a cell; parts: any text.
        Returns  the name; two texts that read alike (or differ in what a name cannot hold) get different ones.
        """
        fit = "_".join(filter(None, (_UNFIT.sub("_", part).strip("_") for part in parts)))
        stem = f"{prefix}_{fit}"[:MOST_CHARACTERS].rstrip("_")
        name, number = stem, 1
        while name.lower() in self._taken:
            number += 1
            name = f"{stem}_no{number}"
        self._taken.add(name.lower())
        return name
