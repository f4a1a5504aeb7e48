"""kill -9 at any point: the last good report stays whole, and running again gives what a run that was never disturbed gives."""

import shutil
import signal

import pytest
from fault_points import CASE, Prepared, leftovers, outputs, processed, run

WHOLE, QUICK = 100, 4
FIRST_EVENTS = 300  # a first run has no earlier one to set aside


@pytest.fixture(scope="module")
def prepared(tmp_path_factory) -> Prepared:
    return Prepared(tmp_path_factory.mktemp("kill"))


def test_there_is_much_to_be_killed_at(prepared):
    assert prepared.reference[2] > WHOLE * 2


@pytest.mark.parametrize(
    "point", [(n + 1) / QUICK - 0.1 for n in range(QUICK)]
    + [pytest.param((n + 0.5) / WHOLE, marks=pytest.mark.whole) for n in range(WHOLE)],
)  # fmt: skip
def test_killed_at_any_point(prepared, counted, point):
    new, tables, events = prepared.reference
    at = max(1, round(point * events))
    project = prepared.changed(f"killed-{at}-{point}")
    ended = run(project, "kill", at)
    assert ended.code == -signal.SIGKILL, f"event {at} of {events} came no more: {ended.err}"
    left = outputs(project)
    assert left in (prepared.old, new), f"killed at {at} of {events}: neither the last nor the new report"
    counted(
        "kill points, the last report left whole"
        if left == prepared.old
        else "kill points, the new report left whole"
    )
    again = run(project)
    assert again.code == 0, again.err
    assert (outputs(project), processed(project)) == (new, tables), f"killed at {at} of {events}"
    assert leftovers(project) == []
    shutil.rmtree(project)


@pytest.mark.parametrize(
    "point", [0.3, 0.95, *(pytest.param(n / 10, marks=pytest.mark.whole) for n in range(1, 9))]
)
def test_killed_in_the_very_first_run(prepared, counted, point):
    new, tables, _ = prepared.reference
    project = prepared.changed(f"first-{point}")
    shutil.rmtree(project / "outputs")
    shutil.rmtree(project / "data" / "processed")
    at = round(point * FIRST_EVENTS)
    assert run(project, "kill", at).code == -signal.SIGKILL
    left = outputs(project) if (project / "outputs" / CASE).is_dir() else {}
    alone = {name: seen for name, seen in new.items() if not name.startswith("a user")}
    assert left in ({}, alone)
    assert run(project).code == 0
    assert (outputs(project), processed(project)) == (alone, tables) and leftovers(project) == []
    counted("kill points in a first run")
    shutil.rmtree(project)


def test_stages_that_were_finished_are_not_done_again(prepared):
    """Killed while the pages are put in place, all five notebooks are proven by the next run."""
    events = prepared.reference[2]
    project = prepared.changed("late")
    assert run(project, "kill", round(events * 0.97)).code == -signal.SIGKILL
    again = run(project)
    assert again.err.count("已核实未变，沿用") == 5, again.err
