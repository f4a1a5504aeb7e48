"""The one table of truth: what the figures of the invented archive are, whichever form they arrive in.

Every form is made from it, and what is read is compared with it, never with an earlier output. ``tests/test_corpus.py`` adds it up.
"""

from __future__ import annotations

from dataclasses import dataclass

CASE = "invented-archive-2022"
NAME = "云溪县档案馆（虚构）"
YEAR, BEFORE = 2022, 2021
DEPARTMENT = "department"
UNITS = {"hall": "馆本级", "store": "库房管理中心"}
SCOPES = {DEPARTMENT: "部门整体", **UNITS}

# figure: scope, item (- is the whole), values in the order of COLUMNS
_BUDGET = ("budget_initial", "budget_added", "budget_cut", "budget_adjusted", "budget_spent")
_BUDGET_ROWS = """
department -          1250.40 160.50 20.10 1390.80 1342.68
department operating   830.20  60.25  8.05  882.40  861.34
department special     420.20 100.25 12.05  508.40  481.34
hall       -           900.30 120.00 15.10 1005.20  970.48
store      -           350.10  40.50  5.00  385.60  372.20
"""
_THREE_PUBLIC = ("three_public_budget", "three_public_actual")
_THREE_PUBLIC_ROWS = """
abroad            0.00  0.00   0.00  0.00
vehicle_purchase 18.00 17.85  19.00 18.76
vehicle_running  12.30 11.62  12.80 12.35
reception         6.20  4.45   6.40  5.21
-                36.50 33.92  38.20 36.32
"""
_PROCUREMENT_ROWS = """
goods     80.00  78.20
works     95.00  90.10
services  35.00  33.15
-        210.00 201.45
"""
_STAFF_ROWS = """
hall  civil_servant 46 43
hall  attached       5  4
hall  institution    0  0
hall  contract       0  0
store civil_servant  0  0
store attached       0  0
store institution   28 27
store contract      12 11
"""
_ANSWERS_ROWS = """
very_satisfied    181
satisfied         103
neutral             9
dissatisfied        5
very_dissatisfied   2
-                 300
"""
_SINGLE_ROWS = """
carry_over            48.12 万元
public_funds_budget  142.70 万元
public_funds_actual  138.26 万元
project_budget       420.20 万元
key_project_budget   316.45 万元
funds_received      1388.90 万元
spent_from_prior      41.36 万元
surplus                7.19 万元
assets_total        2680.35 万元
assets_in_use       2544.18 万元
planned_progress      98.22 %
paid_to_date        1342.68 万元
tasks_planned            24 项
tasks_done               23 项
tasks_on_time            21 项
tasks_quality_met        22 项
key_tasks_assigned        6 项
key_tasks_done            5 项
survey_valid            300 份
survey_satisfied        284 份
self_score            96.75 分
self_score_maximum   100.00 分
"""

NAMES = {
    "budget_initial": "年初预算", "budget_added": "调增", "budget_cut": "调减", "budget_adjusted": "调整后预算",
    "budget_spent": "实际支出", "three_public_budget": "三公经费预算", "three_public_actual": "三公经费决算",
    "procurement_budget": "采购预算", "procurement_actual": "实际采购", "staff_quota": "编制", "staff_actual": "实有",
    "survey_answers": "答卷", "carry_over": "年末结转和结余", "public_funds_budget": "公用经费预算",
    "public_funds_actual": "公用经费决算", "project_budget": "项目支出预算", "key_project_budget": "重点项目支出预算",
    "funds_received": "到位资金", "spent_from_prior": "使用上年结转", "surplus": "年末结余", "assets_total": "固定资产",
    "assets_in_use": "在用固定资产", "planned_progress": "既定支付进度", "paid_to_date": "累计支付", "tasks_planned": "计划工作",
    "tasks_done": "完成工作", "tasks_on_time": "按时完成工作", "tasks_quality_met": "质量达标工作", "key_tasks_assigned": "交办重点工作",
    "key_tasks_done": "办结重点工作", "survey_valid": "有效样本", "survey_satisfied": "满意答卷", "self_score": "自评得分",
    "self_score_maximum": "自评满分",
}  # fmt: skip
ITEMS = {
    "operating": "运转类", "special": "专项", "abroad": "因公出国（境）费", "vehicle_purchase": "公务用车购置费",
    "vehicle_running": "公务用车运行维护费", "reception": "公务接待费", "goods": "货物", "works": "工程", "services": "服务",
    "civil_servant": "公务员", "attached": "机关附属编制", "institution": "事业编制", "contract": "编外用工",
    "very_satisfied": "很满意", "satisfied": "满意", "neutral": "一般", "dissatisfied": "不满意", "very_dissatisfied": "很不满意",
}  # fmt: skip
EXACT_UNITS = {"人", "份", "项", "分"}


