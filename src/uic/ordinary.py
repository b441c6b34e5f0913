"""What the records of an ordinary register look like: where every fit starts.

Shared by two rooms: the matcher starts EM from it, and a partner tells by it which of its own
random pairs are likelier one person than two.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from uic.levels import Comparison

_PSEUDO = 0.5  # added to every level count, so that an unseen level keeps a finite weight
_START = {
    "text": (0.0, 0.85, 0.07, 0.03, 0.045, 0.005),
    "code": (0.0, 0.95, 0.05),
    "date": (0.0, 0.88, 0.01, 0.06, 0.02, 0.02, 0.0, 0.005, 0.0, 0.005, 0.0, 0.0),
}
_SAME_YEAR = 0.9  # of one person's two dates of which a day is unknown
_ONE_DAY, _NO_DAY = (6, 8), (10, 11)  # levels: year equal, different
_ORDER = {"text": ((1, 2, 3, 4),), "code": ((1, 2),), "date": ((1, 3, 5, 9), (1, 10, 11))}
"""Levels from full agreement to none, along which a weight must not rise."""


def level_weights(
    item: Comparison, m: NDArray[np.float64], u: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return log(m/u) per level; missing weighs nothing; a weaker level never weighs more."""
    weight = np.log(m / u)
    for order in map(list, _ORDER[item.kind]):
        weight[order] = np.minimum.accumulate(weight[order])
    weight[0] = 0.0
    return weight


def normalised(counts: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the share of every level among those that are known; level 0, missing, is 1."""
    smoothed = counts + _PSEUDO
    smoothed[0] = 0.0
    shares: NDArray[np.float64] = smoothed / smoothed.sum()
    shares[0] = 1.0  # never used: missing weighs nothing
    return shares


def first_guess(item: Comparison, u: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the m that EM starts from: an ordinary register, carefully kept.

    How many days of birth are unknown differs from register to register, and u tells. Half of it
    is taken to be the person's, whom every record shows without a day, and half the record's.
    """
    start = np.array(_START[item.kind])
    if item.kind == "date":
        one = u[list(_ONE_DAY)].sum()
        unknown = u[list(_NO_DAY)].sum() + one / 2
        one, none = unknown * (1 - unknown), unknown * (1 + unknown) / 2
        year = np.array((_SAME_YEAR, 1 - _SAME_YEAR))
        start *= 1 - one - none
        start[list(_ONE_DAY)], start[list(_NO_DAY)] = one * year, none * year
    start[0] = 1.0
    return start
