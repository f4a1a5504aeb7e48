"""The workbook as a whole: its sheets in order, cover and index first."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from xlsxwriter.workbook import Workbook

from auditbook.numbers import Interval
from auditbook.pipeline import Run, fingerprints
from auditbook.report.masking import masks
from auditbook.report.workbook import (
    assumption_sheet,
    figure_cells,
    indicator_cells,
    register_sheets,
    score_cells,
)
from auditbook.report.workbook.names import Names
from auditbook.report.workbook.sheet import CODE, INDEX, TEXT, Column, Formats, Sheet
from auditbook.scoring import STOPPED
from auditbook.scoring_rules import points_text, span_text

# A fixed moment: the same run gives the same bytes, on every day.
_CREATED = datetime(2000, 1, 1)
COVER = "封面"
_COVER = (Column("项目", 20), Column("内容", 110))
_INDEX = (Column("索引号", 10), Column("工作表", 22), Column("内容", 90), Column("行数", 9, "0"))


@dataclass(frozen=True)
class Part:
    """A sheet: its name, what it holds, its columns, and what writes its rows."""

    name: str
    holds: str
    columns: Sequence[Column]
    write: Callable[[Sheet, Run], None] | None = None


def _parts() -> tuple[Part, ...]:
    registers = register_sheets
    return (
        Part("资料登记簿", "取得、转录与缺失的资料，及其可靠性与 sha256。", registers.SOURCES, registers.sources),
        Part(figure_cells.NAME, figure_cells.NOTE, figure_cells.COLUMNS),
        Part(indicator_cells.NAME, indicator_cells.NOTE, indicator_cells.COLUMNS),
        Part(score_cells.NAME, score_cells.NOTE, score_cells.COLUMNS),
        Part("勾稽", "公开决算表的表内、表间勾稽，与数据质量规则的结果。", registers.RECONCILIATIONS, registers.reconciliations),
        Part("公布数字与陈述", "报告公布的每个数字、每句可核对的陈述，与重算的结果和判断。", registers.CLAIMS, registers.claims),
        Part("审计发现", "全部审计发现：标准、事实、原因、影响、建议、证据。", registers.FINDINGS, registers.findings),
        Part("整改台账", "每项发现一行；浅黄各格由责任单位与审计人员填写，整改状态从下拉表中选。", registers.LEDGER, registers.ledger),
        Part("单位回复", "被审核单位对每项发现的回复与审计人员的答复；浅黄各格待填。", registers.REPLIES, registers.replies),
        Part("口径与假设", "计分所用的口径、评分表、重要性水平、情景、权重与各项假定。", assumption_sheet.COLUMNS, assumption_sheet.assumptions),
    )  # fmt: skip


def workbook(run: Run) -> bytes:
    """The working papers of a run as one workbook.

    Takes    run: with its tables made.
    Returns  the bytes of an xlsx file, the same for the same run. Indicators and scores are live formulas over the
             named cells of the figures, each with its right value stored; text from the evidence is never live.
    """
    data = io.BytesIO()
    book = Workbook(
        data,
        {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        },
    )
    case = run.audit.case
    book.set_properties(
        {"title": f"{case.department.name}{case.year}年度 审核工作底稿", "author": "", "created": _CREATED}
    )
    book.set_calc_mode("auto")
    head = f"{case.department.name}　{case.year}年度"
    formats = Formats(book)
    masked = masks(run).masked

    def sheet(name: str, title: str, note: str, columns: Sequence[Column]) -> Sheet:
        return Sheet(book, formats, name, title, note, columns, head, masked)

    cover = sheet(
        COVER, f"{case.department.name}{case.year}年度　审核工作底稿", "本簿与报告出自同一次运行。", _COVER
    )
    index = sheet(INDEX, INDEX, "点工作表名可到该表，各表左上角可回到这里。", _INDEX)
    parts = _parts()
    sheets = {part.name: sheet(part.name, part.name, part.holds, part.columns) for part in parts}
    names = Names()
    figures = figure_cells.FigureCells(sheets[figure_cells.NAME], run, names)
    figures.write()
    indicators = indicator_cells.Indicators(sheets[indicator_cells.NAME], run, figures, names)
    indicators.write()
    score_cells.Scores(sheets[score_cells.NAME], run, indicators, names).write()
    for part in parts:
        if part.write:
            part.write(sheets[part.name], run)
    _cover(cover, run)
    _index(index, parts, sheets)
    for own in sheets.values():
        own.finish()
    for own in (cover, index):
        own.finish(filtered=False)
    cover.page.activate()
    book.close()
    return data.getvalue()


def _cover(sheet: Sheet, run: Run) -> None:
    """Whose accounts, which year, by which scheme, and the fingerprints of what everything rests on."""
    case, framework = run.audit.case, run.framework
    region = f"（{case.department.region}）" if case.department.region else ""
    prints = fingerprints(run)
    scenario = run.audit.scenario
    pairs = [
        ("被审核单位", f"{case.department.name}{region}"), ("预算年度", f"{case.year}年"),
        ("评分表", f"{framework.title}（{framework.issuer}，{framework.edition}）"),
        ("选用理由", case.framework_reason or framework.source),
        ("评分表的局限", framework.caveats), ("适用年度", framework.validity_note(case.year) or "本案在适用年度之内"),
        ("情景", scenario.reason if scenario else "无（按案例文件所定口径）"), ("运行", run.workspace.run),
        ("得分（已证实～最高可能）", _score(run)),
        ("底稿编号", "-".join(prints[name][:12] for name in ("evidence", "rules", "program"))),
    ]  # fmt: skip
    for title, text in pairs:
        sheet.text(0, title, bold=True)
        sheet.text(1, text)
        sheet.next()
    for title, name in (("资料指纹", "evidence"), ("规则指纹", "rules"), ("程序指纹", "program")):
        sheet.text(0, f"{title}（sha256）", bold=True)
        sheet.text(1, prints[name], CODE)
        sheet.next()
    for title in ("编制人 / 日期", "复核人 / 日期", "复核意见"):
        sheet.text(0, title, bold=True)
        sheet.text(1, "", TEXT, bg_color="#FFF9E5")
        sheet.next()


def _score(run: Run) -> str:
    total = next(row for row in run.table("scores") if row["level"] == "total")
    if total["state"] == STOPPED:
        return f"不予评分：{total['reason']}"
    span = span_text(Interval(Fraction(total["lowest"]), Fraction(total["highest"])))
    return f"{span}分（满分{points_text(Fraction(total['weight']))}分）；{total['reason']}"


def _index(sheet: Sheet, parts: Sequence[Part], sheets: dict[str, Sheet]) -> None:
    sheet.text(0, "W-00")
    sheet.link(1, COVER, COVER)
    sheet.text(2, "单位、年度、评分表与指纹；编制与复核签名。")
    sheet.text(3, "")
    sheet.next()
    for number, part in enumerate(parts, 1):
        sheet.text(0, f"W-{number:02d}")
        sheet.link(1, part.name, part.name)
        sheet.text(2, part.holds)
        sheet.count(3, sheets[part.name].written)
        sheet.next()
