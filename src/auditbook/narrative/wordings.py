"""What the words of a narrative show without any arithmetic: lists, declared absences, reasons, residue, names, brackets."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from auditbook.claims import AGREES, DISAGREES, NOT_CHECKABLE
from auditbook.intake.phrases import FLAT_WORDS
from auditbook.narrative.layouts import NarrativeLayout, any_of
from auditbook.narrative.mentions import CHANGE, COMPARISON, FLAT, GROWTH, Mention
from auditbook.narrative.sentences import Paragraph
from auditbook.narrative.subjects import Subject, Vocabulary, economy_key
from auditbook.numbers import amount_text

LOW, MEDIUM = "low", "medium"


@dataclass(frozen=True)
class Noted:
    """Something that words show: a run of a paragraph, its verdict, kind and explanation."""

    paragraph: Paragraph
    start: int
    end: int
    verdict: str
    kind: str
    explanation: str
    severity: str = ""
    about: str = ""


# --- lists: 人员经费…主要包括：基本工资、津贴补贴 --------------------------------------------------------------------


def listings(
    paragraphs: Sequence[Paragraph], layout: NarrativeLayout, vocabulary: Vocabulary
) -> Iterator[Noted]:
    """The rows of the economic classification that a sentence says an amount consists of, each against the table."""
    lines = vocabulary.economy_lines
    if not lines:
        return
    opened = re.compile(f"(人员经费|公用经费)[^。;]{{0,40}}?(?:{any_of(layout.listings)})[:,]?([^。;:]+)")
    for paragraph in paragraphs:
        if paragraph.section != "basic" or paragraph.heading:
            continue
        for found in opened.finditer(paragraph.text):
            yield from _listing(paragraph, found, vocabulary)


def _listing(paragraph: Paragraph, found: re.Match[str], vocabulary: Vocabulary) -> Iterator[Noted]:
    lines = vocabulary.economy_lines
    named: set[str] = set()
    blank: list[tuple[int, int, str]] = []
    at = found.start(2)
    rows = []
    for part in re.split("([、,])", found[2]):
        name = re.sub(r"等(?:支出|费用)?$", "", part)
        if part not in {"、", ","} and name and not re.search(r"\d", name):
            rows.append((at, at + len(name), name))
        at += len(part)
    for start, end, name in rows:
        held = lines.get(economy_key(name))
        if held is None:
            yield Noted(
                paragraph,
                start,
                end,
                NOT_CHECKABLE,
                "listed",
                f"表中没有叫“{name}”的经济分类科目",
                about=name,
            )
            continue
        named.add(economy_key(name))
        values = [h.value for h in held]
        shown = next((h for h in held if h.value), held[0])
        if any(values):
            said = f"{shown.amount.locator}：{amount_text(shown.value or 0, shown.table.unit or '元')}{shown.table.unit}"  # type: ignore[arg-type]
            yield Noted(paragraph, start, end, AGREES, "listed", said, about=name)
        elif any(value is not None for value in values):
            yield Noted(
                paragraph,
                start,
                end,
                NOT_CHECKABLE,
                "listed",
                f"{shown.amount.locator}是零：列出的科目没有金额",
                about=name,
            )
        else:
            blank.append((start, end, name))
    if not blank:
        return
    staff = found[1] == "人员经费"
    missing = [
        f"{h.amount.row}{amount_text(h.value, h.table.unit or '元')}{h.table.unit}"
        for name, held in lines.items() if name not in named for h in held[:1] if h.value and _of(h.amount.row, vocabulary, staff)
    ]  # fmt: skip
    more = f"；表中有金额而没有列出的：{'、'.join(missing)}" if missing else ""
    if len(blank) > _MOST_SINGLY:
        # a list copied from a form is one fault, not one for each of its names
        names = "、".join(name for _, _, name in blank)
        table = lines[economy_key(blank[0][2])][0].amount.table
        said = f"{table}里{names}各行空白，文字却列为有支出{more}"
        yield Noted(paragraph, *blank[0][:2], DISAGREES, "text_and_table", said, LOW, blank[0][2])
        return
    for start, end, name in blank:
        cell = lines[economy_key(name)][0]
        said = f"{cell.amount.locator}空白，文字却列为有支出{more}"
        yield Noted(paragraph, start, end, DISAGREES, "text_and_table", said, MEDIUM, name)


_MOST_SINGLY = 2


def _of(row: str, vocabulary: Vocabulary, staff: bool) -> bool:
    """Whether a row of the economic classification is of the staff funds, and not a heading row."""
    code = re.match(r"(\d{3})\d\d", row)
    if not code:
        line = next(
            (line for id_ in ("basic", "grants_basic") if (t := vocabulary.tables.get(id_)) for line in t.lines
             if line.name == row and len(line.code) == 5), None
        )  # fmt: skip
        if line is None:
            return False
        code = re.match(r"(\d{3})", line.code)
    return bool(code) and (code[1] in {"301", "303"}) is staff if code else False


# --- declared absences: 无政府性基金预算财政拨款收入和支出 ------------------------------------------------------------------


def absences(
    paragraphs: Sequence[Paragraph], layout: NarrativeLayout, vocabulary: Vocabulary
) -> Iterator[Noted]:
    """Sentences that say that there is none of something, against the cells that would hold it."""
    opened = re.compile(f"(?:{any_of(layout.absences)})([^。,;:]{{4,40}}?)(?:[。,;]|$)")
    for paragraph in paragraphs:
        if paragraph.heading or paragraph.section in {"", "glossary", "duties"}:
            continue
        for found in opened.finditer(paragraph.text):
            subjects = _absent_subjects(found[1], paragraph.section, vocabulary)
            if not subjects:
                continue
            held = [h for subject in subjects for h in subject.cells]
            nonzero = next((h for h in held if h.value), None)
            span = found.start(), found.end(1)
            if nonzero is not None:
                shown = (
                    amount_text(nonzero.value or Fraction(0), nonzero.table.unit or "元") + nonzero.table.unit
                )
                said = f"{nonzero.amount.locator}是{shown}"
                yield Noted(paragraph, *span, DISAGREES, "text_and_table", said, MEDIUM, subjects[0].id)
            elif held:
                said = f"{held[0].amount.locator}没有金额"
                yield Noted(paragraph, *span, AGREES, "absent", said, about=subjects[0].id)
            else:
                yield Noted(paragraph, *span, NOT_CHECKABLE, "absent", "没有读到这张表", about=subjects[0].id)


_BOTH = re.compile(
    "(?:收入和支出|收入支出|收入、支出|收支|收入及支出|收入、支出和结转结余)(?:情况|安排|数据)?$"
)
_ENDING = re.compile("(?:的)?(?:支出|收入)?(?:情况|安排|数据|预算|发生|项目)*$")


def _absent_subjects(words: str, section: str, vocabulary: Vocabulary) -> list[Subject]:
    """What there is said to be none of: nothing where that is only a part of something, or not known."""
    text = re.sub("^(?:使用|安排|发生|本年度|年度|涉及)+", "", words)
    both = _BOTH.search(text)
    stem = text[: both.start()] if both else _ENDING.sub("", text)
    for name, ids in (
        ("政府性基金", ("funds_spending", "funds_income")),
        ("国有资本经营", ("state_spending", "state_income")),
    ):
        if stem.startswith(name) and len(stem) <= len(name) + 10:
            return [vocabulary.subjects[id_] for id_ in ids]
    subject = vocabulary.by_name(stem, section) or vocabulary.by_name(text, section)
    return [subject] if subject is not None and subject.cells and len(stem) >= 4 else []


# --- reasons: 持平。主要原因：减少支付 ---------------------------------------------------------------------------------

_UPWARD = ("增加", "增长", "上升", "提高", "新增", "增多", "扩大", "上涨", "调增", "追加", "加大", "提升")
_DOWNWARD = (
    "减少",
    "下降",
    "降低",
    "压减",
    "压缩",
    "缩减",
    "调减",
    "核减",
    "减支",
    "未",
    "取消",
    "节约",
    "控制",
    "厉行",
    "推迟",
)
_FALLING = ("减少", "下降", "降低", "压减", "压缩", "缩减", "调减", "核减")
_RISING = ("增加", "增长", "上升", "新增", "增多", "上涨", "调增", "追加")


def reasons(
    mentions: Sequence[Mention], paragraphs: Sequence[Paragraph], layout: NarrativeLayout
) -> Iterator[Noted]:
    """Reasons that contradict the direction that they explain, by the words in them and nothing finer."""
    opened = re.compile(any_of(layout.reasons))
    following = {id(own): after for own, after in pairwise(paragraphs)}
    for paragraph in paragraphs:
        own = [
            m
            for m in mentions
            if m.paragraph is paragraph and m.role in {CHANGE, GROWTH, COMPARISON, FLAT} and not m.why
        ]
        for found in opened.finditer(paragraph.text):
            before = [m for m in own if m.end <= found.start()]
            if not before:
                continue
            mention = before[-1]
            between = paragraph.text[mention.end : found.start()]
            if len(between) > 30 or between.count("。") > 1 or re.search(r"\d", between):
                continue
            end = paragraph.text.find("。", found.end())
            reason = paragraph.text[found.end() : end if end >= 0 else len(paragraph.text)].strip(":,的是")
            after = following.get(id(paragraph))
            if len(reason) < 3 and end < 0 and after is not None and not after.heading and not after.numbers:
                reason = after.text
            else:
                after = None
            contradicts = contradiction(_way(mention), reason)
            if contradicts:
                said = f"说“{_word(mention)}”，原因却是“{_short(reason)}”：{contradicts}"
                about = mention.subject.id if mention.subject else ""
                # the phrase reaches to the end of its reason, but not into the next paragraph
                last = mention.end if after is not None or end < 0 else end
                yield Noted(paragraph, mention.start, last, DISAGREES, "reason", said, MEDIUM, about)


def _way(mention: Mention) -> str:
    if mention.role == FLAT or (mention.role == COMPARISON and mention.way == "equal"):
        return "flat"
    return {"less": "down", "more": "up"}.get(mention.way, mention.way)


def _word(mention: Mention) -> str:
    return mention.words or mention.paragraph.text[mention.start : mention.end]


def _short(text: str) -> str:
    return text if len(text) <= 50 else text[:48] + "…"


def contradiction(way: str, reason: str) -> str:
    """Why a reason contradicts a direction; "" where it does not, or where it names both directions."""
    falls = [word for word in _FALLING if word in reason]
    rises = [word for word in _RISING if word in reason]
    if any(word in reason for word in FLAT_WORDS) or re.search(
        r"减少[了的]?(?:压力|负担|浪费)|增加[了的]?(?:收入|效益|透明度)", reason
    ):
        return ""
    if way == "flat" and bool(falls) != bool(rises):
        return f"持平不会是因为“{(falls or rises)[0]}”"
    if way == "up" and falls and not any(word in reason for word in _UPWARD):
        return f"增加不会是因为“{falls[0]}”"
    if way == "down" and rises and not any(word in reason for word in _DOWNWARD):
        return f"减少不会是因为“{rises[0]}”"
    return ""


# --- residue of forms -----------------------------------------------------------------------------------------------------


def residues(paragraphs: Sequence[Paragraph], layout: NarrativeLayout) -> Iterator[Noted]:
    """Words of a form that were to be chosen from, or places that were to be filled in."""
    known = re.compile(any_of(layout.residues))
    empty = re.compile(
        r"(?:决算|预算|收入|支出|合计|增加|减少|金额)(?:数)?为?(?:万元|元)(?=[,。;，])|(?:占|增长|下降|完成年初预算的)%"
    )
    for paragraph in paragraphs:
        for pattern in (known, empty):
            for found in pattern.finditer(paragraph.text):
                number = next((n for n in paragraph.numbers if n.start == found.end()), None)
                end = number.unit_end if number else found.end()
                yield Noted(
                    paragraph,
                    found.start(),
                    end,
                    DISAGREES,
                    "residue",
                    f"“{found[0]}”是模板里待选、待填的字样",
                    MEDIUM,
                )


# --- names of the department --------------------------------------------------------------------------------------------------

_YEAR_AFTER = r"(?=(?:20\d\d)年度?)"
_ORGAN = r"(?:局|委员会|办公室|厅|院|署|中心|大学|学院|学校|中学|小学|医院|街道办事处|办事处|人民政府|政府|协会|联合会|总工会|团委|处|站|所|馆|社|队)"
_NAME = re.compile(rf"([\u4e00-\u9fff()]{{3,40}}?{_ORGAN}(?:\(本级\)|本级)?){_YEAR_AFTER}")
_LINKS = "和与及"
_TITLE_LINES = 3
_A_HABIT = 3


def department_name(lines: Sequence[str]) -> str:
    """The name of the department: what stands before the year most often; "" where nothing does twice."""
    counted: Counter[str] = Counter()
    for number, line in enumerate(lines):
        for found in _NAME.finditer(line):
            # where two names are as frequent, that of the title is the name
            counted[_bare_name(found[1])] += 2 if number < _TITLE_LINES else 1
    if not counted:
        return ""
    name, often = counted.most_common(1)[0]
    return name if often >= 2 else ""


def _bare_name(name: str) -> str:
    return re.sub(r"^(?:第[一二三四五六七八九十]+部分|附件\d*|关于|根据|按照)", "", name)


def misnamed(text: str, name: str) -> Iterator[tuple[int, int, str, str]]:
    """Where a text names the department otherwise: start, end, what is said, and how it differs."""
    taken: list[tuple[int, int]] = []
    often = Counter(_bare_name(found[1]) for found in _NAME.finditer(text))
    for found in _NAME.finditer(text):
        said = _bare_name(found[1])
        start = found.end(1) - len(said)
        if said == name or said.endswith(name) or name in said or often[said] >= _A_HABIT:
            continue  # what is said again and again is another name for it, not a slip
        if len(said) < len(name) and _is_part(said, name) and said[:2] == name[:2] and said[-2:] == name[-2:]:
            lost = _lost(said, name)
            taken.append((start, found.end(1)))
            yield start, found.end(1), said, f"少了“{lost}”"
    for at, character in enumerate(name):
        if character not in _LINKS:
            continue
        for other in _LINKS:
            wrong = name[:at] + other + name[at + 1 :]
            if other != character:
                begin = text.find(wrong)
                while begin >= 0:
                    if not any(s <= begin < e for s, e in taken):
                        yield begin, begin + len(wrong), wrong, f"“{character}”写成“{other}”"
                    begin = text.find(wrong, begin + 1)


def _is_part(said: str, name: str) -> bool:
    rest = iter(name)
    return all(character in rest for character in said)


def _lost(said: str, name: str) -> str:
    """The words of a name that were left out, where they are one run."""
    start = next((i for i, (a, b) in enumerate(zip(said, name, strict=False)) if a != b), len(said))
    return name[start : start + len(name) - len(said)]


# --- brackets ------------------------------------------------------------------------------------------------------------------


def brackets(paragraphs: Sequence[Paragraph]) -> Iterator[Noted]:
    """Brackets that are opened and not closed in their section, or closed and not opened.

    A bracket may be closed in the next paragraph: what a layout breaks is no fault of the text.
    """
    opened: list[tuple[Paragraph, int]] = []
    for before, paragraph in zip([None, *paragraphs], paragraphs, strict=False):
        if before is not None and before.section != paragraph.section:
            yield from map(_unclosed, opened)
            opened = []
        text = re.sub(
            r"(?:^|(?<=[。;:,，、]))[\d一二三四五六七八九十]{1,3}\)",
            lambda m: "#" * len(m[0]),
            paragraph.text,
        )
        for at, character in enumerate(text):
            if character == "(":
                opened.append((paragraph, at))
            elif character == ")" and opened:
                opened.pop()
            elif character == ")":
                yield Noted(paragraph, max(0, at - 12), at + 1, DISAGREES, "wording", "括号只有后一半", LOW)
    yield from map(_unclosed, opened)


def _unclosed(place: tuple[Paragraph, int]) -> Noted:
    paragraph, at = place
    return Noted(
        paragraph, at, min(len(paragraph.text), at + 16), DISAGREES, "wording", "括号没有后一半", LOW
    )


# --- years ---------------------------------------------------------------------------------------------------------------------


def years(paragraphs: Sequence[Paragraph], layout: NarrativeLayout, year: int | None) -> Iterator[Noted]:
    """Comparisons with another year than the one before, and a closing day of another year: left from an older document."""
    if year is None:
        return
    closing = re.compile(r"截至(20\d\d)年(?:12月31日|年?末|底)")
    for paragraph in paragraphs:
        if paragraph.heading or paragraph.section in {"", "glossary", "duties"}:
            continue
        for found in layout.compared_words.finditer(paragraph.text):
            said = re.search(r"(?:19|20)\d\d", found["year"] or "")
            # 比2025年“三公”经费财政拨款年初预算: the budget of the year itself
            of_budget = "预算" in re.split("[,，。;增减下上]", paragraph.text[found.end() :], maxsplit=1)[0]
            if said and not of_budget and int(said[0]) != year - 1:
                yield Noted(
                    paragraph,
                    found.start(),
                    found.end(),
                    DISAGREES,
                    "year",
                    f"{year}年度的决算应与{year - 1}年度比较，这里是{said[0]}年",
                    LOW,
                )
        for found in closing.finditer(paragraph.text):
            if int(found[1]) != year:
                yield Noted(
                    paragraph,
                    found.start(),
                    found.end(),
                    DISAGREES,
                    "year",
                    f"应为{year}年末，这里是{found[1]}年末",
                    MEDIUM,
                )
