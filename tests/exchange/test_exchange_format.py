"""The file: what goes in comes out, and every way to spoil it is its own error."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path

import pytest
from exchange_helpers import PARTIES, frames_of, small_export, write_frames, write_small

from uic.crypto.pairs import PrivateKey, PublicKey, new_pair
from uic.envelope.exports import Expected, read_matcher, read_resolver, write_export
from uic.envelope.frames import CHUNK_BYTES, MAGIC
from uic.envelope.headers import canonical, decode_header
from uic.envelope.inspecting import inspect
from uic.envelope.opening import open_compartment, read_envelope
from uic.envelope.writing import write_envelope
from uic.errors import FormatError, InputError, KeyMaterialError
from uic.exchange import MatcherPart, ResolverPart

STRANGER = new_pair("stranger")


def layer_of(run: Callable[[], object]) -> str:
    """Return the layer that refuses."""
    with pytest.raises(FormatError) as caught:
        run()
    assert caught.value.layer in str(caught.value)
    return caught.value.layer


def as_matcher(
    path: Path,
    key: PrivateKey = PARTIES.matcher,
    signer: PublicKey = PARTIES.partner.public,
    expected: Expected = Expected(project="project", epoch="2026Q4"),  # noqa: B008 - frozen
) -> MatcherPart:
    return read_matcher(path, key=key, signer=signer, expected=expected)


def as_resolver(path: Path, key: PrivateKey = PARTIES.resolver) -> ResolverPart:
    return read_resolver(path, key=key, signer=PARTIES.partner.public)


def both(path: Path) -> tuple[MatcherPart, ResolverPart]:
    return as_matcher(path), as_resolver(path)


@pytest.mark.parametrize("rows", [0, 1, 3, 9000])
def test_what_goes_in_comes_out(tmp_path: Path, rows: int) -> None:
    """Every table and the header are the same on the other side, also over several chunks."""
    export = small_export(rows)
    matcher, resolver = both(write_small(tmp_path / "a.uicx", export))
    assert matcher.header == resolver.header == export.header
    assert matcher.pass_rows == export.matcher.pass_rows
    assert matcher.frequencies == export.matcher.frequencies
    for name in ("row_map", "chance", "events", "records"):
        assert getattr(resolver, name) == getattr(export.resolver, name), name


def test_the_post_quantum_suite_works_the_same(tmp_path: Path) -> None:
    """A file to hybrid keys opens, and not with another hybrid key."""
    matcher, other = (new_pair(name, post_quantum=True) for name in ("m", "o"))
    write_export(
        small_export(),
        tmp_path / "a.uicx",
        matcher=matcher.public,
        resolver=PARTIES.resolver.public,
        signer=PARTIES.partner,
    )
    assert as_matcher(tmp_path / "a.uicx", matcher).header.records == 3
    assert layer_of(lambda: as_matcher(tmp_path / "a.uicx", other)) == "recipient"


def test_writing_twice_gives_different_files(tmp_path: Path) -> None:
    """Nobody sees that two files hold the same."""
    first, second = (write_small(tmp_path / name).read_bytes() for name in ("a", "b"))
    assert first != second
    assert len(first) == len(second)


def test_a_part_opens_for_its_role_only(tmp_path: Path) -> None:
    """Matcher and resolver cannot open each other's part, whichever key they try."""
    path = write_small(tmp_path / "a.uicx")
    for key in (PARTIES.resolver, PARTIES.partner, STRANGER):
        assert layer_of(lambda key=key: as_matcher(path, key)) == "recipient"
    for key in (PARTIES.matcher, PARTIES.partner, STRANGER):
        assert layer_of(lambda key=key: as_resolver(path, key)) == "recipient"


