"""What the corpus came to in this run: counted as its tests pass, told at the end."""

from __future__ import annotations

from collections import Counter

caught: Counter[str] = Counter()
ran: Counter[str] = Counter()


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
    return found
