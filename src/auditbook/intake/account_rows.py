"""The rows of a table of accounts: by code or by name, on one side or several, or items × columns in the head.

What cannot be read is a fault with its place, and the rest is read. Nothing is guessed: what was inferred is a note.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from auditbook.faults import Fault
from auditbook.intake.account_amounts import Amounts, Gathered, Told
from auditbook.intake.account_grids import GridRow, texts, words
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
from auditbook.intake.account_layouts import bare, unnumbered
from auditbook.intake.account_tables import Line
from auditbook.intake.sheets import Note

_CODE_IN_NAME = re.compile(r"(\d{3}(?:\d{2}){0,2})(\D.*)")
_MOST_SHOWN = 40
_LABELS = {CODE_COLUMN, NAME_COLUMN}


class Downward:
    """Reads tables whose rows go downward: by code, or by name, one block or several side by side."""

    def __init__(self, gathered: Gathered, headings: Headings, told: Told) -> None:
        self.gathered, self.headings, self.told = gathered, headings, told
        self.layout, self.edges = gathered.layout, gathered.grids[0].edges
        self.remarks: list[str] = []
        self.names: tuple[str, ...] = ()
        self.blocks: list[list[tuple[str, int]]] = []  # per side: role or column id, and where it stands
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
            if role in _LABELS and any(known not in _LABELS for known, _ in block):
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
        roles = [{role for role, _ in block} for block in self.blocks]
        lacking += ["科目名称或项目"] if any(NAME_COLUMN not in own for own in roles) else []
        lacking += ["金额"] if any(not own - _LABELS for own in roles) else []
        if self.layout.codes and len({CODE_COLUMN in own for own in roles}) > 1:
            lacking.append("一边的科目编码")
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
        self.amounts = Amounts(
            self.gathered, self.told, [i for own in self.blocks for role, i in own if role not in _LABELS]
        )
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
                label = [i for role, i in one if role in _LABELS]
                empty = [i for role, i in one if role not in _LABELS]
                lacking = [i for role, i in other if role in _LABELS]
                given = [i for role, i in other if role not in _LABELS]
                own = words(row.cells)
                text = "".join(own[i] for i in label)
                known = self.layout.row_id(text) or text in self.headings.totals
                if (
                    known and len(empty) == len(given) == 1 and not own[empty[0]] and own[given[0]]
                    and not any(own[i] for i in lacking)
                ):  # fmt: skip
                    moved = cells[given[0]]
                    cells[empty[0]], cells[given[0]] = moved, moved and replace(moved, text="")
            self.body[number] = replace(row, cells=cells)

    def _side(self, side: str, block: Sequence[tuple[str, int]]) -> Iterator[Line]:
        codes = self._codes([index for role, index in block if role == CODE_COLUMN])
        shown = {c.id: c.name for c in self.layout.columns}
        names = [index for role, index in block if role == NAME_COLUMN]
        under = ""  # what rows without code stand under: 年初财政拨款结转和结余, then its parts by the names of the items
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
            if not printed or not (name or code or any(_says_something(own[index]) for _, index in block)):
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
            under = id_ or under
            row_key = id_ or code or (f"{under}." if under else "") + unnumbered(name)
            key = f"{self.layout.id}:{side + ':' if side else ''}{row_key}"
            amounts = {
                role: self.amounts.read(
                    row, index, key=f"{key}:{role}", label=label,
                    column=f"{side}：{shown[role]}" if side else shown[role],
                )
                for role, index in block if role not in _LABELS
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
            [self._code_part(at, index, number) for number, index in enumerate(columns)]
            for at in range(len(self.body))
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

    def _code_part(self, at: int, index: int, number: int) -> str:
        """What stands in a column of codes in a row, or in the cell above that reaches over the row."""
        row = self.body[at]
        piece = row.cells[index]
        if piece is None and (own := next((p for p in row.cells if p), None)):
            middle = (own.top + own.bottom) / 2
            above = (self.body[i] for i in range(at - 1, -1, -1) if self.body[i].page == row.page)
            piece = next((cell for other in above if (cell := other.cells[index])), None)
            if piece and piece.bottom < middle:
                piece = None
        text = "".join((piece.text if piece else "").split())
        if number and piece and piece.place and re.fullmatch(r"\d", text):
            self.told.conversions.append(Note(piece.place, text, f"0{text}", "code_number"))
            return f"0{text}"  # a number in a sheet loses the nought of 06
        return text


def _says_something(word: str) -> bool:
    """Whether a cell holds more than a nought or a dash, with which a row without a name may be filled."""
    return bool(word) and not DASH.fullmatch(word) and not re.fullmatch(r"0(?:\.0+)?", bare(word))


def _located_by_name(lines: Sequence[Line]) -> Iterator[Line]:
    """Rows whose name occurs once are located by it alone; the others by code and name."""
    often = Counter(line.name for line in lines)
    for line in lines:
        if line.code and often[line.name] == 1:
            amounts = {column: replace(amount, row=line.name) for column, amount in line.amounts.items()}
            line = replace(line, amounts=amounts)
        yield line
