"""An analyst's scenario while it is being set: what comes of it at once, undo and redo, and its file. No controls are here.

What has been set is written as the file would hold it and read as the file would be: what is shown is what a saved
scenario gives, and its faults are told with the setting that they are about.
"""

from __future__ import annotations

import os
import re
import sys
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path

from auditbook import inputs, pipeline, scoring, side_by_side, strict_yaml, unseen, what_if
from auditbook.cases import DEPARTMENT, Scenario
from auditbook.faults import AuditbookError, CaseError, Fault, UsageError
from auditbook.figures import NOT_APPLICABLE, Meaning, same_dimension
from auditbook.numbers import parse, parse_rate, plain, rate_text, text
from auditbook.report import masking
from auditbook.scenarios import MATERIALITY, SOURCE, STRICT
from auditbook.scoring_rules import points_text
from auditbook.side_by_side import Standing
from auditbook.strict_yaml import Document, Place
from auditbook.tables import Row
from auditbook.writing import write_new

FOLDER = "scenarios"
NO_REASON = "在起始页上试算，尚未写明理由"
UNITS = ("元", "万元", "亿元", "%", "‰", "人", "项", "家", "分")
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]*")
_MOST_NAME = 60
_YEARS_BACK = 3
_GROUPED = re.compile(r"-?\d{1,3}(,\d{3})+(\.\d+)?")
_STEP = re.compile(r"\[(\d+)/(\d+)\] (.+)")


@dataclass(frozen=True)
class Supposed:
    """A figure to be assumed, as it was entered; ``year`` is empty for the case's own."""

    figure: str
    scope: str = DEPARTMENT
    item: str = ""
    year: str = ""
    value: str = ""
    unit: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Settings:
    """What has been set, as it was entered; whatever is not in it stays as the case has it.

    ``carried``: parts of a scenario to begin with that no control shows, kept as they are: scoring rules, tolerances.
    """

    framework: str = ""
    definitions: Mapping[str, str] = field(default_factory=dict)
    weights: Mapping[str, str] = field(default_factory=dict)
    rescale: bool = False
    thresholds: Mapping[str, str] = field(default_factory=dict)
    materiality: tuple[str, str] = ("", "")
    strict: bool = False
    assumed: tuple[Supposed, ...] = ()
    carried: Mapping[str, Mapping[str, object]] = field(default_factory=dict)


@dataclass(frozen=True)
class Trouble:
    """What is wrong with a setting: its place in the scenario (``("weights", line)``), and plain words."""

    place: Place
    words: str


@dataclass(frozen=True)
class Found:
    """A finding that a scenario brings, drops or makes graver: name, severity (before → after) and its facts."""

    name: str
    severity: str
    before: str
    condition: str


@dataclass(frozen=True)
class Outcome:
    """What comes of the settings, against the case as it is.

    ``after`` is None where there is any trouble: nothing is shown then that the settings would not give. ``lines`` and
    ``indicators`` are (name, before, after) of those that moved; names of private persons are masked.
    """

    written: str
    before: Standing
    after: Standing | None
    troubles: tuple[Trouble, ...] = ()
    lines: tuple[tuple[str, str, str], ...] = ()
    indicators: tuple[tuple[str, str, str], ...] = ()
    gained: tuple[Found, ...] = ()
    lost: tuple[Found, ...] = ()
    regraded: tuple[Found, ...] = ()


@dataclass(frozen=True)
class Line:
    """A line of the scheme in force whose points may be set: by the scheme, and as entered ("" where it is not)."""

    key: str
    name: str
    group: str
    points: str
    entered: str


@dataclass(frozen=True)
class Definitions:
    """An indicator with its definitions (id, name): which one counts without the scenario, and which one is chosen."""

    indicator: str
    name: str
    choices: tuple[tuple[str, str], ...]
    own: str
    chosen: str
    scored: bool


@dataclass(frozen=True)
class Limited:
    """A limit that may be set: as the rules have it (``30.00%``), its side in words, and as entered."""

    key: str
    name: str
    side: str
    limit: str
    entered: str


