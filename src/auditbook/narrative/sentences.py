"""The sentences of a narrative: paragraphs by section, each with its numbers, and where every character stands.

Compared is without blanks and quotation marks and with half-width forms, as names in params/ are; a paragraph that goes on
over a page is one. Pages of tables are left out: their numbers are no sentences.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from auditbook.intake.documents import PDF, TXT, Block, Document
from auditbook.narrative.layouts import NarrativeLayout

_DROPPED = re.compile(r"[\s“”‘’\"'\u200b\u200c\u200d\u2060\ufeff\xad]")
_NARROW = {full: full - 0xFEE0 for full in range(0xFF01, 0xFF5F)} | {0x3000: 0x20, 0x2212: 0x2D}
_PARTING = "，"  # between two digits it parts clauses, a half-width one groups digits
_ENDED = re.compile(r"[。；:：！？!?]\s*$")
_BEGINS = re.compile(
    r"\s*(?:[一二三四五六七八九十]+、|[（(][一二三四五六七八九十\d]+[）)]|\d+[.．、](?!\d)|第[一二三四五六七八九十]+部分)"
)
NUMBERING = re.compile(
    r"(?:第[一二三四五六七八九十]+部分|[一二三四五六七八九十]+[、.]|\([一二三四五六七八九十]+\)|\(\d{1,3}\)|\d{1,3}[.、](?!\d)|\d{1,3}\)|[①-⑳])"
)
_HEADING_END = re.compile(r"(?:情况|说明|解释|经费|职能|职责|构成|设置|表|概况)(?:\(.{0,20}\))?[。:.]?$")
_MOST_HEADING = 60
_UNIT_FIRST = re.compile(
    r"\s*(?:亿元|万元|千元|元|%|％|个|人|批|辆|[，。；、）])"
)  # the rest of a line that was broken
_CONTENTS = re.compile(r"[.…·]{3,}\d*$")

MONEY = ("亿元", "百万元", "千元", "万元", "元", "万")
RATES = ("个百分点", "%", "‰")
_NUMBER = re.compile(r"(?<![\d.A-Za-z])(\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)")


@dataclass(frozen=True)
class Number:
    """A number of a paragraph: its digits without separators, its unit as printed ("" for none), and where both stand."""

    text: str
    unit: str
    start: int
    end: int
    unit_end: int
    negative: bool = False

    @property
    def decimals(self) -> int:
        """How many decimals it shows."""
        return len(self.text.partition(".")[2])


@dataclass(frozen=True)
class Paragraph:
    """A paragraph as it is compared: ``positions`` has for each character where it stands in the document's text."""

    text: str
    positions: Sequence[int]
    section: str
    page: int | None
    heading: bool = False
    numbers: tuple[Number, ...] = ()
    aside: tuple[tuple[str, Number], ...] = field(default=())

    def run(self, start: int, end: int) -> tuple[int, int]:
        """The run of the document's text that a run of this text is."""
        if not self.text:
            return 0, 0
        start = min(start, len(self.text) - 1)
        end = max(start + 1, min(end, len(self.text)))
        return self.positions[start], self.positions[end - 1] + 1


def paragraphs(document: Document, layout: NarrativeLayout, tables: Collection[int] = ()) -> list[Paragraph]:
    """The paragraphs of a narrative in order.

    Takes    document: the text; tables: the pages that hold the tables, of which only sentences and headings are taken.
    """
    counted = sorted({unit for subject in layout.subjects for unit in subject.counted}, key=len, reverse=True)
    found: list[Paragraph] = []
    section, within = "", dict[int, str]()
    for blocks in _joined(document, tables):
        text, positions = _compared(document, blocks)
        if not text or _CONTENTS.search(text):
            continue
        for start, end, is_heading in _parts(text):
            part = text[start:end]
            # 十、“三公”经费：指… explains a term, and opens no section
            if is_heading and (section != "glossary" or end == len(text)):
                section = _opened(part, section, within, layout)
            numbers, aside = _numbers(part, counted, layout)
            found.append(
                Paragraph(part, positions[start:end], section, blocks[0].page, is_heading, numbers, aside)
            )
    return found


