"""The command ``auditbook``: results on stdout, progress on stderr, exit codes as documented, no tracebacks for users."""

from __future__ import annotations

import os
import sys
import traceback
from typing import TYPE_CHECKING, Annotated, Any

import typer

from auditbook import completion, languages
from auditbook.faults import EXIT_CONTRADICTION, EXIT_LIMIT, EXIT_OWN_FAULT, AuditbookError
from auditbook.languages import told_fault

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.progress import Progress

    from auditbook.faults import Fault
    from auditbook.running import Finished, Told

app = typer.Typer(
    add_completion=True, no_args_is_help=True, pretty_exceptions_enable=False,
    help="部门整体支出绩效评价的可复算审计笔记本。",
)  # fmt: skip

CaseName = Annotated[
    str,
    typer.Argument(help="案例：params/cases/ 下的名字，或案例文件的路径", autocompletion=completion.cases),
]
ScenarioName = Annotated[
    str,
    typer.Option(
        "--scenario", help="情景：params/scenarios/ 下的名字，或路径", autocompletion=completion.scenarios
    ),
]


def _say(text: str, err: bool = False) -> None:
    """Print lines in the language that is told.

    What is told holds words of cases and documents, and they may hold what moves a terminal's cursor.
    """
    from auditbook.unseen import printable

    typer.echo(printable(languages.told(text)), err=err)


def _say_fault(fault: Fault) -> None:
    from auditbook.unseen import printable

    typer.echo(printable(told_fault(fault)), err=True)


def _say_json(json: str) -> None:
    """Print JSON, with such characters as escapes."""
    from auditbook.unseen import escaped

    typer.echo(escaped(json))


@app.callback()
def _auditbook(
    lang: Annotated[
        str,
        typer.Option(
            languages.OPTION, metavar="zh|en", autocompletion=lambda: list(languages.LANGUAGES),
            help="语言：zh 中文，en 英文；写在哪里都可以，不写就依系统的语言",
        ),
    ] = "",
) -> None:  # fmt: skip
    """部门整体支出绩效评价的可复算审计笔记本。"""  # main() has taken the option already, wherever it stood


@app.command("run")
def run_case(
    case: CaseName,
    scenario: ScenarioName = "",
    force: Annotated[bool, typer.Option("--force", help="不沿用任何结果，全部重做")] = False,
) -> None:
    """依次运行五个笔记本，写出报告和底稿。"""
    from auditbook import running
    from auditbook.workspace import locate

    finished = None if force else running.unchanged(locate(case, scenario))
    if finished is not None:
        _say("资料、规则、程序与产出均已核实未变，沿用上次结果（--force 全部重做）", err=True)
    else:
        with _progress() as told:
            finished = _made_anew(case, scenario, told, force=force)
    for line in finished.summary:
        _say(line)
    if finished.moved:
        from auditbook.comparison import command

        _say(command.since_last(locate(case, scenario)))
    _say(f"报告：{finished.report}")
    if finished.blocking:
        _say(f"资料自相矛盾，没有评分：{'、'.join(finished.blocking)}", err=True)
        raise typer.Exit(EXIT_CONTRADICTION)


@app.command("batch")
def run_batch(
    cases: Annotated[
        list[str],
        typer.Argument(
            help="案例名、案例文件，或文件夹（其中 params/cases/ 或自身的全部案例）",
            autocompletion=completion.cases,
        ),
    ],
    scenario: ScenarioName = "",
    workers: Annotated[
        int, typer.Option("--workers", min=0, help="本机同时做几个；不写就是处理器的个数")
    ] = 0,
    scheduler: Annotated[
        str, typer.Option("--scheduler", help="交给已有的 Dask 集群：调度器的地址，如 tcp://主机:8786")
    ] = "",
    name: Annotated[
        str, typer.Option("--name", help="这一批的名字：比较报告在 outputs/batches/名字/")
    ] = "batch",
    printed: Annotated[bool, typer.Option("--pdf", help="各案例也打印 PDF（约多一倍时间）")] = False,
    force: Annotated[bool, typer.Option("--force", help="不沿用任何结果，全部重做")] = False,
) -> None:
    """许多案例一起做：各自的报告和底稿，加一份比较报告；中断了再运行一次，做完的不重做。"""
    from auditbook import batch, batch_progress

    planned = batch.plan(cases, scenario=scenario, name=name, force=force, printed=printed)
    for own in planned.twice:
        _say(f"{own} 写了两次，只做一次", err=True)

    def said(text: str) -> None:
        _say(text, err=True)

    with batch_progress.shown([own.run for own in planned.workspaces], said) as ended:
        try:
            done = batch.run(planned, ended, said, workers=workers, scheduler=scheduler)
        except KeyboardInterrupt:
            _say("已停下；做完的都在，再运行一次从断处继续，末了写出比较报告", err=True)
            raise typer.Exit(130) from None
    for line in done.lines():
        _say(line)
    if done.code:
        raise typer.Exit(done.code)


