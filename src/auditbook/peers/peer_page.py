"""The page of a batch: one file in which nothing loads or runs, each department leading to its own report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path

from auditbook.numbers import rate_text
from auditbook.peers import league_parts, recurring_parts
from auditbook.peers.distribution_parts import outlying, spreads
from auditbook.peers.distributions import LEAST_MEMBERS, spread
from auditbook.peers.gathered import Distribution, Peers
from auditbook.peers.groups import Bands, Group, group_words, setting_words, value_words
from auditbook.peers.links import Links
from auditbook.peers.reading import Setting
from auditbook.peers.reasons import amount_words, definition_words
from auditbook.report import fragments as html
from auditbook.report import page as pages
from auditbook.report.fragments import Column, Html, Text

_MOST_MEASURES = 6  # whose medians stand beside each other by group
TITLE = "各部门比较"


def page(peers: Peers, folder: Path) -> bytes:
    """The comparison of a batch as one HTML file.

    Takes    folder: where it will lie; each department's name leads from there to its own report.
    Returns  the bytes of the file, the same for the same batch in whatever order it came.
    """
    links = Links(peers, folder)
    parts = [html.section(2, "summary", "这一批", *_summary(peers))]
    if peers.departments:
        parts += [
            html.section(2, "groups", "分组：先看可比的", *_groups(peers)),
            html.section(2, "spread", "各项指标的分布", *spreads(peers)),
            html.section(2, "outliers", "离同组较远的部门", *outlying(peers, links)),
            html.section(2, "leagues", "得分与位次范围", *league_parts.leagues(peers, links)),
            html.section(2, "findings", "共同的审计发现", *recurring_parts.findings(peers, links)),
            html.section(2, "gaps", "缺什么资料", *recurring_parts.gaps(peers)),
        ]
    parts += [
        html.section(2, "uncompared", "没有比较的，为什么", *recurring_parts.not_compared(peers)),
        html.section(2, "method", "这一页怎样得来", *_method(peers)),
    ]
    several = f"{len(peers.departments)}个部门"
    return pages.compose(
        str(html.join(*parts).markup), title=f"{TITLE}：{several}", kind="working-paper comparison",
        subtitle="、".join(setting_words(setting) for setting in peers.settings) or "没有可以比较的部门",
    ).encode()  # fmt: skip


def _summary(peers: Peers) -> Iterator[Text]:
    own = peers.departments
    whole = len(own) + len(peers.refused)
    assessed = spread(d.score.assessed / d.score.full for d in own if d.score)
    findings = spread(Fraction(len(d.found)) for d in own)
    high = sum(any(found.severity == "high" for found in d.found) for d in own)
    blocking = sum(d.blocking for d in own)
    outside = len({outlier.department for outlier in peers.outliers})
    cards: list[tuple[Text, Text, Text]] = [
        ("进入比较", f"{len(own)} / {whole}", "个案例；其余的见“没有比较的，为什么”"),
        ("可评权重", rate_text(assessed.middle) if assessed else "—", "各部门的中位数"),
        ("评分表", str(len({s.scheme for s in peers.leagues})), "份；得分只在各自的表内排列"),
        ("审计发现", str(int(findings.middle)) if findings else "—", f"项，各部门的中位数；{high}个部门有高级别发现"),
        ("离群", str(outside), f"个部门至少一项指标在同组界限之外，共{len(peers.outliers)}处；不是发现"),
        ("证据矛盾", str(blocking), "个部门的证据自相矛盾，其数字先要核对"),
    ]  # fmt: skip
    yield html.key_figures(cards)
    yield html.paragraph(
        "部门名称是链接，打开该部门自己的报告；明细与可以重算的公式在同一文件夹的 comparison.xlsx。"
        "要找一个部门，用浏览器的查找（Ctrl+F），折叠的表也会打开；打印时只印打开着的表。"
    )


# --- groups ----------------------------------------------------------------------------------------------------------


def _groups(peers: Peers) -> Iterator[Text]:
    for setting in peers.settings:
        yield html.paragraph(_bands_words(peers, setting, peers.bands[setting]))
    columns = [
        Column("组（级别·类别·规模）"), Column("部门", "个", numeric=True), Column("规模", "万元", numeric=True), Column("可评权重", numeric=True),
        Column("已证实得分率", numeric=True), Column("发现", "项", numeric=True), Column("有高级别发现的部门", "个", numeric=True),
        Column("证据矛盾的部门", "个", numeric=True), Column("有离群值的部门", "个", numeric=True),
    ]  # fmt: skip
    outside = Counter(number for number in {outlier.department for outlier in peers.outliers})
    rows = [_group(peers, group, members, outside) for group, members in peers.listed.items()]
    note = f"规模、可评权重、得分率、发现是组内各部门的中位数。不足{LEAST_MEMBERS}个部门的细组不单列，其部门只算在上一级的组里。一组用了不止一份评分表的，得分率不能并列，写“评分表不一”。"
    yield html.tight(html.table("各组概况", columns, rows, note=note, rest_in="comparison.xlsx"))
    for setting in peers.settings:
        yield from _medians(peers, setting)


def _bands_words(peers: Peers, setting: Setting, bands: Bands) -> str:
    found = next((dictionary for _, dictionary in peers.known.values() if bands.figure in dictionary), None)
    name = found[bands.figure].name if found else bands.figure
    whole = sum(d.setting == setting for d in peers.departments)
    prefix = f"{setting_words(setting)}：" if len(peers.settings) > 1 else ""
    held = f"{prefix}组由级别、类别（案例文件所写）与规模构成。规模看“{name}”，是这一批里最多部门都有的金额（{bands.known}/{whole}）"
    if bands.lower is None or bands.upper is None:
        return f"{held}；有这个数的部门不足{3 * LEAST_MEMBERS}个，不分档。"
    return f"{held}，从小到大三等分：不超过{amount_words(bands.lower)}为小，不超过{amount_words(bands.upper)}为中，其余为大；分界出自这一批，不是规定。"


def _group(peers: Peers, group: Group, members: Sequence[int], outside: Counter[int]) -> list[Text]:
    own = [peers.departments[number] for number in members]
    sizes = spread(size for d in own if (size := peers.size(d)) is not None)
    assessed = spread(d.score.assessed / d.score.full for d in own if d.score)
    proven = spread(d.score.lowest / d.score.maximum for d in own if d.score)
    schemes = {d.score.scheme for d in own if d.score}
    findings = spread(Fraction(len(d.found)) for d in own)
    return [
        group_words(group, settings=len(peers.settings) > 1), str(len(own)),
        amount_words(sizes.middle).removesuffix("万元") if sizes else "—", rate_text(assessed.middle) if assessed else "—",
        "—" if proven is None else rate_text(proven.middle) if len(schemes) == 1 else "评分表不一",
        _count(findings.middle) if findings else "—", str(sum(any(f.severity == "high" for f in d.found) for d in own)),
        str(sum(d.blocking for d in own)), str(sum(outside[number] for number in members)),
    ]  # fmt: skip


def _count(middle: Fraction) -> str:
    """A median of counts: whole, or a half."""
    return str(middle) if middle.denominator == 1 else f"{float(middle):g}"


def _medians(peers: Peers, setting: Setting) -> Iterator[Html]:
    """The medians of the measures that most departments score by, group by group."""
    own = [d for d in peers.distributions if d.measure.setting == setting and d.spread and d.scoring]
    chosen = sorted(own, key=_widest_known)[:_MOST_MEASURES]
    chosen = [d for d in own if d in chosen]
    members = {group: held for group, held in peers.listed.items() if group.setting == setting}
    if not chosen or len(members) < 2:
        return
    rows: list[list[Text]] = []
    for group, held in members.items():
        cells: list[Text] = []
        for d in chosen:
            inside = spread(peers.values(d.measure, held))
            cells.append(f"{value_words(inside.middle, d.measure)}（{inside.count}）" if inside else "—")
        rows.append([group_words(group), *cells])
    columns = [
        Column("组（级别·类别·规模）"),
        *(Column(definition_words(peers, d.measure), numeric=True) for d in chosen),
    ]
    caption = "各组指标的中位数" + (f"，{setting_words(setting)}" if len(peers.settings) > 1 else "")
    note = "括号里是组内算得出的部门数；列的是计分口径里最多部门算得出的几项，全部在 comparison.xlsx 的“指标分布”。"
    yield html.tight(html.table(caption, columns, rows, note=note, rest_in="comparison.xlsx"))


def _widest_known(own: Distribution) -> tuple[int, tuple[str, ...]]:
    return -(own.spread.count if own.spread else 0), own.measure[1:4]


def _method(peers: Peers) -> list[Text]:
    return [
        html.paragraph(
            "只读各次运行留下的表（指标、得分、发现、数据质量、资料登记、数字），不重新计算任何一个部门。值按表中的34位有效数字精确计算，显示时才四舍五入。"
        ),
        html.definition_list(
            [
                ("可比的条件", "同一年度、同一情景、同一指标、同一口径（算式逐字相同）、同一单位。缺一项就分开统计，并在“没有比较的”里写明。"),
                (
                    "四分位数",
                    "电子表格 QUARTILE.INC 的算法（Hyndman 与 Fan 1996 的第7种）：第 (n-1)·p 个位置，落在两个值之间的按比例取。工作簿里的公式与之相同。",
                ),
                ("离群", f"Tukey 1977：四分位数之外超过1.5个四分位距；组内至少{LEAST_MEMBERS}个部门，四分位距不为零。"),
                (
                    "位次范围",
                    "最好可能位次＝1＋最低分高于本部门最高分的部门数；最差可能位次＝1＋最高分高于本部门最低分的其他部门数。同分并列取前。",
                ),
                ("从不比较", "不同评分表的得分、不同口径的指标、分项或分单位的值、审计人员逐点判断的指标的离群、情景之下与没有情景的运行。"),
            ]
        ),
    ]  # fmt: skip
