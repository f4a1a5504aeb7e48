"""Where the tables of two runs differ: every row once, with its columns from → to and the exact difference."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from auditbook import tables
from auditbook.cases import DEPARTMENT
from auditbook.comparison.kept_runs import KeptRun
from auditbook.comparison.names import Names
from auditbook.comparison.rule_parts import lines_of
from auditbook.numbers import RATE, dimension, factor, parse, plain, rounded
from auditbook.tables import Row

ADDED, REMOVED, CHANGED = "added", "removed", "changed"
HOW = {ADDED: "新增", REMOVED: "没有了", CHANGED: "变化"}
EVIDENCE_TABLES = (
    "sources", "figures", "objectives", "statements", "published", "judgements", "overrides", "recorded", "replies",
    "grades",
)  # fmt: skip
CHECK_TABLES = ("quality", "corroboration", "reconciliations", "narrative", "coverage")
DERIVED_TABLES = ("indicators", "claims", "scores", "schemes", "findings")
POINTS = "分"

Key = tuple[str, ...]


class Relation(StrEnum):
    """How two runs belong together: of one case, of one department in different years, or of different departments."""

    SAME = "same"
    OTHER_YEAR = "other_year"
    OTHER_DEPARTMENT = "other_department"


@dataclass(frozen=True)
class Change:
    """A column of a row: both texts as the tables have them, and what numbers amount to.

    ``difference`` is exact, in ``unit`` (个百分点 for rates); None where a side is no number.
    """

    column: str
    before: str
    after: str
    difference: Fraction | None = None
    unit: str = ""
    shown: tuple[str, str, str] = ("", "", "")

    @property
    def words(self) -> str:
        """From → to, and by how much."""
        before, after, by = self.shown
        return f"{before or '（空）'} → {after or '（空）'}" + (f"（{by}）" if by else "")


@dataclass(frozen=True)
class Difference:
    """A row that one run has and the other has not, or has otherwise."""

    table: str
    key: Key
    how: str
    name: str
    before: Row | None
    after: Row | None
    changes: tuple[Change, ...]

    @property
    def rows(self) -> tuple[Row, ...]:
        """The row in either run."""
        return tuple(row for row in (self.before, self.after) if row is not None)

    def moved(self, column: str) -> Fraction:
        """By how much a column of numbers moves; a row that is not there counts as nothing."""
        ends = [
            Fraction(row[column]) if row is not None and row[column] else Fraction(0)
            for row in (self.before, self.after)
        ]
        return ends[1] - ends[0]


@dataclass(frozen=True)
class Matching:
    """How rows of two runs are brought together."""

    relation: Relation
    same_scheme: bool

    @property
    def compared(self) -> tuple[str, ...]:
        """The tables that are compared row by row."""
        if self.relation is Relation.OTHER_DEPARTMENT:
            return ("indicators", "scores")
        return (*EVIDENCE_TABLES, *CHECK_TABLES, *DERIVED_TABLES)

    def rows(self, name: str, own: Sequence[Row], year: int, lines: Mapping[str, str]) -> dict[Key, Row]:
        """Rows of a table by the key under which the other run's are found.

        Takes    year: the run's own, which counts as year 0 where the runs are of different cases; lines: the indicators
                 of its scheme's lines (``lines_of``).
        """
        columns = self._key(name)
        found: dict[Key, Row] = {}
        for row in own:
            if not self._counts(name, row):
                continue
            key = tuple(
                str(int(row[c]) - year)
                if c == "year" and self.relation is not Relation.SAME and row[c].isdigit()
                else row[c]
                for c in columns
            )
            if name == "scores" and not self.same_scheme:
                # a line of a scheme by its indicator, so that another scheme's line on it is found
                key = (row["level"], lines.get(row["indicator"], row["indicator"]))
            found.setdefault(key, row)
        return found

    def of_run(self, run: KeptRun, name: str) -> dict[Key, Row]:
        """A run's own rows by those keys."""
        return self.rows(name, run.tables[name], run.year, lines_of(run))

    def _key(self, name: str) -> tuple[str, ...]:
        if name == "figures" and self.relation is not Relation.SAME:
            return ("figure", "scope", "item", "year")
        return tables.KEYS[name]

    def _counts(self, name: str, row: Row) -> bool:
        if name == "figures" and self.relation is not Relation.SAME:
            return row["chosen"] == "yes"
        if name == "indicators" and self.relation is Relation.OTHER_DEPARTMENT:
            return row["scope"] == DEPARTMENT and not row["item"]
        return not (name == "scores" and not self.same_scheme and row["level"] == "group")

    def told(self, name: str) -> list[str]:
        """The columns whose difference counts."""
        silent = {"number"} if name == "findings" else set()
        if self.relation is not Relation.SAME:
            silent |= {
                "year",
                "source",
                "locator",
                "quote",
                "quote_status",
                "label",
                "figures",
                "evidence",
                "base",
            }
        if self.relation is Relation.OTHER_DEPARTMENT:
            silent |= {"numerator", "denominator"}
        if not self.same_scheme and name == "scores":
            silent |= {"scheme", "group", "basis", "indicator"}
        return [column for column in tables.COLUMNS[name] if column not in silent]


