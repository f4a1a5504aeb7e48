"""Cases: who is audited, which year, on which sources, under which framework; and where everything lies."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator, model_validator

from auditbook import inputs, strict_yaml
from auditbook.faults import CaseError, Fault
from auditbook.numbers import MONEY, dimension
from auditbook.workspace import Workspace

DEPARTMENT = "department"
REVIEW_LEVELS = ("一级复核", "二级复核", "三级复核")
ROLES = {"preparer": "编制", **{f"reviewer-{n}": level for n, level in enumerate(REVIEW_LEVELS, 1)}}

Id = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_+-]*$", max_length=80)]
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]


class Strict(BaseModel):
    """A model that refuses unknown keys and does not turn one type into another."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Department(Strict):
    """The audited department."""

    name: Words
    region: Words | None = None
    level: Words | None = None
    kind: Words | None = None


class Unit(Strict):
    """A unit of the department (下属单位): figures whose scope is ``id`` belong to it.

    ``formerly``: the units of last year's case that it has come out of; not written, it is the unit of the same id. Several
    units of one former unit: it was split. An empty list: there was none.
    """

    id: Id
    name: Words
    formerly: list[Id] | None = None

    @field_validator("formerly")
    @classmethod
    def _formerly_once(cls, formerly: list[str] | None) -> list[str] | None:
        if formerly and len(set(formerly)) < len(formerly):
            raise ValueError("formerly 里同一个上年单位写了两次")
        return formerly

    @property
    def former(self) -> tuple[str, ...]:
        """The ids that it may have had in last year's case."""
        return (self.id,) if self.formerly is None else tuple(self.formerly)


class Materiality(Strict):
    """重要性水平: an amount from which a difference matters, with its reason."""

    amount: Decimal | int
    unit: Words
    reason: Words

    @model_validator(mode="after")
    def _money(self) -> Materiality:
        if self.amount <= 0 or dimension(self.unit) != MONEY:
            raise ValueError("重要性水平是大于零的金额，单位写元、万元等")
        return self


class Pattern(Strict):
    """A figure that is pulled out of an original by its wording: ``整体支出年初预算{number}万元`` (intake/patterns.py)."""

    figure: Id
    item: str | None = None
    scope: Id = DEPARTMENT
    year: int | None = Field(default=None, ge=1990, le=2100)
    source: Id
    phrase: Words
    label: Words | None = None
    section: Words | None = None
    page: int | None = Field(default=None, ge=1)


def _iso_date(value: str | None) -> str | None:
    if value is not None:
        try:
            date.fromisoformat(value)
        except ValueError:
            raise ValueError(f"“{value}”不是日期，应写成“2019-12-31”；不知道就写 null") from None
    return value


class Signed(Strict):
    """Who prepared or reviewed the working papers, when, and a reviewer's opinion."""

    name: Words
    date: str | None = None
    opinion: Words | None = None

    @field_validator("date")
    @classmethod
    def _date_parses(cls, value: str | None) -> str | None:
        return _iso_date(value)


class People(Strict):
    """编制人 and up to three levels of reviewers (三级复核), the first first; nobody reviews their own work."""

    prepared_by: Signed | None = None
    reviewers: Annotated[list[Signed], Field(max_length=len(REVIEW_LEVELS))] = []

    @model_validator(mode="after")
    def _nobody_reviews_their_own_work(self) -> People:
        done = {person(self.prepared_by.name): "编制人"} if self.prepared_by else {}
        for level, reviewer in zip(REVIEW_LEVELS, self.reviewers, strict=False):
            own = person(reviewer.name)
            if own in done:
                raise ValueError(
                    f"{level}人“{reviewer.name}”就是{done[own]}：任何人不得复核自己的工作，请换一位复核人，或删去这一级留待手填"
                )
            done[own] = f"{level}人"
        return self


def person(name: str) -> str:
    """A name as names are compared: 张 三 is 张三, in letters of whatever width."""
    return "".join(unicodedata.normalize("NFKC", name).split()).casefold()


class Case(Strict):
    """A case file, ``params/cases/<case>.yaml``: one department and one budget year."""

    case: Id
    department: Department
    year: int = Field(ge=1990, le=2100)
    previous: Id | None = None
    framework: Id
    framework_reason: Words | None = None
    materiality: Materiality | None = None
    units: list[Unit] = []
    choose: dict[str, Id] = {}
    patterns: list[Pattern] = []
    report_title: Words | None = None
    report_date: str | None = None
    names: Literal["masked", "shown"] = "masked"
    people: People | None = None

    @field_validator("report_date")
    @classmethod
    def _date_parses(cls, value: str | None) -> str | None:
        return _iso_date(value)

    @field_validator("units")
    @classmethod
    def _units_once(cls, units: list[Unit]) -> list[Unit]:
        ids = [unit.id for unit in units]
        repeated = sorted({unit for unit in ids if ids.count(unit) > 1 or unit == DEPARTMENT})
        if repeated:
            raise ValueError(f"单位代号重复或被保留：{'、'.join(repeated)}")
        return units

    @model_validator(mode="after")
    def _former_units_are_of_a_case(self) -> Case:
        if self.previous == self.case:
            raise ValueError("previous 是本案例自己；应为上年的案例")
        if self.previous is None and any(unit.formerly for unit in self.units):
            raise ValueError("写了 formerly 而没有 previous；应在 previous 写明上年的案例")
        return self


