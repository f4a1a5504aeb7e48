"""What a chart of the report must be: legible, honest, safe inside a page, the same bytes twice."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from fractions import Fraction
from functools import cache
from itertools import combinations
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditbook import charts
from auditbook.charts import (
    Bar,
    Bullet,
    Chart,
    Dot,
    MissingGlyph,
    Pair,
    Span,
    Stack,
    Step,
    Track,
    bars,
    bullet,
    interval,
    missing_characters,
    paired,
    stacked,
    trend,
    waterfall,
)
from auditbook.report import fragments
from auditbook.report.chart_files import chart_csv, charts_in

SVG = "{http://www.w3.org/2000/svg}"
F = Fraction
LONG = (
    "落实国务院关于进一步深化预算管理制度改革要求的机关事务管理局下属综合服务保障中心"
    "（含公务用车与办公用房两个分中心）"
)
HUGE = F(10**13)
HOSTILE = '<script>alert("1")</script> & $x^2$ -->'


def examples() -> list[Chart]:
    """Each kind of chart as a report uses it."""
    wan = 10000
    return [
        waterfall(
            "budget",
            "年初预算到决算",
            [
                Step("年初预算", F(18780 * wan), "18,780.00", "total"),
                Step("年中追加", F(2150 * wan), "+2,150.00", "change"),
                Step("年中追减", F(-820 * wan), "−820.00", "change"),
                Step("调整后预算", F(20110 * wan), "20,110.00", "total"),
                Step("实际支出", F(19800 * wan), "19,800.00", "part"),
                Step("未支出", F(310 * wan), "310.00", "part"),
            ],
            "万元",
        ),
        bars(
            "execution",
            "各单位预算执行率",
            [
                Bar("局本级", F(8868, 10000), "88.68", emphasised=True),
                Bar("机关服务中心", F(97, 100), "97.00", F(92, 100), F(99, 100)),
                Bar("公务用车管理服务中心", F(1046, 1000), "104.60"),
                Bar("会议中心", None, "", note="决算表未公开"),
                Bar("幼儿园", None, "72.10", high=F(721, 1000)),
            ],
            "%",
            F(1),
            "上限 100%",
        ),
        paired(
            "staff",
            "编制与实有人数",
            [
                Pair("局本级", F(40), F(38), "编制 40，实有 38"),
                Pair("服务中心", F(25), F(31), "编制 25，实有 31", True),
                Pair("会议中心", F(12), None, "编制 12"),
            ],
            "编制",
            "实有",
            "人",
        ),
        bullet(
            "targets",
            "绩效目标完成情况",
            [
                Bullet("满意度", F(95, 100), F(963, 1000), "95%", "96.30%", "≥", True),
                Bullet("油耗下降", F(3, 100), F(1, 100), "3%", "1.00%", "≥", False, "单车平均"),
                Bullet("事故", F(0), F(2), "0 起", "2 起", "≤", False),
                Bullet("覆盖率", F(1), None, "100%", "", "=", None, "总结报告未提及"),
            ],
        ),
        stacked(
            "weights",
            "权重构成",
            [
                Stack(
                    "岳阳市",
                    (
                        ("投入", F(2, 10), "20%"),
                        ("过程", F(3, 10), "30%"),
                        ("效果", F(5, 10), "50%"),
                    ),
                ),
                Stack("某区", (("投入", F(1, 100), "1%"), ("过程", F(95, 100), "95%"))),
            ],
            "%",
            F(1),
        ),
        interval(
            "score",
            "得分区间",
            [
                Span("总分", F(63), F(88), "63.00～88.00", F(95)),
                Span("投入", F(14), F(14), "14.00"),
            ],
            "分",
            F(100),
        ),
    ]


def extremes() -> list[Chart]:
    """Nothing, zero, one row, enormous, tiny, negative, long, many."""
    many = [Bar(f"单位{i}", F(i, 100), f"{i}.00") for i in range(45)]
    big = "10,000,000,000,000.00"
    return [
        waterfall("e1", LONG, [], "元"),
        waterfall(
            "e2",
            "亏损",
            [
                Step(LONG, HUGE, big, "total"),
                Step("大额", -2 * HUGE, f"−2{big}", "change"),
                Step("结余", -HUGE, f"−{big}", "total"),
                Step("甲", -HUGE / 2, "−5,000,000,000,000.00", "part"),
                Step("乙", F(0), "0.00", "part"),
            ],
            "元",
        ),
        waterfall("e3", "零", [Step("零", F(0), "0.00", "total")], "元"),
        bars("e4", "空", [], "%", F(1), "上限"),
        bars("e5", "全空", [Bar("甲", None, ""), Bar(LONG, None, "—", note=LONG)], "%", F(1)),
        bars("e6", "全零", [Bar("甲", F(0), "0.00"), Bar("乙", F(0), "0.00")], "%", F(1, 10), "限值"),
        bars(
            "e7",
            "巨大",
            [
                Bar(LONG, HUGE, big, note=LONG, emphasised=True),
                Bar("短", -HUGE, f"−{big}", low=-2 * HUGE, high=F(0)),
                Bar(HOSTILE, F(1), HOSTILE, note=HOSTILE),
            ],
            "元",
            HUGE / 2,
            LONG,
        ),
        bars("e8", "微小", [Bar("甲", F(1, 10**15), "0.0000000000001%")], "%"),
        bars("e9", "全负", [Bar("甲", F(-3), "−3.00"), Bar(LONG[:30], F(-1), "−1.00")], "元", F(-2)),
        bars("e10", "多行", many, "%"),
        bars("e11", "悬殊", [Bar("甲", HUGE, big), Bar("乙", F(1), "1.00")], "元"),
        bars("e12", "超出浮点", [Bar("甲", F(10**400), "很大"), Bar("乙", F(1), "1.00")], "元"),
        paired("e13", "空", [], "编制", "实有", "人"),
        paired("e14", "全空", [Pair("甲", None, None, "")], "编制", "实有", "人"),
        paired(
            "e15",
            "对照",
            [
                Pair(LONG, -HUGE, HUGE, f"调整前 −{big}，调整后 {big}"),
                Pair("零", F(0), F(0), "0 / 0"),
            ],
            "调整前",
            "调整后",
            "元",
        ),
        bullet("e16", "空", []),
        bullet(
            "e17",
            "目标",
            [
                Bullet(LONG, HUGE, F(1), f"{big} 元", "1.00 元", "≥", False, LONG),
                Bullet("负", F(-5), F(3), "−5", "3", "≥", True),
                Bullet("零", F(0), F(0), "0", "0", "=", True),
                Bullet("超额", F(1), HUGE, "1", big, "≥", True),
            ],
        ),
        stacked("e18", "空", [], "%", F(1)),
        stacked("e19", "无组成", [Stack("甲", ())], "%", F(1)),
        stacked(
            "e20",
            "不闭合",
            [
                Stack(LONG, ((LONG, F(1, 3), "33.33"), ("乙", F(0), "0"), ("丙", F(-1, 10), "−10"))),
                Stack("细分", tuple((f"指标{i}", F(1, 40), "2.5") for i in range(40))),
            ],
            "%",
            F(1),
        ),
        stacked("e21", "巨大", [Stack(LONG, (("甲", HUGE / 3, big),))], "元", HUGE),
        interval("e22", "空", [], "分", F(100)),
        interval("e23", "越界", [Span(LONG, F(-3), F(120), "−3～120", F(130))], "分", F(100)),
        interval("e24", "零", [Span("零", F(0), F(0), "0.00", F(0))], "分", F(0)),
        trend("e25", "空", [2020, 2021], [], "元"),
        trend("e26", "全缺", [2020, 2021], [Track("甲", (Dot(None, "缺"), Dot(None, "没有案例")))], "元"),
        trend(
            "e27",
            "历年",
            [2020, 2021, 2022, 2023],
            [
                Track(
                    LONG,
                    (
                        Dot(HUGE, big, "1"),
                        Dot(None, "没有这一年的案例"),
                        Dot(-HUGE, "−" + big, "2"),
                        Dot(F(0), "0", "3", LONG),
                    ),
                ),
                Track(
                    "零",
                    (
                        Dot(F(0), "0.00", "1"),
                        Dot(F(0), "0.00", "1"),
                        Dot(F(1), "1.00", "2", "单位合并"),
                        Dot(F(2), "2.00", "2"),
                    ),
                ),
            ],
            "元",
        ),
        trend(
            "e28",
            "多年",
            range(2000, 2030),
            [Track("甲", tuple(Dot(F(n), f"{n}.00", "1") for n in range(30)))],
            "元",
        ),
    ]


EVERY = [*examples(), *extremes()]


def root(chart: Chart) -> ElementTree.Element:
    return ElementTree.fromstring(chart.svg)


def texts(chart: Chart) -> list[str]:
    return [element.text or "" for element in root(chart).iter(f"{SVG}text")]


@cache
def advances() -> dict[str, float]:
    from fontTools.ttLib import TTFont

    font = TTFont(charts.FONT)
    em, metrics = font["head"].unitsPerEm, font["hmtx"]
    return {chr(code): metrics[glyph][0] / em for code, glyph in font.getBestCmap().items()}


def text_boxes(chart: Chart) -> list[tuple[str, float, float, float, float]]:
    """Each text with left, top, right, bottom: as wide as the shipped font makes it."""
    boxes = []
    for element in root(chart).iter(f"{SVG}text"):
        text = element.text or ""
        size = float(element.attrib["font-size"])
        width = size * sum(advances()[character] for character in text)
        x, y = float(element.attrib["x"]), float(element.attrib["y"])
        before = {"start": 0, "middle": 0.5, "end": 1}[element.get("text-anchor", "start")]
        left = x - width * before
        boxes.append((text, left, y - 0.82 * size, left + width, y + 0.1 * size))
    return boxes


def size_of(chart: Chart) -> tuple[float, float]:
    _, _, width, height = map(float, root(chart).attrib["viewBox"].split())
    return width, height


def assert_fits(chart: Chart) -> None:
    """Nothing leaves the page, and no text lies on another."""
    width, height = size_of(chart)
    boxes = text_boxes(chart)
    for text, left, top, right, bottom in boxes:
        assert left >= -0.75, (chart.name, text, left)
        assert top >= -0.75, (chart.name, text, top)
        assert right <= width + 0.75, (chart.name, text, right)
        assert bottom <= height, (chart.name, text, bottom)
    for a, b in combinations(boxes, 2):
        apart = a[3] <= b[1] + 0.75 or b[3] <= a[1] + 0.75 or a[4] <= b[2] or b[4] <= a[2]
        assert apart, (chart.name, a, b)
    for path in root(chart).findall(f"./{SVG}g//{SVG}path"):
        numbers = [float(n) for n in re.findall(r"-?\d+(?:\.\d+)?", path.attrib["d"])]
        assert all(-0.5 <= x <= width + 0.5 for x in numbers[0::2]), (chart.name, path.attrib["d"])
        assert all(-0.5 <= y <= height + 0.5 for y in numbers[1::2]), (chart.name, path.attrib["d"])


@pytest.mark.parametrize("chart", EVERY, ids=lambda chart: chart.name)
def test_nothing_overflows_or_overlaps(chart: Chart) -> None:
    assert_fits(chart)


label = st.text(alphabet="局本级机关服务中心（预算）执行率，ABC12.5% ", min_size=0, max_size=60)
value = st.fractions(min_value=-(10**13), max_value=10**13, max_denominator=1000)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.builds(
            Bar,
            label,
            st.none() | value,
            label.map(lambda text: text[:22]),
            emphasised=st.booleans(),
            note=label,
        ),
        max_size=8,
    ),
    st.none() | value,
    label,
)
def test_bars_fit_whatever_they_are(rows: list[Bar], limit: Fraction | None, words: str) -> None:
    assert_fits(bars("any", "任意", rows, "元", limit, words))


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.builds(
            Step,
            label,
            value,
            st.sampled_from(["1.00", "−10,000,000,000,000.00"]),
            st.sampled_from(["total", "change", "part"]),
        ),
        max_size=8,
    )
)
def test_waterfalls_fit_whatever_they_are(steps: list[Step]) -> None:
    assert_fits(waterfall("any", "任意", steps, "元"))


@pytest.mark.parametrize("chart", EVERY, ids=lambda chart: chart.name)
def test_a_chart_is_safe_inside_a_page(chart: Chart) -> None:
    head = root(chart)
    assert head.attrib["role"] == "img"
    assert head.attrib["aria-label"] == chart.alt
    assert head[0].tag == f"{SVG}title"
    assert not {"width", "height", "style"} & head.attrib.keys()
    # A style element would hold for the whole page; a style attribute falls to a strict policy.
    assert not [e.tag for e in head.iter() if e.tag in {f"{SVG}style", f"{SVG}script"}]
    assert not [e for e in head.iter() if "style" in e.attrib]
    assert chart.svg.startswith("<svg ")
    assert re.findall(r"https?://[^\"]+", chart.svg) == ["http://www.w3.org/2000/svg"]


def test_ids_are_unique_between_charts_and_every_reference_is_met() -> None:
    page = "".join(chart.svg for chart in EVERY)
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert ids
    assert len(ids) == len(set(ids))
    assert set(re.findall(r"url\(#([^)]+)\)", page)) == set(ids)


def test_ids_differ_for_names_that_differ_only_in_punctuation() -> None:
    steps = [Step("减", F(-1), "−1", "change")]
    pages = [waterfall(name, "同", steps, "元").svg for name in ("a b", "a_b", "a-b", "甲")]
    ids = [i for page in pages for i in re.findall(r'\bid="([^"]+)"', page)]
    assert len(ids) == len(set(ids)) == 4


def test_the_same_bytes_in_two_processes() -> None:
    program = (
        "import hashlib, test_charts\n"
        "for chart in test_charts.EVERY: print(hashlib.sha256(repr(chart).encode()).hexdigest())"
    )
    runs = [
        subprocess.run(
            [sys.executable, "-c", program],
            env={
                **os.environ,
                "PYTHONHASHSEED": seed,
                "PYTHONPATH": os.pathsep.join([os.path.dirname(__file__), os.environ.get("PYTHONPATH", "")]),
            },
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    ]
    assert runs[0] == runs[1]
    assert len(runs[0].split()) == len(EVERY)


def test_a_users_own_matplotlib_settings_change_nothing() -> None:
    import matplotlib

    expected = examples()[1].svg
    with matplotlib.rc_context(
        {"font.size": 30, "path.sketch": (1, 100, 2), "svg.fonttype": "path", "text.usetex": True}
    ):
        assert examples()[1].svg == expected
        assert matplotlib.rcParams["font.size"] == 30


def test_the_module_needs_neither_matplotlib_nor_pandas_until_it_draws() -> None:
    program = (
        "import sys\n"
        "for name in ('matplotlib', 'pandas', 'numpy', 'fontTools'): sys.modules[name] = None\n"
        "import auditbook.charts"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


def test_text_stays_text() -> None:
    chart = bars("hostile", HOSTILE, [Bar(HOSTILE, F(1), "$1$", note="<b>&amp;</b>")], "元")
    assert "<script" not in chart.svg
    assert "<b>" not in chart.svg
    joined = "".join(texts(chart)).replace(" ", "")
    assert HOSTILE.replace(" ", "") in joined
    assert "$1$" in joined
    assert "<b>&amp;</b>" in joined
    assert HOSTILE in chart.alt or HOSTILE[:20] in chart.alt


def test_every_letter_is_drawn_in_the_shipped_font() -> None:
    from fontTools.ttLib import TTFont

    name = TTFont(charts.FONT)["name"].getDebugName(1)
    assert charts.font_family() == name
    for chart in EVERY:
        assert root(chart).attrib["font-family"] == f"'{name}', sans-serif"
        assert not [e for e in root(chart)[1:] if "font-family" in ElementTree.tostring(e).decode()]
        words = [chart.title, chart.alt, *chart.columns, *texts(chart), *sum(chart.rows, ())]
        assert missing_characters("".join(words)) == ""


def test_missing_characters_are_named_once_and_sorted() -> None:
    assert missing_characters("无锡市机关事务管理局 ¥ ≥ ㎡ 堃喆镕") == ""
    assert missing_characters("甲😀乙\u200b😀") == "\u200b😀"


@pytest.mark.parametrize(
    "make",
    [
        lambda bad: bars("c", "题", [Bar(f"单位{bad}", F(1), "1")], "元"),
        lambda bad: bars("c", f"题{bad}", [Bar("单位", F(1), "1")], "元"),
        lambda bad: bars("c", "题", [Bar("甲", F(1), "1")] * 30 + [Bar(bad, F(1), "1")], "元"),
        lambda bad: bars("c", "题", [Bar("单位", F(1), "1")], "元", F(1), bad),
        lambda bad: stacked("c", "题", [Stack("甲", ((bad, F(1), "1"),))], "元", F(1)),
    ],
)
def test_a_character_that_the_font_lacks_is_refused_by_name(make) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(MissingGlyph) as caught:
        make("😀")
    assert caught.value.characters == "😀"
    assert "😀（U+1F600）" in str(caught.value)
    with pytest.raises(MissingGlyph, match=r"U\+0001"):
        make("\x01")


def bar_shapes(chart: Chart) -> int:
    """How many filled or outlined boxes as thick as a bar a chart has."""
    count = 0
    for path in root(chart).findall(f"./{SVG}g//{SVG}path"):
        ys = [float(n) for n in re.findall(r"-?\d+(?:\.\d+)?", path.attrib["d"])][1::2]
        thick = max(ys) - min(ys) == pytest.approx(charts.THICK, abs=0.02)
        count += thick and path.get("stroke") == charts.ACCENT
    return count


def bar_widths(chart: Chart) -> list[float]:
    widths = []
    for path in root(chart).findall(f"./{SVG}g//{SVG}path"):
        xs = [float(n) for n in re.findall(r"-?\d+(?:\.\d+)?", path.attrib["d"])][0::2]
        if path.get("fill") == charts.ACCENT:
            widths.append(max(xs) - min(xs))
    return widths


def test_none_is_said_and_is_not_zero() -> None:
    none = bars("n", "题", [Bar("甲", F(1), "1.00"), Bar("乙", None, "")], "元")
    zero = bars("n", "题", [Bar("甲", F(1), "1.00"), Bar("乙", F(0), "0.00")], "元")
    assert "无法评价" in texts(none)
    assert "无法评价" not in texts(zero)
    assert "乙 无法评价" in none.alt
    assert none.rows[1][1] == "无法评价"
    assert bar_shapes(none) == bar_shapes(zero) == 1
    tiny = bars("n", "题", [Bar("甲", F(1), "1.00"), Bar("乙", F(1, 10**9), "0.00")], "元")
    assert bar_shapes(tiny) == 2
    assert min(bar_widths(tiny)) == pytest.approx(charts.LEAST, abs=0.02)


@pytest.mark.parametrize("name", ["e1", "e4", "e5", "e13", "e14", "e16", "e18", "e19", "e22"])
def test_nothing_to_draw_is_said(name: str) -> None:
    chart = next(chart for chart in EVERY if chart.name == name)
    assert "无数据" in texts(chart)
    assert "无数据" in chart.alt


def test_only_a_bound_is_hollow_and_says_so() -> None:
    chart = examples()[1]
    assert "≤ 72.10" in texts(chart)
    assert "幼儿园 ≤ 72.10 %" in chart.alt
    lower = bars("b", "题", [Bar("甲", None, "", low=F(1, 2))], "%")
    assert "≥ 50.00" in texts(lower)
    both = bars("b", "题", [Bar("甲", None, "", low=F(1, 2), high=F(3, 4))], "%")
    assert "50.00 ～ 75.00" in texts(both)


def test_beyond_the_limit_is_told_by_word_hatching_and_table() -> None:
    chart = examples()[1]
    assert "超过上限 100%" in texts(chart)
    assert "上限 100%" in texts(chart)
    assert "上限 100%，1 项超过" in chart.alt
    assert "pattern" in chart.svg
    assert chart.columns == ("项目", "数值（%）", "可能范围", "是否超过上限 100%", "说明")
    assert [row[3] for row in chart.rows] == ["未超过", "未超过", "超过", "无法评价", "未超过"]
    at = bars("a", "题", [Bar("甲", F(1), "100.00")], "%", F(1), "上限 100%")
    assert at.rows[0][-1] == "未超过"
    assert "pattern" not in at.svg


def test_a_whisker_is_drawn_only_where_it_can_be_seen() -> None:
    def lines(low: Fraction, high: Fraction) -> int:
        drawn = root(bars("w", "题", [Bar("甲", F(1), "1", low, high)], "元"))
        return sum(path.get("stroke-width") == "1.4" for path in drawn.iter(f"{SVG}path"))

    assert lines(F(1, 2), F(3, 2)) == 3
    assert lines(1 - F(1, 10**6), 1 + F(1, 10**6)) == lines(F(1), F(1)) == 0


def test_a_waterfall_that_does_not_close_says_so() -> None:
    steps = [
        Step("年初", F(100), "100", "total"),
        Step("追加", F(20), "+20", "change"),
        Step("调整后", F(130), "130", "total"),
        Step("支出", F(90), "90", "part"),
        Step("未支出", F(30), "30", "part"),
    ]
    chart = waterfall("w", "题", steps, "元")
    assert "“调整后”与此前各项变动之后的数相差 10 元。" in texts(chart)
    assert "各组成部分之和与总额相差 -10 元。" in texts(chart)
    assert "相差 10 元" in chart.alt
    assert not [text for text in texts(examples()[0]) if "相差" in text]


def test_a_sum_that_does_not_close_is_seen() -> None:
    chart = examples()[4]
    assert "合计应为 100%" in texts(chart)
    assert "合计 100%" in texts(chart)
    assert "合计 96%，少 4%" in texts(chart)
    assert "某区 合计 96%，少 4%" in chart.alt
    assert ("某区", "合计", "96%，少 4%") in chart.rows
    close = stacked("s", "题", [Stack("甲", (("乙", 1 - F(1, 10**15), "100%"),))], "%", F(1))
    assert [text for text in texts(close) if "少 0.0000000000001%" in text]


def test_an_answer_to_a_target_is_a_word() -> None:
    chart = examples()[3]
    assert [t for t in texts(chart) if t in {"达到", "未达到", "无法评价"}] == [
        "达到",
        "未达到",
        "未达到",
        "无法评价",
    ]
    assert "达到 1 项，未达到 2 项，无法评价 1 项" in chart.alt
    assert chart.rows[1] == ("油耗下降", "≥ 3%", "1.00%", "未达到", "单车平均")


def test_a_missing_side_of_a_pair_is_said() -> None:
    chart = examples()[2]
    assert "编制 12，实有无法评价" in "".join(texts(chart))
    assert chart.rows[2][2] == "无法评价"
    assert "会议中心 编制 12，实有 无法评价" in chart.alt


def test_a_claim_and_an_interval_stand_in_alt_and_table() -> None:
    chart = examples()[5]
    assert "总分 63.00～88.00 分，自评 95" in chart.alt
    assert "满分 100 分" in texts(chart)
    assert chart.rows[0] == ("总分", "63.00～88.00", "63", "88", "95")
    assert chart.rows[1][-1] == ""


def test_the_alt_text_names_kind_title_unit_and_values() -> None:
    assert examples()[0].alt.startswith("瀑布图：年初预算到决算，单位 万元；年初预算 18,780.00 万元；")
    assert examples()[1].alt.startswith("条形图：各单位预算执行率，单位 %；")
    assert "局本级 88.68 %" in examples()[1].alt
    for chart in EVERY:
        assert len(chart.alt) <= 400, chart.name
        assert chart.alt.endswith("。")


def test_many_rows_are_counted_in_the_drawing_and_in_words() -> None:
    chart = next(chart for chart in EVERY if chart.name == "e10")
    assert "单位29" in texts(chart)
    assert "单位30" not in texts(chart)
    assert "图中为前 30 项，另有 15 项见数据表。" in texts(chart)
    assert re.search(r"其余 (\d+) 项见数据表。$", chart.alt)
    assert len(chart.rows) == 45
    short = bars("m", "题", [Bar("甲", F(1), "1")] * 31, "元")
    assert short.alt.endswith("其余 1 项见数据表。")


def test_the_drawing_grows_with_its_rows() -> None:
    heights = [size_of(bars("h", "题", [Bar("甲", F(1), "1")] * n, "元"))[1] for n in (1, 2, 30, 31)]
    assert heights == sorted(heights)
    assert heights[1] - heights[0] == pytest.approx((heights[2] - heights[0]) / 29, abs=1)


def test_values_are_placed_in_proportion() -> None:
    chart = bars("p", "题", [Bar("甲", F(2), "2"), Bar("乙", F(1), "1"), Bar("丙", F(-1), "−1")], "元")
    widths = bar_widths(chart)
    assert widths[0] == pytest.approx(2 * widths[1], abs=0.05)
    assert widths[2] == pytest.approx(widths[1], abs=0.05)


def contrast(a: str, b: str) -> float:
    def light(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        parts = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2] + 0.05

    high, low = sorted((light(a), light(b)), reverse=True)
    return high / low


@pytest.mark.parametrize("colour", [charts.INK, charts.MUTED, charts.WARNING, charts.ACCENT])
def test_letters_can_be_read(colour: str) -> None:
    assert contrast(colour, charts.PAPER) >= 4.5


# --- colours, as people see them ------------------------------------------------------------------

# Machado, Oliveira and Fernandes 2009, severity 1.0; they apply to linear RGB.
SEEN_BY = {
    "everyone": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protanopia": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deuteranopia": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    "tritanopia": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
}  # fmt: skip
TO_XYZ = (
    (0.4124564, 0.3575761, 0.1804375),
    (0.2126729, 0.7151522, 0.0721750),
    (0.0193339, 0.1191920, 0.9503041),
)
WHITE = (0.95047, 1.0, 1.08883)
# Fills and strokes that stand side by side in a chart.
NEIGHBOURS = {
    "proven and possible, a part and the next": (charts.STRONG.fill, charts.SOFT.fill),
    "a bar and the page": (charts.SOFT.fill, charts.PAPER),
    "within and beyond a limit": (charts.SOFT.fill, charts.BEYOND.fill),
    "a bar and a bar beyond": (charts.STRONG.fill, charts.BEYOND.fill),
    "strokes of bars within and beyond": (charts.SOFT.edge, charts.BEYOND.edge),
    "a mark and the bar under it": (charts.MARK.fill, charts.STRONG.fill),
}


def linear(colour: str) -> tuple[float, ...]:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    return tuple(part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)


def times(matrix: tuple[tuple[float, ...], ...], vector: tuple[float, ...]) -> tuple[float, ...]:
    return tuple(sum(a * b for a, b in zip(row, vector, strict=True)) for row in matrix)


def lab(colour: str, eyes: str) -> tuple[float, float, float]:
    seen = tuple(min(max(part, 0.0), 1.0) for part in times(SEEN_BY[eyes], linear(colour)))
    x, y, z = (
        part ** (1 / 3) if part > 216 / 24389 else (24389 / 27 * part + 16) / 116
        for part in (value / white for value, white in zip(times(TO_XYZ, seen), WHITE, strict=True))
    )
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def apart(one: str, other: str, eyes: str) -> float:
    return sum((a - b) ** 2 for a, b in zip(lab(one, eyes), lab(other, eyes), strict=True)) ** 0.5


def test_the_measures_agree_with_published_values() -> None:
    assert contrast("#ffffff", "#000000") == pytest.approx(21, abs=1e-3)
    assert contrast("#ffffff", "#777777") == pytest.approx(4.48, abs=0.01)  # WCAG's well-known failing grey
    assert lab("#ff0000", "everyone") == pytest.approx((53.24, 80.09, 67.20), abs=0.05)
    assert apart("#00ff00", "#ff0000", "deuteranopia") < apart("#00ff00", "#ff0000", "everyone") / 2


@pytest.mark.parametrize("eyes", SEEN_BY)
@pytest.mark.parametrize("pair", NEIGHBOURS)
def test_neighbouring_colours_stay_apart_for_every_eye(pair: str, eyes: str) -> None:
    assert apart(*NEIGHBOURS[pair], eyes) >= 15  # 2.3 is just noticeable


@pytest.mark.parametrize(
    "look", [charts.STRONG, charts.SOFT, charts.HOLLOW, charts.HATCHED, charts.BEYOND, charts.UNKNOWN, charts.MARK, charts.CLAIM]
)  # fmt: skip
def test_what_bounds_a_shape_stands_out_from_the_page(look: charts._Look) -> None:
    assert contrast(look.edge, charts.PAPER) >= 3


def test_text_stands_out_from_the_page() -> None:
    assert min(contrast(colour, charts.PAPER) for colour in (charts.INK, charts.MUTED, charts.WARNING)) >= 4.5


# --- the data beside the page ---------------------------------------------------------------------


def test_data_read_back_from_a_page_is_the_data_of_the_chart() -> None:
    made = examples()
    html = "".join(str(fragments.figure(chart)) for chart in made)
    assert charts_in(html) == {chart.name: chart_csv(chart) for chart in made}


def test_a_cell_that_a_spreadsheet_would_run_is_text_and_a_number_stays_one() -> None:
    chart = Chart(
        "own", "图", "<svg></svg>", "图",
        ("项目", "数值"),
        (("=1+1", "-820.00"), ("+cmd", "+2,150.00"), ("-无", "-5%"), ("@SUM(A1)", "0"), ("甲,“乙”", '丙"')),
    )  # fmt: skip
    assert chart_csv(chart).decode() == (
        '项目,数值\n\'=1+1,-820.00\n\'+cmd,"+2,150.00"\n\'-无,-5%\n\'@SUM(A1),0\n"甲,“乙”","丙"""\n'
    )


def test_a_name_that_leaves_the_folder_is_refused() -> None:
    chart = Chart("../x", "图", "<svg></svg>", "图", ("项目",), (("甲",),))
    with pytest.raises(ValueError, match="no file's name"):
        charts_in(str(fragments.figure(chart)))


def test_two_drawings_of_a_page_share_no_id() -> None:
    ids = [id for chart in examples() for id in re.findall(r'\bid="([^"]*)"', chart.svg)]
    assert len(ids) == len(set(ids))
