"""The rows of a table of accounts: by code or by name, on one side or several, or items × columns in the head.

What cannot be read is a fault with its place, and the rest is read. Nothing is guessed: what was inferred is a note.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from auditbook.faults import Fault
from auditbook.intake import cell_values
from auditbook.intake.account_grids import BLANK_STRIPS, CELLS, Grid, GridRow, Piece, texts, words
from auditbook.intake.account_heads import (
    AMOUNT,
    CODE,
    CODE_COLUMN,
    DASH,
    LEFT_ASIDE,
    NAME_COLUMN,
    OTHER,
    REMARK,
    UNKNOWN,
    Headings,
)
from auditbook.intake.account_layouts import Layout, bare, heading, unnumbered
from auditbook.intake.account_tables import Amount, Line
from auditbook.intake.sheets import Note
from auditbook.numbers import parse

_CODE_IN_NAME = re.compile(r"(\d{3}(?:\d{2}){0,2})(\D.*)")
_SPACED = re.compile(r"-?\d{1,3}(?: \d{3})+(?:\.\d+)?")
_MOST_SHOWN = 40


@dataclass
class Told:
    """What is told about a document while it is read."""

    faults: list[Fault] = field(default_factory=list)
    notes: list[Fault] = field(default_factory=list)
    conversions: list[Note] = field(default_factory=list)


@dataclass
class Gathered:
    """The grids of one table, over its pages."""

    layout: Layout
    title: str
    grids: list[Grid] = field(default_factory=list)

    @property
    def way(self) -> str:
        """How its cells were told apart."""
        return self.grids[0].way

    @property
    def where(self) -> str:
        """Where it begins, and what it is."""
        return f"{self.grids[0].where} {self.title}"


class Downward:
    """Reads tables whose rows go downward: by code, or by name, one block or several side by side."""

    def __init__(self, gathered: Gathered, headings: Headings, told: Told) -> None:
        self.gathered, self.headings, self.told = gathered, headings, told
        self.layout, self.edges = gathered.layout, gathered.grids[0].edges
        self.remarks: list[str] = []
        self.names: tuple[str, ...] = ()
        self.blocks: list[list[tuple[str, int]]] = []  # per side: role or column id, and where it stands
        self.dashes: list[str] = []
        self.blanks = 0
        first = gathered.grids[0].rows
        start = headings.start(self.layout, [row.cells for row in first])
        self.head = [row.cells for row in first[:start]]
        printed = {tuple(words(cells)) for cells in self.head if any(words(cells))}
        rows = [*first[start:], *(row for grid in gathered.grids[1:] for row in grid.rows)]
        self.body = [
            row for row in rows
            if any(words(row.cells)) and tuple(words(row.cells)) not in printed
            and not headings.numbers_columns(row.cells)
        ]  # fmt: skip
        self.printed = [(row.page, texts(row.cells)) for row in self.body]
        self._remarks_aside()

    def _remarks_aside(self) -> None:
        """Remarks in the last rows of a table are none of its rows."""
        kept: list[GridRow] = []
        for row in self.body:
            found = [word for word in texts(row.cells) if word]
            remark = REMARK.match(bare(found[0])) or (self.remarks and len(found) == 1)
            if remark and not any(AMOUNT.fullmatch(bare(word)) for word in found):
                self.remarks.append("".join("".join(found).split()))
            else:
                kept.append(row)
        self.body = kept

    def resolve(self) -> bool:
        """Find what each column is; a required column that is not there refuses the table."""
        paths = self.headings.paths(self.head, self.edges, self.gathered.way)
        self._labels_in_first_row(paths)
        block: list[tuple[str, int]] = []
        found: set[str] = set()
        for index, path in enumerate(paths):
            role = self.headings.role(self.layout, path, self._side_name(len(self.blocks)))
            if role in {CODE_COLUMN, NAME_COLUMN} and any(
                known not in {CODE_COLUMN, NAME_COLUMN} for known, _ in block
            ):
                self.blocks.append(block)
                block = []
            if role in {UNKNOWN, OTHER} and self._holds_amounts(index):
                shown = "/".join(path) or f"第{index + 1}列"
                if role == OTHER:
                    self.told.notes.append(
                        Fault(self.gathered.where, f"列“{shown}”不在要读的各列之内，没有读")
                    )
                else:
                    expected = "、".join(column.name for column in self.layout.columns)
                    self._fault(f"列“{shown}”不认识", expected, "这一列没有读")
            elif role in {known for known, _ in block} and role not in {
                CODE_COLUMN,
                LEFT_ASIDE,
                UNKNOWN,
                OTHER,
            }:
                self._fault(f"列“{'/'.join(path)}”出现两次", "一次", "这张表没有读")
                return False
            if role not in {LEFT_ASIDE, UNKNOWN, OTHER}:
                block.append((role, index))
                found.add(role)
        self.blocks.append(block)
        self.names = tuple(c.name for c in self.layout.columns if c.id in found)
        lacking = [c.name for c in self.layout.columns if c.required and c.id not in found]
        lacking += (
            ["科目名称或项目"] if any(NAME_COLUMN not in {r for r, _ in b} for b in self.blocks) else []
        )
        if self.layout.layout == "coded" and CODE_COLUMN not in found and not self._codes_in_names():
            lacking.append("科目编码")
        if len(self.blocks) < max(len(self.layout.sides), 1):
            lacking.append("、".join(self.layout.sides) + "各栏")
        if lacking:
            self._fault(f"表头里没有{'、'.join(lacking)}", "这张表的全部列", "这张表没有读，请核对表头")
        return not lacking

    def _fault(self, found: str, expected: str = "", remedy: str = "") -> None:
        self.told.faults.append(Fault(self.gathered.where, found, expected, remedy))

    def _side_name(self, number: int) -> str:
        return self.layout.sides[number] if number < len(self.layout.sides) else ""

    def _holds_amounts(self, index: int) -> bool:
        return any(AMOUNT.fullmatch(words(row.cells)[index]) for row in self.body)

    def _codes_in_names(self) -> bool:
        indices = [index for block in self.blocks for role, index in block if role == NAME_COLUMN]
        return any(_CODE_IN_NAME.fullmatch(words(row.cells)[i]) for row in self.body for i in indices)

    def _labels_in_first_row(self, paths: list[list[str]]) -> None:
        """Headings that stand in the first row of the body, beside its total: 类 款 项 合计, 合计 … 小计 基本支出."""
        if not self.body:
            return
        first = self.body[0]
        kept = list(first.cells)
        for index, piece in enumerate(first.cells):
            word = bare(piece.text) if piece else ""
            if not word or AMOUNT.fullmatch(word) or DASH.fullmatch(word):
                continue
            role = self.headings.role(self.layout, paths[index])
            if (role == CODE_COLUMN and word in {"类", "款", "项"}) or role not in {
                CODE_COLUMN, NAME_COLUMN, LEFT_ASIDE,
            }:  # fmt: skip
                paths[index].append(word)
                kept[index] = None
        self.body[0] = replace(first, cells=kept)

    def lines(self) -> Iterator[Line]:
        """The rows, side after side; what is no row is a fault."""
        self._joined_names()
        self._totals_of_two_blocks()
        sides: dict[str, list[Line]] = {}
        for number, block in enumerate(self.blocks):
            side = self._side_name(number)
            if number >= len(self.layout.sides) > 0:
                side = "其他"
            sides.setdefault(side, []).extend(self._side(side, block))
        for lines in sides.values():
            yield from _located_by_name(lines)

    def _joined_names(self) -> None:
        """A name that is broken by the end of a page: its rest stands alone in the first row of the next one."""
        codes = [index for block in self.blocks for role, index in block if role == CODE_COLUMN]
        names = [index for block in self.blocks for role, index in block if role == NAME_COLUMN]
        if self.layout.layout != "coded" or not codes or len(names) != 1:
            return
        for before, row in zip(self.body, self.body[1:], strict=False):
            own = words(row.cells)
            alone = own[names[0]] and not any(word for index, word in enumerate(own) if index != names[0])
            label = before.cells[names[0]]
            if not (
                alone and row.page == before.page + 1 and label and any(words(before.cells)[i] for i in codes)
            ):
                continue
            rest = row.cells[names[0]]
            assert rest
            if REMARK.match(own[names[0]]) or own[names[0]] in self.headings.totals:
                continue
            whole = replace(label, text=label.text + rest.text)
            self.told.notes.append(
                Fault(
                    f"{row.where} {self.gathered.title}",
                    f"“{bare(rest.text)}”接在上页的“{bare(label.text)}”之后，合为一个科目名称",
                )
            )
            cells = [whole if index == names[0] else cell for index, cell in enumerate(before.cells)]
            at = self.body.index(row)
            self.body[at - 1 : at + 1] = [replace(before, cells=cells)]

    def _totals_of_two_blocks(self) -> None:
        """A total whose label stands in one block and whose amount in the next: the label reaches over both."""
        for number, row in enumerate(self.body):
            cells = list(row.cells)
            for one, other in zip(self.blocks, self.blocks[1:], strict=False):
                label = [i for role, i in one if role in {CODE_COLUMN, NAME_COLUMN}]
                empty = [i for role, i in one if role not in {CODE_COLUMN, NAME_COLUMN}]
                lacking = [i for role, i in other if role in {CODE_COLUMN, NAME_COLUMN}]
                given = [i for role, i in other if role not in {CODE_COLUMN, NAME_COLUMN}]
                own = words(row.cells)
                text = "".join(own[i] for i in label)
                known = self.layout.row_id(text) or text in self.headings.totals
                if (
                    known and len(empty) == len(given) == 1 and not own[empty[0]] and own[given[0]]
                    and not any(own[i] for i in lacking)
                ):  # fmt: skip
                    cells[empty[0]], cells[given[0]] = cells[given[0]], None
            self.body[number] = replace(row, cells=cells)

    def _side(self, side: str, block: Sequence[tuple[str, int]]) -> Iterator[Line]:
        codes = self._codes([index for role, index in block if role == CODE_COLUMN])
        shown = {c.id: c.name for c in self.layout.columns}
        names = [index for role, index in block if role == NAME_COLUMN]
        for number, row in enumerate(self.body):
            own = ["".join((piece.text if piece else "").split()) for piece in row.cells]
            code, name = codes[number], "".join(own[index] for index in names)
            if not CODE.fullmatch(code) and not name:
                code, name = "", code
            if not code and (inside := _CODE_IN_NAME.fullmatch(name)) and self.layout.codes:
                code, name = inside.groups()
            printed = " ".join(
                (piece.text if (piece := row.cells[index]) else "").replace("\n", "")
                for _, index in block if own[index]
            )  # fmt: skip
            if not printed:
                continue
            where = f"{row.where} {self.gathered.title}"
            wrong = self._no_row(code, name, printed)
            if wrong:
                self.told.faults.append(Fault(where, wrong[0], wrong[1], "这一行没有读"))
                continue
            total = not code and bare(name) in self.headings.totals
            by_codes = bool(self.layout.codes)
            id_ = self.layout.row_id(name) or ("total" if total and by_codes else "")
            label = f"{code} {name}".strip()
            key = f"{self.layout.id}:{side + ':' if side else ''}{id_ or code or unnumbered(name)}"
            amounts = {
                role: self.amount(
                    row, index, key=f"{key}:{role}", label=label,
                    column=f"{side}：{shown[role]}" if side else shown[role],
                )
                for role, index in block if role not in {CODE_COLUMN, NAME_COLUMN}
            }  # fmt: skip
            place = next((row.cells[i].place for _, i in block if row.cells[i]), "")  # type: ignore[union-attr]
            yield Line(id_, side, code, name, row.page, amounts, printed, place)

    def _no_row(self, code: str, name: str, printed: str) -> tuple[str, str] | None:
        """What is wrong with code and name, and what they should be."""
        if not name:
            return f"“{printed[:_MOST_SHOWN]}”没有科目名称", "编码、名称和金额"
        if code and not CODE.fullmatch(code):
            return f"“{code[:_MOST_SHOWN]}”不是科目编码", "3、5 或 7 位数字"
        if self.layout.layout == "coded" and not code and bare(name) not in self.headings.totals:
            return f"“{printed[:_MOST_SHOWN]}”没有科目编码", "科目编码"
        return None

    def _codes(self, columns: Sequence[int]) -> list[str]:
        """The code of each row: from one column; from three that each hold a level, or the whole code of a level."""
        parts = [
            [self._code_part(row, index, number) for number, index in enumerate(columns)] for row in self.body
        ]
        if len(columns) < 2:
            return ["".join(own) for own in parts]
        # 201 | 20106 | 2010601: each column repeats what stands before it
        parts = [
            own[last:] if (last := max((i for i, part in enumerate(own) if part), default=0)) and CODE.fullmatch(own[last])
            else own
            for own in parts
        ]  # fmt: skip
        lower = [own for own in parts if len(own) == len(columns) and not own[0] and any(own[1:])]
        if not lower or any(own[0] and any(own[1:]) for own in parts if len(own) == len(columns)):
            return ["".join(own) for own in parts]
        # 201 | | , then | 06 | , then | | 01: each row says only what is new
        codes, known = [], [""] * len(columns)
        for own in parts:
            first = next((i for i, part in enumerate(own) if part and part.isdigit()), None)
            if first is None or len(own) < len(columns) or (first and not all(known[:first])):
                codes.append("".join(own))
                continue
            known = [*known[:first], own[first], *[""] * (len(columns) - first - 1)]
            codes.append("".join(known))
        self.told.notes.append(
            Fault(self.gathered.where, "类、款、项各占一行一栏，下级行的上级编码取自其上最近的一行")
        )
        return codes

    def _code_part(self, row: GridRow, index: int, number: int) -> str:
        piece = row.cells[index]
        if piece is None:  # a cell above may reach over this row
            middle = next(((p.top + p.bottom) / 2 for p in row.cells if p), None)
            edge = self.edges[index]
            piece = next(
                (
                    p for other in self.body if other.page == row.page for p in other.cells
                    if middle is not None and p and p.x0 == edge and p.top <= middle < p.bottom
                ),
                None,
            )  # fmt: skip
        text = "".join((piece.text if piece else "").split())
        if number and piece and piece.place and re.fullmatch(r"\d", text):
            self.told.conversions.append(Note(piece.place, text, f"0{text}", "code_number"))
            return f"0{text}"  # a number in a sheet loses the nought of 06
        return text

    def amount(self, row: GridRow, index: int | None, *, key: str, label: str, column: str) -> Amount:
        """A cell's amount; what is no number is a fault and no value."""
        piece = row.cells[index] if index is not None else None
        place = piece.place if piece else ""
        blank = Amount("", None, row.page, self.gathered.title, label, column, key, place)
        raw, mark = (piece.text.strip(), piece.mark) if piece else ("", "")
        where = f"{place or row.where} {blank.locator if row.page else blank.locator.removeprefix(place).lstrip()}"
        if piece and index is not None and raw and self._reaches_on(piece, index):
            self.told.faults.append(
                Fault(
                    where,
                    f"“{raw[:_MOST_SHOWN]}”在合并的格内，占了不止一栏",
                    "一格一个金额",
                    "没有读，请核对原文",
                )
            )
            return blank
        if not raw and not mark:
            self.blanks += 1
            return blank
        parts = raw.split()
        text = "".join(parts)
        if DASH.fullmatch(text) and not mark:
            self.dashes.append(where)
            return blank
        try:
            several = any(AMOUNT.fullmatch(part) for part in parts[:-1]) and not _SPACED.fullmatch(
                " ".join(parts)
            )
            if several or (len(parts) > 1 and self.gathered.way == BLANK_STRIPS):
                raise ValueError(f"“{' '.join(parts)[:_MOST_SHOWN]}”不是一个数")
            number = cell_values.amount(text, mark)
            if number.kind == cell_values.PERCENT:
                raise ValueError(f"“{text}”是百分数，不是金额")
        except ValueError as error:
            self.told.faults.append(Fault(where, str(error), "一个金额", "没有读，请核对原文"))
            return blank
        kind = number.kind or ("spaced" if len(parts) > 1 and self.gathered.way == CELLS else "")
        if kind and (place or kind != cell_values.THOUSANDS):  # thousands separators are how a PDF prints
            self.told.conversions.append(Note(place or where, raw, number.value, kind))
        return replace(blank, text=number.value, value=parse(number.value))

    def _reaches_on(self, piece: Piece, index: int) -> bool:
        own = [i for block in self.blocks for role, i in block if role not in {CODE_COLUMN, NAME_COLUMN}]
        return any(i > index and self.edges[i] + 1 < piece.x1 for i in own)

    def dashes_told(self) -> None:
        """Dashes for blanks: a note where the table writes its blanks so, faults where it has other blanks."""
        if not self.dashes:
            return
        if len(self.dashes) > self.blanks:
            found = f"{len(self.dashes)}格写作“—”，按空白记，不当作零（首格：{self.dashes[0]}）"
            self.told.notes.append(Fault(self.gathered.where, found))
            return
        for where in self.dashes:
            self.told.faults.append(Fault(where, "只有“—”", "数字或空白", "按空白记，不当作零"))


