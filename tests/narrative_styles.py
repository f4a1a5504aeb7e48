"""How the invented departments put their narrative: the manners of different regions, in sentences of our own."""

from __future__ import annotations

from narrative_departments import NAMES, Department

_GLOSSARY = [
    "第四部分 名词解释",
    "一、财政拨款收入：指本级财政当年拨付的资金。",
    "二、机关运行经费：指为保障单位运行用于购买货物和服务的各项资金。",
]
_EMPTY = "国有资本经营预算财政拨款"


def _classes(d: Department, form: str, joint: str) -> str:
    parts = []
    for code, amount in d.by_class(d.general).items():
        parts.append(
            form.format(
                name=NAMES[code],
                amount=d.money(f"class.{code}", amount),
                share=d.rate(f"class.{code}.share", amount, d.general_total),
            )
        )
    return joint.join(parts)


def shanghai(d: Department) -> list[str]:
    """Of the city by the sea: 收入支出总计, items with 主要用于, reasons behind each comparison."""
    less_more = d.trend
    lines = [
        f"{d.name}2024年度部门决算", "第一部分 部门概况", "一、主要职能", f"{d.name}负责本区有关公共服务，承办区政府交办的事项。",
        "二、机构设置", "本部门内设科室6个，纳入决算编制范围的单位1家。", "第三部分 2024年度部门决算情况说明",
        "一、收入支出决算总体情况说明",
        f"{d.name}2024年度收入支出总计{d.money('total', d.total)}。与2023年度相比，收入支出总计{d.change('total', d.total, d.prior['total'])}。主要原因：{less_more(d.total, d.prior['total'], '业务量增加', '压减一般性支出')}。",
        "二、收入决算情况说明",
        f"本年收入合计{d.money('income', d.income)}，其中：财政拨款收入{d.money('income.grants', d.grants)}，占{d.rate('income.grants.share', d.grants, d.income)}"
        + (f"；其他收入{d.money('income.other', d.extra_income)}，占{d.rate('income.other.share', d.extra_income, d.income)}。" if d.extra_income else "。"),
        "三、支出决算情况说明",
        f"本年支出合计{d.money('spent', d.spent)}，其中：基本支出{d.money('spent.basic', d.basic_total)}，占{d.rate('spent.basic.share', d.basic_total, d.spent)}；项目支出{d.money('spent.project', d.all_project)}，占{d.rate('spent.project.share', d.all_project, d.spent)}。",
        "四、财政拨款收入支出决算总体情况说明",
        f"{d.name}2024年度财政拨款收入支出总计{d.money('grants', d.grants_total)}。与2023年度相比，财政拨款收入支出总计{d.change('grants', d.grants_total, d.prior['grants'])}。主要原因：{less_more(d.grants_total, d.prior['grants'], '项目增加', '人员减少')}。",
        "五、一般公共预算财政拨款支出决算情况说明", "（一）一般公共预算财政拨款支出决算总体情况",
        f"2024年度一般公共预算财政拨款支出{d.money('general', d.general_total)}，占本年支出合计的{d.rate('general.share', d.general_total, d.spent)}。与2023年度相比，一般公共预算财政拨款支出{d.change('general', d.general_total, d.prior['general'])}。主要原因：{less_more(d.general_total, d.prior['general'], '新增项目', '项目减少')}。",
        "（二）一般公共预算财政拨款支出决算结构情况",
        f"2024年度一般公共预算财政拨款支出{d.money('general.again', d.general_total)}，主要用于以下方面：" + _classes(d, "{name}（类）{amount}，占{share}", "；") + "。",
        "（三）一般公共预算财政拨款支出决算具体情况",
        f"2024年度一般公共预算财政拨款支出年初预算为{d.money('budget', d.budget_total)}，支出决算为{d.money('general.third', d.general_total)}，完成年初预算的{d.rate('budget.completion', d.general_total, d.budget_total)}。决算数{less_more(d.general_total, d.budget_total, '大于', '小于')}预算数的主要原因：{less_more(d.general_total, d.budget_total, '年中追加项目', '部分项目未实施')}。其中：",
    ]  # fmt: skip
    for number, (code, amount) in enumerate(d.general.items(), 1):
        budget = d.budget[code]
        lines.append(
            f"{number}.{d.path(code)}。主要用于：单位{NAMES[code][:4]}方面的开支。年初预算为{d.money(f'{code}.budget', budget)}，支出决算为{d.money(code, amount)}，完成年初预算的{d.rate(f'{code}.completion', amount, budget)}。决算数{less_more(amount, budget, '大于', '小于')}预算数的主要原因：{less_more(amount, budget, '人员增加', '据实结算')}。"
        )
    lines += [
        "六、一般公共预算财政拨款基本支出决算情况说明",
        f"2024年度一般公共预算财政拨款基本支出{d.money('basic', d.basic_total)}，其中：人员经费{d.money('staff', d.staff)}，主要包括：基本工资、津贴补贴、机关事业单位基本养老保险缴费、职工基本医疗保险缴费、住房公积金；公用经费{d.money('public', d.public)}，主要包括：办公费、差旅费、公务接待费、工会经费、公务用车运行维护费。",
        "七、“三公”经费财政拨款支出决算情况说明",
        f"2024年度“三公”经费财政拨款支出预算为{d.money('three.budget', d.three_total[0])}，支出决算为{d.money('three', d.three_total[1])}，完成预算的{d.rate('three.completion', d.three_total[1], d.three_total[0])}。决算数小于预算数的主要原因：厉行节约。",
        f"2024年度“三公”经费财政拨款支出决算数比2023年度{d.change('three', d.three_total[1], d.prior['three'])}。",
        f"其中：因公出国（境）费支出决算为0{d.unit}；公务用车购置及运行维护费支出决算为{d.money('vehicles', d.vehicles[1])}，完成预算的{d.rate('vehicles.completion', d.vehicles[1], d.vehicles[0])}；公务接待费支出决算为{d.money('reception', d.three['reception'][1])}，完成预算的{d.rate('reception.completion', d.three['reception'][1], d.three['reception'][0])}。",
        *_funds(d, "八"),
        f"九、{_EMPTY}收入支出决算情况说明", f"2024年度本部门无{_EMPTY}支出。",
        "十、机关运行经费支出情况说明",
        f"2024年度机关运行经费支出{d.money('operating', d.operating)}，比2023年度{d.change('operating', d.operating, d.prior['operating'])}。",
        *_procurement(d, "十一"), *_assets(d, "十二"), *_GLOSSARY,
    ]  # fmt: skip
    return lines