@dataclass(frozen=True)
class Saved:
    """A scenario that has been written: its name, its file, and the command that runs the case under it."""

    name: str
    path: Path
    shown: str
    command: str


class Workbench:
    """A case, and the settings of a scenario for it. Each change is a step that can be undone."""

    def __init__(self, case: str, scenario: str = "") -> None:
        """Open a case; its tables are made where they are not proven, as in any notebook.

        Takes    case, scenario: names or paths; the settings of the scenario are the beginning.
        Raises   CaseError with every fault of the case or of the scenario.
        """
        self.run = pipeline.begin("findings", case)
        self.base = what_if.without_scenario(self.run)
        self.masks = masking.masks(self.base)
        self.before = side_by_side.standing("", "", self.base)
        self.reason = ""
        self.saved: Saved | None = None
        self._saved_settings: Settings | None = None
        self._steps = [Settings()]
        self._at = 0
        self._known: dict[str, Outcome] = {}
        if scenario:
            self._steps = [self._begun(scenario)]

    # --- steps

    @property
    def settings(self) -> Settings:
        """What is set now."""
        return self._steps[self._at]

    @property
    def can_undo(self) -> bool:
        """Whether there is a step to go back."""
        return self._at > 0

    @property
    def can_redo(self) -> bool:
        """Whether a step has been undone."""
        return self._at + 1 < len(self._steps)

    def undo(self) -> None:
        """Go back a step, where there is one."""
        self._at = max(self._at - 1, 0)

    def redo(self) -> None:
        """Go forward a step, where one has been undone."""
        self._at = min(self._at + 1, len(self._steps) - 1)

    def reset(self) -> None:
        """Everything as the case has it; a step as any other."""
        self._set(Settings())

    def begin_with(self, scenario: str) -> None:
        """Everything as a scenario of the project has it; "" is the case itself. A step as any other.

        Raises   CaseError where the scenario cannot be read.
        """
        self._set(self._begun(scenario) if scenario else Settings())

    def _set(self, settings: Settings) -> None:
        if settings != self.settings:
            self._steps[self._at + 1 :] = [settings]
            self._at += 1

    # --- what can be set, and setting it

    @property
    def case_name(self) -> str:
        """The name of the case."""
        return self.run.workspace.case_path.stem

    @property
    def schemes(self) -> list[tuple[str, str]]:
        """The schemes (id, title), the case's own first."""
        own = self.base.framework.framework
        named = [(id, framework.title) for id, framework in self.base.frameworks.items()]
        return sorted(named, key=lambda pair: pair[0] != own)

    @property
    def scenario_names(self) -> list[str]:
        """The scenarios that there are to begin with."""
        return sorted(self._files())

    @property
    def _scheme(self) -> scoring.Framework:
        return self.base.frameworks[self.settings.framework or self.base.framework.framework]

    @property
    def lines(self) -> list[Line]:
        """The lines of the scheme in force, in its order; 加分项 stand outside the full marks and are not among them."""
        scheme = self._scheme
        groups = {group.id: group.name for group in scheme.groups}
        return [
            Line(
                key, scoring.line_name(scheme, self.base.rulebook, key), groups.get(item.group or "", ""),
                plain(item.weight), self.settings.weights.get(key, ""),
            )
            for key, item in scheme.lines.items()
            if not item.is_bonus
        ]  # fmt: skip

    @property
    def weights_words(self) -> str:
        """What the points of all lines add up to, as entered: 合计 100 分，满分 100 分."""
        total, unread = Fraction(0), False
        for line in self.lines:
            try:
                total += Fraction(_number(line.entered or line.points))
            except ValueError:
                unread = True
        added = "有读不出的分值" if unread else f"合计 {points_text(total)} 分"
        return f"{added}，满分 {points_text(Fraction(self._scheme.full_marks))} 分"

    @property
    def definitions(self) -> list[Definitions]:
        """Indicators with more than one definition, those that the scheme in force scores first."""
        own = scoring.scoring_definitions(self.base.audit, self._scheme, self.base.rulebook)
        scored = {item.indicator for item in self._scheme.items}
        found = [
            Definitions(
                id, stanza.name, tuple((key, d.name) for key, d in stanza.definitions.items()), own[id],
                self.settings.definitions.get(id, own[id]), id in scored,
            )
            for id, stanza in self.base.rulebook.stanzas.items()
            if len(stanza.definitions) > 1
        ]  # fmt: skip
        return sorted(found, key=lambda entry: not entry.scored)

    @property
    def limits(self) -> list[Limited]:
        """Limits of indicators and of finding rules."""
        entered = self.settings.thresholds
        found = [
            Limited(id, s.name, s.limit.words.removesuffix(rate_text(s.limit.bound)), rate_text(s.limit.bound), entered.get(id, ""))
            for id, s in self.base.rulebook.stanzas.items()
            if s.limit
        ]  # fmt: skip
        rules = [(rule, next(iter(rule.above.values()))) for rule in self.base.finding_rules if rule.above]
        return [
            *found,
            *(
                Limited(
                    rule.rule, rule.name, "大于", rate_text(parse_rate(limit)), entered.get(rule.rule, "")
                )
                for rule, limit in rules
            ),
        ]

    @property
    def materiality(self) -> tuple[str, str]:
        """重要性水平 of the case: amount and unit; empty where it has none."""
        level = self.base.audit.case.materiality
        return (plain(Fraction(level.amount)), level.unit) if level else ("", "万元")

    @property
    def figures(self) -> list[tuple[str, str]]:
        """Figures that may be assumed (id, name): sums, last year's and counted ones follow from others."""
        return [
            (id, meaning.name)
            for id, meaning in self.base.dictionary.items()
            if not (meaning.sum or meaning.previous or meaning.derived)
        ]

    @property
    def scopes(self) -> list[tuple[str, str]]:
        """The department and its units (id, name)."""
        units = [unit.id for unit in self.base.audit.case.units]
        return [(scope, self.base.audit.scope_name(scope)) for scope in (DEPARTMENT, *units)]

    @property
    def years(self) -> list[str]:
        """Years for which a figure may be assumed, the case's own first."""
        year = self.base.audit.case.year
        return [str(year - back) for back in range(_YEARS_BACK + 1)]

    def items(self, figure: str) -> list[tuple[str, str]]:
        """Into what a figure is split (id, name), the whole first."""
        meaning = self.base.dictionary[figure]
        if isinstance(meaning.items, dict):
            own = list(meaning.items.items())
        elif meaning.items is None:
            own = []
        else:
            family = meaning.family or figure
            keys = (row.key for row in self.base.figures.rows)
            alike = (
                key.item for key in keys if (self.base.dictionary[key.figure].family or key.figure) == family
            )
            own = [(item, self.base.figures.item_name(figure, item)) for item in dict.fromkeys(alike) if item]
        return [("", "合计" if own else "不分项"), *own]

    def units(self, figure: str) -> list[str]:
        """Units in which a figure may be entered, its own first."""
        meaning = self.base.dictionary[figure]
        return [*dict.fromkeys([meaning.unit, *(unit for unit in UNITS if same_dimension(meaning, unit))])]

    def given(self, figure: str, scope: str, item: str, year: str) -> str:
        """What the evidence says of a figure: 18,780.61万元, 缺失."""
        found = self.base.figures.resolve(figure, scope, item, int(year) if year else None)
        if found.value is None:
            return "不适用" if found.state == NOT_APPLICABLE else "缺失"
        return text(found.value, self._shown_unit(self.base.dictionary[figure]))

    @staticmethod
    def _shown_unit(meaning: Meaning) -> str:
        return "万元" if meaning.unit == "元" else meaning.unit

    def choose_scheme(self, scheme: str) -> str:
        """Score by another scheme. Points of lines that it does not have are dropped.

        Returns  what was dropped, in words; "" where nothing was.
        """
        own = self.base.framework.framework
        lines = self.base.frameworks[scheme].lines
        kept = {key: points for key, points in self.settings.weights.items() if key in lines}
        rules = {key: rule for key, rule in self.settings.carried.get("rules", {}).items() if key in lines}
        carried = {part: rules if part == "rules" else own for part, own in self.settings.carried.items()}
        dropped = len(self.settings.weights) - len(kept)
        self._set(
            replace(
                self.settings, framework="" if scheme == own else scheme, weights=kept,
                carried={part: content for part, content in carried.items() if content},
            )
        )  # fmt: skip
        return f"换了评分表，原来改的 {dropped} 行分值不再适用，已清去（可撤销）" if dropped else ""

    def define(self, indicator: str, definition: str) -> None:
        """Count an indicator by another of its definitions."""
        own = next(entry.own for entry in self.definitions if entry.indicator == indicator)
        self._set(
            replace(self.settings, definitions=_put(self.settings.definitions, indicator, definition, own))
        )

    def weigh(self, line: str, points: str) -> None:
        """Give a line other points; empty, or the scheme's own, is no change."""
        own = next(entry.points for entry in self.lines if entry.key == line)
        self._set(replace(self.settings, weights=_put(self.settings.weights, line, _tidy(points), own)))

    def rescale(self, wanted: bool) -> None:
        """Whether points that no longer add up to the full marks are scaled, instead of being an error."""
        self._set(replace(self.settings, rescale=wanted))

    def limit(self, key: str, bound: str) -> None:
        """Set a limit; empty, or the rules' own, is no change."""
        own = next(entry.limit for entry in self.limits if entry.key == key)
        tidy = _tidy(bound)
        try:
            same = parse_rate(tidy) == parse_rate(own)
        except ValueError:
            same = False
        self._set(
            replace(self.settings, thresholds=_put(self.settings.thresholds, key, "" if same else tidy, ""))
        )

    def set_materiality(self, amount: str, unit: str) -> None:
        """Set 重要性水平; an empty amount, or the case's own, is no change."""
        tidy = (_tidy(amount), unit.strip())
        self._set(
            replace(self.settings, materiality=("", "") if not tidy[0] or tidy == self.materiality else tidy)
        )

    def demand_figures(self, wanted: bool) -> None:
        """Strict evidence: a task counts as done only with a figure."""
        self._set(replace(self.settings, strict=wanted))

    def suppose(self, supposed: Supposed) -> list[str]:
        """Assume a figure instead of what the evidence gives. The same figure again replaces what was assumed.

        Returns  what is wrong with it, in words; nothing is set then.
        """
        lacking = [
            word
            for word, own in (("数值", supposed.value), ("单位", supposed.unit), ("理由", supposed.reason))
            if not own.strip()
        ]
        if lacking:
            return [f"还没有填{'、'.join(lacking)}。"]
        if strange := unseen.NO_TEXT.search(f"{supposed.unit}{supposed.reason}"):
            return [f"单位或理由含有{unseen.named(strange[0])}，应为文字。"]
        tidy = replace(
            supposed, value=_tidy(supposed.value), unit=supposed.unit.strip(), reason=supposed.reason.strip(),
            year="" if supposed.year == self.years[0] else supposed.year,
        )  # fmt: skip
        key = (tidy.figure, tidy.scope, tidy.item, tidy.year)
        kept = [own for own in self.settings.assumed if (own.figure, own.scope, own.item, own.year) != key]
        wanted = replace(self.settings, assumed=(*kept, tidy))
        place = ("assumed", len(kept))
        wrong = [trouble.words for trouble in self._judged(wanted).troubles if trouble.place[:2] == place]
        if not wrong:
            self._set(wanted)
        return wrong

    def suppose_no_more(self, place: int) -> None:
        """Drop an assumed figure."""
        kept = [own for number, own in enumerate(self.settings.assumed) if number != place]
        self._set(replace(self.settings, assumed=tuple(kept)))

    def supposed_words(self, own: Supposed) -> str:
        """An assumed figure in a line: 单位·年度·名称：数值（资料：…）——理由."""
        scope = "" if own.scope == DEPARTMENT else self.base.audit.scope_name(own.scope)
        item = self.base.figures.item_name(own.figure, own.item) if own.item else ""
        when = f"{own.year}年" if own.year else ""
        name = f"{scope}{when}{self.base.dictionary[own.figure].name}{f'·{item}' if item else ''}"
        given = self.given(own.figure, own.scope, own.item, own.year)
        return self.masks.masked(f"{name}：{own.value}{own.unit}（资料：{given}）——{own.reason}")

    @property
    def carried_words(self) -> str:
        """Parts of the scenario begun with that no control shows; "" where there are none."""
        named = {"rules": "评分规则", "tolerances": "容差"}
        parts = [f"{named[part]} {len(content)} 处" for part, content in self.settings.carried.items()]
        return f"另含控件没有列出的改动：{'、'.join(parts)}，照原样保留。" if parts else ""

    # --- what comes of it

    def outcome(self) -> Outcome:
        """What comes of the settings, computed in memory; nothing is written."""
        return self._judged(self.settings)

    def _judged(self, settings: Settings) -> Outcome:
        text, unread = written(settings, self.reason or NO_REASON)
        if unread:
            return Outcome(text, self.before, None, unread)
        if text not in self._known:
            self._known[text] = self._computed(text)
        return self._known[text]

    def _computed(self, text: str) -> Outcome:
        document = Document(Path(), SOURCE)
        try:
            document = strict_yaml.load_bytes(text.encode("utf-8", "surrogatepass"), SOURCE)
            scenario = strict_yaml.validate(document, Scenario)
            if scenario is None or document.faults:
                raise CaseError(document.faults)
            run = what_if.under(self.base, scenario, document)
            after = side_by_side.standing(SOURCE, scenario.reason, run, self.base)
        except AuditbookError as error:
            troubles = tuple(Trouble(_place(document, fault), fault.said) for fault in error.faults)
            return Outcome(text, self.before, None, troubles)
        lines = (
            side_by_side.lines_moved(self.base, run)
            if run.framework.framework == self.base.framework.framework else []
        )  # fmt: skip
        old, new = ({row["finding"]: row for row in own.table("findings")} for own in (self.base, run))
        return Outcome(
            text, self.before, after, (), tuple(lines), tuple(self._indicators_moved(after)),
            tuple(self._found(row) for key, row in new.items() if key not in old),
            tuple(self._found(row) for key, row in old.items() if key not in new),
            tuple(
                self._found(row, old[key]["severity"]) for key, row in new.items()
                if key in old and old[key]["severity"] != row["severity"]
            ),
        )  # fmt: skip

    def _indicators_moved(self, after: Standing) -> Iterator[tuple[str, str, str]]:
        old, new = self.before.indicators or {}, after.indicators or {}
        for id, stanza in self.base.rulebook.stanzas.items():
            was, now = old.get(id, "—"), new.get(id, "—")
            if was != now:
                yield stanza.name, was, now

    def _found(self, row: Row, before: str = "") -> Found:
        masked = self.masks.masked
        return Found(
            masked(row["name"]), row["severity"], before or row["severity"], masked(row["condition"])
        )

    # --- files

    def _files(self) -> dict[str, Path]:
        found: dict[str, Path] = {}
        for folder in self.run.workspace.rules(FOLDER):
            for path in inputs.listing(folder, "*.yaml"):
                found.setdefault(path.stem, path)
        return found

    def _begun(self, scenario: str) -> Settings:
        """The settings of a scenario, and its reason as the one to save with."""
        files = self._files()
        path = files.get(scenario) or files.get(Path(scenario).stem) or self.run.workspace.root / scenario
        document = strict_yaml.load(path, self.run.workspace.shown(path))
        read = strict_yaml.validate(document, Scenario)
        if read is None or document.faults:
            raise CaseError(document.faults)
        self.reason = read.reason
        return settings_of(read)

    @property
    def offered_name(self) -> str:
        """A name that no scenario has yet."""
        return self._free("my-scenario")

    def _free(self, name: str) -> str:
        taken, number = self._files(), 2
        stem = re.sub(r"-\d+$", "", name)
        while name in taken or self._there(name):
            name, number = f"{stem}-{number}", number + 1
        return name

    def _there(self, name: str) -> bool:
        return os.path.lexists(self._folder / f"{name}.yaml")

    @property
    def _folder(self) -> Path:
        return self.run.workspace.base / "params" / FOLDER

    def save(self, name: str, reason: str) -> Saved:
        """Write the settings as a scenario, ``params/scenarios/NAME.yaml``. Nothing is ever overwritten.

        Raises   UsageError with every reason why not: no reason given, nothing set, settings that do not hold, a name
                 that is none, or that is there already (another one is then offered).
        """
        name, reason = name.strip(), reason.strip()
        faults = [*self._bad_name(name), *self._bad_content(reason)]
        if faults:
            raise UsageError(faults)
        before, self.reason = self.reason, reason
        outcome = self.outcome()
        if outcome.after is None:
            self.reason = before
            raise UsageError([Fault("情景", trouble.words) for trouble in outcome.troubles])
        path = self._folder / f"{name}.yaml"
        if not write_new(path, outcome.written.encode()):
            raise UsageError(self._taken(name))
        workspace = self.run.workspace
        case = self.case_name if workspace.base == workspace.root else str(workspace.case_path)
        self.saved = Saved(name, path, workspace.shown(path), f"auditbook run {case} --scenario {name}")
        self._saved_settings = self.settings
        return self.saved

    def _bad_name(self, name: str) -> Iterator[Fault]:
        if not _NAME.fullmatch(name) or len(name) > _MOST_NAME:
            said = f"情景的名字是“{name}”" if name else "还没有起名字"
            yield Fault(
                "名字", said, f"小写英文字母、数字、连字符，不超过{_MOST_NAME}个字符，如 {self.offered_name}"
            )
        elif name in self._files() or self._there(name):
            yield self._taken(name)

    def _taken(self, name: str) -> Fault:
        return Fault("名字", f"已经有情景“{name}”，没有覆盖", "", f"可以改用“{self._free(name)}”")

    def _bad_content(self, reason: str) -> Iterator[Fault]:
        if not reason:
            yield Fault("理由", "还没有写理由", "一句话：为什么作这些改动")
        elif strange := unseen.NO_TEXT.search(reason):
            yield Fault("理由", f"含有{unseen.named(strange[0])}", "文字")
        if self.settings == Settings() or written(self.settings, "")[0] == written(Settings(), "")[0]:
            yield Fault("情景", "没有改动，没有什么可保存")

    @property
    def is_saved(self) -> bool:
        """Whether what is set now is what has been saved."""
        return self.saved is not None and self._saved_settings == self.settings

    def run_arguments(self) -> list[str]:
        """The command that runs the case under the saved scenario, as a program is called.

        Raises   UsageError where nothing has been saved, or something has been set since.
        """
        if self.saved is None or not self.is_saved:
            said = "改动还没有保存" if self.saved is None else f"保存“{self.saved.name}”之后又有改动"
            raise UsageError(Fault("情景", said, "", "请先保存为情景，再运行"))
        program = "import sys; from auditbook.cli import main; sys.exit(main())"
        case = str(self.run.workspace.case_path)
        return [sys.executable, "-c", program, "run", case, "--scenario", str(self.saved.path)]

    def report(self) -> Path:
        """Where the report of the saved scenario will be."""
        workspace = self.run.workspace
        path = self.saved.path if self.saved else None
        return replace(workspace, scenario_path=path).outputs / "report.html"


