"""The evidence of a case: registered files whose hashes hold, read into figures, objectives, statements, claims."""

from __future__ import annotations

import contextlib
import difflib
import hashlib
import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from auditbook import inputs, strict_yaml
from auditbook.cases import DEPARTMENT, Audit, Source
from auditbook.faults import CaseError, Fault
from auditbook.figures import (
    CARRIED,
    MISSING,
    STATES,
    VALUE,
    ZERO,
    Dictionary,
    FigureRow,
    Figures,
    Key,
    same_dimension,
)
from auditbook.intake import cell_values, documents, guard, patterns, phrases, raw_tables
from auditbook.intake.account_comparing import Check
from auditbook.intake.documents import Document, Found, Kept
from auditbook.intake.entered import ENTERED, faults_of
from auditbook.intake.intake_taken import ORIGIN
from auditbook.intake.raw_tables import RawRow
from auditbook.intake.sheets import Note
from auditbook.numbers import EXACT, parse
from auditbook.tables import KEYS, Row

TARGET, ACTUAL, OTHER_ANSWER = "objective_target", "objective_actual", "objective_other_answer"
STATEMENT_KINDS = (
    "result", "reason", "reference", "problem", "suggestion", "method", "organisation", "name", "deadline", "event", "grade",
    "residue", "typo", "relative_date", "slogan", "legal_reference",
)  # fmt: skip
CLAIM_KINDS = ("rate", "total", "count", "score", "share", "growth", "change")
COMPARATORS = ("", ">=", "<=", "=")
INTAKE, ACCOUNTS = "intake", "accounts"
_RELIABILITY = {"high": 0, "medium": 1, "low": 2, None: 3}
# The table of a phrase that answers an objective: a row of objectives.csv too, but another phrase of it.
ANSWERS = "answers"
SUPERSEDED, PREVIOUS = "superseded", "previous"
SELF_SCORED = ("self_scored_points", "self_scored_weight")
CHANGES = ("growth", "change")
# str.isdigit also takes ²²²², which int refuses
_YEAR = re.compile("(?!0000)[0-9]{4}")
_ITEM = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*|")


@dataclass(frozen=True)
class Quoted:
    """A phrase that was looked up: in which document, for which row (``table`` and ``key``), and what became of it."""

    document: str
    table: str
    key: str
    quote: str
    where: str
    found: Found
    remark: str = ""


@dataclass(frozen=True)
class Evidence:
    """Everything that a case's folder says, with its places; nothing is computed yet."""

    sources: list[Row]
    figures: list[FigureRow]
    objectives: list[Row]
    statements: list[Row]
    published: list[Row]
    entered: dict[str, list[Row]]
    places: dict[str, str]
    held: dict[str, str]
    documents: Mapping[str, Document] = field(default_factory=dict)
    quoted: Sequence[Quoted] = ()
    notes: Sequence[Note] = ()
    account_checks: Sequence[tuple[str, Check]] = ()

    def collected(self, dictionary: Dictionary, audit: Audit) -> Figures:
        """The figures, ready to be asked."""
        units = [unit.id for unit in audit.case.units]
        return Figures(dictionary, self.figures, units, audit.case.year)


