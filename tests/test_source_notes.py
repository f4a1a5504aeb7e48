"""Footnotes on paper: where the figures of the conclusion and of the key figures come from."""

import csv
import re

import pytest
from bs4 import BeautifulSoup


@pytest.fixture(scope="module")
def soup(wuxi) -> BeautifulSoup:
    html = (wuxi.outputs("wuxi-offices-2019") / "report.html").read_text(encoding="utf-8")
    return BeautifulSoup(html, "html.parser")


def test_each_mark_has_its_note_and_each_note_its_mark(soup):
    marks = [mark.get_text() for mark in soup.select("sup.note-number")]
    notes = [note.select_one(".note-number").get_text() for note in soup.select(".source-notes li")]
    assert len(marks) > 10
    assert marks == notes == [f"注{number}" for number in range(1, len(marks) + 1)]


def test_notes_stand_under_the_conclusion_and_the_key_figures_alone(soup):
    headings = [block.find_previous("h2").get_text() for block in soup.select(".source-notes")]
    assert [re.sub("^.*、", "", heading) for heading in headings] == ["结论", "关键数字"]


def test_a_note_names_the_places_that_the_table_of_figures_has(wuxi, soup):
    """The ministry's rate rests on three figures; where they stand is read from figures.csv alone."""
    with open(wuxi.processed("wuxi-offices-2019") / "figures.csv", encoding="utf-8", newline="") as file:
        places = {
            row["figure"]: row["locator"]
            for row in csv.DictReader(file)
            if (row["scope"], row["item"], row["year"], row["chosen"]) == ("department", "", "2019", "yes")
        }
    [note] = [note for note in soup.select(".source-notes li") if "追加与追减的绝对额之和" in note.get_text()]
    words = note.get_text()
    assert "(20,083.45 + 10.00) ÷ 18,780.61" in words and "整体支出预算安排及执行情况" in words
    for figure in ("budget_added", "budget_cut", "budget_initial"):
        assert places[figure] in words
    assert places["budget_spent"] not in words


def test_a_count_or_points_have_no_note(soup):
    score = next(li for li in soup.select(".noted li") if li.get_text().startswith("得分："))
    assert len(score.select("a.ref")) >= 5 and not score.select("sup")