@app.command()
def check(case: CaseName, scenario: ScenarioName = "") -> None:
    """只读不算：列出全部错误；都读得通，就按次序列出还要填写、索取的。"""
    from auditbook import pipeline, remaining

    try:
        run = pipeline.check(case, scenario)
    except AuditbookError:
        _say("还缺什么，要等以下各处改正、读得通了才能算。先改这些：", err=True)
        raise
    found = run.raw
    _say(
        f"{run.audit.workspace.run}：资料 {len(found.sources)} 份，数字 {len(found.figures)} 个，目标 {len(found.objectives)} 条，"
        f"陈述 {len(found.statements)} 条，公布的数字 {len(found.published)} 个。没有读不通的地方。"
    )
    for line in remaining.of_case(run).lines():
        _say(line)


@app.command("scenarios")
def all_scenarios(
    case: CaseName,
    as_json: Annotated[bool, typer.Option("--json", help="以 JSON 输出")] = False,
    page: Annotated[bool, typer.Option("--page", help="另写成一页：outputs/案例/scenarios.html")] = False,
) -> None:
    """一个案例的全部情景并列：得分、等级、发现、指标，动了什么。"""
    import shutil

    from auditbook import printed, side_by_side

    found = side_by_side.matrix(case)
    if as_json:
        _say_json(found.as_json())
    else:
        _say(found.text(shutil.get_terminal_size().columns if sys.stdout.isatty() else printed.WIDE))
    if page:
        _say(f"写出：{found.write_page()}", err=True)


@app.command()
def sensitivity(
    case: CaseName,
    scenario: ScenarioName = "",
    as_json: Annotated[bool, typer.Option("--json", help="以 JSON 输出：每处改动附它的情景写法")] = False,
) -> None:
    """一次只改一处：哪些口径、分值、界限、数字左右得分和结论。"""
    import shutil

    from auditbook import printed, sensitivity_yield

    found = sensitivity_yield.read(case, scenario)
    if as_json:
        _say_json(found.as_json())
    else:
        _say(found.text(shutil.get_terminal_size().columns if sys.stdout.isatty() else printed.WIDE))
    if found.stopped:
        raise typer.Exit(EXIT_CONTRADICTION)


@app.command("new")
def new_case(
    case: Annotated[str, typer.Argument(help="新案例的名字，如 qinghe-water-2025")],
    year: Annotated[str, typer.Argument(help="被评价的年度，如 2025")],
    name: Annotated[str, typer.Option("--name", help="部门全称")] = "",
    unit: Annotated[
        list[str] | None,
        typer.Option(
            "--unit", help="下属单位，代号=名称，可以写几次；与 --from 同用时可写 代号=名称=上年代号,上年代号"
        ),
    ] = None,
    framework: Annotated[
        str,
        typer.Option(
            "--framework",
            help="评分框架；不写用 default-2013，或上年案例的",
            autocompletion=completion.frameworks,
        ),
    ] = "",
    report: Annotated[
        str,
        typer.Option(
            "--report", help="部门的绩效评价报告（.txt .docx .pdf .html）：读出的数写进录入表待采纳"
        ),
    ] = "",
    old: Annotated[
        str, typer.Option("--from", help="上年的案例：单位、编制、年末的数和没有了结的审计发现由它带入")
    ] = "",
) -> None:
    """开始一个案例：案例文件、资料登记簿、资料录入表、资料需求清单。"""
    from pathlib import Path

    from auditbook import beginning
    from auditbook.workspace import project_root

    made = beginning.begin(
        project_root(Path.cwd()), case, year, name=name, units=unit or [], framework=framework,
        report=Path(report) if report else None, old=old,
    )  # fmt: skip
    _say(f"案例：{made.case_file}")
    _say(f"资料：{made.folder}/（{beginning.WORKBOOK}、SOURCES.yaml）")
    from auditbook import pipeline, remaining

    begun = remaining.of_case(pipeline.check(made.case_path))
    _say(f"清单：{begun.write()}（向部门索取的资料，能定下分数多的在前）")
    for line in made.told:
        _say(line)
    _say("接下来：")
    for number, step in enumerate(made.steps, 1):
        _say(f"{number}. {step}")
    for line in begun.lines():
        _say(line)


