"""The same bytes wherever and by whom a run is made: time zone, locale, hash seed, folder, user, order of files, cores, engine."""

import os
import random
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from itertools import combinations
from pathlib import Path

import pytest
from conftest import AUDITBOOK, INVENTED, INVENTED_CASE, ROOT, UNPRINTED

INVENTED_RUN = "invented-water-2021"
LISTED_OTHERWISE = ROOT / "tests" / "listed_otherwise"
HOSTILE_STYLE = "figure.figsize: 1, 1\nfont.size: 40\naxes.facecolor: red\nsvg.hashsalt: other\n"
COPY = "copy"  # out of a copy of the project whose files were made in reverse
# Of each factor what it may be; the first is how the run is made that all others are compared with.
FACTORS: dict[str, tuple[str | None, ...]] = {
    "TZ": ("UTC", "Asia/Shanghai", "America/St_Johns", "Pacific/Chatham", None),
    "locale": ("C.UTF-8", "C", None, "zh_CN.GB18030", "de_DE.UTF-8"),
    "PYTHONHASHSEED": ("random", "0", "1", None),
    "folder": ("project", "中文 文件夹 & 'quotes'", "a/b/c/d/e/f/g/h/i/j/k/l", COPY),
    "user": ("root", "审计员", "O'Brien <x@y>", None),
    "home": ("there", "absent", "read-only", "unset"),
    "order": (None, "1", "2"),
    "cores": ("all", "one"),
    "umask": ("022", "077"),
    "stdin": ("null", "closed"),
    "terminal": (None, "narrow", "coloured"),
    "PYTHONUTF8": (None, "0", "1"),
    "PYTHONDONTWRITEBYTECODE": (None, "1"),
    "SOURCE_DATE_EPOCH": (None, "1"),
    "matplotlib": (None, "elsewhere"),
    "AUDITBOOK_ENGINE": (None, "papermill"),
}  # fmt: skip
TERMINALS = {"narrow": {"COLUMNS": "20"}, "coloured": {"COLUMNS": "300", "TERM": "xterm-256color", "FORCE_COLOR": "1"}}  # fmt: skip
Place = Mapping[str, str | None]
Tree = dict[str, bytes]
HERE: Place = {factor: values[0] for factor, values in FACTORS.items()}


def pairs(place: Place) -> set[tuple[str, str | None, str, str | None]]:
    return {(one, place[one], other, place[other]) for one, other in combinations(FACTORS, 2)}


def covering() -> Iterator[Place]:
    """Places in which every value of a factor meets every value of every other one; always the same ones."""
    left = {
        (one, a, other, b)
        for one, other in combinations(FACTORS, 2) for a in FACTORS[one] for b in FACTORS[other]
    }  # fmt: skip
    chance = random.Random(9)
    while left:
        one, a, other, b = min(left, key=str)
        place = {**{factor: chance.choice(values) for factor, values in FACTORS.items()}, one: a, other: b}
        for factor in chance.sample([*FACTORS], len(FACTORS)):  # each in turn what meets most that is new
            if factor not in (one, other):
                place[factor] = max(
                    FACTORS[factor],
                    key=lambda value, factor=factor: sum(
                        (f, value, g, place[g]) in left or (g, place[g], f, value) in left
                        for f in [factor]
                        for g in FACTORS
                    ),
                )
        left -= pairs(place)
        yield place


WHOLE = list(covering())
# Together they vary every factor.
QUICK: list[Place] = [
    HERE | {
        "TZ": "Asia/Shanghai", "locale": "de_DE.UTF-8", "PYTHONHASHSEED": "0", "folder": "elsewhere", "user": "审计员", "home": "read-only", "order": "1", "cores": "one",
        "matplotlib": "elsewhere",
    },
    HERE | {"TZ": "America/St_Johns", "locale": "zh_CN.GB18030", "PYTHONHASHSEED": "1", "folder": COPY, "user": None, "terminal": "narrow", "SOURCE_DATE_EPOCH": "1", "umask": "077"},
    HERE | {"TZ": "Pacific/Chatham", "locale": None, "PYTHONHASHSEED": None, "home": "unset", "order": "2", "PYTHONUTF8": "0", "AUDITBOOK_ENGINE": "papermill"},
    HERE | {
        "TZ": None, "locale": "C", "folder": "中文 文件夹 & 'quotes'", "home": "absent", "stdin": "closed", "terminal": "coloured", "PYTHONUTF8": "1", "PYTHONDONTWRITEBYTECODE": "1",
        "cores": "one",
    },
]  # fmt: skip


