"""Figures: sums over items and units, missing against zero, several sources of one figure."""

from fractions import Fraction

import pytest

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
