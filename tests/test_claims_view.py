"""The page of a document whose statements were judged: every mark, every remark, every number left; dead and escaped."""

import random
import re
import shutil
from collections import Counter

import in_browser
import narratives
import pytest
from bs4 import BeautifulSoup
from conftest import ROOT

from auditbook.intake.documents import DOCX, TXT, Document
from auditbook.narrative.stated import FAULTS, STATED, Left, Narrative, Statement
from auditbook.report import finished_page, page
from auditbook.report.claims_view import view


def soup_of(narrative):
    return BeautifulSoup(view(narrative), "html.parser")


@pytest.fixture(scope="module")
def html():
    return view(narratives.narrative())


@pytest.fixture(scope="module")
def soup(html):
    return BeautifulSoup(html, "html.parser")


def marks(soup, tone=""):
    return [a.get_text() for a in soup.select(f".judged a.claim{'.' + tone if tone else ''}")]


def test_the_page_has_no_shortcoming_and_nothing_live(html, soup):
    assert finished_page.shortcomings(html) == [] and finished_page.scan(html) == []
    assert soup.html["lang"] == "zh-CN" and len(soup.select("h1")) == 1
    assert not soup.select("script, img, iframe, form, input, link")
    assert page.missing_characters(html) == ""


def test_the_text_is_whole_and_in_order(html):
    """Without marks, remarks and places it is the document, blanks and ends of lines apart."""
    text = BeautifulSoup(html, "html.parser").select_one(".judged")
    for aside in text.select(".notes, .quiet, .place, .page-turn, summary"):
        aside.extract()
    own = narratives.document().text.replace("\t", "│")
    assert re.sub(r"\s", "", text.get_text()) == re.sub(r"\s", "", own)


def test_each_statement_is_marked_at_its_number_in_the_tone_of_its_verdict(soup):
    assert marks(soup, "held") == ["1234.50", "102.88", "60.00", "7"]
    assert marks(soup, "unchecked") == ["1200.00", "34.50"]
    assert marks(soup, "wrong") == ["2.87", "4.96", "与上年持平，主要原因是压减了3期培训"]
    assert marks(soup, "tail") == ["48.333", "3.91"]
    assert marks(soup, "unread") == ["3", "2"]


def test_no_mark_is_told_by_colour_alone():
    """Each tone has a line of its own kind; those that want attention also a sign, with words for it."""
    style = page._style()
    lines = {}
    for tone in ("wrong", "tail", "unchecked", "held", "unread"):
        [lines[tone]] = re.findall(
            rf"^\.claim\.{tone} {{[^}}]*border(?:-bottom)?: (\d+px \w+)", style, re.MULTILINE
        )
    assert len(set(lines.values())) == 5, lines
    for tone, sign in (("wrong", "△"), ("tail", "≈"), ("unread", "？")):
        assert re.search(
            rf'^\.claim\.{tone}::before {{ content: "{sign}"; content: "{sign}" / "[^"]+：";',
            style,
            re.MULTILINE,
        )


def test_each_mark_leads_to_its_remark_and_back(soup):
    for mark in soup.select(".judged a.claim:not(.unread)"):
        remark = soup.select_one(mark["href"])
        assert remark.name == "li" and remark.a["href"] == f"#{mark['id']}"
        assert re.sub(r"\s", "", remark.a.get_text()) == mark.get_text()
        assert mark["title"]
    assert all(a["title"].startswith("没有读成陈述：没有一条句式") for a in soup.select(".judged a.unread"))


def test_a_remark_says_verdict_both_numbers_sum_and_source(soup):
    """60.00 ÷ 1234.50 = 4.8603 %, from 4.8598 to 4.8607: at two decimals 4.86, and no wider."""
    mark = next(a for a in soup.select(".judged a.claim.wrong") if a.get_text() == "4.96")
    assert soup.select_one(mark["href"]).get_text(" ", strip=True).replace(" ", "") == (
        "4.96△不一致占比不符：公布4.96%，重算4.86%。60.00÷1,234.50×100%〔支出决算表〕"
    )
    assert mark["title"] == "不一致（占比不符），重算 4.86%，60.00 ÷ 1,234.50 × 100%"


def test_what_is_wrong_is_open_under_its_paragraph_and_the_rest_opens(soup):
    for mark in soup.select(".judged a.claim:not(.unread)"):
        folded = soup.select_one(mark["href"]).find_parent("details")
        assert (folded is None) == ("wrong" in mark["class"])
    assert [s.get_text() for s in soup.select(".quiet > summary")] == [
        "本段：无法核对 2，一致 2", "本段：尾差、截尾 2，一致 1", "本段：一致 1",
    ]  # fmt: skip


