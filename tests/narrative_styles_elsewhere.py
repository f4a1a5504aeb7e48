"""Manners of further regions, written blind: by one who had not seen how sentences are read, after the first set was done.

Each is put in sentences of our own; what they say follows from the accounts of a department (narrative_departments).
"""

from __future__ import annotations

from fractions import Fraction

from narrative_departments import NAMES, Department

_GLOSSARY = [
    "第四部分 名词解释",
    "一、财政拨款收入：指本级财政当年拨付的资金。",
    "二、年初结转和结余：指以前年度尚未完成、结转到本年继续使用的资金。",
]
_STATE = "国有资本经营预算财政拨款"


def _prior(amount: int, number: int) -> int:
    """What an item was the year before: one up, one down."""
    return amount * (930 if number % 2 else 1060) // 1000


def _by_group(d: Department, amounts: dict[str, int]) -> dict[str, int]:
    found: dict[str, int] = {}
    for code, amount in amounts.items():
        found[code[:5]] = found.get(code[:5], 0) + amount
    return dict(sorted(found.items()))


def guangdong(d: Department) -> list[str]:
    """Of the southern coast: 完成全年预算…的…%, a base of nothing said to be incomparable."""
    nothing = f"0{d.unit}"
    none = f"完成预算{nothing}的--%（基数为0，不可比），比上年决算数增加{nothing}，增长--（基数为0，不可比）"

    def item(name: str, head: str, pair: tuple[int, int], prior: int) -> str:
        return f"{head}支出决算为{d.money(name, pair[1])}，完成预算{d.money(f'{name}.budget', pair[0])}的{d.rate(f'{name}.completion', pair[1], pair[0])}，比上年决算数{d.change(name, pair[1], prior)}"

    three = d.three
    lines = [
        f"{d.name}2024年度部门决算", f"第一部分：{d.name}概况", "一、部门主要职责", "负责拟订并组织实施本区有关规划和政策。", "二、部门机构设置", "本部门内设9个股室。",
        "第三部分：2024年度部门决算情况说明", "一、2024年度收入支出决算总体情况说明",
        f"{d.name}2024年度收入总计{d.money('total', d.total)}，其中本年收入合计{d.money('income.first', d.income)}；支出总计{d.money('total.spent', d.total)}，其中本年支出合计{d.money('spent.first', d.spent)}。与2023年决算数相比，收、支总计各{d.change('total', d.total, d.prior['total'])}。",
        f"收入支出差异原因：本年收入{d.money('income', d.income)}，比上年决算数{d.change('income', d.income, d.prior['income'])}，主要变动情况：{d.trend(d.income, d.prior['income'], '追加专项资金', '专项资金减少')}。",
        "二、2024年度收入决算情况说明",
        f"本年收入合计{d.money('income.again', d.income)}，其中：财政拨款收入{d.money('income.grants', d.grants)}，占本年收入的{d.rate('income.grants.share', d.grants, d.income)}；上级补助收入{nothing}，占本年收入的0.00%；其他收入{d.money('income.other', d.extra_income)}，占本年收入的{d.rate('income.other.share', d.extra_income, d.income)}。",
        "三、2024年度支出决算情况说明",
        f"本年支出合计{d.money('spent', d.spent)}，其中：基本支出{d.money('spent.basic', d.basic_total)}，占本年支出的{d.rate('spent.basic.share', d.basic_total, d.spent)}；项目支出{d.money('spent.project', d.all_project)}，占本年支出的{d.rate('spent.project.share', d.all_project, d.spent)}；经营支出{nothing}，占本年支出的0.00%。",
        "四、2024年度财政拨款收入支出决算总体情况说明",
        f"2024年度财政拨款收、支总计{d.money('grants', d.grants_total)}，与2023年决算数相比，财政拨款收、支总计各{d.change('grants', d.grants_total, d.prior['grants'])}。",
        "五、2024年度一般公共预算财政拨款支出决算情况说明", "（一）一般公共预算财政拨款支出总体情况",
        f"2024年度一般公共预算财政拨款支出{d.money('general', d.general_total)}，比上年决算数{d.change('general', d.general_total, d.prior['general'])}；完成年初预算{d.money('budget', d.budget_total)}的{d.rate('budget.completion', d.general_total, d.budget_total)}。",
        "（二）一般公共预算财政拨款支出具体情况",
    ]  # fmt: skip
    for number, (code, amount) in enumerate(d.general.items(), 1):
        lines.append(
            f"{number}.{d.path(code)}支出{d.money(code, amount)}，占{d.rate(f'{code}.share', amount, d.general_total)}，主要用于本部门{NAMES[code][:4]}等开支，完成年初预算{d.money(f'{code}.budget', d.budget[code])}的{d.rate(f'{code}.completion', amount, d.budget[code])}。"
        )
    lines += [
        "六、2024年度一般公共预算财政拨款基本支出决算情况说明",
        f"2024年度一般公共预算财政拨款基本支出{d.money('basic', d.basic_total)}，占一般公共预算财政拨款支出的{d.rate('basic.share', d.basic_total, d.general_total)}。其中，人员经费支出{d.money('staff', d.staff)}，主要用于工资福利支出等；公用经费支出{d.money('public', d.public)}，主要用于商品和服务支出。",
        "七、2024年度“三公”经费财政拨款支出决算情况说明", "（一）“三公”经费财政拨款支出决算总体情况说明",
        f"2024年度“三公”经费财政拨款支出决算为{d.money('three', d.three_total[1])}，完成全年预算{d.money('three.budget', d.three_total[0])}的{d.rate('three.completion', d.three_total[1], d.three_total[0])}，比上年决算数{d.change('three', d.three_total[1], d.prior['three'])}。其中：因公出国（境）费支出决算为{nothing}，{none}；公务用车购置支出决算为{nothing}，{none}；{item('running', '公务用车运行维护费', three['running'], d.prior['running'])}；{item('reception', '公务接待费', three['reception'], d.prior['reception'])}。",
        "2024年度“三公”经费支出决算小于预算数的主要情况：从严控制开支。",
        "（二）“三公”经费财政拨款支出决算具体情况说明",
        f"2024年度“三公”经费财政拨款支出决算中，因公出国（境）费支出{nothing}，占0.00%；公务用车购置及运行维护费支出{d.money('vehicles', d.vehicles[1])}，占{d.rate('vehicles.share', d.vehicles[1], d.three_total[1])}；公务接待费支出{d.money('reception.third', three['reception'][1])}，占{d.rate('reception.share', three['reception'][1], d.three_total[1])}。具体情况如下：",
        f"1.因公出国（境）费支出{nothing}。全年安排因公出国（境）团组0个、累计0人次。",
        f"2.公务用车购置及运行维护费支出{d.money('vehicles.again', d.vehicles[1])}。其中：公务用车购置支出{nothing}，公务用车购置数0辆。公务用车运行维护费支出{d.money('running.again', three['running'][1])}，公务用车保有量4辆。",
        f"3.公务接待费支出{d.money('reception.again', three['reception'][1])}。其中：外宾接待支出{nothing}，接待来访外宾0批次、0人次；国内公务接待支出{d.money('reception.home', three['reception'][1])}，接待国内来宾31批次、244人次。",
        "八、2024年度政府性基金预算财政拨款支出决算情况说明", "本部门2024年度无政府性基金预算财政拨款支出。",
        f"九、2024年度{_STATE}支出决算情况说明", f"本部门2024年度无{_STATE}支出。",
        "十、其他重要事项的情况说明", "（一）机关运行经费支出情况",
        f"2024年度本部门机关运行经费支出{d.money('operating', d.operating)}，比上年决算数{d.change('operating', d.operating, d.prior['operating'])}，主要变动情况：{d.trend(d.operating, d.prior['operating'], '人员增加', '压减开支')}。",
        "（二）政府采购支出情况",
        f"2024年度本部门政府采购支出总额{d.money('bought', d.bought)}，其中：货物支出{d.money('goods', d.goods)}、工程支出{d.money('works', d.works)}、服务支出{d.money('services', d.services)}。授予中小企业合同金额{d.money('sme', d.sme)}，占政府采购支出总额的{d.rate('sme.share', d.sme, d.bought)}；其中：授予小微企业合同金额{d.money('micro', d.micro)}，占授予中小企业合同金额的{d.rate('micro.share', d.micro, d.sme)}。",
        "（三）国有资产占用情况",
        "截至2024年12月31日，本部门共有车辆4辆，其中：副部（省）级及以上领导用车0辆、主要领导干部用车0辆、机要通信用车1辆、应急保障用车1辆、执法执勤用车2辆、特种专业技术用车0辆、离退休干部用车0辆、其他用车0辆；单位价值100万元以上设备（不含车辆）0台（套）。",
        "（四）预算绩效管理情况",
        "本部门组织对2024年度11个项目开展绩效自评，自评平均得分96.40分，其中评为优的9个，评为良的2个。",
        *_GLOSSARY,
    ]  # fmt: skip
    return lines


