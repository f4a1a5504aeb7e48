"""Sensitivity: each kind of change worked out by hand, and every change of every case against the whole case reckoned anew."""

import json
from dataclasses import replace
from fractions import Fraction as F
from itertools import product

import damage
import pytest
from conftest import INVENTED_CASE, ROOT, auditbook
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from auditbook import (
    charts,
    claims,
    findings,
    indicators,
    judgement_room,
    observations,
    pipeline,
    scoring,
    sensitivity,
    what_if,
)
from auditbook.cases import Scenario
from auditbook.charts import Swing
from auditbook.figures import FigureRow, Key
from auditbook.indicators import Result
from auditbook.intake.evidence import TARGET
from auditbook.numbers import Interval, plain
from auditbook.report import sensitivity_view
from auditbook.sensitivity_changes import FIGURE, all_changes, ends

CASE = "invented-water-2021"
# Of yueyang-2018, by hand: 预算调整率 1200000/52340000 = 2.29 % is 2 of 3 points; 在职人员控制率 27/29 is 5 of 5; of the
# other 92 points nothing is known. So 7 are proven and 99 are possible.
PROVEN, POSSIBLE = F(7), F(99)


@pytest.fixture(scope="module")
def found(case_in_memory):
    return sensitivity.analyse(case_in_memory)


def effect(found, kind: str, about: str, step: str):
    return next(
        e for e in found.effects if (e.change.kind, e.change.about, e.change.step) == (kind, about, step)
    )


def keys(rows) -> set[str]:
    return {row["finding"] for row in rows}


# --- one change of each kind, by hand -------------------------------------------------------------------------


def test_the_case_itself(found):
    assert found.standing.score == Interval(PROVEN, POSSIBLE)


def test_a_definition_that_the_evidence_does_not_give(found):
    """Without a ledger the exempt adjustments are not known: 0 to 3 of the 3 points; the published 2.29 % fits another."""
    own = effect(found, "definition", "budget_adjustment_rate", "ministry_exempt")
    assert own.after.score == Interval(F(5), F(100))
    assert own.shifts == (F(-2), F(1))
    assert keys(own.gained) == {"rate_fits_other_definition:budget_adjustment_rate:department"}
    assert own.turns and not own.lost


def test_a_definition_that_gives_the_same(found):
    """Nothing was cut, so that net and gross adjustment are the same 2.29 %."""
    own = effect(found, "definition", "budget_adjustment_rate", "net")
    assert not own.moves and not own.turns


@pytest.mark.parametrize(
    ("step", "proven", "possible"),
    [
        # the line's 5 points become 5.5 of 100.5: all are scaled by 100/100.5, what is proven is 5.5 + 2
        ("+10%", F(15, 2) * F(200, 201), 100 - F(200, 201)),
        ("-10%", F(13, 2) * F(200, 199), 100 - F(200, 199)),
        ("+20%", F(8) * F(100, 101), 100 - F(100, 101)),
        ("-20%", F(6) * F(100, 99), 100 - F(100, 99)),
    ],
)
def test_a_weight_is_rescaled_exactly(found, step, proven, possible):
    own = effect(found, "weight", "staff_control_rate", step)
    assert own.after.score == Interval(proven, possible)
    assert own.after.findings == found.standing.findings


def test_a_limit(found):
    """27 of 29 posts are 93.10 %, 18 of 20 are 90 %, 9 of 9 are 100 %: a limit of 90 % catches the first and the last."""
    own = effect(found, "threshold", "staff_control_rate", "-10%")
    assert keys(own.gained) == {
        "over_establishment:staff_control_rate:department",
        "over_establishment:staff_control_rate:river-station",
    }
    assert not own.moves and own.turns
    assert not effect(found, "threshold", "staff_control_rate", "+10%").turns
    lower = effect(found, "threshold", "staff_control_rate", "-20%")
    assert len(lower.gained) == 3


def test_the_limit_of_a_finding_rule(found):
    """4 gates of 3 are 133.33 %: beyond 130 %, within 143 %."""
    own = effect(found, "threshold", "target_set_too_low", "+10%")
    assert [row["rule"] for row in own.lost] == ["target_set_too_low"]
    assert not effect(found, "threshold", "target_set_too_low", "-10%").turns