def _funds(d: Department, number: str) -> list[str]:
    head = f"{number}、政府性基金预算财政拨款收入支出决算情况说明"
    if not d.fund:
        return [head, "2024年度本部门无政府性基金预算财政拨款支出。"]
    return [
        head,
        f"2024年度政府性基金预算财政拨款支出{d.money('funds', d.funds_total)}，占本年支出合计的{d.rate('funds.share', d.funds_total, d.spent)}。",
    ]


def _procurement(d: Department, number: str) -> list[str]:
    return [
        f"{number}、政府采购支出情况说明",
        f"2024年度政府采购支出总额{d.money('bought', d.bought)}，其中：政府采购货物支出{d.money('goods', d.goods)}、政府采购工程支出{d.money('works', d.works)}、政府采购服务支出{d.money('services', d.services)}。"
        f"授予中小企业合同金额{d.money('sme', d.sme)}，占政府采购支出总额的{d.rate('sme.share', d.sme, d.bought)}，其中：授予小微企业合同金额{d.money('micro', d.micro)}，占授予中小企业合同金额的{d.rate('micro.share', d.micro, d.sme)}。",
    ]


def _assets(d: Department, number: str) -> list[str]:
    return [
        f"{number}、国有资产占有使用情况说明",
        "截至2024年12月31日，本部门共有车辆5辆，其中：机要通信用车1辆、应急保障用车1辆、执法执勤用车2辆、其他用车1辆；单价100万元（含）以上设备（不含车辆）3台（套）。",
    ]


