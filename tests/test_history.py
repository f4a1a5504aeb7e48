"""All runs asked in SQL: what is answered is held against the same files, read by the csv module and counted by Fraction."""

import csv
import io
import json
import os
import random
import re
import shutil
import signal
import statistics
import subprocess
import sys
import time
import zipfile
from collections import Counter
from fractions import Fraction
from pathlib import Path

import pytest
from conftest import AUDITBOOK, ROOT, auditbook

from auditbook import tables
from auditbook.faults import AuditbookError, LimitError, UsageError
from auditbook.history import answers, asking, base_tables, command_line, kept, views

DOCS = (ROOT / "docs" / "history.md").read_text(encoding="utf-8")
RANDOM = random.Random(20)


# --- folders of runs ------------------------------------------------------------------------------------------------


def write_table(folder: Path, table: str, rows, columns=None) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f"{table}.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns or tables.COLUMNS[table], restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def write_run(root: Path, run: str, department="甲局", year=2020, region="乙市", without=(), **given) -> Path:
    """A run whose tables are empty but for those that are given; its case file is kept with it."""
    folder = root / "data" / "processed" / run
    for table in tables.COLUMNS:
        if table not in without and (table not in tables.OPTIONAL or table in given):
            write_table(folder, table, given.get(table, []))
    if department is not None:
        case = run.partition("+")[0]
        with zipfile.ZipFile(folder / "rules.zip", "w") as package:
            package.writestr(
                f"base/params/cases/{case}.yaml",
                f"case: {case}\ndepartment:\n  name: {department}\n  region: {region}\n  level: 县级\nyear: {year}\nframework: f\n",
            )
    return folder


def scored(lowest, highest, scheme="scheme-a", assessable="40", state="bounded", lines=()):
    total = {"scheme": scheme, "level": "total", "weight": "100", "lowest": lowest, "highest": highest, "basis": "department", "state": state}  # fmt: skip
    title = {"scheme": scheme, "basis": "department", "title": "某评分表", "full_marks": "100", "assessable_weight": assessable, "lost": "1.5"}  # fmt: skip
    other = {**title, "basis": "worst_unit", "assessable_weight": "1"}
    own = [{"scheme": scheme, "level": "indicator", "basis": "department", **line} for line in lines]
    return {"scores": [*own, total], "schemes": [title, other]}


def found(*severities, rule="some_rule", **more):
    return [
        {
            "finding": f"{rule}:{n}",
            "number": str(n),
            "severity": s,
            "kind": "k",
            "origin": "rule",
            "rule": rule,
            **more,
        }
        for n, s in enumerate(severities, 1)
    ]


def runs_of(*roots: Path):
    return kept.listed({root: str(root) for root in roots})


def ask(root, question, told=None):
    roots = root if isinstance(root, tuple) else (root,)
    answer, faults = asking.History(runs_of(*roots)).ask(question)
    rows = [tuple(row) for row in answer.rows]
    if told is None:
        assert faults == []
    else:
        told += map(str, faults)
    return rows


