"""Words of 64 bits spread evenly: to order and to add up, never to hide anything."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_STEP, _FIRST, _SECOND = (
    np.uint64(n) for n in (0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB)
)


def mixed(words: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Spread words over all 64 bits (the finalizer of SplitMix64, Steele et al. 2014)."""
    words = words + _STEP
    words = (words ^ (words >> np.uint64(30))) * _FIRST
    words = (words ^ (words >> np.uint64(27))) * _SECOND
    spread: NDArray[np.uint64] = words ^ (words >> np.uint64(31))
    return spread
