"""``ro-crate-metadata.json`` of a pack: every file once, with its hash and size; every reference leads somewhere; the date is the case's."""

import hashlib
import io
import json
import zipfile
from dataclasses import replace
from urllib.parse import unquote

import pytest

from auditbook import packing, ro_crate, run_record
from auditbook.run_record import RunRecord

CASE = "invented-water-2021"


@pytest.fixture(scope="module")
def record(invented) -> RunRecord:
    return run_record.load(invented.outputs(CASE))


@pytest.fixture(scope="module")
def files(invented, record) -> dict[str, bytes]:
    """What a pack of the invented department holds, as far as it lies in its results."""
    results = {"outputs": invented.outputs(CASE), "tables": invented.workspace / "data" / "processed" / CASE}
    results["notebooks"] = results["tables"] / ".stages"
    made = {
        name: (results[name.partition("/")[0]] / name.partition("/")[2]).read_bytes() for name in record.made
    }
    lock = {"root/requirements.lock": b"pandas==3.1.1 \\\n    --hash=sha256:" + b"0" * 64 + b"\n"}
    with zipfile.ZipFile(io.BytesIO(packing.packed(record, {**made, **lock}))) as package:
        return {name: package.read(name) for name in package.namelist()}


@pytest.fixture(scope="module")
def graph(files) -> dict[str, dict]:
    said = json.loads(files[ro_crate.NAME])
    assert said["@context"][0] == "https://w3id.org/ro/crate/1.1/context"
    entities = {entity["@id"]: entity for entity in said["@graph"]}
    assert len(entities) == len(said["@graph"]), "each thing stands once"
    return entities


def test_every_file_stands_in_it_with_hash_and_size(files, graph, record):
    parts = {unquote(part["@id"]) for part in graph["./"]["hasPart"]}
    assert parts == set(files) - {packing.MANIFEST, ro_crate.NAME} | {"root/notebooks/"}
    for name in record.made:
        entity = graph[ro_crate._id(name)]
        assert entity["sha256"] == hashlib.sha256(files[name]).hexdigest() and entity["contentSize"] == str(
            len(files[name])
        )
        assert entity["@type"] == "File" and entity["encodingFormat"]


def test_every_reference_leads_somewhere(graph):
    def references(value):
        if isinstance(value, dict):
            if set(value) == {"@id"}:
                yield value["@id"]
            else:
                for one in value.values():
                    yield from references(one)
        elif isinstance(value, list):
            for one in value:
                yield from references(one)

    for entity in graph.values():
        for id in references({key: value for key, value in entity.items() if key != "@id"}):
            assert id in graph or id.startswith(("https://", "http://")) or id.startswith("root/"), (
                f"{entity['@id']} → {id}"
            )


def test_what_the_profiles_ask_is_there(graph, record):
    root = graph["./"]
    for name in (
        "name",
        "description",
        "datePublished",
        "license",
        "conformsTo",
        "hasPart",
        "mainEntity",
        "mentions",
    ):
        assert root[name], name
    assert graph[ro_crate.NAME]["about"] == {"@id": "./"}
    workflow = graph[root["mainEntity"]["@id"]]
    assert {"ComputationalWorkflow", "SoftwareSourceCode"} <= set(workflow["@type"]) and workflow[
        "programmingLanguage"
    ]
    actions = {id: entity for id, entity in graph.items() if entity["@type"] == "CreateAction"}
    assert len(actions) == 1 + len(record.stages)
    whole = actions[f"#run-{record.run}"]
    assert whole["instrument"] == root["mainEntity"] and len(whole["result"]) == len(record.made)
    assert {parameter["@id"] for parameter in workflow["input"]} == {"#case", "#scenario"}
    assert all(
        graph[p["@id"]]["@type"] == "FormalParameter" for p in (*workflow["input"], *workflow["output"])
    )
    page = graph["outputs/report.html"]
    assert page["exampleOfWork"] == {"@id": "#report"}
    made = [id for id, action in actions.items() if {"@id": "outputs/report.html"} in action["result"]]
    assert sorted(made) == sorted([f"#run-{record.run}", "#stage-pages"])


def test_its_date_is_the_case_s(record):
    assert json.loads(ro_crate.crate(record, {}))["@graph"][1]["datePublished"] == "2021-12-31"
    dated = replace(record, date="2022-06-30")
    assert json.loads(ro_crate.crate(dated, {}))["@graph"][1]["datePublished"] == "2022-06-30"


def test_names_in_chinese_are_references(record):
    made = json.loads(ro_crate.crate(record, {"outputs/资料需求清单.xlsx": 3, "outputs/a b.csv": 1}))
    ids = {entity["@id"] for entity in made["@graph"]}
    assert (
        "outputs/%E8%B5%84%E6%96%99%E9%9C%80%E6%B1%82%E6%B8%85%E5%8D%95.xlsx" in ids
        and "outputs/a%20b.csv" in ids
    )
