"""One run as its peers are compared with it: read from its tables alone, and little of it kept."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, NamedTuple

from auditbook import strict_yaml, tables
from auditbook.batch_entries import STATES, Entry
from auditbook.cases import DEPARTMENT, Case
from auditbook.faults import AuditbookError
from auditbook.figures import VALUE, ZERO
from auditbook.indicators import COMPUTED
from auditbook.numbers import factor
from auditbook.report.masking import PERSON_COLUMNS, Masks, names_in
from auditbook.scoring import BETWEEN, OVERRIDDEN, STOPPED
from auditbook.tables import Row
from auditbook.workspace import Workspace

# An indicator that is computed as a bound only: it has no value that could be among others.
BOUNDS = "bounds"
_TABLES = ("indicators", "scores", "schemes", "findings", "quality", "sources", "figures")
_OPEN = ("indicator", "weight", "lowest", "highest", "state", "reason", "documents")
# An entry without tables that says nothing of why: made, and then gone or changed.
UNREADABLE = "运行留下的表读不通"


class Setting(NamedTuple):
    """What departments must have in common to be compared at all: the budget year, and the scenario if any."""

    year: int
    scenario: str


class Measure(NamedTuple):
    """An indicator under one definition, as the formula says and in its unit: only values of one measure are compared."""

    setting: Setting
    indicator: str
    definition: str
    formula: str
    unit: str


class Value(NamedTuple):
    """An indicator of a whole department. Numerator and denominator as in the table; ``partial``: units it is made of, 1/3."""

    state: str
    scoring: bool
    value: Fraction | None = None
    low: Fraction | None = None
    high: Fraction | None = None
    numerator: str = ""
    denominator: str = ""
    partial: str = ""


class Scheme(NamedTuple):
    """What scores must have in common to be compared: the scheme with each of its lines (key, definition, weight, rule)."""

    setting: Setting
    scheme: str
    basis: str
    title: str
    lines: tuple[tuple[str, str, str, str], ...]


class Score(NamedTuple):
    """A total: proven and possible points, the most that the lines that apply can give, and the weight assessed."""

    scheme: Scheme
    lowest: Fraction
    highest: Fraction
    maximum: Fraction
    full: Fraction
    assessed: Fraction
    grade: str


class Found(NamedTuple):
    """A finding: its rule (or what the auditor called it), its number in the report, its amount in 元 if it has one."""

    rule: str
    name: str
    severity: str
    kind: str
    number: str
    amount: Fraction | None


class Open(NamedTuple):
    """A line that is not settled: its weight, the points left open, as shares of the most that there is; why; what would help."""

    line: str
    weight: Fraction
    width: Fraction
    state: str
    reason: str
    documents: tuple[str, ...]


class Failed(NamedTuple):
    """A rule of data quality that a department's tables do not keep."""

    rule: str
    severity: str
    words: str


@dataclass(frozen=True, slots=True)
class Department:
    """A department with its run, as compactly as comparing it needs. ``figures``: of the whole department, in base units."""

    run: str
    name: str
    region: str
    level: str
    kind: str
    setting: Setting
    blocking: bool
    outputs: str
    figures: Mapping[tuple[str, int], Fraction]
    values: Mapping[Measure, Value]
    split: tuple[str, ...]
    score: Score | None
    unscored: str
    found: tuple[Found, ...]
    open: tuple[Open, ...]
    failed: tuple[Failed, ...]
    absent: tuple[str, ...]


@dataclass(frozen=True)
class Refused:
    """A case of the batch that there is nothing of to compare, and why."""

    run: str
    name: str
    region: str
    year: str
    state: str
    reasons: tuple[str, ...]


@dataclass
class Shared:
    """What departments have in common, kept once: equal values of any kind, and what indicators are called."""

    same: dict[Any, Any] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)

    def once(self, value: Any) -> Any:
        """The first value that was equal to this one."""
        return self.same.setdefault(value, value)


def read(entry: Entry, shared: Shared) -> Department | Refused:
    """A case of the batch from its processed tables; nothing of it is computed again.

    Returns  why it is not compared where it was not made, or its tables are not there (any more) or cannot be read.
    """
    case, name, region, year = _case(entry.workspace)
    why = entry.reasons
    if entry.made:
        try:
            found = {table: _table(entry.workspace, table) for table in _TABLES}
            if case is None:
                raise ValueError("案例文件读不通")
            return _department(entry, case, found, shared)
        except (OSError, ValueError, KeyError, StopIteration, ArithmeticError) as error:
            why = (*why, f"{UNREADABLE}：{_told(error)}")
    state = UNREADABLE if entry.made else STATES[entry.state]
    return Refused(entry.workspace.run, name, region, year, state, why or ("没有记下原因",))


