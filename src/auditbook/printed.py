"""Tables as a terminal shows them: a title, then rows in columns as wide as the terminal allows."""

from __future__ import annotations

import io
from collections.abc import Sequence

WIDE = 200  # columns of text, where there is no terminal to say so
_NUMERIC = {"金额", "行", "有数的格", "表上", "应为", "数值", "行数"}


class Printout:
    """Lines and tables, put together as text of a width."""

    def __init__(self, width: int = WIDE) -> None:
        from rich.console import Console

        self._file = io.StringIO()
        self._out = Console(file=self._file, width=width, no_color=True, highlight=False, markup=False)

    def line(self, text: str) -> None:
        """A line of text."""
        self._out.print(text)

    def table(self, title: str, heads: Sequence[str] = (), rows: Sequence[Sequence[str]] = ()) -> None:
        """A table under its title, or the title alone where there is no row."""
        from rich.table import Table
        from rich.text import Text

        self._out.print(f"\n{title}")
        if rows:
            drawn = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
            for head in heads:
                drawn.add_column(head, overflow="fold", justify="right" if head in _NUMERIC else "left")
            for row in rows:
                drawn.add_row(*map(Text, row))
            self._out.print(drawn)

    def __str__(self) -> str:
        return "\n".join(line.rstrip() for line in self._file.getvalue().splitlines())
