"""What Great Expectations says of our tables through the one module that asks it."""

import inspect
import json
import os
import subprocess
import sys
import textwrap
import warnings
from decimal import Decimal
from pathlib import Path

import pytest

from auditbook.expectations import Expectation, Outcome, check_rule, judge

TINY = Decimal("1E-30")
TENTH_AND_TINY = Decimal("0.1" + "0" * 28 + "1")  # written out: a sum would round to 28 digits
ONE_AND_TINY = Decimal("1." + "0" * 29 + "1")


def rule(kind: str, *, where=None, name="r", table="t", **arguments) -> Expectation:
    return Expectation(name, table, kind, arguments, where)


def verdicts(rows, *rules) -> list[Outcome]:
    columns = list(dict.fromkeys(key for row in rows for key in row)) or ["a", "b"]
    return judge({"t": rows}, rules, {"t": columns})


def verdict(rows, kind, **arguments) -> Outcome:
    return verdicts(rows, rule(kind, **arguments))[0]


def column(*cells) -> list[dict[str, object]]:
    return [{"a": cell} for cell in cells]


def pairs(*cells) -> list[dict[str, object]]:
    return [{"a": a, "b": b} for a, b in cells]


# Rules on rows: type, arguments, rows that pass, rows that fail, and which of those fail.
A, AB, LISTED = {"column": "a"}, {"column_A": "a", "column_B": "b"}, {"column_list": ["a", "b"]}
ON_ROWS = [
    (
        "expect_column_values_to_be_between",
        A | {"min_value": 0, "max_value": 0},
        column(Decimal(0), Decimal("0.00"), Decimal("-0")),
        column(Decimal(0), TINY, Decimal("-0.01")),
        (1, 2),
    ),
    (
        "expect_column_values_to_be_in_set",
        A | {"value_set": ["部门", "N/A", ""]},
        column("部门", "N/A", ""),
        column("部门", "单位", "n/a"),
        (1, 2),
    ),
    (
        "expect_column_values_to_not_be_in_set",
        A | {"value_set": ["N/A", ""]},
        column("部门", "n/a", " "),
        column("N/A", "部门", ""),
        (0, 2),
    ),
    (
        "expect_column_values_to_not_be_null",
        A,
        column("", "N/A", Decimal(0)),
        column("", None, "null"),
        (1,),
    ),
    ("expect_column_values_to_be_null", A, column(None, None), column(None, "", "N/A"), (1, 2)),
    (
        "expect_column_values_to_be_unique",
        A,
        column("1", Decimal(1), "", None, None),
        column(Decimal("1.0"), "x", Decimal(1)),
        (0, 2),
    ),
    (
        "expect_column_values_to_match_regex",
        A | {"regex": "^(收入|支出)$"},
        column("收入", "支出"),
        column("收入", "总支出", ""),
        (1, 2),
    ),
    (
        "expect_column_values_to_not_match_regex",
        A | {"regex": r"\s"},
        column("预算数", "N/A"),
        column("预算 数", "预算数", "决算数\u3000"),
        (0, 2),
    ),
    (
        "expect_column_values_to_match_regex_list",
        A | {"regex_list": ["^2", "9$"], "match_on": "all"},
        column("2019", "209"),
        column("2019", "2018", "1999"),
        (1, 2),
    ),
    (
        "expect_column_values_to_not_match_regex_list",
        A | {"regex_list": ["^2", "9$"]},
        column("1", "3"),
        column("1", "29"),
        (1,),
    ),
    (
        "expect_column_value_lengths_to_equal",
        A | {"value": 3},
        column("101", "预算数"),
        column("101", "1010"),
        (1,),
    ),
    (
        "expect_column_value_lengths_to_be_between",
        A | {"min_value": 1, "max_value": 3},
        column("1", "101"),
        column("", "101", "1010"),
        (0, 2),
    ),
    (
        "expect_column_values_to_match_strftime_format",
        A | {"strftime_format": "%Y-%m-%d"},
        column("2020-02-29"),
        column("2020-02-29", "2019-02-29"),
        (1,),
    ),
    (
        "expect_column_pair_values_to_be_equal",
        AB,
        pairs((Decimal("1.10"), Decimal("1.1")), ("x", "x"), (None, None)),
        pairs(("x", "x"), (Decimal(1), ONE_AND_TINY), ("", None), ("1", Decimal(1))),
        (1, 2, 3),
    ),
    (
        "expect_column_pair_values_a_to_be_greater_than_b",
        AB | {"or_equal": True},
        pairs((Decimal(2), Decimal(1)), (Decimal(1), Decimal(1))),
        pairs((Decimal(1), Decimal(1)), (Decimal(1), ONE_AND_TINY)),
        (1,),
    ),
    (
        "expect_column_pair_values_to_be_in_set",
        AB | {"value_pairs_set": [["收入", "万元"], ["人数", "人"]]},
        pairs(("收入", "万元"), ("人数", "人")),
        pairs(("收入", "万元"), ("人数", "万元")),
        (1,),
    ),
    (
        "expect_compound_columns_to_be_unique",
        LISTED,
        pairs(("x", ""), ("x", None), ("x", "1"), ("x", Decimal(1)), (None, None), (None, None)),
        pairs(("x", None), ("y", "1"), ("x", None)),
        (0, 2),
    ),
    (
        "expect_multicolumn_sum_to_equal",
        LISTED | {"sum_total": 0},
        pairs((Decimal(1), Decimal(-1)), (None, None)),
        pairs((Decimal(1), Decimal(-1)), (ONE_AND_TINY, Decimal(-1))),
        (1,),
    ),
    (
        "expect_multicolumn_values_to_be_equal",
        LISTED,
        pairs(("x", "x"), (Decimal(1), Decimal("1.0"))),
        pairs(("x", "x"), ("x", ""), ("x", None)),
        (1, 2),
    ),
    (
        "expect_select_column_values_to_be_unique_within_record",
        LISTED,
        pairs(("x", "y"), ("1", Decimal(1))),
        pairs(("x", "y"), ("x", "x")),
        (1,),
    ),
]

