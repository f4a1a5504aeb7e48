"""``auditbook verify RUN``: what follows from the evidence is found to, and whatever does not is named with its place and cause."""

import json
import re
import shutil
import zipfile
from pathlib import Path

import damage
import pytest
from conftest import UNPRINTED, auditbook, own_project
from three_years import THIRD, three_years

from auditbook import first_difference, run_record, tables

CASE = damage.CASE


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    """A project with the invented department, run once."""
    folder = own_project(tmp_path_factory.mktemp("verify") / "project")
    assert auditbook("run", CASE, workspace=folder, cwd=folder).code == 0
    return folder


@pytest.fixture
def project(made, tmp_path) -> Path:
    """A copy of it that a test may change."""
    return Path(shutil.copytree(made, tmp_path / "project"))


def verified(project: Path, *more: str, code: int) -> str:
    outcome = auditbook("verify", CASE, *more, workspace=project, cwd=project)
    assert outcome.code == code, outcome.out + outcome.err
    assert "Traceback" not in outcome.err
    return outcome.out


def found(project: Path) -> dict[str, dict[str, str]]:
    told = json.loads(verified(project, "--json", code=5))
    assert not told["sound"]
    return {one["file"]: one for one in (*told["inputs"], *told["differences"])}


def table(project: Path, name: str) -> Path:
    return project / "data" / "processed" / CASE / f"{name}.csv"


def record_of(project: Path) -> dict:
    return json.loads((project / "outputs" / CASE / "run.json").read_bytes())


