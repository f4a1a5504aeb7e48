"""What the rules of ``params/findings.yaml`` may speak of: rows of plain fields, seen in the tables of a run.

An observation is not yet a finding: it is a claim with its verdict, a limit that is broken, a figure as the evidence
gives it, an indicator that cannot be assessed. Rules choose among them; nothing here knows a department.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from auditbook import claims, self_scores, texts
from auditbook.cases import DEPARTMENT, Audit
from auditbook.claims import Wording, place
from auditbook.figures import ASSUMED_SIGN, VALUE, FigureRow, Figures, supplier
from auditbook.formulas import read as read_formula
from auditbook.indicators import NOT_ASSESSABLE, UNDEFINED, Limit, Result, Rulebook, Stanza, number_texts
from auditbook.intake.evidence import ACTUAL, TARGET
from auditbook.narrative.stated import FAULTS, STATED
from auditbook.numbers import EXACT, amount_text, dimension, factor, parse, plain, text
from auditbook.scoring_rules import points_text, read_zone
from auditbook.tables import KEYS, Row

CONVENTIONAL_FULL_MARKS = 100
OMISSIONS = "omissions"
PERSONAL = "个性化"

FIELDS: dict[str, set[str]] = {
    "claims": {
        "claim", "kind", "about", "scope", "year", "published", "unit", "verdict", "definition", "explanation", "quote",
        "place", "about_name", "scope_name", "objective", "needs",
    },
    "sentences": {
        "claim", "kind", "kind_name", "about", "published", "unit", "verdict", "severity", "explanation", "quote", "place",
        "fault", "document",
    },
    "limits": {
        "indicator", "name", "scope", "scope_name", "item", "finding", "value", "limit", "sum", "department",
        "excess", "excess_unit", "source", "reason_state", "about_name", "item_name", "masked",
    },
    "sources": {"status", "original", "dated", "referred", "title", "place", "supplies", "quote"},
    "figures": {
        "figure", "name", "scope", "scope_name", "item", "item_name", "state", "value", "unit", "approximate", "described",
        "descriptions", "same_as", "label", "quote", "place",
    },
    "texts": {"kind", "about", "quote", "quotes", "place", "explanation", "year", "document_year"},
    "gaps": {"indicator", "name", "group", "common", "documents", "family", "status", "sum"},
    "objectives": {
        "objective", "about", "name", "quantified", "repeated", "attainment", "explanation", "quote", "place", "objective_name",
    },
    "completion": {"state", "planned", "claimed", "proven", "disproven", "unproven", "unquantified", "tops"},
    "self_score": {"kind", "score", "maximum", "maximum_words", "about_name", "explanation", "place", "quote"},
    "quality": {"rule", "passed", "severity", "where", "found", "expected", "why", "blocking"},
    "omissions": {"problems", "omitted", "count"},
    "restated": {
        "figure", "name", "scope", "scope_name", "item", "year", "later", "own", "own_case", "own_place", "stated",
        "stated_case", "stated_place", "difference", "unit", "verdict",
    },
}  # fmt: skip


# Fields that `above` may compare, and the values that a field of a row can have where they are known beforehand: a rule
# that asks for another would never speak.
NUMERIC = {"attainment"}
_YES = {"yes", "no"}
VALUES: dict[tuple[str, str], set[str]] = {
    ("claims", "verdict"): set(claims.VERDICTS),
    ("claims", "kind"): {*claims.KINDS, "objective"},
    ("sentences", "severity"): {"high", "medium", "low"},
    ("limits", "masked"): _YES,
    ("sources", "status"): {"received", "transcribed", "absent"},
    ("sources", "original"): _YES,
    ("sources", "dated"): _YES,
    ("sources", "referred"): _YES,
    ("figures", "state"): {"value", "zero", "missing", "not_applicable"},
    ("figures", "approximate"): _YES,
    ("figures", "described"): _YES,
    ("gaps", "common"): _YES,
    ("gaps", "status"): {NOT_ASSESSABLE, UNDEFINED},
    ("objectives", "quantified"): _YES,
    ("objectives", "repeated"): _YES,
    ("completion", "state"): {"beyond", "within"},
    ("quality", "passed"): {"yes", "no", "none", "noted", "not_run"},
    ("restated", "verdict"): {"agrees", "within_rounding", "differs", "carried_differs"},
}


@dataclass(frozen=True)
class Seen:
    """A row that a rule may speak of, with what the finding needs beside its fields."""

    fields: Mapping[str, str]
    about: str
    scope: str
    evidence: tuple[str, ...]
    amount: str = ""
    unit: str = ""


@dataclass(frozen=True)
class Observed:
    """Everything that observations are made from: the tables of a run and the rules they were made by."""

    audit: Audit
    figures: Figures
    rulebook: Rulebook
    results: Sequence[Result]
    scoring: Mapping[str, str]
    wording: Wording
    terms: Sequence[texts.Term]
    bands: Sequence[tuple[str, str]]
    objectives: Sequence[Row]
    statements: Sequence[Row]
    published: Sequence[Row]
    claims: Sequence[Row]
    quality: Sequence[Row]
    narrative: Sequence[Row] = ()
    strict: bool = False
    restated: Sequence[Row] = ()


def about_name(about: str, rulebook: Rulebook, objectives: Sequence[Row]) -> str:
    """The Chinese name of what a claim is about: an indicator, a figure, or an objective."""
    name, _, item = about.partition(":")
    if name in rulebook.stanzas:
        return rulebook.stanzas[name].name
    if name in rulebook.dictionary:
        return rulebook.dictionary[name].name
    for row in objectives:
        if about == (f"{row['objective']}.{row['item']}" if row["item"] else row["objective"]):
            return row["measure"]
    return item or name


def of_claims(seen: Observed) -> list[Seen]:
    """Every published number and completed task with its verdict."""
    # an objective without sub-targets speaks for itself where it has a number
    tasks = {claims.about_of(row): row for row in seen.objectives if row["item"] or row["target"]}
    found = []
    for row in seen.claims:
        of_task = row["kind"] in claims.TASK_KINDS
        task = tasks.get(row["about"]) if of_task else None
        fields = {key: row[key] for key in FIELDS["claims"] & row.keys()}
        fields["place"] = place(row["locator"])
        fields["about_name"] = about_name(row["about"], seen.rulebook, seen.objectives)
        fields["scope_name"] = seen.audit.scope_name(row["scope"])
        fields["objective"] = row["about"].partition(".")[0] if of_task else ""
        fields["needs"] = claims.needs(task, seen.wording) if task else ""
        # an objective's own row only sums up its sub-targets: findings speak of these
        fields["kind"] = row["kind"] if not of_task or task else "objective"
        amount, unit = _between_definitions(row, seen)
        found.append(Seen(fields, row["about"], row["scope"], (f"claim:{row['claim']}",), amount, unit))
    return found


def of_sentences(seen: Observed) -> list[Seen]:
    """Every sentence of a document that does not hold: a verdict against it, or a truncated number."""
    titles = {source.id: source.title for source in seen.audit.sources}
    found = []
    for row in seen.narrative:
        if not row["severity"] or row["verdict"] in {claims.WITHIN_ROUNDING, claims.NOT_CHECKABLE}:
            continue
        fields = {
            **{key: row[key] for key in FIELDS["sentences"] & row.keys()},
            "kind_name": FAULTS.get(row["kind"]) or STATED.get(row["kind"], row["kind"]),
            "place": place(row["locator"]), "fault": f"{row['source']}.{row['kind']}",
            "document": titles.get(row["source"], row["source"]),
        }  # fmt: skip
        found.append(Seen(fields, row["claim"], DEPARTMENT, (f"claim:{row['claim']}",)))
    return found


def of_restated(seen: Observed) -> list[Seen]:
    """Every figure of an earlier year that a later case states too, with both numbers."""
    found = []
    for row in seen.restated:
        fields = {key: row[key] for key in FIELDS["restated"] & row.keys()}
        fields["scope_name"] = seen.audit.scope_name(row["scope"])
        about = ".".join(part for part in (row["figure"], row["item"], row["year"], row["later"]) if part)
        key = "restated:" + "|".join(row[column] for column in KEYS["restated"])
        found.append(Seen(fields, about, row["scope"], (key,), row["difference"], row["unit"]))
    return found


def _between_definitions(row: Row, seen: Observed) -> tuple[str, str]:
    """How much money lies between the definition that scores and the one that a published rate fits."""
    if (
        row["verdict"] != claims.OTHER_DEFINITION
        or row["about"].partition(":")[0] not in seen.rulebook.stanzas
    ):
        return "", ""
    name, _, item = row["about"].partition(":")
    own = {
        r.definition: r for r in seen.results if (r.indicator, r.scope, r.item) == (name, row["scope"], item)
    }
    pair = [own.get(seen.scoring[name]), own.get(row["definition"])]
    tops = [r.numerator for r in pair if r is not None and r.numerator is not None]
    bottoms = {r.denominator for r in pair if r is not None}
    units = {
        seen.rulebook.dictionary[f].unit
        for r in pair
        if r
        for f in seen.rulebook.stanzas[name].figures(r.definition)
    }
    unit = next(iter(units)) if len(units) == 1 else ""
    if len(tops) != 2 or len(bottoms) != 1 or dimension(unit) != "money":
        return "", ""
    return plain(abs(tops[0] - tops[1]) / factor(unit)), unit


def of_limits(seen: Observed) -> list[Seen]:
    """Every limit that a value breaks, under the definition that scores, for the department and each unit."""
    found = []
    for result in seen.results:
        stanza = seen.rulebook.stanzas[result.indicator]
        own = result.definition == seen.scoring[result.indicator]
        if not own or stanza.limit is None or not _breaks(result, stanza.limit):
            continue
        formula = read_formula(stanza.definitions[result.definition].formula)
        # a reason for the department excuses no unit: a unit's own names it, budget_adjustment_rate:unit
        whose = "" if result.scope == DEPARTMENT else f":{result.scope}"
        subjects = {f"{about}{whose}" for about in (result.indicator, *formula.figures)}
        reasons = [s for s in seen.statements if s["kind"] == "reason" and s["about"] in subjects]
        excused = stanza.limit.unless == "reason" and bool(reasons)
        whole = _whole(result, seen)
        unit = seen.rulebook.dictionary[formula.figures[0]].unit
        excess = abs(
            (result.numerator or Fraction(0)) - stanza.limit.bound * (result.denominator or Fraction(0))
        )
        held = factor(unit)
        masked = bool(
            whole and whole.value is not None and whole.interval and result.scope != DEPARTMENT
            and not stanza.limit.broken_by(whole.interval)
        )  # fmt: skip
        item = seen.figures.item_name(formula.figures[0], result.item)
        fields = {
            "indicator": result.indicator, "name": stanza.name, "scope": result.scope,
            "scope_name": seen.audit.scope_name(result.scope), "item": result.item, "item_name": item,
            "finding": "excused" if excused else stanza.limit.finding,
            "value": _value_words(result, stanza),
            "limit": stanza.limit.words,
            "sum": formula.with_numbers(number_texts(formula, seen.figures, result.scope, result.item)),
            "department": f"部门合计{stanza.value_text(whole.value)}" if whole and whole.value is not None else "",
            "masked": "yes" if masked else "no", "excess": amount_text(excess, unit),
            "excess_unit": "" if dimension(unit) == "rate" else unit, "source": stanza.limit.source,
            "reason_state": "已说明原因" if reasons else "没有说明原因", "about_name": stanza.name,
        }  # fmt: skip
        found.append(Seen(fields, result.about, result.scope, result.terms, plain(excess / held), unit))
    return found


def _breaks(result: Result, limit: Limit) -> bool:
    """Whether a limit is broken for certain; something over a base of nothing is beyond any upper limit."""
    if result.status == UNDEFINED:
        return limit.at_most is not None and bool(result.numerator) and result.denominator == 0
    return result.interval is not None and limit.broken_by(result.interval)


def _value_words(result: Result, stanza: Stanza) -> str:
    if result.status == UNDEFINED:
        return "没有定义（基数为零）"
    value = result.value if result.value is not None else result.low
    return "" if value is None else stanza.value_text(value) + (ASSUMED_SIGN if result.assumed else "")


def _whole(result: Result, seen: Observed) -> Result | None:
    at = (result.indicator, result.definition, DEPARTMENT, result.item)
    return next((r for r in seen.results if (r.indicator, r.definition, r.scope, r.item) == at), None)


def of_sources(seen: Observed) -> list[Seen]:
    """Every document of the register."""
    return [
        Seen(
            {
                "status": source.status, "title": source.title, "place": source.referred_in or "",
                "referred": "yes" if source.referred_in or source.quote else "no",
                "original": "yes" if source.shape is None and source.status != "absent" else "no",
                "dated": "yes" if source.date else "no", "supplies": source.supplies or "", "quote": source.quote or "",
            },
            source.id, DEPARTMENT, (f"source:{source.id}",),
        )
        for source in seen.audit.sources
    ]  # fmt: skip


def of_figures(seen: Observed) -> list[Seen]:
    """Every figure of the year as the evidence gives it, with what lies beside it."""
    found = []
    for key, row in seen.figures.chosen.items():
        if key.year != seen.audit.case.year or row.basis != "evidence":
            continue
        meaning = seen.figures.dictionary[key.figure]
        about = f"{key.figure}:{key.item}" if key.item else key.figure
        described = [s for s in seen.statements if s["about"] == about and s["kind"] == "result"]
        rough = (
            row.precision not in {"", EXACT}
            and parse(row.precision) >= 1
            and dimension(row.unit) not in {"money", "rate", "分"}
        )
        fields = {
            "figure": key.figure, "name": meaning.name, "scope": key.scope, "scope_name": seen.audit.scope_name(key.scope),
            "item": key.item, "item_name": seen.figures.item_name(key.figure, key.item), "state": row.state,
            "value": text(row.exact, row.unit), "unit": row.unit, "approximate": "yes" if rough else "no",
            "described": "yes" if described else "no",
            "descriptions": "、".join(f"“{s['quote']}”（{place(s['locator'])}）" for s in described),
            "same_as": _same_value(row, seen.figures), "label": row.label, "quote": row.quote, "place": place(row.locator),
        }  # fmt: skip
        evidence = (str(key), *(f"statement:{s['statement']}" for s in described))
        found.append(Seen(fields, about, key.scope, evidence))
    return found


def _same_value(row: FigureRow, figures: Figures) -> str:
    """Another category of the same count, in the same unit, with the very same number: perhaps copied by mistake."""
    meaning = figures.dictionary[row.key.figure]
    if not (meaning.exact and isinstance(meaning.items, dict) and row.key.item and row.state == VALUE):
        return ""
    order = list(meaning.items)
    twins = [
        other.key.item
        for other in figures.chosen.values()
        if (other.key.figure, other.key.scope, other.key.year) == (row.key.figure, row.key.scope, row.key.year)
        and other.key.item in order and order.index(other.key.item) < order.index(row.key.item)
        and other.has_value and other.exact == row.exact
    ]  # fmt: skip
    return "、".join(meaning.items[item] for item in twins)


def of_gaps(seen: Observed) -> list[Seen]:
    """Every indicator that cannot be assessed for the department under the definition that scores."""
    found = []
    scored: dict[str, list[Result]] = {}
    for r in seen.results:
        if (r.scope, r.item) == (DEPARTMENT, "") and r.definition == seen.scoring[r.indicator]:
            scored.setdefault(r.indicator, []).append(r)
    for family in seen.rulebook.families:
        for stanza in family.stanzas:
            own = scored.get(stanza.id, [])
            status = next((r.status for r in own if r.status in {NOT_ASSESSABLE, UNDEFINED}), "")
            if stanza.judged or not status:
                continue
            lacking: dict[str, None] = {}
            places: dict[str, list[str]] = {}
            for key in (key for r in own for key in r.lacking):
                meaning = supplier(key, seen.rulebook.dictionary, seen.audit.case.year)
                lacking[meaning.id] = None
                places.setdefault(meaning.table, []).append(key.split(":")[1])
            tables = "；".join(table + seen.audit.only_of(scopes) for table, scopes in places.items())
            sums = [_sum_words(r, stanza, seen) for r in own if r.status == UNDEFINED]
            fields = {
                "indicator": stanza.id, "name": stanza.name, "group": stanza.group or "", "documents": tables,
                "status": status, "sum": "；".join(sums),
                "common": "yes" if stanza.group and stanza.group != PERSONAL else "no", "family": family.id,
            }  # fmt: skip
            found.append(
                Seen(fields, stanza.id, DEPARTMENT, tuple(f"lacking:{figure}" for figure in lacking))
            )
    return found


def _sum_words(result: Result, stanza: Stanza, seen: Observed) -> str:
    formula = read_formula(stanza.definitions[result.definition].formula)
    return formula.with_numbers(number_texts(formula, seen.figures, result.scope, result.item))


def of_objectives(seen: Observed) -> list[Seen]:
    """Every sub-target: whether it has a number, whether its answer only repeats it, whether it is far exceeded."""
    names = {row["objective"]: row["measure"] for row in seen.objectives if not row["item"]}
    found = []
    for row in seen.objectives:
        if not row["item"]:
            continue
        about = f"{row['objective']}.{row['item']}"
        answers = [s for s in seen.statements if s["about"] == about and s["kind"] == "result"]
        share, got = claims.least_attainment(row, seen.figures), _attained(about, seen.figures)
        repeated = claims.repeats(row, answers)
        fields = {
            "objective": row["objective"], "about": about, "name": row["measure"],
            "objective_name": names.get(row["objective"], row["objective"]),
            "quantified": "yes" if row["target"] else "no", "repeated": "yes" if repeated else "no",
            "attainment": "" if share is None else plain(share),
            "explanation": "" if share is None else f"{_numbers_of(row, seen.figures)}，为目标的{got}",
            "quote": answers[0]["quote"] if answers else row["quote"], "place": place(row["locator"]),
        }  # fmt: skip
        evidence = (f"objective:{about}", *(f"statement:{s['statement']}" for s in answers))
        found.append(Seen(fields, about, DEPARTMENT, evidence))
    return found


def _numbers_of(row: Row, figures: Figures) -> str:
    target, actual = claims.numbers_of(row, figures)
    return f"目标{target}，实际{actual}"


def _attained(about: str, figures: Figures) -> str:
    target, actual = (figures.resolve(figure, DEPARTMENT, about).value for figure in (TARGET, ACTUAL))
    return text(actual / target, "%") if target and actual is not None else ""


def of_completion(seen: Observed) -> list[Seen]:
    """What is said of all objectives together, beside what is proven of them."""
    counts = claims.completion_counts(
        seen.objectives, seen.statements, seen.figures, seen.wording, strict=seen.strict
    )
    if not counts.planned:
        return []
    tops = [row for row in seen.objectives if not row["item"]]
    done = sum(claims.says_done(row["claimed"], seen.wording) for row in tops)
    unquantified = sum(bool(row["item"]) and not row["target"] for row in seen.objectives)
    fields = {
        "state": "beyond" if counts.claimed > counts.proven else "within",
        "planned": str(counts.planned), "claimed": str(counts.claimed), "proven": str(counts.proven),
        "disproven": str(counts.planned - counts.possible), "unproven": str(counts.possible - counts.proven),
        "unquantified": str(unquantified) if unquantified else "", "tops": f"{len(tops)}项目标中报完成{done}项",
    }  # fmt: skip
    evidence = tuple(
        f"claim:done.{row['objective']}" for row in tops if claims.says_done(row["claimed"], seen.wording)
    )
    return [Seen(fields, "objectives", DEPARTMENT, evidence)]


def of_quality(seen: Observed) -> list[Seen]:
    """Every data-quality rule with its outcome."""
    return [
        Seen(
            {key: row[key] for key in FIELDS["quality"]}, row["rule"], DEPARTMENT, (f"quality:{row['rule']}",)
        )
        for row in seen.quality
    ]


def of_texts(seen: Observed) -> list[Seen]:
    """Everything that strikes a careful reader in the statements."""
    year = seen.audit.case.year
    remarks = texts.notice(
        seen.statements, seen.published, seen.terms, seen.wording, seen.audit.case.department.name, year
    )
    return [
        Seen(
            {
                "kind": remark.kind, "about": remark.about, "quote": remark.rows[0]["quote"],
                "quotes": "、".join(f"“{row['quote']}”" for row in remark.rows),
                "place": place(remark.rows[0]["locator"]), "explanation": remark.explanation, "year": str(year),
                "document_year": remark.document_year,
            },
            # where nothing else tells two remarks of a kind apart, the statement does
            remark.about if len(remark.rows) > 1 else remark.rows[0]["statement"], DEPARTMENT,
            tuple(f"statement:{row['statement']}" for row in remark.rows),
        )
        for remark in remarks
    ]  # fmt: skip


def of_self_score(seen: Observed) -> list[Seen]:
    """What cannot be in the department's own scores: beyond the maximum, at odds with sums, targets and grades."""
    return [*of_own_score(seen), *of_scored_lines(seen), *of_score_sums(seen)]