def central(d: Department) -> list[str]:
    """Of the ministry's template: 收、支总计, headings of items with their sentence in the next paragraph."""
    lines = [
        f"{d.name}2024年度部门决算", "第一部分 单位概况", "一、主要职责", "依法管理有关事务，指导下级单位工作。", "二、机构设置",
        "设有4个内设机构。", "第三部分 2024年度部门决算情况说明", "一、收入支出决算总体情况说明",
        f"2024年度收、支总计均为{d.money('total', d.total)}。与2023年度相比，收、支总计各{d.change('total', d.total, d.prior['total'])}，主要是{d.trend(d.total, d.prior['total'], '项目经费增加', '项目经费减少')}。",
        "二、收入决算情况说明",
        f"2024年度收入合计{d.money('income', d.income)}，其中：财政拨款收入{d.money('income.grants', d.grants)}，占{d.rate('income.grants.share', d.grants, d.income)}；其他收入{d.money('income.other', d.extra_income)}，占{d.rate('income.other.share', d.extra_income, d.income)}。",
        "三、支出决算情况说明",
        f"2024年度支出合计{d.money('spent', d.spent)}，其中：基本支出{d.money('spent.basic', d.basic_total)}，占{d.rate('spent.basic.share', d.basic_total, d.spent)}；项目支出{d.money('spent.project', d.all_project)}，占{d.rate('spent.project.share', d.all_project, d.spent)}。",
        "四、财政拨款收入支出决算总体情况说明",
        f"2024年度财政拨款收、支总计均为{d.money('grants', d.grants_total)}。与2023年度相比，财政拨款收、支总计各{d.change('grants', d.grants_total, d.prior['grants'])}。",
        "五、一般公共预算财政拨款支出决算情况说明", "（一）一般公共预算财政拨款支出决算总体情况。",
        f"2024年度一般公共预算财政拨款支出{d.money('general', d.general_total)}，占本年支出合计的{d.rate('general.share', d.general_total, d.spent)}。与2023年度相比，一般公共预算财政拨款支出{d.change('general', d.general_total, d.prior['general'])}。",
        "（二）一般公共预算财政拨款支出决算结构情况。",
        f"2024年度一般公共预算财政拨款支出{d.money('general.again', d.general_total)}，主要用于以下方面：" + _classes(d, "{name}（类）支出{amount}，占{share}", "；") + "。",
        "（三）一般公共预算财政拨款支出决算具体情况。",
        f"2024年度一般公共预算财政拨款支出年初预算为{d.money('budget', d.budget_total)}，支出决算为{d.money('general.third', d.general_total)}，完成年初预算的{d.rate('budget.completion', d.general_total, d.budget_total)}。其中：",
    ]  # fmt: skip
    for number, (code, amount) in enumerate(d.general.items(), 1):
        budget = d.budget[code]
        lines += [
            f"{number}.{d.path(code)}。",
            f"年初预算为{d.money(f'{code}.budget', budget)}，支出决算为{d.money(code, amount)}，完成年初预算的{d.rate(f'{code}.completion', amount, budget)}。决算数{d.trend(amount, budget, '大于', '小于')}年初预算数的主要原因是{d.trend(amount, budget, '年中追加', '压缩开支')}。",
        ]
    abroad = d.three["abroad"]
    lines += [
        "六、一般公共预算财政拨款基本支出决算情况说明",
        f"2024年度一般公共预算财政拨款基本支出{d.money('basic', d.basic_total)}，其中：", f"人员经费{d.money('staff', d.staff)}，主要包括：基本工资、津贴补贴。",
        f"公用经费{d.money('public', d.public)}，主要包括：办公费、差旅费。",
        "七、财政拨款“三公”经费支出决算情况说明", "（一）“三公”经费财政拨款支出决算总体情况说明。",
        f"2024年度“三公”经费财政拨款支出预算为{d.money('three.budget', d.three_total[0])}，支出决算为{d.money('three', d.three_total[1])}，完成预算的{d.rate('three.completion', d.three_total[1], d.three_total[0])}。",
        "（二）“三公”经费财政拨款支出决算具体情况说明。",
        f"1.因公出国（境）费预算为{d.money('abroad.budget', abroad[0])}，支出决算为{d.money('abroad', abroad[1])}，完成预算的{d.rate('abroad.completion', abroad[1], abroad[0])}；占“三公”经费支出决算的{d.rate('abroad.share', abroad[1], d.three_total[1])}。全年使用财政拨款安排因公出国（境）团组2个，累计7人次。",
        f"2.公务用车购置及运行维护费预算为{d.money('vehicles.budget', d.vehicles[0])}，支出决算为{d.money('vehicles', d.vehicles[1])}，完成预算的{d.rate('vehicles.completion', d.vehicles[1], d.vehicles[0])}。其中：公务用车购置支出0{d.unit}，公务用车运行维护费支出{d.money('running', d.three['running'][1])}。",
        f"3.公务接待费预算为{d.money('reception.budget', d.three['reception'][0])}，支出决算为{d.money('reception', d.three['reception'][1])}，完成预算的{d.rate('reception.completion', d.three['reception'][1], d.three['reception'][0])}。国内公务接待12批次，98人次。",
        *_funds(d, "八"), f"九、{_EMPTY}收入支出决算情况说明", f"本单位2024年度没有{_EMPTY}支出。",
        "十、其他重要事项情况说明", "（一）机关运行经费支出情况。",
        f"2024年度机关运行经费支出{d.money('operating', d.operating)}，比2023年度{d.change('operating', d.operating, d.prior['operating'])}。",
        *[line.replace("十一、", "（二）") for line in _procurement(d, "十一")],
        *[line.replace("十二、", "（三）") for line in _assets(d, "十二")], *_GLOSSARY,
    ]  # fmt: skip
    return lines


