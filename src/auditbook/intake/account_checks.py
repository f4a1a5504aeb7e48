"""Checks of published final accounts: identities, sums by code, one table against another.

Every printed amount stands for half a last place to each side; what lies inside the ranges is a tail difference and no
error. A blank adds nothing to a sum and is counted as blank in the explanation; a blank total of amounts is an error.
What could not be checked says why.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from auditbook.intake.account_layouts import unnumbered
from auditbook.intake.account_tables import Amount, Line, Table
from auditbook.intake.accounts import Accounts
from auditbook.numbers import Interval, amount_text, factor

AGREES, WITHIN_ROUNDING, DISAGREES, NOT_CHECKABLE = "agrees", "within_rounding", "disagrees", "not_checkable"

# rule → (what is checked, severity of a disagreement)
RULES: dict[str, tuple[str, str]] = {
    "overall_income": ("收支总表：本年收入合计＝各项收入之和", "high"),
    "overall_spending": ("收支总表：本年支出合计＝各类支出之和", "high"),
    "overall_sources": ("收支总表：收入总计＝本年收入合计＋使用非财政拨款结余＋年初结转和结余", "high"),
    "overall_uses": ("收支总表：支出总计＝本年支出合计＋结余分配＋年末结转和结余", "high"),
    "overall_balance": ("收支总表：收入总计＝支出总计", "high"),
    "income_against_overall": ("收入决算表合计＝收支总表的相应收入", "high"),
    "spending_against_overall": ("支出决算表合计＝收支总表本年支出合计", "high"),
    "function_against_overall": ("支出决算表各类＝收支总表各类支出", "high"),
    "row_sum": ("每行合计＝各栏之和", "high"),
    "column_total": ("合计行＝各类之和", "high"),
    "parent_sum": ("上级科目＝下级科目之和", "high"),
    "code_once": ("科目编码不重复", "high"),
    "grants_income": ("财政拨款总表：本年收入合计＝各项财政拨款之和", "high"),
    "grants_spending": ("财政拨款总表：本年支出合计＝各类支出之和", "high"),
    "grants_sources": ("财政拨款总表：收入总计＝本年收入合计＋年初财政拨款结转和结余", "high"),
    "grants_uses": ("财政拨款总表：支出总计＝本年支出合计＋年末财政拨款结转和结余", "high"),
    "grants_balance": ("财政拨款总表：收入总计＝支出总计", "high"),
    "grants_opening": ("财政拨款总表：年初结转和结余＝各项之和", "high"),
    "grants_against_income": ("财政拨款总表本年收入合计＝收入决算表财政拨款收入", "high"),
    "grants_against_budgets": ("财政拨款总表各项本年支出＝一般公共预算、基金、国资各表合计", "high"),
    "function_against_grants": ("一般公共预算支出表各类＝财政拨款总表各类支出", "high"),
    "budget_within_spending": ("一般公共预算支出不大于全部支出（按科目）", "high"),
    "basic_parts": ("基本支出表：人员经费、公用经费＝所含各类之和", "high"),
    "basic_against_budget": ("人员经费＋公用经费＝一般公共预算支出表的基本支出", "high"),
    "three_public_sum": ("“三公”经费合计＝各项之和", "high"),
    "three_public_vehicles": ("公务用车小计＝购置费＋运行维护费", "high"),
    "three_public_over_budget": ("“三公”经费决算数不大于预算数", "medium"),
    "basic_within_three_public": ("基本支出表的“三公”科目不大于“三公”经费决算数", "high"),
    "fund_flow": ("年初结转和结余＋本年收入＝本年支出＋年末结转和结余", "high"),
    "empty_with_statement": ("空表附有说明，有数字的表不说没有", "medium"),
}

_TABLES = {
    "income": "收入决算表", "spending": "支出决算表", "general_budget": "一般公共预算财政拨款支出决算表",
    "funds": "政府性基金预算表", "state_capital": "国有资本经营预算表", "basic": "基本支出决算表",
}  # fmt: skip
_STAFF = ("301", "303")
_PUBLIC = ("302", "307", "309", "310", "311", "312", "313", "399")
_THREE_PUBLIC = {
    "abroad": ("30212",),
    "reception": ("30217",),
    "vehicle_running": ("30231",),
    "vehicle_purchase": ("30913", "31013"),
}


@dataclass(frozen=True)
class Check:
    """A check on one place. ``width`` is how far apart the two sides may lie and still agree, in the table's unit."""

    rule: str
    name: str
    severity: str
    where: str
    found: str
    expected: str
    verdict: str
    width: str = ""
    explanation: str = ""
    cells: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Cell:
    """An amount with the table that it stands in."""

    table: Table
    amount: Amount

    @property
    def range(self) -> Interval | None:
        return self.table.interval(self.amount)

    @property
    def value(self) -> Fraction | None:
        return None if self.amount.value is None else self.amount.value * factor(self.table.unit)


