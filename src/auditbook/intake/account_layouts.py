"""What the tables of published final accounts look like: titles, headings and row names of params/tables/accounts.yaml."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path
from typing import Literal

from auditbook import strict_yaml
from auditbook.cases import Id, Strict, Words
from auditbook.faults import CaseError, Fault
from auditbook.workspace import project_root

_NUMBERING = re.compile(r"(?:其中:?|[一二三四五六七八九十]+、|\([一二三四五六七八九十\d]+\)|\d+[.、])")
_DROPPED = re.compile(r"[\s“”‘’\"'\u200b]+")
_UNIT = re.compile(r"\((?:单位:)?(?:人民币)?(?:亿|百万|万|千)?元\)")
_TABLE_NUMBER = re.compile(
    r"附(?:件|表)?[\d一二三四五六七八九十]*:|附(?:件|表)?[\d一二三四五六七八九十]+|(?:公开|财决|决算公开)(?:附)?\d+表?[:、.]?|[A-Z]\d+(?:_\d+)?[:、.]?"
    r"|表?[一二三四五六七八九十]+[:、.]|表[一二三四五六七八九十\d]+[:、.]?|\([一二三四五六七八九十\d]+\)|\d+表?[:、.]?(?!\d|年)"
)
_AFTER_TITLE = re.compile(r"(?:\([^()]*\)|续表?|公开\d+表|表\d+)*")


def bare(text: str) -> str:
    """A title, heading or name for comparison: no blanks, no quotation marks, full-width as half-width."""
    return _DROPPED.sub("", unicodedata.normalize("NFKC", text))


def unnumbered(name: str) -> str:
    """A row's name for comparison, without its numbers: ``八、其他收入`` → ``其他收入``, ``其中：（1）公务接待费`` → ``公务接待费``."""
    text = bare(name)
    while match := _NUMBERING.match(text):
        text = text[match.end() :]
    return text


def heading(text: str) -> str:
    """A heading for comparison: without the unit that it may name."""
    return _UNIT.sub("", bare(text))


class Column(Strict):
    """A column of amounts: its headings, each the end of the path of cells above it; ``side``: where alone it may stand."""

    id: Id
    name: Words
    headings: list[Words]
    required: bool = True
    side: str = ""


class Layout(Strict):
    """A published table: how it is called and how it is laid out."""

    id: Id
    name: Words
    titles: list[Words]
    layout: Literal["coded", "sided", "across"]
    columns: list[Column]
    sides: list[Words] = []
    rows: dict[Id, list[Words]] = {}
    optional_rows: list[Id] = []
    codes: Literal["function", "economy", ""] = ""
    optional: bool = False
    may_be_empty: bool = False

    def row_id(self, name: str) -> str:
        """The id of a row that checks and figures ask for, or ""."""
        wanted = {bare(name), unnumbered(name)}
        return next((id_ for id_, names in self.rows.items() if wanted & set(map(bare, names))), "")


EACH = "each"


class FigurePlace(Strict):
    """Which cell is which figure. ``row: each`` is every row with a code, and its code the item: 201.06.01."""

    figure: Id
    item: str = ""
    table: Id
    side: str = ""
    row: Id
    column: Id
    year: Literal["this", "before"] = "this"


class Declared(Strict):
    """A phrase of the narrative that declares the amount of a figure."""

    figure: Id
    item: str = ""
    phrase: Words


class Layouts(Strict):
    """The whole of params/tables/accounts.yaml."""

    totals: list[Words]
    code_headings: list[Words]
    name_headings: list[Words]
    ignored_headings: list[Words]
    other_headings: list[Words] = []
    issuers: list[Words] = []
    tables: list[Layout]
    figures: list[FigurePlace]
    declared: list[Declared] = []

    def titled(self, line: str) -> tuple[Layout, str] | None:
        """The table whose title a line of text is, with the title as it is spelt here; the longest title wins.

        Before a title may stand the number of the table, the year, and who publishes it; after it, brackets.
        """
        text = bare(line)
        while match := _TABLE_NUMBER.match(text):
            text = text[match.end() :]
        best: tuple[Layout, str] | None = None
        for layout in self.tables:
            for title in layout.titles:
                before, found, after = text.rpartition(bare(title))
                fits = found and _AFTER_TITLE.fullmatch(after) and (not before or self._names_issuer(before))
                if fits and (best is None or len(bare(title)) > len(bare(best[1]))):
                    best = layout, title
        return best

    def _names_issuer(self, before: str) -> bool:
        return bool(re.search(r"(?:年度?|\(本级\))$", before)) or before.endswith(tuple(self.issuers))


def read_layouts(root: Path | None = None) -> Layouts:
    """Read params/tables/accounts.yaml of a project.

    Takes    root: the project; by default the one around the working folder, else around this package.
    Raises   CaseError with every fault of the file.
    """
    path = (root or project_root(Path.cwd())) / "params" / "tables" / "accounts.yaml"
    document = strict_yaml.load(path, "params/tables/accounts.yaml")
    layouts = strict_yaml.validate(document, Layouts)
    faults = list(document.faults)
    if layouts:
        known = {table.id: table for table in layouts.tables}
        for index, place in enumerate(layouts.figures):
            table = known.get(place.table)
            rows = {*table.rows, "total", *([EACH] if table.layout == "coded" else [])} if table else set()
            columns = {column.id for column in table.columns} if table else set()
            if place.row not in rows or place.column not in columns:
                where = document.where(("figures", index))
                faults.append(Fault(where, "指向没有定义的表、行或列", "本文件 tables 里的代号"))
    if faults or layouts is None:
        raise CaseError(faults)
    return layouts
