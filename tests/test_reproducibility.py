"""The same bytes wherever and by whom a run is made: time zone, locale, hash seed, folder, user, order of files, cores, engine."""

import os
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from conftest import AUDITBOOK, INVENTED, INVENTED_CASE, ROOT, UNPRINTED

INVENTED_RUN = "invented-water-2021"
LISTED_OTHERWISE = ROOT / "tests" / "listed_otherwise"
HOSTILE_STYLE = "figure.figsize: 1, 1\nfont.size: 40\naxes.facecolor: red\nsvg.hashsalt: other\n"
Tree = dict[str, bytes]


@dataclass(frozen=True)
class Place:
    """Where, when, by whom and how a run is made; ``copy``: out of a copy of the project whose files were made in reverse."""

    name: str
    zone: str = "UTC"
    locale: str | None = "C.UTF-8"
    seed: str = "random"
    folder: str = "project"
    user: str = "root"
    shuffled: bool = False
    cores: int = 0
    copy: bool = False
    more: dict[str, str] = field(default_factory=dict)


QUICK = [
    Place("tokyo-german", "Asia/Tokyo", "de_DE.UTF-8", "0", "elsewhere", "审计员", shuffled=True, cores=1),
    Place("copied", "America/St_Johns", "zh_CN.GB18030", "1", "中文 文件夹", "a b", copy=True, more={"COLUMNS": "20", "SOURCE_DATE_EPOCH": "1"}),
    Place("papermill", "Pacific/Chatham", None, "2", "project", "", shuffled=True, more={"AUDITBOOK_ENGINE": "papermill"}),
]  # fmt: skip
WHOLE = [
    Place("shanghai", "Asia/Shanghai", "zh_CN.UTF-8", "0"), Place("kiritimati", "Pacific/Kiritimati", "C", "1"),
    Place("niue", "Pacific/Niue", "POSIX", "2"), Place("no-zone", "", None, "3"), Place("odd-zone", "XYZ-13:37", "tr_TR.UTF-8", "4"),
    Place("far-folder", folder="a/b/c/d/e/f/g/h/i/j/k/l"), Place("space", folder="with  spaces & 'quotes'"), Place("one-core", cores=1),
    Place("one-core-shuffled", cores=1, shuffled=True, seed="7"), Place("shuffled-2", shuffled=True, more={"LISTED_SEED": "2"}),
    Place("shuffled-3", shuffled=True, more={"LISTED_SEED": "3"}, seed="11"), Place("copied-utc", copy=True), Place("copied-one-core", copy=True, cores=1, zone="Asia/Kolkata"),
    Place("no-user", user=""), Place("user", user="O'Brien <x@y>"), Place("no-utf8", locale="C", more={"PYTHONUTF8": "0", "PYTHONIOENCODING": "utf-8"}),
    Place("utf8", more={"PYTHONUTF8": "1"}), Place("no-bytecode", more={"PYTHONDONTWRITEBYTECODE": "1"}), Place("optimised", more={"PYTHONHASHSEED": "5", "MPLBACKEND": "pdf"}),
    Place("terminal", more={"TERM": "xterm-256color", "COLUMNS": "300", "FORCE_COLOR": "1"}), Place("english", locale="en_US.UTF-8", zone="America/New_York"),
    Place("papermill-copied", copy=True, zone="Asia/Shanghai", more={"AUDITBOOK_ENGINE": "papermill"}), Place("malloc", more={"PYTHONMALLOC": "malloc", "OMP_NUM_THREADS": "1"}),
]  # fmt: skip


def copied(folder: Path) -> Path:
    """The project with the invented department, each file made after those that come behind it by name."""
    names = [
        *(p for top in ("params", "notebooks") for p in (ROOT / top).rglob("*")),
        ROOT / "pyproject.toml",
        ROOT / "requirements.lock",
    ]
    pairs = [(path, folder / "project" / path.relative_to(ROOT)) for path in names if path.is_file()]
    pairs += [
        (path, folder / "base" / path.relative_to(INVENTED)) for path in INVENTED.rglob("*") if path.is_file()
    ]
    for path, target in sorted(pairs, reverse=True):
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)
    return folder