def _told(error: Exception) -> str:
    if isinstance(error, OSError):
        return f"{error.strerror}（{str(error.filename).rpartition('/')[2]}）"
    return f"缺 {error}" if isinstance(error, KeyError) else str(error) or type(error).__name__


def _case(workspace: Workspace) -> tuple[Case | None, str, str, str]:
    """The case file, and what can be read of it where it is no good: the department's name and region, the year."""
    content: Any = None
    case = None
    path = workspace.case_path
    with suppress(OSError, AuditbookError):
        if path.is_file() and path.stat().st_size <= strict_yaml.MOST_BYTES:
            # not by strict_yaml.load, which keeps every file that it has read
            document = strict_yaml.load_bytes(path.read_bytes(), path.name)
            content = document.content
            case = strict_yaml.validate(document, Case)
    of = content if isinstance(content, dict) else {}
    department = of.get("department") if isinstance(of.get("department"), dict) else {}
    name, region = (str((department or {}).get(key) or "") for key in ("name", "region"))
    return case, name or workspace.case_path.stem, region, str(of.get("year") or "")


def _table(workspace: Workspace, name: str) -> list[Row]:
    """A table of a run. Raises OSError where there is none, ValueError where its columns are of another format."""
    rows = (workspace.processed / f"{name}.csv").read_bytes()
    head = rows.partition(b"\n")[0].decode("utf-8").split(",")
    if tuple(head) != tables.COLUMNS[name]:
        raise ValueError(f"{name}.csv 的栏目属于另一版本的程序")
    return tables.from_csv(rows)


def _department(entry: Entry, case: Case, of: Mapping[str, list[Row]], shared: Shared) -> Department:
    scenario = entry.workspace.scenario_path
    setting = shared.once(Setting(case.year, scenario.stem if scenario else ""))
    values, split = _values(of["indicators"], setting, case, shared)
    score, unscored = _score(of["scores"], of["schemes"], setting, shared)
    most = score.maximum if score else Fraction(0)
    own = case.department
    return Department(
        entry.workspace.run, own.name, own.region or "", sys.intern(own.level or ""), sys.intern(own.kind or ""),
        setting, entry.state == "blocking", str(entry.workspace.outputs), _figures(of["figures"], case),
        values, split, score, unscored, tuple(_findings(of["findings"], entry.workspace, case)),
        tuple(_open(of["scores"], most, shared)) if most else (),
        tuple(
            shared.once(Failed(row["rule"], row["severity"], row["why"].partition("：")[0]))
            for row in of["quality"] if row["passed"] == "no"
        ),
        tuple(row["title"] for row in of["sources"] if row["status"] == "absent"),
    )  # fmt: skip


def _number(text: str) -> Fraction | None:
    """A plain decimal of a table; a third of the time that ``Fraction`` takes to read one. Raises ValueError for anything else."""
    if not text:
        return None
    whole, _, behind = text.partition(".")
    return Fraction(int(whole + behind), 10 ** len(behind)) if behind else Fraction(int(whole))


def _values(
    rows: Iterable[Row], setting: Setting, case: Case, shared: Shared
) -> tuple[dict[Measure, Value], tuple[str, ...]]:
    """The values of the whole department, and the indicators that it has by item or unit only."""
    values: dict[Measure, Value] = {}
    known, every = set(), set()
    for row in rows:
        every.add(sys.intern(row["indicator"]))
        shared.names.setdefault(row["indicator"], row["name"])
        if row["scope"] != DEPARTMENT or row["item"]:
            continue
        known.add(row["indicator"])
        measure = shared.once(
            Measure(setting, row["indicator"], row["definition"], row["formula"], row["unit"])
        )
        scoring = row["scoring"] == "yes"
        state = BOUNDS if row["status"] == COMPUTED and not row["value"] else row["status"]
        if state != COMPUTED:
            values[measure] = shared.once(Value(state, scoring))
            continue
        value, low, high = (_number(row[end]) for end in ("value", "low", "high"))
        same = {value: value}  # most ranges are points
        low, high = same.get(low, low), same.get(high, high)
        values[measure] = Value(
            state, scoring, value, low, high, row["numerator"], row["denominator"], _partial(row, case)
        )
    return values, tuple(sorted(every - known))


