"""Published final accounts in workbooks and CSV files: the same tables as in a PDF, wherever they stand in a sheet."""

import csv
import io
import re
from dataclasses import replace
from fractions import Fraction

import invented_accounts as invented
import pytest
import xlsxwriter
from conftest import ROOT
from invented_accounts import LEFT, UP, Laid

from auditbook.faults import CaseError, UsageError
from auditbook.figures import read_dictionary
from auditbook.intake.account_checks import check_accounts, unchecked
from auditbook.intake.account_figures import figures_of
from auditbook.intake.accounts import read_accounts

PLAIN = str  # amounts as they are


def areas(rows):
    """The cells of a table with how far each reaches: (row, column) → (last row, last column)."""
    found = {}
    for r, row in enumerate(rows):
        for c, cell in enumerate(row):
            if cell in {LEFT, UP}:
                continue
            right = c
            while right + 1 < len(row) and row[right + 1] == LEFT:
                right += 1
            down = r
            while down + 1 < len(rows) and c < len(rows[down + 1]) and rows[down + 1][c] == UP:
                down += 1
            found[r, c] = (down, right)
    return found


def cell_of(text, as_numbers):
    """What a spreadsheet holds: a number where it is one, unless it is to be text."""
    if as_numbers and re.fullmatch(r"-?[\d,]+(\.\d+)?", text):
        return float(text.replace(",", ""))
    return text


def book(path, sheets, *, numbers=True, merge=True, hidden=(), hide=None):
    """A workbook: per sheet the tables on it, from the top, a blank row between them."""
    with xlsxwriter.Workbook(path) as file:
        for name, parts in sheets.items():
            sheet = file.add_worksheet(name)
            if name in hidden:
                sheet.hide()
            at = 0
            for laid in parts:
                for line in laid.above:
                    sheet.write(at, 0, line)
                    at += 1
                for (r, c), (down, right) in areas(laid.rows).items():
                    value = cell_of(laid.rows[r][c], numbers)
                    if merge and (down, right) != (r, c):
                        sheet.merge_range(at + r, c, at + down, right, value)
                    elif value != "":
                        sheet.write(at + r, c, value)
                at += len(laid.rows)
                for line in laid.below:
                    sheet.write(at, 0, line)
                    at += 1
                at += 1
            if hide:
                hide(name, sheet)
    return path


def a_sheet_each(laid):
    return {f"Sheet{number}": [own] for number, own in enumerate(laid.values(), 1)}


def with_year(laid):
    """The title of the first table says the year."""
    first = next(iter(laid))
    at = next(i for i, line in enumerate(laid[first].above) if line.endswith("表") and "公开" not in line)
    above = [f"2022年度{line}" if i == at else line for i, line in enumerate(laid[first].above)]
    return {**laid, first: replace(laid[first], above=above)}


def amounts(accounts):
    return {a.key: a.value for t in accounts.tables.values() for a in t.amounts if a.value is not None}


def line_of(laid, code):
    """The row of a code within the rows of a table."""
    return next(number for number, row in enumerate(laid.rows) if row[0] == code)


EXPECTED = {key: Fraction(amount) for key, amount in invented.AMOUNTS.items()}


def wrong(accounts):
    return [check for check in check_accounts(accounts) if check.verdict == "disagrees"]


# ---- workbooks


@pytest.mark.parametrize("numbers", [True, False], ids=["numbers", "texts"])
@pytest.mark.parametrize("merge", [True, False], ids=["merged", "not merged"])
@pytest.mark.parametrize("layout", ["national", "shanghai", "anhui"])
def test_a_workbook_gives_every_amount(tmp_path, layout, merge, numbers):
    laid = with_year(getattr(invented, layout)(PLAIN))
    found = read_accounts(book(tmp_path / "决算.xlsx", a_sheet_each(laid), numbers=numbers, merge=merge))
    assert found.faults == () and found.year == 2022
    assert amounts(found) == EXPECTED
    assert wrong(found) == [] and unchecked(found, check_accounts(found)) == []