class _Reader:
    def __init__(self, audit: Audit, dictionary: Dictionary, kept: Kept | None) -> None:
        self.audit, self.dictionary, self.kept = audit, dictionary, kept
        self.faults: list[Fault] = []
        self.scopes = {DEPARTMENT, *(unit.id for unit in audit.case.units)}
        self.at_hand: dict[str, tuple[Path, bytes]] = {}
        self.documents: dict[str, Document | None] = {}
        self.quoted: list[Quoted] = []
        self.notes: list[Note] = []
        self.figures: list[FigureRow] = []
        self.objectives: list[Row] = []
        self.statements: list[Row] = []
        self.published: list[Row] = []
        self.entered: dict[str, list[Row]] = {shape: [] for shape in ENTERED}
        self.places: dict[str, str] = {}
        self.held: dict[str, str] = {}
        self.account_checks: list[tuple[str, Check]] = []

    def read(self) -> Evidence:
        rows = list(self._rows())
        take: dict[str, Callable[[Source, RawRow], None]] = {
            "figures": self._figure,
            "objectives": self._objective,
            "statements": self._statement,
            "published": self._published,
        }
        for source, shape, row in rows:
            if shape in ENTERED:
                self._enter(shape, source, row)
            else:
                take[shape](source, row)
        self._patterns()
        self._superseded()
        if absent := self.audit.previous_absent:
            shown = self.audit.workspace.shown(self.audit.workspace.case_path)
            said = "没有这个案例文件，上年的单位与数字无从对照"
            self.notes.append(Note(shown, f"previous: {absent}", said, PREVIOUS))
        self._repeated()
        if self.faults:
            raise CaseError(sorted(set(self.faults), key=_by_place))
        sources = [_source_row(source) for source in self.audit.sources]
        return Evidence(
            sources, self._choose(), self.objectives, self.statements, self.published, self.entered, self.places,
            self.held, {name: document for name, document in self.documents.items() if document}, self.quoted,
            sorted(set(self.notes)), self.account_checks,
        )  # fmt: skip

    def _rows(self) -> Iterator[tuple[Source, str, RawRow]]:
        """Every row that the sources give, with its source and shape, whatever kind of file it stands in."""
        published: list[Source] = []
        for source in self.audit.sources:
            if not self._hash_holds(source) or not source.shape:
                continue
            path = self.audit.workspace.evidence / str(source.file)
            if source.shape == ACCOUNTS:
                published.append(source)
            elif source.shape == INTAKE:
                for shape, rows in self._intake(path).items():
                    yield from ((self._origin(source, row), shape, row) for row in rows)
            else:
                rows = raw_tables.read(path, source.shape, self.faults, self.notes)
                yield from ((source, source.shape, row) for row in rows)
        if published:
            from auditbook.intake import account_evidence

            given = account_evidence.read(
                self.audit, published, self.dictionary, self.kept, self.faults, self.notes
            )
            self.account_checks += given.checks
            yield from ((source, "figures", row) for source, row in given.rows)

    def _origin(self, workbook: Source, row: RawRow) -> Source:
        """The document that a row of a workbook was read out of, where it names one: what the row says, that document says."""
        named = row.cells.get(ORIGIN)
        if named is None:
            return workbook
        known = {source.id: source for source in self.audit.sources if source.file and not source.shape}
        if named not in known:
            where = row.at(ORIGIN)
            self.faults.append(
                Fault(where, f"没有资料“{named}”", "、".join(known), "SOURCES.yaml 里一份原件的 id")
            )
        return known.get(named, workbook)

    def _intake(self, path: Path) -> dict[str, list[RawRow]]:
        from auditbook.intake import intake_layouts, intake_workbook, sheet_files

        opened = sheet_files.open_sheets(path)
        self.faults += opened.faults
        self.notes += opened.notes
        units = {unit.id: unit.name for unit in self.audit.case.units}
        layout = intake_layouts.read_workbook(self.audit.workspace.root, self.dictionary)
        return intake_workbook.read(
            opened.sheets, layout, self.dictionary, units, self.audit.case.year, self.faults, self.notes,
            {unit.id: unit.former for unit in self.audit.case.units},
        )  # fmt: skip

    def _hash_holds(self, source: Source) -> bool:
        """Whether the file is there with the recorded hash; an original that was only transcribed may be absent."""
        if source.status == "absent" or not source.file:
            return False
        path = self.audit.workspace.evidence / source.file
        where = self.audit.source_lines[source.id]
        if not inputs.is_file(path):
            if source.shape or source.status == "received":
                self.faults.append(
                    Fault(
                        where, f"文件“{source.file}”不在资料夹里", "SOURCES.yaml 所列的文件", "请放回或改登记"
                    )
                )
            return False
        original = not source.shape and bool(documents.kind_of(source.file))
        if original:  # one that nothing quotes is opened by nobody else
            try:
                guard.look(path)
            except CaseError as error:
                self.faults += error.faults
                return False
        data = inputs.read_bytes(path)
        found = hashlib.sha256(data).hexdigest()
        if found != source.sha256:
            remedy = "若是有意改动，请运行 tools/record_hashes.py 重新登记；否则请恢复原文件"
            self.faults.append(
                Fault(
                    where,
                    f"“{source.file}”的 sha256 是 {found[:12]}…",
                    f"登记的 {str(source.sha256)[:12]}…",
                    remedy,
                )
            )
            return False
        if original:
            self.at_hand[source.id] = path, data
        return True

    def _fault(self, row: RawRow, column: str, expected: str, remedy: str = "") -> None:
        self.faults.append(Fault(row.at(column), f"“{row[column]}”", expected, remedy))

    def _original(self, source: str) -> Document | None:
        """The text of an original, read when something is first looked up in it; None where it is not at hand."""
        if source not in self.documents and source in self.at_hand:
            try:
                self.documents[source] = documents.read(*self.at_hand[source], self.notes, self.kept)
            except CaseError as error:
                self.faults += error.faults
                self.documents[source] = None
        return self.documents.get(source)

    def _patterns(self) -> None:
        """The figures that the case file pulls out of an original by its wording."""
        case, workspace = self.audit.case, self.audit.workspace
        if not case.patterns:
            return
        lines = strict_yaml.load(workspace.case_path, workspace.shown(workspace.case_path))
        sources = {source.id: source for source in self.audit.sources}
        reader = patterns.Reader(case, lines, sources, self._original, self.dictionary)
        for taken in reader.read():
            self._figure(sources[taken.source], taken.row, taken.remark)
        self.faults += reader.faults
        self.notes += reader.notes

    def _located(
        self, source: Source, row: RawRow, quote: str, locator: str, table: str, key: str, remark: str = ""
    ) -> tuple[str, str]:
        """The locator with file, line and the place in the original; and the status of the phrase.

        Takes    table, key: the row that the phrase supports; remark: what else is to be said where it is shown.
        """
        place = f"{locator}〔{row.where}〕" if locator else f"〔{row.where}〕"
        if not quote:
            return place, ""
        if source.shape in {INTAKE, ACCOUNTS}:
            return place, phrases.READ
        origin = source.transcribed_from.source if source.transcribed_from else source.id
        original = self._original(origin)
        found = original.find(quote, locator) if original else Found(phrases.UNVERIFIED)
        self.quoted.append(Quoted(origin, table, key, quote, row.where, found, remark))
        return (f"{place}原文{found.place}" if found.place else place), found.status

    def _common(self, row: RawRow) -> None:
        if row["scope"] not in self.scopes:
            self._fault(
                row, "scope", f"department 或案例文件 units 里的代号：{'、'.join(sorted(self.scopes))}"
            )
        if not _YEAR.fullmatch(row["year"]):
            self._fault(row, "year", "四位年份，如 2019")
        if not _ITEM.fullmatch(row["item"]):
            self._fault(row, "item", "英文小写代号，分层用点")

    def _number(self, row: RawRow, column: str) -> bool:
        """Whether a cell holds a number; what it is otherwise, is told."""
        written = row[column]
        with contextlib.suppress(ValueError):
            if parse(written) or not written.startswith("-"):  # a negative zero is none
                return True
        try:
            cell_values.amount(written)
            found = f"“{written}”"  # a percentage where the unit is none
        except ValueError as error:
            found = str(error)
        remedy = "单位写在 unit 列，不确定请写 state=missing"
        self.faults.append(Fault(row.at(column), found, "普通的十进制数（如 12345.67）", remedy))
        return False

    def _precision(self, row: RawRow) -> bool:
        if row["precision"] == EXACT or re.fullmatch(r"10*|0\.0*1", row["precision"]):
            return True
        self._fault(row, "precision", "exact 或末位的单位（如 0.01）")
        return False

    def _figure(self, source: Source, row: RawRow, remark: str = "") -> None:
        self._common(row)
        meaning = self.dictionary.get(row["figure"])
        if meaning is None:
            self._fault(
                row, "figure", "params/figures.yaml 里的一个 id", _nearest(row["figure"], self.dictionary)
            )
            return
        if meaning.sum:
            self._fault(row, "figure", f"“{meaning.sum.of}”的各项（它是合计，由程序相加）")
            return
        if meaning.previous:
            self._fault(row, "figure", f"“{meaning.previous}”，year 写上一年（它是上年的同一数字）")
            return
        if meaning.derived:
            self._fault(row, "figure", "原始资料里的数字（它由程序从目标表与文字陈述得出）")
            return
        if row["state"] not in STATES:
            self._fault(row, "state", "、".join(STATES))
            return
        if isinstance(meaning.items, dict) and row["item"] and row["item"] not in meaning.items:
            self._fault(row, "item", f"{'、'.join(meaning.items)} 或空")
        if meaning.items is None and row["item"]:
            self._fault(row, "item", f"空（{meaning.name}不分项）")
        has_value = row["state"] in {VALUE, ZERO}
        if has_value:
            if not (self._number(row, "value") and self._precision(row)):
                return
            if row["state"] == ZERO and parse(row["value"]) != 0:
                self._fault(row, "value", "0（state 是 zero）")
            if not row["unit"] or not same_dimension(meaning, row["unit"]):
                self._fault(row, "unit", f"与“{meaning.unit}”同类的单位")
                return
            if not row["quote"]:
                self._fault(row, "quote", "原文中的短语", "没有出处的数字不能计算")
        elif row["value"]:
            self._fault(row, "value", f"空（state 是 {row['state']}）")
        if not _YEAR.fullmatch(row["year"]):
            return
        key = Key(row["figure"], row["scope"], row["item"], int(row["year"]))
        named = f"{key}@{source.id}"
        if row.cells.get("basis") == CARRIED:
            # the original was last year's: its phrase was held against it there, and need not be here
            locator, status = f"{row['locator']}〔{row.where}〕", phrases.UNVERIFIED
        else:
            locator, status = self._located(
                source, row, row["quote"], row["locator"], "figures", named, remark
            )
        held = (
            phrases.holds(
                row["quote"], row["value"], row["unit"], zero=row["state"] == ZERO, counted=meaning.counted
            )
            if has_value
            else phrases.NOTHING_TO_HOLD
        )
        self._keep(
            FigureRow(
                key, source.id, locator, row["label"], row["state"],
                row.cells.get("basis", "evidence") if has_value else "",
                row["value"], row["unit"], row["precision"], row["quote"], status, False, row.where,
            ),
            held,
        )  # fmt: skip

    def _keep(self, figure: FigureRow, held: str) -> None:
        self.figures.append(figure)
        self.places[f"{figure.key}@{figure.source}"] = figure.where
        self.held[f"{figure.key}@{figure.source}"] = held

    def _objective(self, source: Source, row: RawRow) -> None:
        if row["comparator"] not in COMPARATORS:
            self._fault(row, "comparator", "、".join(COMPARATORS[1:]) + " 或空")
        if not row["objective"] or not _ITEM.fullmatch(row["objective"]) or not _ITEM.fullmatch(row["item"]):
            self._fault(row, "objective", "英文小写代号（objective 必填）")
            return
        if not row["measure"]:
            self._fault(row, "measure", "要达到什么")
        if row["target"] and not (self._number(row, "target") and row["comparator"] and row["unit"]):
            self._fault(row, "target", "数值目标要有 comparator 和 unit")
            return
        if row["comparator"] and not row["target"]:
            self._fault(
                row,
                "target",
                f"数值目标的值（comparator 写着 {row['comparator']}）",
                "没有数值目标的，comparator 留空",
            )
        if row["actual"] and not (self._number(row, "actual") and self._precision(row)):
            return
        about = f"{row['objective']}.{row['item']}" if row["item"] else row["objective"]
        locator, status = self._located(source, row, row["quote"], row["locator"], "objectives", about)
        self.objectives.append(
            {
                **{column: row[column] for column in raw_tables.SHAPES["objectives"][:7]},
                "actual_measure": row["actual_measure"], "actual": row["actual"],
                "source": source.id, "locator": locator, "quote": row["quote"],
            }
        )  # fmt: skip
        self.places[about] = row.where
        self.held[f"objective:{about}"] = status
        if row["target"]:
            self._objective_figures(source, row, about, locator, status)
        if row["actual_quote"] and not row["actual"]:
            place, answered = self._located(
                source, row, row["actual_quote"], row["actual_locator"], ANSWERS, about
            )
            self.held[f"statement:answer.{about}"] = answered
            self._add_statement(
                f"answer.{about}", "result", about, "", source.id, place, row["actual_quote"], row.where
            )

    def _objective_figures(self, source: Source, row: RawRow, about: str, locator: str, status: str) -> None:
        year = self.audit.case.year

        def figure(
            name: str, state: str, value: str, precision: str, place: tuple[str, str], quote: str
        ) -> None:
            held = phrases.holds(quote, value, row["unit"]) if state == VALUE else phrases.NOTHING_TO_HOLD
            basis = "evidence" if state == VALUE else ""
            label = row["measure"] if name != OTHER_ANSWER else row["actual_measure"]
            key = Key(name, DEPARTMENT, about, year)
            self._keep(
                FigureRow(
                    key, source.id, place[0], label, state, basis, value, row["unit"], precision, quote,
                    place[1], False, row.where,
                ),
                held,
            )  # fmt: skip

        figure(TARGET, VALUE, row["target"], EXACT, (locator, status), row["quote"])
        if not row["actual"]:
            figure(ACTUAL, MISSING, "", "", (f"〔{row.where}〕", ""), "")
            return
        place = self._located(source, row, row["actual_quote"], row["actual_locator"], ANSWERS, about)
        if same_words(row["measure"], row["actual_measure"]):
            figure(ACTUAL, VALUE, row["actual"], row["precision"], place, row["actual_quote"])
        else:
            figure(ACTUAL, MISSING, "", "", (f"〔{row.where}〕", ""), "")
            figure(OTHER_ANSWER, VALUE, row["actual"], row["precision"], place, row["actual_quote"])

    def _statement(self, source: Source, row: RawRow) -> None:
        if row["kind"] not in STATEMENT_KINDS:
            self._fault(row, "kind", "、".join(STATEMENT_KINDS))
        if not row["statement"]:
            self._fault(row, "statement", "一个代号")
        if row["date"] and not _is_date(row["date"]):
            self._fault(row, "date", "2019-12-30、2019-12 或空")
        if not row["quote"]:
            self._fault(row, "quote", "原文中的短语")
        locator, status = self._located(
            source, row, row["quote"], row["locator"], "statements", row["statement"]
        )
        self._add_statement(
            row["statement"],
            row["kind"],
            row["about"],
            row["date"],
            source.id,
            locator,
            row["quote"],
            row.where,
        )
        self.held[f"statement:{row['statement']}"] = status

    def _add_statement(
        self, name: str, kind: str, about: str, day: str, source: str, locator: str, quote: str, where: str
    ) -> None:
        if name in self.places:
            self.faults.append(
                Fault(where, f"statement “{name}”重复（上一次在 {self.places[name]}）", "", "请改名或删去")
            )
        self.places[name] = where
        self.statements.append(
            {
                "statement": name, "kind": kind, "about": about, "date": day, "source": source,
                "locator": locator, "quote": quote,
            }
        )  # fmt: skip

    def _published(self, source: Source, row: RawRow) -> None:
        self._common(row)
        if row["kind"] not in CLAIM_KINDS:
            self._fault(row, "kind", "、".join(CLAIM_KINDS))
        if not row["claim"] or row["claim"] in self.places:
            self._fault(row, "claim", "一个没有用过的代号")
        if not (self._number(row, "published") and self._precision(row)):
            return
        base, _, item = row["base"].partition(":")
        if base and base not in self.dictionary:
            self._fault(
                row, "base", "params/figures.yaml 里的一个 id，或 id:分项", _nearest(base, self.dictionary)
            )
        if not _ITEM.fullmatch(item):
            self._fault(row, "base", "分项是英文小写代号")
        self.places[row["claim"]] = row.where
        locator, status = self._located(source, row, row["quote"], row["locator"], "published", row["claim"])
        self.held[f"claim:{row['claim']}"] = status
        self.held[f"claim value:{row['claim']}"] = phrases.holds(
            row["quote"], row["published"], row["unit"], changed=row["kind"] in CHANGES
        )
        self.published.append(
            {
                **{column: row[column] for column in raw_tables.SHAPES["published"]},
                "base": row["base"],
                "source": source.id,
                "locator": locator,
            }
        )

    def _enter(self, shape: str, source: Source, row: RawRow) -> None:
        self.faults += faults_of(shape, row, self.scopes)
        key = f"{shape}:{'.'.join(row[column] for column in KEYS[shape])}"
        if key in self.places:
            self.faults.append(
                Fault(row.where, f"“{key}”重复（上一次在 {self.places[key]}）", "", "请删去其中一行")
            )
        self.places[key] = row.where
        locator, status = self._located(source, row, row["quote"], row["locator"], shape, key)
        self.held[key] = status
        found = {column: row[column] for column in raw_tables.SHAPES[shape]}
        self.entered[shape].append({**found, "source": source.id, "locator": locator})

    def _superseded(self) -> None:
        """A figure that stands until something changes it (编制) gives way to one of this year; its blank says no change."""
        own = {row.key for row in self.figures if row.has_value and row.basis != CARRIED}
        for row in [row for row in self.figures if row.basis == CARRIED and row.key in own]:
            if row.key.year == self.audit.case.year:
                written = f"{self.dictionary[row.key.figure].name} {row.value}{row.unit}（上年带入）"
                self.notes.append(Note(row.where, written, "本年另有资料，以本年的为准", SUPERSEDED))
                self.figures.remove(row)

    def _repeated(self) -> None:
        """A figure twice in one table is a mistake; in two tables it is two sources of one figure."""
        places: dict[str, list[str]] = defaultdict(list)
        for figure in self.figures:
            places[f"{figure.key}@{figure.source}"].append(figure.where)
        for row in self.objectives:
            places[f"目标 {row['objective']}.{row['item']}"].append(row["locator"])
        for key, found in places.items():
            if len(found) > 1:
                self.faults.append(
                    Fault(found[1], f"“{key}”重复（上一次在 {found[0]}）", "", "请删去其中一行")
                )

    def _choose(self) -> list[FigureRow]:
        """One row a figure is chosen: as the case file says, else the most reliable source, else the first listed."""
        order = {source.id: index for index, source in enumerate(self.audit.sources)}
        rank = {source.id: _RELIABILITY[source.reliability] for source in self.audit.sources}
        rivals: dict[Key, list[FigureRow]] = defaultdict(list)
        for row in self.figures:
            rivals[row.key].append(row)
        chosen: dict[Key, str] = {}
        for key, rows in rivals.items():
            wanted = self.audit.case.choose.get(str(key)) or self.audit.case.choose.get(key.figure)
            said = [row.source for row in rows if row.source == wanted]
            best = min(rows, key=lambda row: (not row.has_value, rank[row.source], order[row.source]))
            chosen[key] = said[0] if said else best.source
        return [replace(row, chosen=row.source == chosen[row.key]) for row in self.figures]


