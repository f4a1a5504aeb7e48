"""Texts: what strikes a reader, on the wording of an invented department; both directions of everything."""

import pytest

from auditbook import texts
from auditbook.claims import read_wording
from auditbook.faults import CaseError
from auditbook.texts import Term, read_terms
from auditbook.workspace import Workspace, locate

HERE = locate("wuxi-offices-2019")
WORDING = read_wording(HERE)
TERMS = read_terms(HERE)


def said(kind, quote, about="o.a", day="", line=2, source="s"):
    return {
        "statement": f"s{line}", "kind": kind, "about": about, "date": day, "source": source,
        "locator": f"三〔said.csv:{line}〕原文第{99 - line}行第1字", "quote": quote,
    }  # fmt: skip


def rows(kind, *quotes, about="o.a"):
    return [said(kind, quote, about, line=line) for line, quote in enumerate(quotes, 2)]


def kinds(remarks):
    return [remark.kind for remark in remarks]


def marked(remarks):
    return [[row["quote"] for row in remark.rows] for remark in remarks]


@pytest.mark.parametrize(
    ("quotes", "two"),
    [
        (["节水奖补资金", "节水补助资金"], True),
        (["《河道巡查办法》", "按照《河道巡查办法》执行"], False),  # the title is the name
        (["《河道巡查办法》", "《河道巡查暂行办法》"], True),
        (["临聘人员34名", "临聘人员 170 名"], False),  # numbers and blanks are no part of a name
        (["临聘人员34名", "外聘人员34名"], True),
        (["节水奖补资金"], False),
    ],
)
def test_one_thing_under_two_names(quotes, two):
    found = texts.two_names(rows("name", *quotes))
    assert kinds(found) == (["two_names"] if two else [])
    assert not two or (marked(found) == [quotes] and all(quote in found[0].explanation for quote in quotes))


def test_two_things_may_have_two_names():
    assert texts.two_names([said("name", "甲站", "o.a"), said("name", "乙站", "o.b", line=3)]) == []
    assert texts.two_names([said("result", "甲站"), said("name", "乙站", line=3)]) == []


def test_deadlines():
    assert kinds(texts.two_deadlines(rows("deadline", "每月5日前", "每月10日前"))) == ["two_deadlines"]
    assert texts.two_deadlines(rows("deadline", "每月5日前", "每月 5 日前")) == []
    assert texts.two_deadlines(rows("deadline", "每月5日前")) == []


def test_future_tense():
    found = texts.future_tense(rows("result", "泵站将于6月投运", "泵站已于6月投运"), WORDING, 2020)
    assert marked(found) == [["泵站将于6月投运"]] and "2020年度已经结束" in found[0].explanation
    # what is to come may be suggested
    assert texts.future_tense(rows("suggestion", "计划于下年开展"), WORDING, 2020) == []


@pytest.mark.parametrize(
    ("quote", "day", "future"),
    [
        ("新校区将于2020年9月启用", "", True),
        ("新校区将于9月启用", "", True),  # no year: it may be the year of the report
        ("新校区将于2021年9月启用", "", False),  # a plan, no unproven result
        ("2020年开工的新校区将于2021年9月启用", "", False),  # the year after the word counts
        ("2021年规划的新校区将于2020年9月启用", "", True),
        ("新校区2021年9月即将启用", "", False),
        ("新校区将于9月启用", "2021-09", False),
        ("新校区将于9月启用", "2020-09", True),
        ("新校区将于明年9月启用", "", False),
    ],
)
def test_a_dated_plan_after_the_year_is_no_future_tense_of_it(quote, day, future):
    row = said("result", quote, day=day)
    assert bool(texts.future_tense([row], WORDING, 2020)) is future
    assert texts.later_years([row], WORDING, 2020) == []


@pytest.mark.parametrize(
    ("quote", "later"),
    [
        ("获评2021年度示范站", True),
        ("获评2020年度示范站", False),
        ("入选2020－2021年度优质工程", True),
        ("入选2019－2020年度优质工程", False),
        ("印发2020－2022年规划", False),  # a plan reaches beyond the year
        ("更换水表2021只", False),  # a number, not a year
    ],
)
def test_later_years(quote, later):
    assert len(texts.later_years(rows("result", quote), WORDING, 2020)) == later


