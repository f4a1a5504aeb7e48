"""A papermill engine whose kernels are forked: ``papermill --engine auditbook`` (entry point group ``papermill.engine``).

All that happens between papermill and a kernel stays papermill's and nbclient's own code: cells, outputs, display ids,
timeouts, errors. Only the kernel manager and the client that it asks for are ours, and hand messages to a forked
child (``parent``, ``child``). papermill imports this module whenever it is imported itself: nothing heavy up here.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
import time
from collections import deque
from collections.abc import Mapping
from datetime import datetime
from queue import Empty
from typing import TYPE_CHECKING, Any

from papermill.engines import Engine, NBClientEngine

from auditbook.engine import wire
from auditbook.engine.parent import Connection, Parent, can_fork

if TYPE_CHECKING:
    from jupyter_client.session import Session


class ForkingEngine(Engine):  # type: ignore[misc]
    """Runs each notebook in a forked child; where that cannot be, as papermill's own engine does."""

    @classmethod
    def execute_managed_notebook(
        cls, nb_man: Any, kernel_name: str, log_output: bool = False, stdout_file: Any = None, stderr_file: Any = None,
        start_timeout: float = 60, execution_timeout: float | None = None, parent: Parent | None = None,
        folder: str | None = None, environment: Mapping[str, str] | None = None, needs: list[str] | None = None, **kwargs: Any,
    ) -> Any:  # fmt: skip
        """Run the notebook that ``nb_man`` manages.

        Takes    as papermill's own engine, times in seconds, and: parent: which forks the child (None: one made for this
                 notebook alone); folder, environment: of the child (None: those of this process);
                 needs: modules that the parent must have imported (None: all that it was told to).
        Raises   as papermill's own engine: CellTimeoutError, DeadKernelError.
        """
        ordinary = dict(log_output=log_output, stdout_file=stdout_file, stderr_file=stderr_file,
                        start_timeout=start_timeout, execution_timeout=execution_timeout)  # fmt: skip
        own = _environment_of_kernel(kernel_name, os.environ if environment is None else environment)
        if own is None or not available():
            return NBClientEngine.execute_managed_notebook(nb_man, kernel_name, **ordinary, **kwargs)
        with contextlib.ExitStack() as stack:
            if parent is None:
                parent = stack.enter_context(Parent((), own))
            manager = _Manager(parent, folder or os.getcwd(), own, needs)
            stack.callback(manager.kill)
            client = _client(nb_man, manager, dict(ordinary, kernel_name=kernel_name), kwargs)
            executed = client.execute()
            manager.finish(now=client.shutdown_kernel == "immediate")
            return executed


def available() -> bool:
    """Whether notebooks run in forked children here; AUDITBOOK_ENGINE=papermill says no."""
    return can_fork() and os.environ.get("AUDITBOOK_ENGINE") != "papermill"


def register() -> None:
    """Make the engine known to papermill where the installed package does not: an older install, a source folder."""
    from papermill.engines import papermill_engines

    papermill_engines.register("auditbook", ForkingEngine)


def _client(nb_man: Any, manager: _Manager, ordinary: dict[str, Any], kwargs: dict[str, Any]) -> Any:
    """Papermill's client, with the options that papermill's own engine would give it."""
    from papermill.clientwrap import PapermillNotebookClient
    from papermill.log import logger
    from papermill.utils import merge_kwargs, remove_args

    kwargs = remove_args(["input_path"], **kwargs)
    options = merge_kwargs(
        remove_args(["timeout", "startup_timeout"], **kwargs),
        timeout=ordinary["execution_timeout"] or kwargs.get("timeout"), startup_timeout=ordinary["start_timeout"],
        kernel_name=ordinary["kernel_name"], log=logger, log_output=ordinary["log_output"],
        stdout_file=ordinary["stdout_file"], stderr_file=ordinary["stderr_file"],
    )  # fmt: skip
    return PapermillNotebookClient(nb_man, km=manager, **options)


