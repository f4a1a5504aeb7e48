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

_NUMBERING = re.compile(r"(?:[一二三四五六七八九十]+、|\([一二三四五六七八九十]+\)|\d+[.、])")
_DROPPED = re.compile(r"[\s“”‘’\"'\u200b]+")


def bare(text: str) -> str:
    """A title, heading or name for comparison: no blanks, no quotation marks, full-width as half-width."""
    return _DROPPED.sub("", unicodedata.normalize("NFKC", text))


def unnumbered(name: str) -> str:
    """A row's name for comparison, without its number: ``八、其他收入`` → ``其他收入``."""
    return _NUMBERING.sub("", bare(name), count=1)


class Column(Strict):
    """A column of amounts: its headings, each the end of the path of cells above it."""

    id: Id
    name: Words
    headings: list[Words]
    required: bool = True


class Layout(Strict):
    """A published table: how it is called and how it is laid out."""

    id: Id
    name: Words
    titles: list[Words]
    layout: Literal["coded", "sided", "across"]
    columns: list[Column]
    sides: list[Words] = []
    rows: dict[Id, list[Words]] = {}
    optional: bool = False
    may_be_empty: bool = False

    def row_id(self, name: str) -> str:
        """The id of a row that checks and figures ask for, or ""."""
        wanted = {bare(name), unnumbered(name)}
        return next((id_ for id_, names in self.rows.items() if wanted & set(map(bare, names))), "")


class FigurePlace(Strict):
    """Which cell is which figure."""

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
    tables: list[Layout]
    figures: list[FigurePlace]
    declared: list[Declared] = []

    def titled(self, line: str) -> tuple[Layout, str] | None:
        """The table whose title a line of text is, with the title as it is spelt here; the longest title wins."""
        text = re.sub(r"^(?:(?:公开|附|附件|表)?\d+表?[:：、.]?|[一二三四五六七八九十]+、)", "", bare(line))
        best: tuple[Layout, str] | None = None
        for layout in self.tables:
            for title in layout.titles:
                fits = re.fullmatch(
                    r"(?:.*(?:年度?|部门|单位))?" + re.escape(bare(title)) + r"(?:\(.*\))?", text
                )
                if fits and (best is None or len(bare(title)) > len(bare(best[1]))):
                    best = layout, title
        return best


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
            rows = {*table.rows, "total"} if table else set()
            columns = {column.id for column in table.columns} if table else set()
            if place.row not in rows or place.column not in columns:
                where = document.where(("figures", index))
                faults.append(Fault(where, "指向没有定义的表、行或列", "本文件 tables 里的代号"))
    if faults or layouts is None:
        raise CaseError(faults)
    return layouts
