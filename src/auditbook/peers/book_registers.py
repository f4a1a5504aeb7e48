"""The sheets of scores, outliers, findings and gaps: a row for each."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from auditbook.findings import KINDS, SEVERITIES
from auditbook.peers import recurring
from auditbook.peers.book_values import look
from auditbook.peers.gathered import Peers
from auditbook.peers.groups import group_words, setting_words
from auditbook.peers.league_parts import title_of
from auditbook.peers.links import Links
from auditbook.peers.reasons import (
    definition_words,
    first_look,
    outlier_words,
)
from auditbook.peers.recurring_parts import line_words
from auditbook.peers.uncompared import uncompared
from auditbook.report.workbook.sheet import (
    COUNT,
    FIRST_ROW,
    MONEY,
    NUMBER,
    POINTS,
    RATE,
    Column,
    Sheet,
)

SHEET_OF_FINDINGS = "审计发现"
_MOST_LINKS = 60_000  # a sheet may have 65,530
_TEN_THOUSAND = Fraction(10_000)
SCORES = (
    Column("部门", 28), Column("地区", 16), Column("级别", 9), Column("类别", 12), Column("规模", 8), Column("规模金额（万元）", 14, MONEY),
    Column("年度与情景", 14), Column("评分表", 34), Column("已证实（分）", 10, POINTS), Column("最高可能（分）", 10, POINTS),
    Column("适用最高分", 10, POINTS), Column("已证实得分率", 10, RATE), Column("最高可能得分率", 10, RATE), Column("可评权重", 10, RATE),
    Column("最好位次", 8, COUNT), Column("最差位次", 8, COUNT), Column("组内最好", 8, COUNT), Column("组内最差", 8, COUNT),
    Column("组内部门", 8, COUNT), Column("等级", 10), Column("发现", 8, COUNT), Column("高级别", 8, COUNT), Column("离群", 8, COUNT),
    Column("说明", 30), Column("运行", 30, printed=False),
)  # fmt: skip
OUTLIERS = (
    Column("部门", 28), Column("指标与口径", 26), Column("值", 12, NUMBER), Column("在界限", 8), Column("同组", 22), Column("同组部门", 8, COUNT),
    Column("中位数", 12, NUMBER), Column("下界", 12, NUMBER), Column("上界", 12, NUMBER), Column("怎样算来，与居中部门差在哪里", 70), Column("先看", 40),
)  # fmt: skip
COMMON = (
    Column("发现", 34), Column("最重", 7), Column("类别", 8), Column("部门", 8, COUNT), Column("占比", 9, RATE), Column("处", 8, COUNT),
    Column("有金额的处", 8, COUNT), Column("金额合计（万元）", 15, MONEY), Column("金额中位（万元）", 15, MONEY),
    Column("金额最大（万元）", 15, MONEY), Column("规则", 26, printed=False),
)  # fmt: skip
FINDINGS = (
    Column("部门", 28), Column("组", 22), Column("发现", 36), Column("程度", 7), Column("类别", 8), Column("金额（万元）", 14, MONEY),
    Column("报告内编号", 8, COUNT), Column("规则", 26),
)  # fmt: skip
GAPS = (
    Column("缺口", 12), Column("资料、评分行或核对", 46), Column("部门", 8, COUNT), Column("占比", 9, RATE), Column("不能确定的分值", 10, RATE),
    Column("涉及的评分行、原因", 70), Column("只在一个部门的，部门", 28),
)  # fmt: skip
UNCOMPARED = (
    Column("部门或内容", 40), Column("案例", 28), Column("年度", 8), Column("状态", 18), Column("部门数", 8, COUNT), Column("原因", 80),
)  # fmt: skip


def scores(sheet: Sheet, peers: Peers, links: Links) -> None:
    """The scored departments by scheme, the best proven first; then those that have no score, with why."""
    outside = [0] * len(peers.departments)
    for outlier in peers.outliers:
        outside[outlier.department] += 1
    for scheme, placed in peers.leagues.items():
        for own in placed:
            _who(sheet, peers, links, own.department)
            score = peers.departments[own.department].score
            assert score is not None
            sheet.text(7, title_of(peers, scheme))
            for column, points in ((8, score.lowest), (9, score.highest), (10, score.maximum)):
                sheet.number(column, points)
            low, high, most = (sheet.at(column) for column in (8, 9, 10))
            sheet.formula(11, f"{low}/{most}", own.span.low)
            sheet.formula(12, f"{high}/{most}", own.span.high)
            sheet.number(13, score.assessed / score.full)
            for column, count in enumerate((*own.ranks, *own.in_group, own.group_count), 14):
                sheet.count(column, count)
            sheet.text(19, score.grade)
            _counts(sheet, peers, own.department, outside[own.department], "")
    for number, department in enumerate(peers.departments):
        if department.score is None:
            _who(sheet, peers, links, number)
            for column in range(7, 20):
                sheet.text(column, "")
            _counts(sheet, peers, number, outside[number], department.unscored)


def _who(sheet: Sheet, peers: Peers, links: Links, number: int) -> None:
    department, group = peers.departments[number], peers.groups[number]
    sheet.file(0, links.way(number), peers.labels[number])
    for column, words in enumerate((department.region, department.level, department.kind, group.size), 1):
        sheet.text(column, words)
    size = peers.size(department)
    if size is None:
        sheet.text(5, "")
    else:
        sheet.number(5, size / _TEN_THOUSAND)
    sheet.text(6, setting_words(department.setting))


def _counts(sheet: Sheet, peers: Peers, number: int, outside: int, why: str) -> None:
    department = peers.departments[number]
    sheet.count(20, len(department.found))
    sheet.count(21, sum(found.severity == "high" for found in department.found))
    sheet.count(22, outside)
    sheet.text(23, "；".join(filter(None, (why, "证据自相矛盾" if department.blocking else ""))))
    sheet.text(24, department.run)
    sheet.next()


def outliers(sheet: Sheet, peers: Peers, links: Links) -> None:
    """Every outlier, with its sum and what is to be looked at first."""
    for outlier in peers.outliers:
        fences, measure = outlier.spread.fences, outlier.measure
        assert fences is not None and outlier.value.value is not None
        shown = look(measure)
        sheet.file(0, links.way(outlier.department), peers.labels[outlier.department])
        sheet.text(1, definition_words(peers, measure))
        sheet.number(2, outlier.value.value, shown)
        sheet.text(3, "以上" if outlier.above else "以下")
        sheet.text(4, group_words(outlier.group, settings=len(peers.settings) > 1))
        sheet.count(5, outlier.spread.count)
        for column, value in ((6, outlier.spread.middle), (7, fences.low), (8, fences.high)):
            sheet.number(column, value, shown)
        sheet.text(9, "；".join(outlier_words(peers, outlier)))
        sheet.text(10, "；".join(first_look(peers, outlier)))
        sheet.next()


# --- findings, gaps, what was not compared ------------------------------------------------------------------------------


def common(sheet: Sheet, peers: Peers) -> None:
    """Findings by rule; how many there are is a live formula over the sheet of findings."""
    last = FIRST_ROW + sum(len(department.found) for department in peers.departments)
    for one in recurring.findings(peers):
        sheet.text(0, one.name)
        sheet.text(1, SEVERITIES[one.severity])
        sheet.text(2, KINDS.get(one.kind, one.kind))
        sheet.count(3, len(one.departments))
        sheet.number(4, Fraction(len(one.departments), len(peers.departments)))
        if one.rule:
            sheet.formula(
                5,
                f"COUNTIF('{SHEET_OF_FINDINGS}'!$H${FIRST_ROW + 1}:$H${last},K{sheet.row + 1})",
                Fraction(one.count),
            )
        else:
            sheet.count(5, one.count)
        held = one.amounts
        sheet.count(6, held.count if held else 0)
        for column, amount in (
            (7, one.total),
            (8, held.middle if held else None),
            (9, held.most if held else None),
        ):
            if held and amount is not None:
                sheet.number(column, amount / _TEN_THOUSAND)
            else:
                sheet.text(column, "")
        sheet.text(10, one.rule)
        sheet.next()


def findings(sheet: Sheet, peers: Peers, links: Links, ordered: Sequence[int]) -> None:
    """Every finding of every department, leading to its place in the report."""
    for number in ordered:
        group = group_words(peers.groups[number])
        for found in peers.departments[number].found:
            if sheet.written < _MOST_LINKS:
                sheet.file(0, links.way(number, f"finding-{found.number}"), peers.labels[number])
            else:
                sheet.text(0, peers.labels[number])
            for column, words in enumerate(
                (group, found.name, SEVERITIES[found.severity], KINDS.get(found.kind, found.kind)), 1
            ):
                sheet.text(column, words)
            if found.amount is None:
                sheet.text(5, "")
            else:
                sheet.number(5, found.amount / _TEN_THOUSAND)
            if found.number.isdecimal():
                sheet.count(6, int(found.number))
            else:
                sheet.text(6, found.number)
            sheet.text(7, found.rule or "审计人员")
            sheet.next()


def gaps(sheet: Sheet, peers: Peers) -> None:
    """Documents, lines, rules of data quality, and documents that are registered as absent."""
    whole = max(len(peers.departments), 1)

    def row(kind: str, name: str, count: int, share: Fraction | None, words: str, only: str = "") -> None:
        sheet.text(0, kind)
        sheet.text(1, name)
        sheet.count(2, count)
        sheet.number(3, Fraction(count, whole))
        if share is None:
            sheet.text(4, "")
        else:
            sheet.number(4, share)
        sheet.text(5, words)
        sheet.text(6, only)
        sheet.next()

    def only(numbers: Sequence[int]) -> str:
        return peers.labels[numbers[0]] if len(numbers) == 1 else ""

    for gap in recurring.documents(peers):
        lines = "、".join(line_words(peers, line) for line in gap.lines)
        row("资料", gap.name, len(gap.departments), gap.share, lines, only(gap.departments))
    for gap in recurring.lines(peers):
        row(
            "评分行",
            line_words(peers, gap.name),
            len(gap.departments),
            gap.share,
            gap.reason,
            only(gap.departments),
        )
    for failed, numbers in recurring.quality(peers):
        row("数据质量", failed.words, len(numbers), None, SEVERITIES[failed.severity], only(numbers))
    for number, department in enumerate(peers.departments):
        for title in department.absent:
            row("登记为缺失", title, 1, None, "", peers.labels[number])


def not_compared(sheet: Sheet, peers: Peers) -> None:
    """Cases that were not made, and what was not held against each other."""
    for own in peers.refused:
        for column, words in enumerate((own.name, own.run, own.year, own.state)):
            sheet.text(column, words)
        sheet.count(4, 1)
        sheet.text(5, "\n".join(own.reasons))
        sheet.next()
    for one in uncompared(peers):
        sheet.text(0, one.what)
        for column in (1, 2, 3):
            sheet.text(column, "")
        sheet.count(4, one.count)
        sheet.text(5, one.why)
        sheet.next()
