"""Published final accounts: two real ones against facts read by eye, an invented one drawn in many shapes."""

import zlib
from dataclasses import replace
from fractions import Fraction

import account_pages
import pytest
from conftest import ROOT

from auditbook.faults import CaseError, LimitError
from auditbook.figures import read_dictionary
from auditbook.intake import accounts as reading
from auditbook.intake import guard
from auditbook.intake.account_checks import check_accounts
from auditbook.intake.account_figures import figures_of
from auditbook.intake.account_layouts import read_layouts
from auditbook.intake.accounts import read_accounts
from auditbook.numbers import parse

SHARED = ROOT.parent / "shared" / "accounts"
NINE = [
    "overall", "income", "spending", "grants", "general_budget", "basic", "three_public", "funds", "state_capital",
]  # fmt: skip


def real(name):
    path = SHARED / f"putuo-{name}-2024.pdf"
    if not path.is_file():
        pytest.skip(f"{path.name} is not here: the real accounts stay out of the repository")
    return read_accounts(path)


@pytest.fixture(scope="module")
def finance():
    return real("finance")


@pytest.fixture(scope="module")
def planning():
    return real("planning")


def text(accounts, table, row, column, side=""):
    return accounts.tables[table].amount(row, column, side).text


def coded(accounts, table, code, column):
    lines = [line for line in accounts.tables[table].lines if line.code == code]
    assert len(lines) == 1
    return lines[0].amounts[column].text


def amended(accounts, old, value):
    """The accounts with one cell printed otherwise."""
    table = next(table for table in accounts.tables.values() if any(a is old for a in table.amounts))
    new = replace(old, text=value, value=parse(value) if value else None)
    lines = tuple(
        replace(line, amounts={c: new if a is old else a for c, a in line.amounts.items()})
        for line in table.lines
    )
    return replace(accounts, tables={**accounts.tables, table.layout.id: replace(table, lines=lines)})


def wrong(accounts):
    return [check for check in check_accounts(accounts) if check.verdict == "disagrees"]


# ---- the two real documents: facts of ../shared/accounts/README.md and the pages themselves


def test_finance_facts(finance):
    assert list(finance.tables) == NINE and not finance.faults
    assert (finance.year, finance.pages) == (2024, 25)
    assert {table.unit for table in finance.tables.values()} == {"万元"}
    for side in ("收入", "支出"):
        assert text(finance, "overall", "total", "amount", side) == "2995.39"
    assert finance.tables["overall"].lines[0].amounts["amount"].text == "2940.05"
    assert text(finance, "overall", "spending_total", "amount") == "2940.05"
    assert text(finance, "overall", "opening", "amount") == "49.14"
    assert text(finance, "overall", "closing", "amount") == "55.34"
    assert [text(finance, "spending", "total", c) for c in ("total", "basic", "project")] == [
        "2940.05", "2336.91", "603.14",
    ]  # fmt: skip
    assert [text(finance, "three_public", "total", c) for c in ("budget", "actual")] == ["0.95", ""]
    # the total row of this table comes last, on the same page
    assert finance.tables["general_budget"].lines[-1].id == "total"
    assert coded(finance, "income", "2010602", "other") == "6.19"
    assert coded(finance, "basic", "30239", "amount") == "48.49"
    assert coded(finance, "basic", "30303", "amount") == ""
    assert "故本表无数据" in finance.tables["funds"].statement


def test_finance_locators(finance):
    line = next(line for line in finance.tables["income"].lines if line.code == "208")
    assert line.amounts["grants"].locator == "第8页 收入决算表 行‘社会保障和就业支出’ 列‘财政拨款收入’"
    joined = next(line for line in finance.tables["income"].lines if line.code == "2210203")
    assert (joined.page, joined.name, joined.amounts["grants"].text) == (9, "购房补贴", "258.50")
    assert finance.tables["grants"].pages == (12, 13, 14)
    long = next(line for line in finance.tables["spending"].lines if line.code == "2080505")
    assert long.name == "机关事业单位基本养老保险缴费支出"


