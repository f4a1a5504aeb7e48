"""Scenarios: every kind of change with its result worked out by hand, every kind of mistake, and that nothing else moves."""

import json
from decimal import Decimal
from fractions import Fraction as F

import damage
import pytest
from conftest import INVENTED_CASE, ROOT, auditbook

from auditbook import pipeline, scoring, tables, what_if
from auditbook.cases import Assumed, Scenario, Tolerance
from auditbook.faults import CaseError
from auditbook.scenario_changes import changes, contradictions

CASE = "invented-water-2021"
SHIPPED = ("chongqing-scheme", "net-adjustment", "published-accounts", "strict-evidence", "yueyang-scheme")
MADE = ("indicators", "claims", "scores", "schemes", "findings")


def scenario(**parts) -> Scenario:
    return Scenario(reason="试", **parts)


def line(run, key: str) -> dict[str, str]:
    return next(row for row in run.table("scores") if row["indicator"] == key and row["level"] == "indicator")


def total(run) -> dict[str, str]:
    return next(row for row in run.table("scores") if row["level"] == "total")


def near(text: str, exact: F) -> bool:
    """Whether a cell is an exact number as far as its 34 digits go."""
    return abs(F(text) - exact) < F(1, 10**30)


def figure(
    run, name: str, item: str = "", scope: str = "department", year: int = 2021, *, chosen: str = "yes"
):
    return next(
        row for row in run.table("figures")
        if (row["figure"], row["scope"], row["item"], row["year"], row["chosen"])
        == (name, scope, item, str(year), chosen)
    )  # fmt: skip


def finding(run, key: str) -> dict[str, str] | None:
    return next((row for row in run.table("findings") if row["finding"] == key), None)


# --- nothing but what it says --------------------------------------------------------------------------------


def test_a_scenario_that_changes_nothing_moves_no_byte(case_in_memory):
    same = what_if.under(case_in_memory, scenario())
    for name in tables.COLUMNS:
        assert tables.to_csv(name, same.table(name)) == tables.to_csv(name, case_in_memory.table(name)), name
    assert changes(same) == []


def test_in_memory_is_what_a_run_writes(case_in_memory, invented):
    """Of the invented department, from its evidence, without a run; and from the tables that a run left."""
    for name in tables.COLUMNS:
        assert kept(name, case_in_memory) == written(invented.processed(CASE), name), name


def kept(name, run) -> bytes:
    """A table as a run writes it: one that is only written where it has rows is not written without."""
    rows = run.table(name)
    return tables.to_csv(name, rows) if rows or name not in tables.OPTIONAL else b""


def written(folder, name) -> bytes:
    path = folder / f"{name}.csv"
    return path.read_bytes() if path.exists() or name not in tables.OPTIONAL else b""


def test_the_case_itself_stays_as_it_is(case_in_memory):
    before = {name: tables.to_csv(name, case_in_memory.table(name)) for name in tables.COLUMNS}
    changed = what_if.under(
        case_in_memory,
        scenario(
            weights={"staff_control_rate": 9}, rescale=True, evidence="strict",
            assumed=[Assumed(figure="budget_added", value=7, unit="万元", reason="试")],
            thresholds={"budget_execution_rate": "96%"},
        ),
    )  # fmt: skip
    assert changed.table("scores") != case_in_memory.table("scores")
    assert before == {name: tables.to_csv(name, case_in_memory.table(name)) for name in tables.COLUMNS}
    assert case_in_memory.framework.lines["staff_control_rate"].weight == 5


def test_the_case_is_found_again_behind_a_scenario_of_its_own(case_in_memory):
    """What is asked of a run under a scenario is asked of its case: the assumed figure is gone, the evidence chosen."""
    once = what_if.under(
        case_in_memory,
        scenario(
            evidence="strict", assumed=[Assumed(figure="budget_added", value=7, unit="元", reason="试")]
        ),
    )
    again = what_if.under(once, scenario())
    for name in tables.COLUMNS:
        assert tables.to_csv(name, again.table(name)) == tables.to_csv(name, case_in_memory.table(name)), name


