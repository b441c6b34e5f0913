"""Keyed pseudo-random functions over many short values.

``hmac_each`` is HMAC-SHA256 (RFC 2104) with the two key blocks hashed once; it takes two fifths of
the time of one ``hmac.digest`` call a value. ``aes_prf`` is AES-256 on distinct 16-byte
blocks: a pseudo-random permutation, and so, far below 2^64 blocks, a pseudo-random function.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import ECB
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hmac import HMAC

from uic.errors import KeyMaterialError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

KEY_BYTES = 32


def hmac_each(key: bytes, values: Iterable[bytes]) -> bytes:
    """Return the concatenated 32-byte HMAC-SHA256 tags of ``values`` under ``key``.

    Raises:
        KeyMaterialError: the key is not 32 bytes. There is no unkeyed mode.
    """
    _check(key)
    started = HMAC(key, SHA256()).copy
    tags: list[bytes] = []
    add = tags.append  # looked up once: this runs seven times a record
    for value in values:
        tag = started()
        tag.update(value)
        add(tag.finalize())
    return b"".join(tags)


def aes_prf(key: bytes) -> Callable[[memoryview, memoryview], int]:
    """Return a function that writes AES-256 of every 16-byte block of its first argument.

    The caller makes the blocks distinct, and the second argument, which takes the answers, at
    least 15 bytes longer than the first.

    Raises:
        KeyMaterialError: the key is not 32 bytes.
    """
    _check(key)
    return Cipher(AES(key), ECB()).encryptor().update_into  # noqa: S305 - a PRF, not a mode


def _check(key: bytes) -> None:
    if len(key) != KEY_BYTES:
        raise KeyMaterialError("a sub-key has exactly 32 bytes; there is no unkeyed mode")
