"""Documents: what is read of each kind of file, where it stands, and quoted phrases found in it, exactly."""

import csv
import hashlib
import json
import re
import shutil
import zipfile
from pathlib import Path

import damage
import original_files as files
import pytest
from account_pages import picture
from conftest import ROOT, auditbook, unlinked
from test_diet import imported_by

from auditbook import pipeline
from auditbook.faults import CaseError, LimitError
from auditbook.intake import document_pdf, documents, limited
from auditbook.intake.documents import Document, Kept, named
from auditbook.intake.phrases import ELSEWHERE, NOT_FOUND, RESPACED, UNVERIFIED, VERIFIED
from auditbook.report import document_parts, finished_page

CASE = damage.CASE
REPORT = files.REPORT.read_text(encoding="utf-8")
REPORT_2019 = ROOT.parent / "shared" / "sources" / "wuxi-2019-report.txt"
ACCOUNTS = ROOT.parent / "shared" / "accounts"


def read(path: Path, kept: Kept | None = None) -> Document:
    return documents.read(path, path.read_bytes(), [], kept)


def texts(document: Document) -> list[str]:
    """Blocks, broken lines joined: what the files were laid out from."""
    return [block.text.replace("\n", "") for block in document.blocks]


# --- the four kinds, and text in four encodings ---------------------------------------------------------


KINDS = [
    "pdf", "docx", "html", "html in gbk", "html in utf-16", "txt", "txt in gbk", "txt in utf-16", "txt in utf-8-sig",
    "txt of Windows",
]  # fmt: skip


def make(kind: str, base: Path, old: str = "", new: str = "") -> None:
    """Make the original of the invented case a file of another kind, with a change in its words."""

    def said(text: str) -> str:
        return text.replace(old, new) if old else text

    ending, _, encoding = kind.partition(" in ")
    path = damage.folder(base) / f"report.{ending[:4].strip()}"
    match ending:
        case "pdf":
            files.pdf(path, [[[said(line) for line in lines] for lines in own] for own in files.PAGES])
        case "docx":
            files.docx(path, [said(text) for text in files.PARAGRAPHS])
        case "html":
            files.page(path, [said(text) for text in files.PARAGRAPHS], encoding or "utf-8")
        case "txt of Windows":
            path.write_bytes(said(REPORT).replace("\n", "\r\n").encode())
        case _:
            path.write_bytes(said(REPORT).encode(encoding or "utf-8"))
    put(base, path)


def place_in_the_layout(kind: str, quote: str) -> str:
    """Where a quote stands, counted in what the file was made of."""
    if kind.startswith("txt"):
        line, column = next(
            (number, text.index(quote)) for number, text in enumerate(REPORT.split("\n"), 1) if quote in text
        )
        return f"第{line}行第{column + 1}字"
    if kind == "pdf":
        characters, places = "", []
        for number, paragraphs in enumerate(files.PAGES, 1):
            for index, lines in enumerate(paragraphs, 1):
                characters += "".join(lines)
                places += [f"第{number}页第{index}段"] * len("".join(lines))
        return places[characters.index(quote)]
    return f"第{next(n for n, text in enumerate(files.PARAGRAPHS, 1) if quote in text)}段"


def put(base: Path, made: Path) -> None:
    """Make a file the original of the invented case, in place of its report.txt."""
    folder = damage.folder(base)
    if made.name != "report.txt":
        (folder / "report.txt").unlink()
    register = folder / "SOURCES.yaml"
    text = register.read_text(encoding="utf-8").replace("file: report.txt", f"file: {made.name}")
    old = re.search(r"file: report.*\n(?:.*\n)*?    sha256: ([0-9a-f]{64})", text)[1]
    register.write_text(text.replace(old, hashlib.sha256(made.read_bytes()).hexdigest()), encoding="utf-8")


