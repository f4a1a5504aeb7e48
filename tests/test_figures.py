"""Figures: sums over items and units, missing against zero, several sources of one figure."""

import csv
from dataclasses import replace
from fractions import Fraction

import damage
import pytest

from auditbook import pipeline, quality_tables
from auditbook.figures import FigureRow, Figures, Key, Meaning

ITEMS = {"a": "甲", "b": "乙", "c": "丙"}


def meaning(id, **more):
    return Meaning(id=id, name=id, unit=more.pop("unit", "人"), meaning="虚构", table="虚构", **more)


DICTIONARY = {
    m.id: m
    for m in (
        meaning("quota", items=ITEMS, family="staff"),
        meaning("actual", items=ITEMS, family="staff"),
        meaning("quota_inside", sum={"of": "quota", "items": ["a", "b"]}),
        meaning("actual_inside", sum={"of": "actual", "items": ["a", "b"]}),
        meaning("money", unit="万元", items=ITEMS, total="sum"),
        meaning("weight", unit="%", items="free"),
        meaning("weight_sum", unit="%", sum={"of": "weight", "by": "group"}),
        meaning("single", units="none"),
        meaning("budget", unit="万元", items=ITEMS, total="sum", family="funds"),
        meaning("spent", unit="万元", items=ITEMS, total="sum", family="funds"),
        meaning("spent_a", unit="万元", sum={"of": "spent", "items": ["a"]}),
    )
}


def row(figure, scope, item, value, unit="人", precision="exact", state="value", source="s", chosen=True):
    return FigureRow(
        Key(figure, scope, item, 2020),
        source,
        "",
        "",
        state,
        "evidence",
        value,
        unit,
        precision,
        "q",
        "",
        chosen,
    )


def figures(*rows, units=("u1", "u2")):
    return Figures(DICTIONARY, rows, units, 2020)


def test_sum_over_the_items_that_count_and_over_units():
    found = figures(
        row("quota", "u1", "a", "10"), row("quota", "u1", "b", "5"), row("quota", "u1", "c", "99"),
        row("quota", "u2", "b", "7"),
    )  # fmt: skip
    assert found.resolve("quota_inside", "u1").value == 15
    assert found.resolve("quota_inside", "u2").value == 7
    assert found.resolve("quota_inside").value == 22
    assert len(found.resolve("quota_inside").terms) == 3


def test_an_item_that_the_sister_figure_has_is_missing_and_not_zero():
    found = figures(
        row("quota", "u1", "a", "10"),
        row("quota", "u1", "b", "5"),
        row("actual", "u1", "a", "9"),
        units=("u1",),
    )
    assert found.resolve("actual_inside", "u1").state == "missing"
    assert found.resolve("actual_inside", "u1").lacking == ("actual:u1:b:2020",)
    assert found.resolve("actual_inside").state == "missing"


def test_a_unit_without_any_row_makes_the_department_missing():
    found = figures(row("quota", "u1", "a", "10"))
    assert found.resolve("quota_inside", "u1").value == 10
    assert found.resolve("quota_inside").state == "missing"


def test_a_unit_that_has_none_of_the_items_adds_nothing():
    found = figures(row("quota", "u1", "a", "10"), row("quota", "u2", "c", "3"))
    assert found.resolve("quota_inside").value == 10


def test_a_declared_zero_counts_and_a_missing_state_does_not():
    zero = row("money", "department", "a", "0", "万元", "0.01", state="zero")
    assert figures(zero, row("money", "department", "b", "5", "万元", "0.01")).resolve("money").value == 50000
    gone = row("money", "department", "a", "", "", "", state="missing")
    assert (
        figures(gone, row("money", "department", "b", "5", "万元", "0.01")).resolve("money").state
        == "missing"
    )
    nowhere = row("money", "department", "a", "", "", "", state="not_applicable")
    assert (
        figures(nowhere, row("money", "department", "b", "5", "万元", "0.01")).resolve("money").value == 50000
    )


def test_a_given_total_wins_over_the_sum_of_its_items():
    found = figures(
        row("money", "department", "", "9", "万元", "0.01"),
        row("money", "department", "a", "5", "万元", "0.01"),
    )
    assert found.resolve("money").value == 90000


