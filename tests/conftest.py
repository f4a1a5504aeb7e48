"""Cases that several tests share. The invented department is in tests/invented; the real one in data/raw."""

import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import hypothesis
import pytest
from corpus import tally

from auditbook import languages, pipeline
from auditbook.faults import AuditbookError
from auditbook.pipeline import Run
from auditbook.report import printed_page

ROOT = Path(__file__).resolve().parents[1]
hypothesis.settings.register_profile("untimed", deadline=None)  # a busy machine is no fault of the code
hypothesis.settings.load_profile("untimed")
# Tests look for Chinese words, whatever the locale of who runs them.
os.environ["LC_ALL"] = "C.UTF-8"
INVENTED = ROOT / "tests" / "invented"
INVENTED_CASE = INVENTED / "params" / "cases" / "invented-water-2021.yaml"
AUDITBOOK = Path(sys.executable).with_name("auditbook")
# Printing takes as long as everything else together: only runs whose PDF is looked at are printed.
UNPRINTED = {"AUDITBOOK_CHROMIUM": "not-in-this-test"}


_raise_fault = AuditbookError.__init__


def _told_in_english_too(error: AuditbookError, faults) -> None:
    """Whatever any test makes the package complain of must be known to the English catalogue as well."""
    _raise_fault(error, faults)
    known = languages.catalogue(languages.ENGLISH)
    told = [text for fault in error.faults for text in (fault.found, fault.remedy)]
    unknown = [
        text for text in told if languages.is_chinese(text) and len(text) > 1 and known.find(text) is None
    ]
    assert unknown == [], "no English: see docs/languages.md"


AuditbookError.__init__ = _told_in_english_too


@dataclass(frozen=True)
class Outcome:
    """What a command did."""

    code: int
    out: str
    err: str
    workspace: Path

    def outputs(self, run: str) -> Path:
        return self.workspace / "outputs" / run

    def processed(self, run: str) -> Path:
        return self.workspace / "data" / "processed" / run


def auditbook(*arguments: str | Path, workspace: Path, cwd: Path = ROOT, printing: bool = False) -> Outcome:
    """Run the command as a user does."""
    done = subprocess.run(
        [AUDITBOOK, *map(str, arguments)],
        cwd=cwd,
        env={**os.environ, **({} if printing else UNPRINTED), "AUDITBOOK_WORKSPACE": str(workspace)},
        capture_output=True,
        text=True,
        timeout=600,
    )
    return Outcome(done.returncode, done.stdout, done.stderr, workspace)


def unlinked(page: str) -> str:
    """A page as it reads: its numbers without the links to their evidence."""
    page = re.sub(r'<(a|span) class="ref"[^>]*>(.*?)</\1>', r"\2", page)
    return re.sub(r' data-rests="[^"]*"', "", page)


@pytest.fixture(scope="session")
def invented(tmp_path_factory) -> Outcome:
    """The invented department, run once through the command."""
    return auditbook("run", INVENTED_CASE, workspace=tmp_path_factory.mktemp("invented"), printing=True)


@pytest.fixture(scope="session")
def wuxi(tmp_path_factory) -> Outcome:
    """The real case, run once through the command."""
    return auditbook("run", "wuxi-offices-2019", workspace=tmp_path_factory.mktemp("wuxi"))


@pytest.fixture(scope="session")
def putuo(tmp_path_factory) -> Outcome:
    """The second real case, from published accounts, run once through the command."""
    return auditbook("run", "putuo-finance-2024", workspace=tmp_path_factory.mktemp("putuo"))


@pytest.fixture(scope="module")
def case_in_memory(tmp_path_factory) -> Iterator[Run]:
    """The invented department in memory; nothing is written."""
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("nothing")
        patch.setenv("AUDITBOOK_WORKSPACE", str(folder / "here"))
        yield pipeline.in_memory(pipeline.check(str(INVENTED_CASE)))
        assert list(folder.iterdir()) == []


def own_project(folder: Path) -> Path:
    """A project of its own (rules, notebooks, lock) with the invented department, for tests that change rules."""
    for name in ("params", "notebooks"):
        shutil.copytree(ROOT / name, folder / name)
    for name in ("pyproject.toml", "requirements.lock"):
        shutil.copy(ROOT / name, folder)
    shutil.copytree(INVENTED / "data", folder / "data")
    shutil.copy(INVENTED_CASE, folder / "params" / "cases")
    return folder


@pytest.fixture
def copied(tmp_path, monkeypatch) -> Path:
    """A copy of the invented department that a test may damage; returns its base folder."""
    monkeypatch.setenv("AUDITBOOK_WORKSPACE", str(tmp_path / "workspace"))
    return Path(shutil.copytree(INVENTED, tmp_path / "base"))


def pytest_sessionfinish(session):
    """A worker hands what its tests counted to the process that tells it."""
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["tally"] = tally.counted()


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node):
    tally.add(getattr(node, "workeroutput", {}).get("tally", [[], [], []]))


@pytest.fixture
def counted(record_property):
    """Count something; the sum over all tests, by name, stands in the summary of the whole run."""

    def count(what: str, number: int = 1) -> None:
        record_property(f"counted: {what}", number)

    return count


def pytest_terminal_summary(terminalreporter):
    """What the mutation corpus came to, and what tests counted; pytest's own summary comes after it."""
    for line in tally.lines():
        terminalreporter.write_line(line)
    sums: Counter[str] = Counter()
    for reports in terminalreporter.stats.values():
        for report in reports:
            if getattr(report, "when", "") == "call":
                for name, number in report.user_properties:
                    sums[name] += number
    for name, number in sums.items():
        terminalreporter.write_line(f"{name.removeprefix('counted: ')}: {number}")


@pytest.fixture(scope="session")
def chromium_program() -> str:
    """Where Chromium is; a test that needs it is skipped where there is none."""
    program = printed_page.available()
    if program is None:
        pytest.skip("no Chromium on this machine: nothing is looked at or printed (apt-get install chromium)")
    return str(program)


@pytest.fixture(scope="session")
def chromium(chromium_program: str, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """How Chromium is called, to look at layout and print."""
    profile = tmp_path_factory.mktemp("profile")
    return [
        chromium_program, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", f"--user-data-dir={profile}",
        "--allow-file-access-from-files", "--hide-scrollbars",
    ]  # fmt: skip
