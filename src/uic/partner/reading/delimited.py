"""CSV and TSV: columns of text, read in blocks, after encoding and separator are known."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv

from uic.partner.reading.held import for_arrow
from uic.partner.reading.quotes import HINT, has_rows, refuse_open_quote, texts_have_rows
from uic.partner.reading.sniffing import Survey, survey
from uic.partner.reading.sources import LONGEST_FIELD, Cells, Source, refusal
from uic.partner.reading.words import Words, no_words, words_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from uic.partner.reading.held import File
    from uic.partner.reading.partners import Export

BLOCK = 8 * LONGEST_FIELD
RAGGED_SHARE, RAGGED_ROWS = 0.1, 5
_TOO_LONG = f"a cell is longer than {LONGEST_FIELD // 1_000_000} MB"


def open_delimited(path: File, export: Export) -> Source:
    """Open a text file of separated values.

    Raises:
        InputError: empty, NUL bytes, unreadable encoding, or a header that cannot be read.
    """
    found = survey(path, export)
    return Source(
        path.name,
        found.headers,
        found.digest,
        lambda wanted: _load(path, found, wanted),
        stream=lambda wanted: _stream(path, found, wanted),
    )


def _load(path: File, found: Survey, wanted: tuple[int, ...]) -> Cells:
    ragged: list[tuple[int, str]] = []
    chunks: list[list[Any]] = [[] for _ in wanted]
    count = 0
    for batch in _batches(path, found, ragged):
        count += len(batch)
        for chunk, position in zip(chunks, wanted, strict=True):
            chunk.append(batch.column(position))
    if texts_have_rows((text for _, text in ragged), found):
        refuse_open_quote(path, found)
    columns = [words_of(pa.chunked_array(chunk, pa.string())) for chunk in chunks]
    return _assembled(path.name, found, columns, wanted, count, ragged)


def _stream(path: File, found: Survey, wanted: tuple[int, ...]) -> Iterator[Cells]:
    """Yield the cells block by block; rows are counted on from block to block."""
    ragged: list[tuple[int, str]] = []
    start = 1
    for batch in _batches(path, found, ragged):
        here, last = [], start + len(batch) - 1
        while ragged and ragged[0][0] <= last + 1:  # the parser may be a block ahead
            here.append(ragged.pop(0))
            last += 1
        columns = [words_of(batch.column(position)) for position in wanted]
        yield _piece(path, found, columns, wanted, len(batch), here, start)
        start = last + 1
    if ragged:
        yield _piece(path, found, [no_words(0) for _ in wanted], wanted, 0, ragged, start)


def _piece(
    path: File,
    found: Survey,
    columns: list[Words],
    wanted: tuple[int, ...],
    count: int,
    ragged: list[tuple[int, str]],
    start: int,
) -> Cells:
    """Assemble one block whose first row is row ``start`` of the file."""
    if texts_have_rows((text for _, text in ragged), found):
        refuse_open_quote(path, found)
    before = start - 1
    part = replace(found, header_row=max(0, found.header_row - before))
    here = [(number - before, text) for number, text in ragged]
    cells = _assembled(path.name, part, columns, wanted, count, here)
    return Cells(
        cells.columns,
        cells.rows + before,
        tuple(row + before for row in cells.short),
        tuple(row + before for row in cells.long),
    )


def _batches(path: File, found: Survey, ragged: list[tuple[int, str]]) -> Iterator[Any]:
    """Yield the file block by block, every cell as text; ragged rows go aside."""

    def aside(row: pacsv.InvalidRow) -> str:
        ragged.append((row.number, row.text))
        return "skip"

    names = [str(position) for position in range(len(found.headers))]
    problem = ""
    try:
        yield from _checked(
            path,
            found,
            pacsv.open_csv(
                for_arrow(path),
                read_options=pacsv.ReadOptions(
                    use_threads=False, block_size=BLOCK, column_names=names, encoding=found.encoding
                ),
                parse_options=pacsv.ParseOptions(
                    delimiter=found.separator,
                    newlines_in_values=found.quoted,
                    ignore_empty_lines=False,
                    invalid_row_handler=aside,
                ),
                convert_options=pacsv.ConvertOptions(
                    column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False
                ),
            ),
        )
    except pa.ArrowInvalid as error:
        problem = "straddling" if "straddling" in str(error) else "other"
    if problem == "straddling":
        raise refusal(path.name, "", _TOO_LONG, HINT)
    if problem:
        raise refusal(path.name, "", "the rows cannot be told apart", HINT)


def _checked(path: File, found: Survey, batches: pacsv.CSVStreamingReader) -> Iterator[Any]:
    """Pass the blocks on; refuse giant cells and cells that hold rows."""
    strict = False
    for batch in batches:
        for header, column in zip(found.headers, batch.columns, strict=True):
            if (pc.max(pc.binary_length(column)).as_py() or 0) > LONGEST_FIELD:
                raise refusal(path.name, f"column {header!r}", _TOO_LONG, HINT)
            if found.quoted and not strict and has_rows(column, found):
                refuse_open_quote(path, found)
                strict = True
        yield batch


def _assembled(
    name: str,
    found: Survey,
    columns: list[Words],
    wanted: tuple[int, ...],
    count: int,
    ragged: list[tuple[int, str]],
) -> Cells:
    """Put the ragged rows back where they stood and drop the header."""
    even = np.ones(count + len(ragged), dtype=np.bool_)
    even[np.array([number - 1 for number, _ in ragged], dtype=np.int64)] = False
    numbers = np.flatnonzero(even) + 1
    keep = numbers > found.header_row
    short, long, extra = _mended(found, ragged)
    if len(long) > max(RAGGED_ROWS - 1, RAGGED_SHARE * len(numbers)):
        hint = "the separator also stands inside cells: export again as XLSX, or with quotes"
        raise refusal(name, f"row {long[0]}", f"{len(long)} rows have too many cells", hint)
    rows = np.concatenate([numbers[keep], np.array([number for number, _ in extra], int)])
    order = np.argsort(rows, kind="stable")
    return Cells(
        tuple(
            _joined(words.at(keep), [cells[position] for _, cells in extra]).at(order)
            for words, position in zip(columns, wanted, strict=True)
        ),
        rows[order],
        tuple(short),
        tuple(long),
    )


def _mended(
    found: Survey, ragged: list[tuple[int, str]]
) -> tuple[list[int], list[int], list[tuple[int, list[str]]]]:
    """Fill short rows with empty cells and empty the rows whose cells cannot be placed."""
    width = len(found.headers)
    short, long, extra = [], [], []
    for number, text in ragged:
        if number <= found.header_row:
            continue
        cells = _split(text, found.separator)
        if len(cells) < width:
            short.append(number)
            cells += [""] * (width - len(cells))
        elif any(cell.strip() for cell in cells[width:]):
            long.append(number)
            cells = [""] * width
        extra.append((number, cells[:width]))
    return short, long, extra


def _split(text: str, separator: str) -> list[str]:
    try:
        return next(csv.reader(io.StringIO(text, newline=""), delimiter=separator), [])
    except csv.Error:
        return []


def _joined(words: Words, cells: list[str]) -> Words:
    """Append a few cells to a column."""
    if not cells:
        return words
    both = pa.chunked_array([words.to_arrow(), pa.array(cells, pa.string())])
    return words_of(both) if len(both) else no_words(0)
