"""Tables in whatever file they arrive: the same cells come out, or a fault with its line or cell."""

import csv
import io
import random
import re
import zipfile
from datetime import date, datetime
from pathlib import Path

import damage
import office_files as office
import openpyxl
import pytest
import xlsxwriter
from conftest import INVENTED
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auditbook import pipeline
from auditbook.faults import AuditbookError, CaseError, Fault
from auditbook.intake import evidence, raw_tables
from auditbook.intake.encodings import decode
from auditbook.intake.sheet_files import Opened, open_sheets
from auditbook.intake.sheets import BOOLEAN, DATE, ERROR, TEXT_NUMBER, UNCACHED, Note, Sheet

MONEY = INVENTED / "data" / "raw" / damage.CASE / "money.csv"
TABLE = "项目,金额,说明\n人员经费,1200,年末在职18名\n公用经费,300.5,正常\n"
ROWS = [["项目", "金额", "说明"], ["人员经费", "1200", "年末在职18名"], ["公用经费", "300.5", "正常"]]


def opened(folder: Path, content: str | bytes, name: str = "账.csv") -> Opened:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return open_sheets(path)


def kinds(notes: list[Note]) -> list[str]:
    return sorted({note.kind for note in notes})


# ------------------------------------------------------------------------------------------- separated values

ENCODED = [
    ("UTF-8", TABLE.encode(), []), ("UTF-8 with its mark", TABLE.encode("utf-8-sig"), []), ("GBK", TABLE.encode("gbk"), ["encoding"]),
    ("GB18030 beyond GBK", (TABLE + "㐀" + ",1,好\n").encode("gb18030"), ["encoding"]), ("UTF-16", TABLE.encode("utf-16"), ["encoding"]),
    ("UTF-16 BE", b"\xfe\xff" + TABLE.encode("utf-16-be"), ["encoding"]), ("UTF-16 without its mark", TABLE.encode("utf-16-le"), ["encoding"]),
    ("UTF-16 BE without its mark", TABLE.encode("utf-16-be"), ["encoding"]), ("semicolons", TABLE.replace(",", ";").encode(), ["separator"]),
    ("tabs", TABLE.replace(",", "\t").encode(), ["separator"]), ("bars", TABLE.replace(",", "|").encode(), ["separator"]),
    ("named separator", b"sep=;\r\n" + TABLE.replace(",", ";").encode(), ["separator"]), ("CRLF", TABLE.replace("\n", "\r\n").encode(), []),
    ("CR", TABLE.replace("\n", "\r").encode(), []), ("blank lines", TABLE.replace("\n", "\n\n,,\n").encode(), []),
    ("all quoted", re.sub(r"[^,\n]+", r'"\g<0>"', TABLE).encode(), []), ("no last line end", TABLE.strip().encode(), ["no_final_newline"]),
    ("GBK with tabs", TABLE.replace(",", "\t").encode("gbk"), ["encoding", "separator"]),
]  # fmt: skip


@pytest.mark.parametrize(("content", "noted"), [e[1:] for e in ENCODED], ids=[e[0] for e in ENCODED])
def test_the_same_table_in_another_encoding_or_separator(tmp_path, content, noted):
    found = opened(tmp_path, content)
    (sheet,) = found.sheets
    assert [list(row) for row in sheet.rows[:3]] == ROWS and not found.faults
    assert kinds(found.notes) == noted and not sheet.name and not sheet.marks


MISREAD = [
    ("two encodings", TABLE.encode() + "行政编制,1,好\n".encode("gbk"), ":4", "不是 UTF-8.*混"),
    ("two encodings, the other way", TABLE.encode("gbk") * 20 + "行政编制,1,好\n".encode(), ":61", "是 UTF-8.*混"),
    ("a broken byte", TABLE.encode().replace("经".encode(), b"\xe7\xbb", 1), ":2", "不是 UTF-8"),
    ("cut within a character", TABLE.encode()[:-2], ":3", "不是 UTF-8"),
    ("neither", "café,b\n1,é\n".encode("latin-1"), ":1", "也不是 GBK"),
    ("Big5", "項目,金額,說明\n人員經費,1200,年末在職人員\n".encode("big5"), ":1", "不成文字"),
    ("Shift JIS", "項目,金額,カタカナ\n人件費,1200,年度末\n".encode("shift_jis"), ":1", "不成文字"),
    ("UTF-32", TABLE.encode("utf-32"), ":1", "UTF-32"), ("a mark that lies", b"\xff\xfe" + TABLE.encode(), ":1", "却是 UTF-8"),
    ("lost characters", TABLE.replace("经", "\ufffd").encode(), ":2", "丢了字"), ("lost before", TABLE.replace("经费", "锟斤拷").encode(), ":2", "丢了字"),
    ("NUL", TABLE.replace("1200", "12\x0000").encode(), ":2", "NUL"), ("control character", TABLE.replace("1200", "12\x07").encode(), ":2", r"U\+0007"),
]  # fmt: skip


