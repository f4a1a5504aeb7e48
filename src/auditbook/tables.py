r"""The tables between the notebooks: their columns, and CSV that is the same bytes for the same rows.

UTF-8, ``\n``, fixed columns, sorted by key. Text is verbatim; a missing value is an empty cell.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping

Row = dict[str, str]
_NUMBER = re.compile(r"[+\-−]?\d[\d,]*(?:\.\d+)?[%‰]?")
# What a spreadsheet takes for the beginning of a formula; full-width signs too, in a Chinese locale.
_LIVE = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")

SOURCES = "source title issuer date status sha256 reliability reason"
FIGURES = (
    "figure scope item year source locator label state basis value unit precision quote quote_status chosen"
)
OBJECTIVES = (
    "objective item measure comparator target actual_measure actual unit claimed source locator quote"
)
STATEMENTS = "statement kind about date source locator quote"
PUBLISHED = "claim kind about scope item year published unit precision base source locator quote"
JUDGEMENTS = "indicator point verdict degree grounds who when source locator quote"
OVERRIDES = "scheme indicator points reason who when source locator quote"
RECORDED = (
    "finding severity kind scope about amount unit name criterion condition cause effect recommendation who when"
    " source locator quote"
)
REPLIES = "finding reply replied_by replied_when answer answered_by answered_when status source locator quote"
GRADES = "person branch period grader item grade source locator quote"
FOLLOW_UP = "finding year status evidence who when source locator quote"
RECONCILIATIONS = "check source rule name severity verdict where found expected width explanation"
CORROBORATION = "figure scope item year source checks within"
QUALITY = "rule severity blocking passed checked failed where found expected why"
INDICATORS = (
    "indicator name definition scope item year scoring status value low high unit numerator denominator"
    " formula figures"
)
CLAIMS = (
    "claim kind about scope year published unit recomputed low high verdict definition explanation source"
    " locator quote"
)
NARRATIVE = f"{CLAIMS} severity"
COVERAGE = "source what count words"
SCORES = (
    "scheme level indicator weight points lowest highest self_scored rule reason basis group definition state"
    " documents"
)
SCHEMES = (
    "scheme basis title full_marks bonus_marks maximum lowest highest lost lost_by assessable_weight self_scored"
    " shortfall grade valid note"
)
SENSITIVITY = (
    "kind about step order name before after lowest highest lowest_change highest_change moves grade turning turns"
    " findings_gained findings_lost findings_regraded"
)
ROOM = "changed extent end low high reach by_low by_high"
FINDINGS = (
    "finding number severity kind origin rule scope criterion condition cause effect recommendation amount"
    " unit evidence reply status name answer locator quote who when"
)
YEAR_CASES = "case year status department framework edition why"
YEARS = (
    "kind about scope item year name definition unit status value low high origin case base base_origin change rate"
    " rate_state broken segment figures place"
)
RESTATED = "figure scope item year later name unit own own_case own_place stated stated_case stated_place difference verdict"
OUTTURNS = "dimension classification year name status rate numerator denominator score reason case figures"
COMPOSITION = "dimension classification year category name part unit budget outturn adjusted deviation"
FOLLOWED = (
    "finding year name scope severity condition amount unit now now_severity now_amount now_unit status reason"
    " evidence who when"
)

COLUMNS: dict[str, tuple[str, ...]] = {
    name: tuple(columns.split())
    for name, columns in {
        "sources": SOURCES,
        "figures": FIGURES,
        "objectives": OBJECTIVES,
        "statements": STATEMENTS,
        "published": PUBLISHED,
        "judgements": JUDGEMENTS,
        "overrides": OVERRIDES,
        "recorded": RECORDED,
        "replies": REPLIES,
        "grades": GRADES,
        "follow_up": FOLLOW_UP,
        "reconciliations": RECONCILIATIONS,
        "corroboration": CORROBORATION,
        "quality": QUALITY,
        "indicators": INDICATORS,
        "claims": CLAIMS,
        "narrative": NARRATIVE,
        "coverage": COVERAGE,
        "scores": SCORES,
        "schemes": SCHEMES,
        "findings": FINDINGS,
        "sensitivity": SENSITIVITY,
        "room": ROOM,
        "year_cases": YEAR_CASES,
        "years": YEARS,
        "restated": RESTATED,
        "outturns": OUTTURNS,
        "composition": COMPOSITION,
        "followed": FOLLOWED,
    }.items()
}

KEYS: dict[str, tuple[str, ...]] = {
    "sources": ("source",),
    "figures": ("figure", "scope", "item", "year", "source"),
    "objectives": ("objective", "item"),
    "statements": ("statement",),
    "published": ("claim",),
    "judgements": ("indicator", "point"),
    "overrides": ("scheme", "indicator"),
    "recorded": ("finding",),
    "replies": ("finding",),
    "grades": ("person", "period", "grader", "item"),
    "follow_up": ("finding", "year"),
    "reconciliations": ("check",),
    "corroboration": ("figure", "scope", "item", "year"),
    "quality": ("rule",),
    "indicators": ("indicator", "definition", "scope", "item", "year"),
    "claims": ("claim",),
    "narrative": ("claim",),
    "coverage": ("source", "what"),
    "scores": ("scheme", "level", "indicator"),
    "schemes": ("scheme", "basis"),
    "findings": ("finding",),
    "sensitivity": ("kind", "about", "step"),
    "room": ("changed", "extent", "end"),
    "year_cases": ("case",),
    "years": ("kind", "about", "scope", "item", "year"),
    "restated": ("figure", "scope", "item", "year", "later"),
    "outturns": ("dimension", "classification", "year"),
    "composition": ("dimension", "classification", "year", "category"),
    "followed": ("finding",),
}


# Tables that are written only where they have rows, with their stages: a run without them leaves what it always left.
OPTIONAL = {
    "follow_up": "ingest", "year_cases": "findings", "years": "findings", "restated": "findings", "outturns": "findings",
    "composition": "findings", "followed": "findings",
}  # fmt: skip


def to_csv(name: str, rows: Iterable[Mapping[str, str]]) -> bytes:
    """The bytes of a table, rows sorted by key.

    Raises   KeyError where a row lacks a column, ValueError where two rows have one key.
    """
    columns, key = COLUMNS[name], KEYS[name]
    ordered = _ordered(name, rows)
    seen = set()
    for cells in ordered:
        own = _sorted_by(columns, key, cells)
        if own in seen:
            raise ValueError(f"{name}: two rows with the key {own}")
        seen.add(own)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(ordered)
    return text.getvalue().encode("utf-8")


def in_order(name: str, rows: Iterable[Mapping[str, str]]) -> list[Row]:
    """The rows of a table as they would be read again: its columns, sorted by key."""
    return [dict(zip(COLUMNS[name], cells, strict=True)) for cells in _ordered(name, rows)]


def _ordered(name: str, rows: Iterable[Mapping[str, str]]) -> list[tuple[str, ...]]:
    columns, key = COLUMNS[name], KEYS[name]
    return sorted(
        (tuple(row[column] for column in columns) for row in rows),
        key=lambda cells: _sorted_by(columns, key, cells),
    )


def _sorted_by(columns: tuple[str, ...], key: tuple[str, ...], cells: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(cells[columns.index(column)] for column in key)


def from_csv(data: bytes) -> list[Row]:
    """The rows of a table that ``to_csv`` wrote."""
    return list(csv.DictReader(io.StringIO(data.decode("utf-8"), newline="")))


def harmless(cell: str) -> str:
    """A cell of a CSV for people: text that a spreadsheet would run gets a leading '; a number never does."""
    return f"'{cell}" if cell.startswith(_LIVE) and not _NUMBER.fullmatch(cell) else cell