def test_the_worst_come_first_with_links_to_their_marks(soup):
    rows = soup.select("section[aria-labelledby=wrong] tbody tr:not(.under)")
    assert [row.th.get_text() for row in rows] == ["▲高", "▲高", "△中"]
    led = [soup.select_one(row.a["href"]).get_text() for row in rows]
    assert led == ["4.96", "与上年持平，主要原因是压减了3期培训", "2.87"]
    assert [row.select("td")[1].get_text() for row in rows] == ["占比不符", "方向与原因相反", "漏写单位"]
    under = [row.get_text() for row in soup.select("section[aria-labelledby=wrong] tr.under")]
    assert under[0].startswith("占4.96%") and "60.00 ÷ 1,234.50" in under[0]


def test_coverage_is_told_first_and_adds_up(soup):
    """16 numbers: 10 read (11 statements, one without a number), 2 left, 4 set aside."""
    first = soup.select_one("main > section")
    assert first.h2.get_text() == "一、核对了多少"
    assert [li.get_text() for li in first.select("ul > li")][:3] == [
        "正文里的数 16 个：10 个读成了陈述，2 个没有读成，4 个不是金额、比率或数量（年份 3、科目编码 1）。",
        "陈述 11 条（其中 1 条没有印数）：不一致 3、截尾 1、四舍五入之内 1、一致 4、无法核对 2。",
        "沉默不等于一致：2 条无法核对、2 个数没有读成陈述，都没有核对过。",
    ]
    cards = [dd.get_text() for dd in first.select("dd.value")]
    assert cards == ["3", "2", "4", "2", "2"]


def test_what_is_not_known_is_listed_by_reason_with_its_place(soup):
    unchecked = soup.select("section[aria-labelledby=unchecked] details")
    assert [d.summary.get_text() for d in unchecked] == ["表里没有年初预算：1 条", "表里没有上年数：1 条"]
    assert soup.select_one(unchecked[1].a["href"]).get_text() == "34.50"
    left = soup.select("section[aria-labelledby=unread] li")
    assert [li.get_text() for li in left] == ["第5页第2段 3：特种车3辆", "第5页第2段 2：约2万人次"]
    assert [soup.select_one(li.a["href"]).get_text() for li in left] == ["3", "2"]


def test_headings_are_the_documents_own_and_not_those_of_its_table_of_contents(soup):
    parts = [h.get_text() for h in soup.select(".judged :is(h3, h4)")]
    assert parts == [
        "第二部分 2022年度部门决算情况说明", "一、收入支出决算总体情况说明", "二、支出决算情况说明", "三、其他说明",
    ]  # fmt: skip
    listed = [a.get_text() for a in soup.select("nav.contents ol ol a")]
    assert listed == parts
    assert [p.get_text() for p in soup.select(".page-turn")] == [f"第{n}页" for n in (1, 2, 3, 4, 5)]


def test_what_is_numbered_on_a_page_of_tables_is_no_heading():
    rows = [(1, f"{number}\t支出") for number in range(6)]
    own = narratives.document(
        [(1, "第二部分 决算表"), (1, "二、外交支出"), *rows, (2, "一、支出说明"), (2, "支出5.00万元")]
    )
    soup = soup_of(narratives.narrative(document=own, statements=(), left=()))
    assert [h.get_text() for h in soup.select(".judged h3")] == ["第二部分 决算表", "一、支出说明"]


def test_what_a_page_tore_off_a_table_is_folded_with_it_and_prose_is_not():
    rows = [(1, f"{number}\t支出") for number in range(6)]
    own = narratives.document(
        [
            (1, "决算表"),
            *rows,
            (1, "财政拨款支"),
            (1, "出"),
            (1, "上表数据取自决算，单位为万元。"),
            (2, "支出5.00万元"),
        ]
    )
    soup = soup_of(narratives.narrative(document=own, statements=(), left=()))
    folded = soup.select_one(".judged .folded")
    assert folded.summary.get_text() == "第1页第2段至第1页第9段：表格 8 行"
    open_ = [p.get_text() for p in soup.select(".judged > .passage p:not(.place)")]
    assert open_ == ["决算表", "上表数据取自决算，单位为万元。", "支出5.00万元"]


