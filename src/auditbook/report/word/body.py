"""The page's markup walked once, block by block, into the paragraphs, tables and pictures of a Word document.

Every word comes from the page. Left out on purpose is what does something on a screen alone: the summary over a chart's
numbers, and what shows or closes the entries of the evidence.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial

from auditbook.report.word import styles, tables
from auditbook.report.word.markup import Element
from auditbook.report.word.pictures import Picture, picture
from auditbook.report.word.words import PLAIN, Line, Manner, escaped

_BLOCK_NAMES = """
    p div section article header footer main nav aside h1 h2 h3 h4 h5 h6 ul ol li dl dt dd table figure figcaption
    details summary pre blockquote hr svg img
"""
_BLOCKS = frozenset(_BLOCK_NAMES.split())
_OWN_NUMBER = re.compile(
    r"[一二三四五六七八九十\d]+[、.．]|（[一二三四五六七八九十\d]+）|第.{1,4}[章节部]|[\u4e00-\u9fff]{1,4}\d+[：、\s]"
)
_TITLE_LINE = 20  # characters of a title on a line
_CARDS = 4  # key figures side by side


@dataclass(frozen=True)
class Setting:
    """Where a block stands: its paragraphs' style, the room across, whether it stays with what follows, how deep lists are."""

    style: str = "BodyText"
    width: int = styles.TEXT_WIDTH
    keep: bool = False
    align: str = ""
    cell: bool = False
    noted: bool = False  # a note may follow the table
    list_left: int = 1060
    depth: int = 0


@dataclass
class _Block:
    """A paragraph or table that is done. It heads what comes after it (a heading), or ends a turned page (``turn``)."""

    xml: str
    heads: bool = False
    turn: bool = False


