"""The narrative of a document read whole: statements with verdicts, numbers that were left, what was set aside."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from auditbook.cases import DEPARTMENT
from auditbook.claims import DISAGREES, WITHIN_ROUNDING
from auditbook.faults import CaseError, Fault
from auditbook.intake import documents, guard
from auditbook.intake.account_checks import check_accounts
from auditbook.intake.accounts import Accounts, read_accounts
from auditbook.intake.documents import Document
from auditbook.narrative import evaluation, wordings
from auditbook.narrative.judging import verdicts
from auditbook.narrative.layouts import NarrativeLayout, read_layout
from auditbook.narrative.mentions import Reader
from auditbook.narrative.sentences import MONEY, Number, Paragraph, disorder, in_tables, paragraphs
from auditbook.narrative.stated import Left, Narrative, Statement
from auditbook.narrative.subjects import Vocabulary
from auditbook.narrative.verdicts import Verdict
from auditbook.numbers import factor, plain
from auditbook.strict_yaml import load
from auditbook.tables import Row

ACCOUNTS = "accounts"
_AROUND = 14
_MOST_HEADING, _LEAST_SECTIONS = 60, 3
# found, expected and remedy where a document is of another kind
_UNKNOWN = ("看不出是部门决算，也看不出是整体支出绩效评价报告", "这两种文件之一", "没有核对其中任何一个数")


def of_accounts(
    document: Document, accounts: Accounts | None, layout: NarrativeLayout, ways: Mapping[str, str], *, file: str,
    sha256: str = "", source: str = "", year: int | None = None,
) -> Narrative:  # fmt: skip
    """The narrative of published final accounts.

    Takes    document: the text; accounts: its tables, None where there are none at hand; layout: how narratives put things;
             ways: words of direction, up or down; file, sha256, source: what the rows say of where they are from; year: of
             the accounts where the document does not say it.
    """
    own_year = (accounts.year if accounts else None) or year
    tables = {page for table in accounts.tables.values() for page in table.pages} if accounts else set()
    read = paragraphs(document, layout, tables)
    vocabulary = Vocabulary(layout, accounts)
    decimals = _decimals(read)
    flat = _flat(document)
    department = wordings.department_name(flat[0].split("\n"))
    reader = Reader(layout, vocabulary, own_year, ways, decimals, department)
    mentioned = reader.read(read)
    judged = verdicts(vocabulary, mentioned, own_year)
    writing = _Writing(document, source, own_year)
    residues = list(wordings.residues(read, layout))
    statements = [writing.verdict(one) for one in judged if not _in_residue(one, residues)]
    noted = [
        *residues, *wordings.listings(read, layout, vocabulary), *wordings.absences(read, layout, vocabulary),
        *wordings.reasons(mentioned, read, layout), *wordings.brackets(_with_sentences(read)),
        *wordings.years(read, layout, own_year),
    ]  # fmt: skip
    statements += [writing.noted(one) for one in noted]
    statements += _names(flat, department, writing)
    if accounts:
        statements += _table_checks(document, accounts, writing)
    stated = {id(one.mention.number) for one in judged if one.mention.number}
    left = [writing.left(p, n) for p in read for n in p.numbers if id(n) not in stated]
    aside = Counter(what for p in read for what, _ in p.aside)
    aside["其他表格里的数"] += in_tables(document, tables)
    notes = _notes(read, accounts, writing)
    return Narrative(
        file, sha256, ACCOUNTS, own_year, document, tuple(sorted(statements, key=lambda s: (s.start, s.end))), tuple(left), aside,
        tuple(notes),
    )  # fmt: skip


def read(
    paths: Sequence[Path], root: Path, told: Callable[[int, int], None] | None = None, year: int | None = None
) -> Narrative:
    """Read the narrative of a document: published final accounts, or the tables of them and a text beside.

    Takes    paths: a PDF; or .csv or .xlsx files of the tables and one document; root: the project; told: progress.
    Raises   CaseError where a file cannot be read or holds no sentences; LimitError beyond a limit.
    """
    layout, ways = read_layout(root), read_ways(root)
    texts = [path for path in paths if documents.kind_of(path.name)]
    tables = [path for path in paths if not documents.kind_of(path.name)]
    if len(texts) != 1:
        named = "、".join(path.name for path in paths)
        raise CaseError(
            Fault(named, "没有文字资料" if not texts else "文字资料不止一份", "一份 PDF、Word、网页或文本")
        )
    path = texts[0]
    guard.look(path)
    data = path.read_bytes()
    # a PDF is parsed twice, each time in a process of its own: both at once
    with ThreadPoolExecutor(1) as beside:
        whole = not tables and documents.kind_of(path.name) == documents.PDF
        ahead = beside.submit(_accounts, path, tables, told, year) if whole else None
        document = documents.read(path, data, [], told=None if whole else told)
    if not document.text.strip():
        raise CaseError(Fault(path.name, "没有可以读的文字", "可以选取文字的文件", "扫描件请先识别文字"))
    if not tables and evaluation.is_evaluation(document, evaluation.layout_of(root)):
        return evaluation.read(document, path.name, hashlib.sha256(data).hexdigest(), root, year)
    own_year = year or _year(document.text)
    accounts, why = ahead.result() if ahead else _accounts(path, tables, told, own_year if tables else year)
    digest = hashlib.sha256(data).hexdigest()
    kind = ACCOUNTS if accounts else kind_of(document, layout)
    if not kind:
        return unread(document, layout, Fault(path.name, *_UNKNOWN), sha256=digest, year=own_year)
    found = of_accounts(
        document, accounts, layout, ways, file=path.name, sha256=digest, source=path.name, year=own_year
    )
    return replace(found, notes=(*why, *found.notes))


def kind_of(document: Document, layout: NarrativeLayout) -> str:
    """What kind of narrative a document is, by its own words: published final accounts, "" for none that is known."""
    sections = {layout.section_of(block.text) for block in document.blocks if len(block.text) < _MOST_HEADING}
    return ACCOUNTS if len(sections - {"", "duties", "composition", "glossary"}) >= _LEAST_SECTIONS else ""


def unread(
    document: Document, layout: NarrativeLayout, why: Fault, *, sha256: str = "", source: str = "", year: int | None = None
) -> Narrative:  # fmt: skip
    """A document of which no number is judged: every one is left, and why is one of its notes.

    Takes    why: its ``where`` is the file; sha256, source: of the document, ``source`` by default the file.
    """
    read = paragraphs(document, layout)
    writing = _Writing(document, source or why.where, year)
    left = [replace(writing.left(p, n), why=why.found) for p in read for n in p.numbers]
    aside = Counter(what for p in read for what, _ in p.aside)
    return Narrative(why.where, sha256, "", year, document, (), tuple(left), aside, (why,))


def read_ways(root: Path) -> dict[str, str]:
    """The words of direction of params/wording.yaml: up or down."""
    content = load(root / "params" / "wording.yaml", "params/wording.yaml").content
    words = content if isinstance(content, dict) else {}
    return {str(word): way for way in ("up", "down") for word in words.get(way, [])}


def _accounts(
    path: Path, tables: Sequence[Path], told: Callable[[int, int], None] | None, year: int | None
) -> tuple[Accounts | None, tuple[Fault, ...]]:
    """The tables of a document; None with the reason where there are none."""
    wanted = list(tables) or ([path] if path.suffix.lower() == ".pdf" else [])
    if not wanted:
        return None, (
            Fault(path.name, "没有决算表", "同一份决算的表（PDF、.xlsx 或 .csv）", "只能在文字之内核对"),
        )
    try:
        accounts = read_accounts(wanted, told=told, year=year)
    except CaseError as error:
        if tables:
            raise
        return None, error.faults
    return accounts, accounts.faults


def may_be_of(document: Document, year: int) -> bool:
    """Whether a text may be about a year: it names that year first (the title) or most often, or no year at all."""
    said = _years_said(document.text)
    return not said or said[0] == year or _year(document.text) == year


def _year(text: str) -> int | None:
    """The year that a text says its accounts are of; None where it says none or several alike."""
    first = Counter(_years_said(text)).most_common(2)
    return first[0][0] if first and (len(first) == 1 or first[0][1] > first[1][1]) else None


def _years_said(text: str) -> list[int]:
    said = re.findall(r"(20\d\d)年度?(?:部门|单位)?(?:整体支出|收支|预算|决算)", "".join(text.split()))
    return [int(year) for year in said]


def _decimals(read: Sequence[Paragraph]) -> int:
    """How many decimals the money of a narrative mostly shows: 10 among 9.87 and 6.54 is 10.00."""
    shown = Counter(n.decimals for p in read for n in p.numbers if n.unit in MONEY)
    often = [decimals for decimals, count in shown.items() if count * 4 >= sum(shown.values())]
    return max(often, default=0)


def _with_sentences(read: Sequence[Paragraph]) -> list[Paragraph]:
    return [p for p in read if not p.heading and p.section and p.section not in {"glossary", "duties"}]


def _in_residue(one: Verdict, residues: Sequence[wordings.Noted]) -> bool:
    """Whether a number stands behind the residue of a form, which is what is told of it."""
    number = one.mention.number
    return number is not None and any(
        r.paragraph is one.mention.paragraph and r.start <= number.start < r.end for r in residues
    )


class _Writing:
    """Verdicts to rows of claims.csv with their place in the document."""

    def __init__(self, document: Document, source: str, year: int | None) -> None:
        self.document, self.source, self.year = document, source, year
        self.often: Counter[str] = Counter()

    def verdict(self, one: Verdict) -> Statement:
        mention = one.mention
        number = mention.number
        span = mention.paragraph.run(mention.start, mention.end)
        held = factor("%" if mention.unit_lost else mention.unit or "元")
        about = mention.subject.id if mention.subject else ""
        row = self._row(
            f"{mention.paragraph.section or 'text'}.{mention.role}.{about or 'unknown'}", one.kind, about, one.verdict,
            one.explanation, span,
        )  # fmt: skip
        if number:
            row |= {"published": ("-" if number.negative else "") + number.text, "unit": number.unit}
        row |= {
            "recomputed": "" if one.value is None else plain(one.value / held),
            "low": "" if one.interval is None else plain(one.interval.low / held),
            "high": "" if one.interval is None else plain(one.interval.high / held),
            "definition": one.definition,
        }
        run = mention.paragraph.run(number.start, number.unit_end) if number else None
        return Statement(row, *span, run, one.severity, self.page(span[0]))

    def page(self, start: int) -> int | None:
        """The page on which a position stands."""
        return self.document.blocks[self.document.block_at(start)].page if self.document.blocks else None

    def noted(self, one: wordings.Noted) -> Statement:
        span = one.paragraph.run(one.start, one.end)
        name = f"{one.paragraph.section or 'text'}.{one.kind}.{one.about or 'words'}"
        number = (
            next((n for n in one.paragraph.numbers if one.start <= n.start < one.end), None)
            if one.kind == "residue"
            else None
        )
        row = self._row(name, one.kind, one.about, one.verdict, one.explanation, span)
        if number:
            row |= {"published": number.text, "unit": number.unit}
        run = one.paragraph.run(number.start, number.unit_end) if number else None
        return Statement(row, *span, run, one.severity, self.page(span[0]))

    def at(
        self, start: int, end: int, name: str, kind: str, verdict: str, explanation: str, severity: str
    ) -> Statement:
        row = self._row(name, kind, "", verdict, explanation, (start, end))
        return Statement(row, start, end, None, severity, self.page(start))

    def left(self, paragraph: Paragraph, number: Number) -> Left:
        start, end = paragraph.run(number.start, number.unit_end)
        text = paragraph.text
        before, after = max(0, number.start - _AROUND), number.unit_end + _AROUND
        words = ("…" if before else "") + text[before:after] + ("…" if after < len(text) else "")
        return Left(number.text + number.unit, start, end, self.place(start), words, "没有读作一句陈述")

    def place(self, start: int) -> str:
        section = self.document.section_at(start)
        return f"{self.document.place(start)} {section}".strip()

    def _row(
        self, name: str, kind: str, about: str, verdict: str, explanation: str, span: tuple[int, int]
    ) -> Row:
        self.often[name] += 1
        claim = name if self.often[name] == 1 else f"{name}.{self.often[name]}"
        quote = re.sub(r"\s*\n\s*", "", self.document.text[span[0] : span[1]]).strip()
        return {
            "claim": claim, "kind": kind, "about": about, "scope": DEPARTMENT, "year": str(self.year or ""), "published": "",
            "unit": "", "recomputed": "", "low": "", "high": "", "verdict": verdict, "definition": "",
            "explanation": explanation, "source": self.source, "locator": self.place(span[0]), "quote": quote,
        }  # fmt: skip


def _flat(document: Document) -> tuple[str, list[int]]:
    """The text without blanks and quotation marks, a block a line, and where each character stands in the document's."""
    shown: list[str] = []
    positions: list[int] = []
    for block in document.blocks:
        for offset, character in enumerate(block.text):
            if not character.isspace() and character not in '“”‘’"':
                shown.append({"（": "(", "）": ")"}.get(character, character))
                positions.append(block.start + offset)
        shown.append("\n")
        positions.append(block.end)
    return "".join(shown), positions


