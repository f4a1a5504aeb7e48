"""Mentions judged: each number against the tables, the other numbers of the text, and what it is said to be made of.

Numbers are intervals, persons and projects exact. Where a ratio may be of several amounts (the text's, the table's) it is
accused only if it fits none of them: one wrong amount is one fault, not three.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from auditbook.claims import (
    AGREES,
    DISAGREES,
    NOT_CHECKABLE,
    OTHER_DEFINITION,
    TRUNCATED,
    WITHIN_ROUNDING,
    judge,
)
from auditbook.intake.account_layouts import bare
from auditbook.narrative import mentions as m
from auditbook.narrative.layouts import BUDGETS
from auditbook.narrative.mentions import Mention
from auditbook.narrative.sentences import MONEY, RATES
from auditbook.narrative.subjects import LEVELS, Held, Subject, Vocabulary, key
from auditbook.numbers import Interval, amount_text, factor, places, rate_text

HIGH, MEDIUM, LOW = "high", "medium", "low"
_BUDGET_NAMES = {"budget_initial": "年初预算", "budget_adjusted": "调整预算", "budget": "预算"}
_ORDER = (AGREES, WITHIN_ROUNDING, TRUNCATED, OTHER_DEFINITION, DISAGREES, NOT_CHECKABLE)
_GREAT = Fraction(1, 100)


@dataclass
class Verdict:
    """A mention with its verdict; ``kind`` is what is stated, or what is wrong."""

    mention: Mention
    verdict: str
    kind: str
    explanation: str
    value: Fraction | None = None
    interval: Interval | None = None
    definition: str = ""
    severity: str = ""


@dataclass(frozen=True)
class Operand:
    """A number that a ratio may be made of: its value and range in 元, and where it is from."""

    value: Fraction
    interval: Interval
    name: str
    unit: str


@dataclass
class Judge:
    """Judges the mentions of a narrative."""

    vocabulary: Vocabulary
    mentions: Sequence[Mention]
    year: int | None
    _at: dict[tuple[str, str], list[tuple[int, Mention]]] = field(default_factory=lambda: defaultdict(list))

    def __post_init__(self) -> None:
        self.order = {id(mention): number for number, mention in enumerate(self.mentions)}
        for number, mention in enumerate(self.mentions):
            if mention.subject and mention.number and not mention.why:
                self._at[mention.subject.id, mention.role].append((number, mention))
        self.related: dict[int, str] = {}
        units = Counter(one.unit for one in self.mentions if one.number and one.unit in MONEY)
        often = units.most_common(1)
        # the unit that nearly all amounts are in, "" where there is none
        self.unit = often[0][0] if often and often[0][1] * 10 >= 9 * sum(units.values()) else ""

    def verdicts(self) -> list[Verdict]:
        """A verdict on each mention, in their order."""
        for mention in self.mentions:
            if mention.role == m.NAMED and mention.subject and not mention.subject.cells:
                self._by_amount(mention)
        growths = {
            id(mention): self._growth(mention)
            for mention in self.mentions
            if mention.role == m.GROWTH and not mention.why
        }
        found = []
        for mention in self.mentions:
            own = growths.get(id(mention)) or self._verdict(mention)
            found.append(own)
        return found

    def _verdict(self, mention: Mention) -> Verdict:
        if mention.why:
            return Verdict(mention, NOT_CHECKABLE, _stated(mention), mention.why)
        if mention.year is not None and mention.role in {m.AMOUNT, m.PRIOR}:
            return self._other_year(mention)
        judged = {
            m.AMOUNT: self._amount, m.PRIOR: self._prior, m.CHANGE: self._change, m.SHARE: self._share,
            m.COMPLETION: self._completion, m.COMPARISON: self._comparison, m.FLAT: self._flat, m.NAMED: self._named,
        }  # fmt: skip
        for role in BUDGETS:
            judged[role] = self._budget
        return judged[mention.role](mention)

    # --- operands ------------------------------------------------------------------------------------------------

    def _text(self, subject: Subject, role: str, mention: Mention) -> list[Operand]:
        """What the text says of a subject: the nearest before in the paragraph, the nearest after, then all others."""
        own, at = mention.paragraph, self.order[id(mention)]
        said = self._at.get((subject.id, role), [])
        ranked = sorted(said, key=lambda e: (e[1].paragraph is not own, e[0] > at, abs(e[0] - at)))
        found, seen = [], set()
        for _, other in ranked:
            if other is not mention and other.value not in seen:
                seen.add(other.value)
                found.append(
                    Operand(other.value, other.interval, f"文中{_role_name(role)}{_shown(other)}", other.unit)
                )
        return found

    def _cells(self, cells: Iterable[Held]) -> list[Operand]:
        return [
            Operand(held.value, held.interval, f"{held.amount.table}的{_number(held.value, held.table.unit)}", held.table.unit)
            for held in cells if held.value is not None and held.interval is not None
        ]  # fmt: skip

    def _amounts(self, subject: Subject, mention: Mention) -> list[Operand]:
        return [*self._text(subject, m.AMOUNT, mention), *self._cells(subject.cells)]

    def _budgets(self, subject: Subject, role: str, mention: Mention) -> list[Operand]:
        roles = (
            (role,)
            if role in {"budget_initial", "budget_adjusted"}
            else ("budget", "budget_initial", "budget_adjusted")
        )
        found = [operand for name in roles for operand in self._text(subject, name, mention)]
        if role in {"", "budget"}:
            found += self._cells(subject.budgets)
        elif not found:
            found += self._text(subject, "budget", mention) + self._cells(subject.budgets)
        return found

    # --- amounts against tables ---------------------------------------------------------------------------------------

    def _amount(self, mention: Mention) -> Verdict:
        subject = mention.subject
        assert subject
        cells = subject.cells
        if mention.number and not mention.number.unit and cells:
            return self._unitless(mention, cells)
        if mention.number and mention.number.unit not in MONEY:
            return self._counted(mention)
        present = [held for held in cells if held.value is not None and held.interval is not None]
        if not present:
            if cells:
                return self._over_blank(mention, cells)
            return self._related(mention)
        return self._against(mention, present)

    def _unitless(self, mention: Mention, cells: Sequence[Held]) -> Verdict:
        """An amount that is printed without a unit: a zero needs none."""
        assert mention.number
        for held in cells:
            if held.amount.value == Fraction(mention.number.text) or (
                held.amount.value is None and not mention.value
            ):
                if not mention.value:
                    return Verdict(
                        mention, AGREES, "amount", f"{held.amount.locator}没有金额", held.value, held.interval
                    )
                said = f"数与{held.amount.locator}相同，后面漏了“{held.table.unit}”"
                return Verdict(
                    mention, DISAGREES, "unit_lost", said, held.value, held.interval, severity=MEDIUM
                )
        return Verdict(mention, NOT_CHECKABLE, "amount", "没有单位，看不出是多少")

    def _against(self, mention: Mention, present: Sequence[Held], stated: str = "amount") -> Verdict:
        """A printed amount against the cells that hold it: the first decides, another may explain it."""
        assert mention.number and mention.subject
        number, first = mention.number, present[0]
        published = f"-{number.text}" if number.negative else number.text
        for held in present:
            assert held.value is not None
            if judge(published, mention.unit, _precision(number.text), held.value, None) == AGREES:
                return self._found_in(mention, held, first, stated)
        assert first.value is not None
        gap = abs(mention.value - first.value)
        shown = f"{first.amount.locator}是{_number(first.value, first.table.unit)}"
        if gap <= self._last_place(mention, first):
            return self._tail(mention, first, shown)
        for power in (Fraction(10**4), Fraction(1, 10**4)):
            if mention.value * power == first.value:
                said = f"{shown}：单位写错或漏字"
                return Verdict(mention, DISAGREES, "unit", said, first.value, first.interval, severity=HIGH)
        said = f"{shown}，相差{_number(gap, first.table.unit)}{self._elsewhere(mention)}"
        great = stated == "amount" and first.value and gap / abs(first.value) >= _GREAT
        return Verdict(
            mention,
            DISAGREES,
            "text_and_table",
            said,
            first.value,
            first.interval,
            severity=HIGH if great else MEDIUM,
        )

    def _found_in(self, mention: Mention, held: Held, first: Held, stated: str) -> Verdict:
        """An amount that a cell holds, which may not be the first that should."""
        assert held.value is not None and first.value is not None
        where = f"{held.amount.locator}：{_number(held.value, held.table.unit)}"
        if first.value != held.value:
            other = f"{first.amount.locator}是{_number(first.value, first.table.unit)}"
            if abs(mention.value - first.value) <= self._last_place(mention, first):
                return self._tail(mention, first, f"与{held.amount.locator}相同，{other}")
            where += f"（{other}）"
        if held.value == mention.value:
            return Verdict(mention, AGREES, stated, where, held.value, held.interval)
        return Verdict(
            mention, WITHIN_ROUNDING, stated, f"{where}，按印出的位数取整", held.value, held.interval
        )

    def _last_place(self, mention: Mention, held: Held) -> Fraction:
        """The coarser last place of a printed amount and a cell, in 元."""
        assert mention.number
        decimals = max(mention.number.decimals, mention.decimals)
        own: Fraction = factor(mention.unit) / 10**decimals
        table: Fraction = factor(held.table.unit) / 10**held.table.decimals
        return max(own, table)

    def _tail(self, mention: Mention, first: Held, said: str) -> Verdict:
        """An amount that differs from the table's by one last place: their ranges touch, and adding up explains it."""
        assert first.value is not None
        half = abs(mention.value - first.value) / 2
        box = Interval(min(first.value, mention.value) - half, max(first.value, mention.value) + half)
        return Verdict(
            mention, WITHIN_ROUNDING, "tail", f"{said}，只差末位，是尾差", first.value, box, severity=LOW
        )

    def _elsewhere(self, mention: Mention) -> str:
        """The cell that a printed amount is, where it is another than the one spoken of."""
        for table in self.vocabulary.tables.values() if mention.value else ():
            for amount in table.amounts:
                if Held(table, amount).value == mention.value:
                    return f"；文中的数是{amount.locator}的数"
        return ""

    def _over_blank(self, mention: Mention, cells: Sequence[Held]) -> Verdict:
        where = cells[0].amount.locator
        if mention.value == 0:
            return Verdict(mention, AGREES, "amount", f"{where}空白，文字写明为零")
        return Verdict(
            mention, DISAGREES, "text_and_table", f"{where}空白", severity=MEDIUM
        )  # fmt: skip

    def _other_year(self, mention: Mention) -> Verdict:
        assert mention.subject
        values = [held.value for held in mention.subject.cells]
        if self.year and mention.year != self.year - 1 and mention.value and mention.value in values:
            return Verdict(
                mention,
                DISAGREES,
                "year",
                f"说的是{mention.year}年度，数却是{self.year}年度的",
                severity=MEDIUM,
            )
        return Verdict(
            mention, NOT_CHECKABLE, _stated(mention), f"说的是{mention.year}年度，这份文件没有那一年的表"
        )

    # --- what has no cell ---------------------------------------------------------------------------------------------

    def _counted(self, mention: Mention) -> Verdict:
        assert mention.subject and mention.number
        layout = mention.subject.layout
        if layout and layout.needs:
            for operand in self._amounts(self.vocabulary.subjects[layout.needs], mention):
                name = self.vocabulary.subjects[layout.needs].name
                if operand.value == 0 and mention.value == 0:
                    return Verdict(mention, AGREES, "count", f"{name}为零，数量为零")
                if operand.value == 0 and mention.value > 0 and mention.number.unit not in {"批次", "人次"}:
                    return Verdict(
                        mention,
                        DISAGREES,
                        "consistency",
                        f"{name}为零，却有{mention.number.text}{mention.number.unit}",
                        severity=LOW,
                    )
                break
        return self._related(mention)

    def _related(self, mention: Mention) -> Verdict:
        """An amount or a count that no table holds, against what it adds up from and what it may not exceed."""
        assert mention.subject and mention.number
        layout = mention.subject.layout
        stated = _stated(mention)
        if self._out_of_scale(mention):
            return Verdict(
                mention,
                DISAGREES,
                "unit",
                f"全文的金额以{self.unit}为单位，这里是{mention.number.unit}",
                severity=LOW,
            )
        if layout and layout.sum_of:
            own = self._sum(mention)
            if own:
                return own
        if layout and layout.like:
            for operand in self._amounts(self.vocabulary.subjects[layout.like], mention):
                if operand.value == mention.value:
                    return Verdict(
                        mention,
                        AGREES,
                        stated,
                        f"与{self.vocabulary.subjects[layout.like].name}相同（{operand.name}）",
                        operand.value,
                        operand.interval,
                    )
        part = self._part_of_sum(mention)
        if layout and layout.within:
            whole = self.vocabulary.subjects[layout.within]
            if mention.number.unit in MONEY:
                limits = [*self._cells(whole.cells), *self._text(whole, m.AMOUNT, mention)]
            else:
                limits = self._text(whole, m.AMOUNT, mention)[:1]
            if limits:
                most = max(limits, key=lambda operand: operand.value)
                if mention.interval.low > most.interval.high:
                    return Verdict(
                        mention,
                        DISAGREES,
                        "consistency",
                        f"大于{whole.name}（{most.name}）",
                        most.value,
                        None,
                        severity=LOW,
                    )
                if part:
                    return part
                return Verdict(
                    mention,
                    NOT_CHECKABLE,
                    stated,
                    f"表中没有这一项；不大于{whole.name}（{most.name}），此外无从核对",
                )
        if part:
            return part
        return Verdict(mention, NOT_CHECKABLE, stated, "表中没有这一项，文中也没有可以核对的数")

    def _out_of_scale(self, mention: Mention) -> bool:
        """Whether an amount is printed in a far smaller unit than the rest of the text: 598.42元 among 万元."""
        own = mention.unit
        if own not in MONEY or not self.unit or own == self.unit or not mention.value:
            return False
        return (
            mention.value * 10 < factor(self.unit)
            and mention.number is not None
            and mention.number.decimals > 0
        )

    def _parts(self, mention: Mention, names: Sequence[str]) -> list[Mention]:
        """The parts of a whole that are stated after it in its paragraph, up to where it is stated again."""
        assert mention.subject
        found: list[Mention] = []
        begun = self.order[id(mention)]
        for other in self.mentions[begun + 1 :]:
            if other.paragraph.section != mention.paragraph.section:
                break
            if other.subject and other.role == m.AMOUNT and other.number and not other.why:
                if other.subject.id == mention.subject.id:
                    break
                if other.subject.id in names and all(p.subject is not other.subject for p in found):
                    found.append(other)
        return found

    def _sum(self, mention: Mention) -> Verdict | None:
        assert mention.subject and mention.subject.layout
        parts = self._parts(mention, mention.subject.layout.sum_of)
        if len(parts) < 2:
            return None
        total = sum((p.value for p in parts), Fraction(0))
        low = sum((p.interval.low for p in parts), Fraction(0))
        high = sum((p.interval.high for p in parts), Fraction(0))
        said = f"各项之和（{'＋'.join(p.number.text for p in parts if p.number)}）是{_number(total, mention.unit)}"
        for p in parts:
            self.related[id(p)] = f"与所列{len(parts)}项之和一起核对，{mention.subject.name}{_shown(mention)}"
        if total == mention.value:
            return Verdict(mention, AGREES, "sum", said, total, Interval(low, high))
        if low <= mention.interval.high and mention.interval.low <= high:
            return Verdict(
                mention, WITHIN_ROUNDING, "sum", f"{said}，差额在四舍五入之内", total, Interval(low, high)
            )
        for p in parts:
            self.related.pop(id(p))
        return Verdict(mention, DISAGREES, "sum", said, total, Interval(low, high), severity=MEDIUM)

    def _part_of_sum(self, mention: Mention) -> Verdict | None:
        if id(mention) in self.related:
            return Verdict(mention, AGREES, _stated(mention), self.related[id(mention)])
        return None

    # --- budgets ---------------------------------------------------------------------------------------------------

    def _budget(self, mention: Mention) -> Verdict:
        subject = mention.subject
        assert subject
        present = [held for held in subject.budgets if held.value is not None and held.interval is not None]
        if present:
            return self._against(mention, present, "budget")
        if subject.id == "general_total" and mention.role == "budget_initial":
            own = self._budget_sum(mention)
            if own:
                return own
        if id(mention) in self.related:
            return Verdict(mention, AGREES, "budget", self.related[id(mention)])
        why = self._completed_by(mention)
        if why:
            return Verdict(mention, AGREES, "budget", why)
        return Verdict(mention, NOT_CHECKABLE, "budget", "公开的表没有年初预算数，文中也没有可以核对的数")

    def _budget_sum(self, mention: Mention) -> Verdict | None:
        """The budget of a whole against those of the rows of its paragraphs, where these are all its rows."""
        subject = mention.subject
        assert subject
        rows = [
            other for (id_, role), said in self._at.items() if role == mention.role and len(id_) == 7 and id_.isdigit()
            for _, other in said[:1] if other.paragraph.section == mention.paragraph.section
        ]  # fmt: skip
        spent = [next(iter(self._amounts(row.subject, row)), None) for row in rows if row.subject]
        whole = next(iter(self._amounts(subject, mention)), None)
        if len(rows) < 2 or whole is None or any(one is None for one in spent):
            return None
        own = sum((one.value for one in spent if one), Fraction(0))
        slack = (
            sum(((one.interval.high - one.interval.low) / 2 for one in spent if one), Fraction(0))
            + factor("万元") / 200
        )
        if abs(own - whole.value) > slack:
            return None
        total = sum((row.value for row in rows), Fraction(0))
        low = sum((row.interval.low for row in rows), Fraction(0))
        high = sum((row.interval.high for row in rows), Fraction(0))
        said = f"所列{len(rows)}项年初预算之和是{_number(total, mention.unit)}"
        fits = low <= mention.interval.high and mention.interval.low <= high
        if fits:
            for row in rows:
                self.related[id(row)] = f"与全部{len(rows)}项一起核对，合于总的年初预算{_shown(mention)}"
            verdict = AGREES if total == mention.value else WITHIN_ROUNDING
            return Verdict(mention, verdict, "budget", said, total, Interval(low, high))
        return Verdict(mention, DISAGREES, "sum", said, total, Interval(low, high), severity=MEDIUM)

    def _completed_by(self, mention: Mention) -> str:
        """The completion rate beside a budget, where it holds: the budget is what it was made of."""
        assert mention.subject
        for _, other in self._at.get((mention.subject.id, m.COMPLETION), []):
            if other.paragraph is mention.paragraph and self._completion(other).verdict in {
                AGREES,
                WITHIN_ROUNDING,
                TRUNCATED,
            }:
                return f"合于决算数与完成率{_shown(other)}"
        return ""

    # --- ratios -----------------------------------------------------------------------------------------------------------

    def _share(self, mention: Mention) -> Verdict:
        subject = mention.subject
        assert subject and mention.number
        tops = self._amounts(subject, mention)
        named = mention.base_subject
        if mention.words and named is None:
            return Verdict(mention, NOT_CHECKABLE, "share", f"看不出“占{mention.words}”的是表中哪一项")
        wholes = [named] if named else self._wholes(subject, mention)
        bottoms = [(w, operand) for w in wholes for operand in self._amounts(w, mention)]
        if not tops or not bottoms:
            return Verdict(mention, NOT_CHECKABLE, "share", "没有可以相除的两个数")
        best = self._best(mention, [(top, bottom, w.name) for top in tops for w, bottom in bottoms])
        if mention.value > 1 and best.verdict in {AGREES, WITHIN_ROUNDING, TRUNCATED}:
            # a range that reaches beyond the whole proves nothing: a part is never more
            return Verdict(
                mention,
                DISAGREES,
                "share",
                f"占比不会大于100%；{best.explanation}",
                best.value,
                best.interval,
                severity=MEDIUM,
            )
        if best.verdict == DISAGREES:
            others = [self.vocabulary.subjects[name] for name in _TOTALS if name in self.vocabulary.subjects]
            rival = self._best(
                mention,
                [
                    (top, bottom, w.name)
                    for top in tops
                    for w in others
                    if w not in wholes
                    for bottom in self._cells(w.cells)
                ],
            )
            if rival.verdict == AGREES and bottoms and mention.value not in {Fraction(0), Fraction(1)}:
                return Verdict(
                    mention, OTHER_DEFINITION, "share", f"应除以{wholes[0].name}，得{_rate(best.value)}；{rival.explanation}",
                    best.value, best.interval, rival.definition, MEDIUM,
                )  # fmt: skip
        return best

    def _wholes(self, subject: Subject, mention: Mention) -> list[Subject]:
        found = [self.vocabulary.subjects[name] for name in subject.share_of]
        if subject.code or not found:
            section = mention.paragraph.section
            default = {"income": "income_total", "spending": "spending_total", "grants": "grants_spending", "overall": "spending_total",
                       "funds": "funds_spending", "state_capital": "state_spending"}.get(section, "general_total" if section.startswith("general") else "")  # fmt: skip
            if default:
                found.append(self.vocabulary.subjects[default])
        head = mention.head
        if head is not None and head.id != subject.id and head not in found:
            found.insert(0, head)
        return [w for w in found if w.id != subject.id]

    def _completion(self, mention: Mention) -> Verdict:
        subject = mention.subject
        assert subject and mention.number
        tops = self._amounts(subject, mention)
        bottoms = self._budgets(subject, mention.base, mention)
        other = {"budget_initial": "budget_adjusted", "budget_adjusted": "budget_initial"}.get(
            mention.base, ""
        )
        rivals = (
            [o for o in self._text(subject, other, mention) if all(o.value != b.value for b in bottoms)]
            if other
            else []
        )
        rival = self._best(
            mention, [(top, bottom, _BUDGET_NAMES[other]) for top in tops for bottom in rivals]
        )
        fits_other = rival.verdict in {AGREES, WITHIN_ROUNDING} and mention.value != 1
        if not tops or not bottoms:
            if fits_other:
                said = f"{rival.explanation}：公布的是除以{_BUDGET_NAMES[other]}得到的，文中没有{_BUDGET_NAMES[mention.base]}数"
                return Verdict(
                    mention, OTHER_DEFINITION, "completion", said, rival.value, rival.interval, other, MEDIUM
                )
            lacking = "决算数" if not tops else _BUDGET_NAMES.get(mention.base, "预算") + "数"
            return Verdict(mention, NOT_CHECKABLE, "completion", f"没有{lacking}可以相除")
        best = self._best(
            mention,
            [(top, bottom, _BUDGET_NAMES.get(mention.base, "预算")) for top in tops for bottom in bottoms],
        )
        if best.verdict == DISAGREES and fits_other:
            said = f"除以{_BUDGET_NAMES[mention.base]}是{_rate(best.value)}；公布的{_shown(mention)}是除以{_BUDGET_NAMES[other]}得到的"
            return Verdict(
                mention, OTHER_DEFINITION, "completion", said, best.value, best.interval, other, MEDIUM
            )
        return best

    def _best(self, mention: Mention, pairs: Sequence[tuple[Operand, Operand, str]]) -> Verdict:
        """The best verdict that a ratio gets over its possible operands; those named first explain it."""
        stated = mention.role
        best: Verdict | None = None
        for top, bottom, name in pairs:
            own = self._ratio(mention, top, bottom, name)
            if best is None or _ORDER.index(own.verdict) < _ORDER.index(best.verdict):
                best = own
        return best or Verdict(mention, NOT_CHECKABLE, stated, "没有可以相除的两个数")

    def _ratio(self, mention: Mention, top: Operand, bottom: Operand, name: str) -> Verdict:
        stated = mention.role
        assert mention.number
        if bottom.value == 0:
            if top.value == 0:
                return Verdict(
                    mention,
                    NOT_CHECKABLE,
                    "zero_base",
                    f"{top.name}、{bottom.name}都是零，{_STATED[stated]}没有意义",
                )
            return Verdict(
                mention,
                DISAGREES,
                "zero_base",
                f"{bottom.name}是零，{_STATED[stated]}没有意义",
                severity=MEDIUM,
            )
        value = top.value / bottom.value
        low, high = _quotient(top.interval, bottom.interval)
        said = f"{_plain(top)}÷{_plain(bottom)}（{top.name}，{bottom.name}）＝{_rate(value)}"
        return self._rated(mention, value, Interval(low, high), said, name)

    def _rated(self, mention: Mention, value: Fraction, box: Interval, said: str, name: str) -> Verdict:
        assert mention.number
        stated = mention.role
        precision = _precision(mention.number.text)
        unit = "%" if mention.unit_lost else mention.unit
        verdict = judge(mention.number.text, unit, precision, value, box)
        if mention.unit_lost and verdict != DISAGREES:
            return Verdict(
                mention,
                DISAGREES,
                "unit_lost",
                f"“{mention.number.text}”后面漏了“%”；{said}",
                value,
                box,
                severity=MEDIUM,
            )
        if verdict == TRUNCATED:
            return Verdict(
                mention, TRUNCATED, stated, f"{said}，应四舍五入，却截去了尾数", value, box, severity=LOW
            )
        if verdict == DISAGREES:
            gap = abs(value - mention.value)
            return Verdict(
                mention, DISAGREES, stated, said, value, box, name, HIGH if gap >= _GREAT else MEDIUM
            )
        return Verdict(mention, verdict, stated, said, value, box)

    def _growth(self, mention: Mention) -> Verdict:
        subject = mention.subject
        assert subject and mention.number
        change = self._change_beside(mention)
        if mention.base and (change is None or self._budgets(subject, mention.base, mention)):
            return self._growth_over_budget(mention)
        if change is None:
            own = self._growth_over_prior(mention)
            return own or Verdict(mention, NOT_CHECKABLE, "growth", "没有增减额，也没有上年的数，无从核对")
        signed = 1 if change.way == m.UP else -1
        currents = self._amounts(subject, mention)
        if not currents:
            return Verdict(mention, NOT_CHECKABLE, "growth", "没有本年的数可以核对")
        best: Verdict | None = None
        for current in currents:
            before = current.value - signed * change.value
            span = Interval(current.interval.low, current.interval.high)
            name = f"增减额{_shown(change)}÷（本年{_number(current.value, change.unit)}{'－' if signed > 0 else '＋'}{_number(change.value, change.unit)}）"
            own = self._growth_of(mention, change, before, span, signed, name)
            if best is None or _ORDER.index(own.verdict) < _ORDER.index(best.verdict):
                best = own
        assert best
        if best.verdict == DISAGREES and best.kind == "growth":
            current = currents[0]
            if current.value:
                rival = change.value / current.value
                if judge(mention.number.text, "%", _precision(mention.number.text), rival, None) == AGREES:
                    best = Verdict(
                        mention, OTHER_DEFINITION, "growth", f"{best.explanation}；公布的数是除以本年的数得到的，应除以上年的数",
                        best.value, best.interval, "current_year", MEDIUM,
                    )  # fmt: skip
        if best.verdict in {AGREES, WITHIN_ROUNDING, TRUNCATED} or best.kind == "unit_lost":
            self.related[id(change)] = f"合于本年的数与增减率{_shown(mention)}"
        if (
            best.verdict in {AGREES, WITHIN_ROUNDING, TRUNCATED}
            and mention.way != change.way
            and mention.value
        ):
            return Verdict(
                mention,
                DISAGREES,
                "direction",
                f"增减额说“{change.words}”，增减率说“{mention.words}”",
                best.value,
                best.interval,
                severity=MEDIUM,
            )
        return best

    def _growth_of(
        self, mention: Mention, change: Mention, before: Fraction, current: Interval, signed: int, name: str
    ) -> Verdict:
        assert mention.number
        if before == 0 or (before < 0 < current.high):
            if change.value == 0 and mention.value == 0:
                return Verdict(mention, NOT_CHECKABLE, "zero_base", "上年为零，本年也为零，增减率没有意义")
            if before == 0:
                return Verdict(
                    mention, DISAGREES, "zero_base", "推出的上年数是零，增减率没有意义", severity=MEDIUM
                )
            return Verdict(mention, DISAGREES, "growth", f"推出的上年数是负数：{name}", severity=HIGH)
        value = change.value / before
        box = change.interval
        lows, highs = [], []
        for own in (box.low, box.high):
            for now in (current.low, current.high):
                base = now - signed * own
                if base > 0:
                    lows.append(own / base)
                    highs.append(own / base)
        span = Interval(min([*lows, value]), max([*highs, value]))
        return self._rated(mention, value, span, f"{name}＝{_rate(value)}", "")

    def _growth_over_prior(self, mention: Mention) -> Verdict | None:
        assert mention.subject
        priors, currents = (
            self._text(mention.subject, m.PRIOR, mention),
            self._amounts(mention.subject, mention),
        )
        best: Verdict | None = None
        for prior in priors:
            for current in currents:
                if prior.value == 0:
                    own = Verdict(
                        mention, DISAGREES, "zero_base", "上年为零，增减率没有意义", severity=MEDIUM
                    )
                else:
                    value = (current.value - prior.value) / prior.value
                    low, high = _quotient(current.interval, prior.interval)
                    signed = value if mention.way == m.UP else -value
                    box = Interval(low - 1, high - 1) if mention.way == m.UP else Interval(1 - high, 1 - low)
                    own = self._rated(
                        mention,
                        signed,
                        box,
                        f"（{_plain(current)}－{_plain(prior)}）÷{_plain(prior)}＝{_rate(value)}",
                        "",
                    )
                if best is None or _ORDER.index(own.verdict) < _ORDER.index(best.verdict):
                    best = own
        return best

    def _growth_over_budget(self, mention: Mention) -> Verdict:
        assert mention.subject
        currents = self._amounts(mention.subject, mention)
        budgets = self._budgets(mention.subject, mention.base, mention)
        best: Verdict | None = None
        for current in currents:
            for budget in budgets:
                if budget.value == 0:
                    continue
                value = (current.value - budget.value) / budget.value
                low, high = _quotient(current.interval, budget.interval)
                signed = value if mention.way == m.UP else -value
                box = Interval(low - 1, high - 1) if mention.way == m.UP else Interval(1 - high, 1 - low)
                own = self._rated(
                    mention,
                    signed,
                    box,
                    f"（{_plain(current)}－{_plain(budget)}）÷{_plain(budget)}＝{_rate(value)}",
                    "",
                )
                if best is None or _ORDER.index(own.verdict) < _ORDER.index(best.verdict):
                    best = own
        return best or Verdict(mention, NOT_CHECKABLE, "growth", "没有预算数可以核对")

    def _change_beside(self, mention: Mention) -> Mention | None:
        """The change that a growth rate is of: the last before it in its paragraph, of the same subject."""
        at = self.order[id(mention)]
        for other in reversed(self.mentions[:at]):
            if other.paragraph is not mention.paragraph or (
                other.role == m.GROWTH and other.subject is mention.subject
            ):
                return None
            if other.role == m.CHANGE and other.subject is mention.subject and not other.why:
                return other if other.base == mention.base else None
        return None

    def _change(self, mention: Mention) -> Verdict:
        subject = mention.subject
        assert subject and mention.number
        if mention.number.unit not in MONEY:
            return Verdict(mention, NOT_CHECKABLE, "change", "没有上年的数量可以核对")
        bases = (
            self._budgets(subject, mention.base, mention)
            if mention.base
            else self._text(subject, m.PRIOR, mention)
        )
        currents = self._amounts(subject, mention)
        best: Verdict | None = None
        for current in currents:
            for base in bases:
                own = self._difference(mention, current, base)
                if best is None or _ORDER.index(own.verdict) < _ORDER.index(best.verdict):
                    best = own
        if best:
            return best
        if id(mention) in self.related:
            return Verdict(mention, AGREES, "change", self.related[id(mention)])
        return Verdict(
            mention,
            NOT_CHECKABLE,
            "change",
            "没有上年的数可以核对" if not mention.base else "没有预算数可以核对",
        )

    def _difference(self, mention: Mention, current: Operand, base: Operand) -> Verdict:
        gap = current.value - base.value
        signed = gap if mention.way == m.UP else -gap
        half = (current.interval.high - current.interval.low + base.interval.high - base.interval.low) / 2
        box = Interval(signed - half, signed + half)
        said = f"{_plain(current)}－{_plain(base)}＝{_number(gap, mention.unit)}"
        assert mention.number
        if signed < 0 and abs(signed) == mention.value:
            return Verdict(
                mention, DISAGREES, "direction", f"{said}，方向是相反的", signed, box, severity=MEDIUM
            )
        verdict = judge(mention.number.text, mention.unit, _precision(mention.number.text), signed, box)
        return Verdict(
            mention, verdict, "change", said, signed, box, severity=MEDIUM if verdict == DISAGREES else LOW if verdict == TRUNCATED else "",
        )  # fmt: skip

    def _prior(self, mention: Mention) -> Verdict:
        return Verdict(mention, NOT_CHECKABLE, "amount", "是上年的数，这份文件没有上年的表")

    # --- words without a number --------------------------------------------------------------------------------------------

    def _comparison(self, mention: Mention) -> Verdict:
        subject = mention.subject
        assert subject
        currents = self._amounts(subject, mention)
        budgets = self._budgets(subject, mention.base, mention)
        if not currents or not budgets:
            return Verdict(mention, NOT_CHECKABLE, "direction", "没有预算数、决算数可以比较")
        current, budget = currents[0], budgets[0]
        gap = current.value - budget.value
        said = f"决算{_plain(current)}，预算{_plain(budget)}"
        holds = {"less": gap < 0, "more": gap > 0, "equal": gap == 0}[mention.way]
        if mention.way == "equal" and gap and budget.value:
            rate = abs(gap / budget.value)
            if "基本" in mention.words or "总体" in mention.words:
                holds = rate <= Fraction(5, 100)
                said += f"，相差{_rate(rate)}"
        if holds:
            return Verdict(mention, AGREES, "direction", said)
        # a wrong amount is told where it stands: the word holds where it fits what the tables have
        for other in currents[1:]:
            gap = other.value - budget.value
            if {"less": gap < 0, "more": gap > 0, "equal": gap == 0}[mention.way]:
                return Verdict(
                    mention, AGREES, "direction", f"决算{_plain(other)}（{other.name}），预算{_plain(budget)}"
                )
        return Verdict(mention, DISAGREES, "direction", f"{said}，与“{mention.words}”不符", severity=MEDIUM)

    def _flat(self, mention: Mention) -> Verdict:
        subject = mention.subject
        assert subject
        if mention.base:
            currents, bases = self._amounts(subject, mention), self._budgets(subject, mention.base, mention)
        else:
            currents, bases = self._amounts(subject, mention), self._text(subject, m.PRIOR, mention)
        if currents and bases:
            same = currents[0].value == bases[0].value
            said = f"{_plain(currents[0])}与{_plain(bases[0])}"
            near = (
                "基本" in mention.paragraph.text[max(0, mention.end - 8) : mention.end]
                and bases[0].value
                and abs(currents[0].value / bases[0].value - 1) <= Fraction(5, 100)
            )
            if same or near:
                return Verdict(mention, AGREES, "direction", said)
            return Verdict(mention, DISAGREES, "direction", f"{said}不相同", severity=MEDIUM)
        return Verdict(mention, NOT_CHECKABLE, "direction", "没有上年的数可以核对是否持平")

    # --- names ---------------------------------------------------------------------------------------------------------------

    def _by_amount(self, mention: Mention) -> None:
        """Tie a name that no row has to the row that has its amount, under the parent that it names."""
        subject = mention.subject
        assert subject
        lowest = max(subject.path, key=lambda level: LEVELS[level])
        after = self.order[id(mention)]
        own = next(
            (
                o
                for o in self.mentions[after + 1 : after + 6]
                if o.subject is subject and o.role == m.AMOUNT and o.number
            ),
            None,
        )
        if own is None or not own.value:
            return
        fits = []
        for line in self.vocabulary.function_lines:
            if len(line.code) != LEVELS[lowest]:
                continue
            cells = self.vocabulary.cells_of_code(line.code, mention.paragraph.section)
            if cells and cells[0].value == own.value:
                parents = sum(
                    (p := self.vocabulary.function_line(line.code[: LEVELS[level]])) is not None and key(p.name) == key(bare(name))
                    for level, name in subject.path.items() if LEVELS[level] < LEVELS[lowest]
                )  # fmt: skip
                fits.append((parents, line, cells))
        most = max((parents for parents, _, _ in fits), default=0)
        best = [(line, cells) for parents, line, cells in fits if parents == most]
        if len(best) == 1 and (most or len(subject.path) == 1):
            line, cells = best[0]
            subject.code, subject.cells = line.code, cells
            subject.remark = line.name

    def _named(self, mention: Mention) -> Verdict:
        subject = mention.subject
        assert subject
        if not self.vocabulary.function_lines:
            return Verdict(mention, NOT_CHECKABLE, "subject", "没有读到功能分类的表")
        if not subject.code:
            return Verdict(mention, NOT_CHECKABLE, "subject", "各表没有这个名称的科目，也没有金额相同的科目")
        if subject.remark:
            line = self.vocabulary.function_line(subject.code)
            return Verdict(
                mention, DISAGREES, "code_and_name",
                f"表中{subject.code}是“{subject.remark}”，没有“{subject.name}”（金额相同）" if line else "", severity=MEDIUM,
            )  # fmt: skip
        wrong = []
        for level, name in subject.path.items():
            line = self.vocabulary.function_line(subject.code[: LEVELS[level]])
            if line is not None and key(line.name) != key(bare(name)):
                wrong.append(f"{line.code}是“{line.name}”，不是“{name}”（{level}）")
        if wrong:
            return Verdict(mention, DISAGREES, "code_and_name", f"表中{'；'.join(wrong)}", severity=MEDIUM)
        return Verdict(mention, AGREES, "subject", f"表中{subject.code}，各级名称一致")