def test_groups_of_nested_items():
    found = figures(
        *(row("weight", "department", f"g.{n}", v, "%") for n, v in (("x", "50"), ("y", "30"), ("z", "20")))
    )
    assert found.items("weight_sum", "department") == ("g",)
    assert found.resolve("weight_sum", "department", "g").value == 1
    assert found.resolve("weight", "department", "g").value == 1


def test_a_figure_that_does_not_add_over_units():
    assert (
        figures(row("single", "u1", "", "3"), row("single", "u2", "", "4")).resolve("single").state
        == "missing"
    )


def test_only_the_chosen_source_counts():
    found = figures(
        row("single", "department", "", "3"), row("single", "department", "", "4", source="t", chosen=False)
    )
    assert found.resolve("single").value == 3


def test_intervals_add_up():
    found = figures(
        row("money", "department", "a", "1.00", "万元", "0.01"),
        row("money", "department", "b", "2", "万元", "1"),
    )
    span = found.resolve("money").interval
    assert (span.low, span.high) == (Fraction("0.995") * 10000 + 15000, Fraction("1.005") * 10000 + 25000)


def test_an_unknown_id_is_an_error():
    with pytest.raises(KeyError):
        figures().resolve("nobody_defines_me")


def weights(*parts):
    return figures(*(row("weight", "department", item, value, "%") for item, value in parts))


@pytest.mark.parametrize(
    ("parts", "percent"),
    [
        # 50 + 50; the 20 and 30 are within the second 50
        ([("g.a", "50"), ("g.b", "50"), ("g.b.x", "20"), ("g.b.y", "30")], 100),
        # the part has no row: what is in it counts
        ([("g.a", "50"), ("g.b.x", "20"), ("g.b.y", "30")], 100),
        # two levels down: 50 + 20 + 10 + 15, and the 5 and 4 within the 20
        ([("g.a", "50"), ("g.b.x", "20"), ("g.b.y.p", "10"), ("g.b.y.q", "15"), ("g.b.x.r", "5"), ("g.b.x.s", "4")], 95),
        # a row far below a part that has one, with nothing between
        ([("g.b", "50"), ("g.b.x.p", "7")], 50),
        # a name that only begins alike is another part: 50 + 7
        ([("g.b", "50"), ("g.bc", "7")], 57),
        # a group that has a row of its own is that row
        ([("g", "90"), ("g.a", "50"), ("g.a.x", "20")], 90),
    ],
)  # fmt: skip
@pytest.mark.parametrize("turned", [False, True])
def test_what_is_nested_in_a_part_does_not_count_twice(parts, percent, turned):
    found = weights(*(reversed(parts) if turned else parts))
    assert found.resolve("weight_sum", "department", "g").value == Fraction(percent, 100)
    assert found.resolve("weight", "department", "g").value == Fraction(percent, 100)


def test_what_is_nested_does_not_count_twice_in_a_whole():
    parts = [("a", "5"), ("b", "4"), ("b.x", "1"), ("b.y", "3"), ("c.x", "2")]
    found = figures(*(row("money", "department", item, value, "万元") for item, value in parts))
    assert found.resolve("money").value == 110000  # 5 + 4 + 2


def staff(scope, item, quota, actual):
    return row("quota", scope, item, quota), row("actual", scope, item, actual)


@pytest.mark.parametrize(
    ("rows", "quota", "actual"),
    [
        # the department gives a, its unit b: 10 + 10 and 10 + 15
        ([*staff("department", "a", "10", "10"), *staff("u1", "b", "10", "15")], 20, 25),
        # what the department gives itself counts once, as it gives it: 10 + 10, not 10 + 10 + 7
        ([*staff("department", "a", "10", "10"), *staff("u1", "a", "7", "7"), *staff("u1", "b", "10", "15")], 20, 25),
        # an item that is not asked for is not added
        ([*staff("department", "a", "10", "10"), *staff("u1", "c", "10", "15")], 10, 10),
    ],
)  # fmt: skip
def test_items_of_the_department_do_not_hide_those_of_its_units(rows, quota, actual):
    found = figures(*rows, units=("u1",))
    assert (found.resolve("quota_inside").value, found.resolve("actual_inside").value) == (quota, actual)


