"""JSON Schemas for editors: up to date, each key described; what the models take they take, what one refuses the other does."""

import copy
import json
import re
import shutil
import subprocess

import jsonschema
import pytest
from conftest import AUDITBOOK, INVENTED, ROOT
from pydantic import TypeAdapter, ValidationError

from auditbook import beginning, schemas, strict_yaml

DEPARTMENTS = (ROOT, INVENTED)


def files(kind):
    return [
        path
        for root in DEPARTMENTS
        for pattern in schemas.KINDS[kind].files
        for path in sorted(root.glob(pattern))
    ]


SHIPPED = [(kind, path) for kind in schemas.KINDS for path in files(kind)]


def checker(kind):
    made = json.loads((ROOT / schemas.FOLDER / f"{kind}.json").read_text())
    jsonschema.Draft202012Validator.check_schema(made)
    return jsonschema.Draft202012Validator(made)


def takes(kind, content):
    try:
        TypeAdapter(schemas.KINDS[kind].model).validate_python(content)
    except ValidationError:
        return False
    return True


def content_of(path):
    return copy.deepcopy(strict_yaml.load(path).content)


@pytest.mark.parametrize("kind", schemas.KINDS)
def test_committed_schemas_are_up_to_date(kind):
    """If not: auditbook schema --write."""
    assert (ROOT / schemas.FOLDER / f"{kind}.json").read_text() == schemas.schema(kind, ROOT)


def test_there_is_no_other_schema():
    assert {path.stem for path in (ROOT / schemas.FOLDER).iterdir()} == set(schemas.KINDS)


@pytest.mark.parametrize("kind", schemas.KINDS)
def test_every_key_says_what_it_means_in_chinese(kind):
    def described(part):
        if isinstance(part, dict):
            if "properties" in part and "type" in part:
                yield part.get("description", ""), sorted(part["properties"])
                for key, value in part["properties"].items():
                    yield value.get("description", ""), key
            for value in part.values():
                yield from described(value)
        elif isinstance(part, list):
            for value in part:
                yield from described(value)

    told = list(described(checker(kind).schema))
    assert told
    assert [where for words, where in told if not re.search("[\u4e00-\u9fff]", words)] == []


@pytest.mark.parametrize(("kind", "path"), SHIPPED, ids=lambda value: getattr(value, "name", value))
def test_shipped_files_are_valid(kind, path):
    assert [error.message for error in checker(kind).iter_errors(content_of(path))] == []


def test_names_that_exist_are_offered():
    case, scenario, framework = (checker(kind).schema for kind in ("case", "scenario", "framework"))
    assert "yueyang-2018" in case["properties"]["framework"]["anyOf"][0]["enum"]
    assert (
        "budget_adjustment_rate" in framework["$defs"]["Item"]["properties"]["indicator"]["anyOf"][0]["enum"]
    )
    changed = scenario["properties"]["definitions"]["properties"]["budget_adjustment_rate"]
    assert changed == {
        "enum": ["ministry", "ministry_exempt", "net", "gross_increase", "spent_over_initial"],
        "description": "预算调整率",
    }


def test_a_name_of_ones_own_is_not_refused():
    """Only `auditbook check` knows the frameworks and indicators of a project."""
    content = content_of(ROOT / "params" / "cases" / "wuxi-offices-2019.yaml") | {"framework": "our-own-2026"}
    assert checker("case").is_valid(content)
    assert checker("scenario").is_valid({"reason": "试", "definitions": {"our_own_rate": "net"}})
    assert not checker("scenario").is_valid(
        {"reason": "试", "definitions": {"budget_adjustment_rate": "nett"}}
    )


# --- damage ------------------------------------------------------------------------------------------------------

WRONG = ("文字", "", "  ", 3, -1, True, None, [], {}, [3], {"a": 1})


def damaged(content, place=()):
    """Every damage of one part: a key away, a key too many, a value of another type, an entry too many."""
    part = content
    for step in place:
        part = part[step]
    if isinstance(part, dict):
        for key in part:
            yield (*place, key), "missing"
            yield from damaged(content, (*place, key))
        yield (*place, "unknown_key"), "added"
    elif isinstance(part, list):
        for index in range(min(len(part), 2)):  # entries after these are of the same forms
            yield from damaged(content, (*place, index))
    for wrong in WRONG:
        if place and type(wrong) is not type(part):
            yield place, wrong


