"""What differs between two runs, and why: changes made on purpose, each attributed to what made it; sums done by hand.

The invented department (tests/invented): of 3 points for 预算调整率 it has 2, since (1,200,000 + 0) / 52,340,000 = 2.29 %
lies in (0 %, 10 %]; of 5 for 在职人员控制率 it has 5, 27 persons on 29 posts. Proven 7 of 100, possible 99.
"""

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from itertools import permutations
from pathlib import Path

import damage
import pytest
from conftest import auditbook, own_project

from auditbook import kept_rules, last_run, pipeline, records, tables
from auditbook.comparison import kept_runs, told
from auditbook.comparison.causes import ASSUMPTIONS, EVIDENCE, PROGRAM, RULES
from auditbook.comparison.compared import Comparison, compare, key_results, through
from auditbook.comparison.differing import ADDED, REMOVED, Difference, Relation, short, signed
from auditbook.comparison.recomputing import RECOMPUTED
from auditbook.comparison.shares import interaction, shapley
from auditbook.faults import CaseError, UsageError
from auditbook.report import finished_page
from auditbook.report.comparison_page import view
from auditbook.workspace import locate

CASE = damage.CASE
RAW = f"data/raw/{CASE}/"
YUEYANG = "params/frameworks/yueyang-2018.yaml"
NET = "reason: 换一种口径看\ndefinitions: {budget_adjustment_rate: spent_over_initial}\n"


@dataclass
class Project:
    """A project whose files are changed and put back; each state's tables are kept in a workspace of their own."""

    folder: Path
    kept: Path

    def run(self, name: str, scenario: str = "") -> Path:
        """The tables of the case as it is now, with its rules; by the stages alone, without notebooks or pages."""
        run = pipeline.begin("findings", CASE, scenario)
        kept_rules.keep(run)
        own = run.workspace.processed
        target = self.kept / name / "data" / "processed" / own.name
        shutil.copytree(own, target, ignore=shutil.ignore_patterns(".*"))
        return target

    def changed(self, name: str, *edits: tuple[str, str, str], scenario: str = "") -> Path:
        """The tables after some edits (file, old text, new text), which are then taken back."""
        before = {self.folder / file: (self.folder / file).read_bytes() for file, _, _ in edits}
        register = self.folder / RAW / "SOURCES.yaml"
        before.setdefault(register, register.read_bytes())
        for file, old, new in edits:
            damage.replace(self.folder / file, old, new)
        damage.rehash(self.folder)
        try:
            return self.run(name, scenario)
        finally:
            for path, data in before.items():
                path.write_bytes(data)


