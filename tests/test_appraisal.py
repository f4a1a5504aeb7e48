"""The appraisal of staff: weights from evidence, scores by hand arithmetic, gaps as intervals, faults with places."""

import csv
import re
from fractions import Fraction as F
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditbook import appraisal, figures
from auditbook.faults import CaseError
from auditbook.figures import FigureRow, Figures, Key
from auditbook.report.staff_appraisal import NOTHING
from auditbook.report.staff_appraisal import appraisal as page_part
from auditbook.workspace import Workspace

ROOT = Path(__file__).resolve().parents[1]
DICTIONARY = figures.read_dictionary(ROOT)
EVIDENCE = ROOT / "data" / "raw" / "wuxi-offices-2019" / "appraisal.csv"


def workspace(base: Path = ROOT) -> Workspace:
    return Workspace(ROOT, base, base, base / "params" / "cases" / "x.yaml", None)


RULES = appraisal.read_rules(workspace())


def row(figure, item, value, unit="%", label="", year=2019, scope="department"):
    state = "missing" if value is None else "value"
    return FigureRow(
        Key(figure, scope, item, year), "x", "二〔x.csv:2〕", label or item.partition(".")[2] or item, state, "evidence", value or "", unit,
        "exact", "", "", True,
    )  # fmt: skip


def of(weights, listed=None, units=()):
    """Figures with weights in per cent (None: missing from the evidence) and counts of what is listed."""
    rows = [row("appraisal_weight", item, value) for item, value in weights.items()]
    rows += [row("items_listed", item, value, "项") for item, value in (listed or {}).items()]
    return Figures(DICTIONARY, rows, units, 2019)


def scheme_from(weights, rules=RULES, listed=None):
    found = appraisal.scheme_of(of(weights, listed), rules)
    assert found is not None
    return found


# The weights of a published scheme: 60/40; 50/30/20; 30/20/50; 30/50/20; 30/70.
WEIGHTS = {
    "year.quarterly": "60", "year.year_end": "40",
    "division_head.main_leader": "50", "division_head.leader_in_charge": "30", "division_head.other_leaders": "20",
    "deputy_head.leader_in_charge": "30", "deputy_head.other_leaders": "20", "deputy_head.division_head": "50",
    "staff.leader_in_charge": "30", "staff.division_head": "50", "staff.deputy_head": "20",
    "staff_without_deputy.leader_in_charge": "30", "staff_without_deputy.division_head": "70",
}  # fmt: skip


def rows_of(person, branch, **sessions):
    """Rows of a grades table: session → {grader: grade, or a list of grades of items}."""
    rows = []
    for session, given_by in sessions.items():
        for grader, grade in given_by.items():
            named = (
                [("", grade)] if isinstance(grade, str) else [(f"指标{i}", g) for i, g in enumerate(grade, 1)]
            )
            rows += [
                {"person": person, "branch": branch, "period": session, "grader": grader, "item": item, "grade": g,
                 "locator": f"附件2〔grades.csv:{len(rows) + i}〕"}
                for i, (item, g) in enumerate(named, 2)
            ]  # fmt: skip
    return rows


def score(rows, scheme=None):
    scheme = scheme or scheme_from(WEIGHTS)
    return appraisal.yearly_scores(scheme, appraisal.read_grades(rows, scheme))


def every_quarter(grades):
    return dict.fromkeys(("q1", "q2", "q3", "q4"), grades)


# --- worked examples -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("example", RULES.examples, ids=lambda example: example.title)
def test_worked_examples_of_the_parameters(example):
    scheme, of_case = appraisal.example_scheme(example, RULES)
    assert not of_case
    scores = score(appraisal.example_rows(example), scheme)
    assert [s.person for s in scores] == [person.person for person in example.persons]
    for found, person in zip(scores, example.persons, strict=True):
        assert (found.yearly.low, found.yearly.high) == (person.span.low, person.span.high), person.person


