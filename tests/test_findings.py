"""Findings: the 61 rows of domain.md §6 one by one, and the rules on rows of another department."""

import csv

import damage
import pytest
from conftest import auditbook, unlinked
from test_runs import WUXI, rows

from auditbook import findings, pipeline

D = "department"
# Row of ../shared/domain.md §6 → the finding (or findings) that answers it, and words it must say. Nine rows are checks
# that agree (–); they have a line in CHECKS instead.
SEVERITY = {"H": "high", "M": "medium", "L": "low"}
ROWS = [
    ("S02", "H", f"rate_fits_other_definition:budget_adjustment_rate:{D}", ["106.94", "106.99", "只计追加"]),
    ("S03", "H", f"adjustment_without_reason:budget_adjustment_rate:{D}", ["106.99%", "没有说明原因"]),
    ("S05", "M", f"reasons_without_amounts:budget_execution_rate:{D}", ["政协委员活动之家", "公务车辆更新"]),
    ("S06", "H", f"zero_but_described:budget_spent:special:{D}", ["无专项资金", "周转房建设", "立体停车库", "附属钢构拆除", "行动计划"]),
    ("S07", "M", f"self_financed_unit_included:funding_service_centre:{D}", ["自收自支", "事业收入"]),
    ("S08", "M", f"indicator_without_evidence:all:{D}", ["“三公”经费变动率", "政府采购执行率", "固定资产利用率", "完成及时率"]),
    ("S09", "H", f"annex_absent:all:{D}", ["整体支出明细表", "绩效评价指标表", "量化测评表"]),
    ("S10", "H", f"self_score_above_undeclared_maximum:self_score:{D}", ["108分", "100分"]),
    ("S12", "M", "repeated_count:all:bureau", ["编外用工与公务员同为34", "编外用工与机关附属编制同为13"]),
    ("S14", "H", "over_establishment:staff_control_rate:vehicle-centre", ["108.33%", "13 ÷ 12", "超出1人"]),
    ("S15", "M", "contract_staff_outnumber:contract_staff_ratio:vehicle-centre", ["165 ÷ 13", "1,269.23%"]),
    ("S16", "M", "total_masks_unit:staff_control_rate:vehicle-centre", ["76.79%", "108.33%"]),
    ("S17", "L", f"two_names:staff_quota:attached:{D}", ["机关附属编制工人", "机关附属编制19名"]),
    ("S17", "L", f"two_names:items_listed:internal_offices:{D}", ["公务车辆管理处", "公车处"]),
    ("S19", "H", f"method_is_not_evaluation:self_score:{D}", ["季度考评", "没有写到"]),
    ("S21", "L", f"two_deadlines:appraisal_weight:year.quarterly:{D}", ["5个工作日", "5日前"]),
    ("S22", "L", f"two_names:annex-2:{D}", ["季度绩效考评表", "季度工作考评表"]),
    ("S22", "L", f"two_names:annex-3:{D}", ["《年度考核表》", "年终考核量化测评表"]),
    ("S23", "L", f"outdated_term:name_old_ranks:{D}", ["主任科员"]),
    ("S24", "M", f"no_independent_party:self_score:{D}", ["局党组书记", "处室负责人", "第三方"]),
    ("S24", "L", f"undated_report:report:{D}", ["没有载明成文日期"]),
    ("S25", "H", f"done_but_not_met:o3.provincial_units:{D}", ["≥8家", "只有7家", "已完成"]),
    ("S26", "L", f"two_names:o3.national_units:{D}", ["国家级", "全国节约型公共机构示范单位"]),
    ("S27", "H", f"answer_measures_something_else:o3.energy_per_capita:{D}", ["人均综合能耗", "人均用电", "3.17%"]),
    ("S30", "M", f"done_without_evidence:o3.vehicle_fuel:{D}", ["油耗"]),
    ("S31", "M", f"done_without_evidence:o3.water_saving_units:{D}", ["省级节水型单位"]),
    ("S32", "M", f"count_disagrees:items_listed:rate_first_actions:{D}", ["七大率先行动", "7项", "5项"]),
    ("S33", "H", f"done_but_not_met:o1.office_measure:{D}", ["送审稿", "尚是草稿"]),
    ("S34", "M", f"issued_without_number:o2.vehicle_measure:{D}", ["印发", "共修改9稿", "无文号、日期"]),
    ("S35", "M", f"done_without_evidence:o2.discipline_cases:{D}", ["公车私用"]),
    ("S36", "M", f"target_repeated_as_result:o1.one_network:{D}", ["一张网"]),
    ("S37", "M", f"done_without_evidence:o4.one_stop:{D}", ["一站式"]),
    ("S38", "M", f"answer_names_another_thing:o4.procurement_rules:{D}", ["物资采购管理办法", "制定出台采购管理办法"]),
    ("S39", "M", f"published_without_date:o4.online_disclosure:{D}", ["时间进度", "公开日期与网址"]),
    ("S40", "M", f"done_without_evidence:o5.deli_service:{D}", ["熟食"]),
    ("S40", "M", f"done_without_evidence:o5.substation_6:{D}", ["6号变电所"]),
    ("S40", "M", f"done_without_evidence:o5.security_video:{D}", ["视频监控"]),
    ("S40", "M", f"done_without_evidence:o5.outsourcing_supervision:{D}", ["外包公司"]),
    ("S41", "L", f"two_names:o5.lift_software:{D}", ["遥检", "遥监"]),
    ("S42", "L", f"two_names:o5.led_removal:{D}", ["户外LED", "屋面LED", "三（五）", "四（六）"]),
    ("S44", "M", f"built_without_acceptance:o6:{D}", ["周转房建设", "验收日期"]),
    ("S45", "M", f"issued_without_number:o6.housing_measure:{D}", ["周转房", "文号"]),
    ("S45", "L", f"two_names:o6.housing_measure:{D}", ["《周转房管理办法》", "暂行办法"]),
    ("S46", "H", f"future_tense:service_hall_opening:{D}", ["将于2019年12月30日", "已经结束"]),
    ("S47", "L", f"later_year:service_hall_award:{D}", ["2019－2020年度", "2020年"]),
    ("S48", "H", f"done_but_not_met:o7.work_standards:{D}", ["初步架构"]),  # domain.md: M; a task said to be done that is not
    ("S49", "M", f"built_without_acceptance:o9:{D}", ["智慧市民中心", "验收日期"]),
    ("S50", "M", f"satisfaction_not_measured:satisfaction_rate:{D}", ["满意度调查"]),
    ("S51", "M", f"completion_beyond_evidence:objectives:{D}", ["9项目标中报完成9项", "51个"]),
    ("S52", "L", f"approximate_quantities:all:{D}", ["近35000人", "近50次", "150余人"]),
    ("S52", "M", f"auditor:activity-as-outcome:{D}", ["参加人数", "报道次数"]),
    ("S53", "L", f"residue:residue_this_bureau:{D}", ["本无锡市机关事务管理局"]),
    ("S54", "L", f"auditor:typo-deputy-head:{D}", ["国管局副长"]),
    ("S54", "L", f"auditor:typo-defect:{D}", ["缺限"]),
    ("S54", "L", f"auditor:typo-space:{D}", ["过紧日 子"]),
    ("S55", "L", f"relative_date:all:{D}", ["今年5月", "一年来"]),
    ("S56", "L", f"not_chronological:o3:{D}", ["11月7日", "8月份"]),
    ("S57", "L", f"anachronism:o6.housing_measure:{D}", ["住建部", "建设部", "2003年"]),
    ("S57", "L", f"bracket:rule_number:{D}", ["〔2003〕"]),
    ("S58", "L", f"slogan:all:{D}", ["五员", "五个结合", "五个聚焦"]),
    ("S59", "M", f"problems_without_number:problems:{D}", ["3条没有数字"]),
    ("S59", "M", f"problems_omitted:problems:{D}", ["预算调整过大", "公布比率只合另一口径", "单位超编", "未达成而报完成"]),
    ("S60", "M", f"suggestions_without_measure:suggestions:{D}", ["希望财政局", "没有写明措施、责任单位、期限"]),
    ("S61", "L", f"percentage_without_base:reported_quantity:gap_share:{D}", ["16.8%"]),
]  # fmt: skip
# The nine rows of domain.md §6 that agree: S01, S04, S11, S13, S18, S20, S28, S29, S43.
CHECKS = [
    ("S01", "quality", "identities_close", {"passed": "yes"}),
    ("S04", "claims", "execution_rate_total", {"verdict": "agrees"}),
    ("S11", "indicators", "staff_control_rate:established:bureau:", {"status": "computed", "numerator": "47", "denominator": "53"}),
    ("S13", "indicators", "staff_control_rate:established:service-centre:", {"numerator": "26", "denominator": "47"}),
    ("S18", "figures", "items_listed:department:internal_offices", {"value": "10"}),
    ("S20", "claims", "count_year_end", {"verdict": "agrees"}),
    ("S20", "claims", "count_quarterly", {"verdict": "agrees"}),
    ("S20", "indicators", "appraisal_weight_sum:sum:department:staff_without_deputy", {"value": "1"}),
    ("S28", "claims", "done.o3.energy_per_area", {"verdict": "agrees"}),
    ("S29", "claims", "done.o3.water_per_capita", {"verdict": "agrees"}),
    ("S43", "indicators", "post_staff_change:change:department:substation", {"numerator": "-6", "denominator": "19"}),
]  # fmt: skip
KEYS = {
    "quality": ("rule",), "claims": ("claim",), "indicators": ("indicator", "definition", "scope", "item"),
    "figures": ("figure", "scope", "item"),
}  # fmt: skip


