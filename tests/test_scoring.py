"""Scoring: every rule type on both sides of its boundaries, schemes that are refused, and scores as intervals.

Every expected number is worked out by hand, in the case itself or in the comment beside it.
"""

from fractions import Fraction as F
from pathlib import Path
from types import SimpleNamespace

import pytest
from bs4 import BeautifulSoup
from conftest import INVENTED_CASE, own_project
from hypothesis import given
from hypothesis import strategies as st

from auditbook import cases, figures, indicators, scoring, strict_yaml
from auditbook.faults import CaseError
from auditbook.indicators import Result, Rulebook, Stanza
from auditbook.numbers import Interval, parse_rate
from auditbook.report import scorecard
from auditbook.report.references import uncited
from auditbook.scoring_rules import Mark, Rule, overlap_or_gap, read_zone, zone_words
from auditbook.workspace import locate

ROOT = Path(__file__).resolve().parents[1]
DICTIONARY = figures.read_dictionary(ROOT)
RULEBOOK = indicators.read_rulebook(ROOT, DICTIONARY)
YEAR = 2019
NOT_TOLD = "not told"


def rule(text: str, folder: Path) -> Rule:
    """A rule as it stands in a framework file."""
    path = folder / "rule.yaml"
    path.write_text(text, encoding="utf-8")
    document = strict_yaml.load(path)
    read = strict_yaml.validate(document, Rule)
    assert read is not None, document.faults
    return read


def points(value: str) -> F | None:
    return None if value == NOT_TOLD else F(value)


# --- each rule type, both sides of every boundary ---------------------------------------------------------------

STEPS = 'steps: [["=0%", 3], ["(0%, 10%]", 2], ["(10%, 20%]", 1], ["(20%, 30%]", 0.5], [">30%", 0]]'
SHARES = 'steps: [[">=90%", 5], ["[80%, 90%)", 4], ["[70%, 80%)", 3], ["[60%, 70%)", 2], ["<60%", 0]]'


def deduct(partial: str, beyond: str = "above") -> str:
    return (
        f"deduct: {{limit: 100%, beyond: {beyond}, every: 1%, points: 0.5, partial: {partial}, "
        "partial_source: stated}"
    )


COUNTED = (
    'deduct: {limit: "0", beyond: above, every: "1", points: 0.5, partial: floor, partial_source: stated}'
)
VALUES = [
    # (rule, what the line is worth, value, points)
    (STEPS, 3, "0%", "3"),
    (STEPS, 3, "0.0001%", "2"),
    (STEPS, 3, "10%", "2"),
    (STEPS, 3, "10.0001%", "1"),
    (STEPS, 3, "20%", "1"),
    (STEPS, 3, "20.0001%", "0.5"),
    (STEPS, 3, "30%", "0.5"),
    (STEPS, 3, "30.0001%", "0"),
    (STEPS, 3, "-0.0001%", NOT_TOLD),
    (SHARES, 5, "90%", "5"),
    (SHARES, 5, "89.9999%", "4"),
    (SHARES, 5, "80%", "4"),
    (SHARES, 5, "79.9999%", "3"),
    (SHARES, 5, "70%", "3"),
    (SHARES, 5, "69.9999%", "2"),
    (SHARES, 5, "60%", "2"),
    (SHARES, 5, "59.9999%", "0"),
    (deduct("floor"), 5, "100%", "5"),
    (deduct("floor"), 5, "100.9999%", "5"),
    (deduct("floor"), 5, "101%", "4.5"),
    (deduct("floor"), 5, "108.9999%", "1"),  # 8 complete points: 5 - 8×0.5
    (deduct("floor"), 5, "109.9999%", "0.5"),
    (deduct("floor"), 5, "110%", "0"),
    (deduct("floor"), 5, "150%", "0"),
    (deduct("ceil"), 5, "100%", "5"),
    (deduct("ceil"), 5, "100.0001%", "4.5"),
    (deduct("ceil"), 5, "101%", "4.5"),
    (deduct("ceil"), 5, "101.0001%", "4"),
    (deduct("ceil"), 5, "109.0001%", "0"),
    (deduct("linear"), 5, "100%", "5"),
    (deduct("linear"), 5, "100.5%", "4.75"),
    (deduct("linear"), 5, "109.5%", "0.25"),
    (deduct("linear"), 5, "110%", "0"),
    (deduct("linear"), 5, "110.0001%", "0"),
    (deduct("floor", "below"), 5, "100%", "5"),
    (deduct("floor", "below"), 5, "99.0001%", "5"),
    (deduct("floor", "below"), 5, "99%", "4.5"),
    (deduct("floor", "below"), 5, "120%", "5"),
    (deduct("ceil", "below"), 5, "99.9999%", "4.5"),
    (COUNTED, 3, "0", "3"),
    (COUNTED, 3, "1", "2.5"),
    (COUNTED, 3, "5", "0.5"),
    (COUNTED, 3, "6", "0"),
    (COUNTED, 3, "7", "0"),
    ("proportional: {full_at: 100%}", 10, "76%", "7.6"),  # 重庆: 10 × 76 %
    ("proportional: {full_at: 100%}", 10, "99.99%", "9.999"),
    ("proportional: {full_at: 100%}", 10, "100%", "10"),
    ("proportional: {full_at: 100%}", 10, "130%", "10"),
    ("proportional: {full_at: 100%}", 10, "0%", "0"),
    ("proportional: {full_at: 100%}", 10, "-5%", "0"),
    ("proportional: {full_at: 90%}", 10, "90%", "10"),
    ("proportional: {full_at: 90%}", 10, "81%", "9"),  # 81/90
    ("reverse: {full_at: 100%}", 10, "100%", "10"),
    ("reverse: {full_at: 100%}", 10, "0%", "10"),
    ("reverse: {full_at: 100%}", 10, "125%", "8"),  # 100/125
    ("reverse: {full_at: 100%}", 10, "400%", "2.5"),
    ("closeness: {full_at: 100%}", 10, "100%", "10"),
    ("closeness: {full_at: 100%}", 10, "99%", "9.9"),
    ("closeness: {full_at: 100%}", 10, "125%", "8"),  # 100/125
    ("closeness: {full_at: 100%}", 10, "400%", "2.5"),
    ("closeness: {full_at: 100%}", 10, "0%", "0"),
    ("closeness: {full_at: 100%}", 10, "-125%", "0"),  # the wrong side of nought is no inverse proportion
    ("closeness: {full_at: 80%}", 10, "40%", "5"),
    ("closeness: {full_at: 80%}", 10, "100%", "8"),
    ('binary: {when: ">=95%"}', 4, "95%", "4"),
    ('binary: {when: ">=95%"}', 4, "94.9999%", "0"),
    ('binary: {when: "(0%, 5%]"}', 4, "0%", "0"),
    ('binary: {when: "(0%, 5%]"}', 4, "5%", "4"),
    ('binary: {when: "(0%, 5%]"}', 4, "5.0001%", "0"),
    ("bonus: {each: 2, cap: 5}", 5, "0", "0"),
    ("bonus: {each: 2, cap: 5}", 5, "2", "4"),
    ("bonus: {each: 2, cap: 5}", 5, "3", "5"),
    ("bonus: {each: 2, cap: 5}", 5, "9", "5"),
    ("undocumented: 没有公开", 5, "50%", NOT_TOLD),
]


@pytest.mark.parametrize(("text", "full", "value", "expected"), VALUES)
def test_points_for_a_value(text, full, value, expected, tmp_path):
    own = rule(text, tmp_path)
    at, wanted = parse_rate(value), points(expected)
    assert own.of(at, F(full)) == wanted
    span = own.span(Interval(at, at), F(full))
    assert span == (None if wanted is None else Interval(wanted, wanted))


SPANS = [
    (STEPS, 3, "9%", "11%", ("1", "2")),
    (STEPS, 3, "0%", "0.001%", ("2", "3")),
    (STEPS, 3, "5%", "35%", ("0", "2")),
    (STEPS, 3, "10%", "10%", ("2", "2")),
    (STEPS, 3, "-1%", "5%", None),
    # a hole in the middle of the range, though both ends are told
    ('steps: [["[0%, 10%)", 2], ["(10%, 20%]", 1]]', 2, "5%", "15%", None),
    ('steps: [["[0%, 10%)", 2], ["(20%, 30%]", 1]]', 2, "5%", "25%", None),
    # a peak between two lower ends: only an interior piece reaches it
    ('steps: [["<95%", 0], ["[95%, 105%]", 4], [">105%", 0]]', 4, "90%", "110%", ("0", "4")),
    # an open zone whose ends are the range's ends
    ('steps: [["<=0%", 0], ["(0%, 10%)", 4], [">=10%", 0]]', 4, "0%", "10%", ("0", "4")),
    ('binary: {when: "(2%, 4%)"}', 4, "2%", "4%", ("0", "4")),
    ('binary: {when: "=3%"}', 4, "2%", "4%", ("0", "4")),
    (deduct("floor"), 5, "99%", "103.5%", ("3.5", "5")),
    (deduct("floor", "below"), 5, "96.5%", "101%", ("3.5", "5")),
    (deduct("linear"), 5, "101.5%", "103.5%", ("3.25", "4.25")),
    ("proportional: {full_at: 100%}", 10, "50%", "120%", ("5", "10")),
    ("reverse: {full_at: 100%}", 10, "80%", "200%", ("5", "10")),
    ("closeness: {full_at: 100%}", 10, "50%", "125%", ("5", "10")),  # the peak lies inside
    ("closeness: {full_at: 100%}", 10, "125%", "200%", ("5", "8")),
    ("bonus: {each: 2, cap: 5}", 5, "1", "4", ("2", "5")),
]


