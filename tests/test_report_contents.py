"""What the report page says: its conclusion on the data, both annexes, names that are masked, the cover, the order."""

import hashlib
import re
import shutil
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from conftest import INVENTED, ROOT, auditbook

from auditbook import report_rules
from auditbook.faults import CaseError
from auditbook.figures import read_dictionary
from auditbook.report.masking import Masks, names_in
from auditbook.report.reliability import decide
from auditbook.workspace import Workspace

CONDITIONS = ["blocking", "contradiction", "not_run", "no_figures", "uncorroborated", "unchecked", "absent"]


def rules(folder: Path = ROOT) -> report_rules.ReportRules:
    case = folder / "params" / "cases" / "case.yaml"
    return report_rules.read(Workspace(folder, folder, folder, case, None), read_dictionary(ROOT))


@pytest.fixture(scope="module")
def pages(wuxi, invented):
    return {
        "wuxi": BeautifulSoup((wuxi.outputs("wuxi-offices-2019") / "report.html").read_text(), "html.parser"),
        "invented": BeautifulSoup(
            (invented.outputs("invented-water-2021") / "report.html").read_text(), "lxml"
        ),
    }


def table_of(page: BeautifulSoup, id: str) -> list[list[str]]:
    rows = page.find(id=id).find("tbody").find_all("tr")
    return [[re.sub(r"\s", "", cell.get_text()) for cell in row.find_all(["th", "td"])] for row in rows]


# --- the conclusion on the data ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("holding", "word"),
    [
        ([], "足够可靠"),
        (["blocking"], "不够可靠"),
        (["contradiction"], "不够可靠"),
        (["not_run"], "未定"),
        (["no_figures"], "未定"),
        (["uncorroborated"], "未定"),
        (["unchecked"], "未定"),
        (["absent"], "未定"),
        (["absent", "unchecked", "contradiction"], "不够可靠"),
    ],
)
def test_the_conclusion_is_one_of_three_by_what_holds(holding, word):
    found = decide(rules().reliability, {name: "某处" if name in holding else "" for name in CONDITIONS})

    assert found.word == word
    assert len(found.reasons) == len(holding)


def test_what_decides_stands_before_what_merely_adds():
    found = decide(
        rules().reliability, {name: "某处" if name in ("absent", "blocking") else "" for name in CONDITIONS}
    )

    assert [reason.verdict for reason in found.reasons] == ["unreliable", "undetermined"]
    assert [reason.words for reason in found.deciding] == ["有阻断评分的规则未通过"]


def test_each_run_says_its_conclusion_first_and_in_its_chapter(wuxi, invented, pages):
    assert "数据可靠性：未定——" in wuxi.out + wuxi.err
    assert "数据可靠性：足够可靠——" in invented.out + invented.err
    for name, word in (("wuxi", "未定"), ("invented", "足够可靠")):
        chapter = next(h for h in pages[name].find_all("h2") if h.get_text().endswith("、数据可靠性"))
        title = chapter.find_next(class_="callout-title").get_text()
        assert title.endswith(f"数据可靠性：{word}")


# --- the annexes ---------------------------------------------------------------------------------------------------


def test_annex_1_shows_what_there_is_and_says_what_is_missing(pages):
    rows = {row[0]: row[1:] for row in table_of(pages["wuxi"], "annex-spending-table")}

    # 18780.61 + 20083.45 − 10 = 38854.06; 38163.45 ÷ 38854.06 = 98.22%
    whole = ["18,780.61", "20,083.45", "10.00", "38,854.06", "38,163.45", "98.22%", "缺"]
    assert rows["整体支出"] == whole
    assert rows["基本支出"] == ["缺"] * 7
    assert rows["项目支出"] == ["缺"] * 7
    told = (
        pages["wuxi"]
        .find(string=re.compile("缺的数字由这些资料提供"))
        .find_parent(class_="callout")
        .get_text()
    )
    assert "公开03表“基本支出”栏合计" in told


def test_annex_2_has_every_line_of_the_scheme(pages):
    rows = table_of(pages["wuxi"], "annex-indicators-table")

    named = [row[2] for row in rows]
    scheme = (ROOT / "params" / "frameworks" / "yueyang-2018.yaml").read_text()
    assert len(rows) == len(re.findall("^  - ", scheme.partition("\nitems:")[2], re.MULTILINE))
    adjustment = rows[named.index("预算调整率")]
    # adjusted by more than 30%: nothing of 3 points
    assert adjustment[4] == "3" and adjustment[6] == "0"


