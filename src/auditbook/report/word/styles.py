"""How the document looks: page, fonts and styles after GB/T 9704—2012 《党政机关公文格式》, as the parts Word reads.

Fonts that may not be handed on are named, with what stands in for them, and not shipped.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from auditbook.report.word.words import escaped

NAMESPACES = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" '
    'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture"'
)
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
LATIN = "Times New Roman"
SONG, FANGSONG, HEI, KAI, TITLE = "宋体", "仿宋_GB2312", "黑体", "楷体_GB2312", "方正小标宋简体"
# each font with what a machine without it may show instead, and its PANOSE where it matters for a likeness
_FONTS = (
    (TITLE, "小标宋", "02010601030101010101", "auto"),
    (HEI, "SimHei", "02010609060101010101", "modern"),
    (KAI, "楷体", "02010609030101010101", "modern"),
    (FANGSONG, "仿宋", "02010609030101010101", "modern"),
    (SONG, "SimSun", "02010600030101010101", "auto"),
)

# --- the page, in twentieths of a point (1 mm = 56.7) -------------------------------------------------------

WIDTH, HEIGHT = 11906, 16838  # A4
TOP, BOTTOM, INNER, OUTER = 2098, 1984, 1587, 1474  # 37, 35, 28, 26 mm
TEXT_WIDTH = WIDTH - INNER - OUTER
LANDSCAPE_WIDTH = HEIGHT - BOTTOM - TOP
_FOOT = 1304  # the number stands 7 mm under the text


def section(kind: str = "nextPage", *, first: bool = False, landscape: bool = False, columns: int = 1) -> str:
    """A section: how it begins (``kind``), its page, its feet. The document's first page bears no number."""
    size, margins, foot = f'w:w="{WIDTH}" w:h="{HEIGHT}"', (TOP, OUTER, BOTTOM, INNER), _FOOT
    if landscape:
        size, margins, foot = (
            f'w:w="{HEIGHT}" w:h="{WIDTH}" w:orient="landscape"',
            (INNER, BOTTOM, OUTER, TOP),
            720,
        )
    top, right, bottom, left = margins
    return (
        '<w:sectPr><w:footerReference w:type="default" r:id="odd"/><w:footerReference w:type="even" r:id="even"/>'
        + ('<w:footerReference w:type="first" r:id="first"/>' if first else "")
        + f'<w:type w:val="{kind}"/><w:pgSz {size}/>'
        f'<w:pgMar w:top="{top}" w:right="{right}" w:bottom="{bottom}" w:left="{left}" w:header="851" w:footer="{foot}" w:gutter="0"/>'
        + (f'<w:cols w:num="{columns}" w:space="340"/>' if columns > 1 else "")
        + ("<w:titlePg/>" if first else "")
        + "</w:sectPr>"
    )


def foot(side: str) -> str:
    """The number of the page, “— 1 —”, one character from the outer edge; nothing for the first page."""
    number = (
        "<w:r><w:t>— </w:t></w:r>"
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText xml:space="preserve"> PAGE </w:instrText></w:r>'
        '<w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>1</w:t></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r>'
        '<w:r><w:t xml:space="preserve"> —</w:t></w:r>'
    ).replace("<w:t>— ", '<w:t xml:space="preserve">— ')
    outer = {
        "odd": '<w:ind w:right="280"/><w:jc w:val="right"/>',
        "even": '<w:ind w:left="280"/><w:jc w:val="left"/>',
        "first": "",
    }[side]
    inside = number if side != "first" else ""
    return f'{HEAD}<w:ftr {NAMESPACES}><w:p><w:pPr><w:pStyle w:val="Footer"/>{outer}</w:pPr>{inside}</w:p></w:ftr>'


# --- styles ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Style:
    """A paragraph style: sizes in half points, distances in twentieths of a point, indents in hundredths of a character."""

    id: str
    name: str
    size: int
    line: int  # exact, or 0 for as high as its words
    font: str = FANGSONG
    before: int = 0
    after: int = 0
    first: int = 0
    left: int = 0
    hanging: int = 0
    right: int = 0
    align: str = "both"
    bold: bool = False
    colour: str = ""
    level: int | None = None
    keep: bool = False
    whole: bool = False
    turn: bool = False
    around: str = ""
    tabs: str = ""
    next: str = ""