@pytest.mark.parametrize(("text", "full", "low", "high", "expected"), SPANS)
def test_points_for_a_range(text, full, low, high, expected, tmp_path):
    span = rule(text, tmp_path).span(Interval(parse_rate(low), parse_rate(high)), F(full))
    assert span == (Interval(*map(F, expected)) if expected else None)


REACHES = [
    (STEPS, 3, "15%", None, ("0", "1")),
    (STEPS, 3, "31%", None, ("0", "0")),
    (STEPS, 3, None, "15%", None),  # nothing is said of values below nought
    (SHARES, 5, "75%", None, ("3", "5")),
    (SHARES, 5, None, "75%", ("0", "3")),
    (deduct("floor"), 5, "102%", None, ("0", "4")),
    (deduct("floor"), 5, None, "102%", ("4", "5")),
    (deduct("linear", "below"), 5, None, "99%", ("0", "4.5")),
    ("proportional: {full_at: 100%}", 10, "40%", None, ("4", "10")),
    ("proportional: {full_at: 100%}", 10, None, "40%", ("0", "4")),
    ("proportional: {full_at: 100%}", 10, "140%", None, ("10", "10")),
    ("reverse: {full_at: 100%}", 10, "200%", None, ("0", "5")),
    ("reverse: {full_at: 100%}", 10, None, "200%", ("5", "10")),
    ("closeness: {full_at: 100%}", 10, "80%", None, ("0", "10")),
    ("closeness: {full_at: 100%}", 10, "125%", None, ("0", "8")),
    ("closeness: {full_at: 100%}", 10, None, "80%", ("0", "8")),
    ("bonus: {each: 2, cap: 5}", 5, "2", None, ("4", "5")),
    ('binary: {when: ">=95%"}', 4, "95%", None, ("4", "4")),
    ('binary: {when: ">=95%"}', 4, None, "95%", ("0", "4")),
]


@pytest.mark.parametrize(("text", "full", "low", "high", "expected"), REACHES)
def test_points_where_only_one_end_is_known(text, full, low, high, expected, tmp_path):
    ends = [None if end is None else parse_rate(end) for end in (low, high)]
    span = rule(text, tmp_path).reach(*ends, F(full))
    assert span == (Interval(*map(F, expected)) if expected else None)


EACH = "checklist: {each: 1, partly: 0.5, not_applicable: spread}"
EARNED = "checklist: {each: 1, partly: 0.5, not_applicable: earned}"
SILENT = "checklist: {each: 1, partly: unknown, not_applicable: spread}"
LESS = "checklist: {deduct: 1, partly: 0.5}"
BANDS = 'bands: {met: "[80%, 100%]", partly: "[60%, 80%)", not_met: "[0%, 60%)"}'
MARKS = [
    (EACH, 3, "met met met", ("3", "3")),
    (EACH, 3, "met partly not_met", ("1.5", "1.5")),
    (EACH, 3, "not_met not_met not_met", ("0", "0")),
    (EACH, 3, "met not_assessed not_met", ("1", "2")),
    (EACH, 3, "met not_met not_applicable", ("1.5", "1.5")),  # 3 × 1/2
    (EARNED, 3, "met not_met not_applicable", ("2", "2")),
    (EACH, 3, "not_applicable not_applicable not_applicable", None),
    (SILENT, 3, "met partly not_met", ("1", "2")),
    (LESS, 3, "met met met met met", ("3", "3")),
    (LESS, 3, "met met met met partly", ("2.5", "2.5")),
    (LESS, 3, "met met met not_met not_met", ("1", "1")),
    (LESS, 3, "met met not_met not_met not_met", ("0", "0")),
    (LESS, 3, "met not_met not_met not_met not_met", ("0", "0")),  # 3 - 4 would be below nought
    (LESS, 3, "met not_assessed not_assessed not_met not_met", ("0", "1")),
    (LESS, 3, "met met met met not_applicable", ("3", "3")),
    (BANDS, 10, "met", ("8", "10")),
    (BANDS, 10, "partly", ("6", "8")),
    (BANDS, 10, "not_met", ("0", "6")),
    (BANDS, 10, "not_assessed", ("0", "10")),
    (BANDS, 10, "met=80%", ("8", "8")),
    (BANDS, 10, "met=100%", ("10", "10")),
    (BANDS, 10, "partly=79.99%", ("7.999", "7.999")),
    (BANDS, 10, "partly=60%", ("6", "6")),
    (BANDS, 10, "not_met=59.99%", ("5.999", "5.999")),
    (BANDS, 10, "not_met=0%", ("0", "0")),
    (BANDS, 10, "met=90% partly=60%", ("7.5", "7.5")),  # the mean of 90 and 60
    (BANDS, 10, "met=90% not_applicable", ("9", "9")),
    (BANDS, 10, "not_applicable", None),
]


def marks(text: str) -> list[Mark]:
    pairs = [part.partition("=") for part in text.split()]
    return [Mark(verdict, parse_rate(degree) if degree else None) for verdict, _, degree in pairs]


@pytest.mark.parametrize(("text", "full", "judged", "expected"), MARKS)
def test_points_for_judged_points(text, full, judged, expected, tmp_path):
    box = rule(text, tmp_path).of_marks(marks(judged), F(full))
    assert box == (Interval(*map(F, expected)) if expected else None)


@pytest.mark.parametrize(
    "judged", ["met=79.99%", "met=100.01%", "partly=80%", "partly=59.99%", "not_met=60%", "not_assessed=50%"]
)
def test_a_degree_outside_its_band_is_a_fault(judged, tmp_path):
    with pytest.raises(ValueError, match="不在判断所属的档内"):
        rule(BANDS, tmp_path).of_marks(marks(judged), F(10))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('steps: [["[0%, 10%]", 2], ["[10%, 20%]", 1]]', "重叠"),
        ('steps: [["=5%", 2], ["(0%, 10%)", 1]]', "重叠"),
        ('steps: [["0-10%", 2]]', "不是区间"),
        ('steps: [["(10%, 10%]", 2]]', "里面没有数值"),
        ('steps: [["[20%, 10%]", 2]]', "里面没有数值"),
        ('steps: [["[0%, 10%]", -1]]', "不应为负"),
        ('bands: {met: "[80%, 100%]", partly: "(60%, 80%)", not_met: "[0%, 60%)"}', "缺口"),
        ('bands: {met: "[80%, 100%]", partly: "[60%, 80%]", not_met: "[0%, 60%)"}', "重叠"),
        ('bands: {met: "[80%, 110%]", partly: "[60%, 80%)", not_met: "[0%, 60%)"}', "0%与100%之间"),
        ("checklist: {each: 1, deduct: 1, partly: 0.5, not_applicable: spread}", "之一"),
        ("checklist: {each: 1, partly: 0.5}", "not_applicable"),
        ("checklist: {deduct: 1, partly: 0.5, not_applicable: spread}", "not_applicable"),
        ("checklist: {deduct: 1, partly: 1.5}", "0与1之间"),
        ("proportional: {full_at: 0%}", "大于0"),
        ("closeness: {full_at: 0%}", "大于0"),
        ("proportional: {full_at: 1/0}", "rule.yaml:1"),
        ("reverse: {full_at: 1/0}", "rule.yaml:1"),
        ('binary: {when: ">=1/0"}', "rule.yaml:1"),
        ('steps: [["[0, 1/0)", 2]]', "rule.yaml:1"),
        ('bands: {met: "[80%, 1/0]", partly: "[60%, 80%)", not_met: "[0%, 60%)"}', "rule.yaml:1"),
        (
            "deduct: {limit: 1/0, beyond: above, every: 1%, points: 1, partial: floor, partial_source: stated}",
            "rule.yaml:1",
        ),
        (
            "deduct: {limit: 1, beyond: above, every: 0%, points: 1, partial: floor, partial_source: stated}",
            "limit",
        ),
        ("undocumented: 不详\nproportional: {full_at: 1%}", "以下之一"),
        ("deduct: {limit: 1%, beyond: above, every: 1%, points: 1, partial: floor}", "partial_source"),
    ],
)
def test_a_rule_that_is_not_sound_is_refused(text, said, tmp_path):
    path = tmp_path / "rule.yaml"
    path.write_text(text, encoding="utf-8")
    document = strict_yaml.load(path)
    assert strict_yaml.validate(document, Rule) is None
    assert said in "\n".join(map(str, document.faults))


def test_what_each_convention_gives_is_told_only_where_it_is_assumed_and_matters(tmp_path):
    assumed = rule(deduct("floor").replace("stated", "assumed"), tmp_path)
    over = F(13, 12)  # 8 1/3 points over: 8, 9 or 8 1/3 steps of 0.5
    ways = assumed.conventions(Interval(over, over), F(5))
    assert {way: box.low for way, box in ways.items()} == {"floor": F(1), "ceil": F("0.5"), "linear": F(5, 6)}
    assert assumed.conventions(Interval(F(102, 100), F(102, 100)), F(5)) == {}
    assert rule(deduct("floor"), tmp_path).conventions(Interval(over, over), F(5)) == {}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (STEPS, True),
        (SHARES, True),
        ('steps: [["<95%", 0], ["[95%, 105%]", 4], [">105%", 0]]', False),
        ('steps: [[">105%", 0], ["[95%, 105%]", 4], ["<95%", 4]]', True),  # order of writing does not matter
        (deduct("floor"), True),
        ("proportional: {full_at: 100%}", True),
        ("reverse: {full_at: 100%}", True),
        ("closeness: {full_at: 100%}", False),
        ('binary: {when: ">=95%"}', True),
        ('binary: {when: "(0%, 5%]"}', False),
        ('binary: {when: "=3%"}', False),
        ("bonus: {each: 2, cap: 5}", True),
    ],
)
def test_whether_a_rule_has_one_direction_throughout(text, told, tmp_path):
    assert rule(text, tmp_path).monotone is told