def chongqing(d: Department) -> list[str]:
    """Of the mountain city: ratios with one decimal, everything against last year and against the budget."""
    lines = [
        f"{d.name}2024年度部门决算情况说明", "一、单位基本情况", "（一）职能职责", "贯彻有关法律法规，组织实施本区有关工作。", "（二）机构设置",
        "机关内设机构8个。", "二、部门决算情况说明", "（一）收入支出决算总体情况说明",
        f"1.总体情况。2024年度收入总计{d.money('total', d.total)}，支出总计{d.money('total.spent', d.total)}。收支较上年决算数{d.change('total', d.total, d.prior['total'])}，主要原因是{d.trend(d.total, d.prior['total'], '新增项目', '项目减少')}。",
        f"2.收入情况。2024年度收入合计{d.money('income', d.income)}，较上年决算数{d.change('income', d.income, d.prior['income'])}。其中：财政拨款收入{d.money('income.grants', d.grants)}，占{d.rate('income.grants.share', d.grants, d.income)}；其他收入{d.money('income.other', d.extra_income)}，占{d.rate('income.other.share', d.extra_income, d.income)}。此外，年初结转和结余{d.money('opening', d.kept + d.kept_other)}。",
        f"3.支出情况。2024年度支出合计{d.money('spent', d.spent)}，较上年决算数{d.change('spent', d.spent, d.prior['spent'])}。其中：基本支出{d.money('spent.basic', d.basic_total)}，占{d.rate('spent.basic.share', d.basic_total, d.spent)}；项目支出{d.money('spent.project', d.all_project)}，占{d.rate('spent.project.share', d.all_project, d.spent)}。",
        f"4.结转结余情况。2024年度年末结转和结余{d.money('closing', d.total - d.spent)}。",
        "（二）财政拨款收入支出决算总体情况说明",
        f"2024年度财政拨款收、支总计{d.money('grants', d.grants_total)}。与2023年相比，财政拨款收、支总计各{d.change('grants', d.grants_total, d.prior['grants'])}。",
        "（三）一般公共预算财政拨款支出决算情况说明",
        f"1.支出情况。2024年度一般公共预算财政拨款支出{d.money('general', d.general_total)}，较上年决算数{d.change('general', d.general_total, d.prior['general'])}。较年初预算数{d.change('budget', d.general_total, d.budget_total)}。",
        "2.比较情况。2024年度一般公共预算财政拨款支出主要用于以下几个方面：",
    ]  # fmt: skip
    budgets = d.by_class(d.budget)
    for number, (code, amount) in enumerate(d.by_class(d.general).items(), 1):
        lines.append(
            f"（{number}）{NAMES[code]}{d.money(f'class.{code}', amount)}，占{d.rate(f'class.{code}.share', amount, d.general_total)}，较年初预算数{d.change(f'class.{code}', amount, budgets[code])}，主要原因是{d.trend(amount, budgets[code], '年中追加', '据实支出')}。"
        )
    lines += [
        "（四）一般公共预算财政拨款基本支出决算情况说明",
        f"2024年度一般公共财政拨款基本支出{d.money('basic', d.basic_total)}。其中：人员经费{d.money('staff', d.staff)}。公用经费{d.money('public', d.public)}。",
        *[line.replace("八、", "（五）") for line in _funds(d, "八")],
        f"（六）{_EMPTY}支出决算情况说明", f"本部门2024年度无{_EMPTY}支出。",
        "三、“三公”经费情况说明", "（一）“三公”经费支出总体情况说明",
        f"2024年度“三公”经费支出共计{d.money('three', d.three_total[1])}，较年初预算数{d.change('three.budget', d.three_total[1], d.three_total[0])}。较上年支出数{d.change('three', d.three_total[1], d.prior['three'])}。",
        "（二）“三公”经费分项支出情况",
        f"2024年度本部门因公出国（境）费用0{d.unit}。公务车购置费0{d.unit}。",
        f"公务用车运行维护费{d.money('running', d.three['running'][1])}，主要用于公务出行。费用支出较年初预算数{d.change('running.budget', d.three['running'][1], d.three['running'][0])}。",
        f"公务接待费{d.money('reception', d.three['reception'][1])}，较年初预算数{d.change('reception.budget', d.three['reception'][1], d.three['reception'][0])}，较上年支出数{d.change('reception', d.three['reception'][1], d.prior['reception'])}。",
        "四、其他需要说明的事项", "（一）机关运行经费情况说明",
        f"2024年度机关运行经费支出{d.money('operating', d.operating)}，较上年支出数{d.change('operating', d.operating, d.prior['operating'])}。",
        *[line.replace("十二、", "（二）") for line in _assets(d, "十二")], *[line.replace("十一、", "（三）") for line in _procurement(d, "十一")],
    ]  # fmt: skip
    return lines


