"""The intake workbook: filled in by an invented department (in 元, with zeros and gaps), and read back as it was typed."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from conftest import ROOT
from intake_books import UNITS, YEAR, Book, Found, empty, made, of_sheets, opened, read_sheets, rules
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from auditbook import formulas, strict_yaml
from auditbook.figures import FigureRow, Figures, Key
from auditbook.intake import phrases
from auditbook.intake.intake_sheets import example
from auditbook.intake.sheets import ERROR, UNCACHED, Sheet

MONEY_SHEETS = (
    "预算与执行",
    "预算调整台账",
    "月度支付",
    "三公经费",
    "人员经费与公用经费",
    "政府采购",
    "资产",
    "结转结余",
)


def filled() -> Book:
    """A department's own figures, whole 元 but for one that has its 角 and 分."""
    book = Book()
    for title in MONEY_SHEETS:
        book.unit(title, "元")
    book.put("预算与执行", 单位="部门整体", 项目="合计", 年初预算数=8_120_000, 调减=0, 调整后预算数=9_320_000,
             实际支出=9_000_001, 到位资金=9_320_000, 使用上年结转的支出="不适用")  # fmt: skip
    book.put("预算与执行", 单位="馆本部", 项目="合计", 年初预算数=5_000_000, 实际支出=5_500_000)
    book.put("预算与执行", 单位="馆本部", 项目="专项", 年初预算数=1_700_000)
    book.put("预算调整台账", 日期=datetime(2022, 3, 5), 金额=1_000_000, 类型="追加", 事由="古籍抢救", 是否可豁免="是",
             豁免依据="市政府纪要1号", 文号="财追1")  # fmt: skip
    book.put(
        "预算调整台账", 日期="2022年6月1日", 金额="200,000.00", 类型="追加", 事由="设备更新", 是否可豁免="否"
    )
    book.put(
        "预算调整台账", 日期="2022/8/5", 金额=50_000, 类型="结构调整", 事由="项目间调剂", 是否可豁免="否"
    )
    book.put("预算调整台账", 序号="合计", 金额=1_250_000)
    paid = 0
    for month in range(1, 13):
        own = 750_000 if month < 12 else 750_001
        paid += own
        point = {"考核时点": "是", "既定累计进度": 75} if month == 9 else {"累计支付": paid}
        book.put("月度支付", 单位="部门整体", 月份=f"{month}月", 当月支付=own, **point)
    book.put("月度支付", 单位="部门整体", 月份="合计", 当月支付=9_000_001)
    for unit, counts in {"馆本部": (6, 0, 14, 3, 5), "城南分馆": (0, 0, 8, None, 0)}.items():
        for name, count in zip(("公务员", "机关附属编制", "事业编制", "编外用工"), counts, strict=False):
            book.put("人员", 单位=unit, 类别=name, 编制数=count, 年末实有=count)
        book.put("人员", 单位=unit, 类别="退休", 年末实有=counts[4])
    book.put(
        "三公经费", 单位="部门整体", 项目="因公出国（境）费", 本年预算=0, 本年决算=0, 上年预算=0, 上年决算=0
    )
    book.put(
        "三公经费",
        单位="部门整体",
        项目="公务用车购置费",
        本年预算=180_000,
        本年决算=178_500,
        上年预算=0,
        上年决算=0,
    )
    book.put(
        "三公经费",
        单位="部门整体",
        项目="公务用车运行维护费",
        本年预算=60_000,
        本年决算=55_000,
        上年预算=62_000,
        上年决算=61_000,
    )
    book.put(
        "三公经费", 单位="部门整体", 项目="公务接待费", 本年预算=30_000, 本年决算=12_345.67, 上年预算=35_000
    )
    book.put("三公经费", 单位="部门整体", 项目="合计", 本年预算=270_000, 本年决算=245_845.67)
    book.put("人员经费与公用经费", 单位="部门整体", 项目="人员经费", 预算数=4_100_000, 决算数=4_000_000)
    book.put("人员经费与公用经费", 单位="部门整体", 项目="公用经费", 预算数=900_000, 决算数=880_000)
    book.put(
        "人员经费与公用经费",
        单位="部门整体",
        项目="基本支出合计（一般公共预算）",
        预算数=5_000_000,
        决算数=4_880_000,
    )
    book.put(
        "人员经费与公用经费", 单位="部门整体", 项目="项目支出（全部资金）", 预算数=3_000_000, 决算数=3_900_000
    )
    book.put("人员经费与公用经费", 单位="部门整体", 项目="其中：重点项目支出", 预算数=2_500_000)
    book.put("政府采购", 单位="部门整体", 项目="货物", 预算=700_000, 实际=650_000)
    book.put("政府采购", 单位="部门整体", 项目="工程", 预算=0, 实际=0)
    book.put("政府采购", 单位="部门整体", 项目="服务", 预算=300_000, 实际=310_000)
    book.put("资产", 单位="部门整体", 类别="合计", 原值=44_000_000, 在用=43_000_000)
    book.put("结转结余", 单位="部门整体", 年末结转和结余=319_999, 上年末结转和结余=0)
    book.put("任务清单", 任务="修缮书库", 是否交办重点="是", 应完成日期=datetime(2022, 6, 30), 实际完成日期=datetime(2022, 6, 30),
             质量="达标", 依据="验收单")  # fmt: skip
    book.put(
        "任务清单",
        任务="馆藏数字化",
        是否交办重点="否",
        应完成日期="2022-09-30",
        实际完成日期="2022.10.8",
        质量="不达标",
    )
    book.put(
        "任务清单",
        任务="分馆搬迁",
        是否交办重点="否",
        应完成日期="2022-12-31",
        实际完成日期="2023-02-01",
        质量="达标",
    )
    book.put("任务清单", 任务="馆员培训", 是否交办重点="是", 应完成日期="2022-12-31", 实际完成日期="未完成")
    book.put("目标与完成", 目标编号="1", 目标="服务读者")
    book.put("目标与完成", 目标编号=1, 子目标编号=1, 子目标="到馆", 测量什么="到馆人次", 比较符="≥", 目标值=300_000, 计量单位="人次",
             实际测量什么="同左", 实际值=312_345, 自述完成情况="已完成")  # fmt: skip
    book.put("目标与完成", 目标编号=1, 子目标编号=2, 测量什么="按时开馆率", 比较符="≥", 目标值="99%", 计量单位="%",
             实际测量什么="开馆天数", 实际值=99.5)  # fmt: skip
    for name, count in zip(
        ("有效样本", "很满意", "满意", "一般", "不满意", "很不满意"), (200, 100, 60, 30, 8, 2), strict=True
    ):
        book.put("满意度调查", 单位="部门整体", 项目=name, 份数=count)
    book.put("自评得分", 代号="budget_execution_rate", 分值=10, 得分=9.5)
    book.put("自评得分", 项目="总分", 分值=100, 得分=95)
    book.put("考评权重", 分支="年度考评", 部分或评分人="平时考评", 权重=60)
    book.put("人员考评", 考评对象编号="12号", 分支="处长", 期间="第一季度", 评分人="主要领导", 等次="优")
    book.put("人员考评", 考评对象编号=13, 分支="处长", 期间="年终测评", 评分人="测评人3")
    return book