_INK, MUTED, _ACCENT, _WARNING, _TINT, _RULE = "1F2933", "4D5B68", "1B5E9B", "A63A00", "F3F6F9", "C3CCD5"


def _bar(colour: str) -> str:
    """A remark's bar at the left and its ground."""
    return (
        f'<w:pBdr><w:left w:val="single" w:sz="24" w:space="8" w:color="{colour}"/></w:pBdr>'
        f'<w:shd w:val="clear" w:color="auto" w:fill="{_TINT}"/>'
    )


_THIN_BAR = f'<w:pBdr><w:left w:val="single" w:sz="6" w:space="6" w:color="{_RULE}"/></w:pBdr>'
_UNDER = (
    "<w:pBdr>"
    + "".join(
        f'<w:{side} w:val="single" w:sz="4" w:space="1" w:color="{_RULE}"/>' for side in ("bottom", "between")
    )
    + "</w:pBdr>"
)
_TO_EDGE = f'<w:tabs><w:tab w:val="right" w:leader="dot" w:pos="{TEXT_WIDTH}"/></w:tabs>'
TERMS, EVIDENCE = (
    1440,
    (120, 1080),
)  # where what is said of a term begins; of evidence, where the term does too


def _tab(place: int) -> str:
    return f'<w:tabs><w:tab w:val="left" w:pos="{place}"/></w:tabs>'


_STYLES = (
    _Style("Normal", "Normal", 32, 560),
    _Style("BodyText", "Body Text", 32, 560, first=200),
    _Style(
        "Title", "Title", 44, 720, font=TITLE, before=1800, after=900, align="center", next="Subtitle", keep=True
    ),
    _Style("Kicker", "眉题", 32, 560, align="center", colour=MUTED, keep=True),
    _Style("Subtitle", "Subtitle", 26, 400, left=640, right=640, align="left"),
    _Style(
        "Heading1", "heading 1", 32, 560, font=HEI, before=360, after=120, first=200, align="left", level=0,
        keep=True, whole=True, next="BodyText",
    ),
    _Style(
        "Heading2", "heading 2", 32, 560, font=KAI, before=240, after=60, first=200, align="left", level=1,
        keep=True, whole=True, next="BodyText",
    ),
    _Style(
        "Heading3", "heading 3", 32, 560, before=200, first=200, align="left", bold=True, level=2,
        keep=True, whole=True, next="BodyText",
    ),
    _Style(
        "Heading4", "heading 4", 32, 560, first=200, align="left", level=3, keep=True, whole=True, next="BodyText"
    ),
    _Style("Heading5", "heading 5", 32, 560, first=200, align="left", level=4, keep=True, whole=True, next="BodyText"),
    _Style("TOCHeading", "TOC Heading", 36, 600, font=HEI, after=120, align="center", turn=True, keep=True),
    _Style("TOC1", "toc 1", 21, 280, font=HEI, left=0, align="left", tabs=_TO_EDGE),
    _Style("TOC2", "toc 2", 20, 240, left=480, align="left", tabs=_TO_EDGE),
    _Style("Footer", "footer", 28, 0, font=SONG, align="left"),
    _Style("Caption", "caption", 21, 0, font=HEI, before=200, after=80, align="center", keep=True, whole=True),
    _Style("FigureCaption", "图题", 21, 0, font=HEI, before=60, after=200, align="center", whole=True),
    _Style("Picture", "图", 21, 0, before=160, align="center", keep=True),
    _Style("Note", "表注", 20, 300, before=60, after=160, align="both", colour=MUTED),
    _Style("AfterTable", "表后", 8, 160),
    _Style("Cell", "表文", 20, 280, before=20, after=20, align="left"),
    _Style("CellSmall", "表文（小）", 18, 250, before=20, after=20, align="left"),
    _Style("Terms", "事项", 24, 420, left=TERMS, hanging=TERMS, align="left", tabs=_tab(TERMS)),
    _Style("Evidence", "依据", 17, 230, left=EVIDENCE[1], hanging=EVIDENCE[1] - EVIDENCE[0], align="left", colour=MUTED,
           around=_THIN_BAR, tabs=_tab(EVIDENCE[1])),
    _Style("EvidenceTitle", "依据题", 17, 240, align="left", colour=_ACCENT),
    _Style("Callout", "提示", 26, 440, left=240, around=_bar(_ACCENT)),
    _Style("CalloutTitle", "提示题", 28, 480, font=HEI, before=200, left=240, align="left", keep=True, around=_bar(_ACCENT), next="Callout"),
    _Style("Warning", "警示", 26, 440, left=240, around=_bar(_WARNING)),
    _Style("WarningTitle", "警示题", 28, 480, font=HEI, before=200, left=240, align="left", keep=True, colour=_WARNING,
           around=_bar(_WARNING), next="Warning"),
    _Style("FigureLabel", "数字名", 20, 300, before=60, align="left", colour=MUTED, keep=True),
    _Style("FigureValue", "数字", 30, 500, font=HEI, align="left", colour=_ACCENT, keep=True),
    _Style("FigureNote", "数字注", 18, 260, after=80, align="left", colour=MUTED),
    _Style("Small", "小字", 21, 340, align="left"),
    _Style("FootnoteText", "footnote text", 18, 240, align="left"),
    _Style("Entry", "数字依据", 15, 210, after=90, align="left", whole=True, around=_UNDER),
    _Style("Program", "代码", 18, 260, align="left", around=f'<w:shd w:val="clear" w:color="auto" w:fill="{_TINT}"/>'),
    _Style("Form", "取证单", 21, 360, before=40, after=40, align="left"),
)  # fmt: skip


