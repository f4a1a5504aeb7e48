"""All scenarios of a case side by side: score, grade, findings and indicators under each, and what moved against the case."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from auditbook import inputs, pipeline, scoring, strict_yaml, what_if
from auditbook.cases import DEPARTMENT, Scenario
from auditbook.faults import CaseError, Fault
from auditbook.findings import SEVERITIES
from auditbook.indicators import COMPUTED, NOT_ASSESSABLE
from auditbook.numbers import Interval, plain
from auditbook.pipeline import Run
from auditbook.printed import WIDE, Printout
from auditbook.report.conclusions import between
from auditbook.report.graphs import value_words
from auditbook.report.references import uncited
from auditbook.scenario_changes import changes, contradictions
from auditbook.scoring_rules import points_text, span_text
from auditbook.tables import Row
from auditbook.workspace import Workspace
from auditbook.writing import write_whole

CASE = "案例本身"
NO_MOVE = "没有变化"
_NOT_THERE = "—"


@dataclass(frozen=True)
class Standing:
    """What comes of a case under a scenario, or of the case itself (``name`` is then empty).

    ``faults``: why the scenario does not apply; there is nothing else to tell then. Points are exact; ``indicators`` are
    those of the department as a reader sees them, by id; ``moved`` is what differs from the case, in words.
    """

    name: str
    reason: str
    faults: tuple[Fault, ...] = ()
    changes: tuple[str, ...] = ()
    scheme: str = ""
    full: Fraction = Fraction(0)
    score: Interval | None = None
    assessable: Fraction = Fraction(0)
    grade: str = ""
    findings: Mapping[str, int] | None = None
    indicators: Mapping[str, str] | None = None
    moved: tuple[str, ...] = ()

    @property
    def score_words(self) -> str:
        """The score as a reader sees it; 不予评分 where nothing is scored."""
        return f"{span_text(self.score)}分" if self.score else "不予评分"

    @property
    def findings_words(self) -> str:
        """How many findings there are, by severity: 高12 中39 低33."""
        return " ".join(f"{name}{(self.findings or {}).get(id, 0)}" for id, name in SEVERITIES.items())


@dataclass(frozen=True)
class Matrix:
    """A case and each scenario that there is for it, in the order of their names."""

    workspace: Workspace
    title: str
    names: Mapping[str, str]
    standings: tuple[Standing, ...]

    @property
    def applying(self) -> tuple[Standing, ...]:
        """The case, and the scenarios that apply to it."""
        return tuple(standing for standing in self.standings if not standing.faults)

    @property
    def refused(self) -> tuple[Standing, ...]:
        """The scenarios that do not apply to it."""
        return tuple(standing for standing in self.standings if standing.faults)

    @property
    def rows(self) -> list[tuple[str, list[str]]]:
        """For each indicator that is known anywhere: its name, and its value under each scenario that applies."""
        own = [standing.indicators or {} for standing in self.applying]
        found = {id: [values.get(id, _NOT_THERE) for values in own] for id in self.names}
        return [(self.names[id], values) for id, values in found.items() if any(map(_is_number, values))]

    def text(self, width: int = WIDE) -> str:
        """The matrix as a terminal shows it."""
        out = Printout(width)
        out.line(f"{self.title}：案例与 {len(self.standings) - 1} 个情景，其中 {len(self.refused)} 个不适用")
        heads = ["情景", "评分表", "得分", "可评权重", "等级", "发现"]
        out.table(
            "得分与发现", heads,
            [
                [s.name or CASE, s.scheme, s.score_words, f"{points_text(s.assessable)}分", s.grade or "—", s.findings_words]
                for s in self.applying
            ],
        )  # fmt: skip
        if self.rows:
            out.table(
                "部门整体的指标（计分口径）", ["指标", *(s.name or CASE for s in self.applying)],
                [[name, *values] for name, values in self.rows],
            )  # fmt: skip
        out.table("改了什么，动了什么")
        for standing in self.applying:
            if standing.name:
                out.item(
                    f"{standing.name}：{standing.reason}", *(f"改：{words}" for words in standing.changes),
                    *(f"动：{words}" for words in standing.moved or (NO_MOVE,)),
                )  # fmt: skip
        if self.refused:
            out.table("不适用的情景")
            for standing in self.refused:
                out.item(f"{standing.name}：{standing.reason}", *map(str, standing.faults))
        return str(out)

    def as_json(self) -> str:
        """The matrix for a program: points as exact decimals or with 34 digits, ``name`` empty for the case itself."""
        return json.dumps(
            {"case": self.workspace.case_path.stem, "standings": [_plain(s) for s in self.standings]},
            ensure_ascii=False, indent=1,
        )  # fmt: skip

    def write_page(self) -> Path:
        """Write the matrix as a page beside the case's report; where it is."""
        from auditbook.report.scenarios_view import view

        path = self.workspace.outputs / "scenarios.html"
        write_whole(path, view(self).encode())
        return path


