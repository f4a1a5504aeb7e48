"""The workbook of a batch: every department's values, with quartiles as live formulas over them."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

from xlsxwriter.workbook import Workbook

from auditbook.peers import book_registers, book_values
from auditbook.peers.distributions import LEAST_MEMBERS
from auditbook.peers.gathered import Peers
from auditbook.peers.groups import setting_words
from auditbook.peers.links import Links
from auditbook.report.workbook.sheet import (
    COUNT,
    Column,
    Formats,
    Sheet,
)

_CREATED = datetime(2000, 1, 1)  # the same batch gives the same bytes, on every day
OVERVIEW, SPREADS, SCORES, OUTLIERS = "概览", "指标分布", "部门得分", "离群值"
COMMON, GAPS, UNCOMPARED = "共同发现", "资料缺口", "未比较"


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
    values = book_values.value_columns(peers, measures)
    parts: list[tuple[str, str, Sequence[Column], Callable[[Sheet], None]]] = [
        (
            SPREADS, "每项指标的每种口径，先全部再分组；个数、四分位与中位数是公式，取自“各部门指标”，四分位用 QUARTILE。没有值的不当作零。",
            book_values.SPREADS, lambda sheet: book_values.spreads(sheet, peers, ordered),
        ),
        (
            SCORES, "位次是范围：得分范围重叠的部门先后未定。评分表不同的不能比较。点部门名打开它的报告。",
            book_registers.SCORES, lambda sheet: book_registers.scores(sheet, peers, links),
        ),
        (book_values.VALUES, "一行一个部门，按组排列；一列一种口径。不是数的格写明为什么没有值。", values, lambda sheet: book_values.values(sheet, peers, links, ordered, measures)),
        (OUTLIERS, "离群不是审计发现：只说明数离同组较远，供安排核查的先后。先看“先看”一栏。", book_registers.OUTLIERS, lambda sheet: book_registers.outliers(sheet, peers, links)),
        (COMMON, "按规则归并；处数是公式，取自“审计发现”。金额是各发现写明的金额之和，同一笔钱可能出现几次。", book_registers.COMMON, lambda sheet: book_registers.common(sheet, peers)),
        (book_registers.SHEET_OF_FINDINGS, "每个部门的每项发现；点部门名打开它的报告里的这一项。", book_registers.FINDINGS, lambda sheet: book_registers.findings(sheet, peers, links, ordered)),
        (GAPS, "资料与评分行按不能确定的分值排列；一行要几份资料的，各份都算。", book_registers.GAPS, lambda sheet: book_registers.gaps(sheet, peers)),
        (UNCOMPARED, "没有进入比较的案例，与没有互相比较的内容。", book_registers.UNCOMPARED, lambda sheet: book_registers.not_compared(sheet, peers)),
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
