"""Hostile and mistaken files: refused by a look, before any parser, in little memory; limits of the child that parses."""

import contextlib
import json
import os
import shutil
import subprocess
import sys
import time
import zlib
from pathlib import Path

import damage
import office_files as office
import openpyxl
import pytest
from conftest import INVENTED_CASE, auditbook

from auditbook.faults import CaseError, LimitError
from auditbook.intake import guard, limited, packages, separated, sheet_files
from auditbook.intake.guard import Kind

VALUE_AT = '<row r="{row}"><c r="{column}{row}"><v>2</v></c></row>'
FORMULA = '<row r="1"><c r="A1"><f>{}</f><v>1</v></c></row>'
DOCTYPE = '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x "{}">]><a>&x;</a>'
BLANKS = ' <row r="{}"/>'


def far(column: str, row: int, dimension: str = "A1") -> dict[str, str | bytes]:
    rows = office.ROWS + VALUE_AT.format(column=column, row=row)
    return office.parts([office.sheet(rows, before=f'<dimension ref="{dimension}"/>')])


def formula(text: str) -> dict[str, str | bytes]:
    return office.parts([office.sheet(FORMULA.format(text.replace("&", "&amp;").replace('"', "&quot;")))])


def named(text: str) -> dict[str, str | bytes]:
    return office.parts(more=f'<definedNames><definedName name="x">{text}</definedName></definedNames>')


def book(**more: str | bytes) -> dict[str, str | bytes]:
    return {**office.parts(), **{name.replace("__", "/"): content for name, content in more.items()}}


