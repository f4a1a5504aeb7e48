"""Sign-off: in order, never one person twice, bound to the content, lapsing with it; review notes; ssh signatures."""

import json
import random
import re
import shutil
import subprocess
from pathlib import Path

import damage
import pytest
from conftest import auditbook, own_project
from fault_points import tree

from auditbook import review_notes, run_record, signing
from auditbook.faults import AuditbookError, CaseError, UsageError
from auditbook.report import signoff_page
from auditbook.report.finished_page import shortcomings
from auditbook.workspace import Workspace

CASE = damage.CASE
CONTENT, OTHER = "a" * 64, "b" * 64
PEOPLE = [
    ("preparer", "张三", "2022-03-01", ""), ("reviewer-1", "李四", "2022-03-02", "同意"),
    ("reviewer-2", "王五", "2022-03-02", "同意，数字已抽查"), ("reviewer-3", "赵六", "2022-03-05", "同意"),
]  # fmt: skip


@pytest.fixture
def workspace(tmp_path) -> Workspace:
    return Workspace(tmp_path, tmp_path, tmp_path, tmp_path / "params" / "cases" / "case.yaml", None)


def signed(workspace: Workspace, number: int, content: str = CONTENT) -> signing.Status:
    found = signing.status(workspace, content)
    for role, name, day, opinion in PEOPLE[:number]:
        found = signing.sign(workspace, content, role, name, day, opinion=opinion)
    return found


def file_of(workspace: Workspace) -> Path:
    return workspace.base / "review" / "case" / "signoffs.json"


def notes(workspace: Workspace, text: str) -> None:
    path = workspace.base / "review" / "case" / "notes.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


@pytest.mark.parametrize(
    ("number", "words"), [(0, "未签"), (1, "已编制"), (2, "一级复核通过"), (3, "二级复核通过"), (4, "定稿")]
)
def test_four_levels_in_order(workspace, number, words):
    found = signed(workspace, number)
    assert found.words == words and found.final == (number == 4)
    assert [one.state for one in found.signoffs] == [signing.GOOD] * number


@pytest.mark.parametrize(
    ("role", "name", "day", "opinion", "said"),
    [
        ("reviewer-2", "王五", "2022-03-03", "同意", "轮到的是一级复核"), ("preparer", "王五", "2022-03-03", "同意", "轮到的是一级复核"),
        ("boss", "王五", "2022-03-03", "同意", "没有“boss”这一级"), ("reviewer-1", "张三", "2022-03-03", "同意", "已签编制"),
        ("reviewer-1", " 张 三", "2022-03-03", "同意", "已签编制"), ("reviewer-1", "", "2022-03-03", "同意", "没有写姓名"),
        ("reviewer-1", "　", "2022-03-03", "同意", "没有写姓名"), ("reviewer-1", "李四", "2022-02-28", "同意", "早于编制的日期"),
        ("reviewer-1", "李四", "2022-02-30", "同意", "不是日期"), ("reviewer-1", "李四", "", "同意", "不是日期"),
        ("reviewer-1", "李四", "2022-03-03", " ", "没有写意见"), ("reviewer-1", "李\x1b四", "2022-03-03", "同意", "控制字符"),
        ("reviewer-1", "李四", "2022-03-03", "同" * 2001, "有2001个字"),
    ],
)  # fmt: skip
def test_what_cannot_be_signed(workspace, role, name, day, opinion, said):
    signed(workspace, 1)
    before = file_of(workspace).read_bytes()
    with pytest.raises(UsageError, match=re.escape(said)):
        signing.sign(workspace, CONTENT, role, name, day, opinion=opinion)
    assert file_of(workspace).read_bytes() == before


def test_letters_of_another_width_are_the_same_person(workspace):
    signing.sign(workspace, CONTENT, "preparer", "Li Wei", "2022-03-01")
    with pytest.raises(UsageError, match="已签编制"):
        signing.sign(workspace, CONTENT, "reviewer-1", "ＬＩ　ＷＥＩ", "2022-03-02", opinion="同意")


def test_a_fifth_is_refused(workspace):
    signed(workspace, 4)
    with pytest.raises(UsageError, match="四级都已签署"):
        signing.sign(workspace, CONTENT, "reviewer-3", "孙七", "2022-03-09", opinion="同意")


def test_another_content_lapses_and_the_first_level_begins_anew(workspace):
    signed(workspace, 4)
    found = signing.status(workspace, OTHER)
    assert found.words == "签署已失效" and {one.state for one in found.signoffs} == {signing.LAPSED}
    with pytest.raises(UsageError, match="轮到的是编制"):
        signing.sign(workspace, OTHER, "reviewer-1", "李四", "2022-04-01", opinion="同意")
    found = signing.sign(workspace, OTHER, "preparer", "张三", "2022-04-01")
    assert found.words == "已编制" and len(found.signoffs) == 5, "nothing is forgotten"
    assert signing.status(workspace, CONTENT).words == "签署已失效", (
        "the old content is not signed by the old ones again"
    )


