"""An invented department over three years, written by code: what changes from year to year is all there is to it.

2022 follows tests/invented (2021); 2023 has another scheme, with another definition of the adjustment rate, and its two units merged
into one. Every expected value in test_years.py is worked out by hand from the numbers here.
"""

from __future__ import annotations

import csv
import hashlib
import io
import shutil
from collections.abc import Sequence
from pathlib import Path

from conftest import INVENTED, ROOT

from auditbook.intake.raw_tables import SHAPES

FIRST, SECOND, THIRD = "invented-water-2021", "invented-water-2022", "invented-water-2023"
FIGURES, _RECORDED = (list(SHAPES[shape]) for shape in ("figures", "recorded"))
_FOLLOWED = ["finding", "year", "status", "evidence", "who", "when", "locator", "quote"]

Amount = tuple[str, str, str]  # figure, item, value in 元; "0" is a declared zero


def money(year: int, amounts: Sequence[Amount]) -> list[list[str]]:
    """Rows of figures of the department, in 元."""
    return [
        [figure, "department", item, str(year), figure, "zero" if value == "0" else "value", value, "元", "1", f"表 {figure}{item}", value]
        for figure, item, value in amounts
    ]  # fmt: skip


def staff(year: int, people: Sequence[tuple[str, str, str, str]]) -> list[list[str]]:
    """Rows of figures of units: figure, unit, item, persons."""
    return [
        [figure, unit, item, str(year), figure, "value", value, "人", "exact", f"表 {figure}{unit}", value]
        for figure, unit, item, value in people
    ]


def recorded(id: str, severity: str, amount: str) -> list[str]:
    """A finding that the auditor recorded, with an amount in 元."""
    said = f"{id}涉及{amount}元"
    return [
        id, severity, "evidence", "department", "", amount, "元", f"发现{id}", "标准", said, "原因", "影响", "建议", "审计组",
        "2023-05-01", "凭证", said,
    ]  # fmt: skip


