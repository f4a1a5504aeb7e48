"""The workbook: recalculated by other programs, changed and blanked like a reader would, and looked into as a file."""

import csv
import hashlib
import io
import re
import shutil
import time
import zipfile
from decimal import Decimal
from fractions import Fraction

import openpyxl
import pytest
import recalculated
from conftest import INVENTED, INVENTED_CASE, auditbook
from xlsxwriter.workbook import Workbook

from auditbook import formulas, pipeline
from auditbook.numbers import Interval
from auditbook.report.workbook import workbook
from auditbook.report.workbook.names import Names
from auditbook.report.workbook.score_formulas import points_between
from auditbook.report.workbook.sheet import Column, Formats, Sheet, _lines
from auditbook.scoring_rules import Rule

CASES = {
    "wuxi": "wuxi-offices-2019",
    "putuo": "putuo-finance-2024",
    "invented": str(INVENTED_CASE),
}
SHEETS = [
    "封面", "索引", "资料登记簿", "数字表", "指标", "得分", "勾稽", "公布数字与陈述", "审计发现", "整改台账", "单位回复", "口径与假设",
]  # fmt: skip
HEAD_ROW = 3
_EXACT = 1e-12


class Book:
    """A case's workbook, its tables as the run left them, and what LibreOffice makes of it."""

    def __init__(self, run, data, processed):
        self.run, self.data, self.processed = run, data, processed
        self.formulas = openpyxl.load_workbook(io.BytesIO(data))
        self.stored = openpyxl.load_workbook(io.BytesIO(data), data_only=True)
        self._live = None

    @property
    def live(self):
        if self._live is None:
            self._live = recalculated.by_libreoffice(self.data)
        return self._live

    def table(self, name):
        with (self.processed / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def books(request):
    """The workbook of each case that a test asks for, made once."""
    made = {}

    def book(name):
        if name not in made:
            outcome = request.getfixturevalue(name)
            assert outcome.code == 0, outcome.err
            with pytest.MonkeyPatch.context() as patch:
                patch.setenv("AUDITBOOK_WORKSPACE", str(outcome.workspace))
                run = pipeline.check(CASES[name])
                data = workbook(run)
                made[name] = Book(run, data, run.workspace.processed)
        return made[name]

    return book


def rows(book, sheet):
    """The rows of a sheet by the key of the table that they show: head of column → cell."""
    page = book[sheet]
    heads = [cell.value for cell in page[HEAD_ROW]]
    at = next(number for number, head in enumerate(heads) if head and head.endswith(".csv 的键"))
    found = {}
    for cells in page.iter_rows(min_row=HEAD_ROW + 1):
        if cells[at].value:
            found[cells[at].value] = dict(zip(heads, cells, strict=True))
    return found


def named(book, name):
    """The cell that a name of the workbook stands for."""
    ((sheet, place),) = book.defined_names[name].destinations
    return book[sheet][place.replace("$", "")]


def same(cell, text):
    """Whether a cell holds the number of a table's cell, or where that is empty no number."""
    if not text:
        return not isinstance(cell.value, int | float)
    expected = Fraction(text)
    if not isinstance(cell.value, int | float):
        return False
    # a table holds 34 digits; a sum of doubles may be off by the last of its 16
    return abs(Fraction(cell.value) - expected) <= Fraction(_EXACT) * max(abs(expected), Fraction(1, 10**6))


STATUS = {
    "computed": "已计算", "not_assessable": "无法评价", "undefined": "没有定义", "not_applicable": "不适用",
}  # fmt: skip
STATE = {
    "assessed": "已评", "bounded": "部分可评", "not_assessable": "无法评价", "undefined": "没有定义", "not_applicable": "不适用",
    "overridden": "人工改判", "unspecified": "规则未载明", "stopped": "不予评分",
}  # fmt: skip


def differences(book, made):
    """Where indicators and scores of a recalculated workbook differ from the tables."""
    wrong = []
    found = rows(made, "指标")
    table = book.table("indicators")
    assert len(found) == len(table)
    for row in table:
        key = ":".join(row[word] for word in ("indicator", "definition", "scope", "item", "year"))
        cells = found[key]
        if cells["状态"].value != STATUS[row["status"]]:
            wrong.append((key, "状态", cells["状态"].value, row["status"]))
        for head, word in (
            ("值", "value"), ("下限", "low"), ("上限", "high"), ("分子", "numerator"), ("分母", "denominator"),
        ):  # fmt: skip
            if not same(cells[head], row[word]):
                wrong.append((key, head, cells[head].value, row[word]))
    found = rows(made, "得分")
    table = book.table("scores")
    assert len(found) == len(table)
    for row in table:
        cells = found[f"{row['level']}:{row['indicator']}"]
        if cells["状态"].value != STATE[row["state"]]:
            wrong.append((row["indicator"], "状态", cells["状态"].value, row["state"]))
        for head, word in (
            ("分值", "weight"), ("已证实", "lowest"), ("最高可能", "highest"), ("确定的得分", "points"),
        ):  # fmt: skip
            if not same(cells[head], row[word]):
                wrong.append((row["indicator"], head, cells[head].value, row[word]))
    return wrong


def formula_cells(book):
    return [
        cell
        for page in book.formulas
        for cells in page.iter_rows()
        for cell in cells
        if cell.data_type == "f"
    ]


# --- recalculated by others ------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", CASES)
def test_stripping_takes_out_every_stored_value_of_a_formula(books, case):
    book = books(case)
    cells = formula_cells(book)
    assert len(cells) > 300
    bare = openpyxl.load_workbook(io.BytesIO(recalculated.stripped(book.data)), data_only=True)
    assert all(bare[cell.parent.title][cell.coordinate].value is None for cell in cells)
    assert any(book.stored[cell.parent.title][cell.coordinate].value is not None for cell in cells)


@pytest.mark.parametrize("case", CASES)
def test_libreoffice_computes_the_tables_anew(books, case):
    book = books(case)
    assert differences(book, book.live) == []


@pytest.mark.parametrize("case", CASES)
def test_the_stored_values_are_those_of_the_tables(books, case):
    assert differences(books(case), books(case).stored) == []


@pytest.mark.parametrize("case", CASES)
def test_a_stored_value_is_the_double_nearest_to_the_exact_value(books, case):
    book = books(case)
    found = rows(book.stored, "指标")
    computed = [result for result in book.run.results if result.value is not None]
    assert computed
    for result in computed:
        key = f"{result.indicator}:{result.definition}:{result.scope}:{result.item}:{result.year}"
        assert found[key]["值"].value == result.value.numerator / result.value.denominator


def test_the_formulas_package_computes_the_same(books, tmp_path):
    """A second engine, in Python, on the smallest case: on the others it takes too long."""
    package = pytest.importorskip("formulas")
    book = books("invented")
    place = tmp_path / "book.xlsx"
    place.write_bytes(recalculated.stripped(book.data))
    solution = package.ExcelModel().loads(str(place)).finish().calculate()
    values = {str(name).upper(): value for name, value in solution.items() if hasattr(value, "value")}
    compared = 0
    for sheet, heads in (("指标", ("值", "下限", "上限")), ("得分", ("已证实", "最高可能"))):
        for cells in rows(book.stored, sheet).values():
            for head in heads:
                cell = cells[head]
                own = book.formulas[sheet][cell.coordinate]
                if own.data_type == "f" and isinstance(cell.value, int | float):
                    ((found,),) = values[f"'[BOOK.XLSX]{sheet}'!{cell.coordinate}"].value
                    assert float(found) == pytest.approx(cell.value, rel=_EXACT, abs=1e-15), cell
                    compared += 1
    assert compared > 30


# --- changed and blanked by a reader ---------------------------------------------------------------------------


def edited(book, changes):
    """The workbook after cells of the sheet of figures were changed, recalculated by LibreOffice.

    Takes    changes: by key of a figure what to write into its published value; None makes it blank.
    """
    copy = openpyxl.load_workbook(io.BytesIO(book.data))
    found = rows(copy, "数字表")
    for key, value in changes.items():
        found[key]["公布数值"].value = value
    made = io.BytesIO()
    copy.save(made)
    return recalculated.by_libreoffice(made.getvalue())


ADJUSTMENT = "budget_adjustment_rate:ministry:department::2021"
STAFF = "staff_control_rate:established:department::2021"
ENTERED = "carry_over_change_rate:ministry:department::2021"


@pytest.fixture(scope="module")
def changed(books):
    """Three figures of the invented department changed, one of them one that the evidence lacks."""
    return edited(
        books("invented"),
        {
            "budget_added:department::2021": 7851000,
            "staff_actual:bureau:civil_servant:2021": 22,
            "carry_over:department::2020": 160,  # 万元, the unit in which the dictionary asks for it
        },
    )


def test_a_changed_figure_changes_indicator_and_score_as_by_hand(books, changed):
    # (7,851,000 + 0) ÷ 52,340,000 = 15 %: the third step, (10 %, 20 %], 1 point instead of 2
    before, after = rows(books("invented").stored, "得分"), rows(changed, "得分")
    assert rows(changed, "指标")[ADJUSTMENT]["值"].value == pytest.approx(0.15, rel=_EXACT)
    row = "indicator:budget_adjustment_rate"
    assert [before[row][head].value for head in ("已证实", "最高可能", "确定的得分")] == [2, 2, 2]
    assert [after[row][head].value for head in ("已证实", "最高可能", "确定的得分")] == [1, 1, 1]


def test_a_changed_term_of_a_sum_reaches_the_score(books, changed):
    # (22 + 9) ÷ (20 + 9) = 31/29 = 106.9 %: six whole points above 100 %, 0.5 off for each: 5 − 3 = 2
    before, after = rows(books("invented").stored, "得分"), rows(changed, "得分")
    assert rows(changed, "指标")[STAFF]["值"].value == pytest.approx(31 / 29, rel=_EXACT)
    assert before["indicator:staff_control_rate"]["已证实"].value == 5
    assert after["indicator:staff_control_rate"]["已证实"].value == 2
    assert after["indicator:staff_control_rate"]["状态"].value == "已评"


def test_a_missing_figure_that_is_filled_in_makes_its_indicator_assessable(books, changed):
    # (2,000,000 元 − 160 万元) ÷ 160 万元 = 40 ÷ 160 = 25 %, and more than last year earns nothing
    book = books("invented")
    assert rows(book.stored, "指标")[ENTERED]["值"].value == "无法评价"
    assert rows(changed, "指标")[ENTERED]["值"].value == pytest.approx(0.25, rel=_EXACT)
    row = "indicator:carry_over_change_rate"
    assert rows(book.stored, "得分")[row]["最高可能"].value == 3
    assert [rows(changed, "得分")[row][head].value for head in ("已证实", "最高可能", "状态")] == [
        0,
        0,
        "已评",
    ]


def test_group_sums_and_the_total_follow(books, changed):
    # adjustment 2 → 1, staff 5 → 2: four points less proven; the carry-over loses 3 of what was possible besides
    before, after = (rows(book, "得分")["total:"] for book in (books("invented").stored, changed))
    assert after["已证实"].value == before["已证实"].value - 4
    assert after["最高可能"].value == before["最高可能"].value - 4 - 3


@pytest.fixture(scope="module")
def blanked(books):
    """One figure blank, one term of a sum blank, one base a declared zero."""
    return edited(
        books("invented"),
        {
            "budget_added:department::2021": None,
            "staff_actual:bureau:civil_servant:2021": None,
            "budget_adjusted:department::2021": 0,
        },
    )


@pytest.mark.parametrize(
    ("key", "line"), [(ADJUSTMENT, "budget_adjustment_rate"), (STAFF, "staff_control_rate")]
)
def test_a_blank_figure_makes_its_indicator_missing_never_zero(books, blanked, key, line):
    cells = rows(blanked, "指标")[key]
    assert [cells[head].value for head in ("状态", "值")] == ["无法评价", "无法评价"]
    assert not any(isinstance(cells[head].value, int | float) for head in ("下限", "上限", "分子", "分母"))
    score = rows(blanked, "得分")[f"indicator:{line}"]
    full = rows(books("invented").stored, "得分")[f"indicator:{line}"]["分值"].value
    assert [score[head].value for head in ("已证实", "最高可能", "状态")] == [0, full, "无法评价"]
    assert not isinstance(score["确定的得分"].value, int | float)


def test_a_cell_to_fill_in_takes_a_number_as_a_number(books):
    # in a cell of the format @ a spreadsheet would keep what is typed as text, and ISNUMBER would say no
    page = rows(books("invented").formulas, "数字表")
    empty = [
        cells["公布数值"]
        for cells in page.values()
        if cells["公布数值"].value is None and "应见" in (cells["定位"].value or "")
    ]
    assert len(empty) > 20
    assert "@" not in {cell.number_format for cell in empty}
    assert not any(cell.number_format == "@" for cell in formula_cells(books("invented")))


def test_a_blank_figure_says_that_it_is_lacking(blanked):
    figure = rows(blanked, "数字表")["budget_added:department::2021"]
    assert figure["基本值（元、1、个）"].value == "缺失"
    untouched = rows(blanked, "数字表")["budget_cut:department::2021"]
    assert (untouched["状态"].value, untouched["基本值（元、1、个）"].value) == ("申明为零", 0)


def test_a_base_of_zero_is_undefined_and_not_zero(blanked):
    cells = rows(blanked, "指标")["budget_execution_rate:adjusted:department::2021"]
    assert [cells[head].value for head in ("状态", "值")] == ["没有定义", "没有定义"]
    assert cells["分母"].value == 0


# --- rules of every kind ---------------------------------------------------------------------------------------

RULES = [
    {"steps": [["=0%", 5], ["(0%, 10%]", 3], ["(10%, 30%]", "1.5"], [">30%", 0], ["<0%", 2]]},
    {"deduct": {"limit": "100%", "beyond": "above", "every": "1%", "points": "0.5", "partial": "floor", "partial_source": "stated"}},
    {"deduct": {"limit": "90%", "beyond": "below", "every": "5%", "points": 1, "partial": "ceil", "partial_source": "stated"}},
    {"deduct": {"limit": "3", "beyond": "above", "every": "2", "points": 1, "partial": "linear", "partial_source": "stated"}},
    {"proportional": {"full_at": "90%"}},
    {"reverse": {"full_at": "80%"}},
    {"closeness": {"full_at": "100%"}},
    {"binary": {"when": "[50%, 100%)"}},
    {"bonus": {"each": "0.5", "cap": 5}},
]  # fmt: skip
ENDS = [
    Fraction(number, 100)
    for number in (-20, 0, 3, 10, 29, 30, 50, 80, 85, 90, 95, 99, 100, 101, 103, 107, 250, 700)
]
BOXES = [Interval(low, high) for low in ENDS for high in ENDS if low <= high]
FULL = Fraction(5)


def test_every_kind_of_rule_gives_what_scoring_gives():
    """Each rule over many ranges, by LibreOffice on one side and by scoring's exact arithmetic on the other."""
    rules = [Rule.model_validate(_decimals(rule)) for rule in RULES]
    book = openpyxl.Workbook()
    page = book.active
    for number, box in enumerate(BOXES, 1):
        page.cell(number, 1, float(box.low))
        page.cell(number, 2, float(box.high))
        for place, rule in enumerate(rules):
            for shift, formula in enumerate(points_between(rule, f"$A{number}", f"$B{number}", FULL)):
                page.cell(number, 3 + 2 * place + shift, f"={formula}")
    data = io.BytesIO()
    book.save(data)
    found = recalculated.by_libreoffice(data.getvalue()).active
    wrong = []
    for number, box in enumerate(BOXES, 1):
        for place, rule in enumerate(rules):
            expected = rule.span(box, FULL)
            for shift, points in enumerate((expected.low, expected.high)):
                value = found.cell(number, 3 + 2 * place + shift).value
                if abs(value - float(points)) > 1e-12:
                    wrong.append((RULES[place], box, value, float(points)))
    assert len(BOXES) * len(rules) > 1000
    assert wrong == []


def _decimals(rule):
    """Points written as text in the list above, as exact numbers."""
    if isinstance(rule, dict):
        return {
            key: Decimal(v) if key in {"points", "each", "cap"} else _decimals(v) for key, v in rule.items()
        }
    if isinstance(rule, list):
        return [[zone, Decimal(points)] for zone, points in rule]
    return rule


def test_undocumented_and_judged_rules_have_no_formula():
    for rule in (
        {"undocumented": "没有"},
        {"bands": {"met": "[80%, 100%]", "partly": "[60%, 80%)", "not_met": "[0%, 60%)"}},
    ):
        assert points_between(Rule.model_validate(rule), "A1", "B1", FULL) is None


@pytest.mark.parametrize(
    "text",
    ["a-(b+c)", "a-(b-c)", "a-b-c", "a/(b*c)", "a/b/c", "a/(b/c)", "(a+b)*c", "a*(b-c)/(a+c)", "-(a+b)", "a--b", "2*a-0.5*b",
     "abs(a-b)", "min(a,b+c)/c", "max(a-b,c,0)"],
)  # fmt: skip
def test_a_formula_in_cells_keeps_its_order_of_operations(text):
    """What a spreadsheet is given, read by Python's own rules for + - * / and brackets, comes to the exact value."""
    values = {"a": Fraction(7), "b": Fraction(-3, 2), "c": Fraction(11, 5)}
    formula = formulas.read(text)
    given = formula.in_cells({name: f"fig_{name}" for name in values})
    exact = re.sub(r"(?<![\w])([0-9]+(?:\.[0-9]+)?)", r"Fraction('\1')", given)
    names = {f"fig_{name}": value for name, value in values.items()}
    assert eval(exact, {"Fraction": Fraction, "ABS": abs, "MIN": min, "MAX": max, **names}) == formula.value(
        values
    )


def test_divisors_come_innermost_first():
    assert [part.text for part in formulas.read("(a / b) / (c / d)").divisors()] == ["d", "b", "c ÷ d"]


# --- what the file is ------------------------------------------------------------------------------------------


def test_the_same_run_gives_the_same_bytes(books):
    book = books("invented")
    time.sleep(1.1)  # a clock of whole seconds would show
    assert workbook(book.run) == book.data


@pytest.mark.parametrize("case", CASES)
def test_indicators_take_every_figure_by_its_name(books, case):
    """No formula of an indicator holds a number but those of its own rule, of units, and of counting its names."""
    book = books(case)
    ranges = set(book.formulas.defined_names)
    definitions = {
        (stanza.id, name): d
        for stanza in book.run.rulebook.stanzas.values()
        for name, d in stanza.definitions.items()
    }
    seen = 0
    for key, cells in rows(book.formulas, "指标").items():
        indicator, definition, *_ = key.split(":")
        if (indicator, definition) not in definitions:
            continue
        formula = formulas.read(definitions[indicator, definition].formula)
        allowed = {"0", "6", str(len(formula.figures)), "10000", "100", *re.findall(r"[0-9.]+", formula.text)}
        for head in ("状态", "值", "下限", "上限", "分子", "分母"):
            cell = cells[head]
            if cell.data_type != "f":
                continue
            text = re.sub(r'"[^"]*"', "", cell.value)
            names = set(re.findall(r"\b(?:fig|figlo|fighi|sum|sumlo|sumhi)_\w+", text))
            assert names <= ranges, cell
            bare = re.sub(r"\b\w+_\w+|\$[A-Z]+[0-9]+", "", text)
            assert set(re.findall(r"[0-9.]+", bare)) <= allowed, (cell, cell.value)
            seen += bool(names)
    assert seen > 100


@pytest.mark.parametrize("case", CASES)
def test_every_name_exists_once_and_is_no_address(books, case):
    book = books(case).formulas
    lowered = [name.lower() for name in book.defined_names]
    assert len(set(lowered)) == len(lowered) > 100
    for name in book.defined_names:
        assert not re.fullmatch(r"[A-Za-z]{1,3}[0-9]+|[RrCc][0-9]*([Cc][0-9]*)?", name)
        assert named(book, name).row > HEAD_ROW
    used = {
        name
        for cell in formula_cells(books(case))
        for name in re.findall(r"\b[a-z]+_\w+", re.sub(r'"[^"]*"', "", cell.value))
    }
    assert used <= set(book.defined_names)


def test_names_that_read_alike_are_told_apart():
    names = Names()
    made = [
        names.new("fig", "tax2019"),
        names.new("fig", "Tax2019"),
        names.new("fig", "tax.2019"),
        names.new("fig", "税"),
    ]
    assert len({name.lower() for name in made}) == 4
    assert all(name.startswith("fig") and "_" in name for name in made[:3])
    assert names.new("fig", "a" * 300) != names.new("fig", "a" * 300)


@pytest.mark.parametrize("case", CASES)
def test_sheets_are_set_up_for_reading_and_printing(books, case):
    book = books(case).formulas
    assert book.sheetnames == SHEETS
    for page in book:
        assert page.freeze_panes == "B4"
        assert page.print_title_rows == "$1:$3"
        assert page.print_area
        assert page.page_setup.orientation == "landscape"
        assert int(page.page_setup.paperSize) == 9
        assert (page.page_setup.fitToWidth or 1, page.page_setup.fitToHeight) == (1, 0)
        assert page.sheet_properties.pageSetUpPr.fitToPage
        assert "&P" in page.oddFooter.center.text or "Page" in page.oddFooter.center.text
        assert str(books(case).run.audit.case.year) in page.oddHeader.left.text
        heads = [cell for cell in page[HEAD_ROW] if cell.value]
        assert heads
        assert all(4 < page.column_dimensions[cell.column_letter].width < 120 for cell in heads[:1])


def test_index_and_sheets_link_to_each_other(books):
    book = books("invented").formulas
    listed = {
        cell.value: cell.hyperlink.location
        for cells in book["索引"].iter_rows(min_row=4)
        for cell in cells
        if cell.hyperlink
    }
    assert set(listed) == set(SHEETS) - {"索引"}
    assert all(place == f"'{name}'!A1" for name, place in listed.items())
    for name in listed:
        assert book[name]["A2"].hyperlink.location == "'索引'!A1"


def test_the_ledger_has_cells_to_fill_in_and_states_to_choose(books):
    book = books("invented").formulas
    page = book["整改台账"]
    count = len(books("invented").table("findings"))
    assert page.max_row == HEAD_ROW + count
    heads = [cell.value for cell in page[HEAD_ROW]]
    for head in ("责任单位", "整改期限", "整改措施", "整改状态"):
        column = heads.index(head) + 1
        assert all(page.cell(row, column).value is None for row in range(HEAD_ROW + 1, page.max_row + 1))
    lists = [rule for rule in page.data_validations.dataValidation if rule.type == "list"]
    assert [str(rule.sqref) for rule in lists] == [f"J4:J{HEAD_ROW + count}"]
    assert "整改中" in lists[0].formula1


def test_the_cover_says_whose_accounts_and_what_they_rest_on(books):
    book = books("invented")
    said = {cells[0].value: cells[1].value for cells in book.stored["封面"].iter_rows(min_row=4)}
    assert said["被审核单位"] == "清河县水务局（虚构）（虚构省清河县）"
    assert said["预算年度"] == "2021年"
    prints = pipeline.fingerprints(book.run)
    for title, name in (
        ("资料指纹（sha256）", "evidence"),
        ("规则指纹（sha256）", "rules"),
        ("程序指纹（sha256）", "program"),
    ):
        assert said[title] == prints[name]


def test_money_and_rates_have_their_formats(books):
    book = books("wuxi").stored
    figure = rows(book, "数字表")["budget_initial:department::2019"]
    assert (figure["公布数值"].value, figure["单位"].value) == (18780.61, "万元")
    assert figure["公布数值"].number_format.startswith("#,##0.00")
    assert (figure["每单位合基本单位"].value, figure["基本值（元、1、个）"].value) == (10000, 187806100)
    rate = rows(book, "指标")["budget_adjustment_rate:ministry:department::2019"]["值"]
    assert rate.number_format == "0.00%"


# --- injection -------------------------------------------------------------------------------------------------

RISKY = [
    "=1+1", "+1+1", "-1", "@SUM(A1)", "\t=1+1", "\r=1+1", '=HYPERLINK("http://x.invalid","a")', "http://x.invalid",
    "mailto:a@b.invalid", "{=1+1}", "<b>&</b>", "_x0041_", "internal:'索引'!A1", "1e5", "007", " 前有空格",
]  # fmt: skip


def test_risky_texts_stay_the_text_that_they_are():
    data = io.BytesIO()
    book = Workbook(data, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    sheet = Sheet(
        book,
        Formats(book),
        "表",
        "=标题",
        "+说明",
        [Column("=列", 20), Column("乙", 20)],
        "&A=页眉",
        str,
    )
    for text in RISKY:
        sheet.text(0, text)
        sheet.next()
    sheet.finish()
    book.close()
    page = openpyxl.load_workbook(io.BytesIO(data.getvalue()))["表"]
    found = [page.cell(4 + number, 1) for number in range(len(RISKY))]
    # XML gives a lone carriage return back as it was written only through its own escape
    assert [cell.value.replace("_x000D_", "\r") for cell in found] == RISKY
    assert {cell.data_type for cell in found} == {"s"}
    assert all(cell.quotePrefix for cell, text in zip(found, RISKY, strict=True) if text[0] in "=+-@\t\r")
    with zipfile.ZipFile(io.BytesIO(data.getvalue())) as file:
        xml = "".join(
            file.read(name).decode() for name in file.namelist() if name.startswith("xl/worksheets/")
        )
    assert "<f>" not in xml
    assert xml.count("<hyperlink ") == 1
    assert "&amp;&amp;A=页眉" in xml


@pytest.fixture(scope="module")
def written_into(tmp_path_factory):
    """The workbook of the invented department with formulas in its evidence's texts, and a reply by a private person."""
    folder = tmp_path_factory.mktemp("written")
    base = folder / "base"
    shutil.copytree(INVENTED, base)
    evidence = base / "data" / "raw" / "invented-water-2021"
    said = evidence / "SOURCES.yaml"
    text = said.read_text(encoding="utf-8")
    titles = re.findall(r"title: ([^,}\n]+)", text)
    for number, title in enumerate(dict.fromkeys(titles)):
        text = text.replace(f"title: {title}", f"title: '=cmd|{number}!A1'", 1)
    reply = evidence / "replied.csv"
    reply.write_text(
        "finding,reply,replied_by,replied_when,answer,answered_by,answered_when,status,locator,quote\n"
        "done_but_not_met:g2.leakage:department,=1+1 钱钟亮已核对,钱钟亮,2022-06-01,,,,open,1,\n",
        encoding="utf-8",
    )
    text += (
        "  - id: replied\n    title: 回复\n    status: received\n    file: replied.csv\n    shape: replies\n"
        "    reliability: medium\n    reason: 单位的回复\n"
        f"    sha256: {hashlib.sha256(reply.read_bytes()).hexdigest()}\n"
    )
    said.write_text(text, encoding="utf-8")
    case = base / "params" / "cases" / "invented-water-2021.yaml"
    outcome = auditbook("run", case, workspace=folder / "w")
    assert outcome.code == 0, outcome.err
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AUDITBOOK_WORKSPACE", str(folder / "w"))
        data = workbook(pipeline.check(str(case)))
    return data


def test_risky_texts_of_a_case_stay_text(written_into):
    """Formulas written into the evidence's own texts: they are there, and none of them is live."""
    book = openpyxl.load_workbook(io.BytesIO(written_into))
    cells = [
        cell for row in book["资料登记簿"].iter_rows() for cell in row if str(cell.value).startswith("=cmd|")
    ]
    cells += [
        cell for row in book["单位回复"].iter_rows() for cell in row if str(cell.value).startswith("=1+1")
    ]
    assert len(cells) >= 2
    assert {cell.data_type for cell in cells} == {"s"}


def test_the_workbook_names_no_private_person(written_into):
    with zipfile.ZipFile(io.BytesIO(written_into)) as file:
        everything = "".join(file.read(name).decode() for name in file.namelist())
    assert "钱某已核对" in everything
    assert "钱钟亮" not in everything


def test_what_a_missing_figure_lacks_is_said_in_words_and_no_quote(books):
    """The column of quoted phrases holds phrases of documents only; keys of tables are no words."""
    seen = 0
    for name in CASES:
        for cells in rows(books(name).stored, "数字表").values():
            if (cells["定位"].value or "").startswith("应见："):
                seen += 1
                assert not cells["原文短语"].value
                assert not re.search(r"[a-z_]+:[a-z-]*:", cells["定位"].value)
    assert seen > 40
    staff = rows(books("wuxi").stored, "数字表")["project_spent:department::2019"]["定位"].value
    units = [unit.name for unit in books("wuxi").run.audit.case.units]
    assert staff.endswith(f"；缺{'、'.join(units)}的数")


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", 1),
        ("一二三四五", 1),  # 9.5 of 9.8
        ("一二三四五六", 2),
        ("一二三四五；", 2),  # the mark takes the character before it along
        ("一二 abcdef", 2),  # a word is not cut
        ("abcdefghijkl", 2),  # unless it is longer than a line
        ("一\n二\n", 3),
    ],
)
def test_rows_are_as_high_as_the_lines_of_their_text(text, lines):
    assert _lines(text, 10.5) == lines


def test_a_text_longer_than_a_cell_says_that_it_was_cut():
    data = io.BytesIO()
    book = Workbook(data, {"in_memory": True})
    sheet = Sheet(book, Formats(book), "表", "题", "说明", [Column("甲", 20)], "页眉", str)
    sheet.text(0, "长" * 40000)
    sheet.next()
    sheet.finish()
    book.close()
    value = openpyxl.load_workbook(io.BytesIO(data.getvalue()))["表"]["A4"].value
    assert len(value) <= 32767
    assert value.endswith("全文见同名的 csv）")
