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
    """Which rows of each block stay: one, or as many as the schema says.

    Those with the smallest number made of a row's own token and signatures stay: keyed values,
    so that nobody without the key can tell which. The same register encoded again keeps the same
    rows; otherwise a second export would show other rows of every block.
    """

    def __init__(self, shared: NDArray[np.int64], stay: int = 1) -> None:
        """Choose in the blocks whose first token words are ``shared``, in ascending order."""
        self._shared, self._stay = shared, stay
        self._seen: list[tuple[NDArray[np.int64], Words]] = []
        self._last: Words = np.empty(0, dtype=np.uint64)
        self._stayed = np.zeros(len(shared), dtype=np.int64)

    def look(self, rows: pa.Table) -> None:
        """Take rows of the pass into account."""
        at, block = self.blocks_of(rows)
        self._seen.append((block, _rank(rows)[at]))

    def settle(self) -> None:
        """Settle the largest number that stays in each block, once all rows were looked at."""
        block, rank = (
            np.concatenate([np.empty(0, kind), *parts])
            for kind, parts in zip(
                (np.int64, np.uint64), zip(*self._seen, strict=True) or ((), ()), strict=True
            )
        )
        self._seen = []
        order = np.lexsort((rank, block))
        starts = np.searchsorted(block[order], np.arange(len(self._shared)))
        sizes = np.diff(np.append(starts, len(block)))
        self._last = rank[order][starts + np.minimum(self._stay, sizes) - 1]

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
        low = np.flatnonzero(_rank(rows)[at] <= self._last[block])
        low = low[np.argsort(block[low], kind="stable")]
        place = np.arange(len(low)) - np.searchsorted(block[low], block[low])
        stays = low[place + self._stayed[block[low]] < self._stay]  # rows that are all alike
        self._stayed += np.bincount(block[stays], minlength=len(self._shared))
        lost = np.zeros(len(rows), dtype=np.bool_)
        lost[at] = True
        lost[at[stays]] = False
        return _with_dummies(rows, lost)


def _rank(rows: pa.Table) -> Words:
    rank: Words = np.zeros(len(rows), dtype=np.uint64)
    for name in rows.column_names:
        if name not in _NOT_COMPARED:
            words = rows[name].fill_null(-1).to_numpy().astype(np.int64).view(np.uint64)
            rank = mixed(rank ^ words)
    return rank


def mixed(words: Words) -> Words:
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
