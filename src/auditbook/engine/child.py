"""The process in which one notebook runs: an ordinary IPython kernel that talks over one socket instead of ZeroMQ.

Everything between the frames is ipykernel's own: the application with its configuration, kernel, shell, display hook,
output streams and the thread that publishes them. So outputs are what they are under ``python -m ipykernel_launcher``.
A message to or from the kernel is one message of ``wire``: the channel's name (``shell`` or ``iopub``), then
the frames as ZeroMQ would carry them.

This module is imported by the parent, before it forks; nothing here starts a thread at import.
"""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import faulthandler  # noqa: F401  (this and others: what a kernel imports while it starts, so that no child has to)
import logging
import os
import random
import select
import socket
import sqlite3  # noqa: F401
import sys
import threading
import time
import weakref
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import IPython.core.completerlib
import IPython.core.debugger
import IPython.core.logger
import IPython.core.oinspect
import IPython.extensions.storemagic  # noqa: F401
import tornado.platform.asyncio  # noqa: F401
import zmq
from ipykernel.displayhook import ZMQDisplayHook  # noqa: F401  (named by the application as text)
from ipykernel.iostream import IOPubThread, OutStream
from ipykernel.ipkernel import IPythonKernel
from ipykernel.kernelapp import IPKernelApp
from ipykernel.kernelbase import Kernel
from IPython.paths import get_ipython_dir
from jupyter_client.session import Session
from tornado import ioloop
from traitlets import Any as AnyTrait
from traitlets import default

from auditbook.engine import wire


@dataclass(frozen=True)
class Surroundings:
    """What a fresh process would have: working folder, environment, module path, arguments of the kernel."""

    folder: str
    environment: dict[str, str]
    path: list[str]
    arguments: list[str]
    profiles: str


def run(conversation: socket.socket, given: Surroundings) -> None:
    """Be the kernel until the other side closes the conversation or the notebook ends the process.

    Raises   OSError where the working folder cannot be entered.
    """
    _settle(given)
    link = _Link(conversation)
    os.register_at_fork(after_in_child=link.forget)
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    application = _start(link, given)
    inbox = wire.Inbox()
    loop.add_reader(conversation, _receive, conversation, inbox, link, ioloop.IOLoop.current())
    application.start()  # type: ignore[no-untyped-call]
    _finish()


def _receive(conversation: socket.socket, inbox: wire.Inbox, link: _Link, loop: ioloop.IOLoop) -> None:
    """Hand what arrived to the kernel; at the end of the stream the kernel's loop ends."""
    more = inbox.take(conversation)
    for channel, *frames in inbox.messages():
        handle = link.handlers.get(channel)
        if handle is not None:
            loop.add_callback(handle, [zmq.Frame(frame) for frame in frames])
    if not more:
        asyncio.get_running_loop().remove_reader(conversation)
        loop.add_callback(loop.stop)


def _settle(given: Surroundings) -> None:
    """Make of a forked process what a fresh one would be."""
    os.environ.clear()
    os.environ.update(given.environment)
    os.chdir(given.folder)
    if hasattr(time, "tzset"):
        time.tzset()
    _close_standard_input()
    sys.path[:] = given.path
    sys.argv[:] = ["ipykernel_launcher.py"]
    _reseed()
    _forget_exit_handlers()


def _close_standard_input() -> None:
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    sys.stdin = sys.__stdin__ = open(0, closefd=False)  # type: ignore[misc]  # noqa: SIM115


def _reseed() -> None:
    """Random numbers as unpredictable as those of a fresh process."""
    random.seed()
    numbers = sys.modules.get("numpy.random")
    if numbers is not None:
        numbers.seed()


def _forget_exit_handlers() -> None:
    """Nothing that the forking process wanted done at its end is done at the end of this one."""
    atexit._clear()
    for finalizer in list(getattr(weakref.finalize, "_registry", ())):
        finalizer.atexit = False
    # these are registered once per process, when their module is first used, and are wanted in a fresh one
    atexit.register(logging.shutdown)
    atexit.register(getattr(weakref.finalize, "_exitfunc", lambda: None))
    processes: Any = sys.modules.get("multiprocessing.util")
    if processes is not None:
        processes._finalizer_registry.clear()
        atexit.register(processes._exit_function)


class _Link:
    """The socket of this process, as ipykernel sees its ZeroMQ sockets."""

    def __init__(self, conversation: socket.socket) -> None:
        self._conversation: socket.socket | None = conversation
        self._lock = threading.Lock()
        self.context = zmq.Context()
        self.handlers: dict[bytes, Callable[[list[zmq.Frame]], Any]] = {}

    def send(self, channel: bytes, frames: Sequence[Any]) -> None:
        """Send one message; a reader who is gone is noticed elsewhere."""
        with self._lock, contextlib.suppress(OSError):
            if self._conversation is not None:
                wire.send(self._conversation, [channel, *map(_plain, frames)])

    def forget(self) -> None:
        """In a process that a notebook forks: not its conversation, and it must not keep it open."""
        if self._conversation is not None:
            self._conversation.close()
            self._conversation = None


def _plain(frame: Any) -> bytes | memoryview:
    return frame.bytes if isinstance(frame, zmq.Frame) else frame


class _Channel:
    """The part of a ZeroMQ socket and of its stream that ipykernel uses."""

    closed = False

    def __init__(self, link: _Link, name: bytes) -> None:
        self._link = link
        self._name = name
        self.context = link.context

    def send_multipart(self, frames: Sequence[Any], *_: Any, **__: Any) -> None:
        self._link.send(self._name, frames)

    def on_recv(self, handle: Callable[[list[zmq.Frame]], Any], **_: Any) -> None:
        self._link.handlers[self._name] = handle

    def flush(self, *_: Any, **__: Any) -> None:
        """Nothing waits: ``send_multipart`` has sent."""

    def close(self) -> None:
        self.closed = True


