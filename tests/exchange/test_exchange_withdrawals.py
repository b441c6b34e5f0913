"""Withdrawals as files: what goes in comes out, and a file that was changed deletes nothing."""

from __future__ import annotations

import random
from pathlib import Path

import pyarrow as pa
import pytest
from exchange_helpers import PARTIES
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from uic.envelope.headers import WITHDRAWAL
from uic.envelope.inspecting import inspect
from uic.envelope.sealed import Sort, write_sealed
from uic.envelope.withdrawals import EXPORTS, ROWS, Withdrawn, read_withdrawal, write_withdrawal
from uic.errors import FormatError

TOLD = Withdrawn(
    "project",
    "2026Q4",
    "cd" * 8,
    ("ab" * 32,),
    pa.table([["birth-date", "name-sounds"], [5, -7]], schema=ROWS),
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A withdrawal from the resolver to the matcher."""
    file = tmp_path / "w.uicw"
    write_withdrawal(TOLD, file, matcher=PARTIES.matcher.public, signer=PARTIES.resolver)
    return file


def read(path: Path, **expected: str) -> Withdrawn:
    signer = PARTIES.resolver.public
    return read_withdrawal(path, key=PARTIES.matcher, signer=signer, **expected)


def test_a_withdrawal_comes_out_as_it_went_in(path: Path) -> None:
    """Exports and rows; whoever carries the file sees counts only."""
    found = read(path, project="project", epoch="2026Q4")
    assert found.rows.equals(TOLD.rows)
    assert found.exports == TOLD.exports
    header = inspect(path, signer=PARTIES.resolver.public).header
    assert (header["rows"], header["files"]) == (2, 1)
    assert b"birth-date" not in path.read_bytes()


@pytest.mark.parametrize("name", ["project", "epoch"])
def test_one_of_another_round_is_refused(path: Path, name: str) -> None:
    """An old file of another project or epoch deletes nothing."""
    with pytest.raises(FormatError) as told:
        read(path, **{name: "other"})
    assert told.value.layer == "replay"


@pytest.mark.parametrize(
    ("exports", "rows"),
    [
        (["ab" * 32] * 2, TOLD.rows),
        (["b", "a"], TOLD.rows),
        ([None], TOLD.rows),
        (["a"], pa.table([[None], [5]], schema=ROWS)),
        (["a"], pa.table([["birth-date"], [None]], schema=ROWS)),
    ],
)
def test_what_is_not_whole_is_refused(path: Path, exports: list[str], rows: pa.Table) -> None:
    """A resolver that writes nonsense is told so before anything is deleted."""
    write_sealed(
        path,
        Sort(WITHDRAWAL, "matcher", {"exports": (EXPORTS, "files"), "rows": (ROWS, "rows")}),
        {"project": "project", "epoch": "2026Q4", "key_id": "cd" * 8},
        {"exports": pa.table([exports], schema=EXPORTS), "rows": rows},
        to=PARTIES.matcher.public,
        signer=PARTIES.resolver,
    )
    with pytest.raises(FormatError) as told:
        read(path)
    assert told.value.layer == "content"


@settings(
    max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(st.data())
def test_a_changed_file_is_refused(path: Path, data: st.DataObject) -> None:
    """Bytes changed, cut off or put in at any place: never anything but a refusal."""
    whole = path.read_bytes()
    at = data.draw(st.integers(0, len(whole) - 1))
    end = data.draw(st.integers(at, len(whole)))
    spoilt = path.with_name("spoilt.uicw")
    new = whole[:at] + data.draw(st.binary(max_size=40)) + whole[end:]
    spoilt.write_bytes(new)
    if new == whole:
        assert read(spoilt).exports == TOLD.exports
        return
    with pytest.raises(FormatError):
        read(spoilt)


def test_every_flipped_bit_is_refused(path: Path) -> None:
    """One bit of each byte, drawn at random."""
    whole, rng = path.read_bytes(), random.Random(1)
    spoilt = path.with_name("spoilt.uicw")
    for at in range(len(whole)):
        spoilt.write_bytes(
            whole[:at] + bytes([whole[at] ^ 1 << rng.randrange(8)]) + whole[at + 1 :]
        )
        with pytest.raises(FormatError):
            read(spoilt)
