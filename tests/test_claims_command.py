"""`auditbook claims FILE`: what a document claims, for a person, as JSON and as a page; bad input said plainly."""

import json
import os
import pty
import re
import subprocess
import sys
from collections import Counter

import account_pages
import invented_accounts as invented
import narratives
import office_files
import original_files
import pytest
import xlsxwriter
from bs4 import BeautifulSoup
from conftest import AUDITBOOK, ROOT

from auditbook.claims_yield import ClaimsFound
from auditbook.faults import CaseError, Fault, LimitError, UsageError
from auditbook.narrative.shown import Group, Sorted, group_of, kind_of, published, recomputed
from auditbook.narrative.stated import FAULTS, STATED
from auditbook.report import finished_page
from auditbook.tables import COLUMNS

COVER = ["某县水务局", "2022年度部门决算"]
# invented_accounts: 1517.10 = 541.35 + 975.75; 541.35 ÷ 1517.10 = 35.683 %; 975.75 ÷ 1517.10 = 64.316 %
SOUND = [
    "第二部分 某县水务局2022年度部门决算情况说明",
    "三、支出决算情况说明",
    "本年支出合计1,517.10万元，其中：基本支出541.35万元，占35.68%；项目支出975.75万元，占64.32%。",
]
WRONG = [*SOUND[:2], SOUND[2].replace("占35.68%", "占36.58%")]


def claims(*arguments, **how):
    return subprocess.run(
        [AUDITBOOK, "claims", *map(str, arguments)], cwd=ROOT, capture_output=True, text=True, timeout=300, **how
    )  # fmt: skip


def drawn(path, said):
    return account_pages.draw_pages(path, [[COVER], *[[own] for own in invented.shanghai().values()], [said]])


@pytest.fixture(scope="module")
def wrong(tmp_path_factory):
    return drawn(tmp_path_factory.mktemp("drawn") / "决算.pdf", WRONG)


def row_of(text, *words):
    """Whether some line has these words in this order."""
    return re.search(".*".join(map(re.escape, words)), text)


# --- from a file to a result ----------------------------------------------------------------------------------------


def test_what_does_not_hold_is_told_with_both_numbers_and_is_no_failure(wrong):
    said = claims(wrong)
    assert said.returncode == 0 and said.stderr == ""
    first = said.stdout.splitlines()[0]
    assert re.fullmatch(r"决算\.pdf：2022 年度部门决算公开，有文字的 11 页（sha256 [0-9a-f]{64}）", first)
    assert said.stdout.index("沉默不等于一致") < said.stdout.index("不成立 1 条")
    assert row_of(said.stdout, "第11页", "占比不符", "占36.58%", "36.58%", "35.68%")
    assert not row_of(said.stdout, "第11页", "占64.32%")  # what agrees is listed where it is asked for


def test_a_rate_that_lost_its_unit_is_recomputed_in_it(tmp_path):
    """17.10 ÷ (1517.10 − 17.10) = 1.14 %."""
    said = [*SOUND[:2], "本年支出合计1,517.10万元，比2021年度增加17.10万元，增长1.14。"]
    rows = json.loads(claims(drawn(tmp_path / "决算.pdf", said), "--json").stdout)
    assert (rows[0]["kind"], rows[0]["published"], rows[0]["recomputed"]) == ("unit_lost", "1.14", "1.14")


def test_all_lists_what_agrees(wrong):
    said = claims(wrong, "--all").stdout
    agreed = said.partition("\n一致 ")[2]
    assert row_of(agreed, "第11页", "占64.32%", "64.32%", "64.32%") and row_of(agreed, "基本支出541.35万元")


def test_json_is_a_list_of_all_statements_with_the_columns_of_the_table_worst_first(wrong):
    done = claims(wrong, "--json")
    rows = json.loads(done.stdout)
    assert done.returncode == 0 and done.stderr == ""
    assert all(list(row) == list(COLUMNS["claims"]) for row in rows)
    assert all(isinstance(value, str) for row in rows for value in row.values())
    first = rows[0]
    assert (first["verdict"], first["kind"], first["published"], first["unit"]) == (
        "disagrees",
        "share",
        "36.58",
        "%",
    )
    assert first["locator"].startswith("第11页") and "36.58%" in first["quote"]
    held = {(row["kind"], row["published"]) for row in rows[1:] if row["verdict"] == "agrees"}
    assert {("share", "64.32"), ("amount", "541.35"), ("amount", "975.75"), ("amount", "1517.10")} <= held
    assert len({row["claim"] for row in rows}) == len(rows)


