"""Review notes (复核意见): what a reviewer raised, how it was answered, and whether it is closed; ``review/<run>/*.yaml``.

While one is open the run is not final, however many have signed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pydantic import field_validator, model_validator

from auditbook import strict_yaml
from auditbook.cases import Id, Strict, Words, person
from auditbook.faults import CaseError, Fault


class Closed(Strict):
    """Who closed a note, and when."""

    by: Words
    date: str

    @field_validator("date")
    @classmethod
    def _date_parses(cls, value: str) -> str:
        return _iso_date(value)


class Said(Closed):
    """What somebody said of a note, and when."""

    text: Words


class Note(Strict):
    """A review note: ``about`` is a key as the page copies it, or words; closed by somebody else than who answered it."""

    id: Id
    about: Words
    raised: Said
    answered: Said | None = None
    closed: Closed | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Note:
        if self.closed and not self.answered:
            raise ValueError("没有答复就关闭了；先写 answered")
        if self.closed and self.answered and person(self.closed.by) == person(self.answered.by):
            raise ValueError(f"由答复的人“{self.answered.by}”自己关闭；应由提出的人或另一位复核人关闭")
        dates = [one.date for one in (self.raised, self.answered, self.closed) if one]
        if dates != sorted(dates):
            raise ValueError(f"日期前后颠倒：{'、'.join(dates)}；应先提出，再答复，再关闭")
        return self


class NotesFile(Strict):
    """A file of review notes."""

    notes: list[Note]


@dataclass(frozen=True)
class Notes:
    """The notes of a run in the order of their files, and the faults of files that cannot be read."""

    notes: tuple[Note, ...]
    faults: tuple[Fault, ...]

    @property
    def open(self) -> tuple[Note, ...]:
        """Those that nobody has closed."""
        return tuple(note for note in self.notes if note.closed is None)


def read(folder: Path, shown: str) -> Notes:
    """Read the review notes of a run.

    Takes    folder: review/<run>; shown: the folder as a reader of any machine sees it.
    """
    found: list[Note] = []
    faults: list[Fault] = []
    seen: dict[str, str] = {}
    for path in sorted(folder.glob("*.yaml")):
        try:
            document = strict_yaml.load(path, f"{shown}/{path.name}")
        except CaseError as error:
            faults += error.faults
            continue
        own = strict_yaml.validate(document, NotesFile)
        faults += document.faults
        for number, note in enumerate(own.notes if own else ()):
            where = document.where(("notes", number))
            if note.id in seen:
                faults.append(Fault(where, f"意见“{note.id}”有两条", f"不同的 id；另一条在 {seen[note.id]}"))
            seen.setdefault(note.id, where)
            found.append(note)
    return Notes(tuple(found), tuple(faults))


def _iso_date(value: str) -> str:
    try:
        return date.fromisoformat(value).isoformat()
    except ValueError:
        raise ValueError(f"“{value}”不是日期，应写成“2020-06-30”") from None