@pytest.mark.parametrize(("row", "severity", "key", "words"), ROWS, ids=[f"{r[0]} {r[2]}" for r in ROWS])
def test_every_finding_of_the_2019_report(wuxi, row, severity, key, words):
    found = {f["finding"]: f for f in rows(wuxi, WUXI, "findings")}[key]
    assert [word for word in words if word not in found["condition"]] == []
    assert found["severity"] == SEVERITY[severity]
    assert found["origin"] == ("auditor" if key.startswith("auditor:") else "rule")
    for part in ("criterion", "cause", "effect", "recommendation"):
        assert found[part]
    assert found["evidence"] or found["quote"]


@pytest.mark.parametrize(("row", "table", "key", "expected"), CHECKS, ids=[f"{c[0]} {c[2]}" for c in CHECKS])
def test_every_check_of_the_2019_report_that_agrees(wuxi, row, table, key, expected):
    found = {":".join(r[k] for k in KEYS[table]): r for r in rows(wuxi, WUXI, table)}[key]
    assert {name: found[name] for name in expected} == expected


def test_all_61_rows_are_there_and_most_by_rule():
    named = {row for row, *_ in ROWS} | {row for row, *_ in CHECKS}
    assert named == {f"S{number:02}" for number in range(1, 62)}
    assert len({row for row, *_ in CHECKS}) == 9
    by_rule = {row for row, _, key, _ in ROWS if not key.startswith("auditor:")}
    assert len(by_rule) >= 26