def table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> bytes:
    """A raw table."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([columns, *rows])
    return text.getvalue().encode()


def write(base: Path, case: str, year: int, case_file: str, tables: dict[str, tuple[str, bytes]]) -> None:
    """A case of a year: its file, its evidence (name → shape and bytes), and the register with the hashes.

    Quotes are what stands in the cell, so that a document of all quotes is the original of every table.
    """
    folder = base / "data" / "raw" / case
    folder.mkdir(parents=True, exist_ok=True)
    lines = ["sources:"]
    for id, (shape, data) in tables.items():
        (folder / f"{id}.csv").write_bytes(data)
        lines += [
            f"  - id: {id}", f"    file: {id}.csv", f"    shape: {shape}", f"    title: {year}年{id}（虚构）", "    issuer: 测试",
            f'    date: "{year + 1}-03-01"', "    status: received", f"    sha256: {hashlib.sha256(data).hexdigest()}",
            "    reliability: medium", "    reason: 虚构，供测试",
        ]  # fmt: skip
    (folder / "SOURCES.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (base / "params" / "cases" / f"{case}.yaml").write_text(case_file, encoding="utf-8")


CASE = """\
case: {case}
department: {{name: 清河县水务局（虚构）, region: 虚构省清河县, level: 县级}}
year: {year}
previous: {previous}
framework: {framework}
materiality: {{amount: 50000, unit: 元, reason: 虚构}}
units: {units}
"""
TWO = "[{id: bureau, name: 局机关}, {id: river-station, name: 河道管理站}]"
ONE = "[{id: centre, name: 水务中心, formerly: [bureau, river-station]}]"


def second_year(base: Path, previous: str = FIRST) -> None:
    """2022: 53,000,000 spent of 54,000,000; what was added is missing; five findings."""
    amounts = [
        ("budget_initial", "", "54000000"), ("budget_cut", "", "500000"), ("budget_adjusted", "", "55000000"),
        ("budget_spent", "", "53000000"), ("carry_over", "", "2000000"),
        ("general_budget_initial", "201", "10000000"), ("general_budget_initial", "208", "10000000"),
        ("general_budget_spent", "201", "15000000"), ("general_budget_spent", "208", "15000000"),
    ]  # fmt: skip
    people = [
        ("staff_quota", "bureau", "civil_servant", "20"), ("staff_actual", "bureau", "civil_servant", "19"),
        ("staff_quota", "river-station", "institution", "10"), ("staff_actual", "river-station", "institution", "9"),
        ("staff_actual", "bureau", "institution", "2"), ("staff_quota", "bureau", "institution", "2"),
        ("staff_actual", "river-station", "civil_servant", "1"), ("staff_quota", "river-station", "civil_servant", "1"),
    ]  # fmt: skip
    findings = [
        recorded("settled", "medium", "100000"), recorded("open", "medium", "300000"), recorded("worse", "medium", "100000"),
        recorded("unseen", "low", "1000"), recorded("again", "medium", "70000"), recorded("graver", "low", "5000"),
    ]  # fmt: skip
    write(
        base, SECOND, 2022, CASE.format(case=SECOND, year=2022, previous=previous, framework="yueyang-2018", units=TWO),
        {
            # the year before, as this year's document has it: the same
            "money": ("figures", table(FIGURES, money(2022, amounts) + money(2021, [("budget_initial", "", "52340000")]))),
            "people": ("figures", table(FIGURES, staff(2022, people))),
            "found": ("recorded", table(_RECORDED, findings)),
        },
    )  # fmt: skip


def third_year(base: Path, previous: str = SECOND) -> None:
    """2023: 63,000,000 of 60,000,000, another scheme, one unit of two, and 2022 restated by 200,000."""
    amounts = [
        ("budget_initial", "", "60000000"), ("budget_added", "", "7000000"), ("budget_cut", "", "1000000"),
        ("budget_adjusted", "", "66000000"), ("budget_spent", "", "63000000"), ("carry_over", "", "3000000"),
        ("general_budget_initial", "201", "40000000"), ("general_budget_initial", "208", "10000000"),
        ("general_budget_initial", "227", "2000000"), ("general_budget_spent", "201", "30000000"),
        ("general_budget_spent", "208", "20000000"), ("general_budget_spent", "227", "0"),
    ]  # fmt: skip
    people = [
        ("staff_quota", "centre", "civil_servant", "22"), ("staff_actual", "centre", "civil_servant", "21"),
        ("staff_quota", "centre", "institution", "11"), ("staff_actual", "centre", "institution", "12"),
    ]  # fmt: skip
    findings = [
        recorded("open", "medium", "200000"), recorded("worse", "medium", "250000"), recorded("again", "medium", "70000"),
        recorded("graver", "high", "5000"), recorded("fresh", "low", "10"),
    ]  # fmt: skip
    looked = [
        [
            "auditor:settled:department",
            "2022",
            "settled",
            "退款凭证第12号",
            "审计组",
            "2024-02-01",
            "跟踪",
            "已退回",
        ],
        ["auditor:again:department", "2022", "settled", "整改报告", "审计组", "2024-02-01", "跟踪", "已整改"],
    ]
    write(
        base, THIRD, 2023, CASE.format(case=THIRD, year=2023, previous=previous, framework="qinghe-2023", units=ONE),
        {
            "money": ("figures", table(FIGURES, money(2023, amounts) + money(2022, [("budget_spent", "", "53200000")]))),
            "people": ("figures", table(FIGURES, staff(2023, people))),
            "found": ("recorded", table(_RECORDED, findings)),
            "looked": ("follow_up", table(_FOLLOWED, looked)),
        },
    )  # fmt: skip
    frameworks = base / "params" / "frameworks"
    frameworks.mkdir(exist_ok=True)
    own = (ROOT / "params" / "frameworks" / "yueyang-2018.yaml").read_text(encoding="utf-8")
    head, _, rest = own.partition("  - indicator: budget_adjustment_rate\n    definition: ministry\n")
    assert rest, "the scheme of Yueyang scores the adjustment rate by the ministry's definition"
    changed = f"{head}  - indicator: budget_adjustment_rate\n    definition: net\n{rest}"
    changed = changed.replace("framework: yueyang-2018", "framework: qinghe-2023").replace(
        'edition: "2018"', 'edition: "2023"'
    )
    (frameworks / "qinghe-2023.yaml").write_text(changed, encoding="utf-8")


def three_years(base: Path) -> Path:
    """All three years below a folder; returns it."""
    shutil.copytree(INVENTED, base)
    functions = [
        ("general_budget_initial", "201", "10000000"), ("general_budget_initial", "208", "20000000"),
        ("general_budget_initial", "210", "30000000"), ("general_budget_spent", "201", "12000000"),
        ("general_budget_spent", "208", "20000000"), ("general_budget_spent", "210", "28000000"),
    ]  # fmt: skip
    add_table(base, FIRST, "functions", "figures", table(FIGURES, money(2021, functions)))
    second_year(base)
    third_year(base)
    return base


def add_table(base: Path, case: str, id: str, shape: str, data: bytes) -> None:
    """Another document of a case."""
    folder = base / "data" / "raw" / case
    (folder / f"{id}.csv").write_bytes(data)
    register = folder / "SOURCES.yaml"
    entry = (
        f'  - {{id: {id}, file: {id}.csv, shape: {shape}, title: {id}（虚构）, issuer: 测试, date: "2022-03-01", status: received,'
        f" sha256: {hashlib.sha256(data).hexdigest()}, reliability: medium, reason: 虚构}}\n"
    )
    register.write_text(register.read_text(encoding="utf-8") + entry, encoding="utf-8")