def test_the_view_is_written_once_and_never_over_another_file(wrong, tmp_path):
    path = tmp_path / "新" / "页.html"
    done = claims(wrong, "--view", path)
    html = path.read_text(encoding="utf-8")
    assert done.returncode == 0 and done.stderr == f"写出：{path}\n"
    assert finished_page.shortcomings(html) == [] and "36.58" in html
    before = path.read_bytes()
    again = claims(wrong, "--view", path)
    assert again.returncode == 2 and "已有这个文件" in again.stderr and again.stdout == ""
    assert path.read_bytes() == before


def test_the_document_itself_is_not_overwritten(wrong):
    before = wrong.read_bytes()
    assert claims(wrong, "--view", wrong).returncode == 2 and wrong.read_bytes() == before


def test_a_file_that_came_meanwhile_is_not_overwritten_either(tmp_path):
    (tmp_path / "页.html").write_text("x", encoding="utf-8")
    with pytest.raises(UsageError, match="已有这个文件"):
        ClaimsFound(narratives.narrative()).write_view(tmp_path / "页.html")


def test_a_view_that_cannot_be_written_is_told(tmp_path):
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(LimitError, match="写不进去"):
        ClaimsFound(narratives.narrative()).write_view(tmp_path / "file" / "页.html")


def test_tables_and_their_text_may_come_as_files_of_their_own(wrong, tmp_path):
    """Nine tables as CSV, the sentences as a text file: the same verdict as from the one PDF."""
    written = subprocess.run(
        [AUDITBOOK, "intake", wrong, "--tables", tmp_path / "表"], cwd=ROOT, capture_output=True, timeout=300
    )  # fmt: skip
    assert written.returncode == 0
    text = tmp_path / "说明.txt"
    text.write_text("\n".join([*COVER, *WRONG]) + "\n", encoding="utf-8")
    files = [*sorted((tmp_path / "表").glob("0*.csv")), text]
    done = claims(*files, "--json")
    assert done.returncode == 0, done.stderr
    first = json.loads(done.stdout)[0]
    assert (first["verdict"], first["kind"], first["published"]) == ("disagrees", "share", "36.58")
    assert first["locator"].startswith("第5行")
    spent = next(path for path in files if "支出决算表" in path.name and "收入" not in path.name)
    torn = spent.read_text(encoding="utf-8").replace(
        ",201,一般公共服务支出,12.00", ",201,一般公共服务支出,112.00"
    )
    spent.write_text(torn, encoding="utf-8")
    done = claims(*files, "--json", "--view", tmp_path / "页.html")
    [row] = [
        row for row in json.loads(done.stdout) if row["kind"] == "table" and row["published"] == "112.00"
    ][:1]
    assert spent.name in row["locator"] and "112.00" in (tmp_path / "页.html").read_text(encoding="utf-8")


def test_what_the_tables_do_not_close_is_marked_in_its_row(tmp_path):
    """一般公共服务支出 12.00 → 112.00 in the table of spending, on page 4: its parts are 0.00 and 12.00."""
    laid = invented.shanghai()
    next(row for row in laid["spending"].rows if row[0] == "201")[2] = "112.00"
    path = tmp_path / "决算.pdf"
    account_pages.draw_pages(path, [[COVER], *[[own] for own in laid.values()], [SOUND]])
    done = claims(path, "--json", "--view", tmp_path / "页.html")
    rows = [row for row in json.loads(done.stdout) if row["kind"] == "table"]
    assert ("disagrees", "112.00", "12.00", "万元") in {
        (row["verdict"], row["published"], f"{float(row['recomputed'] or 0):.2f}", row["unit"])
        for row in rows
    }
    soup = BeautifulSoup((tmp_path / "页.html").read_text(encoding="utf-8"), "html.parser")
    [mark] = [a for a in soup.select(".judged a.claim.wrong") if a.get_text() == "112.00"]
    row = mark.find_parent(class_="passage")
    assert (
        row.select_one(".place").get_text().startswith("第4页") and "201 │ 一般公共服务支出" in row.get_text()
    )


