"""`auditbook new CASE YEAR --from OLD`: what a case leaves to the next year's, and what becomes of it there."""

import csv
import io
import shutil
import subprocess
import sys

import openpyxl
import pytest
from conftest import INVENTED, ROOT, auditbook

from auditbook import beginning, pipeline
from auditbook.case_text import moved
from auditbook.cases import DEPARTMENT, open_audit
from auditbook.faults import CaseError, UsageError
from auditbook.figures import FigureRow, Key, read_dictionary
from auditbook.intake.intake_carried import succeeding
from auditbook.workspace import Workspace

OLD, NEW = "invented-water-2021", "invented-water-2022"
WORKBOOK = "录入表.xlsx"


def made_project(root):
    """A project with the invented department's case of 2021."""
    for name in ("params", "tools", "notebooks"):
        shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("cases", "__pycache__"))
    for name in ("pyproject.toml", "requirements.lock"):
        shutil.copy(ROOT / name, root)
    shutil.copytree(INVENTED / "data", root / "data")
    shutil.copytree(INVENTED / "params" / "cases", root / "params" / "cases")
    return root


@pytest.fixture
def project(tmp_path, monkeypatch):
    """Such a project; the test works in it."""
    root = made_project(tmp_path / "project")
    monkeypatch.chdir(root)
    monkeypatch.setenv("AUDITBOOK_WORKSPACE", str(tmp_path / "results"))
    return root


@pytest.fixture(scope="session")
def once_begun(tmp_path_factory):
    """The case of 2022 begun from that of 2021, once for all tests: last year's findings take seconds."""
    root = made_project(tmp_path_factory.mktemp("begun") / "project")
    done = auditbook("new", NEW, "2022", "--from", OLD, workspace=root.parent / "results", cwd=root)
    assert (done.code, done.err) == (0, "")
    return root, done.out


@pytest.fixture
def begun(once_begun, tmp_path, monkeypatch):
    """A copy of it that a test may change."""
    root = shutil.copytree(once_begun[0], tmp_path / "project")
    monkeypatch.chdir(root)
    monkeypatch.setenv("AUDITBOOK_WORKSPACE", str(tmp_path / "results"))
    return root


def files(root):
    return {p.relative_to(root).as_posix(): p.read_bytes() for p in root.rglob("*") if p.is_file()}


def begin(root, case=NEW, year="2022", old=OLD, **more):
    return beginning.begin(root, case, year, old=old, **more)


def audit_of(root, case=NEW):
    workspace = Workspace(root, root, root, root / "params" / "cases" / f"{case}.yaml", None)
    return open_audit(workspace)


def replaced(root, before, after, case=NEW):
    path = root / "params" / "cases" / f"{case}.yaml"
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after), encoding="utf-8")


class Book:
    """The new case's workbook, filled in as a person does it."""

    def __init__(self, root, case=NEW):
        self.folder = root / "data" / "raw" / case
        self.root = root
        self.book = openpyxl.load_workbook(self.folder / WORKBOOK)

    def rows(self, title):
        """The rows below the example: by heading, with the number of each."""
        sheet = self.book[title]
        head = next(r for r in range(1, 20) if sheet.cell(r, 1).value == "序号")
        names = [cell.value for cell in sheet[head]]
        for number in range(head + 2, sheet.max_row + 1):
            cells = dict(zip(names, (cell.value for cell in sheet[number]), strict=True))
            if any(value is not None for value in cells.values()):
                yield number, cells

    def put(self, title, where, **cells):
        """Fill in cells of the first row that says this."""
        sheet = self.book[title]
        number = next(n for n, own in self.rows(title) if all(own[name] == v for name, v in where.items()))
        head = next(r for r in range(1, 20) if sheet.cell(r, 1).value == "序号")
        columns = {cell.value: cell.column for cell in sheet[head]}
        for name, value in cells.items():
            sheet.cell(number, columns[name]).value = value
        return number

    def save(self):
        self.book.save(self.folder / WORKBOOK)
        tool = [sys.executable, self.root / "tools" / "record_hashes.py", self.folder]
        subprocess.run(tool, check=True, capture_output=True)


