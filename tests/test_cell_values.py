"""Amounts and days in cells: what is read, as what, and what is refused and why. Expected values are written out by hand."""

import re
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditbook.intake.cell_values import amount, day
from auditbook.intake.sheets import BOOLEAN, DATE, ERROR, TEXT_NUMBER, UNCACHED
from auditbook.numbers import parse

READ = [
    ("0", "0", ""), ("12345.67", "12345.67", ""), ("-12.50", "-12.50", ""), ("007", "007", ""), ("0.00", "0.00", ""),
    ("  12 ", "12", ""), ("\u00a012\u3000", "12", ""), ("\t-3\n", "-3", ""),
    ("1,234", "1234", "thousands"), ("1,234,567.89", "1234567.89", "thousands"), ("-1,234", "-1234", "thousands"),
    ("１２，３４５．６７", "12345.67", "thousands"), ("１２", "12", "full_width"), ("－５", "-5", "full_width"),
    ("＋５", "5", "full_width"), ("+5", "5", "signed"), ("−5", "-5", "signed"), ("﹣5", "-5", "full_width"),
    ("(12.5)", "-12.5", "bracketed"), ("（12.5）", "-12.5", "bracketed"), ("( 1,234 )", "-1234", "bracketed"),
    ("1.2E+04", "12000", "exponent"), ("1.2e4", "12000", "exponent"), ("-5E-3", "-0.005", "exponent"),
    ("1.5E0", "1.5", "exponent"), ("１．２Ｅ＋０４", "12000", "exponent"), ("123456789E-4", "12345.6789", "exponent"),
    ("98.22%", "98.22", "percent"), ("９８．２２％", "98.22", "percent"), ("(1.5%)", "-1.5", "percent"), ("（１．５％）", "-1.5", "percent"), ("1e40", "1" + "0" * 40, "exponent"), ("-1.5 %", "-1.5", "percent"),
    ("1,234%", "1234", "percent"), ("9" * 60, "9" * 60, ""),
]  # fmt: skip


@pytest.mark.parametrize(("text", "value", "kind"), READ)
def test_amounts_that_are_read(text, value, kind):
    number = amount(text)
    assert (number.value, number.kind) == (value, kind)
    parse(number.value)  # what comes out is plain for every later reader


REFUSED = [
    ("", "空"), ("   ", "空"), ("\u3000", "空"),
    ("12,34", "千位"), ("1,2345", "千位"), ("1,23,456", "千位"), ("12345,678", "千位"), (",123", "不是数"), ("1,234,", "千位"),
    ("１２，３４", "千位"), ("1.2.3", "不是数"), (".5", "小数点"), ("5.", "小数点"), ("1 234", "空格"), ("1 234.5", "空格"),
    ("—", "没有数据请留空"), ("－", "没有数据请留空"), ("--", "没有数据请留空"), ("/", "没有数据请留空"), ("…", "没有数据请留空"),
    ("N/A", "没有数据请留空"), ("n/a", "没有数据请留空"), ("无", "没有数据请留空"), ("null", "没有数据请留空"),
    ("inf", "没有数据"), ("-inf", "没有数据"), ("Infinity", "没有数据"), ("NaN", "没有数据"),
    ("十八", "中文数字"), ("壹佰万元整", "中文数字"), ("一百二十", "中文数字"), ("〇", "中文数字"),
    ("12.5万元", "单位"), ("12元", "单位"), ("￥12.5", "单位"), ("¥12", "单位"), ("$5", "单位"), ("18人", "单位"), ("12‰", "单位"),
    ("1e400", "指数"), ("1E-400", "指数"), ("1e99999999999", "不是数"), ("1" * 61, "61位"), ("9" * 400, "不会是金额"),
    ("-0", "负零"), ("-0.00", "负零"), ("(0)", "负零"), ("－０", "负零"), ("-0E5", "负零"), ("-0%", "负零"),
    ("TRUE", "逻辑值"), ("False", "逻辑值"), ("是", "逻辑值"),
    ("2021-03-05", "日期"), ("2021/3/5", "日期"), ("2021年3月5日", "日期"), ("2021-03", "日期"), ("2021-03-05T00:00:00", "日期"),
    ("#REF!", "错误值"), ("#DIV/0!", "错误值"), ("#N/A", "没有数据"), ("=A1+1", "公式"), ("@SUM(A1)", "公式"),
    ("12\u200b3", "零宽字符"), ("\ufeff12", "零宽字符"), ("12\u200d", "零宽字符"), ("1\u00ad2", "零宽字符"), ("12\x003", "空字符"),
    ("1\u202e2", "零宽字符"), ("1\n2", "控制字符"), ("1O.5", "字母"), ("l2", "字母"), ("O", "不是数"), ("12O0", "字母"),
    ("约12", "不是数"), ("12左右", "不是数"), ("--5", "不是数"), ("+-5", "不是数"), ("((5))", "不是数"), ("(-5)", "不是数"), ("5-", "不是数"),
    ("–5", "不是数"), ("—5", "不是数"), ("٣٤", "不是数"), ("²", "不是数"), ("①", "不是数"), ("Ⅻ", "不是数"), ("0x10", "不是数"), ("1_000", "不是数"),
    ("5%%", "不是数"), ("(5%)%", "不是数"), ("%", "不是数"), ("()", "不是数"), ("1/2", "不是数"), ("1e", "不是数"), ("e5", "不是数"), ("1'234", "不是数"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "reason"), REFUSED)