@pytest.fixture(scope="module")
def project(tmp_path_factory) -> Project:
    folder = own_project(tmp_path_factory.mktemp("project") / "auditbook")
    scenarios = folder / "params" / "scenarios"
    for shipped in scenarios.glob("*.yaml"):
        shipped.unlink()
    (scenarios / "spent.yaml").write_text(NET, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.delenv("AUDITBOOK_WORKSPACE", raising=False)
        yield Project(folder, tmp_path_factory.mktemp("kept"))


@pytest.fixture(scope="module")
def base(project) -> Path:
    return project.run("base")


def compared(before: Path, after: Path) -> Comparison:
    return compare(*kept_runs.opened([str(before), str(after)]))


def found(comparison: Comparison, table: str, *key: str) -> Difference:
    own = [d for d in comparison.differences[table] if d.key == key]
    assert own, f"{key} is not among {[d.key for d in comparison.differences[table]]}"
    return own[0]


def causes_of(comparison: Comparison, difference: Difference) -> set[str]:
    return set(comparison.resting[difference.table, difference.key].causes)


def line(comparison: Comparison, indicator: str) -> Difference:
    return found(comparison, "scores", "yueyang-2018", "indicator", indicator)


# --- changes made on purpose --------------------------------------------------------------------------------------


def test_the_same_inputs_differ_in_nothing(project, base):
    again = project.run("again")
    own = compared(base, again)
    assert own.same and own.groups == () and own.causes == ()
    assert (base / kept_rules.NAME).read_bytes() == (again / kept_rules.NAME).read_bytes()
    assert "两次运行的每张表都相同" in told.text(own)


FIGURE = [
    (RAW + "report.txt", "年中追加1,200,000元", "年中追加6,200,000元"),
    (RAW + "money.csv", 'value,1200000,元,1,一（二）,"年中追加1,200,000元"', 'value,6200000,元,1,一（二）,"年中追加6,200,000元"'),
    (RAW + "report.txt", "调整后预算53,540,000元", "调整后预算58,540,000元"),
    (RAW + "money.csv", 'value,53540000,元,1,一（二）,"调整后预算53,540,000元"', 'value,58540000,元,1,一（二）,"调整后预算58,540,000元"'),
]  # fmt: skip


def test_a_figure_is_evidence_and_its_consequences_stand_under_it(project, base):
    """6.2 of 52.34 million is 11.85 %: the line falls from 2 points to 1, the whole from 7～99 to 6～98."""
    own = compared(base, project.changed("figure", *FIGURE))
    added = found(own, "figures", "budget_added", "department", "", "2021", "money")
    change = added.changes[0]
    assert (change.column, change.before, change.after) == ("value", "1200000", "6200000")
    assert (change.difference, change.unit) == (5_000_000, "元") and "+5,000,000元" in change.words
    fallen = line(own, "budget_adjustment_rate")
    assert (fallen.moved("lowest"), fallen.moved("highest")) == (-1, -1)
    # the line rests on 追加 alone: (追加 + 追减) / 年初预算
    assert causes_of(own, fallen) == {"figures:budget_added:department::2021"}
    assert "预算调整率" in through(fallen, own)
    rate = found(own, "indicators", "budget_adjustment_rate", "ministry", "department", "", "2021")
    assert causes_of(own, rate) == {"figures:budget_added:department::2021"}
    moved = next(c for c in rate.changes if c.column == "value")
    # 5,000,000 / 52,340,000 of a hundred, to the 34 digits of a table
    assert abs(moved.difference - Fraction(500, Fraction(5234, 100))) < Fraction(1, 10**30)
    assert moved.unit == "个百分点"
    net = found(own, "indicators", "budget_adjustment_rate", "net", "department", "", "2021")
    assert causes_of(own, net) == {"figures:budget_adjusted:department::2021"}
    assert {kind for group in own.groups for kind in group.kinds} == {EVIDENCE}
    assert own.scored.change == (-1, -1)
    assert sum((share.share[0] for share in own.scored.shares), Fraction(0)) == -1
    group = next(g for g in own.groups if fallen in g.differences)
    assert group.effect == (-1, -1) and own.groups[0] is group
    total = found(own, "scores", "yueyang-2018", "total", "")
    assert "预算调整率" in through(total, own)


def test_a_document_alone_is_evidence(project, base):
    """An entry of the register that no figure rests on: it is a cause, and of what it moves nothing is left unsaid."""
    own = compared(
        base,
        project.changed(
            "title", (RAW + "SOURCES.yaml", "title: 资金表（虚构）", "title: 资金表（虚构，改）")
        ),
    )
    assert [cause.id for cause in own.causes] == ["sources:money"]
    assert [cause.kinds for cause in own.causes] == [(EVIDENCE,)]
    assert own.scored.change == (0, 0)


def test_a_formula_is_a_rule(project, base):
    """追加 / 调整后 instead of 追加 / 年初: 1.2 / 53.54 = 2.24 %; only the definition that has the formula moves."""
    edit = (
        "params/indicators/budget.yaml",
        "formula: budget_added / budget_initial",
        "formula: budget_added / budget_adjusted",
    )
    own = compared(base, project.changed("formula", edit))
    assert [d.key[:2] for d in own.differences["indicators"]] == [
        ("budget_adjustment_rate", "gross_increase")
    ]
    rate = own.differences["indicators"][0]
    assert causes_of(own, rate) == {"params/indicators/budget.yaml:indicators.budget_adjustment_rate"}
    assert own.groups[0].kinds == (RULES,)
    after = Fraction(next(c for c in rate.changes if c.column == "value").after)
    assert abs(after - Fraction(120, 5354)) < Fraction(1, 10**30)
    assert not own.differences["figures"] and own.scored.change == (0, 0)


WEIGHTS = [
    (
        YUEYANG,
        "points: 5\n    rule:\n      deduct: {limit: 100%",
        "points: 4\n    rule:\n      deduct: {limit: 100%",
    ),
    (
        YUEYANG,
        "points: 5\n    rule:\n      deduct: {limit: 0%",
        "points: 6\n    rule:\n      deduct: {limit: 0%",
    ),
]


def test_weights_that_only_fit_together_are_one_cause(project, base):
    """在职人员控制率 4 instead of 5, “三公”经费变动率 6 instead of 5: proven falls by 1, possible stays: −1 and +1."""
    own = compared(base, project.changed("weight", *WEIGHTS))
    both = {f"{YUEYANG}:items.staff_control_rate", f"{YUEYANG}:items.three_public_change_rate"}
    assert {cause.id for cause in own.causes} == both
    assert causes_of(own, line(own, "staff_control_rate")) == both
    assert own.scored.change == (-1, 0)
    assert [(p.kinds, s.share) for p, s in zip(own.scored.players, own.scored.shares, strict=True)] == [
        ((RULES,), (-1, 0))
    ]


def test_a_scoring_rule_is_a_rule(project, base):
    """(0 %, 10 %] gives 1 point instead of 2."""
    own = compared(
        base,
        project.changed(
            "steps", (YUEYANG, '["(0%, 10%]", 2], ["(10%, 20%]", 1]', '["(0%, 10%]", 1], ["(10%, 20%]", 1]')
        ),
    )
    assert own.scored.change == (-1, -1)
    assert causes_of(own, line(own, "budget_adjustment_rate")) == {f"{YUEYANG}:items.budget_adjustment_rate"}
    assert not own.differences["indicators"]


def test_a_finding_rule_is_a_rule(project, base):
    """target_set_too_low speaks of targets exceeded by more than its limit: 4 gates of 3 are 133 %."""
    text = (project.folder / "params" / "findings.yaml").read_text(encoding="utf-8")
    stanza = text[text.index("- rule: target_set_too_low") :]
    above = next(words for words in stanza.splitlines() if words.strip().startswith("above:"))
    own = compared(
        base, project.changed("threshold", ("params/findings.yaml", above, "  above: {attainment: 150%}"))
    )
    gone = found(own, "findings", "target_set_too_low:g1.gates:department")
    assert gone.how == REMOVED
    assert causes_of(own, gone) == {"params/findings.yaml:target_set_too_low"}
    assert [d.key for d in own.differences["findings"]] == [gone.key] and own.scored.change == (0, 0)
    back = compared(own.after.folder, own.before.folder)
    assert found(back, "findings", *gone.key).how == ADDED


def test_a_definition_of_a_scenario_is_an_assumption(project, base):
    """By 支出超过年初 the rate is 51.000001 / 52.34 − 1 = −2.56 %, of which the steps of the scheme say nothing: 0–3."""
    own = compared(base, project.run("scenario", "spent"))
    assert [cause.kinds for cause in own.causes] == [(ASSUMPTIONS,)]
    fallen = line(own, "budget_adjustment_rate")
    assert causes_of(own, fallen) == {"scenario:definitions.budget_adjustment_rate"}
    assert (fallen.moved("lowest"), fallen.moved("highest")) == (-2, 1) == own.scored.change
    assert {kind for group in own.groups for kind in group.kinds} == {ASSUMPTIONS}


def test_two_causes_divide_the_change_and_say_what_they_make_together(project, base):
    """The figure alone costs 1 (2 → 1). A rule that gives 0 for (10 %, 20 %] costs nothing alone, and 1 with the figure.

    In one order the figure costs 1 and the rule 1, in the other the rule 0 and the figure 2: 1.5 and 0.5.
    """
    steps = (YUEYANG, '["(10%, 20%]", 1], ["(20%, 30%]", 0.5]', '["(10%, 20%]", 0], ["(20%, 30%]", 0.5]')
    own = compared(base, project.changed("both", *FIGURE, steps))
    assert own.scored.change == (-2, -2)
    divided = {p.kinds: s for p, s in zip(own.scored.players, own.scored.shares, strict=True)}
    assert divided[EVIDENCE,].share[0] == Fraction(-3, 2) and divided[RULES,].share[0] == Fraction(-1, 2)
    assert divided[EVIDENCE,].alone[0] == -1 and divided[RULES,].alone[0] == 0
    assert interaction(own.scored.shares, own.scored.change) == (-1, -1)
    both = causes_of(own, line(own, "budget_adjustment_rate"))
    assert both == {"figures:budget_added:department::2021", f"{YUEYANG}:items.budget_adjustment_rate"}
    assert "一起才有" in told.text(own)


def test_what_no_input_explains_is_the_program(base, tmp_path):
    """A run of another program that gave 1 point where ours gives 2: nothing else differs, so it is the program."""
    other = another_program(
        base, tmp_path / "other", lambda rows: _points(rows, "budget_adjustment_rate", "1")
    )
    own = compared(base, other)
    assert [cause.kinds for cause in own.causes] == [(PROGRAM,)]
    assert own.causes[0].changes[0].words.endswith("→ 9.9")
    assert causes_of(own, line(own, "budget_adjustment_rate")) == {"program"}
    assert own.scored.program == (-1, -1) and own.scored.shares == ()
    # the other way round the program of the first run is the odd one
    assert compared(other, base).scored.program == (1, 1)


def test_a_program_that_makes_the_same_makes_no_difference(base, tmp_path):
    own = compared(base, another_program(base, tmp_path / "other", lambda rows: rows))
    assert own.same and [cause.id for cause in own.idle] == ["program"]


def test_program_and_figure_are_told_apart(project, base, tmp_path):
    """The figure costs 1 by our program; the other program takes 1 more."""
    figure = project.changed("figure-for-program", *FIGURE)
    other = another_program(
        figure, tmp_path / "other", lambda rows: _points(rows, "budget_adjustment_rate", "0")
    )
    own = compared(base, other)
    assert own.scored.change == (-2, -2) and own.scored.program == (-1, -1)
    assert sum((share.share[0] for share in own.scored.shares), Fraction(0)) == -1
    assert causes_of(own, line(own, "budget_adjustment_rate")) == {
        "figures:budget_added:department::2021",
        "program",
    }


def test_an_assumed_figure_is_an_assumption(base, tmp_path):
    """追加 is assumed to be 6.2 million, where the evidence has 1.2: 11.85 % instead of 2.29 %, 1 point instead of 2."""
    target = Path(shutil.copytree(base, tmp_path / "assuming" / "data" / "processed" / CASE))
    given = {path.stem: tables.from_csv(path.read_bytes()) for path in base.glob("*.csv")}
    own = next(row for row in given["figures"] if row["figure"] == "budget_added")
    given["figures"].append(
        {**own, "source": "scenario", "basis": "assumed", "value": "6200000", "quote": ""}
    )
    own["chosen"] = "no"
    kept = {name: rows for name, rows in given.items() if name not in RECOMPUTED}
    run = pipeline.open_run(locate(CASE)).with_tables(kept)
    given.update(pipeline.derived(run))
    rewritten(target, given)
    own_comparison = compared(base, target)
    assert [cause.kinds for cause in own_comparison.causes] == [(ASSUMPTIONS,)]
    assert own_comparison.scored.change == (-1, -1)
    fallen = line(own_comparison, "budget_adjustment_rate")
    assert causes_of(own_comparison, fallen) == {"figures:budget_added:department::2021"}


def rewritten(
    folder: Path, given: dict[str, list[tables.Row]], program: dict[str, str] | None = None
) -> None:
    """Write tables of a run with a manifest that fits, as a run would have left them."""
    for name, rows in given.items():
        (folder / f"{name}.csv").write_bytes(tables.to_csv(name, rows))
    kept = kept_rules.unpacked(folder / kept_rules.NAME, "")
    manifest = {**vars(kept.manifest)}
    manifest["program"] = {**manifest["program"], **(program or {})}
    manifest["tables"] = {
        path.stem: records.digest(path.read_bytes()) for path in sorted(folder.glob("*.csv"))
    }
    (folder / kept_rules.NAME).write_bytes(kept_rules.packed(kept_rules.Manifest(**manifest), kept.files))


def another_program(run: Path, folder: Path, change: Callable[[list[tables.Row]], list[tables.Row]]) -> Path:
    """A run as another program might have left it: its scores changed, with a manifest that fits."""
    target = folder / "data" / "processed" / run.name
    shutil.copytree(run, target)
    scores = change(tables.from_csv((target / "scores.csv").read_bytes()))
    rewritten(target, {"scores": scores}, {"version": "9.9", "digest": "0" * 64})
    return target


def _points(rows: list[tables.Row], indicator: str, points: str) -> list[tables.Row]:
    """A line has other points; its group and the total follow."""
    own = next(row for row in rows if row["indicator"] == indicator)
    by = Fraction(points) - Fraction(own["lowest"])
    for row in rows:
        if row["indicator"] in (indicator, own["group"]) or row["level"] == "total":
            for column in ("points", "lowest", "highest"):
                row[column] = str(Fraction(row[column]) + by) if row[column] else ""
    return rows


# --- shares -------------------------------------------------------------------------------------------------------


def test_shares_are_the_mean_over_all_orders():
    """Three players of a game without any regularity, against the definition: every order tried."""
    worth = dict(
        zip(
            [frozenset(own) for own in ([], [0], [1], [2], [0, 1], [0, 2], [1, 2], [0, 1, 2])],
            [Fraction(n) for n in (3, 5, -1, 4, 11, 2, 0, 7)], strict=True,
        )
    )  # fmt: skip
    shares = shapley(3, lambda own: (worth[own], -worth[own]))
    for player in range(3):
        gains = []
        for order in permutations(range(3)):
            before = frozenset(order[: order.index(player)])
            gains.append(worth[before | {player}] - worth[before])
        assert shares[player].share == (sum(gains) / 6, -sum(gains) / 6)
    assert sum(share.share[0] for share in shares) == 7 - 3
    # alone: 2, −4, 1; together they make 4, so 5 are made only together
    assert [share.alone[0] for share in shares] == [2, -4, 1] and interaction(
        shares, (Fraction(4), Fraction(-4))
    )[0] == 5


def test_more_than_four_causes_are_not_divided_one_by_one():
    with pytest.raises(ValueError, match="at most 4"):
        shapley(5, lambda own: (Fraction(0), Fraction(0)))


# --- other years, departments, schemes -----------------------------------------------------------------------------


def test_two_years_of_a_department_use_each_its_own_figures(project, base):
    """The case of 2022 with the same numbers a year later: every figure is found under its year, and is the same."""
    edits = [(f"params/cases/{CASE}.yaml", "year: 2021", "year: 2022")]
    for file in ("money.csv", "people.csv", "printed.csv"):
        path = project.folder / RAW / file
        edits += [(RAW + file, ",2021,", ",2022,")] * path.read_text(encoding="utf-8").count(",2021,")
    own = compared(base, project.changed("next-year", *edits))
    assert own.matching.relation is Relation.OTHER_YEAR
    assert not own.differences["figures"] or {d.rows[0]["figure"] for d in own.differences["figures"]} <= set(
        pipeline.COUNTED
    )
    assert not [
        d for d in own.differences["indicators"] if d.rows[0]["indicator"] == "budget_adjustment_rate"
    ]
    assert "同一部门的两个年度" in told.notes(own)[0]
    assert own.causes[0].id == "evidence:all"


def test_different_departments_are_said_and_no_figure_is_listed(base, wuxi):
    own = compared(base, wuxi.processed("wuxi-offices-2019"))
    assert "不是同一部门" in told.text(own).splitlines()[1]
    assert "figures" not in own.differences and "findings" not in own.differences
    rate = found(own, "indicators", "budget_adjustment_rate", "ministry", "department", "", "0")
    # (20,083.45 + 10.00) / 18,780.61 against 1,200,000 / 52,340,000
    value = next(c for c in rate.changes if c.column == "value")
    assert short(value.difference) == "104.70"
    assert causes_of(own, rate) == {"evidence:all"}
    # both are scored by one scheme: 2 of 3 against 0 of 3
    assert line(own, "budget_adjustment_rate").moved("lowest") == -2


def test_another_scheme_is_matched_by_indicator(project, base):
    own = compared(
        base,
        project.changed(
            "chongqing", (f"params/cases/{CASE}.yaml", "framework: yueyang-2018", "framework: chongqing-2021")
        ),
    )
    assert not own.matching.same_scheme
    assert [cause.id for cause in own.causes] == ["case:framework"]
    notes = told.notes(own)
    assert any("评分表不同" in note for note in notes)
    # of the lines of the one, these are on indicators that the other does not score
    alone = {name for side, name in own.unmatched if side == 0}
    assert alone == {"重点支出安排率", "支付进度", "资金结余", "规则未载明的部分"}
    assert any(side == 1 for side, _ in own.unmatched)
    assert {kind for group in own.groups for kind in group.kinds} == {RULES}


# --- what is shown ------------------------------------------------------------------------------------------------


def test_the_page_is_as_a_page_must_be(project, base, tmp_path):
    runs = kept_runs.opened([str(base), str(project.changed("page", *FIGURE, *WEIGHTS))])
    made = view(runs, [compare(*runs)])
    assert finished_page.shortcomings(made) == [] and finished_page.scan(made) == []
    assert view(runs, [compare(*runs)]) == made
    assert "原因与后果" in made and "+5,000,000元" in made


def test_three_runs_stand_side_by_side(project, base):
    runs = kept_runs.opened(
        [str(base), str(project.changed("one", *FIGURE)), str(project.changed("two", *WEIGHTS))]
    )
    results = {r.name: r for r in key_results(runs)}
    assert results["得分（分）"].texts == ("7～99", "6～98", "6～99") and results["得分（分）"].differs == (
        False,
        True,
        True,
    )
    assert results["预算调整率"].texts == ("2.29%", "11.85%", "2.29%")
    comparisons = [compare(runs[0], other) for other in runs[1:]]
    made = view(runs, comparisons)
    assert finished_page.shortcomings(made) == [] and finished_page.scan(made) == []
    own = json.loads(told.as_json(runs, comparisons))
    assert [c["score"]["lowest"] for c in own["comparisons"]] == ["-1", "-1"]
    assert own["comparisons"][0]["relation"] == "same"


def test_every_difference_is_told_once(project, base):
    own = compared(base, project.changed("once", *FIGURE, *WEIGHTS))
    told_of = {(d.table, d.key) for group in own.groups for d in group.differences}
    everything = {(d.table, d.key) for rows in own.differences.values() for d in rows}
    evidence = {place for place in everything if not own.numbers(found(own, place[0], *place[1]))}
    sums = {(d.table, d.key) for d in own.differences["scores"] if d.rows[0]["level"] != "indicator"}
    assert everything == told_of | evidence | sums
    listed = [(d.table, d.key) for name in own.differences for d in own.of_results(name)]
    assert len(listed) == len(set(listed)) and not set(listed) & evidence


@pytest.mark.parametrize(("value", "words"), [
    ("5", "5"), ("-5", "-5"), ("1234.5", "1,234.5"), ("0.1234567", "0.12"), ("-0.5", "-0.5"), ("0.00000001", "0.00000001"),
    ("1/3", "0.33"), ("1000000", "1,000,000"),
])  # fmt: skip
def test_a_number_shows_what_it_has(value, words):
    assert short(Fraction(value)) == words


def test_a_difference_has_its_sign():
    assert [signed(Fraction(n)) for n in (2, -2, 0)] == ["+2", "−2", "+0"]


# --- bad input ----------------------------------------------------------------------------------------------------


def test_an_unknown_run_lists_those_there_are(project, base):
    with pytest.raises(UsageError, match=f"没有这次运行.*{CASE}"):
        kept_runs.opened(["nowhere", CASE])


def test_a_run_that_was_not_made_names_its_command(project, base):
    (project.folder / "params" / "cases" / "qinghe-2030.yaml").write_text(
        "case: qinghe-2030\n", encoding="utf-8"
    )
    with pytest.raises(UsageError, match="请先运行 auditbook run qinghe-2030 --scenario spent"):
        kept_runs.located("qinghe-2030+spent")


def test_the_same_run_twice(base):
    with pytest.raises(UsageError, match="同一次运行给了两次"):
        kept_runs.opened([str(base), str(base)])


def test_one_run_alone(base):
    with pytest.raises(UsageError, match="给了1次运行"):
        kept_runs.opened([str(base)])


@pytest.fixture
def copy(base, tmp_path) -> Path:
    return Path(shutil.copytree(base, tmp_path / "data" / "processed" / CASE))


def test_incomplete_tables_are_all_told(base, copy):
    (copy / "scores.csv").unlink()
    (copy / "claims.csv").write_bytes((copy / "claims.csv").read_bytes() + b"\n")
    with pytest.raises(CaseError) as error:
        kept_runs.opened([str(base), str(copy)])
    said = str(error.value)
    assert "scores.csv：缺这张表" in said and "claims.csv：运行完以后又变了" in said
    assert f"请重新运行 auditbook run {CASE}" in said


def test_another_format_is_refused(base, copy):
    kept = kept_rules.unpacked(copy / kept_rules.NAME, "")
    (copy / kept_rules.NAME).write_bytes(
        kept_rules.packed(kept_rules.Manifest(**{**vars(kept.manifest), "format": 99}), kept.files)
    )
    with pytest.raises(CaseError, match="格式版本是99"):
        kept_runs.opened([str(base), str(copy)])


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"not a zip at all" * 100])
def test_a_damaged_package_is_told(base, copy, data):
    (copy / kept_rules.NAME).write_bytes(data)
    with pytest.raises(CaseError, match="读不通"):
        kept_runs.opened([str(base), str(copy)])


