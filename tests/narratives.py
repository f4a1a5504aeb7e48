"""A narrative put together by hand over a document of an invented department: what a reader of sentences would hand on.

Every verdict stands here because its sum was done by hand: 1234.50 ÷ 1200.00 = 102.875 %, 60.00 ÷ 1234.50 = 4.8603 %.
"""

from __future__ import annotations

from collections import Counter

from auditbook.faults import Fault
from auditbook.intake.documents import PDF, Document
from auditbook.narrative.stated import Left, Narrative, Statement
from auditbook.tables import COLUMNS

PARTS = [
    (1, "清河县水务局2022年度部门决算"),
    (2, "目　录"),
    (2, "一、收入支出决算总体情况说明…………3"),
    (2, "二、支出决算的情况…………4"),
    (3, "第二部分 2022年度部门决算情况说明"),
    (3, "一、收入支出决算总体情况说明"),
    (3, "2022年度支出总计1234.50万元，完成年初预算1200.00万元的102.88%，比上年增加34.\n50万元，增长2.87。"),
    (3, "功能分类科目编码\t科目名称\t合计"),
    (3, "208\t社会保障和就业支出\t60.00"),
    (4, "二、支出决算情况说明"),
    (4, "社会保障和就业支出60.00万元，占4.96%；住房保障支出48.333万元，占3.91%。"),
    (4, "培训费支出与上年持平，主要原因是压减了3期培训。"),
    (5, "三、其他说明"),
    (5, "本部门共有车辆7辆，其中特种车3辆，服务群众约2万人次。"),
]


def document(parts: list[tuple[int | None, str]] | None = None, kind: str = PDF) -> Document:
    """The invented document, or one of other parts."""
    return Document.of_parts(kind, PARTS if parts is None else parts)


def statement(
    document: Document, quote: str, printed: str = "", *, severity: str = "", **cells: str
) -> Statement:
    """A statement that stands where its phrase does; ``printed`` is its number as it stands in the phrase."""
    start = document.text.index(quote)
    number = None
    if printed:
        at = start + quote.index(printed)
        number = at, at + len(printed)
    row = dict.fromkeys(COLUMNS["claims"], "") | {
        "claim": f"n{start}-{printed}", "scope": "department", "year": "2022", "quote": quote,
        "published": printed.replace("\n", ""), "locator": document.label(document.blocks[document.block_at(start)]),
    } | cells  # fmt: skip
    page = document.blocks[document.block_at(start)].page
    return Statement(row, start, start + len(quote), number, severity, page)


def left(document: Document, number: str, words: str, why: str) -> Left:
    """A number that was left, standing in its words."""
    start = document.text.index(words) + words.index(number)
    place = document.label(document.blocks[document.block_at(start)])
    return Left(number, start, start + len(number), place, words, why)


def statements(own: Document) -> list[Statement]:
    """One of each kind, in the order of the text: what agrees, what does not, what cannot be known."""
    return [
        statement(
            own, "支出总计1234.50万元", "1234.50", kind="amount", unit="万元", recomputed="1234.5", verdict="agrees",
            explanation="表一 本年支出合计 1,234.50", source="收入支出决算总表",
        ),
        statement(
            own, "完成年初预算1200.00万元的102.88%", "102.88", kind="completion", unit="%", recomputed="102.875",
            low="102.874", high="102.876", verdict="agrees", explanation="1,234.50 ÷ 1,200.00 × 100%",
        ),
        statement(
            own, "完成年初预算1200.00万元", "1200.00", kind="budget", unit="万元", verdict="not_checkable",
            explanation="表里没有年初预算",
        ),
        statement(
            own, "增加34.\n50万元", "34.\n50", kind="change", unit="万元", verdict="not_checkable",
            explanation="表里没有上年数",
        ),
        statement(
            own, "增长2.87。", "2.87", severity="medium", kind="unit_lost", recomputed="2.875", unit="%",
            verdict="disagrees", explanation="没有写单位；34.50 ÷ 1,200.00 × 100%",
        ),
        statement(
            own, "社会保障和就业支出60.00万元", "60.00", kind="amount", unit="万元", recomputed="60", verdict="agrees",
        ),
        statement(
            own, "占4.96%", "4.96", severity="high", kind="share", unit="%", recomputed="4.860267314702308626974484",
            low="4.8598", high="4.8607", verdict="disagrees", explanation="60.00 ÷ 1,234.50 × 100%", source="支出决算表",
        ),
        statement(
            own, "住房保障支出48.333万元", "48.333", severity="low", kind="tail", unit="万元", recomputed="48.34",
            verdict="within_rounding", explanation="表一 48.34，表二 48.33",
        ),
        statement(
            own, "占3.91%", "3.91", kind="share", unit="%", recomputed="3.915188335358444", verdict="truncated",
            explanation="48.333 ÷ 1,234.50 × 100%",
        ),
        statement(
            own, "与上年持平，主要原因是压减了3期培训", severity="high", kind="reason", verdict="disagrees",
            explanation="原因是压减，却说持平",
        ),
        statement(
            own, "车辆7辆", "7", kind="count", unit="辆", recomputed="7", verdict="agrees",
        ),
    ]  # fmt: skip


def narrative(**changes) -> Narrative:
    """The whole: eleven statements, two numbers left, the rest set aside."""
    own = document()
    return Narrative(**{
        "file": "决算.pdf", "sha256": "ab" * 32, "kind": "accounts", "year": 2022, "document": own,
        "statements": tuple(statements(own)),
        "left": (
            left(own, "3", "特种车3辆", "没有一条句式读得出"), left(own, "2", "约2万人次", "没有一条句式读得出"),
        ),
        "aside": Counter({"年份": 3, "科目编码": 1}),
        "notes": (Fault("决算.pdf 第2页", "是目录，没有读"),),
    } | changes)  # fmt: skip
