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
        salts: Secret salt of each row's block; :func:`coded` where they serve several attributes.
        key: 32-byte sub-key of this pass and attribute.
    """
    texts, blocks = coded(values), coded(salts)
    missing = np.asarray(texts.is_null())
    signed = np.zeros(len(values), dtype=np.int64)
    present = np.flatnonzero(~missing)
    if len(present):
        value, block = texts.indices.drop_null().to_numpy(), blocks.indices.to_numpy()[present]
        back: Rows = slice(None)
        if len(blocks.dictionary) < _REPEATED * len(values):
            value, block, back = _once(value, block)
        pairs, starts = letter_pairs(texts.dictionary)
        salt = blocks.dictionary.to_numpy()[block]
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
    which: NDArray[np.int32], blocks: NDArray[np.int32]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int32]]:
    """Return each value and block that meet once, and where every row finds its own."""
    width = int(blocks.max()) + 1
    once = coded(which.astype(np.int64) * width + blocks)
    value, block = np.divmod(once.dictionary.to_numpy(), width)
    return value, block, once.indices.to_numpy()


def _sign(
    pairs: NDArray[np.uint32],
    starts: NDArray[np.int64],
    which: NDArray[np.int64],
    salts: NDArray[np.uint64],
    key: bytes,
) -> NDArray[np.int64]:
    """Sign the texts ``which``; texts of one length go together, so that whole arrays move."""
    signed = np.empty(len(which), dtype=np.int64)
    encrypt = aes_prf(key)
    first = starts[which]
    sizes = starts[which + 1] - first
    narrow = sizes.astype(np.uint16) if sizes.max(initial=0) < 1 << 16 else sizes
    order = np.argsort(narrow, kind="stable")  # of 16-bit numbers a radix sort
    begin = 0
    for size, count in zip(*np.unique(narrow, return_counts=True), strict=True):
        step = min(max(_CHUNK // (int(size) * _COUNTERS), 1), int(count))
        scratch = _Scratch(int(size), step)
        for n in range(begin, begin + int(count), step):
            rows = order[n : min(n + step, begin + int(count))]
            numbers = pairs.take(first[rows] + np.arange(size)[:, None])
            signed[rows] = _signed(numbers, salts[rows], encrypt, scratch)
        begin += int(count)
    return signed


class _Scratch:
    """Memory for one chunk after another: fresh memory costs as much as the hashing itself.

    Blocks stand as (counter, letter pair, text); their counters are written once.
    """

    def __init__(self, size: int, rows: int) -> None:
        self.plain = np.zeros((_COUNTERS, size, rows), dtype=_PLAIN)
        self.plain["counter"] = np.arange(_COUNTERS, dtype=np.uint32)[:, None, None]
        self.hashed = np.empty(self.plain.nbytes + 15, dtype=np.uint8)


def _signed(
    numbers: NDArray[np.uint32],
    salts: NDArray[np.uint64],
    encrypt: Callable[[memoryview, memoryview], int],
    scratch: _Scratch,
) -> NDArray[np.int64]:
    """Sign one chunk: ``numbers`` has one column a text, of as many letter pairs each."""
    rows = len(salts)  # in the last chunk fewer than there is room for: the rest is thrown away
    plain, hashed = scratch.plain, scratch.hashed
    plain["salt"][..., :rows] = salts
    plain["number"][..., :rows] = numbers
    encrypt(plain.reshape(-1).view(np.uint8).data, hashed.data)
    words = hashed[: plain.nbytes].view("<u2").reshape(*plain.shape[:2], -1)
    bits = words.min(axis=1).astype(np.uint8) & np.uint8(1)
    packed = np.packbits(bits, axis=1)[:, :rows]
    return np.ascontiguousarray(packed.T).view(">i8")[:, 0].astype(np.int64)


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
