"""The finished page as a tree: its elements, its words, and its drawings as they were written."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

_DRAWING = re.compile(r"<svg\b.*?</svg>", re.DOTALL)
_VOID = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
)


@dataclass
class Element:
    """An element of the page; ``source`` is the text of a drawing, whose inside is not read."""

    name: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list[Element | str] = field(default_factory=list)
    source: str = ""

    @property
    def classes(self) -> list[str]:
        """Its classes, in the order written."""
        return self.attributes.get("class", "").split()

    @property
    def id(self) -> str:
        """Its id, or nothing."""
        return self.attributes.get("id", "")

    def elements(self) -> Iterator[Element]:
        """This element and all below it, in the order of the page."""
        yield self
        for child in self.children:
            if isinstance(child, Element):
                yield from child.elements()

    def named(self, *names: str) -> Iterator[Element]:
        """The elements below this one, and itself, of these names."""
        return (element for element in self.elements() if element.name in names)

    def first(self, name: str, of_class: str = "") -> Element | None:
        """The first element of a name (and class), or None."""
        return next((e for e in self.named(name) if not of_class or of_class in e.classes), None)

    def text(self) -> str:
        """Its words as they stand in the file."""
        return "".join(child if isinstance(child, str) else child.text() for child in self.children)


class _Tree(HTMLParser):
    def __init__(self, drawings: list[str]) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Element("")
        self._open = [self.root]
        self._drawings = iter(drawings)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in reversed(attrs)})
        if tag == "svg":
            element.source = next(self._drawings)
        self._open[-1].children.append(element)
        if tag not in _VOID:
            self._open.append(element)

    def handle_endtag(self, tag: str) -> None:
        if any(element.name == tag for element in self._open[1:]):
            while self._open.pop().name != tag:
                pass

    def handle_data(self, data: str) -> None:
        self._open[-1].children.append(data)


def read(html: str) -> Element:
    """The tree of a page of ours: well-formed, every ``<`` of a text escaped."""
    drawings = _DRAWING.findall(html)

    def opening(found: re.Match[str]) -> str:
        # attributes stay (the label is the picture's words); the inside is XML, which an HTML parser would spoil
        return found.group().partition(">")[0] + "></svg>"

    tree = _Tree(drawings)
    tree.feed(_DRAWING.sub(opening, html))
    tree.close()
    return tree.root