@pytest.mark.parametrize(
    ("zone", "words"),
    [
        ("(0%, 10%]", "大于0%、不超过10%"),
        ("[80%, 90%)", "不低于80%、小于90%"),
        ("=0%", "等于0%"),
        (">30%", "大于30%"),
        (">=90%", "不低于90%"),
        ("<60%", "小于60%"),
        ("<= 5%", "不超过5%"),
    ],
)
def test_a_zone_in_words(zone, words):
    assert zone_words(zone) == words


@pytest.mark.parametrize("text", [text for text, *_ in VALUES + MARKS])
def test_every_rule_has_words(text, tmp_path):
    assert rule(text, tmp_path).words()


# --- properties -------------------------------------------------------------------------------------------------

PERCENT = st.integers(-20, 140)


@st.composite
def random_rules(draw):
    """A rule whose edges all lie at whole percentages, as YAML content."""
    kind = draw(
        st.sampled_from(["steps", "deduct", "proportional", "reverse", "closeness", "binary", "bonus"])
    )
    some = draw(st.integers(1, 100))
    if kind == "steps":
        cuts = sorted(draw(st.sets(PERCENT, min_size=1, max_size=5)))
        left = draw(
            st.lists(st.booleans(), min_size=len(cuts), max_size=len(cuts))
        )  # the cut belongs to its left
        earned = draw(st.lists(st.integers(0, 5), min_size=len(cuts) + 1, max_size=len(cuts) + 1))
        zones = [f"{'<=' if left[0] else '<'}{cuts[0]}%"]
        for place in range(len(cuts) - 1):
            opening, closing = "(" if left[place] else "[", "]" if left[place + 1] else ")"
            zones.append(f"{opening}{cuts[place]}%, {cuts[place + 1]}%{closing}")
        zones.append(f"{'>' if left[-1] else '>='}{cuts[-1]}%")
        return {"steps": [[zone, points] for zone, points in zip(zones, earned, strict=True)]}
    if kind == "deduct":
        return {
            "deduct": {
                "limit": f"{some}%", "beyond": draw(st.sampled_from(["above", "below"])),
                "every": f"{draw(st.integers(1, 20))}%", "points": draw(st.integers(1, 5)),
                "partial": draw(st.sampled_from(["floor", "ceil", "linear"])), "partial_source": "stated",
            }
        }  # fmt: skip
    if kind == "binary":
        return {
            "binary": {"when": draw(st.sampled_from([f"={some}%", f">{some}%", f"({some}%, {some + 1}%)"]))}
        }
    if kind == "bonus":
        return {"bonus": {"each": draw(st.integers(1, 3)), "cap": draw(st.integers(1, 9))}}
    return {kind: {"full_at": f"{some}%"}}


@given(random_rules(), PERCENT, PERCENT, st.fractions(0, 1))
def test_a_span_holds_every_value_inside_and_its_ends_are_attained(content, one, other, at):
    own, full = Rule.model_validate(content), F(5)
    low, high = sorted((F(one, 200), F(other, 200)))
    span = own.span(Interval(low, high), full)
    assert span is not None
    inside = own.span(*[Interval(low + (high - low) * at, low + (high - low) * at)], full)
    assert inside is not None and span.low <= inside.low <= inside.high <= span.high
    # edges lie at whole percentages, the range's ends at half ones: quarters meet every piece between them
    grid = [low + F(step, 400) for step in range(int((high - low) * 400) + 1)]
    found = [own.of(value, full) for value in grid]
    assert (min(found), max(found)) == (span.low, span.high)


@given(random_rules(), PERCENT, st.fractions(0, 1000))
def test_what_one_known_end_leaves_possible_holds_every_value_beyond_it(content, end, distance):
    own, full, known = Rule.model_validate(content), F(5), F(end, 100)
    above, below = own.reach(known, None, full), own.reach(None, known, full)
    assert above.low <= own.of(known + distance, full) <= above.high
    assert below.low <= own.of(known - distance, full) <= below.high


# --- schemes that do not fit together ---------------------------------------------------------------------------


def ratio(id: str, **more) -> Stanza:
    definitions = {
        "usual": {"name": "通常", "formula": "budget_spent / budget_adjusted", "source": "本测试"},
        **more,
    }
    return Stanza.model_validate(
        {
            "id": id, "name": id.upper(), "why": "测", "caveats": "无", "direction": "up",
            "chart": {"kind": "definitions"}, "definitions": definitions, "examples": [],
        }
    )  # fmt: skip


def judged(id: str, count: int) -> Stanza:
    return Stanza.model_validate(
        {
            "id": id, "name": id.upper(), "why": "测", "caveats": "无", "direction": "up",
            "chart": {"kind": "points"}, "points": {f"p{n}": f"要点{n}" for n in range(1, count + 1)},
            "source": "本测试", "table": "制度汇编", "examples": [],
        }
    )  # fmt: skip


BOUND = {"formula": "budget_spent / budget_adjusted", "source": "本测试"}
SMALL = Rulebook(
    (
        indicators.Family(
            "small", "测", (
                ratio("rate"), judged("list", 2), judged("effect", 1),
                ratio(
                    "done", least={"name": "下限", "bound": "lower", **BOUND},
                    most={"name": "上限", "bound": "upper", **BOUND},
                ),
                ratio("prizes"),
            ),
        ),
    ),
    DICTIONARY,
)  # fmt: skip

SCHEME = """\
framework: scheme
title: 测试评分表
issuer: 测试
edition: "1"
full_marks: 20
bonus_marks: 5
valid: {from: 2018, to: 2020}
basis: department
weights: documented
source: 本测试
caveats: 无
grades:
  - ["[15, 25]", 优]
  - ["[10, 15)", 中]
  - ["[0, 10)", 差]
grades_source: 本测试
groups:
  - {id: a, name: 甲, points: 12}
  - {id: b, name: 乙, points: 8}
items:
  - {indicator: rate, definition: usual, group: a, points: 10, rule: {proportional: {full_at: 100%}}, source: 测}
  - {indicator: list, definition: points, group: a, points: 2, rule: {checklist: {each: 1, partly: 0.5, not_applicable: spread}}, source: 测}
  - {indicator: done, definition: usual, group: b, points: 4, rule: {proportional: {full_at: 100%}}, source: 测}
  - {unspecified: 4, group: b, reason: 没有公开}
  - {indicator: prizes, definition: usual, points: 5, rule: {bonus: {each: 2, cap: 5}}, source: 测}
"""


def read(text: str, folder: Path):
    path = folder / "scheme.yaml"
    path.write_text(text, encoding="utf-8")
    return scoring.read(path, "scheme.yaml", SMALL)


def test_a_scheme_that_adds_up_is_read(tmp_path):
    framework, faults = read(SCHEME, tmp_path)
    assert framework and not faults
    assert framework.most == 25
    assert list(framework.lines) == ["rate", "list", "done", "unspecified-4", "prizes"]


REFUSED = [
    ("full_marks: 20", "full_marks: 21", "scheme.yaml:5", "各行分值之和是20，与 full_marks 21 不等"),
    ("bonus_marks: 5", "bonus_marks: 4", "scheme.yaml:6", "各加分项上限之和是5，与 bonus_marks 4 不等"),
    ("name: 甲, points: 12", "name: 甲, points: 11", "scheme.yaml:18", "组“甲”各行之和是12，与 points 11 不等"),
    ("group: b, reason", "group: c, reason", "scheme.yaml:24", "没有定义"),
    ("{id: b,", "{id: a,", "scheme.yaml:19", "重复"),
    ("[10, 15)", "[10, 14)", "scheme.yaml:12", "缺口"),
    ("[10, 15)", "[10, 15]", "scheme.yaml:14", "的区间是 [10, 15]"),
    ("[10, 15)", "(10, 15)", "scheme.yaml:14", "的区间是 (10, 15)"),
    ("[10, 15)", "[9, 15)", "scheme.yaml:12", "重叠"),
    ("[15, 25]", "[15, 25)", "scheme.yaml:13", "最高一档 [下限, 25]"),
    ("[15, 25]", "[15, 20]", "scheme.yaml:13", "最高一档 [下限, 25]"),
    ("[0, 10)", "[1, 10)", "scheme.yaml:12", "缺口"),
    ("[0, 10)", "[-1, 10)", "scheme.yaml:12", "超出评分范围"),
    ("grades_source: 本测试\n", "", "scheme.yaml:12", "没有 grades_source"),
    ("weights: documented", "weights: assumed", "scheme.yaml:21", "没有 assumption"),
    ("indicator: rate", "indicator: rates", "scheme.yaml:21", "没有指标“rates”"),
    ("indicator: rate, definition: usual", "indicator: rate, definition: odd", "scheme.yaml:21", "没有定义“odd”"),
    ("indicator: done", "indicator: rate", "scheme.yaml:23", "“rate”重复"),
    ("each: 1, partly", "each: 2, partly", "scheme.yaml:22", "2个要点共4分，而分值是2分"),
    ("cap: 5", "cap: 4", "scheme.yaml:25", "cap 是4分，而分值是5分"),
    ("{checklist: {each: 1, partly: 0.5, not_applicable: spread}}", "{proportional: {full_at: 1%}}",
     "scheme.yaml:22", "用 checklist 或 bands"),
    ("points: 4, rule: {proportional: {full_at: 100%}}", 'points: 4, rule: {steps: [[">=1", 3], ["<1", 0]]}',
     "scheme.yaml:23", "steps 最高3分，而分值是4分"),
    ("to: 2020", "to: 2017", "scheme.yaml:7", "to 早于 from"),
    ("framework: scheme", "framework: other", "scheme.yaml:1", "与文件名相同"),
    ("unspecified: 4, group: b, reason: 没有公开", "unspecified: 4, group: b", "scheme.yaml:24", "reason"),
    ("group: b, points: 4,", "group: b, points: 4, over: items,", "scheme.yaml:23", "均分是假定"),
    ("group: b, points: 4,", "group: b, points: 4, rule_exactly: {closeness: {full_at: 100%}},", "scheme.yaml:23",
     "只与 over: items 同写"),
    ("points: 4, rule: {proportional: {full_at: 100%}}", "points: 4, rule: {proportional: {full_at: 1/0}}",
     "scheme.yaml:23", "1/0"),
    ("[10, 15)", "[10, 15/0)", "scheme.yaml:14", "15/0"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "where", "said"), REFUSED, ids=[new or old for old, new, *_ in REFUSED]
)
def test_a_scheme_that_does_not_fit_together_is_refused_with_its_line(old, new, where, said, tmp_path):
    assert SCHEME.count(old) >= 1
    _, faults = read(SCHEME.replace(old, new, 1), tmp_path)
    assert any(fault.where == where and said in str(fault) for fault in faults), [str(f) for f in faults]


