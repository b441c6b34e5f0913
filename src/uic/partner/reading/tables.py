"""Parquet files and tables in memory: anything with the Arrow C stream, or a list of rows."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from uic.errors import InputError
from uic.partner.reading.sources import (
    LONGEST_FIELD,
    Cells,
    Source,
    cell_text,
    digest_of,
    refusal,
    tidy_header,
)
from uic.partner.reading.words import Words, words_from, words_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    Flat: TypeAlias = list[Any] | pa.ChunkedArray

PIECE = 100_000
"""Rows of a piece, where a file is read piece by piece."""

FIRST_ROW = 2
"""A table has no header row; its rows are counted as if it had one, like every other source."""


def open_parquet(path: Path) -> Source:
    """Open a Parquet file; only the columns that are used are read.

    Raises:
        InputError: the file is truncated, damaged or not Parquet.
    """
    headers = None
    with suppress(pa.ArrowException, OSError, ValueError):
        headers = tuple(map(tidy_header, pq.read_schema(path).names))
    if headers is None:
        raise _damaged(path.name)
    return Source(
        path.name,
        headers,
        digest_of(path),
        lambda wanted: _load_parquet(path, wanted),
        stream=lambda wanted: _stream_parquet(path, wanted),
    )


def _load_parquet(path: Path, wanted: tuple[int, ...]) -> Cells:
    """Read the wanted columns by position, since names may repeat."""
    table = None
    try:
        with pq.ParquetFile(path) as file:
            names = [file.schema_arrow.names[position] for position in wanted]
            table = file.read(columns=names)
            table.validate(full=True)
            rows = file.metadata.num_rows
    except (pa.ArrowException, OSError, ValueError):
        table = None
    if table is None or len(table) != rows:
        raise _damaged(path.name)
    columns = tuple(_readable(path.name, name, _words(table.column(name))) for name in names)
    return Cells(columns, _numbered(rows))


def _stream_parquet(path: Path, wanted: tuple[int, ...]) -> Iterator[Cells]:
    """Yield the wanted columns in pieces of ``PIECE`` rows."""
    start, rows, broken = 0, -1, False
    try:
        with pq.ParquetFile(path) as file:
            names = [file.schema_arrow.names[position] for position in wanted]
            rows = file.metadata.num_rows
            for batch in file.iter_batches(PIECE, columns=names):
                table = pa.Table.from_batches([batch])
                table.validate(full=True)
                columns = [_readable(path.name, n, _words(table.column(n))) for n in names]
                yield Cells(tuple(columns), _numbered(len(table)) + start)
                start += len(table)
    except InputError:
        raise
    except (pa.ArrowException, OSError, ValueError):
        broken = True
    if broken or start != rows:
        raise _damaged(path.name)


def _damaged(name: str) -> Exception:
    return refusal(name, "", "this is not a whole Parquet file", "copy or export it again")


def open_table(partner: str, table: object) -> Source:
    """Open a table in memory: pandas, polars, Arrow, or a list of dicts.

    Raises:
        InputError: the object is not a table.
    """
    name = f"table {partner!r}"
    columns = _columns(name, table)
    words = [_words(column) for _, column in columns]
    headers = tuple(tidy_header(header) for header, _ in columns)
    rows = len(columns[0][1]) if columns else 0

    def load(wanted: tuple[int, ...]) -> Cells:
        return Cells(tuple(_readable(name, headers[i], words[i]) for i in wanted), _numbered(rows))

    return Source(name, headers, _digest(headers, words), load)


def _columns(name: str, table: object) -> list[tuple[str, Flat]]:
    """Take a table apart into headers and Arrow columns, or columns of Python values."""
    if isinstance(table, list | tuple) and all(isinstance(row, dict) for row in table):
        headers = dict.fromkeys(header for row in table for header in row)
        return [(str(header), [row.get(header) for row in table]) for header in headers]
    with suppress(pa.ArrowException, TypeError, ValueError, AttributeError):
        arrow = pa.table(table)
        return list(zip(arrow.column_names, arrow.columns, strict=True))
    with suppress(AttributeError, KeyError, TypeError, ValueError):  # columns of mixed types
        return [(str(header), list(table[header])) for header in table.columns]  # type: ignore[attr-defined,index]
    hint = "give pandas, polars or Arrow, anything with __arrow_c_stream__, or a list of dicts"
    raise refusal(name, "", "this is not a table", hint)


def _words(column: Flat) -> Words | None:
    """Turn one column of any flat type into words; None where it is nested or binary."""
    with suppress(pa.ArrowException, TypeError, ValueError):
        if isinstance(column, list):
            return words_from([cell_text(cell) for cell in column])
        column.validate(full=True)
        return words_of(_text(column))
    return None


def _readable(name: str, header: str, words: Words | None) -> Words:
    where = f"column {header!r}"
    if words is None:
        hint = "make it a column of text, numbers or dates"
        raise refusal(name, where, "the column cannot be read as text", hint)
    if (pc.max(pc.binary_length(words.distinct)).as_py() or 0) > LONGEST_FIELD:
        raise refusal(name, where, "a cell is longer than 1 MB")
    return words


def _text(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Cast an Arrow column to text: whole numbers keep their digits, times lose the hour."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        column = pc.cast(column, kind.value_type)
        kind = kind.value_type
    if pa.types.is_timestamp(kind):
        return pc.strftime(column, format="%Y-%m-%d")
    if pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        distinct = pc.unique(column)
        words = [cell_text(value) for value in distinct.to_pylist()]
        return pa.array(words, pa.string()).take(pc.index_in(column, distinct).combine_chunks())
    return pc.cast(column, pa.string())


def _digest(headers: Sequence[str], words: Sequence[Words | None]) -> str:
    """Return the SHA-256 of the table as Arrow IPC: text columns, one batch, no metadata."""
    pairs = [(h, column.to_arrow()) for h, column in zip(headers, words, strict=True) if column]
    table = pa.table([column for _, column in pairs], names=[header for header, _ in pairs])
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table.combine_chunks())
    return hashlib.sha256(sink.getvalue()).hexdigest()


def _numbered(rows: int) -> NDArray[np.int64]:
    return np.arange(rows, dtype=np.int64) + FIRST_ROW
