"""The PDF of a page: whole, numbered, tagged, the same each time, and made offline; clear lines where it cannot be made."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pdfplumber
import pytest
from bs4 import BeautifulSoup

from auditbook.charts import Chart
from auditbook.report import fragments as f
from auditbook.report import page as report_page
from auditbook.report import printed_page

needs_chromium = pytest.mark.skipif(
    printed_page.available() is None, reason="no Chromium on this machine: nothing is printed"
)


def words(text: str) -> str:
    return re.sub(r"\s", "", text)


@pytest.fixture(scope="module")
def report(wuxi) -> Path:
    return wuxi.outputs("wuxi-offices-2019") / "report.html"


@pytest.fixture(scope="module")
def printed(report) -> bytes:
    return printed_page.pdf(report)


@pytest.fixture(scope="module")
def pages(printed) -> list[str]:
    with pdfplumber.open(io.BytesIO(printed)) as read:
        turned = [page for page in read.pages if (round(page.width), round(page.height)) == (842, 595)]
        assert {(round(page.width), round(page.height)) for page in read.pages} == {
            (595, 842),
            (842, 595),
        }  # A4
        assert "附表2" in turned[0].extract_text()  # with its heading, and nothing else beside it
        assert all("附表1" not in page.extract_text() for page in turned) and len(turned) < 5
        return [words(page.extract_text()) for page in read.pages]


@pytest.fixture(scope="module")
def soup(report) -> BeautifulSoup:
    return BeautifulSoup(report.read_text(encoding="utf-8"), "html.parser")


@needs_chromium
def test_two_makings_give_the_same_bytes(report, printed):
    assert printed_page.pdf(report) == printed
    assert re.findall(rb"/(?:CreationDate|ModDate) \(D:(\d+)", printed) == [b"19800101000000"] * 2


@needs_chromium
def test_every_page_but_the_cover_bears_its_number(pages):
    assert len(pages) > 50
    assert "—1—" not in pages[0]
    missing = [number for number, text in enumerate(pages[1:], 2) if f"—{number}—" not in text]
    assert not missing


@needs_chromium
def test_contents_name_the_page_on_which_each_heading_stands(pages, soup):
    listed = [words(a.get_text()) for a in soup.select("nav.contents a")]
    first = words(soup.main.get_text())[:20]
    contents = "".join(pages[1 : next(n for n, text in enumerate(pages) if text.startswith(first))])
    numbers = []
    for heading in listed:
        [number] = re.findall(re.escape(heading) + r"(\d+?)(?=[^\d]|$)", contents)[:1]
        assert heading in pages[int(number) - 1], heading
        numbers.append(int(number))
    assert numbers == sorted(numbers) and len(numbers) > 20


@needs_chromium
def test_what_the_page_says_is_printed(pages, printed, soup):
    """Cells, headings and the short keys of the evidence: words that no line's end breaks, the hidden ones of a screen too."""
    text = "".join(pages)
    texts = [words(e.get_text()) for e in soup.main.select("td.number, h3, .entry dl > div:first-child code")]
    lost = [own for own in texts if own not in text]
    if lost:  # read line by line, a key may be mixed with what stands beside it: then as it was drawn
        with pdfplumber.open(io.BytesIO(printed)) as read:
            drawn = words("".join(char["text"] for page in read.pages for char in page.chars))
        lost = [own for own in lost if own not in drawn]
    assert len(texts) > 600 and not lost


@needs_chromium
def test_it_is_tagged_has_an_outline_a_language_and_a_title(printed, soup):
    assert (
        re.search(rb"/MarkInfo\s*<</Type /MarkInfo\s*/Marked true", printed) and b"/StructTreeRoot" in printed
    )
    assert b"/Lang (zh-CN)" in printed
    with pdfplumber.open(io.BytesIO(printed)) as read:
        assert read.metadata["Title"] == soup.title.get_text()
        outline = [words(title) for _, title, *_ in read.doc.get_outlines()]
    assert [words(h.get_text()) for h in soup.main.find_all("h2")] == [
        title for title in outline if re.match("[一二三四五六七八九十]+、|附表[0-9]", title)
    ]


@needs_chromium
def test_nothing_in_it_leads_out_or_tells_where_it_was_made(printed, report):
    assert b"/URI" not in printed and b"/JavaScript" not in printed and b"/Launch" not in printed
    assert b"file:" not in printed and b"/tmp/" not in printed


@needs_chromium
def test_numbers_lead_to_their_entries_within_the_document(printed, soup):
    first = soup.main.select_one("a.ref")["href"][1:]
    assert re.search(rb"/Dest /" + re.escape(first.encode()) + rb"\b", printed)