# Rules on a statistic of a column or on the table: arguments that pass, arguments that fail,
# and what is found in a table of three rows: a is 1, 2.5 and null, b is x, "" and x.
THREE = pairs((Decimal(1), "x"), (Decimal("2.5"), ""), (None, "x"))
ON_WHOLES = [
    ("expect_table_row_count_to_equal", {"value": 3}, {"value": 2}, "3", 1),
    ("expect_table_row_count_to_be_between", {"min_value": 3}, {"min_value": 4}, "3", 1),
    ("expect_table_column_count_to_equal", {"value": 2}, {"value": 3}, "2", 1),
    (
        "expect_table_columns_to_match_ordered_list",
        {"column_list": ["a", "b"]},
        {"column_list": ["b", "a"]},
        "“a”、“b”",
        1,
    ),
    (
        "expect_table_columns_to_match_set",
        {"column_set": ["b", "a"]},
        {"column_set": ["a", "c"]},
        "“a”、“b”",
        1,
    ),
    ("expect_column_to_exist", A, {"column": "c"}, "“a”、“b”", 1),
    ("expect_column_max_to_be_between", A | {"max_value": 3}, A | {"max_value": 2}, "2.5", 2),
    ("expect_column_min_to_be_between", A | {"min_value": 1}, A | {"min_value": 2}, "1", 2),
    (
        "expect_column_unique_value_count_to_be_between",
        A | {"min_value": 2},
        A | {"min_value": 3},
        "2",
        2,
    ),
    (
        "expect_column_distinct_values_to_be_in_set",
        {"column": "b", "value_set": ["x", "", "y"]},
        {"column": "b", "value_set": ["x"]},
        "空文本、“x”",
        3,
    ),
    (
        "expect_column_distinct_values_to_contain_set",
        {"column": "b", "value_set": ["x", ""]},
        {"column": "b", "value_set": ["x", "y"]},
        "空文本、“x”",
        3,
    ),
    (
        "expect_column_distinct_values_to_equal_set",
        {"column": "b", "value_set": ["x", ""]},
        {"column": "b", "value_set": ["x", "", "y"]},
        "“x”、空文本",
        3,
    ),
]


@pytest.mark.parametrize(("kind", "arguments", "good", "bad", "failing"), ON_ROWS)
def test_a_rule_on_rows_passes_and_names_the_rows_that_fail(kind, arguments, good, bad, failing):
    passed, failed = verdict(good, kind, **arguments), verdict(bad, kind, **arguments)
    assert (passed.not_run, passed.passed, passed.failures) == ("", True, ())
    assert passed.checked > 0
    assert (failed.not_run, failed.passed, failed.failures) == ("", False, failing)
    assert failed.failed == len(failing)
    assert failed.observed
    assert not passed.observed


