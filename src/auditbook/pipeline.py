"""The five stages of an audit, from raw evidence to the report, and what each notebook hands to the next.

A stage is made anew only where something that it read has changed (``records``). In a run, what is reused is a whole
executed notebook; in a notebook run by hand, it is the tables.
"""

from __future__ import annotations

import ast
import json
import os
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property, partial
from pathlib import Path
from typing import Any

from auditbook import (
    appraisal,
    cases,
    claims,
    figures,
    findings,
    following,
    indicators,
    inputs,
    judgement_room,
    outturns,
    quality,
    quality_tables,
    records,
    report_rules,
    run_lock,
    scenarios,
    scoring,
    sensitivity,
    strict_yaml,
    tables,
    texts,
    year_chain,
    year_rules,
)
from auditbook.cases import DEPARTMENT, Audit, Scenario
from auditbook.faults import AuditbookError, CaseError, Fault, UsageError
from auditbook.figures import ASSUMED, Dictionary, FigureRow, Figures, Key
from auditbook.inputs import Verifier
from auditbook.intake import evidence as intake
from auditbook.intake.documents import Kept
from auditbook.intake.evidence import Evidence
from auditbook.numbers import EXACT
from auditbook.observations import Observed
from auditbook.stages import READS_LOG, STAGES, Stage
from auditbook.tables import Row
from auditbook.workspace import Workspace, locate
from auditbook.writing import remove, write_whole
from auditbook.year_chain import Chain, Ended, Year
from auditbook.year_series import Series

PARAMETERS = ("case", "scenario")
COUNTED = ("objectives_planned", "objectives_claimed", "objectives_proven", "objectives_possible")


@dataclass(frozen=True)
class Rules:
    """Everything that the rule files of a run say, and what was read for each part."""

    audit: Audit
    dictionary: Dictionary
    rulebook: indicators.Rulebook
    frameworks: Mapping[str, scoring.Framework]
    wording: claims.Wording
    terms: tuple[texts.Term, ...]
    findings: tuple[findings.FindingRule, ...]
    quality: quality.QualityFile
    reads: Mapping[str, Mapping[str, str]]
    unchanged: Rules | None = None  # without the scenario, where there is one

    @property
    def base(self) -> Rules:
        """The rules as they are without any scenario."""
        return self.unchanged or self

    def under(
        self, scenario: Scenario, document: strict_yaml.Document | None = None
    ) -> tuple[Rules, list[Fault]]:
        """The rules without any scenario, changed by this one; and what is wrong with it."""
        base = self.base
        own = scenarios.Rules(base.audit.case, base.rulebook, base.frameworks, base.findings, base.quality)
        changed, faults = scenarios.applied(own, scenario, document)
        audit = replace(base.audit, case=changed.case, scenario=scenario, scenario_document=document)
        return replace(
            base, audit=audit, rulebook=changed.rulebook, frameworks=changed.frameworks, findings=changed.findings,
            quality=changed.quality, unchanged=base,
        ), faults  # fmt: skip


