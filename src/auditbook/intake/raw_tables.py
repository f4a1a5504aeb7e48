"""Raw tables as they lie in a case's folder: CSV with a known head, every mistake with its line."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from auditbook import inputs
from auditbook.faults import Fault

MOST_BYTES = 50_000_000

_SHAPES = {
    "figures": "figure scope item year label state value unit precision locator quote",
    "objectives": (
        "objective item measure comparator target unit claimed locator quote actual_measure actual precision"
        " actual_locator actual_quote"
    ),
    "statements": "statement kind about date locator quote",
    "published": "claim kind about scope item year published unit precision locator quote",
    "judgements": "indicator point verdict degree grounds who when locator quote",
    "overrides": "scheme indicator points reason who when locator quote",
    "recorded": (
        "finding severity kind scope about amount unit name criterion condition cause effect recommendation who when"
        " locator quote"
    ),
    "replies": "finding reply replied_by replied_when answer answered_by answered_when status locator quote",
    "grades": "person branch period grader item grade locator quote",
}
SHAPES: dict[str, tuple[str, ...]] = {shape: tuple(columns.split()) for shape, columns in _SHAPES.items()}
OPTIONAL: dict[str, tuple[str, ...]] = {"published": ("base",)}


@dataclass(frozen=True)
class RawRow:
    """A line of a raw table: its cells by column, and where it stands (``file:line``, or file, sheet and row).

    ``places`` says where each cell stands, where a person looks cells up by an address of their own.
    """

    cells: dict[str, str]
    where: str
    places: Mapping[str, str] = field(default_factory=dict)

    def __getitem__(self, column: str) -> str:
        return self.cells[column]

    def at(self, column: str) -> str:
        """Where a cell stands: ``账.xlsx 数字!H5（value）``, or ``money.csv:3 value列``."""
        return self.places.get(column) or f"{self.where} {column}列"


def read(path: Path, shape: str, faults: list[Fault]) -> list[RawRow]:
    """Read a raw table.

    Takes    path: a CSV file in UTF-8; shape: one of SHAPES; faults: takes what is wrong.
    Returns  the rows that could be read, cells stripped of surrounding blanks, optional columns blank where the
             file does not have them; none where the head is wrong.
    """
    name, columns, optional = path.name, SHAPES[shape], OPTIONAL.get(shape, ())
    try:
        data = inputs.read_bytes(path)
    except OSError as error:
        faults.append(
            Fault(name, f"文件读不到（{error.strerror}）", "SOURCES.yaml 所列的文件", "请放回该文件或改登记")
        )
        return []
    if len(data) > MOST_BYTES:
        faults.append(Fault(name, f"文件有{len(data)}字节", f"不超过{MOST_BYTES}字节"))
        return []
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        faults.append(Fault(f"{name}:{line}", "不是 UTF-8 编码", "UTF-8", "请另存为 UTF-8（CSV）"))
        return []
    if "\0" in text:
        line = text[: text.index("\0")].count("\n") + 1
        faults.append(Fault(f"{name}:{line}", "含有空字符（NUL）", "文字", "文件已损坏，请重新取得"))
        return []
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows: list[RawRow] = []
    head: list[str] | None = None
    try:
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            where = f"{name}:{reader.line_num}"
            if head is None:
                head = [cell.strip() for cell in cells]
                if sorted(head) != sorted({*columns, *(set(optional) & set(head))}):
                    faults.append(_wrong_head(where, head, columns, optional))
                    return []
            elif len(cells) != len(head):
                faults.append(
                    Fault(where, f"有{len(cells)}格", f"{len(head)}格（与表头相同）", "请检查逗号与引号")
                )
            else:
                found = dict(zip(head, (cell.strip() for cell in cells), strict=True))
                rows.append(RawRow({**dict.fromkeys(optional, ""), **found}, where))
    except csv.Error as error:
        faults.append(
            Fault(f"{name}:{reader.line_num}", f"不是合格的 CSV（{error}）", "", "请检查引号是否成对")
        )
    if head is None:
        faults.append(Fault(name, "文件是空的", f"表头 {','.join(columns)}"))
    return rows


def _wrong_head(where: str, head: list[str], columns: tuple[str, ...], optional: tuple[str, ...]) -> Fault:
    lacking = "、".join(column for column in columns if column not in head)
    unknown = "、".join(column for column in head if column not in {*columns, *optional})
    repeated = "、".join(sorted({column for column in head if head.count(column) > 1}))
    found = [
        f"缺列 {lacking}" if lacking else "",
        f"多列 {unknown}" if unknown else "",
        f"重复列 {repeated}" if repeated else "",
    ]
    return Fault(where, "表头不对：" + "，".join(part for part in found if part), ",".join(columns))