@pytest.mark.parametrize(
    ("points", "grade"),
    [
        ("0", "差"),
        ("9.999", "差"),
        ("10", "中"),
        ("14.999999", "中"),
        ("15", "优"),
        ("25", "优"),
        ("25.0001", scoring.OUT_OF_RANGE),
        ("-0.0001", scoring.OUT_OF_RANGE),
        ("108", scoring.OUT_OF_RANGE),
    ],
)
def test_grades_are_half_open_and_never_given_outside_the_range(points, grade, tmp_path):
    framework, _ = read(SCHEME, tmp_path)
    assert framework.grade(F(points)) == grade


@pytest.mark.parametrize(("year", "told"), [(2017, True), (2018, False), (2020, False), (2021, True)])
def test_a_case_outside_the_years_of_a_scheme_is_told(year, told, tmp_path):
    framework, _ = read(SCHEME, tmp_path)
    assert bool(framework.validity_note(year)) is told


def test_zones_may_touch_but_neither_overlap_nor_leave_a_gap():
    whole = Interval(F(0), F(1))
    assert overlap_or_gap([read_zone("[0, 0.5)"), read_zone("[0.5, 1]")], whole) == ""
    assert "缺口" in overlap_or_gap([read_zone("[0, 0.5)"), read_zone("(0.5, 1]")], whole)
    assert "重叠" in overlap_or_gap([read_zone("[0, 0.5]"), read_zone("[0.5, 1]")], whole)


# --- scores as intervals ----------------------------------------------------------------------------------------


def result(
    indicator, low, high=None, status="computed", definition="usual", scope="department", item="", lacking=()
):
    ends = [None if end is None else parse_rate(end) for end in (low, low if high is None else high)]
    value = ends[0] if high is None else None
    return Result(indicator, definition, scope, item, YEAR, status, value, *ends, lacking=lacking)


def lacking(indicator, *keys, definition="usual", scope="department", item=""):
    return Result(indicator, definition, scope, item, YEAR, "not_assessable", lacking=keys)


SPENT, ADJUSTED = f"budget_spent:department::{YEAR}", f"budget_adjusted:department::{YEAR}"
WHEN = {"source": "s", "locator": "第1行", "quote": ""}


def judgement(indicator, point, verdict, degree=""):
    return {
        "indicator": indicator, "point": point, "verdict": verdict, "degree": degree, "grounds": "测", "who": "甲",
        "when": "2020-05-01", **WHEN,
    }  # fmt: skip


def override(indicator, points, scheme="scheme", **more):
    told = {"reason": "有新证据", "who": "甲", "when": "2020-05-01", **more}
    return {"scheme": scheme, "indicator": indicator, "points": points, **told, **WHEN}


def scored(framework, results, judgements=(), overrides=(), self_scored=None, stopped="", **more):
    definitions = {item.indicator: item.definition for item in framework.items if item.indicator}
    rows = scoring.score(
        framework, results, definitions, more.pop("rulebook", SMALL), judgements, overrides, self_scored or {},
        stopped, **more,
    )  # fmt: skip
    return {(row["level"], row["indicator"]): row for row in rows}


def ends(row):
    return row["lowest"], row["highest"], row["points"], row["state"]


@pytest.fixture
def scheme(tmp_path):
    return read(SCHEME, tmp_path)[0]


def test_nothing_known_is_everything_possible_and_nothing_proven(scheme):
    rows = scored(scheme, [lacking("rate", SPENT, ADJUSTED), lacking("done", SPENT)])
    assert ends(rows["indicator", "rate"]) == ("0", "10", "", "not_assessable")
    assert ends(rows["indicator", "list"]) == ("0", "2", "", "not_assessable")
    assert ends(rows["indicator", "unspecified-4"]) == ("0", "4", "", "unspecified")
    assert ends(rows["indicator", "prizes"]) == ("0", "5", "", "not_assessable")
    assert ends(rows["total", ""]) == ("0", "25", "", "not_assessable")  # 20 and a bonus of 5
    tables = (DICTIONARY["budget_spent"].table, DICTIONARY["budget_adjusted"].table)
    assert rows["indicator", "rate"]["documents"] == ";".join(tables)


def test_groups_and_total_are_the_sums_of_their_lines(scheme):
    rows = scored(
        scheme, [result("rate", "80%", "90%"), result("done", "50%"), result("prizes", "1")],
        [judgement("list", "p1", "met")], self_scored={"": F(22), "rate": F(10), "a": F(12)},
    )  # fmt: skip
    assert ends(rows["indicator", "rate"]) == ("8", "9", "", "bounded")
    assert ends(rows["indicator", "list"]) == ("1", "2", "", "bounded")  # one point met, one not judged
    assert ends(rows["indicator", "done"]) == ("2", "2", "2", "assessed")
    assert ends(rows["indicator", "prizes"]) == ("2", "2", "2", "assessed")
    assert ends(rows["group", "a"]) == ("9", "11", "", "bounded")  # 8+1, 9+2
    assert ends(rows["group", "b"]) == ("2", "6", "", "bounded")  # 2+0, 2+4
    assert ends(rows["total", ""]) == ("13", "19", "", "bounded")  # 9+2+2, 11+6+2
    # only `done` (4 of 20) is certain; rate and list (12) in part; the bonus is no weight
    assert rows["total", ""]["reason"] == "可评权重4分，占20.00%；另有12分部分可评"
    claimed = {key: row["self_scored"] for key, row in rows.items() if row["self_scored"]}
    assert claimed == {("indicator", "rate"): "10", ("group", "a"): "12", ("total", ""): "22"}


def test_a_value_without_definition_or_rule_is_not_scored(scheme):
    rows = scored(scheme, [result("rate", None, status="undefined"), result("done", "1")])
    assert ends(rows["indicator", "rate"]) == ("0", "10", "", "undefined")
    assert rows["indicator", "rate"]["reason"] == "分母为零，没有定义"
    # the 10 are still possible in the total, which says that they are, and of what
    assert "10分没有定义（分母为零），不计证实而仍计可能：RATE（10分）" in rows["total", ""]["reason"]
    assert "没有定义" not in scored(scheme, [result("rate", "80%")])["total", ""]["reason"]


def test_at_most_five_lines_without_definition_are_named_in_the_total():
    framework, _ = shipped("default-2013")
    own = {item.indicator: item.definition for item in framework.items}
    names = [stanza.id for stanza in RULEBOOK.stanzas.values() if stanza.id in own and not stanza.judged]
    found = [result(name, None, status="undefined", definition=own[name]) for name in names[:6]]
    said = scored(framework, found[:5], rulebook=RULEBOOK)["total", ""]["reason"]
    assert said.count("分）") == 5 and not said.endswith("行")
    said = scored(framework, found, rulebook=RULEBOOK)["total", ""]["reason"]
    assert said.count("分）") == 5 and said.endswith("等6行")


def test_a_range_that_only_the_published_precision_leaves_open_is_assessed(scheme):
    # 98.22 % to the last place: 9.8215 to 9.8225 of 10, a thousandth apart; one that straddles more is not
    rows = scored(scheme, [result("rate", "98.215%", "98.225%"), result("done", "50%", "51%")])
    assert ends(rows["indicator", "rate"]) == ("9.8215", "9.8225", "", "assessed")
    assert ends(rows["indicator", "done"]) == ("2", "2.04", "", "bounded")


def test_what_does_not_apply_counts_for_nothing_and_the_score_is_converted(scheme):
    rows = scored(
        scheme, [result("rate", None, status="not_applicable"), result("done", "100%"), result("prizes", "0")],
        [judgement("list", "p1", "met"), judgement("list", "p2", "not_met")],
    )  # fmt: skip
    assert ends(rows["indicator", "rate"]) == ("0", "0", "", "not_applicable")
    assert ends(rows["total", ""]) == ("5", "9", "", "bounded")  # 4+1, and 4 unspecified
    # of the 10 that apply, 5 to 9: in twentieths 10 to 18
    assert "RATE（10分），以适用的10分折算为20分制是10～18分" in rows["total", ""]["reason"]


def test_points_that_all_do_not_apply_take_their_line_out(scheme):
    rows = scored(scheme, [], [judgement("list", p, "not_applicable") for p in ("p1", "p2")])
    assert ends(rows["indicator", "list"]) == ("0", "0", "", "not_applicable")


def bound(definition, low, high):
    ends = [None if end is None else parse_rate(end) for end in (low, high)]
    return Result("done", definition, "department", "", YEAR, "computed", None, *ends)


