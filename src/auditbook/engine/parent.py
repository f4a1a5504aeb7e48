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
import gc
import importlib
import json
import math
import os
import select
import selectors
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NoReturn

from auditbook.faults import EXIT_OWN_FAULT

GRACE = 5.0  # seconds that a child has for its exit handlers; jupyter_client gives its kernels the same
_LENGTH = struct.Struct("!I")
_INLINE = "module://matplotlib_inline.backend_inline"
_STATEFUL = ("IPython.core.interactiveshell", "matplotlib", "numpy", "pandas")
# as the kernel's launcher: the caller's folder is not searched while modules are imported
_SEARCH = "import sys; sys.path[:1] = [] if sys.path[0] == '' else sys.path[:1]; "
_SPAWN = "sys.path.append({root!r}); from auditbook.engine import parent; parent.spawned({control})"
_TELL_PATH = "import json; print(json.dumps(sys.path))"


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
                _send_request(self._control, plan, [])

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
                _send_request(self._control, request, sockets)
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


def _send_request(
    control: socket.socket, request: Mapping[str, Any], sockets: Sequence[socket.socket]
) -> None:
    body = json.dumps(request).encode()
    socket.send_fds(control, [_LENGTH.pack(len(body))], [sock.fileno() for sock in sockets])
    control.sendall(body)


def _receive_request(control: socket.socket) -> tuple[dict[str, Any], list[socket.socket]] | None:
    """The next request, waited for; None at the end of the stream."""
    head, descriptors, _, _ = socket.recv_fds(control, _LENGTH.size, 2)
    sockets = [socket.socket(fileno=number) for number in descriptors]
    head += _exactly(control, _LENGTH.size - len(head)) if head else b""
    if len(head) < _LENGTH.size:
        return None
    (length,) = _LENGTH.unpack(head)
    body = _exactly(control, length)
    return (json.loads(body), sockets) if len(body) == length else None


def _exactly(sock: socket.socket, length: int) -> bytes:
    got = bytearray()
    while len(got) < length:
        piece = sock.recv(length - len(got))
        if not piece:
            break
        got += piece
    return bytes(got)


# ---- starting the parent process


def _forked(control: socket.socket, plan: Mapping[str, Any]) -> int:
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(Exception):
            stream.flush()
    pid = os.fork()
    if pid == 0:
        _leave(lambda: _forked_parent(control, plan))
    return pid


def _forked_parent(control: socket.socket, plan: Mapping[str, Any]) -> None:
    import contextvars

    from auditbook.engine import clean

    clean.forget_caller({control.fileno()})
    contextvars.Context().run(_serve, control, plan, None)


