"""Faults of published numbers: of another definition, cut off, digits transposed, the wrong direction."""

from __future__ import annotations

import random
from collections.abc import Callable

from inventing import publishing
from inventing.department import Claim, Department
from inventing.publishing import in_unit
from inventing.scales import Spread, cut_off, decimal, half_up
from inventing.truth import Truth


def _free(department: Department, *kinds: str) -> list[Claim]:
    found = [
        claim
        for claim in department.claims
        if claim.kind in kinds and claim.shown is None and claim.id not in department.touched
    ]
    department.chance(f"order of {kinds}").shuffle(found)
    return found


def _excluded(claim: Claim, number: int) -> bool:
    """Whether a printed number is neither the true one rounded nor cut off, nor what another definition gives."""
    spreads = [in_unit(claim), *(_percent(other) for other in claim.others())]
    return not any(
        one.prints(number, claim.decimals) or _cuts(one, number, claim.decimals) for one in spreads
    )


def _percent(found: Spread) -> Spread:
    return Spread(found.value * 100, found.low * 100, found.high * 100)


def _cuts(found: Spread, number: int, decimals: int) -> bool:
    if number < 0:
        return Spread(-found.value, -found.high, -found.low).cuts(-number, decimals)
    return found.cuts(number, decimals)


def _transposed(number: int, chance: random.Random) -> int | None:
    """A number with two neighbouring digits exchanged."""
    digits = list(str(abs(number)))
    places = [
        place
        for place in range(len(digits) - 1)
        if digits[place] != digits[place + 1] and (place or digits[1] != "0")
    ]
    if not places:
        return None
    place = chance.choice(places)
    digits[place], digits[place + 1] = digits[place + 1], digits[place]
    return int("".join(digits)) * (1 if number > 0 else -1)


def _about(claim: Claim) -> str:
    return f"{claim.about}:{claim.item}" if claim.item else claim.about


def _wrong(rule: str, *kinds: str) -> Callable[[Department, random.Random], bool]:
    def seed(department: Department, chance: random.Random) -> bool:
        for claim in _free(department, *kinds):
            right = half_up(in_unit(claim).value, claim.decimals)
            number = _transposed(right, chance)
            if number is not None and _excluded(claim, number):
                claim.shown = number
                department.truth.append(Truth(rule, _about(claim), f"{claim.words}数字颠倒", severity="high"))
                return True
        return False

    return seed


def other_definition(department: Department, chance: random.Random) -> bool:
    """A rate by another definition than the one that scores."""
    for claim in _free(department, "rate"):
        own = in_unit(claim)
        for other in claim.others():
            number = half_up(other.value * 100, claim.decimals)
            if number > 0 and not own.prints(number, claim.decimals) and not own.cuts(number, claim.decimals):
                claim.shown = number
                department.truth.append(
                    Truth(
                        "rate_fits_other_definition",
                        _about(claim),
                        f"{claim.words}按另一口径",
                        severity="high",
                    )
                )
                return True
    return False


def truncate(department: Department, chance: random.Random) -> bool:
    """A rate or share that was cut off instead of rounded."""
    for claim in _free(department, "rate", "share"):
        own = in_unit(claim)
        number = cut_off(own.value, claim.decimals)
        if not own.prints(number, claim.decimals):
            claim.shown = number
            department.truth.append(
                Truth("rate_truncated", _about(claim), f"{claim.words}截去末位以后的数字", severity="low")
            )
            return True
    return False


def wrong_direction(department: Department, chance: random.Random) -> bool:
    """Growth that was a fall, or a fall that was growth."""
    for claim in _free(department, "growth", "change"):
        right = half_up(in_unit(claim).value, claim.decimals)
        if right and _excluded(claim, -right):
            claim.shown = -right
            department.truth.append(
                Truth("growth_disagrees", _about(claim), f"{claim.words}方向相反", severity="high")
            )
            return True
    return False


def wrong_count(department: Department, chance: random.Random) -> bool:
    """A count that the list does not bear out."""
    for claim in _free(department, "count"):
        claim.shown = int(claim.spread().value) + chance.randint(1, 3)
        department.truth.append(Truth("count_disagrees", _about(claim), "所称项数多于列举"))
        return True
    return False


def _only_in_text(rule: str, what: str, severity: str) -> Callable[[Department, random.Random], bool]:
    """A wrong execution rate that only the report's text has, where the text gives each figure behind it once."""

    def seed(department: Department, chance: random.Random) -> bool:
        totals = [claim for claim in department.claims if claim.kind == "total"]
        several = department.by_unit or department.by_item or any(claim.shown is not None for claim in totals)
        if not department.text or several or "execution" in department.touched:
            return False
        (claim,) = (one for one in publishing.rates(department) if one.id == "execution")
        number = _as_said(rule, claim, chance)
        if number is None:
            return False
        department.claims = [one for one in department.claims if one.id != "execution"]
        department.asides.append(f"{claim.words}{decimal(number, claim.decimals)}%")
        item = "report.rate" if rule == "sentence_careless" else f"report:{claim.about}.1"
        department.truth.append(Truth(rule, item, f"文字里的预算执行率{what}", severity=severity))
        return True

    return seed


def _as_said(rule: str, claim: Claim, chance: random.Random) -> int | None:
    """The number that the text has; None where rounding alone might explain it."""
    own = in_unit(claim)
    if rule == "sentence_careless":
        number = cut_off(own.value, claim.decimals)
        return None if own.prints(number, claim.decimals) else number
    if rule == "sentence_wrong_in_part":
        number = half_up(claim.others()[0].value * 100, claim.decimals)
        return None if own.prints(number, claim.decimals) or own.cuts(number, claim.decimals) else number
    transposed = _transposed(half_up(own.value, claim.decimals), chance)
    return transposed if transposed is not None and _excluded(claim, transposed) else None


SEEDERS = {
    "rate_disagrees": ("", _wrong("rate_disagrees", "rate")),
    "rate_fits_other_definition": ("", other_definition),
    "rate_truncated": ("", truncate),
    "share_disagrees": ("", _wrong("share_disagrees", "share")),
    "growth_disagrees": ("", _wrong("growth_disagrees", "growth", "change")),
    "growth_disagrees/direction": ("", wrong_direction),
    "total_disagrees": ("", _wrong("total_disagrees", "total")),
    "count_disagrees": ("", wrong_count),
    "sentence_wrong": ("sentence", _only_in_text("sentence_wrong", "数字颠倒", "high")),
    "sentence_wrong_in_part": ("sentence", _only_in_text("sentence_wrong_in_part", "按另一口径", "medium")),
    "sentence_careless": ("sentence", _only_in_text("sentence_careless", "截去末位以后的数字", "low")),
}
