"""The forking engine gives what papermill's own gives, and its children are clean, bounded and leave nothing behind."""

import difflib
import gc
import json
import os
import re
import signal
import subprocess
import sys
import textwrap
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat
import papermill
import pytest
from conftest import INVENTED_CASE, ROOT
from nbclient.exceptions import CellTimeoutError, DeadKernelError

from auditbook import engine
from auditbook.engine import NotebookFailed, Parent, forking, kernel_environment, normalised, parent
from auditbook.engine.normalise import merged

CONFORMANCE = Path(__file__).parent / "conformance"
BOTH = CONFORMANCE / "both.py"
NOTEBOOKS = sorted(CONFORMANCE.glob("*.ipynb"))
STAGES = sorted((ROOT / "notebooks").glob("[1-9]*.ipynb"))  # the start page is no stage
ALONE = (
    "session",
    "caught",
    "figures",
    "processes",
)  # forked from, or beside, a process that has other things loaded
pytestmark = pytest.mark.skipif(not parent.can_fork(), reason="the system does not fork processes")


# ---- the same notebooks as papermill's own engine


def _environment(folder: Path) -> dict[str, str]:
    # ipykernel does not look at descriptors 1 and 2 while it sees pytest's variable
    kept = {name: value for name, value in os.environ.items() if name != "PYTEST_CURRENT_TEST"}
    return {
        **kept,
        "PYTHONHASHSEED": "0",
        "LEFT": str(folder / "left"),
        "IPYTHONDIR": str(folder / "ipython"),
    }


def _start(which: str, folder: Path, notebooks: list[Path]) -> subprocess.Popen:
    folder.mkdir(exist_ok=True)
    command = [sys.executable, BOTH, which, folder, *notebooks]
    return subprocess.Popen(
        list(map(str, command)), cwd=folder.parent, env=_environment(folder), stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


@pytest.fixture(scope="session")
def told(tmp_path_factory) -> dict[str, Path]:
    """Every notebook run by every way, the slow way in several processes beside the others."""
    base = tmp_path_factory.mktemp("engines")
    folders = {which: base / which for which in ("own", "ours", "alone")}
    running = [_start("own", folders["own"], NOTEBOOKS[part::5]) for part in range(5)]
    running.append(_start("ours", folders["ours"], NOTEBOOKS))
    running.append(_start("alone", folders["alone"], [path for path in NOTEBOOKS if path.stem in ALONE]))
    for process in running:
        _, complaint = process.communicate(timeout=300)
        assert process.returncode == 0, complaint
    return folders


def _read(folder: Path, name: str) -> dict:
    return json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))


def _assert_same(own: str, ours: str) -> None:
    lines = list(
        difflib.unified_diff(own.splitlines(), ours.splitlines(), "papermill", "auditbook", n=1, lineterm="")
    )
    assert not lines, "\n".join(line[:300] for line in lines[:60])


@pytest.mark.parametrize("name", [path.stem for path in NOTEBOOKS])
def test_same_notebook_and_same_exception(told, name):
    own, ours = _read(told["own"], name), _read(told["ours"], name)
    _assert_same(own["notebook"], ours["notebook"])
    assert own["error"] == ours["error"]


@pytest.mark.parametrize("name", ALONE)
def test_same_without_a_parent(told, name):
    own, alone = _read(told["own"], name), _read(told["alone"], name)
    _assert_same(own["notebook"], alone["notebook"])
    assert own["error"] == alone["error"]


def test_streams_come_in_the_same_order(told):
    own, ours = _read(told["own"], "streams"), _read(told["ours"], "streams")
    assert own["order"] == ours["order"]
    assert [name for name, _ in own["order"][0]] == ["stdout", "stderr"] * 3


def test_exit_handlers_of_a_notebook_run(told):
    assert {which: (told[which] / "left").read_text() for which in ("own", "ours")} == dict.fromkeys(
        ("own", "ours"), "left by atexit"
    )


def test_conformance_notebooks_are_those_of_the_script(tmp_path):
    subprocess.run([sys.executable, CONFORMANCE / "write.py", tmp_path], check=True)
    assert {path.name: path.read_text() for path in NOTEBOOKS} == {
        path.name: path.read_text() for path in tmp_path.glob("*.ipynb")
    }