def _fonts(font: str) -> str:
    return f'<w:rFonts w:ascii="{LATIN}" w:hAnsi="{LATIN}" w:eastAsia="{font}" w:cs="{LATIN}" w:hint="eastAsia"/>'


def _style(style: _Style) -> str:
    line = f' w:line="{style.line}" w:lineRule="exact"' if style.line else ' w:line="240" w:lineRule="auto"'
    indents = "".join(
        f' w:{name}="{value}"'
        for name, value in (("left", style.left), ("right", style.right), ("hanging", style.hanging))
        if value
    )
    if style.first:
        indents += f' w:firstLineChars="{style.first}" w:firstLine="{style.size * style.first // 10}"'
    normal = style.id == "Normal"
    # Word has styles of its own under English names; ours are named for who sets further text with them
    kind = ' w:default="1"' if normal else "" if style.name.isascii() else ' w:customStyle="1"'
    return (
        f'<w:style w:type="paragraph"{kind} w:styleId="{style.id}">'
        f'<w:name w:val="{style.name}"/>'
        + ("" if normal else '<w:basedOn w:val="Normal"/>')
        + (f'<w:next w:val="{style.next}"/>' if style.next else "")
        + "<w:qFormat/>"
        + "<w:pPr>"
        + ("<w:keepNext/>" if style.keep else "")
        + ("<w:keepLines/>" if style.whole else "")
        + ("<w:pageBreakBefore/>" if style.turn else "")
        + style.around
        + style.tabs
        + f'<w:spacing w:before="{style.before}" w:after="{style.after}"{line}/>'
        + (f"<w:ind{indents}/>" if indents else "")
        + f'<w:jc w:val="{style.align}"/>'
        + (f'<w:outlineLvl w:val="{style.level}"/>' if style.level is not None else "")
        + "</w:pPr><w:rPr>"
        + _fonts(style.font)
        + ("<w:b/>" if style.bold else "")
        + (f'<w:color w:val="{style.colour}"/>' if style.colour else "")
        + f'<w:sz w:val="{style.size}"/><w:szCs w:val="{style.size}"/></w:rPr></w:style>'
    )


