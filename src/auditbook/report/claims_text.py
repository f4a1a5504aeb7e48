"""The text of a document with its statements marked: the number, or the phrase where none is printed; remarks under it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby, pairwise
from typing import Literal

from auditbook.claims import AGREES, DISAGREES, VERDICTS
from auditbook.intake.documents import Block, on_one_line
from auditbook.narrative.shown import (
    GROUPS,
    Group,
    Sorted,
    explained,
    group_of,
    kind_of,
    place_of,
    published,
    recomputed,
)
from auditbook.narrative.stated import Left, Statement
from auditbook.report import fragments as html
from auditbook.report.claims_headings import headings as headings_of
from auditbook.report.claims_headings import rows_of_tables
from auditbook.report.fragments import Html, Text

UNREAD = "unread"  # how a number that was left is marked; statements are marked by their group
_MOST_IN_TITLE = 200
# Of headings on the page, whose text is a section of level 2. Parts and chapters both, so that both are in the contents.
_DEPTHS: tuple[Literal[3, 4], ...] = (3, 3, 4)


@dataclass
class _Run:
    """A run of the text that is marked: what stands there, statements or a number that was left."""

    start: int
    end: int
    statements: list[Statement] = field(default_factory=list)
    left: Left | None = None
    number: int = 0

    @property
    def tone(self) -> str:
        """That of the worst."""
        return min((group_of(s) for s in self.statements), key=list(Group).index, default=UNREAD)

    @property
    def id(self) -> str:
        return f"s{self.number}"

    @property
    def remark(self) -> str:
        return f"r{self.number}"

    @property
    def title(self) -> str:
        """Its verdicts in a few words."""
        said = (
            "；".join(map(_short, self.statements))
            if self.statements
            else f"没有读成陈述：{self.left and self.left.why}"
        )
        return said if len(said) <= _MOST_IN_TITLE else said[: _MOST_IN_TITLE - 1] + "…"


@dataclass(frozen=True)
class _Part:
    """A heading of the document with what stands under it until the next; level 0 is what stands before the first."""

    level: int
    heading: str
    body: list[Html] = field(default_factory=list)


class Marked:
    """A document with its marks: the number of a statement, or its phrase where it prints none."""

    def __init__(self, found: Sorted) -> None:
        self.document, self.file = found.narrative.document, found.narrative.file
        runs: dict[tuple[int, int], _Run] = {}
        for statement in found.statements:
            span = statement.number or (statement.start, statement.end)
            if span[0] == span[1]:  # of a table that lies in a file of its own
                continue
            runs.setdefault(span, _Run(*span)).statements.append(statement)
        for left in found.narrative.left:
            runs.setdefault((left.start, left.end), _Run(left.start, left.end)).left = left
        self.runs = sorted(runs.values(), key=lambda run: (run.start, run.end))
        for number, run in enumerate(self.runs, 1):
            run.number = number
        self._of_block: dict[int, list[_Run]] = defaultdict(list)
        for run in self.runs:
            for index in range(self.document.block_at(run.start), self._last(run) + 1):
                self._of_block[index].append(run)
        self._pieces = {index: list(self._cut(index)) for index in self._of_block}
        self._first = self._begun()
        self._left_ids = {(run.start, run.end): run.id for run in self.runs if run.left}
        self._place_covered()
        self._ids = {id(statement): run.id for run in self.runs for statement in run.statements}

    def link(self, statement: Statement) -> Text:
        """The place of a statement, leading to its mark where it stands in the text."""
        run = self._ids.get(id(statement))
        return html.link(place_of(statement), f"#{run}") if run else place_of(statement)

    def left_link(self, left: Left) -> Text:
        """The place of a number that was left, leading to its mark."""
        run = self._left_ids.get((left.start, left.end))
        return html.link(left.place, f"#{run}") if run else left.place

    def _last(self, run: _Run) -> int:
        """The block in which a run ends: there its remark stands."""
        return self.document.block_at(max(run.start, run.end - 1))

    def _cut(self, index: int) -> Iterator[tuple[int, int, _Run | None]]:
        """The pieces of a block, each with the run that is marked there: the shortest of those that reach over it."""
        block, runs = self.document.blocks[index], self._of_block[index]
        ends = {cut for run in runs for cut in (run.start, run.end) if block.start < cut < block.end}
        for start, end in pairwise(sorted({block.start, block.end, *ends})):
            over = [run for run in runs if run.start < end and run.end > start]
            yield start, end, min(over, key=lambda run: run.end - run.start, default=None)

    def _begun(self) -> dict[int, int]:
        """Where the first piece of each run that shows something begins, by the run's number."""
        begun: dict[int, int] = {}
        for index in sorted(self._pieces):
            for start, end, run in self._pieces[index]:
                if run and on_one_line(self.document.text[start:end]):
                    begun.setdefault(run.number, start)
        return begun

    def _place_covered(self) -> None:
        """A run of which shorter ones leave nothing is told where the first of them is."""
        for run in [run for run in self.runs if run.number not in self._first]:
            blocks = range(self.document.block_at(run.start), self._last(run) + 1)
            over = next(
                (
                    other
                    for index in blocks
                    for start, end, other in self._pieces[index]
                    if other and other.number in self._first and start < run.end and end > run.start
                ),
                None,
            )
            if over:
                over.statements += run.statements
                over.left = over.left or run.left
                self._left_ids[run.start, run.end] = over.id
            self.runs.remove(run)
            for index in blocks:
                self._of_block[index].remove(run)

    def text(self) -> list[Html]:
        """The document in sections under its own headings, page by page, paragraph by paragraph."""
        return _nested(self._flat())[0]

    def _flat(self) -> list[_Part]:
        """Headings in reading order, each with what stands under it until the next."""
        headings = headings_of(self.document, set(self._of_block))
        parts = [_Part(0, "")]
        rows = rows_of_tables(self.document) - set(self._of_block) - set(headings)
        turned: int | None = None
        for folded, group in groupby(enumerate(self.document.blocks), lambda own: own[0] in rows):
            blocks = list(group)
            if folded:
                parts[-1].body.append(self._rows([block for _, block in blocks]))
                continue
            for index, block in blocks:
                if block.page and block.page != turned:
                    turned = block.page
                    parts[-1].body.append(html.page_turn(f"page-{block.page}", f"第{block.page}页"))
                if index in headings:
                    parts.append(_Part(headings[index], on_one_line(block.text).replace(" │ ", " ")))
                else:
                    parts[-1].body.append(self._passage(index, block))
        return parts

    def _rows(self, blocks: Sequence[Block]) -> Html:
        first, last = self.document.label(blocks[0]), self.document.label(blocks[-1])
        span = first if first == last else f"{first}至{last}"
        return html.folded(
            f"{span}：表格 {len(blocks)} 行",
            *(html.passage(self.document.label(block), on_one_line(block.text)) for block in blocks),
        )

    def _passage(self, index: int, block: Block) -> Html:
        if index not in self._of_block:
            return html.passage(self.document.label(block), on_one_line(block.text))
        parts: list[Text] = []
        for start, end, run in self._pieces[index]:
            piece = on_one_line(self.document.text[start:end])
            if run is None:
                parts.append(piece)
            elif piece:
                own = run.id if start == self._first[run.number] else ""
                target = run.remark if run.statements else run.id
                numbered = run.left or any(s.number for s in run.statements)
                tone = run.tone if numbered else f"{run.tone} words"
                parts.append(html.claimed(own, tone, target, run.title, piece))
        ended = [run for run in self._of_block[index] if run.statements and index == self._last(run)]
        seen = [self._remark(run) for run in ended if run.tone == Group.WRONG]
        quiet = [run for run in ended if run.tone != Group.WRONG]
        return html.remarked(
            self.document.label(block),
            html.join(*parts),
            seen,
            _counted(quiet),
            [self._remark(run) for run in quiet],
        )

    def _remark(self, run: _Run) -> Html:
        words = on_one_line(self.document.text[run.start : run.end])
        parts: list[Text] = [html.link(words if len(words) <= 30 else words[:29] + "…", f"#{run.id}"), " "]
        for number, statement in enumerate(run.statements):
            parts += ["；" if number else "", *self._judged(statement)]
        return html.remark(run.remark, run.tone, *parts)

    def _judged(self, statement: Statement) -> Iterator[Text]:
        """Verdict, both numbers, how it was computed, from where."""
        row = statement.row
        yield html.tag(row["verdict"], VERDICTS[row["verdict"]])
        yield f" {kind_of(statement)}"
        if row["recomputed"]:
            yield f"：公布 {published(row)}，重算 {recomputed(row)}"
        if row["explanation"]:
            yield f"。{explained(row)}"
        if row["source"] not in {"", self.file}:
            yield f" 〔{row['source']}〕"


