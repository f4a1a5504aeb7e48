"""The sheet of figures: each as published, in base units, with its range; then what is missing, then the sums.

Every cell that a formula may ask for has a name. A figure that is missing has a cell too, empty: it says 缺失, never
0, and whoever fills it in sees the indicators follow.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from auditbook import formulas
from auditbook.claims import place
from auditbook.figures import ASSUMED, MISSING, NOT_APPLICABLE, VALUE, ZERO, Figures, Key, Resolved
from auditbook.numbers import EXACT, MONEY, dimension, factor, parse
from auditbook.pipeline import Run
from auditbook.report.evidence_parts import QUOTED
from auditbook.report.workbook.names import Names
from auditbook.report.workbook.sheet import CODE, COUNT, NUMBER, Column, Sheet
from auditbook.tables import Row

LACKING, IDLE = "缺失", "不适用"
STATE_WORDS = {VALUE: "有值", ZERO: "申明为零", MISSING: LACKING, NOT_APPLICABLE: IDLE}
NAME = "数字表"
COLUMNS = (
    Column("数字", 24), Column("范围", 12), Column("分项", 14), Column("年度", 6, "0"), Column("状态", 9),
    Column("公布数值", 13, NUMBER), Column("单位", 7), Column("公布精度", 8, '[=0]"精确";General'),
    Column("每单位合基本单位", 9, "#,##0.####"), Column("基本值（元、1、个）", 17, "#,##0.00####"), Column("采用", 6),
    Column("来源", 14), Column("定位", 20), Column("原文短语", 26), Column("短语核对", 11),
    Column("下限（基本值）", 17, "#,##0.00####", False), Column("上限（基本值）", 17, "#,##0.00####", False),
    Column("区域名（公式用它）", 36, CODE, False), Column("在 figures.csv 的键", 36, CODE, False),
)  # fmt: skip
(_NAME, _SCOPE, _ITEM, _YEAR, _STATE, _VALUE, _UNIT, _PRECISION, _FACTOR, _BASE, _CHOSEN, _SOURCE, _LOCATOR, _QUOTE,
 _QUOTED, _LOW, _HIGH, _RANGE, _KEY) = range(len(COLUMNS))  # fmt: skip
NOTE = (
    "每行一个数字：公布数值照原文，基本值＝公布数值×每单位合基本单位，公式都引用基本值。空白不是零：缺失的数字得“缺失”，"
    "引用它的指标得“无法评价”；申明为零的才是0。上下限是公布精度的半个末位。“缺失”各行填入公布数值后，指标与得分随之算出。"
)
# So many names at most in one sum; sums of more are built of partial sums.
_MOST_ADDED = 40


@dataclass(frozen=True)
class Cells:
    """The names of the cells of a figure: its value in base units and the ends of its range; its published terms."""

    value: str
    low: str
    high: str
    terms: frozenset[str]


@dataclass(frozen=True)
class _Term:
    """A term of a sum: its cells, its value and the ends of its range."""

    cells: Cells
    numbers: tuple[Fraction, Fraction, Fraction]


class FigureCells:
    """Writes the sheet of figures and says by which name a formula asks for a figure."""

    def __init__(self, sheet: Sheet, run: Run, names: Names) -> None:
        """Take the sheet, the run and the names that are in use."""
        self._sheet, self._run, self._names = sheet, run, names
        self._figures: Figures = run.figures
        self._rows: dict[str, Cells] = {}
        self._asked: dict[tuple[str, str, str], Cells | None] = {}

    def write(self) -> None:
        """Write every figure of the evidence, every one that an indicator lacks, and every sum."""
        sheet, figures = self._sheet, self._figures
        sheet.section("一、资料中的数字")
        first = sheet.row
        for row in _in_order(self._run):
            self._published(row)
        asked = list(self._wanted())
        lacking = [(key, found) for key, found in asked if self._is_entry(key, found)]
        if lacking:
            sheet.section("二、指标要用而资料中没有的数字（填入公布数值，指标与得分随之算出）")
            for key, found in lacking:
                self._entry(key, found)
        sheet.choices(_STATE, list(STATE_WORDS.values()), first, max(first, sheet.row - 1))
        sums = [(key, found) for key, found in asked if not self._is_entry(key, found) and found.terms]
        sums = [(key, found) for key, found in sums if list(found.terms) != [str(key)]]
        if sums:
            sheet.section("三、由各项、各单位相加的数字")
            for key, found in sums:
                self._sum(key, found)
        for figure, scope, item in self._places():
            key = figures.key(figure, scope, item)
            self._asked[figure, scope, item] = self._rows.get(str(key))

    def cells(self, figure: str, scope: str, item: str) -> Cells | None:
        """The cells of a figure at one scope and item; None where only its stored value is known."""
        return self._asked.get((figure, scope, item))

    def _places(self) -> Iterable[tuple[str, str, str]]:
        """Everything that a formula asks for."""
        seen: dict[tuple[str, str, str], None] = {}
        for stanza in self._run.rulebook.stanzas.values():
            for definition in stanza.definitions.values():
                asked = formulas.read(definition.formula).figures
                for scope, item, found in self._figures.together(asked):
                    seen.update({(figure, scope, item): None for figure in found})
        return seen

    def _wanted(self) -> Iterable[tuple[Key, Resolved]]:
        seen: dict[Key, Resolved] = {}
        for figure, scope, item in self._places():
            seen.setdefault(
                self._figures.key(figure, scope, item), self._figures.resolve(figure, scope, item)
            )
        return seen.items()

    def _is_entry(self, key: Key, found: Resolved) -> bool:
        """Whether a figure needs a cell of its own because no row of the evidence gives it."""
        return key not in self._figures.chosen and not found.terms

    def _head(self, key: Key, state: str) -> None:
        run, sheet = self._run, self._sheet
        sheet.text(_NAME, run.dictionary[key.figure].name)
        sheet.text(_SCOPE, run.audit.scope_name(key.scope))
        sheet.text(_ITEM, run.figures.item_name(key.figure, key.item))
        sheet.number(_YEAR, Fraction(key.year))
        sheet.text(_STATE, state)

    def _tail(self, key: Key, cells: Cells | None, texts: Sequence[str]) -> None:
        """Where a figure comes from, and by which name and key it is asked for."""
        for column, text in enumerate(texts, _CHOSEN):
            self._sheet.text(column, text)
        self._sheet.text(_RANGE, cells.value if cells else "")
        self._sheet.text(_KEY, str(key))

    def _published(self, row: Row) -> None:
        key = Key(row["figure"], row["scope"], row["item"], int(row["year"]))
        given = row["state"] in {VALUE, ZERO}
        chosen = row["chosen"] == "yes"
        self._head(key, STATE_WORDS[row["state"]])
        unit = row["unit"] or _unit(self._run, key)
        cells = self._numbers(
            key, parse(row["value"]) if given else None, unit, row["precision"] or EXACT, row["state"], named=chosen
        )  # fmt: skip
        found = place(row["locator"]) or row["locator"]
        checked = "假设" if row["basis"] == ASSUMED else QUOTED[row["quote_status"]]
        said = ["是" if chosen else "否", row["source"], found, row["quote"], checked]
        self._tail(key, cells, said)
        self._sheet.next()

    def _entry(self, key: Key, found: Resolved) -> None:
        self._head(key, STATE_WORDS[found.state])
        cells = self._numbers(key, None, _unit(self._run, key), EXACT, found.state, named=True)
        own = self._run.dictionary[key.figure]
        lacking = "、".join(self._part(name, key) for name in found.lacking if name != str(key))
        need = f"应见：{own.table}{f'；缺{lacking}的数' if lacking else ''}"
        self._tail(key, cells, ["", "", need, "", ""])
        self._sheet.next()

    def _part(self, lacking: str, key: Key) -> str:
        """What is lacking of a sum, in words, as far as it is not what the row says already."""
        run = self._run
        figure, scope, item, year = lacking.split(":")
        words = [
            "" if year == str(key.year) else f"{year}年",
            "" if scope == key.scope else run.audit.scope_name(scope),
            "" if figure == key.figure else run.dictionary[figure].name,
            "" if item == key.item else run.figures.item_name(figure, item),
        ]
        return "".join(words)

    def _numbers(
        self, key: Key, value: Fraction | None, unit: str, precision: str, state: str, *, named: bool
    ) -> Cells | None:  # fmt: skip
        """The cells from the published value to the range; the names of three of them."""
        sheet = self._sheet
        held = factor(unit)
        given, half = sheet.at(_VALUE), Fraction(0) if precision == EXACT else parse(precision) / 2
        if state == ZERO:
            half = Fraction(0)
        look = {"bg_color": "#FFF9E5"} if value is None else {}
        if value is None:
            sheet.text(_VALUE, "", **look)
        else:
            sheet.number(_VALUE, value, _shown_as(unit, value))
        sheet.text(_UNIT, unit)
        sheet.number(_FACTOR, held)
        sheet.number(_PRECISION, half * 2)
        otherwise = f'IF({sheet.at(_STATE)}="{IDLE}","{IDLE}","{LACKING}")'
        said = IDLE if state == NOT_APPLICABLE else LACKING
        for column, shift, sign in ((_BASE, Fraction(0), ""), (_LOW, -half, "-"), (_HIGH, half, "+")):
            inside = f"({given}{sign}{sheet.at(_PRECISION)}/2)" if sign else given
            stored = said if value is None else (value + shift) * held
            formula = f"IF(ISNUMBER({given}),{inside}*{sheet.at(_FACTOR)},{otherwise})"
            sheet.formula(column, formula, stored)
        return self._named(key, frozenset({str(key)})) if named else None

    def _named(self, key: Key, terms: frozenset[str], kind: str = "fig") -> Cells:
        parts = (key.figure, key.scope, key.item, str(key.year))
        value, low, high = (self._names.new(f"{kind}{end}", *parts) for end in ("", "lo", "hi"))
        cells = Cells(value, low, high, terms)
        for name, column in ((cells.value, _BASE), (cells.low, _LOW), (cells.high, _HIGH)):
            self._sheet.name_cell(name, column)
        self._rows[str(key)] = cells
        return cells

    def _sum(self, key: Key, found: Resolved) -> None:
        """A figure that its terms add up to; many terms by partial sums, each with a row of its own."""
        parts: list[_Term] = []
        for name, box in found.terms.items():
            parts.append(_Term(self._rows[name], (self._figures.by_name[name].exact, box.low, box.high)))
        if sum((part.numbers[0] for part in parts), Fraction(0)) != found.value:
            return  # a term counted twice: the stored value of the indicators stands alone
        while len(parts) > _MOST_ADDED:
            parts = [
                self._added(key, parts[start : start + _MOST_ADDED], "（部分和）")
                for start in range(0, len(parts), _MOST_ADDED)
            ]
        self._added(key, parts, "")

    def _added(self, key: Key, parts: Sequence[_Term], said: str) -> _Term:
        sheet = self._sheet
        self._head(key, f"相加{said}")
        value, low, high = (
            sum(ends, Fraction(0)) for ends in zip(*(part.numbers for part in parts), strict=True)
        )
        for column in (_VALUE, _UNIT, _FACTOR, _PRECISION):
            sheet.text(column, "")
        for column, names, total in (
            (_BASE, ",".join(part.cells.value for part in parts), value),
            (_LOW, ",".join(part.cells.low for part in parts), low),
            (_HIGH, ",".join(part.cells.high for part in parts), high),
        ):
            sheet.formula(column, f'IF(COUNT({names})<{len(parts)},"{LACKING}",SUM({names}))', total)
        cells = self._named(key, frozenset(term for part in parts for term in part.cells.terms), "sum")
        self._tail(key, cells, ["", "", f"{len(parts)}项之和", "", ""])
        sheet.next()
        return _Term(cells, (value, low, high))


def _in_order(run: Run) -> list[Row]:
    order = {figure: number for number, figure in enumerate(run.dictionary)}
    return sorted(run.table("figures"), key=lambda row: order[row["figure"]])


def _unit(run: Run, key: Key) -> str:
    unit = run.dictionary[key.figure].unit
    return "1" if unit == "any" else unit


def _shown_as(unit: str, value: Fraction) -> str:
    """How a published value is shown: money with two decimals, everything else as it was published."""
    if dimension(unit) == MONEY:
        return NUMBER
    return COUNT if value.denominator == 1 else "#,##0.######"
