# ruff: noqa: INP001 - a script beside the specification, not a package
"""Keys, tokens and signatures straight from ``spec/encoding.md``, one value at a time, slowly.

Uses nothing but Python's ``hmac`` and ``hashlib``: AES-256 is written out, so that the vectors
come from neither implementation and from no library that one of them uses. For vectors only: it
is slow, and it does not hide its timing.
"""

from __future__ import annotations

import hashlib
import hmac
from itertools import chain, pairwise

BITS = 64
DOMAIN = "uic/v1"


def labelled(*parts: str) -> bytes:
    """Return LP("uic/v1") || LP(part) || and so on."""
    encoded = [part.encode() for part in (DOMAIN, *parts)]
    return b"".join(len(part).to_bytes(4, "big") + part for part in encoded)


def sub_key(root: bytes, project: str, epoch: str, purpose: str, *parts: str) -> bytes:
    """HKDF-Expand-SHA256 (RFC 5869, section 2.3): 32 bytes are one block, so T(1) is all."""
    info = labelled(project, epoch, purpose, *parts)
    return hmac.digest(root, info + b"\x01", hashlib.sha256)


def tag(key: bytes, text: str) -> bytes:
    """HMAC-SHA256 of the UTF-8 bytes."""
    return hmac.digest(key, text.encode(), hashlib.sha256)


def letter_pairs(text: str) -> list[int]:
    """Return the n + 1 neighbouring pairs of n characters, the edges written as 0."""
    points = [0, *(ord(sign) % 2**16 for sign in text), 0]
    return [first * 2**16 + second for first, second in pairwise(points)]


def hashes(key: bytes, salt: int, number: int, blocks: int) -> list[int]:
    """Return the 16-bit numbers of ``blocks`` AES blocks, little-endian, in order."""
    plain = salt.to_bytes(8, "little") + number.to_bytes(4, "little")
    made = b"".join(aes256(key, plain + i.to_bytes(4, "little")) for i in range(blocks))
    return [int.from_bytes(made[at : at + 2], "little") for at in range(0, len(made), 2)]


def text_signature(key: bytes, salt: int, text: str) -> int:
    """Return the signature of a canonical text, as an unsigned 64-bit integer."""
    rows = [hashes(key, salt, pair, BITS * 2 // 16) for pair in letter_pairs(text)]
    bits = [min(column) & 1 for column in zip(*rows, strict=True)]
    return int("".join(map(str, bits)), 2)


def number_code(key: bytes, salt: int, number: int) -> int:
    """Return the code of a year, a month or a day."""
    return hashes(key, salt, number, 1)[0]


def value_code(key: bytes, salt: int, text: str) -> int:
    """Return the code of a value such as a sex."""
    return number_code(key, salt, int.from_bytes(tag(key, text)[:4], "big"))


def mark(words: list[bytes]) -> int:
    """Return a record's mark: the exclusive or of the first eight bytes of its values' tags."""
    found = 0
    for word in words:
        found ^= int.from_bytes(word[:8], "little")
    return found


def rank(key: bytes, of: int) -> int:
    """Return by which number it is settled which row of a block leaves the partner."""
    return int.from_bytes(aes256(key, of.to_bytes(16, "little"))[:8], "little")


# ------------------------------------------------------------------ AES-256 (FIPS 197), one block


def _times(one: int, two: int) -> int:
    product = 0
    while two:
        product ^= one if two & 1 else 0
        one = (one << 1) ^ (0x11B if one & 0x80 else 0)
        two >>= 1
    return product


def _box() -> list[int]:
    found = []
    for value in range(256):
        inverse = next((x for x in range(256) if _times(value, x) == 1), 0)
        turned = [inverse << n | inverse >> (8 - n) for n in range(5)]
        found.append((turned[0] ^ turned[1] ^ turned[2] ^ turned[3] ^ turned[4] ^ 0x63) & 0xFF)
    return found


_BOX = _box()


def _round_keys(key: bytes) -> list[list[int]]:
    words = [list(key[at : at + 4]) for at in range(0, 32, 4)]
    constant = 1
    for n in range(8, 60):
        word = list(words[-1])
        if n % 8 == 0:
            word = [_BOX[byte] for byte in word[1:] + word[:1]]
            word[0] ^= constant
            constant = _times(constant, 2)
        elif n % 8 == 4:
            word = [_BOX[byte] for byte in word]
        words.append([a ^ b for a, b in zip(words[-8], word, strict=True)])
    return [list(chain(*words[at : at + 4])) for at in range(0, 60, 4)]


def aes256(key: bytes, block: bytes) -> bytes:
    """Encrypt one block of 16 bytes under a key of 32 bytes."""
    keys = _round_keys(key)
    state = [a ^ b for a, b in zip(block, keys[0], strict=True)]
    for number, round_key in enumerate(keys[1:], 1):
        state = [_BOX[state[(at + 4 * (at % 4)) % 16]] for at in range(16)]  # bytes, then rows
        if number < len(keys) - 1:
            state = list(chain(*(_mixed(state[at : at + 4]) for at in range(0, 16, 4))))
        state = [a ^ b for a, b in zip(state, round_key, strict=True)]
    return bytes(state)


def _mixed(column: list[int]) -> list[int]:
    return [
        _times(column[n], 2)
        ^ _times(column[(n + 1) % 4], 3)
        ^ column[(n + 2) % 4]
        ^ column[(n + 3) % 4]
        for n in range(4)
    ]
