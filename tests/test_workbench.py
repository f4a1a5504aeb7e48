"""The workbench: a scenario while it is being set, without a browser. Results are worked out by hand; what is saved is run."""

import os
import subprocess
import sys
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from conftest import ROOT, UNPRINTED, auditbook, own_project

from auditbook import overview, side_by_side, strict_yaml
from auditbook.cases import Scenario
from auditbook.faults import CaseError, UsageError
from auditbook.report import start_view
from auditbook.report.masking import Masks
from auditbook.workbench import Settings, Supposed, Workbench, settings_of, step_of, written

CASE = "invented-water-2021"
ADJUSTMENT, STAFF = "budget_adjustment_rate", "staff_control_rate"
MONEY = Supposed("budget_added", value="1,000", unit="万元", reason="追加另有一笔")


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A project of its own, entered."""
    folder = own_project(tmp_path_factory.mktemp("project"))
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("AUDITBOOK_WORKSPACE", raising=False)
        patch.chdir(folder)
        yield folder


@pytest.fixture(scope="module")
def opened(project) -> Workbench:
    return Workbench(CASE)


@pytest.fixture
def bench(opened) -> Workbench:
    """The workbench as it is when it is opened, without opening the case once more."""
    opened._steps, opened._at, opened.saved, opened.reason = [Settings()], 0, None, ""
    return opened


def score(bench: Workbench) -> str:
    after = bench.outcome().after
    assert after is not None, bench.outcome().troubles
    return after.score_words


def words(bench: Workbench, *place: str) -> str:
    """What is told of a setting."""
    return "".join(trouble.words for trouble in bench.outcome().troubles if trouble.place == place)


# --- what comes of a setting ---------------------------------------------------------------------------------


def test_nothing_set_is_the_case_itself(bench):
    found = bench.outcome()
    # 27 of 29 persons: 5 of 5; 1200000 / 52340000 is 2.29 %: 2 of 3; nothing else can be assessed, one point is lost
    assert found.before.score_words == score(bench) == "7～99分"
    assert not (found.gained or found.lost or found.regraded or found.lines or found.indicators)
    assert found.after.changes == ()


def test_points_of_lines(bench):
    bench.weigh(STAFF, "4")
    assert "99" in words(bench, "weights") and bench.outcome().after is None
    bench.weigh(ADJUSTMENT, "４")  # full-width, as an input method types it
    # 5 of 5 becomes 4 of 4; 2 of 3 becomes 8/3 of 4, and 4/3 are lost
    assert score(bench) == "6.67～98.67分"
    assert sorted(bench.outcome().lines) == [
        ("在职人员控制率", "5分（共5分）", "4分（共4分）"),
        ("预算调整率", "2分（共3分）", "2.67分（共4分）"),
    ]
    assert bench.weights_words == "合计 100 分，满分 100 分"


def test_points_that_are_rescaled(bench):
    bench.weigh(ADJUSTMENT, "6")
    assert "103" in words(bench, "weights")
    assert bench.weights_words == "合计 103 分，满分 100 分"
    bench.rescale(True)
    # 9 of 103, and 2 of 103 lost
    assert score(bench) == "8.74～98.06分"


def test_another_definition(bench):
    (entry,) = [own for own in bench.definitions if own.indicator == "budget_execution_rate"]
    assert entry.own == "adjusted"
    bench.define("budget_execution_rate", "original")
    # 51000001 / 53540000 and 51000001 / 52340000
    assert bench.outcome().indicators == (("预算完成率（预算执行率）", "95.26%", "97.44%"),)
    bench.define("budget_execution_rate", "adjusted")
    assert bench.settings == Settings()


def test_limits_bring_and_drop_findings(bench):
    bench.limit("budget_execution_rate", "96%")
    bench.limit("target_set_too_low", "135%")  # 4 of 3 is 133.33 %
    found = bench.outcome()
    # 96 % of 5354 is 5139.84, and 5100.0001 were spent
    assert ["差39.84万元" in own.condition for own in found.gained] == [True]
    assert [own.name for own in found.lost] == ["完成值远高于目标值"]
    bench.set_materiality("30", "万元")  # a shortfall of 39.84万元 is not below it
    graver = bench.outcome().gained
    bench.set_materiality("40", "万元")
    assert [own.severity for own in (*graver, *bench.outcome().gained)] == ["medium", "low"]


def test_strict_evidence(bench):
    bench.demand_figures(True)
    assert "evidence: strict" in bench.outcome().written
    assert bench.outcome().after.changes


def test_an_assumed_figure(bench):
    assert bench.suppose(MONEY) == []
    # 10000000 / 52340000 is 19.11 %: 1 of 3 instead of 2
    assert score(bench) == "6～98分"
    assert ("预算调整率", "2.29%", "19.11%（假设）") in bench.outcome().indicators
    # 1200000 元 in the evidence
    assert (
        bench.supposed_words(bench.settings.assumed[0])
        == "调增预算：1000万元（资料：120.00万元）——追加另有一笔"
    )
    again = Supposed("budget_added", value="500", unit="万元", reason="改小")
    assert bench.suppose(again) == [] and len(bench.settings.assumed) == 1
    # 5000000 / 52340000 is 9.55 %: 2 of 3, as without it
    assert score(bench) == "7～99分"
    bench.suppose_no_more(0)
    assert bench.settings == Settings()


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (Supposed("budget_added", value="1000", unit="人", reason="试"), "单位写成“人”；应为与“万元”同类的单位"),
        (Supposed("budget_added", value="一千", unit="万元", reason="试"), "“一千”不是一个数"),
        (Supposed("budget_added", value="1000", unit="万元"), "还没有填理由"),
        (Supposed("staff_actual", "bureau", "civil_servant", value="1.5", unit="人", reason="试"), "整数"),
        (Supposed("budget_added", value="-1", unit="万元", reason="试"), "不小于零的数"),
    ],
)  # fmt: skip
def test_what_cannot_be_assumed_is_told_and_not_set(bench, wrong, told):
    assert told in "".join(bench.suppose(wrong))
    assert bench.settings == Settings() and not bench.can_undo


def test_another_scheme_drops_points_of_lines_that_it_lacks(bench):
    bench.weigh("three_public_control_rate", "5")
    bench.weigh("special_funds_behind", "4")  # 支付进度, which only the scheme of Yueyang has by this name
    assert "1 行" in bench.choose_scheme("default-2013")
    assert bench.settings.weights == {"three_public_control_rate": "5"}
    bench.undo()
    assert set(bench.settings.weights) == {"three_public_control_rate", "special_funds_behind"}
    assert bench.choose_scheme("yueyang-2018") == "" and bench.settings.framework == ""


# --- what is wrong with it, beside the control ---------------------------------------------------------------


def test_troubles_are_told_where_they_are(bench):
    bench.weigh(STAFF, "五分")
    assert words(bench, "weights", STAFF) == "“五分”不是一个数；应为 3、2.5 这样的数。"
    assert "读不出" in bench.weights_words
    bench.undo()
    bench.weigh(STAFF, "0")
    assert "大于0的分值" in words(bench, "weights", STAFF)
    bench.reset()
    bench.limit("budget_execution_rate", "九成")
    assert "一个数或百分数" in words(bench, "thresholds", "budget_execution_rate")
    bench.reset()
    bench.set_materiality("194", "人")
    assert words(bench, "tolerances", "materiality")
    bench.reset()
    bench.set_materiality("很多", "万元")
    assert "不是一个数" in words(bench, "tolerances", "materiality")


def test_what_does_not_hold_shows_the_case_alone(bench):
    bench.weigh(STAFF, "7")
    shown = str(start_view.outcome(bench.outcome()))
    assert "这样的设定不成立，没有重算" in shown and "7～99分" in shown and "102" in shown


# --- steps ---------------------------------------------------------------------------------------------------


def test_undo_redo_reset(bench):
    assert not bench.can_undo and not bench.can_redo
    bench.demand_figures(True)
    bench.weigh(ADJUSTMENT, "6")
    bench.undo()
    assert bench.settings == Settings(strict=True) and bench.can_redo
    bench.redo()
    assert bench.settings.weights == {ADJUSTMENT: "6"} and not bench.can_redo
    bench.reset()
    assert bench.settings == Settings()
    bench.undo()
    assert bench.settings.strict
    bench.undo()
    bench.rescale(True)  # what was undone is gone once something else is set
    assert not bench.can_redo
    for _ in range(9):
        bench.undo()
    assert bench.settings == Settings()


def test_what_stands_anyway_is_no_step(bench):
    bench.weigh(STAFF, "5")
    bench.weigh(STAFF, "")
    bench.limit("budget_execution_rate", "0.9")
    bench.set_materiality("50000", "元")
    bench.choose_scheme("yueyang-2018")
    assert not bench.can_undo


# --- its file ------------------------------------------------------------------------------------------------


def test_every_shipped_scenario_is_written_as_it_was_read(project):
    for path in sorted((ROOT / "params" / "scenarios").glob("*.yaml")):
        scenario = strict_yaml.validate(strict_yaml.load(path), Scenario)
        text, unread = written(settings_of(scenario), scenario.reason)
        assert not unread
        assert strict_yaml.validate(strict_yaml.load_bytes(text.encode(), "x"), Scenario) == scenario, (
            path.name
        )


def test_a_scenario_with_everything_is_written_as_it_was_read():
    text = (
        'reason: "有\\"引号\\"、冒号: 和 # 号"\nframework: default-2013\ndefinitions: {carry_over_rate: to_spending}\n'
        "weights: {input: 2.50, staff_control_rate: 3}\nrescale: true\n"
        'rules: {staff_control_rate: {steps: [["<=2%", 9], [">2%", 1.5]]}}\nthresholds: {a: 25%, b: 1.33}\n'
        "tolerances: {materiality: {amount: 30, unit: 万元}, spent_per_head: {at_least: 0.5}}\nevidence: strict\n"
        "assumed:\n  - {figure: budget_cut, scope: bureau, item: a.b, year: 2020, value: -1.5, unit: null, reason: true}\n"
    ).replace("unit: null, reason: true", 'unit: "null", reason: "true"')
    scenario = strict_yaml.validate(strict_yaml.load_bytes(text.encode(), "x"), Scenario)
    again, unread = written(settings_of(scenario), scenario.reason)
    read = strict_yaml.load_bytes((again).encode(), "x")
    assert not unread and strict_yaml.validate(read, Scenario) is not None, read.faults
    kept = strict_yaml.validate(read, Scenario)
    assert kept.model_copy(update={"thresholds": {}}) == scenario.model_copy(update={"thresholds": {}})
    assert {name: str(bound) for name, bound in kept.thresholds.items()} == {"a": "25%", "b": "1.33"}


@pytest.mark.parametrize(
    "value",
    [None, True, False, 0, -7, Decimal("2.50"), "null", "true", "no", "25%", "a: b # c", '"', "\\", "甲\n乙\t丙", "", "007", "~",
     "\u2028\u0085", [1, "x", ["y"]], {"a b": {"c": Decimal("0.1")}}],
)  # fmt: skip
def test_a_value_is_read_as_it_was_written(value):
    assert strict_yaml.load_bytes(f"a: {strict_yaml.flow(value)}\n".encode(), "x").content == {"a": value}


def test_a_float_is_not_written():
    with pytest.raises(TypeError):
        strict_yaml.flow(0.5)


def test_a_saved_scenario_is_begun_with_again_and_runs(bench, project):
    bench.weigh(ADJUSTMENT, "6")
    bench.rescale(True)
    bench.suppose(MONEY)
    with pytest.raises(UsageError, match="改动还没有保存"):
        bench.run_arguments()
    seen = score(bench)
    saved = bench.save("adjusted-6", "预算调整更重要")
    assert saved.shown == "params/scenarios/adjusted-6.yaml"
    assert saved.command == f"auditbook run {CASE} --scenario adjusted-6"
    again = Workbench(CASE, "adjusted-6")
    assert (again.settings, again.reason) == (bench.settings, "预算调整更重要")
    assert score(again) == seen

    held = bench.settings
    bench.weigh(ADJUSTMENT, "7")
    with pytest.raises(UsageError, match="保存“adjusted-6”之后又有改动"):
        bench.run_arguments()
    bench.undo()
    assert bench.settings == held
    # the button's command, and the command that is told, both run it
    done = subprocess.run(
        bench.run_arguments(),
        cwd=project,
        capture_output=True,
        text=True,
        timeout=300,
        stdin=subprocess.DEVNULL,
        env={**os.environ, **UNPRINTED},
    )
    assert done.returncode == 0, done.stderr
    assert bench.report().is_file()
    steps = [step_of(line) for line in done.stderr.splitlines()]
    told = [step[:2] for step in steps if step]
    assert (told[0], told[-1]) == ((1, 6), (6, 6)) and {of for _, of in told} == {6}
    again = auditbook(*saved.command.split()[1:], workspace=project, cwd=project)
    assert again.code == 0
    (total,) = [line for line in again.out.splitlines() if line.startswith("得分")]
    low, high = seen.removesuffix("分").split("～")
    assert f"已证实 {low} 分，最高可能 {high} 分" in total
    # and the overview knows the run
    listed = {(own.case, own.scenario): own for own in overview.listed(project)}
    assert listed[CASE, "adjusted-6"].state == overview.PROVEN and listed[CASE, "adjusted-6"].score == seen
    assert listed["wuxi-offices-2019", ""].state == overview.NEVER


def test_saving_overwrites_nothing_and_offers_another_name(bench, project):
    bench.demand_figures(True)
    taken = project / "params" / "scenarios" / "net-adjustment.yaml"
    before = taken.read_bytes()
    with pytest.raises(UsageError, match=r"已经有情景“net-adjustment”，没有覆盖.*可以改用“net-adjustment-2”"):
        bench.save("net-adjustment", "从严")
    assert taken.read_bytes() == before
    bench.save("net-adjustment-2", "从严")
    with pytest.raises(UsageError, match="可以改用“net-adjustment-3”"):
        bench.save("net-adjustment-2", "从严")


def test_what_cannot_be_saved(bench, project):
    there = {path.name for path in (project / "params" / "scenarios").iterdir()}
    with pytest.raises(UsageError) as error:
        bench.save("我的 情景", " ")
    told = str(error.value)
    assert "小写英文字母" in told and "还没有写理由" in told and "没有改动" in told
    for name in ("../../elsewhere", "a+b", "A", "", "a" * 61, ".x"):
        with pytest.raises(UsageError, match="名字"):
            bench.save(name, "试")
    bench.weigh(STAFF, "7")
    with pytest.raises(UsageError, match="102"):
        bench.save("unsound", "试")
    bench.reset()
    bench.demand_figures(True)
    with pytest.raises(UsageError, match="控制字符"):
        bench.save("unseen", "试\x07")
    assert {path.name for path in (project / "params" / "scenarios").iterdir()} == there


def test_parts_without_controls_are_carried_along(bench, project):
    text = 'reason: 试\nrules: {budget_adjustment_rate: {steps: [["<=2%", 3], [">2%", 1.5]]}}\ntolerances: {spent_per_head: {at_least: 5}}\n'
    (project / "params" / "scenarios" / "with-rules.yaml").write_text(text, encoding="utf-8")
    bench.begin_with("with-rules")
    assert bench.carried_words == "另含控件没有列出的改动：评分规则 1 处、容差 1 处，照原样保留。"
    assert score(bench) == "6.5～98.5分"  # 2.29 % is above 2 %: 1.5 of 3
    bench.demand_figures(True)
    assert "steps" in bench.outcome().written


def test_a_scenario_that_cannot_be_read_is_told(bench, project):
    path = project / "params" / "scenarios" / "broken.yaml"
    path.write_text("reason: 试\nweight: {}\n", encoding="utf-8")
    with pytest.raises(CaseError, match=r"broken\.yaml:2：不认识的键“weight”"):
        bench.begin_with("broken")
    assert bench.settings == Settings()
    path.unlink()


# --- what is shown -------------------------------------------------------------------------------------------


def test_names_of_private_persons_are_masked(opened, monkeypatch):
    monkeypatch.setattr(opened, "masks", Masks(["李小明"]))
    row = {"name": "甲", "severity": "high", "condition": "由李小明判断"}
    assert opened._found(row).condition == "由李某判断"
    supposed = Supposed("budget_added", value="1", unit="万元", reason="李小明口头答复")
    assert "李小明" not in opened.supposed_words(supposed)


def test_what_moved_is_shown(bench):
    bench.suppose(MONEY)
    bench.limit("budget_execution_rate", "96%")
    shown = str(start_view.outcome(bench.outcome()))
    for part in ("6～98分", "案例：7～99分", "多出的发现 ", "差39.84万元", "19.11%", "<svg"):
        assert part in shown, part


def test_schemes_with_other_full_marks_are_not_drawn_on_one_scale(bench):
    found = bench.outcome()
    other = replace(found.after, full=Fraction(50), changes=("改",))
    shown = str(start_view.outcome(replace(found, after=other)))
    assert shown.count("<svg") == 2 and "满分 50" in shown


def test_the_overview_tells_a_case_that_cannot_be_read(project):
    path = project / "params" / "cases" / "broken-2020.yaml"
    path.write_text("case: broken-2020\n", encoding="utf-8")
    (own,) = [own for own in overview.listed(project) if own.case == "broken-2020"]
    assert own.state == overview.UNREADABLE and own.faults
    shown = str(start_view.cases(overview.listed(project), overview.STATES, project / "notebooks"))
    assert "案例文件读不通" in shown and "缺少键“year”" in shown
    path.unlink()


def test_the_overview_tells_what_has_changed_since(project, tmp_path, monkeypatch):
    folder = own_project(tmp_path)
    assert auditbook("run", CASE, workspace=folder, cwd=folder).code == 0
    monkeypatch.chdir(folder)
    (before,) = [own for own in overview.listed(folder) if own.case == CASE]
    assert (before.state, before.score) == (overview.PROVEN, "7～99分")
    link = start_view.report_link(before.report, folder / "notebooks")
    assert f'href="../outputs/{CASE}/report.html"' in str(link)
    money = folder / "data" / "raw" / CASE / "money.csv"
    money.write_bytes(money.read_bytes() + b"\n")
    (after,) = [own for own in overview.listed(folder) if own.case == CASE]
    assert (after.state, after.score, after.report) == (overview.CHANGED, "", None)


def test_no_other_command_imports_the_controls():
    program = (
        "import sys; import auditbook.cli, auditbook.pipeline, auditbook.running, auditbook.workbench, auditbook.overview;"
        "import auditbook.report.chapters, auditbook.report.start_view; sys.exit('ipywidgets' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], timeout=120).returncode == 0


def test_the_result_is_what_the_matrix_of_scenarios_says(bench, project):
    """Another way to the same numbers: all scenarios of the case side by side, from their files."""
    standings = {own.name: own for own in side_by_side.matrix(CASE).standings}
    for name in ("yueyang-scheme", "chongqing-scheme", "strict-evidence"):
        bench.begin_with(name)
        after = bench.outcome().after
        assert (after.score, after.grade, after.moved) == (
            standings[name].score, standings[name].grade, standings[name].moved,
        )  # fmt: skip


def test_progress_is_read_from_the_command():
    assert step_of("[2/6] 检查数据质量（已核实未变，沿用）\n") == (2, 6, "检查数据质量（已核实未变，沿用）")
    assert step_of("资料、规则均未变") is None
