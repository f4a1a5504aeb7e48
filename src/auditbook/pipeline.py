"""The five stages of an audit, from raw evidence to the report, and what each notebook hands to the next."""

from __future__ import annotations

import ast
import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from auditbook import cases, claims, engine, figures, findings, indicators, quality, scoring, tables
from auditbook.cases import DEPARTMENT, Audit
from auditbook.faults import AuditbookError, CaseError, Fault, UsageError
from auditbook.figures import Dictionary, FigureRow, Figures, Key
from auditbook.intake import evidence as intake
from auditbook.intake.evidence import Evidence
from auditbook.tables import Row

PARAMETERS = ("case", "scenario")


@dataclass(frozen=True)
class Stage:
    """A notebook, the tables it writes, and how it is called."""

    name: str
    notebook: str
    title: str
    tables: tuple[str, ...]


STAGES = (
    Stage(
        "ingest",
        "10_ingest.ipynb",
        "读入原始资料",
        ("sources", "figures", "objectives", "statements", "published"),
    ),
    Stage("quality", "20_quality.ipynb", "检查数据质量", ("quality",)),
    Stage("indicators", "30_indicators.ipynb", "计算指标", ("indicators", "claims")),
    Stage("findings", "40_findings.ipynb", "评分与审计发现", ("scores", "findings")),
    Stage("report", "50_report.ipynb", "成文", ()),
)


@dataclass
class Run:
    """An opened audit with its rules; tables are read when asked for."""

    audit: Audit
    dictionary: Dictionary
    rulebook: indicators.Rulebook
    framework: scoring.Framework
    wording: claims.Wording
    scoring: dict[str, str]
    shown: set[str] = field(default_factory=set)
    _tables: dict[str, list[Row]] = field(default_factory=dict)

    def table(self, name: str) -> list[Row]:
        """The rows of a processed table."""
        if name not in self._tables:
            self._tables[name] = tables.from_csv((self.audit.processed / f"{name}.csv").read_bytes())
        return self._tables[name]

    def frame(self, name: str) -> Any:
        """A processed table as a pandas DataFrame of text, for an analyst's own questions."""
        import pandas

        return pandas.DataFrame(self.table(name), columns=list(tables.COLUMNS[name]), dtype=str)

    @cached_property
    def raw(self) -> Evidence:
        """The evidence as it lies in the case's folder."""
        return intake.read(self.audit, self.dictionary)

    @cached_property
    def figures(self) -> Figures:
        """All figures, from figures.csv."""
        rows = [_figure(row) for row in self.table("figures")]
        return Figures(
            self.dictionary, rows, [unit.id for unit in self.audit.case.units], self.audit.case.year
        )

    @cached_property
    def results(self) -> list[indicators.Result]:
        """Every indicator under every definition."""
        return [
            r for stanza in self.rulebook.stanzas.values() for r in indicators.compute(stanza, self.figures)
        ]

    @cached_property
    def evidence(self) -> Evidence:
        """The evidence as the tables hand it on."""
        return Evidence(
            self.table("sources"), list(self.figures.rows), self.table("objectives"), self.table("statements"),
            self.table("published"), {}, {}, False,
        )  # fmt: skip

    def stopped(self) -> str:
        """Why nothing may be scored: the blocking rules that failed; "" where none did."""
        failed = quality.blocking_failures(self.table("quality"))
        return "；".join(f"数据质量规则“{row['rule']}”未通过" for row in failed)


def _figure(row: Row) -> FigureRow:
    key = Key(row["figure"], row["scope"], row["item"], int(row["year"]))
    where = row["locator"].partition("〔")[2].partition("〕")[0]
    return FigureRow(
        key, row["source"], row["locator"], row["label"], row["state"], row["basis"], row["value"], row["unit"],
        row["precision"], row["quote"], row["quote_status"], row["chosen"] == "yes", where,
    )  # fmt: skip


def open_run(case: str, scenario: str = "") -> Run:
    """Open a case with all its rules; the evidence is not read.

    Takes    case, scenario: paths or names.
    Raises   CaseError with every fault of case, register, dictionary, rules and framework at once.
    """
    return _opened(case, scenario, with_evidence=False)


