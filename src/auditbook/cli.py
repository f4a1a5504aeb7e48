"""The command ``auditbook``: results on stdout, progress on stderr, exit codes as documented, no tracebacks for users."""

from __future__ import annotations

import sys
import traceback
from typing import TYPE_CHECKING, Annotated

import typer

from auditbook.faults import EXIT_CONTRADICTION, EXIT_OWN_FAULT, AuditbookError

if TYPE_CHECKING:
    from collections.abc import Callable

app = typer.Typer(
    add_completion=True, no_args_is_help=True, pretty_exceptions_enable=False,
    help="部门整体支出绩效评价的可复算审计笔记本 / reproducible audit notebooks.",
)  # fmt: skip

CaseName = Annotated[str, typer.Argument(help="案例：params/cases/ 下的名字，或案例文件的路径")]
ScenarioName = Annotated[str, typer.Option("--scenario", help="情景：params/scenarios/ 下的名字，或路径")]


@app.callback()
def _auditbook() -> None:
    """部门整体支出绩效评价的可复算审计笔记本 / reproducible audit notebooks."""


@app.command("run")
def run_case(case: CaseName, scenario: ScenarioName = "") -> None:
    """依次运行五个笔记本，写出报告和底稿 / run the five notebooks and write the report."""
    from auditbook import pipeline

    checked = pipeline.check(case, scenario)
    with _progress(len(pipeline.STAGES) + 1) as told:
        finished = pipeline.execute(checked, told)
    from auditbook.report.chapters import summary_lines

    for line in summary_lines(finished.run):
        typer.echo(line)
    typer.echo(f"报告：{finished.report}")
    if finished.blocking:
        typer.echo(f"资料自相矛盾，没有评分：{'、'.join(finished.blocking)}", err=True)
        raise typer.Exit(EXIT_CONTRADICTION)


@app.command()
def check(case: CaseName, scenario: ScenarioName = "") -> None:
    """只读不算：一次列出案例和资料的全部错误 / read everything, run nothing."""
    from auditbook import pipeline

    run = pipeline.check(case, scenario)
    found = run.raw
    typer.echo(
        f"{run.audit.run}：资料 {len(found.sources)} 份，数字 {len(found.figures)} 个，目标 {len(found.objectives)} 条，"
        f"陈述 {len(found.statements)} 条，公布的数字 {len(found.published)} 个。没有读不通的地方。"
    )


@app.command()
def explain(indicator: Annotated[str, typer.Argument(help="指标代号，如 budget_adjustment_rate")]) -> None:
    """一项指标是什么、怎样计分 / what an indicator is and how it counts."""
    from auditbook.explain import explanation

    for line in explanation(indicator):
        typer.echo(line)


class _progress:
    """A bar where there is a terminal, a line a stage where there is none."""

    def __init__(self, total: int) -> None:
        self.total = total

    def __enter__(self) -> Callable[[int, str], None]:
        if sys.stderr.isatty():
            from rich.console import Console
            from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

            self.bar: Progress | None = Progress(
                TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed}/{task.total}"),
                TimeElapsedColumn(), console=Console(stderr=True), transient=True,
            )  # fmt: skip
            self.bar.start()
            self.task = self.bar.add_task("准备", total=self.total)
            return self._move
        self.bar = None
        return self._say

    def _move(self, number: int, title: str) -> None:
        if self.bar:
            self.bar.update(self.task, completed=number, description=title)

    def _say(self, number: int, title: str) -> None:
        typer.echo(f"[{number + 1}/{self.total}] {title}", err=True)

    def __exit__(self, *_: object) -> None:
        if self.bar:
            self.bar.stop()


def main() -> None:
    """The entry point: every error ends in its own exit code."""
    try:
        sys.exit(app(standalone_mode=False) or 0)
    except typer.Abort:
        sys.exit(130)
    except AuditbookError as error:
        for fault in error.faults:
            typer.echo(str(fault), err=True)
        if len(error.faults) > 1:
            typer.echo(f"共 {len(error.faults)} 处。没有写出或覆盖任何文件。", err=True)
        sys.exit(error.exit_code)
    except Exception as error:
        if hasattr(error, "show") and hasattr(error, "exit_code"):  # click's usage errors
            error.show()
            sys.exit(error.exit_code)
        traceback.print_exc()
        typer.echo("这是程序自身的错误，请把以上内容告诉维护者。", err=True)
        sys.exit(EXIT_OWN_FAULT)