@app.command()
def watch(case: CaseName, scenario: ScenarioName = "") -> None:
    """守着案例和规则：一保存就重算改动所及的部分，Ctrl-C 结束。"""
    from auditbook import running
    from auditbook.workspace import locate

    workspace = locate(case, scenario)
    with running.kernels() as parents:
        from auditbook import watching

        def finished(done: Finished) -> None:
            for line in done.summary:
                _say(line)
            _say(f"重做：{'、'.join(done.made) or '无'}。报告：{done.report}")

        def failed(error: AuditbookError) -> None:
            for fault in error.faults:
                _say_fault(fault)

        watching.watch(case, scenario, workspace, lambda stage, state: None, finished, failed, parents)


@app.command()
def explain(
    indicator: Annotated[
        str, typer.Argument(help="指标代号，如 budget_adjustment_rate", autocompletion=completion.indicators)
    ],
) -> None:
    """一项指标是什么、怎样计分。"""
    from auditbook.explain import explanation

    for line in explanation(indicator):
        _say(line)


@app.command("intake")
def intake_document(
    files: Annotated[
        list[str],
        typer.Argument(
            help="部门决算公开（PDF、.xlsx，或若干 .csv）、资料录入表、原始表，或文字资料（.txt .docx .pdf .html）"
        ),
    ],
    as_json: Annotated[bool, typer.Option("--json", help="以 JSON 输出")] = False,
    tables: Annotated[
        str, typer.Option("--tables", help="把各表写成 CSV，放进这个文件夹（不覆盖已有的文件）")
    ] = "",
) -> None:
    """一份文件能读出什么：表、带出处的数字、勾稽核对。"""
    import shutil
    from pathlib import Path

    from auditbook import document_yield, printed
    from auditbook.faults import CaseError

    found = document_yield.read([Path(file) for file in files], _pages_told())
    written = found.write_tables(Path(tables)) if tables else []
    if as_json:
        _say_json(found.as_json())
    else:
        _say(found.text(shutil.get_terminal_size().columns if sys.stdout.isatty() else printed.WIDE))
    for path in written:
        _say(f"写出：{path}", err=True)
    if found.faults:
        raise CaseError(list(found.faults))


@app.command("claims")
def claims_of_document(
    files: Annotated[
        list[str],
        typer.Argument(
            help="部门决算公开（PDF、.xlsx，或若干 .csv 加一份文字），或绩效评价报告（.txt .docx .pdf .html）"
        ),
    ],
    as_json: Annotated[bool, typer.Option("--json", help="以 JSON 输出，各行的栏目同 claims.csv")] = False,
    view: Annotated[
        str, typer.Option("--view", help="把正文写成一页 HTML，每条陈述标在原处（不覆盖已有的文件）")
    ] = "",
    every: Annotated[bool, typer.Option("--all", help="一致的也列出")] = False,
    year: Annotated[
        int | None, typer.Option("--year", min=1990, max=2100, help="文件自己没有写明时，是哪一年度的")
    ] = None,
) -> None:
    """一份文件的正文说了哪些数，各自站不站得住。"""
    import shutil
    from pathlib import Path

    from auditbook import claims_yield, printed

    if view:
        claims_yield.refuse_existing(Path(view))
    found = claims_yield.read([Path(file) for file in files], _pages_told(), year)
    if as_json:
        _say_json(found.as_json())
        for fault in found.faults:  # a person finds them among the results
            _say_fault(fault)
    else:
        width = shutil.get_terminal_size().columns if sys.stdout.isatty() else printed.WIDE
        _say(found.text(width, every=every))
    if view:
        found.write_view(Path(view))
        _say(f"写出：{view}", err=True)


