"""The sentences of a case's documents in a run: claims, coverage, findings and report, traced and the same every time."""

from __future__ import annotations

import csv
import hashlib
import json
import re
import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest
from conftest import ROOT, auditbook, unlinked
from original_files import pdf
from test_narrative import ACCOUNTS

from auditbook import case_narratives, pipeline
from auditbook.report import conclusions
from auditbook.report.references import uncited
from auditbook.workspace import locate

PUTUO = "putuo-finance-2024"
TABLES = (
    "overall", "income", "spending", "grants", "general-budget", "basic", "three-public", "funds", "state-capital",
)  # fmt: skip
# Our own words over the figures of the tables; three of the numbers are wrong: 2,940.05 of 2,993.92 is 98.20 %,
# 603.14 of 2,940.05 is 20.51 %, and the tables have 184.65 of 公用经费.
NARRATIVE = """某区财政局2024年度部门决算情况说明
一、收入支出决算总体情况说明
2024年度收、支总计均为2,995.39万元，另有3座水库未计。
三、支出决算情况说明
本年支出合计2,940.05万元，其中：基本支出2,336.91万元，占79.49%；项目支出603.14万元，占21.51%。
五、一般公共预算财政拨款支出决算情况说明
一般公共预算财政拨款支出年初预算为2,993.92万元，支出决算为2,940.05万元，完成年初预算的98.02%。
六、一般公共预算财政拨款基本支出决算情况说明
一般公共预算财政拨款基本支出2,336.91万元，其中：人员经费2,152.26万元；公用经费148.65万元。
"""


def placed(base: Path, name: str, content: bytes, source: str) -> Path:
    """The second case with one more document; returns its case file."""
    shutil.copytree(ROOT / "params" / "cases", base / "params" / "cases")
    raw = Path(shutil.copytree(ROOT / "data" / "raw" / PUTUO, base / "data" / "raw" / PUTUO))
    (raw / name).write_bytes(content)
    if source:
        with (raw / "SOURCES.yaml").open("a", encoding="utf-8") as register:
            register.write(source)
    return base / "params" / "cases" / f"{PUTUO}.yaml"


def rows(run, table: str) -> list[dict[str, str]]:
    path = run.workspace / "data" / "processed" / PUTUO / f"{table}.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def registered(name: str, content: bytes, title: str, more: str = "") -> str:
    """A document's entry in the register; its id is its name without ending."""
    return f"""
  - id: {name.partition(".")[0]}
    file: {name}
    title: {title}
    issuer: 某区财政局
    date: null
    status: received
    sha256: "{hashlib.sha256(content).hexdigest()}"
    reliability: medium
    reason: 公开的文字
{more}"""


def added(case: Path, name: str, content: bytes, source: str) -> None:
    """One more document beside those of a case that is placed."""
    raw = case.parents[2] / "data" / "raw" / PUTUO
    (raw / name).write_bytes(content)
    with (raw / "SOURCES.yaml").open("a", encoding="utf-8") as register:
        register.write(source)


def spoken(run: pipeline.Run) -> dict[str, list[dict[str, str]]]:
    """What the documents of an opened case say, beside what was entered by hand."""
    return case_narratives.rows_of(run.audit, run.raw.published, [], None)


@pytest.fixture(scope="module")
def narrated(tmp_path_factory):
    content = NARRATIVE.encode()
    source = registered("said.txt", content, "决算情况说明")
    case = placed(tmp_path_factory.mktemp("base"), "said.txt", content, source)
    return case, auditbook("run", case, workspace=tmp_path_factory.mktemp("narrated"))


def test_the_three_faults_are_claims_with_verdicts(narrated):
    _, run = narrated
    assert run.code == 0, run.err
    own = [row for row in rows(run, "claims") if row["claim"].startswith("said:")]
    wrong = {(row["published"], row["kind"]) for row in own if row["verdict"] == "disagrees"}
    assert wrong == {("21.51", "share"), ("98.02", "completion"), ("148.65", "text_and_table")}
    assert all(row["source"] == "said" and row["locator"] and row["quote"] for row in own)
    assert sum(row["verdict"] == "agrees" for row in own) >= 6


