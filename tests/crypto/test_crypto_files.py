"""Secret files: their owner only, never overwritten, refused when others can read them."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from uic.crypto.files import overwrite_and_remove, read_private, read_public, write_private
from uic.crypto.keys import load_key, load_or_make_key, new_key, save_key
from uic.errors import KeyMaterialError

posix = pytest.mark.skipif(os.name != "posix", reason="file modes mean nothing on this system")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@posix
def test_a_secret_file_is_its_owners_whatever_the_umask(tmp_path: Path) -> None:
    """A generous umask does not open the file to others."""
    before = os.umask(0)
    try:
        write_private(tmp_path / "a.key", "secret\n")
    finally:
        os.umask(before)
    assert mode(tmp_path / "a.key") == 0o600
    assert read_private(tmp_path / "a.key") == "secret\n"


@posix
@pytest.mark.parametrize("bits", [0o640, 0o604, 0o660, 0o601, 0o610])
def test_a_secret_that_others_can_reach_is_refused(tmp_path: Path, bits: int) -> None:
    """Any bit for group or others is one too many."""
    write_private(tmp_path / "a.key", "secret\n")
    (tmp_path / "a.key").chmod(bits)
    with pytest.raises(KeyMaterialError, match="chmod 600"):
        read_private(tmp_path / "a.key")


def test_a_secret_file_is_never_overwritten(tmp_path: Path) -> None:
    """The second write fails and the first key stays."""
    write_private(tmp_path / "a.key", "first\n")
    with pytest.raises(KeyMaterialError, match="never overwritten"):
        write_private(tmp_path / "a.key", "second\n")
    assert read_private(tmp_path / "a.key") == "first\n"


def test_missing_long_binary_and_odd_files_are_key_errors(tmp_path: Path) -> None:
    """Nothing but a short text file is read."""
    (tmp_path / "long").write_bytes(b"a" * 70_000)
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    for name in ("long", "binary"):
        (tmp_path / name).chmod(0o600)
    for path in (tmp_path / "none", tmp_path, tmp_path / "long", tmp_path / "binary"):
        for read in (read_private, read_public):
            with pytest.raises(KeyMaterialError):
                read(path)


def test_a_folder_that_cannot_be_made_is_a_key_error(tmp_path: Path) -> None:
    """The folder's name is taken by a file."""
    (tmp_path / "taken").write_text("")
    with pytest.raises(KeyMaterialError, match="cannot be written"):
        write_private(tmp_path / "taken" / "a.key", "secret\n")


def test_destroying_overwrites_the_bytes_on_the_disk(tmp_path: Path) -> None:
    """A second name of the same file shows that its bytes are gone, not only its name."""
    write_private(tmp_path / "a.key", "secret\n")
    os.link(tmp_path / "a.key", tmp_path / "b.key")
    overwrite_and_remove(tmp_path / "a.key")
    assert not (tmp_path / "a.key").exists()
    left = (tmp_path / "b.key").read_bytes()
    assert len(left) == len(b"secret\n")
    assert b"secret" not in left


def test_links_and_missing_files_are_not_destroyed(tmp_path: Path) -> None:
    """A link is refused: its target would be overwritten and stay under its own name."""
    write_private(tmp_path / "a.key", "secret\n")
    (tmp_path / "link").symlink_to(tmp_path / "a.key")
    for name in ("link", "none"):
        with pytest.raises(KeyMaterialError):
            overwrite_and_remove(tmp_path / name)
    assert read_private(tmp_path / "a.key") == "secret\n"


def test_the_key_of_a_run_is_made_once_and_then_read(tmp_path: Path) -> None:
    """The second run gets the same key; another project or epoch is refused."""
    first = load_or_make_key(tmp_path / "a.key", "p", "2026Q4")
    assert load_or_make_key(tmp_path / "a.key", "p").key_id == first.key_id
    for project, epoch in (("q", None), ("p", "2027Q1")):
        with pytest.raises(KeyMaterialError, match="this run is for"):
            load_or_make_key(tmp_path / "a.key", project, epoch)


def test_a_saved_key_is_the_key(tmp_path: Path) -> None:
    """Writing and reading give the same sub-keys."""
    key = new_key("p", "2026Q4")
    save_key(key, tmp_path / "deep" / "a.key")
    assert load_key(tmp_path / "deep" / "a.key").sub_key("x") == key.sub_key("x")