@pytest.mark.parametrize(("content", "line", "said"), [m[1:] for m in MISREAD], ids=[m[0] for m in MISREAD])
def test_text_that_no_encoding_fits_is_told_with_its_line(tmp_path, content, line, said):
    with pytest.raises(CaseError, match=said) as caught:
        opened(tmp_path, content)
    assert caught.value.faults[0].where == "账.csv" + line


BROKEN = [
    ("short row", TABLE + "甲,1\n乙,2,好\n", ["账.csv:4"], "有2格"), ("long row", TABLE + "甲,1,好,多\n", ["账.csv:4"], "有4格；应为3格"),
    ("two of them", TABLE + "甲,1\n乙,2,3,4\n丙,1,2\n", ["账.csv:4", "账.csv:5"], "格"),
    ("last line cut", TABLE + "甲,1", ["账.csv:4"], "没有传完"), ("last cell cut", TABLE + "甲,1,", ["账.csv:4"], "没有传完"),
    ("quote that does not end", TABLE + '"甲,1,好\n乙,2,好\n', ["账.csv:5"], "引号没有成对"), ("quote in the middle", TABLE + '"甲"乙,1,好\n', ["账.csv:4"], "引号"),
    ("too many columns", ",".join("a" * 301) + "\n", ["账.csv"], "301列"), ("endless cell", TABLE + '"' + "字" * 140_000 + '",1,2\n', ["账.csv:4"], "一格超过"),
]  # fmt: skip


@pytest.mark.parametrize(("content", "places", "said"), [b[1:] for b in BROKEN], ids=[b[0] for b in BROKEN])
def test_rows_that_do_not_fit_are_told_with_their_line(tmp_path, content, places, said):
    found = opened(tmp_path, content)
    assert [fault.where for fault in found.faults] == places
    assert all(re.search(said, str(fault)) for fault in found.faults)


def test_a_last_line_without_its_end_is_noted_where_its_last_cell_may_be_blank(tmp_path):
    found = opened(tmp_path, TABLE.replace("正常", "") + "甲,1,")
    assert not found.faults and kinds(found.notes) == ["no_final_newline"] and len(found.sheets[0].rows) == 4


@pytest.mark.parametrize("content", [",", '""', " , "])
def test_a_file_of_nothing_but_separators_has_no_rows(tmp_path, content):
    found = opened(tmp_path, content)
    assert not found.sheets[0].rows and not found.faults


def test_lines_above_the_table_need_no_separators(tmp_path):
    sheet = opened(tmp_path, "部门收支表\n单位：万元\n\n" + TABLE).sheets[0]
    assert [list(row) for row in sheet.rows] == [["部门收支表", "", ""], ["单位：万元", "", ""], *ROWS]
    assert list(sheet.numbers) == [1, 2, 4, 5, 6]
    assert sheet.at(3, 1) == "账.csv:5 第2列"


def test_a_cell_of_several_lines_stands_where_it_ends(tmp_path):
    sheet = opened(tmp_path, '项目,金额\n"甲\n乙",1\n丙,2\n').sheets[0]
    assert list(sheet.rows[1]) == ["甲\n乙", "1"] and list(sheet.numbers) == [1, 3, 4]


@pytest.mark.parametrize(
    ("content", "rows"),
    [("项目;金额\n甲;1,234,567.89\n乙;12\n丙;3,456\n", [["项目", "金额"], ["甲", "1,234,567.89"]]),
     ("项目;金额\n甲;1,5\n乙;2,5\n", [["项目", "金额"], ["甲", "1,5"]]),
     ('项目,说明\n甲,"1;2"\n乙,"3;4"\n', [["项目", "说明"], ["甲", "1;2"]]),
     ("a|b,说明\n甲|1,x\n", [["a|b", "说明"], ["甲|1", "x"]]),
     ("项目\n甲\n", [["项目"], ["甲"]])],
)  # fmt: skip
def test_the_separator_is_the_one_that_makes_a_table(tmp_path, content, rows):
    found = opened(tmp_path, content)
    assert [list(row) for row in found.sheets[0].rows[:2]] == rows and not found.faults


