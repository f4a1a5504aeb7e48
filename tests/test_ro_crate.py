"""``ro-crate-metadata.json`` of a pack: every file once, with its hash and size; every reference leads somewhere; the date is the case's."""

import hashlib
import json
import zipfile
from dataclasses import replace
from urllib.parse import unquote

import pytest
from conftest import INVENTED_CASE, auditbook

from auditbook import packing, ro_crate, run_record
from auditbook.run_record import RunRecord

CASE = "invented-water-2021"


@pytest.fixture(scope="module")
def record(invented) -> RunRecord:
    return run_record.load(invented.outputs(CASE))


@pytest.fixture(scope="module")
def files(invented, record, tmp_path_factory) -> dict[str, bytes]:
    """What a pack of the invented department holds."""
    path = tmp_path_factory.mktemp("crate") / "pack.zip"
    assert auditbook("pack", INVENTED_CASE, "--to", path, workspace=invented.workspace).code == 0
    with zipfile.ZipFile(path) as package:
        return {name: package.read(name) for name in package.namelist()}


@pytest.fixture(scope="module")
def graph(files) -> dict[str, dict]:
    said = json.loads(files[ro_crate.NAME])
    assert said["@context"][0] == "https://w3id.org/ro/crate/1.1/context"
    entities = {entity["@id"]: entity for entity in said["@graph"]}
    assert len(entities) == len(said["@graph"]), "each thing stands once"
    return entities


def ids(references) -> set[str]:
    """Where one reference, or several, lead."""
    return {one["@id"] for one in (references if isinstance(references, list) else [references])}


def of_type(graph, kind: str) -> dict[str, dict]:
    return {id: entity for id, entity in graph.items() if kind in ([*entity["@type"]] if isinstance(entity["@type"], list) else [entity["@type"]])}  # fmt: skip


def test_every_file_stands_in_it_with_hash_and_size(files, graph):
    assert {unquote(id) for id in ids(graph["./"]["hasPart"])} == set(files) - {
        packing.MANIFEST,
        ro_crate.NAME,
    }
    assert set(of_type(graph, "File")) == ids(graph["./"]["hasPart"])
    for id, entity in of_type(graph, "File").items():
        data = files[unquote(id)]
        assert entity["sha256"] == hashlib.sha256(data).hexdigest() and entity["contentSize"] == str(
            len(data)
        )
        assert "encodingFormat" in entity, id


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

    specifications = ("https://w3id.org/ro/crate/", "https://bioschemas.org/profiles/")
    homepages = {"https://www.python.org/", "https://jupyter.org/"}
    for entity in graph.values():
        for id in references({key: value for key, value in entity.items() if key != "@id"}):
            assert id in graph or id in homepages or id.startswith(specifications), f"{entity['@id']} → {id}"


def test_what_the_profiles_ask_is_there(graph, record):
    """What RO-Crate 1.1, Workflow RO-Crate 1.0 and the run crates 0.5 say with MUST of what is described here."""
    root = graph["./"]
    assert all(root[name] for name in ("name", "description", "datePublished", "license"))
    assert graph[ro_crate.NAME]["about"] == {"@id": "./"}
    assert "https://w3id.org/ro/crate/1.1" in ids(graph[ro_crate.NAME]["conformsTo"])
    profiles = {f"https://w3id.org/ro/wfrun/{name}/0.5" for name in ("process", "workflow", "provenance")}
    assert profiles < ids(root["conformsTo"])
    assert all(graph[id]["@type"] == "CreativeWork" for id in ids(root["conformsTo"]))
    # the main workflow: a file, in a language, with its tools, each of them executed
    workflow = graph[root["mainEntity"]["@id"]]
    assert {"File", "SoftwareSourceCode", "ComputationalWorkflow", "HowTo"} == set(workflow["@type"])
    assert graph[workflow["programmingLanguage"]["@id"]]["@type"] == "ComputerLanguage"
    actions = of_type(graph, "CreateAction")
    executed = {action["instrument"]["@id"] for action in actions.values()}
    assert executed == {workflow["@id"]} | ids(workflow["hasPart"])
    assert ids(workflow["hasPart"]) <= set(of_type(graph, "SoftwareSourceCode"))
    parameters = of_type(graph, "FormalParameter")
    assert (
        ids(workflow["input"]) | ids(workflow["output"])
        == set(parameters)
        == {"#case", "#scenario", "#report"}
    )
    assert all(one["additionalType"] for one in parameters.values())
    # each stage: planned, ordered and done; together: organized by the program
    steps, controls = of_type(graph, "HowToStep"), of_type(graph, "ControlAction")
    assert ids(workflow["step"]) == set(steps) and len(steps) == len(controls) == len(record.stages) == 6
    for control in controls.values():
        step, action = steps[control["instrument"]["@id"]], actions[control["object"]["@id"]]
        assert step["workExample"] == action["instrument"]
    (organized,) = of_type(graph, "OrganizeAction").values()
    assert ids(organized["object"]) == set(controls)
    assert organized["result"] == {"@id": f"#run-{record.run}"}
    assert graph[organized["instrument"]["@id"]]["softwareVersion"] == record.program["version"]
    assert ids(root["mentions"]) == {*actions, *controls, organized["@id"]}


def test_which_made_which(graph, record):
    actions = of_type(graph, "CreateAction")
    whole = actions[f"#run-{record.run}"]
    assert {unquote(id) for id in ids(whole["object"])} == set(record.given)
    assert {unquote(id) for id in ids(whole["result"])} == set(record.made)
    for stage in record.stages:
        action = actions[f"#stage-{stage['stage']}"]
        assert {unquote(id) for id in ids(action["object"])} == set(stage["reads"])
        assert {unquote(id) for id in ids(action["result"])} == set(stage["wrote"])
    assert graph["outputs/report.html"]["exampleOfWork"] == {"@id": "#report"}
    made = [id for id, action in actions.items() if "outputs/report.html" in ids(action["result"])]
    assert sorted(made) == sorted([f"#run-{record.run}", "#stage-pages"])


def test_nobody_is_given_a_licence_to_what_is_the_department_s(graph):
    """Apache-2.0 is of the program; of evidence and report nothing is granted."""
    rights = graph[graph["./"]["license"]["@id"]]
    assert "no licence" in rights["name"] and "Apache" not in rights["name"]
    apache = {
        id for id, entity in graph.items() if "spdx.org/licenses/Apache-2.0" in str(entity.get("license"))
    }
    assert apache == {"#auditbook", *of_type(graph, "SoftwareSourceCode")}


def test_no_clock_and_nobody_is_in_it(files, graph):
    assert not {"startTime", "endTime", "dateCreated", "dateModified", "agent"} & {key for entity in graph.values() for key in entity}  # fmt: skip


def test_its_date_is_the_case_s(record):
    assert json.loads(ro_crate.crate(record, {}))["@graph"][1]["datePublished"] == "2021-12-31"
    dated = replace(record, date="2022-06-30")
    assert json.loads(ro_crate.crate(dated, {}))["@graph"][1]["datePublished"] == "2022-06-30"


def test_names_in_chinese_are_references(record):
    made = json.loads(ro_crate.crate(record, {"outputs/资料需求清单.xlsx": b"abc", "outputs/a b.csv": b"a"}))
    found = {entity["@id"] for entity in made["@graph"]}
    assert (
        "outputs/%E8%B5%84%E6%96%99%E9%9C%80%E6%B1%82%E6%B8%85%E5%8D%95.xlsx" in found
        and "outputs/a%20b.csv" in found
    )
