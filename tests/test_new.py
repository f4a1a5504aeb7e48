"""`auditbook new`: a case from zero that can be read at once, and nothing of what exists is touched."""

import os
import shutil
import subprocess
import sys

import openpyxl
import pytest
from conftest import ROOT, auditbook
from test_diet import HEAVY, imported_by

from auditbook import beginning
from auditbook.cases import open_audit
from auditbook.faults import CaseError, UsageError
from auditbook.workspace import Workspace

CASE = "qinghe-water-2025"


@pytest.fixture
def project(tmp_path):
    """A project without any case."""
    root = tmp_path / "project"
    for name in ("params", "tools"):
        shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("cases", "__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", root)
    return root


def files(root):
    return {p.relative_to(root).as_posix(): p.read_bytes() for p in root.rglob("*") if p.is_file()}


def new(root, *arguments):
    return auditbook("new", *arguments, workspace=root / "results", cwd=root)


def test_a_new_case_is_whole_and_can_be_checked(project):
    before = files(project)
    done = new(
        project,
        CASE,
        "2025",
        "--name",
        "清河县水务局",
        "--unit",
        "bureau=局机关",
        "--unit",
        "station=河道管理站",
    )
    assert (done.code, done.err) == (0, "")
    added = {name for name in files(project) if name not in before}
    assert added == {
        f"params/cases/{CASE}.yaml", f"data/raw/{CASE}/SOURCES.yaml", f"data/raw/{CASE}/录入表.xlsx",
        f"results/outputs/{CASE}/资料需求清单.xlsx",
    }  # fmt: skip
    assert {name: data for name, data in files(project).items() if name in before} == before
    for words in (
        "录入表.xlsx",
        f"tools/record_hashes.py data/raw/{CASE}",
        f"auditbook check {CASE}",
        f"auditbook run {CASE}",
    ):
        assert words in done.out
    checked = auditbook("check", CASE, workspace=project / "results", cwd=project)
    assert (checked.code, checked.err) == (0, "")
    assert "数字 0 个" in checked.out


def test_the_case_says_what_was_asked_for(project):
    beginning.begin(
        project, CASE, "2025", name='清河县"水务"局', units=["bureau=局机关", "station = 河道: 管理站 #2"]
    )
    workspace = Workspace(project, project, project, project / "params" / "cases" / f"{CASE}.yaml", None)
    audit, faults = open_audit(workspace)
    assert audit is not None and faults == []
    assert (audit.case.department.name, audit.case.year, audit.case.framework) == (
        '清河县"水务"局',
        2025,
        "default-2013",
    )
    assert [(unit.id, unit.name) for unit in audit.case.units] == [
        ("bureau", "局机关"),
        ("station", "河道: 管理站 #2"),
    ]
    first, *others = audit.sources
    assert (first.shape, first.file, first.status) == ("intake", "录入表.xlsx", "received")
    assert others and all(source.status == "absent" and source.supplies for source in others)


def test_the_workbook_is_for_this_case(project):
    beginning.begin(
        project, CASE, "2025", name="清河县水务局", units=["bureau=局机关"], framework="yueyang-2018"
    )
    book = openpyxl.load_workbook(project / "data" / "raw" / CASE / "录入表.xlsx")
    words = [str(cell.value) for row in book["填写说明"].iter_rows() for cell in row if cell.value]
    assert "清河县水务局" in words and "2025年度" in words and "局机关" in words
    assert any(f"tools/record_hashes.py data/raw/{CASE}" in text for text in words)
    codes = [cell.value for cell in book["自评得分"]["B"] if cell.value]
    # what the scheme scores by an indicator, and nothing of what it leaves unspecified
    assert {"three_public_control_rate", "budget_adjustment_rate"} <= set(codes) and len(codes) == len(
        set(codes)
    )
    assert not any("{" in text for text in words)


def test_without_a_name_the_case_still_reads_and_says_what_is_wanting(project):
    beginning.begin(project, CASE, "2025")
    text = (project / "params" / "cases" / f"{CASE}.yaml").read_text(encoding="utf-8")
    assert "请改成部门全称" in text
    assert auditbook("check", CASE, workspace=project / "results", cwd=project).code == 0


def test_the_same_case_twice_gives_the_same_bytes(project, tmp_path):
    other = tmp_path / "other"
    shutil.copytree(project, other)
    for root in (project, other):
        beginning.begin(root, CASE, "2025", name="清河县水务局", units=["bureau=局机关"])
    assert files(project) == files(other)


