"""Every rate a second time, by another path: hand-written SQL (recalculation.sql) against the program, exactly.

The SQL was written from the ministry's text, not from our formulas; it adds up items and units, takes the year before,
and decides what is missing, not applicable or over a zero base. Two quotients are the same only if their cross products
are the same integers. A deliberate error on either side must show, or the comparison would prove nothing.
"""

import sqlite3
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Context, Decimal
from fractions import Fraction
from functools import cache
from pathlib import Path

import pytest
from conftest import INVENTED_CASE, ROOT
from random_cases import YEAR, RandomCase, figure_row, random_case
from ruamel.yaml import YAML

from auditbook import figures, indicators, tables
from auditbook.figures import FigureRow, Figures
from auditbook.indicators import COMPUTED, NOT_ASSESSABLE, UNDEFINED, Result, Stanza

SQL = Path(__file__).with_name("recalculation.sql").read_text(encoding="utf-8")
DICTIONARY = figures.read_dictionary(ROOT)
RULEBOOK = indicators.read_rulebook(ROOT, DICTIONARY)
RATIOS = {stanza.id: stanza for stanza in RULEBOOK.stanzas.values() if not stanza.judged}
DEFINITIONS = {f"{stanza.id}.{name}": stanza for stanza in RATIOS.values() for name in stanza.definitions}
CASES = 1000
MILLIONTHS = 10**6
SOME = range(60)

Place = tuple[int, str, str, str]


@dataclass(frozen=True)
class Found:
    """What the SQL says of a rate at a place: ``above / below``, divided once more by ``per`` where there is one."""

    status: str
    above: int | None
    below: int | None
    per: int | None
    share: int

    @property
    def quotient(self) -> tuple[int, int]:
        """Numerator and denominator as integers."""
        assert self.above is not None and self.below is not None
        return (
            (self.above, self.below) if self.per is None else (self.above * MILLIONTHS, self.below * self.per)
        )


@dataclass
class Compared:
    """How the two paths stand to each other: what was compared, and every place where they differ."""

    statuses: Counter[str] = field(default_factory=Counter)
    by_rate: dict[str, Counter[str]] = field(default_factory=dict)
    scopes: Counter[str] = field(default_factory=Counter)
    differ: list[str] = field(default_factory=list)


def by_sql(
    cases: Iterable[tuple[int, int, Sequence[str], Iterable[tuple[str, ...]]]],
    sql: str = SQL,
    after: str = "",
) -> dict[Place, Found]:
    """Run the SQL over many departments at once.

    Takes    cases: number, audited year, units, and rows (figure, scope, item, year, state, value, unit, precision, chosen);
             after: SQL to run once the coefficients are there, for deliberate errors.
    Returns  what is found, by number, rate, scope and item.
    """
    base = sqlite3.connect(":memory:")
    base.executescript(
        "CREATE TABLE audited (c INTEGER PRIMARY KEY, year INTEGER);"
        "CREATE TABLE unit (c INTEGER, unit TEXT, PRIMARY KEY (c, unit));"
        "CREATE TABLE evidence (c INTEGER, figure TEXT, scope TEXT, item TEXT, year INTEGER, state TEXT, value TEXT,"
        " unit TEXT, precision TEXT, chosen TEXT);"
    )
    for number, year, units, rows in cases:
        base.execute("INSERT INTO audited VALUES (?, ?)", (number, year))
        base.executemany("INSERT INTO unit VALUES (?, ?)", [(number, unit) for unit in units])
        base.executemany(
            "INSERT INTO evidence VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", [(number, *row) for row in rows]
        )
    mark = "-- 2. What an auditor knows"
    assert sql.count(mark) == 1
    base.executescript(sql.replace(mark, f"{after};\n{mark}"))
    # an integer that overflows becomes a floating number in sqlite, and a unit that nobody knows leaves no number
    assert base.execute(
        "SELECT COUNT(*) FROM amount WHERE state IN ('value', 'zero') AND typeof(n) <> 'integer'"
    ).fetchone() == (0,)
    found = {}
    for c, rate, scope, item, above, below, per, share, status in base.execute(
        "SELECT c, rate, scope, item, above, below, per, share, status FROM rate_found"
    ):
        assert not any(isinstance(number, float) for number in (above, below, per)), (c, rate, scope, item)
        found[c, rate, scope, item] = Found(status, above, below, per, share)
    base.close()
    return found