def test_the_legend_counts_and_each_kind_has_its_rule_to_sieve_by(soup):
    kinds = {
        next(c for c in d["class"] if c.startswith("sieve-")): d.summary.get_text()
        for d in soup.select(".sieve details")
    }
    assert kinds == {
        "sieve-wrong": "不成立 3", "sieve-tail": "尾差、截尾 2", "sieve-unchecked": "无法核对 2", "sieve-held": "一致 4",
        "sieve-unread": "没有读成陈述 2",
    }  # fmt: skip
    for name in kinds:
        tone = name.removeprefix("sieve-")
        for what, how in (("section", "block"), (r"\.passage", "grid")):
            rule = rf"\.sieve:has\(\.{name}\[open\]\) ~ \.judged {what}:has\(\.claim\.{tone}\)[^{{}}]*{{ display: {how}; }}"
            assert re.search(rule, page._style())


def test_what_a_document_says_stays_text():
    payload = """<script>alert(1)</script>"'><img src=x onerror=alert(2)>&lt;b&gt; javascript:alert(3)"""
    own = narratives.document(
        [(1, f"一、{payload}"), (1, f"{payload}支出5.00万元{payload}，<b>7</b>辆"), (1, f"甲\t{payload}")]
    )
    statement = narratives.statement(
        own, f"{payload}支出5.00万元", "5.00", severity="high", kind="share", verdict="disagrees", unit=payload,
        explanation=payload, definition=payload, source=payload, locator=payload,
    )  # fmt: skip
    whole = narratives.narrative(
        document=own, file=f"{payload}.pdf", statements=(statement,), kind=payload, aside=Counter({payload: 1}),
        left=(narratives.left(own, "7", "<b>7</b>", payload),), faults=narratives.narrative().notes,
    )  # fmt: skip
    html = view(whole)
    soup = BeautifulSoup(html, "html.parser")
    assert finished_page.scan(html) == [] and not soup.select("script, img, b")
    assert soup.select_one(".judged").get_text().count(payload) >= 4


def test_what_stands_in_no_text_is_told_without_a_link():
    """An amount of a table that lies in a file of its own."""
    own = narratives.document([(None, "支出5.00万元。")], DOCX)
    one = narratives.statement(
        own, "", severity="high", kind="table", published="5.00", unit="万元", recomputed="6", verdict="disagrees",
        locator="支出.csv 第5行",
    )  # fmt: skip
    html = view(narratives.narrative(document=own, statements=(one,), left=()))
    soup = BeautifulSoup(html, "html.parser")
    assert finished_page.shortcomings(html) == [] and marks(soup) == []
    told = soup.select_one("section[aria-labelledby=wrong] tbody tr")
    assert not told.select("a") and [cell.get_text() for cell in told.select("td")] == [
        "支出.csv 第5行", "表内勾稽不符", "5.00万元", "6.00万元",
    ]  # fmt: skip


def test_several_statements_of_one_number_share_its_mark_and_the_worst_sets_its_tone():
    own = narratives.document([(1, "支出5.00万元，占5.00%。")])
    good = narratives.statement(
        own, "支出5.00万元", "5.00", kind="amount", unit="万元", recomputed="5", verdict="agrees"
    )
    bad = narratives.statement(
        own, "支出5.00万元", "5.00", kind="share", unit="万元", verdict="disagrees", severity="low", explanation="不对",
    )  # fmt: skip
    soup = soup_of(narratives.narrative(document=own, statements=(good, bad), left=()))
    assert marks(soup) == ["5.00"] and marks(soup, "wrong") == ["5.00"]
    said = soup.select_one(soup.select_one(".judged a.claim")["href"]).get_text()
    assert "一致" in said and "不一致" in said and "不对" in said


def test_a_phrase_gives_way_to_the_numbers_in_it_and_goes_on_behind_them():
    own = narratives.document([(1, "决算数5.00万元大于预算数4.00万元，属实")])
    number = narratives.statement(
        own, "决算数5.00万元", "5.00", kind="amount", unit="万元", recomputed="5", verdict="agrees"
    )
    phrase = narratives.statement(
        own, "决算数5.00万元大于预算数4.00万元", kind="direction", verdict="disagrees", severity="low", explanation="小于",
    )  # fmt: skip
    soup = soup_of(narratives.narrative(document=own, statements=(number, phrase), left=()))
    assert marks(soup) == ["决算数", "5.00", "万元大于预算数4.00万元"]
    first, _, last = soup.select(".judged a.claim")
    assert first["href"] == last["href"] and first["id"] and not last.get("id")
    assert len(soup.select(".notes li")) == 2


