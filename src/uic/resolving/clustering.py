"""From scored pairs to persons.

Connected components alone are unsafe: one wrong link chains two people, and a hundred of them a
crowd. A component is therefore cut again, at log-odds one higher, while the pairs inside it are
expected to be right less than half of the time. Where a partner vouches that its list has no
duplicates, a cluster takes at most one record of that list, best pairs first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from uic.resolving.records import Nodes, RecordPairs

_LEAST_PRECISION = 0.5
_STEP = 1.0  # log-odds by which a bad component is cut again


def cluster(
    nodes: Nodes,
    pairs: RecordPairs,
    log_odds: NDArray[np.float64],
    *,
    threshold: float,
    largest: int,
) -> NDArray[np.int64]:
    """Return the cluster number of every node; numbers follow the lowest node of a cluster.

    Args:
        nodes: All records.
        pairs: Candidate pairs, every pair once.
        log_odds: Log-odds of each pair.
        threshold: Posterior probability at which a pair links.
        largest: No cluster may hold more records than this.
    """
    labels = _recut(len(nodes), pairs, log_odds, np.log(threshold / (1 - threshold)), largest)
    if any(nodes.vouched):
        labels = _one_per_list(nodes, pairs, log_odds, labels, np.log(threshold / (1 - threshold)))
    return _in_order(labels)


def _recut(
    size: int, pairs: RecordPairs, log_odds: NDArray[np.float64], cut: float, largest: int
) -> NDArray[np.int64]:
    """Components whose expected precision is at least one half, and none a giant."""
    chance = 1 / (1 + np.exp(-np.clip(log_odds, -500, 500)))
    cuts = np.full(size, cut)  # per node, the log-odds its component is cut at
    while True:
        linked = log_odds >= np.maximum(cuts[pairs.a], cuts[pairs.b])
        labels = _components(size, pairs.a[linked], pairs.b[linked])
        members = np.bincount(labels, minlength=size)
        inside = labels[pairs.a] == labels[pairs.b]
        expected = np.bincount(labels[pairs.a[inside]], weights=chance[inside], minlength=size)
        within = members * (members - 1) / 2
        bad = (expected < _LEAST_PRECISION * within) | (members > largest)
        bad &= members > 1
        if not bad.any():
            return labels
        cuts[bad[labels]] += _STEP


def _one_per_list(
    nodes: Nodes,
    pairs: RecordPairs,
    log_odds: NDArray[np.float64],
    labels: NDArray[np.int64],
    cut: float,
) -> NDArray[np.int64]:
    """Rebuild the clusters that hold two records of one vouched list, best pairs first."""
    vouched = np.array(nodes.vouched)[nodes.export]
    broken = _with_repeats(labels, nodes.export, vouched)
    inside = (labels[pairs.a] == labels[pairs.b]) & broken[labels[pairs.a]] & (log_odds >= cut)
    order = np.lexsort((pairs.b[inside], pairs.a[inside], -log_odds[inside]))
    parent = {int(node): int(node) for node in np.flatnonzero(broken[labels])}
    lists = {node: ({int(nodes.export[node])} if vouched[node] else set()) for node in parent}
    for a, b in zip(pairs.a[inside][order], pairs.b[inside][order], strict=True):
        first, second = _root(parent, int(a)), _root(parent, int(b))
        if first != second and not lists[first] & lists[second]:
            parent[second] = first
            lists[first] |= lists[second]
    rebuilt = labels.copy()
    for node in parent:
        rebuilt[node] = len(labels) + _root(parent, node)
    return rebuilt


def _with_repeats(
    labels: NDArray[np.int64], export: NDArray[np.int64], vouched: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Tell, per label, whether two of its nodes stand on the same vouched list."""
    key = labels[vouched] * (export.max(initial=0) + 1) + export[vouched]
    values, counts = np.unique(key, return_counts=True)
    broken = np.zeros(labels.max(initial=0) + 1, dtype=bool)
    broken[values[counts > 1] // (export.max(initial=0) + 1)] = True
    return broken


def _root(parent: dict[int, int], node: int) -> int:
    while parent[node] != node:
        parent[node] = parent[parent[node]]
        node = parent[node]
    return node


def _components(
    size: int, first: NDArray[np.int64], second: NDArray[np.int64]
) -> NDArray[np.int64]:
    graph = coo_array((np.ones(len(first), dtype=bool), (first, second)), shape=(size, size))
    return np.asarray(connected_components(graph, directed=False)[1], dtype=np.int64)


def _in_order(labels: NDArray[np.int64]) -> NDArray[np.int64]:
    """Renumber so that the label of the first node is 0, the next new one 1, and so on."""
    _, first, inverse = np.unique(labels, return_index=True, return_inverse=True)
    rank = np.empty(len(first), dtype=np.int64)
    rank[np.argsort(first)] = np.arange(len(first))
    return rank[inverse]
