"""The sheets that hold a table of the run as text: evidence register, reconciliations, claims, findings, replies."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from auditbook.cases import DEPARTMENT
from auditbook.claims import VERDICTS, place
from auditbook.findings import KINDS, ORIGINS, REPLY_STATES, SEVERITIES
from auditbook.numbers import parse
from auditbook.observations import about_name
from auditbook.pipeline import Run
from auditbook.quality import FAILED, NO_OBJECT, NOT_RUN, NOTED, PASSED
from auditbook.report.finding_parts import numbered
from auditbook.report.workbook.sheet import CODE, NUMBER, Column, Sheet
from auditbook.tables import Row

_SOURCE_STATES = {"received": "已收到", "transcribed": "已转录", "absent": "缺失"}
_RELIABILITY = {"high": "高", "medium": "中", "low": "低", "": ""}
_CHECK_VERDICTS = {**VERDICTS, "agrees": "分毫不差"}
_RULE_STATES = {PASSED: "通过", FAILED: "未通过", NOTED: "有提示", NOT_RUN: "没有运行", NO_OBJECT: "没有对象"}

SOURCES = (
    Column("代号", 16), Column("资料", 36), Column("出具单位", 24), Column("日期", 12), Column("状态", 9), Column("可靠性", 8),
    Column("理由，或缺失的资料能提供什么", 46), Column("sha256", 44, CODE),
)  # fmt: skip
RECONCILIATIONS = (
    Column("代号", 20), Column("核对关系", 40), Column("严重程度", 8), Column("结果", 12), Column("位置", 40),
    Column("原文", 18), Column("应为", 18), Column("可容许的差", 12), Column("说明", 30),
)  # fmt: skip
QUALITY_HEAD = "二、数据质量规则"
CLAIMS = (
    Column("代号", 28), Column("关于", 26), Column("范围", 11), Column("公布或陈述", 14, NUMBER), Column("单位", 7),
    Column("重算值", 14, NUMBER), Column("下限", 13, NUMBER), Column("上限", 13, NUMBER), Column("判断", 12),
    Column("说明", 42), Column("来源", 16), Column("定位", 20), Column("原文短语", 30),
)  # fmt: skip
FINDINGS = (
    Column("序号", 6, "0"), Column("发现", 24), Column("严重程度", 8), Column("类型", 8), Column("来自", 9), Column("范围", 12),
    Column("标准", 28), Column("事实", 46), Column("原因", 22), Column("影响", 20), Column("建议", 28),
    Column("金额或数量", 13, NUMBER), Column("单位", 7), Column("证据", 30), Column("回复状态", 10),
)  # fmt: skip
LEDGER = (
    Column("序号", 6, "0"), Column("审计发现", 26), Column("严重程度", 8), Column("应整改的事实", 44), Column("审计建议", 30),
    Column("责任单位", 16), Column("责任人", 10), Column("整改期限", 12, "yyyy-mm-dd"), Column("整改措施", 30),
    Column("整改状态", 11), Column("完成日期", 12, "yyyy-mm-dd"), Column("佐证资料", 20), Column("复核意见", 20),
)  # fmt: skip
REPLIES = (
    Column("序号", 6, "0"), Column("审计发现", 26), Column("事实", 46), Column("被审核单位回复", 40), Column("回复人", 10),
    Column("回复日期", 11), Column("审计人员答复", 32), Column("答复人", 10), Column("答复日期", 11), Column("状态", 12),
)  # fmt: skip
LEDGER_STATES = ("未开始", "整改中", "已完成待复核", "已销号", "不整改（说明理由）")
_MOST_RATIO = 60


def _amount(sheet: Sheet, column: int, text: str) -> None:
    """A number of a table as a number, what is no number as text, nothing as nothing."""
    try:
        value = parse(text) if len(text) <= _MOST_RATIO else None
    except ValueError:
        value = None
    if value is None:
        sheet.text(column, text)
    else:
        sheet.number(column, value)


def sources(sheet: Sheet, run: Run) -> None:
    """The evidence register: what there is, and what is lacking."""
    for row in run.table("sources"):
        texts = (
            row["source"], row["title"], row["issuer"], row["date"] or "未载明", _SOURCE_STATES[row["status"]],
            _RELIABILITY[row["reliability"]], row["reason"], row["sha256"],
        )  # fmt: skip
        _texts(sheet, texts)


def reconciliations(sheet: Sheet, run: Run) -> None:
    """Every reconciliation of published accounts, then every rule of data quality."""
    sheet.section("一、决算表勾稽")
    for row in run.table("reconciliations"):
        texts = (
            row["check"], row["name"], SEVERITIES.get(row["severity"], row["severity"]),
            _CHECK_VERDICTS.get(row["verdict"], row["verdict"]), row["where"], row["found"], row["expected"], row["width"],
            row["explanation"],
        )  # fmt: skip
        _texts(sheet, texts)
    if not run.table("reconciliations"):
        _texts(sheet, ("—", "本案没有公开的部门决算表可作表内、表间勾稽", *[""] * 7))
    sheet.section(f"{QUALITY_HEAD}（位置、原文、应为只在不符时有）")
    for row in run.table("quality"):
        state = _RULE_STATES.get(row["passed"], row["passed"])
        counted = f"检查{row['checked']}行，不符{row['failed']}行"
        said = f"{counted}{'；阻断评分' if row['blocking'] == 'yes' else ''}"
        texts = (
            row["rule"], row["why"], SEVERITIES.get(row["severity"], row["severity"]), state, row["where"], row["found"],
            row["expected"], "", said,
        )  # fmt: skip
        _texts(sheet, texts)


def claims(sheet: Sheet, run: Run) -> None:
    """Every published number and statement with what it comes to when computed anew."""
    objectives = run.table("objectives")
    for row in run.table("claims"):
        sheet.text(0, row["claim"])
        sheet.text(1, about_name(row["about"], run.rulebook, objectives))
        sheet.text(2, run.audit.scope_name(row["scope"]))
        _amount(sheet, 3, row["published"])
        sheet.text(4, row["unit"])
        for column, word in ((5, "recomputed"), (6, "low"), (7, "high")):
            _amount(sheet, column, row[word])
        sheet.text(8, VERDICTS.get(row["verdict"], row["verdict"]))
        for column, text in enumerate(
            (row["explanation"], row["source"], place(row["locator"]) or row["locator"], row["quote"]), 9
        ):
            sheet.text(column, text)
        sheet.next()


def findings(sheet: Sheet, run: Run) -> None:
    """Every finding with all that belongs to it."""
    for row in numbered(run):
        sheet.number(0, Fraction(row["number"]))
        texts = (
            row["name"], SEVERITIES[row["severity"]], KINDS[row["kind"]], ORIGINS[row["origin"]], _scope(row, run),
            row["criterion"], row["condition"], row["cause"], row["effect"], row["recommendation"],
        )  # fmt: skip
        for column, text in enumerate(texts, 1):
            sheet.text(column, text)
        _amount(sheet, 11, row["amount"])
        for column, text in enumerate(
            (row["unit"], row["evidence"].replace(";", "；"), REPLY_STATES[row["status"]]), 12
        ):
            sheet.text(column, text)
        sheet.next()


def ledger(sheet: Sheet, run: Run) -> None:
    """The rectification ledger: each finding with empty cells for who does what until when."""
    first = sheet.row
    yellow = {"bg_color": "#FFF9E5"}
    for row in numbered(run):
        sheet.number(0, Fraction(row["number"]))
        for column, text in enumerate(
            (row["name"], SEVERITIES[row["severity"]], row["condition"], row["recommendation"]), 1
        ):
            sheet.text(column, text)
        for column in range(5, len(LEDGER)):
            sheet.text(column, "", LEDGER[column].kind, **yellow, text_wrap=True, align="left")
        sheet.next()
    if sheet.row > first:
        sheet.choices(9, LEDGER_STATES, first, sheet.row - 1)
        for column in (7, 10):
            sheet.dates(column, first, sheet.row - 1)


def replies(sheet: Sheet, run: Run) -> None:
    """What the audited unit answered to each finding; cells to fill in where it has not answered."""
    given = {row["finding"]: row for row in run.table("replies")}
    yellow = {"bg_color": "#FFF9E5"}
    first = sheet.row
    for row in numbered(run):
        reply = given.get(row["finding"], {})
        sheet.number(0, Fraction(row["number"]))
        sheet.text(1, row["name"])
        sheet.text(2, row["condition"])
        words = ("reply", "replied_by", "replied_when", "answer", "answered_by", "answered_when")
        for column, word in enumerate(words, 3):
            text = reply.get(word, "")
            sheet.text(column, text, **({} if text else yellow))
        sheet.text(9, REPLY_STATES[row["status"]])
        sheet.next()
    if sheet.row > first:
        sheet.choices(9, tuple(REPLY_STATES.values()), first, sheet.row - 1)
    known = {row["finding"] for row in run.table("findings")}
    lost = [row for row in run.table("replies") if row["finding"] not in known]
    if lost:
        sheet.section("回复所指的发现不存在（规则或数字变了之后不再成立，或代号有误）")
        for row in lost:
            texts = ("", row["finding"], "", *(row[word] for word in words), "")
            _texts(sheet, texts)


def _scope(row: Row, run: Run) -> str:
    return "部门整体" if row["scope"] == DEPARTMENT else run.audit.scope_name(row["scope"])


def _texts(sheet: Sheet, texts: tuple[str, ...]) -> None:
    for column, text in enumerate(texts):
        sheet.text(column, text)
    sheet.next()


Writer = Callable[[Sheet, Run], None]
