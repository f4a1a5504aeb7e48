"""What of a document's text is a heading, and what is a row of a table: told from its blocks alone."""

from __future__ import annotations

import re
from collections import Counter

from auditbook.intake.documents import Document

_LEVELS = (
    re.compile(r"第[一二三四五六七八九十]+部分"),
    re.compile(r"[一二三四五六七八九十]+、"),
    re.compile(r"（[一二三四五六七八九十]+）"),
)
_LONGEST = 40  # characters of a heading
_TORN = 20  # characters of a piece of a cell
_LISTED = re.compile(r"[\s.…·—\-]*\d*$")  # what stands behind a heading in a table of contents
_SENTENCE = re.compile(r"[。；：，;]")


def headings(document: Document, marked: set[int]) -> dict[int, int]:
    """The blocks that are headings, each with its level (1 第一部分, 2 一、, 3 （一）).

    Takes    marked: blocks in which something is marked, which are shown as what they are marked for.
    A table of contents has none: nothing stands under what it lists. Nor has a page of tables, but for parts.
    """
    levels: dict[int, int] = {}
    tables = _table_pages(document)
    for index, block in enumerate(document.blocks):
        words = "".join(block.text.split())
        level = next((n for n, pattern in enumerate(_LEVELS, 1) if pattern.match(words)), 0)
        if not level or len(words) > _LONGEST or _SENTENCE.search(words):
            continue
        if level == 1 or (block.page not in tables and "\t" not in block.text):
            levels[index] = level
    last: dict[str, int] = {}
    for index, level in levels.items():
        if index not in marked and not 0 < levels.get(index + 1, 0) <= level:
            words = "".join(document.blocks[index].text.split())
            part = _LEVELS[0].match(words)
            last[part.group() if part else _LISTED.sub("", words)] = index
    return {index: levels[index] for index in sorted(last.values())}


def _table_pages(document: Document) -> set[int]:
    """Pages that are tables: what is numbered there is a line of one, which the page tore."""
    blocks = Counter(block.page for block in document.blocks if block.page)
    rows = Counter(block.page for block in document.blocks if block.page and "\t" in block.text)
    return {page for page in blocks if page and rows[page] >= 5 and rows[page] * 6 > blocks[page]}


def rows_of_tables(document: Document) -> set[int]:
    """The blocks that are rows of tables; on a page of tables also what the page tore off them, from its first row on."""
    tables, rows = _table_pages(document), set[int]()
    begun: set[int | None] = set()
    for index, block in enumerate(document.blocks):
        if "\t" in block.text:
            rows.add(index)
            begun |= {block.page} & tables
        elif block.page in begun and len(block.text) <= _TORN and not _SENTENCE.search(block.text):
            rows.add(index)
    return rows
