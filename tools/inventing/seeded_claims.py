"""Faults of published numbers: of another definition, cut off, digits transposed, the wrong direction."""

from __future__ import annotations

import random
from collections.abc import Callable

from inventing.department import Claim, Department
from inventing.publishing import in_unit
from inventing.scales import Spread, cut_off, half_up
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


SEEDERS = {
    "rate_disagrees": ("", _wrong("rate_disagrees", "rate")),
    "rate_fits_other_definition": ("", other_definition),
    "rate_truncated": ("", truncate),
    "share_disagrees": ("", _wrong("share_disagrees", "share")),
    "growth_disagrees": ("", _wrong("growth_disagrees", "growth", "change")),
    "growth_disagrees/direction": ("", wrong_direction),
    "total_disagrees": ("", _wrong("total_disagrees", "total")),
    "count_disagrees": ("", wrong_count),
}
