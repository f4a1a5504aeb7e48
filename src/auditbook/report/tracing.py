"""Every number of a page: which reference it rests on, or why it needs none.

``link`` makes a link of each number as the page is made. ``scan`` reads a finished file without knowing how it was made and
asks the tables again: a number that its reference does not yield, or that has none, is a shortcoming.
"""

from __future__ import annotations

import base64
import hashlib
import html as entities
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from typing import Protocol

NUMBER = re.compile(r"(?:(?<![\w)）\]〕%])[-−－])?\d[\d,]*(?:\.\d+)?(?:\s?[%‰％])?")
_DIGIT = re.compile(r"\d")
_DATA = re.compile(r"</?data\b[^<>]*>")
_GAPS = re.compile(r"[,\s]")
KEY_LENGTH = 6
ENTRY = "e-"

# What is written with digits and counts nothing, by kind; the first that fits.
_PATTERNS: dict[str, str] = {
    "文件引用": r"[〔\[（(]\d{4}[〕\]）)]\s*第?\s*\d*\s*号|第\s*\d+\s*号(?:令|公告)?|GB(?:/T)?\s?[\d.]+(?:-\d+)?",
    "日期": r"\d{4}\s*[-—–～至]\s*\d{4}\s*年度?|(?<![\d.,])(?:19|20)\d{2}年度?(?:\d{1,2}月(?:\d{1,2}日)?)?|\d{4}[-/.]\d{1,2}[-/.]\d{1,2}"
    r"|\d{1,2}月\d{1,2}日|\d{1,2}月(?=[份底末初中前后至起，。、；）]|$)|[（(](?:19|20)\d{2}[）)]",
    "表号": r"(?:公开|财决|预算|附)\d{1,2}表|附[表件]\s?\d+(?:-\d+)?",
    "代号": r"[A-Za-z_][A-Za-z0-9_.\-:]*\d[A-Za-z0-9_.\-]*|\d+_[a-z][a-z0-9_]*|\d{3}\.\d{2}\.\d{2}",
}
_PATTERN = re.compile("|".join(f"(?P<p{n}>{pattern})" for n, pattern in enumerate(_PATTERNS.values())))
_KINDS = dict(zip((f"p{n}" for n in range(len(_PATTERNS))), _PATTERNS, strict=True))

# Elements whose numbers are not the page's own statements.
_ELEMENTS = {
    "q": "原文引语", "blockquote": "原文引语", "mark": "原文引语", "code": "代号与哈希", "pre": "代码与运行输出",
    "svg": "图上标注（同图数据表）", "nav": "目录", "header": "封面", "footer": "页脚", "style": "样式", "title": "标题与题注",
    "caption": "标题与题注", "figcaption": "标题与题注", "h1": "标题与题注", "h2": "标题与题注", "h3": "标题与题注",
    "h4": "标题与题注", "h5": "标题与题注", "h6": "标题与题注",
}  # fmt: skip
_CLASSES = {
    "passage": "原文引语", "folded": "原文定位", "index-number": "序号", "link-number": "序号", "note-number": "序号", "link-index": "序号", "invented": "虚构算例",
}  # fmt: skip
_COLUMN_HEAD = "标题与题注"
_NAME = "名称中的数字"
_VOID = frozenset(["br", "hr", "img", "meta", "link", "col", "wbr", "input"])
_TAG = re.compile(r"<!--.*?-->|<(/?)([A-Za-z][\w:-]*)([^<>]*)>", re.DOTALL)
_DIGITS = re.compile(r"[^<\d]*\d[^<]*")
_ATTRIBUTE = re.compile(r'([\w:-]+)="([^"]*)"')


class Sources(Protocol):
    """What references yield."""

    @property
    def names(self) -> re.Pattern[str] | None:
        """Names of units, documents and items with digits in them: 第2中学 counts nothing. None where there are none."""

    def numbers(self, reference: str) -> Collection[str] | None:
        """The numbers that a reference yields, as ``plain`` writes them; None where it names nothing."""

    def entry(self, reference: str, key: str) -> str:
        """Markup that says what a reference is: source, place, phrase, sum, checks, hash."""


def plain(number: str) -> str:
    """A number as numbers are compared: ``1,234.50 %`` and ``1234.5%`` are one."""
    own = _GAPS.sub("", number).replace("％", "%").replace("−", "-").replace("－", "-")
    if "." not in own:
        return own
    sign = own[-1] if own[-1] in "%‰" else ""
    return own.removesuffix(sign).rstrip("0").rstrip(".") + sign


def numbers_in(text: str) -> set[str]:
    """Every number of a text, whatever it is there for: dates and codes as well."""
    found = {plain(number) for number in NUMBER.findall(text)}
    return found | {number.lstrip("-") for number in found}


