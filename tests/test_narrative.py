"""The narrative of published accounts: wordings as they are declared, verdicts worked out by hand, two real documents.

The real documents stay where they are (shared/accounts); their facts, listed by hand in the README beside them, are expected
here. The corpus of invented sentences is in test_narrative_corpus.py.
"""

from __future__ import annotations

from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from auditbook.intake.documents import Document
from auditbook.narrative.layouts import NarrativeLayout, read_layout
from auditbook.narrative.mentions import Reader
from auditbook.narrative.reading import of_accounts, read, read_ways
from auditbook.narrative.sentences import Paragraph, paragraphs
from auditbook.narrative.stated import FAULTS, STATED, Narrative, Statement
from auditbook.narrative.subjects import Vocabulary
from auditbook.narrative.wordings import contradiction, department_name, misnamed

ROOT = Path(__file__).resolve().parents[1]
ACCOUNTS = ROOT.parent / "shared" / "accounts"
LAYOUT = read_layout(ROOT)
ACCUSING = {"disagrees", "truncated", "other_definition"}


# --- every wording of params/ does what its example says ------------------------------------------------------------------


@pytest.mark.parametrize("example", LAYOUT.examples, ids=lambda example: example.sentence[:16])
def test_an_example_is_read_as_it_says(example: object) -> None:
    mentions = _mentions(example.sentence, example.section, LAYOUT)  # type: ignore[attr-defined]
    said = [
        f"{m.subject.id if m.subject else '?'} {m.role} {m.number.text if m.number else m.way}"
        for m in mentions
    ]
    assert said == example.read  # type: ignore[attr-defined]


def _mentions(sentence: str, section: str, layout: NarrativeLayout) -> list:
    [paragraph] = paragraphs(Document.of_text(sentence), layout)
    own = Paragraph(
        paragraph.text, paragraph.positions, section, None, False, paragraph.numbers, paragraph.aside
    )
    return Reader(layout, Vocabulary(layout, None), 2024, read_ways(ROOT), 2).read([own])


# --- verdicts on a text alone, by arithmetic done here ------------------------------------------------------------------------

HEAD = "某县水务局2024年度部门决算\n"


def judged(text: str, head: str = HEAD) -> list[Statement]:
    document = Document.of_text(head + text)
    found = of_accounts(document, None, LAYOUT, read_ways(ROOT), file="t.txt", year=2024)
    return [s for s in found.statements if s.start >= len(head)]


def verdicts(text: str) -> list[tuple[str, str, str]]:
    return [(s.row["published"], s.row["verdict"], s.row["kind"]) for s in judged(text)]


GENERAL = "五、一般公共预算财政拨款支出决算情况说明\n"


def test_completion_over_another_budget_is_said_to_be_that() -> None:
    # 90 / 120 = 75 %, 90 / 100 = 90 %
    text = (
        GENERAL
        + "一般公共预算财政拨款支出年初预算为120.00万元，调整预算数为100.00万元，支出决算为90.00万元，完成年初预算的90.00%。"
    )
    assert ("90.00", "other_definition", "completion") in verdicts(text)


def test_completion_is_truncated_only_where_rounding_is_ruled_out() -> None:
    # 9746.50 / 10210.34 = 95.457…
    text = (
        GENERAL + "一般公共预算财政拨款支出年初预算为10210.34万元，支出决算为9746.50万元，完成年初预算的{}%。"
    )
    assert ("95.46", "agrees", "completion") in verdicts(text.format("95.46"))
    assert ("95.45", "truncated", "completion") in verdicts(text.format("95.45"))
    assert ("95.44", "disagrees", "completion") in verdicts(text.format("95.44"))


def test_growth_from_nothing_has_no_rate() -> None:
    text = "七、“三公”经费支出决算情况说明\n公务接待费支出0.40万元，比上年增加0.40万元，增长100%。"
    assert ("100", "disagrees", "zero_base") in verdicts(text)


def test_growth_over_this_year_is_the_wrong_base() -> None:
    # 20 of 120 now and 100 before: 20 %; 20 / 120 = 16.67 %
    text = "十、机关运行经费支出情况\n机关运行经费支出120.00万元，比上年增加20.00万元，增长{}%。"
    assert ("20.00", "agrees", "growth") in verdicts(text.format("20.00"))
    assert ("16.67", "other_definition", "growth") in verdicts(text.format("16.67"))
    assert ("21.00", "disagrees", "growth") in verdicts(text.format("21.00"))


def test_two_directions_for_one_change() -> None:
    text = "十、机关运行经费支出情况\n机关运行经费支出120.00万元，比上年增加20.00万元，下降20.00%。"
    assert ("20.00", "disagrees", "direction") in verdicts(text)


def test_a_comparison_that_the_amounts_contradict() -> None:
    text = (
        GENERAL
        + "一般公共预算财政拨款支出年初预算为100.00万元，支出决算为90.00万元。决算数大于预算数的主要原因：增人。"
    )
    assert ("", "disagrees", "direction") in verdicts(text)
    assert ("", "agrees", "direction") in verdicts(text.replace("大于", "小于"))


