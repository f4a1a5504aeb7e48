"""A question in SQL over all runs: what it needs is read, then the database is shut, then it is asked.

The database is in memory. Once the tables are read it can reach no file, network, setting or extension, so a question can
neither read nor write anything but what it was given. What is wrong in a question is told with its line and column.
"""

from __future__ import annotations

import difflib
import json
import re
import signal
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import duckdb

from auditbook import tables
from auditbook.faults import AuditbookError, Fault, LimitError, UsageError
from auditbook.history import base_tables, views
from auditbook.history.kept import KeptRun

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

MEMORY = "2GB"
MOST_SIGNS = 1_000_000  # of a question
_AT_ONCE = 2_000
_NEAR = 5
# MULTI: PIVOT, which DuckDB takes apart
_QUESTIONS = {"SELECT", "EXPLAIN", "MULTI"}
_WORD = re.compile(r"[^\W\d]\w*")
_NO_COLUMN = re.compile(r'(?:Referenced column|does not have a column named) "([^"]+)"')
_BREAKS = re.compile(r"\s+")


@dataclass
class Answer:
    """The columns of an answer with their SQL types, and its rows, which are read once, as they are asked for."""

    columns: Sequence[str]
    types: Sequence[str]
    rows: Iterator[Sequence[Any]]


