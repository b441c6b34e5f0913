"""Key pairs: one file each, the private one secret, both with one spelling."""

from __future__ import annotations

import copy
import pickle
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from uic.crypto.pairs import (
    PrivateKey,
    PublicKey,
    load_private,
    load_public,
    new_pair,
    parse_private,
    parse_public,
    private_text,
    public_text,
    save_pair,
)
from uic.crypto.sign import sign, verifies
from uic.errors import KeyMaterialError

PAIRS = [new_pair("plain"), new_pair("hybrid", post_quantum=True)]
both = pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair.suite)


@both
def test_a_pair_reads_back_from_its_files(pair: PrivateKey, tmp_path: Path) -> None:
    """The private file is its owner's, the public one everybody's, and both are the pair."""
    private, public = save_pair(pair, tmp_path)
    assert (private.name, public.name) == (f"{pair.name}.private", f"{pair.name}.public")
    assert stat.S_IMODE(private.stat().st_mode) == 0o600
    assert load_private(private).public == load_public(public) == pair.public
    with pytest.raises(KeyMaterialError, match="never overwritten"):
        save_pair(pair, tmp_path)


@both
def test_halves_are_not_taken_for_each_other(pair: PrivateKey, tmp_path: Path) -> None:
    """Giving the wrong half says which one is needed, whatever the file's mode."""
    private, public = save_pair(pair, tmp_path)
    with pytest.raises(KeyMaterialError, match="private half"):
        load_private(public)
    with pytest.raises(KeyMaterialError, match="public half"):
        load_public(private)


def test_suites_are_not_taken_for_each_other() -> None:
    """A key of one suite under the name of the other has the wrong length."""
    plain, hybrid = (public_text(pair.public) for pair in PAIRS)
    for wrong in (
        plain.replace("x25519 ", "x25519-mlkem768 "),
        hybrid.replace("x25519-mlkem768 ", "x25519 "),
        plain.replace("x25519 ", "x448 "),
        plain.replace("ed25519 ", "ed448 "),
        plain.replace("plain", "pl ain"),
        plain + "\n",
        plain.replace("\n", "\r\n"),
    ):
        with pytest.raises(KeyMaterialError):
            parse_public(wrong)


@given(st.text(max_size=400))
def test_any_text_gives_a_key_error(text: str) -> None:
    """No other error comes out of the readers."""
    for parse in (parse_private, parse_public):
        with pytest.raises(KeyMaterialError):
            parse(text)


@both
def test_the_id_depends_on_both_keys_and_the_suite(pair: PrivateKey) -> None:
    """Exchanging one half of the public key shows in the id; renaming it does not."""
    public, other = pair.public, new_pair("x").public
    changed = [
        PublicKey(public.name, public.suite, public.seal, other.sign),
        PublicKey(public.name, public.suite, public.seal[:-1] + b"\0", public.sign),
        PublicKey(public.name, "another", public.seal, public.sign),
    ]
    assert public.key_id not in {key.key_id for key in changed}
    assert PublicKey("y", public.suite, public.seal, public.sign).key_id == public.key_id


@both
def test_nothing_shows_or_copies_a_private_key(pair: PrivateKey) -> None:
    """The representation is name and public id; pickling and copying are refused."""
    assert repr(pair) == str(pair) == f"<PrivateKey {pair.name} {pair.public.key_id}>"
    secret = private_text(pair).split("\n")[2].split(" ")[1]
    assert secret not in repr(pair) + repr(pair.public) + public_text(pair.public)
    for copied in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(KeyMaterialError):
            copied(pair)


def test_a_signature_is_for_one_purpose_one_message_one_signer() -> None:
    """Changing any of the three, or one bit of the signature, and it does not verify."""
    pair, other = PAIRS
    signature = sign(pair, "a", b"message")
    assert verifies(pair.public, "a", b"message", signature)
    assert not verifies(pair.public, "b", b"message", signature)
    assert not verifies(pair.public, "a", b"massage", signature)
    assert not verifies(other.public, "a", b"message", signature)
    for byte in range(64):
        changed = bytearray(signature)
        changed[byte] ^= 1
        assert not verifies(pair.public, "a", b"message", bytes(changed))
    assert not verifies(pair.public, "a", b"message", signature[:63])
    assert not verifies(PublicKey("z", "x25519", bytes(32), bytes(31)), "a", b"", signature)
