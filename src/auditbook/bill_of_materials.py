"""The software bill of materials of a packed run: what the lock names, as CycloneDX 1.6 (https://cyclonedx.org), JSON.

Versions, hashes and who asks for what are read from the lock, licences from what is installed. No time, no random number.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, metadata, version
from typing import Any

from auditbook import records

NAME = "bill-of-materials.cdx.json"
_PACKAGE = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)==([^\s;\\]+)(?:\s*;\s*([^\\]+?))?\s*\\?$")
_HASH = re.compile(r"^\s+--hash=sha256:([0-9a-f]{64})")
_ASKED_BY = re.compile(r"^\s+#\s+(?:via\s+)?([A-Za-z0-9][A-Za-z0-9._-]*)(?:\s+\(.*\))?$")
_OURS = "auditbook"


@dataclass
class Locked:
    """A package that the lock names: where it is for, the sha256 of each of its files, and which packages ask for it."""

    name: str
    version: str
    marker: str = ""
    hashes: list[str] = field(default_factory=list)
    asked_by: list[str] = field(default_factory=list)

    @property
    def reference(self) -> str:
        """Its package URL."""
        return f"pkg:pypi/{self.name}@{self.version}"


def locked(lock: str) -> list[Locked]:
    """The packages of a lock that uv or pip-tools has written, in its order."""
    found: list[Locked] = []
    for line in lock.splitlines():
        if package := _PACKAGE.match(line):
            name, number, marker = package.groups()
            found.append(Locked(re.sub(r"[-_.]+", "-", name).lower(), number, marker or ""))
        elif found and (file := _HASH.match(line)):
            found[-1].hashes.append(file[1])
        elif found and (asking := _ASKED_BY.match(line)) and asking[1] != "via":
            found[-1].asked_by.append(re.sub(r"[-_.]+", "-", asking[1]).lower())
    return found


def bill(lock: str) -> bytes:
    """The bill of materials for the text of a lock; the same bytes for the same lock, program and licences."""
    packages = sorted(locked(lock), key=lambda own: (own.name, own.version))
    ours = f"pkg:pypi/{_OURS}@{version(_OURS)}"
    asking: dict[str, list[str]] = {}
    for own in packages:
        for name in own.asked_by:
            asking.setdefault(name, []).append(own.reference)
    # a lock for several systems may name a package twice
    references = [(_OURS, ours), *((own.name, own.reference) for own in packages)]
    said = {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application", "bom-ref": ours, "name": _OURS, "version": version(_OURS), "purl": ours,
                "licenses": [{"license": {"id": "Apache-2.0"}}],
                "properties": [{"name": "auditbook:program", "value": records.program_digest()}],
            }
        },
        "components": [_component(own) for own in packages],
        "dependencies": [
            {"ref": reference, "dependsOn": sorted(set(asking.get(name, [])))}
            for name, reference in references
        ],
    }  # fmt: skip
    return (json.dumps(said, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


def _component(own: Locked) -> dict[str, Any]:
    made: dict[str, Any] = {
        "type": "library", "bom-ref": own.reference, "name": own.name, "version": own.version, "purl": own.reference,
        "hashes": [{"alg": "SHA-256", "content": seen} for seen in sorted(set(own.hashes))],
    }  # fmt: skip
    if licences := list(_licences(own.name)):
        made["licenses"] = licences
    if own.marker:
        made["properties"] = [{"name": "auditbook:only-where", "value": own.marker}]
    return made


def _licences(name: str) -> Iterator[dict[str, Any]]:
    """What an installed package says of its licence: an expression, else its classifiers, else a short name."""
    try:
        said = metadata(name)
    except PackageNotFoundError:
        return
    if "License-Expression" in said:
        yield {"expression": said["License-Expression"]}
        return
    classified = [
        row.rpartition(" :: ")[2] for row in said.get_all("Classifier") or [] if row.startswith("License :: ")
    ]
    short = said["License"].strip() if "License" in said else ""
    for licence in sorted(set(classified)) or ([short] if 0 < len(short) <= 64 and "\n" not in short else []):
        yield {"license": {"name": licence}}
