"""What people decided about pairs of records, and how it binds.

A decision stands above every probability: two records that a person called the same are one
person from then on, two called different never are, however many other records lie between them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from uic.resolving.records import RecordPairs

    Numbers = NDArray[np.int64]
    Odds = NDArray[np.float64]

SURE = 20.0
"""Log-odds of a decided pair: two in a thousand million are left for the person's mistake."""


@dataclass(frozen=True, repr=False)
class Decisions:
    """Pairs of records that people decided.

    Attributes:
        a: Lower node of each pair, every pair once, ascending.
        b: Higher node.
        same: Whether the two are one person.
    """

    a: Numbers
    b: Numbers
    same: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.a)

    def __repr__(self) -> str:
        return f"<Decisions {len(self)}: {int(self.same.sum())} the same>"


def decisions_of(pairs: Iterable[tuple[int, int, bool]]) -> Decisions:
    """Return decisions in order; of two about one pair, *different* holds.

    To keep two records of one person apart costs a duplicate; to join two people costs a person.
    """
    found: dict[tuple[int, int], bool] = {}
    for first, second, same in pairs:
        key = (min(first, second), max(first, second))
        if key[0] != key[1]:
            found[key] = found.get(key, True) and same
    ordered = sorted(found)
    return Decisions(
        np.array([a for a, _ in ordered], dtype=np.int64),
        np.array([b for _, b in ordered], dtype=np.int64),
        np.array([found[key] for key in ordered], dtype=np.bool_),
    )


UNDECIDED = decisions_of(())


def bind(pairs: RecordPairs, log_odds: Odds, decisions: Decisions) -> tuple[RecordPairs, Odds]:
    """Add decided pairs that were never compared, and part those that are different.

    What is the same joins whole clusters, and is left to :func:`obey`: one sure pair between two
    good clusters would look like a bad cluster to be cut.

    Returns:
        The pairs, in the order of their nodes, and their log-odds: minus ``SURE`` where a
        decision says different and for new pairs. A pair that was never compared has no
        agreement: pattern, best and both masks are 0.
    """
    if not len(decisions):
        return pairs, log_odds
    every = int(max(pairs.b.max(initial=0), decisions.b.max(initial=0))) + 1
    known, asked = pairs.a * every + pairs.b, decisions.a * every + decisions.b
    fresh = ~np.isin(asked, known)
    none = np.zeros(int(fresh.sum()), dtype=np.int64)
    grown = {name: np.append(values, none) for name, values in vars(pairs).items()}
    grown["a"][len(known) :], grown["b"][len(known) :] = decisions.a[fresh], decisions.b[fresh]
    order = np.lexsort((grown["b"], grown["a"]))
    together = replace(pairs, **{name: values[order] for name, values in grown.items()})
    odds = np.append(log_odds, np.full(len(none), -SURE))[order]
    odds[positions(together, decisions)[~decisions.same]] = -SURE
    return together, odds


def settled(pairs: RecordPairs, log_odds: Odds, decisions: Decisions) -> Odds:
    """Return log-odds in which every decided pair is sure: ``SURE`` or minus ``SURE``."""
    odds = log_odds.copy()
    odds[positions(pairs, decisions)] = np.where(decisions.same, SURE, -SURE)
    return odds


def positions(pairs: RecordPairs, decisions: Decisions) -> Numbers:
    """Return where the decided pairs stand among pairs that hold them all."""
    every = int(pairs.b.max(initial=0)) + 1
    keys = pairs.a * every + pairs.b
    order = np.argsort(keys)
    found = np.searchsorted(keys, decisions.a * every + decisions.b, sorter=order)
    return np.asarray(order[found], dtype=np.int64)


def obey(
    labels: Numbers, pairs: RecordPairs, log_odds: Odds, decisions: Decisions, *, cut: float
) -> Numbers:
    """Return clusters in which every decision holds; the others stay as they are.

    Records that are the same come together with their whole clusters. A cluster with two
    records that are different is built again, surest pairs first. Where decisions contradict
    each other (a and b the same, b and c the same, a and c different), *different* holds.

    Args:
        labels: Cluster of every node.
        pairs: Candidate pairs, with the decided ones (:func:`bind`).
        log_odds: Log-odds of each pair.
        decisions: What people decided.
        cut: Log-odds at which a pair links.
    """
    if not len(decisions):
        return labels
    joined = _Groups(decisions)
    for a, b in zip(decisions.a[decisions.same], decisions.b[decisions.same], strict=True):
        joined.join(int(a), int(b))
    merged = _merged(labels, joined, decisions)
    broken = np.zeros(len(labels), dtype=np.bool_)
    apart = ~decisions.same & (merged[decisions.a] == merged[decisions.b])
    broken[merged[decisions.a[apart]]] = True
    inside = (labels[pairs.a] == labels[pairs.b]) & broken[merged[pairs.a]] & (log_odds >= cut)
    order = np.lexsort((pairs.b[inside], pairs.a[inside], -log_odds[inside]))
    for a, b in zip(pairs.a[inside][order], pairs.b[inside][order], strict=True):
        joined.join(int(a), int(b))
    rebuilt = merged.copy()
    for node in np.flatnonzero(broken[merged]).tolist():
        rebuilt[node] = len(labels) + joined.root(node)
    return _in_order(rebuilt)


class _Groups:
    """Groups of nodes that grow by one pair at a time and never hold two that are different."""

    def __init__(self, decisions: Decisions) -> None:
        self._parent: dict[int, int] = {}
        self._members: dict[int, set[int]] = {}
        self._apart: dict[int, set[int]] = {}
        for a, b in zip(decisions.a[~decisions.same], decisions.b[~decisions.same], strict=True):
            self._apart.setdefault(int(a), set()).add(int(b))
            self._apart.setdefault(int(b), set()).add(int(a))

    def root(self, node: int) -> int:
        while (above := self._parent.get(node, node)) != node:
            self._parent[node] = self._parent.get(above, above)
            node = above
        return node

    def join(self, a: int, b: int) -> None:
        first, second = sorted((self.root(a), self.root(b)))
        if first == second:
            return
        members = self._members.get(second, {second})
        if not members.isdisjoint(self._apart.get(first, ())):
            return
        self._parent[second] = first
        self._members.setdefault(first, {first}).update(members)
        self._apart.setdefault(first, set()).update(self._apart.get(second, ()))


def _merged(labels: Numbers, joined: _Groups, decisions: Decisions) -> Numbers:
    """Give clusters that a decision joins one label."""
    above: dict[int, int] = {}

    def top(label: int) -> int:
        while (higher := above.get(label, label)) != label:
            label = higher
        return label

    for node in decisions.a[decisions.same].tolist() + decisions.b[decisions.same].tolist():
        one, other = sorted((top(int(labels[node])), top(int(labels[joined.root(node)]))))
        above[other] = one
    final = np.arange(int(labels.max(initial=-1)) + 1)
    for label in above:
        final[label] = top(label)
    return np.asarray(final[labels], dtype=np.int64)


def _in_order(labels: Numbers) -> Numbers:
    """Renumber so that the label of the first node is 0, the next new one 1, and so on."""
    _, first, inverse = np.unique(labels, return_index=True, return_inverse=True)
    rank = np.empty(len(first), dtype=np.int64)
    rank[np.argsort(first)] = np.arange(len(first))
    return rank[inverse]
