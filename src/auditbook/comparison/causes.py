"""What may have made the difference: every change of evidence, rules, assumptions and program between two runs.

A cause is the smallest change that can be made by itself: a figure, a judgement, a stanza of a rule file, a field of a
scenario. Each knows what to replace in one run's inputs to have it as in the other's; ``recomputing`` does it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from auditbook import pipeline, tables
from auditbook.comparison.differing import (
    ADDED,
    CHANGED,
    EVIDENCE_TABLES,
    HOW,
    REMOVED,
    Change,
    Matching,
    Relation,
    differences,
)
from auditbook.comparison.kept_runs import KeptRun
from auditbook.comparison.names import Names
from auditbook.comparison.rule_parts import Path_, rule_parts
from auditbook.kept_rules import BASE
from auditbook.report.column_names import NAMES, TABLES
from auditbook.tables import Row

EVIDENCE, RULES, ASSUMPTIONS, PROGRAM = "evidence", "rules", "assumptions", "program"
KINDS = {EVIDENCE: "证据", RULES: "规则", ASSUMPTIONS: "假定", PROGRAM: "程序"}
ASSUMED = "assumed"
CASE_FILE, SCENARIO_FILE, REGISTER = "case.yaml", "scenario.yaml", "SOURCES.yaml"
_RULES_OF_CASE = {"framework", "framework_reason", "materiality"}
_SILENT_IN_CASE = {"report_title", "people", "names", "case"}
# What reading makes figures of: where a source is the same and a figure is not, one of these is not.
_OF_READING = (
    "params/tables/",
    "params/figures.yaml",
    "params/codes/",
    "params/appraisal.yaml",
    "params/wording.yaml",
)

GONE = object()
_DIGEST = re.compile("[0-9a-f]{64}")


@dataclass(frozen=True)
class Rows:
    """Rows of a table that take the place of those with the same beginning of the key; none where they are gone."""

    table: str
    columns: tuple[str, ...]
    key: tuple[str, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Part:
    """A part of a rule file that takes the place of the one at its path; ``GONE`` where there is none."""

    file: str
    path: Path_
    content: Any


@dataclass(frozen=True)
class Cause:
    """A change between two runs that can be made by itself.

    ``before`` and ``after`` are what to replace to have it as in the first run, and as in the second.
    """

    id: str
    kinds: tuple[str, ...]
    place: str
    name: str
    how: str
    changes: tuple[Change, ...]
    before: tuple[Rows | Part, ...] = ()
    after: tuple[Rows | Part, ...] = ()

    @property
    def words(self) -> str:
        """The cause in a line: kind, place, what has changed."""
        said = "；".join(f"{self._word(c.column)} {c.words}".strip() for c in self.changes[:4])
        more = f"；另有{len(self.changes) - 4}处" if len(self.changes) > 4 else ""
        return f"{self.name}（{self.place}）" + (f"：{said}{more}" if said else f"：{HOW[self.how]}")

    def _word(self, column: str) -> str:
        """What a column or a key of a rule file is called; in a scheme, points are what a line is worth."""
        if column == "points" and self.place.startswith("params/frameworks/"):
            return NAMES["weight"]
        return _WORDS.get(column) or NAMES.get(column, column)


def kind_words(kinds: Sequence[str]) -> str:
    """Kinds of causes in Chinese; of several it is not known which."""
    return "、".join(KINDS[kind] for kind in kinds)


def relation_of(before: KeptRun, after: KeptRun) -> Relation:
    """How two runs belong together."""
    if before.department != after.department:
        return Relation.OTHER_DEPARTMENT
    return Relation.SAME if before.year == after.year else Relation.OTHER_YEAR


def causes(before: KeptRun, after: KeptRun, matching: Matching) -> list[Cause]:
    """Every change between two runs' inputs, evidence first, the program last."""
    found: list[Cause] = []
    if matching.relation is Relation.SAME:
        found += _of_evidence(before, after, matching)
    else:
        found.append(_of_everything(before, after, matching.relation))
    found += _of_rules(before, after)
    found += _of_scenarios(before, after)
    found += _of_program(before, after)
    return found