def by_program(case: RandomCase, stanzas: Mapping[str, Stanza] = RATIOS) -> dict[Place, Result]:
    """What the program computes of a department."""
    held = Figures(DICTIONARY, case.rows, case.units, YEAR)
    return {
        (case.seed, f"{r.indicator}.{r.definition}", r.scope, r.item): r
        for stanza in stanzas.values()
        for r in indicators.compute(stanza, held)
    }


def as_evidence(case: RandomCase) -> tuple[int, int, Sequence[str], list[tuple[str, ...]]]:
    """A random department as rows for the SQL: texts as published."""
    rows = [
        (
            row.key.figure, row.key.scope, row.key.item, str(row.key.year), row.state, row.value, row.unit,
            row.precision, "yes" if row.chosen else "no",
        )
        for row in case.rows
    ]  # fmt: skip
    return case.seed, YEAR, case.units, rows


def difference(ours: Result | None, theirs: Found | None) -> str:
    """In what the two differ; "" where they are exactly the same."""
    if ours is None or theirs is None:
        return f"only one of them speaks of it: {ours} / {theirs}"
    if ours.status != theirs.status:
        return f"{ours.status} against {theirs.status}"
    if ours.status == UNDEFINED and ours.denominator not in {0, None}:
        return f"undefined over {ours.denominator}"
    if ours.status != COMPUTED:
        return "" if ours.value is None else f"{ours.status} with the value {ours.value}"
    # where everything is exact, the value of a bound is the bound
    bound = DEFINITIONS[f"{ours.indicator}.{ours.definition}"].definitions[ours.definition].bound
    value = {"upper": ours.high, "lower": ours.low, None: ours.value}[bound]
    above, below = theirs.quotient
    if bound == "upper" and above * below < 0:
        above = 0  # no more than less than nothing: nothing
    if value is None or value.numerator * below != value.denominator * above:
        return f"{value} against {above}/{below}"
    return ""


def compare(ours: Mapping[Place, Result], theirs: Mapping[Place, Found], into: Compared) -> Compared:
    """Hold two sets of answers against each other, place by place."""
    for place in ours.keys() | theirs.keys():
        own = ours.get(place)
        said = difference(own, theirs.get(place))
        if said:
            into.differ.append(f"{place}: {said}")
        if own is not None:
            into.statuses[own.status] += 1
            into.by_rate.setdefault(place[1], Counter())[own.status] += 1
            scope = "department" if own.scope == "department" else "unit"
            into.scopes[f"{scope}{' item' if own.item else ''}"] += 1
    return into


def sql_of(seeds: Iterable[int], sql: str = SQL, after: str = "") -> dict[Place, Found]:
    """What the SQL finds for the departments of some seeds."""
    return by_sql((as_evidence(random_case(seed)) for seed in seeds), sql, after)


def program_of(seeds: Iterable[int], stanzas: Mapping[str, Stanza] = RATIOS) -> dict[Place, Result]:
    """What the program finds for them."""
    return {place: r for seed in seeds for place, r in by_program(random_case(seed), stanzas).items()}


# the right answers for a few departments, against which a deliberate error on the other side must show
right_sql = cache(lambda: sql_of(SOME))
right_program = cache(lambda: program_of(SOME))


@cache
def sql_rates() -> frozenset[str]:
    """The rates of which the SQL knows something for a department without any evidence."""
    return frozenset(rate for _, rate, _, _ in by_sql([(0, YEAR, (), ())]))


@pytest.mark.parametrize("definition", DEFINITIONS)
def test_every_definition_has_sql(definition):
    assert definition in sql_rates(), f"{definition} lacks its rows in tests/recalculation.sql"


def test_the_sql_speaks_of_no_other_rate():
    assert sql_rates() <= DEFINITIONS.keys()