def test_no_limit_is_asked_beyond_the_whole_and_no_sum_is_a_limit(found):
    steps = {
        e.change.step
        for e in found.effects
        if e.change.about == "budget_execution_rate" and e.change.kind == "threshold"
    }
    assert steps == {"-20%", "-10%", "+10%"}  # 90 % and a fifth would be 108 %
    assert not any(
        e.change.about == "appraisal_weight_sum" for e in found.effects if e.change.kind == "threshold"
    )


def test_strict_evidence(found):
    """The one task that words alone had shown done is 印发办法, by its document of the year."""
    own = effect(found, "evidence", "strict", "strict")
    assert any(row["finding"].endswith("g3.rules:department") for row in own.gained)


def with_figure(run, figure: str, *, overrides=(), **changes: str):
    """The run with another published number, as if the evidence had given it; with overrides of its auditor."""
    made = pipeline.Run(run.rules, in_memory=True)
    for name in (
        "sources", "objectives", "statements", "published", "judgements", "overrides", "recorded", "replies", "grades",
        "narrative", "coverage", "quality", "corroboration", "reconciliations",
    ):  # fmt: skip
        made.keep(name, run.table(name))
    made.keep(
        "figures", [{**row, **changes} if row["figure"] == figure else row for row in run.table("figures")]
    )
    if overrides:
        made.keep("overrides", overrides)
    return made


def test_an_uncertain_figure_at_both_ends(case_in_memory):
    """5.3 million to the nearest million, of 52.34 million: from 9.17 % (2 points) to just under 11.08 % (1 point)."""
    run = with_figure(case_in_memory, "budget_added", value="5300000", precision="1000000")
    found = sensitivity.analyse(run)
    assert found.standing.score == Interval(F(6), F(99))
    low = effect(found, FIGURE, "budget_added:department::2021", "low")
    high = effect(found, FIGURE, "budget_added:department::2021", "high")
    assert low.change.after == "4800000元" and high.change.after == "5799000元"
    assert low.after.score == Interval(F(7), F(99)) and low.shifts == (1, 0)
    assert high.after.score == Interval(F(6), F(98)) and high.shifts == (0, -1)


@pytest.mark.parametrize(
    ("value", "precision", "exact", "signed", "low", "high"),
    [
        ("0.3", "1", False, False, "0", "0.799"),  # money without a sign is not below nothing
        ("300", "10", True, False, "295", "304"),  # persons are whole, and 305 would have been called 310
        ("-5", "1", False, True, "-5.499", "-4.5"),  # the end away from zero is the one that rounds away
    ],
)
def test_the_ends_of_a_published_number(case_in_memory, value, precision, exact, signed, low, high):
    row = next(row for row in case_in_memory.figures.rows if row.key.figure == "budget_initial")
    row = replace(row, value=value, precision=precision, unit="元")
    meaning = case_in_memory.dictionary["budget_initial"].model_copy(
        update={"exact": exact, "signed": signed}
    )
    assert ends(row, meaning) == {"low": F(low), "high": F(high)}


# --- order, grade, rows ---------------------------------------------------------------------------------------


def test_the_greatest_effect_comes_first(case_in_memory, found):
    first = found.effects[0]
    assert (first.change.about, first.change.step, first.shifts) == (
        "staff_control_rate",
        "category",
        (-5, 0),
    )
    furthest = [max(map(abs, e.shifts)) for e in found.effects]
    assert furthest == sorted(furthest, reverse=True)
    rows = sensitivity.to_rows(found, case_in_memory)
    assert [int(row["order"]) for row in rows] == list(range(len(found.effects) + 1))
    assert rows[0]["kind"] == "case" and (rows[0]["lowest"], rows[0]["highest"]) == ("7", "99")
    assert rows[1]["lowest_change"] == "-5"


def test_a_grade_turns(case_in_memory):
    """With 差 below 6 and 优 from 98.5 on, 7 to 99 is 中～优; 2 to 99 is 差～优, and 100·6/99 = 6.06 is still 中."""
    grades = [["[0, 6)", "差"], ["[6, 98.5)", "中"], ["[98.5, 100]", "优"]]
    own = case_in_memory.framework.model_copy(update={"grades": grades})
    rules = replace(case_in_memory.rules, frameworks={**case_in_memory.rules.frameworks, own.framework: own})
    run = with_figure(replace(case_in_memory, rules=rules), "")
    found = sensitivity.analyse(run)
    assert found.standing.grade == "中～优"
    turned = effect(found, "definition", "staff_control_rate", "category")
    assert turned.after.grade == "差～优" and "等级由“中～优”变为“差～优”" in sensitivity.turned(turned, run)
    assert effect(found, "weight", "staff_control_rate", "-20%").after.grade == "中～优"


