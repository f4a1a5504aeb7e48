"""Working papers: the head that the standard asks for, marks from the rows, links that lead somewhere, people."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path
from urllib.parse import unquote

import damage
import pytest
from bs4 import BeautifulSoup
from conftest import auditbook
from pydantic import ValidationError

from auditbook import pipeline
from auditbook.cases import People
from auditbook.faults import CaseError

RUNS = {"wuxi": "wuxi-offices-2019", "putuo": "putuo-finance-2024", "invented": "invented-water-2021"}
PAPERS = {
    "10_ingest": "A-10", "20_quality": "B-20", "30_indicators": "C-30", "40_findings": "D-40",
}  # fmt: skip


@pytest.fixture(scope="session", params=RUNS)
def pages(request) -> dict[str, BeautifulSoup]:
    """Every page of a run, by its path in the outputs."""
    outcome = request.getfixturevalue(request.param)
    folder = outcome.outputs(RUNS[request.param])
    return {
        str(path.relative_to(folder)): BeautifulSoup(path.read_text("utf-8"), "html.parser")
        for path in sorted(folder.rglob("*.html"))
    }


@pytest.fixture(scope="session")
def wuxi_paper(wuxi):
    def of(name: str) -> BeautifulSoup:
        path = wuxi.outputs(RUNS["wuxi"]) / "workpapers" / f"{name}.html"
        return BeautifulSoup(path.read_text("utf-8"), "html.parser")

    return of


def head_of(paper: BeautifulSoup) -> dict[str, object]:
    rows = paper.select("#paper-head tr")
    return {row.th.get_text(): row.td for row in rows}


def test_every_relative_link_of_every_file_leads_somewhere(pages: dict[str, BeautifulSoup]) -> None:
    ids = {name: {tag["id"] for tag in soup.select("[id]")} for name, soup in pages.items()}
    dangling = []
    seen = 0
    for name, soup in pages.items():
        for tag in soup.select("a[href]"):
            target = tag["href"]
            if re.match(r"https?:", target):
                continue
            seen += 1
            path, _, fragment = target.partition("#")
            file = name
            if path:
                steps: list[str] = []
                for step in (*Path(name).parent.parts, *path.split("/")):
                    steps = steps[:-1] if step == ".." else [*steps, step]
                file = "/".join(steps)
            if file not in pages or (fragment and unquote(fragment) not in ids[file]):
                dangling.append(f"{name} → {target}")
    assert seen > 100
    assert not dangling, dangling[:10]


def test_report_and_papers_lead_to_each_other(pages: dict[str, BeautifulSoup]) -> None:
    def targets(name: str) -> set[str]:
        return {tag["href"] for tag in pages[name].select("a[href]")}

    from_report = targets("report.html")
    for name in PAPERS:
        own = targets(f"workpapers/{name}.html")
        assert f"workpapers/{name}.html" in from_report
        assert any(target.startswith(f"workpapers/{name}.html#part-") for target in from_report)
        assert any(target.startswith("../report.html#part-") for target in own)
        assert {f"{other}.html" for other in PAPERS if other != name} <= own


@pytest.mark.parametrize("name", PAPERS)
def test_head_has_the_elements_of_the_standard(wuxi_paper, name: str) -> None:
    paper = wuxi_paper(name)
    head = head_of(paper)
    assert list(head) == [
        "索引号", "被审计单位", "审计事项", "审计期间", "审计程序", "审计结果与结论", "审计标识", "编制人", "一级复核", "二级复核",
        "三级复核", "相互索引",
    ]  # fmt: skip
    assert head["索引号"].get_text() == PAPERS[name]
    assert head["被审计单位"].get_text() == "无锡市机关事务管理局（江苏省无锡市）"
    assert head["审计期间"].get_text() == "2019年1月1日至2019年12月31日"
    # the conclusion is the computed one that the chapter shows
    said = head["审计结果与结论"].select_one(".callout").get_text()
    assert said in [
        own.get_text() for own in paper.select("main .callout") if not own.find_parent(id="paper-head")
    ]
    # nobody signed: a line for each, nothing typed
    for level in ("一级复核", "二级复核", "三级复核"):
        assert [label.get_text() for label in head[level].select(".label")] == ["姓名：", "日期：", "意见："]
        assert all(not line.get_text() for line in head[level].select(".line"))
    assert f'索引号 {PAPERS[name]}　第 " counter(page) " 页 共 " counter(pages) " 页' in paper.style.string


@pytest.mark.parametrize("name", PAPERS)
def test_legend_holds_every_mark_and_counts_its_uses(wuxi_paper, name: str) -> None:
    paper = wuxi_paper(name)
    entries = head_of(paper)["审计标识"].select("li")
    said = {entry.select_one(".tick-mark").get_text(): entry.get_text() for entry in entries}
    assert list(said)[:5] == ["√", "∑", "↗", "△", "—"]
    used: dict[str, int] = {}
    for sign in paper.select("main .sign"):
        if not sign.find_parent(id="paper-head") and not sign.find_parent(class_="entries"):
            used[sign.get_text()] = used.get(sign.get_text(), 0) + 1
    for sign, entry in said.items():
        assert entry.endswith(f"（{used[sign]}处）" if sign in used else "（本底稿未用）")
    assert set(used) <= set(said)


def test_a_figure_is_marked_as_its_row_says_and_leads_to_its_source(wuxi, wuxi_paper) -> None:
    data = (wuxi.processed(RUNS["wuxi"]) / "figures.csv").read_text("utf-8")
    figures = list(csv.DictReader(io.StringIO(data)))
    marks = {
        "verified": "↗",
        "respaced": "↗",
        "elsewhere": "↗",
        "read": "↗",
        "not_found": "△",
        "unverified": "？",
        "": "—",
    }
    paper = wuxi_paper("10_ingest")
    checked = set()
    for row in figures:
        own = paper.find(id=f"row-{row['figure']}:{row['scope']}:{row['item']}:{row['year']}@{row['source']}")
        if own is None:  # after the two hundredth row
            continue
        assert own.select_one(".sign").get_text() == marks[row["quote_status"]]
        assert own.find("a", href=f"#source-{row['source']}")
        checked.add(row["quote_status"])
    assert checked


def test_people_of_a_case_are_named_and_a_level_left_out_stays_blank() -> None:
    people = People.model_validate(
        {
            "prepared_by": {"name": "甲", "date": "2020-03-01"},
            "reviewers": [{"name": "乙", "opinion": "同意"}],
        }
    )
    assert people.prepared_by and people.prepared_by.date == "2020-03-01"
    assert [reviewer.name for reviewer in people.reviewers] == ["乙"]


@pytest.mark.parametrize(
    ("people", "said"),
    [
        ({"prepared_by": {"name": "张 三"}, "reviewers": [{"name": "张三"}]}, "一级复核人“张三”就是编制人"),
        (
            {"reviewers": [{"name": "李四"}, {"name": "王五"}, {"name": "李四"}]},
            "三级复核人“李四”就是一级复核人",
        ),
        ({"prepared_by": {"name": "甲", "date": "3月1日"}}, "“3月1日”不是日期"),
    ],
)
def test_nobody_reviews_their_own_work(people: dict, said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        People.model_validate(people)


PEOPLE = """people:
  prepared_by: {name: 赵编制, date: "2022-03-01"}
  reviewers:
    - {name: 钱复核, date: "2022-03-05", opinion: 同意}
