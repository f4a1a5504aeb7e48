"""Narratives in the manners of further regions: a set written blind, after the engine, by one who had not read it.

What it measures is how the engine does on wordings that it was not made for. What it does not do yet is marked, with its reason.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
import test_narrative_corpus as known
from corpus import tally
from narrative_departments import Department
from narrative_styles_elsewhere import ELSEWHERE

from auditbook.intake.account_checks import check_accounts
from auditbook.intake.accounts import read_accounts
from auditbook.intake.documents import Document

FILE = known.ROOT / "tests" / "narrative_sentences_elsewhere.yaml"
_SEEDS = (101, 202, 303)
# What the engine wrongly says of a sound text, as it stands.
LATE = {
    "courts": "绩效自评涉及的预算金额大于项目支出，当作前后不符",
}


def _each(late: dict[str, str]) -> list[Any]:
    marks = {name: [pytest.mark.xfail(strict=True, reason=why)] for name, why in late.items()}
    return [pytest.param(name, marks=marks.get(name, [])) for name in ELSEWHERE]


@pytest.mark.parametrize("name", ELSEWHERE)
def test_the_tables_are_sound(name: str) -> None:
    assert not known.accounts(name).faults
    assert [c.name for c in check_accounts(known.accounts(name)) if c.verdict == "disagrees"] == []


@pytest.mark.parametrize("name", _each(LATE))
def test_a_sound_document_is_not_accused(name: str) -> None:
    assert known.told(known.accused(known.sound(name))) == []


@pytest.mark.parametrize("name", ELSEWHERE)
def test_at_least_sixty_statements_agree_and_at_most_two_are_accused(name: str) -> None:
    """The bar for documents that are not known: also where something is late."""
    verdicts = Counter(s.row["verdict"] for s in known.sound(name).statements)
    assert sum(verdicts[v] for v in known.SOUND) >= 60
    assert sum(verdicts[v] for v in known.ACCUSING) <= 2


@pytest.mark.parametrize("name", ELSEWHERE)
def test_other_amounts_are_not_accused_either(name: str, tmp_path: Path) -> None:
    department = ELSEWHERE[name]
    kept = {f.name: getattr(department, f.name) for f in fields(department) if f.name not in known._OWN}
    for seed in _SEEDS:
        other = Department(**kept, seed=seed)
        tables = read_accounts(other.write_tables(tmp_path), year=2024)
        text = Document.of_text(other.text)
        found = known.of_accounts(text, tables, known.LAYOUT, known.WAYS, file=f"{name}.txt", year=2024)
        assert known.told(known.accused(found)) == []


@pytest.mark.parametrize("name", ELSEWHERE)
def test_every_number_is_a_statement_left_or_aside(name: str) -> None:
    found = known.sound(name)
    spans = {s.number for s in found.statements if s.number}
    numbers = len(known._NUMBER.findall(ELSEWHERE[name].text))
    assert len(spans) + len(found.left) + found.aside.total() == numbers


@pytest.mark.parametrize("sentence", known.parameters(known.sentences(FILE)))
def test_a_sentence_has_its_verdict(sentence: known.Sentence) -> None:
    known.has_its_verdict(sentence)


@pytest.fixture(scope="module")
def outcomes() -> list[tuple[str, str]]:
    """What came of every chosen change, and what to tell of it."""
    found = []
    for name in ELSEWHERE:
        for change in known.chosen(name):
            what, words = known.outcome(name, change)
            tally.narrative[f"elsewhere, {change.kind}", what] += 1
            found.append((what, words))
    return found


def test_a_change_that_can_be_checked_is_detected(outcomes: list[tuple[str, str]]) -> None:
    came = Counter(what for what, _ in outcomes)
    told = came["detected"] + came["detected elsewhere"]
    assert told >= 200
    missed = [words for what, words in outcomes if what == "missed"]
    assert 10 * told >= 9 * (told + len(missed)), "\n".join(missed)


def test_one_change_is_not_told_all_over(outcomes: list[tuple[str, str]]) -> None:
    told_often = [words for what, words in outcomes if what == "false alarms"]
    assert 50 * len(told_often) <= len(outcomes), "\n".join(told_often)


def test_at_most_a_quarter_is_beyond_checking(outcomes: list[tuple[str, str]]) -> None:
    """Of wordings that were not known: of known ones it is a twentieth (test_narrative_corpus)."""
    beyond = [words for what, words in outcomes if what == "not checkable"]
    assert 4 * len(beyond) <= len(outcomes), "\n".join(beyond)
