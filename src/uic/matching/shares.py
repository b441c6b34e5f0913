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
    "date": (0.0, 0.85, 0.01, 0.06, 0.02, 0.02, 0.02, 0.005, 0.01, 0.005),
}
_ORDER = {"text": (1, 2, 3, 4), "code": (1, 2), "date": (1, 3, 5, 9)}
"""Levels from full agreement to none, along which a weight must not rise."""


def level_weights(
    item: Comparison, m: NDArray[np.float64], u: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return log(m/u) per level; missing weighs nothing; a weaker level never weighs more."""
    weight = np.log(m / u)
    order = list(_ORDER[item.kind])
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
) -> NDArray[np.float64]:
    """Return m: shares as :func:`level_shares`, beside a hundred pairs of an ordinary register.

    Where matches are few they alone would say that no letter is ever wrong, or always.
    """
    counts = _counts(item, passes, chances, position)
    guess = first_guess(item)
    guess[0] = 0.0
    shares: NDArray[np.float64] = (counts + STEADY * guess) / (counts[1:].sum() + STEADY)
    shares[0] = 1.0
    return shares


def held(item: Comparison, free: NDArray[np.float64], step: int) -> NDArray[np.float64]:
    """Let m loose slowly: first the classes find their sizes, then m is estimated.

    Set free at once, m drifts: a few thousand neighbours among the first guesses teach it that
    one person has two names, and in the end all neighbours are matches.
    """
    hold = max(0.0, 1 - step / HOLDING)
    return hold * first_guess(item) + (1 - hold) * free


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


def first_guess(item: Comparison) -> NDArray[np.float64]:
    """Return the m that EM starts from: an ordinary register, carefully kept."""
    start = np.array(_START[item.kind])
    start[0] = 1.0
    return start
