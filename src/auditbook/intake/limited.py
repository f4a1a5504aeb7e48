"""Work on a file in a child process with limits of its own: what a parser does there cannot take this process along.

The child sets its limits before it imports a parser, answers in JSON over a pipe, and is killed with all it started
when it takes too long. A file that breaks a limit is told as such (LimitError); the child's own faults come back as they are.
"""

from __future__ import annotations

import contextlib
import importlib
import inspect
import json
import os
import re
import selectors
import signal
import site
import subprocess
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from auditbook import faults, unseen
from auditbook.faults import AuditbookError, Fault, LimitError

MOST_ANSWER = 256_000_000  # bytes of JSON
WALL = 3  # seconds of waiting for each second of work that is allowed: other processes want the machine too
_PACKAGE = Path(__file__).resolve().parents[2]
Told = Callable[[int, int], None]

# What the child starts with: nothing of the folder that the user is in may be imported there.
_START = "from auditbook.intake import limited; limited.child()"


def call(task: str, path: Path, *, seconds: int, megabytes: int, told: Told | None = None) -> Any:
    """Run a function of the package on a file, in a child process with limits.

    Takes    task: ``module:function``; the function takes the path and, where it has a second parameter, ``told``;
             path: the file; seconds: of processor time; megabytes: of memory; told: takes progress (done, of).
    Returns  what the function returned, by way of JSON.
    Raises   AuditbookError as the function raised it; LimitError where the child broke a limit, hung or crashed;
             RuntimeError for a mistake of our own.
    """
    answer, progress = os.pipe(), os.pipe()
    command = [
        sys.executable, "-P", "-s", "-B", "-c", _START, task, os.path.abspath(path), str(seconds), str(megabytes),
        str(answer[1]), str(progress[1]),
    ]  # fmt: skip
    try:
        child = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/",
            env=_environment(), pass_fds=(answer[1], progress[1]), start_new_session=True,
        )  # fmt: skip
    except BaseException:
        for end in (*answer, *progress):
            os.close(end)
        raise
    os.close(answer[1])
    os.close(progress[1])
    try:
        said, late = _listen(answer[0], progress[0], time.monotonic() + WALL * seconds, told)
        if not late:
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(timeout=WALL)
    finally:
        os.close(answer[0])
        os.close(progress[0])
        code = child.poll()
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()
    if late:
        raise _beyond(path, late)
    return _answer(path, said, code, seconds, megabytes)


def _environment() -> dict[str, str]:
    """Nothing but what Python needs to find this very package."""
    own = {"PYTHONUTF8": "1", "LC_ALL": "C.UTF-8", "PATH": os.defpath}
    if str(_PACKAGE) not in site.getsitepackages():
        own["PYTHONPATH"] = str(_PACKAGE)
    return own


def _listen(answer: int, progress: int, until: float, told: Told | None) -> tuple[bytes, str]:
    """What the child says until it closes its pipes; and why it was not heard out, where it was not."""
    parts: list[bytes] = []
    size, line = 0, b""
    with selectors.DefaultSelector() as selector:
        selector.register(answer, selectors.EVENT_READ)
        selector.register(progress, selectors.EVENT_READ)
        while selector.get_map():
            left = until - time.monotonic()
            if left <= 0:
                return b"", "过久没有读完"
            for key, _ in selector.select(left):
                data = os.read(key.fd, 1 << 20)
                if not data:
                    selector.unregister(key.fd)
                elif key.fd == answer:
                    parts.append(data)
                    size += len(data)
                    if size > MOST_ANSWER:
                        return b"", f"读出的内容超过{MOST_ANSWER // 1_000_000}MB"
                else:
                    *lines, line = (line + data)[-4096:].split(b"\n")
                    if told and lines:
                        done, of = map(int, lines[-1].split())
                        told(done, of)
    return b"".join(parts), ""


def _beyond(path: Path, found: str) -> LimitError:
    return LimitError(
        Fault(path.name, found, "平常大小的文件", "文件可能损坏或含有恶意内容；请核对来源，或分拆后再读")
    )


def _answer(path: Path, said: bytes, code: int | None, seconds: int, megabytes: int) -> Any:
    kind: str = ""
    content: Any = None
    if said:
        with contextlib.suppress(ValueError):
            kind, content = json.loads(said)
    if kind == "result":
        return _as_text(content) if _NO_TEXT.search(said) else content
    if kind == "error":
        name, found = content
        raised: type[AuditbookError] = getattr(faults, name)
        raise raised([Fault(*parts) for parts in found])
    if kind == "bug":
        raise RuntimeError(f"in the child that read {path.name}:\n{content}")
    if kind == "memory" or code == -signal.SIGABRT:
        raise _beyond(path, f"读它要用的内存超过{megabytes}MB")
    if code in {-signal.SIGXCPU, -signal.SIGKILL}:
        raise _beyond(path, f"读它要用的时间超过{seconds}秒，或内存超过{megabytes}MB")
    raise _beyond(path, f"读它的程序中途崩溃（{code}）")


# Characters that no text holds (``unseen``), as they may stand in the bytes of an answer.
_NO_TEXT = re.compile(
    rb"\\(?:u00[01]|[bf])|\x7f|\xed[\xa0-\xbf]|\xef\xb7[\x90-\xaf]|(?:\xef|[\xf0-\xf4].)\xbf[\xbe\xbf]"
)


def _as_text(content: Any) -> Any:
    """An answer in which what no text holds is the sign for a lost character, wherever it stands."""
    if isinstance(content, str):
        return unseen.replaced(content)
    if isinstance(content, list):
        return [_as_text(part) for part in content]
    if isinstance(content, dict):
        return {_as_text(key): _as_text(part) for key, part in content.items()}
    return content


def child() -> None:
    """What runs in the child process: limits, then the task, then the answer."""
    task, path, seconds, megabytes, answer, progress = sys.argv[1:]
    _limit(int(seconds), int(megabytes))
    try:
        said: tuple[str, Any] = ("result", _run(task, Path(path), int(progress)))
        data = json.dumps(said, ensure_ascii=False, allow_nan=False).encode("utf-8", "surrogatepass")
    except AuditbookError as error:
        parts = [(fault.where, fault.found, fault.expected, fault.remedy) for fault in error.faults]
        data = json.dumps(("error", (type(error).__name__, parts))).encode()
    except MemoryError:
        data = json.dumps(("memory", "")).encode()
    except Exception:
        data = json.dumps(("bug", traceback.format_exc())).encode()
    with contextlib.suppress(BrokenPipeError), open(int(answer), "wb") as file:
        file.write(data)
    os._exit(0)


def _run(task: str, path: Path, progress: int) -> Any:
    module, _, function = task.partition(":")
    work = getattr(importlib.import_module(module), function)
    if len(inspect.signature(work).parameters) < 2:
        return work(path)

    def told(done: int, of: int) -> None:
        with contextlib.suppress(BrokenPipeError):
            os.write(progress, f"{done} {of}\n".encode())

    return work(path, told)


def _limit(seconds: int, megabytes: int) -> None:
    """Where the system knows no such limits, the parent's clock alone remains."""
    try:
        import resource
    except ImportError:
        return
    for limit, most in (
        (resource.RLIMIT_CORE, 0), (resource.RLIMIT_FSIZE, 0), (resource.RLIMIT_AS, megabytes << 20),
        (resource.RLIMIT_CPU, seconds),
    ):  # fmt: skip
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(limit, (most, most))