def test_a_later_day_of_a_result():
    assert len(texts.later_years([said("result", "通过验收", day="2021-01-08")], WORDING, 2020)) == 1
    assert texts.later_years([said("result", "通过验收", day="2020-12-31")], WORDING, 2020) == []
    assert texts.later_years([said("problem", "2021年度才能解决")], WORDING, 2020) == []


def test_relative_dates():
    found = texts.relative_dates(rows("result", "去年建成泵站", "2019年建成泵站", "目前运行平稳"), WORDING)
    assert marked(found) == [["去年建成泵站"], ["目前运行平稳"]]
    # the auditor may see one that the words do not show
    assert len(texts.relative_dates(rows("relative_date", "上月投运"), WORDING)) == 1


@pytest.mark.parametrize(
    ("days", "backward"),
    [
        (["2020-03", "2020-05-02", "2020-05", "2020-06-01"], []),  # a month is not earlier than a day in it
        (["2020-03", "2020-02-28"], [("2020-03", "2020-02-28")]),
        (["2020-05-02", "2020-05-01"], [("2020-05-02", "2020-05-01")]),
        (["2020-05", "", "2020-04"], [("2020-05", "2020-04")]),  # what has no day stands in no order
        (["2020-11", "2020-08", "2020-09", "2020-07"], [("2020-11", "2020-08"), ("2020-09", "2020-07")]),
    ],
)
def test_chronology(days, backward):
    events = [said("event", f"事{n}", "o.a", day, line=n + 2) for n, day in enumerate(days)]
    found = texts.chronology(events[::-1])  # the lines give the order, not the rows
    assert kinds(found) == (["chronology"] if backward else [])
    pairs = [row["date"] for remark in found for row in remark.rows]
    assert pairs == list(dict.fromkeys(day for pair in backward for day in pair))


def test_chronology_is_of_one_thing_in_one_document():
    march, may = said("event", "甲", "o.a", "2020-05", 2), said("event", "乙", "o.b", "2020-03", 3)
    assert texts.chronology([march, may]) == []
    assert texts.chronology([march, said("event", "丙", "o.a", "2020-03", 3, source="other")]) == []


@pytest.mark.parametrize(
    ("quote", "left"),
    [
        ("本清河县水务局整体支出", True),
        ("本部门整体支出", False),
        ("清河县水务局整体支出", False),
        ("XX县水务局", True),
        ("共投入××万元", True),
        ("主要成效（100字以内）", True),
        ("比上年增加（减少）5万元", True),
        ("比上年增加5万元", False),
        ("清河县2020年度清河县水务局", True),  # filled in twice around the year
        ("清河县2020年度水务局", False),
    ],
)
def test_residue(quote, left):
    assert len(texts.residue(rows("result", quote), WORDING, "清河县水务局")) == left


def test_what_the_auditor_entered_as_residue_and_typos():
    assert kinds(texts.residue(rows("residue", "填表说明同上"), WORDING, "清河县水务局")) == ["residue"]
    assert kinds(texts.typos(rows("typo", "河到清淤"))) == ["typo"]
    assert texts.typos(rows("result", "河到清淤")) == []


@pytest.mark.parametrize(
    ("quote", "unexplained"),
    [
        ("推行“四个到位”", True),
        ("推行“四个到位”（责任、资金、人员、时间到位）", False),
        ("推行“四个到位”，即责任、资金、人员、时间到位", False),
        ("推行四个到位", False),  # only what is put in quotation marks is put forward as a slogan
        ("压减“三公”经费", False),  # known to everyone
        ("“一站式”办理", False),  # one is no number of things
        ("建成“12345”热线", False),
        ("开展“3+1”巡河", True),
    ],
)
def test_slogans(quote, unexplained):
    assert len(texts.slogans(rows("result", quote), [], WORDING)) == unexplained


def test_a_slogan_that_a_count_claim_checks_is_no_slogan():
    claim = {"kind": "count", "quote": "做到四个到位"}
    assert texts.slogans(rows("slogan", "推行“四个到位”"), [claim], WORDING) == []
    assert len(texts.slogans(rows("slogan", "推行“四个到位”"), [claim | {"kind": "rate"}], WORDING)) == 1