@pytest.mark.parametrize(("kind", "right", "wrong", "found", "checked"), ON_WHOLES)
def test_a_rule_on_a_whole_passes_and_fails(kind, right, wrong, found, checked):
    passed, failed = verdicts(THREE, rule(kind, **right), rule(kind, **wrong))
    assert passed == Outcome("r", "t", True, checked, 0, (), passed.observed)
    assert failed == Outcome("r", "t", False, checked, 1, (), failed.observed)
    assert failed.observed == found
    assert passed.observed


def test_the_row_numbers_are_those_of_the_table_before_the_filter():
    rows = [
        {"item": "收入", "year": "2018", "rest": TINY},
        {"item": "收入", "year": "2019", "rest": Decimal(0)},
        {"item": "支出", "year": "2019", "rest": Decimal(7)},
        {"item": "收入", "year": "2019", "rest": Decimal(8)},
        {"item": None, "year": "2019", "rest": Decimal(9)},
        {"item": "", "year": "2019", "rest": None},
    ]
    zero = {"column": "rest", "min_value": 0, "max_value": 0}
    between = "expect_column_values_to_be_between"
    cases = [
        (None, 5, (0, 2, 3, 4)),
        ({"year": "2019"}, 4, (2, 3, 4)),
        ({"item": "收入", "year": "2019"}, 2, (3,)),
        ({"item": ["收入", "支出"], "year": ("2019",)}, 3, (2, 3)),
        ({"item": None}, 1, (4,)),
        ({"item": ""}, 0, ()),
        ({"item": "没有"}, 0, ()),
    ]
    outcomes = verdicts(rows, *(rule(between, where=where, **zero) for where, _, _ in cases))
    assert [(one.checked, one.failures) for one in outcomes] == [case[1:] for case in cases]
    assert [one.passed for one in outcomes] == [False] * 5 + [True] * 2


def test_nulls_are_passed_over_and_counted_out():
    rows = column(None, "x", None, "y", None)
    assert verdict(rows, "expect_column_values_to_be_in_set", column="a", value_set=["x"]) == (
        Outcome("r", "t", False, 2, 1, (3,), "“y”")
    )
    assert verdict(rows, "expect_column_values_to_not_be_null", column="a") == (
        Outcome("r", "t", False, 5, 3, (0, 2, 4), "空值")
    )


def test_ignore_row_if_decides_about_rows_with_one_null():
    rows = pairs(("x", None), ("x", "x"), (None, None))
    equal = "expect_column_pair_values_to_be_equal"
    assert verdict(rows, equal, **AB).failures == (0,)
    ignoring = verdict(rows, equal, **AB, ignore_row_if="either_value_is_missing")
    assert (ignoring.passed, ignoring.checked) == (True, 1)


@pytest.mark.parametrize("residual", [TINY, -TINY, Decimal("1E-400"), Decimal("1E+400")])
def test_a_residual_however_small_is_not_zero(residual):
    outcome = verdict(
        column(Decimal(0), residual),
        "expect_column_values_to_be_between",
        column="a",
        min_value=0,
        max_value=0,
    )
    assert outcome.failures == (1,)


def test_a_sum_beyond_28_digits_is_still_exact():
    rows = [{"a": Decimal("1E+40"), "b": b, "c": Decimal("-1E+40")} for b in (Decimal(0), TINY)]
    kind = "expect_multicolumn_sum_to_equal"
    assert verdict(rows, kind, column_list=["a", "b", "c"], sum_total=0).failures == (1,)


def test_a_sum_beyond_all_digits_is_not_run():
    rows = pairs((Decimal("1E+4000"), TINY), (Decimal("-1E+4000"), Decimal("1E+4000")))
    outcome = verdict(rows, "expect_multicolumn_sum_to_equal", **LISTED, sum_total=0)
    assert (outcome.passed, "Inexact" in outcome.not_run) == (False, True)


def test_the_largest_value_is_compared_exactly():
    rows = column(Decimal(-1), None, TINY)
    outcome = verdict(rows, "expect_column_max_to_be_between", column="a", max_value=0)
    assert (outcome.passed, outcome.observed) == (False, "0." + "0" * 29 + "1")


def test_distinct_values_outside_the_set_are_shown_first():
    rows = column(*"123456", "x")
    kind = "expect_column_distinct_values_to_be_in_set"
    outcome = verdict(rows, kind, column="a", value_set=list("123456"))
    assert outcome.observed == "“x”、“1”、“2”、“3”、“4”"


