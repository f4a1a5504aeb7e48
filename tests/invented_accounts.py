"""The final accounts of an invented department (某县水务局, 2022, 万元), laid out as different places publish them.

``AMOUNTS`` says what every amount is, by table, row and column: it is added up here, not read. The layouts below only
arrange the same amounts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

LEFT, UP = "<", "^"  # a cell that the one to its left, or above it, reaches over


@dataclass
class Laid:
    """A table as it is laid out: lines above, rows of cells (LEFT and UP where cells are merged), lines below."""

    above: list[str]
    rows: list[list[str]]
    below: list[str] = field(default_factory=list)
    widths: list[float] | None = None  # shares; by default what holds names is wider
    borders: str = "all"  # or "open": no left and right side; "none": no lines at all


YEAR = 2022
NAMES = {
    "201": "一般公共服务支出", "20132": "组织事务", "2013202": "一般行政管理事务",
    "208": "社会保障和就业支出", "20805": "行政事业单位养老支出",
    "2080505": "机关事业单位基本养老保险缴费支出", "2080506": "机关事业单位职业年金缴费支出",
    "210": "卫生健康支出", "21011": "行政事业单位医疗", "2101101": "行政单位医疗",
    "213": "农林水支出", "21303": "水利", "2130301": "行政运行", "2130305": "水利工程建设", "2130399": "其他水利支出",
    "221": "住房保障支出", "22102": "住房改革支出", "2210201": "住房公积金",
    "229": "其他支出", "22960": "彩票公益金安排的支出", "2296002": "用于社会福利的彩票公益金支出",
    "301": "工资福利支出", "30101": "基本工资", "30102": "津贴补贴", "30103": "奖金",
    "30108": "机关事业单位基本养老保险缴费", "30109": "职业年金缴费", "30110": "职工基本医疗保险缴费", "30113": "住房公积金",
    "302": "商品和服务支出", "30201": "办公费", "30207": "邮电费", "30211": "差旅费", "30217": "公务接待费",
    "30228": "工会经费", "30231": "公务用车运行维护费", "30299": "其他商品和服务支出",
    "303": "对个人和家庭的补助", "30302": "退休费", "310": "资本性支出", "31002": "办公设备购置",
}  # fmt: skip

# leaf code → (basic, project) of all spending; of it from the general budget; from the funds
SPENT = {
    "2013202": ("", "12.00"), "2080505": ("40.00", ""), "2080506": ("20.00", ""), "2101101": ("25.50", ""),
    "2130301": ("410.25", ""), "2130305": ("", "880.40"), "2130399": ("", "33.35"), "2210201": ("45.60", ""),
    "2296002": ("", "50.00"),
}  # fmt: skip
GENERAL = {code: pair for code, pair in SPENT.items() if code != "2296002"} | {"2130399": ("", "25.35")}
FUNDS = {"2296002": ("", "50.00")}
GRANTS = {**GENERAL, **FUNDS}
# leaf code → (grants, other income)
CAME = {
    "2013202": ("12.00", ""), "2080505": ("40.00", ""), "2080506": ("20.00", ""), "2101101": ("25.50", ""),
    "2130301": ("410.25", ""), "2130305": ("873.40", ""), "2130399": ("25.35", "6.00"), "2210201": ("45.60", ""),
    "2296002": ("50.00", ""),
}  # fmt: skip
BASIC = {
    "30101": "150.00", "30102": "120.00", "30103": "60.35", "30108": "40.00", "30109": "20.00", "30110": "25.50",
    "30113": "45.60", "30302": "9.90", "30201": "18.00", "30207": "4.00", "30211": "12.00", "30217": "2.40",
    "30228": "8.60", "30231": "6.00", "30299": "9.00", "31002": "10.00",
}  # fmt: skip
STAFF = ("301", "303")
THREE = {
    "total": ("15.00", "12.20"), "abroad": ("", ""), "vehicles": ("11.00", "9.00"), "vehicle_purchase": ("", ""),
    "vehicle_running": ("11.00", "9.00"), "reception": ("4.00", "3.20"),
}  # fmt: skip
MEETING = {"meeting": ("6.00", "5.50"), "training": ("8.00", "7.25")}
BOUGHT = {"total": "700.00", "goods": "30.00", "works": "620.00", "services": "50.00"}
CARRIED = {"opening": "15.00", "closing": "6.00", "grants_opening": "10.00", "grants_closing": "3.00"}


def added(amounts: Iterable[str]) -> str:
    """A sum as it is printed; blank where nothing is added."""
    present = [Fraction(amount) for amount in amounts if amount]
    if not present:
        return ""
    cents = sum(present) * 100
    assert cents.denominator == 1
    return f"{cents.numerator // 100}.{cents.numerator % 100:02d}"


def tree(leaves: dict[str, Sequence[str]]) -> dict[str, list[str]]:
    """Rows by code, parents before their children, each with its sums; ``total`` first."""
    width = len(next(iter(leaves.values())))
    codes = sorted({code[:length] for code in leaves for length in (3, 5, 7) if len(code) >= length})
    rows = {
        code: [added(leaf[i] for key, leaf in leaves.items() if key.startswith(code)) for i in range(width)]
        for code in codes
    }
    return {"total": [added(leaf[i] for leaf in leaves.values()) for i in range(width)], **rows}


def with_sum(leaves: dict[str, Sequence[str]]) -> dict[str, list[str]]:
    """The same rows with the sum of each in front."""
    return {code: [added(own), *own] for code, own in tree(leaves).items()}


SPENDING = {code: [*row, "", "", ""] for code, row in with_sum(SPENT).items()}
INCOME = {code: [row[0], row[1], "", "", "", "", row[2]] for code, row in with_sum(CAME).items()}
GENERAL_ROWS, GRANTS_ROWS = with_sum(GENERAL), with_sum(GRANTS)
FUNDS_ROWS = {code: ["", row[0], *row, ""] for code, row in with_sum(FUNDS).items()}
BASIC_ROWS = {code: row[0] for code, row in tree({code: (amount,) for code, amount in BASIC.items()}).items()}
STAFF_TOTAL = added(BASIC_ROWS[code] for code in STAFF)
PUBLIC_TOTAL = added(BASIC_ROWS[code] for code in ("302", "310"))
COLUMNS = {
    "income": ("total", "grants", "superior", "services", "business", "subordinate", "other"),
    "spending": ("total", "basic", "project", "superior", "business", "subordinate"),
    "general_budget": ("total", "basic", "project"), "grants_spending": ("total", "basic", "project"),
    "funds": ("opening", "income", "total", "basic", "project", "closing"),
}  # fmt: skip
CODED = {
    "income": INCOME, "spending": SPENDING, "general_budget": GENERAL_ROWS, "grants_spending": GRANTS_ROWS,
    "funds": FUNDS_ROWS,
}  # fmt: skip

INCOME_ITEMS = {
    "一、一般公共预算财政拨款收入": added([GENERAL_ROWS["total"][0], CARRIED["grants_closing"], "-" + CARRIED["grants_opening"]]),
    "二、政府性基金预算财政拨款收入": "50.00", "三、国有资本经营预算财政拨款收入": "", "四、上级补助收入": "", "五、事业收入": "",
    "六、经营收入": "", "七、附属单位上缴收入": "", "八、其他收入": "6.00",
}  # fmt: skip
FUNCTIONS = [code for code in NAMES if len(code) == 3 and code < "300"]
NUMERALS = "一二三四五六七八九十"


def overall_sides() -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """The rows of both sides of the 收入支出决算总表."""
    income = [*INCOME_ITEMS.items()]
    spending = [
        (f"{NUMERALS[number]}、{NAMES[code]}", SPENDING[code][0]) for number, code in enumerate(FUNCTIONS)
    ]
    spending += [("七、外交支出", ""), ("八、国防支出", "")]
    ends = [
        (("本年收入合计", INCOME["total"][0]), ("本年支出合计", SPENDING["total"][0])),
        (("使用非财政拨款结余（含专用结余）", ""), ("结余分配", "")),
        (("年初结转和结余", CARRIED["opening"]), ("年末结转和结余", CARRIED["closing"])),
    ]
    ends.append(
        (
            ("总计", added([INCOME["total"][0], CARRIED["opening"]])),
            ("总计", added([SPENDING["total"][0], CARRIED["closing"]])),
        )
    )
    return income + [end[0] for end in ends], spending + [end[1] for end in ends]


def grants_sides() -> tuple[list[tuple[str, str]], list[tuple[str, ...]]]:
    """The rows of both sides of the 财政拨款收入支出决算总表."""
    names = ("一、一般公共预算财政拨款", "二、政府性基金预算财政拨款", "三、国有资本经营预算财政拨款")
    given = [*INCOME_ITEMS.values()][:3]
    income = [*zip(names, given, strict=True), ("", ""), ("", ""), ("", "")]
    income += [("本年收入合计", INCOME["total"][1]), ("年初财政拨款结转和结余", CARRIED["grants_opening"])]
    income += [(names[0], CARRIED["grants_opening"]), (names[1], ""), (names[2], "")]
    income += [("总计", added([INCOME["total"][1], CARRIED["grants_opening"]]))]
    spending: list[tuple[str, ...]] = []
    for number, code in enumerate(FUNCTIONS):
        funds = FUNDS_ROWS[code][2] if code in FUNDS_ROWS else ""
        general = GENERAL_ROWS[code][0] if code in GENERAL_ROWS else ""
        spending.append((f"{NUMERALS[number]}、{NAMES[code]}", added([general, funds]), general, funds, ""))
    general, funds = GENERAL_ROWS["total"][0], FUNDS_ROWS["total"][2]
    spending.append(("本年支出合计", added([general, funds]), general, funds, ""))
    left = CARRIED["grants_closing"]
    spending.append(("年末财政拨款结转和结余", left, left, "", ""))
    spending += [("", "", "", "", "")] * 3
    spending.append(("总计", added([general, funds, left]), added([general, left]), funds, ""))
    return income, spending


def _amounts() -> dict[str, str]:
    """Every amount of the nine tables that is not blank, by the key that reading gives it."""
    found: dict[str, str] = {}
    for table in ("income", "spending", "general_budget", "funds"):
        rows = CODED[table]
        for code, row in rows.items():
            found |= {f"{table}:{code}:{c}": amount for c, amount in zip(COLUMNS[table], row, strict=True)}
    ids = {
        "本年收入合计": "income_total", "本年支出合计": "spending_total", "年初结转和结余": "opening", "总计": "total",
        "年末结转和结余": "closing", "年初财政拨款结转和结余": "opening", "年末财政拨款结转和结余": "closing",
    }  # fmt: skip
    for side, rows in zip(("收入", "支出"), overall_sides(), strict=True):
        for name, amount in rows:
            row = ids.get(name, name.partition("、")[2] or name)
            found[f"overall:{side}:{row}:amount"] = amount
    income, spending = grants_sides()
    under = ""  # the parts of 年初财政拨款结转和结余 bear the names of the items above
    for name, amount in income:
        under = {"年初财政拨款结转和结余": "opening."}.get(name, under)
        row = ids.get(name, under + (name.partition("、")[2] or name))
        found[f"grants:收入:{row}:amount"] = amount
    for name, *row in spending:
        for column, amount in zip(("total", "general", "funds", "state"), row, strict=True):
            found[f"grants:支出:{ids.get(name, name.partition('、')[2] or name)}:{column}"] = amount
    found |= {f"basic:{code}:amount": amount for code, amount in BASIC_ROWS.items() if code != "total"}
    found |= {"basic:staff:amount": STAFF_TOTAL, "basic:public:amount": PUBLIC_TOTAL}
    for item, pair in THREE.items():
        found |= {f"three_public:{item}:{c}": a for c, a in zip(("budget", "actual"), pair, strict=True)}
    return {key: amount for key, amount in found.items() if amount}


AMOUNTS = _amounts()

CODED_HEADS = {
    "income": [
        "本年收入合计",
        "财政拨款收入",
        "上级补助收入",
        "事业收入",
        "经营收入",
        "附属单位上缴收入",
        "其他收入",
    ],
    "spending": ["本年支出合计", "基本支出", "项目支出", "上缴上级支出", "经营支出", "对附属单位补助支出"],
    "general_budget": ["合计", "基本支出", "项目支出"],
    "grants_spending": ["合计", "基本支出", "项目支出"],
}
TITLES = {
    "overall": "收入支出决算总表", "income": "收入决算表", "spending": "支出决算表", "grants": "财政拨款收入支出决算总表",
    "general_budget": "一般公共预算财政拨款支出决算表", "basic": "一般公共预算财政拨款基本支出决算表",
    "three_public": "一般公共预算财政拨款“三公”经费支出决算表", "funds": "政府性基金预算财政拨款收入支出决算表",
    "state_capital": "国有资本经营预算财政拨款支出决算表",
}  # fmt: skip
NOTHING = "说明：某县水务局2022年度没有国有资本经营预算财政拨款支出，故本表无数据。"

Cell = Callable[[str], str]


def as_printed(amount: str) -> str:
    """An amount with thousands separators."""
    return f"{int(amount.partition('.')[0]):,}.{amount.partition('.')[2]}" if amount else ""


def levels(code: str) -> list[str]:
    """A code in three columns: 201 | 32 | 02."""
    return [code[:3], code[3:5], code[5:7]] if code != "total" else ["", "", ""]


def national(printed: Cell = as_printed, unit: str = "万元") -> dict[str, Laid]:
    """The template of the ministry: 公开01表…, 栏次 and 行次, codes in three columns, heads of several rows, merged."""
    laid: dict[str, Laid] = {}
    for number, id_ in enumerate(TITLES, 1):
        above = [TITLES[id_], f"公开{number:02d}表", "部门：某县水务局", f"金额单位：{unit}"]
        laid[id_] = Laid(above, [])
    income, spending = overall_sides()
    rows = [
        ["收入", LEFT, LEFT, "支出", LEFT, LEFT],
        ["项目", "行次", "金额", "项目（按功能分类）", "行次", "金额"],
    ]
    rows.append(["栏次", "", "1", "栏次", "", "2"])
    for number, ((left, one), (right, other)) in enumerate(zip(income, spending, strict=True), 1):
        rows.append([left, str(number), printed(one), right, str(number + 30), printed(other)])
    laid["overall"].rows = rows
    for id_ in ("income", "spending", "general_budget"):
        laid[id_].rows = _three_columns(CODED[id_], CODED_HEADS[id_], printed)
    fund_heads = ["年初结转和结余", "本年收入", "本年支出", LEFT, LEFT, "年末结转和结余"]
    laid["funds"].rows = _three_columns(
        FUNDS_ROWS, fund_heads, printed, [UP, UP, "小计", "基本支出", "项目支出", UP]
    )
    laid["state_capital"].rows = _three_columns(
        {}, ["本年支出", LEFT, LEFT], printed, ["合计", "基本支出", "项目支出"]
    )
    laid["state_capital"].rows.append(["合计", LEFT, LEFT, LEFT, "", "", ""])
    laid["state_capital"].below = [NOTHING]
    income, outgo = grants_sides()
    rows = [["收入", LEFT, LEFT, "支出", LEFT, LEFT, LEFT, LEFT, LEFT]]
    rows.append(
        [
            "项目",
            "行次",
            "金额",
            "项目",
            "行次",
            "合计",
            "一般公共预算财政拨款",
            "政府性基金预算财政拨款",
            "国有资本经营预算财政拨款",
        ]
    )
    rows.append(["栏次", "", "1", "栏次", "", "2", "3", "4", "5"])
    for number, ((left, one), (right, *others)) in enumerate(zip(income, outgo, strict=True), 1):
        rows.append([left, str(number), printed(one), right, str(number + 30), *map(printed, others)])
    laid["grants"].rows = rows
    laid["grants"].widths = [3, 1, 2, 3, 1, 2, 2, 2, 2]
    laid["overall"].widths = [4, 1, 2, 4, 1, 2]
    laid["basic"].rows = _three_blocks(printed)
    laid["three_public"].rows = _twelve_columns(printed)
    return laid


def _three_columns(
    rows: dict[str, list[str]], heads: list[str], printed: Cell, under: list[str] | None = None
) -> list[list[str]]:
    """项目 {功能分类科目编码 {类 款 项} | 科目名称}, then the amounts; a row 类 款 项 栏次 1 2 3."""
    found = [
        ["项目", LEFT, LEFT, LEFT, *heads],
        ["功能分类科目编码", LEFT, LEFT, "科目名称", *(under or [UP] * len(heads))],
        ["类", "款", "项", "栏次", *map(str, range(1, len(heads) + 1))],
    ]
    for code, row in rows.items():
        found.append([*levels(code), NAMES.get(code, "合计"), *map(printed, row)])
    return found


def _three_blocks(printed: Cell) -> list[list[str]]:
    """人员经费 ‖ 公用经费 ‖ 公用经费: three blocks of code, name and amount, the totals at the foot."""
    staff = [code for code in BASIC_ROWS if code[:3] in STAFF]
    public = [code for code in BASIC_ROWS if code[:3] in {"302", "310"}]
    half = (len(public) + 1) // 2
    blocks = [staff, public[:half], public[half:]]
    rows = [
        ["人员经费", LEFT, LEFT, "公用经费", LEFT, LEFT, LEFT, LEFT, LEFT],
        ["科目编码", "科目名称", "决算数"] * 3,
    ]
    for number in range(max(map(len, blocks))):
        row: list[str] = []
        for block in blocks:
            code = block[number] if number < len(block) else ""
            row += [code, NAMES[code], printed(BASIC_ROWS[code])] if code else ["", "", ""]
        rows.append(row)
    rows.append(
        [
            "人员经费合计",
            LEFT,
            printed(STAFF_TOTAL),
            "公用经费合计",
            LEFT,
            LEFT,
            LEFT,
            LEFT,
            printed(PUBLIC_TOTAL),
        ]
    )
    return rows


def _twelve_columns(printed: Cell) -> list[list[str]]:
    """预算数 {合计 … 公务接待费}, 决算数 {the same}."""
    top = ["合计", "因公出国（境）费", "公务用车购置及运行维护费", LEFT, LEFT, "公务接待费"]
    under = [UP, UP, "小计", "公务用车购置费", "公务用车运行维护费", UP]
    amounts = [printed(THREE[item][index]) for index in (0, 1) for item in THREE]
    return [
        ["预算数", *[LEFT] * 5, "决算数", *[LEFT] * 5], [*top, *top], [*under, *under],
        [str(number) for number in range(1, 13)], amounts,
    ]  # fmt: skip


def shanghai(printed: Cell = as_printed, unit: str = "万元") -> dict[str, Laid]:
    """One column of codes, the total row last, 三公 with pairs of 预算数 and 决算数, two blocks of basic spending."""
    laid = {id_: Laid([title, f"单位：{unit}"], []) for id_, title in TITLES.items()}
    for id_ in ("income", "spending", "general_budget"):
        heads = CODED_HEADS[id_]
        rows = [["项目", LEFT, *heads], ["功能分类科目编码", "科目名称", *[UP] * len(heads)]]
        rows += [
            [code, NAMES[code], *map(printed, row)] for code, row in CODED[id_].items() if code != "total"
        ]
        rows.append(["合计", LEFT, *map(printed, CODED[id_]["total"])])
        laid[id_].rows = rows
    income, spending = overall_sides()
    laid["overall"].rows = [["收入", LEFT, "支出", LEFT], ["项目", "决算数", "项目", "决算数"]] + [
        [one[0], printed(one[1]), other[0], printed(other[1])]
        for one, other in zip(income, spending, strict=True)
    ]
    income, outgo = grants_sides()
    laid["grants"].rows = [
        ["收入", LEFT, "支出", LEFT, LEFT, LEFT, LEFT],
        ["项目", "决算数", "项目", "合计", "一般公共预算财政拨款", "政府性基金预算财政拨款", "国有资本经营预算财政拨款"],
        *[[one[0], printed(one[1]), other[0], *map(printed, other[1:])] for one, other in zip(income, outgo, strict=True)],
    ]  # fmt: skip
    laid["basic"].rows = _two_blocks(printed)
    top = [
        "合计",
        LEFT,
        "因公出国（境）费",
        LEFT,
        "公务用车购置及运行维护费",
        *[LEFT] * 5,
        "公务接待费",
        LEFT,
    ]
    under = [UP, UP, UP, UP, "小计", LEFT, "公务用车购置费", LEFT, "公务用车运行维护费", LEFT, UP, UP]
    laid["three_public"].rows = [
        ["财政拨款“三公”经费", *[LEFT] * 11], top, under, ["预算数", "决算数"] * 6,
        [printed(amount) for pair in THREE.values() for amount in pair],
    ]  # fmt: skip
    heads = ["年初结转和结余", "本年收入", "本年支出", LEFT, LEFT, "年末结转和结余"]
    for id_, rows in (("funds", FUNDS_ROWS), ("state_capital", {"total": [""] * 6})):
        laid[id_].rows = [
            ["项目", LEFT, *heads], ["功能分类科目编码", "科目名称", UP, UP, "小计", "基本支出", "项目支出", UP],
            *[[code, NAMES[code], *map(printed, row)] for code, row in rows.items() if code != "total"],
            ["合计", LEFT, *map(printed, rows["total"])],
        ]  # fmt: skip
    laid["state_capital"].below = [NOTHING]
    return laid


def _two_blocks(printed: Cell) -> list[list[str]]:
    staff = [code for code in BASIC_ROWS if code[:3] in STAFF]
    public = [code for code in BASIC_ROWS if code[:3] in {"302", "310"}]
    rows = [["经济分类科目编码", "科目名称", "决算数"] * 2]
    for number in range(max(len(staff), len(public))):
        row: list[str] = []
        for block in (staff, public):
            code = block[number] if number < len(block) else ""
            row += [code, NAMES[code], printed(BASIC_ROWS[code])] if code else ["", "", ""]
        rows.append(row)
    rows.append(["人员经费合计", LEFT, printed(STAFF_TOTAL), "公用经费合计", LEFT, printed(PUBLIC_TOTAL)])
    return rows


JIANGSU_TITLES = {
    "overall": "收入支出决算总表", "income": "收入决算表", "spending": "支出决算表", "grants": "财政拨款收入支出决算总表",
    "grants_spending": "财政拨款支出决算表（功能科目）", "grants_basic": "财政拨款基本支出决算表（经济科目）",
    "general_budget": "一般公共预算支出决算表（功能科目）", "basic": "一般公共预算基本支出决算表（经济科目）",
    "three_public": "一般公共预算“三公”经费、会议费、培训费支出决算表", "funds": "政府性基金预算支出决算表",
    "state_capital": "国有资本经营预算支出决算表", "operating": "机关运行经费支出决算表", "procurement": "政府采购支出决算表",
}  # fmt: skip


def jiangsu(printed: Cell = as_printed) -> dict[str, Laid]:
    """Thirteen tables: all grants before the general budget, 会议费 and 培训费 beside 三公, 机关运行经费, 政府采购."""
    laid = shanghai(printed)
    for number, (id_, title) in enumerate(JIANGSU_TITLES.items(), 1):
        own = laid.setdefault(id_, Laid([], []))
        own.above = [f"公开{number:02d}表", title, "部门名称：某县水务局", "单位：万元"]
    laid["grants_spending"].rows = [
        ["功能科目编码", "科目名称", "合计", "基本支出", "项目支出"],
        *[["" if code == "total" else code, NAMES.get(code, "合计"), *map(printed, row)] for code, row in GRANTS_ROWS.items()],
    ]  # fmt: skip
    for id_ in ("grants_basic", "basic"):
        rows = [
            ["项目", LEFT, "财政拨款基本支出", LEFT, LEFT],
            ["经济科目编码", "科目名称", "合计", "人员经费", "公用经费"],
        ]
        for code, amount in BASIC_ROWS.items():
            staff = STAFF_TOTAL if code == "total" else amount if code[:3] in STAFF else ""
            public = PUBLIC_TOTAL if code == "total" else "" if code[:3] in STAFF else amount
            own = "" if code == "total" else code
            rows.append([own, NAMES.get(code, "合计"), printed(amount), printed(staff), printed(public)])
        laid[id_].rows = rows
    top = ["“三公”经费", *[LEFT] * 5, "会议费", "培训费"]
    under = ["小计", "因公出国（境）费", "公务用车购置及运行费", LEFT, LEFT, "公务接待费", UP, UP]
    last = [UP, UP, "小计", "公务用车购置费", "公务用车运行费", UP, UP, UP]
    items = {**THREE, **MEETING}
    laid["three_public"].rows = [
        ["预算数", *[LEFT] * 7, "决算数", *[LEFT] * 7], [*top, *top], [*under, *under], [*last, *last],
        [printed(items[item][index]) for index in (0, 1) for item in items],
        ["相关统计数", *[LEFT] * 15],
        ["项目", *[LEFT] * 5, "统计数", LEFT, "项目", *[LEFT] * 5, "统计数", LEFT],
        ["因公出国（境）团组数（个）", *[LEFT] * 5, "0", LEFT, "国内公务接待批次（个）", *[LEFT] * 5, "31", LEFT],
    ]  # fmt: skip
    laid["operating"].rows = [
        ["科目编码", "科目名称", "机关运行经费支出"],
        ["", "合计", printed(PUBLIC_TOTAL)],
        *[[code, NAMES[code], printed(BASIC_ROWS[code])] for code in BASIC_ROWS if code[:3] in {"302", "310"}],
    ]  # fmt: skip
    laid["procurement"].rows = [
        ["项目", "采购金额"], ["合计", printed(BOUGHT["total"])], ["货物", printed(BOUGHT["goods"])],
        ["工程", printed(BOUGHT["works"])], ["服务", printed(BOUGHT["services"])],
    ]  # fmt: skip
    return {id_: laid[id_] for id_ in JIANGSU_TITLES}


def anhui(printed: Cell = as_printed) -> dict[str, Laid]:
    """三公 written downward, with 其中 and numbers before the names."""
    laid = shanghai(printed)
    rows = [
        ["合计", "total"], ["1.因公出国（境）费用", "abroad"], ["2.公务接待费", "reception"],
        ["3.公务用车购置及运行维护费", "vehicles"], ["其中：（1）公务用车运行维护费", "vehicle_running"],
        ["（2）公务用车购置费", "vehicle_purchase"],
    ]  # fmt: skip
    laid["three_public"].rows = [["项目", "行次", "预算数", "决算数"]] + [
        [name, str(number), *map(printed, THREE[item])] for number, (name, item) in enumerate(rows, 1)
    ]
    return laid


def each_level_its_row(laid: Laid) -> Laid:
    """Codes in three columns, each row saying only what is new: 201 | |, then | 32 |, then | | 02."""
    rows = []
    for row in laid.rows:
        own = [i for i in range(3) if row[i]] if row[0].isdigit() else []
        rows.append([cell if i > 2 or i == own[-1] else "" for i, cell in enumerate(row)] if own else row)
    return Laid(laid.above, rows, laid.below, laid.widths, laid.borders)
