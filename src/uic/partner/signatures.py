"""Block-salted signatures: comparable inside one block of one pass and nowhere else.

A text value becomes 64 bits of one-bit minwise hashing over its letter pairs. The hash of pair q
in block b at position i is two bytes of AES-256_k(salt_b || q || counter), where k is the
sub-key of (pass, attribute) and salt_b comes from the keyed block value: a pseudo-random
function of (block, pair, position), so that the bits of two blocks are unrelated. Every
signature has 64 coin flips; its weight says nothing about the length of the name.

Each value is signed once a block, however many rows hold it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from uic.crypto.mac import aes_prf, hmac_each
from uic.levels import BITS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    Salts: TypeAlias = NDArray[np.uint64] | pa.DictionaryArray
    Rows: TypeAlias = NDArray[np.int32] | slice

_COUNTERS = BITS * 2 // 16  # AES blocks for 64 hashes of two bytes
_REPEATED = 0.8  # with more blocks a row, hardly a value is twice in one: looking costs more
_CHUNK = 1 << 14  # AES blocks hashed at a time: a quarter of a megabyte, which stays in the cache
_PLAIN = np.dtype([("salt", "<u8"), ("number", "<u4"), ("counter", "<u4")])


def text_signatures(values: pa.Array, salts: Salts, key: bytes) -> pa.Array:
    """Return one int64 a row, null where the value is null.

    Args:
        values: Canonical text, one a row; may be dictionary-encoded.
        salts: Secret salt of each row's block. :func:`coded` where blocks repeat: a value is then
            signed once a block.
        key: 32-byte sub-key of this pass and attribute.
    """
    texts = coded(values)
    missing = np.asarray(texts.is_null())
    present = np.flatnonzero(~missing)
    signed = np.zeros(len(values), dtype=np.int64)
    if len(present):
        value, salt, back = _once(texts.indices.drop_null().to_numpy(), salts, present)
        pairs, starts = letter_pairs(texts.dictionary)
        signed[present] = _sign(pairs, starts, value, salt, key)[back]
    return pa.array(signed, mask=missing)


def number_codes(values: pa.Array, salts: NDArray[np.uint64], key: bytes) -> pa.Array:
    """Return a 16-bit keyed code of each small number, as int32; null stays null.

    Equal numbers of one block have equal codes; different ones meet once in 65,536.
    """
    numbers = values.fill_null(0).to_numpy().astype(np.uint32)
    codes = _codes(salts, numbers, key)
    return pa.array(codes, mask=np.asarray(values.is_null()))


def value_codes(values: pa.Array, salts: NDArray[np.uint64], key: bytes) -> pa.Array:
    """Return a 16-bit keyed code of each text value, as int32; null stays null."""
    texts = coded(values)
    distinct = texts.dictionary.cast(pa.binary()).to_pylist()
    tags = np.frombuffer(hmac_each(key, distinct), dtype=">u4").reshape(-1, 8)[:, 0]
    indices = texts.indices.fill_null(0).to_numpy()
    numbers = tags[indices] if len(tags) else np.zeros(len(values), dtype=np.uint32)
    codes = _codes(salts, numbers.astype(np.uint32), key)
    return pa.array(codes, mask=np.asarray(values.is_null()))


def letter_pairs(
    texts: pa.Array | Sequence[str],
) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
    """Return the letter pairs of every text, end to end, and where each text starts.

    A text of n letters has n + 1 pairs: each edge counts as a letter, written as zero.
    """
    column = texts if isinstance(texts, pa.Array) else pa.array(texts, pa.string())
    sizes = pc.utf8_length(column).to_numpy(zero_copy_only=False).astype(np.int64)
    starts = np.concatenate((np.zeros(1, np.int64), np.cumsum(sizes + 1)))
    letters = np.zeros(starts[-1] + 1, dtype=np.uint32)
    inside = np.ones(len(letters), dtype=np.bool_)
    inside[starts] = False  # an edge stands before the first text and after each one
    letters[inside] = _letters(column) & np.uint32(0xFFFF)
    return (letters[:-1] << np.uint32(16)) | letters[1:], starts


def _letters(column: pa.Array) -> NDArray[np.uint32]:
    """Return the code points of all texts, end to end."""
    _, offsets, data = column.buffers()
    edges = np.frombuffer(offsets, np.int32)[column.offset : column.offset + len(column) + 1]
    if data is None or not len(column):
        return np.zeros(0, np.uint32)
    raw = np.frombuffer(data, np.uint8)[edges[0] : edges[-1]]
    if raw.max(initial=0) < 128:
        return raw.astype(np.uint32)
    return np.frombuffer(raw.tobytes().decode().encode("utf-32-le"), np.uint32)


def coded(values: pa.Array | Salts) -> pa.DictionaryArray:
    """Return values as distinct ones and the place of each row's own among them."""
    column = values if isinstance(values, pa.Array) else pa.array(values)
    return column if pa.types.is_dictionary(column.type) else column.dictionary_encode()


