"""``ro-crate-metadata.json`` of a packed run: what was made from what, as other tools read it (RO-Crate 1.1, https://w3id.org/ro/crate/1.1).

Profiles: Process, Workflow and Provenance Run Crate 0.5 (https://w3id.org/ro/wfrun). Its date is the report date of the case, else the
last day of its budget year: never the clock. Who ran it and when is not said, though the profiles recommend it: neither is known.
"""

from __future__ import annotations

import json
from collections.abc import Container, Iterable, Mapping
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import quote

from auditbook import records
from auditbook.run_record import RunRecord

NAME = "ro-crate-metadata.json"
_CONTEXT = ["https://w3id.org/ro/crate/1.1/context", "https://w3id.org/ro/terms/workflow-run/context"]
_PROFILES = {
    "https://w3id.org/ro/wfrun/process/0.5": "Process Run Crate",
    "https://w3id.org/ro/wfrun/workflow/0.5": "Workflow Run Crate",
    "https://w3id.org/ro/wfrun/provenance/0.5": "Provenance Run Crate",
    "https://w3id.org/workflowhub/workflow-ro-crate/1.0": "Workflow RO-Crate",
}
_VERSIONS = {"https://w3id.org/workflowhub/workflow-ro-crate/1.0": "1.0"}
_FORMATS = {
    ".csv": "text/csv", ".html": "text/html", ".json": "application/json", ".yaml": "application/yaml",
    ".ipynb": "application/x-ipynb+json", ".txt": "text/plain", ".md": "text/markdown", ".pdf": "application/pdf",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document", ".py": "text/x-python",
    ".svg": "image/svg+xml", ".css": "text/css", ".j2": "text/html", ".lock": "text/plain", ".toml": "application/toml",
    ".ttf": "font/ttf", ".yml": "application/yaml", "": "text/plain",
}  # fmt: skip
# The profiles want files: one that says which steps there are and what each needs, and one for each step. Every pack has these.
_WORKFLOW = "root/src/auditbook/stages.py"
_PAGES = "root/src/auditbook/report/deliver.py"  # what the stage without a notebook is
_ENGINE, _PYTHON, _JUPYTER = "#auditbook", "#python", "#jupyter-notebook"
_APACHE, _RIGHTS = "https://spdx.org/licenses/Apache-2.0", "#rights"
Entity = dict[str, Any]