def read(audit: Audit, dictionary: Dictionary, kept: Kept | None = None) -> Evidence:
    """Read the evidence of a case.

    Takes    audit: the opened case; dictionary: what each figure id means; kept: where the text of originals is kept.
    Returns  figures, objectives, statements and published claims with their places and phrase checks.
    Raises   CaseError with every fault at once: missing files, changed hashes, unknown ids, wrong types.
    """
    return _Reader(audit, dictionary, kept).read()


def same_words(one: str, other: str) -> bool:
    """Whether two measures are the same words, apart from blanks and full-width forms."""

    def folded(text: str) -> str:
        return re.sub(r"\s", "", unicodedata.normalize("NFKC", text))

    return folded(one) == folded(other)


def unknown_subjects(
    evidence: Evidence,
    dictionary: Dictionary,
    indicators: Mapping[str, Collection[str]],
    lines: Collection[str] = (),
) -> list[Fault]:
    """Published numbers and self-scored lines about something that nobody has defined.

    Takes    indicators: per indicator the figures of its formulas; lines: groups and lines of the schemes, which a
             self-scored table may also name.
    Returns  a fault for each ``about``, ``item`` or item of a ``base`` that is unknown, with its line and the nearest
             known name. Where the items of a figure are free, those are known that the evidence gives.
    """
    found: list[Fault] = []
    for row in evidence.published:
        where, name, item = evidence.places[row["claim"]], row["about"], row["item"]
        if name not in dictionary and name not in indicators:
            every = [*indicators, *dictionary]
            found.append(_unknown(f"{where} about列", name, "一个指标或数字的代号", every))
            continue
        own = [name] if name in dictionary else [*indicators[name]]
        found += _unknown_item(f"{where} item列", item, own, evidence, dictionary)
        base, _, part = row["base"].partition(":")
        if base in dictionary:
            found += _unknown_item(f"{where} base列", part, [base], evidence, dictionary)
    abouts = _objective_names(evidence)
    for figure in evidence.figures:
        item = figure.key.item
        if figure.key.figure not in SELF_SCORED or not item:
            continue
        # what an indicator's line is split into, only the department's own table says
        if item in abouts or item in lines or item.partition(".")[0] in indicators:
            continue
        known = [*indicators, *abouts, *lines]
        expected = "一个指标、目标、“目标.子目标”或评分表分组的代号"
        found.append(_unknown(f"{figure.where} item列", item, expected, known))
    return list(dict.fromkeys(found))


