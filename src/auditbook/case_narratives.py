"""The narratives among the documents of a case: what their sentences state, judged, for the tables of a run.

A statement that an auditor has entered by hand already (same number, same words) is not counted twice: the hand-entered
row stays. Checks of the tables among themselves are told by data quality, and not again here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from auditbook import inputs
from auditbook.cases import Audit, Source
from auditbook.claims import VERDICTS
from auditbook.intake import account_evidence, documents
from auditbook.intake.accounts import Accounts
from auditbook.intake.documents import Document, Kept
from auditbook.intake.evidence import ACCOUNTS
from auditbook.narrative import evaluation, reading
from auditbook.narrative.layouts import NarrativeLayout, read_layout
from auditbook.narrative.stated import Narrative, Statement
from auditbook.tables import Row

_TABLES = "tables."  # statements of the tables about themselves
_BY_TARGET = {"completion", "target"}


def rows_of(
    audit: Audit, said: Sequence[Row], figures: Sequence[Row], kept: Kept | None
) -> dict[str, list[Row]]:
    """The tables ``narrative`` and ``coverage``: statements with their verdicts, and how much of each document was read.

    Takes    said: published numbers, targets and answers that were entered by hand (``published`` and ``quote``);
             figures: the same of the figures; kept: where parsed documents are kept.
    """
    narrative: list[Row] = []
    coverage: list[Row] = []
    for source, found in _narratives(audit, kept):
        own = [s for s in found.statements if not s.row["claim"].startswith(_TABLES)]
        # of an evaluation report the figures are what the audit rests on: limits and indicators speak of them
        hand = said if found.kind == reading.ACCOUNTS else [*said, *figures]
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


def _narratives(audit: Audit, kept: Kept | None) -> Iterator[tuple[Source, Narrative]]:
    """Every document at hand that is a narrative of accounts, or an evaluation report."""
    root = audit.workspace.root
    # read whether they are needed or not: a document that comes later is read by what they say then
    layout, ways = read_layout(root), reading.read_ways(root)
    of_reports = evaluation.layout_of(root)
    texts = [
        source for source in _there(audit) if documents.kind_of(str(source.file)) and not _is_table(source)
    ]
    groups: list[list[Source]] | None = None
    for source in texts:
        path = audit.workspace.evidence / str(source.file)
        data = inputs.read_bytes(path)
        document = documents.read(path, data, [], kept)
        year = audit.case.year
        if evaluation.is_evaluation(document, of_reports):
            yield source, evaluation.read(document, path.name, str(source.sha256), root, year)
            continue
        if groups is None:
            groups = account_evidence.documents_of([own for own in _there(audit) if own.shape == ACCOUNTS])
        group = _group(source, groups, document, layout)
        if group is None:
            continue
        accounts: Accounts = account_evidence.accounts_of(audit, [str(own.file) for own in group], kept)
        yield (
            source,
            reading.of_accounts(
                document,
                accounts,
                layout,
                ways,
                file=path.name,
                sha256=str(source.sha256),
                source=source.id,
                year=year,
            ),
        )


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
) -> list[Source] | None:
    """The tables that a document speaks of: its own, those transcribed from it, else the only ones of its scope."""
    for group in groups:
        if source in group or any(
            own.transcribed_from and own.transcribed_from.source == source.id for own in group
        ):
            return group
    alike = [group for group in groups if group[0].scope == source.scope]
    narrates = reading.kind_of(document, layout) == reading.ACCOUNTS
    return alike[0] if narrates and len(alike) == 1 else None


def _entered(statement: Statement, hand: Sequence[Row], found: Narrative) -> bool:
    """Whether an auditor has entered a statement by hand."""
    row = statement.row
    if not row["published"]:
        # whether a task is done is judged by its rows in objectives.csv, where there are any
        return found.kind != reading.ACCOUNTS and row["kind"] in _BY_TARGET and bool(hand)
    quote = _bare(row["quote"])
    return any(
        other["published"] == row["published"]
        and (_bare(other["quote"]) in quote or quote in _bare(other["quote"]))
        for other in hand
    )


def _bare(quote: str) -> str:
    return "".join(quote.split())


def _coverage(source: Source, found: Narrative, own: Sequence[Statement], entered: int) -> Iterator[Row]:
    """How many numbers a document has, and what became of each."""
    numbered = {s.number for s in own if s.number}
    verdicts = Counter(s.row["verdict"] for s in own)
    counted = [
        ("numbers", len(numbered) + len(found.left) + sum(found.aside.values()), "正文里的数"),
        ("read", len(numbered), "读成了陈述的数"), ("left", len(found.left), "没有读成陈述的数"),
        *((f"aside {what}", count, f"不是金额、比率或数量：{what}") for what, count in found.aside.items() if count),
        ("statements", len(own), "陈述（包括没有印数的）"),
        *((verdict, verdicts[verdict], f"陈述判为{name}") for verdict, name in VERDICTS.items() if verdicts[verdict]),
        ("entered", entered, "已由审计人员登记、不再重复列出的陈述"),
    ]  # fmt: skip
    for what, count, words in counted:
        yield {"source": source.id, "what": what, "count": str(count), "words": words}