def of_own_score(seen: Observed) -> list[Seen]:
    """The department's own score beside the most that it says can be had, or that is usual."""
    if "self_score" not in seen.figures.dictionary:
        return []
    found = []
    own, full = seen.figures.resolve("self_score"), seen.figures.resolve("self_score_maximum")
    if own.value is not None:
        limit = full.value if full.value is not None else Fraction(CONVENTIONAL_FULL_MARKS)
        said = "声明的满分" if full.value is not None else "通常的满分"
        kind = (
            "within"
            if own.value <= limit
            else "above_declared"
            if full.value is not None
            else "above_undeclared"
        )
        row = next(row for row in seen.figures.chosen.values() if row.key.figure == "self_score")
        fields = {
            "kind": kind, "score": points_text(own.value), "maximum": points_text(limit),
            "maximum_words": f"{said}{points_text(limit)}分", "about_name": row.label, "explanation": "",
            "place": place(row.locator), "quote": row.quote,
        }  # fmt: skip
        found.append(Seen(fields, "self_score", DEPARTMENT, tuple(own.terms), plain(own.value - limit), "分"))
    return found


def of_scored_lines(seen: Observed, only: Container[str] | None = None) -> list[Seen]:
    """What cannot be in single lines of the self-scored table, ``only`` in some of them or in all."""
    if "self_score" not in seen.figures.dictionary:
        return []
    odd = self_scores.of_lines(
        seen.figures, seen.claims, seen.statements, seen.results, seen.rulebook, seen.scoring, only=only
    )
    return [_odd(one, seen) for one in odd]


