"""The page: what a reader is given must be whole, honest about its numbers, and dead: nothing in it runs or loads."""

from __future__ import annotations

import base64
import io
import os
import re
import shutil
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import in_browser
import pytest
from bs4 import BeautifulSoup
from bs4.element import Tag
from fontTools.ttLib import TTFont
from hypothesis import given, settings
from hypothesis import strategies as st
from markupsafe import Markup
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from auditbook.charts import FONT, Chart
from auditbook.report import finished_page, page
from auditbook.report import fragments as f

PAYLOAD = (
    """<script>alert(1)</script>"'><img src=x onerror=alert(2)> javascript:alert(3) &lt;b&gt; {{ 7*7 }}"""
)
BARS = Chart(
    name="bars",
    title="各单位在职人员控制率",
    svg='<?xml version="1.0"?><svg viewBox="0 0 100 20" role="presentation"><text x="0" y="9">局本级</text></svg>',
    alt="条形图：各单位在职人员控制率，单位 %；局本级 88.68%",
    columns=("单位", "数值（%）", "说明"),
    rows=(("局本级", "88.68", "未超过"), ("车队", "108.33", "超过")),
)
COLUMNS = [f.Column("项目"), f.Column("金额", "万元", numeric=True), f.Column("结论")]


def shown(*parts: f.Text) -> NotebookNode:
    """A code cell whose output is these fragments, as the kernel would leave it."""
    html = f.join(*parts)
    data = {"text/html": html._repr_html_(), "text/plain": repr(html)}
    return new_code_cell("show('部分', run)", outputs=[new_output("execute_result", data=data)])


def report_notebook() -> NotebookNode:
    scores = f.table(
        "得分一览",
        COLUMNS,
        [["预算调整率", "20,093.45", f.tag("disagrees", "不一致")], ["合计", "38,854.06", ""]],
        total_row=True,
        note="单位见表头。",
        id="scores",
        under=[f.evidence("依据", [("算式", "1 + 1"), ("原文", f.phrase("追加20083.45万元"))]), ""],
    )
    conclusion = f.section(
        2, "conclusion", "结论",
        f.paragraph("见", f.see("scores"), "、", f.see("bars"), "与", f.see("rate"), "。"),
        f.key_figures([("预算执行率", "98.22%", "决算 ÷ 调整预算"), ("得分", "5～97", "")]),
        f.callout("warning", "自评超过满分", "不采信。", f.bullets(["缺附表2", f.link("原件", "https://www.example.gov.cn/a?b=1&c=2")])),
        scores,
    )  # fmt: skip
    details = f.section(
        2, "details", "逐项指标",
        f.section(3, "rate", "在职人员控制率", f.definition_list([("定义", "在职 ÷ 编制")]), f.figure(BARS, "出处：编制表")),
        f.table("第二张表", COLUMNS, [["甲", "1.00", "—"]]),
    )  # fmt: skip
    sources = f.section(
        2, "sources", "三、出处", f.paragraph(f.code("a.csv"), f.link("底稿", "workpapers/30.html"))
    )
    return new_notebook(
        cells=[
            new_markdown_cell("# 最终报告\n\n每个数字都可以展开。"),
            shown(conclusion),
            new_markdown_cell("说明 <b>不是标记</b>，`code`。"),
            shown(details, sources),
        ]
    )


def working_notebook() -> NotebookNode:
    noisy = new_code_cell(
        'print("x < y")  # 注释',
        outputs=[
            new_output("stream", name="stdout", text="读入 \x1b[31m38\x1b[0m 个 <b>数字</b>\n"),
            new_output("stream", name="stderr", text="UserWarning: <script>\n"),
            new_output("error", ename="ZeroDivisionError", evalue="", traceback=["\x1b[31mZero\x1b[0mDivisionError <i>"]),
            new_output("display_data", data={"text/plain": "<Figure>"}),
        ],
    )  # fmt: skip
    picture = base64.b64encode(b"\x89PNG\r\n").decode() + "\n"
    drawn = new_output("display_data", data={"image/png": picture}, metadata={"image/png": {"alt": "图：一"}})
    return new_notebook(
        cells=[
            new_markdown_cell("# 指标计算\n\n写给复核人。"),
            new_code_cell('case = "params/cases/x.yaml"', metadata={"tags": ["injected-parameters"]}),
            new_markdown_cell(
                "## 预算调整了多少？\n\n### 分项\n\n| 表 | 行数 |\n|---|--:|\n| figures | 38 |\n"
            ),
            noisy,
            new_code_cell("draw()", outputs=[drawn]),
        ]
    )


