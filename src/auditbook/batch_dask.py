"""The same work on a Dask cluster that is already there: its workers do the cases, this process gives them out.

All machines see the same folders. A worker whose program or lock differs is not used: the same inputs would not have to
give the same bytes. A case whose worker is lost goes to another.
"""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from auditbook.batch_worker import Ending, Job, Worker, identity
from auditbook.faults import EXIT_LIMIT, Fault, UsageError

if TYPE_CHECKING:
    from auditbook.batch import Ended

ANSWER = 15  # seconds within which a scheduler answers
LOOK = 1.0  # seconds between two looks at which workers there are
AHEAD = 2  # cases given to a worker beforehand, so that it never waits
ATTEMPTS = 3  # of a case whose worker is lost each time: it may be the case that ends them
Said = Callable[[str], None]
# of a library without types
Client = Any
Future = Any
_OTHER = {"program": "程序（auditbook 的版本）", "environment": "Python 或锁定的依赖（requirements.lock）"}


# ---- on the workers of the cluster

_own: dict[int, Worker] = {}


def answer(root: str) -> dict[str, str]:
    """What a worker of the cluster is, and whether it sees the project's folder."""
    if not (Path(root) / "pyproject.toml").is_file():
        return {"blind": root}
    return dict(identity(Path(root)))


def do(job: dict[str, Any]) -> dict[str, Any]:
    """Run a case on a worker of the cluster, in the process that each of its threads keeps for that."""
    import threading

    asked = Job(**job)
    own = _own.setdefault(threading.get_ident(), Worker(asked.root))
    return asdict(own.do(asked))


def release() -> None:
    """End those processes: the batch is over, the cluster goes on."""
    while _own:
        _own.popitem()[1].close()


# ---- here


def run(address: str, jobs: Sequence[Job], ended: Ended, stops: Callable[[Ending], bool], said: Said) -> str:
    """Give the cases out to the workers of a cluster, and tell how each ended.

    Takes    said: told what a user should know of the cluster.
    Returns  why cases were left that nobody came to; "" where there are none.
    Raises   UsageError where the scheduler does not answer or no worker can be used.
    """
    client = _connected(address)
    crew = _Crew(client, jobs, said)
    try:
        return crew.work(ended, stops)
    finally:
        crew.release()
        client.close(timeout=5)


def _connected(address: str) -> Client:
    import distributed

    for name in ("distributed", "distributed.comm", "distributed.core", "tornado.application"):
        logging.getLogger(name).setLevel(logging.CRITICAL)  # what a user must know is told by this command
    try:
        return distributed.Client(  # type: ignore[no-untyped-call]
            address, timeout=ANSWER, set_as_default=False
        )
    except Exception as error:
        found = f"没有应答（{type(error).__name__}）"
        remedy = "请先启动它（dask scheduler），核对地址与端口；不写 --scheduler 就在本机做"
        raise UsageError(
            Fault(f"--scheduler {address}", found, "Dask 调度器的地址，如 tcp://主机:8786", remedy)
        ) from error