# What was typed above, figure by figure.
TYPED = {
    ("budget_initial", "department", ""): "8120000元",
    ("budget_cut", "department", ""): "0元",
    ("budget_adjusted", "department", ""): "9320000元",
    ("budget_spent", "department", ""): "9000001元",
    ("funds_received", "department", ""): "9320000元",
    ("spent_from_prior", "department", ""): "not_applicable",
    ("budget_initial", "office", ""): "5000000元",
    ("budget_spent", "office", ""): "5500000元",
    ("budget_added", "office", ""): "missing",
    ("budget_initial", "office", "special"): "1700000元",
    ("budget_spent", "office", "special"): "missing",
    ("funds_received", "office", "special"): "absent",
    ("budget_initial", "branch", ""): "absent",
    ("adjustment_ledger_added", "department", "l01"): "1000000元",
    ("adjustment_ledger_added", "department", "l02"): "200000.00元",
    ("adjustment_ledger_moved", "department", "l03"): "50000元",
    ("adjustment_ledger_exempt", "department", "l01"): "1000000元",
    ("budget_added", "department", ""): "1200000元",
    ("budget_moved", "department", ""): "50000元",
    ("adjustment_exempt", "department", ""): "1000000元",
    ("paid_monthly", "department", "m01"): "750000元",
    ("paid_monthly", "department", "m12"): "750001元",
    ("paid_to_date", "department", ""): "6750000元",
    ("planned_progress", "department", ""): "75%",
    ("staff_quota", "office", "civil_servant"): "6人",
    ("staff_actual", "office", "institution"): "14人",
    ("staff_quota", "branch", "civil_servant"): "0人",
    ("staff_quota", "branch", "contract"): "missing",
    ("staff_retired", "office", ""): "5人",
    ("staff_retired", "branch", ""): "0人",
    ("three_public_budget", "department", "abroad"): "0元",
    ("three_public_budget", "department", "vehicle_purchase"): "180000元",
    ("three_public_actual", "department", "vehicle_running"): "55000元",
    ("three_public_actual", "department", "reception"): "12345.67元",
    ("three_public_budget", "department", ""): "270000元",
    ("three_public_actual", "department", ""): "245845.67元",
    ("staff_funds_budget", "department", ""): "4100000元",
    ("staff_funds_actual", "department", ""): "4000000元",
    ("public_funds_budget", "department", ""): "900000元",
    ("public_funds_actual", "department", ""): "880000元",
    ("general_basic_budget", "department", ""): "5000000元",
    ("general_basic_spent", "department", ""): "4880000元",
    ("basic_spent", "department", ""): "missing",
    ("project_budget", "department", ""): "3000000元",
    ("project_spent", "department", ""): "3900000元",
    ("key_project_budget", "department", ""): "2500000元",
    ("procurement_budget", "department", "goods"): "700000元",
    ("procurement_actual", "department", "works"): "0元",
    ("procurement_actual", "department", "services"): "310000元",
    ("procurement_budget", "department", ""): "absent",
    ("assets_total", "department", ""): "44000000元",
    ("assets_in_use", "department", ""): "43000000元",
    ("carry_over", "department", ""): "319999元",
    ("surplus", "department", ""): "missing",
    ("tasks_planned", "department", ""): "4项",
    ("tasks_done", "department", ""): "2项",
    ("tasks_on_time", "department", ""): "1项",
    ("tasks_quality_met", "department", ""): "1项",
    ("key_tasks_assigned", "department", ""): "2项",
    ("key_tasks_done", "department", ""): "1项",
    ("survey_valid", "department", ""): "200份",
    ("survey_answers", "department", "very_satisfied"): "100份",
    ("survey_answers", "department", "very_dissatisfied"): "2份",
    ("survey_satisfied", "department", ""): "160份",
    ("self_scored_weight", "department", "budget_execution_rate"): "10分",
    ("self_scored_points", "department", "budget_execution_rate"): "9.5分",
    ("self_score", "department", ""): "95分",
    ("self_score_maximum", "department", ""): "100分",
    ("appraisal_weight", "department", "year.quarterly"): "60%",
}  # fmt: skip
TYPED_BEFORE = {
    ("three_public_budget", "vehicle_running"): "62000元",
    ("three_public_actual", "vehicle_running"): "61000元",
    ("three_public_budget", "abroad"): "0元",
    ("three_public_actual", "reception"): "missing",
    ("carry_over", ""): "0元",
}


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> Found:
    """The filled workbook, read through the guard and the limited child."""
    return filled().read(tmp_path_factory.mktemp("whole"))


def typed(found: Found) -> dict:
    return {
        **{key: found.value(*key) for key in TYPED},
        **{(*key, YEAR - 1): found.value(key[0], item=key[1], year=YEAR - 1) for key in TYPED_BEFORE},
    }


EVERY = {**TYPED, **{(*key, YEAR - 1): value for key, value in TYPED_BEFORE.items()}}


def test_every_figure_is_what_was_typed(whole):
    assert whole.said() == ""
    assert typed(whole) == EVERY


def test_nothing_is_said_beyond_what_was_typed(whole):
    told = {key for key, (state, *_) in whole.figures.items() if state in {"value", "zero"}}
    unlisted = {key for key in told if key[0] not in {"paid_monthly", "sheet_total", "sheet_line"}} - {
        (*key, str(YEAR)) for key in TYPED
    }
    # each of these is named on the sheets above and left out of the table only for its length
    assert {key[0] for key in unlisted} <= {
        "staff_quota", "staff_actual", "three_public_budget", "three_public_actual", "procurement_budget", "procurement_actual",
        "survey_answers", "carry_over",
    }  # fmt: skip


def test_objectives_and_grades(whole):
    first, second, third = whole.rows["objectives"]
    assert (first["objective"], first["item"], first["measure"], first["target"]) == (
        "o1",
        "",
        "服务读者",
        "",
    )
    assert (second["objective"], second["item"], second["comparator"], second["target"], second["unit"]) == (
        "o1", "1", ">=", "300000", "人次",
    )  # fmt: skip
    assert (second["actual_measure"], second["actual"], second["claimed"]) == ("到馆人次", "312345", "已完成")
    assert second["precision"] == "exact"
    # 99% under the unit % is 99, and what measures something else stays something else
    assert (third["target"], third["actual"], third["actual_measure"]) == ("99", "99.5", "开馆天数")
    assert [[row[c] for c in ("person", "branch", "period", "grader", "item", "grade")] for row in whole.rows["grades"]] == [
        ["12号", "division_head", "q1", "main_leader", "", "优"],
        ["13", "division_head", "year_end", "rater3", "", ""],
    ]  # fmt: skip


def test_reasons_of_the_ledger_are_statements(whole):
    rows = whole.rows["statements"]
    assert [row["quote"] for row in rows] == ["古籍抢救", "设备更新", "项目间调剂"]
    assert {row["about"] for row in rows} == {"budget_adjustment_rate"}
    assert rows[0]["date"] == "2022-03-05"


def test_conversions_are_noted(whole):
    said = {(note.where, note.written, note.read_as, note.kind) for note in whole.notes}
    assert ("录入表.xlsx 预算调整台账!D10", "200,000.00", "200000.00", "thousands") in said
    assert ("录入表.xlsx 目标与完成!H10", "99%", "99", "percent") in said
    assert ("录入表.xlsx 任务清单!F10", "2023-02-01", "不计入本年完成", "after_year") in said