def test_the_cell_of_an_amount_is_named(tmp_path):
    found = read_accounts(book(tmp_path / "决算.xlsx", {"三、支出": [with_year(invented.shanghai(PLAIN))["spending"]], "一": [with_year(invented.shanghai(PLAIN))["overall"]]}))  # fmt: skip
    amount = next(a for a in found.tables["spending"].amounts if a.key == "spending:2130305:project")
    # title, unit, two rows of head, then thirteen codes from 201 to 2130301
    assert amount.locator == "决算.xlsx 三、支出!E18 支出决算表 行‘水利工程建设’ 列‘项目支出’"
    assert found.tables["spending"].where == "决算.xlsx 三、支出 支出决算表"


def test_all_tables_on_one_sheet_in_any_order(tmp_path):
    laid = with_year(invented.national(PLAIN))
    found = read_accounts(book(tmp_path / "决算.xlsx", {"全部": [*reversed(laid.values())]}))
    assert found.faults == () and amounts(found) == EXPECTED and wrong(found) == []


def test_sheets_of_other_things_are_noted(tmp_path):
    contents = Laid([], [["序号", "名称"], *[[str(i), t] for i, t in enumerate(invented.TITLES.values(), 1)]])
    other = Laid(["政府购买服务支出情况表"], [["项目", "金额"], ["合计", "9.00"]])
    sheets = {"目录": [contents], **a_sheet_each(with_year(invented.shanghai(PLAIN))), "其他": [other]}
    found = read_accounts(book(tmp_path / "决算.xlsx", sheets))
    assert found.faults == () and amounts(found) == EXPECTED
    assert [(note.where, note.found) for note in found.notes] == [
        ("决算.xlsx 目录", "没有所列的决算表，没有读"),
        ("决算.xlsx 其他!2行", "表格“项目 金额”不是所列的决算表，没有读"),
    ]


def test_a_sheet_named_after_its_table_needs_no_title(tmp_path):
    laid = invented.shanghai(PLAIN)
    sheets = {
        f"{number:02d} {invented.TITLES[id_]}"[:31]: [replace(own, above=["2022年度", "单位：万元"])]
        for number, (id_, own) in enumerate(laid.items(), 1)
    }
    found = read_accounts(book(tmp_path / "决算.xlsx", sheets))
    assert found.faults == () and amounts(found) == EXPECTED


def test_a_table_that_goes_on_under_a_repeated_title(tmp_path):
    laid = with_year(invented.national(PLAIN))
    whole = laid["spending"]
    first, rest = (
        replace(whole, rows=whole.rows[:12]),
        replace(whole, rows=[*whole.rows[:3], *whole.rows[12:]]),
    )
    sheets = a_sheet_each({**laid, "spending": first})
    sheets["Sheet3"].append(replace(rest, above=["支出决算表（续）", "金额单位：万元"]))
    found = read_accounts(book(tmp_path / "决算.xlsx", sheets))
    assert found.faults == () and amounts(found) == EXPECTED


def test_codes_that_are_numbers_keep_their_noughts(tmp_path):
    found = read_accounts(book(tmp_path / "决算.xlsx", a_sheet_each(with_year(invented.national(PLAIN)))))
    names = {line.code for line in found.tables["spending"].lines if line.code}
    assert names == set(invented.SPENDING) - {"total"}
    assert {note.kind for note in found.conversions if note.written == "5"} == {"code_number"}


def test_codes_merged_over_the_rows_of_their_level(tmp_path):
    """201 reaches down over all its rows, 32 over its own."""
    laid = with_year(invented.national(PLAIN))
    rows = [list(row) for row in laid["spending"].rows]
    for column in (0, 1):
        above = None
        for number, row in enumerate(rows[4:], 4):
            own = row[: column + 1]
            rows[number][column] = UP if row[column] and own == above else row[column]
            above = own
    laid["spending"] = replace(laid["spending"], rows=rows)
    found = read_accounts(book(tmp_path / "决算.xlsx", a_sheet_each(laid)))
    assert found.faults == () and amounts(found) == EXPECTED


