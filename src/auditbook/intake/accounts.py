"""Published final accounts (部门决算公开) in every form they come in: a PDF, a workbook, or a set of CSV files.

Tables are matched by title and headings (params/tables/accounts.yaml), never by number or page. A blank is not zero.
What cannot be read is a fault with its place; a table that is none of the known ones is a note. Nothing is guessed.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from auditbook import inputs
from auditbook.faults import CaseError, Fault, LimitError, UsageError
from auditbook.intake import account_sheets, guard, limited, sheet_files
from auditbook.intake.account_amounts import Told
from auditbook.intake.account_gathering import Gathering
from auditbook.intake.account_grids import Sheaf, from_json
from auditbook.intake.account_layouts import Layout, Layouts, read_layouts
from auditbook.intake.account_tables import Table
from auditbook.intake.sheets import Note
from auditbook.writing import write_whole

_SECONDS, _MEGABYTES = 120, 1500

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Accounts:
    """Everything read from a document. ``faults``: what could not be read; ``notes``: what was left aside, and why.

    ``lines`` are the lines of text of each page (of each sheet), ``texts`` the same without blanks, ``numbers`` its page
    (0 where there are no pages) and ``places`` where that is: ``x.pdf 第7页``. ``conversions`` are amounts that were
    written otherwise than they are kept.
    """

    file: str
    sha256: str
    year: int | None
    pages: int
    tables: Mapping[str, Table]
    faults: tuple[Fault, ...]
    notes: tuple[Fault, ...]
    texts: tuple[str, ...] = ()
    lines: tuple[tuple[str, ...], ...] = ()
    numbers: tuple[int, ...] = ()
    places: tuple[str, ...] = ()
    conversions: tuple[Note, ...] = ()


def read_accounts(
    paths: Path | Sequence[Path], layouts: Layouts | None = None, *, year: int | None = None,
    keep: Path | None = None, program: str = "", told: Progress | None = None,
) -> Accounts:  # fmt: skip
    """Read the tables of published final accounts.

    Takes    paths: a PDF with text, an .xlsx, or .csv files (a table each); layouts: the tables to look for, by default
             those of the project; year: of the accounts, where the caller knows it; keep: a folder for what was parsed
             out of a PDF, and program: what decides the result beside the file (a digest of the program and its
             environment): both, or nothing is kept; told: takes the pages as they are read (done, of).
    Returns  the tables with every cell's place, and as faults all that could not be read.
    Raises   CaseError where a file is not readable, has no text or none of the tables; LimitError where it is beyond a
             limit; UsageError for another kind of file.
    """
    files = [paths] if isinstance(paths, Path) else list(paths)
    known, said = layouts or read_layouts(), Told()
    kinds = {path.suffix.lower() for path in files}
    if kinds == {".pdf"} and len(files) == 1:
        digest, sheaves = _pages(files[0], keep, program, told, said)
    elif kinds == {".csv"} or (kinds == {".xlsx"} and len(files) == 1):
        digest, sheaves = _sheets(files, known, said)
    else:
        found = "、".join(path.name for path in files) or "没有文件"
        raise UsageError(Fault(found, "不是一份决算", "一个 PDF、一个 .xlsx，或若干 .csv（一表一个）"))
    name = files[0].name if len(files) == 1 else f"{files[0].name} 等{len(files)}个文件"
    texts = tuple("".join("".join(sheaf.lines).split()) for sheaf in sheaves)
    own_year = _year(texts)
    gathering = Gathering(known, own_year or year, said)
    gathering.gather(sheaves)
    tables = gathering.tables()
    for layout in known.tables:
        if layout.id not in tables and not layout.optional and layout.id not in gathering.refused:
            _missing(name, layout, known, sheaves, tables, said)
    pictures = "、".join(str(sheaf.number) for sheaf in sheaves if sheaf.picture)
    if pictures and said.faults:  # what was not found may be there
        said.faults.append(
            Fault(f"{name} 第{pictures}页", "只有图片，没有文字", "可以选取的文字", "扫描页请核对原文")
        )
    elif pictures:
        said.notes.append(Fault(f"{name} 第{pictures}页", "只有图片，没有文字，没有读"))
    if not tables:
        raise CaseError(said.faults or Fault(name, "没有一张决算表", "部门决算公开的各表"))
    if own_year is None and year is None:
        said.faults.append(
            Fault(name, "读不出决算年度", "“2024年度部门决算”一类的字样", "请在命令或案例文件里写明")
        )
    elif own_year and year and own_year != year:
        said.faults.append(Fault(name, f"是{own_year}年度的决算", f"{year}年度的", "请核对是不是这一份"))
    said.faults += _other_years(sheaves, known, own_year or year)
    return Accounts(
        name, digest, own_year or year, sum(bool(sheaf.number) for sheaf in sheaves), tables, tuple(said.faults),
        tuple(said.notes), texts, tuple(tuple(sheaf.lines) for sheaf in sheaves), tuple(sheaf.number for sheaf in sheaves),
        tuple(sheaf.where for sheaf in sheaves), tuple(said.conversions),
    )  # fmt: skip


def _other_years(sheaves: Sequence[Sheaf], known: Layouts, year: int | None) -> list[Fault]:
    """Tables whose title says another year than the document is of: an old one may have got among them."""
    return [
        Fault(sheaf.where, f"标题“{line.strip()}”是{said[1]}年度的", f"{year}年度的", "请换成同一年度的表")
        for sheaf in sheaves for line in sheaf.lines
        if known.titled(line) and (said := re.match(r"\D*(20\d\d)年度", line)) and year and int(said[1]) != year
    ]  # fmt: skip


# The table of the grants shows each of these as a column of its own.
_SHOWN_BY_GRANTS = {"funds": "funds", "state_capital": "state"}


def _missing(
    name: str,
    layout: Layout,
    known: Layouts,
    sheaves: Sequence[Sheaf],
    tables: Mapping[str, Table],
    told: Told,
) -> None:
    """Tell of a table that is not there: a note where another table shows that there is nothing in it."""
    seen = [
        sheaf.where for sheaf in sheaves
        if any((titled := known.titled(line)) and titled[0] is layout for line in sheaf.lines)
    ]  # fmt: skip
    grants, column = tables.get("grants"), _SHOWN_BY_GRANTS.get(layout.id)
    if (
        not seen
        and grants
        and column
        and not any(a.value for a in grants.amounts if a.key.endswith(f":{column}"))
    ):
        told.notes.append(Fault(name, f"没有“{layout.name}”；{grants.title}也没有这一项的金额"))
        return
    found = f"（标题见{'、'.join(seen)}，其下没有读得出的表格）" if seen else ""
    told.faults.append(
        Fault(name, f"没有读到“{layout.name}”{found}", f"标题为{'、'.join(layout.titles)}之一的表")
    )


def _pages(
    path: Path, keep: Path | None, program: str, told: Progress | None, said: Told
) -> tuple[str, list[Sheaf]]:
    """The pages of a PDF: parsed in a child process, or as they were kept."""
    guard.look(path)
    data = inputs.read_bytes(path)
    digest = hashlib.sha256(data).hexdigest()
    at = keep / f"{digest}.json" if keep and program else None
    kept = _kept(at, digest, program, path.name) if at else None
    if kept is None:
        found = limited.call(
            "auditbook.intake.account_pages:read", path, seconds=_SECONDS, megabytes=_MEGABYTES, told=told
        )
        if found["sha256"] != digest:
            raise CaseError(Fault(path.name, "在读的时候变了", "一个不变的文件", "请再读一次"))
        kept = found, [from_json(page, path.name) for page in found["pages"]]
        if at:
            _keep(at, program, found)
    found, sheaves = kept
    said.faults += [Fault(f"{path.name} {where}", *rest) for where, *rest in found["faults"]]
    return digest, sheaves


def _kept(at: Path, digest: str, program: str, name: str) -> tuple[dict[str, Any], list[Sheaf]] | None:
    """What was parsed out of the same file by the same program; None where it is not whole."""
    try:
        seal, _, content = at.read_bytes().partition(b"\n")
        if seal.decode() != _seal(program, content):
            return None
        found = json.loads(content)
        if found["sha256"] != digest:
            return None
        return found, [from_json(page, name) for page in found["pages"]]
    except (OSError, ValueError, TypeError, KeyError):
        return None


def _keep(at: Path, program: str, found: Mapping[str, Any]) -> None:
    content = json.dumps(found, ensure_ascii=False).encode("utf-8", "surrogatepass")
    with contextlib.suppress(LimitError):  # a full disk is no reason not to answer
        write_whole(at, _seal(program, content).encode() + b"\n" + content)


def _seal(program: str, content: bytes) -> str:
    return hashlib.sha256(program.encode() + b"\0" + content).hexdigest()


def _sheets(files: Sequence[Path], layouts: Layouts, said: Told) -> tuple[str, list[Sheaf]]:
    """The sheets of a workbook or of separate files."""
    digests, sheaves = [], []
    for path in files:
        opened = sheet_files.open_sheets(path)
        digests.append(hashlib.sha256(inputs.read_bytes(path)).hexdigest())
        said.faults += opened.faults
        said.conversions += opened.notes
        sheaves += account_sheets.sheaves(opened.sheets, layouts, said)
    if len(files) == 1:
        return digests[0], sheaves
    listed = "\n".join(f"{digest} {path.name}" for digest, path in zip(digests, files, strict=True))
    return hashlib.sha256(listed.encode()).hexdigest(), sheaves


def _year(texts: Sequence[str]) -> int | None:
    """The year that the document says its accounts are of; None where it says none or several."""
    whole = "".join(texts)
    found = set(re.findall(r"(20\d\d)年度?(?:部门|单位)决算", whole))
    if not found:
        counted = Counter(re.findall(r"(20\d\d)年度", whole)).most_common(2)
        found = {year for year, number in counted if number == counted[0][1]}
    return int(found.pop()) if len(found) == 1 else None