def _plain(standing: Standing) -> dict[str, object]:
    if standing.faults:
        return {"name": standing.name, "reason": standing.reason, "faults": [*map(str, standing.faults)]}
    score = standing.score
    return {
        "name": standing.name, "reason": standing.reason, "changes": [*standing.changes], "scheme": standing.scheme,
        "full_marks": plain(standing.full), "lowest": plain(score.low) if score else None,
        "highest": plain(score.high) if score else None, "assessable_weight": plain(standing.assessable),
        "grade": standing.grade, "findings": dict(standing.findings or {}),
        "indicators": dict(standing.indicators or {}), "moved": [*standing.moved],
    }  # fmt: skip


def matrix(case: str) -> Matrix:
    """A case under each scenario of ``params/scenarios/``, in memory: no notebook is run, and nothing is written.

    Takes    case: a name or a path. Its own folder's scenarios come before the project's of the same name.
    Raises   CaseError where the case itself cannot be read.
    """
    run = pipeline.check(case)
    base = pipeline.in_memory(run)
    own = standing("", "按案例文件所定口径", base)
    standings = [own]
    for path in _files(run.workspace):
        standings.append(_under(base, path))
    names = {stanza.id: stanza.name for stanza in run.rulebook.stanzas.values() if not stanza.judged}
    title = f"{run.audit.case.department.name}{run.audit.case.year}年"
    return Matrix(run.workspace, title, names, tuple(standings))


def _files(workspace: Workspace) -> list[Path]:
    found: dict[str, Path] = {}
    for folder in workspace.rules("scenarios"):
        for path in inputs.listing(folder, "*.yaml"):
            found.setdefault(path.stem, path)
    return [found[name] for name in sorted(found)]


def _under(base: Run, path: Path) -> Standing:
    name = path.stem
    try:
        document = strict_yaml.load(path, base.workspace.shown(path))
        scenario = strict_yaml.validate(document, Scenario)
        if scenario is None or document.faults:
            raise CaseError(document.faults)
    except CaseError as error:
        return Standing(name, "读不通的情景文件", error.faults)
    try:
        return standing(name, scenario.reason, what_if.under(base, scenario, document), base)
    except CaseError as error:
        return Standing(name, scenario.reason, error.faults)


def standing(name: str, reason: str, run: Run, base: Run | None = None) -> Standing:
    """What comes of a case under a scenario.

    Takes    run: opened, its tables there; base: the case without the scenario, to tell what has moved.
    """
    rows = run.table("scores")
    total = next(row for row in rows if row["level"] == "total")
    framework = run.framework
    scheme = next(
        row for row in run.table("schemes")
        if (row["scheme"], row["basis"]) == (framework.framework, framework.basis)
    )  # fmt: skip
    stopped = total["state"] == scoring.STOPPED
    return Standing(
        name, reason, (), (*(change.words for change in changes(run)), *(words for words, _ in contradictions(run))),
        framework.framework, Fraction(framework.full_marks),
        None if stopped else Interval(Fraction(total["lowest"]), Fraction(total["highest"])),
        Fraction(scheme["assessable_weight"]), scoring.grade_words(framework, rows),
        Counter(row["severity"] for row in run.table("findings")), _indicators(run),
        tuple(moved(base, run)) if base else (),
    )  # fmt: skip


