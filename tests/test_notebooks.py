"""The notebooks: thin, told as a story, and each runs alone from any folder."""

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from conftest import ROOT

from auditbook.stages import STAGES

ALL = sorted((ROOT / "notebooks").glob("*.ipynb"))
NOTEBOOKS = [ROOT / "notebooks" / stage.notebook for stage in STAGES]
NUMBER_IN_PROSE = re.compile(r"\d[\d,.]*\s*(%|％|万元|亿元|元|分|个百分点)")


def cells(path, kind):
    return [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == kind]


def test_there_are_five_and_a_page_to_start_from():
    assert [path.name[:2] for path in ALL] == ["00", "10", "20", "30", "40", "50"]
    assert ALL[1:] == NOTEBOOKS  # the start page is no part of a run


def test_the_start_page_leads_to_the_five():
    told = "".join(cell.source for cell in cells(ALL[0], "markdown"))
    assert re.findall(r"\]\(([^)]+\.ipynb)\)", told) == [path.name for path in NOTEBOOKS]


@pytest.mark.parametrize("path", ALL, ids=lambda path: path.stem)
def test_thin(path):
    for cell in cells(path, "code"):
        tree = ast.parse(cell.source)
        assert len(tree.body) <= 6
        for node in ast.walk(tree):
            assert not isinstance(
                node,
                ast.FunctionDef
                | ast.ClassDef
                | ast.For
                | ast.While
                | ast.If
                | ast.Lambda
                | ast.comprehension,
            )
            if isinstance(node, ast.Import | ast.ImportFrom):
                assert [alias.name for alias in node.names] == ["auditbook"]


@pytest.mark.parametrize("path", ALL, ids=lambda path: path.stem)
def test_no_outputs_no_counts_and_ids_are_words(path):
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*", cell["id"])
        if cell.cell_type == "code":
            assert cell.outputs == [] and cell.execution_count is None
    assert len({cell["id"] for cell in notebook.cells}) == len(notebook.cells)


@pytest.mark.parametrize("path", ALL, ids=lambda path: path.stem)
def test_no_number_is_typed_in_prose(path):
    for cell in cells(path, "markdown"):
        assert not NUMBER_IN_PROSE.search(cell.source), cell.source


def test_the_rule_against_numbers_can_fail():
    assert NUMBER_IN_PROSE.search("执行率 93.2%") and NUMBER_IN_PROSE.search("共 1,204.5 万元")
    assert not NUMBER_IN_PROSE.search("财预〔2020〕10号 共 17 项")


@pytest.mark.parametrize("path", ALL, ids=lambda path: path.stem)
def test_two_parameters_each_described(path):
    (parameters,) = [c for c in cells(path, "code") if "parameters" in c.metadata.get("tags", [])]
    names = [node.target.id for node in ast.parse(parameters.source).body]
    assert names == ["case", "scenario"]
    assert all("#" in line for line in parameters.source.splitlines())


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_help_notebook_describes_the_parameters(path):
    """In Chinese and in English, with type and default: papermill reads annotation, value and comment."""
    done = subprocess.run(
        [sys.executable, "-m", "papermill", "--help-notebook", path],
        capture_output=True,
        text=True,
        timeout=120,
    )
    said = " ".join(done.stdout.split())
    assert (
        'case: str (default "params/cases/wuxi-offices-2019.yaml") 案例文件' in said
        and "the case file" in said
    )
    assert 'scenario: str (default "") 情景文件' in said and "the scenario file" in said


@pytest.mark.parametrize("path", ALL, ids=lambda path: path.stem)
def test_each_runs_from_top_to_bottom_by_hand(path, wuxi, tmp_path):
    """As Run All Cells does: the shipped case, nothing given, from the folder of the notebooks."""
    done = subprocess.run(
        [sys.executable, "-m", "nbconvert", "--to", "notebook", "--execute", path, "--output", tmp_path / "out.ipynb"],
        cwd=path.parent, capture_output=True, text=True, timeout=300,
        env={**os.environ, "AUDITBOOK_WORKSPACE": str(wuxi.workspace)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    shown = [output for cell in cells(tmp_path / "out.ipynb", "code") for output in cell.outputs]
    assert shown and {output.output_type for output in shown} <= {"execute_result", "display_data"}


def test_a_notebook_runs_by_plain_papermill_from_any_folder_and_makes_earlier_tables(tmp_path):
    """On the shipped case, with nothing there before: the stages before it are made first."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    done = subprocess.run(
        [sys.executable, "-m", "papermill", NOTEBOOKS[3], tmp_path / "out.ipynb", "-p", "case",
         "params/cases/wuxi-offices-2019.yaml", "-k", "python3"],
        cwd=elsewhere, capture_output=True, text=True, timeout=300,
        env={**os.environ, "AUDITBOOK_WORKSPACE": str(tmp_path)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    made = {path.name for path in (Path(tmp_path) / "data" / "processed" / "wuxi-offices-2019").glob("*.csv")}
    assert {
        "figures.csv",
        "quality.csv",
        "indicators.csv",
        "claims.csv",
        "scores.csv",
        "findings.csv",
    } <= made
