"""Things that an evaluation report lists and counts (…等7项指标), and every other quantity that it tells of its work."""

from __future__ import annotations

import re

from auditbook.intake import phrases
from auditbook.narrative.evaluation_proposals import Gathering
from auditbook.narrative.evaluation_text import Number, Passage, Span
from auditbook.narrative.evaluation_units import split_list
from auditbook.numbers import EXACT

LISTED, QUANTITY = "items_listed", "reported_quantity"
_ENDS = re.compile("[。;:,“”]")


def by_lists(gathering: Gathering) -> None:
    """Propose the lists that a report counts (…等7项指标), the count it claims, and lists without a count."""
    for passage in gathering.passages:
        before: tuple[Number, str, str] | None = None
        for number in list(gathering.open_numbers(passage)):
            if before and _beside(passage, before[0], number):
                nested = _nested(gathering, passage, number, before)
                if nested:
                    before = nested
                    continue
            found = (
                _named_in_quotes(passage, number)
                or _list_before(gathering, passage, number)
                or _list_after(gathering, passage, number)
            )
            if found is None:
                continue
            item = f"l{gathering.name('list').partition('.')[2]}"
            _propose_list(gathering, passage, number, found, item)
            before = number, passage.text[found[0] : found[1]], item
    _without_count(gathering)


_PARTICLES = "的及和与为进被以由对在将赋参齐给向并"


def _noun(text: str, end: int, most: int = 8) -> int:
    """Where the thing that is counted ends: at punctuation or a particle, else after a few characters."""
    found = re.match(rf"[^{_PARTICLES},。;:、“”《》()\d]{{0,{most}}}", text[end:])
    return end + (found.end() if found else 0)


def _subject(text: str, start: int, most: int = 16) -> int:
    """Where the words before a number begin that say what it is of: at the clause, or at a particle within reach."""
    begun = _after_punctuation(text, start)
    if start - begun <= most:
        return begun
    parted = re.search(rf"[{_PARTICLES}等](?=[^{_PARTICLES}等]{{2,}}$)", text[start - most : start])
    return start - most + (parted.end() if parted else 0)


def _beside(passage: Passage, before: Number, number: Number) -> bool:
    """Whether a count stands directly beside another: 5个方面、11项测评指标."""
    return bool(re.fullmatch(r"[\u4e00-\u9fff]{0,4}、", passage.text[before.unit_end : number.start]))


def _list_before(gathering: Gathering, passage: Passage, number: Number) -> Span | None:
    text = passage.text
    end = number.start
    if number.unit not in gathering.layout.counting or not re.match(
        r"[\u4e00-\u9fff]", text[number.unit_end : number.unit_end + 1]
    ):
        return None
    said = re.search("(?:等|这|共)+$", text[:end])
    end = said.start() if said else end
    if text[:end].endswith("”"):
        start = text.rfind("“", 0, end) + 1
        end -= 1
    else:
        start = _clause(text, end)
    start += _lead(text[start:end], gathering)
    run = text[start:end]
    if "等" in run or run.endswith("、") or re.search(r"\d", re.sub(r"\([^()]*\)", "", run)):
        return None
    parts = split_list(run)
    return (start, end) if len(parts) >= 3 or (len(parts) == 2 and said) else None


def _clause(text: str, end: int) -> int:
    """Where the clause begins that ends at a position; commas within brackets do not count."""
    depth = 0
    for index in range(end - 1, -1, -1):
        character = text[index]
        depth += (character == ")") - (character == "(")
        if depth <= 0 and _ENDS.match(character):
            return index + 1
    return 0


def _lead(run: str, gathering: Gathering) -> int:
    """How much of a run comes before the first thing of the list."""
    first = run.partition("、")[0]
    ends = [re.match(lead, first) for lead in gathering.layout.list_leads]
    return max((found.end() for found in ends if found and found.end() < len(first)), default=0)


def _list_after(gathering: Gathering, passage: Passage, number: Number) -> Span | None:
    text = passage.text
    if number.unit not in gathering.layout.counting:
        return None
    for opening in gathering.layout.list_openings:
        found = re.match(rf"[\u4e00-\u9fff]{{0,10}}?(?:{opening})(?=[^,:])", text[number.unit_end :])
        if not found or not re.search("[,:]|分别|包括|即", found[0]):
            continue
        start = number.unit_end + found.end()
        stop = re.search("[。;]|$", text[start:])
        end = start + (stop.start() if stop else 0)
        run = text[start:end]
        run = run.partition("等")[0] if re.search("等[^、]*$", run) else run
        if (
            len(split_list(run)) >= 2
            and "、" in run
            and not re.search(r"\d|[一二三四五六七八九十]是", run)
            and "," not in run
        ):
            return start, start + len(run)
    return None


