"""What a process forked from a caller must forget to be as a fresh one."""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import logging
import os
import signal
import sys
import warnings
from collections.abc import Collection


def forget_caller(keep: Collection[int]) -> None:
    """Put everything back that the caller may have changed and that a fresh interpreter would not have.

    Takes    keep: descriptors that stay open, beside the three standard ones.
    """
    _forget_descriptors(keep)
    _forget_signals()
    _forget_streams()
    _forget_logging()
    _forget_warnings()
    sys.settrace(None)
    sys.setprofile(None)
    sys.excepthook = sys.__excepthook__
    sys.displayhook = sys.__displayhook__
    asyncio._set_running_loop(None)
    asyncio.set_event_loop_policy(None)


def _forget_descriptors(keep: Collection[int]) -> None:
    """Locks and pipes of the caller are let go of.

    Their numbers stay taken, by the null device: an object that the caller left behind, and that closes
    its number one day, must not close a descriptor of ours.
    """
    folder = "/proc/self/fd" if os.path.isdir("/proc/self/fd") else "/dev/fd"
    nothing = os.open(os.devnull, os.O_RDWR)
    for name in os.listdir(folder):
        number = int(name)
        if number > 2 and number not in keep and number != nothing:
            with contextlib.suppress(OSError):
                os.fstat(number)  # the one that listed the folder is closed by now
                os.dup2(nothing, number, inheritable=False)
    os.close(nothing)


def _forget_signals() -> None:
    signal.set_wakeup_fd(-1)
    for number in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP, signal.SIGPIPE, signal.SIGXFSZ}:
        if callable(signal.getsignal(number)):
            with contextlib.suppress(OSError, ValueError):
                signal.signal(number, signal.SIG_DFL)


def _forget_streams() -> None:
    """The three standard streams as they are at the start, whatever the caller put in their place."""
    sys.stdin = sys.__stdin__ = open(0, closefd=False)  # type: ignore[misc]  # noqa: SIM115
    sys.stdout = sys.__stdout__ = open(1, "w", closefd=False)  # type: ignore[misc]  # noqa: SIM115
    sys.stderr = sys.__stderr__ = open(  # type: ignore[misc]  # noqa: SIM115
        2, "w", errors="backslashreplace", closefd=False, buffering=1
    )


def _forget_logging() -> None:
    logging.disable(logging.NOTSET)
    logging.captureWarnings(False)
    loggers = [
        logger for logger in logging.root.manager.loggerDict.values() if isinstance(logger, logging.Logger)
    ]
    for logger in [logging.root, *loggers]:
        logger.handlers[:] = [one for one in logger.handlers if isinstance(one, logging.NullHandler)]
        logger.setLevel(logging.WARNING if logger is logging.root else logging.NOTSET)
        logger.propagate, logger.disabled = True, False


def _forget_warnings() -> None:
    """Filters as at the start of an interpreter; a recorder such as a test's is taken out."""
    importlib.reload(warnings)
    warnings.resetwarnings()
    for category in (ResourceWarning, ImportWarning, PendingDeprecationWarning, DeprecationWarning):
        warnings.simplefilter("ignore", category)
    warnings.filterwarnings("default", category=DeprecationWarning, module="__main__")
    warnings._processoptions(sys.warnoptions)  # type: ignore[attr-defined]
