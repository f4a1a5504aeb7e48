"""Nothing that a case says becomes alive in what is delivered: markup, scripts, templates, formulas, fields, marks, controls.

Every text field of a case holds a payload (``injected_case``), each field another one with each turn. A pair of payload and
field counts where the payload, whole and as text, is found in an output. What may not come in at all is refused, and said.
"""

from __future__ import annotations

import contextlib
import csv
import io
import json
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import damage
import injected_case
import office_files
import page_checks
import pytest
from bs4 import BeautifulSoup
from conftest import INVENTED, Outcome, auditbook
from lxml import etree
from pdfminer.pdfdocument import PDFDocument
from pdfminer.pdfparser import PDFParser
from pdfminer.pdftypes import PDFObjectNotFound, PDFStream
from playwright.sync_api import BrowserContext, sync_playwright

from auditbook import pipeline, unseen
from auditbook.faults import AuditbookError
from auditbook.intake import documents
from auditbook.report import finished_page

TURNS = (0, 37, 71)
RUN = f"{damage.CASE}+injected"
LEAST_PAIRS = 300
MOVES = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]"
)  # a terminal's cursor, or a line around


@dataclass(frozen=True)
class Injected:
    """A case with payloads, and what its run left."""

    built: injected_case.Built
    outcome: Outcome

    @property
    def outputs(self) -> Path:
        return self.outcome.outputs(RUN)

    def files(self, kind: str) -> list[Path]:
        return sorted(self.outputs.rglob(f"*.{kind}"))

    def delivered(self, kind: str) -> list[Path]:
        """The files of a kind; where a run leaves none, nothing is passed in silence."""
        return self.files(kind) or pytest.skip(f"the run left no .{kind} here")


@pytest.fixture(scope="module", params=TURNS)
def injected(request, tmp_path_factory) -> Injected:
    folder = tmp_path_factory.mktemp("injected")
    built = injected_case.build(folder / "base", request.param)
    outcome = auditbook(
        "run", built.case, "--scenario", built.scenario, workspace=folder / "runs", printing=True
    )
    assert outcome.code == 0, outcome.err
    return Injected(built, outcome)


@pytest.fixture(scope="module")
def browser(chromium_program: str) -> Iterator[BrowserContext]:
    with sync_playwright() as driver:
        opened = driver.chromium.launch(
            executable_path=chromium_program, args=["--no-sandbox", "--disable-gpu"]
        )
        # past the page's own policy: what is alive in it must show itself
        yield opened.new_context(bypass_csp=True, offline=True)
        opened.close()


def squeezed(text: str) -> str:
    return re.sub(r"\s", "", text)


def words_of(html: str) -> str:
    """The text of a page and of its attributes, as a browser would show it."""
    soup = BeautifulSoup(html, "html.parser")
    for style in soup.select("style"):
        style.extract()
    attributes = (value for tag in soup.find_all(True) for value in tag.attrs.values())
    return squeezed(soup.get_text() + " ".join(v if isinstance(v, str) else " ".join(v) for v in attributes))


# --- reached ---------------------------------------------------------------------------------------------------------

REACHED: set[tuple[str, str]] = set()


def test_payloads_reach_the_outputs_whole_and_as_text(injected):
    shown = "".join(words_of(path.read_text(encoding="utf-8")) for path in injected.files("html"))
    reached, altered = [], []
    for mark, (name, payload, value) in injected.built.pairs.items():
        if squeezed(unseen.visible(value)) in shown:
            reached.append((name, payload))
        elif mark in shown:
            altered.append((name, value))
    assert altered == []  # nothing is taken away or rewritten on the way
    assert len(reached) >= 200
    REACHED.update(reached)


def test_at_least_three_hundred_pairs_of_payload_and_field_reached_an_output():
    """After the turns above; alone it has nothing to count."""
    if not REACHED:
        pytest.skip("no turn was run")
    assert len(REACHED) >= LEAST_PAIRS, len(REACHED)
    assert {payload for _, payload in REACHED} == set(injected_case.PAYLOADS)
    assert len({name for name, _ in REACHED}) >= 50


# --- pages -----------------------------------------------------------------------------------------------------------

_HARMLESS = re.compile(r"#|https://|data:(image|font)/|(?:\.\./)?[\w./-]+(#.*)?$")


