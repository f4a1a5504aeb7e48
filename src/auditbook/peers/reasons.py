"""Why a department lies outside its group: its formula with its numbers, and what is otherwise with the one in the middle.

Outside is not wrong: nothing here says of a department that it did something. What may explain the distance without any
act of its own (a base near zero, parts that are missing, a contradiction in its evidence) is said first.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from functools import cache

from auditbook import formulas
from auditbook.figures import Dictionary, Meaning
from auditbook.formulas import Formula
from auditbook.numbers import MONEY, RATE, amount_text, dimension, rate_text, rounded, text
from auditbook.peers.gathered import Outlier, Peers
from auditbook.peers.groups import value_words
from auditbook.peers.reading import Department, Measure

# A denominator below this share of the group's middle one makes a large rate of a small amount.
SMALL_BASE = Fraction(1, 20)


@cache
def read_formula(formula: str) -> Formula | None:
    """A formula as it stands in a table; None where there is none, or it is no arithmetic."""
    try:
        return formulas.read(formula) if formula else None
    except ValueError:
        return None


def definition_words(peers: Peers, measure: Measure) -> str:
    """An indicator with its definition where it has several: 预算完成率（调整后预算口径）."""
    name = peers.names[measure.indicator]
    found = peers.known.get(measure[1:4])
    if found is None:
        return f"{name}（{measure.definition}）"
    stanza = found[0]
    several = len(stanza.definitions) > 1
    return f"{name}（{stanza.definition_name(measure.definition)}）" if several else name


def formula_words(peers: Peers, measure: Measure) -> str:
    """The formula in words, as the rulebook names its figures; by ids where no rulebook knows it."""
    if peers.judged(measure):
        return "由审计人员逐个评价要点判断，取满足要点的份额"
    found, formula = peers.known.get(measure[1:4]), read_formula(measure.formula)
    if found is None or formula is None:
        return measure.formula
    return formula.sentence({figure: found[1][figure].name for figure in formula.figures})


def source_words(peers: Peers, measure: Measure) -> str:
    """Where the definition is from; "" where no rulebook knows it."""
    found = peers.known.get(measure[1:4])
    if found is None:
        return ""
    stanza = found[0]
    return (stanza.source or "") if stanza.judged else stanza.definitions[measure.definition].source


def sum_words(peers: Peers, department: Department, measure: Measure) -> str:
    """The formula with a department's numbers: (120.00 + 0.00) ÷ 5,234.00 = 2.29%; from numerator and denominator otherwise."""
    value = department.values[measure]
    assert value.value is not None
    shown = value_words(value.value, measure)
    formula = read_formula(measure.formula)
    numbers = _numbers(peers, department, measure)
    if numbers is not None and formula is not None:
        return f"{formula.with_numbers(numbers[0])} = {shown}"
    if value.numerator and value.denominator:
        unit = _unit(peers, measure)
        above, below = (_plain(Fraction(number), unit) for number in (value.numerator, value.denominator))
        return f"{above} ÷ {below} = {shown}"
    return shown


def _plain(value: Fraction, unit: str) -> str:
    """A number of a table, in its own unit: money with two decimals, whole things without."""
    whole = value.denominator == 1 and unit and dimension(unit) != MONEY
    return f"{format(rounded(value, 0 if whole else 2), ',f')}{unit}"


def _unit(peers: Peers, measure: Measure) -> str:
    """The unit of numerator and denominator, where it is one: as the table of indicators has it."""
    found, formula = peers.known.get(measure[1:4]), read_formula(measure.formula)
    if found is None or formula is None:
        return ""
    units = {found[1][figure].unit for figure in formula.figures}
    unit = units.pop() if len(units) == 1 else ""
    return "" if dimension(unit) == RATE or unit == "any" else unit