def rows_of(folder: Path, table: str):
    with (folder / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def text(root, question, form="csv"):
    parts, _ = command_line.answered(question, "", [str(root)], form, 100, terminal=False)
    return "".join(parts)


# --- what the views say ---------------------------------------------------------------------------------------------


def test_a_run_is_told_with_department_score_and_findings(tmp_path):
    write_run(tmp_path, "a-2020", **scored("5", "97.25"), findings=found("high", "low", "low"))
    assert ask(
        tmp_path,
        'SELECT run, "case", scenario, department, region, level, year, framework, framework_title, full_marks, lowest, highest,'
        " assessable_weight, assessable_share, lost, findings, high, medium, low, state, missing, told_by FROM runs",
    ) == [(
        "a-2020", "a-2020", None, "甲局", "乙市", "县级", 2020, "scheme-a", "某评分表", 100, 5, Fraction("97.25"), 40, 0.4,
        Fraction("1.5"), 3, 1, 0, 2, "whole", None, "rules.zip",
    )]  # fmt: skip


def test_a_number_is_there_to_calculate_with_and_as_it_was_written(tmp_path):
    written = "9.822252832489985282106260953647965"
    write_run(tmp_path, "a-2020", **scored(written, "97.00000000000000005"))
    ((lowest, exact, highest, doubled),) = ask(
        tmp_path, "SELECT lowest, lowest_exact, highest, lowest * 2 FROM runs"
    )
    assert exact == written
    assert Fraction(lowest) == Fraction(round(Fraction(written) * 10**16), 10**16)
    assert Fraction(doubled) == 2 * Fraction(lowest)
    assert Fraction(highest) == Fraction("97.0000000000000001")  # half up


@pytest.mark.parametrize("cell", ["", "1_000", "1e5", "约5", " 7", "NaN", "Infinity", "9" * 23])
def test_a_cell_without_a_number_is_null_never_zero(tmp_path, cell):
    write_run(
        tmp_path,
        "a-2020",
        figures=[{"figure": "f", "year": "2020", "value": cell}, {"figure": "g", "value": "0"}],
    )
    ((number, exact, year), (zero, _, no_year)) = ask(
        tmp_path, "SELECT value, value_exact, year FROM figures ORDER BY figure"
    )
    assert (number, exact) == (None, cell or None)
    assert (zero, year, no_year) == (0, 2020, None)


def test_views_count_what_the_files_hold(tmp_path):
    """Fifty runs of twelve departments: every aggregate is counted again from the files."""
    values, verdicts, severities = {}, Counter(), Counter()
    scores = {}
    for n in range(50):
        department, year = f"部门{n % 12}", 2015 + n // 12
        value = f"{RANDOM.randrange(-500, 900)}.{RANDOM.randrange(10**9):09}"
        own = [RANDOM.choice(["high", "medium", "low"]) for _ in range(RANDOM.randrange(6))]
        claims = [RANDOM.choice(["agrees", "disagrees"]) for _ in range(RANDOM.randrange(4))]
        low = Fraction(RANDOM.randrange(5000), 100)
        scores[department, year] = low
        write_run(
            tmp_path, f"d{n % 12}-{year}", department, year, findings=found(*own),
            **scored(str(float(low)), "100"),
            claims=[{"claim": str(i), "verdict": verdict} for i, verdict in enumerate(claims)],
            indicators=[
                {"indicator": "rate", "name": "某率", "definition": "d", "scope": "department", "year": str(year), "scoring": "yes", "status": "computed", "value": value, "unit": "1"},
                {"indicator": "rate", "name": "某率", "definition": "other", "scope": "department", "year": str(year), "scoring": "no", "status": "computed", "value": "1", "unit": "1"},
                {"indicator": "rate", "name": "某率", "definition": "d", "scope": "department", "item": "x", "year": str(year), "scoring": "yes", "status": "computed", "value": "1", "unit": "1"},
                {"indicator": "rate", "name": "某率", "definition": "d", "scope": "unit", "year": str(year), "scoring": "yes", "status": "computed", "value": "1", "unit": "1"},
            ],
        )  # fmt: skip
        values.setdefault(year, []).append(Fraction(value))
        verdicts.update((department, year, verdict) for verdict in claims)
        severities.update((department, severity) for severity in own)

    summary = ask(
        tmp_path,
        "SELECT year, computed, minimum, quartile_1, median, quartile_3, maximum FROM indicator_summary",
    )
    assert [row[:2] for row in summary] == [(year, len(own)) for year, own in sorted(values.items())]
    for year, _, *told in summary:
        own = sorted(values[year])
        expected = (
            [own[0], *statistics.quantiles(own, n=4, method="inclusive"), own[-1]]
            if len(own) > 1
            else own * 5
        )
        assert told == expected

    claimed = ask(tmp_path, "SELECT department, year, verdict, claims FROM claims_by_verdict")
    assert {row[:3]: row[3] for row in claimed} == verdicts
    assert {
        (department, severity): number
        for department, *numbers in ask(tmp_path, "SELECT department, high, medium, low FROM departments")
        for severity, number in zip(("high", "medium", "low"), numbers, strict=True)
        if number
    } == severities
    by_rule = ask(tmp_path, "SELECT rule, findings, high FROM findings_by_rule")
    assert by_rule == [
        ("some_rule", severities.total(), sum(n for (_, s), n in severities.items() if s == "high"))
    ]
    changes = ask(tmp_path, "SELECT department, year, lowest_change FROM department_years")
    assert {row[:2]: row[2] for row in changes} == {
        (department, year): (low - scores[department, year - 1]) if (department, year - 1) in scores else None
        for (department, year), low in scores.items()
    }
    latest = ask(tmp_path, "SELECT department, years, first_year, last_year, lowest FROM departments")
    assert {row[0]: row[1:] for row in latest} == {
        name: (len(own), min(own), max(own), own[max(own)])
        for name in {department for department, _ in scores}
        for own in [{year: low for (department, year), low in scores.items() if department == name}]
    }
    medians = ask(tmp_path, "SELECT year, departments, lowest_min, lowest_median FROM budget_years")
    for year, departments, least, median in medians:
        own = [low for (_, y), low in scores.items() if y == year]
        assert (departments, least, median) == (len(own), min(own), statistics.median(own))


def test_a_change_needs_the_year_before_and_the_same_scheme(tmp_path):
    for year, scheme in ((2018, "a"), (2019, "a"), (2020, "b"), (2022, "b")):
        write_run(tmp_path, f"a-{year}", year=year, **scored(str(year - 2000), "100", scheme=scheme))
    assert ask(tmp_path, "SELECT year, lowest_change FROM department_years") == [
        (2018, None), (2019, 1), (2020, None), (2022, None),
    ]  # fmt: skip


def test_the_latest_year_without_a_score_is_not_told_with_an_older_one(tmp_path):
    write_run(tmp_path, "a-2019", year=2019, **scored("50", "60"))
    write_run(tmp_path, "a-2020", year=2020, without=("scores",))
    assert ask(tmp_path, "SELECT last_year, lowest, highest FROM departments", []) == [(2020, None, None)]


def test_two_departments_of_one_name_are_told_apart_by_their_region(tmp_path):
    write_run(tmp_path, "a-2020", "财政局", region="甲县", findings=found("high"))
    write_run(tmp_path, "b-2020", "财政局", region="乙县", findings=found("high", "low"))
    assert ask(tmp_path, "SELECT region, findings FROM departments ORDER BY region") == [
        ("乙县", 2),
        ("甲县", 1),
    ]
    assert ask(tmp_path, "SELECT departments FROM findings_by_rule") == [(2,)]


def test_findings_that_recur_are_seen_by_rule_and_year(tmp_path):
    for year in (2018, 2019, 2021):
        write_run(
            tmp_path, f"a-{year}", year=year, findings=found("high", rule="again") if year != 2019 else []
        )
    assert ask(tmp_path, "SELECT rule, years, which_years FROM findings_by_department") == [
        ("again", 2, "2018、2021")
    ]


def test_a_document_counts_the_points_of_every_line_that_waits_for_it(tmp_path):
    lines = [
        {"indicator": "x", "weight": "5", "lowest": "0", "highest": "5", "documents": "甲表；附注;乙表"},
        {"indicator": "y", "weight": "3", "lowest": "1", "highest": "2.5", "documents": "乙表"},
        {"indicator": "z", "weight": "3", "lowest": "3", "highest": "3"},
    ]
    write_run(tmp_path, "a-2020", **scored("4", "90", lines=lines))
    assert ask(tmp_path, "SELECT document, lines, points FROM documents_wanted") == [
        ("乙表", 2, Fraction("6.5")), ("甲表；附注", 1, 5),
    ]  # fmt: skip


def test_a_scenario_is_a_run_of_its_case_and_no_second_department(tmp_path):
    write_run(tmp_path, "a-2020", **scored("5", "9"), findings=found("high"))
    write_run(tmp_path, "a-2020+strict", **scored("1", "9"), findings=found("high", "high"))
    assert ask(tmp_path, 'SELECT run, "case", scenario, lowest FROM runs') == [
        ("a-2020", "a-2020", None, 5), ("a-2020+strict", "a-2020", "strict", 1),
    ]  # fmt: skip
    assert ask(tmp_path, "SELECT department, lowest, high FROM departments") == [("甲局", 5, 1)]
    assert ask(tmp_path, "SELECT scenario, count(*) FROM findings GROUP BY ALL ORDER BY ALL") == [
        ("strict", 2),
        (None, 1),
    ]


def test_what_was_not_scored_has_no_points(tmp_path):
    write_run(tmp_path, "a-2020", **scored("0", "100", state="stopped"))
    assert ask(tmp_path, "SELECT state, lowest, highest_exact FROM runs") == [("stopped", None, None)]


# --- whose a run is -------------------------------------------------------------------------------------------------


def test_whose_a_run_is_stands_in_it_whatever_became_of_its_case_file(tmp_path):
    write_run(tmp_path, "a-2020", "甲局")
    write_run(tmp_path, "b-2020", None)
    (tmp_path / "outputs" / "b-2020").mkdir(parents=True)
    (tmp_path / "outputs" / "b-2020" / "run.json").write_text(
        json.dumps({"department": "乙局", "year": 2018})
    )
    write_run(tmp_path, "c-2020", None)
    (tmp_path / "params" / "cases").mkdir(parents=True)
    (tmp_path / "params" / "cases" / "c-2020.yaml").write_text("department: {name: 丙局}\nyear: 2017\n")
    write_run(tmp_path, "d-2020", None, indicators=[{"indicator": "x", "year": "2016"}])
    write_run(tmp_path, "e-2020", None)
    assert ask(tmp_path, "SELECT run, department, year, told_by FROM runs") == [
        ("a-2020", "甲局", 2020, "rules.zip"), ("b-2020", "乙局", 2018, "run.json"), ("c-2020", "丙局", 2017, "case file"),
        ("d-2020", None, 2016, "tables"), ("e-2020", None, None, None),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "case",
    [
        b"\xff\xfe",
        b"[1, 2]",
        b"department: 5",
        b"department: {name: [a]}",
        b"a: &x 1\nb: *x",
        b"year: yes",
        b"a" * 3_000_000,
    ],
)
def test_a_damaged_case_file_leaves_its_run_to_be_asked(tmp_path, case):
    folder = write_run(tmp_path, "a-2020", None, findings=found("high"))
    with zipfile.ZipFile(folder / "rules.zip", "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("base/params/cases/a-2020.yaml", case)
    assert ask(tmp_path, "SELECT department, year, high FROM runs") == [(None, None, 1)]
    (folder / "rules.zip").write_bytes(b"PK\x03\x04 no zip")
    assert ask(tmp_path, "SELECT department, high FROM runs") == [(None, 1)]


def test_runs_of_one_name_in_two_folders_stay_two(tmp_path):
    for name, severity in (("one", "high"), ("two", "low")):
        write_run(tmp_path / name, "a-2020", findings=found(severity))
    both = (tmp_path / "one", tmp_path / "two")
    assert ask(both, "SELECT run, high, low FROM runs") == [
        (f"{tmp_path}/one/a-2020", 1, 0), (f"{tmp_path}/two/a-2020", 0, 1),
    ]  # fmt: skip


# --- half runs, old layouts, damage ---------------------------------------------------------------------------------


def test_a_half_run_is_answered_for_what_it_has(tmp_path):
    write_run(tmp_path, "a-2020", **scored("5", "9"), findings=found("high"))
    write_run(tmp_path, "b-2020", without=("scores", "schemes", "findings", "sensitivity", "room"))
    (tmp_path / "data" / "processed" / "c-2020").mkdir()
    (tmp_path / "data" / "processed" / ".hidden").mkdir()
    told = []
    assert ask(tmp_path, "SELECT run, state, findings, high, lowest, missing FROM runs", told) == [
        ("a-2020", "whole", 1, 1, 5, None),
        ("b-2020", "partial", None, None, None, "scores, schemes, findings, sensitivity, room"),
    ]
    assert [line.split("：")[0] for line in told] == ["b-2020"] * 3
    assert ask(tmp_path, "SELECT count(*) FROM indicators") == [(0,)]  # nothing is said of what is not asked


def test_an_older_layout_has_null_for_the_columns_that_it_lacks(tmp_path):
    folder = write_run(tmp_path, "a-2020")
    old = ("finding", "severity", "amount")  # and in another order
    write_table(folder, "findings", [{"finding": "f", "severity": "high", "amount": "12.5"}], old[::-1])
    write_run(tmp_path, "b-2020", findings=found("low", name="新"))
    told = []
    assert ask(tmp_path, "SELECT run, severity, amount, name FROM findings", told) == [
        ("a-2020", "high", Fraction("12.5"), None), ("b-2020", "low", None, "新"),
    ]  # fmt: skip
    assert len(told) == 1 and told[0].startswith("a-2020/findings.csv：") and "condition" in told[0]


@pytest.mark.parametrize(
    "damage",
    [
        b"\xff\xfe\x00", b"", b"nothing,of,ours\n1,2,3\n", b"finding,finding\n1,2\n", b'finding,severity\n"open', b"finding,severity\n1,2,3\n",
        b"finding,severity\nok,\xff\n",
    ],
)  # fmt: skip
def test_a_damaged_table_is_told_and_breaks_no_other(tmp_path, damage):
    for n in range(9):
        folder = write_run(tmp_path, f"r{n}-2020", findings=found("high"))
        if n == 4:
            (folder / "findings.csv").write_bytes(damage)
    told = []
    rows = ask(tmp_path, "SELECT run, high, missing FROM runs", told)
    assert rows == [(f"r{n}-2020", 1, None) if n != 4 else ("r4-2020", None, "findings") for n in range(9)]
    assert any("r4-2020/findings.csv" in line for line in told)


def test_a_pipe_for_a_table_is_no_table(tmp_path):
    folder = write_run(tmp_path, "a-2020", without=("findings",))
    os.mkfifo(folder / "findings.csv")
    assert ask(tmp_path, "SELECT findings FROM runs", []) == [(None,)]


def test_text_survives_as_it_is(tmp_path):
    hostile = [
        "=1+1", "@SUM(A1)", "＝1", "-x", "a,b", 'say "x"', "line1\nline2", "a\r\nb", "  blank  ", "NULL", "#", "\\N", "'", "--", "; DROP TABLE runs", "中文，“引”",
        "\u202eabc", "x" * 40_000, "{", "%s", "0x1", "🀄", '""',
    ]  # fmt: skip
    root = tmp_path / "a*[b]? c"
    folder = write_run(root, "r-2020", findings=[
        {"finding": f"f{n:02}", "condition": cell} for n, cell in enumerate(hostile)
    ])  # fmt: skip
    write_run(tmp_path / "aX b c", "s-2020", findings=found("low"))  # what a pattern would find too
    question = "SELECT condition FROM findings ORDER BY finding"
    assert [cell for (cell,) in ask(root, question)] == hostile
    assert [row["condition"] for row in rows_of(folder, "findings")] == hostile
    assert [row["condition"] for row in json.loads(text(root, question, "json"))] == hostile
    back = [row[0] for row in csv.reader(io.StringIO(text(root, question), newline=""))][1:]
    assert back == [f"'{cell}" if cell[0] in "=@＝-" else cell for cell in hostile]


# --- the answer -----------------------------------------------------------------------------------------------------


def test_numbers_of_an_answer_have_no_exponent_and_all_their_digits(tmp_path):
    write_run(tmp_path, "a-2020")
    question = "SELECT 1.50::DECIMAL(38,16) a, 1e-7::DOUBLE b, 0::DECIMAL(9,2) c, -5 d, NULL e, true f, [1.5, 2] g, 100::DECIMAL(38,16) h, 'nan'::DOUBLE i"
    assert text(tmp_path, question).splitlines()[1] == '1.5,0.0000001,0,-5,,true,"[1.5, 2]",100,NaN'
    assert '"a": 1.5, "b": 0.0000001, "c": 0, "d": -5, "e": null, "f": true' in text(
        tmp_path, question, "json"
    )
    assert json.loads(text(tmp_path, question, "json"))[0]["i"] == "NaN"
    assert json.loads(text(tmp_path, "SELECT 1 AS a, 2 AS a", "json")) == [{"a": 1, "a_2": 2}]
    assert json.loads(text(tmp_path, "SELECT 1 AS a WHERE false", "json")) == []


def test_a_table_keeps_its_columns_straight_and_shows_wide_rows_one_by_one(tmp_path):
    from rich.cells import cell_len

    write_run(tmp_path, "a-2020", "清河县水务局")
    write_run(tmp_path, "b-2020", "Q")
    lines = text(tmp_path, "SELECT department, year FROM runs", "table").splitlines()
    assert [cell_len(line) for line in lines] == [18] * 3  # 12 columns of Chinese, a gap of 2, 4 of a year
    wide = text(tmp_path, "FROM runs WHERE run = 'a-2020'", "table")
    assert wide.startswith("[1]\n") and re.search(r"^department +清河县水务局$", wide, re.MULTILINE)


def test_a_long_table_says_how_many_rows_there_are(tmp_path):
    write_run(tmp_path, "a-2020")
    parts, told = command_line.answered("FROM range(1200)", "", [str(tmp_path)], "table", 80, terminal=False)
    assert "".join(parts).count("\n") == answers.MOST_ROWS + 1
    assert "1200" in str(told[0])


def test_nothing_reaches_a_terminal_that_moves_its_cursor(tmp_path):
    write_run(tmp_path, "a-2020")
    for form in answers.FORMATS:
        parts, _ = command_line.answered(
            "SELECT chr(27) || '[2J' AS x", "", [str(tmp_path)], form, 80, terminal=True
        )
        assert "\x1b" not in "".join(parts)


def test_a_question_may_stand_in_a_file(tmp_path):
    write_run(tmp_path, "a-2020")
    file = tmp_path / "question.sql"
    file.write_bytes("\ufeff-- 问题\nSELECT run\nFROM runs".encode())
    parts, _ = command_line.answered("", str(file), [str(tmp_path)], "csv", 80, terminal=False)
    assert "".join(parts) == "run\na-2020\n"
    file.write_text("SELECT '中文',\n  rum FROM runs")
    with pytest.raises(UsageError, match=rf"{re.escape(str(file))}:2:3：没有“rum”这一列.*run"):
        command_line.answered("", str(file), [str(tmp_path)], "csv", 80, terminal=False)
    for bad in (tmp_path / "none.sql", tmp_path):
        with pytest.raises(UsageError, match="没有这个文件"):
            command_line.answered("", str(bad), [str(tmp_path)], "csv", 80, terminal=False)


# --- wrong questions ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("SELECT higest FROM runs", r"SQL:1:8：没有“higest”这一列.*highest"),
        ("SELECT '中文', higest\nFROM runs", r"SQL:1:14：没有“higest”"),
        ("SELECT r.departmant FROM runs r", r"SQL:1:8：没有“departmant”.*department"),
        ("SELECT *\nFROM finding_lists", r"SQL:2:6：没有“finding_lists”这张表或视图.*finding_list"),
        ("SELECT case FROM runs", r"SQL:1:13：DuckDB：.*“case”是 SQL 的保留字"),
        ("SELECT where FROM quality", r"“where”是 SQL 的保留字"),
        ("SELEC run FROM runs", r"SQL:1:1：DuckDB：.*SELEC"),
        ("SELECT sum(run) FROM runs", r"SQL:1:8：DuckDB：.*sum"),
        ("SELECT run::INTEGER FROM runs", r"DuckDB：.*a-2020"),
        ("SELECT 1; SELECT 2", "有2条语句"),
        ("-- nothing", "没有问题"),
        ("SELECT '\0'", "NUL"),
        ("SELECT " + "(" * 3000 + "1" + ")" * 3000, "SQL"),
        ("SELECT error('它说')", "它说"),
    ],
)
def test_a_wrong_question_is_told_with_its_place(tmp_path, question, told):
    write_run(tmp_path, "a-2020")
    with pytest.raises(UsageError, match=told) as error:
        ask(tmp_path, question)
    assert error.value.exit_code == 2


