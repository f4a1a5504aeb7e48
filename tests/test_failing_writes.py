"""A full disk, a locked folder, a lost kernel, two at once: told in our words, nothing half written, the last report whole."""

import errno
import os
import shutil
import signal
import subprocess
import threading
import time
from pathlib import Path

import pytest
from conftest import AUDITBOOK, UNPRINTED, auditbook
from fault_points import CASE, Prepared, below, leftovers, outputs, processed, run

from auditbook import run_lock, writing
from auditbook.faults import LimitError
from auditbook.workspace import locate

WHOLE, QUICK = 100, 4
SAID = {
    errno.ENOSPC: "磁盘满了",
    errno.EROFS: "这里是只读的",
    errno.EACCES: "没有权限",
    errno.EDQUOT: "磁盘配额用完了",
    errno.EIO: "读写出错",
}


@pytest.fixture(scope="module")
def prepared(tmp_path_factory) -> Prepared:
    return Prepared(tmp_path_factory.mktemp("failing"))


@pytest.mark.parametrize(
    ("point", "reason"), [((n + 1) / QUICK - 0.15, [*SAID][n]) for n in range(QUICK)]
    + [pytest.param((n + 0.3) / WHOLE, [*SAID][n % len(SAID)], marks=pytest.mark.whole) for n in range(WHOLE)],
)  # fmt: skip
def test_a_write_that_fails_at_any_point(prepared, counted, point, reason):
    new, tables, events = prepared.reference
    at = max(1, round(point * events))
    project = prepared.changed(f"failing-{at}-{point}")
    ended = run(project, str(reason), at)
    assert "Traceback" not in ended.err, ended.err
    left = outputs(project)
    if ended.code == 0:  # what failed was no part of the result: its log, tidying up, syncing a folder
        assert left == new
        counted("failing writes that hindered nothing")
    else:
        assert ended.code == 7 and SAID[reason] in ended.err, f"{at} of {events}: {ended.code} {ended.err}"
        assert left in (prepared.old, new), (
            f"failing at {at} of {events}: neither the last nor the new report"
        )
        counted(
            "failing writes told, the last report left whole"
            if left == prepared.old
            else "failing writes told, the new report left whole"
        )
    assert leftovers(project) == [] or ended.code
    if round(point * WHOLE) % 10 == 0 or ended.code == 0:
        assert run(project).code == 0
        assert (outputs(project), processed(project)) == (new, tables) and leftovers(project) == []
    shutil.rmtree(project)


