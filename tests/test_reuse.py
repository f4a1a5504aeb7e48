"""Nothing stale, nothing needless: each input is changed in turn, and exactly the stages that rest on it run again."""

import shutil
from pathlib import Path

import damage
import pytest
from conftest import ROOT, own_project

from auditbook import pipeline, records, running
from auditbook.workspace import locate

ALL = {"ingest", "indicators", "quality", "findings", "report"}
CASE = damage.CASE


@pytest.fixture(scope="module")
def parents():
    """Processes that have done the imports once for all these runs."""
    with running.kernels() as made:
        yield made


@pytest.fixture(scope="module")
def project(tmp_path_factory, parents):
    """A project of its own with the invented department, run once."""
    folder = own_project(tmp_path_factory.mktemp("project") / "auditbook")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.delenv("AUDITBOOK_WORKSPACE", raising=False)
        assert made(parents) == ALL
        yield folder


def made(parents, **more) -> set[str]:
    """Run the case and say which notebooks were executed."""
    finished = running.unchanged(locate(CASE))
    if finished is None or more:
        finished = running.run(pipeline.check(CASE), lambda stage, state: None, parents=parents, **more)
        assert running.unchanged(locate(CASE)) is not None
    return set(finished.made)


@pytest.fixture
def changed(project, parents):
    """Change files of the project for one test; afterwards everything is as it was, and run again."""
    before: dict[Path, bytes | None] = {}

    def change(name: str, old: str | None, new: str = "") -> None:
        path = project / name
        before.setdefault(path, path.read_bytes() if path.is_file() else None)
        if old is None:
            path.write_text(new, encoding="utf-8")
        else:
            damage.replace(path, old, new)

    def rehash() -> None:
        register = project / "data" / "raw" / CASE / "SOURCES.yaml"
        before.setdefault(register, register.read_bytes())
        damage.rehash(project)

    change.rehash = rehash
    yield change
    for path, data in before.items():
        if data is None:
            path.unlink(missing_ok=True)
        else:
            path.write_bytes(data)
    made(parents)


def test_nothing_changed_nothing_runs(project, parents):
    assert made(parents) == set()


RAW = f"data/raw/{CASE}/"
CHANGES = [
    # a weight: no evidence is read again, no indicator computed again
    ("weight", "params/frameworks/yueyang-2018.yaml", [
        ("points: 5\n    rule:\n      deduct: {limit: 100%", "points: 4\n    rule:\n      deduct: {limit: 100%"),
        ("points: 5\n    rule:\n      deduct: {limit: 0%", "points: 6\n    rule:\n      deduct: {limit: 0%"),
     ], {"findings", "report"}),
    ("scoring definition", "params/frameworks/yueyang-2018.yaml", [
        ("indicator: budget_adjustment_rate\n    definition: ministry", "indicator: budget_adjustment_rate\n    definition: net"),
     ], {"indicators", "findings", "report"}),
    ("stanza", "params/indicators/budget.yaml", [("why: 反映预算是否稳定", "why: 说明预算是否稳定")],
     {"indicators", "findings", "report"}),
    ("formula", "params/indicators/budget.yaml", [("formula: budget_added / budget_initial", "formula: budget_added / budget_adjusted")],
     {"indicators", "findings", "report"}),
    ("dictionary", "params/figures.yaml", [("name: 实际支出", "name: 实际的支出")], ALL),
    ("finding rule", "params/findings.yaml", [("severity: low", "severity: medium")], {"findings", "report"}),
    ("quality rule", "params/quality.yaml", [("severity: low", "severity: medium")], {"quality", "findings", "report"}),
    ("wording", "params/wording.yaml", [("draft: [送审稿", "draft: [送审版, 送审稿")],
     {"ingest", "indicators", "findings", "report"}),  # ingest counts the sub-targets that are proven
    ("case", f"params/cases/{CASE}.yaml", [("level: 县级", "level: 市级")], ALL),
]  # fmt: skip


@pytest.mark.parametrize(("name", "edits", "expected"), [c[1:] for c in CHANGES], ids=[c[0] for c in CHANGES])
def test_a_rule_changes(project, parents, changed, name, edits, expected):
    for old, new in edits:
        changed(name, old, new)
    assert made(parents) == expected


def test_another_framework_is_compared_but_nothing_is_computed_again(project, parents, changed):
    """Every scheme is set beside the case's own; evidence, quality and indicators know nothing of it."""
    text = (project / "params" / "frameworks" / "yueyang-2018.yaml").read_text(encoding="utf-8")
    changed(
        "params/frameworks/another.yaml", None, text.replace("framework: yueyang-2018", "framework: another")
    )
    assert made(parents) == {"findings", "report"}


