"""The evidence of an invented department as raw tables, the original that they were taken from, and the register."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterable, Iterator

from inventing import auditors, publishing, self_scoring
from inventing.department import DEPARTMENT, Cells, Department, Objective
from inventing.money import BUDGET
from inventing.names import ITEMS, TABLE_TITLES
from inventing.targets import printed

COLUMNS: dict[str, tuple[str, ...]] = {
    "figures": ("figure", "scope", "item", "year", "label", "state", "value", "unit", "precision", "locator", "quote"),
    "objectives": (
        "objective", "item", "measure", "comparator", "target", "unit", "claimed", "locator", "quote", "actual_measure", "actual",
        "precision", "actual_locator", "actual_quote",
    ),
    "statements": ("statement", "kind", "about", "date", "locator", "quote"),
    "published": ("claim", "kind", "about", "scope", "item", "year", "published", "unit", "precision", "locator", "quote", "base"),
    "judgements": ("indicator", "point", "verdict", "degree", "grounds", "who", "when", "locator", "quote"),
    "recorded": (
        "finding", "severity", "kind", "scope", "about", "amount", "unit", "name", "criterion", "condition", "cause", "effect",
        "recommendation", "who", "when", "locator", "quote",
    ),
    "replies": (
        "finding", "reply", "replied_by", "replied_when", "answer", "answered_by", "answered_when", "status", "locator", "quote",
    ),
    "follow_up": ("finding", "year", "status", "evidence", "who", "when", "locator", "quote"),
}  # fmt: skip
# Which figures stand in which table, and in which section of the report
SHEETS: dict[str, tuple[str, tuple[str, ...]]] = {
    "money": ("一（二）", (
        *BUDGET, "carry_over", "paid_to_date", "planned_progress", "paid_monthly", "adjustment_ledger_added",
        "adjustment_ledger_cut", "basic_budget", "project_budget", "key_project_budget", "basic_spent", "project_spent",
        "general_basic_budget", "staff_funds_budget", "public_funds_budget", "general_basic_spent", "staff_funds_actual",
        "public_funds_actual",
    )),
    "costs": ("一（三）", (
        "three_public_budget", "three_public_actual", "procurement_budget", "procurement_actual", "assets_total", "assets_in_use",
    )),
    "people": ("一（一）", ("staff_quota", "staff_actual", "staff_retired")),
    "work": ("二", (
        "tasks_planned", "tasks_done", "tasks_on_time", "tasks_quality_met", "key_tasks_assigned", "key_tasks_done",
        "special_funds_late", "survey_valid", "survey_answers", "survey_satisfied",
    )),
}  # fmt: skip
WITH_TOTAL = {
    *BUDGET,
    "three_public_budget",
    "three_public_actual",
    "procurement_budget",
    "procurement_actual",
}
SHAPES = {
    **dict.fromkeys((*SHEETS, "score", "other"), "figures"), "goals": "objectives", "said": "statements",
    "printed": "published", "judged": "judgements", "found": "recorded", "replied": "replies", "followed": "follow_up",
}  # fmt: skip
OF_AUDITOR = {"judged", "found", "replied", "followed"}
SECTIONS = {
    "一（一）": "（一）机构与人员", "一（二）": "（二）资金", "一（三）": "（三）成本与采购", "一（四）": "（四）主要比率",
    "二": "二、目标与完成情况", "三": "三、自评得分", "四": "四、评价过程", "五": "五、主要问题", "六": "六、建议",
    "七": "七、其他数字",
}  # fmt: skip


def tables(department: Department) -> dict[str, list[Cells]]:
    """Every table of the evidence: its rows by its id; those without rows are not there."""
    made: dict[str, list[Cells]] = {id: _figures(department, id) for id in SHEETS}
    made["score"] = self_scoring.rows(department)
    made["other"] = [*_offices(department), *department.extra]
    made["goals"] = [row for objective in department.objectives for row in _objective(objective)]
    made["said"] = [
        {"statement": one.id, "kind": one.kind, "about": one.about, "date": one.date, "locator": one.section, "quote": one.quote}
        for one in department.statements
    ]  # fmt: skip
    made["printed"] = [publishing.row(claim, department) for claim in department.claims]
    made["judged"] = auditors.judged(department)
    made["found"] = auditors.recorded(department)
    made["replied"] = auditors.replied(department)
    made["followed"] = auditors.followed(department)
    for edit in department.table_edits:
        edit(made)
    return {id: rows for id, rows in made.items() if rows}


def _figures(department: Department, sheet: str) -> list[Cells]:
    section, figures = SHEETS[sheet]
    rows: list[Cells] = []
    for figure in figures:
        if figure in department.left_out:
            continue
        own = [key for key in department.amounts if key[0] == figure]
        for name, scope, item, year in own:
            amount = department.amounts[name, scope, item, year]
            rows.append(figure_row(department, figure, amount, section, scope, item, year))
        split = any(year == department.year and (scope != DEPARTMENT or item) for _, scope, item, year in own)
        if figure in WITH_TOTAL and split:
            rows.append(figure_row(department, figure, department.amount(figure), section))
    return rows


def figure_row(
    department: Department, figure: str, amount: int, section: str, scope: str = DEPARTMENT, item: str = "", year: int = 0
) -> Cells:  # fmt: skip
    """A figure as a table has it, with the phrase that says it; nothing is a declared zero."""
    scale = department.scale(figure)
    when = f"{year}年" if year and year != department.year else ""
    name = f"{when}{department.scope_name(scope)}{ITEMS.get(item, '')}{department.words.get(figure, figure)}"
    zero = amount == 0
    quote = f"没有{name}" if zero else f"{name}{scale.spoken(amount, separated=department.separated)}"
    return {
        "figure": figure, "scope": scope, "item": item, "year": str(year or department.year), "label": name,
        "state": "zero" if zero else "value", "value": scale.printed(amount) if not zero else "0", "unit": scale.unit,
        "precision": scale.precision, "locator": section, "quote": quote,
    }  # fmt: skip


def other_row(department: Department, figure: str, item: str, number: str, unit: str, quote: str, precision: str = "exact") -> Cells:  # fmt: skip
    """A figure that stands in the table of other numbers, in the last section."""
    return {
        "figure": figure, "scope": DEPARTMENT, "item": item, "year": str(department.year), "label": quote, "state": "value",
        "value": number, "unit": unit, "precision": precision, "locator": "七", "quote": quote,
    }  # fmt: skip


def _offices(department: Department) -> list[Cells]:
    if not department.offices:
        return []
    quote = "、".join(department.offices)
    row = other_row(department, "items_listed", "offices", str(len(department.offices)), "个", quote)
    return [{**row, "label": "内设机构"}]


def _objective(objective: Objective) -> Iterator[Cells]:
    blank = dict.fromkeys(COLUMNS["objectives"], "")
    yield {
        **blank, "objective": objective.id, "measure": objective.title, "claimed": objective.claimed, "locator": "二",
        "quote": objective.title,
    }  # fmt: skip
    for task in objective.tasks:
        numeric = task.target is not None
        yield {
            "objective": task.objective, "item": task.item, "measure": task.measure,
            "comparator": task.comparator if numeric else "", "target": printed(task, task.target) if task.target is not None else "",
            "unit": task.unit if numeric else "", "claimed": task.claimed, "locator": "二", "quote": task.quote,
            "actual_measure": task.actual_measure if task.actual is not None or task.actual_quote else "",
            "actual": printed(task, task.actual) if task.actual is not None else "",
            "precision": ("0.1" if task.decimals else "exact") if task.actual is not None else "",
            "actual_locator": "二" if task.actual_quote else "", "actual_quote": task.actual_quote,
        }  # fmt: skip


def as_csv(shape: str, rows: Iterable[Cells]) -> bytes:
    """A raw table."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS[shape], lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def report(department: Department, made: dict[str, list[Cells]]) -> bytes:
    """The report in which every phrase stands: each in the section that its row names."""
    phrases: dict[str, dict[str, None]] = {section: {} for section in SECTIONS}
    for id, rows in made.items():
        if id not in OF_AUDITOR:
            for row in rows:
                for locator, quote in (("locator", "quote"), ("actual_locator", "actual_quote")):
                    if row.get(quote):
                        phrases[row[locator]][row[quote]] = None
    for aside in department.asides:  # what no table holds
        phrases["一（四）"][aside] = None
    lines = [f"{department.name}{department.year}年度部门整体支出绩效自评报告", ""]
    for section, heading in SECTIONS.items():
        if section == "一（一）":
            lines.append("一、基本情况")
        if phrases[section]:
            lines += [heading, *(f"{phrase}。" for phrase in phrases[section])]
    return ("\n".join(lines) + "\n").encode()


