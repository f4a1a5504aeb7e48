"""The Word report: it says what the page says, looks as GB/T 9704 wants it, and leads nowhere but to itself."""

from __future__ import annotations

import io
import re
import zipfile
from collections import Counter

import docx
import pytest
from bs4 import BeautifulSoup
from bs4.element import NavigableString
from docx.document import Document
from lxml import etree
from PIL import Image

from auditbook.charts import Chart
from auditbook.report import fragments as f
from auditbook.report import page as report_page
from auditbook.report import word
from auditbook.report.word import bookmarks, tables
from auditbook.report.word.pictures import picture

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
WP = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}"

# What stands on the page and not in Word: things that do something on a screen alone.
LEFT_OUT = {
    "skip link": "a.skip",
    "contents that fold": ".contents-fold",
    "summary over a chart's numbers": ".figure-data > summary",
    "what closes an entry": ".entry-close",
    "what opens all entries": 'a[href="#entries-all"]',
    "words within a drawing": "svg",
    "notes that Word has at the foot of its pages": ".source-notes",  # compared on their own
}


class Read:
    """A Word file, read with nothing of ours."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.archive = zipfile.ZipFile(io.BytesIO(content))
        self.document = self.part("word/document.xml")
        self.styles = {
            style.get(f"{W}styleId"): style for style in self.part("word/styles.xml").iter(f"{W}style")
        }

    def part(self, name: str) -> etree._Element:
        return etree.fromstring(self.archive.read(name))

    def paragraphs(self, style: str) -> list[str]:
        return [words(p) for p in self.document.iter(f"{W}p") if style_of(p) == style]

    def font(self, style: str) -> etree._Element:
        return self.styles[style].find(f"{W}rPr/{W}rFonts")


def words(element: etree._Element) -> str:
    return "".join(text.text or "" for text in element.iter(f"{W}t"))


def style_of(paragraph: etree._Element) -> str:
    named = paragraph.find(f"{W}pPr/{W}pStyle")
    return "" if named is None else named.get(f"{W}val")


def bare(text: str) -> str:
    """Words without white space, which the two set each in its own way."""
    return re.sub(r"\s+", "", text)


def page_words(html: str, left_out: Counter[str]) -> str:
    """All that a reader of the printed page sees: cover, contents, main part, foot; quotation marks are the style sheet's."""
    soup = BeautifulSoup(html, "html.parser")
    for kind, selector in LEFT_OUT.items():
        for element in soup.body.select(selector):
            element.decompose()
            left_out[kind] += 1
    for mark in soup.select("sup.note-number"):  # Word counts its footnotes itself
        mark.string = "注"
    for quoted in reversed(soup.find_all("q")):  # within others first
        inner = len([parent for parent in quoted.parents if parent.name == "q"]) % 2
        quoted.insert(0, NavigableString("“‘"[inner]))
        quoted.append(NavigableString("”’"[inner]))
    return bare(soup.body.get_text())


@pytest.fixture(scope="module")
def html(wuxi) -> str:
    return (wuxi.outputs("wuxi-offices-2019") / "report.html").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def report(html) -> Read:
    return Read(word.document(html))


def made(*parts: f.Text, title: str = "标题", **around: str) -> tuple[str, Read]:
    html = report_page.compose(str(f.join(*parts)), title=title, kind="report", **around)
    return html, Read(word.document(html))


# --- the same words -------------------------------------------------------------------------------------------


def test_word_says_what_the_page_says_in_the_same_order(html, report):
    left_out: Counter[str] = Counter()
    on_page = page_words(html, left_out)
    in_word = bare(words(report.document))
    assert len(on_page) > 50_000
    if on_page != in_word:  # said so that one sees where they part
        place = next(i for i, (a, b) in enumerate(zip(on_page, in_word, strict=False)) if a != b)
        assert on_page[place - 20 : place + 40] == in_word[place - 20 : place + 40]
    assert len(on_page) == len(in_word)
    assert set(left_out) == set(LEFT_OUT)  # each kind is there: none stands in the list for nothing


