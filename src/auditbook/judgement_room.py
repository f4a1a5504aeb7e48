"""判断余地: how far definitions and weights alone move a score, beside what the missing evidence leaves open.

Lines are independent, so that the best and the worst definition of each indicator make the best and the worst score of
all combinations, exactly and without trying them. Weights are scaled to the full marks, so that a score is a ratio of
two sums; the best choice of weights and definitions for such a ratio is found exactly by Dinkelbach's method.
Source: W. Dinkelbach, On Nonlinear Fractional Programming, Management Science 13 (1967) 492-498.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from typing import Literal

from auditbook import scoring
from auditbook.indicators import Rulebook
from auditbook.numbers import Interval, plain
from auditbook.scoring import UNSPECIFIED, Framework, Line
from auditbook.sensitivity import Sensitivity
from auditbook.sensitivity_changes import DEFINITION, STEPS, WEIGHT
from auditbook.tables import Row

SINGLE, COMBINED, OPEN = "single", "combined", "open"
DEFINITIONS, WEIGHTS, BOTH = "definitions", "weights", "both"
MISSING, UNSPECIFIED_RULES, PRECISION = "missing", "unspecified", "precision"
LOWEST, HIGHEST = "lowest", "highest"
End = Literal["low", "high"]
_ENDS: dict[str, End] = {LOWEST: "low", HIGHEST: "high"}
_SHARES = (min(STEPS.values()), max(STEPS.values()))
_NOUGHT = Fraction(0)


@dataclass(frozen=True)
class Room:
    """From where to where an end of the score can be moved, and by which choices; of what is open, how many points."""

    changed: str
    extent: str
    end: str
    box: Interval
    by_low: tuple[str, ...] = ()
    by_high: tuple[str, ...] = ()


def rooms(found: Sensitivity, framework: Framework, rulebook: Rulebook) -> list[Room]:
    """The room for judgement of each end of the score, and the points that are open for want of evidence, by cause.

    Takes    found: from ``sensitivity.analyse``.
    Returns  nothing where nothing may be scored.
    """
    if found.standing.score is None:
        return []
    names = _Names(framework, rulebook)
    return [
        *_single(found),
        *_combined(found, framework, rulebook, names),
        *_open(found.lines, framework, names),
    ]


@dataclass(frozen=True)
class _Names:
    framework: Framework
    rulebook: Rulebook

    def line(self, key: str) -> str:
        return scoring.line_name(self.framework, self.rulebook, key)

    def definition(self, indicator: str, definition: str) -> str:
        stanza = self.rulebook.stanzas[indicator]
        return f"{stanza.name}：{stanza.definition_name(definition)}"


def _single(found: Sensitivity) -> Iterator[Room]:
    """The furthest that one change alone moves each end."""
    base = found.standing.score
    assert base
    for changed, kind in ((DEFINITIONS, DEFINITION), (WEIGHTS, WEIGHT)):
        for end, side in _ENDS.items():
            reached = [(getattr(base, side), "")]
            for effect in found.effects:
                if effect.change.kind == kind and effect.after.score:
                    reached.append(
                        (getattr(effect.after.score, side), f"{effect.change.name}：{effect.change.after}")
                    )
            low, high = min(reached, key=_first), max(reached, key=_first)
            yield Room(
                changed, SINGLE, end, Interval(low[0], high[0]),
                tuple(filter(None, [low[1]])), tuple(filter(None, [high[1]])),
            )  # fmt: skip


def _first(pair: tuple[Fraction, str]) -> Fraction:
    return pair[0]


# --- combinations ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Option:
    """A definition of an indicator (none for lines that have no other), and the lines as they score under it."""

    definition: str
    lines: Mapping[str, Line]


_Choice = tuple[str, _Option]


def _combined(found: Sensitivity, framework: Framework, rulebook: Rulebook, names: _Names) -> Iterator[Room]:
    options = _options(found, framework, rulebook)
    fixed = [[own[0]] for own in options.values()]
    for changed, choices, shares in (
        (DEFINITIONS, [*options.values()], (Fraction(1), Fraction(1))),
        (WEIGHTS, fixed, _SHARES),
        (BOTH, [*options.values()], _SHARES),
    ):
        for end, side in _ENDS.items():
            (low, below), (high, above) = (
                furthest([*zip(options, choices, strict=True)], side, sign, shares, framework)
                for sign in (-1, 1)
            )
            told = [_told(own, options, names) for own in (below, above)]
            yield Room(changed, COMBINED, end, Interval(low, high), told[0], told[1])


def _options(found: Sensitivity, framework: Framework, rulebook: Rulebook) -> dict[str, list[_Option]]:
    """For each indicator (or line without one) its lines under each definition that gives a value, its own first.

    A definition that only bounds the value is nobody's choice: the lines already use it where nothing better is known.
    """
    groups: dict[str, list[str]] = {}
    for key, item in framework.lines.items():
        groups.setdefault(item.indicator or f"line:{key}", []).append(key)
    options = {}
    for group, keys in groups.items():
        own = [_Option("", {key: found.lines[key] for key in keys})]
        for (indicator, definition), lines in found.by_definition.items():
            if indicator == group and not rulebook.stanzas[indicator].definitions[definition].bound:
                own.append(_Option(definition, lines))
        options[group] = own
    return options


def _told(
    choice: Sequence[_Choice], options: Mapping[str, Sequence[_Option]], names: _Names
) -> tuple[str, ...]:
    """The definitions that a choice takes instead of those in force, where they make a difference."""
    return tuple(
        names.definition(group, option.definition)
        for group, option in choice
        if option.definition and option.lines != options[group][0].lines
    )


def furthest(
    groups: Sequence[tuple[str, Sequence[_Option]]], side: End, sign: int, shares: tuple[Fraction, Fraction],
    framework: Framework,
) -> tuple[Fraction, list[_Choice]]:  # fmt: skip
    """The furthest that an end of the score goes over all definitions and all weights within shares of their own.

    Takes    groups: for each indicator its options; sign: 1 for the highest, -1 for the lowest; shares: the least and
             the most that a weight may become of itself, before all are scaled to the full marks.
    Returns  it exactly, and the options that give it.
    """
    mixed = [place for place, (_, own) in enumerate(groups) if _mixed(own)]
    best: tuple[Fraction, list[_Choice]] | None = None
    # an indicator that scores a bonus beside a regular line is tried in each way; others are chosen independently
    for tried in product(*(groups[place][1] for place in mixed)):
        own = [*groups]
        for place, option in zip(mixed, tried, strict=True):
            own[place] = (own[place][0], [option])
        found = _ratio(own, side, sign, shares, framework)
        if best is None or sign * found[0] > sign * best[0]:
            best = found
    assert best is not None
    return best


def _mixed(options: Sequence[_Option]) -> bool:
    return len(options) > 1 and len({line.bonus for line in options[0].lines.values()}) > 1


def _ratio(
    groups: Sequence[tuple[str, Sequence[_Option]]], side: End, sign: int, shares: tuple[Fraction, Fraction],
    framework: Framework,
) -> tuple[Fraction, list[_Choice]]:  # fmt: skip
    """Dinkelbach: what is best against a guess of the ratio gives a better guess, until it gives the same."""
    full = Fraction(framework.full_marks)
    choice = [(group, own[0]) for group, own in groups]
    regular = [line for _, option in choice for line in option.lines.values() if not line.bonus]
    guess = sum((getattr(line.span, side) for line in regular), _NOUGHT) / full
    while True:
        above = below = bonus = _NOUGHT
        choice = []
        for group, own in groups:
            gains = [_gain(option, side, sign, shares, guess) for option in own]
            place = max(range(len(own)), key=lambda n: gains[n][0])
            _, points, worth, extra = gains[place]
            above, below, bonus = above + points, below + worth, bonus + extra
            choice.append((group, own[place]))
        reached = above / below
        if reached == guess:
            return reached * full + bonus, choice
        guess = reached


def _gain(
    option: _Option, side: End, sign: int, shares: tuple[Fraction, Fraction], guess: Fraction
) -> tuple[Fraction, Fraction, Fraction, Fraction]:
    """What an option is good for against a guess; its points and worth by the best weights; its bonus points."""
    total = points = worth = bonus = _NOUGHT
    for line in option.lines.values():
        own = getattr(line.span, side)
        if line.bonus:
            bonus += own
            total += sign * own
            continue
        good = sign * (own - guess * line.weight)
        share = shares[good >= 0]  # the less of what is no good, the more of what is
        total += good * share
        points += own * share
        worth += line.weight * share
    return total, points, worth, bonus


# --- what is open ----------------------------------------------------------------------------------------------


def _open(lines: Mapping[str, Line], framework: Framework, names: _Names) -> Iterator[Room]:
    """The width of the score's interval by what leaves it open."""
    own = framework.own_table
    causes: dict[str, list[str]] = {MISSING: [], UNSPECIFIED_RULES: [], PRECISION: []}
    for key, line in lines.items():
        if line.span.is_point:
            continue
        unspecified = line.state == UNSPECIFIED or own in line.documents
        cause = UNSPECIFIED_RULES if unspecified else MISSING if line.documents else PRECISION
        causes[cause].append(key)
    for cause, keys in causes.items():
        width = sum((lines[key].span.high - lines[key].span.low for key in keys), _NOUGHT)
        yield Room(cause, OPEN, "", Interval(_NOUGHT, width), (), tuple(map(names.line, keys)))


def to_rows(found: Iterable[Room]) -> list[Row]:
    """Rows of room.csv; ``reach`` is how far an end can be moved, or how many points are open."""
    return [
        {
            "changed": room.changed, "extent": room.extent, "end": room.end,
            "low": plain(room.box.low) if room.extent != OPEN else "",
            "high": plain(room.box.high) if room.extent != OPEN else "",
            "reach": plain(room.box.high - room.box.low),
            "by_low": "；".join(room.by_low), "by_high": "；".join(room.by_high),
        }
        for room in found
    ]  # fmt: skip