def jiangsu(d: Department) -> list[str]:
    """Of the river delta: separators, meetings and training, codes beside the names of an item."""
    lines = [
        f"{d.name}2024年度部门决算公开", "第一部分 部门概况", "一、主要职能", "负责本区有关工作的组织实施。", "二、部门机构设置及决算单位构成情况",
        "根据部门职责分工，本部门内设机构7个。", "第三部分 2024年度部门决算情况说明", "一、收入支出决算总体情况说明",
        f"{d.name}2024年度收入、支出决算总计{d.money('total', d.total)}。与上年相比，收、支总计各{d.change('total', d.total, d.prior['total'])}。",
        f"（一）收入决算总计{d.money('total.income', d.total)}。包括：本年收入决算合计{d.money('income', d.income)}，与上年相比{d.change('income', d.income, d.prior['income'])}；年初结转和结余{d.money('opening', d.kept + d.kept_other)}。",
        f"（二）支出决算总计{d.money('total.spent', d.total)}。包括：本年支出决算合计{d.money('spent', d.spent)}，与上年相比{d.change('spent', d.spent, d.prior['spent'])}；年末结转和结余{d.money('closing', d.total - d.spent)}。",
        "二、收入决算情况说明",
        f"2024年度本年收入决算合计{d.money('income.again', d.income)}，其中：财政拨款收入{d.money('income.grants', d.grants)}，占{d.rate('income.grants.share', d.grants, d.income)}；其他收入{d.money('income.other', d.extra_income)}，占{d.rate('income.other.share', d.extra_income, d.income)}。",
        "三、支出决算情况说明",
        f"2024年度本年支出决算合计{d.money('spent.again', d.spent)}，其中：基本支出{d.money('spent.basic', d.basic_total)}，占{d.rate('spent.basic.share', d.basic_total, d.spent)}；项目支出{d.money('spent.project', d.all_project)}，占{d.rate('spent.project.share', d.all_project, d.spent)}。",
        "四、财政拨款收入支出决算总体情况说明",
        f"2024年度财政拨款收入、支出决算总计{d.money('grants', d.grants_total)}。与上年相比，财政拨款收、支总计各{d.change('grants', d.grants_total, d.prior['grants'])}。",
        "五、一般公共预算财政拨款支出决算情况说明",
        f"2024年度一般公共预算财政拨款支出决算{d.money('general', d.general_total)}，占本年支出合计的{d.rate('general.share', d.general_total, d.spent)}。与2024年度年初预算{d.money('budget', d.budget_total)}相比，完成年初预算的{d.rate('budget.completion', d.general_total, d.budget_total)}。其中：",
    ]  # fmt: skip
    last = ""
    for number, (code, amount) in enumerate(d.general.items(), 1):
        budget = d.budget[code]
        if code[:3] != last:
            last = code[:3]
        lines.append(
            f"{number}.{NAMES[code[:3]]}（{code[:3]}类）{NAMES[code[:5]]}（{code[3:5]}款）{NAMES[code]}（{code[5:]}项）{d.money(code, amount)}，主要用于日常开支。年初预算为{d.money(f'{code}.budget', budget)}，完成年初预算的{d.rate(f'{code}.completion', amount, budget)}。决算数与年初预算数的差异原因：{d.trend(amount, budget, '年中追加', '据实结算')}。"
        )
    three, meeting, training = d.three, d.meeting, d.training
    lines += [
        "六、一般公共预算财政拨款基本支出决算情况说明",
        f"2024年度一般公共预算财政拨款基本支出决算{d.money('basic', d.basic_total)}，其中：", f"（一）人员经费{d.money('staff', d.staff)}。主要包括：基本工资、津贴补贴。",
        f"（二）公用经费{d.money('public', d.public)}。主要包括：办公费、差旅费。",
        "七、“三公”经费、会议费和培训费支出决算情况说明",
        f"“三公”经费支出决算{d.money('three', d.three_total[1])}，比上年决算{d.change('three', d.three_total[1], d.prior['three'])}，完成预算的{d.rate('three.completion', d.three_total[1], d.three_total[0])}。其中，因公出国（境）费支出0{d.unit}，占“三公”经费的{d.rate('abroad.share', 0, d.three_total[1])}；公务用车购置及运行维护费支出{d.money('vehicles', d.vehicles[1])}，占“三公”经费的{d.rate('vehicles.share', d.vehicles[1], d.three_total[1])}；公务接待费支出{d.money('reception', three['reception'][1])}，占“三公”经费的{d.rate('reception.share', three['reception'][1], d.three_total[1])}。",
        f"会议费支出预算{d.money('meeting.budget', meeting[0])}，支出决算{d.money('meeting', meeting[1])}，完成预算的{d.rate('meeting.completion', meeting[1], meeting[0])}。2024年度全年召开会议15个，参加会议620人次。",
        f"培训费支出预算{d.money('training.budget', training[0])}，支出决算{d.money('training', training[1])}，完成预算的{d.rate('training.completion', training[1], training[0])}。2024年度全年组织培训9个，组织培训430人次。",
        *_funds(d, "八"), f"九、{_EMPTY}支出决算情况说明", f"2024年度没有{_EMPTY}支出。", "十、机关运行经费支出决算情况说明",
        f"2024年度机关运行经费支出决算{d.money('operating', d.operating)}。与上年相比，{d.change('operating', d.operating, d.prior['operating'])}。",
        *_procurement(d, "十一"), *_assets(d, "十二"), *_GLOSSARY,
    ]  # fmt: skip
    return lines


