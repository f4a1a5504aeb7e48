"""Phrases hold their values, and are found in their section of the original."""

import pytest

from auditbook.claims import read_wording
from auditbook.intake.documents import Document
from auditbook.intake.phrases import (
    ELSEWHERE,
    FLAT_WORDS,
    HOLDS,
    HOLDS_NOT,
    NOT_FOUND,
    VERIFIED,
    chinese_integer,
    holds,
    listed,
)
from auditbook.workspace import locate


@pytest.mark.parametrize(
    ("quote", "value", "unit", "expected"),
    [
        ("年初预算18780.61万元", "18780.61", "万元", HOLDS),
        ("年初预算18,780.61万元", "18780.61", "万元", HOLDS),
        ("年初预算１８７８０．６１万元", "18780.61", "万元", HOLDS),
        ("年初预算187806100元", "18780.61", "万元", HOLDS),
        ("年初预算18780.61元", "18780.61", "万元", HOLDS_NOT),
        ("年初预算18780.16万元", "18780.61", "万元", HOLDS_NOT),
        ("调减预算10万元", "10", "万元", HOLDS),
        ("调减预算100万元", "10", "万元", HOLDS_NOT),
        ("预算调整率为106.94 %", "106.94", "%", HOLDS),
        ("下降3.17%", "3.17", "人", HOLDS_NOT),
        ("由19人降至13人", "13", "人", HOLDS),
        ("七大率先行动", "7", "项", HOLDS),
        ("十一项指标", "11", "项", HOLDS),
        ("十一项指标", "1", "项", HOLDS_NOT),
        ("降幅为2%", "-2", "%", HOLDS),
        ("第2019年", "19", "人", HOLDS_NOT),
    ],
)
def test_holds(quote, value, unit, expected):
    assert holds(quote, value, unit) == expected


@pytest.mark.parametrize(
    ("quote", "value", "changed", "expected"),
    [
        ("与上年持平", "0.00", True, HOLDS),
        ("与上年相比没有变化", "0", True, HOLDS),
        ("与上年持平", "0.00", False, HOLDS_NOT),  # a level of zero is not said by it
        ("与上年持平", "1.00", True, HOLDS_NOT),
        ("与上年不持平", "0.00", True, HOLDS_NOT),
        ("比上年增长", "0.00", True, HOLDS_NOT),
        ("非税收入持平", "0.00", True, HOLDS),
    ],
)
def test_a_word_for_no_change_holds_a_zero_of_a_change(quote, value, changed, expected):
    assert holds(quote, value, "%", changed=changed) == expected


def test_the_words_for_no_change_are_those_of_the_wording():
    assert list(FLAT_WORDS) == read_wording(locate("wuxi-offices-2019")).flat


def test_a_declared_zero_needs_a_word():
    assert holds("本部门无专项资金", "0", "万元", zero=True) == HOLDS
    assert holds("专项资金另行说明", "0", "万元", zero=True) == HOLDS_NOT
    assert holds("支出决算为０.００万元", "0", "万元", zero=True) == HOLDS
    assert holds("调减预算100.05万元", "0", "万元", zero=True) == HOLDS_NOT  # a 0 within a number is none


@pytest.mark.parametrize(
    ("quote", "count"),
    [
        ("甲、乙、丙和丁", 4),
        ("德（思想素质、职业道德）", 2),
        ("甲办公室（审计处）、乙处", 2),
        ("甲、乙及丙", 3),
        ("甲", 1),
    ],
)
def test_listed(quote, count):
    assert listed(quote) == count
    assert holds(quote, str(count), "项", counted=True) == HOLDS
    assert holds(quote, str(count + 1), "项", counted=True) == HOLDS_NOT


def test_chinese_integers():
    assert [chinese_integer(t) for t in ("七", "十", "十一", "二十", "二十三", "一百", "两百五十")] == [
        7,
        10,
        11,
        20,
        23,
        100,
        250,
    ]


TEXT = "标题\n一、甲\n（一）人员\n编制20名。\n（二）资金\n1.收入\n收入30元。\n2.支出\n支出20名。\n二、乙\n编制25名。\n附表:\n1. 明细表\n"


@pytest.mark.parametrize(
    ("quote", "locator", "expected"),
    [
        ("编制20名", "一（一）", (VERIFIED, "第4行第1字")),
        ("收入30元", "一（二）1", (VERIFIED, "第7行第1字")),
        ("支出20名", "一（二）", (VERIFIED, "第9行第1字")),
        ("编制25名", "一（一）", (ELSEWHERE, "第11行第1字")),
        ("编制26名", "一（一）", (NOT_FOUND, "")),
        ("明细表", "附表", (VERIFIED, "第13行第4字")),
        ("标题", "标题", (VERIFIED, "第1行第1字")),
    ],
)
def test_places(quote, locator, expected):
    found = Document.of_text(TEXT).find(quote, locator)
    assert (found.status, found.place) == expected