@dataclass
class Run:
    """An opened audit with its rules and tables. Whatever is asked for is noted as read.

    ``in_memory``: a table that is not there yet is computed and never written nor read.
    """

    rules: Rules
    stage: str = ""
    shown: set[str] = field(default_factory=set)
    in_memory: bool = False
    without: Run | None = None  # the same case without its scenario, where somebody has asked for it
    _tables: dict[str, tuple[list[Row], dict[str, str]]] = field(default_factory=dict)

    @property
    def audit(self) -> Audit:
        """The case, its register and where everything lies."""
        inputs.note_all(self.rules.reads["audit"])
        return self.rules.audit

    @property
    def workspace(self) -> Workspace:
        """Where everything lies."""
        return self.rules.audit.workspace

    @property
    def dictionary(self) -> Dictionary:
        """What each figure id means."""
        inputs.note_all(self.rules.reads["dictionary"])
        return self.rules.dictionary

    @property
    def rulebook(self) -> indicators.Rulebook:
        """What each indicator is."""
        inputs.note_all(self.rules.reads["dictionary"])
        inputs.note_all(self.rules.reads["rulebook"])
        return self.rules.rulebook

    @property
    def frameworks(self) -> Mapping[str, scoring.Framework]:
        """Every scheme: what counts and how."""
        inputs.note_all(self.rules.reads["frameworks"])
        return self.rules.frameworks

    @property
    def framework(self) -> scoring.Framework:
        """The scheme that the case names."""
        return self.frameworks[self.rules.audit.case.framework]

    @property
    def wording(self) -> claims.Wording:
        """Words that mean something to a rule."""
        inputs.note_all(self.rules.reads["wording"])
        return self.rules.wording

    @property
    def terms(self) -> tuple[texts.Term, ...]:
        """Names that have changed, and when."""
        inputs.note_all(self.rules.reads["terms"])
        return self.rules.terms

    @property
    def finding_rules(self) -> tuple[findings.FindingRule, ...]:
        """What makes a finding."""
        inputs.note_all(self.rules.reads["findings"])
        return self.rules.findings

    @property
    def quality_rules(self) -> quality.QualityFile:
        """By which rules the data is judged."""
        inputs.note_all(self.rules.reads["quality"])
        return self.rules.quality

    @property
    def strict(self) -> bool:
        """Whether a task counts as done only with a figure."""
        scenario = self.audit.scenario
        return scenario is not None and scenario.evidence == scenarios.STRICT

    @property
    def scoring(self) -> dict[str, str]:
        """Per indicator the definition that scores: only this of the framework, not its weights."""
        inputs.note("value scoring", self.scoring_digest)
        return self._scoring

    @cached_property
    def _scoring(self) -> dict[str, str]:
        framework = self.rules.frameworks[self.rules.audit.case.framework]
        return scoring.scoring_definitions(self.rules.audit, framework, self.rules.rulebook)

    @cached_property
    def scoring_digest(self) -> str:
        """A digest of the choice of definitions."""
        return records.digest(json.dumps(self._scoring, sort_keys=True).encode())

    def table(self, name: str) -> list[Row]:
        """The rows of a processed table; none of one that is only written where it has rows, and is not there."""
        if name not in self._tables and self.in_memory:
            self.keep(name, _ALONE[name](self) if name in _ALONE else ())
        elif name not in self._tables:
            path = self.workspace.processed / f"{name}.csv"
            with inputs.recording() as own:
                there = name not in tables.OPTIONAL or inputs.is_file(path)
                data = inputs.read_bytes(path) if there else b""
            if not there:  # a later stage may write it yet
                inputs.note_all(own.found)
                return []
            self._tables[name] = (tables.from_csv(data), own.found)
        rows, reads = self._tables[name]
        inputs.note_all(reads)
        return rows

    def with_tables(self, rows: Mapping[str, list[Row]]) -> Run:
        """The same rules over tables that lie in memory; what is not among them is computed when first asked for."""
        run = Run(self.rules, self.stage, in_memory=True)
        for name, own in rows.items():
            run.keep(name, own)
        return run

    def keep(self, name: str, rows: Iterable[Row]) -> None:
        """Have a table in memory, in its order."""
        self._tables[name] = (tables.in_order(name, rows), {})

    def frame(self, name: str) -> Any:
        """A processed table as a pandas DataFrame of text, for an analyst's own questions."""
        import pandas

        return pandas.DataFrame(self.table(name), columns=list(tables.COLUMNS[name]), dtype=str)

    @cached_property
    def raw(self) -> Evidence:
        """The evidence as it lies in the case's folder."""
        return intake.read(self.audit, self.dictionary, self.kept)

    @property
    def kept(self) -> Kept | None:
        """Where the text of originals is kept; in memory it is only looked up where an earlier run has kept it."""
        kept = _kept(self.workspace)
        return kept if not self.in_memory or kept.folder.is_dir() else None

    @cached_property
    def figures(self) -> Figures:
        """All figures, from figures.csv."""
        rows = [figure_of(row) for row in self.table("figures")]
        return Figures(
            self.dictionary, rows, [unit.id for unit in self.audit.case.units], self.audit.case.year
        )

    @cached_property
    def results(self) -> list[indicators.Result]:
        """Every indicator under every definition."""
        judged = self.table("judgements")
        return [
            r
            for stanza in self.rulebook.stanzas.values()
            for r in indicators.compute(stanza, self.figures, judged)
        ]

    @cached_property
    def _chain(self) -> tuple[Chain, dict[str, str]]:
        with inputs.recording() as own:
            chain = _earlier(self)
        return chain, own.found

    @property
    def chain(self) -> Chain:
        """The earlier years of the case; whoever asks rests on all of their evidence and on every rule."""
        chain, reads = self._chain
        inputs.note_all(reads)
        return chain

    @cached_property
    def analysed(self) -> sensitivity.Sensitivity:
        """What every single change of definitions, weights, limits and uncertain figures does."""
        return sensitivity.analyse(self)

    def beside(self, other: Run) -> None:
        """Compare with the same earlier years as another run of the case: no scenario changes them."""
        self._chain = other._chain

    def observed(self) -> Observed:
        """Everything that the finding rules may speak of."""
        bands = tuple((str(zone), str(word)) for zone, word in self.framework.grades or [])
        return Observed(
            self.audit, self.figures, self.rulebook, self.results, self.scoring, self.wording, self.terms, bands,
            self.table("objectives"), self.table("statements"), self.table("published"),
            claims.entered(self.table("claims")), self.table("quality"), self.table("narrative"), self.strict,
            self.table("restated"),
        )  # fmt: skip

    def stopped(self) -> str:
        """Why nothing may be scored: the blocking rules that failed; "" where none did."""
        failed = quality.blocking_failures(self.table("quality"))
        return "；".join(f"数据质量规则“{row['why'].partition('：')[0]}”未通过" for row in failed)


