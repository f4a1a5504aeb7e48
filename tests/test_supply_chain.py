"""What a run is made with: the bill of materials says what the lock says, and `make audit` passes only where all was checked."""

import json
import sys

import pytest
from conftest import ROOT
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from auditbook import bill_of_materials, records

sys.path.insert(0, str(ROOT / "tools"))
import audit

LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")


def requirements() -> dict[tuple[str, str], set[str]]:
    """The lock as pip reads it, with the hashes of each package."""
    found = {}
    for block in LOCK.replace("\\\n", " ").splitlines():
        if block.strip() and not block.lstrip().startswith("#"):
            words = block.split("--hash=")
            asked = Requirement(words[0])
            (pin,) = asked.specifier
            found[canonicalize_name(asked.name), pin.version] = {
                word.strip().removeprefix("sha256:") for word in words[1:]
            }
    return found


def test_the_bill_is_the_lock():
    said = json.loads(bill_of_materials.bill(LOCK))
    own = {(c["name"], c["version"]): {h["content"] for h in c["hashes"]} for c in said["components"]}
    assert own == requirements() and len(said["components"]) == len(own) > 150
    assert said["metadata"]["component"]["properties"][0]["value"] == records.program_digest()


def test_the_bill_says_who_asks_for_what():
    said = json.loads(bill_of_materials.bill(LOCK))
    assert [row["ref"] for row in said["dependencies"][1:]] == [
        component["bom-ref"] for component in said["components"]
    ]
    asks = {
        row["ref"].partition("@")[0]: {ref.partition("@")[0] for ref in row["dependsOn"]}
        for row in said["dependencies"]
    }
    assert (
        "pkg:pypi/papermill" in asks["pkg:pypi/auditbook"]
        and "pkg:pypi/nbclient" in asks["pkg:pypi/papermill"]
    )
    assert set().union(*asks.values()) <= set(asks)
    asked = set().union(*asks.values())
    assert {name for name in asks if name not in asked} == {"pkg:pypi/auditbook"}, (
        "everything is there for a reason"
    )


def test_the_bill_holds_against_the_schema_of_cyclonedx():
    from cyclonedx.schema import OutputFormat, SchemaVersion
    from cyclonedx.validation import make_schemabased_validator

    validator = make_schemabased_validator(OutputFormat.JSON, SchemaVersion.V1_6)
    data = bill_of_materials.bill(LOCK)
    assert validator.validate_str(data.decode()) is None
    assert validator.validate_str(data.decode().replace('"library"', '"libraries"')) is not None
    assert data == bill_of_materials.bill(LOCK)


WANTED = {("pandas", "3.1.1"), ("great-expectations", "1.24.1")}
GOOD = [
    {"name": "pandas", "version": "3.1.1", "vulns": []},
    {"name": "great_expectations", "version": "1.24.1", "vulns": []},
]
BAD = [
    GOOD[0],
    {**GOOD[1], "vulns": [{"id": "PYSEC-1", "fix_versions": ["1.24.2"], "aliases": [], "description": ""}]},
]
SKIPPED = [GOOD[0], {"name": "great_expectations", "skip_reason": "Dependency not found on PyPI"}]


@pytest.mark.parametrize(
    ("rows", "said"),
    [(GOOD, []), (BAD, ["PYSEC-1", "1.24.2"]), (SKIPPED, ["not found on PyPI", "not checked"]), (GOOD[:1], ["great-expectations 1.24.1"]), ([], ["not checked"])],
)  # fmt: skip
def test_an_audit_passes_only_where_everything_was_checked(rows, said):
    found = audit.faults(json.dumps({"dependencies": rows, "fixes": []}), WANTED)
    assert bool(found) == bool(said) and all(word in " ".join(found) for word in said)


@pytest.mark.parametrize(
    "answer",
    [
        "",
        "{",
        "[]",
        "null",
        '{"dependencies": [{"name": "pandas", "version": "3.1.1", "vulns": null}]}',
        '{"dependencies": [{"name": "pandas", "version": "3.1.1", "vulns": [{}]}]}',
        '{"dependencies": 1}',
        '{"dependencies": [{}]}',
    ],
)
def test_an_audit_that_was_not_answered_fails(answer):
    assert "nothing was checked" in " ".join(audit.faults(answer, WANTED))


def test_advisories_that_know_nothing_are_no_answer():
    """An index without advisories calls everything clean, also what is known to be vulnerable."""
    clean = json.dumps({"dependencies": [{"name": "flask", "version": "0.5", "vulns": []}]})
    assert audit.without_advisories(clean) and audit.without_advisories("")
    assert not audit.without_advisories(
        clean.replace("[]", '[{"id": "PYSEC-2018-66", "fix_versions": ["0.12.3"]}]')
    )


def test_an_audit_of_nothing_fails():
    assert audit.faults('{"dependencies": []}', set())


def test_the_audit_looks_at_every_lock():
    assert {name for name in audit.LOCKS} == {path.name for path in ROOT.glob("requirements*.lock")}
    here = {(name, version) for name, version in audit.locked(LOCK)}
    assert here <= set(requirements()) and len(here) > 150
    assert all("/opt/" not in (ROOT / name).read_text(encoding="utf-8") for name in audit.LOCKS)