def test_every_figure_has_a_phrase_that_holds_it_and_its_own_cell(whole):
    for row in whole.rows["figures"]:
        if row["state"] in {"value", "zero"}:
            held = phrases.holds(row["quote"], row["value"], row["unit"], zero=row["state"] == "zero")
            assert held == phrases.HOLDS, row.cells
            assert row["locator"] and row.at("value").startswith("录入表.xlsx ")
    assert whole.row("budget_spent").at("value") == "录入表.xlsx 预算与执行!H9"
    assert whole.row("budget_spent").at("unit") == "录入表.xlsx 预算与执行!B3"
    assert whole.row("budget_spent")["locator"] == "预算与执行!H9"
    assert whole.row("budget_spent")["quote"] == "实际支出 9000001"
    assert whole.row("tasks_done")["locator"] == "任务清单 第8—9行"
    assert whole.row("tasks_done")["basis"] == "derived"
    assert whole.row("budget_spent")["basis"] == ""


def test_precision_is_what_the_number_shows_and_at_least_what_its_unit_implies(whole):
    assert whole.row("budget_spent")["precision"] == "1"  # whole 元
    assert whole.row("three_public_actual", item="reception")["precision"] == "0.01"
    assert whole.row("staff_quota", "office", "civil_servant")["precision"] == "exact"
    # 1000000 ± 0.5 and 200000.00 ± 0.005 are together 1200000 ± 0.505: the next power of ten that holds it
    assert whole.row("budget_added")["precision"] == "10"


def test_the_same_sheets_as_csv_give_the_same_figures(whole, tmp_path):
    found: dict = {}
    for path in filled().as_csv(tmp_path):
        own = read_sheets(opened(path))
        assert own.said() == "", path
        for shape, rows in own.rows.items():
            found.setdefault(shape, []).extend(rows)
    merged = Found(found, [])
    # a ledger in a file of its own does not see the budget sheet's gaps, and speaks for itself all the same
    assert typed(merged) == EVERY
    assert [row.cells["measure"] for row in found["objectives"]] == ["服务读者", "到馆人次", "按时开馆率"]
    assert merged.row("budget_spent").at("value").startswith("录入表-预算与执行.csv:")


@pytest.mark.parametrize("units", [UNITS, {}], ids=["units", "no units"])
def test_a_workbook_as_it_was_shipped_says_nothing(units, tmp_path, monkeypatch):
    book = Book(data=empty(units))
    found = book.read(tmp_path, monkeypatch, units)
    assert (found.said(), [rows for rows in found.rows.values() if rows]) == ("", [])
    for path in book.as_csv(tmp_path):
        own = read_sheets(opened(path), units)
        assert (own.said(), [rows for rows in own.rows.values() if rows]) == ("", [])


def test_the_same_call_writes_the_same_bytes():
    assert made(tuple(UNITS.items())) == made.__wrapped__(tuple(UNITS.items()))


def test_what_the_workbook_is_made_of():
    book = Book()
    _, layout = rules()
    assert book.book.sheetnames == ["填写说明", *(sheet.title for sheet in layout.sheets)]
    for sheet in layout.sheets:
        own, head = book[sheet.title], book.head(sheet.title)
        assert (
            own.freeze_panes and own.page_setup.orientation == "landscape" and own.page_setup.paperSize == 9
        )
        assert own.print_title_rows == f"${head}:${head}"
        assert own.cell(head + 1, 1).value == "示例"
        assert own.max_row >= head + 6
        lists = [rule for rule in own.data_validations.dataValidation if rule.type == "list"]
        assert lists or sheet.id in {"self_score", "carried"}
        if sheet.in_money:
            assert (own["A3"].value, own["B3"].value) == ("单位：", "万元")
            assert any("B3" in rule.sqref and rule.formula1 == '"万元,元,亿元"' for rule in lists)
    assert not any(sheet.sheet_state != "visible" for sheet in book.book.worksheets)


# --- the example row -------------------------------------------------------------------------------------------


def sheets_with_examples() -> list[str]:
    return [sheet.id for sheet in rules()[1].sheets]


@pytest.mark.parametrize("id", sheets_with_examples())
def test_the_example_is_ignored_wherever_it_stands(id, tmp_path, monkeypatch):
    layout = next(sheet for sheet in rules()[1].sheets if sheet.id == id)
    book = Book(layout.title)
    head = book.head(layout.title)
    for target in (head + 20, head + 30):
        for column in range(1, len(layout.columns) + 1):
            book[layout.title].cell(target, column).value = book[layout.title].cell(head + 1, column).value
    book[layout.title].delete_rows(head + 1)
    found = book.read(tmp_path, monkeypatch)
    assert (found.said(), [rows for rows in found.rows.values() if rows]) == ("", [])


@pytest.mark.parametrize("id", sheets_with_examples())
def test_the_example_without_its_mark_is_a_fault(id, tmp_path, monkeypatch):
    layout = next(sheet for sheet in rules()[1].sheets if sheet.id == id)
    book = Book(layout.title)
    head = book.head(layout.title)
    book[layout.title].cell(head + 1, 1).value = None
    found = book.read(tmp_path, monkeypatch)
    assert f"{layout.title}!{head + 1}行：像是示例行" in found.said()
    assert not any(found.rows.values())


def test_an_example_row_that_was_overwritten_counts_once_its_mark_is_gone(tmp_path, monkeypatch):
    book = Book("结转结余")
    row = book.head("结转结余") + 1
    book.cell("结转结余", row, "年末结转和结余").value = 77.5
    found = book.read(tmp_path, monkeypatch)
    assert "结转结余!C6：示例行的内容已改为“77.5”" in found.said() and not found.rows["figures"]
    book.cell("结转结余", row, "序号").value = None
    found = book.read(tmp_path, monkeypatch)
    assert found.said() == "" and found.value("carry_over") == "77.5万元"


# --- units and years -------------------------------------------------------------------------------------------


def carried(unit: str | None = "万元", amount=12.5, more: str = "结转结余") -> Book:
    book = Book("结转结余", more)
    book.unit("结转结余", unit)
    book.put("结转结余", 单位="部门整体", 年末结转和结余=amount, 上年末结转和结余=3, **{"其中：结余": 0})
    return book


@pytest.mark.parametrize("unit", ["万元", "元", "亿元"])
def test_the_unit_is_read_from_the_sheet(unit, tmp_path, monkeypatch):
    found = carried(unit).read(tmp_path, monkeypatch)
    assert found.said() == "" and found.value("carry_over") == f"12.5{unit}"


def test_a_missing_unit_is_a_fault_and_nothing_is_assumed(tmp_path, monkeypatch):
    for unit in (None, "人"):
        found = carried(unit).read(tmp_path, monkeypatch)
        assert "录入表.xlsx 结转结余：没有写明金额单位" in found.said()
        assert not any(row["state"] == "value" for row in found.rows["figures"])


def test_a_unit_in_a_heading_that_is_another_one_is_a_fault(tmp_path, monkeypatch):
    book = carried()
    book.cell("结转结余", book.head("结转结余"), "年末结转和结余").value = "年末结转和结余（元）"
    assert "结转结余!C5：列标题写的单位是“元”，表上写的是“万元”" in book.read(tmp_path, monkeypatch).said()
    book.cell("结转结余", book.head("结转结余"), "年末结转和结余（元）").value = "年末结转和结余（万元）"
    assert book.read(tmp_path, monkeypatch).said() == ""


def test_two_units_on_one_sheet_are_a_fault(tmp_path, monkeypatch):
    book = carried("万元")
    book["结转结余"]["D3"].value, book["结转结余"]["E3"].value = "金额单位：", "元"
    found = book.read(tmp_path, monkeypatch)
    assert "结转结余!E3：金额单位有两个：万元、元" in found.said()
    assert found.value("carry_over") == "absent"


