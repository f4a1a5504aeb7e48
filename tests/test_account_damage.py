"""Damage to published accounts: what is noticed, and that what is not noticed has nothing to be checked against.

The account is the invented one, whose sums are exact. Each damage is made to one place; it is noticed where a check
disagrees or a fault is told that there was not before.
"""

import csv
import io
import re
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

import invented_accounts as invented
import pytest
from conftest import ROOT
from test_account_sheets import as_csv

from auditbook.faults import CaseError
from auditbook.intake.account_checks import check_accounts, unchecked
from auditbook.intake.account_comparing import IDENTITY, RULES
from auditbook.intake.account_layouts import read_layouts
from auditbook.intake.accounts import read_accounts
from auditbook.numbers import parse

LAYOUTS = read_layouts(ROOT)


@pytest.fixture(scope="module", params=["national", "jiangsu"])
def files(request, tmp_path_factory):
    return as_csv(tmp_path_factory.mktemp(request.param), getattr(invented, request.param)(str))


@pytest.fixture(scope="module")
def whole(files):
    found = read_accounts(files, LAYOUTS, year=invented.YEAR)
    assert not found.faults and not wrong(found)
    return found


def values(accounts):
    return {a.key: a.value for table in accounts.tables.values() for a in table.amounts}


def wrong(accounts):
    return {check.key for check in check_accounts(accounts) if check.verdict == "disagrees"}


def amended(accounts, old, text):
    """The accounts with one cell printed otherwise."""
    table = next(table for table in accounts.tables.values() if any(a is old for a in table.amounts))
    new = replace(old, text=text, value=parse(text))
    lines = tuple(
        replace(line, amounts={c: new if a is old else a for c, a in line.amounts.items()})
        for line in table.lines
    )
    return replace(accounts, tables={**accounts.tables, table.layout.id: replace(table, lines=lines)})


def more(text):
    return plain(parse(text) + 100)


def less(text):
    return plain(parse(text) - 100)


def transposed(text):
    """The first two neighbouring digits that differ, exchanged; None where all are alike."""
    at = next(
        (i for i in range(len(text) - 1) if text[i] != text[i + 1] and "." not in text[i : i + 2]), None
    )
    return None if at is None else text[:at] + text[at + 1] + text[at] + text[at + 2 :]


def point_shifted(text):
    return plain(parse(text) * 10)


def plain(value):
    sign, cents = "-" * (value < 0), abs(value) * 100
    assert cents.denominator == 1
    return f"{sign}{cents.numerator // 100}.{cents.numerator % 100:02d}"


def slack(checks, amount):
    """How far an amount may move before the nearest identity notices it, in 元; None where no identity touches it."""
    widths = [
        Fraction(re.match(r"[\d.]+", check.width).group()) * (10000 if "万元" in check.width else 1)
        for check in checks
        if RULES[check.rule][2] == IDENTITY and amount.key in check.amounts and check.width
    ]
    return min(widths, default=None)


@pytest.mark.parametrize(
    ("files", "damage"),
    [
        ("national", more),
        ("national", less),
        ("national", transposed),
        ("national", point_shifted),
        ("jiangsu", more),
    ],
    indirect=["files"],
)
def test_damage_to_an_amount_is_noticed_wherever_an_identity_touches_it(whole, damage, capsys):
    checks = check_accounts(whole)
    alone = {amount.key for amount in unchecked(whole, checks)}
    tried = noticed = 0
    unseen, within = set(), set()
    for table in whole.tables.values():
        for amount in table.amounts:
            text = damage(amount.text) if amount.value else None
            if text is None:
                continue
            tried += 1
            if wrong(amended(whole, amount, text)):
                noticed += 1
                continue
            moved, most = abs(parse(text) - amount.value) * 10000, slack(checks, amount)
            (within if most is not None and moved <= most else unseen).add(amount.key)
    with capsys.disabled():
        print(
            f"\n{damage.__name__}: {tried} amounts, noticed {noticed}, within rounding {len(within)}, alone {len(unseen)}"
        )
    assert unseen <= alone
    assert alone == {a for a in alone if a.startswith(("three_public:meeting", "three_public:training"))}
    assert not within  # the sums are exact, and no damage is as small as a tail


# ---- rows, heads, units


def parts_of(path):
    """The lines of a CSV: title and unit, head, body (with a page)."""
    rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8"))))
    body = [n for n, row in enumerate(rows) if row[0].isdigit()]
    return rows, body


