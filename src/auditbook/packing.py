"""A run in one file, for a stranger to check on another machine: ``auditbook pack RUN``, and its verification.

The pack is a zip of evidence, rules, program, locks, tables, executed notebooks, deliverables and sign-offs under the names
of the run's record, with the sha256 of each in a manifest. The same run gives the same bytes. ``root/`` in it is a project:
whoever unpacks it can look at the program, and run it. Verifying executes nothing of a pack: it takes evidence and rules,
which are data, and uses the program that is installed.
"""

from __future__ import annotations

import io
import json
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from auditbook import bill_of_materials, records, review_notes, ro_crate, run_record, signing, verify
from auditbook.faults import CaseError, Fault, LimitError, UsageError
from auditbook.run_record import LOCK, OUTPUTS, PDF, ROOT, RunRecord
from auditbook.signing import Status
from auditbook.timeless_zip import zipped
from auditbook.verify import AFTERWARDS, MISSING, OTHER, RECORD, Difference, Verified
from auditbook.workspace import Workspace, project_root
from auditbook.writing import write_whole

ENDING = ".auditbook.zip"
MANIFEST = "manifest.json"
HOW_TO = "怎样核对.txt"
FORMAT = 1
MOST_FILES = 20_000
MOST_BYTES = 1_000_000_000  # unpacked; the first case has some thirty million
_PROGRAM = "root/src/auditbook/"
# What makes `root/` a project that can be set up and run.
_PROJECT = (
    "pyproject.toml", LOCK, "requirements-bootstrap.lock", "environment.yml", "Makefile", "LICENSE", "README.md",
    "README.zh-CN.md",
)  # fmt: skip
REVIEW = "review"
_RECORD = f"{OUTPUTS}/{run_record.NAME}"
_TOLD = """这是一次审核的全部：原始资料、规则、程序、锁定的依赖、各表、笔记本与交出的报告。

核对（不运行包里的任何程序，只取其中的资料与规则，由本机安装的 auditbook 重算，逐字节比较）：
    auditbook verify {name}
本机没有 auditbook：解开后在 root/ 文件夹内运行 make report CASE={case}，它自行安装锁定的依赖，写出 root/outputs/。

manifest.json           包内每个文件的 sha256
outputs/                交出的：report.html 最先看；run.json 记着由什么做出什么
tables/ notebooks/      笔记本之间的各表；执行过的笔记本
root/ base/             程序、规则、原始资料
review/                 签署与复核意见（有的话）
bill-of-materials.cdx.json   软件物料清单（CycloneDX）；ro-crate-metadata.json   由什么做出什么（RO-Crate）
"""


@dataclass(frozen=True)
class Pack:
    """What a pack holds by its names, and whatever is not as its manifest says."""

    files: Mapping[str, bytes]
    faults: tuple[Difference, ...]
    notes: tuple[str, ...]


def write(workspace: Workspace, to: Path | None = None) -> Path:
    """Pack a run.

    Takes    to: the file; by default beside the run's outputs.
    Returns  where it is; an earlier pack of the same run is replaced.
    Raises   UsageError where the run is not what its record says, or what it was made from has changed since: a pack that
             does not verify is not written.
    """
    record = verify.as_recorded(workspace)
    path = to or workspace.outputs.with_name(f"{workspace.run}{ENDING}")
    write_whole(path, packed(record, _files(workspace, record)))
    return path


def packed(record: RunRecord, files: Mapping[str, bytes]) -> bytes:
    """The bytes of a pack with these files."""
    told = _TOLD.format(name=f"{record.run}{ENDING}", case=record.case).encode()
    files = {
        **files,
        HOW_TO: told,
        bill_of_materials.NAME: bill_of_materials.bill(files[f"{ROOT}/{LOCK}"].decode()),
    }
    crate = ro_crate.crate(record, files)
    whole = dict(sorted({**files, ro_crate.NAME: crate}.items()))
    listed = {name: {"sha256": records.digest(data), "bytes": len(data)} for name, data in whole.items()}
    manifest = {"format": FORMAT, "run": record.run, "zlib": zlib.ZLIB_RUNTIME_VERSION, "files": listed}
    said = json.dumps(manifest, ensure_ascii=False, indent=1, sort_keys=True).encode()
    return zipped({MANIFEST: said, **whole})


