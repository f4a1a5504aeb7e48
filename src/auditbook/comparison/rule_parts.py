"""A run's rule files taken apart into what can change by itself, and put together again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from auditbook.comparison.kept_runs import KeptRun
from auditbook.kept_rules import BASE, ROOT

Path_ = tuple[str, ...]
_IDS = ("id", "rule", "source", "term", "name", "title", "words")


def rule_parts(run: KeptRun) -> dict[str, dict[Path_, Any]]:
    """The rule files of a run by their place, each in its parts; the case's own file of a name hides the project's."""
    found: dict[str, dict[Path_, Any]] = {}
    for where in (ROOT, BASE):
        for name in run.rules.files:
            place = name.removeprefix(f"{where}/")
            if name.startswith(f"{where}/params/") and not place.startswith(
                ("params/cases/", "params/scenarios/")
            ):
                found[place] = parts(run.content(name))
    return found


def parts(content: Any) -> dict[Path_, Any]:
    """A rule file in the smallest parts that have a name: stanzas of a list by their id, else the values of a mapping."""
    if isinstance(content, list):
        named = _named(content)
        return {(): content} if named is None else {(name,): item for name, item in named.items()}
    if not isinstance(content, Mapping):
        return {(): content}
    found: dict[Path_, Any] = {}
    for key, value in content.items():
        named = _named(value) if isinstance(value, list) else None
        if named:
            found |= {(key, name): item for name, item in named.items()}
        else:
            found[(key,)] = value
    return found


def _named(items: Sequence[Any]) -> dict[str, Any] | None:
    """The items of a list by the id that each has; None where they have none."""
    if not items or not all(isinstance(item, Mapping) for item in items):
        return None
    if any("points" in item and ("indicator" in item or "unspecified" in item) for item in items):
        keys = [line_key(item, number) for number, item in enumerate(items)]
    else:
        column = next((c for c in _IDS if all(isinstance(item.get(c), str) for item in items)), None)
        if column is None:
            return None
        keys = [item[column] for item in items]
    return dict(zip(keys, items, strict=True)) if len(set(keys)) == len(keys) else None


def joined(whole: Any, own: Mapping[Path_, Any]) -> Any:
    """A rule file put together from parts, shaped as ``whole``: what ``parts`` takes apart."""
    if () in own:
        return own[()]
    if isinstance(whole, list):
        return list(own.values())
    found: dict[str, Any] = {}
    for path, value in own.items():
        if len(path) == 1:
            found[path[0]] = value
        elif isinstance(whole.get(path[0]), Mapping):
            found.setdefault(path[0], {})[path[1]] = value
        else:
            found.setdefault(path[0], []).append(value)
    return found


def lines_of(run: KeptRun) -> dict[str, str]:
    """The indicator of each line of a run's scheme, by what the line is called; where two lines have one, the line itself."""
    items = [item for item in scheme_content(run).get("items", []) if isinstance(item, dict)]
    named = {line_key(item, number): str(item.get("indicator") or "") for number, item in enumerate(items)}
    own = list(named.values())
    return {key: indicator for key, indicator in named.items() if indicator and own.count(indicator) == 1}


def line_key(item: Mapping[str, object], number: int) -> str:
    """What a line of a framework file is called in scores.csv."""
    return str(item.get("line") or item.get("indicator") or f"unspecified-{number + 1}")


def scheme_content(run: KeptRun) -> Mapping[str, list[dict[str, object]]]:
    """The framework file of a run's scheme as it was kept."""
    for where in ("base", ROOT):
        found = run.content(f"{where}/params/frameworks/{run.scheme}.yaml")
        if isinstance(found, dict):
            return found
    return {}
