"""Blocks as squares of pair types, and how likely each is under each block of the list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array
from scipy.special import gammaln

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from patterns import Side

LIKELY = 12  # blocks of the list that are tried in full for each block of the file
WIDEST = 4_000_000  # numbers in one table; larger work goes in slices


@dataclass(frozen=True)
class Squares:
    """All pairs of rows inside blocks of two and more.

    Attributes:
        rows: Rows of those blocks, block after block.
        starts: Where each block starts in ``rows``; one more at the end.
        ids: The block numbers of the side, in the order of ``starts``.
        types: Pair type of every (row, row) of a block, a square after the other.
        corners: Where each square starts in ``types``; one more at the end.
        known: What each type number means: one row of features a type.
    """

    rows: NDArray[np.int64]
    starts: NDArray[np.int64]
    ids: NDArray[np.int64]
    types: NDArray[np.int64]
    corners: NDArray[np.int64]
    known: NDArray[np.int64]

    @property
    def sizes(self) -> NDArray[np.int64]:
        """Rows of each block."""
        return np.diff(self.starts)

    def members(self, block: int) -> NDArray[np.int64]:
        """Rows of one block."""
        return self.rows[self.starts[block] : self.starts[block + 1]]

    def square(self, block: int) -> NDArray[np.int64]:
        """Pair types of one block, rows by rows."""
        size = int(self.sizes[block])
        return self.types[self.corners[block] : self.corners[block + 1]].reshape(size, size)


def squares(side: Side, smallest: int = 2) -> Squares:
    """Return the pair types of every block with at least ``smallest`` rows."""
    sizes = np.bincount(side.blocks)
    ids = np.flatnonzero(sizes >= smallest)
    order = np.argsort(side.blocks, kind="stable")
    rows = order[sizes[side.blocks[order]] >= smallest]
    size = sizes[ids]
    starts = np.concatenate([[0], np.cumsum(size)])
    corners = np.concatenate([[0], np.cumsum(size**2)])
    block = np.repeat(np.arange(len(ids)), size**2)
    place = np.arange(corners[-1]) - corners[block]
    left = rows[starts[block] + place // size[block]]
    right = rows[starts[block] + place % size[block]]
    types, known = _types(side, left, right)
    return Squares(rows, starts, ids, types, corners, known)


def by_themselves(side: Side) -> Squares:
    """Return every row as a block of its own: what is seen of it without another row."""
    rows = np.arange(len(side.blocks))
    types, known = _types(side, rows, rows)
    ends = np.arange(len(rows) + 1)
    return Squares(rows, ends, rows, types, ends, known)


def _types(side: Side, left: NDArray, right: NDArray) -> tuple[NDArray, NDArray]:
    packed = np.zeros(len(left), dtype=np.int64)
    for feature in side.features:
        packed = packed * 16 + np.asarray(feature(left, right), dtype=np.int64)
    distinct, types = np.unique(packed, return_inverse=True)
    shifts = 16 ** np.arange(len(side.features), dtype=np.int64)[::-1]
    return types.ravel(), (distinct[:, None] // shifts) % 16


def likelihoods(side: Side, noisy: Squares, true: Squares) -> NDArray[np.float64]:
    """Return ``log P(noisy type | true type)``, one row a noisy type."""
    table = np.zeros((len(noisy.known), len(true.known)))
    for number, logs in enumerate(side.tables):
        table += logs[noisy.known[:, number][:, None], true.known[:, number][None, :]]
    return table


def histograms(held: Squares) -> csr_array:
    """Return how often each type of pair stands in each block."""
    block = np.repeat(np.arange(len(held.ids)), held.sizes**2)
    shape = (len(held.ids), len(held.known))
    return csr_array((np.ones(len(block)), (block, held.types)), shape=shape)


def size_log(file: NDArray, listed: NDArray, share: float) -> NDArray[np.float64]:
    """Return ``log P(size in the file | size on the list)`` for a share of the list drawn."""
    n, k = listed[None, :].astype(float), file[:, None].astype(float)
    fits = k <= n
    rest = np.where(fits, n - k, 0)
    chosen = gammaln(n + 1) - gammaln(k + 1) - gammaln(rest + 1)
    # 1 - share = 0 leaves no room for rows that are missing: a floor keeps the logarithm finite
    log = chosen + k * np.log(share) + rest * np.log(max(1 - share, 1e-9))
    return np.where(fits, log, -np.inf)


def candidates(
    noisy: Squares, true: Squares, table: NDArray[np.float64], share: float
) -> NDArray[np.int64]:
    """Return for each block of the file the ``LIKELY`` blocks of the list that fit it best.

    Pairs count as independent draws from the pairs of the listed block, which is not true and
    good enough to choose whom to look at closely.
    """
    mixture = histograms(true).tocsr()
    mixture = mixture.multiply(1 / (true.sizes**2)[:, None]).tocsr()
    seen = histograms(noisy).tocsr()
    fit = size_log(noisy.sizes, true.sizes, share)
    odds = np.exp(table)
    step = max(WIDEST // max(len(true.ids), 1), 1)
    for at in range(0, len(table), step):
        part = seen[:, at : at + step]
        if part.nnz:
            fit += 0.5 * (part @ np.log((mixture @ odds[at : at + step].T).T + 1e-300))
    keep = min(LIKELY, len(true.ids))
    best = np.argpartition(-fit, keep - 1, axis=1)[:, :keep]
    return np.where(np.take_along_axis(fit, best, axis=1) > -np.inf, best, -1)
