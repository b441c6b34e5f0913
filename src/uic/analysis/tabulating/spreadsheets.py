"""Tables as a workbook and as CSV. No cell of either can run (``uic.analysis.tables.defuse``)."""

from __future__ import annotations

import datetime as dt
import math
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from uic.analysis.tables import defuse, write_csv
from uic.analysis.tabulating.values import DO_NOT_ADD_HERE
from uic.files import writing

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from uic.analysis.tabulating.values import Tabulation, Tabulations

_MADE = dt.datetime(2000, 1, 1)  # noqa: DTZ001 - a workbook holds no zone; fixed: equal bytes
_FORBIDDEN = re.compile(r"[\[\]:*?/\\']")
_LONGEST_NAME, _WIDEST, _NARROWEST = 31, 60, 8
_FIRST_ROW = 3  # title, blank, header
_WRAPPED = {"text_wrap": True, "valign": "top"}
_LINE, _A4 = 15, 9  # height of a line in points; number of the paper in Excel
_LEAST_NOTE = 80  # a note under a narrow table runs over columns that are not there


def write_workbook(found: Tabulations, path: str | Path) -> None:
    """Write tables as an XLSX workbook, one sheet a table and one for the method.

    Text is written as text, in cells that stay text when they are edited, so that a code keeps
    its zeros; text that a spreadsheet would run is defused. Equal tables give equal bytes.
    """
    import xlsxwriter

    settings = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_numbers": False,
        "strings_to_urls": False,
    }
    with writing(path) as temporary:
        book = xlsxwriter.Workbook(str(temporary), settings)
        book.set_properties({"created": _MADE})
        formats = {
            "title": book.add_format({"bold": True, "font_size": 14}),
            "header": book.add_format({"bold": True, "bottom": 1, "num_format": "@"}),
            "number header": book.add_format(
                {"bold": True, "bottom": 1, "num_format": "@", "align": "right"}
            ),
            "text": book.add_format({"num_format": "@"}),
            "whole": book.add_format({"num_format": "#,##0"}),
            "decimal": book.add_format({"num_format": "0.00##"}),
            "note": book.add_format({"italic": True, "num_format": "@"} | _WRAPPED),
            "long": book.add_format({"num_format": "@"} | _WRAPPED),
        }
        names: set[str] = set()
        for item in found.tables:
            _write_sheet(book.add_worksheet(_sheet_name(item.name, names)), item, formats)
        _write_method(book.add_worksheet(_sheet_name("method", names)), found.method, formats)
        book.close()


def write_tables(found: Tabulations, path: str | Path) -> tuple[Path, ...]:
    """Write the tables in the form that the name's end asks for, and return what was written.

    ``.xlsx`` is one workbook. Otherwise the first table becomes ``NAME.csv``, every further one
    ``NAME.WHAT.csv``, and the notes and method ``NAME.method.csv``. A CSV has a last column
    ``note`` that says, in every row of people, that they must not be added.
    """
    target = Path(path)
    if target.suffix.lower() == ".xlsx":
        write_workbook(found, target)
        return (target,)
    written = []
    for number, item in enumerate(found.tables):
        part = target if number == 0 else target.with_suffix(f".{_word(item.name)}.csv")
        write_csv(_with_notes(item), part)
        written.append(part)
    method = target.with_suffix(".method.csv")
    lines = [("note", note) for note in found.tables[0].notes] + list(found.method)
    what, value = zip(*lines, strict=True)
    write_csv(pa.table({"what": list(what), "value": list(value)}), method)
    return (*written, method)


def _with_notes(item: Tabulation) -> pa.Table:
    """Return the table as text, whole numbers without a decimal point, and the column of notes."""
    columns = {
        name: column if pa.types.is_string(column.type) else _digits(column)
        for name, column in zip(item.table.column_names, item.table.columns, strict=True)
    }
    notes = [DO_NOT_ADD_HERE if people else "" for people in item.people]
    return pa.table(columns | {"note": pa.array(notes, pa.string())})


def _digits(column: pa.ChunkedArray) -> pa.Array:
    values = column.to_pylist()
    texts = [None if value is None else f"{value:.10g}" for value in values]
    return pa.array(texts, pa.string())


