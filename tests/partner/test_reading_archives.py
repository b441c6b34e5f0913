"""Archives are looked at before they are unpacked, and never unpacked to disk."""

from __future__ import annotations

import gzip
import os
import struct
import tempfile
import time
import zipfile
from pathlib import Path
from typing import Any

import pytest
from reading_helpers import csv_file, refusal, schema, workbook

from uic.partner.reading import archives, read_registers

LINES = b"KEY,family,day\nuuid:a,Sok,2023-02-13\n"
ODK: dict[str, Any] = {
    "files": ["*"],
    "format": "odk-central",
    "columns": {"family_name": "family", "date": "day"},
}


def packed(folder: Path, *members: tuple[str, bytes], name: str = "ngo.zip") -> Path:
    path = folder / name
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, data in members:
            archive.writestr(member, data)
    return path


def rule(path: Path, **mapping: Any) -> str:
    (problem,) = refusal([path], schema(**(ODK | mapping))).problems
    assert problem.hint
    return problem.rule


def test_a_good_archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An archive within the limits is read; nothing of it is written to disk."""
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    monkeypatch.setenv("TMPDIR", str(scratch))
    (register,) = read_registers([packed(tmp_path, ("a.csv", LINES))], schema(**ODK))
    assert len(register.events) == 1
    assert list(scratch.iterdir()) == []
    assert sorted(path.name for path in tmp_path.iterdir()) == ["ngo.zip", "scratch"]


@pytest.mark.parametrize(
    "member",
    ["../a.csv", "x/../../a.csv", "/etc/a.csv", "..\\a.csv", "C:\\a.csv", "C:a.csv", "a\x01.csv"],
)
def test_a_member_that_leads_out(tmp_path: Path, member: str) -> None:
    """A name that climbs, starts at the root or names a drive condemns the whole archive."""
    path = packed(tmp_path, ("a.csv", LINES), (member.replace("\\", "/"), LINES))
    data = path.read_bytes().replace(member.replace("\\", "/").encode(), member.encode())
    path.write_bytes(data)
    assert rule(path) == "a member's name leads out of the archive"


def test_a_workbook_whose_member_leads_out(tmp_path: Path) -> None:
    """A workbook is an archive too."""
    path = workbook(tmp_path, ["family"], ["Sok"])
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("../../x.xml", "x")
    using = schema(columns={"family_name": "family"})
    assert "leads out" in refusal([path], using).problems[0].rule


@pytest.mark.parametrize("inner", ["b.zip", "b.csv.gz", "b.xlsx", "x/b.7z", "b.tar"])
def test_an_archive_inside(tmp_path: Path, inner: str) -> None:
    """An archive inside an archive is refused by its name, whatever it holds."""
    assert "inside the archive" in rule(packed(tmp_path, ("a.csv", LINES), (inner, b"x")))


def test_an_archive_inside_a_gz(tmp_path: Path) -> None:
    """A .gz of an archive is refused by its first bytes."""
    inner = packed(tmp_path, ("a.csv", LINES), name="inner.zip").read_bytes()
    for data in (inner, gzip.compress(LINES)):
        (tmp_path / "ngo.csv.gz").write_bytes(gzip.compress(data))
        assert "inside the archive" in rule(tmp_path / "ngo.csv.gz")


def test_bombs(tmp_path: Path) -> None:
    """Zeros packed a thousand times smaller are refused: in .zip before, in .gz while unpacking."""
    zeros = b"\0" * 40_000_000
    assert "far too large" in rule(packed(tmp_path, ("a.csv", zeros)))
    (tmp_path / "ngo.csv.gz").write_bytes(gzip.compress(zeros, 9))
    assert "far too large" in rule(tmp_path / "ngo.csv.gz")


def swollen(path: Path, size: int) -> None:
    """Write another unpacked size for the first member into the archive's list."""
    data = bytearray(path.read_bytes())
    place = data.index(b"PK\x01\x02")
    data[place + 24 : place + 28] = struct.pack("<I", size)
    path.write_bytes(data)