def test_footnotes_are_those_of_the_page(html, report):
    notes = {
        note.get(f"{W}id"): bare(words(note))
        for note in report.part("word/footnotes.xml").iter(f"{W}footnote")
    }
    own = [bare(li.get_text()) for li in BeautifulSoup(html, "html.parser").select(".source-notes li")]
    assert len(own) > 10
    assert [f"注{number}{notes[str(number)]}" for number in range(1, len(own) + 1)] == own
    # their order is the page's, so that Word's own count gives the page's numbers
    referred = [mark.get(f"{W}id") for mark in report.document.iter(f"{W}footnoteReference")]
    assert referred == [str(number) for number in range(1, len(own) + 1)]


@pytest.mark.parametrize("case", ["invented", "putuo"])
def test_word_says_what_the_page_says_of_other_departments(case, request):
    outputs = request.getfixturevalue(case).workspace / "outputs"
    [path] = outputs.glob("*/report.html")
    html = path.read_text(encoding="utf-8")
    assert bare(words(Read(word.document(html)).document)) == page_words(html, Counter())


def test_every_kind_of_markup_comes_along():
    html, report = made(
        f.section(
            2, "one", "结论",
            f.paragraph("见", f.see("scores"), "、", f.phrase("引“文”"), f.code("a.csv"), f.link("公报", "https://example.gov.cn/a?b=1&c=2")),
            f.callout("warning", "自评超过满分", "不采信。", f.bullets(["甲", f.join("乙", f.bullets(["丙"]))])),
            f.key_figures([("得分", "5～97", "满分 100"), ("执行率", "98.22%", "")]),
            f.definition_list([("定义", "在职 ÷ 编制"), ("证据", f.bullets(["子", "丑"]))]),
            f.table("得分表", [f.Column("指标"), f.Column("分值", "分", numeric=True)], [["甲", "1.00"], ["合计", "1.00"]], True,
                    "单位见表头。", id="scores", under=[f.evidence("依据", [("算式", "1 + 1")]), ""], row_ids=["row-1", "row-2"]),
            f.section(3, "two", "分项", f.section(4, "three", "执行率", f.paragraph("甲")), f.section(4, "four", "发现1：超编", "乙")),
            f.remarked("一（一）", f.claimed("c1", "wrong", "r1", "不符", "原话"), [f.remark("r1", "wrong", "不是这样")], "另有", [f.remark("r2", "held", "安静")]),
            f.folded("其余", f.paragraph("少用")),
            f.sheet("form", "取证单", [("事项", "超编"), ("签字", "")]),
        ),
        subtitle="被审核单位：甲\n预算年度：2019年", footer="报告编号 abc", fingerprint="abc",
    )  # fmt: skip
    assert bare(words(report.document)) == page_words(html, Counter())


# --- how it looks -------------------------------------------------------------------------------------------------


def test_page_is_that_of_gb_t_9704(report):
    for section in report.document.iter(f"{W}sectPr"):
        size, margins = section.find(f"{W}pgSz"), section.find(f"{W}pgMar")
        assert {size.get(f"{W}w"), size.get(f"{W}h")} == {"11906", "16838"}
        if size.get(f"{W}orient") is None:
            # 37, 26, 35, 28 mm at 1440/25.4 to the millimetre
            inches = [
                round(float(margins.get(f"{W}{side}")) * 25.4 / 1440, 1)
                for side in ("top", "right", "bottom", "left")
            ]
            assert inches == [37.0, 26.0, 35.0, 28.0]
    assert (
        report.part("word/settings.xml").find(f"{W}mirrorMargins") is not None
    )  # “inner” is left and right in turn


@pytest.mark.parametrize(
    ("style", "font", "points"),
    [("Title", "方正小标宋简体", 22), ("Heading1", "黑体", 16), ("Heading2", "楷体_GB2312", 16), ("Heading3", "仿宋_GB2312", 16),
     ("BodyText", "仿宋_GB2312", 16)],
)  # fmt: skip
def test_fonts_and_sizes(report, style, font, points):
    assert report.font(style).get(f"{W}eastAsia") == font
    assert report.styles[style].find(f"{W}rPr/{W}sz").get(f"{W}val") == str(points * 2)
    [declared] = [own for own in report.part("word/fontTable.xml") if own.get(f"{W}name") == font]
    assert declared.find(f"{W}altName").get(f"{W}val")  # what stands in for it