def _word(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


def _sheet_name(name: str, taken: set[str]) -> str:
    """Return a name Excel takes: short, without its special characters, and not used yet."""
    plain = _FORBIDDEN.sub(" ", name).strip()[:_LONGEST_NAME] or "table"
    unique, number = plain, 2
    while unique.lower() in taken:
        ending = f" {number}"
        unique, number = plain[: _LONGEST_NAME - len(ending)] + ending, number + 1
    taken.add(unique.lower())
    return unique


def _write_sheet(sheet: Any, item: Tabulation, formats: dict[str, Any]) -> None:  # noqa: ANN401
    sheet.write_string(0, 0, defuse(item.title), formats["title"])
    names = item.table.column_names
    columns = [column.to_pylist() for column in item.table.columns]
    widths = [_width(name, values) for name, values in zip(names, columns, strict=True)]
    for place, (name, values) in enumerate(zip(names, columns, strict=True)):
        numbers = any(isinstance(value, int | float) for value in values)
        look = formats["number header" if numbers else "header"]
        sheet.write_string(_FIRST_ROW - 1, place, defuse(name), look)
        sheet.set_column(place, place, widths[place])
        for row, value in enumerate(values, start=_FIRST_ROW):
            _write_cell(sheet, row, place, value, formats)
    sheet.freeze_panes(_FIRST_ROW, 0)
    sheet.repeat_rows(_FIRST_ROW - 1)
    _for_paper(sheet)
    for row, note in enumerate(item.notes, start=_FIRST_ROW + len(item.table) + 1):
        _write_note(sheet, row, defuse(note), widths, formats["note"])


def _write_note(sheet: Any, row: int, note: str, widths: Sequence[int], look: Any) -> None:  # noqa: ANN401
    """Write a note over the width of its table, in as many lines as it takes."""
    missing = max(_LEAST_NOTE - sum(widths), 0)
    last = len(widths) - 1 + -(-missing // _NARROWEST)
    sheet.set_row(row, _LINE * -(-len(note) // max(sum(widths), _LEAST_NOTE)))
    if last:
        sheet.merge_range(row, 0, row, last, "", look)
    sheet.write_string(row, 0, note, look)


def _for_paper(sheet: Any) -> None:  # noqa: ANN401 - xlsxwriter has no types
    """Let all columns of a sheet come out on one page across, as programmes print tables."""
    sheet.set_landscape()
    sheet.set_paper(_A4)
    sheet.fit_to_pages(1, 0)


def _write_cell(sheet: Any, row: int, place: int, value: Any, formats: dict[str, Any]) -> None:  # noqa: ANN401
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return
    if isinstance(value, bool):
        sheet.write_string(row, place, "yes" if value else "no", formats["text"])
    elif isinstance(value, int | float):
        whole = float(value).is_integer()
        sheet.write_number(row, place, value, formats["whole" if whole else "decimal"])
    else:
        sheet.write_string(row, place, defuse(str(value)), formats["text"])


def _write_method(
    sheet: Any,  # noqa: ANN401 - xlsxwriter has no types
    method: Sequence[tuple[str, str]],
    formats: dict[str, Any],
) -> None:
    sheet.write_string(0, 0, "How this was made", formats["title"])
    sheet.set_column(0, 0, max((_width(what, []) for what, _ in method), default=_NARROWEST))
    sheet.set_column(1, 1, _LEAST_NOTE)
    _for_paper(sheet)
    for row, (what, text) in enumerate(method, start=_FIRST_ROW - 1):
        sheet.set_row(row, _LINE * max(-(-len(text) // _LEAST_NOTE), 1))
        sheet.write_string(row, 0, defuse(what), formats["long"])
        sheet.write_string(row, 1, defuse(text), formats["long"])


def _width(name: str, values: Sequence[Any]) -> int:
    longest = max((len(text) for text in _texts(name, values)), default=0)
    return min(max(longest + 2, _NARROWEST), _WIDEST)


def _texts(name: str, values: Sequence[Any]) -> Iterator[str]:
    yield name
    yield from (f"{value:,}" if isinstance(value, int) else str(value) for value in values)