@pytest.mark.parametrize(
    ("bounds", "expected"),
    [
        ([], ("0", "4", "", "not_assessable")),
        ([bound("least", "25%", None)], ("1", "4", "", "bounded")),  # 4 × 25 %
        ([bound("most", "0%", "75%")], ("0", "3", "", "bounded")),
        ([bound("least", "25%", None), bound("most", "0%", "75%")], ("1", "3", "", "bounded")),
        ([bound("least", "100%", None)], ("4", "4", "4", "assessed")),
        ([bound("least", "80%", None), bound("most", "0%", "70%")], ("0", "4", "", "not_assessable")),
    ],
)
def test_bounds_stand_in_for_a_definition_that_is_not_assessable(bounds, expected, scheme):
    rows = scored(scheme, [lacking("done", SPENT), *bounds])
    assert ends(rows["indicator", "done"]) == expected
    if expected[3] == "bounded":
        assert "以" in rows["indicator", "done"]["reason"] and "缺 " in rows["indicator", "done"]["reason"]


def test_bounds_do_not_touch_a_definition_that_is_computed(scheme):
    rows = scored(scheme, [result("done", "90%"), bound("most", "0%", "75%")])
    assert ends(rows["indicator", "done"]) == ("3.6", "3.6", "3.6", "assessed")


def test_a_stopped_run_scores_nothing(scheme):
    rows = scored(scheme, [result("rate", "80%")], overrides=[override("rate", "9")], stopped="资料自相矛盾")
    assert {row["state"] for row in rows.values()} == {"stopped"}
    assert ends(rows["total", ""]) == ("0", "25", "", "stopped")
    assert rows["total", ""]["reason"] == "资料自相矛盾"


def test_an_override_stands_and_shows_as_such(scheme):
    rows = scored(
        scheme, [result("rate", "80%")], overrides=[override("rate", "9.5"), override("x", "1", scheme="other")]
    )  # fmt: skip
    assert ends(rows["indicator", "rate"]) == ("9.5", "9.5", "9.5", "overridden")
    said = rows["indicator", "rate"]["reason"]
    assert said == "人工改判为9.5分：有新证据（甲，2020-05-01；按规则是8分）"
    assert "其中1行由审计人员改判" in rows["total", ""]["reason"]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (override("rate", "10.01"), "0～10分之间"),
        (override("rate", "-0.01"), "0～10分之间"),
        (override("rate", "九"), "0～10分之间"),
        (override("rate", "9", reason=" "), "缺 reason"),
        (override("rate", "9", who=""), "缺 who"),
        (override("rate", "9", when=""), "缺 when"),
        (override("rates", "9"), "没有“rates”"),
    ],
)
def test_an_override_that_cannot_stand_is_refused(row, said, scheme):
    with pytest.raises(CaseError, match=said):
        scored(scheme, [result("rate", "80%")], overrides=[row])


@pytest.mark.parametrize("points", ["0", "10"])
def test_an_override_may_take_everything_or_give_everything(points, scheme):
    rows = scored(scheme, [result("rate", "80%")], overrides=[override("rate", points)])
    assert rows["indicator", "rate"]["points"] == points


def test_an_override_of_a_scheme_that_is_not_there_is_a_fault(scheme):
    faults = scoring.entry_faults({"scheme": scheme}, [], [override("rate", "9", scheme="nowhere")])
    assert "没有评分表“nowhere”" in str(faults[0])


@pytest.mark.parametrize(
    "place", ["〔overrides.csv:2〕", "一（三）〔overrides.csv:2〕", "财预〔2013〕53号〔overrides.csv:2〕"]
)
@pytest.mark.parametrize(
    ("changed", "column"),
    [
        ({"points": "11"}, "points"),
        ({"points": "1/0"}, "points"),
        ({"scheme": "nowhere"}, "scheme"),
        ({"indicator": "rates"}, "indicator"),
        ({"reason": ""}, "reason"),
        ({"who": ""}, "who"),
        ({"when": ""}, "when"),
    ],
)
def test_a_fault_of_an_override_names_file_line_and_column(place, changed, column, scheme):
    row = {**override("rate", "9"), "source": "overrides", "locator": place, **changed}
    (fault,) = scoring.entry_faults({"scheme": scheme}, [], [row])
    assert fault.where == f"overrides.csv:2 {column}列"


BANDED = SCHEME.replace(
    "{indicator: done, definition: usual, group: b, points: 4, rule: {proportional: {full_at: 100%}}",
    "{indicator: effect, definition: points, group: b, points: 4, rule: {" + BANDS + "}",
)


@pytest.mark.parametrize(
    ("verdict", "degree", "expected"),
    [
        ("met", "", ("3.2", "4", "", "bounded")),
        ("met", "90%", ("3.6", "3.6", "3.6", "assessed")),
        ("not_assessed", "", ("0", "4", "", "not_assessable")),
    ],
)
def test_effects_are_scored_in_bands(verdict, degree, expected, tmp_path):
    framework, faults = read(BANDED, tmp_path)
    assert not faults
    rows = scored(framework, [], [judgement("effect", "p1", verdict, degree)])
    assert ends(rows["indicator", "effect"]) == expected


@pytest.mark.parametrize("degree", ["79%", "many"])
def test_a_degree_that_cannot_stand_stops_the_scoring_with_its_place(degree, tmp_path):
    framework, _ = read(BANDED, tmp_path)
    with pytest.raises(CaseError, match="s 第1行"):
        scored(framework, [], [judgement("effect", "p1", "met", degree)])


def entered(point_of, verdict, degree):
    return {**judgement(point_of, "p1", verdict, degree), "source": "j", "locator": "〔judgements.csv:3〕"}


@pytest.mark.parametrize("degree", ["0%", "10%", "100%", "90%"])
def test_a_degree_of_a_point_that_no_scheme_scores_in_bands_is_a_fault(degree, tmp_path):
    framework, _ = read(BANDED, tmp_path)
    (fault,) = scoring.entry_faults({"scheme": framework}, [entered("list", "met", degree)], [])
    assert fault.where == "judgements.csv:3 degree列"
    assert "list.p1" in fault.found and "没有评分表按程度给它计分" in fault.found


def test_a_degree_may_be_for_another_scheme_than_the_one_that_is_scored(scheme, tmp_path):
    (tmp_path / "banded").mkdir()
    banded, _ = read(BANDED, tmp_path / "banded")
    row = entered("effect", "met", "90%")
    assert scoring.entry_faults({"scheme": scheme, "banded": banded}, [row], []) == []
    assert scored(scheme, [], [row])["total", ""]["state"] == "not_assessable"


@pytest.mark.parametrize("indicator", ["effect", "list"])
@pytest.mark.parametrize("degree", ["-0.01%", "100.01%", "150%", "150", "1/0"])
def test_a_degree_that_is_no_share_is_a_fault(indicator, degree, tmp_path):
    framework, _ = read(BANDED, tmp_path)
    faults = scoring.entry_faults({"scheme": framework}, [entered(indicator, "met", degree)], [])
    assert {fault.where for fault in faults} == {"judgements.csv:3 degree列"}
    assert f"程度“{degree}”" in faults[0].found and "不在判断所属的档内" not in str(faults[0])


def test_a_degree_outside_the_same_bands_of_several_schemes_is_told_once(tmp_path):
    framework, _ = read(BANDED, tmp_path)
    other = framework.model_copy(update={"framework": "other"})
    both = {"scheme": framework, "other": other}
    (fault,) = scoring.entry_faults(both, [entered("effect", "met", "79%")], [])
    assert "程度79%不在判断所属的档内" in fault.found and "（scheme、other）" in fault.found


ITEMS = SCHEME.replace(
    "group: a, points: 10, rule: {proportional: {full_at: 100%}}",
    "group: a, points: 10, over: items, assumption: 均分, rule: {proportional: {full_at: 100%}},"
    " rule_at_most: {reverse: {full_at: 100%}}, rule_exactly: {closeness: {full_at: 100%}}",
)


def item_result(target: str, actual: str) -> Result:
    """The one item `o.1`, as its indicator gives it: actual / target, undefined over nought."""
    aim, got = F(target), F(actual)
    at = ("rate", "usual", "department", "o.1", YEAR)
    if not aim:
        return Result(*at, "undefined", numerator=got, denominator=aim)
    return Result(*at, "computed", got / aim, got / aim, got / aim, got, aim)


@pytest.mark.parametrize(
    ("comparator", "target", "actual", "expected"),
    [
        ("<=", "0", "0", "10"),
        ("<=", "0", "2", "0"),  # 0/2
        ("<=", "0", "-1", "10"),
        ("=", "0", "0", "10"),
        ("=", "0", "2", "0"),
        ("=", "0", "-2", "0"),
        (">=", "0", "0", "10"),
        (">=", "0", "-1", "0"),
        (">=", "100", "120", "10"),
        ("<=", "100", "80", "10"),
        ("<=", "100", "125", "8"),  # 100/125
        ("=", "100", "100", "10"),
        ("=", "100", "125", "8"),  # missed above: 100/125
        ("=", "100", "80", "8"),  # missed below: 80/100
        # to fall by at least 2: a fall by 3 is met, by 1 is half of it, a rise by 1 is nothing of it
        ("<=", "-2", "-3", "10"),
        ("<=", "-2", "-1", "5"),
        ("<=", "-2", "1", "0"),
        # to fall by at most 2: a fall by 1 or a rise is met, a fall by 4 is 2/4
        (">=", "-2", "-1", "10"),
        (">=", "-2", "1", "10"),
        (">=", "-2", "-4", "5"),
        ("=", "-2", "-2", "10"),
        ("=", "-2", "-4", "5"),
        ("=", "-2", "2", "0"),
    ],
)
def test_an_item_is_scored_by_how_its_target_compares(comparator, target, actual, expected, tmp_path):
    framework, _ = read(ITEMS, tmp_path)
    told = [{"objective": "o", "item": "1", "comparator": comparator}]
    rows = scored(framework, [item_result(target, actual)], objectives=told)
    assert ends(rows["indicator", "rate"]) == (expected, expected, expected, "assessed")