def test_rules_that_nobody_can_read_any_more_leave_the_differences(base, copy):
    """An older program's rules: what differs is still told, and that it could not be divided."""
    kept = kept_rules.unpacked(copy / kept_rules.NAME, "")
    files = {**kept.files, f"root/{YUEYANG}": kept.files[f"root/{YUEYANG}"] + b"\nunheard_of: 1\n"}
    (copy / kept_rules.NAME).write_bytes(kept_rules.packed(kept.manifest, files))
    own = compared(base, copy)
    assert "本程序读不通" in own.scored.why and "没有按原因分摊" in view([own.before, own.after], [own])


# --- against the run before, through the command -------------------------------------------------------------------


def test_a_run_says_what_has_changed_since_the_last(tmp_path):
    folder = own_project(tmp_path / "auditbook")
    workspace = tmp_path / "results"
    first = auditbook("run", CASE, workspace=workspace, cwd=folder)
    assert first.code == 0 and "较上次" not in first.out
    none = auditbook("compare", CASE, "--last", workspace=workspace, cwd=folder)
    assert none.code == 2 and "没有上一稿" in none.err
    report = (first.outputs(CASE) / "report.html").read_bytes()
    damage.replace(folder / YUEYANG, '["(0%, 10%]", 2]', '["(0%, 10%]", 1]')
    second = auditbook("run", CASE, workspace=workspace, cwd=folder)
    assert (
        f"较上次：得分 7～99 → 6～98，发现 +0 −0，资料 0 处不同；详见 auditbook compare {CASE} --last"
        in second.out
    )
    again = auditbook("run", CASE, workspace=workspace, cwd=folder)
    assert "较上次" not in again.out
    last = auditbook("compare", CASE, "--last", "--json", workspace=workspace, cwd=folder)
    assert last.code == 0, last.err
    own = json.loads(last.out)["comparisons"][0]
    assert own["score"]["lowest"] == "-1" and [c["kinds"] for c in own["causes"]] == [["rules"]]
    written = workspace / "outputs" / "compare" / f"{CASE}__last.html"
    assert finished_page.shortcomings(written.read_text(encoding="utf-8")) == []
    # the report is a function of its inputs, whatever was there before: put back, it is the first one again
    damage.replace(folder / YUEYANG, '["(0%, 10%]", 1]', '["(0%, 10%]", 2]')
    assert "得分 6～98 → 7～99" in auditbook("run", CASE, workspace=workspace, cwd=folder).out
    assert (first.outputs(CASE) / "report.html").read_bytes() == report
    twice = auditbook("compare", CASE, CASE, workspace=workspace, cwd=folder)
    assert twice.code == 2
    (first.processed(CASE) / "scores.csv").unlink()
    assert (
        auditbook(
            "compare", CASE, first.processed(CASE) / last_run.KEPT, workspace=workspace, cwd=folder
        ).code
        == 3
    )


def test_a_run_that_breaks_off_loses_nothing_of_the_last(project, base, monkeypatch):
    """Tables that were half made anew are no run: what was set aside before stays what is compared with."""
    workspace = locate(CASE)
    project.run("whole")
    whole = kept_rules.whole(workspace.processed)
    last_run.set_aside(workspace)
    scores = workspace.processed / "scores.csv"
    good = scores.read_bytes()
    try:
        scores.write_bytes(good + b"\n")
        assert kept_rules.whole(workspace.processed) is None
        last_run.set_aside(workspace)
        assert kept_rules.whole(workspace.processed / ".aside") == whole
    finally:
        scores.write_bytes(good)
    assert last_run.settle(workspace) is False and not (workspace.processed / ".aside").exists()
