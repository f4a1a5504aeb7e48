"""Faults of the data itself, which a rule of params/quality.yaml must find: sums that do not close, phrases that do not hold, …

Each changes rows of tables after they are made, and only such as nothing else rests on.
"""

from __future__ import annotations

import random
from collections.abc import Callable

from inventing.department import DEPARTMENT, Cells, Department
from inventing.tables import figure_row, other_row
from inventing.truth import Truth

Tables = dict[str, list[Cells]]
Seed = Callable[[Department, random.Random], bool]
_OTHER_UNIT = {"元": "万元", "万元": "亿元", "亿元": "万元"}


def _told(department: Department, rule: str, what: str) -> bool:
    department.truth.append(Truth("quality_exception", rule, what, severity="high"))
    return True


def _again(row: Cells, number: str) -> Cells:
    """A row with another number, in its phrase as well."""
    head = row["quote"].rstrip("人项份%元万亿0123456789.,")
    return {**row, "value": number, "quote": f"{head}{number}{row['unit']}"}


def _retired(made: Tables) -> Cells:
    """A row on which no indicator rests."""
    return next(row for row in made["people"] if row["figure"] == "staff_retired")


def _edit_retired(
    rule: str, what: str, change: Callable[[Cells], None], *, late: bool = False, text: bool = False
) -> Seed:
    def seed(department: Department, chance: random.Random) -> bool:
        if text and not department.text:
            return False
        edits = department.late_edits if late else department.table_edits
        edits.append(lambda made: change(_retired(made)))
        return _told(department, rule, what)

    return seed


def _set(**cells: str) -> Callable[[Cells], None]:
    return lambda row: row.update(cells)