def test_progress_is_told_to_a_terminal_only(wrong):
    ours, theirs = pty.openpty()
    done = subprocess.run(
        [AUDITBOOK, "claims", wrong, "--json"], cwd=ROOT, stdout=subprocess.PIPE, stderr=theirs, timeout=300
    )
    os.close(theirs)
    told = os.read(ours, 100_000).decode()
    os.close(ours)
    assert "第1页/共11页" in told and told.endswith("\r\x1b[K")
    assert json.loads(done.stdout)


def test_the_command_costs_the_others_nothing():
    """`auditbook check` imports neither the narrative nor the page."""
    code = "import auditbook.cli, sys; print([m for m in sys.modules if m.startswith('auditbook.')])"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    light = {"cli", "completion", "faults", "inputs", "languages", "workspace"}
    assert set(eval(done.stdout)) == {f"auditbook.{name}" for name in light}


# --- files of which nothing comes -----------------------------------------------------------------------------------

NOVEL = "第一回　渡口\n\n天色将晚，渡口只剩下3个人。老艄公说，这条河他走了40年。\n“你们要过河，一个人5个铜板。”他说。\n"


def bad_scan(folder):
    return [account_pages.picture(folder / "扫描.pdf")]


def bad_empty(folder):
    (folder / "空.txt").write_bytes(b"")
    return [folder / "空.txt"]


def bad_blank(folder):
    (folder / "空白.docx").write_bytes(office_files.packed(office_files.document(text="")))
    return [folder / "空白.docx"]


def bad_novel(folder):
    (folder / "小说.txt").write_text(NOVEL, encoding="utf-8")
    return [folder / "小说.txt"]


def bad_novel_pdf(folder):
    return [
        original_files.pdf(folder / "小说.pdf", [[[line] for line in NOVEL.split("\n") if line]], head="")
    ]


def bad_workbook(folder):
    book = xlsxwriter.Workbook(folder / "名单.xlsx")
    book.add_worksheet().write_row(0, 0, ["姓名", "电话"])
    book.close()
    return [folder / "名单.xlsx"]


def bad_name(folder):
    (folder / "决算.pdf").write_text(
        "<!DOCTYPE html><html><p>支出合计100.00万元</p></html>", encoding="utf-8"
    )
    return [folder / "决算.pdf"]


def bad_absent(folder):
    return [folder / "没有.pdf"]