def bomb(says: int | None = None) -> bytes:
    """A sheet of a hundred kilobytes that unpacks to half a gigabyte; says: what the archive says of its size."""
    stream, size, checksum = office.deflated(b"<c/>", 500_000_000)
    about = (stream, size, checksum) if says is None else (stream, says, zlib.crc32(b"<c/>" * (says // 4)))
    return office.archive_of({**office.streams(office.parts()), "xl/worksheets/sheet1.xml": about})


def crowded() -> bytes:
    """More cells than any table has, in a file that is not too large and, for the comments in it, not packed too well."""
    junk = "".join(f"{n * n * 7919 % 99991:05d}" for n in range(400))
    rows = f"<!--{junk}-->" + "<c/>" * 20_000
    return office.archive_of(
        {
            **office.streams(office.parts()),
            "xl/worksheets/sheet1.xml": office.deflated(rows.encode(), 90_000_000),
        }
    )


def overlapping() -> bytes:
    """Two members that share their bytes."""
    data = bytearray(office.packed({**office.parts(), "xl/a1.xml": "<a/>", "xl/a2.xml": "<a/>"}))
    first, second = data.index(b"xl/a1.xml") - 30, data.rindex(b"xl/a2.xml") - 46
    data[second + 42 : second + 46] = first.to_bytes(4, "little")
    return bytes(data)


def twice() -> bytes:
    """An archive that holds a member twice, under names that differ in their case."""
    return office.packed({**office.parts(), "xl/Worksheets/Sheet1.xml": office.sheet()})


def deep(name: str, before: bytes = b"") -> bytes:
    return office.archive_of(
        {**office.streams(office.parts()), name: office.deflated(b"<a>", 4_000_000, before)}
    )


def long_token() -> bytes:
    junk = "".join(f"{n * 7919 % 999983:06d}" for n in range(100_000)).encode()
    return office.archive_of(
        {**office.streams(office.parts()), "xl/theme.xml": office.deflated(junk, 30_000_000, b'<a b="')}
    )


TYPES = "application/vnd.ms-excel.{}.main+xml"
HOSTILE = {
    "zip bomb": (bomb, "压缩炸弹"),
    "zip bomb that says it is small": (lambda: bomb(says=4000), "压缩炸弹"),
    "overlapping members": (overlapping, "重叠"),
    "member twice": (twice, "不止一次"),
    "archive in the archive": (lambda: book(xl__media__image1=office.packed(office.parts())), "还有压缩包"),
    "name that leads outside": (lambda: {**office.parts(), "../../x.xml": "<a/>"}, "指向别处"),
    "absolute name": (lambda: {**office.parts(), "/etc/x.xml": "<a/>"}, "指向别处"),
    "too many members": (lambda: {**office.parts(), **{f"xl/x{n}.xml": "<a/>" for n in range(2100)}}, "压缩包里有"),
    "something before the archive": (lambda: b"PK\x03\x04" + bytes(60) + office.packed(office.parts()), "夹带"),
    "something after the archive": (lambda: office.packed(office.parts()) + b"more", "夹带"),
    "cell at the far corner": (lambda: far("XFD", 1048576), "XFD1048576"),
    "cell in a far row": (lambda: far("A", 200_001), "A200001"),
    "cell in a far column": (lambda: far("KO", 2), "KO2"),
    "far cells within the limits": (lambda: far("KN", 199_999), "大半是空的"),
    "more cells than a table has": (crowded, "标记"),
    "elements without end": (lambda: deep("xl/theme.xml"), "嵌套"),
    "elements without end in a sheet": (lambda: deep("xl/worksheets/sheet1.xml"), "嵌套"),
    "one endless token": (long_token, "一个标记"),
    "entities in a sheet": (lambda: book(**{"xl__worksheets__sheet1.xml": DOCTYPE.format("y")}), "DTD"),
    "entities in the shared strings": (lambda: book(**{"xl__sharedStrings.xml": DOCTYPE.format("y" * 99)}), "DTD"),
    "entities in the list of types": (lambda: {**office.parts(), "[Content_Types].xml": DOCTYPE.format("y")}, "DTD"),
    "external entity": (lambda: book(**{"docProps__app.xml": '<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>'}), "DTD"),
    "another encoding": (lambda: book(**{"xl__worksheets__sheet1.xml": office.sheet().encode("utf-16")}), "UTF-8"),
    "external workbook": (lambda: book(**{"xl__externalLinks__externalLink1.xml": "<externalLink/>"}), "其他工作簿"),
    "formula to another workbook": (lambda: formula("[1]预算!A1*2"), "文件之外"),
    "formula to a workbook by its path": (lambda: formula("SUM('C:\\x\\[账 1.xlsx]表 1'!A1)"), "文件之外"),
    "formula to the web": (lambda: formula('WEBSERVICE("http://x")'), "文件之外"),
    "formula to a program": (lambda: formula("cmd|'/c calc'!A0"), "文件之外"),
    "name to another workbook": (lambda: named("[2]表!$A$1"), "定义的名称"),
    "data connection": (lambda: book(**{"xl__connections.xml": "<connections/>"}), "数据连接"),
    "query table": (lambda: book(**{"xl__queryTables__queryTable1.xml": "<queryTable/>"}), "数据连接"),
    "macros": (lambda: book(**{"xl__vbaProject.bin": b"x"}), "宏"),
    "macros under another name": (lambda: {**office.parts(), "xl/_rels/a.xml.rels": office.relations(("r", "vbaProject", "a.bin"))}, "宏"),
    "macro workbook by its type": (lambda: office.parts(type_=TYPES.format("sheet.macroEnabled")), "宏"),
    "macro sheet": (lambda: book(**{"xl__macrosheets__sheet1.xml": "<a/>"}), "宏"),
    "embedded object": (lambda: book(**{"xl__embeddings__oleObject1.bin": b"x"}), "嵌入"),
    "linked object": (lambda: {**office.parts(), "xl/worksheets/_rels/sheet1.xml.rels": office.relations(("r", "oleObject", "!file:///x"))}, "嵌入"),
    "control": (lambda: book(**{"xl__activeX__activeX1.bin": b"x"}), "ActiveX"),
}  # fmt: skip
HOSTILE_DOCUMENTS = {
    "macros": ({"word/vbaProject.bin": b"x"}, "宏"),
    "object": ({"word/embeddings/oleObject1.bin": b"x"}, "嵌入"),
    "template from the web": (
        {"word/_rels/settings.xml.rels": office.relations(("r", "attachedTemplate", "!https://x/y.dotm"))},
        "外部",
    ),
    "part from elsewhere": (
        {"word/_rels/document.xml.rels": office.relations(("r", "subDocument", "!file:///x"))},
        "外部",
    ),
    "entities": ({"word/document.xml": DOCTYPE.format("y")}, "DTD"),
}


def made(tmp_path: Path, content: object, name: str = "账.xlsx") -> Path:
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else office.packed(content))
    return path


@pytest.fixture(scope="session")
def hostile(tmp_path_factory) -> dict[str, Path]:
    """Every hostile workbook as a file."""
    folder = tmp_path_factory.mktemp("hostile")
    return {
        name: made(folder, make(), f"{number}.xlsx")
        for number, (name, (make, _)) in enumerate(HOSTILE.items())
    }


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_workbook_is_refused_before_any_parser(hostile, name, monkeypatch):
    def parser(*_, **__):
        raise AssertionError("a parser was called")

    monkeypatch.setattr(limited, "call", parser)
    monkeypatch.setattr(separated, "read", parser)
    with pytest.raises(LimitError, match=HOSTILE[name][1]) as caught:
        sheet_files.open_sheets(hostile[name])
    assert caught.value.exit_code == 7
    for fault in caught.value.faults:
        assert fault.where.startswith(hostile[name].name) and fault.expected and fault.remedy


def test_looking_takes_little_memory(hostile):
    """The looks of all hostile files in one process that may not have 512 MB."""
    pytest.importorskip("resource", reason="memory limits need the resource module")
    code = (
        "import json, resource, sys\n"
        "from pathlib import Path\n"
        "resource.setrlimit(resource.RLIMIT_AS, (512 << 20, 512 << 20))\n"
        "from auditbook.faults import LimitError\n"
        "from auditbook.intake import guard\n"
        "refused = []\n"
        "for path in sys.argv[1:]:\n"
        "    try:\n        guard.look(Path(path))\n"
        "    except LimitError:\n        refused.append(path)\n"
        "print(json.dumps(refused))\n"
    )
    paths = [str(path) for path in hostile.values()]
    done = subprocess.run([sys.executable, "-c", code, *paths], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == paths


@pytest.mark.parametrize("name", HOSTILE_DOCUMENTS)
def test_a_hostile_document_is_refused(tmp_path, name):
    more, said = HOSTILE_DOCUMENTS[name]
    with pytest.raises(LimitError, match=said):
        guard.look(made(tmp_path, {**office.document(), **more}, "文.docx"))


@pytest.mark.parametrize(
    "text",
    ["SUM(Table1[金额])+Sheet2!A1", "Table1[[#This Row],[金额]]*'别 表'!B2", '"[1]表!"&A1', "[@金额]*Sheet2!B1", "VLOOKUP(A1,表2!A:B,2,0)",
     "IF(A1>0,\"a|b\",C1)", "'2021年|表'!A1"],
)  # fmt: skip
def test_formulas_within_the_workbook_are_harmless(tmp_path, text):
    assert guard.look(made(tmp_path, formula(text))) == Kind.WORKBOOK


def test_ordinary_files_are_what_they_are(tmp_path):
    workbook = openpyxl.Workbook()
    workbook.active.append(["科目", "金额"])
    workbook.active["D1"].hyperlink = "https://www.mof.gov.cn/"
    workbook.save(tmp_path / "账.xlsx")
    assert guard.look(tmp_path / "账.xlsx") == Kind.WORKBOOK
    chart = {"word/embeddings/Microsoft_Excel_Sheet1.xlsx": office.packed(office.parts())}
    template = {
        "word/_rels/settings.xml.rels": office.relations(("r", "attachedTemplate", "!file:///C:/a.dotx"))
    }
    assert guard.look(made(tmp_path, {**office.document(), **chart, **template}, "文.docx")) == Kind.DOCUMENT
    for name, content, kind in (
        ("a.csv", "a,b\n1,2\n", Kind.TEXT), ("a.txt", "全年支出\n", Kind.TEXT), ("a.yaml", "a: 1\n", Kind.TEXT),
        ("a.html", "<!DOCTYPE html>\n<html>", Kind.HTML), ("b.htm", "\ufeff <!-- x --><TABLE>", Kind.HTML),
        ("a.pdf", "%PDF-1.7\n", Kind.PDF), ("no suffix", "a,b\n", Kind.TEXT), ("c.html", "只有文字", Kind.TEXT),
    ):  # fmt: skip
        assert guard.look(made(tmp_path, content.encode(), name)) == kind, name


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
MISTAKEN = [
    ("empty", "账.csv", b"", "文件是空的"), ("blank", "账.csv", b" \r\n\t", "文件是空的"), ("mark only", "账.csv", b"\xef\xbb\xbf", "文件是空的"),
    ("HTML named .xls", "账.xls", b"<html><table>", "HTML 网页.*另存为 .xlsx"), ("HTML named .csv", "账.csv", b"\xef\xbb\xbf\n<TABLE border=1>", "HTML"),
    ("HTML named .xlsx", "账.xlsx", "<meta charset=utf-16>".encode("utf-16"), "HTML"), ("HTML named .pdf", "账.pdf", b"<!doctype html>", "HTML"),
    ("web archive", "账.xls", b"MIME-Version: 1.0\n", "MHTML"), ("XML table", "账.xls", b'<?xml version="1.0"?><Workbook>', "XML"),
    ("old workbook", "账.xls", OLE + "Workbook".encode("utf-16-le"), r"旧格式.*xls.*另存为 \.xlsx"),
    ("old document", "文.doc", OLE + "WordDocument".encode("utf-16-le"), r"旧格式.*另存为 \.docx"),
    ("encrypted workbook", "账.xlsx", OLE + "EncryptedPackage".encode("utf-16-le"), "加密.*密码"),
    ("text named .xlsx", "账.xlsx", b"a,b\n1,2\n", "内容却是纯文本"), ("PDF named .csv", "账.csv", b"%PDF-1.4\n", "内容却是PDF"),
    ("workbook named .csv", "账.csv", office.packed(office.parts()), "内容却是Excel"),
    ("workbook named .pdf", "账.pdf", office.packed(office.parts()), "内容却是Excel"),
    ("document named .xlsx", "账.xlsx", office.packed(office.document()), "内容却是Word"),
    ("picture", "账.csv", b"\x89PNG\r\n", "图片"), ("photograph", "账.pdf", b"\xff\xd8\xff\xe0", "图片"), ("archive", "账.csv", b"Rar!\x1a", "压缩包"),
    ("archive of files", "账.xlsx", office.packed({"a.txt": "x"}), "压缩包"), ("OpenDocument", "账.xlsx", office.packed({"mimetype": "x"}), "OpenDocument"),
    ("OFD", "账.pdf", office.packed({"OFD.xml": "<a/>"}), "OFD"), ("template", "账.xlsx", office.packed(office.parts(type_="x.template.main+xml")), "模板"),
    ("binary workbook", "账.xlsx", office.packed(office.parts(type_=TYPES.format("sheet.binary.macroEnabled"))), "xlsb"),
    ("cut short", "账.xlsx", office.packed(office.parts())[:-30], "没有传完"), ("cut in the middle", "账.xlsx", office.packed(office.parts())[:700], "没有传完"),
    ("no sheets' part", "账.xlsx", office.packed({k: v for k, v in office.parts().items() if "sheet1" not in k}), "没有自己的内容"),
    ("not XML", "账.xlsx", office.packed({**office.parts(), "xl/worksheets/sheet1.xml": "<a><b></a>"}), "不是合格的 XML"),
    ("rows out of order", "账.xlsx", office.packed(office.parts([office.sheet(VALUE_AT.format(column="A", row=2) + office.ROWS)])), "次序"),
    ("cell in another row", "账.xlsx", office.packed(office.parts([office.sheet('<row r="1"><c r="A2"><v>1</v></c></row>')])), "次序"),
    ("cell twice", "账.xlsx", office.packed(office.parts([office.sheet('<row r="1"><c r="A1"/><c r="A1"><v>1</v></c></row>')])), "次序"),
    ("two values", "账.xlsx", office.packed(office.parts([office.sheet('<row r="1"><c r="A1"><v>1</v><v>2</v></c></row>')])), "两个值"),
    ("sheet twice", "账.xlsx", office.packed(office.parts([office.sheet()] * 2, names=["表", "表"])), "重复"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "content", "said"), [m[1:] for m in MISTAKEN], ids=[m[0] for m in MISTAKEN])
def test_a_file_that_is_not_what_it_should_be_is_told_by_what_it_is(tmp_path, name, content, said):
    with pytest.raises(CaseError, match=said) as caught:
        guard.look(made(tmp_path, content, name))
    assert caught.value.exit_code == 3
    assert all(fault.where.startswith(name) and fault.expected for fault in caught.value.faults)


def test_a_member_that_is_encrypted(tmp_path):
    data = bytearray(office.packed(office.parts()))
    for sign, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.index(sign)
        data[at + flags] |= 1
    with pytest.raises(CaseError, match="加密"):
        guard.look(made(tmp_path, bytes(data)))


def test_what_a_parser_would_read_differently_is_refused(tmp_path):
    """Found by trial with calamine 0.9.1: it reads the first as 1, the second as blank, the third as 1."""
    for value in ("1<!-- -->2", "<![CDATA[5]]>", "1&#48;", "&#49;0", "1<?x y?>2"):
        sheet = office.sheet(f'<row r="1"><c r="A1"><v>{value}</v></c></row>')
        with pytest.raises(CaseError, match="Office 不会这样写"):
            guard.look(made(tmp_path, office.parts([sheet])))


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"/OpenAction << /S /JavaScript /JS (app.alert(1)) >>", "JavaScript"), (b"<< /S /J#61vaScript /JS (x) >>", "JavaScript"),
     (b"<< /Type /Action /S/Launch /F (cmd.exe) >>", "Launch"), (b"<< /Type /EmbeddedFile /Length 3 >>", "内嵌的文件")],
)  # fmt: skip
def test_a_pdf_with_more_than_pages(tmp_path, content, said):
    padding = b"%" + b"x" * ((1 << 20) - 20)  # the find lies across two reads
    with pytest.raises(LimitError, match=said):
        guard.look(made(tmp_path, b"%PDF-1.7\n" + padding + content, "表.pdf"))


