"""Words of the page as runs of Word: white space as a browser shows it, how they are set, where they lead."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache

from auditbook.report.word.markup import Element

# What XML cannot hold: control characters, halves of characters, and two that are none.
NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_SPACE = re.compile(r"[ \t\r\n\f]+")
_TONES = {"good": "1B5E9B", "warning": "A63A00", "plain": "4D5B68"}
_QUOTES = (("“", "”"), ("‘", "’"))
ALL_ENTRIES = "entries-all"
TAB, BREAK = "<w:r><w:tab/></w:r>", "<w:r><w:br/></w:r>"


def escaped(text: str) -> str:
    """Text as XML holds it, in an element or an attribute."""
    text = NO_XML.sub("", text)
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")


@dataclass(frozen=True)
class Manner:
    """How words are set where they differ from their paragraph."""

    style: str = ""
    bold: bool = False
    italic: bool = False
    colour: str = ""
    marked: bool = False
    raised: str = ""
    depth: int = 0  # of quotations


PLAIN = Manner()


@cache
def _properties(manner: Manner) -> str:
    inner = "".join(
        [
            f'<w:rStyle w:val="{manner.style}"/>' if manner.style else "",
            "<w:b/>" if manner.bold else "",
            "<w:i/>" if manner.italic else "",
            f'<w:color w:val="{manner.colour}"/>' if manner.colour else "",
            '<w:shd w:val="clear" w:color="auto" w:fill="FDF0C4"/>' if manner.marked else "",
            f'<w:vertAlign w:val="{manner.raised}"/>' if manner.raised else "",
        ]
    )
    return f"<w:rPr>{inner}</w:rPr>" if inner else ""


class Line:
    """The runs of one paragraph, as they come."""

    def __init__(self, anchors: dict[str, str]) -> None:
        """Take the bookmark's name for each id of the page that something leads to."""
        self.runs: list[str] = []
        self._anchors = anchors
        self._gap = False

    def __bool__(self) -> bool:
        return bool(self.runs)

    def add(self, content: Iterable[Element | str], manner: Manner = PLAIN) -> None:
        """Take words and the elements around them."""
        for part in content:
            if isinstance(part, str):
                self._text(part, manner)
            else:
                self._element(part, manner)

    def tab(self) -> None:
        """Go on at the next tab stop."""
        self.runs.append(TAB)
        self._gap = False

    def turn(self) -> None:
        """Go on in a new line of the same paragraph."""
        self.runs.append(BREAK)
        self._gap = False

    def gap(self) -> None:
        """A space before what comes next."""
        self._gap = bool(self.runs)

    def _text(self, text: str, manner: Manner) -> None:
        text = _SPACE.sub(" ", text)
        before = self._gap or text[:1] == " "
        bare = text.strip(" ")
        if not bare:
            self._gap = before and bool(self.runs)
            return
        if before and self.runs and self.runs[-1] not in (TAB, BREAK):
            bare = " " + bare
        self._gap = text[-1] == " "
        keep = ' xml:space="preserve"' if bare[0] == " " else ""
        self.runs.append(f"<w:r>{_properties(manner)}<w:t{keep}>{escaped(bare)}</w:t></w:r>")

    def _element(self, element: Element, manner: Manner) -> None:
        match element.name:
            case "br":
                self.turn()
            case "li":  # lists within one paragraph: a line each
                self.turn()
                self.add(element.children, manner)
            case "q":
                opening, closing = _QUOTES[manner.depth % 2]
                inner = replace(manner, depth=manner.depth + 1)
                self._text(opening, manner)
                self.add(element.children, inner)
                self._gap = False
                self._text(closing, manner)
            case "a":
                self._link(element, manner)
            case "strong" | "b":
                self.add(element.children, replace(manner, bold=True))
            case "em" | "i" | "cite" | "var" | "dfn":
                self.add(element.children, replace(manner, italic=True))
            case "code" | "kbd" | "samp":
                self.add(element.children, replace(manner, style="Code"))
            case "mark":
                self.add(element.children, replace(manner, marked=True))
            case "sup" if "note-number" in element.classes:  # 注 and the number, which is Word's to count
                raised, number = (
                    _properties(Manner(raised="superscript")),
                    int(re.sub(r"\D", "", element.text())),
                )
                self.runs.append(
                    f'<w:r>{raised}<w:t>注</w:t></w:r><w:r>{raised}<w:footnoteReference w:id="{number}"/></w:r>'
                )
            case "sup":
                self.add(element.children, replace(manner, raised="superscript"))
            case "sub":
                self.add(element.children, replace(manner, raised="subscript"))
            case "span" if "tag" in element.classes:
                tone = next((_TONES[name] for name in element.classes if name in _TONES), "")
                self.gap()
                self.add(element.children, replace(manner, colour=tone))
            case "span" if "sign" in element.classes:
                self.add(element.children, manner)
                self.gap()
            case _:
                self.add(element.children, manner)

    def _link(self, element: Element, manner: Manner) -> None:
        target = element.attributes.get("href", "")
        if target == f"#{ALL_ENTRIES}":
            return  # it opens on a screen what stands right under it on paper
        anchor = self._anchors.get(target[1:]) if target.startswith("#") else None
        if anchor is None:  # a file beside the page or a public address: text, nothing that leads out
            self.add(element.children, manner)
            return
        start = len(self.runs)
        # a number that leads to its evidence looks like any other number
        self.add(element.children, manner if "ref" in element.classes else replace(manner, style="Hyperlink"))
        inside = "".join(self.runs[start:])
        if inside:
            self.runs[start:] = [f'<w:hyperlink w:anchor="{anchor}" w:history="1">{inside}</w:hyperlink>']
