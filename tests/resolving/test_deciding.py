"""What people decided binds: joined stay joined, parted stay parted, all others as they were."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from uic.resolving.clustering import cluster
from uic.resolving.deciding import (
    SURE,
    UNDECIDED,
    Decisions,
    bind,
    decisions_of,
    obey,
    settled,
)
from uic.resolving.records import Nodes, RecordPairs

NODES = 10
PAIRS = st.dictionaries(
    st.tuples(st.integers(0, NODES - 1), st.integers(0, NODES - 1)).filter(lambda p: p[0] < p[1]),
    st.floats(-4, 12),
    max_size=25,
)
ASKED = st.lists(
    st.tuples(st.integers(0, NODES - 1), st.integers(0, NODES - 1), st.booleans()), max_size=8
)


def pairs_of(odds: dict[tuple[int, int], float]) -> tuple[RecordPairs, NDArray[np.float64]]:
    ordered = sorted(odds)
    a, b = (np.array([pair[n] for pair in ordered], dtype=np.int64) for n in (0, 1))
    ones = np.ones(len(a), dtype=np.int64)
    values = np.array([odds[pair] for pair in ordered], dtype=float)
    return RecordPairs(a, b, values, ones, ones, ones, ones), values


def clusters(odds: dict[tuple[int, int], float], decisions: Decisions) -> NDArray[np.int64]:
    """Do what the resolver does."""
    pairs, values = bind(*pairs_of(odds), decisions)
    nodes = Nodes(("a",), np.zeros(NODES, np.int64), np.arange(NODES), (False,))
    labels = cluster(nodes, pairs, values, threshold=0.5, largest=50)
    return obey(labels, pairs, values, decisions, cut=0.0)


def contradicting(decisions: Decisions) -> set[tuple[int, int]]:
    """Pairs decided the same although other decisions, all together, keep them apart."""
    groups = {n: {n} for n in range(NODES)}
    for a, b, same in zip(decisions.a, decisions.b, decisions.same, strict=True):
        if same:
            whole = groups[a] | groups[b]
            groups |= dict.fromkeys(whole, whole)
    apart = [(a, b) for a, b, s in zip(*vars(decisions).values(), strict=True) if not s]
    return {
        (int(a), int(b))
        for a, b, same in zip(decisions.a, decisions.b, decisions.same, strict=True)
        if same and any({x, y} <= groups[a] for x, y in apart)
    }


@given(PAIRS, ASKED)
def test_every_decision_holds(
    odds: dict[tuple[int, int], float], asked: list[tuple[int, int, bool]]
) -> None:
    """Different is never together; the same always is, unless decisions contradict each other."""
    decisions = decisions_of(asked)
    labels = clusters(odds, decisions)
    doubtful = contradicting(decisions)
    for a, b, same in zip(decisions.a, decisions.b, decisions.same, strict=True):
        if not same or (a, b) not in doubtful:
            assert (labels[a] == labels[b]) == same


@given(PAIRS, ASKED)
def test_nobody_else_is_touched(
    odds: dict[tuple[int, int], float], asked: list[tuple[int, int, bool]]
) -> None:
    """A cluster of which nobody was decided has the members it had."""
    decisions = decisions_of(asked)
    pairs, values = bind(*pairs_of(odds), decisions)
    nodes = Nodes(("a",), np.zeros(NODES, np.int64), np.arange(NODES), (False,))
    before = cluster(nodes, pairs, values, threshold=0.5, largest=50)
    after = obey(before, pairs, values, decisions, cut=0.0)
    touched = set(before[decisions.a]) | set(before[decisions.b])
    for node in range(NODES):
        if before[node] not in touched:
            assert set(np.flatnonzero(after == after[node])) == set(
                np.flatnonzero(before == before[node])
            )


@given(PAIRS, ASKED, st.randoms())
def test_the_order_of_decisions_changes_nothing(
    odds: dict[tuple[int, int], float], asked: list[tuple[int, int, bool]], order: object
) -> None:
    """Decisions in any order, each pair either way round, give the same clusters."""
    first = clusters(odds, decisions_of(asked))
    shuffled = [(b, a, same) for a, b, same in asked]
    order.shuffle(shuffled)  # type: ignore[attr-defined]
    assert clusters(odds, decisions_of(shuffled)).tolist() == first.tolist()


@given(PAIRS)
def test_without_decisions_nothing_changes(odds: dict[tuple[int, int], float]) -> None:
    """Not one label moves."""
    pairs, values = pairs_of(odds)
    bound, same_odds = bind(pairs, values, UNDECIDED)
    assert bound is pairs
    assert same_odds is values
    labels = np.arange(NODES)
    assert obey(labels, pairs, values, UNDECIDED, cut=0.0) is labels


def test_a_chain_is_cut_at_its_weakest_pair() -> None:
    """Called different, the two ends of a chain part where the link between them is weakest."""
    odds = {(0, 1): 5.0, (1, 2): 2.0, (2, 3): 5.0}
    labels = clusters(odds, decisions_of([(0, 3, False)]))
    assert labels[:4].tolist() == [0, 0, 1, 1]


def test_records_that_never_met_are_joined_with_their_clusters() -> None:
    """One decision makes one person of two clusters, and the pair is sure."""
    odds = {(0, 1): 5.0, (2, 3): 5.0}
    decisions = decisions_of([(3, 0, True)])
    assert clusters(odds, decisions)[:4].tolist() == [0, 0, 0, 0]
    pairs, values = bind(*pairs_of(odds), decisions)
    sure = settled(pairs, values, decisions)
    assert list(zip(pairs.a, pairs.b, sure, strict=True)) == [
        (0, 1, 5.0),
        (0, 3, SURE),
        (2, 3, 5.0),
    ]
    assert pairs.agreeing.tolist() == [1, 0, 1]
    assert repr(decisions) == "<Decisions 1: 1 the same>"