def test_two_scenarios_at_once(case_in_memory):
    first = scenario(
        definitions={"budget_adjustment_rate": "net"}, evidence="strict",
        assumed=[
            Assumed(figure="budget_added", value=7, unit="元", reason="试"),
            Assumed(figure="budget_cut", value=8, unit="元", reason="试"),
        ],
    )  # fmt: skip
    second = scenario(
        definitions={"budget_adjustment_rate": "gross_increase"},
        assumed=[Assumed(figure="budget_added", value=9, unit="元", reason="又试")],
    )
    both = what_if.combined(first, second)
    assert both.definitions == {"budget_adjustment_rate": "gross_increase"} and both.evidence == "strict"
    assert {own.figure: own.value for own in both.assumed} == {"budget_added": 9, "budget_cut": 8}
    run = what_if.under(case_in_memory, both)
    assert (figure(run, "budget_added")["value"], figure(run, "budget_cut")["value"]) == ("9", "8")


# --- each kind of change -------------------------------------------------------------------------------------


def test_another_definition(case_in_memory):
    run = what_if.under(case_in_memory, scenario(definitions={"budget_execution_rate": "original"}))
    assert run.scoring["budget_execution_rate"] == "original"
    scoring_rows = {
        row["definition"] for row in run.table("indicators")
        if row["indicator"] == "budget_execution_rate" and row["scoring"] == "yes"
    }  # fmt: skip
    assert scoring_rows == {"original"}
    # published 95.25 %: 51000001 / 52340000 is 97.44 %, and 51000001 / 53540000 = 95.2559 % was cut off to it
    claim = next(row for row in run.table("claims") if row["claim"] == "execution")
    assert claim["verdict"] == "disagrees"


def test_another_scheme(case_in_memory):
    run = what_if.under(case_in_memory, scenario(framework="chongqing-2021"))
    # proportional to 100 %: 10 x 51000001 / 53540000 = 9.52559..., the range of it far less than 0.01
    assert round(float(F(line(run, "budget_execution_rate")["lowest"])), 4) == 9.5256
    assert line(run, "budget_execution_rate")["state"] == "assessed"
    assert total(run)["scheme"] == "chongqing-2021"
    assert [change.words for change in changes(run)] == [
        "评分表：岳阳市财政局部门整体支出绩效评价评分表 → 重庆市部门整体绩效自评表"
    ]


def test_a_weight_that_is_made_up_for_elsewhere(case_in_memory):
    run = what_if.under(
        case_in_memory, scenario(weights={"staff_control_rate": 4, "budget_adjustment_rate": 4})
    )
    # 5 of 5 becomes 4 of 4; 2 of 3 becomes 2 x 4/3
    assert line(run, "staff_control_rate")["points"] == "4"
    assert near(line(run, "budget_adjustment_rate")["points"], F(8, 3))
    groups = {row["indicator"]: row["weight"] for row in run.table("scores") if row["level"] == "group"}
    assert (groups["input"], groups["process"], groups["unknown"]) == ("14", "22", "64")
    # a deduction of half a point in five is 0.4 in four
    assert run.framework.lines["staff_control_rate"].rule.deduct.points == F(2, 5)
    assert "扣0.4分" in line(run, "staff_control_rate")["rule"]


def test_weights_are_rescaled_exactly(case_in_memory):
    run = what_if.under(case_in_memory, scenario(weights={"budget_adjustment_rate": 6}, rescale=True))
    # 103 points for 100: each line is worth 100/103 of what is said; 2 of 3 is 4 of 6
    lines = run.framework.lines
    assert lines["staff_control_rate"].weight == F(500, 103)
    assert sum(item.weight for item in lines.values()) == 100
    assert sum(F(group.points) for group in run.framework.groups) == 100
    assert near(line(run, "budget_adjustment_rate")["points"], F(400, 103))
    assert near(total(run)["lowest"], F(900, 103))
    # lost are 2 of 6, and of nothing else: the sum is exact although no line of it ends
    assert near(total(run)["highest"], 100 - F(200, 103))


