"""The forms in which the truth is handed in: transcribed tables with the report that they quote, as CSV or as workbooks.

A form is a list of documents; a document is the sheets of one file (or, as CSV, of one file a sheet).
"""

from __future__ import annotations

import copy
import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cache
from pathlib import Path

from corpus import truth
from corpus.books import Cell, Grid, separated, workbook
from corpus.truth import CASE, DEPARTMENT, FACTS, TARGETS, YEAR

CSV, XLSX = "csv", "xlsx"
Key = tuple[str, str, str, str]
Read = tuple[str, Fraction | None, str]  # state, value, unit


@dataclass
class Document:
    """Sheets that are handed in together, and what shape the register says they have ("" for an original)."""

    name: str
    shape: str
    grids: list[Grid]

    def files(self, suffix: str) -> dict[str, bytes]:
        """The files that the document is, by name."""
        if suffix == XLSX:
            return {f"{self.name}.xlsx": workbook(self.grids)}
        return {f"{grid.name}.csv": separated(grid) for grid in self.grids}


@dataclass(frozen=True)
class Form:
    """One way of handing the truth in.

    ``expected`` are the figures that it holds; ``original`` is the report that the phrases are in, where there is one; ``by_row``: its figures are known by their row, not by
    a cell of it.
    """

    name: str
    suffix: str
    make: Callable[[], list[Document]]
    expected: Callable[[], dict[Key, Read]]
    original: str = ""
    by_row: bool = False

    def documents(self) -> list[Document]:
        """Its documents, fresh to be damaged."""
        return copy.deepcopy(_made(self))


@cache
def _made(form: Form) -> list[Document]:
    return form.make()


# ---- the report of the department, and the tables transcribed from it


def _report() -> str:
    rows = [fact.phrase for fact in FACTS]
    goals = [f"{text}。" for text in truth.GOALS.values()]
    return "\n".join(
        [
            f"{truth.NAME}{YEAR}年度部门整体支出绩效自评报告", "", "一、基本情况", "；".join(rows) + "。", "",
            "二、目标", *goals, "；".join(target.phrase for target in TARGETS) + "。", "",
            "三、成效", "；".join(target.answer for target in TARGETS) + "。",
            "；".join(f"{name}{value}{unit}" for _, _, value, unit, name in truth.PUBLISHED.values()) + "。",
            "；".join(quote for *_, quote in truth.STATEMENTS) + "。", "",
        ]
    )  # fmt: skip


REPORT = _report()


def _number(value: str) -> Decimal:
    return Decimal(value)


def _figures(name: str, wanted: Callable[[truth.Fact], bool]) -> Document:
    head: list[Cell] = [
        *[
            "figure",
            "scope",
            "item",
            "year",
            "label",
            "state",
            "value",
            "unit",
            "precision",
            "locator",
            "quote",
        ]
    ]
    rows: list[list[Cell]] = [head]
    for fact in filter(wanted, FACTS):
        precision = "exact" if fact.unit in truth.EXACT_UNITS else "0.01"
        rows.append(
            [
                fact.figure, fact.scope, fact.item, _number(str(fact.year)), fact.label, "zero" if fact.zero else "value",
                _number(fact.value), fact.unit, precision, "一", fact.phrase,
            ]
        )  # fmt: skip
    return Document(name, "figures", [Grid(name, rows)])


def _objectives() -> Document:
    head: list[Cell] = [
        *["objective", "item", "measure", "comparator", "target", "unit", "claimed", "locator", "quote", "actual_measure", "actual", "precision"],
        "actual_locator", "actual_quote",
    ]  # fmt: skip
    rows: list[list[Cell]] = [head]
    for objective, text in truth.GOALS.items():
        rows.append([objective, "", text, "", "", "", "全部完成", "二", text, "", "", "", "", ""])
        for t in TARGETS:
            if t.objective == objective:
                rows.append(
                    [
                        t.objective, t.item, t.measure, t.comparator, _number(t.target), t.unit, "全部完成", "二", t.phrase,
                        t.measure, _number(t.actual), t.precision, "三", t.answer,
                    ]
                )  # fmt: skip
    return Document("goals", "objectives", [Grid("goals", rows)])


