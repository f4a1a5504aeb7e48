"""What each reference of a page is, told so that nobody needs to be asked: source, place, phrase, sum, checks, hash."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from pathlib import Path

from auditbook import formulas, inputs, records, tables
from auditbook.claims import VERDICTS
from auditbook.figures import ASSUMED, Key
from auditbook.indicators import Result, number_texts
from auditbook.narrative.shown import published, recomputed
from auditbook.numbers import Interval, amount_text, factor, parse, rounded, text
from auditbook.pipeline import Run
from auditbook.report import fragments as html
from auditbook.report import graphs, year_words
from auditbook.report.column_names import NAMES, TABLES
from auditbook.report.document_parts import document_counts
from auditbook.report.evidence_parts import CHECKS, QUOTED, shown_value
from auditbook.report.fragments import Html, Text
from auditbook.report.graphs import value_words
from auditbook.report.masking import Masks, masks
from auditbook.report.references import (
    APPRAISAL,
    CHART,
    COUNT,
    DISTINCT,
    DOCUMENT,
    ENTERED,
    RULE,
    SECTION,
    SUM,
    WIDTH,
    cite,
    count,
    count_of,
    figure_references,
    parts,
    row_reference,
    scenario_file,
    stanza_reference,
    width_of,
)
from auditbook.report.source_notes import add_notes
from auditbook.report.staff_appraisal import appraisal_texts
from auditbook.report.tracing import ENTRY, Keys, link, names_pattern, numbers_in, plain, value_of
from auditbook.scoring_rules import points_text, span_text
from auditbook.tables import Row

_MOST_PLACES = 6  # of a source that a footnote names
_MOST = 400  # characters of a cell that an entry shows; the table has all


class RunSources:
    """The references of a run, from its tables and rule files."""

    def __init__(self, run: Run) -> None:
        """Nothing is read before it is asked for."""
        self._run = run
        self._indexes: dict[str, dict[tuple[str, ...], Row]] = {}
        self._digests: dict[str, str] = {}
        self._found: dict[str, Collection[str] | None] = {}
        self._entries: dict[tuple[str, str], tuple[dict[str, str], str]] = {}

    @cached_property
    def masks(self) -> Masks:
        """What hides the names of private persons on every page."""
        return masks(self._run)

    @cached_property
    def names(self) -> re.Pattern[str] | None:
        """Names of the department, its units, documents and items that have digits in them."""
        run = self._run
        case = run.audit.case
        items = {(row["figure"], row["item"]) for row in run.table("figures") if row["item"]}
        return names_pattern(
            [
                case.department.name,
                *(unit.name for unit in case.units),
                *(row["title"] for row in run.table("sources")),
                *(run.figures.item_name(figure, item) for figure, item in items),
            ]
        )

    def numbers(self, reference: str) -> Collection[str] | None:
        """The numbers that a reference yields; None where it names nothing."""
        if reference not in self._found:
            try:
                self._found[reference] = self._numbers(reference)
            except (KeyError, ValueError, IndexError, OSError):  # a reference that nobody here has written
                self._found[reference] = None
        return self._found[reference]

    def _numbers(self, reference: str) -> Collection[str] | None:
        kind, own = parts(reference)
        if kind == COUNT:
            return {str(self._count(reference))}
        if kind == WIDTH:
            return {plain(points_text(width_of(self._run, reference)))}
        if kind == CHART:
            drawn = graphs.of(self._run.rulebook.stanzas[own[0]], self._run)
            return {number for row in drawn.rows for cell in row for number in numbers_in(cell)}
        if kind == APPRAISAL:
            return {number for words in appraisal_texts(self._run, own[0]) for number in numbers_in(words)}
        if kind == DOCUMENT:
            return {str(number) for number in document_counts(self._run, own[0]).values()}
        if kind == RULE:
            return _Written(numbers_in(self._rule_text(*own)))
        row = self._row(kind, own)
        if row is None:
            return None
        found = {number for c, cell in row.items() if c not in _NO_NUMBERS for number in numbers_in(cell)}
        if row.get("unit") in ("%", "‰"):  # written apart in the table, together on the page
            found |= {f"{number}{row['unit']}" for number in found}
        for shown in self._shown(kind, row):
            found |= numbers_in(shown)
        return found

    def _row(self, table: str, key: list[str]) -> Row | None:
        if table not in self._indexes:
            columns = tables.KEYS[table]
            rows = self._run.table(table)
            self._indexes[table] = {tuple(row[column] for column in columns): row for row in rows}
        return self._indexes[table].get(tuple(key))

    def _count(self, reference: str) -> int:
        table, values = count_of(reference)
        return count(self._run.table(table), values)

    def _rule_text(self, file: str, stanza: str) -> str:
        """The lines of a rule file, or of the entry in it that has this id; with what the scenario changes of it."""
        written = inputs.read_bytes(self._rule_path(file)).decode("utf-8")
        own = _stanza(written, stanza) if stanza else written
        changes = self._run.workspace.scenario_path
        if changes is None or file == scenario_file(self._run):
            return own
        changed = inputs.read_bytes(changes).decode("utf-8")
        return f"{own}\n{_stanza(changed, stanza) if stanza else changed}"

    def _rule_path(self, file: str) -> Path:
        """Where a rule file lies; a case and a scenario may lie anywhere."""
        workspace = self._run.workspace
        for own in filter(None, (workspace.case_path, workspace.scenario_path)):
            if file == workspace.placed(own):
                return own
        found = [folder / file for folder in (workspace.base, workspace.root) if (folder / file).is_file()]
        if not found:
            raise KeyError(file)
        return found[0]

    def _shown(self, table: str, row: Row) -> list[str]:
        """The numbers of a row as parts of the page show them, each in its unit and rounded for a reader."""
        if table == "figures" and row["value"]:
            return [shown_value(row), amount_text(parse(row["value"]) * factor(row["unit"]), row["unit"])]
        if table == "indicators":
            result = self._results[tuple(row[column] for column in tables.KEYS["indicators"])]
            return self._result_texts(result)
        if table in ("scores", "schemes"):
            held = [Fraction(row[c]) for c in _POINTS[table] if row[c]]
            low, high = Fraction(row["lowest"] or 0), Fraction(row["highest"] or 0)
            best = [Fraction(row["self_scored"]) - Fraction(row["shortfall"])] if row.get("shortfall") else []
            # a rule whose points a scenario has changed stands in no file: as it was applied, it stands in the row
            rule = [row["rule"]] if table == "scores" and self._run.rules.unchanged else []
            return [*map(points_text, [*held, *best, high - low]), f"{low}～{high}", *rule]
        if table in _MOVED:
            held = [Fraction(row[c]) for c in _MOVED[table] if row[c]]
            spans = [span_text(Interval(*map(Fraction, pair))) for pair in _ends_of(row)]
            return [
                *(points_text(abs(own)) for own in held),
                *map(points_text, held),
                *spans,
                row.get("step", ""),
            ]
        if table == "findings" and row["amount"]:
            return [text(parse(row["amount"]) * factor(row["unit"]), row["unit"])]
        if table in ("claims", "narrative"):
            return _claim_texts(row)
        return year_words.shown(table, row)

    @cached_property
    def _results(self) -> dict[tuple[str, ...], Result]:
        return {(r.indicator, r.definition, r.scope, r.item, str(r.year)): r for r in self._run.results}

    def _result_texts(self, result: Result) -> list[str]:
        stanza = self._run.rulebook.stanzas[result.indicator]
        said = [value_words(result, stanza)]
        for value in (result.value, result.low, result.high):
            if value is not None:
                said += [
                    stanza.value_text(value),
                    f"{rounded(value / factor(stanza.unit), 6):f}{stanza.unit}",
                ]
        if not stanza.judged:
            formula = formulas.read(stanza.definitions[result.definition].formula)
            texts = number_texts(formula, self._run.figures, result.scope, result.item)
            said.append(formula.with_numbers(texts))
        return said

    # --- footnotes ------------------------------------------------------------------------------------

    def note(self, reference: str) -> tuple[list[str], Text] | None:
        """What a footnote says of a figure, a result or a published number: its sum, its sources and places in them."""
        kind, own = parts(reference)
        if kind not in ("figures", "indicators", "claims"):
            return None
        row = self._row(kind, own)
        assert row is not None
        if kind != "indicators":
            return [reference], self._places([row])
        result = self._results[tuple(own)]
        stanza = self._run.rulebook.stanzas[result.indicator]
        if stanza.judged:
            return None
        formula = formulas.read(stanza.definitions[result.definition].formula)
        texts = number_texts(formula, self._run.figures, result.scope, result.item)
        used = figure_references(result.terms, self._run)
        rows = [found for own in used if (found := self._row("figures", parts(own)[1])) is not None]
        said = f"{stanza.definition_name(result.definition)}：{formula.with_numbers(texts)}。"
        return [reference, *used], html.join(said, self._places(rows))

    def _places(self, rows: Sequence[Row]) -> Text:
        """The sources of rows, each with the places in it."""
        places: dict[str, list[str]] = {}
        for row in rows:
            own = places.setdefault(row["source"], [])
            if row["locator"] not in own:
                own.append(row["locator"])
        said = [f"{self._title(source)}，{'、'.join(own[:_MOST_PLACES])}{'等' * (len(own) > _MOST_PLACES)}"
                for source, own in places.items()]  # fmt: skip
        return "；".join(said) + "。" if said else ""

    def _title(self, source: str) -> str:
        row = self._row("sources", [source])
        return row["title"] if row else source

    # --- entries --------------------------------------------------------------------------------------

    def entry(self, reference: str, key: str) -> str:
        """The entry of a reference: what it is, under its key."""
        heading, pairs = self._told(reference)
        pairs = [("短号", html.code(key)), *pairs]
        told = html.entry(
            f"{ENTRY}{key}", reference, heading, [(name, words) for name, words in pairs if words]
        )
        return self.masks.masked(str(told.markup))

    def linked_entry(self, reference: str, keys: Keys) -> str:
        """The entry of a reference with its numbers linked; made once for all pages on which its keys are the same."""
        key = keys.key(reference)
        if (reference, key) in self._entries:
            asked, linked = self._entries[reference, key]
            if all(keys.key(other) == own for other, own in asked.items()):
                return linked
        asked = {}

        def key_of(other: str) -> str:
            asked[other] = keys.key(other)
            return asked[other]

        linked = link(html.carried(self.entry(reference, key)), self, key_of, within=reference)
        self._entries[reference, key] = asked, linked
        return linked

    def _told(self, reference: str) -> tuple[str, list[tuple[Text, Text]]]:
        kind, own = parts(reference)
        if kind == COUNT:
            return self._told_count(reference)
        if kind == WIDTH:
            lines = "、".join(own[1].split(";"))
            return "得分区间的宽度", [
                ("算式", "最高可能 − 已证实，各行相加"),
                ("评分表的行", html.code(lines)),
                ("表", self._file("scores")),
            ]
        if kind == CHART:
            return f"图：{self._run.rulebook.stanzas[own[0]].name}", [
                ("怎样得来", "由本指标所用数字相减、取反或取上下限得出，只用于作图"),
                ("表", self._file("indicators")),
            ]
        if kind == APPRAISAL:
            return "工作人员考评", [
                ("算法", "权重与等次按 params/appraisal.yaml 逐项相乘相加，见本人一行的算式"),
                ("表", self._file("grades")),
            ]
        if kind == DOCUMENT:
            return "原件的引用", [
                ("原件", self._source(own[0])),
                ("怎样得来", "逐字查找引自它的每条短语，按结果计数；段与页取自原件"),
            ]
        if kind == RULE:
            digest = records.digest(inputs.read_bytes(self._rule_path(own[0])))
            where: list[tuple[Text, Text]] = [
                ("规则文件", html.code(own[0])),
                ("条目", html.code(own[1]) if own[1] else ""),
            ]
            changed = self._run.audit.scenario is not None and own[0] != scenario_file(self._run)
            note: list[tuple[Text, Text]] = [
                ("情景", "所示的数以情景改动后的为准，见“口径与假设”" if changed else "")
            ]
            return "规则", [*where, ("sha256", html.code(digest[:16])), *note]
        row = self._row(kind, own)
        if row is None:
            return "", []
        if kind == "figures":
            return self._told_figure(row)
        if kind == "indicators":
            return self._told_result(row)
        return self._told_row(kind, row)

    def _file(self, table: str) -> Html:
        if table not in self._digests:
            self._digests[table] = records.digest(tables.to_csv(table, self._run.table(table)))
        digest = self._digests[table]
        return html.join(html.code(f"{table}.csv"), " sha256 ", html.code(digest[:16]))

    def _source(self, id: str) -> Text:
        row = self._row("sources", [id])
        if row is None:
            return id
        digest = html.join("，sha256 ", html.code(row["sha256"][:16])) if row["sha256"] else ""
        return html.join(cite(row["title"], row_reference("sources", row)), digest)

    def _told_count(self, reference: str) -> tuple[str, list[tuple[Text, Text]]]:
        table, values = count_of(reference)
        condition = "；".join(_condition(column, own) for column, own in values.items())
        return "计数", [
            ("数什么", f"{TABLES[table]}的行" + (f"，{condition}" if condition else "，全部")),
            ("得数", str(self._count(reference))),
            ("表", self._file(table)),
        ]

    def _told_figure(self, row: Row) -> tuple[str, list[tuple[Text, Text]]]:
        run = self._run
        item = run.figures.item_name(row["figure"], row["item"])
        name = run.dictionary[row["figure"]].name + (f"·{item}" if item else "")
        corroborated = self._row("corroboration", [row[c] for c in ("figure", "scope", "item", "year")])
        checks = "、".join(CHECKS[c] for c in (corroborated or {}).get("checks", "").split(";") if c)
        if row["basis"] == ASSUMED:
            checks = "假设的数字，没有资料可以核对"
        if row["chosen"] != "yes":
            set_aside = str(figure_key(row)) in run.figures.assumptions
            checks = "未采用：情景另有假设" if set_aside else "未采用：同一数字另有来源被采用"
        return f"数字：{name}", [
            ("数值", shown_value(row)),
            ("范围与年度", f"{run.audit.scope_name(row['scope'])}，{row['year']}年"),
            ("来源", self._source(row["source"])),
            ("定位", row["locator"]),
            ("短语", html.join(html.phrase(row["quote"]), f"（{QUOTED[row['quote_status']]}）") if row["quote"] else ""),
            ("公布精度", "" if row["basis"] == ASSUMED else row["precision"]),
            ("依据类别", "情景的假设，不是资料" if row["basis"] == ASSUMED else ""),
            ("核对", checks or "没有独立核对"),
        ]  # fmt: skip

    def _told_result(self, row: Row) -> tuple[str, list[tuple[Text, Text]]]:
        run = self._run
        result = self._results[tuple(row[column] for column in tables.KEYS["indicators"])]
        stanza = run.rulebook.stanzas[result.indicator]
        pairs: list[tuple[Text, Text]] = [
            ("口径", cite(stanza.definition_name(result.definition), stanza_reference(stanza.id, run))),
            ("范围", run.audit.scope_name(result.scope) + (f"·{result.item}" if result.item else "")),
            ("结果", value_words(result, stanza)),
        ]
        if stanza.judged:
            pairs.append(("判断", f"要点{len(stanza.points)}条，见评价要点判断表"))
            return f"指标：{stanza.name}", [*pairs, ("表", self._file("indicators"))]
        definition = stanza.definitions[result.definition]
        formula = formulas.read(definition.formula)
        texts = number_texts(formula, run.figures, result.scope, result.item)
        names = {figure: run.dictionary[figure].name for figure in formula.figures}
        pairs += [
            ("公式", formula.sentence(names)),
            ("代入", formula.with_numbers(texts)),
            ("依据", cite(definition.source, stanza_reference(stanza.id, run))),
        ]
        if result.low is not None and result.high is not None and result.low != result.high:
            held, sign = factor(stanza.unit), stanza.unit
            ends = [f"{rounded(end / held, 6):f}{sign}" for end in (result.low, result.high)]
            pairs.append(("数值范围", f"按公布精度在 {ends[0]} 与 {ends[1]} 之间"))
        used: list[Text] = []
        for reference in figure_references(result.terms, run):
            figure = self._row("figures", parts(reference)[1])
            assert figure is not None
            item = run.figures.item_name(figure["figure"], figure["item"])
            name = run.dictionary[figure["figure"]].name + (f"·{item}" if item else "")
            used.append(html.join(f"{name} ", cite(shown_value(figure), reference)))
        pairs += [("所用数字", html.bullets(used) if used else ""), ("表", self._file("indicators"))]
        return f"指标：{stanza.name}", pairs

    def _definition(self, row: Row, definition: str) -> str:
        """A definition by its name, where the row says of which indicator it is one."""
        indicator = (row.get("about") or row.get("indicator") or "").partition(":")[0]
        stanza = self._run.rulebook.stanzas.get(indicator)
        known = stanza is not None and not stanza.judged and definition in stanza.definitions
        return stanza.definition_name(definition) if stanza and known else definition

    def _told_row(self, table: str, row: Row) -> tuple[str, list[tuple[Text, Text]]]:
        pairs: list[tuple[Text, Text]] = []
        for column, cell in row.items():
            if not cell or column in ("source", "severity", "blocking", "passed", "status", "origin", "kind"):
                continue
            if (column, cell) == ("unit", "1"):  # a plain rate has no unit to be told
                continue
            words: Text = cell if len(cell) <= _MOST else f"{cell[:_MOST]}……"
            if column == "quote":
                words = html.phrase(cell)
            elif column == "scope":
                words = self._run.audit.scope_name(cell)
            elif column in _CODES:
                words = html.code(str(words))
            elif column == "verdict":
                words = VERDICTS.get(cell, cell)
            elif column == "definition":
                words = self._definition(row, cell)
            pairs.append((NAMES.get(column, column), words))
        if row.get("source"):
            pairs.append((NAMES["source"], self._source(row["source"])))
        pairs.append(("表", self._file(table)))
        return TABLES[table], pairs


_CODES = frozenset(
    [
        "finding",
        "rule",
        "claim",
        "statement",
        "objective",
        "check",
        "evidence",
        "sha256",
        "scope",
        "figures",
        "scheme",
        "indicator",
        "about",
        "step",
        "findings_gained",
        "findings_lost",
        "findings_regraded",
    ]
)
# Columns whose digits are no numbers: codes, keys, units such as “1”.
_NO_NUMBERS = _CODES | frozenset(["unit", "source", "definition", "quote_status", "level"])
_POINTS = {
    "scores": ("weight", "points", "lowest", "highest", "self_scored"),
    "schemes": (
        "full_marks", "bonus_marks", "maximum", "lowest", "highest", "lost", "assessable_weight", "self_scored",
        "shortfall",
    ),
}  # fmt: skip


_MOVED = {
    "sensitivity": ("lowest", "highest", "lowest_change", "highest_change"), "room": ("low", "high", "reach"),
}  # fmt: skip


def _ends_of(row: Row) -> list[tuple[str, str]]:
    """The intervals that a row of points holds."""
    pairs = [(row.get("lowest", ""), row.get("highest", "")), (row.get("low", ""), row.get("high", ""))]
    return [(low, high) for low, high in pairs if low and high]


def figure_key(row: Row) -> Key:
    """The key of a row of figures.csv."""
    return Key(row["figure"], row["scope"], row["item"], int(row["year"]))


def _condition(column: str, values: Sequence[str]) -> str:
    """A condition of a count, in words."""
    if column == DISTINCT:
        return f"不同的{'与'.join(NAMES[own] for own in values)}各计一次"
    if column == SUM:
        return f"{'、'.join(NAMES[own] for own in values)}合计"
    if column == ENTERED:
        return "不含逐句核对的陈述"
    if column == SECTION:
        return f"定位在{'或'.join(values)}部分"
    return f"{NAMES[column]}为{'或'.join(own or '空' for own in values)}"


class _Written(frozenset[str]):
    """The numbers that a rule file writes; 50% is there where it writes 0.5."""

    def __contains__(self, number: object) -> bool:
        if super().__contains__(number):
            return True
        try:
            wanted = value_of(str(number))
        except ArithmeticError:
            return False
        return any(_value(own) == wanted for own in self)


def _value(number: str) -> Decimal | None:
    try:
        return value_of(number)
    except ArithmeticError:
        return None


def _stanza(written: str, id: str) -> str:
    """The lines of a YAML entry, from the one that names it to the next one that is not further in."""
    lines = written.split("\n")
    for place, line in enumerate(lines):
        named = re.match(
            rf"(\s*)(?:-\s+)?\{{?(?:(?:id|indicator|rule|kind|figure):\s*)?{re.escape(id)}\b", line
        )
        if named:
            depth = len(named[1])
            rest = lines[place + 1 :]
            end = next(
                (n for n, own in enumerate(rest) if own.strip() and len(own) - len(own.lstrip()) <= depth),
                len(rest),
            )
            return "\n".join([line, *rest[:end]])
    return ""


def _claim_texts(row: Row) -> list[str]:
    """The published number in its own unit, and the recomputed one, as the table of claims shows them."""
    return [f"{row['published']}{row['unit']}", published(row), recomputed(row)]


def chapter(content: str, sources: RunSources) -> str:
    """Content with its numbers linked, and after it the chapter of the entries that they lead to."""
    keys = Keys()
    linked = link(content, sources, keys.key)
    linked = add_notes(linked, sources, keys)
    entries: dict[str, str] = {}
    while waiting := [reference for reference in keys.of if reference not in entries]:
        for reference in waiting:
            entries[reference] = sources.linked_entry(reference, keys)
    if not entries:
        return linked
    return linked + str(html.entries(entries[reference] for reference in sorted(entries, key=_order)))


def _order(reference: str) -> tuple[int, str]:
    kind = reference.partition("|")[0]
    kinds: Iterable[str] = ("indicators", "figures", "claims", "scores", "schemes", "findings")
    return next((n for n, own in enumerate(kinds) if own == kind), 99), reference