def _of_everything(before: KeptRun, after: KeptRun, relation: Relation) -> Cause:
    """All evidence at once: of another year or department no figure can take the place of one here."""
    said = (
        ("另一年度的全部资料", f"{before.year}", f"{after.year}")
        if relation is Relation.OTHER_YEAR
        else ("另一部门的全部资料", before.department, after.department)
    )
    change = Change(
        "year" if relation is Relation.OTHER_YEAR else "department",
        said[1],
        said[2],
        shown=(said[1], said[2], ""),
    )
    names = [
        name
        for name in tables.COLUMNS
        if name not in ("indicators", "claims", "scores", "schemes", "findings")
    ]

    def all_of(run: KeptRun) -> tuple[Rows | Part, ...]:
        rows = [Rows(name, (), (), tuple(run.tables[name])) for name in names]
        own = {key: run.case[key] for key in run.case if key not in _RULES_OF_CASE}
        other = {*before.case, *after.case} - _RULES_OF_CASE
        fields = [Part(CASE_FILE, (key,), own.get(key, GONE)) for key in sorted(other)]
        return (*rows, *fields, Part(REGISTER, (), _register(run)))

    return Cause(
        "evidence:all", (EVIDENCE,), "data/raw", said[0], CHANGED, (change,), all_of(before), all_of(after)
    )


def _register(run: KeptRun) -> Any:
    return run.content(f"{BASE}/data/raw/{run.manifest.case}/SOURCES.yaml")


def _of_evidence(before: KeptRun, after: KeptRun, matching: Matching) -> Iterator[Cause]:
    reading = _reading_kinds(before, after)
    changed = _changed_sources(before, after)
    registers = [_by_id(_register(run)) for run in (before, after)]
    for id in sorted({*registers[0], *registers[1]}):
        old, new = (own.get(id, GONE) for own in registers)
        rows = [tuple(row for row in run.tables["sources"] if row["source"] == id) for run in (before, after)]
        if old != new or rows[0] != rows[1]:
            yield Cause(
                f"sources:{id}", (EVIDENCE,) if old != new else reading, TABLES["sources"], _source_name(rows, id),
                _how(old, new), _leaves(old, new),
                *(
                    (Rows("sources", ("source",), (id,), own), Part(REGISTER, ("sources", id), content))
                    for own, content in zip(rows, (old, new), strict=True)
                ),
            )  # fmt: skip
    for name in EVIDENCE_TABLES:
        if name != "sources":
            yield from _of_table(name, before, after, matching, changed, reading)
    # files that lie there and are in no register
    registered = {str(entry.get("file")) for own in registers for entry in own.values()}
    files = {*before.manifest.evidence, *after.manifest.evidence}
    for file in sorted(files - registered - {REGISTER}):
        digests = [run.manifest.evidence.get(file, "") for run in (before, after)]
        if digests[0] != digests[1]:
            how = CHANGED if all(digests) else ADDED if digests[1] else REMOVED
            shown = (digests[0][:12], digests[1][:12], "")
            change = Change("sha256", digests[0], digests[1], shown=shown)
            yield Cause(f"file:{file}", (EVIDENCE,), "data/raw", file, how, (change,))
    for field in sorted({*before.case, *after.case} - _RULES_OF_CASE - _SILENT_IN_CASE):
        yield from _of_field(field, before, after, EVIDENCE)


def _of_table(
    name: str,
    before: KeptRun,
    after: KeptRun,
    matching: Matching,
    changed: set[str],
    reading: tuple[str, ...],
) -> Iterator[Cause]:
    """A cause for each key of a table of evidence; of figures all sources that give one make one cause."""
    columns = ("figure", "scope", "item", "year") if name == "figures" else tables.KEYS[name]
    names = (Names(before), Names(after))
    keyed = [_grouped(run.tables[name], columns) for run in (before, after)]
    told = [column for column in tables.COLUMNS[name] if column not in columns]
    for key in sorted({*keyed[0], *keyed[1]}):
        old, new = (own.get(key, ()) for own in keyed)
        if old == new or (name == "figures" and key[0] in pipeline.COUNTED):
            continue
        single = [own[0] if len(own) == 1 else _chosen(own) for own in (old, new)]
        pair = [{key: row} if row else {} for row in single]
        found = list(differences(name, pair[0], pair[1], told, names))
        yield Cause(
            f"{name}:{':'.join(key)}", _kinds_of_rows(name, old, new, changed, reading), TABLES[name],
            names[bool(new)].row(name, (new or old)[0]), _how(old or GONE, new or GONE),
            found[0].changes if found else (),
            (Rows(name, columns, key, old),), (Rows(name, columns, key, new),),
        )  # fmt: skip


def _grouped(rows: Sequence[Row], columns: Sequence[str]) -> dict[tuple[str, ...], tuple[Row, ...]]:
    found: dict[tuple[str, ...], tuple[Row, ...]] = {}
    for row in rows:
        key = tuple(row[column] for column in columns)
        found[key] = (*found.get(key, ()), row)
    return found


