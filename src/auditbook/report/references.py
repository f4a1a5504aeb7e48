"""What a number shown rests on: a reference rides in the text from where the number is made to the finished page.

A reference is one word, a kind and what it names between bars:

    table|key|key…               a row of a processed table (keys as in ``tables.KEYS``)
    count|table|column=value…    how many of its rows hold these values, or what a column of theirs adds up to
    width|scheme|line;line       points that lines of the scheme leave open
    rule|file|stanza             what a rule file says
    document|source              how much of an original was quoted
    appraisal|what               sums of the staff appraisal
    chart|indicator              what a chart adds to the figures that it is drawn from (a difference, a limit)

In a text it stands between noncharacters, so that a number keeps it through every f-string. Data that holds such characters
gains nothing: what a reference does not yield is no number of it (``tracing``).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

from auditbook import tables
from auditbook.claims import entered
from auditbook.figures import Key

if TYPE_CHECKING:
    from auditbook.indicators import Result
    from auditbook.pipeline import Run
    from auditbook.tables import Row

OPEN, BETWEEN, CLOSE = "\ufdd0", "\ufdd1", "\ufdd2"
CITED = re.compile(f"{OPEN}([^{OPEN}{BETWEEN}{CLOSE}]*){BETWEEN}([^{OPEN}{BETWEEN}{CLOSE}]*){CLOSE}")
COUNT, WIDTH, RULE, DOCUMENT, APPRAISAL, CHART = "count", "width", "rule", "document", "appraisal", "chart"
DISTINCT, ENTERED, SUM, SECTION = "distinct", "entered", "sum", "section"
_SEPARATOR = "|"
# What has a meaning in a reference, or ends it where several stand side by side.
_ESCAPED = {"%": "%25", "|": "%7C", " ": "%20", "=": "%3D", "\n": "%0A", "\t": "%09", "\r": "%0D"}


def _escape(part: str) -> str:
    return "".join(_ESCAPED.get(character, character) for character in part)


def _unescape(part: str) -> str:
    for character, written in reversed(_ESCAPED.items()):
        part = part.replace(written, character)
    return part


def written(kind: str, *parts: str) -> str:
    """A reference as one word."""
    return _SEPARATOR.join([kind, *map(_escape, parts)])


def parts(reference: str) -> tuple[str, list[str]]:
    """The kind of a reference and what it names."""
    kind, *rest = reference.split(_SEPARATOR)
    return kind, [_unescape(part) for part in rest]


def cite(words: str, reference: str) -> str:
    """Words whose numbers rest on a reference. Words that are cited already keep what they have."""
    if OPEN in words or not any(character.isdigit() for character in words):
        return words
    return f"{OPEN}{reference}{BETWEEN}{words}{CLOSE}"


def cited(words: str, table: str, *key: str) -> str:
    """Words whose numbers come from a row of a processed table.

    Takes    table: as in ``tables.COLUMNS``; key: its key columns in their order (``tables.KEYS``).
    Raises   ValueError where the key has another number of parts.
    """
    if len(key) != len(tables.KEYS[table]):
        raise ValueError(f"{table} has the key {tables.KEYS[table]}, not {key}")
    return cite(words, written(table, *key))


def row_reference(table: str, row: Row) -> str:
    """The reference of a row."""
    return written(table, *(row[column] for column in tables.KEYS[table]))


def counted(run: Run, table: str, /, **values: str | Sequence[str]) -> str:
    """How many rows of a table hold these values, as cited words.

    Takes    values: for each column the value, or the values of which a row must hold one; ``distinct`` names columns
             of which each value counts once; ``entered`` leaves the sentences of documents out of the claims;
             ``section``: how the locator begins.
    """
    chosen = {column: [own] if isinstance(own, str) else list(own) for column, own in values.items()}
    return cite(str(count(run.table(table), chosen)), count_reference(table, chosen))


def count(rows: Sequence[Row], values: Mapping[str, Sequence[str]]) -> int:
    """How many rows hold these values."""
    values = dict(values)
    distinct, summed = values.pop(DISTINCT, ()), values.pop(SUM, ())
    sections = tuple(values.pop(SECTION, ()))
    if sections:
        rows = [row for row in rows if row["locator"].startswith(sections)]
    if values.pop(ENTERED, ()):
        rows = entered(rows)
    own = [row for row in rows if all(row[column] in wanted for column, wanted in values.items())]
    if summed:
        return sum(int(row[column]) for row in own for column in summed)
    return len({tuple(row[column] for column in distinct) for row in own}) if distinct else len(own)


def total_reference(table: str, column: str, /, **values: str | Sequence[str]) -> str:
    """The reference of the sum of a column over the rows that hold these values."""
    chosen = {name: [own] if isinstance(own, str) else list(own) for name, own in values.items()}
    return count_reference(table, {SUM: [column], **chosen})


def count_reference(table: str, values: dict[str, list[str]]) -> str:
    """The reference of a number of rows."""
    said = (f"{column}={_escape(value)}" for column, own in values.items() for value in own)
    return _SEPARATOR.join([COUNT, table, *said])


def count_of(reference: str) -> tuple[str, dict[str, list[str]]]:
    """The table and the values that a count's reference names."""
    _, table, *said = reference.split(_SEPARATOR)
    values: dict[str, list[str]] = {}
    for condition in said:
        column, _, value = condition.partition("=")
        values.setdefault(column, []).append(_unescape(value))
    return table, values


