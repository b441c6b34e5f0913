"""The container of a workbook: what is checked before calamine unpacks it."""

from __future__ import annotations

import html
import re
import zipfile
from typing import TYPE_CHECKING

from uic.partner.reading import archives
from uic.partner.reading.sources import refusal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MOST_CELLS = 60_000_000
SAVE_AGAIN = "open it in Excel or LibreOffice and save it again as .xlsx"

_BOMB = "the workbook is far too large when unpacked"
_SMALLER = "delete empty formatted rows and pictures, or export it as CSV UTF-8"
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"
_BLOCK = 1 << 20
_FORMULA = re.compile(
    rb'<(?:\w+:)?c r="([A-Z]+)\d+"[^>]*>\s*'
    rb"<(?:\w+:)?f(?:\s[^>]*)?(?:/>|>[^<]*</(?:\w+:)?f>)\s*"
    rb"(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v></(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)
_ROW = re.compile(rb'<(?:\w+:)?row [^>]*?\br="(\d{1,9})"')
_WIDE = re.compile(rb'<(?:\w+:)?c r="([A-Z]{2,3})\d')


def check_container(path: Path) -> None:
    """Refuse a workbook that is locked, old, damaged, or far larger than it looks.

    Raises:
        InputError: with what to do about it.
    """
    with path.open("rb") as file:
        head = file.read(8)
    if head.startswith(_OLD_EXCEL):
        if "EncryptedPackage".encode("utf-16-le") in path.read_bytes():
            hint = "open it, remove the password (File, Info, Protect Workbook) and save a copy"
            raise refusal(path.name, "", "the workbook is locked by a password", hint)
        raise refusal(path.name, "", "this is an old Excel file (.xls)", SAVE_AGAIN)
    archives.refuse_long_list(path)
    parts = archives.looked_into(path, zipfile.ZipFile.infolist)
    archives.refuse_unsafe(path.name, parts or [])
    archives.refuse_bomb(path.name, parts or [], _BOMB, _SMALLER)
    damaged = archives.looked_into(path, lambda archive: [archive.testzip()])
    if parts is None or damaged != [None]:
        hint = "copy or export it again"
        raise refusal(path.name, "", "this is not a whole Excel workbook (.xlsx)", hint)
    if not any(part.filename == "xl/workbook.xml" for part in parts):
        raise refusal(path.name, "", "this is not an Excel workbook (.xlsx)", SAVE_AGAIN)


def unfinished_columns(path: Path, index: int) -> set[int]:
    """Return the columns of a sheet that hold formulas without a result; A is 0.

    Raises:
        InputError: one cell stands so far away that the sheet would fill the memory.
    """
    unfinished: set[int] = set()
    height, width = 0, 26
    for block in _sheet_blocks(path, index):
        height = max([height, *map(int, _ROW.findall(block))])
        width = max([width, *(_position(letters) + 1 for letters in _WIDE.findall(block))])
        if height * width > MOST_CELLS:
            hint = "a cell far away from the table is filled: delete it, or export as CSV UTF-8"
            raise refusal(path.name, "", "the sheet is far too large", hint)
        if b"f>" in block or b"<f" in block:
            unfinished |= {_position(letters) for letters in _FORMULA.findall(block)}
    return unfinished


def _sheet_blocks(path: Path, index: int) -> Iterator[bytes]:
    """Yield the XML of one sheet in pieces that end at the end of a cell."""
    with zipfile.ZipFile(path) as archive:
        name = _sheet_part(archive, index)
        if name is None:
            return
        rest = b""
        with archive.open(name) as part:
            while block := part.read(_BLOCK):
                done, end, rest = (rest + block).rpartition(b"c>")
                yield done + end
        yield rest


def _sheet_part(archive: zipfile.ZipFile, index: int) -> str | None:
    """Find the part that holds a sheet, through the workbook's relations."""
    sheets = _tags(archive, "xl/workbook.xml", "sheet")
    links = _tags(archive, "xl/_rels/workbook.xml.rels", "Relationship")
    if index >= len(sheets):
        return None
    relation = next((text for name, text in sheets[index].items() if name.endswith(":id")), "")
    target = next((link.get("Target", "") for link in links if link.get("Id") == relation), "")
    name = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    return name if name in archive.namelist() else None


def _tags(archive: zipfile.ZipFile, part: str, tag: str) -> list[dict[str, str]]:
    """Return the attributes of every tag of a name; no XML parser, so no entity can grow."""
    if part not in archive.namelist():
        return []
    text = archive.read(part).decode("utf-8", "replace")
    return [
        {
            name: html.unescape(value)
            for name, value in re.findall(r'([\w:]+)\s*=\s*"([^"]*)"', found)
        }
        for found in re.findall(rf"<(?:\w+:)?{tag}\s[^>]*>", text)
    ]


def _position(letters: bytes) -> int:
    """Turn column letters into a position: A is 0, AA is 26."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1
