"""Patterns: one amount out of wording that recurs every year, or a fault at the case file's line that says what stands there."""

import hashlib
import re
from pathlib import Path

import damage
import original_files as files
import pytest
from conftest import ROOT
from test_documents import KINDS, make, place_in_the_layout

from auditbook import pipeline
from auditbook.cases import Case, Source
from auditbook.faults import CaseError
from auditbook.figures import read_dictionary
from auditbook.intake import documents, patterns
from auditbook.intake.documents import Document
from auditbook.intake.patterns import Taken
from auditbook.strict_yaml import Document as CaseFile

CASE = damage.CASE
ACCOUNTS = ROOT.parent / "shared" / "accounts"


def ask(text: str | Document, *asked: dict[str, object], title: str = "自评报告") -> patterns.Reader:
    """A reader of patterns over one original, ``report``; the lines of the case file are 10, 20, …"""
    case = Case.model_validate(
        {
            "case": "c", "department": {"name": "n"}, "year": 2021, "framework": "f",
            "patterns": [{"source": "report", **own} for own in asked],
        }
    )  # fmt: skip
    lines = {
        ("patterns", index, key): 10 * (index + 1) for index in range(len(asked)) for key in asked[index]
    }
    lines |= {("patterns", index): 10 * (index + 1) for index in range(len(asked))}
    original = Document.of_text(text) if isinstance(text, str) else text
    sources = {
        name: Source.model_validate({"id": name, "title": title, "status": "received", "file": file, "shape": shape})
        for name, file, shape in (("report", "report.txt", None), ("money", "money.csv", "figures"), ("gone", "gone.pdf", None))
    }  # fmt: skip
    found = {"report": original}
    case_file = CaseFile(Path("c.yaml"), "c.yaml", lines=lines)
    return patterns.Reader(case, case_file, sources, found.get, read_dictionary(ROOT))


def taken(text: str | Document, **asked: object) -> Taken:
    reader = ask(text, {"figure": "budget_initial", **asked})
    found = reader.read()
    assert reader.faults == []
    (one,) = found
    return one


def fault(text: str | Document, title: str = "自评报告", **asked: object) -> str:
    reader = ask(text, {"figure": "budget_initial", "phrase": "年初预算{number}万元", **asked}, title=title)
    assert reader.read() == []
    (one,) = reader.faults
    return str(one)


# --- what is taken ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "phrase", "value", "unit", "quote"),
    [
        ("年初预算18780.61万元。", "年初预算{number}万元", "18780.61", "万元", "年初预算18780.61万元"),
        ("年初预算18,780.61万元。", "年初预算{number}万元", "18780.61", "万元", "年初预算18,780.61万元"),
        (
            "年初预算１８，７８０．６１万元。",
            "年初预算{number}万元",
            "18780.61",
            "万元",
            "年初预算１８，７８０．６１万元",
        ),
        ("年初预算 18780.61 万元。", "年初预算{number}万元", "18780.61", "万元", "年初预算 18780.61 万元"),
        ("年初预算187806100元。", "年初预算{number}元", "187806100", "元", "年初预算187806100元"),
        ("年初预算为１.8亿元", "年初预算为{number}亿元", "1.8", "亿元", "年初预算为１.8亿元"),
        ("年初预算(本级)5万元", "年初预算（本级）{number}万元", "5", "万元", "年初预算(本级)5万元"),
        ("年初预算为0.00万元", "年初预算为{number}万元", "0.00", "万元", "年初预算为0.00万元"),
        ("增加-5.5万元", "增加{number}万元", "-5.5", "万元", "增加-5.5万元"),
        ("人员20，项目30.5万元", "项目{number}万元", "30.5", "万元", "项目30.5万元"),
    ],
)
def test_amounts_as_they_are_printed(text, phrase, value, unit, quote):
    row = taken(text, phrase=phrase).row
    assert (row["value"], row["unit"], row["quote"]) == (value, unit, quote)
    assert row["state"] == ("value" if float(value) else "zero")


