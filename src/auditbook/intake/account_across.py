"""Reads tables of items × columns: the “三公” expenses, procurement, in whichever direction they are written."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from auditbook.faults import Fault
from auditbook.intake.account_amounts import Amounts, Gathered, Told
from auditbook.intake.account_grids import GridRow, words
from auditbook.intake.account_heads import AMOUNT, DASH, Headings
from auditbook.intake.account_layouts import heading, unnumbered
from auditbook.intake.account_rows import Downward
from auditbook.intake.account_tables import Line

_MOST_SHOWN = 40


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
        self.amounts = Amounts(self.gathered, self.told, used)
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
                amounts[column] = self.amounts.read(
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
