"""The departments of a batch held against each other: what is computed, what is never compared, what is said, what is written."""

from __future__ import annotations

import io
import itertools
import random
import re
import statistics
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from urllib.parse import unquote

import numpy
import openpyxl
import page_checks
import peer_tables
import pypdfium2
import pytest
from peer_tables import YEAR, entry, figure, finding, indicator, line
from playwright.sync_api import sync_playwright

from auditbook import peers
from auditbook.numbers import Interval
from auditbook.peers import recurring
from auditbook.peers.distributions import in_bins, quantile, rank_ranges, spread
from auditbook.peers.gathered import Peers
from auditbook.peers.groups import Group, group_words
from auditbook.peers.peer_page import page
from auditbook.peers.reasons import first_look, outlier_words, sum_words
from auditbook.peers.uncompared import uncompared
from auditbook.report.finished_page import scan, shortcomings

RATES = ["0.9", "0.91", "0.92", "0.93", "0.94", "0.95", "0.96", "0.97", "0.5"]


def of_rates(base: Path, rates=RATES, **words) -> list:
    """Departments that differ in 预算执行率 alone: 决算 = rate · 1000 万元 of 调整后预算 1000 万元."""
    return [
        entry(
            base, f"d{n}", f"第{n}局（虚构）", level="县级", kind="教育",
            indicators=[indicator(rate, numerator=str(float(rate) * 1000), denominator="1000")],
            figures=[figure("budget_spent", str(float(rate) * 1000)), figure("budget_adjusted", "1000")], **words,
        )
        for n, rate in enumerate(rates)
    ]  # fmt: skip


@pytest.fixture(scope="module")
def forty(tmp_path_factory) -> tuple[Path, Peers, Path]:
    """Forty-five departments of a province, delivered once."""
    base = tmp_path_factory.mktemp("province")
    entries = peer_tables.province(base, 45)
    folder = base / "outputs" / "比较 一"
    return base, peers.deliver(entries, folder), folder


# --- how values are spread ---------------------------------------------------------------------------------------------


def test_quartiles_are_exact_and_those_of_spreadsheets():
    drawn = random.Random(3)
    for count in range(1, 40):
        values = [Fraction(drawn.randint(-500, 500), drawn.randint(1, 90)) for _ in range(count)]
        own = spread(values)
        assert (own.least, own.middle, own.most) == (min(values), statistics.median(values), max(values))
        if count > 1:
            # the standard library's own inclusive quartiles are definition 7 as well, and exact on fractions
            assert [own.lower, own.middle, own.upper] == statistics.quantiles(values, n=4, method="inclusive")
        floats = numpy.quantile([float(v) for v in values], [0.25, 0.5, 0.75], method="linear")
        assert [float(own.lower), float(own.middle), float(own.upper)] == pytest.approx(list(floats))


def test_quartiles_by_hand():
    own = spread([Fraction(n) for n in (1, 2, 3, 4)])
    assert (own.lower, own.middle, own.upper) == (Fraction(7, 4), Fraction(5, 2), Fraction(13, 4))
    assert spread([]) is None
    with pytest.raises(ValueError, match="no values"):
        quantile([], Fraction(1, 2))


def test_bins_hold_every_value_once_the_last_one_closed():
    values = [Fraction(n, 10) for n in range(11)]
    assert in_bins(values, Fraction(0), Fraction(1), 5) == [2, 2, 2, 2, 3]


def test_rank_ranges_are_all_that_can_be_by_trying_everything():
    """Every combination of each interval's ends and middle, ranked: the least and greatest rank that anybody gets."""
    drawn = random.Random(11)
    for _ in range(60):
        spans = []
        for _ in range(drawn.randint(1, 5)):
            low = Fraction(drawn.randint(0, 6))
            spans.append(Interval(low, low + drawn.choice([0, 0, 1, 2, 5])))
        best, worst = [len(spans)] * len(spans), [1] * len(spans)
        ends = [{span.low, (span.low + span.high) / 2, span.high} for span in spans]
        for scores in itertools.product(*ends):
            for n, score in enumerate(scores):
                rank = 1 + sum(other > score for other in scores)
                best[n], worst[n] = min(best[n], rank), max(worst[n], rank)
        assert rank_ranges(spans) == list(zip(best, worst, strict=True)), spans


