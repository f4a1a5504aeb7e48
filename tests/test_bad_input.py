"""Bad input: every fault at once, with its place and what to do; exit codes as documented; nothing overwritten."""

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

import damage
import pytest
from conftest import AUDITBOOK, INVENTED_CASE, ROOT, auditbook

from auditbook import pipeline
from auditbook.faults import CaseError


def faults(base: Path) -> list[str]:
    with pytest.raises(CaseError) as caught:
        pipeline.check(str(damage.case_file(base)))
    assert caught.value.exit_code == 3
    return [str(fault) for fault in caught.value.faults]


def test_the_undamaged_copy_is_fine(copied):
    pipeline.check(str(damage.case_file(copied)))


CASE_FAULTS = [
    ("unknown key", "year: 2021", "yaer: 2021", ["invented-water-2021.yaml:6", "不认识的键“yaer”"]),
    ("repeated key", "year: 2021", "year: 2021\nyear: 2022", [":7", "键“year”重复（上一次在第6行）"]),
    ("wrong type", "year: 2021", "year: 二〇二一", [":6", "“year”的值是 '二〇二一'", "整数"]),
    ("not a year", "year: 2021", "year: 20210", [":6", "20210"]),
    ("unknown framework", "yueyang-2018", "yueyang-2081", ["没有评分框架“yueyang-2081”", "yueyang-2018"]),
    ("alias", "level: 县级", "level: &a 县级", [":5", "锚点或引用"]),
    ("tag", "level: 县级", "level: !!python/name:os.system x", [":5", "标签"]),
    ("not yaml", "level: 县级", "level: [县级", ["不是合格的 YAML"]),
    ("unit twice", "id: river-station", "id: bureau", ["单位代号重复"]),
    ("boolean year", "year: 2021", "year: true", [":6", "True"]),
    ("other name", "case: invented-water-2021", "case: invented-water-2022", [":1", "与文件名相同"]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "said"), [c[1:] for c in CASE_FAULTS], ids=[c[0] for c in CASE_FAULTS]
)
def test_case_file(copied, old, new, said):
    damage.replace(damage.case_file(copied), old, new)
    found = "\n".join(faults(copied))
    assert all(part in found for part in said), found


TABLE_FAULTS = [
    ("unknown figure", "money.csv", "budget_spent,", "budget_spend,", ["money.csv:6", "“budget_spend”", "是否想写“budget_spent”"]),
    ("not a number", "money.csv", ",1200000,", ",约120万,", ["money.csv:3 value列", "约120万"]),
    ("exponent out of bounds", "money.csv", ",1200000,", ",1.2e600,", ["money.csv:3 value列", "1.2e600"]),
    ("unit of another kind", "money.csv", "51000001,元", "51000001,人", ["money.csv:6 unit列", "“万元”同类"]),
    ("unknown state", "money.csv", "department,,2021,追减,zero", "department,,2021,追减,nil", ["money.csv:4 state列"]),
    ("zero that is not", "money.csv", "zero,0,", "zero,3,", ["money.csv:4 value列"]),
    ("unknown scope", "people.csv", "river-station", "river-statoin", ["people.csv:4 scope列", "river-station"]),
    ("unknown item", "people.csv", "bureau,civil_servant,2021,行政编制", "bureau,civil_servent,2021,行政编制", ["people.csv:2 item列"]),
    ("year as text", "people.csv", "2021,行政编制", "二一,行政编制", ["people.csv:2 year列"]),
    ("missing column", "people.csv", ",quote", "", ["people.csv:1", "缺列 quote"]),
    ("extra cell", "people.csv", "18,人", "18,人,人", ["people.csv:3", "12格"]),
    ("row twice", "people.csv", "staff_actual,bureau,civil_servant,2021,在职,value,18,人,exact,一（一）,年末在职18名",
     "staff_actual,bureau,civil_servant,2021,在职,value,18,人,exact,一（一）,年末在职18名\n"
     "staff_actual,bureau,civil_servant,2021,在职,value,18,人,exact,一（一）,年末在职18名", ["people.csv:4", "重复", "people.csv:3"]),
    ("no source phrase", "people.csv", "年末在职18名", "", ["people.csv:3 quote列"]),
    ("bad date", "said.csv", "2021-03-05", "2021-13-05", ["said.csv:3 date列"]),
    ("unknown kind", "printed.csv", "execution,rate", "execution,ratio", ["printed.csv:2 kind列"]),
    ("comparator", "goals.csv", "<=", "不高于", ["goals.csv:5 comparator列"]),
    ("two encodings", "people.csv", None, "行政编制".encode("gbk"), ["people.csv:", "不是 UTF-8"]),
    ("nul", "people.csv", None, b"\0", ["people.csv", "NUL"]),
    ("empty", "people.csv", "", None, ["people.csv", "文件是空的"]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "old", "new", "said"), [c[1:] for c in TABLE_FAULTS], ids=[c[0] for c in TABLE_FAULTS]
)
def test_tables(copied, name, old, new, said):
    path = damage.folder(copied) / name
    if new is None:
        path.write_bytes(b"")
    elif old is None:
        path.write_bytes(path.read_bytes() + new)
    else:
        damage.replace(path, old, new)
    damage.rehash(copied)
    found = "\n".join(faults(copied))
    assert all(part in found for part in said), found