@pytest.mark.parametrize(("name", "most"), [("账.csv", guard.MOST_BYTES), ("例.yaml", guard.MOST_YAML_BYTES)])
def test_a_file_that_is_too_large_is_not_read(tmp_path, name, most):
    path = tmp_path / name
    with path.open("wb") as file:
        file.truncate(most + 1)
    with pytest.raises(LimitError, match="字节"):
        guard.look(path)


def test_what_is_no_file_is_told_and_never_waited_for(tmp_path):
    (tmp_path / "a.csv").mkdir()
    os.mkfifo(tmp_path / "b.csv")
    (tmp_path / "c.csv").symlink_to(tmp_path / "c.csv")
    (tmp_path / "d.csv").symlink_to("/dev/zero")
    for name, said in (("a", "文件夹"), ("b", "管道"), ("c", "读不到"), ("d", "设备"), ("e", "读不到")):
        with pytest.raises(CaseError, match=said):
            guard.look(tmp_path / f"{name}.csv")
    with pytest.raises(CaseError, match="不合规"):
        guard.look(tmp_path / "a\0b.csv")


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_a_file_without_permission(tmp_path):
    path = made(tmp_path, b"a,b\n", "a.csv")
    path.chmod(0)
    with pytest.raises(CaseError, match="读不到"):
        guard.look(path)