def alive(html: str) -> list[str]:
    """What a parser of its own (libxml2, not ours) finds in a page that could run, load or lead elsewhere."""
    found = []
    tree = etree.fromstring(html.encode(), etree.HTMLParser(encoding="utf-8"))
    # a drawing has a title too
    counts = {
        name: len(tree.findall("./head/title" if name == "title" else f".//{name}"))
        for name in ("style", "h1", "title", "meta", "base", "body", "main")
    }
    expected = {"style": 1, "h1": 1, "title": 1, "meta": 3, "base": 0, "body": 1, "main": 1}
    found += [f"{counts[name]} × {name}" for name in expected if counts[name] != expected[name]]
    for element in tree.iter():
        if not isinstance(element.tag, str):
            found.append(f"comment or instruction: {etree.tostring(element)[:60]!r}")
            continue
        if element.tag in {
            "script",
            "iframe",
            "object",
            "embed",
            "link",
            "form",
            "input",
            "template",
            "math",
            "frame",
            "video",
            "audio",
            "textarea",
            "button",
        }:
            found.append(f"<{element.tag}>")
        for name, value in element.attrib.items():
            address = re.sub(r"[\x00-\x20]", "", value).lower()
            if name.lower().startswith("on"):
                found.append(f"{name}={value[:40]}")
            elif name in {
                "href",
                "src",
                "action",
                "data",
                "xlink:href",
                "srcdoc",
                "srcset",
                "poster",
                "background",
            }:
                if not _HARMLESS.match(address) or "evil" in address:
                    found.append(f"<{element.tag} {name}={value[:60]}>")
            elif name == "style" and re.search("url|expression|import", address):
                found.append(f"style={value[:60]}")
            elif name == "http-equiv" and address != "content-security-policy":
                found.append(f"http-equiv={value}")
    return found


def test_pages_hold_nothing_alive(injected):
    for path in injected.files("html"):
        html = path.read_text(encoding="utf-8")
        assert finished_page.scan(html) == [], path
        assert finished_page.shortcomings(html) == [], path
        assert alive(html) == [], path


def test_nothing_of_a_page_runs_or_asks_for_anything(injected, browser):
    for path in injected.files("html"):
        assert page_checks.restless(browser, path) == [], path


def test_pages_hold_no_character_that_turns_lines_or_is_a_mark_of_ours(injected):
    for path in [*injected.files("html"), *injected.files("csv")]:
        text = path.read_text(encoding="utf-8")
        assert not unseen.NO_TEXT.search(text), path
        if path.suffix == ".html":
            assert not re.search("[\u202a-\u202e\u2066-\u2069]", text), path


@pytest.mark.parametrize(
    "markup",
    ["<script>alert(1)</script>", "<img src=x onerror=alert(1)>", '<a href="javascript:alert(1)">x</a>', "<h1>x</h1>", "<!-- x -->",
     '<p style="background:url(//evil.example)">', "<base href=//evil.example>", "<svg><image href=https://evil.example/a.png /></svg>"],
)  # fmt: skip
def test_the_independent_reading_finds_what_is_alive(invented, markup):
    html = (invented.outputs(damage.CASE) / "workpapers" / "20_quality.html").read_text(encoding="utf-8")
    assert alive(html) == []
    assert alive(html.replace("</main>", markup + "</main>")) != []


# --- tables, workbook, Word, PDF -----------------------------------------------------------------------------------------


def test_processed_tables_keep_every_word(injected):
    """They are the evidence, verbatim: what is done against formulas is done where a table is handed over."""
    held = "".join(p.read_text(encoding="utf-8") for p in injected.outcome.processed(RUN).glob("*.csv"))
    cells = {cell for row in csv.reader(io.StringIO(held)) for cell in row}
    quotes = [value for name, _, value in injected.built.pairs.values() if name == "statements.quote"]
    assert len(quotes) == 10 and set(quotes) <= cells


_DANGEROUS = re.compile(r"[=+\-@\t\r＝＋－＠]")
_NUMBER = re.compile(r"[+-]?[\d,]+(\.\d+)?[%‰]?")