def test_a_unit_in_one_cell_with_its_word(tmp_path, monkeypatch):
    book = carried(None)
    book["结转结余"]["A3"].value = "金额单位: 元"
    found = book.read(tmp_path, monkeypatch)
    assert found.said() == "" and found.value("carry_over") == "12.5元"


def test_another_year_in_title_column_or_row_is_a_fault(tmp_path, monkeypatch):
    book = carried()
    book["结转结余"]["A1"].value = "结转结余（2021年度）"
    assert "结转结余!A1：写着2021年" in book.read(tmp_path, monkeypatch).said()
    book = carried()
    last = len(book.columns("结转结余")) + 1
    head = book.head("结转结余")
    book["结转结余"].cell(head, last).value = "年度"
    book["结转结余"].cell(head + 2, last).value = 2021
    letter = get_column_letter(last)
    assert f"结转结余!{letter}{head + 2}：年度是“2021”" in book.read(tmp_path, monkeypatch).said()
    book["结转结余"].cell(head + 2, last).value = "2022年"
    assert book.read(tmp_path, monkeypatch).said() == ""
    assert "写着2022年" in carried().read(tmp_path, monkeypatch, year=2023).said()


# --- heads -----------------------------------------------------------------------------------------------------


def as_sheets(book: Book, tmp_path: Path, monkeypatch) -> list[Sheet]:
    return opened(book.save(tmp_path / "录入表.xlsx"), monkeypatch).sheets


def changed(sheets: list[Sheet], title: str, change) -> list[Sheet]:
    """The sheets, the rows of one of them changed by a function over lists."""
    result = []
    for sheet in sheets:
        if sheet.name == title:
            rows = change([list(row) for row in sheet.rows])
            width = max(map(len, rows))
            rows = [row + [""] * (width - len(row)) for row in rows]
            sheet = replace(sheet, rows=rows, numbers=range(1, len(rows) + 1), merged=(), marks={})
        result.append(sheet)
    return result


def test_columns_in_any_order_and_spaces_in_heads(whole, tmp_path, monkeypatch):
    sheets = as_sheets(filled(), tmp_path, monkeypatch)
    source = random.Random(5)

    def shuffle(rows: list[list[str]]) -> list[list[str]]:
        head = next(i for i, row in enumerate(rows) if row[0] == "序号")
        order = source.sample(range(len(rows[0])), len(rows[0]))
        spaced = [f" {cell[:1]} {cell[1:]}　" if cell else "" for cell in rows[head]]
        body = [[row[i] for i in order] for row in [spaced, *rows[head + 1 :]]]
        return [*rows[:head], *body]

    # dates lose their marks here, so the sheets of dates stay as they are
    for title in (*MONEY_SHEETS, "人员", "满意度调查", "自评得分", "考评权重"):
        if title != "预算调整台账":
            sheets = changed(sheets, title, shuffle)
    found = of_sheets(sheets)
    assert found.said() == "" and typed(found) == EVERY


def test_rows_in_any_order(whole, tmp_path, monkeypatch):
    book = filled()
    source = random.Random(7)
    for sheet in book.book.worksheets[1:]:
        head = book.head(sheet.title)
        rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=head + 1)]
        source.shuffle(rows)
        for number, row in enumerate(rows, head + 1):
            for column, value in enumerate(row, 1):
                sheet.cell(number, column).value = value
    found = book.read(tmp_path, monkeypatch)
    assert found.said() == "" and typed(found) == EVERY
    lines = [row for row in found.rows["figures"] if not row["figure"].startswith("sheet_")]
    before = [row for row in whole.rows["figures"] if not row["figure"].startswith("sheet_")]
    assert len(lines) == len(before)


def test_a_head_of_two_lines_under_titles(tmp_path, monkeypatch):
    def two_lines(rows: list[list[str]]) -> list[list[str]]:
        head = next(i for i, row in enumerate(rows) if row[0] == "序号")
        above = ["序号", "单位", "项目", "本年", "", "上年", "", "出处", "备注"]
        under = ["", "", "", "预算", "决算", "预算数", "决算数", "", ""]
        return [["云山市图书馆"], [""], *rows[:head], above, under, *rows[head + 1 :]]

    sheets = changed(as_sheets(filled(), tmp_path, monkeypatch), "三公经费", two_lines)
    found = of_sheets(sheets)
    assert found.said() == "" and typed(found) == EVERY
    assert found.row("three_public_actual", item="reception")["quote"] == "本年决算 12345.67"


def test_aliases_of_titles_headings_and_rows(tmp_path, monkeypatch):
    book = carried(more="人员")
    book["结转结余"].title = "3. 结转和结余表"
    head = book.head("3. 结转和结余表")
    book.cell("3. 结转和结余表", head, "年末结转和结余").value = "本年末结转和结余"
    book.put("人员", 单位="馆本部", 类别="二、 行政编制", 编制数=3, 年末实有=2)
    found = book.read(tmp_path, monkeypatch)
    assert found.said() == ""
    assert (
        found.value("carry_over") == "12.5万元"
        and found.value("staff_quota", "office", "civil_servant") == "3人"
    )


HEAD_FAULTS = {
    "renamed": ({"年末结转和结余": "年末结转结余额"}, ["结转结余!C5：不认识的列“年末结转结余额”", "是否想写“年末结转和结余”", "结转结余!5行：缺列“年末结转和结余”"]),
    "missing": ({"其中：结余": None}, ["结转结余!5行：缺列“其中：结余”", "结转结余!D6：这一列没有表头，却有内容“7.89”"]),
    "unknown": ({"备注": "主管领导意见"}, ["结转结余!G5：不认识的列“主管领导意见”"]),
    "twice": ({"备注": "年末结转结余"}, ["结转结余!G5：两列都是“年末结转和结余”（另一列在 录入表.xlsx 结转结余!C5）"]),
}  # fmt: skip


@pytest.mark.parametrize("name", HEAD_FAULTS)
def test_heads_that_are_wrong(name, tmp_path, monkeypatch):
    changes, expected = HEAD_FAULTS[name]
    book = carried()
    for heading, new in changes.items():
        book.cell("结转结余", book.head("结转结余"), heading).value = new
    said = book.read(tmp_path, monkeypatch).said()
    for words in expected:
        assert words in said


def test_a_sheet_without_its_head_and_a_sheet_that_nobody_knows(tmp_path, monkeypatch):
    book = carried()
    book["结转结余"].delete_rows(book.head("结转结余"))
    assert "录入表.xlsx 结转结余：找不到表头" in book.read(tmp_path, monkeypatch).said()
    book = carried()
    book.book.create_sheet("预算与执行 (2)")["A1"] = "预算"
    assert "录入表.xlsx 预算与执行 (2)：不认识的工作表" in book.read(tmp_path, monkeypatch).said()
    book = carried()
    book.book.copy_worksheet(book["结转结余"]).title = "年末"
    assert "两张表都是“结转结余”" in book.read(tmp_path, monkeypatch).said()


def test_sheets_that_were_deleted_say_nothing(tmp_path, monkeypatch):
    book = carried()
    for sheet in book.book.worksheets:
        if sheet.title != "结转结余":
            book.book.remove(sheet)
    found = book.read(tmp_path, monkeypatch)
    assert found.said() == "" and {row["figure"] for row in found.rows["figures"]} == {
        "carry_over",
        "surplus",
    }


# --- what is hidden, merged, or no value -----------------------------------------------------------------------


