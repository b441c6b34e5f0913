"""Signatures: Ed25519 (RFC 8032) over a purpose and a message."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from uic.crypto.kdf import label

if TYPE_CHECKING:
    from uic.crypto.pairs import PrivateKey, PublicKey

SIGNATURE_BYTES = 64


def sign(private: PrivateKey, purpose: str, message: bytes) -> bytes:
    """Return the 64-byte signature. A signature for one purpose is none for another."""
    return Ed25519PrivateKey.from_private_bytes(private._sign).sign(label(purpose) + message)


def verifies(public: PublicKey, purpose: str, message: bytes, signature: bytes) -> bool:
    """Tell whether the owner of ``public`` signed the message for this purpose."""
    try:
        key = Ed25519PublicKey.from_public_bytes(public.sign)
        key.verify(signature, label(purpose) + message)
    except (InvalidSignature, ValueError):
        return False
    return True