def check_accounts(accounts: Accounts) -> list[Check]:
    """All checks, in the order of the rules, then of the tables; a table that is missing makes its checks not checkable."""
    checks = list(_all(accounts.tables))
    order = list(RULES)
    applied = {check.rule for check in checks}
    checks += [_unread(rule, "所涉各格都是空白，没有可核对的数") for rule in order if rule not in applied]
    return sorted(checks, key=lambda check: order.index(check.rule))


def _all(tables: Mapping[str, Table]) -> Iterator[Check]:
    yield from _overall(tables)
    yield from _coded(tables)
    yield from _grants(tables)
    yield from _between(tables)
    yield from _basic(tables)
    yield from _three_public(tables)
    yield from _empty(tables)


def _equal(rule: str, whole: _Cell, parts: Sequence[_Cell], what: str = "") -> Iterator[Check]:
    """A whole against the sum of its parts; nothing where every cell is blank."""
    present = [part for part in parts if part.value is not None]
    blank = len(parts) - len(present)
    if whole.value is None and not present:
        return
    unit = whole.table.unit
    cells = (whole.amount.locator, *(part.amount.locator for part in present))
    total = sum((part.value for part in present if part.value is not None), Fraction(0))
    low = sum((part.range.low for part in present if part.range), Fraction(0))
    high = sum((part.range.high for part in present if part.range), Fraction(0))
    notes = [what] if what else []
    if blank and present:
        notes.append(f"空白{blank}格未计入")
    if not unit or any(not part.table.unit for part in present):
        verdict, width = NOT_CHECKABLE, ""
        notes.append("表上没有写明单位")
    elif whole.value is None or whole.range is None:
        verdict, width = (NOT_CHECKABLE if low <= 0 <= high else DISAGREES), ""
        notes.append("合计格空白")
    else:
        allowed = (high - low + whole.range.high - whole.range.low) / 2
        gap, width = abs(total - whole.value), _shown(allowed, unit, 3)
        if not present:
            verdict = DISAGREES if whole.range.low > 0 or whole.range.high < 0 else NOT_CHECKABLE
            notes.append("各分项空白")
        elif gap == 0:
            verdict = AGREES
        elif gap <= allowed:
            verdict = WITHIN_ROUNDING
            notes.append(f"差{_shown(gap, unit)}，在四舍五入之内（至多{width}）")
        else:
            verdict = DISAGREES
            notes.append(f"差{_shown(gap, unit)}，四舍五入至多{width}")
    found = _shown(whole.value, unit) if whole.value is not None else "空白"
    expected = _shown(total, unit) if present else "空白"
    yield _check(rule, whole.amount.locator, found, expected, verdict, width, "；".join(notes), cells)