def test_a_unit_that_says_nothing_may_have_some_of_what_another_unit_has():
    found = figures(*staff("department", "a", "10", "10"), *staff("u1", "b", "10", "15"))
    assert found.resolve("quota_inside").state == "missing"
    assert found.resolve("quota_inside").lacking == ("quota:u2:b:2020",)
    only = figures(*staff("department", "a", "10", "10"))
    assert only.resolve("quota_inside").value == 10  # nobody speaks of b


def test_a_unit_that_is_given_only_as_a_whole_may_have_some_of_an_item():
    rows = [*staff("u1", "a", "10", "9"), *staff("u2", "", "30", "28")]
    found = figures(*rows)
    assert found.resolve("quota_inside").lacking == ("quota:u2:a:2020",)
    for state in ("zero", "not_applicable"):
        nothing = [replace(own, state=state, value="") if own.key.scope == "u2" else own for own in rows]
        assert figures(*nothing).resolve("quota_inside").value == 10


def test_the_whole_of_a_department_takes_in_the_items_of_its_units():
    rows = [row("money", "department", "a", "5", "万元"), row("money", "u1", "b", "3", "万元")]
    assert figures(*rows, units=("u1",)).resolve("money").value == 80000
    assert figures(*rows).resolve("money").lacking == ("money:u2:b:2020",)


def funds(figure, scope, *parts):
    return [row(figure, scope, item, value, "万元", "0.01") for item, value in parts]


@pytest.mark.parametrize("scope", ["department", "u1"])
@pytest.mark.parametrize(
    ("budget", "spent", "expected"),
    [
        ([("", "100")], [("a", "50")], None),
        ([("", "100")], [("a", "50"), ("b", "30")], None),
        # every item of the list is there: 50 + 30 + 5
        ([("", "100")], [("a", "50"), ("b", "30"), ("c", "5")], 85),
        # split alike, or the sister not given at all: nothing speaks against 50 being all
        ([("a", "100")], [("a", "50")], 50),
        ([], [("a", "50")], 50),
        # the sister's own items explain its whole, or only part of it
        ([("", "100"), ("a", "60"), ("b", "40")], [("a", "50"), ("b", "30")], 80),
        ([("", "100"), ("a", "100")], [("a", "50")], 50),
        ([("", "100"), ("a", "60")], [("a", "50")], None),
        # 60.00 + 40.01 is 100.00 within 0.015 of rounding; 60.00 + 40.02 is 0.02 off, and is not
        ([("", "100.00"), ("a", "60.00"), ("b", "40.01")], [("a", "50"), ("b", "30")], 80),
        ([("", "100.00"), ("a", "60.00"), ("b", "40.02")], [("a", "50"), ("b", "30")], None),
        # its own whole is what counts, whatever the items say
        ([("", "100")], [("", "70"), ("a", "50")], 70),
    ],
)  # fmt: skip
def test_items_are_no_whole_beside_a_sister_that_is_more_than_its_items(scope, budget, spent, expected):
    found = figures(*funds("budget", scope, *budget), *funds("spent", scope, *spent), units=("u1",))
    for asked in {scope, "department"}:
        if expected is None:
            assert found.resolve("spent", asked).state == "missing"
            assert found.resolve("spent", asked).lacking == (f"spent:{scope}::2020",)
        else:
            assert found.resolve("spent", asked).value == expected * 10000
    assert found.resolve("spent_a", scope).value == 500000  # the part that was asked for is known


@pytest.mark.parametrize("state", ["zero", "missing", "not_applicable"])
def test_a_sister_without_an_amount_hides_no_item(state):
    whole = row("budget", "department", "", "0" if state == "zero" else "", "万元", "0.01", state=state)
    assert figures(whole, *funds("spent", "department", ("a", "50"))).resolve("spent").value == 500000


def test_a_sister_in_another_year_or_unit_hides_no_item():
    other = funds("budget", "department", ("", "100"))[0]
    earlier = replace(other, key=replace(other.key, year=2019))
    spent = funds("spent", "u1", ("a", "50"))
    assert figures(earlier, *spent, units=("u1",)).resolve("spent").value == 500000
    beside = [*funds("budget", "u2", ("", "100")), *funds("spent", "u2", ("", "60")), *spent]
    assert figures(*beside).resolve("spent", "u1").value == 500000
    assert figures(*beside).resolve("spent").value == 1100000