@pytest.mark.parametrize("kind", KINDS)
def test_every_phrase_is_found_at_its_place_whatever_the_kind_of_file(kind, copied):
    make(kind, copied)
    found = pipeline.check(str(damage.case_file(copied))).raw
    assert len(found.quoted) == 28
    for quoted in found.quoted:
        assert quoted.found.status == VERIFIED, quoted
        assert quoted.found.place == place_in_the_layout(kind, quoted.quote), quoted
        run = found.documents["report"].text[quoted.found.start : quoted.found.end]
        assert run.replace("\n", "") == quoted.quote
    row = next(row for row in found.figures if row.key.figure == "budget_initial")
    place = place_in_the_layout(kind, "年初部门预算安排52,340,000元")
    assert row.locator == f"一（二）〔money.csv:2〕原文{place}"


@pytest.mark.parametrize("kind", KINDS)
def test_a_changed_word_is_not_found(kind, copied):
    make(kind, copied, "年末在职18名", "年末在岗18名")
    found = pipeline.check(str(damage.case_file(copied))).raw
    assert [q.where for q in found.quoted if q.found.status == NOT_FOUND] == ["people.csv:3"]
    assert [row.where for row in found.figures if row.quote_status == NOT_FOUND] == ["people.csv:3"]


def test_the_run_ends_with_4_and_the_page_lists_what_is_not_in_the_original_first(copied, tmp_path):
    make("pdf", copied, "全年支出51,000,001元", "全年实支51,000,001元")
    done = auditbook("run", damage.case_file(copied), workspace=tmp_path / "w")
    assert done.code == 4, done.err
    with (done.processed(CASE) / "quality.csv").open(encoding="utf-8") as file:
        failed = {row["rule"]: row for row in csv.DictReader(file) if row["passed"] == "no"}
    assert set(failed) == {"phrase_in_original"}
    assert failed["phrase_in_original"]["where"] == "money.csv:6"
    assert "全年支出51,000,001元" in failed["phrase_in_original"]["found"]
    text = unlinked((done.outputs(CASE) / "workpapers" / "10_ingest.html").read_text(encoding="utf-8"))
    section = text[text.index('id="document-report"') :]
    listed = section[: section.index('class="passage"')]
    assert "原文里没有的短语 1 条" in listed and "money.csv:6" in listed
    # the nearest words, and where they stand
    assert "全年实支51,000,001元" in listed and "（第1页第6段）" in listed
    assert "原文里没有的短语" not in (done.outputs(CASE) / "report.html").read_text(encoding="utf-8")


# --- the page with its marks -----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def papers(tmp_path_factory) -> str:
    """The working paper of the invented case with a PDF, some pages longer than it is."""
    base = Path(shutil.copytree(ROOT / "tests" / "invented", tmp_path_factory.mktemp("papers") / "base"))
    filler = [[[f"第{n}项工作按计划推进，没有引用，<script>x</script>", "，按期。"] for n in range(9)]]
    put(base, files.pdf(damage.folder(base) / "report.pdf", [*files.PAGES, *filler]))
    done = auditbook("run", damage.case_file(base), workspace=base / "w")
    assert done.code == 0, done.err
    return unlinked((done.outputs(CASE) / "workpapers" / "10_ingest.html").read_text(encoding="utf-8"))


def test_the_page_is_whole_and_harmless(papers):
    assert finished_page.scan(papers) == []
    assert finished_page.shortcomings(papers) == []
    assert "&lt;script&gt;x&lt;/script&gt;" in papers


def test_every_phrase_is_marked_and_leads_to_the_row_that_rests_on_it(papers):
    marked = re.findall(r'<mark title="([^"]*)">(.*?)</mark>', papers)
    runs = re.findall(r'<a class="tick" id="([^"]+)" href="#([^"]+)">(\d+)</a>', papers)
    assert [int(number) for *_, number in runs] == sorted(range(1, 25), key=lambda n: n)  # 24 different runs
    assert ("年初预算数 52,340,000.00元", "年初部门预算安排52,340,000元") in marked
    assert ("局机关·年末实有人数·公务员 18人", "年末在职18名") in marked
    notes = dict(re.findall(r'<li id="([^"]+)" value="\d+">(.*?)</li>', papers))
    assert {target for _, target, _ in runs} == set(notes)
    first = next(text for text in notes.values() if "年初预算数" in text)
    (row,) = re.findall(r'href="#([^"]+)"', first)
    assert f'<tr id="{row}">' in papers and "money.csv:2" in first