def test_the_coverage_adds_up(narrated):
    _, run = narrated
    counts = {row["what"]: int(row["count"]) for row in rows(run, "coverage") if row["source"] == "said"}
    aside = sum(count for what, count in counts.items() if what.startswith("aside "))
    assert counts["numbers"] == counts["read"] + counts["left"] + aside
    # 2024 and the 3 of the reservoirs beside them: counted here by a plain pattern, on another path
    assert counts["numbers"] == len(re.findall(r"\d[\d,]*(?:\.\d+)?", NARRATIVE))
    verdicts = {"agrees", "within_rounding", "disagrees", "not_checkable", "truncated", "other_definition"}
    assert counts["statements"] == sum(counts.get(verdict, 0) for verdict in verdicts)
    listed = sum(row["claim"].startswith("said:") for row in rows(run, "claims"))
    assert listed + counts["entered"] == counts["statements"]


def test_each_fault_is_a_finding_with_its_phrase(narrated):
    _, run = narrated
    found = [row for row in rows(run, "findings") if row["rule"].startswith("sentence_")]
    assert sorted(next(n for n in ("21.51", "98.02", "148.65") if n in row["condition"]) for row in found) == [
        "148.65", "21.51", "98.02",
    ]  # fmt: skip
    assert all(row["evidence"].startswith("claim:said:") for row in found)
    page = (run.workspace / "outputs" / PUTUO / "report.html").read_text(encoding="utf-8")
    # its heading says where, in words; the phrase in the table of sentences leads to it
    share = next(row for row in found if "21.51" in row["condition"])
    assert re.search(rf'id="finding-{share["number"]}">发现\d+：[^<]*（第5行第57字 三，占比不符）<', page)
    assert re.search(rf'<q>占21.51%</q>　→ <a href="#finding-{share["number"]}">', page)


def test_the_report_shows_them_and_how_much_was_read(narrated):
    _, run = narrated
    page = (run.workspace / "outputs" / PUTUO / "report.html").read_text(encoding="utf-8")
    section = page[page.index("公开说明里的话逐句核对") :]
    assert "沉默不等于一致" in section
    for number in ("21.51%", "98.02%", "148.65万元"):
        assert number in section


def test_a_second_run_says_the_same_and_reads_nothing_again(narrated, tmp_path):
    case, run = narrated
    again = auditbook("run", case, workspace=run.workspace)
    assert "沿用上次结果" in again.err
    other = auditbook("run", case, workspace=tmp_path)
    assert other.code == 0, other.err
    for part in (
        f"data/processed/{PUTUO}/claims.csv",
        f"data/processed/{PUTUO}/findings.csv",
        f"outputs/{PUTUO}/report.html",
    ):
        assert (tmp_path / part).read_bytes() == (run.workspace / part).read_bytes(), part


def test_the_patterns_of_sentences_are_among_what_a_run_rests_on(narrated, monkeypatch):
    case, run = narrated
    record = run.workspace / "data" / "processed" / PUTUO / ".stages" / "indicators.tables.json"
    reads = json.loads(record.read_bytes())["reads"]
    assert any(name.endswith("params/narratives/accounts.yaml") for name in reads)
    opened = pipeline.open_run(locate(str(case)))
    seen, read = set(), pipeline.inputs.read_bytes
    monkeypatch.setattr(pipeline.inputs, "read_bytes", lambda path: seen.add(path.name) or read(path))
    rested_on = pipeline.fingerprints(opened)["rules"]
    assert {"accounts.yaml", "evaluation.yaml"} <= seen
    changed = ROOT / "params" / "narratives" / "evaluation.yaml"
    monkeypatch.setattr(
        pipeline.inputs, "read_bytes", lambda path: read(path) + (b"#" if path == changed else b"")
    )
    assert pipeline.fingerprints(opened)["rules"] != rested_on