class Body:
    """What has been written of the document so far."""

    def __init__(self, anchors: dict[str, str]) -> None:
        """Take the bookmark's name for each id that something leads to."""
        self.blocks: list[_Block] = []
        self.pictures: list[Picture] = []
        self.counts: list[int] = []
        self.footnotes: list[str] = []
        self._anchors = anchors
        self._waiting: list[str] = []
        self._bookmarks = 0
        self._break = False
        self._count = 0
        self._begins = "nextPage"
        self._sections = 0
        self._across = False

    # --- from the outside in ---------------------------------------------------------------------------------

    def turn(self) -> None:
        """What comes next begins a page."""
        self._break = True

    def close(self) -> str:
        """The document's body as XML, its last section's end included."""
        if self._waiting:  # a place at the very end
            self.paragraph("AfterTable", "")
        return "".join(block.xml for block in self.blocks) + self._section()

    def contents(self, heading: str, entries: Sequence[tuple[int, Element]]) -> None:
        """Write the contents: entries as they will read, in the field that Word makes them with.

        Page numbers are Word's to know: they come when a reader renews the field, so that none here can be wrong.
        """
        self.paragraph("TOCHeading", f"<w:r><w:t>{escaped(heading)}</w:t></w:r>")
        begin = len(self.blocks) - 1
        field = (
            '<w:r><w:fldChar w:fldCharType="begin"/></w:r>'
            '<w:r><w:instrText xml:space="preserve"> TOC \\o "1-2" \\h \\z \\u </w:instrText></w:r>'
            '<w:r><w:fldChar w:fldCharType="separate"/></w:r>'
        )
        for place, (level, link) in enumerate(entries):
            line = self.line()
            line.add(link.children)
            anchor = self._anchors[link.attributes["href"][1:]]
            shown = f'<w:hyperlink w:anchor="{anchor}" w:history="1">{"".join(line.runs)}</w:hyperlink>'
            # within the last entry: a paragraph of its own could begin a page that has nothing else
            end = '<w:r><w:fldChar w:fldCharType="end"/></w:r>' if place == len(entries) - 1 else ""
            self.paragraph(f"TOC{min(level, 2)}", (field if not place else "") + shown + end)
        inside = "".join(block.xml for block in self.blocks[begin:])
        self.blocks[begin:] = [
            _Block(
                '<w:sdt><w:sdtPr><w:docPartObj><w:docPartGallery w:val="Table of Contents"/><w:docPartUnique/></w:docPartObj></w:sdtPr>'
                f"<w:sdtContent>{inside}</w:sdtContent></w:sdt>"
            )
        ]

    def walk(self, content: Iterable[Element | str], setting: Setting) -> None:
        """Write blocks; words between them become paragraphs of their own."""
        loose: list[Element | str] = []
        for part in content:
            if isinstance(part, Element) and (part.name in _BLOCKS or _holds_blocks(part)):
                self._loose(loose, setting)
                loose = []
                self._block(part, setting)
            else:
                loose.append(part)
        self._loose(loose, setting)

    def _loose(self, words: list[Element | str], setting: Setting) -> None:
        line = self.line()
        self._say(line, words)
        if line:
            self._set(line, setting)

    def line(self) -> Line:
        """A new paragraph's words."""
        return Line(self._anchors)

    # --- paragraphs ----------------------------------------------------------------------------------------------

    def paragraph(
        self, style: str, runs: str, *, keep: bool = False, more: str = "", ahead: str = ""
    ) -> None:
        """Write a paragraph. ``ahead``, ``more``: its own properties before and after those of its place, in Word's order."""
        begin, end = self._marks()
        turn = "<w:pageBreakBefore/>" if self._break else ""
        self._break = False
        properties = f'<w:pStyle w:val="{style}"/>{"<w:keepNext/>" if keep else ""}{turn}{ahead}{more}'
        self.blocks.append(
            _Block(f"<w:p><w:pPr>{properties}</w:pPr>{begin}{runs}{end}</w:p>", style.startswith("Heading"))
        )

    def _set(self, line: Line, setting: Setting, style: str = "") -> None:
        self.paragraph(
            style or setting.style, "".join(line.runs), keep=setting.keep,
            more=f'<w:jc w:val="{setting.align}"/>' if setting.align else "",
        )  # fmt: skip

    def _say(self, line: Line, content: Sequence[Element | str], manner: Manner = PLAIN) -> None:
        """Words into a line; what leads to a place among them leads to its paragraph."""
        for part in content:
            if isinstance(part, Element):
                for below in part.elements():
                    self._mark(below)
        line.add(content, manner)

    def _mark(self, element: Element) -> None:
        """Something leads to this element: a bookmark at the next paragraph."""
        if element.id in self._anchors:
            self._waiting.append(self._anchors[element.id])

    def _marks(self) -> tuple[str, str]:
        begin, end = [], []
        for name in self._waiting:
            self._bookmarks += 1
            begin.append(f'<w:bookmarkStart w:id="{self._bookmarks}" w:name="{name}"/>')
            end.append(f'<w:bookmarkEnd w:id="{self._bookmarks}"/>')
        self._waiting = []
        return "".join(begin), "".join(end)

    def _words(self, element: Element, setting: Setting, style: str = "", manner: Manner = PLAIN) -> None:
        """A paragraph of an element that holds words alone."""
        line = self.line()
        self._say(line, element.children, manner)
        if line:
            self._set(line, setting, style)

    # --- blocks ---------------------------------------------------------------------------------------------------

    def _block(self, element: Element, setting: Setting) -> None:
        self._mark(element)
        match element.name:
            case "p" if "entry-close" in element.classes:
                pass
            case "h1":
                self._words(replace(element, children=_in_two_lines(element)), setting, "Title")
            case "h2" | "h3" | "h4" | "h5" | "h6":
                self._heading(element)
            case "p":
                self._paragraph(element, setting)
            case "ol" if "source-notes" in element.classes:
                self._footnotes(element)
            case "ul" | "ol":
                self._list(element, setting)
            case "dl" if "key-figures" in element.classes:
                self._cards(element)
            case "dl":
                self._terms(element, setting)
            case "table":
                self._table(element, setting)
            case "details":
                self._details(element, setting)
            case "figcaption":
                self._words(element, replace(setting, keep=False, align=""), "FigureCaption")
            case "svg":
                self._picture(picture(element.source, element.attributes.get("aria-label", "")))
            case "img":
                raise ValueError("a picture that is no drawing: Word gets the page's SVG charts alone")
            case "pre":
                self._program(element)
            case "section" if "sheet" in element.classes:
                self.turn()
                self.walk(element.children, setting)
                self.turn()
            case "div" if "table-block" in element.classes:
                self.walk(element.children, replace(setting, noted=True))
                self._turn_back()
            case "div" if "callout" in element.classes:
                self._callout(element, setting)
            case "div" if "link-index" in element.classes:
                self.walk(element.children, replace(setting, style="Small", list_left=420))
            case "div" if "entries-all" in element.classes:
                self._entries(element, setting)
            case "div" if "entry" in element.classes:
                self._entry(element)
            case "footer":
                self.walk(element.children, replace(setting, style="Small"))
            case "hr":
                pass
            case _:
                self.walk(element.children, setting)

    def _heading(self, element: Element) -> None:
        level = int(element.name[1]) - 1
        line = self.line()
        self._say(line, element.children)
        ahead = ""
        if level >= 3 and not _OWN_NUMBER.match(element.text().strip()):
            ahead = f'<w:numPr><w:ilvl w:val="0"/><w:numId w:val="{self._head_count(level)}"/></w:numPr>'
        elif level < 3:
            self._count = 0
        # a number of Word's own would take the paragraph to the edge
        indent = '<w:ind w:firstLineChars="200" w:firstLine="640"/>' if ahead else ""
        self.paragraph(f"Heading{level}", "".join(line.runs), ahead=ahead, more=indent)

    def _head_count(self, level: int) -> int:
        """The count of headings 1. 2. 3. under the present heading （一）, begun anew under each."""
        if level == 3 and self._count:
            return self._count
        self.counts.append(styles.HEADS)
        self._count = len(self.counts) + 1
        return self._count

    def _paragraph(self, element: Element, setting: Setting) -> None:
        named = {"note": "Note", "callout-title": "CalloutTitle", "kicker": "Kicker", "subtitle": "Subtitle",
                 "fingerprint": "Subtitle", "place": "Small"}  # fmt: skip
        style = next((named[name] for name in element.classes if name in named), "")
        self._words(element, setting, style)

    def _footnotes(self, element: Element) -> None:
        """Notes to the foot of the page on which their numbers stand."""
        for note in _elements(element, "li"):
            line = self.line()
            line.add(
                part
                for part in note.children
                if not (isinstance(part, Element) and "note-number" in part.classes)
            )
            self.footnotes.append("".join(line.runs))

    def _list(self, element: Element, setting: Setting) -> None:
        number = styles.BULLETS
        if element.name == "ol":
            self.counts.append(styles.COUNT)
            number = len(self.counts) + 1
        left = setting.list_left + 320 * setting.depth
        hanging = min(320, left)
        for item in element.children:
            if not isinstance(item, Element):
                continue
            self._mark(item)
            first, others = _first_words(item)
            line = self.line()
            self._say(line, first)
            indent = f'<w:ind w:left="{left}" w:hanging="{hanging}"/>'
            self.paragraph(
                setting.style, "".join(line.runs), keep=setting.keep,
                ahead=f'<w:numPr><w:ilvl w:val="0"/><w:numId w:val="{number}"/></w:numPr>', more=indent,
            )  # fmt: skip
            self.walk(others, replace(setting, depth=setting.depth + 1))

    def _terms(self, element: Element, setting: Setting) -> None:
        """Terms and what is said of each: the term at the left edge, the words beside it."""
        column = _BESIDE[setting.style if setting.style in _BESIDE else "Terms"]
        inner = replace(setting, style=column.style, list_left=column.left + 320, align="")
        manner = Manner(bold=True) if column.style == "Evidence" else Manner(colour=styles.MUTED)
        for pair in _elements(element, "div") or [element]:
            line = self.line()
            for term in _elements(pair, "dt"):
                self._say(line, [term], manner)
            for said in _elements(pair, "dd"):
                self._mark(said)
                first, others = _first_words(said)
                line.tab()
                items = others[0] if others else ""
                if isinstance(items, Element) and items.name == "ul" and not any(map(_says, first)):
                    self._items_beside(line, items, inner, column)
                    others = others[1:]
                else:
                    self._say(line, first)
                    self._set(line, inner)
                self.walk(others, inner)
                line = self.line()

    def _items_beside(self, line: Line, items: Element, setting: Setting, column: _Column) -> None:
        """A list beside its term: the first item on the term's line, each with its further lines set in a little."""
        left, hanging = column.left + 160, column.left + 160 - column.start
        for item in _elements(items, "li"):
            self._mark(item)
            first, others = _first_words(item)
            self._say(line, first)
            indent = f'<w:ind w:left="{left}" w:hanging="{hanging}"/>'
            self.paragraph(setting.style, "".join(line.runs), keep=setting.keep, more=indent)
            self.walk(others, setting)
            line, hanging = self.line(), 160

    def _callout(self, element: Element, setting: Setting) -> None:
        warning = "warning" in element.classes
        inner = replace(setting, style="Warning" if warning else "Callout", list_left=560)
        for child in element.children:
            if isinstance(child, Element) and "callout-title" in child.classes:
                self._mark(child)
                self._words(child, setting, "WarningTitle" if warning else "CalloutTitle")
            else:
                self.walk([child], inner)
        self.paragraph("AfterTable", "")

    def _details(self, element: Element, setting: Setting) -> None:
        evidence = "evidence" in element.classes
        inner = replace(setting, style="Evidence", keep=False, align="") if evidence else setting
        for child in element.children:
            if isinstance(child, Element) and child.name == "summary":
                if "figure-data" not in element.classes:
                    self._mark(child)
                    self._words(
                        child, replace(inner, keep=not inner.cell), "EvidenceTitle" if evidence else ""
                    )
            else:
                self.walk([child], inner)

    def _program(self, element: Element) -> None:
        for text in element.text().strip("\n").split("\n"):
            self.paragraph("Program", f'<w:r><w:t xml:space="preserve">{escaped(text)}</w:t></w:r>')

    def _picture(self, drawn: Picture) -> None:
        self.pictures.append(drawn)
        number = len(self.pictures)
        frame = '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom>'
        self.paragraph(
            "Picture",
            f'<w:r><w:drawing><wp:inline distT="0" distB="0" distL="0" distR="0"><wp:extent cx="{drawn.width}" cy="{drawn.height}"/>'
            f'<wp:docPr id="{number}" name="图{number}" descr="{escaped(drawn.words)}"/>'
            '<a:graphic><a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:pic>'
            f'<pic:nvPicPr><pic:cNvPr id="{number}" name="chart{number}.png" descr="{escaped(drawn.words)}"/><pic:cNvPicPr/></pic:nvPicPr>'
            f'<pic:blipFill><a:blip r:embed="picture{number}"/><a:stretch><a:fillRect/></a:stretch></pic:blipFill>'
            f'<pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="{drawn.width}" cy="{drawn.height}"/></a:xfrm>{frame}</pic:spPr>'
            "</pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r>",
        )

    # --- tables --------------------------------------------------------------------------------------------------

    def _cards(self, element: Element) -> None:
        """The key figures, four beside each other."""
        cards = [child for child in element.children if isinstance(child, Element) and child.name == "div"]
        width = styles.TEXT_WIDTH // _CARDS
        rows = []
        for start in range(0, len(cards), _CARDS):
            cells = []
            for card in [*cards[start : start + _CARDS], *[None] * _CARDS][:_CARDS]:
                content = (
                    self._inside(partial(self._card, card))
                    if card
                    else '<w:p><w:pPr><w:pStyle w:val="FigureNote"/></w:pPr></w:p>'
                )
                rule = (
                    '<w:tcBorders><w:top w:val="single" w:sz="18" w:space="0" w:color="1B5E9B"/></w:tcBorders>'
                    if card
                    else ""
                )
                cells.append(
                    f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{rule}</w:tcPr>{content}</w:tc>'
                )
            rows.append(f"<w:tr><w:trPr><w:cantSplit/></w:trPr>{''.join(cells)}</w:tr>")
        self._write_table("Cards", [width] * _CARDS, rows)

    def _card(self, card: Element) -> None:
        for part in (child for child in card.children if isinstance(child, Element)):
            style = (
                "FigureLabel"
                if part.name == "dt"
                else "FigureNote"
                if "note" in part.classes
                else "FigureValue"
            )
            self._words(part, Setting(), style)

    def _inside(self, write: Callable[[], None]) -> str:
        """What ``write`` writes, for a cell of a table; an empty paragraph where it writes nothing."""
        outside, self.blocks = self.blocks, []
        broken, self._break = self._break, False
        write()
        if not self.blocks:
            self.paragraph("CellSmall", "")
        inside, self.blocks = "".join(block.xml for block in self.blocks), outside
        self._break = broken
        return inside

    def _write_table(self, style: str, widths: Sequence[int], rows: Iterable[str]) -> None:
        if self._break:
            self.paragraph("AfterTable", "")  # a table cannot begin a page by itself
        grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
        self.blocks.append(
            _Block(
                f'<w:tbl><w:tblPr><w:tblStyle w:val="{style}"/><w:tblW w:w="{sum(widths)}" w:type="dxa"/>'
                f'<w:tblLayout w:type="fixed"/></w:tblPr><w:tblGrid>{grid}</w:tblGrid>{"".join(rows)}</w:tbl>'
            )
        )
        self.paragraph("AfterTable", "")  # two tables with nothing between them would be one

    def _table(self, element: Element, setting: Setting) -> None:
        form = "form" in element.classes
        heads = [row for head in _elements(element, "thead") for row in _elements(head, "tr")]
        rows = heads + [row for body in _elements(element, "tbody") for row in _elements(body, "tr")]
        style, widths, landscape = "Form", [2200, setting.width - 2200], False
        if not form:
            needs = _needs(rows, bool(heads))
            style, width, landscape = _room(needs, setting)
            widths = tables.spread(needs, width, styles.SIZES[style])
        if landscape:
            self._turn_page()
        for caption in _elements(element, "caption"):
            self._mark(caption)
            self._words(caption, Setting(), "Caption")
        xml = []
        for place, row in enumerate(rows):
            followed = place + 1 < len(rows) and "under" in rows[place + 1].classes
            xml.append(self._row(row, widths, style, row in heads, followed))
        self._write_table("Grid" if form else "Rules", widths, xml)
        self._across = landscape
        if not setting.noted:
            self._turn_back()

    def _turn_back(self) -> None:
        """After a table across a turned page, and the note under it."""
        if self._across:
            self._section_end(landscape=True)
        self._across = False

    def _row(self, row: Element, widths: Sequence[int], style: str, head: bool, followed: bool) -> str:
        self._mark(row)
        cells = _cells(row)
        xml = []
        for place, cell in enumerate(cells):
            across = int(cell.attributes.get("colspan", "1"))
            width = sum(widths[place : place + across])
            # Word keeps a row with the next where any of its paragraphs says so; LibreOffice a whole table where the first does
            keep = (head or followed) and place == len(cells) - 1
            align = "right" if "number" in cell.classes else ""
            setting = Setting(style, width, keep, align, cell=True, list_left=240)
            content = self._inside(partial(self._cell, cell, setting, head or "total" in row.classes))
            span = f'<w:gridSpan w:val="{across}"/>' if across > 1 else ""
            ground = (
                '<w:shd w:val="clear" w:color="auto" w:fill="F3F6F9"/>'
                if head or (style == "Form" and cell.name == "th")
                else ""
            )
            bottom = '<w:vAlign w:val="bottom"/>' if head else ""
            line = (
                '<w:tcBorders><w:bottom w:val="single" w:sz="8" w:space="0" w:color="1F2933"/></w:tcBorders>'
                if head
                else (
                    '<w:tcBorders><w:bottom w:val="nil"/></w:tcBorders>'
                    if followed
                    else '<w:tcBorders><w:top w:val="nil"/></w:tcBorders>'
                    if "under" in row.classes
                    else ""
                )
            )
            xml.append(
                f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{span}{line}{ground}{bottom}</w:tcPr>{content}</w:tc>'
            )
        height = (
            '<w:trHeight w:val="900" w:hRule="atLeast"/>'
            if any("blank" in cell.classes for cell in cells)
            else ""
        )
        repeated = "<w:tblHeader/>" if head else ""
        return f"<w:tr><w:trPr><w:cantSplit/>{height}{repeated}</w:trPr>{''.join(xml)}</w:tr>"

    def _cell(self, cell: Element, setting: Setting, bold: bool) -> None:
        if not bold or _holds_blocks(replace(cell, name="")):
            self.walk(cell.children, setting)
            return
        parts = list(cell.children)
        unit = next(
            (
                place
                for place, part in enumerate(parts)
                if isinstance(part, Element) and "unit" in part.classes
            ),
            0,
        )
        if unit and not tables.fits(
            [tables.Need(tables.half_ems(cell.text()), 0)], setting.width - 120, styles.SIZES[setting.style]
        ):
            parts.insert(unit, Element("br"))  # a unit stands whole under its name
        self._words(replace(cell, children=parts), setting, manner=Manner(bold=True))

    # --- sections ------------------------------------------------------------------------------------------------

    def _section(self, *, landscape: bool = False, columns: int = 1) -> str:
        """The properties of the section that ends here, which began as it was said where the one before it ended."""
        kind, self._begins, first = self._begins, "nextPage", not self._sections
        self._sections += 1
        return styles.section(kind, first=first, landscape=landscape, columns=columns)

    def _section_end(self, *, landscape: bool = False, columns: int = 1) -> None:
        xml = self._section(landscape=landscape, columns=columns)
        self.blocks.append(
            _Block(f'<w:p><w:pPr><w:pStyle w:val="AfterTable"/>{xml}</w:pPr></w:p>', turn=landscape)
        )

    def _turn_page(self) -> None:
        """A section ends before a table across a turned page, with the headings right over it going along."""
        place = len(self.blocks)
        while place and self.blocks[place - 1].heads:
            place -= 1
        along = self.blocks[place:]
        del self.blocks[place:]
        if self.blocks and self.blocks[-1].turn:
            self.blocks.pop()  # the table before stands on a turned page too: one section
            self._sections -= 1
        else:
            self._section_end()
        self.blocks.extend(along)

    def _entries(self, element: Element, setting: Setting) -> None:
        """The evidence of every number: small, in two columns, a paragraph each."""
        self._section_end()
        self._begins = "continuous"
        self.walk(element.children, setting)
        self._section_end(columns=2)
        self._begins = "continuous"

    def _entry(self, element: Element) -> None:
        """One evidence: its name, then a line for each thing that is said of it."""
        line = self.line()
        for part in (child for child in element.children if isinstance(child, Element)):
            self._mark(part)
            if "entry-name" in part.classes:
                self._say(line, part.children, Manner(bold=True))
            for pair in part.named("div") if part.name == "dl" else ():
                line.turn()
                for said in (child for child in pair.children if isinstance(child, Element)):
                    self._say(
                        line, said.children, Manner(colour=styles.MUTED) if said.name == "dt" else PLAIN
                    )
                    line.gap()
        self.paragraph("Entry", "".join(line.runs))