def _is_number(words: str) -> bool:
    return any(character.isdigit() for character in words)


def _indicators(run: Run) -> dict[str, str]:
    """The department's value of each indicator by the definition that scores, else the bounds that others leave."""
    found = {}
    whole = [r for r in run.results if (r.scope, r.item) == (DEPARTMENT, "")]
    for stanza in run.rulebook.stanzas.values():
        own = [r for r in whole if r.indicator == stanza.id]
        scoring_one = next((r for r in own if r.definition == run.scoring[stanza.id]), None)
        if stanza.judged or scoring_one is None:
            continue
        bounds = [r for r in own if r.status == COMPUTED and stanza.definitions[r.definition].bound]
        if scoring_one.status == NOT_ASSESSABLE and bounds:
            found[stanza.id] = uncited(between(bounds, stanza))
        else:
            found[stanza.id] = value_words(scoring_one, stanza)
    return found


def moved(before: Run, after: Run) -> list[str]:
    """What differs between two runs of a case, in words: score, grade, lines, indicators, findings.

    Takes    before, after: opened runs whose tables are there.
    """
    said = []
    old, new = _totals(before), _totals(after)
    if old != new:
        said.append(f"得分 {old} → {new}")
    grades = [scoring.grade_words(run.framework, run.table("scores")) or "—" for run in (before, after)]
    if grades[0] != grades[1]:
        said.append(f"等级 {grades[0]} → {grades[1]}")
    if before.framework.framework == after.framework.framework:
        said += (f"{name} {was} → {now}" for name, was, now in lines_moved(before, after))
    known = [_indicators(run) for run in (before, after)]
    for id, stanza in after.rulebook.stanzas.items():
        values = [found.get(id, _NOT_THERE) for found in known]
        if values[0] != values[1]:
            said.append(f"{stanza.name} {values[0]} → {values[1]}")
    return [*said, *_findings_moved(before, after)]


def _totals(run: Run) -> str:
    total = next(row for row in run.table("scores") if row["level"] == "total")
    return "不予评分" if total["state"] == scoring.STOPPED else f"{_span(total)}分"


def _span(row: Row) -> str:
    return span_text(Interval(Fraction(row["lowest"]), Fraction(row["highest"])))


def lines_moved(before: Run, after: Run) -> list[tuple[str, str, str]]:
    """The lines of a scheme that two runs both score, where they score otherwise: name, before, after."""
    old = {row["indicator"]: row for row in before.table("scores") if row["level"] == "indicator"}
    found = []
    for row in after.table("scores"):
        if row["level"] != "indicator":
            continue
        was, now = (
            f"{_span(own)}分（共{points_text(Fraction(own['weight']))}分）"
            for own in (old[row["indicator"]], row)
        )
        if was != now:
            found.append((scoring.line_name(after.framework, after.rulebook, row["indicator"]), was, now))
    return found


def _findings_moved(before: Run, after: Run) -> list[str]:
    old, new = ({row["finding"]: row for row in run.table("findings")} for run in (before, after))
    said = []
    for word, own, other in (("多出", new, old), ("消失", old, new)):
        counts = Counter(row["name"] for key, row in own.items() if key not in other)
        if counts:
            said.append(f"{word}的发现：{_counted(counts)}")
    graver = Counter(
        f"{row['name']}（{SEVERITIES[old[key]['severity']]}→{SEVERITIES[row['severity']]}）"
        for key, row in new.items() if key in old and old[key]["severity"] != row["severity"]
    )  # fmt: skip
    if graver:
        said.append(f"严重程度变了的发现：{_counted(graver)}")
    return said


def _counted(counts: Counter[str]) -> str:
    return "、".join(f"{name} {count} 项" for name, count in counts.items())
