"""Put on PYTHONPATH of a command: counts what its processes do to a folder, and kills or fails them at the n-th time.

What is counted: opening a file there to write, syncing, renaming (also by exchange), linking, removing, making a folder.
A hook of Python's audit events sees them all, in the command and in every process that it starts or forks.
"""

import os
import signal
import sys

FOLDER = os.environ.get("FAULT_FOLDER", "")
COUNTER = os.environ.get("FAULT_COUNTER", "")
AT = int(os.environ.get("FAULT_AT", "0"))
HOW = os.environ.get("FAULT_HOW", "count")

if FOLDER and COUNTER:
    main = int(os.environ.setdefault("FAULT_MAIN", str(os.getpid())))
    counter = os.open(COUNTER, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    fired = f"{COUNTER}.fired"
    busy = False
    WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC
    FIRST = {"os.rename", "os.link", "os.remove", "os.mkdir", "os.rmdir", "shutil.rmtree"}

    def inside(path) -> bool:
        return isinstance(path, str | bytes | os.PathLike) and os.fsdecode(path).startswith(FOLDER)

    def happened(what: str) -> None:
        global busy
        if busy:
            return
        busy = True
        try:
            os.write(counter, b".")
            number = os.fstat(counter).st_size
            if HOW == "count" or number < AT:
                return
            if HOW == "kill":
                os.kill(main, signal.SIGKILL)
                os.kill(os.getpid(), signal.SIGKILL)
            try:
                os.close(os.open(fired, os.O_CREAT | os.O_EXCL))
            except FileExistsError:
                return
            raise OSError(int(HOW), os.strerror(int(HOW)), what)
        finally:
            busy = False

    def hook(event: str, arguments: tuple) -> None:
        if event == "open":
            path, _, flags = arguments
            if flags & WRITES and inside(path):
                happened(f"{path}")
        elif event in FIRST:
            if any(inside(one) for one in arguments[:2]):
                happened(f"{arguments[0]}")
        elif event == "ctypes.dlsym" and arguments[1] == "renameat2":
            happened("renameat2")

    sys.addaudithook(hook)
    fsync = os.fsync

    def synced(file) -> None:
        number = file if isinstance(file, int) else file.fileno()
        try:
            path = os.readlink(f"/proc/self/fd/{number}")
        except OSError:
            path = ""
        if inside(path):
            happened(path)
        fsync(file)

    os.fsync = synced