def figure_of(row: Row) -> FigureRow:
    """A figure, from its row of figures.csv."""
    key = Key(row["figure"], row["scope"], row["item"], int(row["year"]))
    where = row["locator"].partition("〔")[2].partition("〕")[0]
    return FigureRow(
        key, row["source"], row["locator"], row["label"], row["state"], row["basis"], row["value"], row["unit"],
        row["precision"], row["quote"], row["quote_status"], row["chosen"] == "yes", where,
    )  # fmt: skip


def open_run(workspace: Workspace) -> Run:
    """Open a case with all its rules; the evidence is not read.

    Raises   CaseError with every fault of case, register, dictionary, rules and framework at once.
    """
    return Run(_opened(workspace, with_evidence=False))


def check(case: str, scenario: str = "") -> Run:
    """Read everything and run nothing.

    Takes    case, scenario: paths or names.
    Raises   CaseError with every mistake in the case, its rules and its sources.
    """
    return Run(_opened(locate(case, scenario), with_evidence=True))


def _opened(workspace: Workspace, *, with_evidence: bool) -> Rules:
    inputs.use(records.places(workspace))
    reads: dict[str, Mapping[str, str]] = {}
    faults: list[Fault] = []

    def collected(name: str, read: Callable[..., Any], *arguments: Any) -> Any:
        with inputs.recording() as own:
            try:
                found = read(*arguments)
            except CaseError as error:
                faults.extend(error.faults)
                found = None
        reads[name] = own.found
        return found

    audit, own_faults = collected("audit", cases.open_audit, workspace) or (None, [])
    faults += own_faults
    sound = not faults
    if audit is None:
        raise CaseError(faults)
    if audit.case.previous:
        with inputs.recording():
            faults += year_chain.circle(audit)
    dictionary = collected("dictionary", figures.read_dictionary, workspace.root)
    wording = collected("wording", claims.read_wording, workspace)
    terms = collected("terms", texts.read_terms, workspace)
    staff = collected("appraisal", appraisal.read_rules, workspace)
    finding_rules = collected("findings", findings.read_rules, audit)
    rulebook = frameworks = evidence = judged_by = None
    if dictionary is not None:
        rulebook = collected("rulebook", indicators.read_rulebook, workspace.root, dictionary)
        judged_by = collected("quality", quality.read_rules, audit, dictionary)
        collected("report", report_rules.read, workspace, dictionary)
        collected("trends", year_rules.read_trends, workspace.root, dictionary)
        if with_evidence:
            # looking writes nothing, not even beside the results: what is kept is used where a run has kept it
            kept = _kept(workspace)
            there = kept if kept.folder.is_dir() else None
            evidence = collected("evidence", intake.read, audit, dictionary, there)
    if rulebook is not None and dictionary is not None:
        collected("outturns", year_rules.read_outturns, workspace.root, dictionary, set(rulebook.stanzas))
    if rulebook is not None and sound:
        frameworks = collected("frameworks", scoring.read_frameworks, audit, rulebook)
    if evidence is not None and rulebook is not None and frameworks is not None:
        faults += _unusable(evidence, rulebook, frameworks)
        scheme = appraisal.scheme_of(evidence.collected(rulebook.dictionary, audit), staff) if staff else None
        if scheme and evidence.entered["grades"]:
            collected("grades", appraisal.read_grades, evidence.entered["grades"], scheme)
    if (
        dictionary is None or rulebook is None or frameworks is None or wording is None or terms is None
        or finding_rules is None or judged_by is None
    ):  # fmt: skip
        raise CaseError(faults)
    scenario, document = audit.scenario, audit.scenario_document
    alone = replace(workspace, scenario_path=None)
    plain = replace(audit, scenario=None, scenario_document=None, workspace=alone)
    rules = Rules(
        plain, dictionary, rulebook, frameworks, wording, tuple(terms), tuple(finding_rules), judged_by, reads
    )
    if scenario is not None:
        for part in ("dictionary", "rulebook", "frameworks", "findings", "quality"):
            reads[part] = {**reads[part], **reads["audit"]}
        rules, wrong = rules.under(scenario, document)
        rules = replace(rules, audit=replace(rules.audit, workspace=workspace))
        faults += wrong
        if evidence is not None:
            faults += scenarios.unknown_items(
                scenario, document, dictionary, evidence.figures, audit.case.year
            )
    if faults:
        raise CaseError(faults)
    return rules