# --- what is read, what is compared -------------------------------------------------------------------------------------


def test_a_measure_is_an_indicator_under_one_definition_one_formula_one_unit_one_year(tmp_path):
    rows = [
        [indicator("0.9"), indicator("0.8", definition="original", formula="budget_spent / budget_initial", scoring="no")],
        [indicator("0.7")],
        [indicator("0.2", formula="budget_spent / budget_adjusted / 2")],
        [indicator("3", unit="项")],
    ]  # fmt: skip
    entries = [entry(tmp_path, f"d{n}", f"{n}局", indicators=own) for n, own in enumerate(rows)]
    older = [{**indicator("0.6"), "year": str(YEAR - 1)}]
    entries.append(entry(tmp_path, "old", "旧局", indicators=older, year=YEAR - 1))
    found = peers.gather(entries)
    held = {
        (d.measure.setting.year, d.measure.definition, d.measure.formula, d.measure.unit): found.values(
            d.measure
        )
        for d in found.distributions
    }
    assert held == {
        (YEAR, "adjusted", "budget_spent / budget_adjusted", "1"): [Fraction(9, 10), Fraction(7, 10)],
        (YEAR, "original", "budget_spent / budget_initial", "1"): [Fraction(8, 10)],
        (YEAR, "adjusted", "budget_spent / budget_adjusted / 2", "1"): [Fraction(2, 10)],
        (YEAR, "adjusted", "budget_spent / budget_adjusted", "项"): [Fraction(3)],
        (YEAR - 1, "adjusted", "budget_spent / budget_adjusted", "1"): [Fraction(6, 10)],
    }
    told = "\n".join(f"{one.what} {one.count} {one.why}" for one in uncompared(found))
    assert told.count("同名的口径，算式或单位不同") == 3
    assert f"{YEAR - 1}年度 1 年度或情景不同" in told


def test_what_is_not_computed_is_counted_by_why_and_never_a_value(tmp_path):
    rows = [
        indicator("0.9"), indicator(), indicator(status="not_applicable"), indicator(status="undefined"),
        indicator("", status="computed", low="0.4", high="0.6"), None,
    ]  # fmt: skip
    found = peers.gather(
        [entry(tmp_path, f"d{n}", f"{n}局", indicators=[row] if row else []) for n, row in enumerate(rows)]
    )
    [own] = found.distributions
    assert own.spread.count == 1 and own.spread.middle == Fraction(9, 10)
    assert dict(own.states) == {
        "computed": 1,
        "not_assessable": 1,
        "not_applicable": 1,
        "undefined": 1,
        "bounds": 1,
    }
    assert own.without == 1
    text = page(found, tmp_path).decode()
    assert "算得出 1，无法评价 1，不适用 1，基数为零 1，只有界限 1，没有这个口径 1" in text


def test_items_and_units_are_never_mixed_with_whole_departments(tmp_path):
    rows = [indicator("0.9", item="201"), indicator("0.8", scope="bureau")]
    found = peers.gather([entry(tmp_path, "d", "局", indicators=rows)])
    assert found.distributions == ()
    assert any("没有部门整体的值" in one.why for one in uncompared(found))


def test_scores_under_different_schemes_stand_in_different_leagues(tmp_path):
    """Also where a scheme has the same name and other weights or rules."""
    entries = [
        entry(tmp_path, "a", "甲局", lines=[line("budget_execution_rate", "60", "80")]),
        entry(tmp_path, "b", "乙局", lines=[line("budget_execution_rate", "90", "90")]),
        entry(tmp_path, "c", "丙局", lines=[line("budget_execution_rate", "70", "70", rule="另一条规则")]),
        entry(tmp_path, "d", "丁局", lines=[line("budget_execution_rate", "50", "50")], scheme="other", title="另一份表"),
        entry(tmp_path, "e", "戊局", stopped="证据自相矛盾"),
    ]  # fmt: skip
    found = peers.gather(entries)
    leagues = [
        [(found.departments[own.department].name, own.span.low, own.ranks) for own in placed]
        for placed in found.leagues.values()
    ]
    assert sorted(leagues, key=len)[-1] == [
        ("乙局", Fraction(9, 10), (1, 1)), ("甲局", Fraction(6, 10), (2, 2)),
    ]  # fmt: skip
    assert sorted(map(len, leagues)) == [1, 1, 2]
    whys = [one.why for one in uncompared(found)]
    assert "不予评分：证据自相矛盾" in whys
    assert sum("同名的评分表" in why for why in whys) == 2 and sum("不能跨评分表" in why for why in whys) == 1


