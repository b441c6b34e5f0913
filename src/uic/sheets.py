"""Tables for people: CSV files and workbooks in which no cell can run."""

from __future__ import annotations

import csv
import datetime as dt
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from uic.errors import InputError, Problem
from uic.files import writing

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import pyarrow as pa

    Colour = Callable[[int, int], str]
    """Row and column of a table to the colour behind the cell, as ``#d8e8d0``; empty for none."""

# What makes a spreadsheet run a cell (OWASP, "CSV Injection"): a sign or a control character at
# the front, also behind blanks, also in full width as Chinese and Japanese keyboards type it.
_RUNS = re.compile(r"\s*[=+\-@\uff1d\uff0b\uff0d\uff20]|[\t\r\n]")
_MADE = dt.datetime(2000, 1, 1)  # noqa: DTZ001 - a workbook holds no zone; fixed: equal bytes
_SETTINGS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
}
_NARROWEST, _WIDEST = 8, 40
_LONGEST = 1_048_570


def defuse(text: str) -> str:
    """Put an apostrophe before text that a spreadsheet would run as a formula."""
    return f"'{text}" if _RUNS.match(text) else text


def armed(text: str) -> str:
    """Take the apostrophe of :func:`defuse` off again."""
    return text[1:] if text.startswith("'") and _RUNS.match(text[1:]) else text


def write_csv(table: pa.Table, path: str | Path, *, note: str = "") -> None:
    """Write a table as UTF-8 CSV with commas, a header and Unix line ends, whole or not at all.

    Null is an empty cell, a boolean is ``true`` or ``false``, and text cells and headers are
    defused. Rows keep the order of the table. A note stands in a line above the header.
    """
    columns = [[_cell(value) for value in column.to_pylist()] for column in table.columns]
    with writing(path) as temporary, temporary.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        if note:
            writer.writerow([note])
        writer.writerow([defuse(name) for name in table.column_names])
        writer.writerows(zip(*columns, strict=True))


def write_sheet(
    table: pa.Table,
    path: str | Path,
    *,
    note: str = "",
    colour: Colour | None = None,
    choices: Mapping[str, Sequence[str]] | None = None,
) -> None:
    """Write a table as a workbook where the name ends in ``.xlsx``, else as CSV.

    In a workbook all text cells stay text when they are edited, so that a record id keeps its
    zeros; a CSV that Excel saves again loses them.

    Args:
        table: What to write.
        path: The file; written whole or not at all.
        note: A line above the header.
        colour: The colour behind each cell of a workbook.
        choices: Columns of a workbook that take one of a few words.

    Raises:
        InputError: the table has more rows than a workbook holds.
    """
    if Path(path).suffix.lower() != ".xlsx":
        write_csv(table, path, note=note)
        return
    if len(table) > _LONGEST:
        rule = f"a workbook holds {_LONGEST:,} rows, and these are {len(table):,}"
        raise InputError(Problem(Path(path).name, "", rule, "let the name end in .csv"))
    import xlsxwriter

    with writing(path) as temporary, xlsxwriter.Workbook(str(temporary), _SETTINGS) as book:
        book.set_properties({"created": _MADE})
        sheet = book.add_worksheet("pairs")
        top = 0
        if note:
            sheet.write_string(0, 0, note, book.add_format({"bold": True, "font_color": "#a4262c"}))
            top = 1
        _write_rows(book, sheet, table, top, colour)
        for name, words in (choices or {}).items():
            place = table.column_names.index(name)
            offered = {"validate": "list", "source": list(words)}
            sheet.data_validation(top + 1, place, top + max(len(table), 1), place, offered)


def _write_rows(book: Any, sheet: Any, table: pa.Table, top: int, colour: Colour | None) -> None:  # noqa: ANN401 - untyped package
    looks: dict[str, Any] = {}

    def look(shade: str) -> Any:  # noqa: ANN401
        if shade not in looks:
            fill = {"bg_color": shade} if shade else {}
            looks[shade] = book.add_format({"num_format": "@", **fill})
        return looks[shade]

    header = book.add_format({"bold": True, "bottom": 1, "num_format": "@"})
    for place, name in enumerate(table.column_names):
        cells = table[name].to_pylist()
        sheet.write_string(top, place, name, header)
        sheet.set_column(place, place, _width([name, *cells]), look(""))
        for row, value in enumerate(cells):
            shade = colour(row, place) if colour else ""
            if isinstance(value, int | float) and not isinstance(value, bool):
                sheet.write_number(top + 1 + row, place, value)
            elif value is not None:
                sheet.write_string(top + 1 + row, place, str(_cell(value)), look(shade))
            elif shade:
                sheet.write_blank(top + 1 + row, place, None, look(shade))
    sheet.freeze_panes(top + 1, 0)
    sheet.autofilter(top, 0, top + len(table), max(len(table.column_names) - 1, 0))


def _width(cells: Sequence[Any]) -> int:
    longest = max(len(str(cell)) for cell in cells[:500] if cell is not None)
    return min(max(longest + 2, _NARROWEST), _WIDEST)


def _cell(value: Any) -> Any:  # noqa: ANN401 - a cell may hold anything
    if isinstance(value, bool):
        return str(value).lower()
    return defuse(value) if isinstance(value, str) else value