def test_what_is_not_judged_stops_nothing_and_is_told(tmp_path):
    # the year before: its amounts are none of these tables' and none of them is to be accused
    last = NARRATIVE.replace("2024", "2023").replace("2,995.39", "3,012.40")
    minutes = "某区财政局会议纪要\n2024年召开会议35次，支出12.50万元。\n"
    case = placed(
        tmp_path / "base", "last.txt", last.encode(), registered("last.txt", last.encode(), "上年决算说明")
    )
    added(case, "minutes.txt", minutes.encode(), registered("minutes.txt", minutes.encode(), "会议纪要"))
    scan = pdf(tmp_path / "scan.pdf", [[]], head="", pictures={1}).read_bytes()
    added(case, "scan.pdf", scan, registered("scan.pdf", scan, "批复扫描件"))
    run = auditbook("run", case, workspace=tmp_path / "workspace")
    assert run.code == 0, run.err
    assert rows(run, "narrative") == []
    assert not [row for row in rows(run, "findings") if row["rule"].startswith("sentence_")]
    told = {(row["source"], row["what"]): row for row in rows(run, "coverage")}
    assert "说的不是2024年度" in told["last", "unread"]["words"]
    assert "不是部门决算的说明" in told["minutes", "unread"]["words"]
    assert "扫描件没有文字" in told["scan", "unread"]["words"]
    # 35 and 12.50 are left, 2024 is a year
    assert (told["minutes", "left"]["count"], told["minutes", "numbers"]["count"]) == ("2", "3")
    page = (run.workspace / "outputs" / PUTUO / "report.html").read_text(encoding="utf-8")
    section = unlinked(page[page.rindex("公开说明里的话逐句核对</h2>") :].partition("<h2")[0])
    assert "没有逐句核对的资料 3 份" in section
    assert "没有不成立的" not in section
    for title in ("上年决算说明", "会议纪要", "批复扫描件"):
        assert title in section


def test_a_text_of_this_year_that_often_names_the_last_is_judged(tmp_path, monkeypatch):
    text = NARRATIVE + "比2023年度决算少的，与2023年度决算相同的，2023年度决算没有的，均已说明。\n"
    case = placed(tmp_path / "base", "said.txt", text.encode(), registered("said.txt", text.encode(), "说明"))
    monkeypatch.setenv("AUDITBOOK_WORKSPACE", str(tmp_path / "workspace"))
    run = pipeline.open_run(locate(str(case)))
    found = spoken(run)["narrative"]
    assert {row["published"] for row in found if row["severity"]} == {"21.51", "98.02", "148.65"}


@pytest.mark.parametrize(
    "published, unit, origin, counted",
    [
        ("21.51", "%", "said", {"98.02", "148.65"}),
        ("148.65", "万元", "said", {"21.51", "98.02"}),
        # what was entered out of another document, or in another unit, is another number
        ("21.51", "%", "accounts", {"21.51", "98.02", "148.65"}),
        ("148.65", "元", "said", {"21.51", "98.02", "148.65"}),
    ],
)
def test_what_was_entered_by_hand_counts_once(tmp_path, monkeypatch, published, unit, origin, counted):
    content = NARRATIVE.encode()
    case = placed(tmp_path / "base", "said.txt", content, registered("said.txt", content, "决算情况说明"))
    phrase = {"21.51": "占21.51%", "148.65": "公用经费148.65万元"}[published]
    hand = (
        "claim,kind,about,scope,item,year,published,unit,precision,locator,quote\n"
        f"hand,total,basic_spent,department,,2024,{published},{unit},0.01,第5行,{phrase}\n"
    ).encode()
    digest = {
        "said": hashlib.sha256(content).hexdigest(),
        "accounts": "d45e923176f9fe4b6533829d3a2fe67f8cbcd55d07099dabf73aca62701f8eb5",
    }[origin]
    from_where = f'    shape: published\n    transcribed_from: {{source: {origin}, sha256: "{digest}"}}\n'
    source = registered("hand.csv", hand, "公布值", from_where).replace(
        "status: received", "status: transcribed"
    )
    added(case, "hand.csv", hand, source)
    monkeypatch.setenv("AUDITBOOK_WORKSPACE", str(tmp_path / "workspace"))
    run = pipeline.open_run(locate(str(case)))
    found = spoken(run)
    assert {row["published"] for row in found["narrative"] if row["severity"]} == counted
    [entered] = [int(row["count"]) for row in found["coverage"] if row["what"] == "entered"]
    assert entered == 3 - len(counted)