def test_how_much_more_stands_behind_the_comparison() -> None:
    text = (
        GENERAL
        + "一般公共预算财政拨款支出年初预算为100.00万元，支出决算为155.93万元，决算数大于预算数{}万元。"
    )
    assert ("55.93", "agrees", "change") in verdicts(text.format("55.93"))
    assert ("55.39", "disagrees", "change") in verdicts(text.format("55.39"))


def test_a_share_without_its_sign() -> None:
    # 40 / 50 = 80 %
    text = "十一、政府采购支出情况\n政府采购支出总额50.00万元，其中：政府采购货物支出40.00万元，占80；政府采购服务支出10.00万元。"
    assert ("80", "disagrees", "unit_lost") in verdicts(text)


def test_parts_that_do_not_add_up() -> None:
    text = "十一、政府采购支出情况\n政府采购支出总额{}万元，其中：政府采购货物支出40.00万元、政府采购工程支出0万元、政府采购服务支出10.00万元。"
    assert ("50.00", "agrees", "sum") in verdicts(text.format("50.00"))
    assert ("50.01", "within_rounding", "sum") in verdicts(text.format("50.01"))
    assert ("53.00", "disagrees", "sum") in verdicts(text.format("53.00"))


def test_a_part_is_never_more_than_the_whole() -> None:
    text = "十一、政府采购支出情况\n政府采购支出总额50.00万元。授予中小企业合同金额60.00万元。"
    assert ("60.00", "disagrees", "consistency") in verdicts(text)


def test_a_year_that_is_not_the_one_before() -> None:
    text = "十、机关运行经费支出情况\n机关运行经费支出120.00万元，比2021年增加20.00万元，增长20.00%。"
    assert ("", "disagrees", "year") in verdicts(text)
    assert not [v for v in verdicts(text.replace("2021", "2023")) if v[2] == "year"]


@pytest.mark.parametrize(
    "sentence",
    [
        "离退休人员经费85.00万元。",  # another thing than 人员经费
        "人均公务接待费12.00元。",
        "其中：信息系统建设80.00万元。",
        "下属某中心人员经费12.00万元。",
    ],
)
def test_what_is_only_a_part_is_not_taken_for_the_whole(sentence: str) -> None:
    text = (
        "六、一般公共预算财政拨款基本支出决算情况说明\n一般公共预算财政拨款基本支出100.00万元。其中：人员经费90.00万元，公用经费10.00万元。"
        + sentence
    )
    [last] = [s for s in judged(text) if s.row["quote"] in sentence]
    assert last.row["verdict"] == "not_checkable"
    assert last.row["explanation"]


def test_a_number_in_a_reason_is_not_judged_and_not_lost() -> None:
    text = "一、收入支出决算总体情况说明\n2024年度收入支出总计100.00万元。与2023年度相比，收入支出总计增加20.00万元，增长25.00%。主要原因：项目增加30.00万元。"
    assert verdicts(text)[-1] == ("30.00", "not_checkable", "amount")
    assert ("25.00", "agrees", "growth") in verdicts(text)


@pytest.mark.parametrize(
    ("way", "reason", "contradicts"),
    [
        ("flat", "合同进度等原因减少支付", True),
        ("flat", "厉行节约，与上年持平", False),
        ("up", "压减一般性支出", True),
        ("up", "压减一般性支出，但人员增加", False),
        ("down", "人员增加", True),
        ("down", "加大节约力度，增加的项目未实施", False),
        ("down", "严格控制", False),
    ],
)
def test_a_reason_against_its_direction(way: str, reason: str, contradicts: bool) -> None:
    assert bool(contradiction(way, reason)) is contradicts


def test_a_name_that_lost_a_part_or_changed_a_link() -> None:
    name = "某市清河区规划和建设局"
    lines = [
        f"{name}2024年度部门决算",
        f"{name}2024年度收入",
        "某市规划和建设局2024年度部门决算表",
        "某市清河区规划与建设局的车辆",
    ]
    assert department_name(lines) == name
    found = [(said, how) for _, _, said, how in misnamed("\n".join(lines), name)]
    assert found == [("某市规划和建设局", "少了“清河区”"), ("某市清河区规划与建设局", "“和”写成“与”")]


def test_full_width_digits_and_separators_are_one_number() -> None:
    text = "十、机关运行经费支出情况\n机关运行经费支出１，２００．００万元，比上年增加200.00万元，增长２０．００％。"
    assert [v[0] for v in verdicts(text)] == ["1200.00", "200.00", "20.00"]
    assert ("20.00", "agrees", "growth") in verdicts(text)


def test_every_number_is_a_statement_left_or_set_aside() -> None:
    text = (
        HEAD
        + "一、收入支出决算总体情况说明\n2024年度收入支出总计100.00万元，另有3座水库、12月31日验收，文号〔2013〕53号，共5.5公里。"
    )
    found = of_accounts(Document.of_text(text), None, LAYOUT, read_ways(ROOT), file="t.txt", year=2024)
    counted = Counter(kind for kind in found.aside.elements())
    assert sum(counted.values()) + len(found.left) + sum(s.number is not None for s in found.statements) == 9


