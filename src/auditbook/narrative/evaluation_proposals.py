"""What an evaluation report proposes: figures and published numbers by its patterns, each with its place and why.

Nothing is guessed over: what a person alone could decide (which appraisal a carried-over weight belongs to) is not proposed.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from auditbook.cases import DEPARTMENT
from auditbook.figures import VALUE, ZERO
from auditbook.intake import phrases
from auditbook.intake.documents import Document
from auditbook.narrative.evaluation_layouts import EvaluationLayout, FigurePattern
from auditbook.narrative.evaluation_text import Number, Passage, Span
from auditbook.numbers import EXACT, MONEY, dimension, places
from auditbook.tables import Row

FIGURES, PUBLISHED, OBJECTIVES = "figures", "published", "objectives"
ITEMS, LISTED, QUANTITY, TOTAL = "items", "items_listed", "reported_quantity", "total"
MOST_QUOTED = 40
_REGION = re.compile("^[\u4e00-\u9fff]{2,4}?[省市县区州]")


@dataclass(frozen=True)
class Proposal:
    """A row that an auditor may accept: of which shape, its cells, its phrase in the text, and why it is proposed.

    ``start`` and ``end`` are the run of the document's text that the phrase is, ``number`` the run of the number in it
    (None for a declared zero); ``pattern`` the line of params/narratives/evaluation.yaml that found it. ``answer`` and
    ``answer_number`` are the same runs of the phrase that answers a target; ``label`` is what a published number is called.
    """

    shape: str
    cells: Row
    start: int
    end: int
    number: Span | None
    pattern: str
    why: str
    answer: Span | None = None
    answer_number: Span | None = None
    label: str = ""


@dataclass
class Gathering:
    """A report while it is read: its passages, its units, what was proposed and which numbers are taken."""

    layout: EvaluationLayout
    document: Document
    passages: Sequence[Passage]
    year: int
    department: str
    units: Mapping[str, str]
    proposals: list[Proposal] = field(default_factory=list)
    taken: set[tuple[int, int]] = field(default_factory=set)
    names: Counter[str] = field(default_factory=Counter)
    finest: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        money = [n for p in self.passages for n in p.numbers if dimension(n.unit) == MONEY and not n.about]
        for number in money:
            self.finest[number.unit] = max(self.finest.get(number.unit, 0), places(number.value))
        self.money_unit = Counter(number.unit for number in money).most_common(1)[0][0] if money else "万元"

    def name(self, stem: str) -> str:
        """A name that was not used before: ``rate.1``, ``rate.2``."""
        self.names[stem] += 1
        return f"{stem}.{self.names[stem]}"

    def open_numbers(self, passage: Passage) -> list[Number]:
        """The numbers of a passage that nothing has taken yet."""
        return [
            number for number in passage.numbers
            if not number.aside and (passage.number, number.start) not in self.taken
        ]  # fmt: skip

    def number_at(self, passage: Passage, start: int) -> Number | None:
        """The number that begins at a position, if nothing has taken it."""
        return next((number for number in self.open_numbers(passage) if number.start == start), None)

    def known(self, figure: str, scope: str, item: str, number: Number) -> bool:
        """Whether a figure was proposed before with the same amount, so that this is another place that says it."""
        wanted = {
            "figure": figure,
            "scope": scope,
            "item": item,
            "value": number.value,
            "unit": self.unit(number),
        }
        return any(
            proposal.shape == FIGURES and wanted.items() <= proposal.cells.items()
            for proposal in self.proposals
        )

    def take(self, passage: Passage, number: Number) -> None:
        """Mark a number as taken."""
        self.taken.add((passage.number, number.start))

    def quoted(self, passage: Passage, start: int, end: int) -> tuple[str, Span]:
        """The phrase of a run: longer to the left until it stands only once in its section."""
        own = [p.text for p in self.passages if p.section == passage.section]
        begin = start
        while sum(_count(text, passage.text[begin:end]) for text in own) > 1:
            before = [m.end() for m in re.finditer("[,;:。、]", passage.text[: max(0, begin - 1)])]
            wider = before[-1] if before else 0
            if begin == 0 or end - wider > MOST_QUOTED or passage.text[wider:begin].count("。"):
                break
            begin = wider
        span = passage.run(begin, end)
        words = re.sub(r"\s*\n\s*", "", self.document.text[span[0] : span[1]])
        return re.sub(r"\s*\t\s*", " ", words), span

    def unit(self, number: Number | None) -> str:
        """The unit of a number as a table writes it: persons are 人, 七大 counts things."""
        return self.layout.written.get(number.unit, number.unit) if number else ""

    def precision(self, number: Number, *, exact: bool = False) -> str:
        """The precision of a number: money as fine as its sisters in the same unit."""
        return number.precision(self.finest.get(number.unit, 0), exact=exact)

    def figure(
        self, passage: Passage, run: Span, number: Number | None, *, figure: str, pattern: str, why: str, label: str,
        scope: str = DEPARTMENT, item: str = "", value: str = "", unit: str = "", precision: str = "", state: str = VALUE,
    ) -> None:  # fmt: skip
        """Propose a figure."""
        quote, span = self.quoted(passage, *run)
        shown = passage.run(number.start, number.unit_end) if number else None
        cells = {
            "figure": figure, "scope": scope, "item": item, "year": str(self.year), "label": label, "state": state,
            "value": value or (number.value if number else ""), "unit": unit or self.unit(number),
            "precision": precision or (self.precision(number) if number else EXACT), "locator": passage.section, "quote": quote,
        }  # fmt: skip
        self.proposals.append(Proposal(FIGURES, cells, *span, shown, pattern, why))

    def told(
        self, passage: Passage, run: Span, number: Number, *, figure: str, scope: str, item: str, label: str, pattern: str,
        why: str, precision: str = "",
    ) -> None:  # fmt: skip
        """Propose a figure; where it was told before with the same amount, that it is told again, which can be checked."""
        if self.known(figure, scope, item, number):
            self.published(
                passage, run, number, kind="total", label=label, about=figure, scope=scope, item=item, precision=precision,
                pattern=pattern, why=f"重述的{label}，与前文所写相同",
            )  # fmt: skip
        else:
            self.figure(
                passage, run, number, figure=figure, scope=scope, item=item, label=label, precision=precision,
                pattern=pattern, why=why,
            )  # fmt: skip

    def published(
        self, passage: Passage, run: Span, number: Number, *, kind: str, about: str, pattern: str, why: str,
        scope: str = DEPARTMENT, item: str = "", precision: str = "", unit: str = "",
        label: str = "",
    ) -> None:  # fmt: skip
        """Propose a published number that is to be held against others."""
        quote, span = self.quoted(passage, *run)
        cells = {
            "claim": self.name(about), "kind": kind, "about": about, "scope": scope, "item": item, "year": str(self.year),
            "published": number.value, "unit": unit or self.unit(number), "precision": precision or self.precision(number),
            "locator": passage.section, "quote": quote,
        }  # fmt: skip
        shown = passage.run(number.start, number.unit_end)
        self.proposals.append(Proposal(PUBLISHED, cells, *span, shown, pattern, why, label=label))


def _count(text: str, phrase: str) -> int:
    return text.count(phrase)


# --- patterns --------------------------------------------------------------------------------------------------


def by_patterns(gathering: Gathering) -> None:
    """Propose what the patterns of ``figures`` take, pattern by pattern: the first that takes a number keeps it."""
    for pattern in gathering.layout.figures:
        expression = gathering.layout.expression(pattern.phrase)
        for passage in gathering.passages:
            if pattern.sections and passage.about not in pattern.sections:
                continue
            if passage.cells:
                continue  # a row of a table is read by its headings
            for found in expression.finditer(passage.text):
                _taken(gathering, pattern, passage, found)


def _taken(gathering: Gathering, pattern: FigurePattern, passage: Passage, found: re.Match[str]) -> None:
    if pattern.zero:
        _zeros(gathering, pattern, passage, found)
        return
    number = gathering.number_at(passage, found.start("number"))
    if number is None:
        return
    staff = {pattern.figure, *pattern.cue.values()} & _OF_UNITS
    scope = _scope(gathering, passage, found.start("number"), named=not staff)
    item = pattern.item or _item(gathering, pattern, passage, found)
    figure = _cued(gathering, pattern, passage, number) if pattern.cue else pattern.figure or ""
    run = found.start(), number.unit_end
    groups = found.groupdict()
    # the whole of a bracket: （权重50%）
    if passage.text[number.unit_end : number.unit_end + 1] == ")" and "(" in passage.text[run[0] : run[1]]:
        run = run[0], number.unit_end + 1
    label = groups.get("kind") or pattern.label
    precision = gathering.precision(number, exact=pattern.exact)
    gathering.take(passage, number)
    if figure:
        gathering.told(
            passage, run, number, figure=figure, scope=scope, item=item, label=label, precision=precision,
            pattern=pattern.id, why=f"{pattern.label}：合于式样 {pattern.id}",
        )  # fmt: skip
    if pattern.claim:
        gathering.published(
            passage, run, number, kind=pattern.claim, label=pattern.label, about=pattern.about or figure, scope=scope, item=item,
            precision=precision, pattern=pattern.id, why=f"报告自称的{pattern.label}，可以重算",
        )  # fmt: skip


_OF_UNITS = {"staff_quota", "staff_actual", "staff_retired"}


def _zeros(gathering: Gathering, pattern: FigurePattern, passage: Passage, found: re.Match[str]) -> None:
    for figure in pattern.figures or [pattern.figure or ""]:
        gathering.figure(
            passage, found.span(), None, figure=figure, item=pattern.item, label=pattern.label, value="0",
            unit=gathering.money_unit, precision=EXACT, state=ZERO, pattern=pattern.id, why=f"原文申明没有{pattern.label}",
        )  # fmt: skip


def _cued(gathering: Gathering, pattern: FigurePattern, passage: Passage, number: Number) -> str:
    """Which figure a number is, by the last word that says it in its paragraph."""
    group, default = next(iter(pattern.cue.items()))
    best = (-1, 0, default)
    for figure, words in gathering.layout.cues[group].items():
        for word in words:
            at = passage.text.rfind(word, 0, number.start)
            if at >= 0:
                best = max(best, (at + len(word), len(word), figure))
    return best[2]


def _item(gathering: Gathering, pattern: FigurePattern, passage: Passage, found: re.Match[str]) -> str:
    layout = gathering.layout
    if pattern.free == "passage":
        return f"m{_ordinal(gathering, pattern, passage)}"
    if pattern.item_of is None:
        return ""
    if pattern.item_of == "branch":
        return _branch_item(gathering, passage, found)
    said = found.groupdict().get("kind")
    if pattern.item_of == "staff":
        if said:
            return known_item(layout.items["staff"], said)
        return _staff_item(gathering, passage, found.start("number"))
    for heading in reversed(passage.headings):
        if item := known_item(layout.items[pattern.item_of], heading):
            return item
    return ""


def _ordinal(gathering: Gathering, pattern: FigurePattern, passage: Passage) -> int:
    """Which of the paragraphs with such things a paragraph is: one measure, one post is one paragraph."""
    kin = [
        p
        for p in gathering.layout.figures
        if p.free == pattern.free and (p.figure or "")[:4] == (pattern.figure or "")[:4]
    ]
    having = [
        p.number for p in gathering.passages
        if any(gathering.layout.expression(own.phrase).search(p.text) for own in kin)
    ]  # fmt: skip
    return having.index(passage.number) + 1


def known_item(items: Mapping[str, Sequence[str]], said: str) -> str:
    """The item that words mean, by the longest word in them."""
    found = [(len(word), item) for item, words in items.items() for word in words if word in said]
    return max(found)[1] if found else ""


def _staff_item(gathering: Gathering, passage: Passage, at: int) -> str:
    """The kind of staff where a number does not say it: that of the unit it belongs to."""
    said = passage.text[_sentence(passage.text, at, gathering) : at]
    if any(word in said for word in gathering.layout.institution):
        return "institution"
    if any(word in passage.text[:at] for word in gathering.layout.items["staff"]["civil_servant"]):
        return "civil_servant"
    return "institution" if any(word in passage.text for word in gathering.layout.institution) else ""


def _sentence(text: str, at: int, gathering: Gathering) -> int:
    """Where what is said of a unit begins: at its name, or at the beginning."""
    starts = [text.rfind(name, 0, at) for _, name in unit_names(gathering)]
    return max([0, *starts])


def _branch_item(gathering: Gathering, passage: Passage, found: re.Match[str]) -> str:
    """The item of a weight: whose appraisal, and which part of it or who grades."""
    layout, at = gathering.layout, found.start("number")
    said = found.groupdict().get("kind") or ""
    part = known_item(layout.items["parts"], said)
    if not part:
        for words in (passage.text[max(0, at - 40) : at], *reversed(passage.headings)):
            if part := _last_known(layout.items["parts"], words):
                break
    branch, best = "year", -1
    for name, phrases_of in layout.branches.items():
        for phrase in phrases_of:
            for hit in re.finditer(phrase, passage.text[:at]):
                if hit.end() > best:
                    branch, best = name, hit.end()
    if part in {"quarterly", "year_end"}:
        branch = "year"
    return f"{branch}.{part}" if part else f"{branch}.{gathering.name('part').replace('.', '')}"


def _last_known(items: Mapping[str, Sequence[str]], said: str) -> str:
    found = [
        (said.rfind(word) + len(word), len(word), item)
        for item, words in items.items()
        for word in words
        if word in said
    ]
    return max(found)[2] if found else ""


# --- units -----------------------------------------------------------------------------------------------------


def units_of(passages: Sequence[Passage], department: str, layout: EvaluationLayout) -> dict[str, str]:
    """The units that a report lists as its department's, with the department's own level first; none where it lists none."""
    for passage in passages:
        for phrase in layout.at_units:
            found = re.search(phrase, passage.text)
            names = [n for n in split_list(found["list"]) if 4 <= len(n) <= 40] if found else []
            if names:
                own = [f"{department}{layout.own_level}"] if department else []
                wide = [name.replace("(", "（").replace(")", "）") for name in names]
                return {f"u{number}": name for number, name in enumerate([*own, *wide], 1)}
    return {}


def split_list(text: str) -> list[str]:
    """The things that a list lists."""
    parts: list[str] = []
    depth, begun = 0, 0
    for index, character in enumerate(text):
        depth += (character in "(（") - (character in ")）")
        if character in "、,;" and depth == 0:
            parts.append(text[begun:index])
            begun = index + 1
    return [part for part in [*parts, text[begun:]] if part]


def unit_names(gathering: Gathering, *, whole: bool = True) -> Iterator[tuple[str, str]]:
    """What each unit may be called in the text: its name, without what stands in brackets, without its region.

    Takes    whole: whether the department's own name means its own level.
    """
    for id_, name in gathering.units.items():
        stem = name.replace("（", "(").partition("(")[0]
        own = gathering.layout.own_level in name
        for word in () if own and not whole else {stem, _REGION.sub("", stem)}:
            if len(word) >= 4:
                yield id_, word
        if own:
            for word in ("本级", "局机关", "委机关", "机关本级", "校本部"):
                yield id_, word


def _scope(gathering: Gathering, passage: Passage, at: int, *, named: bool) -> str:
    """The unit whose name stands next before a number; the department where none does.

    Staff is counted by unit; money is the department's unless the same sentence (``named``) names a unit: there the
    department's own name means all of it.
    """
    best = (-1, 0, DEPARTMENT)
    begun = max(passage.text.rfind(sign, 0, at) for sign in "。;") + 1 if named else 0
    for id_, name in unit_names(gathering, whole=not named):
        found = passage.text.rfind(name, begun, at)
        if found >= 0:
            best = max(best, (found + len(name), len(name), id_))
    return best[2]


# --- lists -----------------------------------------------------------------------------------------------------

_COUNTING = {"项", "个", "大", "套", "章", "方面", "种", "类", "条", "家", "级"}
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
    if number.unit not in _COUNTING or not re.match(
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
    if number.unit not in _COUNTING:
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


# --- the rest --------------------------------------------------------------------------------------------------


def quantities(gathering: Gathering) -> None:
    """Propose every other number with a unit as a quantity that the report tells of its work."""
    for passage in gathering.passages:
        for number in gathering.open_numbers(passage):
            if not number.unit or passage.cells:
                continue
            text = passage.text
            start = _subject(text, number.start)
            behind = number.unit_end + (text[number.unit_end : number.unit_end + 1] == "的")
            end = _noun(text, behind, 10)
            end = end if end > behind else number.unit_end
            gathering.take(passage, number)
            gathering.figure(
                passage, (start, end), number, figure=QUANTITY, item=gathering.name("q").replace(".", ""),
                label=text[start:end], pattern="quantity", why="原文报告的数量，没有更具体的式样",
            )  # fmt: skip


def _after_punctuation(text: str, end: int) -> int:
    found = [m.end() for m in re.finditer("[。;:,、“”《》]", text[:end])]
    return found[-1] if found else 0