@pytest.mark.parametrize(
    "question",
    [
        "SELECT * FROM read_csv('{file}')", "SELECT * FROM '{file}'", "SELECT * FROM read_text('{file}')", "SELECT * FROM read_blob('{file}')",
        "SELECT * FROM glob('{folder}/*')", "SELECT * FROM sniff_csv('{file}')", "SELECT * FROM query('FROM read_text(''{file}'')')",
        "COPY runs TO '{folder}/out.csv'", "COPY (FROM runs) TO '{folder}/out.csv'", "ATTACH '{folder}/out.db'", "INSTALL json", "LOAD '{file}'",
        "SET enable_external_access = true", "PRAGMA database_list", "EXPORT DATABASE '{folder}/out'", "IMPORT DATABASE '{folder}'",
        "CREATE TABLE x AS FROM runs", "DROP TABLE findings", "DELETE FROM findings", "UPDATE findings SET severity = 'low'", "CALL pragma_version()",
        "SELECT * FROM duckdb_secrets()", "SELECT * FROM question", "CREATE SECRET (TYPE s3)", "CHECKPOINT", "BEGIN",
    ],
)  # fmt: skip
def test_a_question_reaches_nothing_but_the_tables(tmp_path, question, monkeypatch):
    folder = write_run(tmp_path / "results", "a-2020", findings=found("high"))
    (tmp_path / "secret.csv").write_text("secret\n42\n")
    monkeypatch.chdir(tmp_path)
    before = sorted(tmp_path.rglob("*")), (folder / "findings.csv").read_bytes()
    with pytest.raises(UsageError) as error:
        ask(tmp_path / "results", question.format(file=tmp_path / "secret.csv", folder=tmp_path))
    assert "42" not in str(error.value)
    assert (sorted(tmp_path.rglob("*")), (folder / "findings.csv").read_bytes()) == before


