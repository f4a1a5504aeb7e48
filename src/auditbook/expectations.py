"""The one door to Great Expectations (GX): rules and tables in, verdicts and row numbers out.

GX decides which rows break a rule. It is never asked what a value is, because its reports cut
lists at 200 entries, shorten decimals and hold data that has not been escaped: the row numbers
come from GX, the values from our own rows.

What was measured with GX 1.24 and pandas 3.1, and what follows from it:

- Every rule is validated alone, on a batch that rules with the same rows share. In a suite, two
  rules whose sets differ beyond the 15th digit got one answer between them, and a rule with the
  same arguments as another vanished. Alone costs 9 ms a rule, in a suite 5.
- GX turns ``min_value: Decimal("0.1")`` into a float. A bound that it would change is refused, so
  that rules compare exact residuals with 0, or text with text.
- Several types pass everything when the argument that matters is left out (``regex``,
  ``min_value``). Such a rule is refused.
- Sums, means and other statistics of a column are computed in floats. Those types are refused.
  Sums along a row stay decimals; they are made exact here, where Python would round to 28 digits.

Nulls. ``None`` is null; ``""`` and ``"N/A"`` are text. Rules on rows pass over null cells (except
those that ask for null or not null). Over two columns a row is passed over when both are null,
over several when all are; ``ignore_row_if`` changes that. A pair with one null is unequal.

Regular expressions search: anchor them with ``^`` and ``$``.
"""

from __future__ import annotations

import difflib
import logging
import os
import re
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Context, Decimal, DivisionByZero, Inexact, InvalidOperation, localcontext
from functools import cache
from typing import Any

SHOWN_VALUES = 5
SHOWN_CHARACTERS = 40
DIGITS = 2000  # no sum of published amounts needs more; one that does is not run

_INDEX = "row number"

# What GX would read as settings of a rule and we decide ourselves.
_OURS = {"row_condition", "condition_parser", "library_metadata"}
# A type that takes some of these says nothing without any of them.
_SUBSTANCE = {"min_value", "max_value", "regex", "column_list", "column_set", "type_list"}
# What GX computes in floats even from decimals: nothing that an audit may rest on.
_IN_FLOATS = {
    "expect_column_kl_divergence_to_be_less_than",
    "expect_column_mean_to_be_between",
    "expect_column_median_to_be_between",
    "expect_column_quantile_values_to_be_between",
    "expect_column_stdev_to_be_between",
    "expect_column_sum_to_be_between",
    "expect_column_value_z_scores_to_be_less_than",
    "expect_column_values_to_not_be_outliers",
}
# Statistics that do not exist where there is no value; GX calls that a failure.
_UNDEFINED_WITHOUT_VALUES = {
    "expect_column_max_to_be_between",
    "expect_column_min_to_be_between",
    "expect_column_most_common_value_to_be_in_set",
    "expect_column_proportion_of_unique_values_to_be_between",
}
_JUDGES_NULLS_TOO = {"expect_column_proportion_of_non_null_values_to_be_between"}


@dataclass(frozen=True)
class Expectation:
    """One rule of params/quality.yaml: GX's own type and arguments, on one table.

    ``where`` keeps the rows whose cell equals the value, or one of the listed values, in every
    column that it names. We apply it before GX sees the rows.
    """

    rule: str
    table: str
    type: str
    arguments: Mapping[str, object]
    where: Mapping[str, object] | None = None


@dataclass(frozen=True)
class Outcome:
    """What became of one rule.

    ``checked``  rows that were really judged: without those that ``where`` left out, and without
                 the nulls that the rule passes over. For a statistic of a column, the values in
                 it; for a rule on the table itself (its columns, its row count), 1.
    ``failed``   rows that break the rule; 0 or 1 for a statistic or a table.
    ``failures`` their numbers in the table that was handed in; empty for a statistic or a table.
    ``observed`` up to five of the values that broke it, or what was found instead.
    ``not_run``  why it could not be judged; then ``passed`` is false and the counts are 0.

    A rule that judged no row passes with ``checked`` 0: nothing was there, which proves nothing.
    """

    rule: str
    table: str
    passed: bool
    checked: int
    failed: int
    failures: tuple[int, ...]
    observed: str
    not_run: str = ""


