"""An answer as it is told: a table for a terminal, CSV that is safe to open in a spreadsheet, JSON."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import islice
from typing import Any

from auditbook import printed
from auditbook.history.asking import Answer
from auditbook.tables import harmless
from auditbook.unseen import printable

FORMATS = ("table", "csv", "json")
MOST_ROWS = 500  # of a table, which somebody reads
_NUMBERS = (
    "DECIMAL",
    "DOUBLE",
    "FLOAT",
    "TINYINT",
    "SMALLINT",
    "INTEGER",
    "BIGINT",
    "HUGEINT",
    "UINTEGER",
    "UBIGINT",
)


def text_of(value: Any) -> str:
    """A value as text: nothing for NULL, a number without exponent and without zeros that say nothing."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        value = Decimal(repr(value))
    if isinstance(value, Decimal):
        if not value.is_finite():
            return str(value)
        written = format(value, "f")
        written = written.rstrip("0").rstrip(".") if "." in written else written
        return "0" if written == "-0" else written
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(text_of, value))}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{text_of(key)}: {text_of(own)}' for key, own in value.items())}}}"
    return str(value)


def as_csv(answer: Answer) -> Iterator[str]:
    """The lines of a CSV: columns, then rows; a text that a spreadsheet would run has a ' before it."""
    yield _line(answer.columns)
    for row in answer.rows:
        yield _line([text_of(value) for value in row])


def _line(cells: Sequence[str]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow([harmless(cell) for cell in cells])
    return text.getvalue()


def as_json(answer: Answer) -> Iterator[str]:
    """The lines of a JSON list with an object a row; a number has all its digits, NULL is null."""
    names = [json.dumps(name, ensure_ascii=False) for name in _apart(answer.columns)]
    first = True
    yield "["
    for row in answer.rows:
        cells = ", ".join(f"{name}: {_json(value)}" for name, value in zip(names, row, strict=True))
        yield ("\n{" if first else ",\n{") + cells + "}"
        first = False
    yield "]\n" if first else "\n]\n"


def _json(value: Any) -> str:
    if isinstance(value, (Decimal, float)):
        text = text_of(value)
        return text if Decimal(text).is_finite() else json.dumps(text)
    if value is None or isinstance(value, (bool, int)):
        return json.dumps(value)
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(_json, value))}]"
    if isinstance(value, dict):
        cells = (
            f"{json.dumps(text_of(key), ensure_ascii=False)}: {_json(own)}" for key, own in value.items()
        )
        return f"{{{', '.join(cells)}}}"
    return json.dumps(text_of(value), ensure_ascii=False)


def _apart(names: Sequence[str]) -> list[str]:
    """Names of columns, a repeated one with a number: an object has each name once."""
    often: Counter[str] = Counter()
    found = []
    for name in names:
        often[name] += 1
        found.append(name if often[name] == 1 else f"{name}_{often[name]}")
    return found


def as_table(answer: Answer, width: int) -> tuple[str, int]:
    """A table of a terminal's width; where its columns do not fit, each row as lines ``column  value``.

    Returns  the text of the first 500 rows, and how many rows there are.
    """
    rows = [[printable(text_of(value)) for value in row] for row in islice(answer.rows, MOST_ROWS)]
    count = len(rows) + sum(1 for _ in answer.rows)
    heads = [printable(name) for name in answer.columns]
    right = [kind.startswith(_NUMBERS) and not kind.endswith("]") for kind in answer.types]
    text = printed.drawn(heads, rows, right, width)
    return text if text is not None else _one_by_one(heads, rows, width), count


def _one_by_one(heads: Sequence[str], rows: Sequence[Sequence[str]], width: int) -> str:
    blocks = []
    for number, row in enumerate(rows, 1):
        blocks.append(f"[{number}]")
        pairs = [[head, cell] for head, cell in zip(heads, row, strict=True) if cell]
        blocks.append(printed.drawn(["", ""], pairs, [False, False], width, headed=False) or "")
    return "\n".join(blocks)