def step_of(line: str) -> tuple[int, int, str] | None:
    """A line of progress of ``auditbook run``: which step, of how many, its words."""
    found = _STEP.match(line.strip())
    return (int(found[1]), int(found[2]), found[3]) if found else None


def settings_of(scenario: Scenario) -> Settings:
    """A scenario as it would have been entered."""
    tolerances = {name: own.model_dump(exclude_none=True) for name, own in scenario.tolerances.items()}
    level = tolerances.get(MATERIALITY, {})
    shown = set(level) == {"amount", "unit"}
    if shown:
        del tolerances[MATERIALITY]
    carried = {"rules": scenario.rules, "tolerances": tolerances}
    return Settings(
        scenario.framework or "",
        scenario.definitions,
        {line: plain(Fraction(points)) for line, points in scenario.weights.items()},
        scenario.rescale,
        {name: str(bound) for name, bound in scenario.thresholds.items()},
        (plain(Fraction(level["amount"])), level["unit"]) if shown else ("", ""),
        scenario.evidence == STRICT,
        tuple(
            Supposed(
                own.figure, own.scope, own.item, str(own.year) if own.year else "", plain(Fraction(own.value)),
                own.unit, own.reason,
            )
            for own in scenario.assumed
        ),
        {part: content for part, content in carried.items() if content},
    )  # fmt: skip


