from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditbook import numbers
from auditbook.numbers import Interval


@pytest.mark.parametrize(
    "text", ["1e5", "inf", "NaN", "1,000", "", " 1", "0x10", "１２", "--1", "1.", ".5", "9" * 61]
)
def test_only_plain_decimals_are_read(text):
    with pytest.raises(ValueError):
        numbers.parse(text)


@pytest.mark.parametrize(
    ("value", "decimals", "shown"),
    [
        ("4.125", 2, "4.13"),
        ("-4.125", 2, "-4.13"),
        ("0.005", 2, "0.01"),
        ("0.0049999", 2, "0.00"),
        ("2.5", 0, "3"),
        ("1068838", 0, "1068838"),
    ],
)
def test_half_up_away_from_zero(value, decimals, shown):
    assert format(numbers.rounded(Fraction(value), decimals), "f") == shown


@given(st.fractions(), st.integers(0, 8))
def test_rounding_is_never_off_by_more_than_half_a_place(value, decimals):
    distance = abs(Fraction(numbers.rounded(value, decimals)) - value)
    assert distance <= Fraction(1, 2 * 10**decimals)
    assert abs(Fraction(numbers.truncated(value, decimals))) <= abs(value)


def test_plain_has_34_significant_digits_and_no_exponent():
    assert numbers.plain(Fraction(1, 3)) == "0." + "3" * 34
    assert numbers.plain(Fraction(2, 3)) == "0." + "6" * 33 + "7"
    assert numbers.plain(Fraction("38163.45") * 10000) == "381634500"
    assert numbers.plain(Fraction(10) ** 40) == "1" + "0" * 40
    assert numbers.plain(Fraction(1, 10**30)) == "0." + "0" * 29 + "1"
    assert numbers.plain(Fraction(0)) == "0"


@given(st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=-(10**12), max_value=10**12))
def test_a_terminating_value_survives_the_table(value):
    assert Fraction(numbers.plain(Fraction(value))) == Fraction(value)


def test_published_interval_is_half_a_place_and_persons_are_exact():
    assert numbers.published_interval(Fraction("98.22"), "0.01") == Interval(
        Fraction("98.215"), Fraction("98.225")
    )
    assert numbers.published_interval(Fraction(13), "exact").is_point


@pytest.mark.parametrize(
    ("value", "unit", "shown"),
    [
        (Fraction("187806100"), "万元", "18,780.61万元"),
        (Fraction("187806100"), "元", "187,806,100.00元"),
        (Fraction(13, 12), "%", "108.33%"),
        (Fraction(34), "人", "34人"),
        (Fraction(5, 2), "公里", "2.50公里"),
    ],
)
def test_what_a_reader_sees(value, unit, shown):
    assert numbers.text(value, unit) == shown


def test_rates_in_rule_files():
    assert numbers.parse_rate("25%") == Fraction(1, 4)
    assert numbers.parse_rate("10/9") == Fraction(10, 9)
    assert numbers.parse_rate("0.5") == Fraction(1, 2)


def test_decimal_scale_is_kept():
    assert numbers.rounded(Fraction(1), 2) == Decimal("1.00")
    assert str(numbers.rounded(Fraction(1), 2)) == "1.00"
