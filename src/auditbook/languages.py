"""The language in which a command tells things: Chinese as they are written in the package, or English out of a catalogue.

Messages are written where they arise, in Chinese, with the values in their places. Who reads English is told each of them in
the words of ``messages.en.yaml``: template → English, ``“{1}”有{2}个字`` → ``“{1}” has {2} characters``. A message finds its
template by its fixed words, so that no place in the package knows of languages, and nothing is loaded for who reads Chinese.
``tools/messages.py`` finds all templates in the source; a test proves that each has its English. What comes from files
(names, titles, quotes, rules' own words) stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from auditbook.faults import Fault, UsageError

CHINESE, ENGLISH = LANGUAGES = ("zh", "en")
OPTION = "--lang"
_CATALOGUES = Path(__file__).parent
_PLACE = re.compile(r"\{(\d+)\}")
_WORDS = re.compile("[\u3400-\u9fff，。；：、！？（）《》]")
_WORD = re.compile("[\u3400-\u9fffA-Za-z]")
_LETTERS = re.compile("[A-Za-z]")
_SIGNS = str.maketrans({"，": ", ", "；": "; ", "：": ": ", "、": ", ", "。": ". ", "（": " (", "）": ")", "！": "!", "？": "?"})  # fmt: skip
# A value between quotation marks was written by somebody: it is no word of ours.
_QUOTED = {"“": "”", "‘": "’", "《": "》", "‹": "›"}
# A template with so few fixed words fits too much: it only speaks where its values are understood as well.
_FEW = 3
# A word of ours before a colon says what follows: 改：…
_LABELLED = re.compile(r"[\u3400-\u9fff]+：\{1\}")
_DEEP = 8
_MOST_PARTS = 200
_MOST_QUOTES = 10
_COUNTED = re.compile(r"(\D+?) (\d[\d,.]*)(?: [个条项处份])?")
_COUNTING = re.compile(r"(\d[\d,.]*) (\D+)")
_FAULT = re.compile(
    r"(?P<where>[^：]+)：(?P<found>.+?)(?:；应为(?P<expected>.+?))?(?:。(?P<remedy>[^。]+))?。"
)
_NO_WORDS = re.compile("(?<=[\u3400-\u9fff])[^\u3400-\u9fff，。；：、！？（）]+$")

_language = CHINESE
_known: dict[str, Catalogue] = {}


def chosen(arguments: Sequence[str], environment: Mapping[str, str]) -> tuple[str, list[str]]:
    """The language that is asked for, and the arguments without the option that asks for it.

    ``--lang zh|en`` anywhere before ``--``; else the locale as the system reads it (LC_ALL, LC_MESSAGES, LANG: the first that
    says something). A locale of no language (none, C, POSIX) is answered in Chinese.

    Raises   UsageError where ``--lang`` names another language, or none.
    """
    rest: list[str] = []
    asked: str | None = None
    waiting = list(arguments)
    while waiting:
        argument = waiting.pop(0)
        if argument == "--":
            rest += [argument, *waiting]
            break
        name, given, value = argument.partition("=")
        if name != OPTION:
            rest.append(argument)
            continue
        asked = value if given else waiting.pop(0) if waiting else ""
        if asked not in LANGUAGES:
            raise UsageError(Fault(OPTION, f"没有语言“{asked}”", "zh（中文）或 en（English）"))
    return asked or of_locale(environment), rest


def of_locale(environment: Mapping[str, str]) -> str:
    """The language of the locale: Chinese for zh and for a locale without a language, else English."""
    said = next(filter(None, (environment.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG"))), "")
    name = re.split(r"[_.@]", said)[0].casefold()
    return CHINESE if name in {"", "c", "posix", "zh"} else ENGLISH


def use(language: str) -> None:
    """Tell everything in a language from now on."""
    global _language
    _language = language


def english() -> bool:
    """Whether English is told."""
    return _language == ENGLISH


def told(text: str) -> str:
    """A message of ours in the language that is told; what is none stays as it is."""
    if not english() or not is_chinese(text):
        return text
    return "\n".join(catalogue(ENGLISH).line(line) for line in text.split("\n"))


def titled(text: str) -> str:
    """The title of a list, told; a name that is none of our words as it is written."""
    return _capital(told(text)) if is_chinese(text) else text


def told_fault(fault: Fault) -> str:
    """A fault as one sentence or several: where, what was found, what was expected, what to do."""
    if not english():
        return str(fault)
    return fault_sentence(*map(told, (fault.where, fault.found, fault.expected, fault.remedy)))


def fault_sentence(where: str, found: str, expected: str, remedy: str) -> str:
    """The English of a fault, put together of its told parts."""
    text = f"{where}: {found.strip()}"
    if expected:
        text += f"; expected: {expected.strip()}"
    text = _ended(text)
    return _ended(f"{text} {_capital(remedy.strip())}") if remedy else text


def _ended(text: str) -> str:
    return text if text.endswith((".", "!", "?", "…", ".”")) else text + "."


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def in_chinese(text: str) -> str:
    """A sentence of the command line's own library (a missing argument, an unknown option) in Chinese."""
    return catalogue(CHINESE).line(text)


