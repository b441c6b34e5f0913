"""The resolver's own score graph: which records were compared, with which agreement levels.

A resolver holds no token and no signature, but pairs with their levels, and the map that joins
the passes. Contracted to persons that is a graph whose edges say "same birth date, names far
apart", "same sounds, same sex, another year". The attacker makes the same graph of his list
under a key of his own, starts from the known clients and from how many edges of each kind a
node has, and lets the surest matches vouch for their neighbours, more of them every round.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import duckdb
import numpy as np
import pyarrow as pa
from scipy.optimize import linear_sum_assignment
from scipy.sparse import coo_array, csr_array
from scipy.special import gammaln

from uic.levels import BASE, DATE_LEVELS, SWAPPED, Comparison, pattern_sql

if TYPE_CHECKING:
    from numpy.typing import NDArray

ROUNDS = 8
WRONG = 3.0  # what an edge to an anchor costs that the other side does not have
FIRST = 30  # anchors beside the known ones in the first round; doubled every round
ASSIGNED = 30_000_000  # larger tables of scores are settled row by row, not by an assignment


@dataclass(frozen=True)
class Edges:
    """A graph of persons: ends of each edge, and its kind as a number."""

    nodes: int
    a: NDArray[np.int64]
    b: NDArray[np.int64]
    kind: NDArray[np.int64]


def listed_pairs(rows: pa.Table, items: tuple[Comparison, ...]) -> pa.Table:
    """Return ``row_a``, ``row_b``, ``pattern`` of all rows of one pass that share a token."""
    for name in {name for item in items for name in item.columns} - set(rows.column_names):
        rows = rows.append_column(name, pa.repeat(pa.scalar(0), len(rows)))  # fixed by the key
    with duckdb.connect() as database:
        database.register("rows", rows)
        return database.sql(
            f"SELECT a.row_id AS row_a, b.row_id AS row_b, {pattern_sql(items)} AS pattern"  # noqa: S608
            " FROM rows a JOIN rows b ON a.token_hi = b.token_hi AND a.token_lo = b.token_lo"
            " WHERE a.row_id < b.row_id"
        ).to_arrow_table()


def kinds_of(
    number: int, pattern: NDArray[np.int64], items: tuple[Comparison, ...]
) -> NDArray[np.int64]:
    """Return what a pair says without noise: text equal, swapped or neither; dates and codes whole.

    Near and far depend on the key, so the same two people differ in them on both sides.
    """
    kind = np.full(len(pattern), number, dtype=np.int64)
    for position, item in enumerate(items):
        level = (pattern >> (4 * position)) % BASE
        if item.kind == "text":
            level = np.select([level == 0, level == 1, level == SWAPPED], [0, 1, 2], 3)
        kind = kind * (len(DATE_LEVELS) + 1) + level
    return kind


def attack(
    file: Edges, listed: Edges, share: float, known: dict[int, int]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return the claimed person of each node of the file, and how far ahead it is of the next."""
    file, listed, kinds = _renumbered(file, listed)
    weights = _weights(listed, kinds)
    one, two = ([_adjacency(side, kind) for kind in range(kinds)] for side in (file, listed))
    start = _profiles(file, listed, kinds, share)
    score = start
    for turn in range(ROUNDS):
        anchors = _anchors(score, known, FIRST * 2**turn if turn else 0)
        score = 0.2 * start + _vouched(one, two, weights, anchors)
    return _settled(score, known)


def _renumbered(file: Edges, listed: Edges) -> tuple[Edges, Edges, int]:
    """Number the kinds that the file shows; other edges of the list cannot be seen there."""
    seen = np.unique(file.kind)
    place = np.searchsorted(seen, listed.kind)
    shown = seen[np.minimum(place, max(len(seen) - 1, 0))] == listed.kind if len(seen) else []
    keep = np.asarray(shown, dtype=bool)
    ends = (listed.nodes, listed.a[keep], listed.b[keep], place[keep])
    return (
        Edges(file.nodes, file.a, file.b, np.searchsorted(seen, file.kind)),
        Edges(*ends) if len(seen) else Edges(listed.nodes, *([np.empty(0, np.int64)] * 3)),
        len(seen),
    )


def _weights(listed: Edges, kinds: int) -> NDArray[np.float64]:
    """Return how much less likely an edge of each kind is between strangers."""
    pairs = listed.nodes * (listed.nodes - 1) / 2
    return -np.log((np.bincount(listed.kind, minlength=kinds) + 1) / (pairs + 1))


def _adjacency(side: Edges, kind: int) -> csr_array:
    here = side.kind == kind
    ends = (
        np.concatenate((side.a[here], side.b[here])),
        np.concatenate((side.b[here], side.a[here])),
    )
    found = coo_array((np.ones(len(ends[0])), ends), shape=(side.nodes, side.nodes)).tocsr()
    found.data[:] = 1
    return found


def _profiles(file: Edges, listed: Edges, kinds: int, share: float) -> NDArray[np.float64]:
    """Score nodes by their numbers of edges of each kind: Poisson, a share of the list's."""
    seen, held = (_degrees(side, kinds) for side in (file, listed))
    mean = share * held + 0.02
    return (
        seen @ np.log(mean).T - mean.sum(axis=1)[None, :] - gammaln(seen + 1).sum(axis=1)[:, None]
    )


def _degrees(side: Edges, kinds: int) -> NDArray[np.float64]:
    ends, kind = np.concatenate((side.a, side.b)), np.concatenate((side.kind, side.kind))
    flat = np.bincount(ends * max(kinds, 1) + kind, minlength=side.nodes * kinds)
    return flat.reshape(side.nodes, kinds).astype(float)


def _vouched(
    one: list[csr_array], two: list[csr_array], weights: NDArray, anchors: dict[int, int]
) -> NDArray[np.float64]:
    """Score every node against every person by their edges to the anchors of both sides."""
    rows, persons = (np.array(list(part), dtype=int) for part in (anchors.keys(), anchors.values()))
    shape = (one[0].shape[0], two[0].shape[0]) if one else (1, 1)
    alike, here, there = csr_array(shape), np.zeros(shape[0]), np.zeros(shape[1])
    for weight, file, listed in zip(weights, one, two, strict=True):
        left, right = file[:, rows], listed[:, persons]
        alike = alike + (weight + 2 * WRONG) * (left @ right.T)
        here, there = here + left.sum(axis=1), there + right.sum(axis=1)
    return alike.toarray() - WRONG * (here[:, None] + there[None, :])


def _anchors(score: NDArray, known: dict[int, int], wanted: int) -> dict[int, int]:
    """Return the known ones and the rows that are each other's best and furthest ahead."""
    if not wanted:
        return dict(known) or _anchors(score, known, FIRST)
    best, ahead = score.argmax(axis=1), _lead(score)
    mutual = np.flatnonzero(score.argmax(axis=0)[best] == np.arange(len(best)))
    rows = mutual[np.argsort(-ahead[mutual], kind="stable")][:wanted]
    return dict(zip(rows.tolist(), best[rows].tolist(), strict=True)) | known


def _settled(
    score: NDArray, known: dict[int, int]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    for row, person in known.items():
        score[row, person] = score.max() + 1e6
    claimed = linear_sum_assignment(-score)[1] if score.size <= ASSIGNED else score.argmax(axis=1)
    return claimed, _lead(score)


def _lead(score: NDArray) -> NDArray[np.float64]:
    two = -np.partition(-score, 1, axis=1)[:, :2]
    return two[:, 0] - two[:, 1]