def anhui(d: Department) -> list[str]:
    """Of the middle provinces: 与2023年度决算相比, the fall or rise with its reason, batches of guests."""
    three = d.three

    def because(name: str, now: int, before: int) -> str:
        return f"与2023年度决算相比，{d.change(name, now, before)}，{d.trend(now, before, '增长', '下降')}的原因是{d.trend(now, before, '任务增加', '厉行节约')}"

    lines = [
        f"{d.name}2024年度部门决算", "第一部分 部门概况", "一、部门职责", "负责全县有关工作。", "二、机构设置", "从决算单位构成看，部门决算包括本级决算1个。",
        "第三部分 2024年度部门决算情况说明", "一、收入支出决算总体情况说明",
        f"2024年度收入总计{d.money('total', d.total)}，支出总计{d.money('total.spent', d.total)}。{because('total', d.total, d.prior['total'])}。",
        "二、收入决算情况说明",
        f"2024年度收入合计{d.money('income', d.income)}，{because('income', d.income, d.prior['income'])}。其中：财政拨款收入{d.money('income.grants', d.grants)}，占本年收入合计的{d.rate('income.grants.share', d.grants, d.income)}。",
        "三、支出决算情况说明",
        f"2024年度支出合计{d.money('spent', d.spent)}，{because('spent', d.spent, d.prior['spent'])}。其中：基本支出{d.money('spent.basic', d.basic_total)}，占本年支出合计的{d.rate('spent.basic.share', d.basic_total, d.spent)}；项目支出{d.money('spent.project', d.all_project)}，占本年支出合计的{d.rate('spent.project.share', d.all_project, d.spent)}。",
        "四、财政拨款收入支出决算总体情况说明",
        f"2024年度财政拨款收、支总计均为{d.money('grants', d.grants_total)}。{because('grants', d.grants_total, d.prior['grants'])}。",
        "五、一般公共预算财政拨款支出决算情况说明", "（一）一般公共预算财政拨款支出决算总体情况",
        f"2024年度一般公共预算财政拨款支出{d.money('general', d.general_total)}，占本年支出合计的{d.rate('general.share', d.general_total, d.spent)}。{because('general', d.general_total, d.prior['general'])}。",
        "（二）一般公共预算财政拨款支出决算结构情况",
        f"2024年度一般公共预算财政拨款支出{d.money('general.again', d.general_total)}，主要用于以下方面：" + _classes(d, "{name}（类）支出{amount}，占{share}", "；") + "。",
        "（三）一般公共预算财政拨款支出决算具体情况",
        f"2024年度一般公共预算财政拨款支出年初预算为{d.money('budget', d.budget_total)}，支出决算为{d.money('general.third', d.general_total)}，完成年初预算的{d.rate('budget.completion', d.general_total, d.budget_total)}。其中：",
    ]  # fmt: skip
    for number, (code, amount) in enumerate(d.general.items(), 1):
        budget = d.budget[code]
        lines.append(
            f"{number}．{d.path(code)}。年初预算为{d.money(f'{code}.budget', budget)}，支出决算为{d.money(code, amount)}，完成年初预算的{d.rate(f'{code}.completion', amount, budget)}，支出决算数{d.trend(amount, budget, '大于', '小于')}年初预算数的主要原因：{d.trend(amount, budget, '政策性增支', '节约开支')}。"
        )
    lines += [
        "六、一般公共预算财政拨款基本支出决算情况说明",
        f"2024年度一般公共预算财政拨款基本支出{d.money('basic', d.basic_total)}，其中：人员经费{d.money('staff', d.staff)}，主要包括：基本工资、津贴补贴；公用经费{d.money('public', d.public)}，主要包括：办公费、差旅费。",
        "七、财政拨款“三公”经费支出决算情况说明",
        f"“三公”经费支出预算为{d.money('three.budget', d.three_total[0])}，支出决算为{d.money('three', d.three_total[1])}，完成预算的{d.rate('three.completion', d.three_total[1], d.three_total[0])}。{because('three', d.three_total[1], d.prior['three'])}。",
        f"1.因公出国（境）费支出决算0{d.unit}。",
        f"2.公务用车购置及运行维护费支出决算{d.money('vehicles', d.vehicles[1])}，占{d.rate('vehicles.share', d.vehicles[1], d.three_total[1])}。其中：公务用车购置支出0{d.unit}，公务用车运行维护费支出{d.money('running', three['running'][1])}，{because('running', three['running'][1], d.prior['running'])}。",
        f"3.公务接待费支出决算{d.money('reception', three['reception'][1])}，占{d.rate('reception.share', three['reception'][1], d.three_total[1])}。{because('reception', three['reception'][1], d.prior['reception'])}。国内公务接待共139批次（其中外事接待0批次），1205人次（其中外事接待0人次）。",
        *_funds(d, "八"), f"九、{_EMPTY}支出决算情况说明", f"本部门2024年度没有使用{_EMPTY}安排的支出。", "十、机关运行经费支出情况说明",
        f"2024年度机关运行经费支出{d.money('operating', d.operating)}，{because('operating', d.operating, d.prior['operating'])}。",
        *_procurement(d, "十一"), *_assets(d, "十二"), *_GLOSSARY,
    ]  # fmt: skip
    return lines


