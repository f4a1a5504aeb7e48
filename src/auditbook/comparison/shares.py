"""What each of several causes contributes to a change of the score, whatever order they are thought in.

With one cause the change is its own. With several, a cause may count for more or less after another: its share is the
mean over all orders (Shapley), as exact fractions; what the causes make only together is told beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations
from math import factorial

MOST_PLAYERS = 4
Ends = tuple[Fraction, Fraction]
Coalition = frozenset[int]


@dataclass(frozen=True)
class Share:
    """A cause's part of the change at the proven and at the possible end, in points.

    ``alone``: what it changes by itself; ``last``: what it changes after all the others; ``share``: the mean over all
    orders. The shares add up to the whole change.
    """

    alone: Ends
    last: Ends
    share: Ends


def shapley(players: int, worth: Callable[[Coalition], Ends]) -> list[Share]:
    """The share of each player.

    Takes    players: how many, at most four; worth: the score's ends with some players' changes made.
    Raises   ValueError for more than four; what ``worth`` raises.
    """
    if players > MOST_PLAYERS:
        raise ValueError(f"at most {MOST_PLAYERS} players, not {players}")
    everyone = frozenset(range(players))
    value = {
        frozenset(own): worth(frozenset(own))
        for size in range(players + 1)
        for own in combinations(range(players), size)
    }

    def gain(player: int, before: Coalition) -> Ends:
        low, high = (value[before | {player}][end] - value[before][end] for end in (0, 1))
        return low, high

    found = []
    for player in range(players):
        others = everyone - {player}
        total = [Fraction(0), Fraction(0)]
        for own in value:
            if own <= others:
                weight = Fraction(factorial(len(own)) * factorial(players - len(own) - 1), factorial(players))
                for end, moved in enumerate(gain(player, own)):
                    total[end] += weight * moved
        found.append(Share(gain(player, frozenset()), gain(player, others), (total[0], total[1])))
    return found


def interaction(shares: Sequence[Share], change: Ends) -> Ends:
    """What the causes change only together: the whole change less what each changes by itself."""
    low, high = (change[end] - sum((share.alone[end] for share in shares), Fraction(0)) for end in (0, 1))
    return low, high
