"""The sheet 上年审计发现: what has become of last year's findings. Those that nobody has looked at are no evidence of anything."""

from __future__ import annotations

from auditbook.intake.intake_cells import choice_of, day_of, words_of
from auditbook.intake.intake_sheets import Filled, Reading
from auditbook.intake.raw_tables import SHAPES, RawRow
from auditbook.intake.sheets import Note

OPEN_ROWS = "not_followed"
_ASKED = ("status", "evidence", "who")
_SAID = {"evidence": "看了哪份文件、哪些凭证", "who": "核实的人", "when": "核实的日期"}


def read(filled: Filled, reading: Reading) -> list[RawRow]:
    """Rows of the shape ``follow_up``: of the findings whose 整改情况 is written, each with its grounds, by whom and when."""
    rows: list[RawRow] = []
    waiting = 0
    for row in filled.rows:
        if not filled.text(row, "finding") and not any(filled.text(row, id) for id in _ASKED):
            continue
        told = len(reading.faults)
        finding, at = (words_of(filled, row, id, reading) for id in ("finding", "at"))
        status = choice_of(filled, row, "status", reading)
        evidence, who = (words_of(filled, row, id, reading) for id in ("evidence", "who"))
        when = day_of(filled, row, "when", reading)
        if status == "":
            waiting += 1
            if evidence or who or when:
                reading.fault(
                    filled.at(row, "status"),
                    "写了依据，没有写整改情况",
                    "、".join(filled.layout.column("status").offered),
                )
            continue
        if len(reading.faults) == told:
            given = {"evidence": evidence, "who": who, "when": when}
            for id, value in given.items():
                if not value:
                    heading = filled.layout.column(id).heading
                    reading.fault(filled.at(row, id), f"写了整改情况，没有写“{heading}”", _SAID[id])
        if status is None or when is None or len(reading.faults) > told:
            continue
        cells = {
            "finding": finding, "year": at, "status": status, "evidence": evidence, "who": who, "when": when.isoformat(),
            "locator": filled.locator(row, "status"), "quote": "",
        }  # fmt: skip
        places = {column: filled.at(row, "at" if column == "year" else column) for column in _columns(filled)}
        rows.append(RawRow(cells, filled.sheet.at(row), places))
    if waiting:
        said = f"“{filled.layout.title}”有 {waiting} 项没有写整改情况"
        reading.notes.append(Note(filled.sheet.file, said, "没有核对，不算已整改，也不算未整改", OPEN_ROWS))
    return rows


def _columns(filled: Filled) -> list[str]:
    return [column for column in SHAPES["follow_up"] if column == "year" or filled.layout.has(column)]