class _MainThread:
    """In the place of the thread that hands requests to subshells: there is one shell, in the main thread."""

    def __init__(self) -> None:
        self.parent_thread = threading.main_thread()

    def __bool__(self) -> bool:
        return False


class _Kernel(IPythonKernel):
    """IPython's kernel, whose shell channel is not a ZeroMQ stream."""

    shell_stream = AnyTrait(allow_none=True)
    _supports_kernel_subshells = False

    async def do_execute(self, *given: Any, **named: Any) -> Any:
        """As the parent class; what programs wrote to descriptors 1 and 2 during a cell belongs to that cell."""
        reply = await super().do_execute(*given, **named)  # type: ignore[no-untyped-call]
        _read_descriptors()
        return reply

    def start(self) -> None:
        """As the parent class, without a word about the debugger that is not there."""
        if self.shell is not None:
            self.shell.exit_now = False
        Kernel.start(self)  # type: ignore[no-untyped-call]


def _read_descriptors() -> None:
    """Wait, at most 0.2 seconds, for ipykernel's threads that read what was written to the standard descriptors."""
    for stream in (sys.stdout, sys.stderr):
        pipe = getattr(stream, "_fid", None)
        if pipe is None:
            continue
        pending = select.poll()
        pending.register(pipe, select.POLLIN)
        end = time.monotonic() + 0.2
        waited = False
        while time.monotonic() < end and pending.poll(0):
            waited = True
            time.sleep(0.0005)
        if waited:
            time.sleep(0.001)  # read is not yet handed on


class Stream(OutStream):
    """The standard output, or error, of a notebook: a flush bothers the publishing thread only where something waits.

    A cell flushes both streams half a dozen times, most of them have nothing to say, and each time two threads take turns twice.
    """

    _sending = False

    def _flush(self) -> None:
        self._sending = True
        try:
            super()._flush()  # type: ignore[no-untyped-call]
        finally:
            self._sending = False

    def flush(self) -> None:
        """As the parent class: what was written before is sent before anything that is sent after."""
        # in this order: what has left the buffers meanwhile is being sent, or has been
        if self._buffers or self._sending or self.echo is not None:
            super().flush()  # type: ignore[no-untyped-call]


class _Application(IPKernelApp):
    """IPython's kernel application without ports, files and threads for ZeroMQ."""

    name = "ipython-kernel"  # so that the user's ipython_kernel_config.py counts, as it does elsewhere
    kernel_class = _Kernel
    link = AnyTrait()
    folder = AnyTrait()

    @default("ipython_dir")
    def _own_ipython_dir(self) -> str:
        """The user's, where there is one; the kernel must not make one."""
        return str(self.folder)

    @default("outstream_class")
    def _own_stream(self) -> str:
        return f"{__name__}.{Stream.__name__}"

    def init_connection_file(self) -> None:
        """No ports, no file that tells them."""

    def write_connection_file(self, **_: Any) -> None:
        """No ports, no file that tells them."""

    def log_connection_info(self) -> None:
        """No ports, nothing to log."""

    def init_poller(self) -> None:
        """The parent and its death signal look after this process."""

    def init_heartbeat(self) -> None:
        """The parent knows whether this process lives."""

    def init_sockets(self) -> None:
        """The publishing thread over our socket; what forked processes print reaches it as everywhere."""
        self.session = Session(parent=self)
        self.session.auth = None  # nobody else can write to the socket
        self.configure_tornado_logger()  # type: ignore[no-untyped-call]
        channel = _Channel(self.link, b"iopub")
        self.iopub_thread = IOPubThread(channel, pipe=True, session=self.session)  # type: ignore[no-untyped-call]
        self.iopub_thread.start()  # type: ignore[no-untyped-call]
        self.iopub_socket = self.iopub_thread.background_socket

    def init_kernel(self) -> None:
        """The kernel over our socket."""
        kernel = self.kernel_class.instance(
            parent=self, session=self.session, shell_stream=_Channel(self.link, b"shell"),
            shell_channel_thread=_MainThread(), iopub_thread=self.iopub_thread, iopub_socket=self.iopub_socket, log=self.log, profile_dir=self.profile_dir,
            user_ns=self.user_ns,
        )  # fmt: skip
        self.kernel = kernel
        self.displayhook.get_execution_count = lambda: kernel.execution_count


# what the configuration and its readers (tqdm, plotly and others ask for it by name) know the application as
_Application.__name__ = "IPKernelApp"


def _start(link: _Link, given: Surroundings) -> _Application:
    own = get_ipython_dir()
    known = os.path.isdir(os.path.join(own, "profile_default"))
    application = _Application.instance(link=link, folder=own if known else given.profiles)
    _take_back_inline_backend()
    application.initialize(given.arguments)  # type: ignore[no-untyped-call]
    return application


def _take_back_inline_backend() -> None:
    """Have the inline backend imported again where a preloaded module has: at import it connects itself with the shell."""
    pyplot = sys.modules.get("matplotlib.pyplot")
    if getattr(pyplot, "_backend_mod", None) is None:
        for name in ("matplotlib_inline", "matplotlib_inline.backend_inline"):
            sys.modules.pop(name, None)


def _finish() -> None:
    """The end of an ordinary interpreter: threads are waited for, exit handlers run."""
    with contextlib.suppress(BaseException):
        threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(Exception):
            stream.flush()


__all__ = ["Stream", "Surroundings", "run"]