def test_thirds_add_up_to_the_whole(case_in_memory):
    """Three lines of 10/3 and full marks are ten, not 9.99…: a grade hangs on it."""
    weights = {
        "staff_control_rate": F(10, 3),
        "three_public_change_rate": F(10, 3),
        "key_spending_rate": F(25, 3),
    }
    assumed = [
        Assumed(figure="three_public_budget", value=1, unit="元", reason="试"),
        Assumed(figure="three_public_budget", year=2020, value=1, unit="元", reason="试"),
        Assumed(figure="key_project_budget", value=1, unit="元", reason="试"),
        Assumed(figure="project_budget", value=1, unit="元", reason="试"),
    ]
    run = what_if.under(case_in_memory, scenario(weights=weights, assumed=assumed))
    assert line(run, "staff_control_rate")["points"].startswith("3.3333")
    group = next(
        row for row in run.table("scores") if row["level"] == "group" and row["indicator"] == "input"
    )
    assert group["points"] == "15" and group["weight"] == "15"


def test_a_group_is_weighed_as_a_whole(case_in_memory):
    run = what_if.under(case_in_memory, scenario(weights={"input": 18, "process": 18}))
    # 5 of 15 is 6 of 18; 3 of 21 is 18/7 of 18, and 2 of 3 of it 12/7
    assert line(run, "staff_control_rate")["points"] == "6"
    assert near(line(run, "budget_adjustment_rate")["points"], F(12, 7))
    steps = run.framework.lines["key_spending_rate"].rule.steps
    assert [points for _, points in steps] == [6, F(24, 5), F(18, 5), F(12, 5), 0]


def test_an_override_keeps_its_share_of_its_line(case_in_memory):
    before = case_in_memory.framework
    after = before.weighed({"staff_control_rate": F(20, 3)})
    row = {"scheme": "yueyang-2018", "indicator": "staff_control_rate", "points": "4", "reason": "试"}
    other = {**row, "indicator": "budget_adjustment_rate", "points": "1"}
    # 4 of 5 is 16/3 of 20/3
    assert [own["points"] for own in scoring.reweighed([row, other], before, after)] == ["16/3", "1"]


def test_another_scoring_rule(case_in_memory):
    steps = {"steps": [["<=2%", Decimal(3)], [">2%", Decimal("1.5")]]}
    run = what_if.under(case_in_memory, scenario(rules={"budget_adjustment_rate": steps}))
    assert line(run, "budget_adjustment_rate")["points"] == "1.5"  # 1200000 / 52340000 is 2.29 %
    assert total(run)["lowest"] == "6.5"
    (change,) = changes(run)
    assert (change.kind, change.after) == ("评分规则", "不超过2%得3分；大于2%得1.5分")


def test_a_rule_is_for_the_points_that_are_said(case_in_memory):
    """Rule and weight of a line are stated together, and both are rescaled."""
    steps = {"steps": [["<=2%", Decimal(9)], [">2%", Decimal(3)]]}
    run = what_if.under(
        case_in_memory,
        scenario(
            weights={"budget_adjustment_rate": 9}, rescale=True, rules={"budget_adjustment_rate": steps}
        ),
    )
    # 106 points for 100; a third of the line
    assert near(line(run, "budget_adjustment_rate")["points"], F(300, 106))


def test_another_limit_of_an_indicator(case_in_memory):
    key = "low_execution_without_reason:budget_execution_rate:department"
    assert finding(case_in_memory, key) is None
    run = what_if.under(
        case_in_memory, scenario(thresholds={"budget_execution_rate": "96%"})
    )  # it is 95.26 %
    found = finding(run, key)
    # 96 % of 5354 is 5139.84, and 5100.0001 were spent
    assert found is not None and "差39.84万元" in found["condition"]
    assert "由情景设定" in run.rulebook.stanzas["budget_execution_rate"].limit.source
    assert run.results is case_in_memory.results
    assert case_in_memory.rulebook.stanzas["budget_execution_rate"].limit.at_least == "90%"


def test_another_threshold_of_a_finding_rule(case_in_memory):
    key = "target_set_too_low:g1.gates:department"
    assert finding(case_in_memory, key) is not None  # 4 of 3 is 133.33 %, above 130 %
    assert (
        finding(what_if.under(case_in_memory, scenario(thresholds={"target_set_too_low": "135%"})), key)
        is None
    )
    assert (
        finding(
            what_if.under(case_in_memory, scenario(thresholds={"target_set_too_low": Decimal("1.33")})), key
        )
        is not None
    )