def test_planning_facts(planning):
    # read off pages 7 to 19 by eye
    assert list(planning.tables) == NINE and not planning.faults
    assert (planning.year, planning.pages) == (2024, 30)
    assert text(planning, "overall", "total", "amount", "支出") == "9859.38"
    assert text(planning, "overall", "opening", "amount") == "112.88"
    assert text(planning, "overall", "closing", "amount") == "100.00"
    assert coded(planning, "income", "2120201", "grants") == "2739.56"
    assert [coded(planning, "spending", "2200150", c) for c in ("total", "basic", "project")] == [
        "4416.67", "2339.58", "2077.09",
    ]  # fmt: skip
    assert coded(planning, "general_budget", "2120101", "basic") == "1084.02"
    assert text(planning, "grants", "spending_total", "general", "支出") == "9746.50"
    assert text(planning, "general_budget", "total", "basic") == "5364.75"
    assert text(planning, "spending", "total", "basic") == "5377.64"
    assert text(planning, "basic", "staff", "amount") == "4884.09"
    assert text(planning, "basic", "public", "amount") == "480.66"
    assert coded(planning, "basic", "31002", "amount") == "39.76"
    assert coded(planning, "basic", "30107", "amount") == "1594.02"
    assert [text(planning, "three_public", "reception", c) for c in ("budget", "actual")] == ["2.85", "0.39"]
    names = [
        line.amounts["total"].row for line in planning.tables["spending"].lines if line.code[:5] == "21202"
    ]
    assert names == ["21202 城乡社区规划与管理", "2120201 城乡社区规划与管理"]


def test_no_error_is_reported_in_the_tables(finance, planning):
    assert wrong(finance) == []
    assert wrong(planning) == []


def test_tail_differences_are_told_as_such(finance, planning):
    def pairs(accounts):
        return {
            (check.rule, check.found, check.expected)
            for check in check_accounts(accounts) if check.verdict == "within_rounding"
        }  # fmt: skip

    assert ("function_against_overall", "326.72万元", "326.71万元") in pairs(finance)
    assert ("parent_sum", "171.07万元", "171.09万元") in pairs(finance)
    assert ("function_against_overall", "236.64万元", "236.63万元") in pairs(planning)
    assert ("function_against_grants", "236.64万元", "236.63万元") in pairs(planning)
    assert ("function_against_overall", "3,845.24万元", "3,845.25万元") in pairs(planning)


def test_what_has_nothing_to_check_says_so(finance):
    checks = {check.rule: check for check in check_accounts(finance)}
    assert checks["basic_within_three_public"].verdict == "not_checkable"
    assert "空白" in checks["basic_within_three_public"].explanation


@pytest.mark.parametrize("name", ["finance", "planning"])
def test_an_amount_off_by_a_hundred_is_caught_wherever_it_stands(name, request):
    accounts = request.getfixturevalue(name)
    unseen = []
    for table in accounts.tables.values():
        for amount in table.amounts:
            if amount.value is not None and not wrong(amended(accounts, amount, reading_plus(amount, 100))):
                unseen.append(amount.locator)
    assert unseen == []


def reading_plus(amount, more):
    whole = (amount.value + more) * 100
    assert whole.denominator == 1
    return f"{whole.numerator // 100}.{whole.numerator % 100:02d}"


def test_figures_of_finance(finance):
    rows = {(r["figure"], r["item"], r["year"]): r for r in figures_of(finance, read_dictionary(ROOT))}
    spent = rows["budget_spent", "", "2024"]
    assert (spent["value"], spent["unit"], spent["precision"]) == ("2940.05", "万元", "0.01")
    assert spent["quote"] == "本年支出合计 2,940.05" and spent["locator"].startswith("第6页 收入支出决算总表")
    assert rows["carry_over", "", "2024"]["value"] == "55.34"
    assert rows["carry_over", "", "2023"]["value"] == "49.14"
    assert rows["three_public_budget", "", "2024"]["value"] == "0.95"
    # the table leaves the cell blank; the text on page 23 declares 0.00
    declared = rows["three_public_actual", "", "2024"]
    assert (declared["state"], declared["value"]) == ("zero", "0.00") and "第23页" in declared["locator"]
    assert rows["three_public_actual", "vehicle_running", "2024"]["state"] == "missing"
    assert rows["three_public_budget", "abroad", "2024"]["state"] == "missing"
    assert rows["public_funds_actual", "", "2024"]["value"] == "184.65"


