"""Make src/auditbook/fonts/NotoSansCJKsc-GBK.ttf from Debian's fonts-noto-cjk.

The same font and the same fontTools give the same bytes.

Why TrueType outlines: a PDF with the original's CFF outlines shows blank Chinese in some viewers.
Why not the collection itself: matplotlib opens its first face, which draws the Japanese shapes.
"""

import argparse
from pathlib import Path

from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTCollection, TTFont, newTable

ORIGIN = "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"
FACE = "Noto Sans CJK SC"
TARGET = Path(__file__).resolve().parent.parent / "src/auditbook/fonts/NotoSansCJKsc-GBK.ttf"
MAX_ERROR = 1.0  # how far a quadratic outline may stray from the cubic one, in thousandths of an em

# Beside GBK: whole blocks, as far as the font has them.
BLOCKS = [
    (0x0020, 0x007E),  # ASCII
    (0x00A0, 0x00FF),  # Latin-1
    (0x2000, 0x206F),  # general punctuation
    (0x2070, 0x218F),  # superscripts, currencies, ℃ № ™, ⅓ Ⅻ
    (0x2190, 0x23FF),  # arrows, mathematics, technical
    (0x2460, 0x24FF),  # ① ⑴ ⒈
    (0x2500, 0x27BF),  # boxes, ▲ ■ ●, ★, ✓
    (0x3000, 0x303F),  # 、。《》【】
    (0x3200, 0x33FF),  # ㈠ ㎡
    (0x9FA6, 0x9FFF),  # the Han characters added to the main block after GBK
    (0xFF00, 0xFFEF),  # full width
]


def gbk_characters() -> set[int]:
    """Every character that GBK writes with two bytes."""
    pairs = (bytes([lead, trail]) for lead in range(0x81, 0xFF) for trail in range(0x40, 0xFF))
    return {
        ord(text) for pair in pairs if len(text := pair.decode("gbk", "ignore")) == 1 and not text.isascii()
    }


def subset(font: TTFont, characters: set[int]) -> None:
    """Keep the glyphs of `characters`, without layout features, vertical metrics or hints."""
    options = Options()
    options.layout_features = []
    options.drop_tables += ["BASE", "GDEF", "GPOS", "GSUB", "VORG", "vhea", "vmtx"]
    options.hinting = False
    options.desubroutinize = True
    options.notdef_outline = True
    options.name_IDs = ["*"]
    options.name_languages = ["*"]
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=characters)
    subsetter.subset(font)


def to_truetype(font: TTFont) -> None:
    """Replace cubic CFF outlines by quadratic TrueType ones."""
    glyph_set = font.getGlyphSet()
    order = font.getGlyphOrder()
    glyphs = {}
    for name in order:
        pen = TTGlyphPen(None)
        glyph_set[name].draw(Cu2QuPen(pen, MAX_ERROR, reverse_direction=True))
        glyphs[name] = pen.glyph(dropImpliedOnCurves=True)
    font["loca"] = newTable("loca")
    font["glyf"] = glyf = newTable("glyf")
    glyf.glyphOrder = order
    glyf.glyphs = glyphs
    del font["CFF "]
    glyf.compile(font)
    for name, glyph in glyphs.items():
        advance = font["hmtx"][name][0]
        font["hmtx"][name] = (advance, getattr(glyph, "xMin", 0))

    maxp = font["maxp"]
    maxp.tableVersion = 0x00010000
    maxp.maxZones = 1
    maxp.maxTwilightPoints = maxp.maxStorage = maxp.maxFunctionDefs = maxp.maxInstructionDefs = 0
    maxp.maxStackElements = maxp.maxSizeOfInstructions = 0
    maxp.maxComponentElements = 0
    maxp.compile(font)
    font["post"].formatType = 3.0  # no glyph names
    font["post"].extraNames = []
    font["post"].mapping = {}
    font.sfntVersion = "\000\001\000\000"


def main() -> None:
    """Make the font and say what it lacks."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--origin", default=ORIGIN)
    parser.add_argument("--target", type=Path, default=TARGET)
    arguments = parser.parse_args()

    faces = TTCollection(arguments.origin, lazy=True).fonts
    font = next(face for face in faces if face["name"].getDebugName(4) == FACE)
    available = set(font.getBestCmap())
    gbk = gbk_characters()
    blocks = {code for first, last in BLOCKS for code in range(first, last + 1)}
    subset(font, (gbk | blocks) & available)
    to_truetype(font)
    font.recalcTimestamp = False  # keep the original's date
    font.save(arguments.target)

    size = arguments.target.stat().st_size / 1e6
    lacking = "".join(map(chr, sorted(gbk - available))) or "none"
    print(f"{arguments.target}: {len(font.getBestCmap())} characters, {size:.1f} MB")
    print(f"Characters of GBK that the original lacks: {lacking}")


if __name__ == "__main__":
    main()