def test_another_bound_of_a_quality_rule(case_in_memory):
    def passed(run) -> str:
        return next(row["passed"] for row in run.table("quality") if row["rule"] == "bounds_hold")

    assert passed(case_in_memory) == "yes"
    # 51000001 for 27 persons is 1888889 a head
    tight = scenario(tolerances={"spent_per_head": Tolerance(at_least=1_900_000)})
    assert passed(what_if.under(case_in_memory, tight)) == "no"
    loose = scenario(tolerances={"spent_per_head": Tolerance(at_least=1_800_000)})
    assert passed(what_if.under(case_in_memory, loose)) == "yes"


def test_another_materiality(case_in_memory):
    run = what_if.under(
        case_in_memory, scenario(tolerances={"materiality": Tolerance(amount=30, unit="万元")})
    )
    level = run.audit.case.materiality
    assert (level.amount, level.unit) == (30, "万元") and "案例文件定为50000元" in level.reason
    assert [change.words for change in changes(run)] == ["容差“重要性水平”：50,000.00元 → 30.00万元"]
    # a shortfall of 39.84万元 weighs less than 40, and not less than 30
    key, limit = (
        "low_execution_without_reason:budget_execution_rate:department",
        {"budget_execution_rate": "96%"},
    )
    for amount, severity in ((30, "medium"), (40, "low")):
        level = {"materiality": Tolerance(amount=amount, unit="万元")}
        found = finding(what_if.under(case_in_memory, scenario(tolerances=level, thresholds=limit)), key)
        assert found is not None and found["severity"] == severity


def test_strict_evidence(case_in_memory):
    run = what_if.under(case_in_memory, scenario(evidence="strict"))
    # of four sub-targets one has a figure that meets it; the rules that were issued have a date and no figure
    counts = {
        name: figure(run, f"objectives_{name}")["value"]
        for name in ("planned", "claimed", "proven", "possible")
    }
    assert counts == {"planned": "4", "claimed": "4", "proven": "1", "possible": "1"}
    claim = {row["about"]: row for row in run.table("claims") if row["kind"] == "completion"}
    assert claim["g3.rules"]["verdict"] == "not_evidenced" and "没有数字" in claim["g3.rules"]["explanation"]
    assert claim["g1.gates"]["verdict"] == "agrees" and claim["g2.leakage"]["verdict"] == "disagrees"
    ends = {
        row["definition"]: (row["low"], row["high"]) for row in run.table("indicators")
        if row["indicator"] == "completion_rate"
    }  # fmt: skip
    assert ends["proven"][0] == "0.25" and ends["possible"][1] == "0.25"
    # what is told of all of them: one is disproven by the evidence, two are not proven
    told = finding(run, "completion_beyond_evidence:objectives:department")
    assert "证实的1个，被证据否定的1个，其余2个没有得到证明" in told["condition"]


# --- assumed figures -----------------------------------------------------------------------------------------


def supposed(case_in_memory):
    return what_if.under(
        case_in_memory,
        scenario(
            assumed=[
                Assumed(figure="three_public_budget", value=303, unit="万元", reason="按〔2020〕3号批复"),
                Assumed(figure="three_public_budget", year=2020, value=3_000_000, unit="元", reason="上年批复"),
                Assumed(figure="carry_over", year=2020, value=Decimal("250.0"), unit="万元", reason="上年决算"),
                Assumed(figure="budget_added", value=130, unit="万元", reason="追加另有一笔"),
                Assumed(figure="objective_actual", item="g4.quality", value=92, unit="%", reason="监测站口头答复"),
            ]
        ),
    )  # fmt: skip


def test_what_is_missing_is_assumed(case_in_memory):
    run = supposed(case_in_memory)
    # 303 over 300 is 1 % more: one whole step of half a point off five
    assert line(run, "three_public_change_rate")["points"] == "4.5"
    # 200 of 250 is a fall by a fifth: 2 points of 3
    assert line(run, "carry_over_change_rate")["points"] == "2"
    # 7 points of the case; 130 of 5234 added is 2.48 %, in the same step as before
    assert total(run)["lowest"] == "13.5"