def test_figures_of_planning(planning):
    rows = {(r["figure"], r["item"], r["year"]): r for r in figures_of(planning, read_dictionary(ROOT))}
    assert rows["budget_spent", "", "2024"]["value"] == "9759.38"
    assert rows["carry_over", "", "2023"]["value"] == "112.88"
    assert rows["three_public_actual", "", "2024"]["value"] == "0.39"
    assert rows["three_public_actual", "abroad", "2024"]["state"] == "zero"
    assert rows["public_funds_actual", "", "2024"]["value"] == "480.66"


def test_figures_that_the_dictionary_lacks_are_left_out(finance):
    """accounts/README.md: 本年支出合计 2,940.05 = 基本支出 2,336.91 + 项目支出 603.14; page 17: 人员经费合计 2,152.26."""
    meaning = read_dictionary(ROOT)["public_funds_actual"]
    ours = ("basic_spent", "project_spent", "staff_funds_actual")
    without = {id_: known for id_, known in read_dictionary(ROOT).items() if id_ not in ours}
    assert not {row["figure"] for row in figures_of(finance, without)} & {*ours}
    held = {**without, **{id_: meaning.model_copy(update={"id": id_}) for id_ in ours}}
    rows = {row["figure"]: row["value"] for row in figures_of(finance, held) if row["figure"] in ours}
    assert rows == {"basic_spent": "2336.91", "project_spent": "603.14", "staff_funds_actual": "2152.26"}


# ---- an invented department, drawn

SPENDING_HEAD = [
    "科目编码",
    "科目名称",
    "本年支出合计",
    "基本支出",
    "项目支出",
    "上缴上级支出",
    "经营支出",
    "对附属单位补助支出",
]
SPENDING = [
    ["", "合计", "300.00", "100.00", "200.00", "", "", ""],
    ["213", "农林水支出", "300.00", "100.00", "200.00", "", "", ""],
    ["21303", "水利", "300.00", "100.00", "200.00", "", "", ""],
    ["2130301", "行政运行", "100.00", "100.00", "", "", "", ""],
    ["2130305", "水利工程建设", "200.00", "", "200.00", "", "", ""],
]


def drawn(
    tmp_path,
    rows=SPENDING,
    head=SPENDING_HEAD,
    above=("2021年度部门决算", "支出决算表", "单位：万元"),
    below=(),
):
    tmp_path.mkdir(exist_ok=True)
    return account_pages.draw(tmp_path / "drawn.pdf", [(list(above), [head, *rows], list(below))])


def spending_of(path):
    found = read_accounts(path)
    return found, {
        line.code: {c: a.text for c, a in line.amounts.items()} for line in found.tables["spending"].lines
    }


def test_one_column_of_codes_and_the_tables_that_are_not_there(tmp_path):
    found, lines = spending_of(drawn(tmp_path))
    assert found.year == 2021
    assert lines["2130305"] == {
        "total": "200.00", "basic": "", "project": "200.00", "superior": "", "business": "", "subordinate": "",
    }  # fmt: skip
    assert lines[""]["total"] == "300.00"
    assert wrong(found) == []
    missing = [fault.found for fault in found.faults]
    assert len(missing) == 8 and all("没有读到" in fault for fault in missing)


def test_codes_in_three_columns_and_the_total_last(tmp_path):
    rows = [["213", "", ""], ["213", "03", ""], ["213", "03", "01"], ["213", "03", "05"], ["", "", ""]]
    ordered = [*SPENDING[1:], SPENDING[0]]
    three = [[*code, *row[1:]] for code, row in zip(rows, ordered, strict=True)]
    head = ["类", "款", "项", *SPENDING_HEAD[1:]]
    assert spending_of(drawn(tmp_path, three, head))[1] == spending_of(drawn(tmp_path))[1]