@app.command("compare")
def compare_runs(
    runs: Annotated[
        list[str],
        typer.Argument(
            help="两次或更多运行：案例名，或 案例名+情景名，或 outputs/、data/processed/ 下的文件夹；都与第一次比",
            autocompletion=completion.runs,
        ),
    ],
    last: Annotated[bool, typer.Option("--last", help="与这次运行的上一稿比")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="以 JSON 输出")] = False,
    every: Annotated[bool, typer.Option("--all", help="每一处不同都列出")] = False,
) -> None:
    """几次运行哪里不同，各因证据、规则、假定还是程序。"""
    import shutil

    from auditbook import printed
    from auditbook.comparison import command

    found = command.run(runs, last=last)
    if as_json:
        _say_json(found.as_json())
    else:
        width = shutil.get_terminal_size().columns if sys.stdout.isatty() else printed.WIDE
        _say(found.text(width, every=every))
    path = found.write_page()
    _say(f"写出：{path}", err=True)


@app.command()
def verify(
    run: Annotated[
        str,
        typer.Argument(
            help="一次运行：案例名，或 案例名+情景名，或 outputs/ 下的文件夹；或 auditbook pack 打的包",
            autocompletion=completion.runs,
        ),
    ],
    trace: Annotated[bool, typer.Option("--trace", help="页面上的每个数是否都追得到依据")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="以 JSON 输出")] = False,
) -> None:
    """由资料重算一遍，与交出的表和报告逐字节比较。"""
    from auditbook.faults import EXIT_DIFFERENCE

    if trace:
        from auditbook import traced_run

        traced = traced_run.trace(run)
        text, json, sound = traced.text(), traced.as_json(), traced.sound
    else:
        from pathlib import Path

        from auditbook import packing
        from auditbook import verify as verifying
        from auditbook.workspace import of_run

        def told(line: str) -> None:
            _say(line, err=True)

        file = Path(run)
        packed = file.is_file() and file.suffix != ".yaml"
        found = packing.verified(file, told) if packed else verifying.verified(of_run(run), told)
        text, json, sound = found.text(), found.as_json(), found.sound
    if as_json:
        _say_json(json)
    else:
        _say(text)
    if not sound:
        raise typer.Exit(EXIT_DIFFERENCE)


@app.command()
def pack(
    run: Annotated[
        str, typer.Argument(help="一次运行：案例名，或 案例名+情景名", autocompletion=completion.runs)
    ],
    to: Annotated[str, typer.Option("--to", help="包写到哪里；不写就在 outputs/ 下")] = "",
) -> None:
    """把一次运行连同资料、规则、程序、锁定的依赖打成一个文件，别人可以另行核对。"""
    from pathlib import Path

    from auditbook import packing
    from auditbook.workspace import of_run

    path = packing.write(of_run(run), Path(to) if to else None)
    _say(f"包：{path}（{path.stat().st_size / 1_000_000:.1f} MB）")
    _say(f"核对：auditbook verify {path.name}")