def _partial(row: Row, case: Case) -> str:
    """Where a value is made of some of the units only, of how many: 1/3."""
    scopes = {key.split(":")[1] for key in row["figures"].split(";") if key.count(":") == 3}
    units = {unit.id for unit in case.units}
    held = len(scopes & units)
    return f"{held}/{len(units)}" if held and scopes <= units and held < len(units) else ""


def _figures(rows: Iterable[Row], case: Case) -> dict[tuple[str, int], Fraction]:
    """The figures of the whole department, by id and year: its own row, or the sum of those of all its units."""
    own: dict[tuple[str, int], Fraction] = {}
    parts: dict[tuple[str, int], dict[str, Fraction]] = {}
    for row in rows:
        if row["item"] or row["chosen"] != "yes" or row["state"] not in (VALUE, ZERO):
            continue
        key = (sys.intern(row["figure"]), int(row["year"]))
        value = (_number(row["value"]) or 0) * factor(row["unit"])
        if row["scope"] == DEPARTMENT:
            own[key] = value
        else:
            parts.setdefault(key, {})[row["scope"]] = value
    units = {unit.id for unit in case.units}
    for key, held in parts.items():
        if units and set(held) == units:
            own.setdefault(key, sum(held.values(), Fraction(0)))
    return own


def _score(
    scores: list[Row], schemes: list[Row], setting: Setting, shared: Shared
) -> tuple[Score | None, str]:
    """The total score by the case's own scheme; or why there is none that could be compared."""
    total = next(row for row in scores if row["level"] == "total")
    if total["state"] == STOPPED:
        return None, f"不予评分：{total['reason']}"
    of = next(row for row in schemes if (row["scheme"], row["basis"]) == (total["scheme"], total["basis"]))
    lines = tuple(
        (row["indicator"], row["definition"], row["weight"], row["rule"])
        for row in scores
        if row["level"] == "indicator"
    )
    maximum = Fraction(of["maximum"])
    if maximum <= 0:
        return None, "评分表的各行都不适用"
    scheme = shared.once(Scheme(setting, total["scheme"], total["basis"], of["title"], lines))
    return Score(
        scheme, Fraction(total["lowest"]), Fraction(total["highest"]), maximum, Fraction(of["full_marks"]),
        Fraction(of["assessable_weight"]), of["grade"],
    ), ""  # fmt: skip


def _open(scores: Iterable[Row], most: Fraction, shared: Shared) -> Iterable[Open]:
    for row in scores:
        if row["level"] != "indicator" or row["highest"] == row["lowest"] or row["state"] == OVERRIDDEN:
            continue
        # lines are alike in many departments, and each is made once
        cells = (*(row[name] for name in _OPEN), most)
        if cells not in shared.same:
            width = (_number(row["highest"]) or 0) - (_number(row["lowest"]) or 0)
            documents = tuple(filter(None, row["documents"].split(BETWEEN)))
            shared.same[cells] = Open(
                row["indicator"], (_number(row["weight"]) or 0) / most, width / most, row["state"], row["reason"], documents
            )  # fmt: skip
        yield shared.same[cells]


def _findings(rows: list[Row], workspace: Workspace, case: Case) -> Iterable[Found]:
    """The findings; what an auditor wrote names no private person unless the case says so."""
    written = any(row["origin"] != "rule" for row in rows)
    masks = _masks(workspace) if written and case.names != "shown" else Masks(())
    for row in rows:
        amount = Fraction(row["amount"]) * factor(row["unit"]) if row["amount"] else None
        by_rule = row["origin"] == "rule"
        name = row["name"] if by_rule else masks.masked(row["name"])
        yield Found(
            sys.intern(row["rule"]) if by_rule else "", sys.intern(name), sys.intern(row["severity"]),
            sys.intern(row["kind"]), row["number"], amount,
        )  # fmt: skip


def _masks(workspace: Workspace) -> Masks:
    names: list[str] = []
    for table, columns in PERSON_COLUMNS.items():
        path = workspace.processed / f"{table}.csv"
        rows = tables.from_csv(path.read_bytes()) if path.is_file() else []
        names += [name for row in rows for column in columns for name in names_in(row.get(column) or "")]
    return Masks(names)