def test_the_sql_adds_up_what_can_be_added_by_hand():
    """The SQL itself, on sums small enough for a head: it is no use as a judge if it is wrong."""
    rows = [
        ("staff_quota", "u1", "civil_servant", "2020", "value", "10", "人", "exact", "yes"),
        ("staff_actual", "u1", "civil_servant", "2020", "value", "9", "人", "exact", "yes"),
        ("staff_quota", "u2", "contract", "2020", "value", "4", "人", "exact", "yes"),
        ("staff_actual", "u2", "contract", "2020", "value", "3", "人", "exact", "yes"),
        ("three_public_budget", "department", "abroad", "2020", "value", "1.5", "万元", "exact", "yes"),
        ("three_public_budget", "department", "reception", "2020", "value", "5000", "元", "exact", "yes"),
        ("three_public_budget", "department", "", "2019", "value", "0.00025", "亿元", "exact", "yes"),
        ("three_public_actual", "department", "", "2020", "value", "99", "万元", "exact", "no"),
        ("carry_over", "department", "", "2020", "value", "7", "万元", "exact", "yes"),
        ("carry_over", "department", "", "2019", "zero", "0", "万元", "exact", "yes"),
        ("paid_to_date", "department", "", "2020", "value", "45", "万元", "exact", "yes"),
        ("budget_adjusted", "u1", "", "2020", "value", "60", "万元", "exact", "yes"),
        ("budget_adjusted", "u2", "", "2020", "value", "40", "万元", "exact", "yes"),
        ("planned_progress", "department", "", "2020", "value", "50", "%", "exact", "yes"),
        ("surplus", "department", "", "2020", "not_applicable", "", "", "", "yes"),
    ]
    found = by_sql([(0, 2020, ("u1", "u2"), rows)])

    def at(rate: str, scope: str = "department", item: str = "") -> Fraction | str:
        own = found[0, rate, scope, item]
        return Fraction(*own.quotient) if own.status == COMPUTED else own.status

    assert at("staff_control_rate.established") == Fraction(9, 10)  # u2 has contract staff only: adds nothing
    assert at("staff_control_rate.with_contract") == Fraction(12, 14)  # (9 + 3) ÷ (10 + 4)
    assert at("staff_control_rate.category", "u2", "contract") == Fraction(3, 4)
    assert at("staff_control_rate.established", "u2") == NOT_ASSESSABLE
    assert at("three_public_change_rate.ministry") == Fraction(-1, 5)  # (1.5 + 0.5 − 2.5) ÷ 2.5
    assert at("three_public_control_rate.ministry") == NOT_ASSESSABLE  # the 99 was not chosen
    assert at("carry_over_change_rate.ministry") == UNDEFINED
    assert at("carry_over_rate.ministry") == Fraction(7, 100)
    assert at("payment_progress_rate.ministry") == Fraction(9, 10)  # 45 ÷ 100 ÷ 50 %
    assert at("carry_over_rate.surplus") == "not_applicable"
    assert at("key_task_rate.ministry") == NOT_ASSESSABLE


def money(figure: str, scope: str, item: str, value: str, **more: str) -> FigureRow:
    return figure_row(figure, scope, item, value, more.pop("unit", "万元"), **more)


def persons(scope: str, item: str, quota: str, actual: str) -> list[FigureRow]:
    return [
        figure_row("staff_quota", scope, item, quota, "人"), figure_row("staff_actual", scope, item, actual, "人"),
    ]  # fmt: skip


def weights(*parts: tuple[str, str]) -> list[FigureRow]:
    return [figure_row("appraisal_weight", "department", f"year.{part}", value, "%") for part, value in parts]


