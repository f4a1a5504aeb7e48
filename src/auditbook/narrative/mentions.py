"""Sentences to mentions: what each number, comparison and name of a paragraph is said of, and in which role."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property

from auditbook.intake.account_layouts import bare
from auditbook.intake.phrases import FLAT_WORDS
from auditbook.narrative.layouts import BUDGETS, NarrativeLayout, any_of
from auditbook.narrative.sentences import MONEY, NUMBERING, RATES, Number, Paragraph
from auditbook.narrative.subjects import LEVELS, Held, Subject, Vocabulary, key
from auditbook.numbers import Interval, factor

AMOUNT, PRIOR, CHANGE, GROWTH, SHARE, COMPLETION, RATE = (
    "amount", "prior", "change", "growth", "share", "completion", "rate",
)  # fmt: skip
COMPARISON, FLAT, NAMED, ABSENT, REASON, OTHER_YEAR = (
    "comparison", "flat", "named", "absent", "reason", "other_year",
)  # fmt: skip
UP, DOWN = "up", "down"
_UNREAD = {
    "reason": "原因说明里的数，表中没有可核对的项目", "subject": "看不出说的是哪一项", "rate": "看不出是什么的比率",
    "detail": "说的是这一项中的一部分，表中没有",
}  # fmt: skip
_WHOLE = {
    "accounts_total", "income_any", "spending_any", "income_total", "spending_total", "opening", "closing", "basic_spending",
    "project_spending",
}  # fmt: skip
# Subjects that a row of a classification has as columns too.
_COLUMNS = {
    "basic_spending": "basic", "basic_grants": "basic", "project_spending": "project", "project_grants": "project",
}  # fmt: skip
_CLAUSE = re.compile("[,，;。:!?]")
_PATH = re.compile(r"([^。;:!?]{2,60}?)\(\d{0,7}(类|款|项)\)(?:支出|科目)?")


@dataclass
class Mention:
    """A number, a word or a name of a paragraph, with what it is said of.

    ``role``: amount, a budget, prior, change, growth, share, completion, … ``base``: of a share or completion what it is
    taken of, of a change what it is measured from (a budget role, or "" for last year). ``way``: up or down, as said.
    ``why``: why it cannot be tied to anything, "" where it can.
    """

    paragraph: Paragraph
    role: str
    start: int
    end: int
    subject: Subject | None = None
    number: Number | None = None
    base: str = ""
    base_subject: Subject | None = None
    way: str = ""
    head: Subject | None = None
    why: str = ""
    words: str = ""
    year: int | None = None
    unit_lost: bool = False
    reason: str = ""
    decimals: int = 2
    notes: list[str] = field(default_factory=list)

    @property
    def unit(self) -> str:
        """Its unit as it is judged: 万 is 万元."""
        if not self.number:
            return ""
        return (
            "万元"
            if self.number.unit == "万"
            else "%"
            if self.number.unit == "个百分点"
            else self.number.unit
        )

    @property
    def value(self) -> Fraction:
        """What is printed, in base units; without the direction word."""
        assert self.number
        sign = -1 if self.number.negative else 1
        return sign * Fraction(self.number.text) * factor(self.unit)

    @cached_property
    def interval(self) -> Interval:
        """What the printed number stands for. Money that shows fewer decimals than the rest has lost zeros only."""
        assert self.number
        if self.number.unit not in (*MONEY, *RATES):
            return Interval(self.value, self.value)
        places = (
            max(self.number.decimals, self.decimals) if self.number.unit in MONEY else self.number.decimals
        )
        half = factor(self.unit) / (2 * 10**places)
        return Interval(self.value - half, self.value + half)


@dataclass(frozen=True)
class _Path:
    """Names of a classification that stand together, by level: 某支出(类)某某(款)某某(项)."""

    start: int
    stop: int
    names: dict[str, str]


class Reader:
    """Reads the paragraphs of a narrative in order; what was said before tells what a bare 支出决算为 speaks of."""

    def __init__(
        self, layout: NarrativeLayout, vocabulary: Vocabulary, year: int | None, ways: Mapping[str, str], decimals: int,
        department: str = "",
    ) -> None:  # fmt: skip
        self.layout, self.vocabulary, self.year, self.decimals = layout, vocabulary, year, decimals
        self.ways, self.department = ways, department
        self.subject: Subject | None = None
        self.counted_subject: Subject | None = None
        self._row_parts: dict[str, Subject] = {}
        self._unclear = False
        self._spoken: Subject | None = None
        self._path_in: Paragraph | None = None
        self.path: dict[str, str] = {}
        self.section = ""
        self._way_end = re.compile(f"({any_of(ways)})$")
        # 某某局2024年度财政拨款收入: a name with the year behind it is that of whoever publishes
        self._other_owner = re.compile(
            r"[局委办厅院署处中心站所队校学馆社府会团](?:\((?:本级|汇总)\)|本级)?20\d\d年度?$"
        )
        self._flat = re.compile("|".join(FLAT_WORDS))
        self._budget_end = {role: re.compile(f"(?:{any_of(layout.roles[role])})$") for role in BUDGETS}
        self._prior_end = re.compile(f"(?:{any_of(layout.roles['prior'])})$")
        self._reason = re.compile(any_of(layout.reasons))
        self._completion = re.compile(f"(?:{any_of(layout.completion)})$")
        tail = "[为是约达到的:]*$"
        self._rates = re.compile(f"(?:{any_of(layout.completion_rates)}){tail}")
        self._share = re.compile(
            f"(?:占(?P<base>[^占,，。;:]{{0,60}}?)的?(?:比重|比例|比)?|{any_of(layout.share)}){tail}"
        )
        budgets = any_of(w for role in BUDGETS for w in layout.roles[role])
        self._comparison = re.compile(
            "(?P<equal>(?:{equal})(?P<equal_budget>{b})(?:总体|基本|完全)?(?:持平|一致|相等|相同|相符|无差异))"
            "|(?P<less>(?:{less})(?P<less_budget>{b}))|(?P<more>(?:{more})(?P<more_budget>{b}))".format(
                b=budgets,
                **{name: any_of(words) for name, words in layout.comparisons.items()},
            )
        )

    def read(self, paragraphs: Sequence[Paragraph]) -> list[Mention]:
        """All mentions, in the order of the text."""
        found: list[Mention] = []
        for paragraph in paragraphs:
            if paragraph.section != self.section:
                self.section, self.subject, self.counted_subject, self.path = (
                    paragraph.section,
                    None,
                    None,
                    {},
                )
            if paragraph.heading:
                self._headed(paragraph)
            else:
                found += self._paragraph(paragraph)
        return found

    def _headed(self, paragraph: Paragraph) -> None:
        """A heading such as 公务接待费支出情况 tells what the numbers under it speak of."""
        named = self.vocabulary.named(paragraph.text, paragraph.section, "万元", counted=False)
        self.subject = named[0] if named and paragraph.section in {"three_public", "operating"} else None

    def _paragraph(self, paragraph: Paragraph) -> Iterator[Mention]:
        text, self._unclear = paragraph.text, False
        # what was spoken of ends with its paragraph, but for a row that was named alone
        if self._spoken and self.subject is self._spoken and not self.subject.path:
            self.subject = None
        self.head: Subject | None = None
        start = 0
        for end in [*(m.end() for m in re.finditer("[。!?]", text)), len(text)]:
            if end > start:
                yield from self._sentence(paragraph, start, end)
            start = end
        self._spoken = self.subject

    def _sentence(self, paragraph: Paragraph, start: int, end: int) -> Iterator[Mention]:
        text = paragraph.text
        reason = self._reason.search(text, start, end)
        reason_at = reason.end() if reason else end
        events: list[tuple[int, Number | _Path | re.Match[str]]] = [
            (number.start, number) for number in paragraph.numbers if start <= number.start < end
        ]
        compared = list(self._comparison.finditer(text, start, reason_at))
        events += ((found.start(), found) for found in compared)
        events += (
            (found.start(), found) for found in self._flat.finditer(text, start, reason_at)
            if not any(c.start() <= found.start() < c.end() for c in compared)
        )  # fmt: skip
        events += ((path.start, path) for path in self._paths(paragraph, start, min(end, reason_at)))
        last = start
        word: Mention | None = None
        for at, event in sorted(events, key=lambda event: event[0]):
            if isinstance(event, _Path):
                yield self._named(paragraph, event)
                last, word = event.stop, None
            elif isinstance(event, Number):
                mention = self._number(paragraph, event, last, start, reasoned=at >= reason_at)
                if word and mention.role == AMOUNT and not self.layout.filler_end.sub("", text[last:at]):
                    # 决算数大于预算数55.93万元: the number is how much
                    mention.role, mention.base, mention.words = CHANGE, word.base, word.words
                    mention.way = UP if word.way == "more" else DOWN
                    mention.subject, mention.why = word.subject, word.why
                yield mention
                last, word = event.unit_end, None
            elif event.re is self._flat:
                yield self._flat_mention(paragraph, event, last, start)
                last, word = event.end(), None
            else:
                word = self._compared(paragraph, event, last)
                yield word
                last = event.end()

    # --- names of a classification: 某支出(类)某某(款)某某(项) ----------------------------------------------

    def _paths(self, paragraph: Paragraph, start: int, end: int) -> Iterator[_Path]:
        text = paragraph.text[:end]
        found = list(_PATH.finditer(text, start))
        names: dict[str, str] = {}
        begun = stop = 0
        for match in found:
            name, level = match[1], match[2]
            adjoining = (
                bool(names)
                and match.start() == stop
                and level not in names
                and not re.search(r"\d|[,，]", name)
            )
            if not adjoining and names:
                yield _Path(begun, stop, names)
                names = {}
            if not names:
                offset = self._name_start(name, level)
                begun = match.start() + offset
                name = name[offset:]
            elif name[0] in "、,—-－及和":
                name = name.lstrip("、,—-－")
            names[level] = name
            stop = match.end()
        if names:
            yield _Path(begun, stop, names)

    def _name_start(self, name: str, level: str) -> int:
        """Where the name of a row begins in the words before its level: the longest row that they end with."""
        length = LEVELS[level]
        ends = [
            len(bare(line.name)) for line in self.vocabulary.function_lines
            if len(line.code) == length and name.endswith(bare(line.name))
        ]  # fmt: skip
        if ends:
            return len(name) - max(ends)
        numbered = re.match(r"(?:其中[,:]?|\(?\d{1,3}[、.)]|\(?[一二三四五六七八九十]+[、.)])+", name)
        at = numbered.end() if numbered else 0
        parts = [m.end() for m in re.finditer(r"[,，;]|\d\)", name[at:])]
        return at + (parts[-1] if parts else 0)

    def _named(self, paragraph: Paragraph, path: _Path) -> Mention:
        names = path.names
        lowest = max(names, key=lambda level: LEVELS[level])
        # a 款 or 项 alone stands under what was named before, but not at the top of a page whose order may be another
        under = NUMBERING.match(paragraph.text) or self._path_in is paragraph
        top = min(LEVELS[level] for level in names)
        kept = {level: name for level, name in self.path.items() if under and LEVELS[level] < top}
        self._path_in = paragraph
        self.path = {**kept, **names}
        subject = Subject(
            f"path.{'.'.join(key(bare(n)) for n in self.path.values())}", names[lowest], path=dict(self.path)
        )
        self.subject = subject
        self._resolve(subject, paragraph.section)
        return Mention(paragraph, NAMED, path.start, path.stop, subject, words="".join(names.values()))

    def _resolve(self, subject: Subject, section: str) -> None:
        """Find the row that a path names; where several rows have the name, the one whose parents fit best."""
        lowest = max(subject.path, key=lambda level: LEVELS[level])
        wanted = key(bare(subject.path[lowest]))
        fits = [
            line for line in self.vocabulary.function_lines
            if len(line.code) == LEVELS[lowest] and key(line.name) == wanted
        ]  # fmt: skip
        if not fits:
            return
        best = max(fits, key=lambda line: self._parents_fit(line.code, subject.path))
        if len(fits) > 1 and not self._parents_fit(best.code, subject.path) and len(subject.path) > 1:
            return
        subject.code = best.code
        subject.id = best.code
        subject.cells = self.vocabulary.cells_of_code(best.code, section)

    def _parents_fit(self, code: str, path: Mapping[str, str]) -> int:
        return sum(
            (line := self.vocabulary.function_line(code[: LEVELS[level]])) is not None and key(line.name) == key(bare(name))
            for level, name in path.items() if LEVELS[level] < len(code)
        )  # fmt: skip

    # --- numbers ---------------------------------------------------------------------------------------------

    def _number(
        self, paragraph: Paragraph, number: Number, last: int, sentence: int, *, reasoned: bool
    ) -> Mention:
        text = paragraph.text
        before = text[last : number.start].removesuffix("-") if number.negative else text[last : number.start]
        said = self.layout.filler_end.sub("", before)
        mention = Mention(
            paragraph, AMOUNT, max(last, _clause_start(text, number.start, sentence)), number.unit_end, self.subject,
            number, decimals=self.decimals,
        )  # fmt: skip
        if re.search("其中|主要用于|包括|分别", before) and self.subject:
            self.head = self.subject
        mention.head = self.head
        if reasoned and number.unit in (*MONEY, *RATES, ""):
            mention.role, mention.subject, mention.why = REASON, None, _UNREAD["reason"]
            return mention
        if number.unit in RATES or not number.unit:
            self._ratio(mention, said, before, sentence)
            if mention.role == AMOUNT:
                self._amount(mention, said, before, sentence)
                if mention.why and not number.unit:
                    mention.why = "没有单位，看不出说的是什么"
        else:
            self._amount(mention, said, before, sentence)
        return mention

    def _ratio(self, mention: Mention, said: str, before: str, sentence: int) -> None:
        text, number = mention.paragraph.text, mention.number
        assert number
        unitless = not number.unit
        ends = bool(
            re.match(r"[。,;)]", text[number.end :])
        )  # at the end of a line the unit may stand on the next
        if unitless and not ends:
            return
        completed = self._completed(said, before)
        shared = self._share.search(before)
        way = self._way_end.search(said)
        if completed is not None:
            mention.role, mention.base = COMPLETION, completed[0]
            self._take_subject(mention, completed[1])
        elif shared:
            mention.role = SHARE
            base = shared["base"]
            mention.words = base
            if base:
                mention.base_subject = self.vocabulary.by_name(base, mention.paragraph.section)
            self._take_subject(mention, before[: shared.start()])
            if mention.base_subject is not None and mention.base_subject is mention.subject:
                # 政府性基金支出…，占本年支出合计的: nothing is a share of itself
                mention.base_subject = self.vocabulary.by_name(base, "")
        elif way and not re.search("[到至]$", before):
            mention.role, mention.way = GROWTH, self.ways[way[1]]
            mention.words = way[1]
            self._take_subject(mention, said[: way.start()])
            self._measured_from(mention, sentence)
            if unitless and (before.startswith((",", "，", "、")) is False):
                mention.role = AMOUNT  # 增加3, without a unit, may be of anything
                return
        elif unitless:
            return
        else:
            mention.role, mention.subject, mention.why = RATE, None, _UNREAD["rate"]
            return
        mention.unit_lost = unitless

    def _completed(self, said: str, before: str) -> tuple[str, str] | None:
        """The budget that 完成年初预算的 names ("" where 完成率 names none), and what stands before; None where neither."""
        for role in BUDGETS:
            budget = self._budget_end[role].search(said)
            verb = self._completion.search(said[: budget.start()]) if budget else None
            if verb:
                return role, said[: verb.start()]
        rate = self._rates.search(before) or re.search("(?:^|(?<=[,，]))完成$", said)
        return ("", rate.string[: rate.start()]) if rate else None

    def _amount(self, mention: Mention, said: str, before: str, sentence: int) -> None:
        number, section = mention.number, mention.paragraph.section
        assert number
        counted = number.unit not in MONEY and bool(number.unit)
        way = self._way_end.search(said)
        if way and not re.search("[到至]$", before):
            mention.role, mention.way, mention.words = CHANGE, self.ways[way[1]], way[1]
            self._take_subject(mention, said[: way.start()])
            self._measured_from(mention, sentence)
            if not mention.why:
                self.subject = mention.subject
            return
        named = self.vocabulary.named(before, section, number.unit, counted)
        # 涉及预算金额 is a name, no budget of something
        covers = named is not None and named[2] >= len(said)
        if not covers and not counted:
            prior = self._prior_end.search(said)
            measured = _last(self.layout.compared_words, before)
            if (
                measured
                and not self.layout.filler_end.sub("", before[measured.end() :])
                and not measured["same"]
            ):
                # 比上年1,400.00万元增加…: the number is what it is measured from
                mention.role = self._budget_of(measured["budget"]) if measured["budget"] else PRIOR
                self._take_subject(mention, before[: measured.start()])
                return
            if prior:
                mention.role = PRIOR
                self._take_subject(mention, said[: prior.start()])
                return
            for role in BUDGETS:
                found = self._budget_end[role].search(said)
                if found:
                    mention.role = role
                    self._take_subject(mention, said[: found.start()])
                    if not mention.why and mention.subject:
                        self.subject = mention.subject
                    return
        self._take_subject(mention, before, counted=counted)
        if mention.why or mention.subject is None:
            return
        year = self._other_year(mention, before)
        if year:
            mention.year = year
            if self.year and year == self.year - 1:
                mention.role = PRIOR
            return
        if counted:
            self.counted_subject = mention.subject
            # 公务接待24批次，支出2.05万元: the money that follows is of what was counted
            if mention.subject.layout and mention.subject.layout.needs:
                self.subject = self.vocabulary.subjects[mention.subject.layout.needs]
        else:
            self.subject = mention.subject

    def _budget_of(self, word: str) -> str:
        """The role that a word for a budget stands for."""
        return next(role for role in BUDGETS if any(bare(name) == word for name in self.layout.roles[role]))

    def _other_year(self, mention: Mention, before: str) -> int | None:
        """The year that an amount is said to be of, where that is not the year of the accounts."""
        if self.year is None:
            return None
        compared = [found.span() for found in self.layout.compared_words.finditer(before)]
        years = [
            int(found[1]) for found in re.finditer(r"(20\d\d)年", before)
            if not any(s <= found.start() < e for s, e in compared) and not re.match("年?度?以", before[found.end() :])
        ]  # fmt: skip
        return years[-1] if years and years[-1] != self.year else None

    def _take_subject(self, mention: Mention, said: str, *, counted: bool = False) -> None:
        """The subject that stands before a number, or the one that was spoken of; ``why`` where neither is certain."""
        number, section = mention.number, mention.paragraph.section
        unit = number.unit if number else ""
        named = self.vocabulary.named(said, section, unit if counted else "万元", counted)
        if not self._understood(said[named[2] :] if named else said):
            mention.subject, mention.why = None, _UNREAD["detail" if self.subject else "subject"]
        elif named and (counted or self._whole(said[: named[1]])):
            mention.subject = named[0]
        elif named:
            mention.subject, mention.why = None, _UNREAD["detail"]
        elif counted:
            mention.subject = self._following(unit)
            mention.why = "" if mention.subject else _UNREAD["subject"]
        elif mention.subject is None or (
            self._unclear and mention.role in {SHARE, COMPLETION, CHANGE, GROWTH}
        ):
            # a rate behind an amount of something else is of that, and of nothing before it
            mention.subject, mention.why = None, _UNREAD["subject"]
        if mention.subject is not None and named:
            mention.subject = self._of_row(mention.subject, mention.head)
            if self._narrowed(said[: named[1]], mention.subject):
                mention.subject, mention.why = None, _UNREAD["detail"]
        if counted:
            self._unclear = self._unclear or bool(mention.why)
        elif mention.role in {AMOUNT, CHANGE, PRIOR, *BUDGETS}:
            self._unclear = bool(mention.why)

    def _narrowed(self, owner: str, subject: Subject) -> bool:
        """Whether words before a subject of the whole department make it one of some funds only: 财政拨款 before 本年支出."""
        own = re.split("[,，;。:、]", owner)[-1]
        return subject.id in _WHOLE and bool(re.search("财政拨款|一般公共预算|政府性基金|国有资本", own))

    def _of_row(self, subject: Subject, head: Subject | None) -> Subject:
        """基本支出 within 农林水支出…，其中： is that of the row, not of the department."""
        column = _COLUMNS.get(subject.id)
        if column is None or head is None or not head.code:
            return subject
        at = f"{head.code}.{column}"
        if at not in self._row_parts:
            cells = [
                Held(held.table, line.amounts[column]) for held in head.cells for line in held.table.lines
                if line.code == head.code and column in line.amounts
            ]  # fmt: skip
            self._row_parts[at] = Subject(at, f"{head.name}{subject.name}", cells)
        return self._row_parts[at]

    def _whole(self, owner: str) -> bool:
        """Whether the words before a subject leave it whole: 离退休 before 人员经费 makes it another, 其中 does not."""
        own = re.split("[,，;。:、]", self.layout.compared_words.sub(",", owner))[-1]
        own = re.sub(r"^(?:\(?[\d一二三四五六七八九十]{1,3}[.)])+", "", own)
        for length in range(len(self.department), 2, -1):
            own = own.replace(self.department[-length:], "")
        if self._other_owner.search(own):
            return True
        return bool(self.layout.owner_words.fullmatch(re.sub(r"20\d\d年度?|[()]", "", own)))

    def _following(self, unit: str) -> Subject | None:
        """The subject whose bare number follows that of the last one: 团组2个，7人次."""
        last = self.counted_subject.id if self.counted_subject else ""
        return next(
            (
                self.vocabulary.subjects[s.id]
                for s in self.layout.subjects
                if last and s.follows == last and unit in s.counted
            ),
            None,
        )

    def _understood(self, text: str) -> bool:
        """Whether nothing of weight stands in a text."""
        rest = re.sub("^(?:相比较?|比较|相较)[,，]", "", self.layout.compared_words.sub("", text))
        rest = re.sub(r"\((?:含|以|不含|单位)[^()]*\)?|20\d\d年度?|[,，;、]|\d+年", "", rest)
        rest = re.sub(r"^\)|\($", "", rest)
        return bool(self.layout.between_words.fullmatch(rest)) and not self.vocabulary.names_another(rest)

    def _measured_from(self, mention: Mention, sentence: int) -> None:
        """What a change is measured from: what stands last before it in its sentence."""
        assert mention.number
        text = mention.paragraph.text[sentence : mention.number.start]
        last = _last(self.layout.compared_words, text)
        if last is not None and last["budget"]:
            mention.base = self._budget_of(last["budget"])
        elif last is not None and last["year"]:
            year = re.search(r"(?:19|20)\d\d", last["year"])
            mention.year = int(year[0]) if year else None

    # --- words without a number --------------------------------------------------------------------------------

    def _compared(self, paragraph: Paragraph, found: re.Match[str], last: int) -> Mention:
        way = next(name for name in ("equal", "less", "more") if found[name])
        base = self._budget_of(found[f"{way}_budget"])
        mention = Mention(
            paragraph,
            COMPARISON,
            found.start(),
            found.end(),
            self.subject,
            base=base,
            way=way,
            words=found[0],
        )
        before = paragraph.text[last : found.start()]
        named = self.vocabulary.named(before, paragraph.section, "万元", counted=False)
        if named and self._whole(before[: named[1]]) and self._understood(before[named[2] :]):
            mention.subject = named[0]
        if mention.subject is None:
            mention.why = _UNREAD["subject"]
        return mention

    def _flat_mention(self, paragraph: Paragraph, found: re.Match[str], last: int, sentence: int) -> Mention:
        text = paragraph.text
        begin = max(last, _clause_start(text, found.start(), sentence))
        mention = Mention(paragraph, FLAT, begin, found.end(), self.subject, words=found[0])
        before = text[last : found.start()]
        named = self.vocabulary.named(before, paragraph.section, "万元", counted=False)
        if named and self._whole(before[: named[1]]):
            mention.subject = named[0]
        elif named:
            mention.subject = None
        compared = _last(self.layout.compared_words, text[sentence : found.start()])
        if compared is not None and compared["budget"]:
            mention.base = self._budget_of(compared["budget"])
        if mention.subject is None:
            mention.why = _UNREAD["subject"]
        return mention


def _last(pattern: re.Pattern[str], text: str) -> re.Match[str] | None:
    return max(pattern.finditer(text), key=lambda found: found.start(), default=None)


def _clause_start(text: str, at: int, sentence: int) -> int:
    found = [m.end() for m in _CLAUSE.finditer(text, sentence, at)]
    return found[-1] if found else sentence