def test_amounts_with_trailing_noughts_lost_are_not_less_exact(tmp_path):
    """A workbook stores 15.00 as 15: the tables tell how fine the amounts are."""
    found = read_accounts(book(tmp_path / "决算.xlsx", a_sheet_each(with_year(invented.shanghai(PLAIN)))))
    three = found.tables["three_public"]
    assert three.decimals == 2
    assert three.interval(three.amount("total", "budget")).high == Fraction("150050")


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("约9", "约9"),
        ("N/A", "N/A"),
        ("二百", "二百"),
        ("9.00万元", "9.00万元"),
        ("98.22%", "百分数"),
        ("=1+1", ""),
    ],
)
def test_one_unreadable_cell_does_not_lose_the_rest(tmp_path, value, told):
    laid = with_year(invented.shanghai(PLAIN))
    rows = [list(row) for row in laid["spending"].rows]
    rows[line_of(laid["spending"], "2130305")][4] = value
    laid["spending"] = replace(laid["spending"], rows=rows)
    found = read_accounts(book(tmp_path / "决算.xlsx", a_sheet_each(laid)))
    assert [fault.where for fault in found.faults] == [
        "决算.xlsx Sheet3!E18 支出决算表 行‘2130305 水利工程建设’ 列‘项目支出’"
    ]
    assert told in found.faults[0].found
    lost = {"spending:2130305:project"}
    assert amounts(found) == {key: value for key, value in EXPECTED.items() if key not in lost}


def hidden_row(name, sheet):
    if name == "Sheet3":
        sheet.set_row(14, None, None, {"hidden": True})


def hidden_column(name, sheet):
    if name == "Sheet3":
        sheet.set_column(4, 4, None, None, {"hidden": True})


@pytest.mark.parametrize(("hide", "place"), [(hidden_row, "Sheet3!15行"), (hidden_column, "Sheet3!E3")])
def test_hidden_rows_and_columns_are_refused(tmp_path, hide, place):
    laid = with_year(invented.shanghai(PLAIN))
    found = read_accounts(book(tmp_path / "决算.xlsx", a_sheet_each(laid), hide=hide))
    told = [fault for fault in found.faults if "隐藏" in fault.found]
    assert len(told) == 1 and place in told[0].where
    assert "spending" not in found.tables and set(found.tables) == set(invented.TITLES) - {"spending"}


def test_a_hidden_sheet_is_refused(tmp_path):
    laid = with_year(invented.shanghai(PLAIN))
    old = {"旧": [replace(laid["spending"], above=["2021年度支出决算表", "单位：万元"])]}
    found = read_accounts(book(tmp_path / "决算.xlsx", {**a_sheet_each(laid), **old}, hidden=("旧",)))
    assert [fault.where for fault in found.faults] == ["决算.xlsx 旧"]
    assert amounts(found) == EXPECTED


def test_an_amount_in_a_merged_cell_is_no_amount_of_one_column(tmp_path):
    laid = with_year(invented.shanghai(PLAIN))
    rows = [list(row) for row in laid["general_budget"].rows]
    number = line_of(laid["general_budget"], "2130305")
    rows[number][3], rows[number][4] = "880.40", LEFT
    laid["general_budget"] = replace(laid["general_budget"], rows=rows)
    found = read_accounts(book(tmp_path / "决算.xlsx", a_sheet_each(laid)))
    assert any("合并" in fault.found and "Sheet5!D18" in fault.where for fault in found.faults)


# ---- CSV files


def begins(row):
    """Whether a row is the first under the head."""
    amounts = any(re.fullmatch(r"\d+\.\d\d", cell) for cell in row)
    return amounts or row[0] in {"合计", *invented.NAMES}