class Tolerance(Strict):
    """What is let pass: bounds of a data-quality rule, in base units (元, 1), or the amount of 重要性水平 with its unit."""

    at_least: Decimal | int | None = None
    at_most: Decimal | int | None = None
    amount: Decimal | int | None = None
    unit: Words | None = None


class Assumed(Strict):
    """A figure that a scenario assumes instead of what the evidence gives, or does not give; ``year``: else the case's."""

    figure: Id
    scope: Id = DEPARTMENT
    item: Annotated[str, StringConstraints(pattern=r"^([a-z0-9_-]+(\.[a-z0-9_-]+)*)?$")] = ""
    year: int | None = Field(default=None, ge=1990, le=2100)
    value: Decimal | int | Fraction
    unit: Words
    reason: Words


class Scenario(Strict):
    """A scenario: an analyst's changes and nothing but the changes, with their reason. ``scenarios`` applies it.

    ``weights`` are by lines of the framework in force, or by its groups; where they no longer add up to its full marks,
    ``rescale`` scales all of them. ``rules`` are scoring rules by line, as a framework file writes them. ``thresholds`` are
    by finding rules and by indicators that have a limit, ``tolerances`` by bounds and rules of ``params/quality.yaml``, or
    ``materiality``. ``evidence: strict``: a task counts as done only with a figure.
    """

    reason: Words
    framework: Id | None = None
    definitions: dict[Id, Id] = {}
    weights: dict[Id, Decimal | int | Fraction] = {}
    rescale: bool = False
    rules: dict[Id, dict[str, Any]] = {}
    thresholds: dict[Id, str | Decimal | int] = {}
    tolerances: dict[Id, Tolerance] = {}
    evidence: Literal["strict"] | None = None
    assumed: list[Assumed] = []


class TranscribedFrom(Strict):
    """The original that a transcription was made from."""

    source: Id
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class Source(Strict):
    """A document of the evidence register.

    ``shape`` says which table a file holds, where it holds one: a raw table, an intake workbook (资料录入表) or published
    final accounts (部门决算公开), whose amounts are those of ``scope``. ``carried_from``: the case of an earlier year in whose
    folder the document lies; figures were carried out of it into this one.
    """

    id: Id
    title: Words
    issuer: Words | None = None
    date: str | None = None
    status: Literal["received", "transcribed", "absent"]
    file: Annotated[str, StringConstraints(pattern=r"^[^/\\]+$")] | None = None
    shape: (
        Literal[
            "figures", "objectives", "statements", "published", "judgements", "overrides", "recorded", "replies", "grades",
            "follow_up", "intake", "accounts",
        ]
        | None
    ) = None  # fmt: skip
    scope: Id = DEPARTMENT
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")] | None = None
    reliability: Literal["high", "medium", "low"] | None = None
    reason: Words | None = None
    transcribed_from: TranscribedFrom | None = None
    carried_from: Id | None = None
    referred_in: Words | None = None
    quote: Words | None = None
    supplies: Words | None = None

    @field_validator("date")
    @classmethod
    def _date_parses(cls, value: str | None) -> str | None:
        return _iso_date(value)


class SourcesFile(Strict):
    """``SOURCES.yaml``: the evidence register of a case."""

    sources: list[Any]


@dataclass(frozen=True)
class Audit:
    """An opened case: who and which year, its scenario if any, its evidence register, and where everything lies."""

    case: Case
    scenario: Scenario | None
    workspace: Workspace
    register: tuple[Source, ...]
    register_lines: dict[str, str]
    register_reads: dict[str, str]
    scenario_document: strict_yaml.Document | None = None
    previous: Case | None = None

    @property
    def previous_absent(self) -> str:
        """Last year's case where the case file names one that is not there; "" otherwise."""
        return (self.case.previous or "") if self.previous is None else ""

    @property
    def sources(self) -> tuple[Source, ...]:
        """The evidence register; whoever asks for it rests on it."""
        inputs.note_all(self.register_reads)
        return self.register

    @property
    def source_lines(self) -> dict[str, str]:
        """Where each source stands in the register, ``file:line``."""
        return self.register_lines

    def only_of(self, scopes: Iterable[str]) -> str:
        """Which units something is only wanted of, in brackets; "" for the department and where it is all of them."""
        wanted = dict.fromkeys(scopes)
        units = [unit.name for unit in self.case.units if unit.id in wanted]
        return f"（{'、'.join(units)}）" if units and len(units) < len(self.case.units) else ""

    def scope_name(self, scope: str) -> str:
        """The name of a scope as a reader knows it."""
        if scope == DEPARTMENT:
            return "部门整体"
        return next((unit.name for unit in self.case.units if unit.id == scope), scope)