@app.command()
def sign(
    run: Annotated[
        str, typer.Argument(help="一次运行：案例名，或 案例名+情景名", autocompletion=completion.runs)
    ],
    role: Annotated[
        str,
        typer.Option(
            "--role",
            help="哪一级：preparer 编制，reviewer-1、-2、-3 一、二、三级复核",
            autocompletion=completion.roles,
        ),
    ] = "",
    name: Annotated[str, typer.Option("--name", help="签署人的姓名")] = "",
    date: Annotated[str, typer.Option("--date", help="签署的日期，如 2020-06-30")] = "",
    opinion: Annotated[str, typer.Option("--opinion", help="意见；复核人必写")] = "",
    disagree: Annotated[bool, typer.Option("--disagree", help="复核人不同意")] = False,
    key: Annotated[str, typer.Option("--key", help="另用这把 ssh 私钥签名")] = "",
    withdraw: Annotated[bool, typer.Option("--withdraw", help="撤回自己刚签的")] = False,
    show: Annotated[bool, typer.Option("--status", help="只看签到哪里了")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="以 JSON 输出")] = False,
) -> None:
    """编制人与三级复核人依次签署一次运行，认的是它的内容；内容一变，签署失效。"""
    from auditbook import run_record, signing, verify
    from auditbook.report import signoff_page
    from auditbook.workspace import of_run
    from auditbook.writing import write_whole

    workspace = of_run(run)
    if show:
        record = run_record.load(workspace.outputs)
        found = signing.status(workspace, record.content)
    else:
        record = verify.as_recorded(workspace)
        if withdraw:
            found = signing.withdraw(workspace, record.content, role, name, date)
        else:
            found = signing.sign(
                workspace, record.content, role, name, date, opinion=opinion, agrees=not disagree, key=key
            )
    write_whole(workspace.outputs / signoff_page.NAME, signoff_page.view(found, record.title))
    if as_json:
        _say_json(found.as_json())
    else:
        _say(found.text())


@app.command("history")
def ask_history(
    question: Annotated[
        str, typer.Argument(metavar="SQL", help="问题，一条 SQL 查询；不写就列出全部运行")
    ] = "",
    file: Annotated[str, typer.Option("--file", help="问题写在这个文件里")] = "",
    form: Annotated[
        str,
        typer.Option(
            "--format",
            metavar="table|csv|json",
            help="答案的格式",
            autocompletion=lambda: ["table", "csv", "json"],
        ),
    ] = "table",
    views: Annotated[
        bool, typer.Option("--views", help="列出可问的视图与表：每一列是什么，各附一个问题")
    ] = False,
    results: Annotated[
        list[str] | None,
        typer.Option("--results", help="存放运行结果的文件夹，可以写几次；不写就是本项目的"),
    ] = None,
) -> None:
    """用 SQL 问全部运行：按部门、年度、指标、发现。"""
    import shutil

    from auditbook import printed
    from auditbook.history import command_line

    terminal = sys.stdout.isatty()
    width = shutil.get_terminal_size().columns if terminal else printed.WIDE
    if views:
        typer.echo(command_line.described(width))
        return
    parts, told = command_line.answered(question, file, results or [], form, width, terminal=terminal)
    for fault in told:
        _say_fault(fault)
    for part in parts:
        typer.echo(part.encode(), nl=False)


@app.command()
def schema(
    kind: Annotated[
        str,
        typer.Argument(
            help="哪一种文件：case、scenario、framework、sources 等；不写就列出",
            autocompletion=completion.schemas,
        ),
    ] = "",
    write: Annotated[bool, typer.Option("--write", help="写进 params/schemas/，供编辑器使用")] = False,
) -> None:
    """编辑器检查案例、情景、评分框架等文件所用的 JSON Schema。"""
    from pathlib import Path

    from auditbook import schemas
    from auditbook.faults import Fault, UsageError
    from auditbook.workspace import project_root

    root = project_root(Path.cwd())
    if kind and kind not in schemas.KINDS:
        raise UsageError(Fault(kind, "没有这一种文件", f"以下之一：{'、'.join(schemas.KINDS)}"))
    if write:
        for path in schemas.write(root):
            _say(f"写出：{path.relative_to(root)}")
    elif kind:
        _say_json(schemas.schema(kind, root))
    else:
        for name, what in schemas.KINDS.items():
            _say(f"{name}：{what.title}（{'、'.join(what.files)}）")


def _pages_told() -> Callable[[int, int], None] | None:
    """Progress through a document, page by page, where there is a terminal."""
    if not sys.stderr.isatty():
        return None

    def told(done: int, of: int) -> None:
        sys.stderr.write("\r" + languages.told(f"第{done}页/共{of}页") if done < of else "\r\033[K")
        sys.stderr.flush()

    return told


def _made_anew(case: str, scenario: str, told: Told, *, force: bool) -> Finished:
    from auditbook import running

    with (
        running.kernels() as parents
    ):  # they import Great Expectations and the rest while this process goes on
        from auditbook import pipeline

        return running.run(pipeline.check(case, scenario), told, force=force, parents=parents)


