"""The parts of a Word document in one file: always the same parts in the same order, without a time."""

from __future__ import annotations

from auditbook.report.word import styles
from auditbook.report.word.body import Body
from auditbook.timeless_zip import zipped

_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_PARTS = ("styles", "numbering", "settings", "fontTable", "footnotes")
_FEET = ("odd", "even", "first")


def packed(body: Body, title: str) -> bytes:
    """The file of a document whose body is written."""
    pictures: dict[str, bytes] = {
        f"word/media/chart{number}.png": drawn.png for number, drawn in enumerate(body.pictures, 1)
    }
    document = body.close()
    parts: dict[str, str] = {
        "[Content_Types].xml": _content_types(),
        "_rels/.rels": _relations(
            [("document", f"{_OFFICE}/officeDocument", "word/document.xml"),
             ("core", f"{_PACKAGE}/relationships/metadata/core-properties", "docProps/core.xml")]
        ),
        "docProps/core.xml": styles.core(title),
        "word/document.xml": f"{styles.HEAD}<w:document {styles.NAMESPACES}><w:body>{document}</w:body></w:document>",
        "word/_rels/document.xml.rels": _relations(
            [
                *((name, f"{_OFFICE}/{name}", f"{name}.xml") for name in _PARTS),
                *((side, f"{_OFFICE}/footer", f"footer-{side}.xml") for side in _FEET),
                *((f"picture{number}", f"{_OFFICE}/image", name.removeprefix("word/")) for number, name in enumerate(pictures, 1)),
            ]
        ),
        "word/styles.xml": styles.styles(),
        "word/numbering.xml": styles.numbering(body.counts),
        "word/settings.xml": styles.settings(),
        "word/fontTable.xml": styles.font_table(),
        "word/footnotes.xml": styles.footnotes(body.footnotes),
        **{f"word/footer-{side}.xml": styles.foot(side) for side in _FEET},
    }  # fmt: skip
    return zipped({**{name: part.encode() for name, part in parts.items()}, **pictures})


def _content_types() -> str:
    kinds = {
        "/word/document.xml": f"{_WORD}.document.main+xml",
        **{f"/word/{name}.xml": f"{_WORD}.{name}+xml" for name in _PARTS},
        **{f"/word/footer-{side}.xml": f"{_WORD}.footer+xml" for side in _FEET},
        "/docProps/core.xml": "application/vnd.openxmlformats-package.core-properties+xml",
    }
    return (
        f'{styles.HEAD}<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/><Default Extension="png" ContentType="image/png"/>'
        + "".join(f'<Override PartName="{name}" ContentType="{kind}"/>' for name, kind in kinds.items())
        + "</Types>"
    )


def _relations(relations: list[tuple[str, str, str]]) -> str:
    inner = "".join(
        f'<Relationship Id="{id}" Type="{kind}" Target="{target}"/>' for id, kind, target in relations
    )
    return f'{styles.HEAD}<Relationships xmlns="{_PACKAGE}/relationships">{inner}</Relationships>'
