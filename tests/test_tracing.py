"""Every number of a page leads to what it rests on, and a trace of the finished file asks the tables again."""

import csv
import json
import re
import shutil

import pytest
from bs4 import BeautifulSoup
from conftest import INVENTED_CASE, Outcome, auditbook

from auditbook.report import fragments as html
from auditbook.report.references import (
    cite,
    cited,
    count_of,
    count_reference,
    parts,
    uncited,
    written,
)
from auditbook.report.tracing import Keys, entries_in, link, names_pattern, numbers_in, plain, scan, short_key

CASES = {
    "wuxi": "wuxi-offices-2019",
    "putuo": "putuo-finance-2024",
    "invented": "invented-water-2021",
}


class Yields:
    """References made up for a test."""

    names = None

    def __init__(self, **yields: str) -> None:
        self.yields = {name.replace("_", "|"): numbers_in(text) for name, text in yields.items()}

    def numbers(self, reference):
        return self.yields.get(reference)

    def entry(self, reference, key):
        return ""


def linked(markup: str, **yields: str) -> str:
    return link(html.carried(markup), Yields(**yields), Keys().key)


def page_of(content: str, **entries: str) -> str:
    """A finished page with the entries that its links lead to."""
    made = "".join(
        f'<div class="entry" id="e-{short_key(reference)}" data-rests="{reference}"><p>{text}</p></div>'
        for reference, text in ((name.replace("_", "|"), text) for name, text in entries.items())
    )
    return f"<html><body>{content}{made}</body></html>"


# --- references in text -------------------------------------------------------------------------------


def test_a_reference_survives_formatting_and_leaves_no_trace_in_plain_words():
    words = f"增长{cite('3.50%', written('figures', 'a|b', 'c d'))}，共{cite('7', 'count|findings')}项"
    assert uncited(words) == "增长3.50%，共7项"
    assert parts(written("figures", "a|b", "c d", "x=y%")) == ("figures", ["a|b", "c d", "x=y%"])
    assert cite("没有数字", "count|findings") == "没有数字"


def test_a_reference_must_have_the_key_of_its_table():
    with pytest.raises(ValueError, match="key"):
        cited("7", "figures", "only-one")


def test_a_count_names_its_conditions():
    reference = count_reference("claims", {"verdict": ["agrees", "within|rounding"], "entered": ["yes"]})
    assert count_of(reference) == (
        "claims",
        {"verdict": ["agrees", "within|rounding"], "entered": ["yes"]},
    )


def test_no_reference_gets_into_an_attribute():
    own = html.table(cite("表7", "count|x"), [html.Column("名称")], [[cite("3", "count|x")]])
    shown = html.carried(str(own.markup))
    assert 'aria-label="表7"' in shown
    assert '<data value="count|x">3</data>' in shown
    assert "\ufdd0" not in shown


# --- links ------------------------------------------------------------------------------------------


def test_a_cited_number_is_a_link_where_its_reference_yields_it():
    shown = linked(f"<p>{cite('1,234.50万元', 'row|a')}</p>", row_a="1234.5")
    assert shown == f'<p><a class="ref" href="#e-{short_key("row|a")}">1,234.50</a>万元</p>'


def test_a_number_that_its_reference_does_not_yield_is_no_link():
    assert linked(f"<p>{cite('12', 'row|a')}</p>", row_a="13") == "<p>12</p>"


def test_the_nearest_reference_that_yields_a_number_is_taken():
    around = '<section data-rests="row|far"><tr data-rests="row|a row|b"><td>5和6和7</td></tr></section>'
    shown = linked(around, row_a="5", row_b="5 6", row_far="5 6 7")
    keys = re.findall(r"#e-(\w+)", shown)
    assert keys == [short_key("row|a"), short_key("row|b"), short_key("row|far")]


def test_a_link_within_a_link_or_a_summary_is_none():
    shown = linked('<div data-rests="row|a"><a href="#x">5</a><summary>5</summary></div>', row_a="5")
    assert shown.count("<a ") == 1
    assert shown.count(f'<span class="ref" data-key="{short_key("row|a")}">5</span>') == 2


@pytest.mark.parametrize(
    "words",
    [
        "财预〔2013〕53号", "2019年度", "2019年12月30日", "2019-12-30", "公开07表", "20_quality", "objectives.csv:17",
        "GB/T 9704-2012", "208.05.06",
    ],
)  # fmt: skip
def test_what_counts_nothing_is_no_number(words):
    everything = " ".join(str(number) for number in range(3000)) + " 208.05"
    assert "<a" not in linked(f'<p data-rests="row|a">{words}</p>', row_a=everything)