def check(case: str, scenario: str = "") -> Run:
    """Read everything and run nothing. Raises CaseError with every mistake in the case and its sources."""
    return _opened(case, scenario, with_evidence=True)


def _opened(case: str, scenario: str, *, with_evidence: bool) -> Run:
    audit, faults = cases.open_audit(case, scenario)
    if audit is None:
        raise CaseError(faults)
    sound = not faults

    def collected(read: Callable[..., Any], *arguments: Any) -> Any:
        try:
            return read(*arguments)
        except CaseError as error:
            faults.extend(error.faults)
            return None

    dictionary = collected(figures.read_dictionary, audit.workspace)
    wording = collected(claims.read_wording, audit.workspace)
    collected(findings.read_rules, audit)
    rulebook = framework = None
    if dictionary is not None:
        rulebook = collected(indicators.read_rulebook, audit.workspace, dictionary)
        collected(quality.read_rules, audit, dictionary)
        if with_evidence:
            collected(intake.read, audit, dictionary)
    if rulebook is not None and sound:
        framework = collected(scoring.read_framework, audit, rulebook)
    if faults or dictionary is None or rulebook is None or framework is None:
        raise CaseError(faults)
    chosen = scoring.scoring_definitions(audit, framework, rulebook)
    return Run(audit, dictionary, rulebook, framework, wording, chosen)


def _ingest(run: Run) -> dict[str, list[Row]]:
    found = run.raw
    return {
        "sources": found.sources,
        "figures": [quality.figure_row(row) for row in found.figures],
        "objectives": found.objectives,
        "statements": found.statements,
        "published": found.published,
    }


def _quality(run: Run) -> dict[str, list[Row]]:
    return {"quality": quality.judge(run.audit, run.raw, run.dictionary, run.table("figures"))}


def _indicators(run: Run) -> dict[str, list[Row]]:
    names = {
        stanza.id: {name: definition.name for name, definition in stanza.definitions.items()}
        for stanza in run.rulebook.stanzas.values()
    }
    judged = claims.judge_all(
        run.table("published"), run.table("objectives"), run.table("statements"), run.results, run.figures,
        run.scoring, names, run.wording,
    )  # fmt: skip
    return {"indicators": indicators.to_rows(run.results, run.rulebook, run.scoring), "claims": judged}


def _findings(run: Run) -> dict[str, list[Row]]:
    own_score = (
        run.figures.resolve("self_score", DEPARTMENT).value if "self_score" in run.dictionary else None
    )
    scores = scoring.score(run.framework, run.results, run.scoring, run.rulebook, own_score, run.stopped())
    found = findings.find(
        run.audit, run.evidence, run.figures, run.rulebook, run.results, run.scoring, run.table("claims"),
        run.table("quality"), run.wording,
    )  # fmt: skip
    return {"scores": scores, "findings": found}


_MAKE: dict[str, Callable[[Run], dict[str, list[Row]]]] = {
    "ingest": _ingest,
    "quality": _quality,
    "indicators": _indicators,
    "findings": _findings,
    "report": lambda run: {},
}


def begin(stage: str, case: str, scenario: str = "") -> Run:
    """The first call of a notebook: its tables are made anew, those of earlier notebooks where they are not there.

    Takes    stage: ingest, quality, indicators, findings or report; case, scenario: the notebook's parameters.
    Raises   UsageError for a parameter that the notebooks do not know; CaseError for faults of the case.
    """
    _refuse_unknown_parameters()
    run = open_run(case, scenario)
    key = _key(run)
    for earlier in STAGES:
        if earlier.name == stage:
            make(run, earlier, key)
            return run
        if not _fresh(run, earlier, key):
            make(run, earlier, key)
    raise UsageError(Fault(stage, "没有这个阶段", "、".join(known.name for known in STAGES)))


