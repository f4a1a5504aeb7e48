"""The page of a document whose statements were judged: what does not hold, then the text with each statement marked."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby, pairwise
from typing import Literal

from auditbook.claims import AGREES, DISAGREES, VERDICTS
from auditbook.intake.documents import Block, Document, on_one_line
from auditbook.narrative.shown import (
    GROUPS,
    SEVERITIES,
    Group,
    Sorted,
    described,
    group_of,
    kind_of,
    place_of,
    published,
    recomputed,
)
from auditbook.narrative.stated import Left, Narrative, Statement
from auditbook.report import fragments as html
from auditbook.report import page
from auditbook.report.fragments import Column, Html, Text

_UNREAD = "unread"
_MOST_IN_TITLE = 200
_MARKS: dict[str, str] = {**{str(group): name for group, name in GROUPS.items()}, _UNREAD: "没有读成陈述"}


def view(narrative: Narrative) -> str:
    """The whole page: one file, nothing in it loads or runs."""
    found = Sorted(narrative)
    marked = _Marked(found)
    parts = [
        html.section(2, "coverage", "核对了多少", *_coverage(found)),
        html.section(2, "wrong", f"不成立的陈述 {len(found.of(Group.WRONG))} 条", _wrong(found, marked)),
        *_others(found, marked),
        html.section(2, "text", "正文", *_text(found, marked)),
    ]
    return page.compose(
        str(html.join(*parts)), title=f"正文逐条核对：{narrative.file}", subtitle=described(narrative), kind="working-paper",
        fingerprint=f"sha256 {narrative.sha256[:16]}", footer=f"{narrative.file}\nsha256 {narrative.sha256}",
    )  # fmt: skip


# --- before the text ------------------------------------------------------------------------------------


def _coverage(found: Sorted) -> list[Text]:
    own = found.narrative
    cards: list[tuple[Text, Text, Text]] = [
        (f"{GROUPS[Group.WRONG]}的陈述", str(len(found.of(Group.WRONG))), _severities(found)),
        (GROUPS[Group.TAIL], str(len(found.of(Group.TAIL))), "四舍五入或截尾可以解释"),
        (GROUPS[Group.HELD], str(len(found.of(Group.HELD))), "重算后与公布的相同"),
        (GROUPS[Group.UNCHECKED], str(len(found.of(Group.UNCHECKED))), "没有可以重算的依据"),
        (_MARKS[_UNREAD], str(len(own.left)), "正文里的数"),
    ]
    parts: list[Text] = [html.key_figures(cards), html.bullets(found.coverage())]
    if own.faults:
        parts.append(html.callout("warning", "没有读到的", html.bullets(map(str, own.faults))))
    if own.notes:
        parts.append(html.callout("note", "说明", html.bullets(map(str, own.notes))))
    return parts


def _severities(found: Sorted) -> str:
    counted = Counter(statement.severity for statement in found.of(Group.WRONG))
    return "，".join(f"{name} {counted[id]}" for id, name in SEVERITIES.items() if counted[id])


def _wrong(found: Sorted, marked: _Marked) -> Text:
    """What does not hold, worst first: both numbers, and under them the phrase and the reason."""
    own = found.of(Group.WRONG)
    if not own:
        return html.paragraph("没有。这只说明核对过的陈述没有不成立的；没有核对的见下。")
    return _table("不成立的陈述，重的在前", own, marked, "轻重", lambda s: _graded(s.severity))


def _graded(severity: str) -> Text:
    return html.tag(severity, SEVERITIES[severity]) if severity else "—"


def _verdict(statement: Statement) -> Text:
    return html.tag(statement.row["verdict"], VERDICTS[statement.row["verdict"]])


def _table(
    caption: str,
    statements: Sequence[Statement],
    marked: _Marked,
    first: str,
    cell: Callable[[Statement], Text],
) -> Html:
    """Statements with both numbers, and under them the phrase and the reason."""
    rows: list[list[Text]] = [
        [cell(s), marked.link(s), kind_of(s), published(s.row), recomputed(s.row)] for s in statements
    ]
    under = [html.paragraph(_quoted(s), "　", s.row["explanation"], _definition(s)) for s in statements]
    columns = [
        Column(first), Column("处"), Column("类别"), Column("公布", numeric=True), Column("重算", numeric=True),
    ]  # fmt: skip
    return html.table(caption, columns, rows, under=under, rest_in="auditbook claims --json")


def _quoted(statement: Statement) -> Html:
    return html.phrase(on_one_line(statement.row["quote"]))


def _others(found: Sorted, marked: _Marked) -> Iterator[Html]:
    """Within rounding, what cannot be checked and what was not read: each with the places."""
    tails = found.of(Group.TAIL)
    if tails:
        table = _table("四舍五入、截尾可以解释的", tails, marked, "判断", _verdict)
        yield html.section(2, "tail", f"{GROUPS[Group.TAIL]} {len(tails)} 条", table)
    unchecked = found.unchecked_by_reason()
    if unchecked:
        reasons = [
            html.folded(f"{why}：{len(own)} 条", html.bullets([_unchecked(s, marked) for s in own]))
            for why, own in unchecked.items()
        ]
        total = len(found.of(Group.UNCHECKED))
        yield html.section(2, "unchecked", f"{GROUPS[Group.UNCHECKED]}的陈述 {total} 条", *reasons)
    left = found.left_by_reason()
    if left:
        reasons = [
            html.folded(f"{why}：{len(own)} 个", html.bullets([_left(one, marked) for one in own]))
            for why, own in left.items()
        ]
        total = len(found.narrative.left)
        yield html.section(2, "unread", f"没有读成陈述的数 {total} 个", *reasons)


def _unchecked(statement: Statement, marked: _Marked) -> Html:
    return html.join(marked.link(statement), " ", _quoted(statement))


def _left(left: Left, marked: _Marked) -> Html:
    return html.join(
        html.link(left.place, f"#{marked.left_id(left)}"), f" {left.number}：", html.phrase(left.words)
    )


def _text(found: Sorted, marked: _Marked) -> list[Text]:
    """The text under its legend: the kinds of marks with their counts."""
    choices: list[tuple[str, Text, str]] = []
    for tone, name in _MARKS.items():
        count = len(found.narrative.left) if tone == _UNREAD else len(found.of(Group(tone)))
        if count:
            choices.append((tone, f"{name} {count}", f"正文现在只显示含有“{name}”的段落。合上即恢复全文。"))
    return [
        html.paragraph(
            "每个标出的数都通到它的重算与出处。没有标记的数是年份、日期、编号一类，不作判断；没有标记的话没有核对过。"
            "展开下面任何一类，正文就只留含有它的段落。"
        ),
        html.sieve("图例，也可筛选正文", choices, marked.text()),
    ]


# --- the text ----------------------------------------------------------------------------------------------


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
        return min((group_of(s) for s in self.statements), key=list(Group).index, default=_UNREAD)

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


class _Marked:
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

    def left_id(self, left: Left) -> str:
        """What a link to a number that was left goes to."""
        return self._left_ids[left.start, left.end]

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
        headings = _headings(self.document, set(self._of_block))
        parts = [_Part(0, "")]
        rows = _rows_of_tables(self.document) - set(self._of_block) - set(headings)
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
            yield f"。{row['explanation']}"
        yield _definition(statement)
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


def _definition(statement: Statement) -> str:
    return f"（口径：{statement.row['definition']}）" if statement.row["definition"] else ""


# --- its headings --------------------------------------------------------------------------------------------

_LEVELS = (
    re.compile(r"第[一二三四五六七八九十]+部分"),
    re.compile(r"[一二三四五六七八九十]+、"),
    re.compile(r"（[一二三四五六七八九十]+）"),
)
# Of headings on the page, whose text is a section of level 2. Parts and chapters both, so that both are in the contents.
_DEPTHS: tuple[Literal[3, 4], ...] = (3, 3, 4)
_LONGEST = 40  # characters of a heading
_TORN = 20  # characters of a piece of a cell
_LISTED = re.compile(r"[\s.…·—\-]*\d*$")  # what stands behind a heading in a table of contents
_SENTENCE = re.compile(r"[。；：，;]")


def _headings(document: Document, marked: set[int]) -> dict[int, int]:
    """The blocks that are headings, with their level. A table of contents has none: nothing stands under what it lists."""
    levels: dict[int, int] = {}
    tables = _table_pages(document)
    for index, block in enumerate(document.blocks):
        words = "".join(block.text.split())
        level = next((n for n, pattern in enumerate(_LEVELS, 1) if pattern.match(words)), 0)
        if not level or len(words) > _LONGEST or _SENTENCE.search(words):
            continue
        if level == 1 or (block.page not in tables and "\t" not in block.text):
            levels[index] = level
    last: dict[str, int] = {}
    for index, level in levels.items():
        if index not in marked and not 0 < levels.get(index + 1, 0) <= level:
            words = "".join(document.blocks[index].text.split())
            part = _LEVELS[0].match(words)
            last[part.group() if part else _LISTED.sub("", words)] = index
    return {index: levels[index] for index in sorted(last.values())}


def _table_pages(document: Document) -> set[int]:
    """Pages that are tables: what is numbered there is a line of one, which the page tore."""
    blocks = Counter(block.page for block in document.blocks if block.page)
    rows = Counter(block.page for block in document.blocks if block.page and "\t" in block.text)
    return {page for page in blocks if page and rows[page] >= 5 and rows[page] * 6 > blocks[page]}


def _rows_of_tables(document: Document) -> set[int]:
    """The blocks that are rows of tables; on a page of tables also what the page tore off them, from its first row on."""
    tables, rows = _table_pages(document), set[int]()
    begun: set[int | None] = set()
    for index, block in enumerate(document.blocks):
        if "\t" in block.text:
            rows.add(index)
            begun |= {block.page} & tables
        elif block.page in begun and len(block.text) <= _TORN and not _SENTENCE.search(block.text):
            rows.add(index)
    return rows


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
