"""The parent process: it imports, forks children on request, and is the only one that signals and reaps them.

``parent`` is the caller's side. Nothing here is imported that costs more than a few milliseconds; what a kernel needs
is imported when this is the parent process.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import selectors
import signal
import socket
import subprocess
import sys
import time
import traceback
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from auditbook.engine import wire
from auditbook.faults import EXIT_OWN_FAULT

GRACE = 5.0  # seconds that a child has for its exit handlers; jupyter_client gives its kernels the same
_INLINE = "module://matplotlib_inline.backend_inline"
# as the kernel's launcher: the caller's folder is not searched while modules are imported
SEARCH = "import sys; sys.path[:1] = [] if sys.path[0] == '' else sys.path[:1]; "
_TELL_PATH = "import json; print(json.dumps(sys.path))"


def forked(control: socket.socket, plan: Mapping[str, Any]) -> NoReturn:
    """The parent in a process that the caller has just forked from itself."""
    leave(lambda: _forked_parent(control, plan))


def _forked_parent(control: socket.socket, plan: Mapping[str, Any]) -> None:
    import contextvars

    from auditbook.engine import clean

    clean.forget_caller({control.fileno()})
    contextvars.Context().run(_serve, control, plan, None)


def spawned(number: int) -> NoReturn:
    """The parent in an interpreter of its own; ``number`` is the descriptor of its control socket."""
    path = sys.path[:-1]  # without what the wrapper added

    def serve() -> None:
        control = socket.socket(fileno=number)
        control.set_inheritable(False)
        asked = wire.receive_request(control)
        if asked is not None:
            _serve(control, asked[0], path)

    leave(serve)


def leave(work: Any) -> NoReturn:
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
[sys.executable, "-c", SEARCH + _TELL_PATH],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
    )  # fmt: skip


_OURS = (signal.SIGCHLD, signal.SIGTERM)


def _fork_undisturbed() -> int:
    """Fork; the signals that the server handles wait until the new process has let go of their handlers.

    A server that is ended while it forks would otherwise run its own handler in a child that is not yet set up.
    """
    signal.pthread_sigmask(signal.SIG_BLOCK, _OURS)
    try:
        pid = os.fork()
    except OSError:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _OURS)
        raise
    if pid:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _OURS)
    return pid


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
        self._reaping = self._importing = False
        self._open()

    def _open(self) -> None:
        self._selector = selectors.DefaultSelector()
        self._wake, self._woken = socket.socketpair()
        for sock in (self._wake, self._woken):
            sock.setblocking(False)
        # in the midst of a long import, too: who waits for the end of a child must not wait for the import
        signal.signal(signal.SIGCHLD, lambda *_: self._importing and self._reap() and None)
        signal.signal(signal.SIGTERM, lambda *_: self._leave())
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
            self._importing = True
            with contextlib.suppress(Exception):  # the notebook that needs it will say what is wrong
                importlib.import_module(name)
            self._importing = False
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
            asked = wire.receive_request(control)
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
        pid = _fork_undisturbed()
        if pid == 0:
            leash.close()
            leave(lambda: self._child(conversation, asked.request, path, profiles))
        conversation.close()
        _tell(leash, pid=pid)
        self._selector.register(leash, selectors.EVENT_READ, lambda _: self._pull(pid))
        self._leashes[pid] = leash
        self._reap()  # it may have ended before it was known

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
        for number in _OURS:
            signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _OURS)
        self._selector.close()
        for sock in (self._control, self._wake, self._woken, *self._leashes.values()):
            sock.close()
        for one in self._waiting:
            for sock in one.sockets:
                sock.close()
        self._leashes, self._waiting, self._branches = {}, [], set()

    def _branch(self, asked: _Waiting) -> None:
        (control,) = asked.sockets
        self._module_path()  # read here: of two branches that share the pipe only one would get the answer
        pid = _fork_undisturbed()
        if pid == 0:
            parent = os.getppid()

            def serve() -> None:
                self._let_go()
                self._profiles = ""
                _die_with(parent)
                self._control = control
                self._open()
                self.run(asked.request["preload"])

            leave(serve)
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
        if not self._reaping:  # the signal may come while this is at work; it is told of again below
            self._reaping = True
            try:
                while any([self._reap_child(pid) for pid in list(self._leashes)]):
                    pass
                for pid in list(self._branches):
                    if os.waitpid(pid, os.WNOHANG) != (0, 0):
                        self._branches.discard(pid)
            finally:
                self._reaping = False
        return True

    def _reap_child(self, pid: int) -> bool:
        # not reaped yet: until the group is killed the number must not be given to another process
        if os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
            return False
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(pid, signal.SIGKILL)
        _, status = os.waitpid(pid, 0)
        leash = self._leashes.pop(pid)
        with contextlib.suppress(KeyError, ValueError):
            self._selector.unregister(leash)
        _tell(leash, ended=_ending(status))
        leash.close()
        return True

    def _end_branches(self, number: int) -> None:
        for pid in self._branches:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)

    def _leave(self) -> None:
        """End at once: an exception in the midst of an import may be lost, with a traceback, in a callback of the import."""
        self._end()
        os._exit(0)

    def _end(self) -> None:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        for pid in self._leashes:
            self._signal(pid, signal.SIGKILL)
        self._end_branches(signal.SIGTERM)  # they have children of their own to end
        deadline = time.monotonic() + GRACE
        while self._leashes or self._branches:
            self._selector.select(0.1)
            self._reap(self._woken)
            if time.monotonic() > deadline:
                self._end_branches(signal.SIGKILL)
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
