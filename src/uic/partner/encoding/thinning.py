"""One row a block: in the file that leaves a partner, no two rows of a pass share a token.

Two rows of one block show how much two people resemble each other. The pattern of such
resemblances in large blocks is what a list of the same people is matched to (benchmarks/attack/).
So one row of every block leaves and the others stay at home. Rare values keep their row and common
ones find each other in narrower passes; what the partner's own records have to do with each other
it finds out by itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from uic.partner.mixing import mixed

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Words = NDArray[np.uint64]

_NOT_COMPARED = ("row_id", "record", "usable")


class Chosen:
    """Which rows of each block stay: one, or as many as the schema says.

    Those with the smallest number made of a row's own token and signatures stay: keyed values,
    so that nobody without the key can tell which. The same register encoded again keeps the same
    rows; otherwise a second export would show other rows of every block.
    """

    def __init__(self, shared: NDArray[np.int64], stay: int = 1) -> None:
        """Choose in the blocks whose first token words are ``shared``, in ascending order."""
        self._shared, self._stay = shared, stay
        self._seen: list[tuple[NDArray[np.int32], Words]] = []
        self._last: Words = np.full(len(shared), np.iinfo(np.uint64).max, dtype=np.uint64)
        self._left = np.ones(len(shared), dtype=np.int64)  # of the rows with that last number

    def look(self, rows: pa.Table) -> pa.Table:
        """Take rows of the pass into account; return them with their ``block`` and ``rank``."""
        block, rank = self._numbers(rows), _rank(rows)
        met = np.flatnonzero(block >= 0)
        if self._stay == 1:
            np.minimum.at(self._last, block[met], rank[met])
        else:
            self._seen.append((block[met], rank[met]))
        return rows.append_column("block", pa.array(block)).append_column("rank", pa.array(rank))

    def settle(self) -> None:
        """Settle the largest number that stays in each block, once all rows were looked at."""
        if not self._seen:
            return
        block, rank = map(np.concatenate, zip(*self._seen, strict=True))
        self._seen = []
        order = np.lexsort((rank, block))
        starts = np.searchsorted(block[order], np.arange(len(self._shared)))
        sizes = np.diff(np.append(starts, len(block)))
        staying = np.minimum(self._stay, sizes)
        self._last = rank[order][starts + staying - 1]
        below = block[rank < self._last[block]]
        self._left = staying - np.bincount(below, minlength=len(self._shared))

    def blocks_of(self, rows: pa.Table) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
        """Return which rows share their token, and the number of their block."""
        block = rows["block"].to_numpy()
        at = np.flatnonzero(block >= 0)
        return at, block[at]

    def thin(self, rows: pa.Table) -> pa.Table:
        """Return the rows that leave, in their order."""
        at, block = self.blocks_of(rows)
        rank, last = rows["rank"].to_numpy()[at], self._last[block]
        tied = np.flatnonzero(rank == last)
        tied = tied[np.argsort(block[tied], kind="stable")]
        place = np.arange(len(tied)) - np.searchsorted(block[tied], block[tied])
        tied = tied[place < self._left[block[tied]]]  # of rows that are all alike any may stay
        np.subtract.at(self._left, block[tied], 1)
        leaves = np.ones(len(rows), dtype=np.bool_)
        leaves[at] = rank < last
        leaves[at[tied]] = True
        return rows.filter(pa.array(leaves))

    def _numbers(self, rows: pa.Table) -> NDArray[np.int32]:
        """Return the place of each row's token among the shared ones, -1 where it is alone."""
        words = rows["token_hi"].to_numpy()
        if not len(self._shared):
            return np.full(len(words), -1, dtype=np.int32)
        block = np.minimum(np.searchsorted(self._shared, words), len(self._shared) - 1)
        return np.where(self._shared[block] == words, block, -1).astype(np.int32)


def _rank(rows: pa.Table) -> Words:
    rank: Words = np.zeros(len(rows), dtype=np.uint64)
    for name in rows.column_names:
        if name not in _NOT_COMPARED:
            words = rows[name].fill_null(-1).to_numpy().astype(np.int64).view(np.uint64)
            rank = mixed(rank ^ words)
    return rank
