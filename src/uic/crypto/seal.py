"""Sealing a short secret to a public key: HPKE (RFC 9180), base mode, one message.

Suites: DHKEM(X25519, HKDF-SHA256), and X25519 with ML-KEM-768 (KEM 0x647a of
draft-ietf-hpke-pq), both with HKDF-SHA256 and ChaCha20-Poly1305. HPKE in base mode hides and
protects the secret but says nothing about the sender: that is what signatures are for.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import (
    AEAD,
    KDF,
    KEM,
    MLKEM768X25519PrivateKey,
    MLKEM768X25519PublicKey,
    Suite,
)

from uic.errors import FormatError, KeyMaterialError

if TYPE_CHECKING:
    from uic.crypto.pairs import PrivateKey, PublicKey

SEALED_BYTES = 32  # what is sealed is always a key; data goes under that key (uic.crypto.stream)
_X = 32
_MLKEM_SEED, _MLKEM_PUBLIC = 64, 1184


@dataclass(frozen=True)
class SealSuite:
    """Sizes in bytes of one suite: private key, public key, and a sealed 32-byte key."""

    kem: KEM
    private_bytes: int
    public_bytes: int
    sealed_bytes: int

    @property
    def hpke(self) -> Suite:
        """The HPKE suite."""
        return Suite(self.kem, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305)


SUITES = {
    "x25519": SealSuite(KEM.X25519, _X, _X, 32 + SEALED_BYTES + 16),
    "x25519-mlkem768": SealSuite(
        KEM.MLKEM768_X25519, _MLKEM_SEED + _X, _MLKEM_PUBLIC + _X, 1120 + SEALED_BYTES + 16
    ),
}


def new_seal_key(suite: str) -> bytes:
    """Return a fresh private key; of the hybrid, the ML-KEM seed and then the X25519 key."""
    x25519 = X25519PrivateKey.generate().private_bytes_raw()
    if suite == "x25519":
        return x25519
    return MLKEM768PrivateKey.generate().private_bytes_raw() + x25519


def public_seal_key(suite: str, private: bytes) -> bytes:
    """Return the public key; of the hybrid, ML-KEM and then X25519."""
    x25519 = X25519PrivateKey.from_private_bytes(private[-_X:]).public_key().public_bytes_raw()
    if suite == "x25519":
        return x25519
    seed = private[:_MLKEM_SEED]
    return MLKEM768PrivateKey.from_seed_bytes(seed).public_key().public_bytes_raw() + x25519


def seal(public: PublicKey, secret: bytes, info: bytes) -> bytes:
    """Seal a 32-byte secret so that only the owner of ``public`` opens it, under the same info.

    Raises:
        KeyMaterialError: the public key is not a point anybody can seal to.
    """
    if len(secret) != SEALED_BYTES:
        raise KeyMaterialError("what is sealed is a key of 32 bytes")
    try:
        key = _public(public)
        return SUITES[public.suite].hpke.encrypt(secret, key, info=info)
    except ValueError:
        raise KeyMaterialError(f"the public key {public.name} is not usable") from None


def unseal(private: PrivateKey, sealed: bytes, info: bytes) -> bytes:
    """Open what was sealed to this key under this info.

    Raises:
        FormatError: it was sealed to another key or under other info, or it was changed.
    """
    try:
        return SUITES[private.suite].hpke.decrypt(sealed, _private(private), info=info)
    except (InvalidTag, ValueError):
        raise FormatError(
            "the sealed key does not open: it was sealed to another key, or moved here from"
            " another file",
            layer="seal",
        ) from None


def _public(key: PublicKey) -> X25519PublicKey | MLKEM768X25519PublicKey:
    x25519 = X25519PublicKey.from_public_bytes(key.seal[-_X:])
    if key.suite == "x25519":
        return x25519
    return MLKEM768X25519PublicKey(MLKEM768PublicKey.from_public_bytes(key.seal[:-_X]), x25519)


def _private(key: PrivateKey) -> X25519PrivateKey | MLKEM768X25519PrivateKey:
    x25519 = X25519PrivateKey.from_private_bytes(key._seal[-_X:])
    if key.suite == "x25519":
        return x25519
    return MLKEM768X25519PrivateKey(
        MLKEM768PrivateKey.from_seed_bytes(key._seal[:_MLKEM_SEED]), x25519
    )