def test_over_two_pages_with_the_head_repeated(tmp_path):
    first = (
        ["2021年度部门决算", "公开03表 支出决算表", "单位：万元"],
        [SPENDING_HEAD, *SPENDING[:3]],
        ["- 1 -"],
    )
    second = ([], [SPENDING_HEAD, *SPENDING[3:]], ["注：本表反映支出情况。"])
    path = account_pages.draw(tmp_path / "two.pdf", [first, second])
    found, lines = spending_of(path)
    assert lines == spending_of(drawn(tmp_path))[1]
    assert found.tables["spending"].pages == (1, 2)
    assert found.tables["spending"].statement == "注：本表反映支出情况。"


def test_a_table_after_other_text_is_no_continuation(tmp_path):
    first = (["2021年度部门决算", "支出决算表", "单位：万元"], [SPENDING_HEAD, *SPENDING[:3]], [])
    second = (["绩效目标完成情况"], [SPENDING_HEAD, *SPENDING[3:]], [])
    found, lines = spending_of(account_pages.draw(tmp_path / "two.pdf", [first, second]))
    assert "2130301" not in lines
    assert [note.where for note in found.notes] == ["two.pdf 第2页"]


def test_a_continuation_with_other_columns_is_told(tmp_path):
    first = (["2021年度部门决算", "支出决算表", "单位：万元"], [SPENDING_HEAD, *SPENDING[:3]], [])
    second = ([], [row[:7] for row in SPENDING[3:]], [])
    found = read_accounts(account_pages.draw(tmp_path / "two.pdf", [first, second]))
    assert any("第2页" in fault.where and "7列" in fault.found for fault in found.faults)


def test_yuan(tmp_path):
    rows = [[row[0], row[1], *(cell.replace(".00", "0000.00") for cell in row[2:])] for row in SPENDING]
    found, _ = spending_of(drawn(tmp_path, rows, above=["2021年度部门决算", "支出决算表", "金额单位：元"]))
    table = found.tables["spending"]
    assert table.unit == "元"
    box = table.interval(table.amount("total", "total"))
    assert (box.low, box.high) == (Fraction("2999999.995"), Fraction("3000000.005"))


def test_without_a_unit_nothing_is_computed(tmp_path):
    found, _ = spending_of(drawn(tmp_path, above=["2021年度部门决算", "支出决算表"]))
    assert any("没有写明单位" in fault.found for fault in found.faults)
    verdicts = {check.verdict for check in check_accounts(found) if check.rule in {"row_sum", "parent_sum"}}
    assert verdicts == {"not_checkable"}


def test_columns_in_another_order_are_read_by_their_headings(tmp_path):
    order = [0, 1, 4, 2, 3, 7, 6, 5]
    swapped = [[row[i] for i in order] for row in SPENDING]
    path = drawn(tmp_path, swapped, [SPENDING_HEAD[i] for i in order])
    assert spending_of(path)[1] == spending_of(drawn(tmp_path))[1]


@pytest.mark.parametrize(
    ("name", "row", "column", "value", "rule"),
    [
        ("total_off_by_100", 0, 2, "400.00", "row_sum"),
        ("digits_transposed", 4, 2, "020.00", "row_sum"),
        ("decimal_point_shifted", 3, 3, "1000.00", "row_sum"),
        ("parent_blank", 2, 2, "", "row_sum"),
        ("negative", 4, 4, "-200.00", "row_sum"),
        ("in_yuan", 4, 4, "2,000,000.00", "row_sum"),
    ],
)
def test_damage_in_a_cell_is_caught(tmp_path, name, row, column, value, rule):
    rows = [list(cells) for cells in SPENDING]
    rows[row][column] = value
    found = read_accounts(drawn(tmp_path, rows))
    caught = [check for check in wrong(found) if check.rule == rule]
    assert caught and all("第1页 支出决算表" in check.where for check in caught), name


def test_a_row_twice_and_a_row_less_are_caught(tmp_path):
    twice = wrong(read_accounts(drawn(tmp_path, [*SPENDING, SPENDING[4]])))
    assert "code_once" in {check.rule for check in twice}
    less = wrong(read_accounts(drawn(tmp_path, SPENDING[:4])))
    assert {"parent_sum"} == {check.rule for check in less}