def test_what_is_assumed_is_chosen_over_the_evidence_and_tells_its_reason(case_in_memory):
    run = supposed(case_in_memory)
    own, evidence = figure(run, "budget_added"), figure(run, "budget_added", chosen="no")
    assert (own["source"], own["basis"], own["value"], own["unit"], own["state"]) == (
        "情景", "assumed", "130", "万元", "value",
    )  # fmt: skip
    assert own["locator"].startswith("假设：追加另有一笔") and own["quote"] == ""
    assert (evidence["basis"], evidence["value"]) == ("evidence", "1200000")
    rate = next(
        r for r in run.results if (r.indicator, r.definition) == ("budget_adjustment_rate", "ministry")
    )
    assert rate.value == F(1_300_000, 52_340_000) and rate.assumed
    assert not next(r for r in case_in_memory.results if r.indicator == "budget_adjustment_rate").assumed


def test_what_rests_on_an_assumption_says_so(case_in_memory):
    run = supposed(case_in_memory)
    assert "依据情景假设的数字" in line(run, "three_public_change_rate")["reason"]
    assert "依据情景假设的数字" not in line(run, "staff_control_rate")["reason"]
    # 5 + 3 + 3 points of their lines
    assert "其中11分依据情景假设的数字" in total(run)["reason"]
    claims = {row["claim"]: row for row in run.table("claims")}
    assert "依据情景假设的“调增预算”" in claims["adjustment"]["explanation"]
    assert "假设" not in claims["execution"]["explanation"]
    assert claims["done.g4.quality"]["verdict"] == "agrees"
    assert claims["done.g4.quality"]["explanation"] == "目标≥90%，实际92.00%（假设），达成"


def test_a_finding_about_an_assumption_says_so(case_in_memory):
    own = Assumed(figure="self_score", value=108, unit="分", reason="试")
    found = finding(
        what_if.under(case_in_memory, scenario(assumed=[own])),
        "self_score_above_declared_maximum:self_score:department",
    )
    assert found is not None and "依据情景假设的“自评得分”" in found["condition"]


def test_what_is_counted_from_an_assumption_is_assumed(case_in_memory):
    run = supposed(case_in_memory)
    proven = figure(run, "objectives_proven")
    assert (proven["value"], proven["basis"]) == ("3", "assumed")
    assert figure(run, "objectives_planned")["basis"] == "derived"
    bound = next(r for r in run.results if (r.indicator, r.definition) == ("completion_rate", "proven"))
    assert bound.low == F(3, 4) and bound.assumed


def test_no_check_speaks_for_an_assumption(case_in_memory):
    def checks(run) -> str:
        return next(row["checks"] for row in run.table("corroboration") if row["figure"] == "budget_added")

    assert checks(case_in_memory) != ""
    assert checks(supposed(case_in_memory)) == ""
    assert supposed(case_in_memory).table("quality") == case_in_memory.table("quality")


def test_an_identity_that_an_assumption_breaks_is_told_and_blocks_nothing(case_in_memory):
    run = supposed(case_in_memory)
    ((words, figures),) = contradictions(run)
    # 5234 + 130 - 0 is not 5354
    assert (
        "年初预算 + 调增 − 调减 = 调整后预算" in words
        and "52,340,000.00元 + 130.00万元（假设）" in words.replace("1,300,000.00", "130.00")
    )
    assert "budget_added:department::2021" in figures
    assert total(run)["state"] != "stopped"
    closing = scenario(assumed=[Assumed(figure="budget_added", value=120, unit="万元", reason="与资料同")])
    assert contradictions(what_if.under(case_in_memory, closing)) == []


def test_an_assumed_zero_is_a_declared_one(case_in_memory):
    run = what_if.under(
        case_in_memory, scenario(assumed=[Assumed(figure="carry_over", value=0, unit="元", reason="试")])
    )
    assert figure(run, "carry_over")["state"] == "zero"


def test_every_change_is_told_before_and_after(case_in_memory):
    told = [change.words for change in changes(supposed(case_in_memory))]
    assert "假设的数字“调增预算”：1,200,000.00元 → 130.00万元" in told
    assert "假设的数字“2020年年末结转和结余”：缺失 → 250.00万元" in told
    assert len(told) == 5


# --- mistakes ------------------------------------------------------------------------------------------------

