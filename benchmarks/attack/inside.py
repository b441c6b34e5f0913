"""Match the rows of one encoded block to the rows of one block of the list."""

from __future__ import annotations

import math
from itertools import permutations
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.optimize import linear_sum_assignment
from scipy.special import gammaln, logsumexp

if TYPE_CHECKING:
    from numpy.typing import NDArray

ORDERS = 120  # up to so many ways to match are all tried
STARTS = (0, 1, 3)  # how much noise is laid on the first guess
_EVERY: dict[tuple[int, int], NDArray] = {}


class Match(NamedTuple):
    """The best way found: list row of each file row, log-evidence, and how sure each row is."""

    places: NDArray[np.int64]
    evidence: float
    sure: NDArray[np.float64]


def match(
    seen: NDArray, listed: NDArray, table: NDArray, rng: np.random.Generator, fixed: dict[int, int]
) -> Match:
    """Match two squares of pair types; ``fixed`` holds rows whose place is known."""
    if math.perm(len(listed), len(seen)) <= ORDERS:
        return _every_way(seen, listed, table, fixed)
    return _best_of_starts(seen, listed, table, rng, fixed)


def _every_way(seen: NDArray, listed: NDArray, table: NDArray, fixed: dict[int, int]) -> Match:
    key = (len(listed), len(seen))
    if key not in _EVERY:
        _EVERY[key] = np.array(list(permutations(range(key[0]), key[1])))
    ways = _EVERY[key]
    pairs = table[seen[None], listed[ways[:, :, None], ways[:, None, :]]]
    own = np.diagonal(pairs, axis1=1, axis2=2).sum(axis=1)
    score = own + (pairs.sum(axis=(1, 2)) - own) / 2
    for row, place in fixed.items():
        score[ways[:, row] != place] = -1e9
    total = logsumexp(score)
    chance = np.exp(score - total)
    best = ways[int(np.argmax(score))]
    sure = np.array([chance[ways[:, row] == place].sum() for row, place in enumerate(best)])
    return Match(best, float(total - math.log(len(ways))), sure)


def _best_of_starts(
    seen: NDArray, listed: NDArray, table: NDArray, rng: np.random.Generator, fixed: dict[int, int]
) -> Match:
    rough = _rough(seen, listed, table)
    for row, place in fixed.items():
        rough[row, :], rough[:, place] = -1e6, -1e6
        rough[row, place] = 1e6
    still = np.array(sorted(fixed), dtype=int)
    own = table[np.diagonal(seen)][:, np.diagonal(listed)]
    seen, listed, table = _without_self(seen, listed, table)
    found = [
        _climb(
            seen, listed, table, own, _first(rough + noise * rng.gumbel(size=rough.shape)), still
        )
        for noise in STARTS
    ]
    best, score, sure = max(found, key=lambda item: item[1])
    rows, places = len(seen), len(listed)
    ways = gammaln(places + 1) - gammaln(places - rows + 1)
    return Match(best, float(score - ways - np.log(sure).sum()), sure)


def _rough(seen: NDArray, listed: NDArray, table: NDArray) -> NDArray:
    """Score each (row, place) by the pair types around them, as if those were independent."""
    noisy, here = np.unique(seen, return_inverse=True)
    true, there = np.unique(listed, return_inverse=True)
    here, there = here.reshape(seen.shape), there.reshape(listed.shape)
    mixture = np.zeros((len(listed), len(true)))
    np.add.at(mixture, (np.arange(len(listed))[:, None], there), 1 / len(listed))
    fit = np.log(mixture @ np.exp(table[np.ix_(noisy, true)]).T + 1e-300)
    held = np.zeros((len(seen), len(noisy)))
    np.add.at(held, (np.arange(len(seen))[:, None], here), 1)
    return held @ fit.T


def _without_self(
    seen: NDArray, listed: NDArray, table: NDArray
) -> tuple[NDArray, NDArray, NDArray]:
    """Make the table small and give the diagonals a type of their own that scores nothing."""
    noisy, here = np.unique(seen, return_inverse=True)
    true, there = np.unique(listed, return_inverse=True)
    small = np.pad(table[np.ix_(noisy, true)], ((0, 1), (0, 1)))
    here, there = here.reshape(seen.shape).copy(), there.reshape(listed.shape).copy()
    np.fill_diagonal(here, len(noisy))
    np.fill_diagonal(there, len(true))
    return here, there, small


def _first(rough: NDArray) -> NDArray:
    return linear_sum_assignment(-rough)[1]


def _climb(
    seen: NDArray, listed: NDArray, table: NDArray, own: NDArray, places: NDArray, still: NDArray
) -> tuple[NDArray, float, NDArray]:
    """Swap two rows, or move one to a free place, while that helps."""
    places = places.copy()
    rows = np.arange(len(seen))
    scores = own + sum(table[seen[:, [j]], listed[None, :, places[j]]] for j in rows)
    for _ in range(6 * len(rows) + 10):
        swap, move = _gains(seen, listed, table, scores, places)
        swap[still, :], swap[:, still], move[still, :] = -np.inf, -np.inf, -np.inf
        at, to = np.unravel_index(np.argmax(swap), swap.shape)
        row, free = np.unravel_index(np.argmax(move), move.shape)
        if max(swap[at, to], move[row, free]) <= 1e-9:
            break
        turned = (
            [(at, places[to]), (to, places[at])]
            if swap[at, to] >= move[row, free]
            else [(row, free)]
        )
        for who, place in turned:
            column = seen[:, [who]]
            scores += table[column, listed[None, :, place]]
            scores -= table[column, listed[None, :, places[who]]]
            places[who] = place
    own_score = own[rows, places]
    total = (scores[rows, places] + own_score).sum() / 2
    losses = np.exp(np.minimum(swap, 0)).sum(axis=1) + np.exp(np.minimum(move, 0)).sum(axis=1)
    sure = 1 / (1 + losses)
    sure[still] = 1
    return places, float(total), sure


def _gains(
    seen: NDArray, listed: NDArray, table: NDArray, scores: NDArray, places: NDArray
) -> tuple[NDArray, NDArray]:
    rows = np.arange(len(seen))
    at = scores[:, places]
    now = np.diagonal(at)
    there = listed[places][:, places]
    straight, turned = table[seen, there], table[seen, there.T]
    swap = at + at.T - now[:, None] - now[None, :] + straight + turned
    np.fill_diagonal(swap, -np.inf)
    move = scores - now[:, None]
    move[:, places] = -np.inf
    move[rows, places] = -np.inf
    return swap, move
