"""``auditbook pack`` and ``verify PACK``: a stranger checks a run on another machine; every tampering is named."""

import io
import json
import random
import shutil
import subprocess
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path

import damage
import pytest
from conftest import ROOT, auditbook, own_project

from auditbook import packing, records, run_record
from auditbook.faults import AuditbookError
from auditbook.timeless_zip import zipped

CASE = damage.CASE
NAME = f"{CASE}{packing.ENDING}"
LARGE = 400_000  # fonts and the like: left out where a pack is read a thousand times
Files = dict[str, bytes]


@pytest.fixture(scope="module")
def project(tmp_path_factory) -> Path:
    folder = own_project(tmp_path_factory.mktemp("pack") / "project")
    for name in ("requirements-bootstrap.lock", "Makefile", "LICENSE"):
        shutil.copy(ROOT / name, folder)
    assert auditbook("run", CASE, workspace=folder, cwd=folder).code == 0
    return folder


@pytest.fixture(scope="module")
def pack(project) -> Path:
    outcome = auditbook("pack", CASE, workspace=project, cwd=project)
    assert outcome.code == 0, outcome.err
    assert f"auditbook verify {NAME}" in outcome.out
    return project / "outputs" / NAME


@pytest.fixture(scope="module")
def stranger(tmp_path_factory) -> Path:
    """A project on another machine: the program and its lock, no case, no rules that are like ours."""
    folder = tmp_path_factory.mktemp("stranger") / "elsewhere"
    shutil.copytree(ROOT / "notebooks", folder / "notebooks")
    for name in ("pyproject.toml", "requirements.lock"):
        shutil.copy(ROOT / name, folder)
    return folder


@pytest.fixture(scope="module")
def small(pack) -> Files:
    """The files of a pack, but for the largest, with a manifest of their own."""
    files = {name: data for name, data in contents(pack.read_bytes()).items() if len(data) < LARGE}
    files.pop(packing.MANIFEST)
    record = run_record.load(pack, files["outputs/run.json"])
    return contents(packing.packed(record, files))


def contents(data: bytes) -> Files:
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        return {name: package.read(name) for name in package.namelist()}


def verified(path: Path, folder: Path):
    return auditbook("verify", path, workspace=folder / "results", cwd=folder)


def test_the_same_run_gives_the_same_pack(project, pack, tmp_path):
    copy = Path(shutil.copytree(project, tmp_path / "copy"))
    (copy / "outputs" / NAME).unlink()
    assert auditbook("pack", CASE, "--to", tmp_path / "x.zip", workspace=copy, cwd=copy).code == 0
    assert (tmp_path / "x.zip").read_bytes() == pack.read_bytes()
    assert not (copy / "outputs" / NAME).exists()


def test_everything_is_in_it_and_nothing_of_this_machine(project, pack):
    files = contents(pack.read_bytes())
    record = json.loads((project / "outputs" / CASE / "run.json").read_bytes())
    groups = ("evidence", "rules", "tables", "notebooks", "deliverables")
    named = {name: seen for group in groups for name, seen in record[group].items()}
    named |= record["program"]["notebooks"]
    assert {name: records.digest(files[name]) for name in named} == named
    source = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "src" / "auditbook").rglob("*")
        if path.is_file()
    }
    packed = {name.removeprefix("root/") for name in files if name.startswith("root/src/")}
    assert packed == {name for name in source if not name.endswith(".pyc")}
    assert {"root/requirements.lock", "root/pyproject.toml", "outputs/run.json", packing.HOW_TO} <= set(files)
    for name, data in files.items():
        assert str(project).encode() not in data and str(ROOT).encode() not in data, name


def test_a_stranger_verifies_it(pack, stranger):
    own = Path(shutil.copy(pack, stranger / "received.zip"))
    before = {path for path in stranger.rglob("*")}
    outcome = verified(own, stranger)
    assert outcome.code == 0, outcome.out + outcome.err
    number = len(contents(pack.read_bytes())) - 1
    assert f"包里的 {number} 个文件都与清单相符。" in outcome.out and "逐字节相同" in outcome.out
    assert {path for path in stranger.rglob("*")} == before, "verifying leaves nothing behind"
    as_json = auditbook("verify", own, "--json", workspace=stranger / "results", cwd=stranger)
    assert json.loads(as_json.out)["sound"] is True


