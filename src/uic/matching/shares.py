"""Shares of the agreement levels among matches (m) and strangers (u), and the weights they give."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from uic.ordinary import normalised

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa
    from numpy.typing import NDArray

    from uic.levels import Comparison
    from uic.matching.patterns import PassPatterns

STEADY = 100.0  # pairs of an ordinary register that m starts with
HOLDING = 20  # rounds over which m is set free


def level_shares(
    item: Comparison,
    passes: Sequence[PassPatterns],
    chances: Sequence[NDArray[np.float64]],
    position: int,
) -> NDArray[np.float64]:
    """Return the share of every level among the weighted pairs; level 0 is left out."""
    return normalised(_counts(item, passes, chances, position))


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
    return normalised(counts)
