"""What the sentences of a document claim: every statement with its verdict, worst first, and what was not read."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from auditbook.claims import NOT_CHECKABLE, VERDICTS
from auditbook.faults import CaseError, Fault, UsageError
from auditbook.narrative.shown import (
    GROUPS,
    SEVERITIES,
    Group,
    Sorted,
    described,
    explained,
    kind_of,
    place_of,
    published,
    recomputed,
)
from auditbook.narrative.stated import Narrative, Statement
from auditbook.printed import WIDE, Printout
from auditbook.tables import COLUMNS
from auditbook.workspace import project_root
from auditbook.writing import write_whole

_FOR_TABLE = 120  # columns of a terminal that take a table of phrases and reasons


def read(
    paths: Sequence[Path], told: Callable[[int, int], None] | None = None, year: int | None = None
) -> ClaimsFound:
    """Read what a document claims.

    Takes    paths: a document of sentences, or the tables and the text that published accounts consist of; told: takes
             the progress; year: of the document, where the document does not say it.
    Raises   CaseError where a file cannot be read, or where no sentence of it could be judged; LimitError, UsageError as
             the readers of its kind.
    """
    from auditbook.narrative import reading

    found = ClaimsFound(reading.read(paths, project_root(Path.cwd()), told, year))
    if all(statement.row["verdict"] == NOT_CHECKABLE for statement in found.narrative.statements):
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
        """Why nothing came of a document: it is of another kind, or no sentence of it could be judged."""
        own = self.narrative
        if not own.kind and own.notes:
            return [*own.faults, *own.notes]
        unread = [f"{len(own.left)} 个数没有读成陈述"] if own.left else []
        unread += [f"{len(own.statements)} 条陈述无法核对"] if own.statements else []
        found = f"正文里没有一句可以核对的话（{'，'.join(unread) or '没有数'}）"
        expected = "部门决算公开的说明文字，或绩效评价报告"
        return [Fault(own.file, found, expected, "请核对是不是这份文件"), *own.faults, *own.notes]

    def text(self, width: int = WIDE, *, every: bool = False) -> str:
        """What was read, then what does not hold, worst first, then what is not known.

        Takes    width: columns of the terminal; every: also lists what agrees.
        """
        own, out, found = self.narrative, Printout(width), Sorted(self.narrative)
        out.line(f"{described(own)}（sha256 {own.sha256}）")
        for line in found.coverage():
            out.line(line)
        _print_faults(out, "没有读到的", own.faults)
        _print_statements(out, found, Group.WRONG, width)
        _print_statements(out, found, Group.TAIL, width)
        _print_reasons(
            out, f"{GROUPS[Group.UNCHECKED]} {len(found.of(Group.UNCHECKED))} 条",
            {
                why: [[place_of(s), published(s.row), _on_one_line(s.row["quote"])] for s in statements]
                for why, statements in found.unchecked_by_reason().items()
            },
        )  # fmt: skip
        if every:
            _print_statements(out, found, Group.HELD, width)
        _print_reasons(
            out, f"没有读成陈述的数 {len(own.left)} 个",
            {why: [[one.place, one.number, one.words] for one in left] for why, left in found.left_by_reason().items()},
        )  # fmt: skip
        _print_faults(out, "说明", own.notes)
        return _sayable(str(out))

    def as_json(self) -> str:
        """All statements, worst first: rows with the columns of claims.csv."""
        rows = [
            {column: statement.row[column] for column in COLUMNS["claims"]}
            for statement in Sorted(self.narrative).statements
        ]
        return _sayable(json.dumps(rows, ensure_ascii=False, indent=1))

    def write_view(self, path: Path) -> None:
        """Write the document's text with its statements marked, as one page. Raises UsageError where there is one already."""
        from auditbook.report.claims_view import view

        refuse_existing(path)
        write_whole(path, _sayable(view(self.narrative)).encode())


def _sayable(text: str) -> str:
    """A text that any output takes: halves of characters, which a damaged PDF may hold, are replaced."""
    return text.encode("utf-8", "replace").decode("utf-8")


def refuse_existing(path: Path) -> None:
    """Raise UsageError where there is something at a place that is to be written."""
    if path.exists() or path.is_symlink():
        raise UsageError(Fault(str(path), "已有这个文件", "一个还没有的文件", "请换一个名字，或先移走它"))


def _print_faults(out: Printout, title: str, faults: Sequence[Fault]) -> None:
    if faults:
        out.table(f"{title} {len(faults)} 处")
        for fault in faults:
            out.item(str(fault))


def _print_statements(out: Printout, found: Sorted, group: Group, width: int) -> None:
    """The statements of a group as a table; one below another where the terminal is too narrow for its columns."""
    own = found.of(group)
    title = f"{GROUPS[group]} {len(own)} 条"
    verdicts = {s.row["verdict"] for s in own}
    named = len(verdicts) > 1  # where there is one alone, the title and the kind say it
    if width < _FOR_TABLE:
        out.table(title)
        for statement in own:
            out.item(*_stacked(statement))
        return
    heads = (
        ["轻重"] * (group == Group.WRONG)
        + ["处", "类别", "短语", "公布", "重算"]
        + ["判断"] * named
        + ["说明"]
    )
    out.table(title, heads, [_row(s, graded=group == Group.WRONG, named=named) for s in own])


def _row(statement: Statement, *, graded: bool, named: bool) -> list[str]:
    row = statement.row
    return [
        *([SEVERITIES.get(statement.severity, "")] if graded else []), place_of(statement), kind_of(statement),
        _on_one_line(row["quote"]), published(row), recomputed(row), *([VERDICTS[row["verdict"]]] if named else []),
        explained(row),
    ]  # fmt: skip


def _stacked(statement: Statement) -> list[str]:
    row = statement.row
    severity = SEVERITIES.get(statement.severity, "")
    lines = [
        f"{severity and severity + '　'}{place_of(statement)}　{kind_of(statement)}　{VERDICTS[row['verdict']]}",
        f"“{_on_one_line(row['quote'])}”",
    ]
    if row["published"] or row["recomputed"]:
        lines.append(f"公布 {published(row)}　重算 {recomputed(row)}")
    return list(filter(None, (*lines, explained(row))))


def _on_one_line(text: str) -> str:
    return "".join(text.split("\n"))


def _print_reasons(out: Printout, title: str, reasons: Mapping[str, Sequence[Sequence[str]]]) -> None:
    """What stands under one reason after another; the reason is said once."""
    rows = [
        [f"{why}（{len(own)}）" if number == 0 else "", *row] for why, own in reasons.items() for number, row in enumerate(own)
    ]  # fmt: skip
    out.table(title, ["原因", "处", "数", "短语"], rows)