def test_a_phrase_of_which_numbers_leave_nothing_is_told_at_the_first_of_them():
    own = narratives.document([(1, "共5.00；6.00万元")])
    numbers = [
        narratives.statement(
            own, words, words, kind="amount", published=words.strip("；"), recomputed="1", verdict="agrees"
        )
        for words in ("5.00；", "6.00")
    ]
    phrase = narratives.statement(
        own, "5.00；6.00", kind="unit", verdict="disagrees", severity="low", explanation="单位不对"
    )
    soup = soup_of(narratives.narrative(document=own, statements=(*numbers, phrase), left=()))
    assert marks(soup, "wrong") == ["5.00；"] and marks(soup, "held") == ["6.00"]
    first = soup.select_one(".judged a.claim.wrong")
    assert "单位不对" in soup.select_one(first["href"]).get_text()
    assert soup.select_one("section[aria-labelledby=wrong] tbody a")["href"] == f"#{first['id']}"


def test_a_statement_over_the_end_of_a_page_is_marked_on_both_and_told_once():
    own = narratives.document([(1, "支出决算为"), (2, "5.00万元，属实")])
    phrase = narratives.statement(
        own, "支出决算为\n5.00万元", kind="name", verdict="disagrees", severity="low", explanation="甲"
    )
    soup = soup_of(narratives.narrative(document=own, statements=(phrase,), left=()))
    assert marks(soup, "wrong") == ["支出决算为", "5.00万元"]
    assert len(soup.select(".notes li")) == 1
    assert (
        soup.select_one(".notes").find_parent(class_="passage").select_one(".place").get_text()
        == "第2页第1段"
    )


def test_the_documentation_names_every_kind():
    said = (ROOT / "docs" / "claims.md").read_text(encoding="utf-8")
    for kinds in (STATED, FAULTS):
        for id, name in kinds.items():
            assert f"`{id}`" in said and name in said, id


@pytest.mark.parametrize("kind", [TXT, DOCX])
def test_a_document_without_pages_is_told_by_paragraph_or_line(kind):
    text = "一、支出\n支出5.00万元。"
    own = (
        Document.of_text(text)
        if kind == TXT
        else narratives.document([(None, line) for line in text.split("\n")], DOCX)
    )
    statement = narratives.statement(
        own, "支出5.00万元", "5.00", kind="amount", unit="万元", verdict="agrees", recomputed="5"
    )
    html = view(narratives.narrative(document=own, statements=(statement,), left=()))
    soup = BeautifulSoup(html, "html.parser")
    assert (
        finished_page.shortcomings(html) == []
        and marks(soup, "held") == ["5.00"]
        and not soup.select(".page-turn")
    )
    assert [p.get_text() for p in soup.select(".place")] == ["第2行" if kind == TXT else "第2段"]