def test_a_file_is_not_even_opened_to_look_a_question_over(tmp_path):
    """A pipe that nobody writes to would never be read to its end."""
    write_run(tmp_path, "a-2020")
    os.mkfifo(tmp_path / "pipe.csv")
    for question in ("SELECT * FROM read_csv('{}')", "SELECT x FROM runs SEMI JOIN read_csv('{}') USING (run)", "PIVOT read_csv('{}') ON a USING sum(b)", "EXPLAIN FROM read_text('{}')"):  # fmt: skip
        with pytest.raises(UsageError, match="不能读写文件"):
            ask(tmp_path, question.format(tmp_path / "pipe.csv"))


def test_what_does_not_fit_into_memory_is_a_limit_and_spills_nothing(tmp_path, monkeypatch):
    write_run(tmp_path / "results", "a-2020")
    monkeypatch.setattr(asking, "MEMORY", "60MB")
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    with pytest.raises(LimitError) as error:
        ask(tmp_path / "results", "SELECT range FROM range(50000000) ORDER BY hash(range)")
    assert error.value.exit_code == 7 and list(Path.cwd().iterdir()) == []
    write_run(
        tmp_path / "results",
        "b-2020",
        findings=[{"finding": str(n), "quote": "x" * 900_000} for n in range(90)],
    )
    with pytest.raises(LimitError, match=r"findings\.csv"):
        ask(tmp_path / "results", "FROM findings")