def width_words(words: str, scheme: str, lines: Iterable[str]) -> str:
    """Points that lines of a scheme leave open, as cited words."""
    return cite(words, written(WIDTH, scheme, ";".join(lines)))


def width_of(run: Run, reference: str) -> Fraction:
    """The sum of what the lines of a ``width`` leave open."""
    lines = parts(reference)[1][1].split(";")
    own = [row for row in run.table("scores") if row["indicator"] in lines and row["level"] == "indicator"]
    return sum((Fraction(row["highest"]) - Fraction(row["lowest"]) for row in own), Fraction(0))


def rule_reference(file: str, stanza: str = "") -> str:
    """The reference of what a rule file says, or a stanza of it."""
    return written(RULE, file, stanza)


def stanza_reference(indicator: str, run: Run) -> str:
    """The reference of what the rulebook says of an indicator."""
    family = next(f.id for f in run.rulebook.families if any(s.id == indicator for s in f.stanzas))
    return rule_reference(f"params/indicators/{family}.yaml", indicator)


def framework_reference(run: Run, stanza: str = "") -> str:
    """The reference of what the scheme of a case says."""
    return rule_reference(f"params/frameworks/{run.framework.framework}.yaml", stanza)


def case_reference(run: Run) -> str:
    """The reference of what the file of a case says."""
    return rule_reference(run.workspace.placed(run.workspace.case_path))


def scenario_file(run: Run) -> str:
    """What the file of a scenario is called in a reference; one that lies outside the project, as if it lay in its place."""
    assert run.workspace.scenario_path
    return run.workspace.placed(run.workspace.scenario_path)


def scenario_reference(run: Run) -> str:
    """The reference of what the scenario of a run says."""
    return rule_reference(scenario_file(run))


def evidence_references(row: Row, run: Run) -> list[str]:
    """The references of the evidence of a finding, most telling first, then the finding itself."""
    found: list[str] = []
    for key in filter(None, row["evidence"].split(";")):
        kind, _, name = key.partition(":")
        if kind in ("claim", "statement", "source"):
            found.append(written(f"{kind}s", name))
        elif kind == "objective":
            found.append(written("objectives", *(name.split(".", 1) if "." in name else (name, ""))))
        elif kind == "quality":
            found.append(written("quality", name))
        elif kind == "restated":
            found.append(written("restated", *name.split("|")))
        elif kind == "lacking":
            found.append(rule_reference("params/figures.yaml", name))
        elif kind in run.rulebook.stanzas:
            found += [result_reference(r) for r in run.results if r.indicator == kind]
        else:
            found += figure_references([key], run)
    return [*dict.fromkeys(found), row_reference("findings", row)]


def result_reference(result: Result) -> str:
    """The reference of an indicator's result."""
    return written(
        "indicators", result.indicator, result.definition, result.scope, result.item, str(result.year)
    )


def figure_references(keys: Iterable[str | Key], run: Run) -> list[str]:
    """The references of figures, each as the source gives it that was chosen."""
    chosen = run.figures.by_name
    found = []
    for key in map(str, keys):
        if key in chosen:
            row = chosen[key]
            own = row.key
            found.append(written("figures", own.figure, own.scope, own.item, str(own.year), row.source))
    return found


def uncited(words: str) -> str:
    """Words as a terminal, a chart or an attribute shows them: without their references."""
    return CITED.sub(r"\2", words)
