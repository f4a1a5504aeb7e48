"""Hostile files of a case: noise, other structures, attacks; a seed gives the same files for ever.

Every table that is changed is registered anew, so that its stale hash is not what refuses it.
"""

from __future__ import annotations

import copy
import csv
import hashlib
import io
import json
import os
import random
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import damage
from conftest import ROOT, own_project

from auditbook import strict_yaml

CASE = damage.CASE
CANARY = "hostile-canary"
REAL = "wuxi-offices-2019"
RICH = "rich"  # the name of a scenario and of an indicator file of their own

# Texts that are taken for code, commands, templates, formats, formulas or markup where somebody takes texts for such.
CODE = [
    "__import__('os').system('touch hostile-canary')", "open('hostile-canary','w')", "().__class__.__base__.__subclasses__()", "lambda: 0", "[x for x in (1,)]",
    "x=1\nimport os; os.system('touch hostile-canary')\ny", "$(touch hostile-canary)", "`touch hostile-canary`", "; touch hostile-canary #", "| touch hostile-canary", "{{ 7*7 }}",
    "{% for x in ().__class__.__base__.__subclasses__() %}{% endfor %}", "{0.__class__.__mro__}", "{canary.x}", "%(x)s%n%s%999999999d", "${jndi:ldap://127.0.0.1/x}",
    "=cmd|'/c calc'!A0", "@SUM(1)", "+1+1", "-1", "=HYPERLINK(\"http://127.0.0.1:9/x\")", "<script>alert(1)</script>", "<img src=x onerror=alert(1)>",
    "</td></table><h1>x", "]]></w:t>", "javascript:alert(1)", "\x1b[2J\x1b]0;owned\x07", "\x9b2J", "a\rb", "a\tb\nc", "\x00", "\x7f", "\ud800", "\uffff", "\U0001fffe", "\ufeff", "\u2028", "\u202egnp.exe",
    "\u200b", "e\u0301" * 400, "𠮷", "🏛", "〔x〕", "〔", "［", "“", "”", "：", "；", "。", "\\", "'", '"', "''", "#", "---", "...",
]  # fmt: skip
# Texts that lead elsewhere where somebody takes them for the name of a file.
PLACES = [
    "../../../../etc/passwd", "../../x", "/etc/passwd", "/dev/zero", "/dev/stdin", "/proc/self/environ", "..", ".", "./x", "a/b", "..\\..\\windows", "~/.ssh/id_rsa", "~", "$HOME",
    "%2e%2e%2fx", "．．／x", "‥/x", "CON", "nul.csv", "C:\\x", "\\\\host\\share", "file:///etc/passwd", "http://127.0.0.1:9/x", "x.csv/", "x" * 300, "名" * 120, "report.txt\x00.csv", "money.csv ", " money.csv", "MONEY.CSV", "-rf",
    "SOURCES.yaml", "a+b", "a+net-adjustment", "con.yaml", ".hidden", "*", "?", "[a]", "",
]  # fmt: skip
# Numbers, dates and words that other readers turn into something.
NUMBERS = [
    "1e400", "-1e400", "1e-400", "1e999999999", ".inf", "-.inf", ".nan", "inf", "nan", "NaN", "0x1F", "0o17", "017", "1_000", "1,000", "１２", "-0", "0", "-1", "--1", "1/0", "1/3", "0.1.2", "9" * 60, "9" * 61, "9" * 5000,
    "0." + "0" * 59 + "1", "0." + "0" * 400 + "1", "-" + "9" * 40 + "." + "9" * 40, "2" * 15, "99999999999999999999999999999999999999.5", "2021", "2021.0", "1989", "2101", "0000", "20210", "2019-01-01", "2021-02-30", "9999-12-31",
    "0001-01-01", "12:30:45", "yes", "no", "on", "off", "true", "null", "~", "١٢٣", "Ⅳ", "²", "一亿", "50%", "50％", "1 2", "1万", "十", "负一",
]  # fmt: skip
# Patterns and formulas that take a reader's time, or go beyond what is read.
SLOW = [
    "(a+)+$", "(.*)*(.*)*(.*)*!", "{number}" * 200, "*" * 1900, "年{number}元" + "*" * 1000, "*年*初*预*算*{number}元*" * 3, "年初" + "*年" * 300 + "{number}元", "年*" * 400 + "{number}元", "{year}" * 300 + "{number}元", "{number", "}{", "{}",
    "(" * 1500, "(" * 90 + "1" + ")" * 90, "-" * 480 + "budget_spent", "-" * 960 + "budget_spent", "-" * 1900 + "budget_spent", "budget_spent+" * 140 + "1", "1+" * 450 + "budget_spent", "1+" * 950 + "1", "budget_spent**99999999", "9**9**9**9", "1//2", "1<<99999",
    "abs(" * 90 + "1" + ")" * 90, "min(" * 60 + "1" + ",2)" * 60, "budget_spent/0", "1/(budget_spent-budget_spent)", "a.b", "a[0]", "f'{1}'", "1j", "0b1", "1e400", "True", "...", "x:=1", "budget_spent if 1 else 2", "*a", "a b", "min()", "abs(1,2)", "0(1)", "'\\d'", "一", "budget_spent # x", "(\n1\n)",
    ">= 1e400%", "< 0% > 5%", ">= 90%, < 90%", "<= -99999999999%", "> 0.1%～", "90%～80%",
]  # fmt: skip
# What YAML means by more than it says.
SYNTAX = [
    "!!python/object/apply:os.system ['touch hostile-canary']", "!!python/name:os.system x", "!!binary aGVsbG8=", "!!int x", "!!set {a, b}", "!x y", "!<tag:yaml.org,2002:python/name:os.system> x", "&a [*a]", "&a x", "*nothing", "<<: {a: 1}",
    "{<<: {a: 1}}", "? [x]\n: y", "{? [a] : b}", "{[a]: b}", "[" * 300, "{" * 300, "- " * 300, "[" * 100_000, "{a: " * 20_000, "[" * 31 + "]" * 31, "[" * 26 + "]" * 26, "{a: " * 25 + "1" + "}" * 25, "[" * 20 + "1, " * 20_000, "|\n  x", ">+\n  x\n\n", "'x", '"x', '"\\ud800"', '"\\x00"', '"\\q"', "@x", "`x", "%x", "a: b",
    "a: b: c", "[a, , b]", "{a, b}", "{a: 1, a: 2}", "[a: 1]", "--- x", "x\n---\ny: 1", "x\n...\nz", "a" * 100_000, "a " * 60_000, '"' + "\\n" * 30_000 + '"', "\t", "[]", "{}", '"1e400"', "# x",
]  # fmt: skip
TEXTS = [*CODE, *PLACES, *NUMBERS, *SLOW]

