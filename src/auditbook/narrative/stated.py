"""What was read out of the sentences of a document: statements with their verdicts, numbers that were left, and why."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from auditbook.faults import Fault
from auditbook.intake.documents import Document
from auditbook.tables import Row

Span = tuple[int, int]

# What a statement states: the ``kind`` of a sound one.
STATED = {
    "amount": "金额", "budget": "预算数", "share": "占比", "completion": "完成率", "change": "增减额", "growth": "增减率",
    "direction": "方向与比较", "count": "数量", "sum": "合计", "listed": "所列科目", "subject": "科目名称", "absent": "声明没有",
    "score": "得分", "rate": "比率", "name": "名称",
}  # fmt: skip
# What is wrong with one: the ``kind`` of a statement that does not hold.
FAULTS = {
    "text_and_table": "文字与表不符", "share": "占比不符", "completion": "完成率不符", "growth": "增减率不符", "change": "增减额不符",
    "rate": "比率不符", "sum": "合计不符", "count": "数量不符", "direction": "方向不符", "reason": "方向与原因相反",
    "zero_base": "基数为零", "unit_lost": "漏写单位", "unit": "单位不符", "code_and_name": "科目名称不符", "name": "单位名称不符",
    "residue": "模板残留", "consistency": "前后不符", "tail": "尾差", "wording": "文字", "target": "目标与完成不符",
    "year": "年度不符", "table": "表内勾稽不符",
}  # fmt: skip
# What coverage.csv tells of a document beside its counts: numbers set aside and left, by what and why; that none is judged,
# and why; what else a reader must know.
ASIDE, LEFT, UNREAD, NOTE = "aside", "left", "unread", "note"


@dataclass(frozen=True)
class Statement:
    """A statement with its verdict.

    ``row`` has the columns of claims.csv; its ``kind`` is the kind of fault where there is one (share, unit_lost, …), else
    what is stated. ``start`` and ``end`` are the run of the document's text that its ``quote`` is, ``number`` the run of
    the published number in it (None where it prints none). ``severity`` is high, medium or low, "" where nothing is wrong.
    """

    row: Row
    start: int
    end: int
    number: Span | None = None
    severity: str = ""
    page: int | None = None


@dataclass(frozen=True)
class Left:
    """A number of the text that no pattern read as a statement: where it stands, the words around it, and why."""

    number: str
    start: int
    end: int
    place: str
    words: str
    why: str


@dataclass(frozen=True)
class Narrative:
    """Everything that the sentences of a document say.

    ``kind`` is the kind of document (a file of params/narratives). ``aside`` counts numbers that state no amount, by what
    they are (years, dates, numbering, …). ``faults``: what could not be read; ``notes``: what a reader must know of it.
    """

    file: str
    sha256: str
    kind: str
    year: int | None
    document: Document
    statements: tuple[Statement, ...]
    left: tuple[Left, ...] = ()
    aside: Counter[str] = field(default_factory=Counter)
    notes: tuple[Fault, ...] = ()
    faults: tuple[Fault, ...] = ()
