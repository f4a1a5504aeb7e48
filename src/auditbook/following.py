"""What has become of last year's findings: settled, open, worse, come again, not seen, and which are new.

Two things speak: whether this year's rules find the same again (the key of a finding stays while figures change), and what an
auditor has entered after looking (上年审计发现). Not being found again is no proof that something was settled.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from auditbook.cases import DEPARTMENT
from auditbook.findings import SEVERITIES
from auditbook.numbers import dimension, factor, parse
from auditbook.tables import Row
from auditbook.year_chain import Chain, Year

SETTLED, PARTLY, OPEN, WORSE, AGAIN, NOT_SEEN, NEW = (
    "settled", "partly", "open", "worse", "again", "not_seen", "new",
)  # fmt: skip
STATUS_WORDS = {
    WORSE: "更严重", AGAIN: "称已整改而又发现", OPEN: "未整改", PARTLY: "部分整改", NOT_SEEN: "本年未再发现（不等于已整改）",
    SETTLED: "已整改", NEW: "本年新增",
}  # fmt: skip
CLOSED = ("corrected", "withdrawn")


def rows(this: Year, chain: Chain) -> list[Row]:
    """Rows of followed.csv.

    Takes    this: the year that is run, with its findings and the rows of its follow_up.csv; chain: the earlier years.
    Returns  a row for each finding of last year's case that was not settled there, for each older one that is entered, and, where
             last year's case was read, for each new one of this year. Nothing where there is neither.
    """
    entered = {row["finding"]: row for row in this.followed}
    before = chain.years[0] if chain.years else None
    found: list[Row] = []
    matched: set[str] = set()
    for row in sorted(before.findings, key=lambda row: int(row["number"])) if before else []:
        keys = _keys(row["finding"], before, this) if before else []
        now = next((own for own in this.findings if own["finding"] in keys), None)
        said = entered.pop(row["finding"], None)
        closed = row["status"] in CLOSED
        if closed and now is None and said is None:
            continue
        if now is not None:
            matched.add(now["finding"])
        found.append(_row(row, str(before.year) if before else "", now, said, closed=closed))
    for key, said in entered.items():
        now = next((own for own in this.findings if own["finding"] == key), None)
        if now is not None:
            matched.add(key)
        found.append(_row(_older(key, said, chain, now), said["year"], now, said, closed=False))
    if before is not None:
        found += (
            _row({**row, "status": ""}, str(this.year), row, None, closed=False, new=True)
            for row in this.findings
            if row["finding"] not in matched
        )
    return found


def _older(key: str, said: Row, chain: Chain, now: Row | None) -> Row:
    """A finding of a year before last: as its own case has it, else as far as this year's tells, else its key alone."""
    year = next((own for own in chain.years if str(own.year) == said["year"]), None)
    row = next((own for own in year.findings if own["finding"] == key), now) if year else now
    if row is not None:
        return row
    empty = dict.fromkeys(("severity", "condition", "amount", "unit"), "")
    return {
        **empty,
        "finding": key,
        "name": key.partition(":")[0],
        "scope": key.rpartition(":")[2],
        "status": "",
    }


def _keys(finding: str, before: Year, this: Year) -> list[str]:
    """The keys that a finding may have this year: its unit may have another id, or be part of another one."""
    head, _, scope = finding.rpartition(":")
    if scope == DEPARTMENT or scope not in before.unit_names():
        return [finding]
    return [f"{head}:{unit.id}" for unit in this.case.units if scope in unit.former]


def _row(was: Row, year: str, now: Row | None, said: Row | None, *, closed: bool, new: bool = False) -> Row:
    status, reason = (NEW, "上年没有同一发现") if new else _status(was, now, said, closed=closed)
    told: Mapping[str, str] = said or dict.fromkeys(("evidence", "who", "when"), "")
    after = now or dict.fromkeys(("finding", "severity", "amount", "unit"), "")
    earlier = dict.fromkeys(("severity", "amount", "unit"), "") if new else was
    return {
        "finding": was["finding"], "year": year, "name": was["name"], "scope": was["scope"], "severity": earlier["severity"],
        "condition": was["condition"], "amount": earlier["amount"], "unit": earlier["unit"], "now": after["finding"],
        "now_severity": after["severity"], "now_amount": after["amount"], "now_unit": after["unit"], "status": status,
        "reason": reason, "evidence": told["evidence"], "who": told["who"], "when": told["when"],
    }  # fmt: skip


def _status(was: Row, now: Row | None, said: Row | None, *, closed: bool) -> tuple[str, str]:
    """What has become of a finding, and why it is said."""
    entered = said["status"] if said else ""
    if now is None:
        if said:
            return entered, "按审计人员的核对；本年的规则没有再发现"
        return NOT_SEEN, "本年没有同一发现，也没有核对整改情况"
    if entered == SETTLED or closed:
        return AGAIN, "核对为已整改，本年又有同一发现" if said else "上年已了结，本年又有同一发现"
    growth = _growth(was, now)
    if growth or entered == WORSE:
        return WORSE, growth or "按审计人员的核对；本年又有同一发现"
    if entered == PARTLY:
        return PARTLY, "按审计人员的核对；本年仍有同一发现"
    lessened = _lessened(was, now)
    return OPEN, f"本年又有同一发现{lessened}"


def _growth(was: Row, now: Row) -> str:
    """In what this year's finding is worse; "" where it is not, or nothing can be compared."""
    order = list(SEVERITIES)
    if was["severity"] in order and order.index(now["severity"]) < order.index(was["severity"]):
        return f"严重程度由{SEVERITIES[was['severity']]}升为{SEVERITIES[now['severity']]}"
    amounts = _amounts(was, now)
    return f"金额由{_said(was)}增至{_said(now)}" if amounts and amounts[1] > amounts[0] else ""


def _lessened(was: Row, now: Row) -> str:
    amounts = _amounts(was, now)
    return f"，金额由{_said(was)}减至{_said(now)}" if amounts and amounts[1] < amounts[0] else ""


def _amounts(was: Row, now: Row) -> tuple[Fraction, Fraction] | None:
    if not was["amount"] or not now["amount"] or dimension(was["unit"]) != dimension(now["unit"]):
        return None
    first, second = (abs(parse(row["amount"])) * factor(row["unit"]) for row in (was, now))
    return first, second


def _said(row: Row) -> str:
    return f"{row['amount']}{row['unit']}"