FAULTS = [
    ("framework: yueyang-2019", 2, "评分框架“yueyang-2019”不存在", "yueyang-2018"),
    ("definitions: {budget_adjustmint_rate: net}", 2, "“budget_adjustmint_rate”不存在", "budget_adjustment_rate"),
    ("definitions: {budget_adjustment_rate: nett}", 2, "没有定义“nett”", "net"),
    ("weights: {staff_controll_rate: 5}", 2, "不是评分表“yueyang-2018”的一行", "是否想写“staff_control_rate”"),
    ("weights: {budget_execution_rate: 10}", 2, "是为另一份评分表写的", "framework: chongqing-2021"),
    ("weights: {staff_control_rate: 7}", 2, "之和是102，与“yueyang-2018”的满分100不等", "rescale: true"),
    ("weights: {staff_control_rate: 0}", 2, "分值是0", "大于0"),
    ("weights: {input: 15, staff_control_rate: 5}", 2, "都改了分值", "改组，或改组内各行"),
    ("rescale: true", 2, "没有 weights", "weights"),
    ("rules: {staff_control: {binary: {when: '=0%'}}}", 2, "不是评分表", "staff_control_rate"),
    ("rules:\n  staff_control_rate: {steps: [['<=100%', 4], ['>100%', 0]]}", 3, "最高4分，而分值是5分", "相合"),
    ("rules:\n  staff_control_rate: {stepps: []}", 3, "stepps", ""),
    ("rules: {unspecified-10: {binary: {when: '=0%'}}}", 2, "没有指标", ""),
    ("rules: {budget_system_soundness: {binary: {when: '=0%'}}}", 2, "checklist 或 bands", ""),
    ("thresholds: {target_set_to_low: 120%}", 2, "没有规则或指标“target_set_to_low”", "target_set_too_low"),
    ("thresholds: {rate_truncated: 120%}", 2, "没有界限可改", "target_set_too_low"),
    ("thresholds: {carry_over_rate: 120%}", 2, "没有界限可改", "budget_execution_rate"),
    ("thresholds: {budget_execution_rate: 九成}", 2, "界限是“九成”", "25%"),
    ("tolerances: {spent_per_hed: {at_least: 1}}", 2, "没有容差“spent_per_hed”", "spent_per_head"),
    ("tolerances: {figures_known: {at_least: 1}}", 2, "没有容许的范围", "materiality"),
    ("tolerances: {spent_per_head: {at_least: 9, at_most: 8}}", 2, "下限9大于上限8", ""),
    ("tolerances: {identities_close: {at_most: -1}}", 2, "下限0大于上限-1", ""),
    ("tolerances: {spent_per_head: {amount: 9, unit: 元}}", 2, "没有写界限", "at_least"),
    ("tolerances: {materiality: {amount: 9}}", 2, "缺 amount 或 unit", "万元"),
    ("tolerances: {materiality: {amount: 9, unit: 人}}", 2, "是9人", "金额"),
    ("evidence: loose", 2, "evidence", "strict"),
]  # fmt: skip
ASSUMED_FAULTS = [
    ("figure: budget_addded, value: 1, unit: 元", "没有数字“budget_addded”", "budget_added"),
    ("figure: staff_quota_established, value: 1, unit: 人", "是合计", "staff_quota"),
    ("figure: carry_over_previous, value: 1, unit: 元", "是上年的“carry_over”", "year 写2020"),
    ("figure: objectives_proven, value: 1, unit: 项", "由程序", ""),
    ("figure: budget_added, scope: harbour, value: 1, unit: 元", "没有单位“harbour”", "river-station"),
    ("figure: carry_over, item: special, value: 1, unit: 元", "不分项", "空"),
    ("figure: budget_added, item: extra, value: 1, unit: 元", "没有分项“extra”", "special"),
    ("figure: objective_actual, item: g9.x, value: 1, unit: 座", "没有分项“g9.x”", "g1.gates"),
    ("figure: budget_added, year: 2017, value: 1, unit: 元", "year 是2017", "2018～2021年"),
    ("figure: budget_added, value: 1, unit: 人", "单位写成“人”", "万元"),
    ("figure: staff_actual, scope: bureau, item: contract, value: 1.5, unit: 人", "是1.5人", "整数"),
    ("figure: budget_added, value: -1, unit: 元", "是-1元", "不小于零"),
]  # fmt: skip


def refused(copied, text: str) -> list[str]:
    folder = copied / "params" / "scenarios"
    folder.mkdir(exist_ok=True)
    (folder / "odd.yaml").write_text(f"reason: 试\n{text}\n", encoding="utf-8")
    with pytest.raises(CaseError) as caught:
        pipeline.check(str(damage.case_file(copied)), "odd")
    return [*map(str, caught.value.faults)]


