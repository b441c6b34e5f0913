"""Epoch keys: sub-keys never meet, text has one spelling, nothing shows a byte."""

from __future__ import annotations

import base64
import copy
import hashlib
import hmac
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from uic.crypto.kdf import derive, label
from uic.crypto.keys import EpochKey, key_text, new_key, next_epoch, parse_key, this_quarter
from uic.errors import KeyMaterialError

ROOT = bytes(range(32))
PARTS = st.lists(st.text(max_size=8), min_size=1, max_size=4)


@given(PARTS, PARTS)
def test_labels_are_as_different_as_their_parts(first: list[str], second: list[str]) -> None:
    """("a", "bc") and ("ab", "c") are different labels."""
    assert (label(*first) == label(*second)) == (first == second)


def test_a_sub_key_is_hkdf_expand_over_the_label() -> None:
    """One block of RFC 5869 2.3, computed here by hand."""
    info = b"".join(
        len(part).to_bytes(4, "big") + part
        for part in (b"uic/v1", b"project", b"2026Q4", b"block", b"birth-date")
    )
    expected = hmac.digest(ROOT, info + b"\x01", hashlib.sha256)
    assert EpochKey("project", "2026Q4", ROOT).sub_key("block", "birth-date") == expected


def test_sub_keys_never_meet() -> None:
    """Another project, epoch, purpose, pass or attribute gives another key."""
    keys = {
        EpochKey(project, epoch, ROOT).sub_key(purpose, scope, attribute)
        for project in ("p", "q")
        for epoch in ("2026Q4", "2027Q1")
        for purpose in ("block", "signature", "handle")
        for scope in ("birth-date", "name-sounds")
        for attribute in ("", "family_name", "sex")
    }
    assert len(keys) == 2 * 2 * 3 * 2 * 3


def test_a_short_root_is_refused() -> None:
    """There is no weak mode."""
    for root in (b"", b"horse", bytes(31)):
        with pytest.raises(KeyMaterialError):
            derive(root, "x")
        with pytest.raises(KeyMaterialError):
            EpochKey("p", "e", root)


@pytest.mark.parametrize("name", ["", "a b", "a/b", "ក", "-a", "a" * 65, "a\n"])
def test_names_are_plain(name: str) -> None:
    """A project and an epoch are what a person can read aloud and a file name can hold."""
    with pytest.raises(KeyMaterialError):
        new_key(name, "2026Q4")
    with pytest.raises(KeyMaterialError):
        new_key("p", name)


def test_the_text_of_a_key_has_one_spelling() -> None:
    """The text reads back; every other spelling of the same bytes is refused."""
    key = EpochKey("p", "2026Q4", ROOT)
    text = key_text(key)
    assert parse_key(text).sub_key("x") == key.sub_key("x")
    encoded = base64.b64encode(ROOT).decode()
    loose = encoded[:-2] + chr(ord(encoded[-2]) + 1) + "="  # other unused bits, same bytes
    assert base64.b64decode(loose) == ROOT
    for wrong in (
        text + "\n",
        text[:-1],
        text.replace("\n", "\r\n"),
        text.replace(encoded, loose),
        text.replace(encoded, encoded + " "),
        text.replace(encoded, encoded[:20]),
        text.replace("/1", "/2", 1),
        "",
    ):
        with pytest.raises(KeyMaterialError):
            parse_key(wrong)


@given(st.text(max_size=300))
def test_any_text_gives_a_key_or_a_key_error(text: str) -> None:
    """No other error comes out of the reader."""
    with pytest.raises(KeyMaterialError):
        parse_key(text)


def test_nothing_shows_or_copies_a_key() -> None:
    """The representation names project and epoch; pickling and copying are refused."""
    key = EpochKey("p", "2026Q4", ROOT)
    assert repr(key) == str(key) == f"{key}" == "<EpochKey p/2026Q4>"
    for copied in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(KeyMaterialError):
            copied(key)


def test_new_keys_differ_and_so_do_their_ids() -> None:
    """The id comes from the root, not from the names."""
    ids = {new_key("p", "2026Q4").key_id for _ in range(100)}
    assert len(ids) == 100
    assert all(len(name) == 16 for name in ids)


def test_quarters_follow_each_other() -> None:
    """The fourth quarter is followed by the first of the next year; other names are not known."""
    assert next_epoch("2026Q3") == "2026Q4"
    assert next_epoch("2026Q4") == "2027Q1"
    assert next_epoch(this_quarter()) > this_quarter()
    for epoch in ("2026", "2026Q5", "spring"):
        with pytest.raises(KeyMaterialError, match="--epoch"):
            next_epoch(epoch)
