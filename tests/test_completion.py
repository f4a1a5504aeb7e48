"""Shells complete names that exist, in a moment, as each shell asks for them."""

import os
import subprocess
import sys
import time

import pytest
from conftest import AUDITBOOK, ROOT

from auditbook import completion


def said(*arguments, cwd=ROOT, **environment):
    done = subprocess.run(
        [AUDITBOOK, *arguments],
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, **environment},
    )
    assert done.stderr == "" and done.returncode == 0
    return done.stdout


def completed(line, cwd=ROOT, **environment):
    """What bash is given for a line, the last word being the one that is written."""
    words = line.split(" ")
    out = said(
        cwd=cwd,
        _AUDITBOOK_COMPLETE="complete_bash",
        COMP_WORDS=line,
        COMP_CWORD=str(len(words) - 1),
        **environment,
    )
    return out.split()


@pytest.mark.parametrize(
    ("shell", "words"),
    [
        ("bash", "complete -o default -F"),
        ("zsh", "#compdef auditbook"),
        ("fish", "complete --command auditbook"),
    ],
)
def test_a_script_for_each_shell(shell, words):
    script = said("--show-completion", shell)
    assert words in script and "_AUDITBOOK_COMPLETE" in script


def test_bash_takes_the_script_and_asks_by_it(tmp_path):
    """The real shell: it reads the script, and its own completion function fills in COMPREPLY."""
    script = tmp_path / "completion.sh"
    script.write_text(said("--show-completion", "bash"))
    asked = f"source {script}; COMP_WORDS=(auditbook check wuxi); COMP_CWORD=2; _auditbook_completion auditbook; echo ${{COMPREPLY[@]}}"
    path = f"{AUDITBOOK.parent}:{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-c", asked],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, "PATH": path},
    )
    assert done.stdout.split() == ["wuxi-offices-2019"], done.stderr


@pytest.mark.parametrize("command", ["run", "check", "watch"])
def test_cases_and_scenarios(command):
    assert completed(f"auditbook {command} w") == ["wuxi-offices-2019"]
    assert "putuo-finance-2024" in completed(f"auditbook {command} ")
    assert completed(f"auditbook {command} wuxi-offices-2019 --scenario net") == ["net-adjustment"]


def test_frameworks_indicators_languages_schemas():
    assert completed("auditbook new a-2025 2025 --framework y") == ["yueyang-2018"]
    assert completed("auditbook explain budget_a") == ["budget_adjustment_rate"]
    assert completed("auditbook --lang ") == ["zh", "en"]
    assert completed("auditbook schema fr") == ["framework"]


def test_every_indicator_case_and_framework_has_its_meaning():
    found = dict(completion.indicators(""))
    assert found["budget_adjustment_rate"] == "预算调整率"
    assert found["carry_over_rate"] and all(found.values())
    assert dict(completion.cases(""))["wuxi-offices-2019"] == "无锡市机关事务管理局"
    assert all(dict(completion.frameworks("")).values()) and all(dict(completion.scenarios("")).values())


def test_indicators_are_those_of_the_rulebook():
    from auditbook import figures, indicators

    stanzas = indicators.read_rulebook(ROOT, figures.read_dictionary(ROOT)).stanzas
    assert sorted(dict(completion.indicators(""))) == sorted(stanzas)


def test_runs_that_are_delivered(tmp_path):
    for name in ("a-2020", "a-2020+net", "unfinished-2020"):
        (tmp_path / "outputs" / name).mkdir(parents=True)
    for name in ("a-2020", "a-2020+net"):
        (tmp_path / "outputs" / name / "report.html").write_text("")
    assert completed("auditbook verify a", AUDITBOOK_WORKSPACE=str(tmp_path)) == ["a-2020", "a-2020+net"]


def test_zsh_and_fish_are_told_what_each_name_means():
    zsh = said(_AUDITBOOK_COMPLETE="complete_zsh", _TYPER_COMPLETE_ARGS="auditbook check w")
    assert '"wuxi-offices-2019":"无锡市机关事务管理局"' in zsh
    fish = said(
        _AUDITBOOK_COMPLETE="complete_fish", _TYPER_COMPLETE_FISH_ACTION="get-args",
        _TYPER_COMPLETE_ARGS="auditbook check wuxi-offices-2019 --scenario n",
    )  # fmt: skip
    assert fish.startswith("net-adjustment\t")


def test_commands_are_described_in_the_language_of_the_locale():
    def zsh(locale):
        return said(_AUDITBOOK_COMPLETE="complete_zsh", _TYPER_COMPLETE_ARGS="auditbook ch", LC_ALL=locale)

    assert "只读不算" in zsh("zh_CN.UTF-8") and "Read everything" in zsh("en_GB.UTF-8")


def test_outside_of_any_project_there_is_still_an_answer(tmp_path):
    """The package's own project: as for any other command."""
    assert completed("auditbook check wuxi", cwd=tmp_path) == ["wuxi-offices-2019"]


def test_it_imports_nothing_heavy_and_answers_at_once():
    program = (
        "import os, sys\n"
        "os.environ |= {'_AUDITBOOK_COMPLETE': 'complete_bash', 'COMP_WORDS': 'auditbook run w', 'COMP_CWORD': '2'}\n"
        "sys.argv = ['auditbook']\n"
        "from auditbook import cli\n"
        "try: cli.main()\n"
        "except SystemExit: pass\n"
        "heavy = {'pandas', 'rich', 'yaml', 'nbformat', 'matplotlib', 'auditbook.pipeline', 'auditbook.cases'}\n"
        "print('heavy', sorted(heavy & set(sys.modules)))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert "heavy []" in done.stdout, done.stdout + done.stderr
    started = time.perf_counter()
    completed("auditbook run w")
    assert time.perf_counter() - started < 5  # half a second; a machine may be busy