def test_the_example_holds_every_branch_and_a_missing_grade():
    used = {person.branch for example in RULES.examples for person in example.persons}
    assert used == {"division_head", "deputy_head", "staff", "staff_without_deputy"}
    assert any(not person.span.is_point for example in RULES.examples for person in example.persons)


def test_a_division_head():
    (found,) = score(
        rows_of(
            "1号", "division_head",
            q1={"main_leader": "优", "leader_in_charge": "良", "other_leaders": "良"},  # 50 + 24 + 16 = 90
            q2={"main_leader": "良", "leader_in_charge": "良", "other_leaders": "良"},  # 80
            q3={"main_leader": "中", "leader_in_charge": "良", "other_leaders": "优"},  # 30 + 24 + 20 = 74
            q4={"main_leader": "优", "leader_in_charge": "优", "other_leaders": "中"},  # 50 + 30 + 12 = 92
            year_end={"r1": "优", "r2": "优", "r3": "良"},  # 280 / 3
        )
    )  # fmt: skip
    assert [found.sessions[q].value for q in ("q1", "q2", "q3", "q4")] == [90, 80, 74, 92]
    assert found.periods["quarterly"].value == 84  # 336 / 4
    assert found.periods["year_end"].value == F(280, 3)
    assert found.yearly.value == F(252, 5) + F(112, 3)  # 0.6×84 = 50.4; 0.4×280/3 = 112/3
    assert found.sessions["q1"].trace == "0.5×100 + 0.3×80 + 0.2×80 ＝ 90"
    assert found.sessions["q1"].given == "main_leader 优、leader_in_charge 良、other_leaders 良"
    assert found.periods["quarterly"].trace == "（90 + 80 + 74 + 92）÷4 ＝ 84"
    assert found.sessions["year_end"].given == "3人测评：优 2人、良 1人"
    # 87.7333…: shown rounded, and said so
    assert found.yearly.trace == "0.6×84 + 0.4×93.33 ≈ 87.73"


@pytest.mark.parametrize(
    ("branch", "quarter", "year_end", "session", "yearly"),
    [
        # 0.3×60 + 0.2×80 + 0.5×100 = 18+16+50 = 84; 0.6×84 + 0.4×80 = 50.4+32
        (
            "deputy_head",
            {"leader_in_charge": "中", "other_leaders": "良", "division_head": "优"},
            "良",
            "84",
            "82.4",
        ),
        # 0.3×80 + 0.5×100 + 0.2×40 = 24+50+8 = 82; 0.6×82 + 0.4×100 = 49.2+40
        ("staff", {"leader_in_charge": "良", "division_head": "优", "deputy_head": "差"}, "优", "82", "89.2"),
        # no deputy: 0.3×80 + 0.7×100 = 24+70 = 94; 0.6×94 + 0.4×60 = 56.4+24
        ("staff_without_deputy", {"leader_in_charge": "良", "division_head": "优"}, "中", "94", "80.4"),
    ],
)
def test_the_other_branches(branch, quarter, year_end, session, yearly):
    (found,) = score(rows_of("7号", branch, **every_quarter(quarter), year_end={"r1": year_end}))
    assert found.sessions["q3"].value == found.periods["quarterly"].value == F(session)
    assert found.yearly.value == F(yearly)


def test_changed_weights_change_the_score():
    weights = WEIGHTS | {"division_head.main_leader": "55", "division_head.other_leaders": "15"}
    scheme = scheme_from(weights)
    grades = {"main_leader": "优", "leader_in_charge": "良", "other_leaders": "良"}
    # 0.55×100 + 0.30×80 + 0.15×80 = 55+24+12 = 91; 0.6×91 + 0.4×80 = 54.6+32
    (found,) = score(rows_of("1号", "division_head", **every_quarter(grades), year_end={"r1": "良"}), scheme)
    assert (found.sessions["q1"].value, found.yearly.value) == (91, F("86.6"))
    checks = appraisal.check_branches(of(weights), RULES)
    assert all(check.closes and not check.problems for check in checks)


