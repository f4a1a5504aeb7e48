"""``params/report.yaml``: by which rules the report concludes on its data, and what its annexes and outline hold."""

from __future__ import annotations

from typing import Literal

from auditbook import strict_yaml
from auditbook.cases import Id, Strict, Words
from auditbook.faults import CaseError, Fault
from auditbook.figures import Dictionary
from auditbook.workspace import Workspace

AMOUNTS = ("initial", "added", "cut", "adjusted", "spent", "carried")


class Condition(Strict):
    """Something that takes from the reliability of the data, and how far."""

    when: Literal[
        "blocking", "contradiction", "not_run", "no_figures", "uncorroborated", "unchecked", "absent"
    ]
    verdict: Literal["unreliable", "undetermined"]
    words: Words
    why: Words


class SpendingRow(Strict):
    """A row of 附表1: the figure of each column that there is one for."""

    name: Words
    items: bool = False
    initial: Id | None = None
    added: Id | None = None
    cut: Id | None = None
    adjusted: Id | None = None
    spent: Id | None = None
    carried: Id | None = None

    def figure(self, column: str) -> str | None:
        """The figure of a column (``AMOUNTS``)."""
        found: str | None = getattr(self, column)
        return found


class Rate(Strict):
    """The indicator whose result is the rate of a row."""

    indicator: Id
    definition: Id


class Spending(Strict):
    """附表1 整体支出明细表."""

    rows: list[SpendingRow]
    rate: Rate
    documents: dict[Id, Words]


class OutlineSection(Strict):
    """A section of the usual outline of the departments' own reports."""

    title: Words
    begins: Words | None = None
    parts: list[Words]


class ReportRules(Strict):
    """``params/report.yaml``."""

    reliability: list[Condition]
    spending: Spending
    outline: list[OutlineSection]


def read(workspace: Workspace, dictionary: Dictionary) -> ReportRules:
    """Read the rules of the report, the case's own before the project's.

    Raises   CaseError with every fault: unknown keys, a figure that the dictionary lacks, a condition or a section twice.
    """
    path = workspace.rule_file("", "report") or workspace.root / "params" / "report.yaml"
    document = strict_yaml.load(path, workspace.shown(path))
    rules = strict_yaml.validate(document, ReportRules)
    faults = list(document.faults)
    if rules:
        for number, row in enumerate(rules.spending.rows):
            for column in AMOUNTS:
                figure = row.figure(column)
                if figure and figure not in dictionary:
                    where = document.where(("spending", "rows", number, column))
                    faults.append(Fault(where, f"未知数字“{figure}”", "params/figures.yaml 里的 id"))
        for name, own in (
            ("reliability", [condition.when for condition in rules.reliability]),
            ("outline", [section.title for section in rules.outline]),
        ):
            for number, key in enumerate(own):
                if key in own[:number]:
                    faults.append(
                        Fault(document.where((name, number)), f"“{key}”重复", "每个写一次", "请删去其中一个")
                    )
    if rules is None or faults:
        raise CaseError(faults)
    return rules
