"""A new case, as ``auditbook new`` makes it: a case file to complete, a register of evidence, the workbook to fill in.

Nothing that exists is touched. Everything is made aside and put in its place at the end: all of it, or nothing.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from auditbook import begun_report, indicators, intake_writing, scoring
from auditbook.begun_report import REPORT, Begun
from auditbook.case_text import Filled, case_text, moved
from auditbook.cases import DEPARTMENT, Case, Unit, open_audit
from auditbook.faults import CaseError, Fault, UsageError
from auditbook.figures import Dictionary, read_dictionary
from auditbook.intake.intake_layouts import Workbook, read_workbook
from auditbook.strict_yaml import quoted
from auditbook.workspace import REQUESTS, Workspace, locate, results_of

if TYPE_CHECKING:
    from auditbook.next_year import Ended

WORKBOOK = "录入表.xlsx"
MOST_NAME, MOST_TITLE = 60, 100
FIRST_YEAR, LAST_YEAR = 1990, 2100
_CASE = re.compile(r"[a-z0-9][a-z0-9_-]*")


@dataclass(frozen=True)
class Beginning:
    """What was made, and what an auditor does next."""

    case_file: str
    case_path: str
    folder: str
    steps: Sequence[str]
    told: Sequence[str] = ()


def begin(
    root: Path, case: str, year: str, *, name: str = "", units: Sequence[str] = (), framework: str = "",
    report: Path | None = None, old: str = "",
) -> Beginning:  # fmt: skip
    """Make a case from zero, or next year's from last year's.

    Takes    root: the project; case: its name (letters, digits, hyphens); year: four digits; name: of the department;
             units: ``id=名称`` each, with ``old`` also ``id=名称=former,former``; framework: a scheme of ``params/frameworks``,
             default-2013 or that of last year where it is not given; report: the department's evaluation report, whose
             numbers are proposed in the workbook; it also says the name and the units where they are not given; old: last
             year's case, by name or path. Name and units that are given take the place of last year's.
    Returns  the files, and the steps that follow. The case lies where last year's does, else in the project.
    Raises   UsageError with every mistake: a name or year that is none, or not after last year's, a unit without id or name
             or of former units that there were none of, an unknown scheme, a case, folder or list of documents that is
             there already, a report that is none or of another year; CaseError where the rules or last year's case cannot be
             read (with every fault of it) or the files not be written.
    """
    faults = [*_bad_names(case, year, name), *_bad_units(units, formers=bool(old))]
    workspace = _located(old, faults) if old else None
    base = workspace.base if workspace else root
    case_file, folder = base / "params" / "cases" / f"{case}.yaml", base / "data" / "raw" / case
    if _CASE.fullmatch(case):
        faults += _there_already(base, case_file, folder, results_of(base) / "outputs" / case / REQUESTS)
    if framework or not old:
        faults += _bad_framework((base, root), framework or "default-2013")
    last = None
    if workspace and not faults:
        from auditbook import next_year

        before, _ = open_audit(workspace)  # what is wrong with it is told by whoever reads all of it
        if before:
            faults += [
                *_bad_year(int(year), before.case),
                *next_year.unknown_formers(_units(units), before.case.units),
            ]
        if not faults:
            last = next_year.ended(old)
    if faults:
        raise UsageError(faults)
    scheme = framework or (last.case.framework if last else "default-2013")
    own = _units(units)
    read = None
    if report is not None:
        read = begun_report.read(root, report, int(year), name.strip(), {unit.id: unit.name for unit in own})
    named = name.strip() or (last.case.department.name if last else read.department if read else "")
    if not own and last:
        own = [Unit(id=unit.id, name=unit.name) for unit in last.case.units]
    elif not own and read:
        own = [Unit(id=id, name=unit) for id, unit in read.units.items()]
    department = named or f"待填部门全称（{case}）"
    dictionary = read_dictionary(root)
    layout = read_workbook(root, dictionary)
    brought: dict[str, Sequence[Mapping[str, str]]] = {"taken": read.rows(layout) if read else ()}
    if last:
        brought |= {"carried": last.carried(int(year)), "follow_up": last.open_findings()}
    workbook = intake_writing.write(
        layout, case=case, department=department, year=int(year), units={unit.id: unit.name for unit in own},
        lines=_lines((base, root), root, scheme, dictionary), brought=brought,
    )  # fmt: skip
    register = _register(layout, case, department, int(year), workbook, read, last)
    written = {WORKBOOK: workbook, "SOURCES.yaml": register.encode()}
    if read:
        written[read.file] = read.data
    text = case_text(
        Filled(case, int(year), department, bool(named), own, scheme, last.case if last else None)
    )
    _put(case_file, text.encode(), folder, written)
    file, raw = (
        path.relative_to(root).as_posix() if base == root else path.as_posix() for path in (case_file, folder)
    )
    shown = case if base == root else file
    return Beginning(
        file,
        case_file.as_posix(),
        raw,
        (
            *(read.steps(raw) if read else ()),
            *(_steps_from(raw) if last else ()),
            f"把 {WORKBOOK} 交给部门填写（第一张表是填写说明）；填好后仍放在 {raw}/，名称不变",
            f"核对并补全 {file}：部门全称、下属单位、评分框架的理由、重要性水平",
            f"向部门索取 {raw}/SOURCES.yaml 末尾所列的资料，收到的放进该文件夹并登记",
            f"python tools/record_hashes.py {raw}　文件改过之后重新记录指纹",
            f"auditbook check {shown}　列出全部读不通的地方；都读得通，就按次序列出还缺什么",
            f"auditbook run {shown}　计算并写出报告；没有填的，报告写明无法评价",
        ),
        (*(read.told() if read else ()), *(_told_from(last, brought, int(year)) if last else ())),
    )


def _steps_from(raw: str) -> list[str]:
    """What an auditor does with what last year's case brings."""
    return [
        f"打开 {raw}/ 里的录入表，核对“上年带入”各行；在“上年审计发现”逐项写整改情况、依据、核实人和日期",
        "单位改名、合并或拆分的，在案例文件 units 写明 formerly（由上年哪些单位而来）",
    ]


