"""Formulas: exact values, true ranges against dense sampling, words, and what is refused."""

import itertools
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditbook import formulas
from auditbook.numbers import Interval


def box(low, high):
    return Interval(Fraction(low), Fraction(high))


@pytest.mark.parametrize(
    "text",
    [
        "a ** 2", "__import__('os')", "a if b else c", "a and b", "a < b", "a.b", "a[0]", "'x'", "1e5 * a", "0x10 + a",
        "abs(a, b)", "min(a)", "sum(a, b)", "a // b", "a % b", "lambda: a", "f'{a}'", "", "a +", "max(a, *b)", "1_000 * a",
        "True + a", "(" * 300 + "a" + ")" * 300, "a" * 3000,
    ],
)  # fmt: skip
def test_nothing_but_arithmetic_is_read(text):
    with pytest.raises(ValueError):
        formulas.read(text)


def test_value_words_and_dependencies_come_from_one_line():
    formula = formulas.read("(added + cut) / initial")
    assert formula.figures == ("added", "cut", "initial")
    values = {"added": Fraction("20083.45"), "cut": Fraction(10), "initial": Fraction("18780.61")}
    assert formula.value(values) == Fraction(2009345, 1878061)
    names = {"added": "调增", "cut": "调减", "initial": "年初"}
    assert formula.sentence(names) == "(调增 + 调减) ÷ 年初"
    assert formula.with_numbers({"added": "20", "cut": "5", "initial": "100"}) == "(20 + 5) ÷ 100"
    back = formulas.read("change / (now - change)")
    assert back.with_numbers({"change": "-5", "now": "95"}) == "-5 ÷ (95 − (-5))"


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("a - (b + c)", "a − (b + c)"),
        ("a - b - c", "a − b − c"),
        ("a / (b * c)", "a ÷ (b × c)"),
        ("a / b * c", "a ÷ b × c"),
        ("(a + b) * c", "(a + b) × c"),
        ("-a + b", "−a + b"),
        ("abs(a - b) / c", "|a − b| ÷ c"),
        ("min(a, b)", "较小者(a，b)"),
        ("1 - a / b", "1 − a ÷ b"),
    ],
)
def test_brackets_are_kept_where_they_matter(text, printed):
    formula = formulas.read(text)
    assert formula.sentence({figure: figure for figure in formula.figures}) == printed


def test_zero_base_is_not_zero_nor_infinite():
    with pytest.raises(formulas.ZeroBase):
        formulas.read("a / b").value({"a": Fraction(5), "b": Fraction(0)})


def spans(formula, boxes):
    return formula.range({name: {name: boxes[name]} for name in formula.figures})


def test_a_figure_that_occurs_twice_counts_once():
    # (b - a) / a over a in [90, 110], b in [190, 210]: 190/110 - 1 .. 210/90 - 1, not wider
    found = spans(formulas.read("(b - a) / a"), {"a": box(90, 110), "b": box(190, 210)})
    assert found.exact
    assert found.interval == Interval(Fraction(190, 110) - 1, Fraction(210, 90) - 1)


def test_a_published_figure_inside_two_sums_counts_once():
    # part = x, whole = x + y: the range of x / (x + y) over x in [1, 2], y in [1, 2] is 1/3 .. 2/3
    formula = formulas.read("part / whole")
    found = formula.range({"part": {"x": box(1, 2)}, "whole": {"x": box(1, 2), "y": box(1, 2)}})
    assert found.exact
    assert found.interval == Interval(Fraction(1, 3), Fraction(2, 3))


def test_a_divisor_that_may_be_zero_has_no_range():
    assert spans(formulas.read("a / b"), {"a": box(1, 2), "b": box(-1, 1)}) is None
    assert spans(formulas.read("a / (a - b)"), {"a": box(1, 2), "b": box(1, 2)}) is None


def test_straddling_abs_still_encloses():
    found = spans(formulas.read("abs(a - b) / a"), {"a": box(1, 3), "b": box(1, 3)})
    assert not found.exact
    assert found.interval.low <= 0 and found.interval.high >= 2


FORMS = [
    "(a + b) / c", "(a - c) / c", "a / (a + b)", "1 - a / b", "a / b + c / b", "a * b / (a + c)", "abs(a) / b",
    "max(a, b) / c", "(a - b) / (a + b)", "a / b / c",
]  # fmt: skip
ENDS = st.tuples(st.integers(1, 60), st.integers(0, 20))


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(FORMS), ENDS, ENDS, ENDS)
def test_the_range_is_true_against_dense_sampling(text, a, b, c):
    formula = formulas.read(text)
    boxes = {n: box(low, low + width) for n, (low, width) in zip("abc", (a, b, c), strict=True)}
    found = spans(formula, boxes)
    steps = [[p.low + (p.high - p.low) * Fraction(i, 4) for i in range(5)] for p in boxes.values()]
    values = []
    for point in itertools.product(*steps):
        try:
            values.append(formula.value(dict(zip("abc", point, strict=True))))
        except formulas.ZeroBase:
            assert found is None
            return
    if found is None:
        return
    assert found.interval.low <= min(values) and max(values) <= found.interval.high
    if found.exact:  # the corners are among the sampled points: nothing wider may be claimed
        assert found.interval.low == min(values) and max(values) == found.interval.high
