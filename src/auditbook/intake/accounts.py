"""Published final accounts (部门决算公开) out of a PDF: their tables, cell by cell, each with its page.

Tables are matched by title and headings (params/tables/accounts.yaml), never by number or page. A blank is not zero.
What cannot be read is a fault with its page; a table that is none of the known ones is a note. Nothing is guessed.
"""

from __future__ import annotations

import hashlib
import io
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

import pdfplumber

from auditbook import inputs
from auditbook.faults import CaseError, Fault, LimitError
from auditbook.intake.account_layouts import Column, Layout, Layouts, bare, read_layouts
from auditbook.numbers import Interval, factor, parse, places

MOST_BYTES = 50_000_000
MOST_PAGES = 300
_LINE_TOLERANCE = 5  # the default of pdfplumber tears digits out of lines set in two fonts

_AMOUNT = re.compile(r"-?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?")
_DASH = re.compile(r"[-—–－―/]+")
_CODE = re.compile(r"\d{3}(?:\d{2}){0,2}")
_UNIT = re.compile(r"单位[:：]?\(?(人民币)?(亿元|百万元|万元|千元|元)\)?")
_BESIDE_TITLE = re.compile(
    r"(公开|附)?\d*表?|续表?|.*单位[:：]?.*元.*|(编制)?(部门|单位)(名称)?:.*|[-—\d\s页第共/]*|公开\d+表"
)
_REMARK = re.compile(r"(注|说明|备注)[:：]")


@dataclass(frozen=True)
class Amount:
    """A cell of a table. ``value`` is in the unit of the table, None where the cell is blank; ``text`` is as printed."""

    text: str
    value: Fraction | None
    page: int
    table: str
    row: str
    column: str

    @property
    def locator(self) -> str:
        """Where it stands: ``第7页 收入决算表 行‘社会保障和就业支出’ 列‘财政拨款收入’``."""
        row = f" 行‘{self.row}’" if self.row else ""
        return f"第{self.page}页 {self.table}{row} 列‘{self.column}’"


@dataclass(frozen=True)
class Line:
    """A row of a table, or of one side of it: its code and name as printed, its amounts by column id."""

    id: str
    side: str
    code: str
    name: str
    page: int
    amounts: Mapping[str, Amount]
    printed: str

    @property
    def label(self) -> str:
        """Code and name together."""
        return f"{self.code} {self.name}".strip()


@dataclass(frozen=True)
class Table:
    """A table as it was read. ``decimals`` is the finest place that any of its amounts shows."""

    layout: Layout
    title: str
    unit: str
    pages: tuple[int, ...]
    columns: tuple[str, ...]
    lines: tuple[Line, ...]
    statement: str
    decimals: int

    @property
    def where(self) -> str:
        """Its pages and title."""
        return f"第{'、'.join(map(str, self.pages))}页 {self.title}"

    @property
    def amounts(self) -> list[Amount]:
        """All its cells, blank ones too."""
        return [amount for line in self.lines for amount in line.amounts.values()]

    @property
    def has_amounts(self) -> bool:
        """Whether any cell holds an amount."""
        return any(amount.value is not None for amount in self.amounts)

    def line(self, id_: str, side: str = "") -> Line | None:
        """The row of an id (``total``, ``income_total``, …), on a side where the table has sides."""
        return next((line for line in self.lines if line.id == id_ and side in {"", line.side}), None)

    def amount(self, id_: str, column: str, side: str = "") -> Amount | None:
        """A cell by the ids of its row and column; None where the table has no such row or column."""
        line = self.line(id_, side)
        return line.amounts.get(column) if line else None

    def interval(self, amount: Amount) -> Interval | None:
        """The range in 元 that a printed amount stands for; None for a blank one."""
        if amount.value is None:
            return None
        half, held = Fraction(1, 2 * 10**self.decimals), factor(self.unit)
        return Interval((amount.value - half) * held, (amount.value + half) * held)


@dataclass(frozen=True)
class Accounts:
    """Everything read from a document. ``faults``: what could not be read; ``notes``: what was left aside, and why."""

    file: str
    sha256: str
    year: int | None
    pages: int
    tables: Mapping[str, Table]
    faults: tuple[Fault, ...]
    notes: tuple[Fault, ...]
    texts: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Piece:
    """A cell of the drawn grid."""

    text: str
    x0: float
    x1: float
    top: float