# --- the room for judgement ------------------------------------------------------------------------------------


def rooms_of(found, run):
    return {(r.changed, r.extent, r.end): r for r in judgement_room.rooms(found, run.framework, run.rulebook)}


def test_the_room_for_judgement(case_in_memory, found):
    rooms = rooms_of(found, case_in_memory)
    assert rooms["definitions", "single", "lowest"].box == Interval(F(2), F(7))
    # worst of both lines: no ledger, no establishment by category; best: as they are
    assert rooms["definitions", "combined", "lowest"].box == Interval(F(0), F(7))
    assert rooms["definitions", "combined", "highest"].box == Interval(F(99), F(100))
    # the two lines that score at 1.2 and all else at 0.8: (5 + 2)·1.2 of 8·1.2 + 92·0.8; the adjustment's rate of 2/3 and
    # the staff's of 1 both lie above the mean
    assert rooms["weights", "combined", "lowest"].box == Interval(F(350, 73), F(525, 52))
    assert rooms["missing", "open", ""].box.high + rooms["unspecified", "open", ""].box.high == 92
    assert rooms["unspecified", "open", ""].box.high == 64


def test_the_furthest_of_all_combinations_is_what_trying_them_gives(case_in_memory, found):
    """Every definition of the two lines that score, every weight at either end: 2^10 weights each."""
    options = judgement_room._options(found, case_in_memory.framework, case_in_memory.rulebook)
    best = {"low": [], "high": []}
    shares = (F(4, 5), F(6, 5))
    several = [own for own in options.values() if len({tuple(o.lines.values()) for o in own}) > 1]
    single = [next(iter(own[0].lines.values())) for own in options.values() if own not in several]
    for chosen in product(*several):
        lines = [*single, *(line for option in chosen for line in option.lines.values())]
        for weights in product(shares, repeat=len(lines)):
            whole = sum(line.weight * share for line, share in zip(lines, weights, strict=True))
            for side, reached in best.items():
                points = sum(
                    getattr(line.span, side) * share for line, share in zip(lines, weights, strict=True)
                )
                reached.append(100 * points / whole)
    rooms = rooms_of(found, case_in_memory)
    for end, side in (("lowest", "low"), ("highest", "high")):
        assert rooms["both", "combined", end].box == Interval(min(best[side]), max(best[side]))


# --- against the whole case reckoned anew ---------------------------------------------------------------------


def spoken(run, leaving_out: set[str]) -> frozenset[str]:
    seen = run.observed()
    observed = {kind: look(seen) for kind, look in observations.LOOKS.items()}
    return frozenset(
        key for rule in run.finding_rules if rule.on in observed and rule.on not in leaving_out
        for key in findings.spoken(rule, findings.fitting(rule, observed[rule.on]))
    )  # fmt: skip


def disagreements(run, scenario: Scenario | None = None) -> list[object]:
    """Changes of which the case reckoned anew says something else than what was reckoned from what they touch.

    What a scenario assumes is no evidence, so that rules on how the evidence gives a figure fall silent, and words that
    tell the assumption part findings that were one: for figures, what the other rules speak of is compared.
    """
    on = {rule.rule: rule.on for rule in run.finding_rules}
    wrong = []
    for own in sensitivity.analyse(run).effects:
        change = own.change
        asked = what_if.combined(scenario, change.scenario) if scenario else change.scenario
        whole = what_if.under(run, asked)
        rows = whole.table("scores")
        total = next(row for row in rows if row["level"] == "total")
        left_out = {"figures"} if change.kind == FIGURE else set()
        mine = frozenset(key for key in own.after.spoken if on[key.partition(":")[0]] not in left_out)
        severities = {row["finding"]: row["severity"] for row in whole.table("findings")}
        known = {key: row["severity"] for key, row in own.after.findings.items()}
        if change.kind == FIGURE:
            severities, known = (
                {k: s for k, s in d.items() if k in severities.keys() & known.keys()}
                for d in (severities, known)
            )
        score = own.after.score
        assert score
        both = (
            (plain(score.low), plain(score.high), own.after.grade, mine, known),
            (total["lowest"], total["highest"], scoring.grade_words(whole.framework, rows), spoken(whole, left_out), severities),
        )  # fmt: skip
        if both[0] != both[1]:
            wrong.append((change, both))
    return wrong


def test_each_change_of_the_invented_case_agrees_with_the_whole(case_in_memory):
    assert disagreements(case_in_memory) == []