def _objective_names(evidence: Evidence) -> dict[str, None]:
    return {
        name: None
        for row in evidence.objectives
        for name in (row["objective"], f"{row['objective']}.{row['item']}" if row["item"] else "")
        if name
    }


def _unknown_item(
    where: str, item: str, figures: Iterable[str], evidence: Evidence, dictionary: Dictionary
) -> Iterator[Fault]:
    if not item:
        return
    known = dict.fromkeys(name for figure in figures for name in _known_items(figure, evidence, dictionary))
    if item not in known:
        expected = "、".join([*known][:MOST_NAMED]) + " 或空" if known else "空（不分项）"
        yield _unknown(where, item, expected, known)


MOST_NAMED = 20


def _known_items(figure: str, evidence: Evidence, dictionary: Dictionary) -> Iterator[str]:
    """The items of a figure: those of the dictionary, and those that the evidence gives it or a sister of it."""
    meaning = dictionary[figure]
    if meaning.previous:
        yield from _known_items(meaning.previous, evidence, dictionary)
    if meaning.sum:
        if meaning.sum.by:
            yield from meaning.groups
            yield from dict.fromkeys(
                name.partition(".")[0] for name in _known_items(meaning.sum.of, evidence, dictionary)
            )
        return
    yield from meaning.groups
    if isinstance(meaning.items, dict):
        yield from meaning.items
    family = meaning.family or meaning.id
    given = [row.key.item for row in evidence.figures if _family(row.key.figure, dictionary) == family]
    for name in [*(meaning.items if isinstance(meaning.items, dict) else ()), *given]:
        parts = name.split(".")
        yield from (".".join(parts[:end]) for end in range(1, len(parts) + 1) if name)


