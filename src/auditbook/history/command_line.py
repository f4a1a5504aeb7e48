"""``auditbook history``: a question, the list of runs where there is none, or the views that can be asked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from auditbook import languages, printed, tables
from auditbook.faults import Fault, UsageError
from auditbook.history import answers, base_tables, kept, views
from auditbook.history.asking import MOST_SIGNS, History
from auditbook.unseen import escaped, printable

# What is shown without a question; points as a report shows them, the exact ones are in the view.
RUNS = """SELECT run, department, year, framework, round(lowest, 2) AS lowest, round(highest, 2) AS highest, full_marks,
       round(100 * assessable_share, 2) AS "assessable %", high, medium, low, state
FROM runs"""
_MOST_TOLD = 20


def answered(
    question: str, file: str, folders: Sequence[str], form: str, width: int, *, terminal: bool
) -> tuple[Iterator[str], list[Fault]]:
    """Answer a question out of the command line or a file.

    Takes    form: of ``answers.FORMATS``; terminal: whether a terminal shows it, which no control character may reach.
    Returns  the parts of the answer's text, and what else is to be told.
    Raises   UsageError where there is no run, the question is wrong, or both are given; CaseError, LimitError.
    """
    if form not in answers.FORMATS:
        raise UsageError(Fault(f"--format {form}", "没有这种格式", f"以下之一：{'、'.join(answers.FORMATS)}"))
    if question and file:
        raise UsageError(Fault("--file", "命令行上也写了问题", "二者之一"))
    asked = _of_file(Path(file)) if file else question or RUNS
    places = kept.folders(folders)
    runs = kept.listed(places)
    if not runs:
        where = "、".join(str(path / "data" / "processed") for path in places)
        raise UsageError(Fault(where, "还没有任何运行", "", "先运行 auditbook run CASE，再来提问"))
    answer, told = History(runs).ask(asked, file or "SQL")
    more = [*_told(told)]
    if form == "table":
        text, count = answers.as_table(answer, width)
        if count > answers.MOST_ROWS:
            more.append(
                Fault(f"共{count}行", f"只列出前{answers.MOST_ROWS}行", "", "--format csv 或 json 给出全部")
            )
        return iter([text + "\n"]), more
    parts = answers.as_csv(answer) if form == "csv" else map(escaped, answers.as_json(answer))
    return (map(printable, parts) if terminal else parts), more


def _told(told: Sequence[Fault]) -> Iterator[Fault]:
    yield from told[:_MOST_TOLD]
    if len(told) > _MOST_TOLD:
        yield Fault(f"另有{len(told) - _MOST_TOLD}处", "同样没有读全，见视图 runs 的 missing 列")


def _of_file(path: Path) -> str:
    try:
        if not path.is_file():
            raise UsageError(Fault(str(path), "没有这个文件", "一个写着查询的文本文件"))
        with path.open("rb") as file:
            data = file.read(4 * MOST_SIGNS + 1)
        return data.decode("utf-8-sig")
    except OSError as error:
        raise UsageError(
            Fault(str(path), f"文件读不到（{error.strerror}）", "一个写着查询的文本文件")
        ) from error
    except UnicodeDecodeError as error:
        raise UsageError(Fault(str(path), "不是 UTF-8 文本", "一个写着查询的文本文件")) from error


def described(width: int) -> str:
    """Every view with its words, its columns and a question; then the tables with their columns."""
    types = _types()
    parts = []
    for view in views.views():
        rows = [[name, types[view.name][name], str(words)] for name, words in view.columns.items()]
        drawn = printed.drawn(["", "", ""], rows, [False] * 3, width, headed=False) or ""
        parts.append(f"{view.name}: {view.words}\n{_indented(drawn)}\n  > {view.example}\n")
    parts.append(
        languages.told("表：每个表前三列是 run、case、scenario；数在前，原文在 …_exact；空的是 NULL")
    )
    for table in (*tables.COLUMNS, base_tables.RUNS):
        columns = [name for name in base_tables.kinds(table) if name not in base_tables.LEADING]
        parts.append(f"{table}: {', '.join(columns)}")
    return "\n".join(parts)


def _indented(text: str) -> str:
    return "\n".join(f"  {line}" for line in text.splitlines())


def _types() -> dict[str, dict[str, str]]:
    history = History([])
    answer, _ = history.ask(
        "SELECT table_name, column_name, data_type FROM duckdb_columns() WHERE NOT internal"
    )
    found: dict[str, dict[str, str]] = {}
    for table, column, kind in answer.rows:
        found.setdefault(table, {})[column] = kind
    return found
