"""Names of private persons are not handed out: each is shown by its surname and 某, unless the case says ``names: shown``.

Private are those whom the columns of persons name (who judged, who replied). Officials who sign a published document
stand in no such column and keep their names. Tables in data/processed are evidence and stay as they are; whatever is
handed out goes through ``masks(run)``.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nbformat import NotebookNode

    from auditbook.pipeline import Run

# Every column of what is entered that names a person who does or judges something; findings take theirs from these.
PERSON_COLUMNS = {
    "judgements": ("who",), "overrides": ("who",), "recorded": ("who",),
    "replies": ("replied_by", "answered_by"), "grades": ("person", "grader"),
    "follow_up": ("who",),
}  # fmt: skip
_BETWEEN = re.compile(r"[、，,；;/（）()\s]+")
_HAN_NAME = re.compile(r"[\u4e00-\u9fff]{2,4}|[\u4e00-\u9fff]{2,8}·[\u4e00-\u9fff·]{2,16}")
_LATIN_NAME = re.compile(r"[A-Z][A-Za-z'’-]+(?: [A-Z][A-Za-z'’.-]*)+")
_TWO_SURNAMES = frozenset(
    [
        "欧阳",
        "司马",
        "上官",
        "诸葛",
        "夏侯",
        "东方",
        "皇甫",
        "尉迟",
        "公孙",
        "慕容",
        "令狐",
        "司徒",
        "端木",
        "宇文",
        "长孙",
        "南宫",
    ]
)
# A word that ends so is an office, a group or a role, and no person.
_ROLE = re.compile(
    r"(?:组|处|科|室|局|部|厅|办|委|会|所|中心|公司|单位|机关|院|司|团队|人|员|长|主任|书记|会计|出纳|师|方|甲|乙|丙|丁|项目|程序)$"
)
_TELLING_APART = "甲乙丙丁戊己庚辛壬癸"


def names_in(cell: str) -> list[str]:
    """The persons' names in a cell of a column of persons: 张三、李四（审计组） names two persons and a group."""
    if _LATIN_NAME.fullmatch(cell.strip()):
        return [cell.strip()]
    words = [word for word in _BETWEEN.split(cell) if word]
    return [word for word in words if _HAN_NAME.fullmatch(word) and not _ROLE.search(word)]


class Masks:
    """What each known name is shown as; names of one surname are told apart by 甲乙丙."""

    def __init__(self, names: Iterable[str]) -> None:
        """Take the names, in any order; the same names always get the same masks."""
        of_surname: dict[str, list[str]] = {}
        for name in sorted(set(names)):
            of_surname.setdefault(_surname(name), []).append(name)
        self._shown: dict[str, str] = {}
        for surname, own in of_surname.items():
            for place, name in enumerate(own):
                self._shown[name] = f"{surname}某" + (_apart(place) if len(own) > 1 else "")
        longest_first = sorted(self._shown, key=len, reverse=True)
        self._pattern = re.compile("|".join(map(re.escape, longest_first))) if longest_first else None

    def masked(self, text: str) -> str:
        """A text, cell or markup, in which no known name stands."""
        return self._pattern.sub(lambda found: self._shown[found.group()], text) if self._pattern else text

    def notebook(self, executed: NotebookNode) -> NotebookNode:
        """An executed notebook whose outputs name nobody; the one given stays as it is."""
        if not self._pattern:
            return executed
        own = copy.deepcopy(executed)
        for cell in own.cells:
            for output in cell.get("outputs", []):
                for kind, data in output.get("data", {}).items():
                    if kind.startswith("text/") or kind == "image/svg+xml":
                        output["data"][kind] = self.masked(data if isinstance(data, str) else "".join(data))
                if "text" in output:
                    output["text"] = self.masked(output["text"])
        return own


def _surname(name: str) -> str:
    if "·" in name or not "\u4e00" <= name[0] <= "\u9fff":
        return name[0]
    return name[:2] if name[:2] in _TWO_SURNAMES and len(name) > 2 else name[0]


def _apart(place: int) -> str:
    """甲 to 癸, then 甲甲, 甲乙 and so on."""
    tens, ones = divmod(place, len(_TELLING_APART))
    return (_apart(tens - 1) if tens else "") + _TELLING_APART[ones]


def masks(run: Run) -> Masks:
    """The masks of a run; none where its case says ``names: shown``."""
    if run.audit.case.names == "shown":
        return Masks(())
    return Masks(
        name
        for table, columns in PERSON_COLUMNS.items()
        for row in run.table(table)
        for column in columns
        for name in names_in(row[column])
    )