def _numbers(
    peers: Peers, department: Department, measure: Measure
) -> tuple[dict[str, str], dict[str, Fraction]] | None:
    """The figures of a formula, as texts and as values; None where not all are figures of the whole department."""
    found, formula = peers.known.get(measure[1:4]), read_formula(measure.formula)
    if found is None or formula is None:
        return None
    texts, values = {}, {}
    for figure in formula.figures:
        meaning = found[1][figure]
        value = _own(department, meaning, found[1])
        if value is None or meaning.unit == "any":
            return None
        values[figure] = value
        rate = dimension(meaning.unit) == RATE
        texts[figure] = rate_text(value) if rate else amount_text(value, meaning.unit)
    return texts, values


def _own(department: Department, meaning: Meaning, dictionary: Dictionary) -> Fraction | None:
    year = department.setting.year
    own = department.figures.get((meaning.id, year))
    if own is None and meaning.previous in dictionary:
        own = department.figures.get((str(meaning.previous), year - 1))
    return own


def outlier_words(peers: Peers, outlier: Outlier) -> tuple[str, ...]:
    """How the value comes about, how the department in the middle comes to its own, and where the two differ most."""
    own, other = peers.departments[outlier.department], peers.departments[outlier.middle]
    measure = outlier.measure
    said = [
        f"本部门 {sum_words(peers, own, measure)}",
        f"居中的{other.name} {sum_words(peers, other, measure)}",
    ]
    if differs := _differs(peers, own, other, measure):
        said.append(differs)
    if level := _at_the_middle(peers, outlier):
        said.append(level)
    return tuple(said)


def _differs(peers: Peers, own: Department, other: Department, measure: Measure) -> str:
    """Which of several figures of the numerator makes the difference, as shares of each department's denominator."""
    formula, known = read_formula(measure.formula), peers.known.get(measure[1:4])
    parts = formula.parts() if formula else None
    held = [_numbers(peers, department, measure) for department in (own, other)]
    if not parts or known is None or len(parts[0].figures) < 2 or held[0] is None or held[1] is None:
        return ""
    first, second = (_shares(parts, numbers[1]) for numbers in held if numbers is not None)
    figure = max(parts[0].figures, key=lambda one: (abs(first[one] - second[one]), one))
    if first[figure] == second[figure]:
        return ""
    return f"两者差别最大的是“{known[1][figure].name}”：相当于分母的{rate_text(first[figure])}，居中部门是{rate_text(second[figure])}"


def _shares(parts: tuple[Formula, Formula], values: Mapping[str, Fraction]) -> dict[str, Fraction]:
    below = parts[1].value(values)
    return {figure: values[figure] / below for figure in parts[0].figures}


def _at_the_middle(peers: Peers, outlier: Outlier) -> str:
    """By how much the numerator is away from what the group's median would make it."""
    value, unit = outlier.value, _unit(peers, outlier.measure)
    if not value.numerator or not value.denominator or not unit:
        return ""
    away = Fraction(value.numerator) - outlier.spread.middle * Fraction(value.denominator)
    more = "多" if away > 0 else "少"
    return f"与按组内中位数推算的分子相比{more}{_plain(abs(away), unit)}"


def first_look(peers: Peers, outlier: Outlier) -> tuple[str, ...]:
    """What may explain the distance by itself, and is to be looked at before anything is thought of the department."""
    value, department = outlier.value, peers.departments[outlier.department]
    said = []
    if department.blocking:
        said.append("该部门的证据自相矛盾（阻断性核对没有通过）")
    if value.partial:
        said.append(f"只含{value.partial}个单位的数，其余单位缺数")
    if value.low is None or value.high is None:
        said.append("按公布的精度，分母可能为零")
    if value.denominator and outlier.base is not None:
        own, middle = abs(Fraction(value.denominator)), outlier.base
        if own < SMALL_BASE * middle:
            unit = _unit(peers, outlier.measure)
            said.append(
                f"基数很小：分母只有{_plain(own, unit)}，组内居中的是{_plain(middle, unit)}，很小的金额就成很大的比率"
            )
    if value.numerator and not Fraction(value.numerator):
        said.append("分子是零：先看是没有发生，还是没有报全")
    return tuple(said)


def amount_words(amount: Fraction) -> str:
    """An amount in 元 as a reader sees it."""
    return text(amount, "万元")