def test_a_reviewer_who_does_not_agree_stops_it_until_it_is_taken_back(workspace):
    signed(workspace, 1)
    found = signing.sign(
        workspace, CONTENT, "reviewer-1", "李四", "2022-03-02", opinion="口径有误", agrees=False
    )
    assert found.words == "一级复核不同意" and not found.final
    with pytest.raises(UsageError, match="不同意"):
        signing.sign(workspace, CONTENT, "reviewer-2", "王五", "2022-03-03", opinion="同意")
    with pytest.raises(UsageError, match="最后签的是一级复核"):
        signing.withdraw(workspace, CONTENT, "preparer", "张三", "2022-03-03")
    found = signing.withdraw(workspace, CONTENT, "reviewer-1", "李四", "2022-03-03")
    assert found.words == "已编制" and [one.state for one in found.signoffs] == [
        signing.GOOD,
        signing.TAKEN_BACK,
    ]
    assert (
        signing.sign(workspace, CONTENT, "reviewer-1", "李四", "2022-03-04", opinion="同意").words
        == "一级复核通过"
    )


def test_nothing_is_withdrawn_twice(workspace):
    signed(workspace, 1)
    signing.withdraw(workspace, CONTENT, "preparer", "张三", "2022-03-03")
    with pytest.raises(UsageError, match="没有可以撤回的签署"):
        signing.withdraw(workspace, CONTENT, "preparer", "张三", "2022-03-03")


def test_every_change_of_the_record_is_named(workspace, counted):
    """300 changes of a character, a field or an entry: none leaves a run final."""
    assert signed(workspace, 4).final
    good = file_of(workspace).read_bytes()
    chance = random.Random(9)
    for number in range(300):
        data = good.decode()
        if number % 3 == 0:
            at = chance.randrange(len(data))
            data = data[:at] + chance.choice("0123456789abcdef李x \n") + data[at + 1 :]
        else:
            said = json.loads(data)
            event = chance.choice(said["events"])
            if number % 3 == 1:
                field = chance.choice(sorted(event))
                event[field] = (
                    (not event[field]) if field == "agrees" else event[field] + chance.choice("1甲")
                )
            else:
                said["events"].remove(event) if chance.random() < 0.5 else said["events"].append(event)
            data = json.dumps(said, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
        if data.encode() == good:
            continue
        file_of(workspace).write_bytes(data.encode())
        found = signing.status(workspace, CONTENT)
        removed_last = not found.faults and len(found.standing) < 4
        assert found.faults or removed_last, data
        assert not found.final
        if found.faults:
            with pytest.raises(CaseError):
                signing.withdraw(workspace, CONTENT, "reviewer-3", "赵六", "2022-03-06")
        counted("changes of a sign-off record noticed")


NOTE = """notes:
- id: n1
  about: findings carry_over
  raised: {by: 李四, date: 2022-03-02, text: 结转数的来源是哪一页？}
"""
ANSWER = "  answered: {by: 张三, date: 2022-03-03, text: 决算表第3页}\n"


def test_an_open_note_keeps_a_run_from_being_final(workspace):
    notes(workspace, NOTE)
    found = signed(workspace, 4)
    assert not found.final and found.words == "三级复核通过，复核意见 1 条未关闭" and "未答复" in found.text()
    notes(workspace, NOTE + ANSWER)
    assert "已答复，未关闭" in signing.status(workspace, CONTENT).text()
    notes(workspace, NOTE + ANSWER + "  closed: {by: 李四, date: 2022-03-04}\n")
    assert signing.status(workspace, CONTENT).final


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (NOTE + "  closed: {by: 李四, date: 2022-03-04}\n", "没有答复就关闭了"),
        (NOTE + ANSWER + "  closed: {by: 张 三, date: 2022-03-04}\n", "由答复的人"),
        (NOTE + ANSWER + "  closed: {by: 李四, date: 2022-03-01}\n", "日期前后颠倒"),
        (NOTE.replace("2022-03-02", "三月二日"), "不是日期"), (NOTE + NOTE.partition("\n")[2], "意见“n1”有两条"),
        (NOTE + "  colour: red\n", "colour"), ("notes: [", "notes.yaml"), ("- a\n", "notes.yaml"), ("notes: !!python/object:os.x []\n", "notes.yaml"),
    ],
)  # fmt: skip
def test_notes_that_cannot_be(workspace, text, said):
    notes(workspace, text)
    found = signed(workspace, 0)
    assert found.faults and any(said in str(fault) for fault in found.faults), found.faults
    assert found.words == "签署记录有误"