def test_what_is_hidden_is_told(tmp_path, monkeypatch):
    book = carried()
    book["结转结余"].sheet_state = "hidden"
    found = book.read(tmp_path, monkeypatch)
    assert "录入表.xlsx 结转结余：隐藏的工作表里有数据" in found.said() and not found.rows["figures"]
    book = carried(more="人员考评")
    book["人员考评"].sheet_state = "hidden"  # nobody has filled it in
    assert book.read(tmp_path, monkeypatch).said() == ""
    book = carried()
    book["结转结余"].row_dimensions[7].hidden = True
    assert "结转结余!7行：隐藏的行里有内容" in book.read(tmp_path, monkeypatch).said()
    book = carried()
    book["结转结余"].column_dimensions["D"].hidden = True
    assert "结转结余!D5：隐藏的列“其中：结余”里有内容" in book.read(tmp_path, monkeypatch).said()
    book = carried()
    book.book.create_sheet("旧数据")["A1"] = 5
    book["旧数据"].sheet_state = "hidden"
    assert "录入表.xlsx 旧数据：隐藏的工作表里有内容" in book.read(tmp_path, monkeypatch).said()


def test_merged_cells_in_the_body_are_told(tmp_path, monkeypatch):
    book = carried()
    book["结转结余"].merge_cells("C7:C8")
    assert "结转结余!C7：表格正文里有合并单元格" in book.read(tmp_path, monkeypatch).said()


