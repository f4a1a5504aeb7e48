"""Make requirements.lock, requirements-bootstrap.lock and requirements-audit.lock from pyproject.toml: `make lock`.

Versions already locked stay, unless asked otherwise: `make lock ARGS=--upgrade`, or
`make lock ARGS="--upgrade-package pandas"`. The head of each lock records the digest of the
dependency tables that it was made from; tests/test_environment.py compares it.
"""

import hashlib
import json
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LOCKS = {
    "requirements.lock": ["--extra", "test", "pyproject.toml"],
    "requirements-bootstrap.lock": ["--group", "bootstrap"],
    "requirements-audit.lock": ["--group", "audit"],
}
DIGEST_LINE = "# dependencies in pyproject.toml: sha256 "


def dependencies_digest() -> str:
    """Digest of what pyproject.toml asks for, whatever its order, layout and comments."""
    project = PYPROJECT["project"]
    asked = {
        "requires-python": project["requires-python"],
        "dependencies": sorted(project["dependencies"]),
        "extras": {name: sorted(rows) for name, rows in project["optional-dependencies"].items()},
        "groups": {name: sorted(rows) for name, rows in PYPROJECT["dependency-groups"].items()},
    }
    return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()


def make_locks(uv_arguments: list[str]) -> None:
    """Write the locks."""
    python = PYPROJECT["project"]["requires-python"].removeprefix(">=")
    uv = [sys.executable, "-m", "uv", "pip", "compile", "--quiet", "--universal"]
    for name, inputs in LOCKS.items():
        options = ["--python-version", python, "--generate-hashes"]
        options += ["--no-emit-index-url", "--no-emit-find-links"]
        options += ["--custom-compile-command", "make lock", "--output-file", name, *uv_arguments]
        subprocess.run([*uv, *options, *inputs], cwd=ROOT, check=True)
        lock = ROOT / name
        head = f"{DIGEST_LINE}{dependencies_digest()}\n"
        lock.write_text(head + lock.read_text(encoding="utf-8"), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    make_locks(sys.argv[1:])
