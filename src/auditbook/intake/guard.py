"""A look at a file before any parser sees it: what it really is, and whether it may be read at all.

Only bounded reads happen here. A file that would harm a parser, or that brings in from elsewhere what nobody here can check
(macros, links, programs), is refused (LimitError); one that is not what its name says is a fault of the case (CaseError).
What a look cannot see, the limits of the child process that parses catch (``limited``).
"""

from __future__ import annotations

import os
import re
import stat
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from auditbook.faults import CaseError, Fault, LimitError

if TYPE_CHECKING:
    from auditbook.intake.workbook_facts import SheetFacts

MOST_BYTES = 50_000_000
MOST_YAML_BYTES = 2_000_000
_CHUNK = 1 << 20
_HEAD = 4096


class Kind(StrEnum):
    """What a file is, by its content."""

    TEXT = "text"
    WORKBOOK = "workbook"
    DOCUMENT = "document"
    PDF = "pdf"
    HTML = "html"


@dataclass(frozen=True)
class Looked:
    """What a look found: the kind of file; of a workbook, what its parser will not tell, sheet by sheet."""

    kind: Kind
    sheets: tuple[SheetFacts, ...] = ()


def look(path: Path) -> Kind:
    """Look at a file before it is parsed.

    Returns  what it really is.
    Raises   CaseError where it cannot be read, is of a kind that is not read, is encrypted, or is not what its name says;
             LimitError where it is too large or hostile.
    """
    return examine(path).kind


def examine(path: Path) -> Looked:
    """Look at a file as ``look`` does, and keep what was seen of a workbook on the way."""
    with _opened(path) as file:
        size = os.fstat(file.fileno()).st_size
        most = MOST_YAML_BYTES if path.suffix.lower() in {".yaml", ".yml"} else MOST_BYTES
        if size > most:
            raise LimitError(
                Fault(
                    path.name, f"文件有{size}字节", f"不超过{most}字节", "请核对是否放错了文件，或分拆后再读"
                )
            )
        looked = _looked(file, path, file.read(_HEAD))
    named = _NAMED.get(path.suffix.lower())
    if named and named != looked.kind and not (named == Kind.HTML and looked.kind == Kind.TEXT):
        raise _not_so(
            path,
            f"文件名是“{path.suffix}”，内容却是{_CALLED[looked.kind]}",
            f"请把文件名改成 {_ENDING[looked.kind]}，或换成对的文件",
        )
    return looked


def _opened(path: Path) -> BinaryIO:
    """The file, opened in a way that cannot hang: pipes and devices are told by their kind before they are read."""
    try:
        mode = path.stat().st_mode
        if stat.S_ISREG(mode):
            handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
            return os.fdopen(handle, "rb")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "文件名不合规"
        raise CaseError(
            Fault(path.name, f"文件读不到（{reason}）", "能读的文件", "请检查文件名与权限")
        ) from None
    found = "文件夹" if stat.S_ISDIR(mode) else "管道" if stat.S_ISFIFO(mode) else "设备或其他特殊文件"
    raise CaseError(Fault(path.name, f"是{found}", "普通文件"))


_NAMED = {
    **dict.fromkeys((".csv", ".tsv", ".tab", ".txt", ".yaml", ".yml", ".md", ".json"), Kind.TEXT),
    **dict.fromkeys((".xlsx", ".xlsm", ".xltx", ".xls"), Kind.WORKBOOK), **dict.fromkeys((".docx", ".docm", ".doc"), Kind.DOCUMENT),
    **dict.fromkeys((".html", ".htm"), Kind.HTML), ".pdf": Kind.PDF,
}  # fmt: skip
_CALLED = {
    Kind.TEXT: "纯文本", Kind.WORKBOOK: "Excel 工作簿（.xlsx）", Kind.DOCUMENT: "Word 文档（.docx）", Kind.PDF: "PDF 文件",
    Kind.HTML: "HTML 网页",
}  # fmt: skip
_ENDING = {
    Kind.TEXT: ".csv 或 .txt", Kind.WORKBOOK: ".xlsx", Kind.DOCUMENT: ".docx", Kind.PDF: ".pdf", Kind.HTML: ".html",
}  # fmt: skip
_READABLE = "可读的文件（.xlsx、.csv、.tsv、.txt、.docx、.pdf、.html）"
_FOREIGN = {
    b"\x89PNG": "图片（PNG）", b"\xff\xd8\xff": "图片（JPEG）", b"GIF8": "图片（GIF）", b"II*\0": "图片（TIFF）",
    b"MM\0*": "图片（TIFF）", b"Rar!": "压缩包（RAR）", b"7z\xbc\xaf": "压缩包（7z）", b"\x1f\x8b": "压缩包（gzip）",
    b"BZh": "压缩包（bzip2）", b"{\\rtf": "RTF 文档", b"\x7fELF": "程序", b"MZ\x90": "程序", b"SQLite format": "数据库（SQLite）",
    b"PK\x05\x06": "空的压缩包",
}  # fmt: skip
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_HTML = re.compile(
    r"<(?:!doctype\s+html|html|head|meta|title|body|table|script|style|div|frameset)[\s>]", re.IGNORECASE
)
_BLANK = b"\xef\xbb\xbf \t\r\n\x0c"