def crate(record: RunRecord, files: Mapping[str, bytes]) -> bytes:
    """The metadata of a packed run.

    Takes    files: all that the pack holds beside it, by their names.
    """
    day = record.date or f"{record.year}-12-31"
    names = sorted({*files, _WORKFLOW, _PAGES})
    run = f"#run-{_id(record.run)}"
    graph: list[Entity] = [
        {
            "@id": NAME, "@type": "CreativeWork", "about": _to("./"),
            "conformsTo": _all(["https://w3id.org/ro/crate/1.1", "https://w3id.org/workflowhub/workflow-ro-crate/1.0"]),
        },
        {
            "@id": "./", "@type": "Dataset", "name": record.title, "datePublished": day, "license": _to(_RIGHTS),
            "description": f"{record.department}{record.year}年度部门整体支出绩效评价审核：资料、规则、程序、各表、笔记本与交出的报告",
            "conformsTo": _all(_PROFILES), "hasPart": _all(map(_id, names)), "mainEntity": _to(_WORKFLOW),
            "mentions": _all([run, "#organized", *(f"#{kind}-{s['stage']}" for s in record.stages for kind in ("stage", "control"))]),
        },
        {
            "@id": _RIGHTS, "@type": "CreativeWork", "name": "未授予再使用的许可（no licence to reuse is granted）",
            "description": "资料的权利属于提供资料的单位，报告属于出具报告的单位；程序与笔记本按 Apache-2.0。",
        },
        {"@id": _APACHE, "@type": "CreativeWork", "name": "Apache License 2.0"},
        {"@id": _PYTHON, "@type": "ComputerLanguage", "name": "Python", "version": record.environment["python"], "url": _to("https://www.python.org/")},
        {"@id": _JUPYTER, "@type": "ComputerLanguage", "name": "Jupyter Notebook", "url": _to("https://jupyter.org/")},
        {
            "@id": _ENGINE, "@type": "SoftwareApplication", "name": "auditbook", "softwareVersion": record.program["version"],
            "identifier": record.program["digest"], "license": _to(_APACHE),
        },
        *({"@id": profile, "@type": "CreativeWork", "name": name, "version": _VERSIONS.get(profile, "0.5")} for profile, name in _PROFILES.items()),
        _parameter("case", "案例", "File"), _parameter("scenario", "情景", "File", required=False), _parameter("report", "审核报告", "File"),
        _action(run, f"运行 {record.run}", _WORKFLOW, record.given, record.made, files),
        {
            "@id": "#organized", "@type": "OrganizeAction", "name": f"auditbook 运行 {record.run}", "instrument": _to(_ENGINE),
            "object": _all(f"#control-{s['stage']}" for s in record.stages), "result": _to(run),
        },
        *(entity for number, stage in enumerate(record.stages, 1) for entity in _stage(number, stage, files)),
        *(_file(name, files.get(name), record) for name in names),
    ]  # fmt: skip
    said = {"@context": _CONTEXT, "@graph": graph}
    return (json.dumps(said, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


def _to(id: str) -> Entity:
    return {"@id": id}


def _all(ids: Iterable[str]) -> list[Entity] | Entity:
    """References; a single one stands without a list, as RO-Crate asks."""
    found = [_to(id) for id in ids]
    return found[0] if len(found) == 1 else found


def _id(name: str) -> str:
    """The name of a file as a relative reference."""
    return quote(name, safe="/+.-_~")


def _parameter(name: str, title: str, kind: str, *, required: bool = True) -> Entity:
    return {
        "@id": f"#{name}", "@type": "FormalParameter", "name": name, "description": title, "additionalType": kind,
        "valueRequired": required, "conformsTo": _to("https://bioschemas.org/profiles/FormalParameter/1.0-RELEASE"),
    }  # fmt: skip


def _stage(number: int, stage: Mapping[str, Any], files: Container[str]) -> list[Entity]:
    """A stage as it was planned, as it was ordered, and as it was done."""
    name, tool = stage["stage"], stage["notebook"] or _PAGES
    return [
        {"@id": f"#step-{name}", "@type": "HowToStep", "position": number, "name": stage["title"], "workExample": _to(_id(tool))},
        {
            "@id": f"#control-{name}", "@type": "ControlAction", "name": stage["title"],
            "instrument": _to(f"#step-{name}"), "object": _to(f"#stage-{name}"),
        },
        _action(f"#stage-{name}", stage["title"], tool, stage["reads"], stage["wrote"], files),
    ]  # fmt: skip


def _action(
    id: str, name: str, instrument: str, read: Iterable[str], wrote: Iterable[str], files: Container[str]
) -> Entity:
    return {
        "@id": id, "@type": "CreateAction", "name": name, "instrument": _to(_id(instrument)),
        "object": _all(_id(own) for own in read if own in files), "result": _all(_id(own) for own in wrote if own in files),
    }  # fmt: skip


def _file(name: str, data: bytes | None, record: RunRecord) -> Entity:
    path = PurePosixPath(name)
    made: Entity = {"@id": _id(name), "@type": "File", "name": path.name}
    if data is not None:
        made |= {"contentSize": str(len(data)), "sha256": records.digest(data)}
    if kind := _FORMATS.get(path.suffix):
        made["encodingFormat"] = kind
    source = {"version": record.program["version"], "license": _to(_APACHE)}
    if name in record.program["notebooks"]:
        made |= source | {"@type": ["File", "SoftwareSourceCode"], "programmingLanguage": _to(_JUPYTER)}
    if name == _PAGES:
        made |= source | {"@type": ["File", "SoftwareSourceCode"], "programmingLanguage": _to(_PYTHON)}
    if name == _WORKFLOW:
        tools = dict.fromkeys(stage["notebook"] or _PAGES for stage in record.stages)
        made |= source | {
            "@type": ["File", "SoftwareSourceCode", "ComputationalWorkflow", "HowTo"], "name": "审核的各步及其次序",
            "programmingLanguage": _to(_PYTHON), "input": _all(["#case", "#scenario"]), "output": _to("#report"),
            "hasPart": _all(map(_id, tools)), "step": _all(f"#step-{stage['stage']}" for stage in record.stages),
        }  # fmt: skip
    example = {
        f"params/cases/{record.case}.yaml": "#case", f"params/scenarios/{record.scenario}.yaml": "#scenario", "report.html": "#report",
    }.get(name.partition("/")[2])  # fmt: skip
    if example:
        made["exampleOfWork"] = _to(example)
    return made
