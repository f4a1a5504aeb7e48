"""Many cases at once: each comes out as it does alone, a bad one stops nobody, and nothing that was done is done again."""

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from contextlib import ExitStack
from pathlib import Path

import damage
import pytest
from conftest import AUDITBOOK, INVENTED, INVENTED_CASE, ROOT, UNPRINTED
from fault_points import below, tree

from auditbook import batch, batch_dask
from auditbook.batch_worker import Ending, Job, Worker
from auditbook.faults import AuditbookError, CaseError, UsageError
from auditbook.workspace import of_run

CASE = damage.CASE


def copy_of(base: Path, name: str, text: str | None = None, of: Path = INVENTED) -> Path:
    """The invented department once more, under another name."""
    shutil.copytree(damage.folder(of), base / "data" / "raw" / name)
    path = base / "params" / "cases" / f"{name}.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    own = INVENTED_CASE.read_text(encoding="utf-8").replace(f"case: {CASE}", f"case: {name}")
    path.write_text(own if text is None else text, encoding="utf-8")
    return path


def run_batch(
    *arguments: str | Path, cwd: Path = ROOT, **environment: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [AUDITBOOK, "batch", *map(str, arguments)], cwd=cwd, env={**os.environ, **UNPRINTED, **environment},
        capture_output=True, text=True, timeout=600,
    )  # fmt: skip


def alive(processes: list[int]) -> list[int]:
    """Those that still are, and are not merely waiting to be forgotten."""
    return [own for own in processes if Path(f"/proc/{own}").exists()
            and (Path(f"/proc/{own}/stat").read_text().rpartition(")")[2].split()[0] != "Z")]  # fmt: skip


@pytest.fixture(scope="module")
def alone(tmp_path_factory) -> dict[str, str]:
    """What the department's deliverables and tables are when it is run by itself."""
    base = tmp_path_factory.mktemp("alone")
    path = copy_of(base, "first")
    done = subprocess.run(
        [AUDITBOOK, "run", path], cwd=ROOT, env={**os.environ, **UNPRINTED}, timeout=600, check=False
    )
    assert done.returncode == 0
    return made(base, "first")


def made(base: Path, name: str) -> dict[str, str]:
    """Deliverables and tables by their names and hashes."""
    tables = {path.name: tree(base / "data" / "processed" / name)[path.name]
              for path in (base / "data" / "processed" / name).glob("*.csv")}  # fmt: skip
    return {**tree(base / "outputs" / name), **tables}


@pytest.fixture(scope="module")
def mixed(tmp_path_factory):
    """A batch of two sound cases, one that cannot be read and one whose evidence contradicts itself."""
    base = tmp_path_factory.mktemp("mixed")
    for name in ("first", "second"):
        copy_of(base, name)
    copy_of(base, "broken", "case: broken\nyear: 二〇二一\n")
    damaged = Path(shutil.copytree(INVENTED, tmp_path_factory.mktemp("damaged") / "base"))
    damage.replace(
        damage.folder(damaged) / "money.csv", ",51000001,元", ",51000010,元"
    )  # its phrase says otherwise
    damage.rehash(damaged)
    copy_of(base, "torn", of=damaged)
    return base, run_batch(base, "--workers", "2")


def test_each_case_comes_out_as_it_does_alone(mixed, alone):
    base, done = mixed
    assert made(base, "first") == alone, done.stderr
    assert made(base, "second").keys() == alone.keys()
    assert not (base / "outputs" / "broken").exists()


def test_a_bad_case_stops_no_other_and_is_listed_with_its_reason(mixed):
    base, done = mixed
    assert done.returncode == 3 and "Traceback" not in done.stderr
    listed = json.loads((base / "outputs" / "batches" / "batch" / "batch.json").read_text(encoding="utf-8"))
    assert {row["run"]: row["state"] for row in listed} == {
        "first": "done", "second": "done", "broken": "refused", "torn": "blocking",
    }  # fmt: skip
    (reasons,) = (row["reasons"] for row in listed if row["run"] == "broken")
    assert any("broken.yaml:2" in reason for reason in reasons)
    assert "完成 2 个，完成，证据自相矛盾 1 个，不能读取或归属 1 个" in done.stdout
    assert "broken.yaml:2" in done.stdout and "资料自相矛盾，没有评分" in done.stdout
    assert (base / "outputs" / "torn" / "report.html").is_file()
    assert done.stderr.count("[4/4]") == 1 and "约还需" in done.stderr


def test_what_is_done_is_not_done_again(mixed):
    base, _ = mixed
    before = {path: path.stat().st_mtime_ns for path in (base / "outputs" / "first").rglob("*")}
    again = run_batch(base, "--workers", "1")
    assert again.returncode == 3 and again.stderr.count("核实未变，沿用") == 3
    assert {path: path.stat().st_mtime_ns for path in (base / "outputs" / "first").rglob("*")} == before