def test_a_phrase_within_a_phrase_and_one_over_two_pages_are_both_marked(papers):
    assert re.search(r"<mark[^>]*>管网</mark><mark[^>]*>漏损率不高于9%</mark><sup>.*?</sup><sup>", papers)
    over = re.findall(r'<mark title="公布的比率 2\.29%（adjustment）">(.*?)</mark>', papers)
    assert over == ["调整", "率2.29%"]


def test_what_holds_no_phrase_is_counted_and_folded(papers):
    section = papers[papers.index('id="document-report"') :]
    assert "25 段。引自它的短语 28 条：已核对原文 28 条。标出 24 处；15 段没有所引短语" in section
    folded = re.findall(
        r'<details class="folded"><summary>(.*?)</summary>(.*?)</details>', section, re.DOTALL
    )
    assert [summary for summary, _ in folded][-1] == "第4页第2段至第4页第9段：8 段没有所引短语"
    assert folded[-1][1].count("按计划推进") == 8


def test_a_document_too_long_for_a_page_is_said_to_be():
    document = Document.of_text("\n".join(["短短的一段。", "长" * 90, "一段。"]))
    run = document_parts._Run(0, 2, 1)
    shown = [
        str(part) for part in document_parts._Marked("s", document, [run]).passages(document_parts._Room(50))
    ]
    assert "短短" in shown[0] and "长" * 90 in shown[1]  # the paragraph beside a phrase is always there
    assert "一段。" in shown[2] and "1 段没有所引短语" in shown[2]
    shown = [
        str(part) for part in document_parts._Marked("s", document, []).passages(document_parts._Room(50))
    ]
    assert len(shown) == 1 and "第1行至第3行" in shown[0] and "3 段没有所引短语，全文过长" in shown[0]


def test_without_an_original_the_page_says_which_is_needed(wuxi):
    text = unlinked(
        (wuxi.outputs("wuxi-offices-2019") / "workpapers" / "10_ingest.html").read_text(encoding="utf-8")
    )
    section = text[text.index("原文与所引短语</h2>") :]
    assert "不在资料夹里，从它引用的 334 条短语未核对原文" in section
    assert "report.txt" in section and "a4ce54f6b543f576" in section
    assert "<mark" not in text


# --- finding a phrase ---------------------------------------------------------------------------------------


def pdf_of(*pages: list[str]) -> Document:
    parts = [(number, text) for number, own in enumerate(pages, 1) for text in own]
    return Document.of_parts(
        documents.PDF, parts, [(number, f"- {number} -") for number, _ in enumerate(pages, 1)]
    )


PAGED = pdf_of(
    ["一、概况", "（一）支出\n年初预算为1,560.05万元，支出为1511.89\n万元。", "上海市"],
    ["普陀区财政局2024 年度。", "科目\t0.50\t0.62", "合计\t18780.61\t98.5"],
    ["二、结果", "年初预算为2,560.05万元。面积10²，完成。"],
)