def rewrite(project: Path, **groups: dict[str, str]) -> None:
    """Enter other hashes into the record, as somebody would who hides a change."""
    fields = record_of(project)
    for group, hashes in groups.items():
        fields[group] |= hashes
    fields["content"] = run_record.content(fields)
    path = project / "outputs" / CASE / "run.json"
    path.write_text(json.dumps(fields, ensure_ascii=False, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def points_changed(project: Path) -> tuple[str, str, str]:
    """Change the points of the first indicator that has any; returns its key and both texts."""
    path = table(project, "scores")
    rows = tables.from_csv(path.read_bytes())
    row = next(row for row in rows if row["level"] == "indicator" and row["points"] not in ("", "0"))
    before, row["points"] = row["points"], "0.5"
    path.write_bytes(tables.to_csv("scores", rows))
    return "、".join(row[k] for k in tables.KEYS["scores"]), before, "0.5"


def test_the_record_names_all_that_is_there(made):
    record = record_of(made)
    outputs, processed = made / "outputs" / CASE, made / "data" / "processed" / CASE
    there = {f"outputs/{p.relative_to(outputs).as_posix()}" for p in outputs.rglob("*") if p.is_file()}
    there |= {f"tables/{p.name}" for p in processed.glob("*.csv")}
    there |= {f"notebooks/{p.name}" for p in (processed / ".stages").glob("*.ipynb")}
    there -= {"outputs/run.json", "outputs/report.pdf", "outputs/signoff.html"}
    assert {*record["tables"], *record["notebooks"], *record["deliverables"]} == there
    raw = made / "data" / "raw" / CASE
    assert set(record["evidence"]) == {f"root/data/raw/{CASE}/{p.name}" for p in raw.iterdir()}
    named = {*record["evidence"], *record["rules"], *there, *record["program"]["notebooks"]}
    assert {name for stage in record["stages"] for name in (*stage["reads"], *stage["wrote"])} <= named
    assert [stage["stage"] for stage in record["stages"]] == [
        "ingest", "quality", "indicators", "findings", "report", "pages",
    ]  # fmt: skip
    wrote = [name for stage in record["stages"] for name in stage["wrote"]]
    assert sorted(wrote) == sorted(there), "each file is made by exactly one stage"
    text = (outputs / "run.json").read_text(encoding="utf-8")
    assert str(made) not in text and not re.search(r"\d{4}-\d\d-\d\dT", text)


def test_a_run_follows_from_its_evidence(made):
    record = record_of(made)
    number = sum(len(record[group]) for group in ("tables", "notebooks", "deliverables"))
    assert f"{CASE}：由同一资料、规则重算，{number} 个文件逐字节相同。" in verified(made, code=0)


def test_a_table_changed_afterwards_is_named_with_row_and_column(project):
    key, before, after = points_changed(project)
    told = found(project)
    assert set(told) == {"tables/scores.csv"}
    one = told["tables/scores.csv"]
    assert one["where"] == f"行“{key}”，栏points" and one["cause"] == "afterwards"
    assert (one["recorded"], one["now"]) == (after, before)


def test_a_table_changed_together_with_its_record_is_found_by_the_run_made_again(project):
    points_changed(project)
    rewrite(project, tables={"tables/scores.csv": run_record.hash_of(table(project, "scores"))})
    told = found(project)
    assert told["tables/scores.csv"]["cause"] == "record" and "points" in told["tables/scores.csv"]["where"]


def test_other_evidence_is_the_cause_of_what_rests_on_it(project):
    damage.replace(damage.folder(project) / "money.csv", "value,52340000,元", "value,52430000,元")
    damage.rehash(project)
    told = found(project)
    assert told[f"root/data/raw/{CASE}/money.csv"]["cause"] == "evidence"
    figures = told["tables/figures.csv"]
    assert figures["cause"] == "evidence" and f"root/data/raw/{CASE}/money.csv" in figures["because"]
    assert "budget_initial" in figures["where"] and "52430000" in figures["now"]
    text = verified(project, code=5)
    assert text.splitlines()[0].startswith(f"{CASE}：核对不符，") and "原始资料变了" in text


def test_evidence_that_cannot_be_read_any_more_is_told_with_its_reason(project):
    damage.replace(
        damage.folder(project) / "money.csv", "52340000", "52430000"
    )  # its hash is not recorded anew
    told = verified(project, code=5)
    assert f"root/data/raw/{CASE}/money.csv" in told and "原始资料变了" in told
    assert "重算没有做成" in told and "sha256" in told


def test_another_rule_is_the_cause_of_what_rests_on_it(project):
    damage.replace(
        project / "params" / "frameworks" / "yueyang-2018.yaml", '["(0%, 10%]", 2]', '["(0%, 10%]", 1]'
    )
    told = found(project)
    assert told["root/params/frameworks/yueyang-2018.yaml"]["cause"] == "rules"
    assert told["tables/scores.csv"]["cause"] == "rules"
    assert "tables/figures.csv" not in told, "the figures do not rest on the framework"


@pytest.mark.parametrize(
    ("field", "cause"), [(("program", "digest"), "program"), (("environment", "digest"), "environment")]
)
def test_another_program_or_environment_is_said_to_be_one(project, field, cause):
    path = project / "outputs" / CASE / "run.json"
    fields = json.loads(path.read_bytes())
    fields[field[0]][field[1]] = "0" * 64
    path.write_text(json.dumps(fields), encoding="utf-8")
    assert [one["cause"] for one in found(project).values()] == [cause]


def test_a_cell_of_the_workbook_and_a_lost_page_are_named(project):
    book = project / "outputs" / CASE / "workpapers.xlsx"
    with zipfile.ZipFile(book) as package:
        parts = {entry: package.read(entry) for entry in package.infolist()}
    name = "xl/worksheets/sheet4.xml"
    with zipfile.ZipFile(book, "w") as package:
        for entry, data in parts.items():
            changed = re.sub(rb"<v>(\d)", rb"<v>8\1", data, count=1) if entry.filename == name else data
            assert entry.filename != name or changed != data
            package.writestr(entry, changed)
    (project / "outputs" / CASE / "workpapers" / "20_quality.html").unlink()
    told = found(project)
    assert set(told) == {"outputs/workpapers.xlsx", "outputs/workpapers/20_quality.html"}
    assert re.search(r"sheet4\.xml，单元格[A-Z]+\d+", told["outputs/workpapers.xlsx"]["where"])
    assert told["outputs/workpapers/20_quality.html"]["now"] == "没有这个文件"


def test_hashes_entered_wrongly_are_the_records_own_fault(project):
    rewrite(project, tables={"tables/scores.csv": "0" * 64})
    assert found(project)["tables/scores.csv"]["cause"] == "record"
    rewrite(project, tables={"tables/scores.csv": run_record.hash_of(table(project, "scores"))})
    fields = record_of(project)
    fields["title"] = "另一份报告"
    (project / "outputs" / CASE / "run.json").write_text(json.dumps(fields), encoding="utf-8")
    assert found(project)["outputs/run.json"]["cause"] == "record"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (None, "没有这个文件"), (b"{", "读不通"), (b"[]", "读不通"), (b'{"format": 2}', "格式版本是2"), (b'{"format": 1}', "读不通"),
        (b"\xff\xfe", "读不通"),
    ],
)  # fmt: skip
def test_a_run_without_a_record_that_can_be_read_is_refused(project, data, said):
    path = project / "outputs" / CASE / "run.json"
    path.unlink() if data is None else path.write_bytes(data)
    outcome = auditbook("verify", CASE, workspace=project, cwd=project)
    assert outcome.code == 3 and said in outcome.err and "Traceback" not in outcome.err