def test_a_batch_that_was_killed_goes_on_where_it_was(tmp_path, alone, counted):
    for name in ("first", "second", "third"):
        copy_of(tmp_path, name)
    process = subprocess.Popen(
        [AUDITBOOK, "batch", tmp_path, "--workers", "1"], cwd=ROOT, env={**os.environ, **UNPRINTED},
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stderr is not None
    assert "[1/3]" in process.stderr.readline()
    started = below(process.pid)
    process.send_signal(signal.SIGKILL)
    process.wait()
    deadline = time.monotonic() + 30
    while alive(started) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert started and alive(started) == []
    again = run_batch(tmp_path, "--workers", "1")
    assert again.returncode == 0, again.stderr
    assert again.stderr.count("核实未变，沿用") == 1 and again.stderr.count(" 完成") == 2
    assert made(tmp_path, "first") == alone
    counted("batches killed midway that went on where they were")


def test_a_batch_that_is_interrupted_says_how_it_goes_on(tmp_path):
    copy_of(tmp_path, "first")
    process = subprocess.Popen(
        [AUDITBOOK, "batch", tmp_path],
        cwd=ROOT,
        env={**os.environ, **UNPRINTED},
        stderr=subprocess.PIPE,
        text=True,
    )
    deadline = time.monotonic() + 120
    while not at_work(process.pid, tmp_path) and time.monotonic() < deadline:
        time.sleep(0.05)
    started = below(process.pid)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130 and "Traceback" not in err and "从断处继续" in err
    assert started and alive(started) == []


def test_a_case_whose_process_is_killed_is_told_and_the_next_one_is_done(tmp_path):
    path = copy_of(tmp_path, "first")
    worker = Worker(str(ROOT))
    job = Job(str(path), "", str(ROOT), str(tmp_path / "results"), False, False)
    ended: list[Ending] = []
    asked = threading.Thread(target=lambda: ended.append(worker.do(job)))
    asked.start()
    deadline = time.monotonic() + 120
    own: list[int] = []
    while not own and time.monotonic() < deadline:
        own = at_work(os.getpid(), tmp_path / "results")
        time.sleep(0.02)
    os.kill(own[0], signal.SIGKILL)
    asked.join(60)
    assert ended[0].state == "failed" and ended[0].code == 7 and "信号9" in ended[0].reasons[0]
    assert worker.do(job).state == "done"
    worker.close()


def at_work(process: int, results: Path) -> list[int]:
    """The processes below a process that hold the lock of a run."""
    locks = {str(path) for path in results.glob("data/processed/*/.lock")}
    return [own for own in below(process) if locks & open_files(own)]


def open_files(process: int) -> set[str]:
    try:
        return {os.readlink(own) for own in Path(f"/proc/{process}/fd").iterdir()}
    except OSError:
        return set()


def test_a_full_disk_stops_a_batch_and_says_so(tmp_path):
    """A file system that holds one report and no more, where one can be mounted."""
    for name in ("first", "second", "third", "fourth"):
        copy_of(tmp_path, name)
    small = tmp_path / "small"
    small.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", small]
    if os.geteuid() or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("no file system can be mounted here (needs root)")
    try:
        done = run_batch(tmp_path, "--workers", "1", AUDITBOOK_WORKSPACE=str(small))
        assert done.returncode == 7 and "Traceback" not in done.stderr
        assert "磁盘满了" in done.stdout and "没有轮到" in done.stdout
        assert made(small, "first")
        assert not any((small / "outputs" / name).exists() for name in ("third", "fourth"))
    finally:
        subprocess.run(["umount", small], check=True)


# --- which cases -----------------------------------------------------------------------------------------------------


def told(error: pytest.ExceptionInfo[AuditbookError]) -> str:
    return "\n".join(map(str, error.value.faults))


def test_a_case_given_twice_is_done_once_and_said(tmp_path):
    path = copy_of(tmp_path, "first")
    planned = batch.plan([str(path), str(tmp_path), str(path)])
    assert [own.run for own in planned.workspaces] == ["first"]
    assert planned.twice == ("first",)
    assert planned.folder == tmp_path / "outputs" / "batches" / "batch"


def test_two_cases_that_would_write_to_one_folder_are_refused(tmp_path, monkeypatch):
    paths = [copy_of(tmp_path / place, "first") for place in ("here", "there")]
    planned = batch.plan([str(path) for path in paths])  # each into its own base folder
    assert len(planned.workspaces) == 2 and planned.folder == ROOT / "outputs" / "batches" / "batch"
    monkeypatch.setenv("AUDITBOOK_WORKSPACE", str(tmp_path / "one"))
    with pytest.raises(CaseError) as error:
        batch.plan([str(path) for path in paths])
    assert str(paths[0]) in told(error) and str(paths[1]) in told(error)


def test_all_names_that_are_not_there_are_told_at_once(tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(CaseError) as error:
        batch.plan(["nobody-2021", str(tmp_path / "empty"), "wuxi-offices-2019", "no-one-2022"])
    assert len(error.value.faults) == 3
    assert all(name in told(error) for name in ("nobody-2021", "no-one-2022", "empty"))


@pytest.mark.parametrize("name", ["", "../up", "a/b", ".hidden", "a b", "字" * 62])
def test_a_batch_is_called_what_a_folder_can_be(name):
    with pytest.raises(UsageError):
        batch.plan(["wuxi-offices-2019"], name=name)


# --- a Dask cluster ---------------------------------------------------------------------------------------------------


class Cluster:
    """A scheduler and workers, each a process of its own, as a bureau would have them."""

    def __init__(self, stack: ExitStack, folder: Path) -> None:
        self._stack, self._folder = stack, folder
        note = folder / "scheduler.json"
        self.start("scheduler", "--port", "0", "--host", "127.0.0.1", "--scheduler-file", note)
        deadline = time.monotonic() + 60
        while not note.is_file():
            assert time.monotonic() < deadline
            time.sleep(0.1)
        self.address = json.loads(note.read_text())["address"]

    def start(self, *arguments: str | Path, **environment: str) -> subprocess.Popen:
        process = subprocess.Popen(
            [sys.executable, "-m", "distributed.cli.dask_" + str(arguments[0]), *map(str, arguments[1:]), "--no-dashboard"],
            cwd=self._folder, env={**os.environ, **UNPRINTED, **environment}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        self._stack.callback(process.wait)
        self._stack.callback(process.kill)
        return process

    def worker(self, **environment: str) -> subprocess.Popen:
        preload = ("--preload", environment.pop("preload")) if "preload" in environment else ()
        return self.start("worker", self.address, "--nthreads", "1", "--no-nanny", *preload, **environment)


@pytest.fixture
def cluster(tmp_path):
    with ExitStack() as stack:
        folder = tmp_path / "cluster"
        folder.mkdir()
        yield Cluster(stack, folder)


def test_four_workers_of_which_one_is_killed_give_the_bytes_of_one_machine(tmp_path, alone, cluster, counted):
    names = ["first", "second", "third", "fourth", "fifth", "sixth"]
    for name in names:
        copy_of(tmp_path / "base", name)
    workers = [cluster.worker() for _ in range(4)]
    process = subprocess.Popen(
        [AUDITBOOK, "batch", tmp_path / "base", "--scheduler", cluster.address], cwd=ROOT, env={**os.environ, **UNPRINTED},
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    deadline = time.monotonic() + 120
    victim = None
    while victim is None and time.monotonic() < deadline:  # one that is in the middle of a case
        victim = next((own for own in workers if at_work(own.pid, tmp_path / "base")), None)
        time.sleep(0.05)
    assert victim is not None
    orphans = below(victim.pid)
    victim.kill()
    out, err = process.communicate(timeout=600)
    assert process.returncode == 0, err
    assert "6 个案例：完成 6 个" in out
    assert made(tmp_path / "base", "first") == alone
    assert all(made(tmp_path / "base", name).keys() == alone.keys() for name in names)
    assert alive(orphans) == []
    counted("batches on four Dask workers, one of them killed, the same bytes")


def test_a_worker_with_another_lock_is_not_used_and_said(tmp_path, cluster):
    copy_of(tmp_path / "base", "first")
    other = tmp_path / "other.py"
    other.write_text("from auditbook import records\nrecords.environment_digest = lambda root: 'another'\n")
    cluster.worker(preload=str(other))
    refused = run_batch(tmp_path / "base", "--scheduler", cluster.address)
    assert refused.returncode == 2 and "Traceback" not in refused.stderr
    assert "requirements.lock" in refused.stderr and "没有一台工作机可用" in refused.stderr
    assert not (tmp_path / "base" / "outputs").exists()
    cluster.worker()
    done = run_batch(tmp_path / "base", "--scheduler", cluster.address)
    assert done.returncode == 0 and "不用工作机" in done.stderr
    assert made(tmp_path / "base", "first")


def test_a_scheduler_that_does_not_answer(tmp_path, monkeypatch):
    monkeypatch.setattr(batch_dask, "ANSWER", 1)
    with pytest.raises(UsageError) as error:
        batch_dask.run(
            "tcp://127.0.0.1:9",
            [Job("a", "", str(ROOT), "", False, False)],
            lambda *_: None,
            lambda _: False,
            print,
        )
    assert "tcp://127.0.0.1:9" in told(error) and "没有应答" in told(error)


def test_a_cluster_without_workers(cluster, monkeypatch):
    monkeypatch.setattr(batch_dask, "ANSWER", 1)
    with pytest.raises(UsageError) as error:
        batch_dask.run(
            cluster.address,
            [Job("a", "", str(ROOT), "", False, False)],
            lambda *_: None,
            lambda _: False,
            print,
        )
    assert "没有工作机" in told(error)


def test_a_run_of_a_base_folder_of_its_own_is_found_by_its_folder(tmp_path):
    """As the comparison report leads to it: whoever wants to verify or sign it names that folder."""
    path = copy_of(tmp_path, "first")
    folder = tmp_path / "outputs" / "first"
    folder.mkdir(parents=True)
    found = of_run(str(folder))
    assert (found.case_path, found.outputs, found.evidence) == (
        path,
        folder,
        tmp_path / "data" / "raw" / "first",
    )