@pytest.mark.parametrize(
    ("quote", "locator", "expected"),
    [
        ("支出为1511.89万元", "第1页", (VERIFIED, "第1页第2段")),
        ("支出为1511.89 万元", "一（一）", (VERIFIED, "第1页第2段")),
        ("上海市普陀区财政局2024年度", "第1页", (VERIFIED, "第1页第3段")),
        ("上海市普陀区财政局2024年度", "第2页", (VERIFIED, "第1页第3段")),
        ("上海市普陀区财政局", "第3页", (ELSEWHERE, "第1页第3段")),
        ("年初预算为２,５６０.０５万元", "", (RESPACED, "第3页第2段")),
        ("年初预算为2,560.05万元", "第1页", (ELSEWHERE, "第3页第2段")),
        ("年初预算为2,560.05万元", "二", (VERIFIED, "第3页第2段")),
        ("年初预算为2,560.05万元", "第3页第9段", (VERIFIED, "第3页第2段")),
        ("年初预算为2,560.05万元", "第2-3页", (VERIFIED, "第3页第2段")),
        ("年初预算为2,560.05万元", "第1、3页", (VERIFIED, "第3页第2段")),
        ("年初预算为2,560.05万元", "第３页 支出表 行‘合计’", (VERIFIED, "第3页第2段")),
        ("18780.61", "第2页", (VERIFIED, "第2页第3段")),
        ("8780.61", "第2页", (NOT_FOUND, "")),
        ("18780.6", "第2页", (NOT_FOUND, "")),
        ("560.05万元", "", (NOT_FOUND, "")),
        ("0.500.62", "", (NOT_FOUND, "")),
        ("6198.5", "", (NOT_FOUND, "")),
        ("科目 0.50 0.62", "", (VERIFIED, "第2页第2段")),
        ("面积102", "", (NOT_FOUND, "")),
        ("- 2 -", "第2页", (VERIFIED, "第2页的页眉页脚")),
        ("年初预算为2,560.50万元", "", (NOT_FOUND, "")),
        ("  ", "", (NOT_FOUND, "")),
    ],
)
def test_find_in_a_pdf(quote, locator, expected):
    found = PAGED.find(quote, locator)
    assert (found.status, found.place) == expected


@pytest.mark.parametrize(
    ("quote", "expected"),
    [
        ("预算调整率为106.94 %", VERIFIED),
        ("预算调整率为106.94%", RESPACED),
        ("预算调整率为１０６．９４％", RESPACED),
        ("(二)资金", RESPACED),
        ("预算调整率为106.49 %", NOT_FOUND),
        ("第一行第二行", RESPACED),
        ("共3", NOT_FOUND),  # 3项 5项: the blank parts two numbers, a line that breaks one does not
        ("共35项", NOT_FOUND),
    ],
)
def test_a_text_file_is_held_to_the_letter_and_what_differs_is_said(quote, expected):
    document = Document.of_text("（二）资金\n预算调整率为106.94 %。\n第一行\n第二行\n共3 5项，另36.5\n")
    status = document.find(quote).status
    assert status == (VERIFIED if quote == "共3" else expected)


def test_a_sentence_is_found_by_what_it_has_in_common():
    assert PAGED.nearest("年初预算数为9,999.99万元，支出") == (
        "（一）支出年初预算为1,560.05万元，支出为1511.89万元。",
        "第1页第2段",
    )
    assert PAGED.nearest("完全是另一回事") == ("", "")


# --- what is text and what is not ---------------------------------------------------------------------------

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
RUN = "<w:r><w:t>{}</w:t></w:r>"
BODY = (
    "<w:p><w:r><w:t>预算</w:t></w:r><w:del><w:r><w:delText>旧100</w:delText></w:r></w:del>"
    "<w:ins><w:r><w:t>新200</w:t></w:r></w:ins><w:r><w:t>万元</w:t></w:r></w:p>",
    "<w:p><w:r><w:t>可见</w:t></w:r><w:r><w:rPr><w:vanish/></w:rPr><w:t>隐藏</w:t></w:r>"
    '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>PAGE</w:instrText></w:r></w:p>',
    "<w:p><w:pPr><w:rPr><w:del/></w:rPr></w:pPr><w:r><w:t>段尾已删，</w:t></w:r></w:p>",
    "<w:p><w:r><w:t>接着说。</w:t></w:r></w:p>",
    "<w:sdt><w:sdtContent><w:p><w:r><w:t>控件里的字</w:t></w:r></w:p></w:sdtContent></w:sdt>",
    "<w:tbl><w:tr><w:tc><w:p><w:r><w:t>科目</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>金</w:t></w:r></w:p>"
    "<w:p><w:r><w:t>额</w:t></w:r></w:p></w:tc></w:tr><w:tr><w:trPr><w:del/></w:trPr><w:tc><w:p><w:r><w:t>删去的行</w:t></w:r></w:p>"
    "</w:tc></w:tr></w:tbl>",
    '<w:p><w:r><w:t xml:space="preserve">一、甲 </w:t><w:tab/><w:t>乙</w:t><w:br/><w:t>丙</w:t></w:r></w:p>',
)  # fmt: skip