def test_all_faults_of_all_files_of_notes_are_told_at_once(workspace):
    notes(workspace, NOTE.replace("2022-03-02", "x") + "- {id: n2, about: y}\n")
    shutil.copy(
        workspace.base / "review" / "case" / "notes.yaml", workspace.base / "review" / "case" / "more.yaml"
    )
    found = review_notes.read(workspace.base / "review" / "case", "review/case")
    assert len(found.faults) >= 4 and all(
        re.match(r"review/case/\w+\.yaml:\d+", fault.where) for fault in found.faults
    )


@pytest.mark.parametrize(
    "hostile", ["<script>alert(1)</script>", "=1+1", "</table><img src=x onerror=1>", "‮反‬", "{{7*7}}"]
)
def test_hostile_words_are_dead_on_the_page(workspace, hostile):
    signing.sign(workspace, CONTENT, "preparer", hostile, "2022-03-01")
    notes(
        workspace,
        f"notes:\n- id: n1\n  about: {json.dumps(hostile)}\n  raised: {{by: x, date: 2022-03-02, text: {json.dumps(hostile)}}}\n",
    )
    page = signoff_page.view(signing.status(workspace, CONTENT), "报告").decode()
    assert shortcomings(page) == []
    assert "<script>" not in page and "<img" not in page and "‮" not in page


# --- ssh ----------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def keys(tmp_path_factory) -> Path:
    if shutil.which("ssh-keygen") is None:
        pytest.skip("no ssh-keygen on this machine (apt-get install openssh-client)")
    folder = tmp_path_factory.mktemp("keys")
    for name in ("zhang", "li"):
        subprocess.run(
            ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", folder / name], check=True
        )
    return folder


def test_an_ssh_signature_is_checked(workspace, keys):
    found = signing.sign(workspace, CONTENT, "preparer", "张三", "2022-03-01", key=str(keys / "zhang"))
    assert "签名完好" in found.signoffs[0].signature and "未核对是谁的" in found.signoffs[0].signature
    allowed = workspace.base / "review" / "allowed_signers"
    allowed.write_text(
        f"张三 {(keys / 'zhang.pub').read_text()}李四 {(keys / 'li.pub').read_text()}", encoding="utf-8"
    )
    assert "ssh 签名属实" in signing.status(workspace, CONTENT).signoffs[0].signature
    found = signing.sign(
        workspace, CONTENT, "reviewer-1", "李四", "2022-03-02", opinion="同意", key=str(keys / "zhang")
    )
    assert found.faults and found.signoffs[1].state == signing.BROKEN, "signed with another's key"


def test_a_signature_of_something_else_does_not_count(workspace, keys):
    signing.sign(workspace, CONTENT, "preparer", "张三", "2022-03-01", key=str(keys / "zhang"))
    said = json.loads(file_of(workspace).read_bytes())
    elsewhere = Workspace(workspace.root, workspace.base / "x", workspace.results, workspace.case_path, None)
    signing.sign(elsewhere, OTHER, "preparer", "张三", "2022-03-01", key=str(keys / "zhang"))
    other = json.loads((elsewhere.base / "review" / "case" / "signoffs.json").read_bytes())
    said["events"][0]["signature"] = other["events"][0]["signature"]
    file_of(workspace).write_text(
        json.dumps(said, ensure_ascii=False, indent=1, sort_keys=True) + "\n", encoding="utf-8"
    )
    found = signing.status(workspace, CONTENT)
    assert found.signoffs[0].state == signing.BROKEN and "ssh 签名不对" in str(found.faults[0])


def test_without_ssh_keygen_a_signature_is_said_not_to_be_checked(workspace, keys, monkeypatch):
    signing.sign(workspace, CONTENT, "preparer", "张三", "2022-03-01", key=str(keys / "zhang"))
    monkeypatch.setenv("PATH", "")
    found = signing.status(workspace, CONTENT)
    assert found.signoffs[0].signature == signing.NO_KEYGEN and found.words == "已编制"
    with pytest.raises(UsageError, match="ssh-keygen"):
        signing.sign(
            workspace, CONTENT, "reviewer-1", "李四", "2022-03-02", opinion="同意", key=str(keys / "li")
        )
    assert (
        signing.sign(workspace, CONTENT, "reviewer-1", "李四", "2022-03-02", opinion="同意").words
        == "一级复核通过"
    )


def test_a_key_that_is_none_is_said_so(workspace, keys, tmp_path):
    for path in (tmp_path / "none", keys / "zhang.pub"):
        if path.suffix == ".pub":
            path = Path(shutil.copy(path, tmp_path / "alone.pub"))
        with pytest.raises(AuditbookError, match="没有签成"):
            signing.sign(workspace, CONTENT, "preparer", "张三", "2022-03-01", key=str(path))
    assert not file_of(workspace).exists()


