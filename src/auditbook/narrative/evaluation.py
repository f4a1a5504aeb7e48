"""Evaluation reports (整体支出绩效评价报告): what the text alone proposes as evidence, and what becomes of its claims."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from auditbook.faults import Fault
from auditbook.figures import read_dictionary
from auditbook.intake.documents import Document
from auditbook.narrative.evaluation_layouts import EvaluationLayout, read_layout
from auditbook.narrative.evaluation_lists import by_lists, quantities
from auditbook.narrative.evaluation_objectives import by_targets
from auditbook.narrative.evaluation_patterns import by_patterns
from auditbook.narrative.evaluation_proposals import Gathering, Proposal
from auditbook.narrative.evaluation_tables import by_tables
from auditbook.narrative.evaluation_text import Passage, passages
from auditbook.narrative.evaluation_units import units_of
from auditbook.narrative.stated import Left, Narrative

_YEAR = re.compile(r"((?:19|20)\d\d)年")
_HEAD, MOST_HEAD = 6, 150  # a cover, a title over several lines
KIND = "evaluation"
_AROUND = 14


@dataclass(frozen=True)
class Proposed:
    """Everything that a report proposes: its department and year as it says itself, its units, rows, and what is left."""

    department: str
    year: int
    units: dict[str, str]
    proposals: tuple[Proposal, ...]
    left: tuple[Left, ...]
    aside: Counter[str]


def _head(document: Document) -> str:
    """How a report begins: its cover and title, without blanks and full-width forms, up to its first section."""
    head = ""
    for block in document.blocks[:_HEAD]:
        if head and document.section_at(block.start) != "标题":
            break
        head += "".join(unicodedata.normalize("NFKC", block.text).split())
    return head[:MOST_HEAD]


def is_evaluation(document: Document, layout: EvaluationLayout) -> bool:
    """Whether a document is an evaluation report: its first lines say so."""
    head = _head(document)
    return any(title in head for title in layout.titles)


def year_of(document: Document) -> int | None:
    """The year that a report is about: the first year of its title, else the one it names most often."""
    head = _head(document)
    years = _YEAR.findall(head) or [year for year, _ in Counter(_YEAR.findall(document.text)).most_common(1)]
    return int(years[0]) if years else None


def department_of(document: Document, layout: EvaluationLayout) -> str:
    """The department that the title of a report names; "" where it names none."""
    head = _head(document)
    ends = [head.find(title) for title in layout.titles if title in head]
    if not ends:
        return ""
    parts = re.split(r"(?:19|20)\d\d年?度?|关于|[《》“”()]|附件\d*:?", head[: min(ends)])
    names = [re.sub("(?:部门|单位|整体支出|整体|支出|的)+$", "", part) for part in parts]
    names = [name for name in names if len(name) >= 3]
    return names[-1] if names else ""


def layout_of(root: Path) -> EvaluationLayout:
    """The patterns of a project. Raises CaseError with every fault of their file."""
    return read_layout(root, read_dictionary(root))


def proposed(
    document: Document, root: Path, year: int | None = None, department: str = "", units: Mapping[str, str] | None = None
) -> Proposed:  # fmt: skip
    """What a report proposes.

    Takes    document: its text; root: the project; year: of the case, by default as the report says; department: its name,
             by default as the title says; units: name by id, by default as the text lists them.
    Returns  proposals in the order of the text; every number of it is in one of them, or left with why, or counted aside.
    Raises   CaseError where params/narratives/evaluation.yaml cannot be read.
    """
    layout = layout_of(root)
    own = passages(document, layout)
    named = department or department_of(document, layout)
    gathering = Gathering(
        layout, document, own, year or year_of(document) or 0, named, units or units_of(own, named, layout)
    )
    by_patterns(gathering)
    by_tables(gathering)
    by_targets(gathering)
    by_lists(gathering)
    quantities(gathering)
    ordered = sorted(gathering.proposals, key=lambda one: (one.start, one.end))
    aside = Counter(number.aside for passage in own for number in passage.numbers if number.aside)
    return Proposed(
        named, gathering.year, dict(gathering.units), tuple(ordered), tuple(_left(gathering, own)), aside
    )


def proposals(document: Document, root: Path, year: int | None = None) -> list[Proposal]:
    """The rows that a report proposes, in the order of the text."""
    return list(proposed(document, root, year).proposals)


def _left(gathering: Gathering, own: Sequence[Passage]) -> list[Left]:
    found = []
    for passage in own:
        for number in gathering.rest(passage):
            start, end = passage.run(number.start, number.unit_end)
            text = passage.text
            words = text[max(0, number.start - _AROUND) : number.unit_end + _AROUND]
            why = "数字后面没有计量单位，不知道是什么"
            if passage.cells:
                why = "表中的数，表头或行名不认识"
            elif number.broken:
                why = "数字中间有空格，或逗号、小数点位置不对，不知道是不是一个数"
            found.append(Left(number.value + number.unit, start, end, passage.section, words, why))
    return found


def read(document: Document, name: str, sha256: str, root: Path, year: int | None = None) -> Narrative:
    """Everything that an evaluation report states: judged within its own text, left, or set aside.

    Takes    document: its text; name, sha256: of the file; root: the project; year: of the case, where it is known.
    Returns  the narrative; another year than the case's is one of its ``faults``.
    Raises   CaseError where the rules of the project cannot be read.
    """
    from auditbook.narrative import evaluation_judging

    own = year_of(document)
    found = proposed(document, root, year)
    faults = [] if year is None else wrong_year(name, own, year)
    layout = layout_of(root)
    statements = evaluation_judging.judge(
        found.proposals, layout, root, name, found.year, found.units, document.text
    )
    paged = [replace(one, page=_page(document, one.start)) for one in statements]
    return Narrative(
        name, sha256, KIND, own, document, tuple(paged), found.left, found.aside, faults=tuple(faults)
    )


def _page(document: Document, start: int) -> int | None:
    return document.blocks[document.block_at(start)].page if document.blocks else None


def wrong_year(name: str, own: int | None, year: int) -> list[Fault]:
    """A report about another year than the case's: its wording is the same, its amounts are not."""
    if own is None or own == year:
        return []
    return [Fault(name, f"报告写的是{own}年度", f"{year}年度的报告", "请换成本年度的报告，或改正年度")]