def sichuan(d: Department) -> list[str]:
    """Of the basin: 收、支总计均为, 完成预算100%, the pictures' captions between paragraphs."""
    three = d.three
    lines = [
        f"{d.name}2024年度部门决算", "第一部分 部门概况", "一、部门职责", "负责全县有关事务的管理与服务。", "二、机构设置", f"{d.name}下属二级预算单位0个。",
        "第二部分 2024年度部门决算情况说明", "一、收入支出决算总体情况说明",
        f"2024年度收、支总计均为{d.money('total', d.total)}。与2023年度相比，收、支总计各{d.change('total', d.total, d.prior['total'])}。主要变动原因是{d.trend(d.total, d.prior['total'], '项目资金增加', '项目资金减少')}。",
        "（图1：收、支决算总计变动情况图）（柱状图）", "二、收入决算情况说明",
        f"2024年度本年收入合计{d.money('income', d.income)}，其中：一般公共预算财政拨款收入{d.money('income.general', d.general_total)}，占{d.rate('income.general.share', d.general_total, d.income)}；政府性基金预算财政拨款收入{d.money('income.funds', d.funds_total)}，占{d.rate('income.funds.share', d.funds_total, d.income)}；其他收入{d.money('income.other', d.extra_income)}，占{d.rate('income.other.share', d.extra_income, d.income)}。",
        "（图2：收入决算结构图）（饼状图）", "三、支出决算情况说明",
        f"2024年度本年支出合计{d.money('spent', d.spent)}，其中：基本支出{d.money('spent.basic', d.basic_total)}，占{d.rate('spent.basic.share', d.basic_total, d.spent)}；项目支出{d.money('spent.project', d.all_project)}，占{d.rate('spent.project.share', d.all_project, d.spent)}；上缴上级支出0{d.unit}，占0%。",
        "四、财政拨款收入支出决算总体情况说明",
        f"2024年度财政拨款收、支总计均为{d.money('grants', d.grants_total)}。与2023年度相比，财政拨款收、支总计各{d.change('grants', d.grants_total, d.prior['grants'])}。",
        "五、一般公共预算财政拨款支出决算情况说明", "（一）一般公共预算财政拨款支出决算总体情况",
        f"2024年度一般公共预算财政拨款支出{d.money('general', d.general_total)}，占本年支出合计的{d.rate('general.share', d.general_total, d.spent)}。与2023年度相比，一般公共预算财政拨款支出{d.change('general', d.general_total, d.prior['general'])}。",
        "（二）一般公共预算财政拨款支出决算结构情况",
        f"2024年度一般公共预算财政拨款支出{d.money('general.again', d.general_total)}，主要用于以下方面：" + "；".join(
            f"{NAMES[code]}{d.money(f'class.{code}', amount)}，占{d.rate(f'class.{code}.share', amount, d.general_total)}" for code, amount in d.by_class(d.general).items()
        ) + "。",
        "（三）一般公共预算财政拨款支出决算具体情况",
        f"2024年度一般公共预算支出决算数为{d.money('general.third', d.general_total)}，完成预算100%。其中：",
    ]  # fmt: skip
    for number, (code, amount) in enumerate(d.general.items(), 1):
        lines.append(
            f"{number}.{d.path(code)}：支出决算为{d.money(code, amount)}，完成预算100%，决算数等于预算数。"
        )
    lines += [
        "六、一般公共预算财政拨款基本支出决算情况说明",
        f"2024年度一般公共预算财政拨款基本支出{d.money('basic', d.basic_total)}，其中：",
        f"人员经费{d.money('staff', d.staff)}，主要包括：基本工资、津贴补贴、住房公积金。", f"公用经费{d.money('public', d.public)}，主要包括：办公费、差旅费、工会经费。",
        "七、财政拨款“三公”经费支出决算情况说明", "（一）“三公”经费财政拨款支出决算总体情况说明",
        f"2024年度“三公”经费财政拨款支出决算为{d.money('three', d.three_total[1])}，完成预算{d.rate('three.completion', d.three_total[1], d.three_total[0])}，较上年度{d.change('three', d.three_total[1], d.prior['three'])}。决算数小于预算数的主要原因是压减一般性支出。",
        "（二）“三公”经费财政拨款支出决算具体情况说明",
        f"2024年度“三公”经费财政拨款支出决算中，因公出国（境）费支出决算0{d.unit}，占0%；公务用车购置及运行维护费支出决算{d.money('vehicles', d.vehicles[1])}，占{d.rate('vehicles.share', d.vehicles[1], d.three_total[1])}；公务接待费支出决算{d.money('reception', three['reception'][1])}，占{d.rate('reception.share', three['reception'][1], d.three_total[1])}。",
        f"1.因公出国（境）经费支出0{d.unit}。全年安排因公出国（境）团组0次，出国（境）0人。因公出国（境）支出决算较2023年度持平。",
        f"2.公务用车购置及运行维护费支出{d.money('vehicles.again', d.vehicles[1])}，完成预算{d.rate('vehicles.completion', d.vehicles[1], d.vehicles[0])}。",
        f"其中：公务用车购置支出0{d.unit}。全年按规定更新购置公务用车0辆。截至2024年12月31日，单位共有公务用车3辆，其中：轿车1辆、越野车2辆、载客汽车0辆。",
        f"公务用车运行维护费支出{d.money('running', three['running'][1])}。主要用于下乡调研等所需的燃料费、维修费、过路过桥费、保险费等支出。公务用车运行维护费支出决算较2023年度{d.change('running', three['running'][1], d.prior['running'])}。",
        f"3.公务接待费支出{d.money('reception.again', three['reception'][1])}，完成预算{d.rate('reception.completion', three['reception'][1], three['reception'][0])}。公务接待费支出决算较2023年度{d.change('reception', three['reception'][1], d.prior['reception'])}。其中：",
        f"国内公务接待支出{d.money('reception.home', three['reception'][1])}，主要用于接待上级检查指导等发生的用餐费。国内公务接待26批次，203人次（不包括陪同人员）。", f"外事接待支出0{d.unit}，外事接待0批次，0人次。",
        "八、政府性基金预算支出决算情况说明",
        f"2024年度政府性基金预算财政拨款支出{d.money('funds', d.funds_total)}。",
        "九、国有资本经营预算支出决算情况说明", f"2024年度{_STATE}支出0{d.unit}。",
        "十、其他重要事项的情况说明", "（一）机关运行经费支出情况",
        f"2024年度，{d.name}机关运行经费支出{d.money('operating', d.operating)}，比2023年度{d.change('operating', d.operating, d.prior['operating'])}。主要原因是{d.trend(d.operating, d.prior['operating'], '人员增加', '落实过紧日子要求')}。",
        "（二）政府采购支出情况",
        f"2024年度，{d.name}政府采购支出总额{d.money('bought', d.bought)}，其中：政府采购货物支出{d.money('goods', d.goods)}、政府采购工程支出{d.money('works', d.works)}、政府采购服务支出{d.money('services', d.services)}。主要用于办公设备购置等。授予中小企业合同金额{d.money('sme', d.sme)}，占政府采购支出总额的{d.rate('sme.share', d.sme, d.bought)}，其中：授予小微企业合同金额{d.money('micro', d.micro)}，占政府采购支出总额的{d.rate('micro.share', d.micro, d.bought)}。",
        "（三）国有资产占有使用情况",
        f"截至2024年12月31日，{d.name}共有车辆3辆，其中：主要领导干部用车0辆、机要通信用车1辆、应急保障用车2辆、其他用车0辆。单价100万元（含）以上设备（不含车辆）0台（套）。",
        "（四）预算绩效管理情况",
        "根据预算绩效管理要求，本部门在2024年度预算编制阶段，组织对7个项目开展了预算事前绩效评估，对7个项目编制了绩效目标，预算执行过程中，选取7个项目开展绩效监控，年终执行完毕后，对7个项目开展了绩效自评。",
        *_GLOSSARY,
    ]  # fmt: skip
    return lines


