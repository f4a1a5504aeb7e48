"""The originals with what is quoted from them: paragraph by paragraph, phrases marked, each with the row that it supports."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from auditbook import quality_tables
from auditbook.cases import DEPARTMENT, Source
from auditbook.claims import COMPARATORS
from auditbook.claims import KINDS as CLAIM_KINDS
from auditbook.figures import VALUE
from auditbook.intake.documents import Block, Document, kind_of, on_one_line
from auditbook.intake.evidence import ACTUAL, ANSWERS, OTHER_ANSWER, TARGET, Evidence, Quoted
from auditbook.intake.phrases import NOT_FOUND, VERIFIED
from auditbook.pipeline import Run
from auditbook.report import fragments as html
from auditbook.report.evidence_parts import (
    QUOTED,
    STATEMENT_KINDS,
    figure_id,
    linked_rows,
    shown_value,
    statement_id,
)
from auditbook.report.fragments import Column, Html, Text
from auditbook.report.references import DOCUMENT, cite, written
from auditbook.tables import Row

MOST_FOLDED = 400_000  # characters of paragraphs without a phrase that one page takes
_AROUND = 1  # paragraphs on each side of one with a phrase
_MOST_IN_TITLE = 200

_TABLES = {
    "judgements": "评价要点的判断", "overrides": "审计人员改动的得分", "recorded": "审计人员记录的发现", "replies": "对发现的答复",
    "grades": "考评等次", "follow_up": "上年审计发现的整改",
}  # fmt: skip


@dataclass(frozen=True)
class _Use:
    """A row that rests on a phrase: in words, and the row on this page that a link goes to."""

    quoted: Quoted
    words: str
    row: str

    @property
    def rests_on(self) -> list[str]:
        """The reference of the row."""
        key = self.quoted.key
        if self.quoted.table == "figures":
            figure, _, source = key.rpartition("@")
            name, scope, rest = figure.split(":", 2)
            item, _, year = rest.rpartition(":")
            return [written("figures", name, scope, item, year, source)]
        if self.quoted.table in ("objectives", ANSWERS):
            objective, _, item = key.partition(".")
            return [written("objectives", objective, item)]
        if self.quoted.table in ("statements", "published"):
            return [written(self.quoted.table, key)]
        return []


@dataclass
class _Run:
    """A run of a document's text that is quoted, by one row or several."""

    start: int
    end: int
    number: int
    uses: list[_Use] = field(default_factory=list)

    @property
    def words(self) -> str:
        return "；".join(use.words for use in self.uses)


def documents(run: Run) -> Html:
    """Every original that is at hand with its marked phrases; which ones are not."""
    evidence = run.raw
    originals = [source for source in run.audit.sources if _is_original(source)]
    uses = _uses(run, evidence)
    room = _Room(MOST_FOLDED)
    parts: list[Text] = []
    for source in originals:
        document = evidence.documents.get(source.id)
        if document is not None:
            parts.append(_original(source, document, uses[source.id], room))
    parts += [
        _said(source, uses[source.id], evidence)
        for source in originals
        if source.id not in evidence.documents
    ]
    return html.join(*parts) if parts else html.paragraph("登记簿里没有可以逐字核对的原件。")


def _is_original(source: Source) -> bool:
    return bool(source.file) and not source.shape and bool(kind_of(source.file or ""))


def document_counts(run: Run, source: str) -> dict[str, int]:
    """How much of an original there is and was quoted: what a page says of it, and a trace asks again."""
    document = run.raw.documents.get(source)
    uses = [quoted for quoted in run.raw.quoted if quoted.document == source]
    found = {"quoted": len(uses)}
    for status in QUOTED:
        found[status] = sum(use.found.status == status for use in uses)
    if document is not None:
        noted = {(use.found.start, use.found.end) for use in uses if use.found.end}
        marked = {
            block
            for start, end in noted
            for block in range(document.block_at(start), document.block_at(end - 1) + 1)
        }
        found |= {"pages": len(document.pages), "blocks": len(document.blocks), "marks": len(noted)}
        found["bare"] = len(document.blocks) - len(marked)
    return found


def _said(source: Source, uses: Sequence[_Use], evidence: Evidence) -> Html:
    """An original whose text is not shown, and why."""
    if uses:
        return html.paragraph(
            f"《{source.title}》不在资料夹里，从它引用的 {_cited(len(uses), source)} 条短语未核对原文。把原件放到资料夹里，文件名 ",
            html.code(str(source.file)), "（sha256 ", html.code(str(source.sha256)[:16]),
            "…），这里就逐段列出正文，标出每条短语。",
        )  # fmt: skip
    return html.paragraph(f"没有短语引自《{source.title}》（{source.file}），不列正文。")


def _cited(number: int, source: Source) -> str:
    return cite(str(number), written(DOCUMENT, source.id))


