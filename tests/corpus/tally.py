"""What the corpus came to in this run: counted as its tests pass, told at the end."""

from __future__ import annotations

from collections import Counter

caught: Counter[str] = Counter()
ran: Counter[str] = Counter()
# what came of each kind of change in a narrative
narrative: Counter[tuple[str, str]] = Counter()


def counted() -> list[list[tuple[object, int]]]:
    """What this process has counted, in a form that goes from one process to another."""
    return [list(counter.items()) for counter in (caught, ran, narrative)]


def add(others: list[list[tuple[object, int]]]) -> None:
    """Count what another process has counted."""
    for counter, items in zip((caught, ran, narrative), others, strict=True):
        for what, count in items:
            counter[what] += count  # type: ignore[index]


def lines() -> list[str]:
    """A line each for damages and harmless variants; none where neither was run."""
    found = []
    if ran["damage"]:
        ways = "，".join(f"{way} {count}" for way, count in caught.most_common())
        found.append(
            f"mutation corpus: {ran['damage']} operator×position combinations run, {caught.total()} as required: {ways}"
        )
    if ran["harmless"]:
        found.append(
            f"mutation corpus: {ran['harmless']} harmless variants run, {ran['identical']} read with identical figures"
        )
    if ran["sentence"]:
        found.append(f"narrative corpus: {ran['sentence']} sentences have the verdict that is right")
    if ran["variant"]:
        found.append(f"narrative corpus: {ran['variant']} other ways of saying the same are read alike")
    for kind in dict.fromkeys(kind for kind, _ in narrative):
        came = {what: count for (own, what), count in narrative.items() if own == kind}
        told = sum(came.get(what, 0) for what in ("detected", "detected elsewhere", "false alarms"))
        checkable = told + came.get("missed", 0)
        rate = f"{1000 * told // checkable / 10}%" if checkable else "–"
        ways = ", ".join(f"{what} {count}" for what, count in sorted(came.items()))
        found.append(f"narrative corpus: {kind}: {rate} of what can be checked ({ways})")
    return found