# --- through the command ------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def project(tmp_path_factory) -> Path:
    folder = own_project(tmp_path_factory.mktemp("sign") / "project")
    assert auditbook("run", CASE, workspace=folder, cwd=folder).code == 0
    return folder


def command(project: Path, *arguments: str):
    outcome = auditbook(*arguments, workspace=project, cwd=project)
    assert "Traceback" not in outcome.err, outcome.err
    return outcome


@pytest.fixture
def final(project, tmp_path) -> Path:
    """A copy that all four have signed."""
    copy = Path(shutil.copytree(project, tmp_path / "final"))
    shutil.rmtree(copy / "review", ignore_errors=True)
    content = run_record.load(copy / "outputs" / CASE).content
    signed(Workspace(copy, copy, copy, damage.case_file(copy), None), 4, content)
    return copy


def test_signing_changes_the_sign_off_page_and_nothing_else(project):
    before = {**tree(project / "outputs" / CASE), **tree(project / "data")}
    page = (project / "outputs" / CASE / "signoff.html").read_text(encoding="utf-8")
    assert shortcomings(page) == [] and "未签" in page
    for role, name, day, opinion in PEOPLE:
        outcome = command(
            project, "sign", CASE, "--role", role, "--name", name, "--date", day, "--opinion", opinion
        )
        assert outcome.code == 0, outcome.err
    assert outcome.out.startswith(f"{CASE}：定稿")
    after = {**tree(project / "outputs" / CASE), **tree(project / "data")}
    assert {name for name in before | after if before.get(name) != after.get(name)} == {"signoff.html"}
    assert "沿用上次结果" in command(project, "run", CASE).err, "nothing is made anew for a signature"
    page = (project / "outputs" / CASE / "signoff.html").read_text(encoding="utf-8")
    assert shortcomings(page) == [] and "状态：定稿" in page and "赵六" in page
    verified = command(project, "verify", CASE)
    assert verified.code == 0 and "签署：定稿。" in verified.out
    for name in ("report.html", "workpapers/20_quality.html"):
        assert 'signoff.html">' in (project / "outputs" / CASE / name).read_text(encoding="utf-8")
    again = command(project, "run", CASE, "--force")
    assert again.code == 0 and {**tree(project / "outputs" / CASE)}.items() <= after.items()


def test_a_signed_run_is_packed_with_its_signatures(final, tmp_path):
    assert command(final, "pack", CASE, "--to", str(tmp_path / "x.zip")).code == 0
    outcome = command(final, "verify", str(tmp_path / "x.zip"))
    assert outcome.code == 0 and "签署：定稿。" in outcome.out


def test_a_forged_sign_off_is_a_difference(final):
    path = final / "review" / CASE / "signoffs.json"
    path.write_text(path.read_text(encoding="utf-8").replace("王五", "王六"), encoding="utf-8")
    outcome = command(final, "verify", CASE)
    assert (
        outcome.code == 5
        and "与它自己的指纹不符" in outcome.out
        and f"review/{CASE}/signoffs.json：第3项" in outcome.out
    )


@pytest.mark.parametrize("what", ["table", "page", "evidence", "rules"])
def test_what_was_changed_is_not_signed(project, tmp_path, what):
    copy = Path(shutil.copytree(project, tmp_path / "copy"))
    path = {
        "table": copy / "data" / "processed" / CASE / "scores.csv", "page": copy / "outputs" / CASE / "report.html",
        "evidence": damage.folder(copy) / "money.csv", "rules": copy / "params" / "wording.yaml",
    }[what]  # fmt: skip
    path.write_bytes(path.read_bytes() + b" ")
    outcome = command(copy, "sign", CASE, "--role", "preparer", "--name", "x", "--date", "2022-03-01")
    assert outcome.code == 2 and path.name in outcome.err and f"auditbook run {CASE}" in outcome.err


def test_sign_offs_lapse_when_the_run_comes_out_otherwise(project, final):
    copy = final
    damage.replace(copy / "params" / "findings.yaml", "severity: low", "severity: medium")
    assert command(copy, "run", CASE).code == 0
    assert (
        run_record.load(copy / "outputs" / CASE).content
        != run_record.load(project / "outputs" / CASE).content
    )
    status = command(copy, "sign", CASE, "--status")
    assert status.code == 0 and status.out.startswith(f"{CASE}：签署已失效") and status.out.count("失效") == 5
    assert "签署已失效" in (copy / "outputs" / CASE / "signoff.html").read_text(encoding="utf-8")
    page = (copy / "outputs" / CASE / "signoff.html").read_text(encoding="utf-8")
    assert shortcomings(page) == [] and "失效、撤回与不成立的签署" in page
    said = json.loads(command(copy, "sign", CASE, "--status", "--json").out)
    assert said["final"] is False and len(said["signoffs"]) == 4