def bad_cut(folder):
    whole = drawn(folder / "整.pdf", SOUND).read_bytes()
    (folder / "半.pdf").write_bytes(whole[: len(whole) // 2])
    return [folder / "半.pdf"]


def bad_picture(folder):
    (folder / "照片.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(40))
    return [folder / "照片.png"]


def bad_two(folder):
    return [*bad_novel(folder), original_files.pdf(folder / "二.pdf")]


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (bad_scan, "扫描.pdf：扫描件没有文字"),
        (bad_empty, "空.txt：文件是空的"),
        (bad_blank, "空白.docx"),
        (bad_novel, "小说.txt：看不出是部门决算，也看不出是整体支出绩效评价报告"),
        (bad_novel_pdf, "小说.pdf：看不出是部门决算，也看不出是整体支出绩效评价报告"),
        (bad_workbook, "名单.xlsx：没有文字资料"),
        (bad_name, "内容却是 HTML 网页.*重新取得文件，或把文件名改成 .html"),
        (bad_absent, "没有.pdf：文件读不到"),
        (bad_cut, "半.pdf：PDF 打不开：文件损坏或不完整"),
        (bad_picture, "照片.png"),
        (bad_two, "文字资料不止一份"),
    ],
)
@pytest.mark.parametrize("form", [[], ["--json"]], ids=["told", "json"])
def test_a_file_of_which_nothing_comes_is_told_plainly(tmp_path, made, said, form):
    view = tmp_path / "页.html"
    done = claims(*made(tmp_path), *form, "--view", view)
    assert done.returncode == 3, done.stderr
    assert re.search(said, done.stderr) and "Traceback" not in done.stderr
    assert done.stdout == "" and not view.exists()


def test_a_file_beyond_a_limit_has_its_own_code(tmp_path):
    with (tmp_path / "大.txt").open("wb") as file:
        file.truncate(51_000_000)
    done = claims(tmp_path / "大.txt")
    assert (
        done.returncode == 7
        and "大.txt：文件有51000000字节" in done.stderr
        and "Traceback" not in done.stderr
    )


def test_half_a_character_stops_nothing(tmp_path):
    own = narratives.document([(1, "支出\ud8005.00万元")])
    one = narratives.statement(
        own, "\ud8005.00万元", "5.00", kind="amount", unit="万元", verdict="agrees", recomputed="5"
    )
    found = ClaimsFound(narratives.narrative(document=own, statements=(one,), left=()))
    found.write_view(tmp_path / "页.html")
    assert "?5.00万元" in found.text(every=True) and "?5.00万元" in found.as_json()
    page_ = BeautifulSoup((tmp_path / "页.html").read_text(encoding="utf-8"), "html.parser")
    assert "支出\ufffd5.00万元" in page_.select_one(".judged").get_text()


def test_wrong_usage_ends_with_its_own_code(tmp_path):
    assert claims(*bad_novel(tmp_path), "--year", "24").returncode == 2
    assert claims().returncode == 2
    assert claims(*bad_novel(tmp_path), "--nothing").returncode == 2


# --- order, groups, numbers -----------------------------------------------------------------------------------------

FOUND = ClaimsFound(narratives.narrative())


def order_of(*statements):
    return [s.row["claim"] for s in Sorted(narratives.narrative(statements=statements)).statements]


def placed(page_, severity, **cells):
    """A statement of its own page, over the first words of the document."""
    own = narratives.statement(narratives.document(), "清河县", severity=severity, **cells)
    return type(own)(
        own.row | {"claim": f"{page_}{severity}{cells['verdict']}"}, own.start, own.end, None, severity, page_
    )


def test_the_worst_comes_first_then_the_page():
    mixed = [
        placed(1, "", kind="amount", verdict="agrees"), placed(2, "", kind="amount", verdict="not_checkable"),
        placed(3, "low", kind="tail", verdict="within_rounding"), placed(9, "low", kind="name", verdict="disagrees"),
        placed(8, "high", kind="share", verdict="disagrees"), placed(4, "medium", kind="share", verdict="disagrees"),
        placed(5, "high", kind="share", verdict="disagrees"),
    ]  # fmt: skip
    assert order_of(*mixed) == [
        "5highdisagrees", "8highdisagrees", "4mediumdisagrees", "9lowdisagrees", "3lowwithin_rounding",
        "2not_checkable", "1agrees",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("severity", "kind", "verdict", "group"),
    [
        ("high", "share", "disagrees", Group.WRONG),
        ("", "share", "disagrees", Group.WRONG),
        ("", "share", "other_definition", Group.WRONG),
        ("", "share", "other_measure", Group.WRONG),
        ("", "amount", "not_evidenced", Group.WRONG),
        ("low", "name", "disagrees", Group.WRONG),
        ("medium", "zero_base", "not_checkable", Group.WRONG),
        ("medium", "share", "agrees", Group.WRONG),
        ("medium", "share", "within_rounding", Group.WRONG),
        ("", "share", "within_rounding", Group.TAIL),
        ("low", "share", "truncated", Group.TAIL),
        ("low", "tail", "disagrees", Group.TAIL),
        ("", "amount", "not_checkable", Group.UNCHECKED),
        ("", "amount", "agrees", Group.HELD),
    ],
)  # fmt: skip
def test_a_statement_is_wrong_unless_it_is_known_to_be_something_else(severity, kind, verdict, group):
    assert group_of(placed(1, severity, kind=kind, verdict=verdict)) == group


def test_a_kind_is_a_fault_where_something_is_wrong_and_else_what_is_stated():
    assert kind_of(placed(1, "high", kind="share", verdict="disagrees")) == FAULTS["share"] == "占比不符"
    assert kind_of(placed(1, "", kind="share", verdict="agrees")) == STATED["share"] == "占比"
    assert kind_of(placed(1, "", kind="share", verdict="truncated")) == "占比"
    assert kind_of(placed(1, "low", kind="tail", verdict="within_rounding")) == "尾差"


def row(printed, value, unit="%", verdict="disagrees", low="", high=""):
    cells = {
        "published": printed,
        "recomputed": value,
        "unit": unit,
        "verdict": verdict,
        "low": low,
        "high": high,
    }
    return dict.fromkeys(COLUMNS["claims"], "") | cells


@pytest.mark.parametrize(
    ("cells", "printed", "value"),
    [
        (("71.73", "71.6542"), "71.73%", "71.65%"),  # two decimals
        (("1234567.5", "1234567.4", "万元"), "1,234,567.5万元", "1,234,567.40万元"),  # thousands
        (("71.655", "71.6542"), "71.655%", "71.654%"),  # as many decimals as were printed
        (("95.45", "95.457", "%", "truncated"), "95.45%", "95.46%"),
        (("34", "35", "人"), "34人", "35人"),  # things are counted
        (("34", "34.5", "人"), "34人", "34.50人"),
        (("-3.20", "3.2", "万元"), "-3.20万元", "3.20万元"),
        (("", "5", "万元"), "—", "5.00万元"),
        (("5", "", "万元"), "5万元", "—"),
        # 12.345 rounds half up, to 12.35
        (("12.34", "12.345"), "12.34%", "12.35%"),
        # a range is told where it is wider than what is shown
        (("71.73", "71.6542", "%", "disagrees", "71.60", "71.70"), "71.73%", "71.65%（71.60–71.70）"),
        (("71.73", "71.65", "%", "disagrees", "71.645", "71.655"), "71.73%", "71.65%"),
        (("71.73", "71.65", "%", "disagrees", "71.6449", "71.655"), "71.73%", "71.65%（71.64–71.66）"),
    ],
)  # fmt: skip
def test_numbers_are_shown_as_an_auditor_reads_them(cells, printed, value):
    own = row(*cells)
    assert (published(own), recomputed(own)) == (printed, value)


def test_a_terminal_of_80_columns_has_statements_one_below_another_and_no_line_too_wide():
    text = FOUND.text(80)
    assert (
        "· 高　第4页第2段　占比不符　不一致\n  “占4.96%”\n  公布 4.96%　重算 4.86%\n  60.00 ÷ 1,234.50 × 100%"
        in text
    )
    widths = [sum(2 if ord(c) > 0x2E7F or c in "“”—·…" else 1 for c in line) for line in text.splitlines()]
    assert max(widths) <= 90  # rich takes ambiguous signs for narrow ones


def test_no_number_is_broken_by_the_end_of_a_line():
    """A reason of 60 sums, in a column that is far narrower."""
    reason = "，".join(f"第{n}项{n}234567.89万元" for n in range(10, 70))
    own = narratives.document()
    one = narratives.statement(
        own, "占4.96%", "4.96", severity="high", kind="share", verdict="disagrees", explanation=reason
    )
    text = ClaimsFound(narratives.narrative(statements=(one,), left=())).text(130)
    assert all(f"{n}234567.89" in text for n in range(10, 70))
    assert max(map(len, text.splitlines())) <= 130


def test_what_could_not_be_read_is_told_with_the_results():
    fault = Fault("决算.pdf", "没有读到“收入决算表”")
    assert (
        "没有读到的 1 处\n· 决算.pdf：没有读到“收入决算表”。"
        in ClaimsFound(narratives.narrative(faults=(fault,))).text()
    )


def test_numbers_that_were_not_read_are_never_passed_over():
    text = FOUND.text()
    assert "没有读成陈述的数 2 个" in text and row_of(
        text, "没有一条句式读得出（2）", "第5页第2段", "特种车3辆"
    )
    assert row_of(text, "表里没有上年数（1）", "34.50万元", "增加34.50万元")
    bare = ClaimsFound(
        narratives.narrative(statements=narratives.narrative().statements[:1], left=(), aside=Counter())
    )
    assert "沉默不等于一致：这里没有提到的话，没有核对过。" in bare.text()


def test_a_document_of_which_nothing_could_be_judged_is_refused_whatever_was_counted(monkeypatch, tmp_path):
    from auditbook import claims_yield
    from auditbook.narrative import reading

    only = [s for s in narratives.narrative().statements if s.row["verdict"] == "not_checkable"]
    monkeypatch.setattr(reading, "read", lambda *a, **k: narratives.narrative(statements=tuple(only)))
    with pytest.raises(CaseError, match="没有一句可以核对的话（2 个数没有读成陈述，2 条陈述无法核对）"):
        claims_yield.read([tmp_path / "x.pdf"])
