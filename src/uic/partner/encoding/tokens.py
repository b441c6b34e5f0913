"""Tokens: the keyed name of a block, its secret salt, and how many rows share it."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from uic.crypto.mac import KEY_BYTES, hmac_each

if TYPE_CHECKING:
    from numpy.typing import NDArray


ID_BITS = 63  # so that a row id is never negative


@dataclass(frozen=True, repr=False)
class Blocks:
    """Which rows of a pass share a token, over the whole register: what the gate looks at.

    Attributes:
        order: The rows in the order of their tokens.
        starts: Where in this order each block begins.
    """

    order: NDArray[np.int64]
    starts: NDArray[np.int64]

    @property
    def sizes(self) -> NDArray[np.int64]:
        """Rows of each block."""
        return np.diff(self.starts, append=len(self.order))

    @property
    def agreeing(self) -> int:
        """Pairs of rows that share a token."""
        sizes = self.sizes
        return int((sizes * (sizes - 1) // 2).sum())

    def met(self) -> NDArray[np.bool_]:
        """Tell which rows share their token with another."""
        sizes = self.sizes
        met = np.empty(len(self.order), dtype=np.bool_)
        met[self.order] = np.repeat(sizes > 1, sizes)
        return met

    def histogram(self) -> dict[int, int]:
        """Return how many blocks there are of each size."""
        blocks = np.bincount(self.sizes)
        sizes = np.flatnonzero(blocks)
        return dict(zip(sizes.tolist(), blocks[sizes].tolist(), strict=True))


def blocks_of(words: NDArray[np.int64]) -> Blocks:
    """Put the rows of one pass into blocks; memory is some 30 bytes a row, for one pass at a time.

    Two tokens with one first word of 64 bits would be taken for one block: among ten million
    records this happens with a chance of 3 in a million.

    Args:
        words: First word of the token of every row that has a usable value.
    """
    order = np.argsort(words)
    in_order = words[order]
    first = np.append(True, in_order[1:] != in_order[:-1])[: len(words)]
    return Blocks(order, np.flatnonzero(first))


def agreeing_pairs(words: NDArray[np.int64]) -> int:
    """Return how many pairs of rows share a token; for less work than :func:`blocks_of`."""
    in_order = np.sort(words)
    starts = np.flatnonzero(np.append(True, in_order[1:] != in_order[:-1])[: len(words)])
    sizes = np.diff(starts, append=len(words))
    return int((sizes * (sizes - 1) // 2).sum())


def tags_of(values: pa.DictionaryArray, key: bytes) -> tuple[pa.Table, pa.Table]:
    """Return token and salt of every record, in two tables: what blocks are made of, and the rest.

    ``token_hi`` and whether the value is ``usable``; ``token_lo`` and ``salt``.

    A record without a usable value gets random words: nobody outside sees that it is missing.

    Args:
        values: Block values; null where a record has none.
        key: Sub-key of the pass.
    """
    distinct = values.dictionary.cast(pa.binary()).to_pylist()
    tags = np.frombuffer(hmac_each(key, distinct), dtype=">u8").reshape(-1, 4)
    usable = np.asarray(values.is_valid())
    at = np.flatnonzero(~usable)
    drawn = np.frombuffer(secrets.token_bytes(24 * len(at)), dtype="<u8").reshape(-1, 3)
    place = values.indices.fill_null(len(distinct)).to_numpy()
    words = []
    for number in range(3):
        known = np.append(tags[:, number].astype(np.uint64), np.uint64(0))
        words.append(known[place])
        words[-1][at] = drawn[:, number]
    high, low = (pa.array(word.view(np.int64)) for word in words[:2])
    return (
        pa.table({"token_hi": high, "usable": pa.array(usable)}),
        pa.table({"token_lo": low, "salt": pa.array(words[2])}),
    )


def random_tags(rows: int) -> tuple[pa.Table, pa.Table]:
    """Return the tags of rows of which none has a usable value."""
    return tags_of(pa.nulls(rows, pa.string()).dictionary_encode(), bytes(KEY_BYTES))


def ordered_ids(rows: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return random row ids in ascending order, all different, and whose each of them is."""
    ids = random_ids(rows)
    owners = np.argsort(ids)
    ids = ids[owners]
    while (ids[1:] == ids[:-1]).any():
        ids = np.sort(random_ids(rows))
    return ids, owners


def random_ids(rows: int) -> NDArray[np.int64]:
    """Return random row ids of ``ID_BITS`` bits."""
    drawn = np.frombuffer(secrets.token_bytes(8 * rows), dtype="<u8")
    return (drawn >> np.uint64(64 - ID_BITS)).astype(np.int64)
