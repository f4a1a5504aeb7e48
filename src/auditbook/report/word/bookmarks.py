"""Bookmarks: which places of the page something leads to, and what Word calls them."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable

from auditbook.report.word.markup import Element

_LONGEST = 40  # Word cuts longer names, and takes them for equal
_OTHER = re.compile(r"[^A-Za-z0-9_]+")


def of_page(page: Element) -> dict[str, str]:
    """For each id of the page that a link leads to, the name of its bookmark: hidden, unique whatever the case of letters."""
    there = {element.id for element in page.elements() if element.id}
    wanted = (a.attributes.get("href", "") for a in page.named("a"))
    return names(dict.fromkeys(href[1:] for href in wanted if href.startswith("#") and href[1:] in there))


def names(ids: Iterable[str]) -> dict[str, str]:
    """A bookmark's name for each id: letters, digits and underscores, at most 40, beginning with an underscore."""
    found: dict[str, str] = {}
    taken: set[str] = set()
    for id in ids:
        name = "_" + _OTHER.sub("_", id)
        if name != f"_{id}".replace("-", "_") or len(name) > _LONGEST or name.lower() in taken:
            name = f"{name[: _LONGEST - 13]}_{hashlib.sha256(id.encode()).hexdigest()[:12]}"
        found[id] = name
        taken.add(name.lower())
    return found