@pytest.mark.parametrize(
    "value", ["约200", "N/A", "#REF!", "二百", "200.00万元", "12.00 13.00", "—", "1e400"]
)
def test_what_is_no_number_is_a_fault_with_its_place(tmp_path, value):
    rows = [list(cells) for cells in SPENDING]
    rows[4][2] = value
    found, lines = spending_of(drawn(tmp_path, rows))
    assert lines["2130305"]["total"] == ""
    faults = [fault for fault in found.faults if "水利工程建设" in fault.where]
    assert len(faults) == 1 and "第1页 支出决算表" in faults[0].where and "本年支出合计" in faults[0].where


@pytest.mark.parametrize(
    ("value", "expected"),
    [("２００．００", "200.00"), ("(200.00)", "-200.00"), ("（200.00）", "-200.00"), ("1,200.00", "1200.00")],
)
def test_ways_of_writing_a_number(tmp_path, value, expected):
    rows = [list(cells) for cells in SPENDING]
    rows[4][2] = value
    assert spending_of(drawn(tmp_path, rows))[1]["2130305"]["total"] == expected


def test_a_column_less_or_renamed_refuses_the_table(tmp_path):
    head = [*SPENDING_HEAD[:3], "基础支出", *SPENDING_HEAD[4:]]
    with pytest.raises(CaseError) as caught:
        read_accounts(drawn(tmp_path, head=head))
    told = str(caught.value)
    assert "基础支出" in told and "表头里没有基本支出" in told and "第1页" in told


def test_another_table_whose_title_ends_alike_is_not_taken(tmp_path):
    with pytest.raises(CaseError, match="没有读到“支出决算表”"):
        read_accounts(drawn(tmp_path, above=["2021年度部门决算", "会议费支出决算表", "单位：万元"]))


THREE = ["因公出国（境）费", "公务用车购置及运行维护费", "公务用车购置费", "公务用车运行维护费", "公务接待费"]


def three_public(tmp_path, amounts):
    rows = [[name, *pair] for name, pair in zip(["合计", *THREE], amounts, strict=True)]
    above = ["2021年度部门决算", "一般公共预算财政拨款“三公”经费支出决算表", "单位：万元"]
    return read_accounts(
        account_pages.draw(tmp_path / "three.pdf", [(above, [["项目", "预算数", "决算数"], *rows], [])])
    )


def test_three_public_written_downward(tmp_path):
    found = three_public(
        tmp_path, [("9.00", "7.00"), ("", ""), ("6.00", "5.00"), ("", ""), ("6.00", "5.00"), ("3.00", "2.00")]
    )
    assert wrong(found) == []
    assert text(found, "three_public", "vehicle_running", "actual") == "5.00"
    rows = {(r["figure"], r["item"]): r for r in figures_of(found, read_dictionary(ROOT))}
    assert rows["three_public_actual", "reception"]["value"] == "2.00"
    assert rows["three_public_actual", "reception"]["year"] == "2021"


def test_three_public_over_its_budget(tmp_path):
    found = three_public(
        tmp_path,
        [("9.00", "10.00"), ("", ""), ("6.00", "5.00"), ("", ""), ("6.00", "5.00"), ("3.00", "5.00")],
    )
    over = [check for check in wrong(found) if check.rule == "three_public_over_budget"]
    assert {check.found for check in over} == {"10.00万元", "5.00万元"}
    assert {check.severity for check in over} == {"medium"}


def test_an_empty_table_needs_its_statement(tmp_path):
    head = [
        "科目编码",
        "科目名称",
        "年初结转和结余",
        "本年收入",
        "合计",
        "基本支出",
        "项目支出",
        "年末结转和结余",
    ]
    above = ["2021年度部门决算", "政府性基金预算财政拨款收入支出决算表", "单位：万元"]
    empty = ["合计", *[""] * 7]
    for below, expected in (
        ([], "disagrees"),
        (["说明：本部门没有政府性基金收支，故本表无数据。"], "agrees"),
    ):
        found = read_accounts(account_pages.draw(tmp_path / "fund.pdf", [(above, [head, empty], below)]))
        verdicts = [check.verdict for check in check_accounts(found) if check.rule == "empty_with_statement"]
        assert verdicts == [expected]


