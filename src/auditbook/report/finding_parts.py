"""The audit findings as the page shows them: an overview, each finding, and a sheet (取证单) for each to be signed."""

from __future__ import annotations

import re

from auditbook.cases import DEPARTMENT
from auditbook.claims import place
from auditbook.findings import KINDS, ORIGINS, REPLY_STATES, SEVERITIES, unanswered
from auditbook.numbers import factor, parse, text
from auditbook.observations import about_name
from auditbook.pipeline import Run
from auditbook.report import fragments as html
from auditbook.report.evidence_parts import shown_value
from auditbook.report.fragments import Column, Html, Text
from auditbook.report.references import counted, evidence_references
from auditbook.report.sentence_parts import kind_words
from auditbook.tables import KEYS, Row

# The working paper that holds the sheets, as the report finds it.
SHEETS = "workpapers/40_findings.html"
MOST_BRIEF = 110
_SEVERAL = re.compile(r"(?:^|；)（\d+）")


def numbered(run: Run) -> list[Row]:
    """The findings in the order of their numbers."""
    return sorted(run.table("findings"), key=lambda row: int(row["number"]))


def findings(run: Run) -> Html:
    """All findings: an overview table, then each with everything that belongs to it."""
    found = numbered(run)
    if not found:
        return html.callout(
            "good", "没有审计发现", "规则没有发现问题；这不等于没有问题，见“本报告没有证明什么”。"
        )
    overview: list[list[Text]] = [
        [
            html.index_number(int(row["number"])), html.tag(row["severity"], SEVERITIES[row["severity"]]),
            html.link(row["name"], _detail(row, run)), _subject(row, run) or "—",
            KINDS[row["kind"]], ORIGINS[row["origin"]], REPLY_STATES[row["status"]],
        ]
        for row in found
    ]  # fmt: skip
    columns = [Column(name) for name in ("序号", "严重程度", "发现", "关于", "类型", "来自", "单位回复")]
    by_rule, recorded = counted(run, "findings", origin="rule"), counted(run, "findings", origin="auditor")
    note = f"按规则得出 {by_rule} 项，审计人员记录 {recorded} 项。"
    refs = [evidence_references(row, run) for row in found]
    blocks: list[Text] = [
        html.table("审计发现一览", columns, overview, id="findings", note=note, row_refs=refs)
    ]
    for severity, word in SEVERITIES.items():
        own = [row for row in found if row["severity"] == severity]
        if own:
            title = f"严重程度{word}：{len(own)}项"
            listed = _only_listed(own[0], run)
            body = [_brief_table(own, title, run)] if listed else [_finding(row, run) for row in own]
            blocks.append(html.section(3, f"findings-{severity}", title, *body))
    lost = unanswered(run.table("replies"), found)
    if lost:
        said = "；".join(lost)
        blocks.append(
            html.callout(
                "note",
                "回复所指的发现不存在",
                f"没有这些发现：规则或数字变了之后不再成立，或代号有误：{said}。",
            )
        )
    return html.join(*blocks)


def _only_listed(row: Row, run: Run) -> bool:
    """Whether the report only lists a finding, and the working paper has all of it: small matters, by the dozen."""
    return run.stage == "report" and row["severity"] == "low"


def _detail(row: Row, run: Run) -> str:
    """Where everything about a finding stands, from the page that is being written."""
    return f"{SHEETS if _only_listed(row, run) else ''}#finding-{row['number']}"


def _brief_table(own: list[Row], title: str, run: Run) -> Html:
    rows: list[list[Text]] = [
        [
            html.link(f"{row['number']}　{row['name']}", f"{SHEETS}#finding-{row['number']}"),
            condition(row["condition"]), row["recommendation"],
        ]
        for row in own
    ]  # fmt: skip
    note = "全部内容（标准、原因、影响、证据）与取证单见底稿四。"
    refs = [evidence_references(row, run) for row in own]
    return html.table(title, [Column("发现"), Column("事实"), Column("建议")], rows, note=note, row_refs=refs)


def _finding(row: Row, run: Run) -> Html:
    subject = _subject(row, run)
    about = f"（{subject}）" if subject else ""
    heading = html.join(
        f"发现{row['number']}：{row['name']}{about}", html.tag(row["severity"], SEVERITIES[row["severity"]])
    )
    return html.section(
        4, f"finding-{row['number']}", heading, html.definition_list(_pairs(row, run)),
        rests_on=evidence_references(row, run),
    )  # fmt: skip


def _amount(row: Row) -> str:
    return text(parse(row["amount"]) * factor(row["unit"]), row["unit"]) if row["amount"] else ""


def _pairs(row: Row, run: Run) -> list[tuple[Text, Text]]:
    """What belongs to a finding; what is not there takes no line."""
    said: list[tuple[Text, Text]] = [
        ("标准", row["criterion"]), ("事实", condition(row["condition"])), ("原因", row["cause"]), ("影响", row["effect"]),
        ("建议", row["recommendation"]), ("超出或涉及", _amount(row)),
        ("范围", "" if row["scope"] == DEPARTMENT else run.audit.scope_name(row["scope"])),
        ("依据", _evidence(row, run)), ("单位回复", row["reply"]), ("审计人员答复", row["answer"]),
    ]  # fmt: skip
    origin = (
        f"规则 {row['rule']}" if row["origin"] == "rule" else f"审计人员记录（{row['who']}，{row['when']}）"
    )
    page = "" if run.stage == "findings" else SHEETS
    sheet = html.link("取证单", f"{page}#sheet-{row['number']}")
    said.append(("来自", html.join(origin, "；发现代号 ", html.code(row["finding"]), "；", sheet)))
    return [(name, words) for name, words in said if words]


