"""Years of a department: the right base, breaks and gaps, restated figures, last year's findings, PEFA's outturns.

The department is that of three_years.py; every expected value is worked out by hand from the amounts written there.
"""

from __future__ import annotations

import csv
import hashlib
import re
import shutil
from fractions import Fraction
from pathlib import Path

import pytest
from conftest import INVENTED, ROOT, Outcome, auditbook, unlinked
from three_years import (
    FIGURES,
    FIRST,
    SECOND,
    THIRD,
    TWO,
    add_table,
    money,
    second_year,
    table,
    third_year,
    three_years,
)

from auditbook import outturns, pipeline, traced_run, year_rules
from auditbook.cases import Case
from auditbook.charts import Dot, Track, trend
from auditbook.faults import CaseError
from auditbook.figures import FigureRow, Figures, Key, read_dictionary
from auditbook.following import _keys, _status
from auditbook.indicators import read_rulebook
from auditbook.year_chain import Year
from auditbook.year_series import Point, _bases, _written

F = Fraction


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return three_years(tmp_path_factory.mktemp("years") / "base")


@pytest.fixture(scope="module")
def run(base: Path, tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    """The third year, run once through the command."""
    return auditbook("run", case_file(base, THIRD), workspace=tmp_path_factory.mktemp("workspace"))


def case_file(base: Path, case: str) -> Path:
    return base / "params" / "cases" / f"{case}.yaml"


def rows(run: Outcome, name: str, case: str = THIRD) -> list[dict[str, str]]:
    with (run.processed(case) / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def series(
    run: Outcome, kind: str, about: str, scope: str = "department", item: str = ""
) -> list[dict[str, str]]:
    own = [
        r
        for r in rows(run, "years")
        if (r["kind"], r["about"], r["scope"], r["item"]) == (kind, about, scope, item)
    ]
    return sorted(own, key=lambda row: row["year"])


# --- series ------------------------------------------------------------------------------------------


def test_a_change_is_counted_from_the_years_own_case(run: Outcome) -> None:
    assert run.code == 0, run.err
    spent = series(run, "amount", "budget_spent")
    assert [row["value"] for row in spent] == ["5100.0001", "5300", "6300"]  # 51,000,001元 … 63,000,000元
    # not from 5320, which the document of 2023 gives for 2022: 6300 − 5300 = 1000, 1000 / 5300 = 10/53
    assert (spent[2]["base"], spent[2]["base_origin"], spent[2]["change"]) == ("5300", "own", "1000")
    assert abs(F(spent[2]["rate"]) - F(10, 53)) < F(1, 10**30)
    assert [row["segment"] for row in spent] == ["1", "1", "1"]


def test_a_missing_figure_is_a_gap_and_no_line_runs_through_it(run: Outcome) -> None:
    added = series(run, "amount", "budget_added")
    assert [(row["status"], row["value"], row["segment"]) for row in added] == [
        ("value", "120", "1"), ("missing", "", ""), ("value", "700", "2"),
    ]  # fmt: skip
    assert [row["change"] for row in added] == ["", "", ""]


def test_a_zero_base_has_no_rate(run: Outcome) -> None:
    cut = series(run, "amount", "budget_cut")
    assert [row["value"] for row in cut] == ["0", "50", "100"]
    assert (cut[1]["change"], cut[1]["rate"], cut[1]["rate_state"]) == ("50", "", "zero_base")
    assert (cut[2]["change"], cut[2]["rate"], cut[2]["rate_state"]) == ("50", "1", "changed")


def test_a_change_of_definition_is_a_break_and_the_base_is_recomputed(run: Outcome) -> None:
    rate = series(run, "indicator", "budget_adjustment_rate")
    # 2021 by the ministry: (120 + 0) / 5234; 2022 lacks what was added; 2023 net: (6600 − 6000) / 6000
    assert [row["definition"] for row in rate] == ["ministry", "ministry", "net"]
    assert [row["status"] for row in rate] == ["computed", "not_assessable", "computed"]
    assert rate[2]["value"] == "0.1"
    assert "口径由" in rate[2]["broken"] and "净调整" in rate[2]["broken"]
    # the year before by this year's definition: (5500 − 5400) / 5400 = 1/54; 1/10 − 1/54 = 22/270
    assert abs(F(rate[2]["base"]) - F(1, 54)) < F(1, 10**30)
    assert abs(F(rate[2]["change"]) - F(22, 270)) < F(1, 10**30)
    assert rate[2]["rate"] == "" and rate[2]["rate_state"] == "not_meant"
    assert rate[0]["segment"] != rate[2]["segment"]


def test_merged_units_are_added_up_and_break_the_line_of_the_unit_alone(run: Outcome) -> None:
    quota = series(run, "amount", "staff_quota_established", "centre")
    # 2021: 20 + 9; 2022: 20 + 2 + 10 + 1; 2023: 22 + 11
    assert [row["value"] for row in quota] == ["29", "33", "33"]
    assert [row["segment"] for row in quota] == ["1", "1", "2"]
    assert quota[2]["broken"] == "水务中心由局机关、河道管理站合并而来"
    assert (quota[2]["base"], quota[2]["change"]) == ("33", "0")
    whole = series(run, "amount", "staff_quota_established")
    assert [row["broken"] for row in whole] == ["", "", ""]
    rate = series(run, "indicator", "staff_control_rate", "centre")
    # 2022: (19 + 2 + 9 + 1) / 33 = 31/33
    assert abs(F(rate[1]["value"]) - F(31, 33)) < F(1, 10**30) and rate[2]["value"] == "1"


def test_another_scheme_breaks_the_score(run: Outcome) -> None:
    score = series(run, "score", "total")
    assert [row["definition"] for row in score] == ["yueyang-2018", "yueyang-2018", "qinghe-2023"]
    assert [bool(row["broken"]) for row in score] == [False, False, True]


def test_every_gap_and_break_of_a_series_parts_its_segments() -> None:
    points = [
        Point(2019, "value", F(1)), Point(2020, "no_case"), Point(2021, "value", F(-2)), Point(2022, "value", F(3)),
        Point(2023, "value", F(4)),
    ]  # fmt: skip
    breaks = {year: "" for year in range(2019, 2024)} | {2023: "口径"}
    found = list(_written({}, points, _bases(points), breaks, F(1), rated=True))
    assert [row["segment"] for row in found] == ["1", "", "2", "2", "3"]
    assert [row["rate_state"] for row in found] == [
        "no_base",
        "no_base",
        "no_base",
        "negative_base",
        "changed",
    ]
    assert [row["rate"] for row in found][3:] == ["", "0.3333333333333333333333333333333333"]


def test_a_chart_joins_only_dots_of_one_segment() -> None:
    def lines(*dots: Dot) -> int:
        """Lines in the accent colour: those that join dots."""
        svg = trend("t", "题", [2020, 2021, 2022], [Track("甲", dots)], "元").svg
        return len(re.findall(r'<path [^>]*stroke="#1b5e9b"[^>]*stroke-width="2"', svg))

    one, two, three = (Dot(F(n), str(n), "1") for n in (1, 2, 3))
    assert lines(one, two, three) == 2
    assert lines(one, Dot(None, "缺"), Dot(F(3), "3", "2")) == 0
    assert lines(one, two, Dot(F(3), "3", "2", "口径改变")) == 1
    chart = trend(
        "t", "题", [2020, 2021, 2022], [Track("甲", (one, two, Dot(F(3), "3", "2", "口径改变")))], "元"
    )
    assert chart.rows == (("甲", "1", "2", "3", "2022年：口径改变"),)
    assert "断点①2022年：口径改变" in chart.alt and "2021年 2" in chart.alt


# --- what later documents say ------------------------------------------------------------------------


def test_a_restated_figure_is_a_finding_with_both_numbers_and_the_base(run: Outcome) -> None:
    found = {(row["figure"], row["year"], row["later"]): row for row in rows(run, "restated")}
    assert found["budget_initial", "2021", "2022"]["verdict"] == "agrees"
    spent = found["budget_spent", "2022", "2023"]
    assert (spent["own"], spent["stated"], spent["difference"], spent["verdict"]) == (
        "5300",
        "5320",
        "20",
        "differs",
    )
    finding = next(row for row in rows(run, "findings") if row["rule"] == "restated_previous")
    assert finding["finding"] == "restated_previous:budget_spent.2022.2023:department"
    assert (finding["amount"], finding["unit"], finding["severity"]) == (
        "20",
        "万元",
        "medium",
    )  # 200,000元 ≥ 50,000元
    assert (
        "5300万元" in finding["condition"]
        and "5320万元" in finding["condition"]
        and "按前者" in finding["condition"]
    )


# --- last year's findings ----------------------------------------------------------------------------


def test_last_years_findings_are_followed_up(run: Outcome) -> None:
    found = {
        row["finding"].split(":")[1]: row
        for row in rows(run, "followed")
        if row["finding"].startswith("auditor")
    }
    assert {key: row["status"] for key, row in found.items()} == {
        "settled": "settled", "open": "open", "worse": "worse", "unseen": "not_seen", "again": "again", "graver": "worse",
        "fresh": "new",
    }  # fmt: skip
    assert found["settled"]["evidence"] == "退款凭证第12号" and found["settled"]["who"] == "审计组"
    assert found["worse"]["reason"] == "金额由100000元增至250000元"
    assert found["graver"]["reason"] == "严重程度由低升为高"
    assert "减至" in found["open"]["reason"]
    assert found["unseen"]["evidence"] == ""


def test_what_is_entered_and_what_is_found_decide_together() -> None:
    def of(entered: str, now: dict[str, str] | None, closed: bool = False) -> str:
        was = {"severity": "medium", "amount": "10", "unit": "万元"}
        return _status(was, now, {"status": entered} if entered else None, closed=closed)[0]

    same = {"severity": "medium", "amount": "100000", "unit": "元"}
    assert of("", None) == "not_seen"
    assert [of(status, None) for status in ("settled", "partly", "open", "worse")] == [
        "settled",
        "partly",
        "open",
        "worse",
    ]
    assert [of(status, same) for status in ("", "settled", "partly", "open", "worse")] == [
        "open", "again", "partly", "open", "worse",
    ]  # fmt: skip
    assert of("", {**same, "amount": "100001"}) == "worse"  # 元 and 万元 are compared as money
    assert of("", {**same, "amount": "1000000", "unit": "人"}) == "open"  # persons and money are not
    assert of("", {**same, "severity": "high"}) == "worse"
    assert of("", same, closed=True) == "again"


def test_a_finding_of_a_merged_unit_is_looked_for_at_its_heir() -> None:
    def year(at: int, units: list[dict[str, object]]) -> Year:
        case = Case.model_validate(
            {
                "case": f"c{at}",
                "department": {"name": "甲"},
                "year": at,
                "previous": f"c{at - 1}",
                "framework": "f",
                "units": units,
            }
        )
        return Year(case, None, [], {}, "f", "1", None, [], [])  # type: ignore[arg-type]

    before = year(2022, [{"id": "a", "name": "甲"}, {"id": "b", "name": "乙"}])
    merged = year(2023, [{"id": "ab", "name": "甲乙", "formerly": ["a", "b"]}])
    split = year(
        2023,
        [{"id": "a1", "name": "甲一", "formerly": ["a"]}, {"id": "a2", "name": "甲二", "formerly": ["a"]}],
    )
    assert _keys("r:x:y:a", before, merged) == ["r:x:y:ab"]
    assert _keys("r:x:a", before, split) == ["r:x:a1", "r:x:a2"]
    assert _keys("r:x:b", before, split) == []
    assert _keys("r:x:department", before, merged) == ["r:x:department"]


# --- PEFA --------------------------------------------------------------------------------------------


def test_pefa_rates_and_scores(run: Outcome) -> None:
    found = {(row["dimension"], row["classification"], row["year"]): row for row in rows(run, "outturns")}
    assert abs(F(found["pi-1", "", "2021"]["rate"]) - F(51000001, 52340000)) < F(1, 10**30)
    assert found["pi-1", "", "2023"]["rate"] == "1.05"  # the bound belongs to A
    assert (found["pi-1", "", ""]["score"], found["pi-1", "", ""]["status"]) == ("A", "scored")
    # 2021: budget 10, 20, 30, outturn 12, 20, 28: the whole is unchanged; |2| + |0| + |−2| over 60 = 1/15
    # 2022: 10, 10 became 15, 15: all grew alike, nothing deviates
    # 2023: without the contingency 40, 10 became 30, 20: (10 + 10) / 50
    own = [found["pi-2-1", "functions", year]["rate"] for year in ("2021", "2022", "2023")]
    assert abs(F(own[0]) - F(1, 15)) < F(1, 10**30) and own[1:] == ["0", "0.4"]
    assert found["pi-2-1", "functions", ""]["score"] == "B"  # two of three below 10 %, one below 5 %
    assert found["pi-2-3", "functions", "2021"]["status"] == "not_applicable"
    assert found["pi-2-3", "functions", "2023"]["rate"] == "0"
    assert found["pi-2-3", "functions", ""]["status"] == "not_scored"
    assert found["overall", "pi-2", ""]["score"] == ""
    parts = {row["category"]: row for row in rows(run, "composition") if row["year"] == "2023"}
    assert parts["227"]["part"] == "contingency" and parts["227"]["deviation"] == ""
    assert (parts["201"]["adjusted"], parts["201"]["deviation"]) == ("4000", "-1000")


@pytest.fixture(scope="module")
def rules() -> year_rules.Outturns:
    dictionary = read_dictionary(ROOT)
    return year_rules.read_outturns(ROOT, dictionary, set(read_rulebook(ROOT, dictionary).stanzas))


def a_year(at: int, amounts: dict[tuple[str, str], int | None]) -> Year:
    """A year with figures in 元; None is missing."""
    case = Case.model_validate({"case": f"c{at}", "department": {"name": "甲"}, "year": at, "framework": "f"})
    own = [
        FigureRow(
            Key(figure, "department", item, at), "s", "l", item or figure, "missing" if value is None else "value" if value else "zero",
            "evidence", "" if value is None else str(value), "元", "exact", "", "", True,
        )
        for (figure, item), value in amounts.items()
    ]  # fmt: skip
    return Year(case, Figures(read_dictionary(ROOT), own, [], at), [], {}, "f", "1", None, [], [])


def functions(at: int, **amounts: tuple[int | None, int | None]) -> Year:
    """A year of categories: c201=(budget, outturn)."""
    found = {}
    for code, (budget, outturn) in amounts.items():
        found["general_budget_initial", code[1:]] = budget
        found["general_budget_spent", code[1:]] = outturn
    return a_year(at, found)


def result(years: list[Year], rules: year_rules.Outturns, dimension: str, year: str = "") -> dict[str, str]:
    found, _ = outturns.rows(years, rules)
    return next(row for row in found if row["dimension"] == dimension and row["year"] == year)


def test_composition_moves_with_the_whole(rules: year_rules.Outturns) -> None:
    """Budget 100, 60, 40 (200), outturn 150, 60, 30 (240): adjusted 120, 72, 48; deviations 30, 12, 18; 60 / 240 = 25 %."""
    years = [functions(at, c201=(100, 150), c208=(60, 60), c210=(40, 30)) for at in (2023, 2022, 2021)]
    assert result(years, rules, "pi-2-1", "2022")["rate"] == "0.25"
    assert result(years, rules, "pi-2-1")["score"] == "D"


@pytest.mark.parametrize(
    ("spent", "score"),
    [
        ((95, 105, 200), "A"),
        ((94, 105, 200), "B"),
        ((94, 106, 200), "B"),
        ((89, 111, 10), "C"),
        ((100, 84, 116), "D"),
    ],
)
def test_two_years_of_three_make_the_score(
    spent: tuple[int, ...], score: str, rules: year_rules.Outturns
) -> None:
    """95 and 105 of 100 belong to A, 94 and 106 to B, 89 and 111 to C; one odd year is allowed, two are not.

    94, 105 and 200: only 105 is in A; 94 and 105 are in B.
    """
    years = [
        a_year(2023 - n, {("budget_initial", ""): 100, ("budget_spent", ""): value})
        for n, value in enumerate(spent)
    ]
    assert result(years, rules, "pi-1")["score"] == score


@pytest.mark.parametrize(
    ("share", "score"),
    [
        ((2, 2, 2), "A"),
        ((3, 3, 3), "B"),
        ((1, 8, 0), "B"),
        ((6, 6, 6), "B"),
        ((6, 6, 7), "C"),
        ((10, 10, 10), "D"),
        ((0, 0, 29), "C"),
    ],
)
def test_contingency_is_averaged(share: tuple[int, ...], score: str, rules: year_rules.Outturns) -> None:
    """Percent of a budget of 100 charged to the contingency, three years; 1 + 8 + 0 is 3 on average, 29 is 9.67."""
    years = [functions(2023 - n, c201=(70, 70), c208=(20, 20), c227=(10, own)) for n, own in enumerate(share)]
    assert result(years, rules, "pi-2-3")["score"] == score


def test_the_worst_dimension_counts_and_a_better_one_is_a_plus() -> None:
    of = outturns._overall
    assert of({"PI-2": [("scored", "B"), ("scored", "A"), ("not_applicable", "")]})[0]["score"] == "B+"
    assert of({"PI-2": [("scored", "C"), ("scored", "C")]})[0]["score"] == "C"
    assert of({"PI-2": [("scored", "C"), ("not_scored", "")]})[0]["score"] == ""


def test_fewer_years_have_rates_and_no_score(rules: year_rules.Outturns) -> None:
    years = [functions(at, c201=(100, 100), c208=(100, 100)) for at in (2023, 2022)]
    assert result(years, rules, "pi-2-1", "2023")["rate"] == "0"
    score = result(years, rules, "pi-2-1")
    assert (score["score"], score["status"], score["reason"]) == ("", "not_scored", "须3年，只有2年可以计算")


def test_what_is_missing_is_not_zero(rules: year_rules.Outturns) -> None:
    own = functions(2023, c201=(100, 100), c208=(None, 50), c210=(10, 10))
    other = functions(2022, c201=(100, 100), c208=(50, 50))
    found = result([own, other], rules, "pi-2-1", "2023")
    assert (found["rate"], found["status"]) == ("", "not_assessable") and "208" in found["figures"]
    assert outturns.rows([a_year(2023, {("budget_initial", ""): 0, ("budget_spent", ""): 5})], rules) == (
        [],
        [],
    )


def test_one_category_with_an_amount_says_nothing_of_composition(rules: year_rules.Outturns) -> None:
    years = [functions(2023, c201=(100, 120), c208=(0, 0)), functions(2022, c201=(100, 100), c208=(1, 1))]
    assert result(years, rules, "pi-2-1", "2023")["status"] == "not_assessable"


def test_categories_that_do_not_add_up_are_not_all_there_are(rules: year_rules.Outturns) -> None:
    own = {
        ("general_budget_initial", ""): 300, ("general_budget_initial", "201"): 100, ("general_budget_initial", "208"): 100,
        ("general_budget_spent", "201"): 100, ("general_budget_spent", "208"): 100,
    }  # fmt: skip
    years = [a_year(2023, own), functions(2022, c201=(100, 100), c208=(1, 1))]
    assert result(years, rules, "pi-2-1", "2023")["status"] == "not_assessable"


def test_wrong_rules_are_told_with_their_lines(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "params", tmp_path / "params")
    dictionary = read_dictionary(tmp_path)
    path = tmp_path / "params" / "outturns.yaml"
    path.write_text(
        path.read_text(encoding="utf-8")
        .replace("budget: budget_initial\n", "budget: budget_first\n", 1)
        .replace('"<15%"', '"15%-"'),
        encoding="utf-8",
    )
    with pytest.raises(CaseError) as error:
        year_rules.read_outturns(tmp_path, dictionary, set())
    assert "params/outturns.yaml:" in str(error.value) and "15%-" in str(error.value)
    years = tmp_path / "params" / "years.yaml"
    years.write_text(
        years.read_text(encoding="utf-8").replace(
            "[income_actual]", "[income_actual, staff_retired, nothing]"
        ),
        encoding="utf-8",
    )
    with pytest.raises(CaseError) as error:
        year_rules.read_trends(tmp_path, dictionary)
    assert "没有数字“nothing”" in str(error.value) and "单位不同" in str(error.value)


# --- the page ----------------------------------------------------------------------------------------


def test_the_chapter_and_its_numbers(run: Outcome, base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = unlinked((run.outputs(THIRD) / "report.html").read_text(encoding="utf-8"))
    chapter = page[page.index("历年比较</h2>") :]
    for words in (
        "+18.87%",
        "基数为零，没有增减率",
        "上年数前后不一致",
        "本年未再发现（不等于已整改）",
        "PEFA 得分",
        "没有可比的基数",
    ):
        assert words in chapter, words
    charts = {path.name for path in (run.outputs(THIRD) / "charts").glob("*-years.csv")}
    assert {"budget-years.csv", "budget_adjustment_rate-years.csv"} <= charts
    monkeypatch.setenv("AUDITBOOK_WORKSPACE", str(run.workspace))
    traced = traced_run.trace(str(case_file(base, THIRD)))
    assert {name: own.faults for name, own in traced.files.items() if own.faults} == {}


def test_a_case_with_one_year_has_none_of_these_tables_and_a_line_in_the_report(invented: Outcome) -> None:
    there = {path.stem for path in invented.processed(FIRST).glob("*.csv")}
    assert not there & {"years", "restated", "followed", "year_cases"}
    page = (invented.outputs(FIRST) / "report.html").read_text(encoding="utf-8")
    assert "只有一个年度的数，没有可比较的年度" in page and "没有上年审计发现可以跟踪" in page


# --- the chain ---------------------------------------------------------------------------------------


def opened(base: Path, case: str, workspace: Path, monkeypatch: pytest.MonkeyPatch) -> pipeline.Run:
    monkeypatch.setenv("AUDITBOOK_WORKSPACE", str(workspace))
    return pipeline.check(str(case_file(base, case)))


def test_a_missing_previous_year_is_allowed_and_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "base" / "params" / "cases").mkdir(parents=True)
    second_year(tmp_path / "base", previous="invented-water-2020")
    chain = opened(tmp_path / "base", SECOND, tmp_path / "w", monkeypatch).chain
    assert chain.years == () and chain.ended is not None
    assert (chain.ended.case, chain.ended.status) == ("invented-water-2020", "absent")


def test_a_previous_case_with_faults_is_said_and_counts_as_missing(
    base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = Path(shutil.copytree(base, tmp_path / "base"))
    money = own / "data" / "raw" / SECOND / "money.csv"
    money.write_bytes(money.read_bytes() + b"# changed\n")
    run = opened(own, THIRD, tmp_path / "w", monkeypatch)
    assert run.chain.years == () and run.chain.ended is not None
    assert run.chain.ended.status == "faulty" and "money.csv" in run.chain.ended.why
    run = pipeline.in_memory(run)
    [lost] = [row for row in run.table("year_cases") if row["status"] == "faulty"]
    assert lost["case"] == SECOND and "处错误" in lost["why"]
    # what the document of 2023 says of 2022 is used, and said to be its word
    point = next(
        row
        for row in run.table("years")
        if (row["about"], row["scope"], row["year"]) == ("budget_spent", "department", "2022")
    )
    assert (point["value"], point["origin"], point["case"]) == ("5320", "stated", THIRD)


def test_cases_that_go_round_in_a_circle_are_refused(
    base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = Path(shutil.copytree(base, tmp_path / "base"))
    first = case_file(own, FIRST)
    first.write_text(first.read_text(encoding="utf-8") + f"previous: {THIRD}\n", encoding="utf-8")
    with pytest.raises(CaseError) as error:
        opened(own, THIRD, tmp_path / "w", monkeypatch)
    assert f"{THIRD} → {SECOND} → {FIRST} → {THIRD}" in str(error.value)
    assert "params/cases/invented-water-2023.yaml:4" in str(error.value)


def test_the_evidence_of_earlier_years_is_in_records_and_fingerprint(
    base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = Path(shutil.copytree(base, tmp_path / "base"))
    before = opened(own, THIRD, tmp_path / "w", monkeypatch)
    prints = pipeline.fingerprints(before)
    with pipeline.inputs.recording() as reads:
        assert [year.year for year in before.chain.years] == [2022, 2021]
    assert {f"file base/data/raw/{case}/money.csv" for case in (SECOND, FIRST)} <= reads.found.keys()
    assert f"file base/params/cases/{FIRST}.yaml" in reads.found
    assert "file root/params/outturns.yaml" in reads.found
    add_table(own, FIRST, "more", "figures", table(FIGURES, money(2021, [("surplus", "", "1000")])))
    after = pipeline.fingerprints(opened(own, THIRD, tmp_path / "w", monkeypatch))
    assert after["evidence"] != prints["evidence"] and after["rules"] == prints["rules"]
    alone = pipeline.fingerprints(opened(own, FIRST, tmp_path / "w", monkeypatch))
    assert alone["evidence"] != after["evidence"]


def test_reading_an_earlier_year_leaves_the_places_of_the_run(
    base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = opened(base, THIRD, tmp_path / "w", monkeypatch)
    _ = run.chain
    with pipeline.inputs.recording() as reads:
        pipeline.inputs.read_bytes(run.workspace.evidence / "money.csv")
    assert list(reads.found) == ["file evidence/money.csv"]


def test_units_that_come_or_go_break_the_department(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = Path(shutil.copytree(INVENTED, tmp_path / "base"))
    second_year(own)
    path = case_file(own, SECOND)
    path.write_text(
        path.read_text(encoding="utf-8").replace(
            TWO, "[{id: bureau, name: 局机关}, {id: pumps, name: 泵站, formerly: []}]"
        ),
        encoding="utf-8",
    )
    people = own / "data" / "raw" / SECOND / "people.csv"
    data = people.read_bytes().replace(b"river-station", b"pumps")
    people.write_bytes(data)
    register = own / "data" / "raw" / SECOND / "SOURCES.yaml"
    text = register.read_text(encoding="utf-8")
    old = re.search(r"file: people.csv.*?sha256: (\w+)", text, re.DOTALL)
    assert old is not None
    register.write_text(text.replace(old[1], hashlib.sha256(data).hexdigest()), encoding="utf-8")
    run = opened(own, SECOND, tmp_path / "w", monkeypatch)
    run = pipeline.in_memory(run)
    rows_ = run.table("years")
    [spent] = [
        row
        for row in rows_
        if (row["about"], row["scope"], row["year"]) == ("budget_spent", "department", "2022")
    ]
    assert spent["broken"] == "增加单位泵站；减少单位河道管理站"
    # of the new unit nothing is known of the year before: no series at all
    assert not [row for row in rows_ if row["scope"] == "pumps"]
    assert [row["year"] for row in run.table("year_cases")] == ["2021", "2022"]


def test_the_third_year_alone_can_be_written_anywhere(tmp_path: Path) -> None:
    """The writer of the fixture registers every file: a check finds nothing that is not registered."""
    (tmp_path / "params" / "cases").mkdir(parents=True)
    third_year(tmp_path)
    assert {path.name for path in (tmp_path / "data" / "raw" / THIRD).iterdir()} == {
        "SOURCES.yaml", "money.csv", "people.csv", "found.csv", "looked.csv",
    }  # fmt: skip


def test_a_contingency_and_interest_are_no_part_of_the_composition(rules: year_rules.Outturns) -> None:
    """Without 227 and 232 the budget is 100, 100 and the outturn 150, 50: adjusted as it was, |50| + |−50| over 200."""
    years = [functions(2023, c201=(100, 150), c208=(100, 50), c227=(50, 0), c232=(10, 70))]
    assert result(years, rules, "pi-2-1", "2023")["rate"] == "0.5"