def test_amounts_that_are_refused_with_a_reason_that_says_what_it_is(text, reason):
    with pytest.raises(ValueError, match=reason):
        amount(text)


@pytest.mark.parametrize(
    ("mark", "text", "reason"),
    [(DATE, "2021-03-05", "日期"), (BOOLEAN, "TRUE", "逻辑值"), (ERROR, "#REF!", "错误值“#REF!”"), (UNCACHED, "", "没有存它的值"),
     (DATE, "12", "日期"), (BOOLEAN, "1", "逻辑值"), (ERROR, "5", "错误值")],
)  # fmt: skip
def test_what_a_cell_is_goes_before_what_it_looks_like(mark, text, reason):
    with pytest.raises(ValueError, match=reason):
        amount(text, mark)


def test_a_number_stored_as_text_is_read_and_said_so():
    assert amount("12.5", TEXT_NUMBER).kind == "text_number"
    assert amount("1,234", TEXT_NUMBER).kind == "thousands"


def test_sixty_digits_with_the_sign():
    assert amount("-" + "9" * 59).value == "-" + "9" * 59
    with pytest.raises(ValueError, match="位"):
        amount("-" + "9" * 60)


def test_messages_show_what_nobody_sees_and_stay_short():
    with pytest.raises(ValueError, match=r"12<U\+200B>3"):
        amount("12\u200b3")
    with pytest.raises(ValueError) as caught:
        amount("x" * 100_000)
    assert len(str(caught.value)) < 100


@given(st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**15), max_value=10**15))
def test_every_way_to_write_a_number_gives_the_same_number(number):
    plain = format(number, "f")
    if not number and plain.startswith("-"):
        return
    full = plain.translate(
        {**{48 + digit: 0xFF10 + digit for digit in range(10)}, ord("."): "．", ord("-"): "－"}
    )
    ways = [plain, format(number, ",f"), full, f" {plain}\u3000", f"{number:.30E}"]
    if number < 0:
        ways += [f"({plain[1:]})", f"（{plain[1:]}）", "−" + plain[1:]]
    assert {parse(amount(way).value) for way in ways} == {Fraction(number)}
    assert parse(amount(plain + "%").value) == Fraction(number)


@given(st.text(max_size=40))
def test_any_text_is_read_exactly_or_refused(text):
    try:
        number = amount(text)
    except ValueError as error:
        assert str(error)
    else:
        parse(number.value)
        assert any(character.isdigit() for character in text)


@given(st.text(alphabet="0123456789.,-+eE()%（）－，．１２Ｏ ", max_size=12))
def test_texts_that_look_like_numbers_are_read_as_decimal_does_or_refused(text):
    try:
        number = amount(text)
    except ValueError:
        return
    narrow = re.sub("[%, ]", "", text.translate(str.maketrans("（）－，．１２", "()-,.12")))
    if narrow.startswith("("):
        narrow = "-" + narrow.strip("()")
    assert parse(number.value) == Fraction(Decimal(narrow))


@pytest.mark.parametrize(
    ("text", "found"),
    [("2021-03-05", "2021-03-05"), ("2021-3-5", "2021-03-05"), ("2021/3/5", "2021-03-05"), ("2021.03.05", "2021-03-05"),
     ("20210305", "2021-03-05"), ("2021年3月5日", "2021-03-05"), (" ２０２１－３－５ ", "2021-03-05"), ("2020-02-29", "2020-02-29"),
     ("2021-03-05 00:00:00", "2021-03-05")],
)  # fmt: skip
def test_days_that_are_read(text, found):
    assert day(text) == found


@pytest.mark.parametrize(
    "text",
    ["", "2021-02-29", "2021-13-01", "2021-3", "3月5日", "05/03/2021", "44260", "21-03-05", "2021-03/05", "2021-03-05x", "今天", "0000-01-01",
     "2021-03\u200b-05", "2021-W01-1", "2021-03-05 12:30:00"],
)  # fmt: skip
def test_days_that_are_refused(text):
    with pytest.raises(ValueError):
        day(text)


def test_a_date_cell_is_a_day_whatever_its_time():
    assert day("2021-03-05", DATE) == "2021-03-05"
    assert day("2021-03-05T12:30:00", DATE) == "2021-03-05"
    for mark in (BOOLEAN, ERROR, UNCACHED):
        with pytest.raises(ValueError):
            day("2021-03-05", mark)