def report(**changes: str) -> str:
    settings = {
        "title": "某局2019年度部门整体支出绩效评价",
        "subtitle": "预算年度：2019年\n评分表：甲",
        "footer": "报告编号 abc",
        "fingerprint": "3f9a41c0b7de-5c0b8b3a8f5e",
    }
    return page.render(report_notebook(), hide_code=True, **(settings | changes))


def working_paper() -> str:
    return page.render(working_notebook(), title="", hide_code=False)


@pytest.fixture(scope="module")
def html() -> str:
    return report()


@pytest.fixture(scope="module")
def soup(html: str) -> BeautifulSoup:
    return BeautifulSoup(html, "html.parser")


def texts(soup: BeautifulSoup | Tag, selector: str) -> list[str]:
    return [element.get_text() for element in soup.select(selector)]


def page_of(*parts: f.Text, markdown: str = "# 题") -> BeautifulSoup:
    notebook = new_notebook(cells=[new_markdown_cell(markdown), shown(*parts)])
    return BeautifulSoup(page.render(notebook, title="", hide_code=True), "html.parser")


# --- the whole page ----------------------------------------------------------------------------------------------


def test_report_and_working_paper_have_no_shortcoming_and_nothing_live(html: str) -> None:
    assert finished_page.shortcomings(html) == []
    assert finished_page.scan(html) == []
    markdown_table = [line for line in finished_page.shortcomings(working_paper()) if "caption" not in line]
    assert markdown_table == []


def test_language_title_and_policy(soup: BeautifulSoup) -> None:
    assert soup.html is not None and soup.html["lang"] == "zh-CN"
    assert texts(soup, "h1") == texts(soup, "title") == ["某局2019年度部门整体支出绩效评价"]
    policy = soup.select_one("meta[http-equiv=Content-Security-Policy]")
    assert policy is not None
    assert policy["content"] == "default-src 'none'; style-src 'unsafe-inline'; font-src data:; img-src data:"


def test_headings_skip_no_level(soup: BeautifulSoup) -> None:
    levels = [int(heading.name[1]) for heading in soup.find_all(re.compile("^h[1-6]$"))]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_every_table_has_a_caption_and_scoped_heads(soup: BeautifulSoup) -> None:
    tables = soup.select("table")
    assert len(tables) == 3
    for table in tables:
        assert table.caption is not None and table.caption.get_text().strip()
        assert all(head.get("scope") == "col" for head in table.select("thead th"))
        for row in table.select("tbody tr:not(.under)"):
            assert [cell.get("scope") for cell in row.find_all("th")] == ["row"]


def test_a_drawing_is_one_image_with_its_alt(soup: BeautifulSoup) -> None:
    [svg] = soup.select("svg")
    assert (svg["role"], svg["aria-label"]) == ("img", BARS.alt)
    assert "<?xml" not in str(soup)


def test_a_report_hides_its_code_and_a_working_paper_folds_it(html: str) -> None:
    assert "show(" not in html
    paper = BeautifulSoup(working_paper(), "html.parser")
    assert len(paper.select("details.code > summary")) == 3
    assert 'case = "params/cases/x.yaml"' in paper.get_text()


def test_what_cells_printed_is_text() -> None:
    paper = BeautifulSoup(working_paper(), "html.parser")
    assert texts(paper, "pre.stream, pre.problem") == [
        "读入 38 个 <b>数字</b>\n",
        "UserWarning: <script>\n",
        "ZeroDivisionError <i>",
        "<Figure>",
    ]
    [image] = paper.select("img")
    assert image["alt"] == "图：一"
    assert str(image["src"]).startswith("data:image/png;base64,")


def test_markdown_is_prose_and_its_html_is_text(soup: BeautifulSoup) -> None:
    assert "说明 <b>不是标记</b>，code。" in texts(soup, ".prose p")


def test_size(html: str) -> None:
    assert len(html.encode()) < finished_page.MOST_BYTES


def test_the_same_bytes_in_another_process_with_another_hash_seed(html: str) -> None:
    pages = []
    for seed in ("1", "2"):
        done = subprocess.run(
            [sys.executable, __file__],
            capture_output=True,
            check=True,
            env=os.environ | {"PYTHONHASHSEED": seed},
        )
        pages.append(done.stdout)
    assert pages[0] == pages[1] == html.encode()