def _kept(workspace: Workspace) -> Kept:
    """Where the text of originals is kept once it is parsed; another program or environment parses anew."""
    key = f"{records.program_digest()} {records.environment_digest(workspace.root)}"
    return Kept(workspace.processed / records.KEPT / "parsed", key)


def _unusable(
    evidence: Evidence, rulebook: indicators.Rulebook, frameworks: Mapping[str, scoring.Framework]
) -> list[Fault]:
    """What was entered and the rules have no use for: points that nobody asks for, schemes and subjects not there."""
    entered = evidence.entered
    figures_of = {s.id: [f for d in s.definitions for f in s.figures(d)] for s in rulebook.stanzas.values()}
    lines = {name for f in frameworks.values() for name in (*f.lines, *(group.id for group in f.groups))}
    return [
        *indicators.unknown_points(rulebook, entered["judgements"]),
        *scoring.entry_faults(frameworks, entered["judgements"], entered["overrides"]),
        *intake.unknown_subjects(evidence, rulebook.dictionary, figures_of, lines),
    ]


def _ingest(run: Run) -> dict[str, list[Row]]:
    found = run.raw
    return {
        "sources": found.sources,
        "figures": figure_rows(run, found.figures, found.objectives, found.statements),
        "objectives": found.objectives,
        "statements": found.statements,
        "published": found.published,
        **{name: rows for name, rows in found.entered.items() if rows or name not in tables.OPTIONAL},
    }


def figure_rows(
    run: Run, evidence: Sequence[FigureRow], objectives: Sequence[Row], statements: Sequence[Row]
) -> list[Row]:
    """Rows of figures.csv: of the evidence, those that the scenario assumes, and those counted from the objectives."""
    audit = run.audit
    document = audit.scenario_document
    if audit.scenario is not None:
        wrong = scenarios.unknown_items(audit.scenario, document, run.dictionary, evidence, audit.case.year)
        if faults := list(wrong):
            raise CaseError(faults)
    rows = scenarios.assume(evidence, audit.scenario, document, audit.case.year)
    return [quality_tables.figure_row(row) for row in [*rows, *counted(run, rows, objectives, statements)]]


