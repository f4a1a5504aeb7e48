"""What a document of sentences would yield: its text in blocks with their places, and the numbers in it with their units."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from auditbook.faults import Fault, UsageError
from auditbook.intake import documents, guard
from auditbook.intake.documents import Document
from auditbook.intake.patterns import UNITS
from auditbook.intake.sheets import Note
from auditbook.printed import WIDE, Printout

# Years, dates and numbering have none of these behind them.
_UNIT = "|".join(map(re.escape, sorted({*UNITS, "％", "个百分点"}, key=len, reverse=True)))
_NUMBER = re.compile(
    rf"(?<![\d.,第〔(（])(\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?|\d+(?:\.\d+)?)\s*({_UNIT})(?![之号])"
)
_AROUND = 14


@dataclass(frozen=True)
class Counted:
    """A number of the text: where it stands, what it is, and the words around it."""

    place: str
    section: str
    number: str
    unit: str
    words: str


@dataclass(frozen=True)
class TextFound:
    """What a document yields: blocks of text, and numbers that a pattern of a case file could take."""

    file: str
    sha256: str
    document: Document
    notes: tuple[Note, ...]
    faults: tuple[Fault, ...] = ()
    no_accounts: tuple[Fault, ...] = ()

    def instead_of_accounts(self, why: tuple[Fault, ...]) -> TextFound:
        """The same, which was first taken for published accounts: why it is none is said."""
        return replace(self, no_accounts=why)

    @property
    def numbers(self) -> list[Counted]:
        """Every number with a unit, in the order of the text."""
        return list(_numbers(self.document))

    def text(self, width: int = WIDE) -> str:
        """How much text there is, and each number in its sentence."""
        out, document, found = Printout(width), self.document, self.numbers
        pages = len({block.page for block in document.blocks if block.page})
        held = f"{pages} 页，" if pages else ""
        out.line(
            f"{self.file}：文字资料，{held}{len(document.blocks)} 段，{len(document.text)} 字（sha256 {self.sha256[:16]}…）"
        )
        if self.no_accounts:
            out.table("不是部门决算公开的表", ["说明"], [[str(fault)] for fault in self.no_accounts])
        rows = [[one.place, one.section, f"{one.number}{one.unit}", one.words] for one in found]
        out.table(
            f"带单位的数 {len(rows)} 个（案例文件的 patterns 可以逐年取出）",
            ["出处", "章节", "数值", "上下文"],
            rows,
        )
        if self.notes:
            out.table(
                "读入时的换算", ["处", "原样", "读作"], [[n.where, n.written, n.read_as] for n in self.notes]
            )
        return str(out)

    def as_json(self) -> str:
        """The yield for another program: every block, every number."""
        document = self.document
        found = {
            "file": self.file, "sha256": self.sha256, "kind": document.kind,
            "blocks": [{"page": b.page, "number": b.number, "text": b.text} for b in document.blocks],
            "numbers": [asdict(one) for one in self.numbers], "notes": [asdict(note) for note in self.notes],
        }  # fmt: skip
        return json.dumps(found, ensure_ascii=False, indent=1)

    def write_tables(self, folder: Path) -> list[Path]:
        """There are no tables in sentences. Raises UsageError, saying so."""
        raise UsageError(
            Fault(self.file, "是文字资料，没有可写出的表", "部门决算公开的文件", "请去掉 --tables")
        )


def read(path: Path, told: Callable[[int, int], None] | None = None) -> TextFound:
    """Read a document of sentences. Raises CaseError and LimitError as ``documents.read``."""
    notes: list[Note] = []
    guard.look(path)
    data = path.read_bytes()
    document = documents.read(path, data, notes, told=told)
    return TextFound(path.name, hashlib.sha256(data).hexdigest(), document, tuple(notes))


def _numbers(document: Document) -> Iterator[Counted]:
    for block in document.blocks:
        text = " ".join(block.text.split())
        joined = re.sub(r"(?<=[^\x00-\x7f]) (?=\S)|(?<=\S) (?=[^\x00-\x7f])", "", text)
        section = document.section_at(block.start)
        for found in _NUMBER.finditer(joined):
            before, after = max(0, found.start() - _AROUND), found.end() + _AROUND
            words = ("…" if before else "") + joined[before:after] + ("…" if after < len(joined) else "")
            yield Counted(document.label(block), section, found[1], found[2], words)
