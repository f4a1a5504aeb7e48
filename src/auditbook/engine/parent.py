"""A process that has done the imports, and forks one clean child for each notebook.

Three sockets, all of them nameless pairs:

- control, between caller and parent: requests, each with two descriptors. Its end is the end of parent and children.
- conversation, between caller and child: the kernel's messages (``wire``).
- leash, between caller and parent, one for each child: the parent tells the child's number and, later, how it ended;
  a byte from the caller is a signal for the child's process group, the end of the stream kills it.

The parent is the only one that signals children, and the one that reaps them: a number is never used after it has
been given to another process. Nothing here is imported that costs more than a few milliseconds.
"""

from __future__ import annotations

import contextlib
import json
import math
import os
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from auditbook.engine import serving, wire
from auditbook.engine.serving import GRACE

_STATEFUL = ("IPython.core.interactiveshell", "matplotlib", "numpy", "pandas")
_SPAWN = "sys.path.append({root!r}); from auditbook.engine import serving; serving.spawned({control})"


class ParentLost(RuntimeError):
    """The parent process has gone, or never came up."""


def can_fork() -> bool:
    """Whether this system forks processes and passes descriptors between them."""
    return hasattr(os, "fork") and hasattr(socket, "send_fds") and hasattr(signal, "SIGCHLD")


def may_fork_here(environment: Mapping[str, str]) -> bool:
    """Whether a fork of this very process would be as good as a fresh one.

    Not with a second thread (locks held by it stay locked), not under another hash seed (it is chosen at the start of a
    process), and not where libraries with options of their own have been imported, which may have been changed.
    """
    seed = environment.get("PYTHONHASHSEED", "random") or "random"
    same_seed = seed == "random" or (seed == "0" and not sys.flags.hash_randomization)
    return (
        can_fork()
        and threading.active_count() == 1
        and same_seed
        and not any(name in sys.modules for name in _STATEFUL)
    )


@dataclass
class Connection:
    """One child, seen from the caller."""

    conversation: socket.socket
    leash: socket.socket
    pid: int | None = None
    ended: str | None = None
    _told: bytearray = field(default_factory=bytearray)

    def listen(self, timeout: float | None = 0.0) -> bool:
        """Read what the parent tells about the child; waits at most ``timeout`` seconds. True once the child has ended."""
        deadline = None if timeout is None else time.monotonic() + timeout
        while self.ended is None:
            left = None if deadline is None else max(0.0, deadline - time.monotonic())
            if not _ready([self.leash], left):
                break
            self._hear()
        return self.ended is not None

    def _hear(self) -> None:
        try:
            piece = self.leash.recv(4096)
        except OSError:
            piece = b""
        self._told += piece
        while b"\n" in self._told:
            line, _, rest = self._told.partition(b"\n")
            self._told = bytearray(rest)
            told = json.loads(line)
            self.pid = told.get("pid", self.pid)
            self.ended = told.get("ended", self.ended)
        if not piece and self.ended is None:
            self.ended = "the parent process is gone"

    def signal(self, number: int) -> None:
        """Send a signal to the child and all that it started in its process group."""
        with contextlib.suppress(OSError):
            self.leash.send(bytes([number]))

    def finish(self, grace: float = GRACE) -> None:
        """End the child in an orderly way: exit handlers run, for at most ``grace`` seconds; then it is killed."""
        with contextlib.suppress(OSError):
            self.conversation.shutdown(socket.SHUT_WR)
        deadline = time.monotonic() + grace
        talking = True
        while self.ended is None and (left := deadline - time.monotonic()) > 0:
            ready = _ready([self.leash, *([self.conversation] if talking else [])], left)
            if (
                self.conversation in ready
            ):  # read to the end: a child that still prints must not wait for a reader
                with contextlib.suppress(BlockingIOError):
                    talking = bool(_received(self.conversation))
            if self.leash in ready:
                self._hear()
        self.kill()

    def kill(self) -> None:
        """Kill the child with its whole process group, now, and wait until it is gone. May be called again."""
        if self.leash.fileno() < 0:
            return
        with contextlib.suppress(OSError):
            self.leash.shutdown(socket.SHUT_WR)
        self.listen(GRACE)
        self.leash.close()
        self.conversation.close()


def _ready(sockets: Sequence[socket.socket], timeout: float | None) -> list[socket.socket]:
    """Those that can be read, waited for at most ``timeout`` seconds."""
    waiting = select.poll()  # select() refuses descriptors above 1023
    for sock in sockets:
        waiting.register(sock, select.POLLIN)
    numbers = {number for number, _ in waiting.poll(None if timeout is None else math.ceil(timeout * 1000))}
    return [sock for sock in sockets if sock.fileno() in numbers]