def with_rows(whole, path, rows):
    """The accounts with one table read from other rows; None where the table is refused or a fault is told."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    damaged = path.with_name(f"damaged-{path.name}")
    damaged.write_text(text.getvalue(), encoding="utf-8")
    try:
        found = read_accounts(damaged, LAYOUTS, year=invented.YEAR)
    except CaseError:
        return None
    if any("没有读到" not in fault.found for fault in found.faults):
        return None
    return replace(whole, tables={**whole.tables, **found.tables})


def noticed(whole, path, rows):
    found = with_rows(whole, path, rows)
    return found is None or bool(wrong(found))


def filled(row):
    return [n for n, cell in enumerate(row) if n and re.fullmatch(r"\d+\.\d\d", cell)]


def test_a_row_less_and_a_row_twice_are_noticed(whole, files):
    lost = []
    for path in files:
        rows, body = parts_of(path)
        for number in body:
            says = any(cell for cell in rows[number][1:])
            if filled(rows[number]) and not noticed(whole, path, [*rows[:number], *rows[number + 1 :]]):
                lost.append(("less", path.name, rows[number]))
            if says and not noticed(whole, path, [*rows[: number + 1], *rows[number:]]):
                lost.append(("twice", path.name, rows[number]))
    # the row of 相关统计数 is not read at all, and neither is one that stands beside no amount
    assert [each for each in lost if filled(each[2])] == []


def test_two_column_heads_exchanged_are_noticed(whole, files):
    unseen = []
    for path in files:
        rows, body = parts_of(path)
        first = min(body)
        heads = [row for row in rows[2:first]]
        columns = sorted({column for number in body for column in filled(rows[number])})
        for one in columns:
            for other in columns:
                leaf = next(
                    (h for h in reversed(heads) if h[one] and h[other] and not h[one].isdigit()), None
                )
                if one >= other or leaf is None or leaf[one] == leaf[other]:
                    continue
                exchanged = list(leaf)
                exchanged[one], exchanged[other] = leaf[other], leaf[one]
                new = [exchanged if row is leaf else row for row in rows]
                found = with_rows(whole, path, new)
                if found is not None and values(found) != values(whole) and not wrong(found):
                    unseen.append((path.name, leaf[one], leaf[other]))
    # what was planned for buying and for running cars adds up either way, and no other table has a word of it;
    # 会议费 and 培训费 stand alone
    cars = {"公务用车购置费", "公务用车运行费", "公务用车运行维护费"}
    alone = {"会议费", "培训费"}
    assert [each for each in unseen if not {*each[1:]} & alone and not {*each[1:]} <= cars] == []


def test_one_table_in_another_unit_is_noticed(whole, files):
    for path in files:
        rows, _ = parts_of(path)
        other = [
            [cell.replace("万元", "元") for cell in row] if n == 1 else row for n, row in enumerate(rows)
        ]
        found = with_rows(whole, path, other)
        if not next(iter(found.tables[path.stem].amounts), None) or not found.tables[path.stem].has_amounts:
            continue
        assert wrong(found), path.name


def code_of(row):
    """The code in a row of a CSV, wherever it stands."""
    return "".join(cell for cell in row[1:4] if re.fullmatch(r"\d{3}|\d{2}|\d{5}|\d{7}", cell))


def test_a_subtotal_moved_a_row_down_is_noticed(whole, files):
    """The amounts of a subtotal and of the row under it, exchanged; two rows of one level add up either way."""
    tried = 0
    for path in files:
        if path.stem in {"basic", "grants_basic"}:
            continue  # several tables side by side
        rows, body = parts_of(path)
        for one, other in pairwise(body):
            a, b = rows[one], rows[other]
            own = sorted({*filled(a), *filled(b)})
            named = any(re.search("[合总]计|结转和结余$", cell) for cell in a)
            subtotal = code_of(b).startswith(code_of(a)) if code_of(a) else named
            if not own or not subtotal or [a[n] for n in own] == [b[n] for n in own]:
                continue
            tried += 1
            new = [list(row) for row in rows]
            for n in own:
                new[one][n], new[other][n] = b[n], a[n]
            assert noticed(whole, path, new), (path.name, a, b)
    assert tried >= 10


def test_rows_in_another_order_are_the_same_tables(whole, files):
    """By code, no row has its place."""
    for path in files:
        if path.stem not in {"income", "spending", "general_budget"}:
            continue
        rows, body = parts_of(path)
        shuffled = [*rows[: body[0]], *[rows[n] for n in reversed(body)], *rows[body[-1] + 1 :]]
        found = with_rows(whole, path, shuffled)
        if "national" in str(path.parent):
            continue  # codes in three columns, whole in every row
        table, own = whole.tables[path.stem], found.tables[path.stem]
        assert {(a.key, a.value) for a in own.amounts} == {(a.key, a.value) for a in table.amounts}
        assert not wrong(found)


def test_names_a_row_too_low_are_noticed(whole, files):
    path = next(path for path in files if path.stem == "general_budget")
    rows, body = parts_of(path)
    names = next(n for n, cell in enumerate(rows[body[3]]) if cell in invented.NAMES.values())
    run = [n for n in body if rows[n][names] in invented.NAMES.values()][3:8]
    new = [list(row) for row in rows]
    for one, other in pairwise(run):
        new[other][names] = rows[one][names]
    keys = wrong(with_rows(whole, path, new))
    assert any(key.startswith("row_shift") for key in keys) and any(
        key.startswith("code_name") for key in keys
    )