def test_the_outline_counts_evidence_by_section_and_links_to_our_parts(pages, wuxi):
    rows = table_of(pages["wuxi"], "own-order")
    figures = (wuxi.processed("wuxi-offices-2019") / "figures.csv").read_text().splitlines()[1:]

    first = rows[0]
    assert first[0] == "一、部门基本情况"
    assert int(first[2]) == sum(",一（" in line for line in figures)
    ids = {tag["id"] for tag in pages["wuxi"].find_all(id=True)}
    links = pages["wuxi"].find(id="own-order").find_all("a", class_="see")
    assert len(links) >= 9 and all(link["href"][1:] in ids for link in links)


def test_a_figure_that_nobody_knows_is_refused(tmp_path):
    (tmp_path / "params").mkdir()
    text = (ROOT / "params" / "report.yaml").read_text()
    (tmp_path / "params" / "report.yaml").write_text(text.replace("spent: basic_spent", "spent: basic_spend"))

    with pytest.raises(CaseError) as caught:
        rules(tmp_path)
    assert "basic_spend" in str(caught.value)


# --- names ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "names"),
    [
        ("张三", ["张三"]),
        ("张三、欧阳小明（审计组）", ["张三", "欧阳小明"]),
        ("审计组", []),
        ("财务处", []),
        ("auditbook 项目组", []),
        ("Jane Doe", ["Jane Doe"]),
        ("A01", []),
        ("", []),
    ],
)
def test_names_are_told_from_offices(cell, names):
    assert names_in(cell) == names


def test_masks_tell_persons_of_one_surname_apart_and_reach_into_words():
    masks = Masks(["李四", "张三", "张三丰", "欧阳小明"])

    assert masks.masked("张三丰认为与张三、李四、欧阳小明无关") == "张某乙认为与张某甲、李某、欧阳某无关"
    assert Masks([]).masked("张三") == "张三"


def replied(base: Path, names: str) -> Path:
    """The invented department with a judgement that a person made, whose grounds name that person."""
    case = base / "params" / "cases" / "invented-water-2021.yaml"
    if names:
        case.write_text(case.read_text() + f"names: {names}\n")
    evidence = base / "data" / "raw" / "invented-water-2021"
    (evidence / "judged.csv").write_text(
        "indicator,point,verdict,degree,grounds,who,when,locator,quote\n"
        "disclosure,content,met,,钱钟亮查过网站,钱钟亮,2022-05-01,一,\n"
    )
    digest = hashlib.sha256((evidence / "judged.csv").read_bytes()).hexdigest()
    register = evidence / "SOURCES.yaml"
    register.write_text(
        register.read_text()
        + "  - id: judged\n    title: 判断\n    status: received\n    file: judged.csv\n    shape: judgements\n"
        "    reliability: medium\n    reason: 审计人员的判断\n"
        f"    sha256: {digest}\n"
    )
    return case


@pytest.mark.parametrize("names", ["", "shown"])
def test_a_private_name_is_in_no_page_unless_the_case_says_so(tmp_path, names):
    base = Path(shutil.copytree(INVENTED, tmp_path / "base"))
    done = auditbook("run", replied(base, names), workspace=tmp_path / "workspace")

    assert done.code == 0, done.err
    pages = {p.name: p.read_text() for p in done.outputs("invented-water-2021").rglob("*.html")}
    holding = {name for name, text in pages.items() if "钱钟亮" in text}
    assert holding if names else not holding
    if not names:
        assert any("钱某查过网站" in text for text in pages.values())
    # evidence stays as it is
    assert "钱钟亮" in (done.processed("invented-water-2021") / "judgements.csv").read_text()


# --- cover, assumptions, verification -----------------------------------------------------------------------------


def test_the_cover_names_scheme_run_prints_and_documents(pages):
    cover = pages["wuxi"].find(class_="cover").get_text()

    for words in ("预算年度：2019年", "评分表来源：岳阳市财政局", "运行：wuxi-offices-2019", "缺失 5 份",
                  "原始资料指纹：", "规则指纹：", "程序指纹："):  # fmt: skip
        assert words in cover


def test_definitions_are_rated_by_whether_another_changes_the_result(pages):
    rows = {row[0]: row for row in table_of(pages["wuxi"], "assumptions")}

    # 106.99, 106.88 or 106.94 by definition, and 3 points hang on it
    assert rows["预算调整率"][3] == "高"
    assert rows["公用经费控制率"][3] == "低"
    assert rows["评分表"][2:4] == ["低", "高"]
    assert rows["以转录代原件"][3] == "高"


def test_the_report_says_how_its_numbers_are_verified(pages):
    assert "auditbook verify --trace wuxi-offices-2019" in pages["wuxi"].get_text()
