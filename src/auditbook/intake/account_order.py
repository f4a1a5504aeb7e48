"""Whether the rows of published accounts are what they should be: once each, whole, under their names, in one unit.

No sum sees a subtotal that is missing, or names that slipped a row down: these are looked for by code and name.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from fractions import Fraction
from itertools import pairwise

from auditbook.intake.account_comparing import (
    AGREES,
    DISAGREES,
    IDENTITY,
    RULES,
    WITHIN_ROUNDING,
    Check,
    check,
    unread,
)
from auditbook.intake.account_layouts import bare, unnumbered
from auditbook.intake.account_tables import Line, Table

_LEVELS = (3, 5, 7)
_SHIFTED = 3  # so many rows in a row are no slip of one name
# The rows that a table of a side cannot be without.
_TOTALS = {
    "overall": (("收入", "income_total"), ("支出", "spending_total"), ("收入", "total"), ("支出", "total")),
    "grants": (("收入", "income_total"), ("支出", "spending_total"), ("收入", "total"), ("支出", "total")),
    "three_public": (("", "total"),),
    "procurement": (("", "total"),),
}


def order_checks(tables: Mapping[str, Table], made: Sequence[Check]) -> Iterator[Check]:
    """The checks of rows, codes, names, units and statements; ``made``: the checks of amounts, which speak for units."""
    shown = _levels_shown(tables)
    for table in tables.values():
        if table.layout.codes:
            yield from _code_once(table)
        yield from _row_once(table)
        yield from _levels_whole(table, shown.get(table.layout.codes, set()))
        if table.layout.may_be_empty:
            yield from _empty(table)
    yield from _code_name_pairs(tables)
    yield from _row_shift(tables.get("spending"), tables.get("general_budget"))
    yield from _one_unit(tables, made)


def parents(table: Table) -> tuple[dict[str, Line], dict[str, str]]:
    """The rows by code, and for each code the nearest code above that the table has: 2010601 → 20106, else 201, else ""."""
    by_code = {line.code: line for line in table.lines if line.code}
    above = {
        code: next((code[:n] for n in (5, 3) if n < len(code) and code[:n] in by_code), "")
        for code in by_code
    }
    return by_code, above


def _code_once(table: Table) -> Iterator[Check]:
    codes = [line.code for line in table.lines if line.code]
    often = {code: count for code, count in Counter(codes).items() if count > 1}
    if codes and not often:
        found = f"{len(codes)}个编码"
        yield check("code_once", table.where, found, "不重复", AGREES, about=table.layout.id)
    for code, count in often.items():
        last = next(line for line in reversed(table.lines) if line.code == code)
        where, about = f"{last.at} {table.title} 编码{code}", f"{table.layout.id}:{code}"
        yield check("code_once", where, f"{count}行", "1行", DISAGREES, about=about)


def _row_once(table: Table) -> Iterator[Check]:
    """Names of rows without code, and totals, stand once on a side; the items below 年初…结转 repeat names above."""
    often: Counter[tuple[str, str]] = Counter()
    last: dict[tuple[str, str], Line] = {}
    closed: set[str] = set()
    for line in table.lines:
        if line.code or (line.side in closed and not line.id):
            continue
        name = (line.side, line.id or unnumbered(line.name))
        often[name] += 1
        last[name] = line
        if line.id in {"income_total", "spending_total"}:
            closed.add(line.side)
    twice = [name for name, count in often.items() if count > 1]
    if often and not twice:
        found = f"{len(often)}个项目"
        yield check("row_once", table.where, found, "不重复", AGREES, about=table.layout.id)
    for name in twice:
        line = last[name]
        where, about = f"{line.at} {table.title} 行‘{line.name}’", f"{table.layout.id}:{':'.join(name)}"
        yield check("row_once", where, f"{often[name]}行", "1行", DISAGREES, about=about)


def _levels_shown(tables: Mapping[str, Table]) -> dict[str, set[int]]:
    """For each classification the levels of codes that its tables show: 3 is 类, 5 款, 7 项."""
    shown: dict[str, set[int]] = {}
    for table in tables.values():
        codes = (line.code for line in table.lines if line.code)
        shown.setdefault(table.layout.codes, set()).update(map(len, codes))
    return shown


def _levels_whole(table: Table, shown: Set[int]) -> Iterator[Check]:
    """The totals, and every level of a code that the tables of its classification show."""
    if not table.has_amounts:
        return
    lacking: list[tuple[str, str, str]] = []  # where, what is missing, key
    by_code, _ = parents(table)
    for upper, level in pairwise(_LEVELS):
        if not {upper, level} <= shown:
            continue
        below = {code[:upper] for code in by_code if len(code) == level}
        above = {code for code in by_code if len(code) == upper}
        for code in sorted(below - above):
            under = min(c for c in by_code if len(c) == level and c[:upper] == code)
            at = f"{by_code[under].at} {table.title} 编码{under}"
            lacking.append((at, f"没有它的上级科目{code}", code))
        for code in sorted(above - below):
            if _amount(by_code[code]):
                lacking.append((f"{by_code[code].at} {table.title} 编码{code}", "没有下级科目", f"{code}-"))
    totals = _TOTALS.get(table.layout.id, ())
    if table.layout.layout == "coded" or table.layout.id == "operating":
        totals = (("", "total"),)
    elif table.layout.id in {"basic", "grants_basic"} and not table.line("total"):
        totals = (("", "staff"), ("", "public"))
    for side, row in totals:
        if not table.line(row, side):
            lacking.append((table.where, f"没有{side}合计行（{_named(table, row)}）", f"{side}{row}"))
    if not lacking:
        yield check("levels_whole", table.where, "齐全", "齐全", AGREES, about=table.layout.id)
    for where, found, key in lacking:
        yield check("levels_whole", where, found, "齐全", DISAGREES, about=f"{table.layout.id}:{key}")


def _named(table: Table, row: str) -> str:
    return (table.layout.rows.get(row) or ["合计"])[0]


def _amount(line: Line) -> Fraction | None:
    """The amount of a row's first column that is not blank; None also for zero."""
    return next((a.value for a in line.amounts.values() if a.value), None)


