"""What of a case is still to be done before its report says all it could, in order: ``auditbook check`` and ``new`` list it.

Mistakes come before it: a case that cannot be read is told as such. Then what a person must decide or confirm, since no document
brings it; then the documents and figures to get, those first that settle most points.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from auditbook import asking, what_if
from auditbook.asking import Wanted
from auditbook.figures import CARRIED
from auditbook.intake import intake_follow_up, intake_taken
from auditbook.intake.intake_carried import NOT_CARRIED
from auditbook.pipeline import Run
from auditbook.scoring_rules import points_text
from auditbook.tables import Row
from auditbook.workspace import REQUESTS

MOST_DOCUMENTS = 12
UNNAMED = "待填部门全称"
_DECIDED = (intake_taken.UNDECIDED, NOT_CARRIED, intake_follow_up.OPEN_ROWS)


@dataclass(frozen=True)
class Remaining:
    """A case that can be read, its scores as they would be, and the documents to ask for."""

    run: Run
    scores: Sequence[Row]
    documents: Sequence[Wanted]

    def write(self) -> str:
        """Write the list of documents beside where the report will lie; returns its path as it is shown."""
        from auditbook import asking_writing

        path: Path = asking_writing.write(self.run, self.scores)
        return self.run.workspace.shown(path)

    def lines(self) -> list[str]:
        """The list for a reader: a heading and numbered lines for each kind of thing to do; where nothing is left, that."""
        decisions = list(self._decisions())
        told = []
        if decisions:
            told += ["要确认、填写的：", *(f"  {number}. {line}" for number, line in enumerate(decisions, 1))]
        if self.documents:
            told += ["还缺的资料（能定下分数多的在前；缺着也可以运行，缺的写明无法评价）："]
            shown = self.documents[:MOST_DOCUMENTS]
            told += [f"  {number}. {_line(own)}" for number, own in enumerate(shown, 1)]
            if rest := len(self.documents) - len(shown):
                told.append(f"  另有 {rest} 份，全部见 {REQUESTS}（new 与 run 都写出它）")
        return told or ["没有还要填写、索取的。"]

    def _decisions(self) -> Iterator[str]:
        audit, raw = self.run.rules.audit, self.run.raw
        case = audit.case
        file = audit.workspace.shown(audit.workspace.case_path)
        if case.department.name.startswith(UNNAMED):
            yield f"{file}：department.name 还没有写部门全称"
        if audit.previous_absent:
            yield f"{file}：previous 是“{audit.previous_absent}”，没有这个案例文件，上年的单位与数字无从对照（可以运行）"
        if case.materiality is None:
            yield f"{file}：materiality（重要性水平）没有写，涉及金额的发现不按重要性分轻重"
        if not case.framework_reason:
            yield f"{file}：framework_reason（为什么用 {case.framework}）没有写"
        if outside := self.run.framework.validity_note(case.year):
            yield f"{file}：framework {case.framework}——{outside}"
        for note in raw.notes:
            if note.kind in _DECIDED:
                yield f"{note.where}：{note.written}，{note.read_as}"
        stand = [
            row for row in raw.figures
            if row.basis == CARRIED and row.chosen and row.key.year == case.year
        ]  # fmt: skip
        if stand:
            names = dict.fromkeys(self.run.dictionary[row.key.figure].name for row in stand)
            yield f"{'、'.join(names)} {len(stand)} 个沿用上年（录入表“上年带入”）：确认没有变动，有变动的填到录入表各自的表里"


def of_case(run: Run) -> Remaining:
    """What remains to be done of a case.

    Takes    run: from ``pipeline.check``; nothing is written.
    """
    scored = what_if.scored(run)
    scores = scored.table("scores")
    return Remaining(scored, scores, asking.wanted(scored, scores))


def _line(own: Wanted) -> str:
    points = []
    if own.alone:
        points.append(f"定 {_points(own.alone)} 分")
    if own.shared:
        points.append(f"连同其他资料定 {_points(own.shared)} 分")
    parts = [
        "，".join(points) or "不计分的指标",
        f"要：{own.figures_words}" if own.figures else "",
        f"填在：{'、'.join(own.sheets)}" if own.sheets else "",
        f"向：{own.holder}",
        own.status_words,
    ]
    return f"{own.document}——{'；'.join(part for part in parts if part)}"


def _points(points: Fraction) -> str:
    return points_text(points)