def _at_most(rule: str, smaller: _Cell, larger: _Cell, what: str = "") -> Iterator[Check]:
    """An amount that may not exceed another; nothing where it is blank."""
    if smaller.value is None or smaller.range is None:
        return
    unit, cells = smaller.table.unit, (smaller.amount.locator, larger.amount.locator)
    found, notes = _shown(smaller.value, unit), [what] if what else []
    if not unit or not larger.table.unit:
        verdict, expected = NOT_CHECKABLE, ""
        notes.append("表上没有写明单位")
    elif larger.value is None or larger.range is None:
        verdict = DISAGREES if smaller.range.low > 0 else NOT_CHECKABLE
        notes.append(f"{larger.amount.locator}空白")
        expected = "空白"
    else:
        expected = f"不大于{_shown(larger.value, unit)}"
        if smaller.value <= larger.value:
            verdict = AGREES
        else:
            verdict = WITHIN_ROUNDING if smaller.range.low <= larger.range.high else DISAGREES
    yield _check(rule, smaller.amount.locator, found, expected, verdict, "", "；".join(notes), cells)


def _check(
    rule: str, where: str, found: str, expected: str, verdict: str, width: str = "", explanation: str = "",
    cells: tuple[str, ...] = (),
) -> Check:  # fmt: skip
    name, severity = RULES[rule]
    return Check(rule, name, severity, where, found, expected, verdict, width, explanation, cells)


def _unread(rule: str, why: str) -> Check:
    return _check(rule, "", "", "", NOT_CHECKABLE, "", why)


def _shown(value: Fraction, unit: str, decimals: int = 2) -> str:
    if decimals > 2 and unit == "万元":
        scaled = value / factor(unit)
        whole = scaled * 10**decimals
        if whole.denominator == 1 and whole % 10:
            return f"{whole.numerator // 10**decimals}.{whole.numerator % 10**decimals:0{decimals}d}{unit}"
    return amount_text(value, unit or "元") + unit


def _cell(table: Table, id_: str, column: str, side: str = "") -> _Cell | None:
    amount = table.amount(id_, column, side)
    return _Cell(table, amount) if amount else None


def _named(
    rule: str, table: Table | None, whole: tuple[str, str, str], parts: Iterable[tuple[str, str, str]]
) -> Iterator[Check]:
    """A sum among named rows of one table: (row, column, side); optional rows that the table lacks add nothing."""
    if table is None:
        yield _unread(rule, "这张表没有读到")
        return
    total = _cell(table, *whole)
    if total is None:
        yield _unread(rule, f"{table.where}没有相应的合计行")
        return
    found = [cell for cell in (_cell(table, *part) for part in parts) if cell]
    yield from _equal(rule, total, found)


def _items(table: Table, side: str, end: str) -> list[Line]:
    """The items of a side of a sided table: its rows above the total, without the “其中” rows."""
    lines = [line for line in table.lines if line.side == side]
    last = next((index for index, line in enumerate(lines) if line.id == end), 0)
    return [line for line in lines[:last] if not line.name.startswith("其中")]


def _column(table: Table, lines: Iterable[Line], column: str) -> list[_Cell]:
    return [_Cell(table, line.amounts[column]) for line in lines if column in line.amounts]


def _sides_total(rule: str, table: Table | None, side: str, end: str, column: str) -> Iterator[Check]:
    if table is None:
        yield _unread(rule, "这张表没有读到")
        return
    total = _cell(table, end, column, side)
    if total is None:
        yield _unread(rule, f"{table.where}没有相应的合计行")
        return
    yield from _equal(rule, total, _column(table, _items(table, side, end), column))


def _overall(tables: Mapping[str, Table]) -> Iterator[Check]:
    table = tables.get("overall")
    yield from _sides_total("overall_income", table, "收入", "income_total", "amount")
    yield from _sides_total("overall_spending", table, "支出", "spending_total", "amount")
    sources = [(row, "amount", "收入") for row in ("income_total", "from_surplus", "opening")]
    uses = [(row, "amount", "支出") for row in ("spending_total", "distributed", "closing")]
    yield from _named("overall_sources", table, ("total", "amount", "收入"), sources)
    yield from _named("overall_uses", table, ("total", "amount", "支出"), uses)
    yield from _named("overall_balance", table, ("total", "amount", "收入"), [("total", "amount", "支出")])