OTHER = appraisal.Rules.model_validate(
    {
        "what": "考评人员", "is_not": "不考评支出", "weighs_periods": "whole",
        "grades": {"优秀": 100, "良好": 85, "称职": 70, "基本称职": 60, "不称职": 30},
        "grades_reason": "假设", "items_reason": "假设", "missing_reason": "区间",
        "periods": {
            "first": {"name": "上半年", "sessions": {"h1": "上半年"}, "graders": "weighted", "reason": "办法"},
            "second": {"name": "下半年", "sessions": {"h2": "下半年"}, "graders": "weighted", "reason": "办法"},
        },
    }
)  # fmt: skip
OTHER_WEIGHTS = {
    "whole.first": "45", "whole.second": "55", "worker.boss": "60", "worker.peer": "25", "worker.client": "15",
}  # fmt: skip


def test_another_scheme_with_two_halves_three_graders_and_five_grades():
    scheme = scheme_from(OTHER_WEIGHTS, OTHER)
    (found,) = score(
        rows_of(
            "A-1", "worker",
            h1={"boss": "优秀", "peer": "良好", "client": "称职"},  # 60 + 21.25 + 10.5 = 91.75
            h2={"boss": "称职", "peer": "称职", "client": "不称职"},  # 42 + 17.5 + 4.5 = 64
        ),
        scheme,
    )  # fmt: skip
    assert (found.periods["first"].value, found.periods["second"].value) == (F("91.75"), 64)
    assert found.yearly.value == F("76.4875")  # 0.45×91.75 = 41.2875; 0.55×64 = 35.2
    assert all(not check.problems for check in appraisal.check_branches(of(OTHER_WEIGHTS), OTHER))


def test_items_of_one_grader_are_averaged():
    items = ["优", "优", "良", "良", "良", "良", "中"]  # (200 + 320 + 60) / 7 = 580/7
    (found,) = score(
        rows_of("1号", "staff_without_deputy", q1={"leader_in_charge": items, "division_head": "优"}),
        scheme_from(WEIGHTS, listed={"quarterly": "7"}),
    )
    assert found.sessions["q1"].value == F(3, 10) * F(580, 7) + 70
    assert "leader_in_charge 优2良4中1" in found.sessions["q1"].given


def test_persons_come_in_the_order_of_their_numbers():
    grades = {"leader_in_charge": "良", "division_head": "良"}
    rows = [r for n in (10, 2, 1) for r in rows_of(f"{n}号", "staff_without_deputy", q1=grades)]
    assert [s.person for s in score(rows)] == ["1号", "2号", "10号"]


# --- missing is an interval ------------------------------------------------------------------------------------


@pytest.mark.parametrize("blank", [True, False], ids=["row left blank", "no row"])
def test_a_missing_grade_counts_from_worst_to_best_and_never_as_zero(blank):
    quarter = {"leader_in_charge": "良", "division_head": "良"} | ({"deputy_head": ""} if blank else {})
    full = {"leader_in_charge": "良", "division_head": "良", "deputy_head": "良"}
    sessions = every_quarter(full) | {"q2": quarter, "year_end": {"r1": "良"}}
    (found,) = score(rows_of("5号", "staff", **sessions))
    # q2: 24 + 40 + 0.2×(40 to 100) = 72 to 84; quarters (240+72)/4 = 78 to 81; year 46.8+32 to 48.6+32
    assert (found.sessions["q2"].low, found.sessions["q2"].high) == (72, 84)
    assert (found.yearly.low, found.yearly.high, found.yearly.value) == (F("78.8"), F("80.6"), None)
    assert found.sessions["q2"].trace == "0.5×80 + 0.3×80 + 0.2×（40～100） ＝ 72～84"
    assert found.yearly.lacking == ("第二季度deputy_head的等次",)
    assert found.yearly.words == "78.8～80.6"