@dataclass
class _Grid:
    """A drawn table on one page, with the lines of text above and below it."""

    page: int
    above: list[str]
    below: list[str]
    rows: list[list[_Piece | None]]
    edges: list[float]
    first_on_page: bool


@dataclass
class _Gathered:
    """The grids of one table, over its pages."""

    layout: Layout
    title: str
    grids: list[_Grid] = field(default_factory=list)


def read_accounts(path: Path, layouts: Layouts | None = None) -> Accounts:
    """Read the tables of published final accounts.

    Takes    path: a PDF with text; layouts: the tables to look for, by default those of the project.
    Returns  the tables with every cell's place, and as faults all that could not be read.
    Raises   CaseError where the file is no readable PDF, has no text or none of the tables; LimitError where it is
             beyond 50 million bytes or 300 pages.
    """
    name, known = path.name, layouts or read_layouts()
    data = _bytes(path)
    faults: list[Fault] = []
    grids, lines, texts = _pages(name, data, faults)
    reader = _Tables(name, known, faults)
    reader.gather(grids)
    tables = reader.tables()
    for layout in known.tables:
        if layout.id not in tables and not layout.optional and not reader.refused(layout.id):
            seen = [
                page for page, own in enumerate(lines, 1)
                if any((titled := known.titled(line)) and titled[0] is layout for line in own)
            ]  # fmt: skip
            found = f"（标题见第{'、'.join(map(str, seen))}页，其下没有画线的表格）" if seen else ""
            faults.append(
                Fault(name, f"没有读到“{layout.name}”{found}", f"标题为{'、'.join(layout.titles)}之一的表")
            )
    if not tables:
        raise CaseError(faults or Fault(name, "没有一张决算表", "部门决算公开的各表"))
    year = _year(texts)
    if year is None:
        faults.append(
            Fault(name, "读不出决算年度", "“2024年度部门决算”一类的字样", "请在命令或案例文件里写明")
        )
    digest = hashlib.sha256(data).hexdigest()
    return Accounts(name, digest, year, len(texts), tables, tuple(faults), tuple(reader.notes), tuple(texts))


def _bytes(path: Path) -> bytes:
    try:
        size = path.stat().st_size
        if size > MOST_BYTES:
            raise LimitError(Fault(path.name, f"文件有{size}字节", f"不超过{MOST_BYTES}字节"))
        data = inputs.read_bytes(path)
    except OSError as error:
        raise CaseError(
            Fault(path.name, f"文件读不到（{error.strerror}）", "一个 PDF 文件", "请检查路径")
        ) from error
    if b"%PDF-" not in data[:1024]:
        raise CaseError(Fault(path.name, "不是 PDF 文件", "以 %PDF 开头的文件", "请核对文件，重新下载"))
    return data


def _pages(name: str, data: bytes, faults: list[Fault]) -> tuple[list[_Grid], list[list[str]], list[str]]:
    """The drawn tables, the lines of text of each page, and each page's text without blanks."""
    grids: list[_Grid] = []
    lines: list[list[str]] = []
    pictures = 0
    try:
        document = pdfplumber.open(io.BytesIO(data))
        count = len(document.pages)
    except (
        Exception
    ) as error:  # the parser fails in many ways on a damaged file; all mean the same to the user
        cause = "文件加密，须有密码" if "Password" in repr(error) else "文件损坏或不完整"
        raise CaseError(Fault(name, f"PDF 打不开：{cause}", "能打开的 PDF", "请重新取得文件")) from error
    with document:
        if count > MOST_PAGES:
            raise LimitError(Fault(name, f"有{count}页", f"不超过{MOST_PAGES}页"))
        for number, page in enumerate(document.pages, 1):
            try:
                own = (page.extract_text(y_tolerance=_LINE_TOLERANCE) or "").splitlines()
                if not own and page.images:
                    pictures += 1
                    faults.append(
                        Fault(
                            f"{name} 第{number}页", "只有图片，没有文字", "可以选取的文字", "扫描页请核对原文"
                        )
                    )
                grids += _grids(name, number, page, faults)
            except Exception as error:  # as above: a page that the parser cannot read
                own = []
                fault = Fault(f"{name} 第{number}页", f"这一页读不出（{type(error).__name__}）", "完好的一页")
                faults.append(fault)
            finally:
                page.close()
            lines.append(own)
    texts = ["".join("".join(own).split()) for own in lines]
    if not any(texts):
        found = "扫描件没有文字" if pictures else "文件里没有文字"
        raise CaseError(Fault(name, found, "有文字的 PDF", "请取得原始电子文件，或另行转录并登记"))
    return grids, lines, texts