@pytest.mark.parametrize(
    ("rate", "item", "units", "rows", "expected"),
    [
        # 50 % + 50 %; the 20 % and 30 % are within b. Without a row of b they are what b is.
        ("appraisal_weight_sum.sum", "year", (), weights(("a", "50"), ("b", "50"), ("b.x", "20"), ("b.y", "30")), "1"),
        ("appraisal_weight_sum.sum", "year", (), weights(("a", "50"), ("b.x", "20"), ("b.y", "30")), "1"),
        ("appraisal_weight_sum.sum", "year", (), weights(("b.x", "20"), ("b.x.p", "5"), ("b.y.q", "7")), "27/100"),
        # the department names 公务员 10/10, its unit 事业编制 15/10: 25 ÷ 20
        ("staff_control_rate.established", "", ("u1",), [
            *persons("department", "civil_servant", "10", "10"), *persons("u1", "institution", "10", "15")], "5/4"),
        # the department's own 公务员 counts once: (10 + 15) ÷ (10 + 10), whatever u1 says of 公务员
        ("staff_control_rate.established", "", ("u1",), [
            *persons("department", "civil_servant", "10", "10"), *persons("u1", "institution", "10", "15"),
            *persons("u1", "civil_servant", "8", "3")], "5/4"),
        # u2 says nothing of its 事业编制, or gives all its staff in one
        ("staff_control_rate.established", "", ("u1", "u2"), [
            *persons("department", "civil_servant", "10", "10"), *persons("u1", "institution", "10", "15")], None),
        ("staff_control_rate.established", "", ("u1", "u2"), [
            *persons("u1", "institution", "10", "9"), *persons("u2", "", "30", "28")], None),
        # a whole of 100 beside 50 of 运转类 only; with 专项 the list is complete: 50 + 30
        ("budget_execution_rate.original", "", (), [
            money("budget_initial", "department", "", "100"), money("budget_spent", "department", "operating", "50")], None),
        ("budget_execution_rate.original", "", (), [
            money("budget_initial", "department", "", "100"), money("budget_spent", "department", "operating", "50"),
            money("budget_spent", "department", "special", "30")], "4/5"),
        # the whole is nothing but its 运转类: there is no 专项 that spending could be lacking
        ("budget_execution_rate.original", "", (), [
            money("budget_initial", "department", "", "100"), money("budget_initial", "department", "operating", "100"),
            money("budget_spent", "department", "operating", "50")], "1/2"),
        ("budget_execution_rate.original", "", (), [
            money("budget_initial", "department", "", "100"), money("budget_initial", "department", "operating", "60"),
            money("budget_spent", "department", "operating", "50")], None),
        # 4.03 + 6.02 = 10.05 is 10.0 as far as rounding goes (0.05 + 0.005 + 0.005): (3 + 5) ÷ 10; 10.07 is not
        ("three_public_control_rate.ministry", "", (), [
            money("three_public_budget", "department", "", "10.0", precision="0.1"),
            money("three_public_budget", "department", "abroad", "4.03", precision="0.01"),
            money("three_public_budget", "department", "reception", "60200", precision="100", unit="元"),
            money("three_public_actual", "department", "abroad", "3"),
            money("three_public_actual", "department", "reception", "5")], "4/5"),
        ("three_public_control_rate.ministry", "", (), [
            money("three_public_budget", "department", "", "10.0", precision="0.1"),
            money("three_public_budget", "department", "abroad", "4.05", precision="0.01"),
            money("three_public_budget", "department", "reception", "6.02", precision="0.01"),
            money("three_public_actual", "department", "abroad", "3"),
            money("three_public_actual", "department", "reception", "5")], None),
        # the department's whole, its units' 运转类: 20 + 30 may not be all; as wholes they are
        ("budget_execution_rate.original", "", ("u1", "u2"), [
            money("budget_initial", "department", "", "100"), money("budget_spent", "u1", "operating", "20"),
            money("budget_spent", "u2", "operating", "30")], None),
        ("budget_execution_rate.original", "", ("u1", "u2"), [
            money("budget_initial", "department", "", "100"), money("budget_spent", "u1", "", "20"),
            money("budget_spent", "u2", "", "30")], "1/2"),
        # u1 is split, u2 is not: 专项 of the department may lack that of u1 if u1 has more than it names
        ("budget_execution_rate.original", "special", ("u1", "u2"), [
            money("budget_initial", "u1", "", "100"), money("budget_spent", "u1", "operating", "50"),
            money("budget_initial", "u2", "special", "10"), money("budget_spent", "u2", "special", "10")], None),
        ("budget_execution_rate.original", "special", ("u1", "u2"), [
            money("budget_initial", "u1", "operating", "100"), money("budget_spent", "u1", "operating", "50"),
            money("budget_initial", "u2", "special", "10"), money("budget_spent", "u2", "special", "9")], "9/10"),
    ],
)  # fmt: skip
def test_both_paths_give_what_was_added_up_by_hand(rate, item, units, rows, expected):
    case = RandomCase(0, units, tuple(rows))
    theirs = by_sql([as_evidence(case)])[0, rate, "department", item]
    ours = by_program(case)[0, rate, "department", item]
    if expected is None:
        assert (ours.status, theirs.status) == (NOT_ASSESSABLE, NOT_ASSESSABLE)
        return
    assert (ours.status, theirs.status) == (COMPUTED, COMPUTED)
    assert ours.value == Fraction(*theirs.quotient) == Fraction(expected)


