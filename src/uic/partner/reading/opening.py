"""Open an export by what it is: a table in memory, or a file by its first bytes."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeGuard

from uic.partner.reading.archives import first_bytes
from uic.partner.reading.delimited import open_delimited
from uic.partner.reading.formats import open_export
from uic.partner.reading.formats.hints import looks_like
from uic.partner.reading.sources import refusal
from uic.partner.reading.tables import open_parquet, open_table
from uic.partner.reading.workbooks import open_workbook

if TYPE_CHECKING:
    from uic.partner.reading.partners import Export
    from uic.partner.reading.sources import Source

_CONTAINERS = (b"PK\x03\x04", b"PK\x05\x06", b"\xd0\xcf\x11\xe0")
_UNPACK = "unpack it first; an export of DHIS2, ODK Central or CommCare is read by its 'format'"
_SAVE = "open it in a spreadsheet and save it as .xlsx; JSON of DHIS2 is read by its 'format'"
_PACKED = (b"\x1f\x8b", b"7z\xbc\xaf", b"Rar!", b"BZh", b"\xfd7zXZ", b"\x28\xb5\x2f\xfd")


def is_path(content: object) -> TypeGuard[str | os.PathLike[str]]:
    """Tell a path from a table."""
    return isinstance(content, str | os.PathLike)


def paths_of(content: object) -> tuple[Path, ...]:
    """Return the paths of an export; none where it is a table."""
    several = content if isinstance(content, tuple) else (content,)
    return tuple(Path(item) for item in several if is_path(item))


def open_source(export: Export) -> Source:
    """Open an export.

    Raises:
        InputError: the file is missing, a folder, empty, or not what its name says.
    """
    paths = paths_of(export.content)
    if paths and export.mapping is not None and export.mapping.format != "plain":
        return open_export(paths, export)
    if not is_path(export.content):
        return open_table(export.partner, export.content)
    return _with_hint(_open_plain(Path(export.content), export))


def _with_hint(source: Source) -> Source:
    """Say which system an export looks like, for the case that a column is missing."""
    system = looks_like(source.headers)
    if not system:
        return source
    hint = f"it looks like an export of {system}: set format = {system!r} in the partner's mapping"
    return replace(source, advice="; or ".join(filter(None, (source.advice, hint))))


def _open_plain(path: Path, export: Export) -> Source:
    head = first_bytes(path)
    suffix = path.suffix.lower()
    if head.startswith(b"PAR1") or suffix in (".parquet", ".pq"):
        return open_parquet(path)
    if head.startswith(_PACKED) or suffix == ".zip":
        raise refusal(path.name, "", "this is a packed archive", _UNPACK)
    if head.startswith(_CONTAINERS) or suffix in (".xlsx", ".xlsm"):
        return open_workbook(path, export)
    if head.lstrip(b"\xef\xbb\xbf \r\n").startswith((b"<", b"{", b"[")):
        raise refusal(path.name, "", "this is a web page, XML or JSON, not a table", _SAVE)
    return open_delimited(path, export)