SILENT_ON_TARGETS = SCHEME.replace(
    "group: a, points: 10, rule: {proportional: {full_at: 100%}}",
    "group: a, points: 10, over: items, assumption: 均分, rule: {proportional: {full_at: 100%}}",
)


@pytest.mark.parametrize(
    ("comparator", "target", "actual", "expected"),
    [
        (">=", "100", "120", ("10", "10", "10", "assessed")),
        ("<=", "100", "100", ("10", "10", "10", "assessed")),
        ("<=", "100", "101", ("0", "10", "", "not_assessable")),
        ("=", "100", "100", ("10", "10", "10", "assessed")),
        ("=", "100", "101", ("0", "10", "", "not_assessable")),
        (">=", "-2", "-2", ("10", "10", "10", "assessed")),
        (">=", "-2", "-3", ("0", "10", "", "not_assessable")),  # an upper limit of the fall
        ("<=", "-2", "-1", ("5", "5", "5", "assessed")),
    ],
)
def test_a_scheme_without_a_rule_for_such_targets_scores_only_those_that_are_met(
    comparator, target, actual, expected, tmp_path
):
    framework, faults = read(SILENT_ON_TARGETS, tmp_path)
    assert not faults
    told = [{"objective": "o", "item": "1", "comparator": comparator}]
    row = scored(framework, [item_result(target, actual)], objectives=told)["indicator", "rate"]
    assert ends(row) == expected
    assert ("没有写明" in row["reason"] and "全文及评分标准" in row["documents"]) is (
        expected[3] != "assessed"
    )


def test_items_that_only_the_published_precision_leaves_open_say_so(tmp_path):
    framework, _ = read(ITEMS, tmp_path)
    wide = Result("rate", "usual", "department", "o.1", YEAR, "computed", F("0.85"), F("0.845"), F("0.855"))
    row = scored(framework, [wide])["indicator", "rate"]
    assert ends(row) == ("8.45", "8.55", "", "bounded")
    assert "公布数字的精度不足以确定得分" in row["reason"]


def test_an_item_over_nought_is_not_scored_where_nobody_says_how_it_compares(tmp_path):
    framework, _ = read(ITEMS, tmp_path)
    rows = scored(framework, [item_result("0", "0")])
    assert ends(rows["indicator", "rate"])[:2] == ("0", "10")


def test_an_item_over_nought_that_lacks_its_actual_number_stays_open(tmp_path):
    framework, _ = read(ITEMS, tmp_path)
    told = [{"objective": "o", "item": "1", "comparator": "<="}]
    rows = scored(framework, [lacking("rate", SPENT, item="o.1")], objectives=told)
    assert ends(rows["indicator", "rate"])[:2] == ("0", "10")


def test_the_words_of_a_line_over_items_name_each_of_its_rules(tmp_path):
    framework, _ = read(ITEMS, tmp_path)
    said = scored(framework, [])["indicator", "rate"]["rule"]
    assert "目标是上限的：不超过100%得满分" in said and "目标是定数的：等于100%得满分" in said


def test_a_line_over_items_shares_its_points_equally(tmp_path):
    framework, faults = read(ITEMS, tmp_path)
    assert not faults
    found = [
        result("rate", "120%", item="o.1"), result("rate", "50%", item="o.2"), result("rate", "125%", item="o.3"),
        lacking("rate", SPENT, item="o.4"), result("rate", None, status="not_applicable", item="o.5"),
        result("rate", "1%"),
    ]  # fmt: skip
    told = [
        {"objective": "o", "item": "3", "comparator": "<="},
        {"objective": "o", "item": "", "comparator": ""},
    ]
    rows = scored(framework, found, objectives=told)
    # four items of 2.5: full, half of it, 100/125 of it (its target is an upper limit), unknown
    assert ends(rows["indicator", "rate"]) == ("5.75", "8.25", "", "bounded")
    assert rows["indicator", "rate"]["documents"] == DICTIONARY["budget_spent"].table


def test_the_worst_unit_scores_where_evidence_is_per_unit(scheme):
    found = [
        result("rate", "90%"), result("rate", "95%", scope="one"), result("rate", "60%", scope="two"),
        result("rate", None, status="not_applicable", scope="three"), result("done", "50%"),
    ]  # fmt: skip
    rows = scored(scheme, found, basis="worst_unit", unit_names={"two": "乙单位"})
    assert ends(rows["indicator", "rate"]) == ("6", "6", "6", "assessed")
    assert "乙单位" in rows["indicator", "rate"]["reason"]
    assert ends(rows["indicator", "done"]) == ("2", "2", "2", "assessed")  # no unit has evidence of its own
    assert rows["total", ""]["basis"] == "worst_unit"
    assert scored(scheme, found)["indicator", "rate"]["points"] == "9"


UNITS = {"one": "甲单位", "two": "乙单位", "three": "丙单位"}


def worst(framework, *found):
    return scored(framework, found, basis="worst_unit", unit_names=UNITS)["indicator", "rate"]


def test_a_unit_that_lacks_its_figures_may_still_be_the_worst(scheme):
    short = lacking("rate", f"budget_spent:two::{YEAR}", scope="two")
    one, three = result("rate", "95%", scope="one"), result("rate", "97%", scope="three")
    row = worst(scheme, one, short, three)
    assert ends(row) == ("0", "9.5", "", "bounded")
    assert "按最差单位“甲单位”计" in row["reason"] and "“乙单位”缺" in row["reason"]
    assert row["documents"] == f"{DICTIONARY['budget_spent'].table}（“乙单位”）"


def test_a_unit_of_which_the_evidence_says_nothing_may_be_the_worst(scheme):
    whole, one, two = (
        result("rate", "96%"), result("rate", "95%", scope="one"), result("rate", "60%", scope="two"),
    )  # fmt: skip
    three = result("rate", "99%", scope="three")
    assert ends(worst(scheme, whole, one, two, three)) == ("6", "6", "6", "assessed")
    # whoever withholds the worst, or any other, gains nothing that is proven
    row = worst(scheme, whole, one, three)
    assert ends(row) == ("0", "9.5", "", "bounded")
    assert "“乙单位”没有这项指标的资料；得分可能更低" in row["reason"]
    spent, adjusted = DICTIONARY["budget_spent"].table, DICTIONARY["budget_adjusted"].table
    assert row["documents"] == f"{spent}（“乙单位”）;{adjusted}（“乙单位”）"
    assert ends(worst(scheme, whole, one, two)) == ("0", "6", "", "bounded")
    # nor who gives of every unit too little
    short = [lacking("rate", f"budget_spent:{unit}::{YEAR}", scope=unit) for unit in UNITS]
    assert ends(worst(scheme, whole, *short)) == ("0", "9.6", "", "bounded")


def test_a_unit_of_which_nothing_is_known_cannot_be_worse_than_nothing(scheme):
    assert ends(worst(scheme, result("rate", "0%", scope="one"))) == ("0", "0", "0", "assessed")


def test_a_unit_to_which_the_indicator_does_not_apply_is_not_missed(scheme):
    none = result("rate", None, status="not_applicable", scope="three")
    row = worst(scheme, result("rate", "95%", scope="one"), result("rate", "60%", scope="two"), none)
    assert ends(row) == ("6", "6", "6", "assessed")


def test_units_over_nought_have_no_definition_and_are_named(scheme):
    def nought(unit):
        return result("rate", None, status="undefined", scope=unit)

    one = result("rate", "95%", scope="one")
    row = worst(scheme, one, nought("two"), nought("three"))
    assert ends(row) == ("0", "9.5", "", "bounded")
    assert "“乙单位”、“丙单位”分母为零，没有定义" in row["reason"]
    assert worst(scheme, *map(nought, UNITS))["state"] == "undefined"


def test_an_indicator_whose_evidence_is_nowhere_per_unit_stays_on_the_department(scheme):
    none = result("rate", None, status="not_applicable", scope="three")
    assert ends(worst(scheme, result("rate", "90%"))) == ("9", "9", "9", "assessed")
    assert ends(worst(scheme, result("rate", "90%"), none)) == ("9", "9", "9", "assessed")


ZONE = SCHEME.replace(
    "points: 10, rule: {proportional: {full_at: 100%}}", 'points: 10, rule: {binary: {when: "[80%, 90%]"}}'
)


def test_the_worst_unit_is_no_better_than_the_whole_where_that_is_a_ratio_of_sums(scheme, tmp_path):
    one, short = result("rate", "95%", scope="one"), lacking("rate", SPENT, scope="two")
    row = worst(scheme, result("rate", "50%"), one, short)
    assert ends(row) == ("0", "5", "", "bounded")  # a whole of 50 % has a part of 50 % or less
    assert "最差单位不会好于部门整体，最多5分" in row["reason"]
    # a zone in the middle of the values: the whole may miss it, and each of its parts hit it (80 % and 90 %, each
    # weighed otherwise, make no 95 %, but the rule does not say which side is the better one)
    zone, faults = read(ZONE, tmp_path)
    assert not faults
    row = worst(zone, result("rate", "95%"), result("rate", "85%", scope="one"), short)
    assert ends(row) == ("0", "10", "", "not_assessable")


@pytest.mark.parametrize(
    ("formula", "told"),
    [
        ("budget_spent / budget_adjusted", True),
        ("(budget_added + budget_cut) / budget_initial", True),
        ("(budget_adjusted - budget_initial) / budget_initial", True),
        ("(0.8 * budget_spent) / budget_adjusted", True),
        ("abs(budget_adjusted - budget_initial) / budget_initial", False),
        ("(budget_spent / budget_adjusted) / planned_progress", False),
        ("(budget_spent + 1) / budget_adjusted", False),
        ("budget_spent", False),
        ("objective_actual / objective_target", False),  # a unit has no targets of its own
    ],
)
def test_which_values_are_ratios_of_sums_over_the_units(formula, told):
    stanza = ratio("rate", other={"name": "另", "formula": formula, "source": "本测试"})
    assert scoring._adds_up(stanza, "other", SMALL) is told