def register(department: Department, files: dict[str, bytes]) -> bytes:
    """``SOURCES.yaml``: what each file is, with its sha256; then the documents that are referred to and absent."""
    chance = department.chance("register")
    lines = ["sources:"]
    date = f"{department.year + 1}-0{chance.randint(2, 4)}-{chance.randint(10, 28)}"
    original = hashlib.sha256(files["report"]).hexdigest() if "report" in files else ""
    for id, data in files.items():
        sheet = SHAPES.get(id)
        title = chance.choice(TABLE_TITLES.get(id, ["自评报告" if id == "report" else "审计记录"]))
        digest = original if id == "report" else hashlib.sha256(data).hexdigest()
        reliability = chance.choice(["high", "medium", "medium", "low"])
        dated = f'"{date}"' if id != "report" or not department.undated else "null"
        lines += [
            f"- id: {id}", f"  title: {department.year}年度{title}（虚构）", f"  issuer: {department.name}", f"  date: {dated}",
            f"  status: {'transcribed' if original and sheet else 'received'}", f"  file: {file_name(id)}", f"  sha256: {digest}",
            f"  reliability: {'null' if department.unrated and id == 'people' else reliability}", "  reason: 虚构，供测试",
        ]  # fmt: skip
        if sheet:
            lines.append(f"  shape: {sheet}")
        if original and sheet:
            lines.append(f"  transcribed_from: {{source: report, sha256: {original}}}")
    for absent in department.absent:
        lines += [f"- id: {absent['id']}", "  status: absent"]
        lines += [f"  {key}: {value}" for key, value in absent.items() if key != "id"]
    return ("\n".join(lines) + "\n").encode()


def file_name(id: str) -> str:
    """The file of a source."""
    return "report.txt" if id == "report" else f"{id}.csv"


def case_file(department: Department) -> bytes:
    """The case file."""
    place = f"  region: 虚构的{department.region}\n  level: {department.level}\n  kind: {department.kind}\n"
    previous = f"previous: {department.previous}\n" if department.previous else ""
    units = "".join(f"- {{id: {id}, name: {name}}}\n" for id, name in department.units)
    amount = int(department.materiality)
    return (
        f"case: {department.id}\ndepartment:\n  name: {department.name}\n{place}year: {department.year}\n{previous}"
        f"framework: {department.framework}\nframework_reason: 虚构，供测试\n"
        f"materiality: {{amount: {amount}, unit: 元, reason: 虚构，预算的千分之五}}\n"
        + (f"units:\n{units}" if units else "")
    ).encode()
