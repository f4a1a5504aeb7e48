"""The page's chapters on indicators: how each is spread, with its definition, and who lies outside its group."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from auditbook.charts import Chart
from auditbook.figures import NOT_APPLICABLE
from auditbook.indicators import COMPUTED, NOT_ASSESSABLE, UNDEFINED
from auditbook.peers.distributions import LEAST_MEMBERS
from auditbook.peers.gathered import Distribution, Outlier, Peers
from auditbook.peers.groups import group_words, setting_words, value_words
from auditbook.peers.links import Links
from auditbook.peers.reading import BOUNDS, Setting
from auditbook.peers.reasons import (
    definition_words,
    first_look,
    formula_words,
    outlier_words,
    source_words,
)
from auditbook.peers.strips import strip
from auditbook.report import fragments as html
from auditbook.report.fragments import Column, Html, Text

WORKBOOK = "comparison.xlsx"
STATE_WORDS = {
    COMPUTED: "算得出", NOT_ASSESSABLE: "无法评价", NOT_APPLICABLE: "不适用", UNDEFINED: "基数为零", BOUNDS: "只有界限",
}  # fmt: skip
_MOST_OUTLIERS = 10  # of a measure on the page; all are in the workbook
_MOST_DEPARTMENTS = 20


def states_words(own: Distribution) -> str:
    """Of how many departments there is a value, and why not of the others: 算得出 812，无法评价 188."""
    said = [
        f"{words} {own.states.get(state, 0)}" for state, words in STATE_WORDS.items() if own.states.get(state)
    ]
    if own.without:
        said.append(f"没有这个口径 {own.without}")
    return "，".join(said)


def shown_apart(own: Distribution) -> bool:
    """Whether a measure has a drawing: it scores somewhere, or there are enough values for quartiles."""
    return own.spread is not None and bool(own.scoring or own.spread.count >= LEAST_MEMBERS)


def spreads(peers: Peers) -> Iterator[Text]:
    """Each measure as a small drawing with its definition; then all of them in a table."""
    yield html.paragraph(
        "每幅图是一项指标的一种口径：竖线或柱是各部门的值，下面的框从下四分位到上四分位，粗线是中位数；横轴两端是最低与最高，"
        "离得过远的只在边上写明个数与极值。只统计算得出的部门；算不出、不适用、基数为零的不当作零，在图名下写明个数。"
    )
    for setting in peers.settings:
        own = [d for d in peers.distributions if d.measure.setting == setting]
        drawn = [(number, d) for number, d in enumerate(own) if shown_apart(d)]
        scoring, others = (
            [
                html.figure(_chart(peers, d, number), _definition(peers, d))
                for number, d in drawn
                if bool(d.scoring) == counts
            ]
            for counts in (True, False)
        )
        body: list[Text] = [html.multiples(scoring) if scoring else html.paragraph("没有算得出的计分指标。")]
        if others:
            body.append(
                html.tight(html.folded(f"不计分的其他口径（{len(others)} 种）", html.multiples(others)))
            )
        body.append(html.tight(html.folded(f"全部指标与口径（{len(own)} 种）", _all(peers, own, setting))))
        if len(peers.settings) > 1:
            yield html.section(3, f"spread-{peers.settings.index(setting)}", setting_words(setting), *body)
        else:
            yield html.join(*body)


def _definition(peers: Peers, own: Distribution) -> str:
    said = f"{formula_words(peers, own.measure)}。{states_words(own)}"
    if own.otherwise:
        said += f"；按本口径计分 {own.scoring}，按其他口径计分 {own.otherwise}"
    return said + "。"


def _chart(peers: Peers, own: Distribution, number: int) -> Chart:
    held, measure = own.spread, own.measure
    assert held is not None
    words = [
        value_words(value, measure) for value in (held.least, held.lower, held.middle, held.upper, held.most)
    ]
    title = definition_words(peers, measure)
    alt = f"分布图：{title}，{held.count}个部门；最低{words[0]}，下四分位{words[1]}，中位数{words[2]}，上四分位{words[3]}，最高{words[4]}。"
    names = ("最低", "下四分位", "中位数", "上四分位", "最高")
    rows = [*zip(names, words, strict=True), ("口径出处", source_words(peers, measure) or "—")]
    svg = strip(peers.values(measure), held, (words[0], words[2], words[4]))
    return Chart(
        f"spread-{peers.settings.index(measure.setting)}-{number}",
        title,
        svg,
        alt,
        ("项目", "值"),
        tuple(rows),
    )


def _all(peers: Peers, own: Sequence[Distribution], setting: Setting) -> Html:
    columns = [
        Column("指标与口径"), Column("算得出", "个", numeric=True), Column("无法评价", "个", numeric=True),
        Column("不适用", "个", numeric=True), Column("基数为零", "个", numeric=True), Column("只有界限", "个", numeric=True),
        Column("没有此口径", "个", numeric=True), Column("按此计分", "个", numeric=True), Column("中位数", numeric=True),
        Column("算式"),
    ]  # fmt: skip
    rows: list[list[Text]] = [
        [
            definition_words(peers, d.measure), *(str(d.states.get(state, 0)) for state in STATE_WORDS), str(d.without),
            str(d.scoring), value_words(d.spread.middle, d.measure) if d.spread else "—", formula_words(peers, d.measure),
        ]
        for d in own
    ]  # fmt: skip
    return html.table(f"{setting_words(setting)}的全部指标与口径", columns, rows, rest_in=WORKBOOK)


# --- who lies outside ------------------------------------------------------------------------------------------------


def outlying(peers: Peers, links: Links) -> Iterator[Text]:
    """Departments outside their group's fences, by measure, each with its sum and what is to be looked at first."""
    yield html.callout(
        "note",
        "离群不是审计发现",
        "这里列出的是算术上离同组较远的部门，供安排核查的先后。离得远可能是职能不同、当年有一次性事项、基数很小、资料不全，"
        "也可能没有任何问题；没有取证之前，不得据此作出评价。“先看”一栏写的，是数字本身就能解释距离的情形。",
    )
    yield html.paragraph(
        f"规则：值（连同公布精度带来的整个范围）在同组下四分位以下、或上四分位以上超过1.5个四分位距（Tukey 1977）。"
        f"同组先取级别、类别、规模都相同的部门；其中算得出的不足{LEAST_MEMBERS}个，就依次不分规模、类别、级别。四分位距为零（至少半数同值）的组，"
        f"这条规则不适用，不列。由审计人员判断的指标不列。"
    )
    if not peers.outliers:
        yield html.paragraph("没有部门在界限之外。")
        return
    yield _most_often(peers, links)
    held: dict[object, list[Outlier]] = defaultdict(list)
    for outlier in peers.outliers:
        held[outlier.measure].append(outlier)
    for own in held.values():
        title = definition_words(peers, own[0].measure)
        if len(peers.settings) > 1:
            title += f"，{setting_words(own[0].measure.setting)}"
        yield html.tight(html.folded(f"{title}：{len(own)} 个部门", _outliers(peers, links, title, own)))


