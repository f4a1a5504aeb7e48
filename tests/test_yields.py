"""`auditbook intake FILE` on what is no published account: a text, a raw table, an intake workbook, and what is neither."""

import json

import openpyxl
from conftest import INVENTED, ROOT, auditbook, own_project


def test_a_text_yields_its_numbers_with_their_places(tmp_path):
    """Four numbers have a unit: years, days, document numbers are none."""
    path = tmp_path / "说明.txt"
    path.write_text(
        "一、资金\n年初部门预算安排52,340元，比上年增长3.5%。\n（清水〔2021〕7号）2021年3月5日印发，建成水闸4座。共3家。\n",
        encoding="utf-8",
    )
    told = auditbook("intake", path, workspace=tmp_path)
    assert told.code == 0 and "带单位的数 4 个" in told.out, told.err
    found = json.loads(auditbook("intake", path, "--json", workspace=tmp_path).out)
    numbers = [(one["number"], one["unit"], one["place"], one["section"]) for one in found["numbers"]]
    assert numbers == [
        ("52,340", "元", "第2行", "一"),
        ("3.5", "%", "第2行", "一"),
        ("4", "座", "第3行", "一"),
        ("3", "家", "第3行", "一"),
    ]
    assert [block["number"] for block in found["blocks"]] == [1, 2, 3]


def test_a_raw_table_yields_its_rows(tmp_path):
    told = auditbook("intake", INVENTED / "data/raw/invented-water-2021/money.csv", workspace=tmp_path)
    assert told.code == 0 and "原始表（shape: figures），数字 9" in told.out
    assert "52340000元" in told.out and "money.csv:2 value列" in told.out and "0（申明为零）" in told.out


def test_a_damaged_raw_table_tells_all_and_exits_3(tmp_path):
    path = tmp_path / "money.csv"
    text = (INVENTED / "data/raw/invented-water-2021/money.csv").read_text(encoding="utf-8")
    path.write_text(text + "one,cell\n", encoding="utf-8")
    told = auditbook("intake", path, workspace=tmp_path)
    assert told.code == 3 and "money.csv:11" in told.err and "Traceback" not in told.err


def test_a_workbook_in_its_case_yields_its_figures(tmp_path):
    """1234.5 typed under 年初预算数 in the row 合计 of the shipped sheet; a workbook outside a case is told so."""
    folder = tmp_path / "p"
    folder.mkdir()
    project = own_project(folder)
    made = auditbook(
        "new", "yunhe-library-2025", "2025", "--name", "云和图书馆", workspace=tmp_path, cwd=project
    )
    assert made.code == 0, made.err
    path = project / "data/raw/yunhe-library-2025/录入表.xlsx"
    book = openpyxl.load_workbook(path)
    sheet = book["预算与执行"]
    head = next(row for row in sheet.iter_rows() if any(cell.value == "年初预算数" for cell in row))
    column = next(cell.column for cell in head if cell.value == "年初预算数")
    first = next(row for row in range(head[0].row + 1, head[0].row + 9) if sheet.cell(row, 1).value != "示例")
    sheet.cell(first, column, 1234.5)
    place = f"预算与执行!{sheet.cell(first, column).coordinate}"
    book.save(path)
    told = auditbook("intake", path, workspace=tmp_path, cwd=project)
    assert told.code == 0, told.err
    assert "资料录入表（2025年度）" in told.out and "1234.5万元" in told.out and place in told.out
    outside = tmp_path / "录入表.xlsx"
    outside.write_bytes(path.read_bytes())
    told = auditbook("intake", outside, workspace=tmp_path, cwd=project)
    assert told.code == 2 and "不知道是哪个案例" in told.err


def test_a_kind_that_is_not_read(tmp_path):
    told = auditbook("intake", ROOT / "README.md", workspace=tmp_path)
    assert told.code == 2 and "不是能读的文件" in told.err
