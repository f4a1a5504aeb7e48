"""Nothing stale, nothing needless: each input is changed in turn, and exactly the stages that rest on it run again."""

import shutil
from pathlib import Path

import damage
import pytest
from conftest import ROOT

from auditbook import pipeline, records, running
from auditbook.workspace import locate

ALL = {"ingest", "indicators", "quality", "findings", "report"}
CASE = damage.CASE


@pytest.fixture(scope="module")
def parent():
    """A process that has imported Great Expectations once for all these runs."""
    from auditbook.engine.parent import Parent

    with Parent(preload=("great_expectations",)) as made:
        yield made


@pytest.fixture(scope="module")
def project(tmp_path_factory, parent):
    """A project of its own with the invented department, run once."""
    folder = tmp_path_factory.mktemp("project") / "auditbook"
    for name in ("params", "notebooks"):
        shutil.copytree(ROOT / name, folder / name)
    for name in ("pyproject.toml", "requirements.lock"):
        shutil.copy(ROOT / name, folder)
    invented = ROOT / "tests" / "invented"
    shutil.copytree(invented / "data" / "raw" / CASE, folder / "data" / "raw" / CASE)
    shutil.copy(invented / "params" / "cases" / f"{CASE}.yaml", folder / "params" / "cases")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.delenv("AUDITBOOK_WORKSPACE", raising=False)
        assert made(parent) == ALL
        yield folder


def made(parent, **more) -> set[str]:
    """Run the case and say which notebooks were executed."""
    finished = running.unchanged(locate(CASE))
    if finished is None or more:
        finished = running.run(pipeline.check(CASE), lambda stage, state: None, parent=parent, **more)
        assert running.unchanged(locate(CASE)) is not None
    return set(finished.made)


@pytest.fixture
def changed(project):
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


def test_nothing_changed_nothing_runs(project, parent):
    assert made(parent) == set()


RAW = f"data/raw/{CASE}/"
CHANGES = [
    # a weight: no evidence is read again, no indicator computed again
    ("weight", "params/frameworks/yueyang-2018.yaml", [("points: 5", "points: 4"), ("unspecified: 92", "unspecified: 93")],
     {"findings", "report"}),
    ("scoring definition", "params/frameworks/yueyang-2018.yaml", [("definition: ministry", "definition: net")],
     {"indicators", "findings", "report"}),
    ("stanza", "params/indicators/budget.yaml", [("why: 反映预算是否稳定", "why: 说明预算是否稳定")],
     {"indicators", "findings", "report"}),
    ("formula", "params/indicators/budget.yaml", [("formula: budget_added / budget_initial", "formula: budget_added / budget_adjusted")],
     {"indicators", "findings", "report"}),
    ("dictionary", "params/figures.yaml", [("name: 实际支出", "name: 实际的支出")], ALL),
    ("finding rule", "params/findings.yaml", [("severity: low", "severity: medium")], {"findings", "report"}),
    ("quality rule", "params/quality.yaml", [("severity: low", "severity: medium")], {"quality", "findings", "report"}),
    ("wording", "params/wording.yaml", [("draft: [送审稿", "draft: [送审版, 送审稿")], {"indicators", "findings", "report"}),
    ("case", f"params/cases/{CASE}.yaml", [("level: 县级", "level: 市级")], ALL),
]  # fmt: skip


@pytest.mark.parametrize(("name", "edits", "expected"), [c[1:] for c in CHANGES], ids=[c[0] for c in CHANGES])
def test_a_rule_changes(project, parent, changed, name, edits, expected):
    for old, new in edits:
        changed(name, old, new)
    assert made(parent) == expected


def test_a_rule_that_nothing_but_the_fingerprint_reads(project, parent, changed):
    """Another framework is not used; only the report's fingerprint of all rules knows it."""
    text = (project / "params" / "frameworks" / "yueyang-2018.yaml").read_text(encoding="utf-8")
    changed(
        "params/frameworks/another.yaml", None, text.replace("framework: yueyang-2018", "framework: another")
    )
    assert made(parent) == {"report"}


def test_a_new_family_of_indicators(project, parent, changed):
    text = (project / "params" / "indicators" / "targets.yaml").read_text(encoding="utf-8")
    changed("params/indicators/more.yaml", None, text.replace("target_attainment", "target_attainment_again"))
    assert made(parent) == {"indicators", "findings", "report"}


def test_a_raw_figure(project, parent, changed):
    changed(RAW + "report.txt", "在职18名", "在职17名")
    changed(RAW + "people.csv", "18,人,exact,一（一）,年末在职18名", "17,人,exact,一（一）,年末在职17名")
    changed.rehash()
    assert made(parent) == ALL


def test_a_raw_cell_that_no_table_shows(project, parent, changed):
    """The register is evidence too: whoever reads it runs; whoever reads only unchanged tables does not."""
    changed(RAW + "SOURCES.yaml", "title: 资金表（虚构）", "title: 资金表（虚构，改）")
    assert made(parent) == {"ingest", "quality", "findings", "report"}


def test_an_unrelated_file_in_the_evidence_folder_changes_only_the_fingerprint(project, parent, changed):
    changed(RAW + "note.md", None, "只是说明")
    assert made(parent) == {"report"}


@pytest.mark.parametrize("number", ["10_ingest", "20_quality", "30_indicators", "40_findings", "50_report"])
def test_a_notebook(project, parent, changed, number):
    changed(f"notebooks/{number}.ipynb", "# ", "#  ")
    assert made(parent) == {number.partition("_")[2]}


def test_the_lock(project, parent, changed):
    changed("requirements.lock", "\n", "\n# another lock\n")
    records.environment_digest.cache_clear()
    assert made(parent) == ALL
    (project / "requirements.lock").write_bytes((ROOT / "requirements.lock").read_bytes())
    records.environment_digest.cache_clear()
    assert made(parent) == ALL


def test_the_program(project, parent, monkeypatch):
    assert made(parent) in (set(), ALL)
    monkeypatch.setattr(records, "program_digest", lambda: "another program")
    assert running.unchanged(locate(CASE)) is None


def test_a_tampered_table_is_made_again(project, parent):
    made(parent)
    table = project / "data" / "processed" / CASE / "figures.csv"
    good = table.read_bytes()
    table.write_bytes(good.replace(b"51000001", b"51000002"))
    assert made(parent) >= {"ingest"}
    assert table.read_bytes() == good


def test_a_tampered_page_is_written_again(project, parent):
    made(parent)
    page = project / "outputs" / CASE / "report.html"
    good = page.read_bytes()
    page.write_bytes(good + b"<!-- -->")
    assert made(parent) == set()
    assert page.read_bytes() == good
    page.unlink()
    assert made(parent) == set() and page.read_bytes() == good


def test_a_damaged_record_is_no_proof(project, parent):
    made(parent)
    records.path_of(locate(CASE), "findings").write_text("{", encoding="utf-8")
    running_again = running.run(pipeline.check(CASE), lambda stage, state: None, parent=parent)
    assert set(running_again.made) == {"findings"}


def test_force_runs_all(project, parent):
    assert made(parent, force=True) == ALL


def test_a_copied_project_never_answers_from_the_other_one(project, parent, tmp_path, monkeypatch):
    made(parent)
    copy = Path(shutil.copytree(project, tmp_path / "copy"))
    damage.replace(copy / "params" / "findings.yaml", "severity: low", "severity: medium")
    monkeypatch.chdir(copy)
    assert made(parent) == {"findings", "report"}
