"""Tables inside an evaluation report: indicators with target, answer and points; budgets by kind of spending.

What a column holds is said by its heading (``heads`` of params/narratives/evaluation.yaml). A number under a heading that
nobody knows is left, and says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from auditbook.cases import DEPARTMENT
from auditbook.intake.intake_layouts import heading_words
from auditbook.narrative.evaluation_objectives import empty_cells
from auditbook.narrative.evaluation_patterns import known_item
from auditbook.narrative.evaluation_proposals import OBJECTIVES, Gathering, Proposal
from auditbook.narrative.evaluation_text import Number, Passage
from auditbook.narrative.evaluation_units import unit_names
from auditbook.numbers import EXACT, MONEY, dimension

NAME, TARGET, ACTUAL, WEIGHT, POINTS = "name", "target", "actual", "weight", "points"
_AT_MOST = {"≤", "<=", "不高于", "不超过"}
_EQUAL = {"=", "＝"}
_WITHIN = "within"


@dataclass(frozen=True)
class Head:
    """The head of a table: which column holds what, and the unit of its amounts."""

    columns: dict[str, int]
    unit: str
    width: int


def by_tables(gathering: Gathering) -> None:
    """Propose what the tables of a report hold, row by row."""
    head: Head | None = None
    unit = ""
    goals = 0
    for passage in gathering.passages:
        if not passage.cells:
            found = re.match(gathering.layout.heads.unit_line, passage.text)
            unit = found["unit"] if found else unit if len(passage.text) < 30 else ""
            head = head if found else None
            continue
        own = _head(gathering, passage, unit)
        if own is not None:
            head = own
        elif head is not None and len(passage.cells) == head.width:
            if TARGET in head.columns:
                goals += _goal(gathering, passage, head, goals + 1)
            _amounts(gathering, passage, head)


def _head(gathering: Gathering, passage: Passage, unit: str) -> Head | None:
    heads = gathering.layout.heads
    known = {
        NAME: heads.name,
        TARGET: heads.target,
        ACTUAL: heads.actual,
        WEIGHT: heads.weight,
        POINTS: heads.points,
    }
    columns: dict[str, int] = {}
    said = unit
    for index, (start, end) in enumerate(passage.cells):
        words, own = heading_words(passage.text[start:end])
        said = own if dimension(own) == MONEY else said
        for name, headings in (*known.items(), *heads.figures.items()):
            if words in headings:
                columns.setdefault(name, index)
    telling = TARGET in columns or any(name in columns for name in heads.figures)
    return Head(columns, said, len(passage.cells)) if NAME in columns and telling else None


def _numbers(gathering: Gathering, passage: Passage, index: int) -> list[Number]:
    start, end = passage.cells[index]
    return [number for number in gathering.open_numbers(passage) if start <= number.start < end]


def _cell(passage: Passage, index: int) -> str:
    start, end = passage.cells[index]
    return passage.text[start:end]


def _goal(gathering: Gathering, passage: Passage, head: Head, position: int) -> int:
    """Propose a row of indicators as a target with its answer, and its points; whether there was one."""
    numbers = _numbers(gathering, passage, head.columns[TARGET])
    name = _cell(passage, head.columns[NAME])
    sign = re.match(gathering.layout.heads.target_value, _cell(passage, head.columns[TARGET]))
    if len(numbers) != 1 or not numbers[0].unit or not name or sign is None:
        return 0
    target = numbers[0]
    below = sign["sign"] in _AT_MOST or bool(sign[_WITHIN])
    comparator = "<=" if below else "=" if sign["sign"] in _EQUAL else ">="
    run = passage.cells[head.columns[NAME]][0], target.unit_end
    quote, span = gathering.quoted(passage, *run)
    cells = {
        **empty_cells(), "objective": "o0", "item": f"t{position}", "measure": name, "comparator": comparator,
        "target": target.value, "unit": gathering.unit(target), "locator": passage.section, "quote": quote,
    }  # fmt: skip
    gathering.take(passage, target)
    answer_span = answer_number = None
    why = "表中的一项指标"
    answers = _numbers(gathering, passage, head.columns[ACTUAL]) if ACTUAL in head.columns else []
    if len(answers) == 1 and (not answers[0].unit or gathering.unit(answers[0]) == gathering.unit(target)):
        answer = answers[0]
        reply, answer_span = gathering.quoted(passage, run[0], answer.unit_end)
        answer_number = passage.run(answer.start, answer.unit_end)
        cells |= {
            "actual_measure": name, "actual": answer.value, "precision": gathering.precision(answer),
            "actual_locator": passage.section, "actual_quote": reply,
        }  # fmt: skip
        gathering.take(passage, answer)
        why += "，同一行有完成值"
    shown = passage.run(target.start, target.unit_end)
    gathering.proposals.append(
        Proposal(OBJECTIVES, cells, *span, shown, "table", why, answer_span, answer_number)
    )
    for column, figure in ((WEIGHT, "self_scored_weight"), (POINTS, "self_scored_points")):
        for number in _numbers(gathering, passage, head.columns[column]) if column in head.columns else []:
            gathering.take(passage, number)
            gathering.figure(
                passage, (run[0], number.unit_end), number, figure=figure, item=f"o0.t{position}", label=name, unit="分",
                precision=EXACT if "." not in number.value else "", pattern="table", why="表中这项指标的分值或得分",
            )  # fmt: skip
            break
    return 1


def _amounts(gathering: Gathering, passage: Passage, head: Head) -> None:
    """Propose the amounts of a row of a table of budgets: a whole, an item, or a unit of the department."""
    name = _cell(passage, head.columns[NAME])
    for figure, scope, item, column in _cells_of(gathering, name, head):
        for number in _numbers(gathering, passage, column):
            unit = number.unit or head.unit
            if dimension(unit) != MONEY:
                break
            gathering.take(passage, number)
            whole = Number(number.value, unit, number.start, number.end, number.unit_end, number.about)
            gathering.told(
                passage, (passage.cells[head.columns[NAME]][0], number.unit_end), whole, figure=figure, scope=scope,
                item=item, label=f"{name}{_heading(gathering, figure)}", pattern="table", why="表中的一格，由表头与行名得知",
            )  # fmt: skip
            break


def _heading(gathering: Gathering, figure: str) -> str:
    return next(iter(gathering.layout.heads.figures.get(figure, [])), "")


def _cells_of(gathering: Gathering, name: str, head: Head) -> Iterator[tuple[str, str, str, int]]:
    """Figure, scope and item of each amount of a row, by what the row is called; nothing where nobody knows it."""
    heads = gathering.layout.heads
    columns = [(figure, head.columns[figure]) for figure in heads.figures if figure in head.columns]
    item = known_item(gathering.layout.items["budget"], name)
    unit = next((id_ for id_, words in unit_names(gathering) if words in name), "")
    for figure, column in columns:
        if name in heads.totals or (gathering.department and name == gathering.department):
            yield figure, DEPARTMENT, "", column
        elif name in heads.rows:
            if figure in heads.rows[name]:
                yield heads.rows[name][figure], DEPARTMENT, "", column
        elif item:
            yield figure, DEPARTMENT, item, column
        elif unit:
            yield figure, unit, "", column
