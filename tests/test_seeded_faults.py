"""Precision and recall of the finding rules, on invented departments whose faults are known (tools/inventing)."""

from __future__ import annotations

import csv
import hashlib
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pytest
from conftest import ROOT

sys.path.insert(0, str(ROOT / "tools"))

from inventing import invent, seeding

from auditbook import findings, pipeline
from auditbook.pipeline import Run
from auditbook.stages import STAGES

QUICK = 40  # departments: five faults each, so that most seeders come about twice
# Rules of params/findings.yaml that nothing is seeded for, and why.
NOT_SEEDED = {
    "carried_changed": "needs an intake workbook that carries figures out of last year's case",
}
# Rules that only ever speak because another one does.
CONSEQUENCES = {"total_masks_unit", "completion_beyond_evidence", "problems_omitted"}


def found_in(case: Path, *, quality: bool = True) -> dict[str, dict[str, str]]:
    """The findings of a case by their keys, computed in memory: no notebook is run.

    Takes    quality: whether Great Expectations judges the data; it takes a second.
    """
    run = pipeline.check(str(case))
    made = Run(run.rules, in_memory=True)
    for stage in STAGES[:3]:
        own = {"quality": []} if stage.name == "quality" and not quality else pipeline.tables_of(stage, made)
        for name, rows in own.items():
            made.keep(name, rows)
    return {row["finding"]: row for row in made.table("findings") if row["origin"] == "rule"}


