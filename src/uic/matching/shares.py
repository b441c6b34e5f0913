"""Shares of the agreement levels among matches (m) and strangers (u), and the weights they give."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa
    from numpy.typing import NDArray

    from uic.levels import Comparison
    from uic.matching.patterns import PassPatterns

PSEUDO = 0.5  # added to every level count, so that an unseen level keeps a finite weight
STEADY = 100.0  # pairs of an ordinary register that m starts with
HOLDING = 20  # rounds over which m is set free
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


def level_shares(
    item: Comparison,
    passes: Sequence[PassPatterns],
    chances: Sequence[NDArray[np.float64]],
    position: int,
) -> NDArray[np.float64]:
    """Return the share of every level among the weighted pairs; level 0 is left out."""
    return _normalised(_counts(item, passes, chances, position))


def _counts(
    item: Comparison,
    passes: Sequence[PassPatterns],
    chances: Sequence[NDArray[np.float64]],
    position: int,
) -> NDArray[np.float64]:
    counts = np.zeros(len(item.levels))
    for patterns, weight in zip(passes, chances, strict=True):
        counts += np.bincount(patterns.level(position), weights=weight, minlength=len(counts))
    return counts


def steadied(
    item: Comparison,
    passes: Sequence[PassPatterns],
    chances: Sequence[NDArray[np.float64]],
    position: int,
    guess: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Return m: shares as :func:`level_shares`, beside a hundred pairs of an ordinary register.

    Where matches are few they alone would say that no letter is ever wrong, or always.
    """
    counts = _counts(item, passes, chances, position)
    counts[0] = 0.0
    shares: NDArray[np.float64] = (counts + STEADY * guess) / (counts.sum() + STEADY)
    shares[0] = 1.0
    return shares


def held(guess: NDArray[np.float64], free: NDArray[np.float64], step: int) -> NDArray[np.float64]:
    """Let m loose slowly: first the classes find their sizes, then m is estimated.

    Set free at once, m drifts: a few thousand neighbours among the first guesses teach it that
    one person has two names, and in the end all neighbours are matches.
    """
    hold = max(0.0, 1 - step / HOLDING)
    return hold * guess + (1 - hold) * free


def chance_shares(item: Comparison, frequencies: pa.Table) -> NDArray[np.float64]:
    """Return u: the share of every level among the partners' random pairs."""
    counts = np.zeros(len(item.levels))
    for row in frequencies.to_pylist():
        if row["attribute"] == item.attribute:
            counts[row["level"]] += row["pairs"]
    return _normalised(counts)


def _normalised(counts: NDArray[np.float64]) -> NDArray[np.float64]:
    smoothed = counts + PSEUDO
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