def test_a_new_family_of_indicators(project, parents, changed):
    text = (project / "params" / "indicators" / "targets.yaml").read_text(encoding="utf-8")
    one = text.partition("  - id: completion_rate")[0].replace("target_attainment", "target_attainment_again")
    changed("params/indicators/more.yaml", None, one)
    assert made(parents) == {"indicators", "findings", "report"}


def test_a_raw_figure(project, parents, changed):
    changed(RAW + "report.txt", "在职18名", "在职17名")
    changed(RAW + "people.csv", "18,人,exact,一（一）,年末在职18名", "17,人,exact,一（一）,年末在职17名")
    changed.rehash()
    assert made(parents) == ALL


def test_a_raw_cell_that_no_table_shows(project, parents, changed):
    """The register is evidence too, and every stage reads it: it says which documents there are to be read for sentences."""
    changed(RAW + "SOURCES.yaml", "title: 资金表（虚构）", "title: 资金表（虚构，改）")
    assert made(parents) == {"ingest", "quality", "indicators", "findings", "report"}


def test_an_unrelated_file_in_the_evidence_folder_changes_only_the_fingerprint(project, parents, changed):
    changed(RAW + "note.md", None, "只是说明")
    assert made(parents) == {"report"}


@pytest.mark.parametrize("number", ["10_ingest", "20_quality", "30_indicators", "40_findings", "50_report"])
def test_a_notebook(project, parents, changed, number):
    changed(f"notebooks/{number}.ipynb", "# ", "#  ")
    assert made(parents) == {number.partition("_")[2]}


def test_the_lock(project, parents, changed):
    changed("requirements.lock", "\n", "\n# another lock\n")
    records.environment_digest.cache_clear()
    assert made(parents) == ALL
    (project / "requirements.lock").write_bytes((ROOT / "requirements.lock").read_bytes())
    records.environment_digest.cache_clear()
    assert made(parents) == ALL


def test_the_program(project, parents, monkeypatch):
    assert made(parents) in (set(), ALL)
    monkeypatch.setattr(records, "program_digest", lambda: "another program")
    assert running.unchanged(locate(CASE)) is None


def test_a_tampered_table_is_made_again(project, parents):
    made(parents)
    table = project / "data" / "processed" / CASE / "figures.csv"
    good = table.read_bytes()
    table.write_bytes(good.replace(b"51000001", b"51000002"))
    assert made(parents) >= {"ingest"}
    assert table.read_bytes() == good


def test_a_tampered_page_is_written_again(project, parents):
    made(parents)
    page = project / "outputs" / CASE / "report.html"
    good = page.read_bytes()
    page.write_bytes(good + b"<!-- -->")
    assert made(parents) == set()
    assert page.read_bytes() == good
    page.unlink()
    assert made(parents) == set() and page.read_bytes() == good


def test_a_damaged_record_is_no_proof(project, parents):
    made(parents)
    records.path_of(locate(CASE), "findings").write_text("{", encoding="utf-8")
    running_again = running.run(pipeline.check(CASE), lambda stage, state: None, parents=parents)
    assert set(running_again.made) == {"findings"}


def test_force_runs_all(project, parents):
    assert made(parents, force=True) == ALL


def test_a_copied_project_never_answers_from_the_other_one(project, parents, tmp_path, monkeypatch):
    made(parents)
    copy = Path(shutil.copytree(project, tmp_path / "copy"))
    damage.replace(copy / "params" / "findings.yaml", "severity: low", "severity: medium")
    monkeypatch.chdir(copy)
    assert made(parents) == {"findings", "report"}


def test_every_single_input_is_noticed(project, parents):
    """Whatever the record names, and whatever lies in the folders of evidence, rules and notebooks: changed, it shows."""
    made(parents)
    workspace = locate(CASE)
    record = records.load(workspace, running.DELIVERED)
    places = records.places(workspace)
    named = set()
    for place in [*record.reads, *record.wrote]:
        kind, _, rest = place.partition(" ")
        top, _, below = rest.partition("/")
        if kind == "file" and (path := places[top] / below).is_file():
            named.add(path)
    folders = [workspace.evidence, project / "params", project / "notebooks"]
    there = {path for folder in folders for path in folder.rglob("*") if path.is_file()}
    # other cases and scenarios, and what only an editor reads
    others = {path for path in there - named if path.parent.name not in {"cases", "scenarios", "schemas"}}
    others -= {project / "notebooks" / "00_start_here.ipynb"}  # no part of a run
    assert others == set(), "files that lie there, and that no record names"
    assert len(named) > 30
    for path in sorted(named):
        good = path.read_bytes()
        path.write_bytes(good + b"\n")
        assert running.unchanged(workspace) is None, path
        path.write_bytes(good)
    assert running.unchanged(workspace) is not None