def check_rule(expectation: Expectation) -> None:
    """Find the mistakes that a rule holds before any table is read.

    Raises   ValueError naming rule and type, for an unknown type or argument, a missing one, one
             that GX would change, or a regular expression that is none.
    """
    with _quiet():
        _build(expectation)


def judge(
    tables: Mapping[str, Sequence[Mapping[str, object]]],
    expectations: Sequence[Expectation],
    columns: Mapping[str, Sequence[str]],
) -> list[Outcome]:
    """Judge every rule on its table.

    Takes    tables: rows as dicts, cells str, int, finite Decimal or None (a cell that a row lacks
             is None); columns: each table's columns in order, so that an empty table has them too.
    Returns  one outcome per expectation, in their order.
    Raises   ValueError as `check_rule` does; TypeError for a cell that is not exact (a float, a
             NaN, a bool).
    """
    if not expectations:
        return []
    with _quiet():
        rules = [_build(expectation) for expectation in expectations]
        batches = _Batches(tables, columns)
        return [_judge(rule, batches) for rule in rules]


@dataclass(frozen=True)
class _Rule:
    """An expectation with the GX object made of it; ``scope`` is rows, column or table."""

    expectation: Expectation
    made: Any
    scope: str
    subjects: tuple[str, ...]


@contextmanager
def _quiet() -> Iterator[None]:
    """GX neither prints nor rounds: no warnings, no log lines, decimal sums exact or refused."""
    log = logging.getLogger("great_expectations")
    level = log.level
    exact = Context(prec=DIGITS, traps=[Inexact, InvalidOperation, DivisionByZero])
    with warnings.catch_warnings(), localcontext(exact):
        warnings.simplefilter("ignore")
        log.setLevel(logging.CRITICAL + 1)
        try:
            yield
        finally:
            log.setLevel(level)


@cache
def _gx() -> Any:
    """Great Expectations, imported once: the two seconds that all of this costs.

    ``auditbook/__init__.py`` has spared it another second by then (rfc3987_syntax).
    """
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    import great_expectations

    return great_expectations


@cache
def _types() -> dict[str, Any]:
    """GX's expectation classes by their name in snake case."""
    public = vars(_gx().expectations).values()
    from great_expectations.expectations.expectation import Expectation as Base

    kinds = [kind for kind in public if isinstance(kind, type) and issubclass(kind, Base)]
    return {kind.expectation_type: kind for kind in kinds if kind.expectation_type}


def _build(expectation: Expectation) -> _Rule:
    """The GX object of a rule, once nothing is wrong with it."""
    name = f"规则 {expectation.rule}：{expectation.type}"
    kind = _types().get(expectation.type)
    if kind is None:
        near = difflib.get_close_matches(expectation.type, _types()) or sorted(_types())
        raise ValueError(f"{name} 不是 Great Expectations 的类型；可用的有：{'、'.join(near)}")
    if expectation.type in _IN_FLOATS:
        raise ValueError(f"{name} 按浮点数计算，不精确；请先把差额算成一列，再逐行与 0 比较")
    from great_expectations.expectations import expectation as bases

    settings = bases.BatchExpectation.__fields__.keys() | _OURS
    allowed = [field for field in kind.__fields__ if field not in settings]
    given = {key: _plain(value) for key, value in expectation.arguments.items()}
    unknown = [str(key) for key in given if key not in allowed]
    if unknown:
        raise ValueError(f"{name} 没有参数 {'、'.join(unknown)}；可用的有：{'、'.join(allowed) or '（无）'}")
    substance = [key for key in allowed if key in _SUBSTANCE]
    if substance and all(given.get(key) is None for key in substance):
        raise ValueError(f"{name} 什么也没有要求；至少要有其一：{'、'.join(substance)}")
    try:
        made = kind(**given)
        for pattern in (given.get("regex") or "", *given.get("regex_list", ())):
            re.compile(pattern)
    except (TypeError, ValueError, re.error) as error:
        reason = " ".join(str(error).split())
        raise ValueError(f"{name} 的参数不合要求：{reason}；可用的有：{'、'.join(allowed)}") from None
    for key, value in given.items():
        held = _plain(getattr(made, key))
        if held != (float(value) if key == "mostly" else value):
            raise ValueError(
                f"{name} 的参数 {key} 写的是 {value}，Great Expectations 会把它变成 {held}；"
                "请换成不会变的值，或者先把差额算成一列，再与 0 比较"
            )
    by_row = (bases.ColumnMapExpectation, bases.ColumnPairMapExpectation)
    if issubclass(kind, (*by_row, bases.MulticolumnMapExpectation)):
        scope = "rows"
    else:
        scope = "column" if issubclass(kind, bases.ColumnAggregateExpectation) else "table"
    named = [given[key] for key in ("column", "column_A", "column_B") if key in given]
    subjects = () if scope == "table" else (*named, *given.get("column_list", ()))
    return _Rule(expectation, made, scope, subjects)