def make(run: Run, stage: Stage, key: str) -> None:
    """Compute and write the tables of a stage, each whole or not at all; the stamp last."""
    made = _MAKE[stage.name](run)
    hashes = {}
    for name in stage.tables:
        data = tables.to_csv(name, made[name])
        tables.write_whole(run.audit.processed / f"{name}.csv", data)
        hashes[name] = hashlib.sha256(data).hexdigest()
        run._tables[name] = tables.from_csv(data)
    stamp = json.dumps({"key": key, "tables": hashes}, indent=1, sort_keys=True).encode()
    tables.write_whole(_stamp(run, stage), stamp)


def _stamp(run: Run, stage: Stage) -> Path:
    return run.audit.processed / ".stamps" / f"{stage.name}.json"


def _fresh(run: Run, stage: Stage, key: str) -> bool:
    try:
        stamp = json.loads(_stamp(run, stage).read_bytes())
        return stamp["key"] == key and all(
            hashlib.sha256((run.audit.processed / f"{name}.csv").read_bytes()).hexdigest() == digest
            for name, digest in stamp["tables"].items()
        )
    except (OSError, ValueError, KeyError, TypeError):
        return False


def fingerprints(run: Run) -> dict[str, str]:
    """sha256 of evidence, rules and program: what a result rests on."""
    audit = run.audit
    rules = [
        path for folder in (audit.workspace.base, audit.workspace.root) for path in _rule_files(folder, audit)
    ]
    program = Path(__file__).parent
    return {
        "evidence": _digest(
            sorted(path for path in audit.evidence.glob("*") if path.is_file()), audit.evidence
        ),
        "rules": _digest(list(dict.fromkeys(rules)), audit.workspace.root),
        "program": _digest(
            sorted(p for p in program.rglob("*") if p.is_file() and p.suffix != ".pyc"), program
        ),
    }


def _rule_files(folder: Path, audit: Audit) -> Sequence[Path]:
    shared = sorted(
        path for path in (folder / "params").rglob("*.yaml") if not {"cases", "scenarios"} & set(path.parts)
    )
    own = [path for path in (audit.case_path, audit.scenario_path) if path]
    return [*shared, *own]


def _digest(paths: Sequence[Path], base: Path) -> str:
    total = hashlib.sha256()
    for path in paths:
        name = path.relative_to(base).as_posix() if path.is_relative_to(base) else path.name
        total.update(f"{name}\0{hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return total.hexdigest()


def _key(run: Run) -> str:
    return hashlib.sha256(json.dumps(fingerprints(run), sort_keys=True).encode()).hexdigest()


def _refuse_unknown_parameters() -> None:
    """Look at what papermill injected: a name that no notebook knows is an error, not a warning.

    Raises   UsageError naming it. Outside a notebook there is nothing to look at.
    """
    import sys

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


@dataclass(frozen=True)
class Finished:
    """What a run left behind."""

    run: Run
    report: Path
    blocking: tuple[str, ...]


def execute(run: Run, progress: Callable[[int, str], None]) -> Finished:
    """Run the five notebooks through papermill and write the report and the working papers.

    Takes    run: from ``check``; progress: told (number of the stage, its title).
    Returns  where the report is, and the blocking rules that failed.
    Raises   NotebookFailed where a cell fails for our own fault; deliverables of an earlier run stay whole.
    """
    from auditbook.report import deliver

    audit = run.audit
    parameters = {"case": audit.case_path}
    if audit.scenario_path:
        parameters["scenario"] = audit.scenario_path
    executed = {}
    for number, stage in enumerate(STAGES):
        progress(number, stage.title)
        source = audit.workspace.root / "notebooks" / stage.notebook
        executed[stage.name] = engine.execute(
            source, parameters, audit.workspace.root, audit.workspace.results, audit.workspace.shown
        )
    progress(len(STAGES), "排版")
    run._tables.clear()
    for name in ("results", "figures", "evidence"):
        run.__dict__.pop(name, None)
    report = deliver.write(run, executed, {stage.name: stage.notebook for stage in STAGES}, fingerprints(run))
    failed = tuple(row["rule"] for row in quality.blocking_failures(run.table("quality")))
    return Finished(run, report, failed)


__all__ = ["STAGES", "AuditbookError", "Run", "begin", "check", "execute", "open_run"]
