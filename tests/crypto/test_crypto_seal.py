"""Sealing is HPKE as the RFC writes it; streams open only as they were closed."""

from __future__ import annotations

import hashlib
import hmac

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from hypothesis import given, settings
from hypothesis import strategies as st

from uic.crypto.pairs import PrivateKey, PublicKey, new_pair
from uic.crypto.seal import SUITES, seal, unseal
from uic.crypto.stream import TAG_BYTES, close_chunk, new_stream_key, open_chunk
from uic.errors import FormatError, KeyMaterialError

SECRET = bytes(range(32))
PAIRS = [new_pair("plain"), new_pair("hybrid", post_quantum=True)]
both = pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair.suite)


def extract(salt: bytes, suite: bytes, name: bytes, key: bytes) -> bytes:
    return hmac.digest(salt or bytes(32), b"HPKE-v1" + suite + name + key, hashlib.sha256)


def expand(key: bytes, suite: bytes, name: bytes, info: bytes, length: int) -> bytes:
    """HKDF-Expand for at most one block."""
    labelled = length.to_bytes(2, "big") + b"HPKE-v1" + suite + name + info
    return hmac.digest(key, labelled + b"\x01", hashlib.sha256)[:length]


def rfc9180_open(private: bytes, sealed: bytes, info: bytes) -> bytes:
    """Open a single message in base mode: RFC 9180 4.1, 5.1 and 5.2, written out by hand."""
    own = X25519PrivateKey.from_private_bytes(private)
    enc, closed = sealed[:32], sealed[32:]
    shared = own.exchange(X25519PublicKey.from_public_bytes(enc))
    kem = b"KEM" + (0x0020).to_bytes(2, "big")
    context = enc + own.public_key().public_bytes_raw()
    secret = expand(extract(b"", kem, b"eae_prk", shared), kem, b"shared_secret", context, 32)
    suite = b"HPKE" + b"\x00\x20\x00\x01\x00\x03"
    schedule = (
        b"\x00" + extract(b"", suite, b"psk_id_hash", b"") + extract(b"", suite, b"info_hash", info)
    )
    final = extract(secret, suite, b"secret", b"")
    key = expand(final, suite, b"key", schedule, 32)
    nonce = expand(final, suite, b"base_nonce", schedule, 12)
    return ChaCha20Poly1305(key).decrypt(nonce, closed, b"")


def test_what_is_sealed_opens_by_the_letter_of_the_rfc() -> None:
    """An implementation of RFC 9180 that shares nothing with ours opens the same bytes."""
    pair = PAIRS[0]
    assert rfc9180_open(pair._seal, seal(pair.public, SECRET, b"info"), b"info") == SECRET


@both
def test_only_the_recipient_opens_and_only_under_the_same_info(pair: PrivateKey) -> None:
    """Another key, other info, a cut or a changed byte: the layer is named every time."""
    sealed = seal(pair.public, SECRET, b"info")
    assert len(sealed) == SUITES[pair.suite].sealed_bytes
    assert unseal(pair, sealed, b"info") == SECRET
    other = new_pair("other", post_quantum=pair.suite != "x25519")
    for key, found, info in (
        (other, sealed, b"info"),
        (pair, sealed, b"inf0"),
        (pair, sealed[:-1], b"info"),
        (pair, b"", b"info"),
        (pair, bytes(len(sealed)), b"info"),
    ):
        with pytest.raises(FormatError) as caught:
            unseal(key, found, info)
        assert caught.value.layer == "seal"


@both
def test_every_byte_of_a_sealed_key_counts(pair: PrivateKey) -> None:
    """No byte can be changed."""
    sealed = seal(pair.public, SECRET, b"")
    for at in range(len(sealed)):
        changed = bytearray(sealed)
        changed[at] ^= 0x80  # also the top bit of the point, which X25519 itself ignores
        with pytest.raises(FormatError):
            unseal(pair, bytes(changed), b"")


def test_sealing_twice_gives_different_bytes() -> None:
    """Nobody sees that two files hold the same key."""
    assert seal(PAIRS[0].public, SECRET, b"") != seal(PAIRS[0].public, SECRET, b"")


def test_a_public_key_that_anybody_could_open_is_refused() -> None:
    """The all-zero point makes the shared secret known to everybody."""
    with pytest.raises(KeyMaterialError):
        seal(PublicKey("low", "x25519", bytes(32), bytes(32)), SECRET, b"")
    with pytest.raises(KeyMaterialError):
        seal(PublicKey("low", "x25519-mlkem768", b"\xff" * 1216, bytes(32)), SECRET, b"")
    with pytest.raises(KeyMaterialError):
        seal(PAIRS[0].public, b"short", b"")


@settings(max_examples=50)
@given(st.lists(st.binary(max_size=40), min_size=1, max_size=5))
def test_a_stream_opens_as_it_was_closed(chunks: list[bytes]) -> None:
    """Every chunk opens in its own place and in no other."""
    key = new_stream_key()
    last = len(chunks) - 1
    closed = [close_chunk(key, n, chunk, last=n == last) for n, chunk in enumerate(chunks)]
    for n, chunk in enumerate(closed):
        assert len(chunk) == len(chunks[n]) + TAG_BYTES
        assert open_chunk(key, n, chunk, last=n == last) == chunks[n]
        for number, end in ((n + 1, n == last), (n, n != last)):
            with pytest.raises(FormatError) as caught:
                open_chunk(key, number, chunk, last=end)
            assert caught.value.layer == "chunk"


def test_a_changed_or_cut_chunk_does_not_open() -> None:
    """Neither does one under another key."""
    key = new_stream_key()
    closed = close_chunk(key, 0, b"chunk", last=True)
    changed = [
        closed[:at] + bytes([closed[at] ^ 1]) + closed[at + 1 :] for at in range(len(closed))
    ]
    for wrong in (*changed, closed[:-1], b"", closed + b"\0"):
        with pytest.raises(FormatError):
            open_chunk(key, 0, wrong, last=True)
    with pytest.raises(FormatError):
        open_chunk(new_stream_key(), 0, closed, last=True)