@pytest.mark.parametrize("seed", range(25))
def test_statements_that_lie_in_any_way_over_each_other_are_all_told(seed):
    """Runs at random: whole text kept, each statement in one remark, each link with its mark."""
    chance = random.Random(seed)
    own = narratives.document(
        [(1 + n // 3, "".join(chance.choices("支出决算12345.万元\n", k=30))) for n in range(6)]
    )
    statements, left, used = [], [], set()
    for n in range(chance.randint(1, 25)):
        start = chance.randrange(len(own.text) - 1)
        end = chance.randint(start + 1, min(len(own.text), start + 40))
        first = chance.randrange(start, end)
        number = (first, chance.randint(first + 1, end)) if chance.random() < 0.6 else None
        if not own.text[slice(*(number or (start, end)))].strip():
            continue  # ends of lines alone
        verdict = chance.choice(["agrees", "disagrees", "not_checkable", "truncated"])
        row = narratives.statement(own, "", kind="amount", verdict=verdict, explanation=f"理由{n:02d}").row
        if chance.random() < 0.15 and (start, end) not in used:
            left.append(Left("1", start, end, "处", "话", "没读"))
            used.add((start, end))
        else:
            statements.append(Statement(row, start, end, number, "high" if verdict == "disagrees" else "", 1))
    html = view(narratives.narrative(document=own, statements=tuple(statements), left=tuple(left)))
    assert finished_page.shortcomings(html) == []
    soup = BeautifulSoup(html, "html.parser")
    told = "".join(li.get_text() for li in soup.select(".judged .notes li"))
    assert Counter(re.findall(r"理由\d\d", told)) == Counter(s.row["explanation"] for s in statements)
    for aside in soup.select(".judged :is(.notes, .quiet, .place, .page-turn, summary)"):
        aside.extract()
    assert re.sub(r"\s", "", soup.select_one(".judged").get_text()) == re.sub(r"\s", "", own.text)


def test_the_same_narrative_gives_the_same_bytes(html):
    assert view(narratives.narrative()) == html


def test_thirty_pages_have_a_link_for_each_statement():
    """Twenty paragraphs of a page, four statements in each."""
    said = "支出1234.50万元，完成年初预算1200.00万元的102.88%，比上年增加34.50万元。"
    own = narratives.document(
        [(page, f"第{page}页第{n}项" + said) for page in range(1, 31) for n in range(20)]
    )
    found = []
    for block in own.blocks:
        at = block.start + block.text.index(said)
        for number in ("1234.50", "1200.00", "102.88", "34.50"):
            start = own.text.index(number, at)
            one = narratives.statement(
                narratives.document([(1, said)]),
                said,
                number,
                kind="amount",
                verdict="agrees",
                recomputed="1",
            )
            row = one.row | {"claim": f"n{start}", "locator": own.label(block)}
            found.append(type(one)(row, at, at + len(said), (start, start + len(number)), "", block.page))
    whole: Narrative = narratives.narrative(document=own, statements=tuple(found), left=())
    assert len(BeautifulSoup(view(whole), "html.parser").select(".judged a.claim")) == 2400


# --- in a browser ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("width", [320, 400, 768, 1440])
def test_the_page_never_scrolls_sideways(chromium, tmp_path, html, width):
    (tmp_path / "page.html").write_text(html.replace("<details", "<details open"), encoding="utf-8")
    assert in_browser.width_of(chromium, tmp_path / "page.html", width) == width


@pytest.mark.parametrize(
    ("tone", "left"),
    [
        ("", 10), ("wrong", 3), ("tail", 1), ("held", 3), ("unchecked", 1), ("unread", 1),
    ],
)  # fmt: skip
def test_what_is_opened_in_the_legend_is_all_that_is_left_of_the_text(chromium, tmp_path, html, tone, left):
    """Counted by hand: of fourteen blocks four are headings; two of the others are rows of a table, which go with the rest."""
    opened = html.replace(f'<details class="sieve-{tone}">', f'<details class="sieve-{tone}" open>')
    (tmp_path / "page.html").write_text(opened, encoding="utf-8")
    (tmp_path / "frame.html").write_text(
        '<iframe id="f" src="page.html" style="width:900px;height:900px"></iframe><script>f.onload=()=>{document.title="shown="+'
        '[...f.contentDocument.querySelectorAll(".judged .passage, .judged h3")].filter(e=>e.getClientRects().length).map('
        "e=>e.tagName).sort().join()}</script>",
        encoding="utf-8",
    )
    [shown] = re.findall(
        r"<title>shown=(.*)</title>",
        in_browser.run([*chromium, "--dump-dom", (tmp_path / "frame.html").as_uri()]),
    )
    assert shown.split(",").count("DIV") == left


def test_on_paper_every_remark_is_open_and_what_is_for_a_screen_is_not_there(chromium, tmp_path, html):
    if not shutil.which("pdftotext"):
        pytest.skip("no pdftotext on this machine: print is not read")
    (tmp_path / "page.html").write_text(html, encoding="utf-8")
    pdf = tmp_path / "page.pdf"
    in_browser.run(
        [*chromium, "--no-pdf-header-footer", f"--print-to-pdf={pdf}", (tmp_path / "page.html").as_uri()]
    )
    assert re.search(rb"/MediaBox\s*\[0 0 59[45][.\d]* 84[12]", pdf.read_bytes()), "not A4"
    said = re.sub(r"\s", "", in_browser.run(["pdftotext", "-layout", str(pdf), "-"]))
    for explanation in (
        "60.00÷1,234.50×100%",
        "48.333÷1,234.50×100%",
        "表一本年支出合计1,234.50",
        "表里没有上年数",
    ):
        assert explanation in said
    assert "特种车3辆" in said and set("△≈？") <= set(said)
    assert "合上即恢复全文" not in said and "跳到正文" not in said
    assert (
        "208│社会保障和就业支出" not in said
    )  # rows of a table in which nothing is marked stand in the original
