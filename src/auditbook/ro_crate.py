"""``ro-crate-metadata.json`` of a packed run: what was made from what, as other tools read it (RO-Crate 1.1, https://w3id.org/ro/crate/1.1).

Profiles: Process, Workflow and Provenance Run Crate 0.5 (https://w3id.org/ro/wfrun). Its date is the report date of the case, else the
last day of its budget year: never the clock.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import quote

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
}  # fmt: skip
_WORKFLOW = "root/notebooks/"
_ENGINE, _LANGUAGE, _LICENCE = "#auditbook", "#jupyter-notebook", "https://spdx.org/licenses/Apache-2.0"
Entity = dict[str, Any]


def crate(record: RunRecord, sizes: Mapping[str, int]) -> bytes:
    """The metadata of a packed run.

    Takes    sizes: of every file that the pack holds, by its name.
    """
    hashes = {**record.given, **record.program["notebooks"], **record.made}
    day = record.date or f"{record.year}-12-31"
    files = sorted(sizes)
    run = f"#run-{_id(record.run)}"
    stages = [stage for stage in record.stages if stage["notebook"]]
    graph: list[Entity] = [
        {
            "@id": NAME, "@type": "CreativeWork", "about": _to("./"),
            "conformsTo": [_to("https://w3id.org/ro/crate/1.1"), _to("https://w3id.org/workflowhub/workflow-ro-crate/1.0")],
        },
        {
            "@id": "./", "@type": "Dataset", "name": record.title, "datePublished": day, "license": _to(_LICENCE),
            "description": f"{record.department}{record.year}年度部门整体支出绩效评价审核：资料、规则、程序、各表、笔记本与交出的报告",
            "conformsTo": [_to(profile) for profile in _PROFILES], "hasPart": [_to(_id(name)) for name in [*files, _WORKFLOW] if name != NAME],
            "mainEntity": _to(_WORKFLOW), "mentions": [_to(run), *(_to(f"#stage-{stage['stage']}") for stage in record.stages)],
        },
        {
            "@id": _WORKFLOW, "@type": ["Dataset", "SoftwareSourceCode", "ComputationalWorkflow", "HowTo"], "name": "五个审计笔记本",
            "programmingLanguage": _to(_LANGUAGE), "input": [_to("#case"), _to("#scenario")], "output": [_to("#report")],
            "hasPart": [_to(_id(stage["notebook"])) for stage in stages], "step": [_to(f"#step-{stage['stage']}") for stage in stages],
        },
        {"@id": _LANGUAGE, "@type": "ComputerLanguage", "name": "Jupyter Notebook", "url": _to("https://jupyter.org")},
        {"@id": _LICENCE, "@type": "CreativeWork", "name": "Apache License 2.0"},
        {"@id": _ENGINE, "@type": "SoftwareApplication", "name": "auditbook", "softwareVersion": record.program["version"], "identifier": record.program["digest"]},
        *({"@id": profile, "@type": "CreativeWork", "name": name, "version": _VERSIONS.get(profile, "0.5")} for profile, name in _PROFILES.items()),
        _parameter("case", "案例", "File"), _parameter("scenario", "情景", "File", required=False), _parameter("report", "审核报告", "File"),
        _action(run, f"运行 {record.run}", _WORKFLOW, [*record.given], [*record.made], sizes),
        *(_action(f"#stage-{s['stage']}", s["title"], s["notebook"] or _ENGINE, s["reads"], s["wrote"], sizes) for s in record.stages),
        *({"@id": f"#step-{s['stage']}", "@type": "HowToStep", "position": number, "name": s["title"], "workExample": _to(_id(s["notebook"]))} for number, s in enumerate(stages, 1)),
        *(_file(name, sizes[name], hashes.get(name, ""), record) for name in files if name != NAME),
    ]  # fmt: skip
    said = {"@context": _CONTEXT, "@graph": graph}
    return (json.dumps(said, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


def _to(id: str) -> Entity:
    return {"@id": id}


def _id(name: str) -> str:
    """The name of a file as a relative reference."""
    return quote(name, safe="/+.-_~")


def _parameter(name: str, title: str, kind: str, *, required: bool = True) -> Entity:
    return {
        "@id": f"#{name}", "@type": "FormalParameter", "name": name, "description": title, "additionalType": kind,
        "valueRequired": required, "conformsTo": _to("https://bioschemas.org/profiles/FormalParameter/1.0-RELEASE"),
    }  # fmt: skip


def _action(
    id: str, name: str, instrument: str, read: Iterable[str], wrote: Iterable[str], sizes: Mapping[str, int]
) -> Entity:
    return {
        "@id": id, "@type": "CreateAction", "name": name, "instrument": _to(instrument if instrument.startswith("#") else _id(instrument)), "agent": _to(_ENGINE),
        "object": [_to(_id(own)) for own in read if own in sizes], "result": [_to(_id(own)) for own in wrote if own in sizes],
        "actionStatus": _to("http://schema.org/CompletedActionStatus"),
    }  # fmt: skip


def _file(name: str, size: int, seen: str, record: RunRecord) -> Entity:
    path = PurePosixPath(name)
    made: Entity = {"@id": _id(name), "@type": "File", "name": path.name, "contentSize": str(size)}
    if kind := _FORMATS.get(path.suffix):
        made["encodingFormat"] = kind
    if seen:
        made["sha256"] = seen
    if name in record.program["notebooks"]:
        made |= {
            "@type": ["File", "SoftwareSourceCode", "SoftwareApplication"],
            "programmingLanguage": _to(_LANGUAGE),
        }
    example = {
        f"params/cases/{record.case}.yaml": "#case", f"params/scenarios/{record.scenario}.yaml": "#scenario", "report.html": "#report",
    }.get(name.partition("/")[2])  # fmt: skip
    if example:
        made["exampleOfWork"] = _to(example)
    return made
