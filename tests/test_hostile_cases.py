"""Ten thousand random and hostile files of a case: each is read or refused with its place; no code runs, nothing leaves its folder."""

import os
import subprocess
from pathlib import Path

import damage
import pytest
from conftest import AUDITBOOK, UNPRINTED
from fault_points import tree
from hostile_files import CASE, Maker, hostile_places
from hostile_runs import many

BATCH = 500


@pytest.fixture(scope="module")
def maker(tmp_path_factory) -> Maker:
    return Maker(tmp_path_factory.mktemp("hostile"))


@pytest.fixture(autouse=True)
def there(maker, monkeypatch):
    monkeypatch.chdir(maker.project)
    monkeypatch.setenv("AUDITBOOK_WORKSPACE", str(maker.project / "results"))


@pytest.mark.parametrize("batch", [0, *(pytest.param(n, marks=pytest.mark.whole) for n in range(1, 10))])
def test_hostile_files(maker, counted, batch):
    found = many(maker, range(batch * BATCH, (batch + 1) * BATCH), counted)
    assert found["read"] > 10 and found["refused"] > 100, found


def command(maker: Maker, *arguments: str, timeout: int = 120) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [AUDITBOOK, *arguments], cwd=maker.project, env={**os.environ, **UNPRINTED}, capture_output=True, stdin=subprocess.DEVNULL, timeout=timeout
    )  # fmt: skip


def outside(maker: Maker) -> dict[str, str]:
    """What must not change: everything but the results."""
    return {name: seen for name, seen in tree(maker.project).items() if not name.startswith("results/")}


@pytest.mark.parametrize(
    "number", [*range(10), *(pytest.param(n, marks=pytest.mark.whole) for n in range(10, 190))]
)
def test_hostile_files_through_the_command(maker, counted, number):
    hostile = maker.made(1_000_000 + number)
    maker.placed(hostile)
    before = outside(maker)
    try:
        scenario = ["--scenario", "net-adjustment"] if hostile.path == maker.scenario else []
        kind = "run" if number % 20 == 0 else "check"
        done = command(maker, kind, CASE, *scenario)
    finally:
        after = outside(maker)
        maker.restored(hostile)
    assert done.returncode in (0, 2, 3, 4, 7), (
        f"{hostile.what} in {hostile.path.name}: {done.stderr[-1000:]!r}"
    )
    assert b"Traceback" not in done.stderr and b"\x1b" not in done.stderr + done.stdout
    assert before == after and not maker.canary.exists()
    counted(f"hostile files through the command, exit code {done.returncode}")


@pytest.mark.parametrize("name", [name for name, _ in hostile_places(Path("x"))])
def test_what_lies_in_the_place_of_a_file(maker, counted, name):
    raw = damage.folder(maker.project)
    target = raw / "money.csv"
    good = target.read_bytes()
    put = dict(hostile_places(raw))[name]
    put()
    try:
        done = command(maker, "check", CASE)
    finally:
        target.rmdir() if target.is_dir() and not target.is_symlink() else target.unlink()
        target.write_bytes(good)
    assert done.returncode in (3, 7) and b"Traceback" not in done.stderr, done.stderr
    assert b"root:x" not in done.stderr + done.stdout
    counted(f"hostile files through the command, exit code {done.returncode}")


@pytest.mark.parametrize(
    "arguments",
    [
        ("new", "../escape", "2025"), ("new", "a/b", "2025"), ("new", "ok-2025", "../2025"), ("new", "ok-2025", "2025", "--unit", "../x=y"),
        ("check", "../../../../etc/passwd"), ("check", "/dev/zero"), ("check", CASE, "--scenario", "/dev/zero"), ("run", CASE, "--scenario", "../../x"),
        ("verify", "../.."), ("pack", "../.."), ("sign", "../..", "--status"), ("verify", "/dev/zero"), ("compare", "..", "/"), ("intake", "/dev/zero"),
        ("claims", "/proc/self/environ"), ("explain", "../x"),
    ],
    ids=" ".join,
)  # fmt: skip
def test_hostile_arguments(maker, arguments):
    before = outside(maker)
    done = command(maker, *arguments, timeout=60)
    assert done.returncode in (2, 3, 7) and b"Traceback" not in done.stderr, done.stderr[-800:]
    assert outside(maker) == before and not (maker.project.parent / "escape.yaml").exists()