def identity(department: Department, chance: random.Random) -> bool:
    """Staff and running costs do not add up to basic expenditure, or months not to the year."""
    figure = chance.choice(["general_basic_spent", "paid_monthly"])
    if not department.known(figure):
        figure = "general_basic_spent"

    def edit(made: Tables) -> None:
        row = next(row for row in made["money"] if row["figure"] == figure)
        scale = department.scale(figure)
        amount = department.amounts[figure, DEPARTMENT, row["item"], department.year]
        row.update(_again(row, scale.printed(amount * 11 // 10 + 100)))

    department.table_edits.append(edit)
    words = department.words[figure]
    return _told(department, "identities_close", f"{words}与各项之和不等")


def unit_sum(department: Department, chance: random.Random) -> bool:
    """The units do not add up to the department."""
    if not department.units:
        return False
    row = figure_row(department, "staff_retired", department.amount("staff_retired") + chance.randint(1, 5), "一（一）")  # fmt: skip
    department.table_edits.append(lambda made: made["people"].append(row))
    return _told(department, "unit_sums_close", "各单位退休人数之和不等于部门数")


def unit_lacking(department: Department, chance: random.Random) -> bool:
    """One unit lacks a figure that the department and the others give."""
    if not department.units:
        return False
    row = figure_row(department, "staff_retired", department.amount("staff_retired"), "一（一）")

    def edit(made: Tables) -> None:
        made["people"].remove(_retired(made))
        made["people"].append(row)

    department.table_edits.append(edit)
    return _told(department, "units_all_given", "一个单位没有退休人数")


def _problems(rule: str, what: str, items: tuple[tuple[str, int], ...], whole: int) -> Seed:
    def seed(department: Department, chance: random.Random) -> bool:
        for item, count in (*items, ("", whole)):
            words = {"rectified": "已整改问题", "rectifying": "正在整改问题"}.get(item, "发现问题")
            row = other_row(department, "performance_problems", item, str(count), "个", f"{words}{count}个")
            department.extra.append(row)
        return _told(department, rule, what)

    return seed


def unit_slip(department: Department, chance: random.Random) -> bool:
    """A whole table's amounts in another unit."""
    if not department.known("assets_total"):
        return False

    def edit(made: Tables) -> None:
        for row in made["costs"]:
            if row["figure"] in {"assets_total", "assets_in_use"}:
                other = _OTHER_UNIT[row["unit"]]
                row.update(unit=other, quote=row["quote"].removesuffix(row["unit"]) + other)

    department.table_edits.append(edit)
    return _told(department, "bounds_hold", "固定资产的金额单位写错")


def one_sided(department: Department, chance: random.Random) -> bool:
    """An establishment that does not apply, where there are such persons."""
    year = department.year
    scopes = [
        scope for scope in department.scopes()
        if department.amounts.get(("staff_actual", scope, "contract", year)) and ("staff_quota", scope, "contract", year) not in department.amounts
    ]  # fmt: skip
    if not scopes:
        return False
    row = {
        "figure": "staff_quota", "scope": chance.choice(scopes), "item": "contract", "year": str(year), "label": "编外用工编制",
        "state": "not_applicable", "value": "", "unit": "", "precision": "", "locator": "一（一）", "quote": "",
    }  # fmt: skip
    department.table_edits.append(lambda made: made["people"].append(row))
    return _told(department, "families_apply", "编外用工编制不适用而有实有人数")


def rival(department: Department, chance: random.Random) -> bool:
    """Another document gives another number."""

    def edit(made: Tables) -> None:
        row = _retired(made)
        other = {**_again(row, str(int(row["value"]) + 3)), "locator": "七"}
        made.setdefault("other", []).append(other)

    department.table_edits.append(edit)
    return _told(department, "rivals_agree", "退休人数两处不一")


def older_year(department: Department, chance: random.Random) -> bool:
    """A figure of long ago."""

    def edit(made: Tables) -> None:
        made["people"].append({**_retired(made), "year": str(department.year - 5)})

    department.table_edits.append(edit)
    return _told(department, "figures_years", "混入五年前的数字")


def unrated(department: Department, chance: random.Random) -> bool:
    """A document whose reliability nobody has judged."""
    department.unrated = True
    return _told(department, "sources_reliability", "人员表没有评定可靠性")


def published_without_number(department: Department, chance: random.Random) -> bool:
    """A published number that its phrase does not hold."""
    claims = [
        claim for claim in department.claims if claim.kind == "rate" and claim.id not in department.touched
    ]
    if not claims:
        return False
    claim = chance.choice(claims)

    def edit(made: Tables) -> None:
        row = next(row for row in made["printed"] if row["claim"] == claim.id)
        row["quote"] = f"{claim.words.rstrip('为')}良好"

    department.table_edits.append(edit)
    return _told(department, "published_in_phrase", f"{claim.words}的短语里没有公布值")


def _not_in_original(rule: str, table: str, key: str, what: str) -> Seed:
    """A phrase that the original does not have."""

    def seed(department: Department, chance: random.Random) -> bool:
        if not department.text or (table == "judged" and not department.judged):
            return False
        if table == "printed" and not department.claims:
            return False

        def edit(made: Tables) -> None:
            row = made[table][0]
            row["quote"] = f"据称{row['quote']}云云"
            row["locator"] = row["locator"] or key

        department.late_edits.append(edit)
        return _told(department, rule, what)

    return seed


def _say_otherwise(row: Cells) -> None:
    row["quote"] = f"据统计{row['quote']}整"


def _elsewhere(row: Cells) -> None:
    row["locator"] = "三"


def _half(row: Cells) -> None:
    row.update(_again(row, f"{row['value']}.5"))


def _below_nothing(row: Cells) -> None:
    row.update(value=f"-{row['value']}", quote=f"退休人员减少{row['value']}人")


RETIRED = {
    "phrase_holds_value": _edit_retired("phrase_holds_value", "短语里没有退休人数", _set(quote="退休人员若干")),
    "phrase_in_original": _edit_retired("phrase_in_original", "短语不见于原文", _say_otherwise, late=True, text=True),
    "phrase_in_section": _edit_retired("phrase_in_section", "短语不在所称章节", _elsewhere, late=True, text=True),
    "counts_whole": _edit_retired("counts_whole", "人数有小数", _half),
    "figures_not_negative": _edit_retired("figures_not_negative", "人数为负", _below_nothing),
}  # fmt: skip
SEEDERS = {
    **{f"quality_exception/{rule}": ("retired", seed) for rule, seed in RETIRED.items()},
    "quality_exception/identities_close": ("money table", identity),
    "quality_exception/unit_sums_close": ("retired", unit_sum),
    "quality_exception/units_all_given": ("retired", unit_lacking),
    "quality_exception/item_sums_close": ("problem counts", _problems("item_sums_close", "问题数分项之和不等于合计", (("rectified", 7), ("rectifying", 4)), 9)),
    "quality_exception/items_all_given": ("problem counts", _problems("items_all_given", "问题数缺一个分项", (("rectified", 5),), 9)),
    "quality_exception/bounds_hold": ("assets", unit_slip),
    "quality_exception/families_apply": ("staff", one_sided),
    "quality_exception/rivals_agree": ("retired", rival),
    "quality_exception/figures_years": ("retired", older_year),
    "quality_exception/sources_reliability": ("register", unrated),
    "quality_exception/published_in_phrase": ("printed", published_without_number),
    "quality_exception/published_in_original": ("printed", _not_in_original("published_in_original", "printed", "", "公布值的短语不见于原文")),
    "quality_exception/statement_in_original": ("said", _not_in_original("statement_in_original", "said", "", "陈述不见于原文")),
    "quality_exception/objective_in_original": ("goals", _not_in_original("objective_in_original", "goals", "", "目标不见于原文")),
    "quality_exception/entered_in_original": ("judged", _not_in_original("entered_in_original", "judged", "四", "判断所引短语不见于原文")),
}  # fmt: skip