def _plain(value: object) -> Any:
    """Lists for tuples, so that what was written and what GX holds can be compared."""
    return [_plain(one) for one in value] if isinstance(value, list | tuple) else value


class _Batches:
    """The tables as GX batches: one context, one data source, one batch per selection of rows."""

    def __init__(
        self,
        tables: Mapping[str, Sequence[Mapping[str, object]]],
        columns: Mapping[str, Sequence[str]],
    ) -> None:
        from great_expectations.data_context.types.base import (
            DataContextConfig,
            InMemoryStoreBackendDefaults,
            ProgressBarsConfig,
        )

        self.tables = tables
        self.columns = columns
        # Written out, because the context that GX makes by default sets up a folder for its pages.
        config = DataContextConfig(
            store_backend_defaults=InMemoryStoreBackendDefaults(init_temp_docs_sites=False),
            progress_bars=ProgressBarsConfig(globally=False),
            analytics_enabled=False,
        )
        context = _gx().get_context(mode="ephemeral", project_config=config)
        self._source = context.data_sources.add_pandas(name="auditbook")
        self._made: dict[tuple[str, tuple[int, ...]], Any] = {}

    def batch(self, table: str, kept: tuple[int, ...]) -> Any:
        """The kept rows of a table, indexed by their numbers in it."""
        key = (table, kept)
        if key not in self._made:
            import pandas as pd

            rows = self.tables[table]
            cells = {
                column: [_exact(rows[at].get(column), table, at, column) for at in kept]
                for column in self.columns[table]
            }
            if len(cells) != len(self.columns[table]):
                raise ValueError(f"{table} has a column twice: {'、'.join(self.columns[table])}")
            # The numbers are the index, not a column, so that rules on the columns do not see them.
            numbers = pd.Index(kept, dtype="int64", name=_INDEX)
            frame = pd.DataFrame(cells, index=numbers, dtype=object)
            self._made[key] = self._source.read_dataframe(frame, asset_name=str(len(self._made)))
        return self._made[key]


def _exact(cell: object, table: str, row: int, column: str) -> object:
    """The cell, if GX will see in it what we mean: pandas takes a NaN for null, a bool for 1."""
    exact = cell is None or (isinstance(cell, str | int | Decimal) and not isinstance(cell, bool))
    if not exact or (isinstance(cell, Decimal) and not cell.is_finite()):
        raise TypeError(f"{table}, row {row}, {column}: {cell!r} is not text, an exact number or None")
    return cell