def counted(
    run: Run, rows: Sequence[FigureRow], objectives: Sequence[Row], statements: Sequence[Row]
) -> list[FigureRow]:
    """Figures counted from the objectives: how many there are, said to be done, proven, and not disproven.

    Takes    rows: the figures by which it is judged whether an objective is met. A count that comes out otherwise without
             those that are assumed is assumed too.
    """
    found = _counted(run, rows, objectives, statements)
    evidence = [row for row in rows if row.basis != ASSUMED]
    if len(evidence) == len(rows):
        return found
    proven = _counted(run, intake.choose(evidence, run.audit), objectives, statements)
    return [
        row if row == without
        else replace(row, basis=ASSUMED, locator=f"假设：{row.locator}；其中有情景假设的数字")
        for row, without in zip(found, proven, strict=True)
    ]  # fmt: skip


def _counted(
    run: Run, rows: Sequence[FigureRow], objectives: Sequence[Row], statements: Sequence[Row]
) -> list[FigureRow]:
    """By strict evidence what is not proven is not done, and nothing else is possible."""
    if not objectives:
        return []
    own = Figures(run.dictionary, rows, [unit.id for unit in run.audit.case.units], run.audit.case.year)
    counts = claims.completion_counts(objectives, statements, own, run.wording, strict=run.strict)
    named = claims.counted_figures(counts, strict=run.strict)
    source = objectives[0]["source"]
    how = "由目标与子目标逐项判断得出" + ("（情景：有数字的才算完成）" if run.strict else "")
    return [
        FigureRow(
            Key(figure, DEPARTMENT, "", run.audit.case.year), source, f"{how}，见 claims.csv",
            run.dictionary[figure].name, figures.VALUE if count else figures.ZERO, "derived", str(count), "项", EXACT,
            "", "", True,
        )
        for figure, count in named.items()
        if figure in run.dictionary
    ]  # fmt: skip


def _quality(run: Run) -> dict[str, list[Row]]:
    found = quality.judge(run.quality_rules, run.audit, run.raw, run.dictionary, run.table("figures"))
    return quality.with_assumed(found, run.figures)


def _indicators(run: Run) -> dict[str, list[Row]]:
    said = _narrative(run)
    return {"indicators": _results(run), "claims": _claims(run, said["narrative"]), **said}


def _results(run: Run) -> list[Row]:
    return indicators.to_rows(run.results, run.rulebook, run.scoring)


def _claims(run: Run, narrative: Sequence[Row]) -> list[Row]:
    names = {
        stanza.id: {name: definition.name for name, definition in stanza.definitions.items()}
        for stanza in run.rulebook.stanzas.values()
    }
    judged = claims.judge_all(
        run.table("published"), run.table("objectives"), run.table("statements"), run.results, run.figures,
        run.scoring, names, run.wording, {unit.id: unit.name for unit in run.audit.case.units}, strict=run.strict,
    )  # fmt: skip
    judged += ({column: row[column] for column in tables.COLUMNS["claims"]} for row in narrative)
    return judged


def _narrative(run: Run) -> dict[str, list[Row]]:
    """What the sentences of the case's documents state, but for what was entered by hand; how much of them was read."""
    from auditbook import case_narratives  # only a stage that is made anew reads sentences

    kept = ("unit", "quote", "source")
    said = [{column: row[column] for column in ("published", *kept)} for row in run.table("published")]
    for row in run.table("objectives"):
        said += (
            {"published": number, **{column: row[column] for column in kept}}
            for number in (row["target"], row["actual"])
            if number
        )
    figures = [
        {"published": row["value"], **{column: row[column] for column in kept}}
        for row in run.table("figures")
        if row["quote"]
    ]
    return case_narratives.rows_of(run.audit, said, figures, run.kept)