def figures(case=NEW):
    """The figures of a case by key: value with unit, basis, source."""
    return {str(row.key): row for row in pipeline.check(case).raw.figures if row.chosen}


# --- what is written -------------------------------------------------------------------------------------------


def test_the_next_year_begins_with_what_the_last_one_left(once_begun, tmp_path):
    root, out = once_begun
    before = files(made_project(tmp_path))
    after = files(root)
    assert {name: data for name, data in after.items() if name in before} == before
    assert set(after) - set(before) == {
        f"params/cases/{NEW}.yaml", f"data/raw/{NEW}/SOURCES.yaml", f"data/raw/{NEW}/{WORKBOOK}",
    }  # fmt: skip
    # only the list of documents; the old case was read and nothing was written of it
    results = root.parent / "results"
    assert set(files(results)) == {f"outputs/{NEW}/资料需求清单.xlsx"}
    assert "带入数字 3 个" in out
    audit, faults = audit_of(root)
    assert audit is not None and faults == []
    case = audit.case
    assert (case.previous, case.year, case.framework) == (OLD, 2022, "yueyang-2018")
    assert (case.department.name, case.department.level) == ("清河县水务局（虚构）", "县级")
    assert case.people is None and case.materiality and "2021年度" in case.materiality.reason
    assert [unit.id for unit in case.units] == ["bureau", "river-station"]
    register = {source.id: source for source in audit.sources}
    assert register["report"].status == "absent"
    assert register["report"].title == "清河县水务局2022年度部门整体支出绩效自评报告（虚构）"
    assert register["2021-money"].carried_from == OLD
    # transcriptions are no documents to ask for
    assert set(register) == {"intake-workbook", "2021-money", "2021-people", "report"}


def test_what_is_carried_stands_in_the_workbook_with_its_origin(begun):
    book = Book(begun)
    carried = {(row["数字代号"], row["上年单位代号"], row["分项"]): row for _, row in book.rows("上年带入")}
    assert set(carried) == {
        ("carry_over", "department", None), ("staff_quota", "bureau", "civil_servant"),
        ("staff_quota", "river-station", "institution"),
    }  # fmt: skip
    closing = carried["carry_over", "department", None]
    assert (closing["数值"], closing["计量单位"], closing["所属年度"]) == (2000000, "元", "2021")
    assert (closing["上年案例"], closing["资料代号"]) == (OLD, "2021-money")
    assert "money" in closing["原出处"] and "money.csv:7" in closing["原出处"]
    # and beside the cell that it belongs to
    remarks = {(row["单位"], row["类别"]): row["备注"] for _, row in book.rows("人员")}
    assert remarks["局机关", "公务员"] == "上年带入：编制数20人"
    assert remarks["局机关", "事业编制"] is None
    assert next(row["备注"] for _, row in book.rows("结转结余")) == "上年带入：上年末结转和结余2000000元"


def test_what_is_carried_is_read_with_its_basis_and_its_origin(begun):
    read = figures()
    opening = read["carry_over:department::2021"]
    assert (opening.value, opening.unit, opening.precision, opening.basis) == (
        "2000000",
        "元",
        "1",
        "carried",
    )
    assert opening.source == "2021-money" and opening.locator.startswith(
        f"{OLD} money 一（二）（money.csv:7）"
    )
    assert f"{WORKBOOK} 上年带入!" in opening.locator and opening.quote == "年末结转2,000,000元"
    quota = read["staff_quota:river-station:institution:2022"]
    assert (quota.value, quota.basis, quota.precision) == ("9", "carried", "exact")


def test_open_findings_are_brought_to_be_followed_up(begun):
    run = pipeline.check(OLD)
    pipeline.in_memory(run)
    open_ones = [
        row["finding"] for row in run.table("findings") if row["status"] not in ("corrected", "withdrawn")
    ]
    rows = [row for _, row in Book(begun).rows("上年审计发现")]
    assert sorted(row["发现代号"] for row in rows) == sorted(open_ones) != []
    assert {row["所属年度"] for row in rows} == {"2021"} and not any(row["整改情况"] for row in rows)