# --- other departments -------------------------------------------------------------------------------------------


def found_in(base):
    case = damage.case_file(base)
    damage.rehash(base)
    outcome = auditbook("run", case, workspace=base.parent / "runs")
    assert outcome.code in {0, 4}, outcome.err
    return {row["finding"]: row for row in rows(outcome, case.stem, "findings")}, outcome


def add(base, name, shape, text):
    """A further table of the case."""
    (damage.folder(base) / name).write_text(text, encoding="utf-8")
    with (damage.folder(base) / "SOURCES.yaml").open("a", encoding="utf-8") as register:
        register.write(
            f"\n  - id: {shape}-more\n    file: {name}\n    shape: {shape}\n    title: 虚构\n    status: transcribed\n"
            f"    sha256: {'a' * 64}\n    reliability: low\n    reason: 虚构\n"
        )


REPLIES = (
    "finding,reply,replied_by,replied_when,answer,answered_by,answered_when,status,locator,quote\n"
    "done_but_not_met:g2.leakage:department,漏损率年末已降到8.8%,清河县水务局,2022-05-06,请提供计量记录,审计组,2022-05-09,disputed,,\n"
    "done_but_not_met:g9.gone:department,已整改,清河县水务局,2022-05-06,,,,corrected,,\n"
)
RECORDED = (
    "finding,severity,kind,scope,about,amount,unit,name,criterion,condition,cause,effect,recommendation,who,when,locator,quote\n"
    "no-minutes,high,method,river-station,,120000,元,会议没有纪要,大额支出须集体决策,没有会议纪要,没有留存,无从查证,补齐,审计组,2022-04-01,三,建成水闸4座\n"
)


def test_replies_stand_with_their_finding_and_keys_outlive_changed_figures(copied):
    add(copied, "replies.csv", "replies", REPLIES)
    before, outcome = found_in(copied)
    own = before["done_but_not_met:g2.leakage:department"]
    assert own["reply"] == "漏损率年末已降到8.8%（清河县水务局，2022-05-06）"
    assert own["answer"] == "请提供计量记录（审计组，2022-05-09）" and own["status"] == "disputed"
    page = (outcome.outputs(damage.CASE) / "report.html").read_text(encoding="utf-8")
    assert "漏损率年末已降到8.8%" in page and "请提供计量记录" in page and "单位有异议" in page
    assert "回复所指的发现不存在" in page and "done_but_not_met:g9.gone:department" in page
    # another figure: the condition changes, the key and the reply stay
    damage.replace(damage.folder(copied) / "report.txt", "漏损率为9.4%", "漏损率为9.6%")
    goals = damage.folder(copied) / "goals.csv"
    damage.replace(goals, "9.4,0.1,三,漏损率为9.4%", "9.6,0.1,三,漏损率为9.6%")
    after, _ = found_in(copied)
    changed = after["done_but_not_met:g2.leakage:department"]
    assert changed["condition"] != own["condition"] and changed["reply"] == own["reply"]