def _opened(heading: str, section: str, within: dict[int, str], layout: NarrativeLayout) -> str:
    """The section that a heading opens under those that it stands in, by the level of its number."""
    level = next((n for n, pattern in enumerate(_LEVELS) if pattern.match(heading)), None)
    own = layout.section_of(heading)
    if level is None:
        return own or section
    for deeper in [n for n in within if n >= level]:
        del within[deeper]
    around = within[max(within)] if within else ""
    if own in layout.wide and around.split("_")[0] in layout.kept:
        own = around
    within[level] = own or around
    return within[level]


_LEVELS = (
    re.compile(r"第[一二三四五六七八九十]+部分"),
    re.compile(r"[一二三四五六七八九十]+[、.]"),
    re.compile(r"\([一二三四五六七八九十]+\)"),
    re.compile(r"\d{1,3}[、.]"),
    re.compile(r"\(\d{1,3}\)|\d{1,3}\)|[①-⑳]"),
)


def _joined(document: Document, tables: Collection[int]) -> Iterator[list[Block]]:
    """Blocks that are one paragraph: one that does not end goes on on the next page."""
    own = [
        b for b in document.blocks
        if ("\t" not in b.text or document.kind == TXT) and (b.page not in tables or _is_sentence(b.text))
    ]  # fmt: skip
    current: list[Block] = own[:1]
    for before, after in pairwise(own):
        if _goes_on(document.kind, before, after):
            current.append(after)
        else:
            yield current
            current = [after]
    if current:
        yield current


def _is_sentence(text: str) -> bool:
    """Whether a block on a page of tables belongs to the narrative: a sentence, or the heading of a section."""
    said = "".join(text.split())
    return bool(
        (len(said) >= 20 and re.search("[。；]", said) and not re.match("注[:：]|说明[:：]|备注", said))
        or re.search(r"情况(?:的)?说明$", said)
    )


def in_tables(document: Document, tables: Collection[int]) -> int:
    """How many numbers stand in rows of tables that are none of the accounts' tables."""
    return sum(
        len(_NUMBER.findall(block.text)) for block in document.blocks
        if "\t" in block.text and document.kind != TXT and block.page not in tables
    )  # fmt: skip


def _goes_on(kind: str, before: Block, after: Block) -> bool:
    if _ENDED.search(before.text) or _BEGINS.match(after.text):
        return False
    last = before.text.rstrip()
    if _HEADING_END.search(last) and len(last) < _MOST_HEADING:
        return False
    if kind == PDF:
        return before.page != after.page or bool(
            re.search(r"[\d０-９]$", last) and _UNIT_FIRST.match(after.text)
        )
    return kind == TXT and after.number == before.number + 1


def _compared(document: Document, blocks: Sequence[Block]) -> tuple[str, list[int]]:
    shown: list[str] = []
    positions: list[int] = []
    for block in blocks:
        for offset, character in enumerate(block.text):
            if character == "，" and _between_digits(block.text, offset):
                # before three digits a full-width comma groups them: １，２００ and 2，403.44
                before = re.search(r"(?<![\d.])\d{1,3}(?:[,，]\d{3})*$", block.text[:offset])
                groups = before and re.match(r"，\d{3}(?!\d)", block.text[offset:])
                character = "," if groups else _PARTING
            elif _DROPPED.match(character):
                if character in " \t" and _between_digits(block.text, offset):
                    character = " "
                else:
                    continue
            else:
                character = character.translate(_NARROW)
            shown.append(character)
            positions.append(block.start + offset)
    return "".join(shown), positions


def _between_digits(text: str, at: int) -> bool:
    before, after = text[:at].rstrip(" \t")[-1:], text[at + 1 :].lstrip(" \t")[:1]
    return before.isdigit() and after.isdigit()


def _parts(text: str) -> Iterator[tuple[int, int, bool]]:
    """A paragraph, or the heading that it begins with and the rest."""
    if _is_heading(text):
        yield 0, len(text), True
        return
    numbered = NUMBERING.match(text)
    if numbered:
        end = re.search("[。:]", text)
        if end and end.end() < len(text) and _is_heading(text[: end.end()]):
            yield 0, end.end(), True
            yield end.end(), len(text), False
            return
    yield 0, len(text), False