def _code_name_pairs(tables: Mapping[str, Table]) -> Iterator[Check]:
    """One code has one name in all tables of its classification."""
    first: dict[tuple[str, str], tuple[str, Table]] = {}
    compared = 0
    wrong: list[Check] = []
    for table in tables.values():
        for line in table.lines if table.layout.codes else ():
            at = (table.layout.codes, line.code)
            if not line.code:
                continue
            name, known = first.setdefault(at, (line.name, table))
            if known is table:
                continue
            compared += 1
            if bare(name) != bare(line.name):
                where, about = f"{line.at} {table.title} 编码{line.code}", f"{table.layout.id}:{line.code}"
                expected = f"{name}（{known.title}）"
                wrong.append(check("code_name_pairs", where, line.name, expected, DISAGREES, about=about))
    yield from wrong
    if compared and not wrong:
        yield check("code_name_pairs", "各表", f"{compared}处同码", "名称相同", AGREES, about="all")


def _row_shift(spending: Table | None, budget: Table | None) -> Iterator[Check]:
    """Runs of rows in one table whose names or amounts are those of the neighbour in the other."""
    if spending is None or budget is None:
        yield unread("row_shift", "两张表没有都读到")
        return
    known = {line.code: index for index, line in enumerate(spending.lines) if line.code}
    own = [line for line in budget.lines if line.code in known]
    found: list[tuple[str, list[Line]]] = []
    for what, slipped in (("名称", _name_slipped), ("金额", _amount_slipped)):
        run: list[Line] = []
        for line in [*own, None]:
            if line and slipped(line, spending.lines, known[line.code]):
                run.append(line)
            else:
                if len(run) >= _SHIFTED and (what == "名称" or len({_amount(each) for each in run}) > 1):
                    found.append((what, run))
                run = []
    for what, run in found:
        where = f"{run[0].at} {budget.title} 编码{run[0].code}至{run[-1].code}"
        expected = f"与{spending.title}同码的行一致"
        told = f"连续{len(run)}行的{what}是相邻行的"
        yield check("row_shift", where, told, expected, DISAGREES, about=f"{what}:{run[0].code}")
    if own and not found:
        yield check("row_shift", budget.where, f"{len(own)}行", "没有连续的错位", AGREES, about="all")


def _name_slipped(line: Line, others: Sequence[Line], index: int) -> bool:
    return bare(line.name) != bare(others[index].name)


def _amount_slipped(line: Line, others: Sequence[Line], index: int) -> bool:
    """Whether an amount is not that of its own row in the other table, and is that of a row beside it."""
    value = line.amounts["total"].value
    near = {others[i].amounts["total"].value for i in (index - 1, index + 1) if 0 <= i < len(others)}
    return value is not None and value != others[index].amounts["total"].value and value in near


def _one_unit(tables: Mapping[str, Table], made: Iterable[Check]) -> Iterator[Check]:
    """A table in another unit than most, with no other table to speak for it."""
    units = Counter(table.unit for table in tables.values() if table.unit and table.has_amounts)
    if not units:
        return
    usual = units.most_common(1)[0][0]
    joined: set[str] = set()  # tables that agree with another table
    for found in made:
        if RULES[found.rule][2] == IDENTITY and found.verdict in {AGREES, WITHIN_ROUNDING}:
            own = {key.partition(":")[0] for key in found.amounts}
            if len(own) > 1:
                joined |= own
    others = [t for t in tables.values() if t.unit and t.has_amounts and t.unit != usual]
    if not others:
        yield check("one_unit", "各表", f"都是{usual}", "一个单位", AGREES, about="all")
    for table in others:
        verdict = AGREES if table.layout.id in joined else DISAGREES
        why = "与别的表相符" if verdict == AGREES else "没有别的表可以印证这张表的单位"
        yield check("one_unit", table.where, table.unit, usual, verdict, "", why, about=table.layout.id)


def _empty(table: Table) -> Iterator[Check]:
    says_nothing = any(word in table.statement for word in ("无", "没有", "未发生", "不涉及"))
    where, found, about = table.where, table.statement or "没有说明", table.layout.id
    printed = [amount.value for amount in table.amounts if amount.value is not None]
    if any(printed):
        verdict = DISAGREES if "无数据" in table.statement else AGREES
        yield check("empty_with_statement", where, found, "有数字的表不说无数据", verdict, about=about)
    else:  # noughts say it too
        expected = "空表附有“没有……，故本表无数据”的说明"
        verdict = AGREES if says_nothing or printed else DISAGREES
        yield check("empty_with_statement", where, found, expected, verdict, about=about)