def test_points_are_shares_of_what_applies(tmp_path):
    found = peers.gather([entry(tmp_path, "a", "甲局", lines=[line("x", "60", "80", "80")], maximum="80")])
    [[own]] = found.leagues.values()
    assert own.span == Interval(Fraction(3, 4), Fraction(1))


def test_refused_failed_and_unreadable_cases_are_told_and_stop_nothing(tmp_path):
    gone = entry(tmp_path, "gone", "丢表局")
    (gone.workspace.processed / "scores.csv").unlink()
    other = entry(tmp_path, "other", "旧版局")
    path = other.workspace.processed / "findings.csv"
    path.write_text("finding,number\n", encoding="utf-8")
    odd = entry(tmp_path, "odd", "坏数局", indicators=[indicator("0.9")])
    path = odd.workspace.processed / "indicators.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("0.9", "九成"), encoding="utf-8")
    broken = entry(tmp_path, "broken", "坏文件局", state="failed", reasons=("内存不足",))
    broken.workspace.case_path.write_text("case: [", encoding="utf-8")
    refused = entry(
        tmp_path, "refused", "拒绝局", state="refused", reasons=("SOURCES.yaml:3：缺 sha256", "又一条")
    )
    found = peers.gather([gone, other, odd, broken, refused, entry(tmp_path, "good", "好局")])
    assert [d.name for d in found.departments] == ["好局"]
    told = {own.name: (own.state, "".join(own.reasons)) for own in found.refused}
    assert set(told) == {"丢表局", "旧版局", "坏数局", "broken", "拒绝局"}
    assert "scores.csv" in told["丢表局"][1] and "findings.csv" in told["旧版局"][1]
    assert told["拒绝局"] == ("不能读取或归属", "SOURCES.yaml:3：缺 sha256又一条")
    text = page(found, tmp_path).decode()
    assert all(name in text for name in told) and "内存不足" in text


def test_a_batch_of_which_nothing_was_made_still_has_a_report(tmp_path):
    peers.deliver([entry(tmp_path, "a", "甲局", state="refused", reasons=("缺文件",))], tmp_path / "out")
    text = (tmp_path / "out" / "comparison.html").read_text(encoding="utf-8")
    assert "缺文件" in text and shortcomings(text) == scan(text) == []
    assert peers.deliver([], tmp_path / "out").departments == ()


# --- groups and outliers -------------------------------------------------------------------------------------------------


def test_size_is_thirds_of_what_most_departments_have(tmp_path):
    """Spent is known of 26, the initial budget of 27: that one counts; bounds by hand at places 26/3 and 52/3 of 1..27."""
    entries = [
        entry(
            tmp_path, f"d{n:02d}", f"{n:02d}局",
            figures=[figure("budget_initial", str(n)), *([figure("budget_spent", "5")] if n > 1 else [])],
        )
        for n in range(1, 28)
    ]  # fmt: skip
    entries.append(entry(tmp_path, "none", "无数局"))
    found = peers.gather(entries)
    [bands] = found.bands.values()
    assert (bands.figure, bands.known) == ("budget_initial", 27)
    ten_thousand = 10_000
    assert (
        bands.lower == (9 + Fraction(2, 3)) * ten_thousand
        and bands.upper == (18 + Fraction(1, 3)) * ten_thousand
    )
    sizes = [group.size for group in found.groups]
    assert sizes == [*["小"] * 9, *["中"] * 9, *["大"] * 9, "规模不明"]


def test_a_bound_of_size_belongs_to_the_lower_third(tmp_path):
    """Of 1 to 28 the bounds lie on departments, at places 9 and 18 counted from 0: on 10 and 19."""
    entries = [
        entry(tmp_path, f"d{n:02d}", f"{n:02d}局", figures=[figure("budget_spent", str(n))])
        for n in range(1, 29)
    ]
    assert [group.size for group in peers.gather(entries).groups] == [*["小"] * 10, *["中"] * 9, *["大"] * 9]