SIZES = {style.id: style.size for style in _STYLES}


def styles() -> str:
    """The part styles.xml."""
    # Chinese; but Latin letters and digits are English to Word, for in Chinese it may break a number at a line's end
    defaults = (
        f"<w:docDefaults><w:rPrDefault><w:rPr>{_fonts(FANGSONG)}"
        '<w:kern w:val="0"/><w:sz w:val="32"/><w:szCs w:val="32"/>'
        '<w:lang w:val="en-US" w:eastAsia="zh-CN" w:bidi="ar-SA"/></w:rPr></w:rPrDefault>'
        "<w:pPrDefault><w:pPr><w:widowControl/></w:pPr></w:pPrDefault></w:docDefaults>"
    )
    words = (
        '<w:style w:type="character" w:default="1" w:styleId="DefaultParagraphFont"><w:name w:val="Default Paragraph Font"/></w:style>'
        # no underline: on paper a link is words like any other
        f'<w:style w:type="character" w:styleId="Hyperlink"><w:name w:val="Hyperlink"/><w:rPr><w:color w:val="{_ACCENT}"/></w:rPr></w:style>'
        '<w:style w:type="character" w:styleId="Code"><w:name w:val="代码字"/><w:rPr>'
        f'<w:rFonts w:ascii="Consolas" w:hAnsi="Consolas" w:eastAsia="{FANGSONG}" w:cs="Consolas"/></w:rPr></w:style>'
        '<w:style w:type="table" w:default="1" w:styleId="TableNormal"><w:name w:val="Normal Table"/><w:tblPr><w:tblInd w:w="0" w:type="dxa"/>'
        '<w:tblCellMar><w:left w:w="0" w:type="dxa"/><w:right w:w="0" w:type="dxa"/></w:tblCellMar></w:tblPr></w:style>'
        + _table_style("Rules", "三线表", _three_rules())
        + _table_style("Grid", "表格线", _grid())
        + _table_style("Cards", "数字卡", "")
    )
    return f"{HEAD}<w:styles {NAMESPACES}>{defaults}{''.join(map(_style, _STYLES))}{words}</w:styles>"


def _table_style(id: str, name: str, borders: str) -> str:
    return (
        f'<w:style w:type="table" w:customStyle="1" w:styleId="{id}"><w:name w:val="{name}"/><w:basedOn w:val="TableNormal"/>'
        f"<w:tblPr>{borders}"
        '<w:tblCellMar><w:top w:w="20" w:type="dxa"/><w:left w:w="60" w:type="dxa"/>'
        '<w:bottom w:w="20" w:type="dxa"/><w:right w:w="60" w:type="dxa"/></w:tblCellMar></w:tblPr></w:style>'
    )


def _three_rules() -> str:
    return (
        f'<w:tblBorders><w:top w:val="single" w:sz="12" w:space="0" w:color="{_INK}"/>'
        f'<w:bottom w:val="single" w:sz="12" w:space="0" w:color="{_INK}"/>'
        f'<w:insideH w:val="single" w:sz="4" w:space="0" w:color="{_RULE}"/></w:tblBorders>'
    )


def _grid() -> str:
    sides = ("top", "left", "bottom", "right", "insideH", "insideV")
    lines = "".join(f'<w:{side} w:val="single" w:sz="6" w:space="0" w:color="{_INK}"/>' for side in sides)
    return f"<w:tblBorders>{lines}</w:tblBorders>"


# --- the other parts ------------------------------------------------------------------------------------------

BULLETS, HEADS, COUNT = 1, 2, 3  # how lists and headings are numbered