def written(settings: Settings, reason: str) -> tuple[str, tuple[Trouble, ...]]:
    """The file of a scenario, a line each for whatever may be at fault; and numbers that are none, left out of it."""
    unread: list[Trouble] = []

    def number(entered: str, place: Place) -> str:
        try:
            return _number(entered)
        except ValueError:
            unread.append(Trouble(place, f"“{entered}”不是一个数；应为 3、2.5 这样的数。"))
            return ""

    lines = [f"reason: {strict_yaml.flow(reason)}"]
    if settings.framework:
        lines.append(f"framework: {strict_yaml.flow(settings.framework)}")
    weights = {line: number(points, ("weights", line)) for line, points in settings.weights.items()}
    amount, unit = settings.materiality
    tolerances = _flowed(settings.carried.get("tolerances", {}))
    if amount:
        given = number(amount, ("tolerances", MATERIALITY))
        tolerances[MATERIALITY] = f"{{amount: {given}, unit: {strict_yaml.flow(unit)}}}"
    parts = {
        "definitions": _flowed(settings.definitions), "weights": weights, "rules": _flowed(settings.carried.get("rules", {})),
        "thresholds": _flowed(settings.thresholds), "tolerances": tolerances,
    }  # fmt: skip
    for part, own in parts.items():
        if own:
            lines += [f"{part}:", *(f"  {name}: {value}" for name, value in own.items())]
        if part == "weights" and own and settings.rescale:
            lines.append("rescale: true")
    if settings.strict:
        lines.append(f"evidence: {STRICT}")
    if settings.assumed:
        lines.append("assumed:")
    for place, supposed in enumerate(settings.assumed):
        words = {
            "figure": strict_yaml.flow(supposed.figure),
            **({"scope": strict_yaml.flow(supposed.scope)} if supposed.scope != DEPARTMENT else {}),
            **({"item": strict_yaml.flow(supposed.item)} if supposed.item else {}),
            **({"year": supposed.year} if supposed.year else {}),
            "value": number(supposed.value, ("assumed", place)),
            "unit": strict_yaml.flow(supposed.unit),
            "reason": strict_yaml.flow(supposed.reason),
        }
        lines.append(f"  - {{{', '.join(f'{key}: {value}' for key, value in words.items())}}}")
    return "\n".join([*lines, ""]), tuple(unread)


def _flowed(content: Mapping[str, object]) -> dict[str, str]:
    return {name: strict_yaml.flow(value) for name, value in content.items()}


def _tidy(entered: str) -> str:
    """A number as it was typed, in plain signs: full-width digits as others, no separators of thousands."""
    plain_signs = unicodedata.normalize("NFKC", entered).strip()
    return plain_signs.replace(",", "") if _GROUPED.fullmatch(plain_signs) else plain_signs


def _number(entered: str) -> str:
    """A number as a file holds it. Raises ValueError for anything else."""
    return plain(parse(entered))


def _put(own: Mapping[str, str], key: str, value: str, standing: str) -> dict[str, str]:
    """The entries with one set; what stands anyway is none."""
    kept = {name: entry for name, entry in own.items() if name != key}
    return kept if value in {"", standing} else {**kept, key: value}


def _place(document: Document, fault: Fault) -> Place:
    """Which setting a fault is about: the first part of the scenario that stands on its line."""
    number = fault.where.rpartition(":")[2]
    own = [place for place, line in document.lines.items() if place and str(line) == number]
    return min(own, key=len, default=())
