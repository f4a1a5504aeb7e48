"""Reading rule and case files: YAML 1.2 without its traps, every mistake with its line.

Anchors, aliases and tags are refused before anything is expanded. ``off`` and ``no`` stay words, dates stay text,
decimals are exact, a repeated key is an error. All mistakes of a file are told at once.
"""

from __future__ import annotations

import hashlib
import re
import stat
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError
from yaml.error import MarkedYAMLError, YAMLError
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)  # fmt: skip

from auditbook import inputs, unseen
from auditbook.faults import CaseError, Fault, LimitError

# Only events are taken from the parser: what a scalar means is decided here, after YAML 1.2. In C, it is ten times faster.
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
MOST_BYTES = 2_000_000
MOST_DEPTH = 30
_INTEGER = re.compile(r"[-+]?\d{1,60}")
_DECIMAL = re.compile(r"[-+]?\d{1,60}\.\d{1,60}")
_CONSTANTS = {"": None, "~": None, "null": None, "true": True, "false": False}

Place = tuple[str | int, ...]
Model = TypeVar("Model", bound=BaseModel)


@dataclass
class Document:
    """The plain content of a file and the line on which each part of it stands; ``valid``: parts found right, as models."""

    path: Path
    shown: str
    content: Any = None
    lines: dict[Place, int] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    # by the identity of the part, which is held so that nothing else can come to have it
    valid: dict[tuple[int, type[BaseModel]], tuple[Any, BaseModel]] = field(default_factory=dict)

    def where(self, place: Sequence[str | int] = ()) -> str:
        """``file:line`` of a part, or of the nearest part around it that has a line."""
        for length in range(len(place), -1, -1):
            line = self.lines.get(tuple(place[:length]))
            if line is not None:
                return f"{self.shown}:{line}"
        return self.shown


_read: dict[str, Document] = {}


def load(path: Path, shown: str | None = None) -> Document:
    """Read a YAML file.

    Takes    path: the file; shown: its name in messages.
    Returns  its content and the lines; the document's ``faults`` hold repeated keys. The content, and what ``validate``
             makes of it, is shared between calls for the same bytes and must not be changed.
    Raises   CaseError where the file is missing, is not UTF-8 or is not YAML, or holds anchors, aliases or tags;
             LimitError where it is beyond two million bytes.
    """
    name = shown or str(path)
    try:
        found = path.stat()
        plain = stat.S_ISREG(found.st_mode) or stat.S_ISDIR(found.st_mode)
        raw = inputs.read_bytes(path) if plain and found.st_size <= MOST_BYTES else None
    except OSError as error:
        inputs.is_file(path)
        raise CaseError(
            Fault(name, f"文件读不到（{error.strerror}）", "一个可读的 YAML 文件", "请检查路径")
        ) from error
    if not plain:  # to read it might never end
        raise CaseError(Fault(name, "是管道或设备", "一个可读的 YAML 文件", "请检查路径"))
    if raw is None:
        raise LimitError(Fault(name, "文件过大", f"不超过{MOST_BYTES}字节"))
    key = f"{name} {hashlib.sha256(raw).hexdigest()}"
    if key not in _read:
        _read[key] = _parse(path, name, raw)
    known = _read[key]
    return Document(path, name, known.content, known.lines, list(known.faults), known.valid)


def load_bytes(data: bytes, shown: str) -> Document:
    """Read the bytes of a YAML file that lies in a package, as ``load`` reads a file. Raises CaseError as ``load``."""
    return _parse(Path(shown), shown, data)


# A word that reads as itself; everything else is written between double quotes, with what YAML reads otherwise there escaped.
_PLAIN_WORD = re.compile(r"[a-z][a-z0-9_-]*")
_ESCAPES = {
    ord('"'): '\\"', ord("\\"): "\\\\", ord("\n"): "\\n", ord("\r"): "\\r", ord("\t"): "\\t", 0x85: "\\N",
    0x2028: "\\L", 0x2029: "\\P", 0xFEFF: "\\uFEFF",
}  # fmt: skip