def test_what_was_observed_shows_exact_values_and_at_most_five():
    outcome = verdict(
        column(TINY, Decimal("1E+3"), TINY, *map(Decimal, range(1, 9))),
        "expect_column_values_to_be_between",
        column="a",
        max_value=0,
    )
    assert outcome.observed == "0." + "0" * 29 + "1；1000；1；2；3"
    rows = pairs(("x" * 50, None), ("", "y"))
    unequal = verdict(rows, "expect_column_pair_values_to_be_equal", **AB)
    assert unequal.observed == f"（“{'x' * 40}…”，空值）；（空文本，“y”）"


def test_more_failures_than_great_expectations_lists_are_all_named():
    rows = column(*["x"] * 501)
    outcome = verdict(rows, "expect_column_values_to_be_null", column="a")
    assert outcome.failures == tuple(range(501))
    twice = verdict(pairs(*[("x", "x")] * 501), "expect_compound_columns_to_be_unique", **LISTED)
    assert twice.failures == tuple(range(501))


def test_mostly_lets_some_rows_fail_and_still_names_them():
    rows = column(*["x"] * 19, "y")
    setting = {"column": "a", "value_set": ["x"]}
    kind = "expect_column_values_to_be_in_set"
    enough = verdict(rows, kind, **setting, mostly=Decimal("0.95"))
    assert (enough.passed, enough.failures) == (True, (19,))
    assert not verdict(rows, kind, **setting, mostly=Decimal("0.96")).passed


JUDGE_NULLS = {"expect_column_values_to_be_null", "expect_column_values_to_not_be_null"}


@pytest.mark.parametrize(
    ("kind", "arguments", "rows"),
    [
        (kind, arguments, rows)
        for kind, arguments, *_ in ON_ROWS
        for rows in ([], column(None, None), pairs((None, None)))
        if not rows or kind not in JUDGE_NULLS
    ],
)
def test_a_rule_that_judged_no_row_passes_with_nothing_checked(kind, arguments, rows):
    outcome = judge({"t": rows}, [rule(kind, **arguments)], {"t": ["a", "b"]})[0]
    assert outcome == Outcome("r", "t", True, 0, 0, (), "")


def test_statistics_of_no_values():
    largest = rule("expect_column_max_to_be_between", column="a", max_value=1)
    present = rule("expect_column_distinct_values_to_contain_set", column="a", value_set=["2019"])
    filled = rule("expect_column_proportion_of_non_null_values_to_be_between", column="a", min_value=1)
    for rows in ([], column(None, None)):
        outcomes = verdicts(rows, largest, present)
        assert [(one.passed, one.checked) for one in outcomes] == [(True, 0), (False, 0)]
    assert verdict(column(None, "x"), filled.type, **filled.arguments).checked == 2


def test_an_empty_table_still_has_columns_and_no_rows():
    outcomes = judge(
        {"t": []},
        [
            rule("expect_table_columns_to_match_ordered_list", column_list=["a", "b"]),
            rule("expect_table_columns_to_match_ordered_list", column_list=["a"]),
            rule("expect_table_row_count_to_be_between", min_value=1),
            rule("expect_column_to_exist", column="b"),
        ],
        {"t": ["a", "b"]},
    )
    assert [(one.passed, one.checked) for one in outcomes] == [
        (True, 1),
        (False, 1),
        (False, 1),
        (True, 1),
    ]


def test_a_column_may_bear_the_name_of_the_row_numbers():
    from auditbook.expectations import _INDEX

    outcomes = verdicts(
        [{_INDEX: "x"}, {_INDEX: "y"}],
        rule("expect_table_columns_to_match_ordered_list", column_list=[_INDEX]),
        rule("expect_column_values_to_be_in_set", column=_INDEX, value_set=["x"]),
    )
    assert [(one.passed, one.failures) for one in outcomes] == [(True, ()), (False, (1,))]


@pytest.mark.parametrize(
    "wanted",
    [
        rule("expect_column_values_to_not_be_null", column="c"),
        rule("expect_column_values_to_be_in_set", column="c", value_set=["x"]),
        rule("expect_column_max_to_be_between", column="c", max_value=1),
        rule("expect_column_pair_values_to_be_equal", column_A="a", column_B="c"),
        rule("expect_compound_columns_to_be_unique", column_list=["a", "c"]),
        rule("expect_column_values_to_not_be_null", column="a", where={"c": "x"}),
    ],
)
@pytest.mark.parametrize("rows", [THREE, []])
def test_a_missing_column_is_never_a_pass(rows, wanted):
    outcome = judge({"t": rows}, [wanted], {"t": ["a", "b"]})[0]
    assert outcome == Outcome("r", "t", False, 0, 0, (), "", "表 t 没有列 c；现有：a、b")


