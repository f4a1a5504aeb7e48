"""A comparison as a terminal shows it, and as a program reads it: causes first, the greatest effect on the score first."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Any

from auditbook.comparison.attributing import Scored
from auditbook.comparison.causes import KINDS, Cause, kind_words
from auditbook.comparison.compared import (
    NO_ANSWER,
    Caused,
    Comparison,
    Result,
    differing_tables,
    key_results,
    score_words,
    through,
)
from auditbook.comparison.differing import ADDED, EVIDENCE_TABLES, HOW, REMOVED, Difference, Relation, signed
from auditbook.comparison.kept_runs import KeptRun
from auditbook.comparison.shares import Ends, interaction
from auditbook.numbers import plain
from auditbook.printed import WIDE, Printout
from auditbook.report.column_names import NAMES, TABLES

RESULTS = ("indicators", "scores", "findings", "claims", "figures", "schemes", "quality", "narrative", "reconciliations", "corroboration", "coverage")  # fmt: skip
MOST_SHOWN = 12  # differences of a table on a terminal, unless all are asked for


def title_words(comparison: Comparison) -> str:
    """What is compared with what."""
    return f"{comparison.before.label} → {comparison.after.label}"


def notes(comparison: Comparison) -> list[str]:
    """What must be known before any difference is read: other department, year, scheme; lines without a counterpart."""
    before, after = comparison.before, comparison.after
    found = []
    if comparison.matching.relation is Relation.OTHER_DEPARTMENT:
        found.append(
            f"两次运行不是同一部门（{before.department}，{after.department}）：按口径比较指标，得分看占满分的比例，"
            "不逐个比较数字、陈述与发现。"
        )
    elif comparison.matching.relation is Relation.OTHER_YEAR:
        found.append(
            f"同一部门的两个年度（{before.year}，{after.year}）：各用本年的数字，按同一数字、同一指标对应。"
        )
    if not comparison.matching.same_scheme:
        found.append(
            f"评分表不同（{before.scheme_row['title']}；{after.scheme_row['title']}）：各行按指标对应。"
        )
        for side, run in enumerate((before, after)):
            alone = [name for place, name in comparison.unmatched if place == side]
            if alone:
                found.append(f"只有 {run.label} 有的行 {len(alone)} 行：{'、'.join(alone)}。")
    return found


def score_line(comparison: Comparison) -> str:
    """The score before and after, and by how much each end moved."""
    before, after = comparison.before, comparison.after
    change = comparison.scored.change
    rows = [run.scheme_row for run in (before, after)]
    said = f"得分 {score_words(before.total)} → {score_words(after.total)}（{ends_words(change)}）"
    grades = [row["grade"] or "不评" for row in rows]
    said += f"；等级 {grades[0]}" + (f" → {grades[1]}" if grades[0] != grades[1] else "，没有变")
    return said


def ends_words(ends: Ends) -> str:
    """A move of both ends of a score."""
    if ends[0] == ends[1]:
        return f"{signed(ends[0])}分" if ends[0] else "没有变"
    said = [f"{signed(end)}分" if end else "不变" for end in ends]
    return f"已证实{said[0]}，最高可能{said[1]}"


def findings_line(comparison: Comparison) -> str:
    """How many findings came, went and changed."""
    own = comparison.differences.get("findings")
    numbers = [len(run.tables["findings"]) for run in (comparison.before, comparison.after)]
    if own is None:
        return f"审计发现 {numbers[0]} → {numbers[1]} 项"
    counts = [sum(d.how == how for d in own) for how in (ADDED, REMOVED)]
    return f"审计发现 {numbers[0]} → {numbers[1]} 项（+{counts[0]} −{counts[1]}，内容变化 {len(own) - sum(counts)}）"


def cause_words(group: Caused) -> list[str]:
    """The causes of a group, a line each, with their kind before them."""
    if group.causes:
        return [f"{kind_words(cause.kinds)}：{cause.words}" for cause in group.causes]
    if group.proven:
        return [f"{kind_words(group.kinds)}：除此之外没有别的不同"]
    return [f"{kind_words(group.kinds)}：分不开是哪一个"]


def effect_words(group: Caused) -> str:
    """What a cause does to the score by itself."""
    return f"单独改，得分 {ends_words(group.effect)}" if group.effect is not None else "单独改不成立"


def shares_rows(scored: Scored) -> list[list[str]]:
    """What each cause contributes to the change of the score: kind, name, alone, last, share; then program and whole."""
    rows = [
        [
            kind_words(player.kinds),
            player.name,
            ends_words(share.alone),
            ends_words(share.last),
            ends_words(share.share),
        ]
        for player, share in zip(scored.players, scored.shares, strict=True)
    ]
    if any(scored.program):
        rows.append(
            [KINDS["program"], "同样的资料与规则，程序算得不同", "—", "—", ends_words(scored.program)]
        )
    return rows


def together_words(scored: Scored) -> str:
    """What the causes change only together; "" where there is no such thing."""
    if len(scored.shares) < 2:
        return ""
    apart = (scored.change[0] - scored.program[0], scored.change[1] - scored.program[1])
    both = interaction(scored.shares, apart)
    return (
        f"其中 {ends_words(both)} 是几处改动一起才有的，已均分在各份里"
        if any(both)
        else "各处改动互不影响，各份就是单独改动的结果"
    )


def change_words(difference: Difference) -> str:
    """What has changed of a row, in a line."""
    if not difference.changes:
        return HOW[difference.how]
    numbers = [
        c
        for c in difference.changes
        if c.difference is not None or c.column in ("status", "severity", "verdict", "state")
    ]
    if any(c.column in ("value", "recomputed") for c in numbers):  # its range moves with it
        numbers = [c for c in numbers if c.column not in ("low", "high")]
    shown = (numbers or list(difference.changes))[:3]
    more = len(difference.changes) - len(shown)
    return "；".join(f"{NAMES.get(c.column, c.column)} {c.words}" for c in shown) + (
        f"；另{more}栏" if more else ""
    )


def text(comparison: Comparison, width: int = WIDE, *, every: bool = False) -> str:
    """The whole comparison for a terminal.

    Takes   width: columns of the terminal; every: also lists what is left out of long tables.
    """
    out = Printout(width)
    out.line(f"比较 {title_words(comparison)}")
    for note in notes(comparison):
        out.line(note)
    if comparison.same:
        out.line("两次运行的每张表都相同。")
    out.line(score_line(comparison))
    out.line(findings_line(comparison))
    out.table(f"原因 {len(comparison.groups)} 处（对得分影响大的在前；一处不同有几个原因的，各列一次）")
    for number, group in enumerate(comparison.groups, 1):
        own = cause_words(group)
        lines = own if every or len(own) <= MOST_SHOWN else [*own[:MOST_SHOWN], f"等{len(own)}处"]
        out.item(f"{number}. {lines[0]}", *lines[1:], f"因此 {group.words}；{effect_words(group)}")
    scored = comparison.scored
    if scored.why:
        out.line(f"\n{scored.why}。")
    elif any(scored.change) and (scored.players or any(scored.program)):
        out.table(
            f"得分变动 {ends_words(scored.change)}，各占多少（与先后顺序无关）",
            ["原因", "改动", "单独改", "最后改", "所占份额"], shares_rows(scored),
        )  # fmt: skip
        if said := together_words(scored):
            out.line(said + "。")
    for name in RESULTS:
        own_rows = comparison.of_results(name)
        shown = own_rows if every else own_rows[:MOST_SHOWN]
        if own_rows:
            left = f"（列前{len(shown)}，--all 全列）" if len(shown) < len(own_rows) else ""
            out.table(
                f"{TABLES[name]} {len(own_rows)} 处{left}", ["名称", "变化", "经由", "原因"],
                [[d.name, change_words(d), through(d, comparison), "、".join(map(str, comparison.numbers(d)))] for d in shown],
            )  # fmt: skip
    if idle := comparison.idle:
        _idle(out, idle, every)
    return str(out)


def _idle(out: Printout, idle: Sequence[Cause], every: bool) -> None:
    shown = idle if every else idle[:MOST_SHOWN]
    out.table(f"没有改变任何结果的改动 {len(idle)} 处" + ("（--all 全列）" if len(shown) < len(idle) else ""))
    for cause in shown:
        out.item(f"{kind_words(cause.kinds)}：{cause.words}")


def told_results(runs: Sequence[KeptRun]) -> tuple[list[Result], str]:
    """The key results of several runs, but for indicators that none of them can assess, which are counted in a sentence."""
    every = key_results(runs)
    silent = [r.name for r in every if set(r.texts) <= {NO_ANSWER, "—"}]
    said = f"另有 {len(silent)} 项指标，各次运行都无法评价：{'、'.join(silent)}。" if silent else ""
    return [r for r in every if r.name not in silent], said


def matrix_text(runs: Sequence[KeptRun], others: Iterable[Comparison], width: int = WIDE) -> str:
    """Several runs side by side by their key results, then what made each differ from the first."""
    out = Printout(width)
    results, silent = told_results(runs)
    out.table(
        f"{len(runs)} 次运行并列（※ 与第一次不同）", ["", *(run.label for run in runs)],
        [[r.name, *(f"{t} ※" if d else t for t, d in zip(r.texts, r.differs, strict=True))] for r in results],
    )  # fmt: skip
    if silent:
        out.line(silent)
    for comparison in others:
        out.table(f"{title_words(comparison)}：{score_line(comparison)}；{findings_line(comparison)}")
        for note in notes(comparison):
            out.line(note)
        for number, group in enumerate(comparison.groups[:MOST_SHOWN], 1):
            own = cause_words(group)
            more = [f"等{len(own)}处"] if len(own) > MOST_SHOWN else []
            lines = [*own[:MOST_SHOWN], *more]
            out.item(
                f"{number}. {lines[0]}",
                *lines[1:],
                f"因此 {group.words}；{effect_words(group)}",
            )
    return str(out)


def as_json(runs: Sequence[KeptRun], comparisons: Sequence[Comparison]) -> str:
    """Everything for a program: key results of all runs, and each comparison with the first; exact numbers as texts."""
    return json.dumps(
        {
            "runs": [
                {"name": run.label, "run": run.manifest.run, "department": run.department, "year": run.year, "scheme": run.scheme}
                for run in runs
            ],
            "results": [{"name": r.name, "texts": list(r.texts), "differs": list(r.differs)} for r in key_results(runs)],
            "comparisons": [_comparison(own) for own in comparisons],
        },
        ensure_ascii=False, indent=1,
    )  # fmt: skip


def _ends(ends: Ends) -> dict[str, str]:
    return {"lowest": _exact(ends[0]), "highest": _exact(ends[1])}


def _exact(value: Fraction | None) -> str:
    return "" if value is None else str(value) if value.denominator != 1 else plain(value)


def _comparison(own: Comparison) -> dict[str, Any]:
    scored = own.scored
    return {
        "before": own.before.label,
        "after": own.after.label,
        "relation": own.matching.relation.value,
        "notes": notes(own),
        "score": {
            **_ends(scored.change),
            "why_not_divided": scored.why,
            "shares": [
                {
                    "kinds": list(player.kinds), "name": player.name, "causes": list(player.causes), "alone": _ends(share.alone),
                    "last": _ends(share.last), "share": _ends(share.share),
                }
                for player, share in zip(scored.players, scored.shares, strict=True)
            ],
            "program": _ends(scored.program),
        },
        "causes": [
            {
                "id": cause.id, "kinds": list(cause.kinds), "place": cause.place, "name": cause.name, "how": cause.how,
                "changes": [{"column": c.column, "before": c.before, "after": c.after} for c in cause.changes],
            }
            for cause in own.causes
        ],
        "groups": [
            {
                "causes": [cause.id for cause in group.causes], "kinds": list(group.kinds), "proven": group.proven,
                "effect": None if group.effect is None else _ends(group.effect), "differences": [[d.table, list(d.key)] for d in group.differences],
            }
            for group in own.groups
        ],
        "differences": [
            {
                "table": d.table, "key": list(d.key), "how": d.how, "name": d.name, "through": through(d, own),
                "groups": list(own.numbers(d)), "causes": list(own.resting[d.table, d.key].causes),
                "changes": [
                    {"column": c.column, "before": c.before, "after": c.after, "difference": _exact(c.difference), "unit": c.unit}
                    for c in d.changes
                ],
            }
            for name in own.differences
            for d in own.differences[name]
        ],
    }  # fmt: skip


def since_last(before: KeptRun, after: KeptRun) -> str:
    """What a run says of the one before, in a line."""
    differing = differing_tables(before, after)
    own = differing.get("findings", ())
    counts = [sum(d.how == how for d in own) for how in (ADDED, REMOVED)]
    evidence = sum(len(differing.get(name, ())) for name in EVIDENCE_TABLES)
    scores = [score_words(run.total) for run in (before, after)]
    score = f"得分 {scores[0]} → {scores[1]}" if scores[0] != scores[1] else f"得分 {scores[1]} 没有变"
    said = f"发现 +{counts[0]} −{counts[1]}，资料 {evidence} 处不同"
    return f"较上次：{score}，{said}；详见 auditbook compare {after.manifest.run} --last"
