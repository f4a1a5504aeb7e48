"""The sheet of indicators: each definition at each scope and item as a live formula over the named figures."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from fractions import Fraction

from auditbook import formulas
from auditbook.figures import NOT_APPLICABLE
from auditbook.indicators import COMPUTED, NOT_ASSESSABLE, UNDEFINED, Result, Stanza, denominator_factor
from auditbook.numbers import plain
from auditbook.pipeline import Run
from auditbook.report.workbook.figure_cells import IDLE, Cells, FigureCells
from auditbook.report.workbook.names import Names
from auditbook.report.workbook.sheet import CODE, MOST_FORMULA, NUMBER, RATE, TEXT, WORD, Column, Sheet

NAME = "指标"
DONE, OPEN, NO_BASE = "已计算", "无法评价", "没有定义"
STATUS_WORDS = {COMPUTED: DONE, NOT_ASSESSABLE: OPEN, UNDEFINED: NO_BASE, NOT_APPLICABLE: IDLE}
BOUND_WORDS = {"upper": "只有上限", "lower": "只有下限"}
LIVE = "公式"
COLUMNS = (
    Column("指标", 22), Column("口径", 22), Column("范围", 12), Column("分项", 14), Column("年度", 6, "0"), Column("计分", 6),
    Column("状态", 10), Column("值", 11, RATE), Column("下限", 11, RATE), Column("上限", 11, RATE), Column("单位", 6),
    Column("分子", 14, NUMBER), Column("分母", 14, NUMBER), Column("分子分母的单位", 8), Column("算式", 34),
    Column("值怎样来", 24, TEXT, False), Column("上下限怎样来", 30, TEXT, False), Column("区域名", 40, CODE, False),
    Column("在 indicators.csv 的键", 40, CODE, False),
)  # fmt: skip
(_NAME, _DEFINITION, _SCOPE, _ITEM, _YEAR, _SCORING, _STATUS, _VALUE, _LOW, _HIGH, _UNIT, _ABOVE, _BELOW, _AMOUNT, _WORDS,
 _HOW, _HOW_RANGE, _RANGE, _KEY) = range(len(COLUMNS))  # fmt: skip
NOTE = (
    "状态、值、上下限、分子、分母是公式，引用“数字表”的区域名；改一个公布数值，这里与“得分”随之变。缺一个数字即“无法评价”，"
    "分母为零即“没有定义”，都不是0。分子分母除以单位的倍数显示（万元＝10,000元）。"
)


@dataclass(frozen=True)
class IndicatorCells:
    """The names of the cells of a result: its status, value, and the ends of its range."""

    status: str
    value: str
    low: str
    high: str


@dataclass(frozen=True)
class _Guarded:
    """A formula with what must hold before it may be computed, and its range as formulas where that can be said."""

    known: str
    status: str
    value: str
    above: str
    below: str
    low: str
    high: str
    certain: str


class Indicators:
    """Writes the sheet of indicators and says by which names a score asks for one."""

    def __init__(self, sheet: Sheet, run: Run, figures: FigureCells, names: Names) -> None:
        """Take the sheet, the run, the cells of the figures and the names that are in use."""
        self._sheet, self._run, self._figures, self._names = sheet, run, figures, names
        self._cells: dict[tuple[str, str, str, str], IndicatorCells] = {}

    def cells(self, result: Result) -> IndicatorCells:
        """The names of the cells of a result."""
        return self._cells[result.indicator, result.definition, result.scope, result.item]

    def write(self) -> None:
        """Write every result, by family of indicators."""
        run = self._run
        for family in run.rulebook.families:
            self._sheet.section(family.question)
            own = {stanza.id: stanza for stanza in family.stanzas}
            for result in run.results:
                if result.indicator in own:
                    self._result(result, own[result.indicator])

    def _result(self, result: Result, stanza: Stanza) -> None:
        run, sheet = self._run, self._sheet
        figures = stanza.figures(result.definition)
        held = denominator_factor(figures, run.dictionary)
        scoring = run.scoring.get(stanza.id, stanza.primary) == result.definition
        item = run.figures.item_name(figures[0], result.item) if figures and result.item else ""
        sheet.text(_NAME, stanza.name, bold=scoring)
        supposed = "（含假设的数字）" if result.assumed else ""
        sheet.text(_DEFINITION, stanza.definition_name(result.definition) + supposed)
        sheet.text(_SCOPE, run.audit.scope_name(result.scope))
        sheet.text(_ITEM, item or result.item)
        sheet.number(_YEAR, Fraction(result.year))
        sheet.text(_SCORING, "是" if scoring else "否")
        sheet.text(_UNIT, stanza.unit)
        units = {run.dictionary[figure].unit for figure in figures}
        sheet.text(_AMOUNT, units.pop() if held != 1 and len(units) == 1 else "")
        if stanza.judged:
            self._stored(result, stanza, held, "存值：审计人员逐条判断")
        else:
            self._live(result, stanza, held)
        parts = (result.indicator, result.definition, result.scope, result.item)
        cells = IndicatorCells(
            *(self._names.new(kind, *parts) for kind in ("state", "ind", "indlo", "indhi"))
        )
        for name, column in zip(
            (cells.status, cells.value, cells.low, cells.high), (_STATUS, _VALUE, _LOW, _HIGH), strict=True
        ):
            sheet.name_cell(name, column)
        sheet.text(_RANGE, cells.value)
        sheet.text(_KEY, ":".join((*parts, str(result.year))))
        self._cells[parts] = cells
        sheet.next()

    def _stored(self, result: Result, stanza: Stanza, held: Fraction, why: str) -> None:
        """A result that no formula of the workbook gives."""
        sheet, shown = self._sheet, _shown(stanza)
        word = STATUS_WORDS[result.status]
        said = "只有上下限" if result.status == COMPUTED else word
        sheet.text(_STATUS, word)
        for column, value, kind, scale in (
            (_VALUE, result.value, shown, Fraction(1)), (_LOW, result.low, shown, Fraction(1)),
            (_HIGH, result.high, shown, Fraction(1)), (_ABOVE, result.numerator, NUMBER, held),
            (_BELOW, result.denominator, NUMBER, held),
        ):  # fmt: skip
            if value is None:
                sheet.text(column, said if column == _VALUE else "")
            else:
                sheet.number(column, value / scale, kind)
        sheet.text(_WORDS, "" if stanza.judged else self._sentence(result, stanza))
        sheet.text(_HOW, why)
        sheet.text(_HOW_RANGE, why)

    def _sentence(self, result: Result, stanza: Stanza) -> str:
        formula = formulas.read(stanza.definitions[result.definition].formula)
        return formula.sentence({figure: self._run.dictionary[figure].name for figure in formula.figures})

    def _live(self, result: Result, stanza: Stanza, held: Fraction) -> None:
        sheet, shown = self._sheet, _shown(stanza)
        definition = stanza.definitions[result.definition]
        formula = formulas.read(definition.formula)
        found = {figure: self._figures.cells(figure, result.scope, result.item) for figure in formula.figures}
        cells = {figure: own for figure, own in found.items() if own is not None}
        if len(cells) < len(found):
            self._stored(result, stanza, held, "存值：有一项在各分项中重复出现，不能只靠相加得出")
            return
        made = _guarded(formula, cells, bool(definition.bound))
        if definition.bound and not made.low:
            self._stored(result, stanza, held, "存值：上下限的算式超出一格所容")
            return
        word = STATUS_WORDS[result.status]
        status = sheet.at(_STATUS)
        sheet.formula(_STATUS, made.status, word, WORD)
        empty = BOUND_WORDS[definition.bound] if definition.bound else ""
        value = f'"{empty}"' if empty else made.value
        stored: Fraction | str = result.value if result.value is not None else empty
        sheet.formula(
            _VALUE, f'IF({status}="{DONE}",{value},{status})', stored if result.status == COMPUTED else word, shown
        )  # fmt: skip
        self._ends(result, made, definition.bound or "", shown)
        scale = f"/{plain(held)}" if held != 1 else ""
        for column, text, number in (
            (_ABOVE, made.above, result.numerator),
            (_BELOW, made.below, result.denominator),
        ):
            if text:
                # an inner divisor of zero leaves even the upper part without a value
                sheet.formula(
                    column, f'IF({made.known},IFERROR(({text}){scale},""),"")', "" if number is None else number / held
                )  # fmt: skip
            else:
                sheet.text(column, "")
        sheet.text(_WORDS, self._sentence(result, stanza))
        sheet.text(_HOW, LIVE)

    def _ends(self, result: Result, made: _Guarded, bound: str, shown: str) -> None:
        sheet = self._sheet
        status = sheet.at(_STATUS)
        if not made.low:
            for column, end in ((_LOW, result.low), (_HIGH, result.high)):
                if end is None:
                    sheet.text(column, "")
                else:
                    sheet.number(column, end, shown)
            sheet.text(_HOW_RANGE, "存值：数字在算式中重复或相互包含，逐角试算超出一格所容")
            return
        low, high = made.low, made.high
        if bound == "upper":
            low, high = "0", f"MAX(0,{high})"
        for column, text, end in ((_LOW, low, result.low), (_HIGH, high, result.high)):
            if column == _HIGH and bound == "lower":
                text = '""'
            # one inside the other: a spreadsheet looks at all arguments of AND, even where a figure is a text
            inside = f'IF({made.certain},{text},"")' if made.certain else text
            sheet.formula(
                column, f'IF({status}="{DONE}",{inside},"")', "" if end is None else end, shown
            )  # fmt: skip
        sheet.text(_HOW_RANGE, f"{LIVE}：各数字取其上下限的最小、最大")


def _shown(stanza: Stanza) -> str:
    return RATE if stanza.unit == "%" else "#,##0.##"


def _guarded(formula: formulas.Formula, cells: dict[str, Cells], bounded: bool) -> _Guarded:
    """The formula as cells compute it. Nothing is computed where a figure lacks or a divisor is zero."""
    values = {figure: own.value for figure, own in cells.items()}
    names = ",".join(values.values())
    count = len(values)
    idle = "+".join(f'({name}="{IDLE}")' for name in values.values())
    low, high, certain = _corners(formula, cells)
    last = f'IF({certain},"{DONE}","{OPEN}")' if bounded and certain else f'"{DONE}"'
    for divisor in formula.divisors():
        text = divisor.in_cells(values)
        # a difference of doubles may miss zero by a hair; a figure by itself does not
        zero = f"{text}=0" if text in values.values() else f"ROUND({text},6)=0"
        last = f'IF({zero},"{NO_BASE}",{last})'
    status = f'IF(COUNT({names})+{idle}<{count},"{OPEN}",IF(COUNT({names})<{count},"{IDLE}",{last}))'
    parts = formula.parts()
    above, below = (part.in_cells(values) for part in parts) if parts else ("", "")
    return _Guarded(
        f"COUNT({names})={count}", status, formula.in_cells(values), above, below, low, high, certain
    )


def _corners(formula: formulas.Formula, cells: dict[str, Cells]) -> tuple[str, str, str]:
    """Least and greatest value over the ranges of the figures, and the condition under which there are any.

    Returns  empty texts where the extremes need not lie at corners, figures share a published number, or the
             formula would be too long.
    """
    shared = sum(len(own.terms) for own in cells.values()) > len(
        frozenset().union(*(own.terms for own in cells.values()))
    )
    if shared or not formula.extremes_at_corners or len(cells) > 5:
        return "", "", ""
    corners = _at_corners(formula, cells)
    certain = ",".join(
        f"OR(MIN({over})>0,MAX({over})<0)"
        for over in (_at_corners(part, cells) for part in formula.divisors())
    )
    certain = f"AND({certain})" if certain else ""
    if len(corners) + 2 * len(certain) > MOST_FORMULA - 500:
        return "", "", ""
    return f"MIN({corners})", f"MAX({corners})", certain


def _at_corners(formula: formulas.Formula, cells: dict[str, Cells]) -> str:
    own = formula.figures
    ends = itertools.product(*((cells[figure].low, cells[figure].high) for figure in own))
    return ",".join(formula.in_cells(dict(zip(own, corner, strict=True))) for corner in ends)
