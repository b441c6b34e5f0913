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
    from numpy.typing import NDArray

_HASH_BLOCKS = BITS * 2 // 16  # AES blocks for 64 hashes of two bytes
_CHUNK = 1 << 14  # (salt, number) hashed at a time: two megabytes, which stay in the cache
_PLAIN = np.dtype([("salt", "<u8"), ("number", "<u4"), ("counter", "<u4")])


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
    signed[present] = _sign(pairs, starts, which, salts[present], key)
    return pa.array(signed, mask=~np.asarray(values.is_valid()))


def number_codes(values: pa.Array, salts: NDArray[np.uint64], key: bytes) -> pa.Array:
    """Return a 16-bit keyed code of each small number, as int32; null stays null.

    Equal numbers of one block have equal codes; different ones meet once in 65,536.
    """
    numbers = values.fill_null(0).to_numpy().astype(np.uint32)
    codes = _codes(salts, numbers, key)
    return pa.array(codes, mask=np.asarray(values.is_null()))


def value_codes(values: pa.Array, salts: NDArray[np.uint64], key: bytes) -> pa.Array:
    """Return a 16-bit keyed code of each text value, as int32; null stays null."""
    encoded = values.dictionary_encode()
    distinct = [text.encode() for text in encoded.dictionary.to_pylist()]
    tags = np.frombuffer(hmac_each(key, distinct), dtype=">u4").reshape(-1, 8)[:, 0]
    indices = encoded.indices.fill_null(0).to_numpy()
    numbers = tags[indices] if len(tags) else np.zeros(len(values), dtype=np.uint32)
    codes = _codes(salts, numbers.astype(np.uint32), key)
    return pa.array(codes, mask=np.asarray(values.is_null()))


def letter_pairs(texts: list[str]) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
    """Return the letter pairs of every text, end to end, and where each text starts.

    A text of n letters has n + 1 pairs: each edge counts as a letter, written as zero.
    """
    joined = "".join(f"{text}\0" for text in texts)
    letters = np.frombuffer(f"\0{joined}".encode("utf-32-le"), dtype=np.uint32) & 0xFFFF
    pairs = (letters[:-1] << np.uint32(16)) | letters[1:]
    ends = np.cumsum([len(text) + 1 for text in texts], dtype=np.int64)
    return pairs.astype(np.uint32), np.concatenate((np.zeros(1, np.int64), ends))


def _sign(
    pairs: NDArray[np.uint32],
    starts: NDArray[np.int64],
    which: NDArray[np.int64],
    salts: NDArray[np.uint64],
    key: bytes,
) -> NDArray[np.int64]:
    """Sign the texts ``which``; texts of one length go together, so that whole arrays move."""
    signed = np.empty(len(which), dtype=np.int64)
    sizes = np.diff(starts)[which]
    for size in np.unique(sizes):
        alike = np.flatnonzero(sizes == size)
        step = max(_CHUNK // int(size), 1)
        for rows in (alike[n : n + step] for n in range(0, len(alike), step)):
            numbers = pairs[starts[which[rows]] + np.arange(size)[:, None]]
            blocks = np.broadcast_to(salts[rows], numbers.shape)
            words = _keyed_words(blocks, numbers, key, _HASH_BLOCKS)
            smallest = words.reshape(size, len(rows), BITS).min(axis=0)
            signed[rows] = np.packbits(smallest & 1, axis=1).view(">i8").ravel()
    return signed


def _codes(salts: NDArray[np.uint64], numbers: NDArray[np.uint32], key: bytes) -> NDArray[np.int32]:
    return _keyed_words(salts, numbers, key, 1)[:, 0].astype(np.int32)


def _keyed_words(
    salts: NDArray[np.uint64], numbers: NDArray[np.uint32], key: bytes, blocks: int
) -> NDArray[np.uint16]:
    """Return ``8 * blocks`` pseudo-random 16-bit words of each (salt, number)."""
    plain = np.empty((*numbers.shape, blocks), dtype=_PLAIN)
    plain["salt"] = salts[..., None]
    plain["number"] = numbers[..., None]
    plain["counter"] = np.arange(blocks, dtype=np.uint32)
    hashed = np.empty(plain.nbytes + 15, dtype=np.uint8)
    aes_blocks(key, plain.reshape(-1).view(np.uint8).data, hashed.data)
    return hashed[: plain.nbytes].view("<u2").reshape(-1, 8 * blocks)
