"""Every message has its English; which language is told; what is told of real mistakes, in both."""

import os
import re
import subprocess
import sys

import pytest
from conftest import AUDITBOOK, ROOT

from auditbook import languages
from auditbook.faults import Fault, UsageError

sys.path.insert(0, str(ROOT / "tools"))
import messages

CHINESE = re.compile("[\u3400-\u9fff，。；：、！？（）]")
FOUND = messages.messages(messages.read())
KNOWN = messages.catalogue()


@pytest.fixture
def english():
    languages.use(languages.ENGLISH)
    yield
    languages.use(languages.CHINESE)


def run(*arguments, locale="C.UTF-8", **environment):
    return subprocess.run(
        [AUDITBOOK, *arguments], cwd=ROOT, capture_output=True, text=True, timeout=120,
        env={**os.environ, "LC_ALL": locale, **environment},
    )  # fmt: skip


# --- the catalogue -----------------------------------------------------------------------------------------------


def test_every_message_of_the_package_has_its_english():
    """If not: python tools/messages.py --write, then write the English (docs/languages.md)."""
    assert [text for text in FOUND if not KNOWN.get(text)] == []


def test_no_english_has_lost_its_message():
    assert [text for text in KNOWN if text not in FOUND] == []


def test_english_has_the_same_places_as_its_message():
    def places(text):
        return sorted(re.findall(r"\{\d+\}", text))

    assert [text for text, told in KNOWN.items() if told != "=" and places(text) != places(told)] == []


def test_english_is_english():
    """Outside quotation marks and glosses only field terms stay Chinese: units, words that are written in files."""
    bare = {
        text: re.sub("“[^”]*”|[(（][^()（）]*[)）]", "", told) for text, told in KNOWN.items() if told != "="
    }
    left = {
        text: told for text, told in bare.items() if re.search("[，。；：、！？]|[\u3400-\u9fff]{8,}", told)
    }
    assert left == {}


def test_a_message_in_each_kind_of_place_is_found(tmp_path):
    """The search itself: literals, parameters, returns, constants, defaults, loops, other modules."""
    (tmp_path / "other.py").write_text('ADVICE = "请照办"\ndef words(): return "别处的话"\n')
    (tmp_path / "own.py").write_text(
        "from auditbook import other\n"
        'def refuse(found, remedy="默认的话"): return Fault("w", found, remedy)\n'
        'def one(x): refuse(f"“{x}”不对"); refuse("是" if x else "否"); Fault("w", other.words(), other.ADVICE)\n'
        'def two(x):\n    for word in ("甲", "乙"): Fault("w", word)\n    parts = []\n    parts.append(f"第{x}项")\n    Fault("w", "、".join(parts))\n'
        'def three(x): return {"丙": 1}, "没有人说的话"\n'
    )
    follower = messages._Follower(messages.read(tmp_path))
    follower.follow_told()
    found = set(follower.found)
    assert found == {"“{1}”不对", "是", "否", "默认的话", "请照办", "别处的话", "甲", "乙", "第{1}项"}


# --- which language ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({}, "zh"), ({"LANG": "C"}, "zh"), ({"LC_ALL": "POSIX"}, "zh"), ({"LANG": "C.UTF-8"}, "zh"),
        ({"LANG": "zh_CN.UTF-8"}, "zh"), ({"LANG": "zh_TW"}, "zh"), ({"LANG": "en_US.UTF-8"}, "en"),
        ({"LANG": "de_DE@euro"}, "en"), ({"LC_ALL": "en_GB.UTF-8", "LANG": "zh_CN.UTF-8"}, "en"),
        ({"LC_MESSAGES": "zh_CN.UTF-8", "LANG": "en_US.UTF-8"}, "zh"), ({"LC_ALL": "", "LANG": "fr_FR"}, "en"),
    ],
)  # fmt: skip
def test_the_locale_says_which(environment, language):
    assert languages.of_locale(environment) == language


@pytest.mark.parametrize(
    ("arguments", "rest"),
    [
        (["--lang", "en", "check", "x"], ["check", "x"]),
        (["check", "--lang", "en", "x"], ["check", "x"]),
        (["check", "x", "--lang=en"], ["check", "x"]),
        (["--lang", "zh", "check", "x", "--lang", "en"], ["check", "x"]),
    ],
)
def test_the_option_stands_anywhere(arguments, rest):
    assert languages.chosen(arguments, {"LANG": "zh_CN.UTF-8"}) == ("en", rest)


def test_after_two_hyphens_everything_is_an_argument():
    assert languages.chosen(["check", "--", "--lang", "en"], {}) == ("zh", ["check", "--", "--lang", "en"])