@pytest.mark.parametrize("question", ["SELECT * FROM query('SELECT high FROM ' || 'runs')", "PIVOT runs ON year USING max(high)", "SELECT max(high) FROM MAIN.\"Runs\"", "SUMMARIZE runs", "WITH findings AS (SELECT 1) SELECT high FROM findings, runs", "FROM runs SEMI JOIN findings USING (run)", "PIVOT (SELECT * FROM QUERY('SELECT year, high FROM ru' || 'ns')) ON year USING max(high)"])  # fmt: skip
def test_whatever_a_question_names_a_table_by_is_read(tmp_path, question):
    write_run(tmp_path, "a-2020", findings=found("high"))
    with_findings = ask(tmp_path, question)
    write_run(tmp_path, "a-2020")
    assert with_findings != ask(tmp_path, question)


def test_no_run_and_no_folder_are_told_with_what_to_do(tmp_path):
    (tmp_path / "data" / "processed").mkdir(parents=True)
    with pytest.raises(UsageError, match=r"还没有任何运行.*auditbook run"):
        command_line.answered("", "", [str(tmp_path)], "table", 80, terminal=False)
    with pytest.raises(UsageError, match="none：下面没有 data/processed/"):
        command_line.answered("", "", [str(tmp_path), str(tmp_path / "none")], "table", 80, terminal=False)
    with pytest.raises(UsageError, match="没有这种格式"):
        command_line.answered("", "", [str(tmp_path)], "pdf", 80, terminal=False)


