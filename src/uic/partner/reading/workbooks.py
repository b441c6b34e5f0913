"""XLSX through calamine, cell by cell: a typed number keeps its digits, a date stays a date."""

from __future__ import annotations

import difflib
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

import numpy as np
import pyarrow as pa
import python_calamine as calamine

from uic.partner.reading.containers import SAVE_AGAIN, check_container, unfinished_columns
from uic.partner.reading.sources import (
    LONGEST_FIELD,
    TITLE_ROWS,
    Cells,
    Source,
    cell_text,
    digest_of,
    header_position,
    refusal,
    tidy_header,
)
from uic.partner.reading.words import Words, no_words, words_from, words_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from uic.partner.reading.partners import Export

    Corners: TypeAlias = tuple[tuple[int, int], tuple[int, int]]

T = TypeVar("T")
_BATCH = 20_000


def open_workbook(path: Path, export: Export) -> Source:
    """Open one sheet of a workbook: the mapping's ``sheet``, or the first.

    Raises:
        InputError: not a workbook, damaged, locked by a password, too large when unpacked, or
            the sheet does not exist or is empty.
    """
    book = load_book(path)
    index, advice = _chosen_sheet(path.name, book, export.mapping.sheet if export.mapping else None)
    return open_sheet(path, book, index, export, advice=advice)


def load_book(path: Path) -> calamine.CalamineWorkbook:
    """Check a workbook's container and open it.

    Raises:
        InputError: not a workbook, damaged, locked by a password, or too large when unpacked.
    """
    check_container(path)
    return _guarded(path, lambda: calamine.load_workbook(path))


def open_sheet(
    path: Path,
    book: calamine.CalamineWorkbook,
    index: int,
    export: Export,
    *,
    text: Callable[[object], str | None] = cell_text,
    advice: str = "",
) -> Source:
    """Open one sheet of an opened workbook; ``text`` writes a cell as text.

    Raises:
        InputError: the sheet is empty, or a cell of it stands too far away.
    """
    unfinished = unfinished_columns(path, index)
    sheet = _guarded(path, lambda: book.get_sheet_by_index(index))
    top = _guarded(path, lambda: list(islice(sheet.iter_rows(), TITLE_ROWS)))
    texts = [[cell_text(cell) or "" for cell in row] for row in top]
    place = header_position(texts, export.wanted)
    if place is None:
        where = f"sheet {sheet.name!r}"
        raise refusal(path.name, where, "the sheet is empty", "name another 'sheet'")
    headers = tuple(map(tidy_header, texts[place]))
    left = sheet.start[1] if sheet.start else 0

    def load(wanted: tuple[int, ...]) -> Cells:
        _refuse_unfinished(path.name, headers, wanted, {column - left for column in unfinished})
        return _guarded(path, lambda: _load(path.name, sheet, place + 1, wanted, text))

    return Source(path.name, headers, digest_of(path), load, advice)


def _guarded(path: Path, action: Callable[[], T]) -> T:
    """Run a step of calamine; its own messages may quote a cell, so they are dropped."""
    try:
        return action()
    except calamine.CalamineError:
        pass
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # a panic of the Rust code below
            raise
    raise refusal(path.name, "", "the workbook cannot be read", SAVE_AGAIN)


def _chosen_sheet(
    name: str, book: calamine.CalamineWorkbook, wanted: str | None
) -> tuple[int, str]:
    """Find the sheet that is asked for, else the first that is not hidden; advise on others."""
    sheets = book.sheet_names
    if not sheets:
        raise refusal(name, "", "the workbook has no sheet", SAVE_AGAIN)
    if wanted is not None and wanted not in sheets:
        near = difflib.get_close_matches(wanted, sheets, n=1, cutoff=0.0)
        hint = f"did you mean {near[0]!r}?"
        raise refusal(name, f"sheet {wanted!r}", "there is no such sheet", hint)
    if wanted is not None:
        return sheets.index(wanted), ""
    visible = [
        place
        for place, sheet in enumerate(book.sheets_metadata)
        if sheet.visible == calamine.SheetVisibleEnum.Visible
    ]
    others = ", ".join(repr(sheet) for sheet in sheets)
    advice = f"or set 'sheet' to one of {others}" if len(sheets) > 1 else ""
    return visible[0] if visible else 0, advice


def _refuse_unfinished(
    name: str, headers: tuple[str, ...], wanted: tuple[int, ...], unfinished: set[int]
) -> None:
    for column in (headers[position] for position in wanted if position in unfinished):
        rule = "the column holds formulas whose results were never saved"
        raise refusal(name, f"column {column!r}", rule, SAVE_AGAIN)


def _load(
    name: str,
    sheet: calamine.CalamineSheet,
    above: int,
    wanted: tuple[int, ...],
    text: Callable[[object], str | None],
) -> Cells:
    """Read the wanted columns of the rows below the header, some rows at a time."""
    rows: Iterator[list[Any]] = islice(sheet.iter_rows(), above, None)
    pieces: list[list[pa.Array]] = [[] for _ in wanted]
    count = 0
    while batch := list(islice(rows, _BATCH)):
        count += len(batch)
        for piece, position in zip(pieces, wanted, strict=True):
            texts = [text(row[position]) for row in batch]
            if any(cell is not None and len(cell) > LONGEST_FIELD for cell in texts):
                raise refusal(name, "", "a cell is longer than 1 MB")
            piece.append(words_from(texts).to_arrow())
    columns: list[Words] = [
        words_of(pa.chunked_array(piece, pa.string())) if piece else no_words(0) for piece in pieces
    ]
    merged = sheet.merged_cell_ranges or []
    left = sheet.start[1] if sheet.start else 0
    spread = (
        words.repeated(_merged_rows(merged, above, left + position))
        for position, words in zip(wanted, columns, strict=True)
    )
    return Cells(tuple(spread), np.arange(count, dtype=np.int64) + above + 1)


def _merged_rows(merged: list[Corners], above: int, column: int) -> list[tuple[int, int]]:
    """Return first and last row of each merged cell of a column: only the first is filled."""
    return [
        (top - above, bottom - above)
        for (top, first), (bottom, last) in merged
        if top >= above and bottom > top and first <= column <= last
    ]
