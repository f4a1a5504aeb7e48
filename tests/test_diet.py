"""Import diet: what starts often starts light, and Great Expectations is imported in one place."""

import re
import subprocess
import sys

import pytest
from conftest import ROOT

HEAVY = {"pandas", "numpy", "matplotlib", "great_expectations", "papermill", "nbconvert", "IPython"}


def imported_by(*arguments: str) -> set[str]:
    """The modules that a command of ours has imported when it ends."""
    code = (
        "import sys\n"
        f"sys.argv = ['auditbook', *{list(arguments)!r}]\n"
        "from auditbook import cli\n"
        "try:\n    cli.main()\nexcept SystemExit as done:\n    assert not done.code, done.code\n"
        "print('MODULES', *sorted(name for name, module in sys.modules.items() if module is not None))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    return set(done.stdout.rpartition("MODULES ")[2].split())


@pytest.mark.parametrize(
    "arguments",
    [["--help"], ["check", "wuxi-offices-2019"], ["explain", "budget_adjustment_rate"]],
    ids=lambda a: a[0],
)
def test_light_commands_import_nothing_heavy(arguments):
    modules = imported_by(*arguments)
    assert "auditbook.cli" in modules
    assert {name.partition(".")[0] for name in modules} & HEAVY == set()


def test_nothing_but_one_module_names_great_expectations_in_an_import():
    found = [
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "src").rglob("*.py")
        if re.search(r"^\s*(import|from) great_expectations", path.read_text(encoding="utf-8"), re.MULTILINE)
    ]
    assert found == ["src/auditbook/expectations.py"]


def test_the_needless_grammar_is_never_compiled():
    code = "import auditbook, sys, nbformat, nbconvert, papermill; assert sys.modules.get('rfc3987_syntax') is None"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)


def test_papermill_alone_loads_our_engine_without_anything_heavy():
    """papermill imports every engine's module at its own import."""
    code = (
        "import sys, papermill\n"
        "ours = [name for name in sys.modules if name.startswith('auditbook')]\n"
        "assert any(name.startswith('auditbook.engine') for name in ours), ours\n"
        "assert not {'pandas', 'matplotlib', 'great_expectations', 'pydantic_core'} & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)