def test_word_what_is_deleted_or_hidden_is_no_text(tmp_path):
    import docx
    from docx.oxml import parse_xml

    document = docx.Document()
    for xml in BODY:
        document.element.body.insert(
            -1, parse_xml(xml.replace(">", f" {W}>", 1) if "/>" not in xml[:6] else xml)
        )
    document.sections[0].header.paragraphs[0].text = "内部资料"
    document.sections[0].footer.paragraphs[0].text = "页脚"
    path = tmp_path / "a.docx"
    document.save(str(path))
    found = read(path)
    assert [block.text for block in found.blocks] == [
        "预算新200万元", "可见", "段尾已删，接着说。", "控件里的字", "科目\t金\n额", "一、甲 \t乙\n丙",
    ]  # fmt: skip
    assert [block.text for block in found.aside] == ["内部资料", "页脚"]
    assert found.find("内部资料").status == VERIFIED
    assert found.find("旧100").status == NOT_FOUND


def test_word_numbers_that_word_makes_are_read(tmp_path):
    import docx
    from docx.oxml import parse_xml

    document = docx.Document()
    numbering = document.part.numbering_part.element
    levels = "".join(
        f'<w:lvl w:ilvl="{level}"><w:start w:val="1"/><w:numFmt w:val="{form}"/><w:lvlText w:val="{shown}"/></w:lvl>'
        for level, (form, shown) in enumerate(
            [("chineseCountingThousand", "%1、"), ("chineseCountingThousand", "（%2）"), ("decimal", "%3.")]
        )
    )
    numbering.insert(0, parse_xml(f'<w:abstractNum {W} w:abstractNumId="90">{levels}</w:abstractNum>'))
    numbering.append(parse_xml(f'<w:num {W} w:numId="91"><w:abstractNumId w:val="90"/></w:num>'))
    for level, text in [(0, "概况"), (1, "人员"), (1, "资金"), (2, "收入"), (0, "结果"), (1, "人员")]:
        number = f'<w:pPr><w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="91"/></w:numPr></w:pPr>'
        document.element.body.insert(-1, parse_xml(f"<w:p {W}>{number}<w:r><w:t>{text}</w:t></w:r></w:p>"))
    path = tmp_path / "a.docx"
    document.save(str(path))
    found = read(path)
    assert [block.text for block in found.blocks] == [
        "一、概况", "（一）人员", "（二）资金", "1.收入", "二、结果", "（一）人员",
    ]  # fmt: skip
    assert found.find("人员", "二（一）") == documents.Found(VERIFIED, "第6段", 30, 32)


def test_word_boxes_and_footnotes(tmp_path):
    import docx
    from docx.oxml import parse_xml

    document = docx.Document()
    box = (
        f'<w:p {W} xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"><w:r><w:t>封面</w:t>'
        "<mc:AlternateContent><mc:Choice><w:txbxContent><w:p><w:r><w:t>框里的字</w:t></w:r></w:p></w:txbxContent></mc:Choice>"
        "<mc:Fallback><w:txbxContent><w:p><w:r><w:t>框里的字</w:t></w:r></w:p></w:txbxContent></mc:Fallback>"
        "</mc:AlternateContent></w:r></w:p>"
    )
    document.element.body.insert(0, parse_xml(box))
    path = tmp_path / "a.docx"
    document.save(str(path))
    notes = f'<w:footnotes {W}><w:footnote w:type="separator" w:id="0"><w:p/></w:footnote><w:footnote w:id="1"><w:p><w:r><w:t>含上年结转。</w:t></w:r></w:p></w:footnote></w:footnotes>'
    with_notes = tmp_path / "b.docx"
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(with_notes, "w") as new:
        for item in old.namelist():
            data = old.read(item)
            if item == "word/_rels/document.xml.rels":
                kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/footnotes"
                data = data.replace(
                    b"</Relationships>",
                    f'<Relationship Id="rId77" Type="{kind}" Target="footnotes.xml"/></Relationships>'.encode(),
                )
            if item == "[Content_Types].xml":
                kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"
                data = data.replace(
                    b"</Types>",
                    f'<Override PartName="/word/footnotes.xml" ContentType="{kind}"/></Types>'.encode(),
                )
            new.writestr(item, data)
        new.writestr("word/footnotes.xml", notes)
    assert [block.text for block in read(with_notes).blocks] == ["封面", "框里的字", "脚注1 含上年结转。"]


