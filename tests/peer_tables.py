"""Runs that were never made: processed tables as a batch leaves them, written by hand or by a seed, and their entries."""

from __future__ import annotations

import random
from fractions import Fraction
from pathlib import Path

from auditbook import formulas, tables
from auditbook.batch_entries import Entry
from auditbook.figures import read_dictionary
from auditbook.indicators import read_rulebook
from auditbook.workspace import Workspace

ROOT = Path(__file__).resolve().parents[1]
YEAR = 2023
RATE_FORMULA = "budget_spent / budget_adjusted"
SCHEME = "default-2013"
TITLE = "共性指标评分表（虚构）"


def indicator(value: str = "", **cells: str) -> dict[str, str]:
    """A row of indicators.csv: 预算执行率 under its scoring definition unless told otherwise."""
    return {
        "indicator": "budget_execution_rate", "name": "预算完成率（预算执行率）", "definition": "adjusted", "scope": "department",
        "item": "", "year": str(YEAR), "scoring": "yes", "status": "computed" if value else "not_assessable", "value": value,
        "low": value, "high": value, "unit": "1", "numerator": "", "denominator": "", "formula": RATE_FORMULA, "figures": "",
        **cells,
    }  # fmt: skip


def line(name: str, lowest: str, highest: str, weight: str = "100", **cells: str) -> dict[str, str]:
    """A row of scores.csv: a line of the scheme."""
    state = "assessed" if lowest == highest else "not_assessable"
    return {
        "scheme": SCHEME, "level": "indicator", "indicator": name, "weight": weight,
        "points": lowest if lowest == highest else "", "lowest": lowest, "highest": highest, "self_scored": "", "rule": "按比例",
        "reason": "", "basis": "department", "group": "", "definition": "adjusted", "state": state, "documents": "", **cells,
    }  # fmt: skip


def finding(rule: str, name: str, number: int, **cells: str) -> dict[str, str]:
    """A row of findings.csv."""
    return {
        **dict.fromkeys(tables.COLUMNS["findings"], ""), "finding": f"{rule}:{number}", "number": str(number), "severity": "medium",
        "kind": "evidence", "origin": "rule", "rule": rule, "name": name, "status": "open", **cells,
    }  # fmt: skip


def figure(name: str, value: str, **cells: str) -> dict[str, str]:
    """A row of figures.csv, in 万元."""
    return {
        **dict.fromkeys(tables.COLUMNS["figures"], ""), "figure": name, "scope": "department", "year": str(YEAR), "source": "s",
        "state": "value", "basis": "evidence", "value": value, "unit": "万元", "chosen": "yes", **cells,
    }  # fmt: skip


def case_text(run: str, name: str, **words: str | int) -> str:
    """A case file; every text between quotes, so that it may hold anything."""
    own = {"level": words.get("level"), "kind": words.get("kind"), "region": words.get("region")}
    lines = [f"case: {run}", "department:", f"  name: {_quoted(name)}"]
    lines += [f"  {key}: {_quoted(str(value))}" for key, value in own.items() if value]
    lines += [f"year: {words.get('year', YEAR)}", f"framework: {words.get('framework', SCHEME)}"]
    return "\n".join(lines) + str(words.get("more", "")) + "\n"


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def entry(
    base: Path, run: str, name: str, *, state: str = "done", reasons: tuple[str, ...] = (), indicators=(), lines=None,
    findings=(), figures=(), quality=(), sources=(), stopped: str = "", title: str = TITLE, scheme: str = SCHEME,
    full: str = "100", maximum: str = "", more=None, **words: str | int,
) -> Entry:  # fmt: skip
    """A run of a batch: its case file and its tables, none where it was not made. ``lines``: of scores.csv; their sum is the total."""
    case = base / "params" / "cases" / f"{run}.yaml"
    case.parent.mkdir(parents=True, exist_ok=True)
    case.write_text(case_text(run, name, framework=scheme, **words), encoding="utf-8")
    workspace = Workspace(ROOT, base, base, case, None)
    own = Entry(workspace, state, reasons)  # type: ignore[arg-type]
    if not own.made:
        return own
    lines = [line("budget_execution_rate", "60", "85")] if lines is None else lines
    lines = [{**row, "scheme": scheme} for row in lines]
    low, high = (str(_plain(sum(Fraction(row[end]) for row in lines))) for end in ("lowest", "highest"))
    total = line("", low, high, full, scheme=scheme, level="total", rule="", definition="", state="stopped" if stopped else "bounded", reason=stopped)  # fmt: skip
    assessed = sum(Fraction(row["weight"]) for row in lines if row["state"] == "assessed")
    schemes = {
        **dict.fromkeys(tables.COLUMNS["schemes"], ""), "scheme": scheme, "basis": "department", "title": title, "full_marks": full,
        "bonus_marks": "0", "maximum": maximum or full, "lowest": low, "highest": high, "lost": "0",
        "assessable_weight": str(_plain(assessed)), "valid": "yes",
    }  # fmt: skip
    held = {
        "indicators": indicators, "scores": [*lines, total], "schemes": [schemes], "findings": findings, "figures": figures,
        "quality": [{**dict.fromkeys(tables.COLUMNS["quality"], ""), **row} for row in quality],
        "sources": [{**dict.fromkeys(tables.COLUMNS["sources"], ""), **row} for row in sources], **(more or {}),
    }  # fmt: skip
    workspace.processed.mkdir(parents=True, exist_ok=True)
    for table, rows in held.items():
        (workspace.processed / f"{table}.csv").write_bytes(tables.to_csv(table, rows))
    workspace.outputs.mkdir(parents=True, exist_ok=True)
    (workspace.outputs / "report.html").write_text(f"<!DOCTYPE html><title>{run}</title>", encoding="utf-8")
    return own