SCRIPT = """
import sys
from pathlib import Path
import nbformat
from auditbook import engine
from auditbook.engine import Parent, forking, kernel_environment
if __name__ == "__main__":
    root, case, results, out, way = Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]), Path(sys.argv[4]), sys.argv[5]
    out.mkdir()
    if way == "no fork":
        forking.can_fork = lambda: False
    parent = Parent(["pandas"], kernel_environment()) if way == "parent" else None
    for path in sorted(root.glob("notebooks/*.ipynb")):
        made = engine.execute(path, {"case": case}, root, results, lambda path: path.name, parent)
        (out / path.name).write_text(nbformat.writes(made), encoding="utf-8")
    if parent:
        parent.close()
"""


def test_the_project_s_notebooks_are_the_same(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)
    running = {}
    for way in ("parent", "no fork"):
        command = [
            sys.executable,
            script,
            ROOT,
            INVENTED_CASE,
            tmp_path / f"results {way}",
            tmp_path / way,
            way,
        ]
        running[way] = subprocess.Popen(list(map(str, command)), env=_environment(tmp_path), cwd=tmp_path)
    assert {way: process.wait(300) for way, process in running.items()} == dict.fromkeys(running, 0)
    assert len(STAGES) == 5
    for path in STAGES:
        ours, own = ((tmp_path / way / path.name).read_text() for way in ("parent", "no fork"))
        _assert_same(own.replace("results no fork", ""), ours.replace("results parent", ""))


# ---- one notebook, by hand


def _write(path: Path, *cells: str) -> Path:
    notebook = nbformat.v4.new_notebook(
        metadata={"kernelspec": {"name": "python3", "display_name": "", "language": "python"}}
    )
    notebook.cells = [nbformat.v4.new_code_cell(textwrap.dedent(cell)) for cell in cells]
    nbformat.write(notebook, path)
    return path


@pytest.fixture(scope="module")
def light():
    """A parent that has imported numpy."""
    with Parent(["numpy.random"], kernel_environment()) as made:
        yield made


def _run(path: Path, made: Parent | None, **options) -> nbformat.NotebookNode:
    options.setdefault("folder", str(path.parent))
    options.setdefault("environment", kernel_environment())
    return papermill.execute_notebook(
        str(path),
        str(path.with_suffix(".out.ipynb")),
        engine_name="auditbook",
        parent=made,
        progress_bar=False,
        **options,
    )


def _values(notebook: nbformat.NotebookNode) -> list[str]:
    return [
        output.data["text/plain"] for cell in notebook.cells for output in cell.outputs if "data" in output
    ]


def _eventually(done, seconds: float = 5.0) -> bool:
    end = time.monotonic() + seconds
    while not done():
        if time.monotonic() > end:
            return False
        time.sleep(0.01)
    return True


