"""What a run hands over: every file of it, the same bytes again, nothing of an earlier run beside it."""

import csv
import shutil
from pathlib import Path

import pytest
from conftest import INVENTED_CASE, Outcome, auditbook

RUN = "invented-water-2021"


def files_of(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


def test_a_run_hands_over_page_word_pdf_workbook_papers_and_chart_data(invented, chromium_program):
    found = files_of(invented.outputs(RUN))
    assert {name for name in found if "/" not in name} == {
        "report.html", "report.docx", "report.pdf", "workpapers.xlsx", "资料需求清单.xlsx", "run.json", "signoff.html",
    }  # fmt: skip
    assert {name for name in found if name.startswith("workpapers/")} == {
        f"workpapers/{name}.html" for name in ("10_ingest", "20_quality", "30_indicators", "40_findings")
    }
    charts = {name for name in found if name.startswith("charts/")}
    drawn = found["report.html"].count(b'<div class="chart"')
    assert len(charts) >= drawn > 0
    for name in charts:
        rows = list(csv.reader(found[name].decode("utf-8").splitlines()))
        assert len(rows) > 1
        assert len({len(row) for row in rows}) == 1


def test_the_same_case_hands_over_the_same_bytes(invented, chromium_program, tmp_path):
    again = auditbook("run", INVENTED_CASE, workspace=tmp_path, printing=True)
    assert files_of(again.outputs(RUN)) == files_of(invented.outputs(RUN))


@pytest.fixture
def own(invented, tmp_path) -> Outcome:
    """A copy of the delivered run."""
    shutil.copytree(invented.workspace, tmp_path / "copy")
    return Outcome(0, "", "", tmp_path / "copy")


def test_what_an_earlier_run_left_does_not_stand_beside_a_new_report(own):
    outputs = own.outputs(RUN)
    (outputs / "report.pdf").write_bytes(b"of another year")
    (outputs / "charts" / "gone.csv").write_text("of another year")
    (outputs / "my-notes.txt").write_text("an auditor's own")
    done = auditbook("run", INVENTED_CASE, "--force", workspace=own.workspace)
    assert done.code == 0
    assert not (outputs / "report.pdf").exists()
    assert not (outputs / "charts" / "gone.csv").exists()
    assert (outputs / "my-notes.txt").read_text() == "an auditor's own"


def test_without_a_printer_everything_else_is_there_and_one_line_says_how_to_get_it(own):
    done = auditbook("run", INVENTED_CASE, "--force", workspace=own.workspace)
    assert done.code == 0
    [line] = [line for line in done.out.splitlines() if "report.pdf" in line]
    assert "apt install chromium" in line
    assert {"report.html", "report.docx", "workpapers.xlsx"} <= set(files_of(own.outputs(RUN)))


def test_a_printer_that_came_later_prints(own, chromium_program):
    auditbook("run", INVENTED_CASE, "--force", workspace=own.workspace)
    done = auditbook("run", INVENTED_CASE, workspace=own.workspace, printing=True)
    assert "沿用上次结果" not in done.err
    assert (own.outputs(RUN) / "report.pdf").read_bytes()[:5] == b"%PDF-"
    again = auditbook("run", INVENTED_CASE, workspace=own.workspace, printing=True)
    assert "沿用上次结果" in again.err