def _family(figure: str, dictionary: Dictionary) -> str:
    return dictionary[figure].family or figure


def _unknown(where: str, word: str, expected: str, known: Iterable[str]) -> Fault:
    close = difflib.get_close_matches(word, list(known), n=1)
    return Fault(where, f"没有“{word}”", expected, f"是否想写“{close[0]}”" if close else "请改正代号")


def _nearest(word: str, known: Dictionary) -> str:
    close = difflib.get_close_matches(word, known, n=1)
    return f"是否想写“{close[0]}”" if close else "新的数字请先在字典里定义"


def _is_date(text: str) -> bool:
    # date.fromisoformat also takes weeks (2019-W01-1)
    if not re.fullmatch("[0-9]{4}-[0-9]{2}(-[0-9]{2})?", text):
        return False
    try:
        date.fromisoformat(text if len(text) == 10 else f"{text}-01")
    except ValueError:
        return False
    return True


def _by_place(fault: Fault) -> tuple[str, int, str]:
    found = re.search(r"(.*?):(\d+)", fault.where)
    return (found.group(1), int(found.group(2)), fault.found) if found else (fault.where, 0, fault.found)


def _source_row(source: Source) -> Row:
    return {
        "source": source.id, "title": source.title, "issuer": source.issuer or "", "date": source.date or "",
        "status": source.status, "sha256": source.sha256 or "", "reliability": source.reliability or "",
        "reason": source.reason or source.supplies or "",
    }  # fmt: skip
