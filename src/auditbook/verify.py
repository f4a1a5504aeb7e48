"""Whether what a run delivered follows from its evidence: ``auditbook verify RUN``.

Twice: every file is what the run's record says (quick, finds what was changed afterwards), and the run made again from the
evidence gives the same bytes (finds what was changed together with the record, and what has changed since).
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import zip_longest
from pathlib import Path

from auditbook import first_difference, records, remaking, run_record, signing
from auditbook.faults import Fault, UsageError
from auditbook.report import signoff_page
from auditbook.run_record import PDF, RunRecord
from auditbook.signing import Status
from auditbook.workspace import Workspace

EVIDENCE, RULES, PROGRAM, ENVIRONMENT, AFTERWARDS, RECORD = (
    "evidence", "rules", "program", "environment", "afterwards", "record",
)  # fmt: skip
CAUSES = {
    EVIDENCE: "原始资料变了",
    RULES: "规则变了",
    PROGRAM: "程序不同",
    ENVIRONMENT: "运行环境不同",
    AFTERWARDS: "运行之后被改动",
    RECORD: "记录与文件一并被改，或结果不能重现",
}
MISSING, OTHER = "没有这个文件", "与运行时的指纹不同"
MOST_TOLD = 20
REPORT, SIGNOFF = "outputs/report.html", f"outputs/{signoff_page.NAME}"


@dataclass(frozen=True)
class Difference:
    """A file that is not what it should be: where it first differs, what stands there by record or delivery and now, and why."""

    file: str
    where: str
    recorded: str
    now: str
    cause: str
    because: Sequence[str] = ()

    def line(self) -> str:
        """For a reader."""
        named = (
            f"（{'、'.join(self.because[:3])}{'等' if len(self.because) > 3 else ''}）"
            if self.because
            else ""
        )
        place = f"{self.where}：原为“{self.recorded}”，现为“{self.now}”" if self.where else self.now
        return f"{self.file} {place}。很可能因为{CAUSES[self.cause]}{named}"


@dataclass(frozen=True)
class Verified:
    """The result: what was compared, every file that differs, inputs that are not those of the run, and what was not checked."""

    run: str
    compared: int
    differences: Sequence[Difference]
    inputs: Sequence[Difference]
    notes: Sequence[str]
    remade: bool
    unsigned: Sequence[str] = ()

    @property
    def sound(self) -> bool:
        """Whether everything follows from the evidence, and no sign-off is other than it was given."""
        return not self.differences and not self.inputs and self.remade and not self.unsigned

    def text(self) -> str:
        """The conclusion first, then what differs, then what was not checked."""
        if not self.differences and not self.inputs and self.remade:
            lines = [f"{self.run}：由同一资料、规则重算，{self.compared} 个文件逐字节相同。"]
        else:
            found = [*self.differences, *self.inputs]
            first = found[0].line() if found else "重算没有做成"
            lines = [f"{self.run}：核对不符，{len(found)} 处。第一处：{first}。"]
            lines += [f"× {one.line()}" for one in self.inputs[:MOST_TOLD]]
            lines += [f"× {one.line()}" for one in self.differences[:MOST_TOLD]]
            if len(self.differences) > MOST_TOLD:
                lines.append(f"× 另有 {len(self.differences) - MOST_TOLD} 个文件，--json 全部列出")
        return "\n".join([*lines, *(f"× {fault}" for fault in self.unsigned), *self.notes])

    def as_json(self) -> str:
        """For a program."""
        return json.dumps({"sound": self.sound, **asdict(self)}, ensure_ascii=False, indent=1)


def verified(workspace: Workspace, told: Callable[[str], None]) -> Verified:
    """Verify a run that lies in a workspace.

    Takes    told: called with a line before what takes long.
    Raises   CaseError where the run has no record, or one that cannot be read.
    """
    record = run_record.load(workspace.outputs)

    def read(name: str) -> bytes | None:
        path = run_record.path_of(workspace, name)
        return path.read_bytes() if path.is_file() else None

    signed = signing.status(workspace, record.content)
    return of(record, _names_now(workspace, record), read, workspace.root, signed, told)


def changed_inputs(workspace: Workspace, record: RunRecord) -> list[Difference]:
    """What a run was made from and is otherwise now: evidence, rules, program, environment."""
    paths = {name: run_record.path_of(workspace, name) for name in _names_now(workspace, record)}
    seen = {name: seen for name, path in paths.items() if (seen := run_record.hash_of(path))}
    return [*_inputs(record, seen), *_program(record, workspace.root)]


def altered(workspace: Workspace, record: RunRecord) -> list[Difference]:
    """What a run made and is not what its record says any more."""
    paths = {name: run_record.path_of(workspace, name) for name in record.made}
    return _afterwards(
        record, {name: path.read_bytes() if path.is_file() else None for name, path in paths.items()}
    )


def as_recorded(workspace: Workspace) -> RunRecord:
    """The record of a run that is what its record says, made from what is there now: what may be packed or signed.

    Raises   CaseError where there is no record; UsageError with every file that is otherwise.
    """
    record = run_record.load(workspace.outputs)
    again = f"请先重新运行 auditbook run {record.case}" + (
        f" --scenario {record.scenario}" if record.scenario else ""
    )
    if stale := [*changed_inputs(workspace, record), *altered(workspace, record)]:
        raise UsageError([Fault(one.file, one.now, "与运行时的指纹相同", again) for one in stale])
    return record


def _names_now(workspace: Workspace, record: RunRecord) -> list[str]:
    """Evidence and rules as the record names them, and files that lie in their folders and that it does not name."""
    named = dict.fromkeys(record.given)
    folders = {name.rpartition("/")[0] for name in named}
    for folder in sorted(folders):
        if folder.endswith(("/params/cases", "/params/scenarios")):
            continue  # other cases lie there
        path = run_record.path_of(workspace, folder)
        pattern = "*.yaml" if "/params" in folder else "*"
        named |= dict.fromkeys(f"{folder}/{one.name}" for one in sorted(path.glob(pattern)) if one.is_file())
    return list(named)


def of(
    record: RunRecord, names: Iterable[str], read: Callable[[str], bytes | None], project: Path, signed: Status,
    told: Callable[[str], None], notes: Iterable[str] = (),
) -> Verified:  # fmt: skip
    """Verify what a record says.

    Takes    names: of evidence and rules as they are now; read: a file's bytes by its name, None where it is not there;
             project: whose program is used; signed: who has signed it; notes: what the caller has to add.
    """
    given = {name: data for name in names if (data := read(name)) is not None}
    seen = {name: records.digest(data) for name, data in given.items()}
    inputs = [*_inputs(record, seen), *_program(record, project)]
    changed = {one.file: one.cause for one in inputs}
    delivered = {name: read(name) for name in record.made}
    printed = read(PDF)
    from auditbook.report import printed_page

    printing = printed is not None and printed_page.available() is not None
    told("由资料重算一遍，与交出的逐字节比较")
    with tempfile.TemporaryDirectory(prefix="auditbook-verify-") as folder:
        remade = remaking.again(record, given, project, Path(folder), printed=printing)
        found = (
            _differences(record, delivered, remade, changed)
            if remade.made
            else _afterwards(record, delivered)
        )
        own = list(notes)
        if remade.made and not found:
            found += _of_record(record, remade, changed)
        if printed is not None and not printing:
            own.append(
                "report.pdf：本机没有 Chromium，没有重印；它由 report.html 印成，请以 report.html 为准。"
            )
        elif printed is not None and remade.made:
            note, differing = _of_print(printed, remade)
            own += [note] if note else []
            # where the page itself has changed, its print says nothing more
            found += [] if any(one.file == REPORT for one in found) else differing
    if (page := read(SIGNOFF)) is not None and page != signoff_page.view(signed, record.title):
        own.append(f"signoff.html 与签署记录不是同一时候的；auditbook sign {record.run} --status 重写它。")
    own.append(f"签署：{signed.words}。")
    if not remade.made:
        own.append(f"重算没有做成：{remade.said}")
    return Verified(
        record.run, len(record.made), found, inputs, own, remade.made, tuple(map(str, signed.faults))
    )


def _inputs(record: RunRecord, seen: Mapping[str, str]) -> list[Difference]:
    found = []
    for name in dict.fromkeys([*record.given, *seen]):
        before, now = record.given.get(name, ""), seen.get(name, "")
        if before != now:
            cause = RULES if "/params/" in name else EVIDENCE
            what = MISSING if not now else "运行时没有这个文件" if not before else OTHER
            found.append(Difference(name, "", before, what, cause))
    return found


def _program(record: RunRecord, project: Path) -> list[Difference]:
    """What is executed here and is not what was executed then."""
    found = []
    if record.program["digest"] != records.program_digest():
        now = f"程序指纹是{records.program_digest()[:12]}，运行时是{record.program['digest'][:12]}"
        found.append(Difference("auditbook", "", record.program["digest"], now, PROGRAM))
    for name, seen in record.program["notebooks"].items():
        if run_record.hash_of(project / name.partition("/")[2]) != seen:
            found.append(Difference(name, "", seen, OTHER, PROGRAM))
    if record.environment["digest"] != records.environment_digest(project):
        now = f"Python、依赖或它们的锁定与运行时不同（运行时 Python {record.environment['python']}）"
        found.append(Difference(run_record.LOCK, "", record.environment["digest"], now, ENVIRONMENT))
    return found


def _afterwards(record: RunRecord, delivered: Mapping[str, bytes | None]) -> list[Difference]:
    """Files that are not what their own record says, where there is nothing to compare them with."""
    found = []
    for name, seen in record.made.items():
        data = delivered[name]
        if data is None:
            found.append(Difference(name, "", seen, MISSING, AFTERWARDS))
        elif records.digest(data) != seen:
            found.append(Difference(name, "", seen, OTHER, AFTERWARDS))
    return found


def _differences(
    record: RunRecord,
    delivered: Mapping[str, bytes | None],
    remade: remaking.Remade,
    changed: Mapping[str, str],
) -> list[Difference]:
    altered = {one.file: one for one in _afterwards(record, delivered)}
    found = []
    for name, data in delivered.items():
        again = remade.read(name)
        if data is None:
            found.append(altered[name])
        elif again is None:
            found.append(
                Difference(
                    name, "", record.made[name], "重算没有做出这个文件", *_cause(record, name, changed)
                )
            )
        elif data != again:
            cause = (AFTERWARDS, ()) if name in altered else _cause(record, name, changed)
            found.append(Difference(name, *first_difference.between(name, data, again), *cause))
        elif name in altered:
            found.append(
                Difference(name, "", record.made[name], "与重算的相同，run.json 里的指纹却不是它的", RECORD)
            )
    return found


def _of_record(record: RunRecord, remade: remaking.Remade, changed: Mapping[str, str]) -> list[Difference]:
    """What the record itself says otherwise than the one made again, where all files agree."""
    name = f"{run_record.OUTPUTS}/{run_record.NAME}"
    data = remade.read(name)
    own, again = record.as_json(), data or b""
    if own == again or {PROGRAM, ENVIRONMENT} & set(changed.values()):
        return []
    return [Difference(name, *first_difference.between(name, own, again), RECORD)]


def _cause(record: RunRecord, name: str, changed: Mapping[str, str]) -> tuple[str, tuple[str, ...]]:
    """Why a file differs though it is as recorded: of the inputs that have changed, those that it rests on."""
    rests = _rests_on(record, name)
    for cause in (EVIDENCE, RULES):
        if own := tuple(
            file
            for file, of in changed.items()
            if of == cause and (file in rests or file not in record.given)
        ):
            return cause, own
    for cause in (PROGRAM, ENVIRONMENT):
        if cause in changed.values():
            return cause, ()
    return RECORD, ()


def _rests_on(record: RunRecord, name: str) -> set[str]:
    """Everything that a file was made from, however far back."""
    found: set[str] = set()
    asked = [name]
    while asked:
        own = asked.pop()
        for stage in record.stages:
            if own in stage["wrote"]:
                new = set(stage["reads"]) - found
                found |= new
                asked += new
    return found


def _of_print(printed: bytes, remade: remaking.Remade) -> tuple[str, list[Difference]]:
    """What can be said of the PDF, which no lock holds: the same bytes by the same Chromium, else the same text."""
    again = remade.read(PDF)
    if again is None:
        return "report.pdf：没有重印成，没有核对。", []
    if again == printed:
        return "report.pdf：由 report.html 重印一遍，逐字节相同。", []
    before, now = _pages(printed), _pages(again)
    if before and before == now:
        return "report.pdf：重印的字节不同（Chromium 的版本不同），文字逐页相同。", []
    return "", [Difference(PDF, *_page(before, now), AFTERWARDS)]


def _page(before: Sequence[str], now: Sequence[str]) -> tuple[str, str, str]:
    """The first page whose text differs; what stands there from where it does."""
    if not before:
        return "", "", "读不通，不是完整的 PDF"
    for number, (one, other) in enumerate(zip_longest(before, now, fillvalue=""), 1):
        if one != other:
            where, recorded, again = first_difference.between("page.txt", one.encode(), other.encode())
            return f"第{number}页{where}", recorded, again
    return "", "", ""


def _pages(content: bytes) -> list[str]:
    """The text of each page; none where it cannot be read."""
    import io

    import pdfplumber

    try:
        with pdfplumber.open(io.BytesIO(content)) as read:
            return [page.extract_text() for page in read.pages]
    except Exception:  # pdfminer has no error of its own that covers what a damaged file raises
        return []
