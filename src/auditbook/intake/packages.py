"""Office packages (.xlsx, .docx), looked at member by member before any parser unpacks them.

A package is a ZIP archive of XML parts. Sizes are taken from what really unpacks, never from what the archive says of itself;
every part is walked once by a parser that builds nothing and refuses document types and entities.
"""

from __future__ import annotations

import posixpath
import re
import struct
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from urllib.parse import unquote

from auditbook.faults import CaseError, Fault, LimitError
from auditbook.intake.workbook_facts import Book, SheetFacts
from auditbook.intake.xml_walk import Attributes, Damaged, Hostile, walk

MOST_MEMBERS = 2_000
MOST_UNPACKED = 400_000_000
MOST_RATIO = 150  # a sheet of nothing but zeros comes to about 20
_RATIO_MATTERS_FROM = 5_000_000
MOST_TAGS = 15_000_000
_TAGS_MATTER_FROM = 5_000_000
_CHUNK = 1 << 18
_MOST_DIRECTORY = 1_000_000

WORKBOOK, DOCUMENT = "workbook", "document"
_MAIN = {"spreadsheetml.sheet.main+xml": WORKBOOK, "wordprocessingml.document.main+xml": DOCUMENT}
_SAVE = "请用 Excel 或 WPS 打开，另存为 .xlsx（文档存为 .docx）"
_HOSTILE_PARTS = (
    (re.compile(r"vbaproject|vbadata|/macrosheets/|/dialogsheets/|\.vba$"), "宏（VBA 或 Excel 4.0 宏表）", "请另存为不带宏的 .xlsx 或 .docx"),
    (re.compile(r"/externallinks/"), "指向其他工作簿的链接", "请在 Excel“数据—编辑链接”里断开链接，核对数字后保存"),
    (re.compile(r"/connections\.xml$|/querytables/"), "外部数据连接", "请在 Excel“数据—查询和连接”里删除连接，核对数字后保存"),
    (re.compile(r"/activex/"), "ActiveX 控件", "请删除控件后保存"),
    (re.compile(r"/embeddings/(?!.*\.xlsx$)|^xl/embeddings/"), "嵌入的对象（OLE）", "请删除嵌入的对象后保存，需要的内容另存为单独的文件"),
)  # fmt: skip
_HOSTILE_TYPES = (
    (re.compile(r"macroenabled|vbaproject|vbadata|macrosheet", re.IGNORECASE), *_HOSTILE_PARTS[0][1:]),
    (re.compile(r"externallink", re.IGNORECASE), *_HOSTILE_PARTS[1][1:]),
    (re.compile(r"connections\+xml|querytable", re.IGNORECASE), *_HOSTILE_PARTS[2][1:]),
    (re.compile(r"activex", re.IGNORECASE), *_HOSTILE_PARTS[3][1:]),
    (re.compile(r"oleobject", re.IGNORECASE), *_HOSTILE_PARTS[4][1:]),
)
_EMBEDDED_TABLE = re.compile(
    r"word/embeddings/.*\.xlsx", re.IGNORECASE
)  # what a chart in a document was drawn from
_HARMLESS_OUTSIDE = ("/hyperlink", "/image", "/attachedTemplate")


def examine(file: BinaryIO, path: Path) -> tuple[str, tuple[SheetFacts, ...]]:
    """Look through a package.

    Returns  ``workbook`` or ``document``; and of a workbook, what its parser will not tell.
    Raises   CaseError, LimitError.
    """
    return _Package(file, path).examine()


@dataclass(frozen=True)
class _Relation:
    type: str
    target: str
    outside: bool


