"""Chains of links: the most probable way from one record of a person to another."""

from __future__ import annotations

import math

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from uic.resolving.chains import strongest_chain

CHANCES = st.sampled_from([0.5, 0.6, 0.75, 0.9, 0.99, 1.0])


def chain(links: list[tuple[int, int, float]], first: int, last: int) -> tuple[int, ...]:
    a, b, chance = (np.array(column) for column in zip(*links, strict=True))
    return strongest_chain(a, b, chance.astype(float), first, last)


def test_by_hand() -> None:
    """Two sure steps (.81) are more than one weak one (.7) and less than one of .82."""
    around = [(0, 1, 0.9), (1, 2, 0.9)]
    assert chain([*around, (0, 2, 0.7)], 0, 2) == (0, 1)
    assert chain([*around, (0, 2, 0.82)], 0, 2) == (2,)
    assert chain(around, 2, 0) == (1, 0)
    assert chain([(0, 1, 1.0), (1, 2, 1.0), (0, 2, 1.0)], 0, 2) == (2,)  # of equals the shorter


def test_nothing_joins_strangers() -> None:
    """No way, a record without any link, and a record with itself."""
    links = [(0, 1, 0.9), (2, 3, 0.9)]
    assert chain(links, 0, 3) == ()
    assert chain(links, 0, 9) == ()
    assert chain(links, 1, 1) == ()
    assert strongest_chain(*np.empty((2, 0), dtype=np.int64), np.empty(0), 0, 1) == ()


@given(st.dictionaries(st.tuples(st.integers(0, 7), st.integers(0, 7)), CHANCES, min_size=1))
def test_no_other_chain_is_more_probable(found: dict[tuple[int, int], float]) -> None:
    """Against every simple path of a small graph, as networkx lists them."""
    graph = nx.Graph()
    for (a, b), sure in found.items():
        if a < b:
            graph.add_edge(a, b, sure=sure)
    links = [(a, b, data["sure"]) for a, b, data in graph.edges(data=True)]
    if not graph.has_node(0) or not graph.has_node(7):
        return
    told = chain(links, 0, 7)
    paths = [
        math.prod(graph.edges[pair]["sure"] for pair in path)
        for path in nx.all_simple_edge_paths(graph, 0, 7)
    ]
    if not paths:
        assert told == ()
        return
    assert math.prod(links[n][2] for n in told) == pytest.approx(max(paths))
    assert {0, 7} <= {end for n in told for end in links[n][:2]}