def numbering(counts: list[int]) -> str:
    """The part numbering.xml. ``counts``: for each count from the third on, what it counts (BULLETS never, HEADS or 3)."""
    kinds = (
        (1, "bullet", "•", ""),
        (2, "decimal", "%1.", ""),  # the third level of headings: 1. 2. 3.
        (3, "decimal", "%1.", ""),
    )
    abstract = "".join(
        f'<w:abstractNum w:abstractNumId="{id}"><w:multiLevelType w:val="singleLevel"/>'
        f'<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="{form}"/>'
        + ('<w:suff w:val="nothing"/>' if id == HEADS else '<w:suff w:val="tab"/>')
        + f'<w:lvlText w:val="{text}"/><w:lvlJc w:val="left"/>'
        + ("<w:pPr/>" if id == HEADS else '<w:pPr><w:ind w:left="420" w:hanging="420"/></w:pPr>')
        + "</w:lvl></w:abstractNum>"
        for id, form, text, _ in kinds
    )
    numbers = f'<w:num w:numId="{BULLETS}"><w:abstractNumId w:val="1"/></w:num>' + "".join(
        f'<w:num w:numId="{place}"><w:abstractNumId w:val="{kind}"/>'
        '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride></w:num>'
        for place, kind in enumerate(counts, 2)
    )
    return f"{HEAD}<w:numbering {NAMESPACES}>{abstract}{numbers}</w:numbering>"


def font_table() -> str:
    """The part fontTable.xml: what stands in for a font that a machine has not."""
    rows = "".join(
        f'<w:font w:name="{name}"><w:altName w:val="{other}"/><w:panose1 w:val="{panose}"/><w:charset w:val="86"/>'
        f'<w:family w:val="{family}"/><w:pitch w:val="variable"/></w:font>'
        for name, other, panose, family in _FONTS
    )
    latin = (
        f'<w:font w:name="{LATIN}"><w:panose1 w:val="02020603050405020304"/><w:charset w:val="00"/>'
        '<w:family w:val="roman"/><w:pitch w:val="variable"/></w:font>'
    )
    return f"{HEAD}<w:fonts {NAMESPACES}>{rows}{latin}</w:fonts>"


def settings() -> str:
    """The part settings.xml: two-sided, in Chinese; nothing is asked or fetched when it is opened."""
    return (
        f'{HEAD}<w:settings {NAMESPACES}><w:zoom w:percent="100"/><w:mirrorMargins/>'
        '<w:defaultTabStop w:val="420"/><w:evenAndOddHeaders/><w:characterSpacingControl w:val="compressPunctuation"/>'
        '<w:footnotePr><w:footnote w:id="-1"/><w:footnote w:id="0"/></w:footnotePr>'
        '<w:compat><w:compatSetting w:name="compatibilityMode" w:uri="http://schemas.microsoft.com/office/word" w:val="15"/></w:compat>'
        '<w:themeFontLang w:val="zh-CN" w:eastAsia="zh-CN"/><w:decimalSymbol w:val="."/><w:listSeparator w:val=","/></w:settings>'
    )


def footnotes(notes: Iterable[str]) -> str:
    """The part footnotes.xml: the rule above them, then the notes by their number, each as its runs."""
    rules = "".join(
        f'<w:footnote w:type="{kind}" w:id="{id}"><w:p><w:pPr><w:spacing w:line="240" w:lineRule="auto"/></w:pPr><w:r><w:{mark}/></w:r></w:p></w:footnote>'
        for kind, id, mark in (
            ("separator", -1, "separator"),
            ("continuationSeparator", 0, "continuationSeparator"),
        )
    )
    written = "".join(
        f'<w:footnote w:id="{number}"><w:p><w:pPr><w:pStyle w:val="FootnoteText"/></w:pPr><w:r><w:footnoteRef/></w:r><w:r><w:t xml:space="preserve"> </w:t></w:r>{runs}</w:p></w:footnote>'
        for number, runs in enumerate(notes, 1)
    )
    return f"{HEAD}<w:footnotes {NAMESPACES}>{rules}{written}</w:footnotes>"


def core(title: str) -> str:
    """The part core.xml: what the document is; no time, no person."""
    return (
        f"{HEAD}<cp:coreProperties"
        ' xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties"'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"<dc:title>{escaped(title)}</dc:title><dc:creator>auditbook</dc:creator><dc:language>zh-CN</dc:language>"
        "</cp:coreProperties>"
    )