def test_without_a_document_nothing_is_claimed_and_that_is_said(putuo):
    assert rows(putuo, "narrative") == []
    page = (putuo.workspace / "outputs" / PUTUO / "report.html").read_text(encoding="utf-8")
    assert "没有取得可以逐句核对的公开说明" in page


def test_the_real_accounts_beside_their_transcription(tmp_path):
    original = ACCOUNTS / "putuo-finance-2024.pdf"
    if not original.is_file():
        pytest.skip("shared/accounts/putuo-finance-2024.pdf is not beside the project")
    case = placed(tmp_path / "base", "accounts.pdf", original.read_bytes(), "")
    run = auditbook("run", case, workspace=tmp_path / "workspace")
    assert run.code == 0, run.err
    wrong = {
        (row["kind"], row["published"])
        for row in rows(run, "narrative")
        if row["severity"] and row["verdict"] == "disagrees"
    }
    # 71.73 and 0.3 were entered by hand and are judged there; these two are words
    assert wrong == {("reason", ""), ("text_and_table", "")}
    entered = {
        row["published"]
        for row in rows(run, "claims")
        if row["verdict"] == "disagrees" and ":" not in row["claim"]
    }
    assert entered == {"71.73", "0.3"}
    [counted] = [int(row["count"]) for row in rows(run, "coverage") if row["what"] == "entered"]
    assert counted >= 20


def test_a_report_whose_numbers_are_all_entered_adds_no_finding(tmp_path, wuxi):
    report = ROOT.parent / "shared" / "sources" / "wuxi-2019-report.txt"
    if not report.is_file():
        pytest.skip("shared/sources/wuxi-2019-report.txt is not beside the project")
    case = "wuxi-offices-2019"
    shutil.copytree(ROOT / "params" / "cases", tmp_path / "base" / "params" / "cases")
    raw = shutil.copytree(ROOT / "data" / "raw" / case, tmp_path / "base" / "data" / "raw" / case)
    shutil.copy(report, raw / "report.txt")
    run = auditbook(
        "run", tmp_path / "base" / "params" / "cases" / f"{case}.yaml", workspace=tmp_path / "workspace"
    )
    assert run.code == 0, run.err
    with (run.processed(case) / "coverage.csv").open(encoding="utf-8", newline="") as file:
        counts = {row["what"]: int(row["count"]) for row in csv.DictReader(file)}
    # nine in ten of what it states by itself were transcribed by hand before there was such a reader
    assert 10 * counts["entered"] >= 9 * counts["statements"] > 900
    keys = [
        {
            row["finding"]
            for row in csv.DictReader(
                (one.processed(case) / "findings.csv").open(encoding="utf-8", newline="")
            )
        }
        for one in (run, wuxi)
    ]
    assert keys[0] == keys[1]


def test_sentences_that_were_judged_are_told_where_nothing_was_entered(narrated):
    _, run = narrated
    assert "公开说明里的陈述共 13 条，逐句核对：" in run.out
    # a case of published accounts alone: no claim was entered by hand
    tables = {"claims": [], "coverage": [row for row in rows(run, "coverage") if row["source"] == "said"]}
    [line] = map(uncited, conclusions.claims_sentences(SimpleNamespace(table=tables.__getitem__)))
    assert line.startswith("公开说明里的陈述共 13 条") and "不一致 3 条" in line
    assert conclusions.claims_sentences(SimpleNamespace(table=lambda name: [])) == ["没有公布的数字可判断。"]


def test_what_does_not_hold_stands_in_the_order_of_the_text(narrated):
    _, run = narrated
    page = (run.workspace / "outputs" / PUTUO / "report.html").read_text(encoding="utf-8")
    table = page[page.index("公开说明里不成立的话") :]
    # high first; of the two medium ones 21.51 is printed before 98.02, though its id sorts after
    assert table.index("148.65") < table.index("21.51") < table.index("98.02")