def test_a_thousand_random_departments_come_out_the_same(capsys):
    """Value and status of every definition, for the department, each unit and each item: exactly the same."""
    outcome = Compared()
    for start in range(0, CASES, 250):
        seeds = range(start, start + 250)
        part = compare(program_of(seeds), sql_of(seeds), Compared())
        outcome.statuses += part.statuses
        outcome.scopes += part.scopes
        outcome.differ += part.differ
        for rate, counts in part.by_rate.items():
            outcome.by_rate.setdefault(rate, Counter()).update(counts)
    with capsys.disabled():
        print(f"\n{outcome.statuses.total()} compared: {dict(outcome.statuses)}; {dict(outcome.scopes)}")
    assert not outcome.differ, f"{len(outcome.differ)} differ, first {outcome.differ[:5]}"
    # a comparison of empty departments would agree too: every status must have been there, often, for every rate
    assert min(outcome.statuses.values()) > 3000, outcome.statuses
    assert len(outcome.scopes) == 4 and min(outcome.scopes.values()) > 5000, outcome.scopes
    for rate, counts in outcome.by_rate.items():
        least = 3 if DEFINITIONS[rate].unit == "%" and rate != "appraisal_weight_sum.sum" else 2
        seen = [status for status in (COMPUTED, NOT_ASSESSABLE, UNDEFINED) if counts[status] >= 10]
        assert len(seen) >= least, f"{rate}: {dict(counts)}"


def changed(indicator: str, definition: str, formula: str) -> Stanza:
    """A stanza with one formula changed: an error that nobody noticed."""
    stanza = RATIOS[indicator]
    own = stanza.definitions[definition].model_copy(update={"formula": formula})
    return stanza.model_copy(update={"definitions": {**stanza.definitions, definition: own}})


def test_without_an_error_nothing_shows():
    """The other half of every test below."""
    assert not compare(right_program(), right_sql(), Compared()).differ


