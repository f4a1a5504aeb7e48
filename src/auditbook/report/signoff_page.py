"""The sign-off page of a run: who has signed what, what has lapsed, which review notes are open, and how to check it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from auditbook.cases import ROLES
from auditbook.report import fragments as html
from auditbook.report import page
from auditbook.report.fragments import Column, Text

if TYPE_CHECKING:
    from auditbook.review_notes import Note
    from auditbook.signing import SignOff, Status

NAME = "signoff.html"
LINK_WORDS = "签署页（编制、三级复核、复核意见）"
_HASH = 16  # characters of a content's sha256 that are shown


def view(status: Status, title: str) -> bytes:
    """The whole page: a function of the content and of what people have written under review/, nothing else."""
    standing = {one.event.role: one for one in status.signoffs if one.event in status.standing}
    others = [one for one in status.signoffs if one.event not in status.standing]
    kind: Literal["good", "warning", "note"] = (
        "good" if status.final else "warning" if status.faults else "note"
    )
    parts = [
        html.callout(
            kind,
            f"状态：{status.words}",
            html.paragraph("签署所认的内容指纹：", html.code(status.content or "（还没有运行）")),
        ),
        html.section(2, "levels", "四级签署", _levels(standing)),
        html.section(2, "notes", "复核意见", _notes(status.notes.notes)),
    ]
    if status.faults:
        parts.insert(1, html.section(2, "faults", "签署记录有误", html.bullets(map(str, status.faults))))
    if others:
        parts.append(html.section(2, "others", "失效、撤回与不成立的签署", _others(others)))
    parts.append(html.section(2, "checking", "怎样核对", html.bullets([
        html.join("在项目文件夹内运行 ", html.code(f"auditbook verify {status.run}"), "：由资料重算一遍，逐字节比较，并核对签署与 ssh 签名。"),
        "签署认的是资料、规则、各表、执行过的笔记本和交出的文件（run.json 里的 content）；签署页自己不在其内，所以签署不改变所签的内容。",
        "所签的任何一个字节变了，签署即失效，须从编制起重新签。",
        "没有 ssh 签名的签署，证明的是记录没有被事后改动，不证明签的人是谁。",
    ])))  # fmt: skip
    made = page.compose(
        str(html.join(*parts).markup), title=f"{title}：签署页", kind="working-paper", subtitle=f"运行：{status.run}",
        footer=f"内容 {status.content[:_HASH]}",
    )  # fmt: skip
    return made.encode()


def _levels(standing: dict[str, SignOff]) -> Text:
    rows = [_row(words, standing.get(role)) for role, words in ROLES.items()]
    return html.table("编制与三级复核", _COLUMNS, rows)


def _others(signoffs: list[SignOff]) -> Text:
    rows = [_row(ROLES.get(one.event.role, one.event.role), one) for one in signoffs]
    return html.table("其余签署", _COLUMNS, rows)


_COLUMNS = [
    Column("级别"), Column("姓名"), Column("日期"), Column("意见"), Column("效力"), Column("内容指纹"), Column("ssh 签名"),
]  # fmt: skip


def _row(level: str, one: SignOff | None) -> list[Text]:
    if one is None:
        return [level, "—", "—", "—", "未签", "—", "—"]
    event = one.event
    return [
        level, event.name, event.date, event.words or "—", one.state, html.code(event.content[:_HASH]), one.signature or "没有",
    ]  # fmt: skip


def _notes(notes: tuple[Note, ...]) -> Text:
    if not notes:
        return html.paragraph("没有复核意见。")
    rows: list[list[Text]] = [
        [
            note.id, note.about, f"{note.raised.text}（{note.raised.by}，{note.raised.date}）",
            f"{note.answered.text}（{note.answered.by}，{note.answered.date}）" if note.answered else "未答复",
            f"{note.closed.by}，{note.closed.date}" if note.closed else "未关闭",
        ]
        for note in notes
    ]  # fmt: skip
    return html.table(
        "复核意见", [Column("编号"), Column("关于"), Column("提出"), Column("答复"), Column("关闭")], rows
    )