def test_what_the_auditor_recorded_is_told_from_what_a_rule_found(copied):
    add(copied, "recorded.csv", "recorded", RECORDED)
    found, outcome = found_in(copied)
    own = found["auditor:no-minutes:river-station"]
    assert (own["origin"], own["rule"], own["number"], own["amount"]) == ("auditor", "", "2", "120000")
    page = unlinked((outcome.outputs(damage.CASE) / "report.html").read_text(encoding="utf-8"))
    page = page[page.index('id="finding-2"') :].partition("</section>")[0]
    assert "审计人员记录（审计组，2022-04-01）" in page and "12.00万元" not in page and "120,000.00元" in page
    sheets = (outcome.outputs(damage.CASE) / "workpapers" / "40_findings.html").read_text(encoding="utf-8")
    assert sheets.count('class="sheet" id="sheet-') == len(found) and "审计取证单（第2号）" in sheets


@pytest.mark.parametrize(
    ("old", "new", "wanted"),
    [
        ("finding,severity", "finding,gravity", "表头不对"),
        ("no-minutes,high", "no-minutes,grave", "high、medium、low"),
        ("river-station", "elsewhere", "units 里的代号"),
        (",120000,元,", ",120000,,", "金额与单位同填或同空"),
        (",120000,元,", ",twelve,元,", "普通的十进制数"),
        ("审计组,2022-04-01", ",2022-04-01", "不能为空"),
        ("2022-04-01", "1 April", "日期"),
    ],
)
def test_a_faulty_record_is_told_with_its_place(copied, old, new, wanted):
    add(copied, "recorded.csv", "recorded", RECORDED.replace(old, new, 1))
    damage.rehash(copied)
    outcome = auditbook("check", damage.case_file(copied), workspace=copied.parent / "runs")
    assert outcome.code == 3 and "recorded.csv:" in outcome.err and wanted in outcome.err, outcome.err
    assert "Traceback" not in outcome.err


@pytest.mark.parametrize(("materiality", "severity"), [("14459", "high"), ("14460", "medium")])
def test_an_amount_below_materiality_matters_less_where_the_rule_says_so(copied, materiality, severity):
    """Adjustment of 21.2 million over 52.34 million: 40.5 %; beyond 30 % lie 21 200 000 − 15 702 000 = 5 498 000 元."""
    money = damage.folder(copied) / "money.csv"
    damage.replace(
        money,
        'value,1200000,元,1,一（二）,"年中追加1,200,000元"',
        'value,21200000,元,1,一（二）,"年中追加21,200,000元"',
    )
    damage.replace(money, "value,53540000,元", "value,73540000,元")
    text = money.read_text(encoding="utf-8").replace("调整后预算53,540,000元", "调整后预算73,540,000元")
    money.write_text(text, encoding="utf-8")
    report = damage.folder(copied) / "report.txt"
    report.write_text(
        report.read_text(encoding="utf-8")
        .replace("年中追加1,200,000元", "年中追加21,200,000元").replace("调整后预算53,540,000元", "调整后预算73,540,000元"),
        encoding="utf-8",
    )  # fmt: skip
    said = damage.folder(copied) / "said.csv"
    lines = [
        line for line in said.read_text(encoding="utf-8").splitlines() if not line.startswith("why_added")
    ]
    said.write_text("\n".join(lines) + "\n", encoding="utf-8")
    amount = {"14459": 5_498_000, "14460": 5_498_001}[materiality]
    damage.replace(damage.case_file(copied), "amount: 50000", f"amount: {amount}")
    found, _ = found_in(copied)
    own = found["adjustment_without_reason:budget_adjustment_rate:department"]
    assert own["amount"] == "549.8" and own["unit"] == "万元" and own["severity"] == severity
    assert ("重要性水平" in own["effect"]) == (severity == "medium")