@pytest.mark.parametrize(
    ("text", "phrase", "value"),
    [
        ("年初预算甲乙丙10万元", "年初预算*{number}万元", "10"),
        ("年初预算（含上年结转）10万元，调整后20万元", "年初预算*{number}万元", "10"),
        ("年初预算数在2021年3月批复，为10万元", "年初预算*{number}万元", "10"),
        ("2020年年初预算9万元；2021年年初预算10万元", "{year}年年初预算{number}万元", "10"),
        ("二〇二一年年初预算10万元", "{year}年年初预算{number}万元", "10"),
        ("2021 年度年初预算10万元", "{year}年*年初预算{number}万元", "10"),
        ("年初预算，见附表。年初预算10万元", "年初预算{number}万元", "10"),
        ("年初预算12021万元", "年初预算{number}万元", "12021"),
    ],
)
def test_runs_and_years(text, phrase, value):
    assert taken(text, phrase=phrase).row["value"] == value


def test_of_several_beginnings_the_nearest_is_quoted():
    assert (
        taken("年初预算见前，年初预算数10万元", phrase="年初预算*{number}万元").row["quote"]
        == "年初预算数10万元"
    )


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        ("年初预算见附表。调整后10万元", "年初预算*{number}万元"),  # not over the end of a sentence
        ("年初预算见附表\n\n调整后10万元", "年初预算*{number}万元"),  # nor of a paragraph
        ("年初预算" + "甲" * 41 + "10万元", "年初预算*{number}万元"),
        ("年初预算10至20万元", "年初预算*{number}万元"),  # a range is no amount
        ("年初预算2021，300万元", "年初预算2021，30{number}万元"),  # nor is a part of one
        ("年初预算1，300万元", "年初预算{number}万元"),  # a full-width comma parts two numbers
        ("年初预算1,30万元", "年初预算{number}万元"),
        ("年初预算约十万元", "年初预算*{number}万元"),
        ("年初预算1 234万元", "年初预算*{number}万元"),
        ("年初预算10²万元", "年初预算{number}万元"),
    ],
)
def test_what_is_not_taken(text, phrase):
    assert "没有合于" in fault(text, phrase=phrase)


def test_a_number_broken_over_lines_and_a_sentence_over_pages():
    parts = [
        (1, "年初预算安排52,3"),
        (1, "一、说明"),
        (2, "调整后预算53,540,\n000元，全年支"),
        (3, "出51,000,\n001元。"),
    ]
    document = Document.of_parts(documents.PDF, parts)
    row = taken(document, phrase="全年支出{number}元").row
    assert (row["value"], row["quote"], row["locator"]) == ("51000001", "全年支出51,000,001元", "第2页第1段")
    assert taken(document, phrase="调整后预算{number}元").row["value"] == "53540000"
    assert "没有合于" in fault(document, phrase="年初预算安排{number}元")


def test_a_row_says_where_and_how_it_was_found():
    text = (
        "报告\n一、资金\n（一）预算\n年初预算1,234.50万元，调减10万元。\n（二）小结\n年初预算1234.5万元。\n"
    )
    reader = ask(
        text,
        {
            "figure": "budget_initial",
            "phrase": "年初预算{number}万元",
            "label": "年初数",
            "item": "operating",
            "scope": "u",
        },
        {"figure": "budget_cut", "phrase": "调减{number}万元"},
    )
    first, second = reader.read()
    assert reader.faults == [] and first.source == "report"
    assert first.row.cells == {
        "figure": "budget_initial", "scope": "u", "item": "operating", "year": "2021", "label": "年初数", "state": "value",
        "value": "1234.50", "unit": "万元", "precision": "0.01", "locator": "一（一）", "quote": "年初预算1,234.50万元",
    }  # fmt: skip
    assert first.row.where == "c.yaml:10"
    assert first.remark == "按模式“年初预算{number}万元”取得；同一个数又见第6行第1字"
    # 10万元 stands beside amounts with two decimals: it is as exact as they are
    assert (second.row["value"], second.row["precision"]) == ("10", "0.01")
    assert [(n.where, n.written, n.read_as, n.kind) for n in reader.notes] == [
        ("report.txt 第4行第1字", "1,234.50", "1234.50", "thousands")
    ]