@pytest.mark.parametrize(
    ("quote", "year", "old"),
    [
        ("医疗卫生与计划生育支出80万元", 2019, "医疗卫生与计划生育支出"),
        ("医疗卫生与计划生育支出80万元", 2018, ""),  # not replaced yet
        ("卫生健康支出80万元", 2019, ""),
        ("行政事业单位离退休30万元", 2020, "行政事业单位离退休"),
        ("行政事业单位离退休30万元", 2019, ""),
        ("副主任科员以下人员", 2019, "副主任科员"),  # replaced in the course of that year
        ("副主任科员以下人员", 2018, ""),
        ("二级主任科员以下人员", 2020, ""),  # the new rank holds the old name
        ("商请住房和城乡建设部", 2020, ""),
        ("商请建设部", 2020, "建设部"),
        ("商请建设部门", 2020, ""),
        ("按照《建设部关于供水的通知》（建城〔2003〕13号）", 2020, ""),  # a document of its own time
        ("按照《建设部关于供水的通知》（建城〔2013〕13号）", 2020, "建设部"),
    ],
)
def test_outdated_terms(quote, year, old):
    found = texts.outdated_terms(rows("result", quote), TERMS, year)
    assert [f"用“{old}”" in remark.explanation for remark in found] == ([True] if old else [])


@pytest.mark.parametrize(
    ("statements", "year"),
    [
        (rows("legal_reference", "《住建部关于供水的通知》（建城〔2003〕13号）"), "2003"),
        (rows("legal_reference", "《住建部关于供水的通知》（建城〔2013〕13号）"), None),
        (rows("legal_reference", "《建设部关于供水的通知》（建城〔2003〕13号）"), None),
        (rows("legal_reference", "《住建部关于供水的通知》", "建城（2003）13号"), "2003"),
        (rows("legal_reference", "《住建部关于供水的通知》", "建城（2013）13号"), None),
        # the number belongs to the title next before it
        (rows("legal_reference", "《住建部关于供水的通知》", "《县政府关于供水的通知》", "清政（2003）13号"), None),
        # about something else
        ([said("legal_reference", "《住建部通知》", "o.a", line=2), said("legal_reference", "建城（2003）13号", "o.b", line=3)], None),
        (rows("result", "执行《住建部通知》（建城〔2003〕13号）"), "2003"),
    ],
)  # fmt: skip
def test_a_new_name_on_an_old_document(statements, year):
    found = texts.anachronisms(statements[::-1], TERMS)
    assert [remark.document_year for remark in found] == ([year] if year else [])
    assert all("2008年3月才有" in remark.explanation for remark in found)


@pytest.mark.parametrize(
    ("quote", "right"),
    [
        ("根据建城（2003）13号", "建城〔2003〕13号"),
        ("建城[2003]13号", "建城〔2003〕13号"),
        ("建城【2003】13号", "建城〔2003〕13号"),
        ("建城〔2003〕13号", None),
        ("河道（2003）年清淤13处", None),
    ],
)
def test_brackets_of_document_numbers(quote, right):
    found = texts.brackets(rows("legal_reference", quote))
    assert [f"应写作“{right}”" in remark.explanation for remark in found] == ([True] if right else [])


@pytest.mark.parametrize(
    ("quotes", "vague"),
    [
        (["预算编制不够精准"], 1),
        (["预算编制偏差12%"], 0),
        (["有三个项目推进缓慢"], 0),
        (["需要进一步加强管理"], 1),  # 一步 is no number of things
        (["预算编制不够精准", "有三个项目推进缓慢", "管理意识不强"], 2),
        (["无。"], 0),
        ([], 0),
    ],
)
def test_problems_without_a_number(quotes, vague):
    found = texts.problems_without_number(rows("problem", *quotes), WORDING)
    assert [len(remark.rows) for remark in found] == ([vague] if vague else [])


@pytest.mark.parametrize(
    ("quote", "lacking"),
    [
        ("希望上级多指导", "措施、责任单位、期限"),
        ("由财务科牵头，年底前修订采购办法", None),
        ("年底前修订采购办法", "责任单位"),
        ("由财务科牵头修订采购办法", "期限"),
        ("由财务科牵头，年底前有所改观", "措施"),
    ],
)
def test_suggestions(quote, lacking):
    found = texts.suggestions_without_measure(rows("suggestion", quote), WORDING)
    assert [remark.explanation for remark in found] == (
        [f"“{quote}”（三）没有写明{lacking}"] if lacking else []
    )
    assert texts.suggestions_without_measure(rows("problem", quote), WORDING) == []


