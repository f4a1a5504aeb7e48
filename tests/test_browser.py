"""The delivered pages in a real Chromium: accessible, quiet, of the window's width, by keyboard, without script, and on paper."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import page_checks
import pytest
from conftest import Outcome
from playwright.sync_api import BrowserContext, Page, sync_playwright

from auditbook.stages import STAGES

RUNS = {"invented": "invented-water-2021", "putuo": "putuo-finance-2024", "wuxi": "wuxi-offices-2019"}
PAGES = [
    "report.html",
    "signoff.html",
    *(f"workpapers/{Path(s.notebook).stem}.html" for s in STAGES if s.name != "report"),
]
EACH = [pytest.param(case, name, id=f"{case} {name}") for case in RUNS for name in PAGES]


@pytest.fixture(scope="module")
def contexts(chromium_program: str) -> Iterator[tuple[BrowserContext, BrowserContext]]:
    """Chromium once: as a reader has it but for the page's policy, which would keep axe-core out, and without scripts."""
    with sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=chromium_program,
            args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
        )
        # what is asked for in spite of everything gets no further than this machine
        yield (
            browser.new_context(bypass_csp=True, offline=True),
            browser.new_context(java_script_enabled=False),
        )
        browser.close()


@pytest.fixture(scope="module")
def scripted(contexts: tuple[BrowserContext, BrowserContext]) -> BrowserContext:
    return contexts[0]


@pytest.fixture(scope="module")
def still(contexts: tuple[BrowserContext, BrowserContext]) -> BrowserContext:
    return contexts[1]


@pytest.fixture
def delivered(request: pytest.FixtureRequest, case: str, name: str) -> Path:
    outcome: Outcome = request.getfixturevalue(case)
    return outcome.outputs(RUNS[case]) / name


def complaints(
    context: BrowserContext, path: Path, check: Callable[[Page], list[str]], width: int = 1440
) -> list[str]:
    page = page_checks.opened(context, path, width)
    try:
        return check(page)
    finally:
        page.close()


@pytest.mark.parametrize("case", RUNS)
def test_every_page_of_a_run_is_looked_at(request, case):
    outputs = request.getfixturevalue(case).outputs(RUNS[case])
    assert sorted(path.relative_to(outputs).as_posix() for path in outputs.rglob("*.html")) == sorted(PAGES)


@pytest.mark.parametrize("width", [1440, 320])
@pytest.mark.parametrize(("case", "name"), EACH)
def test_axe_finds_no_violation_of_wcag_a_and_aa(scripted, delivered, width):
    assert complaints(scripted, delivered, page_checks.inaccessible, width) == []


@pytest.mark.parametrize(("case", "name"), EACH)
def test_nothing_is_asked_for_and_nothing_complains(scripted, still, delivered):
    assert page_checks.restless(scripted, delivered) == []
    assert page_checks.restless(still, delivered) == []


@pytest.mark.parametrize(("case", "name"), EACH)
def test_nothing_overflows(scripted, delivered):
    assert complaints(scripted, delivered, page_checks.overflowing) == []


@pytest.mark.parametrize(("case", "name"), EACH)
def test_tab_reaches_everything_the_skip_link_first(scripted, delivered):
    assert complaints(scripted, delivered, page_checks.unreachable) == []


@pytest.mark.parametrize(("case", "name"), EACH)
def test_enter_opens_without_any_script(still, delivered):
    assert complaints(still, delivered, page_checks.not_opening) == []


@pytest.mark.parametrize(("case", "name"), EACH)
def test_forced_colours_and_less_motion(scripted, delivered):
    assert complaints(scripted, delivered, page_checks.lost_in_forced_colours) == []
    assert complaints(scripted, delivered, page_checks.moving) == []


@pytest.mark.parametrize(("case", "name"), EACH)
def test_on_paper_nothing_is_missing_cut_or_unnumbered(scripted, delivered):
    assert complaints(scripted, delivered, page_checks.poor_on_paper) == []


# --- the checks themselves: a fault put into a copy of a page is found ---------------------------------------------------

