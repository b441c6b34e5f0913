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

from uic.crypto.mac import aes_prf, hmac_each
from uic.partner.signatures import coded

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from uic.crypto.keys import EpochKey
    from uic.partner.encoding.tokens import Blocks

    Words = NDArray[np.uint64]

_AT_ONCE = 1 << 16  # records whose ranks are made at a time


def marks_of(columns: Mapping[str, pa.ChunkedArray], key: EpochKey) -> Words:
    """Return a keyed number of each record, the same for records that are alike in everything.

    Each value has a keyed word of its own; the mark of a record is the sum, without carry, of the
    words of its values. A missing value adds nothing, so that it is all one whether a column is
    empty or absent.

    Args:
        columns: Canonical columns.
        key: The epoch key.
    """
    rows = len(next(iter(columns.values()), ()))
    marks = np.zeros(rows, dtype=np.uint64)
    for name, column in columns.items():
        values = coded(column.combine_chunks())
        distinct = values.dictionary.cast(pa.string()).cast(pa.binary()).to_pylist()
        tags = hmac_each(key.sub_key("mark", name), distinct)
        words = np.append(np.frombuffer(tags, dtype="<u8")[::4], np.uint64(0))
        marks ^= words[values.indices.fill_null(len(distinct)).to_numpy()]
    return marks


def ranks(marks: Words, served: NDArray[np.uint8], key: bytes) -> Words:
    """Return the order in which records leave a block of one pass: the smallest first.

    Who has left in the fewest passes before goes first. Passes are decided from narrow to wide, so
    that the rows of wide blocks, where one of many leaves, are those that narrow blocks have helped
    least: a record without a date of birth. Between equals decides a number of the record and of
    nothing else, keyed, so that nobody without the key can tell who leaves. The same register
    encoded again keeps the same rows: otherwise a second export would show other rows of every
    block.

    Args:
        marks: :func:`marks_of` the records.
        served: Shape (rows,): in how many of the passes before the row of each record leaves.
        key: Sub-key of the pass: who leaves in one pass does not leave in all.
    """
    encrypt, numbers = aes_prf(key), np.empty(len(marks), dtype=np.uint64)
    for first in range(0, len(marks), _AT_ONCE):
        some = marks[first : first + _AT_ONCE]
        plain = np.zeros((len(some), 2), dtype="<u8")
        plain[:, 0] = some
        hashed = np.empty(plain.nbytes + 15, dtype=np.uint8)
        encrypt(plain.reshape(-1).view(np.uint8).data, hashed.data)
        numbers[first : first + _AT_ONCE] = hashed[: plain.nbytes].view("<u8")[::2]
    return (served.astype(np.uint64) << np.uint64(56)) | (numbers >> np.uint64(8))


def leaving(blocks: Blocks, rank: Words, stay: int = 1) -> NDArray[np.bool_]:
    """Tell which rows leave: of each block those with the smallest ranks.

    Of rows that are alike in everything, and so have one rank, any may leave.

    Args:
        blocks: The rows of one pass by their tokens.
        rank: Shape (rows,).
        stay: So many rows of a block leave, and the others stay at home.
    """
    ranked, sizes = rank[blocks.order], blocks.sizes
    if stay == 1:
        least = np.minimum.reduceat(ranked, blocks.starts) if len(sizes) else ranked
        at = np.flatnonzero(ranked == np.repeat(least, sizes))
        if len(at) > len(sizes):
            block = np.searchsorted(blocks.starts, at, "right")
            at = at[np.append(True, block[1:] > block[:-1])]
    else:
        block = np.repeat(np.arange(len(sizes)), sizes)
        place = np.arange(len(block)) - np.repeat(blocks.starts, sizes)
        at = np.lexsort((ranked, block))[place < stay]
    leaves = np.zeros(len(rank), dtype=np.bool_)
    leaves[blocks.order[at]] = True
    return leaves