def test_an_edited_workbook_is_recorded_anew(project):
    beginning.begin(project, CASE, "2025", name="清河县水务局")
    path = project / "data" / "raw" / CASE / "录入表.xlsx"
    book = openpyxl.load_workbook(path)
    book["结转结余"]["C7"] = 12.5
    book.save(path)
    stale = auditbook("check", CASE, workspace=project / "results", cwd=project)
    assert stale.code == 3 and "tools/record_hashes.py" in stale.err
    tool = [sys.executable, project / "tools" / "record_hashes.py", path.parent]
    subprocess.run(tool, check=True, capture_output=True)
    checked = auditbook("check", CASE, workspace=project / "results", cwd=project)
    # what is filled in, and the two gaps beside it
    assert checked.code == 0 and "数字 3 个" in checked.out


REFUSED = {
    "capitals": (["Qinghe", "2025"], "CASE：“Qinghe”"),
    "path": (["../elsewhere", "2025"], "CASE：“../elsewhere”"),
    "scenario": (["a+b", "2025"], "CASE：“a+b”"),
    "blank": (["", "2025"], "CASE：“”"),
    "long": (["a" * 61, "2025"], "不超过60个字符"),
    "no year": ([CASE, "abcd"], "YEAR：“abcd”"),
    "far year": ([CASE, "2525"], "YEAR：“2525”"),
    "full-width year": ([CASE, "２０２５"], "YEAR：“２０２５”"),
    "unit without name": ([CASE, "2025", "--unit", "bureau="], "--unit：“bureau=”"),
    "unit without id": ([CASE, "2025", "--unit", "局机关"], "--unit：“局机关”"),
    "unit twice": ([CASE, "2025", "--unit", "a=甲", "--unit", "a=乙"], "代号“a”重复"),
    "units of one name": ([CASE, "2025", "--unit", "a=甲", "--unit", "b=甲"], "名称“甲”重复"),
    "reserved": ([CASE, "2025", "--unit", "department=甲"], "代号“department”重复或被保留"),
    "scheme": ([CASE, "2025", "--framework", "nobody-2000"], "没有评分框架“nobody-2000”"),
    "invisible": ([CASE, "2025", "--name", "清\u200b河"], "--name：部门名称过长，或有看不见的字符"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused_leaves_nothing(name, project):
    arguments, words = REFUSED[name]
    before = files(project)
    done = new(project, *arguments)
    assert done.code == 2 and words in done.err and "Traceback" not in done.err
    assert files(project) == before


def test_all_mistakes_at_once(project):
    with pytest.raises(UsageError) as told:
        beginning.begin(project, "Bad!", "1", units=["x"], framework="nobody")
    assert len(told.value.faults) == 4


def test_a_case_that_exists_is_never_overwritten(project):
    beginning.begin(project, CASE, "2025", name="清河县水务局")
    before = files(project)
    done = new(project, CASE, "2026", "--name", "别的单位")
    assert done.code == 2 and f"params/cases/{CASE}.yaml：这个案例已经有了" in done.err
    assert f"data/raw/{CASE}：这个资料夹已经有了" in done.err
    assert files(project) == before


def test_a_folder_with_documents_is_never_taken_over(project):
    folder = project / "data" / "raw" / CASE
    folder.mkdir(parents=True)
    (folder / "报告.pdf").write_bytes(b"%PDF")
    assert new(project, CASE, "2025").code == 2
    assert files(folder) == {"报告.pdf": b"%PDF"}
    assert not (project / "params" / "cases" / f"{CASE}.yaml").exists()


@pytest.mark.parametrize("call", ["mkdir", "link", "fsync"])
def test_what_fails_half_way_leaves_nothing(call, project, monkeypatch):
    before = files(project)

    def full(*_, **__):
        raise OSError(28, "No space left on device")

    if call == "mkdir":
        target = project / "data" / "raw" / CASE
        real = type(target).mkdir
        monkeypatch.setattr(
            type(target), "mkdir", lambda self, *a, **k: full() if self == target else real(self, *a, **k)
        )
    else:
        monkeypatch.setattr(os, call, full)
    with pytest.raises(CaseError) as told:
        beginning.begin(project, CASE, "2025")
    assert "写不了" in str(told.value)
    assert files(project) == before and not list((project / "data" / "raw").iterdir())


def test_whoever_takes_the_name_meanwhile_keeps_it(project, monkeypatch):
    case_file = project / "params" / "cases" / f"{CASE}.yaml"
    real = os.link

    def overtaken(source, target):
        case_file.write_text("case: somebody-else\n", encoding="utf-8")
        real(source, target)

    monkeypatch.setattr(os, "link", overtaken)
    with pytest.raises(CaseError) as told:
        beginning.begin(project, CASE, "2025")
    assert "刚被占用" in str(told.value)
    assert case_file.read_text(encoding="utf-8") == "case: somebody-else\n"
    assert not (project / "data" / "raw" / CASE).exists()


def test_nothing_heavy_is_imported_for_it():
    modules = imported_by("new", "--help")
    assert {name.partition(".")[0] for name in modules} & {
        *HEAVY,
        "xlsxwriter",
        "pdfplumber",
        "docx",
    } == set()
