"""Similarity-graph matching, the attack that plain CLK falls to.

Both graphs of resemblance, the file's and the list's, are brought to ranks. Rows are first
compared by the quantiles of their resemblance to everybody (or to known clients); then, round
after round, the surest matches become anchors and rows are compared by their resemblance to
the anchors. The attacker makes the list's graph with a key of his own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import linear_sum_assignment

if TYPE_CHECKING:
    from numpy.typing import NDArray

ROUNDS = 12
LEAST = 5
ANCHORS = 600
SOLVED = 2_500  # up to so many rows the last round is an assignment, else the best of each row


def attack(
    file: NDArray[np.float32], listed: NDArray[np.float32], known: dict[int, int]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return the claimed list row of each file row, and how far ahead it is of the next."""
    one, two = _ranked(file), _ranked(listed)
    rows, persons = (np.array(list(part), dtype=int) for part in (known.keys(), known.values()))
    if len(rows):
        score = _alike(one[:, rows], two[:, persons])
    else:
        score = -_distance(_quantiles(one), _quantiles(two))
    for turn in range(ROUNDS):
        before, (rows, persons) = len(rows), _anchors(score, known, 60 * 2**turn)
        score = _alike(one[:, rows], two[:, persons])
        if before >= min(ANCHORS, 0.9 * len(file)) and turn > LEAST:
            break
    return _settled(score)


def _ranked(graph: NDArray[np.float32]) -> NDArray[np.float32]:
    """Replace each resemblance by -log of the share of pairs that resemble each other more."""
    n = len(graph)
    sample = np.sort(graph[np.triu_indices(min(n, 1500), 1)])
    share = 1 - np.arange(len(sample) + 1, dtype=np.float32) / (len(sample) + 1)
    ranks = -np.log(share)
    ranked = np.empty_like(graph)
    for row in range(n):
        ranked[row] = ranks[np.searchsorted(sample, graph[row])]
    np.fill_diagonal(ranked, 0)
    return ranked


def _quantiles(graph: NDArray[np.float32]) -> NDArray[np.float32]:
    steps = 1 - np.geomspace(1 / len(graph), 1, 50)
    found = np.quantile(graph, steps, axis=1).T.astype(np.float32)
    return (found - found.mean(axis=0)) / (found.std(axis=0) + 1e-9)


def _distance(one: NDArray, two: NDArray) -> NDArray:
    squares = (one**2).sum(axis=1)[:, None] + (two**2).sum(axis=1)[None, :]
    return squares - 2 * one @ two.T


def _alike(one: NDArray[np.float32], two: NDArray[np.float32]) -> NDArray[np.float32]:
    def unit(part: NDArray) -> NDArray:
        part = part - part.mean(axis=0) - (part - part.mean(axis=0)).mean(axis=1, keepdims=True)
        return part / (np.linalg.norm(part, axis=1, keepdims=True) + 1e-9)

    return unit(one) @ unit(two).T


def _anchors(
    score: NDArray, known: dict[int, int], wanted: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return rows that are each other's best, those far ahead of the next first."""
    best, ahead = _best(score)
    mutual = score.argmax(axis=0)[best] == np.arange(len(best))
    rows = np.flatnonzero(mutual)
    rows = rows[np.argsort(-ahead[rows])][: min(wanted, ANCHORS)]
    matched = dict(zip(rows.tolist(), best[rows].tolist(), strict=True)) | known
    return np.array(list(matched)), np.array(list(matched.values()))


def _best(score: NDArray) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    best = score.argmax(axis=1)
    two = -np.partition(-score, 1, axis=1)[:, :2]
    return best, (two[:, 0] - two[:, 1]).astype(float)


def _settled(score: NDArray) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    best, ahead = _best(score)
    if max(score.shape) <= SOLVED:
        best = linear_sum_assignment(-score)[1]
    return best, ahead