_TOTALS = (
    "spending_total",
    "general_total",
    "income_total",
    "accounts_total",
    "grants_total",
    "basic_spending",
    "project_spending",
)
_STATED = {m.SHARE: "占比", m.COMPLETION: "完成率", m.GROWTH: "增减率"}
_ROLE_NAMES = {m.AMOUNT: "", m.PRIOR: "上年数", m.CHANGE: "增减额", **_BUDGET_NAMES}


def _stated(mention: Mention) -> str:
    """What a mention states, as a kind of claims.csv."""
    if mention.role in BUDGETS:
        return "budget"
    if mention.role in {m.AMOUNT, m.PRIOR, m.REASON}:
        unit = mention.number.unit if mention.number else ""
        return (
            "amount"
            if unit in MONEY or not unit
            else "rate"
            if unit in RATES
            else "score"
            if unit == "分"
            else "count"
        )
    return {m.COMPARISON: "direction", m.FLAT: "direction", m.NAMED: "subject"}.get(
        mention.role, mention.role
    )


def _role_name(role: str) -> str:
    return _ROLE_NAMES.get(role, "")


def _quotient(top: Interval, bottom: Interval) -> tuple[Fraction, Fraction]:
    """The range of a quotient whose divisor is not zero."""
    ends = [a / b for a in (top.low, top.high) for b in (bottom.low, bottom.high) if b]
    return min(ends), max(ends)


def _precision(number: str) -> str:
    decimals = places(number)
    return "1" if decimals == 0 else f"0.{'0' * (decimals - 1)}1"


def _shown(mention: Mention) -> str:
    assert mention.number
    return f"{mention.number.text}{mention.number.unit}"


def _number(value: Fraction | None, unit: str) -> str:
    return "空白" if value is None else f"{amount_text(value, unit or '元')}{unit}"


def _plain(operand: Operand) -> str:
    return amount_text(operand.value, operand.unit)


def _rate(value: Fraction | None) -> str:
    return rate_text(value) if value is not None else ""
