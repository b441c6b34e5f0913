"""What a vouched list tells of pairs: nobody stands on it twice, so who is found is taken.

Scores are fitted as if every pair stood alone. Where a partner vouches that its list holds nobody
twice, a record can be one person with one record of that list at most. So a pair gains where both
records have found nobody else, the more the fewer have, and loses where one of them has:

    log-odds + log(free(a) / free(A)) + log(free(b) / free(B))

with free(a) = 1 - the probabilities of a's other pairs on b's list, and free(A) its mean over all
records of a's list. Taken round by round until it settles, halving each step: the mean-field form
of one-to-one matching (docs/decisions/0142-who-is-found-is-taken.md).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from uic.resolving.records import Nodes

    Numbers = NDArray[np.int64]
    Odds = NDArray[np.float64]

_ROUNDS = 15
_ENOUGH = 1e-3
_LEAST_FREE = 1e-3


def given_vouched(nodes: Nodes, a: Numbers, b: Numbers, log_odds: Odds) -> Odds:
    """Return the log-odds of every pair, given that vouched lists hold nobody twice.

    Args:
        nodes: All records.
        a: Lower node of each pair, every pair once.
        b: Higher node.
        log_odds: As scored.
    """
    vouched = np.array(nodes.vouched, dtype=np.bool_)
    if not vouched.any() or not len(a):
        return log_odds
    sides = [(a, b), (b, a)]
    found = log_odds
    for _ in range(_ROUNDS):
        chance = 1 / (1 + np.exp(-np.clip(found, -50, 50)))
        new = log_odds + sum(_gain(nodes, vouched, sides, chance))
        moved = np.abs(new - found).max(initial=0)
        found = (found + new) / 2
        if moved < _ENOUGH:
            break
    return found


def _gain(
    nodes: Nodes, vouched: NDArray[np.bool_], sides: list[tuple[Numbers, Numbers]], chance: Odds
) -> list[Odds]:
    """Return what each end of every pair adds."""
    lists = len(vouched)
    keys = [own * lists + nodes.export[other] for own, other in sides]
    cells = len(nodes) * lists
    taken = sum((np.bincount(key, chance, cells) for key in keys), np.zeros(cells))
    free = np.clip(1 - taken, _LEAST_FREE, 1).reshape(len(nodes), lists)
    records = np.maximum(np.bincount(nodes.export, minlength=lists), 1)
    mean = np.zeros((lists, lists))
    for number in range(lists):
        mean[:, number] = np.bincount(nodes.export, free[:, number], lists) / records
    gains = []
    for key, (own, other) in zip(keys, sides, strict=True):
        beside = np.clip(1 - taken[key] + chance, _LEAST_FREE, 1)
        gain = np.log(beside / mean[nodes.export[own], nodes.export[other]])
        gains.append(np.where(vouched[nodes.export[other]], gain, 0.0))
    return gains