def test_a_missing_table_is_never_a_pass():
    outcome = judge({}, [rule("expect_table_row_count_to_equal", value=0)], {})[0]
    assert (outcome.passed, outcome.not_run) == (False, "没有表 t")


def test_what_great_expectations_cannot_judge_is_not_run_and_stops_no_other_rule():
    between = {"min_value": 0, "max_value": 0}
    outcomes = verdicts(
        pairs((Decimal(0), "N/A"), (TINY, "1")),
        rule("expect_column_values_to_be_between", column="b", **between),
        rule("expect_column_values_to_be_between", column="a", **between),
        rule("expect_column_values_to_be_between", column="a", min_value=1, max_value=0),
        rule("unexpected_rows_expectation", unexpected_rows_query="SELECT 1 FROM nowhere"),
    )
    assert [one.passed for one in outcomes] == [False] * 4
    assert [one.failures for one in outcomes] == [(), (1,), (), ()]
    assert "same type" in outcomes[0].not_run
    assert "min_value cannot be greater than max_value" in outcomes[2].not_run
    assert outcomes[3].not_run
    assert not outcomes[1].not_run


def test_whatever_great_expectations_raises_is_not_run_and_what_it_warns_of_is_not_shown(
    monkeypatch, recwarn
):
    from great_expectations.datasource.fluent.interfaces import Batch

    def fail(*anything, **more):
        warnings.warn("an install lacks widgets", stacklevel=1)
        raise RuntimeError("out of\n order")

    monkeypatch.setattr(Batch, "validate", fail)
    outcome = verdict(THREE, "expect_table_row_count_to_equal", value=3)
    assert outcome == Outcome("r", "t", False, 0, 0, (), "", "out of order")
    assert not recwarn.list


def test_rules_alike_but_for_their_arguments_do_not_share_an_answer():
    """In one suite, GX gives the first two one answer and drops the third."""
    rows = column(Decimal("0.1"), TENTH_AND_TINY)
    kind = "expect_column_values_to_be_in_set"
    outcomes = verdicts(
        rows,
        rule(kind, name="1", column="a", value_set=[Decimal("0.1")]),
        rule(kind, name="2", column="a", value_set=[TENTH_AND_TINY]),
        rule(kind, name="3", column="a", value_set=[TENTH_AND_TINY]),
        rule(kind, name="4", column="a", value_set=[Decimal("0.1")], where={"a": rows[0]["a"]}),
    )
    assert [(one.rule, one.failures) for one in outcomes] == [
        ("1", (1,)),
        ("2", (0,)),
        ("3", (0,)),
        ("4", ()),
    ]


def test_outcomes_come_in_the_order_of_the_rules_over_several_tables():
    tables = {"t": column("x", ""), "u": pairs(("x", None), ("", "y"))}
    rules = [
        rule(
            "expect_column_values_to_be_in_set",
            name=str(at),
            table="tu"[at % 2],
            column="ab"[at % 2 and at % 3 == 0],
            value_set=["x"],
        )
        for at in range(12)
    ]
    outcomes = judge(tables, rules, {"t": ["a"], "u": ["a", "b"]})
    assert [(one.rule, one.table) for one in outcomes] == [(one.rule, one.table) for one in rules]
    assert {one.failures for one in outcomes} == {(1,)}


@pytest.mark.parametrize("cell", [1.5, float("nan"), True, Decimal("NaN"), Decimal("Infinity")])
def test_a_cell_that_is_not_exact_is_refused(cell):
    with pytest.raises(TypeError, match="t, row 1, a: "):
        verdict(column("x", cell), "expect_column_values_to_not_be_null", column="a")


def test_a_column_named_twice_is_refused():
    not_null = rule("expect_column_values_to_not_be_null", column="a")
    with pytest.raises(ValueError, match="a、b、a"):
        judge({"t": []}, [not_null], {"t": ["a", "b", "a"]})