def _findings(run: Run) -> dict[str, list[Row]]:
    # the rules of findings may speak of it, and it is not yet on disk
    run.keep("restated", _restated(run))
    scores, found = _scores(run), _found(run)
    return {
        "scores": scores,
        "schemes": _schemes(run),
        "findings": found,
        **_sensitivity(run),
        **_over_years(run, scores, found),
    }


def _year(run: Run, scores: Sequence[Row], found: Sequence[Row]) -> Year:
    """The year of a run as the years of its chain are compared."""
    total = next((row for row in scores if row["level"] == "total"), None)
    known = total is not None and total["state"] != scoring.STOPPED and total["lowest"] and total["highest"]
    framework = run.framework
    return Year(
        run.audit.case, run.figures, run.results, run.scoring, framework.framework, framework.edition,
        total if known else None, found, run.table("follow_up"),
    )  # fmt: skip


def _series(run: Run, scores: Sequence[Row], found: Sequence[Row]) -> Series:
    trends = year_rules.read_trends(run.workspace.root, run.dictionary)
    return Series((_year(run, scores, found), *run.chain.years), run.dictionary, run.rulebook, trends)


def _restated(run: Run) -> list[Row]:
    """What later years' documents say of earlier ones."""
    return _series(run, [], []).restated() if run.chain.years else []


def _over_years(run: Run, scores: Sequence[Row], found: Sequence[Row]) -> dict[str, list[Row]]:
    """The tables that compare years, those of them that have rows."""
    series = _series(run, scores, found)
    rules = year_rules.read_outturns(run.workspace.root, run.dictionary, set(run.rulebook.stanzas))
    rates, composition = outturns.rows(series.years, rules)
    chain = run.chain
    made = {
        "restated": run.table("restated"), "years": series.rows(), "outturns": rates, "composition": composition,
        "followed": following.rows(series.latest, chain),
        "year_cases": year_chain.rows(series.latest, chain) if chain.years or chain.ended else [],
    }  # fmt: skip
    return {name: rows for name, rows in made.items() if rows}


def _of_years(name: str, run: Run) -> list[Row]:
    return _over_years(run, run.table("scores"), run.table("findings")).get(name, [])


def _earlier(run: Run) -> Chain:
    """The earlier years of a run, each read as its own case; what they rest on is noted as read by this run."""
    audit = run.rules.audit
    if not audit.case.previous:
        return Chain()
    if audit.previous is None:
        audit.workspace.rule_file("cases", audit.case.previous)  # its absence is noted
        return Chain(ended=Ended(audit.case.previous, year_chain.ABSENT, "没有这个案例文件"))
    workspaces = year_chain.workspaces(audit)
    for workspace in workspaces:
        inputs.read_bytes(workspace.case_path)
        for path in inputs.listing(workspace.evidence):
            inputs.read_bytes(path)
    for path in rule_files(run.workspace):
        inputs.read_bytes(path)
    with inputs.elsewhere():
        try:
            before = in_memory(Run(_opened(workspaces[0], with_evidence=True)))
        except AuditbookError as error:
            return Chain(ended=year_chain.ended_by(error, audit.case.previous))
        own = _year(before, before.table("scores"), before.table("findings"))
        rest = before.chain
    return Chain((own, *rest.years), rest.ended)


def _sensitivity(run: Run) -> dict[str, list[Row]]:
    open_to = judgement_room.rooms(run.analysed, run.framework, run.rulebook)
    return {"sensitivity": sensitivity.to_rows(run.analysed, run), "room": judgement_room.to_rows(open_to)}


def _scores(run: Run) -> list[Row]:
    return scoring.score(
        run.framework, run.results, run.scoring, run.rulebook, run.table("judgements"), _overrides(run), _self_scored(run),
        run.stopped(), unit_names={unit.id: unit.name for unit in run.audit.case.units},
        objectives=run.table("objectives"),
    )  # fmt: skip