def is_chinese(text: str) -> bool:
    """Whether a text has Chinese words or signs, and so must be told otherwise to who reads English."""
    return bool(_WORDS.search(text))


def catalogue(language: str) -> Catalogue:
    """The templates of a language, read once."""
    if language not in _known:
        words = _WORDS if language == ENGLISH else _LETTERS
        _known[language] = Catalogue(read(_CATALOGUES / f"messages.{language}.yaml"), words)
    return _known[language]


def read(path: Path) -> dict[str, str]:
    """The templates of a catalogue and what they are told as."""
    import yaml

    loader: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    content: dict[str, str] = yaml.load(path.read_text(encoding="utf-8"), Loader=loader)
    return content


class Template:
    """A message with numbered places: fixed words, and what is told of it."""

    def __init__(self, text: str, told_as: str) -> None:
        parts = _PLACE.split(text)
        self.fixed, self.places, self.told_as = parts[::2], parts[1::2], told_as
        words = "".join(self.fixed)
        self.weight = len(words)
        self.signs = not re.search("[\u3400-\u9fffA-Za-z]", words)
        self.few = not _LABELLED.fullmatch(text) and (
            len("".join(words.split())) < _FEW
            or (len(re.findall("[\u3400-\u9fffA-Za-z]", words)) < 2 and not set(words) & _QUOTED.keys())
        )
        self.quoted = [
            bool(before) and _QUOTED.get(before[-1], "?") == after[:1]
            for before, after in zip(self.fixed, self.fixed[1:], strict=False)
        ]

    def values(self, text: str) -> list[str] | None:
        """The values in the places of a text, each as short as can be; None where it is another message.

        Fixed words are looked for one after another, from the left, and the last at the end: if the text fits at all, it
        fits so, and a long text costs no more than its length. Quotation marks inside a value are closed first.
        """
        first, *middle = self.fixed
        last = middle.pop()
        if not text.startswith(first) or not text.endswith(last) or len(text) < self.weight:
            return None
        at, end, values = len(first), len(text) - len(last), []
        for words in middle:
            found = first_found = text.find(words, at, end)
            if found < 0:
                return None
            for _ in range(
                _MOST_QUOTES
            ):  # a title may hold quotation marks of its own: “财政拨款“三公”经费支出决算表”
                if found < 0 or not words or _balanced(text[at:found]):
                    break
                found = text.find(words, found + 1, end)
            found = found if found >= 0 else first_found
            values.append(text[at:found])
            at = found + len(words)
        return [*values, text[at:end]] if at <= end else None

    def takes(self, values: Sequence[str]) -> bool:
        """Whether no value is cut in the middle of what stands between marks."""
        return all(quoted or _balanced(value) for value, quoted in zip(values, self.quoted, strict=True))

    def filled(self, values: Sequence[str]) -> str:
        """What is told, with values in its places."""
        numbered = dict(zip(self.places, values, strict=True))
        return _PLACE.sub(lambda place: numbered[place[1]], self.told_as)


