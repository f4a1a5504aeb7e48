"""Writing so that nothing is ever half there: aside, synced, renamed; many files as one by exchanging their folders.

What cannot be written is told with its path and what to do: a full disk or a locked folder is no fault of the program.
"""

from __future__ import annotations

import ctypes
import errno
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from auditbook.faults import Fault, LimitError

PARTIAL = ".partial"
_AT_FDCWD, _RENAME_EXCHANGE = -100, 2  # of Linux, <fcntl.h> and <linux/fs.h>
# What a system says in its own words, and what to do about it.
_REASONS = {
    errno.ENOSPC: ("磁盘满了", "请腾出磁盘空间后再运行一次"),
    errno.EDQUOT: ("磁盘配额用完了", "请腾出磁盘空间后再运行一次"),
    errno.EFBIG: ("文件超过系统允许的大小", "请换一个位置"),
    errno.EROFS: ("这里是只读的", "请换一个可写的位置，或用 AUDITBOOK_WORKSPACE 写明结果放在哪里"),
    errno.EACCES: ("没有权限", "请检查权限，或用 AUDITBOOK_WORKSPACE 写明结果放在哪里"),
    errno.EPERM: ("没有权限", "请检查权限，或用 AUDITBOOK_WORKSPACE 写明结果放在哪里"),
    errno.EMFILE: ("打开的文件过多", "请关闭其他程序，或提高系统的限额（ulimit -n）后再运行一次"),
    errno.ENFILE: ("系统打开的文件过多", "请关闭其他程序后再运行一次"),
    errno.ENOMEM: ("内存不足", "请关闭其他程序后再运行一次"),
    errno.ENAMETOOLONG: ("名字太长", "请换一个短些的名字"),
    errno.EIO: ("读写出错", "请检查磁盘"),
}
_KEPT = "已有的报告没有动"


def limit(error: Exception, path: Path | str = "") -> LimitError | None:
    """What a user is told of an error of the system; None where it is no matter of disk, rights or memory."""
    if isinstance(error, MemoryError):
        error = OSError(errno.ENOMEM, "")
    if not isinstance(error, OSError):
        return None
    reason = _REASONS.get(error.errno or 0)
    if reason is None:
        return None
    where = str(path or error.filename2 or error.filename or "auditbook")
    return LimitError(Fault(where, reason[0], "", f"{_KEPT}；{reason[1]}"))


@contextmanager
def told(path: Path) -> Iterator[None]:
    """Inside, what cannot be written is told with its path."""
    try:
        yield
    except OSError as error:
        found = limit(error, path)
        if found is not None:
            raise found from error
        raise LimitError(
            Fault(str(path), f"写不进去（{error.strerror}）", "", f"{_KEPT}；请换一个位置")
        ) from error


def write_whole(path: Path, data: bytes) -> None:
    """Write a file so that it is there whole or not at all: aside, synced, renamed.

    Raises   LimitError where it cannot be written; what was there before is there still.
    """
    with told(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        aside = path.with_name(f".{path.name}.{os.getpid()}{PARTIAL}")
        try:
            _write(aside, data)
            aside.replace(path)
        finally:
            aside.unlink(missing_ok=True)
        _sync(path.parent)


def write_new(path: Path, data: bytes) -> bool:
    """Write a file, whole or not at all, never over one that is there, whoever has made it meanwhile.

    Returns  whether it was written: not where there is one.
    Raises   LimitError where it cannot be written.
    """
    aside = path.with_name(f".{path.name}.{os.getpid()}{PARTIAL}")
    with told(path):
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            _write(aside, data)
            with suppress(FileExistsError):
                os.link(aside, path)
                return True
        finally:
            aside.unlink(missing_ok=True)
    return False


def remove(path: Path) -> None:
    """Remove a file, if it is there.

    Raises   LimitError where it cannot be removed.
    """
    with told(path):
        path.unlink(missing_ok=True)


def replace_folder(folder: Path, files: Mapping[str, bytes], kept: Iterable[str]) -> None:
    """Put files in the place of all that a folder holds, at once: a reader sees the old ones or the new ones.

    Takes    files: by their names in the folder; kept: names of what lies there and is to stay.
    Raises   LimitError where they cannot be written; the folder is as it was then.
    """
    aside = folder.with_name(f".{folder.name}{PARTIAL}")
    with told(folder):
        shutil.rmtree(aside, ignore_errors=True)
        try:
            aside.mkdir(parents=True)
            for name, data in files.items():
                (aside / name).parent.mkdir(parents=True, exist_ok=True)
                _write(aside / name, data)
            for name in kept:
                _link(folder / name, aside / name)
            for path in {aside, *((aside / name).parent for name in files)}:
                _sync(path)
            _exchange(aside, folder)
        finally:
            shutil.rmtree(aside, ignore_errors=True)
        _sync(folder.parent)


def heal(folder: Path) -> None:
    """Put right what a run that was killed has left: a folder between two renames, files and folders that are half made."""
    with told(folder):
        old = _old(folder)
        if old.is_dir() and not folder.exists():
            old.rename(folder)
        shutil.rmtree(old, ignore_errors=True)
        shutil.rmtree(folder.with_name(f".{folder.name}{PARTIAL}"), ignore_errors=True)
        for path in half_made(folder):
            shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(missing_ok=True)


def half_made(folder: Path) -> list[Path]:
    """Files and folders inside that a run which was killed was about to put in their place."""
    return [*folder.rglob(f".*{PARTIAL}")]


def _write(path: Path, data: bytes) -> None:
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _link(own: Path, other: Path) -> None:
    """The same file in another folder; a copy where the file system knows no second name."""
    other.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(own, other)
    except OSError:
        shutil.copy2(own, other)


def _sync(folder: Path) -> None:
    """Make names last that were given in a folder; where a system cannot, the file system looks after it."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _old(folder: Path) -> Path:
    return folder.with_name(f".{folder.name}.old")


def _exchange(new: Path, folder: Path) -> None:
    """Let a new folder take the place of another: in one step where the system can (Linux), else in two that ``heal`` knows."""
    if not folder.exists():
        new.rename(folder)
        return
    try:
        exchange = ctypes.CDLL(None, use_errno=True).renameat2
    except (AttributeError, OSError, TypeError):
        exchange = None
    if exchange is not None and not exchange(
        _AT_FDCWD, os.fsencode(new), _AT_FDCWD, os.fsencode(folder), _RENAME_EXCHANGE
    ):
        return
    old = _old(folder)
    shutil.rmtree(old, ignore_errors=True)
    folder.rename(old)
    try:
        new.rename(folder)
    except OSError:
        old.rename(folder)
        raise
    shutil.rmtree(old, ignore_errors=True)
