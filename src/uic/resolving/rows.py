"""Which record each pass row stands for: what only the resolver knows.

The map has a row for every pass of every record, most of them in no pair. It is gone through a
piece at a time, and only the rows that some pair names are looked up.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from uic.exchange import ResolverPart

_UNKNOWN = -1


@dataclass(frozen=True, repr=False)
class Piece:
    """Some rows of the map, as arrays of one length.

    Attributes:
        row_id: Row ids.
        record: Positions of the records in their export; -1 for a dummy.
        number: Numbers of the passes; -1 where the pass had no usable value, as a dummy has none.
        offset: Node of the first record of the export.
    """

    row_id: NDArray[np.int64]
    record: NDArray[np.int32]
    number: NDArray[np.int8]
    offset: int


def pieces(parts: Sequence[ResolverPart], passes: Sequence[str]) -> Iterator[Piece]:
    """Yield the maps of all exports, a piece at a time."""
    sizes = [part.header.records for part in parts]
    offsets = np.concatenate(([0], np.cumsum(sizes, dtype=np.int64))).tolist()
    for part, offset in zip(parts, offsets, strict=False):
        for batch in part.row_map.to_batches():
            usable = batch["usable"].to_numpy(zero_copy_only=False)
            number = np.where(usable, pass_numbers(batch["pass"], passes), np.int8(_UNKNOWN))
            record = batch["record"].fill_null(_UNKNOWN).to_numpy()  # a dummy has none
            yield Piece(batch["row_id"].to_numpy(), record, number, offset)


def pass_numbers(names: pa.Array | pa.ChunkedArray, passes: Sequence[str]) -> NDArray[np.int8]:
    """Return the number of every pass named; -1 where it is none of ``passes``."""
    chunks = names.chunks if isinstance(names, pa.ChunkedArray) else [names]
    found = [np.empty(0, np.int8)]
    for chunk in chunks:
        words = chunk.dictionary_encode()
        number = pc.index_in(words.dictionary, value_set=pa.array(passes, pa.string()))
        number = number.fill_null(_UNKNOWN).cast(pa.int8())
        found.append(number.take(words.indices).to_numpy())
    return np.concatenate(found)


def nodes_of(row_ids: NDArray[np.int64], number: int, rows: Sequence[Piece]) -> NDArray[np.int64]:
    """Return the node of each row of one pass; -1 where no export knows the row.

    Args:
        row_ids: Shape (rows,): row ids of the pass, each any number of times.
        number: Number of the pass.
        rows: The maps of all exports.
    """
    last_bits = (1 << len(row_ids).bit_length() + 2) - 1
    wanted = np.zeros(last_bits + 1, dtype=np.bool_)
    wanted[row_ids & last_bits] = True
    known, nodes = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
    for piece in rows:
        at = np.flatnonzero(piece.number == number)
        at = at[wanted[piece.row_id[at] & last_bits]]  # row ids are random: few others are left
        known.append(piece.row_id[at])
        nodes.append(piece.record[at] + piece.offset)
    nodes.append(np.array([_UNKNOWN]))
    place = pc.index_in(pa.array(row_ids), value_set=pa.array(np.concatenate(known)))
    found: NDArray[np.int64] = np.concatenate(nodes)[place.fill_null(-1).to_numpy()]
    return found


def usable_masks(parts: Sequence[ResolverPart], passes: Sequence[str]) -> NDArray[np.int64]:
    """Return, per node, the bit mask of the passes in which the record has a usable value."""
    masks = np.zeros(sum(part.header.records for part in parts), dtype=np.int64)
    for piece in pieces(parts, passes):
        usable = piece.number != _UNKNOWN
        bits = 1 << piece.number[usable].astype(np.int64)
        np.bitwise_or.at(masks, piece.record[usable] + piece.offset, bits)
    return masks