def test_cell_ids_and_run_times_leave_no_trace() -> None:
    notebook = report_notebook()
    for number, cell in enumerate(notebook.cells):
        cell.id = f"other-{number}"
        cell.metadata["execution"] = {"iopub.execute_input": "2020-01-01T00:00:00Z"}
    settings = {"title": "题", "hide_code": True}
    assert page.render(notebook, **settings) == page.render(report_notebook(), **settings)


# --- titles, numbers, contents, references -----------------------------------------------------------------------


def test_the_notebooks_heading_stands_over_a_given_title(soup: BeautifulSoup) -> None:
    assert texts(soup, ".kicker") == ["最终报告"]


@pytest.mark.parametrize("title", ["", "最终报告"])
def test_the_notebooks_heading_is_the_title_and_is_not_repeated(title: str) -> None:
    soup = BeautifulSoup(report(title=title), "html.parser")
    assert texts(soup, "h1") == ["最终报告"]
    assert soup.select(".kicker") == []


def test_a_page_without_any_title_is_refused() -> None:
    with pytest.raises(ValueError, match="no title"):
        page.render(new_notebook(cells=[new_markdown_cell("## 二级")]), title="", hide_code=True)


@pytest.mark.parametrize(
    ("levels", "expected"),
    [
        ([2, 3, 3, 2], [2, 3, 3, 2]),
        ([2, 4, 4, 3], [2, 3, 3, 3]),
        ([3, 3, 2], [2, 2, 2]),
        ([1, 2, 1], [2, 3, 2]),
        ([2, 3, 5, 6, 2], [2, 3, 4, 5, 2]),
    ],
)
def test_levels_are_closed_up_below_the_title(levels: list[int], expected: list[int]) -> None:
    prose = "\n\n".join(["# 题", *("#" * level + f" 第{n}节" for n, level in enumerate(levels))])
    soup = page_of(markdown=prose)
    assert [int(h.name[1]) for h in soup.select("main :is(h1, h2, h3, h4, h5, h6)")] == expected


def test_chapters_figures_and_tables_are_numbered(soup: BeautifulSoup) -> None:
    assert texts(soup, "h2") == ["一、结论", "二、逐项指标", "三、出处"]
    assert texts(soup, "h3") == ["（一）在职人员控制率"]
    assert texts(soup, "caption") == [
        "表 1-1\u3000得分一览",
        "图 2-1 的数据\u3000各单位在职人员控制率",
        "表 2-1\u3000第二张表",
    ]
    assert texts(soup, "figcaption") == ["图 2-1\u3000各单位在职人员控制率\n出处：编制表"]


@pytest.mark.parametrize("own", ["三、出处", "（二）出处", "第三章 出处", "1.2 出处", "发现12：出处"])
def test_a_heading_keeps_its_own_number(own: str) -> None:
    assert texts(page_of(f.section(2, "x", own)), "h2") == [own]


def test_a_heading_that_only_begins_with_a_number_is_numbered() -> None:
    assert texts(page_of(f.section(2, "x", "2019年度预算")), "h2") == ["一、2019年度预算"]


def test_chinese_numbers() -> None:
    headings = texts(page_of(*(f.section(2, f"x{n}", "节") for n in range(1, 32))), "h2")
    assert [headings[n - 1] for n in (1, 9, 10, 11, 19, 20, 21, 30, 31)] == [
        f"{number}、节" for number in ["一", "九", "十", "十一", "十九", "二十", "二十一", "三十", "三十一"]
    ]


def test_tables_before_the_first_chapter_have_plain_numbers() -> None:
    assert texts(page_of(f.table("甲", COLUMNS, [])), "caption") == ["表 1\u3000甲"]


@pytest.mark.parametrize("contents", ["nav.contents", ".contents-fold nav"])
def test_contents_match_the_headings(soup: BeautifulSoup, contents: str) -> None:
    listed = [(str(a["href"]).removeprefix("#"), a.get_text()) for a in soup.select(f"{contents} a")]
    assert listed == [(h["id"], h.get_text()) for h in soup.select("main :is(h2, h3)")]


