"""Ten thousand random and hostile files of a case: each is read or refused with its place; no code runs, nothing leaves its folder."""

import os
import re
import subprocess
from pathlib import Path

import pytest
from conftest import AUDITBOOK, UNPRINTED
from fault_points import tree
from hostile_files import CASE, RICH, Hostile, Maker, hostile_places
from hostile_runs import BATCH, BATCHES, many

from auditbook import pipeline, strict_yaml
from auditbook.cases import Scenario
from auditbook.faults import AuditbookError, Fault

COMMANDS = 200
RUNS = 10  # every so many-th command is a whole run, of a case that reads well for all that is strange in it
LONG = "a" * 5000


@pytest.fixture(scope="module")
def maker(tmp_path_factory) -> Maker:
    return Maker(tmp_path_factory.mktemp("hostile"))


@pytest.fixture(autouse=True)
def there(maker, monkeypatch):
    monkeypatch.chdir(maker.project)
    monkeypatch.setenv("AUDITBOOK_WORKSPACE", str(maker.project / "nothing"))
    yield
    assert not (maker.project / "nothing").exists()


@pytest.mark.parametrize(
    "batch", [0, *(pytest.param(n, marks=pytest.mark.whole) for n in range(1, BATCHES // 2 - 1))]
)
def test_hostile_files(maker, counted, batch):
    found = many(maker, range(batch * BATCH, (batch + 1) * BATCH), counted)
    assert found["read"] > 10 and found["refused"] > 100 and found["computed"], found


def command(maker: Maker, *arguments: str, timeout: int = 120) -> subprocess.CompletedProcess[bytes]:
    environment = {**os.environ, **UNPRINTED, "AUDITBOOK_WORKSPACE": str(maker.project / "results")}
    return subprocess.run(
        [AUDITBOOK, *arguments], cwd=maker.project, env=environment, capture_output=True, stdin=subprocess.DEVNULL, timeout=timeout
    )  # fmt: skip


def outside(maker: Maker) -> dict[str, str]:
    """What must not change: everything but the results."""
    return {
        name: seen for name, seen in tree(maker.project.parent).items() if not name.startswith("project/results/")
    }  # fmt: skip


def readable(maker: Maker, seed: int) -> Hostile:
    """The first hostile files from a seed on that the case is read with."""
    while True:
        hostile = maker.made(seed)
        maker.placed(hostile)
        try:
            pipeline.check(hostile.case, hostile.scenario)
        except AuditbookError:
            maker.restored(hostile)
            seed += 1
        else:
            return hostile


def told_well(done: subprocess.CompletedProcess[bytes], codes: tuple[int, ...]) -> bool:
    """Whether a command ended in one of the codes, in words, with nothing in them that a terminal obeys."""
    told = done.stdout + done.stderr
    return (
        done.returncode in codes
        and b"Traceback" not in told
        and b"Warning" not in told
        and not re.search(rb"[\x00-\x08\x0b-\x1f\x7f]|\xc2[\x80-\x9f]", told)
        and bool(done.stderr.strip() or not done.returncode)
    )


@pytest.mark.parametrize(
    "number", [*range(10), *(pytest.param(n, marks=pytest.mark.whole) for n in range(10, COMMANDS))]
)
def test_hostile_files_through_the_command(maker, counted, number):
    seed = 1_000_000 + 1000 * number
    kind = "check" if number % (COMMANDS // RUNS) else "run"
    if kind == "run":
        hostile = readable(maker, seed)
    else:
        hostile = maker.made(seed)
        maker.placed(hostile)
    before = outside(maker)
    try:
        scenario = ["--scenario", hostile.scenario] if hostile.scenario else []
        done = command(maker, kind, hostile.case, *scenario)
    finally:
        after = outside(maker)
        maker.restored(hostile)
    said = f"{hostile.path.name}: {hostile.what}: {done.returncode} {done.stderr[-1000:]!r}"
    assert told_well(done, (0, 4) if kind == "run" else (0, 3, 7)), said
    assert before == after and not [canary for canary in maker.canaries if canary.exists()], said
    counted(f"hostile files through the command, exit code {done.returncode}")


PLACED = {
    "a table": lambda maker: maker.raw / "money.csv",
    "the register": lambda maker: maker.register,
    "an original": lambda maker: maker.raw / "report.txt",
    "the case": lambda maker: maker.case_file,
    "the scenario": lambda maker: maker.scenario,
    "the framework": lambda maker: maker.project / "params" / "frameworks" / "yueyang-2018.yaml",
}


@pytest.mark.parametrize("name", [name for name, _ in hostile_places(Path("x"))])
@pytest.mark.parametrize(
    "what", [what if what in ("a table", "the register") else pytest.param(what, marks=pytest.mark.whole) for what in PLACED]
)  # fmt: skip
def test_what_lies_in_the_place_of_a_file(maker, counted, what, name):
    target = PLACED[what](maker)
    good = target.read_bytes()
    put = dict(hostile_places(target))[name]
    put()
    try:
        done = command(maker, "check", CASE, "--scenario", RICH, timeout=30)
    finally:
        target.rmdir() if target.is_dir() and not target.is_symlink() else target.unlink()
        target.write_bytes(good)
    assert told_well(done, (3, 7)), done.stderr
    assert b"root:" not in done.stderr + done.stdout and b"PATH=" not in done.stderr + done.stdout
    counted(f"hostile files through the command, exit code {done.returncode}")


@pytest.mark.parametrize(
    "arguments",
    [
        ("new", "../escape", "2025"), ("new", "a/b", "2025"), ("new", "ok-2025", "../2025"), ("new", "ok-2025", "2025", "--unit", "../x=y"),
        ("new", "escape", "2025", "--framework", "../../x"), ("new", "escape", "2025", "--from", "../../x"), ("new", "escape", "2025", "--report", "/dev/zero"),
        ("new", LONG, "2025"), ("new", "con\x1b[2J", "2025"), ("new", "escape", "9" * 5000), ("new", "escape", "2025", "--report", LONG), ("new", "", "2025"),
        ("check", "../../../../etc/passwd"), ("check", "/dev/zero"), ("check", ""), ("check", "."), ("check", LONG), ("check", "x\x1b]0;owned\x07"), ("check", "\udcff"),
        ("check", CASE, "--scenario", "/dev/zero"), ("check", CASE, "--scenario", LONG), ("run", CASE, "--scenario", "../../x"),
        ("verify", "../.."), ("pack", "../.."), ("sign", "../..", "--status"), ("verify", "/dev/zero"), ("verify", LONG), ("verify", "--trace", LONG), ("pack", LONG), ("sign", LONG, "--status"), ("verify", "pyproject.toml"),
        ("compare", "..", "/"), ("compare", LONG, LONG), ("intake", "/dev/zero"), ("intake", LONG), ("claims", "/proc/self/environ"), ("claims", LONG), ("explain", "../x"), ("explain", LONG), ("explain", "(a+)+$"),
        ("schema", "../x"), ("scenarios", "../../x"), ("sensitivity", LONG), ("--lang", LONG), ("--lang", "../x", "check", CASE), ("__import__('os')",),
    ],
    ids=lambda arguments: " ".join(arguments)[:40].encode("ascii", "backslashreplace").decode(),
)  # fmt: skip
def test_hostile_arguments(maker, arguments):
    before = outside(maker)
    done = command(maker, *arguments, timeout=60)
    assert told_well(done, (2, 3, 7)), (done.returncode, done.stderr[-800:])
    assert outside(maker) == before


@pytest.mark.parametrize(
    "text",
    ["[" * 1_900_000, "{" * 1_900_000, "- " * 900_000, "? " * 900_000, "a: " + "[1, " * 400_000, "{a: " * 400_000],
    ids=lambda text: text[:5],
)  # fmt: skip
@pytest.mark.timeout(60)  # the parser alone would take hours
def test_a_deep_file_is_refused_as_soon_as_it_is_too_deep(tmp_path, text):
    file = tmp_path / "deep.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(AuditbookError, match="嵌套超过30层"):
        strict_yaml.load(file)


def test_the_same_bytes_are_checked_once_and_whatever_else_is_said_is_checked_anew(tmp_path):
    path = tmp_path / "scenario.yaml"

    def read(text: str) -> tuple[Scenario | None, list[Fault]]:
        path.write_text(text, encoding="utf-8")
        document = strict_yaml.load(path)
        return strict_yaml.validate(document, Scenario), document.faults

    first, faults = read("reason: 一\n")
    assert first is not None and first.reason == "一" and faults == []
    assert read("reason: 一\n")[0] is first
    other, _ = read("reason: 二\n")
    assert other is not None and other.reason == "二"
    told = [read("reason: 一\nnonsense: 1\n") for _ in range(2)]
    assert [found for found, _ in told] == [None, None] and told[0][1] == told[1][1] != []
    document = strict_yaml.load(path)
    parts = [strict_yaml.validate(document, Scenario, {"reason": word}) for word in "三四五"]
    assert [part.reason for part in parts if part] == ["三", "四", "五"]
