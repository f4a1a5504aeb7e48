"""The workbook of a batch: every department's values, with quartiles as live formulas over them."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from fractions import Fraction
from pathlib import Path

from xlsxwriter.workbook import Workbook

from auditbook.findings import KINDS, SEVERITIES
from auditbook.numbers import RATE as RATES
from auditbook.numbers import dimension
from auditbook.peers import recurring
from auditbook.peers.distribution_parts import STATE_WORDS
from auditbook.peers.distributions import LEAST_MEMBERS, Spread, spread
from auditbook.peers.gathered import (
    Distribution,
    Group,
    Peers,
    group_words,
    setting_words,
)
from auditbook.peers.league_parts import title_of
from auditbook.peers.links import Links
from auditbook.peers.reading import Measure
from auditbook.peers.reasons import (
    definition_words,
    first_look,
    formula_words,
    outlier_words,
    source_words,
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
    Formats,
    Sheet,
)

_CREATED = datetime(2000, 1, 1)  # the same batch gives the same bytes, on every day
OVERVIEW, SPREADS, SCORES, VALUES, OUTLIERS = "概览", "指标分布", "部门得分", "各部门指标", "离群值"
COMMON, FINDINGS, GAPS, UNCOMPARED = "共同发现", "审计发现", "资料缺口", "未比较"
_MOST_LINKS = 60_000  # a sheet may have 65,530
_TEN_THOUSAND = Fraction(10_000)
_FIXED = 3  # columns before the measures in the sheet of values
_SPREADS = (
    Column("指标与口径", 30), Column("组", 22), Column("算得出", 8, COUNT), Column("最低", 12, NUMBER), Column("下四分位", 12, NUMBER),
    Column("中位数", 12, NUMBER), Column("上四分位", 12, NUMBER), Column("最高", 12, NUMBER), Column("无法评价", 8, COUNT),
    Column("不适用", 8, COUNT), Column("基数为零", 8, COUNT), Column("只有界限", 8, COUNT), Column("没有此口径", 8, COUNT),
    Column("按此计分", 8, COUNT), Column("算式", 40), Column("口径出处", 40),
)  # fmt: skip
_SCORES = (
    Column("部门", 28), Column("地区", 16), Column("级别", 9), Column("类别", 12), Column("规模", 8), Column("规模金额（万元）", 14, MONEY),
    Column("年度与情景", 14), Column("评分表", 34), Column("已证实（分）", 10, POINTS), Column("最高可能（分）", 10, POINTS),
    Column("适用最高分", 10, POINTS), Column("已证实得分率", 10, RATE), Column("最高可能得分率", 10, RATE), Column("可评权重", 10, RATE),
    Column("最好位次", 8, COUNT), Column("最差位次", 8, COUNT), Column("组内最好", 8, COUNT), Column("组内最差", 8, COUNT),
    Column("组内部门", 8, COUNT), Column("等级", 10), Column("发现", 8, COUNT), Column("高级别", 8, COUNT), Column("离群", 8, COUNT),
    Column("说明", 30), Column("运行", 30, printed=False),
)  # fmt: skip
_OUTLIERS = (
    Column("部门", 28), Column("指标与口径", 26), Column("值", 12, NUMBER), Column("在界限", 8), Column("同组", 22), Column("同组部门", 8, COUNT),
    Column("中位数", 12, NUMBER), Column("下界", 12, NUMBER), Column("上界", 12, NUMBER), Column("怎样算来，与居中部门差在哪里", 70), Column("先看", 40),
)  # fmt: skip
_COMMON = (
    Column("发现", 34), Column("最重", 7), Column("类别", 8), Column("部门", 8, COUNT), Column("占比", 9, RATE), Column("处", 8, COUNT),
    Column("有金额的处", 8, COUNT), Column("金额合计（万元）", 15, MONEY), Column("金额中位（万元）", 15, MONEY),
    Column("金额最大（万元）", 15, MONEY), Column("规则", 26, printed=False),
)  # fmt: skip
_FINDINGS = (
    Column("部门", 28), Column("组", 22), Column("发现", 36), Column("程度", 7), Column("类别", 8), Column("金额（万元）", 14, MONEY),
    Column("报告内编号", 8, COUNT), Column("规则", 26),
)  # fmt: skip
_GAPS = (
    Column("缺口", 12), Column("资料、评分行或核对", 46), Column("部门", 8, COUNT), Column("占比", 9, RATE), Column("不能确定的分值", 10, RATE),
    Column("涉及的评分行、原因", 70), Column("只在一个部门的，部门", 28),
)  # fmt: skip
_UNCOMPARED = (
    Column("部门或内容", 40), Column("案例", 28), Column("年度", 8), Column("状态", 18), Column("部门数", 8, COUNT), Column("原因", 80),
)  # fmt: skip


def workbook(peers: Peers, folder: Path) -> bytes:
    """The comparison of a batch as one workbook.

    Takes    folder: where it will lie; departments' names lead from there to their own reports.
    Returns  the bytes of an xlsx file, the same for the same batch. Quartiles are live formulas over the sheet of values;
             text is never live.
    """
    data = io.BytesIO()
    book = Workbook(
        data,
        {
            "in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False,
        },
    )  # fmt: skip
    book.set_properties(
        {"title": f"各部门比较：{len(peers.departments)}个部门", "author": "", "created": _CREATED}
    )
    book.set_calc_mode("auto")
    formats, links = Formats(book), Links(peers, folder)
    ordered = [number for members in peers.members.values() for number in members]
    measures = [d for d in peers.distributions if d.spread]
    values = _value_columns(peers, measures)
    parts: list[tuple[str, str, Sequence[Column], Callable[[Sheet], None]]] = [
        (
            SPREADS, "每项指标的每种口径，先全部再分组；个数、四分位与中位数是公式，取自“各部门指标”，四分位用 QUARTILE。没有值的不当作零。",
            _SPREADS, lambda sheet: _spreads(sheet, peers, ordered),
        ),
        (
            SCORES, "位次是范围：得分范围重叠的部门先后未定。评分表不同的不能比较。点部门名打开它的报告。",
            _SCORES, lambda sheet: _scores(sheet, peers, links),
        ),
        (VALUES, "一行一个部门，按组排列；一列一种口径。不是数的格写明为什么没有值。", values, lambda sheet: _values(sheet, peers, links, ordered, measures)),
        (OUTLIERS, "离群不是审计发现：只说明数离同组较远，供安排核查的先后。先看“先看”一栏。", _OUTLIERS, lambda sheet: _outliers(sheet, peers, links)),
        (COMMON, "按规则归并；处数是公式，取自“审计发现”。金额是各发现写明的金额之和，同一笔钱可能出现几次。", _COMMON, lambda sheet: _common(sheet, peers)),
        (FINDINGS, "每个部门的每项发现；点部门名打开它的报告里的这一项。", _FINDINGS, lambda sheet: _findings(sheet, peers, links, ordered)),
        (GAPS, "资料与评分行按不能确定的分值排列；一行要几份资料的，各份都算。", _GAPS, lambda sheet: _gaps(sheet, peers)),
        (UNCOMPARED, "没有进入比较的案例，与没有互相比较的内容。", _UNCOMPARED, lambda sheet: _uncompared(sheet, peers)),
    ]  # fmt: skip

    def sheet(name: str, note: str, columns: Sequence[Column]) -> Sheet:
        title = f"各部门比较　{len(peers.departments)}个部门"
        return Sheet(book, formats, name, name, note, columns, title, lambda text: text, home=OVERVIEW)

    overview = sheet(
        OVERVIEW, "点工作表名可到该表。", (Column("项目", 22), Column("内容", 100), Column("行数", 9, COUNT))
    )
    made = {name: sheet(name, note, columns) for name, note, columns, _ in parts}
    for name, _, _, write in parts:
        write(made[name])
        made[name].finish()
    _overview(overview, peers, [(name, note, made[name].written) for name, note, _, _ in parts])
    overview.finish(filtered=False)
    overview.page.activate()
    book.close()
    return data.getvalue()


def _overview(sheet: Sheet, peers: Peers, parts: Sequence[tuple[str, str, int]]) -> None:
    sheet.section("工作表")
    for name, note, rows in parts:
        sheet.link(0, name, name)
        sheet.text(1, note)
        sheet.count(2, rows)
        sheet.next()
    sheet.section("这一批")
    _pair(sheet, "进入比较的部门", "", len(peers.departments))
    _pair(sheet, "没有进入比较的案例", "原因见“未比较”", len(peers.refused))
    _pair(sheet, "评分表", "得分只在同一份评分表之内排列", len(peers.leagues))
    for setting in peers.settings:
        _pair(sheet, setting_words(setting), "部门", sum(d.setting == setting for d in peers.departments))
    sheet.section("读法")
    for name, words in (
        ("可比的条件", "同一年度、同一情景、同一指标、同一口径（算式逐字相同）、同一单位"),
        ("四分位数", "QUARTILE.INC（Hyndman 与 Fan 1996 第7种）"),
        ("离群", f"Tukey 1977：四分位数之外超过1.5个四分位距，组内至少{LEAST_MEMBERS}个部门；不是审计发现"),
        ("位次范围", "最好＝1＋最低分高于本部门最高分的部门数；最差＝1＋最高分高于本部门最低分的其他部门数"),
    ):
        _pair(sheet, name, words)


def _pair(sheet: Sheet, name: str, words: str, count: int | None = None) -> None:
    sheet.text(0, name, bold=True)
    sheet.text(1, words)
    if count is None:
        sheet.text(2, "")
    else:
        sheet.count(2, count)
    sheet.next()


def _look(measure: Measure) -> str:
    return RATE if dimension(measure.unit) == RATES else NUMBER


# --- values and how they are spread --------------------------------------------------------------------------------


def _value_columns(peers: Peers, measures: Iterable[Distribution]) -> list[Column]:
    several = len(peers.settings) > 1
    return [
        Column("部门", 28), Column("组", 22), Column("年度与情景", 14),
        *(
            Column(
                definition_words(peers, d.measure) + (f"\n{setting_words(d.measure.setting)}" if several else "")
                + ("" if d.measure.unit == "1" else f"\n（{d.measure.unit}）"),
                14, _look(d.measure),
            )
            for d in measures
        ),
    ]  # fmt: skip


def _values(
    sheet: Sheet, peers: Peers, links: Links, ordered: Sequence[int], measures: Sequence[Distribution]
) -> None:
    for number in ordered:
        department = peers.departments[number]
        sheet.file(0, links.way(number), peers.labels[number])
        sheet.text(1, group_words(peers.groups[number]))
        sheet.text(2, setting_words(department.setting))
        for place, own in enumerate(measures, _FIXED):
            value = department.values.get(own.measure)
            if value is not None and value.value is not None:
                sheet.number(place, value.value)
            elif own.measure.setting != department.setting:
                sheet.text(place, "")
            else:
                sheet.text(
                    place,
                    STATE_WORDS.get(value.state, value.state) if value else "没有此口径",
                    font_color="#595959",
                )
        sheet.next()
    # a column for each measure: on one page nothing of it could be read
    sheet.page.set_print_scale(60)
    sheet.page.repeat_columns(0, 1)


def _spreads(sheet: Sheet, peers: Peers, ordered: Sequence[int]) -> None:
    """All departments, then each group: its rows stand together in the sheet of values."""
    at = {number: FIRST_ROW + 1 + place for place, number in enumerate(ordered)}
    rows = {
        group: (min(at[n] for n in held), max(at[n] for n in held)) for group, held in peers.listed.items()
    }
    last = FIRST_ROW + len(ordered)
    places = {
        d.measure: place for place, d in enumerate((d for d in peers.distributions if d.spread), _FIXED)
    }
    for own in peers.distributions:
        _spread(sheet, peers, own, "全部", own.spread, places.get(own.measure), (FIRST_ROW + 1, last))
        for place, words in enumerate(STATE_WORDS, 7):
            if place > 7:
                sheet.count(place, own.states.get(words, 0))
        sheet.count(12, own.without)
        sheet.count(13, own.scoring)
        sheet.text(14, formula_words(peers, own.measure))
        sheet.text(15, source_words(peers, own.measure))
        sheet.next()
        if not own.spread or len(peers.listed) < 2:
            continue
        for group, members in peers.listed.items():
            if group == Group(group.setting):
                continue
            inside = spread(peers.values(own.measure, members))
            if inside:
                _spread(
                    sheet,
                    peers,
                    own,
                    group_words(group, settings=len(peers.settings) > 1),
                    inside,
                    places[own.measure],
                    rows[group],
                )
                for place in range(8, 16):
                    sheet.text(place, "")
                sheet.next()


def _spread(
    sheet: Sheet, peers: Peers, own: Distribution, group: str, held: Spread | None, place: int | None, rows: tuple[int, int]
) -> None:  # fmt: skip
    sheet.text(0, definition_words(peers, own.measure))
    sheet.text(1, group)
    if held is None or place is None:
        sheet.count(2, 0)
        for column in range(3, 8):
            sheet.text(column, "—")
        return
    letter = sheet.at(place, 0).lstrip("$").rstrip("0123456789")
    cells = f"'{VALUES}'!${letter}${rows[0]}:${letter}${rows[1]}"
    look = _look(own.measure)
    sheet.formula(2, f"COUNT({cells})", Fraction(held.count), COUNT)
    for column, formula, value in (
        (3, f"MIN({cells})", held.least), (4, f"QUARTILE({cells},1)", held.lower), (5, f"MEDIAN({cells})", held.middle),
        (6, f"QUARTILE({cells},3)", held.upper), (7, f"MAX({cells})", held.most),
    ):  # fmt: skip
        sheet.formula(column, formula, value, look)


# --- scores -----------------------------------------------------------------------------------------------------------


def _scores(sheet: Sheet, peers: Peers, links: Links) -> None:
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
            sheet.formula(11, f"{_here(low, sheet)}/{_here(most, sheet)}", own.span.low)
            sheet.formula(12, f"{_here(high, sheet)}/{_here(most, sheet)}", own.span.high)
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


def _here(address: str, sheet: Sheet) -> str:
    """The address of a cell of the row that is being written."""
    return address.replace("$", "") if address else sheet.name


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


def _outliers(sheet: Sheet, peers: Peers, links: Links) -> None:
    for outlier in peers.outliers:
        fences, measure = outlier.spread.fences, outlier.measure
        assert fences is not None and outlier.value.value is not None
        look = _look(measure)
        sheet.file(0, links.way(outlier.department), peers.labels[outlier.department])
        sheet.text(1, definition_words(peers, measure))
        sheet.number(2, outlier.value.value, look)
        sheet.text(3, "以上" if outlier.above else "以下")
        sheet.text(4, group_words(outlier.group, settings=len(peers.settings) > 1))
        sheet.count(5, outlier.spread.count)
        for column, value in ((6, outlier.spread.middle), (7, fences.low), (8, fences.high)):
            sheet.number(column, value, look)
        sheet.text(9, "；".join(outlier_words(peers, outlier)))
        sheet.text(10, "；".join(first_look(peers, outlier)))
        sheet.next()


# --- findings, gaps, what was not compared ------------------------------------------------------------------------------


def _common(sheet: Sheet, peers: Peers) -> None:
    last = FIRST_ROW + sum(len(department.found) for department in peers.departments)
    for one in recurring.findings(peers):
        sheet.text(0, one.name)
        sheet.text(1, SEVERITIES[one.severity])
        sheet.text(2, KINDS.get(one.kind, one.kind))
        sheet.count(3, len(one.departments))
        sheet.number(4, Fraction(len(one.departments), len(peers.departments)))
        if one.rule:
            sheet.formula(
                5, f"COUNTIF('{FINDINGS}'!$H${FIRST_ROW + 1}:$H${last},K{sheet.row + 1})", Fraction(one.count)
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


def _findings(sheet: Sheet, peers: Peers, links: Links, ordered: Sequence[int]) -> None:
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


def _gaps(sheet: Sheet, peers: Peers) -> None:
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


def _uncompared(sheet: Sheet, peers: Peers) -> None:
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