def _judge(rule: _Rule, batches: _Batches) -> Outcome:
    """One rule on its rows."""
    wanted = rule.expectation
    rows = batches.tables.get(wanted.table)
    columns = batches.columns.get(wanted.table)
    if rows is None or columns is None:
        return _not_run(wanted, f"没有表 {wanted.table}")
    where = wanted.where or {}
    missing = [name for name in (*rule.subjects, *where) if name not in columns]
    if missing:
        absent, present = "、".join(dict.fromkeys(missing)), "、".join(columns)
        return _not_run(wanted, f"表 {wanted.table} 没有列 {absent}；现有：{present}")
    kept = tuple(at for at, row in enumerate(rows) if _selected(row, where))
    batch = batches.batch(wanted.table, kept)
    try:
        result = batch.validate(rule.made, result_format=_result_format(rule))
    except Exception as error:  # whatever GX raises, the rule was not judged
        return _not_run(wanted, _one_line(error))
    raised = _raised(result.exception_info)
    if raised:
        return _not_run(wanted, raised)
    if rule.scope == "rows":
        return _rows_outcome(rule, result, rows)
    found = result.result.get("observed_value")
    if rule.scope == "table":
        return _whole_outcome(wanted, bool(result.success), 1, columns if found is None else found)
    cells = [rows[at].get(name) for at in kept for name in rule.subjects]
    values = [cell for cell in cells if cell is not None]
    checked = len(cells) if wanted.type in _JUDGES_NULLS_TOO else len(values)
    vacuous = checked == 0 and wanted.type in _UNDEFINED_WITHOUT_VALUES
    if found is None and "value_set" in wanted.arguments:  # GX does not tell distinct values
        known = _plain(wanted.arguments["value_set"])
        found = sorted(dict.fromkeys(values), key=lambda value: value in known)[:SHOWN_VALUES]
    return _whole_outcome(wanted, vacuous or bool(result.success), checked, found)


def _selected(row: Mapping[str, object], where: Mapping[str, object]) -> bool:
    for column, wanted in where.items():
        options = wanted if isinstance(wanted, list | tuple) else (wanted,)
        if row.get(column) not in options:
            return False
    return True


def _result_format(rule: _Rule) -> dict[str, object]:
    """Row numbers in full for rules on rows: only without values does GX list all in one piece."""
    if rule.scope != "rows":
        return {"result_format": "COMPLETE"}
    return {
        "result_format": "COMPLETE",
        "unexpected_index_column_names": [_INDEX],
        "exclude_unexpected_values": True,
    }


def _rows_outcome(rule: _Rule, result: Any, rows: Sequence[Mapping[str, object]]) -> Outcome:
    """The outcome of a rule on rows: numbers from GX, values from the rows."""
    wanted, told = rule.expectation, result.result
    failures = tuple(sorted(int(at) for entry in told["unexpected_index_list"] for at in entry[_INDEX]))
    if len(failures) != told["unexpected_count"]:
        counted = told["unexpected_count"]
        raise RuntimeError(f"{wanted.rule}: GX counts {counted}, names {len(failures)} rows")
    broken = [[rows[at].get(name) for name in rule.subjects] for at in failures]
    shown = [_shown(cells[0] if len(cells) == 1 else cells) for cells in broken]
    checked = told["element_count"] - told.get("missing_count", 0)
    return Outcome(
        rule=wanted.rule,
        table=wanted.table,
        passed=bool(result.success),
        checked=checked,
        failed=len(failures),
        failures=failures,
        observed="；".join(list(dict.fromkeys(shown))[:SHOWN_VALUES]),
    )


def _whole_outcome(wanted: Expectation, passed: bool, checked: int, found: object) -> Outcome:
    """The outcome of a rule on a table or on a statistic of a column."""
    many = found if isinstance(found, list | tuple) else [] if found is None else [found]
    observed = "、".join(map(_shown, many))
    return Outcome(wanted.rule, wanted.table, passed, checked, int(not passed), (), observed)


def _not_run(wanted: Expectation, reason: str) -> Outcome:
    return Outcome(wanted.rule, wanted.table, False, 0, 0, (), "", reason)


def _raised(told: Mapping[str, Any]) -> str:
    """What GX caught while it judged, or nothing: one exception, or one per metric that failed."""
    failed = [told] if "raised_exception" in told else list(told.values())
    messages = [one["exception_message"] for one in failed if one.get("raised_exception", True)]
    return min(map(_one_line, messages), default="")


def _one_line(error: object) -> str:
    return " ".join(str(error).split())[:300] or "Great Expectations 没有说明原因"


def _shown(value: object) -> str:
    """A value as a reader meets it: text in quotes, decimals never in exponent form."""
    if value is None:
        return "空值"
    if value == "":
        return "空文本"
    if isinstance(value, list):
        return f"（{'，'.join(map(_shown, value))}）"
    if isinstance(value, Decimal) and abs(value.adjusted()) < 100:
        return format(value, "f")
    text = str(value)
    text = text if len(text) <= SHOWN_CHARACTERS else text[:SHOWN_CHARACTERS] + "…"
    return f"“{text}”" if isinstance(value, str) else text