def test_a_sheet_of_a_gigabyte_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    """What a list of members says of its size is believed at once: no byte is unpacked."""
    path = workbook(tmp_path, ["family"], *[[f"Sok{n}"] for n in range(5000)])
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    parts[sheet] += b" " * (1 << 22)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for name in (sheet, *(name for name in parts if name != sheet)):
            archive.writestr(name, parts[name])
    swollen(path, (1 << 30) + 1)
    start = time.perf_counter()
    (problem,) = refusal([path], schema(columns={"family_name": "family"})).problems
    assert problem.rule == "the workbook is far too large when unpacked"
    assert time.perf_counter() - start < 2


def test_many_small_members_are_added_up(tmp_path: Path) -> None:
    """The limit is one of all members together."""
    path = packed(tmp_path, ("a.csv", LINES), ("b.csv", LINES))
    data = bytearray(path.read_bytes())
    place = -1
    for _ in range(2):
        place = data.index(b"PK\x01\x02", place + 1)
        data[place + 20 : place + 28] = struct.pack("<II", 1 << 26, (1 << 29) + 1)
    path.write_bytes(data)
    assert "far too large" in rule(path)


def test_a_size_that_lies(tmp_path: Path) -> None:
    """A member that unpacks to more than its list says is damaged, not read on."""
    path = packed(tmp_path, ("a.csv", LINES * 1000))
    swollen(path, 100)
    assert rule(path) == "this is not a whole .zip archive"


def test_too_many_members(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Members are counted, and the length of their list is looked at before it is read."""
    path = packed(tmp_path, *[(f"{n}.txt", b"") for n in range(30)], ("a.csv", LINES))
    monkeypatch.setattr(archives, "MOST_MEMBERS", 20)
    assert rule(path) == "the archive has far too many members"
    monkeypatch.setattr(archives, "LARGEST_LIST", 100)
    assert rule(path) == "the archive is larger than any export"


def test_locked_members(tmp_path: Path) -> None:
    """A member that needs a password is refused, and the folder is asked for."""
    path = packed(tmp_path, ("a.csv", LINES))
    data = bytearray(path.read_bytes())
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + place] |= 1
    path.write_bytes(data)
    assert rule(path) == "the archive is locked by a password"


@pytest.mark.parametrize("ending", ["gz", "bz2", "zst", "lz4"])
def test_text_under_the_name_of_an_archive(tmp_path: Path, ending: str) -> None:
    """What a file is shows in its bytes: a text called .gz is read as the text it is."""
    path = csv_file(tmp_path, "family_name", "Sok", name=f"ngo.csv.{ending}")
    (register,) = read_registers([path], schema())
    assert register.records["family_name"].to_pylist() == ["Sok"]


def test_archives_that_are_damaged_or_empty(tmp_path: Path) -> None:
    """Half an archive, one without data, two members of one name."""
    path = packed(tmp_path, ("a.csv", os.urandom(5000)))
    path.write_bytes(path.read_bytes()[:3000])
    assert rule(path) == "this is not a whole .zip archive"
    assert "holds no CSV" in rule(packed(tmp_path, ("a.txt", LINES)))
    assert "one name" in rule(packed(tmp_path, ("x/a.csv", LINES), ("y/A.csv", LINES)))
    (tmp_path / "ngo.csv.gz").write_bytes(gzip.compress(LINES)[:-9])
    assert rule(tmp_path / "ngo.csv.gz") == "this is not a whole .gz archive"


def test_folders(tmp_path: Path) -> None:
    """A folder without data is refused; links in it are not followed."""
    folder = tmp_path / "ngo-folder"
    folder.mkdir()
    (folder / "notes.txt").write_text("x", encoding="utf-8")
    assert "holds no CSV" in rule(folder)
    secret = csv_file(tmp_path, "KEY,family,day", "uuid:z,Kim,2023-02-13", name="secret.csv")
    try:
        (folder / "link.csv").symlink_to(secret)
    except OSError:
        pytest.skip("this system has no symbolic links")
    assert "holds no CSV" in rule(folder)


def test_every_file_of_an_export_is_reported(tmp_path: Path) -> None:
    """Two missing files of one export give two problems at once."""
    paths = [tmp_path / "a.csv", tmp_path / "b.csv"]
    problems = refusal(paths, schema(**ODK)).problems
    assert [problem.file for problem in problems] == ["a.csv", "b.csv"]
