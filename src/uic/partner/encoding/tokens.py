"""Tokens: the keyed name of a block, its secret salt, and how many rows share it."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from uic.crypto.mac import hmac_each

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray


ID_BITS = 63  # so that a row id is never negative


@dataclass(frozen=True, repr=False)
class Blocks:
    """How many rows of the whole register share a token of one pass: what the gate looks at.

    Attributes:
        usable: Rows that have a usable value.
        tokens: First words of the tokens that two or more rows hold, sorted.
        sizes: How many rows hold each of them.
    """

    usable: int
    tokens: NDArray[np.int64]
    sizes: NDArray[np.int64]

    @property
    def agreeing(self) -> int:
        """Pairs of rows that share a token."""
        return int((self.sizes * (self.sizes - 1) // 2).sum())

    def beyond(self, stay: int) -> int:
        """Return how many rows there are beyond the first ``stay`` of each block."""
        return int(np.maximum(self.sizes - stay, 0).sum())

    def histogram(self) -> dict[int, int]:
        """Return how many blocks there are of each size."""
        sizes, blocks = np.unique(self.sizes, return_counts=True)
        alone = self.usable - int(self.sizes.sum())
        return ({1: alone} if alone else {}) | dict(
            zip(sizes.tolist(), blocks.tolist(), strict=True)
        )


def blocks_of(tags: Iterable[pa.Table]) -> Blocks:
    """Count the blocks of one pass; memory is 16 bytes a record of the register.

    Two tokens with one first word of 64 bits would be taken for one block: among ten million
    records this happens with a chance of 3 in a million.
    """
    usable = [table.filter(table["usable"])["token_hi"].to_numpy() for table in tags]
    words = np.concatenate([np.empty(0, np.int64), *usable])
    words.sort()
    starts = np.flatnonzero(np.append(True, words[1:] != words[:-1])) if len(words) else words
    sizes = np.diff(np.append(starts, len(words)))
    shared = sizes > 1
    return Blocks(len(words), words[starts[shared]], sizes[shared])


def tags_of(values: pa.Array, key: bytes) -> pa.Table:
    """Return token, salt and whether the value is usable, one row a record.

    A record without a usable value gets random words: nobody outside sees that it is missing.

    Args:
        values: Block values; null where a record has none.
        key: Sub-key of the pass.
    """
    tags = np.frombuffer(secrets.token_bytes(24 * len(values)), dtype="<u8").reshape(-1, 3).copy()
    if values.null_count < len(values):
        encoded = values.dictionary_encode()
        distinct = encoded.dictionary.cast(pa.binary()).to_pylist()
        words = np.frombuffer(hmac_each(key, distinct), dtype=">u8").reshape(-1, 4)[:, :3]
        tags[np.asarray(values.is_valid())] = words[encoded.indices.drop_null().to_numpy()]
    return pa.table(
        {
            "token_hi": pa.array(tags[:, 0].astype(np.int64)),
            "token_lo": pa.array(tags[:, 1].astype(np.int64)),
            "salt": pa.array(np.ascontiguousarray(tags[:, 2])),
            "usable": values.is_valid(),
        }
    )


def random_ids(rows: int) -> NDArray[np.int64]:
    """Return random row ids of ``ID_BITS`` bits."""
    drawn = np.frombuffer(secrets.token_bytes(8 * rows), dtype="<u8")
    return (drawn >> np.uint64(64 - ID_BITS)).astype(np.int64)
