"""From scored pairs to persons."""

from __future__ import annotations

import networkx as nx
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from uic.resolving.clustering import cluster
from uic.resolving.records import Nodes, RecordPairs

EDGES = st.lists(st.tuples(st.integers(0, 11), st.integers(0, 11), st.floats(-6, 12)), max_size=30)


def nodes(size: int, lists: int = 1, *, vouched: bool = False) -> Nodes:
    export = np.arange(size) % lists
    return Nodes(tuple("abc"[:lists]), export, np.arange(size), (vouched,) * lists)


def pairs(edges: list[tuple[int, int, float]]) -> RecordPairs:
    best: dict[tuple[int, int], float] = {}
    for a, b, odds in edges:
        if a != b:
            best[min(a, b), max(a, b)] = odds
    a, b = (np.array([pair[n] for pair in best], dtype=np.int64) for n in (0, 1))
    none = np.zeros(len(best), dtype=np.int64)
    return RecordPairs(a, b, np.array(list(best.values()), dtype=float), none, none, none, none)


def labels(edges: list[tuple[int, int, float]], size: int = 12, **options: object) -> list[int]:
    found = pairs(edges)
    chosen = {"threshold": 0.5, "largest": 100} | options
    given_nodes = chosen.pop("nodes", nodes(size))
    return cluster(given_nodes, found, found.log_odds, **chosen).tolist()  # type: ignore[arg-type]


@given(EDGES)
def test_without_bad_components_clusters_are_connected_components(
    edges: list[tuple[int, int, float]],
) -> None:
    """Where every pair of a component is certain, clusters equal networkx's components."""
    certain = [(a, b, 9.0) for a, b, _ in edges]
    graph = nx.Graph()
    graph.add_nodes_from(range(12))
    graph.add_edges_from((a, b) for a, b, _ in certain)
    full = [(a, b, 9.0) for part in nx.connected_components(graph) for a in part for b in part]
    found = labels(full)
    expected = {frozenset(part) for part in nx.connected_components(graph)}
    assert {frozenset(np.flatnonzero(np.array(found) == n)) for n in set(found)} == expected


@given(EDGES, st.randoms(use_true_random=False))
def test_the_order_of_pairs_changes_nothing(
    edges: list[tuple[int, int, float]], random: object
) -> None:
    """Shuffled pairs give the same clusters, also with vouched lists."""
    once = list({(min(a, b), max(a, b)): (a, b, odds) for a, b, odds in edges}.values())
    mixed = once.copy()
    random.shuffle(mixed)  # type: ignore[attr-defined]
    for lists in (nodes(12), nodes(12, 3, vouched=True)):
        assert labels(once, nodes=lists) == labels(mixed, nodes=lists)


@given(EDGES)
def test_a_cluster_holds_one_record_of_a_vouched_list(
    edges: list[tuple[int, int, float]],
) -> None:
    """Where partners vouch for no duplicates, no cluster has two records of one list."""
    lists = nodes(12, 3, vouched=True)
    found = np.array(labels(edges, nodes=lists))
    seen = [(int(label), int(export)) for label, export in zip(found, lists.export, strict=True)]
    assert len(seen) == len(set(seen))


def test_a_chain_of_weak_links_is_cut_again() -> None:
    """Six people chained by five links are not one person: three pairs in fifteen are likely."""
    chain = [(n, n + 1, 5.0 if n % 2 == 0 else 0.5) for n in range(5)]
    assert labels(chain, 6) == [0, 0, 1, 1, 2, 2]


def test_no_cluster_grows_beyond_the_largest() -> None:
    """A component of certain links that is too large is cut until it fits."""
    full = [(a, b, 20.0 - (a + b) / 10) for a in range(12) for b in range(a)]
    assert np.bincount(labels(full, largest=5)).max() <= 5


def test_the_best_pair_of_a_vouched_list_wins() -> None:
    """Of two candidates on one list the more likely one is taken."""
    lists = Nodes(("a", "b"), np.array([0, 1, 1]), np.array([0, 0, 1]), (True, True))
    assert labels([(0, 1, 2.0), (0, 2, 4.0)], 3, nodes=lists) == [0, 1, 0]