def test_ctrl_c_ends_a_question_that_never_ends(tmp_path):
    write_run(tmp_path, "a-2020")
    for question in (
        "WITH RECURSIVE x(a) AS (SELECT 1 UNION ALL SELECT a + 1 FROM x) SELECT max(a) FROM x WHERE a < 0",
        "SELECT count(*) FROM range(1000000) a, range(1000000) b WHERE a.range + b.range = -1",
    ):
        asked = subprocess.Popen(
            [AUDITBOOK, "history", question, "--results", str(tmp_path)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )  # fmt: skip
        time.sleep(4)
        asked.send_signal(signal.SIGINT)
        out, err = asked.communicate(timeout=20)
        assert (asked.returncode, out, "Traceback" in err) == (-signal.SIGINT, "", False)


# --- many runs ------------------------------------------------------------------------------------------------------


def test_a_thousand_runs_are_answered(tmp_path):
    made = write_run(tmp_path, "d000-2015", **scored("5", "9"), findings=found("high", "low"))
    for n in range(1, 1000):
        run = f"d{n // 5:03}-{2015 + n % 5}"
        shutil.copytree(made, tmp_path / "data" / "processed" / run)
    assert ask(tmp_path, "SELECT count(*), count(DISTINCT run), sum(high), sum(lowest) FROM runs") == [
        (1000, 1000, 1000, 5000)
    ]


# --- the page, the views, the tables --------------------------------------------------------------------------------


def test_every_column_of_a_view_has_its_words_and_stands_on_the_page():
    history = asking.History([])
    asked, _ = history.ask(
        "SELECT table_name, column_name FROM duckdb_columns() WHERE NOT internal ORDER BY column_index"
    )
    columns = {}
    for table, column in asked.rows:
        columns.setdefault(table, []).append(column)
    for view in views.views():
        assert list(view.columns) == columns[view.name]
        section = DOCS.partition(f"### {view.name}\n")[2].partition("\n### ")[0].partition("\n## ")[0]
        assert re.findall(r"^\| `(\w+)` \| (.+) \|$", section, re.MULTILINE) == [
            (name, words.english) for name, words in view.columns.items()
        ]
        assert view.words.english in section and view.example in section
    assert set(columns) == {view.name for view in views.views()} | set(tables.COLUMNS) | {base_tables.RUNS}


def test_every_column_of_numbers_is_one_of_its_table():
    for table in tables.COLUMNS:
        for name in (base_tables._NUMBERS.get(table, "") + " " + base_tables._WHOLE.get(table, "")).split():
            assert name in tables.COLUMNS[table]


BLOCKS = re.findall(r"```sql\n(.*?)```", DOCS, re.DOTALL)


@pytest.mark.parametrize("question", BLOCKS)
def test_every_question_of_the_page_is_answered_by_a_real_run(wuxi, invented, question):
    answer, told = asking.History(runs_of(wuxi.workspace, invented.workspace)).ask(question)
    rows = list(answer.rows)
    assert told == []
    # of one year each, without a scenario: nothing recurs, nothing is compared
    assert rows or any(words in question for words in ("years > 1", "scenario IS NOT NULL"))


def test_the_wrong_question_of_the_page_is_told_as_it_says(tmp_path):
    write_run(tmp_path, "a-2020")
    question, told = re.search(r'\$ auditbook history "(.+)"\n(.+)\n', DOCS).groups()
    with pytest.raises(UsageError) as error:
        ask(tmp_path, question)
    assert str(error.value) == told


def test_there_are_ten_questions_and_one_for_each_view():
    assert len(BLOCKS) == 10 + len(views.views())


def test_a_real_run_is_told_as_its_files_have_it(wuxi):
    folder = wuxi.processed("wuxi-offices-2019")
    total = next(row for row in rows_of(folder, "scores") if row["level"] == "total")
    severities = Counter(row["severity"] for row in rows_of(folder, "findings"))
    ((name, year, scheme, low, high, *counted),) = ask(
        wuxi.workspace,
        "SELECT department, year, framework, lowest_exact, highest_exact, high, medium, low FROM runs",
    )
    assert (name, year, scheme) == ("无锡市机关事务管理局", 2019, total["scheme"])
    assert (low, high) == (total["lowest"], total["highest"])
    assert counted == [severities[s] for s in ("high", "medium", "low")]
    for table in tables.COLUMNS:
        written = rows_of(folder, table) if (folder / f"{table}.csv").is_file() else []
        own = [
            base_tables.own_name(c)
            + (base_tables.EXACT if base_tables.kind_of(table, c) == base_tables.NUMBER else "")
            for c in tables.COLUMNS[table]
        ]
        cells = ", ".join(f'"{c}"::VARCHAR' for c in own)
        told = ask(wuxi.workspace, f"SELECT {cells} FROM {table}")
        assert [tuple(cell or "" for cell in row) for row in told] == [tuple(row.values()) for row in written]


# --- the command ----------------------------------------------------------------------------------------------------


def test_the_command_answers_and_tells_apart_results_and_messages(tmp_path):
    write_run(tmp_path, "a-2020", **scored("5", "97.125"), findings=found("high"))
    write_run(tmp_path, "b-2020", "乙局", without=("findings",))
    listed = auditbook("history", workspace=tmp_path)
    assert listed.code == 0 and "findings.csv" in listed.err and "findings.csv" not in listed.out
    assert re.search(
        r"^a-2020 +甲局 +2020 +scheme-a +5 +97\.13 +100 +40 +1 +0 +0 +whole$", listed.out, re.MULTILINE
    )
    asked = auditbook("history", "SELECT run FROM runs WHERE high > 0", "--format", "csv", workspace=tmp_path)
    assert (asked.code, asked.out) == (0, "run\na-2020\n")
    wrong = auditbook("history", "SELECT rum FROM runs", "--lang", "en", workspace=tmp_path)
    assert (wrong.code, wrong.out) == (2, "") and wrong.err.startswith("SQL:1:8: there is no column “rum”")
    described = auditbook("history", "--views", workspace=tmp_path / "nowhere")
    assert described.code == 0 and all(view.name in described.out for view in views.views())


def test_other_commands_do_not_import_duckdb():
    code = "import sys, auditbook.cli; print('duckdb' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "False\n"


def test_faults_are_of_the_kind_that_main_tells():
    assert issubclass(UsageError, AuditbookError) and issubclass(LimitError, AuditbookError)
