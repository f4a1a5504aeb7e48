"""What an indicator is, how it counts, and where it stands in each framework: for ``auditbook explain``."""

from __future__ import annotations

import difflib
from pathlib import Path

from auditbook import figures, formulas, indicators, scoring
from auditbook.faults import Fault, UsageError
from auditbook.workspace import project_root


def explanation(indicator: str) -> list[str]:
    """The stanza of an indicator in words, and its line in every framework.

    Raises   UsageError naming the nearest known indicator.
    """
    root = project_root(Path.cwd())
    dictionary = figures.read_dictionary(root)
    rulebook = indicators.read_rulebook(root, dictionary)
    stanza = rulebook.stanzas.get(indicator)
    if stanza is None:
        close = difflib.get_close_matches(indicator, rulebook.stanzas, n=1)
        hint = f"是否想写“{close[0]}”" if close else ""
        raise UsageError(Fault(indicator, "没有这项指标", "、".join(rulebook.stanzas), hint))
    lines = [f"{stanza.name}（{stanza.id}）", f"  为什么看它：{stanza.why}", f"  注意：{stanza.caveats}"]
    if stanza.judged:
        lines += [f"  评价要点 {point}：{words}" for point, words in stanza.points.items()]
        lines += [f"    依据：{stanza.source}", f"    资料：{stanza.table}"]
    for name, definition in stanza.definitions.items():
        formula = formulas.read(definition.formula)
        names = {figure: dictionary[figure].name for figure in formula.figures}
        lines.append(f"  口径 {name}（{definition.name}）：{formula.sentence(names)}")
        lines.append(f"    {definition.formula}；依据：{definition.source}")
        lines += [f"    资料 {names[figure]}：{dictionary[figure].table}" for figure in formula.figures]
    if stanza.limit:
        lines.append(f"  限额：{stanza.limit.words}（{stanza.limit.source}）")
    for path in sorted((root / "params" / "frameworks").glob("*.yaml")):
        framework, faults = scoring.read(path, path.relative_to(root).as_posix(), rulebook)
        if faults or framework is None:
            lines.append(f"  {path.name}：{faults[0]}")
            continue
        for item in framework.items:
            if item.indicator == stanza.id and item.rule and item.definition:
                said = (
                    f"{item.points} 分，口径“{stanza.definition_name(item.definition)}”；{item.rule.words()}"
                )
                lines.append(f"  {framework.title}：{said}")
    return lines
