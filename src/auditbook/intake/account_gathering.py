"""Which grid is which table of published accounts: by the title above it, or as the continuation of the table before."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from auditbook.faults import Fault
from auditbook.intake.account_across import reader_of
from auditbook.intake.account_amounts import Gathered, Told
from auditbook.intake.account_grids import BLANK_STRIPS, CELLS, LINES, OPEN_SIDES, Grid, Sheaf, texts, words
from auditbook.intake.account_heads import REMARK, Headings
from auditbook.intake.account_layouts import Layout, Layouts, bare
from auditbook.intake.account_tables import Printed, Table
from auditbook.numbers import factor, places

_UNIT = re.compile(
    r"单位[:：]?\(?(?:人民币)?(亿元|百万元|万元|千元|元)\)?|\((?:人民币)?(亿元|百万元|万元|千元|元)\)$"
)
_BESIDE_TITLE = re.compile(
    r"(公开|附|财决)?\d*表?|续表?|\(续\)|.*单位[:：]?.*元.*|(编制)?(部门|单位)(名称)?:.*|[-—\d\s页第共/]*|公开\d+表"
    r"|20\d\d年度?"
)
_RUNNING = 3  # so many pages make a line at their edge a running head or foot
_EDGE_LINES = 3
_FINEST = 2  # decimals of 元
_WAYS = {
    OPEN_SIDES: "左右边线没有画出，按横线的两端补齐",
    BLANK_STRIPS: "没有画表格线，按各栏之间的空白分列",
}


_Titled = tuple[Layout, str]  # a table, and its title as it is spelt there


class Gathering:
    """Puts the grids of a document together into the tables of the layouts."""

    def __init__(self, layouts: Layouts, year: int | None, told: Told) -> None:
        self.layouts, self.told = layouts, told
        self.headings = Headings(layouts, year)
        self.gathered: list[Gathered] = []
        self.refused: set[str] = set()

    def gather(self, sheaves: Sequence[Sheaf]) -> None:
        """Find each grid's table."""
        current: Gathered | None = None
        foot: _Titled | None = None  # the title at the foot of the page before
        running = _running_lines(sheaves, self.layouts)
        for sheaf in sheaves:
            for grid in self._chosen(sheaf, current):
                titled = self._title(grid.above)
                grid = replace(
                    grid, above=[line for line in grid.above if _even(line) not in running],
                    below=[line for line in grid.below if _even(line) not in running],
                )  # fmt: skip
                current = self._placed(grid, titled, current, foot)
                foot = None
            foot = self._at_foot(sheaf)

    def _placed(
        self, grid: Grid, titled: _Titled | None, current: Gathered | None, foot: _Titled | None
    ) -> Gathered | None:
        """Put a grid where it belongs; returns the table that the next one may go on with."""
        last = current.grids[-1] if current else None
        alone = grid.first and not [line for line in grid.above if not _BESIDE_TITLE.fullmatch(bare(line))]
        if not titled and foot and alone and self._resolves(Gathered(*foot, [grid])):
            titled = foot
        if titled and current and last and self._repeats(titled, grid, current, last):
            current.grids.append(grid)
            return current
        if titled:
            current = Gathered(*titled, [grid])
            self.gathered.append(current)
            if grid.way in _WAYS:
                self.told.notes.append(Fault(current.where, f"{_WAYS[grid.way]}；表头逐列相符"))
            return current
        if current and last and alone and last.page and last.page + 1 == grid.page:
            if len(grid.edges) == len(last.edges):
                current.grids.append(grid)
                return current
            if grid.has_text:
                found = f"接在“{current.title}”之后的表格有{len(grid.edges)}列"
                remedy = "这一页没有读，请核对"
                self.told.faults.append(Fault(grid.where, found, f"{len(current.grids[0].edges)}列", remedy))
            return None
        if grid.has_text:
            self.told.notes.append(Fault(grid.where, f"表格“{grid.shown()}”不是所列的决算表，没有读"))
        return None

    def _chosen(self, sheaf: Sheaf, current: Gathered | None) -> list[Grid]:
        """The tables of a page: as they are drawn, or in another way where more of their heads are known in it."""
        if not sheaf.others:
            return sheaf.grids
        best, most = sheaf.grids, self._known(sheaf.grids)
        for grids in sheaf.others:
            known = self._known(grids)
            if known > most:
                best, most = grids, known
        if not most[0] and current and current.way != LINES:  # no title on the page: as the page before
            same = [grids for grids in sheaf.others if grids[0].way == current.way]
            if same and len(same[0][0].edges) == len(current.grids[-1].edges):
                return same[0]
        if best is sheaf.grids and sheaf.beside and most[0]:
            found = f"表格旁边有不在任何一格内的数：{'、'.join(sheaf.beside[:5])}"
            self.told.faults.append(Fault(sheaf.where, found, "每个数都在格内", "请对照原文核对这一页"))
        return best

    def _known(self, grids: Sequence[Grid]) -> tuple[int, int]:
        """How many of the tables have a title and a head that is known, and how many of their columns are."""
        tables = columns = 0
        for grid in grids:
            titled = self._title(grid.above)
            if titled:
                read = reader_of(Gathered(*titled, [grid]), self.headings, told := Told())
                if read.resolve() and not told.faults:
                    tables, columns = tables + 1, columns + len(read.names)
        return tables, columns

    def _resolves(self, gathered: Gathered) -> bool:
        told = Told()
        return reader_of(gathered, self.headings, told).resolve() and not told.faults

    def _repeats(self, titled: _Titled, grid: Grid, current: Gathered, last: Grid) -> bool:
        """Whether a grid under the same title goes on with the table before, and does not begin it anew."""
        sheet = grid.way == CELLS and file_of(grid.where) == file_of(last.where)
        following = grid.page == last.page + 1 if last.page else sheet
        same = titled[0] is current.layout and len(grid.edges) == len(last.edges)
        if not following or not same:
            return False
        before = {total for part in current.grids for total in self._totals(current.layout, part)}
        return not before & self._totals(current.layout, grid)  # a total twice is another table

    def _totals(self, layout: Layout, grid: Grid) -> set[str]:
        start = self.headings.start(layout, [row.cells for row in grid.rows])
        return {word for row in grid.rows[start:] for word in words(row.cells)} & self.headings.totals

    def _title(self, lines: Sequence[str]) -> _Titled | None:
        """The title that stands nearest above a table, on one line or broken over two or three."""
        for end in range(len(lines), 0, -1):
            best: _Titled | None = None
            for start in range(end - 1, max(end - 4, -1), -1):
                found = self.layouts.titled("".join(lines[start:end]))
                if found and (best is None or len(bare(found[1])) > len(bare(best[1]))):
                    best = found
            if best:
                return best
        return None

    def _at_foot(self, sheaf: Sheaf) -> _Titled | None:
        """A title at the foot of a page, whose table begins on the next; a table of contents has several."""
        lines = [line for line in sheaf.lines if not _BESIDE_TITLE.fullmatch(bare(line))]
        titles = [line for line in lines if self.layouts.titled(line)]
        found = self.layouts.titled(lines[-1]) if lines and sheaf.number else None
        return found if len(titles) <= len(sheaf.grids) + 1 else None

    def tables(self) -> dict[str, Table]:
        """The tables by id, in the order of the layouts."""
        found: dict[str, Table] = {}
        for gathered in self.gathered:
            id_ = gathered.layout.id
            if id_ in found:
                first = found[id_]
                told = f"只用了{f'第{first.pages[0]}页' if first.pages else first.place}的"
                self.told.faults.append(Fault(gathered.where, "这张表出现了两次", "一次", told))
                continue
            table = self._table(gathered)
            if table:
                found[id_] = table
                self.refused.discard(id_)
            else:
                self.refused.add(id_)
        _as_fine_as_the_others(found)
        return {layout.id: found[layout.id] for layout in self.layouts.tables if layout.id in found}

    def _table(self, gathered: Gathered) -> Table | None:
        read = reader_of(gathered, self.headings, self.told)
        if not read.resolve():
            return None
        for grid in gathered.grids:
            if grid.lost:
                found = f"有{grid.lost}个字不在任何一格内"
                told = Fault(f"{grid.where} {gathered.title}", found, "每个字都在格内", "请对照原文核对此表")
                self.told.faults.append(told)
        lines = tuple(read.lines())
        read.amounts.dashes_told()
        unit = self._unit(gathered)
        finest = _FINEST + len(str(int(factor(unit)))) - 1 if unit else 10
        decimals = max(
            (places(a.text) for line in lines for a in line.amounts.values() if a.value is not None),
            default=2,
        )
        rows = [row for grid in gathered.grids for row in grid.rows]
        pages = tuple(dict.fromkeys(row.page for row in rows if row.page))
        below = _remarks(gathered.grids[-1].below)
        place = file_of(gathered.grids[0].where)
        return Table(
            gathered.layout, gathered.title, unit, pages, read.names, lines, "".join([*read.remarks, *below]), min(decimals, finest), place,
            Printed(tuple(map(texts, read.head)), tuple(read.printed), "".join(below)),
        )  # fmt: skip

    def _unit(self, gathered: Gathered) -> str:
        units: dict[str, None] = {}
        for grid in gathered.grids:
            first = [piece.text for row in grid.rows[:1] for piece in row.cells if piece]
            for line in [*grid.above, *first]:
                match = _UNIT.search(bare(line))
                if match:
                    units.setdefault(match[1] or match[2])
        if len(units) == 1:
            return next(iter(units))
        if units:
            fault = Fault(gathered.where, f"单位不一：{'、'.join(units)}", "一个单位", "请核对原文")
        else:
            fault = Fault(gathered.where, "没有写明单位", "“单位：万元”或“单位：元”", "此表的金额不能使用")
        self.told.faults.append(fault)
        return ""