def test_headings_of_prose_get_ids_of_their_own() -> None:
    soup = page_of(f.section(2, "s1", "乙"), markdown="# 题\n\n## 甲\n\n### 子\n\n## 甲")
    ids = [heading["id"] for heading in soup.select("h2, h3")]
    assert len(set(ids)) == 4 and ids[-1] == "s1"


def test_references_name_what_they_point_to(soup: BeautifulSoup) -> None:
    [said] = [p for p in texts(soup, "p") if p.startswith("见")]
    assert said == "见表 1-1、图 2-1与第二部分（一）。"
    assert [a["href"] for a in soup.select("a.see")] == ["#scores", "#bars", "#rate"]


def test_a_reference_to_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="nowhere"):
        page_of(f.paragraph(f.see("nowhere")))


def test_links_are_listed_for_paper(soup: BeautifulSoup) -> None:
    """Public addresses only: a file that lies beside the page is named by the words of its link."""
    assert texts(soup, ".link-index li") == ["https://www.example.gov.cn/a?b=1&c=2"]
    assert texts(soup, "main a + .link-number") == ["[1]"]


# --- data stays text ---------------------------------------------------------------------------------------------

FRAGMENTS = {
    "section": f.section(2, "x", PAYLOAD, PAYLOAD),
    "section id": f.section(2, PAYLOAD.replace(" ", ""), "题"),
    "paragraph": f.paragraph(PAYLOAD),
    "bullets": f.bullets([PAYLOAD]),
    "callout": f.callout("note", PAYLOAD, PAYLOAD),
    "key_figures": f.key_figures([(PAYLOAD, PAYLOAD, PAYLOAD)]),
    "definition_list": f.definition_list([(PAYLOAD, PAYLOAD)]),
    "evidence": f.evidence(PAYLOAD, [(PAYLOAD, PAYLOAD)]),
    "table": f.table(PAYLOAD, [f.Column(PAYLOAD, PAYLOAD)], [[PAYLOAD]] * 201, note=PAYLOAD, id="x", rest_in=PAYLOAD),
    "table id": f.table("题", COLUMNS, [], id=PAYLOAD),
    "figure": f.figure(Chart(PAYLOAD, PAYLOAD, "<svg></svg>", PAYLOAD, (PAYLOAD,), ((PAYLOAD,),)), PAYLOAD),
    "tag": f.tag("agrees", PAYLOAD),
    "phrase": f.phrase(PAYLOAD),
    "code": f.code(PAYLOAD),
    "link": f.link(PAYLOAD, "a/" + PAYLOAD),
    "join": f.join(PAYLOAD),
}  # fmt: skip


@pytest.mark.parametrize("name", FRAGMENTS)
def test_a_payload_stays_text(name: str) -> None:
    soup = page_of(FRAGMENTS[name])  # `render` refuses a page with anything live in it
    assert PAYLOAD.replace(" ", "") in str(soup.get_text()).replace(" ", "") or "id" in name
    assert soup.find_all(["script", "img", "b"]) == []
    assert not [
        attribute for tag in soup.find_all(True) for attribute in tag.attrs if attribute.startswith("on")
    ]
    assert "49" not in soup.get_text()


@pytest.mark.parametrize("place", ["title", "subtitle", "footer"])
def test_a_payload_in_the_frame_stays_text(place: str) -> None:
    value = PAYLOAD + '"; } </style> @import "http://x.example" /* \\ url(http://x.example)'
    soup = BeautifulSoup(report(**{place: value}), "html.parser")
    assert len(soup.find_all("style")) == 1
    assert value in soup.get_text()


@pytest.mark.parametrize("value", ['"; }', "a\\b", "</style>", "a\nb", "url(x)"])
def test_a_fingerprint_that_css_could_misread_is_refused(value: str) -> None:
    with pytest.raises(ValueError, match="fingerprint"):
        report(fingerprint=value)


def test_only_markup_makes_html() -> None:
    with pytest.raises(TypeError):
        f.Html("<b>")  # type: ignore[arg-type]


def test_the_plain_form_is_short_and_has_no_address() -> None:
    long = f.table("一张表", COLUMNS, [["甲", "1", "—"]] * 50)
    assert repr(long).startswith("Html(一张表")
    assert len(repr(long)) <= 50 and "0x" not in repr(long)
    assert f.Html(Markup("<b>x</b>"))._repr_html_() == "<b>x</b>"