def _plain(value: Fraction) -> Fraction | int | float:
    return value.numerator if value.denominator == 1 else float(value)


# --- a province, by a seed ---------------------------------------------------------------------------------------------

_PLACES = ["云溪", "青川", "石桥", "白鹿", "长林", "平河", "安泽", "临江", "南屏", "北塘", "清河", "沙洲", "永宁", "东岭", "西坪", "明湖", "龙泉", "金沙", "凤台", "双溪", "望江", "和田", "太平", "新安", "松阳", "桐川", "怀远", "定边", "古城", "柳林", "梅岭", "竹山", "荷塘", "兰陵", "芦溪", "银川", "盐池", "铁山", "瓦房", "灵台"]  # fmt: skip
_KINDS = (
    ("教育局", "教育"), ("卫生健康委员会", "卫生"), ("水务局", "农林水"), ("交通运输局", "交通"), ("公安局", "政法"),
    ("市场监督管理局", "市场监管"), ("文化和旅游局", "文旅"), ("财政局", "综合"), ("民政局", "社会保障"), ("机关事务服务中心", "综合"),
)  # fmt: skip
_LEVELS = (("省", "省级", 0.06), ("市", "市级", 0.3), ("县", "县级", 0.64))
_RULES = (
    ("share_disagrees", "公布占比与重算不符", "high", "recompute", 0.18, True),
    ("indicator_without_evidence", "共性指标缺少数据", "medium", "gap", 0.93, False),
    ("satisfaction_not_measured", "没有满意度调查", "medium", "gap", 0.71, False),
    ("rate_truncated", "公布比率未四舍五入", "low", "recompute", 0.3, False),
    ("done_without_evidence", "报完成而无佐证", "medium", "evidence", 0.42, False),
    ("total_disagrees", "公布合计与重算不符", "high", "recompute", 0.07, True),
    ("undated_report", "报告没有成文日期", "low", "method", 0.22, False),
    ("reasons_without_amounts", "差异原因没有分列金额", "medium", "evidence", 0.35, True),
)  # fmt: skip
_DOCUMENTS = (
    "财决01表“全年预算数”栏",
    "满意度调查问卷与统计表",
    "预算调整台账；财政部门追加预算的批复文件",
    "国库集中支付月报",
    "固定资产台账“使用状况”栏",
)