def test_a_web_page_as_a_reader_sees_it(tmp_path):
    path = tmp_path / "a.html"
    path.write_text(
        "<html><head><title>题</title><style>p{}</style></head><body><!-- 注 --><h1>一、概况</h1>"
        "<p>年初预算<b>100</b>\n   万元，<span style='DISPLAY:none'>200</span><del>旧</del>调整&nbsp;后 &lt;b&gt;</p>甲<br>乙"
        "<table><caption>表</caption><tr><th>科目</th><th>金额</th></tr><tr><td>支出<p>合计</p></td><td> 1,234.50 </td></tr></table>"
        "<table><tr><td><p>一</p><p>二</p><p>三</p><p>四</p><p>五</p><p>六</p><p>七</p></td></tr></table>"
        "<div hidden>藏</div><noscript>无</noscript><ul><li>其一<li>其二</ul><pre>行一\n行二</pre></body></html>",
        encoding="utf-8",
    )
    assert [block.text for block in read(path).blocks] == [
        "一、概况", "年初预算100\n万元，调整\xa0后 <b>", "甲\n乙", "表", "科目\t金额", "支出\n合计\t1,234.50", "一", "二", "三", "四",
        "五", "六", "七", "其一", "其二", "行一\n行二",
    ]  # fmt: skip
    assert read(path).find("年初预算100万元").status == VERIFIED
    assert read(path).find("调整后").status == RESPACED


def test_a_web_page_that_says_what_it_is_not(tmp_path):
    path = files.page(tmp_path / "a.html", encoding="gbk")
    path.write_bytes(path.read_bytes().replace(b'charset="gbk"', b'charset="utf-8"'))
    notes: list[documents.Note] = []
    found = documents.read(path, path.read_bytes(), notes)
    assert texts(found) == files.PARAGRAPHS
    assert [(note.where, note.read_as, note.kind) for note in notes] == [("a.html", "UTF-8", "encoding")]


def test_heads_feet_and_page_numbers_interrupt_no_sentence(tmp_path):
    found = read(files.pdf(tmp_path / "a.pdf"))
    assert [block.page for block in found.blocks if block.text == files.HEAD] == []
    assert [block.text for block in found.aside] == [
        text for number in (1, 2, 3) for text in (files.HEAD, f"-{number}-")
    ]
    assert texts(found) == ["".join(lines) for own in files.PAGES for lines in own]


def test_a_number_alone_on_a_page_is_not_taken_for_its_number(tmp_path):
    found = read(files.pdf(tmp_path / "a.pdf", [[["共计"], ["2024"]]], head=""))
    assert "2024" in "".join(texts(found)) and [block.text for block in found.aside] == ["-1-"]


def line(text: str, x0: float, top: float, size: float = 12) -> dict[str, object]:
    chars = [
        {
            "text": c,
            "x0": x0 + i * size,
            "x1": x0 + (i + 1) * size,
            "top": top,
            "bottom": top + size,
            "size": size,
        }
        for i, c in enumerate(text)
    ]
    return {"chars": chars, "top": top}


def test_a_digit_that_sits_lower_goes_back_into_its_line():
    """Two fonts on one line: pdfplumber makes two lines of them, 年度 with a hole and 2024 beside it."""
    words = line("普陀区", 72, 100)
    words["chars"] += line("年度部门决算", 72 + 7 * 12, 100)["chars"]
    lines = document_pdf._lines([words, line("2024", 72 + 3 * 12, 105), line("下一行", 72, 120)])
    assert [one.text for one in lines] == ["普陀区2024年度部门决算", "下一行"]


# --- what cannot be read ---------------------------------------------------------------------------------------


