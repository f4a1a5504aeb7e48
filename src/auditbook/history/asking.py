"""A question in SQL over all runs: what it needs is read, then the database is shut, then it is asked.

The database is in memory. Once the tables are read it can reach no file, network, setting or extension, so a question can
neither read nor write anything but what it was given. What is wrong in a question is told with its line and column.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import duckdb

from auditbook import tables
from auditbook.faults import Fault, UsageError
from auditbook.history import base_tables, views
from auditbook.history.kept import KeptRun
from auditbook.history.mistakes import WORD, mistake

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

MEMORY = "2GB"
MOST_SIGNS = 1_000_000  # of a question
_AT_ONCE = 2_000
# MULTI: PIVOT, which DuckDB takes apart
_QUESTIONS = {"SELECT", "EXPLAIN", "MULTI"}
# functions that take a table or a query as text
_BY_TEXT = {"query", "query_table"}


@dataclass
class Answer:
    """The columns of an answer with their SQL types, and its rows, which are read once, as they are asked for."""

    columns: Sequence[str]
    types: Sequence[str]
    rows: Iterator[Sequence[Any]]


@dataclass
class History:
    """All runs of some folders, as a database that answers questions; each is answered by a database of its own."""

    runs: Sequence[KeptRun]

    def ask(self, question: str, place: str = "SQL") -> tuple[Answer, list[Fault]]:
        """Answer a question.

        Takes    question: one query; place: what it is called in messages, the file or SQL.
        Returns  the answer, and what of the runs was not there or not as it should be.
        Raises   UsageError with line and column for what is no query, or is wrong; LimitError beyond the memory allowed.
        """
        needed = self._needed(question, place)
        database = _empty()
        told = base_tables.load(database, self.runs, needed)
        _shut(database)
        with self._faults(question, place):
            asked = database.execute(question)
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
        database = _empty()
        _shut(database)  # to look a question over may already open the files that it names
        with self._faults(question, place):
            statements = database.extract_statements(question)
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
        with self._faults(question, place):
            if kind == "SELECT":
                _bind(database, question)
        known = {name: {name} for name in (*tables.COLUMNS, base_tables.RUNS)}
        try:
            found = database.get_table_names(question)
        except duckdb.Error:
            # what it cannot say of (PIVOT): whatever is named in it, and what that rests on
            found = {word.casefold() for word in WORD.findall(question)}
            if found & _BY_TEXT:
                found = set(known)
            for view in views.views():
                known[view.name] = database.get_table_names(view.definition)
        names = {name.casefold() for name in found}
        return {table for name, own in known.items() if name in names for table in own}

    @contextmanager
    def _faults(self, question: str, place: str) -> Iterator[None]:
        """What DuckDB says of a question, as faults; Ctrl-C ends the process, which holds nothing that could be half done."""
        main = threading.current_thread() is threading.main_thread()
        before = signal.signal(signal.SIGINT, signal.SIG_DFL) if main else None
        try:
            yield
        except duckdb.Error as error:
            raise mistake(error, question, place, MEMORY) from error
        finally:
            if main:
                signal.signal(signal.SIGINT, before)


def _empty() -> DuckDBPyConnection:
    """A database in memory with every table and view, and no row."""
    database = duckdb.connect(
        ":memory:",
        # One thread reads many small files twice as fast as two do. Nothing is spilled, found among Python's variables,
        # fetched or loaded.
        config={
            "threads": "1", "memory_limit": MEMORY, "temp_directory": "", "python_enable_replacements": "false",
            "autoinstall_known_extensions": "false", "autoload_known_extensions": "false", "errors_as_json": "true",
        },
    )  # fmt: skip
    base_tables.create(database)
    views.create(database)
    return database


def _shut(database: DuckDBPyConnection) -> None:
    """From here on nothing that is asked reaches a file, the network, an extension or a setting."""
    for change in ("RESET threads", "SET enable_external_access = false", "SET lock_configuration = true"):
        database.execute(change)


def _bind(database: DuckDBPyConnection, question: str) -> None:
    """Raise what is wrong with the names and types of a question, with the place that only its own run tells."""
    wrong = (duckdb.BinderException, duckdb.CatalogException, duckdb.PermissionException)
    try:
        database.execute(f"EXPLAIN {question}")
    except wrong:
        database.execute(question)
    except duckdb.Error:
        return  # of its values, of which there are none yet