def test_which_document_narrows_the_interval_most(scheme):
    found = [lacking("rate", SPENT, ADJUSTED), lacking("done", SPENT), result("prizes", "0")]
    rows = scored(scheme, found)
    supplies = scoring.narrowing(list(rows.values()))
    spent, adjusted = DICTIONARY["budget_spent"].table, DICTIONARY["budget_adjusted"].table
    told = {
        supply.document: (supply.alone, supply.shared, supply.lines, supply.shared_lines)
        for supply in supplies
    }
    # by itself: `done` (4), then the list (2). `rate` (10) needs two tables at once; the scheme's own text says how the
    # unspecified block (4) scores, and proves nothing of it.
    own = "测试评分表（全文及评分标准）"
    assert told == {
        spent: (4, 10, ("done",), ("rate",)),
        scoring.JUDGEMENT_TABLE: (2, 0, ("list",), ()),
        adjusted: (0, 10, (), ("rate",)),
        own: (0, 4, (), ("unspecified-4",)),
    }
    assert [supply.document for supply in supplies] == [spent, scoring.JUDGEMENT_TABLE, adjusted, own]
    assert supplies[-1].others == {"unspecified-4": (scoring.THEIR_EVIDENCE,)}
    assert supplies[0].others == {"rate": (adjusted,)}


def test_a_figure_of_last_year_is_asked_for_in_last_years_table(tmp_path):
    earlier = Result(
        "carry_over_change_rate", "ministry", "department", "", YEAR, "not_assessable",
        lacking=(f"carry_over:department::{YEAR - 1}",),
    )  # fmt: skip
    framework, faults = scoring.read(ROOT / "params/frameworks/yueyang-2018.yaml", "y", RULEBOOK)
    assert framework and not faults
    row = scored(framework, [earlier], rulebook=RULEBOOK)["indicator", "carry_over_change_rate"]
    assert row["documents"] == DICTIONARY["carry_over_previous"].table
    assert row["reason"] == f"缺 {YEAR - 1}年的{DICTIONARY['carry_over'].name}"


# --- the shipped schemes ----------------------------------------------------------------------------------------

SHIPPED = {path.stem: path for path in sorted((ROOT / "params" / "frameworks").glob("*.yaml"))}


def shipped(name):
    framework, faults = scoring.read(SHIPPED[name], f"{name}.yaml", RULEBOOK)
    assert framework, [str(fault) for fault in faults]
    return framework, faults


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_scheme_fits_together(name):
    framework, faults = shipped(name)
    assert not faults, [str(fault) for fault in faults]
    assert framework.full_marks == 100


@pytest.mark.parametrize(
    ("name", "known", "unspecified"),
    [
        ("yueyang-2018", 36, 64),
        ("chongqing-2021", 40, 60),
        ("self-evaluation-2020", 100, 0),
        ("default-2013", 100, 0),
    ],
)
def test_no_weight_is_invented_in_a_bureaus_name(name, known, unspecified):
    framework, _ = shipped(name)
    assert sum(item.points for item in framework.items if item.points) == known
    assert sum(item.unspecified for item in framework.items if item.unspecified) == unspecified


def test_the_default_scheme_scores_all_28_and_holds_output_and_effect_at_60():
    framework, _ = shipped("default-2013")
    assert len({item.indicator for item in framework.items}) == 28
    assert framework.weights == "assumed" and all(item.assumption for item in framework.items)
    groups = {group.id: group.points for group in framework.groups}
    assert groups["output"] + groups["effect"] >= 60


def test_in_chongqing_only_the_execution_rate_has_a_documented_rule():
    framework, _ = shipped("chongqing-2021")
    known = [
        key for key, item in framework.lines.items() if item.rule and not item.rule.undocumented
    ]  # fmt: skip
    assert known == ["budget_execution_rate"]
    rows = scored(
        framework,
        [result("budget_execution_rate", "76%", definition="adjusted")],
        rulebook=RULEBOOK,
    )
    assert ends(rows["indicator", "budget_execution_rate"]) == ("7.6", "7.6", "7.6", "assessed")  # as printed
    assert rows["indicator", "budget_completion_rate"]["state"] == "not_assessable"


# domain.md, end of §6: 86/112 established in all, 13/12 in the vehicle centre; (20083.45+10)/18780.61 adjusted
OFFICES = [
    result("staff_control_rate", "86/112", definition="established"),
    result("staff_control_rate", "47/53", definition="established", scope="bureau"),
    result("staff_control_rate", "26/47", definition="established", scope="service-centre"),
    result("staff_control_rate", "13/12", definition="established", scope="vehicle-centre"),
    result("budget_adjustment_rate", "20093.45/18780.61", definition="ministry"),
]
AUDIT = SimpleNamespace(
    case=SimpleNamespace(year=2019, units=[SimpleNamespace(id="vehicle-centre", name="用车中心")]),
    scenario=None,
)


def compared(frameworks, self_total=F(108), overrides=(), results=OFFICES):
    rows = scoring.scheme_rows(AUDIT, frameworks, results, RULEBOOK, (), overrides, self_total)
    return {(row["scheme"], row["basis"]): row for row in rows}


def test_what_108_would_have_needed():
    rows = compared({"yueyang-2018": shipped("yueyang-2018")[0]})
    whole, worst = rows["yueyang-2018", "department"], rows["yueyang-2018", "worst_unit"]
    # over 30 %: 0 of 3, so 97 at most; proven are the 5 for staff
    assert (whole["lowest"], whole["highest"], whole["lost"], whole["shortfall"]) == ("5", "97", "3", "11")
    assert whole["lost_by"] == "预算调整率3分"
    assert "自评108分比仍可能的最高分97分还多11分，而评分表没有加分项" in whole["note"]
    # 8 complete points over × 0.5 = 4 more: 93 at most, and 1 proven
    assert (worst["lowest"], worst["highest"], worst["lost"], worst["shortfall"]) == ("1", "93", "7", "15")
    assert worst["lost_by"] == "在职人员控制率4分；预算调整率3分"
    assert (whole["valid"], whole["grade"], whole["assessable_weight"]) == ("yes", "", "8")


def test_the_per_unit_line_says_what_the_other_conventions_give():
    framework, _ = shipped("yueyang-2018")
    rows = scored(
        framework, OFFICES, rulebook=RULEBOOK, basis="worst_unit", unit_names={"vehicle-centre": "用车中心"}
    )
    said = rows["indicator", "staff_control_rate"]["reason"]
    # 8 1/3 points over: 5-4=1, 5-4.5=0.5, 5-4.1666…=0.83
    assert (
        "用车中心" in said
        and "不足一档不扣得1分" in said
        and "按一档扣得0.5分" in said
        and "得0.83分" in said
    )


def test_every_scheme_is_compared_on_both_bases_and_told_when_it_is_too_young():
    rows = compared({name: shipped(name)[0] for name in SHIPPED})
    assert len(rows) == 2 * len(SHIPPED)
    assert rows["chongqing-2021", "department"]["valid"] == "no"
    assert "2021年起" in rows["chongqing-2021", "department"]["note"]
    assert rows["self-evaluation-2020", "department"]["valid"] == "no"
    graded = rows["self-evaluation-2020", "department"]
    assert graded["grade"] == "差～优" and "不评等级" in graded["note"]


def test_a_self_score_that_is_still_possible_falls_short_of_nothing():
    rows = compared({"yueyang-2018": shipped("yueyang-2018")[0]}, self_total=F(97))
    assert rows["yueyang-2018", "department"]["shortfall"] == ""
    assert rows["yueyang-2018", "worst_unit"]["shortfall"] == "4"


@pytest.mark.parametrize(
    ("self_total", "shortfall"),
    [
        # 10 of 20 apply, of which 4 are unspecified: 1+4+4 = 9 of 10 at most, in twentieths 18
        (F(18), ""),
        (F("18.5"), "0.5"),
        (F(12), ""),  # above the 9 that are possible, on the other scale
    ],
)
def test_a_self_score_is_compared_with_what_is_possible_on_the_full_scale(self_total, shortfall, scheme):
    found = [
        result("rate", None, status="not_applicable"), result("done", "100%"),
        result("prizes", None, status="not_applicable"),
    ]  # fmt: skip
    judged = [judgement("list", "p1", "met"), judgement("list", "p2", "not_met")]
    framework = scheme.model_copy(update={"grades": None, "grades_source": None})
    rows = scoring.scheme_rows(AUDIT, {"scheme": framework}, found, SMALL, judged, (), self_total)
    row = rows[0]
    assert (row["highest"], row["shortfall"]) == ("9", shortfall)
    if shortfall:
        assert "自评18.5分比折算后仍可能的最高分18分还多0.5分，而评分表的加分项不适用" in row["note"]
        text = soup(scorecard.schemes(run_of(framework, (), rows))).get_text()
        assert "高出0.5分，仍可能的最高分是18分（折算后），满分20+5分" in text and "还差" not in text


def test_a_bonus_that_is_still_possible_is_told_as_part_of_the_highest_score(scheme):
    rows = scoring.scheme_rows(AUDIT, {"scheme": scheme}, [result("prizes", "1")], SMALL, (), (), F(30))
    # 10 + 2 + 4 + 4, and 2 of the bonus
    assert "比仍可能的最高分22分还多8分，加分项最多2分已计在内" in rows[0]["note"]


