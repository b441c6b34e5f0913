"""Sub-keys: HKDF-SHA256 (RFC 5869) under length-prefixed labels.

``derive(root, "a", "bc")`` and ``derive(root, "ab", "c")`` differ, because every label is
preceded by its length. A sub-key is never used for two purposes, passes or attributes.
"""

from __future__ import annotations

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from uic.errors import KeyMaterialError

ROOT_BYTES = 32
_DOMAIN = "uic/v1"


def label(*parts: str) -> bytes:
    """Return the parts as UTF-8, each preceded by its length in four bytes, big-endian."""
    encoded = [part.encode() for part in (_DOMAIN, *parts)]
    return b"".join(len(part).to_bytes(4, "big") + part for part in encoded)


def derive(root: bytes, *parts: str, length: int = 32) -> bytes:
    """Return the sub-key of ``root`` under the labels ``parts``.

    ``root`` is uniformly random, so the extract step of HKDF is not needed (RFC 5869, 3.3).

    Raises:
        KeyMaterialError: ``root`` is shorter than 32 bytes.
    """
    if len(root) < ROOT_BYTES:
        raise KeyMaterialError("a root key has at least 32 random bytes")
    return HKDFExpand(algorithm=SHA256(), length=length, info=label(*parts)).derive(root)