def _published() -> Document:
    head: list[Cell] = [
        *[
            "claim",
            "kind",
            "about",
            "scope",
            "item",
            "year",
            "published",
            "unit",
            "precision",
            "locator",
            "quote",
        ]
    ]
    rows: list[list[Cell]] = [head]
    for claim, (about, kind, value, unit, name) in truth.PUBLISHED.items():
        rows.append(
            [
                claim,
                kind,
                about,
                DEPARTMENT,
                "",
                _number(str(YEAR)),
                _number(value),
                unit,
                "0.01",
                "三",
                f"{name}{value}{unit}",
            ]
        )
    return Document("printed", "published", [Grid("printed", rows)])


def _statements() -> Document:
    head: list[Cell] = [*["statement", "kind", "about", "date", "locator", "quote"]]
    return Document(
        "said",
        "statements",
        [Grid("said", [head, *([a, b, c, d, "三", q] for a, b, c, d, q in truth.STATEMENTS)])],
    )


def _judgements() -> Document:
    head: list[Cell] = [
        *["indicator", "point", "verdict", "degree", "grounds", "who", "when", "locator", "quote"]
    ]
    rows: list[list[Cell]] = [[i, p, v, d, g, "项目组", w, "", ""] for i, p, v, d, g, w in truth.JUDGED]
    return Document("judged", "judgements", [Grid("judged", [head, *rows])])


_PEOPLE = {"staff_quota", "staff_actual"}


def _transcribed() -> list[Document]:
    return [
        _figures("money", lambda fact: fact.figure not in _PEOPLE),
        _figures("people", lambda fact: fact.figure in _PEOPLE),
        _objectives(), _published(), _statements(), _judgements(),
    ]  # fmt: skip


def read_as(value: str, unit: str) -> Read:
    """What a figure is to be read as."""
    return ("value" if value.strip("0.") else "zero", Fraction(value), unit)


def of_facts(wanted: Callable[[truth.Fact], bool] = lambda fact: True) -> dict[Key, Read]:
    """The figures of the truth, and those of its targets."""
    found = {fact.key: read_as(fact.value, fact.unit) for fact in FACTS if wanted(fact)}
    for target in TARGETS:
        for figure, value in (("objective_target", target.target), ("objective_actual", target.actual)):
            found[figure, DEPARTMENT, target.about, str(YEAR)] = read_as(value, target.unit)
    return found


TABLES_CSV = Form("tables.csv", CSV, _transcribed, of_facts, REPORT, by_row=True)
TABLES_XLSX = Form("tables.xlsx", XLSX, _transcribed, of_facts, REPORT, by_row=True)


# ---- a case folder around the files


def case_folder(base: Path, form: Form, files: Mapping[str, tuple[str, bytes]]) -> Path:
    """Write a case with its files, registered with the hashes that they have.

    Takes    files: shape and content by name.
    Returns  the case file.
    """
    evidence = base / "data" / "raw" / CASE
    evidence.mkdir(parents=True)
    entries = []
    origin: dict[str, str] = {}
    if form.original:
        origin = {"source": "report", "sha256": _written(evidence / "report.txt", form.original.encode())}
        entries.append(
            {"id": "report", "file": "report.txt", "status": "received", "sha256": origin["sha256"]}
        )
    for number, (name, (shape, data)) in enumerate(files.items(), 1):
        entry = {
            "id": f"s{number}", "file": name, "shape": shape, "status": "transcribed" if origin else "received",
            "sha256": _written(evidence / name, data),
        }  # fmt: skip
        entries.append({**entry, "transcribed_from": origin} if origin else entry)
    common = {"issuer": "测试", "date": "2023-03-01", "reliability": "medium", "reason": "虚构"}
    register = {"sources": [{**common, "title": entry["file"], **entry} for entry in entries]}
    (evidence / "SOURCES.yaml").write_text(
        json.dumps(register, ensure_ascii=False, indent=1), encoding="utf-8"
    )
    case = {
        "case": CASE, "department": {"name": truth.NAME, "region": "虚构省云溪县", "level": "县级"}, "year": YEAR,
        "framework": "default-2013", "materiality": {"amount": 5, "unit": "万元", "reason": "虚构"},
        "units": [{"id": id_, "name": name} for id_, name in truth.UNITS.items()],
    }  # fmt: skip
    path = base / "params" / "cases" / f"{CASE}.yaml"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(case, ensure_ascii=False, indent=1), encoding="utf-8")
    return path


def _written(path: Path, data: bytes) -> str:
    path.write_bytes(data)
    return hashlib.sha256(data).hexdigest()
