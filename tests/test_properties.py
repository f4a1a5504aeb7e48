"""What must not change a rate: the unit of the amounts, the order of the rows, one unit reorganised into two.

On random departments, for every ratio definition at once. The same is done for a handful of departments by way of real
files, so that the reader is in the loop. Nothing is rounded anywhere, so "the same" means the same fraction.
"""

import csv
import hashlib
import io
import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from conftest import ROOT
from hypothesis import given, settings
from hypothesis import strategies as st
from random_cases import YEAR, RandomCase, random_case

from auditbook import claims, figures, indicators
from auditbook.cases import DEPARTMENT
from auditbook.figures import EXACT, FigureRow, Figures, Key
from auditbook.indicators import COMPUTED, Result
from auditbook.numbers import MONEY, dimension, rounded, truncated

DICTIONARY = figures.read_dictionary(ROOT)
RULEBOOK = indicators.read_rulebook(ROOT, DICTIONARY)
RATIOS = [stanza for stanza in RULEBOOK.stanzas.values() if not stanza.judged]
TENS = {"元": 0, "千元": 3, "万元": 4, "亿元": 8}
SEEDS = st.integers(min_value=0, max_value=10**6)
Rates = dict[tuple[str, str, str, str], tuple[object, ...]]


def results_of(rows: Iterable[FigureRow], units: Sequence[str]) -> list[Result]:
    """Every ratio definition, wherever the evidence speaks."""
    held = Figures(DICTIONARY, rows, units, YEAR)
    return [result for stanza in RATIOS for result in indicators.compute(stanza, held)]


def rates(results: Iterable[Result], *, everywhere: bool = False) -> Rates:
    """All that is said of each rate, by indicator, definition, scope and item: of the department, or everywhere."""
    return {
        (r.indicator, r.definition, r.scope, r.item): (r.status, r.value, r.low, r.high, r.numerator, r.denominator)
        for r in results
        if everywhere or r.scope == DEPARTMENT
    }  # fmt: skip


def moved(text: str, places: int) -> str:
    """A decimal with its point moved: ``1.50`` by −4 is ``0.000150``. Texts only, as a clerk would retype it."""
    return format(Decimal(text).scaleb(places), "f")


def in_unit(row: FigureRow, unit: str) -> FigureRow:
    """The same amount in another unit; its published precision moves along. What is not money stays."""
    if not row.has_value or dimension(row.unit) != MONEY:
        return row
    places = TENS[row.unit] - TENS[unit]
    precision = row.precision if row.precision == EXACT else moved(row.precision, places)
    return replace(row, value=moved(row.value, places), unit=unit, precision=precision)


def as_published(case: RandomCase) -> tuple[FigureRow, ...]:
    """The rows with the precision that their decimals show, so that there are ranges to keep as well."""
    return tuple(
        replace(row, precision=str(Decimal(1).scaleb(-len(row.value.partition(".")[2]))))
        if row.has_value and dimension(row.unit) == MONEY
        else row
        for row in case.rows
    )


def said_about(results: Iterable[Result], seed: int) -> dict[tuple[str, ...], tuple[str, str]]:
    """Claims about the rates of a department, as a report might print them: rounded, cut off, or wrong."""
    dice = random.Random(seed)
    said = {}
    for r in results:
        if r.scope == DEPARTMENT and r.status == COMPUTED and r.value is not None:
            right = rounded(r.value * 100, 2)
            printed = dice.choice((right, truncated(r.value * 100, 2), right + Decimal("0.01"), right + 5))
            said[r.indicator, r.definition, r.item] = (format(printed, "f"), "0.01")
    return said


def verdicts(
    results: Iterable[Result], said: Mapping[tuple[str, ...], tuple[str, str]]
) -> dict[tuple[str, ...], str]:
    """The verdict on each of those claims."""
    found = {}
    for r in results:
        own = (r.indicator, r.definition, r.item)
        if r.scope == DEPARTMENT and own in said and r.value is not None:
            printed, precision = said[own]
            found[own] = claims.judge(printed, "%", precision, r.value, r.interval)
    return found


@settings(max_examples=60, deadline=None)
@given(SEEDS, st.sampled_from(["元", "千元", "万元", "亿元"]))
def test_the_unit_of_the_amounts_changes_no_rate_and_no_verdict(seed, unit):
    case = random_case(seed)
    for rows in (case.rows, as_published(case)):
        before, after = (results_of(own, case.units) for own in (rows, [in_unit(row, unit) for row in rows]))
        assert rates(before, everywhere=True) == rates(after, everywhere=True)
        said = said_about(before, seed)
        assert verdicts(before, said) == verdicts(after, said)


