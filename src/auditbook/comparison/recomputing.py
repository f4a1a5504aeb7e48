"""One run's evidence counted by another's rules under a third's assumptions, by the present program, in memory.

What a cause makes of a result is found by exchanging it alone. Sentences of documents and data-quality rules cannot be judged
anew without the documents: their tables go with the evidence.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType

from auditbook import pipeline, tables
from auditbook.cases import Audit
from auditbook.comparison.kept_runs import KeptRun
from auditbook.faults import CaseError, Fault
from auditbook.figures import Figures
from auditbook.kept_rules import BASE, ROOT
from auditbook.tables import Row
from auditbook.workspace import Workspace

ASSUMED = "assumed"
_RECOMPUTED = ("indicators", "claims", "scores", "schemes", "findings")


class Recomputing:
    """The rules of some runs, laid out in a folder of their own while they are used (a context)."""

    def __init__(self, runs: Sequence[KeptRun]) -> None:
        self.runs = runs
        self._aside = tempfile.TemporaryDirectory(prefix="auditbook-compare-")
        self._opened: dict[tuple[int, int], pipeline.Run] = {}
        self._derived: dict[tuple[int, int, int], Mapping[str, list[Row]]] = {}

    def __enter__(self) -> Recomputing:
        for number, run in enumerate(self.runs):
            run.rules.write(self._folder(number))
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._aside.cleanup()

    def _folder(self, number: int) -> Path:
        return Path(self._aside.name) / str(number)

    def derived(self, evidence: int, rules: int, assumptions: int) -> Mapping[str, list[Row]]:
        """The derived tables, with the rows of figures.csv that are counted from the objectives.

        Takens   the places of the runs that give evidence, rules and assumptions.
        Raises   CaseError where the present program cannot read those rules, or they do not fit together.
        """
        key = (evidence, rules, assumptions)
        if key not in self._derived:
            self._derived[key] = self._derive(*key)
        return self._derived[key]

    def _derive(self, evidence: int, rules: int, assumptions: int) -> Mapping[str, list[Row]]:
        giving = self.runs[evidence]
        ruled = self._open(rules, assumptions)
        own = self._open(evidence, evidence).rules.audit
        of_rules = ruled.rules.audit
        case = own.case.model_copy(
            update={name: getattr(of_rules.case, name) for name in ("framework", "framework_reason", "materiality")}
        )
        audit = Audit(case, of_rules.scenario, of_rules.workspace, own.register, own.register_lines, {})
        opened = pipeline.Run(_with_audit(ruled.rules, audit))
        given = {name: list(giving.tables[name]) for name in tables.COLUMNS if name not in _RECOMPUTED}
        assumed = [row for row in self.runs[assumptions].tables["figures"] if row["basis"] == ASSUMED]
        figures = _restored(given["figures"], case.choose, assumed)
        units = [unit.id for unit in case.units]
        have = Figures(opened.dictionary, map(pipeline.figure_of, figures), units, case.year)
        counted = pipeline.counted(opened, given["objectives"], given["statements"], have)
        # where the rules name no such figure, or the evidence no objective, there is nothing to count
        given["figures"] = [*figures, *counted]
        run = opened.with_tables(given)
        try:
            return {**pipeline.derived(run), "figures": counted}
        except KeyError as error:
            raise CaseError(Fault(giving.label, f"这些规则没有 {error}", "规则与资料说的是同样的数字")) from error

    def _open(self, rules: int, assumptions: int) -> pipeline.Run:
        key = (rules, assumptions)
        if key not in self._opened:
            ruled, assuming = self.runs[rules].manifest, self.runs[assumptions].manifest
            base = self._folder(rules) / BASE
            scenario = self._folder(assumptions) / BASE / "params" / "scenarios" / f"{assuming.scenario}.yaml"
            self._opened[key] = pipeline.open_run(
                Workspace(
                    self._folder(rules) / ROOT, base, self._folder(rules) / "results",
                    base / "params" / "cases" / f"{ruled.case}.yaml", scenario if assuming.scenario else None,
                )
            )  # fmt: skip
        return self._opened[key]


def _with_audit(rules: pipeline.Rules, audit: Audit) -> pipeline.Rules:
    return pipeline.Rules(
        audit, rules.dictionary, rules.rulebook, rules.frameworks, rules.wording, rules.terms, rules.reads
    )


def _restored(rows: Sequence[Row], choose: Mapping[str, str], assumed: Sequence[Row]) -> list[Row]:
    """The figures as the evidence gives them, then as other assumptions have them.

    What is counted from the objectives is left out: it is counted again.
    """
    given = [row for row in rows if row["basis"] != ASSUMED and row["figure"] not in pipeline.COUNTED]
    displaced = {_key(row) for row in rows if row["basis"] == ASSUMED and row["chosen"] == "yes"}
    found = []
    taken = {_key(row) for row in assumed if row["chosen"] == "yes"}
    for row in given:
        own = [other for other in given if _key(other) == _key(row)]
        chosen = row["chosen"]
        if _key(row) in displaced:
            first = next((other for other in own if other["source"] == choose.get(row["figure"])), own[0])
            chosen = "yes" if row is first else "no"
        found.append({**row, "chosen": "no" if _key(row) in taken else chosen})
    return [*found, *assumed]


def _key(row: Row) -> tuple[str, ...]:
    return row["figure"], row["scope"], row["item"], row["year"]
