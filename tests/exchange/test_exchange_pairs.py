"""Files of scored pairs: what goes in comes out at the resolver, and nowhere else."""

from __future__ import annotations

import random
from pathlib import Path

import pyarrow as pa
import pytest
from exchange_helpers import PARTIES, small_export

from uic.crypto.pairs import new_pair
from uic.envelope.exports import ANYTHING, Expected, read_matcher, write_export
from uic.envelope.inspecting import inspect
from uic.envelope.pairs import read_pairs, write_pairs
from uic.errors import FormatError
from uic.exchange import PAIRS, Scored


def scored(rows: int = 3) -> Scored:
    """Return pairs of two passes; the second has none where ``rows`` is 0."""
    numbers = list(range(rows))
    table = pa.table(
        {
            "pass": pa.array(["birth-date" if n % 2 else "name-sounds" for n in numbers]),
            "row_a": numbers,
            "row_b": [n + 100 for n in numbers],
            "pattern": [n * 17 for n in numbers],
            "log_odds": pa.array([None if n == 2 else n / 3 for n in numbers], pa.float64()),
        },
        schema=pa.schema([("pass", pa.string()), *PAIRS]),
    )
    told = {"passes": [], "weights": {"m": [0.25, 0.1], "note": "ក"}}
    exports = ("ab" * 32, "cd" * 32)
    return Scored("project", "2026Q4", "cd" * 8, "ef" * 32, exports, table, told)


def write(path: Path, content: Scored) -> Path:
    write_pairs(content, path, resolver=PARTIES.resolver.public, signer=PARTIES.matcher)
    return path


def read(path: Path, expected: Expected = ANYTHING) -> Scored:
    return read_pairs(path, key=PARTIES.resolver, signer=PARTIES.matcher.public, expected=expected)


@pytest.mark.parametrize("rows", [0, 1, 3, 20_000])
def test_pairs_come_out_as_they_went_in(tmp_path: Path, rows: int) -> None:
    """Every pair with its levels and score, the digests and what the matcher tells."""
    content = scored(rows)
    found = read(write(tmp_path / "p.uicp", content))
    order = [("pass", "ascending"), ("row_a", "ascending")]
    assert found.pairs.sort_by(order).equals(content.pairs.sort_by(order))
    assert vars(found) | {"pairs": 0} == vars(content) | {"pairs": 0}


def test_the_header_names_exports_and_counts(tmp_path: Path) -> None:
    """Without a key one sees which files were matched and how many pairs there are."""
    header = inspect(write(tmp_path / "p.uicp", scored())).header
    assert header["exports"] == ["ab" * 32, "cd" * 32]
    assert header["passes"] == {"birth-date": 1, "name-sounds": 2}
    assert [item["role"] for item in header["recipients"]] == ["resolver"]


@pytest.mark.parametrize("name", ["project", "epoch", "fingerprint"])
def test_pairs_of_another_round_are_refused(tmp_path: Path, name: str) -> None:
    """Another project, epoch or schema than the resolver expects is a replay."""
    path = write(tmp_path / "p.uicp", scored())
    with pytest.raises(FormatError) as told:
        read(path, Expected(**{name: "other"}))
    assert told.value.layer == "replay"


def test_only_the_resolver_opens_and_only_the_matcher_signs(tmp_path: Path) -> None:
    """Another key opens nothing; another signer is named."""
    path, stranger = write(tmp_path / "p.uicp", scored()), new_pair("stranger")
    with pytest.raises(FormatError) as opened:
        read_pairs(path, key=stranger, signer=PARTIES.matcher.public, expected=ANYTHING)
    assert opened.value.layer == "recipient"
    with pytest.raises(FormatError) as signed:
        read_pairs(path, key=PARTIES.resolver, signer=stranger.public, expected=ANYTHING)
    assert signed.value.layer == "signer"


def test_an_export_is_no_file_of_pairs_and_the_other_way_round(tmp_path: Path) -> None:
    """Each reader refuses the other's format by its header."""
    export = tmp_path / "e.uicx"
    write_export(
        small_export(),
        export,
        matcher=PARTIES.matcher.public,
        resolver=PARTIES.resolver.public,
        signer=PARTIES.matcher,
    )
    pairs = write(tmp_path / "p.uicp", scored())
    for reader in (
        lambda: read(export),
        lambda: read_matcher(pairs, key=PARTIES.matcher, signer=PARTIES.matcher.public),
    ):
        with pytest.raises(FormatError) as told:
            reader()
        assert told.value.layer == "header"


def test_every_flipped_bit_is_refused(tmp_path: Path) -> None:
    """A changed byte anywhere in the file stops the reading."""
    path = write(tmp_path / "p.uicp", scored())
    data = path.read_bytes()
    draw = random.Random(3)
    for _ in range(60):
        changed = bytearray(data)
        changed[draw.randrange(len(data))] ^= 1 << draw.randrange(8)
        path.write_bytes(changed)
        with pytest.raises(FormatError):
            read(path)