def test_findings_of_a_run_that_is_there_are_those_of_memory(begun):
    made = files(begun / "data" / "raw" / NEW)
    results = begun.parent / "results"
    ran = auditbook("run", OLD, workspace=results, cwd=begun)
    assert ran.code == 0
    assert not (ran.processed(OLD) / "follow_up.csv").exists()  # nothing was followed up
    begin(begun, "again", "2022")
    assert Book(begun, "again").book["上年审计发现"]["B7"].value == openpyxl.load_workbook(
        io.BytesIO(made[WORKBOOK])
    )["上年审计发现"]["B7"].value  # fmt: skip


def test_the_same_beginning_gives_the_same_bytes(project, tmp_path):
    begin(project)
    once = files(project / "data" / "raw" / NEW)
    shutil.rmtree(project / "data" / "raw" / NEW)
    (project / "params" / "cases" / f"{NEW}.yaml").unlink()
    begin(project)
    assert files(project / "data" / "raw" / NEW) == once


def test_a_year_left_out_carries_what_stands_and_no_closing_balance(project):
    made = begin(project, "invented-water-2023", "2023")
    assert any("不是2023年度的上一年" in line for line in made.told)
    assert [key for key in figures("invented-water-2023")] == [
        "staff_quota:bureau:civil_servant:2023", "staff_quota:river-station:institution:2023",
    ]  # fmt: skip


def test_a_case_that_lies_elsewhere_has_its_next_year_beside_it(project, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    shutil.copytree(INVENTED, elsewhere)
    made = begin(project, old=str(elsewhere / "params" / "cases" / f"{OLD}.yaml"))
    assert made.case_file == (elsewhere / "params" / "cases" / f"{NEW}.yaml").as_posix()
    checked = auditbook("check", made.case_file, workspace=tmp_path / "w", cwd=project)
    assert checked.code == 0 and "数字 3 个" in checked.out


@pytest.mark.parametrize(
    ("text", "later"),
    [
        ("2021年度决算", "2022年度决算"),
        ("2020年与2021年", "2021年与2022年"),  # each once: 2020 does not become 2022
        ("财预〔2021〕10号", "财预〔2021〕10号"),
        ("120210号", "120210号"),
        ("2019年规划", "2019年规划"),
        ("budget-2021", "budget-2022"),
    ],
)
def test_titles_are_moved_by_a_year(text, later):
    assert moved(text, 2021, 2022) == later


# --- a half-filled case runs -----------------------------------------------------------------------------------


def test_a_half_filled_next_year_runs_and_says_what_it_could_not_assess(tmp_path):
    root = tmp_path / "project"
    for name in ("params", "tools", "notebooks", "data"):
        shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("__pycache__", "processed"))
    for name in ("pyproject.toml", "requirements.lock"):
        shutil.copy(ROOT / name, root)
    results, case = tmp_path / "results", "wuxi-offices-2020"
    done = auditbook("new", case, "2020", "--from", "wuxi-offices-2019", workspace=results, cwd=root)
    assert (done.code, done.err) == (0, "")
    book = Book(root, case)
    whole = {"单位": "部门整体", "项目": "合计"}
    book.put("预算与执行", whole, 年初预算数=20000, 调增=1000, 调减=0, 调整后预算数=21000, 实际支出=20500)
    followed = book.put(
        "上年审计发现",
        {},
        整改情况="部分整改",
        整改依据="决算说明第3页",
        核实人="王小明",
        核实日期="2021-03-05",
    )
    finding = book.book["上年审计发现"].cell(followed, 2).value
    book.save()
    ran = auditbook("run", case, workspace=results, cwd=root)
    assert ran.code == 0, ran.err
    read = {name: list(csv.DictReader((ran.processed(case) / f"{name}.csv").open(encoding="utf-8"))) for name in
            ("indicators", "figures", "scores", "follow_up")}  # fmt: skip
    own = {
        (row["indicator"], row["definition"]): row
        for row in read["indicators"]
        if (row["scope"], row["item"]) == (DEPARTMENT, "")
    }
    # (1000 + 0) / 20000
    assert own["budget_adjustment_rate", "ministry"]["value"] == "0.05"
    unknown = [row["indicator"] for row in own.values() if row["status"] == "not_assessable"]
    assert {"carry_over_rate", "three_public_control_rate"} <= set(unknown)
    total = next(row for row in read["scores"] if row["level"] == "total")
    assert float(total["lowest"]) < float(total["highest"])
    quota = {
        row["scope"]: row["value"]
        for row in read["figures"]
        if row["basis"] == "carried" and row["item"] == "institution"
    }
    assert quota == {"service-centre": "47", "vehicle-centre": "12"}  # data/raw/wuxi-offices-2019/staff.csv
    assert [(row["finding"], row["year"], row["status"]) for row in read["follow_up"]] == [
        (finding, "2019", "partly")
    ]
    page = (ran.outputs(case) / "report.html").read_text(encoding="utf-8")
    assert "资料需求清单" in page and "无法评价" in page and "王小明" not in page
    listed = openpyxl.load_workbook(ran.outputs(case) / "资料需求清单.xlsx").active
    points = [row[4] for row in listed.iter_rows(min_row=4, values_only=True)]
    assert points == sorted(points, reverse=True) and points[0] > 0
    traced = auditbook("verify", "--trace", case, workspace=results, cwd=root)
    assert traced.code == 0, traced.out


