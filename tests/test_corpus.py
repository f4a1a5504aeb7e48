"""The mutation corpus: damaged evidence is caught with its place, or shown as unproven; harmless variants make no difference."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction

import pytest
from conftest import auditbook
from corpus import harmless, mutants, tally, truth, workers
from corpus.books import Spot
from corpus.forms import Key, Read
from corpus.judging import Outcome
from corpus.mutants import ALONE, CONTRADICTED, FLAGGED, MISSING, REFUSED, Mutant

MUTANTS = mutants.every()
VARIANTS = harmless.every()


@pytest.fixture(scope="session")
def judged(request, tmp_path_factory):
    """What came of a case, judged ahead in other processes: all that the selected tests will ask for."""
    wanted = [
        (kind, item.callspec.params[kind].name)
        for item in request.session.items
        for kind in (workers.DAMAGE, workers.HARMLESS)
        if kind in getattr(getattr(item, "callspec", None), "params", {}) and "judged" in item.fixturenames
    ]
    with workers.working(dict.fromkeys(wanted), tmp_path_factory.mktemp("corpus")) as coming:
        yield lambda kind, name: coming[kind, name].result()


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_damage(mutant: Mutant, judged):
    tally.ran["damage"] += 1
    outcome, spot = judged(workers.DAMAGE, mutant.name)
    _come_as_expected(mutant, outcome, spot)
    assert not silent(outcome, mutant.site.form.expected()), told(outcome)
    tally.caught[f"{mutant.expected.how} (exit {outcome.code})"] += 1


def _come_as_expected(mutant: Mutant, outcome: Outcome, spot: Spot) -> None:
    wanted, come = mutant.expected, f"{spot}: {told(outcome)}"
    assert outcome.code == wanted.code, come
    if wanted.how == REFUSED:
        places = [(str(fault) if wanted.whole else fault.where, str(fault)) for fault in outcome.faults]
        assert any(spot.named_in(where) and wanted.said in said for where, said in places), come
    elif wanted.how in {CONTRADICTED, FLAGGED}:
        row = outcome.quality[wanted.rule]
        blocking = "yes" if wanted.how == CONTRADICTED else "no"
        assert (row["passed"], row["severity"], row["blocking"]) == ("no", wanted.severity, blocking), come
        assert spot.named_in(row["where"]), come
    elif wanted.how == ALONE:
        assert wanted.keys <= outcome.alone, come
        assert any(spot.named_in(outcome.places[key]) for key in wanted.keys), come
        row = outcome.quality["figures_corroborated"]
        assert (row["passed"], row["failed"]) == ("noted", str(len(outcome.alone))), come
        assert f"，{len(outcome.alone)} 个没有独立核对" in outcome.conclusion, come
    else:
        assert wanted.how == MISSING
        for key in wanted.keys:
            state = outcome.figures.get(key, ("", None, ""))[0]
            assert state == "missing" or (not state and _lacked(key, outcome)), come


def _lacked(key: Key, outcome: Outcome) -> bool:
    """Whether an indicator says that it cannot do without a figure, of the department or of a unit."""
    return any(name.startswith(f"{key[0]}:") for name in outcome.lacking)


@pytest.mark.parametrize("variant", VARIANTS, ids=lambda variant: variant.name)
def test_harmless(variant: harmless.Variant, judged):
    tally.ran["harmless"] += 1
    outcome, _ = judged(workers.HARMLESS, variant.name)
    assert outcome.code == 0 and not outcome.failed, told(outcome)
    expected = variant.expected()
    assert outcome.figures == expected, {
        key: (expected.get(key), outcome.figures.get(key))
        for key in expected.keys() | outcome.figures.keys()
        if expected.get(key) != outcome.figures.get(key)
    }
    if variant.noted:
        notes = outcome.quality["read_as_written"]
        assert notes["passed"] == "noted" and variant.noted in notes["found"], notes["found"]
    tally.ran["identical"] += 1


def silent(outcome: Outcome, wanted: dict[Key, Read]) -> list[str]:
    """Figures that are used otherwise than they are, with no failed rule in their table and something that speaks for them."""
    if outcome.code:
        return []
    where = "；".join(row["where"] for row in outcome.failed)
    return [
        f"{key}: {read} for {wanted.get(key)}"
        for key, read in outcome.figures.items()
        if read[0] in {"value", "zero"} and read != wanted.get(key) and key not in outcome.alone
        and _table(outcome.places[key]) not in where
    ]  # fmt: skip


def _table(locator: str) -> str:
    """The file or sheet that a locator says a figure stands in."""
    return locator.partition("〔")[2].partition("〕")[0].partition("!")[0].partition(":")[0]


def told(outcome: Outcome) -> str:
    """What came of it, for whoever reads a failed test."""
    faults = [str(fault) for fault in outcome.faults]
    rules = [f"{row['rule']} at {row['where']}: {row['found']}" for row in outcome.failed]
    return "\n".join([f"exit {outcome.code}", *faults, *rules, outcome.conclusion])


# ---- the corpus itself


def test_the_corpus_is_as_large_as_it_is_to_be():
    assert len(MUTANTS) >= 150 and len(VARIANTS) >= 40


def test_every_operator_of_the_list_is_there():
    """The lists of ``trust.md``, in its order."""
    must_be_caught = """
        whole_table_in_yuan one_row_in_another_unit one_column_in_another_unit two_column_heads_swapped duplicated_row deleted_row
        negative_amount subtotal_counted_as_a_row total_off_by_100 blank n_a merged_cells hidden_extra_row
        hidden_first_sheet_with_old_data formula_without_a_value ref_error truncated_last_line zero_denominator
        rounded_to_hundreds two_digits_transposed decimal_point_shifted inf 1e400 boolean row_of_another_year
        percent_beside_fraction missing_column renamed_column dash chinese_numerals amount_with_its_unit
        external_workbook_formula date_in_an_amount zero_width_space nul html_named_xls empty_file head_only encrypted_workbook
        macro_workbook negative_zero number_of_400_digits phrase_not_in_the_source value_differs_from_its_phrase
        same_figure_twice_with_different_values raw_file_whose_hash_changed
    """
    must_be_read = """
        rows_shuffled numbers_stored_as_text scientific_notation_as_text codes_stored_as_integers utf8_with_bom as_it_is gbk utf16
        thousands_separators full_width_digits title_line_above_the_head two_line_heads spaces_around_heads bracketed_negatives
        semicolon tab ratio_with_its_sign ratio_as_a_fraction
    """
    assert set(must_be_caught.split()) <= {mutant.operator for mutant in MUTANTS}
    assert set(must_be_read.split()) <= {variant.name.partition("-")[0] for variant in VARIANTS}


def test_the_truth_adds_up():
    """The identities that the corpus leans on, held here by arithmetic of its own."""
    value = {fact.key: Fraction(fact.value) for fact in truth.FACTS}
    year = str(truth.YEAR)

    def of(figure: str, scope: str = "department", item: str = "", at: str = year) -> Fraction:
        return value[figure, scope, item, at]

    for scope, item in {(f.scope, f.item) for f in truth.FACTS if f.figure == "budget_initial"}:
        parts = [
            of(figure, scope, item)
            for figure in ("budget_initial", "budget_added", "budget_cut", "budget_adjusted")
        ]
        assert parts[0] + parts[1] - parts[2] == parts[3], (scope, item)
    for figure in ("budget_initial", "budget_added", "budget_cut", "budget_adjusted", "budget_spent"):
        assert (
            of(figure)
            == of(figure, item="operating") + of(figure, item="special")
            == of(figure, "hall") + of(figure, "store")
        )
    wholes = Counter()
    for figure, scope, item, at in value:
        if item and (figure, scope, "", at) in value:
            wholes[figure, scope, "", at] += value[figure, scope, item, at]
    assert len(wholes) > 10 and all(value[key] == total for key, total in wholes.items())
    assert sum(map(Fraction, truth.MONTHS)) == of("budget_spent") == Fraction(truth.CUMULATIVE[-1])
    assert of("survey_satisfied") == of("survey_answers", item="very_satisfied") + of(
        "survey_answers", item="satisfied"
    )
    assert of("survey_answers") == of("survey_valid")
    sums = {
        kind: sum(Fraction(line[2]) for line in truth.LEDGER if line[3] == kind) for kind in ("追加", "追减")
    }
    assert sums == {"追加": of("budget_added"), "追减": of("budget_cut")}
    for column in (0, 1):
        whole = Fraction(truth.ASSETS[""][column])
        assert whole == sum(Fraction(pair[column]) for item, pair in truth.ASSETS.items() if item)
        staff, public, basic = (Fraction(truth.BASIC[id_][column]) for id_ in ("staff", "public", "basic"))
        assert staff + public == basic
    assert round(of("budget_spent") / of("budget_adjusted") * 100, 2) == Fraction("96.54")
    assert round((of("budget_added") + of("budget_cut")) / of("budget_initial") * 100, 2) == Fraction("14.44")


# ---- a sample by the command itself

BY_COMMAND = [
    "n_a-figures.csv", "chinese_numerals-budget.workbook.xlsx", "empty_file-accounts.csv", "macro_workbook-workbook.xlsx",
    "zip_bomb-figures.xlsx", "far_cell-accounts.xlsx", "entities-workbook.xlsx",
]  # fmt: skip


@pytest.mark.parametrize("name", BY_COMMAND)
def test_damage_is_told_by_the_command(name, tmp_path):
    mutant = next(mutant for mutant in MUTANTS if mutant.name == name)
    case, spot = mutant.build(tmp_path / "base")
    done = auditbook("check", case, workspace=tmp_path / "w")
    assert done.code == mutant.expected.code and "Traceback" not in done.err, done.err
    assert any(spot.named_in(line) and mutant.expected.said in line for line in done.err.splitlines()), (
        done.err
    )
    assert not (tmp_path / "w").exists()


@pytest.mark.parametrize(
    "name", ["whole_table_in_yuan-payments.workbook", "total_off_by_100-overall.accounts"]
)
def test_a_contradiction_stops_the_scoring_and_the_report_names_the_place(name, tmp_path):
    mutant = next(mutant for mutant in MUTANTS if mutant.name == name)
    case, spot = mutant.build(tmp_path / "base")
    done = auditbook("run", case, workspace=tmp_path / "w")
    assert done.code == 4 and mutant.expected.rule in done.err, done.err
    page = (done.outputs(truth.CASE) / "report.html").read_text(encoding="utf-8")
    main = page[page.index("<main") :]
    assert main.index("不予评分") < main.index("关键数字") and spot.named_in(main)