@pytest.mark.parametrize(
    ("figure", "text", "phrase", "unit", "value"),
    [
        ("staff_actual", "在职18名", "在职{number}名", "人", "18"),
        ("staff_actual", "在职18人", "在职{number}人", "人", "18"),
        ("tasks_planned", "计划4个", "计划{number}个", "项", "4"),
        ("survey_valid", "有效30份", "有效{number}份", "份", "30"),
        ("opinions_received", "收到35条", "收到{number}条", "条", "35"),
        ("self_score", "自评95分", "自评{number}分", "分", "95"),
    ],
)
def test_things_are_counted_in_the_words_for_them(figure, text, phrase, unit, value):
    row = taken(text, figure=figure, phrase=phrase).row
    assert (row["unit"], row["value"]) == (unit, value)
    assert row["precision"] == ("exact" if read_dictionary(ROOT)[figure].exact else "1")


def test_section_and_page_limit_where_it_is_looked_for():
    text = "一、总体\n年初预算10万元。\n二、本级\n年初预算20万元。\n"
    assert taken(text, phrase="年初预算{number}万元", section="二").row["value"] == "20"
    document = Document.of_parts(documents.PDF, [(1, "年初预算10万元。"), (2, "年初预算20万元。")])
    row = taken(document, phrase="年初预算{number}万元", page=2).row
    assert (row["value"], row["locator"]) == ("20", "第2页第1段")


# --- what is a fault ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"figure": "budget_inital"}, ["c.yaml:10", "没有“budget_inital”", "是否想写“budget_initial”"]),
        ({"source": "reprot"}, ["没有资料“reprot”", "是否想写“report”"]),
        ({"source": "money"}, ["“money”是数据表", "一份原件"]),
        ({"source": "gone"}, ["“gone”的原件“gone.pdf”不在资料夹里", "请放入原件"]),
        ({"phrase": "年初预算"}, ["有0个 {number}", "一个 {number}"]),
        ({"phrase": "年初预算{number}万元，{number}万元"}, ["有2个 {number}"]),
        ({"phrase": "年初预算{amount}万元"}, ["不认识的“{amount}”", "{year} 和 *"]),
        ({"phrase": "*{number}万元"}, ["{number} 前面没有字"]),
        ({"phrase": "年初预算{number}"}, ["{number} 后面没有单位", "与“万元”同类的单位"]),
        ({"phrase": "年初预算{number}人"}, ["{number} 后面的单位是“人”", "亿元"]),
        ({"phrase": "年初预算{number}%"}, ["{number} 后面的单位是“%”"]),
        ({"figure": "staff_actual", "phrase": "在职{number}万元"}, ["单位是“万元”", "人、名、位", "以人计"]),
        (
            {"phrase": "当年预算{number}万元"},
            ["没有合于“当年预算{number}万元”", "最相近的一句在第3行第1字：“年初预算10万元。”"],
        ),
        ({"phrase": "风马牛不相及{number}万元"}, ["没有相近的句子"]),
        ({"section": "五"}, ["没有“五”这一节", "标题、一、二"]),
        ({"page": 2}, ["“report”不分页", "section"]),
        ({"section": "二"}, ["在所限的 section 之内", "别处有：第3行第1字"]),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, dict) else "",
)
def test_faults(asked, said):
    found = fault("标题\n一、资金\n年初预算10万元。\n二、人员\n在职20人。\n", **asked)
    assert all(words in found for words in ["c.yaml:10", *said]), found


def test_a_page_that_is_not_there():
    document = Document.of_parts(documents.PDF, [(1, "年初预算10万元。"), (2, "完")])
    assert "没有第3页；应为第1页至第2页" in fault(document, page=3)


def test_several_amounts_are_a_fault_with_all_their_places():
    text = "年初预算10万元。\n年初预算20万元。\n年初预算10.00万元。\n"
    found = fault(text)
    assert "合于3处，数不相同：第1行第1字 10（2处）；第2行第1字 20" in found


def test_faults_of_several_patterns_come_together():
    reader = ask(
        "年初预算10万元",
        {"figure": "x", "phrase": "a{number}元"},
        {"figure": "budget_cut", "phrase": "b{number}元"},
    )
    assert reader.read() == []
    assert [found.where for found in reader.faults] == ["c.yaml:10", "c.yaml:20"]


