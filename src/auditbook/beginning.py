"""A new case, as ``auditbook new`` makes it: a case file to complete, a register of evidence, the workbook to fill in.

Nothing that exists is touched. Everything is made aside and put in its place at the end: all of it, or nothing.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from auditbook import begun_report, indicators, intake_writing, scoring
from auditbook.begun_report import REPORT, Begun
from auditbook.cases import DEPARTMENT, Case
from auditbook.faults import CaseError, Fault, UsageError
from auditbook.figures import Dictionary, read_dictionary
from auditbook.intake.intake_layouts import Workbook, read_workbook

WORKBOOK = "录入表.xlsx"
MOST_NAME, MOST_TITLE = 60, 100
FIRST_YEAR, LAST_YEAR = 1990, 2100
_CASE = re.compile(r"[a-z0-9][a-z0-9_-]*")
# the characters that YAML reads as something else than themselves between double quotes
_ESCAPED = {ord('"'): '\\"', ord("\\"): "\\\\"}


@dataclass(frozen=True)
class Beginning:
    """What was made, and what an auditor does next."""

    case_file: str
    folder: str
    steps: Sequence[str]
    told: Sequence[str] = ()


def begin(
    root: Path, case: str, year: str, *, name: str = "", units: Sequence[str] = (), framework: str = "default-2013",
    report: Path | None = None,
) -> Beginning:  # fmt: skip
    """Make a case from zero.

    Takes    root: the project; case: its name (letters, digits, hyphens); year: four digits; name: of the department;
             units: ``id=名称`` each; framework: a scheme of ``params/frameworks``; report: the department's evaluation
             report, whose numbers are proposed in the workbook; it also says the name and the units where they are not given.
    Returns  the files, and the steps that follow.
    Raises   UsageError with every mistake: a name or year that is none, a unit without id or name, an unknown scheme, a
             case or folder that is there already, a report that is none or of another year; CaseError where the rules cannot be read or the files not be written.
    """
    case_file, folder = root / "params" / "cases" / f"{case}.yaml", root / "data" / "raw" / case
    faults = [*_bad_names(case, year, name), *_bad_units(units), *_bad_framework(root, framework)]
    if not faults:
        faults += _there_already(root, case_file, folder)
    if faults:
        raise UsageError(faults)
    own = _units(units)
    read = begun_report.read(root, report, int(year), name.strip(), own) if report is not None else None
    named = name.strip() or (read.department if read else "")
    if read and not own:
        own = read.units
    department = named or f"待填部门全称（{case}）"
    dictionary = read_dictionary(root)
    layout = read_workbook(root, dictionary)
    lines = _lines(root, framework, dictionary)
    workbook = intake_writing.write(
        layout, case=case, department=department, year=int(year), units=own, lines=lines,
        taken=read.rows(layout) if read else (),
    )  # fmt: skip
    written = {
        WORKBOOK: workbook,
        "SOURCES.yaml": _register(layout, case, department, int(year), workbook, read).encode(),
    }
    if read:
        written[read.file] = read.data
    _put(
        case_file,
        _case_text(case, department, int(year), own, framework, bool(named)).encode(),
        folder,
        written,
    )
    return Beginning(
        case_file.relative_to(root).as_posix(),
        folder.relative_to(root).as_posix(),
        (
            *(read.steps(case) if read else ()),
            f"把 {WORKBOOK} 交给部门填写（第一张表是填写说明）；填好后仍放在 data/raw/{case}/，名称不变",
            f"核对并补全 params/cases/{case}.yaml：部门全称、下属单位、评分框架的理由、重要性水平",
            f"向部门索取 data/raw/{case}/SOURCES.yaml 末尾所列的资料，收到的放进该文件夹并登记",
            f"python tools/record_hashes.py data/raw/{case}　文件改过之后重新记录指纹",
            f"auditbook check {case}　列出全部读不通的地方",
            f"auditbook run {case}　计算并写出报告",
        ),
        read.told() if read else (),
    )


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


def _units(units: Sequence[str]) -> dict[str, str]:
    pairs = (unit.partition("=") for unit in units)
    return {id.strip(): name.strip() for id, _, name in pairs}


def _bad_units(units: Sequence[str]) -> list[Fault]:
    faults = []
    seen: set[str] = set()
    for unit in units:
        id, _, name = (part.strip() for part in unit.partition("="))
        if not _CASE.fullmatch(id) or not name or not name.isprintable() or len(name) > MOST_TITLE:
            faults.append(Fault("--unit", f"“{unit}”", "代号=名称，代号用小写英文，如 bureau=局机关"))
        elif id in seen or id == DEPARTMENT:
            faults.append(Fault("--unit", f"代号“{id}”重复或被保留", "各不相同的代号", "请改名"))
        seen.add(id)
    names = list(_units(units).values())
    faults += [
        Fault("--unit", f"名称“{name}”重复", "各不相同的名称", "请改名")
        for name in dict.fromkeys(names)
        if names.count(name) > 1
    ]
    return faults


def _bad_framework(root: Path, framework: str) -> list[Fault]:
    known = sorted(path.stem for path in (root / "params" / "frameworks").glob("*.yaml"))
    if framework in known:
        return []
    return [Fault("--framework", f"没有评分框架“{framework}”", f"以下之一：{'、'.join(known)}")]


def _there_already(root: Path, case_file: Path, folder: Path) -> list[Fault]:
    faults = []
    if case_file.exists():
        faults.append(
            Fault(
                case_file.relative_to(root).as_posix(),
                "这个案例已经有了",
                "一个新的名字",
                "已有的案例不会被覆盖",
            )
        )
    if folder.exists():
        faults.append(
            Fault(
                folder.relative_to(root).as_posix(),
                "这个资料夹已经有了",
                "一个还没有的资料夹",
                "请换一个名字，或先把资料夹移开",
            )
        )
    return faults


# --- what is written -------------------------------------------------------------------------------------------


def _lines(root: Path, framework: str, dictionary: Dictionary) -> list[tuple[str, str]]:
    """Code and name of each line of a scheme that names an indicator."""
    rulebook = indicators.read_rulebook(root, dictionary)
    path = root / "params" / "frameworks" / f"{framework}.yaml"
    read, faults = scoring.read(path, path.relative_to(root).as_posix(), rulebook)
    if read is None or faults:
        raise CaseError(faults)
    return [
        (key, item.name or rulebook.stanzas[item.indicator].name)
        for key, item in read.lines.items()
        if item.indicator
    ]


def _quoted(text: str) -> str:
    return f'"{text.translate(_ESCAPED)}"'


def _case_text(
    case: str, department: str, year: int, units: Mapping[str, str], framework: str, named: bool
) -> str:
    """The case file, half filled: it can be read at once, and says what else belongs into it."""
    lines = [
        "# yaml-language-server: $schema=../schemas/case.json",
        "# 案例文件：被评价部门、年度、评分框架、下属单位。写好后运行 auditbook check，列出全部写错的地方。",
        f"case: {case}",
        "department:",
        f"  name: {_quoted(department)}" + ("" if named else "  # 请改成部门全称"),
        "  # region: 所在的省、市、县",
        "  # level: 县级、市级或省级",
        f"year: {year}",
        "# report_title: 报告的标题；不写就用部门名称与年度",
        f"framework: {framework}",
        "# framework_reason: 为什么用这个评分框架（财政部门的要求，或没有公开的评分表时借用）",
        "# 重要性水平：多大的差额算重要，由审计人员按项目判断并写明理由",
        "# materiality: {amount: 50, unit: 万元, reason: 约为调整后预算的0.5%}",
        "# 下属单位：代号用小写英文；名称须与录入表“单位”一栏所写的一致",
    ]
    if units:
        lines += [
            "units:",
            *(f"  - {{id: {_quoted(id)}, name: {_quoted(name)}}}" for id, name in units.items()),
        ]
    else:
        lines += ["# units:", "#   - {id: bureau, name: 局机关}"]
    # what is read here is what `check` will read: a file that it would refuse must not be written
    Case.model_validate(
        {
            "case": case, "department": {"name": department}, "year": year, "framework": framework,
            "units": [{"id": id, "name": name} for id, name in units.items()],
        }
    )  # fmt: skip
    return "\n".join(lines) + "\n"


def _register(
    layout: Workbook, case: str, department: str, year: int, workbook: bytes, report: Begun | None
) -> str:
    """The evidence register: the workbook, and the documents to ask for, absent until they arrive."""
    lines = [
        "# yaml-language-server: $schema=../../../params/schemas/sources.json",
        f"# 资料登记簿。录入表或别的表改过之后运行：python tools/record_hashes.py data/raw/{case}",
        "sources:",
        "  - id: intake-workbook",
        f"    file: {WORKBOOK}",
        "    shape: intake",
        f"    title: {_quoted(f'{department}{year}年度资料录入表')}",
        f"    issuer: {_quoted(department)}",
        "    date: null",
        "    status: received",
        f'    sha256: "{hashlib.sha256(workbook).hexdigest()}"',
        "    reliability: low",
        "    reason: 部门自行填报，尚未与批复、账簿和决算核对；核对后由审计人员改评",
        "",
        *(report.register(department, year) if report else ()),
        "  # 还要向部门索取的资料，没有收到之前是 absent。收到一份：status 改成 received，补上 file、reliability（high、",
        '  # medium、low 之一）、reason，写一行 sha256: ""，再运行上面的命令记录指纹。不需要的条目可以删去。',
    ]
    for document in layout.documents:
        if report and document.id == REPORT:
            continue  # it is here
        title = document.title.replace("{department}", department).replace("{year}", str(year))
        lines += [
            f"  - id: {document.id}",
            f"    title: {_quoted(title)}",
            "    date: null",
            "    status: absent",
            f"    supplies: {_quoted(document.supplies)}",
            "",
        ]
    return "\n".join(lines).rstrip("\n") + "\n"


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
