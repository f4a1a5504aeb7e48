"""The views over the tables of all runs, as ``views.yaml`` has them: each with its words, its columns, a question to begin with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from auditbook import languages, strict_yaml

if TYPE_CHECKING:
    import duckdb

# The k-th quartile of numbers, exactly: DuckDB's own interpolates as DOUBLE. `own`: a sorted list without NULL.
_QUARTILE = """
CREATE MACRO quartile(own, k) AS
    own[(len(own) - 1) * k // 4 + 1]
    + coalesce((own[(len(own) - 1) * k // 4 + 2] - own[(len(own) - 1) * k // 4 + 1]) * 0.25 * ((len(own) - 1) * k % 4)::TINYINT, 0)
"""
_FILE = Path(__file__).with_name("views.yaml")


@dataclass(frozen=True)
class Words:
    """The same in Chinese and in English."""

    chinese: str
    english: str

    def __str__(self) -> str:
        return self.english if languages.english() else self.chinese


@dataclass(frozen=True)
class View:
    """A view: what a row of it is, what each of its columns is, a question that it answers, and its SQL."""

    name: str
    words: Words
    columns: Mapping[str, Words]
    example: str
    definition: str


@cache
def views() -> tuple[View, ...]:
    """The views in the order in which one may rest on those before it."""
    return tuple(
        View(
            own["view"], Words(*own["words"]), {name: Words(*words) for name, words in own["columns"].items()}, own["example"],
            own["definition"],
        )
        for own in strict_yaml.load(_FILE).content
    )  # fmt: skip


def create(database: duckdb.DuckDBPyConnection) -> None:
    """Make the views in a database that has the tables already."""
    database.execute(_QUARTILE)
    for view in views():
        database.execute(f"CREATE VIEW {view.name} AS {view.definition}")
