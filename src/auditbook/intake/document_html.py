"""The text of a saved web page: paragraphs and rows of tables as a reader sees them. Runs in a child."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from auditbook.faults import CaseError, Fault
from auditbook.intake import encodings
from auditbook.intake.sheets import Note

_UNSEEN = {
    "script", "style", "template", "noscript", "head", "title", "del", "select", "textarea", "svg", "iframe", "object",
    "video", "audio", "canvas", "rt", "rp",
}  # fmt: skip
_BLOCKS = {
    "address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details", "dialog", "div", "dl", "dt",
    "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "html", "li",
    "main", "nav", "ol", "p", "pre", "section", "summary", "table", "tbody", "tfoot", "thead", "tr", "td", "th", "ul",
}  # fmt: skip
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_CHARSET = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([A-Za-z0-9_-]+)""", re.IGNORECASE)
_ASIAN = r"[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\u3000-\u303f“”‘’]"
# An end of line in the file next to a Chinese character is no blank that anyone typed.
_BROKEN = re.compile(rf"(?<={_ASIAN})[ \t]*[\r\n]\s*|[ \t]*[\r\n]\s*(?={_ASIAN})")
_MOST_IN_CELL = 6  # paragraphs; beyond, a table is there for the layout


def read(path: Path) -> dict[str, Any]:
    """Read a saved web page.

    Returns  ``blocks`` and ``aside``: lists of (None, text); ``notes``: what was converted (written, read as, kind).
    Raises   CaseError where it has no text.
    """
    import bs4

    notes: list[Note] = []
    soup = bs4.BeautifulSoup(_decoded(path, notes), "html.parser")
    blocks = [text for text in (_tidy(text) for text in _Reader().read(soup)) if text.strip()]
    if not blocks:
        raise CaseError(Fault(path.name, "网页里没有文字", "有正文的网页", "请用浏览器打开后另存为完整网页"))
    converted = [(note.written, note.read_as, note.kind) for note in notes]
    return {"blocks": [(None, text) for text in blocks], "aside": [], "notes": converted}


def _decoded(path: Path, notes: list[Note]) -> str:
    """The text of the file: by its byte order mark, by what it says of itself, else by what its bytes can be."""
    data = path.read_bytes()
    said = _CHARSET.search(data[:4096])
    if said and not data.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        name = said[1].decode("ascii").lower()
        try:
            return data.decode("gb18030" if name in {"gb2312", "gbk"} else name)
        except (LookupError, UnicodeDecodeError):
            pass  # it says what it is not
    return encodings.decode(path, data, notes)


class _Reader:
    """Goes through the page once and lets go of a text wherever a block begins or ends."""

    def __init__(self) -> None:
        self._parts: list[str] = []

    def read(self, page: Any) -> Iterator[str]:
        """The texts of the page, not yet tidied."""
        yield from self._walk(page)
        yield from self._let_go()

    def _walk(self, element: Any) -> Iterator[str]:
        from bs4.element import NavigableString, PreformattedString, Tag

        for child in element.children:
            if isinstance(child, PreformattedString):  # comments, declarations
                continue
            if isinstance(child, NavigableString):
                self._parts.append(str(child) if element.name != "pre" else str(child).replace("\n", "\0"))
                continue
            if not isinstance(child, Tag) or _is_unseen(child):
                continue
            if child.name == "br":
                self._parts.append("\0")
            elif child.name == "tr" and _is_row(child):
                yield from self._let_go()
                yield "\t".join(_cell(cell) for cell in child.find_all(["td", "th"], recursive=False))
            elif child.name in _BLOCKS:
                yield from self._let_go()
                yield from self._walk(child)
                yield from self._let_go()
            else:
                yield from self._walk(child)

    def _let_go(self) -> Iterator[str]:
        text = "".join(self._parts)
        self._parts.clear()
        if text.strip():
            yield text


def _is_unseen(tag: Any) -> bool:
    if tag.name in _UNSEEN or tag.has_attr("hidden"):
        return True
    return bool(_HIDDEN.search(str(tag.get("style", "")))) or (tag.name == "input")


def _is_row(row: Any) -> bool:
    """Whether a row holds data, rather than the columns of a page."""
    cells = row.find_all(["td", "th"], recursive=False)
    return bool(cells) and not any(
        cell.find("table") or len(cell.find_all(["p", "div", "li"])) > _MOST_IN_CELL for cell in cells
    )


def _cell(cell: Any) -> str:
    if _is_unseen(cell):
        return ""
    return "\0".join(_tidy(text) for text in _Reader().read(cell))


def _tidy(text: str) -> str:
    r"""Blanks as a browser shows them: runs are one. ``\0`` is a break that is shown."""
    lines = []
    for line in text.split("\0"):
        line = _BROKEN.sub("\0", line.strip(" \r\n"))
        lines.append(re.sub(r"[ \r\n]+", " ", line).replace("\0", "\n"))
    return "\n".join(line for line in lines if line.strip())