def _told_from(last: Ended, brought: Mapping[str, Sequence[Mapping[str, str]]], year: int) -> list[str]:
    """What was carried, and what was not."""
    before = last.case.year
    lines = [
        f"上年案例：{last.case.case}（{before}年度）。带入数字 {len(brought['carried'])} 个，"
        f"没有了结的审计发现 {len(brought['follow_up'])} 项"
    ]
    if year > before + 1:
        lines.append(f"{before}年度不是{year}年度的上一年：年末的数没有带入，只带入不变就沿用的数（如编制）")
    return lines


# --- what may be wrong -----------------------------------------------------------------------------------------


def _bad_names(case: str, year: str, name: str) -> list[Fault]:
    faults = []
    if not _CASE.fullmatch(case) or len(case) > MOST_NAME:
        faults.append(
            Fault(
                "CASE",
                f"“{case}”不能作案例的名字",
                f"小写英文字母、数字、连字符，不超过{MOST_NAME}个字符，如 qinghe-water-2025",
            )
        )
    if not re.fullmatch("[0-9]{4}", year) or not FIRST_YEAR <= int(year) <= LAST_YEAR:
        faults.append(Fault("YEAR", f"“{year}”不是年度", f"{FIRST_YEAR}至{LAST_YEAR}的四位数，如 2025"))
    if not name.isprintable() or len(name) > MOST_TITLE:
        faults.append(
            Fault(
                "--name",
                "部门名称过长，或有看不见的字符",
                f"部门的全称，不超过{MOST_TITLE}个字",
                "请重新输入",
            )
        )
    return faults


def _parts(unit: str) -> tuple[str, str, list[str] | None]:
    """Id, name and former units of ``id=名称=former,former``; None where no former units are written."""
    id, _, rest = unit.partition("=")
    name, told, formers = rest.partition("=")
    listed = [former.strip() for former in formers.replace("，", ",").split(",") if former.strip()]
    return id.strip(), name.strip(), listed if told else None


def _units(units: Sequence[str]) -> list[Unit]:
    return [Unit(id=id, name=name, formerly=formers) for id, name, formers in map(_parts, units)]