def test_what_was_changed_is_named(small, stranger):
    files = dict(small)
    files["tables/scores.csv"] = (
        files["tables/scores.csv"].replace(b"2021", b"2022").replace(b",5,", b",6,", 1)
    )
    path = stranger / "changed.zip"
    path.write_bytes(zipped(files))
    outcome = verified(path, stranger)
    assert outcome.code == 5 and "tables/scores.csv" in outcome.out.splitlines()[0]
    assert "Traceback" not in outcome.err


def test_another_scenario_is_packed_with_it(project, stranger):
    run = f"{CASE}+net-adjustment"
    assert auditbook("run", CASE, "--scenario", "net-adjustment", workspace=project, cwd=project).code == 0
    assert auditbook("pack", run, workspace=project, cwd=project).code == 0
    own = shutil.copy(project / "outputs" / f"{run}{packing.ENDING}", stranger)
    outcome = verified(Path(own), stranger)
    assert outcome.code == 0 and outcome.out.startswith(f"{run}：")


@pytest.mark.parametrize("what", ["evidence", "rules", "table", "page"])
def test_a_run_that_is_not_what_it_was_is_not_packed(project, tmp_path, what):
    copy = Path(shutil.copytree(project, tmp_path / "copy"))
    path = {
        "evidence": damage.folder(copy) / "money.csv", "rules": copy / "params" / "wording.yaml",
        "table": copy / "data" / "processed" / CASE / "scores.csv", "page": copy / "outputs" / CASE / "report.html",
    }[what]  # fmt: skip
    path.write_bytes(path.read_bytes() + b"\n")
    outcome = auditbook("pack", CASE, "--to", tmp_path / "x.zip", workspace=copy, cwd=copy)
    assert outcome.code == 2 and path.name in outcome.err and f"auditbook run {CASE}" in outcome.err
    assert not (tmp_path / "x.zip").exists()


def test_the_project_in_a_pack_can_be_unpacked_and_is_whole(pack, tmp_path):
    """``root/`` is a project of its own: make knows what to do, and the case is read (by the program that is installed)."""
    with zipfile.ZipFile(pack) as package:
        package.extractall(tmp_path)
    for name in ("pyproject.toml", "requirements.lock", "requirements-bootstrap.lock", "Makefile", "LICENSE"):
        assert (tmp_path / "root" / name).read_bytes() == (ROOT / name).read_bytes()
    made = subprocess.run(
        ["make", "-n", "report", f"CASE={CASE}"], cwd=tmp_path / "root", capture_output=True, text=True
    )
    assert made.returncode == 0 and "requirements.lock" in made.stdout
    assert auditbook("check", CASE, workspace=tmp_path / "results", cwd=tmp_path / "root").code == 0


def _with(files: Files, **changes: bytes) -> bytes:
    return zipped({**files, **changes})


def _twice(files: Files) -> bytes:
    whole = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(whole, "w") as package:
        warnings.simplefilter("ignore")
        for name, data in [*files.items(), ("outputs/run.json", b"another")]:
            package.writestr(name, data)
    return whole.getvalue()


def _manifest(files: Files, change: Callable[[dict], object]) -> bytes:
    manifest = json.loads(files[packing.MANIFEST])
    change(manifest)
    return zipped({**files, packing.MANIFEST: json.dumps(manifest).encode()})