# --- what this year's evidence does to what was carried --------------------------------------------------------


def test_an_establishment_that_was_changed_takes_the_place_of_last_years(begun):
    book = Book(begun)
    book.put("人员", {"单位": "局机关", "类别": "公务员"}, 编制数=22, 年末实有=19)
    book.save()
    quota = [
        row
        for row in pipeline.check(NEW).raw.figures
        if str(row.key) == "staff_quota:bureau:civil_servant:2022"
    ]
    assert [(row.value, row.source) for row in quota] == [("22", "intake-workbook")]


def test_a_blank_beside_a_carried_establishment_says_that_nothing_changed(begun):
    book = Book(begun)
    book.put("人员", {"单位": "局机关", "类别": "公务员"}, 年末实有=19)
    book.save()
    read = figures()
    assert read["staff_quota:bureau:civil_servant:2022"].value == "20"
    assert read["staff_actual:bureau:civil_servant:2022"].value == "19"


def test_another_opening_balance_stands_beside_last_years_closing_one(begun):
    book = Book(begun)
    book.put("结转结余", {"单位": "部门整体"}, 年末结转和结余=150, 上年末结转和结余=190)
    book.save()
    rows = [row for row in pipeline.check(NEW).raw.figures if str(row.key) == "carry_over:department::2021"]
    assert sorted((row.source, row.value, row.unit) for row in rows) == [
        ("2021-money", "2000000", "元"), ("intake-workbook", "190", "万元"),
    ]  # fmt: skip


# --- units renamed, merged, split ------------------------------------------------------------------------------


def row(
    figure, scope, value, unit="万元", precision="0.01", item="", year=2021, source="2021-a", state="value"
):
    return FigureRow(
        Key(figure, scope, item, year), source, f"place of {scope}", "", state, "carried" if value else "", value, unit, precision,
        f"{value}{unit}", "", False,
    )  # fmt: skip


def became(rows, **units):
    found, left = succeeding(
        rows, {name.replace("_", "-"): former for name, former in units.items()}, read_dictionary(ROOT)
    )
    return {(r.key.figure, r.key.scope, r.key.item): (r.value, r.unit, r.precision) for r in found}, left


def test_a_renamed_unit_keeps_its_figures():
    found, left = became(
        [row("carry_over", "office", "12.50"), row("carry_over", DEPARTMENT, "40")], bureau=["office"]
    )
    assert found == {
        ("carry_over", DEPARTMENT, ""): ("40", "万元", "0.01"), ("carry_over", "bureau", ""): ("12.50", "万元", "0.01"),
    }  # fmt: skip
    assert left == []