def _grids(name: str, number: int, page: Any, faults: list[Fault]) -> Iterator[_Grid]:
    drawn = sorted(page.find_tables(), key=lambda table: table.bbox[1])
    for index, table in enumerate(drawn):
        x0, top, x1, bottom = table.bbox
        before = drawn[index - 1].bbox[3] if index else 0
        after = drawn[index + 1].bbox[1] if index + 1 < len(drawn) else page.height
        texts = table.extract()
        rows: list[list[_Piece | None]] = []
        for cells, words in zip(table.rows, texts, strict=True):
            rows.append(
                [
                    None if box is None else _Piece((word or "").strip(), box[0], box[2], box[1])
                    for box, word in zip(cells.cells, words, strict=True)
                ]
            )
        printed = sum(
            1 for char in page.chars
            if char["text"].strip()
            and x0 <= (char["x0"] + char["x1"]) / 2 < x1
            and top <= (char["top"] + char["bottom"]) / 2 < bottom
        )  # fmt: skip
        read = sum(len("".join((piece.text if piece else "").split())) for row in rows for piece in row)
        if printed > read:
            where = f"{name} 第{number}页 第{index + 1}个表格"
            faults.append(
                Fault(where, f"有{printed - read}个字不在任何一格内", "每个字都在格内", "请对照原文核对此表")
            )
        edges = sorted({cell[0] for cell in table.cells})
        yield _Grid(
            number,
            _lines_between(page, before, top),
            _lines_between(page, bottom, after),
            rows,
            edges,
            not index,
        )


def _lines_between(page: Any, top: float, bottom: float) -> list[str]:
    top, bottom = max(top, 0), min(bottom, page.height)
    if bottom - top < 1:
        return []
    # a line belongs to where its middle is
    strip = page.filter(
        lambda thing: thing["object_type"] == "char" and top <= (thing["top"] + thing["bottom"]) / 2 < bottom
    )
    return [
        line for line in (strip.extract_text(y_tolerance=_LINE_TOLERANCE) or "").splitlines() if bare(line)
    ]


