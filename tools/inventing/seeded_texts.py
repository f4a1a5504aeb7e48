"""Faults of wording: each a sentence, or two, that a careful reader stops at; and documents, and numbers without a basis."""

from __future__ import annotations

import random
from collections.abc import Callable

from inventing.department import DEPARTMENT, Department, Statement
from inventing.leaving_out import GROUPS, lack, refer
from inventing.tables import other_row
from inventing.truth import Truth

Seed = Callable[[Department, random.Random], bool]


def _sentence(
    rule: str, kind: str, about: str, quote: str, what: str, *, section: str = "四", severity: str = "low",
    instead_of: str = "", item: str = "",
) -> Seed:  # fmt: skip
    """One sentence: added, or instead of a sound one. Its statement is what the finding is about, unless ``item`` says else."""

    def seed(department: Department, chance: random.Random) -> bool:
        if instead_of:
            department.statements = [one for one in department.statements if one.id != instead_of]
        said = quote.format(year=department.year, next=department.year + 1, name=department.name)
        id = f"odd-{rule.replace('_', '-')}"
        department.statements.append(Statement(id, kind, about, said, section))
        department.truth.append(Truth(rule, item or id, f"“{said}”{what}", severity=severity))
        return True

    return seed


def _pair(rule: str, kind: str, about: str, one: str, other: str, what: str, *, severity: str = "low", dates: tuple[str, str] = ("", "")) -> Seed:  # fmt: skip
    """Two sentences about one thing that do not go together."""

    def seed(department: Department, chance: random.Random) -> bool:
        for place, (quote, date) in enumerate(zip((one, other), dates, strict=True)):
            day = f"{department.year}-{date}" if date else ""
            id = f"odd-{rule.replace('_', '-')}-{place}"
            department.statements.append(Statement(id, kind, about, quote, "四", day))
        department.truth.append(Truth(rule, about, f"“{one}”与“{other}”{what}", severity=severity))
        return True

    return seed


def describe_nothing(department: Department, chance: random.Random) -> bool:
    """Something is said to be done with an expense that is declared to be nothing."""
    items = [
        item for (name, scope, item, at), amount in department.amounts.items()
        if (name, scope, at) == ("three_public_actual", DEPARTMENT, department.year) and item == "abroad" and not amount
    ]  # fmt: skip
    if not items:
        return False
    department.statements.append(
        Statement("odd-zero", "result", "three_public_actual:abroad", "组织考察组赴国外学习", "四")
    )
    department.truth.append(
        Truth(
            "zero_but_described",
            "three_public_actual:abroad",
            "因公出国（境）费申明为零而另有所述",
            severity="high",
        )
    )
    return True


def percentage(department: Department, chance: random.Random) -> bool:
    """A percentage of nobody knows what."""
    share = f"{chance.randint(5, 60)}.{chance.randint(1, 9)}"
    quote = f"设施配备尚有{share}%的缺口"
    department.extra.append(other_row(department, "reported_quantity", "gap", share, "%", quote, "0.1"))
    department.truth.append(
        Truth("percentage_without_base", "reported_quantity:gap", "百分比没有基数", severity="low")
    )
    return True


def approximate(department: Department, chance: random.Random) -> bool:
    """A number that is only about right."""
    count = str(chance.randint(11, 99) * 100)
    quote = f"近{count}人参加宣讲"
    department.extra.append(other_row(department, "reported_quantity", "audience", count, "人", quote, "100"))
    department.truth.append(Truth("approximate_quantities", "all", "成效用约数表述", severity="low"))
    return True


def no_base(department: Department, chance: random.Random) -> bool:
    """Neither a procurement budget nor procurement: the rate has no base."""
    if not department.known("procurement_budget"):
        return False
    for figure in ("procurement_budget", "procurement_actual"):
        for item in ("goods", "works", "services"):
            department.put(figure, 0, item=item)
    department.truth.append(Truth("zero_base", "all", "采购预算为零，采购执行率没有定义", severity="low"))
    return True


def lack_evidence(department: Department, chance: random.Random) -> bool:
    """No figures for an indicator of the common framework."""
    free = [
        group
        for group, figures in GROUPS.items()
        if not department.left_out & set(figures) and group != "满意度调查"
    ]
    if not free or ("zero_base" in department.touched and "政府采购" in free):
        return False
    lack(department, chance.choice([group for group in free if group != "政府采购"] or free))
    return True


