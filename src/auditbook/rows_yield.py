"""What an intake workbook or a raw table would yield for its case: figures with their cells, other rows counted."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from auditbook.cases import open_audit
from auditbook.faults import CaseError, Fault, UsageError
from auditbook.figures import Dictionary
from auditbook.intake import intake_workbook, raw_tables
from auditbook.intake.account_layouts import read_layouts
from auditbook.intake.intake_layouts import read_workbook
from auditbook.intake.intake_sheets import layout_of
from auditbook.intake.raw_tables import SHAPES, RawRow, has_head
from auditbook.intake.sheet_files import open_sheets
from auditbook.intake.sheets import Note
from auditbook.printed import WIDE, Printout
from auditbook.workspace import locate

_CALLED = {
    "figures": "数字", "objectives": "目标", "statements": "陈述", "published": "公布的数字", "judgements": "评价要点判断",
    "overrides": "改分", "recorded": "审计人员记录的发现", "replies": "单位答复", "grades": "考评等次",
}  # fmt: skip
_STATES = {"missing": "缺", "not_applicable": "不适用", "zero": "0（申明为零）"}


@dataclass(frozen=True)
class RowsFound:
    """What a file of rows yields, by shape; ``called`` is what the file is."""

    file: str
    sha256: str
    called: str
    dictionary: Dictionary
    rows: Mapping[str, list[RawRow]]
    notes: tuple[Note, ...]
    faults: tuple[Fault, ...]

    def text(self, width: int = WIDE) -> str:
        """The figures one by one, other rows counted, conversions."""
        out = Printout(width)
        counted = (
            "、".join(f"{_CALLED[shape]} {len(own)}" for shape, own in self.rows.items() if own) or "没有填写"
        )
        out.line(f"{self.file}：{self.called}，{counted}（sha256 {self.sha256[:16]}…）")
        figures = [self._figure(row) for row in self.rows.get("figures", [])]
        if figures:
            out.table(f"数字 {len(figures)} 个", ["数字", "范围", "年份", "数值", "出处"], figures)
        for shape, own in self.rows.items():
            if shape != "figures" and own:
                words = [
                    [row.where, "　".join(value for value in list(row.cells.values())[:5] if value)]
                    for row in own
                ]
                out.table(f"{_CALLED[shape]} {len(own)} 条", ["处", "内容"], words)
        if self.notes:
            rows = [[note.where, note.written, note.read_as] for note in self.notes]
            out.table(f"读入时的换算 {len(rows)} 处", ["处", "原样", "读作"], rows)
        return str(out)

    def _figure(self, row: RawRow) -> list[str]:
        meaning = self.dictionary.get(row["figure"])
        items = meaning.items if meaning and isinstance(meaning.items, dict) else {}
        item = items.get(row["item"], row["label"] or row["item"]) if row["item"] else ""
        name = meaning.name if meaning else row["figure"]
        value = _STATES.get(row["state"]) or f"{row['value']}{row['unit']}"
        return [f"{name}·{item}" if item else name, row["scope"], row["year"], value, row.at("value")]

    def as_json(self) -> str:
        """The yield for another program."""
        rows = {shape: [{**row.cells, "where": row.where} for row in own] for shape, own in self.rows.items()}
        found = {
            "file": self.file, "sha256": self.sha256, "kind": self.called, **rows,
            "notes": [asdict(note) for note in self.notes], "faults": [str(fault) for fault in self.faults],
        }  # fmt: skip
        return json.dumps(found, ensure_ascii=False, indent=1)

    def write_tables(self, folder: Path) -> list[Path]:
        """It is a table already. Raises UsageError, saying so."""
        raise UsageError(
            Fault(self.file, f"是{self.called}，不必再写成表", "部门决算公开的文件", "请去掉 --tables")
        )


def read(path: Path, root: Path, dictionary: Dictionary) -> RowsFound | None:
    """Read an intake workbook, a sheet of it, or a raw table.

    Takes    path: where the file lies in a case's folder, its units and year are the case's; root: the project.
    Returns  its rows with all that is wrong, or None where it is neither (published accounts, for one).
    Raises   CaseError, LimitError as ``open_sheets``.
    """
    opened = open_sheets(path)
    faults, notes = list(opened.faults), list(opened.notes)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    shape = next((name for name in SHAPES if any(has_head(sheet, name) for sheet in opened.sheets)), None)
    if shape:
        rows = {shape: raw_tables.read(path, shape, faults, notes)}
        return RowsFound(
            path.name, digest, f"原始表（shape: {shape}）", dictionary, rows, tuple(notes), tuple(faults)
        )
    layout, published = read_workbook(root, dictionary), read_layouts(root)
    titles = [cell for sheet in opened.sheets for row in sheet.rows[:3] for cell in row if cell]
    if any(map(published.titled, titles)) or not any(layout_of(sheet, layout) for sheet in opened.sheets):
        return None
    units, year = _case_of(path)
    if not year:
        raise UsageError(
            Fault(
                path.name,
                "是资料录入表，但不知道是哪个案例的",
                "data/raw/<案例>/ 下的文件",
                "请放进案例的资料夹再读",
            )
        )
    found = intake_workbook.read(opened.sheets, layout, dictionary, units, year, faults, notes)
    return RowsFound(
        path.name, digest, f"资料录入表（{year}年度）", dictionary, found, tuple(notes), tuple(faults)
    )


def _case_of(path: Path) -> tuple[dict[str, str], int]:
    """Units and year of the case in whose folder a file lies; no year where it lies in none."""
    folder = path.resolve().parent
    case = (
        folder.parents[2] / "params" / "cases" / f"{folder.name}.yaml" if len(folder.parents) > 2 else folder
    )
    if folder.parent.name != "raw" or not case.is_file():
        return {}, 0
    audit, faults = open_audit(locate(str(case)))
    if audit is None or faults:
        raise CaseError(faults)
    return {unit.id: unit.name for unit in audit.case.units}, audit.case.year