@settings(max_examples=60, deadline=None)
@given(SEEDS, st.randoms(use_true_random=False))
def test_the_order_of_the_rows_changes_no_rate_and_no_verdict(seed, dice):
    case = random_case(seed)
    rows, units = list(case.rows), list(case.units)
    before = results_of(rows, units)
    dice.shuffle(rows)
    dice.shuffle(units)
    after = results_of(rows, units)
    assert rates(before, everywhere=True) == rates(after, everywhere=True)
    said = said_about(before, seed)
    assert verdicts(before, said) == verdicts(after, said)


def halves(row: FigureRow, dice: random.Random) -> tuple[str, str]:
    """Two texts that add up to the published one, to its last place: persons stay whole persons."""
    if not row.has_value:
        return row.value, row.value
    places = len(row.value.partition(".")[2])
    whole = int(moved(row.value, places))
    first = dice.randrange(abs(whole) + 1) * (1 if whole >= 0 else -1)
    return moved(str(first), -places), moved(str(whole - first), -places)


def split_unit(case: RandomCase, unit: str, dice: random.Random) -> tuple[list[FigureRow], list[str]]:
    """One unit becomes two: each of its figures is shared out between them; states go to both.

    A whole that is all one item goes the way of its item, so that each of the two can explain its own.
    """
    rows, shared = list[FigureRow](), dict[tuple[str, int, str, str], tuple[str, str]]()
    for row in case.rows:
        if row.key.scope != unit:
            rows.append(row)
            continue
        same = (row.key.figure, row.key.year, row.value, row.unit)
        for half, value in zip("ab", shared.setdefault(same, halves(row, dice)), strict=True):
            key = Key(row.key.figure, f"{unit}-{half}", row.key.item, row.key.year)
            rows.append(replace(row, key=key, value=value))
    units = [new for own in case.units for new in ([own] if own != unit else [f"{own}-a", f"{own}-b"])]
    return rows, units


@settings(max_examples=80, deadline=None)
@given(SEEDS, st.randoms(use_true_random=False))
def test_one_unit_made_into_two_changes_no_departmental_rate_and_no_verdict(seed, dice):
    case = random_case(seed)
    before = results_of(case.rows, case.units)
    said = said_about(before, seed)
    for unit in case.units:
        after = results_of(*split_unit(case, unit, dice))
        assert rates(before) == rates(after)
        assert verdicts(before, said) == verdicts(after, said)


@settings(max_examples=80, deadline=None)
@given(SEEDS, st.randoms(use_true_random=False))
def test_more_detail_of_a_part_changes_no_sum_of_weights(seed, dice):
    """The weights within a part, given beside the part's own weight, do not count a second time."""
    case = random_case(seed)
    parts = [row for row in case.rows if row.chosen and row.key.figure == "appraisal_weight"]
    detail = [
        replace(row, key=replace(row.key, item=f"{row.key.item}.{name}"), value=dice.choice(("10", "99.5")))
        for row in parts if row.has_value for name in ("detail", "rest.of_it")
    ]  # fmt: skip
    stanza = RULEBOOK.stanzas["appraisal_weight_sum"]
    before, after = (
        indicators.compute(stanza, Figures(DICTIONARY, rows, case.units, YEAR))
        for rows in (case.rows, [*case.rows, *detail])
    )
    assert rates(before) == rates(after)


def test_the_properties_speak_of_something():
    """Enough rates are computed over units, and claims get every verdict that a number can get."""
    over_units, every = 0, set()
    for seed in range(60):
        case = random_case(seed)
        for rows in (case.rows, as_published(case)):
            results = results_of(rows, case.units)
            every |= set(verdicts(results, said_about(results, seed)).values())
            over_units += sum(
                r.scope == DEPARTMENT and r.status == COMPUTED and any(":unit-" in term for term in r.terms)
                for r in results
            )
    assert over_units > 400
    assert every >= {claims.AGREES, claims.WITHIN_ROUNDING, claims.TRUNCATED, claims.DISAGREES}


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda row: replace(row, value=moved(row.value, 1)), "a point moved without its unit"),
        (lambda row: replace(row, unit="元" if row.unit != "元" else "万元"), "a unit without its point"),
    ],
    ids=["point", "unit"],
)
def test_a_real_change_of_one_amount_shows(change, why):
    case = random_case(5)
    row = next(
        r for r in case.rows
        if r.chosen and r.has_value and r.key.figure == "budget_spent" and r.key.year == YEAR and Fraction(r.value)
    )  # fmt: skip
    wrong = [change(own) if own is row else own for own in case.rows]
    before, after = results_of(case.rows, case.units), results_of(wrong, case.units)
    assert rates(before, everywhere=True) != rates(after, everywhere=True), why


