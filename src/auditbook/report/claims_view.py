"""The page of a document whose statements were judged: what does not hold, then the text with each statement marked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from auditbook.claims import VERDICTS
from auditbook.intake.documents import on_one_line
from auditbook.narrative.shown import (
    GROUPS,
    SEVERITIES,
    Group,
    Sorted,
    described,
    explained,
    kind_of,
    published,
    recomputed,
)
from auditbook.narrative.stated import Left, Narrative, Statement
from auditbook.report import fragments as html
from auditbook.report import page
from auditbook.report.claims_text import UNREAD, Marked
from auditbook.report.fragments import Column, Html, Text

_MARKS: dict[str, str] = {**{str(group): name for group, name in GROUPS.items()}, UNREAD: "没有读成陈述"}


def view(narrative: Narrative) -> str:
    """The whole page: one file, nothing in it loads or runs."""
    found = Sorted(narrative)
    marked = Marked(found)
    parts = [
        html.section(2, "coverage", "核对了多少", *_coverage(found)),
        html.section(2, "wrong", f"不成立的陈述 {len(found.of(Group.WRONG))} 条", _wrong(found, marked)),
        *_others(found, marked),
        html.section(2, "text", "正文", *_text(found, marked)),
    ]
    return page.compose(
        str(html.join(*parts).markup), title=f"正文逐条核对：{narrative.file}", subtitle=described(narrative), kind="working-paper",
        fingerprint=f"sha256 {narrative.sha256[:16]}", footer=f"{narrative.file}\nsha256 {narrative.sha256}",
    )  # fmt: skip


# --- before the text ------------------------------------------------------------------------------------


def _coverage(found: Sorted) -> list[Text]:
    own = found.narrative
    cards: list[tuple[Text, Text, Text]] = [
        (f"{GROUPS[Group.WRONG]}的陈述", str(len(found.of(Group.WRONG))), _severities(found)),
        (GROUPS[Group.TAIL], str(len(found.of(Group.TAIL))), "四舍五入或截尾可以解释"),
        (GROUPS[Group.HELD], str(len(found.of(Group.HELD))), "重算后与公布的相同"),
        (GROUPS[Group.UNCHECKED], str(len(found.of(Group.UNCHECKED))), "没有可以重算的依据"),
        (_MARKS[UNREAD], str(len(own.left)), "正文里的数"),
    ]
    parts: list[Text] = [html.key_figures(cards), html.bullets(found.coverage())]
    if own.faults:
        parts.append(html.callout("warning", "没有读到的", html.bullets(map(str, own.faults))))
    if own.notes:
        parts.append(html.callout("note", "说明", html.bullets(map(str, own.notes))))
    return parts


def _severities(found: Sorted) -> str:
    counted = Counter(statement.severity for statement in found.of(Group.WRONG))
    return "，".join(f"{name} {counted[id]}" for id, name in SEVERITIES.items() if counted[id])


def _wrong(found: Sorted, marked: Marked) -> Text:
    """What does not hold, worst first: both numbers, and under them the phrase and the reason."""
    own = found.of(Group.WRONG)
    if not own:
        return html.paragraph("没有。这只说明核对过的陈述没有不成立的；没有核对的见下。")
    return _table("不成立的陈述，重的在前", own, marked, "轻重", lambda s: _graded(s.severity))


def _graded(severity: str) -> Text:
    return html.tag(severity, SEVERITIES[severity]) if severity else "—"


def _verdict(statement: Statement) -> Text:
    return html.tag(statement.row["verdict"], VERDICTS[statement.row["verdict"]])


def _table(
    caption: str,
    statements: Sequence[Statement],
    marked: Marked,
    first: str,
    cell: Callable[[Statement], Text],
) -> Html:
    """Statements with both numbers, and under them the phrase and the reason."""
    rows: list[list[Text]] = [
        [cell(s), marked.link(s), kind_of(s), published(s.row), recomputed(s.row)] for s in statements
    ]
    under = [html.paragraph(_quoted(s), "　", explained(s.row)) for s in statements]
    columns = [
        Column(first), Column("处"), Column("类别"), Column("公布", numeric=True), Column("重算", numeric=True),
    ]  # fmt: skip
    return html.table(caption, columns, rows, under=under, rest_in="auditbook claims --json")


def _quoted(statement: Statement) -> Html:
    return html.phrase(on_one_line(statement.row["quote"]))


def _others(found: Sorted, marked: Marked) -> Iterator[Html]:
    """Within rounding, what cannot be checked and what was not read: each with the places."""
    tails = found.of(Group.TAIL)
    if tails:
        table = _table("四舍五入、截尾可以解释的", tails, marked, "判断", _verdict)
        yield html.section(2, "tail", f"{GROUPS[Group.TAIL]} {len(tails)} 条", table)
    unchecked = found.unchecked_by_reason()
    if unchecked:
        reasons = [
            html.folded(f"{why}：{len(own)} 条", html.bullets([_unchecked(s, marked) for s in own]))
            for why, own in unchecked.items()
        ]
        total = len(found.of(Group.UNCHECKED))
        yield html.section(2, "unchecked", f"{GROUPS[Group.UNCHECKED]}的陈述 {total} 条", *reasons)
    left = found.left_by_reason()
    if left:
        reasons = [
            html.folded(f"{why}：{len(own)} 个", html.bullets([_left(one, marked) for one in own]))
            for why, own in left.items()
        ]
        total = len(found.narrative.left)
        yield html.section(2, "unread", f"没有读成陈述的数 {total} 个", *reasons)


def _unchecked(statement: Statement, marked: Marked) -> Html:
    return html.join(marked.link(statement), " ", _quoted(statement))


def _left(left: Left, marked: Marked) -> Html:
    return html.join(marked.left_link(left), f" {left.number}：", html.phrase(left.words))


def _text(found: Sorted, marked: Marked) -> list[Text]:
    """The text under its legend: the kinds of marks with their counts."""
    choices: list[tuple[str, Text, str]] = []
    for tone, name in _MARKS.items():
        count = len(found.narrative.left) if tone == UNREAD else len(found.of(Group(tone)))
        if count:
            choices.append((tone, f"{name} {count}", f"正文现在只显示含有“{name}”的段落。合上即恢复全文。"))
    return [
        html.paragraph(
            "每个标出的数都通到它的重算与出处。没有标记的数是年份、日期、编号一类，不作判断；没有标记的话没有核对过。"
            "展开下面任何一类，正文就只留含有它的段落。"
        ),
        html.sieve("图例，也可筛选正文", choices, marked.text()),
    ]