def _alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def _children(pid: int) -> list[int]:
    """Direct children, zombies too."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            if int(stat.read_text().rsplit(")", 1)[1].split()[1]) == pid:
                found.append(int(stat.parent.name))
        except OSError:
            continue
    return found


linux = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")


def test_children_share_nothing(tmp_path, light):
    spoil = _write(
        tmp_path / "spoil.ipynb",
        """
        import builtins, colorsys, os, random, sys, warnings, numpy
        os.chdir('/'); os.environ['SPOILT'] = '1'; sys.path.insert(0, '/spoilt'); sys.modules['spoilt'] = sys
        builtins.spoilt = 1; random.seed(1); numpy.random.seed(1); numpy.set_printoptions(precision=1); warnings.simplefilter('error')
        random.random(), float(numpy.random.rand())
        """,
    )
    look = _write(
        tmp_path / "look.ipynb",
        """
        import builtins, os, random, sys, numpy
        (os.getcwd(), 'SPOILT' in os.environ, '/spoilt' in sys.path, 'spoilt' in sys.modules, 'colorsys' in sys.modules,
         hasattr(builtins, 'spoilt'), numpy.get_printoptions()['precision'])
        """,
        "random.random(), float(numpy.random.rand())",
    )
    before = (os.getcwd(), dict(os.environ), list(sys.path))
    spoilt = _values(_run(spoil, light))[0]
    state, first = _values(_run(look, light))
    _, second = _values(_run(look, light))
    assert eval(state) == (str(tmp_path), False, False, False, False, False, 8)
    assert not {*eval(first)} & {*eval(second)} and not {*eval(first)} & {*eval(spoilt)}
    assert (os.getcwd(), dict(os.environ), list(sys.path)) == before


def test_two_at_once(tmp_path, light):
    """Each waits for a sign of the other: one after another they would never end."""
    cells = "import pathlib, time\npathlib.Path('{}').touch()\nwhile not pathlib.Path('{}').exists(): time.sleep(0.01)\n'met'"
    paths = [_write(tmp_path / f"{a}.ipynb", cells.format(a, b)) for a, b in ("ab", "ba")]
    results = {}
    threads = [
        threading.Thread(
            target=lambda path=path: results.update(
                {path.stem: _values(_run(path, light, execution_timeout=20))}
            )
        )
        for path in paths
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert results == {"a": ["'met'"], "b": ["'met'"]}


@linux
def test_a_timeout_kills_what_the_notebook_started(tmp_path, light):
    path = _write(
        tmp_path / "slow.ipynb",
        "import os, pathlib, subprocess, time\none = subprocess.Popen(['sleep', '60'])\n"
        "pathlib.Path('pids').write_text(f'{os.getpid()} {one.pid}')\ntime.sleep(60)",
    )
    began = time.monotonic()
    with pytest.raises(CellTimeoutError, match="after 1 seconds"):
        _run(path, light, execution_timeout=1)
    assert time.monotonic() - began < 10
    pids = [int(pid) for pid in (tmp_path / "pids").read_text().split()]
    assert len(pids) == 2 and _eventually(lambda: not any(map(_alive, pids)))


@linux
def test_a_killed_child_is_told_at_once(tmp_path, light):
    path = _write(
        tmp_path / "victim.ipynb",
        "import os, pathlib, time\nprint('早', flush=True)\npathlib.Path('pid').write_text(str(os.getpid()))\ntime.sleep(60)",
    )

    def kill() -> None:
        assert _eventually(lambda: (tmp_path / "pid").exists() and (tmp_path / "pid").read_text())
        time.sleep(0.2)
        os.kill(int((tmp_path / "pid").read_text()), signal.SIGKILL)

    killer = threading.Thread(target=kill)
    killer.start()
    with pytest.raises(DeadKernelError, match="Kernel died"):
        _run(path, light)
    killer.join()
    written = nbformat.read(tmp_path / "victim.out.ipynb", as_version=4)
    assert written.cells[0].outputs[0].text == "早\n"


@linux
def test_a_grandchild_does_not_keep_a_dead_notebook_alive(tmp_path, light):
    path = _write(
        tmp_path / "n.ipynb", "import os, time\nif os.fork() == 0:\n    time.sleep(60)\nos._exit(1)"
    )
    began = time.monotonic()
    with pytest.raises(DeadKernelError):
        _run(path, light)
    assert time.monotonic() - began < 10


@linux
def test_nothing_is_left_after_many_runs(tmp_path):
    path = _write(tmp_path / "n.ipynb", "1 + 1")
    with Parent((), kernel_environment()) as made:
        _run(path, made)
        here, there = (len(os.listdir(f"/proc/{pid}/fd")) for pid in ("self", made.pid))
        threads = threading.active_count()
        for _ in range(50):
            assert _values(_run(path, made)) == ["2"]
        assert _eventually(lambda: not _children(made.pid))
        # no more than before; what earlier tests of this process held may have been let go meanwhile
        after = [len(os.listdir(f"/proc/{pid}/fd")) for pid in ("self", made.pid)]
        assert after[0] <= here and after[1] <= there
        assert threading.active_count() <= threads
        pid = made.pid
    assert not Path(f"/proc/{pid}").exists()


@linux
@pytest.mark.parametrize(
    "ending", ["os._exit(0)", "os.kill(os.getpid(), 9)", "made.close(); os._exit(0)", "raise SystemExit"]
)
def test_no_orphan_when_the_caller_ends(tmp_path, ending):
    script = textwrap.dedent(f"""
        import os, sys, time
        from auditbook.engine import Parent, kernel_environment
        made = Parent((), kernel_environment())
        branch = made.branch(["json"])
        told = [one.start({str(tmp_path)!r}, arguments=["--log-level=ERROR"]) for one in (made, branch)]
        for one in told:
            while one.pid is None:
                one.listen(0.1)
        print(made.pid, *(one.pid for one in told), flush=True)
        {ending}
    """)
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60)
    pids = [int(pid) for pid in done.stdout.split()]
    assert len(pids) == 3, done.stderr
    assert _eventually(lambda: not any(map(_alive, pids)))


@linux
def test_a_branch_and_its_children_end_with_their_parent(tmp_path):
    with Parent((), kernel_environment()) as made:
        branch = made.branch(["json"])
        child = branch.start(str(tmp_path))
        assert child.listen(0) is False and _eventually(lambda: child.listen(0.05) or child.pid is not None)
        (helper,) = _children(made.pid)
        assert _children(helper) == [child.pid]
    assert _eventually(lambda: not _alive(child.pid) and not _alive(helper))
    assert child.listen(5) and child.ended
    child.kill()
    branch.close()


def test_a_child_waits_only_for_what_it_needs(tmp_path):
    (tmp_path / "slow_import.py").write_text("import time; time.sleep(20)")
    environment = {**kernel_environment(), "PYTHONPATH": str(tmp_path)}
    began = time.monotonic()
    made = Parent(["json", "slow_import"], environment)
    try:
        path = _write(tmp_path / "n.ipynb", "6 * 7")
        assert _values(_run(path, made, needs=["json"])) == ["42"]
    finally:
        os.kill(made.pid, signal.SIGTERM)
        made.close()
    assert time.monotonic() - began < 10


def test_a_parent_told_to_end_in_a_callback_of_an_import_ends_and_says_nothing(tmp_path, capfd):
    """An exception is lost there, with a traceback on stderr."""
    (tmp_path / "calling_back.py").write_text(
        "import pathlib, time, weakref\nclass Thing: pass\nthing = Thing()\n"
        f"def gone(_): pathlib.Path({str(tmp_path / 'begun')!r}).touch(); time.sleep(20)\n"
        "held = weakref.ref(thing, gone)\ndel thing\n",
        encoding="utf-8",
    )
    made = Parent(["calling_back"], {**kernel_environment(), "PYTHONPATH": str(tmp_path)})
    assert _eventually((tmp_path / "begun").exists)
    os.kill(made.pid, signal.SIGTERM)
    assert _eventually(lambda: not _alive(made.pid))
    made.close()
    assert capfd.readouterr().err == ""


@linux
def test_threads_that_come_and_go_leave_nothing(tmp_path, light):
    path = _write(tmp_path / "n.ipynb", "1")

    def one() -> None:
        thread = threading.Thread(target=_run, args=(path, light))
        thread.start()
        thread.join()

    one()
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(10):
        one()
    gc.collect()
    assert len(os.listdir("/proc/self/fd")) <= before


def test_papermill_s_own_engine_on_demand(monkeypatch):
    assert forking.available()
    monkeypatch.setenv("AUDITBOOK_ENGINE", "papermill")
    assert not forking.available()


def test_papermill_s_own_engine_tells_each_notebook_its_own_environment(tmp_path, monkeypatch):
    """Stages run beside each other in threads: a kernel must not start with what another notebook is told."""
    monkeypatch.setenv("AUDITBOOK_ENGINE", "papermill")

    def said(name: str) -> str:
        path = _write(tmp_path / f"{name}.ipynb", "import os; print(os.environ.get('OWN_NAME'))")
        done = engine.execute(path, {}, tmp_path, tmp_path, str, environment={"OWN_NAME": name})
        return str(done.cells[0].outputs[0].text).strip()

    with ThreadPoolExecutor(max_workers=3) as beside:
        assert list(beside.map(said, ["one", "two", "three"])) == ["one", "two", "three"]
    assert "OWN_NAME" not in os.environ


@linux
def test_ctrl_c_ends_the_children(tmp_path):
    path = _write(
        tmp_path / "n.ipynb",
        "import os, pathlib, time\npathlib.Path('pid').write_text(str(os.getpid()))\ntime.sleep(60)",
    )
    command = [
        sys.executable,
        "-m",
        "papermill",
        "--engine",
        "auditbook",
        path,
        tmp_path / "out.ipynb",
        "--cwd",
        tmp_path,
    ]
    # a shell starts background commands, perhaps this very test run, with Ctrl-C ignored; a terminal does not
    running = subprocess.Popen(
        list(map(str, command)),
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL) and None,
    )
    assert _eventually(lambda: (tmp_path / "pid").exists() and (tmp_path / "pid").read_text(), 30)
    os.killpg(running.pid, signal.SIGINT)  # as a terminal does: to the whole foreground group
    running.wait(20)
    assert running.returncode != 0
    assert _eventually(lambda: not _alive(int((tmp_path / "pid").read_text())))


def test_a_second_thread_means_a_fresh_parent():
    """Where another thread may hold a lock, and under another hash seed, nothing is forked from this process."""
    script = textwrap.dedent("""
        import os, sys, threading
        from auditbook.engine import parent
        environment = dict(os.environ)
        assert parent.may_fork_here(environment)
        assert not parent.may_fork_here({**environment, "PYTHONHASHSEED": "7"})
        one = parent.Parent((), environment)
        assert one._process is None and one.pid
        stop = threading.Event()
        threading.Thread(target=stop.wait).start()
        assert not parent.may_fork_here(environment)
        two = parent.Parent((), environment)
        assert two._process is not None
        for made in (one, two):
            child = made.start("/")
            while child.pid is None:
                child.listen(0.1)
            child.kill()
            made.close()
        stop.set()
        import numpy
        assert not parent.may_fork_here(environment)
    """)
    clean = {name: value for name, value in os.environ.items() if name != "PYTHONHASHSEED"}
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=60, env=clean
    )
    assert done.returncode == 0, done.stderr


def test_many_open_files_do_not_matter(tmp_path, light):
    """Descriptors above 1023, which select() refuses."""
    held = [os.open(os.devnull, os.O_RDONLY) for _ in range(1100)] if os.sysconf("SC_OPEN_MAX") > 2000 else []
    try:
        assert _values(_run(_write(tmp_path / "n.ipynb", "3 * 3"), light)) == ["9"]
    finally:
        for number in held:
            os.close(number)


def test_a_folder_or_kernel_that_is_not_there(tmp_path, light):
    path = _write(tmp_path / "n.ipynb", "1")
    with pytest.raises(RuntimeError, match="Kernel died before replying to kernel_info"):
        _run(path, light, folder=str(tmp_path / "gone"))
    with pytest.raises(Exception, match="No such kernel named other"):
        _run(path, light, kernel_name="other")


def test_a_lost_parent_is_told(tmp_path):
    made = Parent((), kernel_environment())
    made.close()
    with pytest.raises(engine.ParentLost):
        made.start("/")


def test_execute_tells_cell_and_error(tmp_path, light):
    path = _write(tmp_path / "n.ipynb", "1", "{}['key']")
    with pytest.raises(NotebookFailed, match="第2个代码单元：KeyError"):
        engine.execute(path, {}, tmp_path, tmp_path, str, light)


@pytest.mark.parametrize("fails", [False, True])
def test_papermill_s_command_knows_the_engine(tmp_path, fails):
    path = _write(tmp_path / "n.ipynb", "print('早')", "def f():\n    return 1 / 0\nf()" if fails else "2")
    blocks, written = [], []
    running = []
    for which in ("auditbook", "nbclient"):
        out = tmp_path / f"{which}.ipynb"
        command = [sys.executable, "-m", "papermill", "--engine", which, "--no-progress-bar", path, out]
        running.append(
            subprocess.Popen(list(map(str, command)), stderr=subprocess.PIPE, text=True, cwd=tmp_path)
        )
        written.append(out)
    for process in running:
        _, complaint = process.communicate(timeout=60)
        assert process.returncode == (1 if fails else 0)
        blocks.append(re.findall(r"papermill\.exceptions\.PapermillExecutionError.*", complaint, re.DOTALL))
    assert blocks[0] == blocks[1] and bool(blocks[0]) == fails
    texts = [nbformat.writes(normalised(nbformat.read(out, as_version=4), {})) for out in written]
    _assert_same(texts[1], texts[0])


def test_importing_the_engine_costs_papermill_nothing():
    script = (
        "import sys, papermill; before = set(sys.modules);"
        "from papermill.engines import papermill_engines;"
        "print(papermill_engines.get_engine('auditbook').__module__);"
        "print(sorted({'pandas', 'matplotlib', 'numpy', 'ipykernel', 'auditbook.engine.forking'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.split("\n")[:2] == ["auditbook.engine.entry", "[]"]


# ---- the normaliser


def _stream(name: str, text: str) -> nbformat.NotebookNode:
    return nbformat.v4.new_output("stream", name=name, text=text)


def test_what_was_printed_comes_before_what_is_shown_next(tmp_path, light):
    cell = """
        import sys, threading, time
        from IPython.display import display
        for number in range(200):
            if number % 2:
                print(number)
            else:
                one = threading.Thread(target=print, args=(number,), kwargs={"flush": True})
                one.start()
                one.join()
            if number % 40 == 0:
                time.sleep(0.2)  # when what was printed is sent by itself
            display(number)
    """
    outputs = _run(_write(tmp_path / "turns.ipynb", cell), light).cells[0].outputs
    told = [output["text"].strip() if "text" in output else output.data["text/plain"] for output in outputs]
    assert told == [str(number) for number in range(200) for _ in range(2)]
    assert [output.output_type for output in outputs] == ["stream", "display_data"] * 200


def test_messages_are_read_as_jupyter_client_reads_them():
    client = forking._Client(None)
    session = client.session
    content = {"text": "一\n", "when": "2024-01-02T03:04:05.678901Z", "data": [1, None, {"a": 0.5}]}
    asked = session.msg("execute_request", {})
    sent = session.msg("display_data", content, parent=asked, metadata={"date": "2024-01-02"})
    sent["buffers"] = [b"own", b""]
    frames = [b"topic", *session.serialize(sent, ident=None), *sent["buffers"]]
    read = client._message(frames)
    own = session.deserialize(session.feed_identities(frames)[1])
    for message in (own, read):  # looked at by nobody
        message["parent_header"].pop("date")
    assert read == own


def test_streams_are_merged_up_to_what_is_displayed():
    shown = nbformat.v4.new_output("display_data", {"text/plain": "x"})
    outputs = [
        _stream("stderr", "a"),
        _stream("stdout", "1"),
        _stream("stderr", "b"),
        shown,
        _stream("stdout", "2"),
    ]
    assert [(out.get("name"), out.get("text")) for out in merged(outputs)] == [
        ("stdout", "1"), ("stderr", "ab"), (None, None), ("stdout", "2"),
    ]  # fmt: skip


def test_random_ids_and_addresses_go():
    def made(styler: str, address: str) -> str:
        html = f'<style>#T_{styler}_row0_col0 {{}}</style><table id="T_{styler}"><td id="T_{styler}_row0_col0"></table>'
        outputs = [
            nbformat.v4.new_output(
                "display_data", {"text/html": html, "text/plain": f"<object at {address}>"}
            ),
            nbformat.v4.new_output(
                "error", ename="E", evalue=f"<f at {address}>", traceback=[f"<f at {address}>"]
            ),
        ]
        cell = nbformat.v4.new_code_cell("", id="a", outputs=outputs)
        return nbformat.writes(normalised(nbformat.v4.new_notebook(cells=[cell]), {}))

    first = made("0a1b2", "0x7f1234567890")
    assert first == made("fffff", "0x7e00aa000011")
    assert "T_00000_row0_col0" in first and "at 0x…" in first


def test_ending_a_parent_while_it_branches_is_silent(tmp_path):
    """A case with a fault ends the run while the parents are still coming up: not a word from them on stderr."""
    script = (
        "from auditbook.engine import Parent, kernel_environment\n"
        "import time, sys\n"
        "for wait in [x / 100 for x in range(0, 60, 3)]:\n"
        "    with Parent(('json',), kernel_environment()) as made:\n"
        "        made.branch(['decimal']), made.branch(['fractions'])\n"
        "        time.sleep(wait)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stderr) == (0, "")
