"""How many matches met in no pass: what no run sees, estimated from what the passes saw.

Each pass finds matches on its own, as a list finds people. Matches that met in one pass only, and
those that met in two, tell how many met in none: at least (t - 1)/t x f1 (f1 - 1) / (2 (f2 + 1))
for t passes (Chao 1987, bias-corrected). It is a lower bound: passes that share an attribute miss
the same matches.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def unmet(met: NDArray[np.int64], chance: NDArray[np.float64], passes: int) -> float:
    """Return how many matches are expected to have met in no pass, at least.

    Args:
        met: Shape (pairs,): bit mask of the passes in which each pair met.
        chance: Shape (pairs,): its probability, 0 to 1.
        passes: How many passes there are; with one nothing can be told, and 0 is returned.
    """
    if passes < 2:
        return 0.0
    times = np.bitwise_count(met)
    once, twice = (float(chance[times == number].sum()) for number in (1, 2))
    return (passes - 1) / passes * max(once * (once - 1), 0) / (2 * (twice + 1))