class _Crew:
    """The workers that can be used, and the cases that they are at."""

    def __init__(self, client: Client, jobs: Sequence[Job], said: Said) -> None:
        self.client, self.jobs, self.said = client, jobs, said
        self.wanted = identity(Path(jobs[0].root))
        self.known: dict[str, str] = {}  # by address: why it is not used, "" where it is
        self.waiting = deque(range(len(jobs)))
        self.given: dict[Future, tuple[int, str]] = {}
        self.lost = dict.fromkeys(range(len(jobs)), 0)

    def work(self, ended: Ended, stops: Callable[[Ending], bool]) -> str:
        """Until every case has ended, or it makes no sense to go on: then why."""
        seen = time.monotonic()
        while not self._look():
            if time.monotonic() - seen > ANSWER:
                raise UsageError(self._nobody())
            time.sleep(0.2)
        seen = looked = time.monotonic()
        while self.waiting or self.given:
            if time.monotonic() - looked > LOOK:
                looked = time.monotonic()
                seen = looked if self._look() else seen
            if looked - seen > ANSWER and not self.given:
                return f"没有轮到：{self._nobody().said}"
            self._give()
            for future in self._finished():
                place, address = self.given.pop(future)
                outcome = self._outcome(future, place, address)
                if outcome is None:
                    self.waiting.appendleft(place)
                    continue
                ended(place, outcome)
                if stops(outcome):
                    self.client.cancel(list(self.given))
                    return ""
        return ""

    def release(self) -> None:
        """Give back what the workers hold for this batch."""
        for future in self.given:
            future.cancel()
        if self._usable():
            self.client.run(release, workers=self._usable(), on_error="ignore")

    def _usable(self) -> list[str]:
        return [address for address, why in self.known.items() if not why]

    def _look(self) -> bool:
        """See which workers have come and gone; a new one is asked who it is before it gets anything to do.

        Returns  whether there is one that can be used.
        """
        there = set(self.client.scheduler_info(n_workers=-1)["workers"])
        self.known = {address: why for address, why in self.known.items() if address in there}
        for address in sorted(there - set(self.known)):
            self.known[address] = self._objection(self._asked(address))
            if self.known[address]:
                self.said(f"不用工作机 {address}：{self.known[address]}")
        return bool(self._usable())

    def _asked(self, address: str) -> Any:
        try:
            return self.client.run(answer, self.jobs[0].root, workers=[address])[address]
        except Exception as error:  # whatever it is that its Python, its Dask or its auditbook cannot do
            return error

    def _objection(self, told: Any) -> str:
        if not isinstance(told, Mapping):
            return f"问不出它的程序（{type(told).__name__}：{told}）；请在它那里装上同一个 auditbook"
        if "blind" in told:
            return f"看不到文件夹 {told['blind']}；各机器须共用同一个文件夹"
        other = [words for part, words in _OTHER.items() if told.get(part) != self.wanted[part]]
        return f"它的{'、'.join(other)}与这里不同；请照这里的 requirements.lock 重新安装" if other else ""

    def _nobody(self) -> Fault:
        if not self.known:
            return Fault(
                "--scheduler",
                "集群里没有工作机",
                "至少一台（dask worker 地址）",
                "启动工作机后再运行一次，做完的不重做",
            )
        return Fault(
            "--scheduler", "没有一台工作机可用：" + "；".join(f"{own}：{why}" for own, why in sorted(self.known.items())),
            "程序、Python 和依赖都与这里相同", "改好后再运行一次，做完的不重做",
        )  # fmt: skip

    def _give(self) -> None:
        busy = dict.fromkeys(self._usable(), 0)
        for _, address in self.given.values():
            if address in busy:
                busy[address] += 1
        threads = {
            address: own["nthreads"] for address, own in self.client.scheduler_info(n_workers=-1)["workers"].items()
        } if self.waiting else {}  # fmt: skip
        for address in sorted(busy, key=lambda own: (busy[own], own)):
            while self.waiting and busy[address] < threads.get(address, 0) * AHEAD:
                place = self.waiting.popleft()
                future = self.client.submit(
                    do,
                    asdict(self.jobs[place]),
                    workers=[address],
                    allow_other_workers=False,
                    pure=False,
                    retries=0,
                )
                self.given[future] = place, address
                busy[address] += 1

    def _finished(self) -> list[Future]:
        """Cases that have ended, or whose worker has gone; waits a moment where there are none."""
        until = time.monotonic() + LOOK
        while time.monotonic() < until:
            if found := [
                future
                for future, (_, address) in self.given.items()
                if future.done() or address not in self.known
            ]:
                return found
            time.sleep(0.02)
        return []

    def _outcome(self, future: Future, place: int, address: str) -> Ending | None:
        """How a case ended; None where its worker was lost, and another is to do it."""
        if future.status == "finished":
            told = future.result()
            return Ending(**{**told, "reasons": tuple(told["reasons"])})
        future.cancel()
        self.lost[place] += 1
        if self.lost[place] < ATTEMPTS:
            return None
        return Ending("failed", EXIT_LIMIT, (f"做它的工作机{ATTEMPTS}次中途没有了；多半是内存不足",))
