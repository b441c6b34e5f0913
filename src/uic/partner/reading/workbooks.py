"""XLSX through calamine, cell by cell; the container is checked before it is opened."""

from __future__ import annotations

import difflib
import html
import re
import zipfile
from collections.abc import Iterator  # noqa: TC003
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import python_calamine as calamine

from uic.partner.reading.sources import (
    LONGEST_FIELD,
    Cells,
    Source,
    cell_text,
    digest_of,
    refusal,
    tidy_header,
)
from uic.partner.reading.words import Words, no_words, words_from, words_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from uic.schema import PartnerMapping

T = TypeVar("T")
LARGEST_UNPACKED = 1 << 30
"""Bytes of all parts of a workbook together; a million rows of twenty columns need about half."""
LARGEST_RATIO = 300
"""Unpacked by packed size of a part above 16 MB; real sheets reach about 30."""
MOST_CELLS = 60_000_000
_BATCH = 20_000
_SAVE_AGAIN = "open it in Excel or LibreOffice and save it again as .xlsx"
_FORMULA = re.compile(
    rb'<c r="([A-Z]+)\d+"[^>]*>\s*<f(?:\s[^>]*)?(?:/>|>[^<]*</f>)\s*(?:<v\s*/>|<v></v>)?\s*</c>'
)
_ROW = re.compile(rb'<row [^>]*?\br="(\d+)"')
_WIDE = re.compile(rb'<c r="([A-Z]{2,3})\d')


def open_workbook(path: Path, mapping: PartnerMapping | None) -> Source:
    """Open one sheet of a workbook: the mapping's ``sheet``, or the first.

    Raises:
        InputError: not a workbook, damaged, locked by a password, too large when unpacked, or
            the sheet does not exist.
    """
    _check_container(path)
    book = _opened(path)
    index = _sheet_index(path.name, book.sheet_names, mapping.sheet if mapping else None)
    stale = _check_sheet(path, index)
    sheet = _guarded(path, lambda: book.get_sheet_by_index(index))
    rows = enumerate(sheet.iter_rows(), start=1)
    header_row, header = next(((n, row) for n, row in rows if any(map(_filled, row))), (0, []))
    if not header_row:
        raise refusal(
            path.name, f"sheet {sheet.name!r}", "the sheet is empty", "name another 'sheet'"
        )
    headers = tuple(tidy_header(cell_text(cell) or "") for cell in header)

    left = sheet.start[1] if sheet.start else 0

    def load(wanted: tuple[int, ...]) -> Cells:
        _refuse_stale(path.name, headers, wanted, {position - left for position in stale})
        return _load(path.name, islice(sheet.iter_rows(), header_row, None), header_row, wanted)

    return Source(path.name, headers, digest_of(path), load)


def _filled(cell: object) -> bool:
    return bool((cell_text(cell) or "").strip())


def _check_container(path: Path) -> None:
    """Refuse what would harm before anything is unpacked."""
    with path.open("rb") as file:
        head = file.read(8)
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        if "EncryptedPackage".encode("utf-16-le") in path.read_bytes():
            hint = "open it, remove the password (File, Info, Protect Workbook) and save a copy"
            raise refusal(path.name, "", "the workbook is locked by a password", hint)
        raise refusal(path.name, "", "this is an old Excel file (.xls)", _SAVE_AGAIN)
    parts = _parts(path)
    heavy = any(
        part.file_size > 1 << 24 and part.file_size > LARGEST_RATIO * max(1, part.compress_size)
        for part in parts
    )
    if heavy or sum(part.file_size for part in parts) > LARGEST_UNPACKED:
        hint = "delete empty formatted rows and pictures, or export it as CSV UTF-8"
        raise refusal(path.name, "", "the workbook is far too large when unpacked", hint)
    if not any(part.filename == "xl/workbook.xml" for part in parts):
        raise refusal(path.name, "", "this is not an Excel workbook (.xlsx)", _SAVE_AGAIN)


def _parts(path: Path) -> list[zipfile.ZipInfo]:
    """List the parts and read each one's checksum, but never more than it declares."""
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
            small = sum(part.file_size for part in parts) <= LARGEST_UNPACKED
            if not small or archive.testzip() is None:
                return parts
    except (zipfile.BadZipFile, zipfile.LargeZipFile, EOFError, OSError):
        pass
    except (NotImplementedError, RuntimeError, ValueError, zipfile.zlib.error):  # type: ignore[attr-defined]
        pass
    raise refusal(
        path.name, "", "this is not a whole Excel workbook (.xlsx)", "copy or export it again"
    )