BAD_CELLS = {
    "text": ("约12", "结转结余!C7：“年末结转和结余”不是数：“约12”"),
    "dash": ("—", "结转结余!C7：“年末结转和结余”是符号“—”"),
    "absent": ("N/A", "结转结余!C7：“年末结转和结余”是“N/A”"),
    "chinese": ("一百二十", "结转结余!C7：“年末结转和结余”是中文数字"),
    "unit": ("12.5万元", "结转结余!C7：“年末结转和结余”数里写着单位"),
    "boolean": (True, "结转结余!C7：“年末结转和结余”是逻辑值"),
    "date": (datetime(2022, 1, 2), "结转结余!C7：“年末结转和结余”是日期“2022-01-02”"),
    "zero width": ("12\u200b.5", "结转结余!C7：“年末结转和结余”“12<U+200B>.5”含有看不见的零宽字符"),
    "percent": ("12.5%", "结转结余!C7：“年末结转和结余”是百分数“12.5%”"),
    "negative zero": ("-0", "结转结余!C7：“年末结转和结余”是负零"),
    "error": ("#REF!", "结转结余!C7：“年末结转和结余”是错误值“#REF!”"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD_CELLS)
def test_cells_that_are_no_amount(name, tmp_path, monkeypatch):
    value, expected = BAD_CELLS[name]
    found = carried(amount=value).read(tmp_path, monkeypatch)
    assert expected in found.said()
    assert found.value("carry_over") == "absent"  # never a number, never a gap that nobody was told of


@pytest.mark.parametrize("mark", [ERROR, UNCACHED])
@pytest.mark.parametrize(
    "title, heading", [("预算调整台账", "事由"), ("结转结余", "单位"), ("任务清单", "任务")]
)
def test_errors_and_formulas_without_value_in_words_are_told(title, heading, mark, tmp_path, monkeypatch):
    book = filled()
    head, column = book.head(title), book.columns(title)[heading]
    sheets = [
        replace(sheet, marks={**sheet.marks, (head + 1, column - 1): mark}) if sheet.name == title else sheet
        for sheet in as_sheets(book, tmp_path, monkeypatch)
    ]
    assert f"{title}!{get_column_letter(column)}{head + 2}：" in of_sheets(sheets).said()


READ_RIGHT = {
    "text": ("12.5", "12.5", "text_number"),
    "thousands": ("1,234.50", "1234.50", "thousands"),
    "full width": ("１２.５", "12.5", "full_width"),
    "exponent": ("1.25E+1", "12.5", "exponent"),
    "spaces": (" 12.5 ", "12.5", "text_number"),
}


@pytest.mark.parametrize("name", READ_RIGHT)
def test_amounts_in_other_writing_are_read_and_noted(name, tmp_path, monkeypatch):
    value, expected, kind = READ_RIGHT[name]
    found = carried(amount=value).read(tmp_path, monkeypatch)
    assert found.said() == "" and found.value("carry_over") == f"{expected}万元"
    assert [note.kind for note in found.notes if note.where.endswith("结转结余!C7")] == [kind]
    row = found.row("carry_over")
    assert phrases.holds(row["quote"], row["value"], row["unit"]) == phrases.HOLDS


def test_a_bracketed_amount_is_negative(tmp_path, monkeypatch):
    found = carried(amount="(12.50)").read(tmp_path, monkeypatch)
    assert found.value("carry_over") == "-12.50万元"


def test_twice_the_same_row_is_told_with_both_places(tmp_path, monkeypatch):
    book = carried()
    book.put("结转结余", 单位="部门整体", 年末结转和结余=12.5)
    assert (
        "结转结余!10行：同一单位写了两行（另一行在 录入表.xlsx 结转结余!7行）"
        in book.read(tmp_path, monkeypatch).said()
    )
    book = Book("三公经费")
    book.put("三公经费", 单位="馆本部", 项目="公务接待费", 本年预算=1)
    book.put("三公经费", 单位="馆本部", 项目="公务接待费", 本年预算=2)
    assert (
        "三公经费!13行：同一单位“公务接待费”写了两行（另一行在 录入表.xlsx 三公经费!12行）"
        in book.read(tmp_path, monkeypatch).said()
    )


def test_a_unit_or_item_that_nobody_knows(tmp_path, monkeypatch):
    book = Book("三公经费")
    book.put("三公经费", 单位="馆本部门", 项目="公务接待", 本年预算=1)
    book.put("三公经费", 单位="城南分馆", 本年预算=1)
    said = book.read(tmp_path, monkeypatch).said()
    assert "三公经费!B12：没有单位“馆本部门”" in said and "是否想写“馆本部”" in said
    assert "三公经费!C12：“项目”是“公务接待”" in said and "是否想写“公务接待费”" in said
    assert "三公经费!C13：“项目”是空的" in said


def test_remarks_under_a_table_are_no_rows(tmp_path, monkeypatch):
    book = carried()
    book.put("结转结余", 序号="填表人：12号　审核人：7号")
    assert book.read(tmp_path, monkeypatch).said() == ""
    book.put("结转结余", 单位="注：另有", 年末结转和结余=5)
    assert "没有单位“注：另有”" in book.read(tmp_path, monkeypatch).said()


# --- totals, blanks, whole-only columns ------------------------------------------------------------------------


def test_a_total_is_the_whole_and_no_further_item(tmp_path, monkeypatch):
    book = Book("政府采购")
    book.put("政府采购", 单位="部门整体", 项目="合计", 预算=30)
    book.put("政府采购", 单位="部门整体", 项目="货物", 预算=10)
    book.put("政府采购", 单位="馆本部", 项目="小计", 预算=20)
    found = book.read(tmp_path, monkeypatch)
    assert found.said() == ""
    assert [found.value("procurement_budget", s, i) for s, i in (("department", ""), ("department", "goods"), ("office", ""))] == [
        "30万元", "10万元", "20万元",
    ]  # fmt: skip
    assert found.value("procurement_budget", item="works") == "missing"


def test_a_blank_whole_is_no_gap_where_items_or_units_give_it(tmp_path, monkeypatch):
    book = Book("政府采购", "预算与执行")
    book.put("政府采购", 单位="部门整体", 项目="货物", 预算=10)
    book.put("预算与执行", 单位="部门整体", 项目="合计", 实际支出=5)
    book.put("预算与执行", 单位="馆本部", 项目="合计", 年初预算数=7, 实际支出=5)
    found = book.read(tmp_path, monkeypatch)
    assert (
        found.value("procurement_budget") == "absent"
        and found.value("procurement_budget", item="services") == "missing"
    )
    assert found.value("budget_initial") == "absent" and found.value("budget_initial", "office") == "7万元"
    assert found.value("funds_received") == "missing"


def test_a_column_for_wholes_takes_no_part(tmp_path, monkeypatch):
    book = Book("预算与执行", "人员")
    book.put("预算与执行", 单位="馆本部", 项目="专项", 年初预算数=7, 到位资金=6)
    book.put("人员", 单位="馆本部", 类别="退休", 编制数=3, 年末实有=2)
    said = book.read(tmp_path, monkeypatch).said()
    assert "预算与执行!I12：“专项”一行没有“到位资金”，却写着“6”" in said
    assert "人员!D11：“退休”一行没有“编制数”，却写着“3”" in said


# --- the ledger ------------------------------------------------------------------------------------------------


def ledger(*lines: dict, **first) -> Book:
    book = Book("预算调整台账", "预算与执行")
    for line in lines or (first,):
        book.put(
            "预算调整台账",
            **{"日期": "2022-05-06", "金额": 10, "类型": "追加", "事由": "救灾", "是否可豁免": "否", **line},
        )
    return book


LEDGER_FAULTS = {
    "no date": ({"日期": None}, "预算调整台账!C9：“日期”是空的"),
    "another year": ({"日期": "2021-12-31"}, "预算调整台账!C9：日期是 2021-12-31"),
    "impossible date": ({"日期": "2022-02-30"}, "预算调整台账!C9：“日期”“2022-02-30”不是日期"),
    "no amount": ({"金额": None}, "预算调整台账!D9：“金额”没有数"),
    "no kind": ({"类型": None}, "预算调整台账!E9：“类型”是空的"),
    "wrong kind": ({"类型": "增加"}, "预算调整台账!E9：“类型”是“增加”"),
    "no reason": ({"事由": None}, "预算调整台账!F9：“事由”是空的"),
    "exempt without basis": ({"是否可豁免": "是"}, "预算调整台账!H9：写着可豁免，没有豁免依据"),
}


@pytest.mark.parametrize("name", LEDGER_FAULTS)
def test_lines_of_the_ledger_that_cannot_be_used(name, tmp_path, monkeypatch):
    line, expected = LEDGER_FAULTS[name]
    found = ledger(line).read(tmp_path, monkeypatch)
    assert expected in found.said() and not found.rows["figures"]


def test_the_ledger_supplies_what_the_budget_leaves_blank_and_only_that(tmp_path, monkeypatch):
    book = ledger({"金额": 10}, {"金额": 2.5, "类型": "追减", "日期": "2022-06-07"})
    book.put("预算与执行", 单位="部门整体", 项目="合计", 年初预算数=100, 调增=11)
    found = book.read(tmp_path, monkeypatch)
    assert found.said() == ""
    assert (
        found.value("budget_added") == "11万元"
    )  # as the budget says; an identity holds the ledger against it
    assert found.value("budget_cut") == "2.5万元" and found.row("budget_cut")["basis"] == "derived"
    assert found.value("budget_moved") == "absent"  # no line of it: that is no zero
    assert found.value("adjustment_exempt") == "0万元"  # every line says 否


def test_the_ledger_speaks_for_the_department_beside_its_units(tmp_path, monkeypatch):
    """What the units give is then held against it: their sum is the department's figure, or the report says so."""
    book = ledger({"金额": 10})
    for unit, amount in {"馆本部": 4, "城南分馆": 6}.items():
        book.put("预算与执行", 单位=unit, 项目="合计", 调增=amount)
    found = book.read(tmp_path, monkeypatch)
    assert found.said() == ""
    sums = [found.value("budget_added", scope) for scope in ("department", "office", "branch")]
    assert sums == ["10万元", "4万元", "6万元"] and found.row("budget_added")["basis"] == "derived"


def test_a_line_of_zero_declares_that_there_was_none(tmp_path, monkeypatch):
    found = ledger({"金额": 0, "类型": "结构调整", "日期": None, "事由": None}).read(tmp_path, monkeypatch)
    assert found.said() == "" and found.value("budget_moved") == "0万元"


def test_a_line_that_does_not_say_whether_it_is_exempt_leaves_the_sum_open(tmp_path, monkeypatch):
    found = ledger({"是否可豁免": "是", "豁免依据": "纪要"}, {"是否可豁免": None, "金额": 5}).read(
        tmp_path, monkeypatch
    )
    assert found.said() == "" and found.value("adjustment_exempt") == "missing"
    assert "预算调整台账!G10" in found.row("adjustment_exempt")["quote"]


def test_lines_by_unit_give_sums_by_unit_and_of_the_department(tmp_path, monkeypatch):
    found = ledger({"单位": "馆本部"}, {"单位": "城南分馆", "金额": 4, "日期": "2022-07-08"}).read(
        tmp_path, monkeypatch
    )
    assert found.said() == ""
    sums = [found.value("budget_added", scope) for scope in ("department", "office", "branch")]
    assert sums == ["14万元", "10万元", "4万元"]
    assert found.value("adjustment_ledger_added", "office", "l01") == "10万元"


def test_the_same_line_twice(tmp_path, monkeypatch):
    assert (
        "预算调整台账!10行：与 录入表.xlsx 预算调整台账!9行 完全相同的一笔"
        in ledger({}, {}).read(tmp_path, monkeypatch).said()
    )


# --- months ----------------------------------------------------------------------------------------------------


def test_months_that_are_not_there_are_missing(tmp_path, monkeypatch):
    book = Book("月度支付")
    for month in range(1, 7):
        book.put("月度支付", 单位="部门整体", 月份=f"{month}月", 当月支付=month)
    found = book.read(tmp_path, monkeypatch)
    assert found.said() == ""
    assert [found.value("paid_monthly", item=f"m{n:02}") for n in (1, 6, 7, 12)] == [
        "1万元",
        "6万元",
        "missing",
        "missing",
    ]
    assert found.value("paid_to_date") == "absent"


MONTH_FAULTS = {
    "no month": ({"月份": "13月"}, "月度支付!C20：“月份”是“13月”"),
    "quarter": ({"月份": "1-3月"}, "月度支付!C20：“月份”是“1-3月”"),
    "another year": ({"月份": "2021年3月"}, "月度支付!C20：月份是“2021年3月”"),
    "twice": ({"月份": "三月"}, "月度支付!20行：同一单位的3月写了两行（另一行在 录入表.xlsx 月度支付!10行）"),
    "fraction": (
        {"单位": "馆本部", "月份": "3", "既定累计进度": 0.75},
        "月度支付!F20：“既定累计进度（%）”是 0.75，像是比例",
    ),
    "second point": ({"月份": "四月", "考核时点": "是"}, "月度支付!G20：第二个考核时点"),
}


@pytest.mark.parametrize("name", MONTH_FAULTS)
def test_months_that_are_wrong(name, tmp_path, monkeypatch):
    row, expected = MONTH_FAULTS[name]
    book = Book("月度支付")
    book.put("月度支付", 单位="部门整体", 月份="3月", 当月支付=5, 考核时点="是")
    book.put("月度支付", **{"单位": "部门整体", "当月支付": 1, **row})
    assert expected in book.read(tmp_path, monkeypatch).said()


# --- tasks -----------------------------------------------------------------------------------------------------


def tasks(*rows: dict) -> Book:
    book = Book("任务清单")
    for number, row in enumerate(rows, 1):
        book.put(
            "任务清单",
            **{
                "任务": f"任务{number}",
                "是否交办重点": "否",
                "应完成日期": "2022-06-30",
                "质量": None,
                **row,
            },
        )
    return book


DONE = {"实际完成日期": "2022-06-30", "质量": "达标"}
TASK_FAULTS = {
    "done before the year": (
        {"实际完成日期": "2021-12-31"},
        "任务清单!F8：实际完成日期是 2021-12-31，早于2022年",
    ),
    "done far after": ({"实际完成日期": "2032-06-30"}, "任务清单!F8：实际完成日期是 2032-06-30"),
    "due another year": ({"应完成日期": "2021-06-30"}, "任务清单!E8：应完成日期是 2021-06-30"),
    "no such day": ({"应完成日期": "2022-06-31"}, "任务清单!E8：“应完成日期”“2022-06-31”不是日期"),
    "words for a date": ({"实际完成日期": "已完成"}, "任务清单!F8：“实际完成日期”“已完成”不是日期"),
    "quality of what is not done": ({"质量": "达标"}, "任务清单!G8：写着质量达标，却没有实际完成日期"),
    "no name": ({"任务": None}, "任务清单!C8：“任务”是空的"),
    "a total": ({"任务": "合计"}, "任务清单!8行：任务清单里有合计行"),
    "neither yes nor no": ({"是否交办重点": "可能"}, "任务清单!D8：“是否交办重点”是“可能”"),
}


@pytest.mark.parametrize("name", TASK_FAULTS)
def test_tasks_that_cannot_be_counted(name, tmp_path, monkeypatch):
    row, expected = TASK_FAULTS[name]
    assert expected in tasks(row).read(tmp_path, monkeypatch).said()


def test_a_task_twice(tmp_path, monkeypatch):
    said = tasks({"任务": "同一件事"}, {"任务": "同一 件事"}).read(tmp_path, monkeypatch).said()
    assert "任务清单!C9：同一任务写了两行（另一行在 录入表.xlsx 任务清单!8行）" in said


def counted(book: Book, tmp_path, monkeypatch, scope: str = "department") -> list[str]:
    found = book.read(tmp_path, monkeypatch)
    assert found.said() == ""
    names = (
        "tasks_planned",
        "tasks_done",
        "tasks_on_time",
        "tasks_quality_met",
        "key_tasks_assigned",
        "key_tasks_done",
    )
    return [found.value(name, scope).removesuffix("项") for name in names]


def test_what_is_not_written_down_is_missing_and_no_count(tmp_path, monkeypatch):
    assert counted(tasks(DONE, {}), tmp_path, monkeypatch) == ["2", "1", "1", "1", "0", "0"]
    # nobody says whether any is done
    assert counted(tasks({}, {}), tmp_path, monkeypatch) == [
        "2",
        "missing",
        "missing",
        "missing",
        "0",
        "missing",
    ]
    # none is, and that is said
    assert counted(tasks({"实际完成日期": "未完成"}), tmp_path, monkeypatch) == ["1", "0", "0", "0", "0", "0"]
    # quality of one done task unknown; due day of one done task unknown; importance of one task unknown
    assert counted(tasks(DONE, {**DONE, "质量": None}), tmp_path, monkeypatch)[3] == "missing"
    assert counted(tasks(DONE, {**DONE, "应完成日期": None}), tmp_path, monkeypatch)[2] == "missing"
    assert counted(tasks(DONE, {**DONE, "是否交办重点": None}), tmp_path, monkeypatch)[4:] == [
        "missing",
        "missing",
    ]
    assert counted(tasks({**DONE, "是否交办重点": None}), tmp_path, monkeypatch)[4:] == ["absent", "absent"]


def test_tasks_by_unit(tmp_path, monkeypatch):
    book = tasks(
        {**DONE, "单位": "馆本部"},
        {"单位": "城南分馆", "实际完成日期": "未完成"},
        {**DONE, "单位": "馆本部", "是否交办重点": "是"},
    )
    assert counted(book, tmp_path, monkeypatch) == ["3", "2", "2", "2", "1", "1"]
    assert counted(book, tmp_path, monkeypatch, "office") == ["2", "2", "2", "2", "1", "1"]
    assert counted(book, tmp_path, monkeypatch, "branch") == ["1", "0", "0", "0", "0", "0"]


# --- objectives, scores, grades --------------------------------------------------------------------------------

OBJECTIVE_FAULTS = {
    "no number": ({"目标编号": None}, "目标与完成!B8：“目标编号”是空的"),
    "no digits": ({"目标编号": "甲"}, "目标与完成!B8：“目标编号”是“甲”"),
    "no comparator": ({"比较符": None}, "目标与完成!G8：有目标值而没有比较符"),
    "wrong comparator": ({"比较符": "约"}, "目标与完成!G8：“比较符”是“约”"),
    "no unit": ({"计量单位": None}, "目标与完成!I8：有目标值而没有计量单位"),
    "words for a target": ({"目标值": "完成"}, "目标与完成!H8：“目标值”不是数：“完成”"),
    "unknown measure of the answer": ({"实际值": 6}, "目标与完成!J8：有实际值而没有写它测量的是什么"),
    "percent of things": ({"目标值": "5%"}, "目标与完成!H8：“目标值”是百分数“5%”"),
}


@pytest.mark.parametrize("name", OBJECTIVE_FAULTS)
def test_objectives_that_cannot_be_used(name, tmp_path, monkeypatch):
    row, expected = OBJECTIVE_FAULTS[name]
    book = Book()
    book.put(
        "目标与完成",
        **{"目标编号": 1, "测量什么": "讲座", "比较符": "≥", "目标值": 5, "计量单位": "场", **row},
    )
    found = book.read(tmp_path, monkeypatch)
    assert expected in found.said() and not found.rows["objectives"]


def test_an_objective_twice(tmp_path, monkeypatch):
    book = Book("目标与完成")
    book.put("目标与完成", 目标编号=1, 测量什么="讲座")
    book.put("目标与完成", 目标编号="01", 测量什么="展览")
    assert "目标与完成!9行：目标编号、子目标编号与另一行相同" in book.read(tmp_path, monkeypatch).said()


def test_scores_need_a_code_and_stand_once(tmp_path, monkeypatch):
    book = Book("自评得分")
    book.put("自评得分", 项目="群众满意", 分值=5, 得分=5)
    book.put("自评得分", 代号="o1.2", 项目="按时开馆率", 分值=5, 得分=4)
    book.put("自评得分", 代号="o1.2", 项目="按时开馆率", 分值=5, 得分=4)
    found = book.read(tmp_path, monkeypatch)
    assert "自评得分!B10：“代号”是空的" in found.said()
    assert "自评得分!12行：“按时开馆率”写了两行（另一行在 录入表.xlsx 自评得分!11行）" in found.said()
    assert found.value("self_scored_points", item="o1.2") == "4分"


def test_weights_of_an_appraisal_are_percentages(tmp_path, monkeypatch):
    book = Book("考评权重")
    book.put("考评权重", 分支="处长", 部分或评分人="主要领导", 权重="40%")
    book.put("考评权重", 分支="处长", 部分或评分人="分管领导", 权重=0.6)
    found = book.read(tmp_path, monkeypatch)
    assert found.value("appraisal_weight", item="division_head.main_leader") == "40%"
    assert "考评权重!D7：“权重（%）”是 0.6，像是比例而不是百分数" in found.said()


def test_grades_take_only_what_may_be_chosen(tmp_path, monkeypatch):
    book = Book("人员考评")
    book.put("人员考评", 考评对象编号=1, 分支="主任", 期间="上半年", 评分人="群众", 等次="甲")
    said = book.read(tmp_path, monkeypatch).said()
    for words in (
        "人员考评!C7：“分支”是“主任”",
        "人员考评!D7：“期间”是“上半年”",
        "人员考评!E7：“评分人”是“群众”",
        "人员考评!G7：“等次”是“甲”",
    ):
        assert words in said


# --- the layout itself -----------------------------------------------------------------------------------------


def test_the_example_of_each_sheet_is_readable_as_data(tmp_path, monkeypatch):
    """An example that the reader itself would refuse would teach the wrong thing."""
    for layout in rules()[1].sheets:
        book = Book(layout.title)
        head = book.head(layout.title)
        book[layout.title].cell(head + 1, 1).value = None
        numeric = next(
            (c for c in layout.columns if c.kind in {"amount", "count", "percent", "points", "number"}), None
        )
        changed_column = (
            numeric.heading.replace("（%）", "")
            if numeric
            else {"tasks": "任务", "grades": "考评对象编号", "follow_up": "核实人"}[layout.id]
        )
        cell = book.cell(layout.title, head + 1, changed_column)
        cell.value = 3 if numeric else "8号"
        if layout.kind == "taken":  # its phrase must hold the number
            book.cell(layout.title, head + 1, "原文").value = "年初预算3万元"
        found = book.read(tmp_path, monkeypatch)
        assert found.said() == "", layout.title
        assert any(found.rows.values()), layout.title
        assert set(example(layout, YEAR)) <= {column.id for column in layout.columns}


def test_lists_offer_the_units_of_the_case():
    book = Book()
    rules_of = book["预算与执行"].data_validations.dataValidation
    scope = next(
        rule for rule in rules_of if isinstance(rule, DataValidation) and "填写说明" in (rule.formula1 or "")
    )
    first, last = scope.formula1.rpartition("!")[2].replace("$", "").split(":")
    names = [cell.value for (cell,) in book["填写说明"][first:last]]
    assert names == ["部门整体", *UNITS.values()]


# --- what holds one sheet against another ----------------------------------------------------------------------


def broken(found: Found) -> set[tuple[str, str, str]]:
    """The identities of params/quality.yaml that the figures break: identity, scope, item."""
    dictionary = rules()[0]
    rows = [
        FigureRow(
            Key(r["figure"], r["scope"], r["item"], int(r["year"])), "workbook", r["locator"], r["label"], r["state"], "",
            r["value"], r["unit"], r["precision"], r["quote"], "", True,
        )
        for r in found.rows["figures"]
    ]  # fmt: skip
    figures = Figures(dictionary, rows, list(UNITS), YEAR)
    wrong = set()
    for identity in strict_yaml.load(ROOT / "params" / "quality.yaml").content["identities"]:
        formula = formulas.read(identity["formula"])
        for scope, item, resolved in figures.together(formula.figures):
            if all(one.value is not None for one in resolved.values()):
                box = formula.range({name: one.terms for name, one in resolved.items()}).interval
                if box.low > 0 or box.high < 0:
                    wrong.add((identity["id"], scope, item))
    return wrong


def test_the_filled_workbook_breaks_no_identity(whole):
    assert broken(whole) == set()


CONTRADICTIONS = {
    "total of the ledger": ("预算调整台账", ("序号", "合计"), "金额", 1_250_100, {("sheet_totals", "department", "ledger")}),
    "a line of the ledger": (
        "预算调整台账", ("事由", "项目间调剂"), "金额", 500_000, {("sheet_totals", "department", "ledger")},
    ),
    "an addition of the ledger": (
        "预算调整台账", ("事由", "古籍抢救"), "金额", 1_000_100,
        {("sheet_totals", "department", "ledger"), ("budget_identity", "department", "")},
    ),
    "total of the months": ("月度支付", ("月份", "合计"), "当月支付", 9_000_101, {("sheet_totals", "department", "payments")}),
    "a running total": (
        "月度支付", ("月份", "5月"), "累计支付", 3_570_000,
        {("sheet_totals", "department", "payments_m05"), ("sheet_totals", "department", "payments_m06")},
    ),
    "a month": (
        "月度支付", ("月份", "5月"), "当月支付", 750_100,
        {("sheet_totals", "department", "payments_m05"), ("sheet_totals", "department", "payments"), ("paid_year_spent", "department", "")},
    ),
    "staff funds": ("人员经费与公用经费", ("项目", "人员经费"), "决算数", 4_000_100, {("general_basic_spent", "department", "")}),
    "answers": ("满意度调查", ("项目", "一般"), "份数", 31, {("survey_answers_valid", "department", "")}),
    "spending": ("预算与执行", ("单位", "部门整体"), "实际支出", 9_000_101, {("paid_year_spent", "department", "")}),
    "adjusted budget": ("预算与执行", ("单位", "部门整体"), "调整后预算数", 9_230_000, {("budget_identity", "department", "")}),
}  # fmt: skip


@pytest.mark.parametrize("name", CONTRADICTIONS)
def test_numbers_that_contradict_each_other_break_an_identity(name, tmp_path, monkeypatch):
    title, (column, said), heading, value, expected = CONTRADICTIONS[name]
    book = filled()
    rows = range(book.head(title) + 2, book[title].max_row + 1)
    row = next(r for r in rows if book.cell(title, r, column).value == said)
    book.cell(title, row, heading).value = value
    found = book.read(tmp_path, monkeypatch)
    assert found.said() == "" and broken(found) == expected


def test_a_total_of_persons_is_held_against_its_rows(tmp_path, monkeypatch):
    book = filled()
    book.put("人员", 单位="馆本部", 类别="合计", 编制数=23, 年末实有=24)
    found = book.read(tmp_path, monkeypatch)
    assert found.said() == "" and broken(found) == {("staff_actual_whole", "office", "")}


def test_a_ledger_that_differs_from_the_budget_breaks_an_identity(tmp_path, monkeypatch):
    book = filled()
    row = book.head("预算与执行") + 2
    book.cell("预算与执行", row, "调增").value = 1_200_100
    book.cell("预算与执行", row, "调整后预算数").value = 9_320_100
    found = book.read(tmp_path, monkeypatch)
    assert found.said() == "" and broken(found) == {("ledger_added", "department", "")}


def test_rounding_is_no_contradiction(tmp_path, monkeypatch):
    book = Book("预算调整台账")
    for number in range(3):
        book.put(
            "预算调整台账",
            日期=f"2022-05-0{number + 1}",
            金额=3.33,
            类型="追加",
            事由="救灾",
            是否可豁免="否",
        )
    book.put("预算调整台账", 序号="合计", 金额=10)
    found = book.read(
        tmp_path, monkeypatch
    )  # 3 × 3.33 ± 0.005 and 10.00 ± 0.005: 9.975 to 10.005, 9.995 to 10.005
    assert found.said() == "" and broken(found) == set()
    book.cell("预算调整台账", book.head("预算调整台账") + 5, "金额").value = 10.02
    assert broken(book.read(tmp_path, monkeypatch)) == {("sheet_totals", "department", "ledger")}
