"""The processed tables of all runs as tables of a database: what is asked for is read by DuckDB's own CSV reader.

A table has ``run``, ``case``, ``scenario`` before its own columns. A column of numbers is a DECIMAL to calculate with, followed
by ``…_exact``, the text as the run wrote it. An empty cell is NULL, never zero; so is, as a number, a cell that holds none.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from auditbook import tables
from auditbook.faults import Fault, LimitError
from auditbook.history.kept import Facts, KeptRun, facts, head

if TYPE_CHECKING:
    import duckdb

# 22 digits before the point, 16 behind it: rounded half up, once, from the text beside it.
NUMBER = "DECIMAL(38,16)"
WHOLE = "INTEGER"
TEXT = "VARCHAR"
EXACT = "_exact"
RUNS = "kept_runs"
LEADING = ("run", "case", "scenario")
# A table's own column of a leading column's name.
OF_CASE = "of_case"
_NUMBERS = {
    "figures": "value",
    "objectives": "target actual",
    "published": "published",
    "overrides": "points",
    "recorded": "amount",
    "indicators": "value low high numerator denominator",
    "claims": "published recomputed low high",
    "narrative": "published recomputed low high",
    "scores": "weight points lowest highest self_scored",
    "schemes": "full_marks bonus_marks maximum lowest highest lost assessable_weight self_scored shortfall",
    "findings": "amount",
    "sensitivity": "lowest highest lowest_change highest_change",
    "room": "low high reach",
    "years": "value low high base change rate",
    "restated": "own stated difference",
    "outturns": "rate numerator denominator score",
    "composition": "budget outturn adjusted deviation",
    "followed": "amount now_amount",
}
_WHOLE = {
    "quality": "checked failed",
    "coverage": "count",
    "findings": "number",
    "sensitivity": "order",
    "years": "segment",
    "restated": "later",
}
_OF_RUNS = {
    "run": TEXT, "case": TEXT, "scenario": TEXT, "results": TEXT, "department": TEXT, "region": TEXT, "level": TEXT, "kind": TEXT,
    "year": WHOLE, "told_by": TEXT, "present": f"{TEXT}[]", "missing": f"{TEXT}[]",
}  # fmt: skip


def kinds(table: str) -> dict[str, str]:
    """The columns of a table of the database in their order, each with its SQL type."""
    if table == RUNS:
        return dict(_OF_RUNS)
    found = dict.fromkeys(LEADING, TEXT)
    for column in tables.COLUMNS[table]:
        kind = kind_of(table, column)
        found[own_name(column)] = kind
        if kind == NUMBER:
            found[column + EXACT] = TEXT
    return found


def kind_of(table: str, column: str) -> str:
    """The SQL type of a column of a processed table."""
    if column == "year" or column in _WHOLE.get(table, "").split():
        return WHOLE
    return NUMBER if column in _NUMBERS.get(table, "").split() else TEXT


def own_name(column: str) -> str:
    """What a column of a processed table is called in the database."""
    return OF_CASE if column in LEADING else column


def create(database: duckdb.DuckDBPyConnection) -> None:
    """Make every table, without a row."""
    for table in (*tables.COLUMNS, RUNS):
        columns = ", ".join(f'"{name}" {kind}' for name, kind in kinds(table).items())
        database.execute(f"CREATE TABLE {table} ({columns})")


def load(database: duckdb.DuckDBPyConnection, runs: Sequence[KeptRun], wanted: Iterable[str]) -> list[Fault]:
    """Read the tables that are wanted, of all runs; ``kept_runs`` last, as it says what could be read.

    Returns  what was not there or not as it should be, run by run: a half-done run, an older layout, a damaged file.
    Raises   LimitError where they do not fit into the memory that is allowed.
    """
    names = set(wanted)
    told: list[Fault] = []
    unread: set[tuple[str, str]] = set()
    for table in tables.COLUMNS:
        if table in names:
            told += _read_table(database, runs, table, unread)
    if RUNS in names:
        _write_runs(database, runs, unread)
    return told


def _read_table(
    database: duckdb.DuckDBPyConnection, runs: Sequence[KeptRun], table: str, unread: set[tuple[str, str]]
) -> Iterator[Fault]:
    layouts: dict[tuple[str, ...], list[KeptRun]] = {}
    for run in runs:
        place = f"{run.run}/{table}.csv"
        if table not in run.sizes:
            if table not in tables.OPTIONAL:
                yield Fault(run.run, f"还没有 {table}.csv（运行没有做完），按已有的表回答")
            continue
        try:
            columns, length = head(run, table)
        except (OSError, ValueError, csv.Error) as error:
            unread.add((run.run, table))
            yield Fault(place, f"读不通（{type(error).__name__}），没有读")
            continue
        known = [column for column in tables.COLUMNS[table] if column in columns]
        if not known:
            unread.add((run.run, table))
            yield Fault(place, "没有这张表的任何一列，没有读")
            continue
        lacking = [column for column in tables.COLUMNS[table] if column not in columns]
        if lacking:
            yield Fault(place, f"是较早的写法，没有这些列：{'、'.join(lacking)}；这些列一律为空")
        if run.sizes[table] > length:  # a head alone has nothing to read, and each file costs its time
            layouts.setdefault(columns, []).append(run)
    for columns, own in layouts.items():
        for run in _insert(database, table, columns, own):
            unread.add((run.run, table))
            yield Fault(f"{run.run}/{table}.csv", "读不通（不是完整的 UTF-8 CSV），没有读")


def _insert(
    database: duckdb.DuckDBPyConnection, table: str, columns: tuple[str, ...], runs: Sequence[KeptRun]
) -> Iterator[KeptRun]:
    """Read files of one layout in one call; where that fails, each half by itself. Yields the runs that cannot be read."""
    import duckdb

    found = {
        "files": [_exactly((run.folder / f"{table}.csv").as_posix()) for run in runs],
        "columns": {f"c{number}": TEXT for number in range(len(columns))},
        "run": [run.run for run in runs], "case": [run.case for run in runs], "scenario": [run.scenario for run in runs],
    }  # fmt: skip
    try:
        database.execute(_INSERT.format(table=table, cells=", ".join(_cells(table, columns))), found)
    except duckdb.OutOfMemoryException as error:
        raise LimitError(
            Fault(f"{table}.csv", "全部运行的这张表超出内存限额", "", "用 --results 少选一些")
        ) from error
    except (duckdb.Error, UnicodeError):
        if len(runs) == 1:
            yield runs[0]
        else:
            middle = len(runs) // 2
            yield from _insert(database, table, columns, runs[:middle])
            yield from _insert(database, table, columns, runs[middle:])


_INSERT = """
INSERT INTO {table}
SELECT $run[file_index::BIGINT + 1], $case[file_index::BIGINT + 1], $scenario[file_index::BIGINT + 1], {cells}
FROM read_csv($files, columns = $columns, auto_detect = false, header = true, delim = ',', quote = '"', escape = '"', nullstr = '')
"""


def _cells(table: str, columns: tuple[str, ...]) -> Iterator[str]:
    places = {column: f"c{number}" for number, column in enumerate(columns)}
    for column in tables.COLUMNS[table]:
        cell = places.get(column, "NULL")
        kind = kind_of(table, column)
        if kind == TEXT:
            yield cell
        else:
            # what DuckDB takes for a number beyond what a table writes as one (1_000, 1e5) is text
            signs = "0123456789-" if kind == WHOLE else "0123456789.-"
            yield f"CASE WHEN translate({cell}, '{signs}', '') = '' THEN TRY_CAST({cell} AS {kind}) END"
            if kind == NUMBER:
                yield cell


def _exactly(path: str) -> str:
    """A path as the reader takes it for itself and not for a pattern."""
    return "".join(f"[{sign}]" if sign in "*?[" else sign for sign in path)


def _write_runs(
    database: duckdb.DuckDBPyConnection, runs: Sequence[KeptRun], unread: set[tuple[str, str]]
) -> None:
    known: list[Facts] = [facts(run) for run in runs]
    columns: list[list[object]] = [
        [run.run for run in runs], [run.case for run in runs], [run.scenario for run in runs], [run.results for run in runs],
        [own.department for own in known], [own.region for own in known], [own.level for own in known],
        [own.kind for own in known], [own.year for own in known], [own.told_by for own in known],
        [[name for name in run.sizes if (run.run, name) not in unread] for run in runs],
        [[*run.missing, *(name for name in run.sizes if (run.run, name) in unread)] for run in runs],
    ]  # fmt: skip
    cells = ", ".join(f"unnest(${number}::{kind}[])" for number, kind in enumerate(_OF_RUNS.values(), 1))
    if runs:
        database.execute(f"INSERT INTO {RUNS} SELECT {cells}", columns)
