"""Writes the conformance notebooks beside this file, without outputs: ``python tests/conformance/write.py``.

A name is a notebook; an item is a cell's source; an item that begins with ``#tags `` has these tags.
"""

import sys
from pathlib import Path

import nbformat

LATE = "import time\ntime.sleep(0.3)"
CAUGHT = "#tags raises-exception\n"

NOTEBOOKS: dict[str, list[str]] = {
    "text": [
        "#tags parameters\ncase = 'default'\nscenario = ''",
        "print('一行', case, scenario)\nprint('two'); print('three', end='')",
        "import sys\nprint('out 1'); print('err 1', file=sys.stderr); print('out 2'); print('err 2', file=sys.stderr)",
        "sys.stdout.write('no newline'); sys.stdout.flush(); sys.stderr.write('nor here'); None",
        "print('\\x1b[31mred\\x1b[0m', 'tab\\there', 'back\\bspace', 'over\\rwritten', 'nul\\0', '😀 審計 ü \\u200b')",
        "print({'乙', '甲', 'set'}, frozenset('abc'))",
        "",
        "# only a comment",
        "print(f'{sys.stdout.isatty()} {sys.stdout.encoding} {sys.stdin.read()!r}')",
    ],
    "streams": [
        "import sys, time\nfor n in range(3):\n    print('out', n); time.sleep(0.35)\n    print('err', n, file=sys.stderr); time.sleep(0.35)",
        "print('before'); display('shown'); print('after'); print('wrong', file=sys.stderr); display('again'); print('end')",
    ],
    "values": [
        "1", "'text'", "None", "3.5, 2j, True, ..., NotImplemented", "[1, [2, {3: (4,)}], {'k': b'x'}]", "list(range(300))",
        "{f'key {n}': 'v' * 30 for n in range(9)}", "object()", "lambda x: x", "print", "type(3)", "range(5)", "import math; math",
        "_, __, Out[1], In[1], _i1", "Out", "len(In)", "1; 2; 3", "4;", "class Thing:\n    def __repr__(self): return '东西\\n二行'\nThing()",
        "x = 5\nx", "from decimal import Decimal; from fractions import Fraction; from datetime import date\nDecimal('1.10'), Fraction(1, 3), date(2021, 1, 2)",
    ],
    "rich": [
        "from IPython.display import HTML, JSON, Image, Javascript, Latex, Markdown, Math, SVG, Pretty, clear_output, display, update_display\nHTML('<b>粗</b>')",
        "Markdown('**粗** _x_')", "display(Latex('$x$'), Math('y^2'), JSON({'a': [1]}), Pretty('p'), SVG('<svg xmlns=\"http://www.w3.org/2000/svg\"/>'))",
        "import base64\npng = base64.b64decode('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==')\nImage(png), display(Image(png, width=7))",
        "class Many:\n    def _repr_mimebundle_(self, **_): return {'text/plain': 'p', 'text/html': '<i>h</i>', 'application/x-own+json': {'a': 1}}, {'text/html': {'m': 1}}\nMany()",
        "class Broken:\n    def _repr_html_(self): raise ValueError('repr')\n    def __repr__(self): return 'broken'\nBroken()",
        "handle = display('first', display_id='one'); display('other', display_id='two')", "update_display('second', display_id='one'); handle.update('third')",
        "display('again', display_id='one')", "handle.update(HTML('<p>last</p>'))",
        "print('gone'); display('gone'); clear_output(); print('stays')", "print('gone'); clear_output(wait=True); display('stays')",
        "print('kept'); clear_output(wait=True)", "display({'text/plain': 'raw', 'text/html': '<u>raw</u>'}, raw=True, metadata={'text/html': {'isolated': True}})",
        "display()", "Javascript('1')",
    ],
    "figures": [
        "import matplotlib, matplotlib.pyplot as plt\nplt.rcParams['svg.hashsalt'] = 'audit'\nplt.plot([1, 3, 2]); plt.title('T')", "plt.bar(['a', 'b'], [1, 2]);",
        "figure, axes = plt.subplots(1, 2)\naxes[0].plot([1, 2])\nprint('beside')", "figure", "import matplotlib.figure\nmatplotlib.figure.Figure(figsize=(1, 1))",
        "%config InlineBackend.figure_formats = ['svg']\nplt.figure(figsize=(2, 1)); plt.plot([2, 1]); plt.show(); print('after')",
        "%matplotlib inline\nplt.get_backend(), matplotlib.rcParams['figure.dpi']", "plt.scatter([1], [2]); plt.close('all')",
        "import io\nbuffer = io.StringIO(); plt.figure(); plt.plot([1, 2]); plt.savefig(buffer, format='svg'); plt.close(); 'svg' in buffer.getvalue()",
    ],
    "tables": [
        "import numpy as np, pandas as pd\ntable = pd.DataFrame({'项目': ['甲', '乙'], '金额': [1.5, None]})\ntable", "table.style.format(precision=2).highlight_null()",
        "display(table.style, table.style.set_caption('表')); table['金额']", "print(table)", "table.T.style.hide(axis='index')",
        "np.arange(12).reshape(3, 4), np.float64(1.5)", "pd.DataFrame(np.arange(4000).reshape(1000, 4))", "table.plot();", "pd.options.display.max_rows, np.get_printoptions()['precision']",
    ],
    "caught": [
        CAUGHT + "1 / 0", CAUGHT + "def outer():\n    inner()\ndef inner():\n    raise ValueError('内')\nouter()",
        CAUGHT + "try:\n    int('x')\nexcept ValueError as error:\n    raise RuntimeError('outer') from error",
        CAUGHT + "try:\n    int('x')\nexcept ValueError:\n    {}['k']", CAUGHT + "x = = 1", CAUGHT + "def f():\nreturn 1", CAUGHT + "print('早'); raise KeyError('k'); print('never')",
        CAUGHT + "class Own(Exception):\n    pass\nraise Own('多\\n行')", CAUGHT + "import json\njson.loads('{')", CAUGHT + "raise ExceptionGroup('several', [ValueError(1), TypeError(2)])",
        CAUGHT + "undefined_name", CAUGHT + "assert 1 == 2, 'not equal'", CAUGHT + "import no_such_module", CAUGHT + "def deep(n): return deep(n + 1)\ndeep(0)",
        CAUGHT + "input('asks')", CAUGHT + "import getpass; getpass.getpass()", CAUGHT + "raise KeyboardInterrupt('stop')", CAUGHT + "%no_such_magic", CAUGHT + "error = ValueError('noted'); error.add_note('a note'); raise error",
        CAUGHT + "class Mute:\n    def __repr__(self): raise OSError('no repr')\nMute()", CAUGHT + "eval('1 +')", CAUGHT + "open('/no/such/file')", "'still here'",
    ],
    "failure": ["print('before')", "import sys\nprint('out'); print('err', file=sys.stderr)\ndef f(): return {}['missing']\nf()", "print('never')"],
    "syntax": ["print('before')", "for in range(3): pass", "'never'"],
    "sys-exit": ["print('before')\nimport sys", "sys.exit(3)", "'never'"],
    "sys-exit-nought": ["import sys\nsys.exit()", "print('never')"],
    "os-exit": ["print('before')", "import os, time\nprint('flushed', flush=True); time.sleep(0.3); os._exit(4)", "'never'"],
    "killed": ["import os, signal, time\nprint('flushed', flush=True); time.sleep(0.3); os.kill(os.getpid(), signal.SIGKILL)"],
    "quit": ["print('before')", "quit()"],
    "exit-and-on": ["exit()", "import time\ntime.sleep(0.5); print('the cell that was sent')", "time.sleep(2); print('never')"],
    "asynchronous": [
        "import asyncio, contextvars\nawait asyncio.sleep(0.01); print('awaited')", "async def f(n):\n    await asyncio.sleep(0.01 * n); return n\nawait asyncio.gather(f(2), f(1))",
        "async def tick():\n    for n in range(2):\n        await asyncio.sleep(0.05); print('tick', n)\ntask = asyncio.create_task(tick())", "await task; print('task', task.done())",
        "variable = contextvars.ContextVar('v', default='none')\nvariable.set('set'); variable.get()", "variable.get()", "async with asyncio.timeout(5):\n    print('inside')",
        "async def count():\n    yield 1; yield 2\n[n async for n in count()]", CAUGHT + "await f('x')", CAUGHT + "asyncio.run(f(1))", "asyncio.get_running_loop().is_running()",
        "import sys; type(asyncio.get_event_loop_policy()).__name__",
    ],
    "threads": [
        "import threading\ndef work(): print('in a thread')\none = threading.Thread(target=work); one.start(); one.join()",
        "from concurrent.futures import ThreadPoolExecutor\nwith ThreadPoolExecutor(2) as pool: print(list(pool.map(lambda n: n * n, range(4))))",
        "def fail(): raise ValueError('in a thread')\nother = threading.Thread(target=fail, name='failing'); other.start(); other.join()\nimport time; time.sleep(0.3)",
        "threading.current_thread() is threading.main_thread(), threading.main_thread().name",
    ],
    "processes": [
        "import os, subprocess, sys, time\nos.system('echo 低 low'); " + "time.sleep(0.3)", "subprocess.run(['sh', '-c', 'echo out; echo err >&2']); time.sleep(0.3)", "!echo shell; echo wrong >&2",
        "lines = !printf 'a\\nb\\n'\nlines", "os.write(1, '直接\\n'.encode()); time.sleep(0.3)", "subprocess.run(['cat'], capture_output=True)", "%%bash\necho bash\necho error >&2", CAUGHT + "%%bash\nexit 3",
        "!exit 5", "_exit_code", "print(subprocess.run([sys.executable, '-c', 'import sys; print(sys.stdin.isatty())'], capture_output=True, text=True).stdout)",
        "import multiprocessing\nwith multiprocessing.get_context('fork').Pool(1) as pool: print(pool.map(abs, [-1, 2]))",
        "pid = os.fork()\nif pid == 0:\n    print('in a fork', flush=True); time.sleep(0.2); os._exit(0)\nos.waitpid(pid, 0)[1], time.sleep(0.5)",
        "import signal\nsignal.getsignal(signal.SIGINT) is signal.default_int_handler, signal.getsignal(signal.SIGCHLD), signal.getsignal(signal.SIGTERM)",
        "os.getsid(0) == os.getpid(), os.getpgid(0) == os.getpid()", "import ctypes; libc = ctypes.CDLL(None); libc.puts(b'from C'); libc.fflush(None); time.sleep(0.3)",
    ],
    "magics": [
        "%%capture held\nprint('held'); display('x')", "held.stdout, len(held.outputs)", "held.show()", "%cd -q /\nimport os; os.getcwd()", "%cd /tmp", "%pwd", "%env AUDITBOOK_X=1", "os.environ['AUDITBOOK_X']",
        "a = 1; b = 'x'\n%who_ls", "%%writefile /dev/null\ntext", "%precision 3\n1.23456", "%xmode Plain", CAUGHT + "def f(): 1 / 0\nf()", "%history -n 1-2", "%alias_magic t timeit", "%%python3\nprint('python')", "%load_ext no_such_extension",
        "len?", "%pinfo2 len", "%lsmagic\n1", "get_ipython().run_cell('print(3); 4')\nNone", "%config InlineBackend.close_figures", "%reset -f\n'a' in dir()",
    ],
    "session": [
        "get_ipython().__class__.__name__, type(get_ipython().kernel).__mro__[-2].__name__, __name__, __doc__", "import sys; sys.path[0], sys.modules['__main__'].__dict__ is globals(), sys.argv[0].endswith('ipykernel_launcher.py')", "sys.path",
        "sorted(name for name in globals() if not name.startswith('_'))", "import random; random.seed(1); random.random()", "import numpy as np; np.random.seed(2); np.random.rand(2), np.random.default_rng(3).random()",
        "import warnings\nwarnings.warn('careful')\nwarnings.warn('old', DeprecationWarning)", "warnings.warn('careful', RuntimeWarning)", "import logging\nlogging.warning('logged'); logging.info('not'); logging.getLogger('x').error('e')", "logging.root.level, len(logging.root.handlers)",
        "sys.getrecursionlimit(), sys.flags.utf8_mode, sys.getdefaultencoding(), sys.getfilesystemencoding()", "hash('审计')", "import os; os.environ['MPLBACKEND'], os.environ.get('PYTHONHASHSEED'), os.getcwd()", "'IPKernelApp' in get_ipython().config",
        "import locale, time; locale.setlocale(locale.LC_ALL), time.tzname, os.umask(0o22)", "import atexit, builtins; builtins.__dict__.get('_') is not None, sys.stdin.fileno(), sys.stdin.read()", "sys.excepthook, sys.gettrace(), sys.getprofile()", "from tqdm.auto import tqdm; tqdm.__module__", "import decimal, gc; decimal.getcontext().prec, gc.isenabled()",
        "import inspect\ndef g():\n    return 1\ninspect.getsource(g)", "get_ipython().history_manager.hist_file", "import tempfile; tempfile.gettempdir()", "import asyncio; asyncio.get_running_loop().__class__.__name__",
    ],
    "large": ["print('x' * 5_000_000)", "for n in range(20_000): print(n)", "'y' * 200_000", "import sys\nprint('z' * 1_000_000, file=sys.stderr)"],
    "allowed-late": ["import atexit, os, pathlib\natexit.register(lambda: pathlib.Path(os.environ['LEFT']).write_text('left by atexit')); print('registered')"],
}  # fmt: skip


def notebook(cells: list[str]) -> nbformat.NotebookNode:
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    made = nbformat.v4.new_notebook(metadata={"kernelspec": kernel, "language_info": {"name": "python"}})
    for number, source in enumerate(cells):
        tags = []
        if source.startswith("#tags "):
            head, _, source = source.partition("\n")
            tags = head.removeprefix("#tags ").split()
        cell = nbformat.v4.new_code_cell(source, id=f"cell-{number}", metadata={"tags": tags} if tags else {})
        made.cells.append(cell)
    return made


def main(folder: Path) -> None:
    for name, cells in NOTEBOOKS.items():
        text = nbformat.writes(notebook(cells))
        (folder / f"{name}.ipynb").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
