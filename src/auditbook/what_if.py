"""A case under another scenario, in memory: nothing is read again that a scenario cannot change, and nothing is written.

For whoever asks many times: sensitivity, the controls of a notebook, all scenarios side by side.
"""

from __future__ import annotations

from auditbook import pipeline, quality, scenarios, tables
from auditbook.cases import Scenario
from auditbook.faults import CaseError
from auditbook.figures import ASSUMED
from auditbook.intake import evidence as intake
from auditbook.pipeline import Run
from auditbook.stages import STAGES
from auditbook.strict_yaml import Document

# What no scenario changes: the evidence, and what is read out of its sentences.
_EVIDENCE = (
    "sources", "objectives", "statements", "published", "judgements", "overrides", "recorded", "replies", "grades",
    "narrative", "coverage",
    *(name for name, stage in tables.OPTIONAL.items() if stage == "ingest"),
)  # fmt: skip
_QUALITY = ("quality", "corroboration", "reconciliations")


def scored(run: Run) -> Run:
    """A case in memory with the scores that it would have if no data-quality rule stood against scoring.

    Takes    run: from ``pipeline.check``. Great Expectations is not asked.
    """
    made = Run(run.rules, in_memory=True)
    made.raw = run.raw
    for name, rows in pipeline.tables_of(STAGES[0], made).items():
        made.keep(name, rows)
    made.keep("quality", ())
    return made


def under(run: Run, scenario: Scenario, document: Document | None = None) -> Run:
    """The case of a run under a scenario that no file needs to hold.

    Takes    run: any opened run whose tables are there (a notebook's, or from ``pipeline.in_memory``). A scenario of its own does
             not count: what is returned is the case under ``scenario`` alone (``combined`` makes one of two). document: the
             scenario's file, where one holds it, for the lines of faults.
    Returns  an opened run in memory. Its rules and figures are the changed ones; ``results``, ``table("scores")``,
             ``"schemes"``, ``"findings"``, ``"claims"`` and ``"indicators"`` are computed when first asked for.
    Raises   CaseError with every fault of the scenario: a target that is not there, weights that do not add up.
    """
    base = without_scenario(run)
    rules, faults = base.rules.under(scenario, document)
    evidence = [row for row in base.figures.rows if not base.dictionary[row.key.figure].derived]
    faults += scenarios.unknown_items(scenario, document, base.dictionary, evidence, rules.audit.case.year)
    if faults:
        raise CaseError(faults)
    made = Run(rules, in_memory=True)
    made.beside(base)
    for name in _EVIDENCE:
        made.keep(name, base.table(name))
    if scenario.assumed or scenario.evidence:
        made.keep(
            "figures",
            pipeline.figure_rows(made, evidence, base.table("objectives"), base.table("statements")),
        )
    else:
        made.keep("figures", base.table("figures"))
        made.figures, made.results = base.figures, base.results
    if rules.quality != base.rules.quality:
        judged = quality.judge(rules.quality, made.audit, base.raw, base.dictionary, base.table("figures"))
    else:
        judged = {name: base.table(name) for name in _QUALITY}
    for name, rows in quality.with_assumed(judged, made.figures).items():
        made.keep(name, rows)
    return made


def without_scenario(run: Run) -> Run:
    """The case of a run without any scenario, in memory; made once for a run."""
    if run.rules.unchanged is None and run.in_memory:
        return run
    if run.without is None:
        run.without = _without(run)
    return run.without


def _without(run: Run) -> Run:
    made = Run(run.rules.base, in_memory=True)
    made.beside(run)
    own = run.audit.scenario
    for name in _EVIDENCE:
        made.keep(name, run.table(name))
    if own is not None and (own.assumed or own.evidence):
        evidence = [
            row for row in run.figures.rows
            if row.basis != ASSUMED and not run.dictionary[row.key.figure].derived
        ]  # fmt: skip
        chosen = intake.choose(evidence, made.audit)
        made.keep(
            "figures", pipeline.figure_rows(made, chosen, run.table("objectives"), run.table("statements"))
        )
    else:
        made.keep("figures", run.table("figures"))
        made.figures, made.results = run.figures, run.results
    if own is not None and (own.assumed or run.rules.quality != made.rules.quality):
        for name, rows in quality.judge(
            made.rules.quality, made.audit, made.raw, made.dictionary, made.table("figures")
        ).items():
            made.keep(name, rows)
    else:
        for name in _QUALITY:
            made.keep(name, run.table(name))
    return made


def combined(first: Scenario, second: Scenario) -> Scenario:
    """Both scenarios at once; where both change the same thing, the second counts.

    The assumed figures of the first stay but for those that the second assumes otherwise.
    """
    again = {(own.figure, own.scope, own.item, own.year) for own in second.assumed}
    kept = [own for own in first.assumed if (own.figure, own.scope, own.item, own.year) not in again]
    return Scenario(
        reason=f"{first.reason}；{second.reason}",
        framework=second.framework or first.framework,
        definitions={**first.definitions, **second.definitions},
        weights={**first.weights, **second.weights},
        rescale=first.rescale or second.rescale,
        rules={**first.rules, **second.rules},
        thresholds={**first.thresholds, **second.thresholds},
        tolerances={**first.tolerances, **second.tolerances},
        evidence=second.evidence or first.evidence,
        assumed=[*kept, *second.assumed],
    )
