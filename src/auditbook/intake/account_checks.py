"""Checks of published final accounts: identities within a table and between tables, and what no check has touched."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from auditbook.intake.account_comparing import (
    AGREES,
    DISAGREES,
    IDENTITY,
    RULES,
    WITHIN_ROUNDING,
    Cell,
    Check,
    at_most,
    balance,
    cell,
    check,
    equal,
    unread,
)
from auditbook.intake.account_layouts import unnumbered
from auditbook.intake.account_order import order_checks, parents
from auditbook.intake.account_tables import Amount, Line, Table
from auditbook.intake.accounts import Accounts

# The columns that add up to the total of a row.
_PARTS = {
    "income": ("grants", "superior", "services", "business", "subordinate", "other"),
    "spending": ("basic", "project", "superior", "business", "subordinate"),
    "grants_spending": ("basic", "project"),
    "general_budget": ("basic", "project"),
    "funds": ("basic", "project"),
    "state_capital": ("basic", "project"),
}
_STAFF = ("301", "303")
_PUBLIC = ("302", "307", "309", "310", "311", "312", "313", "399")
_THREE_PUBLIC = {
    "abroad": ("30212",),
    "reception": ("30217",),
    "vehicle_running": ("30231",),
    "vehicle_purchase": ("30913", "31013"),
}

_ONLY_SOME_PUBLISH = {"operating_within_public": "operating", "procurement_sum": "procurement"}

_KINDS = {"general": "一般公共预算", "funds": "政府性基金", "state": "国有资本经营"}

Tables = Mapping[str, Table]


def check_accounts(accounts: Accounts) -> list[Check]:
    """All checks, in the order of the rules, then of the tables; a table that is missing makes its checks not checkable.

    Every check has a key of its own, which stays the same from one reading to another.
    """
    checks = [*_sums(accounts.tables), *_between(accounts.tables)]
    checks += order_checks(accounts.tables, checks)
    order = {rule: number for number, rule in enumerate(RULES)}
    applied = {found.rule for found in checks}
    checks += [unread(rule, _why_not(rule, accounts.tables)) for rule in order if rule not in applied]
    checks.sort(key=lambda found: order[found.rule])
    often: Counter[str] = Counter()
    named = []
    for found in checks:
        often[found.key] += 1
        named.append(replace(found, key=f"{found.key}#{often[found.key]}") if often[found.key] > 1 else found)
    return named


def _why_not(rule: str, tables: Tables) -> str:
    table = _ONLY_SOME_PUBLISH.get(rule)
    if table and table not in tables:
        return "没有这张表（各地不一定公布）"
    return "所涉各格都是空白，没有可核对的数"


def unchecked(accounts: Accounts, checks: Iterable[Check]) -> list[Amount]:
    """The amounts that take part in no identity that agrees: nothing in the document speaks for them."""
    proven = {
        key for found in checks
        if RULES[found.rule][2] == IDENTITY and found.verdict in {AGREES, WITHIN_ROUNDING} for key in found.amounts
    }  # fmt: skip
    return [
        amount
        for table in accounts.tables.values()
        for amount in table.amounts
        if amount.value is not None and amount.key not in proven
    ]


def _sums(tables: Tables) -> Iterator[Check]:
    yield from _overall(tables.get("overall"))
    for id_ in (*_PARTS, "basic", "grants_basic", "operating"):
        table = tables.get(id_)
        if table:
            yield from _by_code(table)
    yield from _grants(tables.get("grants"))
    for id_ in ("basic", "grants_basic"):
        if id_ in tables:
            yield from _basic_parts(tables[id_])
    for id_ in ("funds", "state_capital"):
        if id_ in tables:
            yield from _flow(tables[id_])
    yield from _three_public(tables.get("three_public"))
    yield from _procurement(tables.get("procurement"))


def _named(
    rule: str, table: Table | None, whole: tuple[str, str, str], parts: Iterable[tuple[str, str, str]]
) -> Iterator[Check]:
    """A sum among named rows of one table: (row, column, side); optional rows that the table lacks add nothing."""
    if table is None:
        yield unread(rule, "这张表没有读到")
        return
    total = cell(table, *whole)
    if total is None:
        yield unread(rule, f"{table.where}没有相应的合计行")
        return
    found = [own for own in (cell(table, *part) for part in parts) if own]
    yield from equal(rule, total, found)


def _items(table: Table, side: str, end: str) -> list[Line]:
    """The items of a side of a sided table: its rows above the total, without the “其中” rows."""
    lines = [line for line in table.lines if line.side == side]
    last = next((index for index, line in enumerate(lines) if line.id == end), 0)
    return [line for line in lines[:last] if not line.name.startswith("其中")]


def _column(table: Table, lines: Iterable[Line], column: str) -> list[Cell]:
    return [Cell(table, line.amounts[column]) for line in lines if column in line.amounts]


def _sides_total(rule: str, table: Table | None, side: str, end: str, column: str) -> Iterator[Check]:
    if table is None:
        yield unread(rule, "这张表没有读到")
        return
    total = cell(table, end, column, side)
    if total is None:
        yield unread(rule, f"{table.where}没有相应的合计行")
        return
    yield from equal(rule, total, _column(table, _items(table, side, end), column))


def _columns(table: Table | None) -> list[str]:
    return list(dict.fromkeys(column for line in table.lines for column in line.amounts)) if table else []


def _overall(table: Table | None) -> Iterator[Check]:
    for column in _columns(table) or ["amount"]:
        yield from _sides_total("overall_income", table, "收入", "income_total", column)
        yield from _sides_total("overall_spending", table, "支出", "spending_total", column)
        sources = [(row, column, "收入") for row in ("income_total", "from_surplus", "opening")]
        uses = [(row, column, "支出") for row in ("spending_total", "distributed", "closing")]
        yield from _named("overall_sources", table, ("total", column, "收入"), sources)
        yield from _named("overall_uses", table, ("total", column, "支出"), uses)
        yield from _named("overall_balance", table, ("total", column, "收入"), [("total", column, "支出")])


def _by_code(table: Table) -> Iterator[Check]:
    """Rows, columns and parents of a table by code."""
    id_ = table.layout.id
    for line in table.lines:
        whole = "total" if id_ in _PARTS else "amount"
        parts = _PARTS.get(id_, ("staff", "public"))
        own = [Cell(table, line.amounts[c]) for c in parts if c in line.amounts]
        if whole in line.amounts and own:
            yield from equal("row_sum", Cell(table, line.amounts[whole]), own)
    by_code, above = parents(table)
    children: dict[str, list[Line]] = {}
    for code, parent in above.items():
        children.setdefault(parent, []).append(by_code[code])
    total = table.line("total")
    for column in _columns(table):
        for code, line in by_code.items():
            if code in children and column in line.amounts:
                own = _column(table, children[code], column)
                yield from equal("parent_sum", Cell(table, line.amounts[column]), own)
        if total and column in total.amounts:
            own = _column(table, children.get("", []), column)
            yield from equal("column_total", Cell(table, total.amounts[column]), own)


def _flow(table: Table) -> Iterator[Check]:
    for line in table.lines:
        own = {column: Cell(table, amount) for column, amount in line.amounts.items()}
        if {"opening", "income", "total", "closing"} <= set(own) and any(
            c.value is not None for c in own.values()
        ):
            spent = [own["total"], own["closing"]]
            came = [own["opening"], own["income"]]
            yield from balance("fund_flow", came, spent)


def _grants(table: Table | None) -> Iterator[Check]:
    columns = ("total", "general", "funds", "state")
    yield from _sides_total("grants_income", table, "收入", "income_total", "amount")
    sources = [("income_total", "amount", "收入"), ("opening", "amount", "收入")]
    yield from _named("grants_sources", table, ("total", "amount", "收入"), sources)
    yield from _named("grants_balance", table, ("total", "amount", "收入"), [("total", "total", "支出")])
    if table is None:
        for rule in ("grants_spending", "grants_uses", "grants_opening"):
            yield unread(rule, "这张表没有读到")
        return
    there = _columns(table)
    for column in columns:
        if column in there:
            yield from _sides_total("grants_spending", table, "支出", "spending_total", column)
            uses = [("spending_total", column, "支出"), ("closing", column, "支出")]
            yield from _named("grants_uses", table, ("total", column, "支出"), uses)
    for line in table.lines:
        if line.side == "支出" and "total" in line.amounts:
            own = [Cell(table, line.amounts[c]) for c in columns[1:] if c in line.amounts]
            yield from equal("row_sum", Cell(table, line.amounts["total"]), own)
    income = [line for line in table.lines if line.side == "收入"]
    ids = [line.id for line in income]
    if "opening" in ids:
        start = ids.index("opening")
        end = next((i for i in range(start + 1, len(ids)) if ids[i]), len(ids))
        if end > start + 1:
            whole = Cell(table, income[start].amounts["amount"])
            yield from equal("grants_opening", whole, _column(table, income[start + 1 : end], "amount"))
            yield from _by_kind(table, [*_items(table, "收入", "income_total"), *income[start + 1 : end]])


def _kind(name: str) -> str:
    """Which money a row is about, by its name: the column that it has on the other side."""
    return next((column for column, word in _KINDS.items() if word in unnumbered(name)), "")


def _by_kind(table: Table, lines: Iterable[Line]) -> Iterator[Check]:
    """What came and what was there of each kind of grants, against what went and what is left of it."""
    own = list(lines)
    for column in _KINDS:
        whole = cell(table, "total", column, "支出")
        parts = _column(table, [line for line in own if _kind(line.name) == column], "amount")
        if whole and parts:
            yield from equal("grants_by_kind", whole, parts)


def _basic_parts(table: Table) -> Iterator[Check]:
    """What staff and public funds consist of: rows of their own, or columns beside the total."""
    tops = {line.code: line for line in table.lines if len(line.code) == 3}
    wholes = [
        (whole, codes)
        for id_, codes in (("staff", _STAFF), ("public", _PUBLIC))
        for whole in (cell(table, id_, "amount"), cell(table, "total", id_))
        if whole
    ]
    for whole, codes in wholes:
        own = _column(table, [tops[code] for code in codes if code in tops], "amount")
        yield from equal("basic_parts", whole, own)
    if not wholes:
        yield unread("basic_parts", f"{table.where}没有人员经费或公用经费合计")


def _three_public(table: Table | None) -> Iterator[Check]:
    if table is None:
        for rule in ("three_public_sum", "three_public_vehicles", "three_public_over_budget"):
            yield unread(rule, "这张表没有读到")
        return
    for column in _columns(table):
        parts = [(item, column, "") for item in ("abroad", "vehicles", "reception")]
        yield from _named("three_public_sum", table, ("total", column, ""), parts)
        parts = [(item, column, "") for item in ("vehicle_purchase", "vehicle_running")]
        yield from _named("three_public_vehicles", table, ("vehicles", column, ""), parts)
    for line in table.lines:
        if line.id and {"budget", "actual"} <= set(line.amounts):
            spent, planned = (Cell(table, line.amounts[c]) for c in ("actual", "budget"))
            yield from at_most("three_public_over_budget", spent, planned)


def _procurement(table: Table | None) -> Iterator[Check]:
    for column in _columns(table):
        parts = [(item, column, "") for item in ("goods", "works", "services")]
        yield from _named("procurement_sum", table, ("total", column, ""), parts)


def _between(tables: Tables) -> Iterator[Check]:
    """One table against another."""
    overall, income, spending = tables.get("overall"), tables.get("income"), tables.get("spending")
    grants, budget = tables.get("grants"), tables.get("general_budget")
    yield from _same(
        "income_against_overall", income, ("total", "total", ""), overall, ("income_total", "amount", "收入")
    )
    yield from _kinds_of_income(income, overall)
    yield from _same(
        "spending_against_overall", spending, ("total", "total", ""), overall, ("spending_total", "amount", "支出")
    )  # fmt: skip
    yield from _functions("function_against_overall", spending, "total", overall, "amount")
    yield from _same(
        "grants_against_income", grants, ("income_total", "amount", "收入"), income, ("total", "grants", "")
    )
    for column, id_ in (("general", "general_budget"), ("funds", "funds"), ("state", "state_capital")):
        if id_ in tables or (grants and (c := cell(grants, "spending_total", column, "支出")) and c.value):
            first = ("spending_total", column, "支出")
            yield from _same("grants_against_budgets", grants, first, tables.get(id_), ("total", "total", ""))
    if "grants_spending" in tables:
        first = ("spending_total", "total", "支出")
        yield from _same(
            "grants_against_budgets", grants, first, tables["grants_spending"], ("total", "total", "")
        )
        yield from _functions("function_against_grants", tables["grants_spending"], "total", grants, "total")
    yield from _functions("function_against_grants", budget, "total", grants, "general")
    yield from _carried(grants, overall)
    for line in _items(grants, "收入", "income_total") if grants and overall else ():
        assert grants and overall
        same = [x for x in _items(overall, "收入", "income_total") if _kind(x.name) == _kind(line.name)]
        if _kind(line.name) and same:
            whole = Cell(grants, line.amounts["amount"])
            yield from equal("grants_against_overall", whole, _column(overall, same, "amount"))
    yield from _within(tables)
    yield from _basic_between(tables)
    yield from _basic_within_three_public(tables.get("basic"), tables.get("three_public"))
    yield from _operating(tables)


def _kinds_of_income(income: Table | None, overall: Table | None) -> Iterator[Check]:
    if not income or not overall:
        return
    named = {unnumbered(line.name): line for line in _items(overall, "收入", "income_total")}
    kinds = {
        "grants": [name for name in named if name.endswith("财政拨款收入")],
        "superior": ["上级补助收入"], "services": ["事业收入"], "business": ["经营收入"],
        "subordinate": ["附属单位上缴收入"], "other": ["其他收入"],
    }  # fmt: skip
    for column, names in kinds.items():
        whole = cell(income, "total", column)
        if whole and all(name in named for name in names) and names:
            own = _column(overall, [named[name] for name in names], "amount")
            yield from equal("income_against_overall", whole, own)


def _carried(grants: Table | None, overall: Table | None) -> Iterator[Check]:
    for side, row, column in (("收入", "opening", "amount"), ("支出", "closing", "total")):
        own = cell(grants, row, column, side) if grants else None
        all_ = cell(overall, row, "amount", side) if overall else None
        if own and all_:
            yield from at_most("carried_within", own, all_)


def _within(tables: Tables) -> Iterator[Check]:
    """What each budget spent, by code and column, against all that was spent."""
    spending = tables.get("spending")
    if spending is None or "general_budget" not in tables:
        yield unread("budget_within_spending", "两张表没有都读到")
        return
    known = {line.code: line for line in spending.lines if line.code}
    for id_ in ("general_budget", "funds", "state_capital", "grants_spending"):
        table = tables.get(id_)
        for line in table.lines if table else ():
            assert table
            for column in ("total", "basic", "project") if line.code else ():
                if line.code in known and column in line.amounts:
                    larger = Cell(spending, known[line.code].amounts[column])
                    yield from at_most("budget_within_spending", Cell(table, line.amounts[column]), larger)
            if line.code and line.code not in known and line.amounts["total"].value:
                own = Cell(table, line.amounts["total"])
                expected = f"{spending.title}也有这个科目"
                yield check(
                    "budget_within_spending", own.amount.where, line.label, expected, DISAGREES, cells=[own]
                )


def _same(
    rule: str, one: Table | None, at: tuple[str, str, str], other: Table | None, place: tuple[str, str, str]
) -> Iterator[Check]:
    if one is None or other is None:
        yield unread(rule, "两张表没有都读到")
        return
    first, second = cell(one, *at), cell(other, *place)
    if first is None or second is None:
        yield unread(rule, f"{(one if first is None else other).where}没有相应的行或列")
        return
    yield from equal(rule, first, [second])


def _functions(
    rule: str, coded: Table | None, column: str, sided: Table | None, amount: str
) -> Iterator[Check]:
    """The 类 of a table by code against the rows of the same name in a table by side."""
    if coded is None or sided is None:
        yield unread(rule, "两张表没有都读到")
        return
    named = {unnumbered(line.name): line for line in _items(sided, "支出", "spending_total")}
    tops = {unnumbered(line.name): line for line in coded.lines if len(line.code) == 3}
    for name, line in tops.items():
        if name in named and amount in named[name].amounts:
            other = Cell(sided, named[name].amounts[amount])
            yield from equal(rule, Cell(coded, line.amounts[column]), [other])
        elif line.amounts[column].value:
            yield unread(rule, f"{line.amounts[column].where}：{sided.title}没有同名的行")
    for name, line in named.items():
        if name not in tops and amount in line.amounts and line.amounts[amount].value:
            yield unread(rule, f"{line.amounts[amount].where}：{coded.title}没有同名的类")


def _basic_between(tables: Tables) -> Iterator[Check]:
    for id_, other in (("basic", "general_budget"), ("grants_basic", "grants_spending")):
        table, spending = tables.get(id_), tables.get(other)
        if table is None and id_ == "basic":
            yield unread("basic_parts", "这张表没有读到")
            yield unread("basic_against_budget", "两张表没有都读到")
        if table is None or (id_ != "basic" and spending is None):
            continue
        total = cell(spending, "total", "basic") if spending else None
        staff, public, whole = (cell(table, row, "amount") for row in ("staff", "public", "total"))
        if total is None or ((staff is None or public is None) and whole is None):
            yield unread("basic_against_budget", "两张表没有都读到，或缺合计")
            continue
        if staff and public:
            yield from equal("basic_against_budget", total, [staff, public])
        if whole:
            yield from equal("basic_against_budget", total, [whole])


def _basic_within_three_public(basic: Table | None, three_public: Table | None) -> Iterator[Check]:
    if three_public is None or basic is None:
        yield unread("basic_within_three_public", "两张表没有都读到")
        return
    for item, codes in _THREE_PUBLIC.items():
        larger = cell(three_public, item, "actual")
        for line in basic.lines:
            own = line.amounts.get("amount")
            if line.code in codes and larger and own:
                yield from at_most("basic_within_three_public", Cell(basic, own), larger)


def _operating(tables: Tables) -> Iterator[Check]:
    table, basic = tables.get("operating"), tables.get("basic")
    spent = cell(table, "total", "amount") if table else None
    public = (cell(basic, "public", "amount") or cell(basic, "total", "public")) if basic else None
    if spent and public:
        yield from at_most("operating_within_public", spent, public)