def _spawned(control: socket.socket, environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
    root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    code = _SEARCH + _SPAWN.format(root=root, control=control.fileno())
    return subprocess.Popen(
        [sys.executable, "-c", code],
        pass_fds=[control.fileno()],
        env=dict(environment),
        stdin=subprocess.DEVNULL,
    )


def spawned(number: int) -> NoReturn:
    """The parent in an interpreter of its own; ``number`` is the descriptor of its control socket."""
    path = sys.path[:-1]  # without what the wrapper added

    def serve() -> None:
        control = socket.socket(fileno=number)
        control.set_inheritable(False)
        asked = _receive_request(control)
        if asked is not None:
            _serve(control, asked[0], path)

    _leave(serve)


def _leave(work: Any) -> NoReturn:
    """Do the work of a process and end it, whatever happens, without running what its ancestors left to be run."""
    code = EXIT_OWN_FAULT
    try:
        work()
        code = 0
    except SystemExit as leaving:
        code = leaving.code if isinstance(leaving.code, int) else EXIT_OWN_FAULT
    except BaseException:
        traceback.print_exc(file=sys.__stderr__)
    finally:
        with contextlib.suppress(BaseException):
            if sys.__stderr__ is not None:
                sys.__stderr__.flush()
        os._exit(code)


# ---- in the parent process


@dataclass
class _Waiting:
    """A request that waits for imports."""

    request: dict[str, Any]
    sockets: list[socket.socket]


def _serve(control: socket.socket, plan: Mapping[str, Any], path: list[str] | None) -> None:
    # Ctrl-C is the caller's to answer; it ends this process by closing
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _die_with(plan["caller"])
    os.environ.clear()
    os.environ.update(plan["environment"])
    # matplotlib reads it at import; a kernel sets it before any cell
    os.environ.setdefault("MPLBACKEND", _INLINE)
    query = None if path is not None else _ask_for_path()
    _Server(control, path, query).run(plan["preload"])


def _import_kernel() -> None:
    """A run needs no debugger; without it ipykernel is imported 60 ms sooner. A notebook can still import it."""
    absent = "debugpy" not in sys.modules
    if absent:
        sys.modules["debugpy"] = None  # type: ignore[assignment]
    try:
        importlib.import_module("ipykernel.debugger")
    finally:
        if absent:
            del sys.modules["debugpy"]
    importlib.import_module("auditbook.engine.child")


def _die_with(pid: int) -> None:
    """Have this process killed when ``pid``, which started it, dies (Linux); 0: not."""
    _death_signal(signal.SIGKILL if pid else 0)
    if pid and os.getppid() != pid:
        os._exit(EXIT_OWN_FAULT)


def _death_signal(number: int) -> None:
    if sys.platform == "linux":
        import ctypes

        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(1, number, 0, 0, 0)  # 1 is PR_SET_PDEATHSIG


def _ask_for_path() -> subprocess.Popen[bytes]:
    """What a fresh interpreter searches for modules; asked of one, since callers change theirs."""
    return subprocess.Popen(
[sys.executable, "-c", _SEARCH + _TELL_PATH],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
    )  # fmt: skip


class _Server:
    """The loop of the parent process."""

    def __init__(
        self, control: socket.socket, path: list[str] | None, query: subprocess.Popen[bytes] | None
    ) -> None:
        self._control = control
        self._path = path
        self._query = query
        self._ready: set[str] = set()
        self._waiting: list[_Waiting] = []
        self._leashes: dict[int, socket.socket] = {}  # by the child's number
        self._branches: set[int] = set()
        self._profiles = ""
        self._open()

    def _open(self) -> None:
        self._selector = selectors.DefaultSelector()
        self._wake, self._woken = socket.socketpair()
        for sock in (self._wake, self._woken):
            sock.setblocking(False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(self._wake.fileno(), warn_on_full_buffer=False)
        self._selector.register(self._control, selectors.EVENT_READ, self._request)
        self._selector.register(self._woken, selectors.EVENT_READ, self._reap)

    def run(self, preload: Iterable[str]) -> None:
        """Import, and serve requests until the caller closes or is gone."""
        try:
            _import_kernel()
            self._import(preload)
            while self._turn(None):
                self._serve_waiting(done=True)
        finally:
            self._end()

    def _import(self, names: Iterable[str]) -> None:
        for name in names:
            with contextlib.suppress(Exception):  # the notebook that needs it will say what is wrong
                importlib.import_module(name)
            self._ready.add(name)
            if not self._turn(0):
                raise SystemExit(0)
            self._serve_waiting(done=False)
        gc.collect()
        gc.freeze()  # collections in children leave these pages shared
        _death_signal(
            0
        )  # from here on the end of the control socket is seen at once, and leaves nothing behind
        self._serve_waiting(done=True)

    def _turn(self, timeout: float | None) -> bool:
        """Answer what has happened; False once the caller is gone."""
        return all([key.data(key.fileobj) for key, _ in self._selector.select(timeout)])

    def _request(self, control: socket.socket) -> bool:
        try:
            asked = _receive_request(control)
        except OSError:
            asked = None
        if asked is not None:
            self._waiting.append(_Waiting(*asked))
        return asked is not None

    def _serve_waiting(self, done: bool) -> None:
        waiting, self._waiting = self._waiting, []
        for one in waiting:
            needs = one.request.get("needs")
            if done or (needs is not None and self._ready.issuperset(needs)):
                self._branch(one) if "preload" in one.request else self._fork(one)
            else:
                self._waiting.append(one)

    # ---- children

    def _fork(self, asked: _Waiting) -> None:
        conversation, leash = asked.sockets
        path, profiles = self._module_path(), self._profile_folder()
        pid = os.fork()
        if pid == 0:
            leash.close()
            _leave(lambda: self._child(conversation, asked.request, path, profiles))
        conversation.close()
        self._leashes[pid] = leash
        self._selector.register(leash, selectors.EVENT_READ, lambda _: self._pull(pid))
        _tell(leash, pid=pid)

    def _child(
        self, conversation: socket.socket, request: dict[str, Any], path: list[str], profiles: str
    ) -> None:
        import contextvars

        from auditbook.engine import child

        parent = os.getppid()
        self._let_go()
        os.setsid()
        _die_with(parent)
        given = child.Surroundings(
            request["folder"], request["environment"], path, request["arguments"], profiles
        )
        contextvars.Context().run(child.run, conversation, given)

    def _let_go(self) -> None:
        """In a process just forked: keep nothing of what the parent holds for others."""
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        self._selector.close()
        for sock in (self._control, self._wake, self._woken, *self._leashes.values()):
            sock.close()
        for one in self._waiting:
            for sock in one.sockets:
                sock.close()
        self._leashes, self._waiting, self._branches = {}, [], set()

    def _branch(self, asked: _Waiting) -> None:
        (control,) = asked.sockets
        pid = os.fork()
        if pid == 0:
            parent = os.getppid()

            def serve() -> None:
                self._let_go()
                self._module_path()
                self._profiles = ""
                _die_with(parent)
                self._control = control
                self._open()
                self.run(asked.request["preload"])

            _leave(serve)
        control.close()
        self._branches.add(pid)

    def _module_path(self) -> list[str]:
        if self._path is None:
            assert self._query is not None
            told, _ = self._query.communicate()
            self._path = json.loads(told)
        return self._path

    def _profile_folder(self) -> str:
        """An empty folder for IPython where the user has none: nothing is written to the user's home."""
        if not self._profiles:
            import tempfile

            self._profiles = tempfile.mkdtemp(prefix="auditbook-ipython-")
        return self._profiles

    def _pull(self, pid: int) -> bool:
        """A byte on the leash is a signal for the child's group; the end of the leash is the end of the child."""
        leash = self._leashes.get(pid)
        if leash is None:
            return True
        try:
            asked = leash.recv(1)
        except OSError:
            asked = b""
        if not asked:
            self._selector.unregister(leash)
        self._signal(pid, asked[0] if asked else signal.SIGKILL)
        return True

    @staticmethod
    def _signal(pid: int, number: int) -> None:
        for send in (os.killpg, os.kill):  # the group is there a moment later than the process
            with contextlib.suppress(ProcessLookupError, PermissionError):
                send(pid, number)
                return

    def _reap(self, woken: socket.socket | None = None) -> bool:
        """Tell of children that have ended, and leave nothing of their process groups."""
        if woken is not None:
            with contextlib.suppress(BlockingIOError):
                while woken.recv(4096):
                    pass
        for pid in list(self._leashes):
            # not reaped yet: until the group is killed the number must not be given to another process
            if os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None:
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.killpg(pid, signal.SIGKILL)
                _, status = os.waitpid(pid, 0)
                leash = self._leashes.pop(pid)
                with contextlib.suppress(KeyError, ValueError):
                    self._selector.unregister(leash)
                _tell(leash, ended=_ending(status))
                leash.close()
        for pid in list(self._branches):
            if os.waitpid(pid, os.WNOHANG) != (0, 0):
                self._branches.discard(pid)
        return True

    def _end(self) -> None:
        for pid in self._leashes:
            self._signal(pid, signal.SIGKILL)
        for pid in self._branches:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        while self._leashes or self._branches:
            self._selector.select(0.1)
            self._reap(self._woken)
        if self._query is not None and self._path is None:
            self._query.kill()
            self._query.wait()
        if self._profiles:
            import shutil

            shutil.rmtree(self._profiles, ignore_errors=True)


def _tell(leash: socket.socket, **what: Any) -> None:
    with contextlib.suppress(OSError):
        leash.sendall(json.dumps(what).encode() + b"\n")


def _ending(status: int) -> str:
    code = os.waitstatus_to_exitcode(status)
    return f"signal {-code}" if code < 0 else f"exit {code}"