@needs_chromium
def test_no_row_and_no_chart_is_cut(tmp_path):
    """Rows of seven lines and charts of 7 cm on pages that hold neither a whole number of rows nor of charts."""
    rows = [[f"第{n}行", "始" + "文" * 330 + f"末{n}。"] for n in range(40)]
    svg = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 432 300"><rect width="432" height="300" fill="#1b5e9b"/></svg>'
    charts = [f.figure(Chart(f"c{n}", f"图{n}", svg, "说明", ("甲", "数"), (("子", "1"),))) for n in range(7)]
    html = report_page.compose(
        str(f.section(2, "x", "表", f.table("长表", [f.Column("序"), f.Column("文")], rows), *charts)),
        title="试",
        kind="report",
    )
    path = tmp_path / "report.html"
    path.write_text(html, encoding="utf-8")
    with pdfplumber.open(io.BytesIO(printed_page.pdf(path))) as read:
        for n in range(40):
            [where] = [page for page in read.pages if f"第{n}行" in words(page.extract_text())]
            assert f"末{n}。" in words(where.extract_text())
        drawn = [rect for page in read.pages for rect in page.rects if 100 < rect["height"] < 400]
        assert len(drawn) == 7 and len({round(rect["height"]) for rect in drawn}) == 1  # seven whole ones
        tabled = [page for page in read.pages if re.search(r"第\d+行", words(page.extract_text()))]
        assert len(tabled) > 3 and all(
            "序文" in words(page.extract_text()) for page in tabled
        )  # the head on each


def program(folder: Path, does: str) -> Path:
    """A stand-in for Chromium."""
    path = folder / "chromium"
    path.write_text(f"#!/bin/sh\n{does}\n", encoding="utf-8")
    path.chmod(0o755)
    return path


@pytest.fixture
def small(tmp_path) -> Path:
    path = tmp_path / "report.html"
    path.write_text(
        report_page.compose(str(f.section(2, "x", "甲", "乙")), title="题", kind="report"), encoding="utf-8"
    )
    return path


def test_without_chromium_one_line_says_how_to_get_it(small, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("AUDITBOOK_CHROMIUM", raising=False)
    assert printed_page.available() is None
    assert "apt install chromium" in printed_page.HOW_TO_GET and "\n" not in printed_page.HOW_TO_GET
    with pytest.raises(printed_page.PrintError, match="apt install chromium") as caught:
        printed_page.pdf(small)
    assert len(str(caught.value).splitlines()) == 1


def test_chromium_is_found_by_any_of_its_names_or_where_one_says(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("AUDITBOOK_CHROMIUM", raising=False)
    own = program(tmp_path, "exit 0")
    assert printed_page.available() == own
    own.rename(tmp_path / "google-chrome")
    assert printed_page.available() == tmp_path / "google-chrome"
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.setenv("AUDITBOOK_CHROMIUM", str(program(elsewhere, "exit 0")))
    assert printed_page.available() == elsewhere / "chromium"
    monkeypatch.setenv("AUDITBOOK_CHROMIUM", str(tmp_path / "nowhere"))
    assert printed_page.available() is None  # what one names is taken at one's word


@pytest.mark.parametrize(
    ("does", "said"),
    [("echo 磁盘已满 >&2; exit 1", "磁盘已满"), ("exit 0", "没有说明原因"), ("exec sleep 30", "已经停下"),
     ('for a; do case $a in --print-to-pdf=*) printf "%%PDF-1.4 half" > "${a#*=}";; esac; done', "没有印成")],
)  # fmt: skip
def test_what_goes_wrong_is_one_clear_line(small, tmp_path, monkeypatch, does, said):
    monkeypatch.setenv("AUDITBOOK_CHROMIUM", str(program(tmp_path, does)))
    monkeypatch.setattr(printed_page, "MOST_SECONDS", 1)
    with pytest.raises(printed_page.PrintError, match=said) as caught:
        printed_page.pdf(small)
    assert len(str(caught.value).splitlines()) == 1


def test_a_page_that_is_not_there_is_said(tmp_path, monkeypatch):
    monkeypatch.setenv("AUDITBOOK_CHROMIUM", str(program(tmp_path, "exit 0")))
    with pytest.raises(printed_page.PrintError, match="auditbook run"):
        printed_page.pdf(tmp_path / "report.html")


def test_chromium_is_asked_for_nothing_but_the_page(small, tmp_path, monkeypatch):
    said = tmp_path / "said"
    monkeypatch.setenv(
        "AUDITBOOK_CHROMIUM", str(program(tmp_path, f'printf "%s\\n" "$@" > {said}; echo "$HOME" >> {said}'))
    )
    with pytest.raises(printed_page.PrintError):
        printed_page.pdf(small)
    arguments = said.read_text(encoding="utf-8").splitlines()
    assert "--host-resolver-rules=MAP * ~NOTFOUND" in arguments
    [profile] = [a for a in arguments if a.startswith("--user-data-dir=")]
    assert (
        profile.startswith(f"--user-data-dir={arguments[-1]}/") and not Path(arguments[-1]).exists()
    )  # gone with all it held
