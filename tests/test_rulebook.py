"""The rulebook: every stanza's worked examples, and the rules of style.md §7 that can be tests."""

from fractions import Fraction
from pathlib import Path

import pytest

from auditbook import figures, formulas, indicators
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
    if stanza.judged:
        return check_points(stanza, content)
    given = {figure: Fraction(str(value)) for figure, value in content["given"].items()}
    expected = {name: value for name, value in content.items() if name != "given"}
    assert expected, f"示例“{title}”没有说结果"
    for name, wanted in expected.items():
        formula = formulas.read(stanza.definitions[name].formula)
        if wanted == "undefined":
            with pytest.raises(formulas.ZeroBase):
                formula.value(given)
            continue
        word = {"upper": "at most ", "lower": "at least ", None: ""}[stanza.definitions[name].bound]
        assert str(wanted).startswith(word), f"{stanza.id}.{name}: 上限写 at most，下限写 at least"
        assert formula.value(given) == parse_rate(str(wanted).removeprefix(word))


def check_points(stanza, content):
    """A judged indicator: the share of points that is certain and the share that is still possible."""
    rows = [
        {"indicator": stanza.id, "point": point, "verdict": verdict}
        for point, verdict in content["given"].items()
    ]
    (result,) = indicators.compute(stanza, figures.Figures(DICTIONARY, [], [], 2020), rows)
    low, _, high = str(content["points"]).partition(" to ")
    assert (result.low, result.high) == (parse_rate(low), parse_rate(high or low))


@pytest.mark.parametrize("stanza", RULEBOOK.stanzas.values(), ids=lambda stanza: stanza.id)
def test_every_stanza_has_two_examples_and_every_definition_one(stanza):
    assert len(stanza.examples) >= 2
    if stanza.judged:
        return
    shown = {name for example in stanza.examples for content in example.values() for name in content}
    assert set(stanza.definitions) <= shown