def _schemes(run: Run) -> list[Row]:
    return scoring.scheme_rows(
        run.audit, run.frameworks, run.results, run.rulebook, run.table("judgements"), _overrides(run),
        _self_scored(run).get(""), run.stopped(), objectives=run.table("objectives"),
    )  # fmt: skip


def _overrides(run: Run) -> list[Row]:
    """The auditor's overrides, each of a line whose weight the scenario changes with the same share of it."""
    framework = run.framework
    return scoring.reweighed(
        run.table("overrides"), run.rules.base.frameworks[framework.framework], framework
    )


def _found(run: Run) -> list[Row]:
    return findings.find(run.finding_rules, run.observed(), run.table("recorded"), run.table("replies"))


def derived(run: Run) -> dict[str, list[Row]]:
    """Every table that follows from evidence and rules alone, made anew in memory: nothing is read, written or reused.

    Takes    run: with its tables of evidence, of quality and of the sentences of documents at hand (``with_tables``).
    """
    names = ("indicators", "claims", "narrative", "coverage", "scores", "schemes", "findings")
    return {name: run.table(name) for name in names}


def _self_scored(run: Run) -> dict[str, Fraction]:
    """The points that the department gave itself: by line, and "" for its total."""
    given = {
        key.item: row.exact
        for key, row in run.figures.chosen.items()
        if key.figure == "self_scored_points" and row.has_value
    }
    total = run.figures.resolve("self_score").value if "self_score" in run.dictionary else None
    return given if total is None else {**given, "": total}


_MAKE: dict[str, Callable[[Run], dict[str, list[Row]]]] = {
    "ingest": _ingest,
    "quality": _quality,
    "indicators": _indicators,
    "findings": _findings,
    "report": lambda run: {},
}


# What can be computed anew by itself where nothing is written.
_ALONE: dict[str, Callable[[Run], list[Row]]] = {
    "indicators": _results,
    "claims": lambda run: _claims(run, run.table("narrative")),
    "scores": _scores,
    "schemes": _schemes,
    "findings": _found,
    "sensitivity": lambda run: _sensitivity(run)["sensitivity"],
    "room": lambda run: _sensitivity(run)["room"],
    "restated": _restated,
    **{
        name: partial(_of_years, name)
        for name in ("years", "outturns", "composition", "followed", "year_cases")
    },
}


def begin(stage: str, case: str, scenario: str = "") -> Run:
    """The first call of a notebook: its tables, and those of earlier notebooks, are made where they are not proven.

    Takes    stage: ingest, quality, indicators, findings or report; case, scenario: the notebook's parameters.
    Raises   UsageError for a parameter that the notebooks do not know; CaseError for faults of the case.
    """
    _refuse_unknown_parameters()
    own = next((known for known in STAGES if known.name == stage), None)
    if own is None:
        raise UsageError(Fault(stage, "没有这个阶段", "、".join(known.name for known in STAGES)))
    workspace = locate(case, scenario)
    inputs.use(records.places(workspace))
    if log := os.environ.get(READS_LOG):
        inputs.keep_log(Path(log))
    run = open_run(workspace)
    run.stage = stage
    verifier = Verifier({"scoring": lambda: run.scoring_digest})
    for earlier in STAGES:
        if earlier.name in own.needs:
            _ensure(run, earlier, verifier)
    inputs.note_all(_ensure(run, own, verifier).reads)
    return run


def _ensure(run: Run, stage: Stage, verifier: Verifier) -> records.Record:
    """The tables of a stage, from its record where that is proven, else made and recorded."""
    name = f"{stage.name}.tables"
    record = records.proven(run.workspace, name, verifier)
    if record is None:
        record = _make(run, stage)
        records.save(run.workspace, name, record)
        verifier.forget("run")
    return record


def tables_of(stage: Stage, run: Run) -> dict[str, list[Row]]:
    """The tables of a stage, computed from those of the stages that it needs; nothing is written."""
    return _MAKE[stage.name](run)