@pytest.mark.parametrize(
    ("indicator", "definition", "formula"),
    [
        ("budget_execution_rate", "adjusted", "budget_adjusted / budget_spent"),
        ("budget_execution_rate", "original", "budget_spent / budget_adjusted"),
        ("budget_execution_rate", "rules_2012", "(budget_spent + spent_from_prior) / (budget_initial + budget_added - budget_cut)"),
        ("budget_adjustment_rate", "ministry", "(budget_added - budget_cut) / budget_initial"),
        ("budget_adjustment_rate", "ministry_exempt", "(budget_added + budget_cut + budget_moved) / budget_initial"),
        ("carry_over_rate", "to_spending", "carry_over / budget_adjusted"),
        ("carry_over_change_rate", "ministry", "(carry_over - carry_over_previous) / carry_over"),
        ("three_public_change_rate", "ministry", "three_public_budget / three_public_budget_previous"),
        ("three_public_change_rate", "actual", "(three_public_budget - three_public_budget_previous) / three_public_budget_previous"),
        ("staff_control_rate", "established", "staff_actual_all / staff_quota_all"),
        ("satisfaction_rate", "weighted", "(survey_very_satisfied + 0.8 * survey_rather_satisfied + 0.6 * survey_neutral + 0.4 * survey_dissatisfied) / survey_answers"),
        ("quality_rate", "project", "tasks_quality_met / tasks_planned"),
        ("payment_progress_rate", "ministry", "(paid_to_date / budget_adjusted) * planned_progress"),
        ("special_funds_behind", "count", "special_funds_late + 1"),
        ("key_spending_rate", "ministry", "min(1, key_project_budget / project_budget)"),
    ],
)  # fmt: skip
def test_a_wrong_formula_shows(indicator, definition, formula):
    wrong = program_of(SOME, {indicator: changed(indicator, definition, formula)})
    theirs = {place: found for place, found in right_sql().items() if place[1].startswith(f"{indicator}.")}
    found = compare(wrong, theirs, Compared())
    assert found.differ
    assert all(f"'{indicator}.{definition}'" in said for said in found.differ), "only what is wrong may show"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        # the year before is not looked up; the units are not brought to one; a missing item counts as nothing;
        # a unit that says nothing is overlooked; what was not chosen counts too
        ("e.year = a.year - k.back", "e.year = a.year"),
        ("('万元', 4)", "('万元', 3)"),
        (
            "COALESCE(a.state, 'missing') AS state, a.n",
            "COALESCE(a.state, 'value') AS state, COALESCE(a.n, 0) AS n",
        ),
        ("WHERE i.state IS NOT NULL OR NOT (", "WHERE i.state IS NOT NULL OR t.c IS NOT NULL AND NOT ("),
        # items are taken for all there are: in a unit, of the department, of the units beside the department's whole;
        # what the department names hides what its units name; what is named b.x counts beside b
        ("       OR NOT EXISTS (SELECT 1 FROM unit_gap", "       OR 1 OR EXISTS (SELECT 1 FROM unit_gap"),
        ("CASE WHEN g.c IS NULL OR s.items = l.items THEN i.state", "CASE WHEN 1 THEN i.state"),
        ("(g.c IS NOT NULL AND NOT w.published AND NOT w.every_item)", "0"),
        (
            "FROM department_item i JOIN summed s ON",
            "FROM department_item i JOIN has h ON h.c = i.c AND h.family ="
            " i.family AND h.scope = 'department' AND h.item = i.item JOIN summed s ON",
        ),
        (
            "    WHERE NOT EXISTS (\n        SELECT 1 FROM amount b",
            "    WHERE 1 OR EXISTS (SELECT 1 FROM amount b",
        ),
        ("WHEN f.below = 0 OR f.per = 0 THEN 'undefined'", "WHEN 0 THEN 'undefined'"),
        ("WHEN f.not_applicable THEN 'not_applicable'", "WHEN 0 THEN ''"),
        # hundredths are cut off instead of kept
        ("* p.times END AS n", "* p.times / 100000000 * 100000000 END AS n"),
    ],
    ids=[
        "year",
        "unit",
        "missing-item",
        "silent-unit",
        "unit-gap",
        "department-gap",
        "gap-over-units",
        "hidden-items",
        "nested",
        "zero-base",
        "not-applicable",
        "floor",
    ],
)
def test_a_wrong_sql_shows(old, new):
    assert old in SQL
    assert compare(right_program(), sql_of(SOME, SQL.replace(old, new)), Compared()).differ


@pytest.mark.parametrize(
    "wrong",
    [
        "UPDATE rate SET above = below, below = above WHERE rate = 'public_funds_control_rate.ministry'",
        "UPDATE rate SET above = -above WHERE rate = 'budget_execution_rate.rules_2012' AND figure = 'spent_from_prior'",
        "DELETE FROM rate WHERE figure = 'adjustment_exempt'",
        "UPDATE rate SET figure = 'budget_initial' WHERE rate = 'carry_over_rate.ministry' AND below",
    ],
)
def test_a_wrong_coefficient_shows(wrong):
    assert compare(right_program(), sql_of(SOME, after=wrong), Compared()).differ


def forgets_the_year_before(self, figure, year):
    return self.dictionary[figure].previous or figure, year


def takes_the_missing_for_nothing(self, parts, key, right=Figures._add):
    return right(self, [part for part in parts if part.state != "missing"], key)


def adds_up_no_units(self, meaning, item, year):
    return []


def sees_only_its_own_rows(self, figure, scope):
    return (scope,)


def takes_the_items_for_all(self, *about):
    return True


