"""The intake workbook as a department fills it in: every sheet, from the truth."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from corpus import truth
from corpus.books import Cell, Grid
from corpus.forms import CSV, XLSX, Document, Form, Key, Read, of_facts, read_as
from corpus.truth import BEFORE, DEPARTMENT, ITEMS, SCOPES, YEAR, fact

NAME = "录入表"
_ASSETS = {
    "buildings": "房屋和构筑物", "equipment": "设备", "relics": "文物和陈列品", "books": "图书和档案", "furniture": "家具和用具",
    "living": "特种动植物", "": "合计",
}  # fmt: skip


def _sheet(title: str, head: Sequence[str], rows: Sequence[Sequence[Cell]], *, money: bool = True) -> Grid:
    above: list[list[Cell]] = [[f"{title}（{YEAR}年度）"], *([["单位：万元"]] if money else [])]
    return Grid(title, [*above, [*head], *map(list, rows)], head=len(above))


def _value(figure: str, item: str = "", scope: str = DEPARTMENT, year: int = YEAR) -> Decimal:
    return Decimal(fact(figure, item, scope, year).value)


def _budget() -> Grid:
    figures = ("budget_initial", "budget_added", "budget_cut", "budget_adjusted", "budget_spent")
    rows: list[list[Cell]] = []
    for scope, item in (
        (DEPARTMENT, ""),
        (DEPARTMENT, "operating"),
        (DEPARTMENT, "special"),
        ("hall", ""),
        ("store", ""),
    ):
        whole = scope == DEPARTMENT and not item
        once = [_value("funds_received"), _value("spent_from_prior")] if whole else ["", ""]
        own = [_value(figure, item, scope) for figure in figures]
        rows.append([SCOPES[scope], ITEMS[item] if item else "合计", *own, *once, "部门决算表"])
    head = [
        "单位",
        "项目",
        "年初预算数",
        "调增",
        "调减",
        "调整后预算数",
        "实际支出",
        "到位资金",
        "使用上年结转的支出",
        "出处",
    ]
    return _sheet("预算与执行", head, rows)


def _ledger() -> Grid:
    head = ["单位", "日期", "金额", "类型", "事由", "是否可豁免", "豁免依据", "文号"]
    rows: list[list[Cell]] = [
        [SCOPES[scope], day, Decimal(amount), *rest] for scope, day, amount, *rest in truth.LEDGER
    ]
    return _sheet("预算调整台账", head, rows)


def _payments() -> Grid:
    head = ["单位", "月份", "当月支付", "累计支付", "既定累计进度（%）", "考核时点"]
    months = zip(truth.MONTHS, truth.CUMULATIVE, truth.PLANNED, strict=True)
    rows: list[list[Cell]] = [
        [
            "部门整体",
            f"{number}月",
            Decimal(paid),
            Decimal(so_far),
            Decimal(planned),
            "是" if number == 12 else "否",
        ]
        for number, (paid, so_far, planned) in enumerate(months, 1)
    ]
    return _sheet("月度支付", head, rows)


def _staff() -> Grid:
    rows: list[list[Cell]] = [
        [SCOPES[scope], ITEMS[item], _value("staff_quota", item, scope), _value("staff_actual", item, scope)]
        for scope in truth.UNITS for item in ("civil_servant", "attached", "institution", "contract")
    ]  # fmt: skip
    return _sheet("人员", ["单位", "类别", "编制数", "年末实有"], rows, money=False)


def _three_public() -> Grid:
    rows: list[list[Cell]] = [
        ["部门整体", ITEMS[item] if item else "合计"]
        + [_value(f"three_public_{kind}", item, year=year) for year in (YEAR, BEFORE) for kind in ("budget", "actual")]
        for item in ("abroad", "vehicle_purchase", "vehicle_running", "reception", "")
    ]  # fmt: skip
    return _sheet("三公经费", ["单位", "项目", "本年预算", "本年决算", "上年预算", "上年决算"], rows)


def _basic() -> Grid:
    names = {"staff": "人员经费", "public": "公用经费", "basic": "基本支出合计", "project": "项目支出"}
    rows: list[list[Cell]] = [["部门整体", names[id_], *map(Decimal, truth.BASIC[id_])] for id_ in names]
    rows.append(["部门整体", "其中：重点项目支出", _value("key_project_budget"), ""])
    return _sheet("人员经费与公用经费", ["单位", "项目", "预算数", "决算数"], rows)


def _procurement() -> Grid:
    rows: list[list[Cell]] = [
        [
            "部门整体",
            ITEMS[item] if item else "合计",
            _value("procurement_budget", item),
            _value("procurement_actual", item),
        ]
        for item in ("goods", "works", "services", "")
    ]
    return _sheet("政府采购", ["单位", "项目", "预算", "实际"], rows)


def _assets() -> Grid:
    rows: list[list[Cell]] = [
        ["部门整体", _ASSETS[item], *map(Decimal, pair)] for item, pair in truth.ASSETS.items()
    ]
    return _sheet("资产", ["单位", "类别", "原值", "在用"], rows)


def _carry_over() -> Grid:
    row: list[Cell] = ["部门整体", _value("carry_over"), _value("surplus"), _value("carry_over", year=BEFORE)]
    return _sheet("结转结余", ["单位", "年末结转和结余", "其中：结余", "上年末结转和结余"], [row])


def _tasks() -> Grid:
    """24 tasks: the last one not done, 22 and 23 late, 23 below standard, every fourth a key task."""
    rows: list[list[Cell]] = []
    for number in range(1, 25):
        done = "未完成" if number == 24 else "2022-12-05" if number in {22, 23} else "2022-10-20"
        quality = {23: "不达标", 24: ""}.get(number, "达标")
        key = "是" if number % 4 == 0 else "否"
        rows.append(["部门整体", f"整理第{number}号全宗", key, "2022-11-30", done, quality, "验收单"])
    head = ["单位", "任务", "是否交办重点", "应完成日期", "实际完成日期", "质量", "依据"]
    return _sheet("任务清单", head, rows, money=False)


def _objectives() -> Grid:
    head = [
        "目标编号", "目标", "子目标编号", "子目标", "测量什么", "比较符", "目标值", "计量单位", "实际测量什么", "实际值", "自述完成情况",
    ]  # fmt: skip
    rows: list[list[Cell]] = []
    for objective, text in truth.GOALS.items():
        rows.append([objective[1:], text, *[""] * 8, "已完成"])
        rows += [
            [
                objective[1:], "", t.item, t.measure, t.measure, {">=": "≥", "<=": "≤"}[t.comparator], Decimal(t.target), t.unit,
                "同左", Decimal(t.actual), "已完成",
            ]
            for t in truth.TARGETS if t.objective == objective
        ]  # fmt: skip
    return _sheet("目标与完成", head, rows, money=False)


def _survey() -> Grid:
    rows: list[list[Cell]] = [["部门整体", "有效样本", _value("survey_valid")]]
    answers = ("very_satisfied", "satisfied", "neutral", "dissatisfied", "very_dissatisfied")
    rows += [["部门整体", ITEMS[item], _value("survey_answers", item)] for item in answers]
    return _sheet("满意度调查", ["单位", "项目", "份数"], rows, money=False)


def _self_score() -> Grid:
    rows: list[list[Cell]] = [[id_, "", *map(Decimal, pair)] for id_, pair in truth.SELF_SCORED.items()]
    rows.append(["", "总分", _value("self_score_maximum"), _value("self_score")])
    return _sheet("自评得分", ["代号", "项目", "分值", "得分"], rows, money=False)


def _weights() -> Grid:
    rows: list[list[Cell]] = [[branch, name, Decimal(weight)] for branch, name, _, weight in truth.WEIGHTS]
    return _sheet("考评权重", ["分支", "部分或评分人", "权重（%）"], rows, money=False)


def _grades() -> Grid:
    rows: list[list[Cell]] = [
        [f"{n}号", "一般工作人员", "第一季度", "处长", "", grade] for n, grade in ((1, "优"), (2, "良"))
    ]
    return _sheet("人员考评", ["考评对象编号", "分支", "期间", "评分人", "项目", "等次"], rows, money=False)


def _filled() -> list[Document]:
    grids = [
        _budget(), _ledger(), _payments(), _staff(), _three_public(), _basic(), _procurement(), _assets(), _carry_over(), _tasks(),
        _objectives(), _survey(), _self_score(), _weights(), _grades(),
    ]  # fmt: skip
    return [Document(NAME, "intake", grids)]


def _expected() -> dict[Key, Read]:
    """The figures that the sheets hold."""
    year = str(YEAR)
    found = of_facts(lambda fact: (fact.figure, fact.item) != ("survey_answers", ""))
    for number, (scope, _, amount, kind, _, exempt, _, _) in enumerate(_in_order(), 1):
        names = {"追加": "added", "追减": "cut", "结构调整": "moved"}
        figures = [
            f"adjustment_ledger_{names[kind]}",
            *(["adjustment_ledger_exempt"] if exempt == "是" else []),
        ]
        found |= {(figure, scope, f"l{number:02}", year): read_as(amount, "万元") for figure in figures}
    for figure, scope, amount in truth.ADDED_UP:
        found[figure, scope, "", year] = read_as(amount, "万元")
    for number, amount in enumerate(truth.MONTHS, 1):
        found["paid_monthly", DEPARTMENT, f"m{number:02}", year] = read_as(amount, "万元")
    for item, pair in truth.ASSETS.items():
        for figure, value in zip(("assets_total", "assets_in_use"), pair, strict=True):
            found[figure, DEPARTMENT, item, year] = read_as(value, "万元")
    names = {
        "staff": ("staff_funds_budget", "staff_funds_actual"), "public": ("public_funds_budget", "public_funds_actual"),
        "basic": ("general_basic_budget", "general_basic_spent"), "project": ("project_budget", "project_spent"),
    }  # fmt: skip
    for id_, pair in truth.BASIC.items():
        for figure, value in zip(names[id_], pair, strict=True):
            found[figure, DEPARTMENT, "", year] = read_as(value, "万元")
    for id_, pair in truth.SELF_SCORED.items():
        for figure, value in zip(("self_scored_weight", "self_scored_points"), pair, strict=True):
            found[figure, DEPARTMENT, id_, year] = read_as(value, "分")
    for figure in ("funds_received", "spent_from_prior"):  # only the whole has them
        found |= {(figure, scope, "", year): ("missing", None, "") for scope in truth.UNITS}
    for _, _, item, weight in truth.WEIGHTS:
        found["appraisal_weight", DEPARTMENT, item, year] = read_as(weight, "%")
    return found


def _in_order() -> list[tuple[str, ...]]:
    """The lines of the ledger by day and amount: so they are numbered."""
    return sorted(truth.LEDGER, key=lambda line: (line[1], line[3], Decimal(line[2])))


WORKBOOK_XLSX = Form("workbook.xlsx", XLSX, _filled, _expected)
WORKBOOK_CSV = Form("workbook.csv", CSV, _filled, _expected)