def _environment_of_kernel(name: str, environment: Mapping[str, str]) -> dict[str, str] | None:
    """The environment of a kernel of this very interpreter; None where ``name`` is some other kernel."""
    from jupyter_client.kernelspec import KernelSpecManager

    # an unknown name is an error that papermill's own engine tells about
    with contextlib.suppress(Exception):
        spec = KernelSpecManager().get_kernel_spec(name)
        ours = spec.argv[0] in (
            "python",
            "python3",
            f"python{sys.version_info[0]}.{sys.version_info[1]}",
            sys.executable,
        )
        if ours and spec.argv[1:] == ["-m", "ipykernel_launcher", "-f", "{connection_file}"]:
            return {**environment, **spec.env}
    return None


class _Manager:
    """What nbclient asks of a jupyter_client kernel manager."""

    ipykernel = True
    kernel_id = None

    def __init__(
        self, parent: Parent, folder: str, environment: dict[str, str], needs: list[str] | None
    ) -> None:
        self._parent = parent
        self._folder = folder
        self._environment = environment
        self._needs = needs
        self._connection: Connection | None = None
        self._client: _Client | None = None

    @property
    def has_kernel(self) -> bool:
        return self._connection is not None

    def start_kernel(self, extra_arguments: list[str], cwd: str | None = None, **_: Any) -> None:
        """Ask for a child; it comes up while the caller goes on."""
        self._connection = self._parent.start(
            cwd or self._folder, self._environment, extra_arguments, self._needs
        )

    def client(self) -> _Client:
        assert self._connection is not None
        self._client = _Client(self._connection)
        return self._client

    def is_alive(self) -> bool:
        return self._connection is not None and not self._connection.listen()

    def interrupt_kernel(self) -> None:
        import signal

        if self._connection is not None:
            self._connection.signal(signal.SIGINT)

    def finish(self, now: bool = False) -> None:
        """End the child as ``shutdown_kernel`` would: its exit handlers run."""
        self._drop()
        if self._connection is not None:
            self._connection.kill() if now else self._connection.finish()

    def kill(self) -> None:
        """Leave nothing of the child and of what it started."""
        self._drop()
        if self._connection is not None:
            self._connection.kill()

    def shutdown_kernel(self, now: bool = False, **_: Any) -> None:
        self.finish(now)

    def cleanup_resources(self) -> None:
        self.kill()

    def _drop(self) -> None:
        if self._client is not None:
            self._client.stop_channels()