def test_a_session_without_any_grade():
    grades = {"leader_in_charge": "优", "division_head": "优"}
    (found,) = score(rows_of("5号", "staff_without_deputy", **every_quarter(grades)))
    # year-end wholly missing: 0.6×100 + 0.4×(40 to 100)
    assert (found.yearly.low, found.yearly.high) == (76, 100)
    assert found.yearly.lacking == ("年终测评的全部等次",)


def test_a_grader_who_left_the_grade_empty_counts_in_the_mean():
    (found,) = score(rows_of("5号", "staff", year_end={"r1": "优", "r2": "良", "r3": "良", "r4": ""}))
    # (260 + 40)/4 to (260 + 100)/4
    assert (found.sessions["year_end"].low, found.sessions["year_end"].high) == (75, 90)
    assert found.sessions["year_end"].given == "4人测评：优 1人、良 2人、未评 1人"


def test_an_item_that_the_scheme_lists_and_a_grader_left_out():
    items = ["优", "优", "良", "良", "良", "良"]  # six of seven: 520, and 40 to 100
    rows = rows_of("1号", "staff_without_deputy", q1={"leader_in_charge": items, "division_head": "优"})
    (found,) = score(rows, scheme_from(WEIGHTS, listed={"quarterly": "7"}))
    assert found.sessions["q1"].low == F(3, 10) * 80 + 70  # 560/7
    assert found.sessions["q1"].high == F(3, 10) * F(620, 7) + 70
    # where nothing says how many items there are, those of the table are all
    (found,) = score(rows)
    assert found.sessions["q1"].value == F(3, 10) * F(520, 6) + 70


def test_items_listed_in_groups_are_counted_together():
    # 2+2+2+3+2 = 11 items of the year's end
    groups = {"year_end.a": "2", "year_end.b": "2", "year_end.c": "2", "year_end.d": "3", "year_end.e": "2"}
    assert scheme_from(WEIGHTS, listed=groups | {"quarterly": "7"}).listed == {"quarterly": 7, "year_end": 11}


def test_a_missing_weight_gives_no_number_at_all():
    scheme = scheme_from(WEIGHTS | {"staff.division_head": None})
    grades = {"leader_in_charge": "优", "division_head": "优", "deputy_head": "优"}
    (found,) = score(rows_of("1号", "staff", **every_quarter(grades), year_end={"r1": "优"}), scheme)
    assert found.yearly.low is found.yearly.high is found.yearly.value is None
    assert found.yearly.words == "无法评价"


def test_a_weight_for_nobody_in_particular_scores_nobody():
    scheme = scheme_from({"year.quarterly": "60", "year.year_end": "40", "staff": "100"})
    (found,) = score(rows_of("1号", "staff", year_end={"r1": "优"}), scheme)
    assert found.periods["quarterly"].low is found.yearly.low is None
    assert found.periods["year_end"].value == 100


def test_without_weights_of_the_periods_only_the_periods_have_scores():
    scheme = scheme_from({item: value for item, value in WEIGHTS.items() if not item.startswith("year.")})
    grades = {"leader_in_charge": "优", "division_head": "良"}  # 30 + 56 = 86
    (found,) = score(rows_of("1号", "staff_without_deputy", **every_quarter(grades)), scheme)
    assert found.periods["quarterly"].value == 86
    assert found.yearly.low is None


# --- faults ----------------------------------------------------------------------------------------------------

GOOD = {
    "person": "1号",
    "branch": "staff",
    "period": "q1",
    "grader": "division_head",
    "item": "",
    "grade": "优",
}