@pytest.mark.parametrize(("text", "at", "found", "expected"), FAULTS)
def test_a_mistake_is_told_with_its_line(copied, text, at, found, expected):
    (said,) = refused(copied, text)
    assert f"params/scenarios/odd.yaml:{at}" in said and found in said and expected in said


@pytest.mark.parametrize(("row", "found", "expected"), ASSUMED_FAULTS)
def test_a_figure_that_cannot_be_assumed(copied, row, found, expected):
    (said,) = refused(copied, f"assumed:\n  - {{{row}, reason: 试}}")
    assert "params/scenarios/odd.yaml:3" in said and found in said and expected in said


def test_a_figure_is_assumed_once(copied):
    row = "  - {figure: budget_added, value: 1, unit: 元, reason: 试}\n"
    (said,) = refused(copied, f"assumed:\n{row}{row}")
    assert "假设了两次" in said and "odd.yaml:4" in said and "odd.yaml:3" in said


def test_all_mistakes_are_told_at_once(copied):
    texts = [
        text
        for text, *_ in FAULTS
        if text.startswith(("framework", "definitions: {budget_adjustmint", "evidence"))
    ]
    one = refused(copied, "\n".join(text for text in texts if not text.startswith("evidence")))
    assert len(one) == 2
    many = refused(
        copied,
        "weights: {staff_controll_rate: 5, budget_execution_rate: 10}\nthresholds: {no_such: 1, rate_truncated: 2}\n"
        "tolerances: {none: {at_most: 1}}\nassumed:\n  - {figure: none, value: 1, unit: 元, reason: 试}",
    )
    assert len(many) == 6


def test_the_same_mistake_in_memory_names_the_scenario(case_in_memory):
    with pytest.raises(CaseError, match="情景：weights 里的“none”不是评分表"):
        what_if.under(case_in_memory, scenario(weights={"none": 1}))
    with pytest.raises(CaseError, match="没有分项“g9”"):
        what_if.under(
            case_in_memory,
            scenario(
                assumed=[Assumed(figure="objective_actual", item="g9", value=1, unit="座", reason="试")]
            ),
        )


# --- shipped, side by side, and whole runs -------------------------------------------------------------------


@pytest.mark.parametrize("case", ["wuxi-offices-2019", "putuo-finance-2024", str(INVENTED_CASE)])
def test_every_shipped_scenario_applies_to_every_case_of_ours(case, tmp_path):
    done = auditbook("scenarios", case, "--json", workspace=tmp_path)
    assert done.code == 0, done.err
    own = {standing["name"]: standing for standing in json.loads(done.out)["standings"]}
    assert set(own) == {"", *SHIPPED}
    assert all("faults" not in standing for standing in own.values())
    assert (
        own["chongqing-scheme"]["scheme"] == "chongqing-2021"
        and own["yueyang-scheme"]["scheme"] == "yueyang-2018"
    )
    assert list(tmp_path.iterdir()) == []


def test_side_by_side(copied, tmp_path):
    folder = copied / "params" / "scenarios"
    folder.mkdir()
    (folder / "elsewhere.yaml").write_text(
        "reason: 为别处写的\nweights: {budget_execution_rate: 10}\n", encoding="utf-8"
    )
    (folder / "broken.yaml").write_text("reasons: 错\n", encoding="utf-8")
    (folder / "higher.yaml").write_text(
        "reason: 试\nrules: {budget_adjustment_rate: {steps: [['<=10%', 3], ['>10%', 0]]}}\n",
        encoding="utf-8",
    )
    case = damage.case_file(copied)
    found = json.loads(auditbook("scenarios", case, "--json", workspace=tmp_path).out)
    own = {standing["name"]: standing for standing in found["standings"]}
    assert "为另一份评分表写的" in own["elsewhere"]["faults"][0]
    assert any("reasons" in fault for fault in own["broken"]["faults"])
    assert (own[""]["lowest"], own[""]["highest"], own[""]["assessable_weight"]) == ("7", "99", "8")
    assert (own["higher"]["lowest"], own["higher"]["highest"]) == ("8", "100")
    assert "得分 7～99分 → 8～100分" in own["higher"]["moved"]
    assert own["strict-evidence"]["indicators"]["completion_rate"] == "25.00%"
    assert own[""]["indicators"]["completion_rate"] == "50.00%～75.00%"
    done = auditbook("scenarios", case, "--page", workspace=tmp_path)
    assert done.code == 0 and "不适用的情景" in done.out and "elsewhere" in done.out
    page = (tmp_path / "outputs" / CASE / "scenarios.html").read_text(encoding="utf-8")
    assert "8～100分" in page and "为另一份评分表写的" in page