@dataclass(frozen=True)
class Fact:
    """A figure of the department, as a careful person wrote it down."""

    figure: str
    scope: str
    item: str
    year: int
    value: str
    unit: str

    @property
    def key(self) -> tuple[str, str, str, str]:
        return self.figure, self.scope, self.item, str(self.year)

    @property
    def zero(self) -> bool:
        """Declared as none at all."""
        return not self.value.strip("0.")

    @property
    def label(self) -> str:
        part = f"（{ITEMS[self.item]}）" if self.item else ""
        whose = UNITS.get(self.scope, "")
        return f"{self.year}年{whose}{NAMES[self.figure]}{part}"

    @property
    def phrase(self) -> str:
        """How the department's own report puts it."""
        return f"{self.label}没有发生" if self.zero else f"{self.label}{self.value}{self.unit}"


def _facts() -> list[Fact]:
    found = []

    def split(item: str) -> str:
        return "" if item == "-" else item

    for scope, item, *values in map(str.split, _BUDGET_ROWS.strip().splitlines()):
        for figure, value in zip(_BUDGET, values, strict=True):
            found.append(Fact(figure, scope, split(item), YEAR, value, "万元"))
    for item, *values in map(str.split, _THREE_PUBLIC_ROWS.strip().splitlines()):
        for (figure, year), value in zip(
            [(figure, year) for year in (YEAR, BEFORE) for figure in _THREE_PUBLIC], values, strict=True
        ):
            found.append(Fact(figure, DEPARTMENT, split(item), year, value, "万元"))
    for item, budget, actual in map(str.split, _PROCUREMENT_ROWS.strip().splitlines()):
        found.append(Fact("procurement_budget", DEPARTMENT, split(item), YEAR, budget, "万元"))
        found.append(Fact("procurement_actual", DEPARTMENT, split(item), YEAR, actual, "万元"))
    for scope, item, quota, actual in map(str.split, _STAFF_ROWS.strip().splitlines()):
        found.append(Fact("staff_quota", scope, item, YEAR, quota, "人"))
        found.append(Fact("staff_actual", scope, item, YEAR, actual, "人"))
    for item, count in map(str.split, _ANSWERS_ROWS.strip().splitlines()):
        found.append(Fact("survey_answers", DEPARTMENT, split(item), YEAR, count, "份"))
    for figure, value, unit in map(str.split, _SINGLE_ROWS.strip().splitlines()):
        found.append(Fact(figure, DEPARTMENT, "", YEAR, value, unit))
    found.append(Fact("carry_over", DEPARTMENT, "", BEFORE, "52.36", "万元"))
    return found


FACTS = _facts()


def fact(figure: str, item: str = "", scope: str = DEPARTMENT, year: int = YEAR) -> Fact:
    """A fact of the table.

    Raises   StopIteration for one that it does not hold.
    """
    return next(f for f in FACTS if (f.figure, f.item, f.scope, f.year) == (figure, item, scope, year))


@dataclass(frozen=True)
class Target:
    """A sub-target with a number, and the answer to it."""

    objective: str
    item: str
    measure: str
    comparator: str
    target: str
    actual: str
    unit: str
    precision: str

    @property
    def about(self) -> str:
        return f"{self.objective}.{self.item}"

    @property
    def phrase(self) -> str:
        return f"{self.measure}目标为{self.target}{self.unit}"

    @property
    def answer(self) -> str:
        return f"{self.measure}实际为{self.actual}{self.unit}"


TARGETS = [
    Target("o1", "1", "数字化扫描", ">=", "800", "863", "万页", "exact"),
    Target("o1", "2", "异地备份", ">=", "42.50", "45.75", "TB", "0.01"),
    Target("o2", "1", "查档满意率", ">=", "92.50", "94.67", "%", "0.01"),
    Target("o2", "2", "库房温湿度超标天数", "<=", "12", "9", "天", "exact"),
    Target("o2", "3", "全年用电量增幅", "<=", "-2.50", "-3.18", "%", "0.01"),
]
GOALS = {"o1": "推进馆藏数字化", "o2": "提升利用与保管水平"}