LAST_YEAR = "清河县水务局2020年度自评报告\n年初预算10万元。\n2020年底结余3万元。\n"


@pytest.mark.parametrize(
    ("text", "title", "asked", "right"),
    [
        (LAST_YEAR, "自评报告", {}, False),
        (LAST_YEAR, "2021年度自评报告", {}, False),  # the document's own title counts, not the register's
        (LAST_YEAR, "自评报告", {"year": 2020}, True),  # a figure of the year before, out of its own document
        (LAST_YEAR, "自评报告", {"year": 2019}, False),
        ("自评报告\n年初预算10万元。\n", "2020年度自评报告", {}, False),
        ("自评报告\n年初预算10万元。\n", "2021年度自评报告", {}, True),
        ("2021年度自评报告\n年初预算10万元。\n", "", {"year": 2020}, True),  # said to be of the year before
        ("自评报告\n年初预算10万元。\n", "自评报告", {}, True),  # nothing says a year
    ],
)
def test_a_document_of_another_year_is_a_fault(text, title, asked, right):
    title = title or "自评报告"
    if right:
        reader = ask(
            text, {"figure": "budget_initial", "phrase": "年初预算{number}万元", **asked}, title=title
        )
        (found,) = reader.read()
        assert reader.faults == [] and found.row["year"] == str(asked.get("year", 2021))
    else:
        found = fault(text, title, **asked)
        assert f"标题写的是2020年，而这个数字要记为{asked.get('year', 2021)}年" in found


def test_a_year_in_the_phrase_settles_it():
    reader = ask(LAST_YEAR, {"figure": "carry_over", "phrase": "{year}年底结余{number}万元", "year": 2020})
    (found,) = reader.read()
    assert (found.row["value"], found.row["year"]) == ("3", "2020")
    assert "没有合于" in fault(LAST_YEAR, phrase="{year}年底结余{number}万元")


# --- in a case ---------------------------------------------------------------------------------------------------

ASKED = """patterns:
  - {figure: budget_initial, source: report, phrase: "年初部门预算安排{number}元"}
  - {figure: budget_added, source: report, phrase: "年中追加{number}元", section: 一（二）}
  - {figure: budget_adjusted, source: report, phrase: "调整后*{number}元"}
  - {figure: budget_spent, source: report, phrase: "全年支出{number}元"}
  - {figure: carry_over, source: report, phrase: "年末结转{number}元"}
  - {figure: staff_actual, scope: river-station, item: institution, source: report, phrase: "，在职{number}名"}
"""
VALUES = {
    "budget_initial": "52340000", "budget_added": "1200000", "budget_adjusted": "53540000", "budget_spent": "51000001",
    "carry_over": "2000000", "staff_actual": "9",
}  # fmt: skip


def with_patterns(base: Path, asked: str = ASKED) -> None:
    """The case with its figures out of the original instead of the tables of money and persons."""
    path = damage.case_file(base)
    path.write_text(path.read_text(encoding="utf-8") + asked, encoding="utf-8")
    for name in ("money.csv", "people.csv"):
        table = damage.folder(base) / name
        table.write_text(
            "".join(
                line for line in table.read_text(encoding="utf-8").splitlines(keepends=True)
                if not re.match("budget_(initial|added|adjusted|spent)|carry_over|staff_actual,river", line)
            ), encoding="utf-8",
        )  # fmt: skip
        data = table.read_bytes()
        register = damage.folder(base) / "SOURCES.yaml"
        register.write_text(
            re.sub(
                rf"(file: {name}\n(?:.*\n)*?    sha256: )[0-9a-f]{{64}}",
                rf"\g<1>{hashlib.sha256(data).hexdigest()}",
                register.read_text(encoding="utf-8"),
            ),
            encoding="utf-8",
        )