# What the invented department has not: every key of a case file, and a table of every other shape.
_CASE = """
framework_reason: 虚构
report_title: 清河县水务局绩效报告
report_date: "2022-04-01"
names: masked
choose: {budget_spent: money, "budget_initial": money}
people:
  prepared_by: {name: 甲, date: "2022-04-01"}
  reviewers:
    - {name: 乙, date: "2022-04-02", opinion: 同意}
patterns:
  - {figure: accounts_total, source: report, phrase: "年末结转{number}元", label: 虚构, section: 一（二）}
  - {figure: project_spent, source: report, phrase: "全年支出{number}元，*执行率"}
"""
_SCENARIO = """
reason: 试每一种改动
framework: yueyang-2018
definitions: {budget_adjustment_rate: net}
weights: {staff_control_rate: 9}
rescale: true
thresholds: {}
tolerances: {materiality: {amount: 1, unit: 万元}}
evidence: strict
assumed:
  - {figure: budget_spent, value: 52000000, unit: 元, reason: 假设}
  - {figure: staff_actual, scope: bureau, item: civil_servant, value: 19, unit: 人, reason: 假设}
"""
_TABLES = {
    "judgements": "indicator,point,verdict,degree,grounds,who,when,locator,quote\ndisclosure,content,partly,,虚构,甲,2022-03-24,,\n",
    "recorded": (
        "finding,severity,kind,scope,about,amount,unit,name,criterion,condition,cause,effect,recommendation,who,when,locator,quote\n"
        "typo,low,wording,department,,,,错别字,应校对,有一处,没有校对,影响严肃性,更正,甲,2022-03-22,三,自评95分\n"
    ),
    "replies": (
        "finding,reply,replied_by,replied_when,answer,answered_by,answered_when,status,locator,quote\n"
        "auditor:typo:department,属实,水务局,2022-05-01,照改,甲,2022-05-02,accepted,,\n"
    ),
    "grades": "person,branch,period,grader,item,grade,locator,quote\n1号,staff,q1,division_head,,优,,\n",
    "follow_up": "finding,year,status,evidence,who,when,locator,quote\nauditor:typo:department,2020,settled,已改,甲,2022-03-01,,\n",
    "overrides": "scheme,indicator,points,reason,who,when,locator,quote\nyueyang-2018,staff_control_rate,3,虚构,甲,2022-04-01,,\n",
}  # fmt: skip


