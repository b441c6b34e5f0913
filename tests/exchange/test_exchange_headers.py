"""A header has one spelling and exactly its fields; everything else is refused in words."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from uic.envelope.headers import FORMATS, canonical, decode_header, encode_header, parse_canonical
from uic.errors import FormatError

EXPORT: dict[str, Any] = {
    "attributes": ["birth_date", "sex"],
    "epoch": "2026Q4",
    "events": 5,
    "fingerprint": "ab" * 32,
    "format": "uic-export/1",
    "key_id": "cd" * 8,
    "normaliser": "1",
    "partner": "មជ្ឈមណ្ឌល DIC",
    "passes": {"birth-date": 3, "name-sounds": 3},
    "project": "phnom-penh",
    "recipients": [
        {"key": "11" * 16, "role": "matcher", "suite": "x25519"},
        {"key": "22" * 16, "role": "resolver", "suite": "x25519-mlkem768"},
    ],
    "records": 3,
    "signer": "33" * 16,
    "vouched": False,
}
RAW = canonical(EXPORT)


def refusal(raw: bytes) -> str:
    with pytest.raises(FormatError) as caught:
        decode_header(raw)
    assert caught.value.layer == "header"
    return str(caught.value)


def test_a_header_reads_back() -> None:
    """Encoding and decoding are each other's inverse, in ASCII."""
    assert decode_header(encode_header(EXPORT)) == EXPORT
    assert RAW.isascii()


def test_every_format_has_a_rule_for_every_field() -> None:
    """No field of any format is free, and the example fills one of them."""
    assert FORMATS["uic-export/1"].keys() == EXPORT.keys()
    assert FORMATS["uic-wrapped-key/1"].keys() < EXPORT.keys()


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (RAW.replace(b'"events":5', b'"events":5,"events":5'), "twice"),
        (RAW.replace(b'"birth-date":3', b'"birth-date":3,"birth-date":3'), "twice"),
        (
            RAW.replace(
                b'"key":"' + b"11" * 16 + b'","role":"matcher"',
                b'"role":"matcher","key":"' + b"11" * 16 + b'"',
            ),
            "not sorted",
        ),
        (json.dumps(dict(reversed(EXPORT.items())), separators=(",", ":")).encode(), "not sorted"),
        (RAW.replace(b":5", b": 5"), "canonical spelling"),
        (RAW + b"\n", "canonical spelling"),
        (RAW.replace(b":5,", b":5e0,"), "whole number"),
        (RAW.replace(b":5,", b":5.0,"), "whole number"),
        (RAW.replace(b":5,", b":NaN,"), "whole number"),
        (RAW.replace(b"birth_date", b"birth\\u005fdate"), "canonical spelling"),
        (RAW.replace(b"\\u1798", b"\\u179B"), "canonical spelling"),
        (RAW.replace(b"\\u1798", "ម".encode()), "not JSON in ASCII"),
        (RAW[:-1], "not JSON"),
        (RAW + RAW, "not JSON"),
        (b"", "not JSON"),
        (b"[]", "no mapping"),
        (b"[" * 60_000, "not JSON"),
        (b'{"a":' * 10_000 + b"1" + b"}" * 10_000, ""),
        (b"9" * 60_000, "not JSON"),
    ],
)
def test_another_spelling_is_refused(raw: bytes, why: str) -> None:
    """Each has its own words."""
    assert why in refusal(raw)


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("attributes", ["sex", {}, ["sex", "birth_date"], ["sex", "sex"], ["Sex"], [1], [""]]),
        ("epoch", ["", "a b", 1, None, "a" * 65, "2026Q4\n"]),
        ("events", [-1, "5", True, 2**53, None]),
        ("fingerprint", ["AB" * 32, "ab" * 31, "", 0]),
        ("key_id", ["cd" * 16, "CD" * 8, None]),
        ("partner", ["", "a" * 201, "a\n", "a\x1b[2J", "\u202eb", 1]),
        ("passes", [[], {"a b": 1}, {"": 1}, {"a": -1}, {"a": None}, None]),
        (
            "recipients",
            [
                [],
                {},
                EXPORT["recipients"][::-1],
                EXPORT["recipients"][:1],
                [EXPORT["recipients"][0]] * 3,
                ["matcher", "resolver"],
                [EXPORT["recipients"][0] | {"suite": "rsa"}, EXPORT["recipients"][1]],
                [EXPORT["recipients"][0] | {"suite": []}, EXPORT["recipients"][1]],
                [EXPORT["recipients"][0] | {"x": 1}, EXPORT["recipients"][1]],
                [EXPORT["recipients"][0] | {"key": ""}, EXPORT["recipients"][1]],
            ],
        ),
        ("signer", ["", "33" * 15, 3]),
        ("vouched", [0, "no", None]),
    ],
)
def test_a_field_that_does_not_fit_is_named(field: str, values: list[Any]) -> None:
    """The name of the field stands in the message, its content does not."""
    for value in values:
        assert f"'{field}'" in refusal(canonical(EXPORT | {field: value}))


@pytest.mark.parametrize("field", sorted(set(EXPORT) - {"format"}))
def test_a_missing_field_is_named(field: str) -> None:
    """Nothing has a default."""
    raw = canonical({name: value for name, value in EXPORT.items() if name != field})
    assert f"'{field}' is missing" in refusal(raw)


def test_an_unknown_field_is_refused_without_being_repeated() -> None:
    """What a stranger wrote does not reach the terminal."""
    why = refusal(canonical(EXPORT | {"clear_name": "Zqxfamilia"}))
    assert "unknown field" in why
    assert "clear_name" not in why


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(st.binary(max_size=200) | st.text(max_size=100).map(str.encode))
def test_any_bytes_give_a_mapping_or_a_format_error(raw: bytes) -> None:
    """And what is read has exactly these bytes as its spelling."""
    try:
        fields = parse_canonical(raw)
    except FormatError:
        return
    assert canonical(fields) == raw


@given(st.sampled_from(sorted(EXPORT)), JSON)
def test_any_value_of_any_field_fits_or_is_refused(field: str, value: Any) -> None:
    """No value of any type makes a check stumble."""
    raw = canonical(EXPORT | {field: value})
    try:
        assert decode_header(raw)[field] == value
    except FormatError:
        return


@given(st.integers(0, len(RAW) - 1), st.integers(1, 255))
def test_a_changed_byte_gives_another_header_or_a_format_error(at: int, mask: int) -> None:
    """No other error; a header that still reads differs, so that the signature fails."""
    raw = RAW[:at] + bytes([RAW[at] ^ mask]) + RAW[at + 1 :]
    try:
        assert decode_header(raw) != EXPORT
    except FormatError:
        return