def _located_by_name(lines: Sequence[Line]) -> Iterator[Line]:
    """Rows whose name occurs once are located by it alone; the others by code and name."""
    often = Counter(line.name for line in lines)
    for line in lines:
        if line.code and often[line.name] == 1:
            amounts = {column: replace(amount, row=line.name) for column, amount in line.amounts.items()}
            line = replace(line, amounts=amounts)
        yield line


class Across(Downward):
    """Reads a table of items × columns: items in the head (三公经费), or columns in the head, or one of each."""

    def resolve(self) -> bool:
        """Find item and column of every cell."""
        paths = self.headings.paths(self.head, self.edges, self.gathered.way)
        self.cells: dict[
            tuple[str, str], tuple[int | None, int, str]
        ] = {}  # row, where known; column; its heading
        columns = [self._column(path) for path in paths]
        named = [index for index, path in enumerate(paths) if path and path[-1] in self.headings.names]
        rows = self._columns_in_rows(named)
        self.downward = bool(named) and any(columns) and not rows
        if self.downward:
            return super().resolve()
        required = [column.id for column in self.layout.columns if column.required]
        unknown: list[str] = []
        for index, path in enumerate(paths):
            if not path or index in named or path[-1] in self.headings.ignored:
                continue
            item = self._item([word for word in path if self._column([word]) is None])
            kinds = [(at, kind) for at, kind in rows.items()] if rows else [
                (None, columns[index] or (required[0] if len(required) == 1 else None))
            ]  # fmt: skip
            for at, kind in kinds:
                if kind is None or not item or (item, kind) in self.cells:
                    if self._holds_amounts(index):
                        unknown.append("/".join(path))
                else:
                    leaf = next((word for word in reversed(path) if self._column([word]) is None), path[-1])
                    self.cells[item, kind] = at, index, leaf
        if unknown:
            found = "、".join(dict.fromkeys(unknown))
            self._fault(f"列“{found}”不认识", "各项的预算数与决算数", "没有读")
        lacking = [
            f"{names[0]} {column.name}" for item, names in self.layout.rows.items()
            for column in self.layout.columns
            if column.required and item not in self.layout.optional_rows and (item, column.id) not in self.cells
        ]  # fmt: skip
        if lacking and self.cells:
            self._fault(f"没有{'、'.join(lacking)}各列", "这张表的全部列", "请核对表头")
        elif lacking:
            self._fault(f"表头里没有{'、'.join(lacking)}", "这张表的全部列", "这张表没有读，请核对表头")
        present = {column for _, column in self.cells}
        self.names = tuple(c.name for c in self.layout.columns if c.id in present)
        return bool(self.cells)

    def _column(self, path: Sequence[str]) -> str | None:
        return next((c.id for c in self.layout.columns if set(map(heading, c.headings)) & set(path)), None)

    def _columns_in_rows(self, named: Sequence[int]) -> dict[int, str]:
        """Rows that are columns of the layout by their label: 预算数 | …, 决算数 | …."""
        if not named:
            return {}
        found = {n: self._column([heading(words(row.cells)[named[0]])]) for n, row in enumerate(self.body)}
        return {number: column for number, column in found.items() if column}

    def _item(self, path: Sequence[str]) -> str:
        whole = "/" + "/".join(path)
        fitting = [
            (len(alias), item) for item, names in self.layout.rows.items() for alias in map(heading, names)
            if whole.endswith("/" + alias) or whole.endswith("/" + unnumbered(alias))
        ]  # fmt: skip
        return max(fitting)[1] if fitting else ""

    def lines(self) -> Iterator[Line]:
        """A row for each item, with the amounts of its columns."""
        if self.downward:
            yield from super().lines()
            return
        used = {index for _, index, _ in self.cells.values()}
        rows = self._data_rows(used)
        empty = GridRow([], self.gathered.grids[0].page, self.gathered.grids[0].where)
        shown = {column.id: column.name for column in self.layout.columns}
        for item in dict.fromkeys(item for item, _ in self.cells):
            own = {column: cell for (known, column), cell in self.cells.items() if known == item}
            leaf = next(iter(own.values()))[2]
            name = self.layout.rows[item][0].partition("/")[0]
            amounts = {}
            for column, (at, index, _) in own.items():
                row = self.body[at] if at is not None else rows[0] if rows else empty
                amounts[column] = self.amount(
                    row, index if row.cells else None, key=f"{self.layout.id}:{item}:{column}", label="",
                    column=f"{name} {shown[column]}",
                )  # fmt: skip
            row = next(
                (self.body[at] for at, _, _ in own.values() if at is not None), rows[0] if rows else empty
            )
            own_words = words(row.cells)
            printed = " ".join(own_words[index] or "〔空〕" for index in sorted(used)) if own_words else ""
            place = next((piece.place for piece in row.cells if piece), "")
            yield Line(item, "", "", name if leaf == "小计" else leaf, row.page, amounts, printed, place)

    def _data_rows(self, used: set[int]) -> list[GridRow]:
        """The rows of amounts; rows of words (相关统计数) are left aside."""
        found: list[GridRow] = []
        for row in self.body:
            own = words(row.cells)
            other = [
                own[i] for i in used if own[i] and not AMOUNT.fullmatch(own[i]) and not DASH.fullmatch(own[i])
            ]
            if other and (found or not any(AMOUNT.fullmatch(own[i]) for i in used)):
                shown = " ".join(filter(None, own))[:_MOST_SHOWN]
                self.told.notes.append(
                    Fault(f"{row.where} {self.gathered.title}", f"“{shown}”不是各项的金额，没有读")
                )
                if found:
                    break
            else:
                found.append(row)
        several = [row for row in found if any(words(row.cells)[i] for i in used)]
        if len(several) > 1 and all(at is None for at, _, _ in self.cells.values()):
            total = [row for row in several if set(words(row.cells)) & self.headings.totals]
            if len(total) == 1:
                return total
            where = f"{several[1].where} {self.gathered.title}"
            self.told.faults.append(Fault(where, f"有{len(several)}行数字", "一行", "只读了第一行"))
        return several


def reader_of(gathered: Gathered, headings: Headings, told: Told) -> Downward:
    """What reads a table of a layout."""
    return (Across if gathered.layout.layout == "across" else Downward)(gathered, headings, told)
