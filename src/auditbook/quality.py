"""Data quality: whether the figures can be trusted, judged by Great Expectations from ``params/quality.yaml``.

Identities are computed exactly first, as residual columns; Great Expectations judges those columns. What is found
is looked up by row, never taken from its own rendering of numbers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

from auditbook import expectations, formulas, strict_yaml
from auditbook.cases import DEPARTMENT, Audit, Id, Strict, Words
from auditbook.faults import CaseError, Fault
from auditbook.figures import ASSUMED, Dictionary, Figures, Key
from auditbook.intake.evidence import Evidence
from auditbook.intake.phrases import UNVERIFIED
from auditbook.quality_tables import DERIVED, PREPARED, Bounds, Identity, Prepared, prepare, reconciliations
from auditbook.tables import COLUMNS, Row

PASSED, FAILED, NO_OBJECT, NOT_RUN, NOTED = "yes", "no", "none", "not_run", "noted"
MOST_PLACES = 20


class Rule(Strict):
    """A data-quality rule: a Great Expectations type with its arguments, how grave it is, and why it is there.

    ``note``: what it finds is told and is no fault, such as the conversions made in reading.
    """

    rule: Id
    name: Words
    table: Id
    type: Words
    arguments: dict[str, Any]
    where: dict[str, Any] | None = None
    severity: Literal["high", "medium", "low"]
    blocking: bool = False
    note: bool = False
    expected: Words
    why: Words


class QualityFile(Strict):
    """``params/quality.yaml``."""

    identities: list[Identity]
    bounds: list[Bounds] = []
    rules: list[Rule]


def read_rules(audit: Audit, dictionary: Dictionary) -> QualityFile:
    """Read the rules. Raises CaseError with every fault: unknown keys, unknown figures in identities."""
    path = audit.workspace.root / "params" / "quality.yaml"
    document = strict_yaml.load(path, audit.workspace.shown(path))
    read = strict_yaml.validate(document, QualityFile)
    faults = list(document.faults)
    for part in ("identities", "bounds"):
        for index, entry in enumerate(getattr(read, part) if read else []):
            for figure in formulas.read(entry.formula).figures:
                if figure not in dictionary:
                    where = document.where((part, index, "formula"))
                    faults.append(Fault(where, f"算式用了未知数字“{figure}”", "params/figures.yaml 里的 id"))
    seen: set[str] = set()
    for index, rule in enumerate(read.rules if read else []):
        where = document.where(("rules", index))
        if rule.rule in seen:
            faults.append(Fault(where, f"规则“{rule.rule}”重复", "", "请改名或删去"))
        seen.add(rule.rule)
        if rule.table not in PREPARED:
            faults.append(Fault(where, f"没有可检查的表“{rule.table}”", "、".join(PREPARED)))
    if faults or read is None:
        raise CaseError(faults)
    return read


def judge(
    file: QualityFile, audit: Audit, evidence: Evidence, dictionary: Dictionary, handed_on: Sequence[Row]
) -> dict[str, list[Row]]:
    """Run every rule.

    Takes    file: the rules; handed_on: figures.csv as it was written, which is what every later notebook reads.

    Returns  quality: a row a rule, ``passed`` is yes, no, none (nothing to judge), noted (told, and no fault) or not_run;
             corroboration: for each figure that is used, its independent checks; reconciliations: every check of
             published tables.
    Raises   CaseError where a rule of the file cannot be run at all.
    """
    figures = evidence.collected(dictionary, audit)
    tables = prepare(audit, evidence, dictionary, figures, file.identities, file.bounds, handed_on)
    names: dict[str, list[str]] = {
        "figures_columns": [*COLUMNS["figures"], *DERIVED],
        "figure_ids": sorted(dictionary),
        "scopes": [DEPARTMENT, *(unit.id for unit in audit.case.units)],
        "source_ids": [source.id for source in audit.sources],
        "years": [str(audit.case.year - back) for back in range(4)],
    }
    asked = [
        expectations.Expectation(
            rule.rule, rule.table, rule.type,
            {key: _argument(value, names) for key, value in rule.arguments.items()},
            rule.where,
        )
        for rule in file.rules
    ]  # fmt: skip
    _refuse_impossible(audit, asked)
    outcomes = expectations.judge(
        {name: table.rows for name, table in tables.items()},
        asked,
        {name: table.columns for name, table in tables.items()},
    )
    return {
        "quality": [
            _row(rule, outcome, tables[rule.table])
            for rule, outcome in zip(file.rules, outcomes, strict=True)
        ],
        "corroboration": [
            {column: str(row[column]) for column in COLUMNS["corroboration"]}
            for row in tables["corroboration"].rows
        ],
        "reconciliations": reconciliations(evidence),
    }


def with_assumed(judged: Mapping[str, list[Row]], figures: Figures) -> dict[str, list[Row]]:
    """What was judged of the evidence, with the figures that a scenario assumes: no check speaks for any of them.

    Takes    judged: from ``judge``; figures: with the assumed ones.
    """
    assumed = {key: row for key, row in figures.chosen.items() if row.basis == ASSUMED}
    if not assumed:
        return dict(judged)
    kept = [
        row for row in judged["corroboration"]
        if Key(row["figure"], row["scope"], row["item"], int(row["year"])) not in assumed
    ]  # fmt: skip
    unproven = [
        {
            "figure": key.figure, "scope": key.scope, "item": key.item, "year": str(key.year), "source": row.source,
            "checks": "", "within": "",
        }
        for key, row in assumed.items()
    ]  # fmt: skip
    return {**judged, "corroboration": [*kept, *unproven]}


def _refuse_impossible(audit: Audit, asked: Sequence[expectations.Expectation]) -> None:
    """A rule that Great Expectations does not know, or could only answer inexactly, is a mistake of the rule file."""
    faults = []
    for expectation in asked:
        try:
            expectations.check_rule(expectation)
        except ValueError as error:
            shown = audit.workspace.shown(audit.workspace.root / "params" / "quality.yaml")
            faults.append(Fault(f"{shown} 规则 {expectation.rule}", str(error), "", "请改正这条规则"))
    if faults:
        raise CaseError(faults)


def _argument(value: Any, names: Mapping[str, list[str]]) -> Any:
    if isinstance(value, str) and value.startswith("{") and value[1:-1] in names:
        return names[value[1:-1]]
    return value


def _row(rule: Rule, outcome: expectations.Outcome, table: Prepared) -> Row:
    places = [table.places[index] for index in outcome.failures]
    found = [table.found[index] for index in outcome.failures]
    if outcome.not_run:
        state = NOT_RUN
    elif not outcome.passed:
        state = NOTED if rule.note else FAILED
    else:
        state = PASSED if outcome.checked else NO_OBJECT
    return {
        "rule": rule.rule, "severity": rule.severity, "blocking": "yes" if rule.blocking else "no",
        "passed": state, "checked": str(outcome.checked), "failed": str(outcome.failed),
        "where": _listed(places), "found": outcome.not_run or (_listed(found) if found else ("" if outcome.passed else outcome.observed)),
        "expected": rule.expected, "why": f"{rule.name}：{rule.why}",
    }  # fmt: skip


def _listed(texts: Iterable[str]) -> str:
    known = list(dict.fromkeys(texts))
    more = f"；另有{len(known) - MOST_PLACES}处" if len(known) > MOST_PLACES else ""
    return "；".join(known[:MOST_PLACES]) + more


def blocking_failures(rows: Iterable[Row]) -> list[Row]:
    """The blocking rules that failed or could not be run."""
    return [row for row in rows if row["blocking"] == "yes" and row["passed"] in {FAILED, NOT_RUN}]


def unchecked_phrases(figures: Iterable[Row]) -> int:
    """How many figures rest on a phrase that no original was at hand for (未核对原文)."""
    return sum(row["quote_status"] == UNVERIFIED for row in figures)