# ---------------------------------------------------------------------------------------------- the limited child

TASKS = """
import os, signal, sys, time
from auditbook.faults import CaseError, Fault, LimitError, UsageError

def plain(path): return [path.name, os.getcwd(), sorted(os.environ)]
def progress(path, told):
    for done in range(3): told(done, 3)
    return "完"
def hangs(path):
    if os.fork() == 0: time.sleep(1000)
    time.sleep(1000)
def works_for_ever(path):
    while True: pass
def eats(path):
    kept = []
    while True: kept.append(bytearray(50_000_000))
def dies(path): os.kill(os.getpid(), signal.SIGSEGV)
def aborts(path): os.abort()
def leaves(path): os._exit(0)
def faults(path): raise CaseError([Fault("a:1", "一", "二", "三"), Fault("a:2", "四")])
def limit(path): raise LimitError(Fault("a", "大"))
def mistake(path): raise KeyError("ours")
def no_json(path): return {1, 2}
def talks(path): return "x" * 3_000_000
def writes(path):
    with open(str(path) + ".out", "w") as file:
        file.write("x")
def chatters(path):
    print("noise"); sys.stderr.write("Traceback noise"); return 1
def limits(path):
    import resource
    return [resource.getrlimit(resource.RLIMIT_AS)[0], resource.getrlimit(resource.RLIMIT_CORE)[0]]
"""


