"""Which files an export is made of: a file, several, a folder, or an archive, within limits.

An archive comes from outside. Everything that can be known is asked of its list of members, before
a byte is unpacked: how many there are, how large they become, where their names lead, whether one
is locked or is itself an archive.
"""

from __future__ import annotations

import gzip
import re
import zipfile
import zlib
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from uic.errors import InputError, Problem
from uic.partner.reading.held import Held
from uic.partner.reading.sources import refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from uic.partner.reading.held import File

T = TypeVar("T")

LARGEST_UNPACKED = 1 << 30
"""Bytes of all parts of an archive together; a million rows of twenty columns need about half."""
LARGEST_RATIO, RATIO_FROM = 300, 1 << 24
"""Unpacked by packed size of a part above 16 MB; real sheets and exports reach about 30."""
MOST_MEMBERS = 20_000
"""Members of an archive; photographs of a form's submissions are members too."""
LARGEST_LIST = 1 << 23
"""Bytes of an archive's list of members: 8 MB name 20,000 members of 300 bytes each."""
DATA = (".csv", ".tsv", ".json", ".xlsx", ".xlsm")
PACKED = (".zip", ".gz", ".7z", ".rar", ".tar", ".tgz", ".bz2", ".xz", ".zst", ".xlsx", ".xlsm")
UNPACK = "unpack it on a computer you trust, and look at what is inside"

_ZIP, _GZIP = (b"PK\x03\x04", b"PK\x05\x06"), b"\x1f\x8b"
_END = b"PK\x05\x06"
_AWAY = re.compile(r"(^|[/\\])\.\.([/\\]|$)|^[/\\]|^[A-Za-z]:|[\x00-\x1f]")
_ASIDE = re.compile(r"(^|/)(media|__MACOSX)/|(^|/)\.")
_BLOCK = 1 << 20


def files_of(paths: Sequence[Path]) -> tuple[File, ...]:
    """Find the files of an export that can hold data; packed ones are unpacked into memory.

    Args:
        paths: Files, archives (.zip, .gz) or folders that belong to one export.

    Raises:
        InputError: something is missing or empty, an archive is damaged, locked, too large, has
            too many members, leads out of itself or holds an archive; or no file holds data.
    """
    files: list[File] = []
    problems: list[Problem] = []
    for path in paths:
        try:
            files += _files_at(path)
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(problems)
    return tuple(files)


def _files_at(path: Path) -> list[File]:
    if path.is_dir():
        return _files_in(path)
    head = first_bytes(path)
    if head.startswith(_GZIP):
        return [_gunzipped(path)]
    if head.startswith(_ZIP) and not is_workbook(path):
        return _unzipped(path)
    return [path]


def first_bytes(path: Path, size: int = 8) -> bytes:
    """Return the first bytes of a file.

    Raises:
        InputError: it is missing, a folder, no regular file, empty, or cannot be opened.
    """
    if path.is_dir():
        raise refusal(path.name, "", "this is a folder", "name the files inside it")
    if path.exists() and not path.is_file():
        raise refusal(path.name, "", "this is not a regular file", "save it to disk first")
    head, missing = None, False
    try:
        with path.open("rb") as file:
            head = file.read(size)
    except (OSError, ValueError) as error:
        missing = isinstance(error, FileNotFoundError)
    if missing:
        raise refusal(path.name, "", "the file does not exist", "check the name and the folder")
    if head is None:
        raise refusal(path.name, "", "the file cannot be opened", "check its permissions")
    if not head:
        raise refusal(path.name, "", "the file is empty", "export it again")
    return head


def is_workbook(path: Path) -> bool:
    """Tell a workbook from another archive of its kind."""
    if path.suffix.lower() in (".xlsx", ".xlsm"):
        return True
    refuse_long_list(path)
    return "xl/workbook.xml" in (looked_into(path, zipfile.ZipFile.namelist) or ())


