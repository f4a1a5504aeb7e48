"""The sheet 原文取数: what the program read out of a report's text, and what an auditor decided of each row.

Only accepted rows are evidence, with value, unit and figure as the auditor left them; rows that nobody has decided are
counted and never used. Each row quotes its document, and a value that its phrase does not hold is a fault.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from auditbook.figures import VALUE, ZERO
from auditbook.intake import phrases
from auditbook.intake.cell_values import shown
from auditbook.intake.intake_cells import Value, choice_of, value_of, words_of
from auditbook.intake.intake_sheets import Filled, Reading, scope_of
from auditbook.intake.raw_tables import RawRow
from auditbook.intake.sheets import Note
from auditbook.numbers import EXACT, parse

UNDECIDED = "undecided"
YES, LEFT = "yes", "left"
FIGURE, NONE, TARGET, ACTUAL, CLAIMED = "figure", "none", "target", "actual", "claimed"
CLAIMS = ("rate", "share", "growth", "change", "total", "count", "score")
# the document that a row was read out of, beside the columns of its shape
ORIGIN = "origin"


@dataclass
class Taken:
    """The accepted rows of a sheet, by shape."""

    figures: list[RawRow] = field(default_factory=list)
    published: list[RawRow] = field(default_factory=list)
    objectives: list[RawRow] = field(default_factory=list)


def read(filled: Filled, reading: Reading) -> Taken:
    """Rows of the shapes ``figures``, ``published`` and ``objectives``: of accepted rows, and of no others."""
    taken = Taken()
    undecided = 0
    goals: dict[str, dict[str, int]] = {}
    for row in filled.rows:
        if not filled.speaks(row):
            continue
        kind = choice_of(filled, row, "kind", reading)
        decided = choice_of(filled, row, "accepted", reading)
        if kind == LEFT and decided != YES:
            continue
        if decided == "":
            undecided += 1
        if decided != YES or kind is None:
            continue
        if kind in {TARGET, ACTUAL, CLAIMED}:
            _goal(filled, row, kind, goals, reading)
        else:
            _row(filled, row, kind, taken, reading)
    for item, rows in goals.items():
        if found := _objective(filled, item, rows, reading):
            taken.objectives.append(found)
    if undecided:
        said = f"“{filled.layout.title}”有 {undecided} 行没有写采纳与否"
        reading.notes.append(Note(filled.sheet.file, said, "不采用，一行也没有用", UNDECIDED))
    return taken


def _row(filled: Filled, row: int, kind: str, taken: Taken, reading: Reading) -> None:
    if kind == LEFT:
        reading.fault(
            filled.at(row, "kind"), "采纳的一行没有写种类", "数字、比率、目标等一种", "请改正种类，或不采纳"
        )
        return
    told = len(reading.faults)
    code = words_of(filled, row, "code", reading)
    if not code:
        reading.fault(
            filled.at(row, "code"),
            "没有写数字代号",
            "params/figures.yaml 或指标的代号",
            "见 auditbook explain",
        )
    scope = scope_of(filled, row, reading)
    value = _value(filled, row, reading, zero=kind == NONE)
    meaning = reading.dictionary.get(code)
    counted = kind == FIGURE and meaning is not None and meaning.counted
    if value is None or scope is None or len(reading.faults) > told:
        return
    if not _holds(filled, row, value, reading, counted=counted, changed=kind in {"growth", "change"}):
        return
    common = {
        "scope": scope, "item": filled.text(row, "item"), "year": str(reading.year), "unit": value.unit,
        "precision": value.precision, "locator": filled.text(row, "place"), "quote": filled.text(row, "quote"),
        ORIGIN: filled.text(row, "document"),
    }  # fmt: skip
    places = _places(filled, row)
    where = filled.sheet.at(row)
    if kind in CLAIMS:
        cells = {
            "claim": f"{code}.r{filled.sheet.numbers[row]}", "kind": kind, "about": code, "published": value.value,
            "base": "", **common,
        }  # fmt: skip
        taken.published.append(
            RawRow(
                cells,
                where,
                {**places, "about": filled.at(row, "code"), "published": filled.at(row, "value")},
            )
        )
    else:
        cells = {
            "figure": code, "label": filled.text(row, "label"), "state": value.state, "value": value.value,
            "basis": "evidence", **common,
        }  # fmt: skip
        taken.figures.append(RawRow(cells, where, {**places, "figure": filled.at(row, "code")}))


def _value(filled: Filled, row: int, reading: Reading, *, zero: bool = False) -> Value | None:
    """The number of an accepted row, with the precision that the row says, else what the number itself shows."""
    unit = words_of(filled, row, "measured_in", reading)
    found = value_of(filled, row, "value", reading, unit)
    if found is None:
        return None
    if not found.has_value:
        reading.fault(filled.at(row, "value"), "采纳的一行没有数值", "一个数", "请补上，或不采纳")
        return None
    if not unit:
        reading.fault(
            filled.at(row, "measured_in"), "采纳的一行没有计量单位", "如 万元、人、%", "请补上，或不采纳"
        )
        return None
    if zero and parse(found.value):
        reading.fault(filled.at(row, "value"), f"申明没有，而数值是 {found.value}", "0", "请改正种类或数值")
        return None
    said = filled.text(row, "precision")
    precision = EXACT if said in {"", "精确", EXACT} else said
    return Value(ZERO if zero else VALUE if parse(found.value) else ZERO, found.value, unit, precision)


def _holds(
    filled: Filled, row: int, value: Value, reading: Reading, *, counted: bool = False, changed: bool = False
) -> bool:
    """Whether the phrase of a row holds its value; a fault where it does not, or where there is none."""
    quote = filled.text(row, "quote")
    if not quote:
        reading.fault(
            filled.at(row, "quote"), "采纳的一行没有原文", "原文中含有这个数的短语", "没有出处的数字不能计算"
        )
        return False
    held = phrases.holds(
        quote, value.value, value.unit, zero=value.state == ZERO, counted=counted, changed=changed
    )
    if held == phrases.HOLDS:
        return True
    what = "列出的不是这么多项" if counted else "里没有这个数"
    reading.fault(
        filled.at(row, "value"), f"数值是 {value.value}{value.unit}，而原文“{shown(quote)}”{what}", "与原文一致的数值",
        "请改正数值、单位，或换成含有它的短语；另有出处的数，填到别的表里",
    )  # fmt: skip
    return False


def _places(filled: Filled, row: int) -> dict[str, str]:
    named = {
        "scope": "scope", "item": "item", "label": "label", "value": "value", "unit": "measured_in", "precision": "precision",
        "locator": "place", "quote": "quote", "state": "kind", "kind": "kind", ORIGIN: "document",
    }  # fmt: skip
    return {column: filled.at(row, id_) for column, id_ in named.items()}


# --- targets with their answers --------------------------------------------------------------------------------


def _goal(filled: Filled, row: int, kind: str, goals: dict[str, dict[str, int]], reading: Reading) -> None:
    item = filled.text(row, "item")
    if not item:
        reading.fault(filled.at(row, "item"), "目标没有编号", "如 o1、o1.t2", "目标与它的完成写同一个编号")
        return
    own = goals.setdefault(item, {})
    if kind in own:
        first = filled.at(own[kind], "item")
        reading.fault(
            filled.at(row, "item"), f"编号“{shown(item)}”采纳了两行（另一行在 {first}）", "一个编号一行"
        )
        return
    own[kind] = row


def _objective(filled: Filled, item: str, rows: dict[str, int], reading: Reading) -> RawRow | None:
    goal = rows.get(TARGET, rows.get(CLAIMED))
    if goal is None:
        at = filled.at(rows[ACTUAL], "accepted")
        reading.fault(
            at,
            f"采纳了“{shown(item)}”的完成，没有采纳它的目标",
            "目标与完成一并采纳",
            "请采纳目标，或不采纳完成",
        )
        return None
    told = len(reading.faults)
    objective, _, part = item.partition(".")
    target = _value(filled, goal, reading) if TARGET in rows else None
    actual = _value(filled, rows[ACTUAL], reading) if ACTUAL in rows else None
    for value, kind in ((target, TARGET), (actual, ACTUAL)):
        if value is not None:
            _holds(filled, rows[kind], value, reading)
    if len(reading.faults) > told:
        return None
    if target and actual and target.unit != actual.unit:
        reading.fault(
            filled.at(rows[ACTUAL], "measured_in"),
            f"完成以{actual.unit}计，目标以{target.unit}计",
            "同一单位",
        )
        return None
    answer = rows.get(ACTUAL)
    cells = {
        "objective": objective, "item": part, "measure": filled.text(goal, "label"),
        "comparator": (choice_of(filled, goal, "comparator", reading) or "") if target else "",
        "target": target.value if target else "", "unit": target.unit if target else "",
        "claimed": filled.text(rows.get(CLAIMED, goal), "said"), "locator": filled.text(goal, "place"),
        "quote": filled.text(goal, "quote"),
        "actual_measure": filled.text(answer, "label") if answer is not None else "",
        "actual": actual.value if actual else "", "precision": actual.precision if actual else "",
        "actual_locator": filled.text(answer, "place") if answer is not None else "",
        "actual_quote": filled.text(answer, "quote") if answer is not None else "",
        ORIGIN: filled.text(goal, "document"),
    }  # fmt: skip
    places = {
        **_places(filled, goal),
        "target": filled.at(goal, "value"),
        "measure": filled.at(goal, "label"),
    }
    if answer is not None:
        places["actual"] = filled.at(answer, "value")
    return RawRow(cells, filled.sheet.at(goal), places)
