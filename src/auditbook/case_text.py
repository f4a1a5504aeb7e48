"""The text of a case file that ``auditbook new`` writes: half filled, readable at once, and saying what else belongs into it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from auditbook.cases import Case, Pattern, Unit
from auditbook.strict_yaml import quoted

_HEAD = "# yaml-language-server: $schema=../schemas/case.json\n# 案例文件：被评价部门、年度、评分框架、下属单位。写好后运行 auditbook check，列出全部写错的地方。"


@dataclass(frozen=True)
class Filled:
    """What a new case file says. ``named``: whether the department's name is known; ``last``: last year's case, if any."""

    case: str
    year: int
    department: str
    named: bool
    units: Sequence[Unit]
    framework: str
    last: Case | None = None


def moved(text: str, old: int, new: int) -> str:
    """A text of one year as it would be of another: that year and the one before it moved; document numbers 〔2013〕 stay."""

    def later(found: re.Match[str]) -> str:
        return str(int(found[0]) + new - old)

    return re.sub(rf"(?<![0-9〔\[【])(?:{old}|{old - 1})(?![0-9])", later, text)


def case_text(filled: Filled) -> str:
    """The case file.

    Takes    filled: what is known; of last year's case everything that may still hold is taken over, what depends on that
             year's documents stands as a comment, and people are left to be named anew.
    """
    last = filled.last
    lines = [_HEAD, f"case: {filled.case}", *_department(filled), f"year: {filled.year}"]
    if last:
        lines += [
            "# 上年的案例：上年的单位、数字与审计发现由它而来。没有上年案例时删去这一行",
            f"previous: {last.case}",
        ]
    title = moved(last.report_title, last.year, filled.year) if last and last.report_title else ""
    lines += [
        f"report_title: {quoted(title)}" if title else "# report_title: 报告的标题；不写就用部门名称与年度",
        f"# report_date: {filled.year + 1}-06-30   # 报告的日期，归档时作为这次审核的日期",
    ]
    lines += [*_framework(filled), *_materiality(filled), *_units(filled)]
    if last:
        lines += [
            *(["names: shown"] if last.names == "shown" else []),
            "# people: 编制人与复核人，每年重新写明",
            *_choices(last, filled.year),
            *_patterns(last.patterns, last.year, filled.year),
        ]
    # what is read here is what `check` will read: a file that it would refuse must not be written
    Case.model_validate(
        {
            "case": filled.case, "department": {"name": filled.department}, "year": filled.year, "framework": filled.framework,
            "previous": last.case if last else None,
            "units": [unit.model_dump() for unit in filled.units],
        }
    )  # fmt: skip
    return "\n".join(lines) + "\n"


def _department(filled: Filled) -> Iterator[str]:
    last = filled.last.department if filled.last else None
    yield "department:"
    yield f"  name: {quoted(filled.department)}" + ("" if filled.named else "  # 请改成部门全称")
    if last and last.name != filled.department:
        yield f"  # 上年的名称：{last.name}"
    yield f"  region: {quoted(last.region)}" if last and last.region else "  # region: 所在的省、市、县"
    yield f"  level: {quoted(last.level)}" if last and last.level else "  # level: 县级、市级或省级"
    yield f"  kind: {quoted(last.kind)}" if last and last.kind else "  # kind: 哪一类部门，如教育、农林水"


def _framework(filled: Filled) -> Iterator[str]:
    last = filled.last
    kept = last is not None and last.framework == filled.framework
    if kept:
        yield "# 评分框架与理由沿用上年；财政部门印发了新的评分表的，请改"
    yield f"framework: {filled.framework}"
    if kept and last and last.framework_reason:
        yield f"framework_reason: {quoted(last.framework_reason)}"
    else:
        yield "# framework_reason: 为什么用这个评分框架（财政部门的要求，或没有公开的评分表时借用）"


def _materiality(filled: Filled) -> Iterator[str]:
    level = filled.last.materiality if filled.last else None
    yield "# 重要性水平：多大的差额算重要，由审计人员按项目判断并写明理由"
    if level is None:
        yield "# materiality: {amount: 50, unit: 万元, reason: 约为调整后预算的0.5%}"
        return
    assert filled.last is not None
    yield f"# 数额沿用{filled.last.year}年度，本年的预算或决算出来后请重新判断"
    reason = f"沿用{filled.last.year}年度（{level.reason}），待按本年数据重新判断"
    yield f"materiality: {{amount: {level.amount}, unit: {level.unit}, reason: {quoted(reason)}}}"


def _units(filled: Filled) -> Iterator[str]:
    yield "# 下属单位：代号用小写英文；名称须与录入表“单位”一栏所写的一致"
    if filled.last:
        yield "# 改名、合并、拆分的，用 formerly 写明由上年哪些单位而来（代号同上年的不必写）："
        yield "#   合并 {id: centre, name: 服务中心, formerly: [office, garage]}　拆分：两个单位都写 formerly: [office]　新设：formerly: []"
    if not filled.units:
        yield "# units:"
        yield "#   - {id: bureau, name: 局机关}"
        return
    yield "units:"
    for unit in filled.units:
        formerly = "" if unit.formerly is None else f", formerly: [{', '.join(map(quoted, unit.formerly))}]"
        yield f"  - {{id: {quoted(unit.id)}, name: {quoted(unit.name)}{formerly}}}"


def _choices(last: Case, year: int) -> Iterator[str]:
    """Which source gave a figure, as a comment: the sources of this year are not here yet."""
    if not last.choose:
        return
    yield "# 上年有几个来源时采用哪一个（本年资料到后再定）："
    yield "# choose:"
    yield from (f"#   {moved(key, last.year, year)}: {source}" for key, source in last.choose.items())


def _patterns(patterns: Sequence[Pattern], before: int, year: int) -> Iterator[str]:
    """How figures were pulled out of last year's originals, as a comment: this year's may be worded otherwise."""
    if not patterns:
        return
    yield "# 上年从原件取数的句式（本年原件到后核对字句，再去掉 #）："
    yield "# patterns:"
    for pattern in patterns:
        given = pattern.model_dump(exclude_none=True, exclude_defaults=True)
        words = ", ".join(f"{key}: {moved(_value(value), before, year)}" for key, value in given.items())
        yield f"#   - {{{words}}}"


def _value(value: object) -> str:
    return quoted(value) if isinstance(value, str) else str(value)