def test_items_of_the_units_beside_a_whole_of_the_department():
    """The department's budget is 100, its units give their spending."""
    whole = funds("budget", "department", ("", "100"))
    parts = [*funds("spent", "u1", ("a", "20")), *funds("spent", "u2", ("a", "30"))]
    assert figures(*whole, *parts).resolve("spent").lacking == ("spent:department::2020",)
    assert figures(*whole, *parts).resolve("spent", "u1").value == 200000  # nothing of u1 is given as a whole
    as_wholes = [*funds("spent", "u1", ("", "20")), *funds("spent", "u2", ("", "30"))]
    assert figures(*whole, *as_wholes).resolve("spent").value == 500000
    # u1 gives its whole, u2 every item: 20 + 10 + 8 + 2
    every = funds("spent", "u2", ("a", "10"), ("b", "8"), ("c", "2"))
    assert figures(*whole, *as_wholes[:1], *every).resolve("spent").value == 400000
    # the units' budgets for a explain the department's: 60 + 40
    budgets = [*funds("budget", "u1", ("a", "60")), *funds("budget", "u2", ("a", "40"))]
    assert figures(*whole, *budgets, *parts).resolve("spent").value == 500000
    # or do not: 60 + 30
    budgets = [*funds("budget", "u1", ("a", "60")), *funds("budget", "u2", ("a", "30"))]
    assert figures(*whole, *budgets, *parts).resolve("spent").state == "missing"


def test_every_item_is_there_when_the_department_or_each_unit_names_it():
    whole = funds("budget", "department", ("", "100"))
    own = funds("spent", "department", ("a", "50"))
    units = [*funds("spent", "u1", ("b", "3"), ("c", "1")), *funds("spent", "u2", ("b", "4"), ("c", "2"))]
    assert figures(*whole, *own, *units).resolve("spent").value == 600000  # 50 + 3 + 4 + 1 + 2
    assert figures(*whole, *own, *units[:3]).resolve("spent").lacking == ("spent:department::2020",)


def told(*rows):
    """What the table for the rule says of each place: whether it applies on all sides."""
    table = quality_tables._families(figures(*rows), {"u1": "甲所", "u2": "乙所"})
    return {(own["scope"], own["item"]): own["applies"] for own in table.rows}, table.found


@pytest.mark.parametrize(
    ("state", "value", "applies"),
    [("value", "3", "one_side"), ("value", "0.00", "same"), ("zero", "0", "same"), ("missing", "", "same"),
     ("not_applicable", "", "same")],
)  # fmt: skip
def test_what_applies_on_one_side_only_is_told(state, value, applies):
    said, found = told(
        row("budget", "u2", "a", "", "", "", state="not_applicable"),
        row("spent", "u2", "a", value, "万元", "0.01", state=state),
        row("spent", "u1", "a", "9", "万元", "0.01"),  # alone at its place: nothing to hold it against
        row("spent", "u2", "b", "9", "万元", "0.01"),
    )
    assert said == {("u2", "a"): applies}
    if applies == "one_side":
        assert found == ["乙所：budget·甲不适用，而spent·甲3万元"]


def test_a_run_tells_that_a_budget_does_not_apply_and_its_spending_does(copied):
    """The invented department with public funds of one unit; the rule is medium and stops nothing."""
    with (damage.folder(copied) / "money.csv").open("a", encoding="utf-8") as file:
        for figure, state, value, unit in (
            ("public_funds_budget", "not_applicable", "", ""), ("public_funds_actual", "value", "1200000", "元"),
        ):  # fmt: skip
            file.write(
                f'{figure},river-station,,2021,公用经费,{state},{value},{unit},1,一（二）,"追加1,200,000元"\n'
            )
    damage.rehash(copied)
    run = pipeline.begin("quality", str(damage.case_file(copied)))
    path = run.workspace.processed / "quality.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rule = {own["rule"]: own for own in csv.DictReader(file)}["families_apply"]
    assert (rule["passed"], rule["severity"], rule["blocking"], rule["failed"]) == ("no", "medium", "no", "1")
    assert "公用经费预算数不适用，而公用经费决算数1200000元" in rule["found"]
    assert "money.csv" in rule["where"]
