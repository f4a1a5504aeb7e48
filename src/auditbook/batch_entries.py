"""What became of each case of a batch: the worker pool writes it, the comparison report and ``history`` read it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from auditbook.workspace import Workspace

# done: everything is there; blocking: as well, and evidence contradicts itself under a blocking rule; refused: the case or
# its sources cannot be read or attributed, nothing was made; failed: a file or resource limit, or our own fault
State = Literal["done", "blocking", "refused", "failed"]
STATES: dict[State, str] = {
    "done": "完成",
    "blocking": "完成，证据自相矛盾",
    "refused": "不能读取或归属",
    "failed": "没有做完",
}


@dataclass(frozen=True)
class Entry:
    """A case of a batch, and how it ended; ``reasons``: in the words in which ``auditbook run`` would tell them."""

    workspace: Workspace
    state: State
    reasons: tuple[str, ...] = ()

    @property
    def made(self) -> bool:
        """Whether its tables and deliverables are there."""
        return self.state in ("done", "blocking")