AT_END = "</main>"
ROWS = "".join(f'<tr><th scope="row">第{n}行的名称较长</th><td>{n}.00</td></tr>' for n in range(120))
LONG = f'<table><caption>长表</caption><thead><tr><th scope="col">项目</th><th scope="col">数值</th></tr></thead><tbody>{ROWS}</tbody></table>'
FAULTS: dict[str, tuple[Callable[[Page], list[str]], str, str]] = {
    "contrast": (page_checks.inaccessible, '<p style="color:#bbb">淡色的字</p>', "color-contrast"),
    "contrast within what folds": (
        page_checks.inaccessible, '<details><summary>开</summary><p style="color:#bbb">淡色的字</p></details>', "color-contrast",
    ),
    "link told by its colour alone": (
        page_checks.inaccessible, "<p>这里的一段文字<a href='#main' style='text-decoration:none;border:0'>和一个链接</a>接着说下去</p>", "link-in-text-block",
    ),
    "control without a label": (page_checks.inaccessible, "<p><input></p>", "label"),
    "picture without words": (page_checks.inaccessible, '<img src="data:image/gif;base64,R0lGODlhAQABAAAAACw=">', "image-alt"),
    "link without words": (page_checks.inaccessible, '<a href="#main"></a>', "link-name"),
    "small targets": (
        page_checks.inaccessible, '<a style="display:block;width:9px;height:9px" href="#main">甲</a><a style="display:block;width:9px;height:9px" href="#main">乙</a>', "target-size",
    ),
    "wide box": (page_checks.overflowing, '<div style="width:1500px;height:1em"></div>', "1440 px: scrolls sideways"),
    "wide box on a phone only": (page_checks.overflowing, '<div style="width:330px;height:1em"></div>', "320 px: outside"),
    "box to the left": (page_checks.overflowing, '<div style="position:absolute;left:-9px;width:9px;height:9px"></div>', "outside"),
    "word cut in a chart": (page_checks.overflowing, '<svg width="60" height="20"><text y="15">很长很长的一行字</text></svg>', "cut in its chart"),
    "out of the order": (page_checks.unreachable, '<a href="#main" tabindex="1">先</a>', "first: "),
    "out of reach": (page_checks.unreachable, '<div inert><a href="#main">不及</a></div>', "not reached"),
    "no ring": (page_checks.unreachable, "<style>main summary{outline:none!important}</style>", "no ring"),
    "behind the edge": (page_checks.unreachable, '<a href="#main" style="position:fixed;left:-99em">外</a>', "not seen"),
    "dead summary": (page_checks.not_opening, "<details><p>没有</p></details><summary tabindex=0 class=x>不开</summary>", "Enter does nothing"),
    "link to nothing": (page_checks.not_opening, '<a class="x" href="#nothing">无</a>', "leads nowhere"),
    "animation": (page_checks.moving, "<style>@keyframes k{to{opacity:.5}} main h2{animation:k 9s}</style>", "moves"),
    "smooth scrolling": (page_checks.moving, "<style>html{scroll-behavior:smooth}</style>", "would move"),
    "colours kept": (
        page_checks.lost_in_forced_colours, '<p style="forced-color-adjust:none;color:#ccc;background:#fff">淡</p>', "contrast",
    ),
    "ground alone": (page_checks.lost_in_forced_colours, '<mark style="border:0">记号</mark>', "its ground alone"),
    "heading not printed": (page_checks.poor_on_paper, "<style>@media print{h2{display:none}}</style><h2>藏着</h2>", "missing: 藏着"),
    "cell clipped": (
        page_checks.poor_on_paper, "<style>@media print{main td{max-height:1px;overflow:hidden;display:block;clip-path:inset(50%)}}</style>", "cut or missing",
    ),
    "wide on paper": (
        page_checks.poor_on_paper, '<p style="white-space:nowrap">' + "长" * 70 + "</p>", "beyond the margin",
    ),
    "no page numbers": (page_checks.poor_on_paper, "<style>@page{@bottom-center{content:none}}</style>", "has no number"),
    "another size": (page_checks.poor_on_paper, "<style>@page{size:A5}</style>", "no A4"),
    "head not repeated": (page_checks.poor_on_paper, LONG + "<style>@media print{thead{display:table-row-group!important}}</style>", "without their head"),
}  # fmt: skip


@pytest.fixture(scope="module")
def short(invented: Outcome) -> str:
    """The shortest page: a working paper."""
    return (invented.outputs(RUNS["invented"]) / "workpapers" / "20_quality.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_found(contexts, short, tmp_path, fault):
    check, markup, said = FAULTS[fault]
    assert short.count(AT_END) == 1
    path = tmp_path / "page.html"
    path.write_text(short.replace(AT_END, markup + AT_END), encoding="utf-8")
    found = complaints(contexts[check is page_checks.not_opening], path, check)
    assert any(said in line for line in found), found


@pytest.mark.parametrize(
    ("markup", "said"),
    [
        ('<img alt="x" src="https://remote.example/a.png">', "request: https://remote.example/a.png"),
        ('<style>main{background:url(https://remote.example/b.png)}</style>', "request: https://remote.example/b.png"),
        ('<link rel="stylesheet" href="other.css">', "other.css"),
        ("<script>console.error(1)</script>", "console: error"),
        ("<script>throw Error(1)</script>", "error: "),
        ("<script>alert(1)</script>", "dialog: 1"),
        ('<meta http-equiv="refresh" content="0;url=about:blank">', "went to about:blank"),
    ],
)  # fmt: skip
def test_a_restless_page_is_found(scripted, short, tmp_path, markup, said):
    path = tmp_path / "page.html"
    path.write_text(short.replace(AT_END, markup + AT_END), encoding="utf-8")
    found = page_checks.restless(scripted, path)
    assert any(said in line for line in found), found
