"""What the things of a run are called, by the run's own rules."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from auditbook import tables
from auditbook.cases import DEPARTMENT
from auditbook.claims import VERDICTS
from auditbook.comparison.kept_runs import KeptRun
from auditbook.comparison.rule_parts import line_key, rule_parts, scheme_content
from auditbook.findings import REPLY_STATES, SEVERITIES
from auditbook.indicators import VERDICTS_ON_POINTS
from auditbook.scoring import STATES
from auditbook.tables import Row

LINES, GROUPS, TOTAL = "indicator", "group", "total"
_FIELDS = {
    "definitions": "口径", "weights": "分值", "rules": "评分规则", "thresholds": "界限", "tolerances": "容差", "evidence": "证据要求",
    "framework": "评分表", "rescale": "按满分折算",
}  # fmt: skip

_YES = {"yes": "是", "no": "否"}
_WORDS: dict[tuple[str, str], dict[str, str]] = {
    ("indicators", "status"): {
        "computed": "已计算", "not_assessable": "无法评价", "undefined": "没有定义", "not_applicable": "不适用",
    },
    ("scores", "state"): STATES,
    ("figures", "state"): {"value": "有数", "zero": "零", "missing": "缺", "not_applicable": "不适用"},
    ("figures", "basis"): {"evidence": "证据", "derived": "推得", "carried": "沿用", "assumed": "假定"},
    ("findings", "status"): REPLY_STATES,
    ("", "verdict"): {**VERDICTS, **VERDICTS_ON_POINTS},
    ("", "severity"): SEVERITIES,
    ("", "chosen"): _YES, ("", "scoring"): _YES, ("", "valid"): _YES, ("", "blocking"): _YES,
    ("", "passed"): {"yes": "通过", "no": "未通过", "none": "没有可查", "noted": "已记下", "not_run": "未运行"},
}  # fmt: skip


class Names:
    """The names that a run's rules and tables give."""

    def __init__(self, run: KeptRun) -> None:
        self.run = run

    @cached_property
    def indicators(self) -> dict[str, Mapping[str, Any]]:
        """The stanzas of indicators by their ids."""
        return {
            path[-1]: content
            for file, own in rule_parts(self.run).items()
            if file.startswith("params/indicators/")
            for path, content in own.items()
            if isinstance(content, Mapping)
        }

    @cached_property
    def figures(self) -> dict[str, str]:
        """The names of figures."""
        own = rule_parts(self.run).get("params/figures.yaml", {})
        return {
            path[-1]: str(content["name"]) for path, content in own.items() if isinstance(content, Mapping)
        }

    @cached_property
    def lines(self) -> dict[str, str]:
        """The names of the lines and groups of the scheme, as scores.csv calls them."""
        found = {}
        content = scheme_content(self.run)
        for number, item in enumerate(content.get("items", [])):
            own = item.get("name") or self.indicators.get(str(item.get("indicator")), {}).get("name")
            found[line_key(item, number)] = str(own or "规则未载明的部分")
        return found | {str(group["id"]): str(group["name"]) for group in content.get("groups", [])}

    def unit(self, scope: str) -> str:
        """The name of a unit."""
        return next((unit["name"] for unit in self.run.case.get("units", []) if unit["id"] == scope), scope)

    def about(self, about: str) -> str:
        """What a claim or a finding is about, by name where there is one: an indicator, a figure, an objective."""
        name, _, item = about.partition(":")
        own = self.indicators[name]["name"] if name in self.indicators else self.figures.get(name)
        if own is not None:
            return f"{own}，{item}" if item else str(own)
        if about == "all":
            return "全部"
        rows = self.run.tables["objectives"]
        return (
            next(
                (r["measure"] for r in rows if about in (r["objective"], f"{r['objective']}.{r['item']}")), ""
            )
            or about
        )

    def row(self, table: str, row: Row) -> str:
        """What a row of a table is called."""
        scope = "" if row.get("scope", DEPARTMENT) == DEPARTMENT else f"，{self.unit(row['scope'])}"
        match table:
            case "figures":
                item = f"，{row['label'] or row['item']}" if row["item"] else ""
                return f"{row['year']}年{self.figures.get(row['figure'], row['figure'])}{scope}{item}"
            case "indicators":
                definitions = self.indicators.get(row["indicator"], {}).get("definitions") or {}
                own = definitions.get(row["definition"]) or {}
                of = f"〔{own.get('name', row['definition'])}〕" if row["definition"] != "points" else ""
                return f"{row['name']}{of}{scope}" + (f"，{row['item']}" if row["item"] else "")
            case "scores":
                return "合计" if row["level"] == TOTAL else self.lines.get(row["indicator"], row["indicator"])
            case "schemes":
                return f"{row['title']}（{'按部门整体' if row['basis'] == 'department' else '按最差单位'}）"
            case "findings":
                about = row["finding"].split(":")[1] if row["finding"].count(":") > 1 else ""
                return (
                    f"{row['name']}（{self.about(about)}{scope}）"
                    if about and row["origin"] == "rule"
                    else row["name"]
                )
            case "claims" | "narrative":
                return f"{self.about(row['about'])}{scope}（{row['claim']}）"
            case "sources":
                return row["title"] or row["source"]
        said = [
            row.get(column, "") for column in ("name", "measure", "about", "indicator", "statement", "claim")
        ]
        key = "·".join(row[column] for column in tables.KEYS[table] if row[column])
        word = next(filter(None, said), "")
        return f"{word}（{key}）" if word and word != key else key

    def value(self, table: str, column: str, row: Row) -> str:
        """The value of a cell in words, where it is one of a few that have words of their own."""
        own = row[column]
        if column == "definition" and own:
            found = (self.indicators.get(_indicator_of(table, row), {}).get("definitions") or {}).get(
                own
            ) or {}
            return str(found.get("name", own))
        if column == "group":
            return self.lines.get(own, own)
        return _WORDS.get((table, column), _WORDS.get(("", column), {})).get(own, own)

    def part(self, path: tuple[str, ...], content: Any) -> str:
        """What a part of a rule file is called: by its own name, a scheme's line by its indicator's."""
        of = ".".join(path) or "全文"
        if not isinstance(content, Mapping):
            return of
        own = content.get("name") or self.indicators.get(str(content.get("indicator")), {}).get("name")
        return f"{own}（{path[-1]}）" if isinstance(own, str) and own != path[-1] else of

    def chosen(self, path: tuple[str, ...], content: Any) -> Any:
        """What a scenario sets a field to: a definition by its name."""
        if path[0] != "definitions" or not isinstance(content, str):
            return content
        own = (self.indicators.get(path[-1], {}).get("definitions") or {}).get(content) or {}
        return own.get("name", content)

    def field(self, path: tuple[str, ...]) -> str:
        """What a field of a scenario changes."""
        of = ".".join(path[1:])
        known = self.lines.get(of) or self.indicators.get(of, {}).get("name") or self.figures.get(of) or of
        return f"{_FIELDS.get(path[0], path[0])}：{known}" if of else _FIELDS.get(path[0], path[0])


def _indicator_of(table: str, row: Row) -> str:
    return row["about"].partition(":")[0] if table == "claims" else row.get("indicator", "")
