"""The invented account drawn as other places publish theirs: every amount is read, and every sum of it agrees."""

import re
from dataclasses import replace
from fractions import Fraction

import account_pages
import invented_accounts as invented
import pytest
from conftest import ROOT
from invented_accounts import Laid, as_printed

from auditbook.figures import read_dictionary
from auditbook.intake.account_checks import check_accounts, unchecked
from auditbook.intake.account_figures import declaring, figures_of
from auditbook.intake.account_layouts import read_layouts
from auditbook.intake.account_sheets import table_csv, text_csv
from auditbook.intake.accounts import read_accounts

SHARED = ROOT.parent / "shared" / "accounts"
COVER = [["某县水务局", "2022年度部门决算"]]
EXPECTED = {key: Fraction(amount) for key, amount in invented.AMOUNTS.items()}
FULL_WIDTH = str.maketrans("0123456789.,", "０１２３４５６７８９．，")


def drawn(tmp_path, pages, **how):
    return read_accounts(account_pages.draw_pages(tmp_path / "决算.pdf", [COVER, *pages], **how))


def a_page_each(laid):
    return [[own] for own in laid.values()]


def begins(row):
    """Whether a row is the first under the head."""
    return any(re.fullmatch(r"[\d,]+\.\d\d", cell) for cell in row) or row[0] == "合计"


def amounts(accounts):
    return {a.key: a.value for t in accounts.tables.values() for a in t.amounts if a.value is not None}


def is_whole(found, expected=EXPECTED):
    """Nothing is amiss: every amount, no fault, no disagreement, nothing that no sum touches."""
    assert found.faults == () and found.year == 2022
    assert amounts(found) == expected
    checks = check_accounts(found)
    assert [check for check in checks if check.verdict == "disagrees"] == []
    assert unchecked(found, checks) == []
    assert len({check.key for check in checks}) == len(checks)


def test_the_template_of_the_ministry(tmp_path):
    """公开01表 …, 栏次 and 行次, codes in three columns, three blocks of basic spending, 三公 by 预算数 and 决算数."""
    found = drawn(tmp_path, a_page_each(invented.national()))
    is_whole(found)
    amount = next(a for a in found.tables["funds"].amounts if a.key == "funds:2296002:project")
    assert amount.locator == (
        "第9页 政府性基金预算财政拨款收入支出决算表 行‘用于社会福利的彩票公益金支出’ 列‘项目支出’"
    )


def test_three_public_written_downward_with_numbers_and_of_which(tmp_path):
    is_whole(drawn(tmp_path, a_page_each(invented.anhui())))


def test_thirteen_tables_of_jiangsu(tmp_path):
    found = drawn(tmp_path, a_page_each(invented.jiangsu()))
    assert found.faults == () and len(found.tables) == 13
    own = amounts(found)
    names = [key for key in EXPECTED if not key.startswith("basic:")]
    assert {key: own[key] for key in names} == {key: EXPECTED[key] for key in names}
    assert own["grants_spending:213:total"] == Fraction("1316.00")
    assert own["grants_basic:total:public"] == own["operating:total:amount"] == Fraction("70.00")
    assert own["three_public:training:budget"] == Fraction("8.00")
    assert ["相关统计数" in note.found for note in found.notes] == [True]
    assert not [check for check in check_accounts(found) if check.verdict == "disagrees"]
    rows = {(r["figure"], r["item"]): r["value"] for r in figures_of(found, read_dictionary(ROOT))}
    assert rows["public_funds_actual", ""] == "70.00" and rows["procurement_actual", "services"] == "50.00"


def in_yuan(amount):
    return f"{int(amount.replace('.', '')) * 100:,}.00" if amount else "0.00"


def test_yuan_with_noughts_for_blanks(tmp_path):
    found = drawn(tmp_path, a_page_each(invented.shanghai(in_yuan, "元")))
    assert found.faults == () and {table.unit for table in found.tables.values()} == {"元"}
    own = amounts(found)
    assert {key: own[key] for key in EXPECTED} == {key: value * 10000 for key, value in EXPECTED.items()}
    assert {value for key, value in own.items() if key not in EXPECTED} == {0}
    assert not [check for check in check_accounts(found) if check.verdict == "disagrees"]


@pytest.mark.parametrize(
    "printed",
    [
        lambda amount: as_printed(amount).translate(FULL_WIDTH),
        lambda amount: as_printed(amount).replace(",", " "),
    ],
    ids=["full width", "spaced thousands"],
)
def test_ways_of_printing_an_amount(tmp_path, printed):
    is_whole(drawn(tmp_path, a_page_each(invented.shanghai(printed))))


def test_dashes_for_blanks_are_blanks_and_told(tmp_path):
    found = drawn(tmp_path, a_page_each(invented.national(lambda amount: as_printed(amount) or "—")))
    is_whole(found)
    told = [note for note in found.notes if "写作“—”，按空白记，不当作零" in note.found]
    assert len(told) == len({note.where for note in told}) >= 6
    spending = next(note for note in told if note.where == "决算.pdf 第4页 支出决算表")
    blank = sum(cell == "" for row in invented.SPENDING.values() for cell in row)
    assert spending.found.startswith(f"{blank}格")


