"""The encoding of a text file, found from its bytes: one that is certain is read, one that is not is told with its line.

Bytes decide, never the machine's locale. A file of two encodings decodes without an error and says something else than
it did; so each line is asked.
"""

from __future__ import annotations

import codecs
import re
from pathlib import Path

from auditbook import unseen
from auditbook.faults import CaseError, Fault
from auditbook.intake.sheets import Note

UTF8 = "UTF-8"
_SAVE = "请用原来的软件打开核对，另存为 UTF-8"
_MARKS = (
    (codecs.BOM_UTF8, "utf-8", UTF8),
    (codecs.BOM_UTF16_LE, "utf-16-le", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16-be", "UTF-16"),
)
_HAN = re.compile("[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")
_PRIVATE = re.compile("[\ue000-\uf8ff]")
_LOST = re.compile("\ufffd|锟斤拷|烫烫烫")
_MOST_RARE = (
    20  # of a hundred Chinese characters, those beyond GB2312: names have a few, Big5 read as GBK has half
)


def decode(path: Path, data: bytes, notes: list[Note]) -> str:
    """The text of a file, without a byte order mark.

    Takes    path: for the messages; data: the bytes; notes: takes a note where they are not UTF-8.
    Raises   CaseError with the line: no encoding fits, two are mixed, or characters are lost or unprintable.
    """
    text, called = _decoded(path.name, data)
    if found := unseen.NO_TEXT.search(text):
        line, said = text.count("\n", 0, found.start()) + 1, f"含有{unseen.named(found[0])}"
        raise _wrong(path.name, line, said, "文字", "文件已损坏，请重新取得")
    if found := _LOST.search(text):
        said = f"含有“{found[0]}”：从前转换编码时已经丢了字"
        raise _wrong(
            path.name, text.count("\n", 0, found.start()) + 1, said, "原来的文字", "请重新取得原文件"
        )
    if called != UTF8:
        notes.append(Note(path.name, called, UTF8, "encoding"))
    return text


def _wrong(
    name: str, line: int, found: str, expected: str = "UTF-8、UTF-16 或 GBK（GB18030）", remedy: str = _SAVE
) -> CaseError:
    return CaseError(Fault(f"{name}:{line}", found, expected, remedy))


def _decoded(name: str, data: bytes) -> tuple[str, str]:
    if data.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        raise _wrong(name, 1, "是 UTF-32 编码")
    for mark, codec, called in _MARKS:
        if data.startswith(mark):
            if called != UTF8 and b"\0" not in data and _is_utf8(data[len(mark) :]):
                raise _wrong(name, 1, f"文件开头说是 {called}，内容却是 UTF-8")
            try:
                return data[len(mark) :].decode(codec), called
            except UnicodeDecodeError as error:
                line = data[: len(mark) + error.start].count(b"\n") + 1
                raise _wrong(name, line, f"文件开头说是 {called}，这里却不是") from None
    if b"\0" in data:
        if codec := _utf16(data):
            return data.decode(codec), "UTF-16（没有标记）"
        line = data[: data.index(b"\0")].count(b"\n") + 1
        raise _wrong(name, line, "含有空字符（NUL）", "文字", "文件已损坏，请重新取得")
    try:
        return data.decode("utf-8"), UTF8
    except UnicodeDecodeError:
        return _gb18030(name, data), "GB18030（GBK）"


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _utf16(data: bytes) -> str:
    """UTF-16 without a mark, where it is unmistakable: in one order of bytes it is text with lines, in the other it is not."""
    fitting = []
    for codec in ("utf-16-le", "utf-16-be"):
        try:
            text = data.decode(codec)
        except UnicodeDecodeError:
            continue
        if "\n" in text and any(sign in text for sign in ",;\t|") and not unseen.NO_TEXT.search(text):
            fitting.append(codec)
    return fitting[0] if len(fitting) == 1 else ""


def _gb18030(name: str, data: bytes) -> str:
    """Bytes that are not UTF-8, as GB18030: every line must fit it and be Chinese by it."""
    broken: list[int] = []  # lines that are no UTF-8
    sound: list[int] = []  # lines that are UTF-8 with Chinese, and by GB18030 would be nonsense
    undecodable: list[int] = []
    han = rare = 0
    for number, line in enumerate(data.split(b"\n"), 1):
        if line.isascii():
            continue
        try:
            text = line.decode("gb18030")
        except UnicodeDecodeError:
            text = ""
            undecodable.append(number)
        strange = _rare(text)
        try:
            if _HAN.search(line.decode("utf-8")) and (strange or not text):
                sound.append(number)
        except UnicodeDecodeError:
            broken.append(number)
            han += len(_HAN.findall(text))
            rare += strange
    if sound and len(sound) >= len(broken):
        raise _wrong(name, broken[0], "不是 UTF-8 编码，而其余各行是：两种编码混在一起，或有字节坏了")
    if sound:
        raise _wrong(name, sound[0], "是 UTF-8 编码，而别的行不是 UTF-8：两种编码混在一起")
    if undecodable:
        raise _wrong(name, undecodable[0], "不是 UTF-8 编码，也不是 GBK（GB18030）")
    if rare * 100 > max(han, rare) * _MOST_RARE and rare > 1:
        raise _wrong(
            name, broken[0], "不是 UTF-8 编码，按 GBK（GB18030）读又不成文字（可能是繁体 Big5 或其他编码）"
        )
    return data.decode("gb18030")


def _rare(text: str) -> int:
    """How many characters of a text are beyond GB2312, the characters in common use."""
    try:
        text.encode("gb2312")
        return 0
    except UnicodeEncodeError:
        return sum(not _common(character) for character in text)


def _common(character: str) -> bool:
    try:
        character.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True