@pytest.mark.parametrize(
    "target", ["javascript:alert(1)", " JAVASCRIPT:x", "java\tscript:x", "data:text/html,x", "file:///x"]
)
def test_a_link_goes_to_a_place_a_file_or_the_web(target: str) -> None:
    with pytest.raises(ValueError, match="a link goes to"):
        f.link("x", target)


# --- scan ----------------------------------------------------------------------------------------------------------

LIVE = [
    "<script>x()</script>", "<SCRIPT src='a.js'>", "<svg><script>x()</script></svg>", "<p onclick='x()'>", "<svg/onload=x()>",
    "<img src=data:image/png;base64,AA== alt=x OnError=x()>", "<p title='a'onmouseover=x()>",
    "<a href='javascript:x()'>", "<a href=' jAvaScript:x()'>", "<a href='java&#9;script:x()'>", "<a href='&#106;avascript:x()'>",
    "<a href='vbscript:x'>", "<a href='data:text/html,x'>", "<svg><a xlink:href='javascript:x()'></a></svg>",
    "<iframe src='x'></iframe>", "<iframe srcdoc='x'>", "<object data='x'>", "<embed src='x'>", "<link rel=stylesheet href='x.css'>",
    "<base href='https://x.example/'>", "<form action='x'>", "<input>", "<button>", "<video>", "<audio>", "<template>", "<math>",
    "<img src='https://x.example/a.png'>", "<img src='a.png'>", "<img srcset='a.png 2x'>", "<p background='a.png'>",
    "<svg><use href='https://x.example/a.svg#b'/></svg>", "<svg><image href='http://x.example/a.png'/></svg>",
    "<svg><foreignObject></foreignObject></svg>", "<svg><animate attributeName='href' to='javascript:x()'/></svg>",
    "<svg><set attributeName='onmouseover' to='x()'/></svg>", "<a href='x' ping='https://x.example'>",
    "<meta http-equiv='refresh' content='0;url=https://x.example'>",
    "<meta http-equiv='Content-Security-Policy' content='default-src *'>",
    "<style>@import 'https://x.example/a.css';</style>", "<style>p{background:url(https://x.example/a.png)}</style>",
    "<style>p{background:u\\72l(//x.example/a.png)}</style>", "<p style='background:URL( \"http://x.example\")'>",
    "<p style='width:expression(x())'>", "<svg><rect fill='url(https://x.example#a)'/></svg>",
    "<style>p{background:image-set('http://x.example/a.png' 1x)}</style>",
    "<svg><style><img src=x onerror=x()></style></svg>", '<style>@import "//x.example/a.css"; <p></style>', "<style></title>@import 'x'</style>", "<!--><p onclick=x()>-->", "<!-- --!><p onclick=x()>-->",
    "<![CDATA[<p>]]>", "a < b <", "<p class='",
]  # fmt: skip


@pytest.mark.parametrize("live", LIVE)
def test_scan_finds(html: str, live: str) -> None:
    assert finished_page.scan(html.replace("</main>", live + "</main>")) != []


# What a page may be pieced together of, whole or torn: in every combination, whatever is not plainly passive must be read in full.
_NAMES = [
    "p",
    "P",
    "svg",
    "style",
    "title",
    "script",
    "a",
    "clipPath",
    "foreignObject",
    "input",
    "b-c",
    "img",
    "meta",
]
_ATTRIBUTES = [
    "class",
    "href",
    "HREF",
    "style",
    "title",
    "onclick",
    "OnLoad",
    "src",
    "transform",
    "d",
    "xlink:href",
    "http-equiv",
    "data",
    "data-x",
    "alt",
]
_VALUES = [
    "x", "", "#a", "javascript:x()", "javascript&#58;x()", "&#106;avascript:x", "vbscript:x", "url(#a)", "url(//x.example)", "url&#40;//x)",
    "u\\72l(x)", "-moz-binding: x", "@import", "translate(1, 2)", "translate(1) url(x)", "fill: #fff", "a.png", "data:image/png;base64,AA",
    "refresh", "expression(x)", "image-set(x)", "a > b", "<p>", "fill: url&lpar;x)", "&amp;",
]  # fmt: skip
_PIECES = st.one_of(
    st.builds('<{0}{1}{2}="{3}"{4}'.format, st.sampled_from(_NAMES), st.sampled_from([" ", "\n", "/", "", " x "]),
              st.sampled_from(_ATTRIBUTES), st.sampled_from(_VALUES), st.sampled_from([">", "/>", " >", "", ' a="', " b>", "<p>"])),
    st.builds("<{0}>{1}</{0}>".format, st.sampled_from(_NAMES), st.sampled_from(_VALUES)),
    st.sampled_from(["<", ">", '"', "</", "<!--", "-->", "<![CDATA[", "]]>", "&lt;", "<?x>", "<!x>", "</p onclick=x>", "</style>", "text\0", "a<b"]),
)  # fmt: skip