def _needs(rows: Sequence[Element], headed: bool) -> list[tables.Need]:
    """What the columns of a table need. What stands under a row, across them, asks nothing of them."""
    full = [cells for cells in map(_cells, rows) if not any("colspan" in cell.attributes for cell in cells)]
    return [
        tables.need(
            column[0].text() if headed else "", [c.text() for c in column[headed:]], column[0].classes
        )
        for column in zip(*full, strict=True)
    ]


def _room(needs: Sequence[tables.Need], setting: Setting) -> tuple[str, int, bool]:
    """The style of a table's words, its width, and whether it needs a turned page (which a table within a cell cannot have)."""
    for style in ("Cell", "CellSmall"):
        if tables.fits(needs, setting.width, styles.SIZES[style]) and not (
            style == "Cell" and len(needs) > 5
        ):
            return style, setting.width, False
    if setting.cell:
        return "CellSmall", setting.width, False
    return "CellSmall", styles.LANDSCAPE_WIDTH, True


def _cells(row: Element) -> list[Element]:
    return [child for child in row.children if isinstance(child, Element) and child.name in ("td", "th")]


def _holds_blocks(element: Element) -> bool:
    return any(below.name in _BLOCKS for below in element.elements())


@dataclass(frozen=True)
class _Column:
    """Where terms begin and where what is said of them does."""

    style: str
    start: int
    left: int