BETWEEN = "expect_column_values_to_be_between"
MISTAKES = {
    "unknown type, a near one is named": (
        rule("expect_column_value_to_be_between", column="a"),
        ["expect_column_value_to_be_between", BETWEEN],
    ),
    "unknown type, nothing near": (rule("无此类型"), ["无此类型", BETWEEN]),
    "a sum in floats": (
        rule("expect_column_sum_to_be_between", column="a", max_value=0),
        ["浮点数"],
    ),
    "unknown argument": (
        rule(BETWEEN, column="a", minimum=0),
        [BETWEEN, "minimum", "column、mostly、min_value、max_value、strict_min、strict_max"],
    ),
    "a filter of GX instead of ours": (
        rule(BETWEEN, column="a", min_value=0, row_condition="b > 1"),
        ["row_condition"],
    ),
    "a severity, which is ours": (rule(BETWEEN, column="a", severity="info"), ["severity"]),
    "missing argument": (rule("expect_column_values_to_be_in_set", column="a"), ["value_set"]),
    "wrong kind of argument": (rule(BETWEEN, column=["a"], min_value=0), ["column"]),
    "no bound": (rule(BETWEEN, column="a", min_value=None), ["min_value、max_value"]),
    "no pattern, which GX lets pass": (
        rule("expect_column_values_to_match_regex", column="a"),
        ["regex"],
    ),
    "no bound, which GX lets pass": (
        rule("expect_column_max_to_be_between", column="a"),
        ["min_value、max_value"],
    ),
    "no columns, which GX lets pass": (
        rule("expect_table_columns_to_match_ordered_list"),
        ["column_list"],
    ),
    "no pattern at all": (
        rule("expect_column_values_to_match_regex", column="a", regex="(收入"),
        ["unterminated subpattern"],
    ),
    "no pattern in a list": (
        rule("expect_column_values_to_match_regex_list", column="a", regex_list=["x", "(收入"]),
        ["unterminated subpattern"],
    ),
    "a decimal that becomes a float": (
        rule(BETWEEN, column="a", max_value=Decimal("0.1")),
        ["max_value", "0.1"],
    ),
    "an integer that becomes a float": (
        rule(BETWEEN, column="a", max_value=10**17 + 1),
        ["max_value", "100000000000000001"],
    ),
    "a text that becomes a date": (
        rule(BETWEEN, column="a", max_value="2019-12-31"),
        ["max_value", "2019-12-31"],
    ),
    "a number that becomes true": (
        rule(BETWEEN, column="a", min_value=0, strict_min="yes"),
        ["strict_min", "yes"],
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_in_a_rule_is_told_before_a_run(mistake):
    wanted, names = MISTAKES[mistake]
    for act in (check_rule, lambda one: judge({"t": []}, [one], {"t": ["a"]})):
        with pytest.raises(ValueError, match="规则 r：") as caught:
            act(wanted)
        for name in (wanted.type, *names):
            assert name in str(caught.value)


@pytest.mark.parametrize(("kind", "arguments"), [case[:2] for case in ON_ROWS + ON_WHOLES])
def test_a_rule_in_order_is_accepted(kind, arguments):
    check_rule(rule(kind, **arguments))


def test_a_tuple_is_taken_for_a_list():
    kind = "expect_column_values_to_be_in_set"
    assert verdict(column("x", "y"), kind, column="a", value_set=("x", "")).failures == (1,)


def test_the_rows_handed_in_are_left_as_they_were():
    rows = pairs(("", None), (TINY, "N/A"))
    before = [dict(row) for row in rows]
    verdict(rows, "expect_compound_columns_to_be_unique", **LISTED)
    assert rows == before
    assert [list(map(type, row.values())) for row in rows] == [
        list(map(type, row.values())) for row in before
    ]


def test_nothing_is_printed(capfd, caplog):
    """Decimals in a set, groups in a pattern and a failing metric make GX and pandas talk."""
    verdicts(
        column(TENTH_AND_TINY, "x"),
        rule("expect_column_values_to_be_in_set", column="a", value_set=[TENTH_AND_TINY]),
        rule("expect_column_values_to_match_regex", column="a", regex="^(x)$"),
        rule(BETWEEN, column="a", min_value=0),
    )
    assert capfd.readouterr() == ("", "")
    assert not caplog.records


ALONE = """
    import json, os, socket, sys

    import auditbook.expectations as expectations

    assert expectations.judge({}, [], {}) == []
    loaded = [name for name in ("great_expectations", "pandas", "numpy") if name in sys.modules]

    def refuse(*anything):
        raise OSError("network")

    socket.socket.connect = socket.getaddrinfo = refuse
    from decimal import Decimal
    rows = [{"a": Decimal(n) / 8, "b": str(n)} for n in range(40)] + [{"a": None, "b": "N/A"}]
    rules = [
        expectations.Expectation(f"{kind}-{n}", "t", kind, arguments, where)
        for n, where in enumerate((None, {"b": ["1", "2", "N/A"]}))
        for kind, arguments in (
            ("expect_column_values_to_be_between", {"column": "a", "max_value": 2}),
            ("expect_column_values_to_be_between", {"column": "b", "max_value": 2}),
            ("expect_column_values_to_be_in_set", {"column": "b", "value_set": ["1", "2"]}),
            ("expect_column_values_to_match_regex", {"column": "b", "regex": "^([0-9])+$"}),
            ("expect_column_distinct_values_to_be_in_set", {"column": "b", "value_set": ["1"]}),
            ("expect_multicolumn_sum_to_equal", {"column_list": ["a", "b"], "sum_total": 0}),
            ("expect_column_min_to_be_between", {"column": "a", "min_value": 2}),
            ("expect_compound_columns_to_be_unique", {"column_list": ["a", "b"]}),
        )
    ]
    outcomes = expectations.judge({"t": rows}, rules, {"t": ["a", "b"]})
    set_up = [os.environ["GX_ANALYTICS_ENABLED"], sys.modules["rfc3987_syntax"]]
    print(json.dumps([loaded, set_up, list(map(repr, outcomes))], ensure_ascii=False))
"""


@pytest.fixture(scope="module")
def alone(tmp_path_factory):
    """The same rules in two fresh processes, each with its hash seed, home and working folder."""
    runs = []
    for seed in "12":
        folder = tmp_path_factory.mktemp("alone")
        places = dict.fromkeys(("HOME", "TMPDIR", "XDG_CACHE_HOME", "XDG_CONFIG_HOME"), str(folder))
        run = subprocess.run(
            [sys.executable, "-c", textwrap.dedent(ALONE)],
            cwd=folder,
            env=os.environ | places | {"PYTHONHASHSEED": seed, "GX_ANALYTICS_ENABLED": "true"},
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        runs.append((run, sorted(path.name for path in folder.rglob("*"))))
    return runs


def test_the_module_is_imported_without_pandas_and_great_expectations(alone):
    assert [json.loads(run.stdout)[0] for run, _ in alone] == [[], []]


def test_great_expectations_is_imported_without_its_analytics_and_a_slow_import(alone):
    assert [json.loads(run.stdout)[1] for run, _ in alone] == [["false", None]] * 2


def test_nothing_is_written_fetched_or_printed_by_a_fresh_process(alone):
    for run, written in alone:
        assert (run.returncode, run.stderr) == (0, "")
        assert run.stdout.count("\n") == 1
        assert written == []


def test_the_hash_seed_changes_nothing(alone):
    first, second = (json.loads(run.stdout)[2] for run, _ in alone)
    assert len(first) == 16
    assert first == second


# What we use of Great Expectations beyond what its users see, and where we use it.


def test_contract_the_version():
    import great_expectations

    assert great_expectations.__version__.startswith("1."), (
        "Great Expectations has a new major version: read its migration guide, then all of "
        "auditbook/expectations.py"
    )


def test_contract_the_context():
    from great_expectations.data_context.types import base

    wanted = {
        base.DataContextConfig: {"store_backend_defaults", "progress_bars", "analytics_enabled"},
        base.InMemoryStoreBackendDefaults: {"init_temp_docs_sites"},
        base.ProgressBarsConfig: {"globally"},
    }
    for kind, parameters in wanted.items():
        assert parameters <= set(inspect.signature(kind).parameters), (
            f"{kind.__name__} has other parameters: look at expectations._Batches.__init__"
        )


def test_contract_the_classes():
    from great_expectations.expectations import expectation as bases

    from auditbook import expectations

    types = expectations._types()
    parents = {
        BETWEEN: "ColumnMapExpectation",
        "expect_column_pair_values_to_be_equal": "ColumnPairMapExpectation",
        "expect_compound_columns_to_be_unique": "MulticolumnMapExpectation",
        "expect_column_max_to_be_between": "ColumnAggregateExpectation",
        "expect_table_row_count_to_equal": "BatchExpectation",
    }
    for kind, parent in parents.items():
        assert issubclass(types[kind], getattr(bases, parent)), (
            f"{kind} is no longer a {parent}: look at expectations._build"
        )
    assert {"id", "meta", "severity", "result_format"} <= set(bases.BatchExpectation.__fields__), (
        "settings of a rule have moved: look at `settings` in expectations._build"
    )
    known = expectations._UNDEFINED_WITHOUT_VALUES | expectations._JUDGES_NULLS_TOO
    known |= expectations._IN_FLOATS
    assert known <= set(types), "types were renamed: look at the sets in auditbook/expectations.py"
    fields = {field for kind in types.values() for field in kind.__fields__}
    assert fields >= expectations._SUBSTANCE, (
        "arguments were renamed: look at _SUBSTANCE in auditbook/expectations.py"
    )


@pytest.mark.parametrize(
    ("kind", "arguments", "missing"),
    [
        ("expect_column_values_to_be_in_set", A | {"value_set": ["y"]}, 1),
        ("expect_column_values_to_not_match_regex", A | {"regex": "x"}, 1),
        ("expect_column_pair_values_to_be_equal", {"column_A": "a", "column_B": "b"}, 1),
        ("expect_compound_columns_to_be_unique", LISTED, 1),
        ("expect_column_values_to_be_null", A, None),
    ],
)
def test_contract_the_result_of_a_rule_on_rows(kind, arguments, missing):
    from auditbook import expectations

    batches = expectations._Batches({"t": pairs(*[("x", "y")] * 250, (None, None))}, {"t": ["a", "b"]})
    built = expectations._build(rule(kind, **arguments))
    with expectations._quiet():
        result = batches.batch("t", tuple(range(251))).validate(
            built.made, result_format=expectations._result_format(built)
        )
    look = "; look at expectations._result_format and _rows_outcome"
    told = result.result
    assert told["element_count"] == 251, "element_count is no longer the rows handed in" + look
    assert told.get("missing_count") == missing, "nulls are counted in another way" + look
    assert told["unexpected_count"] == 250, "unexpected_count has changed" + look
    assert told["unexpected_index_list"] == [{expectations._INDEX: list(range(250))}], (
        "row numbers come in another form, or no longer in full" + look
    )
    assert "unexpected_list" not in told, "values are listed although excluded" + look
    told["unexpected_count"] = 251
    with pytest.raises(RuntimeError, match="GX counts 251, names 250 rows"):
        expectations._rows_outcome(built, result, batches.tables["t"])


def test_contract_an_exception_that_was_caught():
    from auditbook import expectations

    batches = expectations._Batches({"t": column("x")}, {"t": ["a"]})
    built = expectations._build(rule(BETWEEN, column="a", min_value=0))
    with expectations._quiet():
        result = batches.batch("t", (0,)).validate(built.made)
    assert expectations._raised(result.exception_info), (
        "GX reports its exceptions in another form: look at expectations._raised"
    )
    assert expectations._raised({"raised_exception": True, "exception_message": "a\n b"}) == "a b"
    assert expectations._raised({"raised_exception": False, "exception_message": None}) == ""
    two = {"m": {"exception_message": "b"}, "n": {"exception_message": "a"}}
    assert expectations._raised(two) == "a"


def test_contract_the_cells_that_reach_great_expectations():
    """Dtype object, "" and "N/A" as text, None as the only null, decimals as decimals."""
    from auditbook import expectations

    look = "pandas or GX changed the cells: look at expectations._Batches.batch"
    mixed = ["", "N/A", "nan", None, TINY, Decimal("1.10"), 7]
    for cells in (mixed, ["", "N/A", None], [7, None], [TINY, None], [None, None]):
        batches = expectations._Batches({"t": column(*cells)}, {"t": ["a"]})
        frame = batches.batch("t", tuple(range(len(cells)))).data.dataframe
        assert str(frame["a"].dtype) == "object", look
        assert [repr(cell) for cell in frame["a"]] == [repr(cell) for cell in cells], look
        assert list(frame["a"].isna()) == [cell is None for cell in cells], look


def test_only_one_module_imports_great_expectations():
    package = Path(inspect.getfile(Outcome)).parent
    doors = [
        path.name
        for path in sorted(package.rglob("*.py"))
        if any(
            line.strip().startswith(("import great_expectations", "from great_expectations"))
            for line in path.read_text(encoding="utf-8").splitlines()
        )
    ]
    assert doors == ["expectations.py"]
