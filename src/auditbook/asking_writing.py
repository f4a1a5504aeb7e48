"""资料需求清单 as a workbook for the department: the same bytes for the same case, and no formula in it."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import datetime
from fractions import Fraction
from pathlib import Path

from auditbook.asking import Wanted, wanted
from auditbook.intake_writing import lines_taken
from auditbook.pipeline import Run
from auditbook.scoring_rules import points_text
from auditbook.tables import Row
from auditbook.workspace import REQUESTS
from auditbook.writing import write_whole

_COLUMNS = (
    ("次序", 5), ("资料", 34), ("需要的数字或要点", 42), ("可评的指标", 24), ("单凭它可定（分）", 9),
    ("连同其他可定（分）", 9), ("填在录入表", 14), ("向谁要", 15), ("状态", 16), ("收到日期", 10), ("备注", 10),
)  # fmt: skip
_NOTE = (
    "按能定下的分数排列：先要排在前面的。分数是得分区间因此缩小的宽度，不是会得到的分；一行指标要几份资料的，宽度记在每一份之下，不能相加。"
    "收到的资料放进案例的资料夹，在 SOURCES.yaml 登记；数字填进录入表，或按 docs/tables.md 另列表。"
)
_FONT = {"font_name": "微软雅黑", "font_size": 10, "valign": "top"}
_LINES = {"border": 1, "border_color": "#BFBFBF", "text_wrap": True}
_MOST_CELL = 32000


def workbook(run: Run, scores: Sequence[Row]) -> bytes:
    """The bytes of the list of a run. Takes scores: rows of scores.csv."""
    import xlsxwriter

    case = run.audit.case
    data = io.BytesIO()
    options = {
        "in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False,
    }  # fmt: skip
    with xlsxwriter.Workbook(data, options) as book:
        title = f"{case.department.name}{case.year}年度资料需求清单"
        book.set_properties({"title": title, "author": "auditbook", "created": datetime(case.year, 1, 1)})
        head = book.add_format({**_FONT, **_LINES, "bold": True, "align": "center", "bg_color": "#D9E2EC"})
        words = book.add_format({**_FONT, **_LINES})
        number = book.add_format({**_FONT, **_LINES, "align": "right"})
        sheet = book.add_worksheet("资料需求清单")
        sheet.hide_gridlines(2)
        last = len(_COLUMNS) - 1
        sheet.set_row(0, 30)
        sheet.write(0, 0, title, book.add_format({**_FONT, "font_size": 16, "bold": True}))
        sheet.merge_range(1, 0, 1, last, _NOTE, book.add_format({**_FONT, "text_wrap": True}))
        sheet.set_row(1, 34)
        for index, (name, width) in enumerate(_COLUMNS):
            sheet.set_column(index, index, width)
            sheet.write(2, index, name, head)
        for place, own in enumerate(wanted(run, scores), 1):
            row = 2 + place
            sheet.write_number(row, 0, place, number)
            for index, text in enumerate(_cells(own), 1):
                if isinstance(text, Fraction):
                    shown = points_text(text)
                    sheet.write_number(row, index, float(shown), number)
                else:
                    sheet.write_string(row, index, text[:_MOST_CELL], words)
            most = max(
                lines_taken(text, width)
                for text, (_, width) in zip(_cells(own), _COLUMNS[1:], strict=True)
                if isinstance(text, str)
            )
            sheet.set_row(row, 15 * most + 4)
        sheet.freeze_panes(3, 2)
        sheet.repeat_rows(2)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.set_margins(left=0.4, right=0.4, top=0.6, bottom=0.6)
        sheet.fit_to_pages(1, 0)
        sheet.set_footer("&C&9第 &P 页，共 &N 页")
    return data.getvalue()


def _cells(own: Wanted) -> list[str | Fraction]:
    return [
        own.document, own.figures_words or "见资料本身", "、".join(own.indicators.values()), own.alone, own.shared,
        "、".join(own.sheets) or "—", own.holder, own.status_words, "", "",
    ]  # fmt: skip


def write(run: Run, scores: Sequence[Row]) -> Path:
    """Write the list beside where the report of a run will lie; returns its path."""
    path = run.workspace.outputs / REQUESTS
    write_whole(path, workbook(run, scores))
    return path