def test_one_dash_among_blanks_is_a_fault(tmp_path):
    laid = invented.shanghai()
    rows = [list(row) for row in laid["spending"].rows]
    rows[3][5] = "—"
    found = drawn(tmp_path, a_page_each({**laid, "spending": replace(laid["spending"], rows=rows)}))
    assert [fault.found for fault in found.faults] == ["只有“—”"]
    assert found.faults[0].where == "决算.pdf 第4页 支出决算表 行‘20132 组织事务’ 列‘上缴上级支出’"
    assert amounts(found) == EXPECTED


def test_pages_that_lie_on_their_side(tmp_path):
    is_whole(drawn(tmp_path, a_page_each(invented.national()), turned=True))


def test_tables_without_left_and_right_border(tmp_path):
    laid = {id_: replace(own, borders="open") for id_, own in invented.shanghai().items()}
    found = drawn(tmp_path, a_page_each(laid))
    is_whole(found)
    assert sum("左右边线没有画出" in note.found for note in found.notes) == 9


def test_tables_without_any_line(tmp_path):
    """By blank strips, where the heads are known in them; what cannot be told apart is told, not guessed."""
    laid = {id_: replace(own, borders="none") for id_, own in invented.shanghai().items()}
    found = drawn(tmp_path, a_page_each(laid))
    assert [re.sub("（.*", "", fault.found) for fault in found.faults] == [
        "没有读到“财政拨款“三公”经费支出决算表”"
    ]
    assert "第8页" in found.faults[0].found
    known = {key: value for key, value in EXPECTED.items() if not key.startswith("three_public")}
    assert amounts(found) == known
    assert sum("没有画表格线，按各栏之间的空白分列" in note.found for note in found.notes) == 8
    assert not [check for check in check_accounts(found) if check.verdict == "disagrees"]


def test_titles_broken_over_two_lines_after_other_words(tmp_path):
    laid = {}
    for id_, own in invented.shanghai().items():
        title = own.above[0]
        head, _, rest = title.partition("一般公共预算财政拨款")
        above = [f"附件：2022年度{head}一般公共预算财政拨款", rest] if rest else [f"附件3：某县水务局{title}"]
        laid[id_] = replace(own, above=[*above, *own.above[1:]])
    is_whole(drawn(tmp_path, a_page_each(laid)))


def test_several_tables_on_a_page_and_a_title_at_the_foot_of_one(tmp_path):
    own = [*invented.shanghai().values()]
    foot = [own[3], [own[4].above[0]]], [replace(own[4], above=own[4].above[1:]), own[6]]
    is_whole(drawn(tmp_path, [[own[0]], [own[1], own[2]], *foot, [own[5]], [own[7], own[8]]]))


@pytest.mark.parametrize("how", ["bare", "head", "title"])
def test_tables_over_two_pages_between_running_heads_and_feet(tmp_path, how):
    """With the head repeated, with title and head repeated, with neither; after a table of contents."""
    contents = ["目 录", *(f"{numeral}、{title}" for numeral, title in zip(invented.NUMERALS, invented.TITLES.values(), strict=False))]  # fmt: skip
    pages = [[contents]]
    for own in invented.shanghai().values():
        at, head = 9, next(n for n, row in enumerate(own.rows) if begins(row))
        parts = [own]
        if len(own.rows) > 12:
            again = [] if how == "bare" else own.rows[:head]
            above = [f"{own.above[0]}（续）", "单位：万元"] if how == "title" else []
            parts = [
                replace(own, rows=own.rows[:at], below=[]),
                replace(own, above=above, rows=[*again, *own.rows[at:]]),
            ]
        pages += [
            [["某县水务局2022年度部门决算"], part, [f"— {len(pages) + n} —"]] for n, part in enumerate(parts)
        ]
    is_whole(drawn(tmp_path, pages))


def test_a_name_broken_by_the_end_of_a_page_is_put_together_and_told(tmp_path):
    laid = invented.shanghai()
    own = laid["spending"]
    at = next(n for n, row in enumerate(own.rows) if row[0] == "2080505")
    first = [*own.rows[:at], [own.rows[at][0], "机关事业单位基本养老", *own.rows[at][2:]]]
    rest = [["", "保险缴费支出", *[""] * 6], *own.rows[at + 1 :]]
    pages = a_page_each(laid)
    pages[2:3] = [[replace(own, rows=first)], [Laid([], rest)]]
    found = drawn(tmp_path, pages)
    is_whole(found)
    assert any("合为一个科目名称" in note.found for note in found.notes)