def refuse_long_list(path: Path) -> None:
    """Refuse an archive whose list of members alone would fill the memory.

    Raises:
        InputError: the list of members is longer than any export needs.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        file.seek(max(0, size - (1 << 16) - 22))
        tail = file.read()
    place = tail.rfind(_END)
    listed = int.from_bytes(tail[place + 12 : place + 16], "little") if place >= 0 else 0
    if listed > LARGEST_LIST:
        raise refusal(path.name, "", "the archive is larger than any export", UNPACK)


def refuse_unsafe(name: str, parts: Iterable[zipfile.ZipInfo]) -> None:
    """Refuse members that lead out of the archive.

    Raises:
        InputError: a member's name is absolute, climbs with '..', or holds odd signs.
    """
    if any(_AWAY.search(part.orig_filename) for part in parts):
        raise refusal(name, "", "a member's name leads out of the archive", UNPACK)


def refuse_bomb(name: str, parts: Iterable[zipfile.ZipInfo], rule: str, hint: str) -> None:
    """Refuse members that unpack to far more than they are.

    Raises:
        InputError: with ``rule`` and ``hint``.
    """
    sizes = [(part.file_size, part.compress_size) for part in parts]
    heavy = any(size > max(RATIO_FROM, LARGEST_RATIO * packed) for size, packed in sizes)
    if heavy or sum(size for size, _ in sizes) > LARGEST_UNPACKED:
        raise refusal(name, "", rule, hint)


def _files_in(folder: Path) -> list[File]:
    """Take the data files that lie in a folder itself; links are not followed."""
    wanted: list[Path] = []
    with suppress(OSError):
        wanted = sorted(
            path
            for path in folder.iterdir()
            if path.suffix.lower() in (*DATA, ".gz", ".zip")
            and not path.name.startswith(".")
            and path.is_file()
            and not path.is_symlink()
        )
    if not wanted:
        raise _nothing(folder.name, "the folder")
    return [file for path in wanted for file in _files_at(path)]


def _gunzipped(path: Path) -> Held:
    """Unpack one .gz file, and stop as soon as it is far larger than it looks."""
    most = min(LARGEST_UNPACKED, max(RATIO_FROM, LARGEST_RATIO * path.stat().st_size))
    data = bytearray()
    whole = True
    try:
        with gzip.open(path) as file:
            while len(data) <= most and (block := file.read(_BLOCK)):
                data += block
    except (OSError, EOFError, zlib.error):
        whole = False
    if not whole:
        raise refusal(path.name, "", "this is not a whole .gz archive", "copy or export it again")
    if len(data) > most:
        raise refusal(path.name, "", "the archive is far too large when unpacked", UNPACK)
    if data.startswith((*_ZIP, _GZIP)):
        raise refusal(path.name, "", "an archive stands inside the archive", UNPACK)
    return Held(path.name.removesuffix(".gz"), bytes(data))


def _unzipped(path: Path) -> list[File]:
    """Unpack the data members of a .zip archive into memory."""
    refuse_long_list(path)
    parts = looked_into(path, zipfile.ZipFile.infolist)
    chosen = _members(path.name, parts or [])
    files = looked_into(
        path,
        lambda archive: [Held(Path(part.filename).name, archive.read(part)) for part in chosen],
    )
    if parts is None or files is None:
        raise refusal(path.name, "", "this is not a whole .zip archive", "copy or export it again")
    if not files:
        raise _nothing(path.name, "the archive")
    return [*files]


def looked_into(path: Path, look: Callable[[zipfile.ZipFile], T]) -> T | None:
    """Look into an archive; None where it is damaged or written in an unknown way."""
    try:
        with zipfile.ZipFile(path) as archive:
            return look(archive)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError):
        return None
    except (NotImplementedError, RuntimeError, ValueError, KeyError):  # odd methods, bad names
        return None


def _members(name: str, parts: list[zipfile.ZipInfo]) -> list[zipfile.ZipInfo]:
    """Choose the members that hold data, after looking at all of them."""
    if len(parts) > MOST_MEMBERS:
        raise refusal(name, "", "the archive has far too many members", UNPACK)
    refuse_unsafe(name, parts)
    inside = [part for part in parts if not part.is_dir() and not _ASIDE.search(part.filename)]
    if any(part.filename.lower().endswith(PACKED) for part in inside):
        raise refusal(name, "", "an archive stands inside the archive", UNPACK)
    chosen = [part for part in inside if part.filename.lower().endswith(DATA)]
    if any(part.flag_bits & 1 for part in chosen):
        hint = "unpack it with its password, and give the folder"
        raise refusal(name, "", "the archive is locked by a password", hint)
    if len({Path(part.filename).name.casefold() for part in chosen}) < len(chosen):
        raise refusal(name, "", "two members of the archive have one name", UNPACK)
    refuse_bomb(name, chosen, "the archive is far too large when unpacked", UNPACK)
    return chosen


def _nothing(name: str, what: str) -> InputError:
    return refusal(name, "", f"{what} holds no CSV, XLSX or JSON file", "export it again")
