"""The mutation corpus: damaged evidence is caught with its place, or shown as unproven; harmless variants make no difference."""

from __future__ import annotations

import pytest
from corpus import judging, mutants, tally
from corpus.judging import Outcome, Read
from corpus.mutants import ALONE, CONTRADICTED, FLAGGED, MISSING, REFUSED, Mutant

MUTANTS = mutants.every()


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_damage(mutant: Mutant, tmp_path, monkeypatch):
    tally.ran["damage"] += 1
    monkeypatch.setenv("AUDITBOOK_WORKSPACE", str(tmp_path / "workspace"))
    case, spot = mutant.build(tmp_path / "base")
    outcome = judging.judge(case, tmp_path / "workspace")
    come = told(outcome)
    wanted = mutant.expected
    if wanted.how == REFUSED:
        assert outcome.code == wanted.code, come
        assert any(
            spot.named_in(str(fault) if wanted.whole else fault.where) and wanted.said in str(fault)
            for fault in outcome.faults
        ), f"{spot}: {come}"
    elif wanted.how in {CONTRADICTED, FLAGGED}:
        assert outcome.code == wanted.code, come
        row = outcome.quality[wanted.rule]
        assert (row["passed"], row["severity"]) == ("no", wanted.severity), come
        assert (row["blocking"] == "yes") == (wanted.how == CONTRADICTED)
        assert spot.named_in(row["where"]), f"{spot}: {come}"
    elif wanted.how == ALONE:
        assert outcome.code == 0, come
        assert wanted.keys <= outcome.alone, come
        row = outcome.quality["figures_corroborated"]
        assert (row["passed"], row["failed"]) == ("noted", str(len(outcome.alone)))
        assert any(spot.named_in(outcome.places[key]) for key in wanted.keys), f"{spot}: {come}"
        assert f"，{len(outcome.alone)} 个没有独立核对" in outcome.conclusion
    else:
        assert wanted.how == MISSING
        assert outcome.code == 0, come
        for key in wanted.keys:
            state = outcome.figures.get(key, ("", None, ""))[0]
            assert state in {"missing", ""}, come
            assert state or any(name.startswith(f"{key[0]}:") for name in outcome.lacking), outcome.lacking
    assert not silent(outcome, mutant.site.form.expected()), come
    tally.caught[f"{wanted.how} (exit {outcome.code})"] += 1


def silent(outcome: Outcome, wanted: dict[judging.Key, Read]) -> list[str]:
    """Figures that are used otherwise than they are, without a failed rule or a word that nothing speaks for them."""
    if outcome.code or outcome.failed:
        return []
    return [
        f"{key}: {read} for {wanted.get(key)}"
        for key, read in outcome.figures.items()
        if read[0] in {"value", "zero"} and read != wanted.get(key) and key not in outcome.alone
    ]


def told(outcome: Outcome) -> str:
    """What came of it, for whoever reads a failed test."""
    faults = [str(fault) for fault in outcome.faults]
    rules = [f"{row['rule']} at {row['where']}: {row['found']}" for row in outcome.failed]
    return "\n".join([f"exit {outcome.code}", *faults, *rules, outcome.conclusion])