def test_a_department_of_units_has_the_sum_of_all_of_them_or_none(tmp_path):
    units = "\nunits: [{id: one, name: 甲}, {id: two, name: 乙}]"
    both = [figure("budget_spent", "3", scope="one"), figure("budget_spent", "4", scope="two")]
    whole = entry(tmp_path, "a", "甲局", figures=both)
    half = entry(tmp_path, "b", "乙局", figures=both[:1])
    for own in (whole, half):
        path = own.workspace.case_path
        path.write_text(path.read_text(encoding="utf-8") + units + "\n", encoding="utf-8")
    found = peers.gather([whole, half])
    assert [found.size(department) for department in found.departments] in ([None, 70_000], [70_000, None])
    assert {d.name: found.size(d) for d in found.departments} == {"甲局": 70_000, "乙局": None}


def test_an_outlier_is_outside_the_fences_of_its_group_with_its_reason(tmp_path):
    """Nine rates, by hand: quartiles 0.91 and 0.95, so the fences are 0.85 and 1.01, and 0.5 is outside."""
    found = peers.gather(of_rates(tmp_path))
    [outlier] = found.outliers
    assert found.departments[outlier.department].name == "第8局（虚构）" and not outlier.above
    assert outlier.spread.fences == Interval(Fraction("0.85"), Fraction("1.01"))
    assert outlier.distance == Fraction("0.35") / Fraction("0.04")
    words = outlier_words(found, outlier)
    assert words[0] == "本部门 500.00 ÷ 1,000.00 = 50.00%"
    assert words[1] == "居中的第3局（虚构） 930.00 ÷ 1,000.00 = 93.00%"
    assert words[2] == "与按组内中位数推算的分子相比少430.00万元"
    assert first_look(found, outlier) == ()
    text = page(found, tmp_path).decode()
    assert "离群不是审计发现" in text and "50.00%" in text


def test_seven_departments_have_no_fences_and_neither_have_equal_ones(tmp_path):
    assert peers.gather(of_rates(tmp_path / "a", RATES[2:])).outliers == ()
    assert peers.gather(of_rates(tmp_path / "b", ["1"] * 8 + ["0.2"])).outliers == ()


@pytest.mark.parametrize(("value", "low", "high"), [("0.5", "0.1", "0.86"), ("1.3", "1.005", "1.5")])
def test_a_value_whose_range_reaches_the_fence_is_no_outlier(tmp_path, value, low, high):
    """Fences at 0.85 and 1.01, as above: the value is outside, an end of its range is not."""
    entries = of_rates(tmp_path, [*RATES[:-1], value])
    assert len(peers.gather(entries).outliers) == 1
    path = entries[-1].workspace.processed / "indicators.csv"
    exact, wide = f"computed,{value},{value},{value}", f"computed,{value},{low},{high}"
    text = path.read_text(encoding="utf-8")
    assert exact in text
    path.write_text(text.replace(exact, wide), encoding="utf-8")
    assert peers.gather(entries).outliers == ()


def test_a_group_too_small_is_widened_and_says_so(tmp_path):
    """The ninth is of a kind of its own: it is held against its level."""
    entries = of_rates(tmp_path, RATES[:-1])
    entries.append(
        entry(tmp_path, "d8", "第8局（虚构）", level="县级", kind="水务", indicators=[indicator("0.5", numerator="500", denominator="1000")])
    )  # fmt: skip
    [outlier] = peers.gather(entries).outliers
    assert group_words(outlier.group) == "县级" and outlier.spread.count == 9


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ({"numerator": "5", "denominator": "10"}, "基数很小：分母只有10.00万元，组内居中的是1,000.00万元"),
        ({"low": "", "high": ""}, "按公布的精度，分母可能为零"),
        ({"numerator": "0", "denominator": "1000"}, "分子是零"),
    ],
)  # fmt: skip
def test_what_explains_the_distance_by_itself_is_said_first(tmp_path, cells, said):
    entries = of_rates(tmp_path, RATES[:-1])
    row = indicator("0.5", **{"numerator": "500", "denominator": "1000", **cells})
    entries.append(entry(tmp_path, "d8", "末局", level="县级", kind="教育", indicators=[row]))
    found = peers.gather(entries)
    [outlier] = found.outliers
    assert any(said in words for words in first_look(found, outlier))