def named(place: Place) -> str:
    return ",".join(str(value) for factor, value in place.items() if value != HERE[factor])


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
    results, folder = aside / "results", ROOT
    if place["folder"] == COPY:
        copied(aside / "copy")
        case = (
            aside / "copy" / "base" / "params" / "cases" / INVENTED_CASE.name
            if case == INVENTED_CASE
            else case
        )
        folder = aside / "copy" / "project"
    elif place["folder"] != "project":
        folder = aside / str(place["folder"])
        folder.mkdir(parents=True)
        (folder / "matplotlibrc").write_text(HOSTILE_STYLE, encoding="utf-8")
    environment = {
        "PATH": os.environ["PATH"], **({} if printing else UNPRINTED), "AUDITBOOK_WORKSPACE": str(results),
        **TERMINALS.get(str(place["terminal"]), {}),
        **{name: value for name, value in place.items() if name.isupper() and value is not None},
    }  # fmt: skip
    if place["locale"] is not None:
        environment |= {"LANG": place["locale"], "LC_ALL": place["locale"]}
    if place["user"] is not None:
        environment |= {"USER": place["user"], "LOGNAME": place["user"]}
    if place["home"] != "unset":
        environment["HOME"] = str(aside / "home")
    if place["home"] in ("there", "read-only"):
        (aside / "home").mkdir(mode=0o500 if place["home"] == "read-only" else 0o700, parents=True)
    if place["order"] is not None:
        environment |= {"PYTHONPATH": str(LISTED_OTHERWISE), "LISTED_SEED": place["order"]}
    if place["matplotlib"] is not None:
        (aside / "style").mkdir()
        (aside / "style" / "matplotlibrc").write_text(HOSTILE_STYLE, encoding="utf-8")
        environment |= {"MPLBACKEND": "pdf", "MPLCONFIGDIR": str(aside / "style")}
    every = os.sched_getaffinity(0)
    umask = int(str(place["umask"]), 8)

    def begun() -> None:
        os.sched_setaffinity(0, {min(every)} if place["cores"] == "one" else every)
        if place["stdin"] == "closed":
            os.close(0)

    done = subprocess.run(
        [AUDITBOOK, "run", str(case), "--force"], cwd=folder, env=environment, capture_output=True, stdin=subprocess.DEVNULL, preexec_fn=begun,
        umask=umask, timeout=600,
    )  # fmt: skip
    assert done.returncode == 0, f"{named(place)}: {done.stderr.decode('utf-8', 'replace')[-2000:]}"
    # rights are what the umask leaves, of folders and files alike: no more and, for colleagues who share a folder, no less
    odd = [
        f"{path.relative_to(results)} {path.stat().st_mode & 0o777:o}"
        for path in results.rglob("*")
        if path.stat().st_mode & 0o777 != (0o777 if path.is_dir() else 0o666) & ~umask
    ]
    assert odd == [], named(place)
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
    return made(HERE, tmp_path_factory.mktemp("here"))


def test_what_is_compared_is_everything(here):
    endings = {Path(name).suffix for name in here}
    assert {".html", ".xlsx", ".docx", ".csv", ".json", ".ipynb", ".zip"} <= endings and len(here) > 45
    assert (
        f"outputs/{INVENTED_RUN}/run.json" in here and b"<svg" in here[f"outputs/{INVENTED_RUN}/report.html"]
    )


@pytest.mark.parametrize(
    "place",
    [*QUICK, *(pytest.param(place, marks=pytest.mark.whole) for place in WHOLE)],
    ids=named,
)
def test_the_same_bytes_everywhere(here, tmp_path, counted, place):
    found = made(place, tmp_path)
    assert differing(here, found) == []
    counted("combinations of the reproducibility matrix")
    counted("files compared in the reproducibility matrix", len(found))


@pytest.mark.whole
def test_the_first_case_too_and_its_print(tmp_path, counted, chromium_program):
    case = ROOT / "params" / "cases" / "wuxi-offices-2019.yaml"
    first = {printing: made(HERE, tmp_path / str(printing), case, printing=printing) for printing in (True, False)}  # fmt: skip
    assert (
        "outputs/wuxi-offices-2019/report.pdf" in first[True]
        and "outputs/wuxi-offices-2019/report.pdf" not in first[False]
    )
    for number, place in enumerate(QUICK):
        printing = number in (0, 3)
        found = made({**place, "folder": "elsewhere"}, tmp_path / str(number), case, printing=printing)
        assert differing(first[printing], found) == []
        counted("combinations of the reproducibility matrix")
        counted("files compared in the reproducibility matrix", len(found))


def test_the_places_are_enough():
    assert len(WHOLE) >= 24 and all(len({place[factor] for place in QUICK}) > 1 for factor in FACTORS)
    met = set[tuple[str, str | None, str, str | None]]().union(*map(pairs, WHOLE))
    for one, other in combinations(FACTORS, 2):
        assert {(one, a, other, b) for a in FACTORS[one] for b in FACTORS[other]} <= met


def test_a_difference_would_be_told(here):
    name = next(iter(here))
    assert differing(here, {**here, name: here[name] + b"x"}) and differing(here, {**here, "more": b""})
