"""The matcher's file together with the resolver's map: the rows of one record are known.

Every record now has a place in all passes at once: its block sizes, the pair types around it,
and who its neighbours are. Likelihoods of the first two, and what the one-pass attack claims,
start the matching; neighbours matched to neighbours carry it on, round after round.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from blocks import WIDEST, Squares, likelihoods, size_log, squares
from patterns import EDGES, EQUAL
from scipy.optimize import linear_sum_assignment
from scipy.sparse import csr_array

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from one_pass import Claims
    from patterns import Side

ROUNDS = 12
CLAIM = 5.0  # what a sure claim of one pass weighs
NEIGHBOUR, EQUALITY = 4.0, 4.0  # what a shared neighbour weighs, and each equality on top


def attack(
    file: list[Side],
    listed: list[Side],
    claims: list[Claims],
    share: float,
    known: dict[int, int],
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return the claimed person of each record, and how far ahead the claim is of the next.

    Args:
        file: The passes of the file, rows in the order of the records.
        listed: The same passes of the attacker's list.
        claims: What the one-pass attack says of each pass.
        share: Share of the list that is in the file.
        known: Records whose person is known.
    """
    pairs = [(one, squares(one), squares(two), two) for one, two in zip(file, listed, strict=True)]
    start = sum(_around(*pair, share) for pair in pairs)
    for found in claims:
        start[found.rows, found.persons] += CLAIM * found.sure
    graphs = [graph for pair in pairs for graph in _graphs(*pair)]
    return _matched(start, graphs, known)


def _around(
    side: Side, noisy: Squares, true: Squares, listed: Side, share: float
) -> NDArray[np.float64]:
    """Score every record against every person by block size and the pair types around both."""
    sizes, others = _size_of(side), _size_of(listed)
    fit = size_log(np.arange(sizes.max() + 1), np.arange(others.max() + 1), share)
    score = np.maximum(fit[sizes][:, others], -50)
    if not len(noisy.ids) or not len(true.ids):
        return score
    odds = np.exp(likelihoods(side, noisy, true))
    seen, held = _row_types(noisy, len(sizes)), _row_types(true, len(others))
    held = held.multiply(1 / np.maximum(held.sum(axis=1), 1)[:, None]).tocsr()
    step = max(WIDEST // len(others), 1)
    for at in range(0, len(odds), step):
        mixture = np.log((held @ odds[at : at + step].T).T + 1e-9)
        score += 0.5 * (seen[:, at : at + step] @ mixture)
    return score


def _size_of(side: Side) -> NDArray[np.int64]:
    return np.bincount(side.blocks)[side.blocks]


def _ends(held: Squares) -> tuple[NDArray, NDArray]:
    """Return the two rows of every pair of a block."""
    block = np.repeat(np.arange(len(held.ids)), held.sizes**2)
    place = np.arange(len(held.types)) - held.corners[block]
    left = held.rows[held.starts[block] + place // held.sizes[block]]
    return left, held.rows[held.starts[block] + place % held.sizes[block]]


def _row_types(held: Squares, rows: int) -> csr_array:
    left, _ = _ends(held)
    ones = np.ones(len(left))
    return csr_array((ones, (left, held.types)), shape=(rows, len(held.known)))


def _graphs(
    side: Side, noisy: Squares, true: Squares, listed: Side
) -> list[tuple[float, csr_array, csr_array]]:
    """Return weighted graphs on both sides: shares a block, and shares it with one thing equal."""
    every = (np.ones(len(held.types), dtype=bool) for held in (noisy, true))
    one, two = next(every), next(every)
    found = [
        (NEIGHBOUR, _graph(noisy, len(side.blocks), one), _graph(true, len(listed.blocks), two))
    ]
    for number, table in enumerate(side.tables):
        text = table.shape[0] > 3
        here = noisy.known[:, number] == (len(EDGES) - 1 if text else 1)
        there = true.known[:, number] == (EQUAL if text else 1)
        found.append(
            (
                EQUALITY,
                _graph(noisy, len(side.blocks), here[noisy.types]),
                _graph(true, len(listed.blocks), there[true.types]),
            )
        )
    return found


def _graph(held: Squares, rows: int, keep: NDArray) -> csr_array:
    left, right = _ends(held)
    keep = (left != right) & keep
    return csr_array((np.ones(keep.sum()), (left[keep], right[keep])), shape=(rows, rows))


def _matched(
    start: NDArray, graphs: list, known: dict[int, int]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    rows = np.array(list(known), dtype=int)
    persons = np.array(list(known.values()), dtype=int)

    def settled(score: NDArray) -> NDArray:
        score[rows, :] -= 1e6
        score[rows, persons] += 2e6
        return linear_sum_assignment(-score)[1]

    score = start.copy()
    claimed = settled(score)
    for _ in range(ROUNDS):
        score = start.copy()
        for weight, one, two in graphs:
            score += weight * (one @ two[claimed]).toarray()
        before, claimed = claimed, settled(score)
        if (before == claimed).mean() > 0.999:
            break
    return claimed, _lead(score)


def _lead(score: NDArray) -> NDArray[np.float64]:
    two = -np.partition(-score, 1, axis=1)[:, :2]
    return two[:, 0] - two[:, 1]