def test_a_scan_is_told_as_such(copied, tmp_path):
    put(copied, picture(damage.folder(copied) / "report.pdf"))
    with pytest.raises(CaseError) as caught:
        pipeline.check(str(damage.case_file(copied)))
    assert caught.value.exit_code == 3
    (fault,) = caught.value.faults
    assert (fault.where, fault.found) == ("report.pdf", "扫描件没有文字")


def test_a_page_that_is_only_a_picture_is_neither_for_nor_against_a_phrase(tmp_path):
    blank = [[""]]
    content = document_pdf.read(files.pdf(tmp_path / "a.pdf", [files.PAGES[0], blank], head="", pictures={2}))
    assert content["pictures"] == [2]
    document = Document.of_parts(documents.PDF, content["blocks"], content["aside"], content["pictures"])
    assert document.find("自评95分", "第2页").status == UNVERIFIED
    assert document.find("自评95分", "第1页").status == NOT_FOUND
    assert document.find("自评95分", "第1-2页").status == NOT_FOUND
    assert document.find("行政编制20名", "第2页").status == ELSEWHERE


@pytest.mark.parametrize("name", ["a.pdf", "a.docx"])
def test_a_damaged_file_is_a_fault(tmp_path, name):
    path = (files.pdf if name == "a.pdf" else files.docx)(tmp_path / name)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises((CaseError, LimitError)) as caught:
        read(path)
    assert caught.value.exit_code in {3, 7} and name in str(caught.value)


def test_a_page_without_words_is_a_fault(tmp_path):
    path = tmp_path / "a.html"
    path.write_text("<html><body><script>1</script><p> </p></body></html>", encoding="utf-8")
    with pytest.raises(CaseError, match="没有文字"):
        read(path)


def test_too_many_pages_is_a_limit(tmp_path, monkeypatch):
    monkeypatch.setattr(document_pdf, "MOST_PAGES", 2)
    with pytest.raises(LimitError, match="有3页"):
        document_pdf.read(files.pdf(tmp_path / "a.pdf"))


def test_a_file_that_is_not_what_its_name_says(copied):
    path = damage.folder(copied) / "report.pdf"
    path.write_text("年初预算100万元", encoding="utf-8")
    put(copied, path)
    with pytest.raises(CaseError, match=r"report\.pdf"):
        pipeline.check(str(damage.case_file(copied)))


# --- absent, kept, light ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["report.pdf", "report.docx", "report.html", "report.txt"])
def test_an_original_that_was_only_transcribed_may_be_absent(copied, name):
    register = damage.folder(copied) / "SOURCES.yaml"
    (damage.folder(copied) / "report.txt").unlink()
    damage.replace(register, "file: report.txt", f"file: {name}")
    damage.replace(register, "status: received", "status: transcribed")
    found = pipeline.check(str(damage.case_file(copied))).raw
    assert {quoted.found.status for quoted in found.quoted} == {UNVERIFIED} and not found.documents


def test_a_document_is_parsed_once_for_one_content_and_key(tmp_path, monkeypatch):
    path, kept = files.docx(tmp_path / "a.docx"), Kept(tmp_path / "kept", "one")
    first, called = read(path, kept), []
    real = limited.call
    monkeypatch.setattr(limited, "call", lambda *a, **b: called.append(a) or real(*a, **b))
    assert read(path, kept) == first and not called
    assert read(path, Kept(kept.folder, "two")) == first and len(called) == 1
    (one, _) = sorted(kept.folder.iterdir(), key=lambda path: path.stat().st_mtime_ns)
    whole = one.read_bytes()
    for damaged in (whole[:-9], b"", whole.replace("年末在职18名".encode(), "年末在职81名".encode())):
        changed = json.loads(whole)
        changed["content"] = changed["content"].replace("18名", "81名")
        one.write_bytes(damaged if damaged != whole else json.dumps(changed).encode())
        assert read(path, kept) == first
    assert len(called) == 4
    assert one.read_bytes() == whole


def test_a_case_without_its_originals_imports_no_parser():
    modules = imported_by("check", "wuxi-offices-2019")
    assert {"pdfplumber", "pdfminer", "docx", "lxml", "bs4"} & {
        name.partition(".")[0] for name in modules
    } == set()