def _counted(runs: Sequence[_Run]) -> str:
    counts = Counter(group_of(s) for run in runs for s in run.statements)
    named = "，".join(f"{name} {counts[group]}" for group, name in GROUPS.items() if counts[group])
    return f"本段：{named}"


def _short(statement: Statement) -> str:
    row = statement.row
    verdict = VERDICTS[row["verdict"]]
    if row["verdict"] == DISAGREES or group_of(statement) == Group.WRONG:
        verdict = f"{verdict}（{kind_of(statement)}）"
    against = f"，重算 {recomputed(row)}" if row["recomputed"] else ""
    reason = f"，{row['explanation']}" if row["explanation"] and row["verdict"] != AGREES else ""
    return f"{verdict}{against}{reason}"


def _nested(parts: Sequence[_Part], at: int = 0, above: int = -1) -> tuple[list[Html], int]:
    """Sections within sections, as their levels say: those below a level, and where the next of that level stands."""
    made: list[Html] = []
    while at < len(parts) and parts[at].level > above:
        own = parts[at]
        inner, after = _nested(parts, at + 1, own.level)
        body = [*own.body, *inner]
        if own.level == 0:
            made += body
        else:
            depth = _DEPTHS[own.level - 1]
            made.append(html.section(depth, f"part-{at}", own.heading, *body))
        at = after
    return made, at
