"""What DuckDB says of a wrong question, told as faults: where it stands, what was found, the names that come nearest."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Sequence

import duckdb

from auditbook import tables
from auditbook.faults import AuditbookError, Fault, LimitError, UsageError
from auditbook.history import base_tables, views

_NEAR = 5
_NO_COLUMN = re.compile(r'(?:Referenced column|does not have a column named) "([^"]+)"')
_BREAKS = re.compile(r"\s+")
_MOST_WORDS = 600
WORD = re.compile(r"[^\W\d]\w*")


def mistake(error: duckdb.Error, question: str, place: str, memory: str) -> AuditbookError:
    """What is wrong with a question.

    Takes    error: of a connection that tells its errors as JSON; place: what the question is called, the file or SQL; memory:
             what it may use.
    Returns  a UsageError with line and column where they are known, or a LimitError.
    """
    if isinstance(error, duckdb.OutOfMemoryException):
        return LimitError(
            Fault(
                place,
                f"问题所需的内存超过{memory}",
                "",
                "少取一些列、先筛选再连接，或用 --results 少选一些运行",
            )
        )
    said = _said(error)
    message = said.get("exception_message", str(error))
    where = place
    if said.get("position", "").isdigit():
        where = _where(place, question, int(said["position"]))
    if isinstance(error, duckdb.PermissionException):
        return UsageError(Fault(where, "问题不能读写文件，也不能上网", "只用表和视图的查询"))
    if said.get("error_subtype") == "MISSING_ENTRY" and said.get("type") in ("Table", "View"):
        near = _nearest(said["name"], _names())
        return UsageError(
            Fault(where, f"没有“{said['name']}”这张表或视图", f"已有的名字，如 {near}", "auditbook history --views 列出全部")
        )  # fmt: skip
    if column := _NO_COLUMN.search(message):
        near = _nearest(column[1], _columns_of(question))
        return UsageError(
            Fault(
                where,
                f"没有“{column[1]}”这一列",
                f"已有的名字，如 {near}",
                "auditbook history --views 列出全部",
            )
        )
    remedy = ""
    if said.get("error_subtype") == "SYNTAX_ERROR":
        remedy = _reserved(question, int(said.get("position", "0")))
    return UsageError(
        Fault(where, f"DuckDB：“{_BREAKS.sub(' ', message).strip()[:_MOST_WORDS]}”", "", remedy)
    )


def _names() -> list[str]:
    return [*(view.name for view in views.views()), *tables.COLUMNS, base_tables.RUNS]


def _columns_of(question: str) -> list[str]:
    words = {word.casefold() for word in WORD.findall(question)}
    found = [name for view in views.views() if view.name in words for name in view.columns]
    for table in (*tables.COLUMNS, base_tables.RUNS):
        if table in words:
            found += base_tables.kinds(table)
    return list(dict.fromkeys(found))


def _reserved(question: str, position: int) -> str:
    """What to do where a column's name is a reserved word of SQL: near the place where the question breaks off."""
    reserved = {
        name for (name,) in duckdb.connect().execute(
            "SELECT keyword_name FROM duckdb_keywords() WHERE keyword_category = 'reserved'"
        ).fetchall()
    } & {column for table in tables.COLUMNS for column in base_tables.kinds(table)}  # fmt: skip
    data = question.encode()
    near = [*WORD.findall(data[:position].decode(errors="ignore"))[-1:], *WORD.findall(data[position:].decode(errors="ignore"))[:1]]  # fmt: skip
    own = next((word for word in near if word.casefold() in reserved), None)
    return f"“{own}”是 SQL 的保留字：作列名时放在双引号里" if own else ""


def _said(error: duckdb.Error) -> dict[str, str]:
    """What DuckDB says of an error beside its words; nothing where it is not of the form that was asked for."""
    _, _, data = str(error).partition(": ")
    try:
        said = json.loads(data)
    except ValueError:
        return {}
    return (
        {key: value for key, value in said.items() if isinstance(value, str)}
        if isinstance(said, dict)
        else {}
    )


def _where(place: str, question: str, position: int) -> str:
    """The line and column of a place, which DuckDB counts in bytes."""
    before = question.encode()[:position].decode(errors="ignore")
    line = before.count("\n") + 1
    return f"{place}:{line}:{len(before) - (before.rfind(chr(10)) + 1) + 1}"


def _nearest(name: str, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(name.casefold(), known, _NEAR, 0.5)
    return "、".join(near or known[:_NEAR]) or "（没有）"