class _Tables:
    """Puts the grids of a document together into the tables of the layouts."""

    def __init__(self, name: str, layouts: Layouts, faults: list[Fault]) -> None:
        self.name, self.layouts, self.faults = name, layouts, faults
        self.notes: list[Fault] = []
        self.gathered: list[_Gathered] = []
        self._refused: set[str] = set()
        self.code_headings = set(map(bare, layouts.code_headings))
        self.name_headings = set(map(bare, layouts.name_headings))
        self.ignored = set(map(bare, layouts.ignored_headings))
        self.totals = set(map(bare, layouts.totals))

    def refused(self, id_: str) -> bool:
        """Whether a table was found and could not be read."""
        return id_ in self._refused

    def gather(self, grids: Sequence[_Grid]) -> None:
        """Find each grid's table: by the title above it, or as the continuation of the table before."""
        current: _Gathered | None = None
        for grid in grids:
            titled = self._title(grid.above)
            where = f"{self.name} 第{grid.page}页"
            if titled:
                current = _Gathered(*titled, [grid])
                self.gathered.append(current)
                continue
            last = current.grids[-1] if current else None
            follows = (
                last is not None
                and grid.first_on_page
                and last.page + 1 == grid.page
                and not [line for line in grid.above if not _BESIDE_TITLE.fullmatch(bare(line))]
            )
            head = " ".join(piece.text for piece in grid.rows[0] if piece and piece.text).replace("\n", "")[
                :40
            ]
            if follows and current and last and len(grid.edges) == len(last.edges):
                current.grids.append(grid)
            elif follows and current and _has_text(grid):
                found = f"接在“{current.title}”之后的表格有{len(grid.edges)}列"
                self.faults.append(
                    Fault(where, found, f"{len(current.grids[0].edges)}列", "这一页没有读，请核对")
                )
                current = None
            else:
                self.notes.append(Fault(where, f"表格“{head}”不是所列的决算表，没有读"))
                current = None

    def _title(self, lines: Sequence[str]) -> tuple[Layout, str] | None:
        """The title that stands nearest above a table, on one line or broken over two."""
        for index in range(len(lines) - 1, -1, -1):
            found = self.layouts.titled(lines[index])
            joined = self.layouts.titled(lines[index - 1] + lines[index]) if index else None
            if joined and (found is None or len(bare(joined[1])) > len(bare(found[1]))):
                return joined
            if found:
                return found
        return None

    def tables(self) -> dict[str, Table]:
        """The tables by id, in the order of the layouts."""
        found: dict[str, Table] = {}
        for gathered in self.gathered:
            id_, where = gathered.layout.id, self._where(gathered, gathered.grids[0].page)
            if id_ in found:
                self.faults.append(
                    Fault(where, "这张表出现了两次", "一次", f"只用了第{found[id_].pages[0]}页的")
                )
                continue
            table = self._table(gathered)
            if table:
                found[id_] = table
            else:
                self._refused.add(id_)
        return {layout.id: found[layout.id] for layout in self.layouts.tables if layout.id in found}

    def _where(self, gathered: _Gathered, page: int) -> str:
        return f"{self.name} 第{page}页 {gathered.title}"

    def _table(self, gathered: _Gathered) -> Table | None:
        head, body = self._head_and_body(gathered)
        reading = _Across if gathered.layout.layout == "across" else _Downward
        read = reading(self, gathered, head, body)
        if not read.resolve():
            return None
        lines = tuple(read.lines())
        decimals = max(
            (places(a.text) for line in lines for a in line.amounts.values() if a.value is not None),
            default=2,
        )
        pages = tuple(dict.fromkeys(grid.page for grid in gathered.grids))
        statement = "".join(_remarks(gathered.grids[-1].below) + read.remarks)
        return Table(
            gathered.layout,
            gathered.title,
            self._unit(gathered),
            pages,
            read.names,
            lines,
            statement,
            decimals,
        )

    def _unit(self, gathered: _Gathered) -> str:
        units: dict[str, int] = {}
        for grid in gathered.grids:
            first = [piece.text for row in grid.rows[:1] for piece in row if piece]
            for line in [*grid.above, *first]:
                match = _UNIT.search(bare(line))
                if match:
                    units.setdefault(match.group(2), grid.page)
        if len(units) == 1:
            return next(iter(units))
        where = self._where(gathered, gathered.grids[0].page)
        if units:
            self.faults.append(Fault(where, f"单位不一：{'、'.join(units)}", "一个单位", "请核对原文"))
        else:
            self.faults.append(Fault(where, "没有写明单位", "“单位：万元”或“单位：元”", "此表的金额不能使用"))
        return ""

    def _head_and_body(
        self, gathered: _Gathered
    ) -> tuple[list[list[_Piece | None]], list[tuple[int, list[_Piece | None]]]]:
        """The rows of the head, and the rows under it with their pages; repeated heads and blank rows dropped."""
        first = gathered.grids[0]
        start = self._start(gathered.layout, first.rows)
        head = first.rows[:start]
        printed = {tuple(_words(row)) for row in head}
        body = [(first.page, row) for row in first.rows[start:]]
        for grid in gathered.grids[1:]:
            body += [(grid.page, row) for row in grid.rows if tuple(_words(row)) not in printed]
        return head, [
            (page, row) for page, row in body if any(_words(row)) and not self._numbers_columns(row)
        ]

    def _start(self, layout: Layout, rows: Sequence[Sequence[_Piece | None]]) -> int:
        """How many rows the head has."""
        seen_name = False
        for index, row in enumerate(rows):
            words = [word for word in _words(row) if word]
            if self._numbers_columns(row):
                continue
            if any(_AMOUNT.fullmatch(word) and ("." in word or _CODE.fullmatch(word)) for word in words):
                return index
            if layout.layout != "across" and words and seen_name:
                rest = set(words) <= self.totals or words[0] in self.totals
                if rest or re.match(r"一、", words[0]):
                    return index
            seen_name = seen_name or bool(set(words) & (self.name_headings - {"项目"} | {"决算数", "金额"}))
        return len([row for row in rows if any(_words(row))])

    def _numbers_columns(self, row: Sequence[_Piece | None]) -> bool:
        """Whether a row only numbers the columns: 栏次 1 2 3."""
        words = [word for word in _words(row) if word]
        if not words:
            return False
        if words[0] == "栏次":
            return True
        numbers = [int(word) for word in words if re.fullmatch(r"\d{1,2}", word)]
        return len(numbers) == len(words) > 2 and numbers == list(
            range(numbers[0], numbers[0] + len(numbers))
        )

    def paths(self, head: Sequence[Sequence[_Piece | None]], edges: Sequence[float]) -> list[list[str]]:
        """For each column the texts of the cells above it, from the top."""
        pieces = sorted(
            {piece for row in head for piece in row if piece and bare(piece.text)}, key=lambda p: p.top
        )
        return [[bare(piece.text) for piece in pieces if piece.x0 <= edge + 1 < piece.x1] for edge in edges]

    def column(self, layout: Layout, path: Sequence[str]) -> Column | None:
        """The column whose heading fits a path best."""
        whole = "/" + "/".join(path)
        best: tuple[int, Column] | None = None
        for column in layout.columns:
            for heading in map(bare, column.headings):
                if whole.endswith("/" + heading) and (best is None or len(heading) > best[0]):
                    best = len(heading), column
        return best[1] if best else None

    def amount(self, gathered: _Gathered, page: int, piece: _Piece | None, row: str, column: str) -> Amount:
        """A cell's amount; what is no number is a fault and no value."""
        raw = piece.text if piece else ""
        blank = Amount("", None, page, gathered.title, row, column)
        parts = [
            unicodedata.normalize("NFKC", part).strip().replace("−", "-")
            for part in raw.split("\n")
            if part.strip()
        ]
        text = "".join(parts)
        if not text:
            return blank
        bracketed = re.fullmatch(r"\((.+)\)", text)
        plain = f"-{bracketed.group(1)}" if bracketed else text
        where = f"{self.name} {blank.locator}"
        if _DASH.fullmatch(text):
            self.faults.append(Fault(where, f"只有“{text}”", "数字或空白", "按空白记，不当作零"))
        elif (
            len(text) > 40
            or not _AMOUNT.fullmatch(plain)
            or any(_AMOUNT.fullmatch(part) for part in parts[:-1])
        ):
            self.faults.append(
                Fault(where, f"“{' '.join(parts)[:40]}”不是一个数", "一个金额", "没有读，请核对原文")
            )
        else:
            number = plain.replace(",", "")
            return Amount(number, parse(number), page, gathered.title, row, column)
        return blank