def made(place: Place, aside: Path, case: str | Path = INVENTED_CASE, *, printing: bool = False) -> Tree:
    """Make a run in that place; everything that it leaves, by name."""
    results = aside / "results"
    folder = ROOT if place.folder == "project" else aside / place.folder
    folder.mkdir(parents=True, exist_ok=True)
    if place.copy:
        copied(aside / "copy")
        case = aside / "copy" / "base" / "params" / "cases" / INVENTED_CASE.name
        folder = aside / "copy" / "project"
    elif folder != ROOT:
        (folder / "matplotlibrc").write_text(HOSTILE_STYLE, encoding="utf-8")
    home = aside / "home"
    environment = {
        "PATH": os.environ["PATH"], **({} if printing else UNPRINTED), "AUDITBOOK_WORKSPACE": str(results), "TZ": place.zone,
        "PYTHONHASHSEED": place.seed, "USER": place.user, "LOGNAME": place.user, **place.more,
    }  # fmt: skip
    if place.user:
        environment["HOME"] = str(home)
    if place.locale is not None:
        environment |= {"LANG": place.locale, "LC_ALL": place.locale}
    if place.shuffled:
        environment["PYTHONPATH"] = str(LISTED_OTHERWISE)
    cores = {min(os.sched_getaffinity(0))} if place.cores == 1 else os.sched_getaffinity(0)
    done = subprocess.run(
        [AUDITBOOK, "run", str(case), "--force"], cwd=folder, env=environment, capture_output=True, stdin=subprocess.DEVNULL,
        preexec_fn=lambda: os.sched_setaffinity(0, cores), timeout=600,
    )  # fmt: skip
    assert done.returncode == 0, f"{place.name}: {done.stderr.decode('utf-8', 'replace')[-2000:]}"
    return left(results)


def left(results: Path) -> Tree:
    """Every file of a workspace but the log, which says when and by whom, and the records of where the files lay."""
    found = {p.relative_to(results).as_posix(): p for p in sorted(results.rglob("*")) if p.is_file()}
    return {
        name: path.read_bytes() for name, path in found.items()
        if not name.endswith(("/log.jsonl", "/.lock")) and not ("/.stages/" in name and name.endswith(".json"))
    }  # fmt: skip


def differing(one: Tree, other: Tree) -> list[str]:
    """What differs, with where and what."""
    told = [f"only in one: {name}" for name in sorted(set(one) ^ set(other))]
    for name in sorted(set(one) & set(other)):
        a, b = one[name], other[name]
        if a != b:
            at = next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
            told.append(f"{name} at byte {at}: {a[at - 20 : at + 40]!r} / {b[at - 20 : at + 40]!r}")
    return told


@pytest.fixture(scope="module")
def here(tmp_path_factory) -> Tree:
    return made(Place("here"), tmp_path_factory.mktemp("here"))


def test_what_is_compared_is_everything(here):
    endings = {Path(name).suffix for name in here}
    assert {".html", ".xlsx", ".docx", ".csv", ".json", ".ipynb", ".zip"} <= endings and len(here) > 45
    assert (
        f"outputs/{INVENTED_RUN}/run.json" in here and b"<svg" in here[f"outputs/{INVENTED_RUN}/report.html"]
    )


@pytest.mark.parametrize(
    "place",
    [*QUICK, *(pytest.param(place, marks=pytest.mark.whole) for place in WHOLE)],
    ids=lambda place: place.name,
)
def test_the_same_bytes_everywhere(here, tmp_path, counted, place):
    found = made(place, tmp_path)
    assert differing(here, found) == []
    counted("combinations of the reproducibility matrix")
    counted("files compared in the reproducibility matrix", len(found))


@pytest.mark.whole
def test_the_first_case_too_and_its_print(tmp_path, counted, chromium_program):
    first = made(Place("here"), tmp_path / "a", "wuxi-offices-2019", printing=True)
    assert "outputs/wuxi-offices-2019/report.pdf" in first
    for number, place in enumerate((QUICK[0], WHOLE[4])):
        case = (
            "wuxi-offices-2019"
            if place.folder == "project"
            else ROOT / "params" / "cases" / "wuxi-offices-2019.yaml"
        )
        found = made(place, tmp_path / str(number), case, printing=True)
        assert differing(first, found) == []
        counted("combinations of the reproducibility matrix")
        counted("files compared in the reproducibility matrix", len(found))


def test_a_difference_would_be_told(here):
    name = next(iter(here))
    assert differing(here, {**here, name: here[name] + b"x"}) and differing(here, {**here, "more": b""})