@dataclass(frozen=True)
class Raw:
    """A piece of a file that is written as it stands, whatever it does to the file."""

    text: str


@dataclass(frozen=True)
class Hostile:
    """Changed files of a case: which case and scenario reads them, and how they were changed."""

    seed: int
    path: Path
    what: str
    files: dict[Path, bytes]
    case: str
    scenario: str

    @property
    def data(self) -> bytes:
        """What the changed file holds."""
        return self.files[self.path]


def written(value: Any) -> str:
    """A value on one line as YAML, pieces of it as they stand."""
    match value:
        case Raw():
            return value.text
        case dict():
            return "{" + ", ".join(f"{written(key)}: {written(own)}" for key, own in value.items()) + "}"
        case list():
            return "[" + ", ".join(map(written, value)) + "]"
        case str():
            return json.dumps(value)
        case _:
            return strict_yaml.flow(value)


def places(value: Any, above: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to every part of a content, the outermost first."""
    if above:
        yield above
    if isinstance(value, dict | list):
        for key, own in value.items() if isinstance(value, dict) else enumerate(value):
            yield from places(own, (*above, key))


def at(value: Any, place: tuple[Any, ...]) -> Any:
    for key in place:
        value = value[key]
    return value


class Maker:
    """A project of its own whose files are changed and put back."""

    def __init__(self, folder: Path) -> None:
        self.project = own_project(folder / "project")
        # where a command would leave it: beside the project, in it, and where the child that parses is
        self.canaries = [
            where / CANARY for where in (folder, self.project, self.project / "notebooks", ROOT, Path("/"))
        ]
        self.raw = damage.folder(self.project)
        shutil.copytree(ROOT / "data" / "raw" / REAL, self.project / "data" / "raw" / REAL)
        self.case_file = damage.case_file(self.project)
        self.register = self.raw / "SOURCES.yaml"
        params = self.project / "params"
        self.scenario = params / "scenarios" / f"{RICH}.yaml"
        self._enrich()
        real = self.project / "data" / "raw" / REAL
        # case files, registers and scenarios most of all
        self.files = [
            *[self.case_file] * 10, *[self.register] * 6, *[self.scenario] * 6, *sorted(self.raw.glob("*.csv")) * 2, self.raw / "report.txt",
            params / "cases" / f"{REAL}.yaml", real / "SOURCES.yaml", *sorted(real.glob("*.csv")), params / "scenarios" / "net-adjustment.yaml",
            *sorted((params / "frameworks").glob("*.yaml")), params / "frameworks" / "yueyang-2018.yaml", *sorted((params / "indicators").glob("*.yaml")),
            *(params / f"{name}.yaml" for name in ("figures", "findings", "quality", "wording", "outturns", "years", "report", "appraisal")),
        ]  # fmt: skip
        self.good = {path: path.read_bytes() for path in dict.fromkeys(self.files)}
        self.contents = {path: strict_yaml.load(path).content for path in self.good if path.suffix == ".yaml"}

    def _enrich(self) -> None:
        """Every key and every shape of table that there is."""
        with self.case_file.open("a", encoding="utf-8") as file:
            file.write(_CASE.lstrip("\n"))
        self.scenario.write_text(_SCENARIO.lstrip("\n"), encoding="utf-8")
        for shape, text in _TABLES.items():
            (self.raw / f"{shape}.csv").write_text(text, encoding="utf-8")
            with self.register.open("a", encoding="utf-8") as file:
                file.write(
                    f"  - {{id: {shape.replace('_', '-')}, file: {shape}.csv, shape: {shape}, title: 虚构, date: null, status: received, "
                    f"sha256: {digest(text.encode())}, reliability: low, reason: 虚构}}\n"
                )

    def made(self, seed: int) -> Hostile:
        """The changed files of a seed."""
        chance = random.Random(seed)
        path = chance.choice(self.files)
        ways = [self._noise, self._attack] + (
            [self._tree] * 4 if path.suffix == ".yaml" else [self._cells] * 4 if path.suffix == ".csv" else []
        )
        way = chance.choice(ways)
        what, data = way(chance, path)
        files = {path: data}
        if path.parent.parent.name == "raw" and path.name != "SOURCES.yaml" and chance.random() < 0.95:
            register = path.parent / "SOURCES.yaml"
            old, new = digest(self.good[path]).encode(), digest(data).encode()
            files[register] = self.good[register].replace(old, new)
        case = REAL if REAL in path.parts or path.stem == REAL else CASE
        scenario = path.stem if path.parent.name == "scenarios" else ""
        if not scenario and case == CASE and path.parent.name == "params" and chance.random() < 0.2:
            scenario = RICH
        return Hostile(seed, path, what, files, case, scenario)

    def placed(self, hostile: Hostile) -> None:
        for path, data in hostile.files.items():
            path.write_bytes(data)

    def restored(self, hostile: Hostile) -> None:
        for path in hostile.files:
            path.write_bytes(self.good[path])

    # --- the same content, parts of it exchanged

    def _tree(self, chance: random.Random, path: Path) -> tuple[str, bytes]:
        """The content of a YAML file with parts of it exchanged, written again: what is strange gets past the parser."""
        content = copy.deepcopy(self.contents[path])
        done = []
        for _ in range(chance.choice([1, 1, 1, 1, 2, 3])):
            done.append(self._exchanged(chance, content))
        lines = (
            [f"{written(key)}: {written(value)}" for key, value in content.items()]
            if isinstance(content, dict)
            else [f"- {written(value)}" for value in content]
        )
        return "+".join(done), "\n".join([*lines, ""]).encode("utf-8", "surrogatepass")

    def _exchanged(self, chance: random.Random, content: Any) -> str:
        every = list(places(content))
        if not every:
            return "nothing left"
        leaves = [place for place in every if not isinstance(at(content, place), dict | list)]
        place = chance.choice(leaves if leaves and chance.random() < 0.6 else every)
        holder, key = at(content, place[:-1]), place[-1]
        value = holder[key]
        kind = chance.randrange(12)
        shown = ".".join(map(str, place))
        if kind <= 3:
            text = chance.choice(TEXTS)
            # half of the time between the words that stand there, so that the value stays of its kind
            beside = isinstance(value, str) and chance.random() < 0.4
            holder[key] = f"{value}{text}" if beside else text
            return f"{shown} = {text[:30]!r}"
        if kind == 4:
            holder[key] = Raw(chance.choice([*SYNTAX, *NUMBERS]))
            return f"{shown} written {holder[key].text[:30]!r}"
        if kind == 5:
            holder[key] = chance.choice(
                [None, True, 0, -1, 10**59, "", [], {}, [None], [[]], [value], {"a": value}, [value] * 3, {str(value): value}, [value] * 2000]
            )  # fmt: skip
            return f"{shown} of another type"
        if kind == 6:
            other = chance.choice(every)
            at(content, other[:-1])[other[-1]] = copy.deepcopy(value)
            return f"{shown} copied to {'.'.join(map(str, other))}"
        if kind == 7 and isinstance(holder, dict):
            word = chance.choice([key.upper(), key[:-1], key + "s", key[::-1], "", "__class__", "model_config", "<<", chance.choice(TEXTS)])  # fmt: skip
            holder[word] = holder.pop(key)
            return f"{shown} renamed {word[:30]!r}"
        if kind == 8:
            holder.pop(key)
            return f"{shown} deleted"
        if kind == 9 and isinstance(holder, list):
            holder.insert(0, copy.deepcopy(value))
            return f"{shown} twice"
        if kind == 10 and isinstance(holder, dict):
            holder[chance.choice(["formerly", "previous", "scope", "item", "file", "points", "rule", "x", "shape", "base", "sum", "limit"])] = (
                chance.choice(TEXTS) if chance.random() < 0.5 else copy.deepcopy(value)
            )  # fmt: skip
            return f"a key beside {shown}"
        other = chance.choice(leaves or every)
        try:
            aside = at(content, other)
            holder[key], at(content, other[:-1])[other[-1]] = aside, value
        except (KeyError, IndexError, TypeError):
            pass  # the one lay in the other
        return f"{shown} and {'.'.join(map(str, other))} swapped"

    def _cells(self, chance: random.Random, path: Path) -> tuple[str, bytes]:
        """A table with cells exchanged, written again as a table."""
        rows = list(csv.reader(io.StringIO(self.good[path].decode())))
        done = []
        for _ in range(chance.choice([1, 1, 1, 2, 4])):
            row, column = chance.randrange(len(rows)), chance.randrange(len(rows[0]))
            row = max(row, 1) if chance.random() < 0.9 and len(rows) > 1 else row
            column = min(column, len(rows[row]) - 1)
            if column < 0:
                continue
            kind = chance.randrange(8)
            if kind <= 4:
                text = chance.choice(TEXTS)
                rows[row][column] = rows[row][column] + text if chance.random() < 0.3 else text
                done.append(f"{row}.{column} = {text[:30]!r}")
            elif kind == 5:
                rows[row][column] = chance.choice(chance.choice(rows) or [""])
                done.append(f"{row}.{column} of another cell")
            elif kind == 6:
                rows.insert(row, list(rows[row]) * chance.choice([1, 1, 1, 40]))
                done.append(f"{row} twice")
            else:
                rows[row] = rows[row][:column]
                done.append(f"{row} cut")
        text = io.StringIO()
        csv.writer(
            text, lineterminator=chance.choice(["\n", "\n", "\n", "\r\n"]), quoting=chance.choice([csv.QUOTE_MINIMAL, csv.QUOTE_ALL])
        ).writerows(rows)  # fmt: skip
        return "+".join(done), text.getvalue().encode("utf-8", "surrogatepass")

    # --- the same bytes, some of them exchanged

    def _attack(self, chance: random.Random, path: Path) -> tuple[str, bytes]:
        """A value, a line or the end of the file becomes an attack, quoted or not."""
        attack = chance.choice([*SYNTAX, *SYNTAX, *TEXTS]).encode("utf-8", "surrogatepass")
        lines = self.good[path].split(b"\n")
        line = chance.randrange(len(lines))
        separator = b":" if b":" in lines[line] else b","
        head, found, _ = lines[line].partition(separator)
        kind = chance.randrange(5)
        if kind == 0 and found:
            lines[line] = head + found + b" " + attack
        elif kind == 1 and found:
            lines[line] = head + found + b' "' + attack + b'"'
        elif kind == 2:
            lines[line] = attack
        elif kind == 3:
            key = b'"' + attack.replace(b'"', b'\\"').replace(b"\n", b"\\n") + b'": 1'
            lines.insert(line, key)
        else:
            lines.append(attack)
        return f"{attack[:30]!r} in line {line + 1}", b"\n".join(lines)

    def _noise(self, chance: random.Random, path: Path) -> tuple[str, bytes]:
        """Bytes, characters or lines changed, and the file in another encoding, torn, long, or not a text at all."""
        data = self.good[path]
        lines = data.split(b"\n")
        a, b = chance.randrange(len(lines)), chance.randrange(len(lines))
        kind = chance.randrange(14)
        if kind <= 3:
            for _ in range(chance.choice([1, 1, 3, 20])):
                where = chance.randrange(len(data) + 1)
                piece = chance.choice([*map(os.fsencode, "\0\x1b:[]{}&*!|>'\"%@`,#?-\n\t 0一"), b"\xff", b"\xed\xa0\x80", b"\xef\xbb\xbf", chance.randbytes(3)])  # fmt: skip
                data = data[:where] + piece + data[where + chance.randrange(4) :]
            return "bytes", data
        if kind == 4:
            return "line deleted", b"\n".join(lines[:a] + lines[a + 1 :])
        if kind == 5:
            return "line twice", b"\n".join([*lines[:a], lines[b], *lines[a:]])
        if kind == 6:
            lines[a], lines[b] = lines[b], lines[a]
            return "lines swapped", b"\n".join(lines)
        if kind == 7:
            lines[a] = chance.choice([b"  ", b" ", b"\t", b"- "]) + lines[a]
            return "indented", b"\n".join(lines)
        if kind == 8:
            return "torn", data[: chance.randrange(len(data))]
        if kind == 9:
            encoding = chance.choice(
                ["utf-16", "utf-16-le", "gb18030", "utf-8-sig", "utf-32", "big5", "utf-7", "cp037"]
            )
            return encoding, data.decode().encode(encoding, "replace")
        if kind == 10:
            return "random bytes", chance.randbytes(chance.randrange(2000))
        if kind == 11:
            return "again and again", data * chance.choice([2, 30, 200])
        if kind == 12:
            end = chance.choice([b"\r\n", b"\r", b"\n\n", b"\x0b", b"\x0c", b"\x85", "\u2028".encode(), b""])
            return f"ends {end!r}", data.replace(b"\n", end)
        magic = chance.choice([b"PK\x03\x04", b"%PDF-1.4\n", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"\x1f\x8b", b"<html>", b"<?xml version='1.0'?>", b"\x89PNG", b"{\\rtf", b"MIME-Version: 1.0\n", b"sep=;\n", b"#!/bin/sh\n"])  # fmt: skip
        return f"begins {magic[:5]!r}", magic + data


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def hostile_places(target: Path) -> Iterator[tuple[str, Callable[[], None]]]:
    """What may lie where a file is expected: each by name, with what puts it there."""

    def link(to: str) -> Callable[[], None]:
        return lambda: (target.unlink(), target.symlink_to(to))[0]

    for to in (
        "/dev/zero",
        "/proc/self/environ",
        "/proc/self/mem",
        "/etc/passwd",
        "../../../params",
        target.name,
        "/nowhere",
    ):
        yield f"a link to {to if to != target.name else 'itself'}", link(to)
    yield "a pipe", lambda: (target.unlink(), os.mkfifo(target))[0]
    yield "a folder", lambda: (target.unlink(), target.mkdir())[0]
    yield "an empty file", lambda: target.write_bytes(b"") and None
