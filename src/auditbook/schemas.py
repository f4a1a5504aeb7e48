"""JSON Schemas of the files that people write, for their editors: made from the models that read the files.

An editor completes keys, checks values and shows what each key means while a case, a framework or a scenario is being written.
The models say what is allowed; ``schema_words.yaml`` adds what each key means, in Chinese, and the few conditions that a model
checks by its own code. Names that exist (indicators, definitions, frameworks) are offered, others are not refused: only
``auditbook check`` knows all of a project. ``params/schemas/`` holds the schemas; a test proves that they are up to date.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, TypeAdapter, create_model
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode, JsonSchemaValue
from pydantic_core import core_schema

from auditbook import cases, figures, findings, indicators, quality, scoring, strict_yaml
from auditbook.writing import write_whole

FOLDER = "params/schemas"
_WORDS = Path(__file__).with_name("schema_words.yaml")
_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_NAMED = {
    "cases.Case": ("framework",),
    "cases.Scenario": ("framework",),
    "scoring.Item": ("indicator", "definition"),
}
_CHANGES = "cases.Scenario"
_TEXT = r"\S"  # a text of blanks alone is none


@dataclass(frozen=True)
class Kind:
    """A kind of file: what it is, which files are of it, and the model that reads it."""

    title: str
    files: tuple[str, ...]
    model: Any


# A model leaves the entries of a list to be read one by one, so that each mistake is told at its line; the whole form of a
# file is the list of them.
_SOURCES = create_model(
    "SourcesFile", __base__=cases.SourcesFile, __module__=cases.__name__, sources=(list[cases.Source], ...)
)
_FAMILY = create_model(
    "FamilyFile", __base__=indicators.FamilyFile, __module__=indicators.__name__,
    indicators=(list[indicators.Stanza], ...),
)  # fmt: skip
KINDS = {
    "case": Kind("案例文件", ("params/cases/*.yaml",), cases.Case),
    "scenario": Kind("情景文件", ("params/scenarios/*.yaml",), cases.Scenario),
    "framework": Kind("评分框架", ("params/frameworks/*.yaml",), scoring.Framework),
    "sources": Kind("资料登记簿", ("data/raw/*/SOURCES.yaml",), _SOURCES),
    "indicators": Kind("指标", ("params/indicators/*.yaml",), _FAMILY),
    "figures": Kind("数字字典", ("params/figures.yaml",), list[figures.Meaning]),
    "quality": Kind("数据质量规则", ("params/quality.yaml",), quality.QualityFile),
    "findings": Kind("审计发现的规则", ("params/findings.yaml",), list[findings.FindingRule]),
}


def schema(kind: str, root: Path) -> str:
    """The JSON Schema of a kind of file, as text.

    Takes    kind: of ``KINDS``; root: the project whose indicators and frameworks are offered.
    """
    what = KINDS[kind]
    made = TypeAdapter(what.model).json_schema(schema_generator=_Generator, ref_template="#/$defs/{model}")
    _completed(made, strict_yaml.load(_WORDS, _WORDS.name).content, root)
    ordered = {
        "$schema": _DIALECT,
        "title": f"auditbook：{what.title}",
        **{k: v for k, v in made.items() if k != "title"},
    }
    return json.dumps(ordered, ensure_ascii=False, indent=1) + "\n"


def write(root: Path) -> list[Path]:
    """Write the schemas of all kinds into the project. Returns their paths."""
    written = []
    for kind in KINDS:
        path = root / FOLDER / f"{kind}.json"
        write_whole(path, schema(kind, root).encode())
        written.append(path)
    return written


class _Generator(GenerateJsonSchema):
    """Schemas of what strict models take out of YAML: a decimal is a number there, and no model takes it as text."""

    def decimal_schema(self, schema: core_schema.DecimalSchema) -> JsonSchemaValue:
        """A number."""
        return {"type": "number"}

    def str_schema(self, schema: core_schema.StringSchema) -> JsonSchemaValue:
        """A text; one that must not be empty is more than blanks."""
        made = super().str_schema(schema)
        if made.get("minLength") and "pattern" not in made:
            made["pattern"] = _TEXT
        return made

    def dict_schema(self, schema: core_schema.DictSchema) -> JsonSchemaValue:
        """Keys with values; a key of another form than the model's is refused, as the model does."""
        made = super().dict_schema(schema)
        for pattern, value in made.pop("patternProperties", {}).items():
            made["additionalProperties"] = value
            made["propertyNames"] = {**made.get("propertyNames", {}), "pattern": pattern}
        return made

    def is_instance_schema(self, schema: core_schema.IsInstanceSchema) -> JsonSchemaValue:
        """A class of numbers that YAML does not know: a number."""
        return {"type": "number"}

    def model_schema(self, schema: core_schema.ModelSchema) -> JsonSchemaValue:
        """A model, with its name in full for a description: by that it is described."""
        made = super().model_schema(schema)
        model: type[BaseModel] = schema["cls"]
        made["description"] = f"{model.__module__.removeprefix('auditbook.')}.{model.__name__}"
        return made

    def generate(self, schema: Any, mode: JsonSchemaMode = "validation") -> JsonSchemaValue:
        """The schema without what a computer made of names (``Framework Reason`` says nothing) and without fractions."""
        made: JsonSchemaValue = _without_titles(super().generate(schema, mode))
        return made


def _without_titles(part: Any) -> Any:
    if isinstance(part, list):
        # a fraction is what a program may set; in a file a number is a number
        return [_without_titles(one) for one in part if one != {"type": "string", "format": "fraction"}]
    if not isinstance(part, dict):
        return part
    # `title` may be the name of a property as well: then it is no text
    return {
        key: _without_titles(value)
        for key, value in part.items()
        if not (key == "title" and isinstance(value, str))
    }


def _completed(made: dict[str, Any], words: Mapping[str, Any], root: Path) -> None:
    """Say what each model and each key means, add the conditions that a model checks by code, offer the names that exist."""
    rulebook = indicators.read_rulebook(root, figures.read_dictionary(root))
    names = {
        "framework": sorted(path.stem for path in (root / "params" / "frameworks").glob("*.yaml")),
        "indicator": list(rulebook.stanzas),
        "definition": list(
            dict.fromkeys(name for s in rulebook.stanzas.values() for name in _definitions(s))
        ),
    }
    for part in (made, *made.get("$defs", {}).values()):
        if "properties" not in part:
            continue
        model = part.pop("description")
        own = words[model]
        for key, value in part["properties"].items():
            if key in _NAMED.get(model, ()):
                _offer(value, names[key])
            value["description"] = own[key]
        if model == _CHANGES:
            part["properties"]["definitions"]["properties"] = {
                id: {"enum": _definitions(stanza), "description": stanza.name}
                for id, stanza in rulebook.stanzas.items()
            }
        part["description"] = own[""]
        part.update(own.get("conditions", {}))


def _definitions(stanza: indicators.Stanza) -> list[str]:
    return [indicators.POINTS] if stanza.judged else list(stanza.definitions)


def _offer(value: dict[str, Any], names: list[str]) -> None:
    """Offer names beside the form that any name has."""
    form = dict(value)
    value.clear()
    value["anyOf"] = [{"enum": names}, *form.pop("anyOf", [form])]
    value |= {key: own for key, own in form.items() if key == "default"}