_BESIDE = {"Terms": _Column("Terms", 0, styles.TERMS), "Evidence": _Column("Evidence", *styles.EVIDENCE)}


def _elements(element: Element, name: str) -> list[Element]:
    return [child for child in element.children if isinstance(child, Element) and child.name == name]


def _first_words(element: Element) -> tuple[list[Element | str], list[Element | str]]:
    """The words that an element begins with, and the blocks that follow; a first paragraph counts as words."""
    for place, part in enumerate(element.children):
        if isinstance(part, Element) and part.name in _BLOCKS:
            before, after = element.children[:place], element.children[place + 1 :]
            if part.name in ("p", "div") and not part.classes and not any(_says(own) for own in before):
                first, others = _first_words(part)
                return first, [*others, *after]
            return before, [part, *after]
    return element.children, []


def _says(part: Element | str) -> bool:
    return bool((part if isinstance(part, str) else part.text()).strip())


def _in_two_lines(title: Element) -> list[Element | str]:
    """A title too long for a line, broken where its year ends, as the page breaks it; another one as it is."""
    parts = list(title.children)
    year = next(
        (
            place
            for place, part in enumerate(parts)
            if isinstance(part, Element) and "unbroken" in part.classes
        ),
        None,
    )
    if year is not None and tables.half_ems(title.text()) > 2 * _TITLE_LINE and parts[year + 1 :]:
        parts.insert(year + 1, Element("br"))
    return parts
