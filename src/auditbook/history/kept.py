"""The runs that are there, and whose they are: each a folder of processed tables, whole or half done.

Whose a run is does not rest on its case file being there still: the run keeps it in ``rules.zip``, and names department and
year in ``run.json``. A run of which none of this can be read is there all the same, with what its folder's name says.
"""

from __future__ import annotations

import csv
import json
import os
import zipfile
import zlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from auditbook import records, strict_yaml, tables
from auditbook.faults import AuditbookError, Fault, UsageError
from auditbook.workspace import project_root, results_of

# Where it was found whose a run is.
KEPT_RULES, RECORD, CASE_FILE, TABLES = records.RULES, records.RUN, "case file", "tables"
NEEDED = tuple(name for name in tables.COLUMNS if name not in tables.OPTIONAL)
_LONGEST_HEAD = 65_536


@dataclass(frozen=True)
class Facts:
    """Whose a run is and of which year; None where it is not known. ``told_by``: where it was found."""

    department: str | None = None
    region: str | None = None
    level: str | None = None
    kind: str | None = None
    year: int | None = None
    told_by: str | None = None


@dataclass(frozen=True)
class KeptRun:
    """A run: ``run`` tells it apart from all others, ``sizes`` are the bytes of its tables that are there, by table."""

    run: str
    case: str
    scenario: str | None
    results: str
    folder: Path
    sizes: Mapping[str, int] = field(default_factory=dict)

    @property
    def missing(self) -> list[str]:
        """The tables of a whole run that are not there."""
        return [name for name in NEEDED if name not in self.sizes]


def folders(given: Sequence[str]) -> dict[Path, str]:
    """The folders of results that are asked, each with the words in which it is told.

    Takes    given: folders with ``data/processed/`` in them; none: the project's own results.
    Raises   UsageError for each that has no ``data/processed/``.
    """
    if not given:
        own = results_of(project_root(Path.cwd()))
        return {own: str(own)}
    found: dict[Path, str] = {}
    faults: list[Fault] = []
    for name in given:
        path = Path(name).resolve()
        if (path / "data" / "processed").is_dir():
            found.setdefault(path, name)
        else:
            faults.append(Fault(name, "下面没有 data/processed/", "一个存放运行结果的文件夹"))
    if faults:
        raise UsageError(faults)
    return found


def listed(places: Mapping[Path, str]) -> list[KeptRun]:
    """The runs of these folders, in the order of their names; a name that stands in several is told with its folder."""
    found = [
        KeptRun(entry.name, *_parts(entry.name), shown, Path(entry.path), sizes)
        for root, shown in places.items()
        for entry in _entries(root / "data" / "processed")
        if (sizes := _tables_in(entry))
    ]
    often = Counter(run.run for run in found)
    named = [
        run if often[run.run] == 1 else KeptRun(f"{run.results}/{run.run}", run.case, run.scenario, run.results, run.folder, run.sizes)
        for run in found
    ]  # fmt: skip
    return sorted(named, key=lambda run: run.run)


def _parts(name: str) -> tuple[str, str | None]:
    case, _, scenario = name.partition("+")
    return case, scenario or None


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return [entry for entry in entries if not entry.name.startswith(".") and entry.is_dir()]
    except OSError:
        return []


def _tables_in(folder: os.DirEntry[str]) -> dict[str, int]:
    try:
        with os.scandir(folder.path) as entries:
            found = {
                entry.name.removesuffix(".csv"): entry.stat().st_size
                for entry in entries
                if entry.name.endswith(".csv") and entry.is_file()  # a pipe would never end
            }
    except OSError:
        return {}
    return {name: found[name] for name in tables.COLUMNS if name in found}


def head(run: KeptRun, table: str) -> tuple[tuple[str, ...], int]:
    """The columns of a table as its file has them, and the bytes of that line.

    Raises   OSError where the file cannot be read, ValueError or csv.Error where its first line is no head.
    """
    with (run.folder / f"{table}.csv").open("rb") as file:
        line = file.readline(_LONGEST_HEAD)
    columns = tuple(next(csv.reader([line.decode("utf-8-sig").rstrip("\r\n")], strict=True), ()))
    if len(set(columns)) < len(columns):
        raise ValueError(f"{table}: a column twice")
    return columns, len(line)


def facts(run: KeptRun) -> Facts:
    """Whose a run is: by the case file that it keeps, else its record, else the case file that is there now."""
    for told_by, found in (
        (KEPT_RULES, _kept_case), (RECORD, _record), (CASE_FILE, _present_case), (TABLES, _year_in_tables),
    ):  # fmt: skip
        try:
            content = found(run)
        except (
            OSError, ValueError, LookupError, TypeError, RuntimeError, NotImplementedError, EOFError,
            csv.Error, zipfile.BadZipFile, zlib.error, AuditbookError,
        ):  # fmt: skip
            continue
        known = _facts(content, told_by)
        if known.department is not None or known.year is not None:
            return known
    return Facts()


def _kept_case(run: KeptRun) -> Any:
    with zipfile.ZipFile(run.folder / records.RULES) as package:
        names = [name for name in package.namelist() if name.startswith(f"{records.BASE}/params/cases/")]
        own = f"{records.BASE}/params/cases/{run.case}.yaml"
        entry = package.getinfo(own if own in names or len(names) != 1 else names[0])
        if entry.file_size > strict_yaml.MOST_BYTES:
            raise ValueError(entry.filename)
        return strict_yaml.load_bytes(package.read(entry), entry.filename).content


def _record(run: KeptRun) -> Any:
    path = run.folder.parents[2] / "outputs" / run.folder.name / records.RUN
    if not path.is_file() or path.stat().st_size > strict_yaml.MOST_BYTES:
        raise ValueError(str(path))
    record = json.loads(path.read_bytes())
    return {"department": {"name": record["department"]}, "year": record["year"]}


def _present_case(run: KeptRun) -> Any:
    return strict_yaml.load(run.folder.parents[2] / "params" / "cases" / f"{run.case}.yaml").content


def _year_in_tables(run: KeptRun) -> Any:
    with (run.folder / "indicators.csv").open(encoding="utf-8", newline="") as file:
        return {"year": int(next(csv.DictReader(file), {})["year"])}


def _facts(content: Any, told_by: str) -> Facts:
    """What is said of whose a run is; anything that is not of the kind that a case file has is not known."""
    content = content if isinstance(content, Mapping) else {}
    department = content.get("department")
    said = department if isinstance(department, Mapping) else {}
    words = {key: value for key, value in said.items() if isinstance(value, str) and value}
    year = content.get("year")
    return Facts(
        words.get("name"), words.get("region"), words.get("level"), words.get("kind"),
        year if isinstance(year, int) and not isinstance(year, bool) and abs(year) < 10_000 else None, told_by,
    )  # fmt: skip