def test_procurement_where_a_table_has_it(tmp_path):
    rows = [["项目", "采购金额"], ["合计", "10.00"], ["货物", "1.00"], ["工程", "2.00"], ["服务", "7.00"]]
    above = ["2021年度部门决算", "政府采购情况表", "单位：万元"]
    found = read_accounts(account_pages.draw(tmp_path / "buy.pdf", [(above, rows, [])]))
    values = {r["item"]: r["value"] for r in figures_of(found, read_dictionary(ROOT))}
    assert values == {"": "10.00", "goods": "1.00", "works": "2.00", "services": "7.00"}


# ---- files that are refused


def test_a_scanned_document_is_told_as_such(tmp_path):
    with pytest.raises(CaseError) as caught:
        read_accounts(account_pages.picture(tmp_path / "scan.pdf"))
    assert "扫描件没有文字" in str(caught.value) and caught.value.exit_code == 3


@pytest.mark.parametrize(
    ("name", "data"),
    [("empty", b""), ("html", b"<html>"), ("head only", b"%PDF-1.7\n"), ("cut", b"%PDF-1.7\n1 0 obj")],
)
def test_what_is_no_pdf_is_refused(tmp_path, name, data):
    path = tmp_path / "bad.pdf"
    path.write_bytes(data)
    with pytest.raises(CaseError) as caught:
        read_accounts(path)
    assert "bad.pdf" in str(caught.value)
    with pytest.raises(CaseError):
        read_accounts(tmp_path / "absent.pdf")


def pdf(objects, trailer=b""):
    """A PDF of given objects; the first is the catalogue."""
    out, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    head = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    end = b"trailer <</Size %d/Root 1 0 R%s>>\nstartxref\n%d\n%%%%EOF\n" % (
        len(objects) + 1,
        trailer,
        len(out),
    )
    return out + head + table + end


CATALOGUE = b"<</Type/Catalog/Pages 2 0 R>>"


def test_an_encrypted_document_is_told_as_such(tmp_path):
    lock = b"<</Filter/Standard/V 1/R 2/P -4/O<%s>/U<%s>>>" % (b"ab" * 32, b"cd" * 32)
    path = tmp_path / "locked.pdf"
    path.write_bytes(
        pdf([CATALOGUE, b"<</Type/Pages/Kids[]/Count 0>>", lock], b"/Encrypt 3 0 R/ID[<00><00>]")
    )
    with pytest.raises(CaseError, match="文件加密，须有密码"):
        read_accounts(path)


def test_a_page_that_swells_beyond_the_memory_allowed_is_a_limit(tmp_path, monkeypatch):
    """Four kilobytes that unfold to 400 MB of blanks, in a child that may take 300."""
    monkeypatch.setattr(reading, "_MEGABYTES", 300)
    press = zlib.compressobj(9)
    data = zlib.compress(b"".join(press.compress(b"\0" * (1 << 20)) for _ in range(400)) + press.flush())
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 4 0 R/Resources<<>>>>"
    stream = b"<</Length %d/Filter[/FlateDecode/FlateDecode]>>stream\n%s\nendstream" % (len(data), data)
    path = tmp_path / "bomb.pdf"
    path.write_bytes(pdf([CATALOGUE, b"<</Type/Pages/Kids[3 0 R]/Count 1>>", page, stream]))
    with pytest.raises(LimitError) as caught:
        read_accounts(path)
    assert "内存" in str(caught.value) and caught.value.exit_code == 7


def test_a_file_or_a_document_that_is_too_large_is_a_limit(tmp_path, monkeypatch):
    path = tmp_path / "long.pdf"
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>"
    many = [b"%d 0 R" % (3 + number) for number in range(301)]
    tree = b"<</Type/Pages/Kids[%s]/Count 301>>" % b" ".join(many)
    path.write_bytes(pdf([CATALOGUE, tree, *[page] * 301]))
    with pytest.raises(LimitError, match="有301页"):
        read_accounts(path)
    monkeypatch.setattr(guard, "MOST_BYTES", 10)
    with pytest.raises(LimitError, match="字节"):
        read_accounts(path)


