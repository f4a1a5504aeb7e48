"""What becomes of the numbers of an evaluation report when they are held against each other: statements with verdicts.

The proposals are taken as evidence of a case that has nothing else, and judged by the rules of every case (``claims``): what
the text alone can prove, and no more. A number that nothing in the text speaks to cannot be checked, and says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from auditbook import claims, formulas, indicators
from auditbook.cases import DEPARTMENT
from auditbook.figures import (
    MISSING,
    VALUE,
    Dictionary,
    FigureRow,
    Figures,
    Key,
    Resolved,
    read_dictionary,
    same_dimension,
)
from auditbook.intake.evidence import ACTUAL, OTHER_ANSWER, TARGET, same_words
from auditbook.intake.phrases import VERIFIED
from auditbook.narrative.evaluation_layouts import EvaluationLayout, Identity
from auditbook.narrative.evaluation_proposals import FIGURES, OBJECTIVES, PUBLISHED, Proposal
from auditbook.narrative.stated import Statement
from auditbook.numbers import EXACT, dimension, factor, parse, parse_rate, plain, text
from auditbook.tables import Row
from auditbook.workspace import Workspace

HIGH, MEDIUM, LOW = "high", "medium", "low"
_NARROW = str.maketrans("（，", "(,")
SCORE = "self_score"
# the kind of fault that a claim of a kind shows where it does not hold
_FAULTY = {"rate": "rate", "total": "consistency", "count": "count", "score": "sum", "share": "share", "growth": "growth", "change": "change"}  # fmt: skip
_SEVERITY = {
    "rate": HIGH,
    "count": MEDIUM,
    "target": HIGH,
    "sum": HIGH,
    "consistency": MEDIUM,
    "share": HIGH,
    "growth": HIGH,
    "change": HIGH,
}
_WRONG = {claims.DISAGREES, claims.OTHER_DEFINITION, claims.TRUNCATED, claims.OTHER_MEASURE}


@dataclass
class Judging:
    """The proposals of one report as the figures of a case, and how claims about them are judged."""

    name: str
    year: int
    layout: EvaluationLayout
    dictionary: Dictionary
    units: Mapping[str, str]
    figures: Figures
    by_key: Mapping[str, Proposal]
    text: str
    several: Mapping[str, list[str]]


def judge(
    proposals: Sequence[Proposal], layout: EvaluationLayout, root: Path, name: str, year: int, units: Mapping[str, str],
    text: str = "",
) -> list[Statement]:  # fmt: skip
    """Statements with verdicts, one for each number that a proposal took, in the order of the text.

    Takes    proposals: of one report; name: the file, as source of the rows; units: name by id; text: of the document.
    Raises   CaseError where rules of the project cannot be read.
    """
    dictionary = read_dictionary(root)
    several = _several(proposals)
    rows = list(_figure_rows(proposals, name, year, dictionary, several))
    keyed: dict[str, Proposal] = {}
    for proposal in proposals:
        if proposal.shape == FIGURES:
            keyed.setdefault(str(_key(proposal.cells)), proposal)
    figures = Figures(dictionary, rows, [*units], year)
    judging = Judging(name, year, layout, dictionary, units, figures, keyed, text, several)
    found = [*_claims(judging, proposals, root), *_identities(judging)]
    spoken = {statement.number for statement in found}
    found += [s for s in _figures(judging, proposals) if s.number not in spoken]
    return sorted(found, key=lambda s: (s.start, s.end, s.row["claim"]))


def _several(proposals: Sequence[Proposal]) -> dict[str, list[str]]:
    """Figures that the text gives with several amounts: which of them is meant, only a person can say."""
    given: dict[str, dict[tuple[Fraction, str], str]] = {}
    for proposal in proposals:
        cells = proposal.cells
        if proposal.shape == FIGURES:
            amount = parse(cells["value"]) * factor(cells["unit"]), dimension(cells["unit"])
            given.setdefault(str(_key(cells)), {}).setdefault(amount, cells["value"] + cells["unit"])
    return {key: [*amounts.values()] for key, amounts in given.items() if len(amounts) > 1}


def _key(cells: Row) -> Key:
    return Key(cells["figure"], cells["scope"], cells["item"], int(cells["year"]))


def _figure_rows(
    proposals: Sequence[Proposal], name: str, year: int, dictionary: Dictionary, several: Mapping[str, list[str]]
) -> Iterator[FigureRow]:  # fmt: skip
    """The proposals as rows of figures. One that is given twice counts once; one with several amounts does not count."""
    seen: set[str] = set()
    for proposal in proposals:
        cells = proposal.cells
        if proposal.shape == FIGURES:
            key = _key(cells)
            known = dictionary.get(cells["figure"])
            if (
                str(key) in seen
                or str(key) in several
                or known is None
                or not same_dimension(known, cells["unit"])
            ):
                continue
            seen.add(str(key))
            yield _row(key, name, cells["state"], cells["value"], cells["unit"], cells["precision"], cells)
        elif proposal.shape == OBJECTIVES and cells["target"]:
            yield from _objective_rows(cells, name, year)


def _row(key: Key, name: str, state: str, value: str, unit: str, precision: str, cells: Row) -> FigureRow:
    return FigureRow(
        key, name, cells["locator"], cells.get("label", ""), state, "evidence" if value else "", value, unit, precision,
        cells["quote"], VERIFIED, True, "",
    )  # fmt: skip


def _objective_rows(cells: Row, name: str, year: int) -> Iterator[FigureRow]:
    about = claims.about_of(cells)

    def row(figure: str, state: str, value: str, precision: str) -> FigureRow:
        key = Key(figure, DEPARTMENT, about, year)
        return _row(key, name, state, value, cells["unit"] if value else "", precision, cells)

    yield row(TARGET, VALUE, cells["target"], EXACT)
    same = bool(cells["actual"]) and same_words(cells["measure"], cells["actual_measure"])
    yield row(ACTUAL, VALUE, cells["actual"], cells["precision"]) if same else row(ACTUAL, MISSING, "", "")
    if cells["actual"] and not same:
        yield row(OTHER_ANSWER, VALUE, cells["actual"], cells["precision"])


# --- published numbers and targets -----------------------------------------------------------------------------


def _claims(judging: Judging, proposals: Sequence[Proposal], root: Path) -> Iterator[Statement]:
    """Verdicts on what is published and on targets, by the rules that judge every case."""
    rulebook = indicators.read_rulebook(root, judging.dictionary)
    wording = claims.read_wording(Workspace(root, root, root, root, None))
    published = [p for p in proposals if p.shape == PUBLISHED]
    objectives = [p for p in proposals if p.shape == OBJECTIVES]
    asked = {p.cells["about"] for p in published}
    results = [
        result
        for stanza in rulebook.stanzas.values()
        if stanza.id in asked and not stanza.judged
        for result in indicators.compute(stanza, judging.figures)
    ]
    names = {
        stanza.id: {id_: definition.name for id_, definition in stanza.definitions.items()}
        for stanza in rulebook.stanzas.values()
    }
    scoring = {id_: next(iter(own)) for id_, own in names.items() if own}
    rows = claims.judge_all(
        [{**p.cells, "base": "", "source": judging.name} for p in published],
        [{**p.cells, "source": judging.name} for p in objectives],
        [], results, judging.figures, scoring, names, wording, judging.units,
    )  # fmt: skip
    own = {p.cells["claim"]: p for p in published}
    own |= {f"done.{claims.about_of(p.cells)}": p for p in objectives}
    for row in rows:
        proposal = own[row["claim"]]
        yield _statement(judging, row, proposal)
        if proposal.answer and proposal.answer_number:
            yield _answer(judging, row, proposal)


def _statement(judging: Judging, row: Row, proposal: Proposal) -> Statement:
    if row["verdict"] == claims.DISAGREES and _open_list(row):
        said = f"{row['explanation']}；“等”字之前没有列全，不能说数错了"
        row = {**row, "verdict": claims.NOT_CHECKABLE, "explanation": said}
    verdict, kind = row["verdict"], row["kind"]
    target = proposal.shape == OBJECTIVES
    severity = ""
    if verdict in _WRONG:
        kind = "target" if target else _FAULTY[kind]
        severity = LOW if verdict == claims.TRUNCATED else MEDIUM if verdict in {claims.OTHER_DEFINITION, claims.OTHER_MEASURE} else _SEVERITY[kind]  # fmt: skip
    else:
        kind = "completion" if target else kind
        if kind == "total":
            kind = "share" if row["unit"] == "%" else "amount"
    row = {**row, "kind": kind}
    if row["about"] == SCORE and _above_usual(judging, row):
        row["explanation"] = (
            f"得分{row['published']}{row['unit']}高于通常的满分{judging.layout.usual_maximum}分，而没有写明满分与加分规则；"
            + row["explanation"]
        )
        severity = severity or MEDIUM
    return Statement(row, proposal.start, proposal.end, proposal.number, severity)


def _open_list(row: Row) -> bool:
    """Whether a count closes a list that only gives examples: 甲、乙、丙等12个项目; 七大行动 is a closed set."""
    if row["kind"] != "count" or not row["quote"].startswith("等") or not row["recomputed"]:
        return False
    return "大" not in row["quote"][:5] and parse(row["recomputed"]) < parse(row["published"])


def _answer(judging: Judging, row: Row, proposal: Proposal) -> Statement:
    """The number that answers a target: the verdict stands at the target, here is said where to look."""
    cells = proposal.cells
    start, end = proposal.answer or (0, 0)
    own = {
        **row, "claim": f"answer.{row['about']}", "kind": "completion", "published": cells["actual"], "recomputed": "",
        "low": "", "high": "", "verdict": claims.NOT_CHECKABLE, "locator": cells["actual_locator"], "quote": cells["actual_quote"],
        "explanation": f"是对目标“{cells['measure']}”的答复，目标的核对见{cells['locator']}；数字本身没有统计表可以核对",
    }  # fmt: skip
    return Statement(own, start, end, proposal.answer_number)


def _above_usual(judging: Judging, row: Row) -> bool:
    """Whether a score is above what scores usually reach, where the report states no maximum."""
    stated = judging.figures.resolve("self_score_maximum").value
    return stated is None and parse(row["published"]) > judging.layout.usual_maximum


# --- what must hold among figures ------------------------------------------------------------------------------


def _identities(judging: Judging) -> Iterator[Statement]:
    """Sums and limits among the figures of the text, and weights that must come to a whole."""
    for identity in judging.layout.identities:
        formula = formulas.read(identity.formula)
        for scope, item, known in judging.figures.together([*formula.figures, identity.figure]):
            key = str(Key(identity.figure, scope, item, judging.year))
            if key in judging.by_key and all(part.value is not None for part in known.values()):
                yield _held(judging, identity, formula, known, key)
    for figure, whole in judging.layout.wholes.items():
        yield from _wholes(judging, figure, parse_rate(whole))


def _held(
    judging: Judging, identity: Identity, formula: formulas.Formula, known: Mapping[str, Resolved], key: str
) -> Statement:
    proposal = judging.by_key[key]
    cells = proposal.cells
    value = formula.value({name: part.value for name, part in known.items() if part.value is not None})
    span = formula.range({name: known[name].terms for name in formula.figures})
    box = span.interval if span else None
    own = known[identity.figure]
    shown = f"{cells['value']}{cells['unit']}"
    if identity.relation == "at_most":
        behind = judging.text[proposal.number[1] :][:8] if proposal.number else ""
        containing = bool(re.search(judging.layout.containing, behind.translate(_NARROW)))
        within = own.interval.low <= (box.high if box else value) or containing
        verdict = claims.NOT_CHECKABLE if within else claims.DISAGREES
        said = f"{shown}，{'含其他人员，' if containing else '不多于' if within else '多于'}{identity.said}{text(value, cells['unit'])}"
        said += "；没有名册与批复可以核对" if within else ""
        kind = "count" if within else identity.kind
    else:
        verdict = claims.judge(cells["value"], cells["unit"], cells["precision"], value, box)
        said = f"{identity.said}＝{text(value, cells['unit'])}，公布{shown}，{claims.VERDICTS[verdict]}"
        kind = identity.kind
    severity = (
        _SEVERITY[identity.kind]
        if verdict == claims.DISAGREES
        else LOW
        if verdict == claims.TRUNCATED
        else ""
    )
    return _of_figure(judging, proposal, kind, verdict, said, value, box, severity)


def _wholes(judging: Judging, figure: str, whole: Fraction) -> Iterator[Statement]:
    """Weights of one group that must come to a whole: judged at the first of them."""
    groups: dict[str, list[Proposal]] = {}
    for proposal in judging.by_key.values():
        if proposal.cells["figure"] == figure and "." in proposal.cells["item"]:
            groups.setdefault(proposal.cells["item"].partition(".")[0], []).append(proposal)
    for group, own in groups.items():
        if len(own) < 2:
            continue
        total = sum((parse(p.cells["value"]) * factor(p.cells["unit"]) for p in own), Fraction(0))
        # parts that no word of the layout knows may not be all there are
        open_end = total < whole and any(p.cells["item"].partition(".")[2].startswith("part") for p in own)
        verdict = claims.AGREES if total == whole else claims.NOT_CHECKABLE if open_end else claims.DISAGREES
        name = judging.dictionary[figure].groups.get(group, group)
        words = "＋".join(p.cells["value"] for p in own)
        said = f"{name}的权重{words}＝{text(total, '%')}，应为{text(whole, '%')}，{claims.VERDICTS[verdict]}"
        for proposal in own:
            severity = MEDIUM if verdict == claims.DISAGREES else ""
            yield _of_figure(judging, proposal, "sum", verdict, said, None, None, severity)


# --- the rest --------------------------------------------------------------------------------------------------


def _figures(judging: Judging, proposals: Sequence[Proposal]) -> Iterator[Statement]:
    """Figures that nothing in the text speaks to, and wholes that the parts in the text add up to."""
    for proposal in proposals:
        if proposal.shape != FIGURES or proposal.number is None:
            continue
        cells = proposal.cells
        meaning = judging.dictionary[cells["figure"]]
        parts = _parts(judging, proposal)
        kind = (
            "budget"
            if cells["figure"].startswith("budget")
            else "amount"
            if meaning.unit == "万元"
            else "count"
        )
        kind = "share" if cells["unit"] == "%" else "score" if cells["unit"] == "分" else kind
        if parts:
            total, box = claims.sum_of(parts)
            verdict = claims.judge(cells["value"], cells["unit"], cells["precision"], total, box)
            said = f"各分项之和＝{text(total, cells['unit'])}，公布{cells['value']}{cells['unit']}，{claims.VERDICTS[verdict]}"
            severity = HIGH if verdict == claims.DISAGREES else ""
            yield _of_figure(judging, proposal, "sum", verdict, said, total, box, severity)
        else:
            said = f"文字之内没有可对照的数；须有{meaning.table}"
            if amounts := judging.several.get(str(_key(cells))):
                said = f"原文有几个数：{'、'.join(amounts)}，是否同一口径请核对；须有{meaning.table}"
            yield _of_figure(judging, proposal, kind, claims.NOT_CHECKABLE, said, None, None, "")


def _parts(judging: Judging, proposal: Proposal) -> list[Resolved]:
    """The items that a figure's whole is said to consist of, where the text gives all that it names."""
    cells = proposal.cells
    meaning = judging.dictionary[cells["figure"]]
    if cells["item"] or meaning.total != "sum" or not isinstance(meaning.items, dict):
        return []
    own = [
        judging.figures.resolve(cells["figure"], cells["scope"], item)
        for item in meaning.items
        if str(Key(cells["figure"], cells["scope"], item, judging.year)) in judging.by_key
    ]
    return own if len(own) == len(meaning.items) else []


def _of_figure(
    judging: Judging, proposal: Proposal, kind: str, verdict: str, said: str, value: Fraction | None,
    box: object, severity: str,
) -> Statement:  # fmt: skip
    cells = proposal.cells
    held = factor(cells["unit"])
    low, high = (getattr(box, "low", None), getattr(box, "high", None))
    about = f"{cells['figure']}:{cells['item']}" if cells["item"] else cells["figure"]
    name = f"{cells['figure']}:{cells['scope']}:{cells['item']}" + ("" if kind != "sum" else ":sum")
    row = {
        "claim": name, "kind": kind, "about": about, "scope": cells["scope"], "year": cells["year"],
        "published": cells["value"], "unit": cells["unit"],
        "recomputed": "" if value is None else plain(value / held), "low": "" if low is None else plain(low / held),
        "high": "" if high is None else plain(high / held), "verdict": verdict, "definition": "", "explanation": said,
        "source": judging.name, "locator": cells["locator"], "quote": cells["quote"],
    }  # fmt: skip
    return Statement(row, proposal.start, proposal.end, proposal.number, severity)