def _as_fine_as_the_others(tables: dict[str, Table]) -> None:
    """A workbook keeps 15.00 as 15: how fine its amounts are, all its tables in one unit tell together."""
    books = [table for table in tables.values() if any("!" in amount.place for amount in table.amounts)]
    for unit in {table.unit for table in books}:
        finest = max(table.decimals for table in books if table.unit == unit)
        for table in books:
            if table.unit == unit:
                tables[table.layout.id] = replace(table, decimals=finest)


def file_of(where: str) -> str:
    """The file, or file and sheet, of a place: ``账.xlsx 预算!5行`` → ``账.xlsx 预算``."""
    return where.partition("!")[0].partition(":")[0]


def _running_lines(sheaves: Sequence[Sheaf], layouts: Layouts) -> set[str]:
    """Lines that stand at the head or the foot of many pages, whatever numbers they carry."""
    counted: Counter[str] = Counter()
    for sheaf in sheaves:
        edges = [*sheaf.lines[:_EDGE_LINES], *sheaf.lines[-_EDGE_LINES:]]
        counted.update(
            {_even(line) for line in edges if not layouts.titled(line) and not _UNIT.search(bare(line)) and not REMARK.match(bare(line))}
        )  # fmt: skip
    least = max(_RUNNING, len(sheaves) // 4)
    return {line for line, number in counted.items() if number >= least}


def _even(line: str) -> str:
    return re.sub(r"\d+", "#", bare(line))


def _remarks(lines: Sequence[str]) -> list[str]:
    """The remarks under a table: from the first 注 or 说明 on, without the page number."""
    texts = ["".join(line.split()) for line in lines]
    start = next((index for index, text in enumerate(texts) if REMARK.match(text)), len(texts))
    return [text for text in texts[start:] if not re.fullmatch(r"[-—\d]+|第\d+页(共\d+页)?", text)]
