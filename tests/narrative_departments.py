"""Invented departments with exact accounts and a sound narrative each, in the manners of different regions.

Amounts come from seeds, in hundredths of the unit that a department publishes in; what the text says is reckoned from them
here (Fractions, half up). ``said`` keeps every number by a name of its own, so that the corpus need not spell it out.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

YEAR = 2024
NAMES = {
    "201": "一般公共服务支出", "20106": "财政事务", "2010601": "行政运行", "2010602": "一般行政管理事务", "20126": "档案事务",
    "2012601": "行政运行", "2012604": "档案馆",
    "204": "公共安全支出", "20406": "司法", "2040601": "行政运行", "2040604": "基层司法业务",
    "205": "教育支出", "20501": "教育管理事务", "2050101": "行政运行", "20502": "普通教育", "2050202": "小学教育",
    "207": "文化旅游体育与传媒支出", "20701": "文化和旅游", "2070101": "行政运行", "2070109": "群众文化",
    "208": "社会保障和就业支出", "20805": "行政事业单位养老支出", "2080505": "机关事业单位基本养老保险缴费支出",
    "20802": "民政管理事务", "2080201": "行政运行", "2080299": "其他民政管理事务支出",
    "210": "卫生健康支出", "21011": "行政事业单位医疗", "2101101": "行政单位医疗", "21001": "卫生健康管理事务",
    "2100101": "行政运行", "2100199": "其他卫生健康管理事务支出",
    "212": "城乡社区支出", "21208": "国有土地使用权出让收入安排的支出", "2120803": "城市建设支出",
    "214": "交通运输支出", "21401": "公路水路运输", "2140101": "行政运行", "2140106": "公路养护",
    "221": "住房保障支出", "22102": "住房改革支出", "2210201": "住房公积金",
    "229": "其他支出", "22960": "彩票公益金安排的支出", "2296002": "用于社会福利的彩票公益金支出",
}  # fmt: skip
CLASSES = [
    ("201", "一般公共服务支出"), ("204", "公共安全支出"), ("205", "教育支出"), ("207", "文化旅游体育与传媒支出"),
    ("208", "社会保障和就业支出"), ("210", "卫生健康支出"), ("212", "城乡社区支出"), ("214", "交通运输支出"),
    ("221", "住房保障支出"), ("229", "其他支出"),
]  # fmt: skip
NUMERALS = "一二三四五六七八九十"
ECONOMY = {
    "30101": "基本工资", "30102": "津贴补贴", "30108": "机关事业单位基本养老保险缴费", "30110": "职工基本医疗保险缴费",
    "30113": "住房公积金", "30201": "办公费", "30211": "差旅费", "30217": "公务接待费", "30228": "工会经费",
    "30231": "公务用车运行维护费",
}  # fmt: skip
_WIDE = str.maketrans("0123456789.,%", "０１２３４５６７８９．，％")


def half_up(value: Fraction, decimals: int = 2) -> str:
    """A number as it is printed: so many decimals, half away from zero."""
    scaled = abs(value) * 10**decimals
    whole = int(scaled + Fraction(1, 2))
    digits = str(whole).rjust(decimals + 1, "0")
    shown = f"{digits[:-decimals]}.{digits[-decimals:]}" if decimals else digits
    return f"-{shown}" if value < 0 and whole else shown


@dataclass
class Department:
    """A department: its amounts, in hundredths of its unit, and how it puts them."""

    id: str
    name: str
    seed: int
    style: Callable[[Department], list[str]]
    own: tuple[str, str]  # the codes of its running and of its programme
    other: bool = True  # whether it has other income
    fund: str = ""  # the code that a government fund pays
    unit: str = "万元"
    rates: int = 2  # decimals of its ratios
    separators: bool = False
    wide: bool = False
    meetings: bool = False
    abroad: bool = False
    zeros: bool = False  # no three public expenses at all, blank cells
    said: dict[str, str] = field(default_factory=dict)
    # every printed ratio with the two amounts it is of, in hundredths
    ratios: list[tuple[str, int, int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        chance = random.Random(self.seed)
        scale = 10000 if self.unit == "元" else 1

        def some(low: int, high: int) -> int:
            return chance.randint(low * 100, high * 100) * scale + (
                chance.randint(0, 9999) if scale > 1 else 0
            )

        running, programme = self.own
        self.basic = {
            running: some(700, 1600), "2080505": some(60, 140), "2101101": some(30, 90), "2210201": some(80, 190),
        }  # fmt: skip
        self.project = {running: some(5, 40), programme: some(300, 900)}
        self.funds = {self.fund: some(50, 200)} if self.fund else {}
        self.extra_income, self.extra_spent = (some(20, 60), some(5, 19)) if self.other else (0, 0)
        self.kept, self.kept_other = some(10, 60), some(3, 30)
        leaves = sorted({*self.basic, *self.project})
        self.general = {code: self.basic.get(code, 0) + self.project.get(code, 0) for code in leaves}
        self.budget = {
            code: amount * (chance.randint(880, 960) if number % 3 else chance.randint(1030, 1120)) // 1000
            for number, (code, amount) in enumerate(self.general.items())
        }
        self.general_total = sum(self.general.values())
        self.budget_total = sum(self.budget.values())
        self.adjusted = self.general_total * chance.randint(1011, 1050) // 1000
        self.funds_total = sum(self.funds.values())
        self.grants = self.general_total + self.funds_total
        self.income, self.spent = self.grants + self.extra_income, self.grants + self.extra_spent
        self.total = self.income + self.kept + self.kept_other
        self.grants_total = self.grants + self.kept
        self.basic_total, self.project_total = (
            sum(self.basic.values()),
            self.general_total - sum(self.basic.values()),
        )
        # what was spent beside grants is spent on the programme
        self.all_project = self.project_total + self.funds_total + self.extra_spent
        self.three = {"abroad": (0, 0), "purchase": (0, 0), "running": (0, 0), "reception": (0, 0)}
        if not self.zeros:
            running_budget, reception_budget = some(6, 12), some(3, 6)
            self.three["running"] = (running_budget, running_budget * chance.randint(600, 950) // 1000)
            self.three["reception"] = (reception_budget, reception_budget * chance.randint(300, 900) // 1000)
        if self.abroad:
            self.three["abroad"] = (some(9, 12), some(5, 8))
        self.vehicles = tuple(self.three["purchase"][i] + self.three["running"][i] for i in (0, 1))
        self.three_total = tuple(sum(pair[i] for pair in self.three.values()) for i in (0, 1))
        self.meeting, self.training = (some(6, 9), some(3, 5)), (some(8, 12), some(5, 7))
        self.public = self.basic_total * chance.randint(90, 130) // 1000
        self.staff = self.basic_total - self.public
        self.operating = self.public
        self.goods, self.works, self.services = some(20, 60), some(5, 15), some(70, 200)
        self.bought = self.goods + self.works + self.services
        self.sme = self.bought * chance.randint(700, 900) // 1000
        self.micro = self.sme * chance.randint(300, 800) // 1000
        self.prior = {
            what: amount * chance.choice([chance.randint(880, 970), chance.randint(1020, 1120)]) // 1000
            for what, amount in [
                ("total", self.total), ("grants", self.grants_total), ("general", self.general_total), ("operating", self.operating),
                ("three", self.three_total[1]), ("running", self.three["running"][1]), ("reception", self.three["reception"][1]),
                ("income", self.income), ("spent", self.spent), ("abroad", self.three["abroad"][1]),
            ]
        }  # fmt: skip
        self.number("adjusted", self.adjusted)
        self.text = "\n".join(self.style(self)) + "\n"
        if self.wide:
            self.text = wide_digits(self.text)

    # --- numbers as the text says them -------------------------------------------------------------------------------------

    def money(self, name: str, cents: int) -> str:
        """An amount with its unit."""
        return self.number(name, cents) + self.unit

    def number(self, name: str, cents: int) -> str:
        shown = half_up(Fraction(cents, 100))
        if self.separators:
            whole, _, rest = shown.partition(".")
            shown = f"{int(whole):,}.{rest}"
        self.said[name] = shown
        return shown

    def rate(self, name: str, top: int, bottom: int) -> str:
        """A ratio in percent, with its sign."""
        self.said[name] = half_up(Fraction(top * 100, bottom), self.rates)
        self.ratios.append((self.said[name], top, bottom))
        return self.said[name] + "%"

    def change(
        self, name: str, now: int, before: int, more: str = "增加", less: str = "减少", joint: str = "，"
    ) -> str:
        """增加…万元，增长…% (or their opposites)."""
        up = now >= before
        self.said[f"{name}.way"], self.said[f"{name}.trend"] = more if up else less, "增长" if up else "下降"
        amount = self.money(f"{name}.change", abs(now - before))
        return f"{more if up else less}{amount}{joint}{'增长' if up else '下降'}{self.rate(f'{name}.growth', abs(now - before), before)}"

    def trend(self, now: int, before: int, more: str, less: str) -> str:
        return more if now >= before else less

    def path(self, code: str, form: str = "{}（类）{}（款）{}（项）") -> str:
        """The names of a code's three levels."""
        return form.format(NAMES[code[:3]], NAMES[code[:5]], NAMES[code])

    def by_class(self, amounts: dict[str, int]) -> dict[str, int]:
        found: dict[str, int] = {}
        for code, amount in amounts.items():
            found[code[:3]] = found.get(code[:3], 0) + amount
        return dict(sorted(found.items()))

    # --- tables ---------------------------------------------------------------------------------------------------------------

    def write_tables(self, folder: Path) -> list[Path]:
        """The nine tables as .csv files. Returns their paths."""
        paths = []
        for name, rows in self.tables().items():
            path = folder / f"{self.id}-{name}.csv"
            lines = [",".join(f'"{cell}"' if "," in cell else cell for cell in row) for row in rows]
            path.write_text("\n".join(lines) + "\n", encoding="utf-8")
            paths.append(path)
        return paths

    def tables(self) -> dict[str, list[list[str]]]:
        """The rows of the nine tables: title, unit, heads, amounts."""
        _, programme = self.own
        spent = {
            code: (self.basic.get(code, 0), self.project.get(code, 0)) for code in sorted({*self.general})
        }
        spent |= {code: (0, amount) for code, amount in self.funds.items()}
        spent[programme] = (spent[programme][0], spent[programme][1] + self.extra_spent)
        income = {code: (amount, 0) for code, amount in (self.general | self.funds).items()}
        income[programme] = (income[programme][0], self.extra_income)
        general = {code: (self.basic.get(code, 0), self.project.get(code, 0)) for code in self.general}
        classes = self.by_class({code: sum(pair) for code, pair in spent.items()})
        granted = self.by_class(self.general)
        fund_classes = self.by_class(self.funds)
        return {
            "overall": self._overall(classes),
            "income": self._coded(
                "收入决算表",
                ["本年收入合计", "财政拨款收入", "上级补助收入", "事业收入", "经营收入", "附属单位上缴收入", "其他收入"],
                income, lambda p: [p[0] + p[1], p[0], 0, 0, 0, 0, p[1]],
            ),
            "spending": self._coded(
                "支出决算表", ["本年支出合计", "基本支出", "项目支出", "上缴上级支出", "经营支出", "对附属单位补助支出"],
                spent, lambda p: [p[0] + p[1], p[0], p[1], 0, 0, 0],
            ),
            "grants": self._grants(granted, fund_classes),
            "general": self._coded(
                "一般公共预算财政拨款支出决算表", ["合计", "基本支出", "项目支出"], general, lambda p: [sum(p), *p]
            ),
            "basic": self._basic(),
            "three": self._three(),
            "funds": self._coded(
                "政府性基金预算财政拨款收入支出决算表", ["年初结转和结余", "本年收入", "本年支出合计", "基本支出", "项目支出", "年末结转和结余"],
                {code: (0, amount) for code, amount in self.funds.items()}, lambda p: [0, sum(p), sum(p), 0, p[1], 0],
            ),
            "state": self._coded(
                "国有资本经营预算财政拨款收入支出决算表", ["年初结转和结余", "本年收入", "本年支出合计", "基本支出", "项目支出", "年末结转和结余"],
                {}, lambda p: [0] * 6,
            ),
        }  # fmt: skip

    def cell(self, cents: int) -> str:
        """An amount in a table: nothing is left blank."""
        whole, _, rest = half_up(Fraction(cents, 100)).partition(".")
        return f"{int(whole):,}.{rest}" if cents else ""

    def _coded(
        self, title: str, heads: list[str], amounts: dict[str, tuple[int, int]], columns: Callable
    ) -> list[list[str]]:
        levels: dict[str, tuple[int, int]] = {}
        for code, (first, second) in sorted(amounts.items()):
            for size in (3, 5, 7):
                was = levels.get(code[:size], (0, 0))
                levels[code[:size]] = (was[0] + first, was[1] + second)
        pairs = list(amounts.values())
        whole = (sum(p[0] for p in pairs), sum(p[1] for p in pairs))
        rows = [
            [title],
            [f"单位：{self.unit}"],
            ["科目编码", "科目名称", *heads],
            ["合计", "", *map(self.cell, columns(whole))],
        ]
        rows += [
            [code, NAMES[code], *map(self.cell, columns(levels[code]))]
            for code in sorted(levels, key=lambda c: c)
        ]
        if not amounts:
            rows.append([f"注：{self.name}没有相应支出，故本表无数据。", *[""] * (len(heads) + 1)])
        return rows

    def _overall(self, classes: dict[str, int]) -> list[list[str]]:
        left = [
            ("一、一般公共预算财政拨款收入", self.general_total), ("二、政府性基金预算财政拨款收入", self.funds_total),
            ("三、国有资本经营预算财政拨款收入", 0), ("四、上级补助收入", 0), ("五、事业收入", 0), ("六、经营收入", 0),
            ("七、附属单位上缴收入", 0), ("八、其他收入", self.extra_income), ("", 0), ("", 0),
        ]  # fmt: skip
        right = [(f"{NUMERALS[n]}、{name}", classes.get(code, 0)) for n, (code, name) in enumerate(CLASSES)]
        kept = self.kept + self.kept_other
        left += [("本年收入合计", self.income), ("使用非财政拨款结余（含专用结余）", 0), ("年初结转和结余", kept), ("总计", self.total)]  # fmt: skip
        right += [("本年支出合计", self.spent), ("结余分配", 0), ("年末结转和结余", self.total - self.spent), ("总计", self.total)]  # fmt: skip
        rows = [
            ["收入支出决算总表"],
            [f"单位：{self.unit}"],
            ["收入", "", "支出", ""],
            ["项目", "决算数", "项目", "决算数"],
        ]
        return rows + [[a, self.cell(x), b, self.cell(y)] for (a, x), (b, y) in zip(left, right, strict=True)]

    def _grants(self, general: dict[str, int], funds: dict[str, int]) -> list[list[str]]:
        left = [
            ("一、一般公共预算财政拨款", self.general_total), ("二、政府性基金预算财政拨款", self.funds_total),
            ("三、国有资本经营预算财政拨款", 0), *[("", 0)] * 7,
            ("本年收入合计", self.grants), ("年初财政拨款结转和结余", self.kept), ("一、一般公共预算财政拨款", self.kept),
            ("总计", self.grants_total),
        ]  # fmt: skip
        right = [
            (f"{NUMERALS[n]}、{name}", general.get(code, 0), funds.get(code, 0))
            for n, (code, name) in enumerate(CLASSES)
        ]
        right += [
            ("本年支出合计", self.general_total, self.funds_total), ("年末财政拨款结转和结余", self.kept, 0), ("", 0, 0),
            ("总计", self.general_total + self.kept, self.funds_total),
        ]  # fmt: skip
        rows = [
            ["财政拨款收入支出决算总表"], [f"单位：{self.unit}"], ["收入", "", "支出", "", "", "", ""],
            ["项目", "决算数", "项目", "合计", "一般公共预算财政拨款", "政府性基金预算财政拨款", "国有资本经营预算财政拨款"],
        ]  # fmt: skip
        return rows + [
            [a, self.cell(x), b, self.cell(y + z), self.cell(y), self.cell(z), ""]
            for (a, x), (b, y, z) in zip(left, right, strict=True)
        ]

    def _basic(self) -> list[list[str]]:
        staff = {
            "30108": self.basic["2080505"],
            "30110": self.basic["2101101"],
            "30113": self.basic["2210201"],
        }
        rest = self.staff - sum(staff.values())
        staff = {"30101": rest * 2 // 5, "30102": rest - rest * 2 // 5, **staff}
        public = {"30217": self.three["reception"][1], "30231": self.three["running"][1]}
        rest = self.public - sum(public.values())
        public = {"30201": rest // 2, "30211": rest // 4, "30228": rest - rest // 2 - rest // 4, **public}
        left = [("301", "工资福利支出", self.staff), *[(c, ECONOMY[c], staff[c]) for c in sorted(staff)]]
        right = [("302", "商品和服务支出", self.public), *[(c, ECONOMY[c], public[c]) for c in sorted(public)]]  # fmt: skip
        rows = [
            ["一般公共预算财政拨款基本支出决算表"],
            [f"单位：{self.unit}"],
            ["科目编码", "科目名称", "决算数"] * 2,
        ]
        for (a, b, x), (c, d, y) in zip(left, right, strict=True):
            rows.append([a, b, self.cell(x), c, d, self.cell(y)])
        rows.append(["人员经费合计", "", self.cell(self.staff), "公用经费合计", "", self.cell(self.public)])
        return rows

    def _three(self) -> list[list[str]]:
        items = [
            ("合计", self.three_total), ("因公出国（境）费", self.three["abroad"]),
            ("公务用车购置及运行维护费/小计", self.vehicles),
            ("公务用车购置费", self.three["purchase"]), ("公务用车运行维护费", self.three["running"]),
            ("公务接待费", self.three["reception"]),
        ]  # fmt: skip
        title = "财政拨款“三公”经费支出决算表"
        if self.meetings:
            items += [("会议费", self.meeting), ("培训费", self.training)]
            title = "一般公共预算财政拨款“三公”经费、会议费、培训费支出决算表"
        rows = [[title], [f"单位：{self.unit}"], ["项目", "预算数", "决算数"]]
        return rows + [
            [name.removesuffix("/小计"), self.cell(budget), self.cell(actual)]
            for name, (budget, actual) in items
        ]


def wide_digits(text: str) -> str:
    """Digits of amounts and rates full-width, as some offices type them."""
    return text.translate(_WIDE)