def test_a_rule_file_with_mistakes_is_refused_whole(tmp_path):
    from conftest import own_project

    project = own_project(tmp_path)
    rules = project / "params" / "findings.yaml"
    damage.replace(rules, 'where: {masked: "yes"}', 'where: {masqued: "yes"}')
    damage.replace(rules, "above: {attainment: 130%}", "above: {attainment: many}")
    damage.replace(rules, "group: scope", "group: colour")
    damage.replace(rules, "verdict: not_evidenced", "verdict: not_evident")
    damage.replace(
        rules,
        'where: {figure: reported_quantity, unit: "%"}',
        'where: {figure: reported_quantity, unit: "%"}\n  above: {name: 130%}',
    )
    outcome = auditbook("check", damage.CASE, workspace=tmp_path / "runs", cwd=project)
    assert outcome.code == 3 and "Traceback" not in outcome.err
    assert "masqued" in outcome.err and "colour" in outcome.err and "many" in outcome.err
    assert "not_evident" in outcome.err and "不是数的栏目“name”" in outcome.err
    assert outcome.err.count("findings.yaml:") >= 5


def append(base, name, line):
    with (damage.folder(base) / name).open("a", encoding="utf-8") as file:
        file.write(line + "\n")


def also_says(base, words):
    with (damage.folder(base) / "report.txt").open("a", encoding="utf-8") as file:
        file.write(words + "\n")


def test_two_wrong_numbers_about_one_thing_make_one_finding_with_two_facts(copied):
    also_says(copied, "执行率为99.99%。年末又称执行率为90.01%。")
    for claim, value in (("twice", "99.99"), ("thrice", "90.01")):
        append(
            copied,
            "printed.csv",
            f"{claim},rate,budget_execution_rate,department,,2021,{value},%,0.01,三,执行率为{value}%",
        )
    found, _ = found_in(copied)
    condition = found["rate_disagrees:budget_execution_rate:department"]["condition"]
    assert "（1）" in condition and "（2）" in condition and "99.99" in condition and "90.01" in condition


def test_staff_without_any_establishment_are_over_it(copied):
    """9 persons where the establishment is declared to be nothing: no rate, but a finding (domain.md §0.3)."""
    people = damage.folder(copied) / "people.csv"
    damage.replace(
        people,
        "institution,2021,事业编制,value,9,人,exact,一（一）,事业编制9名",
        "institution,2021,事业编制,zero,0,人,exact,一（一）,没有事业编制",
    )
    damage.replace(damage.folder(copied) / "report.txt", "事业编制9名", "没有事业编制")
    found, _ = found_in(copied)
    own = found["over_establishment:staff_control_rate:river-station"]
    assert own["amount"] == "9" and "基数为零" in own["condition"] and "9 ÷ 0" in own["condition"]


@pytest.mark.parametrize(
    ("reason", "there"), [("", True), ("why_low,reason,budget_execution_rate,,三,因汛期停工", False)]
)
def test_low_execution_wants_a_reason(copied, reason, there):
    """47 million of 53.54 million: 87.8 %, below 90 %."""
    for name in ("money.csv", "report.txt"):
        path = damage.folder(copied) / name
        text = (
            path.read_text(encoding="utf-8")
            .replace("51,000,001", "47,000,000")
            .replace("51000001", "47000000")
        )
        path.write_text(text, encoding="utf-8")
    also_says(copied, "因汛期停工")
    if reason:
        append(copied, "said.csv", reason)
    found, _ = found_in(copied)
    assert ("low_execution_without_reason:budget_execution_rate:department" in found) == there


def test_targets_that_all_have_numbers_are_no_finding(copied):
    goals = damage.folder(copied) / "goals.csv"
    lines = goals.read_text(encoding="utf-8").splitlines()
    goals.write_text(
        "\n".join(line for line in lines if not line.startswith(("g3", "g4"))) + "\n", encoding="utf-8"
    )
    said = damage.folder(copied) / "said.csv"
    lines = said.read_text(encoding="utf-8").splitlines()
    said.write_text(
        "\n".join(line for line in lines if ",g3" not in line and ",g4" not in line) + "\n", encoding="utf-8"
    )
    found, _ = found_in(copied)
    assert "targets_without_number:objectives:department" not in found


def test_unanswered_names_replies_without_a_finding():
    replies = [{"finding": "a:b:department"}, {"finding": "c:d:department"}]
    assert findings.unanswered(replies, [{"finding": "a:b:department"}]) == ["c:d:department"]


def test_the_tables_hold_every_column(wuxi):
    from auditbook.tables import COLUMNS

    with (wuxi.processed(WUXI) / "findings.csv").open(encoding="utf-8") as file:
        assert next(csv.reader(file)) == list(COLUMNS["findings"])
    assert pipeline.check(WUXI).rules.audit.case.case == WUXI