@pytest.mark.parametrize("arguments", [["--lang", "fr"], ["check", "--lang"], ["--lang="]])
def test_another_language_is_refused(arguments):
    with pytest.raises(UsageError, match="没有语言"):
        languages.chosen(arguments, {})


# --- how a message is told ---------------------------------------------------------------------------------------


def test_chinese_is_told_as_it_stands_and_nothing_is_read():
    program = (
        "import sys; from auditbook import languages; from auditbook.faults import Fault\n"
        "print(languages.told('没有这项指标'), languages.told_fault(Fault('a.yaml:3', '缺少键“x”', '', '请补上')))\n"
        "print('yaml' in sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert done.stdout == "没有这项指标 a.yaml:3：缺少键“x”。请补上。\nFalse\n"


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        (Fault("a.yaml:3", "缺少键“资料”", "", "请补上"), "a.yaml:3: the key “资料” is missing. Add it."),
        (
            Fault("a.yaml:3", "“year”的值是 'x'", "整数"),
            "a.yaml:3: the value of “year” is 'x'; expected: a whole number.",
        ),
        (Fault("x", "没有这个文件", "一个文件路径，或以下之一：甲、乙"), "x: there is no such file; expected: the path of a file, or one of: 甲、乙."),
        (Fault("x.csv", "没有“预算”", "表头", "是否想写“预算数”"), "x.csv: there is no “预算”; expected: 表头. Did you mean “预算数”?"),
    ],
)  # fmt: skip
def test_a_fault_is_told_in_whole_english_sentences(english, fault, told):
    assert languages.told_fault(fault) == told


def test_what_others_have_written_stays_as_it_is(english):
    """A file may hold our own words: between quotation marks they are its words, and signs of ours cut nothing."""
    assert (
        languages.told("键“没有这个文件”重复（上一次在第3行）")
        == "the key “没有这个文件” is repeated (last time on line 3)"
    )
    assert (
        languages.told("没有读到“财政拨款“三公”经费支出决算表”")
        == "“财政拨款“三公”经费支出决算表” was not found"
    )
    assert languages.told("某单位的一句话，与本程序无关") == "某单位的一句话，与本程序无关"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("甲乙台账；合同、审批材料——定 3 分；要：某数；向：某处；没有登记", "甲乙台账; 合同、审批材料 – settles 3 points; needed: 某数; from: 某处; not in the register"),
        ("动：某率 98.22% → 无法评价", "Moved: 某率 98.22% → cannot be assessed"),
        ("口径“某率”：甲 → 乙", "definition “某率”: 甲 → 乙"),
        ("3 行得分、1 项审计发现", "3 lines of the score, 1 audit findings"),
        ("net-adjustment", "net-adjustment"),
    ],
)  # fmt: skip
def test_words_of_ours_beside_names_are_told(english, text, told):
    """A label tells what follows it; lists keep no lone signs; names and units stand as they were written."""
    assert languages.told(text) == told
    assert languages.titled("net-adjustment") == "net-adjustment"


def test_a_long_text_costs_no_more_than_its_length(english):
    import time

    started = time.perf_counter()
    languages.told("“" * 20000 + "”有" * 20000)
    languages.told("、".join(["没有这样的话"] * 20000))
    assert time.perf_counter() - started < 20


# --- commands ----------------------------------------------------------------------------------------------------


def commands():
    from auditbook import cli

    return sorted(name for name in __import__("typer").main.get_command(cli.app).commands)


@pytest.mark.parametrize("command", ["", *commands()])
def test_help_is_all_in_one_language(command):
    arguments = [command] if command else []
    chinese, told = run(*arguments, "--help"), run(*arguments, "--help", locale="en_US.UTF-8")
    assert chinese.returncode == told.returncode == 0
    for words in ("Options", "Commands", "Arguments", "Show this message", "required", "Usage"):
        assert words not in chinese.stdout, words
    assert "选项" in chinese.stdout and "用法" in chinese.stdout
    named = re.sub("部门整体支出绩效评价|zh 中文", "", told.stdout)
    assert not CHINESE.search(named), CHINESE.findall(named)
    assert "Options" in told.stdout


@pytest.mark.parametrize(
    ("arguments", "chinese"),
    [
        (["check"], "错误：缺少参数 case。"), (["chek"], "错误：没有命令“chek”。相近的有：'check', 'schema'。"),
        (["nothing-like-it"], "错误：没有命令“nothing-like-it”。"),
        (["run", "--foo"], "错误：没有选项 --foo。"), (["run", "--scenario"], "错误：选项 --scenario 后面要写一个值。"),
        (["run", "a", "b"], "错误：多了参数（b）。"), (["claims", "x", "--year", "many"], "错误：--year 的值不对：应为整数"),
        (["claims", "x", "--year", "12"], "错误：--year 的值不对：应不小于 1990"), (["run", "--force=3", "x"], "错误：选项 --force 后面不写值。"),
    ],
)  # fmt: skip
def test_a_wrong_call_is_told_in_either_language(arguments, chinese):
    done = run(*arguments)
    assert done.returncode == 2 and chinese in done.stderr, done.stderr
    assert re.sub("[a-zA-Z]", "", done.stderr.split("错误")[1]) and "Error" not in done.stderr
    told = run(*arguments, "--lang", "en")
    assert told.returncode == 2 and "Error" in told.stderr and not CHINESE.search(told.stderr)