def value_of(number: str) -> Decimal:
    """A number as ``plain`` writes it, its value: 50% is 0.5."""
    for sign, worth in (("%", Decimal(100)), ("‰", Decimal(1000))):
        if number.endswith(sign):
            return Decimal(number[:-1]) / worth
    return Decimal(number)


@dataclass(frozen=True)
class _Element:
    name: str
    exempt: str
    rests: Sequence[str]
    holds: str = ""  # the reference of a <data> element, the key of a link
    linked: bool = False
    entry: bool = False


def _exempt(around: Sequence[_Element]) -> str:
    """Why the numbers of a text need no reference; what says nearer what they rest on is heard first."""
    nearest = next((e for e in reversed(around) if e.exempt or e.rests or e.name == "data"), None)
    return nearest.exempt if nearest else ""


def _walk(html: str) -> Iterator[tuple[int, int, Sequence[_Element]]]:
    """Each text with a digit in it: from where to where, and the elements around it, which hold until the next is asked for."""
    around: list[_Element] = []
    ends = 0
    for tag in _TAG.finditer(html):
        if _DIGIT.search(html, ends, tag.start()):
            yield from ((*text.span(), around) for text in _DIGITS.finditer(html, ends, tag.start()))
        ends = tag.end()
        closing, name, attributes = tag.groups()
        if name is None:
            continue
        name = name.lower()
        if closing:
            while around and around.pop().name != name:
                pass
        elif name not in _VOID and not attributes.endswith("/"):
            around.append(_element(name, attributes))
    yield from ((*text.span(), around) for text in _DIGITS.finditer(html, ends))


@lru_cache(maxsize=4096)  # most of a page's elements are written alike
def _element(name: str, written: str) -> _Element:
    attributes: dict[str, str] = dict(_ATTRIBUTE.findall(written))
    classes = attributes.get("class", "").split()
    exempt = _ELEMENTS.get(name, "") or next((_CLASSES[own] for own in classes if own in _CLASSES), "")
    if name == "th" and attributes.get("scope") == "col":
        exempt = _COLUMN_HEAD
    rests = entities.unescape(attributes.get("data-rests", "")).split()
    holds = ""
    if name == "data":
        holds = entities.unescape(attributes.get("value", ""))
    elif "ref" in classes:
        holds = attributes.get("href", attributes.get("data-key", "")).removeprefix(f"#{ENTRY}")
    return _Element(name, exempt, rests, holds, name in ("a", "summary"), "entry" in classes)


def _numbers(words: str, names: re.Pattern[str] | None) -> Iterator[tuple[int, int, str, str]]:
    """The numbers of a text: from where to where, the number, and the kind of what is exempt by how it is written."""
    ends = 0
    for name in names.finditer(words) if names else ():
        for start, end, number, kind in _written(words[ends : name.start()]):
            yield ends + start, ends + end, number, kind
        yield from ((*own.span(), own.group(), _NAME) for own in NUMBER.finditer(words, *name.span()))
        ends = name.end()
    for start, end, number, kind in _written(words[ends:]):
        yield ends + start, ends + end, number, kind


def names_pattern(names: Iterable[str]) -> re.Pattern[str] | None:
    """What finds names in a text, the longest first: those with digits, and with letters or characters enough to be one."""
    told = {name for name in names if any(c.isdigit() for c in name) and sum(c.isalpha() for c in name) > 1}
    return (
        re.compile("|".join(map(re.escape, sorted(told, key=lambda name: (-len(name), name)))))
        if told
        else None
    )


def _written(words: str) -> Iterator[tuple[int, int, str, str]]:
    ends = 0
    for found in _PATTERN.finditer(words):
        yield from ((*own.span(), own.group(), "") for own in NUMBER.finditer(words, ends, found.start()))
        kind = _KINDS[found.lastgroup or ""]
        yield from ((*own.span(), own.group(), kind) for own in NUMBER.finditer(words, *found.span()))
        ends = found.end()
    yield from ((*own.span(), own.group(), "") for own in NUMBER.finditer(words, ends))


def short_key(reference: str, length: int = KEY_LENGTH) -> str:
    """A reference in a few letters and digits that can be read out: K7Q2MD."""
    return base64.b32encode(hashlib.sha256(reference.encode()).digest()).decode()[:length]


class Keys:
    """Short keys, each for one reference: a reference whose key is taken gets a longer one."""

    def __init__(self) -> None:
        self.of: dict[str, str] = {}
        self._taken: dict[str, str] = {}

    def key(self, reference: str) -> str:
        """The key of a reference, given out in the order in which references are first asked for."""
        if reference not in self.of:
            length = KEY_LENGTH
            while self._taken.get(short_key(reference, length), reference) != reference:
                length += 1
            self.of[reference] = short_key(reference, length)
            self._taken[self.of[reference]] = reference
        return self.of[reference]