@settings(max_examples=2000, deadline=None)
@given(st.lists(_PIECES, max_size=6).map("".join))
def test_what_is_told_passive_at_a_glance_is_so_when_read_in_full(markup: str) -> None:
    if finished_page._plainly_passive(markup):
        assert list(finished_page._found_live(finished_page._Tokenizer(markup))) == []


def test_a_page_of_ours_is_told_passive_at_a_glance(html: str) -> None:
    assert finished_page._plainly_passive(html)


@pytest.mark.parametrize(
    "dead",
    [
        '<a href="https://www.example.gov.cn/?a=1#b">原件</a>',
        '<a href="workpapers/30.html">底稿</a><a href="#conclusion">结论</a>',
        "<p>&lt;script&gt; 与 onload=x() 与 javascript:x() 与 url(http://x.example) 与 @import</p>",
        "<p title='onload=x() url(http://x.example)'>",
        '<svg><defs><clipPath id="c"/></defs><g clip-path="url(#c)" style="fill: url(\'#h\')"/><use xlink:href="#c"/></svg>',
        '<img alt="x" src="data:image/png;base64,AA==">',
        "<!-- a comment -->",
    ],
)
def test_scan_leaves_alone(html: str, dead: str) -> None:
    assert finished_page.scan(html.replace("</main>", dead + "</main>")) == []


@pytest.mark.parametrize(
    "live", ["<script>x()</script>", "<img src=x onerror=x()>", "<link href='https://x.example'>"]
)
def test_a_page_with_something_live_is_refused(live: str) -> None:
    with pytest.raises(ValueError, match="may run or load"):
        page_of(f.Html(Markup(live)))


def test_an_output_that_no_page_can_show_is_refused() -> None:
    cell = new_code_cell("x", outputs=[new_output("display_data", data={"application/javascript": "x()"})])
    with pytest.raises(ValueError, match="application/javascript"):
        page.render(new_notebook(cells=[cell]), title="题", hide_code=True)


def test_a_link_of_prose_that_would_run_is_refused() -> None:
    with pytest.raises(ValueError, match="javascript"):
        page_of(markdown="# 题\n\n[x](javascript:alert(1))")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('lang="zh-CN"', 'lang="zh"', "language"),
        ("default-src", "script-src", "Policy"),
        ("<h2", "<h1>二</h1><h2", "h1"),
        ("<h2", "<h4>四</h4><h2", "<h4> after level 1"),
        ("<caption>", "<p>", "without caption"),
        (' scope="row"', "", "without scope"),
        (' scope="col"', "", "without scope"),
        ("<figure>", '<figure><img src="data:image/png;base64,AA==">', "without alt"),
        (f' aria-label="{BARS.alt}"', "", "without role and label"),
        ('id="conclusion"', 'id="details"', "stands 2 times"),
        ('id="conclusion"', 'id="elsewhere"', "#conclusion, which is not there"),
        ("</tbody>", "<tr><td></td></tr>" * 202 + "</tbody>", "long tables"),
        ("</main>", "x" * finished_page.MOST_BYTES + "</main>", "larger than"),
    ],
)
def test_shortcomings_are_found(html: str, old: str, new: str, said: str) -> None:
    assert old in html
    assert any(said in line for line in finished_page.shortcomings(html.replace(old, new, 1)))


# --- tables ----------------------------------------------------------------------------------------------------------


def rows_of(table: f.Html) -> list[list[str]]:
    soup = BeautifulSoup(str(table), "html.parser")
    return [texts(row, "th, td") for row in soup.select("tbody tr")]


@pytest.mark.parametrize("total", [False, True])
def test_a_long_table_shows_200_rows_and_says_where_the_rest_is(total: bool) -> None:
    rows = [[str(n), "1", ""] for n in range(250)] + [["合计", "250", ""]] * total
    table = f.table("长表", COLUMNS, rows, total_row=total, rest_in="workpapers.xlsx")
    kept = rows_of(table)
    assert [row[0] for row in kept] == [str(n) for n in range(200)] + ["合计"] * total
    assert "另有50行见 workpapers.xlsx" in str(table)


