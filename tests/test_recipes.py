"""The recipes of CONTRIBUTING.md, carried out as they stand there: only the entries that they name are touched."""

import csv
import re
import subprocess
from pathlib import Path

import damage
from bs4 import BeautifulSoup
from conftest import AUDITBOOK, auditbook, own_project

FIGURE = """
- id: vehicles_kept
  name: 公务用车保有量
  unit: 辆
  meaning: 年末实际保有的公务用车数
  table: 国有资产占用情况表“车辆”栏
  exact: true
"""
STANZA = """
  - id: staff_per_vehicle
    name: 人车比例
    group: 个性化
    why: 反映公务用车配备是否与人员规模相称。
    caveats: 执法执勤用车与机要应急用车须分开看。
    unit: 人/辆
    direction: up
    chart: {kind: paired, figures: {base: vehicles_kept, value: staff_actual_established}}
    definitions:
      established:
        name: 编制内在职人数除以公务用车保有量
        formula: staff_actual_established / vehicles_kept
        source: 行政单位财务规则（2013年起施行）附“人车比例”
    examples:
      - 30人，4辆: {given: {staff_actual_established: 30, vehicles_kept: 4}, established: "7.5"}
      - 没有车辆: {given: {staff_actual_established: 30, vehicles_kept: 0}, established: undefined}
"""
LINE = """  - indicator: staff_per_vehicle
    definition: established
    group: result
    points: 1
    rule:
      binary: {when: ">=5"}
    source: 试加的一行
"""


def test_add_an_indicator(tmp_path):
    project = own_project(tmp_path)
    before = {path: path.read_bytes() for path in project.rglob("*") if path.is_file()}
    with (project / "params" / "figures.yaml").open("a", encoding="utf-8") as file:
        file.write(FIGURE)
    with (project / "params" / "indicators" / "staff.yaml").open("a", encoding="utf-8") as file:
        file.write(STANZA)
    framework = project / "params" / "frameworks" / "yueyang-2018.yaml"
    text = framework.read_text(encoding="utf-8")
    points, group = re.findall(r"- unspecified: (\d+)\n(?:.*\n)*?    group: (\S+)", text)[-1]
    damage.replace(framework, f"- unspecified: {points}", f"- unspecified: {int(points) - 1}")
    with framework.open("a", encoding="utf-8") as file:
        file.write(LINE.replace("result", group))
    changed = {path.name for path, data in before.items() if path.read_bytes() != data}
    assert changed == {"figures.yaml", "staff.yaml", "yueyang-2018.yaml"}

    case = project / "params" / "cases" / "invented-water-2021.yaml"
    first = auditbook("run", case, workspace=tmp_path / "without", cwd=project)
    assert first.code == 0, first.err
    page = BeautifulSoup(
        (first.outputs(case.stem) / "report.html").read_text(encoding="utf-8"), "html.parser"
    )
    family = page.find(id="family-staff").find_parent("section")
    (row,) = [tr.text for tr in family.find_all("tr") if "人车比例" in tr.text]
    assert "无法评价" in row and "国有资产占用情况表“车辆”栏" in row

    people = project / "data" / "raw" / case.stem / "people.csv"
    with people.open("a", encoding="utf-8") as file:
        file.write("vehicles_kept,department,,2021,公务用车,value,5,辆,exact,一（一）,公务用车5辆\n")
    original = people.with_name("report.txt")
    damage.replace(original, "行政编制20名", "公务用车5辆，行政编制20名")
    damage.rehash(project)
    second = auditbook("run", case, workspace=tmp_path / "with", cwd=project)
    assert second.code == 0, second.err
    rows = list(csv.DictReader((second.processed(case.stem) / "indicators.csv").open(encoding="utf-8")))
    own = [row for row in rows if row["indicator"] == "staff_per_vehicle"]
    # 18 in the bureau and 9 in the station, of 5 vehicles: 27 / 5
    assert [(row["scope"], row["value"], row["unit"]) for row in own if row["scope"] == "department"] == [
        ("department", "5.4", "人/辆")
    ]
    scores = list(csv.DictReader((second.processed(case.stem) / "scores.csv").open(encoding="utf-8")))
    assert [row["points"] for row in scores if row["indicator"] == "staff_per_vehicle"] == ["1"]
    page = BeautifulSoup(
        (second.outputs(case.stem) / "report.html").read_text(encoding="utf-8"), "html.parser"
    )
    section = page.find(id="indicator-staff_per_vehicle").find_parent("section")
    assert "5.40人/辆" in section.text and section.find("svg") is not None

    said = subprocess.run(
        [AUDITBOOK, "explain", "staff_per_vehicle"], cwd=project, capture_output=True, text=True, check=True
    )
    assert "人车比例" in said.stdout and "岳阳" in said.stdout


def test_the_recipe_is_in_contributing():
    text = (Path(__file__).resolve().parents[1] / "CONTRIBUTING.md").read_text(encoding="utf-8")
    assert "## Add an indicator" in text and text.count("- [ ]") >= 10
