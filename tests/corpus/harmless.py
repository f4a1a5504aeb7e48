"""What may happen to a table on its way and must make no difference: the same figures, and no complaint that blocks."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import invented_accounts as invented

from corpus import accounts_form, truth
from corpus.accounts_form import ACCOUNTS_CSV, ACCOUNTS_PDF, ACCOUNTS_XLSX
from corpus.books import Cell, Grid, Percent, separated, words
from corpus.forms import CSV, TABLES_CSV, TABLES_XLSX, Document, Form, Key, Read, case_folder
from corpus.workbook_form import WORKBOOK_CSV, WORKBOOK_XLSX


@dataclass(frozen=True)
class Variant:
    """A form handed in otherwise, and what of that is to be noted (a kind of conversion as quality.csv names it, or nothing).

    ``change`` is made to every sheet, ``file`` to every file, ``written`` says how a sheet becomes a file of separated values;
    ``read`` holds those figures that are the same number in another unit.
    """

    name: str
    form: Form
    noted: str = ""
    change: Callable[[Grid], None] | None = None
    file: Callable[[bytes], bytes] | None = None
    written: Callable[[Grid], bytes] | None = None
    read: Mapping[Key, Read] = field(default_factory=dict)

    def build(self, base: Path) -> Path:
        """Write the case.

        Returns  its case file.
        """
        files: dict[str, tuple[str, bytes]] = {}
        for document in self.form.documents():
            for grid in document.grids if self.change else ():
                assert self.change
                self.change(grid)
            own = document.files(self.form.suffix)
            if self.written:
                own = {f"{grid.name}.csv": self.written(grid) for grid in document.grids}
            files |= {
                name: (document.shape, self.file(data) if self.file else data) for name, data in own.items()
            }
        return case_folder(base, self.form, files)

    def expected(self) -> dict[Key, Read]:
        """The figures that must be read."""
        return self.form.expected() | dict(self.read)


def _numbers(change: Callable[[Decimal], Cell]) -> Callable[[Grid], None]:
    """A change to every number under the head."""

    def act(grid: Grid) -> None:
        for row in grid.body():
            grid.rows[row] = [change(cell) if isinstance(cell, Decimal) else cell for cell in grid.rows[row]]

    return act


def _exponent(number: Decimal) -> str:
    """1250.40 → 1.25040E+03."""
    text = words(number).lstrip("-")
    digits = text.replace(".", "").lstrip("0") or "0"
    power = len(text.partition(".")[0].lstrip("0")) - 1 if number and abs(number) >= 1 else 0
    if not number or abs(number) < 1:
        return words(number)
    return f"{'-' * (number < 0)}{digits[0]}.{digits[1:] or '0'}E+{power:02d}"


def _thousands(number: Decimal) -> Cell:
    return (
        f"{number:,f}" if abs(number) >= 1000 and number != truth.YEAR and number != truth.BEFORE else number
    )


def _full_width(number: Decimal) -> str:
    return words(number).translate({ord(c): ord(c) + 0xFEE0 for c in "0123456789.-"})


def _bracketed(number: Decimal) -> Cell:
    return f"({words(-number)})" if number < 0 else number


def _shuffled(grid: Grid) -> None:
    """Rows in another order; of published accounts only those that a code names."""
    coded = [row for row in grid.body() if re.fullmatch(r"[0-9]{3,7}", words(grid.rows[row][0]))]
    rows = coded if grid.name in {"income", "spending", "general_budget"} else [*grid.body()]
    if (grid.name in invented.TITLES and not coded) or grid.name == "basic":
        return
    moved = [grid.rows[row] for row in rows]
    for row, line in zip(rows, reversed(moved), strict=True):
        grid.rows[row] = line


def _titled(grid: Grid) -> None:
    grid.rows.insert(0, [f"{truth.NAME}{truth.YEAR}年度有关数据", *[None] * (len(grid.rows[0]) - 1)])
    grid.head += 1


def _spaced(grid: Grid) -> None:
    grid.rows[grid.head] = [f" {words(cell)}\u3000" if cell else cell for cell in grid.rows[grid.head]]


def _explained(grid: Grid) -> None:
    """A second line under the head that says more of some columns."""
    said = {
        "value": "（数）",
        "unit": "（计量单位）",
        "target": "（目标值）",
        "date": "（年月日）",
        "published": "（公布数）",
        "who": "（谁）",
    }
    grid.rows.insert(grid.head + 1, [said.get(words(cell), "") for cell in grid.rows[grid.head]])


def _two_lines(grid: Grid) -> None:
    """Heads of two lines: what columns have in common above, the rest under it."""
    split = {
        "本年预算": ("本年", "预算"),
        "本年决算": ("", "决算"),
        "上年预算": ("上年", "预算"),
        "上年决算": ("", "决算"),
    }
    head = [words(cell) for cell in grid.rows[grid.head]]
    if not set(head) & set(split):
        return
    grid.rows[grid.head : grid.head + 1] = [
        [split.get(cell, (cell, ""))[0] for cell in head], [split.get(cell, ("", ""))[1] for cell in head],
    ]  # fmt: skip
    grid.head += 1


def _codes_as_numbers(grid: Grid) -> None:
    for row in grid.body():
        grid.rows[row] = [
            Decimal(cell) if isinstance(cell, str) and re.fullmatch("[1-9][0-9]*", cell) else cell
            for cell in grid.rows[row]
        ]


def _texts(grid: Grid) -> None:
    _numbers(words)(grid)


_PROGRESS: Key = ("planned_progress", truth.DEPARTMENT, "", str(truth.YEAR))


def _progress(change: Callable[[list[Cell], int], None]) -> Callable[[Grid], None]:
    """A change to the one ratio of a table of figures."""

    def act(grid: Grid) -> None:
        for row in grid.rows:
            if row[0] == "planned_progress":
                change(row, grid.column("value"))

    return act


def _sign(row: list[Cell], column: int) -> None:
    row[column] = "98.22%"


def _fraction(row: list[Cell], column: int) -> None:
    row[column], row[column + 1], row[column + 2] = Decimal("0.9822"), "1", "0.0001"


def _shown(row: list[Cell], column: int) -> None:
    row[column] = Percent(Decimal("0.9822"))


def _percents(make: Callable[[Decimal], Cell]) -> Callable[[Grid], None]:
    """Every planned progress of the payments with its sign."""

    def act(grid: Grid) -> None:
        if grid.name == "月度支付":
            column = grid.column("既定累计进度（%）")
            for row in grid.body():
                cell = grid.rows[row][column]
                assert isinstance(cell, Decimal)
                grid.rows[row][column] = make(cell)

    return act


def _coded(encoding: str) -> Callable[[bytes], bytes]:
    return lambda data: data.decode().encode(encoding)


def _separator(sign: str) -> Callable[[Grid], bytes]:
    return lambda grid: separated(grid, sign)


def _national() -> list[Document]:
    """The accounts in the template of the ministry: heads of several lines, codes in three columns, numbers of rows and columns."""
    grids = [accounts_form.grid_of(id_, laid) for id_, laid in invented.national(str).items()]
    return [Document(accounts_form.NAME, "accounts", grids)]


def _printed() -> list[Document]:
    documents = accounts_form.ACCOUNTS_PDF.documents()
    for grid in documents[0].grids:
        _numbers(_thousands)(grid)
    return documents


def every() -> list[Variant]:
    """The whole corpus of harmless variants."""
    found: list[Variant] = []

    def add(name: str, *forms: Form, **how: object) -> None:
        found.extend(Variant(f"{name}-{form.name}", form, **how) for form in forms)  # type: ignore[arg-type]

    sheets = (TABLES_CSV, TABLES_XLSX, WORKBOOK_CSV, WORKBOOK_XLSX, ACCOUNTS_CSV, ACCOUNTS_XLSX)
    books = (TABLES_XLSX, WORKBOOK_XLSX, ACCOUNTS_XLSX)
    values = tuple(form for form in sheets if form.suffix == CSV)
    add("as_it_is", *sheets, ACCOUNTS_PDF)
    add("rows_shuffled", *sheets, change=_shuffled)
    add("numbers_stored_as_text", *books, noted="文本格式的数", change=_texts)
    add("scientific_notation_as_text", *sheets, noted="科学记数", change=_numbers(_exponent))
    add("thousands_separators", *sheets, noted="千位分隔", change=_numbers(_thousands))
    add("full_width_digits", *sheets, noted="全角数字", change=_numbers(_full_width))
    add(
        "bracketed_negatives",
        TABLES_CSV,
        TABLES_XLSX,
        WORKBOOK_CSV,
        WORKBOOK_XLSX,
        noted="括号负数",
        change=_numbers(_bracketed),
    )
    add("codes_stored_as_integers", WORKBOOK_XLSX, ACCOUNTS_XLSX, change=_codes_as_numbers)
    add("title_line_above_the_head", TABLES_CSV, TABLES_XLSX, noted="表头之上的行", change=_titled)
    add("title_line_above_the_head", WORKBOOK_CSV, WORKBOOK_XLSX, change=_titled)
    add("two_line_heads", TABLES_CSV, TABLES_XLSX, change=_explained)
    add("two_line_heads", WORKBOOK_CSV, WORKBOOK_XLSX, change=_two_lines)
    add("spaces_around_heads", *sheets, change=_spaced)
    add("utf8_with_bom", *values, file=_coded("utf-8-sig"))
    add("gbk", *values, noted="编码", file=_coded("gbk"))
    add("utf16", *values, noted="编码", file=_coded("utf-16"))
    add("semicolon", *values, noted="分隔符", written=_separator(";"))
    add("tab", *values, noted="分隔符", written=_separator("\t"))
    fraction: dict[Key, Read] = {_PROGRESS: ("value", Fraction("0.9822"), "1")}
    add("ratio_with_its_sign", TABLES_CSV, TABLES_XLSX, noted="百分数", change=_progress(_sign))
    add("ratio_as_a_fraction", TABLES_CSV, TABLES_XLSX, change=_progress(_fraction), read=fraction)
    add("ratio_shown_as_percent", TABLES_XLSX, noted="百分数", change=_progress(_shown))
    add(
        "ratio_with_its_sign",
        WORKBOOK_CSV,
        WORKBOOK_XLSX,
        noted="百分数",
        change=_percents(lambda number: f"{words(number)}%"),
    )
    add(
        "ratio_shown_as_percent",
        WORKBOOK_XLSX,
        noted="百分数",
        change=_percents(lambda number: Percent(number / 100)),
    )
    for form in (ACCOUNTS_CSV, ACCOUNTS_XLSX):
        national = Form(form.name, form.suffix, _national, form.expected)
        add("two_line_heads", national)
    # separators are how a page prints its amounts: no conversion to tell of
    add("thousands_separators", Form(ACCOUNTS_PDF.name, ACCOUNTS_PDF.suffix, _printed, ACCOUNTS_PDF.expected))
    return found
