"""Data quality: whether the figures can be trusted, judged by Great Expectations from ``params/quality.yaml``.

Identities are computed exactly first, as residual columns; Great Expectations judges those columns. What is found
is looked up by row, never taken from its own rendering of numbers.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal

from pydantic import field_validator

from auditbook import charts, expectations, formulas, strict_yaml
from auditbook.cases import DEPARTMENT, Audit, Id, Strict, Words
from auditbook.faults import CaseError, Fault
from auditbook.figures import ANY_UNIT, NOT_APPLICABLE, Dictionary, FigureRow, Figures, Key
from auditbook.intake.evidence import Evidence
from auditbook.intake.phrases import UNVERIFIED
from auditbook.numbers import Interval, amount_text, dimension, plain, text
from auditbook.tables import COLUMNS, KEYS, Row

PASSED, FAILED, NO_OBJECT, NOT_RUN = "yes", "no", "none", "not_run"
MOST_PLACES = 20
Cell = str | Decimal | None


class Identity(Strict):
    """Arithmetic over figures that must come to zero within what rounding explains."""

    id: Id
    name: Words
    formula: Words

    @field_validator("formula")
    @classmethod
    def _reads(cls, line: str) -> str:
        formulas.read(line)
        return line


class Rule(Strict):
    """A data-quality rule: a Great Expectations type with its arguments, how grave it is, and why it is there."""

    rule: Id
    name: Words
    table: Id
    type: Words
    arguments: dict[str, Any]
    where: dict[str, Any] | None = None
    severity: Literal["high", "medium", "low"]
    blocking: bool = False
    expected: Words
    why: Words


class QualityFile(Strict):
    """``params/quality.yaml``."""

    identities: list[Identity]
    rules: list[Rule]


@dataclass(frozen=True)
class Prepared:
    """A table as the rules see it: rows, and where each of them stands."""

    columns: tuple[str, ...]
    rows: list[dict[str, Cell]]
    places: list[str]
    found: list[str]


def read_rules(audit: Audit, dictionary: Dictionary) -> QualityFile:
    """Read the rules. Raises CaseError with every fault: unknown keys, unknown figures in identities."""
    path = audit.workspace.root / "params" / "quality.yaml"
    document = strict_yaml.load(path, audit.workspace.shown(path))
    read = strict_yaml.validate(document, QualityFile)
    faults = list(document.faults)
    for index, identity in enumerate(read.identities if read else []):
        for figure in formulas.read(identity.formula).figures:
            if figure not in dictionary:
                where = document.where(("identities", index, "formula"))
                faults.append(Fault(where, f"恒等式用了未知数字“{figure}”", "params/figures.yaml 里的 id"))
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


PREPARED = (
    "sources",
    "figures",
    "objectives",
    "statements",
    "published",
    "entered",
    "identities",
    "unit_sums",
    "families",
    "rivals",
    "glyphs",
)


def judge(audit: Audit, evidence: Evidence, dictionary: Dictionary, handed_on: Sequence[Row]) -> list[Row]:
    """Run every rule.

    Takes    handed_on: figures.csv as it was written, which is what every later notebook reads.

    Returns  rows of quality.csv: one a rule. ``passed`` is yes, no, none (nothing to judge) or not_run.
    Raises   CaseError where a rule of the file cannot be run at all.
    """
    file = read_rules(audit, dictionary)
    figures = evidence.collected(dictionary, audit)
    tables = prepare(audit, evidence, dictionary, figures, file.identities, handed_on)
    names: dict[str, list[str]] = {
        "figures_columns": [*COLUMNS["figures"], *_DERIVED],
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
    return [
        _row(rule, outcome, tables[rule.table]) for rule, outcome in zip(file.rules, outcomes, strict=True)
    ]


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
        state = FAILED
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


def prepare(
    audit: Audit,
    evidence: Evidence,
    dictionary: Dictionary,
    figures: Figures,
    identities: Sequence[Identity],
    handed_on: Sequence[Row],
) -> dict[str, Prepared]:
    """The tables that rules may speak of: those of the evidence, and the residuals computed from them."""
    return {
        "sources": _sources(audit, evidence),
        "figures": _figures(evidence, dictionary, handed_on),
        "objectives": _plain_table("objectives", evidence.objectives, evidence, lambda row: _about(row)),
        "statements": _plain_table("statements", evidence.statements, evidence, lambda row: row["statement"]),
        "published": _plain_table("published", evidence.published, evidence, lambda row: row["claim"]),
        "entered": _entered(evidence),
        "identities": _identities(identities, figures),
        "unit_sums": _unit_sums(figures),
        "families": _families(figures, {unit.id: unit.name for unit in audit.case.units}),
        "rivals": _rivals(evidence.figures),
        "glyphs": _glyphs(audit, evidence),
    }


def _about(row: Row) -> str:
    return f"{row['objective']}.{row['item']}" if row["item"] else row["objective"]


def _sources(audit: Audit, evidence: Evidence) -> Prepared:
    columns = (*COLUMNS["sources"], "file_state")
    rows: list[dict[str, Cell]] = []
    for source, row in zip(audit.sources, evidence.sources, strict=True):
        there = bool(source.file) and (audit.workspace.evidence / str(source.file)).is_file()
        state = "absent" if source.status == "absent" else "hash_holds" if there else "original_not_here"
        rows.append({**row, "file_state": state})
    places = [audit.source_lines[source.id] for source in audit.sources]
    return Prepared(columns, rows, places, [f"{row['source']} {row['title']}" for row in evidence.sources])


def figure_row(row: FigureRow) -> Row:
    """A figure as a row of figures.csv."""
    return {
        "figure": row.key.figure, "scope": row.key.scope, "item": row.key.item, "year": str(row.key.year),
        "source": row.source, "locator": row.locator, "label": row.label, "state": row.state, "basis": row.basis,
        "value": row.value, "unit": row.unit, "precision": row.precision, "quote": row.quote,
        "quote_status": row.quote_status, "chosen": "yes" if row.chosen else "no",
    }  # fmt: skip


_DERIVED = ("held", "exact_count", "negative", "unit_kind")


def _figures(evidence: Evidence, dictionary: Dictionary, handed_on: Sequence[Row]) -> Prepared:
    written = {tuple(row[name] for name in KEYS["figures"]): row for row in handed_on}
    columns = (*(next(iter(handed_on), None) or COLUMNS["figures"]), *_DERIVED)
    rows: list[dict[str, Cell]] = []
    found = []
    for row in evidence.figures:
        meaning = dictionary[row.key.figure]
        key = row.key
        cells: dict[str, Cell] = dict(written[key.figure, key.scope, key.item, str(key.year), row.source])
        cells["held"] = evidence.held[f"{row.key}@{row.source}"]
        counted = meaning.exact and row.has_value
        cells["exact_count"] = (
            None if not counted else ("whole" if row.exact.denominator == 1 else "fraction")
        )
        may = row.has_value and not meaning.signed
        cells["negative"] = None if not may else Decimal(plain(min(row.exact, Fraction(0))))
        wrong = meaning.unit != ANY_UNIT and row.has_value and dimension(row.unit) != dimension(meaning.unit)
        cells["unit_kind"] = None if not row.has_value else ("other" if wrong else "same")
        rows.append(cells)
        found.append(
            f"{meaning.name}{'·' + row.label if row.label else ''} {row.value}{row.unit}，短语“{row.quote}”"
        )
    return Prepared(columns, rows, [row.where for row in evidence.figures], found)


def _plain_table(name: str, source: Sequence[Row], evidence: Evidence, key: Any) -> Prepared:
    kind = {"objectives": "objective", "statements": "statement", "published": "claim"}[name]
    columns = (*COLUMNS[name], "quote_status", "held")
    rows: list[dict[str, Cell]] = []
    for row in source:
        status = evidence.held.get(f"{kind}:{key(row)}", UNVERIFIED)
        held = evidence.held.get(f"claim value:{key(row)}", "")
        rows.append(
            {
                **{column: row.get(column, "") for column in COLUMNS[name]},
                "quote_status": status,
                "held": held,
            }
        )
    places = [evidence.places.get(key(row), "") for row in source]
    return Prepared(columns, rows, places, [f"{key(row)}“{row['quote']}”" for row in source])


def _entered(evidence: Evidence) -> Prepared:
    """What the auditor entered, whatever the table: its phrase, where it has one."""
    columns = ("table", "key", "quote_status")
    rows: list[dict[str, Cell]] = []
    places, found = [], []
    for table, own in evidence.entered.items():
        for row in own:
            key = f"{table}:{'.'.join(row[column] for column in KEYS[table])}"
            rows.append({"table": table, "key": key, "quote_status": evidence.held[key]})
            places.append(evidence.places[key])
            found.append(f"{key}“{row['quote']}”")
    return Prepared(columns, rows, places, found)


def _residual(name: str, scope: str, item: str, box: Interval | None, words: str) -> dict[str, Cell]:
    """``beyond_rounding`` is how far the whole range lies from zero; None where something is missing."""
    beyond = None
    if box is not None:
        distance = max(box.low, -box.high, Fraction(0))
        beyond = Decimal(plain(distance))
    return {"identity": name, "scope": scope, "item": item, "beyond_rounding": beyond, "words": words}


_RESIDUAL = ("identity", "scope", "item", "beyond_rounding", "words")


def _identities(identities: Sequence[Identity], figures: Figures) -> Prepared:
    rows, places, found = [], [], []
    for identity in identities:
        formula = formulas.read(identity.formula)
        for scope, item, resolved in figures.together(formula.figures):
            known = all(r.value is not None for r in resolved.values())
            span = formula.range({f: r.terms for f, r in resolved.items()}) if known else None
            rows.append(_residual(identity.id, scope, item, span.interval if span else None, identity.name))
            keys = [term for r in resolved.values() for term in r.terms]
            places.append("、".join(dict.fromkeys(_place(figures, key) for key in keys)))
            found.append(_sum_words(identity, formula, resolved, figures))
    return Prepared(_RESIDUAL, rows, places, found)


def _sum_words(
    identity: Identity, formula: formulas.Formula, resolved: Mapping[str, Any], figures: Figures
) -> str:
    if any(r.value is None for r in resolved.values()):
        return f"{identity.name}：缺数"
    unit = figures.dictionary[formula.figures[0]].unit
    texts = {figure: amount_text(r.value, unit) for figure, r in resolved.items()}
    value = formula.value({figure: r.value for figure, r in resolved.items()})
    return f"{identity.name}：{formula.with_numbers(texts)} = {text(value, unit)}"


def _place(figures: Figures, key: str) -> str:
    return next((row.where for row in figures.rows if row.chosen and str(row.key) == key), key)


def _unit_sums(figures: Figures) -> Prepared:
    """Where the department and its units are both given: the units' sum against the department's figure."""
    rows, places, found = [], [], []
    by_key: dict[tuple[str, str], dict[str, FigureRow]] = defaultdict(dict)
    for key, row in figures.chosen.items():
        if key.year == figures.year and row.has_value and figures.dictionary[key.figure].units == "sum":
            by_key[(key.figure, key.item)][key.scope] = row
    for (figure, item), scopes in by_key.items():
        if DEPARTMENT not in scopes or len(scopes) == 1:
            continue
        units = [row for scope, row in scopes.items() if scope != DEPARTMENT]
        whole = scopes[DEPARTMENT].interval
        low = sum((row.interval.low for row in units), Fraction(0)) - whole.high
        high = sum((row.interval.high for row in units), Fraction(0)) - whole.low
        complete = len(units) == len(figures.units)
        name = figures.dictionary[figure].name
        rows.append(_residual(figure, DEPARTMENT, item, Interval(low, high) if complete else None, name))
        places.append(scopes[DEPARTMENT].where)
        unit = scopes[DEPARTMENT].unit
        total = text(sum((row.exact for row in units), Fraction(0)), unit)
        found.append(f"{name}：各单位之和{total}，部门{text(scopes[DEPARTMENT].exact, unit)}")
    return Prepared(_RESIDUAL, rows, places, found)


def _families(figures: Figures, units: Mapping[str, str]) -> Prepared:
    """Figures of one family at one place: whether one does not apply while another has an amount.

    A zero agrees with what does not apply.
    """
    columns = ("family", "scope", "item", "year", "applies")
    rows: list[dict[str, Cell]] = []
    places, found = [], []
    together: dict[tuple[str, str, str, int], list[FigureRow]] = defaultdict(list)
    for key, row in figures.chosen.items():
        family = figures.dictionary[key.figure].family
        if family is not None:
            together[family, key.scope, key.item, key.year].append(row)
    for (family, scope, item, year), own in together.items():
        if len(own) < 2:
            continue
        without = [row for row in own if row.state == NOT_APPLICABLE]
        amounts = [row for row in own if row.has_value and row.exact]
        cells: dict[str, Cell] = {"family": family, "scope": scope, "item": item, "year": str(year)}
        rows.append({**cells, "applies": "one_side" if without and amounts else "same"})
        places.append("、".join(row.where for row in (*without, *amounts)))
        said = "、".join(_figure_words(figures, row) for row in without)
        against = "、".join(f"{_figure_words(figures, row)}{row.value}{row.unit}" for row in amounts)
        found.append(f"{units[scope] + '：' if scope in units else ''}{said}不适用，而{against}")
    return Prepared(columns, rows, places, found)


def _figure_words(figures: Figures, row: FigureRow) -> str:
    """A figure with its item and year, as a reader knows it."""
    part = figures.item_name(row.key.figure, row.key.item) if row.key.item else ""
    when = f"{row.key.year}年" if row.key.year != figures.year else ""
    return f"{when}{figures.dictionary[row.key.figure].name}{'·' if part else ''}{part}"


def _rivals(all_rows: Sequence[FigureRow]) -> Prepared:
    """Where several sources give one figure: how far their ranges lie apart."""
    rows, places, found = [], [], []
    rivals: dict[Key, list[FigureRow]] = defaultdict(list)
    for row in all_rows:
        if row.has_value:
            rivals[row.key].append(row)
    for key, own in rivals.items():
        if len(own) < 2:
            continue
        gap = max(row.interval.low for row in own) - min(row.interval.high for row in own)
        box = Interval(max(gap, Fraction(0)), max(gap, Fraction(0)))
        rows.append(_residual(key.figure, key.scope, key.item, box, str(key)))
        places.append("、".join(row.where for row in own))
        found.append("；".join(f"{row.source} {row.value}{row.unit}" for row in own))
    return Prepared(_RESIDUAL, rows, places, found)


def _glyphs(audit: Audit, evidence: Evidence) -> Prepared:
    """A row for each text that the page may show, with the characters that the shipped font lacks."""
    columns = ("text", "missing")
    rows: list[dict[str, Cell]] = []
    places, found = [], []
    texts: dict[str, str] = {audit.case.department.name: audit.workspace.shown(audit.workspace.case_path)}
    for unit in audit.case.units:
        texts.setdefault(unit.name, audit.workspace.shown(audit.workspace.case_path))
    for figure in evidence.figures:
        texts.setdefault(f"{figure.label}{figure.quote}", figure.where)
    for table in (
        evidence.sources, evidence.objectives, evidence.statements, evidence.published, *evidence.entered.values()
    ):  # fmt: skip
        for row in table:
            texts.setdefault("".join(row.values()), row.get("locator") or row.get("title") or "")
    for words, where in texts.items():
        missing = charts.missing_characters(words)
        rows.append({"text": words, "missing": missing})
        places.append(where)
        found.append("、".join(f"{character}（U+{ord(character):04X}）" for character in missing))
    return Prepared(columns, rows, places, found)


def blocking_failures(rows: Iterable[Row]) -> list[Row]:
    """The blocking rules that failed or could not be run."""
    return [row for row in rows if row["blocking"] == "yes" and row["passed"] in {FAILED, NOT_RUN}]


def unchecked_phrases(figures: Iterable[Row]) -> int:
    """How many figures rest on a phrase that no original was at hand for (未核对原文)."""
    return sum(row["quote_status"] == UNVERIFIED for row in figures)
