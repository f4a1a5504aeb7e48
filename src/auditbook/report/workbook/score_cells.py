"""The sheet of scores: each line of the scheme over the cells of its indicator, group sums, the total."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from auditbook import scoring
from auditbook.cases import DEPARTMENT
from auditbook.figures import NOT_APPLICABLE
from auditbook.indicators import COMPUTED, NOT_ASSESSABLE, UNDEFINED, Result, Stanza
from auditbook.numbers import plain
from auditbook.pipeline import Run
from auditbook.report.workbook.figure_cells import IDLE
from auditbook.report.workbook.indicator_cells import DONE, LIVE, NO_BASE, Indicators
from auditbook.report.workbook.names import Names
from auditbook.report.workbook.score_formulas import holds_somewhere, points_between, says_all_between
from auditbook.report.workbook.sheet import CODE, POINTS, RATE, WORD, Column, Sheet
from auditbook.scoring import ASSESSED, BOUNDED, OVERRIDDEN, STATES, STOPPED, UNSPECIFIED, Item
from auditbook.scoring_rules import Rule
from auditbook.tables import Row

NAME = "得分"
COLUMNS = (
    Column("组与指标", 24), Column("分值", 8, POINTS), Column("已证实", 9, POINTS), Column("最高可能", 9, POINTS),
    Column("确定的得分", 11, POINTS), Column("自评", 8, POINTS), Column("状态", 11), Column("口径", 18),
    Column("评分规则", 32), Column("怎样算", 20), Column("情况与理由", 34), Column("需要的资料", 30),
    Column("用于评分的下端", 12, RATE, False), Column("用于评分的上端", 12, RATE, False),
    Column("区域名（已证实）", 36, CODE, False), Column("在 scores.csv 的键", 36, CODE, False),
)  # fmt: skip
(_NAME, _WEIGHT, _LOWEST, _HIGHEST, _POINTS, _CLAIMED, _STATE, _DEFINITION, _RULE, _HOW, _REASON, _DOCUMENTS, _START, _END,
 _RANGE, _KEY) = range(len(COLUMNS))  # fmt: skip
NOTE = (
    "得分是区间：已证实的最低分到仍可能的最高分。两端由“指标”的上下限按评分规则算出（公式）；指标无法评价的，"
    "已证实0分、仍可能满分。小计、合计是公式之和。“怎样算”写明哪些行是公式，哪些行只存数值及为什么。"
)


@dataclass(frozen=True)
class _Live:
    """What a line is computed from: its rule, and the results that say between which values its indicator lies."""

    rule: Rule
    result: Result
    bounds: tuple[Result, ...]


@dataclass(frozen=True)
class _Block:
    """Rows of lines that belong together, from the first to the last."""

    first: int
    last: int


class Scores:
    """Writes the sheet of scores."""

    def __init__(self, sheet: Sheet, run: Run, indicators: Indicators, names: Names) -> None:
        """Take the sheet, the run, the cells of the indicators and the names that are in use."""
        self._sheet, self._run, self._indicators, self._names = sheet, run, indicators, names
        self._rows = {(row["level"], row["indicator"]): row for row in run.table("scores")}

    def write(self) -> None:
        """Write lines by group with their sums, lines outside groups, the total, and the share that is assessable."""
        framework = self._run.framework
        blocks: list[_Block] = []
        regular: list[_Block] = []
        for group in (*framework.groups, None):
            own = {
                key: item
                for key, item in framework.lines.items()
                if item.group == (group.id if group else None)
            }
            # bonus lines stand outside the full marks, and so outside the assessable weight
            ordered = sorted(own.items(), key=lambda pair: pair[1].is_bonus)
            if not ordered:
                continue
            self._sheet.section(group.name if group else "组外的加分项")
            first = self._sheet.row
            for key, item in ordered:
                self._line(key, item)
            block = _Block(first, self._sheet.row - 1)
            blocks.append(block)
            plain_lines = sum(not item.is_bonus for _, item in ordered)
            if plain_lines:
                regular.append(_Block(first, first + plain_lines - 1))
            if group:
                self._sums(self._rows["group", group.id], f"{group.name} 小计", [block])
        total = self._rows["total", ""]
        total_row = self._sheet.row
        self._sums(total, "合计", blocks)
        self._assessable(regular, total_row)

    def _head(self, row: Row, name: str, *, bold: bool = False) -> None:
        sheet = self._sheet
        sheet.text(_NAME, name, bold=bold)
        if row["self_scored"]:
            sheet.number(_CLAIMED, Fraction(row["self_scored"]))
        else:
            sheet.text(_CLAIMED, "")
        sheet.text(_RULE, row["rule"])
        sheet.text(_REASON, row["reason"])
        sheet.text(_DOCUMENTS, row["documents"].replace(scoring.BETWEEN, "；\n"))

    def _named(self, row: Row) -> None:
        name = self._names.new("score", row["level"], row["indicator"])
        self._sheet.name_cell(name, _LOWEST)
        self._sheet.name_cell(self._names.new("scorehi", row["level"], row["indicator"]), _HIGHEST)
        self._sheet.text(_RANGE, name)
        self._sheet.text(_KEY, f"{row['level']}:{row['indicator']}")

    def _line(self, key: str, item: Item) -> None:
        sheet, run = self._sheet, self._run
        row = self._rows["indicator", key]
        stanza = run.rulebook.stanzas.get(item.indicator or "")
        name = scoring.line_name(run.framework, run.rulebook, key)
        self._head(row, f"{name}（加分项）" if item.is_bonus else name)
        sheet.number(_WEIGHT, item.weight)
        known = stanza is not None and row["definition"] in (*stanza.definitions, "points")
        sheet.text(_DEFINITION, stanza.definition_name(row["definition"]) if stanza and known else "")
        found = self._source(row, item, stanza)
        if isinstance(found, str):
            self._stored(row)
            sheet.text(_HOW, found)
        else:
            self._live(row, item, found, stanza)
            sheet.text(_HOW, LIVE)
        self._named(row)
        sheet.next()

    def _source(self, row: Row, item: Item, stanza: Stanza | None) -> _Live | str:
        """What a line is computed from, or why only its value is stored."""
        if row["state"] == STOPPED:
            return "存值：不予评分"
        if row["state"] == OVERRIDDEN:
            return "存值：审计人员改判"
        if stanza is None or item.rule is None:
            return "存值：评分表没有载明规则"
        if item.rule.undocumented:
            return "存值：评分规则未载明"
        if stanza.judged:
            return "存值：审计人员逐条判断评价要点"
        if item.over:
            return "存值：分值均分给各分项，逐项计分后相加"
        if row["basis"] == "worst_unit":
            return "存值：按最差单位计，逐单位比较"
        own = [
            r for r in self._run.results if r.indicator == stanza.id and r.scope == DEPARTMENT and not r.item
        ]
        result = next((r for r in own if r.definition == row["definition"]), None)
        if result is None:
            return "存值：没有部门整体的结果"
        if points_between(item.rule, "A1", "A1", item.weight) is None or not says_all_between(item.rule):
            return "存值：评分规则之间有空档"
        bounds = tuple(r for r in own if stanza.definitions[r.definition].bound and r is not result)
        return _Live(item.rule, result, bounds)

    def _stored(self, row: Row) -> None:
        sheet = self._sheet
        for column in (_START, _END):
            sheet.text(column, "")
        for column, word in ((_LOWEST, "lowest"), (_HIGHEST, "highest"), (_POINTS, "points")):
            if row[word]:
                sheet.number(column, Fraction(row[word]))
            else:
                sheet.text(column, "")
        sheet.text(_STATE, STATES[row["state"]])

    def _live(self, row: Row, item: Item, live: _Live, stanza: Stanza | None) -> None:
        sheet = self._sheet
        own = self._indicators.cells(live.result)
        shown = RATE if stanza and stanza.unit == "%" else "#,##0.##"
        low, high = _known(live)
        start, end = sheet.at(_START), sheet.at(_END)
        sides = [
            self._side(own.status, own.low, live, "MAX", "low"),
            self._side(own.status, own.high, live, "MIN", "high"),
        ]
        first, last = _reached(live.rule, low, high, item.weight)
        horizon = live.rule.horizon(item.weight)
        # where one end of the range is not known, everything beyond the other is possible, as far as points change
        begin = f'IF(ISNUMBER({sides[0]}),{sides[0]},IF(ISNUMBER({sides[1]}),MIN({plain(horizon.low)},{sides[1]}),""))'
        finish = f'IF(ISNUMBER({sides[1]}),{sides[1]},IF(ISNUMBER({sides[0]}),MAX({plain(horizon.high)},{start}),""))'
        sheet.formula(_START, begin, "" if first is None else first, shown)
        sheet.formula(_END, finish, "" if last is None else last, shown)
        between = points_between(live.rule, start, end, item.weight)
        if between is None:
            raise ValueError(f"{row['indicator']}: a rule without a formula")
        lowest, highest = between
        if live.rule.reverse or live.rule.closeness:
            lowest = f"IF(ISNUMBER({sides[1]}),{lowest},0)"
        usable = [f"COUNT({start},{end})=2", f"{start}<={end}"]
        usable += [
            said for said in (holds_somewhere(live.rule, start), holds_somewhere(live.rule, end)) if said
        ]
        # a spreadsheet looks at all arguments of AND, and compares texts without complaint
        guard = f"COUNT({start},{end})<2"
        idle = f'{own.status}="{IDLE}"'
        other = "AND(" + ",".join(usable[1:]) + ")"
        for column, formula, word, without in (
            (_LOWEST, lowest, "lowest", "0"),
            (_HIGHEST, highest, "highest", sheet.at(_WEIGHT)),
        ):
            sheet.formula(
                column, f"IF({idle},0,IF({guard},{without},IF({other},{formula},{without})))", Fraction(row[word])
            )  # fmt: skip
        self._certain(row, _POINTS)
        a, b = sheet.at(_LOWEST), sheet.at(_HIGHEST)
        none, partly = STATES[NOT_ASSESSABLE], STATES[BOUNDED]
        state = (
            f'IF({idle},"{IDLE}",IF({own.status}="{NO_BASE}","{NO_BASE}",IF({guard},"{none}",IF({b}-{a}<0.01,'
            f'"{STATES[ASSESSED]}",IF(AND({a}=0,{b}={sheet.at(_WEIGHT)}),"{none}","{partly}")))))'
        )
        sheet.formula(_STATE, state, STATES[row["state"]], WORD)

    def _side(self, status: str, own: str, live: _Live, choose: str, end: str) -> str:
        """An end of the indicator's range; where the definition is not assessable, other definitions that bound it."""
        if not live.bounds:
            return own
        names = ",".join(getattr(self._indicators.cells(bound), end) for bound in live.bounds)
        either = f'OR({status}="{DONE}",{status}="{NO_BASE}",{status}="{IDLE}")'
        return f'IF({either},{own},IF(COUNT({names})=0,"",{choose}({names})))'

    def _certain(self, row: Row, column: int) -> None:
        """The points where both ends are the same."""
        sheet = self._sheet
        low, high, state = sheet.at(_LOWEST), sheet.at(_HIGHEST), sheet.at(_STATE)
        formula = f'IF({state}="{IDLE}","",IF(ROUND({high}-{low},12)=0,{low},""))'
        sheet.formula(column, formula, Fraction(row["points"]) if row["points"] else "")

    def _sums(self, row: Row, name: str, blocks: Sequence[_Block]) -> None:
        sheet = self._sheet
        self._head(row, name, bold=True)
        strong: dict[str, Any] = {"bold": True, "bg_color": "#F2F2F2"}
        for column, word in ((_WEIGHT, "weight"), (_LOWEST, "lowest"), (_HIGHEST, "highest")):
            if column == _WEIGHT and row["level"] == "total":
                sheet.number(column, Fraction(row[word]), **strong)
                continue
            if column == _WEIGHT and self._has_bonus(row):
                sheet.number(column, Fraction(row[word]), **strong)
                continue
            sheet.formula(column, f"SUM({_ranges(sheet, column, blocks)})", Fraction(row[word]), **strong)
        self._certain(row, _POINTS)
        for column in (_START, _END, _DEFINITION):
            sheet.text(column, "")
        sheet.formula(
            _STATE,
            _state_of(sheet, blocks, stopped=row["state"] == STOPPED),
            STATES[row["state"]],
            WORD,
        )
        sheet.text(_HOW, LIVE)
        self._named(row)
        sheet.next()

    def _has_bonus(self, row: Row) -> bool:
        return any(item.is_bonus and item.group == row["indicator"] for item in self._run.framework.items)

    def _assessable(self, regular: Sequence[_Block], total_row: int) -> None:
        """The weight of what is assessed, and its share of the full marks."""
        sheet = self._sheet
        lines = [row for row in self._rows.values() if row["level"] == "indicator"]
        own = [row for row in lines if not self._run.framework.lines[row["indicator"]].is_bonus]
        stored = sum(
            (Fraction(row["weight"]) for row in own if row["state"] in {ASSESSED, OVERRIDDEN}), Fraction(0)
        )
        added = "+".join(
            f'SUMIF({_range(sheet, _STATE, block)},"{STATES[state]}",{_range(sheet, _WEIGHT, block)})'
            for block in regular
            for state in (ASSESSED, OVERRIDDEN)
        )
        full = Fraction(self._run.framework.full_marks)
        weight_row = sheet.row
        for name, formula, value, kind, word in (
            ("可评权重", added, stored, POINTS, "weight"),
            (
                "可评权重占满分", f"{sheet.at(_WEIGHT, weight_row)}/{sheet.at(_WEIGHT, total_row)}", stored / full, RATE,
                "share",
            ),
        ):  # fmt: skip
            sheet.text(_NAME, name, bold=True)
            sheet.formula(_WEIGHT, formula, value, kind, bold=True)
            for column in range(_LOWEST, len(COLUMNS)):
                sheet.text(column, LIVE if column == _HOW else "")
            sheet.name_cell(self._names.new("score", "assessable", word), _WEIGHT)
            sheet.next()
        grade = scoring.grade_words(self._run.framework, self._run.table("scores"))
        if grade:
            sheet.text(_NAME, "等级（存值）", bold=True)
            sheet.text(_WEIGHT, grade)
            for column in range(_LOWEST, len(COLUMNS)):
                sheet.text(column, "")
            sheet.next()


