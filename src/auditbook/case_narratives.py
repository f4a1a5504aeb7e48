"""The narratives among the documents of a case: what their sentences state, judged, for the tables of a run.

A statement that an auditor has entered from the document already (same number, unit, words) is not counted twice: that
row stays. Checks of the tables among themselves are told by data quality, and not again here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from auditbook import inputs
from auditbook.cases import Audit, Source
from auditbook.claims import VERDICTS
from auditbook.faults import CaseError, Fault, LimitError
from auditbook.intake import account_evidence, documents
from auditbook.intake.documents import Document, Kept
from auditbook.intake.evidence import ACCOUNTS
from auditbook.narrative import evaluation, reading
from auditbook.narrative.layouts import NarrativeLayout, read_layout
from auditbook.narrative.stated import ASIDE, LEFT, NOTE, UNREAD, Narrative, Statement
from auditbook.numbers import MONEY, RATE, dimension
from auditbook.tables import Row

_TABLES = "tables."  # statements of the tables about themselves
_BY_TARGET = {"completion", "target"}


def rows_of(
    audit: Audit, said: Sequence[Row], figures: Sequence[Row], kept: Kept | None
) -> dict[str, list[Row]]:
    """The tables ``narrative`` and ``coverage``: statements with their verdicts, and how much of each document was read.

    Takes    said: published numbers, targets and answers that were entered by hand (``published``, ``unit``,
             ``quote`` and ``source``); figures: the same of the figures; kept: where parsed documents are kept.
    """
    documents_of = _origins(audit)
    narrative: list[Row] = []
    coverage: list[Row] = []
    for source, found in _narratives(audit, kept):
        if isinstance(found, Fault):
            coverage.append({"source": source.id, "what": UNREAD, "count": "1", "words": found.found})
            continue
        own = [s for s in found.statements if not s.row["claim"].startswith(_TABLES)]
        # of an evaluation report the figures are what the audit rests on: limits and indicators speak of them
        entered = said if found.kind == reading.ACCOUNTS else [*said, *figures]
        hand = [row for row in entered if documents_of.get(row["source"], source.id) == source.id]
        fresh = [s for s in own if not _entered(s, hand, found)]
        narrative += _named(source, fresh)
        coverage += _coverage(source, found, own, len(own) - len(fresh))
    return {"narrative": narrative, "coverage": coverage}


def _named(source: Source, statements: Sequence[Statement]) -> Iterator[Row]:
    """Rows of ``narrative``, each with an id of its own: what is stated twice is numbered, in the order of the text."""
    often: Counter[str] = Counter()
    for statement in statements:
        name = f"{source.id}:{statement.row['claim']}"
        often[name] += 1
        claim = name if often[name] == 1 else f"{name}#{often[name]}"
        yield {**statement.row, "claim": claim, "source": source.id, "severity": statement.severity}


def _narratives(audit: Audit, kept: Kept | None) -> Iterator[tuple[Source, Narrative | Fault]]:
    """Every document at hand, read, or left unread with why; a fault where it has no text that can be read."""
    root, year = audit.workspace.root, audit.case.year
    # read whether they are needed or not: a document that comes later is read by what they say then
    layout, ways = read_layout(root), reading.read_ways(root)
    of_reports = evaluation.layout_of(root)
    texts = [
        source for source in _there(audit) if documents.kind_of(str(source.file)) and not _is_table(source)
    ]
    groups: list[list[Source]] | None = None
    for source in texts:
        path = audit.workspace.evidence / str(source.file)
        try:
            document = documents.read(path, inputs.read_bytes(path), [], kept)
        except (CaseError, LimitError) as error:
            # a scanned document that nothing quotes is as good an original as any; that its words are not read is told
            yield source, error.faults[0]
            continue
        sha256 = str(source.sha256)
        if evaluation.is_evaluation(document, of_reports):
            yield source, evaluation.read(document, path.name, sha256, root, year)
            continue
        if groups is None:
            groups = account_evidence.documents_of([own for own in _there(audit) if own.shape == ACCOUNTS])
        group, why = _group(source, groups, document, layout)
        accounts = account_evidence.accounts_of(audit, [str(s.file) for s in group], kept) if group else None
        of_year = (accounts.year if accounts else None) or year
        if accounts and source not in group and not reading.may_be_of(document, of_year):
            accounts, why = None, f"说的不是{of_year}年度，所附的决算表是{of_year}年度"
        if accounts is None:
            note = Fault(path.name, why)
            yield source, reading.unread(document, layout, note, sha256=sha256, source=source.id, year=year)
            continue
        found = reading.of_accounts(
            document, accounts, layout, ways, file=path.name, sha256=sha256, source=source.id, year=year
        )  # fmt: skip
        # what is to be known of the tables, data quality tells
        yield source, replace(found, notes=tuple(note for note in found.notes if note not in accounts.notes))


def _there(audit: Audit) -> Iterator[Source]:
    """The sources whose files are at hand."""
    for source in audit.sources:
        if (
            source.file
            and source.status != "absent"
            and inputs.is_file(audit.workspace.evidence / str(source.file))
        ):
            yield source


def _is_table(source: Source) -> bool:
    return bool(source.shape) and source.shape != ACCOUNTS


def _group(
    source: Source, groups: Sequence[list[Source]], document: Document, layout: NarrativeLayout
) -> tuple[list[Source], str]:
    """The tables that a document speaks of: its own, those transcribed from it, else the only ones of its scope; or why none."""
    for group in groups:
        if source in group or any(
            own.transcribed_from and own.transcribed_from.source == source.id for own in group
        ):
            return group, ""
    if reading.kind_of(document, layout) != reading.ACCOUNTS:
        return [], "不是部门决算的说明，也不是整体支出绩效评价报告"
    alike = [group for group in groups if group[0].scope == source.scope]
    if len(alike) == 1:
        return alike[0], ""
    return [], "有几份决算表，看不出说的是哪一份" if alike else "没有取得所说的决算表"


def _origins(audit: Audit) -> dict[str, str]:
    """The document that the rows of a source are from, where that is known: itself, or what it was transcribed from."""
    found = {
        source.id: source.id
        for source in audit.sources
        if source.shape in {None, "", ACCOUNTS} and documents.kind_of(str(source.file))
    }
    return found | {
        source.id: source.transcribed_from.source for source in audit.sources if source.transcribed_from
    }


def _entered(statement: Statement, hand: Sequence[Row], found: Narrative) -> bool:
    """Whether an auditor has entered a statement by hand. Takes hand: what was entered from this document."""
    row = statement.row
    if not row["published"]:
        # whether a task is done is judged by its rows in objectives.csv, where there are any
        return found.kind != reading.ACCOUNTS and row["kind"] in _BY_TARGET and bool(hand)
    quote = _bare(row["quote"])
    return any(
        other["published"] == row["published"]
        and _same_unit(other["unit"], row["unit"])
        and (_bare(other["quote"]) in quote or quote in _bare(other["quote"]))
        for other in hand
    )


def _same_unit(one: str, other: str) -> bool:
    """Whether two units are one. What is counted goes by many names (名 and 人, 台 and 台（套）); money and rates do not."""
    measured = {dimension(one), dimension(other)} & {MONEY, RATE}
    return one == other or (not measured and bool(other))


def _bare(quote: str) -> str:
    return "".join(quote.split())


def _coverage(source: Source, found: Narrative, own: Sequence[Statement], entered: int) -> Iterator[Row]:
    """How many numbers a document has, and what became of each; then what else a reader must know of it."""
    numbered = {s.number for s in own if s.number}
    verdicts = Counter(s.row["verdict"] for s in own)
    reasons = Counter(left.why for left in found.left)
    counted = [
        ("numbers", len(numbered) + len(found.left) + sum(found.aside.values()), "正文里的数"),
        ("read", len(numbered), "读成了陈述的数"), ("left", len(found.left), "没有读成陈述的数"),
        *((f"{LEFT} {why}", count, f"没有读成陈述的数：{why}") for why, count in reasons.items()),
        *((f"{ASIDE} {what}", count, f"不是金额、比率或数量：{what}") for what, count in found.aside.items() if count),
        ("statements", len(own), "陈述（包括没有印数的）"),
        *((verdict, verdicts[verdict], f"陈述判为{name}") for verdict, name in VERDICTS.items() if verdicts[verdict]),
        ("entered", entered, "已由审计人员登记、不再重复列出的陈述"),
    ]  # fmt: skip
    for what, count, words in counted:
        yield {"source": source.id, "what": what, "count": str(count), "words": words}
    if not found.kind:
        why = "；".join(note.found for note in found.notes)
        yield {"source": source.id, "what": UNREAD, "count": "1", "words": why}
        return
    for number, note in enumerate((*found.faults, *found.notes), 1):
        yield {"source": source.id, "what": f"{NOTE} {number}", "count": "1", "words": str(note)}