def _names(flat: tuple[str, list[int]], name: str, writing: _Writing) -> Iterator[Statement]:
    """Where the department is called otherwise than it is called most often."""
    text, positions = flat
    for start, end, said, how in wordings.misnamed(text, name) if name else ():
        yield writing.at(
            positions[start], positions[end - 1] + 1, "text.name", "name", DISAGREES,
            f"单位名称应为“{name}”，这里是“{said}”：{how}", wordings.MEDIUM if "少了" in how else wordings.LOW,
        )  # fmt: skip


def _table_checks(document: Document, accounts: Accounts, writing: _Writing) -> Iterator[Statement]:
    """What the tables of the same document show among themselves: amounts that do not close, and tail differences."""
    for check in check_accounts(accounts):
        if check.verdict not in {DISAGREES, WITHIN_ROUNDING}:
            continue
        kind = "tail" if check.verdict == WITHIN_ROUNDING else "table"
        severity = wordings.LOW if kind == "tail" else check.severity
        own = writing.at(
            *_printed(document, check.where, check.found),
            f"tables.{check.key}",
            kind,
            check.verdict,
            f"{check.name}：表上{check.found}，应为{check.expected}。{check.explanation}",
            severity,
        )
        unit = next((u for u in MONEY if check.found.endswith(u)), "")
        published, recomputed = (
            said.removesuffix(unit).replace(",", "") for said in (check.found, check.expected)
        )
        own.row.update(
            {
                "published": published if _PLAIN.fullmatch(published) else "",
                "recomputed": recomputed if _PLAIN.fullmatch(recomputed) else "",
                "unit": unit,
                "locator": check.where,
                "quote": check.found,
            }
        )
        yield own