def test_a_line_that_does_not_apply_is_not_lost():
    none = result("special_funds_behind", None, status="not_applicable", definition="count")
    row = compared({"yueyang-2018": shipped("yueyang-2018")[0]}, results=[*OFFICES, none])[
        "yueyang-2018", "department"
    ]
    # 100 - 3 that do not apply - 3 lost
    assert (row["maximum"], row["highest"], row["lost"]) == ("97", "94", "3")


# --- reading the schemes of a project ---------------------------------------------------------------------------


def audit_of(project: Path):
    audit, faults = cases.open_audit(locate(str(project / "params" / "cases" / INVENTED_CASE.name)))
    assert audit and not faults
    rulebook = indicators.read_rulebook(project, figures.read_dictionary(project))
    return audit, rulebook


def test_every_scheme_of_a_project_is_read_and_a_faulty_one_refused_though_no_case_uses_it(
    tmp_path, monkeypatch
):
    project = own_project(tmp_path)
    monkeypatch.chdir(project)
    audit, rulebook = audit_of(project)
    found = scoring.read_frameworks(audit, rulebook)
    assert list(found) == sorted(SHIPPED)
    path = project / "params" / "frameworks" / "chongqing-2021.yaml"
    path.write_text(
        path.read_text(encoding="utf-8").replace("unspecified: 60", "unspecified: 50"), encoding="utf-8"
    )
    with pytest.raises(CaseError) as caught:
        scoring.read_frameworks(audit, rulebook)
    assert all(
        fault.where.startswith("params/frameworks/chongqing-2021.yaml:") for fault in caught.value.faults
    )
    assert "各行分值之和是90" in str(caught.value)


def test_a_case_that_names_a_scheme_that_is_not_there_is_told_which_there_are(tmp_path, monkeypatch):
    project = own_project(tmp_path)
    monkeypatch.chdir(project)
    case = project / "params" / "cases" / INVENTED_CASE.name
    text = case.read_text(encoding="utf-8")
    audit, rulebook = audit_of(project)
    case.write_text(text.replace(audit.case.framework, "no-such"), encoding="utf-8")
    audit, _ = audit_of(project)
    with pytest.raises(CaseError, match=r"没有评分框架“no-such”.*default-2013"):
        scoring.read_frameworks(audit, rulebook)


# --- the parts of the page --------------------------------------------------------------------------------------


def run_of(framework, scores, schemes=(), year=2019, overrides=(), frameworks=()):
    tables = {"scores": list(scores), "schemes": list(schemes), "overrides": list(overrides)}
    case = SimpleNamespace(year=year)
    return SimpleNamespace(
        framework=framework, frameworks={own.framework: own for own in (framework, *frameworks)},
        rulebook=SMALL, audit=SimpleNamespace(case=case), table=tables.__getitem__,
    )  # fmt: skip


def soup(part):
    return BeautifulSoup(str(part), "html.parser")


def table_of(part, id):
    body = soup(part).select(f"#{id} tbody tr:not(.under)")
    return [[cell.get_text() for cell in row.select("th, td")] for row in body]


def test_the_page_shows_the_score_by_group(scheme):
    rows = scored(
        scheme, [result("rate", "80%"), lacking("done", SPENT)], overrides=[override("prizes", "2")],
        self_scored={"": F(22)},
    )  # fmt: skip
    part = scorecard.scores(run_of(scheme, rows.values()))
    shown = table_of(part, "scores")
    assert [row[0] for row in shown] == [
        "RATE", "LIST", "甲 小计", "DONE", "规则未载明的部分", "乙 小计", "PRIZES（加分项）", "合计",
    ]  # fmt: skip
    assert shown[0][1:4] == ["10", "8", "8"] and shown[-1][1:5] == ["20", "10", "20", "22"]
    text = soup(part).get_text()
    assert "人工改判为2分：有新证据（甲，2020-05-01；按规则是0～5分）" in text
    assert DICTIONARY["budget_spent"].table in text and "适用年度之外" not in text
    chart = scorecard.score_interval(run_of(scheme, rows.values()))
    assert [row[0] for row in chart.rows] == ["总分", "甲（12分）", "乙（8分）"]


def test_the_page_tells_a_case_outside_the_years_of_its_scheme(scheme):
    rows = scored(scheme, [])
    assert "2018年至2020年" in soup(scorecard.scores(run_of(scheme, rows.values(), year=2021))).get_text()


def test_the_page_compares_schemes_and_says_what_the_self_score_would_have_needed():
    framework, _ = shipped("yueyang-2018")
    rows = compared({"yueyang-2018": framework}).values()
    part = scorecard.schemes(run_of(framework, (), rows))
    shown = table_of(part, "schemes")
    assert [row[1:6] for row in shown] == [
        ["部门整体", "100", "5", "97", "3"],
        ["最差单位", "100", "1", "93", "7"],
    ]
    assert shown[0][0].endswith("（本报告采用）") and not shown[1][0].endswith("（本报告采用）")
    text = soup(part).get_text()
    assert "高出11分，仍可能的最高分是97分，满分100分" in text and "高出15分" in text and "还差" not in text
    assert "改判" not in text


def test_the_page_names_overrides_of_schemes_other_than_its_own(scheme):
    other = scheme.model_copy(update={"framework": "other", "title": "另一评分表"})
    changed = [override("rate", "9.5"), override("done", "1", scheme="other", reason="虚报")]
    rows = scoring.scheme_rows(AUDIT, {"scheme": scheme, "other": other}, [], SMALL, (), changed, None)
    run = run_of(
        scheme, scored(scheme, [], overrides=changed).values(), rows, overrides=changed, frameworks=[other]
    )
    text = soup(scorecard.schemes(run)).get_text()
    assert "另一评分表：DONE人工改判为1分：虚报（甲，2020-05-01）" in text
    assert "有新证据" not in text  # its own stand in the table of scores
    assert all("其中1行由审计人员改判" in row["note"] for row in rows)
    stopped = scored(scheme, [], overrides=changed, stopped="资料自相矛盾")
    run = run_of(scheme, stopped.values(), [], overrides=changed, frameworks=[other])
    assert "改判" not in soup(scorecard.schemes(run)).get_text()


@pytest.mark.parametrize(
    ("rate", "grade"),
    [
        # list 2, done 4, unspecified 0 to 4, no bonus: 6 and what rate gives, and 4 more
        ("90%", "等级：优"),  # 15 to 19
        ("40%", "等级：中"),  # 10 to 14
        ("50%", "可能的等级：中～优"),  # 11 to 15
        ("0%", "可能的等级：差～中"),  # 6 to 10
    ],
)
def test_the_page_shows_the_grade_with_the_total(rate, grade, scheme):
    found = [result("rate", rate), result("done", "100%"), result("prizes", "0")]
    judged = [judgement("list", point, "met") for point in ("p1", "p2")]
    rows = scored(scheme, found, judged).values()
    assert table_of(scorecard.scores(run_of(scheme, rows)), "scores")[-1][-1].endswith(f"；{grade}")


def test_the_page_shows_no_grade_where_nothing_is_scored_or_graded(scheme):
    framework = scheme.model_copy(update={"grades": None, "grades_source": None})
    for own, stopped in ((framework, ""), (scheme, "资料自相矛盾")):
        rows = scored(own, [], stopped=stopped).values()
        assert "等级" not in table_of(scorecard.scores(run_of(own, rows)), "scores")[-1][-1]


def test_the_page_lists_documents_in_order_of_what_they_settle(scheme):
    rows = scored(scheme, [lacking("rate", SPENT, ADJUSTED), lacking("done", SPENT), result("prizes", "0")])
    part = scorecard.narrowing(run_of(scheme, rows.values()))
    shown = [[uncited(cell) for cell in row] for row in table_of(part, "narrowing")]
    assert shown[0] == ["1", DICTIONARY["budget_spent"].table, "4", "10", "DONE", "RATE"]
    assert DICTIONARY["budget_adjusted"].table in soup(part).select("tr.under")[0].get_text()
    assert [row[2] for row in shown] == ["4", "2", "0", "0"]


def test_the_page_says_nothing_of_documents_where_nothing_may_be_scored(scheme):
    rows = scored(scheme, [], stopped="资料自相矛盾")
    assert "不予评分" in soup(scorecard.narrowing(run_of(scheme, rows.values()))).get_text()


def test_the_page_names_the_lines_that_no_document_narrows(scheme):
    undefined = result("rate", None, status="undefined")
    judged = [judgement("list", point, "met") for point in ("p1", "p2")]
    rows = scored(scheme, [undefined, result("done", "50%", "51%"), result("prizes", "0")], judged).values()
    text = soup(scorecard.narrowing(run_of(scheme, rows))).get_text()
    assert "RATE（0～10分）：分母为零，没有定义" in text and "DONE（2～2.04分）" in text
    assert "补充哪份资料最能缩小得分区间" in text  # the unspecified block still has its document


CERTAIN = SCHEME.replace("  - {unspecified: 4, group: b, reason: 没有公开}\n", "").replace(
    "points: 4,", "points: 8,"
)


@pytest.mark.parametrize(
    ("done", "certain"),
    [
        (result("done", "50%"), True),
        (result("done", "50%", "51%"), False),
        (result("done", None, status="undefined"), False),
    ],
)
def test_the_page_calls_a_score_certain_only_where_it_is(done, certain, tmp_path):
    framework, faults = read(CERTAIN, tmp_path)
    assert not faults, [str(fault) for fault in faults]
    judged = [judgement("list", point, "met") for point in ("p1", "p2")]
    rows = scored(framework, [result("rate", "80%"), done, result("prizes", "0")], judged).values()
    told = soup(scorecard.narrowing(run_of(framework, rows))).get_text()
    assert ("得分已经确定" in told) is certain
    assert ("没有资料可以缩小的得分" in told and "DONE" in told) is not certain
