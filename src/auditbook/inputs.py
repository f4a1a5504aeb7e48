"""What a stage read: every file that an answer rests on is noted as it is read, and verified before it is reused.

A note is a place and what was found there: the sha256 of a file, ``absent``, or the names that a listing gave.
Places are relative to the run's own folders, so that a copied project never answers from another one's files.
"""

from __future__ import annotations

import errno
import hashlib
import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

ABSENT = "absent"


@dataclass
class Reads:
    """Notes in the order they were made: place → what was found."""

    found: dict[str, str] = field(default_factory=dict)


_recordings: list[Reads] = []
_places: dict[str, Path] = {}
_log: list[Path] = []
_logged: dict[str, str] = {}


def use(places: Mapping[str, Path]) -> None:
    """Name the folders that places are relative to, the most particular first."""
    _places.clear()
    _places.update(places)


def keep_log(path: Path) -> None:
    """From now on write every note of this process to a file, a line each: how a notebook tells what it read."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"")
    _log[:] = [path]
    _logged.clear()


@contextmanager
def recording() -> Iterator[Reads]:
    """Collect the notes made inside; they do not reach the recording around it."""
    own = Reads()
    _recordings.append(own)
    try:
        yield own
    finally:
        _recordings.pop()


@contextmanager
def elsewhere() -> Iterator[None]:
    """Read for another run inside: the places that it names and the notes that it makes are not this one's."""
    places = dict(_places)
    with recording():
        try:
            yield
        finally:
            use(places)


def note(place: str, found: str) -> None:
    """Note what was found at a place."""
    if _recordings:
        _recordings[-1].found[place] = found
    elif _log and _logged.get(place) != found:
        _logged[place] = found
        with _log[0].open("a", encoding="utf-8") as file:
            file.write(json.dumps([place, found], ensure_ascii=False) + "\n")


def note_all(reads: Mapping[str, str]) -> None:
    """Note again what was noted before: an object made earlier is used now."""
    for place, found in reads.items():
        note(place, found)


def read_log(path: Path) -> dict[str, str]:
    """The notes that a process has logged."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return dict(json.loads(line) for line in lines)


def read_bytes(path: Path) -> bytes:
    """Read a file and note its hash. Raises OSError as usual."""
    data = path.read_bytes()
    note(f"file {_place(path)}", hashlib.sha256(data).hexdigest())
    return data


def found(path: Path) -> dict[str, str]:
    """The note of a file, or of its absence, not added to any recording."""
    seen = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ABSENT
    return {f"file {_place(path)}": seen}


def is_file(path: Path) -> bool:
    """Whether a file is there; its absence is noted, its presence when it is read."""
    try:
        there = path.is_file()
    except OSError as error:
        if error.errno != errno.ENAMETOOLONG:
            raise
        there = False  # no file has such a name
    if not there:
        note(f"file {_place(path)}", ABSENT)
    return there


def listing(folder: Path, pattern: str = "*") -> list[Path]:
    """The files of a folder in order; a file more or less is noticed."""
    paths = sorted(path for path in folder.glob(pattern) if path.is_file())
    note(f"list {_place(folder)} {pattern}", _names(paths))
    return paths


def _names(paths: list[Path]) -> str:
    return hashlib.sha256("\n".join(path.name for path in paths).encode()).hexdigest()


def _place(path: Path) -> str:
    for name, folder in _places.items():
        if path.is_relative_to(folder):
            return f"{name}/{path.relative_to(folder).as_posix()}"
    return str(path)


def _path(place: str) -> Path:
    name, _, rest = place.partition("/")
    return _places[name] / rest if name in _places else Path(place)


class Verifier:
    """Compares notes with what is there now; each file is read at most once."""

    def __init__(self, values: Mapping[str, Callable[[], str]]) -> None:
        self.values = values
        self._known: dict[str, str] = {}
        self._lock = threading.Lock()

    def forget(self, name: str) -> None:
        """Read files under a folder anew: a stage has written there."""
        with self._lock:
            self._known = {place: seen for place, seen in self._known.items() if f" {name}/" not in place}

    def changed(self, reads: Mapping[str, str]) -> list[str]:
        """The places where something else is found now than was noted."""
        return [place for place, found in reads.items() if self.now(place) != found]

    def now(self, place: str) -> str:
        """What is found at a place now."""
        with self._lock:
            if place not in self._known:
                self._known[place] = self._look(place)
            return self._known[place]

    def _look(self, place: str) -> str:
        kind, _, rest = place.partition(" ")
        if kind == "value":
            return self.values[rest]()
        if kind == "list":
            folder, _, pattern = rest.rpartition(" ")
            return _names(sorted(path for path in _path(folder).glob(pattern) if path.is_file()))
        try:
            return hashlib.sha256(_path(rest).read_bytes()).hexdigest()
        except OSError:
            return ABSENT
