"""The page's chapters on what departments have in common: findings, evidence that is missing, and what was not compared."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from auditbook.findings import KINDS, SEVERITIES
from auditbook.numbers import rate_text
from auditbook.peers import recurring
from auditbook.peers.distribution_parts import WORKBOOK
from auditbook.peers.gathered import Peers
from auditbook.peers.links import Links
from auditbook.peers.reading import Found
from auditbook.peers.reasons import amount_words
from auditbook.peers.uncompared import uncompared
from auditbook.report import fragments as html
from auditbook.report.fragments import Column, Html, Text

_WORST = 3
_MOST_NAMED = 60
NO_NAME = "评分表没有载明规则的分值"


def share_words(count: int, peers: Peers) -> str:
    """How many of all departments: 812（81.20%）."""
    return f"{count}（{rate_text(Fraction(count, len(peers.departments)))}）"


def line_words(peers: Peers, line: str) -> str:
    """A line of a scheme as it is called."""
    return peers.names.get(line, NO_NAME if line.startswith("unspecified") else line)


def findings(peers: Peers, links: Links) -> Iterator[Text]:
    """Findings of one rule in many departments."""
    common = recurring.findings(peers)
    by_rule = [one for one in common if one.rule]
    written = [one for one in common if not one.rule]
    rows: list[list[Text]] = []
    for one in by_rule:
        amounts = "—"
        if one.amounts:
            held = one.amounts
            amounts = f"{held.count}处，合计{amount_words(one.total)}；中位{amount_words(held.middle)}，最大{amount_words(held.most)}"
        worst: list[Text] = [
            html.join(
                links.finding(number, found.number),
                f"（{SEVERITIES[found.severity]}{'' if found.amount is None else '，' + amount_words(found.amount)}）",
            )
            for number, found in _first_of_each(one)
        ]
        rows.append(
            [
                one.name, html.tag(one.severity, SEVERITIES[one.severity]), KINDS.get(one.kind, one.kind),
                share_words(len(one.departments), peers), str(one.count), amounts, _together(worst),
            ]
        )  # fmt: skip
    columns = [
        Column("发现"), Column("最重"), Column("类别"), Column("部门", "占比", numeric=True), Column("处", numeric=True), Column("金额"),
        Column("见（重的、金额大的在前）"),
    ]  # fmt: skip
    if rows:
        note = "金额是各发现写明的金额之和，同一笔钱可能在几处发现里出现，不是问题资金总额。"
        yield html.table("多个部门共有的审计发现（按规则）", columns, rows, note=note, rest_in=WORKBOOK)
    else:
        yield html.paragraph("没有由规则得出的审计发现。")
    if written:
        own: list[list[Text]] = [
            [
                one.name, html.tag(one.severity, SEVERITIES[one.severity]), KINDS.get(one.kind, one.kind),
                str(len(one.departments)), _together([links.finding(n, f.number) for n, f in _first_of_each(one)]),
            ]
            for one in written
        ]  # fmt: skip
        head = [
            Column("发现"),
            Column("程度"),
            Column("类别"),
            Column("部门", "个", numeric=True),
            Column("见"),
        ]
        table = html.table("审计人员自己写下的发现", head, own, rest_in=WORKBOOK)
        yield html.tight(html.folded(f"审计人员自己写下的发现（{len(written)} 种）", table))


def _first_of_each(one: recurring.Common) -> list[tuple[int, Found]]:
    """The severest finding of each department, of the few departments where they are severest."""
    found: dict[int, Found] = {}
    for number, own in one.worst:
        found.setdefault(number, own)
        if len(found) == _WORST:
            break
    return list(found.items())


def _together(parts: Sequence[Text]) -> Html:
    return html.join(
        *(piece for place, part in enumerate(parts) for piece in (("、", part) if place else (part,)))
    )


def gaps(peers: Peers) -> Iterator[Text]:
    """Which documents and lines are missing most, and what they leave open."""
    documents, lines, quality = recurring.documents(peers), recurring.lines(peers), recurring.quality(peers)
    if documents:
        rows: list[list[Text]] = [
            [
                gap.name, share_words(len(gap.departments), peers), rate_text(gap.share),
                "、".join(line_words(peers, line) for line in gap.lines),
            ]
            for gap in documents
        ]  # fmt: skip
        columns = [
            Column("资料"),
            Column("缺的部门", "占比", numeric=True),
            Column("使多少分值不能确定", numeric=True),
            Column("涉及的评分行"),
        ]
        note = "分值：各部门因此不能确定的分值，占全部部门满分之和的比例。一行要几份资料才能评的，各份都算，所以各行不能相加。"
        yield html.table("缺得最多的资料", columns, rows, note=note, rest_in=WORKBOOK)
    if lines:
        own: list[list[Text]] = [
            [line_words(peers, gap.name), share_words(len(gap.departments), peers), rate_text(gap.share), gap.reason or "—"]
            for gap in lines
        ]  # fmt: skip
        head = [
            Column("评分行"),
            Column("不能评定的部门", "占比", numeric=True),
            Column("不能确定的分值", numeric=True),
            Column("最常见的原因"),
        ]
        yield html.table("不能评定的评分行", head, own, note="各行的分值可以相加。", rest_in=WORKBOOK)
    if quality:
        failed: list[list[Text]] = [
            [one.words, html.tag(one.severity, SEVERITIES[one.severity]), share_words(len(numbers), peers)]
            for one, numbers in quality
        ]
        yield html.table(
            "没有通过的数据质量核对", [Column("核对"), Column("程度"), Column("部门", "占比", numeric=True)], failed, rest_in=WORKBOOK
        )  # fmt: skip
    if not documents and not lines and not quality:
        yield html.paragraph("没有缺口。")


def not_compared(peers: Peers) -> Iterator[Text]:
    """Cases that are not in any table here, and what of the others was not held against each other; each with its reason."""
    if peers.refused:
        rows: list[list[Text]] = []
        for own in peers.refused:
            shown = list(own.reasons[:_WORST])
            more = len(own.reasons) - len(shown)
            rows.append(
                [
                    own.name, own.run, own.year or "—", own.state,
                    html.bullets([*shown, *([f"另有{more}条，见 {WORKBOOK}"] if more else [])]),
                ]
            )  # fmt: skip
        columns = [Column("部门"), Column("案例"), Column("年度"), Column("状态"), Column("原因")]
        yield html.table(
            f"没有进入比较的案例（{len(peers.refused)} 个）", columns, rows, rest_in=WORKBOOK
        )  # fmt: skip
    told = uncompared(peers)
    if told:
        own_rows: list[list[Text]] = [[one.what, str(one.count), one.why] for one in told]
        yield html.table(
            "没有互相比较的内容", [Column("内容"), Column("部门", "个", numeric=True), Column("为什么")], own_rows, rest_in=WORKBOOK
        )  # fmt: skip
    if not peers.refused and not told:
        yield html.paragraph("这一批的案例都进入了比较，评分表、口径、年度一致。")