def _original(source: Source, document: Document, uses: Sequence[_Use], room: _Room) -> Html:
    """One original: how far its phrases were found, those that were not, then its text."""
    missing = [use for use in uses if use.quoted.found.status == NOT_FOUND]
    runs = _runs(uses)
    noted = _Marked(source.id, document, runs)
    statuses = Counter(use.quoted.found.status for use in uses)
    counted = "，".join(
        f"{words} {_cited(statuses[status], source)} 条"
        for status, words in QUOTED.items()
        if statuses[status]
    )
    pages = f"有文字的 {_cited(len(document.pages), source)} 页，" if document.pages else ""
    bare = len(document.blocks) - len(noted.blocks)
    parts: list[Text] = [
        html.paragraph(
            f"{source.file}：{pages}{_cited(len(document.blocks), source)} 段。"
            f"引自它的短语 {_cited(len(uses), source)} 条：{counted}。"
            f"标出 {_cited(len(runs), source)} 处；{_cited(bare, source)} 段没有所引短语，折叠在其间。"
        )
    ]
    if document.pictures:
        shown = "、".join(map(str, sorted(document.pictures)))
        parts.append(html.paragraph(f"第{shown}页只有图片，没有文字：那里的短语无法核对。"))
    if missing:
        parts.append(_missing(source, document, missing))
    aside = [use for use in uses if use.quoted.found.place and not use.quoted.found.end]
    parts += [
        html.paragraph(f"在{use.quoted.found.place}：", html.phrase(use.quoted.quote), f"——{use.words}。")
        for use in aside
    ]
    parts += noted.passages(room)
    return html.section(
        3, f"document-{source.id}", source.title, *parts, rests_on=[written("sources", source.id)]
    )


def _missing(source: Source, document: Document, missing: Sequence[_Use]) -> Html:
    rows: list[list[Text]] = []
    refs = [use.rests_on for use in missing]
    for use in missing:
        sentence, place = document.nearest(use.quoted.quote)
        near = html.join(html.phrase(sentence), f"（{place}）") if sentence else "没有相近的句子"
        rows.append([html.phrase(use.quoted.quote), _linked(use), use.quoted.where, near])
    columns = [Column("所引短语"), Column("支持"), Column("登记处"), Column("原文最相近的一句")]
    table = html.table(f"原文里没有的短语（{source.title}）", columns, rows, row_refs=refs)
    return html.callout("warning", f"原文里没有的短语 {_cited(len(missing), source)} 条", table)


# --- marks ---------------------------------------------------------------------------------------------


def _runs(uses: Sequence[_Use]) -> list[_Run]:
    """The runs of text that are quoted, in reading order, one for all rows that quote the same words there."""
    found: dict[tuple[int, int], list[_Use]] = defaultdict(list)
    for use in uses:
        if use.quoted.found.end:
            found[use.quoted.found.start, use.quoted.found.end].append(use)
    ordered = sorted(found, key=lambda run: (run[0], -run[1]))
    return [_Run(start, end, number, found[start, end]) for number, (start, end) in enumerate(ordered, 1)]


class _Room:
    """How many characters of folded paragraphs the page still takes."""

    def __init__(self, left: int) -> None:
        self.left = left

    def takes(self, blocks: Sequence[Block]) -> bool:
        """Whether some paragraphs still go in; if so they are counted."""
        size = sum(len(block.text) for block in blocks)
        if size > self.left:
            return False
        self.left -= size
        return True


class _Marked:
    """A document with its marked runs."""

    def __init__(self, source: str, document: Document, runs: Sequence[_Run]) -> None:
        self.source, self.document = source, document
        self._of_block: dict[int, list[_Run]] = defaultdict(list)
        for run in runs:
            first, last = document.block_at(run.start), document.block_at(run.end - 1)
            for index in range(first, last + 1):
                self._of_block[index].append(run)

    @property
    def blocks(self) -> frozenset[int]:
        """The blocks with a marked run."""
        return frozenset(self._of_block)

    def passages(self, room: _Room) -> Iterator[Html]:
        """The text in order: blocks with marks and those around them open, the others folded."""
        blocks = self.document.blocks
        near = {near for index in self.blocks for near in range(index - _AROUND, index + _AROUND + 1)}
        hidden: list[Block] = []
        for index, block in enumerate(blocks):
            if index in near:
                yield from self._folded(hidden, room)
                hidden = []
                yield self._passage(index, block)
            else:
                hidden.append(block)
        yield from self._folded(hidden, room)

    def _folded(self, hidden: Sequence[Block], room: _Room) -> Iterator[Html]:
        if not hidden:
            return
        first, last = self.document.label(hidden[0]), self.document.label(hidden[-1])
        span = first if first == last else f"{first}至{last}"
        if room.takes(hidden):
            yield html.folded(
                f"{span}：{len(hidden)} 段没有所引短语",
                *(html.passage(self.document.label(block), on_one_line(block.text)) for block in hidden),
            )
        else:
            yield html.passage(span, f"（{len(hidden)} 段没有所引短语，全文过长，此处不列，见原件。）")

    def _passage(self, index: int, block: Block) -> Html:
        runs = self._of_block.get(index, [])
        ended = [run for run in runs if block.start < run.end <= block.end]
        notes = [self._note(run) for run in ended]
        return html.passage(self.document.label(block), self._text(block, runs), notes)

    def _text(self, block: Block, runs: Sequence[_Run]) -> Html:
        """The text of a block: pieces between the beginnings and ends of runs, those within any of them marked."""
        cuts = sorted(
            {
                block.start,
                block.end,
                *(cut for run in runs for cut in (run.start, run.end) if block.start < cut < block.end),
            }
        )
        parts: list[Text] = []
        for start, end in pairwise(cuts):
            within = [run for run in runs if run.start < end and run.end > start]
            piece = on_one_line(self.document.text[start:end])
            if not within:
                parts.append(piece)
                continue
            parts.append(html.mark(piece, _short("；".join(run.words for run in within))))
            parts += [
                html.tick(self._id(run), run.number, f"{self._id(run)}-note")
                for run in within
                if run.end == end
            ]
        return html.join(*parts)

    def _note(self, run: _Run) -> Html:
        parts: list[Text] = []
        rests: list[str] = []
        for use in run.uses:
            status = use.quoted.found.status
            rests += use.rests_on
            parts += ["；" if parts else "", _linked(use)]
            if use.quoted.remark:
                parts.append(f"（{use.quoted.remark}）")
            if status != VERIFIED:
                parts.append(html.join(" ", html.tag("note", QUOTED[status])))
            parts.append(f" 〔{use.quoted.where}〕")
        return html.note(f"{self._id(run)}-note", run.number, *parts, rests_on=rests)

    def _id(self, run: _Run) -> str:
        return f"quote-{self.source}-{run.number}"


