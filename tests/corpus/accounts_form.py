"""Published final accounts as a form of the corpus: those of ``invented_accounts``, as a workbook, as CSV files and as pages."""

from __future__ import annotations

import re
import tempfile
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import account_pages
import invented_accounts as invented
from invented_accounts import LEFT, UP

from corpus.books import Cell, Grid, words
from corpus.forms import CSV, XLSX, Document, Form, Key, Read, read_as
from corpus.truth import BEFORE, DEPARTMENT, YEAR

NAME = "决算公开"
PDF = "pdf"


def _cell(text: str) -> Cell:
    if text in {LEFT, UP}:
        return ""
    return Decimal(text) if re.fullmatch(r"-?[0-9]+\.[0-9]+", text) else text


def _begins(row: list[Cell]) -> bool:
    """Whether a row is the first under the head."""
    empty = row[0] == "合计" and not any(row[1:])
    return empty or row[0] in invented.NAMES or any(isinstance(cell, Decimal) for cell in row)


def grid_of(name: str, laid: invented.Laid) -> Grid:
    """A table as a sheet: the lines above it, its rows, those under it."""
    width = max(map(len, laid.rows))
    above: list[list[Cell]] = [[line] for line in laid.above]
    above[0] = [f"{YEAR}年度{laid.above[0]}"]
    rows = [[_cell(cell) for cell in row] + [""] * (width - len(row)) for row in laid.rows]
    head = next(n for n, row in enumerate(rows) if _begins(row))
    return Grid(
        name,
        [*above, *rows, *([line, *[""] * (width - 1)] for line in laid.below)],
        head=len(above) + head - 1,
    )


def _accounts() -> list[Document]:
    grids = [grid_of(id_, laid) for id_, laid in invented.shanghai(str).items()]
    return [Document(NAME, "accounts", grids)]


class Pages(Document):
    """Accounts as pages, a table a page, drawn from what the sheets hold."""

    def files(self, suffix: str) -> dict[str, bytes]:
        """The one file that it is."""
        pages = []
        for grid in self.grids:
            laid = invented.shanghai(str)[grid.name]
            first = len(laid.above)
            rows = [
                [cell if cell in {LEFT, UP} else words(grid.rows[first + r][c]) for c, cell in enumerate(row)]
                for r, row in enumerate(laid.rows)
            ]
            pages.append([replace(laid, above=[words(grid.rows[r][0]) for r in range(first)], rows=rows)])
        with tempfile.TemporaryDirectory() as folder:
            return {
                f"{self.name}.pdf": account_pages.draw_pages(Path(folder) / "pages.pdf", pages).read_bytes()
            }


def _pages() -> list[Document]:
    return [Pages(document.name, document.shape, document.grids) for document in _accounts()]


# figure, item: the amount that it is, by the key that invented_accounts gives it
_FIGURES = {
    ("accounts_total", ""): "overall:支出:total:amount", ("budget_spent", ""): "overall:支出:spending_total:amount",
    ("carry_over", ""): "overall:支出:closing:amount", ("income_actual", ""): "overall:收入:income_total:amount",
    ("income_actual", "grants"): "income:total:grants", ("income_actual", "other"): "income:total:other",
    ("basic_spent", ""): "spending:total:basic", ("project_spent", ""): "spending:total:project",
    ("grants_total", ""): "grants:支出:total:total", ("general_budget_spent", ""): "general_budget:total:total",
    ("staff_funds_actual", ""): "basic:staff:amount", ("public_funds_actual", ""): "basic:public:amount",
    ("three_public_budget", ""): "three_public:total:budget", ("three_public_actual", ""): "three_public:total:actual",
    ("three_public_budget", "reception"): "three_public:reception:budget",
    ("three_public_actual", "reception"): "three_public:reception:actual",
    ("three_public_budget", "vehicle_running"): "three_public:vehicle_running:budget",
    ("three_public_actual", "vehicle_running"): "three_public:vehicle_running:actual",
}  # fmt: skip
_BLANK = [
    *(("income_actual", item) for item in ("superior", "services", "business", "subordinate")),
    *((f"three_public_{kind}", item) for kind in ("budget", "actual") for item in ("abroad", "vehicle_purchase")),
]  # fmt: skip


def _expected() -> dict[Key, Read]:
    amounts = dict(_FIGURES)
    for key in invented.AMOUNTS:
        table, code, column = [*key.split(":"), ""][:3]
        if table == "general_budget" and column == "total" and code != "total":
            parts = [part for part in (code[:3], code[3:5], code[5:7]) if part]
            amounts["general_budget_spent", ".".join(parts)] = key
    found = {
        (f, DEPARTMENT, item, str(YEAR)): read_as(invented.AMOUNTS[key], "万元")
        for (f, item), key in amounts.items()
    }
    found["carry_over", DEPARTMENT, "", str(BEFORE)] = read_as(
        invented.AMOUNTS["overall:收入:opening:amount"], "万元"
    )
    return found | {(f, DEPARTMENT, item, str(YEAR)): ("missing", None, "") for f, item in _BLANK}


ACCOUNTS_XLSX = Form("accounts.xlsx", XLSX, _accounts, _expected)
ACCOUNTS_CSV = Form("accounts.csv", CSV, _accounts, _expected)
ACCOUNTS_PDF = Form("accounts.pdf", PDF, _pages, _expected)