def yunnan(d: Department) -> list[str]:
    """Of the plateau: in 元, income first, every part against last year, shares of 总收入 and 总支出."""
    three = d.three
    nothing = f"0.00{d.unit}"
    lines = [
        f"{d.name}2024年度部门决算", "第一部分 部门概况", "一、主要职能", "（一）主要职能", "负责全县有关行业的管理工作。", "二、部门基本情况",
        "（二）人员情况", "2024年末实有人员编制45人。其中：行政编制20人，事业编制25人；在职在编实有人员43人。",
        "第三部分 2024年度部门决算情况说明", "一、收入决算情况说明",
        f"{d.name}2024年度收入合计{d.money('income', d.income)}。其中：财政拨款收入{d.money('income.grants', d.grants)}，占总收入的{d.rate('income.grants.share', d.grants, d.income)}；上级补助收入{nothing}，占总收入的0.00%；事业收入{nothing}（含教育收费{nothing}），占总收入的0.00%；经营收入{nothing}，占总收入的0.00%；附属单位上缴收入{nothing}，占总收入的0.00%；其他收入{d.money('income.other', d.extra_income)}，占总收入的{d.rate('income.other.share', d.extra_income, d.income)}。与上年相比，收入合计{d.change('income', d.income, d.prior['income'])}。主要原因是{d.trend(d.income, d.prior['income'], '项目资金增加', '项目资金减少')}。",
        "二、支出决算情况说明",
        f"{d.name}2024年度支出合计{d.money('spent', d.spent)}。其中：基本支出{d.money('spent.basic', d.basic_total)}，占总支出的{d.rate('spent.basic.share', d.basic_total, d.spent)}；项目支出{d.money('spent.project', d.all_project)}，占总支出的{d.rate('spent.project.share', d.all_project, d.spent)}；上缴上级支出{nothing}，占总支出的0.00%；经营支出{nothing}，占总支出的0.00%；对附属单位补助支出{nothing}，占总支出的0.00%。与上年相比，支出合计{d.change('spent', d.spent, d.prior['spent'])}。",
        "（一）基本支出情况",
        f"2024年度用于保障{d.name}机关、下属事业单位等机构正常运转的日常支出{d.money('basic.first', d.basic_total)}。其中：基本工资、津贴补贴等人员经费支出{d.money('staff', d.staff)}，占基本支出的{d.rate('staff.share', d.staff, d.basic_total)}；办公费、印刷费、水电费、办公设备购置等公用经费支出{d.money('public', d.public)}，占基本支出的{d.rate('public.share', d.public, d.basic_total)}。",
        "（二）项目支出情况",
        f"2024年度用于保障{d.name}为完成特定的行政工作任务或事业发展目标，用于专项业务工作的经费支出{d.money('project.first', d.all_project)}。",
        "三、一般公共预算财政拨款支出决算情况说明", "（一）一般公共预算财政拨款支出决算总体情况",
        f"{d.name}2024年度一般公共预算财政拨款支出{d.money('general', d.general_total)}，占本年支出合计的{d.rate('general.share', d.general_total, d.spent)}。与上年相比{d.change('general', d.general_total, d.prior['general'])}，主要原因是{d.trend(d.general_total, d.prior['general'], '人员增资', '人员调出')}。",
        "（二）一般公共预算财政拨款支出决算具体情况",
    ]  # fmt: skip
    for number, (code, amount) in enumerate(d.by_class(d.general).items(), 1):
        lines.append(
            f"{number}.{NAMES[code].removesuffix('支出')}（类）支出{d.money(f'class.{code}', amount)}，占一般公共预算财政拨款总支出的{d.rate(f'class.{code}.share', amount, d.general_total)}。主要用于人员经费、日常公用经费等支出。"
        )
    running, reception = three["running"], three["reception"]
    lines += [
        "四、财政拨款“三公”经费支出决算情况说明", "（一）一般公共预算财政拨款“三公”经费支出决算总体情况",
        f"{d.name}2024年度财政拨款“三公”经费支出年初预算为{d.money('three.budget', d.three_total[0])}，决算为{d.money('three', d.three_total[1])}，完成年初预算的{d.rate('three.completion', d.three_total[1], d.three_total[0])}。其中：因公出国（境）费支出年初预算为{nothing}，决算为{nothing}，占财政拨款“三公”经费总支出决算的0.00%；公务用车购置费支出年初预算为{nothing}，决算为{nothing}，占财政拨款“三公”经费总支出决算的0.00%；公务用车运行维护费支出年初预算为{d.money('running.budget', running[0])}，决算为{d.money('running', running[1])}，占财政拨款“三公”经费总支出决算的{d.rate('running.share', running[1], d.three_total[1])}，完成年初预算的{d.rate('running.completion', running[1], running[0])}；公务接待费支出年初预算为{d.money('reception.budget', reception[0])}，决算为{d.money('reception', reception[1])}，占财政拨款“三公”经费总支出决算的{d.rate('reception.share', reception[1], d.three_total[1])}，完成年初预算的{d.rate('reception.completion', reception[1], reception[0])}，具体是国内接待费支出决算{d.money('reception.home', reception[1])}（其中：外事接待费支出决算{nothing}），国（境）外接待费支出决算{nothing}。",
        "2024年度财政拨款“三公”经费支出决算数小于年初预算数的主要原因为厉行节约。",
        f"2024年度财政拨款“三公”经费支出决算数比上年{d.change('three', d.three_total[1], d.prior['three'])}。其中：因公出国（境）费支出决算与上年持平；公务用车购置费支出决算与上年持平；公务用车运行维护费支出决算{d.change('running.year', running[1], d.prior['running'])}；公务接待费支出决算{d.change('reception.year', reception[1], d.prior['reception'])}。",
        "（二）财政拨款“三公”经费支出决算具体情况",
        "1.安排因公出国（境）团组0个，累计0人次。", "2.购置车辆0辆。开支财政拨款的公务用车保有量为6辆。",
        "3.国内公务接待48批次（其中：外事接待0批次），接待人次391人（其中：外事接待人次0人）。国（境）外公务接待0批次，接待人次0人。",
        "第四部分 其他重要事项及相关口径情况说明", "一、机关运行经费支出情况",
        f"{d.name}2024年度机关运行经费支出{d.money('operating', d.operating)}，比上年{d.change('operating', d.operating, d.prior['operating'])}，主要原因是{d.trend(d.operating, d.prior['operating'], '业务量加大', '压缩公用经费')}。",
        "二、国有资产占用情况", "截至2024年12月31日，部门资产总额8,123,456.78元，其中，流动资产1,123,456.78元，固定资产7,000,000.00元。",
        "三、政府采购支出情况",
        f"2024年度，部门政府采购支出总额{d.money('bought', d.bought)}，其中：政府采购货物支出{d.money('goods', d.goods)}；政府采购工程支出{d.money('works', d.works)}；政府采购服务支出{d.money('services', d.services)}。授予中小企业合同金额{d.money('sme', d.sme)}，占政府采购支出总额的{d.rate('sme.share', d.sme, d.bought)}。",
        "第五部分 名词解释", "一、财政拨款收入：指本级财政当年拨付的资金。",
    ]  # fmt: skip
    return lines