_PLAIN = re.compile(r"-?\d+(\.\d+)?")


def _printed(document: Document, where: str, found: str) -> tuple[int, int]:
    """Where the amount of a table stands in the text: on its page, in its row where that is found; else the page's first block; nowhere in another file."""
    page, label = re.match(r"第(\d+)页", where), re.search("行‘(.+?)’", where)
    blocks = [block for block in document.blocks if page and block.page == int(page[1])]
    number = re.match(r"-?[\d,]+(?:\.\d+)?", found)
    if number:
        whole, point, behind = number.group().replace(",", "").partition(".")
        printed = re.compile(rf"(?<![\d.,]){',?'.join(whole)}{re.escape(point + behind)}(?!\d|[.,]\d)")
        hits = [(block, hit) for block in blocks if (hit := printed.search(block.text))]
        named = [own for own in hits if label and label[1] in "".join(own[0].text.split())]
        for block, hit in named or hits:
            return block.start + hit.start(), block.start + hit.end()
    return (blocks[0].start, blocks[0].end) if blocks else (0, 0)


def _notes(read: Sequence[Paragraph], accounts: Accounts | None, writing: _Writing) -> list[Fault]:
    """What a reader must know of the whole: tables left aside, sections out of order, nothing that could be judged."""
    notes = list(accounts.notes) if accounts else []
    mixed = disorder(read)
    if mixed:
        paragraph, number, last = mixed
        found = f"“{last}”之后是“{number}”，编号次序不连贯"
        notes.append(
            Fault(
                writing.place(paragraph.run(0, 1)[0]),
                found,
                "依次的编号",
                "请核对页序；跨页的句子可能接错",
            )
        )
    return notes