# ---- what was parsed is kept


def test_a_document_that_was_parsed_is_not_parsed_again(tmp_path, monkeypatch):
    path, keep = drawn(tmp_path), tmp_path / "kept"
    pages = []
    first = read_accounts(path, keep=keep, program="one", told=lambda done, of: pages.append((done, of)))
    assert pages[-1] == (1, 1)
    calls = []
    parse_anew = reading.limited.call
    monkeypatch.setattr(
        reading.limited, "call", lambda *args, **more: calls.append(1) or parse_anew(*args, **more)
    )
    assert read_accounts(path, keep=keep, program="one") == first and calls == []
    # another program, another file, a damaged answer: each is parsed
    assert read_accounts(path, keep=keep, program="two") == first and len(calls) == 1
    kept = next(keep.glob("*.json"))
    whole = kept.read_bytes()
    for damaged in (b"", whole[:-9], whole.replace(b"100.00", b"900.00"), b"{}", whole.partition(b"\n")[2]):
        kept.write_bytes(damaged)
        assert read_accounts(path, keep=keep, program="two") == first
    assert len(calls) == 6
    read_accounts(path)
    read_accounts(path, keep=keep)  # without saying by which program nothing is kept
    assert len(calls) == 8
    other = drawn(tmp_path / "other", SPENDING[:4])
    assert read_accounts(other, keep=keep, program="two").tables != first.tables
    assert not list(keep.glob("*.partial")) and not list(keep.glob(".*"))


def test_a_copy_under_another_name_is_told_by_its_own_name(tmp_path):
    rows = [list(cells) for cells in SPENDING]
    rows[4][2] = "约200"
    path, keep = drawn(tmp_path, rows), tmp_path / "kept"
    read_accounts(path, keep=keep, program="one")
    copy = path.rename(tmp_path / "copy.pdf")
    faults = [fault.where for fault in read_accounts(copy, keep=keep, program="one").faults]
    assert faults[0].startswith("copy.pdf 第1页") and not any("drawn.pdf" in where for where in faults)


def test_a_folder_that_takes_nothing_is_no_reason_to_fail(tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("")
    assert read_accounts(drawn(tmp_path), keep=blocked, program="one").tables


def test_the_year_that_the_caller_knows(tmp_path):
    without = drawn(tmp_path, above=["支出决算表", "单位：万元"])
    assert any("读不出决算年度" in fault.found for fault in read_accounts(without).faults)
    known = read_accounts(without, year=2021)
    assert known.year == 2021 and not any("年度" in fault.found for fault in known.faults)
    other = read_accounts(drawn(tmp_path), year=2020)
    assert any(fault.found == "是2021年度的决算" for fault in other.faults)


@pytest.mark.parametrize(
    ("line", "table"),
    [
        ("财政拨款 三公 经费支出决算表", "three_public"),
        ("某局2021年度支出决算表", "spending"),
        ("某县水务局支出决算表", "spending"),
        ("公开03表 支出决算表", "spending"),
        ("公开03表：支出决算表", "spending"),
        ("附件：支出决算表", "spending"),
        ("附件3 2022年度支出决算表", "spending"),
        ("表三、支出决算表", "spending"),
        ("三、支出决算表", "spending"),
        ("（三）支出决算表", "spending"),
        ("支出决算表（续）", "spending"),
        ("支出决算表（单位：万元）", "spending"),
        ("Z04 支出决算表(财决04表)", "spending"),
        ("财政拨款支出决算表（功能科目）", "grants_spending"),
        ("一般公共预算基本支出决算表（经济科目）", "basic"),
        ("政府采购支出决算表", "procurement"),
        ("一、收入支出决算总体情况说明", ""),
        ("会议费支出决算表", ""),
        ("社会保障支出决算表", ""),
        ("财政拨款支出决算明细表", ""),
        ("一般公共预算财政拨款项目支出决算表", ""),
        ("三、支出决算表……………………7", ""),
    ],
)
def test_titles(line, table):
    found = read_layouts(ROOT).titled(line)
    assert (found[0].id if found else "") == table
