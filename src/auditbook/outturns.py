"""How far outturns part from the approved budget, as PEFA PI-1 and PI-2 define it, for each year and as a score over three.

The rules are ``params/outturns.yaml``. A category without a budget or an outturn makes its year not assessable: it is never zero.
With fewer years than a score needs there are the rates of the years, and no score.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from auditbook.cases import DEPARTMENT
from auditbook.figures import NOT_APPLICABLE, Figures, Resolved
from auditbook.indicators import COMPUTED, NOT_ASSESSABLE, UNDEFINED
from auditbook.numbers import factor, plain
from auditbook.scoring_rules import read_zone
from auditbook.tables import Row
from auditbook.year_chain import Year
from auditbook.year_rules import Classification, Dimension, Outturns

SCORED, NOT_SCORED = "scored", "not_scored"
COUNTED, CONTINGENCY, INTEREST = "counted", "contingency", "interest"
PARTS = {COUNTED: "计入", CONTINGENCY: "预备费，不计入", INTEREST: "债务利息，不计入"}
OVERALL = "overall"


@dataclass(frozen=True)
class Category:
    """Budget and outturn of one category in one year."""

    id: str
    name: str
    part: str
    budget: Resolved
    outturn: Resolved


@dataclass(frozen=True)
class Rate:
    """What a dimension comes to in one year: exact, or why there is none."""

    year: int
    status: str
    case: str = ""
    value: Fraction | None = None
    numerator: Fraction | None = None
    denominator: Fraction | None = None
    reason: str = ""
    figures: tuple[str, ...] = ()


def rows(years: Sequence[Year], rules: Outturns) -> tuple[list[Row], list[Row]]:
    """Rows of outturns.csv and composition.csv: the last years, each from its own case, and the scores.

    Takes    years: of a chain, the latest first.
    Returns  nothing where no dimension can be computed in any year.
    """
    latest = years[0].year
    of_year = {year.year: year for year in years}
    span = range(latest - rules.years + 1, latest + 1)
    outturns: list[Row] = []
    composition: list[Row] = []
    scores: dict[str, list[tuple[str, str]]] = {}
    for dimension in rules.dimensions:
        found: list[tuple[Classification | None, list[Rate]]] = []
        divided: list[Classification | None] = [*dimension.classifications]
        for classification in divided or [None]:
            rates = []
            for at in span:
                own = of_year.get(at)
                if own is None:
                    rates.append(Rate(at, NOT_ASSESSABLE, reason="没有这一年的案例"))
                    continue
                rate, categories = _rate(dimension, classification, own)
                rates.append(rate)
                if dimension.kind == "composition" and classification is not None and rate.value is not None:
                    composition += _composition(dimension, classification, own, categories)
            if any(rate.value is not None or rate.status == NOT_APPLICABLE for rate in rates):
                found.append((classification, rates))
        outturns += _written(dimension, found, rules, scores)
    if not any(row["rate"] for row in outturns):
        return [], []
    outturns += _overall(scores)
    return outturns, composition


def _written(
    dimension: Dimension, found: Sequence[tuple[Classification | None, Sequence[Rate]]], rules: Outturns,
    scores: dict[str, list[tuple[str, str]]],
) -> list[Row]:  # fmt: skip
    """The rows of a dimension; the first classification whose every year is known gives its score to the indicator."""
    rows, given = [], None
    for classification, rates in found:
        id = classification.id if classification else ""
        named = f"{dimension.name}：{classification.name}" if classification else dimension.name
        rows += [_row(dimension.id, id, named, rate) for rate in rates]
        status, score, reason = _score(dimension, rates, rules)
        average = _average(rates) if dimension.kind == "contingency" else None
        whole = Rate(0, status, value=average, reason=reason)
        rows.append({**_row(dimension.id, id, named, whole), "year": "", "score": score})
        if given is None or (given[0] == NOT_SCORED and status == SCORED):
            given = status, score
    scores.setdefault(dimension.indicator, []).append(given or (NOT_SCORED, ""))
    return rows


def _row(dimension: str, classification: str, name: str, rate: Rate) -> Row:
    return {
        "dimension": dimension, "classification": classification, "year": str(rate.year), "name": name, "status": rate.status,
        "rate": _plain(rate.value), "numerator": _plain(rate.numerator), "denominator": _plain(rate.denominator), "score": "",
        "reason": rate.reason, "case": rate.case, "figures": ";".join(rate.figures),
    }  # fmt: skip


def _score(dimension: Dimension, rates: Sequence[Rate], rules: Outturns) -> tuple[str, str, str]:
    """Status, score and reason over the years."""
    values = [rate.value for rate in rates if rate.value is not None]
    if rates and all(rate.status == NOT_APPLICABLE for rate in rates):
        return NOT_APPLICABLE, "", rates[0].reason
    if len(values) < rules.years:
        return NOT_SCORED, "", f"须{rules.years}年，只有{len(values)}年可以计算"
    average = _average(rates)
    for score, zone in dimension.scores.items():
        own = read_zone(zone)
        if dimension.kind == "contingency":
            if average is not None and own.holds(average):
                return SCORED, score, f"{rules.years}年平均在{zone}"
        elif (count := sum(map(own.holds, values))) >= rules.enough:
            return SCORED, score, f"{rules.years}年中{count}年在{zone}"
    return SCORED, dimension.worst, "没有达到以上各级"


def _average(rates: Sequence[Rate]) -> Fraction | None:
    values = [rate.value for rate in rates if rate.value is not None]
    return sum(values, Fraction(0)) / len(values) if rates and len(values) == len(rates) else None


def _overall(scores: dict[str, list[tuple[str, str]]]) -> list[Row]:
    """The score of an indicator of several dimensions: the worst of them, with + where another one is better (M1)."""
    found = []
    for indicator, own in scores.items():
        if len(own) < 2:
            continue
        applying = [score for status, score in own if status != NOT_APPLICABLE]
        scored = bool(applying) and all(applying)
        worst = max(applying, default="")
        score = worst + ("+" if scored and min(applying) < worst else "") if scored else ""
        reason = "各项中最低的一项，另有更高的加“+”（M1）" if scored else "不是每一项都评得出"
        rate = Rate(0, SCORED if scored else NOT_SCORED, reason=reason)
        row = _row(OVERALL, indicator.lower(), f"{indicator}合计", rate)
        found.append({**row, "year": "", "score": score})
    return found


# --- one year ----------------------------------------------------------------------------------------


def _rate(
    dimension: Dimension, classification: Classification | None, year: Year
) -> tuple[Rate, list[Category]]:
    if classification is None:
        assert dimension.budget and dimension.outturn
        both = [year.figures.resolve(figure) for figure in (dimension.outturn, dimension.budget)]
        return _share(year, both[0], both[1]), []
    categories = _categories(classification, year.figures, year.unit_names())
    if dimension.kind == "contingency":
        return _contingency(classification, categories, year), categories
    return _variance(classification, categories, year), categories


def _share(year: Year, part: Resolved, whole: Resolved) -> Rate:
    keys = (*part.terms, *whole.terms)
    if part.value is None or whole.value is None:
        lacking = (*part.lacking, *whole.lacking)
        return Rate(year.year, NOT_ASSESSABLE, year.case.case, reason="缺预算数或决算数", figures=lacking)
    if not whole.value:
        return Rate(year.year, UNDEFINED, year.case.case, reason="预算为零，没有比率", figures=keys)
    value = part.value / whole.value
    return Rate(year.year, COMPUTED, year.case.case, value, part.value, whole.value, figures=keys)


def _variance(classification: Classification, categories: Sequence[Category], year: Year) -> Rate:
    """The sum of absolute deviations from the adjusted budget over the sum of the adjusted budget."""
    own = [category for category in categories if category.part == COUNTED]
    at, case = year.year, year.case.case
    lacking = tuple(key for c in own for side in (c.budget, c.outturn) for key in side.lacking)
    keys = tuple(key for c in own for side in (c.budget, c.outturn) for key in side.terms)
    if lacking or any(side.value is None for c in own for side in (c.budget, c.outturn)):
        return Rate(at, NOT_ASSESSABLE, case, reason="有类别缺预算数或决算数", figures=lacking)
    if sum(bool(c.budget.value or c.outturn.value) for c in own) < 2:
        said = "没有分类的预算数与决算数" if not own else "只有一类有数额，无从比较构成"
        return Rate(at, NOT_ASSESSABLE, case, reason=said, figures=keys)
    if incomplete := _incomplete(classification, categories, year.figures):
        return Rate(at, NOT_ASSESSABLE, case, reason=incomplete, figures=keys)
    deviations = _deviations(own)
    if deviations is None:
        return Rate(at, UNDEFINED, case, reason="预算或决算合计为零，没有比率", figures=keys)
    above = sum((abs(deviation) for _, deviation in deviations), Fraction(0))
    below = sum((adjusted for adjusted, _ in deviations), Fraction(0))
    return Rate(at, COMPUTED, case, above / below, above, below, figures=keys)


def _deviations(own: Sequence[Category]) -> list[tuple[Fraction, Fraction]] | None:
    """For each category its budget, moved as the whole has moved, and how far the outturn lies from it."""
    pairs = [(c.budget.value or Fraction(0), c.outturn.value or Fraction(0)) for c in own]
    budget, outturn = (sum(side, Fraction(0)) for side in zip(*pairs, strict=True))
    if not budget or not outturn:
        return None
    return [(planned * outturn / budget, spent - planned * outturn / budget) for planned, spent in pairs]


def _contingency(classification: Classification, categories: Sequence[Category], year: Year) -> Rate:
    held = [category for category in categories if category.part == CONTINGENCY]
    if not categories:
        return Rate(year.year, NOT_ASSESSABLE, year.case.case, reason="没有分类的预算数与决算数")
    if not held:
        said = f"没有预备费（{'、'.join(classification.contingency)}）"
        return Rate(year.year, NOT_APPLICABLE, year.case.case, reason=said)
    if incomplete := _incomplete(classification, categories, year.figures):
        return Rate(year.year, NOT_ASSESSABLE, year.case.case, reason=incomplete)
    return _share(
        year,
        _sum([category.outturn for category in held]),
        _sum([category.budget for category in categories]),
    )


def _sum(parts: Sequence[Resolved]) -> Resolved:
    lacking = tuple(key for part in parts for key in part.lacking)
    if lacking or any(part.value is None for part in parts):
        return Resolved("missing", lacking=lacking)
    terms = {key: box for part in parts for key, box in part.terms.items()}
    return Resolved("value", sum((part.value or Fraction(0) for part in parts), Fraction(0)), terms)


def _categories(classification: Classification, figures: Figures, units: dict[str, str]) -> list[Category]:
    if classification.by == "pairs":
        found = [
            Category(id, pair.name, COUNTED, figures.resolve(pair.budget), figures.resolve(pair.outturn))
            for id, pair in classification.pairs.items()
        ]
        known = any(c.budget.value is not None or c.outturn.value is not None for c in found)
        return found if known else []
    budget, outturn = classification.budget or "", classification.outturn or ""
    if classification.by == "units":
        both = [(id, [figures.resolve(figure, id) for figure in (budget, outturn)]) for id in units]
        if not any(side.value is not None for _, sides in both for side in sides):
            return []
        return [Category(id, units[id], COUNTED, sides[0], sides[1]) for id, sides in both]
    codes = sorted(
        {
            ".".join(key.item.split(".")[: classification.level])
            for key in figures.chosen
            if key.figure in (budget, outturn) and key.item and key.year == figures.year
        }
    )
    return [
        Category(
            code, _named(code, (budget, outturn), figures), _part(code, classification),
            figures.resolve(budget, DEPARTMENT, code), figures.resolve(outturn, DEPARTMENT, code),
        )
        for code in codes
    ]  # fmt: skip


def _named(code: str, of: Sequence[str], figures: Figures) -> str:
    names = (figures.item_name(figure, code) for figure in of)
    return next((name for name in names if name != code), code)


def _part(code: str, classification: Classification) -> str:
    if code in classification.contingency:
        return CONTINGENCY
    return INTEREST if code in classification.interest else COUNTED


def _incomplete(classification: Classification, categories: Sequence[Category], figures: Figures) -> str:
    """What speaks against the categories being all there are: a whole that they do not add up to."""
    if classification.by == "pairs":
        return ""
    for figure, sides in (
        (classification.budget or "", [category.budget for category in categories]),
        (classification.outturn or "", [category.outturn for category in categories]),
    ):
        whole, parts = figures.resolve(figure), _sum(sides)
        if whole.value is None or parts.value is None:
            continue
        if whole.interval.low > parts.interval.high or parts.interval.low > whole.interval.high:
            return f"{figures.dictionary[figure].name}各类之和不等于合计"
    return ""


def _composition(
    dimension: Dimension, classification: Classification, year: Year, categories: Sequence[Category]
) -> list[Row]:
    """A row for each category of a year that can be computed, in the unit of its figures."""
    unit = year.figures.dictionary[classification.figures()[0]].unit
    held = factor(unit)
    counted = [category for category in categories if category.part == COUNTED]
    moved = dict(zip([c.id for c in counted], _deviations(counted) or [], strict=True))
    found = []
    for category in categories:
        adjusted, deviation = moved.get(category.id, (None, None))
        found.append(
            {
                "dimension": dimension.id, "classification": classification.id, "year": str(year.year),
                "category": category.id, "name": category.name, "part": category.part, "unit": unit,
                "budget": _plain(category.budget.value, held), "outturn": _plain(category.outturn.value, held),
                "adjusted": _plain(adjusted, held), "deviation": _plain(deviation, held),
            }
        )  # fmt: skip
    return found


def _plain(value: Fraction | None, held: Fraction = Fraction(1)) -> str:
    return "" if value is None else plain(value / held)