def test_zero_width_characters_stay_where_they_are(tmp_path):
    assert opened(tmp_path, TABLE.replace("1200", "12\u200b00")).sheets[0].rows[1][1] == "12\u200b00"


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.lists(
            st.text(st.sampled_from("甲乙丙丁部门预算0123456789.,;|\t\"'\n（）年 -"), max_size=8), min_size=2, max_size=2
        ).map(lambda cells: ["名" + cells[0], cells[1] + "元"]),
        min_size=1, max_size=8,
    ),
    st.sampled_from(",;\t|"), st.sampled_from(["utf-8", "utf-8-sig", "gb18030", "utf-16"]),
)  # fmt: skip
def test_what_a_csv_writer_writes_comes_back(tmp_path, rows, separator, encoding):
    file = io.StringIO(newline="")
    csv.writer(file, delimiter=separator, quoting=csv.QUOTE_ALL).writerows([["项目", "金额"], *rows])
    found = opened(tmp_path, file.getvalue().encode(encoding))
    assert [list(row) for row in found.sheets[0].rows] == [["项目", "金额"], *rows]


def test_every_encoding_of_a_long_text_is_told_apart(tmp_path):
    text = (INVENTED / "data" / "raw" / damage.CASE / "report.txt").read_text("utf-8")
    for encoding in ("utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16", "utf-16-le", "utf-16-be"):
        notes: list[Note] = []
        assert decode(tmp_path / "报告.txt", text.encode(encoding), notes) == text, encoding
        assert bool(notes) == (encoding not in {"utf-8", "utf-8-sig"})


# ------------------------------------------------------------------------------------------- workbooks


def workbook(folder: Path, *sheets: str, **more: object) -> Sheet:
    found = open_sheets(office.write(folder / "账.xlsx", office.parts(sheets, **more)))
    return found.sheets[0]


def test_cells_as_a_spreadsheet_shows_them(tmp_path):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "预算"
    sheet["B3"], sheet["C3"], sheet["D3"] = "科目", "年初数", "日期"
    sheet["B4"], sheet["C4"], sheet["D4"] = " 基本支出 ", 1200, date(2021, 3, 5)
    sheet["B5"], sheet["C5"], sheet["D5"] = "12.5", 0.1 + 0.2, datetime(2021, 3, 5, 12, 30)
    sheet["B6"], sheet["C6"], sheet["D6"] = True, 98.22, "=C5*2"
    sheet["B7"], sheet["C7"], sheet["D7"] = "=1/0", 1e21, 0.00001234
    sheet["C8"], sheet["C8"].number_format = 0.9822, "0.00%"
    sheet["D8"] = "#REF!"
    book.save(tmp_path / "账.xlsx")
    found = open_sheets(tmp_path / "账.xlsx")
    (cells,) = found.sheets
    assert [list(row) for row in cells.rows] == [
        ["", "", "", ""], ["", "", "", ""],
        ["", "科目", "年初数", "日期"],
        ["", " 基本支出 ", "1200", "2021-03-05"],
        ["", "12.5", "0.3", "2021-03-05T12:30:00"],
        ["", "TRUE", "98.22", ""],
        ["", "", "1000000000000000000000", "0.00001234"],
        ["", "", "98.22%", "#REF!"],
    ]  # fmt: skip
    assert dict(cells.marks) == {
        (3, 3): DATE, (4, 3): DATE, (4, 1): TEXT_NUMBER, (5, 1): BOOLEAN, (5, 3): UNCACHED, (6, 1): UNCACHED, (7, 3): ERROR,
    }  # fmt: skip
    assert cells.at(3, 2) == "账.xlsx 预算!C4" and cells.at(3) == "账.xlsx 预算!4行"
    assert not found.notes and not found.faults


def test_numbers_have_the_15_digits_that_excel_shows(tmp_path):
    stored = [
        "0.30000000000000004",
        "98.219999999999999",
        "12345678901234567",
        "1E-7",
        "-0",
        "100000000000000000000",
        "1E400",
    ]
    cells = "".join(f'<c r="{"ABCDEFG"[n]}1"><v>{value}</v></c>' for n, value in enumerate(stored))
    found = open_sheets(
        office.write(tmp_path / "账.xlsx", office.parts([office.sheet(f'<row r="1">{cells}</row>')]))
    )
    assert list(found.sheets[0].rows[0]) == [
        "0.3",
        "98.22",
        "12345678901234600",
        "0.0000001",
        "-0",
        "1" + "0" * 20,
        "inf",
    ]
    assert [(note.where, note.read_as, note.kind) for note in found.notes] == [
        ("账.xlsx 表1!A1", "0.3", "shown_digits"), ("账.xlsx 表1!C1", "12345678901234600", "shown_digits"),
    ]  # fmt: skip