def link(html: str, sources: Sources, key_of: Callable[[str], str], within: str = "") -> str:
    """Markup in which each number is a link to the entry of the reference that it rests on.

    Takes    key_of: from ``Keys``. within: the reference of the entry that the markup is; its own numbers lead nowhere else.
    Returns  the markup without its ``<data>`` elements. A number that nothing yields stays as it is; ``scan`` tells it.
    """
    made: list[str] = []
    ends = 0
    for begins, stops, around in _walk(html):
        if _exempt(around):
            continue
        within_link = any(element.linked for element in around)
        words, done = entities.unescape(html[begins:stops]), 0
        made.append(html[ends:begins])
        for start, end, number, kind in _numbers(words, sources.names):
            reference = "" if kind else _resting(number, around, sources)
            if reference in ("", within):
                continue
            key = key_of(reference)
            shown = entities.escape(words[start:end], quote=False)
            made.append(entities.escape(words[done:start], quote=False))
            made.append(
                f'<span class="ref" data-key="{key}">{shown}</span>'
                if within_link
                else f'<a class="ref" href="#{ENTRY}{key}">{shown}</a>'
            )
            done = end
        made.append(entities.escape(words[done:], quote=False))
        ends = stops
    made.append(html[ends:])
    return _DATA.sub("", "".join(made))


def _resting(number: str, around: Sequence[_Element], sources: Sources) -> str:
    """The nearest reference that yields a number; "" where none does."""
    own = plain(number)
    for element in reversed(around):
        for reference in [element.holds] if element.name == "data" else element.rests:
            if own in (sources.numbers(reference) or ()):
                return reference
    return ""


# --- a finished file ---------------------------------------------------------------------------------


@dataclass
class Traced:
    """What became of the numbers of a file.

    ``resolved``: by kind of reference; ``exempt``: by kind; ``faults``: number, what stands around it, what is wrong.
    """

    resolved: Counter[str] = field(default_factory=Counter)
    exempt: Counter[str] = field(default_factory=Counter)
    faults: list[tuple[str, str, str]] = field(default_factory=list)

    @property
    def total(self) -> int:
        """Every number of the file."""
        return self.resolved.total() + self.exempt.total() + len(self.faults)


_ENTRY_OPENS = re.compile(rf'<\w+ class="entry" id="{ENTRY}([A-Z2-7]+)" data-rests="([^"]*)">')


def entries_in(html: str) -> dict[str, str]:
    """The references of the entries of a page, by their keys."""
    return {key: entities.unescape(reference) for key, reference in _ENTRY_OPENS.findall(html)}


def scan(html: str, sources: Sources) -> Traced:
    """Trace every number of a finished file, from ``<body>`` to its end.

    Takes    html: a whole file; sources: made anew from the tables.
    """
    entries = entries_in(html)
    found = Traced()
    body = html[max(html.find("<body"), 0) :]
    for begins, stops, around in _walk(body):
        words = entities.unescape(body[begins:stops])
        for start, end, number, written_as in _numbers(words, sources.names):
            if kind := _exempt(around) or written_as:
                found.exempt[kind] += 1
                if kind == _ELEMENTS["code"]:
                    break  # one code, however many runs of digits a hash has
                continue
            kind, fault = _traced(number, around, entries, sources)
            if fault:
                near = words[max(0, start - 20) : end + 20]
                found.faults.append((number, near.replace("\n", " "), fault))
            else:
                found.resolved[kind] += 1
    return found


def _traced(
    number: str, around: Sequence[_Element], entries: Mapping[str, str], sources: Sources
) -> tuple[str, str]:
    """The kind of reference that a number rests on, and what is wrong with it; "" where nothing is."""
    key = next((element.holds for element in reversed(around) if element.holds), "")
    if key and key not in entries:
        return "", f"依据 {key} 不在页内"
    # within an entry, its own numbers lead nowhere: they are what it tells
    within = next((element.rests[0] for element in reversed(around) if element.entry and element.rests), "")
    reference = entries[key] if key else within
    if not reference:
        return "", "没有依据"
    kind = reference.partition("|")[0] if key else "entry"
    yielded = sources.numbers(reference)
    if yielded is not None and plain(number) in yielded:
        return kind, ""
    if not key:
        return "", "没有依据"
    missing = "在各表中不存在" if yielded is None else "得不出这个数"
    return "", f"依据 {key}（{reference}）{missing}"
