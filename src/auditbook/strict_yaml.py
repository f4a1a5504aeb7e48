"""Reading rule and case files: YAML 1.2 without its traps, every mistake with its line.

Anchors, aliases and tags are refused before anything is expanded. ``off`` and ``no`` stay words, dates stay text,
decimals are exact, a repeated key is an error. All mistakes of a file are told at once.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import AliasEvent, NodeEvent
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from auditbook.faults import CaseError, Fault, LimitError

MOST_BYTES = 2_000_000
MOST_DEPTH = 30
_INTEGER = re.compile(r"[-+]?\d{1,60}")
_DECIMAL = re.compile(r"[-+]?\d{1,60}\.\d{1,60}")
_CONSTANTS = {"": None, "~": None, "null": None, "true": True, "false": False}

Place = tuple[str | int, ...]
Model = TypeVar("Model", bound=BaseModel)


@dataclass
class Document:
    """The plain content of a file and the line on which each part of it stands."""

    path: Path
    shown: str
    content: Any = None
    lines: dict[Place, int] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def where(self, place: Sequence[str | int] = ()) -> str:
        """``file:line`` of a part, or of the nearest part around it that has a line."""
        for length in range(len(place), -1, -1):
            line = self.lines.get(tuple(place[:length]))
            if line is not None:
                return f"{self.shown}:{line}"
        return self.shown


def load(path: Path, shown: str | None = None) -> Document:
    """Read a YAML file.

    Takes    path: the file; shown: its name in messages.
    Returns  its content and the lines; the document's ``faults`` hold repeated keys.
    Raises   CaseError where the file is missing, is not UTF-8 or is not YAML, or holds anchors, aliases or tags;
             LimitError where it is beyond two million bytes.
    """
    name = shown or str(path)
    document = Document(path, name)
    try:
        raw = path.read_bytes() if path.stat().st_size <= MOST_BYTES else None
    except OSError as error:
        raise CaseError(
            Fault(name, f"文件读不到（{error.strerror}）", "一个可读的 YAML 文件", "请检查路径")
        ) from error
    if raw is None:
        raise LimitError(Fault(name, "文件过大", f"不超过{MOST_BYTES}字节"))
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise CaseError(
            Fault(name, f"第{error.start}字节起不是 UTF-8", "UTF-8 编码", "请另存为 UTF-8")
        ) from error
    try:
        _refuse_references(document, text)
        root = YAML().compose(text)
        if root is not None:
            document.content = _plain(document, root, ())
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f"{name}:{mark.line + 1}" if mark else name
        raise CaseError(
            Fault(where, f"不是合格的 YAML（{error.problem or error.context}）", "", "请检查缩进与标点")
        ) from error
    except (YAMLError, ValueError) as error:
        raise CaseError(Fault(name, f"不是合格的 YAML（{str(error).splitlines()[0]}）")) from error
    return document


def _refuse_references(document: Document, text: str) -> None:
    faults = []
    depth = 0
    for event in YAML().parse(text):
        kind = type(event).__name__
        depth += kind.endswith("StartEvent") - kind.endswith("EndEvent")
        where = f"{document.shown}:{event.start_mark.line + 1}"
        if depth > MOST_DEPTH:
            raise CaseError(Fault(where, f"嵌套超过{MOST_DEPTH}层"))
        if isinstance(event, AliasEvent) or (isinstance(event, NodeEvent) and event.anchor):
            faults.append(Fault(where, "用了锚点或引用（& 或 *）", "写出来的内容", "请把内容直接写在这里"))
        elif getattr(event, "tag", None) and not any(_implicit(event)):
            faults.append(Fault(where, f"用了标签“{event.tag}”", "普通的键和值", "请删去标签"))
    if faults:
        raise CaseError(faults)


def _implicit(event: object) -> tuple[bool, ...]:
    implicit = getattr(event, "implicit", True)
    return implicit if isinstance(implicit, tuple) else (bool(implicit),)


def _plain(document: Document, node: Node, place: Place) -> Any:
    document.lines.setdefault(place, node.start_mark.line + 1)
    if isinstance(node, ScalarNode):
        return _scalar(node)
    if isinstance(node, SequenceNode):
        return [_plain(document, child, (*place, index)) for index, child in enumerate(node.value)]
    assert isinstance(node, MappingNode)
    content: dict[str, Any] = {}
    for key_node, value_node in node.value:
        line = key_node.start_mark.line + 1
        if not isinstance(key_node, ScalarNode):
            document.faults.append(Fault(f"{document.shown}:{line}", "键不是一个词", "一个词"))
            continue
        key = str(key_node.value)
        if key in content:
            first = document.lines[(*place, key)]
            document.faults.append(
                Fault(
                    f"{document.shown}:{line}", f"键“{key}”重复（上一次在第{first}行）", "", "请删去其中一处"
                )
            )
            continue
        document.lines[(*place, key)] = line
        content[key] = _plain(document, value_node, (*place, key))
    return content


def _scalar(node: ScalarNode) -> Any:
    text = str(node.value)
    if node.style in {"'", '"', "|", ">"}:
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
    try:
        return model.model_validate(data)
    except ValidationError as error:
        for item in error.errors(include_url=False):
            where = document.where((*place, *item["loc"]))
            document.faults.append(_fault(where, item, model))
        return None


def _fault(where: str, item: Any, model: type[BaseModel]) -> Fault:
    key = ".".join(str(part) for part in item["loc"])
    found = repr(item.get("input"))[:80]
    match item["type"]:
        case "extra_forbidden":
            known = "、".join(model.model_fields) if len(item["loc"]) == 1 else ""
            return Fault(
                where, f"不认识的键“{key}”", f"以下各键之一：{known}" if known else "", "请检查拼写，或删去"
            )
        case "missing":
            return Fault(where, f"缺少键“{key}”", "", "请补上")
        case "value_error":
            return Fault(where, f"“{key}”：{item['ctx']['error']}")
        case _:
            return Fault(where, f"“{key}”的值是 {found}", _EXPECTED.get(item["type"], item["msg"]))


_EXPECTED = {
    "string_type": "文字（必要时加引号）",
    "int_type": "整数",
    "int_parsing": "整数",
    "bool_type": "true 或 false",
    "list_type": "一个列表",
    "dict_type": "“键: 值”的各行",
    "decimal_parsing": "一个数",
    "decimal_type": "一个数",
}