def test_one_key_for_both_parts_is_refused(tmp_path: Path) -> None:
    """Separation is the point of two parts."""
    with pytest.raises(KeyMaterialError, match="same key"):
        write_export(
            small_export(),
            tmp_path / "a.uicx",
            matcher=PARTIES.matcher.public,
            resolver=PARTIES.matcher.public,
            signer=PARTIES.partner,
        )
    assert not list(tmp_path.iterdir())


def test_another_signer_is_seen(tmp_path: Path) -> None:
    """A key that is not the header's is the signer layer; a forged header id the signature's."""
    path = write_small(tmp_path / "a.uicx")
    assert layer_of(lambda: as_matcher(path, signer=STRANGER.public)) == "signer"
    frames = frames_of(path)
    forged = write_frames(tmp_path / "b.uicx", frames, STRANGER)
    assert layer_of(lambda: as_matcher(forged)) == "signature"


def test_another_project_epoch_or_schema_is_a_replay(tmp_path: Path) -> None:
    """A genuine file of last quarter is refused by who expects this one's."""
    path = write_small(tmp_path / "a.uicx")
    for expected in (
        Expected(project="another"),
        Expected(epoch="2027Q1"),
        Expected(fingerprint="00" * 32),
    ):
        assert layer_of(lambda expected=expected: as_matcher(path, expected=expected)) == "replay"


def test_a_part_moved_into_another_file_does_not_open(tmp_path: Path) -> None:
    """Even the signer cannot give an old compartment a new header: its key is bound to the old."""
    old = frames_of(write_small(tmp_path / "old"))
    new = frames_of(write_small(tmp_path / "new", small_export(epoch="2027Q1")))
    moved = write_frames(tmp_path / "moved", [new[0], *old[1:]], PARTIES.partner)
    anything = Expected()
    assert layer_of(lambda: as_matcher(moved, expected=anything)) == "seal"


def test_parts_of_one_file_cannot_change_places(tmp_path: Path) -> None:
    """The matcher's sealed key is not the resolver's, even for one and the same recipient key."""
    frames = frames_of(write_small(tmp_path / "a"))
    cut = next(n for n, item in enumerate(frames) if item[0] == b"K" and n > 1)
    swapped = [frames[0], *frames[cut:-1], *frames[1:cut], frames[-1]]
    path = write_frames(tmp_path / "b", swapped, PARTIES.partner)
    assert layer_of(lambda: as_matcher(path)) == "seal"


def test_chunks_cannot_be_changed_moved_repeated_or_dropped(tmp_path: Path) -> None:
    """Not even by a signer who signs the result again."""
    frames = frames_of(write_small(tmp_path / "a", small_export(20_000)))
    assert [letter for letter, _ in frames[:6]] == [b"H", b"K", b"C", b"C", b"C", b"C"]
    first, second, rest = frames[2], frames[3], frames[4:]
    changed = (first[0], first[1][:-1] + bytes([first[1][-1] ^ 1]))
    last = next(n for n, item in enumerate(frames) if item[0] == b"L")
    for spoilt in (
        [*frames[:2], changed, second, *rest],
        [*frames[:2], second, first, *rest],
        [*frames[:2], first, first, second, *rest],
        [*frames[:2], second, *rest],
        [*frames[:2], (b"L", first[1]), *frames[last + 1 :]],
        [*frames[: last - 1], (b"L", frames[last - 1][1]), *frames[last + 1 :]],
        [*frames[:last], (b"C", frames[last][1]), *frames[last:]],
    ):
        path = write_frames(tmp_path / "b", spoilt, PARTIES.partner)
        assert layer_of(lambda path=path: as_matcher(path)) == "chunk"


def test_a_changed_part_is_named_without_any_key(tmp_path: Path) -> None:
    """The digests tell which part was changed, to the recipient of the other part as well."""
    frames = frames_of(write_small(tmp_path / "a"))
    data = (tmp_path / "a").read_bytes()
    for body, role in ((frames[2][1], "matcher"), (frames[-2][1], "resolver")):
        at = data.index(body)
        (tmp_path / "b").write_bytes(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :])
        for run in (as_matcher, as_resolver, inspect):
            with pytest.raises(FormatError, match=f"{role}'s part") as caught:
                run(tmp_path / "b")
            assert caught.value.layer == "digest"


