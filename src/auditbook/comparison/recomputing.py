"""A run's results made anew in memory, by the present program, with some of its causes as they are in the other run.

What a cause makes of a result is found by exchanging it alone. Sentences of documents and data-quality rules cannot be judged
anew without the documents: their tables go with the run whose evidence is used.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable, Mapping
from decimal import Decimal
from pathlib import Path
from types import TracebackType
from typing import Any

from auditbook import pipeline, records, tables
from auditbook.comparison.causes import (
    CASE_FILE,
    EVIDENCE,
    GONE,
    REGISTER,
    SCENARIO_FILE,
    Cause,
    Part,
    Rows,
)
from auditbook.comparison.differing import CHECK_TABLES
from auditbook.comparison.kept_runs import KeptRun
from auditbook.comparison.rule_parts import joined, parts
from auditbook.faults import AuditbookError
from auditbook.kept_rules import BASE, ROOT
from auditbook.quality_tables import figure_row
from auditbook.tables import Row
from auditbook.workspace import Workspace

RECOMPUTED = ("indicators", "claims", "scores", "schemes", "findings")
Derived = Mapping[str, list[Row]]
Content = dict[str, Any]


class Recomputing:
    """The inputs of two runs, to be mixed (a context: rules are laid out in a folder of their own)."""

    def __init__(self, before: KeptRun, after: KeptRun, found: Iterable[Cause]) -> None:
        self.before, self.after = before, after
        self.causes = {cause.id: cause for cause in found}
        self._aside = tempfile.TemporaryDirectory(prefix="auditbook-compare-")
        self._opened: dict[str, pipeline.Run | AuditbookError] = {}
        self._known: dict[frozenset[str], Derived | AuditbookError] = {}

    def __enter__(self) -> Recomputing:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        self._aside.cleanup()

    def after_all(self) -> Derived:
        """The second run as it was, made anew: not by way of causes."""
        return self._derived(self.after, ())

    def with_causes(self, own: Iterable[str]) -> Derived:
        """The first run with some causes as they are in the second.

        Returns  the derived tables, and of figures.csv the rows that are counted from the objectives.
        Raises   AuditbookError where the present program cannot read those rules, or they do not fit together.
        """
        chosen = frozenset(own)
        if chosen not in self._known:
            try:
                self._known[chosen] = self._derived(self.before, [self.causes[id] for id in sorted(chosen)])
            except AuditbookError as error:
                self._known[chosen] = error
        found = self._known[chosen]
        if isinstance(found, AuditbookError):
            raise found
        return found

    def _derived(self, run: KeptRun, exchanged: Iterable[Cause]) -> Derived:
        given = {name: list(run.tables[name]) for name in tables.COLUMNS if name not in RECOMPUTED}
        files = _files(run)
        scenario = bool(run.manifest.scenario)
        exchanged = list(exchanged)
        touched: set[str] = set()
        for cause in exchanged:
            for replaced in cause.after:
                if isinstance(replaced, Rows):
                    _replace_rows(given, replaced)
                elif replaced.file == SCENARIO_FILE:
                    scenario = True
                touched |= {replaced.file} if isinstance(replaced, Part) else set()
        own = [part for cause in exchanged for part in cause.after if isinstance(part, Part)]
        for file in touched:
            files[file] = _patched(files.get(file), [part for part in own if part.file == file], file)
        if any(EVIDENCE in cause.kinds for cause in exchanged) and all(
            cause.id in {one.id for one in exchanged}
            for cause in self.causes.values()
            if EVIDENCE in cause.kinds
        ):
            # what was read of documents, and judged of the evidence as a whole, goes with all of it
            given |= {name: list(self.after.tables[name]) for name in CHECK_TABLES}
        opened = self._open(files, scenario)
        figures = [row for row in given["figures"] if row["figure"] not in pipeline.COUNTED]
        rows = [pipeline.figure_of(row) for row in figures]
        again = pipeline.counted(opened, rows, given["objectives"], given["statements"])
        counted = [figure_row(row) for row in again]
        given["figures"] = [*figures, *counted]
        return {**pipeline.derived(opened.with_tables(given)), "figures": counted}

    def _open(self, files: Mapping[str, bytes], scenario: bool) -> pipeline.Run:
        """A project of these files; the same ones are read once."""
        key = records.digest(
            b"".join(f"{n}\0{records.digest(d)}\n".encode() for n, d in sorted(files.items()))
        )
        if key not in self._opened:
            folder = Path(self._aside.name) / str(len(self._opened))
            name = json.loads(files[CASE_FILE])["case"]
            base = folder / BASE
            places = {
                CASE_FILE: base / "params" / "cases" / f"{name}.yaml",
                SCENARIO_FILE: base / "params" / "scenarios" / SCENARIO_FILE,
                REGISTER: base / "data" / "raw" / name / REGISTER,
            }
            for file, data in files.items():
                path = places.get(file) or folder / ROOT / file
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(data)
            at = places[SCENARIO_FILE] if scenario and SCENARIO_FILE in files else None
            try:
                self._opened[key] = pipeline.open_run(
                    Workspace(folder / ROOT, base, folder / "results", places[CASE_FILE], at)
                )
            except AuditbookError as error:
                self._opened[key] = error
        found = self._opened[key]
        if isinstance(found, AuditbookError):
            raise found
        return found


def _files(run: KeptRun) -> dict[str, bytes]:
    """The rule files of a run by their place, with its case, register and scenario."""
    found: dict[str, bytes] = {}
    manifest = run.manifest
    for where in (ROOT, BASE):  # the case's own file of a name hides the project's
        for name, data in run.rules.files.items():
            place = name.removeprefix(f"{where}/")
            if name.startswith(f"{where}/params/") and not place.startswith(
                ("params/cases/", "params/scenarios/")
            ):
                found[place] = data
    found[CASE_FILE] = _written(run.case)
    found[REGISTER] = run.rules.files[f"{BASE}/data/raw/{manifest.case}/{REGISTER}"]
    if manifest.scenario:
        found[SCENARIO_FILE] = run.rules.files[f"{BASE}/params/scenarios/{manifest.scenario}.yaml"]
    return found


def _patched(data: bytes | None, own: Iterable[Part], file: str) -> bytes:
    """A rule file with some of its parts replaced."""
    from auditbook import strict_yaml

    whole = strict_yaml.load_bytes(data, file).content if data is not None else None
    if file in (SCENARIO_FILE, CASE_FILE):
        return _written(_with_fields(whole, own))
    found = parts(whole) if whole is not None else {}
    shape = whole
    for part in own:
        if part.content is GONE:
            found.pop(part.path, None)
        elif part.path == ():
            found, shape = {(): part.content}, part.content
        else:
            found[part.path] = part.content
            shape = shape if shape is not None else ([] if len(part.path) == 1 else {})
    return _written(joined(shape, found))


def _with_fields(whole: Any, own: Iterable[Part]) -> Content:
    """A case or scenario file with some fields, or fields of fields, replaced."""
    content: Content = {
        key: dict(value) if isinstance(value, Mapping) else value for key, value in (whole or {}).items()
    }
    if whole is None:
        content["reason"] = "比较两次运行"
    for part in own:
        place = content if len(part.path) == 1 else content.setdefault(part.path[0], {})
        if part.content is GONE:
            place.pop(part.path[-1], None)
        else:
            place[part.path[-1]] = part.content
    return content


def _written(content: Any) -> bytes:
    """Content as YAML: JSON is, with decimals as they were."""
    marks: list[str] = []

    def plain(value: Any) -> Any:
        if isinstance(value, Decimal):
            marks.append(format(value, "f"))
            return f"\x00{len(marks) - 1}\x00"
        if isinstance(value, Mapping):
            return {str(key): plain(own) for key, own in value.items()}
        return [plain(own) for own in value] if isinstance(value, list) else value

    text = json.dumps(plain(content), ensure_ascii=False)
    for number, mark in enumerate(marks):
        text = text.replace(f'"\\u0000{number}\\u0000"', mark)
    return text.encode()


def _replace_rows(given: dict[str, list[Row]], own: Rows) -> None:
    kept = [row for row in given[own.table] if own.columns and tuple(row[c] for c in own.columns) != own.key]
    given[own.table] = [*kept, *own.rows]