def guangxi(d: Department) -> list[str]:
    """Of the karst country: 比预算增加0, 无增减变化; a department without any of the three expenses."""
    zero = f"0{d.unit}"
    lines = [
        f"{d.name}2024年度部门决算", "第一部分 部门概况", "一、主要职能", "承担有关服务保障工作。", "二、部门决算单位构成", "部门内设机构5个。",
        "第三部分 2024年度部门决算情况说明", "一、收入支出决算总体情况说明",
        f"2024年度总收入{d.money('total', d.total)}，总支出{d.money('total.spent', d.total)}，与上年相比，收、支总计{d.change('total', d.total, d.prior['total'])}。",
        "二、收入决算情况说明",
        f"本年收入合计{d.money('income', d.income)}，比去年{d.change('income', d.income, d.prior['income'])}。其中：财政拨款收入{d.money('income.grants', d.grants)}，占{d.rate('income.grants.share', d.grants, d.income)}；事业收入{zero}，占0%。",
        "三、支出决算情况说明",
        f"本年支出合计{d.money('spent', d.spent)}，比去年{d.change('spent', d.spent, d.prior['spent'])}。其中：基本支出{d.money('spent.basic', d.basic_total)}，占{d.rate('spent.basic.share', d.basic_total, d.spent)}；项目支出{d.money('spent.project', d.all_project)}，占{d.rate('spent.project.share', d.all_project, d.spent)}；经营支出{zero}，占0%。",
        "四、财政拨款收入支出决算总体情况说明",
        f"2024年度财政拨款收入、支出总计{d.money('grants', d.grants_total)}，比去年{d.change('grants', d.grants_total, d.prior['grants'])}。",
        "五、一般公共预算财政拨款支出决算情况说明",
        f"2024年度一般公共预算财政拨款支出{d.money('general', d.general_total)}，占本年支出合计的{d.rate('general.share', d.general_total, d.spent)}，比去年{d.change('general', d.general_total, d.prior['general'])}。",
        f"一般公共预算财政拨款支出年初预算为{d.money('budget', d.budget_total)}，支出决算为{d.money('general.third', d.general_total)}，完成年初预算的{d.rate('budget.completion', d.general_total, d.budget_total)}。",
    ]  # fmt: skip
    for number, (code, amount) in enumerate(d.general.items(), 1):
        budget = d.budget[code]
        lines.append(
            f"（{number}）{d.path(code)}年初预算为{d.money(f'{code}.budget', budget)}，支出决算为{d.money(code, amount)}，完成年初预算的{d.rate(f'{code}.completion', amount, budget)}。"
        )
    none = "支出决算比预算无增减变化，比去年无增减变化。"
    lines += [
        "六、一般公共预算财政拨款基本支出决算情况说明",
        f"一般公共预算财政拨款基本支出{d.money('basic', d.basic_total)}，其中：人员经费{d.money('staff', d.staff)}，公用经费{d.money('public', d.public)}。",
        "七、财政拨款“三公”经费支出决算情况说明",
    ]  # fmt: skip
    if d.zeros:
        lines += [
            f"“三公”经费支出预算为{zero}，支出决算为{zero}，比预算增加{zero}，比去年增加{zero}。",
            f"（一）因公出国（境）费支出决算为{zero}，{none.replace('支出决算', '因公出国支出决算', 1)}组织出国团组0个，累计0人次。",
            f"（二）公务用车购置及运行维护费支出决算为{zero}，公务用车保有量0辆。",
            f"（三）公务接待费支出决算为{zero}，国内公务接待0批次，0人次。",
        ]
    else:
        budget, actual = d.three["reception"]
        lines += [
            f"“三公”经费支出预算为{d.money('three.budget', d.three_total[0])}，支出决算为{d.money('three', d.three_total[1])}，比预算{d.change('three.budget.gap', d.three_total[1], d.three_total[0])}，比去年{d.change('three', d.three_total[1], d.prior['three'])}。",
            f"（一）因公出国（境）费支出决算为{zero}，因公出国{none}",
            f"（二）公务用车运行维护费支出决算为{d.money('running', d.three['running'][1])}，比去年{d.change('running', d.three['running'][1], d.prior['running'])}。公务用车保有量4辆。",
            f"（三）公务接待费支出决算为{d.money('reception', actual)}，比预算{d.change('reception.budget', actual, budget)}，比去年{d.change('reception', actual, d.prior['reception'])}。",
        ]
    lines += [
        *_funds(d, "八"), f"九、{_EMPTY}支出决算情况说明", f"本部门无{_EMPTY}支出。", "十、机关运行经费支出情况说明",
        f"机关运行经费支出{d.money('operating', d.operating)}，比去年{d.change('operating', d.operating, d.prior['operating'])}。",
        *_procurement(d, "十一"), *_assets(d, "十二"), *_GLOSSARY,
    ]  # fmt: skip
    return lines


DEPARTMENTS = {
    d.id: d
    for d in [
        Department("culture", "浦澄市云杉区文化和旅游局", 11, shanghai, ("2070101", "2070109")),
        Department("archives", "林泽档案管理署", 23, central, ("2012601", "2012604"), abroad=True),
        Department("education", "巴原市青岩区教育委员会", 37, chongqing, ("2050101", "2050202"), rates=1, fund="2120803"),
        Department("health", "苏沐市河阳区卫生健康委员会", 41, jiangsu, ("2100101", "2100199"), separators=True, meetings=True),
        Department("roads", "徽泽县交通运输局", 53, anhui, ("2140101", "2140106"), other=False),
        Department("affairs", "桂岭县民政局", 61, guangxi, ("2080201", "2080299"), other=False, zeros=True, fund="2296002"),
        Department("finance", "南屏县财政局", 71, anhui, ("2010601", "2010602"), unit="元", other=False),
        Department("justice", "松原湾市司法局", 83, guangxi, ("2040601", "2040604"), other=False, wide=True),
    ]
}  # fmt: skip