def live_cells(text: str) -> list[str]:
    """Cells of a table handed over for spreadsheets that would be taken for a formula."""
    cells = (cell for row in csv.reader(io.StringIO(text.lstrip("\ufeff"))) for cell in row)
    return [
        cell
        for cell in cells
        if _DANGEROUS.match(cell) and not _NUMBER.fullmatch(cell) and set(cell) - set("-—－")
    ]


def test_tables_beside_the_page_hold_no_formula(injected):
    for path in injected.delivered("csv"):
        assert live_cells(path.read_text(encoding="utf-8")) == [], path


def test_a_live_cell_is_found():
    assert live_cells("a,=1+1\n-5,+1.5%\n—,@SUM(A1)\n") == ["=1+1", "@SUM(A1)"]


OURS = re.compile(r"[A-Za-z_一-鿿][\w.一-鿿]*")


Part = tuple[str, etree._Element, str]


def opened(data: bytes, unwanted: str) -> tuple[list[str], list[Part]]:
    """An office file: what of it lives or reaches out whatever it says, and each element with its part's name and its tag."""
    found: list[str] = []
    elements: list[Part] = []
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for name in archive.namelist():
            if re.search(unwanted, name, re.IGNORECASE):
                found.append(name)
            if not name.endswith((".xml", ".rels")):
                continue
            tree = etree.fromstring(archive.read(name), etree.XMLParser(resolve_entities=False))
            if tree.getroottree().docinfo.doctype:
                found.append(f"{name}: a doctype")
            for element in tree.iter():
                tag = etree.QName(element).localname if isinstance(element.tag, str) else "?"
                if tag == "Relationship" and element.get("TargetMode") == "External":
                    found.append(f"{name}: leads to {element.get('Target')}")
                elements.append((name, element, tag))
    return found, elements


def live_in_workbook(data: bytes) -> list[str]:
    """Formulas with words in them, links, connections and whatever else of a workbook reaches out."""
    found, elements = opened(
        data,
        "externalLink|connection|queryTable|vbaProject|activeX|embeddings|oleObject|ctrlProp|customXml",
    )
    for name, element, tag in elements:
        if tag in {"f", "definedName", "formula1", "formula2", "formula"}:
            formula = element.text or ""
            if re.search(
                r"zq[a-y]{3}qz|evil|\||https?:|\[|(?i:HYPERLINK|WEBSERVICE|DDE|IMPORT|INDIRECT|CALL|EXEC|REGISTER)\(",
                formula,
            ):
                found.append(f"{name}: ={formula[:80]}")
        if tag in {"ddeLink", "oleLink", "webPublishing", "hyperlink"} and not (
            tag == "hyperlink" and element.get("location")
        ):
            found.append(f"{name}: <{tag}>")
    return found


_FIELDS = re.compile(r"\s*(TOC|PAGE|NUMPAGES|SECTIONPAGES|REF|PAGEREF|SEQ|STYLEREF)\b")


def live_in_document(data: bytes) -> list[str]:
    """Fields other than contents, page numbers and references, and whatever else of a Word document reaches out."""
    found, elements = opened(
        data, "vbaProject|activeX|embeddings|oleObject|afchunk|customXml|attachedTemplate"
    )
    for name, element, tag in elements:
        instruction = "".join(element.itertext()).strip() if tag == "instrText" else ""
        if tag == "fldSimple":
            instruction = next((value for key, value in element.items() if key.endswith("instr")), "?")
        if not _FIELDS.match(instruction or "PAGE") or re.search("zq[a-y]{3}qz|evil", instruction):
            found.append(f"{name}: field {instruction[:60]}")
        if tag in {"altChunk", "object", "control", "subDoc", "dataBinding", "attachedTemplate", "mailMerge"}:
            found.append(f"{name}: <{tag}>")
    return found


def test_the_workbook_holds_no_formula_or_link_of_the_case(injected):
    for path in injected.delivered("xlsx"):
        assert live_in_workbook(path.read_bytes()) == [], path


def test_the_word_report_holds_no_field_or_link_of_the_case(injected):
    for path in injected.delivered("docx"):
        assert live_in_document(path.read_bytes()) == [], path


_ACTIONS = {
    "JavaScript",
    "JS",
    "Launch",
    "OpenAction",
    "AA",
    "SubmitForm",
    "ImportData",
    "GoToR",
    "GoToE",
    "RichMedia",
    "EmbeddedFiles",
    "AcroForm",
    "XFA",
}