def test_codes_of_which_each_row_says_only_what_is_new(tmp_path):
    coded = ("income", "spending", "general_budget", "funds")
    laid = {
        id_: invented.each_level_its_row(own) if id_ in coded else own
        for id_, own in invented.national().items()
    }
    found = drawn(tmp_path, a_page_each(laid))
    is_whole(found)
    assert sum("上级编码取自其上最近的一行" in note.found for note in found.notes) == 4


def test_years_in_the_heads(tmp_path):
    """The year of the accounts is read, the year before is told and left aside."""
    laid = invented.shanghai()
    own = laid["overall"]
    rows = [["收入", "<", "<", "支出", "<", "<"], ["项目", "2021年决算数", "2022年决算数"] * 2]
    rows += [[row[0], "1.00", row[1], row[2], "2.00", row[3]] for row in own.rows[2:]]
    found = drawn(tmp_path, a_page_each({**laid, "overall": replace(own, rows=rows)}))
    is_whole(found)
    assert [note.found for note in found.notes] == [
        "列“收入/2021年决算数”不在要读的各列之内，没有读", "列“支出/2021年决算数”不在要读的各列之内，没有读",
    ]  # fmt: skip


def test_tables_that_are_none_of_the_known_ones_are_noted(tmp_path):
    """四川, 北京: further tables; one of them has a known title at its end."""
    others = [
        Laid(["财政拨款支出决算明细表", "单位：万元"], [["科目编码", "科目名称", "合计"], ["", "合计", "9.00"], ["213", "农林水支出", "9.00"]]),
        Laid(["政府购买服务支出情况表", "单位：万元"], [["项目", "金额"], ["合计", "9.00"]]),
        Laid(["会议费支出决算表", "单位：万元"], [["科目编码", "科目名称", "合计"], ["", "合计", "9.00"]]),
    ]  # fmt: skip
    found = drawn(tmp_path, [*a_page_each(invented.shanghai()), *[[other] for other in others]])
    is_whole(found)
    assert [note.where for note in found.notes] == ["决算.pdf 第11页", "决算.pdf 第12页", "决算.pdf 第13页"]


def test_a_unit_s_own_tables_after_the_department_s_are_told(tmp_path):
    laid = invented.shanghai()
    found = drawn(tmp_path, [*a_page_each(laid), [laid["spending"]]])
    assert [(fault.where, fault.found) for fault in found.faults] == [
        ("决算.pdf 第11页 支出决算表", "这张表出现了两次")
    ]
    assert amounts(found) == EXPECTED


def test_accounts_without_a_table_that_the_grants_show_to_be_empty(tmp_path):
    """Before 2020 nobody published 国有资本经营预算."""
    laid = invented.shanghai()
    del laid["state_capital"]
    found = drawn(tmp_path, a_page_each(laid))
    is_whole(found)
    assert ["国有资本经营预算" in note.found for note in found.notes] == [True]
    del laid["funds"]
    found = drawn(tmp_path, a_page_each(laid))
    assert ["没有读到“政府性基金预算财政拨款收入支出决算表”" in fault.found for fault in found.faults] == [
        True
    ]


# ---- the same from the tables that `auditbook intake --tables` writes


def written(accounts, folder):
    files = []
    for number, table in enumerate(accounts.tables.values(), 1):
        files.append(folder / f"{number:02d}.csv")
        files[-1].write_bytes(table_csv(table, accounts.year))
    said = declaring(accounts, read_dictionary(ROOT), read_layouts(ROOT))
    if said:
        files.append(folder / "text.csv")
        files[-1].write_bytes(text_csv(said))
    return files


def told(checks):
    return [
        (c.key, re.sub("〔.*?〕", "", c.where), c.found, c.expected, c.verdict, c.width, re.sub("〔.*?〕", "", c.explanation))
        for c in checks
    ]  # fmt: skip


def same(one, other):
    assert dict(other.tables) == dict(one.tables)
    dictionary = read_dictionary(ROOT)
    assert [row.cells for row in figures_of(other, dictionary)] == [
        row.cells for row in figures_of(one, dictionary)
    ]
    assert told(check_accounts(other)) == told(check_accounts(one))
    assert {a.key for a in unchecked(other, check_accounts(other))} == {
        a.key for a in unchecked(one, check_accounts(one))
    }


@pytest.mark.parametrize("layout", ["national", "jiangsu", "anhui"])
def test_written_tables_are_read_as_the_same(tmp_path, layout):
    found = drawn(tmp_path, a_page_each(getattr(invented, layout)()))
    same(found, read_accounts(written(found, tmp_path)))


@pytest.mark.parametrize("name", ["finance", "planning"])
def test_written_tables_of_a_real_account_are_read_as_the_same(tmp_path, name):
    path = SHARED / f"putuo-{name}-2024.pdf"
    if not path.is_file():
        pytest.skip(f"{path.name} is not here: the real accounts stay out of the repository")
    found = read_accounts(path)
    again = read_accounts(written(found, tmp_path))
    assert again.faults == ()
    same(found, again)