def differences(
    name: str,
    before: Mapping[Key, Row],
    after: Mapping[Key, Row],
    columns: Sequence[str],
    names: Sequence[Names],
) -> Iterator[Difference]:
    """Every row of a table that differs, in the order of the keys.

    Takes    before, after: from ``Matching.rows``; columns: those that count; names: of the first run and the second.
    """
    for key in sorted({**before, **after}):
        old, new = before.get(key), after.get(key)
        if new is None:
            assert old is not None
            yield Difference(name, key, REMOVED, names[0].row(name, old), old, new, ())
        elif old is None:
            yield Difference(name, key, ADDED, names[1].row(name, new), old, new, ())
        elif changes := tuple(_change(name, c, old, new, names) for c in columns if old[c] != new[c]):
            yield Difference(name, key, CHANGED, names[1].row(name, new), old, new, changes)


_POINT_COLUMNS = {
    "scores": "weight points lowest highest self_scored",
    "schemes": "full_marks bonus_marks maximum lowest highest lost assessable_weight self_scored shortfall",
}
_UNIT_COLUMNS = {
    "figures": "value", "indicators": "value low high", "claims": "published recomputed low high", "findings": "amount",
    "published": "published", "narrative": "published recomputed low high", "objectives": "target actual",
}  # fmt: skip


def _change(name: str, column: str, old: Row, new: Row, names: Sequence[Names]) -> Change:
    before, after = old[column], new[column]
    if column in _POINT_COLUMNS.get(name, "").split():
        units = (POINTS, POINTS)
    elif column in _UNIT_COLUMNS.get(name, "").split():
        units = (old["unit"], new["unit"])
    else:
        worded = [own.value(name, column, row) for own, row in zip(names, (old, new), strict=True)]
        return Change(column, before, after, shown=(worded[0], worded[1], ""))
    ends = [_number(text) for text in (before, after)]
    shown = [
        "" if not text else text if value is None else quantity(value, unit)
        for text, value, unit in zip((before, after), ends, units, strict=True)
    ]
    if ends[0] is None or ends[1] is None or dimension(units[0]) != dimension(units[1]):
        return Change(column, before, after, shown=(shown[0], shown[1], ""))
    rate = dimension(units[1]) == RATE
    held = Fraction(1, 100) if rate else factor(units[1])
    by = (ends[1] * factor(units[1]) - ends[0] * factor(units[0])) / held
    unit = "个百分点" if rate else units[1]
    said = f"{signed(by)}{unit}" if by else "数值相同"
    return Change(column, before, after, by, unit, (shown[0], shown[1], said))


def _number(text: str) -> Fraction | None:
    try:
        return parse(text)
    except ValueError:
        return None


def quantity(value: Fraction, unit: str) -> str:
    """A number of a table with its unit, as a reader sees it: rates as percentages."""
    if dimension(unit) == RATE:
        return f"{short(value * factor(unit) * 100)}%"
    return f"{short(value)}{unit}"


def share_words(share: Fraction) -> str:
    """A share as a percentage with at most two decimals."""
    return quantity(Fraction(rounded(share, 4)), "1")


def short(value: Fraction) -> str:
    """A number with as many decimals as it has up to six, else two; with all that are known where two would be zero."""
    if (value * 10**6).denominator == 1:
        whole, _, behind = plain(value).partition(".")
        return format(int(whole.lstrip("-") or "0"), ",").join(
            ["-" * whole.startswith("-"), f".{behind}" * bool(behind)]
        )
    near = rounded(value, 2)
    return format(near, ",f") if near else plain(value)


def signed(value: Fraction) -> str:
    """A difference with its sign."""
    return f"{'+' if value >= 0 else '−'}{short(abs(value))}"