def sheets(run: Run) -> Html:
    """A sheet (审计取证单) for each finding, a page each in print; the one that is linked to prints alone."""
    case = run.audit.case
    blocks: list[Text] = []
    for row in numbered(run):
        pairs: list[tuple[Text, Text]] = [
            ("被审计单位", case.department.name), ("审计期间", f"{case.year}年度"), ("范围", run.audit.scope_name(row["scope"])),
            ("审计事项", row["name"]), ("严重程度", SEVERITIES[row["severity"]]), ("标准（依据）", row["criterion"]),
            ("事实", condition(row["condition"])), ("涉及金额或数量", _amount(row) or "—"), ("证据与出处", _evidence(row, run)),
            ("影响", row["effect"]), ("建议", row["recommendation"]), ("发现代号", html.code(row["finding"])),
            ("审计人员（签名、日期）", ""), ("复核人员（签名、日期）", ""), ("被审计单位意见", row["reply"] or ""),
            ("被审计单位（盖章、日期）", ""), ("审计人员对意见的答复", row["answer"] or ""),
        ]  # fmt: skip
        title = f"审计取证单（第{row['number']}号）"
        blocks.append(html.sheet(f"sheet-{row['number']}", title, pairs, evidence_references(row, run)))
    return html.join(*blocks) if blocks else html.paragraph("没有审计发现，不需要取证单。")


def condition(words: str) -> Text:
    """The facts of a finding, one a line where there are several."""
    parts = _SEVERAL.split(words)
    return html.bullets(parts[1:]) if len(parts) > 2 and not parts[0] else words


def brief(words: str) -> str:
    """The facts of a finding in a line: the first of several, and how many more there are."""
    parts = _SEVERAL.split(words)
    if len(parts) > 2 and not parts[0]:
        return f"{_cut(parts[1])}；另有 {len(parts) - 2} 处"
    return _cut(words)


def _cut(words: str) -> str:
    return words if len(words) <= MOST_BRIEF else f"{words[:MOST_BRIEF]}……"


def _subject(row: Row, run: Run) -> str:
    """What a finding is about, in the words of the evidence; "" where its rule already says it."""
    about = row["finding"].split(":", 1)[1].rpartition(":")[0]
    sentence = next((own for own in run.table("narrative") if own["claim"] == about), None)
    if sentence:
        return f"{place(sentence['locator'])}，{kind_words(sentence)}"
    name = about_name(about, run.rulebook, run.table("objectives"))
    if row["scope"] != DEPARTMENT:
        return run.audit.scope_name(row["scope"])
    return name if re.search(r"[一-鿿]", name) else ""


def _evidence(row: Row, run: Run) -> Html:
    """The evidence of a finding, each piece with its place and phrase."""
    claims = {claim["claim"]: claim for claim in run.table("claims")}
    statements = {statement["statement"]: statement for statement in run.table("statements")}
    objectives = {
        f"{o['objective']}.{o['item']}" if o["item"] else o["objective"]: o for o in run.table("objectives")
    }
    rules = {row["rule"]: row["why"].partition("：")[0] for row in run.table("quality")}
    titles = {source["source"]: source["title"] for source in run.table("sources")}
    figures = {
        f"{f['figure']}:{f['scope']}:{f['item']}:{f['year']}": f
        for f in run.table("figures")
        if f["chosen"] == "yes"
    }
    quoted = {"claim": claims, "statement": statements, "objective": objectives}
    lines: list[Text] = []
    if row["quote"]:
        lines.append(html.join(f"{row['locator']}：", html.phrase(row["quote"])))
    for key in filter(None, row["evidence"].split(";")):
        kind, _, name = key.partition(":")
        if name in quoted.get(kind, {}):
            own = quoted[kind][name]
            lines.append(
                html.join(f"{own['locator']}：", html.phrase(own["quote"]))
                if own["quote"]
                else own["locator"]
            )
        elif kind == "restated":
            row_of = dict(zip(KEYS["restated"], name.split("|"), strict=True))
            own = next(r for r in run.table("restated") if all(r[c] == v for c, v in row_of.items()))
            for of in ("own", "stated"):
                lines.append(
                    f"{own[f'{of}_case']}：{own['name']}{own[of]}{own['unit']}，{own[f'{of}_place']}"
                )
        elif kind == "source":
            lines.append(f"资料登记簿：{titles.get(name, name)}")
        elif kind == "quality" and name in rules:
            lines.append(f"数据质量规则“{rules[name]}”")
        elif kind == "lacking":
            lines.append(f"缺“{run.dictionary[name].name}”：{run.dictionary[name].table}")
        elif key in figures:
            f = figures[key]
            said = html.join(f"{run.dictionary[f['figure']].name}{shown_value(f)}，{f['locator']}")
            lines.append(html.join(said, "：", html.phrase(f["quote"])) if f["quote"] else said)
        else:
            lines.append(about_name(key, run.rulebook, run.table("objectives")))
    return html.bullets(list(dict.fromkeys(lines)))