def quoted(text: str) -> str:
    """A text between double quotes, written so that it is read again as it is."""
    return f'"{text.translate(_ESCAPES)}"'


def flow(value: Any) -> str:
    """A value on one line, written so that it is read again as it is.

    Takes    value: None, a truth value, a whole number, a Decimal, text, or lists and mappings by text of these.
    Raises   TypeError for anything else: a float is no exact number.
    """
    match value:
        case None | bool():
            return {None: "null", True: "true", False: "false"}[value]
        case int():
            return str(value)
        case Decimal():
            return format(value, "f")
        case str():
            plain = _PLAIN_WORD.fullmatch(value) and value not in _CONSTANTS
            return value if plain else quoted(value)
        case Mapping():
            return f"{{{', '.join(f'{flow(key)}: {flow(own)}' for key, own in value.items())}}}"
        case list() | tuple():
            return f"[{', '.join(map(flow, value))}]"
        case _:
            raise TypeError(f"{type(value).__name__} is not written to a file")


def _parse(path: Path, name: str, raw: bytes) -> Document:
    document = Document(path, name)
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise CaseError(
            Fault(name, f"第{error.start}字节起不是 UTF-8", "UTF-8 编码", "请另存为 UTF-8")
        ) from error
    try:
        events = list(_shallow(document, yaml.parse(text, Loader=_LOADER)))
        _refuse_references(document, events)
        stream = iter(events)
        for event in stream:
            if isinstance(event, DocumentStartEvent):
                if document.lines:
                    where = f"{name}:{event.start_mark.line + 1}"
                    raise CaseError(Fault(where, "一个文件里有第二份内容（---）", "一份", "请分成两个文件"))
                document.content = _plain(document, stream, next(stream), ())
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f"{name}:{mark.line + 1}" if mark else name
        raise CaseError(
            Fault(where, f"不是合格的 YAML（{error.problem or error.context}）", "", "请检查缩进与标点")
        ) from error
    except (YAMLError, ValueError) as error:
        raise CaseError(Fault(name, f"不是合格的 YAML（{str(error).splitlines()[0]}）")) from error
    return document


def _shallow(document: Document, events: Iterator[Event]) -> Iterator[Event]:
    """The events as they come, to the first that lies too deep: what the parser does with depth takes time by its square."""
    depth = 0
    for event in events:
        kind = type(event).__name__
        depth += kind.endswith("StartEvent") - kind.endswith("EndEvent")
        if depth > MOST_DEPTH:
            raise CaseError(Fault(f"{document.shown}:{event.start_mark.line + 1}", f"嵌套超过{MOST_DEPTH}层"))
        yield event


def _refuse_references(document: Document, events: Sequence[Event]) -> None:
    faults = []
    for event in events:
        where = f"{document.shown}:{event.start_mark.line + 1}"
        if isinstance(event, AliasEvent) or (isinstance(event, NodeEvent) and event.anchor):
            faults.append(Fault(where, "用了锚点或引用（& 或 *）", "写出来的内容", "请把内容直接写在这里"))
        elif isinstance(event, ScalarEvent) and (strange := unseen.NO_TEXT.search(str(event.value))):
            faults.append(Fault(where, f"含有{unseen.named(strange[0])}", "文字", "请删去这个字符"))
        elif getattr(event, "tag", None) and not any(_implicit(event)):
            faults.append(
                Fault(where, f"用了标签“{getattr(event, 'tag', '')}”", "普通的键和值", "请删去标签")
            )
    if faults:
        raise CaseError(faults)


def _implicit(event: Event) -> tuple[bool, ...]:
    implicit = getattr(event, "implicit", True)
    return implicit if isinstance(implicit, tuple) else (bool(implicit),)


