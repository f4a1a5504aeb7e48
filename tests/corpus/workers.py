"""Two processes that judge ahead of the tests: each case of the corpus is built and judged apart from all others."""

from __future__ import annotations

import multiprocessing
import shutil
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from corpus import harmless, judging, mutants
from corpus.books import Spot
from corpus.judging import Outcome

Judged = tuple[Outcome, Spot | None]
DAMAGE, HARMLESS = "mutant", "variant"


@contextmanager
def working(
    names: Iterable[tuple[str, str]], folder: Path
) -> Iterator[dict[tuple[str, str], Future[Judged]]]:
    """Judge what is named (DAMAGE or HARMLESS, and a name), in that order, while the caller goes on."""
    pool = ProcessPoolExecutor(2, multiprocessing.get_context("spawn"))
    try:
        yield {name: pool.submit(judged, *name, folder / str(number)) for number, name in enumerate(names)}
    finally:
        pool.shutdown(cancel_futures=True)


def judged(kind: str, name: str, folder: Path) -> Judged:
    """Build one case in a folder of its own and judge it.

    Returns  what came of it, and of a damage where trouble is to be told.
    """
    try:
        case, spot = (
            _damages()[name].build(folder) if kind == DAMAGE else (_variants()[name].build(folder), None)
        )
        return judging.judge(case, folder / "workspace"), spot
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@cache
def _damages() -> dict[str, mutants.Mutant]:
    return {mutant.name: mutant for mutant in mutants.every()}


@cache
def _variants() -> dict[str, harmless.Variant]:
    return {variant.name: variant for variant in harmless.every()}