class _Downward:
    """Reads tables whose rows go downward: by code, or by name, one block or several side by side."""

    def __init__(
        self, tables: _Tables, gathered: _Gathered, head: list[list[_Piece | None]],
        body: list[tuple[int, list[_Piece | None]]],
    ) -> None:  # fmt: skip
        self.tables, self.gathered, self.layout = tables, gathered, gathered.layout
        self.head, self.body = head, body
        self.remarks: list[str] = []
        self.names: tuple[str, ...] = ()
        self.blocks: list[list[tuple[str, int]]] = []  # per side: role or column id, and where it stands

    def resolve(self) -> bool:
        """Find what each column is; a required column that is not there refuses the table."""
        edges = self.gathered.grids[0].edges
        paths = self.tables.paths(self.head, edges)
        self._labels_in_first_row(paths)
        block: list[tuple[str, int]] = []
        found: set[str] = set()
        for index, path in enumerate(paths):
            role = self._role(path)
            if role in {"code", "name"} and any(known not in {"code", "name"} for known, _ in block):
                self.blocks.append(block)
                block = []
            if role == "?" and self._holds_amounts(index):
                where = self.tables._where(self.gathered, self.gathered.grids[0].page)
                self.tables.faults.append(
                    Fault(
                        where,
                        f"列“{'/'.join(path)}”不认识",
                        "、".join(c.name for c in self.layout.columns),
                        "这一列没有读",
                    )
                )
            elif role in {known for known, _ in block} and role not in {"code", "", "?"}:
                where = self.tables._where(self.gathered, self.gathered.grids[0].page)
                self.tables.faults.append(
                    Fault(where, f"列“{'/'.join(path)}”出现两次", "一次", "这张表没有读")
                )
                return False
            if role not in {"", "?"}:
                block.append((role, index))
                found.add(role)
        self.blocks.append(block)
        self.names = tuple(c.name for c in self.layout.columns if c.id in found)
        lacking = [c.name for c in self.layout.columns if c.required and c.id not in found]
        lacking += ["科目名称或项目"] if any("name" not in {r for r, _ in b} for b in self.blocks) else []
        lacking += ["科目编码"] if self.layout.layout == "coded" and "code" not in found else []
        if len(self.blocks) < max(len(self.layout.sides), 1):
            lacking.append("、".join(self.layout.sides) + "各栏")
        if lacking:
            where = self.tables._where(self.gathered, self.gathered.grids[0].page)
            self.tables.faults.append(
                Fault(where, f"表头里没有{'、'.join(lacking)}", "这张表的全部列", "这张表没有读，请核对表头")
            )
        return not lacking

    def _role(self, path: Sequence[str]) -> str:
        leaf = path[-1] if path else ""
        if leaf in self.tables.code_headings:
            return "code"
        if leaf in self.tables.name_headings:
            return "name"
        if not leaf or leaf in self.tables.ignored:
            return ""
        column = self.tables.column(self.layout, path)
        return column.id if column else "?"

    def _holds_amounts(self, index: int) -> bool:
        return any(_AMOUNT.fullmatch(_words(row)[index]) for _, row in self.body)

    def _labels_in_first_row(self, paths: list[list[str]]) -> None:
        """Headings that stand in the first row of the body, beside its total: 类 款 项 合计, 合计 … 小计 基本支出."""
        if not self.body:
            return
        page, row = self.body[0]
        kept = list(row)
        for index, piece in enumerate(row):
            word = bare(piece.text) if piece else ""
            if not word or _AMOUNT.fullmatch(word) or _DASH.fullmatch(word):
                continue
            role = self._role(paths[index])
            if (role == "code" and word in {"类", "款", "项"}) or role not in {"code", "name"}:
                paths[index].append(word)
                kept[index] = None
        self.body[0] = page, kept

    def lines(self) -> Iterator[Line]:
        """The rows, side after side; what is no row is a fault."""
        for number, block in enumerate(self.blocks):
            side = self.layout.sides[number] if number < len(self.layout.sides) else ""
            yield from self._unique(self._side(side, block))

    def _side(self, side: str, block: Sequence[tuple[str, int]]) -> Iterator[Line]:
        for page, row in self.body:
            texts = ["".join((piece.text if piece else "").split()) for piece in row]
            code = "".join(texts[index] for role, index in block if role == "code")
            name = "".join(texts[index] for role, index in block if role == "name")
            if not _CODE.fullmatch(code) and not name:
                code, name = "", code
            printed = " ".join(
                (piece.text if (piece := row[index]) else "").replace("\n", "")
                for _, index in block
                if texts[index]
            )
            if not printed:
                continue
            if _REMARK.match(name):
                self.remarks.append(name)
                continue
            where = f"{self.tables.name} 第{page}页 {self.gathered.title}"
            if not name:
                self.tables.faults.append(
                    Fault(where, f"“{printed[:40]}”没有科目名称", "编码、名称和金额", "这一行没有读")
                )
                continue
            total = not code and bare(name) in self.tables.totals
            if code and not _CODE.fullmatch(code):
                self.tables.faults.append(
                    Fault(where, f"“{code}”不是科目编码", "3、5 或 7 位数字", "这一行没有读")
                )
                continue
            if self.layout.layout == "coded" and not code and not total:
                self.tables.faults.append(
                    Fault(where, f"“{printed[:40]}”没有科目编码", "科目编码", "这一行没有读")
                )
                continue
            id_ = self.layout.row_id(name) or ("total" if total and self.layout.layout == "coded" else "")
            shown = {c.id: c.name for c in self.layout.columns}
            label = f"{code} {name}".strip()
            amounts = {
                role: self.tables.amount(
                    self.gathered, page, row[index], label, f"{side}：{shown[role]}" if side else shown[role]
                )
                for role, index in block if role not in {"code", "name"}
            }  # fmt: skip
            yield Line(id_, side, code, name, page, amounts, printed)

    def _unique(self, lines: Iterable[Line]) -> Iterator[Line]:
        """Rows whose name occurs once are located by it alone; the others by code and name."""
        rows = list(lines)
        often = Counter(line.name for line in rows)
        for line in rows:
            if line.code and often[line.name] == 1:
                amounts = {
                    column: Amount(a.text, a.value, a.page, a.table, line.name, a.column)
                    for column, a in line.amounts.items()
                }
                line = Line(line.id, line.side, line.code, line.name, line.page, amounts, line.printed)
            yield line


