"""Random and hostile files of a case: noise, other structures, attacks; a seed gives the same file for ever."""

import os
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import damage
from conftest import own_project

CASE = damage.CASE
CANARY = "hostile-canary"
# What each would do if it were ever taken for code, a path, a format, a formula or a pattern.
ATTACKS = [
    '"x=1\\nimport os; os.system(\'touch {canary}\')\\ny": 1', "!!python/object/apply:os.system ['touch {canary}']", "!!binary aGVsbG8=", "!<tag:yaml.org,2002:python/name:os.system> x",
    "__import__('os').system('touch {canary}')", "$(touch {canary})", "`touch {canary}`", "; touch {canary} #", "| touch {canary}", "{{ 7*7 }}", "{% import os %}", "{0.__class__.__mro__}",
    "%(x)s%n%s", "=cmd|'/c calc'!A0", "@SUM(1)", "+1+1", "-1", "<script>alert(1)</script>", "\\x1b[2J\\x1b]0;owned\\x07", "../../../../etc/passwd", "/etc/passwd", "/dev/zero", "/proc/self/environ",
    "..\\\\..\\\\windows", "~/.ssh/id_rsa", "%2e%2e%2f", "．．／x", "CON", "file:///etc/passwd", "http://127.0.0.1:9/x", "a/b", ".", "..", "", " ", "\\0", "(a+)+$", "(.*)*(.*)*(.*)*!", "{number}" * 200,
    "1e400", "-1e400", ".inf", ".nan", "0x1F", "0o17", "1_000", "2019-01-01", "yes", "off", "null", "~", "[" * 300, "{" * 300, "- " * 300, "&a [*a]", "*nothing", "<<: {a: 1}", "? [x]\n: y",
    "9" * 5000, "0." + "0" * 400 + "1", "1/0", "١٢٣", "Ⅳ", "一亿", "‮", "\\ud800", "\\uffff", "a" * 100_000, "é" * 3000,
]  # fmt: skip


@dataclass(frozen=True)
class Hostile:
    """One changed file of the case."""

    seed: int
    path: Path
    what: str
    data: bytes


class Maker:
    """A project of its own whose files are changed one at a time and put back."""

    def __init__(self, folder: Path) -> None:
        self.project = own_project(folder / "project")
        self.canary = folder / CANARY
        raw = damage.folder(self.project)
        self.case_file = damage.case_file(self.project)
        self.scenario = self.project / "params" / "scenarios" / "net-adjustment.yaml"
        self.framework = self.project / "params" / "frameworks" / "yueyang-2018.yaml"
        # case files most of all
        self.files = (
            [self.case_file] * 6
            + [raw / "SOURCES.yaml"] * 3
            + [self.scenario, self.framework, *sorted(raw.glob("*.csv"))]
        )
        self.good = {path: path.read_bytes() for path in dict.fromkeys(self.files)}

    def made(self, seed: int) -> Hostile:
        chance = random.Random(seed)
        path = chance.choice(self.files)
        data = self.good[path]
        changes: list[tuple[str, Callable[[random.Random, bytes], bytes]]] = [
            ("noise", self._noise), ("line", self._line), ("attack", self._attack), ("attack", self._attack), ("key", self._key), ("bytes", self._bytes),
        ]  # fmt: skip
        done = []
        for _ in range(chance.choice([1, 1, 1, 2, 4])):
            what, change = chance.choice(changes)
            data = change(chance, data)
            done.append(what)
        return Hostile(seed, path, "+".join(done), data)

    def placed(self, hostile: Hostile) -> None:
        hostile.path.write_bytes(hostile.data)

    def restored(self, hostile: Hostile) -> None:
        hostile.path.write_bytes(self.good[hostile.path])

    @staticmethod
    def _noise(chance: random.Random, data: bytes) -> bytes:
        at = chance.randrange(len(data) + 1)
        return (
            data[:at]
            + chance.choice(
                [os.fsencode(c) for c in "\0\x1b:[]{}&*!|>'\"%@`,#?-\n\t 0一"]
                + [b"\xff", b"\xed\xa0\x80", b"\xef\xbb\xbf"]
            )
            + data[at + chance.randrange(3) :]
        )

    @staticmethod
    def _line(chance: random.Random, data: bytes) -> bytes:
        lines = data.split(b"\n")
        at, other = chance.randrange(len(lines)), chance.randrange(len(lines))
        kind = chance.randrange(5)
        if kind == 0:
            lines.pop(at)
        elif kind == 1:
            lines.insert(at, lines[other])
        elif kind == 2:
            lines[at], lines[other] = lines[other], lines[at]
        elif kind == 3:
            lines[at] = b"  " + lines[at]
        else:
            lines = lines[:at]
        return b"\n".join(lines)

    def _attack(self, chance: random.Random, data: bytes) -> bytes:
        """A value, a whole line or an entry becomes an attack."""
        attack = chance.choice(ATTACKS).replace("{canary}", str(self.canary)).encode("utf-8", "surrogatepass")
        lines = data.split(b"\n")
        at = chance.randrange(len(lines))
        separator = b":" if b":" in lines[at] else b","
        head, found, _ = lines[at].partition(separator)
        kind = chance.randrange(4)
        if kind == 0 and found:
            lines[at] = head + found + b" " + attack
        elif kind == 1 and found:
            lines[at] = head + found + b' "' + attack + b'"'
        elif kind == 2:
            lines[at] = attack
        else:
            lines.append(attack)
        return b"\n".join(lines)

    @staticmethod
    def _key(chance: random.Random, data: bytes) -> bytes:
        """A word of the file is written otherwise, or stands in the place of another."""
        words = data.split(b" ")
        at, other = chance.randrange(len(words)), chance.randrange(len(words))
        words[at] = chance.choice(
            [
                words[other],
                words[at][::-1],
                words[at] * 2,
                words[at].upper(),
                b"null",
                b"[]",
                b"{}",
                b"0",
                b"true",
            ]
        )
        return b" ".join(words)

    @staticmethod
    def _bytes(chance: random.Random, data: bytes) -> bytes:
        kind = chance.randrange(4)
        if kind == 0:
            return data.decode("utf-8", "replace").encode(
                chance.choice(["utf-16", "gb18030", "utf-8-sig", "utf-32"]), "replace"
            )
        if kind == 1:
            return chance.randbytes(chance.randrange(400))
        if kind == 2:
            return data * chance.choice([2, 30])
        return data.replace(b"\n", chance.choice([b"\r\n", b"\r", b"\n\n", b"\x0b", "\u2028".encode()]))


def hostile_places(raw: Path) -> Iterator[tuple[str, Callable[[], None]]]:
    """What may lie where a file of evidence is expected: each by name, with what puts it there."""
    target = raw / "money.csv"

    def link(to: str) -> Callable[[], None]:
        return lambda: (target.unlink(), target.symlink_to(to))[0]

    for to in ("/dev/zero", "/proc/self/environ", "/etc/passwd", "../../../params", "money.csv", "/nowhere"):
        yield f"a link to {to}", link(to)
    yield "a pipe", lambda: (target.unlink(), os.mkfifo(target))[0]
    yield "a folder", lambda: (target.unlink(), target.mkdir())[0]
    yield "an empty file", lambda: target.write_bytes(b"") and None
