"""Hostile files read in this process: what comes of each, and what Python's audit events say was done meanwhile."""

import re
import sys
import time
from collections import Counter
from pathlib import Path

from hostile_files import Hostile, Maker

from auditbook import cases, pipeline
from auditbook.faults import AuditbookError
from auditbook.workspace import locate

SLOWEST = 20.0  # seconds; far above what any takes, and no test of speed
# What reading a file never does.
NEVER = {
    "os.system",
    "os.exec",
    "os.posix_spawn",
    "os.spawn",
    "socket.connect",
    "os.putenv",
    "ctypes.dlopen",
    "pickle.find_class",
}
_watched: list["Watch"] = []


class Watch:
    """Audit events that would show code run, or a file written or read outside, while a hostile file is read."""

    def __init__(self, allowed: tuple[Path, ...]) -> None:
        self.allowed = tuple(map(str, allowed))
        self.seen: list[str] = []
        self.events = 0
        self.on = False
        if not _watched:
            sys.addaudithook(lambda event, arguments: _watched and _watched[-1].note(event, arguments))
        _watched.append(self)

    def note(self, event: str, arguments: tuple) -> None:
        if not self.on:
            return
        self.events += 1
        if event in NEVER or (event == "subprocess.Popen" and "auditbook" not in repr(arguments)):
            self.seen.append(f"{event} {arguments!r}"[:300])
        elif event == "open" and isinstance(arguments[0], str):
            path, flags = arguments[0], arguments[2] or 0
            writing = flags & 0o3 and ".pyc" not in path
            private = path.startswith(("/etc/passwd", "/dev/zero", "/proc/self/environ", "/root/.ssh"))
            if (writing or private) and not path.startswith(self.allowed):
                self.seen.append(f"open {path} {flags:o}")

    def close(self) -> None:
        _watched.remove(self)


def read(maker: Maker, hostile: Hostile, watch: Watch, *, whole: bool) -> str:
    """Read the case with that file; "read" or "refused". Raises AssertionError for everything that must not be."""
    maker.placed(hostile)
    scenario = "net-adjustment" if hostile.path == maker.scenario else ""
    began = time.monotonic()
    try:
        workspace = locate(str(maker.case_file), scenario)
        watch.on = True
        if whole:
            pipeline.in_memory(pipeline.check(str(maker.case_file), scenario))
            ended, faults = "read", []
        else:
            _, faults = cases.open_audit(workspace)
            ended = "refused" if faults else "read"
    except AuditbookError as error:
        ended, faults = "refused", error.faults
    finally:
        watch.on = False
        maker.restored(hostile)
    took = time.monotonic() - began
    where = f"seed {hostile.seed}, {hostile.what} in {hostile.path.name}"
    assert took < SLOWEST, f"{where}: {took:.1f} s"
    for fault in faults:
        assert fault.where and fault.found, f"{where}: {fault!r}"
        told = str(fault)
        outside = re.findall(
            r"(?:/root|/home|/usr|site-packages)[^\s”’]*", told.replace(str(maker.project), "")
        )
        own = hostile.data.decode("utf-8", "replace")
        assert not [path for path in outside if path not in own], f"{where}: {told}"
    assert not watch.seen, f"{where}: {watch.seen[:3]}"
    assert not maker.canary.exists(), f"{where}: code was run"
    return ended


def many(maker: Maker, seeds: range, counted) -> Counter[str]:
    """Read a file for each seed, every fourth one with all that follows from it."""
    pipeline.in_memory(pipeline.check(str(maker.case_file)))  # whatever is imported, is before anybody looks
    watch = Watch((maker.project, Path("/tmp"), Path("/dev/null")))
    found: Counter[str] = Counter()
    try:
        for seed in seeds:
            found[read(maker, maker.made(seed), watch, whole=seed % 4 == 0)] += 1
    finally:
        watch.close()
    counted("hostile files read in process", sum(found.values()))
    for ended, number in found.items():
        counted(f"hostile files {ended}", number)
    counted("audit events looked at", watch.events)
    assert watch.events > len(seeds)
    return found