def test_every_style_names_its_chinese_font_and_body_lines_are_28_points(report):
    paragraphs = [s for s in report.styles.values() if s.get(f"{W}type") == "paragraph"]
    assert len(paragraphs) > 10
    for style in paragraphs:
        assert style.find(f"{W}rPr/{W}rFonts").get(f"{W}eastAsia"), style.get(f"{W}styleId")
    for name in ("BodyText", "Heading1", "Heading2"):
        spacing = report.styles[name].find(f"{W}pPr/{W}spacing")
        assert (spacing.get(f"{W}line"), spacing.get(f"{W}lineRule")) == ("560", "exact")
    for used in report.document.iter(f"{W}rFonts"):
        assert used.get(f"{W}eastAsia")
    assert {style_of(p) for p in report.document.iter(f"{W}p")} <= set(report.styles)


def test_language_is_chinese_and_nothing_tells_when_it_was_made(report):
    default = report.part("word/styles.xml").find(f".//{W}rPrDefault//{W}lang")
    assert (default.get(f"{W}val"), default.get(f"{W}eastAsia")) == (
        "en-US",
        "zh-CN",
    )  # a Chinese run may break a number
    core = docx.Document(io.BytesIO(report.content)).core_properties
    assert core.title == "无锡市机关事务管理局2019年度部门整体支出绩效评价审核报告"
    assert core.language == "zh-CN"
    assert core.created is None and core.modified is None
    assert {entry.date_time for entry in report.archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_headings_are_headings(html, report):
    soup = BeautifulSoup(html, "html.parser")
    for level in (2, 3, 4):
        assert [bare(h) for h in report.paragraphs(f"Heading{level - 1}")] == [
            bare(h.get_text()) for h in soup.main.find_all(f"h{level}")
        ]
        assert report.styles[f"Heading{level - 1}"].find(f"{W}pPr/{W}outlineLvl").get(f"{W}val") == str(
            level - 2
        )
    assert report.paragraphs("Heading1")[0].startswith("一、")
    assert report.paragraphs("Heading2")[0].startswith("（一）")


def test_headings_of_the_third_level_are_counted_anew_under_each_heading():
    def leaf(name: str) -> f.Html:
        return f.section(4, name, name, "文")

    _, report = made(
        f.section(2, "x", "甲", f.section(3, "y", "乙", leaf("p"), leaf("q")), f.section(3, "z", "丙", leaf("r"), leaf("发现1：s")))
    )  # fmt: skip
    numbers = {
        words(p): p.find(f"{W}pPr/{W}numPr/{W}numId")
        for p in report.document.iter(f"{W}p")
        if style_of(p) == "Heading3"
    }
    counts = {name: None if number is None else number.get(f"{W}val") for name, number in numbers.items()}
    assert counts["p"] == counts["q"] != counts["r"] and counts["r"] is not None
    assert counts["发现1：s"] is None  # it has its own
    starts = {n.get(f"{W}numId"): n.find(f".//{W}startOverride").get(f"{W}val") for n in report.part("word/numbering.xml").iter(f"{W}num")
              if n.find(f".//{W}startOverride") is not None}  # fmt: skip
    assert starts[counts["p"]] == starts[counts["r"]] == "1"


def test_page_numbers_stand_outside_and_not_on_the_cover(report):
    section = next(report.document.iter(f"{W}sectPr"))
    feet = {own.get(f"{W}type"): own.get(f"{R}id") for own in section.findall(f"{W}footerReference")}
    targets = {own.get("Id"): own.get("Target") for own in report.part("word/_rels/document.xml.rels")}
    sides = {}
    for kind, id in feet.items():
        foot = report.part(f"word/{targets[id]}")
        jc = foot.find(f".//{W}jc")
        sides[kind] = (words(foot), None if jc is None else jc.get(f"{W}val"))
    assert sides == {"default": ("— 1 —", "right"), "even": ("— 1 —", "left"), "first": ("", None)}
    assert section.find(f"{W}titlePg") is not None
    assert report.part("word/settings.xml").find(f"{W}evenAndOddHeaders") is not None


def test_contents_are_a_field_that_reads_before_any_update(html, report):
    soup = BeautifulSoup(html, "html.parser")
    listed = [bare(a.get_text()) for a in soup.select("nav.contents a")]
    shown = [bare(words(p)) for p in report.document.iter(f"{W}p") if style_of(p) in ("TOC1", "TOC2")]
    assert shown == listed and len(shown) > 20
    fields = [instruction.text.split()[0] for instruction in report.document.iter(f"{W}instrText")]
    assert fields == ["TOC"]
    marks = [own.get(f"{W}fldCharType") for own in report.document.iter(f"{W}fldChar")]
    assert marks == ["begin", "separate", "end"]
    settings = report.part("word/settings.xml")
    assert settings.find(f"{W}updateFields") is None  # else Word asks when it opens the file


def test_tables_repeat_their_heads_and_cut_no_row(html, report):
    soup = BeautifulSoup(html, "html.parser")
    with_heads = len(soup.main.find_all("thead"))
    heads = [row for row in report.document.iter(f"{W}tr") if row.find(f"{W}trPr/{W}tblHeader") is not None]
    assert len(heads) == with_heads > 20
    assert all(row.find(f"{W}trPr/{W}cantSplit") is not None for row in report.document.iter(f"{W}tr"))
    assert [bare(c) for c in report.paragraphs("Caption")] == [
        bare(c.get_text()) for c in soup.main.find_all("caption")
    ]


def test_tables_are_as_wide_as_the_text_and_their_cells_add_up(report):
    for table in report.document.iter(f"{W}tbl"):
        grid = [int(column.get(f"{W}w")) for column in table.find(f"{W}tblGrid")]
        assert sum(grid) in (8845, 12756) or len(grid) == 4  # 156 mm, 225 mm; the cards are four quarters
        assert min(grid) > 300
        for row in table.iter(f"{W}tr"):
            assert sum(
                int(cell.find(f"{W}tcPr/{W}tcW").get(f"{W}w")) for cell in row.findall(f"{W}tc")
            ) == sum(grid)


def test_a_table_too_wide_for_the_page_turns_it_with_its_heading():
    columns = [f.Column(f"第{n}栏数字很长", "万元", numeric=True) for n in range(12)]
    wide = f.table("很宽的表", columns, [["123,456,789.01"] * 12], note="表下的注。")
    _, report = made(
        f.section(2, "a", "甲", f.paragraph("先说")),
        f.section(2, "b", "附表", wide),
        f.section(2, "c", "丙", f.paragraph("后说")),
    )
    turned = [section.find(f"{W}pgSz").get(f"{W}orient") for section in report.document.iter(f"{W}sectPr")]
    assert turned == [None, "landscape", None]
    sections: list[str] = [""]
    for block in report.document.find(f"{W}body"):
        sections[-1] += words(block)
        if block.find(f"{W}pPr/{W}sectPr") is not None:
            sections.append("")
    assert "先说" in sections[0] and "附表" not in sections[0].split("先说")[1]
    assert sections[1].startswith("二、附表") and sections[1].endswith("表下的注。") and "后说" in sections[2]


def test_columns_get_what_they_need():
    # In half ems, a Chinese character two: nine digits and signs, and three around them; the head, 12, may be broken before its unit, 8.
    number = tables.need("金额（万元）", ["20,093.45", "—"], ["number"])
    assert (number.least, number.wished) == (9 + 3, 12 + 3)
    assert tables.need("增（万元）", ["1", "—"], ["number"]).least == 8 + 3  # its unit is not broken
    text = tables.need("说明", ["二" * 60], ["long"])
    assert (text.least, text.wished) == (10 + 3, 80 + 3)  # more than 40 characters wish no more than 40
    # At 10 points a half em is 100: 1200 and 1300 are needed, 300 and 7000 more wished, and 8000 − 2500 are there.
    assert tables.spread([number, text], 8000, 20) == [1200 + 5500 * 300 // 7300, 8000 - 1426]
    assert tables.fits([number] * 6, 8000, 20) and not tables.fits([number] * 7, 8000, 20)  # 7 × 1200 > 8000


# --- pictures ---------------------------------------------------------------------------------------------------


def test_charts_are_pictures_with_their_words(html, report):
    soup = BeautifulSoup(html, "html.parser")
    spoken = [svg["aria-label"] for svg in soup.main.find_all("svg")]
    assert [own.get("descr") for own in report.document.iter(f"{WP}docPr")] == spoken
    assert len(spoken) >= 10 and all(spoken)
    for name in report.archive.namelist():
        if name.endswith(".png"):
            with Image.open(io.BytesIO(report.archive.read(name))) as picture:
                assert picture.width == 1296  # 432 units thrice


def test_a_tall_chart_stays_on_its_page():
    """A page's text is 225 mm high: 297 less the 37 and 35 of its edges."""
    tall = picture('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 432 1000"></svg>', "高")
    assert tall.height <= 210 * 36_000 and abs(tall.width * 1000 - tall.height * 432) <= 1000
    low = picture('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 432 200"></svg>', "低")
    assert low.width == 152 * 36_000


def test_a_chart_is_drawn_with_its_words_in_the_shipped_font():
    """Ink where the words stand: without its font, resvg would leave them out in silence."""

    def dark(text: str) -> int:
        svg = (
            '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 20" font-family="\'Noto Sans CJK SC\', sans-serif">'
            f'<text x="2" y="15" font-size="14">{text}</text></svg>'
        )
        chart = Chart(name="c", title="图", svg=svg, alt="说明", columns=("甲", "数"), rows=(("子", "1"),))
        _, report = made(f.figure(chart))
        with Image.open(io.BytesIO(report.archive.read("word/media/chart1.png"))) as picture:
            return sum(picture.convert("L").histogram()[:128])

    assert dark("") == 0
    assert dark("机关") > dark("一") > 0


# --- where it leads -------------------------------------------------------------------------------------------------


def test_links_lead_to_bookmarks_of_the_document(html, report):
    marks = [own.get(f"{W}name") for own in report.document.iter(f"{W}bookmarkStart")]
    assert (
        len({name.lower() for name in marks}) == len(marks) > 50
    )  # Word does not tell capitals from small letters
    assert all(re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]{0,39}", name) for name in marks)
    links = [own.get(f"{W}anchor") for own in report.document.iter(f"{W}hyperlink")]
    assert None not in links and set(links) <= set(marks)
    soup = BeautifulSoup(html, "html.parser")
    numbers = soup.main.select("a.ref")
    assert len(links) >= len(numbers)
    ids = {own.get(f"{W}id") for own in report.document.iter(f"{W}bookmarkStart")}
    assert ids == {own.get(f"{W}id") for own in report.document.iter(f"{W}bookmarkEnd")} and len(ids) == len(
        marks
    )


def test_a_link_leads_to_the_place_that_it_names():
    _, report = made(
        f.paragraph(
            f.link("去甲", "#发现-1"), f.link("去乙", "#row-2"), f.link("底稿", "workpapers/30.html")
        ),
        f.table(
            "表", [f.Column("名"), f.Column("数")], [["甲", "1"], ["乙", "2"]], row_ids=["发现-1", "row-2"]
        ),
    )
    leads = {words(link): link.get(f"{W}anchor") for link in report.document.iter(f"{W}hyperlink")}
    assert set(leads) == {"去甲", "去乙"}
    for words_of_link, target in (("去甲", "甲"), ("去乙", "乙")):
        [paragraph] = [
            mark.getparent()
            for mark in report.document.iter(f"{W}bookmarkStart")
            if mark.get(f"{W}name") == leads[words_of_link]
        ]
        assert words(paragraph) == target


def test_names_of_bookmarks_are_short_plain_and_unlike_each_other():
    ids = ["e-ABC", "e-abc", "e_ABC", "数字", "数值", "a" * 60, "a" * 61, "x.y", "x-y"]
    names = bookmarks.names(ids)
    assert len({name.lower() for name in names.values()}) == len(ids)
    assert all(re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]{0,39}", name) for name in names.values())
    assert names == bookmarks.names(ids)


def test_a_number_that_leads_to_its_evidence_looks_like_any_other(report):
    [link] = [own for own in report.document.iter(f"{W}hyperlink") if words(own) == "106.99%"][:1]
    assert link.find(f"{W}r/{W}rPr/{W}rStyle") is None


def test_nothing_in_it_leads_out_or_runs(report):
    kinds = set()
    for name in report.archive.namelist():
        if name.endswith(".rels"):
            for relation in report.part(name):
                assert relation.get("TargetMode") is None, relation.attrib
                kinds.add(relation.get("Type").rpartition("/")[2])
    assert kinds == {
        "officeDocument",
        "core-properties",
        "styles",
        "numbering",
        "settings",
        "fontTable",
        "footnotes",
        "footer",
        "image",
    }
    assert not [
        n
        for n in report.archive.namelist()
        if "vba" in n.lower() or "embeddings" in n or "external" in n.lower()
    ]


PAYLOADS = [
    "<script>alert(1)</script>",
    "</w:t></w:r><w:r><w:instrText>DDEAUTO c:\\windows\\system32\\cmd.exe</w:instrText>",
    '{ INCLUDETEXT "http://evil.example/x" }',
    "]]><!ENTITY x SYSTEM 'file:///etc/passwd'>&x;",
    "\"'><img src=x onerror=alert(2)>",
    "&lt;b&gt; &#x3c;i&#x3e; javascript:alert(3)",
    '=HYPERLINK("http://evil.example")',
    "\x0b\x1f\x00\ufffe控制字符",
]


@pytest.mark.parametrize("payload", PAYLOADS, ids=range(len(PAYLOADS)))
def test_text_of_a_case_stays_text(payload):
    svg = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10"><rect width="5" height="5"/></svg>'
    chart = Chart(
        name="c", title=payload, svg=svg, alt=payload, columns=(payload, "数"), rows=((payload, "1"),)
    )
    _, report = made(
        f.section(2, "x", payload, f.paragraph(payload, f.phrase(payload), f.code(payload), f.tag("high", payload))),
        f.table(payload, [f.Column(payload)], [[payload]], under=[f.evidence(payload, [(payload, payload)])], note=payload),
        f.figure(chart, payload), f.callout("note", payload, payload), f.key_figures([(payload, payload, payload)]),
        f.sheet("s", payload, [(payload, payload)]),
        title="标题" + payload, subtitle=payload.replace("\x0b", " "), footer=payload.replace("\x0b", " "),
    )  # fmt: skip
    fields = [own.text.split()[0] for own in report.document.iter(f"{W}instrText")]
    assert fields in ([], ["TOC"])
    shown = bare(words(report.document))
    kept = bare(re.sub("[\x00-\x1f\ufffe]", "", payload))
    assert shown.count(kept) >= 15  # each place has it, letter by letter
    for name in report.archive.namelist():
        if name.endswith(".rels"):
            assert all(relation.get("TargetMode") is None for relation in report.part(name))
    assert docx.Document(io.BytesIO(report.content)).paragraphs


# --- the same bytes -------------------------------------------------------------------------------------------------


def test_the_same_page_gives_the_same_bytes(html, report):
    assert word.document(html) == report.content


def test_programs_that_know_word_read_it(report):
    read: Document = docx.Document(io.BytesIO(report.content))
    assert [p.text for p in read.paragraphs if p.style.name == "heading 1"] or [
        p.text for p in read.paragraphs if p.style.name == "Heading 1"
    ]
    assert len(read.tables) > 20


def test_what_is_no_page_of_ours_is_refused():
    with pytest.raises(ValueError, match="main"):
        word.document("<p>只有一段</p>")