def test_the_figures_of_merged_units_are_added_exactly():
    rows = [
        row("carry_over", "office", "12.5"), row("carry_over", "garage", "300000.07", "元", "0.01", source="2021-b"),
        row("staff_quota", "office", "20", "人", "exact", "civil_servant", 2022),
        row("staff_quota", "garage", "9", "人", "exact", "civil_servant", 2022),
    ]  # fmt: skip
    found, left = became(rows, centre=["office", "garage"])
    # 125000 + 300000.07; 12.5 is exact to 100 yuan, so the sum is exact to no more than the next power of ten
    assert found["carry_over", "centre", ""] == ("425000.07", "元", "1000")
    assert found["staff_quota", "centre", "civil_servant"] == ("29", "人", "exact")
    assert left == []


def test_a_merged_sum_that_lacks_a_part_is_not_made():
    rows = [
        row("carry_over", "office", "12.5"),
        row("staff_quota", "garage", "9", "人", "exact", "contract", 2022),
    ]
    found, left = became(rows, centre=["office", "garage"])
    assert ("carry_over", "centre", "") not in found
    assert any("缺garage的数" in one.why for one in left)


def test_what_was_split_is_not_divided():
    found, left = became([row("carry_over", "office", "12.5")], north=["office"], south=["office"])
    assert found == {} and [(one.unit, one.count) for one in left] == [("office", 1)]
    assert "没有依据可分" in left[0].why


def test_the_whole_of_one_and_a_part_of_another_are_no_sum():
    rows = [row("carry_over", "office", "12.5"), row("carry_over", "garage", "3")]
    found, left = became(rows, north=["office", "garage"], south=["office"])
    assert found == {} and {one.unit for one in left} == {"office", "garage"}


def test_a_unit_that_is_gone_leaves_nothing_and_is_said():
    found, left = became([row("carry_over", "office", "12.5")], north=[])
    assert found == {} and "没有由它而来的单位" in left[0].why


def test_units_are_mapped_in_the_case_file_after_the_case_was_begun(begun):
    replaced(begun, '  - {id: "bureau", name: "局机关"}\n  - {id: "river-station", name: "河道管理站"}',
             "  - {id: bureau, name: 局机关}\n  - {id: river-office, name: 河道管理中心, formerly: [river-station]}")  # fmt: skip
    read = figures()
    assert read["staff_quota:river-office:institution:2022"].value == "9"
    replaced(begun, "  - {id: river-office, name: 河道管理中心, formerly: [river-station]}",
             "  - {id: east, name: 东站, formerly: [river-station]}\n  - {id: west, name: 西站, formerly: [river-station]}")  # fmt: skip
    checked = auditbook("check", NEW, workspace=begun.parent / "results", cwd=begun)
    assert checked.code == 0 and "没有依据可分，不能比较" in checked.out
    assert not any("institution" in key for key in figures())


def test_units_given_at_the_beginning_take_the_place_of_last_years(project):
    begin(project, units=["water=水务中心=bureau,river-station"], name="清河县水利局")
    audit, faults = audit_of(project)
    assert faults == [] and audit.case.units[0].formerly == ["bureau", "river-station"]
    assert audit.case.department.name == "清河县水利局"
    assert "清河县水务局（虚构）" in (project / "params" / "cases" / f"{NEW}.yaml").read_text(
        encoding="utf-8"
    )


def test_an_unknown_former_unit_is_a_fault_with_its_line(begun):
    replaced(begun, 'name: "河道管理站"', 'name: "河道管理站", formerly: [canal-station]')
    _, faults = audit_of(begun)
    [told] = map(str, faults)
    assert "canal-station" in told and "bureau、river-station" in told and f"{NEW}.yaml:" in told


def test_former_units_without_a_case_of_last_year_are_a_fault(begun):
    replaced(begun, f"previous: {OLD}\n", "")
    replaced(begun, 'name: "河道管理站"', 'name: "河道管理站", formerly: [river-station]')
    with pytest.raises(CaseError) as told:
        pipeline.check(NEW)
    assert "写了 formerly 而没有 previous" in str(told.value)