def _bad_units(units: Sequence[str], *, formers: bool) -> list[Fault]:
    faults = []
    seen: set[str] = set()
    for unit in units:
        id, name, former = _parts(unit)
        if former is not None and not formers:
            faults.append(
                Fault("--unit", f"“{unit}”写了上年的单位，没有 --from", "代号=名称，如 bureau=局机关")
            )
        elif former is not None and (len(set(former)) < len(former) or not all(map(_CASE.fullmatch, former))):
            expected = "代号=名称=上年代号,上年代号，各写一次，如 centre=服务中心=office,garage"
            faults.append(Fault("--unit", f"“{unit}”", expected))
        elif not _CASE.fullmatch(id) or not name or not name.isprintable() or len(name) > MOST_TITLE:
            faults.append(Fault("--unit", f"“{unit}”", "代号=名称，代号用小写英文，如 bureau=局机关"))
        elif id in seen or id == DEPARTMENT:
            faults.append(Fault("--unit", f"代号“{id}”重复或被保留", "各不相同的代号", "请改名"))
        seen.add(id)
    names = [name for _, name, _ in map(_parts, units)]
    faults += [
        Fault("--unit", f"名称“{name}”重复", "各不相同的名称", "请改名")
        for name in dict.fromkeys(names)
        if names.count(name) > 1
    ]
    return faults


def _located(old: str, faults: list[Fault]) -> Workspace | None:
    """Where last year's case lies; None and a fault, with the cases that there are, where there is none."""
    try:
        return locate(old)
    except CaseError as error:
        faults += (
            Fault(f"--from {one.where}", "没有这个上年案例", one.expected, one.remedy) for one in error.faults
        )
        return None


def _bad_year(year: int, last: Case) -> list[Fault]:
    if year > last.year:
        return []
    expected = f"{last.year}以后的年度，如 {last.year + 1}"
    return [Fault("YEAR", f"“{year}”不晚于上年案例 {last.case} 的{last.year}年度", expected)]


def _bad_framework(folders: Sequence[Path], framework: str) -> list[Fault]:
    paths = (path for folder in folders for path in (folder / "params" / "frameworks").glob("*.yaml"))
    known = sorted({path.stem for path in paths})
    if framework in known:
        return []
    return [Fault("--framework", f"没有评分框架“{framework}”", f"以下之一：{'、'.join(known)}")]


def _there_already(base: Path, case_file: Path, folder: Path, requests: Path) -> list[Fault]:
    found = (
        (case_file, "这个案例已经有了", "一个新的名字", "已有的案例不会被覆盖"),
        (folder, "这个资料夹已经有了", "一个还没有的资料夹", "请换一个名字，或先把资料夹移开"),
        (requests, "这份资料需求清单已经有了", "一个还没有的文件", "请换一个名字，或先把它移开"),
    )
    return [
        Fault(path.relative_to(base).as_posix() if path.is_relative_to(base) else str(path), *said)
        for path, *said in found
        if path.exists()
    ]


# --- what is written -------------------------------------------------------------------------------------------


def _lines(
    folders: Sequence[Path], root: Path, framework: str, dictionary: Dictionary
) -> list[tuple[str, str]]:
    """Code and name of each line of a scheme that names an indicator."""
    rulebook = indicators.read_rulebook(root, dictionary)
    paths = (folder / "params" / "frameworks" / f"{framework}.yaml" for folder in folders)
    path = next(path for path in paths if path.is_file())
    read, faults = scoring.read(path, f"params/frameworks/{path.name}", rulebook)
    if read is None or faults:
        raise CaseError(faults)
    return [
        (key, item.name or rulebook.stanzas[item.indicator].name)
        for key, item in read.lines.items()
        if item.indicator
    ]