def test_a_blocking_department_and_one_of_which_units_are_missing_are_told_as_such(tmp_path):
    entries = of_rates(tmp_path, RATES[:-1])
    row = indicator("0.5", numerator="500", denominator="1000", figures=f"budget_spent:one::{YEAR}")
    last = entry(tmp_path, "d8", "末局", state="blocking", level="县级", kind="教育", indicators=[row])
    path = last.workspace.case_path
    path.write_text(
        path.read_text(encoding="utf-8") + "units: [{id: one, name: 甲}, {id: two, name: 乙}]\n",
        encoding="utf-8",
    )
    found = peers.gather([*entries, last])
    [outlier] = found.outliers
    look = "；".join(first_look(found, outlier))
    assert "自相矛盾" in look and "只含1/2个单位的数" in look


def test_the_figure_that_makes_the_difference_is_named(tmp_path):
    """Added 5, 6, … of 100 everywhere, cut nothing; the ninth cut 80: it is 调减预算 that differs, by its share of the base."""
    formula = "(budget_added + budget_cut) / budget_initial"
    entries = []
    for n in range(9):
        added, cut = (5 + n, 0) if n < 8 else (5, 80)
        row = indicator(
            str((added + cut) / 100), indicator="budget_adjustment_rate", name="预算调整率", definition="ministry", formula=formula,
            numerator=str(added + cut), denominator="100",
        )  # fmt: skip
        held = {"budget_added": added, "budget_cut": cut, "budget_initial": 100}
        entries.append(
            entry(
                tmp_path,
                f"d{n}",
                f"{n}局",
                indicators=[row],
                figures=[figure(k, str(v)) for k, v in held.items()],
            )
        )
    found = peers.gather(entries)
    [outlier] = found.outliers
    own = found.departments[outlier.department]
    assert sum_words(found, own, outlier.measure) == "(5.00 + 80.00) ÷ 100.00 = 85.00%"
    assert "两者差别最大的是“调减预算”：相当于分母的80.00%，居中部门是0.00%" in outlier_words(found, outlier)


def test_groups_are_nested_and_none_is_smaller_than_eight(forty):
    _, found, _ = forty
    for group, members in found.listed.items():
        assert len(members) >= 8 or group == Group(group.setting)
        assert all(found.groups[n].level == group.level for n in members if group.level)
    assert len(found.listed[Group(found.settings[0])]) == len(found.departments)
    for placed in found.leagues.values():
        for own in placed:
            assert 1 <= own.in_group[0] <= own.in_group[1] <= own.group_count


# --- what they have in common ---------------------------------------------------------------------------------------------


def test_findings_of_one_rule_are_counted_by_department_with_their_amounts(tmp_path):
    money = [("1", "万元"), ("30000", "元"), ("8", "万元")]
    entries = [
        entry(
            tmp_path, f"d{n}", f"{n}局",
            findings=[finding("share_disagrees", "公布占比与重算不符", 1, severity="high", amount=amount, unit=unit)],
        )
        for n, (amount, unit) in enumerate(money)
    ]  # fmt: skip
    entries.append(
        entry(
            tmp_path,
            "d9",
            "九局",
            findings=[finding("undated_report", "没有日期", n, severity="low") for n in (1, 2)],
        )
    )
    first, second = recurring.findings(peers.gather(entries))
    assert (first.rule, len(first.departments), first.count) == ("share_disagrees", 3, 3)
    assert first.total == 120_000 and first.amounts.middle == 30_000
    assert [found.amount for _, found in first.worst] == [80_000, 30_000, 10_000]
    assert (second.rule, len(second.departments), second.count) == ("undated_report", 1, 2)