def open_audit(workspace: Workspace) -> tuple[Audit | None, list[Fault]]:
    """Read a case file, its scenario and its evidence register.

    Returns  the audit and every fault of the three files. With faults the audit is only good for finding more of
             them, and None where the units are not known. Files of evidence are not read yet.
    Raises   CaseError where a file cannot be read at all.
    """
    faults: list[Fault] = []
    case_path, scenario_path = workspace.case_path, workspace.scenario_path
    document = strict_yaml.load(case_path, workspace.shown(case_path))
    read_case = strict_yaml.validate(document, Case)
    faults += document.faults
    if read_case and read_case.case != case_path.stem:
        faults.append(
            Fault(document.where(("case",)), f"case 是“{read_case.case}”", f"与文件名相同：{case_path.stem}")
        )

    read_scenario = changes = None
    if scenario_path:
        changes = strict_yaml.load(scenario_path, workspace.shown(scenario_path))
        read_scenario = strict_yaml.validate(changes, Scenario)
        faults += changes.faults

    register = workspace.evidence / "SOURCES.yaml"
    sources: list[Source] = []
    lines: dict[str, str] = {}
    with inputs.recording() as reads:
        try:
            sources, lines = _read_sources(register, workspace, faults)
        except CaseError as error:
            faults += error.faults
    known = read_case or _salvaged(document.content, case_path.stem)
    if known is None:
        return None, faults
    previous = _previous(read_case, document, workspace, faults) if read_case and read_case.previous else None
    return Audit(
        known, read_scenario, workspace, tuple(sources), lines, reads.found, changes, previous
    ), faults


def _previous(
    case: Case, document: strict_yaml.Document, workspace: Workspace, faults: list[Fault]
) -> Case | None:
    """Last year's case, where its file is there. What of it the case file gets wrong is a fault; that it is absent is none."""
    path = workspace.rule_file("cases", str(case.previous))
    if path is None:
        return None
    where = document.where(("previous",))
    read = strict_yaml.load(path, workspace.shown(path))
    previous = strict_yaml.validate(read, Case)
    if previous is None:
        shown = workspace.shown(path)
        faults.append(Fault(where, f"上年的案例 {shown} 读不通", "", f"见 auditbook check {case.previous}"))
        return None
    if previous.year >= case.year:
        faults.append(
            Fault(
                where, f"previous 是{previous.year}年度的案例“{case.previous}”", f"早于{case.year}年度的案例"
            )
        )
    known = [unit.id for unit in previous.units]
    for index, unit in enumerate(case.units):
        for former in unit.formerly or ():
            if former not in known:
                expected = f"上年案例的单位：{'、'.join(known) or '（没有单位）'}"
                place = document.where(("units", index, "formerly"))
                faults.append(
                    Fault(place, f"“{unit.id}”的 formerly 里没有这个上年单位：“{former}”", expected)
                )
    return previous


def _salvaged(content: Any, name: str) -> Case | None:
    """What of a faulty case file lets its evidence be checked all the same: the units, and the year if it is one."""
    try:
        year = content.get("year")
        return Case.model_validate(
            {
                "case": name,
                "department": {"name": name},
                "year": year if isinstance(year, int) and 1990 <= year <= 2100 else 2000,
                "framework": name,
                "previous": content.get("previous"),
                "units": content.get("units", []),
            }
        )
    except (AttributeError, ValueError):
        return None


def _read_sources(
    path: Path, workspace: Workspace, faults: list[Fault]
) -> tuple[list[Source], dict[str, str]]:
    document = strict_yaml.load(path, workspace.shown(path))
    register = strict_yaml.validate(document, SourcesFile)
    sources: list[Source] = []
    lines: dict[str, str] = {}
    for index, entry in enumerate(register.sources if register else []):
        place = ("sources", index)
        source = strict_yaml.validate(document, Source, entry, place)
        if source is None:
            continue
        where = document.where(place)
        if source.id in lines:
            faults.append(
                Fault(where, f"资料代号“{source.id}”重复（上一次在 {lines[source.id]}）", "", "请改名或删去")
            )
        if source.status != "absent" and not (source.file and source.sha256):
            faults.append(
                Fault(where, f"资料“{source.id}”没有 file 或 sha256", "已收到或已转录的资料两者都有")
            )
        if source.shape and source.status == "absent":
            faults.append(Fault(where, f"资料“{source.id}”是缺失的，却有 shape", "缺失的资料没有文件"))
        lines[source.id] = where
        sources.append(source)
    originals = {source.id: source.sha256 for source in sources}
    for source in sources:
        origin = source.transcribed_from
        if origin and originals.get(origin.source) != origin.sha256:
            found = "没有登记" if origin.source not in originals else "登记的 sha256 不同"
            faults.append(
                Fault(lines[source.id], f"“{source.id}”转录自“{origin.source}”，但它{found}", "同一个原件")
            )
    faults += document.faults
    return sources, lines
