"""Scoring rules as a spreadsheet computes them: points over a range of values, from its two ends."""

from __future__ import annotations

from fractions import Fraction

from auditbook.numbers import Interval, parse_rate, plain
from auditbook.scoring_rules import Rule, Zone, overlap_or_gap, read_zone


def points_between(rule: Rule, low: str, high: str, full: Fraction) -> tuple[str, str] | None:
    """Lowest and highest points over all values from one cell to another.

    Takes    low, high: addresses of cells that hold numbers, ``low`` not above ``high``.
    Returns  two formulas without ``=``; None where the rule is of a kind that no formula over a value expresses.
             Values are compared after rounding to 12 decimals, so that a limit written as 0.1 meets a value computed
             as 0.1.
    """
    if rule.steps is not None:
        steps = [(read_zone(zone), Fraction(points)) for zone, points in rule.steps]
        return _steps(steps, low, high)
    if rule.binary:
        zone = read_zone(rule.binary.when)
        inside = f"AND({_holds(zone, low)},{_holds(zone, high)})"
        return f"IF({inside},{plain(full)},0)", f"IF({_meets(zone, low, high)},{plain(full)},0)"
    if rule.closeness:
        best = plain(parse_rate(rule.closeness.full_at))
        ends = f"{_closeness(best, low, full)},{_closeness(best, high, full)}"
        peak = f"IF(AND({low}<={best},{high}>={best}),{plain(full)},MAX({ends}))"
        return f"MIN({ends})", peak
    first, last = _monotone(rule, low, full), _monotone(rule, high, full)
    if first is None or last is None:
        return None
    return f"MIN({first},{last})", f"MAX({first},{last})"


def says_all_between(rule: Rule) -> bool:
    """Whether a rule in steps says something about every value between its outermost edges, or about all."""
    if rule.steps is None:
        return True
    zones = [read_zone(zone) for zone, _ in rule.steps]
    edges = [edge for zone in zones for edge in zone.edges]
    return bool(edges) and not overlap_or_gap(zones, Interval(min(edges), max(edges)))


def holds_somewhere(rule: Rule, cell: str) -> str:
    """The condition that a rule in steps says something about a value; "" for rules that speak of all values."""
    if rule.steps is None:
        return ""
    return f"OR({','.join(_holds(read_zone(zone), cell) for zone, _ in rule.steps)})"


def _monotone(rule: Rule, cell: str, full: Fraction) -> str | None:
    whole = plain(full)
    if deduct := rule.deduct:
        limit, step = plain(parse_rate(deduct.limit)), plain(parse_rate(deduct.every))
        beyond = f"({cell}-{limit})" if deduct.beyond == "above" else f"({limit}-{cell})"
        count = {
            "floor": f"INT(ROUND({beyond}/{step},9))",
            "ceil": f"-INT(-ROUND({beyond}/{step},9))",
            "linear": f"{beyond}/{step}",
        }[deduct.partial]
        return f"IF(ROUND({beyond},12)<=0,{whole},MAX(0,{whole}-({count})*{plain(Fraction(deduct.points))}))"
    if rule.proportional:
        return f"{whole}*MAX(0,MIN(1,{cell}/{plain(parse_rate(rule.proportional.full_at))}))"
    if rule.reverse:
        best = plain(parse_rate(rule.reverse.full_at))
        return f"IF({cell}<={best},{whole},{whole}*{best}/{cell})"
    if rule.bonus:
        return f"MAX(0,MIN({plain(Fraction(rule.bonus.cap))},{plain(Fraction(rule.bonus.each))}*{cell}))"
    return None


def _closeness(best: str, cell: str, full: Fraction) -> str:
    return f"IF({cell}>0,{plain(full)}*MAX(0,MIN({cell}/{best},{best}/{cell})),0)"


def _steps(steps: list[tuple[Zone, Fraction]], low: str, high: str) -> tuple[str, str]:
    """Least and most points among the zones that the range meets; one that it does not meet takes no part."""
    least = max(points for _, points in steps)
    lowest = ",".join(
        f"IF({_meets(zone, low, high)},{plain(points)},{plain(least)})" for zone, points in steps
    )
    highest = ",".join(f"IF({_meets(zone, low, high)},{plain(points)},0)" for zone, points in steps)
    return f"MIN({lowest})", f"MAX({highest})"


def _holds(zone: Zone, cell: str) -> str:
    return _meets(zone, cell, cell)


def _meets(zone: Zone, low: str, high: str) -> str:
    """The condition that some value from ``low`` to ``high`` lies in a zone."""
    said = []
    if zone.low is not None:
        said.append(f"ROUND({high},12){'>=' if zone.low_included else '>'}{plain(zone.low)}")
    if zone.high is not None:
        said.append(f"ROUND({low},12){'<=' if zone.high_included else '<'}{plain(zone.high)}")
    return f"AND({','.join(said)})" if said else "TRUE"