@pytest.mark.parametrize("kind", KINDS)
def test_figures_out_of_every_kind_of_file(kind, copied):
    make(kind, copied)
    with_patterns(copied)
    run = pipeline.check(str(damage.case_file(copied)))
    found = {row.key.figure: row for row in run.raw.figures if row.source == "report"}
    assert {figure: row.value for figure, row in found.items()} == VALUES
    for figure, row in found.items():
        assert row.quote_status == "verified" and row.basis == "evidence" and row.chosen
        assert run.raw.held[f"{row.key}@report"] == "holds"
        quote = "在职9名" if figure == "staff_actual" else row.quote
        place = place_in_the_layout(kind, f"，{quote}" if figure == "staff_actual" else quote)
        assert row.locator.endswith(f"原文{place}")
        assert row.where.startswith("params/cases/invented-water-2021.yaml:")
    assert found["staff_actual"].unit == "人" and found["staff_actual"].precision == "exact"
    assert found["budget_added"].precision == "1"
    thousands = [note for note in run.raw.notes if note.kind == "thousands"]
    assert len(thousands) == 5


def test_a_fault_names_the_line_of_the_case_file(copied):
    with_patterns(copied, ASKED.replace("年中追加{number}元", "年度中追加{number}元"))
    with pytest.raises(CaseError) as caught:
        pipeline.check(str(damage.case_file(copied)))
    (found,) = caught.value.faults
    lines = damage.case_file(copied).read_text(encoding="utf-8").splitlines()
    number = next(n for n, line in enumerate(lines, 1) if "年度中追加" in line)
    assert found.where == f"params/cases/invented-water-2021.yaml:{number}"
    assert "年中追加1,200,000元" in str(found)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("scope: river-station", "scope: river-statoin", "river-statoin"),
        ("item: institution", "item: institute", "institute"),
        ("figure: carry_over", "figure: carry_over_previous", "year 写上一年"),
        ("figure: carry_over", "figure: budget_spent", "重复"),
        ('phrase: "年末结转{number}元"', 'phrase: "年末结转{number}元", pages: 3', "不认识的键"),
    ],
)
def test_what_is_wrong_with_a_row_is_told_at_its_line_too(copied, old, new, said):
    assert old in ASKED
    with_patterns(copied, ASKED.replace(old, new))
    with pytest.raises(CaseError) as caught:
        pipeline.check(str(damage.case_file(copied)))
    found = [str(one) for one in caught.value.faults if said in str(one)]
    assert found and all("invented-water-2021.yaml:" in one for one in found), caught.value


def test_an_original_that_is_not_there_gives_no_figures(copied):
    with_patterns(copied)
    (damage.folder(copied) / "report.txt").unlink()
    damage.replace(damage.folder(copied) / "SOURCES.yaml", "status: received", "status: transcribed")
    with pytest.raises(CaseError) as caught:
        pipeline.check(str(damage.case_file(copied)))
    assert len(caught.value.faults) == len(VALUES)
    assert all("“report.txt”不在资料夹里" in str(found) for found in caught.value.faults)


REAL = [
    ("budget_spent", "本年支出合计{number}万元", None, "2940.05"),
    ("carry_over", "年末结转和结余{number}万元", None, None),
    ("budget_initial", "一般公共预算财政拨款支出年初预算为{number}万元", 21, "2993.92"),
    ("funds_received", "上海市普陀区财政局{year}年度收入支出总计{number}万元", None, "2995.39"),
]  # fmt: skip


@pytest.mark.parametrize(("figure", "phrase", "number", "value"), REAL)
def test_figures_out_of_a_real_document(figure, phrase, number, value):
    path = ACCOUNTS / "putuo-finance-2024.pdf"
    if not path.is_file():
        pytest.skip(f"the published accounts are not at {path}")
    document = documents.read(path, path.read_bytes(), [])
    asked = {"figure": figure, "phrase": phrase, "year": 2024} | ({"page": number} if number else {})
    reader = ask(document, asked)
    found = reader.read()
    if value is None:
        assert found == [] and "没有合于" in str(reader.faults[0])
    else:
        assert [one.row["value"] for one in found] == [value], reader.faults
        assert found[0].row["locator"].startswith("第21页第")


def test_the_layout_of_the_files_says_what_the_report_says():
    assert "".join("".join(lines) for own in files.PAGES for lines in own) == "".join(files.PARAGRAPHS)
