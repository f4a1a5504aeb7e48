"""What the sentences of a document claim: every statement with its verdict, worst first, and what was not read."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from auditbook.claims import VERDICTS
from auditbook.faults import CaseError, Fault, UsageError
from auditbook.narrative.shown import (
    GROUPS,
    SEVERITIES,
    Group,
    Sorted,
    described,
    kind_of,
    place_of,
    published,
    recomputed,
)
from auditbook.narrative.stated import Narrative, Statement
from auditbook.printed import WIDE, Printout
from auditbook.tables import COLUMNS, write_whole
from auditbook.workspace import project_root

_FOR_TABLE = 140  # columns of a terminal that take a table of phrases and reasons
_AT_ONCE = 8  # places named in a row of what cannot be checked


def read(
    paths: Sequence[Path], told: Callable[[int, int], None] | None = None, year: int | None = None
) -> ClaimsFound:
    """Read what a document claims.

    Takes    paths: a document of sentences, or the tables and the text that published accounts consist of; told: takes
             the progress; year: of the document, where the document does not say it.
    Raises   CaseError where a file cannot be read, or where no statement was read out of it; LimitError, UsageError as
             the readers of its kind.
    """
    from auditbook.narrative import reading

    found = ClaimsFound(reading.read(paths, project_root(Path.cwd()), told, year))
    if not found.narrative.statements:
        raise CaseError(found.nothing())
    return found


@dataclass(frozen=True)
class ClaimsFound:
    """The statements of a document, to be told."""

    narrative: Narrative

    @property
    def faults(self) -> tuple[Fault, ...]:
        """What could not be read."""
        return self.narrative.faults

    def nothing(self) -> list[Fault]:
        """Why nothing came of a document."""
        own = self.narrative
        found = f"{len(own.left)} 个数都没有读成陈述" if own.left else "正文里没有可核对的数"
        expected = "部门决算公开的说明文字，或绩效评价报告"
        return [*own.faults, Fault(own.file, f"没有读出陈述：{found}", expected, "请核对是不是这份文件")]

    def text(self, width: int = WIDE, *, every: bool = False) -> str:
        """What was read, then what does not hold, worst first, then what is not known.

        Takes    width: columns of the terminal; every: also lists what agrees.
        """
        own, out, found = self.narrative, Printout(width), Sorted(self.narrative)
        out.line(f"{described(own)}（sha256 {own.sha256}）")
        for line in found.coverage():
            out.line(line)
        if own.faults:
            out.table(f"没有读到的 {len(own.faults)} 处", ["说明"], [[str(fault)] for fault in own.faults])
        _print_statements(out, found, Group.WRONG, width)
        _print_statements(out, found, Group.TAIL, width)
        _print_unchecked(out, found)
        if every:
            _print_statements(out, found, Group.HELD, width)
        for why, left in found.left_by_reason().items():
            rows = [[one.place, one.number, one.words] for one in left]
            out.table(f"没有读成陈述的数 {len(left)} 个：{why}", ["处", "数", "上下文"], rows)
        if own.notes:
            out.table(f"说明 {len(own.notes)} 处", ["说明"], [[str(note)] for note in own.notes])
        return str(out)

    def as_json(self) -> str:
        """All statements, worst first: rows with the columns of claims.csv."""
        rows = [
            {column: statement.row[column] for column in COLUMNS["claims"]}
            for statement in Sorted(self.narrative).statements
        ]
        return json.dumps(rows, ensure_ascii=False, indent=1)

    def write_view(self, path: Path) -> None:
        """Write the document's text with its statements marked, as one page. Raises UsageError where it cannot."""
        from auditbook.report.claims_view import view

        refuse_existing(path)
        try:
            write_whole(path, view(self.narrative).encode("utf-8", "replace"))
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise UsageError(
                Fault(str(path), f"写不进去（{reason}）", "一个可以写的文件夹", "请换一个位置")
            ) from None


def refuse_existing(path: Path) -> None:
    """Raise UsageError where there is something at a place that is to be written."""
    if path.exists() or path.is_symlink():
        raise UsageError(Fault(str(path), "已有这个文件", "一个还没有的文件", "请换一个名字，或先移走它"))


def _print_statements(out: Printout, found: Sorted, group: Group, width: int) -> None:
    """The statements of a group as a table; one below another where the terminal is too narrow for its columns."""
    own = found.of(group)
    heads = ["处", "类别", "短语", "公布", "重算", "判断", "说明"]
    rows = [_row(statement) for statement in own]
    if group == Group.WRONG:
        heads = ["轻重", *heads]
        rows = [[SEVERITIES.get(s.severity, ""), *row] for s, row in zip(own, rows, strict=True)]
    out.table(f"{GROUPS[group]} {len(own)} 条", heads, rows if width >= _FOR_TABLE else [])
    if width < _FOR_TABLE:
        for row in rows:
            *first, quote, printed, value, verdict, why = row
            out.line(f"· {'　'.join(first)}\n  “{quote}”\n  公布 {printed}　重算 {value}　{verdict}\n  {why}")


def _row(statement: Statement) -> list[str]:
    row = statement.row
    return [
        place_of(statement), kind_of(statement), _on_one_line(row["quote"]), published(row), recomputed(row),
        VERDICTS[row["verdict"]], row["explanation"],
    ]  # fmt: skip


def _on_one_line(text: str) -> str:
    return "".join(text.split("\n"))


def _print_unchecked(out: Printout, found: Sorted) -> None:
    rows = []
    for why, statements in found.unchecked_by_reason().items():
        named = [f"{place_of(s)} {published(s.row)}" for s in statements[:_AT_ONCE]]
        rest = f" 等 {len(statements)} 处" if len(statements) > _AT_ONCE else ""
        rows.append([str(len(statements)), why, "；".join(named) + rest])
    own = found.of(Group.UNCHECKED)
    out.table(f"{GROUPS[Group.UNCHECKED]} {len(own)} 条", ["条", "原因", "处与公布的数"], rows)
