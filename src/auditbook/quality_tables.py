"""The tables that data-quality rules judge: those of the evidence, and residuals computed exactly from its figures.

A row that ties figures together (an identity, a sum, a second source) comes with a tie: such a row is what could
contradict them, and where it closes, what speaks for them (``corroboration``).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any

from pydantic import field_validator

from auditbook import charts, formulas
from auditbook.cases import DEPARTMENT, Audit, Id, Strict, Words
from auditbook.corroboration import Reading, Tie, spoken_for
from auditbook.figures import ANY_UNIT, NOT_APPLICABLE, Dictionary, FigureRow, Figures, Key, Resolved
from auditbook.intake.evidence import Evidence
from auditbook.intake.phrases import UNVERIFIED
from auditbook.numbers import Interval, amount_text, dimension, plain, text
from auditbook.tables import COLUMNS, KEYS, Row

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


class Bounds(Strict):
    """What a ratio of figures lies within, unless a unit has slipped: wide bounds, in base units (元, 1)."""

    id: Id
    name: Words
    formula: Words
    at_least: Decimal | int
    at_most: Decimal | int

    @field_validator("formula")
    @classmethod
    def _reads(cls, line: str) -> str:
        formulas.read(line)
        return line


@dataclass(frozen=True)
class Prepared:
    """A table as the rules see it: rows, where each of them stands, and what of them ties figures together."""

    columns: tuple[str, ...]
    rows: list[dict[str, Cell]]
    places: list[str]
    found: list[str]
    ties: list[Tie] = field(default_factory=list)


PREPARED = (
    "sources",
    "figures",
    "objectives",
    "statements",
    "published",
    "entered",
    "identities",
    "unit_sums",
    "item_sums",
    "bounds",
    "families",
    "rivals",
    "accounts",
    "corroboration",
    "conversions",
    "glyphs",
)


def prepare(
    audit: Audit,
    evidence: Evidence,
    dictionary: Dictionary,
    figures: Figures,
    identities: Sequence[Identity],
    bounds: Sequence[Bounds],
    handed_on: Sequence[Row],
) -> dict[str, Prepared]:
    """The tables that rules may speak of: those of the evidence, and the residuals computed from them."""
    tying = {
        "identities": _identities(identities, figures),
        "unit_sums": _unit_sums(figures),
        "item_sums": _item_sums(figures),
        "rivals": _rivals(evidence.figures),
        "bounds": _bounds(bounds, figures),
    }
    ties = [tie for table in tying.values() for tie in table.ties]
    return {
        "sources": _sources(audit, evidence),
        "figures": _figures(evidence, dictionary, handed_on),
        "objectives": _plain_table("objectives", evidence.objectives, evidence, lambda row: _about(row)),
        "statements": _plain_table("statements", evidence.statements, evidence, lambda row: row["statement"]),
        "published": _plain_table("published", evidence.published, evidence, lambda row: row["claim"]),
        "entered": _entered(evidence),
        **tying,
        "families": _families(figures, {unit.id: unit.name for unit in audit.case.units}),
        "accounts": _accounts(evidence),
        "corroboration": _corroboration(figures, ties, evidence),
        "conversions": _conversions(evidence),
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


DERIVED = ("held", "exact_count", "negative", "unit_kind")


def _figures(evidence: Evidence, dictionary: Dictionary, handed_on: Sequence[Row]) -> Prepared:
    written = {tuple(row[name] for name in KEYS["figures"]): row for row in handed_on}
    columns = (*(next(iter(handed_on), None) or COLUMNS["figures"]), *DERIVED)
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


def _residual(
    name: str, scope: str, item: str, box: Interval | None, words: str, short: Fraction | None = None
) -> dict[str, Cell]:
    """``beyond_rounding`` is how far the whole range lies from zero; None where something is missing.

    ``short``: by how much parts that are not all given fall short of their whole.
    """
    beyond = None
    if box is not None:
        distance = max(box.low, -box.high, Fraction(0))
        beyond = Decimal(plain(distance))
    lacking = None if short is None else Decimal(plain(max(short, Fraction(0))))
    return {
        "identity": name,
        "scope": scope,
        "item": item,
        "beyond_rounding": beyond,
        "short": lacking,
        "words": words,
    }


_RESIDUAL = ("identity", "scope", "item", "beyond_rounding", "short", "words")


def _identities(identities: Sequence[Identity], figures: Figures) -> Prepared:
    rows, places, found = [], [], []
    ties: list[Tie] = []
    for identity in identities:
        formula = formulas.read(identity.formula)
        for scope, item, resolved in figures.together(formula.figures):
            known = all(r.value is not None for r in resolved.values())
            span = formula.range({f: r.terms for f, r in resolved.items()}) if known else None
            rows.append(_residual(identity.id, scope, item, span.interval if span else None, identity.name))
            keys = tuple(term for r in resolved.values() for term in r.terms)
            if known:
                zero = Interval(Fraction(0), Fraction(0))
                ties.append(Tie("identities", keys, _holds(formula, resolved, zero)))
            places.append("、".join(dict.fromkeys(_place(figures, key) for key in keys)))
            found.append(_sum_words(identity, formula, resolved, figures))
    return Prepared(_RESIDUAL, rows, places, found, ties)


def _holds(
    formula: formulas.Formula, resolved: Mapping[str, Resolved], within: Interval
) -> Callable[[Reading], bool]:
    """Whether a formula over published figures may come to something within bounds."""

    def holds(read: Reading) -> bool:
        terms = {f: {key: read(key, box) for key, box in r.terms.items()} for f, r in resolved.items()}
        span = formula.range(terms)
        return span is None or (span.interval.low <= within.high and span.interval.high >= within.low)

    return holds


def _adds_up(whole: FigureRow, parts: Sequence[FigureRow]) -> Callable[[Reading], bool]:
    """Whether figures may add up to another."""

    def holds(read: Reading) -> bool:
        total, *boxes = (read(str(row.key), row.interval) for row in (whole, *parts))
        low, high = sum((b.low for b in boxes), Fraction(0)), sum((b.high for b in boxes), Fraction(0))
        return low <= total.high and total.low <= high

    return holds


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
    """Where the department and its units are both given: the units' sum against the department's figure.

    Where not every unit is given, their sum may be less, never more.
    """
    rows, places, found = [], [], []
    ties: list[Tie] = []
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
        box = Interval(low, high if complete else max(high, low, Fraction(0)))
        rows.append(_residual(figure, DEPARTMENT, item, box, name, None if complete else -high))
        places.append("、".join(dict.fromkeys(row.where for row in (scopes[DEPARTMENT], *units))))
        unit = scopes[DEPARTMENT].unit
        total = text(sum((row.exact for row in units), Fraction(0)), unit)
        found.append(f"{name}：各单位之和{total}，部门{text(scopes[DEPARTMENT].exact, unit)}")
        if complete:
            keys = tuple(str(row.key) for row in scopes.values())
            ties.append(Tie("unit_sums", keys, _adds_up(scopes[DEPARTMENT], units)))
    return Prepared(_RESIDUAL, rows, places, found, ties)


def _item_sums(figures: Figures) -> Prepared:
    """Where a whole and its items are both given: the items' sum against the whole.

    Where not every item is given, their sum may be less than the whole, never more.
    """
    rows, places, found = [], [], []
    ties: list[Tie] = []
    split: dict[tuple[str, str, int], dict[str, FigureRow]] = defaultdict(dict)
    for key, row in figures.chosen.items():
        if figures.dictionary[key.figure].total == "sum":
            split[key.figure, key.scope, key.year][key.item] = row
    for (figure, scope, _), own in split.items():
        whole = own.get("")
        # an item inside another counts once: 201.06 in 201, but 201.06 itself where nobody gives 201
        items = [
            row for item, row in own.items() if item and not any(item.startswith(f"{other}.") for other in own if other)
        ]  # fmt: skip
        given = [row for row in items if row.has_value]
        if whole is None or not whole.has_value or not given:
            continue
        low = sum((row.interval.low for row in given), Fraction(0)) - whole.interval.high
        high = sum((row.interval.high for row in given), Fraction(0)) - whole.interval.low
        listed = figures.dictionary[figure].items
        complete = (
            isinstance(listed, dict)
            and set(listed) <= {row.key.item for row in items if row.state in {*_COUNTED, NOT_APPLICABLE}}
        )  # fmt: skip
        name = figures.dictionary[figure].name
        box = Interval(low, high if complete else max(high, low, Fraction(0)))
        short = -high if isinstance(listed, dict) and not complete else None
        rows.append(_residual(figure, scope, "", box, name, short))
        places.append("、".join(dict.fromkeys(row.where for row in (whole, *given))))
        total = text(sum((row.exact for row in given), Fraction(0)), whole.unit)
        found.append(f"{name}：分项之和{total}，合计{text(whole.exact, whole.unit)}")
        # items that add up to the whole are all there are, whatever the dictionary lists; where they do not, no tie holds
        ties.append(Tie("item_sums", tuple(str(row.key) for row in (whole, *given)), _adds_up(whole, given)))
    return Prepared(_RESIDUAL, rows, places, found, ties)


_COUNTED = ("value", "zero")


def _bounds(bounds: Sequence[Bounds], figures: Figures) -> Prepared:
    """Ratios between figures of different tables: a unit that has slipped shows as a ratio that cannot be.

    A ratio of zero says nothing of the unit and lies within.
    """
    columns = ("bounds", "scope", "ratio")
    rows: list[dict[str, Cell]] = []
    places, found = [], []
    ties: list[Tie] = []
    for bound in bounds:
        formula = formulas.read(bound.formula)
        for scope, item, resolved in figures.together(formula.figures):
            if item or any(r.value is None for r in resolved.values()):
                continue
            try:
                ratio = formula.value({figure: r.value or Fraction(0) for figure, r in resolved.items()})
            except formulas.ZeroBase:
                continue
            within = not ratio or Fraction(bound.at_least) <= ratio <= Fraction(bound.at_most)
            rows.append({"bounds": bound.id, "scope": scope, "ratio": "within" if within else "beyond"})
            keys = tuple(term for r in resolved.values() for term in r.terms)
            if ratio:
                limits = Interval(Fraction(bound.at_least), Fraction(bound.at_most))
                ties.append(Tie("bounds", keys, _holds(formula, resolved, limits), precise=False))
            places.append("、".join(dict.fromkeys(_place(figures, key) for key in keys)))
            shown = {f: text(r.value or Fraction(0), figures.dictionary[f].unit) for f, r in resolved.items()}
            found.append(
                f"{bound.name}：{formula.with_numbers(shown)}，不在{bound.at_least}至{bound.at_most}之间（按元、人计），疑数或单位有误"
            )
    return Prepared(columns, rows, places, found, ties)


def _accounts(evidence: Evidence) -> Prepared:
    """Every check of the published tables (勾稽)."""
    columns = ("source", "check", "severity", "verdict")
    rows: list[dict[str, Cell]] = []
    places, found = [], []
    for source, check in evidence.account_checks:
        rows.append(
            {"source": source, "check": check.rule, "severity": check.severity, "verdict": check.verdict}
        )
        # of two cells that do not go together either may be the wrong one
        other = [cell for cell in check.cells if cell != check.where]
        places.append("、".join([check.where, *other]) if len(other) == 1 else check.where)
        said = f"{check.found}，应为{check.expected}" if check.expected else check.found
        found.append(
            "，".join(
                part for part in (f"{check.name}：{said}" if said else check.name, check.explanation) if part
            )
        )
    return Prepared(columns, rows, places, found)


def reconciliations(evidence: Evidence) -> list[Row]:
    """The checks of published tables (勾稽) as rows of reconciliations.csv, in their own order."""
    return [
        {
            "check": f"{number:04}", "source": source, "rule": check.rule, "name": check.name, "severity": check.severity,
            "verdict": check.verdict, "where": check.where, "found": check.found, "expected": check.expected,
            "width": check.width, "explanation": check.explanation,
        }
        for number, (source, check) in enumerate(evidence.account_checks, 1)
    ]  # fmt: skip


def _corroboration(figures: Figures, ties: Sequence[Tie], evidence: Evidence) -> Prepared:
    """For each figure that is used, its independent checks, and those that close only within its own table."""
    rows: list[dict[str, Cell]] = []
    places, found = [], []
    for one in spoken_for(figures, ties, evidence.account_checks):
        key = one.row.key
        rows.append(
            {
                "figure": key.figure, "scope": key.scope, "item": key.item, "year": str(key.year), "source": one.row.source,
                "checks": ";".join(one.checks), "within": ";".join(one.within), "independent": "yes" if one.checks else "no",
            }
        )  # fmt: skip
        places.append(one.row.where)
        found.append(f"{_figure_words(figures, one.row)}{one.row.value}{one.row.unit}")
    return Prepared((*COLUMNS["corroboration"], "independent"), rows, places, found)


CONVERSIONS = {
    "encoding": "编码", "separator": "分隔符", "title": "表头之上的行", "head": "表头写法", "other_sheet": "其他工作表",
    "thousands": "千位分隔", "full_width": "全角数字", "bracketed": "括号负数", "exponent": "科学记数", "percent": "百分数",
    "signed": "正负号", "text_number": "文本格式的数", "shown_digits": "存储的位数", "day": "日期写法", "code_number": "编码存成了数",
    "spaced": "数字间的空格", "left_aside": "没有读入的部分", "after_year": "次年才完成的任务",
    "undecided": "没有决定的取数行", "not_carried": "没有带入的上年数", "superseded": "本年已变的上年数",
    "not_followed": "没有核对的上年审计发现", "previous": "上年案例",
}  # fmt: skip


def _conversions(evidence: Evidence) -> Prepared:
    """What was read as something else than what stood there: separators, full-width digits, encodings, title lines."""
    rows: list[dict[str, Cell]] = [{"where": note.where, "kind": note.kind} for note in evidence.notes]
    found = [
        f"{CONVERSIONS.get(note.kind, note.kind)}：“{note.written}”读作“{note.read_as}”"
        for note in evidence.notes
    ]
    return Prepared(("where", "kind"), rows, [note.where for note in evidence.notes], found)


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
    ties: list[Tie] = []
    rivals: dict[Key, list[FigureRow]] = defaultdict(list)
    for row in all_rows:
        if row.has_value:
            rivals[row.key].append(row)
    for key, own in rivals.items():
        if len(own) < 2:
            continue
        ties.append(Tie("rivals", (str(key),), _agree(own)))
        gap = max(row.interval.low for row in own) - min(row.interval.high for row in own)
        box = Interval(max(gap, Fraction(0)), max(gap, Fraction(0)))
        rows.append(_residual(key.figure, key.scope, key.item, box, str(key)))
        places.append("、".join(row.where for row in own))
        found.append("；".join(f"{row.source} {row.value}{row.unit}" for row in own))
    return Prepared(_RESIDUAL, rows, places, found, ties)


def _agree(rivals: Sequence[FigureRow]) -> Callable[[Reading], bool]:
    """Whether the sources of a figure may mean one number; only the one that is used may be read otherwise."""

    def holds(read: Reading) -> bool:
        boxes = [read(str(row.key), row.interval) if row.chosen else row.interval for row in rivals]
        return max(box.low for box in boxes) <= min(box.high for box in boxes)

    return holds


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