# --- the two real documents -----------------------------------------------------------------------------------------------------

# page, kind, words of the phrase or the number: from shared/accounts/README.md
TRUE_FAULTS = {
    "putuo-finance-2024.pdf": [
        (21, "share", "71.73"), (21, "text_and_table", "0.3"), (21, "reason", "持平"), (23, "text_and_table", "个人农业生产补贴"),
    ],
    "putuo-planning-2024.pdf": [
        (24, "text_and_table", "5377.64"), (24, "text_and_table", "4896.98"), (21, "unit_lost", "13.95"), (25, "residue", "27.78"),
        (7, "name", "上海市规划和自然资源局"), (22, "code_and_name", "机关事业单位退休人员活动费支出"),
        (24, "code_and_name", "其他国土资源事务支出"), (24, "code_and_name", "住房公积金"), (24, "code_and_name", "购房补贴"),
        (21, "completion", "95.45"), (21, "share", "99.86"), (27, "consistency", "4415.48"), (26, "name", "规划与自然资源局"),
        (27, "wording", "（其中"),
    ],
}  # fmt: skip
TAILS = {
    "putuo-finance-2024.pdf": [(10, "326.72")],
    "putuo-planning-2024.pdf": [(10, "236.64"), (11, "3845.24"), (21, "236.63")],
}


@cache
def real(name: str) -> Narrative:
    if not (ACCOUNTS / name).is_file():
        pytest.skip(f"shared/accounts/{name} is not beside the project")
    return read([ACCOUNTS / name], ROOT)


def _is(statement: Statement, page: int, kind: str, words: str) -> bool:
    row = statement.row
    return (
        statement.page == page
        and row["kind"] == kind
        and (words in row["quote"].replace(" ", "") or row["published"] == words)
    )


@pytest.mark.parametrize("name", TRUE_FAULTS)
def test_every_true_fault_is_found_on_its_page(name: str) -> None:
    statements = real(name).statements
    missed = [
        fault for fault in TRUE_FAULTS[name] if not any(_is(s, *fault) and s.severity for s in statements)
    ]
    assert not missed
    missed_tails = [
        tail for tail in TAILS[name] if not any(_is(s, tail[0], "tail", tail[1]) for s in statements)
    ]
    assert not missed_tails


@pytest.mark.parametrize("name", TRUE_FAULTS)
def test_nothing_else_is_accused(name: str) -> None:
    accused = [s for s in real(name).statements if s.row["verdict"] in ACCUSING]
    others = [s.row for s in accused if not any(_is(s, *fault) for fault in TRUE_FAULTS[name])]
    assert others == []


def test_three_hundred_sound_statements_are_judged() -> None:
    counts: Counter[str] = Counter()
    for name in TRUE_FAULTS:
        counts += Counter(
            s.row["verdict"] for s in real(name).statements if not s.row["claim"].startswith("tables.")
        )
    assert counts["agrees"] + counts["within_rounding"] >= 300


@pytest.mark.parametrize("name", TRUE_FAULTS)
def test_statements_stand_where_they_say(name: str) -> None:
    found = real(name)
    ids = [s.row["claim"] for s in found.statements]
    assert len(ids) == len(set(ids))
    for s in found.statements:
        assert s.row["kind"] in STATED | FAULTS
        assert s.row["explanation"]
        if s.number and s.row["published"]:
            shown = "".join(found.document.text[slice(*s.number)].split()).replace(",", "")
            assert shown.startswith(s.row["published"].lstrip("-"))


def test_words_that_contain_each_other_do_not_take_for_ever() -> None:
    # 支出决算数 can be parted in many ways; a text that fails at its end must not try them all
    text = (
        HEAD
        + "十、机关运行经费支出情况\n机关运行经费"
        + "支出决算数" * 400
        + "甲120.00万元，占"
        + "本年支出合计的" * 200
        + "12.00%。"
    )
    found = of_accounts(Document.of_text(text), None, LAYOUT, read_ways(ROOT), file="t.txt", year=2024)
    assert {s.row["verdict"] for s in found.statements} == {"not_checkable"}


def test_a_short_name_that_is_a_habit_is_no_slip() -> None:
    name, short = "某县人民政府办公室", "某县政府办公室"
    text = "\n".join([f"{name}2024年度部门决算"] * 4 + [f"{short}2024年度收入"] * 3)
    assert not list(misnamed(text, name))
    assert list(misnamed(text.replace(f"{short}2024年度收入", "", 2), name))


def test_a_bracket_is_closed_in_the_next_paragraph_or_not_at_all() -> None:
    head = "十、机关运行经费支出情况\n"
    assert not [
        s
        for s in judged(head + "机关运行经费支出120.00万元（不含。\n离退休）。")
        if s.row["kind"] == "wording"
    ]
    [open_] = [
        s for s in judged(head + "机关运行经费支出120.00万元（不含离退休。") if s.row["kind"] == "wording"
    ]
    assert open_.row["quote"].startswith("（不含")