def of_score_sums(seen: Observed) -> list[Seen]:
    """What cannot be in the sums of the self-scored table and in its grade."""
    if "self_score" not in seen.figures.dictionary:
        return []

    def grade_of(points: Fraction) -> str:
        return next((word for zone, word in seen.bands if read_zone(zone).holds(points)), "")

    grades = [word for _, word in seen.bands]
    odd = self_scores.of_sums_and_grade(
        seen.figures, seen.statements, seen.rulebook, grade_of, grades, seen.objectives
    )
    return [_odd(one, seen) for one in odd]


def _odd(found: self_scores.Contradiction, seen: Observed) -> Seen:
    fields = {
        "kind": found.kind, "score": "" if found.points is None else points_text(found.points),
        "maximum": "" if found.weight is None else points_text(found.weight), "maximum_words": "",
        "about_name": about_name(found.about, seen.rulebook, seen.objectives), "explanation": found.explanation,
        "place": "", "quote": "",
    }  # fmt: skip
    return Seen(fields, found.about, DEPARTMENT, found.evidence)


def of_omissions(seen: Observed, grave: Sequence[tuple[str, str]]) -> list[Seen]:
    """What the department's own list of problems leaves out: grave findings about things that it does not speak of.

    Takes    grave: what the grave findings are about, with their names.
    """
    problems = [
        s
        for s in seen.statements
        if s["kind"] == "problem" and s["quote"].strip("。") not in seen.wording.nothing
    ]
    if not problems:
        return []
    spoken = {s["about"] for s in problems}
    omitted = [name for about, name in grave if about not in spoken]
    fields = {
        "problems": "、".join(f"“{s['quote']}”" for s in problems), "omitted": "、".join(dict.fromkeys(omitted)),
        "count": str(len(problems)),
    }  # fmt: skip
    return [Seen(fields, "problems", DEPARTMENT, tuple(f"statement:{s['statement']}" for s in problems))]


# What rules speak of that can be seen before anything has been found.
LOOKS: dict[str, Callable[[Observed], list[Seen]]] = {
    "claims": of_claims, "limits": of_limits, "sources": of_sources, "figures": of_figures, "texts": of_texts,
    "gaps": of_gaps, "objectives": of_objectives, "completion": of_completion, "self_score": of_self_score,
    "quality": of_quality, "sentences": of_sentences, "restated": of_restated,
}  # fmt: skip