def test_an_exponent_and_another_encoding_are_read(copied):
    """What was refused before workbooks were read: Excel writes both."""
    damage.replace(damage.folder(copied) / "money.csv", ",1200000,", ",1.2e6,")
    people = damage.folder(copied) / "people.csv"
    people.write_bytes(people.read_text(encoding="utf-8").encode("gbk"))
    damage.rehash(copied)
    pipeline.check(str(damage.case_file(copied)))


def test_a_raw_file_whose_hash_changed(copied):
    damage.replace(damage.folder(copied) / "money.csv", "追加,", "追加 ,")
    assert any("money.csv" in fault and "sha256" in fault for fault in faults(copied))


def test_a_missing_file(copied):
    (damage.folder(copied) / "people.csv").unlink()
    assert any("people.csv" in fault and "不在资料夹" in fault for fault in faults(copied))


def test_faults_of_several_files_come_together(copied):
    damage.replace(damage.folder(copied) / "money.csv", "budget_spent,", "budget_spend,")
    damage.replace(damage.folder(copied) / "people.csv", "18,人", "十八,人")
    damage.replace(damage.folder(copied) / "goals.csv", "<=", "≤")
    damage.rehash(copied)
    damage.replace(damage.case_file(copied), "year: 2021", "yaer: 2021")
    damage.replace(damage.folder(copied) / "SOURCES.yaml", "reliability: medium", "reliability: middling")
    found = "\n".join(faults(copied))
    for place in ("money.csv:6", "people.csv:3", "goals.csv:5", "yaer", "“year”", "middling"):
        assert place in found, found


def test_exit_3_from_the_command_lists_all_and_writes_nothing(copied, tmp_path):
    damage.replace(damage.case_file(copied), "year: 2021", "yaer: 2021")
    done = auditbook("run", damage.case_file(copied), workspace=tmp_path / "w")
    assert done.code == 3 and "yaer" in done.err and "Traceback" not in done.err
    assert "“year”" in done.err  # the missing key is told in the same breath
    assert not (tmp_path / "w").exists()


def test_an_earlier_report_survives_a_failed_run(copied, tmp_path):
    report = tmp_path / "w" / "outputs" / damage.CASE / "report.html"
    report.parent.mkdir(parents=True)
    report.write_text("earlier")
    damage.replace(damage.folder(copied) / "money.csv", "budget_spent,", "budget_spend,")
    damage.rehash(copied)
    done = auditbook("run", damage.case_file(copied), workspace=tmp_path / "w")
    assert done.code == 3 and report.read_text() == "earlier"


CONTRADICTIONS = [
    ("phrase does not hold its value", "money.csv", ",51000001,元", ",51000010,元", "phrase_holds_value", "money.csv:6"),
    ("identity does not close", "money.csv", 'value,53540000,元,1,一（二）,"调整后预算53,540,000元"',
     'value,52340000,元,1,一（二）,"年初部门预算安排52,340,000元"', "identities_close", "money.csv:5"),
    ("phrase is not in the original", "money.csv", '"全年支出51,000,001元"', '"全年共支出51,000,001元"', "phrase_in_original", "money.csv:6"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "old", "new", "rule", "where"),
    [c[1:] for c in CONTRADICTIONS],
    ids=[c[0] for c in CONTRADICTIONS],
)
def test_a_blocking_failure_ends_in_exit_4_and_the_report_says_so_first(
    copied, tmp_path, name, old, new, rule, where
):
    damage.replace(damage.folder(copied) / name, old, new)
    damage.rehash(copied)
    done = auditbook("run", damage.case_file(copied), workspace=tmp_path / "w")
    assert done.code == 4, done.err
    assert rule in done.err
    page = (done.outputs(damage.CASE) / "report.html").read_text(encoding="utf-8")
    main = page[page.index("<main") :]
    assert main.index("不予评分") < main.index("关键数字")
    assert where in main
    scores = (done.processed(damage.CASE) / "scores.csv").read_text(encoding="utf-8")
    assert "total,,100,,0,100," in scores


def test_unknown_parameter_of_the_command():
    done = subprocess.run(
        [AUDITBOOK, "run", INVENTED_CASE, "--yaer", "2018"], capture_output=True, text=True, cwd=ROOT
    )
    assert done.returncode == 2 and "--yaer" in done.stderr and "Traceback" not in done.stderr


