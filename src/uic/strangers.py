"""Random pairs of one register, less those that look like one person.

A register that holds people twice has them among its random pairs, too. They are few, but where
strangers hardly ever agree, on a date of birth or a telephone number, most pairs that do are one
person, and the u of agreement would come out many times too large.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from uic.levels import BASE
from uic.ordinary import first_guess, level_weights, normalised

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from uic.levels import Comparison

_ROUNDS = 20
_ENOUGH = 1e-4
_LEAST = 1e-9
_START = 1e-6


def of_two_people(
    pattern: NDArray[np.int64], pairs: NDArray[np.float64], items: Sequence[Comparison]
) -> NDArray[np.float64]:
    """Return how many pairs of each pattern are expected to be two people.

    Fellegi and Sunter's two classes with m held at an ordinary register: only the share of pairs
    that are one person, and u, are found by EM.

    Args:
        pattern: Packed levels, as ``uic.levels`` says.
        pairs: Number of random pairs of each pattern.
        items: The comparisons, in the order of the pattern.
    """
    levels = [(pattern >> 4 * position) % BASE for position in range(len(items))]
    if not len(pairs):
        return pairs
    one = np.zeros(len(pairs))  # probability of being one person
    share = _START
    for _ in range(_ROUNDS):
        odds = np.full(len(pairs), np.log(share / (1 - share)))
        for item, level in zip(items, levels, strict=True):
            counts = np.bincount(level, pairs * (1 - one), minlength=len(item.levels))
            u = normalised(counts.astype(float))
            odds += level_weights(item, first_guess(item, u), u)[level]
        one = 1 / (1 + np.exp(-np.clip(odds, -500, 500)))
        before, share = share, float(np.clip((pairs * one).sum() / pairs.sum(), _LEAST, 0.5))
        if abs(share - before) <= _ENOUGH * share:
            break
    two: NDArray[np.float64] = pairs * (1 - one)
    return two
