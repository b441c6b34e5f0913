"""Which patterns are worth keeping before the weights are fitted.

Nearly all candidate pairs are strangers, and a register of a million records has fifty million of
them. The weights that EM starts from tell most of them; only the rest is kept. After the fit the
matcher checks that every pair it hands over was kept, and compares a pass again where not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from uic.levels import BASE
from uic.ordinary import first_guess, level_weights

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from uic.levels import Comparison

_COMMON = 0.05  # strangers agree on sex in half of all pairs: that narrows nothing
_LEAST = -22.0  # log-odds by first guess; nearly all pairs above -6 after the fit are above


def promising(
    patterns: NDArray[np.int64],
    items: Sequence[Comparison],
    u: Sequence[NDArray[np.float64]],
    records: int,
) -> NDArray[np.bool_]:
    """Tell which patterns may become links, by the weights that EM starts from.

    Args:
        patterns: Packed levels; without items all of them are promising.
        items: The comparisons, in the order of the pattern.
        u: Share of every level among strangers, per comparison.
        records: Records in all exports; each is expected to match about one other.
    """
    odds = np.full(len(patterns), -np.log(max(records, 1)) if items else np.inf)
    for position, (item, shares) in enumerate(zip(items, u, strict=True)):
        weights = level_weights(item, first_guess(item, shares), shares)
        odds += weights[(patterns >> 4 * position) % BASE]
    return odds > _LEAST


def common_attributes(
    items: Sequence[Comparison], u: Sequence[NDArray[np.float64]]
) -> frozenset[str]:
    """Return the attributes in which too many strangers agree exactly."""
    pairs = zip(items, u, strict=True)
    return frozenset(item.attribute for item, shares in pairs if shares[1] > _COMMON)
