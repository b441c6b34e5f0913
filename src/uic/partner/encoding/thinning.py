"""One row a block: in the file that leaves a partner, no two rows of a pass share a token.

Two rows of one block show how much two people resemble each other. The pattern of such
resemblances in large blocks is what a list of the same people is matched to (benchmarks/attack/).
So one row of every block stays as it is and the others become dummies: random tokens, random
bits for signatures. Rare values keep their row and common ones find each other in narrower
passes; what the partner's own records have to do with each other it finds out by itself.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Words = NDArray[np.uint64]

_NOT_COMPARED = ("row_id", "record", "usable")
_CODE = 0xFFFF  # codes of numbers and values have 16 bits
_STEP, _FIRST, _SECOND = (
    np.uint64(n) for n in (0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB)
)


class Chosen:
    """Which row of each block stays.

    The smallest of a number made of a row's own token and signatures stays: keyed values, so
    that nobody without the key can tell which. The same register encoded again keeps the same
    rows; otherwise a second export would show a second row of every block. Partners who hold
    the same person tend to keep the same person.
    """

    def __init__(self, shared: NDArray[np.int64]) -> None:
        """Choose in the blocks whose first token words are ``shared``, in ascending order."""
        self._shared = shared
        self._best = np.full(len(shared), np.iinfo(np.uint64).max, dtype=np.uint64)
        self._taken = np.zeros(len(shared), dtype=np.bool_)

    def look(self, rows: pa.Table) -> None:
        """Take rows of the pass into account; all of them must be looked at before any leaves."""
        at, block = self.blocks_of(rows)
        np.minimum.at(self._best, block, _rank(rows)[at])

    def blocks_of(self, rows: pa.Table) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return which rows share their token, and the number of their block."""
        words = rows["token_hi"].to_numpy()
        if not len(self._shared):
            return np.empty(0, np.int64), np.empty(0, np.int64)
        block = np.minimum(np.searchsorted(self._shared, words), len(self._shared) - 1)
        at = np.flatnonzero(self._shared[block] == words)
        return at, block[at]

    def thin(self, rows: pa.Table) -> pa.Table:
        """Return the rows with dummies in the place of those that do not stay."""
        at, block = self.blocks_of(rows)
        best = np.flatnonzero(_rank(rows)[at] == self._best[block])
        best = best[~self._taken[block[best]]]
        stays = best[np.unique(block[best], return_index=True)[1]]  # rows that are all alike
        self._taken[block[stays]] = True
        lost = np.zeros(len(rows), dtype=np.bool_)
        lost[at] = True
        lost[at[stays]] = False
        return _with_dummies(rows, lost)


def _rank(rows: pa.Table) -> Words:
    rank: Words = np.zeros(len(rows), dtype=np.uint64)
    for name in rows.column_names:
        if name not in _NOT_COMPARED:
            words = rows[name].fill_null(-1).to_numpy().astype(np.int64).view(np.uint64)
            rank = _mixed(rank ^ words)
    return rank


def _mixed(words: Words) -> Words:
    """Spread words over all 64 bits (the finalizer of SplitMix64, Steele et al. 2014)."""
    words = words + _STEP
    words = (words ^ (words >> np.uint64(30))) * _FIRST
    words = (words ^ (words >> np.uint64(27))) * _SECOND
    spread: Words = words ^ (words >> np.uint64(31))
    return spread


def _with_dummies(rows: pa.Table, lost: NDArray[np.bool_]) -> pa.Table:
    if not lost.any():
        return rows
    columns = {name: rows[name] for name in rows.column_names}
    for name in columns:
        if name not in _NOT_COMPARED:
            columns[name] = _random(rows[name], lost)
    return pa.table(columns)


def _random(column: pa.ChunkedArray, lost: NDArray[np.bool_]) -> pa.Array:
    """Put random bits where rows are lost; what is missing stays missing."""
    known = np.asarray(column.combine_chunks().is_valid())
    values = column.fill_null(0).to_numpy().copy()
    drawn = np.frombuffer(secrets.token_bytes(8 * int(lost.sum())), dtype=np.int64)
    wide = values.dtype == np.int64
    values[lost] = drawn if wide else (drawn & _CODE).astype(values.dtype)
    return pa.array(values, type=column.type, mask=~known)