def _files(workspace: Workspace, record: RunRecord) -> dict[str, bytes]:
    names = [*record.given, *record.program["notebooks"], *record.made, _RECORD]
    package = Path(__file__).parent
    files = {name: run_record.path_of(workspace, name).read_bytes() for name in names}
    files |= {f"{_PROGRAM}{name}": (package / name).read_bytes() for name in records.program_parts()}
    beside = {f"{ROOT}/{name}": workspace.root / name for name in _PROJECT} | {
        name: run_record.path_of(workspace, name) for name in (PDF, verify.SIGNOFF)
    }
    review = signing.folder_of(workspace)
    beside |= {f"{REVIEW}/{path.name}": path for path in (*review.glob("*.yaml"), review / signing.FILE)}
    return files | {name: path.read_bytes() for name, path in beside.items() if path.is_file()}


def opened(path: Path) -> Pack:
    """Read a pack and hold it against its manifest; nothing is written or executed.

    Raises   CaseError where it cannot be read as a pack, LimitError where it holds more than a pack does.
    """
    try:
        if path.stat().st_size > MOST_BYTES:
            raise LimitError(Fault(str(path), "文件过大", f"不超过{MOST_BYTES}字节"))
        return _opened(path.read_bytes(), str(path))
    except FileNotFoundError:
        raise UsageError(Fault(str(path), "没有这个文件", f"auditbook pack 写出的包（…{ENDING}）")) from None
    except OSError as error:
        raise CaseError(Fault(str(path), f"读不了这个文件（{error.strerror}）")) from error


def _opened(data: bytes, shown: str) -> Pack:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            entries = package.infolist()
            if len(entries) > MOST_FILES or sum(entry.file_size for entry in entries) > MOST_BYTES:
                raise LimitError(
                    Fault(shown, "里面的东西过多", f"不超过{MOST_FILES}个文件、{MOST_BYTES}字节")
                )
            files, faults = _read(package, entries)
        manifest = json.loads(files.pop(MANIFEST).decode("utf-8"))
        listed = {name: (seen["sha256"], seen["bytes"]) for name, seen in manifest["files"].items()}
        known, compressed = manifest["format"], manifest["zlib"]
    except (
        zipfile.BadZipFile, zlib.error, EOFError, KeyError, ValueError, TypeError, AttributeError, RuntimeError,
        NotImplementedError,
    ) as error:  # fmt: skip
        reason = (
            f"{type(error).__name__}：{error}"
            if isinstance(error, zipfile.BadZipFile)
            else type(error).__name__
        )
        raise CaseError(
            Fault(
                shown,
                f"不是完整的包（{reason}）",
                f"auditbook pack 写出的包（…{ENDING}）",
                "请向交包的人重新索取",
            )
        ) from error
    if known != FORMAT:
        raise CaseError(Fault(shown, f"包的格式版本是{known}", f"{FORMAT}", "请用同一版本的 auditbook"))
    for name in dict.fromkeys([*listed, *files]):
        if name not in files:
            faults.append(Difference(name, "", listed[name][0], MISSING, AFTERWARDS))
        elif name not in listed:
            faults.append(Difference(name, "", "", "清单里没有这个文件", AFTERWARDS))
        elif (records.digest(files[name]), len(files[name])) != listed[name]:
            faults.append(Difference(name, "", listed[name][0], OTHER, AFTERWARDS))
    notes = []
    if not faults:
        notes = _of_container(data, manifest, files, faults, same=compressed == zlib.ZLIB_RUNTIME_VERSION)
    return Pack(files, tuple(faults), tuple(notes))


def _read(
    package: zipfile.ZipFile, entries: Iterable[zipfile.ZipInfo]
) -> tuple[dict[str, bytes], list[Difference]]:
    """Every entry that can be read; those that cannot, are there twice or would leave the folder are named."""
    files: dict[str, bytes] = {}
    faults = []
    for entry in entries:
        name = entry.filename
        if not _plain(name):
            faults.append(Difference(name, "", "", "不是包里会有的名字", AFTERWARDS))
        elif name in files:
            faults.append(Difference(name, "", "", "同名的文件有两个", AFTERWARDS))
        else:
            try:
                files[name] = package.read(entry)
            except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError) as error:
                if name == MANIFEST:
                    raise
                faults.append(Difference(name, "", "", f"读不出来（{type(error).__name__}）", AFTERWARDS))
                files[name] = b""
    return files, faults