def _coded(tables: Mapping[str, Table]) -> Iterator[Check]:
    """Rows, columns and parents of the tables by code."""
    parts = {
        "income": ("grants", "superior", "services", "business", "subordinate", "other"),
        "spending": ("basic", "project", "superior", "business", "subordinate"),
        "general_budget": ("basic", "project"),
        "funds": ("basic", "project"),
        "state_capital": ("basic", "project"),
    }
    for id_ in (*parts, "basic"):
        table = tables.get(id_)
        if table is None:
            yield _unread("parent_sum", f"{_TABLES[id_]}没有读到")
            continue
        by_code = {line.code: line for line in table.lines if line.code}
        codes = [line.code for line in table.lines if line.code]
        if len(by_code) == len(codes):
            yield _check("code_once", table.where, f"{len(codes)}个编码", "不重复", AGREES)
        for code in dict.fromkeys(code for code in codes if codes.count(code) > 1):
            lines = [line for line in table.lines if line.code == code]
            where = f"第{lines[-1].page}页 {table.title} 编码{code}"
            yield _check("code_once", where, f"{len(lines)}行", "1行", DISAGREES)
        for line in table.lines:
            if id_ in parts and "total" in line.amounts:
                own = [_Cell(table, line.amounts[c]) for c in parts[id_] if c in line.amounts]
                yield from _equal("row_sum", _Cell(table, line.amounts["total"]), own)
        above = {code: _parent(code, by_code) for code in by_code}
        total = table.line("total")
        for column in dict.fromkeys(column for line in table.lines for column in line.amounts):
            for code, line in by_code.items():
                children = [by_code[child] for child, parent in above.items() if parent == code]
                if children and column in line.amounts:
                    own = _column(table, children, column)
                    yield from _equal("parent_sum", _Cell(table, line.amounts[column]), own)
            if total and column in total.amounts:
                top = [by_code[code] for code, parent in above.items() if not parent]
                yield from _equal(
                    "column_total", _Cell(table, total.amounts[column]), _column(table, top, column)
                )
        if id_ in {"funds", "state_capital"}:
            yield from _flow(table)


def _parent(code: str, known: Mapping[str, Line]) -> str:
    """The nearest code above that the table has: 2010601 → 20106, else 201, else none."""
    return next((code[:length] for length in (5, 3) if length < len(code) and code[:length] in known), "")


def _flow(table: Table) -> Iterator[Check]:
    for line in table.lines:
        own = {column: _Cell(table, amount) for column, amount in line.amounts.items()}
        if {"opening", "income", "total", "closing"} <= set(own) and any(
            c.value is not None for c in own.values()
        ):
            spent = [own["total"], own["closing"]]
            came = [own["opening"], own["income"]]
            whole = next((cell for cell in came if cell.value is not None), None)
            if whole is None or sum(cell.value is not None for cell in came) > 1:
                yield from _balance("fund_flow", came, spent)
            else:
                yield from _equal("fund_flow", whole, spent)


def _balance(rule: str, left: Sequence[_Cell], right: Sequence[_Cell]) -> Iterator[Check]:
    """Two sums against each other."""
    sums = [sum((c.value for c in side if c.value is not None), Fraction(0)) for side in (left, right)]
    ranges = [cell.range for cell in (*left, *right) if cell.range]
    allowed = sum(((box.high - box.low) / 2 for box in ranges), Fraction(0))
    gap, unit = abs(sums[0] - sums[1]), left[0].table.unit
    verdict = AGREES if gap == 0 else WITHIN_ROUNDING if gap <= allowed else DISAGREES
    note = f"差{_shown(gap, unit)}，四舍五入至多{_shown(allowed, unit, 3)}" if gap else ""
    cells = tuple(cell.amount.locator for cell in (*left, *right) if cell.value is not None)
    yield _check(
        rule, left[0].amount.locator, _shown(sums[0], unit), _shown(sums[1], unit), verdict,
        _shown(allowed, unit, 3), note, cells,
    )  # fmt: skip


