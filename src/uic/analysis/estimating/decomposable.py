"""Bayesian averaging over decomposable graphs of up to 5 lists (Madigan & York 1997; R dga).

A graph says which lists depend on each other directly; a decomposable (chordal) one has a
closed-form likelihood, so that nothing is sampled. With n0 unseen people and N = M + n0,

    log p(y, n0 | G) = log N! - log n0! - sum log y! + sum_C L(C) - sum_S L(S) + ...
    L(A) = sum over the cells of margin A of [lgamma(n_cell + d 2^(k-|A|)) - lgamma(d 2^(k-|A|))]

over the cliques C and separators S; the all-zero cell of a margin holds n0 as well. Eliminating
simplicial vertices v one by one, the sum is L(v and its neighbours left) - L(its neighbours left),
with L(empty) = lgamma(N + d 2^k) - lgamma(d 2^k). Prior: 1/N, graphs alike, d = 2^-k.

The saturated graph (every list depends on every other) fits anything, says nothing about n0 and
would take most of the weight on three dependent lists: it is dropped unless asked for.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import gammaln

from uic.analysis.estimating.models import label
from uic.analysis.estimating.results import Bayesian, GraphWeight, Interval
from uic.errors import EstimationError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from uic.analysis.estimating.histories import Histories

    Floats = NDArray[np.float64]

MOST_LISTS = 5
_COARSE = 400  # points of the first look, which finds where the mass lies
_NEGLIGIBLE = 40.0  # graphs this much below the best in log-likelihood carry no weight
_FACTOR = 20
_CHUNK = 4_000_000


@dataclass(frozen=True)
class Graph:
    """A decomposable graph.

    Attributes:
        cliques: Its maximal cliques, as terms (binary numbers, as a history).
        signs: How often L of each margin enters; place 0 is the empty margin.
    """

    cliques: tuple[int, ...]
    signs: tuple[int, ...]


def decomposable(
    histories: Histories,
    *,
    most_unseen: int | None = None,
    delta: float | None = None,
    saturated: bool = False,
    level: float = 0.95,
    top: int = 10,
) -> Bayesian:
    """Average over all decomposable graphs: 8, 61 and 822 for 3, 4 and 5 lists.

    Args:
        histories: An exact table of 3 to 5 lists.
        most_unseen: Largest number of unseen people considered; by default 20 for one seen, the
            bound of plausibility of the log-linear averages.
        delta: Prior count of every cell; 2^-k by default.
        saturated: Keep the saturated graph.
        level: Of the credible interval.
        top: How many graphs to list.

    Raises:
        EstimationError: masked counts, or other than 3 to 5 lists.
    """
    histories.need_exact("Bayesian averaging over graphs")
    if not 3 <= histories.k <= MOST_LISTS:
        raise EstimationError("averaging over graphs needs 3 to 5 lists: merge or drop lists")
    tables = _Margins(histories, 2.0**-histories.k if delta is None else delta)
    all_graphs = graphs(histories.k)
    signs = np.array([graph.signs for graph in all_graphs], dtype=float)
    sums = _sums(tables, signs, most_unseen or _FACTOR * histories.seen)
    return _describe(histories, all_graphs, sums, saturated=saturated, level=level, top=top)


@cache
def graphs(k: int) -> tuple[Graph, ...]:
    """Return the decomposable graphs on k lists; the saturated one is the last."""
    edges = [sum(1 << i for i in pair) for pair in combinations(range(k), 2)]
    found = (
        _eliminate(k, [edge for bit, edge in enumerate(edges) if chosen >> bit & 1])
        for chosen in range(2 ** len(edges))
    )
    return tuple(graph for graph in found if graph)


def _eliminate(k: int, edges: list[int]) -> Graph | None:
    """Take out vertices whose neighbours are all joined; None when the graph has a hole."""
    near = [0] * k
    for edge in edges:
        first, second = (i for i in range(k) if edge >> i & 1)
        near[first] |= 1 << second
        near[second] |= 1 << first
    signs, cliques, left = [0] * 2**k, [], 2**k - 1
    for _ in range(k):
        vertex = next((v for v in range(k) if left >> v & 1 and _simplicial(v, near, left)), None)
        if vertex is None:
            return None
        around = near[vertex] & left
        signs[around | 1 << vertex] += 1
        signs[around] -= 1
        cliques.append(around | 1 << vertex)
        left ^= 1 << vertex
    largest = [c for c in cliques if not any(c != d and c & d == c for d in cliques)]
    return Graph(tuple(largest), tuple(signs))


def _simplicial(vertex: int, near: list[int], left: int) -> bool:
    around = near[vertex] & left
    return all(
        around & ~(near[other] | 1 << other) == 0
        for other in range(len(near))
        if around >> other & 1
    )


class _Margins:
    """L of every margin of a table as a function of the number of unseen people."""

    def __init__(self, histories: Histories, delta: float) -> None:
        self.seen, k = histories.seen, histories.k
        cells, counts = np.arange(1, 2**k), histories.low
        self.fixed, self.empty, self.prior = (np.zeros(2**k) for _ in range(3))
        for margin in range(2**k):
            totals = np.bincount(cells & margin, counts, minlength=2**k)
            alpha = delta * 2.0 ** (k - margin.bit_count())
            others = [cell for cell in range(1, 2**k) if cell & margin == cell]
            self.fixed[margin] = gammaln(totals[others] + alpha).sum()
            self.fixed[margin] -= (len(others) + 1) * gammaln(alpha)
            self.empty[margin], self.prior[margin] = totals[0], alpha
        self.constant = -gammaln(counts + 1).sum()

    def logs(self, signs: Floats, unseen: Floats) -> Floats:
        """Log posterior, up to one constant, of each graph and number of unseen people."""
        each = gammaln((self.empty + self.prior)[:, None] + unseen)
        total = self.seen + unseen
        common = gammaln(total + 1) - gammaln(unseen + 1) - np.log(total) + self.constant
        return np.asarray(signs @ (each + self.fixed[:, None]) + common)


@dataclass(frozen=True)
class _Sums:
    """Posterior mass: by graph, its first moment, and by N without and with the saturated graph."""

    graphs: Floats
    first: Floats
    unsaturated: Floats
    saturated: Floats
    unseen: Floats


def _sums(tables: _Margins, signs: Floats, end: int) -> _Sums:
    points = np.unique(np.geomspace(1, end, _COARSE).round())
    coarse = tables.logs(signs, points).max(axis=1)
    worth = coarse > coarse[:-1].max() - _NEGLIGIBLE
    worth[-1] = True  # the saturated graph: its share is reported even when it is dropped
    kept, peak = np.flatnonzero(worth), coarse.max()
    unseen = np.arange(1.0, end + 1)
    mass, first = np.zeros(len(signs)), np.zeros(len(signs))
    by_n, whole = np.zeros(end), np.zeros(end)
    step = max(1, _CHUNK // len(kept))
    for start in range(0, end, step):
        part = slice(start, start + step)
        density = np.exp(tables.logs(signs[kept], unseen[part]) - peak)
        mass[kept] += density.sum(axis=1)
        first[kept] += density @ unseen[part]
        by_n[part], whole[part] = density[:-1].sum(axis=0), density[-1]
    return _Sums(mass, first, by_n, whole, unseen)


def _describe(
    histories: Histories,
    all_graphs: tuple[Graph, ...],
    sums: _Sums,
    *,
    saturated: bool,
    level: float,
    top: int,
) -> Bayesian:
    by_n = sums.unsaturated + (sums.saturated if saturated else 0)
    by_n = by_n / by_n.sum()
    sizes = histories.seen + sums.unseen
    mean = float(by_n @ sizes)
    at = np.searchsorted(np.cumsum(by_n), [(1 - level) / 2, 0.5, (1 + level) / 2])
    low, median, high = sizes[np.minimum(at, len(sizes) - 1)].tolist()
    used = len(all_graphs) if saturated else len(all_graphs) - 1
    return Bayesian(
        abundance=mean,
        stderr=float(np.sqrt(by_n @ (sizes - mean) ** 2)),
        median=median,
        mode=float(sizes[by_n.argmax()]),
        interval=Interval(low, high, level, "credible"),
        graphs=_heaviest(histories, all_graphs[:used], sums, top),
        saturated=float(sums.graphs[-1] / sums.graphs.sum()),
        most_unseen=len(sizes),
        mass_at_end=float(by_n[-1]),
    )


def _heaviest(
    histories: Histories, all_graphs: tuple[Graph, ...], sums: _Sums, top: int
) -> tuple[GraphWeight, ...]:
    mass = sums.graphs[: len(all_graphs)]
    best = [i for i in np.argsort(-mass, kind="stable")[:top] if mass[i] > 0]
    return tuple(
        GraphWeight(
            model=label(frozenset(all_graphs[i].cliques), histories.k),
            probability=float(mass[i] / mass.sum()),
            abundance=float(histories.seen + sums.first[i] / mass[i]),
        )
        for i in best
    )