# --- real documents -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "original", "file", "least"),
    [
        ("wuxi-offices-2019", REPORT_2019, "report.txt", 300),
        ("putuo-finance-2024", ACCOUNTS / "putuo-finance-2024.pdf", "accounts.pdf", 100),
    ],
)
def test_every_phrase_of_the_shipped_cases_is_in_its_original(name, original, file, least, tmp_path):
    if not original.is_file():
        pytest.skip(f"the original is not at {original}")
    base = tmp_path / "base"
    shutil.copytree(ROOT / "data" / "raw" / name, base / "data" / "raw" / name)
    (base / "params" / "cases").mkdir(parents=True)
    case = shutil.copy(ROOT / "params" / "cases" / f"{name}.yaml", base / "params" / "cases")
    shutil.copy(original, base / "data" / "raw" / name / file)
    found = pipeline.check(str(case)).raw
    assert len(found.quoted) > least
    assert [quoted for quoted in found.quoted if quoted.found.status != VERIFIED] == []


BY_EYE = [
    ("finance", 21, "三", "本年支出合计2940.05万元，其中：基本支出2336.91万元，占79.49%；项目支出603.14万元，占20.51%"),
    ("finance", 21, "四", "2024年度财政拨款收入支出总计0.3万元"),
    ("finance", 21, "五（二）", "一般公共服务支出（类）2106.66万元，占71.73%"),
    ("finance", 21, "五（三）", "完成年初预算的98.20%"),
    ("finance", 22, "", "年初预算为161.62万元，支出决算为160.75万元"),
    ("finance", 23, "六", "公用经费184.65万元"),
    ("finance", 24, "", "机关运行经费支出184.65万元，比2023年度增加2.55万元，增长1.40%"),
    ("planning", 21, "五（二）", "城乡社区支出（类）3832.36万元，占39.32%"),
    ("planning", 21, "", "增加1193.20万元，增长13.95。"),
    ("planning", 27, "", "绩效自评的2024年度项目39个，涉及预算金额4415.48万元，平均得分99.33分"),
]  # fmt: skip


@pytest.fixture(scope="module")
def accounts() -> dict[str, Document]:
    found = {name: ACCOUNTS / f"putuo-{name}-2024.pdf" for name in ("finance", "planning")}
    for path in found.values():
        if not path.is_file():
            pytest.skip(f"the published accounts are not at {path}")
    return {name: read(path) for name, path in found.items()}


@pytest.mark.parametrize(("name", "number", "section", "quote"), BY_EYE)
def test_phrases_read_by_eye_are_found_on_their_page(accounts, name, number, section, quote):
    found = accounts[name].find(quote, f"第{number}页{section}")
    assert found.status == VERIFIED and found.place.startswith(f"第{number}页第")
    assert accounts[name].find(quote, f"第{number - 1}页").status == ELSEWHERE
    digits = re.search(r"\d+\.\d+", quote)
    assert accounts[name].find(quote.replace(digits[0], digits[0][1:])).status == NOT_FOUND


def test_a_sentence_over_two_real_pages(accounts):
    """planning 21 ends 养老支出（款）, and 22 begins 事业单位离退休（项）."""
    quote = "2、社会保障和就业支出（类）行政事业单位养老支出（款）事业单位离退休（项）。"
    assert accounts["planning"].find(quote, "第21页").status == VERIFIED
    assert accounts["planning"].find(quote, "第22页").status == VERIFIED


def test_no_digits_stand_alone_in_the_narrative(accounts):
    """The narrative begins where the nine tables end: on page 21 of one, 20 of the other."""
    for name, first in (("finance", 21), ("planning", 20)):
        narrative = [block for block in accounts[name].blocks if block.page >= first]
        lines = [line for block in narrative for line in block.text.split("\n")]
        assert len(lines) > 100
        assert [line for line in lines if re.fullmatch(r"[\d.,% ]+", line)] == []
        assert not [named(block) for block in narrative if "\t" in block.text]
