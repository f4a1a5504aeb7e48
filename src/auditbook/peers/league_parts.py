"""The page's chapter on scores: caveats first, then a league for each scheme, with rank ranges instead of ranks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from auditbook.charts import Chart
from auditbook.numbers import Interval, rate_text
from auditbook.peers.distributions import spread
from auditbook.peers.gathered import Peers, Placed
from auditbook.peers.groups import group_words, setting_words
from auditbook.peers.links import Links
from auditbook.peers.reading import Scheme
from auditbook.peers.strips import bar, ladder
from auditbook.report import fragments as html
from auditbook.report.fragments import MOST_ROWS, Column, Html, Text
from auditbook.scoring import BASES


def leagues(peers: Peers, links: Links) -> Iterator[Text]:
    """The league of each scheme, under what must be known before anyone reads it."""
    yield html.callout("warning", "先要知道的", html.bullets(_caveats(peers)))
    counts = Counter(outlier.department for outlier in peers.outliers)
    for number, (scheme, placed) in enumerate(peers.leagues.items(), 1):
        yield html.section(
            3, f"league-{number}", title_of(peers, scheme), *_league(peers, links, scheme, placed, counts)
        )
    if not peers.leagues:
        yield html.paragraph("没有可以排列的得分。")


def _caveats(peers: Peers) -> list[str]:
    said = [
        "得分是一个范围：从已有证据证实的，到资料补齐后仍可能的。范围有重叠的部门，谁先谁后现在不能确定，所以只给位次范围"
        "（最好可能位次–最差可能位次），不给名次。",
        "表按已证实得分率排列，只是为了好找：排在前面的可能只是交的资料多。先看可评权重，再看得分。",
        "得分率＝得分÷适用各行的最高分（含加分项）；不适用的行不占分母。",
        "级别、类别、规模不同的部门职能不同，先在组内看（“组内位次”），再看全表。",
    ]
    if len(peers.leagues) > 1:
        said.append(f"这一批用了{len(peers.leagues)}份评分表：得分不能跨表比较，各表分开排列，没有总表。")
    return said


def title_of(peers: Peers, scheme: Scheme) -> str:
    """A scheme as it is called, told apart from those of the same name."""
    own = scheme.title + (f"，{setting_words(scheme.setting)}" if len(peers.settings) > 1 else "")
    alike = [s for s in peers.leagues if s[:4] == scheme[:4]]
    if len(alike) > 1:
        own += f"（第{alike.index(scheme) + 1}种分值或规则）"
    return own


def span_words(span: Interval) -> str:
    """Proven and possible share: 62.00%～85.00%."""
    return "～".join(dict.fromkeys(rate_text(end) for end in (span.low, span.high)))


def rank_words(ranks: tuple[int, int]) -> str:
    """A rank range: 3–17, or 3 where it is certain."""
    return "–".join(dict.fromkeys(map(str, ranks)))


def _league(
    peers: Peers, links: Links, scheme: Scheme, placed: Sequence[Placed], counts: Counter[int]
) -> Iterator[Text]:
    certain = sum(own.ranks[0] == own.ranks[1] for own in placed)
    yield html.paragraph(
        f"{len(placed)}个部门，{BASES.get(scheme.basis, scheme.basis)}计。位次已经确定的有{certain}个，其余{len(placed) - certain}个的位次还取决于没有提供的资料。"
    )
    yield html.figure(_all_spans(peers, scheme, placed))
    whole = len(placed) <= MOST_ROWS
    for start in range(0, len(placed), MOST_ROWS):
        own = placed[start : start + MOST_ROWS]
        reach = f"第{start + 1}至{start + len(own)}个部门"
        table = _table(peers, links, own, counts, "" if whole else f"，{reach}")
        ends = f"已证实得分率{rate_text(own[0].span.low)}至{rate_text(own[-1].span.low)}"
        yield html.tight(table if whole else html.folded(f"{reach}：{ends}", table))


def _all_spans(peers: Peers, scheme: Scheme, placed: Sequence[Placed]) -> Chart:
    """Every interval of a scheme at once: how far they overlap is seen before anyone is looked up."""
    number = [*peers.leagues].index(scheme) + 1
    title = f"{len(placed)}个部门的得分范围，按已证实得分率排列"
    ends = [spread(end) for end in ([own.span.low for own in placed], [own.span.high for own in placed])]
    parts = (
        ("最低", "least"),
        ("下四分位", "lower"),
        ("中位数", "middle"),
        ("上四分位", "upper"),
        ("最高", "most"),
    )
    rows = tuple((name, *(rate_text(getattr(end, part)) for end in ends)) for name, part in parts)
    alt = f"范围图：{title}；已证实的中位数{rows[2][1]}，最高可能的中位数{rows[2][2]}。"
    svg = ladder([own.span for own in placed])
    return Chart(f"spans-{number}", title, svg, alt, ("范围的一端", "已证实", "最高可能"), rows)


def _table(peers: Peers, links: Links, placed: Sequence[Placed], counts: Counter[int], part: str) -> Html:
    columns = [
        Column("部门"), Column("位次范围", numeric=True), Column("组内位次", numeric=True), Column("所在的组"), Column("得分率", numeric=True),
        Column("0至100%"), Column("可评权重", numeric=True), Column("发现", "高/全部", numeric=True), Column("离群", "项", numeric=True),
    ]  # fmt: skip
    rows: list[list[Text]] = []
    for own in placed:
        department = peers.departments[own.department]
        score = department.score
        assert score is not None
        words = span_words(own.span)
        high = sum(found.severity == "high" for found in department.found)
        rows.append(
            [
                links.name(own.department), rank_words(own.ranks), f"{rank_words(own.in_group)}/{own.group_count}",
                group_words(peers.alike[own.department]), words, html.drawing(bar(own.span), f"得分率{words}"),
                rate_text(score.assessed / score.full), f"{high}/{len(department.found)}", str(counts[own.department]),
            ]
        )  # fmt: skip
    note = "实心：已证实；空心：仍可能。位次相同的范围表示并列。"
    return html.table(f"按已证实得分率排列{part}", columns, rows, note=note)