def _plain(document: Document, stream: Iterator[Event], event: Event, place: Place) -> Any:
    """The plain content that begins with an event; the stream is left behind its end."""
    document.lines.setdefault(place, event.start_mark.line + 1)
    if isinstance(event, ScalarEvent):
        return _scalar(event)
    if isinstance(event, SequenceStartEvent):
        items: list[Any] = []
        while not isinstance(child := next(stream), SequenceEndEvent):
            items.append(_plain(document, stream, child, (*place, len(items))))
        return items
    content: dict[str, Any] = {}
    while not isinstance(key_event := next(stream), MappingEndEvent):
        where = f"{document.shown}:{key_event.start_mark.line + 1}"
        if not isinstance(key_event, ScalarEvent):
            document.faults.append(Fault(where, "键不是一个词", "一个词"))
            _plain(document, stream, key_event, (*place, "?"))
            _plain(document, stream, next(stream), (*place, "?"))
            continue
        key = str(key_event.value)
        if key in content:
            first = document.lines[(*place, key)]
            document.faults.append(
                Fault(where, f"键“{key}”重复（上一次在第{first}行）", "", "请删去其中一处")
            )
            _plain(document, stream, next(stream), (*place, key, "?"))
            continue
        document.lines[(*place, key)] = key_event.start_mark.line + 1
        content[key] = _plain(document, stream, next(stream), (*place, key))
    return content


def _scalar(event: ScalarEvent) -> Any:
    text = str(event.value)
    if event.style in {"'", '"', "|", ">"}:
        return text
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if _INTEGER.fullmatch(text) and not re.match(r"[-+]?0\d", text):
        return int(text)
    return Decimal(text) if _DECIMAL.fullmatch(text) else text


def validate(document: Document, model: type[Model], content: Any = None, place: Place = ()) -> Model | None:
    """Check a document, or a part of it, against a model; faults go to ``document.faults`` with their lines.

    Returns  the model, or None where something is wrong.
    """
    data = document.content if content is None else content
    if not isinstance(data, dict):
        document.faults.append(Fault(document.where(place), "内容是空的或不是键和值", "“键: 值”的各行"))
        return None
    _, known = document.valid.get((id(data), model), (None, None))
    if isinstance(known, model):
        return known
    try:
        found = model.model_validate(data)
        document.valid[id(data), model] = (data, found)
        return found
    except ValidationError as error:
        told: set[tuple[str, str]] = set()
        for item in error.errors(include_url=False):
            fault = _fault(document.where((*place, *item["loc"])), item, model)
            # a value that may be of two types and is of neither is one mistake
            if (fault.where, fault.found) not in told:
                document.faults.append(fault)
            told.add((fault.where, fault.found))
        return None


def _fault(where: str, item: Any, model: type[BaseModel]) -> Fault:
    key = ".".join(str(part) for part in item["loc"] if part not in _BRANCHES)
    found = repr(item.get("input"))[:80]
    match item["type"]:
        case "extra_forbidden":
            known = "、".join(model.model_fields) if len(item["loc"]) == 1 else ""
            return Fault(
                where, f"不认识的键“{key}”", f"以下各键之一：{known}" if known else "", "请检查拼写，或删去"
            )
        case "missing":
            return Fault(where, f"缺少键“{key}”", "", "请补上")
        case "string_too_long":
            return Fault(
                where, f"“{key}”有{len(str(item.get('input')))}个字", f"最多{item['ctx']['max_length']}个字"
            )
        case "value_error":
            return Fault(where, f"“{key}”：{item['ctx']['error']}")
        case _:
            return Fault(where, f"“{key}”的值是 {found}", _EXPECTED.get(item["type"], item["msg"]))


# What pydantic appends to a place to say which of several types it tried.
_BRANCHES = {"decimal", "int", "fraction", "str", "list[str]", "date"}
_EXPECTED = {
    "is_instance_of": "一个数",
    "string_type": "文字（必要时加引号）",
    "int_type": "整数",
    "int_parsing": "整数",
    "bool_type": "true 或 false",
    "list_type": "一个列表",
    "dict_type": "“键: 值”的各行",
    "decimal_parsing": "一个数",
    "decimal_type": "一个数",
}
