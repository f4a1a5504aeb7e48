"""Tables as a terminal shows them: a title, then rows in columns as wide as the terminal allows."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence

from auditbook.languages import titled, told

WIDE = 200  # columns of text, where there is no terminal to say so
_NUMERIC = {"金额", "行", "有数的格", "表上", "应为", "数值", "行数"}
_GAP = 2  # columns of text between two columns of a table
_NARROWEST = 8
# What a line may not break: a number with its sign, a word, each with the marks that may not end or begin a line.
_UNBROKEN = re.compile(
    r"[“‘（《〔]*(?:[-+−]?[A-Za-z0-9][A-Za-z0-9.,:_]*[%％‰]?|.)[，。；：、！？）》〕”’…]*", re.DOTALL
)


class Printout:
    """Lines and tables, put together as text of a width."""

    def __init__(self, width: int = WIDE) -> None:
        from rich.console import Console

        self._file = io.StringIO()
        self._out = Console(file=self._file, width=width, no_color=True, highlight=False, markup=False)

    def line(self, text: str) -> None:
        """A line of text."""
        self._out.print(told(text))

    def item(self, *lines: str) -> None:
        """An item of a list: its first line with a point before it, the others under that, no number broken in two."""
        own = [part for line in lines for part in _broken(told(line), self._out.width - 2)]
        for number, part in enumerate(own):
            self._out.print(("  " if number else "· ") + part, soft_wrap=True)

    def table(self, title: str, heads: Sequence[str] = (), rows: Sequence[Sequence[str]] = ()) -> None:
        """A table under its title, or the title alone where there is no row."""
        from rich.table import Table
        from rich.text import Text

        self._out.print(f"\n{titled(title)}")
        if rows:
            numeric = [head in _NUMERIC for head in heads]
            heads, rows = list(map(titled, heads)), [list(map(told, row)) for row in rows]
            rows = _fitted([heads, *rows], self._out.width)[1:]
            drawn = Table(box=None, pad_edge=False, padding=(0, _GAP, 0, 0))
            for head, right in zip(heads, numeric, strict=True):
                drawn.add_column(head, overflow="fold", justify="right" if right else "left")
            for row in rows:
                drawn.add_row(*map(Text, row))
            self._out.print(drawn)

    def __str__(self) -> str:
        return "\n".join(line.rstrip() for line in self._file.getvalue().splitlines())


def drawn(
    heads: Sequence[str],
    rows: Sequence[Sequence[str]],
    right: Sequence[bool],
    width: int,
    *,
    headed: bool = True,
) -> str | None:
    """A table of data as it is, nothing in it told in another language; a number (``right``) stands at the right.

    Returns  None where there are too many columns for the width.
    """
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    least = [min(_NARROWEST, max(map(_widest, column))) for column in zip(heads, *rows, strict=True)]
    if sum(least) + _GAP * (len(least) - 1) > width:
        return None
    file = io.StringIO()
    out = Console(file=file, width=width, no_color=True, highlight=False, markup=False)
    table = Table(box=None, pad_edge=False, padding=(0, _GAP, 0, 0), show_header=headed)
    fitted = _fitted([heads, *rows], width)
    for head, own in zip(fitted[0], right, strict=True):
        table.add_column(Text(head), overflow="fold", justify="right" if own else "left")
    for row in fitted[1:]:
        table.add_row(*map(Text, row))
    out.print(table)
    return "\n".join(line.rstrip() for line in file.getvalue().splitlines())


def _widest(cell: str) -> int:
    from rich.cells import cell_len

    return max(map(cell_len, cell.split("\n")))


def _fitted(rows: Sequence[Sequence[str]], width: int) -> list[list[str]]:
    """Rows whose cells are broken into lines where all columns together would be wider than the terminal.

    The widest columns give way first. No number is broken in two, as a table that is drawn without this would do.
    """
    natural = [max(map(_widest, column)) for column in zip(*rows, strict=True)]
    room = width - _GAP * (len(natural) - 1)
    most = max(natural)
    while sum(min(own, most) for own in natural) > room and most > _NARROWEST:
        most -= 1
    return [
        [
            cell if own <= most else "\n".join(_broken(cell, most))
            for cell, own in zip(row, natural, strict=True)
        ]
        for row in rows
    ]


def _broken(text: str, width: int) -> Iterator[str]:
    """The lines of a text; one that begins with something longer than a line is longer."""
    from rich.cells import cell_len

    for paragraph in text.split("\n"):
        line = ""
        for part in _UNBROKEN.findall(paragraph):
            if line and cell_len(line + part) > width:
                yield line.rstrip()
                line = ""
            line += part.lstrip() if not line else part
        yield line