@pytest.mark.parametrize("name", ["wuxi-offices-2019", "putuo-finance-2024"])
def test_each_change_of_the_shipped_cases_agrees_with_the_whole(name, request, monkeypatch):
    run = request.getfixturevalue(name.partition("-")[0])
    monkeypatch.setenv("AUDITBOOK_WORKSPACE", str(run.workspace))
    assert disagreements(pipeline.in_memory(pipeline.check(name))) == []


def test_a_line_that_the_auditor_has_changed_keeps_its_points_but_for_its_weight(case_in_memory):
    """3 of 6 for 三公: 10 proven. The line at 7.2 of 101.2 is worth 3.6, whatever the definition of its indicator."""
    override = {
        "scheme": "yueyang-2018", "indicator": "three_public_control_rate", "points": "3", "reason": "试", "who": "甲",
        "when": "2022-01-01", "source": "", "locator": "", "quote": "",
    }  # fmt: skip
    run = with_figure(case_in_memory, "", overrides=[override])
    found = sensitivity.analyse(run)
    assert found.standing.score == Interval(F(10), F(96))
    heavier = effect(found, "weight", "three_public_control_rate", "+20%").after.score
    assert heavier.low == (F(36, 10) + 7) * F(1000, 1012)
    assert disagreements(run) == []


def test_under_a_scenario_the_changes_are_on_top_of_it(case_in_memory):
    own = Scenario(
        reason="试", framework="default-2013", weights={"staff_control_rate": 9}, rescale=True, evidence="strict",
    )  # fmt: skip
    run = what_if.under(case_in_memory, own)
    found = sensitivity.analyse(run)
    assert not any(e.change.kind == "evidence" for e in found.effects)
    assert disagreements(run, own) == []


# --- what a change touches, against everything looked at again --------------------------------------------------


def looked_at_again(run, rows: dict[Key, FigureRow]) -> sensitivity.Standing:
    """Where a case stands with other figures, each result, claim, observation and finding of it made anew."""
    base = sensitivity._Base(run)
    figures = sensitivity._refigured(run.figures, rows)
    figures = sensitivity._refigured(figures, base._recounted(figures, strict=run.strict))
    stanzas, judged = run.rulebook.stanzas, run.table("judgements")
    results = [r for stanza in stanzas.values() for r in indicators.compute(stanza, figures, judged)]
    named = {s.id: {name: own.name for name, own in s.definitions.items()} for s in stanzas.values()}
    units = {unit.id: unit.name for unit in run.audit.case.units}
    again = claims.judge_all(
        run.table("published"), run.table("objectives"), run.table("statements"), results, figures, run.scoring, named,
        run.wording, units, strict=run.strict,
    )  # fmt: skip
    before = run.observed()
    seen = replace(before, figures=figures, results=results, claims=again)
    # how the evidence gives a figure is not asked anew: a change assumes it
    observed = {
        kind: look(before if kind == "figures" else seen) for kind, look in observations.LOOKS.items()
    }
    found = [
        row for rule in run.finding_rules if rule.on in observed
        for row in findings.by_rule(rule, observed[rule.on], run.audit)
    ]  # fmt: skip
    found += [findings.recorded_finding(row, run.audit) for row in run.table("recorded")]
    found += findings.omitted(run.finding_rules, seen, found)
    lines = scoring.exact_lines(
        run.framework, results, run.scoring, run.rulebook, judged, run.table("overrides"), unit_names=units,
        objectives=run.table("objectives"),
    )  # fmt: skip
    sums = scoring.sums_of(lines.values())
    spoken = frozenset(
        key for rule in run.finding_rules if rule.on in observed
        for key in findings.spoken(rule, findings.fitting(rule, observed[rule.on]))
    )  # fmt: skip
    return sensitivity.Standing(
        sums.score, sums.grade(run.framework), {row["finding"]: row for row in found}, spoken
    )


_AWKWARD = st.one_of(
    st.tuples(
        st.just("value"), st.sampled_from(["0.004", "1", "7", "-5", "99.5", "1234567"]),
        st.sampled_from(["exact", "0.001", "1", "100", "1000000"]),
    ),
    st.sampled_from([("zero", "0", "exact"), ("missing", "", ""), ("not_applicable", "", "")]),
)  # fmt: skip


