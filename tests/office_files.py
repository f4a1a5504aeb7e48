"""Workbooks and documents put together part by part, for tests that need them damaged or hostile in one place."""

import io
import struct
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
DECLARED = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
ROWS = '<row r="1"><c r="A1"><v>1</v></c></row>'


def sheet(rows: str = ROWS, before: str = "", after: str = "") -> str:
    """The XML of a sheet."""
    return f'{DECLARED}<worksheet xmlns="{MAIN}" xmlns:r="{OFFICE}">{before}<sheetData>{rows}</sheetData>{after}</worksheet>'


def relations(*targets: tuple[str, str, str]) -> str:
    """The XML of relationships: id, end of the type, target (``!`` before it: outside)."""
    found = "".join(
        f'<Relationship Id="{id_}" Type="{OFFICE}/{type_}" Target="{target.lstrip("!")}"'
        + (' TargetMode="External"' if target.startswith("!") else "")
        + "/>"
        for id_, type_, target in targets
    )
    return f'{DECLARED}<Relationships xmlns="{RELATIONS}">{found}</Relationships>'


def parts(
    sheets: Sequence[str] = (), names: Sequence[str] = (), states: Sequence[str] = (), calc: str = "", more: str = "",
    styles: str = "", type_: str = SHEET_TYPE,
) -> dict[str, str | bytes]:  # fmt: skip
    """The parts of a workbook with the given sheets."""
    sheets = list(sheets) or [sheet()]
    names = list(names) or [f"表{index + 1}" for index in range(len(sheets))]
    states = list(states) or ["visible"] * len(sheets)
    listed = "".join(
        f'<sheet name="{name}" sheetId="{index + 1}" state="{state}" r:id="rId{index + 1}"/>'
        for index, (name, state) in enumerate(zip(names, states, strict=True))
    )
    targets = [
        (f"rId{index + 1}", "worksheet", f"worksheets/sheet{index + 1}.xml") for index in range(len(sheets))
    ]
    found: dict[str, str | bytes] = {
        "[Content_Types].xml": f'{DECLARED}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{type_}"/></Types>',
        "_rels/.rels": relations(("rId1", "officeDocument", "xl/workbook.xml")),
        "xl/workbook.xml": f'{DECLARED}<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>{listed}</sheets>{more}{calc}</workbook>',
    }
    if styles:
        targets.append(("rId900", "styles", "styles.xml"))
        found["xl/styles.xml"] = f'{DECLARED}<styleSheet xmlns="{MAIN}">{styles}</styleSheet>'
    found["xl/_rels/workbook.xml.rels"] = relations(*targets)
    for index, content in enumerate(sheets):
        found[f"xl/worksheets/sheet{index + 1}.xml"] = content
    return found


def document(text: str = "全年支出一百元", **more: str | bytes) -> dict[str, str | bytes]:
    """The parts of a Word document with one paragraph."""
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    type_ = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    return {
        "[Content_Types].xml": f'{DECLARED}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/word/document.xml" ContentType="{type_}"/></Types>',
        "_rels/.rels": relations(("rId1", "officeDocument", "word/document.xml")),
        "word/document.xml": f'{DECLARED}<w:document xmlns:w="{space}"><w:body><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:body></w:document>',
        **more,
    }  # fmt: skip


def packed(members: Mapping[str, str | bytes], level: int = 9) -> bytes:
    """The archive of the parts."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=level) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return file.getvalue()


def write(path: Path, members: Mapping[str, str | bytes]) -> Path:
    """Write the archive of the parts."""
    path.write_bytes(packed(members))
    return path


def deflated(pattern: bytes, size: int, before: bytes = b"", after: bytes = b"") -> tuple[bytes, int, int]:
    """Deflate a pattern repeated to a size without ever holding it: the stream, the whole size, the checksum."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = pattern * max(1, 1_000_000 // len(pattern))
    stream, whole, checksum = bytearray(), 0, 0
    for piece in (before, *[block] * (size // len(block)), after):
        stream += packer.compress(piece)
        whole, checksum = whole + len(piece), zlib.crc32(piece, checksum)
    return bytes(stream + packer.flush()), whole, checksum


def archive_of(members: Mapping[str, tuple[bytes, int, int]]) -> bytes:
    """An archive of deflated streams that says of their sizes and checksums what it is told to say."""
    body, directory = bytearray(), bytearray()
    for name, (stream, size, checksum) in members.items():
        encoded = name.encode()
        about = struct.pack("<HHHHHIIIHH", 20, 0x800, 8, 0, 33, checksum, len(stream), size, len(encoded), 0)
        directory += (
            b"PK\x01\x02"
            + struct.pack("<H", 20)
            + about
            + struct.pack("<HHHII", 0, 0, 0, 0, len(body))
            + encoded
        )
        body += b"PK\x03\x04" + about + encoded + stream
    ends = struct.pack("<HHHHIIH", 0, 0, len(members), len(members), len(directory), len(body), 0)
    return bytes(body + directory + b"PK\x05\x06" + ends)


def streams(members: Mapping[str, str | bytes]) -> dict[str, tuple[bytes, int, int]]:
    """Parts as streams for ``archive_of``."""
    found = {}
    for name, content in members.items():
        data = content.encode() if isinstance(content, str) else content
        packer = zlib.compressobj(9, zlib.DEFLATED, -15)
        found[name] = (packer.compress(data) + packer.flush(), len(data), zlib.crc32(data))
    return found
