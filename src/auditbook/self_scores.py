"""The department's own scores: what in a self-scored table cannot be, whatever the scheme.

Points above the weight, full points for a target that was missed, points lost for one that was met, sums that do not
close, a grade that the score does not bear out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from auditbook.cases import DEPARTMENT
from auditbook.claims import (
    ADMITTED,
    AGREES,
    DISAGREES,
    MAXIMUM,
    POINTS,
    SCORE,
    TASK_KINDS,
    WEIGHT,
    about_of,
    lowest,
    place,
    score_lines,
    sum_of,
)
from auditbook.figures import Figures, Resolved
from auditbook.indicators import COMPUTED, Result, Rulebook
from auditbook.numbers import rounded
from auditbook.tables import Row


@dataclass(frozen=True)
class Contradiction:
    """Something in a self-scored table that cannot be: its kind, on which line, and the evidence that it rests on."""

    kind: str
    about: str
    points: Fraction | None
    weight: Fraction | None
    explanation: str
    evidence: tuple[str, ...]


def contradictions(
    figures: Figures, completions: Sequence[Row], statements: Sequence[Row], results: Sequence[Result],
    rulebook: Rulebook, scoring: Mapping[str, str], grade_of: Callable[[Fraction], str] | None = None,
    grades: Sequence[str] = (), objectives: Sequence[Row] = (),
) -> list[Contradiction]:  # fmt: skip
    """Contradictions of a self-scored table with itself, with the targets and with the grade.

    Takes    completions: rows of claims.csv; scoring: per indicator the definition that scores; grade_of: the grade
             of a score under the scheme; grades: the words for grades that it knows; objectives: rows of objectives.csv,
             for the names of lines.
    Returns  kinds ``above_weight``, ``full_marks_unmet`` (full points, target or limit not kept), ``marks_lost_met``
             (points lost without a stated reason although the target is met, or an indicator whose best is 100 %
             stands at 100 %), ``sum_of_points`` and ``sum_of_weights`` (also of a line against the lines under it),
             ``grade_differs``. Nothing is said where a number is missing.
    """
    return [
        *of_lines(figures, completions, statements, results, rulebook, scoring),
        *of_sums_and_grade(figures, statements, rulebook, grade_of, grades, objectives),
    ]


def of_lines(
    figures: Figures, completions: Sequence[Row], statements: Sequence[Row], results: Sequence[Result],
    rulebook: Rulebook, scoring: Mapping[str, str], *, only: Container[str] | None = None,
) -> list[Contradiction]:  # fmt: skip
    """Those of ``contradictions`` that lie in a single line; ``only`` of some lines.

    A line rests on its own points and weight, and on the target or the indicator of its name alone.
    """
    lines = _lines(figures, only)
    state = _target_states(completions, results, rulebook, scoring)
    found: list[Contradiction] = []
    for item, line in lines.items():
        found += _line(item, line, state, statements, results)
    return found


def of_sums_and_grade(
    figures: Figures, statements: Sequence[Row], rulebook: Rulebook, grade_of: Callable[[Fraction], str] | None = None,
    grades: Sequence[str] = (), objectives: Sequence[Row] = (),
) -> list[Contradiction]:  # fmt: skip
    """Those of ``contradictions`` that lie between lines, and in the grade: no target and no indicator counts here."""
    lines = _lines(figures)
    found = [*_sums(figures, lines, _names(figures, rulebook, objectives, lines))]
    if grade_of is not None:
        found += _grade(figures, statements, grade_of, grades)
    return found


_Line = tuple[Resolved | None, Resolved | None]


def _lines(figures: Figures, only: Container[str] | None = None) -> dict[str, _Line]:
    """Points and weight of each line of the self-scored table, by item."""
    return {
        item: (
            points if points.value is not None else None,
            weight if weight.value is not None else None,
        )
        for item, (points, weight) in score_lines(figures, only=only).items()
    }


def _names(
    figures: Figures, rulebook: Rulebook, objectives: Sequence[Row], lines: Mapping[str, _Line]
) -> dict[str, str]:
    """What a reader calls each line: the indicator, the objective, or as the self-scored table labels it."""
    known = {stanza.id: stanza.name for stanza in rulebook.stanzas.values()}
    known.update({about_of(row): row["measure"] for row in objectives})
    for item in lines:
        labels = [name for figure in (POINTS, WEIGHT) if (name := figures.item_name(figure, item)) != item]
        known.setdefault(item, labels[0] if labels else "没有名称")
    return known


def _target_states(
    completions: Sequence[Row], results: Sequence[Result], rulebook: Rulebook, scoring: Mapping[str, str]
) -> dict[str, tuple[bool, str]]:
    """For each target or indicator whether it is met, with the words for it; only where that is certain.

    A claim that admits a missed target agrees with the evidence, although the target is missed.
    """
    state = {
        row["about"]: ((row["verdict"] == AGREES) != (row["kind"] == ADMITTED), row["explanation"])
        for row in completions
        if row["kind"] in TASK_KINDS and row["verdict"] in {AGREES, DISAGREES}
    }
    for result in results:
        stanza = rulebook.stanzas[result.indicator]
        if (result.scope, result.item) != (DEPARTMENT, "") or scoring.get(
            result.indicator
        ) != result.definition:
            continue
        if result.status == COMPUTED and stanza.direction == "to_100" and result.value == 1:
            state[result.indicator] = (True, f"{stanza.name}为{stanza.value_text(result.value)}")
        elif stanza.limit and result.interval and stanza.limit.broken_by(result.interval):
            shown = stanza.value_text(result.value if result.value is not None else result.interval.low)
            state[result.indicator] = (False, f"{stanza.name}为{shown}，应{stanza.limit.words}")
    return state


def _line(
    item: str,
    line: _Line,
    state: Mapping[str, tuple[bool, str]],
    statements: Sequence[Row],
    results: Sequence[Result],
) -> Iterator[Contradiction]:
    points, weight = line
    if points is None or weight is None or points.value is None or weight.value is None:
        return
    shown = f"得{_points(points.value)}分，分值{_points(weight.value)}分"
    numbers = (points.value, weight.value)
    met_it, why = state.get(item, (None, ""))
    evidence = (*points.terms, *weight.terms)
    target = tuple(
        term
        for r in results
        if r.indicator == item and (r.scope, r.item) == (DEPARTMENT, "")
        for term in r.terms
    )
    target = tuple(dict.fromkeys(target)) or (f"claim:done.{item}",)
    if points.interval.low > weight.interval.high:
        yield Contradiction("above_weight", item, *numbers, f"{shown}，超过该项分值", evidence)
    if met_it is False and points.value >= weight.value > 0:
        said = f"{shown}，是满分，而{why}"
        yield Contradiction("full_marks_unmet", item, *numbers, said, (*evidence, *target))
    reasons = [s for s in statements if s["kind"] == "reason" and s["about"] == item]
    if met_it is True and points.interval.high < weight.interval.low and not reasons:
        said = f"{shown}，扣了{_points(weight.value - points.value)}分而没有说明原因，而{why}"
        yield Contradiction("marks_lost_met", item, *numbers, said, (*evidence, *target))


def _sums(figures: Figures, lines: Mapping[str, _Line], names: Mapping[str, str]) -> Iterator[Contradiction]:
    """Sums that do not close: the lines under a line, and all lowest lines against the published total."""
    leaves = lowest(lines)
    parts: list[tuple[str, Resolved | None, Resolved | None, list[str]]] = []
    for item, (points, weight) in lines.items():
        if own := [low for low in leaves if low.startswith(f"{item}.")]:
            parts.append((item, points, weight, own))
    if leaves and SCORE in figures.dictionary and MAXIMUM in figures.dictionary:
        parts.append((SCORE, figures.resolve(SCORE), figures.resolve(MAXIMUM), leaves))
    for about, points, weight, own in parts:
        for kind, words, whole, side in (
            ("sum_of_points", "得分", points, 0),
            ("sum_of_weights", "分值", weight, 1),
        ):
            below = [lines[item][side] for item in own]
            if whole is None or whole.value is None or any(part is None for part in below):
                continue
            known = [part for part in below if part is not None]
            total, box = sum_of(known)
            if box.low <= whole.interval.high and whole.interval.low <= box.high:
                continue
            named = ("总分" if side == 0 else "满分") if about == SCORE else f"“{names[about]}”一行的{words}"
            said = f"{len(known)}行{words}之和为{_points(total)}分，{named}为{_points(whole.value)}分，相差{_points(abs(total - whole.value))}分"
            evidence = tuple(term for part in (whole, *known) for term in part.terms)
            yield Contradiction(
                kind, about, total if side == 0 else None, total if side else None, said, evidence
            )


def _grade(
    figures: Figures, statements: Sequence[Row], grade_of: Callable[[Fraction], str], grades: Sequence[str]
) -> Iterator[Contradiction]:
    """A grade word that the published score does not bear out."""
    score = figures.resolve(SCORE) if SCORE in figures.dictionary else None
    if score is None or score.value is None or not grades:
        return
    words = "|".join(map(re.escape, sorted(grades, key=len, reverse=True)))
    at = re.compile(rf"(?:为|是|：|:|评|等级|等次|[“\"（(])\s*({words})(?=[秀好等级差格”\"）)。，,；;\s]|$)")
    for s in statements:
        spoken = at.search(s["quote"]) if s["kind"] == "grade" and s["about"] in {"", SCORE} else None
        # the printed score is what is graded: a grade is half-open at the number as it stands
        own = grade_of(score.value)
        if spoken and spoken.group(1) != own:
            said = f"自评{_points(score.value)}分，按分数区间是“{own or '没有等次'}”，报告称“{s['quote']}”（{place(s['locator'])}）"
            evidence = (*score.terms, f"statement:{s['statement']}")
            yield Contradiction("grade_differs", SCORE, score.value, None, said, evidence)


def _points(value: Fraction) -> str:
    """Points as a reader sees them: up to four decimals, no zeros at the end."""
    shown = format(rounded(value, 4), "f")
    return shown.rstrip("0").rstrip(".") if "." in shown else shown