@pytest.fixture
def tasks(tmp_path, monkeypatch):
    """A function that runs one of the tasks above in a limited child."""
    folder = tmp_path / "tasks"
    folder.mkdir()
    (folder / "limited_tasks.py").write_text(TASKS, encoding="utf-8")
    own = limited._environment()
    own["PYTHONPATH"] = f"{own.get('PYTHONPATH', '')}:{folder}"
    monkeypatch.setattr(limited, "_environment", lambda: own)
    path = tmp_path / "账.xlsx"
    path.write_bytes(b"x")

    def run(name: str, seconds: int = 20, megabytes: int = 512, told: limited.Told | None = None):
        return limited.call(f"limited_tasks:{name}", path, seconds=seconds, megabytes=megabytes, told=told)

    return run


def test_a_task_answers_and_tells_its_progress(tasks):
    seen = []
    assert tasks("progress", told=lambda done, of: seen.append((done, of))) == "完"
    assert seen and seen[-1] == (2, 3)
    name, folder, environment = tasks("plain")
    assert (name, folder) == ("账.xlsx", "/")
    assert set(environment) <= {"PYTHONPATH", "PYTHONUTF8", "LC_ALL", "PATH", "LC_CTYPE"}
    assert tasks("limits", megabytes=400) == [400 << 20, 0]
    assert len(tasks("talks")) == 3_000_000
    assert tasks("chatters") == 1


