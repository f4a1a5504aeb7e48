"""The toolchain agrees with itself: pyproject.toml, the locks, environment.yml, and the font."""

import re
import runpy
import tomllib
from importlib import metadata
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from ruamel.yaml import YAML

ROOT = Path(__file__).resolve().parent.parent
FONT = ROOT / "src/auditbook/fonts/NotoSansCJKsc-GBK.ttf"
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PROJECT = PYPROJECT["project"]
ASKED = {
    "requirements.lock": PROJECT["dependencies"] + PROJECT["optional-dependencies"]["test"],
    "requirements-bootstrap.lock": PYPROJECT["dependency-groups"]["bootstrap"],
}
LOCKS = sorted(ASKED)


def text_of(lock: str) -> str:
    return (ROOT / lock).read_text(encoding="utf-8")


def pins_of(lock: str) -> list[Requirement]:
    lines = re.findall(r"^[^\s#].*", text_of(lock), re.MULTILINE)
    return [Requirement(line.removesuffix("\\")) for line in lines]


@pytest.mark.parametrize("lock", LOCKS)
def test_lock_holds_what_pyproject_asks_for(lock: str) -> None:
    pinned = {
        canonicalize_name(pin.name): str(pin.specifier).removeprefix("==")
        for pin in pins_of(lock)
        if pin.marker is None or pin.marker.evaluate()
    }
    for asked in map(Requirement, ASKED[lock]):
        version = pinned.get(canonicalize_name(asked.name), "none")
        assert version != "none", f"{lock} lacks {asked}: run `make lock`"
        assert version in asked.specifier, f"{lock} has {version}, not {asked}: run `make lock`"


@pytest.mark.parametrize("lock", LOCKS)
def test_lock_was_made_from_these_dependencies(lock: str) -> None:
    make_lock = runpy.run_path(str(ROOT / "tools/make_lock.py"))
    head = text_of(lock).splitlines()[0]
    assert head == make_lock["DIGEST_LINE"] + make_lock["dependencies_digest"](), "run `make lock`"


@pytest.mark.parametrize("lock", LOCKS)
def test_lock_is_only_exact_versions_each_with_a_hash(lock: str) -> None:
    pins = re.split(r"\n(?=[^\s#])", text_of(lock))[1:]
    for pin in pins:
        first, *others = (line.removesuffix("\\").rstrip() for line in pin.splitlines())
        hashes = [line for line in others if not line.lstrip().startswith("#")]
        assert re.fullmatch(r"[\w.-]+==[\w.+!]+( ; .+)?", first)
        assert hashes, f"no hash: {first}"
        assert all(re.fullmatch(r"    --hash=sha256:[0-9a-f]{64}", line) for line in hashes), first


@pytest.mark.parametrize("lock", LOCKS)
def test_lock_names_no_host_and_no_path(lock: str) -> None:
    assert not re.search(r"://|file:|index-url|find-links|trusted-host|/(home|opt|root|tmp)/", text_of(lock))


def test_what_is_installed_here_is_what_the_lock_says() -> None:
    differing = []
    for pin in pins_of("requirements.lock"):
        if pin.marker is None or pin.marker.evaluate():
            try:
                installed = metadata.version(pin.name)
            except metadata.PackageNotFoundError:
                installed = "none"
            if f"=={installed}" != str(pin.specifier):
                differing.append(f"{pin.name}: locked {pin.specifier}, installed {installed}")
    assert not differing, "run `make distclean`, then `make test`"


def test_environment_for_conda_installs_exactly_the_lock() -> None:
    environment = YAML(typ="safe").load(ROOT / "environment.yml")
    python, pip, by_pip = environment["dependencies"]
    assert f">={python.removeprefix('python=')}" == PROJECT["requires-python"]
    assert pip == "pip"
    assert by_pip == {"pip": ["-r requirements.lock"]}


def test_font_has_every_character_of_gbk_and_the_signs_of_a_working_paper() -> None:
    make_font = runpy.run_path(str(ROOT / "tools/make_font.py"))
    signs = "①②③⑳ⅠⅫ㈠㈩←↑→↓↗≤≥≠≈±×÷−√∑∞△▲▼■□●○★✓—–…·“”㎡℃№‰¥￥％、。《》【】"
    needed = make_font["gbk_characters"]() | set(map(ord, signs))
    lacking = "".join(map(chr, needed - set(TTFont(FONT).getBestCmap())))
    assert lacking == "≒", "the original font lacks only this one"


def test_digits_of_the_font_are_of_one_width() -> None:
    font = TTFont(FONT)
    cmap = font.getBestCmap()
    assert len({font["hmtx"][cmap[ord(digit)]][0] for digit in "0123456789"}) == 1


def test_font_has_outlines_that_every_pdf_viewer_draws_and_its_licence_beside_it() -> None:
    assert "glyf" in TTFont(FONT)
    licence = FONT.with_name("OFL.txt").read_text(encoding="utf-8")
    assert licence.startswith("Copyright")
    assert "SIL OPEN FONT LICENSE Version 1.1" in licence
