"""Bytes that nobody of us wrote: the decoder refuses, and nothing else ever happens."""

from __future__ import annotations

import random
import tracemalloc
from io import BytesIO
from pathlib import Path

import pytest
from exchange_helpers import PARTIES, frames_of, write_frames, write_small
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from uic.crypto.keys import new_key
from uic.crypto.pairs import PublicKey
from uic.envelope.exports import read_matcher, read_resolver
from uic.envelope.frames import MAGIC, frame
from uic.envelope.inspecting import inspect
from uic.envelope.opening import check_signature, read_envelope
from uic.envelope.wrapping import read_wrapped, write_wrapped
from uic.errors import FormatError

SENDER = PARTIES.partner.public
LAYERS = {
    "magic", "version", "frame", "header", "signer", "signature",
    "digest", "replay", "recipient", "seal", "chunk", "content",
}  # fmt: skip
_here = settings(
    max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)


def refused_by_all(path: Path) -> set[str]:
    """Return the layers at which the four readers refuse; any other error fails the test."""
    layers = set()
    for run in (
        lambda: inspect(path, signer=SENDER),
        lambda: read_matcher(path, key=PARTIES.matcher, signer=SENDER),
        lambda: read_resolver(path, key=PARTIES.resolver, signer=SENDER),
        lambda: read_wrapped(path, key=PARTIES.partner, signer=SENDER),
    ):
        with pytest.raises(FormatError) as caught:
            run()
        layers.add(caught.value.layer)
    assert layers <= LAYERS
    return layers


FRAMES = st.lists(
    st.tuples(st.sampled_from(b"HKCLSX").map(lambda n: bytes([n])), st.binary(max_size=60)),
    max_size=6,
)


@_here
@given(st.binary(max_size=300))
def test_arbitrary_bytes(tmp_path: Path, data: bytes) -> None:
    """With and without our first line."""
    path = tmp_path / "a"
    for start in (b"", MAGIC, MAGIC + frame(b"H", b"{}")):
        path.write_bytes(start + data)
        refused_by_all(path)


@_here
@given(FRAMES)
def test_arbitrary_frames(tmp_path: Path, frames: list[tuple[bytes, bytes]]) -> None:
    """Frames in any order, also after a genuine header."""
    genuine = frames_of(write_small(tmp_path / "genuine"))[0]
    for first in ([], [genuine]):
        (tmp_path / "a").write_bytes(MAGIC + b"".join(frame(*f) for f in [*first, *frames]))
        refused_by_all(tmp_path / "a")


@_here
@given(st.data())
def test_frames_that_a_dishonest_signer_spoils_and_signs(
    tmp_path: Path, data: st.DataObject
) -> None:
    """Signed well and wrong inside: one frame replaced, dropped or repeated."""
    frames = frames_of(write_small(tmp_path / "genuine"))
    at = data.draw(st.integers(1, len(frames) - 2))
    letter, body = frames[at]
    spoilt = data.draw(st.sampled_from(["replace", "drop", "repeat", "flip"]))
    changed = {
        "replace": [(letter, data.draw(st.binary(max_size=100)))],
        "drop": [],
        "repeat": [frames[at], frames[at]],
        "flip": [(letter, bytes([body[0] ^ 1]) + body[1:])],
    }[spoilt]
    if at == 1 and spoilt == "drop":
        return  # without a sealed key there is nothing to count digests by
    path = write_frames(
        tmp_path / "a", [*frames[:at], *changed, *frames[at + 1 :]], PARTIES.partner
    )
    layers = set()
    for read, key in ((read_matcher, PARTIES.matcher), (read_resolver, PARTIES.resolver)):
        try:
            read(path, key=key, signer=SENDER)
        except FormatError as error:
            layers.add(error.layer)
    assert layers
    assert layers <= {"frame", "seal", "chunk", "content"}


def checked(data: bytes, signer: PublicKey) -> None:
    """Do what every reader does before it opens anything."""
    check_signature(read_envelope(BytesIO(data)), signer)


def test_every_flipped_byte_of_an_export_is_refused(tmp_path: Path) -> None:
    """Whichever byte: no part of a changed file is opened."""
    data = write_small(tmp_path / "a").read_bytes()
    checked(data, SENDER)
    masks = random.Random(0)
    seen: set[str] = set()
    for at in range(len(data)):
        changed = bytearray(data)
        changed[at] ^= masks.randrange(1, 256)
        with pytest.raises(FormatError) as caught:
            checked(bytes(changed), SENDER)
        seen.add(caught.value.layer)
        if at % 29 == 0:  # the readers themselves, which check first: a part of the bytes is enough
            (tmp_path / "b").write_bytes(changed)
            refused_by_all(tmp_path / "b")
    # Whether one of these flips makes another key id of the signer's depends on the key drawn.
    expected = {"magic", "version", "frame", "header", "signature", "digest"}
    assert seen - {"signer"} == expected


def test_every_flipped_bit_of_a_wrapped_key_is_refused(tmp_path: Path) -> None:
    """All eight bits of each of its bytes."""
    path, signer = tmp_path / "a", PARTIES.matcher
    write_wrapped(new_key("p", "2026Q4"), path, to=PARTIES.partner.public, signer=signer)
    data = path.read_bytes()
    checked(data, signer.public)
    for at in range(len(data)):
        for bit in range(8):
            changed = bytearray(data)
            changed[at] ^= 1 << bit
            with pytest.raises(FormatError):
                checked(bytes(changed), signer.public)


@pytest.mark.parametrize("letter", [b"H", b"K", b"C", b"L", b"S"])
@pytest.mark.parametrize("length", [2**32 - 1, 2**31, 2**21])
def test_no_length_is_believed(tmp_path: Path, letter: bytes, length: int) -> None:
    """A frame that claims four gigabytes costs nothing, with or without the bytes behind it."""
    frames = frames_of(write_small(tmp_path / "genuine"))
    at = next(n for n, item in enumerate(frames) if item[0] == letter)
    start = MAGIC + b"".join(frame(*item) for item in frames[:at])
    claim = letter + length.to_bytes(4, "big")
    tracemalloc.start()
    for rest in (b"", bytes(2_000_000)):
        (tmp_path / "a").write_bytes(start + claim + rest)
        tracemalloc.reset_peak()
        before, _ = tracemalloc.get_traced_memory()
        assert refused_by_all(tmp_path / "a") == {"frame"}
        _, peak = tracemalloc.get_traced_memory()
        assert peak - before < 200_000
    tracemalloc.stop()