def _range(sheet: Sheet, column: int, block: _Block) -> str:
    return f"{sheet.at(column, block.first)}:{sheet.at(column, block.last)}"


def _ranges(sheet: Sheet, column: int, blocks: Sequence[_Block]) -> str:
    return ",".join(_range(sheet, column, block) for block in blocks)


def _state_of(sheet: Sheet, blocks: Sequence[_Block], *, stopped: bool) -> str:
    """The state of a sum by the states of its lines, as ``scoring`` says it."""

    def counted(*states: str) -> str:
        return "+".join(
            f'COUNTIF({_range(sheet, _STATE, block)},"{STATES[state]}")'
            for block in blocks
            for state in states
        )

    if stopped:
        return f'"{STATES[STOPPED]}"'
    lines = sum(block.last - block.first + 1 for block in blocks)
    settled, partly = (ASSESSED, OVERRIDDEN, NOT_APPLICABLE), (ASSESSED, OVERRIDDEN, BOUNDED)
    return (
        f'IF({counted(NOT_APPLICABLE)}={lines},"{STATES[NOT_APPLICABLE]}",IF({counted(*settled)}={lines},'
        f'"{STATES[ASSESSED]}",IF({counted(*partly)}>0,"{STATES[BOUNDED]}",IF({counted(UNSPECIFIED)}={lines},'
        f'"{STATES[UNSPECIFIED]}","{STATES[NOT_ASSESSABLE]}"))))'
    )


def _known(live: _Live) -> tuple[Fraction | None, Fraction | None]:
    """The ends of the indicator's value as far as they are known."""
    if live.result.status == COMPUTED:
        return live.result.low, live.result.high
    if live.result.status in {UNDEFINED, NOT_APPLICABLE}:
        return None, None
    known = [bound for bound in live.bounds if bound.status == COMPUTED]
    lows = [bound.low for bound in known if bound.low is not None]
    highs = [bound.high for bound in known if bound.high is not None]
    return max(lows, default=None), min(highs, default=None)


def _reached(
    rule: Rule, low: Fraction | None, high: Fraction | None, full: Fraction
) -> tuple[Fraction | None, Fraction | None]:  # fmt: skip
    """The ends of the range that is scored, as ``Rule.reach`` takes them."""
    if low is None and high is None:
        return None, None
    horizon = rule.horizon(full)
    start = low if low is not None else min(horizon.low, high) if high is not None else horizon.low
    return start, high if high is not None else max(horizon.high, start)