def test_two_at_once(prepared, counted):
    """Both end by themselves; the reports are those of one run, and who came second is told."""
    new, tables, _ = prepared.reference
    project = prepared.changed("two")
    environment = {**os.environ, **UNPRINTED, "AUDITBOOK_WORKSPACE": str(project)}
    both = [
        subprocess.Popen([AUDITBOOK, "run", CASE], cwd=project, env=environment, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]  # fmt: skip
    said = [process.communicate(timeout=300)[1] for process in both]
    codes = sorted(process.returncode for process in both)
    assert codes in ([0, 7], [0, 0]) and not any("Traceback" in err for err in said), said
    if codes == [0, 7]:
        refused = said[[p.returncode for p in both].index(7)]
        assert CASE in refused and "另一个程序正在做这次运行" in refused
    assert (outputs(project), processed(project)) == (new, tables)
    counted("two at once, the second refused", codes.count(7))


def test_a_notebook_by_hand_waits_for_a_run_to_end(prepared):
    """Who executes a notebook while a run is at work is told so, in the cell."""
    import filelock

    project = prepared.changed("by-hand")
    with filelock.FileLock(project / "data" / "processed" / CASE / ".lock"):
        done = subprocess.run(
            [AUDITBOOK.with_name("papermill"), "notebooks/10_ingest.ipynb", project / "out.ipynb", "-p", "case", f"params/cases/{CASE}.yaml"],
            cwd=project, env={**os.environ, "AUDITBOOK_WORKSPACE": str(project)}, capture_output=True, text=True, timeout=300,
        )  # fmt: skip
    assert done.returncode != 0 and "另一个程序正在做这次运行" in done.stderr
    assert outputs(project) == prepared.old


@pytest.mark.parametrize("engine", ["", "papermill"])
def test_a_dying_kernel(prepared, engine):
    project = prepared.changed(f"dying-{engine}")
    environment = {**os.environ, **UNPRINTED, "AUDITBOOK_WORKSPACE": str(project), "AUDITBOOK_ENGINE": engine}
    process = subprocess.Popen(
        [AUDITBOOK, "run", CASE],
        cwd=project,
        env=environment,
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    killer = threading.Thread(target=_kill_what_runs, args=(process, project), daemon=True)
    killer.start()
    _, err = process.communicate(timeout=300)
    assert process.returncode == 7 and "Traceback" not in err, err
    assert ".ipynb" in err and "执行笔记本的进程中途没有了" in err
    assert outputs(project) == prepared.old
    assert run(project).code == 0
    assert (outputs(project), processed(project)) == prepared.reference[:2] and leftovers(project) == []


def _kill_what_runs(process: subprocess.Popen, project: Path) -> None:
    """Once the tables of the first stage are there: SIGKILL for everything below the command, until it ends."""
    record = project / "data" / "processed" / CASE / ".stages" / "ingest.json"
    before = record.read_bytes()
    while process.poll() is None and record.read_bytes() == before:
        time.sleep(0.02)
    while process.poll() is None:
        for kernel in below(process.pid):
            try:
                os.kill(kernel, signal.SIGKILL)
            except ProcessLookupError:
                continue
        time.sleep(0.1)


def test_the_clock_is_asked_for_nothing(prepared):
    """Files of the future, and a clock that was set back since: what has changed is told by the hashes alone."""
    project = prepared.changed("clock")
    assert run(project).code == 0
    later = time.time() + 10 * 365 * 86400
    for path in project.rglob("*"):
        os.utime(path, (later, later), follow_symlinks=False)
    assert "沿用上次结果" in run(project).err
    path = project / "params" / "findings.yaml"
    times = (path.stat().st_atime_ns, path.stat().st_mtime_ns)
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("severity: low", "severity: high", 1), encoding="utf-8")
    os.utime(path, ns=times)  # same time, same length, other content
    assert "沿用上次结果" not in run(project).err


def test_a_folder_that_cannot_be_written(prepared, tmp_path):
    project = prepared.good
    blocked = tmp_path / "a file"
    blocked.write_text("no folder", encoding="utf-8")
    outcome = auditbook("run", CASE, workspace=blocked, cwd=project)
    assert outcome.code == 7 and "Traceback" not in outcome.err and str(blocked) in outcome.err


def test_a_real_full_disk(prepared, tmp_path):
    """A file system of a megabyte, where one can be mounted."""
    small = tmp_path / "small"
    small.mkdir()
    if (
        os.geteuid()
        or subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", small], capture_output=True
        ).returncode
    ):
        pytest.skip("no file system can be mounted here (needs root)")
    try:
        outcome = auditbook("run", CASE, workspace=small, cwd=prepared.good)
        assert outcome.code == 7 and "磁盘满了" in outcome.err and "Traceback" not in outcome.err
        assert not (small / "outputs" / CASE).exists()
    finally:
        subprocess.run(["umount", small], check=True)


# --- the functions that all writing goes through ------------------------------------------------------------------------


def test_a_folder_is_exchanged_also_where_the_system_knows_no_exchange(tmp_path, monkeypatch):
    monkeypatch.setattr(writing.ctypes, "CDLL", lambda *_, **__: (_ for _ in ()).throw(OSError("none")))
    folder = tmp_path / "outputs"
    folder.mkdir()
    (folder / "old").write_text("old")
    (folder / "mine").write_text("mine")
    writing.replace_folder(folder, {"a/new": b"new"}, ["mine"])
    assert {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()} == {"a/new", "mine"}
    assert [p.name for p in tmp_path.iterdir()] == ["outputs"]


def test_a_kill_between_two_renames_is_healed(tmp_path):
    old = tmp_path / ".outputs.old"
    old.mkdir()
    (old / "report").write_text("good")
    (tmp_path / ".outputs.partial").mkdir()
    writing.heal(tmp_path / "outputs")
    assert (tmp_path / "outputs" / "report").read_text() == "good"
    assert [p.name for p in tmp_path.iterdir()] == ["outputs"]


def test_a_new_file_never_takes_the_place_of_another(tmp_path):
    assert writing.write_new(tmp_path / "a", b"1")
    assert not writing.write_new(tmp_path / "a", b"2")
    assert (tmp_path / "a").read_bytes() == b"1" and [p.name for p in tmp_path.iterdir()] == ["a"]


def test_a_lock_is_asked_for_again_by_its_program_and_refused_to_others(prepared, monkeypatch):
    project = prepared.good
    monkeypatch.chdir(project)
    monkeypatch.setenv("AUDITBOOK_WORKSPACE", str(project))
    workspace = locate(CASE)
    with run_lock.held(workspace):
        with run_lock.held(workspace):  # the same program may ask again
            pass
        code = "import sys; from auditbook import run_lock; from auditbook.workspace import locate\nwith run_lock.held(locate(sys.argv[1])): pass"
        other = subprocess.run(
            [AUDITBOOK.with_name("python"), "-c", code, CASE], cwd=project, capture_output=True, text=True
        )
        assert other.returncode and LimitError.__name__ in other.stderr