def test_gaps_are_shares_of_all_that_could_be_scored(tmp_path):
    """One of two departments lacks a document on 30 points of 100: 15 % of both; a line that needs two counts to each."""
    open_ = line("budget_execution_rate", "0", "30", "30", documents="甲表;乙表", reason="缺 年初预算数")
    entries = [
        entry(tmp_path, "a", "甲局", lines=[open_, line("x", "70", "70", "70")]),
        entry(
            tmp_path,
            "b",
            "乙局",
            lines=[line("budget_execution_rate", "30", "30", "30"), line("x", "70", "70", "70")],
        ),
    ]
    found = peers.gather(entries)
    assert [(gap.name, gap.share) for gap in recurring.documents(found)] == [
        ("乙表", Fraction(15, 100)), ("甲表", Fraction(15, 100)),
    ]  # fmt: skip
    [gap] = recurring.lines(found)
    assert (gap.name, gap.share, gap.reason) == ("budget_execution_rate", Fraction(15, 100), "缺 年初预算数")


def test_what_an_auditor_wrote_names_no_private_person(tmp_path):
    row = finding("", "张三丰没有附凭证", 1, origin="auditor", severity="high") | {"rule": ""}
    own = entry(tmp_path, "a", "甲局", findings=[row])
    judged = "indicator,point,verdict,degree,grounds,who,when,source,locator,quote\nx,y,met,,g,张三丰,2023-01-01,s,l,q\n"
    (own.workspace.processed / "judgements.csv").write_text(judged, encoding="utf-8")
    text = page(peers.gather([own]), tmp_path).decode()
    assert "张三丰" not in text and "张某没有附凭证" in text


# --- what is written -----------------------------------------------------------------------------------------------------


def test_the_same_batch_gives_the_same_bytes_in_any_order(forty, tmp_path):
    base, found, folder = forty
    entries = peer_tables.province(base, 45)
    random.Random(1).shuffle(entries)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    again = peers.deliver([*entries, *entries[:3]], folder)
    assert again.departments == found.departments
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    assert set(before) == {"comparison.html", "comparison.xlsx", "comparison.csv"}
    assert not any(str(base).encode() in data for data in before.values())


def test_the_page_is_as_a_page_should_be_and_every_name_leads_to_a_report(forty):
    _, found, folder = forty
    text = (folder / "comparison.html").read_text(encoding="utf-8")
    assert shortcomings(text) == scan(text) == []
    targets = {unquote(t.partition("#")[0]) for t in re.findall(r'<a href="([^"#]*report\.html[^"]*)"', text)}
    assert len(targets) == len(found.departments)
    assert all((folder / target).is_file() for target in targets)
    caveats, table = text.index("先要知道的"), text.index("按已证实得分率排列</")
    assert text.index('id="groups"') < text.index('id="leagues"') < caveats < table


@pytest.mark.parametrize(
    "name", ["<script>alert(1)</script>局", "=cmd|' /C calc'!A0", "+1局", "@局\u202e倒", "局&amp;\"'"]
)
def test_hostile_names_are_text_everywhere(tmp_path, name):
    own = entry(
        tmp_path, "a", name, level="=1+1", kind="<b>", indicators=[indicator("0.9", name="=HYPERLINK(1)<i>")],
        findings=[finding("=rule", "<img src=x>", 1, severity="high")], title="=评分表<script>",
        sources=[{"source": "a", "title": "=1", "status": "absent"}],
    )  # fmt: skip
    no = entry(tmp_path, "b", name, state="refused", reasons=("=1+1<script>",))
    peers.deliver([own, no], tmp_path / "out")
    text = (tmp_path / "out" / "comparison.html").read_text(encoding="utf-8")
    assert shortcomings(text) == scan(text) == [] and "<script" not in text and "<img" not in text
    book = openpyxl.load_workbook(tmp_path / "out" / "comparison.xlsx")
    formulas = [cell.value for sheet in book for row in sheet for cell in row if cell.data_type == "f"]
    assert formulas and all(
        re.match(r"=(COUNT|MIN|QUARTILE|MEDIAN|MAX|COUNTIF)\('|=\$[A-Z]+\d+/\$[A-Z]+\d+$", f)
        for f in formulas
    )
    shown = {str(cell.value) for sheet in book for row in sheet for cell in row if cell.data_type == "s"}
    assert name in shown or any(name[:3] in text for text in shown)