def _grants(tables: Mapping[str, Table]) -> Iterator[Check]:
    table = tables.get("grants")
    columns = ("total", "general", "funds", "state")
    yield from _sides_total("grants_income", table, "收入", "income_total", "amount")
    sources = [("income_total", "amount", "收入"), ("opening", "amount", "收入")]
    yield from _named("grants_sources", table, ("total", "amount", "收入"), sources)
    yield from _named("grants_balance", table, ("total", "amount", "收入"), [("total", "total", "支出")])
    if table is None:
        for rule in ("grants_spending", "grants_uses", "grants_opening"):
            yield _unread(rule, "这张表没有读到")
        return
    for column in columns:
        if column in {c for line in table.lines for c in line.amounts}:
            yield from _sides_total("grants_spending", table, "支出", "spending_total", column)
            uses = [("spending_total", column, "支出"), ("closing", column, "支出")]
            yield from _named("grants_uses", table, ("total", column, "支出"), uses)
    for line in table.lines:
        if line.side == "支出" and "total" in line.amounts:
            own = [_Cell(table, line.amounts[c]) for c in columns[1:] if c in line.amounts]
            yield from _equal("row_sum", _Cell(table, line.amounts["total"]), own)
    income = [line for line in table.lines if line.side == "收入"]
    ids = [line.id for line in income]
    if "opening" in ids:
        start = ids.index("opening")
        end = next((i for i in range(start + 1, len(ids)) if ids[i]), len(ids))
        if end > start + 1:
            whole = _Cell(table, income[start].amounts["amount"])
            yield from _equal("grants_opening", whole, _column(table, income[start + 1 : end], "amount"))


def _between(tables: Mapping[str, Table]) -> Iterator[Check]:
    """One table against another."""
    overall, income, spending = tables.get("overall"), tables.get("income"), tables.get("spending")
    grants, budget = tables.get("grants"), tables.get("general_budget")
    yield from _same(
        "income_against_overall", income, ("total", "total", ""), overall, ("income_total", "amount", "收入")
    )
    if income and overall:
        named = {unnumbered(line.name): line for line in _items(overall, "收入", "income_total")}
        kinds = {
            "grants": [name for name in named if name.endswith("财政拨款收入")],
            "superior": ["上级补助收入"], "services": ["事业收入"], "business": ["经营收入"],
            "subordinate": ["附属单位上缴收入"], "other": ["其他收入"],
        }  # fmt: skip
        for column, names in kinds.items():
            whole = _cell(income, "total", column)
            if whole and all(name in named for name in names) and names:
                own = _column(overall, [named[name] for name in names], "amount")
                yield from _equal("income_against_overall", whole, own)
    yield from _same(
        "spending_against_overall",
        spending,
        ("total", "total", ""),
        overall,
        ("spending_total", "amount", "支出"),
    )
    yield from _functions("function_against_overall", spending, "total", overall, "amount")
    yield from _same(
        "grants_against_income", grants, ("income_total", "amount", "收入"), income, ("total", "grants", "")
    )
    for column, id_ in (("general", "general_budget"), ("funds", "funds"), ("state", "state_capital")):
        first = ("spending_total", column, "支出")
        yield from _same("grants_against_budgets", grants, first, tables.get(id_), ("total", "total", ""))
    yield from _functions("function_against_grants", budget, "total", grants, "general")
    if budget is None or spending is None:
        yield _unread("budget_within_spending", "两张表没有都读到")
    else:
        known = {line.code: line for line in spending.lines if line.code}
        for line in budget.lines:
            if line.code and line.code in known:
                larger = _Cell(spending, known[line.code].amounts["total"])
                yield from _at_most("budget_within_spending", _Cell(budget, line.amounts["total"]), larger)
            elif line.code and line.amounts["total"].value:
                where = line.amounts["total"].locator
                yield _check(
                    "budget_within_spending", where, line.label, f"{spending.title}也有这个科目", DISAGREES
                )


def _same(
    rule: str, one: Table | None, at: tuple[str, str, str], other: Table | None, place: tuple[str, str, str]
) -> Iterator[Check]:
    if one is None or other is None:
        yield _unread(rule, "两张表没有都读到")
        return
    first, second = _cell(one, *at), _cell(other, *place)
    if first is None or second is None:
        yield _unread(rule, f"{(one if first is None else other).where}没有相应的行或列")
        return
    yield from _equal(rule, first, [second])


