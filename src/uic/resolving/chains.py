"""How two records became one person without a pair of their own: the links between them.

A person is a cluster: whoever is linked to one of its records is in it. Two records may so be one
person although they never met, or met and agree little. What joined them is the chain of links
from the one to the other whose probabilities have the largest product.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra

if TYPE_CHECKING:
    from numpy.typing import NDArray

_STEP = 1e-9  # of two chains that are equally probable, the shorter one


@dataclass(frozen=True)
class Link:
    """One link of a chain.

    Attributes:
        number: Number of the pair, as ``uic explain`` takes it.
        partners: Whose the two records are, in the order of the chain.
        probability: Of being one person, 0 to 1.
        decided: Whether people decided it.
    """

    number: int
    partners: tuple[str, str]
    probability: float
    decided: bool


def strongest_chain(
    a: NDArray[np.int64],
    b: NDArray[np.int64],
    probability: NDArray[np.float64],
    first: int,
    last: int,
) -> tuple[int, ...]:
    """Return the links from one record to another, as positions; none if nothing joins them.

    Args:
        a: Shape (links,): one record of each link, every pair once.
        b: The other.
        probability: Of each link, above 0.
        first: The record to begin with.
        last: The record to end with.
    """
    size = int(max(a.max(initial=0), b.max(initial=0), first, last)) + 1
    cost = _STEP - np.log(np.minimum(probability, 1.0))
    graph = coo_array((cost, (a, b)), shape=(size, size)).tocsr()
    _, before = dijkstra(graph, directed=False, indices=first, return_predecessors=True)
    records = [last]
    while records[-1] != first:
        if before[records[-1]] < 0:
            return ()
        records.append(int(before[records[-1]]))
    place = {frozenset(pair): n for n, pair in enumerate(zip(a.tolist(), b.tolist(), strict=True))}
    ends = zip(records[::-1][:-1], records[::-1][1:], strict=True)
    return tuple(place[frozenset(pair)] for pair in ends)
