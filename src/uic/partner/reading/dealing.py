"""Which part a text belongs to: equal texts to one part, and to which one nobody can tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from uic.crypto.mac import aes_prf

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray

_STIR = np.uint64(0x9E3779B97F4A7C15)
_MASKS = np.array([(1 << (8 * size)) - 1 for size in range(9)], dtype=np.uint64)


def parts_of_texts(texts: pa.Array, parts: int, key: bytes) -> NDArray[np.int64]:
    """Return a number from 0 to ``parts - 1`` for each text.

    Texts are first reduced to 64 bits, where two may meet: then they share a part, which harms
    nobody. AES under a key that only this run knows makes of that a number that tells nothing.
    """
    blocks = np.zeros((len(texts), 2), dtype="<u8")
    blocks[:, 0] = _digests(texts)
    hashed = np.empty(blocks.nbytes + 15, dtype=np.uint8)
    aes_prf(key)(blocks.reshape(-1).view(np.uint8).data, hashed.data)
    words = hashed[: blocks.nbytes].view("<u8")[::2]
    return (words % np.uint64(parts)).astype(np.int64)


def _digests(texts: pa.Array) -> NDArray[np.uint64]:
    """Reduce each text to 64 bits, eight bytes at a time; this is no cryptographic hash."""
    _, offsets, data = texts.buffers()
    edges = np.frombuffer(offsets, np.int32)[texts.offset : texts.offset + len(texts) + 1]
    padded = np.zeros(int(edges[-1]) + 8, dtype=np.uint8)
    padded[: edges[-1]] = np.frombuffer(data or b"", np.uint8)[: edges[-1]]
    words = np.lib.stride_tricks.sliding_window_view(padded, 8)
    start, size = edges[:-1].astype(np.int64), np.diff(edges)
    digest = size.astype(np.uint64)
    rows = np.arange(len(texts))
    for place in range(0, int(size.max(initial=0)), 8):
        rows = rows[size[rows] > place]
        word = words[start[rows] + place].view("<u8")[:, 0]
        word &= _MASKS[np.minimum(size[rows] - place, 8)]
        mixed = (digest[rows] ^ word) * _STIR
        digest[rows] = mixed ^ (mixed >> np.uint64(29))
    return digest