def test_a_table_whose_rest_is_nowhere_is_shown_whole() -> None:
    rows = [[str(n), "1", ""] for n in range(250)]
    assert len(rows_of(f.table("长表", COLUMNS, rows))) == 250
    assert "另有" not in str(f.table("短表", COLUMNS, rows[:200], rest_in="workpapers.xlsx"))


@pytest.mark.parametrize("row", [["甲"], ["甲", "1", "2", "3"]])
def test_a_row_of_another_length_is_refused(row: list[str]) -> None:
    with pytest.raises(ValueError, match="row 1"):
        f.table("题", COLUMNS, [row])


def test_what_stands_under_rows_must_match_them() -> None:
    with pytest.raises(ValueError, match="under"):
        f.table("题", COLUMNS, [["甲", "1", ""]], under=["a", "b"])


def test_columns_say_their_unit_and_align_numbers() -> None:
    soup = BeautifulSoup(str(f.table("题", COLUMNS, [["甲", "1.00", "好"]])), "html.parser")
    assert texts(soup, "thead th") == ["项目", "金额（万元）", "结论"]
    assert [cell.get("class") for cell in soup.select("tbody td")] == [["number"], ["short"]]


def test_a_wide_table_scrolls_by_keyboard(soup: BeautifulSoup) -> None:
    for wrap in soup.select(".table-wrap"):
        assert wrap["tabindex"] == "0" and wrap["role"] == "region" and wrap["aria-label"]


def test_a_charts_columns_are_numbers_where_their_cells_are(soup: BeautifulSoup) -> None:
    heads = soup.select(".figure-data thead th")
    assert ["number" in head.get_attribute_list("class") for head in heads] == [False, True, False]


@pytest.mark.parametrize("kind", sorted(f._TAGS))
def test_a_tag_has_a_sign_beside_its_colour(kind: str) -> None:
    [sign] = BeautifulSoup(str(f.tag(kind, "词")), "html.parser").select(".sign")
    assert sign.get_text().strip()


def test_an_unknown_tag_is_refused() -> None:
    with pytest.raises(KeyError):
        f.tag("agreed", "一致")


# --- font and colours ------------------------------------------------------------------------------------------------


def embedded_font(html: str) -> TTFont:
    [encoded] = re.findall(r"font/woff;base64,([^)]*)\)", html)
    return TTFont(io.BytesIO(base64.b64decode(encoded)))


def test_the_font_holds_every_character_of_the_page(html: str) -> None:
    soup = BeautifulSoup(html, "html.parser")
    for style in soup.select("style"):
        style.extract()
    drawn = {c for c in soup.get_text() if c.isprintable()} | set("—“”0123456789")
    held = {chr(code) for code in embedded_font(html).getBestCmap()}
    assert drawn <= held
    assert page.missing_characters(html) == ""
    assert held <= {chr(code) for code in TTFont(FONT, lazy=True).getBestCmap()}


def test_the_font_holds_what_stands_at_the_foot_of_a_working_paper() -> None:
    """A page without one of these characters in its text: on paper they would be boxes."""
    import nbformat

    cell = nbformat.v4.new_markdown_cell("# 甲")
    notebook = nbformat.v4.new_notebook(cells=[cell])
    html = page.render(notebook, title="甲", hide_code=False, index="A-10")
    assert not set("索引号第页共") & set(BeautifulSoup(html, "html.parser").body.get_text())
    assert set("索引号第页共A-10") <= {chr(code) for code in embedded_font(html).getBestCmap()}


def test_the_font_is_a_subset_that_keeps_its_licence(html: str) -> None:
    font = embedded_font(html)
    assert len(font.getGlyphOrder()) < 400
    assert "SIL Open Font License" in font["name"].getDebugName(13)


