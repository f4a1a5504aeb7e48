"""资料需求清单 on the page: the same list as the workbook of that name, each row with what it rests on."""

from __future__ import annotations

from auditbook import asking
from auditbook.asking import Wanted
from auditbook.pipeline import Run
from auditbook.report import fragments as html
from auditbook.report.fragments import Column, Html, Text
from auditbook.report.references import rule_reference, stanza_reference, width_words, written
from auditbook.scoring_rules import points_text
from auditbook.workspace import REQUESTS


def requests(run: Run) -> Html:
    """The documents to ask for: what each opens, which figures are wanted of it, from whom, and whether it is here."""
    found = asking.wanted(run, run.table("scores"))
    if not found:
        return html.paragraph("没有还要索取的资料。")
    rows = [_row(place, own, run) for place, own in enumerate(found, 1)]
    columns = [
        Column("次序"), Column("资料"), Column("需要的数字或要点"), Column("可评的指标"), Column("单凭它", "分", numeric=True),
        Column("连同其他", "分", numeric=True), Column("填在录入表"), Column("向谁要"), Column("状态"),
    ]  # fmt: skip
    note = (
        "按能定下的分数排列。分数是得分区间因此缩小的宽度，不是会得到的分；一行要几份资料的，宽度记在每一份之下，不能相加。"
        f"同样的清单另有一份 {REQUESTS}，可以交给被评价单位。"
    )
    refs = [_refs(own, run) for own in found]
    return html.table("资料需求清单", columns, rows, note=note, id="requests-table", row_refs=refs)


def _row(place: int, own: Wanted, run: Run) -> list[Text]:
    scheme = run.framework.framework
    alone = width_words(points_text(own.alone), scheme, own.lines) if own.lines else "—"
    shared = width_words(points_text(own.shared), scheme, own.shared_lines) if own.shared_lines else "—"
    known: Text = (
        html.join(own.status, "：", html.code("、".join(own.sources))) if own.sources else own.status
    )
    return [
        html.index_number(place), own.document, own.figures_words or "—", "、".join(own.indicators.values()) or "—", alone, shared,
        "、".join(own.sheets) or "—", own.holder, known,
    ]  # fmt: skip


def _refs(own: Wanted, run: Run) -> list[str]:
    scheme = run.framework.framework
    lines = [written("scores", scheme, "indicator", line) for line in (*own.lines, *own.shared_lines)]
    figures = [rule_reference("params/figures.yaml", id) for id in own.ids]
    return [*lines, *figures, *(stanza_reference(indicator, run) for indicator in own.indicators)]