@pytest.mark.parametrize("words", ["A类收入120万元", "共2019项", "12月均3.5", "增加12019年", "第5号楼共7层"])
def test_what_only_looks_like_a_date_or_a_code_is_a_number(words):
    found = scan(page_of(f"<p>{words}</p>"), Yields())
    assert found.faults


def test_a_name_with_digits_counts_nothing_and_what_stands_beside_it_does():
    sources = Yields(row_a="7 2")
    sources.names = names_pattern(["市第2中学", "2", "项目3"])
    shown = link('<p data-rests="row|a">市第2中学7项，2个</p>', sources, Keys().key)
    assert [own for own in re.findall(r">([\d]+)<", shown)] == ["7", "2"]
    found = scan(page_of(shown, row_a=""), sources)
    assert (found.exempt["名称中的数字"], found.resolved["row"], found.faults) == (1, 2, [])


@pytest.mark.parametrize("words", ["-3.5%", "−3.5%", "（-3.5%）"])
def test_a_sign_belongs_to_its_number(words):
    assert "<a" in linked(f'<p data-rests="row|a">{words}</p>', row_a="下降 -3.50 %")
    assert "<a" not in linked(f'<p data-rests="row|a">{words}</p>', row_a="3.5%")


def test_a_range_has_two_numbers():
    assert numbers_in("5～97 分") == {"5", "97"}
    assert numbers_in("2-7") == {"2", "7"}


def test_numbers_are_compared_by_value_as_written():
    assert plain("1,234.50 ％") == plain("1234.5%")
    assert plain("50%") != plain("0.5")
    assert plain("100") != plain("1")


def test_a_quote_a_code_and_a_heading_are_not_linked_and_their_surroundings_are():
    shown = linked('<div data-rests="row|a"><h3>5项</h3><p><q>说5</q>5<code>5</code></p></div>', row_a="5")
    assert shown.count("<a ") == 1


def test_what_says_nearer_on_what_it_rests_is_heard_before_what_is_exempt_around_it():
    shown = linked('<div class="passage"><p>原文5</p><li data-rests="row|a">5</li></div>', row_a="5")
    assert shown.count("<a ") == 1
    assert "原文5" in shown


def test_two_references_never_share_a_key():
    keys = Keys()
    first = keys.key("row|a")
    keys._taken[short_key("row|b")] = "row|another"
    assert keys.key("row|b") == short_key("row|b", 7)
    assert keys.key("row|a") == first == short_key("row|a")


# --- the finished file --------------------------------------------------------------------------------


def test_a_sound_page_has_no_faults_and_every_exemption_has_its_kind():
    sources = Yields(row_a="12")
    content = linked(
        '<h2>3项</h2><p data-rests="row|a">12项，2019年，财预〔2013〕53号<q>4</q></p>', row_a="12"
    )
    found = scan(page_of(content, row_a="12"), sources)
    assert found.faults == []
    assert dict(found.resolved) == {"row": 1, "entry": 1}
    assert dict(found.exempt) == {"标题与题注": 1, "日期": 1, "文件引用": 2, "原文引语": 1}
    assert found.total == 7


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        (">12<", ">13<", "得不出"),
        ("项", "项又5", "没有依据"),
        ('href="#e-', 'href="#e-ZZ', "不在页内"),
        ('data-rests="row|a"', 'data-rests="row|z"', "不存在"),
    ],
)
def test_a_change_of_the_file_is_seen(old, new, why):
    content = f'<p><a class="ref" href="#e-{short_key("row|a")}">12</a>项</p>'
    page = page_of(content, row_a="一共")
    assert not scan(page, Yields(row_a="12")).faults
    changed = page.replace(old, new, 1)
    assert changed != page
    assert any(why in fault for _, _, fault in scan(changed, Yields(row_a="12")).faults)


def test_a_changed_table_is_seen():
    page = page_of(linked(f"<p>{cite('12', 'row|a')}</p>", row_a="12"), row_a="")
    assert not scan(page, Yields(row_a="12")).faults
    assert scan(page, Yields(row_a="14")).faults


# --- delivered runs -----------------------------------------------------------------------------------