def _is_heading(text: str) -> bool:
    if len(text) > _MOST_HEADING or re.search(r"[。;!?].", text):
        return False
    if re.search(rf"\d(?:{'|'.join((*MONEY, '%'))})", text):
        return False
    return bool(_HEADING_END.search(text))


def _numbers(
    text: str, counted: Sequence[str], layout: NarrativeLayout
) -> tuple[tuple[Number, ...], tuple[tuple[str, Number], ...]]:
    """The numbers of a text: those that may state something, and those that state nothing, with what they are."""
    units = re.compile("|".join(map(re.escape, [*MONEY, *RATES, *counted, "分"])))
    own: list[Number] = []
    aside: list[tuple[str, Number]] = []
    numbering = NUMBERING.match(text)
    for found in _NUMBER.finditer(text):
        start, end = found.span()
        unit = units.match(text, end)
        shown = unit[0] if unit and not text.startswith("分钟", end) else ""
        negative = bool(re.search(r"(?:^|[^\d\u4e00-\u9fff%)])-$|[为是约:]-$", text[:start]))
        number = Number(found[0].replace(",", ""), shown, start, end, end + len(shown), negative)
        what = _aside(text, number, numbering.end() if numbering else 0, layout)
        if what:
            aside.append((what, number))
        else:
            own.append(number)
    return tuple(own), tuple(aside)


def _aside(text: str, number: Number, numbering: int, layout: NarrativeLayout) -> str:
    before, after = text[: number.start], text[number.end :]
    if number.start == 0 and not number.unit and len(number.text) <= 3 and not number.decimals:
        return "序号"
    if number.end <= numbering or (
        re.match(r"\)|[.、](?!\d)", after) and re.search(r"(?:^|[。;:,(])$", before)
    ):
        return "序号"
    if before.endswith("(") and re.match(r"(?:类|款|项)\)", after):
        return "科目编码"
    if re.match(r"年|〕|﹞|\]|-20\d\d年", after) and len(number.text) == 4:
        return "年份"
    if re.match("[月日]", after) or re.match(r"[-—至]\d{1,2}月", after):
        return "日期"
    if re.match("[号条款章届次期]", after) and re.search(r"[〕﹞\]第]$", before):
        return "文号、条款"
    if (
        not number.unit
        and re.fullmatch(r"\d{3}(\d\d){0,2}", number.text)
        and re.search(r"[(,;。:、]$|^$", before)
        and re.match(r"[\u4e00-\u9fff)]", after)
        and not re.match("[年个家名人项]", after)
    ):
        return "科目编码"
    for what, words in layout.aside.items():
        if re.match(r"\(?(?:含)?\)?以上|\(含\)", text[number.unit_end :]) and before.endswith(tuple(words)):
            return what
    return ""


_DIGITS = {c: n for n, c in enumerate("一二三四五六七八九十", 1)}


def disorder(read: Sequence[Paragraph]) -> tuple[Paragraph, str, str] | None:
    """The first number that stands out of order, with the one before it: pages may be mixed up.

    Looked at are the numbers of sections (一、) and of the rows that are spoken of one by one (1、).
    """
    sections, rows = "", ""
    for paragraph in read:
        if paragraph.text.startswith("第") and paragraph.heading:
            sections = ""
        found = re.match("([一二三四五六七八九十]{1,2})、", paragraph.text)
        if found and (paragraph.heading or paragraph.section == "glossary"):
            if sections and _number(found[1]) not in {1, _number(sections), _number(sections) + 1}:
                return paragraph, f"{found[1]}、", f"{sections}、"
            sections, rows = found[1], ""
        item = re.match(r"(\d{1,2})[、.]", paragraph.text)
        if item and paragraph.section == "general_detail":
            if int(item[1]) not in {1, int(rows or 0), int(rows or 0) + 1}:
                return paragraph, item[0], f"{rows or '标题'}"
            rows = item[1]
    return None


def _number(text: str) -> int:
    """十一 is 11."""
    if len(text) == 1:
        return _DIGITS[text]
    return 10 + _DIGITS[text[1]] if text[0] == "十" else _DIGITS[text[0]] * 10
