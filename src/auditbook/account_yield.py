"""What published final accounts would yield: tables, figures of the dictionary, what does not close."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from auditbook.faults import Fault, UsageError
from auditbook.figures import Dictionary
from auditbook.intake.account_checks import check_accounts, unchecked
from auditbook.intake.account_comparing import Check
from auditbook.intake.account_figures import declaring, figures_of
from auditbook.intake.account_layouts import bare, read_layouts
from auditbook.intake.account_sheets import table_csv, text_csv
from auditbook.intake.accounts import Accounts, read_accounts
from auditbook.intake.raw_tables import RawRow
from auditbook.printed import WIDE, Printout
from auditbook.writing import write_whole

VERDICTS = {
    "disagrees": "不一致",
    "within_rounding": "四舍五入之内",
    "agrees": "一致",
    "not_checkable": "无法核对",
}
SEVERITIES = {"high": "高", "medium": "中", "low": "低"}


def read(
    paths: Sequence[Path], dictionary: Dictionary, told: Callable[[int, int], None] | None = None
) -> AccountsFound:
    """Read published final accounts: a PDF, an .xlsx, or .csv files. Raises as ``read_accounts``."""
    accounts = read_accounts(paths, told=told)
    rows = figures_of(accounts, dictionary) if accounts.year else []
    return AccountsFound(accounts, dictionary, rows, check_accounts(accounts))


@dataclass(frozen=True)
class AccountsFound:
    """What published final accounts yield: tables, figures of the dictionary, checks."""

    accounts: Accounts
    dictionary: Dictionary
    rows: list[RawRow]
    checks: list[Check]

    @property
    def faults(self) -> tuple[Fault, ...]:
        """What could not be read."""
        return self.accounts.faults

    def text(self, width: int = WIDE) -> str:
        """Tables, figures, then what does not agree, worst first, and what was not read."""
        accounts, out = self.accounts, Printout(width)
        pages = f"{accounts.pages} 页，" if accounts.pages else ""
        year = f"{accounts.year} 年度" if accounts.year else "年度不明"
        out.line(
            f"{accounts.file}：{year}部门决算，{pages}认出 {len(accounts.tables)} 张表（sha256 {accounts.sha256[:16]}…）"
        )
        tables = [
            [
                "、".join(map(str, table.pages)) or table.place, table.title, str(len(table.lines)),
                table.unit or "没有写", str(sum(amount.value is not None for amount in table.amounts)),
            ]
            for table in accounts.tables.values()
        ]  # fmt: skip
        out.table("表", ["页" if accounts.pages else "处", "表", "行", "单位", "有数的格"], tables)
        figure_rows = [[*self._named(row), _amount(row), row["locator"]] for row in self.rows]
        out.table(f"数字 {len(figure_rows)} 个", ["数字", "年份", "金额", "出处"], figure_rows)
        self._print_checks(out)
        alone = unchecked(accounts, self.checks)
        out.table(
            f"没有独立核对的数 {len(alone)} 个（没有相符的勾稽关系涉及）", ["金额", "出处"],
            [[amount.text, amount.where] for amount in alone],
        )  # fmt: skip
        out.table(f"没有读的 {len(accounts.notes)} 处", ["说明"], [[str(note)] for note in accounts.notes])
        return str(out)

    def _named(self, row: RawRow) -> list[str]:
        meaning = self.dictionary[row["figure"]]
        items = meaning.items if isinstance(meaning.items, dict) else {}
        item = items.get(row["item"], row["item"])
        return [f"{meaning.name}·{item}" if item else meaning.name, row["year"]]

    def _print_checks(self, out: Printout) -> None:
        counts = Counter(check.verdict for check in self.checks)
        counted = "、".join(
            f"{name} {counts[verdict]}" for verdict, name in VERDICTS.items() if counts[verdict]
        )
        order = list(SEVERITIES)
        wrong = sorted(
            (check for check in self.checks if check.verdict == "disagrees"),
            key=lambda check: order.index(check.severity),
        )
        rows = [[SEVERITIES[c.severity], c.name, c.where, c.found, c.expected, c.explanation] for c in wrong]
        heads = ["轻重", "核对", "出处", "表上", "应为", "说明"]
        out.table(f"勾稽核对 {len(self.checks)} 处：{counted}", [], [])
        out.table(f"不一致 {len(rows)} 处", heads, rows)
        tails = [
            [c.name, c.where, c.found, c.expected, c.explanation]
            for c in self.checks if c.verdict == "within_rounding"
        ]  # fmt: skip
        out.table(f"尾差 {len(tails)} 处（四舍五入之内，不是差错）", heads[1:], tails)
        unread = [[c.name, c.where, c.explanation] for c in self.checks if c.verdict == "not_checkable"]
        out.table(f"无法核对 {len(unread)} 处", ["核对", "出处", "原因"], unread)

    def as_json(self) -> str:
        """The yield for another program."""
        accounts = self.accounts
        found = {
            "file": accounts.file, "sha256": accounts.sha256, "year": accounts.year, "pages": accounts.pages,
            "tables": [
                {"table": name, "title": table.title, "unit": table.unit, "pages": list(table.pages), "lines": len(table.lines)}
                for name, table in accounts.tables.items()
            ],
            "figures": [row.cells for row in self.rows], "checks": [asdict(check) for check in self.checks],
            "unchecked": [amount.where for amount in unchecked(accounts, self.checks)],
            "faults": [str(fault) for fault in accounts.faults], "notes": [str(note) for note in accounts.notes],
            "conversions": [asdict(note) for note in accounts.conversions],
        }  # fmt: skip
        return json.dumps(found, ensure_ascii=False, indent=1)

    def write_tables(self, folder: Path) -> list[Path]:
        """Write each table as a CSV file in the form that is read again as the same table.

        Returns  the files, none where one of them is there already.
        Raises   UsageError where a file is there already.
        """
        accounts = self.accounts
        files = {
            folder / f"{number:02d}-{bare(table.title)}.csv": table_csv(table, accounts.year)
            for number, table in enumerate(accounts.tables.values(), 1)
        }
        said = declaring(accounts, self.dictionary, read_layouts())
        if said:  # what a blank cell means stands in the text
            files[folder / f"{len(files) + 1:02d}-说明文字摘录.csv"] = text_csv(said)
        there = [path for path in files if path.exists()]
        if there:
            raise UsageError(
                [
                    Fault(str(path), "已有这个文件", "一个没有这些文件的文件夹", "请换一个文件夹，或先移走它")
                    for path in there
                ]
            )
        for path, data in files.items():
            write_whole(path, data)
        return list(files)


def _amount(row: RawRow) -> str:
    return f"{row['value']}{row['unit']}" if row["state"] in {"value", "zero"} else "缺"