def in_memory(run: Run) -> Run:
    """A run all of whose tables are in memory, from what an earlier run left where that is proven, else made anew.

    Takes    run: from ``check`` or ``open_run``.
    Raises   CaseError where the evidence cannot be read.
    """
    made = Run(run.rules, in_memory=True)
    inputs.use(records.places(run.workspace))
    verifier = Verifier({"scoring": lambda: run.scoring_digest})
    proven = True
    for stage in STAGES:
        # a stage is proven by the tables on disk, and those are old once one before it is not
        proven = proven and records.proven(run.workspace, f"{stage.name}.tables", verifier) is not None
        if proven:
            for name in stage.possible:
                made.keep(name, run.table(name))
        else:
            for name, rows in tables_of(stage, made).items():
                made.keep(name, rows)
    return made


def _make(run: Run, stage: Stage) -> records.Record:
    """Compute and write the tables of a stage, each whole or not at all."""
    wrote = {}
    with run_lock.held(run.workspace), inputs.recording() as reads:
        made = tables_of(stage, run)
        for name in set(stage.possible) - set(made):  # one that an earlier run had rows for
            remove(run.workspace.processed / f"{name}.csv")
            wrote[f"file run/{name}.csv"] = inputs.ABSENT
            run._tables.pop(name, None)
        for name, rows in made.items():
            data = tables.to_csv(name, rows)
            write_whole(run.workspace.processed / f"{name}.csv", data)
            wrote[f"file run/{name}.csv"] = records.digest(data)
            run._tables.pop(name, None)
    return records.made(run.workspace, reads.found, wrote)


def rule_files(workspace: Workspace) -> list[Path]:
    """Every rule file that a run may rest on, but for the files of case and scenario."""
    found: list[Path] = []
    for folder in dict.fromkeys((workspace.base, workspace.root)):
        params = folder / "params"
        found += inputs.listing(params, "*.yaml")
        for kind in ("indicators", "frameworks", "codes", "tables", "narratives"):
            found += inputs.listing(params / kind, "*.yaml")
    return found


def fingerprints(run: Run) -> dict[str, str]:
    """sha256 of evidence, rules and program: what a result rests on."""
    workspace = run.workspace
    rules = [
        *rule_files(workspace),
        *(path for path in (workspace.case_path, workspace.scenario_path) if path),
    ]
    return {
        "evidence": _evidence_print(run),
        # named from the case's own folder or the project, wherever the one lies beside the other
        "rules": records.digest_of((workspace.placed(p), inputs.read_bytes(p)) for p in dict.fromkeys(rules)),
        "program": records.program_digest(),
    }


def _evidence_print(run: Run) -> str:
    """sha256 of the evidence; where earlier years are compared, of theirs and of their case files as well."""
    workspace = run.workspace
    evidence = inputs.listing(workspace.evidence)
    own = records.tree_digest(evidence, workspace.evidence, inputs.read_bytes)
    earlier = year_chain.workspaces(run.audit)
    if not earlier:
        return own
    prints = [own]
    for one in earlier:
        files = [one.case_path, *inputs.listing(one.evidence)]
        prints.append(f"{one.case_path.stem} {records.tree_digest(files, one.evidence, inputs.read_bytes)}")
    return records.digest("\n".join(prints).encode())


def _refuse_unknown_parameters() -> None:
    """Look at what papermill injected: a name that no notebook knows is an error, not a warning.

    Raises   UsageError naming it. Outside a notebook there is nothing to look at.
    """
    if "IPython" not in sys.modules:
        return
    from IPython import get_ipython

    shell = get_ipython()
    history: list[str] = list(shell.user_ns.get("In", [])) if shell else []
    for cell in history:
        if not cell.startswith("# Parameters\n"):
            continue
        names = [
            target.id
            for node in ast.walk(ast.parse(cell))
            if isinstance(node, ast.Assign)
            for target in node.targets
            if isinstance(target, ast.Name)
        ]
        unknown = sorted(set(names) - set(PARAMETERS))
        if unknown:
            raise UsageError(
                Fault(
                    "papermill 参数",
                    f"不认识的参数“{'、'.join(unknown)}”",
                    "、".join(PARAMETERS),
                    "请检查拼写",
                )
            )