@pytest.mark.parametrize(
    ("method", "wrong"),
    [
        ("_of_year", forgets_the_year_before),
        ("_add", takes_the_missing_for_nothing),
        ("_unit_parts", adds_up_no_units),
        ("_places", sees_only_its_own_rows),
        ("_complete", takes_the_items_for_all),
        ("_fits_the_whole", takes_the_items_for_all),
        ("_has_none", takes_the_items_for_all),
    ],
)
def test_a_wrong_sum_in_the_program_shows(method, wrong, monkeypatch):
    monkeypatch.setattr(Figures, method, wrong)
    assert compare(program_of(SOME), right_sql(), Compared()).differ


def test_what_is_nested_counted_twice_in_the_program_shows(monkeypatch):
    monkeypatch.setattr(figures, "_uppermost", list)
    assert compare(program_of(SOME), right_sql(), Compared()).differ


def test_a_value_that_is_only_nearly_right_shows():
    """The last of 34 digits: exact means exact."""
    case = random_case(3)
    ours = by_program(case)
    place, result = next((p, r) for p, r in ours.items() if r.status == COMPUTED and r.value is not None)
    near = Result(**{**vars(result), "value": result.value + Fraction(1, 10**40)})
    theirs = by_sql([as_evidence(case)])
    assert difference(result, theirs[place]) == ""
    assert difference(near, theirs[place]) != ""
    floor = Result(
        **{**vars(result), "value": Fraction(int(result.value * 10**4), 10**4) - Fraction(1, 10**4)}
    )
    assert difference(floor, theirs[place]) != ""


def test_a_percentage_does_not_add_up_over_units():
    """Two units that should each be half through the year are not to be through it together."""
    rows: list[FigureRow] = []
    for unit in ("u1", "u2"):
        rows += [
            figure_row("paid_to_date", unit, "", "45", "万元"), figure_row("budget_adjusted", unit, "", "100", "万元"),
            figure_row("planned_progress", unit, "", "50", "%"),
        ]  # fmt: skip
    results = indicators.compute(
        RATIOS["payment_progress_rate"], Figures(DICTIONARY, rows, ("u1", "u2"), YEAR)
    )
    found = {r.scope: (r.status, r.value) for r in results}
    assert found["u1"] == (COMPUTED, Fraction(9, 10))  # 45 % ÷ 50 %
    assert found["department"] == (NOT_ASSESSABLE, None)


def test_spending_more_than_the_budget_leaves_nothing_to_carry_over():
    """Budget 100, spent 105: at most −5 % of the budget is left, so nothing; not a range that is upside down."""
    rows = [
        figure_row("budget_adjusted", "department", "", "100", "万元"),
        figure_row("budget_spent", "department", "", "105", "万元"),
    ]
    results = indicators.compute(RATIOS["carry_over_rate"], Figures(DICTIONARY, rows, (), YEAR))
    bound = next(r for r in results if r.definition == "upper_bound")
    assert bound.interval is not None and bound.interval.low <= bound.interval.high


# What a whole run wrote. Amounts of money stand in 万元 there, everything else as it is counted.
IN_TEN_THOUSANDS = {
    "budget_execution_rate", "budget_adjustment_rate", "carry_over_rate", "carry_over_change_rate", "key_spending_rate",
    "three_public_change_rate", "three_public_control_rate", "public_funds_control_rate", "procurement_execution_rate",
    "fixed_asset_use_rate", "staff_spending_share", "public_spending_share", "project_spending_share",
    "accounts_total_change_rate", "general_budget_change_rate", "running_cost_change_rate",
}  # fmt: skip


def written(above: int, below: int) -> str:
    """A quotient as it should stand in a table: whole where its decimals end, else 34 digits, half up."""
    value = Fraction(above, below)
    rest = value.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    digits = 34 if rest != 1 else 1000
    number = Context(prec=digits, rounding=ROUND_HALF_UP).divide(
        Decimal(value.numerator), Decimal(value.denominator)
    )
    text = format(number, "f")
    return (text.rstrip("0").rstrip(".") if "." in text else text) or "0"