def _functions(
    rule: str, coded: Table | None, column: str, sided: Table | None, amount: str
) -> Iterator[Check]:
    """The 类 of a table by code against the rows of the same name in a table by side."""
    if coded is None or sided is None:
        yield _unread(rule, "两张表没有都读到")
        return
    named = {unnumbered(line.name): line for line in _items(sided, "支出", "spending_total")}
    tops = {unnumbered(line.name): line for line in coded.lines if len(line.code) == 3}
    for name, line in tops.items():
        if name in named and amount in named[name].amounts:
            other = _Cell(sided, named[name].amounts[amount])
            yield from _equal(rule, _Cell(coded, line.amounts[column]), [other])
        elif line.amounts[column].value:
            yield _unread(rule, f"{line.amounts[column].locator}：{sided.title}没有同名的行")
    for name, line in named.items():
        if name not in tops and amount in line.amounts and line.amounts[amount].value:
            yield _unread(rule, f"{line.amounts[amount].locator}：{coded.title}没有同名的类")


def _basic(tables: Mapping[str, Table]) -> Iterator[Check]:
    table, budget = tables.get("basic"), tables.get("general_budget")
    if table is None:
        yield _unread("basic_parts", "这张表没有读到")
        yield _unread("basic_against_budget", "两张表没有都读到")
        return
    tops = {line.code: line for line in table.lines if len(line.code) == 3}
    staff, public = _cell(table, "staff", "amount"), _cell(table, "public", "amount")
    for whole, codes in ((staff, _STAFF), (public, _PUBLIC)):
        if whole is None:
            yield _unread("basic_parts", f"{table.where}没有人员经费或公用经费合计")
        else:
            own = _column(table, [tops[code] for code in codes if code in tops], "amount")
            yield from _equal("basic_parts", whole, own)
    total = _cell(budget, "total", "basic") if budget else None
    if total is None or staff is None or public is None:
        yield _unread("basic_against_budget", "两张表没有都读到，或缺合计")
    else:
        yield from _equal("basic_against_budget", total, [staff, public])


def _three_public(tables: Mapping[str, Table]) -> Iterator[Check]:
    table, basic = tables.get("three_public"), tables.get("basic")
    if table is None:
        for rule in ("three_public_sum", "three_public_vehicles", "three_public_over_budget"):
            yield _unread(rule, "这张表没有读到")
    else:
        for column in ("budget", "actual"):
            parts = [(item, column, "") for item in ("abroad", "vehicles", "reception")]
            yield from _named("three_public_sum", table, ("total", column, ""), parts)
            parts = [(item, column, "") for item in ("vehicle_purchase", "vehicle_running")]
            yield from _named("three_public_vehicles", table, ("vehicles", column, ""), parts)
        for line in table.lines:
            if line.id and {"budget", "actual"} <= set(line.amounts):
                spent, planned = (_Cell(table, line.amounts[c]) for c in ("actual", "budget"))
                yield from _at_most("three_public_over_budget", spent, planned)
    if table is None or basic is None:
        yield _unread("basic_within_three_public", "两张表没有都读到")
        return
    for item, codes in _THREE_PUBLIC.items():
        larger = _cell(table, item, "actual")
        for line in basic.lines:
            if line.code in codes and larger:
                yield from _at_most("basic_within_three_public", _Cell(basic, line.amounts["amount"]), larger)


def _empty(tables: Mapping[str, Table]) -> Iterator[Check]:
    for table in tables.values():
        if not table.layout.may_be_empty:
            continue
        says_nothing = any(word in table.statement for word in ("无", "没有", "未发生"))
        where, found = table.where, table.statement or "没有说明"
        if table.has_amounts:
            bad = "无数据" in table.statement
            yield _check(
                "empty_with_statement", where, found, "有数字的表不说无数据", DISAGREES if bad else AGREES
            )
        else:
            yield _check(
                "empty_with_statement", where, found, "空表附有“没有……，故本表无数据”的说明",
                AGREES if says_nothing else DISAGREES,
            )  # fmt: skip
