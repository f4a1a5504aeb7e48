"""Hostile files read in this process: what comes of each, and what Python's audit events say was done meanwhile."""

import sys
import time
from collections import Counter
from pathlib import Path

from conftest import ROOT
from hostile_files import CASE, REAL, RICH, Hostile, Maker

import auditbook.intake.packages  # noqa: F401 - its dataclasses are made before anything is watched: making them runs code
from auditbook import pipeline, strict_yaml
from auditbook.faults import AuditbookError

BATCH, BATCHES = 600, 17
SLOWEST = 5.0  # seconds of this process for a look; a busy machine does not count
COMPUTED = 16  # every so many-th file is also computed with, where it reads well
# What reading files never does, by the beginnings of the events' names.
NEVER = (
    "os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.fork", "os.startfile", "socket.", "urllib.", "http.", "smtplib.", "ftplib.", "webbrowser.", "os.putenv", "os.unsetenv",
    "ctypes.", "pickle.find_class", "os.remove", "os.rename", "os.mkdir", "os.rmdir", "os.link", "os.symlink", "os.truncate", "os.chmod", "os.chown", "os.utime",
    "shutil.", "tempfile.", "sqlite3.", "pty.", "signal.pthread_kill", "os.kill", "code.__new__", "function.__new__",
)  # fmt: skip
# What no message may tell: where things lie on this machine, and how the program is made.
MACHINE = (
    sys.prefix,
    sys.base_prefix,
    str(ROOT),
    "site-packages",
    "<class '",
    " object at 0x",
    "Traceback (",
    "pydantic",
)
_watched: list["Watch"] = []


class Watch:
    """Audit events that would show code run, a file written, or one read outside, while hostile files are read."""

    def __init__(self, project: Path) -> None:
        # the modules of Python and of the package are read as they are first needed
        self.readable = (*map(str, (project, sys.prefix, sys.base_prefix, ROOT)), "/dev/null")
        self.modules = (*tuple(map(str, (sys.prefix, sys.base_prefix, ROOT / "src"))), "<frozen")
        self.seen: list[str] = []
        self.events: Counter[str] = Counter()
        self.on = False
        if not _watched:
            sys.addaudithook(lambda event, arguments: _watched and _watched[-1].note(event, arguments))
        _watched.append(self)

    def note(self, event: str, arguments: tuple) -> None:
        if not self.on:
            return
        self.events[event] += 1
        if event == "open":
            path, flags = arguments[0], arguments[2] or 0
            if isinstance(path, str | bytes):
                path = path.decode() if isinstance(path, bytes) else path
                # Python keeps the bytecode of what it imports, if it is let
                if (flags & 0o3 and ".pyc" not in path) or not path.startswith(self.readable):
                    self.seen.append(f"open {path} {flags:o}")
        elif event == "exec":
            if not getattr(arguments[0], "co_filename", "").startswith(self.modules):
                self.seen.append(f"exec {arguments[0]!r}")
        elif event.startswith(NEVER) or (
            event == "subprocess.Popen" and "auditbook.intake" not in repr(arguments)
        ):
            self.seen.append(f"{event} {arguments!r}"[:300])

    def close(self) -> None:
        _watched.remove(self)


def read(maker: Maker, hostile: Hostile, watch: Watch, *, computed: bool) -> str:
    """Read the case with these files; "read" or "refused". Raises AssertionError for everything that must not be."""
    where = f"seed {hostile.seed}, {hostile.path.name}: {hostile.what}"
    maker.placed(hostile)
    began, faults = time.process_time(), ()
    watch.on = True
    try:
        run = pipeline.check(hostile.case, hostile.scenario)
        ended = "read"
        looked = time.process_time() - began
        if computed:
            pipeline.in_memory(run)
            ended = "computed"
    except AuditbookError as error:
        ended, faults = "refused", error.faults
        looked = time.process_time() - began
    except Exception as error:
        raise AssertionError(where) from error
    finally:
        watch.on = False
        maker.restored(hostile)
    assert looked < SLOWEST, f"{where}: {looked:.1f} s"
    assert not watch.seen, f"{where}: {watch.seen[:3]}"
    assert not [canary for canary in maker.canaries if canary.exists()], f"{where}: code was run"
    assert ended != "refused" or faults, where
    for fault in faults:
        assert fault.where.strip() and fault.found.strip(), f"{where}: {fault!r}"
        told = str(fault)
        assert not [word for word in (*MACHINE, str(maker.project.parent)) if word in told], (
            f"{where}: {told}"
        )
    return ended


def many(maker: Maker, seeds: range, counted) -> Counter[str]:
    """Read the files of each seed."""
    # whatever is imported, is before anybody looks
    pipeline.in_memory(pipeline.check(CASE, RICH))
    pipeline.check(REAL)
    watch = Watch(maker.project)
    found: Counter[str] = Counter()
    try:
        for seed in seeds:
            found[read(maker, maker.made(seed), watch, computed=seed % COMPUTED == 0)] += 1
            if seed % 200 == 0:
                strict_yaml._read.clear()
    finally:
        watch.close()
    counted("hostile files read in process", sum(found.values()))
    for ended, number in found.items():
        counted(f"hostile files {ended}", number)
    counted("audit events looked at", watch.events.total())
    counted("parsers started apart", watch.events["subprocess.Popen"])
    assert watch.events.total() > len(seeds)
    return found