def _most_often(peers: Peers, links: Links) -> Html:
    counts: Counter[int] = Counter()
    first: Counter[int] = Counter()
    for outlier in peers.outliers:
        counts[outlier.department] += 1
        first[outlier.department] += bool(first_look(peers, outlier))
    ordered = sorted(counts, key=lambda number: (-counts[number], number))[:_MOST_DEPARTMENTS]
    rows: list[list[Text]] = [
        [links.name(number), group_words(peers.alike[number]), str(counts[number]), str(first[number])]
        for number in ordered
    ]
    columns = [
        Column("部门"), Column("组"), Column("在界限之外的指标", "项", numeric=True), Column("其中须先看数字的", "项", numeric=True)
    ]  # fmt: skip
    note = f"共 {len(counts)} 个部门、{len(peers.outliers)} 处；此处列最多的{len(ordered)}个。一项指标的几种口径各算一项。"
    return html.table("在界限之外的指标最多的部门", columns, rows, note=note)


def _outliers(peers: Peers, links: Links, title: str, own: Sequence[Outlier]) -> Html:
    rows: list[list[Text]] = []
    for outlier in own[:_MOST_OUTLIERS]:
        held, measure, value = outlier.spread, outlier.measure, outlier.value.value
        fences = held.fences
        assert value is not None and fences is not None
        look = first_look(peers, outlier)
        rows.append(
            [
                links.name(outlier.department), value_words(value, measure),
                f"{group_words(outlier.group)} {held.count}个：中位数{value_words(held.middle, measure)}，"
                f"界限{value_words(fences.low, measure)}～{value_words(fences.high, measure)}",
                html.bullets(outlier_words(peers, outlier)),
                html.join(html.tag("note", "先看数字"), " ", "；".join(look)) if look else "—",
            ]
        )  # fmt: skip
    columns = [
        Column("部门"),
        Column("值", numeric=True),
        Column("同组"),
        Column("怎样算来，与居中部门差在哪里"),
        Column("先看"),
    ]
    left = len(own) - len(rows)
    note = f"算式：{formula_words(peers, own[0].measure)}。"
    if left:
        note += f"按离界限的远近列前{len(rows)}个，另有{left}个见 {WORKBOOK} 的“离群值”。"
    return html.table(f"在同组界限之外：{title}", columns, rows, note=note)