def live_in_pdf(data: bytes) -> list[str]:
    """Actions, forms, files and addresses in any object of a PDF, wherever it is packed."""
    document = PDFDocument(PDFParser(io.BytesIO(data)))
    waiting: list[object] = [document.catalog]
    for xref in document.xrefs:
        for number in xref.get_objids():
            with contextlib.suppress(PDFObjectNotFound):
                waiting.append(document.getobj(number))
    found = []
    while waiting:
        one = waiting.pop()
        if isinstance(one, PDFStream):
            one = one.attrs
        if isinstance(one, list):
            waiting += one
        if isinstance(one, dict):
            waiting += one.values()
            found += [f"/{key}" for key in one if key in _ACTIONS]
            if getattr(one.get("S"), "name", "") in _ACTIONS:
                found.append(f"/S {one['S']}")
            address = one.get("URI")
            if isinstance(address, bytes) and re.search(rb"evil|^(?!https?:)", address):
                found.append(f"/URI {address[:60]!r}")
    return found


def test_no_pdf_acts(injected):
    for path in injected.delivered("pdf"):
        assert live_in_pdf(path.read_bytes()) == [], path


def test_a_pdf_that_acts_is_found(browser, tmp_path):
    page_ = browser.new_page()
    page_.set_content('<a href="https://evil.example/">x</a><a href="https://www.example.gov.cn/">y</a>')
    data = page_.pdf()
    page_.close()
    assert live_in_pdf(data) == ["/URI b'https://evil.example/'"]
    begun = data.replace(
        b"/Type /Catalog", b"/Type /Catalog /OpenAction << /S /JavaScript /JS (app.alert(1)) >>", 1
    )
    assert begun != data and "/OpenAction" in live_in_pdf(begun)


@pytest.mark.parametrize(
    ("read", "members"),
    [
        (live_in_workbook, office_files.parts([office_files.sheet('<row r="1"><c r="A1"><f>HYPERLINK("https://evil.example")</f></c></row>')])),
        (live_in_workbook, office_files.parts() | {"xl/externalLinks/externalLink1.xml": "<x/>"}),
        (live_in_workbook, {"x.rels": office_files.relations(("r", "hyperlink", "!https://evil.example"))}),
        (live_in_document, office_files.document('</w:t><w:instrText xml:space="preserve"> INCLUDETEXT "x" </w:instrText><w:t>')),
        (live_in_document, office_files.document('</w:t></w:r><w:fldSimple w:instr="DDEAUTO x"/><w:r><w:t>')),
        (live_in_document, office_files.document() | {"word/embeddings/o.bin": "x"}),
    ],
)  # fmt: skip
def test_what_is_alive_in_office_files_is_found(read, members):
    assert read(office_files.packed(members)) != []


def test_contents_and_page_numbers_are_no_danger():
    own = office_files.document('</w:t><w:instrText xml:space="preserve"> TOC \\o "1-3" </w:instrText><w:t>')
    assert live_in_document(office_files.packed(own)) == []
    assert live_in_workbook(office_files.packed(office_files.parts())) == []


# --- the terminal --------------------------------------------------------------------------------------------------------


def test_the_command_prints_nothing_that_moves_a_terminal(injected, tmp_path):
    raw = injected.built.case.parents[2] / "data" / "raw" / damage.CASE
    said = [injected.outcome]
    for arguments in (
        ["check", injected.built.case], ["claims", raw / "report.txt", "--all"], ["claims", raw / "report.txt", "--json"], ["intake", raw / "told.html"],
    ):  # fmt: skip
        said.append(auditbook(*arguments, workspace=tmp_path))
    for outcome in said:
        assert outcome.code == 0, outcome.err
        assert not MOVES.search(outcome.out + outcome.err)
    marks = set(re.findall("zq[a-y]{3}qz", "".join(outcome.out for outcome in said)))
    assert marks & set(injected.built.pairs)


