"""Open an export by what it is: a table in memory, or a file by its first bytes."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, TypeGuard

from uic.partner.reading.delimited import open_delimited
from uic.partner.reading.sources import refusal
from uic.partner.reading.tables import open_parquet, open_table
from uic.partner.reading.workbooks import open_workbook

if TYPE_CHECKING:
    from uic.partner.reading.partners import Export
    from uic.partner.reading.sources import Source

_CONTAINERS = (b"PK\x03\x04", b"PK\x05\x06", b"\xd0\xcf\x11\xe0")
_PACKED = (b"\x1f\x8b", b"7z\xbc\xaf", b"Rar!", b"BZh", b"\xfd7zXZ", b"\x28\xb5\x2f\xfd")


def is_path(content: object) -> TypeGuard[str | os.PathLike[str]]:
    """Tell a path from a table."""
    return isinstance(content, str | os.PathLike)


def open_source(export: Export) -> Source:
    """Open an export.

    Raises:
        InputError: the file is missing, a folder, empty, or not what its name says.
    """
    if not is_path(export.content):
        return open_table(export.partner, export.content)
    path = Path(export.content)
    head = _head(path)
    suffix = path.suffix.lower()
    if head.startswith(b"PAR1") or suffix in (".parquet", ".pq"):
        return open_parquet(path)
    if head.startswith(_PACKED) or suffix == ".zip":
        raise refusal(path.name, "", "this is a packed archive", "unpack it first")
    if head.startswith(_CONTAINERS) or suffix in (".xlsx", ".xlsm"):
        return open_workbook(path, export)
    if head.lstrip(b"\xef\xbb\xbf \r\n").startswith((b"<", b"{", b"[")):
        hint = "open it in a spreadsheet and save it as .xlsx"
        raise refusal(path.name, "", "this is a web page, XML or JSON, not a table", hint)
    return open_delimited(path, export)


def _head(path: Path) -> bytes:
    if path.is_dir():
        raise refusal(path.name, "", "this is a folder", "name the files inside it")
    if path.exists() and not path.is_file():
        raise refusal(path.name, "", "this is not a regular file", "save it to disk first")
    head = None
    try:
        with path.open("rb") as file:
            head = file.read(8)
    except FileNotFoundError:
        pass
    except (OSError, ValueError):
        raise refusal(path.name, "", "the file cannot be opened", "check its permissions") from None
    if head is None:
        raise refusal(path.name, "", "the file does not exist", "check the name and the folder")
    if not head:
        raise refusal(path.name, "", "the file is empty", "export it again")
    return head