SUPPOSED = """\
reason: 看没有取得的数字若如所说，得分会怎样
weights: {staff_control_rate: 7}
rescale: true
thresholds: {budget_execution_rate: 96%}
tolerances: {materiality: {amount: 60000, unit: 元}}
evidence: strict
assumed:
  - {figure: three_public_budget, value: 303, unit: 万元, reason: 按〔2020〕3号批复}
  - {figure: three_public_budget, year: 2020, value: 3000000, unit: 元, reason: 上年批复}
  - {figure: budget_added, value: 130, unit: 万元, reason: 追加另有一笔}
"""


@pytest.fixture(scope="module")
def supposed_run(tmp_path_factory):
    """A run under a scenario with assumed figures that lies outside the project."""
    folder = tmp_path_factory.mktemp("supposed")
    (folder / "supposed.yaml").write_text(SUPPOSED, encoding="utf-8")
    return auditbook(
        "run", INVENTED_CASE, "--scenario", folder / "supposed.yaml", workspace=folder / "runs"
    ), folder


def test_a_run_under_a_scenario_is_what_memory_says(case_in_memory, supposed_run):
    done, folder = supposed_run
    assert done.code == 0, done.err
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AUDITBOOK_WORKSPACE", str(folder / "runs"))
        ours = pipeline.check(str(INVENTED_CASE), str(folder / "supposed.yaml"))
        assert ours.audit.scenario
        run = what_if.under(case_in_memory, ours.audit.scenario, ours.audit.scenario_document)
        for name in tables.COLUMNS:
            assert kept(name, run) == written(done.processed(f"{CASE}+supposed"), name), name


def test_a_run_shows_its_assumptions_and_every_number_is_traced(supposed_run, monkeypatch):
    done, folder = supposed_run
    outputs = done.outputs(f"{CASE}+supposed")
    page = (outputs / "report.html").read_text(encoding="utf-8")
    for words in (
        "情景改动：",
        "情景·假设的数字：调增预算",
        "情景·分值",
        "情景·界限",
        "情景·容差",
        "（假设）",
        "假设的数字，没有资料可以核对",
    ):
        assert words in page, words
    assert str(folder) not in page
    from auditbook.report.evidence_entries import RunSources
    from auditbook.report.tracing import scan

    monkeypatch.setenv("AUDITBOOK_WORKSPACE", str(folder / "runs"))
    sources = RunSources(pipeline.check(str(INVENTED_CASE), str(folder / "supposed.yaml")))
    pages = [outputs / "report.html", *sorted((outputs / "workpapers").glob("*.html"))]
    for own in pages:
        assert scan(own.read_text(encoding="utf-8"), sources).faults == [], own.name


def test_the_workbook_shows_them_too(supposed_run):
    import openpyxl as reader

    done, _ = supposed_run
    book = reader.load_workbook(done.outputs(f"{CASE}+supposed") / "workpapers.xlsx")
    text = "\n".join(
        str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row if cell.value
    )
    for words in ("情景·假设的数字：调增预算", "含假设的数字", "假设：追加另有一笔", "依据情景假设的数字"):
        assert words in text, words


@pytest.mark.parametrize("name", ["strict-evidence", "chongqing-scheme", "published-accounts"])
def test_every_number_of_a_shipped_scenario_is_traced(name, tmp_path):
    done = auditbook("run", "putuo-finance-2024", "--scenario", name, workspace=tmp_path)
    assert done.code == 0, done.err
    traced = auditbook("verify", "--trace", f"putuo-finance-2024+{name}", workspace=tmp_path)
    assert traced.code == 0, traced.out


def test_make_takes_a_scenario_by_name_or_path():
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert '$(if $(SCENARIO),--scenario "$(SCENARIO)")' in text
