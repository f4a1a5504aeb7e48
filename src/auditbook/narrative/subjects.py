"""What a sentence may speak of: subjects by their names, bound to the cells of the tables that hold them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property

from auditbook.intake.account_layouts import bare, unnumbered
from auditbook.intake.account_tables import Amount, Line, Table
from auditbook.intake.accounts import Accounts
from auditbook.narrative.layouts import NarrativeLayout, SubjectLayout
from auditbook.numbers import Interval, factor

# Which column of which table a row of the functional classification is looked up in, by section.
_FUNCTION = (
    ("general_budget", "total"), ("grants_spending", "total"), ("spending", "total"), ("funds", "total"),
    ("state_capital", "total"), ("income", "total"),
)  # fmt: skip
_OF_SECTION: Mapping[str, tuple[tuple[str, str], ...]] = {
    "income": (("income", "total"), ("overall", "amount")),
    "spending": (("spending", "total"), ("overall", "amount")),
    "overall": (("overall", "amount"), ("spending", "total")),
    "grants": (("grants", "total"), ("grants_spending", "total"), ("general_budget", "total")),
    "funds": (("funds", "total"), ("grants", "funds")),
    "state_capital": (("state_capital", "total"), ("grants", "state")),
}
_GENERAL = (("general_budget", "total"), ("grants", "general"), ("grants_spending", "total"))
_ECONOMY = (("basic", "amount"), ("grants_basic", "amount"), ("operating", "amount"))
LEVELS = {"类": 3, "款": 5, "项": 7}


@dataclass(frozen=True)
class Held:
    """A cell of a table: its value and range in 元."""

    table: Table
    amount: Amount

    @property
    def value(self) -> Fraction | None:
        """What is printed, in 元; None for a blank."""
        return None if self.amount.value is None else self.amount.value * factor(self.table.unit or "元")

    @property
    def interval(self) -> Interval | None:
        """What it may stand for."""
        return self.table.interval(self.amount) if self.table.unit else None


@dataclass
class Subject:
    """What a statement speaks of. ``cells`` are looked at in order; ``code`` and ``path`` are of a row of a classification."""

    id: str
    name: str
    cells: list[Held] = field(default_factory=list)
    budgets: list[Held] = field(default_factory=list)
    layout: SubjectLayout | None = None
    code: str = ""
    path: Mapping[str, str] = field(default_factory=dict)
    remark: str = ""

    @property
    def share_of(self) -> list[str]:
        """The subjects that its share may be of, the customary one first."""
        return [name for name in (self.layout.share_of, *self.layout.shares) if name] if self.layout else []


def key(name: str) -> str:
    """A name of a classification for comparison: without numbers, blanks and a last 支出."""
    text = re.sub("[与及]", "和", unnumbered(name))
    return re.sub(r"(?:支出|经费)$", "", text) or text


class Vocabulary:
    """All subjects of a narrative, over the tables of its accounts (None where there are none at hand)."""

    def __init__(self, layout: NarrativeLayout, accounts: Accounts | None) -> None:
        self.layout = layout
        self.tables: Mapping[str, Table] = accounts.tables if accounts else {}
        self.subjects: dict[str, Subject] = {}
        self._names: list[tuple[str, SubjectLayout]] = []
        for own in layout.subjects:
            self.subjects.setdefault(own.id, self._bound(own))
            self._names += ((bare(name), own) for name in own.names)
        self._rows: dict[tuple[str, str], Subject] = {}

    def _bound(self, own: SubjectLayout) -> Subject:
        cells = [held for place in own.cells if (held := self._held(place))]
        if own.rows:
            cells += self._row_cells(own)
        budgets = [held for place in own.budgets if (held := self._held(place))]
        return Subject(own.id, own.names[0].replace("“", "").replace("”", ""), cells, budgets, own)

    def _held(self, place: str) -> Held | None:
        table_id, side, row, column = place.split(" ")
        table = self.tables.get(table_id)
        amount = table.amount(row, column, side) if table else None
        return Held(table, amount) if table and amount else None

    def _row_cells(self, own: SubjectLayout) -> list[Held]:
        assert own.rows
        table = self.tables.get(own.rows.table)
        if table is None:
            return []
        wanted = {key(own.rows.name), key(own.rows.name).removesuffix("收入")}
        return [
            Held(table, line.amounts[own.rows.column]) for line in table.lines
            if line.side == own.rows.side and key(line.name) in wanted and own.rows.column in line.amounts
        ]  # fmt: skip

    # --- names in a text --------------------------------------------------------------------------------

    def named(self, text: str, section: str, unit: str, counted: bool) -> tuple[Subject, int, int] | None:
        """The subject that is named last in a text, the longest of those that end there.

        Takes    text: compared; section: where it stands; unit, counted: of the number that follows: a counted subject
                 is not one of money.
        """
        best: tuple[int, int, int] = (-1, -1, -1)
        found: tuple[Subject, int, int] | None = None
        for name, own in self._names:
            if name not in text or (own.sections and section not in own.sections):
                continue
            if counted != bool(own.counted) or (counted and unit not in own.counted):
                continue
            start = text.rfind(name)
            rank = (start + len(name), len(name), bool(own.sections))
            if rank > best:
                best, found = rank, (self._subject(own), start, start + len(name))
        if not counted:
            for name in self._row_names(section):
                start = text.rfind(name)
                rank = (start + len(name), len(name), False)
                if start >= 0 and rank > best:
                    best = rank
                    found = self.row(name, section), start, start + len(name)
        return found

    def names_another(self, text: str) -> bool:
        """Whether a text names any subject, whatever the section: then a number after it is not of the one understood."""
        return any(len(name) >= 3 and name in text for name, _ in self._names)

    def _subject(self, own: SubjectLayout) -> Subject:
        return self.subjects[own.id]

    def by_name(self, text: str, section: str) -> Subject | None:
        """The subject that a whole text names, as after 占: 占本年支出合计的."""
        found = self.named(text, section, "万元", counted=False)
        if found is None:
            found = next(
                (
                    (self.subjects[own.id], 0, len(name))
                    for name, own in self._names
                    if not own.counted and name == text
                ),
                None,
            )
        if (
            found is None
            or re.sub("[的年本当部门单位全总]", "", text[: found[1]])
            or not self._between(text[found[2] :])
        ):
            return None
        return found[0]

    def _between(self, text: str) -> bool:
        return bool(self.layout.between_words.fullmatch(text))

    # --- rows of the classifications -----------------------------------------------------------------------

    def _row_names(self, section: str) -> Sequence[str]:
        if section in {
            "income",
            "spending",
            "grants",
            "overall",
            "funds",
            "state_capital",
        } or section.startswith("general"):
            return self._function_names
        return ()

    @cached_property
    def _function_names(self) -> tuple[str, ...]:
        found = set()
        for id_ in (
            "general_budget",
            "grants_spending",
            "spending",
            "income",
            "funds",
            "state_capital",
            "overall",
            "grants",
        ):
            table = self.tables.get(id_)
            for line in table.lines if table else ():
                if not line.id and line.side in {"", "支出"} and len(unnumbered(line.name)) >= 3:
                    whole = unnumbered(line.name)
                    found |= {whole, key(line.name), whole.replace("和", "与")}
        taken = {name for name, _ in self._names}
        return tuple(sorted(name for name in found if len(name) >= 3 and name not in taken))

    def row(self, name: str, section: str) -> Subject:
        """The subject of a row that is known by its name alone."""
        at = (key(name), section)
        if at not in self._rows:
            own = Subject(f"row.{key(name)}", name)
            own.cells = self._by_key(key(name), section, code="")
            if own.cells:
                own.code = _code(own.cells[0])
                own.id = own.code or own.id
            self._rows[at] = own
        return self._rows[at]

    def _by_key(self, wanted: str, section: str, code: str) -> list[Held]:
        return [
            Held(table, amount)
            for table_id, column in columns_of(section)
            if (table := self.tables.get(table_id))
            for line in table.lines
            if (line.code == code if code and line.code else key(line.name) == wanted)
            and not line.id and line.side in {"", "支出"} and (amount := line.amounts.get(column))
        ]  # fmt: skip

    def cells_of_code(self, code: str, section: str) -> list[Held]:
        """The cells of a row of the functional classification, those of the section's tables first."""
        line = self.function_line(code)
        return self._by_key(key(line.name), section, code) if line else []

    def function_line(self, code: str) -> Line | None:
        """A row by its code, in any table that has it."""
        return next((line for line in self.function_lines if line.code == code), None)

    @cached_property
    def function_lines(self) -> list[Line]:
        """The rows of the functional classification, each code once, those of the general budget first."""
        seen: dict[str, Line] = {}
        for table_id, _ in _FUNCTION:
            table = self.tables.get(table_id)
            for line in table.lines if table else ():
                if line.code:
                    seen.setdefault(line.code, line)
        return list(seen.values())

    @cached_property
    def economy_lines(self) -> dict[str, list[Held]]:
        """The cells of the economic classification by the key of their name."""
        found: dict[str, list[Held]] = defaultdict(list)
        for table_id, column in _ECONOMY:
            table = self.tables.get(table_id)
            for line in table.lines if table else ():
                amount = line.amounts.get(column)
                if amount and not line.id:
                    found[economy_key(line.name)].append(Held(table, amount))  # type: ignore[arg-type]
        return found


def economy_key(name: str) -> str:
    """A name of the economic classification for comparison: 维修（护）费 is 维修费, 办公设备购置支出 is 办公设备购置."""
    text = re.sub(r"\(.*?\)", "", unnumbered(name))
    return re.sub(r"(?:支出|费用|费|等)+$", "", text) or text


def columns_of(section: str) -> tuple[tuple[str, str], ...]:
    """Tables and columns in which a section's amounts are looked up, its own first."""
    own = _GENERAL if section.startswith("general") else _OF_SECTION.get(section, ())
    return (*own, *(place for place in _FUNCTION if place not in own))


def _code(held: Held) -> str:
    return next((line.code for line in held.table.lines if held.amount in line.amounts.values()), "")