@dataclass
class History:
    """All runs of some folders, as a database that answers one question."""

    runs: Sequence[KeptRun]

    def __post_init__(self) -> None:
        self._database = duckdb.connect(
            ":memory:",
            # One thread reads many small files twice as fast as two do. Nothing is spilled, found among Python's
            # variables, fetched or loaded.
            config={
                "threads": "1", "memory_limit": MEMORY, "temp_directory": "", "python_enable_replacements": "false",
                "autoinstall_known_extensions": "false", "autoload_known_extensions": "false", "errors_as_json": "true",
            },
        )  # fmt: skip
        base_tables.create(self._database)
        views.create(self._database)

    def ask(self, question: str, place: str = "SQL") -> tuple[Answer, list[Fault]]:
        """Answer a question.

        Takes    question: one query; place: what it is called in messages, the file or SQL.
        Returns  the answer, and what of the runs was not there or not as it should be.
        Raises   UsageError with line and column for what is no query, or is wrong; LimitError beyond the memory allowed.
        """
        needed = self._needed(question, place)
        told = base_tables.load(self._database, self.runs, needed)
        for setting in ("threads = 2", "enable_external_access = false", "lock_configuration = true"):
            self._database.execute(f"SET {setting}")
        with self._faults(question, place):
            asked = self._database.execute(question)
        names = [str(column[0]) for column in asked.description or ()]
        types = [str(column[1]) for column in asked.description or ()]
        return Answer(names, types, self._rows(asked, question, place)), told

    def _rows(self, asked: DuckDBPyConnection, question: str, place: str) -> Iterator[Sequence[Any]]:
        while True:
            with self._faults(question, place):
                rows = asked.fetchmany(_AT_ONCE)
            if not rows:
                return
            yield from rows

    def _needed(self, question: str, place: str) -> set[str]:
        """The tables that a question rests on, found while all of them are empty; so a wrong one is told at once."""
        if len(question) > MOST_SIGNS or "\0" in question:
            raise UsageError(
                Fault(place, "问题过长，或者有空字符（NUL）", f"不超过{MOST_SIGNS}个字的一条查询")
            )
        with self._faults(question, place):
            statements = self._database.extract_statements(question)
        if not statements:
            raise UsageError(
                Fault(place, "没有问题", "一条查询（SELECT …）", "auditbook history --views 列出可问的视图")
            )
        if len(statements) > 1:
            raise UsageError(Fault(place, f"有{len(statements)}条语句", "一条查询"))
        kind = statements[0].type.name
        if kind not in _QUESTIONS:
            raise UsageError(
                Fault(place, f"“{kind}”不是查询：这里只能提问，不能改动、读写文件", "SELECT、FROM、WITH、PIVOT、DESCRIBE、SUMMARIZE、EXPLAIN")
            )  # fmt: skip
        known = {name: {name} for name in (*tables.COLUMNS, base_tables.RUNS)}
        try:
            found = self._database.get_table_names(question)
        except duckdb.Error as error:
            if kind == "SELECT":
                with self._faults(question, place):
                    self._bound(question, error)
            # what it cannot say of (PIVOT): whatever is named in it, and what that rests on
            for view in views.views():
                known[view.name] = self._database.get_table_names(view.definition)
            found = set(_WORD.findall(question))
        names = {name.casefold() for name in found}
        return {table for name, own in known.items() if name in names for table in own}

    def _bound(self, question: str, error: duckdb.Error) -> None:
        """Raise what is wrong with a question, with the place that only its own run tells."""
        try:
            self._database.execute(question)
        except (duckdb.ParserException, duckdb.BinderException, duckdb.CatalogException) as own:
            raise own from error
        except duckdb.Error:
            return  # of its values, of which there are none yet

    @contextmanager
    def _faults(self, question: str, place: str) -> Iterator[None]:
        """What DuckDB says of a question, as faults; Ctrl-C ends the process, which holds nothing that could be half done."""
        main = threading.current_thread() is threading.main_thread()
        before = signal.signal(signal.SIGINT, signal.SIG_DFL) if main else None
        try:
            yield
        except duckdb.OutOfMemoryException as error:
            raise LimitError(
                Fault(
                    place,
                    f"问题所需的内存超过{MEMORY}",
                    "",
                    "少取一些列、先筛选再连接，或用 --results 少选一些运行",
                )
            ) from error
        except duckdb.Error as error:
            raise self._fault(error, question, place) from error
        finally:
            if main:
                signal.signal(signal.SIGINT, before)

    def _fault(self, error: duckdb.Error, question: str, place: str) -> AuditbookError:
        said = _said(error)
        message = said.get("exception_message", str(error))
        where = place
        if said.get("position", "").isdigit():
            where = _where(place, question, int(said["position"]))
        if isinstance(error, duckdb.PermissionException):
            return UsageError(Fault(where, "问题不能读写文件，也不能上网", "只用表和视图的查询"))
        if said.get("error_subtype") == "MISSING_ENTRY" and said.get("type") in ("Table", "View"):
            near = _nearest(said["name"], self._names())
            return UsageError(
                Fault(where, f"没有“{said['name']}”这张表或视图", f"已有的名字，如 {near}", "auditbook history --views 列出全部")
            )  # fmt: skip
        if column := _NO_COLUMN.search(message):
            near = _nearest(column[1], self._columns_of(question))
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
            remedy = self._reserved(question, int(said.get("position", "0")))
        return UsageError(Fault(where, f"DuckDB：“{_BREAKS.sub(' ', message).strip()[:600]}”", "", remedy))

    def _names(self) -> list[str]:
        return [*(view.name for view in views.views()), *tables.COLUMNS, base_tables.RUNS]

    def _columns_of(self, question: str) -> list[str]:
        words = {word.casefold() for word in _WORD.findall(question)}
        found = [name for view in views.views() if view.name in words for name in view.columns]
        for table in (*tables.COLUMNS, base_tables.RUNS):
            if table in words:
                found += base_tables.kinds(table)
        return list(dict.fromkeys(found))

    def _reserved(self, question: str, position: int) -> str:
        """What to do where a column's name is a reserved word of SQL: near the place where the question breaks off."""
        reserved = {
            name for (name,) in self._database.execute(
                "SELECT keyword_name FROM duckdb_keywords() WHERE keyword_category = 'reserved'"
            ).fetchall()
        } & {column for table in tables.COLUMNS for column in base_tables.kinds(table)}  # fmt: skip
        data = question.encode()
        near = [*_WORD.findall(data[:position].decode(errors="ignore"))[-1:], *_WORD.findall(data[position:].decode(errors="ignore"))[:1]]  # fmt: skip
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