@pytest.mark.parametrize(
    ("made", "code", "said"),
    [
        (lambda f: _with(f, **{"../../out.txt": b"x"}), 5, "不是包里会有的名字"),
        (lambda f: _with(f, **{"/tmp/out.txt": b"x"}), 5, "不是包里会有的名字"),
        (lambda f: _with(f, **{"root/../../out.txt": b"x"}), 5, "不是包里会有的名字"),
        (lambda f: _with(f, **{"root\\..\\out.txt": b"x"}), 5, "不是包里会有的名字"),
        (_twice, 5, "同名的文件有两个"),
        (lambda f: b"", 3, "不是完整的包"),
        (lambda f: b"not a zip", 3, "不是完整的包"),
        (lambda f: zipped({"a.txt": b"x"}), 3, "不是完整的包"),
        (lambda f: zipped({**f, packing.MANIFEST: b"{"}), 3, "不是完整的包"),
        (lambda f: zipped({**f, packing.MANIFEST: b"[]"}), 3, "不是完整的包"),
        (
            lambda f: zipped({**f, packing.MANIFEST: b'{"files": [], "format": 1, "zlib": ""}'}),
            3,
            "不是完整的包",
        ),
        (lambda f: _manifest(f, lambda m: m.update(format=9)), 3, "格式版本是9"),
        (lambda f: _manifest(f, lambda m: m["files"].pop("outputs/run.json")), 5, "清单里没有这个文件"),
        (
            lambda f: zipped({n: d for n, d in f.items() if n != "outputs/run.json"}),
            3,
            "包里没有 outputs/run.json",
        ),
        (
            lambda f: zipped({**f, **{f"root/data/{i}": b"" for i in range(packing.MOST_FILES)}}),
            7,
            "里面的东西过多",
        ),
        (
            lambda f: zipped({**f, "root/data/raw/bomb": b"\0" * (packing.MOST_BYTES + 1)}),
            7,
            "里面的东西过多",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_hostile_pack_is_told_and_leaves_nothing(small, stranger, tmp_path, made, code, said):
    path = tmp_path / "deep" / "er" / "hostile.zip"
    path.parent.mkdir(parents=True)
    path.write_bytes(made(dict(small)))
    outcome = verified(path, stranger)
    assert outcome.code == code and said in outcome.out + outcome.err, outcome.out + outcome.err
    assert (
        "Traceback" not in outcome.err
        and not list(tmp_path.rglob("out.txt"))
        and not Path("/tmp/out.txt").exists()
    )


def test_a_pack_that_is_not_there_is_said_so(stranger):
    outcome = verified(stranger / "none.zip", stranger)
    assert outcome.code in (2, 3) and "none.zip" in outcome.err and "Traceback" not in outcome.err


# --- random tamperings -------------------------------------------------------------------------------------------------


def _flip(chance: random.Random, data: bytes) -> bytes:
    at = chance.randrange(len(data))
    return data[:at] + bytes([data[at] ^ (1 << chance.randrange(8))]) + data[at + 1 :]


def _digit(chance: random.Random, data: bytes) -> bytes:
    places = [i for i, byte in enumerate(data) if 48 <= byte <= 57]
    if not places:
        return _flip(chance, data)
    at = chance.choice(places)
    return data[:at] + bytes([48 + (data[at] - 48 + chance.randrange(1, 10)) % 10]) + data[at + 1 :]


def _line_lost(chance: random.Random, data: bytes) -> bytes:
    lines = data.split(b"\n")
    lines.pop(chance.randrange(len(lines)))
    return b"\n".join(lines)


CHANGES = {
    "a bit": _flip, "a digit": _digit, "a line lost": _line_lost, "cut off": lambda c, d: d[: c.randrange(len(d))],
    "added to": lambda c, d: d + bytes([c.randrange(256)]), "emptied": lambda c, d: b"",
    "a byte doubled": lambda c, d: (lambda at: d[:at] + d[at : at + 1] + d[at:])(c.randrange(len(d))),
}  # fmt: skip


def tampered(chance: random.Random, files: Files) -> tuple[str, bytes, set[str]]:
    """A pack with one change: what was done, its bytes, and the names of which one must be told ("" for the pack itself)."""
    names = sorted(files)
    name = chance.choice([n for n in names if files[n]])
    kind = chance.choice(
        [
            *CHANGES,
            "removed",
            "renamed",
            "another file",
            "swapped",
            "the pack's own bytes",
            "the pack cut off",
        ]
    )
    changed = dict(files)
    if kind in CHANGES:
        changed[name] = CHANGES[kind](chance, files[name])
        if changed[name] == files[name]:
            return tampered(chance, files)
        told = {name} if name != packing.MANIFEST else set()
    elif kind == "removed":
        del changed[name]
        told = {name} if name != packing.MANIFEST else set()
    elif kind == "renamed":
        if name == packing.MANIFEST:
            return tampered(chance, files)
        changed[f"{name}x"] = changed.pop(name)
        told = {name, f"{name}x"}
    elif kind == "another file":
        changed[other := f"{name.rpartition('/')[0] or 'outputs'}/added-{chance.randrange(1000)}.csv"] = (
            b"1\n"
        )
        told = {other}
    elif kind == "swapped":
        other = chance.choice(
            [n for n in names if files[n] != files[name] and packing.MANIFEST not in (n, name)] or [name]
        )
        if other == name:
            return tampered(chance, files)
        changed[name], changed[other] = files[other], files[name]
        told = {name, other}
    elif kind == "the pack's own bytes":
        return kind, _flip(chance, zipped(files)), set()
    else:
        whole = zipped(files)
        return kind, whole[: chance.randrange(len(whole))], set()
    return kind, zipped(dict(sorted(changed.items(), key=lambda item: item[0] != packing.MANIFEST))), told


def named(data: bytes) -> set[str] | None:
    """The names that opening a pack tells; None where it is refused, with its reason."""
    try:
        return {one.file for one in packing._opened(data, "pack.zip").faults}
    except AuditbookError as error:
        assert all(fault.found for fault in error.faults)
        return None


def test_the_untouched_pack_is_sound(small):
    assert named(zipped(small)) == set()


@pytest.mark.parametrize("seed", [1, *(pytest.param(seed, marks=pytest.mark.whole) for seed in range(2, 18))])
def test_every_tampering_is_named_by_the_manifest(small, counted, seed):
    chance = random.Random(seed)
    for _ in range(64):
        kind, data, told = tampered(chance, small)
        found = named(data)
        counted(f"tamperings of a pack named by its manifest, {kind}")
        assert found is None or found, f"{seed}: {kind} of {told} was not noticed"
        if found is not None and told:
            assert found & told, f"{seed}: {kind} of {told}, told was {found}"
        counted("tamperings of a pack named by its manifest, together")


def rewritten(chance: random.Random, files: Files, name: str) -> Files:
    """A digit (else a bit) of a file changed, and every hash that speaks of it entered anew: register, record, manifest."""
    files = {**files, name: _digit(chance, files[name])}
    record = json.loads(files["outputs/run.json"])
    register = f"root/data/raw/{CASE}/SOURCES.yaml"
    if name.startswith("root/data/raw/") and name != register:
        old = record["evidence"][name]
        files[register] = files[register].replace(old.encode(), records.digest(files[name]).encode())
    for group in ("evidence", "rules", "tables", "notebooks", "deliverables"):
        record[group] = {own: records.digest(files[own]) for own in record[group]}
    record["content"] = run_record.content(record)
    files["outputs/run.json"] = (
        json.dumps(record, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    ).encode()
    files.pop(packing.MANIFEST)
    return contents(packing.packed(run_record.load(Path("x"), files["outputs/run.json"]), files))


REWRITTEN = (
    "tables/scores.csv", "tables/figures.csv", "outputs/report.html", f"root/data/raw/{CASE}/money.csv", "tables/findings.csv",
    "notebooks/30_indicators.ipynb",
)  # fmt: skip


@pytest.mark.parametrize(
    "number",
    [0, 3, *(pytest.param(number, marks=pytest.mark.whole) for number in (1, 2, 4, 5, *range(6, 30)))],
)
def test_a_pack_rewritten_to_match_is_caught_by_the_run_made_again(pack, stranger, tmp_path, counted, number):
    files = contents(pack.read_bytes())
    chance = random.Random(number)
    made = [n for n in run_record.load(pack, files["outputs/run.json"]).made if files[n]]
    name = REWRITTEN[number] if number < len(REWRITTEN) else chance.choice(sorted(made))
    path = tmp_path / "rewritten.zip"
    path.write_bytes(zipped(rewritten(chance, files, name)))
    assert named(path.read_bytes()) == set(), "the manifest matches"
    outcome = verified(path, stranger)
    assert outcome.code == 5 and "Traceback" not in outcome.err, (
        f"{number} {name}: {outcome.out}{outcome.err}"
    )
    if name in made:
        assert name in outcome.out.splitlines()[0] and "记录与文件一并被改" in outcome.out
    else:
        assert "tables/" in outcome.out or "重算没有做成" in outcome.out
    counted("packs rewritten to match, caught by the run made again")