def hunan(d: Department) -> list[str]:
    """Of the lakes: 主要是因为, 、 behind numbers of items, what ordinary expenses were."""
    three = d.three
    lines = [
        f"2024年度{d.name}部门决算", f"第一部分 {d.name}概况", "一、部门职责", "负责全市有关工作。", "二、机构设置及决算单位构成", "内设机构设置：本部门内设机构10个。",
        "第三部分 2024年度部门决算情况说明", "一、收入支出决算总体情况说明",
        f"2024年度收、支总计{d.money('total', d.total)}。与上年相比，{d.change('total', d.total, d.prior['total'])}，主要是因为{d.trend(d.total, d.prior['total'], '专项经费增加', '专项经费减少')}。",
        "二、收入决算情况说明",
        f"2024年度收入合计{d.money('income', d.income)}，其中：财政拨款收入{d.money('income.grants', d.grants)}，占{d.rate('income.grants.share', d.grants, d.income)}；上级补助收入0{d.unit}，占0%；其他收入{d.money('income.other', d.extra_income)}，占{d.rate('income.other.share', d.extra_income, d.income)}。",
        "三、支出决算情况说明",
        f"2024年度支出合计{d.money('spent', d.spent)}，其中：基本支出{d.money('spent.basic', d.basic_total)}，占{d.rate('spent.basic.share', d.basic_total, d.spent)}；项目支出{d.money('spent.project', d.all_project)}，占{d.rate('spent.project.share', d.all_project, d.spent)}。",
        "四、财政拨款收入支出决算总体情况说明",
        f"2024年度财政拨款收、支总计{d.money('grants', d.grants_total)}，与上年相比，{d.change('grants', d.grants_total, d.prior['grants'])}，主要是因为{d.trend(d.grants_total, d.prior['grants'], '项目增加', '项目减少')}。",
        "五、一般公共预算财政拨款支出决算情况说明", "（一）财政拨款支出决算总体情况",
        f"2024年度财政拨款支出{d.money('general', d.general_total)}，占本年支出合计的{d.rate('general.share', d.general_total, d.spent)}，与上年相比，财政拨款支出{d.change('general', d.general_total, d.prior['general'])}。",
        "（二）财政拨款支出决算结构情况",
        f"2024年度财政拨款支出{d.money('general.again', d.general_total)}，主要用于以下方面：" + "；".join(
            f"{NAMES[code]}（类）{d.money(f'class.{code}', amount)}，占{d.rate(f'class.{code}.share', amount, d.general_total)}" for code, amount in d.by_class(d.general).items()
        ) + "。",
        "（三）财政拨款支出决算具体情况",
        f"2024年度财政拨款支出年初预算数为{d.money('budget', d.budget_total)}，支出决算数为{d.money('general.third', d.general_total)}，完成年初预算的{d.rate('budget.completion', d.general_total, d.budget_total)}，其中：",
    ]  # fmt: skip
    for number, (code, amount) in enumerate(d.general.items(), 1):
        lines += [
            f"{number}、{d.path(code)}。",
            f"年初预算为{d.money(f'{code}.budget', d.budget[code])}，支出决算为{d.money(code, amount)}，完成年初预算的{d.rate(f'{code}.completion', amount, d.budget[code])}，决算数{d.trend(amount, d.budget[code], '大于', '小于')}年初预算数的主要原因是：{d.trend(amount, d.budget[code], '年中追加经费', '按实际需要支出')}。",
        ]
    lines += [
        "六、一般公共预算财政拨款基本支出决算情况说明",
        f"2024年度财政拨款基本支出{d.money('basic', d.basic_total)}，其中：人员经费{d.money('staff', d.staff)}，占基本支出的{d.rate('staff.share', d.staff, d.basic_total)}，主要包括基本工资、津贴补贴、奖金；公用经费{d.money('public', d.public)}，占基本支出的{d.rate('public.share', d.public, d.basic_total)}，主要包括办公费、差旅费。",
        "七、财政拨款三公经费支出决算情况说明", "（一）“三公”经费财政拨款支出决算总体情况说明",
        f"“三公”经费财政拨款支出预算为{d.money('three.budget', d.three_total[0])}，支出决算为{d.money('three', d.three_total[1])}，完成预算的{d.rate('three.completion', d.three_total[1], d.three_total[0])}，其中：",
        f"因公出国（境）费支出预算为0{d.unit}，支出决算为0{d.unit}，决算数等于预算数，与上年持平。",
        f"公务接待费支出预算为{d.money('reception.budget', three['reception'][0])}，支出决算为{d.money('reception', three['reception'][1])}，完成预算的{d.rate('reception.completion', three['reception'][1], three['reception'][0])}，决算数小于预算数的主要原因是严格控制接待标准，与上年相比{d.change('reception', three['reception'][1], d.prior['reception'])}。",
        f"公务用车购置费支出预算为0{d.unit}，支出决算为0{d.unit}，决算数等于预算数，与上年持平。",
        f"公务用车运行维护费支出预算为{d.money('running.budget', three['running'][0])}，支出决算为{d.money('running', three['running'][1])}，完成预算的{d.rate('running.completion', three['running'][1], three['running'][0])}，决算数小于预算数的主要原因是减少公车出行，与上年相比{d.change('running', three['running'][1], d.prior['running'])}。",
        "（二）“三公”经费财政拨款支出决算具体情况说明",
        f"2024年度“三公”经费财政拨款支出决算中，公务接待费支出决算{d.money('reception.again', three['reception'][1])}，占{d.rate('reception.share', three['reception'][1], d.three_total[1])}，因公出国（境）费支出决算0{d.unit}，占0%，公务用车购置费及运行维护费支出决算{d.money('vehicles', d.vehicles[1])}，占{d.rate('vehicles.share', d.vehicles[1], d.three_total[1])}。其中：",
        f"1、因公出国（境）费支出决算为0{d.unit}，全年安排因公出国（境）团组0个，累计0人次。",
        f"2、公务接待费支出决算为{d.money('reception.third', three['reception'][1])}，全年共接待来访团组22个、来宾178人次，主要是上级部门调研发生的接待支出。",
        f"3、公务用车购置费及运行维护费支出决算为{d.money('vehicles.again', d.vehicles[1])}，其中：公务用车购置费0{d.unit}，更新公务用车0辆。公务用车运行维护费{d.money('running.again', three['running'][1])}，主要是燃油、维修等支出，截止2024年12月31日，我单位开支财政拨款的公务用车保有量为3辆。",
        "八、政府性基金预算收入支出决算情况", "2024年度本单位无政府性基金收支。",
        "九、国有资本经营预算财政拨款收入支出决算情况", "本单位无国有资本经营预算财政拨款收支。",
        "十、关于机关运行经费支出说明",
        f"本部门2024年度机关运行经费支出{d.money('operating', d.operating)}，比上年决算数{d.change('operating', d.operating, d.prior['operating'])}。主要原因是：{d.trend(d.operating, d.prior['operating'], '人员增加', '厉行节约')}。",
        "十一、一般性支出情况说明",
        f"2024年本部门开支会议费{d.money('meeting', d.meeting[1])}，用于召开2次业务工作会议，人数120人，内容为部署年度工作；开支培训费{d.money('training', d.training[1])}，用于开展3期业务培训，人数260人；未举办节庆、晚会、论坛、赛事活动。",
        "十二、关于政府采购支出说明",
        f"本部门2024年度政府采购支出总额{d.money('bought', d.bought)}，其中：政府采购货物支出{d.money('goods', d.goods)}、政府采购工程支出{d.money('works', d.works)}、政府采购服务支出{d.money('services', d.services)}。授予中小企业合同金额{d.money('sme', d.sme)}，占政府采购支出总额的{d.rate('sme.share', d.sme, d.bought)}，其中：授予小微企业合同金额{d.money('micro', d.micro)}，占政府采购支出总额的{d.rate('micro.share', d.micro, d.bought)}；货物采购授予中小企业合同金额占货物支出金额的100%，工程采购授予中小企业合同金额占工程支出金额的100%。",
        "十三、关于国有资产占用情况说明",
        "截至2024年12月31日，本单位共有车辆3辆，其中，主要领导干部用车0辆，机要通信用车1辆、应急保障用车0辆、执法执勤用车2辆、其他用车0辆；单位价值50万元以上通用设备0台（套）；单位价值100万元以上专用设备1台（套）。",
        *_GLOSSARY,
    ]  # fmt: skip
    return lines