class _Across(_Downward):
    """Reads a table of items × columns whose items stand in the head (三公经费), or the same written downward."""

    def resolve(self) -> bool:
        """Find item and column of every cell."""
        edges = self.gathered.grids[0].edges
        paths = self.tables.paths(self.head, edges)
        self.downward = any(path and path[-1] in self.tables.name_headings for path in paths)
        if self.downward:
            return super().resolve()
        required = [column for column in self.layout.columns if column.required]
        self.cells: dict[tuple[str, str], tuple[int, str]] = {}
        unknown: list[str] = []
        for index, path in enumerate(paths):
            if not path or path[-1] in self.tables.ignored:
                continue
            column = next(
                (c for c in self.layout.columns if set(map(bare, c.headings)) & set(path)),
                required[0] if len(required) == 1 else None,
            )
            rest = [word for word in path if column is None or word not in set(map(bare, column.headings))]
            item = self._item(rest)
            if column is None or not item or (item, column.id) in self.cells:
                unknown.append("/".join(path))
            else:
                self.cells[item, column.id] = index, rest[-1]
        where = self.tables._where(self.gathered, self.gathered.grids[0].page)
        if unknown:
            self.tables.faults.append(
                Fault(where, f"列“{'、'.join(unknown)}”不认识", "各项的预算数与决算数", "没有读")
            )
        lacking = [
            f"{names[0]} {column.name}" for item, names in self.layout.rows.items()
            for column in required if (item, column.id) not in self.cells
        ]  # fmt: skip
        if lacking:
            self.tables.faults.append(
                Fault(where, f"没有{'、'.join(lacking)}各列", "这张表的全部列", "请核对表头")
            )
        present = {column for _, column in self.cells}
        self.names = tuple(c.name for c in self.layout.columns if c.id in present)
        return bool(self.cells)

    def _item(self, path: Sequence[str]) -> str:
        whole = "/" + "/".join(path)
        fitting = [
            (len(alias), item) for item, names in self.layout.rows.items() for alias in map(bare, names)
            if whole.endswith("/" + alias)
        ]  # fmt: skip
        return max(fitting)[1] if fitting else ""

    def lines(self) -> Iterator[Line]:
        """A row for each item, with the amounts of its columns."""
        if self.downward:
            yield from super().lines()
            return
        filled = [(page, row) for page, row in self.body if any(_words(row))]
        for page, row in list(filled):
            words = [word for word in _words(row) if word]
            if _REMARK.match(words[0]):
                self.remarks.append(words[0])
                filled.remove((page, row))
        if len(filled) > 1:
            where = self.tables._where(self.gathered, filled[1][0])
            self.tables.faults.append(Fault(where, f"有{len(filled)}行数字", "一行", "只读了第一行"))
        page, row = filled[0] if filled else (self.gathered.grids[0].page, [])
        shown = {column.id: column.name for column in self.layout.columns}
        printed = " ".join(
            _words(row)[index] or "〔空〕" for index in range(len(row)) if row[index] is not None
        )
        for item in dict.fromkeys(item for item, _ in self.cells):
            own = {column: cell for (known, column), cell in self.cells.items() if known == item}
            heading = next(iter(own.values()))[1]
            name = self.layout.rows[item][0].partition("/")[0]
            amounts = {
                column: self.tables.amount(
                    self.gathered,
                    page,
                    row[index] if index < len(row) else None,
                    "",
                    f"{name} {shown[column]}",
                )
                for column, (index, _) in own.items()
            }
            yield Line(item, "", "", name if heading == "小计" else heading, page, amounts, printed)


def _words(row: Sequence[_Piece | None]) -> list[str]:
    return [bare(piece.text) if piece else "" for piece in row]


def _has_text(grid: _Grid) -> bool:
    return any(any(_words(row)) for row in grid.rows)


def _remarks(lines: Sequence[str]) -> list[str]:
    """The remarks under a table: from the first 注 or 说明 on, without the page number."""
    texts = ["".join(line.split()) for line in lines]
    start = next((index for index, text in enumerate(texts) if _REMARK.match(text)), len(texts))
    return [text for text in texts[start:] if not re.fullmatch(r"[-—\d]+|第\d+页", text)]


def _year(texts: Sequence[str]) -> int | None:
    """The year that the document says its accounts are of; None where it says none or several."""
    whole = "".join(texts)
    found = set(re.findall(r"(20\d\d)年度?(?:部门|单位)决算", whole))
    if not found:
        counted = Counter(re.findall(r"(20\d\d)年度", whole)).most_common(2)
        found = {year for year, number in counted if number == counted[0][1]}
    return int(found.pop()) if len(found) == 1 else None
