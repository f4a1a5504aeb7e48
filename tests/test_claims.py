"""Verdicts on published numbers: by interval, in the written order."""

from fractions import Fraction

import pytest

from auditbook.claims import judge, met
from auditbook.numbers import Interval


def around(value, half):
    return Interval(Fraction(value) - Fraction(half), Fraction(value) + Fraction(half))


@pytest.mark.parametrize(
    ("published", "value", "interval", "verdict"),
    [
        # exact value rounds to what is printed
        ("98.22", Fraction("0.982226"), None, "agrees"),
        ("50.13", Fraction("0.50125"), None, "agrees"),  # half up
        ("-1.07", Fraction("-0.01065"), None, "agrees"),  # half up is away from zero
        # domain.md §0.4: inputs 0.50 and 0.62 with 22.22 % printed, naive 24.00 %
        ("22.22", Fraction(12, 50), Interval(Fraction("0.615") / Fraction("0.505") - 1, Fraction("0.625") / Fraction("0.495") - 1), "within_rounding"),
        # cut off instead of rounded, and only where rounding is ruled out
        ("95.45", Fraction("0.95457"), around("0.95457", "0.000001"), "truncated"),
        ("95.45", Fraction("0.95457"), around("0.95457", "0.001"), "within_rounding"),
        ("99.86", Fraction("0.99868"), None, "truncated"),
        ("-95.45", Fraction("-0.95457"), None, "truncated"),
        # on the edge: 95.455 exactly rounds up, so 95.45 is a truncation, not rounding
        ("95.45", Fraction("0.95455"), None, "truncated"),
        # plain wrong, also one last place above
        ("106.94", Fraction("1.0699"), around("1.0699", "0.0000008"), "disagrees"),
        ("71.73", Fraction("0.7165"), around("0.7165", "0.00001"), "disagrees"),
        ("95.47", Fraction("0.95457"), None, "disagrees"),
    ],
)  # fmt: skip
def test_rates(published, value, interval, verdict):
    assert judge(published, "%", "0.01", value, interval) == verdict


def test_counts_have_no_interval():
    assert judge("7", "项", "exact", Fraction(5), Interval(Fraction(5), Fraction(5))) == "disagrees"
    assert judge("7", "项", "exact", Fraction(7), Interval(Fraction(7), Fraction(7))) == "agrees"


def test_amounts_in_another_unit():
    assert judge("38854.06", "万元", "0.01", Fraction("388540600"), None) == "agrees"
    assert judge("38854.06", "万元", "0.01", Fraction("388540649"), None) == "agrees"
    assert judge("38854.06", "万元", "0.01", Fraction("388540650"), None) == "truncated"
    assert judge("38854.06", "万元", "0.01", Fraction("388541000"), None) == "disagrees"


def test_targets_include_their_limit():
    assert met(">=", Fraction(3), Fraction(3)) and met("<=", Fraction(3), Fraction(3))
    assert not met(">=", Fraction(3), Fraction("2.99")) and not met("<=", Fraction(9), Fraction("9.4"))
    assert met("=", Fraction(3), Fraction(3)) and not met("=", Fraction(3), Fraction(4))
