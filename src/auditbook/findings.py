"""Audit findings: what the rules of ``params/findings.yaml`` make of what is observed, and what the auditor recorded.

A finding has criterion, condition, cause, effect, recommendation and evidence. Its key stays the same while
figures change; its number is only for display. The unit's reply and the auditor's answer stand with it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Literal

from pydantic import field_validator

from auditbook import observations, strict_yaml
from auditbook.cases import DEPARTMENT, Audit, Id, Strict, Words
from auditbook.faults import CaseError, Fault
from auditbook.figures import ASSUMED_SIGN
from auditbook.numbers import dimension, factor, parse, parse_rate
from auditbook.observations import FIELDS, LOOKS, NUMERIC, OMISSIONS, VALUES, Observed, Seen
from auditbook.tables import Row

SEVERITIES = {"high": "高", "medium": "中", "low": "低"}
KINDS = {
    "recompute": "重算", "target": "目标", "evidence": "证据", "contradiction": "矛盾", "method": "方法",
    "wording": "文字", "gap": "缺数",
}  # fmt: skip
ORIGINS = {"rule": "规则", "auditor": "审计人员"}
REPLY_STATES = {
    "open": "待回复", "accepted": "单位认可", "disputed": "单位有异议", "corrected": "已整改", "withdrawn": "已撤销",
}  # fmt: skip
_FIELD = re.compile(r"\{(\w+)\}")


class FindingRule(Strict):
    """A stanza of ``params/findings.yaml``: on which rows it speaks, and what it says."""

    rule: Id
    name: Words
    on: Literal[
        "claims", "limits", "sources", "figures", "texts", "gaps", "objectives", "completion", "self_score", "quality",
        "omissions", "sentences", "restated",
    ]  # fmt: skip
    where: dict[str, str | list[str]] = {}
    above: dict[str, str] = {}
    group: str | None = None
    severity: Literal["high", "medium", "low"]
    below_materiality: Literal["medium", "low"] | None = None
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

    @field_validator("above")
    @classmethod
    def _rates(cls, above: dict[str, str]) -> dict[str, str]:
        for limit in above.values():
            parse_rate(limit)
        return above

    def fits(self, row: Mapping[str, str]) -> bool:
        """Whether the rule speaks of a row: ``*`` is any text but none, ``above`` compares numbers."""
        return all(_chosen(row[key], wanted) for key, wanted in self.where.items()) and all(
            row[key] != "" and parse_rate(row[key]) > parse_rate(limit) for key, limit in self.above.items()
        )


def _chosen(value: str, wanted: str | list[str]) -> bool:
    return value != "" if wanted == "*" else value in (wanted if isinstance(wanted, list) else [wanted])


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
        group = [] if rule.group in {None, "all"} else [rule.group]
        unknown = sorted({*_FIELD.findall(texts), *rule.where, *rule.above, *group} - known)
        if unknown:
            faults.append(
                Fault(
                    where, f"规则“{rule.rule}”用了没有的栏目“{'、'.join(unknown)}”", "、".join(sorted(known))
                )
            )
        texts_above = sorted(set(rule.above) - NUMERIC)
        if texts_above:
            said = f"规则“{rule.rule}”的 above 用了不是数的栏目“{'、'.join(texts_above)}”"
            faults.append(Fault(where, said, "、".join(sorted(NUMERIC))))
        for column, wanted in rule.where.items():
            values = VALUES.get((rule.on, column))
            strange = (
                {*([wanted] if isinstance(wanted, str) else wanted)} - {*(values or ()), "*"}
                if values
                else set()
            )
            if strange:
                said = f"规则“{rule.rule}”的 {column} 没有“{'、'.join(sorted(strange))}”这种值"
                faults.append(Fault(where, said, "、".join(sorted(filter(None, values or ())))))
        if any(rule.rule == other.rule for other in rules):
            faults.append(Fault(where, f"规则“{rule.rule}”重复", "", "请改名或删去"))
        rules.append(rule)
    if not rules and not faults and not document.faults:
        faults.append(Fault(document.where(()), "没有一条规则", "至少一条", "请恢复 params/findings.yaml"))
    if document.faults or faults:
        raise CaseError([*document.faults, *faults])
    return rules


def find(
    rules: Sequence[FindingRule], seen: Observed, recorded: Sequence[Row], replies: Sequence[Row]
) -> list[Row]:
    """Rows of findings.csv, numbered by severity, then in the order of the rules; the auditor's own come last.

    Takes    rules: from ``read_rules``; seen: what is observed; recorded: findings that the auditor entered; replies: of the audited unit, with the
             auditor's answers, by finding.
    """
    observed = {kind: look(seen) for kind, look in LOOKS.items()}
    rows = [
        row for rule in rules if rule.on != OMISSIONS for row in by_rule(rule, observed[rule.on], seen.audit)
    ]
    rows += [recorded_finding(row, seen.audit) for row in recorded]
    rows += omitted(rules, seen, rows)
    for row in rows:
        supposed = seen.figures.assumed_words(row["evidence"].split(";"))
        if supposed and ASSUMED_SIGN not in row["condition"]:
            row["condition"] += f"（{supposed}）"
    order = list(SEVERITIES)
    rows.sort(key=lambda row: order.index(row["severity"]))
    said = {row["finding"]: row for row in replies}
    for number, row in enumerate(rows, 1):
        row["number"] = str(number)
        if reply := said.get(row["finding"]):
            row["reply"] = _said(reply["reply"], reply["replied_by"], reply["replied_when"])
            row["answer"] = _said(reply["answer"], reply["answered_by"], reply["answered_when"])
            row["status"] = reply["status"]
    return rows


def by_rule(rule: FindingRule, observed: Sequence[Seen], audit: Audit) -> list[Row]:
    """What a rule finds among what is observed; without numbers, which depend on all the others."""
    return of_fitting(rule, fitting(rule, observed), audit)


def fitting(rule: FindingRule, observed: Sequence[Seen]) -> list[Seen]:
    """Of what is observed, what a rule speaks of."""
    return [row for row in observed if rule.fits(row.fields)]


def of_fitting(rule: FindingRule, fitting: Sequence[Seen], audit: Audit) -> list[Row]:
    """What a rule makes of what it speaks of."""
    return [_finding(rule, about, scope, group, audit) for about, scope, group in _grouped(rule, fitting)]


def spoken(rule: FindingRule, fitting: Sequence[Seen]) -> frozenset[str]:
    """What a rule speaks of, each as the key of a finding of its own: of one finding it may be several things."""
    return frozenset(f"{rule.rule}:{row.about}:{row.scope}" for row in fitting)


def omitted(rules: Sequence[FindingRule], seen: Observed, rows: Sequence[Row]) -> list[Row]:
    """What the department's own list of problems leaves out: known only when everything else has been found.

    Takes    rows: all other findings, by rules and as the auditor recorded them.
    """
    grave = [
        (row["finding"].split(":", 1)[1].rpartition(":")[0], row["name"])
        for row in rows
        if row["severity"] == "high"
    ]
    omissions = observations.of_omissions(seen, grave)
    return [row for rule in rules if rule.on == OMISSIONS for row in by_rule(rule, omissions, seen.audit)]


def unanswered(replies: Sequence[Row], findings: Sequence[Row]) -> list[str]:
    """Replies to findings that there are none of (any more)."""
    known = {row["finding"] for row in findings}
    return [row["finding"] for row in replies if row["finding"] not in known]


def _said(words: str, by: str, when: str) -> str:
    """A reply or an answer with who said it and when."""
    signed = "，".join(part for part in (by, when) if part)
    return f"{words}（{signed}）" if words and signed else words


def _grouped(rule: FindingRule, seen: Sequence[Seen]) -> list[tuple[str, str, list[Seen]]]:
    """The rows of each finding: as the rule groups them; rows of which the same is to be said make one finding."""
    groups: dict[tuple[str, str], list[Seen]] = {}
    for row in seen:
        if rule.group is None:
            key = (_filled(rule.condition, row), row.scope)
        elif rule.group == "scope":
            key = ("all", row.scope)
        else:
            key = ("all" if rule.group == "all" else row.fields[rule.group], DEPARTMENT)
        groups.setdefault(key, []).append(row)
    if rule.group is None:
        # of one thing a rule may have several things to say: they make one finding, whose key stays the same
        merged: dict[tuple[str, str], list[Seen]] = {}
        for (_, scope), group in groups.items():
            merged.setdefault((min((r.about for r in group), key=len), scope), []).extend(group)
        return [(about, scope, group) for (about, scope), group in merged.items()]
    return [(name, scope, group) for (name, scope), group in groups.items()]


def _filled(text: str, row: Seen) -> str:
    return _FIELD.sub(lambda found: row.fields[found[1]], text)


def _finding(rule: FindingRule, about: str, scope: str, group: Sequence[Seen], audit: Audit) -> Row:
    first = group[0]
    conditions = list(dict.fromkeys(_filled(rule.condition, row) for row in group))
    condition = (
        conditions[0]
        if len(conditions) == 1
        else "；".join(f"（{n}）{c}" for n, c in enumerate(conditions, 1))
    )
    evidence = dict.fromkeys(key for row in group for key in row.evidence)
    amounts = {(row.amount, row.unit) for row in group if row.amount}
    amount, unit = amounts.pop() if rule.group is None and len(amounts) == 1 else ("", "")
    severity, lowered = _severity(rule, amount, unit, audit)
    return {
        "finding": f"{rule.rule}:{about}:{scope}", "number": "", "severity": severity, "kind": rule.kind,
        "origin": "rule", "rule": rule.rule, "scope": scope, "criterion": _filled(rule.criterion, first),
        "condition": condition, "cause": _filled(rule.cause, first), "effect": _filled(rule.effect, first) + lowered,
        "recommendation": _filled(rule.recommendation, first), "amount": amount, "unit": unit,
        "evidence": ";".join(evidence), "reply": "", "status": "open", "name": rule.name, "answer": "", "locator": "",
        "quote": "", "who": "", "when": "",
    }  # fmt: skip


def _severity(rule: FindingRule, amount: str, unit: str, audit: Audit) -> tuple[str, str]:
    """The severity, and in words why it was lowered: an amount below 重要性水平, where the rule says that this counts."""
    level = audit.case.materiality
    if rule.below_materiality is None or level is None or dimension(unit) != "money" or not amount:
        return rule.severity, ""
    if abs(parse(amount)) * factor(unit) >= Fraction(level.amount) * factor(level.unit):
        return rule.severity, ""
    return rule.below_materiality, f"（涉及金额低于重要性水平{level.amount}{level.unit}，严重程度按此调低）"


def recorded_finding(row: Row, audit: Audit) -> Row:
    """A finding that the auditor recorded, with its phrase and place."""
    return {
        **{column: row[column] for column in _SHARED},
        "finding": f"auditor:{row['finding']}:{row['scope']}", "number": "", "origin": "auditor", "rule": "",
        "evidence": row["about"], "reply": "", "answer": "", "status": "open",
    }  # fmt: skip


_SHARED = (
    "severity", "kind", "scope", "criterion", "condition", "cause", "effect", "recommendation", "amount", "unit", "name",
    "locator", "quote", "who", "when",
)  # fmt: skip