def _once(
    value: NDArray[np.int32], salts: Salts, rows: NDArray[np.int64]
) -> tuple[NDArray[np.int64] | NDArray[np.int32], NDArray[np.uint64], Rows]:
    """Return each value and salt that meet once, and where every row finds its own."""
    if not isinstance(salts, pa.DictionaryArray):
        return value, salts[rows], slice(None)
    known, block = salts.dictionary.to_numpy(), salts.indices.to_numpy()[rows]
    if len(known) >= _REPEATED * len(salts):
        return value, known[block], slice(None)
    once = coded(value.astype(np.int64) * len(known) + block)
    value_once, block_once = np.divmod(once.dictionary.to_numpy(), len(known))
    return value_once, known[block_once], once.indices.to_numpy()


def _sign(
    pairs: NDArray[np.uint32],
    starts: NDArray[np.int64],
    which: NDArray[np.int64] | NDArray[np.int32],
    salts: NDArray[np.uint64],
    key: bytes,
) -> NDArray[np.int64]:
    """Sign the texts ``which``; texts of one length go together, so that whole arrays move."""
    encrypt = aes_prf(key)
    first = starts[which]
    sizes = starts[which + 1] - first
    narrow = sizes.astype(np.uint16) if sizes.max(initial=0) < 1 << 16 else sizes
    order = np.argsort(narrow, kind="stable")  # of 16-bit numbers a radix sort
    first, salts = first[order], salts[order]
    packed = np.empty((len(which), BITS // 8), dtype=np.uint8)
    begin = 0
    for size, count in zip(*np.unique(narrow, return_counts=True), strict=True):
        together = slice(begin, begin + int(count))
        _sign_alike(pairs, first[together], int(size), salts[together], encrypt, packed[together])
        begin += int(count)
    signed = np.empty(len(which), dtype=np.int64)
    signed[order] = packed.view(">i8")[:, 0]
    return signed


def _sign_alike(
    pairs: NDArray[np.uint32],
    first: NDArray[np.int64],
    size: int,
    salts: NDArray[np.uint64],
    encrypt: Callable[[memoryview, memoryview], int],
    packed: NDArray[np.uint8],
) -> None:
    """Sign texts of one length into ``packed``, a chunk after another in the same memory.

    Fresh memory costs as much as the hashing itself. AES blocks stand as (counter, letter pair,
    text), so that every array is written in long runs; counters are written once.
    """
    step = min(max(_CHUNK // (size * _COUNTERS), 1), len(first))
    plain = np.zeros((_COUNTERS, size, step), dtype=_PLAIN)
    plain["counter"] = np.arange(_COUNTERS, dtype=np.uint32)[:, None, None]
    salt, number, blocks = plain["salt"], plain["number"], plain.reshape(-1).view(np.uint8).data
    hashed = np.empty(plain.nbytes + 15, dtype=np.uint8)
    words = hashed[: plain.nbytes].view("<u2").reshape(_COUNTERS, size, -1)
    least = np.empty((_COUNTERS, words.shape[2]), dtype=np.uint16)
    place = np.arange(size)[:, None]
    for n in range(0, len(first), step):
        rows = min(step, len(first) - n)  # of the last chunk the rest is thrown away
        number[..., :rows] = pairs.take(first[n : n + rows] + place)
        salt[..., :rows] = salts[n : n + rows]
        encrypt(blocks, hashed.data)
        np.minimum.reduce(words, axis=1, out=least)
        bits = np.packbits((least & 1).astype(np.uint8).reshape(-1)).reshape(_COUNTERS, -1)
        packed[n : n + rows] = bits[:, :rows].T


def _codes(salts: NDArray[np.uint64], numbers: NDArray[np.uint32], key: bytes) -> NDArray[np.int32]:
    """Return a 16-bit code of each (salt, number)."""
    encrypt = aes_prf(key)
    codes = np.empty(len(numbers), dtype=np.int32)
    plain = np.zeros(min(_CHUNK, len(numbers)), dtype=_PLAIN)
    hashed = np.empty(plain.nbytes + 15, dtype=np.uint8)
    for n in range(0, len(numbers), _CHUNK):
        some = plain[: len(numbers) - n]
        some["salt"], some["number"] = salts[n : n + _CHUNK], numbers[n : n + _CHUNK]
        encrypt(some.view(np.uint8).data, hashed.data)
        codes[n : n + _CHUNK] = hashed[: some.nbytes].view("<u2")[::8]
    return codes
