"""The tables inside the files of an export: sheets of a workbook, or one text file."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

from uic.errors import InputError
from uic.partner.reading.delimited import open_delimited
from uic.partner.reading.formats.parts import part_of
from uic.partner.reading.held import Held, opened
from uic.partner.reading.sources import cell_text, refusal
from uic.partner.reading.workbooks import load_book, open_sheet

if TYPE_CHECKING:
    from uic.partner.reading.formats.parts import Part
    from uic.partner.reading.held import File
    from uic.partner.reading.partners import Export

_BOOK = b"PK\x03\x04"
_MARKUP = (b"<", b"{", b"[")


def sheets_of(file: File, export: Export) -> list[Part]:
    """Open every sheet of a workbook that holds a header, or the one table of a text file.

    The sheet that the mapping names comes first; else they stand as in the workbook.

    Raises:
        InputError: the file cannot be read, or the mapping's sheet does not exist.
    """
    if isinstance(file, Held) or not _starts(file, (_BOOK,)):
        return [text_part(file, export)]
    book = load_book(file)
    parts = {}
    for index, title in enumerate(book.sheet_names):
        try:
            source = open_sheet(file, book, index, export, text=moment_text)
        except InputError as error:
            if error.problems[0].rule != "the sheet is empty":
                raise
            continue
        parts[title] = part_of(source, title, title)
    wanted = export.mapping.sheet if export.mapping else None
    if wanted is not None and wanted not in parts:
        hint = f"set 'sheet' to one of {', '.join(map(repr, parts))}"
        raise refusal(file.name, f"sheet {wanted!r}", "there is no such sheet", hint)
    if not parts:
        raise refusal(file.name, "", "all sheets are empty", "export it again")
    return sorted(parts.values(), key=lambda part: part.title != wanted)


def text_part(file: File, export: Export) -> Part:
    """Open a text file of separated values as one table, called by its name without its ending.

    Raises:
        InputError: it is not one.
    """
    if _starts(file, _MARKUP):
        rule = "this is a web page, XML or JSON, not a table"
        raise refusal(file.name, "", rule, "export it as CSV or XLSX")
    if _starts(file, (_BOOK, b"PAR1")):
        raise refusal(file.name, "", "this is not a CSV file", "export it as CSV")
    return part_of(open_delimited(file, export), Path(file.name).stem, file.name)


def _starts(file: File, marks: tuple[bytes, ...]) -> bool:
    with opened(file) as stream:
        return stream.read(16).lstrip(b"\xef\xbb\xbf \r\n").startswith(marks)


def moment_text(value: object) -> str | None:
    """Write a cell as text, and keep the time of a moment: its day depends on the time zone."""
    if isinstance(value, dt.datetime) and value.time() != dt.time():
        return value.isoformat(timespec="seconds")
    return cell_text(value)
