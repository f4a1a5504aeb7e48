"""`auditbook intake FILE`: what published accounts would yield, for a person and as JSON."""

import json
import re
import subprocess

import pytest
from conftest import AUDITBOOK, ROOT

ACCOUNTS = ROOT.parent / "shared" / "accounts"
FINANCE = ACCOUNTS / "putuo-finance-2024.pdf"


def intake(*arguments):
    return subprocess.run(
        [AUDITBOOK, "intake", *map(str, arguments)], cwd=ROOT, capture_output=True, text=True, timeout=300
    )


@pytest.mark.skipif(not FINANCE.is_file(), reason=f"the published accounts are not at {ACCOUNTS}")
def test_a_real_document_is_told_in_words_and_as_json():
    """accounts/README.md: 本年支出合计 2,940.05, 年末结转和结余 55.34, 三公 budget 0.95; no error in the tables."""
    said = intake(FINANCE)
    assert said.returncode == 0 and "认出 9 张表" in said.stdout
    for name, year, amount in (
        ("实际支出", 2024, "2940.05万元"), ("年末结转和结余", 2024, "55.34万元"), ("“三公”经费预算数", 2024, "0.95万元"),
    ):  # fmt: skip
        assert re.search(rf"{name} +{year} +{re.escape(amount)}", said.stdout), name
    assert "不一致 0 处" in said.stdout and "没有读的 1 处" in said.stdout
    found = json.loads(intake(FINANCE, "--json").stdout)
    assert (found["year"], found["pages"], len(found["tables"])) == (2024, 25, 9)
    spent = [row for row in found["figures"] if row["figure"] == "budget_spent"]
    assert [(row["value"], row["unit"], row["state"]) for row in spent] == [("2940.05", "万元", "value")]
    assert {check["verdict"] for check in found["checks"]} <= {"agrees", "within_rounding", "not_checkable"}


@pytest.mark.parametrize(
    ("name", "data", "code", "wanted"),
    [
        ("accounts.docx", b"PK", 3, "内容却是纯文本"),
        ("accounts.xls", b"PK", 2, "不是能读的文件"),
        ("nothing.pdf", None, 3, "读不到"),
        ("page.pdf", b"<html></html>", 3, "内容却是 HTML 网页"),
    ],
)
def test_what_is_not_read_is_told(tmp_path, name, data, code, wanted):
    if data is not None:
        (tmp_path / name).write_bytes(data)
    done = intake(tmp_path / name)
    assert done.returncode == code and wanted in done.stderr and "Traceback" not in done.stderr
