"""The start page in a real JupyterLab in headless Chromium: it opens, a control is moved, the score changes, the scenario is saved and runs.

Nothing waits for a time: each step waits for what it is to bring. Whatever fails, the server and its kernels are ended.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from conftest import ROOT, UNPRINTED, auditbook, own_project
from playwright.sync_api import Page, expect, sync_playwright

from auditbook import strict_yaml
from auditbook.cases import Scenario

CASE = "invented-water-2021"
TOKEN = "a-token-for-this-test"
FIRST, SOON = (
    120_000,
    30_000,
)  # milliseconds: a kernel that imports and reads all of a case; an answer of a control
START = "notebooks/00_start_here.ipynb"
expect.set_options(timeout=SOON)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project of its own with what `make lab` needs, and this environment as its own."""
    folder = own_project(tmp_path_factory.mktemp("lab"))
    shutil.copy(ROOT / "Makefile", folder)
    shutil.copy(ROOT / "requirements-bootstrap.lock", folder)
    shutil.copytree(ROOT / ".jupyter", folder / ".jupyter")
    (folder / ".venv").mkdir()
    (folder / ".venv" / "bin").symlink_to(Path(sys.executable).parent)
    (folder / ".venv" / ".ready").touch()
    return folder


@pytest.fixture(scope="module")
def lab(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """`make lab` as a user has it who never had JupyterLab: where it answers."""
    home = tmp_path_factory.mktemp("home")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = f"--no-browser --allow-root --ip=127.0.0.1 --port={port} --ServerApp.port_retries=0 --IdentityProvider.token={TOKEN}"
    own = {
        key: value
        for key, value in os.environ.items()
        if not key.startswith(("JUPYTER", "AUDITBOOK", "IPYTHON"))
    }
    log = home / "log"
    with log.open("wb") as told:
        server = subprocess.Popen(
            ["make", "lab", f"ARGS={options}"], cwd=project, env={**own, **UNPRINTED, "HOME": str(home)}, stdin=subprocess.DEVNULL,
            stdout=told, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
    try:
        address = f"http://127.0.0.1:{port}"
        until = time.monotonic() + 60
        while not _answers(f"{address}/api/status?token={TOKEN}"):
            assert server.poll() is None and time.monotonic() < until, log.read_text(errors="replace")
            time.sleep(0.1)
        yield address
    finally:
        # its kernels are ended by the server; whoever is left in its session with it
        os.killpg(server.pid, signal.SIGTERM)
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(server.pid, signal.SIGKILL)
            server.wait(20)


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


@pytest.fixture
def page(lab: str, chromium_program: str) -> Iterator[tuple[Page, list[str]]]:
    """The page that `make lab` opens, and what was asked of anybody else than this server."""
    outside: list[str] = []
    with sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=chromium_program, args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
        )  # fmt: skip
        context = browser.new_context(viewport={"width": 1400, "height": 1400})
        context.set_default_timeout(SOON)
        page = context.new_page()
        page.on("request", lambda asked: outside.append(asked.url) if not _own(asked.url, lab) else None)
        page.on("websocket", lambda asked: outside.append(asked.url) if not _own(asked.url, lab) else None)
        page.goto(f"{lab}/?token={TOKEN}")
        try:
            yield page, outside
        finally:
            browser.close()


def _own(address: str, lab: str) -> bool:
    return address.startswith((lab, lab.replace("http:", "ws:"), "data:", "blob:"))


def _enter(page: Page, kind: str, words: str) -> None:
    field = page.locator(f".{kind} input")
    field.fill(words)
    field.press("Tab")


@pytest.mark.timeout(420)
def test_a_control_is_moved_the_score_changes_the_scenario_is_saved_and_runs(page, project):
    page, outside = page
    expect(page).to_have_url(re.compile(r"/lab/tree/notebooks/00_start_here\.ipynb"), timeout=FIRST)
    page.get_by_text("Python 3 (ipykernel) | Idle").wait_for(timeout=FIRST)
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()

    # the shipped case has no evidence in this copy: its faults are told in words, and the next one is opened
    result = page.locator(".auditbook-result")
    expect(result).to_contain_text("这个案例读不通", timeout=FIRST)
    page.locator(".set-case select").select_option(f"{CASE}（清河县水务局（虚构） 2021）")
    expect(result).to_contain_text("7～99分", timeout=FIRST)
    expect(result.locator("svg")).to_be_visible()
    expect(page.locator(".jp-OutputArea-output", has_text="Traceback")).to_have_count(0)

    # 6 instead of 3 points: 103 of 100, told beside the points and not computed
    _enter(page, "set-weight-budget_adjustment_rate", "6")
    expect(page.locator(".auditbook-controls .wrong").first).to_contain_text("103")
    expect(result).to_contain_text("没有重算")
    page.locator(".set-rescale input").check()
    expect(result).to_contain_text("8.74～98.06分")  # 900/103, and 100 less 200/103
    page.locator(".do-undo").click()
    expect(result).to_contain_text("没有重算")
    page.locator(".do-redo").click()
    expect(result).to_contain_text("8.74～98.06分")

    page.get_by_text("证据与假设的数字").click()
    _enter(page, "set-figure", "调增预算〔budget_added〕")
    expect(page.locator(".auditbook-controls")).to_contain_text(
        "资料：120.00万元"
    )  # its unit is offered by now
    _enter(page, "set-value", "1000")
    _enter(page, "set-value-unit", "人")
    _enter(page, "set-why", "追加另有一笔")
    page.locator(".do-suppose").click()
    expect(page.locator(".auditbook-controls .wrong")).to_contain_text("与“万元”同类的单位")
    _enter(page, "set-value-unit", "万元")
    page.locator(".do-suppose").click()
    # 19.11 %: 2 of 6 instead of 4: 700/103, and 100 less 400/103
    expect(result).to_contain_text("6.8～96.12分")

    _enter(page, "set-name", "net-adjustment")
    _enter(page, "set-reason", "预算调整更重要")
    page.locator(".do-save").click()
    saved = page.locator(".auditbook-saved")
    expect(saved).to_contain_text("没有覆盖")
    _enter(page, "set-name", "adjusted-6")
    page.locator(".do-save").click()
    expect(saved).to_contain_text(f"auditbook run {CASE} --scenario adjusted-6")
    path = project / "params" / "scenarios" / "adjusted-6.yaml"
    scenario = strict_yaml.validate(strict_yaml.load(path), Scenario)
    assert scenario is not None and scenario.rescale and scenario.weights == {"budget_adjustment_rate": 6}
    assert auditbook("check", CASE, "--scenario", "adjusted-6", workspace=project, cwd=project).code == 0

    page.locator(".do-run").click()
    finished = page.locator(".auditbook-finished")
    expect(finished).to_contain_text("运行完毕", timeout=FIRST)
    expect(finished).to_contain_text("已证实 6.8 分，最高可能 96.12 分")
    assert (project / "outputs" / f"{CASE}+adjusted-6" / "report.html").is_file()
    finished.get_by_role("link", name="打开报告").click()
    expect(page.locator(".lm-TabBar-tab", has_text="report.html")).to_be_visible()
    assert outside == []


@pytest.mark.timeout(120)
def test_nothing_is_asked_about_news_or_updates(page):
    page, outside = page
    page.get_by_text("Python 3 (ipykernel) | Idle").wait_for(timeout=FIRST)
    expect(page.get_by_text("Jupyter news")).to_have_count(0)
    # links to the five notebooks open them beside it
    page.get_by_role("link", name="40_findings").click()
    expect(page.locator(".lm-TabBar-tab", has_text="40_findings.ipynb")).to_be_visible()
    assert outside == []


@pytest.mark.timeout(300)
def test_without_a_front_end_the_controls_are_a_line_of_text(project, tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "papermill", project / START, tmp_path / "out.ipynb", "-p", "case", f"params/cases/{CASE}.yaml",
         "-p", "scenario", "strict-evidence", "-k", "python3"],
        cwd=project / "notebooks", capture_output=True, text=True, timeout=280, env={**os.environ, **UNPRINTED},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    shown = [
        output
        for cell in nbformat.read(tmp_path / "out.ipynb", as_version=4).cells
        for output in cell.get("outputs", [])
    ]
    texts = [str(output["data"].get("text/plain")) for output in shown if "data" in output]
    assert any("控件只在 JupyterLab 里显示" in text for text in texts)
    assert not any("VBox(" in text for text in texts)
    assert any("清河县水务局" in str(output.get("data", {}).get("text/html")) for output in shown)
    assert not any(output.output_type in {"error", "stream"} for output in shown)
