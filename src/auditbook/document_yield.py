"""What a document would yield: the tables that are read out of it, its figures with their places, what does not close."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict
from pathlib import Path

from auditbook import figures
from auditbook.faults import Fault, UsageError
from auditbook.intake.account_checks import check_accounts
from auditbook.intake.account_comparing import Check
from auditbook.intake.account_figures import figures_of
from auditbook.intake.accounts import Accounts, read_accounts
from auditbook.intake.raw_tables import RawRow
from auditbook.workspace import project_root

VERDICTS = {
    "agrees": "一致",
    "within_rounding": "四舍五入之内",
    "disagrees": "不一致",
    "not_checkable": "无法核对",
}


def read(path: Path) -> tuple[Accounts, list[RawRow], list[Check]]:
    """Read published final accounts (部门决算公开, PDF).

    Returns  the tables, the figures of the dictionary that they give, and every check of the tables.
    Raises   UsageError for a kind of file that is not read; CaseError and LimitError as ``read_accounts``.
    """
    if path.suffix.lower() != ".pdf":
        raise UsageError(
            Fault(str(path), "不是 PDF", "部门决算公开的 PDF 文件", "其他文件尚不能直接读入，请转录为 CSV 表")
        )
    dictionary = figures.read_dictionary(project_root(Path.cwd()))
    accounts = read_accounts(path)
    rows = figures_of(accounts, dictionary) if accounts.year else []
    return accounts, rows, check_accounts(accounts)


def lines(accounts: Accounts, rows: list[RawRow], checks: list[Check]) -> list[str]:
    """The yield as a person reads it: tables, figures, then what does not agree, worst first, and what was not read."""
    dictionary = figures.read_dictionary(project_root(Path.cwd()))
    counts = Counter(check.verdict for check in checks)
    said = [
        f"{accounts.file}：{accounts.pages} 页，{accounts.year or '年度不明'} 年度，认出 {len(accounts.tables)} 张表，"
        f"数字 {len(rows)} 个（sha256 {accounts.sha256[:16]}…）"
    ]
    for table in accounts.tables.values():
        pages = "、".join(str(page) for page in table.pages)
        said.append(f"  {table.title}：第 {pages} 页，{len(table.lines)} 行，单位 {table.unit or '没有写'}")
    said.append("数字：")
    for row in rows:
        value = f"{row['value']}{row['unit']}" if row["state"] in {"value", "zero"} else "缺"
        meaning = dictionary[row["figure"]]
        item = meaning.items.get(row["item"], row["item"]) if isinstance(meaning.items, dict) else row["item"]
        named = f"{meaning.name}·{item}" if item else meaning.name
        said.append(f"  {named}（{row['year']}年）：{value}　{row['locator']}")
    counted = "、".join(f"{name} {counts[verdict]}" for verdict, name in VERDICTS.items() if counts[verdict])
    said.append(f"勾稽核对 {len(checks)} 处：{counted}")
    for verdict in ("disagrees", "within_rounding"):
        for check in checks:
            if check.verdict == verdict and check.found != check.expected:
                where = f"{check.name}（{check.where}）"
                said.append(f"  {VERDICTS[verdict]}　{where}：{check.found}；应为{check.expected}")
    said += [f"没有读入：{note}" for note in accounts.notes]
    return said


def as_json(accounts: Accounts, rows: list[RawRow], checks: list[Check]) -> str:
    """The yield for another program."""
    found = {
        "file": accounts.file, "sha256": accounts.sha256, "year": accounts.year, "pages": accounts.pages,
        "tables": [
            {"table": name, "title": table.title, "unit": table.unit, "pages": list(table.pages), "lines": len(table.lines)}
            for name, table in accounts.tables.items()
        ],
        "figures": [row.cells for row in rows], "checks": [asdict(check) for check in checks],
        "faults": [str(fault) for fault in accounts.faults], "notes": [str(note) for note in accounts.notes],
    }  # fmt: skip
    return json.dumps(found, ensure_ascii=False, indent=1)