class Catalogue:
    """Templates and what they are told as."""

    def __init__(self, content: Mapping[str, str], words: re.Pattern[str] = _WORDS) -> None:
        self.words = words  # what a text must hold to need telling
        self.exact = {
            text: text if to == "=" else to for text, to in content.items() if not _PLACE.search(text)
        }
        self.templates = sorted(
            (Template(text, to) for text, to in content.items() if _PLACE.search(text)),
            key=lambda template: (-template.weight, template.told_as),
        )

    def line(self, text: str) -> str:
        """A line of text as it is told."""
        found = self.find(text)
        return text if found is None else found

    def find(self, text: str, depth: int = 0) -> str | None:
        """What a message, or a list of them, is told as; None where it is none."""
        if text in self.exact:
            return self.exact[text]
        if _wholly_quoted(text) or (depth and not self.words.search(text)):
            return text
        if depth > _DEEP:
            return None
        return (
            self._fitting(text, depth, few=False)
            or self._fault(text, depth)
            or self._parts(text, depth)
            or self._word(text)
            or self._fitting(text, depth, few=True)
        )

    def _fault(self, text: str, depth: int) -> str | None:
        """A fault that is told inside another text."""
        parts = _FAULT.fullmatch(text) if self.words is _WORDS else None
        if parts is None or self.find(parts["found"], depth + 1) is None:
            return None
        own = {name: self.find(part, depth + 1) or part for name, part in parts.groupdict("").items()}
        return fault_sentence(own["where"], own["found"], own["expected"], own["remedy"])

    def _fitting(self, text: str, depth: int, *, few: bool) -> str | None:
        # half a pair in a value: no way to take the text apart leaves every value whole
        whole = _balanced(text)
        for template in self.templates:
            if template.few != few:
                continue
            values = template.values(text)
            if values is not None and (not whole or template.takes(values)):
                filled = self._filled(template, values, depth)
                if filled is not None:
                    return filled
        return None

    def _whole(self, text: str, depth: int) -> str | None:
        """One message, taken apart no further: what begins with the sign of a list would be such a list for ever."""
        return (
            self.exact.get(text)
            or self._fitting(text, depth, few=False)
            or self._fitting(text, depth, few=True)
        )

    def _filled(self, template: Template, values: Sequence[str], depth: int) -> str | None:
        """A template with its values told; None where it has too few words to be sure that it is the one."""
        own = []
        for value, quoted in zip(values, template.quoted, strict=True):
            found = value if quoted else self.find(value, depth + 1)
            if found is None and template.few and not template.signs:
                return None
            own.append(value if found is None else found)
        if template.signs and not any(
            one != value and _WORD.search(value) for one, value in zip(own, values, strict=True)
        ):
            return None
        return template.filled(own)

    def _parts(self, text: str, depth: int) -> str | None:
        """A list of messages, each by itself: told so where one of them is ours."""
        if self.words is not _WORDS:
            return None
        for sign in "。；、，　":
            parts = _split(text, sign)
            if len(parts) < 2 or len(parts) > _MOST_PARTS:
                continue
            found = [
                self.find(part, depth + 1) or (self._whole(sign + part, depth + 1) if at else None)
                if part
                else ""
                for at, part in enumerate(parts)
            ]
            changed = any(own is not None and own != part for own, part in zip(found, parts, strict=True))
            if changed or not any(map(self.words.search, parts)):
                own = [part if one is None else one for one, part in zip(found, parts, strict=True)]
                joined = sign.translate(_SIGNS)
                indent = text[: len(text) - len(text.lstrip(" "))]
                return indent + joined.join(one.removeprefix(joined) for one in own).strip()
        return None

    def _word(self, text: str) -> str | None:
        """A word of ours with a number beside it: 不一致 7 个, 7 行得分, 大于10%."""
        if counted := _COUNTED.fullmatch(text):
            word = self.exact.get(counted[1])
            return f"{word} {counted[2]}" if word else None
        if (counting := _COUNTING.fullmatch(text)) and counting[2] in self.exact:
            return f"{counting[1]} {self.exact[counting[2]]}"
        rest = _NO_WORDS.search(text)
        word = self.exact.get(text[: rest.start()]) if rest else None
        return f"{word} {text[rest.start() :]}" if rest and word else None


def _wholly_quoted(text: str) -> bool:
    """Whether the first mark of a text is closed by its last: ““甲”与乙”, but not “甲”与“乙”."""
    if not text.startswith("“"):
        return False
    deep = 0
    for place, mark in enumerate(text, 1):
        deep += (mark == "“") - (mark == "”")
        if deep == 0:
            return place == len(text)
    return False


def _balanced(text: str) -> bool:
    return all(text.count(one) == text.count(other) for one, other in (*_QUOTED.items(), ("（", "）")))


def _split(text: str, sign: str) -> list[str]:
    """The parts of a list, those between brackets and quotation marks whole."""
    parts = [""]
    for part in text.split(sign):
        if parts[-1] and not _balanced(parts[-1]):
            parts[-1] += sign + part
        else:
            parts.append(part)
    return parts[1:]


def translate_help(command: Any) -> None:
    """Tell the help of a command, of its options and of its commands in the language that is told.

    Takes    command: of typer. What typer itself says on a help page is English, what the package says Chinese.
    """
    own = told if english() else in_chinese
    for part in (command, *command.params):
        if getattr(part, "help", None):
            part.help = own(part.help)
    if not english():
        usage, option = command.get_usage, command.get_help_option

        def help_option(context: Any) -> Any:
            found = option(context)
            found.help = in_chinese(found.help)
            return found

        command.get_usage = lambda context: usage_in_chinese(usage(context))
        command.get_help_option = help_option
    for child in getattr(command, "commands", {}).values():
        translate_help(child)
    if hasattr(command, "commands") and not english():
        _head_help_in_chinese()


def usage_in_chinese(usage: str) -> str:
    """The line that says how a command is called."""
    return usage.replace("Usage:", "用法：", 1)


def _head_help_in_chinese() -> None:
    """Head the parts of a help page in Chinese."""
    from typer import rich_utils

    for name in ("ARGUMENTS_PANEL_TITLE", "OPTIONS_PANEL_TITLE", "COMMANDS_PANEL_TITLE", "REQUIRED_LONG_STRING", "DEFAULT_STRING"):  # fmt: skip
        setattr(rich_utils, name, in_chinese(getattr(rich_utils, name)))
