"""XML walked from a stream: nothing is built, document types and entities are refused, tokens and depth are bounded."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from xml.sax import SAXException, SAXParseException

from defusedxml import DefusedXmlException
from defusedxml.expatreader import DefusedExpatParser

MOST_DEPTH = 200
MOST_TOKEN = 2_000_000

Attributes = dict[str, str]
Start = Callable[[str, Attributes], None]


class Damaged(Exception):
    """It is no well-formed XML."""


class Hostile(Exception):
    """It holds what no Office file holds, or goes beyond a limit."""


class _Parser(DefusedExpatParser):  # type: ignore[misc]
    """The library's refusals with expat's own handlers: SAX events for millions of cells would cost twice the time."""

    def __init__(
        self,
        start: Start,
        end: Callable[[str], None],
        text: Callable[[str], None] | None,
        aside: Callable[[], None] | None,
    ) -> None:
        self._own = start, end, text
        self._aside = (lambda *_: aside()) if aside else None
        super().__init__(forbid_dtd=True)

    def reset(self) -> None:
        super().reset()
        self.expat = self._parser
        self.expat.buffer_text = True
        self.expat.StartElementHandler, self.expat.EndElementHandler, self.expat.CharacterDataHandler = (
            self._own
        )
        self.expat.XmlDeclHandler = _refuse_encoding
        self.expat.CommentHandler = self.expat.ProcessingInstructionHandler = self._aside
        self.expat.StartCdataSectionHandler = self._aside


def walk(
    pieces: Iterable[bytes],
    start: Start | None = None,
    end: Callable[[str], None] | None = None,
    text: Callable[[str], None] | None = None,
    aside: Callable[[], None] | None = None,
    *,
    bare: bool = False,
) -> None:
    """Walk an XML part from its first piece to its last.

    Takes    pieces: of the part, in order; start, end, text: called with names and texts; aside: called for comments,
             instructions and CDATA sections. Names come without their prefix, as the parsers that are used here take them, whatever the prefix stands for.
             bare: start and end look to prefixes and depth themselves, which saves a call for each of millions of tags.
    Raises   Damaged, Hostile, and whatever the callbacks raise.
    """
    depth = 0

    def started(name: str, about: Attributes) -> None:
        nonlocal depth
        depth += 1
        if depth > MOST_DEPTH:
            raise Hostile(f"的元素嵌套超过{MOST_DEPTH}层")
        if start:
            start(name.rpartition(":")[2] if ":" in name else name, about)

    def ended(name: str) -> None:
        nonlocal depth
        depth -= 1
        if end:
            end(name.rpartition(":")[2] if ":" in name else name)

    parser = _Parser(*((start, end) if bare and start and end else (started, ended)), text, aside)
    fed = 0
    try:
        for piece in pieces:
            if not fed and b"\0" in piece[:4]:
                raise Hostile("不是 UTF-8 编码，Office 不会这样写")
            parser.feed(piece)
            fed += len(piece)
            # expat reads an unfinished token anew with every piece: a long one would take hours
            if fed - parser.expat.CurrentByteIndex > MOST_TOKEN:
                raise Hostile(f"里一个标记长过{MOST_TOKEN}字节")
        parser.close()
    except DefusedXmlException:
        raise Hostile("里有文档类型或实体定义（DTD、ENTITY），Office 不会这样写") from None
    except SAXParseException as error:
        raise Damaged(f"不是合格的 XML（第{error.getLineNumber()}行）") from None
    except (SAXException, LookupError, ValueError) as error:
        raise Damaged(f"不是合格的 XML（{type(error).__name__}）") from None


def _refuse_encoding(version: str, encoding: str | None, standalone: int) -> None:
    """Parsers do not agree about other encodings."""
    if (encoding or "utf-8").lower() not in {"utf-8", "utf8", "us-ascii", "ascii"}:
        raise Hostile(f"的编码是 {encoding[:20] if encoding else ''}，Office 不会这样写")
