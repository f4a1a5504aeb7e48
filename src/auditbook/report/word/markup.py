"""The finished page as a tree: its elements, its words, and its drawings as they were written."""

from __future__ import annotations

import html as entities
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

_MARK = re.compile(
    r"""(<svg\b.*?</svg>) | <!--.*?--> | <![^>]*> | </([A-Za-z][\w:-]*)\s*> | <([A-Za-z][\w:-]*)((?:\s+[\w:-]+(?:="[^"]*")?)*\s*/?)>""",
    re.DOTALL | re.VERBOSE,
)
_ATTRIBUTE = re.compile(r'\s([\w:-]+)(?:="([^"]*)")?')
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
        waiting: list[Element | str] = [self]
        while waiting:
            part = waiting.pop()
            if isinstance(part, Element):
                yield part
                waiting += reversed(part.children)

    def named(self, *names: str) -> Iterator[Element]:
        """The elements below this one, and itself, of these names."""
        return (element for element in self.elements() if element.name in names)

    def first(self, name: str, of_class: str = "") -> Element | None:
        """The first element of a name (and class), or None."""
        return next((e for e in self.named(name) if not of_class or of_class in e.classes), None)

    def text(self) -> str:
        """Its words as they stand in the file."""
        return "".join(child if isinstance(child, str) else child.text() for child in self.children)


def read(html: str) -> Element:
    """The tree of a page of ours: well-formed, every ``<`` of a text escaped, values in double quotes."""
    root = Element("")
    within = [root]
    ends = 0
    for found in _MARK.finditer(html):
        if found.start() > ends:
            within[-1].children.append(entities.unescape(html[ends : found.start()]))
        ends = found.end()
        drawing, closing, name, attributes = found.groups()
        if drawing:  # its inside is XML, and drawn as it is; the label is the picture's words
            within[-1].children.append(Element("svg", _attributes(drawing.partition(">")[0]), source=drawing))
        elif closing:
            _close(within, closing.lower())
        elif name:
            element = Element(name.lower(), _attributes(attributes))
            within[-1].children.append(element)
            if element.name not in _VOID and not attributes.endswith("/"):
                within.append(element)
    if ends < len(html):
        within[-1].children.append(entities.unescape(html[ends:]))
    return root


def _attributes(written: str) -> dict[str, str]:
    return {name.lower(): entities.unescape(value) for name, value in _ATTRIBUTE.findall(written)}


def _close(within: list[Element], name: str) -> None:
    if any(element.name == name for element in reversed(within[1:])):
        while within.pop().name != name:
            pass