def test_characters_that_the_font_lacks_are_named() -> None:
    text = report(subtitle="堃喆镕㎡ 𠮷\u200b\u2060")
    assert page.missing_characters(text) == "𠮷"


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    bright, dark = sorted([luminance(one), luminance(other)], reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def test_every_text_colour_reads_on_every_ground() -> None:
    style = page._style()
    palette = dict(re.findall(r"--([a-z]+): (#[0-9a-f]{6});", style))
    assert len(re.findall(r"#[0-9a-fA-F]{3,8}\b", style)) == len(palette), "a colour outside the palette"
    used = set(re.findall(r"(?<![-\w])color: var\(--([a-z]+)\)", style))
    grounds = set(re.findall(r"background(?:-color)?: var\(--([a-z]+)\)", style))
    assert used and grounds
    assert not re.findall(r"(?<![-\w])(?:color|background): (?!var|inherit)", style)
    for colour in used:
        for ground in grounds:
            ratio = contrast(palette[colour], palette[ground])
            assert ratio >= 4.5, f"{colour} on {ground}: {ratio:.2f}"


def test_contrast_is_computed_as_defined() -> None:
    assert contrast("#ffffff", "#000000") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


# --- in a browser ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("width", [320, 400, 768, 1100, 1440])
def test_the_page_never_scrolls_sideways(chromium: list[str], tmp_path: Path, width: int) -> None:
    wide = f.table(
        "一张很宽的表" * 8, [f.Column(f"第{n}栏", "万元", True) for n in range(14)], [["123,456,789.00"] * 14]
    )
    long = f.paragraph("0123456789abcdef" * 12)
    notebook = report_notebook()
    notebook.cells.append(
        shown(f.section(2, "wide", "很宽", wide, long, f.evidence("依据", [("文件", f.code("f" * 64))])))
    )
    text = page.render(
        notebook, title="某局2019年度部门整体支出绩效评价", hide_code=True, fingerprint="f" * 38
    )
    (tmp_path / "page.html").write_text(text.replace("<details", "<details open"), encoding="utf-8")
    assert in_browser.width_of(chromium, tmp_path / "page.html", width) == width


@pytest.fixture(scope="module")
def printed(chromium: list[str], tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The text of each page as printed on A4."""
    if not shutil.which("pdftotext"):
        pytest.skip("no pdftotext on this machine: print is not read")
    folder = tmp_path_factory.mktemp("print")
    rows = [[f"第{n}行", f"{n}.00", ""] for n in range(80)]
    notebook = report_notebook()
    notebook.cells.append(shown(f.section(2, "long", "长表", f.table("八十行", COLUMNS, rows))))
    text = page.render(notebook, title="某局绩效评价", hide_code=True, fingerprint="3f9a41c0b7de")
    (folder / "page.html").write_text(text, encoding="utf-8")
    pdf = folder / "page.pdf"
    in_browser.run(
        [*chromium, "--no-pdf-header-footer", f"--print-to-pdf={pdf}", (folder / "page.html").as_uri()]
    )
    assert re.search(rb"/MediaBox\s*\[0 0 59[45][.\d]* 84[12]", pdf.read_bytes()), "not A4"
    return in_browser.run(["pdftotext", "-layout", str(pdf), "-"]).split("\f")[:-1]


def test_printed_pages_have_numbers_and_the_fingerprint_except_the_cover(printed: list[str]) -> None:
    assert "某局绩效评价" in printed[0] and "—" not in printed[0]
    for number, text in enumerate(printed[1:], 2):
        foot = text.strip().splitlines()[-1]
        assert re.search(rf"—\s*{number}\s*—", foot) and "3f9a41c0b7de" in foot


def test_printed_contents_stand_alone_after_the_cover(printed: list[str]) -> None:
    assert re.search(r"目\s*录", printed[1]) and "二、逐项指标" in printed[1]
    assert "每个数字都可以展开" in printed[2]


def test_what_is_folded_on_screen_is_open_on_paper(printed: list[str]) -> None:
    text = re.sub(r"\s", "", "".join(printed))
    assert "追加20083.45万元" in text  # evidence under a row
    assert "图2-1的数据" in text and "108.33" in text
    assert "跳到正文" not in text


def test_table_heads_are_repeated_on_each_page(printed: list[str]) -> None:
    pages = [text for text in printed if re.search(r"第\s*\d+\s*行", text)]
    assert len(pages) > 1
    assert all("金额（万元）" in text for text in pages)


def test_links_are_printed_as_numbers_with_their_list(printed: list[str]) -> None:
    assert "文中链接" in printed[-1] and "https://www.example.gov.cn/a?b=1&c=2" in printed[-1]
    assert "[1]" in "".join(printed)


if __name__ == "__main__":
    sys.stdout.buffer.write(report().encode())
