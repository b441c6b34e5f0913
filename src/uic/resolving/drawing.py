"""Other ways the records may belong together, drawn by the probabilities of the links.

A link with probability .7 is right in seven of ten worlds. Each draw is one such world: every
pair that matters is kept or dropped by its own probability, and what hangs together is a person.
Only the surest pairs that hold a person together matter (a maximum spanning forest): the third
side of a triangle says again what the other two said. Two records that one pair joins are thus
together in just the share of draws that the pair's probability says.

Counting the draws tells what the linkage leaves open. It tells nothing about two records of one
person that were never compared, or whose pair is not in the file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components, minimum_spanning_tree

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Numbers = NDArray[np.int64]
    Chances = NDArray[np.float64]

SURE = 0.999
"""Pairs at least as probable as this are never dropped: less than one in a thousand is wrong."""

_NODES_AT_ONCE = 2_000_000


def draw_persons(
    persons: Numbers, a: Numbers, b: Numbers, probability: Chances, *, draws: int, seed: int
) -> tuple[Numbers, Numbers]:
    """Draw who the records are.

    Args:
        persons: Shape (records,): the person of each record, as resolved.
        a: Shape (pairs,): one record of each pair.
        b: Shape (pairs,): the other. Pairs may be accepted links or candidates that were not.
        probability: Shape (pairs,): chance that the two are one person, 0 to 1.
        draws: How many draws.
        seed: Same seed, same draws.

    Returns:
        The records in question, shape (k,), and their persons, shape (draws, k). Records that
        share a person in some draw, or as resolved, are all in question or none is. What holds a
        person together without a pair in the file (a review, an earlier round) is never dropped.
    """
    first, second, chance = _forest(persons, a, b, probability)
    whole = _components(len(persons), first, second)
    doubtful = chance < SURE
    asked = np.zeros(whole.max(initial=-1) + 1, dtype=np.bool_)
    asked[whole[first[doubtful]]] = True
    records = np.flatnonzero(asked[whole])
    place = np.full(len(persons), -1, dtype=np.int64)
    place[records] = np.arange(len(records))
    inside = asked[whole[first]]
    edges = place[first[inside]], place[second[inside]], chance[inside]
    return records, _draw(len(records), *edges, draws, np.random.default_rng(seed))


def _forest(
    persons: Numbers, a: Numbers, b: Numbers, probability: Chances
) -> tuple[Numbers, Numbers, Chances]:
    """Return the surest pairs that hold the records together, and what was never in question."""
    linked = persons[a] == persons[b]
    known = _components(len(persons), a[linked], b[linked])
    _, lead, of_person = np.unique(persons, return_index=True, return_inverse=True)
    # One record of every piece of a person that no pair reaches is tied to the person's first.
    _, piece = np.unique(np.stack([persons, known]), axis=1, return_index=True)
    loose = piece[known[piece] != known[lead[of_person[piece]]]]
    first = np.concatenate([np.minimum(a, b), lead[of_person[loose]]])
    second = np.concatenate([np.maximum(a, b), loose])
    chance = np.concatenate([probability, np.ones(len(loose))])
    order = np.lexsort((-chance, second, first))  # of a pair given twice, the surer counts
    first, second, chance = first[order], second[order], chance[order]
    new = np.append(True, (np.diff(first) != 0) | (np.diff(second) != 0))[: len(first)]
    cost = 2.0 - chance[new]  # a spanning tree takes the least, and zero would mean no pair
    graph = coo_array((cost, (first[new], second[new])), shape=(len(persons), len(persons)))
    tree = minimum_spanning_tree(graph.tocsr()).tocoo()
    return tree.row.astype(np.int64), tree.col.astype(np.int64), 2.0 - tree.data


def _draw(
    size: int, a: Numbers, b: Numbers, chance: Chances, draws: int, rng: np.random.Generator
) -> Numbers:
    """Draw several worlds at once, each a copy of the records with its own pairs."""
    found = np.empty((draws, size), dtype=np.int64)
    at_once = max(1, _NODES_AT_ONCE // max(size, 1))
    for start in range(0, draws, at_once):
        worlds = min(at_once, draws - start)
        kept = rng.random((worlds, len(chance))) < np.where(chance < SURE, chance, 1.0)
        world, edge = np.nonzero(kept)
        labels = _components(worlds * size, world * size + a[edge], world * size + b[edge])
        found[start : start + worlds] = labels.reshape(worlds, size)
    return found


def _components(size: int, a: Numbers, b: Numbers) -> Numbers:
    graph = coo_array((np.ones(len(a), dtype=np.bool_), (a, b)), shape=(size, size))
    return np.asarray(connected_components(graph, directed=False)[1], dtype=np.int64)