def beijing(d: Department) -> list[str]:
    """Of the northern capital: 类 and 款 in quotation marks with their budgets, cost by vehicle."""
    three = d.three

    def against(name: str, actual: int, budget: int) -> str:
        more = actual >= budget
        return f"2024年度决算{d.money(name, actual)}，比2024年年初预算{'增加' if more else '减少'}{d.money(f'{name}.gap', abs(actual - budget))}，{'增长' if more else '下降'}{d.rate(f'{name}.growth', abs(actual - budget), budget)}。主要原因：{'年中追加资金' if more else '压减支出'}。"

    def part(name: str, pair: tuple[int, int]) -> str:
        return f"2024年度决算数{d.money(name, pair[1])}，比2024年年初预算数{d.money(f'{name}.budget', pair[0])}减少{d.money(f'{name}.gap', pair[0] - pair[1])}。主要原因：厉行节约。"

    none = f"2024年度决算数0.00{d.unit}，与2024年年初预算数0.00{d.unit}持平。"
    per_car = Fraction(three["running"][1], 4)
    lines = [
        f"{d.name}2024年度部门决算", "第一部分 2024年度部门决算报表", "第二部分 2024年度部门决算说明", "一、部门基本情况", "（一）机构设置、职责", "内设机构6个，负责辖区有关工作。", "（二）人员构成情况", "本部门行政编制32人，实际31人；事业编制12人，实际12人。",
        "二、收入支出决算总体情况说明",
        f"2024年度收、支总计{d.money('total', d.total)}，比上年{d.change('total', d.total, d.prior['total'])}。",
        "（一）收入决算说明",
        f"2024年度本年收入合计{d.money('income', d.income)}，比上年{d.change('income', d.income, d.prior['income'])}，其中：财政拨款收入{d.money('income.grants', d.grants)}，占收入合计的{d.rate('income.grants.share', d.grants, d.income)}；上级补助收入0.00{d.unit}，占收入合计的0.00%；其他收入{d.money('income.other', d.extra_income)}，占收入合计的{d.rate('income.other.share', d.extra_income, d.income)}。",
        "（二）支出决算说明",
        f"2024年度本年支出合计{d.money('spent', d.spent)}，比上年{d.change('spent', d.spent, d.prior['spent'])}，其中：基本支出{d.money('spent.basic', d.basic_total)}，占支出合计的{d.rate('spent.basic.share', d.basic_total, d.spent)}；项目支出{d.money('spent.project', d.all_project)}，占支出合计的{d.rate('spent.project.share', d.all_project, d.spent)}；经营支出0.00{d.unit}，占支出合计的0.00%。",
        "三、财政拨款收入支出决算总体情况说明",
        f"2024年度财政拨款收、支总计{d.money('grants', d.grants_total)}，比上年{d.change('grants', d.grants_total, d.prior['grants'])}。主要原因：{d.trend(d.grants_total, d.prior['grants'], '项目增加', '项目减少')}。",
        "四、一般公共预算财政拨款支出决算情况说明", "（一）一般公共预算财政拨款支出决算总体情况",
        f"2024年度一般公共预算财政拨款支出{d.money('general', d.general_total)}，主要用于以下方面（按大类）：" + "；".join(
            f"{NAMES[code]}{d.money(f'class.{code}', amount)}，占本年财政拨款支出{d.rate(f'class.{code}.share', amount, d.grants)}" for code, amount in d.by_class(d.general).items()
        ) + "。",
        "（二）一般公共预算财政拨款支出决算具体情况",
    ]  # fmt: skip
    groups, budgets = _by_group(d, d.general), _by_group(d, d.budget)
    class_budgets = d.by_class(d.budget)
    for number, (code, amount) in enumerate(d.by_class(d.general).items(), 1):
        lines.append(
            f"{number}、“{NAMES[code]}”（类）{against(f'class.{code}', amount, class_budgets[code])}其中："
        )
        lines += [
            f"“{NAMES[group]}”（款）{against(f'group.{group}', groups[group], budgets[group])}"
            for group in groups
            if group.startswith(code)
        ]
    lines += [
        "五、政府性基金预算财政拨款支出决算情况说明", "本年度无此项支出。", f"六、{_STATE}收支情况", "本年度无此项支出。",
        "七、财政拨款基本支出决算情况说明",
        f"2024年度使用一般公共预算财政拨款安排基本支出{d.money('basic', d.basic_total)}，其中：（1）工资福利支出{d.money('staff', d.staff)}，包括基本工资、津贴补贴；（2）商品和服务支出{d.money('public', d.public)}，包括办公费、差旅费。",
        "第三部分 2024年度其他重要事项的情况说明", "一、“三公”经费财政拨款决算情况",
        f"“三公”经费包括本部门所属1个行政单位。2024年度“三公”经费财政拨款决算数{d.money('three', d.three_total[1])}，比2024年“三公”经费财政拨款年初预算{d.money('three.budget', d.three_total[0])}减少{d.money('three.gap', d.three_total[0] - d.three_total[1])}。其中：",
        f"1.因公出国（境）费用。{none}2024年度因公出国（境）团组0个，0人次，人均因公出国（境）费用0.00{d.unit}。",
        f"2.公务接待费。{part('reception', three['reception'])}2024年度公务接待费主要用于业务交流。公务接待16批次，公务接待128人次。",
        f"3.公务用车购置及运行维护费。{part('vehicles', d.vehicles)}其中，公务用车购置费{none}2024年度购置（更新）0辆，车均购置费0.00{d.unit}。公务用车运行维护费{part('running', three['running'])}2024年度公务用车运行维护费中，公务用车加油1.20{d.unit}，公务用车保险0.60{d.unit}。2024年度公务用车保有量4辆，车均运行维护费{d.number('per_car', int(per_car + Fraction(1, 2)))}{d.unit}。",
        "二、机关运行经费支出情况",
        f"2024年度本部门行政单位使用一般公共预算财政拨款安排的机关运行经费支出合计{d.money('operating', d.operating)}，比上年{'增加' if d.operating >= d.prior['operating'] else '减少'}{d.money('operating.change', abs(d.operating - d.prior['operating']))}，{d.trend(d.operating, d.prior['operating'], '增加', '减少')}原因：{d.trend(d.operating, d.prior['operating'], '业务量增加', '压减开支')}。",
        "三、政府采购支出情况",
        f"2024年度政府采购支出总额{d.money('bought', d.bought)}，其中：政府采购货物支出{d.money('goods', d.goods)}，政府采购工程支出{d.money('works', d.works)}，政府采购服务支出{d.money('services', d.services)}。授予中小企业合同金额{d.money('sme', d.sme)}，占政府采购支出总额的{d.rate('sme.share', d.sme, d.bought)}，其中：授予小微企业合同金额{d.money('micro', d.micro)}，占政府采购支出总额的{d.rate('micro.share', d.micro, d.bought)}。",
        "四、国有资产占用情况", "截至2024年12月31日，车辆4台，共计88.50万元；单位价值100万元以上的设备0台（套）。",
        "五、政府购买服务支出说明", f"2024年度政府购买服务决算36.00{d.unit}。",
        "第四部分 2024年度部门绩效评价情况", "绩效自评项目数8个，占全部项目的100.00%，涉及金额412.35万元。",
    ]  # fmt: skip
    return lines


