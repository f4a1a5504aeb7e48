"""What an invented department publishes about itself: rates, shares, growth, totals, its own score; right, within rounding."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import partial

from inventing.department import Claim, Department
from inventing.scales import HELD, Spread, decimal, half_up, last_place, ratio

_Of = Callable[[], Spread]


def publish(department: Department) -> None:
    """Every claim that the figures of the department allow; a choice of them is published."""
    chance = department.chance("publishing")
    department.finer = chance.random() < 0.4
    decimals = 2 if chance.random() < 0.8 else 1
    claims = [*rates(department), *_shares(department), *_totals(department)]
    for claim in claims:
        claim.decimals = claim.decimals if claim.exact or claim.unit != "%" else decimals
    department.claims = [claim for claim in claims if chance.random() < 0.75]


def rates(department: Department) -> list[Claim]:
    """Rates of indicators under the definition that scores, with what the other definitions would give."""
    own = department

    def over(above: tuple[str, ...], below: str) -> _Of:
        return lambda: ratio(own.spread(*above), own.spread(below))

    def net() -> Spread:
        below = own.spread("budget_initial")
        above = own.spread("budget_adjusted")
        return minus_one(ratio(above, below))

    def spent_over() -> Spread:
        return minus_one(ratio(own.spread("budget_spent"), own.spread("budget_initial")))

    def established() -> Spread:
        above, below = (
            Fraction(
                sum(
                    amount
                    for (name, _, item, at), amount in own.amounts.items()
                    if (name, at) == (figure, own.year) and item != "contract"
                )
            )
            for figure in ("staff_actual", "staff_quota")
        )
        return Spread(above / below, above / below, above / below)

    def all_staff() -> list[Spread]:
        contract = [
            {
                scope
                for name, scope, item, at in own.amounts
                if (name, item, at) == (figure, "contract", own.year)
            }
            for figure in ("staff_actual", "staff_quota")
        ]
        if not contract[1] or contract[0] - contract[1]:
            return []  # where one unit is silent, nothing can be said of all staff
        return [ratio(own.spread("staff_actual"), own.spread("staff_quota"))]

    simple = [
        ("execution", "budget_execution_rate", "预算执行率为", ("budget_spent",), "budget_adjusted", [over(("budget_spent",), "budget_initial")]),
        ("adjustment", "budget_adjustment_rate", "预算调整率为", ("budget_added", "budget_cut"), "budget_initial",
         [net, over(("budget_added",), "budget_initial"), spent_over]),
        ("three_public", "three_public_control_rate", "“三公”经费控制率为", ("three_public_actual",), "three_public_budget", []),
        ("public_funds", "public_funds_control_rate", "公用经费控制率为", ("public_funds_actual",), "public_funds_budget", []),
        ("procurement", "procurement_execution_rate", "政府采购执行率为", ("procurement_actual",), "procurement_budget", []),
        ("key_projects", "key_spending_rate", "重点支出安排率为", ("key_project_budget",), "project_budget", []),
        ("assets", "fixed_asset_use_rate", "固定资产利用率为", ("assets_in_use",), "assets_total", []),
        ("carried", "carry_over_rate", "结转结余率为", ("carry_over",), "budget_adjusted", [over(("carry_over",), "budget_spent")]),
        ("tasks", "completion_rate", "任务完成率为", ("tasks_done",), "tasks_planned", []),
        ("on_time", "on_time_rate", "完成及时率为", ("tasks_on_time",), "tasks_planned", []),
        ("quality", "quality_rate", "质量达标率为", ("tasks_quality_met",), "tasks_planned", [over(("tasks_quality_met",), "tasks_done")]),
        ("key_tasks", "key_task_rate", "重点工作办结率为", ("key_tasks_done",), "key_tasks_assigned", []),
        ("satisfaction", "satisfaction_rate", "服务对象满意度为", ("survey_satisfied",), "survey_valid", [_weighted(own)]),
    ]  # fmt: skip
    found = []
    for id, about, words, above, below, others in simple:
        if all(own.known(figure) for figure in (*above, below)) and own.amount(below):
            found.append(Claim(id, "rate", about, words, over(above, below), others=_each(others)))
    found.append(
        Claim(
            "establishment", "rate", "staff_control_rate", "在职人员控制率为", established, others=all_staff
        )
    )
    return found


def _each(others: list[_Of]) -> Callable[[], list[Spread]]:
    return lambda: [other() for other in others]


def _weighted(department: Department) -> _Of:
    """Satisfaction of five bands, weighed 1, 0.8, 0.6, 0.3, 0."""

    def weighted() -> Spread:
        answers = [
            department.amount("survey_answers", item=band)
            for band in ("very_satisfied", "satisfied", "neutral", "dissatisfied")
        ]
        weights = (Fraction(1), Fraction(4, 5), Fraction(3, 5), Fraction(3, 10))
        share = sum(
            (weight * count for weight, count in zip(weights, answers, strict=True)), Fraction(0)
        ) / department.amount("survey_answers")
        return Spread(share, share, share)

    return weighted


def minus_one(found: Spread) -> Spread:
    """A growth, from what is over what was."""
    return Spread(found.value - 1, found.low - 1, found.high - 1)


def _shares(department: Department) -> list[Claim]:
    """The share of receptions in “三公”, of goods in procurement; growth of the “三公” budget, as a rate and an amount."""
    own = department
    found = []
    if own.known("three_public_actual"):
        found.append(
            Claim(
                "reception_share", "share", "three_public_actual", "公务接待费占“三公”经费的",
                lambda: ratio(own.spread("three_public_actual", item="reception"), own.spread("three_public_actual")),
                item="reception", base="three_public_actual",
            )
        )  # fmt: skip
    if own.known("procurement_actual") and own.amount("procurement_actual"):
        found.append(
            Claim(
                "goods_share", "share", "procurement_actual", "货物类采购占采购总额的",
                lambda: ratio(own.spread("procurement_actual", item="goods"), own.spread("procurement_actual")),
                item="goods", base="procurement_actual",
            )
        )  # fmt: skip
    if own.known("three_public_budget") and own.known("three_public_budget", back=1):

        def grown() -> Spread:
            return minus_one(
                ratio(own.spread("three_public_budget"), own.spread("three_public_budget", back=1))
            )

        def changed() -> Spread:
            now, before = own.spread("three_public_budget"), own.spread("three_public_budget", back=1)
            return Spread(now.value - before.value, now.low - before.high, now.high - before.low)

        if grown().value:
            found.append(
                Claim(
                    "budget_growth",
                    "growth",
                    "three_public_budget",
                    "“三公”经费预算比上年",
                    grown,
                    signed=True,
                )
            )
            scale = own.scale("three_public_budget")
            found.append(
                Claim(
                    "budget_change", "change", "three_public_budget", "“三公”经费预算较上年", changed, signed=True,
                    decimals=scale.decimals, unit=scale.unit,
                )
            )  # fmt: skip
    return found


def _totals(department: Department) -> list[Claim]:
    """Totals as the text states them again, and how many offices there are."""
    scale = department.main
    found = [
        Claim(
            f"total_{figure}", "total", figure, f"本部门{department.words[figure]}合计", partial(department.spread, figure),
            decimals=scale.decimals, unit=scale.unit,
        )
        for figure in ("budget_adjusted", "budget_spent")
    ]  # fmt: skip
    if department.offices:
        listed = Fraction(len(department.offices))
        found.append(
            Claim(
                "offices", "count", "items_listed", "设有内设机构", lambda: Spread(listed, listed, listed), item="offices",
                decimals=0, unit="个", exact=True,
            )
        )  # fmt: skip
    return found


def in_unit(claim: Claim) -> Spread:
    """What a claim is in the unit that it is printed in."""
    found = claim.spread()
    held = HELD.get(claim.unit, Fraction(1))
    return Spread(found.value / held, found.low / held, found.high / held)


def shown(claim: Claim, department: Department) -> int:
    """The number that is printed, as a whole number of its last place: what was seeded, else rounded half up.

    A department that computes from finer numbers than it prints may differ by one in the last place.
    """
    if claim.shown is not None:
        return claim.shown
    found = in_unit(claim)
    value = found.value
    if department.finer and claim.kind == "rate" and found.low < found.high:
        steps = department.chance(f"finer {claim.id}").randint(30, 70)
        value = found.low + (found.high - found.low) * Fraction(steps, 100)
    return half_up(value, claim.decimals)


def row(claim: Claim, department: Department) -> dict[str, str]:
    """A row of a table of published numbers."""
    number = shown(claim, department)
    digits = decimal(abs(number), claim.decimals)
    if claim.signed:
        words = f"{claim.words}{'增长' if number > 0 else '减少'}"
        number = abs(number)
    else:
        words = claim.words
    own_words = f"{words}{digits}{claim.unit}"
    return {
        "claim": claim.id, "kind": claim.kind, "about": claim.about, "scope": claim.scope, "item": claim.item,
        "year": str(department.year), "published": digits, "unit": claim.unit,
        "precision": "exact" if claim.exact else last_place(claim.decimals), "locator": "一（四）", "quote": own_words, "base": claim.base,
    }  # fmt: skip