def _plain(name: str) -> bool:
    """Whether a name is one that a pack has, and stays inside the folder that it is unpacked to."""
    if "/" not in name:
        return name not in ("", ".", "..") and "\\" not in name
    return run_record.plain(name) or (name.startswith(f"{REVIEW}/") and run_record.plain(f"{ROOT}/{name}"))


def _of_container(
    data: bytes,
    manifest: Mapping[str, object],
    files: Mapping[str, bytes],
    faults: list[Difference],
    *,
    same: bool,
) -> list[str]:
    """Whether the zip around files that are all as they should be is as it was written, to the byte."""
    said = json.dumps(manifest, ensure_ascii=False, indent=1, sort_keys=True).encode()
    again = zipped({MANIFEST: said, **dict(sorted(files.items()))})
    if data == again:
        return []
    if not same:
        return ["包的压缩与本机的不是一种，包本身未逐字节核对；里面每个文件都已核对。"]
    at = next(
        (i for i, (a, b) in enumerate(zip(data, again, strict=False)) if a != b), min(len(data), len(again))
    )
    faults.append(Difference("（包本身）", "", "", f"第{at + 1}个字节与打包时的不同", AFTERWARDS))
    return []


def verified(path: Path, told: Callable[[str], None]) -> Verified:
    """Verify a pack: its manifest, then the run made again from its evidence and rules.

    Raises   CaseError, LimitError as ``opened``; CaseError where it holds no record of a run.
    """
    told("逐个核对包里的文件")
    pack = opened(path)
    if _RECORD not in pack.files:
        raise CaseError(Fault(str(path), f"包里没有 {_RECORD}", f"auditbook pack 写出的包（…{ENDING}）"))
    record = run_record.load(path, pack.files[_RECORD])
    names = dict.fromkeys([*record.given, *filter(run_record.is_data, pack.files)])
    project = project_root(Path.cwd())
    signed = _signed(record, pack.files, project)
    found = verify.of(record, list(names), pack.files.get, project, signed, told, pack.notes)
    # of a file that differs from the one made again the place is told already
    own = {one.file for one in (*found.differences, *found.inputs)}
    more = [one for one in pack.faults if one.file not in own or one.now not in (MISSING, OTHER)]
    more += _of_program(record, pack.files)
    notes = found.notes if pack.faults else [f"包里的 {len(pack.files)} 个文件都与清单相符。", *found.notes]
    return replace(found, differences=[*found.differences, *more], notes=notes)


def _signed(record: RunRecord, files: Mapping[str, bytes], project: Path) -> Status:
    """Who has signed, by the pack; whose key is whose, by the project of who verifies."""
    with tempfile.TemporaryDirectory(prefix="auditbook-") as aside:
        folder = Path(aside)
        for name, data in files.items():
            if name.startswith(f"{REVIEW}/") and name.count("/") == 1:
                (folder / name.removeprefix(f"{REVIEW}/")).write_bytes(data)
        return signing.of_files(
            record.run, record.content, files.get(f"{REVIEW}/{signing.FILE}"), review_notes.read(folder, REVIEW),
            f"{REVIEW}/{signing.FILE}", project / REVIEW / "allowed_signers",
        )  # fmt: skip


def _of_program(record: RunRecord, files: Mapping[str, bytes]) -> list[Difference]:
    """Whether the program in the pack, which is for reading, is the one that made the run."""
    own = {
        PurePosixPath(name).relative_to(_PROGRAM): data
        for name, data in files.items()
        if name.startswith(_PROGRAM)
    }
    digest = records.digest_of((path.as_posix(), own[path]) for path in sorted(own))
    if digest != record.program["digest"]:
        return [Difference(_PROGRAM, "", record.program["digest"], "包里的程序不是做这次运行的程序", RECORD)]
    return []