def _chosen(rows: Sequence[Row]) -> Row | None:
    return next((row for row in rows if row.get("chosen", "yes") == "yes"), rows[0] if rows else None)


def _kinds_of_rows(
    name: str, old: Sequence[Row], new: Sequence[Row], changed: set[str], reading: tuple[str, ...]
) -> tuple[str, ...]:
    """Evidence where its source is another, assumptions where a figure is assumed; else what reads the sources."""
    kinds: dict[str, None] = {}
    given = [own for own in (old, new)]
    if name == "figures" and any(row["basis"] == ASSUMED for own in given for row in own):
        kinds[ASSUMPTIONS] = None
        given = [[{**row, "chosen": ""} for row in own if row["basis"] != ASSUMED] for own in given]
    if list(given[0]) != list(given[1]):
        sources = {
            row["source"]
            for own in given
            for row in own
            if not any(row in other for other in given if other is not own)
        }
        kinds |= dict.fromkeys((EVIDENCE,) if sources & changed or not reading else reading)
    return tuple(kind for kind in KINDS if kind in kinds)


def _changed_sources(before: KeptRun, after: KeptRun) -> set[str]:
    """Sources whose document, or whose entry in the register, is not the same; all, where what chooses among them is not."""
    registers = [_by_id(_register(run)) for run in (before, after)]
    rows = [{row["source"]: row["sha256"] for row in run.tables["sources"]} for run in (before, after)]
    every = {*registers[0], *registers[1], *rows[0], *rows[1]}
    if any(
        before.case.get(field) != after.case.get(field) for field in ("choose", "patterns", "units", "year")
    ):
        return every
    files = [run.manifest.evidence for run in (before, after)]
    found = set()
    for id in every:
        entries = [own.get(id) or {} for own in registers]
        named = {str(entry.get("file")) for entry in entries if entry.get("file")}
        if (
            entries[0] != entries[1]
            or rows[0].get(id) != rows[1].get(id)
            or any(files[0].get(n) != files[1].get(n) for n in named)
        ):
            found.add(id)
    return found


def _reading_kinds(before: KeptRun, after: KeptRun) -> tuple[str, ...]:
    """What may read the same sources otherwise: rules of reading, a scenario, the program. Those that are not the same."""
    files = [rule_parts(run) for run in (before, after)]
    ruled = any(
        files[0].get(name) != files[1].get(name)
        for name in {*files[0], *files[1]}
        if name.startswith(_OF_READING)
    )
    found = [RULES] if ruled else []
    found += [ASSUMPTIONS] if scenario_of(before) != scenario_of(after) else []
    found += [PROGRAM] if differing_program(before, after) else []
    return tuple(found)


def differing_program(before: KeptRun, after: KeptRun) -> bool:
    """Whether two runs were made by different programs, or the same with other packages installed."""
    return any(
        before.manifest.program[own] != after.manifest.program[own] for own in ("digest", "environment")
    )


def _by_id(register: Any) -> dict[str, Any]:
    own = register.get("sources") if isinstance(register, Mapping) else None
    return {str(entry.get("id")): entry for entry in own or [] if isinstance(entry, Mapping)}


def _source_name(rows: Sequence[Sequence[Row]], id: str) -> str:
    own = [row["title"] for found in rows for row in found]
    return own[-1] if own else id


def _of_rules(before: KeptRun, after: KeptRun) -> Iterator[Cause]:
    files = [rule_parts(run) for run in (before, after)]
    names = Names(after)
    for file in sorted({*files[0], *files[1]}):
        own = [files[side].get(file, {}) for side in (0, 1)]
        for path in dict.fromkeys([*own[0], *own[1]]):
            old, new = (content.get(path, GONE) for content in own)
            if old != new:
                yield Cause(
                    f"{file}:{'.'.join(path)}", (RULES,), file, names.part(path, new if old is GONE else old),
                    _how(old, new), _leaves(old, new), (Part(file, path, old),), (Part(file, path, new),),
                )  # fmt: skip
    for field in ("framework", "materiality"):
        yield from _of_field(field, before, after, RULES)


def _of_field(field: str, before: KeptRun, after: KeptRun, kind: str) -> Iterator[Cause]:
    old, new = (run.case.get(field, GONE) for run in (before, after))
    if old != new:
        place = f"params/cases/{after.manifest.case}.yaml"
        yield Cause(
            f"case:{field}", (kind,), place, _FIELDS.get(field, field), _how(old, new), _leaves(old, new),
            (Part(CASE_FILE, (field,), old),), (Part(CASE_FILE, (field,), new),),
        )  # fmt: skip