def province(folder: Path, count: int, seed: int = 7) -> list[Entry]:
    """A province's departments in one base folder, all of them invented, by a seed: as many entries as asked for.

    About one in forty is refused or failed; one in twelve is scored by another scheme; one in fifteen lacks most of its papers.
    """
    chance = random.Random(seed)
    dictionary = read_dictionary(ROOT)
    rulebook = read_rulebook(ROOT, dictionary)
    entries = []
    for number in range(count):
        place, (body, kind) = _PLACES[number // 10 % len(_PLACES)], _KINDS[number % 10]
        suffix, level, _ = chance.choices(_LEVELS, [share for *_, share in _LEVELS])[0]
        turn = number // 400
        name = f"{place}{suffix}{['', '东区', '西区'][turn % 3]}{body}（虚构）"
        run = f"d{number:04d}-{YEAR}"
        words = {"level": level, "kind": kind, "region": f"虚构省{place}{suffix}"}
        if number % 41 == 40:
            state = chance.choice(["refused", "failed"])
            entries.append(entry(folder, run, name, state=state, reasons=(_reason(chance, run),), **words))
            continue
        entries.append(_drawn(folder, run, name, words, rulebook, dictionary, chance, poor=number % 15 == 14, other=number % 12 == 11))  # fmt: skip
    return entries


def _reason(chance: random.Random, run: str) -> str:
    return chance.choice(
        [
            f"data/raw/{run}/SOURCES.yaml:12：文件 决算.xlsx 的 sha256 与登记的不同；应为登记时的那一份；请核对后重新登记",
            f"data/raw/{run}/决算.pdf：第3页的表读不出；应为九张公开表之一；请换可以复制文字的 PDF",
            "内存不足；已有的报告没有动；请关闭其他程序后再运行一次",
        ]
    )


def _drawn(folder, run, name, words, rulebook, dictionary, chance, poor, other) -> Entry:
    scale = chance.lognormvariate(8.0, 1.3)
    held = {}
    for meaning in dictionary.values():
        if meaning.unit == "万元" and not meaning.previous:
            held[meaning.id] = round(scale * chance.uniform(0.05, 0.4), 2)
    initial = round(scale, 2)
    adjusted = round(initial * chance.lognormvariate(0.06, 0.08), 2)
    held |= {
        "budget_initial": initial, "budget_adjusted": adjusted, "budget_spent": round(adjusted * min(1, chance.gauss(0.94, 0.05)), 2),
        "budget_added": round(max(0, adjusted - initial), 2), "budget_cut": round(initial * chance.choice([0, 0, 0.02]), 2),
        "carry_over": round(adjusted * chance.uniform(0, 0.08), 2), "funds_received": adjusted,
    }  # fmt: skip
    if chance.random() < 0.02:
        held["budget_added"] = round(initial * chance.uniform(0.8, 2.5), 2)
    rows = []
    for stanza in rulebook.stanzas.values():
        missing = chance.random() < (0.7 if poor else 0.25)
        if stanza.judged:
            met = Fraction(chance.randint(0, 5), 5)
            rows.append(_row(stanza, "points", "", None if missing else met))
            continue
        for definition, own in stanza.definitions.items():
            formula = formulas.read(own.formula)
            values = {}
            for figure_id in formula.figures:
                meaning = dictionary[figure_id]
                values[figure_id] = Fraction(
                    str(held.get(figure_id, held.get(meaning.previous or "", 0)) or chance.randint(20, 90))
                )
            try:
                value = None if missing else formula.value(values)
            except formulas.ZeroBase:
                value = None
            parts = formula.parts() if value is not None else None
            cells = {}
            if parts:
                cells = {
                    "numerator": _text(parts[0].value(values)),
                    "denominator": _text(parts[1].value(values)),
                }
            rows.append(_row(stanza, definition, own.formula, value, **cells))
    lines = []
    for key, weight in (
        ("budget_execution_rate", 30),
        ("carry_over_rate", 20),
        ("satisfaction_rate", 20),
        ("target_clarity", 30),
    ):
        if chance.random() < (0.85 if poor else 0.3):
            lines.append(
                line(
                    key,
                    "0",
                    str(weight),
                    str(weight),
                    reason="缺 调整后预算数",
                    documents=chance.choice(_DOCUMENTS),
                )
            )
        else:
            points = _text(Fraction(round(weight * chance.uniform(0.55, 1), 2)).limit_denominator(100))
            lines.append(line(key, points, points, str(weight)))
    found = []
    for rule, words_of, severity, kind, share, has_amount in _RULES:
        if chance.random() < share:
            amount = {"amount": f"{chance.lognormvariate(3, 1.5):.2f}", "unit": "万元"} if has_amount else {}
            found.append(finding(rule, words_of, len(found) + 1, severity=severity, kind=kind, **amount))
    kept = ("budget_initial", "budget_adjusted", "budget_spent", "budget_added", "budget_cut", "carry_over")
    scheme = {"scheme": "city-2022", "title": "市级部门整体评分表（虚构）"} if other else {}
    return entry(
        folder, run, name, state="blocking" if chance.random() < 0.03 else "done", indicators=rows, lines=lines, findings=found,
        figures=[figure(one, f"{held[one]:.2f}") for one in kept if not poor or one == "budget_spent"],
        quality=[{"rule": "accounts_plausible", "severity": "medium", "blocking": "no", "passed": chance.choice(["yes", "no"]), "why": "决算表其他核对：未必是错，但须说明"}],
        sources=[{"source": "a", "title": f"{name}上年部门决算", "status": "absent"}], **scheme, **words,
    )  # fmt: skip


def _text(value: Fraction) -> str:
    from auditbook.numbers import plain

    return plain(value)


def _row(stanza, definition: str, formula: str, value: Fraction | None, **cells: str) -> dict[str, str]:
    text = "" if value is None else _text(value)
    return indicator(
        text, indicator=stanza.id, name=stanza.name, definition=definition, formula=formula,
        scoring="yes" if definition == stanza.primary else "no", unit="1" if stanza.unit == "%" else stanza.unit, **cells,
    )  # fmt: skip
