"""What the intake workbook looks like: sheets, columns, rows and words of ``params/tables/intake.yaml``."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import field_validator, model_validator

from auditbook import strict_yaml
from auditbook.cases import Id, Strict, Words
from auditbook.faults import CaseError, Fault
from auditbook.figures import Dictionary
from auditbook.intake.account_layouts import bare, unnumbered
from auditbook.numbers import MONEY, dimension

MARK, SCOPE, ITEM, AMOUNT, COUNT, PERCENT, POINTS, NUMBER = (
    "mark", "scope", "item", "amount", "count", "percent", "points", "number",
)  # fmt: skip
TEXT, CODE, CHOICE, DATE, MONTH, MEASURE = "text", "code", "choice", "date", "month", "measure"
NUMERIC = (AMOUNT, COUNT, PERCENT, POINTS, NUMBER)
# Columns that say nothing about what a row is worth: a row in which only they are filled says nothing.
NAMING = (MARK, SCOPE, ITEM, MONTH)
REMARKS = ("origin", "remark")
_UNIT_IN_HEADING = re.compile(r"\((?:单位:)?([^()]{1,4})\)$")


@cache
def bare_all(names: tuple[str, ...]) -> frozenset[str]:
    """Names for comparison."""
    return frozenset(map(bare, names))


@cache
def _bare_choices(choices: tuple[tuple[str, str], ...]) -> dict[str, str]:
    return {bare(shown): held for shown, held in choices}


class Column(Strict):
    """A column of a sheet: how it is headed, what its cells may hold, and which figure they are."""

    id: Id
    heading: Words
    aliases: list[Words] = []
    kind: Literal[
        "mark", "scope", "item", "amount", "count", "percent", "points", "number", "text", "code", "choice", "date",
        "month", "measure", "year",
    ]  # fmt: skip
    figure: Id | None = None
    year: Literal["this", "before"] = "this"
    unit: Words | None = None
    choices: dict[Words, Words] = {}
    numbered: dict[Words, Id] = {}
    required: bool = True
    filled: bool = False
    whole: bool = False
    note: Words | None = None
    width: int = 14

    @property
    def names(self) -> list[str]:
        """Its heading and aliases, for comparison."""
        return list(dict.fromkeys(heading_words(name)[0] for name in (self.heading, *self.aliases)))

    @property
    def offered(self) -> list[str]:
        """What is offered to choose from: the first name of each choice."""
        first: dict[str, str] = {}
        for shown, held in self.choices.items():
            first.setdefault(held, shown)
        return list(first.values())

    def chosen(self, text: str) -> str | None:
        """What a written choice stands for; None where there is no such choice."""
        words = bare(text)
        known = _bare_choices(tuple(self.choices.items()))
        if words in known:
            return known[words]
        for stem, held in self.numbered.items():
            if number := re.fullmatch(rf"{re.escape(bare(stem))}([0-9]{{1,4}})(?:号)?", words):
                return f"{held}{int(number[1])}"
        return text.strip() if self.kind == CHOICE and text.strip() in self.choices.values() else None


class Row(Strict):
    """A row that a grid knows by name: the item that it is of, or the figures that it gives."""

    names: list[Words]
    item: str = ""
    figures: dict[Id, Id] = {}


class Added(Strict):
    """A figure that is the sum of several rows of a column."""

    figure: Id
    column: Id
    rows: list[Words]


class Prefilled(Strict):
    """The rows that the workbook comes with."""

    scopes: Literal["department", "units", "both", "none"]
    rows: list[Words] = []
    months: bool = False
    lines: bool = False


class SheetLayout(Strict):
    """A sheet of the workbook."""

    id: Id
    title: Words
    aliases: list[Words] = []
    kind: Literal[
        "grid",
        "ledger",
        "payments",
        "tasks",
        "objectives",
        "coded",
        "grades",
        "taken",
        "carried",
        "follow_up",
    ]
    notes: list[Words]
    columns: list[Column]
    rows: list[Row] = []
    adds: list[Added] = []
    item_from: list[Id] = []
    example: dict[Id, Words]
    prefilled: Prefilled | None = None
    room: int = 10

    @model_validator(mode="after")
    def _names_columns_and_rows(self) -> SheetLayout:
        known = {column.id for column in self.columns}
        used = {*self.example, *self.item_from, *(added.column for added in self.adds)}
        used |= {column for row in self.rows for column in row.figures}
        if unknown := sorted(used - known):
            raise ValueError(f"没有列“{'、'.join(unknown)}”")
        named = {name for row in self.rows for name in row.names}
        asked = {name for added in self.adds for name in added.rows}
        if self.prefilled:
            asked |= set(self.prefilled.rows)
        if unknown := sorted(asked - named):
            raise ValueError(f"rows 里没有“{'、'.join(unknown)}”")
        headings = [name for column in self.columns for name in column.names]
        if repeated := sorted({name for name in headings if headings.count(name) > 1}):
            raise ValueError(f"两列同名：{'、'.join(repeated)}")
        return self

    @property
    def in_money(self) -> bool:
        """Whether the sheet has amounts, so that it must say their unit."""
        return any(column.kind == AMOUNT for column in self.columns)

    @property
    def names(self) -> list[str]:
        """Its title and aliases, for comparison."""
        return [bare(name) for name in (self.title, *self.aliases)]

    def column(self, id: str) -> Column:
        """A column by its id."""
        return next(column for column in self.columns if column.id == id)

    def has(self, id: str) -> bool:
        """Whether there is such a column."""
        return any(column.id == id for column in self.columns)

    def headed(self, heading: str) -> Column | None:
        """The column that a heading belongs to."""
        words = heading_words(heading)[0]
        return next((column for column in self.columns if words in column.names), None)

    def row(self, name: str) -> Row | None:
        """The row that a name belongs to; a number before it (一、, 1.) and 其中 do not count."""
        wanted = {bare(name), unnumbered(name), re.sub("^其中:?", "", unnumbered(name))}
        return next((row for row in self.rows if wanted & bare_all(tuple(row.names))), None)


class Instructions(Strict):
    """The sheet that says how to fill in the others."""

    title: Words
    aliases: list[Words] = []
    heading: Words
    about: list[list[Words]]
    paragraphs: list[list[Words]]
    lists_heading: Words

    @field_validator("about", "paragraphs")
    @classmethod
    def _pairs(cls, lines: list[list[str]]) -> list[list[str]]:
        if any(len(line) != 2 for line in lines):
            raise ValueError("每条是 [标题, 内容]")
        return lines

    @property
    def names(self) -> list[str]:
        """Its title and aliases, for comparison."""
        return [bare(name) for name in (self.title, *self.aliases)]


class Document(Strict):
    """A document that an auditor asks a department for: who has it, and what names it where a figure names its supplier."""

    id: Id
    title: Words
    supplies: Words
    holder: Words
    words: list[Words] = []


class Workbook(Strict):
    """``params/tables/intake.yaml``."""

    example_marks: list[Words]
    not_applicable: list[Words]
    department_names: list[Words]
    total_names: list[Words]
    footer_names: list[Words]
    money_units: list[Words]
    least_precision: dict[Words, Words]
    instructions: Instructions
    sheets: list[SheetLayout]
    documents: list[Document]

    @field_validator("money_units")
    @classmethod
    def _of_money(cls, units: list[str]) -> list[str]:
        if any(dimension(unit) != MONEY for unit in units):
            raise ValueError("金额单位写元、万元、亿元等")
        return units

    def is_total(self, name: str) -> bool:
        """Whether a name says 合计."""
        return unnumbered(name) in bare_all(tuple(self.total_names))


def heading_words(heading: str) -> tuple[str, str]:
    """A heading for comparison, and the unit that stands in brackets at its end: ``金额（万元）`` → ``金额``, ``万元``."""
    words = bare(heading)
    found = _UNIT_IN_HEADING.search(words)
    if found and (found[1] == "%" or dimension(found[1]) == MONEY or found[1] in {"人", "份", "项", "分"}):
        return words[: found.start()], found[1]
    return words, ""


def nearest(word: str, known: Iterable[str]) -> str:
    """What a person may have meant, as a remedy; "" where nothing is near."""
    by_words = {bare(name): name for name in known}
    close = difflib.get_close_matches(bare(word), list(by_words), n=1, cutoff=0.5)
    return f"是否想写“{by_words[close[0]]}”" if close else ""


def folded(text: str) -> str:
    """A text for comparison where blanks within it matter less than its words."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))


