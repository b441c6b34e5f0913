"""What scoring starts from and ends with: pattern counts of a pass, and fitted weights."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pyarrow as pa

from uic.levels import BASE

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from uic.weighing import PassWeights


@dataclass(frozen=True)
class PassPatterns:
    """Pattern counts of one pass.

    Attributes:
        name: Name of the pass.
        pattern: Packed levels, one a distinct pattern, ascending.
        pairs: Number of candidate pairs with that pattern.
        key: Positions of the comparisons whose attribute is part of the pass's key.
    """

    name: str
    pattern: NDArray[np.int64]
    pairs: NDArray[np.float64]
    key: frozenset[int]

    def level(self, position: int) -> NDArray[np.int64]:
        """Return the level of one comparison in every pattern."""
        return (self.pattern >> (4 * position)) % BASE


@dataclass(frozen=True)
class Weights:
    """Fitted parameters.

    Attributes:
        form: Which form was kept: ``careful``, ``free`` or ``anchored``.
        expected: Expected number of matches among the candidates, per pass.
        ratio: Most over least expected matches of the forms; above 1.3 the
            forms disagree and the user is warned.
        m: Per attribute, probability of each level among matches.
        u: Per attribute, probability of each level among strangers.
        log_odds: Per pass, patterns and their log-odds of being a match.
        passes: Per pass, what the log-odds are made of.
    """

    form: str
    expected: dict[str, float]
    ratio: float
    m: dict[str, tuple[float, ...]]
    u: dict[str, tuple[float, ...]]
    log_odds: dict[str, tuple[NDArray[np.int64], NDArray[np.float64]]] = field(repr=False)
    passes: dict[str, PassWeights] = field(repr=False)

    def table(self, name: str) -> pa.Table:
        """Return ``pattern`` and ``log_odds`` of one pass as a table."""
        pattern, odds = self.log_odds[name]
        return pa.table({"pattern": pattern, "log_odds": odds})