# claim: about, value as the department printed it. The execution rate is 1342.68/1390.80, the adjustment (160.50+20.10)/1250.40.
PUBLISHED = {
    "execution": ("budget_execution_rate", "rate", "96.54", "%", "预算执行率"),
    "adjustment": ("budget_adjustment_rate", "rate", "14.44", "%", "预算调整率"),
    "own_score": ("self_score", "score", "96.75", "分", "自评总分"),
}
STATEMENTS = [
    ("why_added", "reason", "budget_adjustment_rate", "", "追加原因是市级交办的抢救性修复任务"),
    ("rules_issued", "result", "o2.2", "2022-03-05", "2022年3月5日印发《库房温湿度管理办法》"),
    ("backup_done", "result", "o1.2", "2022-11-18", "2022年11月18日完成异地备份介质移交"),
]

# ---- what only the intake workbook holds

# scope, date, amount, kind, reason, exempt, basis, number
LEDGER = [
    ("hall", "2022-03-18", "80.00", "追加", "库房空调抢修", "否", "", "云财追〔2022〕11号"),
    (
        "hall",
        "2022-06-20",
        "40.00",
        "追加",
        "市级交办的抢救性修复",
        "是",
        "市政府专题会议纪要〔2022〕9号",
        "云财追〔2022〕27号",
    ),
    ("store", "2022-07-05", "40.50", "追加", "密集架更换", "否", "", "云财追〔2022〕31号"),
    ("hall", "2022-09-09", "15.10", "追减", "公用经费压减", "否", "", "云财减〔2022〕6号"),
    ("store", "2022-09-09", "5.00", "追减", "公用经费压减", "否", "", "云财减〔2022〕7号"),
    ("hall", "2022-10-12", "12.00", "结构调整", "扫描外包改为自行扫描", "否", "", "云财调〔2022〕3号"),
]
MONTHS = [
    "95.10",
    "88.25",
    "120.40",
    "101.36",
    "99.80",
    "130.55",
    "108.92",
    "97.44",
    "125.60",
    "102.15",
    "118.31",
    "154.80",
]
CUMULATIVE = [
    "95.10", "183.35", "303.75", "405.11", "504.91", "635.46", "744.38", "841.82", "967.42", "1069.57", "1187.88", "1342.68",
]  # fmt: skip
PLANNED = [
    "8.10",
    "16.20",
    "24.30",
    "32.40",
    "40.50",
    "48.60",
    "56.70",
    "64.80",
    "72.90",
    "81.00",
    "89.10",
    "98.22",
]
# item: original value, in use
ASSETS = {
    "buildings": ("1705.20", "1688.40"), "equipment": ("612.35", "520.18"), "relics": ("88.00", "88.00"),
    "books": ("194.60", "194.60"), "furniture": ("80.20", "53.00"), "living": ("0.00", "0.00"), "": ("2680.35", "2544.18"),
}  # fmt: skip
# budget, actual: staff, public, both, projects
BASIC = {
    "staff": ("690.15", "720.50"), "public": ("142.70", "138.26"), "basic": ("832.85", "858.76"), "project": ("420.20", "481.34"),
}  # fmt: skip
# indicator: points, points that the department gave itself
SELF_SCORED = {"budget_execution_rate": ("10.00", "9.75"), "budget_adjustment_rate": ("5.00", "4.50")}
# branch, part or grader, item, weight
WEIGHTS = [
    ("年度考评", "平时考评", "year.quarterly", "60"), ("年度考评", "年终考核", "year.year_end", "40"),
    ("一般工作人员", "分管领导", "staff.leader_in_charge", "30"), ("一般工作人员", "处长", "staff.division_head", "70"),
]  # fmt: skip

# what the ledger comes to, added up by hand: figure, scope, amount
ADDED_UP = [
    ("budget_moved", "department", "12.00"), ("budget_moved", "hall", "12.00"),
    ("adjustment_exempt", "department", "40.00"), ("adjustment_exempt", "hall", "40.00"), ("adjustment_exempt", "store", "0.00"),
    ("adjustment_ledger_added", "department", "160.50"), ("adjustment_ledger_cut", "department", "20.10"),
    ("adjustment_ledger_moved", "department", "12.00"), ("adjustment_ledger_exempt", "department", "40.00"),
]  # fmt: skip

JUDGED = [
    ("budget_system_soundness", "established", "met", "", "取得三项制度文本", "2023-03-02"),
    ("budget_system_soundness", "sound", "partly", "", "缺少会计核算办法的修订稿", "2023-03-02"),
    ("disclosure", "content", "met", "", "公开网页所列九张表齐全", "2023-03-03"),
]