@pytest.mark.parametrize(
    ("changes", "where", "said"),
    [
        ({"grade": "甲"}, "grade列", "“甲”；应为优、良、中、差"),
        ({"grader": "main_leader"}, "grader列", "“main_leader”"),
        ({"period": "year_end", "grader": ""}, "grader列", "测评人"),
        ({"branch": "chief"}, "branch列", "“chief”"),
        ({"branch": "year"}, "branch列", "“year”"),
        ({"period": "q5"}, "period列", "“q5”"),
        ({"person": "某甲"}, "person列", "编号"),
    ],
)
def test_a_bad_row_is_a_fault_with_its_place(changes, where, said):
    line = GOOD | {"locator": "附件2〔grades.csv:9〕"} | changes
    with pytest.raises(CaseError) as told:
        appraisal.read_grades([line], scheme_from(WEIGHTS))
    assert f"grades.csv:9 {where}" in str(told.value) and said in str(told.value)


def faults(*lines, listed=None):
    numbered = [GOOD | {"locator": f"〔grades.csv:{n}〕"} | line for n, line in enumerate(lines, 2)]
    with pytest.raises(CaseError) as told:
        appraisal.read_grades(numbered, scheme_from(WEIGHTS, listed=listed))
    return [str(fault) for fault in told.value.faults]


def test_a_person_in_two_branches():
    (told,) = faults({}, {"period": "q2", "branch": "staff_without_deputy"})
    assert told.startswith("grades.csv:3 branch列：1号在“staff_without_deputy”，又在“staff”（grades.csv:2）")


def test_a_grade_given_twice():
    (told,) = faults({}, {"grade": "良"})
    assert told.startswith("grades.csv:3") and "重复（上一次在 grades.csv:2）" in told


def test_a_grade_for_the_whole_and_for_items():
    (told,) = faults({}, {"item": "工作质量"})
    assert told.startswith("grades.csv:3 item列")


def test_more_items_than_the_scheme_lists():
    (told,) = faults({"item": "甲"}, {"item": "乙"}, {"item": "丙"}, listed={"quarterly": "2"})
    assert "3项" in told and "办法所列的2项" in told
    scheme = scheme_from(WEIGHTS, listed={"quarterly": "2"})
    assert len(appraisal.read_grades([GOOD | {"item": "甲"}, GOOD | {"item": "乙"}], scheme)) == 2


def test_all_faults_are_told_at_once():
    assert len(faults({"grade": "甲"}, {"period": "q9"}, {"person": "2号", "branch": "x"})) == 3


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("优: 100, 良: 80", "优: 80, 良: 80", "逐档递减"),
        ("中: 60, 差: 40}", "中: 60, 差: -1}", "不为负"),
        ("q4: 第四季度}", "year_end: 第四季度}", "写在两个部分里"),
        ("person: 1号", "person: 某甲", "只写编号"),
        ("graders: evenly", "graders: even", "graders"),
        ("rater1: 优, rater2", "rater1: 甲, rater2", "算例的成绩表第13行 grade列：“甲”"),
        ("what:", "whta:", "whta"),
        ("      year: 年度考评\n", "", "names 里没有year"),
    ],
)
def test_faults_of_the_parameters(tmp_path, before, after, said):
    text = (ROOT / "params" / "appraisal.yaml").read_text(encoding="utf-8")
    assert before in text
    (tmp_path / "params").mkdir()
    (tmp_path / "params" / "appraisal.yaml").write_text(text.replace(before, after, 1), encoding="utf-8")
    with pytest.raises(CaseError, match=r"params/appraisal\.yaml:[0-9]+") as told:
        appraisal.read_rules(workspace(tmp_path))
    assert said in str(told.value)


# --- do the weights close --------------------------------------------------------------------------------------


def published():
    """The evidence of the published case."""
    with EVIDENCE.open(encoding="utf-8", newline="") as file:
        rows = [
            FigureRow(
                Key(r["figure"], r["scope"], r["item"], int(r["year"])), "x", r["locator"], r["label"], r["state"],
                "evidence", r["value"], r["unit"], r["precision"], r["quote"], "", True,
            )
            for r in csv.DictReader(file)
        ]  # fmt: skip
    return Figures(DICTIONARY, rows, (), 2019)