def test_formulas_have_the_values_that_a_spreadsheet_program_stored(tmp_path):
    rows = (
        '<row r="1"><c r="A1"><f>1+1</f><v>2</v></c><c r="B1" t="str"><f>"a"</f><v>甲</v></c><c r="C1" t="b"><f>TRUE</f><v>1</v></c>'
        '<c r="D1"><f>1</f></c><c r="E1"><f>1</f><v></v></c><c r="F1" t="str"><f>""</f><v></v></c><c r="G1" t="e"><f>1/0</f><v>#DIV/0!</v></c>'
        '<c r="H1"><f t="shared" si="0"/><v>7</v></c></row>'
    )
    cells = workbook(tmp_path, office.sheet(rows))
    assert list(cells.rows[0]) == ["2", "甲", "TRUE", "", "", "", "#DIV/0!", "7"]
    assert dict(cells.marks) == {(0, 2): BOOLEAN, (0, 3): UNCACHED, (0, 4): UNCACHED, (0, 6): ERROR}


def test_values_that_wait_to_be_calculated_are_no_values(tmp_path):
    """XlsxWriter stores 0 for every formula and asks for a calculation on opening; Excel takes that request away when it saves."""
    book = xlsxwriter.Workbook(tmp_path / "账.xlsx")
    sheet = book.add_worksheet("预算")
    sheet.write_row(0, 0, [5, 7])
    sheet.write_formula(0, 2, "=A1+B1")
    book.close()
    cells = open_sheets(tmp_path / "账.xlsx").sheets[0]
    assert list(cells.rows[0]) == ["5", "7", ""] and dict(cells.marks) == {(0, 2): UNCACHED}
    rows = '<row r="1"><c r="A1"><f>1+1</f><v>3</v></c></row>'
    assert workbook(tmp_path, office.sheet(rows), calc='<calcPr calcId="1"/>').rows == [["3"]]


def test_what_is_hidden_and_what_is_merged(tmp_path):
    rows = "".join(f'<row r="{n}"{more}><c r="A{n}"><v>{n}</v></c><c r="C{n}"><v>0</v></c></row>'
                   for n, more in ((1, ""), (2, ' hidden="1"'), (3, ' ht="0" customHeight="1"'), (4, ' hidden="0"')))  # fmt: skip
    columns = (
        '<cols><col min="2" max="2" hidden="1"/><col min="3" max="16384" width="0" customWidth="1"/></cols>'
    )
    merged = '<mergeCells count="2"><mergeCell ref="A2:B3"/><mergeCell ref="C4:XFD1048576"/></mergeCells>'
    found = open_sheets(
        office.write(
            tmp_path / "账.xlsx",
            office.parts([office.sheet(rows, before=columns, after=merged), office.sheet(), office.sheet()],
                         names=["一", "二", "三"], states=["visible", "hidden", "veryHidden"]),
        )
    ).sheets  # fmt: skip
    assert [(sheet.name, sheet.hidden) for sheet in found] == [("一", False), ("二", True), ("三", True)]
    assert found[0].hidden_rows == {1, 2} and found[0].hidden_columns == {1, 2}
    assert list(found[0].merged) == [(1, 0, 2, 1), (3, 2, 3, 2)]


def test_addresses_are_those_of_the_sheet_also_where_none_are_written(tmp_path):
    rows = '<row r="3"><c><v>1</v></c><c/><c><v>3</v></c></row><row><c r="B4"><v>4</v></c></row><row r="1048576"><c r="XFD1048576" s="0"/></row>'
    cells = workbook(tmp_path, office.sheet(rows))
    assert [list(row) for row in cells.rows] == [["", "", ""], ["", "", ""], ["1", "", "3"], ["", "4", ""]]
    assert cells.at(3, 1) == "账.xlsx 表1!B4"


def test_names_with_prefixes_are_the_same_names(tmp_path):
    sheet = f'<x:worksheet xmlns:x="{office.MAIN}"><x:sheetData><x:row r="1"><x:c r="A1"><x:v>1</x:v></x:c><x:c r="B1" t="e"><x:v>#N/A</x:v></x:c></x:row></x:sheetData></x:worksheet>'
    cells = workbook(tmp_path, sheet)
    assert list(cells.rows[0]) == ["1", "#N/A"] and dict(cells.marks) == {(0, 1): ERROR}


def test_texts_of_every_kind(tmp_path):
    shared = '<sst xmlns="{}"><si><t xml:space="preserve"> 甲 </t></si><si><r><t>乙</t></r><r><t>丙</t></r><rPh sb="0" eb="1"><t>yi</t></rPh></si><si><t>1&#48;&lt;</t></si></sst>'
    rows = "".join(f'<c r="{"ABC"[n]}1" t="s"><v>{n}</v></c>' for n in range(3))
    rows += '<c r="D1" t="inlineStr"><is><r><t>丁</t></r><r><t>戊</t></r></is></c>'
    parts = office.parts([office.sheet(f'<row r="1">{rows}</row>')])
    parts["xl/sharedStrings.xml"] = shared.format(office.MAIN)
    found = open_sheets(office.write(tmp_path / "账.xlsx", parts)).sheets[0]
    assert list(found.rows[0]) == [" 甲 ", "乙丙", "10<", "丁戊"]