# The same by way of files: a case folder as an auditor would fill it.
COLUMNS = (
    "figure",
    "scope",
    "item",
    "year",
    "label",
    "state",
    "value",
    "unit",
    "precision",
    "locator",
    "quote",
)


def written(folder: Path, rows: Iterable[FigureRow], units: Sequence[str]) -> Path:
    """Write a case folder with two tables (the second less reliable) and return the case file."""
    name = "random-department"
    evidence, params = folder / "data" / "raw" / name, folder / "params" / "cases"
    evidence.mkdir(parents=True)
    params.mkdir(parents=True)
    tables = {"table": io.StringIO(newline=""), "rival": io.StringIO(newline="")}
    writers = {source: csv.writer(text, lineterminator="\n") for source, text in tables.items()}
    for writer in writers.values():
        writer.writerow(COLUMNS)
    for row in rows:
        own = row.key
        writers[row.source].writerow(
            (
                own.figure,
                own.scope,
                own.item,
                own.year,
                "",
                row.state,
                row.value,
                row.unit,
                row.precision,
                "表",
                row.quote,
            )
        )
    register = "sources:\n"
    for source, text in tables.items():
        data = text.getvalue().encode("utf-8")
        (evidence / f"{source}.csv").write_bytes(data)
        register += (
            f"  - id: {source}\n    file: {source}.csv\n    shape: figures\n    title: 虚构的表\n    issuer: 测试\n"
            f'    date: "2021-03-01"\n    status: received\n    sha256: {hashlib.sha256(data).hexdigest()}\n'
            f"    reliability: {'high' if source == 'table' else 'low'}\n    reason: 虚构，供测试\n"
        )
    (evidence / "SOURCES.yaml").write_text(register, encoding="utf-8")
    listed = "".join(f"  - {{id: {unit}, name: 虚构单位{unit}}}\n" for unit in units)
    case = params / f"{name}.yaml"
    case.write_text(
        f"case: {name}\ndepartment: {{name: 虚构部门}}\nyear: {YEAR}\nframework: yueyang-2018\n"
        "materiality: {amount: 50000, unit: 元, reason: 虚构}\n"
        + (f"units:\n{listed}" if units else "units: []\n"),
        encoding="utf-8",
    )
    return case


def for_files(rows: Iterable[FigureRow]) -> list[FigureRow]:
    """What can stand in a table: nothing that the program derives itself, and a rival only beside a value."""
    rows = [row for row in rows if not DICTIONARY[row.key.figure].derived]
    given_values = {row.key for row in rows if row.chosen and row.has_value}
    return [row for row in rows if row.chosen or row.key in given_values]


def from_files(folder: Path, rows: Iterable[FigureRow], units: Sequence[str]) -> list[Result]:
    """Write, check and read a case as the command does, then compute."""
    from auditbook import pipeline

    run = pipeline.check(str(written(folder, for_files(rows), units)))
    held = run.raw.collected(run.dictionary, run.audit)
    return [result for stanza in RATIOS for result in indicators.compute(stanza, held)]


@pytest.mark.parametrize("seed", [1, 4, 11, 23, 42])
def test_files_give_what_was_meant_and_the_changes_change_nothing(seed, tmp_path):
    case = random_case(seed)
    dice = random.Random(seed)
    meant = results_of(for_files(case.rows), case.units)
    read = from_files(tmp_path / "as-is", case.rows, case.units)
    assert rates(read, everywhere=True) == rates(meant, everywhere=True)
    said = said_about(read, seed)
    rows = [in_unit(row, "亿元" if seed % 2 else "元") for row in case.rows]
    dice.shuffle(rows)
    turned = from_files(tmp_path / "turned", rows, case.units)
    assert rates(read, everywhere=True) == rates(turned, everywhere=True)
    assert verdicts(read, said) == verdicts(turned, said)
    if case.units:
        divided = from_files(tmp_path / "divided", *split_unit(case, case.units[0], dice))
        assert rates(read) == rates(divided)
        assert verdicts(read, said) == verdicts(divided, said)
