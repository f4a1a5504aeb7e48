"""Which departments are alike: by year and scenario, level, kind and size; and how groups and values are called."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

from auditbook.numbers import text
from auditbook.peers.reading import Measure, Setting

# By which figure departments are large or small: the one that most of them have, the first of these where several do.
SIZES = (
    "budget_spent",
    "budget_adjusted",
    "budget_initial",
    "general_budget_spent",
    "general_budget_initial",
)
SMALL, MIDDLE, LARGE, NO_SIZE, ALL_SIZES = "小", "中", "大", "规模不明", ""


class Group(NamedTuple):
    """Departments that are alike: in what all of them share, in level, kind and size; "" where it does not tell them apart."""

    setting: Setting
    level: str = ""
    kind: str = ""
    size: str = ""


@dataclass(frozen=True)
class Bands:
    """Thirds by size: the figure, how many departments have it, and the two amounts between the thirds."""

    figure: str
    known: int
    lower: Fraction | None = None
    upper: Fraction | None = None

    def of(self, amount: Fraction | None) -> str:
        """In which third an amount lies, a bound in the lower one."""
        if self.lower is None or self.upper is None:
            return ALL_SIZES
        if amount is None:
            return NO_SIZE
        return SMALL if amount <= self.lower else MIDDLE if amount <= self.upper else LARGE


def wider(group: Group) -> tuple[Group, ...]:
    """A group and those around it: without size, without kind, without level."""
    whole, level, kind, _ = group
    return tuple(
        dict.fromkeys((group, Group(whole, level, kind), Group(whole, level), Group(whole)))
    )  # fmt: skip


def group_words(group: Group, *, settings: bool = False) -> str:
    """A group as it is called: 县级·教育·大 (level, kind, size); with its year and scenario where there are several."""
    words = [word for word in (group.level, group.kind, group.size) if word] or ["全部"]
    return "·".join([setting_words(group.setting), *words] if settings else words)


def setting_words(setting: Setting) -> str:
    """A year, and the scenario if there is one."""
    return f"{setting.year}年度" + (f"（情景 {setting.scenario}）" if setting.scenario else "")


def value_words(value: Fraction, measure: Measure) -> str:
    """A value of a measure as a reader sees it."""
    return text(value, measure.unit)