STYLES = (
    '<numFmts><numFmt numFmtId="200" formatCode="0!.0,"/><numFmt numFmtId="201" formatCode="#,##0.00,,"/>'
    '<numFmt numFmtId="202" formatCode="0.0&quot;%&quot;"/><numFmt numFmtId="203" formatCode="0\\.0000"/>'
    '<numFmt numFmtId="204" formatCode="#,##0.00_ ;[Red]\\-#,##0.00\\ "/></numFmts><cellStyleXfs><xf numFmtId="9"/></cellStyleXfs><cellXfs>'
    + "".join(f'<xf numFmtId="{n}"/>' for n in (0, 200, 201, 202, 203, 204, 9, 10))
    + "</cellXfs>"
)


def test_a_format_that_shows_another_number_than_is_stored_is_a_fault(tmp_path):
    """``0!.0,`` shows 元 as 万元: who copied the sheet saw 1.2 where 12345 is stored."""
    cells = "".join(f'<c r="{"ABCDEFGH"[n]}1" s="{n}"><v>12345</v></c>' for n in range(8))
    zero = '<row r="2"><c r="B2" s="1"><v>0</v></c></row>'
    parts = office.parts([office.sheet(f'<row r="1">{cells}</row>{zero}')], styles=STYLES)
    found = open_sheets(office.write(tmp_path / "账.xlsx", parts))
    assert [fault.where for fault in found.faults] == [f"账.xlsx 表1!{column}1" for column in "BCE"]
    assert list(found.sheets[0].rows[0]) == ["12345"] * 6 + ["1234500%"] * 2


DAMAGED = [
    ("string that is not there", '<row r="1"><c r="A1" t="s"><v>9</v></c></row>'), ("unknown kind of cell", '<row r="1"><c r="A1" t="zz"><v>9</v></c></row>'),
    ("word where a number should be", '<row r="1"><c r="A1"><v>abc</v></c></row>'), ("wide digits", '<row r="1"><c r="A1"><v>１</v></c></row>'),
    ("boolean that is none", '<row r="1"><c r="A1" t="b"><v>yes</v></c></row>'), ("text where a number should be", '<row r="1"><c r="A1"><is><t>5</t></is></c></row>'),
]  # fmt: skip


@pytest.mark.parametrize("rows", [d[1] for d in DAMAGED], ids=[d[0] for d in DAMAGED])
def test_a_workbook_that_its_reader_cannot_make_sense_of(tmp_path, rows):
    with pytest.raises(CaseError, match="已损坏"):
        workbook(tmp_path, office.sheet(rows))


def test_a_document_is_no_table(tmp_path):
    with pytest.raises(CaseError, match="不是表格文件"):
        open_sheets(office.write(tmp_path / "文.docx", office.document()))


# ------------------------------------------------------------------------------------------- raw tables


def table() -> list[list[str]]:
    with MONEY.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def read(path: Path, shape: str = "figures") -> tuple[list[raw_tables.RawRow], list[Fault], list[Note]]:
    faults: list[Fault] = []
    notes: list[Note] = []
    return raw_tables.read(path, shape, faults, notes), faults, notes