def fujian(d: Department) -> list[str]:
    """Of the straits: codes and dashes before the names of items, 较上年决算数, 万元 with as few decimals as needed."""
    three = d.three
    kept = d.kept + d.kept_other
    lines = [
        f"2024年度{d.name}部门决算", "第一部分 部门概况", "一、部门主要职责", "负责全县有关工作。", "二、部门决算单位构成", "内设7个机关行政股室。",
        "第二部分 2024年度部门决算情况说明", "一、收入支出决算总体情况说明",
        f"2024年度，{d.name}部门年初结转和结余{d.money('opening', kept)}，本年收入{d.money('income.first', d.income)}，本年支出{d.money('spent.first', d.spent)}，使用非财政拨款结余0{d.unit}，结余分配0{d.unit}，年末结转和结余{d.money('closing', d.total - d.spent)}。",
        "二、收入决算情况说明",
        f"2024年度本年收入{d.money('income', d.income)}，比2023年决算数{d.change('income', d.income, d.prior['income'])}，具体情况如下：",
        f"（一）一般公共预算财政拨款收入{d.money('income.general', d.general_total)}。", f"（二）政府性基金预算财政拨款收入{d.money('income.funds', d.funds_total)}。", f"（三）{_STATE}收入0{d.unit}。", f"（四）事业收入0{d.unit}。",
        f"（五）其他收入{d.money('income.other', d.extra_income)}。",
        "三、支出决算情况说明",
        f"2024年度本年支出{d.money('spent', d.spent)}，比2023年决算数{d.change('spent', d.spent, d.prior['spent'])}，具体情况如下：",
        f"（一）基本支出{d.money('spent.basic', d.basic_total)}。其中，人员支出{d.money('staff', d.staff)}，公用支出{d.money('public', d.public)}。", f"（二）项目支出{d.money('spent.project', d.all_project)}。", f"（三）上缴上级支出0{d.unit}。",
        "四、财政拨款收入支出决算总体情况说明",
        f"2024年度财政拨款收入总计{d.money('grants', d.grants_total)}，支出总计{d.money('grants.spent', d.grants_total)}。与2023年度相比，收、支总计各{d.change('grants', d.grants_total, d.prior['grants'])}。",
        "五、一般公共预算财政拨款支出决算情况说明",
        f"2024年度一般公共预算财政拨款支出{d.money('general', d.general_total)}，比上年决算数{d.change('general', d.general_total, d.prior['general'])}，具体情况如下（按项级科目分类统计）：",
    ]  # fmt: skip
    for number, (code, amount) in enumerate(d.general.items(), 1):
        before = _prior(amount, number)
        lines.append(
            f"（{'一二三四五六七八九'[number - 1]}）{code}-{NAMES[code]}{d.money(code, amount)}，较上年决算数{d.change(code, amount, before)}。主要原因是{d.trend(amount, before, '人员经费增加', '人员退休')}。"
        )
    lines += [
        "六、政府性基金预算财政拨款支出决算情况说明",
        f"2024年度政府性基金预算财政拨款支出{d.money('funds', d.funds_total)}，具体情况如下（按项级科目分类统计）：",
        f"（一）{d.fund}-{NAMES[d.fund]}{d.money('funds.item', d.funds_total)}。",
        f"七、{_STATE}支出决算情况说明", f"2024年度{_STATE}支出0{d.unit}，与上年决算数持平。",
        "八、一般公共预算财政拨款基本支出决算情况说明",
        f"2024年度一般公共预算财政拨款基本支出{d.money('basic', d.basic_total)}，其中：", f"（一）人员经费{d.money('staff.again', d.staff)}，主要包括：基本工资、津贴补贴、住房公积金。", f"（二）公用经费{d.money('public.again', d.public)}，主要包括：办公费、差旅费、工会经费。",
        "九、“三公”经费支出决算情况说明",
        f"2024年度“三公”经费支出决算数为{d.money('three', d.three_total[1])}，完成年初预算的{d.rate('three.completion', d.three_total[1], d.three_total[0])}，较上年{d.change('three', d.three_total[1], d.prior['three'])}。具体情况如下：",
        f"（一）因公出国（境）费支出0{d.unit}，完成年初预算的0.00%，与上年持平。全年安排本部门组织的出国团组0个，累计0人次。",
        f"（二）公务用车购置及运行维护费支出{d.money('vehicles', d.vehicles[1])}，完成年初预算的{d.rate('vehicles.completion', d.vehicles[1], d.vehicles[0])}。其中：公务用车购置费支出0{d.unit}，2024年公务用车购置0辆；公务用车运行费支出{d.money('running', three['running'][1])}，较上年{d.change('running', three['running'][1], d.prior['running'])}，年末公务用车保有量3辆。",
        f"（三）公务接待费支出{d.money('reception', three['reception'][1])}，完成年初预算的{d.rate('reception.completion', three['reception'][1], three['reception'][0])}，较上年{d.change('reception', three['reception'][1], d.prior['reception'])}。累计接待19批次、接待总人数152人。",
        "十、预算绩效情况说明", "2024年共设置项目绩效目标9个，绩效自评覆盖率100%。对9个项目实施绩效监控，涉及财政资金387.20万元。",
        "十一、其他重要事项情况说明", "（一）机关运行经费支出情况说明",
        f"2024年度机关运行经费支出{d.money('operating', d.operating)}，比上年决算数{d.change('operating', d.operating, d.prior['operating'])}，主要原因是{d.trend(d.operating, d.prior['operating'], '业务增加', '节约开支')}。",
        "（二）政府采购情况",
        f"2024年度政府采购支出总额{d.money('bought', d.bought)}，其中：政府采购货物支出{d.money('goods', d.goods)}、政府采购工程支出{d.money('works', d.works)}、政府采购服务支出{d.money('services', d.services)}。授予中小企业合同金额{d.money('sme', d.sme)}，占政府采购支出总额的{d.rate('sme.share', d.sme, d.bought)}，其中：授予小微企业合同金额{d.money('micro', d.micro)}，占授予中小企业合同金额的{d.rate('micro.share', d.micro, d.sme)}。",
        "（三）国有资产占用情况",
        "截至2024年12月31日，本部门共有车辆3辆，其中：主要领导干部用车0辆、机要通信用车1辆、应急保障用车1辆、其他用车1辆，其他用车主要是下乡用车。单价100万元（含）以上设备（不含车辆）2台（套）。",
        *_GLOSSARY,
    ]  # fmt: skip
    return lines


ELSEWHERE = {
    d.id: d
    for d in [
        Department("harbour", "粤澜市海棠区财政局", 107, guangdong, ("2010601", "2010602")),
        Department("library", "蜀泉县档案馆", 113, sichuan, ("2012601", "2012604"), fund="2296002"),
        Department("highway", "滇霞县交通运输局", 127, yunnan, ("2140101", "2140106"), unit="元", separators=True),
        Department("schools", "湘沅市教育体育局", 131, hunan, ("2050101", "2050202"), meetings=True),
        Department("courts", "燕翠区司法局", 149, beijing, ("2040601", "2040604")),
        Department("relief", "闽岚县民政局", 151, fujian, ("2080201", "2080299"), fund="2296002"),
    ]
}  # fmt: skip