def test_a_turned_line_is_shown_as_such(tmp_path):
    text = (INVENTED / "data" / "raw" / damage.CASE / "report.txt").read_text(encoding="utf-8")
    document = tmp_path / "said.txt"
    document.write_text(text.replace("新建水闸", "新建\u202e水闸"), encoding="utf-8")
    for more in ([], ["--json"]):
        done = auditbook("claims", document, "--all", *more, workspace=tmp_path)
        assert done.code == 0 and not MOVES.search(done.out), done.out
        assert ("\\u202e" if more else "〔RLO〕") in done.out


def test_json_keeps_what_is_not_printed_as_it_is():
    text = json.dumps({"a": "左\u202e右\x9b\ufdd0\U0001ffff"}, ensure_ascii=False)
    assert not MOVES.search(unseen.escaped(text)) and json.loads(unseen.escaped(text)) == json.loads(text)


def test_a_document_with_its_claims_marked_holds_nothing_alive(injected, browser, tmp_path):
    raw = injected.built.case.parents[2] / "data" / "raw" / damage.CASE
    view = tmp_path / "view.html"
    done = auditbook("claims", raw / "report.txt", "--view", view, workspace=tmp_path)
    assert done.code == 0, done.err
    html = view.read_text(encoding="utf-8")
    shown = words_of(html)
    own = [
        value
        for name, _, value in injected.built.pairs.values()
        if name in ("document.text", "document.quoted")
    ]
    assert len(own) == 12 and all(squeezed(unseen.visible(value)) in shown for value in own)
    assert finished_page.scan(html) == alive(html) == page_checks.restless(browser, view) == []


# --- what may not come in --------------------------------------------------------------------------------------------------