def lack_survey(department: Department, chance: random.Random) -> bool:
    """No survey of satisfaction."""
    if "survey_valid" in department.left_out:
        return False
    lack(department, "满意度调查")
    return True


def lack_annex(department: Department, chance: random.Random) -> bool:
    """An annex that the report refers to is absent."""
    if any(own["id"] == "annex" for own in department.absent):
        return False
    refer(department, "报告未附")
    return True


def without_date(department: Department, chance: random.Random) -> bool:
    """The report has no date."""
    if not department.text:
        return False
    department.undated = True
    department.truth.append(Truth("undated_report", "report", "报告没有成文日期", severity="low"))
    return True


# These change figures, so that they come before anything is published
GAPS = {
    "indicator_without_evidence": ("", lack_evidence),
    "satisfaction_not_measured": ("survey", lack_survey),
    "zero_base": ("procurement", no_base),
}
SEEDERS = {
    "annex_absent": ("annex", lack_annex),
    "undated_report": ("dated", without_date),
    "zero_but_described": ("", describe_nothing),
    "percentage_without_base": ("", percentage),
    "approximate_quantities": ("", approximate),
    "reasons_without_amounts": ("", _pair("reasons_without_amounts", "reason", "project_spent", "部分项目跨年实施", "部分项目设计变更", "没有金额", severity="medium")),
    "self_financed_unit_included": ("", _sentence("self_financed_unit_included", "organisation", "funding", "所属培训中心为自收自支事业单位", "没有列明资金来源", severity="medium")),
    "method_is_not_evaluation": ("method", _sentence("method_is_not_evaluation", "method", "self_score", "对工作人员开展德能勤绩考核", "不是支出评价", severity="high", instead_of="method")),
    "no_independent_party": ("parties", _sentence("no_independent_party", "organisation", "self_score", "由主要负责人任组长、科室负责人为成员", "没有独立一方", severity="medium", instead_of="parties")),
    "problems_without_number": ("problems", _sentence("problems_without_number", "problem", "problem", "部分制度执行不够到位", "没有数字", section="五", severity="medium", instead_of="problem")),
    "suggestions_without_measure": ("suggestions", _sentence("suggestions_without_measure", "suggestion", "suggestion", "希望上级继续支持", "没有措施、责任和期限", section="六", severity="medium")),
    "future_tense": ("", _sentence("future_tense", "event", "hall", "办事大厅将于12月投入使用", "用将来时", severity="high")),
    "later_year": ("", _sentence("later_year", "event", "award", "获得{next}年度先进称号", "在年度之后")),
    "two_deadlines": ("", _pair("two_deadlines", "deadline", "filing", "决算资料应于4月10日前归档", "决算资料应于4月25日前归档", "期限不一")),
    "two_names": ("", _pair("two_names", "name", "second_rule", "《资产管理办法》", "《固定资产管理规定》", "名称不一")),
    "residue": ("", _sentence("residue", "reference", "spending", "严格控制XX经费支出", "留有模板文字")),
    "residue/full_name": ("", _sentence("residue", "reference", "spending", "本{name}高度重视自评工作", "“本”与全称连用")),
    "relative_date": ("", _sentence("relative_date", "event", "moving", "今年5月搬入新址", "用相对日期", item="all")),
    "not_chronological": ("", _pair("not_chronological", "event", "milestones", "召开总结会", "召开启动会", "没有按先后", dates=("11-20", "03-08"))),
    "outdated_term": ("", _sentence("outdated_term", "reference", "ranks", "由副主任科员承办", "已更名")),
    "anachronism": ("", _sentence("anachronism", "legal_reference", "housing", "执行住建部文件（建办〔2003〕12号）", "当年还没有住建部")),
    "bracket": ("", _sentence("bracket", "legal_reference", "circular", "按照财预（2020）10号执行", "括号不规范")),
    "slogan": ("", _sentence("slogan", "reference", "slogans", "深入落实“五个聚焦”", "没有说明内容", item="all")),
}  # fmt: skip
