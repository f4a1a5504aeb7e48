"""What an evaluation report proposes by itself, what is judged within its text, and how an auditor takes it into a case."""

import csv
import re
import shutil
import subprocess
import sys
from collections import defaultdict
from fractions import Fraction
from pathlib import Path

import openpyxl
import pytest
from conftest import ROOT, auditbook
from evaluation_reports import UNIVERSITY, WATER

from auditbook import begun_report, beginning
from auditbook.faults import CaseError, UsageError
from auditbook.figures import read_dictionary
from auditbook.intake import phrases
from auditbook.intake.documents import Document
from auditbook.narrative import evaluation, evaluation_objectives
from auditbook.narrative.evaluation_layouts import read_layout
from auditbook.narrative.evaluation_proposals import Gathering
from auditbook.narrative.evaluation_text import passages
from auditbook.narrative.stated import FAULTS, STATED

LAYOUT = read_layout(ROOT, read_dictionary(ROOT))
REPORT = ROOT.parent / "shared" / "sources" / "wuxi-2019-report.txt"
SHARED = REPORT if REPORT.exists() else Path("/work/shared/sources/wuxi-2019-report.txt")
RAW = ROOT / "data" / "raw" / "wuxi-offices-2019"
absent = pytest.mark.skipif(not SHARED.exists(), reason="the published report lies in ../shared, which is not here")


def proposed(text):
    return evaluation.proposed(Document.of_text(text), ROOT)


# --- the examples of params/narratives/evaluation.yaml ------------------------------------------------------------


def as_taken(proposal):
    c = proposal.cells
    if proposal.shape == "figures":
        return " ".join(filter(None, [c["figure"], c["item"], c["value"], c["unit"], c["precision"]]))
    if proposal.shape == "published":
        return " ".join(filter(None, [c["about"], c["item"], c["published"], c["unit"], c["precision"]]))
    return " ".join([c["measure"], c["comparator"], c["target"], c["unit"]])


def without_own_names(taken):
    """Items that only number things in order (m1, l3) are no part of an example."""
    return re.sub(r" [ml]\d+(?= )", "", taken)


def example_cases(patterns):
    return [
        pytest.param(example, id=f"{pattern.id}-{number}")
        for pattern in patterns
        for number, example in enumerate(pattern.examples)
    ]


def as_document(example):
    head = f"一、{example.section}\n" if example.section else ""
    return Document.of_text(f"{head}{example.text}\n")


@pytest.mark.parametrize("example", example_cases([*LAYOUT.figures, *LAYOUT.listed]))
def test_a_sentence_gives_its_figures(example):
    found = evaluation.proposed(as_document(example), ROOT, year=2020).proposals
    assert [without_own_names(as_taken(one)) for one in found] == example.takes


@pytest.mark.parametrize("example", example_cases(LAYOUT.targets))
def test_a_sentence_sets_its_targets(example):
    found = evaluation.proposed(as_document(example), ROOT, year=2020).proposals
    assert [as_taken(one) for one in found if one.shape == "objectives"] == example.takes


@pytest.mark.parametrize("example", example_cases(LAYOUT.actuals))
def test_a_sentence_answers_a_target(example):
    document = as_document(example)
    own = passages(document, LAYOUT)
    gathering = Gathering(LAYOUT, document, own, 2020, "", {})
    found = evaluation_objectives.answers(gathering)
    assert [f"{one.measure} {one.number.value} {one.number.unit}" for one in found] == example.takes


def test_every_rate_that_is_claimed_is_an_indicator_or_a_figure():
    from auditbook.indicators import read_rulebook

    dictionary = read_dictionary(ROOT)
    known = {*dictionary, *read_rulebook(ROOT, dictionary).stanzas}
    assert {pattern.about for pattern in LAYOUT.figures if pattern.about} <= known


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("claim: rate", "claim: ratio", "claim"),
        ("cue: {spending: basic_spent}", "cue: {spending: basic_lost}", "spending.basic_lost"),
        ("figure: budget_cut", "figure: budget_cutt", "未知数字“budget_cutt”"),
        ("{is}{money}", "{is}{money", "phrase"),
        ("sections: [budget]", "sections: [budgets]", "budgets"),
    ],
)
def test_a_mistake_in_the_patterns_is_told_with_its_file(old, new, words, tmp_path):
    shutil.copytree(ROOT / "params" / "narratives", tmp_path / "params" / "narratives")
    path = tmp_path / "params" / "narratives" / "evaluation.yaml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(CaseError) as told:
        read_layout(tmp_path, read_dictionary(ROOT))
    assert words in str(told.value) and "params/narratives/evaluation.yaml" in str(told.value)