def test_the_published_scheme_closes_in_every_branch():
    checks = appraisal.check_branches(published(), RULES)
    assert [check.branch.id for check in checks] == [
        "year", "division_head", "deputy_head", "staff", "staff_without_deputy",
    ]  # fmt: skip
    assert all(check.closes and check.total == 1 and not check.problems for check in checks)
    scheme = appraisal.scheme_of(published(), RULES)
    assert [(part.name, part.weight) for part in scheme.branches["division_head"].parts] == [
        ("局主要领导", F(1, 2)), ("分管领导", F(3, 10)), ("局其他领导", F(1, 5)),
    ]  # fmt: skip
    assert scheme.listed == {"quarterly": 7, "year_end": 11}


def problems(weights, rules=RULES, listed=None):
    checks = appraisal.check_branches(of(weights, listed), rules)
    return [(check.branch.id, problem.kind, problem.words) for check in checks for problem in check.problems]


@pytest.mark.parametrize(
    ("weights", "branch", "kind", "words"),
    [
        # 45 + 30 + 20 = 95; 55 + 30 + 20 = 105
        ({"division_head.main_leader": "45"}, "division_head", "not_closed", "权重合计95.00%，少5.00%"),
        ({"division_head.main_leader": "55"}, "division_head", "not_closed", "权重合计105.00%，多5.00%"),
        ({"year.year_end": "39.99"}, "year", "not_closed", "少0.01%"),
        ({"staff.division_head": None}, "staff", "weight_missing", "缺division_head的权重"),
        ({"staff": "100"}, "staff", "part_unnamed", "没有写明属于哪一个"),
        ({"year.monthly": "0"}, "year", "period_unknown", "monthly怎样计分没有写明"),
        ({"staff_without_deputy.office": "0"}, "staff_without_deputy", "", ""),
    ],
)
def test_what_is_wrong_with_a_branch(weights, branch, kind, words):
    found = problems(WEIGHTS | weights)
    if not kind:
        assert found == [
            (
                "staff",
                "branch_without_differs",
                "没有deputy_head时的评分人与平时不一致：多出office",
            )
        ]
        return
    (own,) = found
    assert own[:2] == (branch, kind) and words in own[2]


def test_a_negative_weight_closes_nothing():
    weights = WEIGHTS | {"staff.division_head": "80", "staff.deputy_head": "-10"}  # 30 + 80 − 10 = 100
    assert problems(weights) == [("staff", "weight_negative", "deputy_head的权重为负")]
    (found,) = score(rows_of("1号", "staff", q1={"deputy_head": "优"}), scheme_from(weights))
    assert found.sessions["q1"].low is None


def test_no_rule_for_offices_without_a_deputy():
    weights = {item: value for item, value in WEIGHTS.items() if not item.startswith("staff_without")}
    assert [p[:2] for p in problems(weights)] == [("staff", "no_branch_without")]
    # a scheme whose staff no deputy grades needs no such rule
    without = {item: value for item, value in weights.items() if item != "staff.deputy_head"}
    assert problems(without | {"staff.division_head": "70"}) == []


def test_no_weights_of_the_periods():
    weights = {item: value for item, value in WEIGHTS.items() if not item.startswith("year.")}
    assert [p[:2] for p in problems(weights)] == [("year", "no_weights")]
    assert [p[:2] for p in problems(WEIGHTS | {"year.quarterly": "100", "year.year_end": "0"})] == []
    only = {item: value for item, value in WEIGHTS.items() if item != "year.year_end"} | {
        "year.quarterly": "100"
    }
    assert problems(only) == [("year", "period_unweighted", "没有写明年终考核占年度得分的权重")]


def test_another_number_of_grades_than_the_parameters_have():
    assert problems(WEIGHTS, listed={"quarterly_grades": "4"}) == []
    assert problems(WEIGHTS, listed={"quarterly_grades": "5"}) == [
        ("year", "grades_differ", "平时考评列有5个等次，折分表有4个")
    ]


