"""Audit findings: what the rules of ``params/findings.yaml`` see in claims, limits, statements and sources.

A finding has criterion, condition, cause, effect, recommendation and evidence. Its key stays the same while
figures change; its number is only for display.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from pydantic import field_validator

from auditbook import strict_yaml
from auditbook.cases import DEPARTMENT, Audit, Id, Strict, Words
from auditbook.claims import Wording, place
from auditbook.faults import CaseError, Fault
from auditbook.figures import Figures
from auditbook.formulas import read as read_formula
from auditbook.indicators import Result, Rulebook, number_texts
from auditbook.numbers import amount_text, dimension, factor, plain, rate_text
from auditbook.scoring import points_text
from auditbook.tables import Row

SEVERITIES = {"high": "高", "medium": "中", "low": "低"}
KINDS = {
    "recompute": "重算", "target": "目标", "evidence": "证据", "contradiction": "矛盾", "method": "方法",
    "wording": "文字", "gap": "缺数",
}  # fmt: skip
CONVENTIONAL_FULL_MARKS = 100
_FIELD = re.compile(r"\{(\w+)\}")

_CLAIM_FIELDS = {
    "claim", "kind", "about", "scope", "year", "published", "unit", "verdict", "definition", "explanation", "quote",
    "place", "about_name", "scope_name", "objective",
}  # fmt: skip
FIELDS: dict[str, set[str]] = {
    "claims": _CLAIM_FIELDS,
    "limits": {
        "indicator", "name", "scope", "scope_name", "item", "finding", "value", "limit", "sum", "department",
        "excess", "excess_unit", "source", "reason_state", "about_name", "item_name",
    },
    "sources": {"source", "title", "place", "supplies", "quote"},
    "statements": {"statement", "kind", "about", "quote", "place", "date", "words", "year"},
    "self_score": {"score", "maximum", "maximum_words", "state", "place", "quote"},
    "quality": {"rule", "passed", "severity", "where", "found", "expected", "why", "blocking"},
}  # fmt: skip


class FindingRule(Strict):
    """A stanza of ``params/findings.yaml``: on which rows it speaks, and what it says."""

    rule: Id
    name: Words
    on: Literal["claims", "limits", "sources", "statements", "self_score", "quality"]
    where: dict[str, str | list[str]] = {}
    group: Literal["all", "objective"] | None = None
    severity: Literal["high", "medium", "low"]
    kind: Literal["recompute", "target", "evidence", "contradiction", "method", "wording", "gap"]
    criterion: Words
    condition: Words
    cause: Words
    effect: Words
    recommendation: Words

    @field_validator("where")
    @classmethod
    def _some(cls, where: dict[str, str | list[str]]) -> dict[str, str | list[str]]:
        if not where:
            raise ValueError("where 不能为空：规则要说明看哪些行")
        return where

    def fits(self, row: Mapping[str, str]) -> bool:
        """Whether the rule speaks of a row."""
        return all(
            row[key] in (wanted if isinstance(wanted, list) else [wanted])
            for key, wanted in self.where.items()
        )


@dataclass(frozen=True)
class Seen:
    """A row that a rule may speak of, with what the finding needs beside its fields."""

    fields: Mapping[str, str]
    about: str
    scope: str
    evidence: tuple[str, ...]
    amount: str = ""
    unit: str = ""


def read_rules(audit: Audit) -> list[FindingRule]:
    """Read the finding rules.

    Raises   CaseError with every fault: unknown keys, fields that the rows do not have, repeated ids.
    """
    path = audit.workspace.root / "params" / "findings.yaml"
    document = strict_yaml.load(path, audit.workspace.shown(path))
    rules: list[FindingRule] = []
    faults: list[Fault] = []
    for index, entry in enumerate(document.content or []):
        rule = strict_yaml.validate(document, FindingRule, entry, (index,))
        if rule is None:
            continue
        where = document.where((index,))
        texts = " ".join([rule.criterion, rule.condition, rule.cause, rule.effect, rule.recommendation])
        known = FIELDS[rule.on]
        unknown = sorted({*_FIELD.findall(texts), *rule.where} - known)
        if unknown:
            faults.append(
                Fault(
                    where, f"规则“{rule.rule}”用了没有的栏目“{'、'.join(unknown)}”", "、".join(sorted(known))
                )
            )
        if any(rule.rule == other.rule for other in rules):
            faults.append(Fault(where, f"规则“{rule.rule}”重复", "", "请改名或删去"))
        rules.append(rule)
    if document.faults or faults:
        raise CaseError([*document.faults, *faults])
    return rules


def find(
    audit: Audit, objectives: Sequence[Row], statements: Sequence[Row], figures: Figures, rulebook: Rulebook,
    results: Sequence[Result], scoring: Mapping[str, str], claims: Sequence[Row], quality: Sequence[Row], wording: Wording,
) -> list[Row]:  # fmt: skip
    """Rows of findings.csv, numbered by severity, then in the order of the rules."""
    seen = {
        "claims": _claims(claims, rulebook, objectives, audit),
        "limits": _limits(audit, statements, figures, rulebook, results, scoring),
        "sources": _sources(audit),
        "statements": _statements(statements, wording, audit.case.year),
        "self_score": _self_score(figures),
        "quality": [
            Seen(
                {key: row[key] for key in FIELDS["quality"]},
                row["rule"],
                DEPARTMENT,
                (f"quality:{row['rule']}",),
            )
            for row in quality
        ],
    }
    rows: list[Row] = []
    for rule in read_rules(audit):
        fitting = [row for row in seen[rule.on] if rule.fits(row.fields)]
        for about, scope, group in _grouped(rule, fitting):
            rows.append(_finding(rule, about, scope, group))
    order = list(SEVERITIES)
    rows.sort(key=lambda row: order.index(row["severity"]))
    for number, row in enumerate(rows, 1):
        row["number"] = str(number)
    return rows


def _grouped(rule: FindingRule, seen: Sequence[Seen]) -> list[tuple[str, str, list[Seen]]]:
    """The rows of each finding: as the rule groups them; rows of which the same is to be said make one finding."""
    groups: dict[tuple[str, str], list[Seen]] = {}
    for row in seen:
        if rule.group is None:
            key = (_filled(rule.condition, row), row.scope)
        else:
            key = (row.fields["objective"] if rule.group == "objective" else "all", DEPARTMENT)
        groups.setdefault(key, []).append(row)
    if rule.group is None:
        return [
            (min((r.about for r in group), key=len), scope, group) for (_, scope), group in groups.items()
        ]
    return [(name, scope, group) for (name, scope), group in groups.items()]


def _filled(text: str, row: Seen) -> str:
    return _FIELD.sub(lambda found: row.fields[found[1]], text)


def _finding(rule: FindingRule, about: str, scope: str, group: Sequence[Seen]) -> Row:
    first = group[0]

    conditions = list(dict.fromkeys(_filled(rule.condition, row) for row in group))
    condition = (
        conditions[0]
        if len(conditions) == 1
        else "；".join(f"（{n}）{c}" for n, c in enumerate(conditions, 1))
    )
    evidence = dict.fromkeys(key for row in group for key in row.evidence)
    return {
        "finding": f"{rule.rule}:{about}:{scope}", "number": "", "severity": rule.severity, "kind": rule.kind,
        "origin": "rule", "rule": rule.rule, "scope": scope, "criterion": _filled(rule.criterion, first),
        "condition": condition, "cause": _filled(rule.cause, first), "effect": _filled(rule.effect, first),
        "recommendation": _filled(rule.recommendation, first), "amount": first.amount if rule.group is None else "",
        "unit": first.unit if rule.group is None else "", "evidence": ";".join(evidence), "reply": "", "status": "open",
    }  # fmt: skip


def about_name(about: str, rulebook: Rulebook, objectives: Sequence[Row]) -> str:
    """The Chinese name of what a claim is about: an indicator, a figure, or an objective."""
    name, _, item = about.partition(":")
    if name in rulebook.stanzas:
        return rulebook.stanzas[name].name
    if name in rulebook.dictionary:
        return rulebook.dictionary[name].name
    for row in objectives:
        if about == (f"{row['objective']}.{row['item']}" if row["item"] else row["objective"]):
            return row["measure"]
    return item or name


def _claims(claims: Sequence[Row], rulebook: Rulebook, objectives: Sequence[Row], audit: Audit) -> list[Seen]:
    found = []
    for row in claims:
        is_sub = row["kind"] == "completion" and "." in row["about"]
        fields = {key: row[key] for key in _CLAIM_FIELDS & row.keys()}
        fields["place"] = place(row["locator"])
        fields["about_name"] = about_name(row["about"], rulebook, objectives)
        fields["scope_name"] = audit.scope_name(row["scope"])
        fields["objective"] = row["about"].partition(".")[0] if row["kind"] == "completion" else ""
        # an objective's own row only sums up its sub-targets: findings speak of these
        fields["kind"] = row["kind"] if row["kind"] != "completion" or is_sub else "objective"
        found.append(Seen(fields, row["about"], row["scope"], (f"claim:{row['claim']}",)))
    return found


def _limits(
    audit: Audit, statements: Sequence[Row], figures: Figures, rulebook: Rulebook, results: Sequence[Result],
    scoring: Mapping[str, str],
) -> list[Seen]:  # fmt: skip
    found = []
    for result in results:
        stanza = rulebook.stanzas[result.indicator]
        box = result.interval
        own = result.definition == scoring[result.indicator]
        if not own or stanza.limit is None or box is None or not stanza.limit.broken_by(box):
            continue
        formula = read_formula(stanza.definitions[result.definition].formula)
        reasons = [
            s for s in statements
            if s["kind"] == "reason" and s["about"] in {result.indicator, *formula.figures}
        ]  # fmt: skip
        excused = stanza.limit.unless == "reason" and bool(reasons)
        whole = next(
            (
                r
                for r in results
                if (r.indicator, r.definition, r.scope, r.item)
                == (result.indicator, result.definition, DEPARTMENT, result.item)
            ),
            None,
        )
        unit = rulebook.dictionary[formula.figures[0]].unit
        excess = (result.numerator or Fraction(0)) - stanza.limit.bound * (result.denominator or Fraction(0))
        held = factor(unit)
        sums = formula.with_numbers(number_texts(formula, figures, result.scope, result.item))
        department = ""
        if whole is not None and whole.value is not None and result.scope != DEPARTMENT:
            department = f"部门合计{rate_text(whole.value)}，掩盖了这一单位"
        item = figures.item_name(formula.figures[0], result.item)
        fields = {
            "indicator": result.indicator, "name": stanza.name, "scope": result.scope,
            "scope_name": audit.scope_name(result.scope), "item": result.item, "item_name": item,
            "finding": "excused" if excused else stanza.limit.finding,
            "value": rate_text(result.value if result.value is not None else box.low), "limit": stanza.limit.words,
            "sum": sums, "department": department, "excess": amount_text(excess, unit),
            "excess_unit": "" if dimension(unit) == "rate" else unit, "source": stanza.limit.source,
            "reason_state": "已说明原因" if reasons else "没有说明原因", "about_name": stanza.name,
        }  # fmt: skip
        found.append(Seen(fields, result.about, result.scope, result.terms, plain(excess / held), unit))
    return found


def _sources(audit: Audit) -> list[Seen]:
    return [
        Seen(
            {
                "source": "absent", "title": source.title, "place": source.referred_in or "",
                "supplies": source.supplies or "", "quote": source.quote or "",
            },
            source.id, DEPARTMENT, (f"source:{source.id}",),
        )
        for source in audit.sources
        if source.status == "absent"
    ]  # fmt: skip


def _statements(statements: Sequence[Row], wording: Wording, year: int) -> list[Seen]:
    found = []
    for row in statements:
        future = any(word in row["quote"] for word in wording.future)
        fields = {key: row[key] for key in ("statement", "kind", "about", "quote", "date")}
        fields |= {"place": place(row["locator"]), "words": "future" if future else "", "year": str(year)}
        found.append(Seen(fields, row["statement"], DEPARTMENT, (f"statement:{row['statement']}",)))
    return found


def _self_score(figures: Figures) -> list[Seen]:
    if "self_score" not in figures.dictionary:
        return []
    own = figures.resolve("self_score")
    full = figures.resolve("self_score_maximum")
    if own.value is None:
        return []
    limit = full.value if full.value is not None else Fraction(CONVENTIONAL_FULL_MARKS)
    above = own.value > limit
    state = "within" if not above else "above_declared" if full.value is not None else "above_undeclared"
    words = (
        f"声明的满分{points_text(limit)}分" if full.value is not None else f"通常的满分{points_text(limit)}分"
    )
    row = next(row for row in figures.rows if row.chosen and row.key.figure == "self_score")
    fields = {
        "score": points_text(own.value), "maximum": points_text(limit), "maximum_words": words, "state": state,
        "place": place(row.locator), "quote": row.quote,
    }  # fmt: skip
    return [Seen(fields, "self_score", DEPARTMENT, tuple(own.terms), plain(own.value - limit), "分")]
