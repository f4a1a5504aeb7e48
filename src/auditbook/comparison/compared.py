"""Two runs compared: every difference once, under what caused it; several runs side by side by their key results."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from auditbook import pipeline
from auditbook.cases import DEPARTMENT
from auditbook.comparison.attributing import Attributing, Resting, Scored
from auditbook.comparison.causes import Cause, Rows, causes, relation_of
from auditbook.comparison.differing import (
    EVIDENCE_TABLES,
    Difference,
    Key,
    Matching,
    differences,
    quantity,
    share_words,
)
from auditbook.comparison.kept_runs import KeptRun
from auditbook.comparison.names import LINES, TOTAL, Names
from auditbook.comparison.recomputing import Recomputing
from auditbook.comparison.shares import Ends
from auditbook.findings import SEVERITIES
from auditbook.indicators import COMPUTED
from auditbook.numbers import Interval, parse
from auditbook.report.column_names import TABLES
from auditbook.scoring_rules import points_text, span_text
from auditbook.tables import Row

Place = tuple[str, Key]
Unit = tuple[
    tuple[str, ...], tuple[str, ...], bool
]  # causes, else kinds of causes, and whether that is proven
NO_ANSWER = "无法评价"
_MOST_NAMES = 4  # in one cell


@dataclass(frozen=True)
class Caused:
    """A cause, or several that only go together, with every difference that rests on it, alone or beside others.

    ``causes`` is empty where it is only known of which ``kinds`` the cause is; ``proven`` where nothing else can be one.
    ``effect``: what it does to the total by itself, at the proven and the possible end; None where it cannot be made alone.
    """

    causes: tuple[Cause, ...]
    kinds: tuple[str, ...]
    proven: bool
    differences: tuple[Difference, ...]
    effect: Ends | None

    def of(self, table: str) -> list[Difference]:
        """Its differences of a table; of the scores only the lines, since groups and total are their sums."""
        return [d for d in self.differences if d.table == table and is_own(d)]

    @property
    def words(self) -> str:
        """What follows from it: 3 项指标、2 行得分、1 项发现."""
        counted = [(f"{len(own)} {_COUNTED[name]}") for name in _COUNTED if (own := self.of(name))]
        return "、".join(counted) or "结果没有变化"


_COUNTED = {
    "indicators": "项指标值", "scores": "行得分", "findings": "项审计发现", "claims": "条陈述判断", "figures": "个由目标数出的数",
    "quality": "条数据质量规则", "corroboration": "个数字的独立核对", "reconciliations": "处决算表勾稽", "narrative": "句逐句核对",
    "coverage": "项逐句核对覆盖", "schemes": "张评分表的合计",
}  # fmt: skip


def is_own(difference: Difference) -> bool:
    """Whether a difference is not merely a sum of others."""
    return difference.table != "scores" or _level(difference) == LINES


def _level(difference: Difference) -> str:
    return difference.rows[0]["level"]


@dataclass(frozen=True)
class Comparison:
    """Two runs with every difference between them, and what each rests on.

    ``differences`` by table; ``groups``: those of results, under their causes, greatest effect on the score first; ``idle``:
    causes from which nothing follows; ``unmatched``: lines that only one of the schemes has, with the run's place.
    """

    before: KeptRun
    after: KeptRun
    matching: Matching
    causes: tuple[Cause, ...]
    differences: Mapping[str, tuple[Difference, ...]]
    resting: Mapping[Place, Resting]
    groups: tuple[Caused, ...]
    scored: Scored
    unmatched: tuple[tuple[int, str], ...]

    @property
    def same(self) -> bool:
        """Whether nothing differs."""
        return not any(self.differences.values())

    @property
    def idle(self) -> list[Cause]:
        """Causes from which nothing follows; a document that differs only by figures which are causes is none."""
        acting = {cause.id for group in self.groups for cause in group.causes}
        sources = {
            row["source"] for cause in self.causes for part in (*cause.before, *cause.after)
            if isinstance(part, Rows) and part.table != "sources" for row in part.rows if "source" in row
        }  # fmt: skip
        return [
            cause
            for cause in self.causes
            if cause.id not in acting
            and not (
                {c.column for c in cause.changes} == {"sha256"}
                and cause.id.removeprefix("sources:") in sources
            )
        ]

    def numbers(self, difference: Difference) -> tuple[int, ...]:
        """The places, from 1, of the groups that a difference stands in; none for a difference of evidence."""
        return self._numbers.get((difference.table, difference.key), ())

    @cached_property
    def _numbers(self) -> dict[Place, tuple[int, ...]]:
        found: dict[Place, tuple[int, ...]] = {}
        for number, group in enumerate(self.groups, 1):
            for difference in group.differences:
                place = (difference.table, difference.key)
                found[place] = (*found.get(place, ()), number)
        return found

    def of_results(self, name: str) -> list[Difference]:
        """The differences of a table of results that are no sums of others."""
        return [d for d in self.differences.get(name, ()) if is_own(d) and self.numbers(d)]


def matching_of(before: KeptRun, after: KeptRun) -> Matching:
    """How the rows of two runs are brought together."""
    return Matching(relation_of(before, after), before.scheme == after.scheme)


def differing_tables(before: KeptRun, after: KeptRun) -> dict[str, tuple[Difference, ...]]:
    """Every difference between two runs, by table; nothing is recomputed."""
    matching = matching_of(before, after)
    names = (Names(before), Names(after))
    own: dict[str, tuple[Difference, ...]] = {}
    for name in matching.compared:
        rows = [matching.of_run(run, name) for run in (before, after)]
        own[name] = tuple(differences(name, rows[0], rows[1], matching.told(name), names))
    return own


def compare(before: KeptRun, after: KeptRun) -> Comparison:
    """Compare two runs: match their rows, find every cause, exchange each, and put the differences under them."""
    matching = matching_of(before, after)
    found = tuple(causes(before, after, matching))
    own = differing_tables(before, after)
    with Recomputing(before, after, found) as recomputing:
        attributing = Attributing(recomputing, matching, found)
        resting = {(d.table, d.key): attributing.resting(d) for table in own.values() for d in table}
        scored = attributing.scored()
        groups = _grouped(found, own, resting, attributing)
    return Comparison(
        before, after, matching, found, own, resting, groups, scored, _unmatched(before, after, matching)
    )  # fmt: skip


def _grouped(
    found: Sequence[Cause],
    own: Mapping[str, Sequence[Difference]],
    resting: Mapping[Place, Resting],
    tried: Attributing,
) -> tuple[Caused, ...]:
    """The causes that something follows from, each with what does."""
    by_id = {cause.id: cause for cause in found}
    gathered: dict[Unit, list[Difference]] = {}
    for name, rows in own.items():
        for difference in rows:
            counted = name == "figures" and difference.rows[0]["figure"] in pipeline.COUNTED
            if name in EVIDENCE_TABLES and not counted:
                continue
            rests = resting[name, difference.key]
            units: list[Unit] = [(unit, (), True) for unit in tried.units_of(rests.causes)]
            for unit in units or [((), rests.kinds, rests.proven)]:
                gathered.setdefault(unit, []).append(difference)
    groups = [
        Caused(
            tuple(by_id[id] for id in unit), kinds or tuple(dict.fromkeys(kind for id in unit for kind in by_id[id].kinds)), proven,
            tuple(together), tried.effect(unit),
        )
        for (unit, kinds, proven), together in gathered.items()
    ]  # fmt: skip

    def order(group: Caused) -> tuple[Fraction, int, str]:
        effect = sum(map(abs, group.effect or ()), Fraction(0))
        return -effect, -len(group.differences), group.causes[0].id if group.causes else ""

    return tuple(sorted(groups, key=order))


def _unmatched(before: KeptRun, after: KeptRun, matching: Matching) -> tuple[tuple[int, str], ...]:
    """Lines of the one scheme on whose indicator the other has none."""
    if matching.same_scheme:
        return ()
    keys = [matching.of_run(run, "scores") for run in (before, after)]
    names = [Names(run) for run in (before, after)]
    return tuple(
        (side, names[side].row("scores", row))
        for side, run in enumerate((before, after))
        for key, row in keys[side].items()
        if key not in keys[1 - side]
    )


def through(difference: Difference, comparison: Comparison) -> str:
    """By way of which other differences a difference came about: figure → indicator → line → total; claims → finding."""
    changed = comparison.differences
    rows = difference.rows
    found: dict[str, None] = {}
    mentioned = {
        key
        for row in rows
        for column in ("figures", "evidence")
        for key in row.get(column, "").split(";")
        if key
    }
    subjects = {_subject(difference.table, row) for row in rows} - {""}

    def add(table: str, fits: Callable[[Row], bool]) -> None:
        for other in changed.get(table, ()):
            own = other.rows[-1]
            if other is not difference and any(map(fits, other.rows)):
                name = own["name"] if table == "indicators" else other.name
                found[f"{TABLES[table].removesuffix('表')}“{name}”"] = None

    if difference.table in ("indicators", "findings"):
        add("figures", lambda row: ":".join(row[c] for c in ("figure", "scope", "item", "year")) in mentioned)
    if difference.table in ("scores", "claims", "findings"):
        add("indicators", lambda row: row["indicator"] in subjects and row["scoring"] == "yes")
    if difference.table == "claims":
        add("figures", lambda row: row["figure"] in subjects)
    if difference.table == "findings":
        add("claims", lambda row: f"claim:{row['claim']}" in mentioned)
    if difference.table == "scores" and rows[0]["level"] != LINES:
        inside = {rows[0]["indicator"]}
        total = rows[0]["level"] == TOTAL
        add("scores", lambda row: row["level"] == LINES and (total or row["group"] in inside))
    names = list(found)
    return "、".join(names[:_MOST_NAMES]) + (f"等{len(names)}处" if len(names) > _MOST_NAMES else "")


def _subject(table: str, row: Row) -> str:
    """The indicator or figure that a row is about."""
    if table == "scores":
        return row["indicator"] if row["level"] == LINES else ""
    if table == "claims":
        return row["about"].partition(":")[0]
    return row["finding"].split(":")[1] if table == "findings" and ":" in row["finding"] else ""


# --- key results ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Result:
    """A key result of several runs: its name and unit, its text in each, and where it differs from the first."""

    name: str
    texts: tuple[str, ...]
    differs: tuple[bool, ...]


def key_results(runs: Sequence[KeptRun]) -> list[Result]:
    """What matters most of each run, side by side: score, grade, weight, findings, then each indicator as it scores."""
    own = [_key_results(run) for run in runs]
    names = list(dict.fromkeys(name for found in own for name in found))
    rows = []
    for name in names:
        texts = tuple(found.get(name, "—") for found in own)
        rows.append(Result(name, texts, tuple(text != texts[0] for text in texts)))
    return rows


def _key_results(run: KeptRun) -> dict[str, str]:
    total, scheme = run.total, run.scheme_row
    severities = Counter(row["severity"] for row in run.tables["findings"])
    found = {
        "评分表": scheme["title"],
        "得分（分）": score_words(total),
        "得分占满分": "～".join(dict.fromkeys(_share(total, end) for end in ("lowest", "highest"))),
        "等级": scheme["grade"] or "不评",
        "可评权重（分）": points_text(Fraction(scheme["assessable_weight"])),
        "审计发现（项）": str(len(run.tables["findings"])),
        **{f"其中 {word}（项）": str(severities[id]) for id, word in SEVERITIES.items()},
        "公布的数字与“完成”不一致（个）": str(
            sum(row["verdict"] == "disagrees" for row in run.tables["claims"])
        ),
    }
    for row in run.tables["indicators"]:
        if row["scoring"] == "yes" and row["scope"] == DEPARTMENT and not row["item"]:
            found[row["name"]] = value_words(row)
    return found


def _share(total: Row, end: str) -> str:
    return share_words(Fraction(total[end]) / Fraction(total["weight"]))


def score_words(row: Row) -> str:
    """Both ends of a score: 5～97, or 5 where it is certain; what is not scored is said."""
    if row["state"] == "stopped":
        return "不予评分"
    return span_text(Interval(Fraction(row["lowest"]), Fraction(row["highest"])))


def value_words(row: Row) -> str:
    """The value of an indicator, or why there is none."""
    if row["status"] != COMPUTED:
        return {"not_assessable": NO_ANSWER, "not_applicable": "不适用", "undefined": "没有定义"}.get(
            row["status"], row["status"]
        )
    if row["value"]:
        return quantity(parse(row["value"]), row["unit"])
    low, high = (quantity(parse(row[end]), row["unit"]) if row[end] else "" for end in ("low", "high"))
    return f"{low}～{high}" if low and high else f"不低于{low}" if low else f"不高于{high}"