def test_unknown_parameter_under_plain_papermill(tmp_path):
    """papermill itself only warns; the first call of the notebook refuses."""
    done = subprocess.run(
        [sys.executable, "-m", "papermill", ROOT / "notebooks" / "10_ingest.ipynb", tmp_path / "out.ipynb",
         "-p", "case", INVENTED_CASE, "-p", "yaer", "2018", "-k", "python3"],
        capture_output=True, text=True, cwd=tmp_path, env={**__import__("os").environ, "AUDITBOOK_WORKSPACE": str(tmp_path)},
    )  # fmt: skip
    assert done.returncode != 0
    assert "UsageError" in done.stderr and "yaer" in done.stderr
    assert not (tmp_path / "data").exists()


def test_a_case_that_is_not_there_names_those_that_are(tmp_path):
    done = auditbook("check", "wuxi-offices-2091", workspace=tmp_path)
    assert done.code == 3 and "wuxi-offices-2019" in done.err


def test_unknown_scenario_target(copied):
    folder = copied / "params" / "scenarios"
    folder.mkdir()
    (folder / "odd.yaml").write_text(
        "reason: 试\ndefinitions: {budget_adjustment_rate: nett}\n", encoding="utf-8"
    )
    with pytest.raises(CaseError, match="没有定义“nett”"):
        pipeline.check(str(damage.case_file(copied)), "odd")


def test_no_project_here(tmp_path):
    """The package finds its own project; a case that lies elsewhere still works from any folder."""
    shutil.copytree(INVENTED_CASE.parents[2], tmp_path / "elsewhere")
    case = tmp_path / "elsewhere" / "params" / "cases" / INVENTED_CASE.name
    done = auditbook("check", case, workspace=tmp_path / "w", cwd=tmp_path)
    assert done.code == 0, done.err


QUALITY_FAULTS = [
    ("expect_column_values_to_be_between", "expect_column_values_to_be_betwen"),
    ("min_value: 0, max_value: 0", "min_valeu: 0, max_value: 0"),
]


@pytest.mark.parametrize(("old", "new"), QUALITY_FAULTS)
def test_a_quality_rule_that_cannot_be_run_is_told(tmp_path, monkeypatch, old, new):
    """A mistake in params/quality.yaml is the rule file's fault, named, and never a silent pass."""
    project = tmp_path / "project"
    project.mkdir()
    shutil.copytree(ROOT / "params", project / "params")
    shutil.copytree(ROOT / "data" / "raw", project / "data" / "raw")
    shutil.copy(ROOT / "pyproject.toml", project)
    monkeypatch.chdir(project)
    monkeypatch.setenv("AUDITBOOK_WORKSPACE", str(tmp_path / "w"))
    damage.replace(project / "params" / "quality.yaml", old, new)
    with pytest.raises(CaseError, match="figures_not_negative"):
        pipeline.begin("quality", "wuxi-offices-2019")


def test_a_character_that_the_font_lacks_is_named_and_stops_nothing(copied, tmp_path):
    damage.replace(damage.case_file(copied), "name: 河道管理站", "name: 河道管理站𠮷")
    done = auditbook("run", damage.case_file(copied), workspace=tmp_path / "w")
    assert done.code == 0, done.err
    quality = (done.processed(damage.CASE) / "quality.csv").read_text(encoding="utf-8")
    assert "𠮷（U+20BB7）" in quality
    page = (done.outputs(damage.CASE) / "report.html").read_text(encoding="utf-8")
    assert "河道管理站𠮷" in page and "河道管理站〓" in page


@pytest.mark.parametrize(
    ("name", "data", "code", "said"),
    [
        ("extra.pdf", b"%PDF-1.4\n1 0 obj << /OpenAction << /S /JavaScript /JS (app.alert(1)) >> >> endobj", 7, "extra.pdf"),
        ("extra.docx", b"<html><body>not a document</body></html>", 3, "extra.docx"),
    ],
)  # fmt: skip
def test_an_original_that_nothing_quotes_is_looked_at_all_the_same(copied, tmp_path, name, data, code, said):
    path = damage.folder(copied) / name
    path.write_bytes(data)
    register = damage.folder(copied) / "SOURCES.yaml"
    entry = (
        f"  - id: extra\n    file: {name}\n    title: 另一份资料\n    date: null\n    status: received\n"
        f"    sha256: {hashlib.sha256(data).hexdigest()}\n    reliability: low\n    reason: 供测试\n"
    )
    register.write_text(register.read_text(encoding="utf-8") + entry, encoding="utf-8")
    done = auditbook("check", damage.case_file(copied), workspace=tmp_path / "w")
    assert done.code == code and said in done.err and "Traceback" not in done.err, done.err