def recompute(folder: Path, year: int, units: Sequence[str]) -> Counter[str]:
    """Hold indicators.csv of a run against its figures.csv, row by row; return how often each status occurs."""
    evidence = [
        tuple(
            row[column]
            for column in ("figure", "scope", "item", "year", "state", "value", "unit", "precision", "chosen")
        )
        for row in tables.from_csv((folder / "figures.csv").read_bytes())
    ]
    theirs = by_sql([(0, year, units, evidence)])
    ours = {
        (0, f"{row['indicator']}.{row['definition']}", row["scope"], row["item"]): row
        for row in tables.from_csv((folder / "indicators.csv").read_bytes())
        if row["definition"] != indicators.POINTS
    }
    assert ours.keys() == theirs.keys()
    for place, row in ours.items():
        found = theirs[place]
        assert row["status"] == found.status, place
        if found.status != COMPUTED:
            assert row["value"] == "", place
            continue
        bound = DEFINITIONS[place[1]].definitions[row["definition"]].bound
        assert row["value"] == ("" if bound else written(*found.quotient)), place
        if row["denominator"]:
            assert found.above is not None and found.below is not None, place
            if found.per is None:
                held = MILLIONTHS * found.share * (10**4 if row["indicator"] in IN_TEN_THOUSANDS else 1)
                line = (written(found.above, held), written(found.below, held))
            else:  # a quotient above the line
                line = (written(found.above, found.below), written(found.per, MILLIONTHS))
            assert (row["numerator"], row["denominator"]) == line, place
    return Counter(row["status"] for row in ours.values())


def write_tables(folder: Path, case: RandomCase) -> None:
    """figures.csv and indicators.csv of a random department, as a run would write them."""
    evidence = [
        {
            **dict.fromkeys(tables.COLUMNS["figures"], ""),
            "figure": row.key.figure, "scope": row.key.scope, "item": row.key.item, "year": str(row.key.year),
            "source": row.source, "state": row.state, "value": row.value, "unit": row.unit,
            "precision": row.precision, "chosen": "yes" if row.chosen else "no",
        }
        for row in case.rows
    ]  # fmt: skip
    rows = indicators.to_rows(by_program(case).values(), RULEBOOK, {})
    (folder / "figures.csv").write_bytes(tables.to_csv("figures", evidence))
    (folder / "indicators.csv").write_bytes(tables.to_csv("indicators", rows))


def test_written_tables_are_recomputed_and_a_changed_digit_shows(tmp_path):
    """The check that the real runs go through below, on random departments, and on a table that somebody touched."""
    for seed in range(20):
        case = random_case(seed)
        write_tables(tmp_path, case)
        found = recompute(tmp_path, YEAR, case.units)
    assert found[COMPUTED]
    path = tmp_path / "indicators.csv"
    rows = tables.from_csv(path.read_bytes())
    row = max(rows, key=lambda row: len(row["value"]))
    assert len(row["value"]) > 34
    row["value"] = row["value"][:-1] + str((int(row["value"][-1]) + 1) % 10)
    path.write_bytes(tables.to_csv("indicators", rows))
    with pytest.raises(AssertionError):
        recompute(tmp_path, YEAR, case.units)


@pytest.mark.parametrize(
    ("run", "case_file", "least"),
    [
        ("wuxi-offices-2019", ROOT / "params" / "cases" / "wuxi-offices-2019.yaml", 20),
        ("invented-water-2021", INVENTED_CASE, 15),
        ("putuo-finance-2024", ROOT / "params" / "cases" / "putuo-finance-2024.yaml", 30),
    ],
)
def test_the_tables_of_a_run_are_recomputed_from_its_own_figures(run, case_file, least, request):
    """indicators.csv of a fresh run, row by row, from figures.csv by the SQL: numerator, denominator and value."""
    outcome = request.getfixturevalue(run.partition("-")[0])
    folder = outcome.processed(run)
    assert (folder / "indicators.csv").is_file(), outcome.err
    case = YAML(typ="safe").load(case_file.read_text(encoding="utf-8"))
    found = recompute(folder, case["year"], [unit["id"] for unit in case.get("units", [])])
    assert found[COMPUTED] >= least, found