def test_a_file_cut_anywhere_or_lengthened_is_refused(tmp_path: Path) -> None:
    """Truncation and trailing bytes are seen without a key."""
    data = write_small(tmp_path / "a").read_bytes()
    for length in range(len(data)):
        layer = layer_of(lambda length=length: read_envelope(BytesIO(data[:length])))
        assert layer == ("frame" if length >= len(MAGIC) else "magic"), length
    assert layer_of(lambda: read_envelope(BytesIO(data + b"\n"))) == "frame"


def test_a_later_version_is_not_called_damage(tmp_path: Path) -> None:
    """Version 2 of the envelope, and a header of an unknown format, ask for an update."""
    data = write_small(tmp_path / "a").read_bytes()
    (tmp_path / "b").write_bytes(data.replace(MAGIC, b"uic-envelope/2\n", 1))
    assert layer_of(lambda: inspect(tmp_path / "b")) == "version"
    frames = frames_of(tmp_path / "a")
    fields = decode_header(frames[0][1]) | {"format": "uic-export/2"}
    write_frames(tmp_path / "b", [(b"H", canonical(fields)), *frames[1:]], PARTIES.partner)
    assert layer_of(lambda: inspect(tmp_path / "b")) == "version"
    (tmp_path / "b").write_bytes(b"PK\x03\x04 a workbook")
    assert layer_of(lambda: inspect(tmp_path / "b")) == "magic"


def test_a_missing_file_is_an_input_error(tmp_path: Path) -> None:
    """A wrong path is not a damaged file."""
    for path in (tmp_path / "none", tmp_path):
        with pytest.raises(InputError):
            inspect(path)


def test_inspect_shows_the_header_without_any_key(tmp_path: Path) -> None:
    """Partner, counts and recipients; the signer only when asked."""
    path = write_small(tmp_path / "a")
    seen = inspect(path)
    assert seen.header["partner"] == "dic"
    assert seen.header["records"] == 3
    assert seen.header["events"] == 2
    assert seen.header["passes"] == {"birth-date": 3}
    assert [item["role"] for item in seen.header["recipients"]] == ["matcher", "resolver"]
    assert seen.size == path.stat().st_size
    assert not seen.signer_checked
    assert inspect(path, signer=PARTIES.partner.public).signer_checked
    assert layer_of(lambda: inspect(path, signer=STRANGER.public)) == "signer"


def test_a_failed_writing_leaves_nothing_behind(tmp_path: Path) -> None:
    """A name that a header cannot hold stops before anything has its final name."""
    with pytest.raises(FormatError, match="partner"):
        write_small(tmp_path / "a.uicx", small_export(partner="a\x1b[2J"))
    assert not list(tmp_path.iterdir())


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    """64 chunks of a megabyte are written, checked and opened in the memory of a few."""
    count = 64
    chunk = bytes(CHUNK_BYTES)

    def chunks() -> Iterator[bytes]:
        for number in range(count):
            yield number.to_bytes(8, "big") + chunk[8:]

    fields = {
        "format": "uic-wrapped-key/1",
        "project": "p",
        "epoch": "e",
        "key_id": "00" * 8,
    }
    tracemalloc.start()
    write_envelope(
        tmp_path / "a", fields, {"partner": (PARTIES.matcher.public, chunks())}, PARTIES.partner
    )
    with (tmp_path / "a").open("rb") as file:
        envelope = read_envelope(file)
        opened = open_compartment(file, envelope, "partner", PARTIES.matcher)
        numbers = [(int.from_bytes(plain[:8], "big"), last) for plain, last in opened]
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert numbers == [(n, n == count - 1) for n in range(count)]
    assert peak < 8 * CHUNK_BYTES