def with_damage(content, place, damage):
    own = copy.deepcopy(content)
    part = own
    for step in place[:-1]:
        part = part[step]
    if damage == "missing":
        del part[place[-1]]
    elif damage == "added":
        part[place[-1]] = "x"
    else:
        part[place[-1]] = damage
    return own


# What `auditbook check` demands of these files beyond their models: a received document has a file and its sha256, grades
# and their source go together. The schema demands it too, so that an editor shows it.
CHECKED_ELSEWHERE = {"file", "sha256", "grades", "grades_source"}
# What no schema can say: arithmetic inside a text (an interval, a percentage, a formula), the sum of several parts.
IN_WORDS = {"steps", "limit", "every", "full_at", "met", "partly", "not_met", "when", "formula", "at_most", "at_least", "exactly"}  # fmt: skip


@pytest.mark.parametrize("kind", schemas.KINDS)
def test_schema_and_model_agree_on_every_damage(kind):
    check, tried, apart = checker(kind), 0, []
    for path in sorted(files(kind), key=lambda path: -path.stat().st_size)[:3]:
        content = content_of(path)
        for place, damage in damaged(content):
            own = with_damage(content, place, damage)
            allowed, taken = check.is_valid(own), takes(kind, own)
            tried += 1
            if allowed == taken:
                continue
            named = next(step for step in reversed(place) if isinstance(step, str))
            beyond = (IN_WORDS if isinstance(damage, str) else set()) if allowed else CHECKED_ELSEWHERE
            if named not in beyond:
                apart.append(
                    (path.name, place, damage, "the schema takes it" if allowed else "the model takes it")
                )
    assert tried >= 60
    assert apart == []


def test_what_check_demands_beyond_the_models_the_schema_demands():
    """Each with a file of which `auditbook check` says so: test_bad_input.py has the received document without its hash."""
    register = content_of(ROOT / "data" / "raw" / "wuxi-offices-2019" / "SOURCES.yaml")
    for key in ("file", "sha256"):
        assert not checker("sources").is_valid(with_damage(register, ("sources", 0, key), "missing"))
    framework = content_of(ROOT / "params" / "frameworks" / "default-2013.yaml")
    for key in ("grades", "grades_source"):
        assert not checker("framework").is_valid(with_damage(framework, (key,), "missing"))


# --- where editors find them -------------------------------------------------------------------------------------


def test_editors_find_the_schema_of_every_shipped_file():
    settings = json.loads((ROOT / ".vscode" / "settings.json").read_text())["yaml.schemas"]
    for kind, what in schemas.KINDS.items():
        assert set(what.files) <= set(settings[f"./{schemas.FOLDER}/{kind}.json"])


def test_a_new_case_names_the_schemas_of_its_files(tmp_path):
    for name in ("params", "data"):
        (tmp_path / name).mkdir()
    (tmp_path / "params").rmdir()
    shutil.copytree(ROOT / "params", tmp_path / "params")
    beginning.begin(tmp_path, "qinghe-water-2025", "2025", name="清河县水务局")
    case = tmp_path / "params" / "cases" / "qinghe-water-2025.yaml"
    register = tmp_path / "data" / "raw" / "qinghe-water-2025" / "SOURCES.yaml"
    for path, kind in ((case, "case"), (register, "sources")):
        named = re.match(r"# yaml-language-server: \$schema=(\S+)\n", path.read_text())
        assert (path.parent / named[1]).resolve() == tmp_path / schemas.FOLDER / f"{kind}.json"
        assert [error.message for error in checker(kind).iter_errors(content_of(path))] == []


def command(*arguments):
    return subprocess.run(
        [AUDITBOOK, "schema", *arguments], cwd=ROOT, capture_output=True, text=True, timeout=60
    )


def test_the_command_lists_prints_and_refuses():
    assert "case：案例文件（params/cases/*.yaml）" in command().stdout.splitlines()
    printed = json.loads(command("case").stdout)
    assert printed == json.loads((ROOT / schemas.FOLDER / "case.json").read_text())
    done = command("cases")
    assert done.returncode == 2 and done.stderr.startswith("cases：没有这一种文件；应为以下之一：case、")
