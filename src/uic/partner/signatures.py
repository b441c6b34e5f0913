"""Block-salted signatures: comparable inside one block of one pass and nowhere else.

A text value becomes 64 bits of one-bit minwise hashing over its letter pairs. The hash of pair q
in block b at position i is two bytes of AES-256_k(salt_b || q || counter), where k is the
sub-key of (pass, attribute) and salt_b comes from the keyed block value: a pseudo-random
function of (block, pair, position), so that the bits of two blocks are unrelated. Every
signature has 64 coin flips; its weight says nothing about the length of the name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from uic.crypto.mac import aes_blocks, hmac_each
from uic.levels import BITS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

_EDGE = 0x00  # stands before the first and after the last letter
_HASH_BLOCKS = BITS * 2 // 16  # AES blocks for 64 hashes of two bytes
_CHUNK = 1 << 17  # letter pairs hashed at a time: bounds memory to about 50 MB


def text_signatures(values: pa.Array, salts: NDArray[np.uint64], key: bytes) -> pa.Array:
    """Return one int64 a row, null where the value is null.

    Args:
        values: Canonical text, one a row.
        salts: Secret salt of each row's block.
        key: 32-byte sub-key of this pass and attribute.
    """
    present = np.flatnonzero(np.asarray(values.is_valid()))
    encoded = values.take(pa.array(present)).dictionary_encode()
    pairs, starts = letter_pairs(encoded.dictionary.to_pylist())
    which = encoded.indices.to_numpy()
    signed = np.zeros(len(values), dtype=np.int64)
    for rows in _chunks(np.diff(starts)[which]):
        signed[present[rows]] = _sign(pairs, starts, which[rows], salts[present[rows]], key)
    return pa.array(signed, mask=~np.asarray(values.is_valid()))


def number_codes(values: pa.Array, salts: NDArray[np.uint64], key: bytes) -> pa.Array:
    """Return a 16-bit keyed code of each small number, as int32; null stays null.

    Equal numbers of one block have equal codes; different ones meet once in 65,536.
    """
    numbers = values.fill_null(0).to_numpy().astype(np.uint32)
    codes = _keyed_words(salts, numbers, key)[:, 0].astype(np.int32)
    return pa.array(codes, mask=np.asarray(values.is_null()))


def value_codes(values: pa.Array, salts: NDArray[np.uint64], key: bytes) -> pa.Array:
    """Return a 16-bit keyed code of each text value, as int32; null stays null."""
    encoded = values.dictionary_encode()
    distinct = [text.encode() for text in encoded.dictionary.to_pylist()]
    tags = np.frombuffer(hmac_each(key, distinct), dtype=">u4").reshape(-1, 8)[:, 0]
    indices = encoded.indices.fill_null(0).to_numpy()
    numbers = tags[indices] if len(tags) else np.zeros(len(values), dtype=np.uint32)
    codes = _keyed_words(salts, numbers.astype(np.uint32), key)[:, 0].astype(np.int32)
    return pa.array(codes, mask=np.asarray(values.is_null()))


def letter_pairs(texts: list[str]) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
    """Return the letter pairs of every text, end to end, and where each text starts.

    A text of n letters has n + 1 pairs: the edges count as a letter.
    """
    joined = "".join(f"{text}\0" for text in texts)
    letters = np.frombuffer(f"\0{joined}".encode("utf-32-le"), dtype=np.uint32) & 0xFFFF
    pairs = (letters[:-1] << np.uint32(16)) | letters[1:]
    ends = np.flatnonzero(letters[1:] == _EDGE) + 1
    return pairs.astype(np.uint32), np.concatenate(([0], ends)).astype(np.int64)


def _chunks(sizes: NDArray[np.int64]) -> Iterator[slice]:
    """Yield slices of rows whose letter pairs together stay below the chunk size."""
    part = np.cumsum(sizes) // _CHUNK
    edges = np.flatnonzero(np.diff(part)) + 1
    bounds = [0, *edges.tolist(), len(sizes)]
    for start, stop in zip(bounds[:-1], bounds[1:], strict=True):
        if stop > start:
            yield slice(start, stop)


def _sign(
    pairs: NDArray[np.uint32],
    starts: NDArray[np.int64],
    which: NDArray[np.int64],
    salts: NDArray[np.uint64],
    key: bytes,
) -> NDArray[np.int64]:
    sizes = starts[which + 1] - starts[which]
    first = np.concatenate(([0], np.cumsum(sizes)[:-1]))
    within = np.arange(sizes.sum()) - np.repeat(first, sizes)
    hashed = pairs[np.repeat(starts[which], sizes) + within]
    words = _keyed_words(np.repeat(salts, sizes), hashed, key, _HASH_BLOCKS)
    smallest = np.minimum.reduceat(words, first, axis=0)
    bits = np.packbits((smallest & 1).astype(np.uint8), axis=1)
    return bits.view(">i8").astype(np.int64).ravel()


def _keyed_words(
    salts: NDArray[np.uint64], numbers: NDArray[np.uint32], key: bytes, blocks: int = 1
) -> NDArray[np.uint16]:
    """Return ``8 * blocks`` pseudo-random 16-bit words of each (salt, number)."""
    plain = np.empty((len(numbers), blocks), dtype=[("salt", "<u8"), ("n", "<u4"), ("i", "<u4")])
    plain["salt"] = salts[:, None]
    plain["n"] = numbers[:, None]
    plain["i"] = np.arange(blocks, dtype=np.uint32)
    return np.frombuffer(aes_blocks(key, plain.tobytes()), dtype="<u2").reshape(len(numbers), -1)