_CSV, _YAML, _REGISTER = "said.csv", "case", "SOURCES.yaml"
REFUSED = {
    # name: file, words there, what stands in their place, what is said
    "ESC in a name": (_YAML, "name: 局机关", 'name: "局\\e[31m机关"', ("invented-water-2021.yaml:10", "控制字符（U+001B）")),
    "NUL in a name": (_YAML, "name: 局机关", 'name: "局\\0机关"', ("invented-water-2021.yaml:10", "空字符（NUL）")),
    "raw ESC in a name": (_YAML, "name: 局机关", "name: 局\x1b[31m机关", ("invented-water-2021.yaml",)),
    "half a character": (_YAML, "name: 局机关", 'name: "局\\uD800机关"', ("invented-water-2021.yaml",)),
    "a mark of ours in a name": (_YAML, "name: 局机关", "name: 局\ufdd0sources|report\ufdd18675309\ufdd2", ("invented-water-2021.yaml:10", "U+FDD0")),
    "a mark of ours in a title": (_REGISTER, "title: 资金表（虚构）", "title: 资金\ufdd0表", ("SOURCES.yaml:", "U+FDD0")),
    "ESC in a phrase": (_CSV, "省级抗旱应急任务", "省级\x1b[2J抗旱", ("said.csv:2", "控制字符（U+001B）")),
    "a mark of ours in a phrase": (_CSV, "省级抗旱应急任务", "\ufdd0sources|report\ufdd18675309\ufdd2", ("said.csv:2", "U+FDD0")),
    "the last character of a plane": (_CSV, "省级抗旱应急任务", "省级\U0010ffff抗旱", ("said.csv:2", "U+10FFFF")),
    "ESC in the original": ("report.txt", "省级抗旱应急任务", "省级抗旱应急任务\x1b]0;x\x07", ("report.txt:7", "控制字符（U+001B）")),
    "a mark of ours in the original": ("report.txt", "省级抗旱应急任务", "省级抗旱应急任务\ufdd2", ("report.txt:7", "U+FDD2")),
    "markup as an id": (_YAML, "id: bureau", 'id: "<script>alert(1)</script>"', ("invented-water-2021.yaml:", "<script>")),
    "a formula as an amount": ("money.csv", ",52340000,", ",=1+1,", ("money.csv:2 value列", "=1+1")),
    "a formula as a year": ("money.csv", "department,,2021,年初预算", "department,,=2021,年初预算", ("money.csv:2 year列", "=2021")),
    "markup as a figure": ("money.csv", "budget_initial,", "<b>budget_initial</b>,", ("money.csv:2 figure列", "<b>")),
    "markup as a unit": ("money.csv", "52340000,元", "52340000,<b>元</b>", ("money.csv:2 unit列",)),
    "markup as an objective": ("goals.csv", "g2,leakage", "<b>g2</b>,leakage", ("goals.csv:5", "<b>g2</b>")),
    "markup as a kind": (_CSV, "why_added,reason", "why_added,<b>reason</b>", ("said.csv:2 kind列", "<b>reason</b>")),
    "markup as a date": (_CSV, "2021-03-05", "<b>2021</b>", ("said.csv:3 date列",)),
    "a way out of the folder": (_REGISTER, "file: people.csv", "file: ../people.csv", ("SOURCES.yaml:", "file")),
    "a tag": (_YAML, "name: 局机关", "name: !!python/object/apply:os.system [id]", ("invented-water-2021.yaml:10", "标签")),
    "a key that is code": (_YAML, "year: 2021", 'year: 2021\n"x=1\\nimport os": 1', ("invented-water-2021.yaml:7", "不认识的键")),
    "words without an end": (_YAML, "name: 局机关", "name: " + "长" * 2001, ("invented-water-2021.yaml:10", "2000")),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_may_not_come_in_is_refused_with_its_place(copied, name):
    file, old, new, said = REFUSED[name]
    path = damage.case_file(copied) if file == _YAML else damage.folder(copied) / file
    damage.replace(path, old, new)
    if file != _REGISTER:
        damage.rehash(copied)
    with pytest.raises(AuditbookError) as caught:
        pipeline.check(str(damage.case_file(copied)))
    assert caught.value.exit_code in {3, 7}
    told = [str(fault) for fault in caught.value.faults]
    assert any(all(part in line for part in said) for line in told), told


@pytest.mark.parametrize("kind", ["docx", "html"])
def test_a_mark_of_ours_in_an_original_is_a_lost_character(tmp_path, kind):
    """An original is not ours to refuse for one: a PDF may hold anything. No number can be passed off as traced all the same."""
    forged = "全年支出\ufdd0sources|report\ufdd18675309\ufdd2元"
    path = tmp_path / f"original.{kind}"
    if kind == "docx":
        office_files.write(path, office_files.document(forged))
    else:
        written = forged.encode("ascii", "xmlcharrefreplace").decode()  # as it stands, it would be refused
        path.write_text(f"<!DOCTYPE html><html><body><p>{written}</p></body></html>", encoding="utf-8")
    text = documents.read(path, path.read_bytes(), []).text
    assert "全年支出\ufffdsources|report\ufffd8675309\ufffd元" in text and not unseen.NO_TEXT.search(text)


@pytest.mark.parametrize("character", ["_x001B_[31m", "_x0000_", "\ufdd0x\ufdd17\ufdd2"])
def test_what_is_no_text_in_a_workbook_is_refused_with_its_cell(copied, tmp_path, character):
    book = injected_case.workbook(
        "目标",
        [
            {
                "statement": "x",
                "kind": "result",
                "about": "",
                "date": "",
                "locator": "",
                "quote": "年_x001B_[31m内",
            }
        ],
    )
    (damage.folder(copied) / "more.xlsx").write_bytes(book)
    with (damage.folder(copied) / "SOURCES.yaml").open("a", encoding="utf-8") as register:
        register.write(
            "  - id: more\n    file: more.xlsx\n    shape: statements\n    title: 虚构\n    status: transcribed\n"
            f"    sha256: {'a' * 64}\n    reliability: low\n    reason: 虚构\n"
        )
    damage.rehash(copied)
    done = auditbook("check", damage.case_file(copied), workspace=tmp_path / "w")
    assert done.code == 3 and "more.xlsx 目标!F2" in done.err and "控制字符" in done.err, done.err


def test_refusals_print_nothing_that_moves_a_terminal(copied, tmp_path):
    damage.replace(damage.folder(copied) / "money.csv", "budget_initial,", "\u202ebudget\u2066<b>,")
    damage.replace(damage.folder(copied) / "goals.csv", "g2,leakage", "\u202e=cmd,leakage")
    damage.rehash(copied)
    register = damage.folder(copied) / "SOURCES.yaml"
    damage.replace(register, "reliability: medium", 'reliability: "\u202emedium"')
    done = auditbook("check", damage.case_file(copied), workspace=tmp_path / "w")
    assert done.code == 3 and "Traceback" not in done.err
    assert "〔RLO〕" in done.err and not MOVES.search(done.out + done.err)