@pytest.mark.parametrize("fixture", CASES)
def test_every_number_of_a_delivered_run_is_traced(fixture, request):
    outcome: Outcome = request.getfixturevalue(fixture)
    name = INVENTED_CASE if fixture == "invented" else CASES[fixture]
    done = auditbook("verify", "--trace", "--json", name, workspace=outcome.workspace)
    told = json.loads(done.out)
    assert {name: own["faults"] for name, own in told["files"].items() if own["faults"]} == {}
    assert done.code == 0
    assert len(told["files"]) == 5
    assert sum(told["files"]["report.html"]["resolved"].values()) > 500


def test_a_trace_counts_what_a_parser_of_its_own_counts(wuxi):
    """As many linked numbers as an HTML parser finds, each leading to an entry of the page."""
    report = (wuxi.outputs("wuxi-offices-2019") / "report.html").read_text(encoding="utf-8")
    page = BeautifulSoup(report, "html.parser")
    links = page.select("a.ref")
    targets = {entry["id"] for entry in page.select(".entry")}
    assert len(links) > 1000
    assert {link["href"].removeprefix("#") for link in links} <= targets
    entries = entries_in(report)
    assert {f"e-{key}" for key in entries} == targets
    done = auditbook("verify", "--trace", "--json", "wuxi-offices-2019", workspace=wuxi.workspace)
    resolved = json.loads(done.out)["files"]["report.html"]["resolved"]
    spans = page.select("span.ref")
    assert sum(n for kind, n in resolved.items() if kind != "entry") == len(links) + len(spans)


def test_the_key_figure_opens_to_source_formula_and_hash(wuxi):
    """The ministry's 106.99 %: its sum with the numbers put in, the figures with place and phrase, the table's hash."""
    report = (wuxi.outputs("wuxi-offices-2019") / "report.html").read_text(encoding="utf-8")
    page = BeautifulSoup(report, "html.parser")
    [card] = [own for own in page.select(".key-figures > div") if own.dt.text == "预算调整率"]
    target = card.select_one("a.ref")
    assert target.text == "106.99%"
    entry = page.select_one(target["href"])
    told = entry.text
    assert "(20,083.45 + 10.00) ÷ 18,780.61" in told
    assert "财预〔2013〕53号" in told
    figures = [own for own in entry.select("a.ref") if own.text == "20,083.45"]
    below = page.select_one(figures[-1]["href"]).text
    assert "budget.csv" in below
    assert "sha256" in below
    assert target["href"].removeprefix("#e-") in told  # the short key can be copied


@pytest.fixture
def own_wuxi(wuxi, tmp_path):
    """A copy of the delivered run that a test may damage."""
    shutil.copytree(wuxi.workspace, tmp_path / "copy")
    return Outcome(0, "", "", tmp_path / "copy")


@pytest.mark.parametrize(
    ("old", "new"), [(">106.99%</a>", ">106.98%</a>"), ("<p>正文里", "<p>共99991个数。正文里")]
)
def test_a_changed_page_ends_in_five(own_wuxi, old, new):
    path = own_wuxi.outputs("wuxi-offices-2019") / "report.html"
    before = path.read_text(encoding="utf-8")
    assert old in before
    path.write_text(before.replace(old, new, 1), encoding="utf-8")
    done = auditbook("verify", "--trace", "wuxi-offices-2019", workspace=own_wuxi.workspace)
    assert done.code == 5
    assert re.search(r"\d", new.removeprefix(">"))[0] in done.out
    assert "其中 1 个没有依据或与依据不符" in done.out


def test_a_changed_table_of_the_run_ends_in_five(own_wuxi):
    path = own_wuxi.processed("wuxi-offices-2019") / "figures.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    value = rows[0].index("value")
    [row] = [own for own in rows if own[0] == "budget_added" and own[1] == "department" and own[2] == ""]
    row[value] = "20083.46"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)
    done = auditbook("verify", "--trace", "wuxi-offices-2019", workspace=own_wuxi.workspace)
    assert done.code == 5
    assert "20,083.45" in done.out


def test_a_run_that_has_delivered_nothing_is_told(tmp_path):
    done = auditbook("verify", "--trace", "wuxi-offices-2019", workspace=tmp_path)
    assert done.code == 2
    assert "auditbook run wuxi-offices-2019" in done.err
    assert "Traceback" not in done.err


def test_an_unknown_run_and_one_that_was_not_made_are_told(tmp_path):
    done = auditbook("verify", "--trace", "nowhere-2019", workspace=tmp_path)
    assert (done.code, "wuxi-offices-2019" in done.err) == (3, True)
    done = auditbook("verify", "wuxi-offices-2019", workspace=tmp_path)
    assert (done.code, "run.json" in done.err, "auditbook run" in done.err) == (3, True, True)