def _register(
    layout: Workbook, case: str, department: str, year: int, workbook: bytes, report: Begun | None,
    last: Ended | None,
) -> str:  # fmt: skip
    """The evidence register: the workbook, what figures were carried out of, the documents to ask for, absent until they arrive."""
    lines = [
        "# yaml-language-server: $schema=../../../params/schemas/sources.json",
        f"# 资料登记簿。录入表或别的表改过之后运行：python tools/record_hashes.py data/raw/{case}",
        "sources:",
        "  - id: intake-workbook",
        f"    file: {WORKBOOK}",
        "    shape: intake",
        f"    title: {quoted(f'{department}{year}年度资料录入表')}",
        f"    issuer: {quoted(department)}",
        "    date: null",
        "    status: received",
        f'    sha256: "{hashlib.sha256(workbook).hexdigest()}"',
        "    reliability: low",
        "    reason: 部门自行填报，尚未与批复、账簿和决算核对；核对后由审计人员改评",
        "",
        *(report.register(department, year) if report else ()),
        *(_carried_from(last, year) if last else ()),
        "  # 还要向部门索取的资料，没有收到之前是 absent。收到一份：status 改成 received，补上 file、reliability（high、",
        '  # medium、low 之一）、reason，写一行 sha256: ""，再运行上面的命令记录指纹。不需要的条目可以删去。',
    ]
    for id, title, issuer, supplies in _asked_again(last, year) if last else _asked(layout, department, year):
        if report and id == REPORT:
            continue  # it is here
        lines += [
            f"  - id: {quoted(id)}",
            f"    title: {quoted(title)}",
            *([f"    issuer: {quoted(issuer)}"] if issuer else []),
            "    date: null",
            "    status: absent",
            *([f"    supplies: {quoted(supplies)}"] if supplies else []),
            "",
        ]
    return "\n".join(lines).rstrip("\n") + "\n"


def _asked(layout: Workbook, department: str, year: int) -> list[tuple[str, str, str, str]]:
    """The documents that an auditor asks any department for: id, title, no issuer, what they supply."""
    words = {"{department}": department, "{year}": str(year)}
    found = []
    for document in layout.documents:
        title = document.title
        for name, value in words.items():
            title = title.replace(name, value)
        found.append((document.id, title, "", document.supplies))
    return found


def _asked_again(last: Ended, year: int) -> list[tuple[str, str, str, str]]:
    """The documents of last year's register, for this year."""
    before = last.case.year
    return [
        (
            moved(source.id, before, year), moved(source.title, before, year), source.issuer or "",
            moved(source.supplies or "", before, year),
        )
        for source in last.documents()
    ]  # fmt: skip


def _carried_from(last: Ended, year: int) -> Iterator[str]:
    """The documents of last year's case that figures were carried out of: named and hashed, though they lie there."""
    if last.figures(year):
        yield "  # 上年案例的资料，数字由它带入（见录入表“上年带入”）。文件在上年的资料夹里，不必再放进来。"
    register = {source.id: source for source in last.sources}
    for id in dict.fromkeys(row.source for row in last.figures(year)):
        source = register[id]
        again = source.carried_from is not None  # out of a case before last year's: it keeps its name
        file, title = f"{last.case.year}-{source.file}", f"{source.title}（{last.case.year}年度案例的资料）"
        yield from (
            f"  - id: {quoted(id if again else last.source_id(id))}",
            f"    file: {quoted(str(source.file) if again else file)}",
            f"    title: {quoted(source.title if again else title)}",
            f"    issuer: {quoted(source.issuer)}" if source.issuer else "    issuer: null",
            f'    date: "{source.date}"' if source.date else "    date: null",
            "    status: transcribed",
            f'    sha256: "{source.sha256}"',
            f"    reliability: {source.reliability or 'low'}",
            f"    reason: {quoted(source.reason or '上年案例没有写明理由')}",
            f"    carried_from: {source.carried_from or last.case.case}",
            "",
        )


def _put(case_file: Path, case_text: bytes, folder: Path, written: Mapping[str, bytes]) -> None:
    """Put everything in its place: the folder first, the case file last, each whole; where that fails, nothing stays."""
    aside: Path | None = None
    placed = done = False
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        case_file.parent.mkdir(parents=True, exist_ok=True)
        aside = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", suffix=".partial", dir=folder.parent))
        made = aside / "case"
        made.mkdir()
        for name, data in {**written, ".case": case_text}.items():
            with (made / name).open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
        (made / ".case").rename(aside / "case.yaml")
        folder.mkdir()  # unlike a rename it never takes the place of a folder that somebody else has made meanwhile
        placed = True
        made.rename(folder)
        os.link(aside / "case.yaml", case_file)  # never over a file that is there
        done = True
    except OSError as error:
        found = "这个名字刚被占用" if isinstance(error, FileExistsError) else f"写不了（{error.strerror}）"
        where = str(error.filename2 or error.filename or folder)
        raise CaseError(Fault(where, found, "", "什么也没有留下；请检查权限和磁盘后重试")) from error
    finally:
        if placed and not done:
            shutil.rmtree(folder, ignore_errors=True)
        if aside is not None:
            shutil.rmtree(aside, ignore_errors=True)