def saved(folder: Path, rows: list[list[object]], change=None, name: str = "money.xlsx") -> Path:
    """A table as a workbook: cells as a person would type them, amounts and years as numbers."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "数字"
    for row in rows:
        sheet.append(
            [
                float(cell) if isinstance(cell, str) and re.fullmatch(r"\d+(\.\d+)?", cell) else cell or None
                for cell in row
            ]
        )
    if change:
        change(book, sheet)
    book.save(folder / name)
    return folder / name


def written(
    folder: Path, rows: list[list[str]], separator: str = ",", encoding: str = "utf-8", before: str = ""
) -> Path:
    file = io.StringIO(newline="")
    csv.writer(file, delimiter=separator, lineterminator="\n").writerows(rows)
    (folder / "money.csv").write_bytes((before + file.getvalue()).encode(encoding))
    return folder / "money.csv"


def amounts(change) -> list[list[str]]:
    """The table with its amounts written in another way."""
    rows = table()
    return [rows[0], *([*row[:6], change(row[6]) if row[6] else "", *row[7:]] for row in rows[1:])]


FULL = {**{48 + digit: 0xFF10 + digit for digit in range(10)}, ord("."): "．", ord(","): "，", ord("-"): "－"}
HARMLESS = {
    "GBK": (lambda folder: written(folder, table(), encoding="gbk"), ["encoding"]),
    "UTF-16": (lambda folder: written(folder, table(), encoding="utf-16"), ["encoding"]),
    "semicolons": (lambda folder: written(folder, table(), ";"), ["separator"]),
    "tabs in GBK": (lambda folder: written(folder, table(), "\t", "gbk"), ["encoding", "separator"]),
    "title lines": (lambda folder: written(folder, table(), before="部门整体支出数字表\n单位：元\n\n"), ["title"]),
    "thousands": (lambda folder: written(folder, amounts(lambda cell: f"{int(cell):,}")), ["thousands"]),
    "full-width amounts": (lambda folder: written(folder, amounts(lambda cell: cell.translate(FULL))), ["full_width"]),
    "full-width thousands": (lambda folder: written(folder, amounts(lambda cell: f"{int(cell):,}".translate(FULL))), ["full_width", "thousands"]),
    "exponents": (lambda folder: written(folder, amounts(lambda cell: f"{cell[0]}{'.' * (len(cell) > 1)}{cell[1:]}E+{len(cell) - 1:02d}")), ["exponent"]),
    "blanks around": (lambda folder: written(folder, [[f" {cell}\u3000" for cell in row] for row in table()]), []),
    "heads in wide and capital letters": (lambda folder: written(folder, [["ｆｉｇｕｒｅ", " Scope ", *table()[0][2:]], *table()[1:]]), ["head"]),
    "explained head": (lambda folder: written(folder, [table()[0], ["（代号）", "", *["[说明]"] * 9], *table()[1:]]), ["second_head"]),
    "repeated head": (lambda folder: written(folder, [table()[0], *table()]), ["second_head"]),
    "columns in another order": (lambda folder: written(folder, [row[::-1] for row in table()]), []),
    "empty columns at the end": (lambda folder: written(folder, [[*row, "", ""] for row in table()]), []),
    "years with full-width digits": (lambda folder: written(folder, [[*row[:3], row[3].translate(FULL), *row[4:]] for row in table()]), ["full_width"]),
    "workbook": (lambda folder: saved(folder, table()), []),
    "workbook with all as text": (lambda folder: saved(folder, [["" + cell for cell in row] for row in table()], _as_text), ["text_number"]),
    "workbook that begins elsewhere": (lambda folder: saved(folder, [[], [], *([None, None, *row] for row in table())]), []),
    "workbook with a title": (lambda folder: saved(folder, [["部门数字表"], ["单位：元"], [], *table()], _merge_title), ["title"]),
    "workbook with another sheet": (lambda folder: saved(folder, table(), _with_guide), ["other_sheet"]),
    "workbook with hidden lists": (lambda folder: saved(folder, table(), _with_hidden_list), []),
    "workbook with hidden empty rows": (lambda folder: saved(folder, table(), _hide_empty), []),
}  # fmt: skip


def _as_text(book, sheet):
    for row in sheet.iter_rows():
        for cell in row:
            if isinstance(cell.value, float | int):
                cell.value = f"{cell.value:.0f}"


def _merge_title(book, sheet):
    sheet.merge_cells("A1:K1")


def _with_guide(book, sheet):
    book.create_sheet("说明", 0).append(["先读这里"])


def _with_hidden_list(book, sheet):
    book.create_sheet("名单").append(["value", "zero"])
    book["名单"].sheet_state = "hidden"


def _hide_empty(book, sheet):
    for row in range(20, 30):
        sheet.row_dimensions[row].hidden = True


@pytest.mark.parametrize("name", HARMLESS)
def test_a_table_written_otherwise_gives_the_same_rows(tmp_path, name):
    make, noted = HARMLESS[name]
    rows, faults, notes = read(make(tmp_path))
    expected, none, plain = read(MONEY)
    assert not none and not plain and len(expected) == len(table()) - 1
    assert [row.cells for row in rows] == [row.cells for row in expected]
    assert not faults and kinds(notes) == noted


def test_places_are_lines_or_cells(tmp_path):
    in_csv, in_workbook = read(MONEY)[0][1], read(saved(tmp_path, [["标题"], *table()]))[0][1]
    assert (in_csv.where, in_csv.at("value")) == ("money.csv:3", "money.csv:3 value列")
    assert (in_workbook.where, in_workbook.at("value")) == (
        "money.xlsx 数字!4行",
        "money.xlsx 数字!G4（value）",
    )
    assert dict(in_workbook.places)["figure"] == "money.xlsx 数字!A4（figure）"


def test_a_conversion_is_noted_with_its_place(tmp_path):
    notes = read(written(tmp_path, amounts(lambda cell: f"{int(cell):,}")))[2]
    assert notes[0] == Note("money.csv:2 value列", "52,340,000", "52340000", "thousands")


def test_percentages_and_fractions_are_read_where_the_unit_says_so(tmp_path):
    head = list(raw_tables.SHAPES["published"])
    row = ["c", "rate", "execution", "department", "", "2021", "", "", "0.01", "一", "x"]
    for text, unit, found in (
        ("98.22%", "%", "98.22"), ("９８．２２％", "%", "98.22"), ("98.22", "%", "98.22"), ("0.9822", "1", "0.9822"), ("98.22%", "1", "98.22%"),
        ("98.22%", "元", "98.22%"),
    ):  # fmt: skip
        rows, faults, _ = read(written(tmp_path, [head, [*row[:6], text, unit, *row[8:]]]), "published")
        assert (rows[0]["published"], faults) == (found, []), (text, unit)


def test_a_percentage_in_a_workbook_is_read_as_it_is_shown(tmp_path):
    def percent(book, sheet):
        sheet["G2"], sheet["G2"].number_format = 0.9822, "0.00%"

    rows = [
        list(raw_tables.SHAPES["published"]),
        ["c", "rate", "execution", "department", "", "2021", "x", "%", "0.01", "一", "x"],
    ]
    assert read(saved(tmp_path, rows, percent), "published")[0][0]["published"] == "98.22"


def test_days_in_every_form(tmp_path):
    head = list(raw_tables.SHAPES["statements"])
    for text, found in (
        ("2021/3/5", "2021-03-05"),
        ("2021年3月5日", "2021-03-05"),
        ("2021-03", "2021-03"),
        ("3月5日", "3月5日"),
    ):
        rows, faults, _ = read(written(tmp_path, [head, ["s", "event", "x", text, "一", "y"]]), "statements")
        assert (rows[0]["date"], faults) == (found, [])
    rows, faults, _ = read(
        saved(tmp_path, [head, ["s", "event", "x", date(2021, 3, 5), "一", "y"]]), "statements"
    )
    assert (rows[0]["date"], faults) == ("2021-03-05", [])


def _set(address, value):
    def change(book, sheet):
        sheet[address] = value

    return change


def _hide_row(book, sheet):
    sheet.row_dimensions[3].hidden = True


def _hide_column(book, sheet):
    sheet.column_dimensions["G"].hidden = True


def _merge_body(book, sheet):
    sheet.merge_cells("B3:B4")


def _merge_head(book, sheet):
    sheet.merge_cells("A1:A2")


def _old_sheet(book, sheet):
    book.copy_worksheet(sheet).sheet_state = "hidden"
    book.move_sheet(book.worksheets[-1], -1)


def _nearly_old_sheet(book, sheet):
    _old_sheet(book, sheet)
    book.worksheets[0]["A1"] = "代号"


def _two_sheets(book, sheet):
    book.copy_worksheet(sheet)


CAUGHT = {
    "error value": (_set("G3", "#REF!"), "数字!G3（value）", "错误值“#REF!”"),
    "formula without its value": (_set("G3", "=G2*2"), "数字!G3（value）", "没有存它的值"),
    "boolean": (_set("G3", True), "数字!G3（value）", "逻辑值"),
    "date in an amount": (_set("G3", date(2021, 3, 5)), "数字!G3（value）", "日期"),
    "locator that became a date": (_set("J3", date(2021, 1, 2)), "数字!J3（locator）", "自动变成日期"),
    "error beside the table": (_set("M3", "#N/A"), "数字!M3", "错误值"),
    "hidden row": (_hide_row, "数字!3行", "隐藏的行"),
    "hidden column": (_hide_column, "数字!G1（value）", "隐藏的列"), "merged cells": (_merge_body, "数字!B3", "合并的单元格"),
    "head merged with the row below": (_merge_head, "数字!A1", "合并的单元格"), "hidden sheet with the table": (_old_sheet, "数字 Copy", "隐藏的工作表"),
    "hidden sheet with nearly the table": (_nearly_old_sheet, "数字 Copy", "隐藏的工作表"),
    "two sheets with the table": (_two_sheets, "money.xlsx", "不止一张"), "renamed column": (_set("G1", "金额"), "数字!1行", "缺列 value，多列 金额"),
    "missing column": (_set("G1", None), "数字!1行", "缺列 value"), "column twice": (_set("L1", "value"), "数字!1行", "重复列 value"),
    "further column": (_set("L1", "remark"), "数字!1行", "多列 remark"), "content without a head": (_set("M3", "另计"), "数字!M3", "没有表头"),
}  # fmt: skip


@pytest.mark.parametrize("name", CAUGHT)
def test_a_fault_in_a_workbook_is_told_with_its_cell(tmp_path, name):
    change, where, said = CAUGHT[name]
    _, faults, _ = read(saved(tmp_path, table(), change))
    assert any(where in fault.where and said in str(fault) for fault in faults), [
        str(fault) for fault in faults
    ]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "文件是空的"),
        ("项目,金额\n甲,1\n", "缺列 figure"),
        ("<html><body><table>", "HTML"),
        ("\0" * 100, "NUL"),
    ],
)
def test_a_file_that_is_no_such_table(tmp_path, content, said):
    (tmp_path / "money.csv").write_text(content, encoding="utf-8")
    rows, faults, _ = read(tmp_path / "money.csv")
    assert not rows and len(faults) == 1 and said in str(faults[0])


def test_a_table_of_nothing_but_a_head_is_told(tmp_path):
    rows, faults, _ = read(written(tmp_path, table()[:1]))
    assert (
        rows == []
        and [str(fault.where) for fault in faults] == ["money.csv:1"]
        and "只有表头" in faults[0].found
    )


def test_a_file_that_is_not_there(tmp_path):
    rows, faults, _ = read(tmp_path / "money.csv")
    assert not rows and "读不到" in str(faults[0])


def test_faults_of_a_workbook_come_together(tmp_path):
    def change(book, sheet):
        for other in (_set("G3", "#REF!"), _set("G4", True), _hide_row):
            other(book, sheet)

    assert len(read(saved(tmp_path, table(), change))[1]) == 3


def register(folder: Path, old: str, new: str) -> None:
    """Register a table under another file name."""
    register = folder / "SOURCES.yaml"
    register.write_text(register.read_text("utf-8").replace(f"file: {old}", f"file: {new}"), "utf-8")


def figures(base: Path) -> list[tuple[str, ...]]:
    run = pipeline.check(str(damage.case_file(base)))
    found = evidence.read(run.audit, run.dictionary).figures
    return [(str(row.key), row.value, row.unit, row.quote, row.quote_status) for row in found]


def test_a_case_gives_the_same_figures_from_a_workbook_and_from_gbk(copied):
    before = figures(copied)
    folder = damage.folder(copied)
    saved(folder, table())
    register(folder, "money.csv", "money.xlsx")
    people = folder / "people.csv"
    people.write_bytes(people.read_text("utf-8").encode("gbk"))
    damage.rehash(copied)
    assert len(before) > 10 and figures(copied) == before


def test_a_fault_of_the_evidence_names_the_cell(copied):
    folder = damage.folder(copied)
    saved(folder, table(), _set("G3", "约120万"))
    register(folder, "money.csv", "money.xlsx")
    damage.rehash(copied)
    with pytest.raises(CaseError, match=r"money\.xlsx 数字!G3（value）：数里写着单位“约120万”"):
        pipeline.check(str(damage.case_file(copied)))


# ------------------------------------------------------------------------------------------- whatever comes


def _bytes_of_all(folder: Path) -> list[tuple[str, bytes]]:
    return [
        ("a.csv", MONEY.read_bytes()), ("b.csv", MONEY.read_text("utf-8").encode("gbk")), ("c.csv", MONEY.read_text("utf-8").encode("utf-16")),
        ("d.xlsx", saved(folder, table()).read_bytes()), ("e.xlsx", office.packed(office.parts(styles=STYLES))),
    ]  # fmt: skip


def test_flipped_bytes_end_in_a_fault_or_in_rows(tmp_path):
    """Two hundred damaged files: never a traceback."""
    chance = random.Random(20210305)
    for name, data in _bytes_of_all(tmp_path):
        for _ in range(40):
            damaged = bytearray(data)
            for _ in range(chance.choice((1, 1, 3, 20))):
                damaged[chance.randrange(len(damaged))] = chance.randrange(256)
            if chance.random() < 0.2:
                del damaged[chance.randrange(len(damaged)) :]
            (tmp_path / name).write_bytes(damaged)
            try:
                read(tmp_path / name)
            except AuditbookError as error:
                assert error.exit_code == 7


def test_flipped_bytes_within_the_parts_of_a_workbook_end_in_a_fault_or_in_rows(tmp_path):
    """Damage under intact checksums reaches the readers themselves."""
    chance = random.Random(7)
    with zipfile.ZipFile(saved(tmp_path, table())) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    for _ in range(80):
        name = chance.choice(sorted(parts))
        damaged = bytearray(parts[name])
        for _ in range(chance.choice((1, 2, 5))):
            at = chance.randrange(len(damaged))
            damaged[at : at + chance.choice((0, 1, 1, 8))] = bytes(
                chance.choices(b"<>/\"'&; 0123456789abcrst", k=chance.choice((0, 1, 1, 4)))
            )
        office.write(tmp_path / "x.xlsx", {**parts, name: bytes(damaged)})
        try:
            read(tmp_path / "x.xlsx")
        except AuditbookError as error:
            assert error.exit_code == 7


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.one_of(st.binary(max_size=300), st.text(max_size=200).map(str.encode)))
def test_any_bytes_are_read_or_refused(tmp_path, data):
    for name in ("x.csv", "x.xlsx", "x.txt", "x"):
        (tmp_path / name).write_bytes(data)
        try:
            open_sheets(tmp_path / name)
        except AuditbookError as error:
            assert error.exit_code in {3, 7} and error.faults