def _looked(file: BinaryIO, path: Path, head: bytes) -> Looked:
    if not head.strip(_BLANK):
        if len(head) < _HEAD or not _rest_says_something(file):
            raise CaseError(Fault(path.name, "文件是空的", _READABLE, "请重新取得文件"))
        return Looked(Kind.TEXT)
    if head.startswith(b"PK\x03\x04"):
        from auditbook.intake import packages

        kind, sheets = packages.examine(file, path)
        return Looked(Kind(kind), sheets)
    if head.startswith(_OLE):
        raise _ole(file, path)
    for magic, called in _FOREIGN.items():
        if head.startswith(magic):
            raise _not_so(path, f"内容是{called}")
    if head.lstrip(_BLANK).startswith(b"%PDF-"):
        _refuse_active_pdf(file, path)
        return Looked(Kind.PDF)
    begins = head.decode("utf-16" if head[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8", "replace").lstrip(
        "\ufeff \t\r\n"
    )
    if re.match(r"MIME-Version:|Content-Type:\s*multipart", begins, re.IGNORECASE):
        raise _not_so(path, "内容是单个文件网页（MHTML）", "请用 Excel 打开，另存为 .xlsx")
    beginning = re.sub(r"\A(?:<\?xml.*?\?>|<!--.*?-->|\s)*", "", begins, flags=re.DOTALL)
    if _HTML.match(beginning):
        if path.suffix.lower() not in {".html", ".htm"}:
            raise _not_so(
                path,
                f"文件名是“{path.suffix}”，内容却是 HTML 网页",
                "多半是下载时存成了网页：请重新取得文件，或把文件名改成 .html"
                if path.suffix.lower() in {".pdf", ".docx", ".txt"}
                else "请用 Excel 或 WPS 打开，另存为 .xlsx，再用新文件",
            )
        return Looked(Kind.HTML)
    if begins.startswith("<?xml"):
        raise _not_so(path, "内容是 XML", "如是 Excel 的 XML 表格，请用 Excel 打开，另存为 .xlsx")
    return Looked(Kind.TEXT)


def _rest_says_something(file: BinaryIO) -> bool:
    while data := file.read(_CHUNK):
        if data.strip(_BLANK):
            return True
    return False


def _not_so(path: Path, found: str, remedy: str = "请取得原文件，或另存为其中一种") -> CaseError:
    return CaseError(Fault(path.name, found, _READABLE, remedy))


def _ole(file: BinaryIO, path: Path) -> CaseError | LimitError:
    """The container of Office up to 2003; Office also puts a newer file into one when it encrypts it."""
    found = _found(file, {name: re.escape(name.encode("utf-16-le")) for name in _STREAMS})
    if found & {"EncryptedPackage", "EncryptionInfo"}:
        return CaseError(
            Fault(
                path.name,
                "文件已加密，须有密码才能打开",
                "没有密码的文件",
                "请用密码打开后，另存为不加密的 .xlsx 或 .docx",
            )
        )
    if "WordDocument" in found:
        return _not_so(path, "内容是旧格式的 Word 文档（.doc）", "请用 Word 或 WPS 打开，另存为 .docx")
    if found & {"Workbook", "Book"}:
        return _not_so(path, "内容是旧格式的 Excel 工作簿（.xls）", "请用 Excel 或 WPS 打开，另存为 .xlsx")
    return _not_so(path, "内容是旧格式的 Office 文件", "请打开后另存为 .xlsx 或 .docx")


_STREAMS = ("EncryptedPackage", "EncryptionInfo", "WordDocument", "Workbook", "Book")


def _spelt(name: str) -> bytes:
    """A PDF name as it may be spelt: any of its characters may stand as a hexadecimal escape."""
    return b"".join(b"(?:%s|#%02x|#%02X)" % (bytes([c]), c, c) for c in name.encode()) + rb"(?![A-Za-z0-9])"


_ACTIVE = {
    "JavaScript 程序": rb"/S\s*/" + _spelt("JavaScript") + rb"|/" + _spelt("JavaScript") + rb"\s",
    "启动外部程序的动作（Launch）": rb"/S\s*/" + _spelt("Launch"),
    "内嵌的文件": rb"/Type\s*/" + _spelt("EmbeddedFile"),
}


def _refuse_active_pdf(file: BinaryIO, path: Path) -> None:
    """What stands openly in the file; what is compressed into streams is not seen here, and never run by the reader."""
    if found := sorted(_found(file, _ACTIVE)):
        raise LimitError(
            Fault(
                path.name,
                f"PDF 里有{'、'.join(found)}",
                "只有文字和表格的 PDF",
                "请核对来源；确需使用，请“打印”成新的 PDF 再用",
            )
        )


def _found(file: BinaryIO, patterns: dict[str, bytes]) -> set[str]:
    """Which of the patterns a file holds, read a piece at a time."""
    compiled = {name: re.compile(pattern) for name, pattern in patterns.items()}
    file.seek(0)
    before, found = b"", set()
    while data := file.read(_CHUNK):
        piece = before + data
        found |= {name for name, pattern in compiled.items() if name not in found and pattern.search(piece)}
        before = piece[-200:]
    return found
