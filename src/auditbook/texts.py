"""Texts: what strikes a careful reader in the statements of a report, where no number has to be recomputed.

One thing under two names, a future tense about a year that is over, template residue, terms out of use, problems
without a number. Each function takes rows of statements.csv and returns remarks; what is a finding, findings.yaml says.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from pydantic import field_validator

from auditbook import strict_yaml
from auditbook.cases import Strict, Words
from auditbook.claims import Wording, affirmed, place, planned_later
from auditbook.faults import CaseError, Fault
from auditbook.tables import Row
from auditbook.workspace import Workspace

SELF_EVALUATION = "self_score"
# What was said of the year: what is only a name or a source is not.
_SAID = ("result", "event", "reason", "relative_date")


@dataclass(frozen=True)
class Remark:
    """Something in the text: its kind, what it is about, the statements it rests on, and what is to be said of it."""

    kind: str
    about: str
    rows: tuple[Row, ...]
    explanation: str
    document_year: str = ""


class Term(Strict):
    """An entry of ``params/codes/terms.yaml``: names that were replaced, from which day, on what authority."""

    old: list[Words]
    new: list[Words]
    since: str
    source: Words
    within: list[Words] = []

    @field_validator("since")
    @classmethod
    def _day(cls, since: str) -> str:
        try:
            date.fromisoformat(since if len(since) == 10 else f"{since}-01")
        except ValueError:
            raise ValueError(f"“{since}”不是日期，应写成“2019-06-01”或“2008-03”") from None
        return since

    @property
    def since_words(self) -> str:
        """The day in words: 2019年6月1日, 2008年3月."""
        year, month, *day = self.since.split("-")
        return f"{year}年{int(month)}月" + (f"{int(day[0])}日" if day else "")

    def old_in(self, words: str) -> str:
        """The old name that a phrase holds, the longest first; "" where it holds none but within longer names."""
        for longer in sorted([*self.within, *self.new], key=len, reverse=True):
            words = words.replace(longer, "□")
        return next((name for name in sorted(self.old, key=len, reverse=True) if name in words), "")

    def new_in(self, words: str) -> str:
        """The new name that a phrase holds, or ""."""
        return next((name for name in self.new if name in words), "")


def read_terms(workspace: Workspace) -> list[Term]:
    """Read ``params/codes/terms.yaml``, the case's own where it brings one.

    Raises   CaseError with every fault: unknown keys, days that are none, an old name that is listed twice.
    """
    path = workspace.rule_file("codes", "terms") or workspace.root / "params" / "codes" / "terms.yaml"
    document = strict_yaml.load(path, workspace.shown(path))
    terms: list[Term] = []
    faults: list[Fault] = []
    for index, entry in enumerate(document.content or []):
        term = strict_yaml.validate(document, Term, entry, (index,))
        if term is None:
            continue
        twice = [name for name in term.old if any(name in other.old for other in terms)]
        if twice:
            faults.append(
                Fault(document.where((index,)), f"旧名“{'、'.join(twice)}”重复", "", "请合并或删去")
            )
        terms.append(term)
    if document.faults or faults:
        raise CaseError([*document.faults, *faults])
    return terms


def notice(
    statements: Sequence[Row],
    published: Sequence[Row],
    terms: Sequence[Term],
    wording: Wording,
    department: str,
    year: int,
) -> list[Remark]:
    """Everything that there is to remark on the text of a case, kind by kind.

    Takes    statements, published: rows of these tables; department: its full name; year: of the case.
    """
    return [
        *two_names(statements),
        *two_deadlines(statements),
        *future_tense(statements, wording, year),
        *later_years(statements, wording, year),
        *relative_dates(statements, wording),
        *chronology(statements),
        *residue(statements, wording, department),
        *typos(statements),
        *slogans(statements, published, wording),
        *outdated_terms(statements, terms, year),
        *anachronisms(statements, terms),
        *brackets(statements),
        *problems_without_number(statements, wording),
        *suggestions_without_measure(statements, wording),
        *method_not_evaluation(statements, wording),
        *no_independent_party(statements, wording),
        *self_financed(statements, wording),
        *reasons_without_amounts(statements),
    ]


def _cited(row: Row) -> str:
    where = place(row["locator"])
    return f"“{row['quote']}”" + (f"（{where}）" if where else "")


def _all_cited(rows: Iterable[Row]) -> str:
    return "、".join(_cited(row) for row in rows)


def _of(statements: Sequence[Row], *kinds: str) -> list[Row]:
    return [row for row in statements if row["kind"] in kinds]


def _by_about(rows: Iterable[Row]) -> dict[str, list[Row]]:
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(row["about"], []).append(row)
    return groups


def _folded(words: str) -> str:
    """A phrase without blanks, punctuation and full-width forms."""
    return re.sub(r"[\W_]", "", unicodedata.normalize("NFKC", words))


_TITLE = re.compile("《([^《》]+)》")
_COUNTED = re.compile(r"\d+(?:\.\d+)?(?:名|人|个|家|项|座|套|台|辆|处|间|户)?")


def _named(quote: str) -> str:
    """The name in a phrase: the title in 《》 where there is one; numbers are no part of a name."""
    title = _TITLE.search(quote)
    words = re.sub(r"\s", "", unicodedata.normalize("NFKC", title.group(1) if title else quote))
    return _folded(_COUNTED.sub("", words))


def two_names(statements: Sequence[Row]) -> list[Remark]:
    """One thing under two names: statements of kind ``name`` about the same whose names differ."""
    found = []
    for about, rows in _by_about(_of(statements, "name")).items():
        different = list({_named(row["quote"]): row for row in reversed(rows)}.values())[::-1]
        if about and len(different) > 1:
            said = f"{_all_cited(different)}说的是同一事物，名称不一"
            found.append(Remark("two_names", about, tuple(different), said))
    return found


def two_deadlines(statements: Sequence[Row]) -> list[Remark]:
    """Two deadlines for one thing: statements of kind ``deadline`` about the same whose phrases differ."""
    found = []
    for about, rows in _by_about(_of(statements, "deadline")).items():
        different = list({_folded(row["quote"]): row for row in reversed(rows)}.values())[::-1]
        if about and len(different) > 1:
            found.append(
                Remark("two_deadlines", about, tuple(different), f"{_all_cited(different)}，期限不一")
            )
    return found


def future_tense(statements: Sequence[Row], wording: Wording, year: int) -> list[Remark]:
    """A future tense in what is reported as done in a year that is over; a plan for a later date is no result of it."""
    found = []
    for row in _of(statements, *_SAID):
        word = next((word for word in wording.future if word in row["quote"]), "")
        if word and not planned_later(row["quote"], row["date"], wording, year):
            said = f"{_cited(row)}用“{word}”，而{year}年度已经结束"
            found.append(Remark("future", row["about"], (row,), said))
    return found


_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)(?=\s*(?:年|[-—–~至]\s*(?:19|20)\d\d\s*年))")


def later_years(statements: Sequence[Row], wording: Wording, year: int) -> list[Remark]:
    """A year after the case year in what is reported as a result of it; a plan, or what is yet to come, may reach beyond."""
    found = []
    for row in _of(statements, "result", "event"):
        named = [int(found) for found in _YEAR.findall(unicodedata.normalize("NFKC", row["quote"]))]
        if row["date"]:
            named.append(int(row["date"][:4]))
        later = sorted({other for other in named if other > year})
        if later and not any(word in row["quote"] for word in (*wording.plan, *wording.future)):
            years = "、".join(f"{other}年" for other in later)
            found.append(Remark("later_year", row["about"], (row,), f"{years}在{year}年度之后"))
    return found


def relative_dates(statements: Sequence[Row], wording: Wording) -> list[Remark]:
    """A date that only the day of writing explains (今年5月), also where the auditor entered it as such."""
    found = []
    for row in _of(statements, *_SAID):
        word = next((word for word in wording.relative_date if word in row["quote"]), "")
        if word or row["kind"] == "relative_date":
            said = f"{_cited(row)}用相对日期“{word}”" if word else f"{_cited(row)}用相对日期"
            found.append(Remark("relative_date", row["about"], (row,), said))
    return found


def chronology(statements: Sequence[Row]) -> list[Remark]:
    """Dated events about one thing that do not stand in the order of their dates, in the order of the document."""
    found = []
    for about, rows in _by_about(row for row in _of(statements, "event") if row["date"]).items():
        for _, own in _by_source(rows).items():
            ordered = sorted(own, key=_line)
            steps = [pair for pair in pairwise(ordered) if _earlier(pair[1]["date"], pair[0]["date"])]
            if steps:
                backward = "；".join(f"{_cited(one)}之后才写{_cited(other)}" for one, other in steps)
                concerned = tuple({row["statement"]: row for pair in steps for row in pair}.values())
                found.append(Remark("chronology", about, concerned, f"没有按时间先后：{backward}"))
    return found


def _by_source(rows: Iterable[Row]) -> dict[str, list[Row]]:
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(row["source"], []).append(row)
    return groups


def _line(row: Row) -> int:
    """The line of the raw table on which a statement stands: the order in which the document says it."""
    found = re.search(r"〔[^〔〕]*:(\d+)〕", row["locator"])
    return int(found.group(1)) if found else 0


def _earlier(one: str, other: str) -> bool:
    """Whether one date is certainly earlier: a month is not earlier than a day in it."""
    shared = min(len(one), len(other))
    return one[:shared] < other[:shared]


_TWICE = re.compile(r"([\u4e00-\u9fff]{2,8})(?:19|20)\d\d年度?\1")


def residue(statements: Sequence[Row], wording: Wording, department: str) -> list[Remark]:
    """What a template left behind: placeholders, 本 before the full name, a name filled in twice around the year."""
    found = []
    for row in statements:
        quote = row["quote"]
        mark = next((word for word in wording.placeholder if word in quote), "")
        twice = _TWICE.search(quote)
        if mark:
            said = f"留有模板文字“{mark}”"
        elif f"本{department}" in quote:
            said = f"“本”与全称“{department}”连用"
        elif twice:
            said = f"“{twice.group(1)}”在年份前后填了两次"
        elif row["kind"] == "residue":
            said = "是模板文字"
        else:
            continue
        found.append(Remark("residue", row["about"], (row,), f"{_cited(row)}{said}"))
    return found


def typos(statements: Sequence[Row]) -> list[Remark]:
    """Slips of the pen that the auditor entered."""
    return [Remark("typo", row["about"], (row,), _cited(row)) for row in _of(statements, "typo")]


_SLOGAN = re.compile(
    r"[“\"]((?:[二两三四五六七八九十百]+|\d+)[^“”\",，、；：:\d]{1,8}|\d+(?:[+＋]\d+)+\w{0,6})[”\"]"
)


def slogans(statements: Sequence[Row], published: Sequence[Row], wording: Wording) -> list[Remark]:
    """A slogan with a number, in quotation marks, that nothing explains.

    Not where the phrase lists the things at once (“五员”（…、…）), where a claim of kind ``count`` holds the words and
    is checked as such, or where the words are known to everyone (三公).
    """
    counted = [_folded(row["quote"]) for row in published if row["kind"] == "count"]
    found = []
    for row in statements:
        if row["kind"] == "legal_reference":
            continue
        for spoken in _SLOGAN.finditer(row["quote"]):
            slogan = spoken.group(1)
            explained = re.match(
                r"\s*(?:[（(]|[,，]?(?:即|也就是|包括|分别)|[：:])", row["quote"][spoken.end() :]
            )
            known = slogan in wording.known_slogan or any(_folded(slogan) in words for words in counted)
            if not (explained or known):
                said = f"{_cited(row)}没有说明“{slogan}”是哪几项"
                found.append(Remark("slogan", row["about"], (row,), said))
                break
    return found


def outdated_terms(statements: Sequence[Row], terms: Sequence[Term], year: int) -> list[Remark]:
    """A name that was replaced before the year was over; a document of its own time may be cited under the old name."""
    found = []
    for row in statements:
        for term in terms:
            old = term.old_in(row["quote"])
            if not old or int(term.since[:4]) > year:
                continue
            numbers = _document_numbers(row["quote"])
            if numbers and all(number.year <= int(term.since[:4]) for number in numbers):
                continue
            said = f"{_cited(row)}用“{old}”，{term.since_words}起已改为“{term.new[0]}”（{term.source}）"
            found.append(Remark("outdated_term", row["about"], (row,), said))
    return found


# 厅字（2003）13号, 财预〔2013〕53号: the letters, the bracket, the year, the bracket, the number
_DOCUMENT = re.compile(r"([\u4e00-\u9fff]{1,12})([〔（(\[［【])((?:19|20)\d\d)([〕）)\]］】])\s*(?:第)?\d+号")
_LEADING = re.compile("^.*(?:根据|按照|依据|参照|执行|关于|印发|以及|和|及|与|的)")


@dataclass(frozen=True)
class _Number:
    """A document number in a phrase: its year, the number as printed, and its two brackets."""

    year: int
    printed: str
    brackets: str


def _document_numbers(quote: str) -> list[_Number]:
    return [
        _Number(int(found[3]), _LEADING.sub("", found[1]) + found[0][len(found[1]) :], found[2] + found[4])
        for found in _DOCUMENT.finditer(quote)
    ]


def anachronisms(statements: Sequence[Row], terms: Sequence[Term]) -> list[Remark]:
    """A new name on a document of a year before it existed.

    Name and number may stand in one phrase, or in two statements of kind ``legal_reference`` about the same: the
    number then belongs to the name that stands next before it.
    """
    found = []
    for rows in _references(statements):
        for number in _document_numbers(rows[-1]["quote"]):
            for term in terms:
                new = next((name for row in rows if (name := term.new_in(row["quote"]))), "")
                if new and number.year < int(term.since[:4]):
                    said = (
                        f"{_all_cited(rows)}：{number.printed}是{number.year}年的文件，“{new}”{term.since_words}才有，"
                        f"此前称“{term.old[0]}”（{term.source}）"
                    )
                    found.append(Remark("anachronism", rows[0]["about"], rows, said, str(number.year)))
    return found


def _references(statements: Sequence[Row]) -> list[tuple[Row, ...]]:
    """Statements with a document number, after the one with the title where the number was entered by itself."""
    found: list[tuple[Row, ...]] = []
    title: Row | None = None
    for row in sorted(statements, key=lambda row: (row["source"], _line(row))):
        legal = row["kind"] == "legal_reference"
        if not _document_numbers(row["quote"]):
            title = row if legal else title
        elif legal and title and "《" not in row["quote"] and _same_place(title, row):
            found.append((title, row))
            title = None
        else:
            found.append((row,))
    return found


def _same_place(one: Row, other: Row) -> bool:
    return (one["about"], one["source"]) == (other["about"], other["source"])


def brackets(statements: Sequence[Row]) -> list[Remark]:
    """A document number whose year does not stand in 〔〕 (GB/T 9704—2012, 7.2.5)."""
    found = []
    for row in statements:
        wrong = [number.printed for number in _document_numbers(row["quote"]) if number.brackets != "〔〕"]
        if wrong:
            right = "、".join(re.sub(r"[（(\[［【](\d{4})[）)\]］】]", r"〔\1〕", number) for number in wrong)
            said = f"{_cited(row)}的发文字号应写作“{right}”"
            found.append(Remark("bracket", row["about"], (row,), said))
    return found


_QUANTITY = re.compile(
    r"\d|百分之|[二两三四五六七八九十百千万亿]+(?:个|项|家|人|名|次|处|条|起|件|倍|成|元|万元|亿元|分之)"
)


def problems_without_number(statements: Sequence[Row], wording: Wording) -> list[Remark]:
    """Problems that are stated without any number: how large they are, nobody can say."""
    problems = [row for row in _of(statements, "problem") if _folded(row["quote"]) not in wording.nothing]
    vague = [row for row in problems if not _QUANTITY.search(unicodedata.normalize("NFKC", row["quote"]))]
    if not vague:
        return []
    said = f"{len(problems)}条问题陈述中，{len(vague)}条没有数字：{_all_cited(vague)}"
    return [Remark("problems_without_number", "problems", tuple(vague), said)]


def suggestions_without_measure(statements: Sequence[Row], wording: Wording) -> list[Remark]:
    """Suggestions that lack a measure, somebody who owns it, or a deadline: one remark over all of them."""
    asked = {"措施": wording.measure, "责任单位": wording.owner, "期限": wording.deadline}
    lacking: list[tuple[Row, str]] = []
    for row in _of(statements, "suggestion"):
        if _folded(row["quote"]) in wording.nothing:
            continue
        missing = [name for name, words in asked.items() if not any(word in row["quote"] for word in words)]
        if missing:
            lacking.append((row, "、".join(missing)))
    if not lacking:
        return []
    said = "；".join(f"{_cited(row)}没有写明{missing}" for row, missing in lacking)
    return [Remark("suggestions_without_measure", "suggestions", tuple(row for row, _ in lacking), said)]


def method_not_evaluation(statements: Sequence[Row], wording: Wording) -> list[Remark]:
    """A self-evaluation whose described method is the yearly appraisal of staff, and nothing of an evaluation."""
    methods = [row for row in _of(statements, "method") if row["about"] == SELF_EVALUATION]
    staff = [row for row in methods if any(word in row["quote"] for word in wording.staff_appraisal)]
    if not staff or any(affirmed(row["quote"], wording.expenditure_evaluation, wording) for row in methods):
        return []
    elements = "、".join(wording.expenditure_evaluation[:4])
    said = f"评价过程写的是{_all_cited(staff)}，是对工作人员的考评；没有写到{elements}等支出评价的任何一步"
    return [Remark("method_not_evaluation", SELF_EVALUATION, tuple(staff), said)]


def no_independent_party(statements: Sequence[Row], wording: Wording) -> list[Remark]:
    """A self-evaluation organised without anybody from outside."""
    rows = [row for row in _of(statements, "organisation") if row["about"] == SELF_EVALUATION]
    if not rows or any(affirmed(row["quote"], wording.independent, wording) for row in rows):
        return []
    said = f"评价组织写的是{_all_cited(rows)}，没有{'、'.join(wording.independent[:3])}等独立的一方"
    return [Remark("no_independent_party", SELF_EVALUATION, tuple(rows), said)]


def self_financed(statements: Sequence[Row], wording: Wording) -> list[Remark]:
    """Units that finance themselves inside the department's total, without a word on their own income."""
    found = []
    for row in _of(statements, "organisation"):
        word = next((word for word in wording.self_financed if word in row["quote"]), "")
        if word and not any(income in row["quote"] for income in wording.own_income):
            said = f"{_cited(row)}：单位{word}而列入部门整体支出，没有列明{'、'.join(wording.own_income[:2])}"
            found.append(Remark("self_financed", row["about"], (row,), said))
    return found


_AMOUNT = re.compile(r"\d[\d,]*(?:\.\d+)?\s*(?:亿元|百万元|万元|千元|元|%|个百分点)")


def reasons_without_amounts(statements: Sequence[Row]) -> list[Remark]:
    """Several reasons for one difference, of which more than one has no amount, so that it cannot be split."""
    found = []
    for about, rows in _by_about(_of(statements, "reason")).items():
        bare = [row for row in rows if not _AMOUNT.search(unicodedata.normalize("NFKC", row["quote"]))]
        if len(rows) > 1 and len(bare) > 1:
            said = f"{len(rows)}项原因中{len(bare)}项没有金额：{_all_cited(bare)}"
            found.append(Remark("reasons_without_amounts", about, tuple(bare), said))
    return found