class _progress:
    """A bar where there is a terminal, a line a stage where there is none."""

    def __enter__(self) -> Told:
        from auditbook.stages import STAGES

        titles = {stage.name: stage.title for stage in STAGES} | {"pages": "排版"}
        self.titles = {name: languages.told(title) for name, title in titles.items()}
        self.finished = 0
        self.bar: Progress | None = None
        if sys.stderr.isatty():
            from rich.console import Console
            from rich.progress import BarColumn, Progress, TextColumn

            # no refresh thread: notebooks are forked from this process
            self.bar = Progress(
                TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed}/{task.total}"),
                console=Console(stderr=True), transient=True, auto_refresh=False,
            )  # fmt: skip
            self.bar.start()
            self.task = self.bar.add_task(languages.told("读规则与资料"), total=len(self.titles))
            self.bar.refresh()
        return self._tell

    def _tell(self, stage: str, state: str) -> None:
        self.finished += state in {"proven", "done"}
        if self.bar:
            self.bar.update(self.task, completed=self.finished, description=self.titles[stage], refresh=True)
        elif state != "done":
            note = "（已核实未变，沿用）" if state == "proven" else ""
            number = self.finished if state == "proven" else self.finished + 1
            _say(f"[{number}/{len(self.titles)}] {self.titles[stage]}{note}", err=True)

    def __exit__(self, *_: object) -> None:
        if self.bar:
            self.bar.stop()


def _in_utf8() -> None:
    """Files have Chinese names: a Python that was told to take names for ASCII is started again, told otherwise."""
    if sys.getfilesystemencoding() != "utf-8" and os.name == "posix" and "utf8" not in sys._xoptions:
        sys.stdout.flush()
        os.execv(sys.executable, [sys.executable, "-X", "utf8", *sys.orig_argv[1:]])


def main() -> None:
    """The entry point: every error ends in its own exit code."""
    _in_utf8()
    try:
        languages.use(
            languages.of_locale(os.environ)
        )  # that --lang is wrong is told in the locale's language
        language, arguments = languages.chosen(sys.argv[1:], os.environ)
        languages.use(language)
        if script := completion.script(arguments):
            typer.echo(script)
            sys.exit(0)
        sys.exit(_command(arguments)(arguments, standalone_mode=False) or 0)
    except typer.Abort:
        sys.exit(130)
    except AuditbookError as error:
        for fault in error.faults:
            _say_fault(fault)
        if len(error.faults) > 1:
            _say(f"共 {len(error.faults)} 处。没有写出或覆盖任何文件。", err=True)
        sys.exit(error.exit_code)
    except BrokenPipeError:  # whoever read what is told has read enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(EXIT_LIMIT)
    except Exception as error:
        from auditbook import writing

        if (limit := writing.limit(error)) is not None:
            for fault in limit.faults:
                _say_fault(fault)
            sys.exit(limit.exit_code)
        if hasattr(error, "show") and hasattr(error, "exit_code"):  # click's usage errors
            error.show() if languages.english() else _show_in_chinese(error)
            sys.exit(error.exit_code)
        traceback.print_exc()
        _say("这是程序自身的错误，请把以上内容告诉维护者。", err=True)
        sys.exit(EXIT_OWN_FAULT)


def _command(arguments: list[str]) -> Any:
    """The command, with its help in the language that is told."""
    command = typer.main.get_command(app)
    asked = completion.ASKED in os.environ  # by a shell: it is answered at once, so Chinese is not looked up
    if (asked and languages.english()) or (not asked and (not arguments or "--help" in arguments)):
        languages.translate_help(command)
    return command


def _show_in_chinese(error: Any) -> None:
    """A wrong call, told by the library in English, in Chinese: how it is called, where help is, what is wrong."""
    context = getattr(error, "ctx", None)
    if context is not None:
        typer.echo(languages.usage_in_chinese(context.get_usage()), err=True)
        typer.echo(f"运行“{context.command_path} --help”查看用法。", err=True)
    message = error.format_message()
    if message:
        typer.echo(f"错误：{languages.in_chinese(message)}", err=True)