def test_a_case_of_last_year_that_is_not_there_is_allowed_and_said(begun):
    (begun / "params" / "cases" / f"{OLD}.yaml").unlink()
    checked = auditbook("check", NEW, workspace=begun.parent / "results", cwd=begun)
    assert checked.code == 0 and f"previous 是“{OLD}”，没有这个案例文件" in checked.out


def test_a_case_of_last_year_that_is_later_is_a_fault(begun):
    replaced(begun, "year: 2022", "year: 2021")
    with pytest.raises(CaseError) as told:
        pipeline.check(NEW)
    assert "previous 是2021年度的案例" in str(told.value)


# --- what is refused -------------------------------------------------------------------------------------------

REFUSED = {
    "no year": (["x", "20x2", "--from", OLD], 2, "YEAR：“20x2”不是年度"),
    "the same year": (["x", "2021", "--from", OLD], 2, f"“2021”不晚于上年案例 {OLD} 的2021年度"),
    "an earlier year": (["x", "2020", "--from", OLD], 2, "应为2021以后的年度，如 2022"),
    "no old case": (["x", "2022", "--from", "nobody"], 2, f"以下之一：{OLD}"),
    "unknown former": (["x", "2022", "--from", OLD, "--unit", "a=甲=canal"], 2, "上年案例的单位：bureau、river-station"),
    "former twice": (["x", "2022", "--from", OLD, "--unit", "a=甲=bureau,bureau"], 2, "--unit：“a=甲=bureau,bureau”"),
    "former without old": (["x", "2022", "--unit", "a=甲=bureau"], 2, "没有 --from"),
    "scheme": (["x", "2022", "--from", OLD, "--framework", "nobody"], 2, "没有评分框架“nobody”"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused_leaves_nothing(name, project):
    arguments, code, words = REFUSED[name]
    before = files(project)
    done = auditbook("new", *arguments, workspace=project.parent / "results", cwd=project)
    assert (done.code, words in done.err, "Traceback" in done.err) == (code, True, False), done.err
    assert files(project) == before and not (project.parent / "results").exists()


def test_what_exists_is_never_overwritten_and_all_of_it_is_named(project):
    auditbook("new", NEW, "2022", "--from", OLD, workspace=project.parent / "results", cwd=project)
    before = files(project.parent)
    done = auditbook("new", NEW, "2022", "--from", OLD, workspace=project.parent / "results", cwd=project)
    assert done.code == 2
    for words in (
        f"params/cases/{NEW}.yaml：这个案例已经有了",
        f"data/raw/{NEW}：这个资料夹已经有了",
        "资料需求清单已经有了",
    ):
        assert words in done.err
    assert files(project.parent) == before


def test_a_faulty_old_case_is_said_with_every_fault(project):
    with (project / "data" / "raw" / OLD / "money.csv").open("a", encoding="utf-8") as file:
        file.write("x\n")
    before = files(project)
    done = auditbook("new", NEW, "2022", "--from", OLD, workspace=project.parent / "results", cwd=project)
    assert done.code == 3 and "不能由它开始下一年" in done.err and "money.csv”的 sha256" in done.err
    assert files(project) == before


def test_mistakes_are_told_together(project):
    with pytest.raises(UsageError) as told:
        begin(project, "Bad!", "1", old="nobody", units=["x"], framework="no-scheme")
    assert len(told.value.faults) == 5


@pytest.mark.parametrize("to", ["nobody", "budget_spent", "three_public_budget_previous"])
def test_a_figure_carries_to_itself_or_to_its_own_previous(to, project):
    path = project / "params" / "figures.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("carries_to: carry_over_previous", f"carries_to: {to}"), encoding="utf-8")
    with pytest.raises(CaseError) as told:
        read_dictionary(project)
    assert f"carries_to 指向“{to}”" in str(told.value)


# --- the sheets as they are read -------------------------------------------------------------------------------

CARRIED_FAULTS = {
    "figure": ("数字代号", "budget_spent", "不是带入的数字"),
    "year": ("所属年度", "2020", "所属年度是“2020”"),
    "value": ("数值", "约200", "“数值”不是数"),
    "unit": ("计量单位", None, "没有写“计量单位”"),
    "quote": ("原文", None, "没有写“原文”"),
    "document": ("资料代号", "nobody", "没有资料“nobody”"),
}  # fmt: skip


@pytest.mark.parametrize("name", CARRIED_FAULTS)
def test_a_carried_row_that_is_spoilt_is_a_fault_with_its_cell(name, begun):
    heading, value, words = CARRIED_FAULTS[name]
    book = Book(begun)
    book.put("上年带入", {"数字代号": "carry_over"}, **{heading: value})
    book.save()
    with pytest.raises(CaseError) as told:
        pipeline.check(NEW)
    assert words in str(told.value) and f"{WORKBOOK} 上年带入!" in str(told.value)


FOLLOW_FAULTS = {
    "no grounds": ({"整改情况": "已整改", "核实人": "甲", "核实日期": "2023-02-01"}, "没有写“整改依据”"),
    "nobody": ({"整改情况": "未整改", "整改依据": "决算", "核实日期": "2023-02-01"}, "没有写“核实人”"),
    "no day": ({"整改情况": "更严重", "整改依据": "决算", "核实人": "甲"}, "没有写“核实日期”"),
    "no status": ({"整改依据": "决算"}, "写了依据，没有写整改情况"),
    "another word": ({"整改情况": "差不多", "整改依据": "决算", "核实人": "甲", "核实日期": "2023-02-01"}, "“整改情况”是“差不多”"),
}  # fmt: skip


@pytest.mark.parametrize("name", FOLLOW_FAULTS)
def test_a_follow_up_says_what_by_whom_when_and_on_what_grounds(name, begun):
    cells, words = FOLLOW_FAULTS[name]
    book = Book(begun)
    book.put("上年审计发现", {}, **cells)
    book.save()
    with pytest.raises(CaseError) as told:
        pipeline.check(NEW)
    assert words in str(told.value)


def test_findings_that_nobody_followed_up_are_counted_and_are_no_evidence(begun):
    waiting = len(list(Book(begun).rows("上年审计发现")))
    run = pipeline.check(NEW)
    assert run.raw.entered["follow_up"] == []
    assert any(f"有 {waiting} 项没有写整改情况" in note.written for note in run.raw.notes)


# --- what is left to be done -----------------------------------------------------------------------------------


def test_check_lists_what_is_left_in_order(begun):
    out = auditbook("check", NEW, workspace=begun.parent / "results", cwd=begun).out
    decisions, documents = out.index("要确认、填写的："), out.index("还缺的资料")
    assert decisions < out.index("上年审计发现") < documents
    assert decisions < out.index("编制数 2 个沿用上年") < documents
    points = [
        float(line.split("定 ")[1].split(" 分")[0])
        for line in out[documents:].splitlines()
        if "——定 " in line
    ]
    assert points and points == sorted(points, reverse=True)
    assert not (begun.parent / "results").exists()


def test_check_of_a_faulty_case_lists_the_faults_first(begun):
    book = Book(begun)
    book.put("预算与执行", {"单位": "部门整体"}, 年初预算数="约5", 实际支出="无")
    book.save()
    done = auditbook("check", NEW, workspace=begun.parent / "results", cwd=begun)
    assert (
        done.code == 3 and "先改这些" in done.err and "“年初预算数”" in done.err and "“实际支出”" in done.err
    )


def test_a_figure_that_arrives_leaves_the_list(begun):
    run = pipeline.check(NEW)
    from auditbook import remaining

    before = {own.document: own for own in remaining.of_case(run).documents}
    closing = "公开01表“年末结转和结余”行"
    assert (
        closing in before
        and before[closing].sheets == ("结转结余",)
        and before[closing].holder == "部门财务机构"
    )
    book = Book(begun)
    book.put("结转结余", {"单位": "部门整体"}, 年末结转和结余=150)
    book.save()
    after = {own.document for own in remaining.of_case(pipeline.check(NEW)).documents}
    assert closing not in after