def truth_of(folder: Path) -> dict[str, dict[str, dict[str, str]]]:
    """What must be found: by case, by the key of the finding."""
    wanted: dict[str, dict[str, dict[str, str]]] = {}
    with (folder / "truth.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            wanted.setdefault(row["case"], {})[f"{row['rule']}:{row['item']}:{row['scope']}"] = row
    return wanted


def compare(folder: Path, cases: Iterable[Path], counted) -> None:
    """Hold what is found against what must be; print and count it rule by rule; all of it must be right."""
    wanted = truth_of(folder)
    seeded, right, missed, alarms = Counter(), Counter(), [], []
    for case in cases:
        found, truth = found_in(case), wanted.get(case.stem, {})
        seeded.update(key.partition(":")[0] for key in truth)
        right.update(key.partition(":")[0] for key in truth.keys() & found.keys())
        missed += [f"{case.stem} {key}（{truth[key]['what']}）" for key in truth.keys() - found.keys()]
        alarms += [f"{case.stem} {key}：{found[key]['condition']}" for key in found.keys() - truth.keys()]
    false = Counter(alarm.split()[1].partition(":")[0] for alarm in alarms)
    print(f"{'rule':40}{'seeded':>7}{'found':>7}{'missed':>7}{'false':>7}{'precision':>11}{'recall':>8}")
    for rule in sorted(seeded | false):
        hits = right[rule]
        precision = f"{hits / (hits + false[rule]):.2f}" if hits + false[rule] else "–"
        recall = f"{hits / seeded[rule]:.2f}" if seeded[rule] else "–"
        missing = seeded[rule] - hits
        print(f"{rule:40}{seeded[rule]:7}{hits:7}{missing:7}{false[rule]:7}{precision:>11}{recall:>8}")
        counted(f"seeded {rule}", seeded[rule])
        counted(f"found {rule}", hits)
    counted("seeded findings", sum(seeded.values()))
    counted("seeded findings that were missed", len(missed))
    counted("false alarms on invented departments", len(alarms))
    assert (missed, alarms) == ([], [])


@pytest.fixture(autouse=True)
def nothing_is_written(tmp_path, monkeypatch):
    """Results would go into a folder of the test's own; there must be none."""
    monkeypatch.setenv("AUDITBOOK_WORKSPACE", str(tmp_path / "results"))
    yield
    assert not (tmp_path / "results").exists()


def test_every_seeded_fault_is_found_and_nothing_else(tmp_path, counted):
    cases = invent(tmp_path, QUICK, seed=7, faults=1, missing=0.3)
    compare(tmp_path, cases, counted)


def test_every_seeded_fault_is_found_over_the_years(tmp_path, counted):
    cases = invent(tmp_path, 2, years=3, seed=11, faults=1)
    rules = [row["rule"] for own in truth_of(tmp_path).values() for row in own.values()]
    assert "restated_previous" in rules
    compare(tmp_path, cases, counted)


@pytest.mark.whole
def test_every_seeded_fault_is_found_in_many_departments(tmp_path, counted):
    cases = invent(tmp_path, 200, seed=23, faults=0.9, missing=0.3)
    compare(tmp_path, cases, counted)


def test_sound_departments_have_no_findings(tmp_path, counted):
    """Of departments that nothing was done to there is nothing to say, however large they are and in whatever unit."""
    cases = invent(tmp_path, 60, seed=3)
    assert truth_of(tmp_path) == {}
    for case in cases:
        assert found_in(case, quality=False) == {}, case.stem
    for case in cases[:5]:
        assert found_in(case) == {}, case.stem
    counted("sound invented departments", len(cases))


def test_of_missing_evidence_alone_only_that_is_found(tmp_path):
    cases = invent(tmp_path, 20, seed=5, missing=1)
    wanted = truth_of(tmp_path)
    rules = {row["rule"] for own in wanted.values() for row in own.values()}
    assert rules == {
        "indicator_without_evidence",
        "satisfaction_not_measured",
        "annex_absent",
        "problems_omitted",
    }
    for case in cases:
        assert found_in(case, quality=False).keys() == wanted[case.stem].keys()


def tree(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_a_seed_makes_the_same_bytes_also_from_the_command_line(tmp_path):
    invent(tmp_path / "one", 12, years=2, seed=4, faults=0.5, missing=0.5)
    command = [sys.executable, ROOT / "tools" / "invent_departments.py", tmp_path / "two"]
    options = ["--departments", "12", "--years", "2", "--seed", "4", "--faults", "0.5", "--missing", "0.5"]
    environment = {"PYTHONHASHSEED": "77", "PATH": "", "TZ": "Asia/Shanghai"}
    subprocess.run([*command, *options], check=True, env=environment, capture_output=True, timeout=120)
    assert tree(tmp_path / "one") == tree(tmp_path / "two")
    invent(tmp_path / "three", 12, years=2, seed=5, faults=0.5, missing=0.5)
    assert tree(tmp_path / "one") != tree(tmp_path / "three")


def test_a_department_is_the_same_whatever_the_count(tmp_path):
    few, many = (
        invent(tmp_path / str(count), count, years=2, faults=0.5, missing=0.5)[12:14] for count in (10, 100)
    )
    assert [case.stem for case in few] == ["invented-0007-2022", "invented-0007-2023"]
    for one, other in zip(few, many, strict=True):
        assert one.read_bytes() == other.read_bytes()
        folders = [case.parents[2] / "data" / "raw" / case.stem for case in (one, other)]
        assert tree(folders[0]) == tree(folders[1]) != {}
    of_seven = [
        [row for row in truth_of(tmp_path / str(count)).get("invented-0007-2023", {})] for count in (10, 100)
    ]
    assert of_seven[0] == of_seven[1]


def test_every_seeder_is_used_and_every_rule_is_seeded_or_excused(tmp_path):
    """A rule that is added to params/findings.yaml needs a seeder, or a reason why it has none."""
    invent(tmp_path, 400, years=2, seed=2, faults=1)
    rules = {row["rule"] for own in truth_of(tmp_path).values() for row in own.values()}
    own = {rule.rule for rule in findings.read_rules(pipeline.check("wuxi-offices-2019").audit)}
    assert own - rules == NOT_SEEDED.keys()
    assert rules - own == set()
    by_name = {name.partition("/")[0] for name in seeding.ALL} | {seeding.RESTATED}
    assert by_name | CONSEQUENCES == rules


def test_invented_departments_differ_in_everything_that_a_rule_may_meet(tmp_path):
    cases = invent(tmp_path, 200, seed=1)
    runs = [pipeline.check(str(case)).audit.case for case in cases[:60]]
    assert {run.department.level for run in runs} == {"省级", "市级", "县级"}
    assert len({run.department.kind for run in runs}) >= 6 and len({run.framework for run in runs}) == 4
    assert min(len(run.units) for run in runs) == 0 and max(len(run.units) for run in runs) >= 8
    assert all("虚构" in run.department.name for run in runs)
    budgets, units = [], set()
    for case in cases:
        with (case.parents[2] / "data" / "raw" / case.stem / "money.csv").open(encoding="utf-8") as file:
            rows = [row for row in csv.DictReader(file) if row["figure"] == "budget_spent"]
        units |= {row["unit"] for row in rows}
        held = {"元": 1, "万元": 10**4, "亿元": 10**8}
        budgets.append(max(float(row["value"]) * held[row["unit"]] for row in rows))
    assert units == {"元", "万元", "亿元"}
    assert max(budgets) / min(budgets) > 1000


def test_totals_are_their_parts_and_balances_carry_over(tmp_path):
    """By arithmetic of the test's own over the written tables."""
    for case in invent(tmp_path, 30, years=2, seed=9):
        folder = case.parents[2] / "data" / "raw" / case.stem
        year = case.stem[-4:]
        own = money(folder, year)
        for figure in ("budget_initial", "budget_added", "budget_cut", "budget_adjusted", "budget_spent"):
            parts = [
                value
                for (name, scope, item, at), value in own.items()
                if (name, at) == (figure, year) and (item or scope != "department")
            ]
            assert not parts or sum(parts) == own[figure, "department", "", year]
        initial, added, cut, adjusted = (
            own[f"budget_{name}", "department", "", year] for name in ("initial", "added", "cut", "adjusted")
        )
        assert initial + added - cut == adjusted
        if year == "2023":
            before = money(folder.parent / case.stem.replace("2023", "2022"), "2022")
            assert (
                own["carry_over", "department", "", "2022"] == before["carry_over", "department", "", "2022"]
            )


def money(folder: Path, year: str) -> dict[tuple[str, str, str, str], int]:
    """The figures of a department in hundredths of what its table is printed in."""
    with (folder / "money.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return {
        (row["figure"], row["scope"], row["item"], row["year"]): int(
            row["value"].replace(".", "").ljust(1, "0")
        )
        for row in rows
        if row["unit"] == rows[0]["unit"]
        and ("." in row["value"] or "." not in rows[0]["value"] or row["value"] == "0")
    }


def test_the_command_says_what_it_does_not_know(tmp_path):
    command = [sys.executable, ROOT / "tools" / "invent_departments.py", tmp_path]
    for wrong in (["--frameworks", "nowhere-1999"], ["--faults", "2"], ["--departments", "0"]):
        done = subprocess.run([*command, *wrong], capture_output=True, text=True, timeout=60)
        assert done.returncode == 2 and "Traceback" not in done.stderr