@pytest.mark.parametrize(
    "name",
    [
        "root/../../x",
        "/etc/passwd",
        "root//x",
        "elsewhere/x",
        "root/a\\b",
        "root",
        "root/pandas.py",
        "root/notebooks/pandas.py",
    ],
)
def test_a_record_that_names_files_elsewhere_is_refused(project, name):
    rewrite(project, evidence={name: "0" * 64})
    outcome = auditbook("verify", CASE, workspace=project, cwd=project)
    assert outcome.code == 3 and "读不通" in outcome.err


def test_a_record_whose_content_is_not_its_own_is_refused(project):
    fields = record_of(project)
    fields["tables"]["tables/scores.csv"] = "0" * 64
    (project / "outputs" / CASE / "run.json").write_text(json.dumps(fields), encoding="utf-8")
    outcome = auditbook("verify", CASE, workspace=project, cwd=project)
    assert outcome.code == 3 and "content" in outcome.err


def test_a_run_is_verified_where_its_folder_lies(project, tmp_path):
    elsewhere = Path(shutil.copytree(project / "outputs", tmp_path / "sent" / "outputs"))
    shutil.copytree(project / "data" / "processed", tmp_path / "sent" / "data" / "processed")
    page = elsewhere / CASE / "report.html"
    page.write_bytes(page.read_bytes().replace(b"</h1>", b"!</h1>", 1))
    outcome = auditbook("verify", elsewhere / CASE, workspace=project, cwd=project)
    assert (
        outcome.code == 5 and "outputs/report.html" in outcome.out and "第1" not in outcome.out.split("行")[0]
    )
    assert auditbook("verify", CASE, workspace=project, cwd=project).code == 0


@pytest.mark.whole
def test_a_printed_report_is_printed_again(project, chromium_program):
    own = {name: value for name, value in UNPRINTED.items() if name != "AUDITBOOK_CHROMIUM"}
    assert own == {}
    assert auditbook("run", CASE, "--force", workspace=project, cwd=project, printing=True).code == 0
    again = auditbook("verify", CASE, workspace=project, cwd=project, printing=True)
    assert again.code == 0 and "report.pdf：由 report.html 重印一遍，逐字节相同。" in again.out
    pdf = project / "outputs" / CASE / "report.pdf"
    pdf.write_bytes(pdf.read_bytes()[:-2000])
    again = auditbook("verify", CASE, workspace=project, cwd=project, printing=True)
    assert again.code == 5 and "outputs/report.pdf" in again.out
    unprinted = auditbook("verify", CASE, workspace=project, cwd=project)
    assert unprinted.code == 0 and "没有重印" in unprinted.out


def test_the_first_difference_of_a_text_is_its_line_and_character():
    assert (
        first_difference.between("a.html", "甲\n乙丙\n".encode(), "甲\n乙丁\n".encode())[0]
        == "第2行第2个字符"
    )
    assert first_difference.between("a.html", b"a\n", b"a\nb")[0] == "第2行第1个字符"
    assert first_difference.between("a.pdf", b"\xff\x00", b"\xff\x01") == ("第2个字节", "00", "01")
    assert first_difference.between("a.xlsx", b"PK", b"PX")[0] == "第2个字节"
    where = first_difference.between("tables/room.csv", b"changed,extent\n1,2\n", b"other\n")
    assert where[0] == "第1行第1个字符", "what is no table any more is told as text"


def test_a_run_that_compares_years_is_the_same_when_it_is_made_again(tmp_path):
    """Its pages name the years: also those that are made before the notebook that compares them has ended."""
    three_years(tmp_path / "base")
    case = tmp_path / "base" / "params" / "cases" / f"{THIRD}.yaml"
    assert auditbook("run", case, workspace=tmp_path / "base").code == 0
    page = tmp_path / "base" / "outputs" / THIRD / "workpapers" / "10_ingest.html"
    assert "比较的年度" in page.read_text(encoding="utf-8")
    outcome = auditbook("verify", tmp_path / "base" / "outputs" / THIRD, workspace=tmp_path / "base")
    assert outcome.code == 0, outcome.out