@given(changes=st.lists(st.tuples(st.integers(0, 999), _AWKWARD), min_size=1, max_size=12))
@settings(
    max_examples=10,
    phases=(Phase.explicit, Phase.generate),  # each takes seconds: what fails is told as it was found
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_what_a_figure_touches_is_all_that_it_changes(case_in_memory, changes):
    """With some figures zero, missing, negative or rough: every finding, and every word of one, is as if all was looked at."""
    run = with_figure(case_in_memory, "")
    rows = [dict(row) for row in case_in_memory.table("figures") if not run.dictionary[row["figure"]].derived]
    free = [row for row in rows if row["figure"] != TARGET]  # an objective with a target has its number
    for number, (state, value, precision) in changes:
        row = free[number % len(free)]
        row |= {
            "state": state,
            "value": value,
            "precision": precision,
            "basis": row["basis"] if value else "",
        }
    evidence = [pipeline.figure_of(row) for row in rows]
    counted = pipeline.figure_rows(run, evidence, run.table("objectives"), run.table("statements"))
    run.keep("figures", counted)
    names = {unit.id: unit.name for unit in run.audit.case.units}
    stanzas = run.rulebook.stanzas.values()
    run.keep(
        "claims",
        claims.judge_all(
            run.table("published"), run.table("objectives"), run.table("statements"), run.results, run.figures,
            run.scoring, {s.id: {name: own.name for name, own in s.definitions.items()} for s in stanzas}, run.wording,
            names, strict=run.strict,
        ),
    )  # fmt: skip
    for own in sensitivity.analyse(run).effects:
        if own.change.kind == FIGURE:
            assumed = own.change.scenario.assumed[0]
            key = Key(assumed.figure, assumed.scope, assumed.item, assumed.year or run.audit.case.year)
            state = "value" if assumed.value else "zero"
            row = replace(
                run.figures.chosen[key], value=plain(F(assumed.value)), state=state, precision="exact"
            )
            again = looked_at_again(run, {key: row})
            assert own.after == again, own.change
            assert [*own.after.findings] == [*again.findings]


def test_the_parts_of_what_is_observed_make_up_the_whole(case_in_memory):
    seen = case_in_memory.observed()
    results: dict[str, list[Result]] = {}
    for result in case_in_memory.results:
        results.setdefault(result.indicator, []).append(result)
    parts = sensitivity._Parts(seen, results)
    for kind, look in observations.LOOKS.items():
        assert [row for own in parts.all[kind].values() for row in own] == look(seen), kind


# --- as a table, a chart, a command ----------------------------------------------------------------------------


def test_the_tornado_draws_the_fifteen_furthest_and_tells_them_all():
    swings = [
        Swing(f"分值：第{'一二三四五六七八九十'[n % 10]}行{n}", (F(-20 + n), F(0)), (F(0), F(20 - n, 1000)))
        for n in range(18)
    ]
    drawn = charts.tornado("t", "移动", swings, "分", ("已证实", "最高可能"))
    assert drawn.alt.startswith("龙卷风图：移动，单位 分；分值：第一行0 已证实 −20，最高可能 +0.02；")
    assert len(drawn.rows) == 18 and drawn.rows[0] == ("分值：第一行0", "−20", "—", "—", "+0.02")
    assert drawn.rows[17] == ("分值：第八行17", "−3", "—", "—", "微增")
    assert "第五行14" in drawn.svg and "第六行15" not in drawn.svg.replace(drawn.alt, "")
    assert "另有 3 项" in drawn.svg
    assert drawn == charts.tornado("t", "移动", swings, "分", ("已证实", "最高可能"))
    assert "无数据" in charts.tornado("t", "移动", [], "分", ("已证实", "最高可能")).alt


def test_the_run_writes_what_is_reckoned_in_memory_and_knows_what_it_read(invented, case_in_memory, found):
    from auditbook import tables

    folder = invented.processed(CASE)
    rows = tables.from_csv((folder / "sensitivity.csv").read_bytes())
    assert rows == tables.in_order("sensitivity", sensitivity.to_rows(found, case_in_memory))
    record = json.loads((folder / ".stages" / "findings.tables.json").read_text(encoding="utf-8"))
    assert {"file run/sensitivity.csv", "file run/room.csv"} <= record["wrote"].keys()
    for name in ("frameworks/yueyang-2018", "findings", "indicators/staff", "figures"):
        assert f"file root/params/{name}.yaml" in record["reads"], name
    assert {"file run/figures.csv", "file run/claims.csv", "file run/quality.csv"} <= record["reads"].keys()


def test_the_chapter_says_what_turns(invented):
    page = (invented.outputs(CASE) / "report.html").read_text(encoding="utf-8")
    chapter = page[page.index("：哪些假设左右结论</h2>") :]
    for words in (
        "哪些假设左右结论",
        "一改就翻的结论",
        "判断余地",
        "多出发现“单位超编”",
        "分值增减之后的得分",
    ):
        assert words in chapter
    assert (invented.outputs(CASE) / "charts" / "sensitivity.csv").is_file()


def test_the_command_tells_each_change_with_the_scenario_that_makes_it(case_in_memory, tmp_path):
    done = auditbook("sensitivity", INVENTED_CASE, "--json", workspace=tmp_path / "w")
    assert done.code == 0, done.err
    told = json.loads(done.out)
    assert told["stopped"] is None and told["case"]["lowest"] == "7"
    assert len(told["changes"]) == len(all_changes(case_in_memory))
    weight = next(
        c
        for c in told["changes"]
        if (c["about"], c["step"]) == ("staff_control_rate", "+10%") and c["kind"] == "weight"
    )
    assert (
        weight["scenario"]["weights"] == {"staff_control_rate": "11/2"}
        and weight["scenario"]["rescale"] is True
    )
    assert abs(F(weight["lowest"]) - F(500, 67)) < F(1, 10**30)
    # what it tells is a scenario: written to a file, the whole case says the same
    definition = told["changes"][0]
    path = tmp_path / "first.yaml"
    YAML().dump(definition["scenario"], path)
    again = auditbook("sensitivity", INVENTED_CASE, "--scenario", path, "--json", workspace=tmp_path / "w")
    assert again.code == 0, again.err
    case = json.loads(again.out)["case"]
    assert (case["lowest"], case["highest"]) == (definition["lowest"], definition["highest"]) == ("2", "99")


def test_the_command_for_a_person(tmp_path):
    done = auditbook("sensitivity", INVENTED_CASE, workspace=tmp_path)
    assert done.code == 0, done.err
    assert "得分 7～99 分" in done.out and "一改就翻的结论" in done.out
    assert "口径“在职人员控制率”：编制内 → 按人员类别" in done.out or "按人员类别" in done.out
    assert "评分表没有写明而未定：64分" in done.out


def test_a_case_that_may_not_be_scored_says_so(copied, tmp_path):
    """The adjusted budget does not close: no score, no weights to tell of, and yet limits still turn findings."""
    damage.replace(damage.folder(copied) / "money.csv", "value,53540000,元", "value,63540000,元")
    damage.rehash(copied)
    done = auditbook("sensitivity", damage.case_file(copied), "--json", workspace=tmp_path / "w")
    assert done.code == 4, done.err
    told = json.loads(done.out)
    assert "未通过" in told["stopped"] and told["case"]["lowest"] == "" and told["room"] == []
    assert all(change["moves"] == "no" and change["lowest"] == "" for change in told["changes"])
    over = [
        c
        for c in told["changes"]
        if c["about"] == "staff_control_rate" and c["step"] == "-10%" and c["kind"] == "threshold"
    ]
    assert over[0]["turning"] == "yes"
    spoken = auditbook("sensitivity", damage.case_file(copied), workspace=tmp_path / "w")
    assert spoken.code == 4 and "不予评分" in spoken.out
    run = pipeline.in_memory(pipeline.check(str(damage.case_file(copied))))
    assert "谈不上" in str(sensitivity_view.sensitivity(run).markup) or "谈不上得分" in str(
        sensitivity_view.sensitivity(run).markup
    )


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("no-such-case",), "no-such-case"),
        ((INVENTED_CASE, "--scenario", "no-such-scenario"), "no-such-scenario"),
        ((INVENTED_CASE, "--scenario", ROOT / "tests" / "nowhere.yaml"), "nowhere"),
    ],
)
def test_what_is_not_there_is_said(tmp_path, arguments, said):
    done = auditbook("sensitivity", *arguments, workspace=tmp_path)
    assert done.code == 3 and said in done.err and "Traceback" not in done.err
    assert done.out == ""


def test_a_scenario_that_does_not_apply_is_told_with_its_line(tmp_path):
    path = tmp_path / "odd.yaml"
    path.write_text("reason: 试\nweights: {staff_control_rate: 9}\n", encoding="utf-8")
    done = auditbook("sensitivity", INVENTED_CASE, "--scenario", path, workspace=tmp_path / "w")
    assert done.code == 3 and "odd.yaml:2" in done.err and "104" in done.err and "Traceback" not in done.err