def read_workbook(root: Path, dictionary: Dictionary) -> Workbook:
    """Read ``params/tables/intake.yaml`` of a project.

    Raises   CaseError with every fault of the file: unknown keys and columns, figures and items that the dictionary lacks.
    """
    path = root / "params" / "tables" / "intake.yaml"
    document = strict_yaml.load(path, path.relative_to(root).as_posix())
    workbook = strict_yaml.validate(document, Workbook)
    faults = list(document.faults)
    for index, sheet in enumerate(workbook.sheets if workbook else []):
        where = document.where(("sheets", index))
        for figure, item in _figures(sheet):
            meaning = dictionary.get(figure)
            if meaning is None:
                faults.append(
                    Fault(where, f"“{sheet.title}”用了未知数字“{figure}”", "params/figures.yaml 里的 id")
                )
            elif item and isinstance(meaning.items, dict) and item not in meaning.items:
                faults.append(
                    Fault(where, f"“{sheet.title}”用了“{figure}”没有的分项“{item}”", "、".join(meaning.items))
                )
    if faults or workbook is None:
        raise CaseError(faults)
    return workbook


def _figures(sheet: SheetLayout) -> Iterable[tuple[str, str]]:
    own = [column.figure for column in sheet.columns if column.figure]
    yield from ((figure, "") for figure in own)
    yield from ((added.figure, "") for added in sheet.adds)
    for row in sheet.rows:
        for figure in row.figures.values() or (own if sheet.kind == "grid" else []):
            yield figure, row.item