def _guarded(path: Path, action: Callable[[], T]) -> T:
    """Run a step of calamine; its own messages may quote a cell, so they are dropped."""
    try:
        return action()
    except (calamine.CalamineError, OSError, ValueError):
        pass
    raise refusal(path.name, "", "the workbook cannot be read", _SAVE_AGAIN)


def _opened(path: Path) -> calamine.CalamineWorkbook:
    book: calamine.CalamineWorkbook = _guarded(path, lambda: calamine.load_workbook(path))
    return book


def _sheet_index(name: str, sheets: list[str], wanted: str | None) -> int:
    if not sheets:
        raise refusal(name, "", "the workbook has no sheet", _SAVE_AGAIN)
    if wanted is None:
        return 0
    if wanted in sheets:
        return sheets.index(wanted)
    near = difflib.get_close_matches(wanted, sheets, n=1, cutoff=0.0)
    raise refusal(name, f"sheet {wanted!r}", "there is no such sheet", f"did you mean {near[0]!r}?")


def _check_sheet(path: Path, index: int) -> set[int]:
    """Scan a sheet's XML: refuse an area too large, return columns of formulas without result."""
    stale: set[int] = set()
    height, width = 0, 26
    for block in _sheet_blocks(path, index):
        height = max([height, *map(int, _ROW.findall(block))])
        width = max([width, *(_position(letters) + 1 for letters in _WIDE.findall(block))])
        if height * width > MOST_CELLS:
            hint = "a cell far away from the table is filled: delete it, or export as CSV UTF-8"
            raise refusal(path.name, "", "the sheet is far too large", hint)
        if b"<f" in block:
            stale |= {_position(letters) for letters in _FORMULA.findall(block)}
    return stale


def _sheet_blocks(path: Path, index: int) -> Iterator[bytes]:
    """Yield the XML of one sheet in pieces that end at the end of a cell."""
    with zipfile.ZipFile(path) as archive:
        name = _sheet_part(archive, index)
        if name is None:
            return
        rest = b""
        with archive.open(name) as part:
            while block := part.read(1 << 20):
                done, end, rest = (rest + block).rpartition(b"</c>")
                yield done + end
        yield rest


def _sheet_part(archive: zipfile.ZipFile, index: int) -> str | None:
    """Find the part of a sheet through the workbook's relations."""
    book = archive.read("xl/workbook.xml").decode("utf-8", "replace")
    sheets = [_attributes(tag) for tag in re.findall(r"<(?:\w+:)?sheet\s[^>]*>", book)]
    relation = (
        next((v for k, v in sheets[index].items() if k.endswith(":id")), None)
        if sheets[index:]
        else None
    )
    if "xl/_rels/workbook.xml.rels" not in archive.namelist():
        return None
    links = archive.read("xl/_rels/workbook.xml.rels").decode("utf-8", "replace")
    for link in map(_attributes, re.findall(r"<(?:\w+:)?Relationship\s[^>]*>", links)):
        if link.get("Id") == relation:
            target = link.get("Target", "")
            name = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
            return name if name in archive.namelist() else None
    return None


def _attributes(tag: str) -> dict[str, str]:
    pairs = re.findall(r'([\w:]+)\s*=\s*"([^"]*)"', tag)
    return {name: html.unescape(value) for name, value in pairs}


def _position(letters: bytes) -> int:
    """Turn column letters into a position: A is 0, AA is 26."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1


def _refuse_stale(
    name: str, headers: tuple[str, ...], wanted: tuple[int, ...], stale: set[int]
) -> None:
    columns = [headers[position] for position in wanted if position in stale]
    if columns:
        rule = "the column holds formulas without results"
        raise refusal(name, f"column {columns[0]!r}", rule, _SAVE_AGAIN)


def _load(name: str, rows: Iterator[list[Any]], header_row: int, wanted: tuple[int, ...]) -> Cells:
    import pyarrow as pa

    pieces: list[list[Any]] = [[] for _ in wanted]
    count = 0
    while batch := list(islice(rows, _BATCH)):
        count += len(batch)
        for piece, position in zip(pieces, wanted, strict=True):
            texts = [cell_text(row[position]) for row in batch]
            if any(text is not None and len(text) > LONGEST_FIELD for text in texts):
                raise refusal(name, "", "a cell is longer than 1 MB")
            piece.append(words_from(texts).to_arrow())
    columns: list[Words] = [
        words_of(pa.chunked_array(piece, pa.string())) if piece else no_words(0) for piece in pieces
    ]
    return Cells(tuple(columns), np.arange(count, dtype=np.int64) + header_row + 1)
