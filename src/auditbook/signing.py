"""Sign-off in three levels (三级复核): who prepared and who reviewed a run, bound to the content that they saw.

``review/<run>/signoffs.json`` holds every event in order and loses none: each names the one before it by its sha256, so that
an earlier one cannot be changed unnoticed. It is bound to the ``content`` of the run's record, to which neither signatures nor
the sign-off page belong: signing changes nothing that is signed. A sign-off on another content than the present one has
lapsed (失效). What proves who signed is the optional ssh signature; a name alone is a statement.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path

from auditbook import records, review_notes
from auditbook.cases import ROLES, person
from auditbook.faults import CaseError, Fault, UsageError
from auditbook.review_notes import Notes
from auditbook.unseen import NO_TEXT
from auditbook.workspace import Workspace
from auditbook.writing import write_whole

FILE = "signoffs.json"
FORMAT = 1
SIGNED, WITHDRAWN = "signed", "withdrawn"
NAMESPACE = "auditbook"
NO_KEYGEN = "本机没有 ssh-keygen（Debian：apt install openssh-client），签名没有核对"
_MOST_WORDS = 2000
# What becomes of a sign-off.
GOOD, LAPSED, TAKEN_BACK, BROKEN = "有效", "失效", "已撤回", "不成立"


@dataclass(frozen=True)
class Event:
    """Somebody signed, or took a sign-off back; ``before`` is the sha256 of the event before it."""

    what: str
    role: str
    name: str
    date: str
    agrees: bool
    opinion: str
    content: str
    before: str
    sha256: str = ""
    signature: str = ""

    @property
    def words(self) -> str:
        """Whether a reviewer agrees, and in which words; what was written of a preparer."""
        verdict = "" if self.role == "preparer" else "同意" if self.agrees else "不同意"
        return self.opinion if self.opinion.startswith(verdict) else f"{verdict}：{self.opinion}"

    @property
    def signed(self) -> bytes:
        """The bytes that the sha256 and an ssh signature are of."""
        own = {key: value for key, value in asdict(self).items() if key not in ("sha256", "signature")}
        return json.dumps(own, ensure_ascii=False, sort_keys=True).encode()


@dataclass(frozen=True)
class SignOff:
    """A sign-off with what has become of it, and what its ssh signature says ("" without one)."""

    event: Event
    state: str
    signature: str


@dataclass(frozen=True)
class Status:
    """Everything that is known of the signing of a run with its present content."""

    run: str
    content: str
    signoffs: tuple[SignOff, ...]
    notes: Notes
    faults: tuple[Fault, ...]

    @property
    def standing(self) -> list[Event]:
        """The sign-offs that count, in order."""
        return [one.event for one in self.signoffs if one.state == GOOD]

    @property
    def final(self) -> bool:
        """Whether all four have signed the present content, all agree, and nothing is open."""
        own = self.standing
        agreed = len(own) == len(ROLES) and all(event.agrees for event in own)
        return agreed and not self.notes.open and not self.faults

    @property
    def words(self) -> str:
        """The state in a few words."""
        own = self.standing
        if self.faults:
            return "签署记录有误"
        if not own:
            return "签署已失效" if any(one.state == LAPSED for one in self.signoffs) else "未签"
        if not own[-1].agrees:
            return f"{ROLES[own[-1].role]}不同意"
        if self.final:
            return "定稿"
        done = "已编制" if len(own) == 1 else f"{ROLES[own[-1].role]}通过"
        return f"{done}，复核意见 {len(self.notes.open)} 条未关闭" if self.notes.open else done

    def text(self) -> str:
        """The state first, then every sign-off and every open note."""
        lines = [f"{self.run}：{self.words}（内容 {self.content[:16]}）"]
        for one in self.signoffs:
            event = one.event
            sign = f"；{one.signature}" if one.signature else ""
            lines.append(f"{ROLES[event.role]} {event.name} {event.date} {event.words}（{one.state}{sign}）")
        for note in self.notes.open:
            answered = "已答复，未关闭" if note.answered else "未答复"
            lines.append(
                f"意见 {note.id}（{answered}）：{note.about}——{note.raised.text}（{note.raised.by}）"
            )
        return "\n".join([*lines, *(f"× {fault}" for fault in self.faults)])

    def as_json(self) -> str:
        """For a program."""
        return json.dumps(
            {
                "run": self.run, "content": self.content, "state": self.words, "final": self.final,
                "signoffs": [{**asdict(one.event), "state": one.state, "checked": one.signature} for one in self.signoffs],
                "open": [note.model_dump() for note in self.notes.open], "faults": [str(fault) for fault in self.faults],
            },
            ensure_ascii=False, indent=1,
        )  # fmt: skip


def folder_of(workspace: Workspace) -> Path:
    """Where people write about a run."""
    return workspace.base / "review" / workspace.run


def status(workspace: Workspace, content: str) -> Status:
    """What is known of the signing of a run.

    Takes    content: of its record, "" where there is none.
    """
    folder = folder_of(workspace)
    shown = workspace.shown(folder)
    return of_files(
        workspace.run, content, _read(folder / FILE), review_notes.read(folder, shown), f"{shown}/{FILE}",
        workspace.base / "review" / "allowed_signers",
    )  # fmt: skip


def of_files(run: str, content: str, data: bytes | None, notes: Notes, shown: str, allowed: Path) -> Status:
    """The same, from what the files hold.

    Takes    data: of the sign-offs, None where there are none; allowed: which keys are whose, where such a file is.
    """
    faults = list(notes.faults)
    signoffs: list[SignOff] = []
    try:
        events = [] if data is None else _events(data)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        said = f"读不通（{type(error).__name__}）"
        faults.append(
            Fault(shown, said, "auditbook sign 写出的文件", "请取回原来的文件；没有的话，移走它，重新签署")
        )
        events = []
    before = ""
    for number, event in enumerate(events, 1):
        where = f"{shown}：第{number}项"
        wrong = _wrong(event, before, signoffs)
        faults += [Fault(where, one, "", "签署之后被改过；请取回原来的文件") for one in wrong]
        if event.what == WITHDRAWN and not wrong:
            last = max(i for i, one in enumerate(signoffs) if one.state == GOOD)
            signoffs[last] = replace(signoffs[last], state=TAKEN_BACK)
        elif event.what == SIGNED:
            if not wrong:
                signoffs = [
                    replace(one, state=LAPSED)
                    if one.state == GOOD and one.event.content != event.content
                    else one
                    for one in signoffs
                ]
            said, sound = _checked(event, allowed)
            if not sound:
                faults.append(Fault(where, said, "签署人自己的签名"))
            signoffs.append(SignOff(event, GOOD if sound and not wrong else BROKEN, said))
        before = event.sha256
    signoffs = [
        replace(one, state=LAPSED) if one.state == GOOD and one.event.content != content else one
        for one in signoffs
    ]
    return Status(run, content, tuple(signoffs), notes, tuple(faults))


def sign(
    workspace: Workspace, content: str, role: str, name: str, day: str, *, opinion: str = "", agrees: bool = True, key: str = ""
) -> Status:  # fmt: skip
    """Add a sign-off.

    Takes    content: of the run's record; day: an ISO date; opinion: a reviewer's words; key: a private ssh key.
    Raises   UsageError with every reason why it cannot be; CaseError where the sign-offs there are cannot be trusted.
    """
    own = status(workspace, content)
    if own.faults:
        raise CaseError(own.faults)
    standing = own.standing
    faults = [*_unsayable({"--name": name, "--opinion": opinion}), *_misdated(day, standing)]
    if role not in ROLES:
        faults.append(Fault("--role", f"没有“{role}”这一级", f"以下之一：{'、'.join(ROLES)}"))
    elif standing and not standing[-1].agrees:
        last = standing[-1]
        faults.append(
            Fault(
                "--role",
                f"{ROLES[last.role]}{last.name}不同意",
                "",
                "请按其意见改正后重新运行，从编制起签；或由其撤回（--withdraw）",
            )
        )
    elif len(standing) == len(ROLES):
        faults.append(Fault("--role", "四级都已签署", "", "要改签，先由最后签的人撤回（--withdraw）"))
    elif role != (due := list(ROLES)[len(standing)]):
        faults.append(Fault("--role", f"轮到的是{ROLES[due]}（{due}）", due))
    for event in standing:
        if person(event.name) == person(name):
            faults.append(
                Fault("--name", f"“{name}”已签{ROLES[event.role]}", "另一个人", "任何人不得复核自己的工作")
            )
    if role != "preparer" and not opinion.strip():
        faults.append(Fault("--opinion", "复核人没有写意见", "复核意见，如“同意”"))
    if faults:
        raise UsageError(faults)
    event = Event(SIGNED, role, name.strip(), day, agrees, opinion.strip(), content, _last(workspace))
    return _added(workspace, event, key, content)


def withdraw(workspace: Workspace, content: str, role: str, name: str, day: str) -> Status:
    """Take the last sign-off back, by who gave it; it stays in the record.

    Raises   UsageError, CaseError as ``sign``.
    """
    own = status(workspace, content)
    if own.faults:
        raise CaseError(own.faults)
    last = own.standing[-1] if own.standing else None
    faults = [*_unsayable({"--name": name}), *_misdated(day, own.standing)]
    if last is None:
        faults.append(Fault("--withdraw", "没有可以撤回的签署"))
    elif (role, person(name)) != (last.role, person(last.name)):
        faults.append(
            Fault(
                "--withdraw", f"最后签的是{ROLES[last.role]}（{last.role}）{last.name}", "最后签的人自己撤回"
            )
        )
    if faults:
        raise UsageError(faults)
    return _added(
        workspace, Event(WITHDRAWN, role, name.strip(), day, True, "", content, _last(workspace)), "", content
    )


def _added(workspace: Workspace, event: Event, key: str, content: str) -> Status:
    event = replace(
        event, sha256=records.digest(event.signed), signature=_ssh_signature(event.signed, key) if key else ""
    )
    path = folder_of(workspace) / FILE
    data = _read(path)
    events = [*([] if data is None else _events(data)), event]
    said = {"format": FORMAT, "events": [asdict(one) for one in events]}
    write_whole(path, (json.dumps(said, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode())
    return status(workspace, content)


def _last(workspace: Workspace) -> str:
    data = _read(folder_of(workspace) / FILE)
    events = [] if data is None else _events(data)
    return events[-1].sha256 if events else ""


def _read(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None


def _events(data: bytes) -> list[Event]:
    """Raises ValueError, TypeError, KeyError, AttributeError where it is not what ``_added`` writes, to the byte."""
    fields = json.loads(data.decode("utf-8"))
    if fields["format"] != FORMAT:
        raise ValueError("another format")
    events = [Event(**event) for event in fields["events"]]
    said = {"format": FORMAT, "events": [asdict(one) for one in events]}
    if (json.dumps(said, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode() != data:
        raise ValueError("not as it was written")
    texts = [value for event in events for key, value in asdict(event).items() if key != "agrees"]
    if not all(isinstance(text, str) for text in texts) or not all(
        isinstance(e.agrees, bool) for e in events
    ):
        raise TypeError("another kind")
    return events


def _wrong(event: Event, before: str, signoffs: Sequence[SignOff]) -> list[str]:
    """What cannot be of an event that ``sign`` or ``withdraw`` has written behind these."""
    found = []
    if records.digest(event.signed) != event.sha256:
        found.append("与它自己的指纹不符")
    if event.before != before:
        found.append("与前一项接不上")
    standing = [one.event for one in signoffs if one.state == GOOD]
    if event.what == WITHDRAWN:
        if not standing or (standing[-1].role, person(standing[-1].name)) != (event.role, person(event.name)):
            found.append("撤回的不是最后签的")
        return found
    if event.what != SIGNED or event.role not in ROLES:
        return [*found, "不是签署，也不是撤回"]
    same = [one for one in standing if one.content == event.content]
    if list(ROLES)[min(len(same), len(ROLES) - 1)] != event.role or len(same) == len(ROLES):
        found.append("不是轮到的一级")
    if any(person(one.name) == person(event.name) for one in same):
        found.append("同一人签了两级")
    return found


def _unsayable(texts: dict[str, str]) -> Iterable[Fault]:
    for option, text in texts.items():
        if NO_TEXT.search(text):
            yield Fault(option, "含有控制字符", "看得见的文字")
        elif len(text) > _MOST_WORDS:
            yield Fault(option, f"有{len(text)}个字", f"不超过{_MOST_WORDS}个字")
    if not unicodedata.normalize("NFKC", texts["--name"]).strip():
        yield Fault("--name", "没有写姓名", "签署人的姓名")


def _misdated(day: str, standing: Sequence[Event]) -> list[Fault]:
    try:
        date.fromisoformat(day)
    except ValueError:
        return [Fault("--date", f"“{day}”不是日期", "签署的日期，如 2020-06-30")]
    if standing and day < standing[-1].date:
        return [Fault("--date", f"早于{ROLES[standing[-1].role]}的日期 {standing[-1].date}", "同一天或以后")]
    return []


# --- ssh ----------------------------------------------------------------------------------------------------------------


def _ssh_signature(signed: bytes, key: str) -> str:
    program = shutil.which("ssh-keygen")
    if program is None:
        raise UsageError(
            Fault(
                "--key",
                "本机没有 ssh-keygen",
                "",
                "请安装它（Debian：apt install openssh-client），或不用 --key",
            )
        )
    done = subprocess.run(
        [program, "-Y", "sign", "-n", NAMESPACE, "-f", key], input=signed, capture_output=True
    )
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise UsageError(Fault("--key", f"没有签成：{said[-1] if said else ''}", "一把 ssh 私钥的路径"))
    return done.stdout.decode()


def _checked(event: Event, allowed: Path) -> tuple[str, bool]:
    """What an ssh signature says, and whether it stands; nothing is said of none."""
    if not event.signature:
        return "", True
    program = shutil.which("ssh-keygen")
    if program is None:
        return NO_KEYGEN, True
    with tempfile.TemporaryDirectory(prefix="auditbook-") as folder:
        file = Path(folder) / "signature"
        file.write_text(event.signature, encoding="utf-8")
        named = (
            ["-Y", "verify", "-f", str(allowed), "-I", event.name]
            if allowed.is_file()
            else ["-Y", "check-novalidate"]
        )
        done = subprocess.run(
            [program, *named, "-n", NAMESPACE, "-s", str(file)], input=event.signed, capture_output=True
        )
    if done.returncode:
        return (
            "ssh 签名不对"
            if not allowed.is_file()
            else f"ssh 签名不对，或不是“{event.name}”的（review/allowed_signers）",
            False,
        )
    said = done.stdout.decode("utf-8", "replace")
    key = next((word for word in said.split() if word.startswith("SHA256:")), "")
    return (f"ssh 签名属实，{key}" if allowed.is_file() else f"ssh 签名完好，钥匙 {key}，未核对是谁的"), True
