"""`auditbook intake FILE`: what published accounts would yield, for a person, as JSON, and as tables."""

import json
import os
import pty
import re
import subprocess

import account_pages
import invented_accounts as invented
import pytest
from conftest import AUDITBOOK, ROOT

ACCOUNTS = ROOT.parent / "shared" / "accounts"
FINANCE = ACCOUNTS / "putuo-finance-2024.pdf"
COVER = ["某县水务局", "2022年度部门决算"]


def intake(*arguments, **how):
    return subprocess.run(
        [AUDITBOOK, "intake", *map(str, arguments)], cwd=ROOT, capture_output=True, text=True, timeout=300, **how
    )  # fmt: skip


@pytest.fixture(scope="module")
def document(tmp_path_factory):
    pages = [[COVER], *[[own] for own in invented.shanghai().values()]]
    return account_pages.draw_pages(tmp_path_factory.mktemp("drawn") / "决算.pdf", pages)


def row_of(text, *words):
    """Whether some line has these words in this order."""
    return re.search(".*".join(map(re.escape, words)), text)


@pytest.mark.skipif(not FINANCE.is_file(), reason=f"the published accounts are not at {ACCOUNTS}")
def test_a_real_document_is_told_in_words_and_as_json():
    """accounts/README.md: 本年支出合计 2,940.05, 年末结转和结余 55.34, 三公 budget 0.95; no error in the tables."""
    said = intake(FINANCE)
    assert said.returncode == 0 and "认出 9 张表" in said.stdout and said.stderr == ""
    assert row_of(said.stdout, "实际支出", "2024", "2940.05万元", "第6页")
    assert row_of(said.stdout, "年末结转和结余", "2024", "55.34万元")
    assert row_of(said.stdout, "“三公”经费预算数", "2024", "0.95万元", "第18页")
    assert "不一致 0 处" in said.stdout and "没有读的 1 处" in said.stdout
    tails = said.stdout.partition("尾差")[2].partition("无法核对")[0]
    assert "不是差错" in tails and row_of(tails, "326.72万元", "326.71万元")
    found = json.loads(intake(FINANCE, "--json").stdout)
    assert (found["year"], found["pages"], len(found["tables"])) == (2024, 25, 9)
    spent = [row for row in found["figures"] if row["figure"] == "budget_spent"]
    assert [(row["value"], row["unit"], row["state"]) for row in spent] == [("2940.05", "万元", "value")]
    assert {check["verdict"] for check in found["checks"]} <= {"agrees", "within_rounding", "not_checkable"}


def test_what_does_not_agree_comes_first_the_worst_above(tmp_path):
    """一般公共服务支出 12.00 → 112.00 in the table of spending (high), reception above its budget (medium)."""
    laid = invented.shanghai()
    row = next(row for row in laid["spending"].rows if row[0] == "201")
    row[2] = "112.00"
    laid["three_public"].rows[-1][-1] = "13.20"
    laid["three_public"].rows[-1][1] = "22.20"
    path = account_pages.draw_pages(tmp_path / "决算.pdf", [[COVER], *[[own] for own in laid.values()]])
    said = intake(path)
    assert said.returncode == 0  # what does not agree is a result, not a failure
    wrong = said.stdout.partition("\n不一致 ")[2].partition("无法核对")[0]
    assert row_of(wrong, "高", "行‘一般公共服务支出’", "112.00万元", "12.00万元")
    assert row_of(wrong, "中", "“三公”经费决算数不大于预算数", "13.20万元", "不大于4.00万元")
    severities = re.findall(r"^([高中低]) ", wrong, re.MULTILINE)
    assert severities == sorted(severities, key="高中低".index) and "中" in severities


def test_the_tables_are_written_and_read_again_as_the_same(document, tmp_path):
    folder = tmp_path / "表"
    done = intake(document, "--tables", folder)
    assert done.returncode == 0 and done.stderr.count("写出：") == 9
    files = sorted(folder.iterdir())
    assert [path.name[3:] for path in files] == [
        f"{title.replace('“三公”', '三公')}.csv" for title in invented.TITLES.values()
    ]
    assert files[2].read_text(encoding="utf-8").splitlines()[:5] == [
        "2022年度支出决算表",
        "单位：万元",
        "页,项目,,本年支出合计,基本支出,项目支出,上缴上级支出,经营支出,对附属单位补助支出",
        ",功能分类科目编码,科目名称,,,,,,",
        "4,201,一般公共服务支出,12.00,,12.00,,,",
    ]
    original = json.loads(intake(document, "--json").stdout)
    again = json.loads(intake(*files, "--json").stdout)
    assert again["figures"] == original["figures"] and again["tables"] == original["tables"]
    keys = ("key", "verdict", "found", "expected", "width", "explanation")
    assert [[c[k] for k in keys] for c in again["checks"]] == [
        [c[k] for k in keys] for c in original["checks"]
    ]
    before = {path: path.read_bytes() for path in files}
    files[4].unlink()
    refused = intake(document, "--tables", folder)
    assert refused.returncode == 2 and refused.stderr.count("已有这个文件") == 8
    assert not files[4].exists() and all(
        path.read_bytes() == before[path] for path in files if path != files[4]
    )


def test_what_a_person_reads_tells_what_nothing_speaks_for(tmp_path):
    laid = invented.jiangsu()
    path = account_pages.draw_pages(tmp_path / "决算.pdf", [[COVER], *[[own] for own in laid.values()]])
    said = intake(path).stdout
    alone = said.partition("没有独立核对的数 4 个")[2].partition("没有读的")[0]
    assert row_of(alone, "5.50", "会议费 决算数") and row_of(alone, "8.00", "培训费 预算数")


def test_progress_is_told_to_a_terminal_only(document):
    assert intake(document).stderr == ""
    ours, theirs = pty.openpty()
    done = subprocess.run(
        [AUDITBOOK, "intake", document, "--json"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=theirs,
        timeout=300,
    )
    os.close(theirs)
    said = os.read(ours, 100_000).decode()
    os.close(ours)
    assert done.returncode == 0 and json.loads(done.stdout)
    assert re.search(r"第\d页/共10页", said)


@pytest.mark.parametrize(
    ("name", "data", "code", "wanted"),
    [
        ("accounts.odt", b"PK", 2, "不是能读的文件"),
        ("nothing.pdf", None, 3, "读不到"),
        ("page.pdf", b"<html></html>", 3, "HTML"),
        ("cut.pdf", b"%PDF-1.7\n1 0 obj", 3, "损坏"),
        ("other.csv", "单位,人数\n甲,3\n乙,4\n".encode(), 3, "没有读到"),
        ("broken.xlsx", b"PK\x03\x04broken", 3, "broken.xlsx"),
    ],
)
def test_what_is_not_read_is_told(tmp_path, name, data, code, wanted):
    if data is not None:
        (tmp_path / name).write_bytes(data)
    done = intake(tmp_path / name)
    assert done.returncode == code and wanted in done.stderr and "Traceback" not in done.stderr


def test_a_scanned_document_is_told_as_such(tmp_path):
    done = intake(account_pages.picture(tmp_path / "scan.pdf"))
    assert done.returncode == 3 and "扫描件没有文字" in done.stderr