_WORDS = {"department": "部门", "version": "版本", "parts": "改动的文件", "environment": "所装的库", "": ""}
_FIELDS = {
    "framework": "案例选用的评分表", "materiality": "重要性水平", "units": "下属单位", "choose": "采用哪个来源", "patterns": "取数短语",
    "year": "年度", "department": "部门",
}  # fmt: skip


def scenario_of(run: KeptRun) -> Mapping[str, Any]:
    """The content of a run's scenario; empty where it has none."""
    name = run.manifest.scenario
    found = run.content(f"{BASE}/params/scenarios/{name}.yaml") if name else None
    return found if isinstance(found, Mapping) else {}


def _of_scenarios(before: KeptRun, after: KeptRun) -> Iterator[Cause]:
    """A cause for each field that a scenario changes, whatever it is; assumed figures are told by their rows."""
    own = [_fields(scenario_of(run)) for run in (before, after)]
    name = after.manifest.scenario or before.manifest.scenario
    names = Names(after)
    for path in sorted({*own[0], *own[1]}):
        if path[0] in ("reason", "assumed"):
            continue
        old, new = (found.get(path, GONE) for found in own)
        if old != new:
            yield Cause(
                f"scenario:{'.'.join(path)}", (ASSUMPTIONS,), f"params/scenarios/{name}.yaml", names.field(path),
                _how(old, new), _leaves(*(names.chosen(path, own) for own in (old, new))), (Part(SCENARIO_FILE, path, old),), (Part(SCENARIO_FILE, path, new),),
            )  # fmt: skip


def _fields(content: Mapping[str, Any]) -> dict[Path_, Any]:
    found: dict[Path_, Any] = {}
    for key, value in content.items():
        if isinstance(value, Mapping):
            found |= {(key, str(name)): own for name, own in value.items()}
        else:
            found[(key,)] = value
    return found


def _of_program(before: KeptRun, after: KeptRun) -> Iterator[Cause]:
    if not differing_program(before, after):
        return
    programs = [run.manifest.program for run in (before, after)]
    changes = []
    if programs[0]["version"] != programs[1]["version"]:
        shown = (programs[0]["version"], programs[1]["version"], "")
        changes.append(Change("version", shown[0], shown[1], shown=shown))
    own = [programs[side].get("parts", {}) for side in (0, 1)]
    differing = sorted(name for name in {*own[0], *own[1]} if own[0].get(name) != own[1].get(name))
    if differing:
        said = "、".join(differing[:8]) + (f"等{len(differing)}个文件" if len(differing) > 8 else "")
        changes.append(Change("parts", "", said, shown=("", said, "")))
    elif programs[0]["digest"] != programs[1]["digest"]:
        digests = (programs[0]["digest"], programs[1]["digest"])
        changes.append(Change("sha256", *digests, shown=(digests[0][:12], digests[1][:12], "")))
    if programs[0]["environment"] != programs[1]["environment"]:
        digests = (programs[0]["environment"], programs[1]["environment"])
        changes.append(Change("environment", *digests, shown=(digests[0][:12], digests[1][:12], "")))
    yield Cause("program", (PROGRAM,), "auditbook", "程序", CHANGED, tuple(changes))


def _how(old: Any, new: Any) -> str:
    return ADDED if old is GONE else REMOVED if new is GONE else CHANGED


def _leaves(old: Any, new: Any) -> tuple[Change, ...]:
    """Every single value that differs within a part, by its path."""
    own = [dict(_flat(content)) for content in (old, new)]
    return tuple(
        Change(
            path,
            own[0].get(path, ""),
            own[1].get(path, ""),
            shown=(own[0].get(path, ""), own[1].get(path, ""), ""),
        )
        for path in dict.fromkeys([*own[0], *own[1]])
        if own[0].get(path) != own[1].get(path)
    )


def _flat(content: Any, path: str = "") -> Iterator[tuple[str, str]]:
    if content is GONE:
        return
    if isinstance(content, Mapping):
        for key, value in content.items():
            yield from _flat(value, f"{path}.{key}" if path else str(key))
    elif isinstance(content, list) and any(isinstance(item, Mapping | list) for item in content):
        for number, value in enumerate(content, 1):
            yield from _flat(value, f"{path}[{number}]")
    elif isinstance(content, list):
        yield path, "、".join(map(_text, content))
    else:
        yield path, _text(content)


def _text(value: Any) -> str:
    if isinstance(value, str) and _DIGEST.fullmatch(value):
        return f"{value[:12]}…"
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "null"}[value]
    return format(value, "f") if isinstance(value, Decimal) else str(value)
