"""Where two versions of a file first differ, as a reader would look it up: row and column, cell, line, byte."""

from __future__ import annotations

import io
import re
import zipfile
from itertools import zip_longest
from pathlib import PurePosixPath

from auditbook import tables

_SHOWN = 40  # characters of either version that are told
_ZIPPED = {".xlsx", ".docx", ".zip"}
_CELL = re.compile(rb'<c r="([A-Z]+[0-9]+)"')
NOTHING = "没有了"


def between(name: str, recorded: bytes, now: bytes) -> tuple[str, str, str]:
    """The first difference of a file.

    Takes    name: of the file, whose ending and folder say how it is read; recorded, now: the two versions, which differ.
    Returns  where it is, what stands there in the one and in the other.
    """
    path = PurePosixPath(name)
    if path.suffix == ".csv" and path.stem in tables.COLUMNS and name.startswith("tables/"):
        try:
            found = _rows(path.stem, recorded, now)
        except (ValueError, KeyError):  # no longer a table
            found = None
        if found:
            return found
    if path.suffix in _ZIPPED:
        try:
            return _parts(recorded, now)
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
            return _bytes(recorded, now)
    return _lines(recorded, now)


def _rows(table: str, recorded: bytes, now: bytes) -> tuple[str, str, str] | None:
    key = tables.KEYS[table]
    ours, theirs = ({tuple(r[k] for k in key): r for r in tables.from_csv(data)} for data in (recorded, now))
    for own in dict.fromkeys([*ours, *theirs]):
        named = "、".join(filter(None, own))
        if own not in theirs:
            return f"行“{named}”", "有这一行", NOTHING
        if own not in ours:
            return f"行“{named}”", "没有这一行", "有这一行"
        for column in tables.COLUMNS[table]:
            one, other = ours[own][column], theirs[own][column]
            if one != other:
                return f"行“{named}”，栏{column}", *_around(one, other)
    return None


def _parts(recorded: bytes, now: bytes) -> tuple[str, str, str]:
    ours, theirs = (zipfile.ZipFile(io.BytesIO(data)) for data in (recorded, now))
    for part in dict.fromkeys([*ours.namelist(), *theirs.namelist()]):
        if part not in theirs.namelist():
            return f"部件{part}", "有这一部件", NOTHING
        if part not in ours.namelist():
            return f"部件{part}", "没有这一部件", "有这一部件"
        one, other = ours.read(part), theirs.read(part)
        if one != other:
            at = _offset(one, other)
            cells = _CELL.findall(one[: at + 1])
            cell = f"单元格{cells[-1].decode()}，" if cells and part.startswith("xl/worksheets/") else ""
            return f"部件{part}，{cell}第{at + 1}个字节", _excerpt(one, at), _excerpt(other, at)
    return _bytes(recorded, now)


def _lines(recorded: bytes, now: bytes) -> tuple[str, str, str]:
    try:
        ours, theirs = recorded.decode("utf-8").split("\n"), now.decode("utf-8").split("\n")
    except UnicodeDecodeError:
        return _bytes(recorded, now)
    for line, (one, other) in enumerate(zip_longest(ours, theirs), 1):
        if one != other:
            if one is None or other is None:
                return f"第{line}行", _line(one), _line(other)
            at = _offset(one, other)
            return f"第{line}行第{at + 1}个字符", *_around(one, other)
    return _bytes(recorded, now)


def _line(text: str | None) -> str:
    return "没有这一行" if text is None else text[:_SHOWN]


def _bytes(recorded: bytes, now: bytes) -> tuple[str, str, str]:
    at = _offset(recorded, now)
    return f"第{at + 1}个字节", _excerpt(recorded, at), _excerpt(now, at)


def _offset(one: str | bytes, other: str | bytes) -> int:
    return next(
        (i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other))
    )


def _around(one: str, other: str) -> tuple[str, str]:
    """What stands in either text from shortly before the place where they part."""
    start = max(0, _offset(one, other) - _SHOWN // 4)
    return one[start : start + _SHOWN] or "（空）", other[start : start + _SHOWN] or "（空）"


def _excerpt(data: bytes, at: int) -> str:
    """Bytes as text where they are text, in hex elsewhere."""
    part = data[at : at + 16]
    if not part:
        return "到此为止"
    text = part.decode("utf-8", "replace")
    return text if text.isprintable() and "\ufffd" not in text else part.hex(" ")