def test_a_folder_of_any_name_is_linked(tmp_path):
    own = entry(tmp_path / "a b#?%:局", "a", "甲局")
    peers.deliver([own], tmp_path / "out")
    text = (tmp_path / "out" / "comparison.html").read_text(encoding="utf-8")
    [target] = set(re.findall(r'<a href="([^"#]*report\.html)"', text))
    assert (tmp_path / "out" / unquote(target)).is_file() and "%23" in target and "%3F" in target


def test_the_workbook_holds_numbers_and_formulas_that_come_to_the_same(forty):
    """Quartiles recomputed by numpy over the very cells that the formulas name."""
    _, found, folder = forty
    data = (folder / "comparison.xlsx").read_bytes()
    book, stored = (openpyxl.load_workbook(io.BytesIO(data), data_only=only) for only in (False, True))
    assert book.sheetnames == [
        "概览",
        "指标分布",
        "部门得分",
        "各部门指标",
        "离群值",
        "共同发现",
        "审计发现",
        "资料缺口",
        "未比较",
    ]
    values = book["各部门指标"]
    numbers = {"COUNT": len, "MIN": min, "MAX": max, "MEDIAN": statistics.median}
    checked = 0
    for row, kept in zip(
        book["指标分布"].iter_rows(min_row=4), stored["指标分布"].iter_rows(min_row=4), strict=True
    ):
        for cell, own in zip(row, kept, strict=True):
            match = re.fullmatch(
                r"=([A-Z]+)\('各部门指标'!\$([A-Z]+)\$(\d+):\$\2\$(\d+)(?:,(\d))?\)", str(cell.value)
            )
            if not match:
                continue
            name, letter, first, last, part = match.groups()
            cells = [c[0].value for c in values[f"{letter}{first}:{letter}{last}"]]
            held = [value for value in cells if isinstance(value, int | float)]
            expected = numpy.quantile(held, int(part) / 4) if name == "QUARTILE" else numbers[name](held)
            assert own.value == pytest.approx(expected, rel=1e-12, abs=1e-12), cell.coordinate
            checked += 1
    assert checked > 300
    for sheet in book:
        assert sheet.freeze_panes and (sheet.auto_filter.ref or sheet.title == "概览")
    assert len([cell for cell in book["部门得分"]["A"] if cell.hyperlink]) >= len(found.departments)


def test_a_thousand_departments_are_a_page_of_less_than_five_megabytes(tmp_path):
    """The same thousand from a few dozen runs: what is measured is the page, not the disk."""
    entries = peer_tables.province(tmp_path, 40)
    made = peers.gather(entries)
    many = tuple(
        replace(made.departments[n % len(made.departments)], run=f"d{n:04d}", name=f"第{n:04d}号{made.departments[n % len(made.departments)].name}")
        for n in range(1000)
    )  # fmt: skip
    data = page(Peers(many, made.refused, made.names, made.known), tmp_path)
    assert 500_000 < len(data) <= 5 * 1024 * 1024
    text = data.decode()
    assert shortcomings(text) == [] and text.count("第0999号") >= 1
    strips = re.findall(r'<svg[^>]* class="strip".*?</svg>', text)
    distributions = [own for own in strips if "分布图" in own]
    assert len(distributions) > 20 and max(map(len, distributions)) < 4096


# --- in a browser ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("width", [1440, 500, 320])
def test_the_page_is_accessible_quiet_and_as_wide_as_its_window(forty, chromium_program, width):
    path = forty[2] / "comparison.html"
    with sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=chromium_program,
            args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
        )
        context = browser.new_context(bypass_csp=True, offline=True)
        opened = page_checks.opened(context, path, width)
        assert page_checks.inaccessible(opened) == []
        if width == 1440:
            assert page_checks.overflowing(opened) == []
            assert page_checks.restless(context, path) == []
        browser.close()


def test_only_tables_that_are_open_are_printed(forty, chromium_program):
    path = forty[2] / "comparison.html"
    with sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=chromium_program,
            args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
        )
        opened = page_checks.opened(browser.new_context(bypass_csp=True, offline=True), path, 1440)
        folded = opened.locator("details.folded").count()

        def pages() -> int:
            return len(pypdfium2.PdfDocument(opened.pdf(format="A4")))

        closed = pages()
        opened.eval_on_selector_all("details.folded", "all => all.forEach(one => { one.open = true })")
        assert folded > 3 and closed <= 20 < pages()
        browser.close()
