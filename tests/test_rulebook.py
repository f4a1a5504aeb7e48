"""The rulebook: every stanza's worked examples, and the rules of style.md §7 that can be tests."""

from fractions import Fraction
from pathlib import Path

import pytest

from auditbook import figures, formulas, indicators, scoring, strict_yaml
from auditbook.numbers import parse_rate

ROOT = Path(__file__).resolve().parents[1]
DICTIONARY = figures.read_dictionary(ROOT)
RULEBOOK = indicators.read_rulebook(ROOT, DICTIONARY)
EXAMPLES = [
    (stanza, title, content)
    for stanza in RULEBOOK.stanzas.values()
    for example in stanza.examples
    for title, content in example.items()
]


@pytest.mark.parametrize(
    ("stanza", "title", "content"), EXAMPLES, ids=[f"{s.id}: {t}" for s, t, _ in EXAMPLES]
)
def test_worked_example(stanza, title, content):
    given = {figure: Fraction(str(value)) for figure, value in content["given"].items()}
    expected = {name: value for name, value in content.items() if name != "given"}
    assert expected, f"示例“{title}”没有说结果"
    for name, wanted in expected.items():
        formula = formulas.read(stanza.definitions[name].formula)
        if wanted == "undefined":
            with pytest.raises(formulas.ZeroBase):
                formula.value(given)
            continue
        bound = str(wanted).startswith("at most ")
        assert bound == (stanza.definitions[name].bound == "upper"), f"{stanza.id}.{name}: 上限要写 at most"
        assert formula.value(given) == parse_rate(str(wanted).removeprefix("at most "))


@pytest.mark.parametrize("stanza", RULEBOOK.stanzas.values(), ids=lambda stanza: stanza.id)
def test_every_stanza_has_two_examples_and_every_definition_one(stanza):
    assert len(stanza.examples) >= 2
    shown = {name for example in stanza.examples for content in example.values() for name in content}
    assert set(stanza.definitions) <= shown


@pytest.mark.parametrize(
    "path", sorted((ROOT / "params" / "frameworks").glob("*.yaml")), ids=lambda path: path.stem
)
def test_frameworks_add_up_and_name_known_indicators(path):
    document = strict_yaml.load(path)
    framework = strict_yaml.validate(document, scoring.Framework)
    assert framework is not None, document.faults
    for item in framework.items:
        if item.indicator:
            assert item.definition in RULEBOOK.stanzas[item.indicator].definitions


@pytest.mark.parametrize(
    ("text", "inside", "outside"),
    [
        ("(0%, 10%]", ["0.0001", "0.1"], ["0", "0.1001"]),
        ("[80%, 90%)", ["0.8", "0.89"], ["0.9", "0.79"]),
        ("=0%", ["0"], ["0.0001", "-0.0001"]),
        (">30%", ["0.3001"], ["0.3"]),
        (">=30%", ["0.3"], ["0.2999"]),
        ("<5%", ["0.0499", "-1"], ["0.05"]),
    ],
)
def test_zones_include_what_is_written(text, inside, outside):
    zone = scoring.read_zone(text)
    assert all(zone.holds(Fraction(value)) for value in inside)
    assert not any(zone.holds(Fraction(value)) for value in outside)


@pytest.mark.parametrize(
    ("partial", "value", "points"),
    [
        ("floor", "1.0199", "4.5"), ("floor", "1.0833", "1"), ("floor", "1", "5"), ("floor", "0.5", "5"),
        ("floor", "1.0099", "5"), ("floor", "1.01", "4.5"), ("ceil", "1.0001", "4.5"), ("linear", "1.015", "4.25"),
        ("floor", "3", "0"),
    ],
)  # fmt: skip
def test_deductions_on_both_sides_of_each_step(partial, value, points):
    rule = scoring.Deduct(
        limit="100%", beyond="above", every="1%", points=strict_decimal("0.5"), partial=partial
    )
    assert rule.of(Fraction(value), Fraction(5)) == Fraction(points)


def strict_decimal(text):
    from decimal import Decimal

    return Decimal(text)


def test_points_over_a_range_of_values_are_an_interval():
    from auditbook.numbers import Interval

    rule = scoring.Rule(steps=[["=0%", 3], ["(0%, 10%]", 2], [">10%", 0]])
    assert rule.span(Interval(Fraction(0), Fraction(0)), Fraction(3)) == Interval(Fraction(3), Fraction(3))
    assert rule.span(Interval(Fraction("0.05"), Fraction("0.2")), Fraction(3)) == Interval(
        Fraction(0), Fraction(2)
    )
    assert rule.span(Interval(Fraction(-1), Fraction("0.2")), Fraction(3)) is None