class _Client:
    """What nbclient asks of a jupyter_client kernel client."""

    allow_stdin = False

    def __init__(self, connection: Connection) -> None:
        from jupyter_client.session import Session

        self.session: Session = Session()
        self.session.auth = None  # nobody else can write to the socket
        self.shell_channel = _Channel(self, b"shell")
        self.iopub_channel = _Channel(self, b"iopub")
        self._connection = connection
        self._inbox = wire.Inbox()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._waiting: list[asyncio.Future[None]] = []
        self._open = True

    def start_channels(self) -> None:
        """The connection is there from the start."""

    def stop_channels(self) -> None:
        """Let go of the event loop."""
        loop, self._loop = self._loop, None
        if loop is None or loop.is_closed():
            return
        for sock in (self._connection.conversation, self._connection.leash):
            if sock.fileno() >= 0:
                if loop.is_running():  # nbclient's helper thread, where the caller has a loop of his own
                    loop.call_soon_threadsafe(loop.remove_reader, sock.fileno())
                else:
                    loop.remove_reader(sock.fileno())

    async def wait_for_ready(self, timeout: float | None = None) -> None:
        """Wait for the first answer of the kernel, at most ``timeout`` seconds.

        Raises   RuntimeError with jupyter_client's words.
        """
        asked = self.kernel_info()
        deadline = None if timeout is None else time.monotonic() + timeout
        try:
            while True:
                left = None if deadline is None else max(0.0, deadline - time.monotonic())
                reply = await self.shell_channel.get_msg(left)
                if reply["parent_header"].get("msg_id") == asked:
                    break
        except Empty:
            raise RuntimeError(f"Kernel didn't respond in {timeout:d} seconds") from None
        except Exception as error:
            raise RuntimeError("Kernel died before replying to kernel_info") from error
        self.iopub_channel.forget()

    def is_alive(self) -> bool:
        return not self._connection.listen()

    def execute(self, code: str, store_history: bool = True, stop_on_error: bool = True) -> str:
        content = dict(code=code, silent=False, store_history=store_history, user_expressions={},
                       allow_stdin=self.allow_stdin, stop_on_error=stop_on_error)  # fmt: skip
        return self.send(self.session.msg("execute_request", content))

    def kernel_info(self) -> str:
        return self.send(self.session.msg("kernel_info_request"))

    def send(self, message: dict[str, Any]) -> str:
        """Send a request; a child that is gone is noticed by who waits for the reply."""
        with contextlib.suppress(OSError):
            wire.send(self._connection.conversation, [b"shell", *self.session.serialize(message)])
        return str(message["header"]["msg_id"])

    def change(self) -> asyncio.Future[None]:
        """Comes true when something has arrived, or the child has ended.

        It counts from this very call: a message between the look at the queue and the wait is not missed.
        """
        loop = asyncio.get_running_loop()
        if self._loop is not loop:
            self.stop_channels()
            self._loop = loop
            loop.add_reader(self._connection.conversation, self._receive)
            loop.add_reader(self._connection.leash, self._listen)
        waiter = loop.create_future()
        self._waiting.append(waiter)
        return waiter

    @property
    def dead(self) -> bool:
        return not self._open

    def _receive(self) -> None:
        more = self._inbox.take(self._connection.conversation)
        self._sort()
        if not more:
            # the last that it had to say has been read; how it ended is on the leash in a moment
            self._connection.listen(1.0)
            self._end()

    def _listen(self) -> None:
        if self._connection.listen():
            # what it sent before it ended is all there by now
            self._inbox.take(self._connection.conversation)
            self._sort()
            self._end()
        self._wake()

    def _sort(self) -> None:
        for name, *frames in self._inbox.messages():
            channel = self.shell_channel if name == b"shell" else self.iopub_channel
            channel.messages.append(self._message(frames))
        self._wake()

    def _message(self, frames: list[Any]) -> dict[str, Any]:
        """As ``Session.deserialize``, which takes most of its time to look everywhere for dates: nbclient reads but this one."""
        parts: list[Any] = self.session.feed_identities(frames)[1][1:]  # without the signature
        header, parent, metadata, content = map(self.session.unpack, parts[:4])
        with contextlib.suppress(ValueError):  # then it stays what it is, as with jupyter_client
            header["date"] = datetime.fromisoformat(header["date"])
        return {
            "header": header, "msg_id": header["msg_id"], "msg_type": header["msg_type"], "parent_header": parent,
            "metadata": metadata, "content": content, "buffers": [memoryview(buffer) for buffer in parts[4:]],
        }  # fmt: skip

    def _end(self) -> None:
        self._open = False
        self.stop_channels()
        self._wake()

    def _wake(self) -> None:
        waiting, self._waiting = self._waiting, []
        for waiter in waiting:
            if not waiter.done():
                waiter.set_result(None)


class _Channel:
    """One of a client's channels: the messages that have arrived on it."""

    def __init__(self, client: _Client, name: bytes) -> None:
        self._client = client
        self._name = name
        self.messages: deque[dict[str, Any]] = deque()

    async def get_msg(self, timeout: float | None = None) -> dict[str, Any]:
        """The next message, waited for.

        Raises   Empty after ``timeout`` seconds; DeadKernelError where the child has ended and said no more.
        """
        deadline = None if timeout is None else time.monotonic() + timeout
        while not self.messages:
            if self._client.dead:
                await self._never()
            left = None if deadline is None else deadline - time.monotonic()
            try:
                await asyncio.wait_for(self._client.change(), left)
            except TimeoutError:
                if not self.messages:
                    raise Empty from None
        return self.messages.popleft()

    async def _never(self) -> None:
        from nbclient.exceptions import DeadKernelError
        from papermill.log import logger

        if self._name == b"iopub":
            await asyncio.Event().wait()  # whoever waits for the reply tells of the death, and ends this
        logger.error("Kernel died while waiting for execute reply.")
        raise DeadKernelError("Kernel died")

    def send(self, message: dict[str, Any]) -> None:
        self._client.send(message)

    def forget(self) -> None:
        self.messages.clear()
