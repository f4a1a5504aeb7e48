"""资料需求清单: which documents to ask for, so that what cannot be assessed can be; the one that settles most points first.

What is lacking is asked of the same results and scores that the report shows, so that list, page and score never disagree.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from auditbook import scoring
from auditbook.cases import DEPARTMENT, Audit
from auditbook.figures import supplier
from auditbook.indicators import NOT_ASSESSABLE, VERDICTS_ON_POINTS, Result, Stanza
from auditbook.intake.intake_layouts import Document, Workbook, read_workbook
from auditbook.pipeline import Run
from auditbook.scoring import JUDGEMENT_TABLE, Supply
from auditbook.tables import Row

NOBODY, ABSENT, HERE = "没有登记", "没有收到", "已收到，没有这些数"
MOST_FIGURES = 12
_HOLDER = "被评价部门"


@dataclass
class Wanted:
    """A document to ask for.

    ``alone`` and ``shared``: points of the score's interval that it settles by itself, and with others; ``lines`` and
    ``shared_lines`` those lines of the scheme; ``indicators``: every indicator that it opens, in the scheme or not;
    ``figures``: what is wanted out of it, in words, with the ids in ``ids``; ``sheets``: of the intake workbook, where they are filled in; ``sources``: ids of the register under which it is known.
    """

    document: str
    alone: Fraction = Fraction(0)
    shared: Fraction = Fraction(0)
    lines: tuple[str, ...] = ()
    shared_lines: tuple[str, ...] = ()
    indicators: dict[str, str] = field(default_factory=dict)
    figures: list[str] = field(default_factory=list)
    ids: tuple[str, ...] = ()
    sheets: tuple[str, ...] = ()
    holder: str = _HOLDER
    status: str = NOBODY
    sources: tuple[str, ...] = ()

    @property
    def figures_words(self) -> str:
        """The figures, so many that a cell holds them."""
        return "、".join(self.figures[:MOST_FIGURES]) + ("等" if len(self.figures) > MOST_FIGURES else "")

    @property
    def status_words(self) -> str:
        """Whether it is here, and under which ids of the register."""
        return f"{self.status}（{'、'.join(self.sources)}）" if self.sources else self.status


def wanted(run: Run, scores: Sequence[Row]) -> list[Wanted]:
    """The documents to ask for, those that settle most points first.

    Takes    run: with its tables (after a run, or ``pipeline.in_memory``); scores: rows of scores.csv.
    Returns  a row for each document that figures.yaml, an indicator or the scheme names as the supplier of something that
             is lacking; nothing where nothing is lacking.
    """
    layout = read_workbook(run.workspace.root, run.dictionary)
    asked = _Asked(run, layout)
    for result in run.results:
        if result.definition == run.scoring[result.indicator] and result.status == NOT_ASSESSABLE:
            asked.result(result)
    if not any(row["state"] == scoring.STOPPED for row in scores):
        for supply in scoring.narrowing(scores):
            asked.supply(supply)
    return asked.done()


class _Asked:
    """The list as it grows."""

    def __init__(self, run: Run, layout: Workbook) -> None:
        self.run, self.layout = run, layout
        self.found: dict[str, Wanted] = {}
        self.keys: dict[str, dict[str, dict[str, None]]] = {}
        names = [meaning.table for meaning in run.dictionary.values()]
        self.suppliers = sorted(
            {table.replace(scoring.BETWEEN, "；") for table in names}, key=len, reverse=True
        )

    def _at(self, document: str) -> Wanted:
        return self.found.setdefault(document, Wanted(document))

    def result(self, result: Result) -> None:
        """What one result lacks."""
        stanza = self.run.rulebook.stanzas[result.indicator]
        if stanza.judged:
            self._judged(stanza)
            return
        for key in result.lacking:
            meaning = supplier(key, self.run.dictionary, result.year)
            document = meaning.table.replace(scoring.BETWEEN, "；")
            self._at(document).indicators[stanza.id] = stanza.name
            self.keys.setdefault(document, {}).setdefault(meaning.id, {})[key] = None

    def _judged(self, stanza: Stanza) -> None:
        """Points that nobody has judged yet: the auditor judges them, on the documents that the indicator names."""
        judged = {
            row["point"] for row in self.run.table("judgements")
            if row["indicator"] == stanza.id and row["verdict"] in VERDICTS_ON_POINTS and row["verdict"] != "not_assessed"
        }  # fmt: skip
        if set(stanza.points) - judged:
            own = self._at(str(stanza.table))
            own.indicators[stanza.id] = stanza.name
            own.figures.append(f"{stanza.name}的评价要点（审计人员逐点判断）")

    def supply(self, supply: Supply) -> None:
        """What a document settles of the score."""
        framework, rulebook = self.run.framework, self.run.rulebook
        for lines, alone in ((supply.lines, True), (supply.shared_lines, False)):
            for line in lines:
                item = framework.lines[line]
                stanza = rulebook.stanzas.get(item.indicator or "")
                by_judging = supply.document == JUDGEMENT_TABLE and stanza is not None and stanza.judged
                own = self._at(str(stanza.table) if by_judging and stanza else self._plain(supply.document))
                width = supply.widths[line]
                if alone:
                    own.alone, own.lines = own.alone + width, (*own.lines, line)
                else:
                    own.shared, own.shared_lines = own.shared + width, (*own.shared_lines, line)
                if stanza:
                    own.indicators.setdefault(stanza.id, stanza.name)

    def _plain(self, document: str) -> str:
        """A document without the units of which alone it is wanted (they stand with the figures)."""
        return next((table for table in self.suppliers if document.startswith(f"{table}（“")), document)

    def done(self) -> list[Wanted]:
        """The list in order, with what is wanted of each document, from whom, and whether it is here."""
        for document, own in self.found.items():
            figures = self.keys.get(document, {})
            own.figures += [self._figure(id, keys) for id, keys in figures.items()]
            own.ids = tuple(figures)
            own.sheets = self._sheets(figures)
            asked = [d for d in self.layout.documents if any(word in document for word in d.words)]
            if document == self.run.framework.own_table:
                own.holder = self.run.framework.issuer
                continue
            if asked:
                own.holder = "、".join(dict.fromkeys(d.holder for d in asked))
            own.status, own.sources = _status(document, asked, self.run.audit)
        return sorted(
            self.found.values(), key=lambda w: (-w.alone, -w.shared, -len(w.indicators), w.document)
        )

    def _figure(self, id: str, keys: Iterable[str]) -> str:
        """A figure in words, with the units and items of which it is lacking; units are not named where it is all of them."""
        run = self.run
        scopes: dict[str, dict[str, None]] = {}
        for key in keys:
            figure, scope, item, _ = key.split(":")
            scopes.setdefault(run.figures.item_name(figure, item) if item else "", {})[scope] = None
        parts = []
        for name, own in scopes.items():
            units = [run.audit.scope_name(scope) for scope in own if scope != DEPARTMENT]
            every = len(run.audit.case.units) > 1 and len(units) == len(run.audit.case.units)
            whose = "各单位" if every else "、".join(units)
            parts.append(f"{whose}的{name}" if whose and name else whose or name)
        told = "；".join(filter(None, parts))
        return run.dictionary[id].name + (f"（{told}）" if told else "")

    def _sheets(self, figures: Iterable[str]) -> tuple[str, ...]:
        """The sheets of the intake workbook that give these figures."""
        dictionary = self.run.dictionary
        wanted: set[tuple[str, str]] = set()
        for id in figures:
            meaning = dictionary[id]
            leaf = meaning.sum.of if meaning.sum else meaning.previous or id
            wanted.add((leaf, "before" if meaning.previous else "this"))
        found = []
        for sheet in self.layout.sheets:
            gives = {(column.figure, column.year) for column in sheet.columns if column.figure}
            gives |= {(figure, "this") for row in sheet.rows for figure in row.figures.values()}
            gives |= {(added.figure, "this") for added in sheet.adds} | {
                (figure, "this") for figure in _COUNTED.get(sheet.kind, ())
            }
            if gives & wanted:
                found.append(sheet.title)
        return tuple(found)


# what the program counts or adds up from sheets that hold no figure as such
_COUNTED: Mapping[str, tuple[str, ...]] = {
    "ledger": ("budget_added", "budget_cut", "budget_moved", "adjustment_exempt"),
    "payments": ("paid_to_date",),
    "tasks": ("tasks_planned", "tasks_done", "tasks_on_time", "tasks_quality_met", "key_tasks_assigned", "key_tasks_done"),
}  # fmt: skip


def _status(document: str, asked: Sequence[Document], audit: Audit) -> tuple[str, tuple[str, ...]]:
    """Whether a document is in the register: under its id, or under a title or contents that name it."""
    ids = {one.id for one in asked}
    words = [word for one in asked for word in one.words] or [document]
    own = [
        source for source in audit.register
        if not source.shape and not source.carried_from
        and (source.id in ids or any(word in f"{source.title} {source.supplies or ''}" for word in words))
    ]  # fmt: skip
    here = [source for source in own if source.status != "absent"]
    for found, status in ((here, HERE), (own, ABSENT)):
        if found:
            return status, tuple(source.id for source in found)
    return NOBODY, ()