def test_what_a_finding_could_say():
    weights = {item: value for item, value in WEIGHTS.items() if not item.startswith("staff_without")}
    checks = appraisal.check_branches(of(weights | {"year.year_end": "30"}, {"quarterly_grades": "5"}), RULES)
    # the year that does not close is told by the limit of appraisal_weight_sum, and not a second time
    (gap,) = appraisal.gaps(checks)
    assert (gap["kind"], gap["item"], gap["item_name"]) == ("no_branch_without", "staff", "一般工作人员考评")
    assert gap["problem"] == "没有写明所在处室没有deputy_head时各评分人的权重"
    assert gap["evidence"].split(";") == [
        f"appraisal_weight:department:staff.{grader}:2019"
        for grader in ("leader_in_charge", "division_head", "deputy_head")
    ]


def test_a_weight_that_does_not_apply_is_no_part_of_the_branch():
    rows = [
        row("appraisal_weight", item, value) for item, value in WEIGHTS.items() if item != "staff.deputy_head"
    ]
    none = FigureRow(
        Key("appraisal_weight", "department", "staff.deputy_head", 2019), "x", "", "", "not_applicable", "evidence",
        "", "", "", "", "", True,
    )  # fmt: skip
    found = Figures(DICTIONARY, [*rows, none], (), 2019)
    assert appraisal.scheme_of(found, RULES).branches["staff"].ids == ("division_head", "leader_in_charge")
    # 50 + 30 = 80, and no deputy who could be absent
    told = {c.branch.id: [p.kind for p in c.problems] for c in appraisal.check_branches(found, RULES)}
    assert told["staff"] == ["not_closed"]


@pytest.mark.parametrize("weight", [None, "-10"])
def test_an_example_is_not_worked_with_weights_that_cannot_weigh(weight):
    (example,) = RULES.examples
    assert appraisal.example_scheme(example, RULES, scheme_from(WEIGHTS))[1]
    assert not appraisal.example_scheme(example, RULES, scheme_from(WEIGHTS | {"staff.deputy_head": weight}))[
        1
    ]


def test_nothing_described_is_nothing_checked():
    assert appraisal.check_branches(of({}), RULES) == []
    assert appraisal.scheme_of(of({}), RULES) is None


# --- properties ------------------------------------------------------------------------------------------------


@st.composite
def closing(draw, parts):
    """Whole percentages that add up to 100."""
    cuts = sorted(draw(st.lists(st.integers(0, 100), min_size=parts - 1, max_size=parts - 1)))
    edges = [0, *cuts, 100]
    return [str(b - a) for a, b in pairwise(edges)]


@given(closing(2), closing(3), st.sampled_from(list(RULES.grades)), st.integers(1, 9))
def test_one_grade_from_everybody_is_exactly_its_points(year, staff, grade, raters):
    weights = dict(zip(["year.quarterly", "year.year_end"], year, strict=True))
    graders = ["leader_in_charge", "division_head", "deputy_head"]
    weights |= dict(zip([f"staff.{g}" for g in graders], staff, strict=True))
    rows = rows_of(
        "1号",
        "staff",
        **every_quarter(dict.fromkeys(graders, grade)),
        year_end={f"r{n}": grade for n in range(raters)},
    )
    (found,) = score(rows, scheme_from(weights))
    assert found.yearly.value == RULES.scale[grade]


EXAMPLE_ROWS = appraisal.example_rows(RULES.examples[0])


@given(st.permutations(EXAMPLE_ROWS))
def test_the_order_of_rows_changes_nothing(rows):
    assert score(rows) == score(EXAMPLE_ROWS)


@given(st.data())
def test_whatever_a_missing_grade_turns_out_to_be_lies_in_the_interval(data):
    blank = data.draw(st.sets(st.integers(0, len(EXAMPLE_ROWS) - 1), max_size=6))
    gap = [row | {"grade": ""} if n in blank else row for n, row in enumerate(EXAMPLE_ROWS)]
    known = [
        row | {"grade": row["grade"] or data.draw(st.sampled_from(list(RULES.grades)))}
        for row in EXAMPLE_ROWS
    ]
    for wide, sure in zip(score(gap), score(known), strict=True):
        assert sure.yearly.value is not None and wide.yearly.low <= sure.yearly.value <= wide.yearly.high


