"""The text of a Word document: paragraphs, rows of tables, notes; what is deleted or hidden is no text. Runs in a child.

Numbers that Word makes itself (一、 （一） 1.) are counted here, since they are what a locator names a section by.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from auditbook.faults import CaseError, Fault

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_MATH_TEXT = "{http://schemas.openxmlformats.org/officeDocument/2006/math}t"
# What holds no text that a reader sees: deletions, moves away, field codes, readings above characters, twins of drawings.
_UNSEEN = {
    *(
        f"{_W}{name}"
        for name in ("del", "moveFrom", "instrText", "delInstrText", "delText", "pPr", "rt", "rPr")
    ),
    _FALLBACK,
}
_PLAIN = {f"{_W}tab": "\t", f"{_W}br": "\n", f"{_W}cr": "\n", f"{_W}noBreakHyphen": "-"}
_OFF = {"0", "false", "off", "none"}


def read(path: Path) -> dict[str, Any]:
    """Read a Word document.

    Returns  ``blocks`` and ``aside``: lists of (None, text).
    Raises   CaseError where it is damaged or no Word document, or has no text.
    """
    import docx

    try:
        document = docx.Document(str(path))
        body = document.element.body
    except Exception as error:  # many ways of being damaged mean the same to the user
        found = f"Word 文件打不开（{type(error).__name__}）"
        raise CaseError(
            Fault(path.name, found, "完好的 .docx 文件", "请用 Word 或 WPS 打开后另存")
        ) from error
    numbering = _Numbering(document)
    blocks = list(_blocks(body, numbering))
    for kind, title in (("footnotes", "脚注"), ("endnotes", "尾注")):
        blocks += _notes(document, kind, title)
    if not blocks:
        raise CaseError(
            Fault(
                path.name, "文件里没有文字", "有文字的 Word 文件", "若是图片，请取得原始电子文件，或另行转录"
            )
        )
    aside: list[str] = []
    for section in document.sections:
        for part in (
            section.header, section.first_page_header, section.even_page_header,
            section.footer, section.first_page_footer, section.even_page_footer,
        ):  # fmt: skip
            if not part.is_linked_to_previous:
                aside += _blocks(part._element, numbering)
    return {
        "blocks": [(None, text) for text in blocks],
        "aside": [(None, text) for text in dict.fromkeys(aside)],
    }


def _blocks(parent: Any, numbering: _Numbering) -> Iterator[str]:
    """The paragraphs and rows under an element, in reading order; boxes after the paragraph that they hang on."""
    before = ""
    for element in parent:
        if element.tag == f"{_W}p":
            text = before + numbering.mark(element) + _text(element)
            if _is_deleted_mark(element):
                before = text  # its end was deleted: the next paragraph goes on
                continue
            before = ""
            if text.strip():
                yield text.strip()
            for box in _boxes(element):
                yield from _blocks(box, numbering)
        elif element.tag == f"{_W}tbl":
            yield from _rows(element, numbering)
        elif element.tag in {f"{_W}sdt", f"{_W}sdtContent", f"{_W}ins", f"{_W}customXml", f"{_W}moveTo"}:
            yield from _blocks(element, numbering)
    if before.strip():
        yield before.strip()


def _rows(table: Any, numbering: _Numbering) -> Iterator[str]:
    for row in table.iter(f"{_W}tr"):
        if next(row.iterancestors(f"{_W}tbl")) is not table or row.find(f"{_W}trPr/{_W}del") is not None:
            continue
        cells = []
        for cell in row.iter(f"{_W}tc"):
            if next(cell.iterancestors(f"{_W}tr")) is not row:
                continue  # of a table within a cell: read with the cell
            merged = cell.find(f"{_W}tcPr/{_W}vMerge")
            if merged is None or merged.get(f"{_W}val") == "restart":
                cells.append("\n".join(_blocks(cell, numbering)))
        if any(cells):
            yield "\t".join(cells)


def _text(paragraph: Any) -> str:
    """What a reader sees of a paragraph, without the boxes that hang on it."""
    parts: list[str] = []

    def walk(element: Any) -> None:
        if element.tag in _UNSEEN or element.tag == f"{_W}txbxContent" or _is_hidden(element):
            return
        if element.tag in {f"{_W}t", _MATH_TEXT}:
            parts.append(element.text or "")
        elif element.tag in _PLAIN:
            parts.append(_PLAIN[element.tag])
        else:
            for child in element:
                walk(child)

    for child in paragraph:
        walk(child)
    return "".join(parts)


def _is_hidden(element: Any) -> bool:
    if element.tag != f"{_W}r":
        return False
    vanish = element.find(f"{_W}rPr/{_W}vanish")
    return vanish is not None and vanish.get(f"{_W}val", "1") not in _OFF


def _is_deleted_mark(paragraph: Any) -> bool:
    return paragraph.find(f"{_W}pPr/{_W}rPr/{_W}del") is not None


def _boxes(paragraph: Any) -> Iterator[Any]:
    for box in paragraph.iter(f"{_W}txbxContent"):
        around = {element.tag for element in box.iterancestors()}
        if not around & _UNSEEN:
            yield box


def _notes(document: Any, kind: str, title: str) -> Iterator[str]:
    """Footnotes or endnotes, each as a block with its number."""
    from docx.oxml import parse_xml

    for relation in document.part.rels.values():
        if not relation.reltype.endswith(f"/{kind}"):
            continue
        notes = parse_xml(relation.target_part.blob)
        real = [note for note in notes if note.get(f"{_W}type") in {None, "normal"}]
        for number, note in enumerate(real, 1):
            text = "\n".join(_text(paragraph).strip() for paragraph in note.iter(f"{_W}p")).strip()
            if text:
                yield f"{title}{number} {text}"


# --- numbers that Word makes -----------------------------------------------------------------------------


class _Numbering:
    """The counters of a document's lists. Formats that we do not know (pictures, bullets) give no number."""

    def __init__(self, document: Any) -> None:
        self._lists: dict[str, str] = {}
        self._levels: dict[tuple[str, int], tuple[str, str, int]] = {}
        self._counts: dict[tuple[str, int], int] = {}
        self._styles: dict[str, tuple[str, int]] = {}
        try:
            root = document.part.numbering_part.element
        except (KeyError, NotImplementedError, AttributeError):
            return
        for abstract in root.findall(f"{_W}abstractNum"):
            own = abstract.get(f"{_W}abstractNumId")
            for level in abstract.findall(f"{_W}lvl"):
                start = _value(level, "start", "1")
                self._levels[own, int(level.get(f"{_W}ilvl", "0"))] = (
                    _value(level, "numFmt", "decimal"), _value(level, "lvlText", ""), int(start) if start.isdigit() else 1,
                )  # fmt: skip
        for number in root.findall(f"{_W}num"):
            self._lists[number.get(f"{_W}numId")] = _value(number, "abstractNumId", "")
        for style in document.styles.element.findall(f"{_W}style"):
            own_list = style.find(f"{_W}pPr/{_W}numPr")
            if own_list is not None:
                self._styles[style.get(f"{_W}styleId")] = _place(own_list)

    def mark(self, paragraph: Any) -> str:
        """The number that Word prints before a paragraph, counted on; "" where it prints none."""
        own = paragraph.find(f"{_W}pPr/{_W}numPr")
        style = paragraph.find(f"{_W}pPr/{_W}pStyle")
        number, level = self._styles.get(style.get(f"{_W}val"), ("", 0)) if style is not None else ("", 0)
        if own is not None:
            number, level = _place(own, number)
        abstract = self._lists.get(number, "")
        if (abstract, level) not in self._levels:
            return ""
        self._counts[abstract, level] = (
            self._counts.get((abstract, level), self._levels[abstract, level][2] - 1) + 1
        )
        for deeper in [key for key in self._counts if key[0] == abstract and key[1] > level]:
            del self._counts[deeper]
        shown = self._levels[abstract, level][1]
        if self._levels[abstract, level][0] in {"bullet", "none"}:
            return ""
        known = True

        def digits(found: re.Match[str]) -> str:
            nonlocal known
            at = int(found[1]) - 1
            form, _, start = self._levels.get((abstract, at), ("", "", 1))
            words = _number_in(form, self._counts.get((abstract, at), start))
            known = known and bool(words)
            return words

        mark = re.sub(r"%(\d)", digits, shown)
        return mark if known else ""


