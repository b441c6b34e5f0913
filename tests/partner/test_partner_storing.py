"""Tables that wait: the same when they come back, and unreadable while they lie on a disk."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest

from uic.errors import FormatError
from uic.partner import storing
from uic.partner.storing import Store

TABLE = pa.table({"name": pa.array(["Canary-Sokha", None, "Canary-Dara"]), "n": [1, 2, 3]})


@pytest.fixture
def files(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[Path]:
    """Give temporary files names, so that a test can read what nobody else could find."""
    opened: list[Path] = []

    def named(dir: Path) -> object:  # noqa: A002 - the name that tempfile uses
        assert dir == tmp_path
        opened.append(dir / f"waiting-{len(opened)}")
        return opened[-1].open("w+b")

    monkeypatch.setattr(storing.tempfile, "TemporaryFile", named)
    return opened


@pytest.mark.parametrize("held", [0, 1 << 20])
def test_tables_come_back_in_order_and_once(tmp_path: Path, held: int) -> None:
    """What was put under a name is given back in its order, from memory and from disk alike."""
    with Store(tmp_path, held) as store:
        store.put("a", TABLE)
        store.put("b", TABLE.slice(1))
        store.put("a", TABLE.slice(2))
        assert store.look("a", ["n"]).to_pylist() == [{"n": n} for n in (1, 2, 3, 3)]
        assert store.take("a").to_pylist() == [*TABLE.to_pylist(), TABLE.to_pylist()[2]]
        assert "a" not in store
        assert list(store.pieces("a")) == []
        assert store.take("b").to_pylist() == TABLE.to_pylist()[1:]
    assert list(tmp_path.iterdir()) == []


def test_dictionaries_of_two_pieces_are_kept_apart(tmp_path: Path) -> None:
    """Two pieces with other distinct words come back with their own words."""
    with Store(tmp_path, 0) as store:
        for words in (["x", "y", "x"], ["z", "x"]):
            store.put("a", pa.table({"w": pa.array(words).dictionary_encode()}))
        assert store.take("a")["w"].to_pylist() == ["x", "y", "x", "z", "x"]


def test_nothing_readable_lies_on_the_disk(tmp_path: Path, files: list[Path]) -> None:
    """No name stands in the temporary file, in no encoding that text is found by."""
    with Store(tmp_path, 0) as store:
        for _ in range(100):
            store.put("a", TABLE)
        store.look("a")
        written = files[0].read_bytes()
        assert len(written) > 10_000
        for word in ("Canary", "Sokha", "name"):
            assert word.encode() not in written
            assert word.encode("utf-16-le") not in written
        assert "Canary" not in repr(store)


def test_what_was_changed_on_the_disk_is_refused(tmp_path: Path, files: list[Path]) -> None:
    """A flipped byte is an error, not another person."""
    with Store(tmp_path, 0) as store:
        store.put("a", TABLE)
        store.look("a")
        data = bytearray(files[0].read_bytes())
        data[len(data) // 2] ^= 1
        files[0].write_bytes(data)
        with pytest.raises(FormatError, match="changed"):
            store.take("a")


def test_memory_is_given_back(tmp_path: Path, files: list[Path]) -> None:
    """What was taken makes room; only what does not fit goes to disk."""
    with Store(tmp_path, TABLE.nbytes) as store:
        for _ in range(5):
            store.put("a", TABLE)
            store.take("a")
        assert files == []
        store.put("a", TABLE)
        store.put("b", TABLE)
        assert len(files) == 1


def test_without_a_folder_nothing_is_written(files: list[Path]) -> None:
    """On one machine everything stays in memory."""
    with Store(held=0) as store:
        store.put("a", TABLE)
        assert store.take("a") == TABLE
    assert files == []
