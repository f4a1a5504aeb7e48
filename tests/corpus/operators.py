"""What may happen to a table on its way: operators that must be caught, and those that must make no difference.

On a cell: the old cell gives the new one. On a table: sheets are changed in place, and the spot comes back where trouble is to be
told. On a file: its bytes. Names are those of the list in ``trust.md``.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from datetime import date
from decimal import Decimal

from corpus.books import Cell, Formula, Grid, Stored, part_of, with_parts, words

# ---- a cell that is no number, or no plain one


def _inside(cell: Cell, inserted: str) -> str:
    text = words(cell)
    return text[: len(text) // 2] + inserted + text[len(text) // 2 :]


NOT_A_NUMBER: dict[str, Callable[[Cell], Cell]] = {
    "blank": lambda cell: None,
    "n_a": lambda cell: "N/A",
    "ref_error": lambda cell: "#REF!",
    "formula_without_a_value": lambda cell: Formula("=600+650.4"),
    "external_workbook_formula": lambda cell: Formula("='[旧账.xlsx]汇总'!$B$4", words(cell)),
    "inf": lambda cell: "inf",
    "1e400": lambda cell: Stored("1E+400"),
    "boolean": lambda cell: True,
    "dash": lambda cell: "—",
    "chinese_numerals": lambda cell: "一千二百五十",
    "amount_with_its_unit": lambda cell: f"{words(cell)}万元",
    "date_in_an_amount": lambda cell: date(2022, 3, 5),
    "zero_width_space": lambda cell: _inside(cell, "\u200b"),
    "negative_zero": lambda cell: Stored("-0"),
    "number_of_400_digits": lambda cell: "9" * 400,
}

# ---- a cell that is a number, and not the right one


def _number(cell: Cell) -> Decimal:
    assert isinstance(cell, Decimal), f"{cell!r} is no number to be changed"
    return cell


def _transposed(cell: Cell) -> Decimal:
    text = words(_number(cell))
    at = next(i for i in range(len(text) - 1) if text[i : i + 2].isdigit() and text[i] != text[i + 1])
    return Decimal(text[:at] + text[at + 1] + text[at] + text[at + 2 :])


def _hundreds(cell: Cell) -> Decimal:
    found = _number(cell).quantize(Decimal("1E2"))
    assert found not in {cell, Decimal(0)}, f"{cell} is not a number that rounding to hundreds changes"
    return Decimal(format(found, "f"))


WRONG_NUMBER: dict[str, Callable[[Cell], Cell]] = {
    "negative_amount": lambda cell: -_number(cell),
    "bracketed_where_nothing_may_be_negative": lambda cell: f"({words(_number(cell))})",
    "total_off_by_100": lambda cell: _number(cell) + 100,
    "rounded_to_hundreds": _hundreds,
    "two_digits_transposed": _transposed,
    "decimal_point_shifted": lambda cell: Decimal(format(_number(cell).scaleb(1), "f")),
    "zero_denominator": lambda cell: Decimal("0.00"),
    "percent_beside_fraction": lambda cell: _number(cell) / 100,
}

# ---- a table

Spot = tuple[int | None, int | None]


def in_yuan(cell: Cell) -> Cell:
    """An amount of 万元 written in 元."""
    return Decimal(format(_number(cell).scaleb(4).quantize(Decimal(1)), "f"))


def other_unit(grid: Grid, rows: list[int], columns: list[int]) -> None:
    """Amounts of some rows and columns written in 元, whatever the table says."""
    for row in rows:
        for column in columns:
            if isinstance(grid.rows[row][column], Decimal):
                grid.rows[row][column] = in_yuan(grid.rows[row][column])


def swap_heads(grid: Grid, one: int, other: int) -> Spot:
    head = grid.rows[grid.head]
    head[one], head[other] = head[other], head[one]
    return grid.head, None


def duplicate_row(grid: Grid, row: int) -> Spot:
    grid.rows.insert(row + 1, list(grid.rows[row]))
    return row + 1, None


def delete_row(grid: Grid, row: int) -> Spot:
    del grid.rows[row]
    return row, None


def merge_down(grid: Grid, row: int, column: int) -> Spot:
    grid.merged.append((row, column, row + 1, column))
    grid.rows[row + 1][column] = None
    return row, column


def hidden_row(grid: Grid, extra: list[Cell]) -> Spot:
    grid.rows.append(extra)
    grid.hidden_rows.add(len(grid.rows) - 1)
    return len(grid.rows) - 1, None


def drop_column(grid: Grid, column: int) -> Spot:
    for row in grid.rows:
        if column < len(row):
            del row[column]
    return grid.head, None


def rename_column(grid: Grid, column: int, name: str) -> Spot:
    grid.rows[grid.head][column] = name
    return grid.head, None


def head_only(grid: Grid) -> Spot:
    del grid.rows[grid.head + 1 :]
    return grid.head, None


# ---- a file


def cut(data: bytes) -> bytes:
    """Not transmitted whole: the last line, or the last tenth of a package, is not there."""
    return data[: -len(data) // 10] if data[:2] == b"PK" else data[: data.rstrip(b"\n").rindex(b"\n") + 12]


def with_nul(data: bytes) -> bytes:
    """A NUL in the middle of the text, of a workbook in the text of its first sheet."""
    if data[:2] != b"PK":
        return data[: len(data) // 2] + b"\0" + data[len(data) // 2 :]
    name = "xl/worksheets/sheet1.xml"
    sheet = part_of(data, name)
    at = sheet.index(b"<t>") + 4
    return with_parts(data, {name: sheet[:at] + b"\0" + sheet[at:]})


def html(data: bytes) -> bytes:
    """What many systems hand out as .xls."""
    return "<html><head><meta charset='utf-8'></head><body><table><tr><td>年初预算</td></tr></table></body></html>".encode()


def encrypted(data: bytes) -> bytes:
    """A workbook with a password: Office puts it into a compound file with these two streams."""
    free, end, chain, none = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD, 0xFFFFFFFF
    head = (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
        + bytes(16)
        + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6)
        + bytes(6)
    )
    head += (
        struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, end, 0, end, 0)
        + struct.pack("<I", 0)
        + struct.pack("<108I", *[free] * 108)
    )
    table = struct.pack("<128I", chain, end, *range(3, 10), end, *range(11, 18), end, *[free] * 110)

    def entry(name: str, kind: int, child: int, right: int, start: int, size: int) -> bytes:
        spelt = name.encode("utf-16-le") + b"\0\0"
        return (
            spelt.ljust(64, b"\0") + struct.pack("<HBBIII", len(spelt), kind, 1, none, right, child) + bytes(36)
            + struct.pack("<IQ", start, size)
        )  # fmt: skip

    directory = (
        entry("Root Entry", 5, 1, none, end, 0) + entry("EncryptionInfo", 2, none, 2, 2, 4096)
        + entry("EncryptedPackage", 2, none, none, 10, 4096) + bytes(128)
    )  # fmt: skip
    return head + table + directory + bytes(range(256)) * 32


def macro(data: bytes) -> bytes:
    """A workbook that brings a program."""
    types = part_of(data, "[Content_Types].xml").replace(
        b"</Types>", b'<Default Extension="bin" ContentType="application/vnd.ms-office.vbaProject"/></Types>'
    )
    return with_parts(
        data,
        {"xl/vbaProject.bin": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "[Content_Types].xml": types},
    )


def external_link(data: bytes) -> bytes:
    """A workbook that keeps a link to another."""
    link = b'<?xml version="1.0"?><externalLink xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"/>'
    return with_parts(data, {"xl/externalLinks/externalLink1.xml": link})


def zip_bomb(data: bytes) -> bytes:
    """A sheet of 300 MB that packs into a third of one."""
    name = "xl/worksheets/sheet1.xml"
    sheet = part_of(data, name)
    return with_parts(data, {name: sheet.replace(b"</sheetData>", b" " * 300_000_000 + b"</sheetData>")})


def far_cell(data: bytes) -> bytes:
    """One cell at the far end of the sheet."""
    name = "xl/worksheets/sheet1.xml"
    cell = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    return with_parts(data, {name: part_of(data, name).replace(b"</sheetData>", cell)})


def entities(data: bytes) -> bytes:
    """Entities within entities, a billion laughs."""
    name = "xl/worksheets/sheet1.xml"
    lines = ['<!ENTITY a0 "哈">', *(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))]
    kind = f"<!DOCTYPE worksheet [{''.join(lines)}]>".encode()
    return with_parts(data, {name: kind + part_of(data, name).replace(b"<t>", b"<t>&a9;", 1)})


def many_members(data: bytes) -> bytes:
    """A package of very many parts."""
    return with_parts(data, {f"xl/media/{number}.bin": b"" for number in range(20_000)})


HOSTILE: dict[str, Callable[[bytes], bytes]] = {
    "macro_workbook": macro, "external_links": external_link, "zip_bomb": zip_bomb, "far_cell": far_cell,
    "entities": entities, "many_members": many_members,
}  # fmt: skip