def _place(element: Any, number: str = "") -> tuple[str, int]:
    level = _value(element, "ilvl", "0")
    return _value(element, "numId", number), int(level) if level.isdigit() else 0


def _value(element: Any, name: str, default: str) -> str:
    found = element.find(f"{_W}{name}")
    return default if found is None else found.get(f"{_W}val", default)


_CHINESE = {
    "chineseCounting", "chineseCountingThousand", "japaneseCounting", "taiwaneseCounting", "taiwaneseCountingThousand",
    "ideographDigital", "japaneseDigitalTenThousand",
}  # fmt: skip


def _number_in(form: str, number: int) -> str:
    if form in _CHINESE:
        return _chinese(number)
    if form in {"decimal", "decimalFullWidth", "decimalHalfWidth"}:
        return str(number)
    if form == "decimalZero":
        return f"{number:02d}"
    if form == "decimalEnclosedCircleChinese" or form == "decimalEnclosedCircle":
        return chr(0x2460 + number - 1) if 1 <= number <= 20 else ""
    if form in {"upperLetter", "lowerLetter"} and 1 <= number <= 26:
        letter = chr(ord("A") + number - 1)
        return letter if form == "upperLetter" else letter.lower()
    return ""


def _chinese(number: int) -> str:
    """一 to 九十九; digits beyond."""
    digits = "零一二三四五六七八九"
    if not 0 < number < 100:
        return str(number)
    tens, ones = divmod(number, 10)
    return (digits[tens] if tens > 1 else "") + ("十" if tens else "") + (digits[ones] if ones else "")