class _Package:
    def __init__(self, file: BinaryIO, path: Path) -> None:
        self.file, self.path = file, path

    def examine(self) -> tuple[str, tuple[SheetFacts, ...]]:
        directory = self._directory()
        try:
            with zipfile.ZipFile(self.file) as archive:
                self._members(archive, directory)
                kind = self._kind(archive)
                names = sorted(archive.namelist(), key=lambda name: archive.getinfo(name).file_size)
                relations = {
                    name: self._relations(archive, name) for name in names if name.lower().endswith(".rels")
                }
                sheets: tuple[SheetFacts, ...] = ()
                seen = {"[Content_Types].xml", *relations}
                if kind == WORKBOOK:
                    sheets, walked = self._workbook(archive, relations)
                    seen |= walked
                for name in names:
                    if name not in seen:
                        self._walk(archive, name)
                return kind, sheets
        except zipfile.BadZipFile:
            raise self._damaged("压缩结构不完整") from None
        except (
            zlib.error,
            EOFError,
            NotImplementedError,
            struct.error,
            UnicodeError,
            OSError,
            ValueError,
        ) as error:
            raise self._damaged(f"不能解开（{type(error).__name__}）") from None

    def _damaged(self, found: str) -> CaseError:
        return CaseError(
            Fault(
                self.path.name,
                f"文件已损坏：{found}",
                "完整的 .xlsx 或 .docx",
                "请重新取得文件，或打开后另存一次",
            )
        )

    def _hostile(
        self, found: str, remedy: str = "请核对文件的来源，不要使用", expected: str = "只有表格和文字的文件"
    ) -> LimitError:
        return LimitError(Fault(self.path.name, found, expected, remedy))

    def _directory(self) -> int:
        """Where the archive's directory begins, by its end record: one that lies, or is one of two, is refused."""
        size = self.file.seek(0, 2)
        self.file.seek(max(0, size - 65_557))
        tail = self.file.read()
        at = tail.rfind(b"PK\x05\x06")
        if at < 0 or len(tail) - at < 22:
            raise self._damaged("没有结尾，可能没有传完")
        entries, length, start, comment = struct.unpack("<xxxxxxxxxxHIIH", tail[at : at + 22])
        if entries > MOST_MEMBERS or length > _MOST_DIRECTORY:
            raise self._hostile(
                f"压缩包里有{entries}个文件、目录{length}字节", expected=f"不超过{MOST_MEMBERS}个"
            )
        if at + 22 + comment != len(tail) or start + length != size - len(tail) + at:
            raise self._hostile("压缩包前后夹带着别的内容", _SAVE)
        return int(start)

    def _members(self, archive: zipfile.ZipFile, directory: int) -> None:
        infos = sorted(archive.infolist(), key=lambda info: info.header_offset)
        for info in infos:
            if info.flag_bits & 1:
                raise CaseError(
                    Fault(
                        self.path.name, "文件已加密，须有密码才能打开", "没有密码的文件", "请用密码打开后另存"
                    )
                )
            parts = info.filename.split("/")
            if (
                "\\" in info.filename
                or ".." in parts
                or info.filename.startswith("/")
                or ":" in info.filename
            ):
                raise self._hostile(f"压缩包里的文件名“{info.filename[:60]!r}”指向别处", _SAVE)
            if info.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
                raise self._damaged(f"压缩方法是{info.compress_type}，不是 Office 所用的")
        repeated = [
            name for name, count in Counter(info.filename.lower() for info in infos).items() if count > 1
        ]
        if repeated:
            raise self._hostile(f"压缩包里“{repeated[0][:60]}”出现不止一次", _SAVE)
        ends = 0
        for info in infos:
            if info.header_offset < ends or (not ends and info.header_offset):
                raise self._hostile("压缩包里的文件互相重叠（压缩炸弹的特征）")
            ends = info.header_offset + 30 + len(info.orig_filename) + info.compress_size
        if ends > directory:
            raise self._hostile("压缩包里的文件互相重叠（压缩炸弹的特征）")
        unpacked = sum(info.file_size for info in infos)
        if unpacked > MOST_UNPACKED:
            raise self._hostile(
                f"解开后有{unpacked // 1_000_000}MB（压缩炸弹的特征）",
                expected=f"不超过{MOST_UNPACKED // 1_000_000}MB",
            )
        for info in infos:
            if info.file_size > max(_RATIO_MATTERS_FROM, MOST_RATIO * info.compress_size):
                raise self._hostile(
                    f"“{info.filename[:60]}”由{info.compress_size}字节解开成{info.file_size}字节（压缩炸弹的特征）",
                    expected=f"不超过{MOST_RATIO}倍",
                )
        for info in infos:
            for pattern, found, remedy in _HOSTILE_PARTS:
                if pattern.search(info.filename.lower()):
                    raise self._hostile(f"文件里有{found}", remedy)

    def _kind(self, archive: zipfile.ZipFile) -> str:
        names = set(archive.namelist())
        if "[Content_Types].xml" not in names:
            if "mimetype" in names:
                raise self._other("OpenDocument 文件（.ods、.odt）")
            raise self._other(
                "OFD 版式文件" if "OFD.xml" in names else "压缩包（ZIP）", "请取出里面的文件，分别使用"
            )
        types: list[str] = []
        self._walk(
            archive, "[Content_Types].xml", lambda name, about: types.append(about.get("ContentType", ""))
        )
        for type_ in types:
            if "sheet.binary" in type_:
                raise self._other("二进制工作簿（.xlsb）")
        for type_ in types:
            for pattern, found, remedy in _HOSTILE_TYPES:
                if pattern.search(type_):
                    raise self._hostile(f"文件里有{found}", remedy)
        kinds = {kind for type_ in types for ending, kind in _MAIN.items() if type_.endswith(ending)}
        if len(kinds) != 1:
            raise self._other("别的 Office 文件（模板、演示文稿等）")
        return kinds.pop()

    def _other(self, found: str, remedy: str = _SAVE) -> CaseError:
        return CaseError(
            Fault(self.path.name, f"内容是{found}", "Excel 工作簿（.xlsx）或 Word 文档（.docx）", remedy)
        )

    def _relations(self, archive: zipfile.ZipFile, name: str) -> dict[str, _Relation]:
        found: dict[str, _Relation] = {}

        def start(element: str, about: Attributes) -> None:
            if element == "Relationship":
                outside = about.get("TargetMode") == "External"
                if about.get("Id", "") in found:
                    raise Damaged(f"里关系{about.get('Id', '')}出现不止一次")
                found[about.get("Id", "")] = _Relation(
                    about.get("Type", ""), about.get("Target", ""), outside
                )

        self._walk(archive, name, start)
        for relation in found.values():
            for pattern, what, remedy in _HOSTILE_TYPES:
                if pattern.search(relation.type.rpartition("/")[2]):
                    raise self._hostile(f"文件里有{what}", remedy)
            template = relation.type.endswith("/attachedTemplate") and re.match(
                r"https?:|\\\\", relation.target
            )
            if relation.outside and (template or not relation.type.endswith(_HARMLESS_OUTSIDE)):
                raise self._hostile(
                    f"文件要从外部取内容（{relation.target[:60]}）", "请断开链接，核对内容后保存"
                )
        return found

    def _workbook(
        self, archive: zipfile.ZipFile, relations: dict[str, dict[str, _Relation]]
    ) -> tuple[tuple[SheetFacts, ...], set[str]]:
        names = set(archive.namelist())
        main = self._targets(relations, "_rels/.rels", "", "/officeDocument")
        if len(main) != 1 or main[0] not in names:
            raise self._damaged("没有工作簿的主体")
        folder, _, base = main[0].rpartition("/")
        about = posixpath.join(folder, "_rels", f"{base}.rels")
        book = Book(self.path.name)
        walked = {main[0]}
        self._walk(archive, main[0], book.workbook, book.workbook_end, book.text)
        for styles in self._targets(relations, about, folder, "/styles"):
            if styles in names:
                self._walk(archive, styles, book.styles, book.styles_end)
                walked.add(styles)
        for sheet in book.sheets:
            relation = relations.get(about, {}).get(sheet.relation)
            if relation is None:
                raise self._damaged(f"工作表“{sheet.name}”没有内容")
            if not relation.type.endswith("/worksheet"):
                continue
            part = _part(folder, relation.target)
            if part not in names or part in walked:
                raise self._damaged(f"工作表“{sheet.name}”没有自己的内容")
            walked.add(part)
            self._walk(archive, part, *book.sheet(sheet))
            book.finish(sheet)
        return tuple(sheet for sheet in book.sheets if sheet.walked), walked

    def _targets(
        self, relations: dict[str, dict[str, _Relation]], about: str, folder: str, ending: str
    ) -> list[str]:
        return [
            _part(folder, relation.target)
            for relation in relations.get(about, {}).values()
            if relation.type.endswith(ending)
        ]

    def _walk(
        self,
        archive: zipfile.ZipFile,
        name: str,
        start: Callable[[str, Attributes], None] | None = None,
        end: Callable[[str], None] | None = None,
        text: Callable[[str], None] | None = None,
        aside: Callable[[], None] | None = None,
    ) -> None:
        """Read a member to its end, and walk it where it is XML."""
        is_xml = name.lower().endswith((".xml", ".rels")) or start is not None
        try:
            if is_xml and archive.getinfo(name).file_size > _TAGS_MATTER_FROM:
                self._count_tags(archive, name)
            pieces = self._pieces(archive, name)
            if is_xml:
                walk(_plain_numbers(pieces) if aside else pieces, start, end, text, aside, bare=bool(aside))
            else:
                for _ in pieces:
                    pass
        except Damaged as error:
            raise self._damaged(f"“{name[:60]}”{error}") from None
        except Hostile as error:
            raise self._hostile(f"“{name[:60]}”{error}") from None

    def _count_tags(self, archive: zipfile.ZipFile, name: str) -> None:
        """Tags are told by their sign before they are walked: a hundred times as fast, and enough to refuse too many."""
        tags = 0
        for piece in self._pieces(archive, name):
            tags += piece.count(b"<")
            if tags > MOST_TAGS:
                raise Hostile(f"有{MOST_TAGS}个以上的标记")

    def _pieces(self, archive: zipfile.ZipFile, name: str) -> Iterator[bytes]:
        """What a member really unpacks to, piece by piece."""
        info = archive.getinfo(name)
        said, got = info.file_size, 0
        # more than the archive says: what then comes out beyond shows that it lies
        info.file_size = said + 2 * _CHUNK
        try:
            with archive.open(info) as member:
                while piece := member.read(_CHUNK):
                    if not got and piece.startswith(b"PK\x03\x04") and not _EMBEDDED_TABLE.fullmatch(name):
                        raise self._hostile(f"压缩包里还有压缩包（“{name[:60]}”）")
                    got += len(piece)
                    if got > said:
                        raise self._hostile(f"“{name[:60]}”解开后比压缩包自己说的大（压缩炸弹的特征）")
                    yield piece
        finally:
            info.file_size = said
        if got != said:
            raise self._damaged(f"“{name[:60]}”的大小与压缩包所记的不符")


def _plain_numbers(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The pieces of a sheet; a digit that is written as a character reference is read by one parser and dropped by another."""
    before = b""
    for piece in pieces:
        if (b"&#" in piece or b"&" in before) and _REFERRED_DIGIT.search(before + piece):
            raise Damaged("里有数字写成字符引用，Office 不会这样写")
        before = piece[-200:]
        yield piece


_REFERRED_DIGIT = re.compile(rb">[-+0-9.eE\s]*&#[0-9xXa-fA-F]+;[-+0-9.eExX&#;\s]*</(?:[^<>]{1,40}:)?v\s*>")


def _part(folder: str, target: str) -> str:
    target = unquote(target)
    return (
        target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))
    )