# --- the published report of 2019 ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def published_report():
    if not SHARED.exists():
        pytest.skip("the published report lies in ../shared, which is not here")
    return Document.of_text(SHARED.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def of_2019(published_report):
    return evaluation.proposed(published_report, ROOT)


NUMERIC = {
    "budget": "value", "staff": "value", "appraisal": "value", "quantities": "value", "published": "published",
    "objectives": "target",
}  # fmt: skip
EXACT_IDS = {"budget", "staff", "appraisal"}


def transcribed(table):
    """The rows of a transcribed table that have a number."""
    with (RAW / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return [row for row in csv.DictReader(file) if row[NUMERIC[table]]]


def stands(document, quote, locator):
    """Where a phrase stands, by a search of our own: every run in the section, blanks apart."""
    bare = [(index, sign) for index, sign in enumerate(document.text) if not sign.isspace()]
    text = "".join(sign for _, sign in bare)
    wanted = "".join(quote.split())
    runs = []
    at = text.find(wanted)
    while at >= 0:
        start, end = bare[at][0], bare[at + len(wanted) - 1][0] + 1
        if document.section_at(start).startswith(locator):
            runs.append((start, end))
        at = text.find(wanted, at + 1)
    return runs


def same_unit(row, cells):
    # 七大行动 prints no unit: a person wrote 项, the program 个
    free = {"个", "项", "处", "间"} if "大" in row["quote"] or row.get("figure") == "items_listed" else set()
    return row["unit"] == cells["unit"] or {row["unit"], cells["unit"]} <= free


def agrees(document, table, row, proposal):
    """Whether a proposal is the row of a person: same value, unit and place, and the figure's id where it is no free one."""
    cells = proposal.cells
    if table == "objectives":
        if proposal.shape != "objectives" or not cells["target"] or not same_unit(row, cells):
            return False
        numbers = [(row["target"], cells["target"]), (row["actual"], cells["actual"])]
        runs = stands(document, row["quote"], row["locator"])
        answers = stands(document, row["actual_quote"], row["actual_locator"])
        beside = any(s < proposal.answer[1] and e > proposal.answer[0] for s, e in answers) if proposal.answer else False
        same = all(a and b and Fraction(a) == Fraction(b) for a, b in numbers)
        # the measures are one where a person says so, and differ where a person says so
        measures = (row["measure"] == row["actual_measure"]) == (cells["measure"] == cells["actual_measure"])
        return same and beside and measures and any(s < proposal.end and e > proposal.start for s, e in runs)
    number = NUMERIC[table]
    if proposal.shape != ("published" if table == "published" else "figures") or not same_unit(row, cells):
        return False
    if Fraction(row[number]) != Fraction(cells[number]) or row["precision"] != cells["precision"]:
        return False
    own = row["figure"] if table != "published" else row["about"]
    other = cells["figure"] if table != "published" else cells["about"]
    if own != other:
        return False
    if table in EXACT_IDS and own != "items_listed" and row["item"] != cells["item"]:
        return False
    runs = stands(document, row["quote"], row["locator"])
    if proposal.number is None:
        return any(s < proposal.end and e > proposal.start for s, e in runs)
    start, end = proposal.number
    return any(s <= start and end <= e for s, e in runs) or (
        own != "appraisal_weight" and any(s < end and e > start for s, e in runs)
    )


def matched(document, found):
    """The rows of each table that a proposal is, and those that none is; a proposal is one row only."""
    hit, missed = defaultdict(list), defaultdict(list)
    used = set()
    for table in NUMERIC:
        for row in transcribed(table):
            own = next(
                (i for i, one in enumerate(found) if i not in used and agrees(document, table, row, one)), None
            )
            name = row.get("label") or row.get("claim") or row.get("measure")
            if own is None:
                missed[table].append(f"{name}（{row['quote']}）")
            else:
                used.add(own)
                hit[table].append(name)
    return hit, missed


@absent
def test_nine_in_ten_of_what_a_person_transcribed_is_proposed(published_report, of_2019, capsys):
    hit, missed = matched(published_report, of_2019.proposals)
    with capsys.disabled():
        for table in NUMERIC:
            got, lost = len(hit[table]), len(missed[table])
            print(f"\n{table}: {got} of {got + lost}" + (f"; missed {'；'.join(missed[table])}" if lost else ""), end="")
        print()
    every = sum(map(len, hit.values())) + sum(map(len, missed.values()))
    assert every == 119
    assert sum(map(len, hit.values())) * 10 >= every * 9
    assert not missed["budget"] and not missed["staff"] and not missed["published"] and not missed["objectives"]


@absent
def test_its_units_are_those_of_the_text(of_2019):
    with (RAW / "staff.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["value"]]
    words = {"bureau": "（本级）", "service-centre": "市级机关服务中心", "vehicle-centre": "公务用车服务中心"}
    wanted = sorted((words[row["scope"]], row["figure"], row["item"], row["value"]) for row in rows)
    found = []
    for one in of_2019.proposals:
        if one.cells.get("figure", "").startswith("staff_"):
            name = of_2019.units[one.cells["scope"]]
            word = next(word for word in words.values() if word in name)
            found.append((word, one.cells["figure"], one.cells["item"], one.cells["value"]))
    assert sorted(found) == wanted


@absent
def test_every_phrase_stands_where_it_is_said_to_stand_and_holds_its_number(published_report, of_2019):
    dictionary = read_dictionary(ROOT)
    for one in of_2019.proposals:
        cells = one.cells
        assert published_report.find(cells["quote"], cells["locator"]).status == phrases.VERIFIED
        value = cells.get("value") or cells.get("published") or cells.get("target")
        if value:
            meaning = dictionary.get(cells.get("figure", ""))
            counted = bool(meaning and meaning.counted)
            held = phrases.holds(
                cells["quote"], value, cells["unit"], zero=cells.get("state") == "zero", counted=counted
            )
            assert held == phrases.HOLDS, cells
        if one.number:
            assert published_report.text[one.start : one.end].count(published_report.text[slice(*one.number)])


DIGITS = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?")


@absent
def test_every_number_of_the_text_is_accounted_for(published_report, of_2019):
    narrative = evaluation.read(published_report, "report.txt", "", ROOT, 2019)
    runs = [one.number for one in narrative.statements if one.number]
    runs += [(left.start, left.end) for left in narrative.left]
    printed = [found.span() for found in DIGITS.finditer(published_report.text)]
    stated = [span for span in printed if any(s <= span[0] and span[1] <= e for s, e in runs)]
    layout_numbers = [n for p in passages(published_report, LAYOUT) for n in p.numbers]
    arabic_aside = sum(1 for n in layout_numbers if n.aside and not n.chinese)
    # an independent count of the digits that the text prints: those stated or left, and those set aside
    assert len(printed) == len(stated) + arabic_aside
    assert sum(of_2019.aside.values()) == sum(1 for n in layout_numbers if n.aside)
    assert len(layout_numbers) == len({run for run in runs}) + sum(of_2019.aside.values())


@absent
def test_verdicts_that_the_text_alone_proves(published_report):
    """By hand: 18780.61 + 20083.45 − 10 = 38854.06; 38163.45 ÷ 38854.06 = 98.2226 %; 20083.45 ÷ 18780.61 = 106.9372 %,
    (20083.45 + 10) ÷ 18780.61 = 106.9904 %, (38854.06 − 18780.61) ÷ 18780.61 = 106.8839 %."""
    narrative = evaluation.read(published_report, "report.txt", "", ROOT, 2019)
    own = {one.row["claim"]: one for one in narrative.statements}
    for one in narrative.statements:
        assert one.row["kind"] in {*STATED, *FAULTS}
        assert bool(one.severity) == (one.row["verdict"] in {"disagrees", "other_definition", "other_measure"}) or (
            one.row["about"] == "self_score"
        )

    def verdict(claim):
        return own[claim].row["verdict"], own[claim].row["kind"]

    assert verdict("budget_adjusted:department::sum") == ("agrees", "sum")
    assert verdict("budget_execution_rate.1") == ("agrees", "rate")
    assert verdict("budget_adjustment_rate.1") == ("other_definition", "rate")
    rate = own["budget_adjustment_rate.1"].row
    assert rate["definition"] == "gross_increase" and "106.99%" in rate["explanation"]
    assert rate["recomputed"].startswith("106.990")
    weights = [row for name, row in own.items() if name.startswith("appraisal_weight:department:division_head.")]
    assert len(weights) == 3 and all(one.row["verdict"] == "agrees" for one in weights)
    over = [one for one in narrative.statements if one.row["kind"] == "consistency"]
    assert [(one.row["published"], one.row["quote"], one.row["verdict"]) for one in over] == [
        ("13", "实有人员13人", "disagrees")
    ]
    counts = [one for one in narrative.statements if one.row["kind"] == "count" and one.severity]
    assert [(one.row["published"], one.row["recomputed"]) for one in counts] == [("7", "5")]
    score = own["self_score.1"]
    assert score.row["verdict"] == "not_checkable" and score.severity == "medium" and "满分" in score.row["explanation"]
    targets = {one.row["claim"]: one.row for one in narrative.statements if one.row["claim"].startswith("done.o3.")}
    said = {row["published"] + row["unit"] + row["quote"][:6]: row["verdict"] for row in targets.values()}
    assert sorted(said.values()) == ["agrees", "agrees", "agrees", "disagrees", "other_measure"]
    short = next(row for row in targets.values() if row["verdict"] == "disagrees")
    assert (short["published"], short["recomputed"], short["kind"]) == ("8", "7", "target")
    other = next(row for row in targets.values() if row["verdict"] == "other_measure")
    assert other["published"] == "2" and other["kind"] == "target" and "用电" in other["explanation"]
    faults = [one for one in narrative.statements if one.severity]
    # two rates, a target, its objective, another measure, a count, staff, a score: nothing else is accused
    assert len(faults) == 8