def as_csv(folder, laid, *, paged=True):
    """Each table in the agreed form: title, unit, head as printed (blank where merged), rows; 页 in front."""
    files = []
    for number, (id_, own) in enumerate(laid.items(), 1):
        title = next(x for x in own.above if re.search(r"表(（.*）)?$", x) and not x.startswith("公开"))
        unit = next(line for line in own.above if "单位：" in line and "元" in line)
        width = max(map(len, own.rows)) + paged
        text = io.StringIO()
        write = csv.writer(text, lineterminator="\n").writerow
        write([f"2022年度{title}"])
        write([unit])
        body = next(n for n, row in enumerate(own.rows) if begins(row))
        for index, row in enumerate(own.rows):
            cells = ["" if cell in {LEFT, UP} else cell for cell in row]
            page = ["页" if not index else str(number + 5) if index >= body else ""] if paged else []
            write([*page, *cells, *[""] * (width - len(page) - len(cells))])
        for line in own.below:
            write([*([""] * paged), line, *[""] * (width - 1 - paged)])
        path = folder / f"{id_}.csv"
        path.write_text(text.getvalue(), encoding="utf-8")
        files.append(path)
    return files


@pytest.mark.parametrize("layout", ["national", "shanghai", "anhui"])
def test_csv_files_give_every_amount_with_page_and_line(tmp_path, layout):
    found = read_accounts(as_csv(tmp_path, getattr(invented, layout)(PLAIN)))
    assert found.faults == () and amounts(found) == EXPECTED and wrong(found) == []
    amount = next(a for a in found.tables["spending"].amounts if a.key == "spending:213:total")
    assert amount.locator == "第8页 支出决算表 行‘农林水支出’ 列‘本年支出合计’"
    assert re.fullmatch(re.escape(amount.locator) + r"〔spending\.csv:\d+ 第\d+列〕", amount.where)


def test_without_pages_the_place_is_file_and_line(tmp_path):
    found = read_accounts(as_csv(tmp_path, invented.shanghai(PLAIN), paged=False))
    assert amounts(found) == EXPECTED
    amount = next(a for a in found.tables["spending"].amounts if a.key == "spending:201:total")
    assert amount.where == "spending.csv:5 第3列 支出决算表 行‘一般公共服务支出’ 列‘本年支出合计’"
    rows = figures_of(found, read_dictionary(ROOT))
    spent = next(row for row in rows if row["figure"] == "budget_spent")
    assert (spent["value"], spent["year"], spent["precision"]) == ("1517.10", "2022", "0.01")
    assert spent.where.startswith("overall.csv:")


def test_thirteen_tables_of_jiangsu(tmp_path):
    found = read_accounts(book(tmp_path / "决算.xlsx", a_sheet_each(with_year(invented.jiangsu(PLAIN)))))
    assert found.faults == () and list(found.tables) and len(found.tables) == 13
    own = amounts(found)
    assert {key: own[key] for key in EXPECTED if not key.startswith("basic:")} == {
        key: value for key, value in EXPECTED.items() if not key.startswith("basic:")
    }
    # all grants by function: general budget and funds; by economic kind: staff and public funds as columns
    assert own["grants_spending:total:total"] == Fraction("1509.10")
    assert own["basic:total:staff"] == own["grants_basic:total:staff"] == Fraction("471.35")
    assert own["basic:30231:public"] == Fraction("6.00")
    assert own["three_public:meeting:actual"] == Fraction("5.50")
    assert own["operating:total:amount"] == Fraction("70.00")
    assert own["procurement:works:actual"] == Fraction("620.00")
    assert wrong(found) == []
    # nothing adds up with 会议费 and 培训费
    assert {a.key for a in unchecked(found, check_accounts(found))} == {
        f"three_public:{item}:{column}" for item in ("meeting", "training") for column in ("budget", "actual")
    }


def test_a_csv_without_a_known_table_is_told(tmp_path):
    path = tmp_path / "别的.csv"
    path.write_text("单位,人数\n甲,3\n乙,4\n", encoding="utf-8")
    with pytest.raises(CaseError, match="没有读到"):
        read_accounts(path)


def test_what_is_no_set_of_accounts(tmp_path):
    for names in (["a.xlsx", "b.xlsx"], ["a.pdf", "b.csv"], ["a.docx"], []):
        with pytest.raises(UsageError):
            read_accounts([tmp_path / name for name in names])
