"""How far a batch has come, and how long the rest will take: a bar in a terminal, a line a case elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from auditbook import languages
from auditbook.batch_entries import STATES
from auditbook.batch_worker import Ending


@contextmanager
def shown(names: Sequence[str], said: Callable[[str], None]) -> Iterator[Callable[[int, Ending], None]]:
    """What to call with the place of a case and how it ended.

    Takes    names: of the runs, in the order of the batch; said: prints a line on stderr.
    """
    if sys.stderr.isatty():
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        with Progress(
            TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(compact=True),
            console=Console(stderr=True), transient=True,
        ) as bar:  # fmt: skip
            task = bar.add_task("", total=len(names))

            def moved(place: int, outcome: Ending) -> None:
                if outcome.state in ("refused", "failed"):
                    bar.console.print(_ended(names[place], outcome), markup=False, highlight=False)
                bar.update(task, advance=1, description=names[place])

            yield moved
        return
    began, finished, made = time.monotonic(), 0, 0

    def told(place: int, outcome: Ending) -> None:
        nonlocal finished, made
        finished += 1
        made += not outcome.proven and outcome.state != "refused"
        left = len(names) - finished
        # what was found proven or refused took no time, and says nothing of what the rest will take
        rest = _rest(left * (time.monotonic() - began) / made) if made and left else ""
        said(f"[{finished}/{len(names)}] {_ended(names[place], outcome)}{rest}")

    yield told


def _ended(name: str, outcome: Ending) -> str:
    words = languages.told("核实未变，沿用" if outcome.proven else STATES[outcome.state])
    why = languages.told(outcome.reasons[0]) if outcome.reasons and not outcome.proven else ""
    return f"{name} {words}" + (f" ({why})" if why else "")


def _rest(seconds: float) -> str:
    minutes = round(seconds / 60)
    if seconds < 90:
        return languages.told(f"，约还需 {round(seconds)} 秒")
    if minutes < 90:
        return languages.told(f"，约还需 {minutes} 分")
    return languages.told(f"，约还需 {minutes / 60:.1f} 小时")
