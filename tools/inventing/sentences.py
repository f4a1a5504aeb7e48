"""Sentences of a report that leave a careful reader nothing to ask."""

from __future__ import annotations

from inventing.department import Department, Statement

_REASONED = {"budget_adjustment_rate": "budget_added", "budget_execution_rate": "carry_over"}


def say(department: Department) -> None:
    """Method, organisation, reasons with amounts, problems with numbers, suggestions with owner, measure and deadline."""
    chance = department.chance("sentences")
    year = department.year
    said = department.statements

    def add(id: str, kind: str, about: str, quote: str, section: str, date: str = "") -> None:
        said.append(Statement(id, kind, about, quote, section, date))

    add(
        "method",
        "method",
        "self_score",
        chance.choice(["按指标体系采集数据并抽样核查", "设计问卷并到现场核查账簿"]),
        "四",
    )
    add(
        "parties",
        "organisation",
        "self_score",
        chance.choice(["委托第三方机构参与评价", "聘请专家组成评价小组"]),
        "四",
    )
    add("law", "legal_reference", "rules", "依据《项目支出绩效评价管理办法》（财预〔2020〕10号）", "四")
    if chance.random() < 0.6:
        add(
            "kick_off",
            "event",
            "o1",
            "动员会部署全年任务",
            "二",
            f"{year}-0{chance.randint(1, 4)}-1{chance.randint(0, 9)}",
        )
        add(
            "half_way",
            "event",
            "o1",
            "推进会检查任务进度",
            "二",
            f"{year}-0{chance.randint(5, 8)}-1{chance.randint(0, 9)}",
        )
    if chance.random() < 0.5:
        add("full_name", "name", "main_rule", "《预算绩效管理实施细则》", "四")
        add("deadline", "deadline", "self_evaluation", "自评材料应于3月20日前报送财务科", "四")
    if chance.random() < 0.5:
        add("problem", "problem", "problem", f"{chance.randint(2, 9)}个项目前期工作不充分", "五")
        add("suggestion", "suggestion", "suggestion", "由财务科牵头，12月底前修订预算绩效管理办法", "六")
    for rate, figure in _REASONED.items():
        if chance.random() < 0.3:
            scale = department.scale(figure)
            amount = scale.spoken(department.amount(figure), separated=department.separated)
            why = "落实上级任务" if figure == "budget_added" else "跨年项目结转"
            add(f"why_{figure}", "reason", rate, f"{why}涉及{amount}", "一（二）")


def drop_reasons(department: Department, *abouts: str) -> None:
    """No reason is given for something."""
    department.statements = [
        one for one in department.statements if one.kind != "reason" or one.about not in abouts
    ]