# --- the page part ---------------------------------------------------------------------------------------------


def run_of(found, base=ROOT, grades=()):
    audit = SimpleNamespace(scope_name=lambda scope: {"water": "水务站"}.get(scope, "部门整体"))
    return SimpleNamespace(
        workspace=workspace(base), figures=found, audit=audit, table=lambda name: list(grades)
    )


def words(run):
    return re.sub(r"<[^>]+>", " ", re.sub(r"<svg.*?</svg>", "", str(page_part(run)), flags=re.DOTALL))


def test_the_page_says_what_it_is_and_works_the_example_with_the_weights_of_the_case():
    said = words(run_of(published()))
    assert "它是对工作人员的考评，不是对支出绩效的评价" in said
    assert "各支权重都合计为百分之百" in said and "1号（虚构）" in said and "权重取自本案例" in said
    # 1号 under 60/40 and 50/30/20: 90, 100, 76, 96 → 0.5×100+0.3×80+0.2×80=90; 100; 40+24+12=76; 50+30+16=96
    # (90+100+76+96)/4 = 90.5; year-end 85; 0.6×90.5 + 0.4×85 = 54.3+34
    assert "0.5×100 + 0.3×80 + 0.2×80 ＝ 90" in said and "0.6×90.5 + 0.4×85 ＝ 88.3" in said
    assert "没有等次成绩表" in said and "二（二）1（2）" in said


def test_the_page_says_which_branch_does_not_close():
    said = words(run_of(of(WEIGHTS | {"staff.deputy_head": "10"})))
    assert (
        "考评办法有缺口" in said and "一般工作人员考评：权重合计90.00%，少10.00%" in said and "不合拢" in said
    )


def test_the_page_with_other_branches_keeps_the_examples_own_weights():
    said = words(run_of(of({"year.quarterly": "60", "year.year_end": "40", "worker.boss": "100"})))
    assert "权重是示例自带的" in said and "worker" in said and "主要领导 优" in said


def test_the_page_shows_the_persons_of_the_case():
    grades = {"leader_in_charge": "良", "division_head": "优"}  # 24 + 70 = 94
    rows = rows_of("12号", "staff_without_deputy", **every_quarter(grades), year_end={"r1": "中"})
    rows += rows_of("13号", "staff_without_deputy", **every_quarter(grades))
    said = words(run_of(of(WEIGHTS), grades=rows))
    assert "2 名工作人员，其中 1 名" in said and "12号（虚构）" not in said
    assert "0.6×94 + 0.4×60 ＝ 80.4" in said and "0.6×94 + 0.4×（40～100） ＝ 72.4～96.4" in said


def test_the_page_names_the_unit_of_a_unit_s_own_scheme():
    rows = [
        row("appraisal_weight", f"year.{p}", v, scope="water")
        for p, v in (("quarterly", "60"), ("year_end", "30"))
    ]
    said = words(run_of(Figures(DICTIONARY, rows, ("water",), 2019)))
    assert "水务站·年度考评：权重合计90.00%，少10.00%" in said


def test_the_page_without_weights_is_one_line():
    assert str(page_part(run_of(of({})))) == f"<p>{NOTHING}</p>"


def test_grades_without_weights_are_not_passed_over():
    grades = rows_of("1号", "staff", q1={"division_head": "优"})
    assert "成绩表有 1 行等次，而资料里没有部门的考评权重" in words(run_of(of({}), grades=grades))


def test_the_page_escapes_what_the_evidence_says():
    rows = [row("appraisal_weight", "worker.boss", "100", label="<b>主任</b>")]
    assert "<b>主任" not in str(page_part(run_of(Figures(DICTIONARY, rows, (), 2019))))
