"""A safe closes tables to one key pair, each for one place."""

from __future__ import annotations

import pyarrow as pa
import pytest

from uic.crypto.pairs import new_pair
from uic.envelope.safe import KeySafe
from uic.errors import FormatError, KeyMaterialError

OWNER = new_pair("matcher")
SAFE = KeySafe.of(OWNER)
TABLE = pa.table(
    {"row_id": pa.array(range(20_000), pa.int64()), "sex": pa.nulls(20_000, pa.int32())}
)


@pytest.mark.parametrize("pair", [OWNER, new_pair("hybrid", post_quantum=True)])
def test_what_was_closed_comes_out_as_it_was(pair: object) -> None:
    """Under both suites; two closings of one table share no byte string."""
    safe = KeySafe.of(pair)  # type: ignore[arg-type]
    first, second = (list(safe.close("d1/pass", TABLE)) for _ in range(2))
    assert safe.open("d1/pass", first).equals(TABLE)
    assert not set(first) & set(second)
    assert TABLE["row_id"].chunk(0).buffers()[1].to_pybytes()[800:864] not in b"".join(first)


def test_an_empty_table_keeps_its_columns() -> None:
    """No rows is no error."""
    empty = TABLE.slice(0, 0)
    assert SAFE.open("p", SAFE.close("p", empty)).equals(empty)


@pytest.mark.parametrize(
    ("change", "layer"),
    [
        (lambda pieces: pieces[:-1], "chunk"),
        (lambda pieces: [pieces[0], pieces[2], pieces[1], *pieces[3:]], "chunk"),
        (lambda pieces: [*pieces[:2], pieces[2][:-1] + b"\0", *pieces[3:]], "chunk"),
        (lambda pieces: [*pieces, pieces[-1]], "chunk"),
        (lambda pieces: [b"", *pieces[1:]], "seal"),
        (lambda _: [], "seal"),
    ],
    ids=["cut", "turned", "changed", "longer", "no key", "nothing"],
)
def test_a_change_is_refused(change: object, layer: str) -> None:
    """Whatever is done to the pieces, nothing comes out."""
    pieces = list(SAFE.close("p", TABLE))
    with pytest.raises(FormatError) as told:
        SAFE.open("p", change(pieces))  # type: ignore[operator]
    assert told.value.layer == layer


def test_another_place_and_another_owner_do_not_open() -> None:
    """A table that was moved stays closed, and so does one for somebody else."""
    pieces = list(SAFE.close("p", TABLE))
    for safe, place in ((SAFE, "q"), (KeySafe.of(new_pair("other")), "p")):
        with pytest.raises(FormatError) as told:
            safe.open(place, pieces)
        assert told.value.layer == "seal"


def test_the_public_half_closes_only() -> None:
    """Who has no private key can put in; nothing secret is shown by the safe itself."""
    closed = KeySafe(OWNER.public)
    pieces = list(closed.close("p", TABLE))
    assert SAFE.open("p", pieces).equals(TABLE)
    with pytest.raises(KeyMaterialError, match="private key"):
        closed.open("p", pieces)
    assert [repr(SAFE), repr(closed)] == [
        "<KeySafe of matcher, open>",
        "<KeySafe of matcher, closed>",
    ]