def test_commands_answer_in_english(wuxi):
    """What is left in Chinese are names and what rules and findings say in their own words."""
    workspace = {"AUDITBOOK_WORKSPACE": str(wuxi.workspace), "AUDITBOOK_CHROMIUM": "no"}
    checked = run("check", "wuxi-offices-2019", "--lang", "en", **workspace)
    first, heading, *wanted, last = checked.stdout.splitlines()
    assert first == (
        "wuxi-offices-2019: 15 sources, 108 figures, 60 objectives, 148 statements, 20 published numbers. "
        "Everything could be read."
    )
    assert heading.startswith("Documents still missing") and not CHINESE.search(heading)
    # documents, figures, sheets and holders have Chinese names; every word between them is the program's
    wanted_line = re.compile(
        r"  \d+\. .+ – (settles [\d.]+ points(, together with others [\d.]+)?|together with others settles [\d.]+ points"
        r"|for an indicator that does not count)(; needed: .+)?(; goes into: .+)?; from: .+; (not in the register|not received.*)"
    )
    assert wanted and [line for line in wanted if not wanted_line.fullmatch(line)] == []
    assert re.findall("要：|向：|填在：|定 |没有|不计分|评价要点（|[,;] ?[,;]", checked.stdout) == []
    assert last == "  31 more; all are in 资料需求清单.xlsx (new and run both write it)"
    said = run("run", "wuxi-offices-2019", "--lang", "en", **workspace).stdout.splitlines()
    starts = [
        "Reliability of the data: undetermined",
        "Data quality: nothing that blocks",
        "Score: 5 points proven",
    ]
    assert [line.startswith(start) for line, start in zip(said, starts, strict=False)] == [True] * 3
    assert not any(
        CHINESE.search(line) for line in said[1:5]
    )  # the reliability names two figures, the finding is quoted
    assert said[-1] == f"Report: {wuxi.workspace}/outputs/wuxi-offices-2019/report.html"
    traced = run("verify", "--trace", "wuxi-offices-2019", "--lang", "en", **workspace)
    assert traced.returncode == 0 and not CHINESE.search(traced.stdout)


@pytest.mark.parametrize("command", ["scenarios", "sensitivity"])
def test_what_if_answers_in_english(wuxi, command):
    """Names, definitions, findings and the reasons of scenarios are Chinese; titles, heads and labels are the program's."""
    workspace = {"AUDITBOOK_WORKSPACE": str(wuxi.workspace), "AUDITBOOK_CHROMIUM": "no"}
    done = run(command, "wuxi-offices-2019", "--lang", "en", **workspace)
    assert done.returncode == 0
    own = "改：|动：|多出|不再有|消失的|没有改变|没有变|不高于|大于|任意组合|只改一处|无法评价|高[0-9]|[0-9]分|[,;] ?[,;]"
    assert re.findall(own, done.stdout) == []
    heads = {
        "scenarios": ["Score and findings", "What was changed, and what moved", "Moved: nothing moved", "the case itself"],
        "sensitivity": ["Conclusions that a single change turns", "Room for judgement", "at most 100.00%", "any combination"],
    }  # fmt: skip
    assert [head for head in heads[command] if head not in done.stdout] == []


def test_mistakes_of_a_case_are_told_in_english(tmp_path):
    case = tmp_path / "params" / "cases" / "x.yaml"
    case.parent.mkdir(parents=True)
    case.write_text("case: x\nyear: 19\nyaer: 2019\ndepartment: {name: 某局}\nframework: none-2018\n")
    done = run("check", str(case), "--lang", "en")
    assert done.returncode == 3
    lines = done.stderr.splitlines()
    assert any(
        line.startswith(
            "params/cases/x.yaml:3: the key “yaer” is not known; expected: one of these keys: case,"
        )
        for line in lines
    )
    assert "No file was written or overwritten." in lines[-1]
    assert not CHINESE.search(done.stderr.replace("某局", ""))


def test_the_shell_of_a_report_stays_chinese(wuxi):
    assert '<html lang="zh-CN">' in (wuxi.outputs("wuxi-offices-2019") / "report.html").read_text()[:400]