def _short(words: str) -> str:
    return words if len(words) <= _MOST_IN_TITLE else words[: _MOST_IN_TITLE - 1] + "…"


def _linked(use: _Use) -> Text:
    return html.link(use.words, f"#{use.row}") if use.row else use.words


# --- what a phrase supports -----------------------------------------------------------------------------


def _uses(run: Run, evidence: Evidence) -> Mapping[str, list[_Use]]:
    """What is quoted from each document."""
    linked = linked_rows(run)
    words = _Words(run, evidence)
    found: dict[str, list[_Use]] = defaultdict(list)
    for quoted in evidence.quoted:
        said, rows = words.of(quoted)
        row = next((row for row in rows if row in linked), "")
        found[quoted.document].append(_Use(quoted, said, row))
    return found


class _Words:
    """What a row says, in a few words, and the id of its row on the page."""

    def __init__(self, run: Run, evidence: Evidence) -> None:
        self.run = run
        self.figures = {f"{row.key}@{row.source}": quality_tables.figure_row(row) for row in evidence.figures}
        self.objectives = {
            f"{row['objective']}.{row['item']}" if row["item"] else row["objective"]: row
            for row in evidence.objectives
        }
        self.statements = {row["statement"]: row for row in evidence.statements}
        self.published = {row["claim"]: row for row in evidence.published}

    def of(self, quoted: Quoted) -> tuple[str, list[str]]:
        """The words for a phrase, and the ids of rows that rest on it, whether the page shows them or not."""
        key = quoted.key
        match quoted.table:
            case "figures":
                row = self.figures[key]
                return self._figure(row), [figure_id(row)]
            case "objectives":
                row = self.objectives[key]
                aim = (
                    f"，{COMPARATORS[row['comparator']]}{row['target']}{row['unit']}" if row["target"] else ""
                )
                return f"目标“{row['measure']}”{aim}", self._of_objective(key, TARGET)
            case _ if quoted.table == ANSWERS:
                row = self.objectives[key]
                actual = f"：{row['actual']}{row['unit']}" if row["actual"] else ""
                rows = [*self._of_objective(key, ACTUAL, OTHER_ANSWER), statement_id(f"answer.{key}")]
                return f"目标“{row['measure']}”的完成情况{actual}", rows
            case "statements":
                row = self.statements[key]
                return f"陈述·{STATEMENT_KINDS[row['kind']]}", [statement_id(key)]
            case "published":
                row = self.published[key]
                about = self.run.dictionary[row["about"]].name if row["about"] in self.run.dictionary else ""
                return (
                    f"公布的{about or CLAIM_KINDS[row['kind']]} {row['published']}{row['unit']}（{key}）",
                    [],
                )
        return f"{_TABLES[quoted.table]}（{key.partition(':')[2]}）", []

    def _of_objective(self, key: str, *figures: str) -> list[str]:
        return [
            figure_id(row)
            for row in self.figures.values()
            if row["figure"] in figures and row["item"] == key and row["state"] == VALUE
        ]

    def _figure(self, row: Row) -> str:
        name = self.run.dictionary[row["figure"]].name
        item = self.run.figures.item_name(row["figure"], row["item"])
        scope = self.run.audit.scope_name(row["scope"])
        year = "" if row["year"] == str(self.run.audit.case.year) else f"{row['year']}年"
        whose = f"{scope}·" if row["scope"] != DEPARTMENT else ""
        return f"{whose}{year}{name}{f'·{item}' if item else ''} {shown_value(row)}"