def test_faults_of_the_child_come_back_as_they_were(tasks):
    with pytest.raises(CaseError) as caught:
        tasks("faults")
    assert [str(fault) for fault in caught.value.faults] == ["a:1：一；应为二。三。", "a:2：四。"]
    with pytest.raises(LimitError, match="大"):
        tasks("limit")


def test_a_mistake_of_ours_is_no_fault_of_the_user(tasks, capfd):
    for name, said in (
        ("mistake", "KeyError: 'ours'"),
        ("no_json", "not JSON serializable"),
        ("writes", "File too large"),
    ):
        with pytest.raises(RuntimeError, match=said):
            tasks(name)
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize(
    ("name", "seconds", "said"),
    # on a busy machine the parent's clock may come before the child's
    [("hangs", 1, "过久"), ("works_for_ever", 1, "时间超过1秒|过久"), ("eats", 60, "内存超过300MB"), ("dies", 60, "崩溃"), ("aborts", 60, "内存"),
     ("leaves", 60, "崩溃")],
)  # fmt: skip
def test_a_child_that_breaks_a_limit_is_told_with_its_file(tasks, name, seconds, said):
    with pytest.raises(LimitError, match=said) as caught:
        tasks(name, seconds=seconds, megabytes=300)
    assert caught.value.exit_code == 7 and caught.value.faults[0].where == "账.xlsx"


def test_an_answer_without_end_is_cut_off(tasks, monkeypatch):
    monkeypatch.setattr(limited, "MOST_ANSWER", 1_000_000)
    with pytest.raises(LimitError, match="读出的内容超过"):
        tasks("talks")


@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="needs /proc to see other processes")
def test_no_process_is_left_behind(tasks, tmp_path):
    with pytest.raises(LimitError):
        tasks("hangs", seconds=1)
    ending = time.monotonic() + 30  # what was killed is gone as soon as a busy machine gets to it
    while any(os.fsencode(tmp_path) in line for line in _command_lines()):
        assert time.monotonic() < ending
        time.sleep(0.05)


def _command_lines() -> list[bytes]:
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            found.append(path.read_bytes())
    assert found
    return found


def test_a_folder_with_modules_of_its_own_changes_nothing(tmp_path, monkeypatch):
    """The working folder may hold a json.py; the child imports nothing from there."""
    (tmp_path / "json.py").write_text("raise SystemExit(9)\n", encoding="utf-8")
    path = office.write(tmp_path / "账.xlsx", office.parts())
    monkeypatch.chdir(tmp_path)
    assert sheet_files.open_sheets(Path("账.xlsx")).sheets[0].rows == [["1"]]
    assert sheet_files.open_sheets(path).sheets[0].rows == [["1"]]


def test_a_parser_that_is_led_astray_ends_in_a_limit(tmp_path, monkeypatch):
    """Were the guard blind, the child's limits would still hold: the reader aborts there, and only there."""
    monkeypatch.setattr(packages, "examine", lambda file, path: ("workbook", ()))
    monkeypatch.setattr(sheet_files, "MEGABYTES", 600)
    with pytest.raises(LimitError, match="内存"):
        sheet_files.open_sheets(made(tmp_path, far("XFD", 1048576)))


def test_the_command_ends_with_7_and_no_traceback(tmp_path):
    base = shutil.copytree(INVENTED_CASE.parents[2], tmp_path / "base")
    table = base / "data" / "raw" / "invented-water-2021" / "money.csv"
    register = table.with_name("SOURCES.yaml")
    office.write(table.with_name("money.xlsx"), far("XFD", 1048576))
    register.write_text(register.read_text("utf-8").replace("file: money.csv", "file: money.xlsx"), "utf-8")
    damage.rehash(base)
    done = auditbook("check", base / "params" / "cases" / INVENTED_CASE.name, workspace=tmp_path / "w")
    assert done.code == 7, done.err
    assert "XFD1048576" in done.err and "Traceback" not in done.err