def test_a_method_that_appraises_staff():
    own = "self_score"
    staff = rows("method", "每季度进行考评", "年终民主评议", about=own)
    assert kinds(texts.method_not_evaluation(staff, WORDING)) == ["method_not_evaluation"]
    # one element of an evaluation is enough, unless it is denied
    assert texts.method_not_evaluation([*staff, said("method", "抽样核对账簿", own, line=9)], WORDING) == []
    assert (
        len(texts.method_not_evaluation([*staff, said("method", "没有进行抽样", own, line=9)], WORDING)) == 1
    )
    # neither staff nor another subject
    assert texts.method_not_evaluation(rows("method", "逐项打分", about=own), WORDING) == []
    assert texts.method_not_evaluation(rows("method", "每季度进行考评", about="staff"), WORDING) == []


def test_independent_parties():
    own = "self_score"
    inside = rows("organisation", "成立自评小组", "局长任组长", about=own)
    assert [len(remark.rows) for remark in texts.no_independent_party(inside, WORDING)] == [2]
    assert (
        texts.no_independent_party(
            [*inside, said("organisation", "委托会计师事务所复核", own, line=9)], WORDING
        )
        == []
    )
    assert (
        len(texts.no_independent_party([*inside, said("organisation", "未聘请第三方", own, line=9)], WORDING))
        == 1
    )
    assert texts.no_independent_party(rows("organisation", "成立防汛小组", about="o.a"), WORDING) == []


def test_self_financed_units():
    assert len(texts.self_financed(rows("organisation", "水利工程队为自收自支事业单位"), WORDING)) == 1
    assert texts.self_financed(rows("organisation", "水利工程队自收自支，事业收入80万元"), WORDING) == []
    assert texts.self_financed(rows("organisation", "水文站为全额拨款事业单位"), WORDING) == []


@pytest.mark.parametrize(
    ("quotes", "bare"),
    [
        (["泵站未完工", "水表结转下年"], 2),
        (["泵站未完工结转30万元", "水表结转下年"], 0),  # what is left of the difference is the other's
        (["泵站未完工结转30万元", "水表结转下年", "招标推迟"], 2),
        (["泵站未完工"], 0),  # one reason is the whole difference
        (["3座泵站未完工", "水表结转下年"], 2),  # a number of things is no amount
    ],
)
def test_reasons_without_amounts(quotes, bare):
    found = texts.reasons_without_amounts(rows("reason", *quotes, about="rate"))
    assert [len(remark.rows) for remark in found] == ([bare] if bare else [])


def test_everything_at_once():
    statements = [
        said("result", "泵站将于6月投运", line=2),
        said("typo", "河到", "report", line=3),
        said("event", "通水", line=4),
    ]
    found = texts.notice(statements, [], TERMS, WORDING, "清河县水务局", 2020)
    assert kinds(found) == ["future", "typo"]
    assert texts.notice([], [], TERMS, WORDING, "清河县水务局", 2020) == []


def terms_file(tmp_path, content):
    path = tmp_path / "params" / "codes" / "terms.yaml"
    path.parent.mkdir(parents=True)
    path.write_text(content, encoding="utf-8")
    return Workspace(tmp_path, tmp_path, tmp_path, tmp_path / "case.yaml", None)


def test_every_fault_of_the_terms_with_its_line(tmp_path):
    content = (
        "- {old: [甲局], new: [乙局], since: '2020-13', source: 虚构}\n"
        "- {old: [丙局], new: [丁局], since: '2020-01', source: 虚构, sinse: 1}\n"
        "- {old: [戊局], new: [己局], since: '2020-01', source: 虚构}\n"
        "- {old: [戊局], new: [庚局], since: '2020-02', source: 虚构}\n"
    )
    with pytest.raises(CaseError) as caught:
        read_terms(terms_file(tmp_path, content))
    assert [fault.where for fault in caught.value.faults] == [
        f"params/codes/terms.yaml:{n}" for n in (1, 2, 4)
    ]


def test_a_case_may_bring_its_own_terms(tmp_path):
    (own,) = read_terms(
        terms_file(tmp_path, "- {old: [甲局], new: [乙局], since: '2020-01', source: 虚构}\n")
    )
    assert own == Term(old=["甲局"], new=["乙局"], since="2020-01", source="虚构")
    assert own.since_words == "2020年1月"