def _received(sock: socket.socket) -> bytes:
    try:
        return sock.recv(1 << 16, socket.MSG_DONTWAIT)
    except ConnectionError:
        return b""


class Parent:
    """The caller's hold on a parent process. Closing it, or leaving its ``with`` block, ends parent and children."""

    def __init__(self, preload: Sequence[str] = (), environment: Mapping[str, str] | None = None) -> None:
        """Start the parent; it imports on while the caller goes on.

        Takes    preload: names of modules, imported in this order, a missing one being left to whoever needs it;
                 environment: of the parent while it imports (some libraries read theirs at import); its
                 PYTHONHASHSEED is the one of all children.
        Raises   ParentLost where processes cannot be forked.
        """
        if not can_fork():
            raise ParentLost("this system does not fork processes")
        self.environment = dict(os.environ if environment is None else environment)
        self.preload = tuple(preload)
        self._lock = threading.Lock()
        self._control, theirs = socket.socketpair()
        self._process: subprocess.Popen[bytes] | None = None
        self._pid: int | None = None
        # a death signal goes with the thread that started a process: only the main one lasts as long as the process does
        guarded = os.getpid() if threading.current_thread() is threading.main_thread() else 0
        plan = {"preload": self.preload, "environment": self.environment, "caller": guarded}
        with theirs:
            if may_fork_here(self.environment):
                self._pid = _forked(theirs, plan)
            else:
                self._process = _spawned(theirs, self.environment)
                wire.send_request(self._control, plan, [])

    @property
    def pid(self) -> int | None:
        """The number of the parent process; None where another parent has started it."""
        return self._process.pid if self._process is not None else self._pid

    def start(
        self, folder: str, environment: Mapping[str, str] | None = None, arguments: Sequence[str] = (),
        needs: Sequence[str] | None = None,
    ) -> Connection:  # fmt: skip
        """Fork a child, as soon as the modules that it needs have been imported (None: all of them); does not wait.

        Takes    folder: the child's working folder; environment: all of it (None: the caller's own);
                 arguments: as to ``python -m ipykernel_launcher``.
        Raises   ParentLost where the parent is gone.
        """
        ours, conversation = socket.socketpair()
        leash, its_leash = socket.socketpair()
        request = {
            "folder": os.path.abspath(folder), "arguments": list(arguments), "needs": None if needs is None else list(needs),
            "environment": dict(os.environ if environment is None else environment),
        }  # fmt: skip
        with conversation, its_leash:
            try:
                self._ask(request, [conversation, its_leash])
            except ParentLost:
                ours.close()
                leash.close()
                raise
        return Connection(ours, leash)

    def branch(self, preload: Sequence[str]) -> Parent:
        """A second parent, forked from this one after its imports, that imports more. It ends with this one."""
        branch = Parent.__new__(Parent)
        branch.environment, branch.preload = self.environment, (*self.preload, *preload)
        branch._lock, branch._process, branch._pid = threading.Lock(), None, None
        branch._control, theirs = socket.socketpair()
        with theirs:
            self._ask({"preload": list(preload)}, [theirs])
        return branch

    def _ask(self, request: Mapping[str, Any], sockets: Sequence[socket.socket]) -> None:
        try:
            with self._lock:
                wire.send_request(self._control, request, sockets)
        except OSError as error:
            raise ParentLost("the parent process is gone") from error

    def close(self) -> None:
        """End the parent and all its children. May be called again."""
        with self._lock:
            self._control.close()
        if self._process is not None:
            try:
                self._process.wait(GRACE)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        elif self._pid is not None:
            _wait_or_kill(self._pid)
            self._pid = None

    def __enter__(self) -> Parent:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _wait_or_kill(pid: int) -> None:
    deadline = time.monotonic() + GRACE
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(pid, os.WNOHANG) == (0, 0):
            if time.monotonic() > deadline:
                os.kill(pid, signal.SIGKILL)
            time.sleep(0.001)


# ---- starting the parent process


def _forked(control: socket.socket, plan: Mapping[str, Any]) -> int:
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(Exception):
            stream.flush()
    pid = os.fork()
    if pid == 0:
        serving.forked(control, plan)
    return pid


def _spawned(control: socket.socket, environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
    root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    code = serving.SEARCH + _SPAWN.format(root=root, control=control.fileno())
    return subprocess.Popen(
        [sys.executable, "-c", code],
        pass_fds=[control.fileno()],
        env=dict(environment),
        stdin=subprocess.DEVNULL,
    )