"""


def test_a_case_with_people_names_them_on_its_papers(copied: Path, tmp_path: Path) -> None:
    case = damage.case_file(copied)
    case.write_text(case.read_text("utf-8") + PEOPLE, "utf-8")
    done = auditbook("run", case, workspace=tmp_path)
    assert done.code in (0, 4), done.err
    page = done.outputs(RUNS["invented"]) / "workpapers" / "20_quality.html"
    head = head_of(BeautifulSoup(page.read_text("utf-8"), "html.parser"))
    assert head["编制人"].get_text() == "姓名：赵编制日期：2022-03-01"
    assert head["一级复核"].get_text() == "姓名：钱复核日期：2022-03-05意见：同意"
    assert head["二级复核"].get_text() == "姓名：日期：意见："


def test_a_case_whose_preparer_reviews_is_refused_with_its_place(copied: Path) -> None:
    case = damage.case_file(copied)
    case.write_text(case.read_text("utf-8") + PEOPLE.replace("钱复核", "赵编制"), "utf-8")
    with pytest.raises(CaseError) as caught:
        pipeline.check(str(case))
    said = "\n".join(map(str, caught.value.faults))
    assert caught.value.exit_code == 3
    assert "invented-water-2021.yaml:" in said
    assert "一级复核人“赵编制”就是编制人" in said
    assert "请换一位复核人" in said


def test_a_chart_of_figures_that_any_unit_fits_says_their_own_unit(wuxi_paper) -> None:
    own = wuxi_paper("30_indicators").find(id="opinion_adoption_rate")
    assert "35 条 / 20 条" in own.get_text().replace("35条 / 20条", "35 条 / 20 条")
    assert "any" not in own.get_text()
