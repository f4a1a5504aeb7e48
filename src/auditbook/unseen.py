"""Characters that nobody sees: those that no text holds, which are refused, and those that turn a line around, which are shown.

A control character can move a terminal's cursor, half a character cannot be written to any file, a noncharacter is free for
a program's own marks (``report.references``), and a turned line says another thing than it reads. Where a text comes in,
what is no text is refused with its place; where text goes out, whatever is left of either is made visible.
"""

from __future__ import annotations

import re

# Controls but for tab and the ends of lines, halves of characters, noncharacters.
NO_TEXT = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufdd0-\ufdef"
    + "".join(f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0, 0x110000, 0x10000))
    + "]"
)
_TURNING = dict(
    zip(
        "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069",
        ["LRE", "RLE", "PDF", "LRO", "RLO", "LRI", "RLI", "FSI", "PDI"],
        strict=True,
    )
)
_OF_A_TERMINAL = re.compile("[\x80-\x9f\r\t]")
_SHOWN = {ord(character): f"〔{name}〕" for character, name in _TURNING.items()}
LOST = "\ufffd"


def named(character: str) -> str:
    """What a message calls a character that no text holds."""
    code = ord(character)
    if not code:
        return "空字符（NUL）"
    kind = "控制字符" if code < 0x80 else "半个字符" if 0xD800 <= code < 0xE000 else "不是文字的字符"
    return f"{kind}（U+{code:04X}）"


def replaced(text: str) -> str:
    """A text as long as before in which what is no text is the sign for a lost character."""
    return NO_TEXT.sub(LOST, text)


def visible(text: str) -> str:
    """A text as a page shows it: what would turn a line around is named, what is no text is the sign for a lost character."""
    return replaced(text).translate(_SHOWN)


def printable(text: str) -> str:
    """A text as a terminal may be given it: ``visible``, and nothing that moves its cursor but the ends of lines."""
    return _OF_A_TERMINAL.sub(" ", visible(text))


def escaped(json: str) -> str:
    """The same JSON with such characters written as escapes, so that nothing of it is lost."""
    return re.sub(f"[{''.join(_TURNING)}\x7f-\x9f]|{NO_TEXT.pattern}", lambda found: _escape(found[0]), json)


def _escape(character: str) -> str:
    units = character.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at] << 8 | units[at + 1]:04x}" for at in range(0, len(units), 2))
