"""The tutorials in both languages: every command is run as it stands, in a fresh copy of the project."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import openpyxl
import pytest
from conftest import ROOT, UNPRINTED

TUTORIALS = {
    language: ROOT / "docs" / name
    for language, name in {"en": "tutorials.md", "zh": "tutorials.zh-CN.md"}.items()
}
_BLOCK = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_FILLED = re.compile(
    r"^\| 单位 \|(?P<heads>.*)\|\n\|[-|]+\|\n\| (?P<unit>\S+) \|(?P<cells>.*)\|$", re.MULTILINE
)
WORKBOOK = Path("data/raw/wuxi-offices-2020/录入表.xlsx")


def steps(text: str) -> list[tuple[str, list[str]]]:
    """Each command of a tutorial with the lines that stand under it; a command goes on in lines that begin with >."""
    found: list[tuple[str, list[str]]] = []
    for block in _BLOCK.findall(text):
        for line in block.splitlines():
            if line.startswith("$ "):
                found.append((line[2:], []))
            elif line.startswith("> "):
                found[-1] = (f"{found[-1][0]}\n{line[2:]}", [])
            else:
                found[-1][1].append(line)
    return found


def said(expected: str, output: str) -> bool:
    """Whether a line of the output reads so, where … stands for anything."""
    pattern = ".*".join(re.escape(part) for part in expected.strip().split("…"))
    return any(re.fullmatch(pattern, line.strip()) for line in output.splitlines())


def fill_in(path: Path, text: str) -> None:
    """What the tutorial's table says, into the workbook, as a person does it."""
    table = _FILLED.search(text)
    assert table is not None
    heads, cells = ([cell.strip() for cell in table[name].split("|")] for name in ("heads", "cells"))
    book = openpyxl.load_workbook(path)
    sheet = book["预算与执行"]
    head = next(row for row in range(1, 20) if sheet.cell(row, 1).value == "序号")
    columns = {cell.value: cell.column for cell in sheet[head]}
    row = next(
        row for row in range(head + 2, sheet.max_row + 1)
        if [sheet.cell(row, columns[name]).value for name in ("单位", "项目")] == [table["unit"], cells[0]]
    )  # fmt: skip
    for name, value in zip(heads[1:], cells[1:], strict=True):
        sheet.cell(row, columns[name]).value = int(value)
    book.save(path)


@pytest.fixture
def project(tmp_path) -> Path:
    """What a new user has, with the environment that is there already."""
    tracked = subprocess.run(
        ["git", "-C", ROOT, "ls-files", "-z", "params", "notebooks", "data", "tools", "Makefile", "pyproject.toml",
         "requirements.lock", "requirements-bootstrap.lock"],
        capture_output=True, check=True,
    ).stdout.decode()  # fmt: skip
    folder = tmp_path / "project"
    for name in filter(None, tracked.split("\0")):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, folder / name)
    return folder


def test_every_command_does_what_the_tutorial_says(project):
    text = TUTORIALS["en"].read_text(encoding="utf-8")
    environment = {
        **os.environ, **UNPRINTED, "LC_ALL": "C.UTF-8", "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "MAKEFLAGS": f"VENV={Path(sys.executable).parent.parent}",
    }  # fmt: skip
    environment.pop("AUDITBOOK_WORKSPACE", None)
    run = steps(text)
    assert len(run) > 15 and sum(len(expected) for _, expected in run) > 20
    for command, expected in run:
        if command.startswith("source "):
            continue  # the environment is on the path already
        if command.startswith("python tools/record_hashes.py"):
            fill_in(project / WORKBOOK, text)
        done = subprocess.run(
            ["bash", "-c", command], cwd=project, env=environment, capture_output=True, text=True, timeout=300
        )
        assert done.returncode == 0, (command, done.stderr[-2000:])
        on_the_terminal = done.stdout + done.stderr
        missing = [line for line in expected if not said(line, on_the_terminal)]
        assert missing == [], (command, on_the_terminal)


def test_both_languages_have_the_same_commands():
    """So that what is run of the one is run of the other."""
    english, chinese = (path.read_text(encoding="utf-8") for path in TUTORIALS.values())
    assert steps(english) == steps(chinese)
    assert _FILLED.search(english)[0] == _FILLED.search(chinese)[0]


def test_a_line_that_is_not_said_is_found():
    assert said("报告：…report.html", "x\n报告：/tmp/report.html\n") and not said(
        "报告：…report.docx", "报告：/tmp/report.html"
    )
