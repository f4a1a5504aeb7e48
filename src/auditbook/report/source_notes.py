"""Footnotes for paper, where nothing opens: where the figures of the conclusion and of the key figures come from."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Protocol

from auditbook.report import fragments as html
from auditbook.report.fragments import Text
from auditbook.report.tracing import ENTRY, Keys, Sources, link

_NOTED = re.compile(rf'<div class="noted">.*?{re.escape(html.NOTES)}', re.DOTALL)
_LED = re.compile(rf'<(a|span) class="ref" (?:href="#{ENTRY}|data-key=")([A-Z2-7]+)">[^<]*</\1>')


class Noting(Sources, Protocol):
    """What references yield, and what footnotes say of them."""

    def note(self, reference: str) -> tuple[Sequence[str], Text] | None:
        """What its numbers rest on, and its words; None for what has no source of its own: counts, points, rules."""


def add_notes(linked: str, sources: Noting, keys: Keys) -> str:
    """Markup whose noted blocks have their footnotes: a number after the first figure of each, the words under the block.

    Takes    linked: markup whose numbers are links; keys: those that the links lead to.
    Returns  the markup; the notes are counted through the page, their own numbers are links too.
    """
    references = {key: reference for reference, key in keys.of.items()}
    count = 0

    def block(found: re.Match[str]) -> str:
        nonlocal count
        written: list[str] = []
        noted: set[str] = set()

        def led(number: re.Match[str]) -> str:
            nonlocal count
            reference = references[number[2]]
            if reference in noted or (told := sources.note(reference)) is None:
                return number.group()
            count += 1
            noted.add(reference)
            written.append(link(html.carried(str(html.source_note(count, *told).markup)), sources, keys.key))
            return f"{number.group()}{html.note_mark(count)}"

        inside = _LED.sub(led, found.group().removesuffix(html.NOTES))
        return inside + (html.NOTES.replace("></", ">\n" + "\n".join(written) + "\n</") if written else "")

    return _NOTED.sub(block, linked)