def _named_in_quotes(passage: Passage, number: Number) -> Span | None:
    """The list of a count in a saying that is explained at once: “一个中心、三大平台”，即：…；…。"""
    text = passage.text
    opening = text.rfind("“", 0, number.start)
    closing = text.find("”", number.start)
    if opening < 0 or closing < 0 or "”" in text[opening : number.start]:
        return None
    explained = re.match("”(?:,|:)*(?:即|分别是|分别为|包括)(?:,|:)*", text[closing:])
    if not explained:
        return None
    index = len(re.findall(r"、", text[opening : number.start]))
    start = closing + explained.end()
    end = start + re.search("。|$", text[start:]).start()  # type: ignore[union-attr]
    for position, part in enumerate(text[start:end].split(";")):
        if position == index:
            own = re.sub(r"等[一二两三四五六七八九十\d]+[^、]*$", "", part)
            return start, start + len(own)
        start += len(part) + 1
    return None


def _propose_list(gathering: Gathering, passage: Passage, number: Number, run: Span, item: str) -> None:
    words = passage.text[run[0] : run[1]]
    count = phrases.listed(words)
    noun = passage.text[number.unit_end : _noun(passage.text, number.unit_end)]
    gathering.take(passage, number)
    gathering.figure(
        passage, run, None, figure=LISTED, item=item, label=noun or "列举", value=str(count), unit=gathering.unit(number),
        precision=EXACT, pattern="lists", why=f"数出来的：原文逐一列出{count}个",
    )  # fmt: skip
    start = number.start
    before = re.search("(?:等|共有|共)$", passage.text[:start])
    gathering.published(
        passage, (before.start() if before else start, _noun(passage.text, number.unit_end)), number, kind="count", label=noun or "列举",
        about=LISTED, item=item, precision=EXACT, pattern="lists", why="报告自称有几项，列出的可以清点",
    )  # fmt: skip


def _nested(
    gathering: Gathering, passage: Passage, number: Number, before: tuple[Number, str, str]
) -> tuple[Number, str, str] | None:
    """The second count of a list whose things list things in brackets: 德（…、…）、能（…、…）5个方面、11项指标."""
    start = passage.text.rfind(before[1], 0, number.start)
    inner = [m for m in re.finditer(r"([^、()]{1,12})\(([^()]+)\)", before[1]) if phrases.listed(m[2]) >= 2]
    if start < 0 or not inner:
        return None
    item = f"l{gathering.name('list').partition('.')[2]}"
    for index, part in enumerate(inner, 1):
        own = start + part.start(), start + part.end()
        count = phrases.listed(part[0])
        gathering.figure(
            passage, own, None, figure=LISTED, item=f"{item}.{index}", label=part[1], value=str(count),
            unit=gathering.unit(number), precision=EXACT, pattern="lists", why=f"数出来的：括号里列出{count}个",
        )  # fmt: skip
    gathering.take(passage, number)
    gathering.published(
        passage, (number.start, _noun(passage.text, number.unit_end)), number, kind="count",
        label=passage.text[number.unit_end : _noun(passage.text, number.unit_end)], about=LISTED, item=item,
        precision=EXACT, pattern="lists", why="报告自称有几项，括号里列出的可以清点",
    )  # fmt: skip
    return number, before[1], item


def _without_count(gathering: Gathering) -> None:
    """Lists that a report introduces by what they list, without saying how many."""
    for pattern in gathering.layout.listed:
        expression = gathering.layout.expression(pattern.phrase)
        for passage in gathering.passages:
            for found in expression.finditer(passage.text):
                count = phrases.listed(found["list"])
                if count < 2:
                    continue
                item = f"l{gathering.name('list').partition('.')[2]}"
                gathering.figure(
                    passage, found.span("list"), None, figure=LISTED, item=item, label=pattern.label, value=str(count),
                    unit="个", precision=EXACT, pattern=pattern.id, why=f"数出来的：原文逐一列出{count}个",
                )  # fmt: skip
                break


def quantities(gathering: Gathering) -> None:
    """Propose every other number with a unit as a quantity that the report tells of its work."""
    for passage in gathering.passages:
        for number in gathering.open_numbers(passage):
            if not number.unit or passage.cells:
                continue
            text = passage.text
            start = max(_subject(text, number.start), passage.begun)
            behind = number.unit_end + (text[number.unit_end : number.unit_end + 1] == "的")
            end = _noun(text, behind, 10)
            end = end if end > behind else number.unit_end
            beside = ("", *gathering.layout.about_before)
            for other in passage.numbers:  # 8家约70万平米能源审计: the thing stands behind the next number
                if other.start >= number.unit_end and text[number.unit_end : other.start] in beside:
                    end = _noun(text, other.unit_end, 10)
            gathering.take(passage, number)
            gathering.figure(
                passage, (start, end), number, figure=QUANTITY, item=gathering.name("q").replace(".", ""),
                label=text[start:end], pattern="quantity", why="原文报告的数量，没有更具体的式样",
            )  # fmt: skip


def _after_punctuation(text: str, end: int) -> int:
    found = [m.end() for m in re.finditer("[。;:,、“”《》]", text[:end])]
    return found[-1] if found else 0
