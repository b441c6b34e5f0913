"""A long message in chunks under one fresh key: ChaCha20-Poly1305 in the STREAM construction.

The nonce of a chunk is its number (11 bytes, big-endian) and one byte that is 1 for the last
chunk only (Hoang, Reyhanitabar, Rogaway & Vizár 2015; age and Tink do the same). So a chunk that
was changed, moved, repeated or left out does not open, and neither does a message that was cut
off at a chunk's end. The key is used for one message and never again.
"""

from __future__ import annotations

import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from uic.errors import FormatError

KEY_BYTES = 32
TAG_BYTES = 16


def new_stream_key() -> bytes:
    """Return a fresh key for one message."""
    return secrets.token_bytes(KEY_BYTES)


def close_chunk(key: bytes, number: int, plain: bytes | memoryview, *, last: bool) -> bytes:
    """Encrypt chunk ``number``, counted from 0."""
    return ChaCha20Poly1305(key).encrypt(_nonce(number, last), plain, None)


def open_chunk(key: bytes, number: int, closed: bytes, *, last: bool) -> bytes:
    """Decrypt chunk ``number``, counted from 0.

    Raises:
        FormatError: it was changed, or it is not the chunk that belongs here.
    """
    try:
        return ChaCha20Poly1305(key).decrypt(_nonce(number, last), closed, None)
    except (InvalidTag, ValueError):
        raise FormatError(
            f"chunk {number + 1} was changed, or is not the one that belongs here", layer="chunk"
        ) from None


def _nonce(number: int, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])
